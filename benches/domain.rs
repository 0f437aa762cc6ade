//! Looks up names: `cargo bench --bench domain`.
//!
//! Sets of 1,000 to 200,000 names and of 1.5 million (up to 5 million with `NETSIEVE_BENCH_FULL=1`), all with scope
//! `Suffix`. 0, 0.1, 10 and 100 % of the queries hit, each with a name under a listed one. Then all queries hit with
//! only a thousand names, because hits in logs repeat. On one thread and on two. The memory used by a set is printed.
//! The reference is a `HashSet` of strings that is asked for the name and all its parents. With `NETSIEVE_DATA`, also
//! the names of all real feeds, queried with those of the real DNS log.

use std::collections::HashSet;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::{Feed, Kind, Sieve, feed};

mod common;

use common::{RATES, memory};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

const QUERIES: usize = 16 * 1024;

fn lookups(c: &mut Criterion, group: &str, sieve: &Sieve, sets: &[(&str, Vec<String>, usize)]) {
    let mut group = c.benchmark_group(group);
    for (name, queries, hits) in sets {
        let mut matcher = sieve.matcher();
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(BenchmarkId::new("is_match", name), |b| {
            b.iter(|| {
                let found = queries.iter().filter(|name| matcher.is_match_domain(black_box(name), None)).count();
                assert_eq!(found, *hits);
            });
        });
        let mut out = Vec::new();
        group.bench_function(BenchmarkId::new("is_match, batches", name), |b| {
            b.iter(|| {
                matcher.is_match_domains(black_box(queries), None, &mut out);
                assert_eq!(out.iter().filter(|&&found| found).count(), *hits);
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

/// One half of the queries on each of two threads.
fn two_threads(c: &mut Criterion, group: &str, sieve: &Sieve, sets: &[(&str, Vec<String>, usize)]) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let mut group = c.benchmark_group(group);
    for (name, queries, hits) in sets {
        let halves = queries.split_at(queries.len() / 2);
        let [mut one, mut two] = [(); 2].map(|()| sieve.matcher());
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(BenchmarkId::new("is_match, two threads", name), |b| {
            b.iter(|| {
                let found = pool.join(
                    || halves.0.iter().filter(|name| one.is_match_domain(black_box(name), None)).count(),
                    || halves.1.iter().filter(|name| two.is_match_domain(black_box(name), None)).count(),
                );
                assert_eq!(found.0 + found.1, *hits);
            });
        });
    }
    group.finish();
}

fn queries(listed: &[String]) -> Vec<(&'static str, Vec<String>, usize)> {
    let clean = common::clean_names(QUERIES);
    let mut sets: Vec<_> = RATES
        .iter()
        .map(|&(name, rate)| {
            let mut random = common::Random::new(60);
            let mut hits = 0;
            let mut query = |clean: &String| {
                let is_hit = random.below(1000) < rate;
                hits += usize::from(is_hit);
                if is_hit { random.one(listed).clone() } else { clean.clone() }
            };
            let queries = clean.iter().map(&mut query).collect();
            (name, queries, hits)
        })
        .collect();
    let beneath = (0..QUERIES).map(|n| format!("www.deep.{}", listed[n * 7919 % listed.len()])).collect();
    sets.push(("100 %, beneath", beneath, QUERIES));
    let again = (0..QUERIES).map(|n| listed[n % 1024 * 7919 % listed.len()].clone()).collect();
    sets.push(("100 %, of a thousand names", again, QUERIES));
    sets
}

fn generated(c: &mut Criterion) {
    for n in common::sizes().iter().copied().chain([1_500_000]) {
        let names = common::listed_names(n);
        let group = format!("domain/{n} names");
        let (sieve, usage) = memory::usage(|| common::sieve(common::indicators(&[], &names, &[])));
        memory::report(&group, n, usage);
        let sets = queries(&names);
        lookups(c, &group, &sieve, &sets);
        two_threads(c, &group, &sieve, &sets);
        let reference: HashSet<String> = names.into_iter().collect();
        let mut group = c.benchmark_group(group);
        for (name, queries, hits) in &sets {
            group.throughput(Throughput::Elements(queries.len() as u64));
            group.bench_function(BenchmarkId::new("hash-set walk", name), |b| {
                b.iter(|| {
                    assert_eq!(
                        queries.iter().filter(|name| common::holds_any_parent(&reference, black_box(name))).count(),
                        *hits
                    )
                });
            });
        }
        group.finish();
    }
}

/// The names of all real feeds, queried with the names in the real DNS log.
fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let mut builder = Sieve::builder();
    let mut folders = vec![data.join("feeds")];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> =
            std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                // Popular names are not threats.
                if !path.ends_with("warninglists") {
                    folders.push(path);
                }
                continue;
            }
            let own = Feed::new(path.display().to_string());
            let id = builder.feed(own.clone());
            // Files that are not feeds are skipped.
            let _ = feed::read_file(&path, None, &own, &mut builder.sink(id));
        }
    }
    let (sieve, _) = builder.build().expect("a sieve");
    let names = sieve.indicators().filter(|indicator| indicator.kind() == Kind::Domain && indicator.port().is_none());
    let listed: Vec<String> = names.map(|indicator| indicator.to_string()).collect();
    println!("domain/real: {} names in {} indicators", listed.len(), sieve.len());
    let log = std::fs::read_to_string(data.join("logs/zeek-dns.log")).expect("a log");
    let asked = log.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').nth(9));
    let asked: Vec<String> = asked.filter(|name| name.contains('.')).take(QUERIES).map(str::to_owned).collect();
    let mut matcher = sieve.matcher();
    let hits = asked.iter().filter(|name| matcher.is_match_domain(name, None)).count();
    println!("domain/real: {hits} of {} names of the log are listed", asked.len());
    lookups(c, "domain/real", &sieve, &[("DNS log", asked, hits)]);
    let again = (0..QUERIES).map(|n| listed[n % 1024 * 7919 % listed.len()].clone()).collect::<Vec<_>>();
    let hits = again.iter().filter(|name| matcher.is_match_domain(name, None)).count();
    lookups(c, "domain/real", &sieve, &[("of a thousand listed names", again, hits)]);
}

criterion_group!(benches, generated, real);
criterion_main!(benches);
