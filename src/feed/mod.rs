//! Feeds: bytes of many formats to records and line-numbered rejections.
//!
//! [`read`] takes a reader, [`read_file`] a path; both recognise the format by content, unless one is named, and hand
//! what they read to a [`RecordSink`], of which the sieve's builder is one. Every value that is not taken is handed over
//! too, with its line and the reason; a bad line never ends a load. What ends one is an error: a file that cannot be
//! read, is empty, is an HTML page, is of no known format, or holds nothing at all that is an indicator.
//!
//! ```
//! use netsieve::feed::{self, Format};
//! use netsieve::{Feed, Sieve};
//!
//! let list = "# made up\n192.0.2.0/24\t3\nevil[.]test\nhxxp://bad.example/gate.php ; panel\n198.51.100.300\n";
//! let mut builder = Sieve::builder();
//! let feed = Feed::new("demo");
//! let id = builder.feed(feed.clone());
//! let format = feed::read(list.as_bytes(), "demo.txt", None, &feed, &mut builder.sink(id))?;
//! assert_eq!(format, Format::Plain);
//!
//! let (sieve, report) = builder.build()?;
//! assert!(sieve.matcher().is_match_domain("www.evil.test", None));
//! assert_eq!(report.feeds[0].rejected[0].line, 5);
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! # Recognition
//!
//! The first 64 KiB of data lines are shown to every format, which says for how many per cent of them it holds. The
//! one that says [`CERTAINTY`] or more is taken. If there is none, or more than one, the error lists the candidates,
//! because a wrong guess is worse than a question. File names are never looked at.
//!
//! Comments do not count, and neither do malformed values (`198.51.100.300`), unless they outnumber the good ones; nor,
//! so that a slip never kills a load, the first two lines that are something else, while at least as many are good.
//!
//! # Values
//!
//! In every format a value is refanged first ([`refang`](crate::value::refang)), and then told by its shape:
//!
//! | shape | becomes |
//! |---|---|
//! | `192.0.2.1`, `2001:db8::1`, `192.0.2.1:80`, `[2001:db8::1]:80` | address, limited to the port |
//! | `192.0.2.0/24` | prefix; host bits are masked, with a warning |
//! | `192.0.2.1-192.0.2.9`, `192.0.2.1 - 192.0.2.9` | range; the prefix where it is exactly one |
//! | `evil.test`, `evil.test:80` | domain with the feed's scope, else the format's |
//! | `*.evil.test`, `.evil.test` | domain and all beneath, unless the feed's policy sets a scope |
//! | `*-login.evil.test` | pattern over names |
//! | `http://evil.test/a`, `evil.test/a`, `192.0.2.1:80/a` | URL |
//! | `/gate.php` | pattern over URL paths if the policy asks for them, else rejected |

use std::io::Read;
use std::path::Path;

use crate::error::Result;
use crate::indicator::{Feed, RecordSink};

#[cfg(feature = "zip")]
mod archive;
#[cfg(feature = "config")]
pub mod config;
mod container;
mod file;
mod formats;
mod head;
mod load;
mod reader;
mod recognise;
mod registry;
mod syntax;

pub use file::FeedFile;
pub use recognise::CERTAINTY;
pub use registry::Format;

/// Reads a feed from `reader`, decompressed and decoded as need be, into `sink`; gives its format.
///
/// `path` is for messages only, and may be empty. Without a `format` it is recognised; if the feed names columns, it is
/// [`JsonLines`](Format::JsonLines) if it begins like JSON, and [`Csv`](Format::Csv) otherwise. Memory is bounded by
/// [`MAX_FEED_LINE`](crate::limits::MAX_FEED_LINE) and [`MAX_PENDING`](crate::limits::MAX_PENDING), however long the feed.
///
/// With the feature `zip`, each member of a zip archive is read as a feed, of the format that is named or its own; lines
/// count on from one member to the next, and the format is that of the first that is one. Archives that do not come from a
/// file, and MMDB files, are held in memory, up to [`MAX_HELD_FEED`](crate::limits::MAX_HELD_FEED).
///
/// # Errors
///
/// Reading or decompressing fails, or what is compressed grows more than
/// [`MAX_EXPANSION`](crate::limits::MAX_EXPANSION) times; the feed has no data line, is an HTML page, is of no format that is at least
/// [`CERTAINTY`] per cent sure, or has no value that is an indicator. Records may have gone into the sink by then: they
/// are not the whole feed.
pub fn read(
    reader: impl Read,
    path: impl AsRef<Path>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    let path = Some(path.as_ref()).filter(|path| !path.as_os_str().is_empty());
    container::read(reader, path, format, feed, sink)
}

/// Reads a feed from a file. See [`read`].
///
/// # Errors
///
/// The file cannot be opened, and all that [`read`] says.
pub fn read_file(
    path: impl AsRef<Path>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    container::read_file(path.as_ref(), format, feed, sink)
}
