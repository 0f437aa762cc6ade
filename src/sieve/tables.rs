//! Everything a compiled sieve holds: flat columns, each behind its own module.

use std::net::IpAddr;
use std::sync::OnceLock;

use ipnet::IpNet;

use super::csr::Lists;
use super::entries::{Attributes, Column, Entry};
use super::prefilter::Prefilter;
use super::strings::{StrId, Strings};
use super::{domain, ip, pattern, url};
use crate::indicator::{Action, Feed, Kind, PatternTarget, Scope};
use crate::wire::Slice;

/// The value of an indicator, by reference to the strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Net(IpNet),
    Range(IpAddr, IpAddr),
    Domain(StrId),
    Url(StrId),
    Pattern(StrId, PatternTarget),
}

impl Value {
    pub(super) fn kind(self) -> Kind {
        match self {
            Value::Net(_) | Value::Range(..) => Kind::Ip,
            Value::Domain(_) => Kind::Domain,
            Value::Url(_) => Kind::Url,
            Value::Pattern(..) => Kind::Pattern,
        }
    }
}

/// What a lookup must know of an indicator before it reads an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    const HAS_PORT: u8 = 1 << 3;

    const fn bit(action: Action) -> u8 {
        match action {
            Action::Block => 1,
            Action::Allow => 1 << 1,
            Action::AllowAll => 1 << 2,
        }
    }

    /// Whether some entry has this action.
    #[inline]
    pub(super) const fn has(self, action: Action) -> bool {
        self.0 & Self::bit(action) != 0
    }

    /// Whether every entry blocks, whatever the port: the common case, which needs no entry read.
    #[inline]
    pub(super) const fn is_plain_block(self) -> bool {
        self.0 == Self::bit(Action::Block)
    }

    #[inline]
    pub(super) const fn has_port(self) -> bool {
        self.0 & Self::HAS_PORT != 0
    }
}

/// The indicators, a column a field; the id is the row.
#[derive(Debug, Default)]
pub(super) struct Indicators {
    values: Vec<Value>,
    scopes: Vec<Option<Scope>>,
    ports: Vec<u16>,
    flags: Vec<Flags>,
}

impl Indicators {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn push(&mut self, value: Value, scope: Option<Scope>, port: Option<u16>) {
        self.values.push(value);
        self.scopes.push(scope);
        self.ports.push(port.unwrap_or(0));
        self.flags.push(Flags(if port.is_some() { Flags::HAS_PORT } else { 0 }));
    }

    pub(super) fn note_action(&mut self, id: u32, action: Action) {
        self.flags[id as usize].0 |= Flags::bit(action);
    }

    #[inline]
    pub(super) fn value(&self, id: u32) -> Value {
        self.values[id as usize]
    }

    #[inline]
    pub(super) fn scope(&self, id: u32) -> Option<Scope> {
        self.scopes[id as usize]
    }

    #[inline]
    pub(super) fn port(&self, id: u32) -> Option<u16> {
        self.flags(id).has_port().then(|| self.ports[id as usize])
    }

    #[inline]
    pub(super) fn flags(&self, id: u32) -> Flags {
        self.flags[id as usize]
    }

    fn memory(&self) -> usize {
        self.values.capacity() * size_of::<Value>()
            + self.scopes.capacity() * size_of::<Option<Scope>>()
            + self.ports.capacity() * 2
            + self.flags.capacity()
    }
}

/// The tables of a sieve.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) strings: Strings,
    pub(super) indicators: Indicators,
    pub(super) entries: Vec<Entry>,
    /// By indicator: its entries, by feed and line.
    pub(super) entry_rows: Lists,
    pub(super) as_listed: Column,
    pub(super) reference: Column,
    pub(super) description: Column,
    /// What the feed itself calls the entry.
    pub(super) object: Column,
    pub(super) attributes: Attributes,
    pub(super) feeds: Vec<Feed>,
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
    /// The numbers of an indicator's entries.
    #[inline]
    pub(super) fn entries_of(&self, id: u32) -> Slice<'_, u32> {
        self.entry_rows.get(id as usize)
    }

    /// Bytes held, without the feeds' descriptions.
    pub(super) fn memory(&self) -> usize {
        self.strings.memory()
            + self.indicators.memory()
            + self.entries.capacity() * size_of::<Entry>()
            + self.entry_rows.memory()
            + self.as_listed.memory()
            + self.reference.memory()
            + self.description.memory()
            + self.object.memory()
            + self.attributes.memory()
            + self.v4.memory()
            + self.v6.memory()
            + self.domains.memory()
            + self.urls.memory()
            + self.prefilter.get().map_or(0, Prefilter::memory)
            + [&self.names, &self.paths].into_iter().flatten().map(pattern::Table::memory).sum::<usize>()
    }
}
