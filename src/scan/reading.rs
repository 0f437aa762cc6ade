//! Reading an input in order, part by part. This is the only place where readers are read.

use std::io::{self, Read};

use super::chunk::{Chunk, Cut};
use super::count::newlines;
use super::stream::Filled;
use super::tail::Tail;
use super::told::{Known, Told};

/// The meaning of a reader's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// The input ends there.
    Whole,
    /// More may come: an unfinished line waits for the rest.
    Growing,
    /// More may come: an unfinished line is scanned as it stands, and again when its end has come.
    Rest,
}

/// An input that is read in order.
pub(super) struct Reading<R, T> {
    reader: R,
    tail: T,
    ends: Ends,
    /// The reader is at its end, and the unfinished line is still to be scanned.
    is_at_rest: bool,
}

/// The part of an input that a chunk holds.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) cut: Cut,
    pub(super) is_utf16: bool,
    pub(super) known: Known,
    /// Nothing follows.
    pub(super) is_last: bool,
    /// The error that reading failed with, after the bytes in the chunk.
    pub(super) error: Option<io::Error>,
}

impl<R: Read> Reading<R, Tail> {
    /// Reads an input from its first byte to its last.
    pub(super) fn whole(reader: R) -> Self {
        Self::new(reader, Tail::new(), Ends::Whole)
    }
}

impl<R: Read, T: AsMut<Tail>> Reading<R, T> {
    pub(super) fn new(reader: R, tail: T, ends: Ends) -> Self {
        Self { reader, tail, ends, is_at_rest: false }
    }

    /// Reads and cuts the next part, until a line ends or the chunk is full.
    pub(super) fn next(&mut self, chunk: &mut Chunk) -> Part {
        chunk.clear();
        let tail = self.tail.as_mut();
        if self.is_at_rest {
            return rest(tail, chunk);
        }
        let filled = tail.stream.fill(&mut self.reader, chunk);
        let is_end = !matches!(filled, Filled::More);
        let is_whole = is_end && self.ends == Ends::Whole;
        if is_whole {
            tail.stream.finish(chunk);
        }
        let newlines = newlines(chunk.read());
        let mark = tail.stream.mark();
        let cut = tail.cutter.cut(chunk, newlines, mark, is_whole);
        let known = if tail.told.is_empty() { Known::None } else { Known::Told(tail.told.clone()) };
        if !cut.blocks.is_empty() {
            tail.told = Told::default();
        }
        let error = match filled {
            Filled::Failed(error) => Some(error),
            _ => None,
        };
        self.is_at_rest = is_end && error.is_none() && self.ends == Ends::Rest && tail.has_rest();
        Part { cut, is_utf16: mark.is_some(), known, is_last: is_end && !self.is_at_rest, error }
    }
}

/// Cuts the unfinished line as if it were complete.
fn rest(tail: &mut Tail, chunk: &mut Chunk) -> Part {
    let (mut stream, mut cutter) = (tail.stream.clone(), tail.cutter.clone());
    stream.finish(chunk);
    let newlines = newlines(chunk.read());
    let mark = stream.mark();
    let cut = cutter.cut(chunk, newlines, mark, true);
    let known = Known::Rest(tail.told.clone());
    Part { cut, is_utf16: mark.is_some(), known, is_last: true, error: None }
}
