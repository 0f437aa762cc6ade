//! The generated logs of the benchmarks: always identical, with the statistics of real logs and exactly the planted hits.

use std::ops::ControlFlow;

use netsieve::{Scanner, Sieve};

#[path = "../benches/common/mod.rs"]
mod common;
#[path = "../benches/common/real.rs"]
mod real;

use common::logs::{MIX, REAL, Statistics, corpus_of};
use common::near::{Density, REAL_MIX, near};
use common::{Planted, corpus, indicators, listed_hosts, listed_names, sieve};

#[track_caller]
fn assert_near(found: f64, want: f64, share: f64, what: &str) {
    assert!((found / want - 1.0).abs() < share, "{what}: {found:.3}, not {want:.3}");
}

#[track_caller]
fn assert_like(found: Statistics, want: Statistics, share: f64, what: &str) {
    assert_near(found.bytes_a_token, want.bytes_a_token, share, &format!("{what}, bytes a token"));
    assert_near(found.quads, want.quads, share, &format!("{what}, quads"));
    assert_near(found.names, want.names, share, &format!("{what}, names"));
    assert_near(found.bytes_a_line, want.bytes_a_line, share, &format!("{what}, bytes a line"));
}

fn fold(text: &[u8]) -> u64 {
    text.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

#[test]
fn the_generated_log_holds_what_was_planted() {
    let (hosts, names) = (listed_hosts(10_000), listed_names(10_000));
    let sieve = sieve(indicators(&hosts, &names, &[]));
    let mut scanner = Scanner::new(&sieve);
    let mut hits = |corpus: &common::Corpus| scanner.scan(&corpus.text, |_| ControlFlow::Continue(())).hits;
    for rate in [0, 7, 1000, 10_000] {
        let planted = Planted { hosts: &hosts, names: &names, rate };
        let log = corpus(1 << 20, &planted);
        assert_eq!(hits(&log), log.hits, "{rate}");
        assert_eq!(log.lines, log.text.iter().filter(|&&b| b == b'\n').count() as u64);
        if rate == 0 || rate >= 1000 {
            let share = log.hits as f64 / log.lines as f64 * 10_000.0;
            assert!((share - rate as f64).abs() <= rate as f64 * 0.1, "{share} {rate}");
        }
        for (kind, _) in MIX {
            let log = corpus_of(kind, 1 << 16, &planted);
            assert_eq!(hits(&log), log.hits, "{kind:?} {rate}");
        }
    }
}

#[test]
fn the_generated_log_is_like_the_real_ones() {
    let (hosts, names) = (listed_hosts(1000), listed_names(1000));
    let planted = Planted { hosts: &hosts, names: &names, rate: 7 };
    let all = Statistics::of(&corpus(4 << 20, &planted).text);
    for (kind, _, want) in REAL {
        assert_like(Statistics::of(&corpus_of(kind, 2 << 20, &planted).text), want, 0.15, &format!("{kind:?}"));
    }
    assert_near(all.bytes_a_token, 38.0, 0.05, "bytes a token");
    assert_near(all.quads, 0.30, 0.05, "quads");
    assert_near(all.names, 0.18, 0.05, "names");
}

/// The rates of places, words and hits per megabyte of a log with a set. They hardly depend on the engine.
fn density(sieve: &Sieve, text: &[u8]) -> Density {
    let stats = Scanner::new(sieve).scan(text, |_| ControlFlow::Continue(()));
    let a_megabyte = |count: u64| count as f64 * 1e6 / text.len() as f64;
    Density { places: a_megabyte(stats.observables), words: a_megabyte(stats.words), hits: a_megabyte(stats.hits) }
}

/// A set close to the log's own values gives as many hits as all real feeds on real lines, and more than half as many
/// places and words to check. Real lines have more, because they contain words that are read and do not hit, such as file names.
#[test]
fn a_near_set_does_not_flatter() {
    let (hosts, names) = near(20_000);
    let sieve = sieve(indicators(&hosts, &names, &[]));
    let of = |rate| density(&sieve, &corpus(4 << 20, &Planted { hosts: &hosts, names: &names, rate }).text);
    let found = of(common::near::RATE);
    println!("{found:?} {:?}", of(0));
    assert_near(found.hits, REAL_MIX[1].hits, 0.1, "hits in a megabyte");
    assert!(found.places > 0.55 * REAL_MIX[1].places, "{found:?}");
    assert!(found.words > 0.55 * REAL_MIX[1].words, "{found:?}");
    // Values that are merely close are never hits.
    assert_eq!(of(0).hits, 0.0);
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn the_mix_of_real_lines_gives_what_is_stated() {
    let data = common::data().expect("NETSIEVE_DATA names the folder of real data");
    let text = real::mix(&data, 20);
    let found = real::sets(&data).map(|(set, sieve)| (set, density(&sieve, &text)));
    println!("{found:?}");
    for ((set, found), want) in found.into_iter().zip(REAL_MIX) {
        assert_near(found.places, want.places, 0.2, set);
        assert_near(found.words, want.words, 0.2, set);
        assert!((found.hits - want.hits).abs() < 0.2 * want.hits + 1.0, "{set}: {found:?}");
    }
}

#[test]
fn the_generated_log_is_always_the_same() {
    let (hosts, names) = (listed_hosts(100), listed_names(100));
    let corpus = corpus(100_000, &Planted { hosts: &hosts, names: &names, rate: 1000 });
    assert_eq!((corpus.hits, fold(&corpus.text)), (22, 15_208_307_780_693_582_186));
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_logs_have_the_stated_statistics() {
    let data = common::data().expect("NETSIEVE_DATA names the folder of real data").join("logs");
    for (_, log, want) in REAL {
        assert_like(Statistics::of(&std::fs::read(data.join(log)).unwrap()), want, 0.02, log);
    }
}
