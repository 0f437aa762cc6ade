//! Handing hits over in order, with what is worked out for hits alone: line, offsets, the line's text.

use std::ops::ControlFlow;

use super::blocks::Block;
use super::hit::Hit;
use super::worker::Worker;
use super::{ScanStats, utf16};
use crate::limits::MAX_OBSERVABLE;

/// The position up to which lines, and bytes of the original encoding, have been counted.
#[derive(Debug)]
struct Counted {
    at: u64,
    line: u64,
    raw: u64,
}

/// Hands hits to a sink.
#[derive(Debug)]
pub(super) struct Emitter<S> {
    sink: S,
    counted: Counted,
    is_utf16: bool,
    stats: ScanStats,
}

impl<S: FnMut(&Hit<'_>) -> ControlFlow<()>> Emitter<S> {
    /// `raw`: where the first byte stands in the input as it was before transcoding.
    pub(super) fn new(sink: S, raw: u64, is_utf16: bool) -> Self {
        Self { sink, counted: Counted { at: 0, line: 1, raw }, is_utf16, stats: ScanStats::default() }
    }

    /// The hits of one block. `bytes` start at `offset` of the (transcoded) input.
    pub(super) fn block(&mut self, bytes: &[u8], offset: u64, block: &Block, worker: &Worker) -> ControlFlow<()> {
        let found = &worker.found;
        self.stats.bytes = offset + block.own.end as u64;
        self.stats.observables += found.observables;
        self.stats.withheld += found.withheld;
        for row in &found.rows {
            let span = row.span.start + block.view.start..row.span.end + block.view.start;
            self.count_to(bytes, offset, span.start);
            let start = self.counted.raw;
            let len = if self.is_utf16 { utf16::encoded_len(&bytes[span.clone()]) } else { span.len() as u64 };
            let matches = worker.matches(row);
            let line = line_around(bytes, block, span.start, span.end);
            let hit = Hit {
                span: start..start + len,
                line: self.counted.line,
                observed: &bytes[span.clone()],
                canonical: found.canonical(row),
                context: row.context,
                line_text: &bytes[line.clone()],
                offset_in_line: span.start - line.start,
                matches,
            };
            self.stats.hits += 1;
            self.stats.matches += matches.len() as u64;
            (self.sink)(&hit)?;
        }
        ControlFlow::Continue(())
    }

    /// Counts lines only as far as hits need them.
    fn count_to(&mut self, bytes: &[u8], offset: u64, to: usize) {
        let from = (self.counted.at - offset) as usize;
        // A host inside a URL stands before the URL's end, never before its start.
        let Some(passed) = bytes.get(from..to) else { return };
        self.counted.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.counted.raw += if self.is_utf16 { utf16::encoded_len(passed) } else { passed.len() as u64 };
        self.counted.at = offset + to as u64;
    }

    /// Before the first `len` of `bytes` are dropped.
    pub(super) fn leave(&mut self, bytes: &[u8], offset: u64, len: usize) {
        if self.counted.at < offset + len as u64 {
            self.count_to(bytes, offset, len);
        }
    }

    pub(super) fn finish(self) -> ScanStats {
        self.stats
    }
}

/// The line around a hit, without its end. Of a line over the cap, as much as every way of cutting it shows.
fn line_around(bytes: &[u8], block: &Block, start: usize, end: usize) -> std::ops::Range<usize> {
    let is_piece = block.own != block.view;
    let (from, to) = if is_piece {
        (start.saturating_sub(MAX_OBSERVABLE).max(block.view.start), (end + MAX_OBSERVABLE).min(block.view.end))
    } else {
        (block.view.start, block.view.end)
    };
    let from = memchr::memrchr(b'\n', &bytes[from..start]).map_or(from, |newline| from + newline + 1);
    let to = memchr::memchr(b'\n', &bytes[end..to]).map_or(to, |newline| end + newline);
    let to = if to > end && bytes[to - 1] == b'\r' { to - 1 } else { to };
    from..to
}
