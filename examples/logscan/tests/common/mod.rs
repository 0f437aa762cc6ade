//! Runs the scanner as a process, in a folder of its own.
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

#[cfg(unix)]
pub(crate) mod following;

/// The scanner, without environment variables that change its behaviour.
pub(crate) fn logscan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logscan"));
    command.env_remove("NO_COLOR").env_remove("NETSIEVE_ENGINE").env_remove("SOURCE_DATE_EPOCH");
    command
}

/// A folder of files, and runs of the scanner in it.
pub(crate) struct Folder(pub(crate) TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &[u8]) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a file by renaming, so that no reader sees it empty.
    pub(crate) fn replace(&self, name: &str, text: &[u8]) {
        let beside = format!("{name}.new");
        self.write(&beside, text);
        fs::rename(self.path(&beside), self.path(name)).unwrap();
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = logscan();
        command.current_dir(self.0.path()).args(line.split_whitespace()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        Run::of(self.command(line).output().unwrap(), line)
    }

    pub(crate) fn run_with(&self, line: &str, stdin: &[u8]) -> Run {
        let mut command = self.command(line);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let text = stdin.to_owned();
        let writer = std::thread::spawn(move || drop(input.write_all(&text)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Run::of(output, line)
    }
}

pub(crate) struct Run {
    pub(crate) line: String,
    pub(crate) code: i32,
    pub(crate) out: String,
    /// Standard error, without the summary.
    pub(crate) err: String,
    /// The summary line at the end of a scan.
    pub(crate) summary: String,
}

impl Run {
    pub(crate) fn of(output: Output, line: &str) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8, whatever the log holds");
        let is_summary =
            |line: &&str| line.starts_with("logscan: ") && line.contains(" MB in ") && line.contains(" s: ");
        let all = text(output.stderr);
        let (summary, err): (Vec<&str>, Vec<&str>) = all.split_inclusive('\n').partition(is_summary);
        assert!(summary.len() <= 1, "{line}: {all}");
        Self {
            line: line.to_owned(),
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: err.concat(),
            summary: summary.concat(),
        }
    }

    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}\n{}", self.line, self.out, self.err);
        self
    }

    pub(crate) fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// `file:line:observed:indicator` of each JSON line.
    pub(crate) fn rows(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.json()
            .iter()
            .map(|row| {
                format!("{}:{}:{}:{}", text(&row["file"]), row["line"], text(&row["observed"]), text(&row["indicator"]))
            })
            .collect()
    }
}

pub(crate) const FEED: &[u8] =
    b"192.0.2.7\t12\n198.51.100.0/28\nevil.test # seen\n2001:db8::c2\nhttp://shop.test/login/\n";
pub(crate) const LOG: &[u8] =
    b"from 192.0.2.7 to ok.test\nnothing here\nquery WWW.Evil.Test and 198.51.100.3\nGET http://shop.test/login/x\n";

pub(crate) fn folder() -> Folder {
    Folder::new(&[("c2.txt", FEED), ("a.log", LOG), ("empty.log", b""), ("clean.log", b"nothing here\n")])
}

/// A log of several chunks, with a hit now and then.
pub(crate) fn long_log(len: usize) -> Vec<u8> {
    let mut log = Vec::new();
    let mut number = 0_u32;
    while log.len() < len {
        number += 1;
        let host = match number % 997 {
            0 => "a.evil.test",
            1 => "192.0.2.7",
            2 => "http://shop.test/login/x",
            _ => "ok.example",
        };
        log.extend_from_slice(format!("{number} 10.0.0.{} query {host} type A\n", number % 256).as_bytes());
    }
    log
}
