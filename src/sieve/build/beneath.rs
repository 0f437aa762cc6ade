//! Finds the block indicators that lie under others: under wider block indicators, and under entries that allow all.
//!
//! One walk over the block indicators is enough. The ancestors of a name are looked up among the interned strings, but only
//! at depths where something wide is listed. Addresses are looked up in a sorted list of everything wider than one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Range;

use ipnet::IpNet;

use crate::arch::name::dots_backwards;
use crate::indicator::{Action, Scope};
use crate::sieve::build::index::KnownIndicators;
use crate::sieve::build::searched::UrlRow;
use crate::sieve::flat::lookup::Lookup;
use crate::sieve::flat::parallel;
use crate::sieve::flat::strings::{StrId, Strings};
use crate::sieve::tables::indicators::{IndicatorsBuilder, Value};
use crate::sieve::tables::{ip, url};
use crate::value::ip as addresses;

/// The indicators as known before any tables exist.
pub(in crate::sieve) struct Known<'b> {
    pub(in crate::sieve) strings: &'b Strings,
    /// Finds interned strings.
    pub(in crate::sieve) lookup: &'b Lookup,
    pub(in crate::sieve) index: &'b KnownIndicators,
    pub(in crate::sieve) indicators: &'b IndicatorsBuilder,
    pub(in crate::sieve) urls: &'b [UrlRow],
}

/// An allow indicator, a block indicator from which it takes something, and true if it takes all of it.
pub(super) type Taken = (u32, u32, bool);

/// The relations between indicators, by id.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Beneath {
    /// Block indicators, each with the widest block indicator above it, which covers all that it covers and more.
    pub(super) subsumed: Vec<(u32, u32)>,
    /// The pairs in which an allow indicator would take from block indicators under it, if it allowed all.
    pub(super) taken: Vec<Taken>,
}

impl Beneath {
    pub(in crate::sieve) fn new(known: &Known<'_>) -> Self {
        let above = Above::new(known);
        let found = parallel::pieces(known.indicators.len(), |ids| above.walk(ids));
        let hosts = if above.allow_names.is_empty() && above.allow_v4.is_none() && above.allow_v6.is_none() {
            Vec::new()
        } else {
            parallel::pieces(known.urls.len(), |rows| above.walk_hosts(rows))
        };
        let mut all = Self::default();
        for part in found.into_iter().chain(hosts) {
            all.subsumed.extend(part.subsumed);
            all.taken.extend(part.taken);
        }
        all
    }
}

/// The number of names whose ancestors are looked up together, so that their cache misses overlap.
const AT_ONCE: usize = 64;

/// A block indicator without a port has this name and covers its subdomains.
const WIDE: u8 = 1;
/// An allow indicator has this name and covers its subdomains.
const ALLOWS: u8 = 1 << 1;
/// Several indicators have this name.
const SEVERAL: u8 = 1 << 2;

/// The indicators that can be above others.
struct Above<'b> {
    known: &'b Known<'b>,
    /// Flags by string id.
    marks: Vec<u8>,
    /// The label counts of marked names, as a bit set.
    depths: u128,
    allow_names: HashMap<StrId, Vec<u32>>,
    wide_v4: Intervals<u32>,
    wide_v6: Intervals<u128>,
    allow_v4: Option<ip::Table<u32>>,
    allow_v6: Option<ip::Table<u128>>,
}

/// The prefixes and ranges that can be above others, while they are collected.
#[derive(Default)]
struct Networks {
    wide_v4: Vec<(u32, u32, u32)>,
    wide_v6: Vec<(u128, u128, u32)>,
    allow_v4: Option<ip::Builder<u32>>,
    allow_v6: Option<ip::Builder<u128>>,
}

impl Networks {
    /// Adds the addresses that a block indicator covers.
    fn add_wide(&mut self, first: IpAddr, last: IpAddr, id: u32) {
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => self.wide_v4.push((first.to_bits(), last.to_bits(), id)),
            (IpAddr::V6(first), IpAddr::V6(last)) => self.wide_v6.push((first.to_bits(), last.to_bits(), id)),
            _ => unreachable!("the ends of a range are of one family"),
        }
    }

    /// Adds a prefix that an allow indicator covers.
    fn add_allowed(&mut self, net: IpNet, id: u32) {
        let (len, network) = (net.prefix_len(), net.network());
        match network {
            IpAddr::V4(addr) => self.allow_v4.get_or_insert_default().add(addr.to_bits(), len, id),
            IpAddr::V6(addr) => self.allow_v6.get_or_insert_default().add(addr.to_bits(), len, id),
        }
    }
}

impl<'b> Above<'b> {
    fn new(known: &'b Known<'b>) -> Self {
        let indicators = known.indicators;
        let mut above = Self {
            known,
            marks: vec![0; known.strings.len()],
            depths: 0,
            allow_names: HashMap::new(),
            wide_v4: Intervals::default(),
            wide_v6: Intervals::default(),
            allow_v4: None,
            allow_v6: None,
        };
        let mut networks = Networks::default();
        for id in 0..indicators.len() as u32 {
            let is_wide = above.is_wide(id);
            // An `allow` entry here counts as well: the walk finds what it would take if it allowed all.
            let flags = indicators.flags(id);
            let allows = flags.has(Action::AllowAll) || flags.has(Action::Allow);
            match indicators.value(id) {
                Value::Domain(name) => above.mark(name, id, is_wide, allows),
                Value::Net(net) => {
                    if allows {
                        networks.add_allowed(net, id);
                    }
                    if is_wide && net.prefix_len() < net.max_prefix_len() {
                        networks.add_wide(net.network(), net.broadcast(), id);
                    }
                }
                Value::Range(first, last) => {
                    if allows {
                        addresses::range_prefixes(first, last)
                            .into_iter()
                            .for_each(|net| networks.add_allowed(net, id));
                    }
                    if is_wide {
                        networks.add_wide(first, last, id);
                    }
                }
                Value::Url(_) | Value::Pattern(..) | Value::Hash(_) | Value::Email(_) => {}
            }
        }
        above.wide_v4 = Intervals::new(networks.wide_v4);
        above.wide_v6 = Intervals::new(networks.wide_v6);
        above.allow_v4 = networks.allow_v4.map(ip::Builder::finish);
        above.allow_v6 = networks.allow_v6.map(ip::Builder::finish);
        above
    }

    /// Marks the name of a domain indicator.
    fn mark(&mut self, name: StrId, id: u32, is_wide: bool, allows: bool) {
        let mark = &mut self.marks[name.0 as usize];
        if self.known.index.first_domain(name) != Some(id) {
            *mark |= SEVERAL;
        }
        if self.known.indicators.scope(id) == Some(Scope::Exact) {
            return;
        }
        if is_wide || allows {
            self.depths |= depth_bit(memchr::memchr_iter(b'.', self.known.strings.bytes(name)).count());
        }
        if is_wide {
            *mark |= WIDE;
        }
        if allows {
            *mark |= ALLOWS;
            self.allow_names.entry(name).or_default().push(id);
        }
    }

    fn walk(&self, ids: Range<u32>) -> Beneath {
        let mut found = Beneath::default();
        let mut hashes = Vec::new();
        for start in ids.clone().step_by(AT_ONCE) {
            let some = start..ids.end.min(start + AT_ONCE as u32);
            hashes.clear();
            let Known { indicators, strings, .. } = *self.known;
            for id in some.clone().filter(|&id| indicators.flags(id).has(Action::Block)) {
                if let Value::Domain(name) = indicators.value(id) {
                    hashes.extend(
                        self.marked_depths(strings.bytes(name)).map(|ancestor| self.known.lookup.hash(ancestor)),
                    );
                }
            }
            self.known.lookup.warm(hashes.iter().copied());
            self.walk_some(some, &hashes, &mut found);
        }
        found
    }

    fn walk_some(&self, ids: Range<u32>, hashes: &[u64], found: &mut Beneath) {
        let mut hashes = hashes.iter().copied();
        let indicators = self.known.indicators;
        for id in ids {
            if !indicators.flags(id).has(Action::Block) {
                continue;
            }
            let above = match indicators.value(id) {
                Value::Domain(name) => {
                    let above = self.ancestors(self.known.strings.bytes(name), &mut hashes, id, &mut found.taken);
                    above.or_else(|| self.same_name(name, id))
                }
                Value::Net(net) => {
                    self.allowing(net, id, &mut found.taken);
                    self.wider(net.network(), net.broadcast(), id).or_else(|| {
                        indicators.port(id)?;
                        self.known.index.find_net(indicators, net).filter(|&other| self.is_wide(other))
                    })
                }
                Value::Range(first, last) => {
                    if self.allow_v4.is_some() || self.allow_v6.is_some() {
                        for net in addresses::range_prefixes(first, last) {
                            self.allowing(net, id, &mut found.taken);
                        }
                    }
                    self.wider(first, last, id)
                }
                Value::Url(_) | Value::Pattern(..) | Value::Hash(_) | Value::Email(_) => None,
            };
            found.subsumed.extend(above.map(|above| (id, above)));
        }
    }

    /// Finds the URLs with only a host that lie under entries that allow all.
    fn walk_hosts(&self, rows: Range<u32>) -> Beneath {
        let mut found = Beneath::default();
        let Known { strings, indicators, urls, .. } = *self.known;
        for row in &urls[rows.start as usize..rows.end as usize] {
            if !indicators.flags(row.id).has(Action::Block) || !row.is_host_only(strings, indicators) {
                continue;
            }
            match row.host {
                url::Host::Name(name) => {
                    let name = strings.bytes(name);
                    let mut hashes = self.marked_depths(name).map(|ancestor| self.known.lookup.hash(ancestor));
                    self.ancestors(name, &mut hashes, row.id, &mut found.taken);
                }
                url::Host::Addr(addr) => self.allowing(IpNet::from(addr), row.id, &mut found.taken),
            }
        }
        found
    }

    /// Returns true if an indicator blocks regardless of the port.
    fn is_wide(&self, id: u32) -> bool {
        let flags = self.known.indicators.flags(id);
        flags.has(Action::Block) && !flags.has_port()
    }

    /// The proper suffixes of a name, shortest first, at the depths where some name is marked.
    fn marked_depths<'n>(&self, name: &'n [u8]) -> impl Iterator<Item = &'n [u8]> {
        let depths = self.depths;
        dots_backwards(name)
            .enumerate()
            .filter(move |&(depth, _)| depths & depth_bit(depth) != 0)
            .map(|(_, dot)| &name[dot + 1..])
    }

    /// Returns the widest block indicator above a name and notes the entries that allow all above it. `hashes` are
    /// those of the name's [`marked_depths`](Self::marked_depths).
    fn ancestors(
        &self,
        name: &[u8],
        hashes: &mut impl Iterator<Item = u64>,
        id: u32,
        taken: &mut Vec<Taken>,
    ) -> Option<u32> {
        let mut wider = None;
        for (ancestor, hash) in self.marked_depths(name).zip(hashes) {
            let is_it = |other: u32| self.known.strings.bytes(StrId(other)) == ancestor;
            let Some(string) = self.known.lookup.find(hash, is_it) else { continue };
            let mark = self.marks[string as usize];
            if mark & WIDE != 0 && wider.is_none() {
                wider = self.wide_domain(StrId(string), [Scope::Suffix, Scope::Subdomains]);
            }
            if mark & ALLOWS != 0 {
                let allows = self.allow_names.get(&StrId(string));
                taken.extend(allows.into_iter().flatten().map(|&allow| (allow, id, true)));
            }
        }
        wider
    }

    /// Finds a block indicator with this name and without a port, of one of these scopes.
    fn wide_domain(&self, name: StrId, scopes: [Scope; 2]) -> Option<u32> {
        let Known { index, indicators, .. } = *self.known;
        let find = |scope| index.find_domain(indicators, name, scope).filter(|&id| self.is_wide(id));
        scopes.into_iter().find_map(find)
    }

    /// Finds a block indicator of the same name that covers more.
    fn same_name(&self, name: StrId, id: u32) -> Option<u32> {
        if self.marks[name.0 as usize] & SEVERAL == 0 {
            return None;
        }
        let scope = self.known.indicators.scope(id)?;
        let scopes = match self.known.indicators.port(id) {
            Some(_) => [Scope::Suffix, scope],
            None if scope == Scope::Suffix => return None,
            None => [Scope::Suffix; 2],
        };
        self.wide_domain(name, scopes)
    }

    /// Finds the widest block indicator that covers more than the addresses of `id`.
    fn wider(&self, first: IpAddr, last: IpAddr, id: u32) -> Option<u32> {
        let has_port = self.known.indicators.flags(id).has_port();
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => self.wide_v4.around(first.to_bits(), last.to_bits(), has_port),
            (IpAddr::V6(first), IpAddr::V6(last)) => self.wide_v6.around(first.to_bits(), last.to_bits(), has_port),
            _ => unreachable!("the ends of a range are of one family"),
        }
    }

    /// Notes the entries that cover a prefix, which is `id` or a part of it.
    fn allowing(&self, net: IpNet, id: u32, taken: &mut Vec<Taken>) {
        let indicators = self.known.indicators;
        // A contiguous entry that covers both ends of a range covers all of it.
        let is_wholly = |allow: u32| match (indicators.value(allow), indicators.value(id)) {
            (Value::Net(allow), Value::Range(first, last)) => allow.contains(&first) && allow.contains(&last),
            (Value::Range(from, to), Value::Range(first, last)) => from <= first && last <= to,
            _ => true,
        };
        let allows = match (net, &self.allow_v4, &self.allow_v6) {
            (IpNet::V4(net), Some(table), _) => table.covering_ids(net.network().to_bits(), net.prefix_len()),
            (IpNet::V6(net), _, Some(table)) => table.covering_ids(net.network().to_bits(), net.prefix_len()),
            _ => return,
        };
        taken.extend(allows.into_iter().map(|(allow, _)| (allow, id, is_wholly(allow))));
    }
}

/// The bit for names with this number of dots.
fn depth_bit(dots: usize) -> u128 {
    // A name has at most 127 labels.
    1 << dots.min(127)
}

/// Address ranges, searched for the widest one around another.
#[derive(Debug, Default)]
struct Intervals<A> {
    firsts: Vec<A>,
    /// Sorted by start, then widest first. Each element is the range so far that ends last: its end, start and id.
    furthest: Vec<(A, A, u32)>,
}

impl<A: Copy + Ord> Intervals<A> {
    fn new(mut intervals: Vec<(A, A, u32)>) -> Self {
        intervals.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
        let mut furthest: Vec<(A, A, u32)> = Vec::with_capacity(intervals.len());
        for &(first, last, id) in &intervals {
            furthest.push(match furthest.last() {
                Some(&known) if known.0 >= last => known,
                _ => (last, first, id),
            });
        }
        Self { firsts: intervals.iter().map(|interval| interval.0).collect(), furthest }
    }

    /// The id of the widest range that covers these addresses. With `or_equal`, it may be exactly these addresses.
    fn around(&self, first: A, last: A, or_equal: bool) -> Option<u32> {
        let before = self.firsts.partition_point(|&start| start <= first);
        let &(end, start, found) = self.furthest.get(before.checked_sub(1)?)?;
        (end >= last && (or_equal || (start, end) != (first, last))).then_some(found)
    }
}
