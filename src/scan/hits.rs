//! The consumers of hits: a sink on this thread, a renderer on this thread, or another thread.

use std::ops::ControlFlow;

use super::blocks::Block;
use super::count::Counted;
use super::delivery::Rendered;
use super::emit::Emitter;
use super::events::PartHeads;
use super::found::BlockHits;
use super::hit::Hit;
use super::piece::{Hits, Piece, Text};
use super::worker::Worker;
use crate::limits::MAX_PART;

/// Hands hits over on the thread that finds them.
pub(super) struct Direct<S> {
    pub(super) emitter: Emitter<S>,
}

impl<S: FnMut(&Hit<'_>) -> ControlFlow<()>> Direct<S> {
    pub(super) fn new(sink: S) -> Self {
        Self { emitter: Emitter::new(sink) }
    }
}

impl<'s, S: FnMut(&Hit<'_>) -> ControlFlow<()>> Hits<'s> for Direct<S> {
    fn block(&mut self, piece: &Piece<'_, 's>, block: &Block, worker: &mut Worker) -> ControlFlow<()> {
        if let Some(base) = piece.base {
            self.emitter.go_on(base, piece.is_utf16);
        }
        self.emitter.scanned(piece, block, worker)
    }

    fn counts(&self) -> (u64, u64) {
        self.emitter.counts()
    }
}

/// Rendered hits.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) rendered: Vec<u8>,
    pub(super) hits: Vec<Rendered>,
}

impl Part {
    /// Returns the memory that it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.rendered.len() + self.hits.len() * size_of::<Rendered>()
    }
}

/// Renders a hit. It gets the number of the input, the hit, and the buffer to append to.
pub(super) type Render<'r> = dyn Fn(usize, &Hit<'_>, &mut Vec<u8>) -> ControlFlow<()> + Sync + 'r;

/// Renders hits on the thread that finds them, and hands them on a megabyte at a time.
pub(super) struct Rendering<'r, P> {
    input: usize,
    render: &'r Render<'r>,
    put: P,
    part: Part,
    counted: Counted,
    counts: (u64, u64),
}

impl<'r, P: FnMut(Part) -> ControlFlow<()>> Rendering<'r, P> {
    pub(super) fn new(input: usize, render: &'r Render<'r>, put: P) -> Self {
        Self { input, render, put, part: Part::default(), counted: Counted::START, counts: (0, 0) }
    }
}

impl<'s, P: FnMut(Part) -> ControlFlow<()>> Hits<'s> for Rendering<'_, P> {
    fn block(&mut self, piece: &Piece<'_, 's>, block: &Block, worker: &mut Worker) -> ControlFlow<()> {
        let Self { input, render, put, part, .. } = self;
        let sink = |hit: &Hit<'_>| {
            let flow = render(*input, hit, &mut part.rendered);
            part.hits.push(Rendered { end: part.rendered.len(), matches: hit.matches().len() });
            if (flow.is_break() || part.weight() > MAX_PART) && put(std::mem::take(part)).is_break() {
                return ControlFlow::Break(());
            }
            flow
        };
        let mut emitter = Emitter::at(sink, self.counted, piece.is_utf16);
        if let Some(base) = piece.base {
            emitter.go_on(base, piece.is_utf16);
        }
        let flow = emitter.scanned(piece, block, worker);
        let (hits, matches) = emitter.counts();
        self.counted = emitter.counted();
        self.counts = (self.counts.0 + hits, self.counts.1 + matches);
        flow
    }

    fn end(&mut self) -> ControlFlow<()> {
        if self.part.hits.is_empty() {
            return ControlFlow::Continue(());
        }
        (self.put)(std::mem::take(&mut self.part))
    }

    fn counts(&self) -> (u64, u64) {
        self.counts
    }
}

/// The hits of a block, for another thread to hand over.
pub(super) struct Lent<'s> {
    pub(super) found: BlockHits,
    pub(super) text: Text<'s>,
    pub(super) offset: u64,
    pub(super) block: Block,
    pub(super) base: Counted,
    pub(super) is_utf16: bool,
    pub(super) heads: PartHeads,
}

impl Lent<'_> {
    /// Returns the memory of the hits, and of the chunk that they keep alive, in bytes.
    pub(super) fn weight(&self) -> usize {
        let text = match &self.text {
            Text::Chunk(chunk) => chunk.weight(),
            Text::Slice(_) | Text::Bytes(_) => 0,
        };
        text + self.found.weight()
    }
}

/// Keeps blocks with hits as they are, for another thread.
pub(super) struct Lending<P> {
    put: P,
}

impl<P> Lending<P> {
    pub(super) fn new(put: P) -> Self {
        Self { put }
    }
}

impl<'s, P: FnMut(Lent<'s>) -> ControlFlow<()>> Hits<'s> for Lending<P> {
    fn block(&mut self, piece: &Piece<'_, 's>, block: &Block, worker: &mut Worker) -> ControlFlow<()> {
        let mut rows = Vec::new();
        while worker.next_line(piece.text.bytes(), block, piece.heads) {
            rows.append(&mut worker.found.rows);
        }
        if rows.is_empty() {
            return ControlFlow::Continue(());
        }
        let (withheld, undated) = (worker.found.withheld, worker.found.undated);
        let mut found = std::mem::take(&mut worker.found);
        found.rows = rows;
        (worker.found.withheld, worker.found.undated) = (withheld, undated);
        (self.put)(Lent {
            found,
            text: piece.text.clone(),
            offset: piece.offset,
            block: block.clone(),
            base: piece.base.expect("what is lent has been counted"),
            is_utf16: piece.is_utf16,
            heads: piece.heads.clone(),
        })
    }

    /// They are counted when they are handed over.
    fn counts(&self) -> (u64, u64) {
        (0, 0)
    }
}
