//! Building sieves: `cargo bench --bench build`.
//!
//! Builds from parsed records, on one thread and on two, and from the text of a list: 1,000 to 200,000 indicators (up
//! to 5 million with `NETSIEVE_BENCH_FULL=1`), half hosts and half names. The reference sorts the indicators' texts.
//! The memory used by a build is printed. Then 2 million names, with adding and compiling timed separately. With
//! `NETSIEVE_DATA`, also the real lists.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::indicator::Record;
use netsieve::sieve::PublicSuffixes;
use netsieve::{Feed, Sieve, feed};

mod common;

use common::memory;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

fn generated(c: &mut Criterion) {
    for &n in common::sizes() {
        let (hosts, names) = (common::listed_hosts(n / 2), common::listed_names(n / 2));
        let indicators = common::indicators(&hosts, &names, &[]);
        let (sieve, usage) = memory::usage(|| common::sieve(indicators.clone()));
        memory::report(&format!("build/{n} indicators"), n, usage);
        assert_eq!(sieve.len(), n);
        drop(sieve);

        let mut group = c.benchmark_group(format!("build/{n} indicators"));
        group.sample_size(10);
        group.throughput(Throughput::Elements(n as u64));
        for (name, threads) in [("records, one thread", 1), ("records, two threads", 2)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            group.bench_function(name, |b| {
                b.iter_batched(
                    || indicators.clone(),
                    |indicators| assert_eq!(pool.install(|| common::sieve(black_box(indicators))).len(), n),
                    BatchSize::LargeInput,
                );
            });
        }
        let list: String =
            hosts.iter().map(ToString::to_string).chain(names.iter().cloned()).map(|value| value + "\n").collect();
        group.bench_function("list", |b| {
            b.iter(|| assert_eq!(read(&[("list", black_box(list.as_bytes()))]).len(), n));
        });
        group.bench_function("sort texts", |b| {
            b.iter(|| {
                let mut texts: Vec<String> = black_box(&indicators).iter().map(ToString::to_string).collect();
                texts.sort_unstable();
                assert_eq!(texts.len(), n);
            });
        });
        group.finish();
    }
}

/// Many names: the time to add them, and the time to compile them on two threads.
fn names(c: &mut Criterion) {
    const COUNT: usize = 2_000_000;
    let names = common::listed_names(COUNT);
    let indicators = common::indicators(&[], &names, &[]);
    let added = || {
        let mut builder = Sieve::builder();
        builder.public_suffixes(PublicSuffixes::empty());
        let feed = builder.feed(Feed::new("generated"));
        for ((indicator, line), name) in indicators.iter().zip(1..).zip(&names) {
            builder.add(feed, Record::new(indicator.clone(), line, name));
        }
        builder
    };
    let (sieve, usage) = memory::usage(|| added().build().expect("a sieve").0);
    memory::report(&format!("build/{COUNT} names"), COUNT, usage);
    assert_eq!(sieve.len(), COUNT);
    drop(sieve);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
    let mut group = c.benchmark_group(format!("build/{COUNT} names"));
    group.sample_size(10);
    group.throughput(Throughput::Elements(COUNT as u64));
    group.bench_function("add", |b| b.iter_with_large_drop(added));
    group.bench_function("compile, two threads", |b| {
        b.iter_batched(added, |mut builder| pool.install(|| builder.build().expect("a sieve")), BatchSize::LargeInput);
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

criterion_group!(benches, generated, names, real);
criterion_main!(benches);
