//! Many values and many rows at once: `cargo bench --bench many`.
//!
//! Values of each kind, and mixed, with no match and with one in a thousand: in a batch and in a loop. Rows of about
//! 150 bytes: together, one by one, and as a single text.

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::Scanner;
use netsieve::value::Column;

mod common;

use common::Planted;

const VALUES: usize = 16 * 1024;

/// Values of each kind, none of them listed.
fn values() -> Vec<(&'static str, Vec<String>)> {
    let names = common::clean_names(VALUES);
    let addrs: Vec<String> = common::queries(VALUES, &[], 0).iter().map(ToString::to_string).collect();
    let urls = common::urls(VALUES, &names[..2000]);
    let mixed = (0..VALUES).map(|n| [&names, &addrs, &urls][n % 3][n].clone()).collect();
    vec![("names", names), ("IPv4 addresses", addrs), ("URLs", urls), ("mixed", mixed)]
}

fn lookups(c: &mut Criterion) {
    for n in [20_000, 200_000] {
        let (hosts, names) = (common::listed_hosts(n / 2), common::listed_names(n / 2));
        let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
        let mut group = c.benchmark_group(format!("many/{n} indicators"));
        group.throughput(Throughput::Elements(VALUES as u64));
        for (kind, clean) in values() {
            for (rate, step) in [("none hits", usize::MAX), ("1 in 1000 hits", 1000)] {
                let mut values = clean.clone();
                values.iter_mut().step_by(step).skip(1).zip(&names).for_each(|(value, name)| name.clone_into(value));
                let hits = if step == 1000 { VALUES.div_ceil(1000) - 1 } else { 0 };
                let mut matcher = sieve.matcher();
                group.bench_function(BenchmarkId::new(format!("{kind}, a loop"), rate), |b| {
                    b.iter(|| assert_eq!(values.iter().filter(|&v| matcher.is_match_any(black_box(v))).count(), hits));
                });
                let mut out = Vec::new();
                group.bench_function(BenchmarkId::new(format!("{kind}, a batch"), rate), |b| {
                    b.iter(|| {
                        matcher.is_match_batch(black_box(&values), &mut out);
                        assert_eq!(out.iter().filter(|&&found| found).count(), hits);
                    });
                });
                let (data, mut offsets) = (values.concat(), vec![0]);
                values.iter().for_each(|value| offsets.push(offsets[offsets.len() - 1] + value.len() as i32));
                group.bench_function(BenchmarkId::new(format!("{kind}, a column"), rate), |b| {
                    b.iter(|| {
                        let column = Column::new(black_box(data.as_bytes()), &offsets).expect("offsets");
                        let mut found = 0;
                        matcher.lookup_batch(column, |_, _| found += 1);
                        assert_eq!(found, hits);
                    });
                });
            }
        }
        group.finish();
    }
}

fn rows(c: &mut Criterion) {
    let (hosts, names) = (common::listed_hosts(10_000), common::listed_names(10_000));
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let mut group = c.benchmark_group("many/rows");
    group.sample_size(10);
    for (kind, rate) in [("sparse", 7), ("dense", 1000)] {
        let corpus = common::corpus(8 << 20, &Planted { hosts: &hosts, names: &names, rate });
        let rows: Vec<&[u8]> = corpus.text.split(|&byte| byte == b'\n').collect();
        let mut scanner = Scanner::new(&sieve);
        group.throughput(Throughput::Bytes(corpus.text.len() as u64));
        group.bench_function(BenchmarkId::new("together", kind), |b| {
            b.iter(|| {
                let stats = scanner.scan_rows(black_box(&rows), |_, _| ControlFlow::Continue(()));
                assert_eq!(stats.hits, corpus.hits);
            });
        });
        group.bench_function(BenchmarkId::new("one by one", kind), |b| {
            b.iter(|| {
                let scan = |row: &&[u8]| scanner.scan(row, |_| ControlFlow::Continue(())).hits;
                assert_eq!(black_box(&rows).iter().map(scan).sum::<u64>(), corpus.hits);
            });
        });
        group.bench_function(BenchmarkId::new("as one text", kind), |b| {
            b.iter(|| {
                let stats = scanner.scan(black_box(&corpus.text), |_| ControlFlow::Continue(()));
                assert_eq!(stats.hits, corpus.hits);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, lookups, rows);
criterion_main!(benches);
