//! Runs a scanner that follows logs while a test writes to them.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::Folder;

/// Longer than anything takes here, even on a slow machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) struct Follow {
    pub(crate) child: Child,
    pub(crate) out: Receiver<String>,
    pub(crate) err: Receiver<String>,
}

impl Drop for Follow {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Follow {
    pub(crate) fn new(folder: &Folder, line: &str) -> Self {
        let line = format!("scan --json -F --interval 0.02 {line}");
        let mut child = folder.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    /// The next hit: `file:line:observed`.
    #[track_caller]
    pub(crate) fn hit(&self) -> String {
        let line = self.out.recv_timeout(LONG).expect("a hit");
        let row: Value = serde_json::from_str(&line).expect(&line);
        format!("{}:{}:{}", row["file"].as_str().unwrap(), row["line"], row["observed"].as_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn says(&self, want: &str) {
        let line = self.err.recv_timeout(LONG).expect("a message");
        assert!(line.contains(want), "{want}: {line}");
    }

    /// Ends the scanner. Returns the remaining hits and messages.
    pub(crate) fn rest(mut self) -> (Vec<String>, Vec<String>) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.out.iter().collect(), self.err.iter().collect())
    }
}

pub(crate) fn lines(reader: impl Read + Send + 'static) -> Receiver<String> {
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

pub(crate) fn append(folder: &Folder, name: &str, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(folder.path(name)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
