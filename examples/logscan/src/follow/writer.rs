//! Scans what was added to logs, a slice of each at a time, and writes the hits.

use std::io;
use std::ops::ControlFlow;

use netsieve::scan::Tail;
use netsieve::scan::many::{Delivery, Source};
use netsieve::{Hit, Scanner};

use super::file::{Addition, Followed, Turn};
use super::hits::Hits;
use crate::output::{Output, Style};

/// The most bytes of a log to read before the others have their turn: 10 milliseconds of scanning, or 200 if every line has a hit.
const SLICE: u64 = 16 << 20;

/// Scans logs and writes hits.
pub(super) struct Writer<'w, 'o> {
    pub(super) scanner: &'w mut Scanner,
    pub(super) style: &'w Style,
    pub(super) output: &'w mut Output<'o>,
    pub(super) is_skipped: bool,
}

impl<'o> Writer<'_, 'o> {
    pub(super) fn hits<'h>(&'h mut self, name: &'h str) -> (&'h mut Scanner, Hits<'h, 'o>) {
        (self.scanner, Hits::new(self.style, self.output, name, self.is_skipped))
    }

    /// Scans the new parts of the logs whose turn it is, on all threads if several have changed. Hits come by log, and within a log by
    /// place.
    pub(super) fn added(&mut self, files: &mut [Followed], threads: usize) -> io::Result<()> {
        let counter = self.output.meter.clone();
        let (mut names, mut sources, mut errors, mut changed) = (Vec::new(), Vec::new(), Vec::new(), 0);
        // Lines that existed before are skipped at once.
        let left = if self.is_skipped { u64::MAX } else { SLICE };
        let meter = (!self.is_skipped).then_some(&*counter);
        for file in files {
            let Followed { name, file: Some(file), tail, print, check, turn: Some(turn), .. } = file else { continue };
            changed += usize::from(!file.metadata().is_ok_and(|now| now.len() == print.at));
            names.push(name.as_str());
            let Turn { error, is_rewritten, is_cut, .. } = turn;
            errors.push(error);
            let reader = Box::new(Addition { file, print, check, is_rewritten, meter, left, is_cut });
            sources.push(Ok(Source::Growing { reader, tail, with_rest: false }));
        }
        let Writer { scanner, style, output, is_skipped } = self;
        let (style, is_skipped) = (*style, *is_skipped);
        // The output decides when enough hits have been written.
        let render = |input: usize, hit: &Hit<'_>, out: &mut Vec<u8>| {
            if !is_skipped {
                let _ = style.render(names[input], hit, out);
            }
            ControlFlow::Continue(())
        };
        let mut failed = None;
        let deliver = |delivery: Delivery<'_>| {
            match delivery {
                Delivery::Hits { rendered, hits, .. } if !is_skipped => {
                    failed = output.write_hits(rendered, hits).err()
                }
                Delivery::End(end) => *errors[end.input] = end.error,
                _ => {}
            }
            if failed.is_some() || output.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let threads = if changed > 1 { threads } else { 1 };
        scanner.scan_many(sources.into_iter(), threads, render, deliver).map_err(io::Error::other)?;
        failed.map_or(Ok(()), Err)
    }

    /// Scans an unfinished line.
    pub(super) fn rest(&mut self, name: &str, tail: &mut Tail) -> io::Result<()> {
        let (scanner, mut hits) = self.hits(name);
        let _ = scanner.scan_rest(tail, |hit| hits.take(hit));
        hits.write()
    }
}
