//! The fields of one line as a layout reads them: spans of values and names in the line.

use std::ops::Range;

use super::bytes::ByteSet;
use super::time::{self, Stamp};

/// No parent.
pub(super) const TOP: u32 = u32::MAX;

/// The place of a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// In the line.
    Line(u32, u32),
    /// In the header of the file: the number of the column.
    Column(u32),
    /// In the layout: the position of the field determines it.
    Known(&'static str),
}

/// The form in which a value is written, so that its escapes can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Unescaped.
    Plain,
    /// A JSON string with escapes.
    Json,
    /// Quotes in it are doubled.
    Doubled,
    /// Backslashes before characters that would end it.
    Slashed,
    /// A DNS name as labels with their lengths: `(1)a(7)example(0)`.
    Labels,
    /// Another form, within a JSON string with escapes.
    InString(&'static Form),
}

impl Form {
    /// Returns the form of a value within a JSON string, in which some of its bytes are escaped.
    fn in_string(self) -> Form {
        match self {
            Form::Plain => Form::Json,
            Form::Json => Form::InString(&Form::Json),
            Form::Doubled => Form::InString(&Form::Doubled),
            Form::Slashed => Form::InString(&Form::Slashed),
            Form::Labels => Form::InString(&Form::Labels),
            // A string in a string in a string: its escapes stay.
            Form::InString(_) => self,
        }
    }
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) label: Label,
    /// The object that holds it.
    pub(super) parent: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) form: Form,
    /// The distance from the event itself: 0 for a named field; more if the name was guessed from text, or if the field is outside the
    /// event.
    pub(super) level: u8,
    /// True within an array: one of several such values, so less certain than a value that stands alone.
    pub(super) in_list: bool,
}

impl Raw {
    pub(super) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// An object that holds fields. An object in an array has no name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) label: Label,
    pub(super) parent: u32,
}

/// A JSON object or array that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The object or array: an index into the sheet's nodes.
    pub(super) node: u32,
    pub(super) is_object: bool,
    /// The name for elements of an array, which is that of the array.
    pub(super) label: Label,
    /// The first field of this object.
    pub(super) first: usize,
    /// True within an array.
    pub(super) in_list: bool,
}

/// Everything read from a line.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) fields: Vec<Raw>,
    pub(super) nodes: Vec<Node>,
    /// The level of the fields read next: see [`Raw::level`].
    pub(super) level: u8,
    pub(super) parent: Option<u32>,
    /// True if the fields read next are in an array: see [`Raw::in_list`].
    pub(super) in_list: bool,
    /// The prefix with which a vendor marks its own names, as a span of the line. Names are looked up without it.
    pub(super) prefix: Option<(u32, u32)>,
    /// The time that was read last, with its span.
    pub(super) stamp: Option<(Range<usize>, Stamp)>,
    /// A position where no time begins.
    no_stamp: Option<usize>,
    /// The bytes of the text that is being read.
    bytes: ByteSet,
    /// The stack of the JSON parser, kept for the next line.
    pub(super) frames: Vec<Frame>,
    /// Kept for the next JSON string that is read as a line.
    unescaped: Unescaped,
    outer: Vec<Raw>,
}

impl Sheet {
    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.nodes.clear();
        self.level = 0;
        (self.parent, self.in_list, self.prefix) = (None, false, None);
        self.forget_text();
    }

    /// Forgets what is known of the text, because another one will be read.
    fn forget_text(&mut self) {
        (self.stamp, self.no_stamp) = (None, None);
        self.bytes.clear();
    }

    /// Returns false only if `text` is nowhere in the line of a part.
    #[inline(always)]
    pub(super) fn may_hold(&mut self, part: Part<'_>, text: &[u8]) -> bool {
        self.bytes.may_hold(part.line, text)
    }

    /// Notes the bytes of the line of a part, so that [`lacks`](Self::lacks) knows them.
    #[inline]
    pub(super) fn note(&mut self, part: Part<'_>) {
        self.bytes.note(part.line);
    }

    /// Returns true only if a byte is known to be nowhere in the line. Nothing is known before [`note`](Self::note) or
    /// [`may_hold`](Self::may_hold).
    #[inline]
    pub(super) fn lacks(&self, byte: u8) -> bool {
        self.bytes.lacks(byte)
    }

    /// Returns the first position in the line of a short text within a part. This is for texts that most lines lack.
    #[inline(always)]
    pub(super) fn find(&mut self, part: Part<'_>, text: &[u8]) -> Option<usize> {
        if self.may_hold(part, text) { find(part.text(), text).map(|at| part.start + at) } else { None }
    }

    /// Returns the time at the start of a part, and its length: see [`time::at_start`]. It is read once, however many ask.
    pub(super) fn stamp_at(&mut self, part: Part<'_>) -> Option<(Stamp, usize)> {
        if let Some((span, stamp)) = &self.stamp
            && span.start == part.start
            && span.end <= part.end
        {
            return Some((*stamp, span.len()));
        }
        if self.no_stamp == Some(part.start) {
            return None;
        }
        let found = time::at_start(part.text());
        match found {
            Some((stamp, length)) => self.stamp = Some((part.start..part.start + length, stamp)),
            None => self.no_stamp = Some(part.start),
        }
        found
    }

    /// Returns the time of a field that holds one.
    pub(super) fn stamp_of(&self, line: &[u8], span: Range<usize>) -> Option<Stamp> {
        match &self.stamp {
            Some((known, stamp)) if *known == span => Some(*stamp),
            _ => time::at_start(&line[span]).map(|(stamp, _)| stamp),
        }
    }

    /// Returns true if a part is a time and nothing else: see [`time::whole`].
    pub(super) fn is_stamp(&mut self, part: Part<'_>) -> bool {
        let found = time::whole(part.text());
        if let Some(stamp) = found {
            self.stamp = Some((part.start..part.end, stamp));
        }
        found.is_some()
    }

    /// Returns a point to go back to if the text being read turns out to be something else.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.fields.len(), self.nodes.len())
    }

    /// Reads a JSON string with its escapes undone, which hide quotes and line ends from the layouts. The spans that are found become spans
    /// of the line again.
    pub(super) fn unescaped(&mut self, part: Part<'_>, read: impl FnOnce(Part<'_>, &mut Sheet) -> bool) -> bool {
        let mut text = std::mem::take(&mut self.unescaped);
        text.fill(part);
        // The fields outside have spans in another text.
        let mut outer = std::mem::replace(&mut self.fields, std::mem::take(&mut self.outer));
        let first_node = self.nodes.len();
        let prefix = self.prefix.take();
        self.forget_text();
        let is_read = read(Part::whole(&text.bytes), self);
        self.forget_text();
        for node in &mut self.nodes[first_node..] {
            node.label = text.label(node.label);
        }
        self.prefix = self.prefix.map(|(start, end)| (text.place(start), text.place(end))).or(prefix);
        outer.extend(self.fields.drain(..).map(|field| text.field(field, part.line)));
        self.outer = std::mem::replace(&mut self.fields, outer);
        self.unescaped = text;
        is_read
    }

    pub(super) fn back_to(&mut self, (fields, nodes): (usize, usize)) {
        self.fields.truncate(fields);
        self.nodes.truncate(nodes);
    }

    #[inline]
    pub(super) fn push(&mut self, label: Label, parent: u32, value: Range<usize>, form: Form) {
        // A line is at most `MAX_LINE` long, so its offsets fit.
        let (start, end) = (value.start as u32, value.end as u32);
        self.fields.push(Raw { label, parent, start, end, form, level: self.level, in_list: self.in_list });
    }

    /// Adds a field whose position determines its name.
    pub(super) fn known(&mut self, name: &'static str, value: Range<usize>) {
        self.push(Label::Known(name), TOP, value, Form::Plain);
    }

    /// Adds a field whose name is in the line.
    pub(super) fn named(&mut self, name: Range<usize>, value: Range<usize>, form: Form) {
        self.push(Label::Line(name.start as u32, name.end as u32), TOP, value, form);
    }
}

/// A JSON string with its escapes undone.
#[derive(Debug, Default)]
struct Unescaped {
    bytes: Vec<u8>,
    /// Where bytes begin that follow each other in both texts: the place here, and in the line.
    runs: Vec<(u32, u32)>,
}

impl Unescaped {
    /// Undoes the escapes that may structure a log line: of quotes, slashes, white space and the signs that encoders escape for HTML. The
    /// others stay as they are, for the value that holds them.
    fn fill(&mut self, part: Part<'_>) {
        self.bytes.clear();
        self.runs.clear();
        let mut at = part.start;
        while at < part.end {
            self.runs.push((self.bytes.len() as u32, at as u32));
            let rest = &part.line[at..part.end];
            if let Some((byte, length)) = escape_at(rest) {
                self.bytes.push(byte);
                at += length;
                continue;
            }
            // An escape that stays is text.
            let kept = usize::from(rest[0] == b'\\');
            let length = kept + memchr::memchr(b'\\', &rest[kept..]).unwrap_or(rest.len() - kept);
            self.bytes.extend_from_slice(&rest[..length]);
            at += length;
        }
        self.runs.push((self.bytes.len() as u32, at as u32));
    }

    /// Returns the place in the line of a place here.
    fn place(&self, at: u32) -> u32 {
        let run = self.runs.partition_point(|(start, _)| *start <= at);
        let (start, line) = self.runs[run.saturating_sub(1)];
        line + (at - start)
    }

    fn label(&self, label: Label) -> Label {
        match label {
            Label::Line(start, end) => Label::Line(self.place(start), self.place(end)),
            other => other,
        }
    }

    fn field(&self, field: Raw, line: &[u8]) -> Raw {
        let (start, end) = (self.place(field.start), self.place(field.end));
        let is_escaped = memchr::memchr(b'\\', &line[start as usize..end as usize]).is_some();
        let form = if is_escaped { field.form.in_string() } else { field.form };
        Raw { label: self.label(field.label), start, end, form, ..field }
    }
}

/// Returns the sign that is escaped at the start of a text, and the length of the escape.
fn escape_at(text: &[u8]) -> Option<(u8, usize)> {
    let sign = match text {
        [b'\\', sign @ (b'"' | b'\\' | b'/'), ..] => *sign,
        [b'\\', b'n', ..] => b'\n',
        [b'\\', b'r', ..] => b'\r',
        [b'\\', b't', ..] => b'\t',
        [b'\\', b'u', b'0', b'0', high @ (b'2' | b'3'), low, ..] => {
            let low = (*low as char).to_digit(16)? as u8;
            let sign = (*high - b'0') << 4 | low;
            return matches!(sign, b'"' | b'&' | b'\'' | b'/' | b'<' | b'=' | b'>').then_some((sign, 6));
        }
        _ => return None,
    };
    Some((sign, 2))
}

/// A part of a line, by its offsets in the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) line: &'a [u8],
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'a> Part<'a> {
    pub(super) fn whole(line: &'a [u8]) -> Self {
        Part { line, start: 0, end: line.len() }
    }

    pub(super) fn text(&self) -> &'a [u8] {
        &self.line[self.start..self.end]
    }

    /// Returns the rest from `at`, an offset in the line.
    pub(super) fn from(&self, at: usize) -> Self {
        Part { start: at.min(self.end), ..*self }
    }

    pub(super) fn to(&self, at: usize) -> Self {
        Part { end: at.clamp(self.start, self.end), ..*self }
    }

    /// Returns the part without its line end.
    pub(super) fn trimmed_end(&self) -> Self {
        let text = self.text();
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        Part { end: self.start + text.len(), ..*self }
    }

    /// Returns the part without white space at either end.
    pub(super) fn trimmed(&self) -> Self {
        let text = self.text();
        let start = self.start + (text.len() - text.trim_ascii_start().len());
        let end = self.end - (text.len() - text.trim_ascii_end().len());
        Part { start, end: end.max(start), ..*self }
    }
}

/// Iterates over the words of a part, which are separated by spaces.
pub(super) struct Words<'a> {
    part: Part<'a>,
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(part: Part<'a>) -> Self {
        Words { part, at: part.start }
    }

    /// Returns the position where the search for the next word begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn set(&mut self, at: usize) {
        self.at = at.min(self.part.end);
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.part.line[self.at..self.part.end]
    }

    /// Returns the next word; if it is in quotes or brackets, their content.
    pub(super) fn quoted(&mut self) -> Option<Range<usize>> {
        self.skip_spaces();
        let close = match self.rest().first()? {
            b'"' => b'"',
            b'[' => b']',
            _ => return self.next(),
        };
        let start = self.at + 1;
        let mut at = start;
        loop {
            let found = memchr::memchr2(close, b'\\', self.part.line.get(at..self.part.end)?)? + at;
            if self.part.line[found] == close {
                self.at = found + 1;
                return Some(start..found);
            }
            at = found + 2;
        }
    }

    pub(super) fn skip_spaces(&mut self) {
        let spaces = self.rest().iter().take_while(|byte| **byte == b' ').count();
        self.at += spaces;
    }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        let line = &self.part.line[..self.part.end];
        let mut start = self.at;
        while line.get(start) == Some(&b' ') {
            start += 1;
        }
        let rest = line.get(start..)?;
        self.at = start + near(b' ', rest).unwrap_or(rest.len());
        (self.at > start).then_some(start..self.at)
    }
}

/// Returns the first position of a byte that is most often near, like [`memchr::memchr`], whose call would cost more than the search.
#[inline]
pub(super) fn near(byte: u8, text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for _ in 0..3 {
        let Some(Ok(bytes)) = text.get(at..at + 8).map(<[u8; 8]>::try_from) else {
            return text[at..].iter().position(|other| *other == byte).map(|found| at + found);
        };
        let found = bytes_of(u64::from_le_bytes(bytes), byte);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr::memchr(byte, &text[at..]).map(|found| at + found)
}

/// Returns the first position of either of two bytes, of which one is most often near: see [`near`].
#[inline]
pub(super) fn near2(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for _ in 0..3 {
        let Some(Ok(bytes)) = text.get(at..at + 8).map(<[u8; 8]>::try_from) else {
            return text[at..].iter().position(|byte| *byte == one || *byte == other).map(|found| at + found);
        };
        let word = u64::from_le_bytes(bytes);
        let found = bytes_of(word, one) | bytes_of(word, other);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr::memchr2(one, other, &text[at..]).map(|found| at + found)
}

/// Returns a mark in each byte of `word` that is `sign`, as far as the first one: marks after it may be wrong.
#[inline]
pub(super) fn bytes_of(word: u64, sign: u8) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let zero = word ^ (ONES * u64::from(sign));
    zero.wrapping_sub(ONES) & !zero & (ONES << 7)
}

/// Returns the first position of a short needle, like [`memchr::memmem::find`]. Lines are short: the setup of that function would cost
/// more than the search.
#[inline(always)]
pub(super) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let anchor = anchor(needle);
    let mut from = anchor;
    while let Some(found) = memchr::memchr(*needle.get(anchor)?, text.get(from..)?) {
        let at = from + found - anchor;
        if text[at..].starts_with(needle) {
            return Some(at);
        }
        from += found + 1;
    }
    None
}

/// Returns the index of the needle's byte that is rarest in text: a sign, a capital, a digit, or the rarest letter.
#[inline(always)]
fn anchor(needle: &[u8]) -> usize {
    const RARITY: [u8; 256] = {
        let mut rarity = [26; 256];
        let letters = b" etaoinsrhldcumfpgwybvkxjqz";
        let mut at = 0;
        while at < letters.len() {
            rarity[letters[at] as usize] = at as u8;
            at += 1;
        }
        let (often, mut at) = (b"=:.-/", 0);
        while at < often.len() {
            rarity[often[at] as usize] = 5;
            at += 1;
        }
        let mut byte = 0;
        while byte < 256 {
            let b = byte as u8;
            rarity[byte] += if matches!(b, b'=' | b':' | b'.' | b'-' | b'/') {
                // These are very common in pairs, times and addresses.
                0
            } else if b.is_ascii_punctuation() {
                3
            } else if b.is_ascii_uppercase() {
                1
            } else {
                0
            };
            byte += 1;
        }
        rarity
    };
    let mut best = 0;
    for (at, &byte) in needle.iter().enumerate() {
        if RARITY[byte as usize] > RARITY[needle[best] as usize] {
            best = at;
        }
    }
    best
}
