//! The compiled set of indicators, and looking things up in it.
//!
//! A [`SieveBuilder`] takes the records of feeds and makes a [`Sieve`], which never changes, is cheap to clone and can be
//! shared by any number of threads. What one looks up through is a [`Matcher`], made by [`Sieve::matcher`] for
//! [`MatchOptions`].

use std::fmt;
use std::sync::Arc;

pub use crate::arch::cpu::{Engine, UnknownEngine};
use crate::indicator::Feed;

mod build;
pub mod file;
mod flat;
mod matching;
mod report;
mod tables;

pub use build::builder::{FeedId, FeedSink, SieveBuilder};
pub use build::suffixes::PublicSuffixes;
pub use file::{SaveOptions, Section};
pub use matching::derived::{Derived, DerivedForms, Nat64Prefix};
pub use matching::matcher::Matcher;
pub(crate) use matching::matcher::{RawMatch, Seen};
pub use matching::options::{Filter, MatchOptions, Relation, Strength, Withheld};
pub(crate) use matching::probe::Probe;
pub use matching::view::{IndicatorRef, Match, Matches, Source};
pub use report::compare::{Change, Difference};
pub use report::networks::Networks;
pub use report::survey::{Expired, Overlap, Popular, Ranking};
pub use report::{BuildReport, FeedReport, HomePage, Noted, Shadow, Subsumed};
pub(crate) use tables::prefilter::Prefilter;
pub use tables::provenance::{FeedDigest, Provenance};

/// A compiled set of indicators. Immutable; `clone` copies a pointer.
#[derive(Clone)]
pub struct Sieve(Arc<tables::Tables>);

impl Sieve {
    fn tables(&self) -> &tables::Tables {
        &self.0
    }

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

    /// Whether some pattern may match in a line of a log, whatever the line writes as escapes. `scratch` is space to undo them in.
    #[inline]
    pub(crate) fn may_match_pattern(&self, line: &[u8], scratch: &mut Vec<u8>) -> bool {
        let patterns = [&self.0.names, &self.0.paths].into_iter().flatten();
        patterns.into_iter().any(|table| table.may_match(line, scratch))
    }

    /// Whether it holds patterns.
    pub(crate) fn has_patterns(&self) -> bool {
        self.0.names.is_some() || self.0.paths.is_some()
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
