//! The fuzzers' properties, checked on their seeds and on every input that has ever violated one.
//!
//! `tests/fuzz/run MINUTES` fuzzes. Store an input that it finds in `tests/fuzz/regressions/TARGET`, under a name that
//! says what broke, and add it to [`REGRESSIONS`] with its cause.
#![cfg(all(
    feature = "compression",
    feature = "config",
    feature = "events",
    feature = "live",
    feature = "mmdb",
    feature = "parallel",
    feature = "xml",
    feature = "zip"
))]

use std::collections::BTreeSet;
use std::path::PathBuf;

#[path = "fuzz/src/lib.rs"]
mod fuzz;

use fuzz::TARGETS;

/// Inputs that once broke a property: target, file, cause.
const REGRESSIONS: [(&str, &str, &str); 0] = [];

fn folder(kind: &str, target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(kind).join(target)
}

#[test]
fn seeds_break_nothing() {
    for (name, run) in TARGETS {
        let mut count = 0;
        for seed in std::fs::read_dir(folder("seeds", name)).expect("seeds of each target") {
            run(&std::fs::read(seed.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count >= 10, "{name}: {count} seeds");
    }
}

#[test]
fn inputs_that_once_broke_something_pass() {
    for (target, file, cause) in REGRESSIONS {
        let (_, run) = TARGETS.into_iter().find(|(name, _)| *name == target).expect("a target");
        assert!(!cause.is_empty());
        run(&std::fs::read(folder("regressions", target).join(file)).expect(file));
    }
    // Every file has a stated cause.
    let known: BTreeSet<_> =
        REGRESSIONS.iter().map(|(target, file, _)| folder("regressions", target).join(file)).collect();
    for (target, _) in TARGETS {
        let files = std::fs::read_dir(folder("regressions", target)).into_iter().flatten();
        for file in files.map(|file| file.unwrap().path()) {
            assert!(known.contains(&file), "{} stands in no row", file.display());
        }
    }
}
