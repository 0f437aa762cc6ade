//! Feeds: the name of a source, the policy for what it may list, and the action its listings take.

use std::fmt;

use jiff::SignedDuration;

use crate::indicator::kind::Scope;

/// The effect of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Action {
    /// Report matches.
    #[default]
    Block,
    /// Suppress host-level matches of equal or lower specificity on the names and addresses it covers.
    Allow,
    /// Suppress every host-level match under it.
    AllowAll,
}

impl Action {
    /// `block`, `allow` or `allow_all`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Block => "block",
            Action::Allow => "allow",
            Action::AllowAll => "allow_all",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The treatment of exceptions in a block feed: `@@` rules of ad blockers, `rpz-passthru.`, `nomatch`, `pass`.
///
/// In an allow feed, exceptions are entries like all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Exceptions {
    /// As [`Action::Allow`] entries, which apply to the indicators of every feed.
    #[default]
    Allow,
    /// As [`Action::AllowAll`] entries, which apply to the indicators of every feed.
    AllowAll,
    /// They are left out: a third-party feed cannot know what is harmless on your network.
    Skip,
}

impl Exceptions {
    /// `allow`, `allow_all` or `skip`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Exceptions::Allow => "allow",
            Exceptions::AllowAll => "allow_all",
            Exceptions::Skip => "skip",
        }
    }
}

/// The rules for reading a feed's values, and the guards it may bypass. The default bypasses none.
///
/// ```
/// use netsieve::{Feed, Policy, Scope};
///
/// let lab = Feed::new("lab").policy(Policy::new().scope(Scope::Exact).admit_bogons(true));
/// # let _ = lab;
/// ```
///
/// ```
/// use netsieve::{Feed, Indicator, Policy, Sieve};
///
/// // A guard keeps private addresses out of a block feed, unless its policy admits them.
/// let own = Feed::new("ours").policy(Policy::new().admit_bogons(true));
/// let (sieve, report) = Sieve::builder()
///     .add("partner", "10.0.0.0/24".parse::<Indicator>()?)
///     .add(own, "10.1.0.0/24".parse::<Indicator>()?)
///     .build()?;
/// assert_eq!((report.feeds[0].rejected_total(), report.feeds[1].rejected_total()), (1, 0));
/// assert!(sieve.matcher().is_match_any("10.1.0.7"));
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// Every guard and rule can be set in the same way:
///
/// ```
/// use netsieve::Policy;
/// use netsieve::indicator::Exceptions;
///
/// let policy = Policy::new()
///     .admit_wide_prefixes(true) // 0.0.0.0/1
///     .admit_public_suffixes(true) // co.uk, with all names under it
///     .admit_well_known_files(true) // the hash of the empty file
///     .url_suffix_hosts(true) // http://evil.test/x also matches http://www.evil.test/x
///     .path_patterns(true) // a listed /gate.php matches on every host
///     .only_to_ids(true) // MISP: only attributes meant for detection
///     .warning_lists_block(true) // MISP: a warning list blocks
///     .exceptions(Exceptions::Skip); // @@||good.test^ in a filter list is left out
/// assert_ne!(policy, Policy::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The scope of the feed's domains; overrides the default of the format.
    pub scope: Option<Scope>,
    /// URLs also match on names under their host.
    pub url_suffix_hosts: bool,
    /// Admit private and reserved addresses, and `localhost`.
    pub admit_bogons: bool,
    /// Admit prefixes shorter than /8 (IPv4) or /19 (IPv6).
    pub admit_wide_prefixes: bool,
    /// Admit whole public suffixes and top-level domains.
    pub admit_public_suffixes: bool,
    /// Admit hashes of files that exist on most machines, such as the hash of the empty file.
    pub admit_well_known_files: bool,
    /// Read bare URL paths (`/gate.php`) as patterns.
    pub path_patterns: bool,
    /// Leave out attributes that a MISP event marks as not meant for detection (`to_ids` false). If unset, they are kept and tagged.
    pub only_to_ids: bool,
    /// The treatment of exceptions.
    pub exceptions: Exceptions,
    /// Let MISP warning lists block if the feed's action is `Block`. If unset, they are allow-all lists.
    pub warning_lists_block: bool,
}

impl Policy {
    /// Returns the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`scope`](Policy::scope).
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Sets [`url_suffix_hosts`](Policy::url_suffix_hosts).
    #[must_use]
    pub fn url_suffix_hosts(mut self, yes: bool) -> Self {
        self.url_suffix_hosts = yes;
        self
    }

    /// Sets [`admit_bogons`](Policy::admit_bogons).
    #[must_use]
    pub fn admit_bogons(mut self, yes: bool) -> Self {
        self.admit_bogons = yes;
        self
    }

    /// Sets [`admit_wide_prefixes`](Policy::admit_wide_prefixes).
    #[must_use]
    pub fn admit_wide_prefixes(mut self, yes: bool) -> Self {
        self.admit_wide_prefixes = yes;
        self
    }

    /// Sets [`admit_public_suffixes`](Policy::admit_public_suffixes).
    #[must_use]
    pub fn admit_public_suffixes(mut self, yes: bool) -> Self {
        self.admit_public_suffixes = yes;
        self
    }

    /// Sets [`admit_well_known_files`](Policy::admit_well_known_files).
    #[must_use]
    pub fn admit_well_known_files(mut self, yes: bool) -> Self {
        self.admit_well_known_files = yes;
        self
    }

    /// Sets [`path_patterns`](Policy::path_patterns).
    #[must_use]
    pub fn path_patterns(mut self, yes: bool) -> Self {
        self.path_patterns = yes;
        self
    }

    /// Sets [`only_to_ids`](Policy::only_to_ids).
    #[must_use]
    pub fn only_to_ids(mut self, yes: bool) -> Self {
        self.only_to_ids = yes;
        self
    }

    /// Sets [`exceptions`](Policy::exceptions).
    #[must_use]
    pub fn exceptions(mut self, exceptions: Exceptions) -> Self {
        self.exceptions = exceptions;
        self
    }

    /// Sets [`warning_lists_block`](Policy::warning_lists_block).
    #[must_use]
    pub fn warning_lists_block(mut self, yes: bool) -> Self {
        self.warning_lists_block = yes;
        self
    }
}

/// The meaning of a column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ColumnRole {
    /// A value of any kind, or of the kind given by a [`Type`](Self::Type) column.
    Value,
    /// An address, a prefix or a range.
    Ip,
    /// A domain name.
    Domain,
    /// A domain name that covers only itself.
    Host,
    /// A URL, with or without a scheme.
    Url,
    /// The hash of a file.
    Hash,
    /// A mail address.
    Email,
    /// The kind of the value: `ip`, `domain`, `url`, `md5`, ….
    Type,
    /// The port that addresses and names are limited to.
    Port,
    /// Tags, separated by `,`, `;` or `|`.
    Tags,
    /// The malware family.
    Family,
    /// The feed's confidence, 0 to 100.
    Confidence,
    /// Any other number.
    Score,
    /// The time the indicator was first seen.
    FirstSeen,
    /// The time the indicator was last seen.
    LastSeen,
    /// The start of the indicator's validity.
    ValidFrom,
    /// The end of the indicator's validity.
    ValidUntil,
    /// A link to more information.
    Reference,
    /// Prose.
    Description,
    /// The feed's own identifier of the entry.
    Id,
    /// A flag, true if the entry is meant for detection: `1`, `true`, `yes`.
    ToIds,
    /// Nothing of interest. Columns without a role go to the description; these are dropped.
    Ignore,
}

impl ColumnRole {
    /// Every role.
    pub const ALL: &'static [ColumnRole] = &[
        ColumnRole::Value,
        ColumnRole::Ip,
        ColumnRole::Domain,
        ColumnRole::Host,
        ColumnRole::Url,
        ColumnRole::Hash,
        ColumnRole::Email,
        ColumnRole::Type,
        ColumnRole::Port,
        ColumnRole::Tags,
        ColumnRole::Family,
        ColumnRole::Confidence,
        ColumnRole::Score,
        ColumnRole::FirstSeen,
        ColumnRole::LastSeen,
        ColumnRole::ValidFrom,
        ColumnRole::ValidUntil,
        ColumnRole::Reference,
        ColumnRole::Description,
        ColumnRole::Id,
        ColumnRole::ToIds,
        ColumnRole::Ignore,
    ];

    /// The name used in configurations: `value`, `first_seen`, ….
    pub const fn as_str(self) -> &'static str {
        match self {
            ColumnRole::Value => "value",
            ColumnRole::Ip => "ip",
            ColumnRole::Domain => "domain",
            ColumnRole::Host => "host",
            ColumnRole::Url => "url",
            ColumnRole::Hash => "hash",
            ColumnRole::Email => "email",
            ColumnRole::Type => "type",
            ColumnRole::Port => "port",
            ColumnRole::Tags => "tags",
            ColumnRole::Family => "family",
            ColumnRole::Confidence => "confidence",
            ColumnRole::Score => "score",
            ColumnRole::FirstSeen => "first_seen",
            ColumnRole::LastSeen => "last_seen",
            ColumnRole::ValidFrom => "valid_from",
            ColumnRole::ValidUntil => "valid_until",
            ColumnRole::Reference => "reference",
            ColumnRole::Description => "description",
            ColumnRole::Id => "id",
            ColumnRole::ToIds => "to_ids",
            ColumnRole::Ignore => "ignore",
        }
    }
}

/// A column of a table, by its name in the header or by its number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Column {
    /// The name in the header, without regard to case. In JSON Lines, the key; nested keys are joined by dots.
    Name(String),
    /// The number, from 1.
    Number(usize),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Column::Name(name.to_owned())
    }
}

impl From<usize> for Column {
    fn from(number: usize) -> Self {
        Column::Number(number)
    }
}

/// The user's description of a table's columns.
///
/// ```
/// # #[cfg(feature = "feeds")] {
/// use netsieve::indicator::{ColumnRole, Columns};
/// use netsieve::{FeedFile, Sieve};
///
/// let columns = Columns::new()
///     .role(ColumnRole::Value, "what")
///     .role(ColumnRole::Tags, 1)
///     .delimiter(';');
/// let table = "why;what\nc2;evil.test\n";
/// let (sieve, _) = Sieve::builder().read(FeedFile::from_bytes("table.csv", table).columns(columns))?.build()?;
/// assert!(sieve.matcher().is_match_any("evil.test"));
/// # }
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Columns {
    /// The role of each column. Several columns may hold values.
    pub roles: Vec<(ColumnRole, Column)>,
    /// The delimiter. If `None`, it is detected.
    pub delimiter: Option<char>,
    /// True if the first row is a header. If `None`, the first row is one if any column is given by name.
    pub header: Option<bool>,
}

impl Columns {
    /// Returns a description without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the role of a column, which is given by its name in the header or by its number from 1.
    #[must_use]
    pub fn role(mut self, role: ColumnRole, column: impl Into<Column>) -> Self {
        self.roles.push((role, column.into()));
        self
    }

    /// Sets [`delimiter`](Columns::delimiter).
    #[must_use]
    pub fn delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// Sets [`header`](Columns::header).
    #[must_use]
    pub fn header(mut self, is_header: bool) -> Self {
        self.header = Some(is_header);
        self
    }
}

/// A named source of indicators.
///
/// ```
/// use netsieve::jiff::SignedDuration;
/// use netsieve::{Action, Feed, Indicator, Policy, Sieve};
///
/// let partner = Feed::new("partner").tag("c2").confidence(80).time_to_live(SignedDuration::from_hours(720));
/// let own = Feed::new("own").action(Action::Allow).policy(Policy::new());
/// let (sieve, _) = Sieve::builder()
///     .add(partner, "shop.test".parse::<Indicator>()?)
///     .add(own, "www.shop.test".parse::<Indicator>()?)
///     .build()?;
/// assert!(sieve.is_match_any("shop.test") && !sieve.is_match_any("www.shop.test"));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feed {
    /// The feed's name, which every hit carries.
    pub name: String,
    /// The file it was read from, for messages. Empty if there is none.
    pub path: String,
    /// The name of its format, once known.
    pub format: Option<String>,
    /// The action of its entries, unless an entry states its own.
    pub action: Action,
    /// The rules for reading its values, and the guards it may bypass.
    pub policy: Policy,
    /// The confidence (0 to 100) of entries that state none.
    pub confidence: Option<u8>,
    /// Tags that every entry gets.
    pub tags: Vec<String>,
    /// The lifetime of entries that state no end of their validity, counted from the time they were last seen, or first
    /// seen if that is all the feed gives.
    pub time_to_live: Option<SignedDuration>,
    /// The columns of the table. If `None`, they are detected.
    pub columns: Option<Columns>,
}

/// A block feed of a name.
impl From<&str> for Feed {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A block feed of a name.
impl From<String> for Feed {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// The feed's name.
impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Feed {
    /// Creates a block feed with this name and the default policy.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            path: String::new(),
            format: None,
            action: Action::Block,
            policy: Policy::default(),
            confidence: None,
            tags: Vec::new(),
            time_to_live: None,
            columns: None,
        }
    }

    /// Sets the action of the entries.
    #[must_use]
    pub fn action(mut self, action: Action) -> Self {
        self.action = action;
        self
    }

    /// Sets the policy.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the confidence (0 to 100) of entries that state none.
    #[must_use]
    pub fn confidence(mut self, confidence: u8) -> Self {
        self.confidence = Some(confidence.min(100));
        self
    }

    /// Sets how long an entry that states no end stays valid after it was last seen, or else first seen.
    #[must_use]
    pub fn time_to_live(mut self, time: SignedDuration) -> Self {
        self.time_to_live = Some(time);
        self
    }

    /// Describes the columns of a table.
    ///
    /// ```
    /// use netsieve::indicator::{ColumnRole, Columns};
    /// use netsieve::{Feed, Sieve, feed};
    ///
    /// // The second column of a table without a header holds the values.
    /// let own = Feed::new("partner").columns(Columns::new().header(false).role(ColumnRole::Value, 2));
    /// let mut builder = Sieve::builder();
    /// let id = builder.feed(own.clone());
    /// feed::read(&b"7,evil.test\n8,mail.test\n"[..], "", Some(feed::Format::Csv), &own, &mut builder.sink(id))?;
    /// assert!(builder.build()?.0.is_match_any("evil.test"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    #[must_use]
    pub fn columns(mut self, columns: Columns) -> Self {
        self.columns = Some(columns);
        self
    }

    /// Adds a tag that every entry gets.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }
}
