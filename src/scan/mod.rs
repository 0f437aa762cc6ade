//! Scanning logs: looks up everything that the extractor finds, and reports hits.
//!
//! A [`Scanner`] takes any bytes: a slice, or a reader of any length in bounded memory, on one thread or on many. Hits and their order
//! are the same for every way of scanning and any number of threads. The input is cut at line ends into blocks of up to
//! [`MAX_LINE`](crate::limits::MAX_LINE). A longer line is cut into overlapping pieces, each of which reports what starts in its own
//! part. [`Scanner::scan_rows`] takes many short texts at once, [`many`] takes many inputs side by side, and [`Tail`] is for inputs that
//! grow.
//!
//! ```
//! use netsieve::{Indicator, Scanner, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
//!
//! let log = b"query ok.test\nquery WWW.EVIL.TEST from 192.0.2.7\n";
//! let mut hits = Vec::new();
//! let stats = Scanner::new(&sieve).scan(log, |hit| {
//!     hits.push((hit.line(), hit.span(), hit.canonical().to_owned()));
//! });
//! assert_eq!(hits, [(2, 20..33, "www.evil.test".to_owned())]);
//! assert_eq!(stats.hits, 1);
//! # Ok::<(), netsieve::Error>(())
//! ```

pub use crate::extract::Context;
pub use crate::sieve::Engine;

mod blocks;
mod chunk;
mod control;
mod count;
mod delivery;
mod driver;
mod emit;
mod events;
mod found;
mod hit;
mod hits;
mod joined;
#[cfg(feature = "events")]
mod judge;
pub mod many;
mod options;
mod piece;
mod reading;
mod rows;
mod scanner;
mod sink;
mod source;
mod stream;
mod tail;
mod told;
mod worker;

pub use control::ScanControl;
pub use hit::Hit;
#[cfg(feature = "events")]
pub use options::Validity;
pub use options::{ScanOptions, ScanStats};
pub use scanner::Scanner;
pub use sink::SinkResult;
pub use tail::Tail;
