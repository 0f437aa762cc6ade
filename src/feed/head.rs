//! The start of a feed, from which each format judges whether the feed is its own.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::feed::syntax::lines::is_comment;
use crate::feed::syntax::shape::Shape;
use crate::indicator::Reject;
use crate::input;

/// The start of a feed.
pub(crate) struct Head<'h> {
    /// Decoded, except lines in Latin-1, and cut at a line end if there is one.
    text: &'h [u8],
    /// The lines of the text.
    lines: Vec<Cow<'h, str>>,
    shape: OnceCell<Option<Shape>>,
}

impl<'h> Head<'h> {
    pub(crate) fn new(text: &'h [u8]) -> Self {
        Self { text, lines: input::split(text).collect(), shape: OnceCell::new() }
    }

    /// The text.
    pub(crate) fn text(&self) -> &'h [u8] {
        self.text
    }

    /// All lines, trimmed, including blank lines and comments.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.untrimmed().map(input::trim)
    }

    /// All lines, untrimmed.
    pub(crate) fn untrimmed(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| &**line)
    }

    /// The lines that are not blank or a comment in any format.
    pub(crate) fn data(&self) -> impl Iterator<Item = &str> {
        self.lines().filter(|line| !is_comment(line))
    }

    /// The comments before the first data line, without their comment signs. A line such as `[Adblock Plus 2.0]` may come before them.
    pub(crate) fn banner(&self) -> impl Iterator<Item = &str> {
        let is_header = |line: &&str| line.starts_with('[') && line.ends_with(']');
        let comments = self.lines().skip_while(is_header).take_while(|line| is_comment(line));
        comments.map(|line| line.trim_start_matches(['#', ';', '!', '/']).trim()).filter(|line| !line.is_empty())
    }

    /// Returns true if this is an HTML page, such as an error page that a server sends instead of the file.
    pub(crate) fn is_html(&self) -> bool {
        let start = self.text.trim_ascii_start();
        let start = &start[..start.len().min(1024)];
        let holds = |tag: &[u8]| start.windows(tag.len()).any(|window| window.eq_ignore_ascii_case(tag));
        start.starts_with(b"<")
            && [&b"<!doctype html"[..], b"<html", b"<head", b"<title", b"<body"].iter().any(|t| holds(t))
    }

    /// The structure of a JSON text; `None` for other text.
    pub(crate) fn shape(&self) -> Option<&Shape> {
        self.shape.get_or_init(|| Shape::new(self.text)).as_ref()
    }

    /// The name of the root element of an XML text, without its prefix; `None` for other text.
    pub(crate) fn xml_root(&self) -> Option<&str> {
        let mut rest = str::from_utf8(self.text).unwrap_or_else(|error| {
            str::from_utf8(&self.text[..error.valid_up_to()]).expect("it is valid up to there")
        });
        loop {
            rest = rest.trim_start().strip_prefix('<')?;
            let end = match rest.as_bytes().first()? {
                b'?' => "?>",
                b'!' if rest.starts_with("!--") => "-->",
                // A document type may carry declarations of its own in brackets.
                b'!' => {
                    let close = rest.find('>')?;
                    if let Some(open) = rest[..close].find('[') {
                        rest = &rest[open + rest[open..].find(']')?..];
                    }
                    ">"
                }
                _ => break,
            };
            rest = &rest[rest.find(end)? + end.len()..];
        }
        let name = &rest[..rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?];
        Some(name.rsplit(':').next().unwrap_or(name))
    }
}

/// Counts of a head's data lines: those that fit a format, malformed ones and foreign ones.
#[derive(Debug, Default)]
pub(crate) struct Votes {
    taken: u32,
    /// Meant for this format but malformed.
    shaped: u32,
    foreign: u32,
}

impl Votes {
    pub(crate) fn add(&mut self, result: Result<(), Reject>) {
        match result {
            // The policy may admit it.
            Ok(()) | Err(Reject::PathPattern) => self.taken += 1,
            Err(reason) if is_shaped(reason) => self.shaped += 1,
            Err(_) => self.foreign += 1,
        }
    }

    /// Counts a line as fitting the format or as foreign.
    pub(crate) fn line(&mut self, is_taken: bool) {
        if is_taken {
            self.taken += 1;
        } else {
            self.foreign += 1;
        }
    }

    /// The percentage of data lines that fit the format.
    ///
    /// Malformed values do not count unless they outnumber the good ones. The first two foreign lines do not count
    /// while at least as many lines fit, so that a slip does not disqualify a short list.
    pub(crate) fn certainty(&self) -> u8 {
        let Self { taken, shaped, foreign } = *self;
        if taken == 0 || taken < shaped {
            return 0;
        }
        let foreign = if foreign <= taken { foreign.saturating_sub(2) } else { foreign };
        (u64::from(taken) * 100 / (u64::from(taken) + u64::from(foreign))) as u8
    }
}

/// Returns true if a value rejected for this reason was meant as a value but is malformed.
pub(crate) fn is_shaped(reason: Reject) -> bool {
    !matches!(
        reason,
        Reject::Empty
            | Reject::TooLong
            | Reject::Unrecognised
            | Reject::SingleLabel
            | Reject::BadNameByte
            | Reject::BadIdna
            | Reject::EmptyLabel
            | Reject::NumericTld
            | Reject::SinkAddress
            | Reject::Malformed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head<'_> {
        Head::new(text.as_bytes())
    }

    #[test]
    fn shapes() {
        let head = head(
            r#"{"type": "bundle", "objects": [{"type": "indicator", "n": 1}, {"type": "malware"}],
                "17": {"x": null}, "5b9a0a3c-0000-4000-8000-00000000000a": {"info": "made up"}, "cut": ["#,
        );
        let shape = head.shape().unwrap();
        assert!(shape.has_all(&["type", "objects", "objects[].type", "objects[].n", "#.x", "@.info", "cut"]));
        assert_eq!((shape.text("type"), shape.text("objects[].type")), ("bundle", "indicator"));
        assert!(!shape.has("info") && !shape.is_lines);
        assert_eq!(shape.keys().collect::<Vec<_>>(), ["#", "@", "cut", "objects", "type"]);
        for (text, is_lines) in [
            ("{\"a\": 1}\n{\"b\": 2}\n", Some(true)),
            ("{\"a\": 1}\n{\"b", Some(true)),
            ("{\"a\": 1}\n", Some(false)),
            ("[{\"a\": 1}]", Some(false)),
            ("[2001:db8::1]:443\n", None),
            ("evil.test", None),
            ("{}", None),
        ] {
            assert_eq!(Head::new(text.as_bytes()).shape().map(|shape| shape.is_lines), is_lines, "{text}");
        }
    }

    #[test]
    fn roots() {
        for (text, root) in [
            ("<?xml version=\"1.0\"?>\n<!-- <a> -->\n<ioc id=\"1\">", Some("ioc")),
            ("<stix:STIX_Package\n\txmlns=\"x\">", Some("STIX_Package")),
            ("<!DOCTYPE x>\n<x/>", Some("x")),
            ("<!DOCTYPE x [<!ENTITY a \"b\">\n]>\n<x/>", Some("x")),
            ("<!-- never ends", None),
            ("<cut", None),
            ("evil.test", None),
        ] {
            assert_eq!(head(text).xml_root(), root, "{text}");
        }
    }
}
