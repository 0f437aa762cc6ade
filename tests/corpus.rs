//! The generated logs that benchmarks run on: always the same, with the statistics of real ones, and with as many hits as
//! were planted.

use std::ops::ControlFlow;

use netsieve::{ScanOptions, Scanner};

#[path = "../benches/common/mod.rs"]
mod common;

use common::{Planted, corpus, indicators, listed_hosts, listed_names, sieve};

/// How the tokens of a log are made up.
#[derive(Debug)]
struct Statistics {
    /// Bytes for each run of name bytes with a dot in it.
    bytes_a_token: f64,
    /// Shares of the tokens.
    quads: f64,
    names: f64,
    bytes_a_line: f64,
}

fn statistics(text: &[u8]) -> Statistics {
    let is_host = |b: &u8| b.is_ascii_alphanumeric() || b"._-".contains(b);
    let (mut tokens, mut quads, mut names) = (0.0, 0.0, 0.0);
    for run in text.split(|b| !is_host(b)) {
        let run = run.strip_suffix(b".").unwrap_or(run);
        if !run.contains(&b'.') {
            continue;
        }
        tokens += 1.0;
        let labels: Vec<&[u8]> = run.split(|&b| b == b'.').collect();
        if labels.len() == 4 && labels.iter().all(|label| label.len() < 4 && label.iter().all(u8::is_ascii_digit)) {
            quads += 1.0;
        } else if labels.last().is_some_and(|label| !label.is_empty() && label.iter().all(u8::is_ascii_alphabetic)) {
            names += 1.0;
        }
    }
    let lines = text.iter().filter(|&&b| b == b'\n').count() as f64;
    let bytes = text.len() as f64;
    Statistics {
        bytes_a_token: bytes / tokens,
        quads: quads / tokens,
        names: names / tokens,
        bytes_a_line: bytes / lines,
    }
}

#[track_caller]
fn assert_like_real(found: &Statistics) {
    assert!((30.0..42.0).contains(&found.bytes_a_token), "{found:?}");
    assert!((0.2..0.4).contains(&found.quads), "{found:?}");
    assert!((0.12..0.3).contains(&found.names), "{found:?}");
    assert!((180.0..420.0).contains(&found.bytes_a_line), "{found:?}");
}

fn fold(text: &[u8]) -> u64 {
    text.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

#[test]
fn the_generated_log_is_like_a_real_one_and_holds_what_was_planted() {
    let (hosts, names) = (listed_hosts(10_000), listed_names(10_000));
    let sieve = sieve(indicators(&hosts, &names, &[]));
    for rate in [0, 7, 1000, 10_000] {
        let corpus = corpus(1 << 20, &Planted { hosts: &hosts, names: &names, rate });
        assert_like_real(&statistics(&corpus.text));
        let stats = Scanner::new(&sieve, &ScanOptions::default()).scan(&corpus.text, |_| ControlFlow::Continue(()));
        assert_eq!(stats.hits, corpus.hits, "{rate}");
        assert!(rate == 0 || corpus.hits > 0);
    }
}

#[test]
fn the_generated_log_is_always_the_same() {
    let (hosts, names) = (listed_hosts(100), listed_names(100));
    let corpus = corpus(100_000, &Planted { hosts: &hosts, names: &names, rate: 1000 });
    assert_eq!((corpus.hits, fold(&corpus.text)), (39, 6_009_561_622_106_817_292));
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_logs_have_these_statistics() {
    let logs = common::data().expect("NETSIEVE_DATA names the folder of real data").join("logs");
    let mut text = Vec::new();
    for log in ["zeek-dns.log", "zeek-dns.json", "apache_access.log", "auth.log"] {
        text.extend(std::fs::read(logs.join(log)).unwrap());
    }
    assert_like_real(&statistics(&text));
}
