//! The ways to say to which feed of a builder a record belongs.

use crate::indicator::Feed;
use crate::sieve::build::builder::{FeedId, SieveBuilder};

/// Identifies a feed of a builder: by number, by name, or by itself. The first use of a name declares a block feed of that name, and the
/// first use of a [`Feed`] declares that one.
///
/// This trait is sealed: no other types can implement it.
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

impl IntoFeed for &String {
    fn into_feed(self, builder: &mut SieveBuilder) -> FeedId {
        self.as_str().into_feed(builder)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::FeedId {}
    impl Sealed for &str {}
    impl Sealed for &String {}
    impl Sealed for super::Feed {}
}
