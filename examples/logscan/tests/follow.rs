//! `logscan scan --follow` as a process: growth, rotation, shortening, and feeds that change.
//!
//! Every step waits for what the one before must bring about, however long that takes, so no outcome hangs on time.
#![cfg(unix)]

mod common;

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use common::{Folder, folder};
use serde_json::Value;

/// Longer than anything here takes on the slowest machine.
const LONG: Duration = Duration::from_secs(60);

struct Follow {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Drop for Follow {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(reader: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(reader).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Follow {
    fn new(folder: &Folder, line: &str) -> Self {
        let line = format!("scan --json -F --interval 0.02 {line}");
        let mut child = folder.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    /// The next hit: `file:line:observed`.
    #[track_caller]
    fn hit(&self) -> String {
        let line = self.out.recv_timeout(LONG).expect("a hit");
        let row: Value = serde_json::from_str(&line).expect(&line);
        format!("{}:{}:{}", row["file"].as_str().unwrap(), row["line"], row["observed"].as_str().unwrap())
    }

    #[track_caller]
    fn says(&self, want: &str) {
        let line = self.err.recv_timeout(LONG).expect("a message");
        assert!(line.contains(want), "{want}: {line}");
    }

    /// Ends it; what it said and was not asked for.
    fn rest(mut self) -> (Vec<String>, Vec<String>) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.out.iter().collect(), self.err.iter().collect())
    }
}

fn append(folder: &Folder, name: &str, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(folder.path(name)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn what_is_written_is_scanned_when_its_line_ends() {
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

#[test]
fn a_line_that_never_ends_is_scanned_as_it_stands() {
    let folder = folder();
    folder.write("open.log", b"first\nlast.evil.test");
    let follow = Follow::new(&folder, "-f c2.txt open.log");
    assert_eq!(follow.hit(), "open.log:2:last.evil.test");
    // What was told is not told again when the line does end.
    append(&folder, "open.log", " and 192.0.2.7\nnext.evil.test\n");
    assert_eq!(follow.hit(), "open.log:2:192.0.2.7");
    assert_eq!(follow.hit(), "open.log:3:next.evil.test");
    assert_eq!(follow.rest(), (Vec::new(), Vec::new()));
}

#[test]
fn a_renamed_log_is_finished_and_its_successor_followed() {
    let folder = folder();
    folder.write("dns.log", b"a.evil.test\n");
    let follow = Follow::new(&folder, "-f c2.txt dns.log");
    assert_eq!(follow.hit(), "dns.log:1:a.evil.test");
    for round in 0..5 {
        fs::rename(folder.path("dns.log"), folder.path("dns.log.1")).unwrap();
        // The writer has not heard of it yet.
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
    // As `copytruncate` does, and with the same inode.
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
        // Rotation within what is looked through: nothing is read a second time under its new name.
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
    folder.write("c2.txt", b"more.example\n");
    follow.says("feeds loaded anew: 2 indicators");
    append(&folder, "empty.log", "b.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:2:more.example");
    // What cannot be used leaves what was there.
    folder.write("c2.txt", b"<!DOCTYPE html><html><body>Not found</body></html>\n");
    follow.says("going on with the feeds as they were");
    append(&folder, "empty.log", "c.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:3:more.example");
    fs::remove_file(folder.path("c2.txt")).unwrap();
    follow.says("going on with the feeds as they were");
    // Replaced by renaming, and a file that a configuration's glob finds only now.
    folder.write("c2.new", b"evil.test\n");
    fs::rename(folder.path("c2.new"), folder.path("c2.txt")).unwrap();
    follow.says("feeds loaded anew: 2 indicators");
    append(&folder, "empty.log", "d.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:4:d.evil.test");
    folder.write("extra2.txt", b"more.example\n");
    follow.says("feeds loaded anew: 3 indicators");
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
    follow.says("loaded anew: 1 indicators");
    append(&folder, "empty.log", "b.evil.test more.example\n");
    assert_eq!(follow.hit(), "empty.log:2:more.example");
    folder.write("set.new", b"no set at all");
    fs::rename(folder.path("set.new"), folder.path("set.sieve")).unwrap();
    follow.says("going on with the feeds as they were");
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
        assert_eq!(output.stdout.iter().filter(|&&b| b == b'\n').count(), if line.starts_with("-m") { 6 } else { 0 });
    }
    let mut follow = Follow::new(&folder, "-f c2.txt a.log");
    for _ in 0..4 {
        let _ = follow.hit();
    }
    drop(std::mem::replace(&mut follow.out, channel().1));
    // The thread that reads ends with the next line, and with it the pipe.
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
fn what_cannot_be_followed_says_so() {
    let folder = folder();
    folder.write("old.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0");
    for (line, want) in [
        ("-F -f c2.txt", "(standard input): only files can be followed"),
        ("-F -f c2.txt -", "(standard input): only files can be followed"),
        ("-F -f missing.txt a.log", "missing.txt"),
        ("-F -c -f c2.txt a.log", "cannot be used with"),
        ("-F --interval 0 -f c2.txt a.log", "not a number of seconds"),
        ("--from-end -f c2.txt a.log", "--follow"),
    ] {
        let run = folder.run(&format!("scan {line}")).code(2);
        assert!(run.err.contains(want), "{line}: {}", run.err);
    }
    let follow = Follow::new(&folder, "-f c2.txt old.gz empty.log");
    follow.says("old.gz: gzip-compressed");
    append(&folder, "empty.log", "evil.test\n");
    assert_eq!(follow.hit(), "empty.log:1:evil.test");
}
