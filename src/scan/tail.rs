//! Inputs that grow.

use std::io::Read;
use std::ops::{ControlFlow, Range};

use super::chunk::{Chunk, Cut, Cutter};
use super::emit::Emitter;
use super::stream::{Filled, Stream};
use super::{Hit, ScanStats, Scanner};
use crate::error::{Error, Result};

/// How far an input that grows has been scanned: for [`Scanner::scan_tail`].
///
/// Takes what a line without an end takes, up to [`MAX_LINE`](crate::limits::MAX_LINE) and some. It outlives the scanner: one of
/// another sieve may go on with it.
#[derive(Debug)]
pub struct Tail {
    stream: Stream,
    cutter: Cutter,
    /// Of the line without an end: what was handed over of it.
    told: Vec<Range<u64>>,
}

impl Default for Tail {
    fn default() -> Self {
        Self::new()
    }
}

impl Tail {
    /// At the start of an input.
    pub fn new() -> Self {
        Self { stream: Stream::new(), cutter: Cutter::new(), told: Vec::new() }
    }

    /// Whether a line was read whose end is still to come.
    pub fn has_rest(&self) -> bool {
        self.stream.is_undecided() || self.cutter.has_rest()
    }
}

impl Scanner {
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
        mut reader: impl Read,
        mut sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        let mut chunk = self.chunks.pop().unwrap_or_else(Chunk::new);
        let mut total = ScanStats::default();
        let error = loop {
            chunk.clear();
            let filled = tail.stream.fill(&mut reader, &mut chunk);
            let newlines = memchr::memchr_iter(b'\n', chunk.read()).count() as u64;
            let cut = tail.cutter.cut(&mut chunk, newlines, tail.stream.mark(), false);
            let mut known = (0, 0);
            let (flow, stats) = self.cut(&chunk, &cut, tail.stream.mark().is_some(), &mut |hit| {
                if tail.told.contains(&hit.span()) {
                    known = (known.0 + 1, known.1 + hit.matches().len() as u64);
                    return ControlFlow::Continue(());
                }
                sink(hit)
            });
            total += stats;
            total.hits -= known.0;
            total.matches -= known.1;
            if !cut.blocks.is_empty() {
                tail.told.clear();
            }
            match filled {
                _ if flow.is_break() => break None,
                Filled::More => {}
                Filled::End => break None,
                Filled::Failed(error) => break Some(error),
            }
        };
        self.chunks.push(chunk);
        match error {
            Some(error) => Err(Error::io(None, error)),
            None => Ok(total),
        }
    }

    /// Scans the line whose end is still to come as if this were all of it: at the end of an input, or when nothing has come for
    /// long. It is still scanned as a whole once its end has come; what was found in it at the same place before is not
    /// handed over again.
    pub fn scan_rest(&mut self, tail: &mut Tail, mut sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        let mut chunk = self.chunks.pop().unwrap_or_else(Chunk::new);
        chunk.clear();
        let (mut stream, mut cutter) = (tail.stream.clone(), tail.cutter.clone());
        stream.finish(&mut chunk);
        let newlines = memchr::memchr_iter(b'\n', chunk.read()).count() as u64;
        let cut = cutter.cut(&mut chunk, newlines, stream.mark(), true);
        let (told, mut known) = (&mut tail.told, (0, 0));
        let (_, mut stats) = self.cut(&chunk, &cut, stream.mark().is_some(), &mut |hit| {
            if told.contains(&hit.span()) {
                known = (known.0 + 1, known.1 + hit.matches().len() as u64);
                return ControlFlow::Continue(());
            }
            told.push(hit.span());
            sink(hit)
        });
        stats.hits -= known.0;
        stats.matches -= known.1;
        self.chunks.push(chunk);
        stats
    }

    /// Scans what was cut.
    fn cut(
        &mut self,
        chunk: &Chunk,
        cut: &Cut,
        is_utf16: bool,
        sink: &mut dyn FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> (ControlFlow<()>, ScanStats) {
        let worker = &mut self.workers[0];
        let mut emitter = Emitter::new(sink, cut.base, is_utf16);
        let flow = cut.blocks.iter().try_for_each(|block| {
            worker.scan(chunk.bytes(), block);
            emitter.block(chunk.bytes(), cut.offset, block, worker)
        });
        (flow, emitter.finish())
    }
}
