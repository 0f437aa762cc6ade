//! Spamhaus DROP as JSON Lines (<https://www.spamhaus.org/drop/drop_v4.json>).
//!
//! ```text
//! {"cidr":"192.0.2.0/24","sblid":"SBL1","rir":"example"}
//! {"type":"metadata","timestamp":1777636800,"size":100,"records":1}
//! ```
//!
//! Its list of autonomous systems (`asndrop.json`) is recognised and skipped, because the names in it are those of the owners.
//!
//! The last line gives the time at which the list was made, when everything on it was last seen. The records wait for
//! it, up to a limit.

use jiff::Timestamp;

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::{Json, Slice, Text};
use crate::feed::syntax::lines::each_line;
use crate::feed::syntax::pending::Pending;
use crate::feed::syntax::shape::Shape;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::feed::syntax::{out, text};
use crate::indicator::{Construct, Feed, Record, RecordSink, Reject, Rejection, Scope, Warning};
use crate::input::Lines;

pub(crate) struct DropJson;

/// The content of a line.
#[derive(Default)]
struct Prefix {
    cidr: Option<String>,
    sbl: Option<String>,
    registry: Option<String>,
    made: Option<Timestamp>,
    is_metadata: bool,
    /// True for an autonomous system.
    is_system: bool,
}

fn parse(line: &str, number: u32) -> Result<Prefix> {
    let mut json = Json::new(Slice::new(line.as_bytes(), number));
    let (mut key, mut value) = (Text::default(), Text::default());
    let mut entry = Prefix::default();
    if json.object()? {
        while json.key(&mut key)? {
            match key.as_str() {
                "cidr" => entry.cidr = json.owned(&mut value)?,
                "sblid" => entry.sbl = json.owned(&mut value)?,
                "asn" => {
                    entry.is_system = true;
                    json.skip()?;
                }
                "rir" => entry.registry = json.owned(&mut value)?,
                "timestamp" => entry.made = json.owned(&mut value)?.as_deref().and_then(text::unix),
                "type" => entry.is_metadata = json.owned(&mut value)?.is_some_and(|kind| kind == "metadata"),
                _ => json.skip()?,
            }
        }
    }
    json.end()?;
    Ok(entry)
}

impl FeedReader for DropJson {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_it = |shape: &Shape| shape.has_all(&["cidr", "sblid"]) || shape.has_all(&["asn", "asname", "rir"]);
        if head.shape().is_some_and(is_it) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        let mut pending = Pending::default();
        let mut made = None;
        each_line(lines, sink, |line, sink| {
            if line.text.is_empty() {
                return;
            }
            let entry = match parse(line.text, line.number) {
                Ok(entry) => entry,
                Err(_) => return sink.reject(Rejection::new(line.number, line.text, Reject::Malformed)),
            };
            made = made.or(entry.made);
            let Some(cidr) = entry.cidr else {
                if entry.is_system {
                    out::skip(sink, line.number, line.text, Construct::OtherKind);
                } else if !entry.is_metadata {
                    sink.reject(Rejection::new(line.number, line.text, Reject::Empty));
                }
                return;
            };
            match value::classify(&cidr, &rules) {
                Ok(Value { indicator, note }) => {
                    let mut record = Record::new(indicator, line.number, cidr.clone());
                    record.attributes.reference = entry.sbl.map(Into::into);
                    record.attributes.description = entry.registry.map(|registry| format!("rir: {registry}").into());
                    pending.push(record);
                    if let Some(note) = note {
                        pending.warn(Warning::new(line.number, cidr, note));
                    }
                }
                Err(reason) => sink.reject(Rejection::new(line.number, cidr, reason)),
            }
            if pending.is_full() {
                pending.flush_early(sink, |record| record.attributes.last_seen = made);
            }
        })?;
        pending.flush(sink, |record| record.attributes.last_seen = made);
        Ok(())
    }
}
