//! Many short texts, each an input of its own: joined, so that one scan covers all of them.

use std::ops::ControlFlow;

use super::blocks::Block;
use super::count::Counted;
use super::emit::Emitter;
use super::hit::Hit;
use super::joined::{Joined, can_join};
use super::options::ScanStats;
use super::piece::{Piece, Text};
use super::scanner::Scanner;
use super::sink::SinkResult;
use super::told::Known;

/// Bytes that are joined before they are scanned: as much as stays in the second-level cache.
const ENOUGH: usize = 256 * 1024;

impl Scanner {
    /// Scans many texts, each as an input of its own, and hands each hit over with the number of its row. The hits of a row are those that
    /// [`scan`](Scanner::scan) finds in the row alone; offsets and lines count from its start. Hits come by row, then in the order of
    /// [`scan`](Scanner::scan). `sink` can end the scan.
    ///
    /// Rows come from any iterator of texts or bytes, or from a [`Column`](crate::value::Column), whose nulls are empty rows. Short rows
    /// are joined and scanned together: rows of 180 bytes take less than half the time that they take one by one.
    ///
    /// ```
    /// # use netsieve::{Indicator, Scanner, Sieve};
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let rows = ["query ok.example", "query www.evil.test", "GET https://evil.test/a\nReferer: evil.test"];
    /// let mut hits = Vec::new();
    /// Scanner::new(&sieve).scan_rows(rows, |row, hit| hits.push((row, hit.line(), hit.span())));
    /// assert_eq!(hits, [(1, 1, 6..19), (2, 1, 12..21), (2, 2, 33..42)]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn scan_rows<T: AsRef<[u8]>, R: SinkResult>(
        &mut self,
        rows: impl IntoIterator<Item = T>,
        mut sink: impl FnMut(usize, &Hit<'_>) -> R,
    ) -> ScanStats {
        let mut sink = |row: usize, hit: &Hit<'_>| sink(row, hit).into_flow();
        let mut stats = ScanStats::default();
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        let mut flow = ControlFlow::Continue(());
        for (number, row) in rows.into_iter().enumerate() {
            let row = row.as_ref();
            let is_joined = can_join(row);
            if joined.text.len() >= ENOUGH || !is_joined {
                flow = self.scan_joined(&joined, &mut stats, &mut sink);
                joined.clear();
            }
            if flow.is_continue() && !is_joined {
                flow = self.scan_row(number, row, &mut stats, &mut sink);
            }
            if flow.is_break() {
                break;
            }
            if is_joined {
                joined.push(number, row);
            }
        }
        if flow.is_continue() {
            // This was the last scan: there is nothing left to break off.
            let _ = self.scan_joined(&joined, &mut stats, &mut sink);
        }
        self.joined = joined;
        stats
    }

    /// Scans a row by itself.
    fn scan_row(
        &mut self,
        number: usize,
        row: &[u8],
        stats: &mut ScanStats,
        sink: &mut impl FnMut(usize, &Hit<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        *stats += self.scan(row, |hit| {
            flow = sink(number, hit);
            flow
        });
        if stats.is_cancelled { ControlFlow::Break(()) } else { flow }
    }

    /// Scans the joined rows, if there are any.
    fn scan_joined(
        &mut self,
        joined: &Joined,
        stats: &mut ScanStats,
        sink: &mut impl FnMut(usize, &Hit<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if joined.starts.is_empty() {
            return ControlFlow::Continue(());
        }
        if self.options.control.is_cancelled() {
            stats.is_cancelled = true;
            return ControlFlow::Break(());
        }
        let worker = &mut self.workers[0];
        let whole = 0..joined.text.len();
        let block = Block { own: whole.clone(), view: whole };
        worker.scan(&joined.text, &block);
        let heads = joined.heads(&worker.lines);
        let bytes = (joined.text.len() - joined.starts.len()) as u64;
        self.options.control.add(bytes);
        stats.bytes += bytes;
        stats.observables += worker.found.observables;
        stats.words += worker.found.words;
        let text = Text::Slice(&joined.text);
        let piece = Piece {
            text: &text,
            offset: 0,
            start: 0,
            blocks: &[],
            base: Some(Counted::START),
            is_utf16: false,
            known: &Known::None,
            heads: &heads,
        };
        let mut emitter = Emitter::new(|hit: &Hit<'_>| {
            let (row, hit) = joined.place(hit);
            sink(row, &hit)
        });
        let flow = emitter.scanned(&piece, &block, worker);
        stats.undated += worker.found.undated;
        stats.withheld += worker.found.withheld;
        let (hits, matches) = emitter.counts();
        stats.hits += hits;
        stats.matches += matches;
        flow
    }
}
