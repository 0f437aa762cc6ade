//! Looks up addresses: `cargo bench --bench ip`.
//!
//! Sets of 1,000 to 200,000 IPv4 hosts (up to 5 million with `NETSIEVE_BENCH_FULL=1`), 200,000 prefixes of /16 to /32,
//! and 200,000 IPv6 prefixes. 0, 0.1, 10 and 100 % of the queries hit; another set of queries resembles a log and never
//! hits. On one thread and on two. The memory used by a set is printed. The references are a binary search in sorted
//! intervals, and a `HashSet` of hosts, which finds no prefixes. Alternative crates are compared in `benches/peers`,
//! group `lookups`. With `NETSIEVE_DATA`, also the real address feeds.

use std::collections::HashSet;
use std::hint::black_box;
use std::net::IpAddr;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::{Feed, Sieve, feed};

mod common;

use common::{RATES, memory};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

const QUERIES: usize = 16 * 1024;

/// Counts the hits of all queries, and checks the count.
fn lookups(c: &mut Criterion, group: &str, sieve: &Sieve, sets: &[(&str, Vec<IpAddr>)]) {
    let mut group = c.benchmark_group(group);
    let sorted = intervals(sieve);
    for (name, queries) in sets {
        let mut matcher = sieve.matcher();
        let hits = queries.iter().filter(|&&addr| !matcher.match_ip(addr, None).is_empty()).count();
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(BenchmarkId::new("is_match", name), |b| {
            b.iter(|| {
                let found = queries.iter().filter(|&&addr| matcher.is_match_ip(black_box(addr), None)).count();
                assert_eq!(found, hits);
            });
        });
        let mut out = Vec::new();
        group.bench_function(BenchmarkId::new("is_match, many at once", name), |b| {
            b.iter(|| {
                matcher.is_match_ips(black_box(queries), &mut out);
                assert_eq!(out.iter().filter(|&&is| is).count(), hits);
            });
        });
        group.bench_function(BenchmarkId::new("binary search", name), |b| {
            b.iter(|| {
                assert_eq!(queries.iter().filter(|&&addr| is_within(&sorted, black_box(addr))).count(), hits);
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

/// The first and last addresses of a sieve's merged prefixes.
fn intervals(sieve: &Sieve) -> Vec<(IpAddr, IpAddr)> {
    let nets = sieve.networks(|_| true).prefixes();
    nets.into_iter().map(|net| (net.network(), net.broadcast())).collect()
}

fn is_within(intervals: &[(IpAddr, IpAddr)], addr: IpAddr) -> bool {
    let at = intervals.partition_point(|&(first, _)| first <= addr);
    at > 0 && addr <= intervals[at - 1].1
}

/// One half of the queries on each of two threads.
fn two_threads(c: &mut Criterion, group: &str, sieve: &Sieve, sets: &[(&str, Vec<IpAddr>)]) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let mut group = c.benchmark_group(group);
    for (name, queries) in sets {
        let halves = queries.split_at(queries.len() / 2);
        let mut matchers = [(); 2].map(|()| sieve.matcher());
        let want = queries.iter().filter(|&&addr| matchers[0].is_match_ip(addr, None)).count();
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(BenchmarkId::new("is_match, two threads", name), |b| {
            b.iter(|| {
                let [one, two] = &mut matchers;
                let found = pool.join(
                    || halves.0.iter().filter(|&&addr| one.is_match_ip(black_box(addr), None)).count(),
                    || halves.1.iter().filter(|&&addr| two.is_match_ip(black_box(addr), None)).count(),
                );
                assert_eq!(found.0 + found.1, want);
            });
        });
    }
    group.finish();
}

/// Builds a sieve, and prints the memory used.
fn build(group: &str, nets: &[ipnet::IpNet]) -> Sieve {
    let (sieve, usage) = memory::usage(|| common::sieve(common::net_indicators(nets)));
    memory::report(group, nets.len(), usage);
    sieve
}

fn hosts(c: &mut Criterion) {
    for &n in common::sizes() {
        let hosts = common::listed_hosts(n);
        let group = format!("ip/{n} hosts");
        let nets: Vec<_> = hosts.iter().map(|&addr| IpAddr::V4(addr).into()).collect();
        let sieve = build(&group, &nets);
        let mut sets: Vec<_> =
            RATES.iter().map(|&(name, rate)| (name, common::queries(QUERIES, &hosts, rate))).collect();
        sets.push(("log-like", common::log_like_queries(QUERIES)));
        lookups(c, &group, &sieve, &sets);
        two_threads(c, &group, &sieve, &sets);
        let reference: HashSet<IpAddr> = hosts.iter().map(|&addr| IpAddr::V4(addr)).collect();
        let mut group = c.benchmark_group(group);
        for (name, queries) in &sets {
            let want = queries.iter().filter(|&addr| reference.contains(addr)).count();
            group.throughput(Throughput::Elements(queries.len() as u64));
            group.bench_function(BenchmarkId::new("hash-set", name), |b| {
                b.iter(|| assert_eq!(queries.iter().filter(|&addr| reference.contains(black_box(addr))).count(), want));
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
    let group = "ip/200000 prefixes";
    let sieve = build(group, &nets);
    let sets: Vec<_> = RATES.iter().map(|&(name, rate)| (name, common::queries(QUERIES, &firsts, rate))).collect();
    lookups(c, group, &sieve, &sets);

    let nets = common::listed_nets6(200_000);
    let group = "ip/200000 prefixes of IPv6";
    let sieve = build(group, &nets);
    let sets: Vec<_> = RATES.iter().map(|&(name, rate)| (name, common::queries6(QUERIES, &nets, rate))).collect();
    lookups(c, group, &sieve, &sets);
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
