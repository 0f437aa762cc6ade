use std::collections::HashMap;
use std::fmt::Write;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use ipnet::IpNet;

use super::csr::ListsBuilder;
use super::entries::{AttributesBuilder, Column, Entry};
use super::report::{BuildReport, FeedReport, Noted};
use super::strings::{Interner, StrId};
use super::suffixes::PublicSuffixes;
use super::tables::{Indicators, Tables, Value};
use super::{Sieve, guard, ip, report, url as url_table};
use crate::error::{Error, Result};
use crate::indicator::{
    Action, Construct, Feed, HostRef, Indicator, Kind, PatternTarget, Record, RecordSink, Rejection, Scope, Skip, Url,
    Warning, WarningKind, url,
};
use crate::limits::MAX_REPORTED;

/// The number of a feed within one builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId(u32);

/// Collects feeds and compiles them into a [`Sieve`].
///
/// Adding is cheap and never fails: what cannot be taken ends in the report. The order in which records are added
/// does not change what matches, only the numbers of the indicators.
///
/// ```
/// use netsieve::indicator::{DomainName, Feed, Indicator, Record};
/// use netsieve::{Scope, Sieve};
///
/// let mut builder = Sieve::builder();
/// let feed = builder.feed(Feed::new("partner"));
/// let name = DomainName::parse("evil.test").unwrap();
/// let indicator = Indicator::Domain { name, scope: Scope::Suffix, port: None };
/// builder.add(feed, Record::new(indicator, 1, "Evil.test"));
/// let (sieve, report) = builder.build()?;
/// assert_eq!((sieve.len(), report.feeds[0].entries), (1, 1));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct SieveBuilder {
    feeds: Vec<Feed>,
    reports: Vec<FeedReport>,
    suffixes: PublicSuffixes,
    strings: Interner,
    attributes: AttributesBuilder,
    index: HashMap<Key, u32>,
    indicators: Indicators,
    rows: Vec<Row>,
    scratch: String,
}

/// One entry on its way into the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    indicator: u32,
    entry: Entry,
    feed: u32,
    as_listed: StrId,
    reference: StrId,
    description: StrId,
    object: StrId,
}

/// What makes two listings the same indicator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Net(IpNet, Option<u16>),
    Range(IpAddr, IpAddr, Option<u16>),
    Domain(StrId, Scope, Option<u16>),
    /// The scheme's group, and the text behind the scheme, which holds the port.
    Url(StrId, StrId, Scope),
    Pattern(StrId, PatternTarget),
}

impl SieveBuilder {
    /// A builder without feeds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the Public Suffix List that the guards go by (default: the built-in one). Set it before records are added.
    pub fn public_suffixes(&mut self, list: PublicSuffixes) -> &mut Self {
        self.suffixes = list;
        self
    }

    /// Declares a feed. Feeds are reported in this order.
    pub fn feed(&mut self, feed: Feed) -> FeedId {
        let id = FeedId(self.feeds.len() as u32);
        self.reports.push(FeedReport::new(&feed));
        self.feeds.push(feed);
        id
    }

    /// Where a reader puts what it reads of a feed.
    pub fn sink(&mut self, feed: FeedId) -> FeedSink<'_> {
        FeedSink { builder: self, feed }
    }

    /// Adds one record of a feed. The guards apply to block entries; what they refuse is in the report.
    ///
    /// # Panics
    ///
    /// If `feed` comes from another builder that has more feeds.
    pub fn add(&mut self, feed: FeedId, mut record: Record<'_>) -> &mut Self {
        let at = feed.0 as usize;
        let action = record.action.unwrap_or(self.feeds[at].action);
        let listed: &str = &record.as_listed;
        if action == Action::Block {
            match guard::check(&mut record.indicator, &self.feeds[at].policy, &self.suffixes) {
                Ok(false) => {}
                Ok(true) => self.reports[at].note_warning(record.line, listed, WarningKind::PublicSuffixDemoted),
                Err(reason) => {
                    self.reports[at].note_rejection(record.line, listed, reason);
                    return self;
                }
            }
        }
        if let (None, Some(ttl)) = (record.attributes.valid_until, self.feeds[at].time_to_live) {
            let seen = record.attributes.last_seen.or(record.attributes.first_seen);
            record.attributes.valid_until = seen.and_then(|seen| seen.checked_add(ttl).ok());
        }
        let indicator = self.indicator(&record.indicator);
        let is_canonical = match self.indicators.value(indicator) {
            // Another feed may have listed the URL with another scheme first.
            Value::Url(text) => self.strings.get(text) == listed,
            _ => {
                self.scratch.clear();
                // Writing to a string does not fail.
                let _ = write!(self.scratch, "{}", record.indicator);
                self.scratch == listed
            }
        };
        let as_listed = if is_canonical { StrId::NONE } else { self.strings.intern(listed) };
        let attributes =
            self.attributes.intern(&mut self.strings, feed.0, &self.feeds[at], record.action, &record.attributes);
        let mut text = |value: &Option<std::borrow::Cow<'_, str>>| match value {
            Some(value) => self.strings.intern(value),
            None => StrId::NONE,
        };
        let reference = text(&record.attributes.reference);
        let description = text(&record.attributes.description);
        let object = text(&record.attributes.id);
        self.rows.push(Row {
            indicator,
            entry: Entry { attributes, line: record.line },
            feed: feed.0,
            as_listed,
            reference,
            description,
            object,
        });
        let report = &mut self.reports[at];
        report.entries += 1;
        match record.indicator.kind() {
            Kind::Ip => report.ips += 1,
            Kind::Domain => report.domains += 1,
            Kind::Url => report.urls += 1,
            Kind::Pattern => report.patterns += 1,
        }
        self
    }

    /// The id of an indicator, which is new or known.
    fn indicator(&mut self, indicator: &Indicator) -> u32 {
        let strings = &mut self.strings;
        let (key, value) = match indicator {
            Indicator::Ip { net, port } => (Key::Net(*net, *port), Value::Net(*net)),
            Indicator::IpRange { first, last, port } => (Key::Range(*first, *last, *port), Value::Range(*first, *last)),
            Indicator::Domain { name, scope, port } => {
                let name = strings.intern(name.as_str());
                (Key::Domain(name, *scope, *port), Value::Domain(name))
            }
            Indicator::Url { url, host_scope } => {
                let view = url.view();
                let group = strings.intern(url::scheme_group(view.scheme()));
                let rest = view.as_str().get(view.scheme().len()..).unwrap_or("");
                let key = strings.intern(rest);
                // The text is stored only for the first scheme seen; a repetition must not add its own.
                let found = self.index.get(&Key::Url(group, key, *host_scope));
                if let Some(&id) = found {
                    return id;
                }
                (Key::Url(group, key, *host_scope), Value::Url(strings.intern(view.as_str())))
            }
            Indicator::Pattern(pattern) => {
                let text = strings.intern(pattern.as_str());
                (Key::Pattern(text, pattern.target()), Value::Pattern(text, pattern.target()))
            }
        };
        let next = self.indicators.len() as u32;
        let id = *self.index.entry(key).or_insert(next);
        if id == next {
            self.indicators.push(value, indicator.scope(), indicator.port());
        }
        id
    }

    /// Compiles what was added. Nothing that was added is lost: it is in the sieve or in the report.
    ///
    /// # Errors
    ///
    /// If there are more indicators, entries or bytes of text than 32-bit numbers count.
    pub fn build(self) -> Result<(Sieve, BuildReport)> {
        let Self { feeds, mut reports, mut strings, attributes, mut indicators, mut rows, index, .. } = self;
        drop(index);
        if rows.len() >= u32::MAX as usize {
            return Err(Error::capacity("entries", u64::from(u32::MAX)));
        }
        // An indicator's entries stand by feed, then line, whatever the order of insertion.
        rows.sort_by_key(|row| (row.indicator, row.feed, row.entry.line, row.entry.attributes));
        let mut entries = Vec::with_capacity(rows.len());
        let mut entry_rows = ListsBuilder::default();
        let mut last = None;
        for (at, row) in rows.iter().enumerate() {
            let report = &mut reports[row.feed as usize];
            match last {
                Some((indicator, feed)) if indicator == row.indicator => {
                    if feed == row.feed {
                        report.duplicates += 1;
                    } else {
                        report.shared += 1;
                    }
                }
                _ => entry_rows.start(),
            }
            last = Some((row.indicator, row.feed));
            entry_rows.push(at as u32);
            indicators.note_action(row.indicator, attributes.get(row.entry.attributes).action);
            entries.push(row.entry);
        }
        let as_listed = Column::new(rows.iter().map(|row| row.as_listed));
        let reference = Column::new(rows.iter().map(|row| row.reference));
        let description = Column::new(rows.iter().map(|row| row.description));
        let object = Column::new(rows.iter().map(|row| row.object));
        drop(rows);

        // The names of hosts become strings before the strings are closed.
        let hosts: Vec<Option<(url_table::Host, u32)>> = (0..indicators.len() as u32)
            .map(|id| match indicators.value(id) {
                Value::Url(text) => Url::parse(strings.get(text)).ok().map(|url| {
                    let view = url.view();
                    let host = match view.host() {
                        HostRef::Domain(name) => url_table::Host::Name(strings.intern(name)),
                        HostRef::Ip(addr) => url_table::Host::Addr(addr),
                    };
                    let tail = view.path().len() + view.query().map_or(0, |query| query.len() + 1);
                    (host, (view.as_str().len() - tail) as u32)
                }),
                _ => None,
            })
            .collect();
        let strings = strings.finish()?;

        let mut v4 = ip::Builder::<u32>::default();
        let mut v6 = ip::Builder::<u128>::default();
        let mut domains = super::domain::Builder::default();
        let mut urls = url_table::Builder::default();
        let mut names = super::pattern::Builder::default();
        let mut paths = super::pattern::Builder::default();
        for id in 0..indicators.len() as u32 {
            let mut add_net = |net: IpNet| match net {
                IpNet::V4(net) => v4.add(net.network().to_bits(), net.prefix_len(), id),
                IpNet::V6(net) => v6.add(net.network().to_bits(), net.prefix_len(), id),
            };
            match indicators.value(id) {
                Value::Net(net) => add_net(net),
                Value::Range(first, last) => {
                    crate::indicator::ip::range_prefixes(first, last).into_iter().for_each(add_net);
                }
                Value::Domain(name) => domains.add(name, id),
                Value::Url(text) => {
                    if let Some((host, path)) = hosts[id as usize] {
                        urls.add(host, text, path, id);
                    }
                }
                Value::Pattern(text, target) => {
                    if let Ok(pattern) = crate::indicator::Pattern::new(target, strings.get(text)) {
                        match target {
                            PatternTarget::Name => names.add(text, &pattern, id),
                            PatternTarget::UrlPath => paths.add(text, &pattern, id),
                        }
                    }
                }
            }
        }
        let tables = Tables {
            domains: domains.finish(&strings),
            urls: urls.finish(&strings),
            v4: v4.finish(),
            v6: v6.finish(),
            names: names.finish()?,
            paths: paths.finish()?,
            strings,
            indicators,
            entries,
            entry_rows: entry_rows.finish(),
            as_listed,
            reference,
            description,
            object,
            attributes: attributes.finish(),
            feeds,
            prefilter: OnceLock::new(),
        };
        let report = report::finish(&tables, reports);
        Ok((Sieve(Arc::new(tables)), report))
    }
}

/// Where a reader puts what it reads of one feed.
#[derive(Debug)]
pub struct FeedSink<'b> {
    builder: &'b mut SieveBuilder,
    feed: FeedId,
}

impl FeedSink<'_> {
    fn report(&mut self) -> &mut FeedReport {
        &mut self.builder.reports[self.feed.0 as usize]
    }
}

impl RecordSink for FeedSink<'_> {
    fn record(&mut self, record: Record<'_>) {
        self.builder.add(self.feed, record);
    }

    fn reject(&mut self, rejection: Rejection<'_>) {
        self.report().note_rejection(rejection.line, &rejection.value, rejection.reason);
    }

    fn warn(&mut self, warning: Warning<'_>) {
        self.report().note_warning(warning.line, &warning.value, warning.kind);
    }

    fn skip(&mut self, skip: Skip<'_>) {
        self.report().note_skip(skip.line, &skip.text, skip.construct);
    }

    fn lines(&mut self, count: u64) {
        self.report().lines += count;
    }

    fn title(&mut self, title: &str) {
        let titles = &mut self.report().titles;
        if titles.len() < FeedReport::TITLES && !titles.iter().any(|known| known == title) {
            titles.push(title.to_owned());
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

    fn note_rejection(&mut self, line: u32, value: &str, what: crate::indicator::Reject) {
        *self.rejected_by_reason.entry(what).or_default() += 1;
        note(&mut self.rejected, line, value, what);
    }

    fn note_skip(&mut self, line: u32, value: &str, what: Construct) {
        *self.skipped_by_kind.entry(what).or_default() += 1;
        note(&mut self.skipped, line, value, what);
    }

    fn note_warning(&mut self, line: u32, value: &str, what: WarningKind) {
        *self.warnings_by_kind.entry(what).or_default() += 1;
        note(&mut self.warnings, line, value, what);
    }
}

/// Keeps a note while there is room; its kind has been counted in any case.
fn note<T>(notes: &mut Vec<Noted<T>>, line: u32, value: &str, what: T) {
    /// A rejected value may be a whole line; this much of it names it.
    const SHOWN: usize = 256;
    if notes.len() < MAX_REPORTED {
        let mut value: String = value.chars().take(SHOWN + 1).collect();
        if value.chars().count() > SHOWN {
            value.pop();
            value.push('…');
        }
        notes.push(Noted { line, value, what });
    }
}
