//! Reads pipes that may stay silent. A signal ends the wait.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use crate::inputs::Meter;

/// The error of a read that a signal interrupted.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a signal came before the end")
    }
}

impl Error for Cut {}

/// Returns true if the error is not one of the input, but a signal.
pub(crate) fn is_cut(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Cut>())
}

/// Reads from a pipe, a terminal or another file that may have nothing to read yet.
#[cfg(unix)]
pub(crate) fn read(mut file: &File, buf: &mut [u8]) -> io::Result<usize> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    /// The time between two checks for a signal.
    const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    loop {
        if crate::signal::came() {
            return Err(io::Error::other(Cut));
        }
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&TICK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return file.read(buf),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn read(mut file: &File, buf: &mut [u8]) -> io::Result<usize> {
    file.read(buf)
}

/// Standard input, whose bytes are counted.
pub(crate) struct Stdin {
    #[cfg(unix)]
    file: File,
    meter: Arc<Meter>,
}

impl Stdin {
    #[cfg(unix)]
    pub(crate) fn new(meter: Arc<Meter>) -> io::Result<Self> {
        use std::os::fd::AsFd;

        // Bypasses the buffer of the standard library: it could hold bytes while we wait for the pipe.
        Ok(Self { file: io::stdin().as_fd().try_clone_to_owned()?.into(), meter })
    }

    #[cfg(not(unix))]
    pub(crate) fn new(meter: Arc<Meter>) -> io::Result<Self> {
        Ok(Self { meter })
    }
}

impl Read for Stdin {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let len = read(&self.file, buf)?;
        #[cfg(not(unix))]
        let len = io::stdin().read(buf)?;
        self.meter.read.fetch_add(len as u64, std::sync::atomic::Ordering::Relaxed);
        Ok(len)
    }
}
