//! The compiled set of indicators, and looking things up in it.
//!
//! A [`SieveBuilder`] takes the records of feeds and makes a [`Sieve`], which never changes, is cheap to clone and can be
//! shared by any number of threads. What one looks up through is a [`Matcher`], made by [`Sieve::matcher`] for
//! [`MatchOptions`].

use std::fmt;
use std::sync::Arc;

use crate::indicator::Feed;

mod builder;
mod csr;
mod domain;
mod entries;
mod filter;
mod guard;
mod hash;
mod ip;
mod matcher;
mod options;
mod pattern;
mod report;
mod strings;
mod suffixes;
mod tables;
mod url;
mod view;

pub use builder::{FeedId, FeedSink, SieveBuilder};
pub use matcher::Matcher;
pub(crate) use matcher::{RawMatch, Seen};
pub use options::{Filter, MatchOptions, Relation, Strength, Withheld};
pub use report::{BuildReport, FeedReport, Noted, Overlap, Shadow};
pub use suffixes::PublicSuffixes;
pub use view::{IndicatorRef, Match, Matches, Source};

/// A compiled set of indicators. Immutable; `clone` copies a pointer.
#[derive(Clone)]
pub struct Sieve(Arc<tables::Tables>);

impl Sieve {
    /// A builder without feeds.
    pub fn builder() -> SieveBuilder {
        SieveBuilder::new()
    }

    /// What one looks up through: owns scratch space, and the options' filter resolved to numbers. Costs a step for each
    /// distinct set of attributes if there is a filter.
    pub fn matcher(&self, options: &MatchOptions) -> Matcher {
        Matcher::new(self.clone(), options)
    }

    /// How many indicators it holds, allow entries' included.
    pub fn len(&self) -> usize {
        self.0.indicators.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The feeds, in the order in which they were declared.
    pub fn feeds(&self) -> &[Feed] {
        &self.0.feeds
    }

    /// Every indicator, by id.
    pub fn indicators(&self) -> impl ExactSizeIterator<Item = IndicatorRef<'_>> {
        (0..self.len() as u32).map(|id| IndicatorRef::new(&self.0, id))
    }

    /// Bytes its tables take up, without the feeds' own descriptions.
    pub fn memory_usage(&self) -> usize {
        self.0.memory()
    }

    /// Whether it holds patterns over URL paths, so that request paths must be looked at.
    pub(crate) fn has_path_patterns(&self) -> bool {
        self.0.paths.is_some()
    }
}

impl fmt::Debug for Sieve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sieve")
            .field("indicators", &self.len())
            .field("feeds", &self.feeds().len())
            .field("bytes", &self.memory_usage())
            .finish()
    }
}
