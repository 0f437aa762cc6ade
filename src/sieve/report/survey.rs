//! Questions to a sieve about its feeds: overlaps, expired entries, popular names.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use iprange::IpRange;
use jiff::Timestamp;

use crate::indicator::{Action, Indicator, Record, RecordSink, Rejection, Scope, Warning};
use crate::sieve::matching::view::IndicatorRef;
use crate::sieve::report::build_report::Noted;
use crate::sieve::set::Sieve;
use crate::sieve::tables::indicators::Value;
use crate::sieve::tables::ip;
use crate::sieve::tables::{Named, Tables};
use crate::value::ip as addresses;

/// The overlap of two feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlap {
    /// The numbers of the two feeds, the lower first.
    pub feeds: (usize, usize),
    /// Indicators that both list.
    pub indicators: u64,
    /// The number of IPv4 addresses in both, as such or within prefixes and ranges.
    pub v4_addresses: u64,
    /// The number of IPv6 prefixes that cover exactly the addresses in both.
    pub v6_prefixes: u64,
}

/// The expired entries of one feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expired {
    /// The number of the feed.
    pub feed: usize,
    /// The number of entries with an end of validity, their own or from the feed's time to live.
    pub dated: u64,
    /// The number of those that have expired.
    pub expired: u64,
    /// The first expired entries, each with its end of validity.
    pub examples: Vec<Noted<Timestamp>>,
}

/// A block entry that covers a popular name or address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Popular {
    /// The number of the feed.
    pub feed: usize,
    /// The entry's line; 0 if the feed has none.
    pub line: u32,
    /// The entry's indicator.
    pub indicator: String,
    /// The most popular name or network that it covers, as written in the ranking.
    pub covers: String,
    /// The rank of that name or network, from 1.
    pub rank: u32,
}

/// A ranking of names and addresses by popularity. A feed should hardly ever block them.
///
/// A ranking is read like a feed, in any format: a list of names, a table of ranks and names, a warning list. The first
/// entry has rank 1. URLs, and ranges that are not prefixes, are dropped; patterns are not compared.
///
/// ```
/// use netsieve::sieve::Ranking;
/// use netsieve::{Feed, Sieve, feed};
///
/// let mut ranking = Ranking::new();
/// feed::read(&b"1,search.example\n2,www.mail.example\n"[..], "", None, &Ranking::feed(), &mut ranking)?;
///
/// let mut builder = Sieve::builder();
/// let own = Feed::new("hasty");
/// let id = builder.feed(own.clone());
/// feed::read(&b"evil.test\nmail.example\n"[..], "", None, &own, &mut builder.sink(id))?;
/// let (sieve, _) = builder.build()?;
///
/// let found = sieve.popular(&ranking);
/// assert_eq!((found.len(), found[0].line, found[0].covers.as_str(), found[0].rank), (1, 2, "www.mail.example", 2));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    names: Vec<(Box<str>, u32)>,
    nets: Vec<(IpNet, u32)>,
    len: u32,
}

impl Ranking {
    /// Makes an empty ranking.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the feed to give to a reader of rankings. It is an allow feed, so that single labels and public suffixes are accepted too.
    pub fn feed() -> crate::indicator::Feed {
        crate::indicator::Feed::new("ranking").action(Action::AllowAll)
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Returns true if the ranking is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl RecordSink for Ranking {
    fn record(&mut self, record: Record<'_>) {
        self.len = self.len.saturating_add(1);
        match record.indicator {
            Indicator::Domain { name, .. } => self.names.push((name.into(), self.len)),
            Indicator::Ip { net, .. } => self.nets.push((net, self.len)),
            _ => {}
        }
    }

    fn reject(&mut self, _: Rejection<'_>) {}

    fn warn(&mut self, _: Warning<'_>) {}

    fn lines(&mut self, _: u64) {}
}

impl Sieve {
    /// Finds the overlaps of all pairs of feeds that have one. Addresses are counted in merged sets of prefixes. Costs
    /// a pass over all entries and one over each pair of feeds, so call it only when needed.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let mut builder = Sieve::builder();
    /// for (feed, value) in [("a", "evil.test"), ("a", "192.0.2.0/24"), ("b", "evil.test"), ("b", "192.0.2.128/25")] {
    ///     builder.add(feed, value.parse::<Indicator>()?);
    /// }
    /// let (sieve, _) = builder.build()?;
    /// let overlaps = sieve.overlaps();
    /// assert_eq!((overlaps[0].feeds, overlaps[0].indicators, overlaps[0].v4_addresses), ((0, 1), 1, 128));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn overlaps(&self) -> Vec<Overlap> {
        let mut sets: Vec<(IpRange<Ipv4Net>, IpRange<Ipv6Net>)> =
            self.feeds().iter().map(|_| Default::default()).collect();
        let mut shared: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for indicator in self.indicators() {
            let mut feeds: Vec<usize> = indicator.sources().map(|source| source.feed_index()).collect();
            feeds.dedup();
            for (at, &a) in feeds.iter().enumerate() {
                for &b in &feeds[at + 1..] {
                    *shared.entry((a, b)).or_default() += 1;
                }
            }
            let (tables, id) = indicator.place();
            let nets = match tables.indicators.value(id) {
                Value::Net(net) => vec![net],
                Value::Range(first, last) => addresses::range_prefixes(first, last),
                _ => continue,
            };
            for feed in feeds {
                let (v4, v6) = &mut sets[feed];
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
                let indicators = shared.get(&(a, b)).copied().unwrap_or(0);
                if indicators > 0 || v4_addresses > 0 || v6_prefixes > 0 {
                    overlaps.push(Overlap { feeds: (a, b), indicators, v4_addresses, v6_prefixes });
                }
            }
        }
        overlaps
    }

    /// Finds the entries that are no longer valid at `as_of`, by feed, with at most `examples` examples each. Costs a
    /// pass over all entries.
    ///
    /// ```
    /// use netsieve::indicator::Record;
    /// use netsieve::jiff::Timestamp;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let at = |second| Timestamp::from_second(second).unwrap();
    /// let mut record = Record::new("evil.test".parse::<Indicator>()?, 7, "evil.test");
    /// record.attributes.valid_until = Some(at(1000));
    /// let (sieve, _) = Sieve::builder().add("partner", record).build()?;
    /// let expired = sieve.expired(at(2000), 10);
    /// assert_eq!((expired[0].expired, expired[0].dated, expired[0].examples[0].line), (1, 1, 7));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn expired(&self, as_of: Timestamp, examples: usize) -> Vec<Expired> {
        let mut all: Vec<Expired> =
            (0..self.feeds().len()).map(|feed| Expired { feed, dated: 0, expired: 0, examples: Vec::new() }).collect();
        for indicator in self.indicators() {
            for source in indicator.sources() {
                let Some(until) = source.valid_until() else { continue };
                let of_feed = &mut all[source.feed_index()];
                of_feed.dated += 1;
                if until > as_of {
                    continue;
                }
                of_feed.expired += 1;
                if of_feed.examples.len() < examples {
                    let (line, value) = (source.line().unwrap_or(0), indicator.to_string());
                    of_feed.examples.push(Noted { line, value, what: until });
                }
            }
        }
        all
    }

    /// Finds the block entries that cover something popular, the most popular first. A name counts if it is the popular
    /// name or a parent of it, but not if it is a subdomain: `evil.pages.example` does no harm to `pages.example`.
    /// Addresses count if they overlap. Entries count even if they are allowed elsewhere. Costs a lookup per entry of
    /// the ranking, and a pass over all indicators if the ranking has networks.
    ///
    /// ```
    /// use netsieve::indicator::RecordSink;
    /// use netsieve::sieve::Ranking;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let mut ranking = Ranking::new();
    /// ranking.record("www.mail.example".parse::<Indicator>()?.into());
    /// let (sieve, _) = Sieve::builder().add("hasty", "mail.example".parse::<Indicator>()?).build()?;
    /// assert_eq!(sieve.popular(&ranking)[0].covers, "www.mail.example");
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn popular(&self, ranking: &Ranking) -> Vec<Popular> {
        let mut best = Best::default();
        for (at, (name, rank)) in ranking.names.iter().enumerate() {
            for layer in self.0.all() {
                blocking_name(layer.tables, name, |id| {
                    if !layer.is_gone(id) {
                        best.note(layer.first + id, *rank, Rank::Name(at));
                    }
                });
            }
        }
        for (at, &(net, rank)) in ranking.nets.iter().enumerate() {
            for layer in self.0.all() {
                covering(layer.tables, net, |id| {
                    if !layer.is_gone(id) {
                        best.note(layer.first + id, rank, Rank::Net(at));
                    }
                });
            }
        }
        self.note_within(ranking, &mut best);
        let mut best: Vec<(u32, u32, Rank)> = best.0.into_iter().map(|(id, (rank, place))| (rank, id, place)).collect();
        best.sort_unstable_by_key(|&(rank, id, _)| (rank, id));
        let mut found = Vec::new();
        for (rank, id, place) in best {
            let indicator = IndicatorRef::of(&self.0, id);
            let covers = match place {
                Rank::Name(at) => ranking.names[at].0.to_string(),
                Rank::Net(at) => Indicator::Ip { net: ranking.nets[at].0, port: None }.to_string(),
            };
            for source in indicator.sources().filter(|source| source.action() == Action::Block) {
                let (feed, line) = (source.feed_index(), source.line().unwrap_or(0));
                found.push(Popular { feed, line, indicator: indicator.to_string(), covers: covers.clone(), rank });
            }
        }
        found
    }

    /// Notes the indicators that begin or end within a popular network.
    fn note_within(&self, ranking: &Ranking, best: &mut Best) {
        if ranking.nets.is_empty() {
            return;
        }
        let (mut v4, mut v6) = (ip::Builder::<u32>::default(), ip::Builder::<u128>::default());
        for (at, (net, _)) in ranking.nets.iter().enumerate() {
            match net {
                IpNet::V4(net) => v4.add(net.network().to_bits(), net.prefix_len(), at as u32),
                IpNet::V6(net) => v6.add(net.network().to_bits(), net.prefix_len(), at as u32),
            }
        }
        let (v4, v6) = (v4.finish(), v6.finish());
        for indicator in self.indicators() {
            let (tables, number) = indicator.place();
            let addrs = match tables.indicators.value(number) {
                Value::Net(net) => [net.network(), net.network()],
                Value::Range(first, last) => [first, last],
                _ => continue,
            };
            let mut within = |at: u32| best.note(indicator.id(), ranking.nets[at as usize].1, Rank::Net(at as usize));
            for addr in addrs {
                match addr {
                    IpAddr::V4(addr) => {
                        v4.covering(addr.to_bits()).for_each(|(row, _)| v4.ids(row).for_each(&mut within));
                    }
                    IpAddr::V6(addr) => {
                        v6.covering(addr.to_bits()).for_each(|(row, _)| v6.ids(row).for_each(&mut within));
                    }
                }
            }
        }
    }
}

/// By indicator: the best rank of something that it covers or overlaps, and its place in the ranking.
#[derive(Default)]
struct Best(HashMap<u32, (u32, Rank)>);

impl Best {
    fn note(&mut self, id: u32, rank: u32, place: Rank) {
        let known = self.0.entry(id).or_insert((rank, place));
        if rank < known.0 {
            *known = (rank, place);
        }
    }
}

/// A place in a ranking.
#[derive(Clone, Copy)]
enum Rank {
    Name(usize),
    Net(usize),
}

/// Calls `found` with each block indicator that covers the whole host of this name, allowed or not: names, and URLs
/// with only a host.
pub(in crate::sieve) fn blocking_name(tables: &Tables, name: &str, mut found: impl FnMut(u32)) {
    let covers = |id: u32, whole: bool| {
        tables.indicators.flags(id).has(Action::Block)
            && match tables.indicators.scope(id) {
                Some(Scope::Suffix) => true,
                Some(Scope::Subdomains) => !whole,
                _ => whole,
            }
    };
    tables.domains.suffixes(&tables.strings, name, |row| {
        let mut covering = |id: u32| {
            if covers(id, row.whole) {
                found(id);
            }
        };
        for named in tables.named(row.row) {
            match named {
                Named::Domain(id) => covering(id),
                Named::Host(host) => tables.urls.host_only(host).for_each(&mut covering),
            }
        }
    });
}

/// Calls `found` with each block indicator that covers the first address of a network.
fn covering(tables: &Tables, net: IpNet, mut found: impl FnMut(u32)) {
    let mut all = |id: u32| {
        if tables.indicators.flags(id).has(Action::Block) {
            found(id);
        }
    };
    match net {
        IpNet::V4(net) => {
            let table = &tables.v4;
            table.covering(net.network().to_bits()).for_each(|(row, _)| table.ids(row).for_each(&mut all));
        }
        IpNet::V6(net) => {
            let table = &tables.v6;
            table.covering(net.network().to_bits()).for_each(|(row, _)| table.ids(row).for_each(&mut all));
        }
    }
    if net.prefix_len() == net.max_prefix_len()
        && let Some(row) = tables.urls.addr_row(net.addr())
    {
        tables.urls.host_only(row).for_each(all);
    }
}
