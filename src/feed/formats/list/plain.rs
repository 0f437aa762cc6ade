//! Plain lists: one value per line, of any kind.
//!
//! ```text
//! # a comment; so are lines that begin with `;` or with `//` and a blank
//! 192.0.2.1               a value
//! 192.0.2.2       10      a second column that is a number is the score
//! 192.0.2.4 - 192.0.2.9   a range; `to` and `through` may replace the dash
//! 192.0.2.1:8000-8010     each of these ports
//! evil.test  seen twice   another second column is the description
//! evil.test # panel       so is an inline comment: `#` or `;` after white space
//! ```
//!
//! White space separates columns. A line of several words is taken for a sentence and rejected as a whole if its first
//! word is a name followed by a single blank: `example.com publishes this list`. Addresses and URLs are taken whatever
//! follows them, and names if a TAB, two blanks or a `-` sets the text apart. Further values on a line are not read, but
//! each causes a warning. Quotes, bullets and arrows before or around a value are not part of it.
//!
//! Lines with another meaning are also rejected as a whole, rather than half read: a hosts file's sink address followed
//! by a name, two addresses side by side, and zone records.

use crate::error::Result;
use crate::feed::head::{Head, Votes, is_shaped};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::decoration::{is_bullet, is_dash, undecorated};
use crate::feed::syntax::lines::{is_blank_or_comment, split_comment};
use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::others;
use crate::feed::syntax::out;
use crate::feed::syntax::sinks::{is_hosts_file, is_sink};
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Feed, Indicator, Record, RecordSink, Reject, Rejection, Scope, Warning, WarningKind};
use crate::input::Lines;
use crate::value::ip;

pub(crate) struct Plain;

impl FeedReader for Plain {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        let mut votes = Votes::default();
        let (mut lines, mut sinks) = (0_u32, 0_u32);
        for line in head.lines() {
            let Some(listing) = parse(line) else { continue };
            lines += 1;
            sinks +=
                u32::from(listing.text.is_some() && matches!(listing.classify(&rules), Err((_, Reject::SinkAddress))));
            votes.add(match listing.classify(&rules) {
                // A URL may contain commas, but if most lines do, the commas separate columns.
                Ok(_) if listing.value.contains([',', ';', '|', '"']) => Err(Reject::Unrecognised),
                Ok(_) => Ok(()),
                Err((_, reason)) => Err(reason),
            });
        }
        // A hosts file may also hold bare names.
        if is_hosts_file(sinks, lines) { votes.certainty().min(50) } else { votes.certainty() }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        while let Some(line) = lines.next()? {
            if line.too_long {
                sink.reject(Rejection::new(line.number, line.text, Reject::TooLong));
                continue;
            }
            let Some(listing) = parse(line.text) else { continue };
            match listing.classify(&rules) {
                Ok(value) => {
                    let is_url = matches!(value.indicator, Indicator::Url { .. });
                    let mut record = Record::new(value.indicator, line.number, listing.value);
                    record.attributes.score = listing.score;
                    record.attributes.description = listing.text.map(Into::into);
                    sink.record(record);
                    if let Some(note) = value.note {
                        sink.warn(Warning::new(line.number, listing.value, note));
                    }
                    if is_url && value.note != Some(WarningKind::SecondValue) {
                        others::warn(listing.after_separator(), line.number, &rules, sink);
                    }
                    others::warn(listing.rest, line.number, &rules, sink);
                }
                Err((text, reason)) => match listing.several(&rules) {
                    Some(values) => {
                        for value in out::each(values) {
                            out::put(sink, line.number, listing.value, value, |record| {
                                record.attributes.score = listing.score;
                                record.attributes.description = listing.text.map(Into::into);
                            });
                        }
                        others::warn(listing.rest, line.number, &rules, sink);
                    }
                    None => sink.reject(Rejection::new(line.number, text, reason)),
                },
            }
        }
        Ok(())
    }
}

/// A line that is neither blank nor a comment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Listing<'l> {
    /// The line without an inline comment.
    line: &'l str,
    value: &'l str,
    /// The value is a range with blanks around its `-`.
    range: bool,
    score: Option<f64>,
    /// The rest of the line.
    text: Option<&'l str>,
    /// The rest of the line without a comment.
    rest: &'l str,
    /// The text continues from the value like a sentence.
    sentence: bool,
    /// The line has a column of text, not just a comment.
    column: bool,
}

impl<'l> Listing<'l> {
    /// Reads the value. Fails with the text at fault and the reason.
    fn classify(&self, rules: &Rules) -> Result<Value, (&'l str, Reject)> {
        if self.range {
            let mut ends = self.value.split_whitespace();
            let (first, last) = (ends.next().unwrap_or(""), ends.next_back().unwrap_or(""));
            return value::classify_range(&format!("{first}-{last}")).map_err(|reason| (self.value, reason));
        }
        match value::classify(self.value, rules) {
            Ok(value) => match value.indicator {
                Indicator::Ip { net, port: None } if self.column && is_sink(&net) => {
                    Err((self.line, Reject::SinkAddress))
                }
                _ if self.column && self.is_other_format() => Err((self.line, Reject::Unrecognised)),
                Indicator::Domain { .. } | Indicator::Pattern(_) if self.sentence => {
                    Err((self.line, Reject::Unrecognised))
                }
                Indicator::Url { .. } if self.sentence && !self.value.contains(':') => {
                    Err((self.line, Reject::Unrecognised))
                }
                _ => Ok(value),
            },
            Err(Reject::PathPattern) if self.sentence => Err((self.line, Reject::PathPattern)),
            Err(reason) if self.sentence && !is_shaped(reason) => Err((self.line, Reject::Unrecognised)),
            Err(reason) => Err((self.value, reason)),
        }
    }

    /// The values of a host with several ports.
    fn several(&self, rules: &Rules) -> Option<Result<Vec<Value>, Reject>> {
        if self.range || self.sentence {
            return None;
        }
        listed::read_several(Listed::Any, self.value, rules)
    }

    /// The path of a URL from the first separator on, after which a container may hold other values.
    fn after_separator(&self) -> &'l str {
        let path = &self.value[..self.value.find(['?', '#']).unwrap_or(self.value.len())];
        path.find([',', ';', '|']).map_or("", |at| &path[at..])
    }

    /// Returns true if the text column shows that the line has another format.
    fn is_other_format(&self) -> bool {
        let text = self.text.unwrap_or("");
        let word = split_word(text).map_or(text, |(word, _)| word);
        // The length of a prefix or a port that a blank sets apart: `192.0.2.0 /24`, `192.0.2.0 / 24`, `evil.test :80`.
        let digits = text.strip_prefix(['/', ':']).map_or("", str::trim_start);
        let digits = split_word(digits).map_or(digits, |(word, _)| word);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // The end of a range, as in DShield's list, or a DNS class or type.
        let is_other = || {
            ip::parse_addr(word.as_bytes()).is_ok()
                || ["IN", "CNAME"].iter().any(|other| word.eq_ignore_ascii_case(other))
        };
        is_number || is_other()
    }
}

/// Parses a trimmed line; `None` if it is blank or a comment.
fn parse(line: &str) -> Option<Listing<'_>> {
    if is_blank_or_comment(line) {
        return None;
    }
    // A bullet is not a value, but a value follows it.
    let line = match split_word(line) {
        Some((bullet, rest)) if is_bullet(bullet) && !rest.is_empty() => rest,
        _ => line,
    };
    let Some((value, rest)) = split_value(line) else {
        let (range, score, text, sentence, column) = (false, None, None, false, false);
        return Some(Listing { line, value: undecorated(line), range, score, text, rest: "", sentence, column });
    };
    let word = value;
    let (body, comment) = split_comment(line);
    let mut listing =
        Listing { line: body, value, range: false, score: None, text: None, rest: "", sentence: false, column: false };
    // True if more than a single blank separates the value from the text.
    let mut apart = is_apart(&line[word.len()..]);
    listing.value = undecorated(word);
    let mut rest = body.get(line.len() - rest.len()..).unwrap_or("");

    let dash = strip_dash(rest);
    if let Some(after) = dash.or_else(|| strip_range_word(rest)) {
        let end = split_word(after).map_or(after, |(word, _)| word);
        // `192.0.2.1 - 9` may be a range or an address with a score, and is rejected.
        let is_short = dash.is_some() && after == end && end.len() < 4 && end.bytes().all(|b| b.is_ascii_digit());
        if looks_like_address(value) && (looks_like_address(end) || is_short) {
            listing.range = true;
            listing.value = &line[..offset(line, end) + end.len()];
            rest = after[end.len()..].trim_start();
            apart = true;
        } else if dash.is_some() {
            rest = after;
            apart = true;
        }
    }
    let (word, after) = split_word(rest).unwrap_or((rest, ""));
    if let Some(score) = number(word) {
        listing.score = Some(score);
        rest = after;
        apart = true;
    }
    if rest.is_empty() {
        listing.text = comment.filter(|text| !text.is_empty());
        return Some(listing);
    }
    listing.column = true;
    listing.rest = rest;
    // A path may contain blanks, and which of them belong to it cannot be known.
    listing.sentence = !apart && (split_word(rest).is_some() || value.starts_with('/'));
    // Any comment is included, so that the text is complete.
    listing.text = Some(&line[offset(line, rest)..]);
    Some(listing)
}

/// The offset of `part`, which is a slice of `line`, within `line`.
fn offset(line: &str, part: &str) -> usize {
    part.as_ptr().addr() - line.as_ptr().addr()
}

/// Splits off the first word and the white space after it; `None` if there is only one word.
fn split_word(text: &str) -> Option<(&str, &str)> {
    // Fast path: most lines are a single ASCII word, which needs no decoding.
    let start = text.bytes().position(|byte| byte <= b' ' || byte >= 0x80)?;
    let end = start + text[start..].find(char::is_whitespace)?;
    Some((&text[..end], text[end..].trim_start()))
}

/// Like [`split_word`], but blanks within the quoted local part of a mail address do not end the word.
fn split_value(line: &str) -> Option<(&str, &str)> {
    let local =
        line.strip_prefix('"').and_then(|inner| inner.split_once('"')).filter(|(_, behind)| behind.starts_with('@'));
    let quoted = local.map_or(0, |(_, behind)| line.len() - behind.len());
    split_word(&line[quoted..]).map(|(word, rest)| (&line[..quoted + word.len()], rest))
}

/// Returns true if `text` begins with a TAB, or with at least two white-space characters.
fn is_apart(text: &str) -> bool {
    let mut blanks = text.chars().take_while(|c| c.is_whitespace());
    blanks.next() == Some('\t') || blanks.next().is_some()
}

/// The text after a lone dash at the start of `text`.
fn strip_dash(text: &str) -> Option<&str> {
    match split_word(text) {
        Some((dash, after)) if dash == "-" || dash.chars().all(is_dash) => Some(after),
        _ => None,
    }
}

/// The text after a word that joins the two ends of a range.
fn strip_range_word(text: &str) -> Option<&str> {
    let (word, after) = split_word(text)?;
    ["to", "through", "thru"].iter().any(|joint| word.eq_ignore_ascii_case(joint)).then_some(after)
}

/// Returns true if a value, defanged or not, could be one end of a range.
fn looks_like_address(value: &str) -> bool {
    value.contains(['.', ':']) && value.bytes().all(|b| b.is_ascii_hexdigit() || b".:[]()".contains(&b))
}

/// Parses a decimal number.
fn number(word: &str) -> Option<f64> {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.len() <= 32;
    // `.` and `1.2.3` are left for the parser to refuse.
    if plain && digits.starts_with(|c: char| c.is_ascii_digit()) { word.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Value, score and text; and true if the text reads like a sentence.
    type Parts<'l> = (&'l str, Option<f64>, &'l str, bool);

    #[test]
    fn lines() {
        let cases: &[(&str, Option<Parts<'_>>)] = &[
            ("", None),
            ("# a comment", None),
            ("#D dead.example", None),
            ("; a comment", None),
            ("//", None),
            ("// a comment", None),
            ("//evil.test/a", Some(("//evil.test/a", None, "", false))),
            ("evil.test", Some(("evil.test", None, "", false))),
            ("evil.test#a", Some(("evil.test#a", None, "", false))),
            ("evil.test # panel # 2", Some(("evil.test", None, "panel # 2", false))),
            ("evil.test\t; SBL1", Some(("evil.test", None, "SBL1", false))),
            ("evil.test #", Some(("evil.test", None, "", false))),
            ("evil.test ;x#", Some(("evil.test", None, "x#", false))),
            ("192.0.2.1\t10", Some(("192.0.2.1", Some(10.0), "", false))),
            ("192.0.2.1 -0.5 seen twice", Some(("192.0.2.1", Some(-0.5), "seen twice", false))),
            ("192.0.2.1 10 # note", Some(("192.0.2.1", Some(10.0), "note", false))),
            ("192.0.2.1 1.2.3", Some(("192.0.2.1", None, "1.2.3", false))),
            ("192.0.2.1 inf", Some(("192.0.2.1", None, "inf", false))),
            ("192.0.2.1 .", Some(("192.0.2.1", None, ".", false))),
            ("evil.test phishing", Some(("evil.test", None, "phishing", false))),
            ("evil.test phishing # note", Some(("evil.test", None, "phishing # note", false))),
            ("evil.test\tphishing kit", Some(("evil.test", None, "phishing kit", false))),
            ("evil.test  phishing kit", Some(("evil.test", None, "phishing kit", false))),
            ("evil.test - phishing kit", Some(("evil.test", None, "phishing kit", false))),
            ("evil.test is our home", Some(("evil.test", None, "is our home", true))),
            ("evil.test\u{a0}is our home", Some(("evil.test", None, "is our home", true))),
            ("/a b.apk", Some(("/a", None, "b.apk", true))),
            ("192.0.2.1 - 192.0.2.9", Some(("192.0.2.1 - 192.0.2.9", None, "", false))),
            ("192.0.2.1 - 192.0.2[.]9 3", Some(("192.0.2.1 - 192.0.2[.]9", Some(3.0), "", false))),
            ("192.0.2.1 - 192.0.2.9 # x", Some(("192.0.2.1 - 192.0.2.9", None, "x", false))),
            ("192.0.2.1 to 192.0.2.9", Some(("192.0.2.1 to 192.0.2.9", None, "", false))),
            ("192.0.2.1 to be blocked", Some(("192.0.2.1", None, "to be blocked", true))),
            ("192.0.2.1 - 9", Some(("192.0.2.1 - 9", None, "", false))),
            ("192.0.2.1 - 9 times", Some(("192.0.2.1", Some(9.0), "times", false))),
            ("192.0.2.1 - a scanner", Some(("192.0.2.1", None, "a scanner", false))),
            ("192.0.2.1 -", Some(("192.0.2.1", None, "-", false))),
            ("\"j d\"@evil.test", Some(("\"j d\"@evil.test", None, "", false))),
            ("\"j d\"@evil.test  seen # x", Some(("\"j d\"@evil.test", None, "seen # x", false))),
            ("\"evil.test\" \"a\"@evil.test", Some(("evil.test", None, "\"a\"@evil.test", false))),
            ("\"evil.test is\" ours", Some(("\"evil.test", None, "is\" ours", true))),
        ];
        for &(line, expected) in cases {
            let read = parse(line).map(|l| (l.value, l.score, l.text.unwrap_or(""), l.sentence));
            assert_eq!(read, expected, "{line}");
        }
    }
}
