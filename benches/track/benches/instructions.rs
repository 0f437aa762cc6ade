//! Instruction counts under callgrind, which are the same on every run.
//!
//! Callgrind does not support AVX-512, so each benchmark names its engine. Sets have 20,000 indicators. Setup is not
//! counted, and neither is dropping: each benchmark returns its inputs along with its answer. Scans do not read events, except for those
//! that say so.
#![allow(missing_docs, reason = "macros make the functions")]

use std::hint::black_box;
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;

use gungraun::prelude::*;
use netsieve::extract::{ExtractOptions, Extractor};
use netsieve::{Engine, Feed, Indicator, MatchOptions, Matcher, ScanOptions, Scanner, Sieve, feed};

#[path = "../../common/mod.rs"]
mod common;

use common::Planted;
use common::labelled::{Labelled, Recipe, Size};

const SET: usize = 20_000;
const QUERIES: usize = 4096;

/// A matcher whose engine is the same on every machine and runs under callgrind.
fn matcher(sieve: &Sieve) -> Matcher {
    let mut options = MatchOptions::default();
    options.engine = Engine::Portable;
    sieve.matcher_with(&options)
}

fn hosts(rate: usize) -> (Matcher, Vec<IpAddr>) {
    let hosts = common::listed_hosts(SET);
    let sieve = common::sieve(common::indicators(&hosts, &[], &[]));
    (matcher(&sieve), common::queries(QUERIES, &hosts, rate))
}

fn prefixes(rate: usize) -> (Matcher, Vec<IpAddr>) {
    let nets = common::listed_nets(SET);
    let firsts: Vec<_> = nets
        .iter()
        .filter_map(|net| match net.network() {
            IpAddr::V4(addr) => Some(addr),
            IpAddr::V6(_) => None,
        })
        .collect();
    let sieve = common::sieve(common::net_indicators(&nets));
    (matcher(&sieve), common::queries(QUERIES, &firsts, rate))
}

fn prefixes6(rate: usize) -> (Matcher, Vec<IpAddr>) {
    let nets = common::listed_nets6(SET);
    let sieve = common::sieve(common::net_indicators(&nets));
    (matcher(&sieve), common::queries6(QUERIES, &nets, rate))
}

fn names(rate: usize) -> (Matcher, Vec<String>) {
    let listed = common::listed_names(SET);
    let sieve = common::sieve(common::indicators(&[], &listed, &[]));
    let mut random = common::Random::new(40);
    let query = |clean| if random.below(1000) < rate { random.one(&listed).clone() } else { clean };
    (matcher(&sieve), common::clean_names(QUERIES).into_iter().map(query).collect())
}

fn urls(rate: usize) -> (Matcher, Vec<String>) {
    let listed = common::urls(SET, &common::listed_names(SET));
    let sieve = common::sieve(common::indicators(&[], &[], &listed));
    let mut random = common::Random::new(41);
    let query = |clean| if random.below(1000) < rate { random.one(&listed).clone() } else { clean };
    let clean = common::urls(QUERIES, &common::clean_names(2000));
    (matcher(&sieve), clean.into_iter().map(query).collect())
}

#[library_benchmark]
#[bench::hosts_misses(hosts(0))]
#[bench::hosts_hits(hosts(1000))]
#[bench::prefixes_misses(prefixes(0))]
#[bench::prefixes_hits(prefixes(1000))]
#[bench::prefixes6_misses(prefixes6(0))]
#[bench::prefixes6_hits(prefixes6(1000))]
fn is_match_ip((mut matcher, queries): (Matcher, Vec<IpAddr>)) -> (usize, Matcher, Vec<IpAddr>) {
    let found = queries.iter().filter(|&&addr| matcher.is_match_ip(black_box(addr), None)).count();
    (found, matcher, queries)
}

#[library_benchmark]
#[bench::prefixes_hits(prefixes(1000))]
fn match_ip((mut matcher, queries): (Matcher, Vec<IpAddr>)) -> (usize, Matcher, Vec<IpAddr>) {
    let found: usize = queries.iter().map(|&addr| matcher.match_ip(black_box(addr), None).len()).sum();
    (found, matcher, queries)
}

#[library_benchmark]
#[bench::misses(names(0))]
#[bench::tenth(names(100))]
#[bench::hits(names(1000))]
fn is_match_domain((mut matcher, queries): (Matcher, Vec<String>)) -> (usize, Matcher, Vec<String>) {
    let found = queries.iter().filter(|name| matcher.is_match_domain(black_box(name), None)).count();
    (found, matcher, queries)
}

#[library_benchmark]
#[bench::misses(names(0), Vec::with_capacity(QUERIES))]
#[bench::hits(names(1000), Vec::with_capacity(QUERIES))]
fn is_match_domains(
    (mut matcher, queries): (Matcher, Vec<String>),
    mut found: Vec<bool>,
) -> (Vec<bool>, Matcher, Vec<String>) {
    matcher.is_match_domains(black_box(&queries), None, &mut found);
    (found, matcher, queries)
}

#[library_benchmark]
#[bench::hits(names(1000))]
fn match_domain((mut matcher, queries): (Matcher, Vec<String>)) -> (usize, Matcher, Vec<String>) {
    let found: usize = queries.iter().map(|name| matcher.match_domain(black_box(name), None).len()).sum();
    (found, matcher, queries)
}

#[library_benchmark]
#[bench::misses(urls(0))]
#[bench::hits(urls(1000))]
fn match_url((mut matcher, queries): (Matcher, Vec<String>)) -> (usize, Matcher, Vec<String>) {
    let found: usize = queries.iter().map(|url| matcher.match_url(black_box(url)).len()).sum();
    (found, matcher, queries)
}

/// The options of a scan that reads no events.
fn plain(engine: Engine) -> ScanOptions {
    ScanOptions::new().engine(engine).events(None)
}

/// The options of a scan that reads events as far as its hits need them.
fn with_events() -> ScanOptions {
    ScanOptions::new().engine(Engine::Avx2)
}

fn log(options: ScanOptions, rate: usize) -> (Scanner, Vec<u8>) {
    let (hosts, names) = (common::listed_hosts(SET / 2), common::listed_names(SET / 2));
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let text = common::corpus(1 << 20, &Planted { hosts: &hosts, names: &names, rate }).text;
    let mut scanner = Scanner::with_options(&sieve, &options);
    // The first part warms up the scanner's buffers.
    scanner.scan(&text[..text.len() / 8], |_| ControlFlow::Continue(()));
    (scanner, text)
}

/// Indicators of every kind, and lines that contain them in every form.
fn labelled(engine: Engine) -> (Scanner, Vec<u8>) {
    let recipe = Recipe { lines: 4400, rate: 50, size: Size { many: 6000, few: 550 }, patterns: false };
    let mut labelled = Labelled::new(recipe);
    assert!(labelled.text.len() > 1 << 20);
    labelled.text.truncate(1 << 20);
    let mut scanner = Scanner::with_options(&labelled.sieve(), &plain(engine));
    scanner.scan(&labelled.text[..labelled.text.len() / 8], |_| ControlFlow::Continue(()));
    (scanner, labelled.text)
}

#[library_benchmark]
#[bench::portable_sparse(log(plain(Engine::Portable), 7))]
#[bench::portable_dense(log(plain(Engine::Portable), 1000))]
#[bench::avx2_sparse(log(plain(Engine::Avx2), 7))]
#[bench::avx2_dense(log(plain(Engine::Avx2), 1000))]
#[bench::avx2_full(log(plain(Engine::Avx2), 10_000))]
#[bench::avx2_labelled(labelled(Engine::Avx2))]
#[bench::events_dense(log(with_events(), 1000))]
#[bench::events_full(log(with_events(), 10_000))]
fn scan((mut scanner, text): (Scanner, Vec<u8>)) -> (u64, Scanner, Vec<u8>) {
    let hits = scanner.scan(black_box(&text), |_| ControlFlow::Continue(())).hits;
    (hits, scanner, text)
}

/// A set and the log in the folder that `NETSIEVE_MIX` names; nothing without it.
fn real(set: &str, options: ScanOptions) -> (Scanner, Vec<u8>) {
    let Some(folder) = std::env::var_os("NETSIEVE_MIX").map(PathBuf::from) else {
        return (Scanner::with_options(&common::sieve(Vec::new()), &options), Vec::new());
    };
    let sieve = Sieve::open(folder.join(set)).expect("a set");
    let text = std::fs::read(folder.join("mix.log")).expect("a log");
    let mut scanner = Scanner::with_options(&sieve, &options);
    scanner.scan(&text[..text.len() / 8], |_| ControlFlow::Continue(()));
    (scanner, text)
}

#[library_benchmark(config = LibraryBenchmarkConfig::default().pass_through_env("NETSIEVE_MIX"))]
#[bench::avx2_20k(real("20k", plain(Engine::Avx2)))]
#[bench::avx2_all(real("all", plain(Engine::Avx2)))]
#[bench::avx2_2m(real("2m", plain(Engine::Avx2)))]
#[bench::events_20k(real("20k", with_events()))]
#[bench::events_all(real("all", with_events()))]
fn mix((mut scanner, text): (Scanner, Vec<u8>)) -> (u64, Scanner, Vec<u8>) {
    let hits = scanner.scan(black_box(&text), |_| ControlFlow::Continue(())).hits;
    (hits, scanner, text)
}

fn text() -> Vec<u8> {
    let (hosts, names) = (common::listed_hosts(1000), common::listed_names(1000));
    common::corpus(256 << 10, &Planted { hosts: &hosts, names: &names, rate: 7 }).text
}

#[library_benchmark]
#[bench::log(text())]
fn extract(text: Vec<u8>) -> usize {
    let mut count = 0;
    Extractor::new(ExtractOptions::default()).extract(black_box(&text), 0..text.len(), &mut |_| {
        count += 1;
    });
    count
}

fn records() -> Vec<Indicator> {
    common::indicators(&common::listed_hosts(SET / 2), &common::listed_names(SET / 2), &[])
}

#[library_benchmark]
#[bench::records(records())]
fn build(indicators: Vec<Indicator>) -> Sieve {
    common::sieve(black_box(indicators))
}

fn list() -> String {
    let hosts = common::listed_hosts(SET / 2);
    let values = hosts.iter().map(ToString::to_string).chain(common::listed_names(SET / 2));
    values.map(|value| value + "\n").collect()
}

#[library_benchmark]
#[bench::list(list())]
fn read(list: String) -> Sieve {
    let mut builder = Sieve::builder();
    let own = Feed::new("list");
    let id = builder.feed(own.clone());
    feed::read(black_box(list.as_bytes()), "list", None, &own, &mut builder.sink(id)).expect("a feed");
    builder.build().expect("a sieve").0
}

fn path() -> PathBuf {
    std::env::temp_dir().join(format!("netsieve-track-{}", std::process::id()))
}

fn built() -> (Sieve, PathBuf) {
    (common::sieve(records()), path())
}

fn saved() -> PathBuf {
    common::sieve(records()).save(path()).expect("a writable folder");
    path()
}

#[library_benchmark]
#[bench::file(built())]
fn save((sieve, path): (Sieve, PathBuf)) -> Sieve {
    sieve.save(black_box(&path)).expect("a writable folder");
    let _ = std::fs::remove_file(path);
    sieve
}

#[library_benchmark]
#[bench::file(saved())]
fn open(path: PathBuf) -> Sieve {
    let sieve = Sieve::open(black_box(&path)).expect("a file that was saved");
    let _ = std::fs::remove_file(path);
    sieve
}

library_benchmark_group!(
    name = paths,
    benchmarks = [
        is_match_ip,
        match_ip,
        is_match_domain,
        is_match_domains,
        match_domain,
        match_url,
        scan,
        mix,
        extract,
        build,
        read,
        save,
        open
    ]
);

main!(library_benchmark_groups = paths);
