//! Paired timings: a path of netsieve and a reference that does similar work or is a bound for it, in turns.

use std::collections::HashSet;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::Instant;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use netsieve::extract::{ExtractOptions, Extractor};
use netsieve::{Hit, Scanner};
use rustix::time::{ClockId, clock_gettime};

use crate::common::measure::{Contender, Spread, interleaved};
use crate::common::{self, Planted};

const SET: usize = 20_000;
const QUERIES: usize = 16 * 1024;
const ROUNDS: usize = 21;
/// How often the log is repeated for two threads. Once, it takes one of them less than 3 ms, in which waking the other one counts.
const LONG: usize = 32;

#[derive(Clone, Debug)]
pub struct Ratio {
    pub name: String,
    pub spread: Spread,
}

/// Runs a pair. If both count the same things, the counts must be equal.
fn pair(name: &str, is_same: bool, own: impl FnMut() -> u64, reference: impl FnMut() -> u64) -> Ratio {
    by_clock(thread, name, is_same, own, reference)
}

/// The CPU time of this thread.
fn thread() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Wall-clock time.
fn wall() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

fn by_clock(
    clock: fn() -> f64,
    name: &str,
    is_same: bool,
    own: impl FnMut() -> u64,
    reference: impl FnMut() -> u64,
) -> Ratio {
    let contenders = vec![Contender::new("netsieve", own), Contender::new("reference", reference)];
    let outcomes = interleaved(contenders, ROUNDS, 0.01, clock);
    assert!(!is_same || outcomes[0].answer == outcomes[1].answer, "{name}: another answer");
    Ratio { name: name.to_owned(), spread: outcomes[0].times_faster_than(&outcomes[1]) }
}

fn go_on(_: &Hit<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub fn measure() -> Vec<Ratio> {
    let mut ratios = Vec::new();
    addresses(&mut ratios);
    names(&mut ratios);
    urls(&mut ratios);
    scans(&mut ratios);
    builds(&mut ratios);
    ratios
}

fn addresses(ratios: &mut Vec<Ratio>) {
    let hosts = common::listed_hosts(SET);
    let queries = common::queries(QUERIES, &hosts, 100);
    let sieve = common::sieve(common::indicators(&hosts, &[], &[]));
    let mut matcher = sieve.matcher();
    let set: HashSet<IpAddr> = hosts.iter().map(|&addr| IpAddr::V4(addr)).collect();
    ratios.push(pair(
        "is_match_ip, 20,000 hosts: HashSet",
        true,
        || queries.iter().filter(|&&addr| matcher.is_match_ip(black_box(addr), None)).count() as u64,
        || queries.iter().filter(|&addr| set.contains(black_box(addr))).count() as u64,
    ));

    let nets = common::listed_nets(SET);
    let firsts: Vec<Ipv4Addr> = nets.iter().filter_map(|net| v4(net.network())).collect();
    let queries = common::queries(QUERIES, &firsts, 100);
    let sieve = common::sieve(common::net_indicators(&nets));
    let mut matcher = sieve.matcher();
    let ranges = merged(&nets);
    let is_in = |addr: IpAddr| {
        let addr = v4(addr).map_or(0, Ipv4Addr::to_bits);
        let at = ranges.partition_point(|&(first, _)| first <= addr);
        at > 0 && addr <= ranges[at - 1].1
    };
    ratios.push(pair(
        "is_match_ip, 20,000 prefixes: partition_point over ranges",
        true,
        || queries.iter().filter(|&&addr| matcher.is_match_ip(black_box(addr), None)).count() as u64,
        || queries.iter().filter(|&&addr| is_in(black_box(addr))).count() as u64,
    ));
}

fn v4(addr: IpAddr) -> Option<Ipv4Addr> {
    match addr {
        IpAddr::V4(addr) => Some(addr),
        IpAddr::V6(_) => None,
    }
}

/// The ranges that the prefixes cover together.
fn merged(nets: &[ipnet::IpNet]) -> Vec<(u32, u32)> {
    let bits = |addr| v4(addr).map_or(0, Ipv4Addr::to_bits);
    let mut ranges: Vec<(u32, u32)> = nets.iter().map(|net| (bits(net.network()), bits(net.broadcast()))).collect();
    ranges.sort_unstable();
    ranges.dedup_by(|next, last| {
        let is_joined = next.0 <= last.1;
        if is_joined {
            last.1 = last.1.max(next.1);
        }
        is_joined
    });
    ranges
}

fn names(ratios: &mut Vec<Ratio>) {
    let listed = common::listed_names(SET);
    let mut random = common::Random::new(50);
    let mut query = |clean| if random.below(1000) < 100 { random.one(&listed).clone() } else { clean };
    let queries: Vec<String> = common::clean_names(QUERIES).into_iter().map(&mut query).collect();
    let sieve = common::sieve(common::indicators(&[], &listed, &[]));
    let mut matcher = sieve.matcher();
    let set: HashSet<&str> = listed.iter().map(String::as_str).collect();
    ratios.push(pair(
        "is_match_domain, 20,000 names: HashSet of all parents",
        true,
        || queries.iter().filter(|name| matcher.is_match_domain(black_box(name), None)).count() as u64,
        || queries.iter().filter(|name| common::holds_any_parent(&set, black_box(name))).count() as u64,
    ));
}

fn urls(ratios: &mut Vec<Ratio>) {
    let listed = common::urls(SET, &common::listed_names(SET));
    let queries = common::urls(QUERIES / 4, &common::clean_names(2000));
    let sieve = common::sieve(common::indicators(&[], &[], &listed));
    let mut matcher = sieve.matcher();
    ratios.push(pair(
        "match_url, 20,000 URLs: url::Url::parse alone",
        false,
        || queries.iter().map(|url| matcher.match_url(black_box(url)).len() as u64).sum(),
        || queries.iter().filter(|url| url::Url::parse(black_box(url)).is_ok()).count() as u64,
    ));
}

fn scans(ratios: &mut Vec<Ratio>) {
    let (hosts, names) = (common::listed_hosts(SET / 2), common::listed_names(SET / 2));
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let sparse = common::corpus(8 << 20, &Planted { hosts: &hosts, names: &names, rate: 7 }).text;
    let dense = common::corpus(2 << 20, &Planted { hosts: &hosts, names: &names, rate: 1000 }).text;
    let scanner = || Scanner::new(&sieve);
    let newlines = |text: &[u8]| memchr::memchr_iter(b'\n', black_box(text)).count() as u64;
    let mut own = scanner();
    ratios.push(pair(
        "scan, 20,000 indicators: counting newlines",
        false,
        || own.scan(black_box(&sparse), go_on).hits,
        || newlines(&sparse),
    ));
    let texts = hosts.iter().map(ToString::to_string).chain(names.iter().cloned());
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(texts)
        .expect("a small automaton");
    let mut own = scanner();
    ratios.push(pair(
        "scan, 20,000 indicators: aho-corasick, contiguous NFA",
        false,
        || own.scan(black_box(&sparse), go_on).hits,
        || automaton.find_iter(black_box(&sparse)).count() as u64,
    ));
    let mut own = scanner();
    ratios.push(pair(
        "scan, one line in ten with a hit: counting newlines",
        false,
        || own.scan(black_box(&dense), go_on).hits,
        || newlines(&dense),
    ));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let (mut two, mut one) = (scanner(), scanner());
    let long = sparse.repeat(LONG);
    ratios.push(by_clock(
        wall,
        "scan on two threads: on one",
        true,
        || pool.install(|| two.scan_parallel(black_box(&long), go_on).hits),
        || one.scan(black_box(&long), go_on).hits,
    ));
    let part = &sparse[..1 << 20];
    let mut extractor = Extractor::new(ExtractOptions::default());
    ratios.push(pair(
        "extract: counting newlines",
        false,
        || {
            let mut count = 0;
            extractor.extract(black_box(part), 0..part.len(), &mut |_| {
                count += 1;
            });
            count
        },
        || newlines(part),
    ));
}

fn builds(ratios: &mut Vec<Ratio>) {
    let indicators = common::indicators(&common::listed_hosts(SET / 2), &common::listed_names(SET / 2), &[]);
    ratios.push(pair(
        "build, 20,000 indicators: sorting their texts",
        true,
        || common::sieve(black_box(indicators.clone())).len() as u64,
        || {
            let mut texts: Vec<String> = black_box(&indicators).iter().map(ToString::to_string).collect();
            texts.sort_unstable();
            texts.dedup();
            texts.len() as u64
        },
    ));
}
