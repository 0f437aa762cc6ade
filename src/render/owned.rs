//! Hits and matches that outlive the scan: to be sent to another thread, kept, or put into a queue.
//!
//! A [`Hit`] and a [`Match`] borrow from the buffer that is scanned and from the sieve. Their owned forms hold copies of what they say,
//! and serialise (feature `serde`) to the same JSON.
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
//! assert_eq!(hit.matches[0].to_string(), "evil.test (subdomain) partner");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
#[cfg(feature = "events")]
use std::net::IpAddr;
use std::ops::Range;

use jiff::Timestamp;

use super::listing::Listing;
#[cfg(feature = "events")]
use crate::event::{EcsName, EventTime, Value};
use crate::indicator::{Kind, Scope};
use crate::scan::{Context, Hit};
use crate::sieve::{Derived, Match, Relation, Source, Strength};

/// A [`Hit`] that borrows nothing; [`Hit::to_owned`] makes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnedHit {
    /// As [`Hit::span`].
    pub span: Range<u64>,
    /// As [`Hit::line`].
    pub line: u64,
    /// As [`Hit::observed`].
    pub observed: Vec<u8>,
    /// As [`Hit::canonical`].
    pub canonical: String,
    /// As [`Hit::context`].
    pub context: Context,
    /// As [`Hit::line_text`].
    pub line_text: Vec<u8>,
    /// As [`Hit::offset_in_line`].
    pub offset_in_line: usize,
    /// The matches, most specific first. At least one.
    pub matches: Vec<OwnedMatch>,
    /// The line as an event, if it was read as one.
    #[cfg(feature = "events")]
    pub event: Option<OwnedEvent>,
}

/// What the line of a hit tells, as an [`Event`](crate::event::Event) that borrows nothing.
#[cfg(feature = "events")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnedEvent {
    /// The name of the layout.
    pub layout: String,
    /// The name of the field that the observable stands in.
    pub field: Option<String>,
    /// The normal name of that field.
    pub role: Option<EcsName>,
    /// The time of the event.
    pub time: Option<EventTime>,
    /// The normal names for which the line has values.
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
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Ip(ip) => Value::Ip(*ip),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text),
            Self::Time(time) => Value::Time(*time),
        }
    }
}

/// A [`Match`] that borrows nothing; [`Match::to_owned`] makes it. `Display` writes one line, as that of [`Match`] does.
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
    /// As [`Match::relation`].
    pub relation: Relation,
    /// As [`Match::strength`].
    pub strength: Strength,
    /// As [`Match::derived`].
    pub derived: Option<Derived>,
    /// What each feed says of the indicator, its entries merged as in a [`Listing`].
    pub sources: Vec<OwnedSource>,
}

/// A feed's entry, or all its entries for an indicator merged as in a [`Listing`], without borrowing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnedSource {
    /// The name of the feed.
    pub feed: String,
    /// The line of the feed, from 1.
    pub line: Option<u32>,
    /// The value as written in the feed.
    pub as_listed: String,
    /// Tags, each once.
    pub tags: Vec<String>,
    /// The malware family.
    pub family: Option<String>,
    /// The feed's confidence, 0 to 100.
    pub confidence: Option<u8>,
    /// Another number given by the feed.
    pub score: Option<f64>,
    /// The time at which the indicator was first seen.
    pub first_seen: Option<Timestamp>,
    /// The time at which the indicator was last seen.
    pub last_seen: Option<Timestamp>,
    /// The time from which the indicator is valid.
    pub valid_from: Option<Timestamp>,
    /// The time until which the indicator is valid; exclusive.
    pub valid_until: Option<Timestamp>,
    /// The feed's own id for it.
    pub id: Option<String>,
    /// A reference with more information.
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
    /// Copies what the entry says, so that it can be kept without the sieve.
    pub fn to_owned(&self) -> OwnedSource {
        OwnedSource::of(&Listing::by_feed([*self])[0])
    }
}

impl Match<'_> {
    /// Copies what the match says, so that it can be kept without the sieve. Allocates.
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

impl fmt::Display for OwnedMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.indicator, self.relation)?;
        if self.strength != Strength::Strong {
            write!(f, ", {}", self.strength)?;
        }
        f.write_str(")")?;
        for (number, source) in self.sources.iter().enumerate() {
            write!(f, "{}{}", if number == 0 { " " } else { ", " }, source.feed)?;
            if let Some(line) = source.line {
                write!(f, ":{line}")?;
            }
        }
        Ok(())
    }
}

impl Hit<'_> {
    /// Copies what the hit says, so that it can be kept, or sent to another thread. Allocates.
    pub fn to_owned(&self) -> OwnedHit {
        OwnedHit {
            span: self.span(),
            line: self.line(),
            observed: self.observed().to_vec(),
            canonical: self.canonical().to_owned(),
            context: self.context(),
            line_text: self.line_text().to_vec(),
            offset_in_line: self.offset_in_line(),
            matches: self.matches().iter().map(|found| found.to_owned()).collect(),
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
