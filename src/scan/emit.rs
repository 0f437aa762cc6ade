//! Handing hits over in order. Line number, offsets and the line's text are worked out only here, for hits alone.

use std::ops::{ControlFlow, Range};

use super::blocks::Block;
use super::count::{Counted, newlines};
use super::events::Events;
use super::found::BlockHits;
use super::hit::Hit;
use super::piece::Piece;
use super::worker::Worker;
#[cfg(feature = "events")]
use crate::event::Records;
use crate::input::utf16;
use crate::limits::MAX_OBSERVABLE;
use crate::sieve::Matcher;

/// Hands hits to a sink.
#[derive(Debug)]
pub(super) struct Emitter<S> {
    sink: S,
    counted: Counted,
    is_utf16: bool,
    hits: u64,
    matches: u64,
}

impl<S: FnMut(&Hit<'_>) -> ControlFlow<()>> Emitter<S> {
    /// Starts at the start of an input, until [`go_on`](Self::go_on) moves it elsewhere.
    pub(super) fn new(sink: S) -> Self {
        Self::at(sink, Counted::START, false)
    }

    /// Starts at a position that another emitter has counted up to.
    pub(super) fn at(sink: S, counted: Counted, is_utf16: bool) -> Self {
        Self { sink, counted, is_utf16, hits: 0, matches: 0 }
    }

    /// Moves to a position that was counted elsewhere. No hit of a later block lies before it.
    pub(super) fn go_on(&mut self, counted: Counted, is_utf16: bool) {
        if self.counted.at <= counted.at {
            self.counted = counted;
        }
        self.is_utf16 = is_utf16;
    }

    /// The position up to which lines have been counted.
    pub(super) fn counted(&self) -> Counted {
        self.counted
    }

    /// The number of hits that were handed over, and of their matches.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.hits, self.matches)
    }

    /// Hands over the hits of the block that a worker has scanned last. Each line is read and judged just before its hits are handed over.
    pub(super) fn scanned(&mut self, piece: &Piece<'_, '_>, block: &Block, worker: &mut Worker) -> ControlFlow<()> {
        let mut line = Line::new(block);
        while worker.next_line(piece.text.bytes(), block, piece.heads) {
            if let Some((text, part)) = worker.lines.text.clone() {
                line.begin(text, part);
            }
            let (found, matcher, events) = worker.found();
            self.rows(piece, block, &mut line, found, matcher, events)?;
        }
        ControlFlow::Continue(())
    }

    /// Hands over the hits of one block of a piece, which have been judged.
    pub(super) fn block(
        &mut self,
        piece: &Piece<'_, '_>,
        block: &Block,
        found: &BlockHits,
        matcher: &Matcher,
        events: &mut Events,
    ) -> ControlFlow<()> {
        events.forget();
        self.rows(piece, block, &mut Line::new(block), found, matcher, events)
    }

    fn rows(
        &mut self,
        piece: &Piece<'_, '_>,
        block: &Block,
        line: &mut Line,
        found: &BlockHits,
        matcher: &Matcher,
        events: &mut Events,
    ) -> ControlFlow<()> {
        let (bytes, offset) = (piece.text.bytes(), piece.offset);
        for row in &found.rows {
            let span = row.span.start + block.view.start..row.span.end + block.view.start;
            self.count_to(bytes, offset, span.start);
            let start = self.counted.raw;
            let len = if self.is_utf16 { utf16::encoded_len(&bytes[span.clone()]) } else { span.len() as u64 };
            let raw = start..start + len;
            if !piece.known.is_new(&raw, row.context) {
                continue;
            }
            let matches = matcher.matches_of(found.matches(row));
            let is_new = line.go_to(bytes, block, &span);
            let text = line.text(&span);
            // A line over the cap is only at hand in pieces, so it is not read as an event.
            if events.is_on() && !line.is_cut && !line.is_judged {
                line.go_to_part(bytes, is_new, &span);
                events.go_to(piece.heads, line.part.start, &bytes[line.part.clone()]);
            }
            #[cfg(feature = "events")]
            let (event, matches) = {
                let event = if line.is_cut { None } else { events.last(&bytes[line.part.clone()]) };
                (event, matches.at(events.valid_at(event)))
            };
            let hit = Hit {
                span: raw,
                line: self.counted.line,
                observed: &bytes[span.clone()],
                canonical: found.canonical(row),
                context: row.context,
                line_text: &bytes[text.clone()],
                offset_in_line: span.start - text.start,
                index_in_line: line.hits,
                matches,
                #[cfg(feature = "events")]
                event,
                #[cfg(feature = "events")]
                event_start: if line.is_cut { 0 } else { line.part.start - text.start },
            };
            line.hits += 1;
            self.hits += 1;
            self.matches += matches.len() as u64;
            (self.sink)(&hit)?;
        }
        ControlFlow::Continue(())
    }

    /// Counts lines, but only as far as hits need them.
    fn count_to(&mut self, bytes: &[u8], offset: u64, to: usize) {
        let from = (self.counted.at - offset) as usize;
        // A host inside a URL lies before the URL's end, never before its start.
        let Some(passed) = bytes.get(from..to) else { return };
        self.counted.line += newlines(passed);
        self.counted.raw += if self.is_utf16 { utf16::encoded_len(passed) } else { passed.len() as u64 };
        self.counted.at = offset + to as u64;
    }
}

/// The line of the hits at hand. Its ends are searched once, however many hits it has.
struct Line {
    /// Without the line end.
    text: Range<usize>,
    /// What of it is read as the event: all of it, or one of its records.
    part: Range<usize>,
    #[cfg(feature = "events")]
    records: Records,
    /// The line is over the cap: the text shown around a hit must not depend on how much of the line is at hand.
    is_cut: bool,
    /// The number of hits on the line before the current one.
    hits: usize,
    /// Events have gone to the line, to judge its hits.
    is_judged: bool,
}

impl Line {
    /// Creates a position before the first line of a block.
    fn new(block: &Block) -> Self {
        let text = block.view.start..block.view.start;
        Self {
            part: text.clone(),
            text,
            #[cfg(feature = "events")]
            records: Records::default(),
            is_cut: block.own != block.view,
            hits: 0,
            is_judged: false,
        }
    }

    /// Begins a line that its judge has found, or the next record of the line.
    fn begin(&mut self, text: Range<usize>, part: Range<usize>) {
        if self.text != text {
            self.hits = 0;
        }
        (self.text, self.part, self.is_judged) = (text, part, true);
    }

    /// Goes on to the record of a hit on the current line.
    fn go_to_part(&mut self, bytes: &[u8], is_new: bool, span: &Range<usize>) {
        #[cfg(feature = "events")]
        {
            if is_new {
                self.records.find(&bytes[self.text.clone()]);
            }
            let (part, _) = self.records.part(span.start - self.text.start, self.text.len());
            self.part = self.text.start + part.start..self.text.start + part.end;
        }
        #[cfg(not(feature = "events"))]
        let _ = (bytes, is_new, span);
    }

    /// Goes on to the line of a hit, and returns true, unless it is the current one. Hits come by offset.
    fn go_to(&mut self, bytes: &[u8], block: &Block, span: &Range<usize>) -> bool {
        let is_here = (self.hits > 0 || self.is_judged) && span.start >= self.text.start && span.end <= self.text.end;
        if is_here {
            return false;
        }
        let from = self.text.start.min(span.start);
        #[cfg(test)]
        tests::SEARCHES.with(|searches| searches.set(searches.get() + 1));
        let from = memchr::memrchr(b'\n', &bytes[from..span.start]).map_or(from, |newline| from + newline + 1);
        let to = block.view.end;
        let to = memchr::memchr(b'\n', &bytes[span.end..to]).map_or(to, |newline| span.end + newline);
        let to = if to > span.end && bytes[to - 1] == b'\r' { to - 1 } else { to };
        (self.text, self.part, self.hits, self.is_judged) = (from..to, from..to, 0, false);
        true
    }

    /// The part of the line that is given with a hit. For a line over the cap this is as much as every way of cutting it shows.
    fn text(&self, span: &Range<usize>) -> Range<usize> {
        if !self.is_cut {
            return self.text.clone();
        }
        let from = span.start.saturating_sub(MAX_OBSERVABLE).max(self.text.start);
        from..(span.end + MAX_OBSERVABLE).min(self.text.end)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::indicator::{DomainName, Feed, Indicator, Record, Scope};
    use crate::scan::Scanner;
    use crate::sieve::Sieve;

    thread_local! {
        /// The number of searches for the ends of a line.
        pub(super) static SEARCHES: Cell<usize> = const { Cell::new(0) };
    }

    /// Searching them for every hit took quadratic time in a line that is all hits.
    #[test]
    fn the_ends_of_a_line_are_looked_for_once() {
        let mut builder = Sieve::builder();
        let feed = builder.feed(Feed::new("feed"));
        let name = DomainName::parse("evil.test").expect("a name");
        builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
        let sieve = builder.build().expect("a sieve").0;
        for words in [1, 100, 10_000, 100_000, 250_000] {
            let line = ["evil.test ".repeat(words), "\r\n".to_owned()].concat();
            let log = line.repeat(1 + 100 / words);
            let lines = log.lines().count();
            SEARCHES.set(0);
            let (mut hits, mut last) = (0, (0, 0));
            let _ = Scanner::new(&sieve).scan(log.as_bytes(), |hit| {
                hits += 1;
                let starts_anew = hit.line() != last.0 || hit.index_in_line() == 0;
                assert_eq!(hit.index_in_line(), if starts_anew { 0 } else { last.1 + 1 });
                assert_eq!(
                    hit.line_text().get(hit.offset_in_line()..).map(|text| text.starts_with(b"evil.test ")),
                    Some(true)
                );
                last = (hit.line(), hit.index_in_line());
                ControlFlow::Continue(())
            });
            assert_eq!(hits, words * lines);
            // Once per line, or per piece of a line over the cap.
            let pieces = line.len().div_ceil(crate::limits::MAX_LINE);
            assert!(SEARCHES.get() <= lines * pieces, "{words}: {} searches", SEARCHES.get());
        }
    }
}
