//! Address filters of eMule (`ipfilter.dat`).
//!
//! ```text
//! # first and last address, level, what it is
//! 192.000.002.000 - 192.000.002.255 , 000 , made up
//! 198.51.100.0 , 198.51.100.255 , 100 , another separator
//! ```
//!
//! If only commas separate the fields, two addresses form a range only if a level follows: a table may also hold two
//! addresses in a row.
//!
//! Ranges with a level below 127, or without one, are blocked; higher levels permit, so those ranges are skipped.
//! Octets are decimal, even with leading zeros. The text becomes a tag.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::{octets, text, value};
use crate::indicator::{Construct, Feed, RecordSink, Reject, Rejection};
use crate::input::Lines;

pub(crate) struct EMule;

impl FeedReader for EMule {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        for (at, line) in head.data().enumerate() {
            // Words in the first row are the header of a table.
            if at == 0 && parse(line).is_none() && line.contains(',') {
                return 0;
            }
            votes.add(match parse(line) {
                Some(entry) => value::classify_range(&entry.range()).map(|_| ()),
                None => Err(Reject::Unrecognised),
            });
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, _: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        each_entry(lines, sink, |line, sink| {
            let Some(entry) = parse(line.text) else {
                return sink.reject(Rejection::new(line.number, line.text, Reject::Malformed));
            };
            if entry.level >= 127 {
                return out::skip(sink, line.number, line.text, Construct::OtherAction);
            }
            put(sink, line.number, entry.listed, value::classify_range(&entry.range()), |record| {
                record.attributes.tags.extend(text::some(entry.text).map(|text| text.to_owned().into()));
            });
        })
    }
}

struct ListedRange<'l> {
    listed: &'l str,
    first: &'l str,
    last: &'l str,
    level: u16,
    text: &'l str,
}

impl ListedRange<'_> {
    fn range(&self) -> String {
        format!("{}-{}", octets::without_zeros(self.first), octets::without_zeros(self.last))
    }
}

fn parse(line: &str) -> Option<ListedRange<'_>> {
    let is_address = |text: &str| {
        text.bytes().filter(|&byte| byte == b'.').count() == 3
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let (head, tail) = line.split_once(',')?;
    let (first, last, listed, rest, is_sure) = match head.split_once('-') {
        Some((first, last)) => (first.trim(), last.trim(), head.trim(), tail, true),
        None => {
            let (last, rest) = tail.split_once(',').unwrap_or((tail, ""));
            (head.trim(), last.trim(), line[..line.len() - rest.len()].trim_end_matches([',', ' ']), rest, false)
        }
    };
    if !is_address(first) || !is_address(last) {
        return None;
    }
    let (level, text) = rest.split_once(',').unwrap_or((rest, ""));
    // If the level is missing, the text comes first.
    Some(match level.trim().parse() {
        Ok(level) => ListedRange { listed, first, last, level, text: text.trim() },
        Err(_) if !is_sure => return None,
        Err(_) => ListedRange { listed, first, last, level: 0, text: rest.trim() },
    })
}
