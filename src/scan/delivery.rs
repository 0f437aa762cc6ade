//! What scanning many inputs hands over.

use std::io;
use std::time::Duration;

use super::options::ScanStats;

/// What is handed over on the calling thread: by input, hits by offset, the end last.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery<'d> {
    /// Hits as they were rendered.
    Hits {
        /// The number of the input, from 0.
        input: usize,
        /// What the function for hits appended.
        rendered: &'d [u8],
        /// Where in `rendered` each hit ends, and how many matches it has.
        hits: &'d [Rendered],
    },
    /// How far an input has been scanned.
    Scanned {
        /// The number of the input, from 0.
        input: usize,
        /// Bytes of it scanned so far; of UTF-16 those of its UTF-8 form.
        bytes: u64,
    },
    /// The end of an input.
    End(InputEnd),
}

/// One hit of a [`Delivery`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Where its text ends.
    pub end: usize,
    /// How many matches it has.
    pub matches: usize,
}

/// How an input ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct InputEnd {
    /// The number of the input, from 0.
    pub input: usize,
    /// What was scanned of it.
    pub stats: ScanStats,
    /// What it took.
    pub times: Times,
    /// What opening or reading it failed with. The hits of all that was read before have been delivered.
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

/// How long the stages took, summed over all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// Reading and decompressing, and waiting for what is not there yet.
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
