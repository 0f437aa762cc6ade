//! Finds observables in raw bytes with the reference extractor: `cargo bench --bench extract`.
//!
//! A generated log, each of its kinds of lines, lines with hits only, and text that is hard to read. Every token is
//! counted. A real scan skips most bytes with masks and looks up the tokens; `scan` measures that. The reference counts
//! newlines. With `NETSIEVE_DATA`, also the real logs.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::extract::{ExtractOptions, Extractor, TokenKind};

mod common;

use common::Planted;
use common::labelled::{Labelled, Recipe, Size};
use common::logs::{MIX, corpus_of};

const BYTES: usize = 4 << 20;

/// The numbers of addresses, names and URLs.
fn count(extractor: &mut Extractor, text: &[u8]) -> [usize; 3] {
    let mut count = [0; 3];
    extractor.extract(text, 0..text.len(), &mut |token| match token.kind {
        TokenKind::Ip(_) => count[0] += 1,
        TokenKind::Domain => count[1] += 1,
        _ => count[2] += 1,
    });
    count
}

fn run(c: &mut Criterion, group: &str, name: &str, text: &[u8]) {
    let mut group = c.benchmark_group(format!("extract/{group}"));
    group.sample_size(10);
    group.throughput(Throughput::Bytes(text.len() as u64));
    let mut extractor = Extractor::new(ExtractOptions::default());
    let want = count(&mut extractor, text);
    group.bench_function(BenchmarkId::from_parameter(name), |b| {
        b.iter(|| assert_eq!(count(&mut extractor, black_box(text)), want));
    });
    group.finish();
}

fn generated(c: &mut Criterion) {
    let (hosts, names) = (common::listed_hosts(1000), common::listed_names(1000));
    let planted = Planted { hosts: &hosts, names: &names, rate: 7 };
    let log = common::corpus(BYTES, &planted);
    run(c, "generated", "all kinds", &log.text);
    for (kind, _) in MIX {
        run(c, "generated", &format!("{kind:?}"), &corpus_of(kind, BYTES / 4, &planted).text);
    }
    let recipe = Recipe { lines: 20_000, rate: 1000, size: Size { many: 1000, few: 100 }, patterns: false };
    let labelled = Labelled::new(recipe);
    // Each line shows its subject, and most forms also show a local address.
    assert!(count(&mut Extractor::default(), &labelled.text).iter().sum::<usize>() > 20_000);
    run(c, "generated", "labelled", &labelled.text);

    let mut group = c.benchmark_group("extract/generated");
    group.throughput(Throughput::Bytes(log.text.len() as u64));
    group.bench_function("count newlines", |b| {
        b.iter(|| assert_eq!(memchr::memchr_iter(b'\n', black_box(&log.text)).count() as u64, log.lines));
    });
    group.finish();
}

fn hard(c: &mut Criterion) {
    for piece in [".", ":", "a.", "1.", "1.1.1.1 ", "::1 ", "http://", "%2F", "\\u002e", "\u{e9}.", "(1)a", "a.b/"] {
        run(c, "hard", piece, piece.repeat((1 << 20) / piece.len()).as_bytes());
    }
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    for log in ["zeek-dns.log", "zeek-dns.json", "apache_access.log", "auth.log"] {
        let text = std::fs::read(data.join("logs").join(log)).expect("a log");
        assert!(count(&mut Extractor::default(), &text)[0] > 1000, "{log}");
        run(c, "real", log, &text);
    }
}

criterion_group!(benches, generated, hard, real);
criterion_main!(benches);
