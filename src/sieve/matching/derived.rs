//! IPv4 addresses embedded in IPv6 addresses that lead to another host: 6to4, Teredo and NAT64.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::Ipv6Net;

/// The mechanism by which an IPv4 address is embedded in the observed IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Derived {
    /// `2002::/16`: the router of the 6to4 site ([RFC 3056]).
    ///
    /// [RFC 3056]: https://www.rfc-editor.org/rfc/rfc3056#section-2
    SixToFour,
    /// `2001::/32`: the client's public address, stored inverted ([RFC 4380]). The server's address is ignored.
    ///
    /// [RFC 4380]: https://www.rfc-editor.org/rfc/rfc4380#section-4
    Teredo,
    /// A NAT64 translator's prefix, as configured in [`DerivedForms::nat64`] ([RFC 6052]).
    ///
    /// [RFC 6052]: https://www.rfc-editor.org/rfc/rfc6052#section-2.2
    Nat64,
}

impl Derived {
    /// `6to4`, `teredo` or `nat64`.
    ///
    /// ```
    /// use netsieve::sieve::Derived;
    ///
    /// assert_eq!(Derived::SixToFour.as_str(), "6to4");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Derived::SixToFour => "6to4",
            Derived::Teredo => "teredo",
            Derived::Nat64 => "nat64",
        }
    }
}

impl fmt::Display for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A prefix under which a NAT64 translator embeds IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nat64Prefix(Ipv6Net);

impl Nat64Prefix {
    /// Returns `None` unless the prefix has one of the lengths of RFC 6052: 32, 40, 48, 56, 64 or 96.
    pub fn new(prefix: Ipv6Net) -> Option<Self> {
        matches!(prefix.prefix_len(), 32 | 40 | 48 | 56 | 64 | 96).then(|| Self(prefix.trunc()))
    }

    /// The prefix.
    ///
    /// ```
    /// use netsieve::sieve::Nat64Prefix;
    ///
    /// let prefix = Nat64Prefix::new("2001:db8:64::/96".parse().unwrap()).unwrap();
    /// assert_eq!(prefix.prefix().to_string(), "2001:db8:64::/96");
    /// assert!(Nat64Prefix::new("2001:db8::/33".parse().unwrap()).is_none());
    /// ```
    pub fn prefix(self) -> Ipv6Net {
        self.0
    }

    /// Extracts the IPv4 address that follows the prefix. The octet that starts at bit 64 must be zero, as RFC 6052 demands.
    fn embedded(self, addr: Ipv6Addr) -> Option<Ipv4Addr> {
        if !self.0.contains(&addr) {
            return None;
        }
        let (bits, len) = (addr.to_bits(), u32::from(self.0.prefix_len()));
        if len == 96 {
            return Some(Ipv4Addr::from_bits(bits as u32));
        }
        if bits >> 56 & 0xFF != 0 {
            return None;
        }
        // With the zero octet removed, the four octets follow the prefix directly.
        let joined = bits >> 64 << 64 | (bits << 72) >> 64;
        Some(Ipv4Addr::from_bits((joined >> (96 - len)) as u32))
    }
}

/// The IPv6 forms whose embedded IPv4 address is looked up too. None by default.
///
/// The observed machine need not be the listed host: a 6to4 or Teredo address belongs to a machine on the far side of
/// it. Such matches therefore name the form in [`Match::derived`](crate::sieve::Match::derived). The prefix
/// `64:ff9b::/96` does not belong here, because its addresses count as IPv4 addresses everywhere.
///
/// ```
/// use std::net::Ipv6Addr;
///
/// use netsieve::sieve::{Derived, DerivedForms};
/// use netsieve::{Indicator, MatchOptions, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "11.22.0.0/16".parse::<Indicator>()?).build()?;
/// let addr: Ipv6Addr = "2002:b16:2c01::1".parse().unwrap();
/// assert!(sieve.matcher().match_ip(addr, None).is_empty());
/// let options = MatchOptions::new().derived(DerivedForms::new().six_to_four(true));
/// let mut matcher = sieve.matcher_with(&options);
/// let first = matcher.match_ip(addr, None).first().unwrap();
/// assert_eq!(first.derived(), Some(Derived::SixToFour));
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// ```
/// use netsieve::sieve::{Derived, DerivedForms, Nat64Prefix};
///
/// let net = "2001:db8:64::/96".parse().unwrap();
/// let prefix = Nat64Prefix::new(net).expect("a length of RFC 6052");
/// assert_eq!(prefix.prefix(), net);
/// let forms = DerivedForms::new().teredo(true).nat64(prefix);
/// assert!(forms.any() && !DerivedForms::new().any());
/// assert_eq!(Derived::Nat64.as_str(), "nat64");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DerivedForms {
    /// Look up the routers of 6to4 sites.
    pub six_to_four: bool,
    /// Look up the clients of Teredo.
    pub teredo: bool,
    /// Look up addresses embedded under these NAT64 prefixes.
    pub nat64: Vec<Nat64Prefix>,
}

impl DerivedForms {
    /// Returns the default: none is looked up.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`six_to_four`](DerivedForms::six_to_four).
    #[must_use]
    pub fn six_to_four(mut self, yes: bool) -> Self {
        self.six_to_four = yes;
        self
    }

    /// Sets [`teredo`](DerivedForms::teredo).
    #[must_use]
    pub fn teredo(mut self, yes: bool) -> Self {
        self.teredo = yes;
        self
    }

    /// Adds a prefix to [`nat64`](DerivedForms::nat64).
    #[must_use]
    pub fn nat64(mut self, prefix: Nat64Prefix) -> Self {
        self.nat64.push(prefix);
        self
    }

    /// Returns true if any form is looked up.
    pub fn any(&self) -> bool {
        self.six_to_four || self.teredo || !self.nat64.is_empty()
    }

    /// Returns the IPv4 address embedded in an address, with its form. The longest of several NAT64 prefixes wins.
    ///
    /// ```
    /// use netsieve::sieve::{Derived, DerivedForms, Nat64Prefix};
    ///
    /// let prefix = Nat64Prefix::new("2001:db8:122::/48".parse().unwrap()).unwrap();
    /// let forms = DerivedForms::new().teredo(true).nat64(prefix);
    /// let inside = forms.embedded("2001:db8:122:c000:2:2100::".parse().unwrap());
    /// assert_eq!(inside, Some(("192.0.2.33".parse().unwrap(), Derived::Nat64)));
    /// assert_eq!(forms.embedded("2001:db8::1".parse().unwrap()), None);
    /// ```
    pub fn embedded(&self, addr: Ipv6Addr) -> Option<(Ipv4Addr, Derived)> {
        let bits = addr.to_bits();
        if self.six_to_four && bits >> 112 == 0x2002 {
            return Some((Ipv4Addr::from_bits((bits >> 80) as u32), Derived::SixToFour));
        }
        if self.teredo && bits >> 96 == 0x2001_0000 {
            return Some((Ipv4Addr::from_bits(!(bits as u32)), Derived::Teredo));
        }
        let embedded_in = |prefix: &Nat64Prefix| prefix.embedded(addr).map(|v4| (prefix.0.prefix_len(), v4));
        let longest = self.nat64.iter().filter_map(embedded_in).max();
        longest.map(|(_, v4)| (v4, Derived::Nat64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_standards() {
        let prefix = |text: &str| Nat64Prefix::new(text.parse().unwrap()).unwrap();
        let v4: Ipv4Addr = "192.0.2.33".parse().unwrap();
        // The examples of RFC 6052, section 2.4.
        for (net, addr) in [
            ("2001:db8::/32", "2001:db8:c000:221::"),
            ("2001:db8:100::/40", "2001:db8:1c0:2:21::"),
            ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::"),
            ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"),
            ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"),
            ("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"),
        ] {
            let forms = DerivedForms { nat64: vec![prefix(net)], ..DerivedForms::default() };
            let addr: Ipv6Addr = addr.parse().unwrap();
            assert_eq!(forms.embedded(addr), Some((v4, Derived::Nat64)), "{net}");
            assert_eq!(DerivedForms::default().embedded(addr), None);
            let outside = Ipv6Addr::from_bits(addr.to_bits() ^ 1 << 127);
            assert_eq!(forms.embedded(outside), None);
            // The reserved octet must be zero.
            if forms.nat64[0].prefix().prefix_len() < 96 {
                assert_eq!(forms.embedded(Ipv6Addr::from_bits(addr.to_bits() | 1 << 60)), None, "{net}");
            }
        }
        let all = DerivedForms {
            six_to_four: true,
            teredo: true,
            nat64: vec![prefix("2001:db8::/32"), prefix("2001:db8:122:344::/96"), prefix("2001:db8:122::/48")],
        };
        let embedded = |text: &str| all.embedded(text.parse().unwrap());
        assert_eq!(embedded("2002:c000:221::1"), Some((v4, Derived::SixToFour)));
        assert_eq!(embedded("2001:0:4136:e378:8000:63bf:3fff:fdde"), Some((v4, Derived::Teredo)));
        assert_eq!(embedded("2001:db8:122:344::c000:221"), Some((v4, Derived::Nat64)));
        assert_eq!(embedded("2001:db9::1"), None);
        for len in (0..=128).filter(|len| ![32, 40, 48, 56, 64, 96].contains(len)) {
            assert_eq!(Nat64Prefix::new(Ipv6Net::new(Ipv6Addr::LOCALHOST, len).unwrap()), None);
        }
    }
}
