//! Scanning many inputs side by side on many threads, or one large input on all of them. The output order is always the same.
//!
//! [`Scanner::scan_many`](super::Scanner::scan_many) takes inputs one after the other as threads become free. A
//! [`Source::File`] or [`Source::Bytes`] is cut and scanned by all threads at once. A [`Source::Reader`] (a decompressor, a pipe) or
//! [`Source::Growing`] is read by one thread, which passes what it has read to an idle thread if there is one. A function of the
//! caller renders hits on the thread that finds them. The rendered hits are delivered on the calling thread, by input and
//! then by offset, in whatever order the work was done.
//!
//! Memory is bounded: two buffers of 1.7 MiB per thread, and [`MAX_UNDELIVERED`](crate::limits::MAX_UNDELIVERED) of hits that wait for
//! delivery. On top comes what each thread has in progress: [`MAX_PART`](crate::limits::MAX_PART) and one hit.
//!
//! ```
//! use std::ops::ControlFlow;
//! use netsieve::scan::many::{Delivery, Source};
//! use netsieve::{Indicator, Scanner, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
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
