//! Scans logs: `cargo bench --bench scan`.
//!
//! The logs are generated with the statistics of real ones.
//!
//! * By size: 1,000 to 200,000 indicators (up to 5 million with `NETSIEVE_BENCH_FULL=1`), with hits in 0, 0.1, 10 and
//!   100 % of the lines, on one thread and on two. The memory used by a scanner is printed.
//! * By engine: every engine that the CPU supports, with 20,000 indicators (and 1.85 million), few hits (7 lines in
//!   10,000) and many (1 line in 10), over 16 MB (400 MB with `NETSIEVE_BENCH_FULL=1`).
//! * References in the same run: counting newlines with `memchr`, and an `aho-corasick` automaton of the same
//!   indicators, which finds substrings.
//! * Indicators close to the contents of the log: under the parents of its names, and in the networks of its addresses.
//! * Text that is hard to scan.
//! * With `NETSIEVE_DATA`, the real feeds over the real logs, and over 400 MB of their lines in turns: with 20,000 real
//!   indicators, all of them, and two million.

use std::hint::black_box;
use std::ops::ControlFlow;

use aho_corasick::AhoCorasick;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::{Engine, Feed, ScanOptions, Scanner, Sieve, feed};

mod common;
#[path = "common/real.rs"]
mod real;

use common::{Planted, RATES, memory};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

fn engines() -> Vec<Engine> {
    Engine::available().into_iter().filter(|&engine| engine != Engine::Auto).collect()
}

fn scanner(sieve: &Sieve, engine: Engine) -> Scanner {
    let mut options = ScanOptions::default();
    options.engine = engine;
    Scanner::with_options(sieve, &options)
}

fn hits(scanner: &mut Scanner, text: &[u8]) -> u64 {
    scanner.scan(text, |_| ControlFlow::Continue(())).hits
}

fn sizes(c: &mut Criterion) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    for &n in common::sizes() {
        let (hosts, names) = (common::listed_hosts(n / 2), common::listed_names(n / 2));
        let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
        let mut group = c.benchmark_group(format!("scan/by size/{n} indicators"));
        group.sample_size(10);
        for (name, rate) in RATES {
            let corpus = common::corpus(8 << 20, &Planted { hosts: &hosts, names: &names, rate: rate * 10 });
            group.throughput(Throughput::Bytes(corpus.text.len() as u64));
            let (mut scanner, usage) = memory::usage(|| {
                let mut scanner = scanner(&sieve, Engine::Auto);
                assert_eq!(hits(&mut scanner, &corpus.text), corpus.hits);
                scanner
            });
            memory::report(&format!("scan/{n} indicators, {name} of lines"), 1, usage);
            group.bench_function(BenchmarkId::new("one thread", name), |b| {
                b.iter(|| assert_eq!(hits(&mut scanner, black_box(&corpus.text)), corpus.hits));
            });
            group.bench_function(BenchmarkId::new("two threads", name), |b| {
                b.iter(|| {
                    let go_on = |_: &netsieve::Hit<'_>| ControlFlow::Continue(());
                    let stats = pool.install(|| scanner.scan_parallel(black_box(&corpus.text), go_on));
                    assert_eq!(stats.hits, corpus.hits);
                });
            });
        }
        group.finish();
    }
}

fn generated(c: &mut Criterion) {
    let size = if common::is_full() { 400 << 20 } else { 16 << 20 };
    let sets: &[usize] = if common::is_full() { &[10_000, 925_000] } else { &[10_000] };
    for &half in sets {
        let (hosts, names) = (common::listed_hosts(half), common::listed_names(half));
        let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
        let mut group = c.benchmark_group(format!("scan/{} indicators", 2 * half));
        group.sample_size(10);
        for (kind, rate) in [("sparse", 7), ("dense", 1000)] {
            let corpus = common::corpus(size, &Planted { hosts: &hosts, names: &names, rate });
            group.throughput(Throughput::Bytes(corpus.text.len() as u64));
            for engine in engines() {
                let mut scanner = scanner(&sieve, engine);
                group.bench_function(BenchmarkId::new(engine.as_str(), kind), |b| {
                    b.iter(|| assert_eq!(hits(&mut scanner, black_box(&corpus.text)), corpus.hits));
                });
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
            let mut scanner = scanner(&sieve, Engine::Auto);
            group.bench_function(BenchmarkId::new("two threads", kind), |b| {
                b.iter(|| {
                    let go_on = |_: &netsieve::Hit<'_>| ControlFlow::Continue(());
                    let stats = pool.install(|| scanner.scan_parallel(black_box(&corpus.text), go_on));
                    assert_eq!(stats.hits, corpus.hits);
                });
            });
            group.bench_function(BenchmarkId::new("count newlines", kind), |b| {
                b.iter(|| assert_eq!(memchr::memchr_iter(b'\n', black_box(&corpus.text)).count() as u64, corpus.lines));
            });
            if half <= 10_000 {
                let texts = hosts.iter().map(ToString::to_string).chain(names.iter().cloned());
                let automaton =
                    AhoCorasick::builder().ascii_case_insensitive(true).build(texts).expect("a small automaton");
                group.bench_function(BenchmarkId::new("aho-corasick", kind), |b| {
                    b.iter(|| automaton.find_iter(black_box(&corpus.text)).count());
                });
            }
        }
        group.finish();
    }
}

/// Indicators close to the contents of the log, with as many hits as all real feeds give on real lines.
fn near(c: &mut Criterion) {
    let (hosts, names) = common::near::near(20_000);
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let corpus = common::corpus(16 << 20, &Planted { hosts: &hosts, names: &names, rate: common::near::RATE });
    let mut group = c.benchmark_group("scan/20000 indicators near the log");
    group.sample_size(10).throughput(Throughput::Bytes(corpus.text.len() as u64));
    for engine in engines() {
        let mut scanner = scanner(&sieve, engine);
        group.bench_function(BenchmarkId::from_parameter(engine), |b| {
            b.iter(|| assert_eq!(hits(&mut scanner, black_box(&corpus.text)), corpus.hits));
        });
    }
    group.finish();
}

fn hard(c: &mut Criterion) {
    let (hosts, names) = (common::listed_hosts(10_000), common::listed_names(10_000));
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let mut group = c.benchmark_group("scan/hard");
    group.sample_size(10);
    for piece in [".", ":", "a.", "1.", "1.1.1.1 ", "::1 ", "http://", "%2F", "\\u002e", "\u{e9}.", "(1)a", "a.b/"] {
        let text = piece.repeat((4 << 20) / piece.len());
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut scanner = scanner(&sieve, Engine::Auto);
        group.bench_function(BenchmarkId::from_parameter(piece), |b| {
            b.iter(|| assert_eq!(hits(&mut scanner, black_box(text.as_bytes())), 0));
        });
    }
    group.finish();
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let mut builder = Sieve::builder();
    for file in ["ipsum.txt", "malicious-ip-full-aa.txt", "stevenblack.domains.txt", "openphish.txt"] {
        let own = Feed::new(file);
        let id = builder.feed(own.clone());
        feed::read_file(data.join("feeds").join(file), None, &own, &mut builder.sink(id)).expect("a feed");
    }
    let (sieve, _) = builder.build().expect("a sieve");
    let mut group = c.benchmark_group("scan/real");
    group.sample_size(10);
    for (log, want) in [("zeek-dns.log", 2802), ("zeek-dns.json", 2802), ("apache_access.log", 32)] {
        let text = std::fs::read(data.join("logs").join(log)).expect("a log");
        group.throughput(Throughput::Bytes(text.len() as u64));
        for engine in engines() {
            let mut scanner = scanner(&sieve, engine);
            group.bench_function(BenchmarkId::new(engine.as_str(), log), |b| {
                b.iter(|| assert_eq!(hits(&mut scanner, black_box(&text)), want));
            });
        }
    }
    group.finish();
}

/// Real lines in turns, with real sets of three sizes, like a user's scan. Prints the places examined and the hits per megabyte.
fn mix(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let text = real::mix(&data, 400);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    for (set, sieve) in real::sets(&data) {
        let mut group = c.benchmark_group(format!("scan/mix/{set}"));
        group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
        let mut want = None;
        for engine in engines() {
            let mut scanner = scanner(&sieve, engine);
            let stats = scanner.scan(&text, |_| ControlFlow::Continue(()));
            let a_megabyte = |count: u64| count as f64 * 1e6 / text.len() as f64;
            println!(
                "scan/mix/{set}/{engine}: {:.1} places looked at, {:.1} words read and {:.2} hits in a megabyte",
                a_megabyte(stats.observables),
                a_megabyte(stats.words),
                a_megabyte(stats.hits)
            );
            assert_eq!(*want.get_or_insert(stats.hits), stats.hits, "{engine}");
            group.bench_function(BenchmarkId::from_parameter(engine), |b| {
                b.iter(|| assert_eq!(hits(&mut scanner, black_box(&text)), stats.hits));
            });
        }
        let mut scanner = scanner(&sieve, Engine::Auto);
        group.bench_function(BenchmarkId::from_parameter("two threads"), |b| {
            b.iter(|| {
                let go_on = |_: &netsieve::Hit<'_>| ControlFlow::Continue(());
                let stats = pool.install(|| scanner.scan_parallel(black_box(&text), go_on));
                assert_eq!(Some(stats.hits), want);
            });
        });
        group.finish();
    }
}

criterion_group!(benches, sizes, generated, near, hard, real, mix);
criterion_main!(benches);
