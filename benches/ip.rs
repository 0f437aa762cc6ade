//! Looking up addresses: `cargo bench --bench ip`.
//!
//! Sets of 1,000 to 600,000 IPv4 hosts, 200,000 prefixes of /16 to /32, and 200,000 IPv6 prefixes; queries that miss, that hit
//! half of the time, and as logs have them. The reference is a `HashSet` of hosts, which finds no prefix. With
//! `NETSIEVE_DATA`, the real address feeds too.

use std::collections::HashSet;
use std::hint::black_box;
use std::net::IpAddr;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::{Feed, MatchOptions, Sieve, feed};

mod common;

const QUERIES: usize = 16 * 1024;

/// Counts the hits of all queries, and how many there must be.
fn lookups(c: &mut Criterion, group: &str, sieve: &Sieve, sets: &[(&str, Vec<IpAddr>)]) {
    let mut group = c.benchmark_group(group);
    for (name, queries) in sets {
        let mut matcher = sieve.matcher(&MatchOptions::default());
        let hits = queries.iter().filter(|&&addr| !matcher.match_ip(addr, None).is_empty()).count();
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(BenchmarkId::new("is_match", name), |b| {
            b.iter(|| {
                let found = queries.iter().filter(|&&addr| matcher.is_match_ip(black_box(addr), None)).count();
                assert_eq!(found, hits);
            });
        });
        group.bench_function(BenchmarkId::new("match", name), |b| {
            b.iter(|| {
                let found = queries.iter().filter(|&&addr| !matcher.match_ip(black_box(addr), None).is_empty()).count();
                assert_eq!(found, hits);
            });
        });
    }
    group.finish();
}

fn hosts(c: &mut Criterion) {
    for n in [1_000, 100_000, 600_000] {
        let hosts = common::listed_hosts(n);
        let sieve = common::sieve(common::indicators(&hosts, &[], &[]));
        let sets = [
            ("misses", common::queries(QUERIES, &hosts, 0)),
            ("half", common::queries(QUERIES, &hosts, 500)),
            ("hits", common::queries(QUERIES, &hosts, 1000)),
            ("log-like", common::log_like_queries(QUERIES)),
        ];
        let group = format!("ip/{n} hosts");
        lookups(c, &group, &sieve, &sets);
        let reference: HashSet<IpAddr> = hosts.iter().map(|&addr| IpAddr::V4(addr)).collect();
        let mut group = c.benchmark_group(group);
        for (name, queries) in &sets {
            group.throughput(Throughput::Elements(queries.len() as u64));
            group.bench_function(BenchmarkId::new("hash-set", name), |b| {
                b.iter(|| queries.iter().filter(|&addr| reference.contains(black_box(addr))).count());
            });
        }
        group.finish();
    }
}

fn prefixes(c: &mut Criterion) {
    let nets = common::listed_nets(200_000);
    let firsts: Vec<_> = nets
        .iter()
        .filter_map(|net| match net.network() {
            IpAddr::V4(addr) => Some(addr),
            IpAddr::V6(_) => None,
        })
        .collect();
    let sieve = common::sieve(common::net_indicators(&nets));
    let sets = [("misses", common::queries(QUERIES, &firsts, 0)), ("half", common::queries(QUERIES, &firsts, 500))];
    lookups(c, "ip/200000 prefixes", &sieve, &sets);

    let nets = common::listed_nets6(200_000);
    let sieve = common::sieve(common::net_indicators(&nets));
    let sets = [("misses", common::queries6(QUERIES, &nets, 0)), ("half", common::queries6(QUERIES, &nets, 500))];
    lookups(c, "ip/200000 prefixes of IPv6", &sieve, &sets);
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let mut builder = Sieve::builder();
    for file in ["ipsum.txt", "malicious-ip-full-aa.txt"] {
        let own = Feed::new(file);
        let id = builder.feed(own.clone());
        feed::read_file(data.join("feeds").join(file), None, &own, &mut builder.sink(id)).expect("a feed");
    }
    let (sieve, _) = builder.build().expect("a sieve");
    lookups(c, "ip/real feeds", &sieve, &[("log-like", common::log_like_queries(QUERIES))]);
}

criterion_group!(benches, hosts, prefixes, real);
criterion_main!(benches);
