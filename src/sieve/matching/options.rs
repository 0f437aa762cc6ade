use std::fmt;

use jiff::Timestamp;

use crate::arch::cpu::Engine;
use crate::sieve::matching::derived::DerivedForms;

/// How an indicator covers an observable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Relation {
    /// The same address or the same name.
    Exact,
    /// The name is beneath the indicator's.
    Subdomain,
    /// The address is in the indicator's prefix.
    Cidr,
    /// The address is in the indicator's range.
    Range,
    /// The same host, path and query.
    UrlExact,
    /// The same host and path; the indicator has no query, the observed URL has one.
    UrlPath,
    /// The indicator's path ends in `/` and the observed path goes on from there.
    UrlPrefix,
    /// The indicator is a URL that is only a host, and this is that host; or, with the strength
    /// [`HostOnly`](Strength::HostOnly), the host of a URL indicator was seen without a path.
    UrlAnyPath,
    /// A pattern matches.
    Pattern,
}

impl Relation {
    /// `exact`, `subdomain`, `cidr`, `range`, `url_exact`, `url_path`, `url_prefix`, `url_any_path` or `pattern`.
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

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How sure a match is, strongest first. If several weaknesses apply, the weakest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Strength {
    /// Nothing speaks against it.
    Strong,
    /// The indicator has a port and the log shows none. Reported by default.
    PortUnseen,
    /// Host and path of a URL indicator stand in two fields of one event. Reported by default.
    Joined,
    /// The observed text looks like a file name or a version. Not reported by default.
    NameLike,
    /// Only the host of a URL indicator with a path was seen. Not reported by default.
    HostOnly,
}

impl Strength {
    /// `strong`, `port_unseen`, `joined`, `name_like` or `host_only`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Strength::Strong => "strong",
            Strength::PortUnseen => "port_unseen",
            Strength::Joined => "joined",
            Strength::NameLike => "name_like",
            Strength::HostOnly => "host_only",
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which block entries count, at match time; nothing is rebuilt. An entry of unknown confidence or validity passes.
///
/// Allow entries obey only `as_of`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Filter {
    /// Entries count that are valid at this time: `valid_from` is not later, and `valid_until`, which is exclusive, is; or they are
    /// unknown. `None`: no filter by time.
    pub as_of: Option<Timestamp>,
    /// Entries count whose confidence is at least this, or unknown.
    pub min_confidence: Option<u8>,
    /// Entries count of feeds with these names; empty: all. A name that no feed has admits nothing.
    pub feeds: Vec<String>,
    /// Entries count that have at least one of these tags; empty: all.
    pub tags: Vec<String>,
}

impl Filter {
    /// Counts all entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`as_of`](Filter::as_of).
    #[must_use]
    pub fn as_of(mut self, time: Timestamp) -> Self {
        self.as_of = Some(time);
        self
    }

    /// Sets [`min_confidence`](Filter::min_confidence).
    #[must_use]
    pub fn min_confidence(mut self, confidence: u8) -> Self {
        self.min_confidence = Some(confidence);
        self
    }

    /// Adds a name to [`feeds`](Filter::feeds).
    #[must_use]
    pub fn feed(mut self, name: impl Into<String>) -> Self {
        self.feeds.push(name.into());
        self
    }

    /// Adds a tag to [`tags`](Filter::tags).
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    pub(in crate::sieve) fn is_trivial(&self) -> bool {
        self.as_of.is_none() && self.min_confidence.is_none() && self.feeds.is_empty() && self.tags.is_empty()
    }
}

/// What a matcher reports.
///
/// ```
/// use netsieve::{Filter, MatchOptions};
///
/// let options = MatchOptions::new().name_like(true).filter(Filter::new().min_confidence(50));
/// assert!(options.port_unseen && options.name_like && !options.host_only);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MatchOptions {
    /// Which block entries count.
    pub filter: Filter,
    /// Report matches of strength [`PortUnseen`](Strength::PortUnseen) (default: yes).
    pub port_unseen: bool,
    /// Report matches of strength [`Joined`](Strength::Joined) (default: yes).
    pub joined: bool,
    /// Report matches of strength [`NameLike`](Strength::NameLike) (default: no).
    pub name_like: bool,
    /// Report matches of strength [`HostOnly`](Strength::HostOnly) (default: no).
    pub host_only: bool,
    /// Which IPv4 addresses within IPv6 addresses are looked up too (default: none).
    pub derived: DerivedForms,
    /// What of the CPU lookups may use (default: all that helps). Matches do not depend on it. A scan goes by
    /// [`ScanOptions::engine`](crate::ScanOptions::engine) instead.
    pub engine: Engine,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            port_unseen: true,
            joined: true,
            name_like: false,
            host_only: false,
            derived: DerivedForms::default(),
            engine: Engine::Auto,
        }
    }
}

impl MatchOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`port_unseen`](MatchOptions::port_unseen).
    #[must_use]
    pub fn port_unseen(mut self, is_reported: bool) -> Self {
        self.port_unseen = is_reported;
        self
    }

    /// Sets [`joined`](MatchOptions::joined).
    #[must_use]
    pub fn joined(mut self, is_reported: bool) -> Self {
        self.joined = is_reported;
        self
    }

    /// Sets [`name_like`](MatchOptions::name_like).
    #[must_use]
    pub fn name_like(mut self, is_reported: bool) -> Self {
        self.name_like = is_reported;
        self
    }

    /// Sets [`host_only`](MatchOptions::host_only).
    #[must_use]
    pub fn host_only(mut self, is_reported: bool) -> Self {
        self.host_only = is_reported;
        self
    }

    /// Sets [`filter`](MatchOptions::filter).
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Sets [`derived`](MatchOptions::derived).
    #[must_use]
    pub fn derived(mut self, derived: DerivedForms) -> Self {
        self.derived = derived;
        self
    }

    /// Sets [`engine`](MatchOptions::engine).
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    pub(in crate::sieve) fn reports(&self, strength: Strength) -> bool {
        match strength {
            Strength::Strong => true,
            Strength::PortUnseen => self.port_unseen,
            Strength::Joined => self.joined,
            Strength::NameLike => self.name_like,
            Strength::HostOnly => self.host_only,
        }
    }
}

/// Matches that were found and not reported, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Withheld {
    /// Of strength `port_unseen`.
    pub port_unseen: u64,
    /// Of strength `name_like`.
    pub name_like: u64,
    /// Of strength `host_only`: the URL indicators with a path on a host that was seen without one. Counted for each host as a whole,
    /// without looking at ports, filter and allow entries, so that a host with many URLs costs nothing.
    pub host_only: u64,
    /// Of a port that is another than the one that the event gives in a field of its own.
    pub other_port: u64,
    /// Of an event outside the span of time that was asked for.
    pub outside: u64,
    /// Suppressed by allow entries.
    pub allowed: u64,
    /// Without an entry that passes the filter.
    pub filtered: u64,
}

impl Withheld {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.port_unseen
            + self.name_like
            + self.host_only
            + self.other_port
            + self.outside
            + self.allowed
            + self.filtered
    }

    pub(in crate::sieve) fn count(&mut self, strength: Strength) {
        match strength {
            Strength::Strong => {}
            Strength::PortUnseen => self.port_unseen += 1,
            // Made of what was found, where it is asked for.
            Strength::Joined => {}
            Strength::NameLike => self.name_like += 1,
            Strength::HostOnly => self.host_only += 1,
        }
    }
}

impl std::ops::AddAssign for Withheld {
    fn add_assign(&mut self, other: Self) {
        self.port_unseen += other.port_unseen;
        self.name_like += other.name_like;
        self.host_only += other.host_only;
        self.other_port += other.other_port;
        self.outside += other.outside;
        self.allowed += other.allowed;
        self.filtered += other.filtered;
    }
}
