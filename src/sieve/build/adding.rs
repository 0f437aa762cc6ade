//! Adding records to a builder, and the ways to say to which feed they belong.

use crate::indicator::{Feed, Record};
use crate::sieve::build::builder::{FeedId, SieveBuilder};

impl SieveBuilder {
    /// Adds an indicator or a record to a feed, given by name, by the number from [`feed`](SieveBuilder::feed), or by itself. The
    /// guards check block entries; the report lists those that they refuse.
    ///
    /// # Panics
    ///
    /// Panics if `feed` is a number from another builder that has more feeds.
    pub fn add<'r>(&mut self, feed: impl IntoFeed, record: impl Into<Record<'r>>) -> &mut Self {
        let feed = feed.into_feed(self);
        self.add_record(feed, record.into(), true);
        self
    }

    /// Adds many indicators or records to one feed, as [`add`](SieveBuilder::add) does.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let list = ["evil.test", "192.0.2.0/24"].map(|value| value.parse::<Indicator>());
    /// let (sieve, _) = Sieve::builder().add_all("ours", list.into_iter().collect::<Result<Vec<_>, _>>()?).build()?;
    /// assert_eq!(sieve.len(), 2);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`add`](SieveBuilder::add).
    pub fn add_all<'r, R: Into<Record<'r>>>(
        &mut self,
        feed: impl IntoFeed,
        records: impl IntoIterator<Item = R>,
    ) -> &mut Self {
        let feed = feed.into_feed(self);
        for record in records {
            self.add_record(feed, record.into(), true);
        }
        self
    }
}

/// Identifies a feed of a builder: by number, by name, or by itself. The first use of a name declares a block feed of that name, and the
/// first use of a [`Feed`] declares that one.
///
/// This trait is sealed: no other types can implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not identify a feed",
    note = "a feed is given by name, as a `Feed`, or as the `FeedId` that `SieveBuilder::feed` returned"
)]
pub trait IntoFeed: sealed::Sealed {
    /// Returns the number of the feed, and declares the feed if necessary.
    ///
    /// ```
    /// use netsieve::Sieve;
    /// use netsieve::sieve::IntoFeed;
    ///
    /// let mut builder = Sieve::builder();
    /// let id = "partner".into_feed(&mut builder);
    /// assert_eq!("partner".into_feed(&mut builder), id, "declared once");
    /// ```
    fn into_feed(self, builder: &mut SieveBuilder) -> FeedId;
}

impl IntoFeed for FeedId {
    fn into_feed(self, _: &mut SieveBuilder) -> FeedId {
        self
    }
}

impl IntoFeed for &str {
    fn into_feed(self, builder: &mut SieveBuilder) -> FeedId {
        builder.declared(|feed| feed.name == self).unwrap_or_else(|| builder.feed(Feed::new(self)))
    }
}

impl IntoFeed for Feed {
    fn into_feed(self, builder: &mut SieveBuilder) -> FeedId {
        builder.declared(|known| *known == self).unwrap_or_else(|| builder.feed(self))
    }
}

/// Like the feed itself, which is copied only at its first use.
impl IntoFeed for &Feed {
    fn into_feed(self, builder: &mut SieveBuilder) -> FeedId {
        builder.declared(|known| known == self).unwrap_or_else(|| builder.feed(self.clone()))
    }
}

impl IntoFeed for String {
    fn into_feed(self, builder: &mut SieveBuilder) -> FeedId {
        self.as_str().into_feed(builder)
    }
}

impl IntoFeed for &String {
    fn into_feed(self, builder: &mut SieveBuilder) -> FeedId {
        self.as_str().into_feed(builder)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::FeedId {}
    impl Sealed for &str {}
    impl Sealed for String {}
    impl Sealed for &String {}
    impl Sealed for &super::Feed {}
    impl Sealed for super::Feed {}
}
