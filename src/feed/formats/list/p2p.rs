//! Text lists of PeerGuardian and compatible programs.
//!
//! ```text
//! # a comment
//! A description, which may hold colons: 192.0.2.0-192.0.2.255
//! Also of the other family:2001:db8::-2001:db8::ff
//! ```
//!
//! The range follows the last `:`, or for IPv6 the first `:` whose remainder is a range. The text becomes a tag.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::put;
use crate::feed::syntax::text;
use crate::feed::syntax::value::{self, Value};
use crate::indicator::{Feed, RecordSink, Reject, Rejection};
use crate::input::Lines;

pub(crate) struct P2p;

impl FeedReader for P2p {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        for line in head.data() {
            votes.add(match parse(line) {
                Some((_, _, value)) => value.map(|_| ()),
                None => Err(Reject::Unrecognised),
            });
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, _: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        each_entry(lines, sink, |line, sink| match parse(line.text) {
            Some((text, range, value)) => put(sink, line.number, range, value, |record| {
                record.attributes.tags.extend(text::some(text).map(|text| text.to_owned().into()));
            }),
            None => sink.reject(Rejection::new(line.number, line.text, Reject::Malformed)),
        })
    }
}

/// Splits a line into its text, its range, and the range's value.
fn parse(line: &str) -> Option<(&str, &str, Result<Value, Reject>)> {
    let (text, range) = line.rsplit_once(':')?;
    if let Some((first, last)) = range.split_once('-')
        && first.contains('.')
        && last.contains('.')
    {
        return Some((text.trim(), range.trim(), value::classify_range(range)));
    }
    // An IPv6 range has at most 80 characters, so only the last few colons need to be tried.
    let colons = line.bytes().enumerate().filter(|(at, byte)| *byte == b':' && line.len() - at <= 96).map(|(at, _)| at);
    colons
        .map(|at| (line[..at].trim(), line[at + 1..].trim()))
        .find_map(|(text, range)| value::classify_range(range).ok().map(|value| (text, range, Ok(value))))
}
