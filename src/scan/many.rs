//! Many inputs side by side on many threads, and one large input on all of them; the output always in the same order.
//!
//! [`Scanner::scan_many`](super::Scanner::scan_many) takes inputs one after the other as threads become free. A
//! [`Source::File`] or [`Source::Bytes`] is cut and scanned by all threads at once. A [`Source::Reader`] (a decompressor, a pipe) or
//! [`Source::Growing`] is read by one thread, which hands what it has read to another one if that has nothing to do. Hits are
//! written out where they are found, by a function of the caller; what was written is delivered on the calling thread, by input and
//! then by offset, whatever was done first.
//!
//! Memory is bounded: two buffers of 1.7 MiB a thread, and [`MAX_UNDELIVERED`](crate::limits::MAX_UNDELIVERED) of what waits to
//! be delivered, with what a thread has under way on top ([`MAX_PART`](crate::limits::MAX_PART) and one hit).
//!
//! ```
//! use std::ops::ControlFlow;
//! use netsieve::indicator::{DomainName, Feed, Indicator, Record};
//! use netsieve::scan::many::{Delivery, Source};
//! use netsieve::{Scanner, Scope, Sieve};
//!
//! let mut builder = Sieve::builder();
//! let feed = builder.feed(Feed::new("partner"));
//! let name = DomainName::parse("evil.test").unwrap();
//! builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
//! let (sieve, _) = builder.build()?;
//!
//! let logs = ["evil.test\n", "nothing\n", "a.evil.test b.evil.test\n"];
//! let inputs = logs.iter().map(|log| Ok(Source::Bytes(Box::new(log))));
//! let mut out = String::new();
//! Scanner::new(&sieve).scan_many(
//!     inputs,
//!     4,
//!     |input, hit, out| {
//!         out.extend_from_slice(format!("{input}: {}\n", hit.canonical()).as_bytes());
//!         ControlFlow::Continue(())
//!     },
//!     |delivery| {
//!         if let Delivery::Hits { rendered, .. } = delivery {
//!             out.push_str(std::str::from_utf8(rendered).unwrap());
//!         }
//!         ControlFlow::Continue(())
//!     },
//! )?;
//! assert_eq!(out, "0: evil.test\n2: a.evil.test\n2: b.evil.test\n");
//! # Ok::<(), netsieve::Error>(())
//! ```

pub use super::delivery::{Delivery, InputEnd, Rendered, Times};
pub use super::source::{ReadAt, Source};
