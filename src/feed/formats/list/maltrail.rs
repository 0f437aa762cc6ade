//! Static trails of Maltrail (<https://github.com/stamparm/maltrail>).
//!
//! ```text
//! # Copyright (c) … Maltrail developers (…)
//!
//! # Reference: https://ref.example/a-report
//! # Reference: https://ref.example/another
//!
//! evil.test
//! 192.0.2.1:6667
//! http://192.0.2.2
//! bad.example/gate/     # a name with a path
//! /gate.php             # a path on any host: only if the policy asks for it
//! [a-z]{10}\.evil\.test # a regular expression: skipped
//! ```
//!
//! References, even misspelt, apply to the whole group of lines after them. Another comment after a blank line ends
//! their scope. The name of the file gives the family.

use std::borrow::Cow;

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::{each_line, is_blank_or_comment, split_comment};
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::text::floor;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Construct, Feed, Record, RecordSink, Scope};
use crate::input::Lines;

pub(crate) struct Maltrail;

impl FeedReader for Maltrail {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        if head.banner().take(5).any(|line| line.contains("Maltrail developers")) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        /// The most bytes kept of a group's references. Some groups have dozens.
        const MAX_REFERENCE: usize = 512;
        let rules = Rules::new(feed, Scope::Suffix);
        let family = lines.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let mut reference = String::new();
        let mut after_blank = true;
        let mut in_head = false;
        each_line(lines, sink, |line, sink| {
            let text = line.text;
            if text.is_empty() {
                after_blank = true;
                return;
            }
            if let Some(comment) = text.strip_prefix('#') {
                if after_blank && !in_head {
                    reference.clear();
                    in_head = true;
                }
                if let Some(url) = reference_of(comment)
                    && reference.len() < MAX_REFERENCE
                {
                    if !reference.is_empty() {
                        reference.push(' ');
                    }
                    reference.push_str(&url[..floor(url, MAX_REFERENCE)]);
                }
                after_blank = false;
                return;
            }
            after_blank = false;
            in_head = false;
            if is_blank_or_comment(text) {
                return;
            }
            let (value, comment) = split_comment(text);
            if is_regex(value) {
                return out::skip(sink, line.number, value, Construct::Regex);
            }
            put(sink, line.number, value, value::classify(value, &rules), |record: &mut Record<'_>| {
                let attributes = &mut record.attributes;
                attributes.family = family.clone().map(Cow::Owned);
                attributes.reference = (!reference.is_empty()).then(|| Cow::Owned(reference.clone()));
                attributes.description =
                    comment.filter(|text| !text.is_empty()).map(|text| Cow::Owned(text.to_owned()));
            });
        })
    }
}

/// The URL after `Reference:`, or after a misspelling of it.
fn reference_of(comment: &str) -> Option<&str> {
    let (word, rest) = comment.split_once(':')?;
    let word = word.trim().to_ascii_lowercase();
    let is_near =
        word.starts_with("ref") && (4..=11).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    is_near.then_some(rest.trim()).filter(|rest| !rest.is_empty())
}

/// Returns true if a value is a regular expression. Paths and queries share some of its special characters.
fn is_regex(value: &str) -> bool {
    let host = &value[..value.find('/').unwrap_or(value.len())];
    host.contains("\\.") || host.contains(['|', '^', '$', '+']) || host.contains('[') && host.contains('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (comment, expected) in [
            (" Reference: https://ref.example/", Some("https://ref.example/")),
            (" Referecne: https://ref.example/", Some("https://ref.example/")),
            ("Refernce : x", Some("x")),
            (" Reference:", None),
            (" See: https://ref.example/", None),
            (" refused names: 3", None),
            (" https://ref.example/", None),
        ] {
            assert_eq!(reference_of(comment), expected, "{comment}");
        }
    }
}
