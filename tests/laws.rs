//! Laws that hold for every set and every log, as property tests.

mod oracle;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use netsieve::{Engine, ScanOptions, Scanner};
use oracle::World;
use oracle::lines::{log, options, world};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() }
}

/// One indicator at one place: line, span, context, indicator with kind, scope and port, relation, strength.
type Found = (u64, u64, u64, &'static str, String, &'static str, &'static str);

fn found(world: &World, options: &ScanOptions, engine: Engine, log: &[u8]) -> BTreeSet<Found> {
    let mut scan = options.clone();
    scan.engine = engine;
    let mut found = BTreeSet::new();
    Scanner::with_options(&world.sieve(), &scan).scan(log, |hit| {
        for by in hit.matches().iter() {
            let indicator = by.indicator();
            let words = format!("{indicator} {:?} {:?} {:?}", indicator.kind(), indicator.scope(), indicator.port());
            let (start, end) = (hit.span().start, hit.span().end);
            let row =
                (hit.line(), start, end, hit.context().as_str(), words, by.relation().as_str(), by.strength().as_str());
            assert!(found.insert(row.clone()), "told twice: {row:?}");
        }
        ControlFlow::Continue(())
    });
    found
}

/// Adding a block indicator never removes another's hit: every hit of a subset of the indicators is also a hit of all
/// of them, at the same place and in the same way.
fn monotone(cases: u32, options: impl Strategy<Value = ScanOptions>, log: impl Strategy<Value = Vec<u8>>) {
    let strategy = (world(), vec(any::<bool>(), 64), any::<prop::sample::Index>(), options, log);
    let strategy = (strategy, select(Engine::available()));
    TestRunner::new(config(cases))
        .run(&strategy, |((world, keep, one, options, log), engine)| {
            let all = found(&world, &options, engine, &log);
            let rows: Vec<_> = world.rows.iter().map(|row| row.indicator.clone()).collect();
            let some = rows.iter().zip(keep.iter().cycle()).filter(|(_, keep)| **keep).map(|(row, _)| row.clone());
            let one = if rows.is_empty() { vec![] } else { vec![one.get(&rows).clone()] };
            for subset in [some.collect(), one] {
                let text: Vec<String> = subset.iter().map(ToString::to_string).collect();
                let by_some = found(&World::of(subset), &options, engine, &log);
                let lost: Vec<_> = by_some.difference(&all).collect();
                prop_assert!(
                    lost.is_empty(),
                    "{}: {:?} find more than all of {:?}: {:?}, {:?}, {:?}",
                    log.escape_ascii(),
                    text,
                    rows.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    lost,
                    options,
                    engine
                );
            }
            Ok(())
        })
        .unwrap();
}

fn raw_options() -> impl Strategy<Value = ScanOptions> {
    options().prop_map(oracle::scan::raw)
}

#[test]
fn an_indicator_never_removes_the_hit_of_another() {
    monotone(2_000, raw_options(), log());
}

/// Options for a scan that reads events.
#[cfg(feature = "events")]
fn event_options() -> impl Strategy<Value = ScanOptions> {
    options().prop_map(|matching| {
        let mut options = ScanOptions::default();
        options.matching = matching;
        options
    })
}

/// Lines of events: hosts, paths, ports and files in fields of JSON, in pairs, or in free text.
#[cfg(feature = "events")]
fn event_log() -> impl Strategy<Value = Vec<u8>> {
    const KEYS: &[&str] = &[
        "host",
        "url",
        "path",
        "uri",
        "uri_path",
        "request",
        "query",
        "cs-uri-stem",
        "cs-uri-query",
        "domain",
        "dst",
        "dst_ip",
        "dport",
        "port",
        "src",
        "referer",
        "user_agent",
        "file",
        "version",
        "method",
        "url.domain",
        "url.path",
        "message",
    ];
    const VALUES: &[&str] = &[
        "evil.test",
        "www.evil.test",
        "host.example",
        "192.0.2.1",
        "2001:db8::1",
        "evil.zip",
        "/",
        "/a",
        "/a/",
        "/a,b",
        "/a/gate.php",
        "/a?x=1",
        "/g",
        "/g?id=1&k=2",
        "?id=1&k=2",
        "id=1&k=2",
        "x=1",
        "http://evil.test/a",
        "evil.test:8080",
        "8080",
        "443",
        "GET",
        "GET /a HTTP/1.1",
        "http",
        "1.2.3.4",
        "user@evil.test",
        "evil.test/a",
    ];
    let pairs = vec((select(KEYS), select(VALUES)), 1..7);
    let line = (pairs, 0..5_usize, any::<bool>()).prop_map(|(pairs, form, is_nested)| {
        let json = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| format!("\"{key}\":\"{value}\"")).collect::<Vec<_>>().join(",")
        };
        match form {
            0 if is_nested => {
                let (head, rest) = pairs.split_at(pairs.len() / 2);
                format!("{{{}{}\"http\":{{{}}}}}", json(head), if head.is_empty() { "" } else { "," }, json(rest))
            }
            0 => format!("{{{}}}", json(&pairs)),
            1 => pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" "),
            2 => pairs.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect::<Vec<_>>().join(" "),
            3 => pairs.iter().map(|(_, value)| format!("\"{value}\"")).collect::<Vec<_>>().join(" "),
            _ => pairs.iter().map(|(_, value)| (*value).to_owned()).collect::<Vec<_>>().join(" "),
        }
    });
    vec(line, 1..4).prop_map(|lines| lines.join("\n").into_bytes())
}

#[cfg(feature = "events")]
#[test]
fn nor_if_lines_are_read_as_events() {
    monotone(4_000, event_options(), event_log());
}

#[test]
#[ignore = "20,000 cases take half a minute; the test above takes fewer"]
fn an_indicator_never_removes_the_hit_of_another_in_full() {
    monotone(20_000, raw_options(), log());
    #[cfg(feature = "events")]
    monotone(20_000, event_options(), event_log());
}
