//! The lines of a text, with bounded memory.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use memchr::memchr2;

use super::decompress::Input;
use super::fill::fill;
use super::utf16::{self, Utf16};
use crate::error::{Error, Result};
use crate::limits::{MAX_FEED_LINE, SNIFF_UTF16};

/// Bytes per read.
const CHUNK: usize = 64 * 1024;

/// Bytes that are kept of a line over the cap, so that a report can show its start.
const KEPT: usize = 256;

/// A line of a text, decoded, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line<'l> {
    /// Its number, from 1.
    pub number: u32,
    /// Its text, without white space and byte order marks at either end. If the line is `too_long`, this is its start.
    pub text: &'l str,
    /// The text with its white space, which separates columns in some formats.
    pub untrimmed: &'l str,
    /// True if the line is longer than [`MAX_FEED_LINE`], so that `text` is only a part of it.
    pub too_long: bool,
}

/// The lines of a text.
///
/// A line ends with `\n`, `\r\n` or a bare `\r`; the last line needs no end. UTF-8 and UTF-16 byte order marks are stripped.
/// UTF-16 (recognised by its mark, or by NULs at one parity) is transcoded, and a line that is not valid UTF-8 is read as Latin-1.
/// White space at both ends of a line is trimmed, no-break spaces included. The buffer grows to twice [`MAX_FEED_LINE`] at most.
pub struct Lines<'r> {
    reader: Box<dyn Read + 'r>,
    path: Option<PathBuf>,
    buf: Vec<u8>,
    /// `buf[start..end]` has been read and not yet given out.
    start: usize,
    end: usize,
    /// The reader is at its end.
    ended: bool,
    number: u32,
    /// Bytes of an unfinished line have been consumed.
    partial: bool,
    /// The last line ended with `\r`; a `\n` right after it belongs to it.
    after_cr: bool,
    latin1: String,
}

impl<'r> Lines<'r> {
    /// Reads the lines of `reader`, decompressed if necessary.
    ///
    /// # Errors
    ///
    /// Fails as [`Input::new`] does.
    pub fn new(reader: impl Read + 'r) -> Result<Self> {
        // Boxed at once, so that what follows is compiled for one kind of reader.
        Self::with_path(Box::new(reader), None)
    }

    /// Like [`new`](Self::new), with errors that name `path`.
    pub(crate) fn with_path(reader: Box<dyn Read + 'r>, path: Option<&Path>) -> Result<Self> {
        let path = path.map(Path::to_owned);
        match Input::new(reader).map(Input::capped) {
            Ok(input) => Self::unpacked(Box::new(input), path.as_deref()),
            Err(error) => Err(Error::io(path, error)),
        }
    }

    /// Reads the lines of a reader that gives uncompressed bytes.
    pub(crate) fn unpacked(reader: Box<dyn Read + 'r>, path: Option<&Path>) -> Result<Self> {
        let path = path.map(Path::to_owned);
        match decode(reader) {
            Ok(reader) => Ok(Self {
                reader,
                path,
                buf: vec![0; CHUNK],
                start: 0,
                end: 0,
                ended: false,
                number: 0,
                partial: false,
                after_cr: false,
                latin1: String::new(),
            }),
            Err(error) => Err(Error::io(path, error)),
        }
    }

    /// Returns the next line; `None` at the end. Lines are not copied, unless they are Latin-1.
    ///
    /// # Errors
    ///
    /// Reading or decompressing fails. The lines given out before the error are not the whole text.
    // Not an `Iterator`: a line borrows the buffer.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Line<'_>>> {
        if !self.skip_half_end()? {
            return Ok(None);
        }
        let mut searched = 0;
        let (found, too_long) = loop {
            let rest = &self.buf[self.start..self.end];
            if let Some(at) = memchr2(b'\n', b'\r', &rest[searched..]) {
                let length = searched + at;
                break (Some(length), length > MAX_FEED_LINE);
            }
            searched = rest.len();
            if searched > MAX_FEED_LINE {
                break (None, true);
            }
            if self.ended {
                break (Some(searched), false);
            }
            self.more()?;
        };
        self.number = self.number.saturating_add(1);
        let range = match found {
            Some(length) => {
                let range = self.start..self.start + if too_long { KEPT } else { length };
                self.consume_line(length);
                range
            }
            None => {
                self.buf.copy_within(self.start..self.start + KEPT, 0);
                self.discard_line()?;
                0..KEPT
            }
        };
        let mut raw = &self.buf[range];
        if too_long {
            raw = until_scalar_end(raw);
        }
        let untrimmed = match str::from_utf8(raw) {
            Ok(text) => text,
            Err(_) => {
                self.latin1.clear();
                latin1(raw, &mut self.latin1);
                &self.latin1
            }
        };
        Ok(Some(Line { number: self.number, text: trim(untrimmed), untrimmed, too_long }))
    }

    /// Returns the number of lines that were given out.
    ///
    /// ```
    /// use netsieve::input::Lines;
    ///
    /// let mut lines = Lines::new("one\ntwo\n".as_bytes())?;
    /// while let Some(line) = lines.next()? {
    ///     println!("{}: {}", line.number, line.text);
    /// }
    /// assert_eq!(lines.count(), 2);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn count(&self) -> u64 {
        u64::from(self.number) + u64::from(self.partial)
    }

    /// Returns the next bytes, undecoded except from UTF-16; empty only at the end.
    ///
    /// For texts that are not made of lines, together with [`consume`](Self::consume). Do not mix it with [`next`](Self::next).
    pub(crate) fn chunk(&mut self) -> Result<&[u8]> {
        while self.start == self.end && !self.ended {
            self.more()?;
        }
        Ok(&self.buf[self.start..self.end])
    }

    /// Skips bytes of the current chunk, and counts the lines among them.
    pub(crate) fn consume(&mut self, length: usize) {
        let end = (self.start + length).min(self.end);
        let bytes = &self.buf[self.start..end];
        let ends = memchr::memchr_iter(b'\n', bytes).count();
        self.number = self.number.saturating_add(ends as u32);
        self.partial = bytes.last().map_or(self.partial, |&byte| byte != b'\n');
        self.start = end;
    }

    /// Returns the number of the line that the next byte is on.
    pub(crate) fn current(&self) -> u32 {
        self.number.saturating_add(1)
    }

    /// Returns the first bytes of the text, at least `n` unless it ends earlier, and whether they are all of it.
    ///
    /// May be called only before the first line is given out.
    pub(crate) fn peek(&mut self, n: usize) -> Result<(&[u8], bool)> {
        while self.end - self.start < n && !self.ended {
            self.more()?;
        }
        Ok((&self.buf[self.start..self.end], self.ended))
    }

    /// Returns a copy of the peeked bytes, cut after a line unless the text ends with them.
    pub(crate) fn head(&mut self) -> Result<Vec<u8>> {
        let (text, ended) = self.peek(1)?;
        let cut = if ended { text.len() } else { memchr::memrchr2(b'\n', b'\r', text).map_or(text.len(), |at| at + 1) };
        Ok(text[..cut].to_owned())
    }

    /// The path, for messages.
    pub(crate) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }

    /// Skips the `\n` of a `\r\n` whose `\r` ended the last line; returns true if there is another line.
    fn skip_half_end(&mut self) -> Result<bool> {
        loop {
            if self.start < self.end {
                let half = std::mem::take(&mut self.after_cr) && self.buf[self.start] == b'\n';
                if !half {
                    return Ok(true);
                }
                self.start += 1;
            } else if self.ended {
                return Ok(false);
            } else {
                self.more()?;
            }
        }
    }

    /// Skips a line of `length` bytes and its end.
    fn consume_line(&mut self, length: usize) {
        self.start += length;
        if self.start < self.end {
            self.after_cr = self.buf[self.start] == b'\r';
            self.start += 1;
        }
    }

    /// Skips the rest of a line over the cap, and keeps the first [`KEPT`] bytes of the buffer. The buffer is longer than
    /// the cap by now, so [`more`](Self::more) has room after them and moves nothing.
    fn discard_line(&mut self) -> Result<()> {
        loop {
            self.start = KEPT;
            self.end = KEPT;
            self.more()?;
            if let Some(at) = memchr2(b'\n', b'\r', &self.buf[KEPT..self.end]) {
                self.consume_line(at);
                return Ok(());
            }
            if self.ended {
                self.start = self.end;
                return Ok(());
            }
        }
    }

    /// Reads another chunk. Moves the unread bytes to the front if that makes room.
    fn more(&mut self) -> Result<()> {
        if self.buf.len() - self.end < CHUNK {
            self.buf.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if self.buf.len() - self.end < CHUNK {
                let doubled = (self.buf.len() * 2).max(self.end + CHUNK);
                self.buf.resize(doubled, 0);
            }
        }
        let room = self.end..self.end + CHUNK;
        let read = match fill(&mut self.reader, &mut self.buf[room]) {
            Ok(read) => read,
            Err(error) => return Err(Error::io(self.path.clone(), error)),
        };
        self.end += read;
        self.ended = read < CHUNK;
        Ok(())
    }
}

/// Strips the byte order mark and transcodes UTF-16.
fn decode<'r>(mut reader: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
    let mut head = vec![0; SNIFF_UTF16];
    let filled = fill(&mut reader, &mut head)?;
    head.truncate(filled);
    let order = utf16::detect_feed(&head);
    let mark = match head[..] {
        [0xef, 0xbb, 0xbf, ..] => 3,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => 2,
        _ => 0,
    };
    head.drain(..mark);
    let whole = Cursor::new(head).chain(reader);
    Ok(match order {
        Some(order) => Box::new(Utf16::new(whole, order)),
        None => Box::new(whole),
    })
}

/// Returns `raw` without a UTF-8 sequence that is cut off at its end.
fn until_scalar_end(raw: &[u8]) -> &[u8] {
    match str::from_utf8(raw) {
        Err(error) if error.error_len().is_none() => &raw[..error.valid_up_to()],
        _ => raw,
    }
}

/// Splits text in memory into lines. They are decoded like those of [`Lines`] but keep their white space. For looking
/// at the head of a feed.
pub(crate) fn split(text: &[u8]) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(length);
        rest = match after {
            [b'\r', b'\n', after @ ..] | [_, after @ ..] => after,
            [] => after,
        };
        Some(match str::from_utf8(line) {
            Ok(line) => line.into(),
            Err(_) => {
                let mut text = String::with_capacity(line.len());
                latin1(line, &mut text);
                text.into()
            }
        })
    })
}

/// Decodes a line that is not UTF-8 as Latin-1.
///
/// There is one exception: 0xCA at the end of an ASCII word is the no-break space of Mac OS Roman, which spreadsheets leave after names.
/// No word ends in a lone `Ê`.
fn latin1(raw: &[u8], text: &mut String) {
    for (at, &byte) in raw.iter().enumerate() {
        let next_ends = raw.get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric() && next.is_ascii());
        let is_blank = byte == 0xca && next_ends && (at == 0 || raw[at - 1].is_ascii());
        text.push(if is_blank { '\u{a0}' } else { char::from(byte) });
    }
}

/// Trims white space, byte order marks and zero-width spaces at both ends.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        // Most lines have nothing to trim, which this check shows at once.
        [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')),
    }
}
