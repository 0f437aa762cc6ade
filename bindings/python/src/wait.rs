//! Does long work without the interpreter's lock, so that Ctrl-C can end it.

use std::io::{self, Read};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The time between two checks for signals.
const OFTEN: Duration = Duration::from_millis(50);

/// Does work on a separate thread and waits for it. If a signal handler raises an exception meanwhile, this function returns it, and the
/// thread ends later by itself; its result is dropped.
pub(crate) fn interruptibly<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (give, mut take) = mpsc::channel();
    std::thread::Builder::new().name("netsieve".into()).spawn(move || give.send(work()))?;
    loop {
        let received;
        (take, received) = py.detach(move || {
            let received = take.recv_timeout(OFTEN);
            (take, received)
        });
        match received {
            Ok(done) => return Ok(done),
            Err(mpsc::RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err(
                    "bug in netsieve, please report it: the work ended without a result",
                ));
            }
        }
    }
}

/// A reader that checks for signals from time to time. An exception raised by a handler becomes its error.
pub(crate) struct Interruptible<R> {
    reader: R,
    asked: Instant,
}

impl<R> Interruptible<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, asked: Instant::now() }
    }
}

impl<R: Read> Read for Interruptible<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.asked.elapsed() >= OFTEN {
            Python::attach(|py| py.check_signals()).map_err(io::Error::other)?;
            self.asked = Instant::now();
        }
        self.reader.read(buf)
    }
}
