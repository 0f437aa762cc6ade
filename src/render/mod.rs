//! Hits as text for people and as JSON Lines for programs.
//!
//! A log is hostile: it may hold escape sequences that drive a terminal, characters that turn the reading direction
//! round, and bytes that are no text at all. Nothing of a log or a feed is written as it is: [`Escaped`] is the one way in
//! for text, and the JSON writer escapes the same characters. Both renderers append to a `Vec<u8>`, which the caller
//! writes out and clears, so that rendering cannot fail and allocates little once warm.
//!
//! * [`JsonLines`] writes one object for each (observable, indicator).
//! * [`Csv`] writes one record for each (observable, indicator), for spreadsheets.
//! * `Siem` (with the feature `events`) writes the records that SIEMs take: ECS, OCSF, Timesketch.
//! * [`Text`] writes one block for each observable: where it stands, what matched and according to whom, the log line.
//! * [`json_string`] is the JSON writer's string, for whoever writes JSON of his own.
//! * [`csv_field`] is the CSV writer's field, likewise.
//! * [`Listing`] is what one feed says of an indicator, all its entries in one.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use netsieve::indicator::{DomainName, Feed, Record};
//! use netsieve::render::JsonLines;
//! use netsieve::{Indicator, Scanner, Scope, Sieve};
//!
//! let mut builder = Sieve::builder();
//! let feed = builder.feed(Feed::new("phish"));
//! let indicator = Indicator::Domain { name: DomainName::parse("evil.test")?, scope: Scope::Suffix, port: None };
//! builder.add(feed, Record::new(indicator, 7, "evil[.]test"));
//! let (sieve, _report) = builder.build()?;
//!
//! let mut out = Vec::new();
//! Scanner::new(&sieve).scan(b"dns query www.evil.test A\n", |hit| {
//!     JsonLines::new().hit(&mut out, "dns.log", hit, usize::MAX);
//!     ControlFlow::Continue(())
//! });
//! assert!(out.starts_with(br#"{"file":"dns.log","line":1,"offset":10,"observed":"www.evil.test""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod csv;
mod escape;
mod json;
mod listing;
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
pub use siem::{Siem, SiemFormat};
pub use text::{Styles, Text};
