//! The compiled file: `cargo bench --all-features --bench file`.
//!
//! Builds, saves, opens and maps a set of 200,000 indicators (1,850,000 with `NETSIEVE_BENCH_FULL=1`), half of them
//! names, with feed, line and tags. Reports the size of the file, the memory of ten processes that map it, and the
//! slowest lookups while the set is replaced.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, Throughput};
use netsieve::indicator::Record;
use netsieve::live::LiveSieve;
use netsieve::sieve::PublicSuffixes;
use netsieve::{Feed, Indicator, Sieve};

mod common;

/// The environment variable that names the file for a child process.
const CHILD: &str = "NETSIEVE_BENCH_CHILD";
const TAGS: [&str; 8] = ["c2", "phishing", "botnet", "scanner", "spam", "malware", "tor", "proxy"];

fn half() -> usize {
    if common::is_full() { 925_000 } else { 100_000 }
}

/// The entries of five feeds, each with a line and two of eight tags.
fn entries(half: usize) -> Vec<(usize, Record<'static>)> {
    let indicators = common::indicators(&common::listed_hosts(half), &common::listed_names(half), &[]);
    let mut random = common::Random::new(20);
    let entry = |(indicator, line): (Indicator, u32)| {
        let listed = indicator.to_string();
        let mut record = Record::new(indicator, line, listed);
        record.attributes.tags = vec![(*random.one(&TAGS)).into(), (*random.one(&TAGS)).into()];
        (random.below(5), record)
    };
    indicators.into_iter().zip(1..).map(entry).collect()
}

fn build(entries: Vec<(usize, Record<'static>)>) -> Sieve {
    let mut builder = Sieve::builder();
    builder.public_suffixes(PublicSuffixes::empty());
    let feeds: Vec<_> = (0..5).map(|n| builder.feed(Feed::new(format!("feed{n}")).confidence(50))).collect();
    for (feed, record) in entries {
        builder.add(feeds[feed], record);
    }
    builder.build().expect("no more than ids can count").0
}

#[allow(unsafe_code)]
fn open_mmap(path: &Path) -> Sieve {
    // SAFETY: the file belongs to this benchmark, and is only ever replaced by renaming.
    unsafe { Sieve::open_mmap(path) }.expect("a file that was saved")
}

fn files(c: &mut Criterion, path: &Path) {
    let half = half();
    let entries = entries(half);
    let mut group = c.benchmark_group("file");
    group.sample_size(10);
    group.throughput(Throughput::Elements(2 * half as u64));
    group.bench_function("build", |b| {
        b.iter_batched(
            || entries.clone(),
            |entries| assert_eq!(build(black_box(entries)).len(), 2 * half),
            BatchSize::PerIteration,
        );
    });
    let sieve = build(entries);
    sieve.save(path).expect("a writable folder");
    let bytes = std::fs::metadata(path).expect("it was saved").len();
    println!("file of {} indicators: {bytes} bytes, {:.1} each", 2 * half, bytes as f64 / (2 * half) as f64);
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("save", |b| b.iter(|| sieve.save(path).expect("a writable folder")));
    group.bench_function("open", |b| {
        b.iter_with_large_drop(|| {
            let sieve = Sieve::open(path).expect("a file that was saved");
            assert_eq!(sieve.len(), 2 * half);
            sieve
        });
    });
    group.bench_function("open_mmap", |b| {
        b.iter_with_large_drop(|| {
            let sieve = open_mmap(path);
            assert_eq!(sieve.len(), 2 * half);
            sieve
        });
    });
    group.finish();
}

/// The child process: maps the file, looks values up, reports that it is ready, and waits for the end of its input.
fn child(path: PathBuf) {
    let sieve = open_mmap(&path);
    let mut matcher = sieve.matcher();
    let hits = common::listed_names(10_000).iter().filter(|name| matcher.is_match_domain(name, None)).count();
    println!("{hits}");
    std::io::stdout().flush().expect("a pipe");
    let _ = std::io::stdin().lines().next();
}

/// The proportional set size in kB, which divides shared memory among the processes that share it.
fn resident(child: &Child) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", child.id())).ok()?;
    text.lines().find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next()?.parse().ok())
}

/// Starts `count` processes that map the file, and adds up their memory.
fn processes(count: usize, path: &Path) -> Option<u64> {
    let start = || {
        let mut child = Command::new(std::env::current_exe().ok()?)
            .env(CHILD, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut()?).read_line(&mut line).ok()?;
        assert_eq!(line.trim(), "10000");
        Some(child)
    };
    let mut children: Vec<Child> = (0..count).map_while(|_| start()).collect();
    let sum = children.iter().map(resident).sum();
    for child in &mut children {
        drop(child.stdin.take());
        child.wait().expect("it ends");
    }
    sum
}

fn memory(path: &Path) {
    if let (Some(one), Some(ten)) = (processes(1, path), processes(10, path)) {
        println!("processes that map it: one takes {one} kB, ten take {ten} kB: {:.2} times", ten as f64 / one as f64);
    }
}

/// The 99.9th percentile of lookup times in ns. Every lookup is timed.
fn slowest(live: &LiveSieve, queries: &[IpAddr], time: Duration) -> u64 {
    let mut matcher = live.matcher();
    let mut times: Vec<u32> = Vec::with_capacity(1 << 24);
    let began = Instant::now();
    let mut hits = 0_u64;
    while began.elapsed() < time && times.len() + queries.len() <= times.capacity() {
        for &query in queries {
            let before = Instant::now();
            hits += u64::from(matcher.current().is_match_ip(query, None));
            times.push(before.elapsed().as_nanos().min(u128::from(u32::MAX)) as u32);
        }
    }
    assert!(hits > 0);
    let at = times.len() * 999 / 1000;
    u64::from(*times.select_nth_unstable(at).1)
}

/// The slowest lookups, without swaps, and while another thread keeps opening the file and swapping.
fn swaps(path: &Path, time: Duration) {
    let live = LiveSieve::open(path).expect("a file that was saved");
    let queries = common::queries(100_000, &common::listed_hosts(half()), 100);
    slowest(&live, &queries, time / 4);
    let quiet = slowest(&live, &queries, time);
    let stop = AtomicBool::new(false);
    let swapped = std::thread::scope(|scope| {
        let swapper = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                live.try_reload(|| Ok::<_, netsieve::Error>(open_mmap(path))).expect("a file that was saved");
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let slowest = slowest(&live, &queries, time);
        stop.store(true, Ordering::Relaxed);
        swapper.join().expect("no panic");
        slowest
    });
    println!(
        "p99.9 of a lookup: {quiet} ns without swaps, {swapped} ns over {} swaps: {:.2} times",
        live.generation(),
        swapped as f64 / quiet as f64
    );
}

fn main() {
    if let Some(path) = std::env::var_os(CHILD) {
        child(path.into());
        return;
    }
    let is_test = std::env::args().any(|arg| arg == "--test");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("set.sieve");
    let mut criterion = Criterion::default().configure_from_args();
    files(&mut criterion, &path);
    if path.exists() {
        memory(&path);
        swaps(&path, if is_test { Duration::from_millis(50) } else { Duration::from_secs(4) });
    }
    criterion.final_summary();
}
