//! Tor exit nodes, as the directory lists them (<https://check.torproject.org/exit-addresses>).
//!
//! ```text
//! ExitNode 0011223344556677889900112233445566778899
//! Published 2026-05-01 12:00:00
//! LastStatus 2026-05-01 13:00:00
//! ExitAddress 192.0.2.1 2026-05-01 13:10:00
//! ```
//!
//! The exit addresses are the entries, last seen at the time after each. The other dates concern the relay and are ignored.

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Feed, RecordSink, Reject, Rejection, Scope};
use crate::input::Lines;

pub(crate) struct Tor;

impl FeedReader for Tor {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        if head.data().next().is_some_and(|line| line.starts_with("ExitNode ")) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        let mut node = String::new();
        each_entry(lines, sink, |line, sink| match line.text.split_once(' ') {
            Some(("ExitNode", id)) => {
                node.clear();
                node.push_str(id.trim());
            }
            Some(("Published" | "LastStatus", _)) => {}
            Some(("ExitAddress", rest)) => {
                let (address, seen) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
                let last_seen = out::date(seen, line.number, sink);
                put(sink, line.number, address, value::classify(address, &rules), |record| {
                    record.attributes.tags.push("tor".into());
                    record.attributes.last_seen = last_seen;
                    record.attributes.id = (!node.is_empty()).then(|| node.clone().into());
                });
            }
            _ => sink.reject(Rejection::new(line.number, line.text, Reject::Malformed)),
        })
    }
}
