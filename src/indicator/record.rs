//! What a reader hands over of a feed: records, and what is not taken.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::indicator::canonical::Indicator;
use crate::indicator::feed::Action;
use crate::value::Reject;

/// What a feed says of an indicator beside its value.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Attributes<'a> {
    /// Tags.
    pub tags: Vec<Cow<'a, str>>,
    /// The malware family.
    pub family: Option<Cow<'a, str>>,
    /// How sure the feed is, 0 to 100, from a field whose scale is documented as such.
    pub confidence: Option<u8>,
    /// Any other number the feed gives: a count, a rank, a score.
    pub score: Option<f64>,
    /// What the feed itself calls the entry: the id of an object, an event, a signature.
    pub id: Option<Cow<'a, str>>,
    /// When the indicator was first seen.
    pub first_seen: Option<Timestamp>,
    /// When the indicator was last seen.
    pub last_seen: Option<Timestamp>,
    /// When the indicator begins to be valid, where the feed calls it so; not when it was first seen.
    pub valid_from: Option<Timestamp>,
    /// When the indicator stops being valid; exclusive.
    pub valid_until: Option<Timestamp>,
    /// Where more is said of it.
    pub reference: Option<Cow<'a, str>>,
    /// What the feed says in prose.
    pub description: Option<Cow<'a, str>>,
}

/// One feed's listing of an indicator, as a reader hands it over.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The indicator, canonical.
    pub indicator: Indicator,
    /// The line of the feed, from 1; 0 where the feed has no lines.
    pub line: u32,
    /// The value as the feed wrote it.
    pub as_listed: Cow<'a, str>,
    /// What this entry asks for, where it differs from the feed's.
    pub action: Option<Action>,
    /// The rest of what the feed says.
    pub attributes: Attributes<'a>,
}

impl<'a> Record<'a> {
    /// A record without attributes.
    pub fn new(indicator: Indicator, line: u32, as_listed: impl Into<Cow<'a, str>>) -> Self {
        Self { indicator, line, as_listed: as_listed.into(), action: None, attributes: Attributes::default() }
    }
}

/// A record of an indicator alone, from no line, listed as its canonical text.
impl From<Indicator> for Record<'_> {
    fn from(indicator: Indicator) -> Self {
        let listed = indicator.to_string();
        Self::new(indicator, 0, listed)
    }
}

/// A value of a feed that was not taken, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection<'a> {
    /// The line of the feed, from 1.
    pub line: u32,
    /// The value as the feed wrote it.
    pub value: Cow<'a, str>,
    /// Why it was not taken.
    pub reason: Reject,
}

impl<'a> Rejection<'a> {
    /// A rejection.
    pub fn new(line: u32, value: impl Into<Cow<'a, str>>, reason: Reject) -> Self {
        Self { line, value: value.into(), reason }
    }
}

/// What was changed about a value that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WarningKind {
    /// Host bits behind the prefix were set; they were masked.
    HostBits,
    /// The scope `Suffix` on a public suffix became `Exact`.
    PublicSuffixDemoted,
    /// A provider of mailboxes for everybody, listed with its own name: everybody's mail has it.
    FreeMail,
    /// Another value follows on the line. Only the first is read.
    SecondValue,
    /// A date cannot be read, so the entry goes without it.
    UnreadableDate,
    /// A column called confidence, whose scale the table does not state, was taken to be of 0 to 100.
    ConfidenceAssumed,
    /// A column called confidence has values beyond 100: its scale is unknown, and it is the score.
    ConfidenceScale,
    /// So many entries precede what the feed says of all of them that this one and those that follow went without it.
    LateContext,
}

impl WarningKind {
    /// A short name that stays the same between releases.
    pub const fn code(self) -> &'static str {
        match self {
            WarningKind::HostBits => "host_bits",
            WarningKind::PublicSuffixDemoted => "public_suffix_demoted",
            WarningKind::FreeMail => "free_mail",
            WarningKind::SecondValue => "second_value",
            WarningKind::UnreadableDate => "unreadable_date",
            WarningKind::ConfidenceAssumed => "confidence_assumed",
            WarningKind::ConfidenceScale => "confidence_scale",
            WarningKind::LateContext => "late_context",
        }
    }

    /// The sentence that a report prints.
    pub const fn message(self) -> &'static str {
        match self {
            WarningKind::HostBits => "host bits of the prefix masked",
            WarningKind::PublicSuffixDemoted => "public suffix: taken as exact, not with the names beneath it",
            WarningKind::FreeMail => "provider of mailboxes for everybody, whose name all their mail has",
            WarningKind::SecondValue => "another value follows on the line: only the first is read",
            WarningKind::UnreadableDate => "a date that cannot be read: taken without it",
            WarningKind::ConfidenceAssumed => "a column called confidence is taken to be of 0 to 100",
            WarningKind::ConfidenceScale => {
                "a column called confidence has another scale than 0 to 100: taken as the score; name the columns to map it"
            }
            WarningKind::LateContext => "from here on, taken without what the feed says of all entries further on",
        }
    }
}

/// A value that was taken with a change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning<'a> {
    /// The line of the feed, from 1.
    pub line: u32,
    /// The value as the feed wrote it.
    pub value: Cow<'a, str>,
    /// What was changed.
    pub kind: WarningKind,
}

impl<'a> Warning<'a> {
    /// A warning.
    pub fn new(line: u32, value: impl Into<Cow<'a, str>>, kind: WarningKind) -> Self {
        Self { line, value: value.into(), kind }
    }
}

/// A part of a feed that is in order, but says something that no indicator can hold, or that is no indicator of the network.
///
/// Such parts are counted by kind, so that a report can tell how much of a feed was left aside, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Construct {
    /// A rule that hides a part of a page.
    CosmeticRule,
    /// A rule over parts of URLs.
    UrlRule,
    /// A rule that applies on some pages or to some kinds of requests only.
    LimitedRule,
    /// A regular expression.
    Regex,
    /// A setting of the program that reads the file.
    Setting,
    /// A name whose lookups go to another server.
    Forward,
    /// A record of a zone that is no policy.
    ZoneRecord,
    /// A policy that neither blocks nor allows.
    OtherAction,
    /// A policy over the addresses of clients.
    ClientAddress,
    /// A policy over the names of name servers.
    ServerName,
    /// A policy over the addresses of name servers.
    ServerAddress,
    /// Several conditions that must hold together.
    Conjunction,
    /// A condition that must not hold.
    Negation,
    /// A condition by wildcards.
    Like,
    /// A condition other than equality, such as `>`.
    Comparison,
    /// Conditions that must hold one after the other, or a number of times.
    Sequence,
    /// A pattern in another language than the feed's own.
    OtherLanguage,
    /// Bytes to be looked for in packets.
    Payload,
    /// A hash that tells what is alike, or that is not of a whole file: a fuzzy one, one of imports, the fingerprint of a connection.
    Hash,
    /// A mail address that marks no threat, such as that of who registered a name, or another part of a mail.
    Email,
    /// The name of a file, or a path on a disk.
    FileName,
    /// A reference to a report.
    Link,
    /// Something else that is not of the network.
    OtherKind,
    /// An entry that the feed has taken back.
    Withdrawn,
    /// An entry that the feed itself calls benign.
    Benign,
    /// An entry that another rule of the list takes back, or the rule that does.
    Disabled,
    /// An entry not meant for detection, left out by policy.
    NotForDetection,
    /// An exception, left out by policy.
    Exception,
    /// A value that a report names in its text: neither defanged nor in a list of indicators.
    InText,
    /// The site of whoever published a report.
    OwnSite,
    /// A name that everybody uses, in a report.
    Popular,
}

impl Construct {
    /// A short name that stays the same between releases.
    pub const fn code(self) -> &'static str {
        match self {
            Construct::CosmeticRule => "cosmetic_rule",
            Construct::UrlRule => "url_rule",
            Construct::LimitedRule => "limited_rule",
            Construct::Regex => "regex",
            Construct::Setting => "setting",
            Construct::Forward => "forward",
            Construct::ZoneRecord => "zone_record",
            Construct::OtherAction => "other_action",
            Construct::ClientAddress => "client_address",
            Construct::ServerName => "server_name",
            Construct::ServerAddress => "server_address",
            Construct::Conjunction => "conjunction",
            Construct::Negation => "negation",
            Construct::Like => "like",
            Construct::Comparison => "comparison",
            Construct::Sequence => "sequence",
            Construct::OtherLanguage => "other_language",
            Construct::Payload => "payload",
            Construct::Hash => "hash",
            Construct::Email => "email",
            Construct::FileName => "file_name",
            Construct::Link => "link",
            Construct::OtherKind => "other_kind",
            Construct::Withdrawn => "withdrawn",
            Construct::Benign => "benign",
            Construct::Disabled => "disabled",
            Construct::NotForDetection => "not_for_detection",
            Construct::Exception => "exception",
            Construct::InText => "in_text",
            Construct::OwnSite => "own_site",
            Construct::Popular => "popular",
        }
    }

    /// The words that a report prints behind their number.
    pub const fn message(self) -> &'static str {
        match self {
            Construct::CosmeticRule => "cosmetic rules",
            Construct::UrlRule => "rules over parts of URLs",
            Construct::LimitedRule => "rules for some pages or kinds of requests only",
            Construct::Regex => "regular expressions",
            Construct::Setting => "settings of the program",
            Construct::Forward => "names resolved elsewhere",
            Construct::ZoneRecord => "zone records that are no policy",
            Construct::OtherAction => "policies that neither block nor allow",
            Construct::ClientAddress => "policies over clients' addresses",
            Construct::ServerName => "policies over names of name servers",
            Construct::ServerAddress => "policies over addresses of name servers",
            Construct::Conjunction => "conditions that must hold together (AND)",
            Construct::Negation => "negated conditions",
            Construct::Like => "conditions by wildcards (LIKE)",
            Construct::Comparison => "conditions other than equality",
            Construct::Sequence => "conditions in a sequence, or counted",
            Construct::OtherLanguage => "patterns in other languages",
            Construct::Payload => "contents of packets",
            Construct::Hash => "hashes of what is alike, or of parts",
            Construct::Email => "contacts, and parts of mails",
            Construct::FileName => "file names and paths",
            Construct::Link => "links to reports",
            Construct::OtherKind => "other kinds that are not of the network",
            Construct::Withdrawn => "entries that the feed has withdrawn",
            Construct::Benign => "entries that the feed calls benign",
            Construct::Disabled => "entries that the list disables, and rules that do",
            Construct::NotForDetection => "entries not meant for detection",
            Construct::Exception => "exceptions, which the policy leaves out",
            Construct::InText => "named in the text, neither defanged nor listed as indicators",
            Construct::OwnSite => "sites of the publisher",
            Construct::Popular => "names that everybody uses",
        }
    }
}

/// A part of a feed that was left aside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skip<'a> {
    /// The line of the feed, from 1.
    pub line: u32,
    /// The part as the feed wrote it.
    pub text: Cow<'a, str>,
    /// What it is.
    pub construct: Construct,
}

impl<'a> Skip<'a> {
    /// A skipped part.
    pub fn new(line: u32, text: impl Into<Cow<'a, str>>, construct: Construct) -> Self {
        Self { line, text: text.into(), construct }
    }
}

/// Where a feed reader puts what it reads. The sieve's builder is one.
pub trait RecordSink {
    /// Takes a record.
    fn record(&mut self, record: Record<'_>);
    /// Takes a value that the reader could not use.
    fn reject(&mut self, rejection: Rejection<'_>);
    /// Takes a note on a value that the reader changed.
    fn warn(&mut self, warning: Warning<'_>);
    /// Takes a note on a part of the feed that holds no indicator by its nature.
    fn skip(&mut self, skip: Skip<'_>) {
        let _ = skip;
    }
    /// Counts lines read, whatever they held.
    fn lines(&mut self, count: u64);
    /// Tells what the feed calls itself, once for each part of it that has a title: an event, a report, a list.
    fn title(&mut self, title: &str) {
        let _ = title;
    }
    /// Tells the host of a page that the feed names as its own in its head.
    fn home_page(&mut self, host: &str) {
        let _ = host;
    }
    /// Tells the name of the format, once it is known.
    fn format(&mut self, name: &str) {
        let _ = name;
    }
}
