//! What a sieve knows of its own making.

use std::collections::BTreeMap;

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

/// The counts of a [`FeedReport`](crate::sieve::FeedReport).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedDigest {
    /// Lines read.
    pub lines: u64,
    /// Entries taken.
    pub entries: u64,
    /// Distinct indicators that it lists.
    pub indicators: u64,
    /// Distinct indicators that no other feed lists.
    pub new: u64,
    /// Entries taken that are addresses, prefixes or ranges.
    pub ips: u64,
    /// Of those, prefixes.
    pub prefixes: u64,
    /// Of those, ranges.
    pub ranges: u64,
    /// Of those, IPv6.
    pub v6: u64,
    /// Entries taken that are names.
    pub domains: u64,
    /// Entries taken that are URLs.
    pub urls: u64,
    /// Of those, only a host.
    pub host_urls: u64,
    /// Entries taken that are patterns.
    pub patterns: u64,
    /// Entries taken that are hashes of files.
    pub hashes: u64,
    /// Entries taken that are mail addresses.
    pub emails: u64,
    /// Entries taken that are limited to a port.
    pub with_port: u64,
    /// Entries taken that allow.
    pub allowing: u64,
    /// Entries whose indicator the same feed lists on an earlier line.
    pub duplicates: u64,
    /// Entries whose indicator an earlier feed lists too.
    pub shared: u64,
    /// Block entries that lie wholly beneath a wider block indicator of any feed.
    pub subsumed: u64,
    /// How many values were not taken, by the [code](crate::Reject::code) of the reason.
    pub rejected: BTreeMap<String, u64>,
    /// How many parts were left aside, by the [code](crate::indicator::Construct::code) of their kind.
    pub skipped: BTreeMap<String, u64>,
    /// How many values were taken with a change, by its [code](crate::indicator::WarningKind::code).
    pub warnings: BTreeMap<String, u64>,
}

impl Provenance {
    /// The release that this code is.
    pub(in crate::sieve) fn this_release() -> String {
        format!("netsieve {}", env!("CARGO_PKG_VERSION"))
    }
}
