//! Spamhaus DROP as text (<https://www.spamhaus.org/drop/>).
//!
//! ```text
//! ; Spamhaus DROP List …
//! 192.0.2.0/24 ; SBL1
//! ```

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::{each_entry, split_comment};
use crate::feed::syntax::out::put;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Feed, RecordSink, Scope};
use crate::input::Lines;

pub(crate) struct Drop;

impl FeedReader for Drop {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_drop = |line: &str| line.starts_with("Spamhaus") && line.contains("DROP");
        if head.lines().next().is_some_and(|line| line.starts_with(';')) && head.banner().take(3).any(is_drop) {
            100
        } else {
            0
        }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        each_entry(lines, sink, |line, sink| {
            let (net, comment) = split_comment(line.text);
            put(sink, line.number, net, value::classify(net, &rules), |record| {
                record.attributes.reference =
                    comment.filter(|text| !text.is_empty()).map(|text| text.to_owned().into());
            });
        })
    }
}
