//! The log of the service: one JSON object per line, on standard error.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use netsieve::render::json_string;

/// The number of lines that may wait to be written.
const WAITING: usize = 1024;

/// The time that writing the last lines may take.
const LAST: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

pub(crate) enum Value<'v> {
    Text(&'v str),
    Number(u64),
}

/// Passes lines to the thread that writes them. Never waits and never fails, because answers must not depend on the reader of the log.
/// Lines that cannot be written are counted.
#[derive(Clone)]
pub(crate) struct Log {
    lines: SyncSender<Vec<u8>>,
    lost: Arc<AtomicU64>,
}

/// The thread that writes the lines.
pub(crate) struct Writer {
    ended: Receiver<()>,
}

impl Log {
    pub(crate) fn start() -> io::Result<(Self, Writer)> {
        let (lines, to_write) = sync_channel::<Vec<u8>>(WAITING);
        let (end, ended) = sync_channel(1);
        let lost = Arc::new(AtomicU64::new(0));
        let not_written = Arc::clone(&lost);
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            for line in to_write {
                if io::stderr().write_all(&line).is_err() {
                    not_written.fetch_add(1, Ordering::Relaxed);
                }
            }
            // If this comes too late, nobody waits any more.
            let _ = end.send(());
        })?;
        Ok((Self { lines, lost }, Writer { ended }))
    }

    /// The number of lines that were not written, because standard error was closed, full, or too slow.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    pub(crate) fn write(&self, level: Level, event: &str, values: &[(&str, Value<'_>)]) {
        let level = match level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let now = Timestamp::now().to_string();
        let mut line = Vec::new();
        let mut separator = b'{';
        for (key, value) in [("time", Value::Text(&now)), ("level", Value::Text(level)), ("event", Value::Text(event))]
            .iter()
            .chain(values)
        {
            line.push(separator);
            separator = b',';
            json_string(&mut line, key.as_bytes());
            line.push(b':');
            match value {
                Value::Text(text) => json_string(&mut line, text.as_bytes()),
                Value::Number(number) => line.extend_from_slice(number.to_string().as_bytes()),
            }
        }
        line.extend_from_slice(b"}\n");
        if self.lines.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Writer {
    /// Waits a moment for the remaining lines, after the last [`Log`] is dropped.
    pub(crate) fn finish(self) {
        // A reader that is slower than that does not delay the end.
        let _ = self.ended.recv_timeout(LAST);
    }
}
