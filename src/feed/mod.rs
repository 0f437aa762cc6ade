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
//! In every format a value is refanged first ([`refang`](crate::indicator::refang)), and then told by its shape:
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

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::indicator::{Feed, Record, RecordSink, Reject, Rejection, Warning};
use crate::input::{self, Lines};
use crate::limits::{MAX_FEED_LINE, MAX_REPORTED_VALUE, SNIFF};

mod hosts;
mod plain;
mod value;

/// The certainty, in per cent, below which a format is not taken for recognised.
pub const CERTAINTY: u8 = 80;

/// The format of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// One value a line, of any kind; a second column and comments may follow.
    Plain,
    /// A hosts file that sends names to a sink address.
    Hosts,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] = &[Format::Hosts, Format::Plain];

    /// The name by which a user can ask for it: `plain`, `hosts`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Plain => "plain",
            Format::Hosts => "hosts",
        }
    }

    fn reader(self) -> &'static dyn FeedReader {
        match self {
            Format::Plain => &plain::Plain,
            Format::Hosts => &hosts::Hosts,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    /// The format of this name, in lower case.
    ///
    /// # Errors
    ///
    /// There is none; the message lists those that are known.
    fn from_str(name: &str) -> Result<Self> {
        Format::ALL
            .iter()
            .copied()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| Error::config(format!("unknown feed format `{name}` (known: {})", known())))
    }
}

/// The names of all formats, for messages.
fn known() -> String {
    let mut names: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}

/// What a format has to offer.
trait FeedReader: Sync {
    /// How many per cent of the data lines are of this format.
    fn sniff(&self, head: &Head<'_>) -> u8;

    /// Reads all lines. Each value goes into the sink as a record or as a rejection; of the lines, only blank ones and
    /// comments leave no trace in it.
    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()>;
}

/// The start of a feed.
struct Head<'h> {
    /// Decoded but for lines in Latin-1, and cut after a line.
    text: &'h [u8],
}

impl<'h> Head<'h> {
    fn lines(&self) -> impl Iterator<Item = std::borrow::Cow<'h, str>> + use<'h> {
        input::split(self.text)
    }

    /// Whether this is an HTML page, such as a server sends in place of the file one asked for.
    fn is_html(&self) -> bool {
        let start = self.text.trim_ascii_start();
        let start = &start[..start.len().min(1024)];
        let holds = |tag: &[u8]| start.windows(tag.len()).any(|window| window.eq_ignore_ascii_case(tag));
        start.starts_with(b"<")
            && [&b"<!doctype html"[..], b"<html", b"<head", b"<title", b"<body"].iter().any(|t| holds(t))
    }
}

/// Reads a feed from `reader`, decompressed and decoded as need be, into `sink`; gives its format.
///
/// `path` is for messages only, and may be empty. Without a `format` it is recognised. Memory is bounded by
/// [`MAX_FEED_LINE`], however long the feed.
///
/// # Errors
///
/// Reading or decompressing fails; the feed has no data line, is an HTML page, is of no format that is at least
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
    read_lines(Lines::with_path(reader, path)?, format, feed, sink)
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
    read(file, path, format, feed, sink)
}

fn read_lines(mut lines: Lines<'_>, format: Option<Format>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<Format> {
    let format = recognise(&mut lines, format)?;
    sink.format(format.as_str());
    let mut tally = Tally { sink, records: 0, rejections: 0, first: None };
    let result = format.reader().read(&mut lines, feed, &mut tally);
    let Tally { records, rejections, first, .. } = tally;
    sink.lines(lines.count());
    result?;
    match (records, first) {
        (0, None) => Err(empty(&lines)),
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

fn empty(lines: &Lines<'_>) -> Error {
    Error::feed(lines.path(), "empty feed: no data line in it")
}

/// The format of what is to come; `named`, if that is given and the feed is no HTML page.
fn recognise(lines: &mut Lines<'_>, named: Option<Format>) -> Result<Format> {
    // Comments do not count, so a long banner is followed by more.
    let mut wanted = SNIFF;
    let (head, is_empty) = loop {
        let (text, ended) = lines.peek(wanted)?;
        // What is behind the last line end is a part of a line.
        let cut = if ended { text.len() } else { memchr::memrchr2(b'\n', b'\r', text).map_or(text.len(), |at| at + 1) };
        let data: usize = input::split(&text[..cut]).filter(|line| !is_comment(line)).map(|line| line.len()).sum();
        if ended || data >= SNIFF / 2 || wanted >= MAX_FEED_LINE {
            break (cut, data == 0 && ended);
        }
        wanted *= 2;
    };
    let text = &lines.peek(0)?.0[..head];
    let head = Head { text };
    if head.is_html() {
        let reason = "an HTML page and no feed, perhaps the error page of a download";
        return Err(Error::feed(lines.path(), reason));
    }
    if let Some(format) = named {
        return Ok(format);
    }
    if is_empty {
        return Err(empty(lines));
    }
    let mut votes: Vec<_> = Format::ALL.iter().map(|&format| (format.reader().sniff(&head), format)).collect();
    votes.sort_by_key(|&(certainty, _)| std::cmp::Reverse(certainty));
    match votes[..] {
        [(certainty, format), (next, _), ..] if certainty >= CERTAINTY && next < CERTAINTY => Ok(format),
        _ => {
            let votes: Vec<_> = votes.iter().map(|(certainty, format)| format!("{format} {certainty} %")).collect();
            let reason = format!(
                "format not recognised: candidates are {}, and {CERTAINTY} % is needed of one alone; name the format if you know it (known: {})",
                votes.join(", "),
                known()
            );
            Err(Error::feed(lines.path(), reason))
        }
    }
}

/// The data lines of a head, by how a format takes them.
#[derive(Debug, Default)]
struct Votes {
    taken: u32,
    /// Meant for this format, but malformed.
    shaped: u32,
    foreign: u32,
}

impl Votes {
    fn add(&mut self, result: Result<(), Reject>) {
        match result {
            // The policy may ask for them.
            Ok(()) | Err(Reject::PathPattern) => self.taken += 1,
            Err(reason) if is_shaped(reason) => self.shaped += 1,
            Err(_) => self.foreign += 1,
        }
    }

    /// How many of a hundred data lines are of the format.
    ///
    /// Malformed values count neither for nor against it, unless they are more than the good ones. A short list is not
    /// given up for a slip or two: the first two foreign lines do not count while at least as many are taken.
    fn certainty(&self) -> u8 {
        let Self { taken, shaped, foreign } = *self;
        if taken == 0 || taken < shaped {
            return 0;
        }
        let foreign = if foreign <= taken { foreign.saturating_sub(2) } else { foreign };
        (u64::from(taken) * 100 / (u64::from(taken) + u64::from(foreign))) as u8
    }
}

/// Whether a value rejected for this reason was meant as one, but is malformed.
fn is_shaped(reason: Reject) -> bool {
    !matches!(
        reason,
        Reject::Empty
            | Reject::TooLong
            | Reject::Unrecognised
            | Reject::SingleLabel
            | Reject::BadNameByte
            | Reject::BadIdna
            | Reject::EmptyLabel
            | Reject::NumericTld
            | Reject::SinkAddress
    )
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

/// Passes everything on, and knows in the end whether there was anything.
struct Tally<'s> {
    sink: &'s mut dyn RecordSink,
    records: u64,
    rejections: u64,
    /// The first rejection.
    first: Option<(u32, String, Reject)>,
}

impl RecordSink for Tally<'_> {
    fn record(&mut self, record: Record<'_>) {
        self.records += 1;
        self.sink.record(record);
    }

    fn reject(&mut self, mut rejection: Rejection<'_>) {
        if rejection.value.len() > MAX_REPORTED_VALUE {
            let mut cut = MAX_REPORTED_VALUE;
            while !rejection.value.is_char_boundary(cut) {
                cut -= 1;
            }
            let mut shown = rejection.value[..cut].to_owned();
            shown.push('…');
            rejection.value = shown.into();
        }
        if self.rejections == 0 {
            self.first = Some((rejection.line, rejection.value.clone().into_owned(), rejection.reason));
        }
        self.rejections += 1;
        self.sink.reject(rejection);
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
}
