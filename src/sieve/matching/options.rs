//! Options of lookups, and the words for their results: relation, strength, reasons to withhold a match.

use std::fmt;

use jiff::Timestamp;

use crate::arch::cpu::Engine;
use crate::sieve::matching::derived::DerivedForms;

/// The way in which an indicator covers an observable.
///
/// ```
/// use netsieve::{Indicator, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "198.51.100.0/24".parse::<Indicator>()?).build()?;
/// assert_eq!(sieve.lookup("198.51.100.7")?.first().unwrap().relation().as_str(), "cidr");
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Relation {
    /// The same address or the same name.
    Exact,
    /// The name is a subdomain of the indicator's name.
    Subdomain,
    /// The address lies in the indicator's prefix.
    Cidr,
    /// The address lies in the indicator's range.
    Range,
    /// Host, path and query are the same.
    UrlExact,
    /// Host and path are the same; the indicator has no query, but the observed URL has one.
    UrlPath,
    /// The indicator's path ends in `/`, and the observed path continues from there.
    UrlPrefix,
    /// The indicator is a URL with only a host, and this is its host; or, with the strength
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

/// The certainty of a match, strongest first. If several weaknesses apply, the weakest counts.
///
/// ```
/// use netsieve::{Indicator, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "198.51.100.7:8080".parse::<Indicator>()?).build()?;
/// let strength = |value| Ok::<_, netsieve::Error>(sieve.lookup(value)?.first().map(|found| found.strength().as_str()));
/// assert_eq!(strength("198.51.100.7:8080")?, Some("strong"));
/// assert_eq!(strength("198.51.100.7")?, Some("port_unseen"));
/// assert_eq!(strength("198.51.100.7:443")?, None);
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Strength {
    /// No known weakness applies.
    Strong,
    /// The indicator has a port and the log shows none. Reported by default.
    PortUnseen,
    /// The host and the path of a URL indicator stand in two fields of one event. Reported by default.
    Joined,
    /// The observed text looks like a file name or a version number. Not reported by default.
    NameLike,
    /// The log shows only the host of a URL indicator that has a path. Not reported by default.
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

/// Selects the block entries that count at match time; nothing is rebuilt. Entries of unknown confidence or validity pass.
///
/// Allow entries obey only `as_of`.
///
/// ```
/// use netsieve::indicator::Record;
/// use netsieve::jiff::Timestamp;
/// use netsieve::{Filter, Indicator, MatchOptions, Sieve};
///
/// let at = |second| Timestamp::from_second(second).unwrap();
/// let mut record = Record::from("evil.test".parse::<Indicator>()?);
/// record.attributes.valid_until = Some(at(1000));
/// let (sieve, _) = Sieve::builder().add("partner", record).build()?;
///
/// let mut before = sieve.matcher_with(&MatchOptions::new().filter(Filter::new().as_of(at(999))));
/// assert!(before.is_match_any("evil.test"));
/// let mut after = sieve.matcher_with(&MatchOptions::new().filter(Filter::new().as_of(at(1000))));
/// assert!(!after.is_match_any("evil.test"));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Filter {
    /// Admits entries that are valid at this time: from `valid_from` up to, but not including, `valid_until`. An
    /// unknown bound does not exclude. `None`: no filter by time.
    pub as_of: Option<Timestamp>,
    /// Admits entries with at least this confidence, and those whose confidence is unknown.
    pub min_confidence: Option<u8>,
    /// Admits entries of the feeds with these names; empty: all. A name that no feed has admits nothing.
    pub feeds: Vec<String>,
    /// Admits entries with at least one of these tags; empty: all.
    pub tags: Vec<String>,
}

impl Filter {
    /// A filter that admits all entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`as_of`](Filter::as_of).
    #[doc(alias = "valid_at")]
    #[must_use]
    pub fn as_of(mut self, time: Timestamp) -> Self {
        self.as_of = Some(time);
        self
    }

    /// Sets [`min_confidence`](Filter::min_confidence).
    ///
    /// ```
    /// use netsieve::{Feed, Filter, Indicator, MatchOptions, Sieve};
    ///
    /// let low = Feed::new("low").confidence(30);
    /// let (sieve, _) = Sieve::builder().add(low, "evil.test".parse::<Indicator>()?).build()?;
    /// let options = MatchOptions::new().filter(Filter::new().min_confidence(50));
    /// assert!(!sieve.matcher_with(&options).is_match_any("evil.test"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
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

/// Options that decide which matches a matcher reports.
///
/// ```
/// use netsieve::{Filter, MatchOptions};
///
/// let options = MatchOptions::new().name_like(true).joined(false).filter(Filter::new().min_confidence(50));
/// assert!(options.port_unseen && options.name_like && !options.joined && !options.host_only);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MatchOptions {
    /// The filter that selects the block entries that count.
    pub filter: Filter,
    /// Reports matches of strength [`PortUnseen`](Strength::PortUnseen) (default: yes).
    pub port_unseen: bool,
    /// Reports matches of strength [`Joined`](Strength::Joined) (default: yes).
    pub joined: bool,
    /// Reports matches of strength [`NameLike`](Strength::NameLike) (default: no).
    pub name_like: bool,
    /// Reports matches of strength [`HostOnly`](Strength::HostOnly) (default: no).
    pub host_only: bool,
    /// The IPv6 forms whose embedded IPv4 address is looked up too (default: none).
    pub derived: DerivedForms,
    /// The CPU instructions that lookups may use (default: all that help). Matches do not depend on it. A scan uses
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
    /// The default options.
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
    ///
    /// ```
    /// use netsieve::sieve::DerivedForms;
    /// use netsieve::{Indicator, MatchOptions, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("ours", "198.51.100.7".parse::<Indicator>()?).build()?;
    /// let options = MatchOptions::new().derived(DerivedForms::new().six_to_four(true));
    /// // The 6to4 address of 198.51.100.7.
    /// assert!(sieve.matcher_with(&options).is_match_any("2002:c633:6407::1"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    #[must_use]
    pub fn derived(mut self, derived: DerivedForms) -> Self {
        self.derived = derived;
        self
    }

    /// Sets [`engine`](MatchOptions::engine).
    ///
    /// ```
    /// use netsieve::{Engine, MatchOptions};
    ///
    /// assert_eq!(MatchOptions::new().engine(Engine::Portable).engine, Engine::Portable);
    /// ```
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

/// Counts of matches that were found but not reported, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Withheld {
    /// Matches of strength `port_unseen`.
    pub port_unseen: u64,
    /// Matches of strength `name_like`.
    pub name_like: u64,
    /// Matches of strength `host_only`: the URL indicators with a path on a host that was seen without one. They are
    /// counted per host, whatever their ports, filter and allow entries, so that a host with many URLs costs nothing.
    pub host_only: u64,
    /// Matches whose port differs from the one that the event gives in a field of its own.
    pub other_port: u64,
    /// Matches in events outside the requested time span.
    pub outside: u64,
    /// Matches that allow entries suppress.
    pub allowed: u64,
    /// Matches without an entry that passes the filter.
    pub filtered: u64,
}

impl Withheld {
    /// The sum of all counts.
    ///
    /// ```
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "http://shop.test/login/".parse::<Indicator>()?).build()?;
    /// let stats = Scanner::new(&sieve).scan("query shop.test\n", |_| {});
    /// assert_eq!((stats.hits, stats.withheld.host_only, stats.withheld.total()), (0, 1, 1));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
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
            // A joined match is made later, from matches found here, and only on request.
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
