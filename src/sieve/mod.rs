//! The compiled set of indicators, and lookups in it.
//!
//! A [`SieveBuilder`] takes the records of feeds and builds a [`Sieve`]. A sieve never changes, is cheap to clone, and
//! any number of threads can share it. Look values up through a [`Matcher`], which [`Sieve::matcher`] makes. A lookup
//! returns [`Matches`]: each [`Match`] names one indicator and how it covers the value, and has a [`Source`] for each
//! entry of each feed. The [`BuildReport`] says what the build accepted and refused. The module [`file`](mod@file)
//! describes saved sieves.
//!
//! ```
//! use netsieve::{Indicator, Sieve};
//!
//! let (sieve, report) = Sieve::builder().add("partner", "198.51.100.0/24".parse::<Indicator>()?).build()?;
//! assert_eq!(report.indicators, 1);
//!
//! let mut matcher = sieve.matcher();
//! let first = matcher.lookup("198.51.100.7")?.first().unwrap();
//! assert_eq!(first.indicator().to_string(), "198.51.100.0/24");
//! assert_eq!(first.sources().next().unwrap().feed().name, "partner");
//! # Ok::<(), netsieve::Error>(())
//! ```

pub use crate::arch::cpu::{Engine, UnknownEngine};

mod build;
pub mod file;
mod flat;
mod layers;
mod matching;
mod report;
mod set;
mod tables;

pub use build::adding::IntoFeed;
pub use build::builder::{FeedId, FeedSink, SieveBuilder};
pub use build::delta::Delta;
pub use build::suffixes::PublicSuffixes;
pub use file::{SaveOptions, Section};
pub use matching::derived::{Derived, DerivedForms, Nat64Prefix};
#[cfg(feature = "events")]
pub(crate) use matching::filter::Moment;
pub use matching::matcher::Matcher;
pub use matching::options::{Filter, MatchOptions, Relation, Strength, Withheld};
pub use matching::pooled::Found;
pub(crate) use matching::probe::Probe;
pub(crate) use matching::raw::{RawMatch, Seen};
pub use matching::view::{IndicatorRef, Match, Matches, MatchesIter, Source};
pub use report::build_report::{BuildReport, FeedReport, HomePage, NoEffect, Noted, Shadow, Subsumed};
pub use report::compare::{Change, Difference};
pub use report::networks::Networks;
pub use report::survey::{Expired, Overlap, Popular, Ranking};
pub use set::Sieve;
pub(crate) use tables::prefilter::Prefilter;
pub use tables::provenance::{FeedCounts, FeedDigest, Provenance};
