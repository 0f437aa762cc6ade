//! netsieve's speed as a function of the number of indicators, the share of hits, the threads and the engine.

use std::hint::black_box;
use std::ops::ControlFlow;

use netsieve::{Engine, Hit, ScanOptions, Scanner};

use crate::clock;
use crate::common::measure::{Contender, interleaved};
use crate::common::{self, Planted, RATES};
use crate::record::{Record, Row};

const QUERIES: usize = 16 * 1024;

pub fn run(record: &mut Record) {
    for &n in common::sizes() {
        addresses(record, n);
        names(record, n);
        scan(record, n);
    }
    threads(record);
    engines(record);
}

/// Runs contenders that are the points of one line.
fn points(
    record: &mut Record,
    work: &str,
    (unit, things): (&str, u64),
    clock: fn() -> f64,
    points: Vec<(f64, Contender<'_>)>,
) {
    let (xs, contenders): (Vec<f64>, Vec<_>) = points.into_iter().unzip();
    let outcomes = interleaved(contenders, crate::rounds(), 0.01, clock);
    for (outcome, x) in outcomes.iter().zip(xs) {
        record.row(&Row {
            work: work.to_owned(),
            who: outcome.name.clone(),
            rate: things as f64 / outcome.seconds().median,
            unit: unit.to_owned(),
            ratio: None,
            x: Some(x),
            ..Row::default()
        });
    }
}

fn addresses(record: &mut Record, n: usize) {
    let hosts = common::listed_hosts(n);
    let sieve = common::sieve(common::indicators(&hosts, &[], &[]));
    let sets: Vec<_> = RATES.iter().map(|&(name, rate)| (name, common::queries(QUERIES, &hosts, rate))).collect();
    let contenders = sets.iter().map(|(name, queries)| {
        let mut matcher = sieve.matcher();
        let run = move || queries.iter().filter(|&&addr| matcher.is_match_ip(black_box(addr), None)).count() as u64;
        (n as f64, Contender::new(*name, run))
    });
    let contenders = contenders.collect();
    points(record, "addresses", ("lookups", QUERIES as u64), clock::thread, contenders);
}

fn names(record: &mut Record, n: usize) {
    let listed = common::listed_names(n);
    let clean = common::clean_names(QUERIES);
    let sieve = common::sieve(common::indicators(&[], &listed, &[]));
    let sets: Vec<(&str, Vec<&String>)> = RATES
        .iter()
        .map(|&(name, rate)| {
            let mut random = common::Random::new(32);
            let query = |clean| if random.below(1000) < rate { random.one(&listed) } else { clean };
            (name, clean.iter().map(query).collect())
        })
        .collect();
    let contenders = sets.iter().map(|(name, queries)| {
        let mut matcher = sieve.matcher();
        let run = move || queries.iter().filter(|name| matcher.is_match_domain(black_box(name), None)).count() as u64;
        (n as f64, Contender::new(*name, run))
    });
    let contenders = contenders.collect();
    points(record, "names", ("lookups", QUERIES as u64), clock::thread, contenders);
}

fn go_on(_: &Hit<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn scan(record: &mut Record, n: usize) {
    let (hosts, names) = (common::listed_hosts(n / 2), common::listed_names(n / 2));
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let logs: Vec<_> = RATES
        .iter()
        .map(|&(name, rate)| {
            (name, common::corpus(16 << 20, &Planted { hosts: &hosts, names: &names, rate: rate * 10 }))
        })
        .collect();
    for (name, log) in &logs {
        let mut scanner = Scanner::new(&sieve);
        let run = move || scanner.scan(black_box(&log.text), go_on).hits;
        let contender = Contender::new(format!("{name} of lines"), run);
        points(record, "scan", ("bytes", log.text.len() as u64), clock::thread, vec![(n as f64, contender)]);
    }
}

fn threads(record: &mut Record) {
    let (hosts, names) = (common::listed_hosts(10_000), common::listed_names(10_000));
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let log = common::corpus(64 << 20, &Planted { hosts: &hosts, names: &names, rate: 7 });
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let mut contenders = vec![(1.0, {
        let mut scanner = Scanner::new(&sieve);
        let text = &log.text;
        Contender::new("one thread", move || scanner.scan(black_box(text), go_on).hits)
    })];
    for threads in [2, 4, 8, 16].into_iter().filter(|&threads| threads <= all) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let mut scanner = Scanner::new(&sieve);
        let text = &log.text;
        contenders.push((
            threads as f64,
            Contender::new(format!("{threads} threads"), move || {
                pool.install(|| scanner.scan_parallel(black_box(text), go_on).hits)
            }),
        ));
    }
    points(record, "threads", ("bytes", log.text.len() as u64), clock::wall, contenders);
}

fn engines(record: &mut Record) {
    let (hosts, names) = (common::listed_hosts(10_000), common::listed_names(10_000));
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let log = common::corpus(16 << 20, &Planted { hosts: &hosts, names: &names, rate: 7 });
    let engines = Engine::available().into_iter().filter(|&engine| engine != Engine::Auto);
    let contenders = engines.zip(1..).map(|(engine, at)| {
        let mut options = ScanOptions::default();
        options.engine = engine;
        let mut scanner = Scanner::with_options(&sieve, &options);
        let text = &log.text;
        (f64::from(at), Contender::new(engine.as_str(), move || scanner.scan(black_box(text), go_on).hits))
    });
    let contenders = contenders.collect();
    points(record, "engines", ("bytes", log.text.len() as u64), clock::thread, contenders);
}
