//! Lists of `*.evil.test` and `.evil.test`, as DNS servers and proxies read them.
//!
//! Each entry covers the name and all names under it, unless the feed's policy sets another scope. Lines are read like
//! those of a plain list; the format is recognised by values that begin this way.

use crate::error::Result;
use crate::feed::formats::list::plain;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::indicator::{Feed, RecordSink};
use crate::input::Lines;

pub(crate) struct Wildcard;

impl FeedReader for Wildcard {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        for line in head.data() {
            let name = line.strip_prefix("*.").or_else(|| line.strip_prefix('.')).unwrap_or("");
            votes.line(
                name.starts_with(|c: char| c.is_alphanumeric() || c == '_') && !name.contains([',', '/', '"', ';']),
            );
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        plain::Plain.read(lines, feed, sink)
    }
}
