//! Address sets of FireHOL (<https://iplists.firehol.org/>): plain lists with a descriptive header.
//!
//! ```text
//! #
//! # made_up
//! #
//! # ipv4 hash:net ipset
//! #
//! # Category        : attacks
//! #
//! 192.0.2.0/24
//! ```
//!
//! The category becomes a tag.

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::{each_line, is_blank_or_comment};
use crate::feed::syntax::out::put;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Feed, RecordSink, Scope};
use crate::input::Lines;

pub(crate) struct FireHol;

impl FeedReader for FireHol {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_kind = |line: &str| {
            let mut words = line.split_whitespace();
            matches!(words.next(), Some("ipv4" | "ipv6"))
                && words.next().is_some_and(|word| word.starts_with("hash:"))
                && words.next() == Some("ipset")
        };
        if head.banner().take(20).any(is_kind) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        let mut category: Option<String> = None;
        each_line(lines, sink, |line, sink| {
            if let Some(comment) = line.text.strip_prefix('#') {
                if let Some((key, value)) = comment.split_once(':')
                    && key.trim() == "Category"
                {
                    category = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
                }
                return;
            }
            if is_blank_or_comment(line.text) {
                return;
            }
            put(sink, line.number, line.text, value::classify(line.text, &rules), |record| {
                record.attributes.tags.extend(category.clone().map(Into::into));
            });
        })
    }
}
