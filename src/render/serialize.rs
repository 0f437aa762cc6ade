//! `serde` serialisation of matches, hits and sources, with the keys and values of [`JsonLines`](super::JsonLines).
//!
//! ```
//! use netsieve::{Indicator, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
//! let mut matcher = sieve.matcher();
//! for found in matcher.lookup("www.evil.test")? {
//!     let json = serde_json::to_value(found)?;
//!     assert_eq!(json["indicator"], "evil.test");
//!     assert_eq!(json["sources"][0]["feed"], "partner");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::listing::Listing;
#[cfg(feature = "events")]
use super::owned::OwnedEvent;
use super::owned::{OwnedHit, OwnedMatch, OwnedSource};
#[cfg(feature = "events")]
use super::window::window;
#[cfg(feature = "events")]
use crate::event::{EcsName, EventTime, Value};
use crate::indicator::{Kind, Scope};
#[cfg(feature = "events")]
use crate::limits::MAX_SHOWN_LINE;
use crate::scan::Hit;
use crate::sieve::{Derived, Found, Match, Matches, Relation, Source, Strength};

/// The indicator, how it matched, and `sources`, one for each feed.
impl Serialize for Match<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let indicator = self.indicator();
        MatchFields {
            kind: indicator.kind(),
            indicator: &indicator.to_string(),
            scope: indicator.scope(),
            relation: self.relation(),
            strength: self.strength(),
            derived: self.derived(),
            sources: &Listing::by_feed(self.sources()),
        }
        .serialize(serializer)
    }
}

/// The same JSON as for [`Match`].
impl Serialize for OwnedMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MatchFields {
            kind: self.kind,
            indicator: &self.indicator,
            scope: self.scope,
            relation: self.relation,
            strength: self.strength,
            derived: self.derived,
            sources: &self.sources,
        }
        .serialize(serializer)
    }
}

/// The keys of a match, borrowed or owned.
struct MatchFields<'a, L> {
    kind: Kind,
    indicator: &'a str,
    scope: Option<Scope>,
    relation: Relation,
    strength: Strength,
    derived: Option<Derived>,
    sources: &'a [L],
}

impl<L: Serialize> Serialize for MatchFields<'_, L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", self.kind.as_str())?;
        map.serialize_entry("indicator", self.indicator)?;
        if let (Kind::Domain | Kind::Url, Some(scope)) = (self.kind, self.scope) {
            map.serialize_entry("scope", scope.as_str())?;
        }
        map.serialize_entry("relation", self.relation.as_str())?;
        map.serialize_entry("strength", self.strength.as_str())?;
        if let Some(derived) = self.derived {
            map.serialize_entry("derived", derived.as_str())?;
        }
        map.serialize_entry("sources", self.sources)?;
        map.end()
    }
}

/// A list of matches.
impl Serialize for Matches<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for found in self {
            list.serialize_element(&found)?;
        }
        list.end()
    }
}

/// A list of matches.
impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.matches().serialize(serializer)
    }
}

/// One entry of a feed for the indicator, without the feed's other entries.
impl Serialize for Source<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Listing::by_feed([*self])[0].serialize(serializer)
    }
}

impl Serialize for Listing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Said {
            feed: &self.feed.name,
            line: self.line,
            as_listed: &self.as_listed,
            tags: &self.tags,
            family: self.family,
            confidence: self.confidence,
            score: self.score,
            dates: [self.first_seen, self.last_seen, self.valid_from, self.valid_until],
            id: self.id,
            reference: self.reference,
        }
        .serialize(serializer)
    }
}

/// The same JSON as for [`Listing`].
impl Serialize for OwnedSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Said {
            feed: &self.feed,
            line: self.line,
            as_listed: &self.as_listed,
            tags: &self.tags,
            family: self.family.as_deref(),
            confidence: self.confidence,
            score: self.score,
            dates: [self.first_seen, self.last_seen, self.valid_from, self.valid_until],
            id: self.id.as_deref(),
            reference: self.reference.as_deref(),
        }
        .serialize(serializer)
    }
}

/// The keys of a source, borrowed or owned.
struct Said<'a, T> {
    feed: &'a str,
    line: Option<u32>,
    as_listed: &'a str,
    tags: &'a [T],
    family: Option<&'a str>,
    confidence: Option<u8>,
    score: Option<f64>,
    dates: [Option<Timestamp>; 4],
    id: Option<&'a str>,
    reference: Option<&'a str>,
}

impl<T: Serialize> Serialize for Said<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("feed", self.feed)?;
        if let Some(line) = self.line {
            map.serialize_entry("line", &line)?;
        }
        map.serialize_entry("as_listed", self.as_listed)?;
        if !self.tags.is_empty() {
            map.serialize_entry("tags", self.tags)?;
        }
        if let Some(family) = self.family {
            map.serialize_entry("family", family)?;
        }
        if let Some(confidence) = self.confidence {
            map.serialize_entry("confidence", &confidence)?;
        }
        // JSON has neither infinity nor NaN.
        if let Some(score) = self.score.filter(|score| score.is_finite()) {
            map.serialize_entry("score", &score)?;
        }
        let dates = ["first_seen", "last_seen", "valid_from", "valid_until"].into_iter().zip(self.dates);
        for (key, date) in dates {
            if let Some(date) = date {
                map.serialize_entry(key, &date.to_string())?;
            }
        }
        if let Some(id) = self.id {
            map.serialize_entry("id", id)?;
        }
        if let Some(reference) = self.reference {
            map.serialize_entry("reference", reference)?;
        }
        map.end()
    }
}

/// The observable and its place, with all its `matches`. The log line is not included: use [`Hit::line_text`].
impl Serialize for Hit<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("line", &self.line())?;
        map.serialize_entry("offset", &self.span().start)?;
        map.serialize_entry("observed", &String::from_utf8_lossy(self.observed()))?;
        map.serialize_entry("canonical", self.canonical())?;
        map.serialize_entry("context", self.context().as_str())?;
        #[cfg(feature = "events")]
        if let Some(event) = self.event() {
            let field = self.field().map(|field| field.name().to_string());
            let told = Told {
                layout: event.layout_name(),
                field: field.as_deref(),
                role: self.field().and_then(|field| field.role()),
                time: event.time(),
                normal: || event.normal(),
            };
            map.serialize_entry("event", &told)?;
        }
        map.serialize_entry("matches", &self.matches())?;
        map.end()
    }
}

/// The same JSON as for [`Hit`].
impl Serialize for OwnedHit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("line", &self.line)?;
        map.serialize_entry("offset", &self.span.start)?;
        map.serialize_entry("observed", &String::from_utf8_lossy(&self.observed))?;
        map.serialize_entry("canonical", &self.canonical)?;
        map.serialize_entry("context", self.context.as_str())?;
        #[cfg(feature = "events")]
        if let Some(event) = &self.event {
            map.serialize_entry("event", event)?;
        }
        map.serialize_entry("matches", &self.matches)?;
        map.end()
    }
}

/// The `event` of a hit.
#[cfg(feature = "events")]
impl Serialize for OwnedEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Told {
            layout: &self.layout,
            field: self.field.as_deref(),
            role: self.role,
            time: self.time,
            normal: || self.normal.iter().map(|(name, value)| (*name, value.as_value())),
        }
        .serialize(serializer)
    }
}

/// The keys of an event, borrowed or owned.
#[cfg(feature = "events")]
struct Told<'a, F> {
    layout: &'a str,
    field: Option<&'a str>,
    role: Option<EcsName>,
    time: Option<EventTime>,
    normal: F,
}

#[cfg(feature = "events")]
impl<'a, F: Fn() -> I, I: Iterator<Item = (EcsName, Value<'a>)>> Serialize for Told<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("layout", self.layout)?;
        if let Some(field) = self.field {
            map.serialize_entry("field", field)?;
        }
        if let Some(role) = self.role {
            map.serialize_entry("role", role.as_str())?;
        }
        if self.time.is_some_and(|time| !time.year_logged()) {
            map.serialize_entry("assumed", "year")?;
        }
        for (name, value) in (self.normal)() {
            match value {
                Value::Number(number) => map.serialize_entry(name.as_str(), &u64::from(number))?,
                Value::Text(text) => {
                    let text = text.as_bytes();
                    let text = &text[window(text, 0..0, MAX_SHOWN_LINE)];
                    map.serialize_entry(name.as_str(), &String::from_utf8_lossy(text))?;
                }
                value => map.serialize_entry(name.as_str(), &value.to_string())?,
            }
        }
        map.end()
    }
}
