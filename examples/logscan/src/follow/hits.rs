//! Hits on their way to the output.

use std::io;
use std::ops::ControlFlow;

use netsieve::Hit;
use netsieve::scan::many::Rendered;

use crate::output::{Output, Style};

/// The number of bytes, or of hits, to gather before writing.
const FLUSH_AT: usize = 64 * 1024;

/// Hits on their way to the output.
pub(super) struct Hits<'h, 'o> {
    pub(super) style: &'h Style,
    pub(super) output: &'h mut Output<'o>,
    pub(super) name: &'h str,
    pub(super) is_skipped: bool,
    rendered: Vec<u8>,
    hits: Vec<Rendered>,
    error: Option<io::Error>,
}

impl<'h, 'o> Hits<'h, 'o> {
    pub(super) fn new(style: &'h Style, output: &'h mut Output<'o>, name: &'h str, is_skipped: bool) -> Self {
        Self { style, output, name, is_skipped, rendered: Vec::new(), hits: Vec::new(), error: None }
    }

    pub(super) fn take(&mut self, hit: &Hit<'_>) -> ControlFlow<()> {
        if self.is_skipped {
            return ControlFlow::Continue(());
        }
        // The output decides when enough hits have been written.
        let _ = self.style.render(self.name, hit, &mut self.rendered);
        self.hits.push(Rendered { end: self.rendered.len(), matches: hit.matches().len() });
        if self.rendered.len() < FLUSH_AT && self.hits.len() < FLUSH_AT {
            return ControlFlow::Continue(());
        }
        if let Err(error) = self.write() {
            self.error = Some(error);
            return ControlFlow::Break(());
        }
        if self.output.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    pub(super) fn write(&mut self) -> io::Result<()> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if !self.hits.is_empty() {
            self.output.write_hits(&self.rendered, &self.hits)?;
            self.rendered.clear();
            self.hits.clear();
        }
        Ok(())
    }
}
