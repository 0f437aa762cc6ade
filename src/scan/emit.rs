//! Handing hits over in order, with what is worked out for hits alone: line, offsets, the line's text.

use std::ops::ControlFlow;

use super::blocks::Block;
use super::hit::Hit;
use super::worker::Worker;
use super::{ScanStats, utf16};
use crate::limits::MAX_OBSERVABLE;

/// A position up to which lines, and bytes of the original encoding, have been counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    /// In the (transcoded) input.
    pub(super) at: u64,
    /// The line it is on.
    pub(super) line: u64,
    /// In the input as it was before transcoding.
    pub(super) raw: u64,
}

impl Counted {
    /// The start of an input.
    pub(super) const START: Self = Self { at: 0, line: 1, raw: 0 };
}

/// Hands hits to a sink.
#[derive(Debug)]
pub(super) struct Emitter<S> {
    sink: S,
    start: u64,
    counted: Counted,
    is_utf16: bool,
    stats: ScanStats,
}

impl<S: FnMut(&Hit<'_>) -> ControlFlow<()>> Emitter<S> {
    /// Starts at a position.
    pub(super) fn new(sink: S, counted: Counted, is_utf16: bool) -> Self {
        Self { sink, start: counted.at, counted, is_utf16, stats: ScanStats::default() }
    }

    /// Tells the encoding, before any byte has been counted: the length of the byte order mark if it is UTF-16.
    pub(super) fn encoding(&mut self, mark: Option<u64>) {
        if self.counted.at == 0 {
            self.is_utf16 = mark.is_some();
            self.counted.raw = mark.unwrap_or(0);
        }
    }

    /// The hits of one block. `bytes` start at `offset` of the (transcoded) input.
    pub(super) fn block(&mut self, bytes: &[u8], offset: u64, block: &Block, worker: &Worker) -> ControlFlow<()> {
        let found = &worker.found;
        self.stats.bytes = offset + block.own.end as u64 - self.start;
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

    /// Goes to a position that somebody else has counted up to, which no hit of a later block stands before.
    #[cfg(feature = "parallel")]
    pub(super) fn go_to(&mut self, counted: Counted) {
        if self.counted.at < counted.at {
            self.counted = counted;
        }
    }

    /// As [`block`](Self::block), for a block whose line feeds somebody else has counted, of bytes that are no UTF-16.
    #[cfg(feature = "parallel")]
    pub(super) fn counted_block(
        &mut self,
        bytes: &[u8],
        block: &Block,
        worker: &Worker,
        newlines: u64,
    ) -> ControlFlow<()> {
        let line = self.counted.line + newlines;
        self.block(bytes, 0, block, worker)?;
        let at = block.own.end as u64;
        self.go_to(Counted { at, line, raw: at });
        ControlFlow::Continue(())
    }

    /// Counts up to a place of `bytes`, before what stands there is dropped.
    pub(super) fn leave(&mut self, bytes: &[u8], offset: u64, place: u64) {
        if self.counted.at < place {
            self.count_to(bytes, offset, (place - offset) as usize);
        }
    }

    pub(super) fn finish(&self) -> ScanStats {
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
