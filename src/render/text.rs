//! Hits as text for people.

use std::fmt;
use std::io::Write;
use std::ops::Range;

use super::escape::Escaped;
use super::listing::Listing;
use super::window::{shown, window};
use crate::scan::{Context, Hit};
use crate::sieve::{Match, Strength};

/// The SGR sequence before each part of a text, or nothing. A styled part is followed by `ESC [ 0 m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Styles {
    /// The name of the input.
    pub file: &'static str,
    /// Line and column.
    pub place: &'static str,
    /// The observable, in the log line too.
    pub observed: &'static str,
    /// The indicator.
    pub indicator: &'static str,
    /// A strength other than `strong`.
    pub weak: &'static str,
    /// The name of a feed.
    pub feed: &'static str,
    /// The escape of a byte that is not printed unchanged.
    pub escape: &'static str,
}

impl Styles {
    /// No styles at all, for files and pipes.
    pub const PLAIN: Self = Self { file: "", place: "", observed: "", indicator: "", weak: "", feed: "", escape: "" };

    /// The colours of `grep`, and a few more.
    pub const ANSI: Self = Self {
        file: "\x1b[35m",
        place: "\x1b[32m",
        observed: "\x1b[1;31m",
        indicator: "\x1b[1m",
        weak: "\x1b[33m",
        feed: "\x1b[36m",
        escape: "\x1b[2m",
    };
}

/// Writes hits for people: a block of lines for each observable.
///
/// ```text
/// proxy.log:12:31: www.evil.test (url_host)
///   -> evil.test  domain, subdomain  phish:7 [c2, loader], family Emotet; other:12
///   |  2024-05-01T10:00:00Z 192.0.2.7 GET http://www.evil.test/a
/// ```
///
/// The first line has the place of the observable (file, line, column in bytes from 1), the observable, its canonical form after
/// `=` if that differs, and its context unless that is `text`. Then comes a line for each indicator: its kind, the relation,
/// the strength unless it is `strong`, and every feed with line, wording if that differs, tags and the rest. Then, after `@`,
/// the event of the line, if there is one: when, who, to whom, in which field, and what was done. Last comes the
/// log line with the observable highlighted. A long line is cut around the observable. From the 17th hit of a line on, it is cut to 128
/// bytes, so that the output is linear in the log. Everything from a log or a feed goes through [`Escaped`].
#[derive(Clone, Debug)]
pub struct Text {
    styles: Styles,
    width: usize,
    log_line: bool,
}

impl Default for Text {
    fn default() -> Self {
        Self { styles: Styles::PLAIN, width: 400, log_line: true }
    }
}

impl Text {
    /// Creates a writer without styles.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the styles (default: [`Styles::PLAIN`]).
    pub fn styles(&mut self, styles: Styles) -> &mut Self {
        self.styles = styles;
        self
    }

    /// Sets the maximum length of the part of a log line or of a feed's value that is shown, in bytes (default: 400).
    pub fn width(&mut self, bytes: usize) -> &mut Self {
        self.width = bytes;
        self
    }

    /// Sets whether the log line is shown (default: true).
    pub fn log_line(&mut self, yes: bool) -> &mut Self {
        self.log_line = yes;
        self
    }

    /// Appends the block of a hit with its first `limit` matches; returns their number.
    ///
    /// Writes nothing if `limit` is 0. `file` is the name of the input to show in the output.
    ///
    /// ```
    /// use netsieve::render::{Styles, Text};
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("phish", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut text = Text::new();
    /// text.styles(Styles::PLAIN).width(200).log_line(false);
    /// let mut out = Vec::new();
    /// Scanner::new(&sieve).scan("query www.evil.test\n", |hit| {
    ///     text.hit(&mut out, "dns.log", hit, usize::MAX);
    /// });
    /// assert!(out.starts_with(b"dns.log:1:7: www.evil.test\n  -> evil.test  domain, subdomain  phish\n"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn hit(&self, out: &mut Vec<u8>, file: &str, hit: &Hit<'_>, limit: usize) -> usize {
        let matches = hit.matches();
        let written = matches.len().min(limit);
        if written == 0 {
            return 0;
        }
        self.put(out, self.styles.file, Escaped::new(file));
        self.put(out, "", ":");
        self.place(out, hit);
        out.push(b'\n');
        self.matches(out, hit, written);
        #[cfg(feature = "events")]
        self.event(out, hit, true);
        if self.log_line {
            out.extend_from_slice(b"  |  ");
            let (shown, line) = (self.shown(hit), hit.line_text());
            let start = hit.offset_in_line().saturating_sub(shown.start);
            self.put(out, "", if shown.start > 0 { "..." } else { "" });
            let span = start..start.saturating_add(hit.observed().len());
            self.line(out, &line[shown.clone()], &[span]);
            self.put(out, "", if shown.end < line.len() { "..." } else { "" });
            out.push(b'\n');
        }
        written
    }

    /// Appends the first lines of a block, without the name of the input: the place, with the field, and the first `limit` matches.
    /// Returns the number of matches written.
    ///
    /// With [`told`](Self::told), [`shown`](Self::shown) and [`line`](Self::line), you can write one block for all hits of a line.
    ///
    /// ```
    /// use netsieve::render::Text;
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("phish", "evil.test".parse::<Indicator>()?).build()?;
    /// let (text, mut out) = (Text::new(), Vec::new());
    /// Scanner::new(&sieve).scan("query www.evil.test\n", |hit| {
    ///     text.found(&mut out, hit, usize::MAX);
    ///     # #[cfg(feature = "events")]
    ///     text.told(&mut out, hit);
    ///     let (part, start) = (text.shown(hit), hit.offset_in_line());
    ///     text.line(&mut out, &hit.line_text()[part.clone()], &[start - part.start..start - part.start + hit.observed().len()]);
    /// });
    /// assert!(out.starts_with(b"1:7: www.evil.test") && out.ends_with(b"query www.evil.test"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn found(&self, out: &mut Vec<u8>, hit: &Hit<'_>, limit: usize) -> usize {
        let written = hit.matches().len().min(limit);
        if written > 0 {
            self.place(out, hit);
            #[cfg(feature = "events")]
            self.field(out, hit);
            out.push(b'\n');
            self.matches(out, hit, written);
        }
        written
    }

    /// Appends a line with the event of the hit's line, if there is one, without the field of this hit.
    #[cfg(feature = "events")]
    pub fn told(&self, out: &mut Vec<u8>, hit: &Hit<'_>) {
        self.event(out, hit, false);
    }

    /// Returns the part of [`Hit::line_text`] that is shown with a hit.
    pub fn shown(&self, hit: &Hit<'_>) -> Range<usize> {
        let start = hit.offset_in_line();
        let span = start..start.saturating_add(hit.observed().len());
        window(hit.line_text(), span, shown(hit.index_in_line(), self.width))
    }

    /// Appends a part of a log line, without a line feed, and highlights the observables at `spans`. These are offsets in the part, in
    /// ascending order; overlapping ones are highlighted as one.
    pub fn line(&self, out: &mut Vec<u8>, part: &[u8], spans: &[Range<usize>]) {
        let (before, after) = match self.styles.escape {
            "" => ("", ""),
            style => (style, "\x1b[0m"),
        };
        let mut done = 0;
        for span in spans {
            let from = span.start.clamp(done, part.len());
            let to = span.end.clamp(from, part.len());
            self.put(out, "", Escaped::new(&part[done..from]).with_tabs().marked(before, after));
            if from < to {
                self.put(out, self.styles.observed, Escaped::new(&part[from..to]));
            }
            done = to;
        }
        self.put(out, "", Escaped::new(&part[done..]).with_tabs().marked(before, after));
    }

    /// Appends line and column, the observable, its canonical form if that differs, and its context.
    fn place(&self, out: &mut Vec<u8>, hit: &Hit<'_>) {
        let column = hit.offset_in_line().saturating_add(1);
        self.put(out, self.styles.place, format_args!("{}:{column}", hit.line()));
        self.put(out, "", ": ");
        self.value(out, self.styles.observed, hit.observed());
        if hit.canonical().as_bytes() != hit.observed() {
            self.put(out, "", " = ");
            self.value(out, "", hit.canonical().as_bytes());
        }
        if hit.context() != Context::Text {
            self.put(out, "", format_args!(" ({})", hit.context().as_str()));
        }
    }

    /// Appends a line for each of the first `limit` matches.
    fn matches(&self, out: &mut Vec<u8>, hit: &Hit<'_>, limit: usize) {
        for matched in hit.matches().iter().take(limit) {
            out.extend_from_slice(b"  -> ");
            self.matched(out, &matched);
            out.push(b'\n');
        }
    }

    /// Appends the field of the hit, with its normal name.
    #[cfg(feature = "events")]
    fn field(&self, out: &mut Vec<u8>, hit: &Hit<'_>) {
        if let Some(field) = hit.field() {
            self.put(out, "", "  in ");
            self.value(out, "", field.name().as_bytes());
            if let Some(role) = field.role() {
                self.put(out, "", format_args!(" ({role})"));
            }
        }
    }

    /// Appends a line with the event of the hit's line, if there is one: when, who, with whom, in which field.
    #[cfg(feature = "events")]
    fn event(&self, out: &mut Vec<u8>, hit: &Hit<'_>, has_field: bool) {
        use crate::event::EcsName;

        let Some(event) = hit.event() else { return };
        let start = out.len();
        out.extend_from_slice(b"  @");
        let empty = out.len();
        if let Some(time) = event.time() {
            self.put(out, self.styles.place, format_args!("  {time}"));
            let zone = if time.zone_logged() { None } else { event.get(EcsName::EventTimezone) };
            match (zone, time.year_logged()) {
                (None, true) => {}
                (Some(zone), true) => self.put(out, "", format_args!(" (zone assumed: {zone})")),
                (None, false) => self.put(out, "", " (year assumed)"),
                (Some(zone), false) => self.put(out, "", format_args!(" (year and zone assumed: {zone})")),
            }
        }
        if let Some(who) = event.who() {
            self.put(out, "", "  ");
            self.value(out, "", who.to_string().as_bytes());
        }
        if let Some(ip) = event.get(EcsName::DestinationIp) {
            self.put(out, "", format_args!(" to {ip}"));
            if let Some(port) = event.get(EcsName::DestinationPort) {
                self.put(out, "", format_args!(" port {port}"));
            }
        }
        if has_field {
            self.field(out, hit);
        }
        for name in [EcsName::EventAction, EcsName::EventOutcome] {
            if let Some(value) = event.get(name) {
                self.put(out, "", "  ");
                self.value(out, "", value.to_string().as_bytes());
            }
        }
        if out.len() == empty {
            out.truncate(start);
        } else {
            out.push(b'\n');
        }
    }

    /// Appends one match on one line, without a line feed: indicator, kind, relation, strength, feeds.
    ///
    /// ```
    /// use netsieve::render::Text;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("phish", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut out = Vec::new();
    /// for found in &sieve.lookup("www.evil.test")? {
    ///     Text::new().matched(&mut out, &found);
    /// }
    /// assert_eq!(out, b"evil.test  domain, subdomain  phish");
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn matched(&self, out: &mut Vec<u8>, matched: &Match<'_>) {
        let indicator = matched.indicator();
        self.value(out, self.styles.indicator, indicator.to_string().as_bytes());
        self.put(out, "", format_args!("  {}, {}", indicator.kind(), matched.relation().as_str()));
        if matched.strength() != Strength::Strong {
            self.put(out, "", ", ");
            self.put(out, self.styles.weak, matched.strength().as_str());
        }
        if let Some(derived) = matched.derived() {
            self.put(out, "", format_args!(", {derived}"));
        }
        self.put(out, "", "  ");
        let canonical = indicator.to_string();
        for (at, listing) in Listing::by_feed(matched.sources()).iter().enumerate() {
            if at > 0 {
                self.put(out, "", "; ");
            }
            self.listing(out, listing, &canonical);
        }
    }

    /// Appends a feed's listing of the indicator with this canonical text.
    fn listing(&self, out: &mut Vec<u8>, listing: &Listing<'_>, canonical: &str) {
        self.put(out, self.styles.feed, Escaped::new(&listing.feed.name));
        if let Some(line) = listing.line {
            self.put(out, "", format_args!(":{line}"));
        }
        if listing.as_listed != canonical {
            self.put(out, "", " as \"");
            self.value(out, "", listing.as_listed.as_bytes());
            self.put(out, "", "\"");
        }
        for (at, tag) in listing.tags.iter().enumerate() {
            self.put(out, "", if at == 0 { " [" } else { ", " });
            self.value(out, "", tag.as_bytes());
        }
        if !listing.tags.is_empty() {
            self.put(out, "", "]");
        }
        if let Some(family) = listing.family {
            self.put(out, "", ", family ");
            self.value(out, "", family.as_bytes());
        }
        if let Some(confidence) = listing.confidence {
            self.put(out, "", format_args!(", confidence {confidence}"));
        }
        if let Some(score) = listing.score {
            self.put(out, "", format_args!(", score {score}"));
        }
        let dates = [
            ("first seen", listing.first_seen),
            ("last seen", listing.last_seen),
            ("valid from", listing.valid_from),
            ("valid until", listing.valid_until),
        ];
        for (name, date) in dates {
            if let Some(date) = date {
                self.put(out, "", format_args!(", {name} {date}"));
            }
        }
        if let Some(reference) = listing.reference {
            self.put(out, "", ", see ");
            self.value(out, "", reference.as_bytes());
        }
    }

    /// Appends a styled part that needs no escaping.
    fn put(&self, out: &mut Vec<u8>, style: &str, part: impl fmt::Display) {
        // Writing to a `Vec` does not fail.
        let _ = match style {
            "" => write!(out, "{part}"),
            style => write!(out, "{style}{part}\x1b[0m"),
        };
    }

    /// Appends a value, escaped, and cut if it is very long.
    fn value(&self, out: &mut Vec<u8>, style: &str, value: &[u8]) {
        let shown = window(value, 0..0, self.width);
        let more = if shown.end < value.len() { "..." } else { "" };
        self.put(out, style, format_args!("{}{more}", Escaped::new(&value[shown])));
    }
}
