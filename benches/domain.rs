//! Looking up names: `cargo bench --bench domain`.
//!
//! Sets of 1,000 to 250,000 names (1.5 million with `NETSIEVE_BENCH_FULL=1`), all with the names beneath them; queries that miss
//! and that hit. The reference is a `HashSet` of strings that is asked for the name and all its parents. With `NETSIEVE_DATA`, the
//! real lists too.

use std::collections::HashSet;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::{Feed, MatchOptions, Sieve, feed};

mod common;

const QUERIES: usize = 16 * 1024;

fn lookups(c: &mut Criterion, group: &str, sieve: &Sieve, sets: &[(&str, Vec<String>, usize)]) {
    let mut group = c.benchmark_group(group);
    for (name, queries, hits) in sets {
        let mut matcher = sieve.matcher(&MatchOptions::default());
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(BenchmarkId::new("is_match", name), |b| {
            b.iter(|| {
                let found = queries.iter().filter(|name| matcher.is_match_domain(black_box(name), None)).count();
                assert_eq!(found, *hits);
            });
        });
        group.bench_function(BenchmarkId::new("match", name), |b| {
            b.iter(|| {
                let found =
                    queries.iter().filter(|name| !matcher.match_domain(black_box(name), None).is_empty()).count();
                assert_eq!(found, *hits);
            });
        });
    }
    group.finish();
}

/// Whether the set holds a name or one that it is beneath.
fn walk(set: &HashSet<String>, name: &str) -> bool {
    let mut rest = Some(name);
    while let Some(name) = rest {
        if set.contains(name) {
            return true;
        }
        rest = name.split_once('.').map(|(_, parent)| parent);
    }
    false
}

fn queries(listed: &[String]) -> [(&'static str, Vec<String>, usize); 3] {
    let misses = common::clean_names(QUERIES);
    let hits: Vec<String> = (0..QUERIES).map(|n| listed[n * 7919 % listed.len()].clone()).collect();
    let beneath = hits.iter().map(|name| format!("www.deep.{name}")).collect();
    [("misses", misses, 0), ("hits", hits, QUERIES), ("beneath", beneath, QUERIES)]
}

fn generated(c: &mut Criterion) {
    let largest = if common::is_full() { 1_500_000 } else { 250_000 };
    for n in [1_000, largest] {
        let names = common::listed_names(n);
        let sieve = common::sieve(common::indicators(&[], &names, &[]));
        let sets = queries(&names);
        let group = format!("domain/{n} names");
        lookups(c, &group, &sieve, &sets);
        let reference: HashSet<String> = names.into_iter().collect();
        let mut group = c.benchmark_group(group);
        for (name, queries, hits) in &sets {
            group.throughput(Throughput::Elements(queries.len() as u64));
            group.bench_function(BenchmarkId::new("hash-set walk", name), |b| {
                b.iter(|| assert_eq!(queries.iter().filter(|name| walk(&reference, black_box(name))).count(), *hits));
            });
        }
        group.finish();
    }
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let mut builder = Sieve::builder();
    let own = Feed::new("stevenblack");
    let id = builder.feed(own.clone());
    feed::read_file(data.join("feeds/stevenblack.domains.txt"), None, &own, &mut builder.sink(id)).expect("a feed");
    let (sieve, _) = builder.build().expect("a sieve");
    let listed: Vec<String> = sieve.indicators().map(|indicator| indicator.to_string()).collect();
    lookups(c, "domain/real list", &sieve, &queries(&listed)[1..]);
}

criterion_group!(benches, generated, real);
criterion_main!(benches);
