//! Scans that are broken off and gone on with: the output is that of one scan without a break, whenever and however it was broken off.
#![cfg(unix)]

mod common;

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use common::{FEED, Folder, folder};
use serde_json::Value;

/// A log in which every seventh line hits; no line is like another.
fn log(seed: usize, lines: usize) -> Vec<u8> {
    let mut text = String::new();
    for at in 0..lines {
        let minute = at / 60 % 60;
        let second = at % 60;
        let name = if at % 7 == 0 { "evil.test" } else { "ok.test" };
        writeln!(text, "2026-05-12T10:{minute:02}:{second:02}Z 192.0.2.{} query h{seed}x{at}.{name} A", at % 200)
            .unwrap();
    }
    text.into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn logs() -> Folder {
    let folder = Folder::new(&[("c2.txt", FEED), ("empty.log", b"")]);
    folder.write("a.log", &log(1, 30_000));
    folder.write("b.log.gz", &gzip(&log(2, 30_000)));
    folder.write("c.log", &log(3, 60_000));
    folder.write("clean.log", b"nothing here\n");
    folder.write("d.log.zst", &zstd::encode_all(&log(4, 20_000)[..], 1).unwrap());
    folder
}

const LOGS: &str = "a.log b.log.gz empty.log c.log clean.log d.log.zst";

/// Starts a command whose output is appended to a file.
fn start(folder: &Folder, line: &str) -> Child {
    let out = OpenOptions::new().append(true).create(true).open(folder.path("out")).unwrap();
    let mut command = folder.command(line);
    command.stdout(out).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends a signal to a process, unless it has ended by itself: its number may be that of another by now.
fn signal(child: &mut Child, name: &str) {
    if child.try_wait().unwrap().is_some() {
        return;
    }
    let _ = Command::new("kill").arg(name).arg(child.id().to_string()).stderr(Stdio::null()).status().unwrap();
}

/// Runs a command again and again, each time broken off a little later, until it ends by itself; says how often that was.
fn broken_off(folder: &Folder, line: &str, kill: &str, wait: impl Fn(u64) -> Duration) -> (u64, i32, String) {
    let length = || fs::metadata(folder.path("out")).map_or(0, |out| out.len());
    let before = length();
    for round in 0..200 {
        let mut child = start(folder, line);
        if round == 0 {
            // On any machine, the first one is broken off once it has begun.
            while !folder.path("r").exists() && child.try_wait().unwrap().is_none() {
                thread::sleep(Duration::from_micros(50));
            }
        } else {
            thread::sleep(wait(round));
        }
        signal(&mut child, kill);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            // It was killed on its way out.
            None if !folder.path("r").exists() && length() > before => {
                return (round, 0, err);
            }
            None | Some(130) => {}
            Some(code) => return (round, code, err),
        }
    }
    panic!("it never came to an end");
}

#[track_caller]
fn same_as_whole(options: &str, kill: &str, after: &[&str]) {
    let folder = logs();
    let whole =
        folder.run(&format!("scan -f c2.txt {options} {LOGS}").replace("--state seen", "--state whole")).code(0);
    let line = format!("scan -f c2.txt {options} --resume r --resume-every 0.001 {LOGS}");
    // Growing, so that it comes to an end; and uneven, so that it is broken off at other places each time.
    let wait = |round: u64| Duration::from_millis(9 + round * 12 + round * round % 7);
    let (mut rounds, mut code, mut err) = broken_off(&folder, &line, kill, wait);
    // A scan of names leaves each log after its first hit: it may end before it is noticed. Then it begins anew.
    for _ in 0..100 {
        if rounds > 0 {
            break;
        }
        for name in ["out"].iter().chain(after) {
            let _ = fs::remove_file(folder.path(name));
        }
        (rounds, code, err) = broken_off(&folder, &line, kill, wait);
    }
    assert_eq!(code, 0, "{err}");
    assert!(rounds > 0, "it was never broken off");
    let out = fs::read_to_string(folder.path("out")).unwrap();
    let differs = out.lines().zip(whole.out.lines()).position(|(a, b)| a != b);
    assert!(
        out == whole.out,
        "{options} {kill}: {} and {} bytes, first at line {differs:?}",
        out.len(),
        whole.out.len()
    );
    assert!(!folder.path("r").exists(), "it goes with the scan");
    for name in after {
        let (ours, others) = (fs::read(folder.path(name)).unwrap(), fs::read(folder.path("whole")).unwrap());
        assert!(ours == others, "{name}");
    }
    // Except for the times, the summary is that of one scan of everything.
    let counts = |summary: &str| summary.rsplit(" s: ").next().unwrap().to_owned();
    if let Some(summary) = err.lines().find(|line| line.contains(" s: ")) {
        assert_eq!(counts(summary), counts(whole.summary.trim_end()), "{err}");
    }
}

#[test]
fn json_after_kills() {
    same_as_whole("--json", "-KILL", &[]);
}

#[test]
fn json_after_ctrl_c_on_one_thread() {
    same_as_whole("--json -j 1", "-INT", &[]);
}

#[test]
fn text_after_kills_on_many_threads() {
    same_as_whole("-j 4", "-KILL", &[]);
}

#[test]
fn csv_after_ctrl_c() {
    same_as_whole("--format csv", "-INT", &[]);
}

#[test]
fn counts_after_kills() {
    same_as_whole("-c", "-KILL", &[]);
}

#[test]
fn counts_after_ctrl_c() {
    same_as_whole("-c", "-INT", &[]);
}

#[test]
fn names_after_kills() {
    same_as_whole("-l", "-KILL", &[]);
}

#[test]
fn counts_with_a_limit_and_a_state_after_kills() {
    same_as_whole("-c -m 9000 --state seen", "-KILL", &["seen"]);
}

#[test]
fn a_limit_after_kills() {
    same_as_whole("--json -m 9000", "-KILL", &[]);
}

#[test]
fn a_state_after_kills() {
    same_as_whole("--json --state seen", "-KILL", &["seen"]);
}

#[test]
fn a_state_after_ctrl_c() {
    same_as_whole("--json --state seen", "-INT", &["seen"]);
}

/// Breaks a scan off when it has written some of its output.
fn break_off(folder: &Folder, line: &str) {
    for _ in 0..100 {
        let _ = fs::remove_file(folder.path("out"));
        let _ = fs::remove_file(folder.path("r"));
        let mut child = start(folder, line);
        let has_written = || {
            let record = fs::read_to_string(folder.path("r")).unwrap_or_default();
            let record = serde_json::from_str::<Value>(&record).unwrap_or_default();
            record["pairs"].as_u64().is_some_and(|pairs| pairs > 0)
        };
        while !has_written() && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        if child.wait_with_output().unwrap().status.code().is_none() && has_written() {
            return;
        }
    }
    panic!("it was always faster");
}

/// Writes a changed record with the hash that it then has.
fn write_record(folder: &Folder, mut record: Value) {
    record.as_object_mut().unwrap().shift_remove("sum");
    let sum = xxhash_rust::xxh3::xxh3_128(record.to_string().as_bytes());
    record["sum"] = format!("{sum:032x}").into();
    folder.write("r", format!("{record}\n").as_bytes());
}

const LINE: &str = "scan -f c2.txt --json --resume r --resume-every 0.001 a.log c.log";

#[track_caller]
fn refused(folder: &Folder, line: &str, why: &str) {
    let before = fs::read(folder.path("out")).unwrap();
    let output = start(folder, line).wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), err.lines().count()), (Some(2), 1), "{err}");
    assert!(err.contains(why), "{err}");
    assert!(fs::read(folder.path("out")).unwrap() == before, "nothing is written");
}

#[test]
fn a_change_since_the_record_is_one_clear_error() {
    let folder = logs();
    break_off(&folder, LINE);
    refused(
        &folder,
        &LINE.replace("--json", "--format csv"),
        "r: the interrupted scan had other options: undo the change, or remove r",
    );
    refused(&folder, &LINE.replace("--json", "--json --weak"), "other options");
    folder.write("c2.txt", b"evil.test\n");
    refused(&folder, LINE, "r: c2.txt has changed since the scan was interrupted");
    folder.write("c2.txt", FEED);
    let whole = fs::read(folder.path("a.log")).unwrap();
    folder.write("a.log", &whole[1..]);
    refused(&folder, LINE, "r: a.log was changed or removed since it was scanned");
    fs::remove_file(folder.path("a.log")).unwrap();
    refused(&folder, LINE, "r: a.log was changed or removed since it was scanned: remove r to scan everything again");
    let record = fs::read_to_string(folder.path("r")).unwrap();
    folder.write("r", record.replace("\"hits\":", "\"hits\":1").as_bytes());
    refused(&folder, LINE, "r: damaged (changed since it was written): remove it to scan everything again");
    folder.write("r", b"{\"netsieve_resume\":1");
    refused(&folder, LINE, "r: damaged (cut off)");
    folder.write("r", b"{}");
    refused(&folder, LINE, "r: damaged, or not a file of --resume: name another file");
    folder.write("r", record.as_bytes());
    let lock = File::create(folder.path("r.lock")).unwrap();
    lock.lock().unwrap();
    refused(&folder, LINE, "r: another run is using it");
}

#[test]
fn another_output_is_an_error_and_an_emptied_one_begins_anew() {
    let folder = logs();
    let whole = folder.run("scan -f c2.txt --json a.log c.log").code(0);
    break_off(&folder, LINE);
    let so_far = fs::read(folder.path("out")).unwrap();
    // A pipe.
    let run = folder.run(LINE).code(2);
    assert!(run.out.is_empty() && run.err.contains("append to it (`>> FILE`)"), "{}", run.err);
    // A copy.
    fs::rename(folder.path("out"), folder.path("old")).unwrap();
    folder.write("out", &so_far);
    refused(&folder, LINE, "r: the output is not that of the interrupted scan");
    // `>` in place of `>>`.
    let mut command = folder.command(LINE);
    let output = command.stdout(File::create(folder.path("out")).unwrap()).stderr(Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains("the output is empty: scanning everything again"), "{err}");
    assert!(fs::read_to_string(folder.path("out")).unwrap() == whole.out);
}

/// `now` is that of the run that goes on, and not of one whose output was thrown away.
#[test]
fn now_is_another_when_all_is_scanned_anew() {
    let folder = logs();
    let bundle = r#"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","spec_version":"2.1",
        "id":"indicator--a932fcc6-e032-476c-826f-cb970a5a1a01","created":"2021-01-01T00:00:00.000Z","modified":"2021-01-01T00:00:00.000Z",
        "pattern":"[domain-name:value = 'evil.test']","pattern_type":"stix","valid_from":"2021-01-01T00:00:00Z"}]}"#;
    folder.write("new.json", bundle.as_bytes());
    let line = "scan -f c2.txt -f new.json --as-of now --json --resume r --resume-every 0.001 a.log c.log";
    let whole = folder.run("scan -f c2.txt -f new.json --as-of now --json a.log c.log").code(0);
    for (redirected, is_same) in [(">", true), (">>", false)] {
        break_off(&folder, line);
        let mut record: Value = serde_json::from_slice(&fs::read(folder.path("r")).unwrap()).unwrap();
        record["as_of"] = "2020-01-01T00:00:00Z".into();
        write_record(&folder, record);
        if redirected == ">" {
            File::create(folder.path("out")).unwrap();
        }
        let output = start(&folder, line).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::read_to_string(folder.path("out")).unwrap() == whole.out, is_same, "{redirected}");
    }
}

/// Hits that the format has no room for go on as the output does.
#[test]
fn rejects_are_gone_on_with() {
    let folder = logs();
    let lines: String = (0..60_000).map(|at| format!("no time: h{at}.evil.test\n")).collect();
    folder.write("undated.log", lines.as_bytes());
    folder.run("scan -f c2.txt --format ecs --rejects whole undated.log c.log").code(0);
    let line = "scan -f c2.txt --format ecs --rejects left --resume r --resume-every 0.001 undated.log c.log";
    break_off(&folder, line);
    let left = fs::read(folder.path("left")).unwrap();
    let record: Value = serde_json::from_slice(&fs::read(folder.path("r")).unwrap()).unwrap();
    let len = usize::try_from(record["rejects"].as_u64().unwrap()).unwrap();
    assert!(len > 0 && len <= left.len());
    folder.write("left", &left[..len - 1]);
    let output = start(&folder, line).wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.ends_with("left: was shortened since the scan was interrupted\n"), "{err}");
    assert_eq!(fs::metadata(folder.path("left")).unwrap().len(), len as u64 - 1);
    folder.write("left", &left);
    let output = start(&folder, line).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read(folder.path("left")).unwrap() == fs::read(folder.path("whole")).unwrap());
}

/// Who reads the output has had enough of it, and the scan has not come to its end.
#[test]
fn a_closed_output_leaves_the_record() {
    let folder = logs();
    let mut child = folder.command(LINE).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0; 100]).unwrap();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("the output was closed before the end: r stays"), "{err}");
    let again = folder.run(LINE).code(0);
    assert!(again.err.contains("continuing the interrupted scan") && again.out.ends_with('\n'), "{}", again.err);
    assert!(!folder.path("r").exists());
}

/// Rates count only the bytes that this run scanned, in the time that it took.
#[test]
fn rates_leave_out_what_an_earlier_run_has_scanned() {
    let folder = logs();
    folder.write("long.log", &b"query ok.test, and nothing to be found\n".repeat(1_000_000));
    // One thread scans one log after the other.
    let line = "scan -f c2.txt -c --stats -j 1 --resume r --resume-every 0.001 a.log long.log";
    let broken_off_between = || {
        break_off(&folder, line);
        let output = start(&folder, line).wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{err}");
        Some(err).filter(|err| err.contains("1 of 2 logs done"))
    };
    let err = (0..100).find_map(|_| broken_off_between()).expect("it was always faster");
    let size = |name: &str| format!("{:.1} MB", fs::metadata(folder.path(name)).unwrap().len() as f64 / 1e6);
    let scanned = err.lines().find(|line| line.starts_with("scanned ")).unwrap();
    assert!(scanned.contains(&format!(" {} in ", size("long.log"))), "{err}");
    assert!(err.contains(&format!("before      {} by ", size("a.log"))), "{err}");
    assert!(err.contains(&format!(", of which {} in ", size("long.log"))), "{err}");
}

/// What stood in the output before stays.
#[test]
fn an_output_is_appended_to() {
    let folder = logs();
    let whole = folder.run("scan -f c2.txt --json a.log c.log").code(0);
    folder.write("out", b"before\n");
    let (_, code, err) = broken_off(&folder, LINE, "-KILL", |round| Duration::from_millis(10 + 20 * round));
    assert_eq!(code, 0, "{err}");
    assert!(fs::read_to_string(folder.path("out")).unwrap() == format!("before\n{}", whole.out));
}

/// Logs that were rotated since are known again, and one that was added is scanned.
#[test]
fn logs_may_be_rotated_and_added_meanwhile() {
    let folder = logs();
    let whole = folder.run("scan -f c2.txt -c a.log c.log").code(0);
    let pairs = whole.out.lines().last().unwrap().strip_prefix("total:").unwrap().parse::<usize>().unwrap();
    break_off(&folder, "scan -f c2.txt --json --resume r --resume-every 0.001 c.log a.log");
    fs::rename(folder.path("c.log"), folder.path("c.log.1")).unwrap();
    folder.write("c.log", b"2026-05-13T10:00:00Z new.evil.test\n");
    let output = start(&folder, "scan -f c2.txt --json --resume r c.log a.log c.log.1").wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let out = fs::read_to_string(folder.path("out")).unwrap();
    let mut texts: Vec<&str> = out.lines().map(|line| line.split("\"text\":").nth(1).unwrap()).collect();
    assert_eq!(texts.len(), pairs + 1);
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), pairs + 1, "none twice");
}

/// An empty log, or one of a few bytes, is how many others begin.
#[test]
fn a_short_log_that_is_gone_is_not_a_longer_one() {
    for short in [&b""[..], b"2026-05-12T"] {
        let folder = logs();
        folder.write("short.log", short);
        let line = "scan -f c2.txt -c --resume r --resume-every 0.001 short.log a.log c.log";
        break_off(&folder, line);
        fs::remove_file(folder.path("short.log")).unwrap();
        refused(&folder, &line.replace("short.log ", ""), "r: short.log was changed or removed since it was scanned");
    }
}

/// A log of which only the names of the columns were scanned is rotated, and its successor begins with the same ones.
#[test]
fn a_log_that_begins_as_a_rotated_one_is_scanned() {
    let folder = logs();
    folder.write("h.csv", b"time,name\n");
    break_off(&folder, "scan -f c2.txt --json --resume r --resume-every 0.001 h.csv c.log");
    fs::rename(folder.path("h.csv"), folder.path("h.csv.1")).unwrap();
    folder.write("h.csv", b"time,name\n2026-05-13T10:00:00Z,new.evil.test\n");
    let output = start(&folder, "scan -f c2.txt --json --resume r h.csv h.csv.1 c.log").wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let out = fs::read_to_string(folder.path("out")).unwrap();
    assert_eq!(out.matches("\"observed\":\"new.evil.test\"").count(), 1);
}

#[test]
fn inputs_that_cannot_be_read_twice_cannot_be_resumed() {
    let folder = folder();
    let run = folder.run_with("scan -f c2.txt --resume r -", b"evil.test\n").code(2);
    assert!(run.err.contains("--resume needs logs that are regular files: (standard input)"), "{}", run.err);
    let fifo = Command::new("mkfifo").arg(folder.path("pipe.txt")).status().unwrap();
    assert!(fifo.success());
    let run = folder.run("scan -f c2=plain:pipe.txt --resume r a.log").code(2);
    assert!(run.err.contains("pipe.txt: --resume needs feeds that are regular files"), "{}", run.err);
    folder.run("scan -F -f c2.txt --resume r a.log").code(2);
    folder.run("scan -q -f c2.txt --resume r a.log").code(2);
    // A log that is not there is said to be missing each time, and the rest is done.
    let run = folder.run("scan -f c2.txt --resume r a.log missing.log").code(2);
    assert!(run.err.contains("missing.log: No such file") && !folder.path("r").exists(), "{}", run.err);
    // Nothing is found: nothing is left over either.
    folder.run("scan -f c2.txt --resume r clean.log").code(1);
    assert!(!folder.path("r").exists());
}

/// An earlier run may have been interrupted after it reached the limit.
#[test]
fn nothing_is_scanned_after_the_limit() {
    let folder = logs();
    let line = "scan -f c2.txt -c -m 9000 --resume r --resume-every 0.001 a.log clean.log c.log";
    break_off(&folder, line);
    let before = fs::read_to_string(folder.path("out")).unwrap();
    let mut record: Value = serde_json::from_slice(&fs::read(folder.path("r")).unwrap()).unwrap();
    record["pairs"] = 9000.into();
    let length = usize::try_from(record["output"]["length"].as_u64().unwrap()).unwrap();
    write_record(&folder, record);
    let output = start(&folder, line).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_to_string(folder.path("out")).unwrap(), format!("{}total:9000\n", &before[..length]));
    assert!(!folder.path("r").exists());
}
