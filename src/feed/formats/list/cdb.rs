//! Sources of CDB lists for Wazuh and OSSEC: a key, a colon, and an optional note
//! (<https://documentation.wazuh.com/current/user-manual/ruleset/cdb-list.html>).
//!
//! ```text
//! 192.0.2.1:
//! evil.test:examplebot
//! 198.51.100.:a prefix, up to the last dot
//! "2001:db8::1":a key with colons stands in quotes
//! ```
//!
//! The note becomes the description. A number after the colon is also a note, because a key cannot hold a port.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::put;
use crate::feed::syntax::text;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Feed, RecordSink, Reject, Rejection, Scope};
use crate::input::Lines;

pub(crate) struct Cdb;

impl FeedReader for Cdb {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let rules = Rules::new(&Feed::new(""), Scope::Exact);
        let mut votes = Votes::default();
        for line in head.data() {
            let Some((key, note)) = parse(line) else {
                votes.line(false);
                continue;
            };
            // If the note is a number, the line could equally be an address with a port.
            let is_number = !note.is_empty() && note.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number || line.starts_with('"') {
                votes.add(read(key, &rules).map(|_| ()));
            }
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Exact);
        each_entry(lines, sink, |line, sink| {
            let Some((key, note)) = parse(line.text) else {
                return sink.reject(Rejection::new(line.number, line.text, Reject::Malformed));
            };
            put(sink, line.number, key, read(key, &rules), |record| {
                record.attributes.description = text::some(note).map(|note| note.to_owned().into());
            });
        })
    }
}

/// Splits a line into key and note.
fn parse(line: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = line.strip_prefix('"') {
        let (key, rest) = quoted.split_once('"')?;
        return rest.trim_start().strip_prefix(':').map(|note| (key, unquoted(note)));
    }
    line.split_once(':').map(|(key, note)| (key.trim(), unquoted(note)))
}

fn unquoted(note: &str) -> &str {
    let note = note.trim();
    note.strip_prefix('"').and_then(|note| note.strip_suffix('"')).unwrap_or(note)
}

/// Reads a key. Octets that end in a dot are a prefix.
fn read(key: &str, rules: &Rules) -> Result<Value, Reject> {
    if let Some(octets) = key.strip_suffix('.')
        && octets.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        let count = octets.split('.').count();
        if count < 4 {
            let zeros = ".0".repeat(4 - count);
            return value::classify(&format!("{octets}{zeros}/{}", count * 8), rules);
        }
    }
    value::classify(key, rules)
}
