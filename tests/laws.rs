//! Laws that hold for every set and every log, as property tests.

mod oracle;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use netsieve::{Engine, MatchOptions, Scanner};
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

fn found(world: &World, options: &MatchOptions, engine: Engine, log: &[u8]) -> BTreeSet<Found> {
    let mut scan = oracle::scan::raw(options.clone());
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
fn monotone(cases: u32) {
    let strategy = (world(), vec(any::<bool>(), 64), any::<prop::sample::Index>(), options(), log());
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

#[test]
fn an_indicator_never_removes_the_hit_of_another() {
    monotone(2_000);
}

#[test]
#[ignore = "20,000 cases take half a minute; the test above takes fewer"]
fn an_indicator_never_removes_the_hit_of_another_in_full() {
    monotone(20_000);
}
