//! The description of an indicator: its entries in the feeds.

use jiff::Timestamp;
use serde_json::Value;

/// An indicator with its entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct About {
    /// `ip`, `domain`, `url`, `pattern`, ….
    pub(super) kind: String,
    pub(super) indicator: String,
    pub(super) scope: Option<String>,
    pub(super) sources: Vec<Source>,
}

/// The entry of one feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Source {
    pub(super) feed: String,
    pub(super) line: Option<u64>,
    pub(super) as_listed: String,
    pub(super) tags: Vec<String>,
    pub(super) family: Option<String>,
    pub(super) confidence: Option<u8>,
    pub(super) valid_from: Option<Timestamp>,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) id: Option<String>,
    pub(super) reference: Option<String>,
}

impl About {
    /// Reads an object of `scan --json`, or a match in one. `None` if it has no indicator.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let sources = value["sources"].as_array().map_or(&[][..], Vec::as_slice);
        Some(Self {
            kind: text("kind")?,
            indicator: text("indicator")?,
            scope: text("scope"),
            sources: sources.iter().map(Source::read).collect(),
        })
    }

    /// Adds the entries of feeds that only the other has.
    pub(super) fn unite(&mut self, other: Self) {
        for source in other.sources {
            if !self.sources.iter().any(|known| known.feed == source.feed) {
                self.sources.push(source);
            }
        }
    }

    pub(super) fn feeds(&self) -> Vec<&str> {
        self.sources.iter().map(|source| source.feed.as_str()).collect()
    }

    /// The tags of all feeds, each once.
    pub(super) fn tags(&self) -> Vec<&str> {
        let mut tags: Vec<&str> = Vec::new();
        for tag in self.sources.iter().flat_map(|source| &source.tags) {
            if !tags.contains(&tag.as_str()) {
                tags.push(tag);
            }
        }
        tags
    }

    /// The malware families of all feeds, each once.
    pub(super) fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = self.sources.iter().filter_map(|source| source.family.as_deref()).collect();
        families.sort_unstable();
        families.dedup();
        families
    }

    /// The highest confidence that a feed gives.
    pub(super) fn confidence(&self) -> Option<u8> {
        self.sources.iter().filter_map(|source| source.confidence).max()
    }

    /// The feeds' own ids for the indicator.
    pub(super) fn ids(&self) -> Vec<&str> {
        self.sources.iter().filter_map(|source| source.id.as_deref()).collect()
    }

    pub(super) fn references(&self) -> Vec<&str> {
        self.sources.iter().filter_map(|source| source.reference.as_deref()).collect()
    }
}

impl Source {
    fn read(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let time = |key: &str| value[key].as_str().and_then(|text| text.parse().ok());
        let tags = value["tags"].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            feed: text("feed").unwrap_or_default(),
            line: value["line"].as_u64(),
            as_listed: text("as_listed").unwrap_or_default(),
            tags: tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
            family: text("family"),
            confidence: value["confidence"].as_u64().and_then(|number| u8::try_from(number).ok()),
            valid_from: time("valid_from"),
            valid_until: time("valid_until"),
            id: text("id"),
            reference: text("reference"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_a_scan_writes() {
        let hit = |feed: &str| {
            json!({"kind": "domain", "indicator": "evil.test", "scope": "suffix", "sources": [
                {"feed": feed, "line": 7, "as_listed": "evil[.]test", "tags": ["c2", "c2"], "confidence": 80,
                 "valid_until": "2026-05-01T00:00:00Z", "id": "indicator--1"}]})
        };
        let mut about = About::read(&hit("a")).unwrap();
        about.unite(About::read(&hit("a")).unwrap());
        about.unite(About::read(&hit("b")).unwrap());
        assert_eq!((about.feeds(), about.tags(), about.confidence()), (vec!["a", "b"], vec!["c2"], Some(80)));
        assert_eq!(about.ids(), ["indicator--1", "indicator--1"]);
        assert!(about.sources[0].valid_until.is_some());
        assert_eq!(About::read(&json!({"kind": "ip"})), None);
    }
}
