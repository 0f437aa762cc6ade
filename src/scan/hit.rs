use std::fmt;
use std::ops::Range;

#[cfg(feature = "events")]
use crate::event::{Event, EventTime, Field, Who};
use crate::extract::Context;
use crate::sieve::Matches;

/// One observable at one place in the input, with all its matches.
pub struct Hit<'h> {
    pub(super) span: Range<u64>,
    pub(super) line: u64,
    pub(super) observed: &'h [u8],
    pub(super) canonical: &'h str,
    pub(super) context: Context,
    pub(super) line_text: &'h [u8],
    pub(super) offset_in_line: usize,
    pub(super) index_in_line: usize,
    pub(super) matches: Matches<'h>,
    #[cfg(feature = "events")]
    pub(super) event: Option<Event<'h>>,
}

impl<'h> Hit<'h> {
    /// Byte offsets of the observable in the input, as it was given: of UTF-16 too, where they count two bytes a unit.
    pub fn span(&self) -> Range<u64> {
        self.span.clone()
    }

    /// The line the observable starts on, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The observable as the input has it (of UTF-16: in UTF-8). Hostile bytes: escape before showing.
    pub fn observed(&self) -> &'h [u8] {
        self.observed
    }

    /// The observable's canonical form.
    pub fn canonical(&self) -> &'h str {
        self.canonical
    }

    /// Where in the line the observable stands.
    pub fn context(&self) -> Context {
        self.context
    }

    /// The line without its end (of UTF-16: in UTF-8). Of a line over [`MAX_LINE`](crate::limits::MAX_LINE), up to
    /// [`MAX_OBSERVABLE`](crate::limits::MAX_OBSERVABLE) bytes on each side of the observable. Hostile bytes: escape before showing.
    pub fn line_text(&self) -> &'h [u8] {
        self.line_text
    }

    /// Where [`observed`](Hit::observed) starts in [`line_text`](Hit::line_text).
    pub fn offset_in_line(&self) -> usize {
        self.offset_in_line
    }

    /// How many hits stand before it on the same line (of a line over [`MAX_LINE`](crate::limits::MAX_LINE): on the same piece of
    /// it). Who writes the line with each hit writes it once, or a part of it, if there are many: the output is as long as the
    /// input squared otherwise.
    pub fn index_in_line(&self) -> usize {
        self.index_in_line
    }

    /// Every indicator that covers the observable, most specific first. At least one.
    pub fn matches(&self) -> Matches<'h> {
        self.matches
    }
}

#[cfg(feature = "events")]
impl<'h> Hit<'h> {
    /// The line, read as the event that it tells of. `None` if [`ScanOptions::events`](super::ScanOptions) is, and for a line over
    /// [`MAX_LINE`](crate::limits::MAX_LINE), of which only pieces are at hand.
    pub fn event(&self) -> Option<Event<'h>> {
        self.event
    }

    /// The field of the event that the observable stands in.
    pub fn field(&self) -> Option<Field<'h>> {
        self.event?.field_at(self.offset_in_line..self.offset_in_line + self.observed.len())
    }

    /// When the event was, if the line says so.
    pub fn time(&self) -> Option<EventTime> {
        self.event?.time()
    }

    /// Who met what is listed: the client of the event, with user and host if they are given.
    pub fn who(&self) -> Option<Who<'h>> {
        self.event?.who()
    }
}

impl fmt::Debug for Hit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hit")
            .field("span", &self.span)
            .field("line", &self.line)
            .field("canonical", &self.canonical)
            .field("context", &self.context)
            .field("matches", &self.matches)
            .finish_non_exhaustive()
    }
}
