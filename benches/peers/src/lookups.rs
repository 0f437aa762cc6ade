//! Large sets of prefixes: single lookups, batches, and all prefixes that cover an address.
//!
//! The sets are the real address feeds (with `NETSIEVE_DATA`), the same filled up to 600,000 hosts in the same
//! networks, 956,000 IPv4 prefixes, 200,000 IPv6 prefixes and, with `NETSIEVE_BENCH_FULL=1`, five million hosts. Half
//! or none of the queries are listed; a third kind of queries resembles a log.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ip_network_table::IpNetworkTable;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use netsieve::MatchOptions;
use poptrie::Poptrie;
use prefix_trie::PrefixMap;

use crate::common;
use crate::common::Random;
use crate::common::measure::{Contender, interleaved};
use crate::record::Record;

/// So many that the parts of any table they touch exceed the caches.
const QUERIES: usize = 128 * 1024;

pub fn run(record: &mut Record) {
    let mut random = Random::new(21);
    let hosts = real_hosts();
    if !hosts.is_empty() {
        let nets: Vec<Ipv4Net> = hosts.iter().map(|&addr| addr.into()).collect();
        v4(record, &format!("{} hosts of real feeds", nets.len()), &nets, &mut random);
        let nets = filled_up(hosts, 600_000, &mut random);
        v4(record, "600,000 hosts as in real feeds", &nets, &mut random);
    }
    let net = |random: &mut Random| {
        let len = 32 - (random.below(17) * random.below(17) / 16) as u8;
        Ipv4Net::new(Ipv4Addr::from_bits(anywhere(random)), len).expect("at most 32").trunc()
    };
    let nets: Vec<Ipv4Net> = (0..956_000).map(|_| net(&mut random)).collect();
    v4(record, "956,000 prefixes /16 to /32", &nets, &mut random);
    let nets: Vec<Ipv6Net> = common::listed_nets6(200_000)
        .into_iter()
        .filter_map(|net| match net {
            IpNet::V6(net) => Some(net),
            IpNet::V4(_) => None,
        })
        .collect();
    v6(record, "200,000 IPv6 prefixes /32 to /128", &nets, &mut random);
    if std::env::var_os("NETSIEVE_BENCH_FULL").is_some() {
        let nets: Vec<Ipv4Net> = (0..5_000_000).map(|_| Ipv4Addr::from_bits(anywhere(&mut random)).into()).collect();
        v4(record, "5,000,000 hosts anywhere", &nets, &mut random);
    }
}

/// An address that no guard refuses.
fn anywhere(random: &mut Random) -> u32 {
    random.next() as u32 % (89 << 24) + (11 << 24)
}

/// The hosts in the real address feeds.
fn real_hosts() -> Vec<Ipv4Addr> {
    let Some(data) = common::data() else { return Vec::new() };
    let mut hosts = Vec::new();
    for file in ["ipsum.txt", "malicious-ip-full-aa.txt", "isc-sans-ab.txt"] {
        let text = std::fs::read_to_string(data.join("feeds").join(file)).expect("a feed");
        let first = |line: &str| line.split_whitespace().next().and_then(|text| text.parse::<Ipv4Addr>().ok());
        hosts.extend(text.lines().filter_map(first).filter(|addr| {
            let [first, ..] = addr.octets();
            !addr.is_private() && !matches!(first, 0 | 10 | 127 | 224..)
        }));
    }
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// Adds hosts in the /24 and /16 networks of the given ones.
fn filled_up(hosts: Vec<Ipv4Addr>, count: usize, random: &mut Random) -> Vec<Ipv4Net> {
    let mut all = hosts.clone();
    while all.len() < count {
        let missing = count - all.len();
        all.extend((0..missing).map(|_| {
            let host = random.one(&hosts).to_bits();
            let free = if random.below(3) == 0 { 0xFF } else { 0xFFFF };
            Ipv4Addr::from_bits(host & !free | random.next() as u32 & free)
        }));
        all.sort_unstable();
        all.dedup();
    }
    all.into_iter().map(Ipv4Net::from).collect()
}

/// A matcher of these prefixes, with contenders for single lookups, batches, and all covering prefixes.
fn own<'c, A: Copy + Into<IpAddr>>(nets: impl Iterator<Item = IpNet>, queries: &'c [A]) -> Vec<Contender<'c>> {
    let nets: Vec<IpNet> = nets.collect();
    let mut builder = netsieve::Sieve::builder();
    let mut feed = netsieve::Feed::new("generated");
    feed.policy.admit_bogons = true;
    let feed = builder.feed(feed);
    for (net, line) in nets.iter().zip(1..) {
        let indicator = netsieve::Indicator::Ip { net: *net, port: None };
        builder.add(feed, netsieve::indicator::Record::new(indicator, line, ""));
    }
    let (sieve, _) = builder.build().expect("no more than ids can count");
    let options = MatchOptions::default();
    let (mut one, mut many, mut all) =
        (sieve.matcher_with(&options), sieve.matcher_with(&options), sieve.matcher_with(&options));
    let mut out = Vec::new();
    vec![
        Contender::new("netsieve, many at once", move || {
            many.is_match_ips(black_box(queries), &mut out);
            out.iter().map(|&is| u64::from(is)).sum()
        }),
        Contender::new("netsieve, one by one", move || {
            queries.iter().filter(|&&addr| one.is_match_ip(black_box(addr), None)).count() as u64
        }),
        Contender::new("netsieve, all that covers", move || {
            queries.iter().filter(|&&addr| !all.match_ip(black_box(addr), None).is_empty()).count() as u64
        }),
    ]
}

/// The first and last addresses of the merged intervals.
fn intervals<T: Copy + Ord>(ends: impl Iterator<Item = (T, T)>) -> Vec<(T, T)> {
    let mut ends: Vec<(T, T)> = ends.collect();
    ends.sort_unstable();
    let mut merged: Vec<(T, T)> = Vec::new();
    for (first, last) in ends {
        match merged.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

fn is_within<T: Copy + Ord>(intervals: &[(T, T)], addr: T) -> bool {
    let at = intervals.partition_point(|&(first, _)| first <= addr);
    at > 0 && addr <= intervals[at - 1].1
}

fn mmdb(nets: impl Iterator<Item = IpNet>, version: mmdb_writer::IpVersion) -> maxminddb::Reader<Vec<u8>> {
    let mut writer = mmdb_writer::Writer::builder("peers").ip_version(version).build();
    let mut sorted: Vec<IpNet> = nets.collect();
    sorted.sort_by_key(IpNet::prefix_len);
    for net in sorted {
        let value = mmdb_writer::Value::map([("listed", mmdb_writer::Value::from(true))]);
        writer.insert_value(net, value).expect("a prefix");
    }
    maxminddb::Reader::from_source(writer.to_bytes().expect("a database")).expect("a database")
}

fn compare(record: &mut Record, work: &str, contenders: Vec<Contender<'_>>) {
    let outcomes = interleaved(contenders, crate::rounds(), 0.01, crate::clock::thread);
    for outcome in &outcomes {
        assert_eq!(outcome.answer, outcomes[0].answer, "{work}: {} and netsieve differ", outcome.name);
    }
    record.rows(work, "lookups", QUERIES as u64, &outcomes, |_, _| {});
}

fn v4(record: &mut Record, what: &str, nets: &[Ipv4Net], random: &mut Random) {
    let mut trie: PrefixMap<Ipv4Net, u32> = PrefixMap::new();
    let mut table: IpNetworkTable<u32> = IpNetworkTable::new();
    for (&net, id) in nets.iter().zip(0..) {
        trie.insert(net, id);
        table.insert(ip_network::Ipv4Network::new(net.network(), net.prefix_len()).expect("a network"), id);
    }
    let mut sorted = nets.to_vec();
    sorted.sort();
    let poptrie: Poptrie<Ipv4Net, u32> = sorted.into_iter().zip(0..).collect();
    let sorted = intervals(nets.iter().map(|net| (net.network(), net.broadcast())));
    let reader = mmdb(nets.iter().copied().map(IpNet::V4), mmdb_writer::IpVersion::V4);

    let listed = |random: &mut Random| random.one(nets).network();
    let unlisted = |random: &mut Random| loop {
        let addr = Ipv4Addr::from_bits(anywhere(random));
        if !is_within(&sorted, addr) {
            return addr;
        }
    };
    let half = (0..QUERIES).map(|_| if random.below(2) == 0 { listed(random) } else { unlisted(random) }).collect();
    let none = (0..QUERIES).map(|_| unlisted(random)).collect();
    let popular: Vec<Ipv4Addr> = (0..2000).map(|_| unlisted(random)).collect();
    // Half of a log's addresses are local; one in two hundred is listed.
    let log_like = (0..QUERIES)
        .map(|_| match random.below(200) {
            0 => listed(random),
            1..100 => Ipv4Addr::new(10, 0, 0, random.below(256) as u8),
            _ => *random.popular(&popular),
        })
        .collect();
    let workloads: [(&str, Vec<Ipv4Addr>); 3] = [("half listed", half), ("none listed", none), ("log-like", log_like)];
    for (kind, queries) in &workloads {
        let count =
            |is: &mut dyn FnMut(Ipv4Addr) -> bool| queries.iter().filter(|&&addr| is(black_box(addr))).count() as u64;
        let mut contenders = own(nets.iter().copied().map(IpNet::V4), queries);
        contenders.extend([
            Contender::new("prefix-trie 0.10", || count(&mut |addr| trie.get_lpm(&addr.into()).is_some())),
            Contender::new("prefix-trie 0.10, all that covers", || {
                count(&mut |addr| trie.cover(&addr.into()).map(|(_, id)| black_box(id)).count() > 0)
            }),
            Contender::new("ip_network_table 0.2", || count(&mut |addr| table.longest_match_ipv4(addr).is_some())),
            Contender::new("poptrie 0.2", || count(&mut |addr| poptrie.lookup(addr).is_some())),
            Contender::new("maxminddb 0.32", || {
                count(&mut |addr| reader.lookup(addr.into()).is_ok_and(|found| found.has_data()))
            }),
            Contender::new("sorted intervals, partition_point", || count(&mut |addr| is_within(&sorted, addr))),
        ]);
        compare(record, &format!("{what}, {kind}"), contenders);
    }
}

fn v6(record: &mut Record, what: &str, nets: &[Ipv6Net], random: &mut Random) {
    let mut trie: PrefixMap<Ipv6Net, u32> = PrefixMap::new();
    let mut table: IpNetworkTable<u32> = IpNetworkTable::new();
    for (&net, id) in nets.iter().zip(0..) {
        trie.insert(net, id);
        table.insert(ip_network::Ipv6Network::new(net.network(), net.prefix_len()).expect("a network"), id);
    }
    let mut sorted = nets.to_vec();
    sorted.sort();
    let poptrie: Poptrie<Ipv6Net, u32> = sorted.into_iter().zip(0..).collect();
    let sorted = intervals(nets.iter().map(|net| (net.network(), net.broadcast())));
    let reader = mmdb(nets.iter().copied().map(IpNet::V6), mmdb_writer::IpVersion::V6);

    let unlisted = common::queries6(QUERIES, &[], 0);
    let half = (0..QUERIES)
        .map(|at| match (random.below(2), unlisted[at]) {
            (1, IpAddr::V6(addr)) => addr,
            _ => {
                let net = random.one(nets);
                let below = u128::from(random.next()) << 64 | u128::from(random.next());
                let host = below.checked_shr(net.prefix_len().into()).unwrap_or(0);
                Ipv6Addr::from_bits(net.network().to_bits() | host)
            }
        })
        .collect();
    let none = unlisted
        .iter()
        .filter_map(|addr| match addr {
            IpAddr::V6(addr) => Some(*addr),
            IpAddr::V4(_) => None,
        })
        .collect();
    let workloads: [(&str, Vec<Ipv6Addr>); 2] = [("half listed", half), ("none listed", none)];
    for (kind, queries) in &workloads {
        let count =
            |is: &mut dyn FnMut(Ipv6Addr) -> bool| queries.iter().filter(|&&addr| is(black_box(addr))).count() as u64;
        let mut contenders = own(nets.iter().copied().map(IpNet::V6), queries);
        contenders.extend([
            Contender::new("prefix-trie 0.10", || count(&mut |addr| trie.get_lpm(&addr.into()).is_some())),
            Contender::new("ip_network_table 0.2", || count(&mut |addr| table.longest_match_ipv6(addr).is_some())),
            Contender::new("poptrie 0.2", || count(&mut |addr| poptrie.lookup(addr).is_some())),
            Contender::new("maxminddb 0.32", || {
                count(&mut |addr| reader.lookup(addr.into()).is_ok_and(|found| found.has_data()))
            }),
            Contender::new("sorted intervals, partition_point", || count(&mut |addr| is_within(&sorted, addr))),
        ]);
        compare(record, &format!("{what}, {kind}"), contenders);
    }
}
