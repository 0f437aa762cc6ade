//! Inputs that grow.

use jiff::Timestamp;

use super::chunk::Cutter;
use super::stream::Stream;
use super::told::Told;

/// The position in a growing input up to which it has been scanned: for [`Scanner::scan_tail`](super::Scanner::scan_tail).
///
/// It holds the unfinished line, up to a little more than [`MAX_LINE`](crate::limits::MAX_LINE). It is independent of the scanner:
/// after a reload, a scanner for another sieve can go on with it.
#[derive(Debug)]
pub struct Tail {
    pub(super) stream: Stream,
    pub(super) cutter: Cutter,
    /// The hits of the unfinished line that were handed over.
    pub(super) told: Told,
}

impl Default for Tail {
    fn default() -> Self {
        Self::new()
    }
}

impl Tail {
    /// Starts at the start of an input.
    pub fn new() -> Self {
        Self { stream: Stream::new(), cutter: Cutter::new(), told: Told::default() }
    }

    /// Sets the time at which the input was last written. It gives the year of times that are logged without one.
    pub fn written(&mut self, at: Timestamp) {
        self.cutter.written(Some(at));
    }

    /// Returns true if a line has been read without its end.
    ///
    /// ```
    /// use netsieve::scan::Tail;
    /// use netsieve::{Scanner, Sieve};
    ///
    /// let (mut scanner, mut tail) = (Scanner::new(&Sieve::builder().build()?.0), Tail::new());
    /// // The log file's time of modification gives the year of times without one.
    /// tail.written("2026-05-12T10:00:00Z".parse().unwrap());
    /// scanner.scan_tail(&mut tail, &b"May 12 09:59:00 gw a: b\nMay"[..], |_| {})?;
    /// assert!(tail.has_rest());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn has_rest(&self) -> bool {
        self.stream.is_undecided() || self.cutter.has_rest()
    }
}

impl AsMut<Tail> for Tail {
    fn as_mut(&mut self) -> &mut Tail {
        self
    }
}
