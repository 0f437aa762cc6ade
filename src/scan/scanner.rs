use std::io::{self, Read};
use std::ops::ControlFlow;

use super::blocks::Blocks;
use super::chunk::{self, Chunk};
use super::emit::Emitter;
use super::hit::Hit;
use super::options::{ScanOptions, ScanStats};
#[cfg(feature = "parallel")]
use super::parallel;
use super::reading::{Ends, Reading};
use super::tail::Tail;
use super::told::Known;
use super::utf16;
use super::worker::Worker;
use crate::error::{Error, Result};
use crate::sieve::{Engine, Sieve};

/// Scans inputs of any size for the indicators of a sieve.
///
/// Keeps its scratch space from one input to the next: make one and use it for many files. Any bytes are legal input. A scan
/// never panics on what it finds, and takes time linear in the input. Reading takes a buffer of 1.7 MiB (of which less than 600
/// KiB are touched unless lines are longer than that), on many threads four for each; hits take what they need until they are handed over.
#[derive(Debug)]
pub struct Scanner {
    #[cfg(feature = "parallel")]
    pub(super) sieve: Sieve,
    #[cfg(feature = "parallel")]
    pub(super) options: ScanOptions,
    pub(super) workers: Vec<Worker>,
    pub(super) chunks: Vec<Chunk>,
}

impl Scanner {
    /// A scanner for a sieve.
    pub fn new(sieve: &Sieve, options: &ScanOptions) -> Self {
        let first = Worker::new(sieve, options);
        Self {
            #[cfg(feature = "parallel")]
            sieve: sieve.clone(),
            #[cfg(feature = "parallel")]
            options: options.clone(),
            workers: vec![first],
            chunks: Vec::new(),
        }
    }

    /// What of the CPU it uses: the engine of its options, or the fastest that this CPU can run.
    pub fn engine(&self) -> Engine {
        self.workers[0].engine()
    }

    /// Scans a slice on this thread. `sink` gets the hits by offset, at one offset the longest first, and can end the scan.
    pub fn scan(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        if utf16::detect(haystack).is_some() {
            // A slice is a reader that does not fail.
            return self.scan_reader(haystack, sink).unwrap_or_default();
        }
        let mut emitter = Emitter::new(sink);
        let mut blocks = Blocks::new(chunk::utf8_bom(haystack));
        let worker = &mut self.workers[0];
        while let Some(block) = blocks.next(haystack, true) {
            worker.scan(haystack, &block);
            if emitter.block(haystack, 0, &block, worker, &Known::None).is_break() {
                break;
            }
        }
        emitter.finish()
    }

    /// Like [`scan`](Scanner::scan), on all threads of the current `rayon` pool. `sink` runs on the calling thread.
    #[cfg(feature = "parallel")]
    pub fn scan_parallel(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        if utf16::detect(haystack).is_some() {
            return self.scan_reader_parallel(haystack, sink).unwrap_or_default();
        }
        let mut emitter = Emitter::new(sink);
        parallel::scan_slice(self, haystack, &mut emitter);
        emitter.finish()
    }

    /// Scans what a reader gives, on this thread, in bounded memory. Offsets count from the reader's first byte.
    ///
    /// The hits of a line are handed over before what comes behind the line is waited for.
    ///
    /// # Errors
    ///
    /// What the reader fails with. The hits of all that was read before have been handed over then.
    pub fn scan_reader(
        &mut self,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        self.scan_reading(&mut Reading::whole(reader), sink)
    }

    /// Like [`scan_reader`](Scanner::scan_reader), on all threads of the current `rayon` pool. The reader and `sink` run on
    /// the calling thread, in turn: hits may wait for one more reading.
    ///
    /// # Errors
    ///
    /// As [`scan_reader`](Scanner::scan_reader).
    #[cfg(feature = "parallel")]
    pub fn scan_reader_parallel(
        &mut self,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        parallel::scan_reader(self, reader, sink)
    }

    /// Scans the whole lines that a reader gives until its end, which need not be the last: call it again when there is more.
    /// A line without an end waits for the rest. Offsets and lines count from the first byte that the tail was used for.
    ///
    /// If `sink` breaks off, what else was read is passed over.
    ///
    /// # Errors
    ///
    /// What the reader fails with. The hits of all lines before have been handed over then.
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # use netsieve::indicator::{DomainName, Feed, Indicator, Record};
    /// # use netsieve::{ScanOptions, Scanner, Scope, Sieve};
    /// use netsieve::scan::Tail;
    /// # let mut builder = Sieve::builder();
    /// # let feed = builder.feed(Feed::new("partner"));
    /// # let name = DomainName::parse("evil.test").unwrap();
    /// # builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
    /// # let (sieve, _) = builder.build()?;
    ///
    /// let mut scanner = Scanner::new(&sieve, &ScanOptions::default());
    /// let mut tail = Tail::new();
    /// let mut lines = Vec::new();
    /// for written in ["one evil.test\ntwo ev", "il.test\nthree evil.test"] {
    ///     scanner.scan_tail(&mut tail, written.as_bytes(), |hit| {
    ///         lines.push(hit.line());
    ///         ControlFlow::Continue(())
    ///     })?;
    /// }
    /// assert_eq!(lines, [1, 2]);
    /// assert!(tail.has_rest());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn scan_tail(
        &mut self,
        tail: &mut Tail,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        self.scan_reading(&mut Reading::new(reader, tail, Ends::Growing), sink)
    }

    /// Scans the line whose end is still to come as if this were all of it: at the end of an input, or when nothing has come for
    /// long. It is still scanned as a whole once its end has come; what was found in it at the same place before is not
    /// handed over again.
    pub fn scan_rest(&mut self, tail: &mut Tail, sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        // What is empty does not fail.
        self.scan_reading(&mut Reading::new(io::empty(), tail, Ends::Rest), sink).unwrap_or_default()
    }

    /// Scans an input that is read in order, on this thread.
    pub(super) fn scan_reading<R: Read, T: AsMut<Tail>>(
        &mut self,
        reading: &mut Reading<R, T>,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        let mut chunk = self.chunks.pop().unwrap_or_else(Chunk::new);
        let mut emitter = Emitter::new(sink);
        let worker = &mut self.workers[0];
        let error = loop {
            let part = reading.next(&mut chunk);
            emitter.go_to(part.cut.base, part.is_utf16);
            let flow = part.cut.blocks.iter().try_for_each(|block| {
                worker.scan(chunk.bytes(), block);
                emitter.block(chunk.bytes(), part.cut.offset, block, worker, &part.known)
            });
            if flow.is_break() {
                break None;
            }
            if part.is_last || part.error.is_some() {
                break part.error;
            }
        };
        self.chunks.push(chunk);
        match error {
            Some(error) => Err(Error::io(None, error)),
            None => Ok(emitter.finish()),
        }
    }
}
