//! What building did with each feed, and what follows from the whole.

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use iprange::IpRange;

use super::tables::{Tables, Value};
use super::view::IndicatorRef;
use super::{Sieve, ip};
use crate::indicator::{Action, Construct, Reject, Scope, WarningKind, ip as addresses};

/// What became of everything that was added to a builder.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BuildReport {
    /// The feeds, in the order in which they were declared.
    pub feeds: Vec<FeedReport>,
    /// What each allow entry shadows; only those that shadow something.
    pub shadows: Vec<Shadow>,
    /// Distinct indicators in the sieve.
    pub indicators: u64,
}

/// What became of one feed.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FeedReport {
    /// The feed's name.
    pub name: String,
    /// The file it was read from; empty where there is none.
    pub path: String,
    /// The name of its format, if a reader told.
    pub format: Option<String>,
    /// What its entries ask for.
    pub action: Action,
    /// Lines read.
    pub lines: u64,
    /// Entries taken.
    pub entries: u64,
    /// Entries taken that are addresses, prefixes or ranges.
    pub ips: u64,
    /// Entries taken that are names.
    pub domains: u64,
    /// Entries taken that are URLs.
    pub urls: u64,
    /// Entries taken that are patterns.
    pub patterns: u64,
    /// Entries whose indicator the same feed lists on an earlier line.
    pub duplicates: u64,
    /// Entries whose indicator an earlier feed lists too.
    pub shared: u64,
    /// Block entries that lie wholly beneath a wider block indicator of any feed: addresses in prefixes, names beneath names.
    pub subsumed: u64,
    /// What was not taken, in the feed's order, up to [`MAX_REPORTED`](crate::limits::MAX_REPORTED).
    pub rejected: Vec<Noted<Reject>>,
    /// How many values were not taken, by reason; all of them.
    pub rejected_by_reason: BTreeMap<Reject, u64>,
    /// What was left aside for what it is, in the feed's order, up to [`MAX_REPORTED`](crate::limits::MAX_REPORTED).
    pub skipped: Vec<Noted<Construct>>,
    /// How many parts were left aside, by kind; all of them.
    pub skipped_by_kind: BTreeMap<Construct, u64>,
    /// What the feed calls itself, the events or reports in it, at most [`FeedReport::TITLES`] of them.
    pub titles: Vec<String>,
    /// What was taken with a change, in the feed's order, up to [`MAX_REPORTED`](crate::limits::MAX_REPORTED).
    pub warnings: Vec<Noted<WarningKind>>,
    /// How many values were taken with a change, by kind; all of them.
    pub warnings_by_kind: BTreeMap<WarningKind, u64>,
}

impl FeedReport {
    /// How many titles of a feed are kept.
    pub const TITLES: usize = 100;

    /// How many values were not taken.
    pub fn rejected_total(&self) -> u64 {
        self.rejected_by_reason.values().sum()
    }

    /// How many parts were left aside.
    pub fn skipped_total(&self) -> u64 {
        self.skipped_by_kind.values().sum()
    }

    /// How many values were taken with a change.
    pub fn warnings_total(&self) -> u64 {
        self.warnings_by_kind.values().sum()
    }
}

/// A value of a feed, with its line and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Noted<T> {
    /// The line of the feed, from 1; 0 where it has none.
    pub line: u32,
    /// The value as the feed wrote it, at most 256 characters.
    pub value: String,
    /// What is said of it.
    pub what: T,
}

/// What one allow entry takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shadow {
    /// The allow entry's indicator.
    pub allow: String,
    /// Its feed.
    pub feed: String,
    /// Its line; 0 where the feed has none.
    pub line: u32,
    /// How many block indicators it shadows wholly: all that they cover is allowed.
    pub wholly: u64,
    /// How many block indicators it shadows in part: some of what they cover is allowed.
    pub partly: u64,
    /// The first of them, in the order of their ids, at most [`Shadow::EXAMPLES`].
    pub examples: Vec<String>,
}

impl Shadow {
    /// How many shadowed indicators are named.
    pub const EXAMPLES: usize = 10;
}

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

pub(super) fn finish(tables: &Tables, mut feeds: Vec<FeedReport>) -> BuildReport {
    for id in 0..tables.indicators.len() as u32 {
        if tables.indicators.flags(id).has(Action::Block) && is_subsumed(tables, id) {
            for source in IndicatorRef::new(tables, id).sources().filter(|source| source.action() == Action::Block) {
                feeds[source.feed_index()].subsumed += 1;
            }
        }
    }
    BuildReport { feeds, shadows: shadows(tables), indicators: tables.indicators.len() as u64 }
}

/// Whether a portless block indicator covers all of `id` and more.
fn is_subsumed(tables: &Tables, id: u32) -> bool {
    let blocks = |id: u32| {
        let flags = tables.indicators.flags(id);
        flags.has(Action::Block) && !flags.has_port()
    };
    fn net_subsumed<A: ip::Addr>(table: &ip::Table<A>, addr: A, len: u8, blocks: impl Fn(u32) -> bool) -> bool {
        table.covering(addr).any(|(row, covering)| covering < len && table.ids(row).any(&blocks))
    }
    match tables.indicators.value(id) {
        Value::Net(IpNet::V4(net)) => {
            net_subsumed(&tables.v4, net.network().to_bits(), net.prefix_len(), |other| other != id && blocks(other))
        }
        Value::Net(IpNet::V6(net)) => {
            net_subsumed(&tables.v6, net.network().to_bits(), net.prefix_len(), |other| other != id && blocks(other))
        }
        Value::Domain(name) => {
            let mut subsumed = false;
            tables.domains.suffixes(&tables.strings, tables.strings.get(name), |found| {
                subsumed |= tables.domains.ids(found.row).any(|other| {
                    let scope = tables.indicators.scope(other);
                    other != id
                        && blocks(other)
                        && if found.whole {
                            // The same name: only `Suffix` covers more than the other scopes.
                            scope == Some(Scope::Suffix)
                        } else {
                            scope != Some(Scope::Exact)
                        }
                });
            });
            subsumed
        }
        _ => false,
    }
}

/// What one indicator covers, as far as allow entries go.
#[derive(Clone, Copy)]
enum Host<'t> {
    Net(IpNet),
    /// A name, which scope, and whether it is the host of a URL.
    Name(&'t str, Scope),
}

fn host_of(tables: &Tables, id: u32) -> Vec<Host<'_>> {
    let scope = tables.indicators.scope(id).unwrap_or(Scope::Exact);
    match tables.indicators.value(id) {
        Value::Net(net) => vec![Host::Net(net)],
        Value::Range(first, last) => addresses::range_prefixes(first, last).into_iter().map(Host::Net).collect(),
        Value::Domain(name) => vec![Host::Name(tables.strings.get(name), scope)],
        Value::Url(text) => {
            let text = tables.strings.get(text);
            let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if path != "/" {
                return Vec::new();
            }
            let port = tables.indicators.port(id).map_or(0, |port| port.to_string().len() + 1);
            let host = &authority[..authority.len() - port];
            match host.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
                Ok(addr) => vec![Host::Net(IpNet::from(addr))],
                Err(_) => vec![Host::Name(host, scope)],
            }
        }
        Value::Pattern(..) => Vec::new(),
    }
}

/// For each allow entry the host-level block indicators that it shadows. One pass over the block indicators: each
/// looks up the allow entries above it, at it, and, for `allow`, beneath it.
fn shadows(tables: &Tables) -> Vec<Shadow> {
    let allows: Vec<u32> = (0..tables.indicators.len() as u32)
        .filter(|&id| {
            let flags = tables.indicators.flags(id);
            flags.has(Action::Allow) || flags.has(Action::AllowAll)
        })
        .collect();
    if allows.is_empty() {
        return Vec::new();
    }
    let mut found = Shadows { tables, by_allow: BTreeMap::new() };
    for &allow in &allows {
        for host in host_of(tables, allow) {
            found.above_and_equal(allow, host);
        }
    }
    found.beneath(&allows);
    found.finish()
}

struct Shadows<'t> {
    tables: &'t Tables,
    /// By allow indicator: block indicator and whether it is shadowed wholly.
    by_allow: BTreeMap<u32, BTreeMap<u32, bool>>,
}

impl Shadows<'_> {
    fn note(&mut self, allow: u32, block: u32, wholly: bool) {
        if self.tables.indicators.flags(block).has(Action::Block) {
            let (allow_port, block_port) = (self.tables.indicators.port(allow), self.tables.indicators.port(block));
            let wholly = match (allow_port, block_port) {
                (None, _) => wholly,
                (Some(a), Some(b)) if a == b => wholly,
                // Another port is not touched at all.
                (Some(_), Some(_)) => return,
                (Some(_), None) => false,
            };
            *self.by_allow.entry(allow).or_default().entry(block).or_insert(wholly) |= wholly;
        }
    }

    /// Block indicators at the allow entry's own place, or above it: equal or lower specificity.
    fn above_and_equal(&mut self, allow: u32, host: Host<'_>) {
        let tables = self.tables;
        match host {
            Host::Net(net) => {
                let len = net.prefix_len();
                let ids: Vec<(u32, u8)> = match net {
                    IpNet::V4(net) => covering_ids(&tables.v4, net.network().to_bits(), len),
                    IpNet::V6(net) => covering_ids(&tables.v6, net.network().to_bits(), len),
                };
                for (id, covering) in ids {
                    let wholly = covering == len && !matches!(tables.indicators.value(id), Value::Range(..));
                    self.note(allow, id, wholly);
                }
                if net.prefix_len() == net.max_prefix_len()
                    && let Some(row) = tables.urls.addr_row(net.addr())
                {
                    for id in tables.urls.host_only(row) {
                        self.note(allow, id, true);
                    }
                }
            }
            Host::Name(name, allow_scope) => {
                let mut notes = Vec::new();
                let covers_all = |scope: Option<Scope>| match (allow_scope, scope.unwrap_or(Scope::Exact)) {
                    (Scope::Suffix, _) => true,
                    (a, b) => a == b,
                };
                let meets = |whole: bool, scope: Option<Scope>| match (whole, scope.unwrap_or(Scope::Exact)) {
                    (true, Scope::Exact) => allow_scope != Scope::Subdomains,
                    (true, Scope::Subdomains) => allow_scope != Scope::Exact,
                    (true, Scope::Suffix) => true,
                    (false, scope) => scope != Scope::Exact,
                };
                tables.domains.suffixes(&tables.strings, name, |found| {
                    for id in tables.domains.ids(found.row) {
                        let scope = tables.indicators.scope(id);
                        if meets(found.whole, scope) {
                            notes.push((id, found.whole && covers_all(scope)));
                        }
                    }
                });
                tables.urls.hosts().suffixes(&tables.strings, name, |found| {
                    for id in tables.urls.host_only(found.row) {
                        let scope = tables.indicators.scope(id);
                        if meets(found.whole, scope) {
                            notes.push((id, found.whole && covers_all(scope)));
                        }
                    }
                });
                for (id, wholly) in notes {
                    self.note(allow, id, wholly);
                }
            }
        }
    }

    /// What lies beneath `allow_all` entries, whatever its specificity.
    fn beneath(&mut self, allows: &[u32]) {
        let tables = self.tables;
        let is_all = |id: u32| tables.indicators.flags(id).has(Action::AllowAll);
        if !allows.iter().any(|&id| is_all(id)) {
            return;
        }
        for block in 0..tables.indicators.len() as u32 {
            if !tables.indicators.flags(block).has(Action::Block) {
                continue;
            }
            for host in host_of(tables, block) {
                match host {
                    Host::Net(net) => {
                        let ids = match net {
                            IpNet::V4(v4) => covering_ids(&tables.v4, v4.network().to_bits(), net.prefix_len()),
                            IpNet::V6(v6) => covering_ids(&tables.v6, v6.network().to_bits(), net.prefix_len()),
                        };
                        for (id, _) in ids.into_iter().filter(|&(id, _)| is_all(id)) {
                            self.note(id, block, !matches!(tables.indicators.value(block), Value::Range(..)));
                        }
                    }
                    Host::Name(name, _) => {
                        let mut notes = Vec::new();
                        tables.domains.suffixes(&tables.strings, name, |found| {
                            let covers = |&id: &u32| {
                                !found.whole && is_all(id) && tables.indicators.scope(id) != Some(Scope::Exact)
                            };
                            notes.extend(tables.domains.ids(found.row).filter(covers));
                        });
                        for id in notes {
                            self.note(id, block, true);
                        }
                    }
                }
            }
        }
    }

    fn finish(self) -> Vec<Shadow> {
        let tables = self.tables;
        let mut shadows = Vec::new();
        for (allow, blocks) in self.by_allow {
            let indicator = IndicatorRef::new(tables, allow);
            let wholly = blocks.values().filter(|&&wholly| wholly).count() as u64;
            for source in indicator.sources().filter(|source| source.action() != Action::Block) {
                shadows.push(Shadow {
                    allow: indicator.to_string(),
                    feed: source.feed().name.clone(),
                    line: source.line().unwrap_or(0),
                    wholly,
                    partly: blocks.len() as u64 - wholly,
                    examples: blocks
                        .keys()
                        .take(Shadow::EXAMPLES)
                        .map(|&id| IndicatorRef::new(tables, id).to_string())
                        .collect(),
                });
            }
        }
        shadows
    }
}

/// Ids and lengths of the prefixes that cover a whole prefix, itself included.
fn covering_ids<A: ip::Addr>(table: &ip::Table<A>, addr: A, len: u8) -> Vec<(u32, u8)> {
    table
        .covering(addr)
        .filter(|&(_, covering)| covering <= len)
        .flat_map(|(row, covering)| table.ids(row).map(move |id| (id, covering)))
        .collect()
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
