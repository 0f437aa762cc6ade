//! Scanning logs: what the extractor finds against a sieve, hits out.
//!
//! A [`Scanner`] takes any bytes: a slice, or a reader of any length in bounded memory, on one thread or on all of a
//! `rayon` pool. Hits and their order are the same for every way and any number of threads. The input is cut
//! at line ends into blocks of up to [`MAX_LINE`](crate::limits::MAX_LINE); a longer line is cut in pieces that overlap, each of which
//! reports what starts in its own part.
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

use crate::error::Result;
use crate::sieve::{MatchOptions, Sieve, Withheld};

mod blocks;
mod emit;
mod engine;
mod hit;
mod utf16;
mod window;
mod worker;

pub use engine::Engine;
pub use hit::Hit;

use emit::Emitter;
use window::Window;
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
/// never panics on what it finds, takes time linear in the input, and needs memory for a block (about 3 MiB, a
/// thread) and its hits.
#[derive(Debug)]
pub struct Scanner {
    #[cfg(feature = "parallel")]
    sieve: Sieve,
    #[cfg(feature = "parallel")]
    options: ScanOptions,
    workers: Vec<Worker>,
}

/// Blocks that one thread has under way before their hits are handed over.
const BLOCKS_A_THREAD: usize = 4;

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
        }
    }

    /// Scans a slice on this thread. `sink` gets the hits by offset, at one offset the longest first, and can end the scan.
    pub fn scan(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        self.scan_slice(haystack, 1, sink)
    }

    /// Like [`scan`](Scanner::scan), on all threads of the current `rayon` pool. `sink` runs on the calling thread.
    #[cfg(feature = "parallel")]
    pub fn scan_parallel(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        self.scan_slice(haystack, rayon::current_num_threads(), sink)
    }

    /// Scans what a reader gives, on this thread, in bounded memory. Offsets count from the reader's first byte.
    ///
    /// # Errors
    ///
    /// What the reader fails with. The hits of all that was read before have been handed over then.
    pub fn scan_reader(
        &mut self,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        self.scan_window(Window::reader(reader, 1), 1, sink)
    }

    /// Like [`scan_reader`](Scanner::scan_reader), on all threads of the current `rayon` pool. The reader and `sink` run on
    /// the calling thread.
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
        let threads = rayon::current_num_threads();
        self.scan_window(Window::reader(reader, threads * BLOCKS_A_THREAD), threads, sink)
    }

    fn scan_slice(
        &mut self,
        haystack: &[u8],
        threads: usize,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> ScanStats {
        if utf16::detect(haystack).is_some() {
            // A slice is a reader that does not fail.
            let blocks = if threads == 1 { 1 } else { threads * BLOCKS_A_THREAD };
            return self.scan_window(Window::reader(haystack, blocks), threads, sink).unwrap_or_default();
        }
        let mut emitter = Emitter::new(sink, 0, false);
        let mut blocks = blocks::Blocks::new(utf8_bom(haystack));
        let mut batch = Vec::new();
        loop {
            batch.clear();
            while batch.len() < threads * BLOCKS_A_THREAD
                && let Some(block) = blocks.next(haystack, true)
            {
                batch.push(block);
                if threads == 1 {
                    break;
                }
            }
            if batch.is_empty() || self.scan_batch(haystack, 0, &batch, threads, &mut emitter).is_break() {
                return emitter.finish();
            }
        }
    }

    fn scan_window(
        &mut self,
        mut window: Window<impl Read>,
        threads: usize,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        window.fill();
        let skip = utf8_bom(window.bytes());
        let mut emitter = Emitter::new(sink, window.raw_start(), window.is_utf16());
        let mut blocks = blocks::Blocks::new(skip);
        let mut batch = Vec::new();
        loop {
            batch.clear();
            while let Some(block) = blocks.next(window.bytes(), window.is_at_end()) {
                batch.push(block);
            }
            if self.scan_batch(window.bytes(), window.offset(), &batch, threads, &mut emitter).is_break() {
                return Ok(emitter.finish());
            }
            if window.is_at_end() {
                let stats = emitter.finish();
                return window.result().map(|()| stats);
            }
            let done = blocks.forget(crate::limits::PIECE_OVERLAP);
            emitter.leave(window.bytes(), window.offset(), done);
            window.advance(done);
            window.fill();
        }
    }

    /// Scans blocks of `bytes`, which start at `offset` of the input, and hands their hits over in order.
    fn scan_batch<S: FnMut(&Hit<'_>) -> ControlFlow<()>>(
        &mut self,
        bytes: &[u8],
        offset: u64,
        batch: &[blocks::Block],
        threads: usize,
        emitter: &mut Emitter<S>,
    ) -> ControlFlow<()> {
        if threads > 1 && batch.len() > 1 {
            #[cfg(feature = "parallel")]
            return self.scan_batch_parallel(bytes, offset, batch, emitter);
        }
        let worker = &mut self.workers[0];
        for block in batch {
            worker.scan(bytes, block);
            emitter.block(bytes, offset, block, worker)?;
        }
        ControlFlow::Continue(())
    }

    #[cfg(feature = "parallel")]
    fn scan_batch_parallel<S: FnMut(&Hit<'_>) -> ControlFlow<()>>(
        &mut self,
        bytes: &[u8],
        offset: u64,
        batch: &[blocks::Block],
        emitter: &mut Emitter<S>,
    ) -> ControlFlow<()> {
        use rayon::prelude::*;
        // A worker a block: its hits stay in it until they are handed over.
        while self.workers.len() < batch.len() {
            self.workers.push(Worker::new(&self.sieve, &self.options));
        }
        let workers = &mut self.workers[..batch.len()];
        workers.par_iter_mut().zip(batch).with_max_len(1).for_each(|(worker, block)| worker.scan(bytes, block));
        for (worker, block) in workers.iter_mut().zip(batch) {
            emitter.block(bytes, offset, block, worker)?;
        }
        ControlFlow::Continue(())
    }
}

/// The length of a UTF-8 byte order mark at the start.
fn utf8_bom(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 }
}
