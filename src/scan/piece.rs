//! Scanning a piece of an input. This is the only place where blocks are scanned, whoever consumes the hits.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::blocks::Block;
use super::chunk::{Chunk, Cut};
use super::control::ScanControl;
use super::count::Counted;
use super::delivery::Times;
use super::events::PartHeads;
use super::options::ScanStats;
use super::told::Known;
use super::worker::Worker;

/// The bytes of a piece, which may outlive its scan.
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
    /// The offset of the text's first byte in the (transcoded) input.
    pub(super) offset: u64,
    /// The offset in the input where the part that no earlier piece covers starts.
    pub(super) start: u64,
    pub(super) blocks: &'p [Block],
    /// The position of the first block; `None` if lines have only been counted up to the last hit.
    pub(super) base: Option<Counted>,
    pub(super) is_utf16: bool,
    pub(super) known: &'p Known,
    pub(super) heads: &'p PartHeads,
}

/// A consumer of hits.
pub(super) trait Hits<'s> {
    /// Takes the hits of a block, which are in `worker.found`. `Break` ends the input here.
    fn block(&mut self, piece: &Piece<'_, 's>, block: &Block, worker: &mut Worker) -> ControlFlow<()>;

    /// Ends a piece. `Break` ends the input here.
    fn end(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// The number of hits that were handed over, and of their matches.
    fn counts(&self) -> (u64, u64);
}

impl<'p, 's> Piece<'p, 's> {
    /// A chunk that was cut into blocks.
    pub(super) fn of_cut(text: &'p Text<'s>, cut: &'p Cut, is_utf16: bool, known: &'p Known) -> Self {
        let Cut { blocks, offset, base, heads } = cut;
        Self { text, offset: *offset, start: base.at, blocks, base: Some(*base), is_utf16, known, heads }
    }

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
            let scanned = Instant::now();
            let bytes = self.offset + block.own.end as u64 - self.start;
            control.add(bytes - stats.bytes);
            stats.bytes = bytes;
            stats.observables += worker.found.observables;
            stats.words += worker.found.words;
            flow = hits.block(self, block, worker);
            // Judging a line adds to these counts.
            stats.withheld += worker.found.withheld;
            stats.undated += worker.found.undated;
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
