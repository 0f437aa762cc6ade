//! What building did with each feed, and what follows from the whole.

use std::collections::BTreeMap;
use std::ops::Deref;

use crate::indicator::{Action, Construct, Indicator, Reject, Scope, WarningKind};
use crate::limits::MAX_REPORTED_VALUE;
use crate::sieve::tables::provenance::FeedCounts;

/// What became of everything that was added to a builder.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BuildReport {
    /// The feeds, in the order in which they were declared.
    pub feeds: Vec<FeedReport>,
    /// What each allow entry shadows; only those that shadow something.
    pub shadows: Vec<Shadow>,
    /// Allow entries that shadow nothing, although something listed lies beneath them.
    pub without_effect: Vec<NoEffect>,
    /// Block entries that cover a host which some feed names as its own: a feed that lists where it comes from, or another does.
    pub home_pages: Vec<HomePage>,
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
    /// How much of what it holds; these are also read as fields of the report itself.
    pub counts: FeedCounts,
    /// Hosts of pages that the feed names as its own in its head.
    pub home_pages: Vec<String>,
    /// Entries taken that are names, by scope.
    pub domains_by_scope: BTreeMap<Scope, u64>,
    /// The same by the feed that lists the widest of the indicators above, as its number in [`BuildReport::feeds`]; a block
    /// entry counts once for each feed that lists it.
    pub subsumed_by: BTreeMap<usize, u64>,
    /// The first of them, in the order of their indicators' ids, up to [`examples`](crate::sieve::SieveBuilder::examples).
    pub subsumed_examples: Vec<Subsumed>,
    /// What was not taken, in the feed's order: of each kind the first, up to
    /// [`examples`](crate::sieve::SieveBuilder::examples).
    pub rejected: Vec<Noted<Reject>>,
    /// How many values were not taken, by reason; all of them.
    pub rejected_by_reason: BTreeMap<Reject, u64>,
    /// What was left aside for what it is, in the feed's order: of each kind the first, up to
    /// [`examples`](crate::sieve::SieveBuilder::examples).
    pub skipped: Vec<Noted<Construct>>,
    /// How many parts were left aside, by kind; all of them.
    pub skipped_by_kind: BTreeMap<Construct, u64>,
    /// What the feed calls itself, the events or reports in it, at most [`FeedReport::TITLES`] of them.
    pub titles: Vec<String>,
    /// What was taken with a change, in the feed's order: of each kind the first, up to
    /// [`examples`](crate::sieve::SieveBuilder::examples).
    pub warnings: Vec<Noted<WarningKind>>,
    /// How many values were taken with a change, by kind; all of them.
    pub warnings_by_kind: BTreeMap<WarningKind, u64>,
}

impl Deref for FeedReport {
    type Target = FeedCounts;

    fn deref(&self) -> &FeedCounts {
        &self.counts
    }
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

/// A block entry that lies beneath a wider block indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subsumed {
    /// The entry's line; 0 where the feed has none.
    pub line: u32,
    /// Its indicator.
    pub indicator: String,
    /// The widest indicator above it.
    pub by: String,
    /// The first feed that lists that one, as its number in [`BuildReport::feeds`].
    pub by_feed: usize,
    /// The line of that feed.
    pub by_line: u32,
}

/// A block entry that looks like a feed's own home page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HomePage {
    /// The number of the feed that lists it.
    pub feed: usize,
    /// The entry's line; 0 where the feed has none.
    pub line: u32,
    /// Its indicator.
    pub indicator: String,
    /// The host that it covers.
    pub page: String,
    /// The number of the first feed that names this host as its own.
    pub of: usize,
}

/// What one allow entry takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shadow {
    /// The allow entry's indicator.
    pub allow: String,
    /// What the entry asks for.
    pub action: Action,
    /// Its feed.
    pub feed: String,
    /// Its line; 0 where the feed has none.
    pub line: u32,
    /// How many block indicators it shadows wholly: all that they cover is allowed.
    pub wholly: u64,
    /// How many block indicators it shadows in part: some of what they cover is allowed.
    pub partly: u64,
    /// The first of them, in the order of their ids, up to [`examples`](crate::sieve::SieveBuilder::examples).
    pub examples: Vec<String>,
}

/// An allow entry that shadows nothing, because all that is listed beneath it is more specific; `allow_all` would shadow it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoEffect {
    /// The allow entry's indicator.
    pub allow: String,
    /// Its feed.
    pub feed: String,
    /// Its line; 0 where the feed has none.
    pub line: u32,
    /// How many block indicators lie beneath it.
    pub beneath: u64,
    /// The first of them, in the order of their ids, up to [`examples`](crate::sieve::SieveBuilder::examples).
    pub examples: Vec<String>,
}

impl FeedReport {
    /// Counts an entry that was taken.
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

/// Counts a note, and keeps it if there are few of its kind yet.
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
        // A value may be a whole line; this much of it names it.
        let end = value.char_indices().nth(MAX_REPORTED_VALUE).map(|(end, _)| end);
        let value = end.map_or_else(|| value.to_owned(), |end| format!("{}…", &value[..end]));
        notes.push(Noted { line, value, what });
    }
}
