//! Adds a handful of indicators to a sieve, and removes some, without compiling it anew.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::error::{Error, Result};
use crate::indicator::{Feed, HostRef, Indicator, PatternTarget, Record};
use crate::sieve::build::builder::{FeedId, SieveBuilder};
use crate::sieve::build::suffixes::PublicSuffixes;
use crate::sieve::matching::view::IndicatorRef;
use crate::sieve::report::build_report::BuildReport;
use crate::sieve::report::counterparts::{find_among, record};
use crate::sieve::set::Sieve;
use crate::sieve::tables::{Named, Tables};

/// A handful of changes to a [`Sieve`], for [`Sieve::with`].
///
/// ```
/// use netsieve::sieve::{Delta, PublicSuffixes};
/// use netsieve::{Indicator, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
/// let mut delta = Delta::new();
/// delta.remove("evil.test".parse()?).add("ours", "worse.test".parse::<Indicator>()?);
/// delta.public_suffixes(PublicSuffixes::default());
/// let (changed, _) = sieve.with(&delta)?;
/// assert!(changed.is_match_any("worse.test") && !changed.is_match_any("evil.test"));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Delta {
    added: Vec<(Feed, Record<'static>)>,
    removed: Vec<Indicator>,
    suffixes: PublicSuffixes,
}

impl Delta {
    /// No changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an indicator, or a record of one, to a feed. If the sieve has a feed of that name, the entry joins it, and the rest of
    /// `feed` is ignored. Otherwise the feed is declared. Guards apply as for [`SieveBuilder::add`].
    pub fn add(&mut self, feed: impl Into<Feed>, record: impl Into<Record<'static>>) -> &mut Self {
        self.added.push((feed.into(), record.into()));
        self
    }

    /// Removes an indicator, with the entries of all feeds. Two indicators are the same if kind, value, scope and port are. Name it as
    /// the sieve holds it: a public suffix that a guard narrowed is held as exact. Removal comes first: an indicator that the delta also
    /// adds keeps only the added entries.
    pub fn remove(&mut self, indicator: Indicator) -> &mut Self {
        self.removed.push(indicator);
        self
    }

    /// Sets the Public Suffix List that the guards consult (default: the built-in one).
    pub fn public_suffixes(&mut self, list: PublicSuffixes) -> &mut Self {
        self.suffixes = list;
        self
    }
}

impl Sieve {
    /// Returns this sieve with a handful of indicators added and removed. The new sieve answers lookups, batches and scans as if it had
    /// been built from the changed entries. This sieve stays as it is, and shares its tables with the new one.
    ///
    /// The report is that of a build of the additions alone, so its counts of new and shared indicators ignore what this sieve lists.
    ///
    /// # Cost
    ///
    /// Changes go into small tables beside the compiled ones. Changing a changed sieve builds the small tables again, so the cost is that
    /// of building a sieve of all changes so far, however many indicators this sieve has. Only a change to a pattern costs a pass over the
    /// patterns of this sieve. The first scan copies the bitmaps of the prefilter, a few megabytes at most.
    ///
    /// Each lookup then searches both sets of tables. A miss asks the filters of both. A hit cannot use the shortcuts of compiled tables.
    /// Of the batch methods, only [`Matcher::lookup_batch`](crate::Matcher::lookup_batch) still looks up many values side by side. After
    /// more than a few hundred changes, call [`compact`](Sieve::compact).
    ///
    /// # Errors
    ///
    /// If an indicator to be removed is not in this sieve, or if there are more indicators, entries or bytes of text than 32-bit
    /// numbers can count.
    ///
    /// ```
    /// use netsieve::sieve::Delta;
    /// use netsieve::{Feed, Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder()
    ///     .add("partner", "evil.test".parse::<Indicator>()?)
    ///     .add("partner", "192.0.2.0/24".parse::<Indicator>()?)
    ///     .build()?;
    /// let mut delta = Delta::new();
    /// delta.add(Feed::new("ours"), "worse.test".parse::<Indicator>()?);
    /// delta.remove("192.0.2.0/24".parse()?);
    /// let (changed, report) = sieve.with(&delta)?;
    /// assert_eq!((changed.len(), report.feeds[1].entries), (2, 1));
    /// assert!(changed.lookup("www.worse.test")?.matches().len() == 1);
    /// assert!(changed.lookup("192.0.2.7")?.matches().is_empty() && !sieve.lookup("192.0.2.7")?.matches().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with(&self, delta: &Delta) -> Result<(Sieve, BuildReport)> {
        let mut dropped = BTreeSet::new();
        for indicator in alone(&delta.removed)?.indicators() {
            let known = self.same_as(indicator);
            let known =
                known.ok_or_else(|| Error::config(format!("{indicator} cannot be removed: no feed lists it")))?;
            dropped.insert(known.id());
        }
        // The guards may change an addition, so build the additions first, and then find the indicators that they join.
        let mut builder = Sieve::builder();
        self.declare_feeds(&mut builder);
        add_records(&mut builder, delta);
        let (added, report) = builder.build()?;
        let compiled = self.tables().indicators.len() as u32;
        let joined = added.indicators().filter_map(|indicator| self.same_as(indicator));
        let changed =
            self.0.overlay().into_iter().flat_map(|layer| (layer.first..).take(layer.tables.indicators.len()));
        let kept: BTreeSet<u32> =
            joined.map(|known| known.id()).chain(changed).filter(|id| !dropped.contains(id)).collect();
        let mut gone: BTreeSet<u32> = self.0.compiled().gone().iter().copied().collect();
        gone.extend(kept.iter().chain(&dropped).filter(|&&id| id < compiled));

        let mut builder = Sieve::builder();
        let feeds = self.declare_feeds(&mut builder);
        for &id in &kept {
            add_entries(&mut builder, &feeds, IndicatorRef::of(&self.0, id))?;
        }
        add_records(&mut builder, delta);
        let (overlay, _) = builder.build()?;
        Ok((Sieve(self.0.with_overlay(overlay.0, gone.into_iter().collect())), report))
    }

    /// Compiles a sieve that [`with`](Sieve::with) changed, so that all its indicators are in one set of tables again. Costs as much as
    /// building it. Indicators get new ids. A sieve without changes is returned as it is.
    ///
    /// # Errors
    ///
    /// If there are more indicators, entries or bytes of text than 32-bit numbers can count.
    ///
    /// ```
    /// use netsieve::sieve::Delta;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut delta = Delta::new();
    /// delta.add("partner", "worse.test".parse::<Indicator>()?);
    /// let (changed, _) = sieve.with(&delta)?;
    /// let compacted = changed.compact()?;
    /// assert_eq!(compacted.len(), 2);
    /// assert!(compacted.matcher().is_match_any("worse.test"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn compact(&self) -> Result<Sieve> {
        if !self.0.has_overlay() {
            return Ok(self.clone());
        }
        let mut builder = Sieve::builder();
        let feeds = self.declare_feeds(&mut builder);
        for indicator in self.indicators() {
            add_entries(&mut builder, &feeds, indicator)?;
        }
        let (mut whole, _) = builder.build()?;
        // The report on the feeds that were read still holds.
        let tables = whole.0.compiled_mut().expect("nobody else holds what was just built");
        let known = self.provenance();
        let own = std::mem::replace(&mut tables.provenance, known.clone());
        tables.provenance.shadowing = own.shadowing;
        tables.provenance.feeds.extend(own.feeds.into_iter().skip(known.feeds.len()));
        Ok(whole)
    }

    /// Declares the feeds of this sieve, in order.
    fn declare_feeds(&self, builder: &mut SieveBuilder) -> Vec<FeedId> {
        self.feeds().iter().map(|feed| builder.feed(feed.clone())).collect()
    }

    /// Finds the indicator of this sieve that equals one of another sieve.
    fn same_as(&self, other: IndicatorRef<'_>) -> Option<IndicatorRef<'_>> {
        let value = other.to_indicator()?;
        let near = self.0.all().flat_map(|layer| {
            let near = near(layer.tables, &value).into_iter().filter(move |&id| !layer.is_gone(id));
            near.map(move |id| IndicatorRef::of(&self.0, layer.first + id))
        });
        find_among(other, near)
    }
}

/// Builds a sieve of these indicators, without guards.
fn alone(indicators: &[Indicator]) -> Result<Sieve> {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new(""));
    indicators.iter().for_each(|indicator| builder.add_again(feed, indicator.clone().into()));
    Ok(builder.build()?.0)
}

fn add_records(builder: &mut SieveBuilder, delta: &Delta) {
    builder.public_suffixes(delta.suffixes.clone());
    for (feed, record) in &delta.added {
        let id = builder.declared(|known| known.name == feed.name).unwrap_or_else(|| builder.feed(feed.clone()));
        builder.add(id, record.clone());
    }
}

/// Adds all entries of an indicator, which the guards have accepted before.
fn add_entries(builder: &mut SieveBuilder, feeds: &[FeedId], indicator: IndicatorRef<'_>) -> Result<()> {
    let damage = || Error::damage("indicators", format!("{indicator} is not canonical"));
    for source in indicator.sources() {
        let feed = feeds.get(source.feed_index()).ok_or_else(damage)?;
        builder.add_again(*feed, record(indicator.to_indicator().ok_or_else(damage)?, &source));
    }
    Ok(())
}

/// Returns the ids of candidates: if the tables hold the indicator, it is one of them.
fn near(tables: &Tables, of: &Indicator) -> Vec<u32> {
    let covering = |addr: IpAddr, len: u8| match addr {
        IpAddr::V4(addr) => tables.v4.covering_ids(addr.to_bits(), len),
        IpAddr::V6(addr) => tables.v6.covering_ids(addr.to_bits(), len),
    };
    let covering = |addr, len| covering(addr, len).into_iter().map(|(id, _)| id).collect();
    let named = |name: &str| {
        tables.domains.exact(&tables.strings, name).into_iter().flat_map(|row| tables.named(row)).collect::<Vec<_>>()
    };
    match of {
        Indicator::Ip { net, .. } => covering(net.network(), net.prefix_len()),
        Indicator::IpRange { first, .. } => covering(*first, if first.is_ipv4() { 32 } else { 128 }),
        Indicator::Domain { name, .. } => named(name.as_str())
            .into_iter()
            .filter_map(|named| if let Named::Domain(id) = named { Some(id) } else { None })
            .collect(),
        Indicator::Url { url, .. } => {
            let view = url.view();
            let path = view.path_and_query().as_bytes();
            let on_host = |row: u32| tables.urls_of(row, path);
            match view.host() {
                HostRef::Ip(addr) => tables.urls.addr_row(addr).into_iter().flat_map(on_host).collect(),
                HostRef::Domain(name) => named(name)
                    .into_iter()
                    .filter_map(|named| if let Named::Host(row) = named { Some(row) } else { None })
                    .flat_map(on_host)
                    .collect(),
            }
        }
        Indicator::Pattern(pattern) => {
            let table = match pattern.target() {
                PatternTarget::Name => &tables.names,
                PatternTarget::UrlPath => &tables.paths,
            };
            table.iter().flat_map(|table| table.listing(&tables.strings, pattern.as_str())).collect()
        }
        Indicator::Hash(hash) => tables.digests.find(hash.as_bytes()).into_iter().collect(),
        Indicator::Email(address) => tables.emails.find(&tables.strings, address.as_str()).into_iter().collect(),
    }
}
