//! Hashes and mail addresses: `cargo bench --bench exact`.
//!
//! Looks up digests (MD5 and SHA-256) in batches, misses and hits, in a table that fits into the
//! caches and in one that does not. Then scans a log with a set, and with the same set plus a million hashes, in turns:
//! the ratio is the cost of hashes in a scan. The log is generated, with a hash or an address in some lines; with
//! `NETSIEVE_DATA`, also the real logs.

use std::fmt::Write;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use netsieve::sieve::Matches;
use netsieve::value::FileHash;
use netsieve::{Indicator, Scanner, Sieve};

mod common;

use common::Random;
use common::measure::{Contender, interleaved};

fn digests(random: &mut Random, count: usize, len: usize) -> Vec<FileHash> {
    let digest = |_| {
        let words: Vec<u8> = (0..len.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).collect();
        FileHash::from_bytes(&words[..len]).expect("a length")
    };
    (0..count).map(digest).collect()
}

fn clock() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

fn hits(scanner: &mut Scanner, text: &[u8]) -> u64 {
    scanner.scan(black_box(text), |_| ControlFlow::Continue(())).hits
}

/// The sum of the ids of matches, which shows that each was delivered.
#[inline(always)]
fn sum(matches: &Matches<'_>) -> u64 {
    matches.first().map_or(0, |found| 1 + u64::from(found.indicator().id()))
}

fn lookups() {
    let mut random = Random::new(77);
    for (count, len) in [(10_000, 16), (1_000_000, 16), (1_000_000, 32)] {
        let listed = digests(&mut random, count, len);
        let others = digests(&mut random, 4096, len);
        let sieve = common::sieve(listed.iter().copied().map(Indicator::Hash).collect());
        let (mut one, mut all) = (sieve.matcher(), sieve.matcher());
        let some: Vec<FileHash> = listed.iter().step_by(count / 4096).take(4096).copied().collect();
        let table: u64 = sieve.sections().iter().filter(|s| s.name.starts_with("digests")).map(|s| s.bytes).sum();
        println!(
            "exact/{count} of {len} bytes: the table takes {:.3} of the digests",
            table as f64 / (count * len) as f64
        );
        let expected: u64 = some.iter().map(|hash| sum(&sieve.matcher().match_hash(hash.to_string()))).sum();
        assert!(expected > 4096 && some.len() == 4096);
        let outcomes = interleaved(
            vec![
                Contender::new("miss, in batches", || {
                    let mut found = 0;
                    one.match_hashes(black_box(&others), |_, _| found += 1);
                    found
                }),
                Contender::new("hit, in batches", || {
                    let mut found = 0;
                    all.match_hashes(black_box(&some), |_, matches| found += sum(&matches));
                    found
                }),
            ],
            15,
            0.01,
            clock,
        );
        assert_eq!(outcomes.iter().map(|outcome| outcome.answer).collect::<Vec<_>>(), [0, expected]);
        for outcome in outcomes {
            let spread = outcome.seconds();
            println!("exact/{count} of {len} bytes/{}: {:.1} ns", outcome.name, spread.median / 4096.0 * 1e9);
        }
    }
}

/// The log with a hash or a mail address after every eighth line.
fn with_values(text: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 5 / 4);
    for (line, n) in text.split_inclusive(|&b| b == b'\n').zip(0_u32..) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        out.extend_from_slice(line);
        if n % 8 == 0 {
            let mut value = String::new();
            let _ = match n % 16 {
                0 => write!(value, " sha1={:016x}{:016x}{:08x}", random.next(), random.next(), random.next() as u32),
                _ => write!(value, " from=<user{}@mail{}.example>", random.below(1000), random.below(100)),
            };
            out.extend_from_slice(value.as_bytes());
        }
        out.push(b'\n');
    }
    out
}

fn compare(name: &str, base: &[Indicator], text: &[u8]) {
    let mut random = Random::new(78);
    let more = digests(&mut random, 1_000_000, 32).into_iter().map(Indicator::Hash);
    let addresses = (0..10_000).map(|n| Indicator::Email(format!("boss{n}@shop{n}.test").parse().expect("an address")));
    let sieves: [Sieve; 3] = [
        common::sieve(base.to_vec()),
        common::sieve(base.iter().cloned().chain(more).collect()),
        common::sieve(base.iter().cloned().chain(addresses).collect()),
    ];
    let [mut without, mut with, mut mails] = sieves.map(|sieve| Scanner::new(&sieve));
    let outcomes = interleaved(
        vec![
            Contender::new("without", || hits(&mut without, text)),
            Contender::new("with a million hashes", || hits(&mut with, text)),
            Contender::new("with 10,000 mail addresses", || hits(&mut mails, text)),
        ],
        15,
        0.02,
        clock,
    );
    for outcome in &outcomes {
        let ratio = outcome.times_faster_than(&outcomes[0]);
        let speed = text.len() as f64 / outcome.seconds().median / 1e6;
        println!(
            "exact/scan/{name}/{}: {speed:.0} MB/s, {:.3} ({:.3} to {:.3}) of the speed without",
            outcome.name, ratio.median, ratio.low, ratio.high
        );
    }
}

fn main() {
    lookups();
    let (hosts, names) = (common::listed_hosts(10_000), common::listed_names(10_000));
    let base = common::indicators(&hosts, &names, &[]);
    let corpus = common::corpus(16 << 20, &common::Planted { hosts: &hosts, names: &names, rate: 7 });
    compare("generated", &base, &corpus.text);
    compare("generated, with values", &base, &with_values(&corpus.text, &mut Random::new(79)));
    if let Some(data) = common::data() {
        for log in ["zeek-dns.log", "zeek-dns.json", "apache_access.log", "auth.log"] {
            let text = std::fs::read(data.join("logs").join(log)).expect("a log");
            compare(log, &base, &text);
        }
    }
}
