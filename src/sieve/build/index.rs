//! Finds indicators that are already known while a sieve is being built.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::indicator::{PatternTarget, Scope, UrlView};
use crate::sieve::flat::lookup::Lookup;
use crate::sieve::flat::strings::{Interner, StrId};
use crate::sieve::tables::indicators::{IndicatorsBuilder, Value};
use crate::value::url;

/// Finds the indicator with the same value, scope and port.
#[derive(Debug, Default)]
pub(in crate::sieve) struct KnownIndicators {
    /// By string: the first domain indicator of this name. Most names have only one, and need no hash of their own.
    domains: Vec<u32>,
    /// All other indicators.
    others: Lookup,
}

const NONE: u32 = u32::MAX;

/// The kinds, as the low bits of a hashed word, so that indicators of different kinds never compare equal.
const NET: u64 = 0;
const RANGE: u64 = 1;
const DOMAIN: u64 = 2;
const URL: u64 = 3;
const PATTERN: u64 = 4;
const EMAIL: u64 = 5;

fn port_bits(port: Option<u16>) -> u64 {
    port.map_or(0, |port| 1 << 16 | u64::from(port)) << 32
}

fn addr_words(addr: IpAddr) -> [u64; 2] {
    match addr {
        IpAddr::V4(addr) => [0, u64::from(addr.to_bits())],
        IpAddr::V6(addr) => [(addr.to_bits() >> 64) as u64, addr.to_bits() as u64],
    }
}

fn domain_words(name: StrId, scope: Scope, port: Option<u16>) -> [u64; 2] {
    [DOMAIN | (scope as u64) << 8 | port_bits(port), u64::from(name.0)]
}

/// Each lookup returns the id of the equal indicator. If there is none, it returns the number of indicators, and the
/// caller must add one.
impl KnownIndicators {
    /// The hash under which a prefix is found.
    #[inline]
    pub(in crate::sieve) fn net_hash(&self, net: IpNet, port: Option<u16>) -> u64 {
        self.others.hash_words(&net_words(net, port))
    }

    /// Like [`Lookup::warm`], for the hashes of prefixes.
    #[inline]
    pub(in crate::sieve) fn warm(&self, hashes: impl Iterator<Item = u64>) {
        self.others.warm(hashes);
    }

    pub(in crate::sieve) fn net(
        &mut self,
        indicators: &IndicatorsBuilder,
        hash: u64,
        net: IpNet,
        port: Option<u16>,
    ) -> u32 {
        self.others.find_or_add(hash, indicators.len() as u32, |id| {
            indicators.value(id) == Value::Net(net) && indicators.port(id) == port
        })
    }

    pub(in crate::sieve) fn range(
        &mut self,
        indicators: &IndicatorsBuilder,
        first: IpAddr,
        last: IpAddr,
        port: Option<u16>,
    ) -> u32 {
        let ([a, b], [c, d]) = (addr_words(first), addr_words(last));
        let hash = self.others.hash_words(&[RANGE | port_bits(port), a, b, c, d]);
        self.others.find_or_add(hash, indicators.len() as u32, |id| {
            indicators.value(id) == Value::Range(first, last) && indicators.port(id) == port
        })
    }

    pub(in crate::sieve) fn domain(
        &mut self,
        indicators: &IndicatorsBuilder,
        name: StrId,
        scope: Scope,
        port: Option<u16>,
    ) -> u32 {
        let next = indicators.len() as u32;
        // Beyond the capacity, strings are no longer stored; the build ends in an error.
        let Some(name) = name.some() else { return next };
        let at = name.0 as usize;
        if at >= self.domains.len() {
            self.domains.resize(at + 1, NONE);
        }
        match self.domains[at] {
            NONE => {
                self.domains[at] = next;
                next
            }
            id if is_domain(indicators, id, name, scope, port) => id,
            _ => {
                let hash = self.others.hash_words(&domain_words(name, scope, port));
                self.others.find_or_add(hash, next, |id| is_domain(indicators, id, name, scope, port))
            }
        }
    }

    pub(in crate::sieve) fn url(
        &mut self,
        indicators: &IndicatorsBuilder,
        strings: &Interner,
        view: &UrlView<'_>,
        scope: Scope,
    ) -> u32 {
        let [group, key] = [view.scheme_group(), view.key()].map(|text| self.others.hash(text.as_bytes()));
        let hash = self.others.hash_words(&[URL | (scope as u64) << 8, group, key]);
        self.others.find_or_add(hash, indicators.len() as u32, |id| match indicators.value(id) {
            Value::Url(text) if indicators.scope(id) == Some(scope) => {
                let scheme = strings.get(text).strip_suffix(view.key()).and_then(|rest| rest.strip_suffix("://"));
                scheme.is_some_and(|scheme| url::scheme_group(scheme) == view.scheme_group())
            }
            _ => false,
        })
    }

    pub(in crate::sieve) fn pattern(
        &mut self,
        indicators: &IndicatorsBuilder,
        text: StrId,
        target: PatternTarget,
    ) -> u32 {
        let hash = self.others.hash_words(&[PATTERN | (target as u64) << 8, u64::from(text.0)]);
        self.others
            .find_or_add(hash, indicators.len() as u32, |id| indicators.value(id) == Value::Pattern(text, target))
    }

    pub(in crate::sieve) fn email(&mut self, indicators: &IndicatorsBuilder, text: StrId) -> u32 {
        let hash = self.others.hash_words(&[EMAIL, u64::from(text.0)]);
        self.others.find_or_add(hash, indicators.len() as u32, |id| indicators.value(id) == Value::Email(text))
    }
}

/// Lookups that add nothing.
impl KnownIndicators {
    pub(in crate::sieve) fn find_net(&self, indicators: &IndicatorsBuilder, net: IpNet) -> Option<u32> {
        self.others.find(self.net_hash(net, None), |id| {
            indicators.value(id) == Value::Net(net) && indicators.port(id).is_none()
        })
    }

    /// The first domain indicator of this name, whatever its scope and port.
    pub(in crate::sieve) fn first_domain(&self, name: StrId) -> Option<u32> {
        self.domains.get(name.0 as usize).copied().filter(|&id| id != NONE)
    }

    pub(in crate::sieve) fn find_domain(
        &self,
        indicators: &IndicatorsBuilder,
        name: StrId,
        scope: Scope,
    ) -> Option<u32> {
        self.first_domain(name).filter(|&id| is_domain(indicators, id, name, scope, None)).or_else(|| {
            let hash = self.others.hash_words(&domain_words(name, scope, None));
            self.others.find(hash, |id| is_domain(indicators, id, name, scope, None))
        })
    }
}

fn net_words(net: IpNet, port: Option<u16>) -> [u64; 3] {
    let [high, low] = addr_words(net.addr());
    let family = u64::from(matches!(net, IpNet::V6(_)));
    [NET | family << 8 | u64::from(net.prefix_len()) << 16 | port_bits(port), high, low]
}

fn is_domain(indicators: &IndicatorsBuilder, id: u32, name: StrId, scope: Scope, port: Option<u16>) -> bool {
    indicators.value(id) == Value::Domain(name) && indicators.scope(id) == Some(scope) && indicators.port(id) == port
}
