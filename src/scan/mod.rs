//! Scanning logs: what the extractor finds against a sieve, hits out.
//!
//! A [`Scanner`] takes any bytes: a slice, or a reader of any length in bounded memory, on one thread or on all of a
//! `rayon` pool. Hits and their order are the same for every way and any number of threads. The input is cut
//! at line ends into blocks of up to [`MAX_LINE`](crate::limits::MAX_LINE); a longer line is cut in pieces that overlap, each of which
//! reports what starts in its own part. [`many`] takes many inputs side by side, [`Tail`] inputs that grow.
//!
//! ```
//! use std::ops::ControlFlow;
//! use netsieve::indicator::{DomainName, Feed, Indicator, Record};
//! use netsieve::{ScanOptions, Scanner, Scope, Sieve};
//!
//! let mut builder = Sieve::builder();
//! let feed = builder.feed(Feed::new("partner"));
//! let name = DomainName::parse("evil.test").unwrap();
//! builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
//! let (sieve, _) = builder.build()?;
//!
//! let log = b"query ok.test\nquery WWW.EVIL.TEST from 192.0.2.7\n";
//! let mut hits = Vec::new();
//! let stats = Scanner::new(&sieve, &ScanOptions::default()).scan(log, |hit| {
//!     hits.push((hit.line(), hit.span(), hit.canonical().to_owned()));
//!     ControlFlow::Continue(())
//! });
//! assert_eq!(hits, [(2, 20..33, "www.evil.test".to_owned())]);
//! assert_eq!(stats.hits, 1);
//! # Ok::<(), netsieve::Error>(())
//! ```

use std::io::Read;
use std::ops::ControlFlow;

pub use crate::extract::Context;

use crate::error::{Error, Result};
use crate::sieve::{MatchOptions, Sieve, Withheld};

mod blocks;
mod chunk;
mod emit;
mod engine;
mod hit;
#[cfg(feature = "parallel")]
pub mod many;
#[cfg(feature = "parallel")]
mod parallel;
mod stream;
mod tail;
mod utf16;
mod worker;

pub use engine::Engine;
pub use hit::Hit;
pub use tail::Tail;

use chunk::{Chunk, Cutter};
use emit::{Counted, Emitter};
use stream::{Filled, Stream};
use worker::Worker;

/// What a scan looks for and reports.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ScanOptions {
    /// What is reported.
    pub matching: MatchOptions,
    /// Undo defanging (`hxxp://`, `[.]`) in the input too (default: no). Every line is looked at then, which is slower.
    pub refang: bool,
    /// How lines that hold nothing are passed over (default: the fastest way). Hits do not depend on it.
    pub engine: Engine,
}

/// What a scan did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanStats {
    /// Bytes of input that were scanned; of UTF-16 those of its UTF-8 form.
    pub bytes: u64,
    /// Places that were looked at. How many it takes depends on the [`Engine`], and on nothing else.
    pub observables: u64,
    /// Hits that were handed over.
    pub hits: u64,
    /// Pairs of observable and indicator in them.
    pub matches: u64,
    /// Matches that were found and not reported.
    pub withheld: Withheld,
}

impl std::ops::AddAssign for ScanStats {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.observables += other.observables;
        self.hits += other.hits;
        self.matches += other.matches;
        self.withheld += other.withheld;
    }
}

/// Scans inputs of any size for the indicators of a sieve.
///
/// Keeps its scratch space from one input to the next: make one and use it for many files. Any bytes are legal input. A scan
/// never panics on what it finds, and takes time linear in the input. Reading takes a buffer of 1.7 MiB (of which less than 600
/// KiB are touched unless lines are longer than that), on many threads four for each; hits take what they need until they are handed over.
#[derive(Debug)]
pub struct Scanner {
    #[cfg(feature = "parallel")]
    sieve: Sieve,
    #[cfg(feature = "parallel")]
    options: ScanOptions,
    workers: Vec<Worker>,
    chunks: Vec<Chunk>,
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

    /// Scans a slice on this thread. `sink` gets the hits by offset, at one offset the longest first, and can end the scan.
    pub fn scan(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        if utf16::detect(haystack).is_some() {
            // A slice is a reader that does not fail.
            return self.scan_reader(haystack, sink).unwrap_or_default();
        }
        let mut emitter = Emitter::new(sink, Counted::START, false);
        let mut blocks = blocks::Blocks::new(chunk::utf8_bom(haystack));
        let worker = &mut self.workers[0];
        while let Some(block) = blocks.next(haystack, true) {
            worker.scan(haystack, &block);
            if emitter.block(haystack, 0, &block, worker).is_break() {
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
        let mut emitter = Emitter::new(sink, Counted::START, false);
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
        mut reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        let mut chunk = self.chunks.pop().unwrap_or_else(Chunk::new);
        let (mut stream, mut cutter) = (Stream::new(), Cutter::new());
        let mut emitter = Emitter::new(sink, Counted::START, false);
        let worker = &mut self.workers[0];
        let error = loop {
            chunk.clear();
            let filled = stream.fill(&mut reader, &mut chunk);
            let is_end = !matches!(filled, Filled::More);
            if is_end {
                stream.finish(&mut chunk);
            }
            // Lines are counted by the emitter, as far as there are hits.
            let cut = cutter.cut(&mut chunk, 0, stream.mark(), is_end);
            emitter.encoding(stream.mark());
            let flow = cut.blocks.iter().try_for_each(|block| {
                worker.scan(chunk.bytes(), block);
                emitter.block(chunk.bytes(), cut.offset, block, worker)
            });
            match filled {
                _ if flow.is_break() => break None,
                Filled::More => emitter.leave(chunk.bytes(), cut.offset, cutter.at()),
                Filled::End => break None,
                Filled::Failed(error) => break Some(error),
            }
        };
        self.chunks.push(chunk);
        match error {
            Some(error) => Err(Error::io(None, error)),
            None => Ok(emitter.finish()),
        }
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
}
