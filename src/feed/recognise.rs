//! Telling the format of a feed by its head.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::feed::format::{Format, known};
use crate::feed::syntax::json::{Json, Kind, Slice, Text};
use crate::feed::{CERTAINTY, is_comment};
use crate::indicator::Reject;
use crate::input::{self, Lines};
use crate::limits::{MAX_FEED_LINE, SNIFF};

/// What a format is recognised by, the most telling first. What an earlier tier is certain of is not put to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// A fixed text at the start of the file.
    Banner,
    /// The keys of a JSON document, or the root of an XML document.
    Shape,
    /// How every line begins.
    Prefix,
    /// What every line is made of, or the names of columns.
    Columns,
    /// How many values on the lines can be read.
    Votes,
}

impl Tier {
    const ALL: [Tier; 5] = [Tier::Banner, Tier::Shape, Tier::Prefix, Tier::Columns, Tier::Votes];
}

/// The start of a feed.
pub(super) struct Head<'h> {
    /// Decoded but for lines in Latin-1, and cut after a line if there is one.
    text: &'h [u8],
    /// The lines of the text.
    lines: Vec<Cow<'h, str>>,
    shape: OnceCell<Option<Shape>>,
}

impl<'h> Head<'h> {
    pub(super) fn new(text: &'h [u8]) -> Self {
        Self { text, lines: input::split(text).collect(), shape: OnceCell::new() }
    }

    /// The text.
    pub(super) fn text(&self) -> &'h [u8] {
        self.text
    }

    /// All lines, trimmed, blank ones and comments too.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.untrimmed().map(input::trim)
    }

    /// All lines with their white space.
    pub(super) fn untrimmed(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| &**line)
    }

    /// The lines that are neither blank nor a comment in some format.
    pub(super) fn data(&self) -> impl Iterator<Item = &str> {
        self.lines().filter(|line| !is_comment(line))
    }

    /// The lines before the first that is no comment, without the signs that make them one.
    pub(super) fn banner(&self) -> impl Iterator<Item = &str> {
        let comments = self.lines().take_while(|line| is_comment(line));
        comments.map(|line| line.trim_start_matches(['#', ';', '!', '/']).trim()).filter(|line| !line.is_empty())
    }

    /// Whether this is an HTML page, such as a server sends in place of the file one asked for.
    fn is_html(&self) -> bool {
        let start = self.text.trim_ascii_start();
        let start = &start[..start.len().min(1024)];
        let holds = |tag: &[u8]| start.windows(tag.len()).any(|window| window.eq_ignore_ascii_case(tag));
        start.starts_with(b"<")
            && [&b"<!doctype html"[..], b"<html", b"<head", b"<title", b"<body"].iter().any(|t| holds(t))
    }

    /// The keys of a JSON text; `None` if it is none.
    pub(super) fn shape(&self) -> Option<&Shape> {
        self.shape.get_or_init(|| Shape::new(self.text)).as_ref()
    }

    /// The name of the root element of an XML text, without its prefix.
    pub(super) fn xml_root(&self) -> Option<&str> {
        let mut rest = str::from_utf8(self.text)
            .unwrap_or_else(|error| str::from_utf8(&self.text[..error.valid_up_to()]).unwrap_or(""));
        loop {
            rest = rest.trim_start().strip_prefix('<')?;
            let end = match rest.as_bytes().first()? {
                b'?' => "?>",
                b'!' if rest.starts_with("!--") => "-->",
                // Definitions of its own stand in brackets.
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

/// What a JSON text holds where, as far as its head tells.
///
/// A path names the keys from the root on: `objects[].type`. A key that is a number is `#`, one that is a UUID `@`.
#[derive(Debug)]
pub(super) struct Shape {
    paths: BTreeMap<String, String>,
    /// Each line is a document.
    pub(super) is_lines: bool,
}

impl Shape {
    /// Documents, and paths, that are looked at.
    const ENOUGH: usize = 4096;
    const DEPTH: usize = 6;

    fn new(text: &[u8]) -> Option<Self> {
        if !matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return None;
        }
        let mut shape = Self { paths: BTreeMap::new(), is_lines: false };
        let mut json = Json::new(Slice::new(text, 1));
        let mut documents = 0;
        while documents < Self::ENOUGH && matches!(json.more(), Ok(true)) {
            documents += 1;
            // The head may end anywhere, which is an error to the parser.
            if shape.walk(&mut json, &mut String::new(), 0).is_err() {
                break;
            }
        }
        shape.is_lines = documents > 1;
        // `[2001:db8::1]` begins like an array, too.
        let is_json =
            shape.paths.iter().any(|(path, text)| !text.is_empty() || path.contains(|c| !matches!(c, '[' | ']')));
        is_json.then_some(shape)
    }

    fn walk(&mut self, json: &mut Json<Slice<'_>>, path: &mut String, depth: usize) -> Result<()> {
        if depth == Self::DEPTH || self.paths.len() > Self::ENOUGH {
            return json.skip();
        }
        let length = path.len();
        let mut text = Text::default();
        match json.kind()? {
            Kind::Object => {
                self.note(path, "");
                json.object()?;
                while json.key(&mut text)? {
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(match text.as_str() {
                        key if is_number(key) => "#",
                        key if is_uuid(key) => "@",
                        key => key,
                    });
                    self.note(path, "");
                    self.walk(json, path, depth + 1)?;
                    path.truncate(length);
                }
            }
            Kind::Array => {
                path.push_str("[]");
                json.array()?;
                while json.item()? {
                    self.walk(json, path, depth + 1)?;
                }
                path.truncate(length);
            }
            kind => {
                let is_text = kind == Kind::Text;
                json.scalar(&mut text)?;
                if depth > 0 {
                    self.note(path, if is_text { text.as_str() } else { "" });
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, path: &str, text: &str) {
        if path.is_empty() {
            return;
        }
        if let Some(known) = self.paths.get_mut(path) {
            if known.is_empty() {
                known.push_str(&text[..floor(text, 80)]);
            }
        } else {
            self.paths.insert(path.to_owned(), text[..floor(text, 80)].to_owned());
        }
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    pub(super) fn has_all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    /// The first string at a path; empty if there is none.
    pub(super) fn text(&self, path: &str) -> &str {
        self.paths.get(path).map_or("", |text| text)
    }

    /// The paths behind a prefix.
    pub(super) fn members<'s>(&'s self, prefix: &str) -> impl Iterator<Item = &'s str> {
        self.paths.keys().filter_map(move |path| path.strip_prefix(prefix))
    }

    /// The keys of the outermost object.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.paths.keys().map(String::as_str).filter(|path| !path.contains(['.', '[']))
    }
}

/// The last place up to `length` where a character begins.
pub(super) fn floor(text: &str, length: usize) -> usize {
    let mut cut = length.min(text.len());
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    cut
}

fn is_number(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_uuid(key: &str) -> bool {
    key.len() == 36
        && key.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The data lines of a head, by how a format takes them.
#[derive(Debug, Default)]
pub(super) struct Votes {
    taken: u32,
    /// Meant for this format, but malformed.
    shaped: u32,
    foreign: u32,
}

impl Votes {
    pub(super) fn add(&mut self, result: Result<(), Reject>) {
        match result {
            // The policy may ask for them.
            Ok(()) | Err(Reject::PathPattern) => self.taken += 1,
            Err(reason) if is_shaped(reason) => self.shaped += 1,
            Err(_) => self.foreign += 1,
        }
    }

    /// Counts a line that is of the format, or of another.
    pub(super) fn line(&mut self, is_taken: bool) {
        if is_taken {
            self.taken += 1;
        } else {
            self.foreign += 1;
        }
    }

    /// How many of a hundred data lines are of the format.
    ///
    /// Malformed values count neither for nor against it, unless they are more than the good ones. A short list is not
    /// given up for a slip or two: the first two foreign lines do not count while at least as many are taken.
    pub(super) fn certainty(&self) -> u8 {
        let Self { taken, shaped, foreign } = *self;
        if taken == 0 || taken < shaped {
            return 0;
        }
        let foreign = if foreign <= taken { foreign.saturating_sub(2) } else { foreign };
        (u64::from(taken) * 100 / (u64::from(taken) + u64::from(foreign))) as u8
    }
}

/// Whether a value rejected for this reason was meant as one, but is malformed.
pub(super) fn is_shaped(reason: Reject) -> bool {
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

/// What was found out before the first line is read.
pub(super) struct Found {
    pub(super) format: Format,
    /// The hosts of the pages that the head names in its first comments.
    pub(super) home_pages: Vec<String>,
}

pub(super) fn empty(lines: &Lines<'_>) -> Error {
    Error::feed(lines.path(), "empty feed: no data line in it")
}

/// The format of what is to come; `named`, if that is given and the feed is no HTML page.
pub(super) fn recognise(lines: &mut Lines<'_>, named: Option<Format>) -> Result<Found> {
    // Comments do not count, so a long banner is followed by more.
    let mut wanted = SNIFF;
    let (cut, is_empty) = loop {
        let (text, ended) = lines.peek(wanted)?;
        // What is behind the last line end is a part of a line.
        let cut = if ended { text.len() } else { memchr::memrchr2(b'\n', b'\r', text).map_or(text.len(), |at| at + 1) };
        let lines = input::split(&text[..cut]);
        let data: usize = lines.map(|line| data_length(&line)).sum();
        if ended || data >= SNIFF / 2 || wanted >= MAX_FEED_LINE {
            break (cut, data == 0 && ended);
        }
        wanted *= 2;
    };
    let head = Head::new(&lines.peek(0)?.0[..cut]);
    let result = match named {
        _ if head.is_html() => Err("an HTML page and no feed, perhaps the error page of a download".to_owned()),
        Some(format) => Ok(Some(format)),
        None if is_empty => Ok(None),
        None => vote(&head).map(Some),
    };
    let home_pages = home_pages(&head);
    match result {
        Ok(Some(format)) => Ok(Found { format, home_pages }),
        Ok(None) => Err(empty(lines)),
        Err(reason) => Err(Error::feed(lines.path(), reason)),
    }
}

/// How much a line adds to the data of a head.
fn data_length(line: &str) -> usize {
    let line = input::trim(line);
    if is_comment(line) { 0 } else { line.len() }
}

/// The one format that is certain; else a sentence that lists the candidates.
fn vote(head: &Head<'_>) -> Result<Format, String> {
    let mut votes = Vec::new();
    for tier in Tier::ALL {
        let of_tier = Format::ALL.iter().copied().filter(|format| format.tier() == tier);
        votes.extend(of_tier.map(|format| (format.certainty(head), format)));
        let mut certain = votes.iter().filter(|(certainty, _)| *certainty >= CERTAINTY);
        match (certain.next(), certain.next()) {
            (Some(&(_, format)), None) => return Ok(format),
            (Some(_), Some(_)) => break,
            (None, _) => {}
        }
    }
    votes.retain(|&(certainty, _)| certainty > 0);
    votes.sort_by_key(|&(certainty, _)| std::cmp::Reverse(certainty));
    let candidates = match votes[..] {
        [] => "no format is a candidate".to_owned(),
        _ => {
            let votes: Vec<_> = votes.iter().map(|(certainty, format)| format!("{format} {certainty} %")).collect();
            format!("candidates are {}, and {CERTAINTY} % is needed of one alone", votes.join(", "))
        }
    };
    Err(format!("format not recognised: {candidates}; name the format if you know it (known: {})", known()))
}

/// The hosts of URLs in the comments that a feed begins with.
fn home_pages(head: &Head<'_>) -> Vec<String> {
    /// Banners run to 40 lines; references to single entries follow further on.
    const LINES: usize = 40;
    const PAGES: usize = 8;
    let mut hosts: Vec<String> = Vec::new();
    for line in head.banner().take(LINES) {
        for (at, _) in line.match_indices("://") {
            let rest = &line[at + 3..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c))).unwrap_or(rest.len());
            let host = rest[..end].trim_matches(['.', '-']).to_ascii_lowercase();
            if host.contains('.') && !hosts.contains(&host) && hosts.len() < PAGES {
                hosts.push(host);
            }
        }
    }
    hosts
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

    #[test]
    fn pages_of_the_head() {
        let list = "# Home: https://lists.example/about and http://Mirror.example.\n\n; see https://lists.example\nevil.test\n# https://late.example/\n";
        assert_eq!(home_pages(&head(list)), ["lists.example", "mirror.example"]);
        assert_eq!(home_pages(&head("evil.test\n")), [""; 0]);
    }
}
