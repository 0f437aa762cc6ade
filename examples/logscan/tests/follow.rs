//! `logscan scan --follow` as a process: growth, new logs, and feeds that change.
//!
//! Every step waits for the effect of the one before, however long that takes, so no result depends on timing.
#![cfg(unix)]

mod common;

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use common::following::{Follow, LONG, append, lines};
use common::{Folder, folder};
use serde_json::Value;

#[test]
fn a_line_is_scanned_when_it_ends() {
    let folder = folder();
    let follow = Follow::new(&folder, "-f c2.txt a.log empty.log");
    for want in
        ["a.log:1:192.0.2.7", "a.log:3:WWW.Evil.Test", "a.log:3:198.51.100.3", "a.log:4:http://shop.test/login/x"]
    {
        assert_eq!(follow.hit(), want);
    }
    append(&folder, "a.log", "one.evil.test\ntwo.evil.t");
    assert_eq!(follow.hit(), "a.log:5:one.evil.test");
    append(&folder, "empty.log", "three.evil.test\n");
    assert_eq!(follow.hit(), "empty.log:1:three.evil.test");
    append(&folder, "a.log", "est\n");
    assert_eq!(follow.hit(), "a.log:6:two.evil.test");
    append(&folder, "a.log", "four.evil.test\n");
    assert_eq!(follow.hit(), "a.log:7:four.evil.test");
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

/// The most threads of a process that were seen scanning at the same time, in samples taken until `is_over`.
#[cfg(target_os = "linux")]
fn most_scanning(process: u32, is_over: &AtomicBool) -> usize {
    let is_scanning = |task: &fs::DirEntry| {
        fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.trim_end() == "netsieve-scan")
    };
    let mut most = 0;
    while !is_over.load(Ordering::Relaxed) {
        let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        most = most.max(tasks.filter(is_scanning).count());
        thread::sleep(Duration::from_millis(1));
    }
    most
}

/// Sets the flag when dropped, also in a panic.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Logs were once scanned one after another, on one thread.
#[test]
fn logs_that_grow_at_once_are_scanned_side_by_side() {
    const LOGS: [&str; 4] = ["a.log", "b.log", "c.log", "d.log"];
    /// The numbers of lines at the start, and of added lines. Every thousandth has a hit.
    const FIRST: usize = 60_000;
    const ADDED: usize = 40_000;
    let line = |number: usize| match number % 1000 {
        0 => format!("{number} host{number}.evil.test\n"),
        _ => format!("{number} nothing was seen of 203.0.113.{} and other.test, as on all days\n", number % 250),
    };
    let folder = folder();
    let first: String = (1..=FIRST).map(line).collect();
    LOGS.iter().for_each(|log| folder.write(log, first.as_bytes()));
    let follow = Follow::new(&folder, "-j 3 -f c2.txt a.log b.log c.log d.log");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        #[cfg(target_os = "linux")]
        let most = scope.spawn(|| most_scanning(follow.child.id(), &is_over));
        for log in LOGS {
            let (folder, line) = (&folder, &line);
            scope.spawn(move || {
                let added: String = (FIRST + 1..=FIRST + ADDED).map(line).collect();
                // In parts that end at arbitrary places.
                added.as_bytes().chunks(9973).for_each(|part| append(folder, log, str::from_utf8(part).unwrap()));
            });
        }
        let over = Over(&is_over);
        let mut seen: HashMap<String, Vec<String>> = HashMap::new();
        for _ in 0..LOGS.len() * (FIRST + ADDED) / 1000 {
            let hit = follow.hit();
            let (log, place) = hit.split_once(':').unwrap();
            seen.entry(log.to_owned()).or_default().push(place.to_owned());
        }
        drop(over);
        // Each hit comes once, and in the order of its log.
        let want: Vec<String> =
            (1..=(FIRST + ADDED) / 1000).map(|thousand| format!("{0}:host{0}.evil.test", thousand * 1000)).collect();
        for log in LOGS {
            assert_eq!(seen[log], want, "{log}");
        }
        #[cfg(target_os = "linux")]
        assert_eq!(most.join().unwrap(), 3);
    });
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

#[test]
fn a_line_that_never_ends_is_scanned_as_it_stands() {
    let folder = folder();
    folder.write("open.log", b"first\nlast.evil.test");
    let follow = Follow::new(&folder, "-f c2.txt open.log");
    assert_eq!(follow.hit(), "open.log:2:last.evil.test");
    // Hits that were reported are not reported again when the line ends.
    append(&folder, "open.log", " and 192.0.2.7\nnext.evil.test\n");
    assert_eq!(follow.hit(), "open.log:2:192.0.2.7");
    assert_eq!(follow.hit(), "open.log:3:next.evil.test");
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

#[test]
fn folders_and_globs_are_looked_through_for_new_logs() {
    for logs in ["logs", "logs/*.log*", "--include *.log* ."] {
        let folder = folder();
        fs::create_dir(folder.path("logs")).unwrap();
        fs::remove_file(folder.path("a.log")).unwrap();
        append(&folder, "logs/a.log", "a.evil.test\n");
        let name = |log: &str| if logs.ends_with('.') { format!("./logs/{log}") } else { format!("logs/{log}") };
        let follow = Follow::new(&folder, &format!("-f c2.txt {logs}"));
        assert_eq!(follow.hit(), format!("{}:1:a.evil.test", name("a.log")));
        append(&folder, "logs/b.log", "b.evil.test\n");
        assert_eq!(follow.hit(), format!("{}:1:b.evil.test", name("b.log")));
        // Rotation within a searched folder: nothing is read a second time under its new name.
        for round in 0..3 {
            let path = |log: &str| folder.path(&format!("logs/{log}"));
            let _ = fs::rename(path("a.log.1"), path("a.log.2"));
            fs::rename(path("a.log"), path("a.log.1")).unwrap();
            append(&folder, "logs/a.log", &format!("new{round}.evil.test\n"));
            assert_eq!(follow.hit(), format!("{}:1:new{round}.evil.test", name("a.log")));
            append(&folder, "logs/a.log.1", &format!("late{round}.evil.test\n"));
            assert_eq!(follow.hit(), format!("{}:2:late{round}.evil.test", name("a.log")));
        }
        assert_eq!(follow.rest(), (Vec::new(), Vec::new()), "{logs}");
    }
}

#[test]
fn only_what_is_new_on_request() {
    let folder = folder();
    append(&folder, "a.log", "half.evil.t");
    let follow = Follow::new(&folder, "--from-end -f c2.txt a.log late.log");
    follow.says("late.log: does not exist: waited for");
    append(&folder, "late.log", "late.evil.test\n");
    assert_eq!(follow.hit(), "late.log:1:late.evil.test");
    append(&folder, "a.log", "est\nnew.evil.test\n");
    assert_eq!(follow.hit(), "a.log:5:half.evil.test");
    assert_eq!(follow.hit(), "a.log:6:new.evil.test");
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

#[test]
fn feeds_are_loaded_anew_when_they_change_and_stay_when_they_are_broken() {
    let folder = folder();
    folder.write("feeds.toml", b"[[feed]]\npath = 'extra*.txt'\nname = 'extra'\n");
    folder.write("extra.txt", b"extra.example\n");
    let follow = Follow::new(&folder, "-f c2.txt --config feeds.toml empty.log");
    append(&folder, "empty.log", "a.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:1:a.evil.test");
    folder.replace("c2.txt", b"more.example\n");
    follow.says("feeds reloaded: 2 indicators");
    append(&folder, "empty.log", "b.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:2:more.example");
    // An unusable feed leaves the old one in place.
    folder.replace("c2.txt", b"<!DOCTYPE html><html><body>Not found</body></html>\n");
    follow.says("still using the previous feeds");
    append(&folder, "empty.log", "c.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:3:more.example");
    fs::remove_file(folder.path("c2.txt")).unwrap();
    follow.says("still using the previous feeds");
    // A feed that was gone comes back, and a configuration's glob finds a new file.
    folder.replace("c2.txt", b"evil.test\n");
    follow.says("feeds reloaded: 2 indicators");
    append(&folder, "empty.log", "d.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:4:d.evil.test");
    folder.replace("extra2.txt", b"more.example\n");
    follow.says("feeds reloaded: 3 indicators");
    append(&folder, "empty.log", "ok.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:5:more.example");
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

#[test]
fn a_compiled_set_is_opened_anew_when_it_is_replaced() {
    let folder = folder();
    let build = |feed: &[u8]| {
        folder.write("list.txt", feed);
        let _ = folder.run("build -f list.txt -o set.sieve").code(0);
    };
    build(b"evil.test\n");
    let follow = Follow::new(&folder, "--sieve set.sieve empty.log");
    append(&folder, "empty.log", "a.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:1:a.evil.test");
    build(b"more.example\n");
    follow.says("reloaded: 1 indicator");
    append(&folder, "empty.log", "b.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:2:more.example");
    folder.write("set.new", b"no set at all");
    fs::rename(folder.path("set.new"), folder.path("set.sieve")).unwrap();
    follow.says("still using the previous feeds");
    append(&folder, "empty.log", "c.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:3:more.example");
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

#[test]
fn it_ends_when_enough_was_found_or_nobody_listens() {
    let folder = folder();
    for line in ["-m 2 -f c2.txt a.log", "-q -f c2.txt a.log"] {
        let mut command = folder.command(&format!("scan -F --interval 0.02 {line}"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert_eq!(output.stdout.iter().filter(|&&b| b == b'\n').count(), if line.starts_with("-m") { 8 } else { 0 });
    }
    let mut follow = Follow::new(&folder, "-f c2.txt a.log");
    for _ in 0..4 {
        let _ = follow.hit();
    }
    drop(std::mem::replace(&mut follow.out, channel().1));
    // The next line ends the reading thread, and with it the pipe.
    let status = loop {
        append(&folder, "a.log", "evil.test\n");
        if let Some(status) = follow.child.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(0));
    assert_eq!(follow.rest().1, Vec::<String>::new());
}

#[test]
fn inputs_that_cannot_be_followed_are_refused() {
    let folder = folder();
    folder.write("old.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0");
    for (line, want) in [
        ("-F -f missing.txt a.log", "missing.txt"),
        ("-F -c -f c2.txt a.log", "cannot be used with"),
        ("-F --interval 0 -f c2.txt a.log", "not a number of seconds"),
        ("--from-end -f c2.txt a.log", "--follow"),
    ] {
        let run = folder.run(&format!("scan {line}")).code(2);
        assert!(run.err.contains(want), "{line}: {}", run.err);
    }
    fs::create_dir(folder.path("logs")).unwrap();
    let status = std::process::Command::new("mkfifo").arg(folder.path("logs/pipe")).status().unwrap();
    assert!(status.success());
    let run = folder.run("scan -F -f c2.txt logs/pipe").code(2);
    assert!(run.err.contains("logs/pipe: only files and standard input can be followed"), "{}", run.err);
    let follow = Follow::new(&folder, "-f c2.txt old.gz empty.log");
    follow.says("old.gz: gzip-compressed");
    append(&folder, "empty.log", "evil.test\n");
    assert_eq!(follow.hit(), "empty.log:1:evil.test");
}

#[test]
fn unknown_parts_of_a_log_are_reported() {
    let folder = folder();
    folder.write("dns.log", b"nothing\na.evil.test and more\n");
    let follow = Follow::new(&folder, "-f c2.txt --keep-open 0.2 dns.log");
    assert_eq!(follow.hit(), "dns.log:2:a.evil.test");
    // The log is overwritten without a copy.
    let mut file = OpenOptions::new().write(true).open(folder.path("dns.log")).unwrap();
    file.write_all(b"b.evil.test in a longer line than all before it\n").unwrap();
    follow
        .says("dns.log: was overwritten: reading it from its start; lines added before that, after byte 29, are lost");
    assert_eq!(follow.hit(), "dns.log:1:b.evil.test");
    // The log is renamed, and nothing is written to it.
    fs::rename(folder.path("dns.log"), folder.path("elsewhere")).unwrap();
    append(&folder, "dns.log", "c.evil.test\n");
    let mut said = vec![follow.err.recv_timeout(LONG).unwrap()];
    if said[0].contains("waited for") {
        said.push(follow.err.recv_timeout(LONG).unwrap());
    }
    let last = said.pop().unwrap();
    assert!(last.contains("nothing was written to it for 0.2 seconds: no longer followed after byte 48"), "{last}");
    assert_eq!(follow.hit(), "dns.log:1:c.evil.test");
    // Bytes that are not text, or are in another encoding than the start of the log.
    let wide: Vec<u8> = "d.evil.test\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    OpenOptions::new().append(true).open(folder.path("dns.log")).unwrap().write_all(&wide).unwrap();
    follow.says("dns.log: turns into UTF-16 at byte 12");
}

#[test]
fn space_made_in_advance_is_read_when_it_is_written_to() {
    let folder = folder();
    folder.write("iis.log", &[&b"a.evil.test\n"[..], &[0; 4000]].concat());
    let follow = Follow::new(&folder, "-f c2.txt iis.log");
    assert_eq!(follow.hit(), "iis.log:1:a.evil.test");
    for round in 1..5 {
        let mut file = OpenOptions::new().write(true).open(folder.path("iis.log")).unwrap();
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(12 * round)).unwrap();
        file.write_all(b"b.evil.test\n").unwrap();
        assert_eq!(follow.hit(), format!("iis.log:{}:b.evil.test", round + 1));
    }
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

/// Hits that are written to a file among the logs are not found again there.
#[test]
fn own_outputs_among_the_logs_are_not_followed() {
    let folder = Folder::new(&[("c2.txt", common::FEED)]);
    fs::create_dir(folder.path("logs")).unwrap();
    folder.write("logs/a.log", b"2026-05-12T10:00:00Z one.evil.test\nno time: two.evil.test\n");
    let out = fs::File::create(folder.path("logs/out")).unwrap();
    folder.write("logs/left", b"");
    let mut command =
        folder.command("scan -F -m 4 --interval 0.02 -f c2.txt --format ecs --rejects logs/left logs/left logs");
    let mut child = command.stdout(out).stderr(Stdio::piped()).spawn().unwrap();
    let err = lines(child.stderr.take().unwrap());
    for why in [
        "logs/left: this run writes to it: not scanned",
        "logs/out: the output goes to this file: not scanned as a log",
    ] {
        let said = err.recv_timeout(LONG).unwrap();
        assert!(said.contains(why), "{said}");
    }
    // Allow some rounds in which it could find its own output.
    thread::sleep(Duration::from_millis(300));
    append(&folder, "logs/a.log", "2026-05-12T10:00:01Z three.evil.test\nno time: four.evil.test\n");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for (name, count) in [("logs/out", 2), ("logs/left", 2)] {
        let text = fs::read_to_string(folder.path(name)).unwrap();
        assert_eq!(text.lines().count(), count, "{text}");
        assert!(text.lines().all(|line| line.contains("a.log")), "{text}");
    }
}

/// A log that is long already does not keep the others, or standard input, waiting.
#[test]
fn a_long_log_does_not_delay_the_others() {
    let folder = folder();
    // Three slices, each with many hits.
    const HITS: usize = 1 << 14;
    let long =
        ["2026-05-12T10:02:03Z query long.evil.test\n", &"2026-05-12T10:02:04Z query ok.example\n".repeat(80)].concat();
    folder.write("long.log", long.repeat(HITS).as_bytes());
    folder.write("short.log", b"one.evil.test\n");
    let mut command = folder.command("scan --json -F --interval 0.02 --no-text -f c2.txt long.log short.log -");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let out = lines(child.stdout.take().unwrap());
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"two.evil.test\n").unwrap();
    let (mut counts, mut is_appended) = ([0_usize; 3], false);
    while counts[0] < HITS || counts[1] < 2 || counts[2] < 1 {
        let row: Value = serde_json::from_str(&out.recv_timeout(LONG).expect("a hit")).unwrap();
        let at = match row["file"].as_str().unwrap() {
            "long.log" => 0,
            "short.log" => 1,
            _ => 2,
        };
        counts[at] += 1;
        if counts[0] > HITS / 4 && !is_appended {
            is_appended = true;
            append(&folder, "short.log", "three.evil.test\n");
        }
        // They come in the same slice or the next one, and a slice is a third of the log.
        let is_late = at > 0 && counts[0] > HITS * 9 / 10;
        assert!(!is_late, "{row} after {} hits of the long log", counts[0]);
    }
    assert_eq!(counts, [HITS, 2, 1]);
    let _ = child.kill();
    let _ = child.wait();
}

/// A scan that is started again adds to the rejects of the one before.
#[test]
fn rejects_are_appended_to() {
    let folder = folder();
    folder.write("a.log", b"no time evil.test\n");
    for (run, count) in [("-F -m 1", 1), ("-F -m 1", 2), ("--state seen", 3), ("--state seen", 3), ("", 1)] {
        folder.run(&format!("scan {run} --format ecs --rejects left -f c2.txt a.log"));
        let left = std::fs::read_to_string(folder.path("left")).unwrap();
        assert_eq!(left.lines().count(), count, "{run}: {left}");
        assert!(left.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{left}");
    }
    // A run that was killed left half a line.
    folder.write("left", b"{\"file\":\"a.l");
    folder.run("scan -F -m 1 --format ecs --rejects left -f c2.txt a.log");
    let left = std::fs::read_to_string(folder.path("left")).unwrap();
    assert!(serde_json::from_str::<Value>(left.lines().nth(1).unwrap()).is_ok() && left.lines().count() == 2, "{left}");
}

/// Every scan ends with a summary, also of logs that are followed, and on Ctrl-C.
#[test]
fn the_end_is_summed_up() {
    let folder = folder();
    let run = folder.run("scan -F -m 3 -f c2.txt a.log empty.log").code(0);
    assert!(run.summary.starts_with("logscan: 2 logs followed, 0.0 MB in "), "{}", run.summary);
    assert!(run.summary.ends_with(" s: 3 hits, 3 pairs\n"), "{}", run.summary);
    let run = folder.run_with("scan -F --format ecs -f c2.txt -", b"no time evil.test\n").code(0);
    assert!(
        run.summary.starts_with("logscan: 1 log followed, ") && run.summary.ends_with("1 hit, 1 pair\n"),
        "{}",
        run.summary
    );
    assert!(run.err.contains("1 pair not written"), "{}", run.err);
    assert_eq!(folder.run("scan -F -q -f c2.txt a.log").code(0).summary, "");
    for line in ["-f c2.txt a.log", "-f c2.txt a.log -"] {
        let mut command = folder.command(&format!("scan -F --interval 60 {line}"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = lines(child.stdout.take().unwrap());
        out.recv_timeout(LONG).expect("a hit");
        let kill = std::process::Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
        assert!(kill.unwrap().success());
        let run = common::Run::of(child.wait_with_output().unwrap(), line).code(130);
        assert!(run.summary.ends_with("; interrupted\n") && run.summary.contains("4 hits, 4 pairs"), "{}", run.summary);
        assert!(run.err.contains("interrupted by SIGINT"), "{}", run.err);
    }
}

/// Standard input is checked like a followed file: what is not read is told, and what is not text is refused, however it comes.
#[test]
fn standard_input_in_another_encoding_is_told() {
    let folder = folder();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let text = [&b"a.evil.test\n"[..], &wide("b.evil.test\n")].concat();
    let run = folder.run_with("scan -F -f c2.txt -", &text).code(0);
    let told = "logscan: (standard input): turns into UTF-16 at byte 12: the UTF-16 in it was not read";
    assert_eq!(run.err.matches(told).count(), 1, "{}", run.err);
    let run = folder.run_with("scan -F --json -f c2.txt -", &wide("a.evil.test\nb.evil.test\n")).code(0);
    assert!(!run.err.contains("not read") && run.out.lines().count() == 2, "{}", run.err);

    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    for first in [1, 2, 10] {
        let mut command = folder.command("scan -F -f c2.txt -");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(&packed[..first]).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        // It may have ended already.
        let _ = input.write_all(&packed[first..]);
        drop(input);
        let run = common::Run::of(child.wait_with_output().unwrap(), "a packed pipe").code(2);
        assert!(run.err.contains("(standard input): gzip-compressed: cannot be followed"), "{first}: {}", run.err);
    }
}
