//! The accuracy of a peer's answers, judged by the lines of the labelled log.

use std::collections::BTreeSet;

use netsieve::{Indicator, MatchOptions};

use crate::common::labelled::{Labelled, Recipe, Sighting, Size};
use crate::record::Answers;

/// The log of the comparison: 20,000 indicators, with a listed value or near miss in one line of twenty.
pub fn labelled() -> Labelled {
    Labelled::new(Recipe { lines: 60_000, rate: 50, size: Size { many: 6_000, few: 550 }, patterns: false })
}

/// The lines in which netsieve must report a hit, according to the labels.
pub fn lines(labelled: &Labelled, is_asked_for: impl Fn(&Sighting) -> bool) -> BTreeSet<u64> {
    let options = MatchOptions::default();
    let reported = labelled.sightings.iter().filter(|sighting| sighting.is_reported(&options, false));
    reported.filter(|sighting| is_asked_for(sighting)).map(|sighting| sighting.line).collect()
}

pub fn judge(want: &BTreeSet<u64>, found: &BTreeSet<u64>) -> Answers {
    Answers {
        expected: want.len() as u64,
        missed: want.difference(found).count() as u64,
        false_hits: found.difference(want).count() as u64,
    }
}

/// Finds the line of an offset.
pub struct Lines(Vec<usize>);

impl Lines {
    pub fn of(text: &[u8]) -> Self {
        Self(memchr::memchr_iter(b'\n', text).collect())
    }

    /// The line number, from 1.
    pub fn line(&self, at: usize) -> u64 {
        self.0.partition_point(|&end| end < at) as u64 + 1
    }
}

/// The strings for a tool that searches for literals: hosts, names, hashes, mail addresses, and URLs without their
/// scheme. Networks and ranges cannot be written as a literal.
pub fn literals(labelled: &Labelled) -> Vec<String> {
    let literal = |indicator: &Indicator| match indicator {
        Indicator::Ip { net, .. } if net.prefix_len() == net.max_prefix_len() => Some(net.addr().to_string()),
        Indicator::Domain { name, .. } => Some(name.to_string()),
        Indicator::Hash(hash) => Some(hash.to_string()),
        Indicator::Email(address) => Some(address.to_string()),
        Indicator::Url { url, .. } => {
            let text = url.as_str();
            let text = text.split_once("://").map_or(text, |(_, rest)| rest);
            Some(text.strip_suffix('/').filter(|rest| !rest.contains('/')).unwrap_or(text).to_owned())
        }
        _ => None,
    };
    labelled.feeds[0].iter().filter_map(literal).collect()
}

/// Returns true if a match is not part of a longer name, address or path segment.
pub fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let before = start.checked_sub(1).map(|at| text[at]);
    let next = text.get(end).copied();
    let goes_on = next == Some(b'.') && text.get(end + 1).is_some_and(|&b| is_name(b));
    !before.is_some_and(is_name) && !next.is_some_and(is_name) && !goes_on
}
