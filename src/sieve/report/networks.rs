//! Sets of addresses as merged prefixes: union, intersection and exclusion, on request.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use iprange::IpRange;

use crate::sieve::matching::view::{IndicatorRef, Source};
use crate::sieve::set::Sieve;
use crate::sieve::tables::Tables;
use crate::sieve::tables::indicators::Value;
use crate::value::ip as addresses;

/// A set of addresses, kept as the fewest prefixes that cover exactly the set.
///
/// ```
/// use netsieve::{Indicator, Sieve};
///
/// let mut builder = Sieve::builder();
/// for (feed, net) in [("one", "11.22.0.0/17"), ("one", "11.22.128.0/17"), ("two", "11.22.4.0/22"), ("two", "11.23.0.0/24")] {
///     builder.add(feed, net.parse::<Indicator>()?);
/// }
/// let (sieve, _) = builder.build()?;
///
/// let [one, two] = ["one", "two"].map(|name| sieve.networks(|source| source.feed().name == name));
/// let texts = |networks: &netsieve::sieve::Networks| networks.prefixes().iter().map(ToString::to_string).collect::<Vec<_>>();
/// assert_eq!(texts(&one), ["11.22.0.0/16"]);
/// assert_eq!(texts(&two.excluding(&one)), ["11.23.0.0/24"]);
/// assert_eq!(texts(&two.intersection(&one)), ["11.22.4.0/22"]);
/// assert_eq!(one.union(&two).v4_addresses(), 65_536 + 256);
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Networks {
    v4: IpRange<Ipv4Net>,
    v6: IpRange<Ipv6Net>,
}

impl Networks {
    /// Returns true if the set is empty.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Returns true if the set holds an address. Mapped and NAT64 addresses count as IPv4 addresses.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    ///
    /// use netsieve::sieve::Networks;
    ///
    /// let networks: Networks = ["192.0.2.0/25", "192.0.2.128/25"].iter().map(|net| net.parse().unwrap()).collect();
    /// assert!(networks.contains(Ipv4Addr::new(192, 0, 2, 7)));
    /// assert_eq!(networks.prefixes().len(), 1, "merged");
    /// ```
    pub fn contains(&self, addr: impl Into<IpAddr>) -> bool {
        match addresses::canonical(addr.into()) {
            IpAddr::V4(addr) => self.v4.contains(&addr),
            IpAddr::V6(addr) => self.v6.contains(&addr),
        }
    }

    /// Returns the number of IPv4 addresses in the set.
    pub fn v4_addresses(&self) -> u64 {
        self.v4.iter().map(|net| 1_u64 << (32 - net.prefix_len())).sum()
    }

    /// The prefixes, IPv4 first, sorted by address. No two of them could be merged into a wider one.
    pub fn prefixes(&self) -> Vec<IpNet> {
        let mut prefixes: Vec<IpNet> = self.v4.iter().map(IpNet::V4).chain(self.v6.iter().map(IpNet::V6)).collect();
        prefixes.sort_unstable();
        prefixes
    }

    /// The addresses in either set.
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.merge(&other.v4), v6: self.v6.merge(&other.v6) }.simplified()
    }

    /// The addresses in both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersect(&other.v4), v6: self.v6.intersect(&other.v6) }.simplified()
    }

    /// The addresses in this set but not in the other.
    pub fn excluding(&self, other: &Self) -> Self {
        Self { v4: self.v4.exclude(&other.v4), v6: self.v6.exclude(&other.v6) }.simplified()
    }

    fn simplified(mut self) -> Self {
        self.v4.simplify();
        self.v6.simplify();
        self
    }
}

impl Extend<IpNet> for Networks {
    fn extend<I: IntoIterator<Item = IpNet>>(&mut self, nets: I) {
        for net in nets {
            match net.trunc() {
                IpNet::V4(net) => drop(self.v4.add(net)),
                IpNet::V6(net) => drop(self.v6.add(net)),
            }
        }
        *self = std::mem::take(self).simplified();
    }
}

impl FromIterator<IpNet> for Networks {
    fn from_iter<I: IntoIterator<Item = IpNet>>(nets: I) -> Self {
        let mut networks = Self::default();
        networks.extend(nets);
        networks
    }
}

impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.prefixes()).finish()
    }
}

impl Sieve {
    /// Collects the addresses of all address, prefix and range indicators with an entry for which `wanted` returns
    /// true. Ignores ports and the hosts of URLs. Costs a pass over all entries, and some 100 bytes per prefix, so call
    /// it only when needed.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let list = ["198.51.100.0/25", "198.51.100.128/25", "evil.test"].map(|value| value.parse::<Indicator>().unwrap());
    /// let (sieve, _) = Sieve::builder().add_all("partner", list).build()?;
    /// let networks = sieve.networks(|source| source.feed().name == "partner");
    /// assert_eq!(networks.prefixes(), ["198.51.100.0/24".parse().unwrap()]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn networks(&self, mut wanted: impl FnMut(&Source<'_>) -> bool) -> Networks {
        let nets = |(tables, id): (&Tables, u32)| match tables.indicators.value(id) {
            Value::Net(net) => vec![net],
            Value::Range(first, last) => addresses::range_prefixes(first, last),
            _ => Vec::new(),
        };
        let is_wanted = |indicator: &IndicatorRef<'_>| indicator.sources().any(|source| wanted(&source));
        self.indicators().filter(is_wanted).map(|indicator| indicator.place()).flat_map(nets).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The members of a set among 512 addresses: every last octet of two networks, one of each family.
    fn members(networks: &Networks) -> Vec<IpAddr> {
        let all = (0..=255_u8).flat_map(|octet| {
            [IpAddr::V4([11, 22, 33, octet].into()), IpAddr::V6((0x2400_u128 << 112 | u128::from(octet)).into())]
        });
        all.filter(|&addr| networks.contains(addr)).collect()
    }

    #[test]
    fn sets_of_octets() {
        let mut random = Random::new(1);
        let mut below = |n: u64| random.below(n);
        for _ in 0..300 {
            let mut set = || -> Networks {
                let count = below(8);
                let net = |_| {
                    let (octet, len) = (below(256) as u8, 24 + below(9) as u8);
                    match below(2) {
                        0 => IpNet::new([11, 22, 33, octet].into(), len).unwrap(),
                        _ => {
                            IpNet::new((0x2400_u128 << 112 | u128::from(octet)).to_be_bytes().into(), len + 96).unwrap()
                        }
                    }
                };
                (0..count).map(net).collect()
            };
            let (a, b) = (set(), set());
            let either: Vec<IpAddr> = {
                let mut either = [members(&a), members(&b)].concat();
                either.sort();
                either.dedup();
                either
            };
            let of = |is: &dyn Fn(&IpAddr) -> bool| either.iter().copied().filter(|addr| is(addr)).collect::<Vec<_>>();
            let sorted = |networks: &Networks| {
                let mut members = members(networks);
                members.sort();
                members
            };
            assert_eq!(sorted(&a.union(&b)), either, "{a:?} {b:?}");
            assert_eq!(sorted(&a.intersection(&b)), of(&|&addr| a.contains(addr) && b.contains(addr)), "{a:?} {b:?}");
            assert_eq!(sorted(&a.excluding(&b)), of(&|&addr| a.contains(addr) && !b.contains(addr)), "{a:?} {b:?}");
            assert_eq!(a.v4_addresses() as usize, members(&a).iter().filter(|addr| addr.is_ipv4()).count());
            assert_eq!(a.is_empty(), a.prefixes().is_empty());
            let prefixes = a.prefixes();
            let are_minimal = |net: &IpNet| {
                let sibling = prefixes.iter().any(|other| {
                    other != net
                        && net.prefix_len() > 0
                        && other.prefix_len() == net.prefix_len()
                        && other.supernet() == net.supernet()
                });
                !sibling && prefixes.iter().all(|other| other == net || !other.contains(net))
            };
            assert!(prefixes.iter().all(are_minimal), "{prefixes:?}");
        }
    }
}
