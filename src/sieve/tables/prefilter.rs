//! The prefilter: rules out most values for all block indicators at once, by a few loads that stay in the cache.
//!
//! There are two bitmaps: of the networks of 20 or 24 bits that hold a listed address, and of the hashes of listed
//! names. The hash of a name covers its first and last eight bytes and its length, so that every suffix of a logged
//! name costs the same few steps. Both bitmaps may have false positives but no false negatives; an exact comparison
//! comes last.
//!
//! It is computed when a built sieve is first scanned with or saved. Compiled files contain it, so opening one computes nothing.

use std::net::IpAddr;

use bytes::Bytes;

use crate::arch::name::{name_hash, tail_hash};
use crate::arch::sweep::{Filters, Wanted};
use crate::arch::tails::Tails;
use crate::error::Result;
use crate::indicator::{Action, HostRef, Url};
use crate::sieve::flat::strings::Strings;
use crate::sieve::tables::indicators::{Indicators, Value};
use crate::sieve::tables::pattern;
use crate::wire::{Reader, Words, Writer};

/// With fewer networks than this, the bitmap has one bit per /20, and fits into the second-level cache with everything else.
const FEW_NETS: usize = 20_000;

/// The two bitmaps, and the kinds of indicators present.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefilter {
    /// A bit per network, lowest bit of a byte first; empty if there are no networks.
    nets: Bytes,
    /// The number of low address bits that the bitmap ignores.
    shift: u32,
    names: Tails,
    /// There are addresses of some family.
    has_addrs: bool,
    /// There are IPv6 addresses.
    has_v6: bool,
    /// There are names of domains or of the hosts of URLs.
    has_names: bool,
    /// The last label of some name is in Punycode.
    has_punycode: bool,
    /// The last label of some name is neither in Punycode nor all letters.
    has_odd_names: bool,
    /// Some indicators escape the bitmaps: names of one label, and patterns that the line filter cannot see either.
    pub(crate) is_blind: bool,
}

impl Prefilter {
    pub(in crate::sieve) fn new<'p>(
        indicators: &Indicators,
        strings: &Strings,
        patterns: impl Iterator<Item = &'p pattern::Table>,
    ) -> Self {
        let mut filter = Self::default();
        filter.add(indicators, strings, patterns, |_| {});
        filter
    }

    /// Returns this prefilter with a few more indicators, and `tails` with the ends of their names. Costs a copy of the bitmaps.
    pub(in crate::sieve) fn extended<'p>(
        &self,
        tails: &Tails,
        indicators: &Indicators,
        strings: &Strings,
        patterns: impl Iterator<Item = &'p pattern::Table>,
    ) -> (Self, Tails) {
        let (mut filter, mut ends) = (self.clone(), Vec::new());
        filter.add(indicators, strings, patterns, |names| {
            ends = names.iter().map(|name| tail_hash(name.as_bytes()).0).collect();
        });
        (filter, tails.extended(ends.into_iter()))
    }

    /// Adds the block indicators of other tables, and calls `named` with their names.
    fn add<'p>(
        &mut self,
        indicators: &Indicators,
        strings: &Strings,
        mut patterns: impl Iterator<Item = &'p pattern::Table>,
        named: impl FnOnce(&[&str]),
    ) {
        let mut nets = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        self.is_blind |= patterns.any(pattern::Table::is_blind);
        let blocks = (0..indicators.len() as u32).filter(|&id| indicators.flags(id).has(Action::Block));
        let mut hosts: Vec<String> = Vec::new();
        for id in blocks {
            match indicators.value(id) {
                Value::Net(net) => nets.push((net.network(), net.broadcast())),
                Value::Range(first, last) => nets.push((first, last)),
                Value::Domain(name) => names.push(strings.get(name)),
                Value::Url(text) => {
                    let Ok(url) = Url::parse(strings.get(text)) else {
                        // Stored URLs are canonical, so they parse; if one did not, its host would be unknown.
                        debug_assert!(false, "{}", strings.get(text));
                        self.is_blind = true;
                        continue;
                    };
                    match url.view().host() {
                        HostRef::Ip(addr) => nets.push((addr, addr)),
                        HostRef::Domain(name) => hosts.push(name.to_owned()),
                    }
                }
                // These have filters of their own.
                Value::Pattern(..) | Value::Hash(_) | Value::Email(_) => {}
            }
        }
        names.extend(hosts.iter().map(String::as_str));
        self.add_nets(&nets);
        self.add_names(&names);
        named(&names);
    }

    fn add_nets(&mut self, nets: &[(IpAddr, IpAddr)]) {
        self.has_addrs |= !nets.is_empty();
        self.has_v6 |= nets.iter().any(|(first, _)| first.is_ipv6());
        let v4: Vec<(u32, u32)> = nets
            .iter()
            .filter_map(|pair| match pair {
                (IpAddr::V4(first), IpAddr::V4(last)) => Some((first.to_bits(), last.to_bits())),
                _ => None,
            })
            .collect();
        if v4.is_empty() {
            return;
        }
        let mut nets = self.nets.to_vec();
        if nets.is_empty() {
            self.shift = if v4.len() < FEW_NETS { 12 } else { 8 };
            nets.resize(bitmap_len(self.shift), 0);
        }
        for (first, last) in v4 {
            for net in first >> self.shift..=last >> self.shift {
                nets[(net >> 3) as usize] |= 1 << (net & 7);
            }
        }
        self.nets = nets.into();
    }

    fn add_names(&mut self, names: &[&str]) {
        self.has_names |= !names.is_empty();
        if names.is_empty() {
            return;
        }
        for name in names {
            let label = memchr::memrchr(b'.', name.as_bytes()).map_or(*name, |dot| &name[dot + 1..]);
            self.is_blind |= label.len() == name.len();
            if label.starts_with("xn--") {
                self.has_punycode = true;
            } else {
                self.has_odd_names |= !label.bytes().all(|b| b.is_ascii_alphabetic());
            }
        }
        self.names = self.names.extended(names.iter().map(|name| name_hash(name.as_bytes(), 0, name.len())));
    }

    /// The kinds of observables that a sweep must look for. With `derived`, embedded IPv4 addresses are looked up too.
    pub(crate) fn wanted(&self, derived: bool) -> Wanted {
        Wanted {
            addrs: self.has_addrs,
            v6: self.has_v6 || derived,
            names: self.has_names,
            punycode: self.has_punycode,
            odd_names: self.has_odd_names,
            ..Wanted::default()
        }
    }

    /// The bitmaps for a sweep; `tails` are those of the table of names.
    pub(crate) fn filters<'f>(&'f self, tails: &'f [u8]) -> Filters<'f> {
        Filters { nets: &self.nets, shift: self.shift, tails, names: self.names.bytes(), addrs: None }
    }

    /// Returns true if the network of an address may hold a listed address.
    #[inline(always)]
    pub(crate) fn may_cover(&self, addr: u32) -> bool {
        let net = addr >> self.shift;
        self.nets.get((net >> 3) as usize).is_some_and(|byte| byte >> (net & 7) & 1 == 1)
    }

    /// Returns true if `bytes[start..end]`, in either case, may be a listed name.
    #[inline(always)]
    pub(crate) fn may_hold(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        self.names.holds(name_hash(bytes, start, end))
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.nets.len() + self.names.bytes().len()
    }

    /// The flags, in the order of their bits in the file.
    fn facts(&mut self) -> [&mut bool; 6] {
        let Self { has_addrs, has_v6, has_names, has_punycode, has_odd_names, is_blind, .. } = self;
        [has_addrs, has_v6, has_names, has_punycode, has_odd_names, is_blind]
    }

    /// Writes the sections.
    pub(in crate::sieve) fn save(&self, out: &mut Writer) {
        let facts = self.clone().facts().into_iter().rev().fold(0, |facts, fact| facts << 1 | u32::from(*fact));
        out.words("facts", &Words::from([self.shift, facts].as_slice()));
        out.bytes("nets", &self.nets);
        out.bytes("names", &self.names.to_bytes());
    }

    /// Reads the sections. Only the checksum ensures that the bitmaps have a bit for everything listed.
    ///
    /// # Errors
    ///
    /// Fails if a section is missing or malformed.
    pub(in crate::sieve) fn open(from: &mut Reader) -> Result<Self> {
        let facts: Words<u32> = from.words("facts")?;
        let mut filter = Self { nets: from.bytes("nets")?, ..Self::default() };
        let known = filter.facts().len();
        from.ensure(facts.len() == 2 && facts.at(1) >> known == 0, "facts", "are unknown")?;
        for (bit, fact) in filter.facts().into_iter().enumerate() {
            *fact = facts.at(1) >> bit & 1 == 1;
        }
        filter.shift = facts.at(0);
        let is_whole = match filter.shift {
            0 => filter.nets.is_empty(),
            8 | 12 => filter.nets.len() == bitmap_len(filter.shift),
            _ => false,
        };
        from.ensure(is_whole, "nets", "has the wrong length")?;
        let names = Tails::from_bytes(from.bytes("names")?);
        filter.names = names.ok_or_else(|| from.damage("names", "has the wrong length"))?;
        Ok(filter)
    }
}

/// The size in bytes of the bitmap of networks.
fn bitmap_len(shift: u32) -> usize {
    1 << (32 - shift - 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{Pattern, PatternTarget};
    use crate::sieve::flat::strings::StrId;

    #[test]
    fn the_hash_is_of_the_text_alone() {
        let texts = ["a.b", "ab.cd", "evil.tes", "evil.test", "a-much-longer.evil.test"];
        for text in texts {
            let want = name_hash(text.as_bytes(), 0, text.len());
            for before in ["", "x", "0123456789"] {
                for after in ["", "y", "0123456789"] {
                    let all = format!("{before}{}{after}", text.to_uppercase());
                    assert_eq!(name_hash(all.as_bytes(), before.len(), before.len() + text.len()), want, "{all}");
                }
            }
        }
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[..i] {
                assert_ne!(name_hash(a.as_bytes(), 0, a.len()), name_hash(b.as_bytes(), 0, b.len()));
            }
        }
    }

    #[test]
    fn nothing_listed_is_denied() {
        let names: Vec<String> = (0..3000).map(|n| format!("n{n}.evil{}.test", n % 7)).collect();
        let refs: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut filter = Prefilter::default();
        filter.add_names(&refs);
        assert!(filter.has_names && !filter.is_blind && !filter.has_odd_names && !filter.has_punycode);
        assert!(refs.iter().all(|name| filter.may_hold(name.as_bytes(), 0, name.len())));
        let others = (0..3000).map(|n| format!("m{n}.good.test"));
        assert!(others.filter(|name| filter.may_hold(name.as_bytes(), 0, name.len())).count() < 300);

        for few in [true, false] {
            let mut filter = Prefilter::default();
            let mut nets: Vec<(IpAddr, IpAddr)> = vec![
                ([192, 0, 2, 1].into(), [192, 0, 2, 1].into()),
                ([198, 51, 100, 200].into(), [198, 51, 103, 3].into()),
                ([255, 255, 255, 255].into(), [255, 255, 255, 255].into()),
            ];
            if !few {
                nets.extend(vec![nets[0]; FEW_NETS]);
            }
            filter.add_nets(&nets);
            for (addr, want) in [
                ([192, 0, 2, 1], true),
                ([198, 51, 100, 200], true),
                ([198, 51, 102, 7], true),
                ([198, 51, 103, 3], true),
                ([255, 255, 255, 255], true),
                ([0, 0, 0, 0], false),
                ([198, 52, 0, 0], false),
            ] {
                assert_eq!(filter.may_cover(u32::from_be_bytes(addr)), want, "{addr:?}");
            }
        }
    }

    #[test]
    fn indicators_outside_the_bitmaps_are_reported() {
        let told = |names: &[&str]| {
            let mut filter = Prefilter::default();
            filter.add_names(names);
            (filter.is_blind, filter.has_punycode, filter.has_odd_names)
        };
        assert_eq!(told(&["a.test"]), (false, false, false));
        assert_eq!(told(&["a.xn--p1ai"]), (false, true, false));
        assert_eq!(told(&["a.test-1"]), (false, false, true));
        assert_eq!(told(&["a.a1"]), (false, false, true));
        assert_eq!(told(&["test"]), (true, false, false));
    }

    /// A sieve that is changed adds to its prefilter. What was true before stays true.
    #[test]
    fn more_indicators_take_nothing_away() {
        let mut filter = Prefilter::default();
        let net = |text: &str| (text.parse::<IpAddr>().unwrap(), text.parse::<IpAddr>().unwrap());
        filter.add_nets(&[net("192.0.2.1"), net("2001:db8::1")]);
        filter.add_names(&["test", "a.xn--p1ai", "a.a1"]);
        for _ in 0..2 {
            filter.add_nets(&[net("198.51.100.1")]);
            filter.add_names(&["evil.example"]);
            let wanted = filter.wanted(false);
            assert!(wanted.addrs && wanted.v6 && wanted.names && wanted.punycode && wanted.odd_names);
            assert!(filter.is_blind && filter.may_cover(0xC000_0201) && filter.may_cover(0xC633_6401));
        }
        let mut blind = pattern::Builder::default();
        blind.add(StrId::NONE, &Pattern::new(PatternTarget::Name, "*.ab.cd").unwrap(), 0);
        let blind = blind.finish().unwrap();
        let (none, strings) = (Indicators::default(), Strings::default());
        let mut filter = Prefilter::new(&none, &strings, blind.iter());
        assert!(filter.is_blind);
        filter = filter.extended(&Tails::default(), &none, &strings, std::iter::empty()).0;
        assert!(filter.is_blind);
        let later = Prefilter::default().extended(&Tails::default(), &none, &strings, blind.iter()).0;
        assert!(later.is_blind && !Prefilter::new(&none, &strings, std::iter::empty()).is_blind);
    }
}
