//! Standard input while feeds and other logs are followed. A separate thread reads it, so that nothing waits for it.

use std::io::{self, Read};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use netsieve::Scanner;
use netsieve::input::Input;
use netsieve::scan::Tail;

use super::hits::Hits;
use crate::output::{Output, Style};

/// The number of reads that may wait to be scanned.
pub(super) const WAITING: usize = 4;

pub(crate) struct Pipe {
    received: Receiver<io::Result<Vec<u8>>>,
    tail: Tail,
    is_begun: bool,
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
        Ok(Self { received, tail: Tail::new(), is_begun: false })
    }

    /// Waits for more input, for at most `left`.
    pub(crate) fn next(&mut self, left: Duration) -> io::Result<Next> {
        match self.received.recv_timeout(left) {
            Ok(Ok(bytes)) => {
                if !self.is_begun {
                    self.is_begun = true;
                    if let Some(compression) = Input::new(&bytes[..])?.compression() {
                        let reason = format!("{NAME}: {compression}-compressed: cannot be followed, only scanned");
                        return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
                    }
                }
                Ok(Next::Bytes(bytes))
            }
            Ok(Err(error)) => Err(io::Error::new(error.kind(), format!("{NAME}: {error}"))),
            Err(RecvTimeoutError::Timeout) => Ok(Next::Nothing),
            Err(RecvTimeoutError::Disconnected) => Ok(Next::End),
        }
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
