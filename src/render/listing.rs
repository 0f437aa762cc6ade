//! Listings: the entries of a feed for one indicator, merged, so that an output names each feed once.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::indicator::Feed;
use crate::sieve::Source;

/// All entries of one feed for an indicator, merged into one.
///
/// A feed may list an indicator several times. `line` and `as_listed` are those of its first entry, and `tags` holds the tags of all.
/// `first_seen` and `valid_from` are the earliest value given, `last_seen` and `valid_until` the latest. Each other field has the
/// first value given.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listing<'m> {
    /// The feed.
    pub feed: &'m Feed,
    /// The line of the feed, from 1.
    pub line: Option<u32>,
    /// The value as written in the feed.
    pub as_listed: Cow<'m, str>,
    /// Tags, each once.
    pub tags: Vec<&'m str>,
    /// The malware family.
    pub family: Option<&'m str>,
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
    /// The feed's own id for it: of an object, an event or a signature.
    pub id: Option<&'m str>,
    /// A reference with more information.
    pub reference: Option<&'m str>,
}

impl<'m> Listing<'m> {
    /// Merges the sources of an indicator or a match into one listing per feed, in the order of the first entries.
    ///
    /// Takes time proportional to the entries times the feeds.
    ///
    /// ```
    /// use netsieve::indicator::Record;
    /// use netsieve::render::Listing;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let mut builder = Sieve::builder();
    /// for line in [3, 9] {
    ///     builder.add("partner", Record::new("evil.test".parse::<Indicator>()?, line, "evil.test"));
    /// }
    /// let (sieve, _) = builder.build()?;
    /// let mut matcher = sieve.matcher();
    /// let listings = Listing::by_feed(matcher.lookup("evil.test")?.first().unwrap().sources());
    /// assert_eq!((listings.len(), listings[0].feed.name.as_str(), listings[0].line), (1, "partner", Some(3)));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn by_feed(sources: impl IntoIterator<Item = Source<'m>>) -> Vec<Listing<'m>> {
        let mut listings: Vec<Listing<'m>> = Vec::new();
        for source in sources {
            let feed = source.feed();
            match listings.iter_mut().rev().find(|listing| std::ptr::eq(listing.feed, feed)) {
                Some(listing) => listing.unite(&source),
                None => listings.push(Self::of(feed, &source)),
            }
        }
        listings
    }

    fn of(feed: &'m Feed, source: &Source<'m>) -> Self {
        let mut listing = Self {
            feed,
            line: source.line(),
            as_listed: source.as_listed(),
            tags: Vec::new(),
            family: None,
            confidence: None,
            score: None,
            first_seen: None,
            last_seen: None,
            valid_from: None,
            valid_until: None,
            id: None,
            reference: None,
        };
        listing.unite(source);
        listing
    }

    fn unite(&mut self, source: &Source<'m>) {
        for tag in source.tags() {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
        self.family = self.family.or(source.family());
        self.confidence = self.confidence.or(source.confidence());
        self.score = self.score.or(source.score());
        self.first_seen = self.first_seen.into_iter().chain(source.first_seen()).min();
        self.last_seen = self.last_seen.max(source.last_seen());
        self.valid_from = self.valid_from.into_iter().chain(source.valid_from()).min();
        self.valid_until = self.valid_until.max(source.valid_until());
        self.id = self.id.or(source.object_id());
        self.reference = self.reference.or(source.reference());
    }
}
