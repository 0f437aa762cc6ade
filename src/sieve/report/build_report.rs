//! The report of a build: the result for each feed, and findings about the whole.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use crate::indicator::{Action, Construct, Indicator, Reject, Scope, WarningKind};
use crate::limits::MAX_REPORTED_VALUE;
use crate::sieve::tables::provenance::FeedCounts;

/// The result of a build: a full account of the records added to the builder.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BuildReport {
    /// The feeds, in the order of declaration.
    pub feeds: Vec<FeedReport>,
    /// The indicators that each allow entry shadows. Allow entries that shadow nothing are left out.
    pub shadows: Vec<Shadow>,
    /// Allow entries that shadow nothing, although listed indicators lie under them.
    pub without_effect: Vec<NoEffect>,
    /// Block entries for a host that a feed names as its own: a feed may have listed its own site by mistake, or that
    /// of another feed.
    pub home_pages: Vec<HomePage>,
    /// Distinct indicators in the sieve.
    pub indicators: u64,
}

/// A line for the whole, then one for each feed, for people:
///
/// ```text
/// 1804 indicators of 2 feeds
/// partner: 1799 entries; 3 rejected, the first on line 12: empty label
/// ours: 5 entries
/// ```
impl fmt::Display for BuildReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} indicators of {} feeds", self.indicators, self.feeds.len())?;
        for feed in &self.feeds {
            write!(f, "\n{}: {} entries", feed.name, feed.entries)?;
            if let Some(first) = feed.rejected.first() {
                write!(f, "; {} rejected, the first on line {}: {}", feed.rejected_total(), first.line, first.what)?;
            }
            if let Some(first) = feed.warnings.first() {
                let total = feed.warnings_total();
                write!(f, "; {total} warnings, the first on line {}: {}", first.line, first.what)?;
            }
        }
        Ok(())
    }
}

/// The result for one feed.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FeedReport {
    /// The feed's name.
    pub name: String,
    /// The file it was read from; empty if there is none.
    pub path: String,
    /// The name of its format, if the reader stated one.
    pub format: Option<String>,
    /// The action of its entries.
    pub action: Action,
    /// Counts of its records and entries. The report dereferences to them, so they can be read as its own fields.
    pub counts: FeedCounts,
    /// The hosts that the feed's header names as its own.
    pub home_pages: Vec<String>,
    /// The accepted entries that are names, by scope.
    pub domains_by_scope: BTreeMap<Scope, u64>,
    /// Subsumed entries by the feed that lists the widest indicator above them, as its number in
    /// [`BuildReport::feeds`]. A block entry counts once for each feed that lists it.
    pub subsumed_by: BTreeMap<usize, u64>,
    /// The first subsumed entries, in the order of their indicators' ids, up to
    /// [`examples`](crate::sieve::SieveBuilder::examples).
    pub subsumed_examples: Vec<Subsumed>,
    /// Refused values in the order of the feed: the first of each kind, up to [`examples`](crate::sieve::SieveBuilder::examples).
    pub rejected: Vec<Noted<Reject>>,
    /// The number of refused values by reason. All are counted.
    pub rejected_by_reason: BTreeMap<Reject, u64>,
    /// Parts of the feed that were skipped because of their kind, in the order of the feed: the first of each kind, up
    /// to [`examples`](crate::sieve::SieveBuilder::examples).
    pub skipped: Vec<Noted<Construct>>,
    /// The number of skipped parts by kind. All are counted.
    pub skipped_by_kind: BTreeMap<Construct, u64>,
    /// Titles: of the feed itself, or of the events or reports in it; at most [`FeedReport::TITLES`].
    pub titles: Vec<String>,
    /// Values that were accepted with a change, in the order of the feed: the first of each kind, up to
    /// [`examples`](crate::sieve::SieveBuilder::examples).
    pub warnings: Vec<Noted<WarningKind>>,
    /// The number of values accepted with a change, by kind. All are counted.
    pub warnings_by_kind: BTreeMap<WarningKind, u64>,
}

impl Deref for FeedReport {
    type Target = FeedCounts;

    fn deref(&self) -> &FeedCounts {
        &self.counts
    }
}

impl FeedReport {
    /// The maximum number of titles kept per feed.
    pub const TITLES: usize = 100;

    /// Returns the total number of refused values.
    ///
    /// ```
    /// # #[cfg(feature = "feeds")] {
    /// use netsieve::{FeedFile, Sieve};
    ///
    /// let list = "evil.test\n198.51.100.300\n10.0.0.7\n";
    /// let (_, report) = Sieve::builder().read(FeedFile::from_bytes("partner.txt", list))?.build()?;
    /// let feed = &report.feeds[0];
    /// assert_eq!((feed.entries, feed.rejected_total(), feed.warnings_total(), feed.skipped_total()), (1, 2, 0, 0));
    /// for (reason, count) in &feed.rejected_by_reason {
    ///     println!("{count} of {}, by a guard: {}", reason.code(), reason.is_guard());
    /// }
    /// # }
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn rejected_total(&self) -> u64 {
        self.rejected_by_reason.values().sum()
    }

    /// Returns the total number of skipped parts.
    pub fn skipped_total(&self) -> u64 {
        self.skipped_by_kind.values().sum()
    }

    /// Returns the total number of values accepted with a change.
    pub fn warnings_total(&self) -> u64 {
        self.warnings_by_kind.values().sum()
    }
}

/// A value of a feed, with its line and a remark about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Noted<T> {
    /// The line of the feed, from 1; 0 if it has none.
    pub line: u32,
    /// The value as the feed wrote it, at most 256 characters.
    pub value: String,
    /// The remark.
    pub what: T,
}

/// A block entry that a wider block indicator covers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subsumed {
    /// The entry's line; 0 if the feed has none.
    pub line: u32,
    /// The entry's indicator.
    pub indicator: String,
    /// The widest indicator above it.
    pub by: String,
    /// The first feed that lists the wider indicator, as its number in [`BuildReport::feeds`].
    pub by_feed: usize,
    /// The line in that feed.
    pub by_line: u32,
}

/// A block entry that looks like a feed's own home page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HomePage {
    /// The number of the feed that lists it.
    pub feed: usize,
    /// The entry's line; 0 if the feed has none.
    pub line: u32,
    /// The entry's indicator.
    pub indicator: String,
    /// The host that it covers.
    pub page: String,
    /// The number of the first feed that names this host as its own.
    pub of: usize,
}

/// The effect of one allow entry.
///
/// A pattern that ends in `*` matches some name under any other name. Of the names, only those that match it themselves are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shadow {
    /// The allow entry's indicator.
    pub allow: String,
    /// The entry's action.
    pub action: Action,
    /// The entry's feed.
    pub feed: String,
    /// The entry's line; 0 if the feed has none.
    pub line: u32,
    /// The number of block indicators that it shadows wholly: everything they cover is allowed.
    pub wholly: u64,
    /// The number of block indicators that it shadows partly: some of what they cover is allowed.
    pub partly: u64,
    /// The first of these indicators, in the order of their ids, up to [`examples`](crate::sieve::SieveBuilder::examples).
    pub examples: Vec<String>,
}

/// An allow entry that shadows nothing, because every block indicator under it is more specific. The action `allow_all` would shadow them.
/// A pattern is less specific than any name. Also a URL with a path that is both allowed and listed: no allow entry suppresses it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoEffect {
    /// The allow entry's indicator.
    pub allow: String,
    /// The entry's feed.
    pub feed: String,
    /// The entry's line; 0 if the feed has none.
    pub line: u32,
    /// The number of block indicators that `allow_all` would shadow: those under the entry, and for a pattern also names above those that
    /// it matches. 0 for a URL with a path.
    pub beneath: u64,
    /// The first of these indicators, or the URL itself, in the order of their ids, up to [`examples`](crate::sieve::SieveBuilder::examples).
    pub examples: Vec<String>,
}

impl FeedReport {
    /// Counts an accepted entry.
    pub(in crate::sieve) fn count(&mut self, indicator: &Indicator, action: Action) {
        self.counts.entries += 1;
        match indicator {
            Indicator::Ip { net, .. } => {
                self.counts.ips += 1;
                self.counts.prefixes += u64::from(net.prefix_len() < net.max_prefix_len());
                self.counts.v6 += u64::from(net.addr().is_ipv6());
            }
            Indicator::IpRange { first, .. } => {
                self.counts.ips += 1;
                self.counts.ranges += 1;
                self.counts.v6 += u64::from(first.is_ipv6());
            }
            Indicator::Domain { scope, .. } => {
                self.counts.domains += 1;
                *self.domains_by_scope.entry(*scope).or_default() += 1;
            }
            Indicator::Url { url, .. } => {
                self.counts.urls += 1;
                self.counts.host_urls += u64::from(url.view().is_host_only());
            }
            Indicator::Pattern(_) => self.counts.patterns += 1,
            Indicator::Hash(_) => self.counts.hashes += 1,
            Indicator::Email(_) => self.counts.emails += 1,
        }
        self.counts.with_port += u64::from(indicator.port().is_some());
        self.counts.allowing += u64::from(action != Action::Block);
    }

    pub(in crate::sieve) fn note_rejection(&mut self, examples: usize, line: u32, value: &str, what: Reject) {
        note(&mut self.rejected, &mut self.rejected_by_reason, examples, line, value, what);
    }

    pub(in crate::sieve) fn note_skip(&mut self, examples: usize, line: u32, value: &str, what: Construct) {
        note(&mut self.skipped, &mut self.skipped_by_kind, examples, line, value, what);
    }

    pub(in crate::sieve) fn note_warning(&mut self, examples: usize, line: u32, value: &str, what: WarningKind) {
        note(&mut self.warnings, &mut self.warnings_by_kind, examples, line, value, what);
    }
}

/// Counts a remark, and keeps it unless enough of its kind are kept already.
fn note<T: Copy + Ord>(
    notes: &mut Vec<Noted<T>>,
    counts: &mut BTreeMap<T, u64>,
    examples: usize,
    line: u32,
    value: &str,
    what: T,
) {
    let count = counts.entry(what).or_default();
    *count += 1;
    if *count <= examples as u64 {
        // A value may be a whole line; this much identifies it.
        let end = value.char_indices().nth(MAX_REPORTED_VALUE).map(|(end, _)| end);
        let value = end.map_or_else(|| value.to_owned(), |end| format!("{}…", &value[..end]));
        notes.push(Noted { line, value, what });
    }
}
