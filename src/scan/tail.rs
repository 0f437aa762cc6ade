//! Inputs that grow.

use jiff::Timestamp;

use super::chunk::Cutter;
use super::stream::Stream;
use super::told::Told;

/// How far an input that grows has been scanned: for [`Scanner::scan_tail`](super::Scanner::scan_tail).
///
/// Takes what a line without an end takes, up to [`MAX_LINE`](crate::limits::MAX_LINE) and some. It outlives the scanner: one of
/// another sieve may go on with it.
#[derive(Debug)]
pub struct Tail {
    pub(super) stream: Stream,
    pub(super) cutter: Cutter,
    /// Of the line without an end: what was handed over of it.
    pub(super) told: Told,
}

impl Default for Tail {
    fn default() -> Self {
        Self::new()
    }
}

impl Tail {
    /// At the start of an input.
    pub fn new() -> Self {
        Self { stream: Stream::new(), cutter: Cutter::new(), told: Told::default() }
    }

    /// Says when the input was last written: the year of times that are logged without one follows from it.
    pub fn written(&mut self, at: Timestamp) {
        self.cutter.written(Some(at));
    }

    /// Whether a line was read whose end is still to come.
    pub fn has_rest(&self) -> bool {
        self.stream.is_undecided() || self.cutter.has_rest()
    }
}

impl AsMut<Tail> for Tail {
    fn as_mut(&mut self) -> &mut Tail {
        self
    }
}
