//! Hits as text for people, and as JSON Lines, CSV and SIEM records for programs.
//!
//! A log is hostile: it may hold escape sequences that drive a terminal, characters that reverse the reading direction,
//! and bytes that are not text at all. So no text from a log or a feed is written unescaped: text goes through [`Escaped`], and the
//! JSON writer escapes the same characters. All renderers append to a `Vec<u8>`, which the caller writes out and clears, so that
//! rendering cannot fail and allocates little once warm.
//!
//! * [`JsonLines`] writes one object for each (observable, indicator).
//! * [`Csv`] writes one record for each (observable, indicator), for spreadsheets.
//! * `Siem` (with the feature `events`) writes records for SIEMs: ECS, OCSF, Timesketch.
//! * [`Text`] writes one block for each observable: its place, the indicators with the feeds that list them, and the log line.
//! * [`json_string`] writes a JSON string as the JSON writer does, for programs that write their own JSON.
//! * [`csv_field`] writes a CSV field as the CSV writer does.
//! * [`OwnedHit`], [`OwnedMatch`] and [`OwnedSource`] are hits, matches and sources that borrow nothing.
//! * [`Listing`] holds everything that one feed says of an indicator.
//!
//! ```
//! use netsieve::render::JsonLines;
//! use netsieve::{Indicator, Scanner, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("phish", "evil.test".parse::<Indicator>()?).build()?;
//!
//! let mut out = Vec::new();
//! Scanner::new(&sieve).scan(b"dns query www.evil.test A\n", |hit| {
//!     JsonLines::new().hit(&mut out, "dns.log", hit, usize::MAX);
//! });
//! assert!(out.starts_with(br#"{"file":"dns.log","line":1,"offset":10,"observed":"www.evil.test""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod csv;
mod escape;
mod json;
mod listing;
mod owned;
#[cfg(feature = "serde")]
mod serialize;
#[cfg(feature = "events")]
mod siem;
mod text;
mod window;

pub use csv::{Csv, csv_field};
pub use escape::Escaped;
pub use json::{JsonLines, json_string};
pub use listing::Listing;
#[cfg(feature = "events")]
pub use owned::{OwnedEvent, OwnedValue};
pub use owned::{OwnedHit, OwnedMatch, OwnedSource};
#[cfg(feature = "events")]
pub use siem::{Siem, SiemFormat};
pub use text::{Styles, Text};
