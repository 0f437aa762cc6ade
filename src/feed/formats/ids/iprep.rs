//! Reputation lists of Suricata (<https://docs.suricata.io/en/latest/reputation/ipreputation/ip-reputation-format.html>).
//!
//! ```text
//! # address or prefix, category, score from 0 to 127
//! 192.0.2.1,1,100
//! 2001:db8::/32,2,20
//! ```
//!
//! The categories are defined in another file, so the tag is the category's number.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::put;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Feed, Indicator, RecordSink, Reject, Rejection, Scope};
use crate::input::Lines;

pub(crate) struct Iprep;

impl FeedReader for Iprep {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        let mut votes = Votes::default();
        for line in head.data() {
            votes.add(match parse(line) {
                Some((address, ..)) => read(address, &rules).map(|_| ()),
                None => Err(Reject::Unrecognised),
            });
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        each_entry(lines, sink, |line, sink| match parse(line.text) {
            Some((address, category, score)) => {
                put(sink, line.number, address, read(address, &rules), |record| {
                    record.attributes.tags.push(format!("category:{category}").into());
                    record.attributes.score = Some(score.into());
                });
            }
            None => sink.reject(Rejection::new(line.number, line.text, Reject::Malformed)),
        })
    }
}

fn parse(line: &str) -> Option<(&str, u8, u8)> {
    let mut cells = line.split(',').map(str::trim);
    let address = cells.next()?;
    let category = cells.next()?.parse().ok()?;
    let score = cells.next()?.parse().ok().filter(|score| *score <= 127)?;
    cells.next().is_none().then_some((address, category, score))
}

fn read(address: &str, rules: &Rules) -> Result<Value, Reject> {
    let value = value::classify(address, rules)?;
    if matches!(value.indicator, Indicator::Ip { port: None, .. }) { Ok(value) } else { Err(Reject::BadAddress) }
}
