//! The compiled set of indicators, and looking things up in it.
#![allow(missing_docs, unused_variables, dead_code)]
use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;

use crate::error::Result;
use crate::indicator::{Feed, Indicator, Kind, Record, RecordSink, Reject, Rejection, Scope, Warning, WarningKind};

/// How an indicator covers an observable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Relation {
    Exact,
    Subdomain,
    Cidr,
    Range,
    UrlExact,
    UrlPath,
    UrlPrefix,
    UrlAnyPath,
    Pattern,
}
impl Relation {
    pub const fn as_str(self) -> &'static str {
        match self {
            Relation::Exact => "exact",
            Relation::Subdomain => "subdomain",
            Relation::Cidr => "cidr",
            Relation::Range => "range",
            Relation::UrlExact => "url_exact",
            Relation::UrlPath => "url_path",
            Relation::UrlPrefix => "url_prefix",
            Relation::UrlAnyPath => "url_any_path",
            Relation::Pattern => "pattern",
        }
    }
}

/// How sure a match is, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Strength {
    Strong,
    PortUnseen,
    NameLike,
    HostOnly,
}
impl Strength {
    pub const fn as_str(self) -> &'static str {
        match self {
            Strength::Strong => "strong",
            Strength::PortUnseen => "port_unseen",
            Strength::NameLike => "name_like",
            Strength::HostOnly => "host_only",
        }
    }
}

/// Which block entries count, at match time. Unknown confidence or validity passes.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Filter {
    pub as_of: Option<Timestamp>,
    pub min_confidence: Option<u8>,
    /// Names of feeds; empty: all.
    pub feeds: Vec<String>,
    /// An entry passes that has one of them; empty: all.
    pub tags: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MatchOptions {
    pub filter: Filter,
    /// Report `port_unseen` matches (default: true).
    pub port_unseen: bool,
    /// Report `name_like` matches (default: false).
    pub name_like: bool,
    /// Report `host_only` matches (default: false).
    pub host_only: bool,
}
impl Default for MatchOptions {
    fn default() -> Self {
        Self { filter: Filter::default(), port_unseen: true, name_like: false, host_only: false }
    }
}

/// Matches that were found and not reported, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Withheld {
    pub port_unseen: u64,
    pub name_like: u64,
    pub host_only: u64,
    /// Suppressed by allow entries.
    pub allowed: u64,
    /// No entry passed the filter.
    pub filtered: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId(u32);

/// The Public Suffix List that the guards go by.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum PublicSuffixes {
    /// The list built into the crate (feature `psl`; without it, none).
    #[default]
    BuiltIn,
    /// No guard.
    None,
    // Runtime(publicsuffix::List) behind feature psl, made by PublicSuffixes::from_dat(&str) -> Result<Self>
}

pub struct SieveBuilder {}
impl SieveBuilder {
    pub fn public_suffixes(&mut self, list: PublicSuffixes) -> &mut Self {
        self
    }
    /// Declares a feed.
    pub fn feed(&mut self, feed: Feed) -> FeedId {
        todo!()
    }
    /// Where a reader puts the records of a feed: guards are applied here.
    pub fn sink(&mut self, feed: FeedId) -> FeedSink<'_> {
        todo!()
    }
    /// Adds one record.
    pub fn add(&mut self, feed: FeedId, record: Record<'_>) -> &mut Self {
        self
    }
    pub fn build(self) -> Result<(Sieve, BuildReport)> {
        todo!()
    }
}

pub struct FeedSink<'b> {
    builder: &'b mut SieveBuilder,
}
impl RecordSink for FeedSink<'_> {
    fn record(&mut self, record: Record<'_>) {}
    fn reject(&mut self, rejection: Rejection<'_>) {}
    fn warn(&mut self, warning: Warning<'_>) {}
    fn lines(&mut self, count: u64) {}
}

#[derive(Clone)]
pub struct Sieve {}
impl Sieve {
    pub fn builder() -> SieveBuilder {
        todo!()
    }
    pub fn matcher(&self, options: &MatchOptions) -> Matcher {
        todo!()
    }
    /// Indicators held.
    pub fn len(&self) -> usize {
        0
    }
    pub fn is_empty(&self) -> bool {
        true
    }
    pub fn feeds(&self) -> &[Feed] {
        &[]
    }
    /// Every indicator, in id order.
    pub fn indicators(&self) -> impl Iterator<Item = IndicatorRef<'_>> {
        std::iter::empty()
    }
    /// Bytes held in memory.
    pub fn memory_usage(&self) -> usize {
        0
    }
}

pub struct Matcher {}
impl Matcher {
    pub fn match_ip(&mut self, addr: impl Into<IpAddr>, port: Option<u16>) -> Matches<'_> {
        todo!()
    }
    /// A name that is none matches nothing.
    pub fn match_domain(&mut self, name: impl AsRef<[u8]>, port: Option<u16>) -> Matches<'_> {
        todo!()
    }
    pub fn match_url(&mut self, url: impl AsRef<[u8]>) -> Matches<'_> {
        todo!()
    }
    /// Address, address:port, prefix?, name, name:port, URL, host/path: told apart by shape.
    pub fn match_any(&mut self, value: impl AsRef<[u8]>) -> Matches<'_> {
        todo!()
    }
    pub fn is_match_ip(&mut self, addr: impl Into<IpAddr>, port: Option<u16>) -> bool {
        todo!()
    }
    pub fn is_match_domain(&mut self, name: impl AsRef<[u8]>, port: Option<u16>) -> bool {
        todo!()
    }
    pub fn is_match_url(&mut self, url: impl AsRef<[u8]>) -> bool {
        todo!()
    }
    pub fn is_match_any(&mut self, value: impl AsRef<[u8]>) -> bool {
        todo!()
    }
    /// Why `match_any` may have found nothing: how the value was read (`Ok(kind)`) or why it could not be.
    pub fn classify(&mut self, value: impl AsRef<[u8]>) -> std::result::Result<Kind, Reject> {
        todo!()
    }
}

/// The matches of one observable, most specific first.
#[derive(Clone, Copy)]
pub struct Matches<'m> {
    sieve: &'m Sieve,
}
impl<'m> Matches<'m> {
    pub fn len(&self) -> usize {
        0
    }
    pub fn is_empty(&self) -> bool {
        true
    }
    pub fn first(&self) -> Option<Match<'m>> {
        None
    }
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Match<'m>> + use<'m> {
        std::iter::empty()
    }
    /// What was found and not reported.
    pub fn withheld(&self) -> Withheld {
        todo!()
    }
}

/// One indicator that covers the observable.
#[derive(Clone, Copy)]
pub struct Match<'m> {
    sieve: &'m Sieve,
}
impl<'m> Match<'m> {
    pub fn indicator(&self) -> IndicatorRef<'m> {
        todo!()
    }
    pub fn relation(&self) -> Relation {
        todo!()
    }
    pub fn strength(&self) -> Strength {
        todo!()
    }
    /// Every entry that passes the filter, in feed order.
    pub fn sources(&self) -> impl Iterator<Item = Source<'m>> + use<'m> {
        std::iter::empty()
    }
}

/// An indicator of a sieve. `Display` gives its canonical text.
#[derive(Clone, Copy)]
pub struct IndicatorRef<'m> {
    sieve: &'m Sieve,
}
impl<'m> IndicatorRef<'m> {
    /// A number that is the same for the same indicator within one sieve.
    pub fn id(&self) -> u32 {
        0
    }
    pub fn kind(&self) -> Kind {
        todo!()
    }
    pub fn scope(&self) -> Option<Scope> {
        todo!()
    }
    pub fn port(&self) -> Option<u16> {
        todo!()
    }
    pub fn to_indicator(&self) -> Indicator {
        todo!()
    }
    /// Every entry, unfiltered.
    pub fn sources(&self) -> impl Iterator<Item = Source<'m>> + use<'m> {
        std::iter::empty()
    }
}
impl fmt::Display for IndicatorRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

/// One feed's entry for an indicator.
#[derive(Clone, Copy)]
pub struct Source<'m> {
    sieve: &'m Sieve,
}
impl<'m> Source<'m> {
    pub fn feed(&self) -> &'m Feed {
        todo!()
    }
    pub fn action(&self) -> crate::indicator::Action {
        todo!()
    }
    pub fn line(&self) -> Option<u32> {
        todo!()
    }
    /// As the feed wrote it.
    pub fn as_listed(&self) -> Cow<'m, str> {
        todo!()
    }
    pub fn tags(&self) -> impl Iterator<Item = &'m str> + use<'m> {
        std::iter::empty()
    }
    pub fn family(&self) -> Option<&'m str> {
        todo!()
    }
    pub fn confidence(&self) -> Option<u8> {
        todo!()
    }
    pub fn score(&self) -> Option<f64> {
        todo!()
    }
    pub fn first_seen(&self) -> Option<Timestamp> {
        todo!()
    }
    pub fn last_seen(&self) -> Option<Timestamp> {
        todo!()
    }
    pub fn valid_until(&self) -> Option<Timestamp> {
        todo!()
    }
    pub fn reference(&self) -> Option<&'m str> {
        todo!()
    }
    pub fn description(&self) -> Option<&'m str> {
        todo!()
    }
}

/// What building did with each feed.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BuildReport {
    pub feeds: Vec<FeedReport>,
    /// What each allow entry shadows.
    pub shadows: Vec<Shadow>,
    /// Distinct indicators in the sieve.
    pub indicators: u64,
}
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FeedReport {
    pub name: String,
    pub path: String,
    pub format: Option<String>,
    pub action: crate::indicator::Action,
    pub lines: u64,
    /// Records taken.
    pub entries: u64,
    pub ips: u64,
    pub domains: u64,
    pub urls: u64,
    pub patterns: u64,
    /// Entries whose indicator the same feed had listed before.
    pub duplicates: u64,
    /// Entries whose indicator an earlier feed had listed.
    pub shared: u64,
    /// Block entries beneath a wider indicator of any feed.
    pub subsumed: u64,
    pub rejected: Vec<Noted<Reject>>,
    pub warnings: Vec<Noted<WarningKind>>,
    /// Rejections and warnings beyond those listed.
    pub unlisted: u64,
}
/// A value with its line and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Noted<T> {
    pub line: u32,
    pub value: String,
    pub what: T,
}
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Shadow {
    /// The allow entry's indicator, feed and line.
    pub allow: String,
    pub feed: String,
    pub line: u32,
    /// Block indicators it shadows wholly and in part.
    pub wholly: u64,
    pub partly: u64,
    /// The first of them.
    pub examples: Vec<String>,
}
