//! A JSON pull parser (RFC 8259) with bounded memory and positions.
//!
//! A feed may be one document of any length, on one line or many, so the parser holds nothing but the string that the
//! caller asks for. Records carry the line they begin on, errors the byte, line and column. A string over its cap is
//! cut; nesting over its cap is an error.
//!
//! The grammar is that of the RFC, with two liberties that real exports need: half of a surrogate pair reads as U+FFFD,
//! and a string that is not UTF-8 reads as Latin-1.

use std::fmt;

use crate::error::{Error, Result};
use crate::input::Lines;
use crate::limits::{MAX_FEED_LINE, MAX_NESTING};

#[cfg(test)]
mod tests;

/// The source of the bytes.
pub(crate) trait Bytes {
    /// The bytes that come next; empty only at the end.
    fn chunk(&mut self) -> Result<&[u8]>;
    fn consume(&mut self, length: usize);
    /// The line number of the next byte.
    fn line(&self) -> u32;
    fn error(&self, reason: String) -> Error;
}

impl Bytes for &mut Lines<'_> {
    fn chunk(&mut self) -> Result<&[u8]> {
        Lines::chunk(self)
    }

    fn consume(&mut self, length: usize) {
        Lines::consume(self, length);
    }

    fn line(&self) -> u32 {
        self.current()
    }

    fn error(&self, reason: String) -> Error {
        Error::feed(self.path(), reason)
    }
}

/// Bytes in memory: a line of JSON Lines, or the head of a feed.
pub(crate) struct Slice<'s> {
    rest: &'s [u8],
    number: u32,
}

impl<'s> Slice<'s> {
    pub(crate) fn new(rest: &'s [u8], number: u32) -> Self {
        Self { rest, number }
    }
}

impl Bytes for Slice<'_> {
    fn chunk(&mut self) -> Result<&[u8]> {
        Ok(self.rest)
    }

    fn consume(&mut self, length: usize) {
        self.rest = &self.rest[length.min(self.rest.len())..];
    }

    fn line(&self) -> u32 {
        self.number
    }

    fn error(&self, reason: String) -> Error {
        Error::config(reason)
    }
}

/// The kind of a value, known from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

/// A scalar as text, and its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) line: u32,
    /// The value was longer than [`MAX_FEED_LINE`] and has been cut.
    pub(crate) is_cut: bool,
}

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        &self.value
    }

    /// The trimmed text; `None` if it is empty.
    pub(crate) fn some(&self) -> Option<&str> {
        Some(self.value.trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn clear(&mut self) {
        self.value.clear();
        self.is_cut = false;
        self.line = 0;
    }
}

/// The parser. The caller drives it: it enters or reads the value it expects, or skips it.
pub(crate) struct Json<B> {
    bytes: B,
    /// The open containers; true for each that has had an element.
    open: Vec<bool>,
    /// Bytes consumed so far.
    offset: u64,
    /// The offset at which the current line begins.
    line_start: u64,
    last_line: u32,
    raw: Vec<u8>,
}

impl<B: Bytes> Json<B> {
    pub(crate) fn new(bytes: B) -> Self {
        let last_line = bytes.line();
        Self { bytes, open: Vec::new(), offset: 0, line_start: 0, last_line, raw: Vec::new() }
    }

    /// The line number of the next byte.
    pub(crate) fn line(&self) -> u32 {
        self.bytes.line()
    }

    /// Creates an error at the next byte.
    pub(crate) fn error(&mut self, what: impl fmt::Display) -> Error {
        let (offset, line) = (self.offset, self.bytes.line());
        let column = offset - self.line_start + 1;
        self.bytes.error(format!("invalid JSON at byte {offset} (line {line}, column {column}): {what}"))
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.bytes.chunk()?.first().copied())
    }

    fn bump(&mut self, length: usize) {
        self.bytes.consume(length);
        self.offset += length as u64;
        let line = self.bytes.line();
        if line != self.last_line {
            self.last_line = line;
            // White space is consumed up to each line end, so the offset is now at the start of a line.
            self.line_start = self.offset;
        }
    }

    /// Skips white space and peeks at the next byte.
    fn space(&mut self) -> Result<Option<u8>> {
        loop {
            let chunk = self.bytes.chunk()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let blanks = chunk.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
            match chunk.get(blanks) {
                Some(b'\n') => self.bump(blanks + 1),
                Some(&byte) => {
                    if blanks > 0 {
                        self.bump(blanks);
                    }
                    return Ok(Some(byte));
                }
                None => self.bump(blanks),
            }
        }
    }

    /// As [`space`](Self::space), but fails at the end of the input.
    fn next(&mut self, expected: &str) -> Result<u8> {
        match self.space()? {
            Some(byte) => Ok(byte),
            None => Err(self.error(format_args!("the text ends where {expected} is expected"))),
        }
    }

    /// The kind of the next value.
    pub(crate) fn kind(&mut self) -> Result<Kind> {
        Ok(match self.next("a value")? {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'"' => Kind::Text,
            b'-' | b'0'..=b'9' => Kind::Number,
            b't' => Kind::True,
            b'f' => Kind::False,
            b'n' => Kind::Null,
            byte => return Err(self.error(format_args!("{} where a value is expected", shown(byte)))),
        })
    }

    fn begin(&mut self) -> Result<()> {
        if self.open.len() == MAX_NESTING {
            return Err(self.error(format_args!("nested deeper than {MAX_NESTING} levels")));
        }
        self.bump(1);
        self.open.push(false);
        Ok(())
    }

    /// Enters an object. Skips any other value and returns false.
    pub(crate) fn object(&mut self) -> Result<bool> {
        self.container(Kind::Object)
    }

    /// Enters an array. Skips any other value and returns false.
    pub(crate) fn array(&mut self) -> Result<bool> {
        self.container(Kind::Array)
    }

    /// Calls `read` for the next value if it is an object, or for each object in it if it is an array, at any depth of arrays. Skips
    /// everything else.
    pub(crate) fn each_object(&mut self, read: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<()> {
        match self.kind()? {
            Kind::Array => {
                self.begin()?;
                while self.item()? {
                    self.each_object(read)?;
                }
                Ok(())
            }
            Kind::Object => read(self),
            _ => self.skip(),
        }
    }

    fn container(&mut self, kind: Kind) -> Result<bool> {
        if self.kind()? == kind {
            self.begin()?;
            return Ok(true);
        }
        self.skip()?;
        Ok(false)
    }

    /// Reads the next key of the open object; false at its end. The caller must then read or skip the value.
    pub(crate) fn key(&mut self, key: &mut Text) -> Result<bool> {
        if !self.element(b'}', "a key")? {
            return Ok(false);
        }
        match self.next("a key")? {
            b'"' => self.string(Some(key))?,
            byte => return Err(self.error(format_args!("{} where a key is expected", shown(byte)))),
        }
        match self.next("`:`")? {
            b':' => self.bump(1),
            byte => return Err(self.error(format_args!("{} where `:` is expected", shown(byte)))),
        }
        Ok(true)
    }

    /// Returns true if the open array has another element, which the caller must then read or skip.
    pub(crate) fn item(&mut self) -> Result<bool> {
        self.element(b']', "a value")
    }

    fn element(&mut self, close: u8, expected: &str) -> Result<bool> {
        let has_elements = self.open.last().copied().unwrap_or(false);
        let byte = self.next(expected)?;
        if byte == close {
            self.bump(1);
            self.open.pop();
            return Ok(false);
        }
        if has_elements {
            if byte != b',' {
                let close = char::from(close);
                return Err(self.error(format_args!("{} where `,` or `{close}` is expected", shown(byte))));
            }
            self.bump(1);
            if self.next(expected)? == close {
                return Err(self.error(format_args!("`{}` right after `,`", char::from(close))));
            }
        }
        if let Some(has_elements) = self.open.last_mut() {
            *has_elements = true;
        }
        Ok(true)
    }

    /// Reads a scalar as text: strings decoded, numbers and booleans verbatim. Skips `null` and containers and returns false.
    pub(crate) fn scalar(&mut self, text: &mut Text) -> Result<bool> {
        text.clear();
        let kind = self.kind()?;
        text.line = self.line();
        match kind {
            Kind::Text => self.string(Some(text))?,
            Kind::Number => {
                self.number()?;
                text.value.push_str(&String::from_utf8_lossy(&self.raw));
            }
            Kind::True => {
                self.word(b"true")?;
                text.value.push_str("true");
            }
            Kind::False => {
                self.word(b"false")?;
                text.value.push_str("false");
            }
            Kind::Null => {
                self.word(b"null")?;
                return Ok(false);
            }
            Kind::Object | Kind::Array => {
                self.skip()?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads an optional scalar as an owned string.
    pub(crate) fn owned(&mut self, text: &mut Text) -> Result<Option<String>> {
        Ok(if self.scalar(text)? { text.some().map(str::to_owned) } else { None })
    }

    /// Skips the next value of any kind.
    pub(crate) fn skip(&mut self) -> Result<()> {
        let depth = self.open.len();
        // The open containers above `depth`; true for an object.
        let mut kinds: Vec<bool> = Vec::new();
        loop {
            match self.kind()? {
                Kind::Object => {
                    self.begin()?;
                    kinds.push(true);
                }
                Kind::Array => {
                    self.begin()?;
                    kinds.push(false);
                }
                Kind::Text => self.string(None)?,
                Kind::Number => self.number()?,
                Kind::True => self.word(b"true")?,
                Kind::False => self.word(b"false")?,
                Kind::Null => self.word(b"null")?,
            }
            loop {
                let Some(&is_object) = kinds.last() else {
                    debug_assert_eq!(self.open.len(), depth);
                    return Ok(());
                };
                let more = if is_object { self.key_skipped()? } else { self.item()? };
                if more {
                    break;
                }
                kinds.pop();
            }
        }
    }

    fn key_skipped(&mut self) -> Result<bool> {
        if !self.element(b'}', "a key")? {
            return Ok(false);
        }
        match self.next("a key")? {
            b'"' => self.string(None)?,
            byte => return Err(self.error(format_args!("{} where a key is expected", shown(byte)))),
        }
        match self.next("`:`")? {
            b':' => self.bump(1),
            byte => return Err(self.error(format_args!("{} where `:` is expected", shown(byte)))),
        }
        Ok(true)
    }

    /// Returns true if another document follows.
    pub(crate) fn more(&mut self) -> Result<bool> {
        Ok(self.space()?.is_some())
    }

    /// Checks that only white space follows.
    pub(crate) fn end(&mut self) -> Result<()> {
        match self.space()? {
            None => Ok(()),
            Some(byte) => Err(self.error(format_args!("{} after the end of the document", shown(byte)))),
        }
    }

    fn word(&mut self, word: &'static [u8]) -> Result<()> {
        for (at, &wanted) in word.iter().enumerate() {
            if self.peek()? != Some(wanted) {
                let word = String::from_utf8_lossy(word);
                return Err(self.error(format_args!("`{word}` breaks off after {at} letters")));
            }
            self.bump(1);
        }
        Ok(())
    }

    /// Reads a number into `raw`, cut at a length that no number needs.
    fn number(&mut self) -> Result<()> {
        const LONGEST: usize = 1024;
        self.raw.clear();
        let take = |json: &mut Self| -> Result<Option<u8>> {
            let byte = json.peek()?;
            if let Some(byte) = byte {
                if json.raw.len() < LONGEST {
                    json.raw.push(byte);
                }
                json.bump(1);
            }
            json.peek()
        };
        let mut next = self.peek()?;
        if next == Some(b'-') {
            next = take(self)?;
        }
        let is_zero = next == Some(b'0');
        let digits = |json: &mut Self, mut next: Option<u8>| -> Result<Option<u8>> {
            if !next.is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(json.error("a number without digits"));
            }
            while next.is_some_and(|byte| byte.is_ascii_digit()) {
                next = take(json)?;
            }
            Ok(next)
        };
        next = digits(self, next)?;
        let whole = self.raw.len() - usize::from(self.raw.first() == Some(&b'-'));
        if is_zero && whole > 1 {
            return Err(self.error("a number that begins with zero"));
        }
        if next == Some(b'.') {
            self.raw.push(b'.');
            self.bump(1);
            let after = self.peek()?;
            next = digits(self, after)?;
        }
        if matches!(next, Some(b'e' | b'E')) {
            self.raw.push(b'e');
            self.bump(1);
            let mut after = self.peek()?;
            if let Some(sign @ (b'+' | b'-')) = after {
                self.raw.push(sign);
                self.bump(1);
                after = self.peek()?;
            }
            digits(self, after)?;
        }
        Ok(())
    }

    /// Reads a string, and decodes it into `text` if given.
    fn string(&mut self, text: Option<&mut Text>) -> Result<()> {
        self.bump(1);
        let wanted = text.is_some();
        let mut is_cut = false;
        // The first half of a surrogate pair; the next escape may be the second half.
        let mut high: Option<u32> = None;
        self.raw.clear();
        loop {
            let chunk = self.bytes.chunk()?;
            // Bytes up to a quote, an escape or a control character are taken verbatim.
            let plain = chunk.iter().take_while(|&&b| b != b'"' && b != b'\\' && b >= 0x20).count();
            let stop = chunk.get(plain).copied();
            let is_empty = chunk.is_empty();
            if high.is_some() && !is_empty && (plain > 0 || stop != Some(b'\\')) {
                high = None;
                is_cut |= push(&mut self.raw, char::REPLACEMENT_CHARACTER);
            }
            if wanted {
                let room = MAX_FEED_LINE.saturating_sub(self.raw.len());
                is_cut |= plain > room;
                self.raw.extend_from_slice(&chunk[..plain.min(room)]);
            }
            self.bump(plain);
            match stop {
                Some(b'"') => {
                    self.bump(1);
                    break;
                }
                Some(b'\\') => {
                    self.bump(1);
                    let unit = self.escape()?;
                    let first = high.take();
                    let scalar = match (first, unit) {
                        (Some(first), 0xdc00..0xe000) => 0x1_0000 + ((first - 0xd800) << 10) + (unit - 0xdc00),
                        _ => {
                            if first.is_some() {
                                is_cut |= push(&mut self.raw, char::REPLACEMENT_CHARACTER);
                            }
                            unit
                        }
                    };
                    match scalar {
                        0xd800..0xdc00 => high = Some(scalar),
                        _ => {
                            let scalar = char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER);
                            is_cut |= push(&mut self.raw, scalar);
                        }
                    }
                }
                Some(byte) => return Err(self.error(format_args!("{} within a string", shown(byte)))),
                None if is_empty => return Err(self.error("the text ends within a string")),
                None => {}
            }
        }
        if let Some(text) = text {
            text.value.clear();
            text.is_cut = is_cut;
            match str::from_utf8(&self.raw) {
                Ok(value) => text.value.push_str(value),
                Err(error) if is_cut && error.error_len().is_none() => {
                    text.value.push_str(&String::from_utf8_lossy(&self.raw[..error.valid_up_to()]));
                }
                Err(_) => text.value.extend(self.raw.iter().map(|&byte| char::from(byte))),
            }
        }
        Ok(())
    }

    /// Decodes the escape after a backslash: a scalar, or half of a surrogate pair.
    fn escape(&mut self) -> Result<u32> {
        let Some(byte) = self.peek()? else { return Err(self.error("the text ends within a string")) };
        let scalar = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.bump(1);
                return self.hex();
            }
            byte => return Err(self.error(format_args!("{} after a backslash", shown(byte)))),
        };
        self.bump(1);
        Ok(scalar.into())
    }

    fn hex(&mut self) -> Result<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek()?.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return Err(self.error("fewer than four hexadecimal digits after `\\u`")) };
            value = value << 4 | digit;
            self.bump(1);
        }
        Ok(value)
    }
}

/// Appends a scalar if there is room; returns true if there was none.
fn push(raw: &mut Vec<u8>, scalar: char) -> bool {
    let has_room = raw.len() < MAX_FEED_LINE;
    if has_room {
        raw.extend_from_slice(scalar.encode_utf8(&mut [0; 4]).as_bytes());
    }
    !has_room
}

/// A byte as messages show it.
fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("byte 0x{byte:02x}") }
}
