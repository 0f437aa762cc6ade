//! Feeds: bytes of many formats to records and line-numbered rejections.
//!
//! [`read`] takes a reader, [`read_file`] a path; both recognise the format by content, unless one is named, and hand
//! what they read to a [`RecordSink`], of which the sieve's builder is one. Every value that is not taken is handed over
//! too, with its line and the reason; a bad line never ends a load. What ends one is an error: a file that cannot be
//! read, is empty, is an HTML page, is of no known format, or holds nothing at all that is an indicator.
//!
//! ```
//! use netsieve::feed::{self, Format};
//! use netsieve::{Feed, MatchOptions, Sieve};
//!
//! let list = "# made up\n192.0.2.0/24\t3\nevil[.]test\nhxxp://bad.example/gate.php ; panel\n198.51.100.300\n";
//! let mut builder = Sieve::builder();
//! let feed = Feed::new("demo");
//! let id = builder.feed(feed.clone());
//! let format = feed::read(list.as_bytes(), "demo.txt", None, &feed, &mut builder.sink(id))?;
//! assert_eq!(format, Format::Plain);
//!
//! let (sieve, report) = builder.build()?;
//! assert!(sieve.matcher(&MatchOptions::default()).is_match_domain("www.evil.test", None));
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

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use self::recognise::{Head, Votes, is_shaped};
use crate::error::{Error, Result};
use crate::indicator::{Action, Construct, Exceptions, Feed, Record, RecordSink, Reject, Rejection, Skip, Warning};
use crate::input::Lines;
use crate::limits::MAX_REPORTED_VALUE;

#[cfg(feature = "zip")]
mod archive;
#[cfg(feature = "config")]
pub mod config;
mod container;
mod format;
mod formats;
mod recognise;
mod syntax;

pub use format::Format;

/// The certainty, in per cent, below which a format is not taken for recognised.
pub const CERTAINTY: u8 = 80;

/// What a format has to offer.
trait FeedReader: Sync {
    /// How many per cent of the data lines are of this format.
    fn sniff(&self, head: &Head<'_>) -> u8;

    /// Reads all lines. Each value goes into the sink as a record or as a rejection; of the lines, only blank ones and
    /// comments leave no trace in it.
    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()>;
}

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
    let path = path.as_ref();
    let file = std::fs::File::open(path).map_err(|error| Error::io(path.to_owned(), error))?;
    container::read_file(file, path, format, feed, sink)
}

fn read_lines(mut lines: Lines<'_>, format: Option<Format>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<Format> {
    let format = match format {
        None if feed.columns.is_some() => Some(with_columns(&mut lines)?),
        format => format,
    };
    let found = recognise::recognise(&mut lines, format)?;
    let format = found.format;
    sink.format(format.as_str());
    for host in &found.home_pages {
        sink.home_page(host);
    }
    let exceptions = feed.policy.exceptions;
    let mut tally = Tally { sink, exceptions, records: 0, rejections: 0, skips: 0, first: None };
    let result = format.reader().read(&mut lines, feed, &mut tally);
    let Tally { records, rejections, skips, first, .. } = tally;
    sink.lines(lines.count());
    result?;
    match (records, first) {
        (0, None) if skips == 0 => Err(recognise::empty(&lines)),
        (0, None) => {
            let reason = format!("no indicator in it, read as {format}: {skips} constructs skipped");
            Err(Error::feed(lines.path(), reason))
        }
        (0, Some((line, value, reason))) => {
            let what = if rejections == 1 {
                "the only value is rejected".to_owned()
            } else {
                format!("all {rejections} values are rejected")
            };
            let reason = format!(
                "unrecognised: no indicator in it, read as {format}: {what}, first line {line}: `{value}`: {reason}"
            );
            Err(Error::feed(lines.path(), reason))
        }
        _ => Ok(format),
    }
}

/// The format of a feed whose columns the user names: only these two have some.
fn with_columns(lines: &mut Lines<'_>) -> Result<Format> {
    let text = lines.head()?;
    Ok(if Head::new(&text).shape().is_some() { Format::JsonLines } else { Format::Csv })
}

/// Whether a trimmed line is blank, or a comment: `#`, `;`, or `//` that does not begin a value.
fn is_blank_or_comment(line: &str) -> bool {
    match line.as_bytes() {
        [] | [b'#' | b';', ..] | [b'/', b'/'] => true,
        [b'/', b'/', ..] => line[2..].starts_with(char::is_whitespace),
        _ => false,
    }
}

/// Whether a trimmed line is blank, or a comment in one format or another.
fn is_comment(line: &str) -> bool {
    is_blank_or_comment(line) || line.starts_with('!')
}

/// Passes everything on, exceptions as the policy says, and knows in the end whether there was anything.
struct Tally<'s> {
    sink: &'s mut dyn RecordSink,
    exceptions: Exceptions,
    records: u64,
    rejections: u64,
    skips: u64,
    /// The first rejection.
    first: Option<(u32, String, Reject)>,
}

impl RecordSink for Tally<'_> {
    fn record(&mut self, mut record: Record<'_>) {
        // Readers set this action for exceptions alone.
        if record.action == Some(Action::Allow) {
            match self.exceptions {
                Exceptions::Allow => {}
                Exceptions::AllowAll => record.action = Some(Action::AllowAll),
                Exceptions::Skip => return self.skip(Skip::new(record.line, record.as_listed, Construct::Exception)),
            }
        }
        self.records += 1;
        self.sink.record(record);
    }

    fn reject(&mut self, mut rejection: Rejection<'_>) {
        rejection.value = shorten(rejection.value);
        if self.rejections == 0 {
            self.first = Some((rejection.line, rejection.value.clone().into_owned(), rejection.reason));
        }
        self.rejections += 1;
        self.sink.reject(rejection);
    }

    fn skip(&mut self, mut skip: Skip<'_>) {
        skip.text = shorten(skip.text);
        self.skips += 1;
        self.sink.skip(skip);
    }

    fn warn(&mut self, warning: Warning<'_>) {
        self.sink.warn(warning);
    }

    fn lines(&mut self, count: u64) {
        self.sink.lines(count);
    }

    fn format(&mut self, name: &str) {
        self.sink.format(name);
    }

    fn title(&mut self, title: &str) {
        self.sink.title(&title[..recognise::floor(title, MAX_REPORTED_VALUE)]);
    }

    fn home_page(&mut self, host: &str) {
        self.sink.home_page(host);
    }
}

/// What is reported of a value.
fn shorten(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.len() <= MAX_REPORTED_VALUE {
        return text;
    }
    let mut shown = text[..recognise::floor(&text, MAX_REPORTED_VALUE)].to_owned();
    shown.push('…');
    shown.into()
}
