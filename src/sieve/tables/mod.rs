//! The content of a compiled sieve: flat columns, each in a module of its own.
//!
//! [`indicators`] holds the kind, value and port of each indicator; [`entries`] holds who lists it, by feed and line,
//! with shared [`attributes`]. [`ip`], [`domain`], [`url`] and [`pattern`] find the indicators that cover a value.
//! [`prefilter`] rules most values out.

pub(in crate::sieve) mod attributes;
pub(in crate::sieve) mod digests;
pub(in crate::sieve) mod domain;
pub(in crate::sieve) mod emails;
pub(in crate::sieve) mod entries;
pub(in crate::sieve) mod indicators;
pub(in crate::sieve) mod ip;
pub(in crate::sieve) mod pattern;
pub(in crate::sieve) mod prefilter;
pub(in crate::sieve) mod provenance;
pub(in crate::sieve) mod url;

use std::net::IpAddr;
use std::sync::OnceLock;

use crate::arch::cpu::Kernel;
use crate::error::{Error, Result};
use crate::indicator::{Feed, HostRef, PatternTarget};
use crate::sieve::flat::parallel;
use crate::sieve::flat::strings::Strings;
use crate::sieve::tables::attributes::Attributes;
use crate::sieve::tables::entries::Entries;
use crate::sieve::tables::indicators::{Indicators, Value};
use crate::sieve::tables::prefilter::Prefilter;
use crate::sieve::tables::provenance::Provenance;
use crate::wire::{Reader, Words, Writer};

/// Removes the root dot of a name.
#[inline(always)]
pub(in crate::sieve) fn without_root(name: &[u8]) -> &[u8] {
    // A branch, because hardly any name shows the root dot.
    match name {
        [rest @ .., b'.'] => unlikely(rest),
        _ => name,
    }
}

/// Returns its argument; marks the branch as unlikely.
#[cold]
#[inline(always)]
fn unlikely(name: &[u8]) -> &[u8] {
    name
}

/// The use of a stored name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sieve) enum Named {
    /// The name of this domain indicator.
    Domain(u32),
    /// The host of URLs, as a row of [`url::Table`].
    Host(u32),
}

/// The tables of a sieve.
#[derive(Debug)]
pub(in crate::sieve) struct Tables {
    pub(in crate::sieve) strings: Strings,
    pub(in crate::sieve) indicators: Indicators,
    pub(in crate::sieve) entries: Entries,
    pub(in crate::sieve) attributes: Attributes,
    pub(in crate::sieve) feeds: Vec<Feed>,
    pub(in crate::sieve) provenance: Provenance,
    pub(in crate::sieve) v4: ip::Table<u32>,
    pub(in crate::sieve) v6: ip::Table<u128>,
    /// The names of domains and of the hosts of URLs. Its items encode [`Named`].
    pub(in crate::sieve) domains: domain::Table,
    pub(in crate::sieve) urls: url::Table,
    pub(in crate::sieve) names: Option<pattern::Table>,
    pub(in crate::sieve) paths: Option<pattern::Table>,
    pub(in crate::sieve) digests: digests::Table,
    pub(in crate::sieve) emails: emails::Table,
    /// Read from the file. In a sieve that was built, it is computed when a scan or a save first needs it.
    pub(in crate::sieve) prefilter: OnceLock<Prefilter>,
}

/// Path and query of a URL indicator.
fn path_of_url<'t>(indicators: &Indicators, strings: &'t Strings, id: u32) -> &'t [u8] {
    let Value::Url(text) = indicators.value(id) else { return b"" };
    let text = strings.bytes(text);
    let host = memchr::memmem::find(text, b"://").map_or(0, |at| at + 3);
    memchr::memchr(b'/', &text[host..]).map_or(b"", |at| &text[host + at..])
}

impl Tables {
    /// Writes all sections except the feeds.
    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        writer.within("strings", |writer| self.strings.save(writer));
        writer.within("attributes", |writer| self.attributes.save(writer));
        writer.within("indicators", |writer| self.indicators.save(writer));
        writer.within("entries", |writer| self.entries.save(writer));
        writer.within("v4", |writer| self.v4.save(writer));
        writer.within("v6", |writer| self.v6.save(writer));
        writer.within("domains", |writer| self.domains.save(writer));
        writer.within("urls", |writer| self.urls.save(writer));
        for (name, patterns) in [("names", &self.names), ("paths", &self.paths)] {
            writer.within(name, |writer| match patterns {
                Some(patterns) => patterns.save(writer),
                // A table without rows is written as empty.
                None => writer.words("rows", &Words::<u32>::default()),
            });
        }
        writer.within("digests", |writer| self.digests.save(writer));
        writer.within("emails", |writer| self.emails.save(writer));
        writer.within("prefilter", |writer| self.prefilter().save(writer));
    }

    /// The prefilter over all block indicators.
    pub(in crate::sieve) fn prefilter(&self) -> &Prefilter {
        let patterns = || [&self.names, &self.paths].into_iter().flatten();
        self.prefilter.get_or_init(|| Prefilter::new(&self.indicators, &self.strings, patterns()))
    }

    /// Reads and checks the sections that [`save`](Tables::save) wrote.
    pub(in crate::sieve) fn open(reader: &Reader, feeds: Vec<Feed>, provenance: Provenance) -> Result<Self> {
        // Each part reads sections of its own.
        let within = |prefix: &str| reader.under(prefix);
        let texts = within("strings").words::<u32>("ends")?.len();
        let (strings, indicators) = parallel::join(
            || Strings::open(&mut within("strings")),
            || Indicators::open(&mut within("indicators"), texts),
        );
        let (strings, indicators) = (strings?, indicators?);
        let count = indicators.len();
        let hosts = within("urls").words::<u8>("shapes")?.len();
        let plain_scope = |id: u32| if (id as usize) < count { indicators.plain_scope(id) } else { None };
        let is_plain = |id: u32| indicators.flags(id).is_plain_block();
        let listings = || {
            let attributes = Attributes::open(&mut within("attributes"), feeds.len(), strings.len())?;
            let entries = Entries::open(&mut within("entries"), &indicators, &attributes, strings.len())?;
            let digests = digests::Table::open(&mut within("digests"), &indicators)?;
            let emails = emails::Table::open(&mut within("emails"), &strings, &indicators)?;
            Ok::<_, Error>((attributes, entries, digests, emails))
        };
        let domains = || domain::Table::open(&mut within("domains"), &strings, count + hosts, plain_scope);
        let urls = || {
            let urls = url::Table::open(&mut within("urls"), &strings, count)?;
            let checked = urls.check_order(&within("urls"), |id| path_of_url(&indicators, &strings, id));
            checked.map(|()| urls)
        };
        let nets = || {
            let v4 = ip::Table::open(&mut within("v4"), count, is_plain);
            let v6 = ip::Table::open(&mut within("v6"), count, is_plain);
            Ok::<_, Error>((v4?, v6?))
        };
        let patterns = || {
            let open = |name, target| pattern::Table::open(&mut within(name), &strings, target, count);
            Ok::<_, Error>((open("names", PatternTarget::Name)?, open("paths", PatternTarget::UrlPath)?))
        };
        let ((listings, domains), (urls, (nets, patterns))) = parallel::join(
            || parallel::join(listings, domains),
            || parallel::join(urls, || parallel::join(nets, patterns)),
        );
        let (attributes, entries, digests, emails) = listings?;
        let (v4, v6) = nets?;
        let (names, paths) = patterns?;
        Ok(Self {
            domains: domains?,
            urls: urls?,
            v4,
            v6,
            names,
            paths,
            digests,
            emails,
            strings,
            indicators,
            entries,
            attributes,
            feeds,
            provenance,
            prefilter: OnceLock::from(Prefilter::open(&mut within("prefilter"))?),
        })
    }

    /// The path and query of a URL indicator.
    pub(in crate::sieve) fn path_of_url(&self, id: u32) -> &[u8] {
        path_of_url(&self.indicators, &self.strings, id)
    }

    /// The URLs of a host row with this path and query.
    pub(in crate::sieve) fn urls_of<'t>(&'t self, host: u32, path: &'t [u8]) -> impl Iterator<Item = u32> + 't {
        let with_path = self.urls.with_path(host);
        let from = with_path.partition_point(|id| self.path_of_url(id) < path);
        let same = with_path.skip(from).take_while(move |&id| self.path_of_url(id) == path);
        let host_only = (path == b"/").then(|| self.urls.host_only(host));
        host_only.into_iter().flatten().chain(same)
    }

    /// The uses of a stored name, by its row.
    #[inline(always)]
    pub(in crate::sieve) fn named(&self, row: u32) -> impl Iterator<Item = Named> + use<'_> {
        let count = self.indicators.len() as u32;
        self.domains.ids(row).map(move |item| match item.checked_sub(count) {
            None => Named::Domain(item),
            Some(host) => Named::Host(host),
        })
    }

    /// Returns true if a name pattern may match a name in any spelling.
    #[inline(always)]
    pub(in crate::sieve) fn may_match_pattern(&self, name: &[u8]) -> bool {
        self.names.as_ref().is_some_and(|names| names.may_match_name(name))
    }

    /// Returns true if a lookup of a name, in any spelling and without the root dot, may find or withhold something.
    /// False is certain.
    #[inline(always)]
    pub(in crate::sieve) fn may_match_name(&self, name: &[u8]) -> bool {
        self.domains.may_hold(name) || self.may_match_pattern(name)
    }

    /// Returns true if a few loads that stay in the cache show that a lookup of a URL's host finds and withholds
    /// nothing. If it returns false, the host has to be looked up.
    #[inline]
    pub(in crate::sieve) fn denies_host(&self, kernel: Kernel, host: HostRef<'_>) -> bool {
        match host {
            HostRef::Domain(name) => !self.may_match_name(name.as_bytes()),
            HostRef::Ip(IpAddr::V4(addr)) => {
                self.v4.find(kernel, addr.to_bits()).is_none() && self.urls.addr_row(IpAddr::V4(addr)).is_none()
            }
            // Others may have an IPv4 address embedded in them.
            HostRef::Ip(_) => false,
        }
    }

    /// The bytes held, without the descriptions of the feeds.
    pub(in crate::sieve) fn memory(&self) -> usize {
        self.strings.memory()
            + self.indicators.memory()
            + self.entries.memory()
            + self.attributes.memory()
            + self.v4.memory()
            + self.v6.memory()
            + self.domains.memory()
            + self.urls.memory()
            + self.digests.memory()
            + self.emails.memory()
            + self.prefilter.get().map_or(0, Prefilter::memory)
            + [&self.names, &self.paths].into_iter().flatten().map(pattern::Table::memory).sum::<usize>()
    }
}
