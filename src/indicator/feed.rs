//! Feeds: what a source is called, what it may list, and what its listings ask for.

use jiff::SignedDuration;

use crate::indicator::kind::Scope;

/// What a feed's listing of an indicator asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Action {
    /// Report what matches.
    #[default]
    Block,
    /// Suppress host-level matches of equal or lower specificity on what it covers.
    Allow,
    /// Suppress every host-level match beneath it.
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

/// What the exceptions in a feed that blocks ask for: `@@` rules of ad blockers, `rpz-passthru.`, `nomatch`, `pass`.
///
/// In a feed that allows, exceptions are entries like the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Exceptions {
    /// They are [`Action::Allow`] entries, for the indicators of every feed.
    #[default]
    Allow,
    /// They are [`Action::AllowAll`] entries, for the indicators of every feed.
    AllowAll,
    /// They are left out: a feed from elsewhere does not say what is harmless here.
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

/// What a feed may do that the guards forbid, and how its values are read. The default is the careful one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The scope of the feed's domains, in place of the format's default.
    pub scope: Option<Scope>,
    /// URLs also match on names beneath their host.
    pub url_suffix_hosts: bool,
    /// Admit private and reserved addresses, and `localhost`.
    pub admit_bogons: bool,
    /// Admit prefixes shorter than /8 (IPv4) or /19 (IPv6).
    pub admit_wide_prefixes: bool,
    /// Admit whole public suffixes and top-level domains.
    pub admit_public_suffixes: bool,
    /// Admit hashes of files that are found everywhere, such as the empty one.
    pub admit_well_known_files: bool,
    /// Read bare URL paths (`/gate.php`) as patterns.
    pub path_patterns: bool,
    /// Leave out what a MISP event marks as not meant for detection (`to_ids` false); it is kept and tagged otherwise.
    pub only_to_ids: bool,
    /// What exceptions ask for.
    pub exceptions: Exceptions,
    /// Let MISP warning lists block if that is the feed's action; they allow all otherwise.
    pub warning_lists_block: bool,
}

/// What a column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ColumnRole {
    /// A value of any kind, or of the kind that another column names.
    Value,
    /// An address, a prefix or a range.
    Ip,
    /// A domain name.
    Domain,
    /// A domain name that stands for itself alone.
    Host,
    /// A URL, with a scheme or without.
    Url,
    /// The hash of a file.
    Hash,
    /// A mail address.
    Email,
    /// The kind of the value: `ip`, `domain`, `url`, `md5`, ….
    Type,
    /// The port that addresses and names are limited to.
    Port,
    /// Tags, with `,`, `;` or `|` between them.
    Tags,
    /// The malware family.
    Family,
    /// How sure the feed is, 0 to 100.
    Confidence,
    /// Any other number.
    Score,
    /// When the indicator was first seen.
    FirstSeen,
    /// When the indicator was last seen.
    LastSeen,
    /// When the indicator begins to be valid.
    ValidFrom,
    /// When the indicator stops being valid.
    ValidUntil,
    /// Where more is said of it.
    Reference,
    /// Prose.
    Description,
    /// What the feed itself calls the entry.
    Id,
    /// Whether the entry is meant for detection: `1`, `true`, `yes`.
    ToIds,
    /// Nothing that is wanted. A column of no role goes to the description instead.
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

    /// `value`, `first_seen`, …: the name that a configuration uses.
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
    /// The name in the header, without regard to case. In JSON Lines, the key; keys within objects with dots between.
    Name(String),
    /// The number, from 1.
    Number(usize),
}

/// Which columns of a table hold what, where the user says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Columns {
    /// What the columns hold. Several columns may hold values.
    pub roles: Vec<(ColumnRole, Column)>,
    /// What separates the columns; found out if it is not said.
    pub delimiter: Option<char>,
    /// Whether the first row is a header; if it is not said, it is one where some column is named.
    pub header: Option<bool>,
}

/// A named source of indicators.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feed {
    /// The name that hits carry.
    pub name: String,
    /// The file it was read from, for messages; empty where there is none.
    pub path: String,
    /// The name of its format, once known.
    pub format: Option<String>,
    /// What its entries ask for, unless an entry says otherwise.
    pub action: Action,
    /// How its values are read, and what is admitted.
    pub policy: Policy,
    /// The confidence (0 to 100) of entries that state none.
    pub confidence: Option<u8>,
    /// Tags that every entry gets.
    pub tags: Vec<String>,
    /// How long an entry that does not say itself is valid after it was last seen, or first seen if that is all that
    /// is known.
    pub time_to_live: Option<SignedDuration>,
    /// The columns of a table, where they are not to be found out.
    pub columns: Option<Columns>,
}

impl Feed {
    /// A block feed of this name with the default policy.
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

    /// Sets what the entries ask for.
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

    /// Sets how long an entry is valid after it was last seen.
    #[must_use]
    pub fn time_to_live(mut self, time: SignedDuration) -> Self {
        self.time_to_live = Some(time);
        self
    }

    /// Says what the columns of a table hold.
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
