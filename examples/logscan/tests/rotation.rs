//! `logscan scan --follow` through rotation: logs that are renamed, copied and emptied, or removed and created again, and more logs than can
//! be open at once. No line is lost or repeated.
//!
//! Every step waits for the effect of the one before, however long that takes, so no result depends on timing.
#![cfg(unix)]

mod common;

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use common::following::{Follow, append, lines};
use common::{Folder, folder};

#[test]
fn a_renamed_log_is_finished_and_its_successor_followed() {
    let folder = folder();
    folder.write("dns.log", b"a.evil.test\n");
    let follow = Follow::new(&folder, "-f c2.txt dns.log");
    assert_eq!(follow.hit(), "dns.log:1:a.evil.test");
    for round in 0..5 {
        fs::rename(folder.path("dns.log"), folder.path("dns.log.1")).unwrap();
        // The writer does not know of the rotation yet.
        append(&folder, "dns.log.1", &format!("late{round}.evil.test\n"));
        assert_eq!(follow.hit(), format!("dns.log:2:late{round}.evil.test"));
        append(&folder, "dns.log", &format!("new{round}.evil.test\n"));
        assert_eq!(follow.hit(), format!("dns.log:1:new{round}.evil.test"));
    }
    let (out, err) = follow.rest();
    assert_eq!(out, Vec::<String>::new());
    assert!(err.iter().all(|line| line.contains("dns.log: does not exist: waited for")), "{err:?}");
}

#[test]
fn a_shortened_log_begins_anew() {
    let folder = folder();
    folder.write("dns.log", b"nothing\nnothing\na.evil.test\nb.evil.test\n");
    let follow = Follow::new(&folder, "-f c2.txt dns.log");
    assert_eq!((follow.hit(), follow.hit()), ("dns.log:3:a.evil.test".into(), "dns.log:4:b.evil.test".into()));
    // Like `copytruncate`, which keeps the inode.
    OpenOptions::new().write(true).open(folder.path("dns.log")).unwrap().set_len(0).unwrap();
    follow.says("dns.log: was shortened");
    append(&folder, "dns.log", "c.evil.test\n");
    assert_eq!(follow.hit(), "dns.log:1:c.evil.test");
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

#[test]
fn logs_that_do_not_exist_yet_and_logs_that_are_made_again() {
    let folder = folder();
    let follow = Follow::new(&folder, "-f c2.txt late.log");
    follow.says("late.log: does not exist: waited for");
    append(&folder, "late.log", "a.evil.test\n");
    assert_eq!(follow.hit(), "late.log:1:a.evil.test");
    for round in 0..3 {
        fs::remove_file(folder.path("late.log")).unwrap();
        follow.says("late.log: does not exist: waited for");
        append(&folder, "late.log", &format!("again{round}.evil.test\n"));
        assert_eq!(follow.hit(), format!("late.log:1:again{round}.evil.test"));
    }
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

/// The lines that a follower must report once each, and its reports.
struct Ledger {
    follow: Follow,
    written: usize,
    reported: HashMap<String, usize>,
}

impl Ledger {
    fn new(follow: Follow) -> Self {
        Self { follow, written: 0, reported: HashMap::new() }
    }

    /// Makes the next line, which its number identifies.
    fn line(&mut self) -> String {
        self.written += 1;
        format!("{} a line of the log, query n{}.evil.test type A\n", self.written, self.written)
    }

    /// Waits until the last line is reported, so that a round has passed.
    #[track_caller]
    fn wait(&mut self) {
        self.wait_for(self.written);
    }

    #[track_caller]
    fn wait_for(&mut self, line: usize) {
        let want = format!("n{line}.evil.test");
        while !self.reported.contains_key(&want) {
            let hit = self.follow.hit();
            *self.reported.entry(hit.rsplit(':').next().unwrap().to_owned()).or_default() += 1;
        }
    }

    /// Checks that no line was lost or repeated. Returns the messages.
    #[track_caller]
    fn check(mut self) -> Vec<String> {
        for line in 1..=self.written {
            self.wait_for(line);
        }
        // Allow a few more rounds.
        thread::sleep(Duration::from_millis(300));
        let (out, err) = self.follow.rest();
        assert_eq!(out, Vec::<String>::new());
        assert_eq!(self.reported.len(), self.written);
        assert!(self.reported.values().all(|&times| times == 1), "{:?}", self.reported);
        err
    }
}

/// The fate of a log in one round.
type Round = fn(&Folder, &mut Ledger, usize);

/// The writer keeps writing to the renamed file, even after the scanner has noticed.
fn late_writer(folder: &Folder, ledger: &mut Ledger, round: usize) {
    let old = format!("dns.log.{round}");
    fs::rename(folder.path("dns.log"), folder.path(&old)).unwrap();
    for _ in 0..3 {
        append(folder, &old, &ledger.line());
        ledger.wait();
    }
    append(folder, "dns.log", &ledger.line());
    ledger.wait();
    append(folder, &old, &ledger.line());
    if round.is_multiple_of(3) {
        fs::remove_file(folder.path(&old)).unwrap();
    }
}

/// The log is copied and emptied, and grows beyond its old size before the next round.
fn copied_and_emptied(folder: &Folder, ledger: &mut Ledger, round: usize) {
    for _ in 0..round % 4 {
        append(folder, "dns.log", &ledger.line());
    }
    let copy = format!("dns.log.{}", round % 3);
    fs::copy(folder.path("dns.log"), folder.path("copy")).unwrap();
    fs::rename(folder.path("copy"), folder.path(&copy)).unwrap();
    OpenOptions::new().write(true).open(folder.path("dns.log")).unwrap().set_len(0).unwrap();
    for _ in 0..1 + round % 9 {
        append(folder, "dns.log", &ledger.line());
    }
    ledger.wait();
}

/// The log is renamed three times between two rounds.
fn rotated_thrice(folder: &Folder, ledger: &mut Ledger, round: usize) {
    for generation in 0..3 {
        fs::rename(folder.path("dns.log"), folder.path(&format!("dns.log.{round}.{generation}"))).unwrap();
        append(folder, "dns.log", &ledger.line());
    }
    ledger.wait();
}

/// Another file is moved into its place.
fn replaced(folder: &Folder, ledger: &mut Ledger, _: usize) {
    append(folder, "new", &ledger.line());
    fs::rename(folder.path("new"), folder.path("dns.log")).unwrap();
    ledger.wait();
}

/// The log is replaced by a copy of itself, as by `sed -i` and editors, and grows.
fn copied_in_place(folder: &Folder, ledger: &mut Ledger, _: usize) {
    fs::copy(folder.path("dns.log"), folder.path("new")).unwrap();
    fs::rename(folder.path("new"), folder.path("dns.log")).unwrap();
    append(folder, "dns.log", &ledger.line());
    ledger.wait();
}

const KINDS: [(Round, &str); 5] = [
    (late_writer, "does not exist: waited for"),
    (copied_and_emptied, "lines added before that are read from"),
    (rotated_thrice, "does not exist: waited for"),
    (replaced, "does not exist: waited for"),
    (copied_in_place, "does not exist: waited for"),
];

fn none_lost_none_doubled(rounds: usize) {
    for (kind, (befall, said)) in KINDS.into_iter().enumerate() {
        let folder = folder();
        // This file existed before, so it is not read.
        folder.write("dns.log.old", b"n0.evil.test long ago\n");
        append(&folder, "dns.log", "");
        let mut ledger = Ledger::new(Follow::new(&folder, "-f c2.txt dns.log"));
        let line = ledger.line();
        append(&folder, "dns.log", &line);
        ledger.wait();
        for round in 0..rounds {
            befall(&folder, &mut ledger, round);
        }
        let err = ledger.check();
        assert!(err.iter().all(|line| line.contains(said)), "{kind}: {err:?}");
    }
}

#[test]
fn whatever_befalls_a_log_no_line_is_lost_or_doubled() {
    none_lost_none_doubled(12);
}

#[test]
#[ignore = "takes minutes"]
fn whatever_befalls_a_log_two_hundred_times() {
    none_lost_none_doubled(200);
}

/// In a followed folder, the copy is also a log.
#[test]
fn a_copy_in_a_folder_is_not_read_twice() {
    let folder = folder();
    fs::create_dir(folder.path("logs")).unwrap();
    append(&folder, "logs/dns.log", "");
    let mut ledger = Ledger::new(Follow::new(&folder, "-f c2.txt logs"));
    for round in 0..8 {
        for _ in 0..2 + round % 2 {
            append(&folder, "logs/dns.log", &ledger.line());
        }
        ledger.wait();
        fs::copy(folder.path("logs/dns.log"), folder.path(&format!("logs/dns.log.{round}"))).unwrap();
        OpenOptions::new().write(true).open(folder.path("logs/dns.log")).unwrap().set_len(0).unwrap();
        append(&folder, "logs/dns.log", &ledger.line());
        ledger.wait();
    }
    let _ = ledger.check();
}

/// Follows more logs than there are file descriptors.
fn few_descriptors(folder: &Folder, arguments: &str, names: &[String]) -> Follow {
    let logscan = common::logscan().get_program().to_owned();
    let names = names.join(" ");
    let line = format!("ulimit -n 40; exec \"$0\" scan --json -F --interval 0.02 {arguments} -f c2.txt {names}");
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg(line).arg(logscan).current_dir(folder.0.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
    Follow { child, out, err }
}

#[test]
fn old_lines_are_passed_over_in_more_logs_than_can_be_open() {
    let folder = folder();
    let names: Vec<String> = (0..100).map(|number| format!("{number}.log")).collect();
    for name in &names {
        append(&folder, name, "old.evil.test\n");
    }
    let follow = few_descriptors(&folder, "--from-end", &names);
    // Lines written before the first round is over count as old.
    let first = loop {
        append(&folder, "7.log", "new.evil.test\n");
        if let Ok(line) = follow.out.recv_timeout(Duration::from_millis(100)) {
            break line;
        }
    };
    thread::sleep(Duration::from_millis(500));
    let (out, err) = follow.rest();
    assert!(out.iter().chain([&first]).all(|hit| hit.contains("new.evil.test")), "{out:?}");
    assert_eq!(err, Vec::<String>::new());
}

#[test]
fn more_logs_than_can_be_open() {
    let folder = folder();
    let names: Vec<String> = (0..100).map(|number| format!("{number}.log")).collect();
    for name in &names {
        append(&folder, name, "");
    }
    let mut ledger = Ledger::new(few_descriptors(&folder, "", &names));
    for round in 0..40 {
        for step in 0..7 {
            append(&folder, &names[(round * 31 + step * 13) % 100], &ledger.line());
        }
        ledger.wait();
        // The log is renamed while it may be closed, and both files are written to.
        let name = &names[round * 17 % 100];
        fs::rename(folder.path(name), folder.path(&format!("{name}.{round}"))).unwrap();
        append(&folder, &format!("{name}.{round}"), &ledger.line());
        append(&folder, name, &ledger.line());
        ledger.wait();
    }
    let err = ledger.check();
    assert!(err.iter().all(|line| line.contains("does not exist: waited for")), "{err:?}");
}
