//! Hits and matches that outlive the scan, so that they can be kept, queued or sent to another thread.
//!
//! A [`Hit`] and a [`Match`] borrow from the scanned buffer and from the sieve. Their owned forms hold copies, and serialise (feature
//! `serde`) to the same JSON.
//!
//! ```
//! use std::sync::mpsc;
//!
//! use netsieve::{Indicator, Scanner, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
//! let (sender, hits) = mpsc::channel();
//! Scanner::new(&sieve).scan(b"query www.evil.test\n", |hit| drop(sender.send(hit.to_owned())));
//! let hit = hits.recv()?;
//! assert_eq!((hit.line, hit.canonical.as_str()), (1, "www.evil.test"));
//! assert_eq!(hit.to_string(), "1:7: www.evil.test: evil.test (subdomain) partner");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
#[cfg(feature = "events")]
use std::net::IpAddr;
use std::ops::Range;

use jiff::Timestamp;

use super::escape::Escaped;
use super::listing::Listing;
#[cfg(feature = "events")]
use crate::event::{EcsName, EventTime, Value};
use crate::indicator::{Kind, Scope};
use crate::scan::{Context, Hit};
use crate::sieve::{Derived, Found, Match, Matches, Relation, Source, Strength};

/// A [`Hit`] that borrows nothing; [`Hit::to_owned`] makes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnedHit {
    /// See [`Hit::span`].
    pub span: Range<u64>,
    /// See [`Hit::line`].
    pub line: u64,
    /// See [`Hit::observed`].
    pub observed: Vec<u8>,
    /// See [`Hit::canonical`].
    pub canonical: String,
    /// See [`Hit::context`].
    pub context: Context,
    /// See [`Hit::line_text`].
    pub line_text: Vec<u8>,
    /// See [`Hit::offset_in_line`].
    pub offset_in_line: usize,
    /// See [`Hit::matches`].
    pub matches: Vec<OwnedMatch>,
    /// See [`Hit::event`].
    #[cfg(feature = "events")]
    pub event: Option<OwnedEvent>,
}

/// The line of a hit as an [`Event`](crate::event::Event) that borrows nothing.
///
/// ```
/// use netsieve::event::{EcsName, Value};
/// use netsieve::{Indicator, OwnedHit, Scanner, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?;
/// let log = r#"{"src_ip":"192.0.2.7","query":"www.evil.test"}"#;
/// let mut kept: Vec<OwnedHit> = Vec::new();
/// Scanner::new(&sieve).scan(log, |hit| kept.push(hit.to_owned()));
/// let event = kept[0].event.as_ref().unwrap();
/// assert_eq!(event.field.as_deref(), Some("query"));
/// let ip = event.get(EcsName::SourceIp).unwrap();
/// assert_eq!(ip.as_value(), Value::Ip([192, 0, 2, 7].into()));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[cfg(feature = "events")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnedEvent {
    /// The name of the layout.
    pub layout: String,
    /// The name of the field that holds the observable. See [`Hit::field`].
    pub field: Option<String>,
    /// The normal name of that field, if it has one.
    pub role: Option<EcsName>,
    /// The time of the event.
    pub time: Option<EventTime>,
    /// The normal names that the line has values for, with these values.
    pub normal: Vec<(EcsName, OwnedValue)>,
}

#[cfg(feature = "events")]
impl OwnedEvent {
    /// Returns the value of a normal name.
    pub fn get(&self, name: EcsName) -> Option<&OwnedValue> {
        self.normal.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// The value of a normal name, as a [`Value`] that borrows nothing.
#[cfg(feature = "events")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OwnedValue {
    /// An address.
    Ip(IpAddr),
    /// A port or a status.
    Number(u32),
    /// Text, with escapes undone.
    Text(String),
    /// A point in time.
    Time(EventTime),
}

#[cfg(feature = "events")]
impl OwnedValue {
    /// Returns the value as [`Event::get`](crate::event::Event::get) returns it.
    ///
    /// ```
    /// use netsieve::event::Value;
    /// use netsieve::render::OwnedValue;
    ///
    /// assert_eq!(OwnedValue::Text("eve".to_owned()).as_value(), Value::Text("eve"));
    /// ```
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Ip(ip) => Value::Ip(*ip),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text),
            Self::Time(time) => Value::Time(*time),
        }
    }
}

/// A [`Match`] that borrows nothing; [`Match::to_owned`] makes it.
///
/// `Display` writes one line, as for [`Match`], except that a feed with several entries for the indicator appears once, with the line of
/// its first entry.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnedMatch {
    /// The canonical text of the indicator.
    pub indicator: String,
    /// The kind of the indicator.
    pub kind: Kind,
    /// The scope of a domain or of a URL's host.
    pub scope: Option<Scope>,
    /// The port to which the indicator is limited.
    pub port: Option<u16>,
    /// See [`Match::relation`].
    pub relation: Relation,
    /// See [`Match::strength`].
    pub strength: Strength,
    /// See [`Match::derived`].
    pub derived: Option<Derived>,
    /// One source per feed: all its entries for the indicator, merged as in a [`Listing`].
    pub sources: Vec<OwnedSource>,
}

/// A [`Listing`] that borrows nothing. [`Match::to_owned`] makes it from all entries of a feed, [`Source::to_owned`] from one entry.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnedSource {
    /// The name of [`Listing::feed`].
    pub feed: String,
    /// See [`Listing::line`].
    pub line: Option<u32>,
    /// See [`Listing::as_listed`].
    pub as_listed: String,
    /// See [`Listing::tags`].
    pub tags: Vec<String>,
    /// See [`Listing::family`].
    pub family: Option<String>,
    /// See [`Listing::confidence`].
    pub confidence: Option<u8>,
    /// See [`Listing::score`].
    pub score: Option<f64>,
    /// See [`Listing::first_seen`].
    pub first_seen: Option<Timestamp>,
    /// See [`Listing::last_seen`].
    pub last_seen: Option<Timestamp>,
    /// See [`Listing::valid_from`].
    pub valid_from: Option<Timestamp>,
    /// See [`Listing::valid_until`].
    pub valid_until: Option<Timestamp>,
    /// See [`Listing::id`].
    pub id: Option<String>,
    /// See [`Listing::reference`].
    pub reference: Option<String>,
}

impl OwnedSource {
    fn of(listing: &Listing<'_>) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self {
            feed: listing.feed.name.clone(),
            line: listing.line,
            as_listed: listing.as_listed.to_string(),
            tags: listing.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            family: text(listing.family),
            confidence: listing.confidence,
            score: listing.score,
            first_seen: listing.first_seen,
            last_seen: listing.last_seen,
            valid_from: listing.valid_from,
            valid_until: listing.valid_until,
            id: text(listing.id),
            reference: text(listing.reference),
        }
    }
}

impl Source<'_> {
    /// Copies the entry, so that it can be kept without the sieve.
    pub fn to_owned(&self) -> OwnedSource {
        OwnedSource::of(&Listing::by_feed([*self])[0])
    }
}

impl Match<'_> {
    /// Copies the match, so that it can be kept without the sieve. Allocates.
    pub fn to_owned(&self) -> OwnedMatch {
        let indicator = self.indicator();
        OwnedMatch {
            indicator: indicator.to_string(),
            kind: indicator.kind(),
            scope: indicator.scope(),
            port: indicator.port(),
            relation: self.relation(),
            strength: self.strength(),
            derived: self.derived(),
            sources: Listing::by_feed(self.sources()).iter().map(OwnedSource::of).collect(),
        }
    }
}

impl Matches<'_> {
    /// Copies the matches, most specific first, so that they can be kept without the sieve. Allocates.
    ///
    /// ```
    /// use netsieve::{Indicator, OwnedMatch, Reject, Sieve};
    ///
    /// fn look_up(sieve: &Sieve, value: &str) -> Result<Vec<OwnedMatch>, Reject> {
    ///     Ok(sieve.matcher().lookup(value)?.to_owned())
    /// }
    ///
    /// let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?;
    /// assert_eq!(look_up(&sieve, "www.evil.test")?[0].indicator, "evil.test");
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn to_owned(&self) -> Vec<OwnedMatch> {
        self.iter().map(|found| found.to_owned()).collect()
    }
}

impl Found {
    /// Copies the matches, as [`Matches::to_owned`] does.
    pub fn to_owned(&self) -> Vec<OwnedMatch> {
        self.matches().to_owned()
    }
}

impl fmt::Display for OwnedMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.indicator, self.relation)?;
        if self.strength != Strength::Strong {
            write!(f, ", {}", self.strength)?;
        }
        f.write_str(")")?;
        for (number, source) in self.sources.iter().enumerate() {
            write!(f, "{}{source}", if number == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}

/// The feed, and the line if it is known: `partner:7`.
impl fmt::Display for OwnedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.feed)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// Writes one line for people: the place, what was seen, and the matches.
fn show<M: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    place: (u64, usize),
    canonical: &str,
    matches: impl Iterator<Item = M>,
) -> fmt::Result {
    write!(f, "{}:{}: {}", place.0, place.1 + 1, Escaped::new(canonical))?;
    for (number, found) in matches.enumerate() {
        write!(f, "{}{found}", if number == 0 { ": " } else { "; " })?;
    }
    Ok(())
}

/// One line for people: line and column, the canonical text of the observable, and the matches, as [`Match`] shows them.
///
/// `3:21: www.evil.test: evil.test (subdomain) partner:7`
impl fmt::Display for Hit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, (self.line(), self.offset_in_line()), self.canonical(), self.matches().iter())
    }
}

/// As for [`Hit`].
impl fmt::Display for OwnedHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, (self.line, self.offset_in_line), &self.canonical, self.matches.iter())
    }
}

impl Hit<'_> {
    /// Copies the hit, so that it can be kept or sent to another thread. Allocates.
    pub fn to_owned(&self) -> OwnedHit {
        OwnedHit {
            span: self.span(),
            line: self.line(),
            observed: self.observed().to_vec(),
            canonical: self.canonical().to_owned(),
            context: self.context(),
            line_text: self.line_text().to_vec(),
            offset_in_line: self.offset_in_line(),
            matches: self.matches().to_owned(),
            #[cfg(feature = "events")]
            event: self.event().map(|event| {
                let field = self.field();
                OwnedEvent {
                    layout: event.layout_name().to_owned(),
                    field: field.as_ref().map(|field| field.name().to_string()),
                    role: field.and_then(|field| field.role()),
                    time: event.time(),
                    normal: event.normal().map(|(name, value)| (name, owned(value))).collect(),
                }
            }),
        }
    }
}

#[cfg(feature = "events")]
fn owned(value: Value<'_>) -> OwnedValue {
    match value {
        Value::Ip(ip) => OwnedValue::Ip(ip),
        Value::Number(number) => OwnedValue::Number(number),
        Value::Text(text) => OwnedValue::Text(text.to_owned()),
        Value::Time(time) => OwnedValue::Time(time),
    }
}
