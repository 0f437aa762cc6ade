//! Rows one after the other in one text.

use std::ops::Range;

use super::events::PartHeads;
use super::found::Lines;
use super::hit::Hit;
use crate::limits::SNIFF_UTF16;

/// Longer rows are scanned alone, which costs them nothing.
const MAX_JOINED: usize = 16 * 1024;

/// Rows one after the other, each with a line feed behind it.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) text: Vec<u8>,
    /// Where each row starts.
    pub(super) starts: Vec<usize>,
    /// The number of the first one.
    first: usize,
}

impl Joined {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
    }

    pub(super) fn push(&mut self, number: usize, row: &[u8]) {
        if self.starts.is_empty() {
            self.first = number;
        }
        self.starts.push(self.text.len());
        self.text.extend_from_slice(row);
        self.text.push(b'\n');
    }

    /// Which of the joined rows holds a place.
    fn row_at(&self, place: usize) -> usize {
        let after = self.starts.partition_point(|&start| start <= place);
        after.checked_sub(1).expect("the first row starts at 0")
    }

    /// Where a row stands, without its line feed.
    fn range(&self, row: usize) -> Range<usize> {
        let end = self.starts.get(row + 1).copied().unwrap_or(self.text.len());
        self.starts[row]..end - 1
    }

    /// The headers that count in the rows that something was found in: each row is an input with a head of its own.
    pub(super) fn heads(&self, lines: &Lines) -> PartHeads {
        let rows = lines.rows.iter().map(|row| row.span.start);
        #[cfg(feature = "events")]
        let rows = rows.chain(lines.weak.iter().map(|weak| weak.span.start));
        let mut rows: Vec<usize> = rows.map(|place| self.row_at(place)).collect();
        rows.sort_unstable();
        rows.dedup();
        PartHeads::of_inputs(&self.text, rows.into_iter().map(|row| self.range(row)))
    }

    /// The number of the row that a hit stands in, and the hit as it stands there.
    pub(super) fn place<'h>(&self, hit: &Hit<'h>) -> (usize, Hit<'h>) {
        let at = usize::try_from(hit.span.start).expect("a place in memory");
        let row = self.row_at(at);
        let start = self.starts[row];
        let line = 1 + memchr::memchr_iter(b'\n', &self.text[start..at]).count() as u64;
        let hit = Hit {
            span: hit.span.start - start as u64..hit.span.end - start as u64,
            line,
            observed: hit.observed,
            canonical: hit.canonical,
            context: hit.context,
            line_text: hit.line_text,
            offset_in_line: hit.offset_in_line,
            index_in_line: hit.index_in_line,
            matches: hit.matches,
            #[cfg(feature = "events")]
            event: hit.event,
        };
        (self.first + row, hit)
    }
}

/// Whether a row means the same among others as alone. One that is UTF-16, or may be, or has a byte order mark, does not.
pub(super) fn can_join(row: &[u8]) -> bool {
    row.len() <= MAX_JOINED
        && !matches!(row, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0xEF, 0xBB, 0xBF, ..])
        && memchr::memchr(0, &row[..row.len().min(SNIFF_UTF16)]).is_none()
}
