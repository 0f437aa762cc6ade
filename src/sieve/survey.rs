//! What can be asked of a sieve about its feeds.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use iprange::IpRange;

use super::Sieve;
use super::indicators::Value;
use super::view::IndicatorRef;
use crate::indicator::ip as addresses;

/// Addresses that two feeds have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlap {
    /// The numbers of the two feeds, the lower first.
    pub feeds: (usize, usize),
    /// IPv4 addresses in both.
    pub v4_addresses: u64,
    /// IPv6 prefixes that make up what is in both.
    pub v6_prefixes: u64,
}

impl Sieve {
    /// The addresses that each two feeds have in common, for the pairs that have some. Works on merged sets of
    /// prefixes; costs a pass over all entries and one over each pair of feeds, so ask for it only when it is wanted.
    pub fn overlaps(&self) -> Vec<Overlap> {
        let tables = &*self.0;
        let mut sets: Vec<(IpRange<Ipv4Net>, IpRange<Ipv6Net>)> =
            tables.feeds.iter().map(|_| Default::default()).collect();
        for id in 0..tables.indicators.len() as u32 {
            let nets = match tables.indicators.value(id) {
                Value::Net(net) => vec![net],
                Value::Range(first, last) => addresses::range_prefixes(first, last),
                _ => continue,
            };
            for source in IndicatorRef::new(tables, id).sources() {
                let (v4, v6) = &mut sets[source.feed_index()];
                for net in &nets {
                    match *net {
                        IpNet::V4(net) => drop(v4.add(net)),
                        IpNet::V6(net) => drop(v6.add(net)),
                    }
                }
            }
        }
        for (v4, v6) in &mut sets {
            v4.simplify();
            v6.simplify();
        }
        let mut overlaps = Vec::new();
        for a in 0..sets.len() {
            for b in a + 1..sets.len() {
                let v4 = sets[a].0.intersect(&sets[b].0);
                let v6 = sets[a].1.intersect(&sets[b].1);
                let v4_addresses = v4.iter().map(|net| 1_u64 << (32 - net.prefix_len())).sum();
                let v6_prefixes = v6.iter().count() as u64;
                if v4_addresses > 0 || v6_prefixes > 0 {
                    overlaps.push(Overlap { feeds: (a, b), v4_addresses, v6_prefixes });
                }
            }
        }
        overlaps
    }
}
