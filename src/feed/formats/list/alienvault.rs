//! AlienVault's reputation list.
//!
//! ```text
//! # address, reliability, risk, kinds, country, city, place, number
//! 192.0.2.1#4#2#Malicious Host;Scanning Host#AA#Somewhere#37.5,126.9#3
//! ```
//!
//! The reliability becomes the score, and the kinds become tags.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::out::put;
use crate::feed::syntax::text;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Feed, RecordSink, Reject, Rejection, Scope};
use crate::input::Lines;

pub(crate) struct AlienVault;

const COLUMNS: usize = 8;

impl FeedReader for AlienVault {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        let mut votes = Votes::default();
        for line in head.data() {
            let address = line.split('#').next().unwrap_or("");
            votes.add(if line.split('#').count() == COLUMNS {
                value::classify(address, &rules).map(|_| ())
            } else {
                Err(Reject::Unrecognised)
            });
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        each_entry(lines, sink, |line, sink| {
            let cells: Vec<&str> = line.text.split('#').map(str::trim).collect();
            let [address, reliability, risk, kinds, country, city, place, _] = cells[..] else {
                return sink.reject(Rejection::new(line.number, line.text, Reject::Malformed));
            };
            put(sink, line.number, address, value::classify(address, &rules), |record| {
                let attributes = &mut record.attributes;
                attributes.score = text::number(reliability);
                attributes.tags.extend(text::tags(kinds).map(|tag| tag.to_owned().into()));
                let about = [("risk", risk), ("country", country), ("city", city), ("place", place)];
                let about: Vec<String> = about
                    .into_iter()
                    .filter_map(|(name, cell)| text::some(cell).map(|cell| format!("{name}: {cell}")))
                    .collect();
                attributes.description = (!about.is_empty()).then(|| about.join("; ").into());
            });
        })
    }
}
