//! Prefixes and ranges as values: the indicators that cover them, and those within them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use netsieve::value::ip;
use netsieve::{Action, Indicator, Kind, Match, Matcher, Reject, Sieve};
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
    /// The port after a prefix, as feeds write it: `192.0.2.0/24:80`.
    port: Option<u16>,
    /// It was written as a prefix with host bits, such as `192.0.2.7/24`.
    has_host_bits: bool,
}

impl Addresses {
    /// Reads a prefix (`192.0.2.0/24`) or a range (`192.0.2.1-192.0.2.9`). A single address is neither.
    ///
    /// # Errors
    ///
    /// The ends of a range are in the wrong order, or of different families.
    pub(crate) fn read(value: &str) -> Result<Option<Self>, Reject> {
        if value.contains('/') {
            let read = |text: &str| ip::parse_net(text.as_bytes()).ok();
            let with_port = || {
                let (net, port) = value.rsplit_once(':')?;
                let port = ip::parse_port(port.as_bytes()).ok()?;
                read(net).filter(|_| net.contains('/') && !net.contains(':')).map(|net| (net, Some(port)))
            };
            let Some((parsed, port)) = read(value).map(|net| (net, None)).or_else(with_port) else { return Ok(None) };
            let net = parsed.net;
            return Ok(Some(Self {
                first: net.network(),
                last: net.broadcast(),
                length: Some(net.prefix_len()),
                port,
                has_host_bits: parsed.host_bits,
            }));
        }
        match ip::parse_range(value.as_bytes()) {
            Ok((first, last)) => Ok(Some(Self { first, last, length: None, port: None, has_host_bits: false })),
            Err(reason @ (Reject::ReversedRange | Reject::MixedRange)) => Err(reason),
            Err(_) => Ok(None),
        }
    }

    pub(crate) fn has_host_bits(&self) -> bool {
        self.has_host_bits
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
            Some(length) => write!(f, "{}/{length}", self.first)?,
            None => write!(f, "{}-{}", self.first, self.last)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Suggests how to write a network, or an address with a port, that was written as an address, a `/` and something else.
pub(crate) fn meant(value: &str) -> Option<String> {
    let (addr, rest) = value.split_once('/')?;
    let addr = ip::parse_addr(addr.as_bytes()).ok()?;
    let most = if addr.is_ipv4() { 32 } else { 128 };
    let (end, rest) = (rest.len(), rest.trim_end_matches('/'));
    let number = match rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16).ok()?,
        None => match rest.parse::<Ipv4Addr>() {
            Ok(mask) => {
                let length = mask.to_bits().leading_ones();
                let is_mask = u64::from(mask.to_bits()) == (u64::from(u32::MAX) << (32 - length)) & u64::from(u32::MAX);
                return is_mask.then(|| format!("the network is written {addr}/{length}"));
            }
            Err(_) => ip::parse_port(rest.as_bytes()).ok()?,
        },
    };
    match (number <= most, addr) {
        (true, _) => Some(format!("a network is written {addr}/{number}")),
        // No port is written like this.
        _ if rest.len() < end => None,
        (false, IpAddr::V4(_)) => Some(format!("an address with a port is written {addr}:{number}")),
        (false, IpAddr::V6(_)) => Some(format!("an address with a port is written [{addr}]:{number}")),
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
            let place = match (asked.port, port) {
                (Some(asked), Some(port)) if asked != port => Place::Apart,
                _ => asked.place(first, last),
            };
            if place == Place::Apart || indicator.sources().all(|source| source.action() != Action::Block) {
                continue;
            }
            // A lookup of an address in both decides whether the indicator is reported, by filter and allow entries as usual.
            let matches = matcher.match_ip(first.max(asked.first), port.or(asked.port));
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
    fn prefixes_and_ranges_are_told_from_values() {
        let read =
            |text: &str| Addresses::read(text).map(|found| found.map(|found| format!("{} {found}", found.kind())));
        for (text, want) in [
            ("192.0.2.7/24", "prefix 192.0.2.0/24"),
            ("192.0.2.0/24:80", "prefix 192.0.2.0/24:80"),
            ("2001:db8::/32", "prefix 2001:db8::/32"),
            ("192.0.2.1 - 192.0.2.9", "range 192.0.2.1-192.0.2.9"),
        ] {
            assert_eq!(read(text), Ok(Some(want.to_owned())));
        }
        for other in [
            "192.0.2.7",
            "192.0.2.0/33",
            "192.0.2.0/24:",
            "192.0.2.0/24:x",
            "192.0.2.0/login",
            "evil.test/24",
            "evil.test/24:80",
            "evil-1.test",
        ] {
            assert_eq!(read(other), Ok(None), "{other}");
        }
        assert_eq!(read("192.0.2.9-192.0.2.1"), Err(Reject::ReversedRange));
        assert_eq!(read("192.0.2.9-2001:db8::1"), Err(Reject::MixedRange));
    }

    #[test]
    fn the_intended_network_is_suggested() {
        for (text, want) in [
            ("192.0.2.0/024", "a network is written 192.0.2.0/24"),
            ("192.0.2.0/24/", "a network is written 192.0.2.0/24"),
            ("192.0.2.0/0x18", "a network is written 192.0.2.0/24"),
            ("192.0.2.0/255.255.255.0", "the network is written 192.0.2.0/24"),
            ("192.0.2.0/0.0.0.0", "the network is written 192.0.2.0/0"),
            ("192.0.2.0/33", "an address with a port is written 192.0.2.0:33"),
            ("2001:db8::/129", "an address with a port is written [2001:db8::]:129"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(want), "{text}");
        }
        for other in [
            "192.0.2.0",
            "192.0.2.0/",
            "192.0.2.0/x",
            "192.0.2.0/443/",
            "192.0.2.0/255.0.255.0",
            "192.0.2.0/99999",
            "a.test/33",
        ] {
            assert_eq!(meant(other), None, "{other}");
        }
    }
}
