//! The deliveries of a scan of many inputs.

use std::io;
use std::time::Duration;

use super::options::ScanStats;

/// A delivery on the calling thread: input by input, the hits by offset, the end last.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery<'d> {
    /// Rendered hits.
    Hits {
        /// The number of the input, from 0.
        input: usize,
        /// The bytes that the `render` function appended.
        rendered: &'d [u8],
        /// The end of each hit in `rendered`, and its number of matches.
        hits: &'d [Rendered],
    },
    /// Progress in an input.
    Scanned {
        /// The number of the input, from 0.
        input: usize,
        /// The number of its bytes scanned so far; UTF-16 counts in its UTF-8 form.
        bytes: u64,
    },
    /// The end of an input.
    End(InputEnd),
}

/// One hit of a [`Delivery`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The end of its text in `rendered`.
    pub end: usize,
    /// The number of its matches.
    pub matches: usize,
}

/// The end of an input.
#[derive(Debug)]
#[non_exhaustive]
pub struct InputEnd {
    /// The number of the input, from 0.
    pub input: usize,
    /// Statistics of the scan of this input.
    pub stats: ScanStats,
    /// The time it took.
    pub times: Times,
    /// The error of opening or reading it. All hits from before the error have been delivered.
    pub error: Option<io::Error>,
}

impl InputEnd {
    pub(super) fn new(input: usize) -> Self {
        Self { input, stats: ScanStats::default(), times: Times::default(), error: None }
    }

    pub(super) fn failed(input: usize, error: io::Error) -> Self {
        Self { error: Some(error), ..Self::new(input) }
    }
}

/// The time that the stages took, summed over all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// Reading and decompressing, including the wait for more input.
    pub read: Duration,
    /// Extracting and looking up.
    pub scan: Duration,
    /// Counting lines and rendering hits.
    pub render: Duration,
}

impl std::ops::AddAssign for Times {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.scan += other.scan;
        self.render += other.render;
    }
}
