//! Compiled sets in the scanner: building, scanning, inspecting, comparing, and searching old logs for new indicators.

mod common;

use std::fs;

use common::{Folder, Run};
use serde_json::{Value, json};

fn folder() -> Folder {
    Folder::new(&[
        ("c2.txt", b"192.0.2.7\nevil.test\nhttp://shop.test/login/\n"),
        ("ours.txt", b"ok.evil.test\n"),
        (
            "a.log",
            b"from 192.0.2.7\nquery www.evil.test\nquery fresh.test and ok.evil.test\nGET http://shop.test/login/x\n",
        ),
    ])
}

fn bytes(folder: &Folder, name: &str) -> Vec<u8> {
    fs::read(folder.path(name)).unwrap()
}

fn run_at(folder: &Folder, line: &str, epoch: &str) -> Run {
    Run::of(folder.command(line).env("SOURCE_DATE_EPOCH", epoch).output().unwrap(), line)
}

#[test]
fn a_compiled_set_scans_and_checks_as_its_feeds() {
    let folder = folder();
    let feeds = "-f c2=plain:c2.txt --allow ours=ours.txt";
    let built = folder.run(&format!("build {feeds} -o set.sieve")).code(0);
    assert!(built.out.starts_with("set.sieve: 4 indicators, ") && built.err.is_empty(), "{}{}", built.out, built.err);
    for tail in ["a.log", "--json a.log", "-c a.log", "--weak a.log", "-l a.log", "-j 1 a.log"] {
        let want = folder.run(&format!("scan {feeds} {tail}")).code(0);
        let got = folder.run(&format!("scan --sieve set.sieve {tail}")).code(0);
        assert_eq!(got.out, want.out, "{tail}");
    }
    for tail in ["www.evil.test", "--json 192.0.2.7", "ok.evil.test", "shop.test", "nothing.test"] {
        let want = folder.run(&format!("check {feeds} {tail}"));
        let got = folder.run(&format!("check --sieve set.sieve {tail}")).code(want.code);
        assert_eq!(got.out, want.out, "{tail}");
    }
    folder.write("feeds.toml", b"[[feed]]\nname = \"c2\"\npath = \"c2.txt\"\nformat = \"plain\"\n");
    folder.run("build --config feeds.toml -o config.sieve").code(0);
    folder.run("scan -q --sieve config.sieve a.log").code(0);
}

#[test]
fn the_same_feeds_give_the_same_file() {
    let folder = folder();
    for output in ["a.sieve", "b.sieve"] {
        folder.run(&format!("build -f c2.txt -o {output}")).code(0);
    }
    assert_eq!(bytes(&folder, "a.sieve"), bytes(&folder, "b.sieve"));
    run_at(&folder, "build -f c2.txt -o c.sieve", "1700000000").code(0);
    folder.run("build -f c2.txt -o d.sieve --created 2023-11-14T22:13:20Z").code(0);
    assert_eq!(bytes(&folder, "c.sieve"), bytes(&folder, "d.sieve"));
    assert_ne!(bytes(&folder, "a.sieve"), bytes(&folder, "c.sieve"));
    let wrong = run_at(&folder, "build -f c2.txt -o e.sieve", "today").code(2);
    assert!(wrong.err.contains("SOURCE_DATE_EPOCH"), "{}", wrong.err);
    let created = folder.run("inspect --json d.sieve").code(0).json().remove(0);
    assert_eq!(created["created"], "2023-11-14T22:13:20Z");
    assert!(created["age_seconds"].as_i64().unwrap() > 50_000_000);
}

#[test]
fn inspect_shows_the_contents_of_a_set() {
    let folder = folder();
    folder.write("partly.txt", b"evil.test\n10.0.0.1\nevil.test\n");
    folder.run("build -f c2=plain:c2.txt -f p=plain:partly.txt --allow ours=ours.txt -o set.sieve").code(0);
    let object = folder.run("inspect --json set.sieve").code(0).json().remove(0);
    assert_eq!(object["indicators"], 4);
    assert_eq!(object["kinds"], json!({"domain": 2, "ip": 1, "url": 1}));
    assert_eq!(object["bytes"], bytes(&folder, "set.sieve").len());
    assert_eq!((&object["created"], object["written"].is_string()), (&Value::Null, true));
    assert!(object["public_suffixes"].as_str().unwrap().starts_with("built into netsieve"));
    let feeds = object["feeds"].as_array().unwrap();
    assert_eq!(feeds.iter().map(|feed| &feed["feed"]).collect::<Vec<_>>(), ["c2", "p", "ours"]);
    let counts =
        |feed: &Value| ["entries", "ips", "domains", "urls", "patterns"].map(|kind| feed[kind].as_u64().unwrap());
    assert_eq!(counts(&feeds[0]), [3, 1, 1, 1, 0]);
    assert_eq!(counts(&feeds[1]), [2, 0, 2, 0, 0]);
    assert_eq!((&feeds[1]["duplicates"], &feeds[1]["shared"]), (&json!(1), &json!(1)));
    assert_eq!(feeds[1]["rejected"].as_object().unwrap().values().collect::<Vec<_>>(), [&json!(1)]);
    assert_eq!((&feeds[2]["action"], &feeds[0]["format"]), (&json!("allow"), &json!("plain")));
    let sections = object["sections"].as_array().unwrap();
    let sizes: u64 = sections.iter().map(|section| section["bytes"].as_u64().unwrap()).sum();
    assert!(sections.len() > 20 && sizes > 100 && sizes < object["bytes"].as_u64().unwrap());

    let text = folder.run("inspect set.sieve").code(0).out;
    for want in
        ["4 indicators: 2 domain, 1 ip, 1 url", "feed p (partly.txt, plain, block)", "strings.text", "rejected: 1 "]
    {
        assert!(text.contains(want), "{want}: {text}");
    }
}

#[test]
fn diff_shows_the_changes_between_two_sets() {
    let folder = folder();
    folder.write("more.txt", b"evil.test\n");
    folder.run("build -f c2=plain:c2.txt -o old.sieve").code(0);
    folder.write("c2.txt", b"# moved by a line\n192.0.2.7\nevil.test\nfresh.test\n");
    folder.run("build -f c2=plain:c2.txt -f more=plain:more.txt -o new.sieve").code(0);

    let run = folder.run("diff old.sieve new.sieve").code(0);
    assert_eq!(
        run.out,
        "+ evil.test (domain, suffix) more\n\
         + fresh.test (domain, suffix) c2\n\
         - http://shop.test/login/ (url, exact) c2\n\
         c2: 1 added, 1 removed, 0 changed\n\
         more: 1 added, 0 removed, 0 changed\n\
         3 indicators, 3 before: 1 added, 1 removed\n"
    );
    let rows = folder.run("diff --json old.sieve new.sieve").code(0).json();
    assert_eq!(
        rows[1],
        json!({"change": "added", "feed": "c2", "indicator": "fresh.test", "kind": "domain", "scope": "suffix", "port": null, "whole": true})
    );
    assert_eq!(rows[3]["summary"]["feeds"]["c2"], json!({"added": 1, "removed": 1, "changed": 0}));
    assert_eq!((&rows[3]["summary"]["added"], &rows[3]["summary"]["new"]["indicators"]), (&json!(1), &json!(3)));
    let summary = folder.run("diff --summary old.sieve new.sieve").code(0).out;
    assert_eq!(summary.lines().count(), 3);
    let none = folder.run("diff new.sieve new.sieve").code(1);
    assert_eq!(none.out, "3 indicators, 3 before: 0 added, 0 removed\n");
}

#[test]
fn old_logs_are_searched_for_what_is_new() {
    let folder = folder();
    folder.run("build -f c2=plain:c2.txt -o old.sieve").code(0);
    folder.write("c2.txt", b"fresh.test\n192.0.2.7\nevil.test\nnew-host.test\n");
    folder.run("build -f c2=plain:c2.txt --allow ours=ours.txt -o new.sieve").code(0);
    let rows = folder.run("scan --json --sieve new.sieve --new-since old.sieve a.log").code(0).json();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["indicator"], &rows[0]["line"]), (&json!("fresh.test"), &json!(3)));
    assert_eq!((&rows[0]["sources"][0]["feed"], &rows[0]["sources"][0]["line"]), (&json!("c2"), &json!(1)));
    folder.run("scan -f c2=plain:c2.txt --since old.sieve -q a.log").code(0);
    folder.run("scan --sieve new.sieve --new-since new.sieve a.log").code(1);
    // The old name of the option still works, and a date is not a set.
    folder.run("scan --sieve new.sieve --since new.sieve a.log").code(1);
    let run = folder.run("scan --sieve new.sieve --new-since 2026-05-01 a.log").code(2);
    assert!(run.err.contains("not a date"), "{}", run.err);
}

#[test]
fn files_that_are_not_sets_are_refused() {
    let folder = folder();
    folder.run("build -f c2.txt -o set.sieve").code(0);
    let file = bytes(&folder, "set.sieve");
    fs::write(folder.path("cut.sieve"), &file[..file.len() / 2]).unwrap();
    for (line, want) in [
        ("scan --sieve cut.sieve a.log", "cut.sieve: section header: the file has"),
        ("scan --sieve c2.txt a.log", "c2.txt: section header: not a compiled sieve"),
        ("check --sieve missing.sieve evil.test", "missing.sieve: No such file"),
        ("inspect missing.sieve", "missing.sieve"),
        ("diff set.sieve cut.sieve", "cut.sieve"),
        ("scan --sieve set.sieve --since cut.sieve a.log", "cut.sieve"),
        ("scan --sieve set.sieve -f c2.txt a.log", "cannot be used with"),
        ("check evil.test", "no feed given"),
        ("build -o x.sieve", "no feed given"),
        ("build -f c2.txt", "--output"),
        ("build -f c2.txt -o none/x.sieve", "none/x.sieve"),
        ("inspect", "FILE"),
    ] {
        let run = folder.run(line).code(2);
        assert!(run.err.contains(want) && run.out.is_empty(), "{line}: {}", run.err);
    }
    assert!(!folder.path("x.sieve").exists());
}

/// Without the old set, nothing shows that a feed was truncated, and the new set is saved.
#[test]
fn a_set_that_cannot_be_compared_is_said() {
    let folder = folder();
    folder.write("a.toml", b"[[feed]]\npath = \"c2.txt\"\nshrank_below = \"50%\"\n");
    let build = |line: &str| folder.run(&format!("build {line} -o set.sieve")).code(0).err;
    assert_eq!(build("--config a.toml"), "");
    assert_eq!(build("--config a.toml"), "");
    folder.write("set.sieve", b"damaged");
    assert!(build("--config a.toml").contains("`shrank_below` is not checked"));
    folder.write("set.sieve", b"damaged");
    assert_eq!(build("-f c2.txt"), "");
}

/// A pipe or a device given in place of a set or a list is refused at once, and neither waited for nor read for ever.
#[cfg(unix)]
#[test]
fn endless_inputs_are_not_sets() {
    let folder = folder();
    assert!(std::process::Command::new("mkfifo").arg(folder.path("fifo")).status().unwrap().success());
    for line in [
        "inspect /dev/zero",
        "inspect fifo",
        "scan --sieve /dev/zero a.log",
        "scan --sieve fifo a.log",
        "check --sieve fifo evil.test",
        "diff fifo /dev/zero",
    ] {
        let run = folder.run(line).code(2);
        assert!(run.err.contains("not a regular file"), "{line}: {}", run.err);
    }
    let run = folder.run("build -f c2.txt --psl /dev/zero -o set.sieve").code(2);
    assert!(run.err.contains("/dev/zero: longer than"), "{}", run.err);
}

#[test]
fn an_engine_that_is_none_is_said_to_be_none() {
    let folder = folder();
    for line in ["scan -f c2.txt a.log", "check -f c2.txt evil.test"] {
        let run = |engine: &str| Run::of(folder.command(line).env("NETSIEVE_ENGINE", engine).output().unwrap(), line);
        let want = run("auto").code(0);
        for engine in ["scalar", "portable", "avx2"] {
            assert_eq!(run(engine).code(0).out, want.out, "{line} {engine}");
        }
        let wrong = run("fast").code(2);
        assert!(wrong.err.contains("NETSIEVE_ENGINE: unknown engine \"fast\""), "{}", wrong.err);
    }
}
