//! What a sieve knows of its own making.

use std::collections::BTreeMap;
use std::ops::Deref;

use jiff::Timestamp;

/// How a sieve was made: what remains of the [`BuildReport`](crate::BuildReport) once the sieve is in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provenance {
    /// The release that compiled it: `netsieve 0.1.0`.
    pub maker: String,
    /// When it was saved, if whoever saved it said so. See [`SaveOptions::created`](crate::sieve::SaveOptions::created).
    pub created: Option<Timestamp>,
    /// The Public Suffix List that the guards went by; as of [`PublicSuffixes::version`](crate::sieve::PublicSuffixes::version).
    pub public_suffixes: String,
    /// What became of each feed, in the order of [`Sieve::feeds`](crate::sieve::Sieve::feeds).
    pub feeds: Vec<FeedDigest>,
    /// How many allow entries hide block indicators.
    pub shadowing: u64,
}

/// What a file keeps of a [`FeedReport`](crate::sieve::FeedReport).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedDigest {
    /// How much of what the feed holds; these are also read as fields of the digest itself.
    pub counts: FeedCounts,
    /// How many values were not taken, by the [code](crate::Reject::code) of the reason.
    pub rejected: BTreeMap<String, u64>,
    /// How many parts were left aside, by the [code](crate::indicator::Construct::code) of their kind.
    pub skipped: BTreeMap<String, u64>,
    /// How many values were taken with a change, by its [code](crate::indicator::WarningKind::code).
    pub warnings: BTreeMap<String, u64>,
}

/// How much a feed holds of what: of its report, and of what a file keeps of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedCounts {
    /// Lines read.
    pub lines: u64,
    /// Entries taken.
    pub entries: u64,
    /// Distinct indicators among them.
    pub indicators: u64,
    /// Distinct indicators that no other feed lists: what would be lost without this one.
    pub new: u64,
    /// Entries taken that are addresses, prefixes or ranges.
    pub ips: u64,
    /// Those of them that are prefixes of more than one address.
    pub prefixes: u64,
    /// Those of them that are ranges.
    pub ranges: u64,
    /// Those of them, prefixes and ranges included, that are IPv6.
    pub v6: u64,
    /// Entries taken that are names.
    pub domains: u64,
    /// Entries taken that are URLs.
    pub urls: u64,
    /// Those of them that are only a host.
    pub host_urls: u64,
    /// Entries taken that are patterns.
    pub patterns: u64,
    /// Entries taken that are hashes of files.
    pub hashes: u64,
    /// Entries taken that are mail addresses.
    pub emails: u64,
    /// Entries taken that are limited to a port.
    pub with_port: u64,
    /// Entries taken that do not block, but allow.
    pub allowing: u64,
    /// Entries whose indicator the same feed lists on an earlier line.
    pub duplicates: u64,
    /// Entries whose indicator an earlier feed lists too.
    pub shared: u64,
    /// Block entries that lie wholly beneath a wider block indicator of any feed: addresses in prefixes, names beneath
    /// names, anything with a port beneath the same without. They are kept, with all that the feed says of them.
    pub subsumed: u64,
}

impl FeedCounts {
    /// All of them, in the order in which they are written.
    pub(in crate::sieve) fn all(&mut self) -> [&mut u64; 19] {
        let Self {
            lines,
            entries,
            indicators,
            new,
            ips,
            prefixes,
            ranges,
            v6,
            domains,
            urls,
            host_urls,
            patterns,
            hashes,
            emails,
            with_port,
            allowing,
            duplicates,
            shared,
            subsumed,
        } = self;
        [
            lines, entries, indicators, new, ips, prefixes, ranges, v6, domains, urls, host_urls, patterns, hashes,
            emails, with_port, allowing, duplicates, shared, subsumed,
        ]
    }
}

impl Deref for FeedDigest {
    type Target = FeedCounts;

    fn deref(&self) -> &FeedCounts {
        &self.counts
    }
}

impl Provenance {
    /// The release that this code is.
    pub(in crate::sieve) fn this_release() -> String {
        format!("netsieve {}", env!("CARGO_PKG_VERSION"))
    }
}
