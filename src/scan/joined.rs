//! Rows joined into one text.

use std::ops::Range;

use super::events::PartHeads;
use super::found::Lines;
use super::hit::Hit;
use crate::limits::SNIFF_UTF16;

/// Longer rows are scanned alone, which costs them nothing.
const MAX_JOINED: usize = 16 * 1024;

/// Rows joined into one text, each followed by a line feed.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) text: Vec<u8>,
    /// The start of each row.
    pub(super) starts: Vec<usize>,
    /// The number of the first row.
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

    /// Returns the index of the joined row that holds a place.
    fn row_at(&self, place: usize) -> usize {
        let after = self.starts.partition_point(|&start| start <= place);
        after.checked_sub(1).expect("the first row starts at 0")
    }

    /// Returns the range of a row, without its line feed.
    fn range(&self, row: usize) -> Range<usize> {
        let end = self.starts.get(row + 1).copied().unwrap_or(self.text.len());
        self.starts[row]..end - 1
    }

    /// Returns the headers for the rows with hits: each row is an input with a head of its own.
    pub(super) fn heads(&self, lines: &Lines) -> PartHeads {
        let rows = lines.rows.iter().map(|row| row.span.start);
        #[cfg(feature = "events")]
        let rows = rows.chain(lines.weak.iter().map(|weak| weak.span.start));
        let mut rows: Vec<usize> = rows.map(|place| self.row_at(place)).collect();
        rows.sort_unstable();
        rows.dedup();
        PartHeads::of_inputs(&self.text, rows.into_iter().map(|row| self.range(row)))
    }

    /// Returns the number of the row that holds a hit, and the hit with positions in that row.
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
            #[cfg(feature = "events")]
            event_start: hit.event_start,
        };
        (self.first + row, hit)
    }
}

/// Returns true if a row means the same joined to others as alone. A row that is or may be UTF-16, or has a byte order mark, does not.
pub(super) fn can_join(row: &[u8]) -> bool {
    row.len() <= MAX_JOINED
        && !matches!(row, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0xEF, 0xBB, 0xBF, ..])
        && memchr::memchr(0, &row[..row.len().min(SNIFF_UTF16)]).is_none()
}
