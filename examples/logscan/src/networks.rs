//! Prefixes and ranges as values: the indicators that cover them, and those within them.

use std::fmt;
use std::net::IpAddr;

use netsieve::value::ip;
use netsieve::{Action, Indicator, Kind, Match, Matcher, Sieve};
use serde_json::{Value, json};

/// The number of indicators within a range to show. Further ones are counted.
const SHOWN: usize = 100;

/// The prefix or range to look up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    first: IpAddr,
    last: IpAddr,
    /// Its length, if it was written as a prefix.
    length: Option<u8>,
}

impl Addresses {
    /// Reads a prefix (`192.0.2.0/24`) or a range (`192.0.2.1-192.0.2.9`). A single address is neither.
    pub(crate) fn read(value: &str) -> Option<Self> {
        if value.contains('/') {
            let net = ip::parse_net(value.as_bytes()).ok()?.net;
            return Some(Self { first: net.network(), last: net.broadcast(), length: Some(net.prefix_len()) });
        }
        let (first, last) = ip::parse_range(value.as_bytes()).ok()?;
        Some(Self { first, last, length: None })
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.length.is_some() { "prefix" } else { "range" }
    }

    /// The position of an indicator's addresses relative to these.
    fn place(&self, first: IpAddr, last: IpAddr) -> Place {
        let is_other = first.is_ipv4() != self.first.is_ipv4();
        match () {
            () if is_other || last < self.first || first > self.last => Place::Apart,
            () if first <= self.first && last >= self.last => Place::Covers,
            () if first >= self.first && last <= self.last => Place::Within,
            () => Place::Overlaps,
        }
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            Some(length) => write!(f, "{}/{length}", self.first),
            None => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Apart,
    Covers,
    Within,
    /// The indicator has some of these addresses, and also others.
    Overlaps,
}

/// The indicators of a set that concern a prefix or a range.
pub(crate) struct Networks {
    /// The matches that cover all of it, written by the caller.
    pub(crate) covering: Vec<Vec<u8>>,
    /// The first of the indicators that lie within it or overlap it.
    pub(crate) within: Vec<Value>,
    /// The number of indicators that lie within it or overlap it.
    pub(crate) count: usize,
    /// The number of indicators there that are allowed or filtered out.
    pub(crate) withheld: usize,
}

impl Networks {
    /// Goes through the whole set, which takes a tenth of a second for a million indicators.
    pub(crate) fn find(
        sieve: &Sieve,
        matcher: &mut Matcher,
        asked: Addresses,
        written: impl Fn(&Match<'_>) -> Vec<u8>,
    ) -> Self {
        let mut found = Self { covering: Vec::new(), within: Vec::new(), count: 0, withheld: 0 };
        for indicator in sieve.indicators().filter(|indicator| indicator.kind() == Kind::Ip) {
            let (first, last, port) = match indicator.to_indicator() {
                Some(Indicator::Ip { net, port }) => (net.network(), net.broadcast(), port),
                Some(Indicator::IpRange { first, last, port }) => (first, last, port),
                _ => continue,
            };
            let place = asked.place(first, last);
            if place == Place::Apart || indicator.sources().all(|source| source.action() != Action::Block) {
                continue;
            }
            // A lookup of an address in both decides whether the indicator is reported, by filter and allow entries as usual.
            let matches = matcher.match_ip(first.max(asked.first), port);
            let Some(reported) = matches.iter().find(|found| found.indicator().id() == indicator.id()) else {
                found.withheld += 1;
                continue;
            };
            if place == Place::Covers {
                found.covering.push(written(&reported));
                continue;
            }
            found.count += 1;
            if found.within.len() < SHOWN {
                let sources: Vec<String> = reported.sources().map(|source| format!("{source:?}")).collect();
                let place = if place == Place::Within { "within" } else { "overlaps" };
                found
                    .within
                    .push(json!({"indicator": indicator.to_string(), "place": place, "sources": sources.join(", ")}));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_prefix_or_a_range() {
        let read = |text: &str| Addresses::read(text).map(|addresses| format!("{} {addresses}", addresses.kind()));
        assert_eq!(read("192.0.2.7/24").as_deref(), Some("prefix 192.0.2.0/24"));
        assert_eq!(read("2001:db8::/32").as_deref(), Some("prefix 2001:db8::/32"));
        assert_eq!(read("192.0.2.1 - 192.0.2.9").as_deref(), Some("range 192.0.2.1-192.0.2.9"));
        for other in
            ["192.0.2.7", "192.0.2.0/33", "192.0.2.0/login", "evil.test/24", "evil-1.test", "192.0.2.9-192.0.2.1"]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
