//! The daily job and its mishaps: feeds that change or are truncated, no hits, new indicators, a broken state, a full disk, two runs at
//! once. Each run succeeds, or ends with one clear error that changes no file.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use common::{Folder, Run};
use serde_json::Value;

const DAY: &str = "\
[[feed]]
path = 'c2.txt'

[[feed]]
name = 'partner'
path = 'partner.json'

[run]
command = 'scan'
format = 'json'
logs = ['logs']
state = 'seen'
";

const REPORT: &str = "\
[[feed]]
path = 'c2.txt'

[run]
logs = ['logs']
csv = 'day.csv'
json = 'day.json'
html = 'day.html'
stix = 'day.stix.json'
misp = 'day.misp.json'
";

fn bundle(names: &[&str]) -> Vec<u8> {
    let indicator = |(at, name): (usize, &&str)| {
        format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--a932fcc6-e032-476c-826f-cb970a5a1a{at:02}",
            "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = '{name}']",
            "pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}}"#
        )
    };
    let indicators: Vec<String> = names.iter().enumerate().map(indicator).collect();
    format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{}]}}"#, indicators.join(",")).into_bytes()
}

fn site() -> Folder {
    let folder = Folder::new(&[
        ("day.toml", DAY.as_bytes()),
        ("report.toml", REPORT.as_bytes()),
        ("c2.txt", b"evil.test\n192.0.2.66\n"),
        ("partner.json", &bundle(&["phish.test", "shop.test"])),
    ]);
    fs::create_dir(folder.path("logs")).unwrap();
    folder.write(
        "logs/dns.log",
        b"2026-05-12T10:02:03Z 192.0.2.7 query a.evil.test\n2026-05-12T10:02:04Z 192.0.2.8 query late.test\n",
    );
    folder
}

const RUN: &str = "run --config day.toml";

/// Checks that a run gives one clear error and nothing else: no hits, no second line, and exit code 2.
#[track_caller]
fn is_one_error(run: &Run, why: &str) {
    assert_eq!((run.code, run.err.lines().count()), (2, 1), "{}\n{}", run.out, run.err);
    assert!(run.err.contains(why), "{}", run.err);
}

#[test]
fn feeds_change_from_day_to_day() {
    let folder = site();
    assert_eq!(folder.run(RUN).code(0).rows(), ["logs/dns.log:1:a.evil.test:evil.test"]);
    // An indicator is added, and old lines are searched for it. Another one is removed.
    folder.write("c2.txt", b"late.test\n");
    assert_eq!(folder.run(RUN).code(0).rows(), ["logs/dns.log:2:late.test:late.test"]);
    folder.write("c2.txt", b"evil.test\nlate.test\n");
    assert_eq!(folder.run(RUN).code(1).out, "", "both were reported");
    // The feed is unreadable, or missing.
    folder.write("c2.txt", b"<html>not today</html>\n");
    is_one_error(&folder.run(RUN), "c2.txt: an HTML page and no feed");
    fs::remove_file(folder.path("c2.txt")).unwrap();
    is_one_error(&folder.run(RUN), "no such file: c2.txt");
}

#[test]
fn a_truncated_feed_is_said() {
    let folder = site();
    folder.run(RUN).code(0);
    let before = fs::read(folder.path("seen")).unwrap();
    let whole = bundle(&["phish.test", "shop.test"]);
    folder.write("partner.json", &whole[..whole.len() - 40]);
    let run = folder.run(RUN).code(2);
    assert!(run.err.contains("partner.json"), "a cut bundle: {}", run.err);
    assert_eq!(run.out, "");
    // A compressed feed, whose missing end can be seen.
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let list: String = (0..5000).map(|at| format!("host{at}.evil.test\n")).collect();
    out.write_all(list.as_bytes()).unwrap();
    let packed = out.finish().unwrap();
    folder.write("partner.json", &whole);
    folder.write("c2.txt", &packed[..packed.len() / 2]);
    let run = folder.run(RUN);
    is_one_error(&run, "c2.txt");
    assert_eq!(fs::read(folder.path("seen")).unwrap(), before, "the state is that of the last good run");
}

/// A list that is cut between two lines looks like a shorter list. Only its earlier size tells.
#[test]
fn a_feed_that_shrank_is_said() {
    let folder = site();
    let day = |shrank: &str| DAY.replacen("path = 'c2.txt'\n", &format!("path = 'c2.txt'\n{shrank}"), 1).into_bytes();
    let list = |count: usize| {
        let others: String = (0..count - 1).map(|at| format!("host{at}.elsewhere.test\n")).collect();
        format!("{others}evil.test\n").into_bytes()
    };
    folder.write("day.toml", &day("shrank_below = '50%'\n"));
    folder.write("c2.txt", &list(1000));
    let run = folder.run(RUN).code(0);
    assert_eq!(run.err, "", "nothing to compare with");
    let before = fs::read(folder.path("seen")).unwrap();
    folder.write("c2.txt", &list(499));
    let run = folder.run(RUN);
    is_one_error(
        &run,
        "c2.txt: entries fell from 1000 to 499: fewer than 50 % are left (`shrank_below`); seen is unchanged",
    );
    assert_eq!(fs::read(folder.path("seen")).unwrap(), before);
    // The same again: the bad day did not become the measure.
    is_one_error(&folder.run(RUN), "c2.txt: entries fell from 1000 to 499");
    folder.write("c2.txt", &list(500));
    assert_eq!(folder.run(RUN).code(1).err, "logscan: 1 hit reported by an earlier run (--state)\n");
    // A feed that states no share is a warning, once.
    folder.write("day.toml", &day(""));
    folder.write("c2.txt", &list(20));
    let run = folder.run(RUN).code(1);
    assert!(run.err.contains("logscan: c2: entries fell from 500 to 20 since the last run (--state)\n"), "{}", run.err);
    assert!(!folder.run(RUN).code(1).err.contains("entries fell"));
    folder.write("c2.txt", &list(11));
    assert!(!folder.run(RUN).code(1).err.contains("entries fell"), "few are gone");
    folder.write("c2.txt", &list(1));
    assert!(
        folder.run(RUN).code(1).err.contains("logscan: c2: entries fell from 11 to 1 since the last run (--state)\n")
    );
    // What a configuration asks for and nothing can check is said.
    folder.write("day.toml", &day("shrank_below = '50%'\n"));
    let line = "scan -c --config day.toml logs";
    let unchecked =
        "logscan: `shrank_below` is not checked: no earlier size of the feeds is known; --state FILE remembers it";
    assert!(folder.run(line).err.starts_with(unchecked));
    assert_eq!(folder.run(&format!("{line} --quiet-feeds")).err, "");
    let run = folder.run("report --config day.toml logs");
    assert!(run.err.contains("`shrank_below` is not checked"), "{}", run.err);
}

#[test]
fn nothing_found_and_something_new() {
    let folder = site();
    folder.write("logs/dns.log", b"2026-05-12T10:02:03Z 192.0.2.7 query ok.test\n");
    let run = folder.run(RUN).code(1);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    assert!(run.summary.contains("0 hits, 0 pairs"), "{}", run.summary);
    folder.run("run --config report.toml").code(1);
    assert!(fs::read_to_string(folder.path("day.csv")).unwrap().lines().count() == 1, "only the names of the columns");
    let report: Value = serde_json::from_slice(&fs::read(folder.path("day.json")).unwrap()).unwrap();
    assert!(report.is_object());
    for name in ["day.html", "day.stix.json", "day.misp.json"] {
        assert!(fs::metadata(folder.path(name)).unwrap().len() > 0, "{name}");
    }
    folder.write(
        "logs/dns.log",
        b"2026-05-12T10:02:03Z 192.0.2.7 query ok.test\n2026-05-12T11:00:00Z 192.0.2.7 query evil.test\n",
    );
    assert_eq!(folder.run(RUN).code(0).json().len(), 1);
    assert_eq!(folder.run(RUN).code(1).out, "");
    folder.run("run --config report.toml").code(0);
}

#[test]
fn a_broken_state_is_one_error() {
    let folder = site();
    folder.run(RUN).code(0);
    folder.write("seen", b"\x00\x01 not a state");
    is_one_error(&folder.run(RUN), "seen: damaged");
    fs::remove_file(folder.path("seen")).unwrap();
    fs::create_dir(folder.path("seen")).unwrap();
    is_one_error(&folder.run(RUN), "seen: ");
}

/// Runs a command that cannot write more than `blocks` blocks of 512 bytes to a file, as on a full disk.
fn with_little_disk(folder: &Folder, blocks: u32, line: &str) -> Run {
    let scanner = env!("CARGO_BIN_EXE_logscan");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {scanner} {line}");
    let mut command = Command::new("sh");
    command.current_dir(folder.0.path()).args(["-c", &script]).stdin(Stdio::null());
    Run::of(command.output().unwrap(), line)
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = site();
    folder.run(RUN).code(0);
    folder.run("run --config report.toml").code(0);
    let lines: String =
        (0..20_000).map(|at| format!("2026-05-13T10:02:03Z 192.0.2.{} query h{at}.evil.test\n", at % 60)).collect();
    folder.write("logs/new.log", lines.as_bytes());
    let names = ["seen", "day.csv", "day.json", "day.html", "day.stix.json", "day.misp.json"];
    let all = || names.map(|name| fs::read(folder.path(name)).unwrap());
    let before = all();
    // The hits go to a pipe; the state cannot be written.
    let run = with_little_disk(&folder, 8, RUN);
    is_one_error(&run, "seen: ");
    // Each output of a report that finds no room is an error of its own, and stays that of the day before.
    let run = with_little_disk(&folder, 8, "run --config report.toml").code(2);
    for (name, (now, before)) in names.iter().zip(all().iter().zip(&before)) {
        let errors =
            run.err.lines().filter(|line| line.starts_with(&format!("logscan: {name}: File too large"))).count();
        let is_new = now != before;
        assert!(*name == "seen" || errors == usize::from(!is_new), "{name}: {}", run.err);
        assert!(!is_new || now.len() <= 8 * 512, "{name}");
    }
    assert!(run.err.contains("day.csv: ") && run.err.contains("day.html: "), "{}", run.err);
    assert_eq!(half_written(folder.0.path()), [""; 0], "nothing is left over");
    let before = all();
    // Hits go to the full disk.
    #[cfg(target_os = "linux")]
    {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let run = Run::of(folder.command(RUN).stdout(full).output().unwrap(), RUN);
        is_one_error(&run, "cannot write the output: No space left");
        assert!(all() == before, "what was not written is not said to be reported");
    }
    // With room again, everything works as if nothing had happened.
    assert_eq!(folder.run(RUN).code(0).json().len(), 20_000);
    folder.run("run --config report.toml").code(0);
}

/// The other outputs of a report are written, whichever fails.
#[test]
#[cfg(target_os = "linux")]
fn an_output_that_fails_does_not_cost_the_others() {
    let folder = site();
    let names = ["csv", "json", "html", "stix", "misp"];
    for failing in names {
        let outputs: Vec<String> = names
            .iter()
            .map(|name| {
                format!("--{name}={}", if *name == failing { "/dev/full".to_owned() } else { format!("out.{name}") })
            })
            .collect();
        let run = folder.run(&format!("report -f c2.txt {} logs", outputs.join(" ")));
        is_one_error(&run, "/dev/full: No space left");
        assert!(run.out.contains("evil.test"), "the table is printed: {}", run.out);
        for name in names.iter().filter(|name| **name != failing) {
            assert!(fs::metadata(folder.path(&format!("out.{name}"))).unwrap().len() > 0, "{name} without {failing}");
            fs::remove_file(folder.path(&format!("out.{name}"))).unwrap();
        }
    }
    // Nor does a reader that wants no more hide it.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let line = "report -f c2.txt --csv=/dev/full logs";
    is_one_error(&Run::of(folder.command(line).stdout(writer).output().unwrap(), line), "/dev/full: No space left");
    // The same for the hits that a format cannot express, which have a file of their own.
    folder.write("undated.log", b"no time: evil.test\n");
    let run = folder.run("scan -f c2.txt --format ecs --rejects /dev/full logs undated.log");
    is_one_error(&run, "logscan: /dev/full: No space left");
    // Outputs that cannot be created are all named, before any log is read.
    let run = folder.run("report -f c2.txt --csv=none/a.csv --html none/a.html --json=a.json logs").code(2);
    assert_eq!(
        run.err,
        "logscan: none/a.csv: No such file or directory (os error 2)\nlogscan: none/a.html: No such file or directory (os error 2)\n"
    );
    assert!(!folder.path("a.json").exists());
}

/// A scan that ran out of disk space continues when there is room.
#[test]
fn a_full_disk_is_gone_on_from() {
    let folder = site();
    let lines: String = (0..20_000).map(|at| format!("2026-05-13T10:02:03Z query h{at}.evil.test\n")).collect();
    folder.write("logs/new.log", lines.as_bytes());
    let whole = folder.run("scan -f c2.txt --json logs").code(0);
    let line = "scan -f c2.txt --json --resume r --resume-every 0.001 logs >> out";
    // Whether a record is due when the disk is full is a matter of time: it must never say more than the output holds.
    for blocks in (500..4500).step_by(200) {
        _ = fs::remove_file(folder.path("out"));
        let run = with_little_disk(&folder, blocks, line);
        is_one_error(&run, "cannot write the output: File too large");
        let so_far = fs::metadata(folder.path("out")).unwrap().len();
        assert!(so_far > 0 && so_far < whole.out.len() as u64, "{so_far}");
        let run = with_little_disk(&folder, 1_000_000, line).code(0);
        assert!(run.err.contains("continuing the interrupted scan"), "{}", run.err);
        assert!(fs::read_to_string(folder.path("out")).unwrap() == whole.out, "a disk of {blocks} blocks");
    }
}

#[test]
fn two_runs_at_once() {
    let folder = site();
    let lines: String = (0..5000).map(|at| format!("2026-05-13T10:02:03Z query h{at}.evil.test\n")).collect();
    folder.write("logs/new.log", lines.as_bytes());
    let runs = thread::scope(|scope| {
        let start = |_| scope.spawn(|| folder.run(RUN));
        let started: Vec<_> = (0..4).map(start).collect();
        started.into_iter().map(|run| run.join().unwrap()).collect::<Vec<_>>()
    });
    let mut reported = 0;
    for run in &runs {
        match run.code {
            0 => reported += run.json().len(),
            1 => assert_eq!(run.out, "", "it came after the other"),
            _ => is_one_error(run, "seen: another run is using it"),
        }
    }
    assert_eq!(reported, 5001, "each hit once, whoever was first");
    // Reports replace each other completely.
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| folder.run("run --config report.toml").code(0));
        }
    });
    assert_eq!(half_written(folder.0.path()), [""; 0]);
    let report: Value = serde_json::from_slice(&fs::read(folder.path("day.json")).unwrap()).unwrap();
    assert!(report.is_object());
}

/// The names of unfinished files.
fn half_written(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tmp")).collect()
}
