//! The output of a feed reader: records, rejections, warnings and skipped parts.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

use crate::indicator::canonical::Indicator;
use crate::indicator::feed::Action;
use crate::value::Reject;

/// The metadata that a feed gives with an indicator.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Attributes<'a> {
    /// Tags.
    pub tags: Vec<Cow<'a, str>>,
    /// The malware family.
    pub family: Option<Cow<'a, str>>,
    /// The feed's confidence, 0 to 100. Set only from a field whose scale is known to be that.
    pub confidence: Option<u8>,
    /// Any other number the feed gives: a count, a rank, a score.
    pub score: Option<f64>,
    /// The feed's own identifier of the entry: the id of an object, an event or a signature.
    pub id: Option<Cow<'a, str>>,
    /// The time the indicator was first seen.
    pub first_seen: Option<Timestamp>,
    /// The time the indicator was last seen.
    pub last_seen: Option<Timestamp>,
    /// The start of the indicator's validity. Set only if the feed calls it that; the time it was first seen does not count.
    pub valid_from: Option<Timestamp>,
    /// The end of the indicator's validity, exclusive.
    pub valid_until: Option<Timestamp>,
    /// A link to more information.
    pub reference: Option<Cow<'a, str>>,
    /// The feed's description, in prose.
    pub description: Option<Cow<'a, str>>,
}

/// One feed's listing of an indicator, as a reader reports it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The canonical indicator.
    pub indicator: Indicator,
    /// The line of the feed, from 1; 0 if the feed has no lines.
    pub line: u32,
    /// The value as the feed wrote it.
    pub as_listed: Cow<'a, str>,
    /// The action of this entry, if it differs from the feed's.
    pub action: Option<Action>,
    /// The metadata that the feed gives.
    pub attributes: Attributes<'a>,
}

impl<'a> Record<'a> {
    /// Creates a record without attributes.
    pub fn new(indicator: Indicator, line: u32, as_listed: impl Into<Cow<'a, str>>) -> Self {
        Self { indicator, line, as_listed: as_listed.into(), action: None, attributes: Attributes::default() }
    }
}

/// Creates a record without a line or attributes, listed as the indicator's canonical text.
impl From<Indicator> for Record<'_> {
    fn from(indicator: Indicator) -> Self {
        let listed = indicator.to_string();
        Self::new(indicator, 0, listed)
    }
}

/// A value of a feed that was rejected, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection<'a> {
    /// The line of the feed, from 1.
    pub line: u32,
    /// The value as the feed wrote it.
    pub value: Cow<'a, str>,
    /// The reason for rejecting it.
    pub reason: Reject,
}

impl<'a> Rejection<'a> {
    /// Creates a rejection.
    pub fn new(line: u32, value: impl Into<Cow<'a, str>>, reason: Reject) -> Self {
        Self { line, value: value.into(), reason }
    }
}

/// The change made to a value that was taken, or a doubt about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WarningKind {
    /// Bits after the prefix length were set; they were masked.
    HostBits,
    /// The scope `Suffix` on a public suffix became `Exact`.
    PublicSuffixDemoted,
    /// The domain of a public mailbox provider, listed by itself: every user of the provider has it in their address.
    FreeMail,
    /// Another value follows on the line. Only the first is read.
    SecondValue,
    /// The URL contains white space, a quotation mark, `<`, `>` or a backtick. They end a URL in a log, so only its encoded form is found.
    EncodedOnly,
    /// A query follows the host directly and there is no scheme. Without either, a log does not show that this is a URL.
    BareQuery,
    /// The URL ends in three dots, so it may be only the beginning of one.
    Shortened,
    /// In a table without a header, a URL ends at a delimiter, and what follows looks like the rest of it: the table may be a list of URLs
    /// that contain the delimiter.
    SplitUrl,
    /// The column mostly holds values, but its name does not say what they are. It is not read.
    UnreadColumn,
    /// A date could not be read and was dropped.
    UnreadableDate,
    /// A confidence column without a stated scale was taken to range from 0 to 100.
    ConfidenceAssumed,
    /// A confidence column is not on a scale of 0 to 100. Its scale is unknown, so it was taken as the score.
    ConfidenceScale,
    /// Too many entries preceded the data that applies to all of them. This entry and those after it were taken without it.
    LateContext,
}

impl WarningKind {
    /// A short name that is stable across releases.
    ///
    /// ```
    /// use netsieve::indicator::WarningKind;
    ///
    /// let kind = WarningKind::HostBits;
    /// assert_eq!((kind.code(), kind.message()), ("host_bits", "host bits of the prefix masked"));
    /// ```
    pub const fn code(self) -> &'static str {
        match self {
            WarningKind::HostBits => "host_bits",
            WarningKind::PublicSuffixDemoted => "public_suffix_demoted",
            WarningKind::FreeMail => "free_mail",
            WarningKind::SecondValue => "second_value",
            WarningKind::EncodedOnly => "encoded_only",
            WarningKind::BareQuery => "bare_query",
            WarningKind::Shortened => "shortened",
            WarningKind::SplitUrl => "split_url",
            WarningKind::UnreadColumn => "unread_column",
            WarningKind::UnreadableDate => "unreadable_date",
            WarningKind::ConfidenceAssumed => "confidence_assumed",
            WarningKind::ConfidenceScale => "confidence_scale",
            WarningKind::LateContext => "late_context",
        }
    }

    /// The message that reports print.
    pub const fn message(self) -> &'static str {
        match self {
            WarningKind::HostBits => "host bits of the prefix masked",
            WarningKind::PublicSuffixDemoted => "public suffix: taken as exact, without the names under it",
            WarningKind::FreeMail => "public mailbox provider: its name is in every user's mail address",
            WarningKind::SecondValue => "another value follows on the line: only the first is read",
            WarningKind::EncodedOnly => {
                "URL with white space, a quotation mark, `<`, `>` or a backtick, which end it in a log: found only in encoded form"
            }
            WarningKind::BareQuery => {
                "query directly after the host: found only where a log has a scheme before or a `/` between them"
            }
            WarningKind::Shortened => "URL that ends in dots: perhaps only the beginning of one",
            WarningKind::SplitUrl => {
                "URL that may go on after the delimiter: read as a table; if it is a list of URLs, name the format `plain`"
            }
            WarningKind::UnreadColumn => "column of values with an unknown name: not read; name the columns to map it",
            WarningKind::UnreadableDate => "unreadable date: taken without it",
            WarningKind::ConfidenceAssumed => "confidence column: taken to range from 0 to 100",
            WarningKind::ConfidenceScale => {
                "confidence column: not on a scale of 0 to 100, taken as the score; name the columns to map it"
            }
            WarningKind::LateContext => "from here on, taken without metadata that comes later in the feed",
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

/// A value that was taken, with a note about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning<'a> {
    /// The line of the feed, from 1.
    pub line: u32,
    /// The value as the feed wrote it.
    pub value: Cow<'a, str>,
    /// The kind of note.
    pub kind: WarningKind,
}

impl<'a> Warning<'a> {
    /// Creates a warning.
    pub fn new(line: u32, value: impl Into<Cow<'a, str>>, kind: WarningKind) -> Self {
        Self { line, value: value.into(), kind }
    }
}

/// A well-formed part of a feed that holds no indicator netsieve can match.
///
/// Skipped parts are counted by kind, so that a report can say how much of a feed was left out, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Construct {
    /// A rule that hides part of a page.
    CosmeticRule,
    /// A rule over parts of URLs.
    UrlRule,
    /// A rule limited to some pages or some kinds of requests.
    LimitedRule,
    /// A regular expression.
    Regex,
    /// A setting of the program that reads the file.
    Setting,
    /// A name whose lookups go to another server.
    Forward,
    /// A zone record that is not a policy.
    ZoneRecord,
    /// A policy that neither blocks nor allows.
    OtherAction,
    /// A policy that applies to client addresses.
    ClientAddress,
    /// A policy that applies to names of name servers.
    ServerName,
    /// A policy that applies to addresses of name servers.
    ServerAddress,
    /// Several conditions that must all hold.
    Conjunction,
    /// A condition that must not hold.
    Negation,
    /// A condition with wildcards.
    Like,
    /// A condition other than equality, such as `>`.
    Comparison,
    /// Conditions that must hold in order, or repeatedly.
    Sequence,
    /// A pattern in a language other than the feed's own.
    OtherLanguage,
    /// Bytes to search for in packets.
    Payload,
    /// A hash that measures similarity or covers only part of a file: a fuzzy hash, a hash of imports, a connection fingerprint.
    Hash,
    /// A mail address that does not mark a threat, such as a registrant's contact, or another part of a mail.
    Email,
    /// A file name, or a path on a disk.
    FileName,
    /// A link to a report.
    Link,
    /// Something else that does not occur in network traffic.
    OtherKind,
    /// An entry that the feed has withdrawn.
    Withdrawn,
    /// An entry that the feed itself calls benign.
    Benign,
    /// An entry that another rule of the list disables, or the rule that disables it.
    Disabled,
    /// An entry not meant for detection, left out by the policy.
    NotForDetection,
    /// An exception, left out by the policy.
    Exception,
    /// A value in the running text of a report: neither defanged nor in a list of indicators.
    InText,
    /// The site of a report's publisher.
    OwnSite,
    /// A popular name in a report.
    Popular,
}

impl Construct {
    /// A short name that is stable across releases.
    ///
    /// ```
    /// use netsieve::indicator::Construct;
    ///
    /// let construct = Construct::Regex;
    /// assert_eq!((construct.code(), construct.message()), ("regex", "regular expressions"));
    /// ```
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

    /// The words that a report prints after the count.
    pub const fn message(self) -> &'static str {
        match self {
            Construct::CosmeticRule => "cosmetic rules",
            Construct::UrlRule => "rules over parts of URLs",
            Construct::LimitedRule => "rules limited to some pages or kinds of requests",
            Construct::Regex => "regular expressions",
            Construct::Setting => "settings of the program",
            Construct::Forward => "names resolved elsewhere",
            Construct::ZoneRecord => "zone records that are not policies",
            Construct::OtherAction => "policies that neither block nor allow",
            Construct::ClientAddress => "policies over clients' addresses",
            Construct::ServerName => "policies over names of name servers",
            Construct::ServerAddress => "policies over addresses of name servers",
            Construct::Conjunction => "conditions that must hold together (AND)",
            Construct::Negation => "negated conditions",
            Construct::Like => "conditions with wildcards (LIKE)",
            Construct::Comparison => "conditions other than equality",
            Construct::Sequence => "sequences and repeated conditions",
            Construct::OtherLanguage => "patterns in other languages",
            Construct::Payload => "packet contents",
            Construct::Hash => "hashes of similarity, or of parts of files",
            Construct::Email => "contacts, and other parts of mails",
            Construct::FileName => "file names and paths",
            Construct::Link => "links to reports",
            Construct::OtherKind => "kinds that do not occur in network traffic",
            Construct::Withdrawn => "withdrawn entries",
            Construct::Benign => "entries marked benign",
            Construct::Disabled => "disabled entries, and the rules that disable them",
            Construct::NotForDetection => "entries not meant for detection",
            Construct::Exception => "exceptions left out by the policy",
            Construct::InText => "named in the text, neither defanged nor listed as indicators",
            Construct::OwnSite => "sites of the publisher",
            Construct::Popular => "popular names",
        }
    }
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

/// A part of a feed that was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skip<'a> {
    /// The line of the feed, from 1.
    pub line: u32,
    /// The part as the feed wrote it.
    pub text: Cow<'a, str>,
    /// The kind of the part.
    pub construct: Construct,
}

impl<'a> Skip<'a> {
    /// Creates a skipped part.
    pub fn new(line: u32, text: impl Into<Cow<'a, str>>, construct: Construct) -> Self {
        Self { line, text: text.into(), construct }
    }
}

/// The receiver of everything a feed reader reads. The sieve's builder provides one. Write your own to use a feed without a sieve:
///
/// ```
/// # #[cfg(feature = "feeds")] {
/// use netsieve::indicator::{Record, RecordSink, Rejection, Warning};
/// use netsieve::{Feed, feed};
///
/// #[derive(Default)]
/// struct Values(Vec<String>);
///
/// impl RecordSink for Values {
///     fn record(&mut self, record: Record<'_>) {
///         self.0.push(record.indicator.to_string());
///     }
///     fn reject(&mut self, rejection: Rejection<'_>) {
///         eprintln!("line {}: {}", rejection.line, rejection.value);
///     }
///     fn warn(&mut self, _: Warning<'_>) {}
///     fn lines(&mut self, _: u64) {}
/// }
///
/// let mut values = Values::default();
/// feed::read("evil[.]test\n192.0.2.0/24\n".as_bytes(), "list.txt", None, &Feed::new("list"), &mut values)?;
/// assert_eq!(values.0, ["evil.test", "192.0.2.0/24"]);
/// # }
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// The other methods do nothing unless you write them:
///
/// ```
/// # #[cfg(feature = "feeds")] {
/// use netsieve::indicator::{Record, RecordSink, Rejection, Skip, Warning};
/// use netsieve::{Feed, feed};
///
/// #[derive(Default)]
/// struct About {
///     format: String,
///     title: String,
///     home_page: String,
///     skipped: Vec<&'static str>,
/// }
///
/// impl RecordSink for About {
///     fn record(&mut self, _: Record<'_>) {}
///     fn reject(&mut self, _: Rejection<'_>) {}
///     fn warn(&mut self, _: Warning<'_>) {}
///     fn lines(&mut self, _: u64) {}
///     fn skip(&mut self, skip: Skip<'_>) {
///         self.skipped.push(skip.construct.code());
///     }
///     fn title(&mut self, title: &str) {
///         title.clone_into(&mut self.title);
///     }
///     fn home_page(&mut self, host: &str) {
///         host.clone_into(&mut self.home_page);
///     }
///     fn format(&mut self, name: &str) {
///         name.clone_into(&mut self.format);
///     }
/// }
///
/// let mut about = About::default();
/// let mut read = |list: &str| feed::read(list.as_bytes(), "list.txt", None, &Feed::new("list"), &mut about);
/// read("# Home: https://lists.example/about\nevil.test\n")?;
/// read("[Adblock Plus 2.0]\n||evil.test^\n/ads[0-9]+/\n")?;
/// read(r#"{"name":"Made up","type":"hostname","list":["good.test"],"matching_attributes":["domain"]}"#)?;
/// assert_eq!((&*about.home_page, about.skipped), ("lists.example", vec!["regex"]));
/// assert_eq!((&*about.title, &*about.format), ("Made up", "warninglist"));
/// # }
/// # Ok::<(), netsieve::Error>(())
/// ```
pub trait RecordSink {
    /// Takes a record.
    fn record(&mut self, record: Record<'_>);
    /// Takes a value that the reader rejected.
    fn reject(&mut self, rejection: Rejection<'_>);
    /// Takes a note on a value that was taken.
    fn warn(&mut self, warning: Warning<'_>);
    /// Takes a part of the feed that holds no indicator.
    fn skip(&mut self, skip: Skip<'_>) {
        let _ = skip;
    }
    /// Counts lines that were read, whatever they hold.
    fn lines(&mut self, count: u64);
    /// Takes the feed's own title. Called once for each part that has one: an event, a report, a list.
    fn title(&mut self, title: &str) {
        let _ = title;
    }
    /// Takes the host of a web page that the head of the feed gives as its own.
    fn home_page(&mut self, host: &str) {
        let _ = host;
    }
    /// Takes the name of the format, once it is known.
    fn format(&mut self, name: &str) {
        let _ = name;
    }
}
