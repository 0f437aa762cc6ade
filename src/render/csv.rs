//! Hits as CSV.

use std::fmt::Display;

use super::escape::Escaped;
use super::listing::Listing;
use super::window::{shown, window};
use crate::limits::MAX_SHOWN_LINE;
use crate::scan::Hit;

/// Writes hits as comma-separated values (RFC 4180): one record for each (observable, indicator), each on one line.
///
/// If several feeds list the indicator, their values share a field, separated by spaces: `feed:line`, or tags. Text is escaped
/// as by [`Escaped`]. A field that a spreadsheet would run as a formula (`=`, `+`, `-`, `@` at its start) gets a leading
/// apostrophe.
#[derive(Clone, Debug)]
pub struct Csv {
    text: bool,
}

impl Default for Csv {
    fn default() -> Self {
        Self { text: true }
    }
}

/// The names of all columns except the last, the log line.
const COLUMNS: [&str; 14] = [
    "file",
    "line",
    "offset",
    "observed",
    "canonical",
    "kind",
    "indicator",
    "scope",
    "relation",
    "strength",
    "context",
    "feeds",
    "tags",
    "confidence",
];

impl Csv {
    /// Creates a writer of all columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether records hold the log line, in the column `text` (default: true).
    pub fn text(&mut self, yes: bool) -> &mut Self {
        self.text = yes;
        self
    }

    /// Appends the names of the columns and a line feed.
    pub fn header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(COLUMNS.join(",").as_bytes());
        out.extend_from_slice(if self.text { b",text\n" } else { b"\n" });
    }

    /// Appends the records of the first `limit` matches of a hit, each with a line feed; returns their number.
    ///
    /// `file` is the name of the input to show in the output.
    pub fn hit(&self, out: &mut Vec<u8>, file: &str, hit: &Hit<'_>, limit: usize) -> usize {
        let mut written = 0;
        for matched in hit.matches().iter().take(limit) {
            let indicator = matched.indicator();
            let listings = Listing::by_feed(matched.sources());
            let feed = |listing: &Listing<'_>| match listing.line {
                Some(line) => format!("{}:{line}", listing.feed.name),
                None => listing.feed.name.clone(),
            };
            let feeds: Vec<String> = listings.iter().map(feed).collect();
            let tags: Vec<&str> = listings.iter().flat_map(|listing| listing.tags.iter().copied()).collect();
            let confidence = listings.iter().filter_map(|listing| listing.confidence).max();
            csv_field(out, file);
            number(out, hit.line());
            number(out, hit.span().start);
            next(out, hit.observed());
            next(out, hit.canonical());
            next(out, indicator.kind().as_str());
            next(out, &indicator.to_string());
            next(out, indicator.scope().map_or("", |scope| scope.as_str()));
            next(out, matched.relation().as_str());
            next(out, matched.strength().as_str());
            next(out, hit.context().as_str());
            next(out, &feeds.join(" "));
            next(out, &tags.join(" "));
            match confidence {
                Some(confidence) => number(out, confidence),
                None => out.push(b','),
            }
            if self.text {
                let line = hit.line_text();
                let start = hit.offset_in_line();
                let max = shown(hit.index_in_line(), MAX_SHOWN_LINE);
                next(out, &line[window(line, start..start + hit.observed().len(), max)]);
            }
            out.push(b'\n');
            written += 1;
        }
        written
    }
}

fn next<B: AsRef<[u8]> + ?Sized>(out: &mut Vec<u8>, value: &B) {
    out.push(b',');
    csv_field(out, value);
}

fn number(out: &mut Vec<u8>, value: impl Display) {
    out.extend_from_slice(format!(",{value}").as_bytes());
}

/// Appends a field of comma-separated values (RFC 4180), in quotes if it needs them.
///
/// Text is escaped as by [`Escaped`], so that a record stays on one line. A field that a spreadsheet would run as a
/// formula gets a leading apostrophe.
///
/// ```
/// let mut out = Vec::new();
/// netsieve::render::csv_field(&mut out, "=1+1, or two");
/// assert_eq!(out, b"\"'=1+1, or two\"");
/// ```
pub fn csv_field<B: AsRef<[u8]> + ?Sized>(out: &mut Vec<u8>, value: &B) {
    let text = Escaped::new(value).to_string();
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']);
    if !is_formula && !text.contains(['"', ',', '\'']) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    if is_formula {
        out.push(b'\'');
    }
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        for (value, expected) in [
            (&b"plain text"[..], "plain text"),
            (b"", ""),
            (b"a,b", "\"a,b\""),
            (b"say \"hi\"", "\"say \"\"hi\"\"\""),
            (b"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            (b" +1", "\"' +1\""),
            (b"-1", "\"'-1\""),
            (b"@x", "\"'@x\""),
            (b"a=b", "a=b"),
            (b"two\r\nlines\t\x1b[31m", "two\\r\\nlines\\t\\x1b[31m"),
            ("\u{202e}x".as_bytes(), "\\u{202e}x"),
        ] {
            let mut out = Vec::new();
            csv_field(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn the_header_names_every_column() {
        let mut out = Vec::new();
        Csv::new().header(&mut out);
        assert_eq!(out.iter().filter(|&&b| b == b',').count(), COLUMNS.len());
        assert!(out.ends_with(b",text\n"));
    }
}
