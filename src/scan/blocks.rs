//! Cutting an input into blocks that can be scanned on their own.

use std::ops::Range;

use crate::limits::{MAX_LINE, PIECE_OVERLAP};

/// A part of the bytes at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Observables that start here are reported.
    pub(super) own: Range<usize>,
    /// The bytes that may be looked at: `own`, and more only in a line over the cap.
    pub(super) view: Range<usize>,
}

/// The start of the next block. Lines up to [`MAX_LINE`] stay whole, many to a block. A longer line is cut at multiples
/// of [`MAX_LINE`] from its start, so that the cuts do not depend on where reads or batches end.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    at: usize,
    /// The start of the line that is being cut, if it is over the cap.
    long_line: Option<usize>,
}

impl Blocks {
    /// Starts at an offset where a line starts.
    pub(super) fn new(at: usize) -> Self {
        Self { at, long_line: None }
    }

    /// Returns the start of the next block.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Returns the next block, or `None` if it needs more bytes than are at hand, or if none are left. `is_end`: no bytes follow these.
    ///
    /// After `None`, the rest holds no line feed.
    pub(super) fn next(&mut self, bytes: &[u8], is_end: bool) -> Option<Block> {
        let rest = bytes.get(self.at..).unwrap_or(&[]);
        if rest.is_empty() {
            return None;
        }
        let start = self.at;
        let near = &rest[..rest.len().min(MAX_LINE)];
        // `near` can become a piece if it is full and the whole view of the piece is at hand.
        let is_piece = || {
            let behind = &rest[near.len()..];
            is_end
                || near.len() == MAX_LINE && (behind.len() >= PIECE_OVERLAP || memchr::memchr(b'\n', behind).is_some())
        };
        if let Some(line) = self.long_line {
            let end = match memchr::memchr(b'\n', near) {
                Some(newline) => {
                    self.long_line = None;
                    start + newline + 1
                }
                None if is_piece() => start + near.len(),
                None => return None,
            };
            self.at = end;
            return Some(Block { own: start..end, view: piece_view(bytes, line, start, end) });
        }
        let is_last = near.len() == rest.len() && is_end;
        let end = match memchr::memrchr(b'\n', near) {
            _ if is_last => bytes.len(),
            Some(newline) => start + newline + 1,
            None if is_piece() => {
                self.long_line = Some(start);
                let end = start + near.len();
                self.at = end;
                return Some(Block { own: start..end, view: piece_view(bytes, start, start, end) });
            }
            None => return None,
        };
        self.at = end;
        Some(Block { own: start..end, view: start..end })
    }

    /// Drops the bytes that no later block looks at; returns their number.
    pub(super) fn forget(&mut self) -> usize {
        let dropped = match &mut self.long_line {
            None => self.at,
            Some(line) => {
                let dropped = self.at.saturating_sub(PIECE_OVERLAP);
                *line = line.saturating_sub(dropped);
                dropped
            }
        };
        self.at -= dropped;
        dropped
    }
}

/// The view of a piece of a long line: the overlap on both sides, as far as the line goes.
fn piece_view(bytes: &[u8], line: usize, start: usize, end: usize) -> Range<usize> {
    let from = start.saturating_sub(PIECE_OVERLAP).max(line);
    let to = (end + PIECE_OVERLAP).min(bytes.len());
    let to = if end > start && bytes[end - 1] == b'\n' {
        end
    } else {
        memchr::memchr(b'\n', &bytes[end..to]).map_or(to, |newline| end + newline + 1)
    };
    from..to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(bytes: &[u8]) -> Vec<Block> {
        let mut blocks = Blocks::new(0);
        std::iter::from_fn(|| blocks.next(bytes, true)).collect()
    }

    #[test]
    fn blocks_tile_the_input() {
        for (lines, len) in [(1, 0), (1, 5), (3, MAX_LINE - 1), (1, MAX_LINE), (2, MAX_LINE + 1), (1, 3 * MAX_LINE + 7)]
        {
            let mut bytes = Vec::new();
            for _ in 0..lines {
                bytes.extend(std::iter::repeat_n(b'x', len));
                bytes.push(b'\n');
            }
            for bytes in [&bytes[..], &bytes[..bytes.len() - 1]] {
                let blocks = cut(bytes);
                let mut at = 0;
                for block in &blocks {
                    assert_eq!(block.own.start, at);
                    assert!(block.own.end > at && block.own.len() <= MAX_LINE);
                    assert!(block.view.start <= at && block.view.end >= block.own.end);
                    at = block.own.end;
                }
                assert_eq!(at, bytes.len());
            }
        }
    }

    /// Splits blocks of whole lines into one block per line, because the number of lines in a block is free.
    fn lines(bytes: &[u8], blocks: &[Block]) -> Vec<Block> {
        let mut lines = Vec::new();
        for block in blocks {
            if block.own != block.view {
                lines.push(block.clone());
                continue;
            }
            let mut start = block.own.start;
            for line in bytes[block.own.clone()].split_inclusive(|&byte| byte == b'\n') {
                let own = start..start + line.len();
                start = own.end;
                lines.push(Block { own: own.clone(), view: own });
            }
        }
        lines
    }

    #[test]
    fn cuts_do_not_depend_on_what_is_at_hand() {
        let mut bytes = vec![b'a'; 100];
        bytes.push(b'\n');
        bytes.extend(std::iter::repeat_n(b'b', 2 * MAX_LINE + 12345));
        bytes.extend_from_slice(b"\nc\n");
        bytes.extend(std::iter::repeat_n(b'd', MAX_LINE + PIECE_OVERLAP));
        bytes.push(b'\n');
        bytes.extend(std::iter::repeat_n(b'e', MAX_LINE));
        bytes.extend_from_slice(b"\nf");
        let want = lines(&bytes, &cut(&bytes));
        for more in [1000, 70_000, MAX_LINE / 2, MAX_LINE + PIECE_OVERLAP, 2 * MAX_LINE + 99] {
            let (mut blocks, mut offset, mut end, mut got) = (Blocks::new(0), 0, 0, Vec::new());
            while end < bytes.len() {
                end = (end + more).min(bytes.len());
                let window = &bytes[offset..end];
                while let Some(block) = blocks.next(window, end == bytes.len()) {
                    let shift = |range: Range<usize>| range.start + offset..range.end + offset;
                    got.push(Block { own: shift(block.own), view: shift(block.view) });
                }
                let dropped = blocks.forget();
                assert!(memchr::memchr(b'\n', &window[dropped + blocks.at()..]).is_none());
                assert!(window.len() - dropped <= MAX_LINE + 2 * PIECE_OVERLAP + more);
                offset += dropped;
            }
            assert_eq!(lines(&bytes, &got), want, "{more}");
        }
    }
}
