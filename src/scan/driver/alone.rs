//! Scanning one input on the calling thread.

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::scan::blocks::Blocks;
use crate::scan::chunk::{Chunk, utf8_bom};
use crate::scan::control::ScanControl;
use crate::scan::delivery::InputEnd;
use crate::scan::events::Heads;
use crate::scan::piece::{Hits, Piece, Text};
use crate::scan::reading::Reading;
use crate::scan::tail::Tail;
use crate::scan::told::Known;
use crate::scan::worker::Worker;

/// The means of scanning one input on this thread.
pub(in crate::scan) struct Alone<'a, 's> {
    pub(in crate::scan) input: usize,
    pub(in crate::scan) worker: &'a mut Worker,
    pub(in crate::scan) chunks: &'a mut Vec<Chunk>,
    pub(in crate::scan) control: &'a ScanControl,
    pub(in crate::scan) hits: &'a mut dyn Hits<'s>,
    /// Called after each piece with the number of bytes of the input scanned so far. `Break` ends the input here.
    pub(in crate::scan) scanned: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
}

impl<'s> Alone<'_, 's> {
    /// Scans an input that is read in order.
    pub(in crate::scan) fn read<R: Read, T: AsMut<Tail>>(mut self, reading: &mut Reading<R, T>) -> InputEnd {
        let mut end = InputEnd::new(self.input);
        loop {
            if self.control.is_cancelled() {
                end.stats.is_cancelled = true;
                return end;
            }
            let mut chunk = self.chunks.pop().unwrap_or_else(Chunk::new);
            let start = Instant::now();
            let part = reading.next(&mut chunk);
            end.times.read += start.elapsed();
            let text = Text::Chunk(Arc::new(chunk));
            let piece = Piece::of_cut(&text, &part.cut, part.is_utf16, &part.known);
            let flow = self.piece(&piece, &mut end);
            if let Text::Chunk(chunk) = text {
                self.chunks.extend(Arc::into_inner(chunk));
            }
            if flow.is_break() {
                return end;
            }
            end.error = part.error;
            if part.is_last {
                return end;
            }
        }
    }

    /// Scans bytes in memory that are not UTF-16. Lines are counted only up to the last hit.
    pub(in crate::scan) fn bytes(mut self, text: &Text<'s>, mut heads: Heads) -> InputEnd {
        let mut end = InputEnd::new(self.input);
        let bytes = text.bytes();
        let (mut blocks, mut start) = (Blocks::new(utf8_bom(bytes)), 0);
        while let Some(block) = blocks.next(bytes, true) {
            let at = block.own.end as u64;
            let heads = heads.next(&bytes[block.own.clone()], block.own.start);
            let piece = Piece {
                text,
                offset: 0,
                start,
                blocks: &[block],
                base: None,
                is_utf16: false,
                known: &Known::None,
                heads: &heads,
            };
            if self.piece(&piece, &mut end).is_break() {
                break;
            }
            start = at;
        }
        end
    }

    fn piece(&mut self, piece: &Piece<'_, 's>, end: &mut InputEnd) -> ControlFlow<()> {
        let (flow, stats, times) = piece.scan(self.worker, self.control, self.hits);
        end.stats += stats;
        end.times += times;
        flow?;
        (self.scanned)(end.stats.bytes)
    }
}
