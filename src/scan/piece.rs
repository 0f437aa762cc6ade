//! Scanning a piece of an input: the one place where blocks are scanned, whoever wants the hits.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::blocks::Block;
use super::chunk::Chunk;
use super::control::ScanControl;
use super::emit::{Counted, Emitter};
use super::events::PartHeads;
use super::hit::Hit;
use super::many::{Rendered, Times};
use super::options::ScanStats;
use super::told::Known;
use super::worker::{Found, Worker};
use crate::limits::MAX_PART;

/// The bytes of a piece, which may outlive its scanning.
#[derive(Clone)]
pub(super) enum Text<'s> {
    Slice(&'s [u8]),
    Chunk(Arc<Chunk>),
    Bytes(Arc<dyn AsRef<[u8]> + Send + Sync + 's>),
}

impl Text<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Text::Slice(bytes) => bytes,
            Text::Chunk(chunk) => chunk.bytes(),
            Text::Bytes(bytes) => (**bytes).as_ref(),
        }
    }
}

/// A part of an input that is cut into blocks.
pub(super) struct Piece<'p, 's> {
    pub(super) text: &'p Text<'s>,
    /// Where the first byte of the text stands in the (transcoded) input.
    pub(super) offset: u64,
    /// Where in it what belongs to no piece before starts.
    pub(super) start: u64,
    pub(super) blocks: &'p [Block],
    /// The position of the first block; `None`: lines have been counted as far as the hits before, and no further.
    pub(super) base: Option<Counted>,
    pub(super) is_utf16: bool,
    pub(super) known: &'p Known,
    pub(super) heads: &'p PartHeads,
}

/// Who wants the hits.
pub(super) trait Hits<'s> {
    /// What a block has given is in `worker.found`. `Break`: the input ends here.
    fn block(&mut self, piece: &Piece<'_, 's>, block: &Block, worker: &mut Worker) -> ControlFlow<()>;

    /// The end of a piece. `Break`: the input ends here.
    fn end(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Hits that were handed over, and their matches.
    fn counts(&self) -> (u64, u64);
}

impl<'s> Piece<'_, 's> {
    /// Scans the blocks. `Break`: the input ends here.
    pub(super) fn scan(
        &self,
        worker: &mut Worker,
        control: &ScanControl,
        hits: &mut dyn Hits<'s>,
    ) -> (ControlFlow<()>, ScanStats, Times) {
        let (mut stats, mut times) = (ScanStats::default(), Times::default());
        let before = hits.counts();
        let mut flow = ControlFlow::Continue(());
        for block in self.blocks {
            if control.is_cancelled() {
                stats.is_cancelled = true;
                flow = ControlFlow::Break(());
                break;
            }
            let start = Instant::now();
            worker.scan(self.text.bytes(), block);
            #[cfg(feature = "events")]
            worker.judge(self.text.bytes(), block, self.heads);
            stats.undated += worker.found.undated;
            let scanned = Instant::now();
            let bytes = self.offset + block.own.end as u64 - self.start;
            control.add(bytes - stats.bytes);
            stats.bytes = bytes;
            stats.observables += worker.found.observables;
            stats.withheld += worker.found.withheld;
            flow = hits.block(self, block, worker);
            times.scan += scanned - start;
            times.render += scanned.elapsed();
            if flow.is_break() {
                break;
            }
        }
        if hits.end().is_break() {
            flow = ControlFlow::Break(());
        }
        let after = hits.counts();
        (stats.hits, stats.matches) = (after.0 - before.0, after.1 - before.1);
        (flow, stats, times)
    }
}

/// Hits that are handed over where they are found.
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
        let (found, matcher, events) = worker.found();
        self.emitter.block(piece, block, found, matcher, events)
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
    /// What it takes in memory.
    pub(super) fn weight(&self) -> usize {
        self.rendered.len() + self.hits.len() * size_of::<Rendered>()
    }
}

/// What renders a hit: with the number of its input, and what it is appended to.
pub(super) type Render<'r> = dyn Fn(usize, &Hit<'_>, &mut Vec<u8>) -> ControlFlow<()> + Sync + 'r;

/// Hits that are rendered where they are found, and put aside a megabyte at a time.
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
        let (found, matcher, events) = worker.found();
        let flow = emitter.block(piece, block, found, matcher, events);
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

/// What a block has given, for somebody else to hand over.
pub(super) struct Lent<'s> {
    pub(super) found: Found,
    pub(super) text: Text<'s>,
    pub(super) offset: u64,
    pub(super) block: Block,
    pub(super) base: Counted,
    pub(super) is_utf16: bool,
    pub(super) heads: PartHeads,
}

impl Lent<'_> {
    /// What it takes in memory: what was found, and the chunk that it keeps.
    pub(super) fn weight(&self) -> usize {
        let text = match &self.text {
            Text::Chunk(chunk) => chunk.weight(),
            Text::Slice(_) | Text::Bytes(_) => 0,
        };
        text + self.found.weight()
    }
}

/// Blocks with hits, put aside as they are.
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
        if worker.found.rows.is_empty() {
            return ControlFlow::Continue(());
        }
        (self.put)(Lent {
            found: std::mem::take(&mut worker.found),
            text: piece.text.clone(),
            offset: piece.offset,
            block: block.clone(),
            base: piece.base.unwrap_or(Counted::START),
            is_utf16: piece.is_utf16,
            heads: piece.heads.clone(),
        })
    }

    /// Counted where they are handed over.
    fn counts(&self) -> (u64, u64) {
        (0, 0)
    }
}
