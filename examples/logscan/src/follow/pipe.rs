//! Standard input while feeds and other logs are followed. A separate thread reads it, so that nothing waits for it.

use std::io::{self, Read};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use netsieve::Scanner;
use netsieve::input::{Input, TextCheck};
use netsieve::render::Escaped;
use netsieve::scan::Tail;

use super::hits::Hits;
use crate::output::{Output, Style};

/// The number of reads that may wait to be scanned.
pub(super) const WAITING: usize = 4;

/// The number of bytes that show whether the input is text.
const HEAD: usize = 128;

pub(crate) struct Pipe {
    received: Receiver<io::Result<Vec<u8>>>,
    tail: Tail,
    /// The first bytes, which may come one by one.
    head: Vec<u8>,
    /// Looks for text that is not read, from `at` on.
    check: TextCheck,
    at: u64,
    /// What the check found, once it has been printed.
    told: Option<String>,
}

/// The result of waiting for input.
pub(crate) enum Next {
    Bytes(Vec<u8>),
    /// Nothing so far.
    Nothing,
    End,
}

/// The name of standard input in messages and hits.
pub(crate) const NAME: &str = "(standard input)";

impl Pipe {
    pub(crate) fn start() -> io::Result<Self> {
        let (sender, received) = sync_channel(WAITING);
        thread::Builder::new().name("stdin".to_owned()).spawn(move || {
            let mut buf = vec![0; 64 * 1024];
            loop {
                let read = match io::stdin().read(&mut buf) {
                    Ok(0) => return,
                    Ok(len) => Ok(buf[..len].to_vec()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let is_over = read.is_err();
                if sender.send(read).is_err() || is_over {
                    return;
                }
            }
        })?;
        let (tail, check) = (Tail::new(), TextCheck::new());
        Ok(Self { received, tail, head: Vec::new(), check, at: 0, told: None })
    }

    /// Waits for more input, for at most `left`.
    pub(crate) fn next(&mut self, left: Duration) -> io::Result<Next> {
        match self.received.recv_timeout(left) {
            Ok(Ok(bytes)) => {
                self.look(&bytes).map_err(named)?;
                Ok(Next::Bytes(bytes))
            }
            Ok(Err(error)) => Err(named(error)),
            Err(RecvTimeoutError::Timeout) => Ok(Next::Nothing),
            Err(RecvTimeoutError::Disconnected) => Ok(Next::End),
        }
    }

    /// Refuses an input that is not text, and tells if it holds text that is not read.
    fn look(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.head.len() < HEAD {
            self.head.extend(bytes.iter().take(HEAD - self.head.len()));
            if let Some(compression) = Input::new(&self.head[..])?.compression() {
                let reason = format!("{compression}-compressed: cannot be followed, only scanned");
                return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
            }
        }
        self.check.look(self.at, bytes);
        self.at += bytes.len() as u64;
        let caveat = self.check.caveat().map(|caveat| caveat.to_string());
        if let Some(caveat) = caveat.filter(|caveat| self.told.as_ref() != Some(caveat)) {
            say!("logscan: {}", Escaped::new(&format!("{NAME}: {caveat}")));
            self.told = Some(caveat);
        }
        Ok(())
    }

    pub(super) fn scan(
        &mut self,
        bytes: &[u8],
        scanner: &mut Scanner,
        style: &Style,
        output: &mut Output<'_>,
    ) -> io::Result<()> {
        output.meter.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let mut hits = Hits::new(style, output, NAME, false);
        // Scanning memory cannot fail.
        let _ = scanner.scan_tail(&mut self.tail, bytes, |hit| hits.take(hit));
        hits.write()
    }

    /// Scans a last line without an end.
    pub(super) fn finish(&mut self, scanner: &mut Scanner, style: &Style, output: &mut Output<'_>) -> io::Result<()> {
        let mut hits = Hits::new(style, output, NAME, false);
        let _ = scanner.scan_rest(&mut self.tail, |hit| hits.take(hit));
        hits.write()
    }
}

fn named(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{NAME}: {error}"))
}
