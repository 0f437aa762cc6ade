//! Jobs that run on a schedule: the state of what was reported, exit codes, and records for a SIEM.

mod common;

use std::fs;

use common::{Folder, folder};
use serde_json::Value;

const TIMED: &[u8] =
    b"2026-05-12T10:02:03Z 192.0.2.7 query a.evil.test\n2026-05-12T10:02:04Z 192.0.2.8 query b.evil.test\n";

#[test]
fn reported_hits_are_not_reported_again() {
    let folder = folder();
    folder.write("day.log", TIMED);
    let line = "scan --json --state seen -f c2.txt day.log";
    let first = folder.run(line).code(0);
    assert_eq!(first.json().len(), 3, "{}", first.out);
    let second = folder.run(line).code(1);
    assert_eq!(second.out, "");
    assert!(second.err.contains("3 hits reported by an earlier run"), "{}", second.err);
    // Rotated, and gone on with.
    fs::rename(folder.path("day.log"), folder.path("day.log.1")).unwrap();
    folder.write("day.log", b"2026-05-13T10:02:03Z 192.0.2.7 query a.evil.test\n");
    let third = folder.run("scan --json --state seen -f c2.txt day.log.1 day.log").code(0);
    assert_eq!(third.json().len(), 2, "{}", third.out);
    assert_eq!(folder.run("scan -c --state seen -f c2.txt day.log").code(1).out, "0\n");
    // The same line twice within one run is two hits.
    folder.write("twice.log", b"2026-05-14T10:02:03Z x.evil.test\n2026-05-14T10:02:03Z x.evil.test\n");
    assert_eq!(folder.run("scan -c --state seen -f c2.txt twice.log").code(0).out, "2\n");
}

/// A feed may be empty next to others, if its configuration says so. Without any indicator, nothing could be found, and no command that
/// looks for indicators may end as if it had looked for them.
#[test]
fn feeds_without_any_indicator_are_an_error() {
    let folder = folder();
    let feed = |name: &str| format!("[[feed]]\npath = '{name}'\nmay_be_empty = true\n");
    folder.write("one.toml", feed("one.txt").as_bytes());
    folder.write("both.toml", (feed("one.txt") + &feed("two.txt")).as_bytes());
    folder.write("one.txt", b"# nothing today\n");
    folder.write("two.txt", b"evil.test\n");
    // One feed is empty next to a good one.
    folder.run("scan --config both.toml a.log").code(0);
    folder.run("build --config both.toml -o good.sieve").code(0);
    let good = fs::read(folder.path("good.sieve")).unwrap();
    folder.write("two.txt", b"");
    for config in ["one", "both"] {
        for line in [
            "scan --quiet-feeds",
            "scan -q a.log",
            "scan --fail-on errors a.log",
            "report --html day.html a.log",
            "build -o good.sieve",
            "check evil.test",
            "check --explain evil.test",
            "export --to plain",
        ] {
            let (command, rest) = line.split_once(' ').unwrap();
            let run = folder.run(&format!("{command} --config {config}.toml {rest}")).code(2);
            let one_error = (run.out.as_str(), run.err.lines().count());
            assert_eq!(one_error, ("", 1), "{line}: {}", run.err);
            assert!(run.err.contains("no indicator to look for: `may_be_empty` allows"), "{line}: {}", run.err);
        }
        let run = folder.run(&format!("lint --config {config}.toml")).code(2);
        assert!(run.err.contains("no indicator to look for"), "{}", run.err);
    }
    assert!(fs::read(folder.path("good.sieve")).unwrap() == good && !folder.path("day.html").exists());
    // All are allow lists.
    folder.write("ours.txt", b"ok.test\n");
    let run = folder.run("scan --allow ours.txt a.log").code(1);
    assert!(run.err.contains("only allow values"), "{}", run.err);
    // Nothing is new.
    folder.run("build -f c2.txt -o old.sieve").code(0);
    let run = folder.run("scan -f c2.txt --new-since old.sieve a.log").code(1);
    assert_eq!(run.err, "logscan: no indicator is new since old.sieve\n");
}

/// The hits that a limit cuts off count as unreported, and the next run reports them.
#[test]
fn a_limit_leaves_the_rest_to_the_next_run() {
    let folder = folder();
    let whole = folder.run("scan --json -f c2.txt a.log").code(0).rows();
    let mut seen = Vec::new();
    for _ in &whole {
        let rows = folder.run("scan --json --state seen -m 1 -f c2.txt a.log").code(0).rows();
        assert_eq!(rows.len(), 1);
        seen.extend(rows);
    }
    assert_eq!(seen, whole);
    folder.run("scan --json --state seen -m 1 -f c2.txt a.log").code(1);
}

#[test]
fn a_broken_state_is_one_clear_error() {
    let folder = folder();
    folder.write("day.log", TIMED);
    let line = "scan --json --state seen -f c2.txt day.log";
    folder.run(line).code(0);
    let whole = fs::read(folder.path("seen")).unwrap();
    for damaged in [&whole[..whole.len() / 2], b"", b"\xff\xff", b"something else\n"] {
        folder.write("seen", damaged);
        let run = folder.run(line).code(2);
        assert_eq!((run.out.as_str(), run.err.lines().count()), ("", 1), "{}", run.err);
        assert!(run.err.contains("seen: damaged"), "{}", run.err);
        assert_eq!(fs::read(folder.path("seen")).unwrap(), damaged, "it stays for whoever looks at it");
    }
    folder.run("scan --state no/such/folder/seen -f c2.txt day.log").code(2);
}

#[test]
fn two_runs_at_once_do_not_share_a_state() {
    let folder = folder();
    folder.write("day.log", TIMED);
    let lock = fs::File::create(folder.path("seen.lock")).unwrap();
    lock.lock().unwrap();
    let run = folder.run("scan --state seen -f c2.txt day.log").code(2);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", "logscan: seen: another run is using it\n"));
    drop(lock);
    folder.run("scan --state seen -f c2.txt day.log").code(0);
}

#[test]
fn a_state_is_bounded_and_says_so() {
    let folder = folder();
    folder.write("day.log", TIMED);
    let run = folder.run("scan --state seen --state-max 1 -f c2.txt day.log").code(0);
    assert!(run.err.contains("more than 1 hit (--state-max): forgetting the oldest 2"), "{}", run.err);
    let seen = fs::read_to_string(folder.path("seen")).unwrap();
    let lines: Vec<&str> = seen.lines().filter(|line| !line.starts_with("feed ")).collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (3, "netsieve-state 1", "end 1"), "{seen}");
}

#[test]
fn jobs_say_what_fails_them() {
    let folder = folder();
    for command in ["scan", "report"] {
        for (fail_on, codes) in [("nothing", [0, 1, 2]), ("hits", [1, 0, 2]), ("errors", [0, 0, 2])] {
            for (log, code) in ["a.log", "clean.log", "missing.log"].into_iter().zip(codes) {
                folder.run(&format!("{command} --fail-on {fail_on} -f c2.txt {log}")).code(code);
            }
        }
    }
    folder.write("partly.txt", b"evil.test\nnot a value\n");
    assert!(folder.run("scan -f partly.txt a.log").err.contains("partly.txt:2"));
    assert_eq!(folder.run("scan --quiet-feeds -f partly.txt a.log").err, "");
}

/// A line without a time is kept apart, and counted: no time is made up.
#[test]
fn records_for_a_siem_have_a_time() {
    let folder = Folder::new(&[("c2.txt", common::FEED), ("day.log", &[TIMED, b"no time: c.evil.test\n"].concat())]);
    for (format, time) in [("ecs", "@timestamp"), ("ocsf", "time"), ("timesketch", "datetime")] {
        let run = folder.run(&format!("scan --format {format} --rejects left.jsonl -f c2.txt day.log")).code(0);
        let records = run.json();
        assert_eq!(records.len(), 3, "{}", run.out);
        assert!(records.iter().all(|record| !record[time].is_null()), "{}", run.out);
        assert!(run.err.contains("1 pair not written, because the format demands a time"), "{}", run.err);
        let left: Value = serde_json::from_slice(&fs::read(folder.path("left.jsonl")).unwrap()).unwrap();
        assert_eq!((left["line"].as_u64(), left["indicator"].as_str()), (Some(3), Some("evil.test")));
        // A limit cuts records, not lines of them.
        let run = folder.run(&format!("scan -m 2 --format {format} -f c2.txt day.log")).code(0);
        assert_eq!(run.json().len(), 2);
    }
    let ecs = &folder.run("scan --format ecs -f c2.txt day.log").json()[1];
    let enrichment = &ecs["threat"]["enrichments"][0];
    assert_eq!(enrichment["indicator"]["type"], "domain-name");
    assert_eq!(enrichment["matched"]["atomic"], "a.evil.test");
    assert_eq!(ecs["threat"]["feed"]["name"], "c2");
    let ocsf = &folder.run("scan --format ocsf -f c2.txt day.log").json()[1];
    assert_eq!((ocsf["class_uid"].as_u64(), ocsf["osint"][0]["value"].as_str()), (Some(2004), Some("evil.test")));
}
