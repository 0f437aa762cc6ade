//! Hits, as a scan hands them to its caller.

use std::fmt;
use std::ops::Range;

#[cfg(feature = "events")]
use crate::event::{Event, EventTime, Field, Who};
use crate::extract::Context;
use crate::sieve::Matches;

/// One observable at one place in the input, with all its matches.
///
/// ```
/// use netsieve::{Indicator, Scanner, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
/// Scanner::new(&sieve).scan("ok\nto WWW.EVIL.TEST\n", |hit| {
///     assert_eq!((hit.line(), hit.span()), (2, 6..19));
///     assert_eq!((hit.observed(), hit.canonical()), (&b"WWW.EVIL.TEST"[..], "www.evil.test"));
///     assert_eq!((hit.line_text(), hit.offset_in_line(), hit.index_in_line()), (&b"to WWW.EVIL.TEST"[..], 3, 0));
///     assert_eq!(hit.matches().first().unwrap().to_string(), "evil.test (subdomain) partner");
/// });
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// With the feature `events`, a hit also knows the event of its line:
///
/// ```
/// # #[cfg(feature = "events")] {
/// use netsieve::{Indicator, Scanner, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
/// let log = r#"{"ts":"2026-05-12T10:02:03Z","src_ip":"192.0.2.7","url":"http://evil.test/a"}"#;
/// Scanner::new(&sieve).scan(log, |hit| {
///     assert_eq!(hit.context().as_str(), "url_host");
///     assert_eq!(hit.time().unwrap().to_string(), "2026-05-12T10:02:03Z");
///     assert_eq!(hit.who().unwrap().to_string(), "192.0.2.7");
///     assert_eq!(hit.field().unwrap().name(), "url");
///     assert_eq!(hit.event().unwrap().layout_name(), "json");
/// });
/// # }
/// # Ok::<(), netsieve::Error>(())
/// ```
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
    /// The offset in the line of what the event was read from.
    #[cfg(feature = "events")]
    pub(super) event_start: usize,
}

impl<'h> Hit<'h> {
    /// Returns the byte offsets of the observable in the input as it was given. For UTF-16 they count two bytes per unit.
    pub fn span(&self) -> Range<u64> {
        self.span.clone()
    }

    /// Returns the number of the line where the observable starts, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the observable as it stands in the input (UTF-16 as UTF-8). These bytes are hostile: escape them before showing them.
    pub fn observed(&self) -> &'h [u8] {
        self.observed
    }

    /// Returns the observable's canonical form.
    pub fn canonical(&self) -> &'h str {
        self.canonical
    }

    /// Returns the kind of place where the observable is in the line.
    pub fn context(&self) -> Context {
        self.context
    }

    /// Returns the line without its end (UTF-16 as UTF-8). For a line over [`MAX_LINE`](crate::limits::MAX_LINE), up to
    /// [`MAX_OBSERVABLE`](crate::limits::MAX_OBSERVABLE) bytes on each side of the observable. Hostile bytes: escape before showing.
    pub fn line_text(&self) -> &'h [u8] {
        self.line_text
    }

    /// Returns the offset of [`observed`](Hit::observed) in [`line_text`](Hit::line_text).
    pub fn offset_in_line(&self) -> usize {
        self.offset_in_line
    }

    /// Returns the number of hits before this one on the same line (in a line over [`MAX_LINE`](crate::limits::MAX_LINE): on the same
    /// piece of it). If you write the line with each hit, write it in full only for the first few: otherwise a line full of hits makes
    /// the output quadratic in the input.
    pub fn index_in_line(&self) -> usize {
        self.index_in_line
    }

    /// Returns every indicator that covers the observable, most specific first. There is at least one.
    pub fn matches(&self) -> Matches<'h> {
        self.matches
    }
}

#[cfg(feature = "events")]
impl<'h> Hit<'h> {
    /// Returns the line, read as an event. `None` if [`ScanOptions::events`](super::ScanOptions) is `None`, and for a line over
    /// [`MAX_LINE`](crate::limits::MAX_LINE), which is only at hand in pieces.
    ///
    /// If the line is a list of records (`{"Records":[{…},{…}]}`), the event is the record that holds the hit, and its spans count from the
    /// record's start.
    pub fn event(&self) -> Option<Event<'h>> {
        self.event
    }

    /// Returns the field of the event that holds the observable.
    pub fn field(&self) -> Option<Field<'h>> {
        let start = self.offset_in_line - self.event_start;
        self.event?.field_at(start..start + self.observed.len())
    }

    /// Returns the time of the event, if the line has one.
    pub fn time(&self) -> Option<EventTime> {
        self.event?.time()
    }

    /// Returns who met the listed value: the client of the event, with user and host if they are given.
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
