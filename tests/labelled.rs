//! Recall and precision of the scanner on fully labelled logs: both must be 100 %.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};

use netsieve::{Engine, Hit, ScanOptions, Scanner, Sieve};

#[path = "../benches/common/mod.rs"]
mod common;

use common::labelled::{Found, Labelled, Recipe, Sighting, Size, all_cases};

/// A hit or a sighting, in comparable form.
type Row = (Range<u64>, u64, String, &'static str, Vec<Found>);

fn row(hit: &Hit<'_>) -> Row {
    let found = hit.matches().iter().map(|found| (found.indicator().to_string(), found.relation(), found.strength()));
    (hit.span(), hit.line(), hit.canonical().to_owned(), hit.context().as_str(), found.collect())
}

fn expected(sightings: &[Sighting], options: &ScanOptions) -> Vec<Row> {
    let reported = sightings.iter().filter(|sighting| sighting.is_reported(&options.matching, options.refang));
    reported
        .map(|sighting| {
            let Sighting { span, line, canonical, context, found, .. } = sighting.clone();
            (span, line, canonical, context.as_str(), found)
        })
        .collect()
}

fn options(name_like: bool, refang: bool, engine: Engine) -> ScanOptions {
    let mut options = ScanOptions::default();
    (options.matching.name_like, options.refang, options.engine) = (name_like, refang, engine);
    options
}

fn scan(sieve: &Sieve, options: &ScanOptions, text: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    Scanner::with_options(sieve, options).scan(text, |hit| {
        rows.push(row(hit));
        ControlFlow::Continue(())
    });
    rows
}

/// Checks recall (the expected hits that were found) and precision (the found hits that were expected).
#[track_caller]
fn assert_all_and_nothing_else(labelled: &Labelled, got: &[Row], want: &[Row], what: &str) {
    let (got_set, want_set): (BTreeSet<_>, BTreeSet<_>) =
        (got.iter().map(|row| format!("{row:?}")).collect(), want.iter().map(|row| format!("{row:?}")).collect());
    let both = got_set.intersection(&want_set).count() as f64;
    let (recall, precision) = (both / want_set.len() as f64, both / got_set.len() as f64);
    let case = |line: u64| {
        let sightings = labelled.sightings.iter().map(|sighting| (sighting.line, sighting.case));
        let near = labelled.near_misses.iter().map(|near| (near.line, near.case));
        sightings.chain(near).find(|&(at, _)| at == line).map_or("none", |(_, case)| case)
    };
    let mut wrong = BTreeMap::new();
    for (rows, other, word) in [(want, &got_set, "missed"), (got, &want_set, "false")] {
        for row in rows.iter().filter(|row| !other.contains(&format!("{row:?}"))) {
            wrong.entry((case(row.1), word)).or_insert_with(|| {
                let line = labelled.text.split(|&b| b == b'\n').nth(row.1 as usize - 1).unwrap_or_default();
                format!("{row:?}\n    {}", String::from_utf8_lossy(line))
            });
        }
    }
    assert!(recall == 1.0 && precision == 1.0, "{what}: recall {recall:.4}, precision {precision:.4}: {wrong:#?}");
    assert_eq!(got, want, "{what}: the order");
}

fn recipe(patterns: bool) -> Recipe {
    Recipe { lines: 18_000, rate: 600, size: Size { many: 2_000, few: 200 }, patterns }
}

#[test]
fn everything_that_is_listed_is_found_and_nothing_else() {
    for patterns in [false, true] {
        let labelled = Labelled::new(recipe(patterns));
        let sieve = labelled.sieve();
        for name_like in [false, true] {
            for engine in Engine::available() {
                let options = options(name_like, false, engine);
                let want = expected(&labelled.sightings, &options);
                let got = scan(&sieve, &options, &labelled.text);
                let what = format!("patterns {patterns}, name_like {name_like}, {engine:?}");
                assert_all_and_nothing_else(&labelled, &got, &want, &what);
            }
        }
    }
}

#[test]
fn refanging_gives_the_defanged_sightings_too() {
    let labelled = Labelled::new(recipe(false));
    let options = options(false, true, Engine::Auto);
    let got = scan(&labelled.sieve(), &options, &labelled.text);
    assert_all_and_nothing_else(&labelled, &got, &expected(&labelled.sightings, &options), "refang");
}

#[test]
fn utf_16_gives_the_same_sightings() {
    let labelled = Labelled::new(recipe(false));
    let sieve = labelled.sieve();
    for is_big_endian in [false, true] {
        let (text, sightings) = labelled.utf16(is_big_endian);
        let options = options(false, false, Engine::Auto);
        let got = scan(&sieve, &options, &text);
        assert_all_and_nothing_else(&labelled, &got, &expected(&sightings, &options), "UTF-16");
    }
}

#[cfg(feature = "parallel")]
#[test]
fn two_threads_and_a_reader_give_the_same_sightings() {
    let labelled = Labelled::new(recipe(false));
    let options = options(false, false, Engine::Auto);
    let want = expected(&labelled.sightings, &options);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let mut scanner = Scanner::with_options(&labelled.sieve(), &options);
    for from_reader in [false, true] {
        let mut got = Vec::new();
        let sink = |hit: &Hit<'_>| {
            got.push(row(hit));
            ControlFlow::Continue(())
        };
        pool.install(|| match from_reader {
            false => drop(scanner.scan_parallel(&labelled.text, sink)),
            true => drop(scanner.scan_reader_parallel(&*labelled.text, sink).unwrap()),
        });
        assert_all_and_nothing_else(&labelled, &got, &want, "two threads");
    }
}

/// Every feed that lists an indicator is named, with its line.
#[test]
fn every_source_is_named() {
    let labelled = Labelled::new(recipe(true));
    let sources = labelled.sources();
    let (mut one, mut two) = (0, 0);
    Scanner::new(&labelled.sieve()).scan(&labelled.text, |hit| {
        for found in hit.matches().iter() {
            let indicator = found.indicator().to_string();
            let named: Vec<_> = found.sources().map(|source| (source.feed().name.clone(), source.line())).collect();
            for (feed, line) in &named {
                let list = &labelled.feeds[usize::from(feed == "second")];
                assert_eq!(list[line.unwrap() as usize - 1].to_string(), indicator);
            }
            assert_eq!(named.len(), sources[&indicator]);
            *(if named.len() == 1 { &mut one } else { &mut two }) += 1;
        }
        ControlFlow::Continue(())
    });
    assert!(one > 1000 && two > 1000, "{one} {two}");
}

/// Every case occurs often enough to make the test meaningful.
#[test]
fn every_case_occurs() {
    let labelled = Labelled::new(recipe(true));
    let mut lines: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for sighting in &labelled.sightings {
        lines.entry(sighting.case).or_default().insert(sighting.line);
    }
    for near in &labelled.near_misses {
        lines.entry(near.case).or_default().insert(near.line);
        assert!(near.case.starts_with("near: "), "{}", near.case);
    }
    assert_eq!(lines.len(), all_cases().count());
    for case in all_cases() {
        assert!(lines[case.name].len() >= 40, "{}", case.name);
    }
    assert!(all_cases().filter(|case| case.name.starts_with("near: ")).count() >= 40);
}
