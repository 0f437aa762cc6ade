//! Building sieves: `cargo bench --bench build`.
//!
//! From parsed records: 100,000 hosts and 100,000 names (925,000 of each with `NETSIEVE_BENCH_FULL=1`); from the text of a list. With
//! `NETSIEVE_DATA`, the real lists too.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::{Feed, Sieve, feed};

mod common;

fn generated(c: &mut Criterion) {
    let half = if common::is_full() { 925_000 } else { 100_000 };
    let (hosts, names) = (common::listed_hosts(half), common::listed_names(half));
    let mut group = c.benchmark_group("build");
    group.sample_size(10);
    group.throughput(Throughput::Elements(2 * half as u64));
    let indicators = common::indicators(&hosts, &names, &[]);
    group.bench_function("records", |b| {
        b.iter_batched(
            || indicators.clone(),
            |indicators| assert_eq!(common::sieve(black_box(indicators)).len(), 2 * half),
            BatchSize::LargeInput,
        );
    });
    let list: String =
        hosts.iter().map(ToString::to_string).chain(names.iter().cloned()).map(|value| value + "\n").collect();
    group.bench_function("list", |b| {
        b.iter(|| assert_eq!(read(&[("list", black_box(list.as_bytes()))]).len(), 2 * half));
    });
    group.finish();
}

fn read(lists: &[(&str, &[u8])]) -> Sieve {
    let mut builder = Sieve::builder();
    for (name, text) in lists {
        let own = Feed::new(*name);
        let id = builder.feed(own.clone());
        feed::read(*text, *name, None, &own, &mut builder.sink(id)).expect("a feed");
    }
    builder.build().expect("a sieve").0
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let files = ["ipsum.txt", "malicious-ip-full-aa.txt", "stevenblack.domains.txt", "openphish.txt"];
    let texts = files.map(|file| std::fs::read(data.join("feeds").join(file)).expect("a feed"));
    let lists: Vec<(&str, &[u8])> = files.iter().copied().zip(texts.iter().map(Vec::as_slice)).collect();
    let mut group = c.benchmark_group("build");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    let want = read(&lists).len();
    assert!(want > 300_000);
    group.bench_function("real lists", |b| b.iter(|| assert_eq!(read(black_box(&lists)).len(), want)));
    group.finish();
}

criterion_group!(benches, generated, real);
criterion_main!(benches);
