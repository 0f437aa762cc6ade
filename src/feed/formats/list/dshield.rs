//! DShield's list of networks (<https://feeds.dshield.org/block.txt>).
//!
//! ```text
//! Start    End    Netmask    Attacks    Name    Country    email
//! 192.0.2.0    192.0.2.255    24    100    EXAMPLE    AA    abuse@isp.example
//! ```
//!
//! Each entry is the range from start to end. Octets are decimal, even with leading zeros.

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::put;
use crate::feed::syntax::{octets, text, value};
use crate::indicator::{Feed, RecordSink, Reject, Rejection};
use crate::input::Lines;

pub(crate) struct DShield;

impl FeedReader for DShield {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        if head.lines().take(100).any(is_header) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, _: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        each_entry(lines, sink, |line, sink| {
            if is_header(line.text) {
                return;
            }
            let mut cells = line.text.split('\t').map(str::trim);
            let (Some(start), Some(end)) = (cells.next(), cells.next()) else {
                return sink.reject(Rejection::new(line.number, line.text, Reject::Malformed));
            };
            let range = format!("{}-{}", octets::without_zeros(start), octets::without_zeros(end));
            let mut rest = cells.skip(1);
            let attacks = rest.next().and_then(text::number);
            let about: Vec<&str> = rest.filter_map(text::some).collect();
            let shown = line.text[..line.text.find(end).map_or(line.text.len(), |at| at + end.len())].trim();
            put(sink, line.number, shown, value::classify_range(&range), |record| {
                record.attributes.score = attacks;
                record.attributes.description = (!about.is_empty()).then(|| about.join(", ").into());
            });
        })
    }
}

fn is_header(line: &str) -> bool {
    let mut cells = line.trim_start_matches('#').trim().split('\t').map(str::trim);
    cells.next() == Some("Start") && cells.next() == Some("End")
}
