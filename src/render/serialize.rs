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

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::listing::Listing;
#[cfg(feature = "events")]
use super::window::window;
use crate::indicator::Kind;
#[cfg(feature = "events")]
use crate::limits::MAX_SHOWN_LINE;
use crate::scan::Hit;
use crate::sieve::{Match, Matches, Source};

/// The indicator, how it matched, and `sources`, one for each feed.
impl Serialize for Match<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let indicator = self.indicator();
        map.serialize_entry("kind", indicator.kind().as_str())?;
        map.serialize_entry("indicator", &indicator.to_string())?;
        if let (Kind::Domain | Kind::Url, Some(scope)) = (indicator.kind(), indicator.scope()) {
            map.serialize_entry("scope", scope.as_str())?;
        }
        map.serialize_entry("relation", self.relation().as_str())?;
        map.serialize_entry("strength", self.strength().as_str())?;
        if let Some(derived) = self.derived() {
            map.serialize_entry("derived", derived.as_str())?;
        }
        map.serialize_entry("sources", &Listing::by_feed(self.sources()))?;
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

/// One entry of a feed for the indicator, without the feed's other entries.
impl Serialize for Source<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Listing::by_feed([*self])[0].serialize(serializer)
    }
}

impl Serialize for Listing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("feed", &self.feed.name)?;
        if let Some(line) = self.line {
            map.serialize_entry("line", &line)?;
        }
        map.serialize_entry("as_listed", &self.as_listed)?;
        if !self.tags.is_empty() {
            map.serialize_entry("tags", &self.tags)?;
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
        let dates = [
            ("first_seen", self.first_seen),
            ("last_seen", self.last_seen),
            ("valid_from", self.valid_from),
            ("valid_until", self.valid_until),
        ];
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
        if self.event().is_some() {
            map.serialize_entry("event", &OfLine(self))?;
        }
        map.serialize_entry("matches", &self.matches())?;
        map.end()
    }
}

/// The event of the hit's line.
#[cfg(feature = "events")]
struct OfLine<'a, 'h>(&'a Hit<'h>);

#[cfg(feature = "events")]
impl Serialize for OfLine<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use crate::event::Value;

        let mut map = serializer.serialize_map(None)?;
        if let Some(event) = self.0.event() {
            map.serialize_entry("layout", event.layout_name())?;
            if let Some(field) = self.0.field() {
                map.serialize_entry("field", &field.name().to_string())?;
                if let Some(role) = field.role() {
                    map.serialize_entry("role", role.as_str())?;
                }
            }
            if event.time().is_some_and(|time| !time.year_logged()) {
                map.serialize_entry("assumed", "year")?;
            }
            for (name, value) in event.normal() {
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
        }
        map.end()
    }
}
