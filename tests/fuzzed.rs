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
#[path = "../src/random.rs"]
mod random;

use fuzz::TARGETS;
use random::Random;

/// Inputs that once broke a property: target, file, cause.
const REGRESSIONS: &[(&str, &str, &str)] = &[
    (
        "feed",
        "sign-before-a-fragment",
        "the backtick in ``192.0.2.0/24]`# n`` was part of a URL, and no longer when that URL was read again",
    ),
    (
        "feed",
        "wildcard-before-a-scheme-in-the-path",
        "`a.test/b://*c.test/d` was taken for a scheme and a host, so the wildcard in its path was not rejected",
    ),
    (
        "feed",
        "control-bytes-before-a-mail-address",
        "in a column of mail addresses, control characters before one became a part of it; a list of values drops them",
    ),
    (
        "feed",
        "range-with-a-port",
        "a rule listed a range with a port, whose canonical text `192.0.2.1-192.0.2.2:80` a list of values rejected",
    ),
    (
        "values",
        "defanged-twice",
        "`evil[[.]test`, refanged, was `evil[.test`, which is defanged still: feeds rejected what was defanged over again",
    ),
    ("values", "two-root-dots", "a glob lost one of its two root dots each time it was parsed"),
    (
        "values",
        "grows-past-the-limit",
        "the target took a URL for broken whose canonical form is too long to be read again, which the module states",
    ),
    ("values", "target-grows-past-the-limit", "the same for the target of a request"),
    (
        "scan",
        "version-divided-by-signs",
        "`versio--n=192.0.2.1` was a version to the table of names, and not to the quick look for such names",
    ),
];

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

/// Bytes that have a meaning in some format.
const TELLING: [&[u8]; 24] = [
    b"\n",
    b"\r\n",
    b"\0",
    b"\t",
    b",",
    b";",
    b"\"",
    b"'",
    b"\\",
    b"\\u002e",
    b"%2e",
    b"{",
    b"[",
    b"}]",
    b"<",
    b"&amp;",
    b"#",
    b"://",
    b"evil.test",
    b"192.0.2.1",
    b"2001:db8::1",
    b"\xff\xfe",
    b"\x1b[31m",
    b"\xe2\x80\xae",
];

/// Changes an input at a few places, like a fuzzer that knows nothing of the code.
fn mutate(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..1 + random.below(6) {
        let at = random.index(input.len() + 1);
        let len = random.index(input.len() - at + 1).min(1 + random.index(32));
        match random.below(8) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 if at < input.len() => input[at] = random.next() as u8,
            2 => drop(input.drain(at..at + len)),
            3 => drop(input.splice(at..at, random.pick(&TELLING).iter().copied())),
            4 => drop(input.splice(at..at + len, random.pick(&TELLING).iter().copied())),
            5 => {
                let again = input[at..at + len].repeat(1 + random.index(8));
                input.splice(at..at, again);
            }
            6 if !other.is_empty() => {
                let from = random.index(other.len());
                let part = &other[from..(from + 1 + random.index(64)).min(other.len())];
                input.splice(at..at + len, part.iter().copied());
            }
            _ => input.truncate(at),
        }
    }
}

/// Runs each target on `rounds` inputs. A failure names its round, which makes the same input again.
fn mutated(rounds: u64) {
    for (name, run) in TARGETS {
        let mut files: Vec<_> =
            std::fs::read_dir(folder("seeds", name)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        for round in 0..rounds {
            let mut random = Random::new(round);
            let (mut input, other) = (seeds[random.index(seeds.len())].clone(), &seeds[random.index(seeds.len())]);
            mutate(&mut input, other, &mut random);
            let result = std::panic::catch_unwind(|| run(&input));
            assert!(result.is_ok(), "{name}, round {round}: {}", input.escape_ascii());
        }
    }
}

#[test]
fn changed_seeds_break_nothing() {
    mutated(250);
}

#[test]
#[ignore = "takes minutes; the test above takes fewer rounds, and `tests/fuzz/run` is guided by coverage"]
fn changed_seeds_break_nothing_in_full() {
    mutated(50_000);
}

#[test]
fn inputs_that_once_broke_something_pass() {
    for (target, file, cause) in REGRESSIONS {
        let (_, run) = TARGETS.into_iter().find(|(name, _)| name == target).expect("a target");
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
