//! Reads feeds of many formats into records and rejections with line numbers.
//!
//! [`read`] takes a reader, [`read_file`] a path. Both recognise the format by content, unless you name one, and pass
//! what they read to a [`RecordSink`]; the sieve's builder provides one. Rejected values reach the sink too, with line
//! and reason, so a bad line never ends a load. A load fails if the file cannot be read, is empty, is an HTML page, is
//! of no known format, or contains no indicator at all.
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
//! Each format is shown the first 64 KiB of data lines and says what percentage of them fits it. The one that says
//! [`CERTAINTY`] or more is chosen. If none does, or more than one, the result is an error that lists the candidates,
//! because a wrong guess is worse than a question. File names play no part.
//!
//! Comments do not count, and neither do malformed values (`198.51.100.300`), unless they outnumber the good ones. The
//! first two foreign lines do not count either while at least as many lines are good: a slip must not reject the feed.
//!
//! # Values
//!
//! In every format a value is first refanged ([`refang`](crate::value::refang)), and then its shape decides:
//!
//! | shape | becomes |
//! |---|---|
//! | `192.0.2.1`, `2001:db8::1`, `192.0.2.1:80`, `[2001:db8::1]:80` | address, limited to the port |
//! | `192.0.2.0/24` | prefix; host bits are masked, with a warning |
//! | `192.0.2.1-192.0.2.9`, `192.0.2.1 - 192.0.2.9` | range; the prefix where it is exactly one |
//! | `evil.test`, `evil.test:80` | domain with the feed's scope, or else the format's |
//! | `*.evil.test`, `.evil.test` | domain and all names under it, unless the feed's policy sets a scope |
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
#[cfg(feature = "config")]
mod paths;
mod reader;
mod recognise;
mod registry;
mod syntax;

pub use file::FeedFile;
#[cfg(feature = "config")]
pub use paths::matching_paths;
pub use recognise::CERTAINTY;
pub use registry::Format;

/// Reads a feed from `reader` into `sink` and returns its format. Compressed input is decompressed, and text is decoded.
///
/// `path` appears in messages only, and may be empty. If `format` is `None`, it is recognised; if the feed names
/// columns, it is [`JsonLines`](Format::JsonLines) if the feed begins like JSON, and [`Csv`](Format::Csv) otherwise.
/// Memory is bounded by [`MAX_FEED_LINE`](crate::limits::MAX_FEED_LINE) and
/// [`MAX_PENDING`](crate::limits::MAX_PENDING), however long the feed.
///
/// With the feature `zip`, each member of a zip archive is read as a feed of its own, in the given format or a
/// recognised one. Line numbers continue from one member to the next, and the format returned is that of the first
/// member that is a feed. Archives that do not come from a file, and MMDB files, are held in memory, up to
/// [`MAX_HELD_FEED`](crate::limits::MAX_HELD_FEED).
///
/// # Errors
///
/// Fails if
///
/// * reading or decompressing fails, or decompression expands the input more than
///   [`MAX_EXPANSION`](crate::limits::MAX_EXPANSION) times;
/// * the feed has no data line, or is an HTML page;
/// * no format is at least [`CERTAINTY`] per cent sure;
/// * the feed contains no indicator.
///
/// Records passed to the sink before the error are not the whole feed.
pub fn read(
    mut reader: impl Read,
    path: impl AsRef<Path>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    let path = Some(path.as_ref()).filter(|path| !path.as_os_str().is_empty());
    container::read(&mut reader, path, format, feed, sink)
}

/// Reads a feed from a file. See [`read`].
///
/// # Errors
///
/// Fails if the file cannot be opened, or for a reason listed under [`read`].
///
/// ```no_run
/// use netsieve::feed::{self, Format};
/// use netsieve::{Feed, Sieve};
///
/// let feed = Feed::new("partner");
/// let mut builder = Sieve::builder();
/// let id = builder.feed(feed.clone());
/// feed::read_file("partner.csv", Some(Format::Csv), &feed, &mut builder.sink(id))?;
/// let (sieve, report) = builder.build()?;
/// # Ok::<(), netsieve::Error>(())
/// ```
pub fn read_file(
    path: impl AsRef<Path>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    container::read_file(path.as_ref(), format, feed, sink)
}
