//! String data sets of Suricata, and reputation lists made from them
//! (<https://docs.suricata.io/en/latest/rules/datasets.html>).
//!
//! ```text
//! ZXZpbC50ZXN0
//! LmJhZC5leGFtcGxl,50
//! ```
//!
//! Each line is a value in Base64, optionally followed by a score. A name covers only itself; with a leading dot it
//! covers all names under it.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::put;
use crate::feed::syntax::text;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Feed, RecordSink, Reject, Scope};
use crate::input::Lines;

pub(crate) struct Dataset;

impl FeedReader for Dataset {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let rules = Rules::new(&Feed::new(""), Scope::Exact);
        let mut votes = Votes::default();
        for line in head.data() {
            let (value, score) = parse(line);
            votes.add(match read(value, &rules) {
                Ok(_) if score.is_none_or(|score| text::number(score).is_some()) => Ok(()),
                _ => Err(Reject::Unrecognised),
            });
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Exact);
        each_entry(lines, sink, |line, sink| {
            let (value, score) = parse(line.text);
            put(sink, line.number, value, read(value, &rules), |record| {
                record.attributes.score = score.and_then(text::number);
            });
        })
    }
}

fn parse(line: &str) -> (&str, Option<&str>) {
    match line.split_once(',') {
        Some((value, score)) => (value.trim(), Some(score.trim())),
        None => (line, None),
    }
}

fn read(value: &str, rules: &Rules) -> Result<Value, Reject> {
    let decoded = decode(value).ok_or(Reject::Malformed)?;
    let text = str::from_utf8(&decoded).map_err(|_| Reject::Malformed)?;
    // `echo evil.test | base64` also encodes the line end.
    value::classify(text.trim(), rules)
}

/// Decodes Base64 (RFC 4648 section 4) with optional padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || digits.len() % 4 == 1 || digits.is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64() {
        for (text, expected) in [
            ("Zg==", Some(&b"f"[..])),
            ("Zm8=", Some(b"fo")),
            ("Zm9v", Some(b"foo")),
            ("Zm8", Some(b"fo")),
            ("+/+/", Some(b"\xfb\xff\xbf")),
            ("Z", None),
            ("", None),
            ("====", None),
            ("Zm9v!", None),
            ("Zm=v", None),
        ] {
            assert_eq!(decode(text).as_deref(), expected, "{text}");
        }
    }
}
