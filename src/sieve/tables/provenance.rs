//! The origin of a sieve.

use std::collections::BTreeMap;
use std::ops::Deref;

use jiff::Timestamp;

/// The origin of a sieve: the part of the [`BuildReport`](crate::BuildReport) that stays in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provenance {
    /// The release that compiled it: `netsieve 0.1.0`.
    pub maker: String,
    /// The time of saving, if the caller stated it. See [`SaveOptions::created`](crate::sieve::SaveOptions::created).
    pub created: Option<Timestamp>,
    /// The Public Suffix List that the guards used; see [`PublicSuffixes::version`](crate::sieve::PublicSuffixes::version).
    pub public_suffixes: String,
    /// The result for each feed, in the order of [`Sieve::feeds`](crate::sieve::Sieve::feeds).
    pub feeds: Vec<FeedDigest>,
    /// The number of allow entries that hide block indicators.
    pub shadowing: u64,
}

/// The part of a [`FeedReport`](crate::sieve::FeedReport) that a file keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedDigest {
    /// Counts of the feed's records and entries. The digest dereferences to them, so they can be read as its own fields.
    pub counts: FeedCounts,
    /// The number of refused values, by the [code](crate::Reject::code) of the reason.
    pub rejected: BTreeMap<String, u64>,
    /// The number of skipped parts, by the [code](crate::indicator::Construct::code) of their kind.
    pub skipped: BTreeMap<String, u64>,
    /// The number of values accepted with a change, by its [code](crate::indicator::WarningKind::code).
    pub warnings: BTreeMap<String, u64>,
}

/// Counts of a feed's lines and entries. Both the report and the file keep them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedCounts {
    /// Lines read.
    pub lines: u64,
    /// Accepted entries.
    pub entries: u64,
    /// Distinct indicators among the accepted entries.
    pub indicators: u64,
    /// Distinct indicators that no other feed lists, and that would be lost without this one.
    pub new: u64,
    /// Accepted entries that are addresses, prefixes or ranges.
    pub ips: u64,
    /// Those of them that are prefixes with more than one address.
    pub prefixes: u64,
    /// Those of them that are ranges.
    pub ranges: u64,
    /// Those of them that are IPv6, including prefixes and ranges.
    pub v6: u64,
    /// Accepted entries that are names.
    pub domains: u64,
    /// Accepted entries that are URLs.
    pub urls: u64,
    /// Those of them that have only a host.
    pub host_urls: u64,
    /// Accepted entries that are patterns.
    pub patterns: u64,
    /// Accepted entries that are hashes of files.
    pub hashes: u64,
    /// Accepted entries that are mail addresses.
    pub emails: u64,
    /// Accepted entries that are limited to a port.
    pub with_port: u64,
    /// Accepted entries that allow instead of block.
    pub allowing: u64,
    /// Entries whose indicator the same feed lists on an earlier line.
    pub duplicates: u64,
    /// Entries whose indicator an earlier feed lists as well.
    pub shared: u64,
    /// Block entries that a wider block indicator of any feed covers completely: addresses in prefixes, subdomains of
    /// names, and anything with a port whose value is listed without one. They are kept with all their attributes.
    pub subsumed: u64,
}

impl FeedCounts {
    /// All counts, in the order in which a file has them.
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
    /// The name of this release.
    pub(in crate::sieve) fn this_release() -> String {
        format!("netsieve {}", env!("CARGO_PKG_VERSION"))
    }
}
