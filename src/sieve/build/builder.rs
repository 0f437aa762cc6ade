//! The builder: takes records, has the guards check them, and compiles the tables.

use std::fmt::Write;
use std::sync::OnceLock;

use ipnet::IpNet;

use crate::error::{Error, Result};
use crate::indicator::{Action, Feed, HostRef, Indicator, Record, RecordSink, Rejection, Skip, Warning};
use crate::limits::MAX_REPORTED;
use crate::sieve::build::beneath::{Beneath, Known};
use crate::sieve::build::guard;
use crate::sieve::build::index::KnownIndicators;
use crate::sieve::build::pending::Pending;
use crate::sieve::build::searched::{Searched, UrlRow};
use crate::sieve::build::suffixes::PublicSuffixes;
use crate::sieve::build::whole;
use crate::sieve::flat::column::Column;
use crate::sieve::flat::parallel;
use crate::sieve::flat::strings::{Interner, StrId};
use crate::sieve::report::build_report::{BuildReport, FeedReport};
use crate::sieve::set::Sieve;
use crate::sieve::tables::Tables;
use crate::sieve::tables::attributes::{Attributes, AttributesBuilder};
use crate::sieve::tables::entries::{Entries, Entry, Texts};
use crate::sieve::tables::indicators::{IndicatorsBuilder, Value};
use crate::sieve::tables::provenance::Provenance;
use crate::sieve::tables::{digests, ip, url as url_table};

/// The number of a feed within one builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId(u32);

/// Collects feeds and compiles them into a [`Sieve`].
///
/// Adding is cheap and never fails: anything refused is listed in the report. The order in which records are added
/// affects only the numbers of the indicators, not the matches.
///
/// ```
/// use netsieve::{Indicator, Sieve};
///
/// let (sieve, report) = Sieve::builder()
///     .add("ours", "Evil.test".parse::<Indicator>()?)
///     .add("ours", "192.0.2.0/24".parse::<Indicator>()?)
///     .build()?;
/// assert_eq!((sieve.len(), report.feeds[0].entries), (2, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A [`Feed`] can say more than a name, such as the action of its entries and how long they are valid. A [`Record`] can
/// say more than an indicator: the line of the feed, tags, dates.
///
/// ```
/// use netsieve::indicator::Record;
/// use netsieve::{Action, Feed, Indicator, Sieve};
///
/// let ours = Feed::new("our own").action(Action::Allow);
/// let record = Record::new("www.example.test".parse::<Indicator>()?, 7, "WWW.example.test");
/// let (sieve, report) = Sieve::builder().add(ours, record).build()?;
/// assert_eq!(report.feeds[0].action, Action::Allow);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct SieveBuilder {
    feeds: Vec<Feed>,
    reports: Vec<FeedReport>,
    suffixes: PublicSuffixes,
    strings: Interner,
    attributes: AttributesBuilder,
    index: KnownIndicators,
    indicators: IndicatorsBuilder,
    /// The URLs among the indicators, in the order of their ids.
    urls: Vec<UrlRow>,
    /// The hashes among the indicators. In the end, their ids follow all others.
    digests: digests::Builder,
    /// The indicators of the latest rows, not looked up yet.
    pending: Pending,
    rows: Vec<PendingEntry>,
    columns: RowColumns,
    examples: Option<usize>,
    scratch: String,
}

/// One entry on its way into the table.
#[derive(Clone, Copy, Debug)]
struct PendingEntry {
    /// The id of the indicator; or, with [`IS_DIGEST`], the number of a hash.
    indicator: u32,
    entry: Entry,
}

/// A bit above every id.
const IS_DIGEST: u32 = 1 << 31;

/// Properties that few rows have. Each column ends with the last row that has a value.
#[derive(Debug, Default)]
struct RowColumns {
    as_listed: Vec<StrId>,
    reference: Vec<StrId>,
    description: Vec<StrId>,
    object: Vec<StrId>,
}

fn set(column: &mut Vec<StrId>, row: usize, value: StrId) {
    if value.some().is_some() {
        column.resize(row, StrId::NONE);
        column.push(value);
    }
}

impl SieveBuilder {
    /// Makes a builder without feeds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the Public Suffix List that the guards use (default: the built-in one). Set it before you add records.
    ///
    /// ```
    /// use netsieve::sieve::PublicSuffixes;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// // To a list without entries, `co.uk` is a name like any other, so it covers the names under it.
    /// let mut builder = Sieve::builder();
    /// builder.public_suffixes(PublicSuffixes::empty());
    /// let (sieve, _) = builder.add("ours", "co.uk".parse::<Indicator>()?).build()?;
    /// assert!(sieve.is_match_any("shop.co.uk"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn public_suffixes(&mut self, list: PublicSuffixes) -> &mut Self {
        self.suffixes = list;
        self
    }

    /// Sets how many examples of each kind the report keeps beside the counts: rejections for one reason, indicators
    /// that an allow entry shadows, and so on (default: [`MAX_REPORTED`]). `usize::MAX` keeps all, and lets feeds use
    /// any amount of memory.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let private = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(|value| value.parse::<Indicator>().unwrap());
    /// let (_, report) = Sieve::builder().examples(2).add_all("ours", private).build()?;
    /// assert_eq!((report.feeds[0].rejected.len(), report.feeds[0].rejected_total()), (2, 3));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn examples(&mut self, count: usize) -> &mut Self {
        self.examples = Some(count);
        self
    }

    /// Declares a feed. Feeds are reported in this order.
    pub fn feed(&mut self, feed: Feed) -> FeedId {
        let id = FeedId(self.feeds.len() as u32);
        self.reports.push(FeedReport::new(&feed));
        self.feeds.push(feed);
        id
    }

    /// Returns the first feed that fits, if there is one.
    pub(in crate::sieve) fn declared(&self, fits: impl FnMut(&Feed) -> bool) -> Option<FeedId> {
        self.feeds.iter().position(fits).map(|at| FeedId(at as u32))
    }

    /// Returns a sink, into which a reader puts the records of a feed.
    ///
    /// ```
    /// use netsieve::{Feed, Sieve, feed};
    ///
    /// let own = Feed::new("partner");
    /// let mut builder = Sieve::builder();
    /// let id = builder.feed(own.clone());
    /// feed::read(&b"evil.test\n192.0.2.0/24\n"[..], "", None, &own, &mut builder.sink(id))?;
    /// assert_eq!(builder.build()?.0.len(), 2);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn sink(&mut self, feed: FeedId) -> FeedSink<'_> {
        FeedSink { builder: self, feed }
    }

    /// Adds a record that the guards of another builder have let pass.
    pub(in crate::sieve) fn add_again(&mut self, feed: FeedId, record: Record<'_>) {
        self.add_record(feed, record, false);
    }

    pub(super) fn add_record(&mut self, feed: FeedId, mut record: Record<'_>, is_guarded: bool) {
        let at = feed.0 as usize;
        let examples = self.examples.unwrap_or(MAX_REPORTED);
        let action = record.action.unwrap_or(self.feeds[at].action);
        let listed: &str = &record.as_listed;
        if let Err(reason) = guard::make_canonical(&mut record.indicator) {
            self.reports[at].note_rejection(examples, record.line, listed, reason);
            return;
        }
        if action == Action::Block && is_guarded {
            match guard::check(&mut record.indicator, &self.feeds[at].policy, &self.suffixes) {
                Ok(warning) => {
                    if let Some(warning) = warning {
                        self.reports[at].note_warning(examples, record.line, listed, warning);
                    }
                }
                Err(reason) => {
                    self.reports[at].note_rejection(examples, record.line, listed, reason);
                    return;
                }
            }
        }
        if let (None, Some(ttl)) = (record.attributes.valid_until, self.feeds[at].time_to_live) {
            let seen = record.attributes.last_seen.or(record.attributes.first_seen);
            record.attributes.valid_until = seen.and_then(|seen| seen.checked_add(ttl).ok());
        }
        let (indicator, is_canonical) = if let Indicator::Hash(hash) = &record.indicator {
            self.settle();
            (IS_DIGEST | self.digests.add(hash), self.is_canonical(&record.indicator, listed))
        } else if self.pending.take(&record.indicator, &self.strings, &self.index) {
            // The id follows when the pending indicators are settled.
            (u32::MAX, self.is_canonical(&record.indicator, listed))
        } else {
            self.settle();
            let id = self.indicator(&record.indicator);
            let is_canonical = match self.indicators.value(id) {
                // Another feed may have listed the URL first, with another scheme.
                Value::Url(text) | Value::Pattern(text, _) => self.strings.get(text) == listed,
                _ => self.is_canonical(&record.indicator, listed),
            };
            (id, is_canonical)
        };
        let as_listed = if is_canonical { StrId::NONE } else { self.strings.intern(listed) };
        let attributes =
            self.attributes.intern(&mut self.strings, feed.0, &self.feeds[at], record.action, &record.attributes);
        let row = self.rows.len();
        self.rows.push(PendingEntry { indicator, entry: Entry { attributes, line: record.line } });
        set(&mut self.columns.as_listed, row, as_listed);
        let own = &record.attributes;
        for (column, value) in [
            (&mut self.columns.reference, &own.reference),
            (&mut self.columns.description, &own.description),
            (&mut self.columns.object, &own.id),
        ] {
            if let Some(value) = value {
                set(column, row, self.strings.intern(value));
            }
        }
        self.reports[at].count(&record.indicator, action);
        if self.pending.is_full() {
            self.settle();
        }
    }

    /// Looks up the indicators of the latest rows.
    fn settle(&mut self) {
        let Self { pending, strings, index, indicators, rows, .. } = self;
        let first = rows.len() - pending.len();
        let mut rows = rows[first..].iter_mut();
        pending.settle(strings, index, indicators, |id| {
            rows.next().expect("each of what waits has a row").indicator = id;
        });
        assert!(rows.next().is_none(), "each row is one of what waited");
    }

    /// Returns true if the feed wrote the canonical text of the indicator.
    #[inline]
    fn is_canonical(&mut self, indicator: &Indicator, listed: &str) -> bool {
        match indicator {
            Indicator::Domain { name, port: None, .. } => name.as_str() == listed,
            Indicator::Ip { net: IpNet::V4(net), port: None } if net.prefix_len() == 32 => {
                // The parser of the standard library accepts only the canonical form.
                listed.parse() == Ok(net.addr())
            }
            other => {
                self.scratch.clear();
                // Writing to a string cannot fail.
                let _ = write!(self.scratch, "{other}");
                self.scratch == listed
            }
        }
    }

    /// Returns the id of an indicator, and adds the indicator if it is new.
    fn indicator(&mut self, indicator: &Indicator) -> u32 {
        let Self { strings, index, indicators, urls, .. } = self;
        let next = indicators.len() as u32;
        let (id, value) = match indicator {
            Indicator::IpRange { first, last, port } => {
                (index.range(indicators, *first, *last, *port), Value::Range(*first, *last))
            }
            Indicator::Ip { net, port } => {
                let hash = index.net_hash(*net, *port);
                (index.net(indicators, hash, *net, *port), Value::Net(*net))
            }
            Indicator::Domain { name, scope, port } => {
                let name = strings.intern(name.as_str());
                (index.domain(indicators, name, *scope, *port), Value::Domain(name))
            }
            Indicator::Url { url, host_scope } => {
                let view = url.view();
                let id = index.url(indicators, strings, &view, *host_scope);
                if id != next {
                    return id;
                }
                let host = match view.host() {
                    HostRef::Domain(name) => url_table::Host::Name(strings.intern(name)),
                    HostRef::Ip(addr) => url_table::Host::Addr(addr),
                };
                let path = (view.as_str().len() - view.path_and_query().len()) as u32;
                urls.push(UrlRow { id, host, path });
                (id, Value::Url(strings.add(view.as_str())))
            }
            Indicator::Hash(_) => unreachable!("a hash has no id before the end"),
            Indicator::Email(address) => {
                let text = strings.intern(address.as_str());
                (index.email(indicators, text), Value::Email(text))
            }
            Indicator::Pattern(pattern) => {
                let text = strings.intern(pattern.as_str());
                (index.pattern(indicators, text, pattern.target()), Value::Pattern(text, pattern.target()))
            }
        };
        if id == next {
            indicators.push(value, indicator.scope(), indicator.port());
        }
        id
    }

    /// Compiles everything that was added, and resets the builder to the state after [`new`](SieveBuilder::new).
    /// Nothing is lost: everything added is in the sieve or in the report.
    ///
    /// # Errors
    ///
    /// Fails if there are more indicators, entries or bytes of text than 32-bit numbers can count.
    pub fn build(&mut self) -> Result<(Sieve, BuildReport)> {
        self.settle();
        let examples = self.examples.unwrap_or(MAX_REPORTED);
        let Self {
            feeds,
            mut reports,
            suffixes,
            strings,
            attributes,
            mut indicators,
            digests,
            mut rows,
            columns,
            index,
            urls,
            ..
        } = std::mem::take(self);
        if rows.len() >= u32::MAX as usize {
            return Err(Error::capacity("entries", u64::from(u32::MAX)));
        }
        if indicators.len() + digests.len() >= ip::MAX_IDS {
            return Err(Error::capacity("indicators", ip::MAX_IDS as u64));
        }
        let digests = place_digests(digests, &mut indicators, &mut rows);
        let attributes = attributes.finish();
        let order = order(&rows, indicators.len(), &attributes);
        let starts = note_entries(&rows, &order, &attributes, &mut indicators, &mut reports);
        let texts = Texts {
            as_listed: ordered(&columns.as_listed, &order),
            references: ordered(&columns.reference, &order),
            descriptions: ordered(&columns.description, &order),
            objects: ordered(&columns.object, &order),
        };
        let entries = Entries::new(&starts, order.iter().map(|&row| rows[row as usize].entry), texts);
        drop((rows, columns, order, starts));

        let (strings, lookup) = strings.close()?;
        let known = Known { strings: &strings, lookup: &lookup, index: &index, indicators: &indicators, urls: &urls };
        let (searched, beneath) =
            parallel::join(|| Searched::new(&strings, &indicators, &urls), || Beneath::new(&known));
        drop((lookup, index, urls));
        let Searched { v4, v6, domains, urls, names, paths, emails } = searched?;
        let mut tables = Tables {
            strings,
            indicators: indicators.finish(),
            entries,
            attributes,
            feeds,
            provenance: Provenance::default(),
            v4,
            v6,
            domains,
            urls,
            names,
            paths,
            digests,
            emails,
            prefilter: OnceLock::new(),
        };
        let report = whole::report(&tables, reports, beneath, examples);
        tables.provenance = whole::provenance(&suffixes, &report);
        Ok((Sieve(tables.into()), report))
    }
}

impl Sieve {
    /// Makes a builder without feeds.
    pub fn builder() -> SieveBuilder {
        SieveBuilder::new()
    }
}

/// Assigns the hashes the ids after all others, in the order of their table, and builds that table.
fn place_digests(
    digests: digests::Builder,
    indicators: &mut IndicatorsBuilder,
    rows: &mut [PendingEntry],
) -> digests::Table {
    let (first, count) = (indicators.len() as u32, digests.len() as u32);
    let (table, places) = digests.finish(first);
    (0..count).for_each(|row| indicators.push(Value::Hash(row), None, None));
    for row in rows.iter_mut().filter(|row| row.indicator & IS_DIGEST != 0) {
        row.indicator = first + places[(row.indicator & !IS_DIGEST) as usize];
    }
    table
}

/// The row numbers sorted by indicator, then by feed, line and attributes, regardless of the order of insertion.
fn order(rows: &[PendingEntry], indicators: usize, attributes: &Attributes) -> Vec<u32> {
    // First the start of each indicator's rows, then the place of its next row, and in the end their end.
    let mut places = vec![0_u32; indicators];
    for row in rows {
        places[row.indicator as usize] += 1;
    }
    let mut sum = 0;
    for place in &mut places {
        sum += std::mem::replace(place, sum);
    }
    let mut order = vec![0_u32; rows.len()];
    for (number, row) in rows.iter().enumerate() {
        let place = &mut places[row.indicator as usize];
        order[*place as usize] = number as u32;
        *place += 1;
    }
    let mut start = 0;
    for end in places {
        let of_one = &mut order[start as usize..end as usize];
        if of_one.len() > 1 {
            of_one.sort_unstable_by_key(|&number| {
                let Entry { attributes: set, line } = rows[number as usize].entry;
                (attributes.feed(set), line, set, number)
            });
        }
        start = end;
    }
    order
}

/// Returns the start of each indicator's entries. Notes their actions with the indicators, and the counts of shared
/// ones in the reports.
fn note_entries(
    rows: &[PendingEntry],
    order: &[u32],
    attributes: &Attributes,
    indicators: &mut IndicatorsBuilder,
    reports: &mut [FeedReport],
) -> Vec<u32> {
    let mut starts = Vec::with_capacity(indicators.len());
    // The indicator of the last row, its feed, and true if no other feed has listed it so far.
    let mut last: Option<(u32, u32, bool)> = None;
    for (at, &number) in order.iter().enumerate() {
        let PendingEntry { indicator, entry } = rows[number as usize];
        let of = attributes.feed(entry.attributes);
        let report = &mut reports[of as usize];
        let mut is_alone = true;
        match last {
            Some((other, feed, alone)) if other == indicator => {
                is_alone = alone && feed == of;
                if feed == of {
                    report.counts.duplicates += 1;
                } else {
                    report.counts.shared += 1;
                    report.counts.indicators += 1;
                    if alone {
                        reports[feed as usize].counts.new -= 1;
                    }
                }
            }
            _ => {
                starts.push(at as u32);
                report.counts.indicators += 1;
                report.counts.new += 1;
            }
        }
        last = Some((indicator, of, is_alone));
        indicators.note_action(indicator, attributes.action(entry.attributes));
    }
    starts
}

/// Brings a column into the order of the entries.
fn ordered(column: &[StrId], order: &[u32]) -> Column {
    if column.is_empty() {
        return Column::default();
    }
    // The input column ends with the last row that has a value.
    Column::of_strings(order.iter().map(|&row| column.get(row as usize).copied().unwrap_or(StrId::NONE)))
}

/// Takes the records of one feed from a reader.
#[derive(Debug)]
pub struct FeedSink<'b> {
    builder: &'b mut SieveBuilder,
    feed: FeedId,
}

impl FeedSink<'_> {
    fn report(&mut self) -> &mut FeedReport {
        &mut self.builder.reports[self.feed.0 as usize]
    }

    fn examples(&self) -> usize {
        self.builder.examples.unwrap_or(MAX_REPORTED)
    }
}

impl RecordSink for FeedSink<'_> {
    fn record(&mut self, record: Record<'_>) {
        self.builder.add_record(self.feed, record, true);
    }

    fn reject(&mut self, rejection: Rejection<'_>) {
        let examples = self.examples();
        self.report().note_rejection(examples, rejection.line, &rejection.value, rejection.reason);
    }

    fn warn(&mut self, warning: Warning<'_>) {
        let examples = self.examples();
        self.report().note_warning(examples, warning.line, &warning.value, warning.kind);
    }

    fn skip(&mut self, skip: Skip<'_>) {
        let examples = self.examples();
        self.report().note_skip(examples, skip.line, &skip.text, skip.construct);
    }

    fn lines(&mut self, count: u64) {
        self.report().counts.lines += count;
    }

    fn title(&mut self, title: &str) {
        let titles = &mut self.report().titles;
        if titles.len() < FeedReport::TITLES && !titles.iter().any(|known| known == title) {
            titles.push(title.to_owned());
        }
    }

    fn home_page(&mut self, host: &str) {
        let pages = &mut self.report().home_pages;
        if pages.len() < FeedReport::TITLES && !pages.iter().any(|known| known == host) {
            pages.push(host.to_owned());
        }
    }

    fn format(&mut self, name: &str) {
        self.report().format = Some(name.to_owned());
        self.builder.feeds[self.feed.0 as usize].format = Some(name.to_owned());
    }
}

impl FeedReport {
    fn new(feed: &Feed) -> Self {
        Self {
            name: feed.name.clone(),
            path: feed.path.clone(),
            format: feed.format.clone(),
            action: feed.action,
            ..Self::default()
        }
    }
}
