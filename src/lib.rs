//! netsieve compiles threat indicators into an immutable sieve and matches logs against it.
#![deny(missing_docs)]

#[cfg(feature = "mmap")]
mod arch;
pub mod error;
pub mod extract;
#[cfg(feature = "feeds")]
pub mod feed;
pub mod indicator;
#[cfg(feature = "feeds")]
pub mod input;
pub mod limits;
#[cfg(feature = "live")]
pub mod live;
pub mod render;
pub mod scan;
pub mod sieve;

#[cfg(feature = "mmap")]
pub use arch::map::MappedFile;
pub use error::{Error, Result};
pub use indicator::{Action, Feed, Indicator, Kind, Policy, Reject, Scope};
pub use scan::{Context, Hit, ScanOptions, ScanStats, Scanner};
pub use sieve::{
    BuildReport, Filter, Match, MatchOptions, Matcher, Matches, Relation, Sieve, SieveBuilder, Source, Strength,
};

#[cfg(all(doctest, feature = "feeds"))]
#[doc = include_str!("../README.md")]
struct Readme;
