//! Everything a compiled sieve holds: flat columns, each behind its own module.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::OnceLock;

use super::attributes::Attributes;
use super::entries::Entries;
use super::indicators::{Indicators, Value};
use super::prefilter::Prefilter;
use super::provenance::Provenance;
use super::strings::{StrId, Strings};
use super::{domain, ip, pattern, url};
use crate::error::{Error, Result};
use crate::indicator::{Action, Feed, HostRef, Pattern, PatternTarget, Url};
use crate::wire::{Reader, Writer};

/// The length of a name without the root dot.
#[inline(always)]
pub(super) fn without_root(name: &[u8]) -> usize {
    name.len() - usize::from(name.last() == Some(&b'.'))
}

/// The tables of a sieve.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) strings: Strings,
    pub(super) indicators: Indicators,
    pub(super) entries: Entries,
    pub(super) attributes: Attributes,
    pub(super) feeds: Vec<Feed>,
    pub(super) provenance: Provenance,
    pub(super) v4: ip::Table<u32>,
    pub(super) v6: ip::Table<u128>,
    pub(super) domains: domain::Table,
    pub(super) urls: url::Table,
    pub(super) names: Option<pattern::Table>,
    pub(super) paths: Option<pattern::Table>,
    /// Made when a scan first asks for it.
    pub(super) prefilter: OnceLock<Prefilter>,
}

impl Tables {
    /// The sections of everything but the feeds.
    pub(super) fn save(&self, writer: &mut Writer) {
        writer.within("strings", |writer| self.strings.save(writer));
        writer.within("attributes", |writer| self.attributes.save(writer));
        writer.within("indicators", |writer| self.indicators.save(writer));
        writer.within("entries", |writer| self.entries.save(writer));
        writer.within("v4", |writer| self.v4.save(writer));
        writer.within("v6", |writer| self.v6.save(writer));
    }

    /// Reads and checks what [`save`](Tables::save) wrote.
    pub(super) fn open(reader: &mut Reader, feeds: Vec<Feed>, provenance: Provenance) -> Result<Self> {
        let strings = reader.within("strings", Strings::open)?;
        let attributes = reader.within("attributes", |reader| Attributes::open(reader, feeds.len(), strings.len()))?;
        let indicators = reader.within("indicators", |reader| Indicators::open(reader, strings.len()))?;
        let entries =
            reader.within("entries", |reader| Entries::open(reader, &indicators, &attributes, strings.len()))?;
        let is_plain = |id: u32| indicators.flags(id).is_plain_block();
        let count = indicators.len();
        let v4 = reader.within("v4", |reader| ip::Table::open(reader, count, is_plain))?;
        let v6 = reader.within("v6", |reader| ip::Table::open(reader, count, is_plain))?;
        Self::search_forms(strings, attributes, indicators, entries, (v4, v6), feeds, provenance)
    }

    fn search_forms(
        strings: Strings,
        attributes: Attributes,
        indicators: Indicators,
        entries: Entries,
        (v4, v6): (ip::Table<u32>, ip::Table<u128>),
        feeds: Vec<Feed>,
        provenance: Provenance,
    ) -> Result<Self> {
        let by_text: HashMap<&str, StrId> =
            (0..strings.len() as u32).map(|id| (strings.get(StrId(id)), StrId(id))).collect();
        let mut domains = domain::Builder::default();
        let mut urls = url::Builder::default();
        let mut names = pattern::Builder::default();
        let mut paths = pattern::Builder::default();
        let mut addr_hosts = 0;
        for id in 0..indicators.len() as u32 {
            match indicators.value(id) {
                Value::Net(_) | Value::Range(..) => {}
                Value::Domain(name) => domains.add(name, id),
                Value::Url(text) => {
                    let Ok(url) = Url::parse(strings.get(text)) else { continue };
                    let view = url.view();
                    if view.as_str() != strings.get(text) {
                        continue;
                    }
                    let tail = view.path().len() + view.query().map_or(0, |query| query.len() + 1);
                    let host = match view.host() {
                        HostRef::Domain(name) => by_text.get(name).copied().map(url::Host::Name),
                        HostRef::Ip(addr) => {
                            addr_hosts += 1;
                            Some(url::Host::Addr(addr))
                        }
                    };
                    let Some(host) = host else { continue };
                    urls.add(host, text, (view.as_str().len() - tail) as u32, id);
                }
                Value::Pattern(text, target) => {
                    if let Ok(pattern) = Pattern::new(target, strings.get(text)) {
                        match target {
                            PatternTarget::Name => names.add(text, &pattern, id),
                            PatternTarget::UrlPath => paths.add(text, &pattern, id),
                        }
                    }
                }
            }
        }
        if addr_hosts > ip::MAX_PREFIXES {
            return Err(Error::capacity("prefixes", ip::MAX_PREFIXES as u64));
        }
        Ok(Self {
            domains: domains.finish_with(&strings, |id| indicators.plain_scope(id)),
            urls: urls.finish(&strings),
            v4,
            v6,
            names: names.finish()?,
            paths: paths.finish()?,
            strings,
            indicators,
            entries,
            attributes,
            feeds,
            provenance,
            prefilter: OnceLock::new(),
        })
    }

    /// Whether a block indicator of a table covers an address.
    #[inline]
    pub(super) fn blocks<A: ip::Addr>(&self, table: &ip::Table<A>, addr: A) -> bool {
        let Some(row) = table.find(addr) else { return false };
        let blocks = |id: u32| self.indicators.flags(id).has(Action::Block);
        // What is plain blocks.
        table.is_plain(row) || table.from(Some(row)).any(|(row, _)| table.ids(row).any(blocks))
    }

    /// Whether looking a name up, in any spelling, finds nothing and leaves nothing aside, so far as a few loads that stay in the cache
    /// tell. What it says no to has to be looked up.
    #[inline(always)]
    pub(super) fn denies_name(&self, text: &[u8]) -> bool {
        let end = without_root(text);
        self.names.is_none() && !self.domains.may_hold(text, 0, end) && !self.urls.hosts().may_hold(text, 0, end)
    }

    /// As [`denies_name`](Tables::denies_name), for the host of a URL.
    #[inline]
    pub(super) fn denies_host(&self, host: HostRef<'_>) -> bool {
        match host {
            HostRef::Domain(name) => self.denies_name(name.as_bytes()),
            HostRef::Ip(IpAddr::V4(addr)) => {
                self.v4.find(addr.to_bits()).is_none() && self.urls.addr_row(IpAddr::V4(addr)).is_none()
            }
            // Others may have an IPv4 address within them.
            HostRef::Ip(_) => false,
        }
    }

    /// Bytes held, without the feeds' descriptions.
    pub(super) fn memory(&self) -> usize {
        self.strings.memory()
            + self.indicators.memory()
            + self.entries.memory()
            + self.attributes.memory()
            + self.v4.memory()
            + self.v6.memory()
            + self.domains.memory()
            + self.urls.memory()
            + self.prefilter.get().map_or(0, Prefilter::memory)
            + [&self.names, &self.paths].into_iter().flatten().map(pattern::Table::memory).sum::<usize>()
    }
}
