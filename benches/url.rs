//! Canonicalises and looks up URLs: `cargo bench --bench url`.
//!
//! URLs of about 70 bytes; sets of 1,000 to 200,000 (up to 5 million with `NETSIEVE_BENCH_FULL=1`). 0, 0.1, 10 and 100
//! % of the queries hit; a further set asks for other paths on listed hosts. The memory used by a set is printed. The
//! reference is `url::Url::parse`, which does less: it undoes no escapes and looks nothing up. With `NETSIEVE_DATA`,
//! also the URLs of the real access log with the real list.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use netsieve::extract::{ExtractOptions, Extractor, TokenKind};
use netsieve::indicator::UrlScratch;
use netsieve::value::url;
use netsieve::{Feed, Sieve, feed};

mod common;

use common::{RATES, memory};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

const QUERIES: usize = 4 * 1024;

fn run(c: &mut Criterion, group: &str, sieve: &Sieve, sets: &[(&str, Vec<String>, usize)]) {
    let mut group = c.benchmark_group(group);
    for (name, urls, hits) in sets {
        let mut scratch = UrlScratch::new();
        let mut matcher = sieve.matcher();
        group.throughput(Throughput::Elements(urls.len() as u64));
        let valid = urls.iter().filter(|url| url::canonicalise(url.as_bytes(), &mut scratch).is_ok()).count();
        group.bench_function(format!("canonicalise/{name}"), |b| {
            b.iter(|| {
                let ok = |url: &&String| url::canonicalise(black_box(url.as_bytes()), &mut scratch).is_ok();
                assert_eq!(urls.iter().filter(ok).count(), valid);
            });
        });
        group.bench_function(format!("match/{name}"), |b| {
            b.iter(|| {
                let found = urls.iter().filter(|url| !matcher.match_url(black_box(url)).is_empty()).count();
                assert_eq!(found, *hits);
            });
        });
        group.bench_function(format!("url::Url::parse/{name}"), |b| {
            b.iter(|| urls.iter().filter(|url| ::url::Url::parse(black_box(url)).is_ok()).count());
        });
    }
    group.finish();
}

fn generated(c: &mut Criterion) {
    for &n in common::sizes() {
        let listed = common::urls(n, &common::listed_names(n));
        let group = format!("url/{n} URLs");
        let (sieve, usage) = memory::usage(|| common::sieve(common::indicators(&[], &[], &listed)));
        memory::report(&group, n, usage);
        let clean = common::urls(QUERIES, &common::clean_names(2000));
        let mut sets: Vec<_> = RATES
            .iter()
            .map(|&(name, rate)| {
                let mut random = common::Random::new(61);
                let mut hits = 0;
                let mut query = |clean: &String| {
                    let is_hit = random.below(1000) < rate;
                    hits += usize::from(is_hit);
                    if is_hit { random.one(&listed).clone() } else { clean.clone() }
                };
                let queries: Vec<String> = clean.iter().map(&mut query).collect();
                (name, queries, hits)
            })
            .collect();
        // Other paths on the same hosts.
        let others = (0..QUERIES).map(|at| format!("{}/elsewhere", listed[at * 7919 % n].replace('?', "/"))).collect();
        sets.push(("other paths", others, 0));
        run(c, &group, &sieve, &sets);
    }
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let mut builder = Sieve::builder();
    let own = Feed::new("openphish");
    let id = builder.feed(own.clone());
    feed::read_file(data.join("feeds/openphish.txt"), None, &own, &mut builder.sink(id)).expect("a feed");
    let (sieve, _) = builder.build().expect("a sieve");
    let log = std::fs::read(data.join("logs/apache_access.log")).expect("a log");
    let mut urls = Vec::new();
    Extractor::new(ExtractOptions::default()).extract(&log, 0..log.len(), &mut |token| {
        if token.kind == TokenKind::Url && token.has_scheme {
            urls.push(String::from_utf8_lossy(token.text).into_owned());
        }
    });
    let mut matcher = sieve.matcher();
    let hits = urls.iter().filter(|url| matcher.is_match_url(url)).count();
    run(c, "url/real", &sieve, &[("access log", urls, hits)]);
}

criterion_group!(benches, generated, real);
criterion_main!(benches);
