//! Scanning a piece of an input: the one place where blocks are scanned, whoever wants the hits.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::blocks::Block;
use super::chunk::Chunk;
use super::control::ScanControl;
use super::count::Counted;
use super::delivery::Times;
use super::events::PartHeads;
use super::options::ScanStats;
use super::told::Known;
use super::worker::Worker;

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
            let scanned = Instant::now();
            let bytes = self.offset + block.own.end as u64 - self.start;
            control.add(bytes - stats.bytes);
            stats.bytes = bytes;
            stats.observables += worker.found.observables;
            stats.words += worker.found.words;
            flow = hits.block(self, block, worker);
            // What was judged on the way counts too.
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
