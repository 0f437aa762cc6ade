//! Layouts whose columns are named by a header: Zeek's TSV, W3C extended, CSV and TSV.

use std::ops::Range;

use crate::event::names::{self, Key};
use crate::event::sheet::{Form, Label, Part, Sheet, TOP, near};

/// The maximum number of columns in a header.
const MAX_COLUMNS: usize = 512;

/// The format of a file with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::event) enum Kind {
    /// `#separator`, `#fields`, `#types`.
    Zeek,
    /// `#Fields:`, columns separated by spaces.
    W3c,
    /// A first line of names.
    Table,
}

/// A header: the names of the columns, and their separator.
#[derive(Clone, Debug)]
pub(in crate::event) struct Header {
    pub(in crate::event) kind: Kind,
    separator: u8,
    /// The names, joined into one text.
    text: Vec<u8>,
    columns: Vec<Range<usize>>,
    /// The texts for a missing and for an empty value.
    unset: Vec<u8>,
    empty: Vec<u8>,
}

impl Header {
    /// Returns the header in `line`, if the line alone is one: `#fields…`, `#Fields:…`.
    pub(in crate::event) fn of_line(line: &[u8], before: Option<&Header>) -> Option<Header> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(rest) = line.strip_prefix(b"#fields") {
            let separator = *rest.first()?;
            let names = rest[1..].split(|byte| *byte == separator);
            let mut header = Header::new(Kind::Zeek, separator, names)?;
            if let Some(before) = before.filter(|before| before.kind == Kind::Zeek) {
                (header.unset, header.empty) = (before.unset.clone(), before.empty.clone());
            }
            return Some(header);
        }
        let rest = line.strip_prefix(b"#Fields:")?.trim_ascii_start();
        let separator = if memchr::memchr(b'\t', rest).is_some() { b'\t' } else { b' ' };
        let names = rest.split(|byte| *byte == separator).filter(|name| !name.is_empty());
        Header::new(Kind::W3c, separator, names)
    }

    fn new<'a>(kind: Kind, separator: u8, names: impl Iterator<Item = &'a [u8]>) -> Option<Header> {
        let mut header = Header {
            kind,
            separator,
            text: Vec::new(),
            columns: Vec::new(),
            unset: b"-".to_vec(),
            empty: b"(empty)".to_vec(),
        };
        for name in names {
            let start = header.text.len();
            header.text.extend_from_slice(name);
            header.columns.push(start..header.text.len());
            if header.columns.len() > MAX_COLUMNS {
                return None;
            }
        }
        (header.columns.len() > 1).then_some(header)
    }

    /// Returns the header in the first lines of a file.
    pub(in crate::event) fn of_head(head: &[u8]) -> Option<Header> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let mut header: Option<Header> = None;
        let mut lines = head.split(|byte| *byte == b'\n').take(64).filter(|line| !line.trim_ascii().is_empty());
        let first = lines.next()?;
        if !first.starts_with(b"#") {
            return Header::of_table(first, lines.next());
        }
        let (mut unset, mut empty) = (None, None);
        for line in std::iter::once(first).chain(lines) {
            if !line.starts_with(b"#") {
                break;
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            unset = line.strip_prefix(b"#unset_field\t").or(unset);
            empty = line.strip_prefix(b"#empty_field\t").or(empty);
            header = Header::of_line(line, None).or(header);
        }
        let mut header = header?;
        if let Some(unset) = unset {
            header.unset = unset.to_vec();
        }
        if let Some(empty) = empty {
            header.empty = empty.to_vec();
        }
        Some(header)
    }

    /// Returns the header in the first line of a table: all its columns are names, and at least one is a known name.
    fn of_table(first: &[u8], second: Option<&[u8]>) -> Option<Header> {
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        let count = |byte: u8| memchr::memchr_iter(byte, first).count();
        let separator = *[b'\t', b',', b';', b'|'].iter().max_by_key(|byte| count(**byte))?;
        if count(separator) == 0 {
            return Header::of_words(first, second?);
        }
        let mut cells = Cells::new(Part::whole(first), separator);
        let mut names: Vec<&[u8]> = Vec::new();
        for (span, _) in &mut cells {
            let name = first[span].trim_ascii();
            let is_name = name.len() <= 64
                && name.iter().all(|byte| {
                    byte.is_ascii_alphanumeric()
                        || matches!(
                            *byte,
                            b'_' | b'-' | b'.' | b'@' | b' ' | b'(' | b')' | b'/' | b'#' | b':' | b'[' | b']'
                        )
                        || *byte >= 0x80
                })
                && name.first().is_none_or(|byte| {
                    byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(*byte, b'_' | b'@' | b'#')
                });
            if !is_name || names.len() > MAX_COLUMNS {
                return None;
            }
            names.push(name);
        }
        let known = names.iter().filter(|name| crate::event::names::is_known(name)).count();
        // A data line whose columns look like names has no known ones.
        if known == 0 || (known == 1 && names.len() > 3 && second.is_none()) {
            return None;
        }
        Header::new(Kind::Table, separator, names.into_iter())
    }

    /// Returns the header whose names are words with spaces between them, as VPC flow logs have it: `version srcaddr dstaddr srcport …`. It
    /// has many names, most of them known, and the line after it as many values.
    fn of_words(first: &[u8], second: &[u8]) -> Option<Header> {
        const LEAST: usize = 8;
        let is_name = |name: &[u8]| {
            let is_part =
                |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(*byte, b'_' | b'-');
            name.len() <= 64 && name.first().is_some_and(u8::is_ascii_lowercase) && name.iter().all(is_part)
        };
        let words = |line| <[u8]>::split(line, |byte| *byte == b' ').take(MAX_COLUMNS + 1);
        // Most lines end this at their first word.
        if !words(first).all(is_name) {
            return None;
        }
        let count = words(first).count();
        let known = words(first).filter(|name| crate::event::names::is_exact(name)).count();
        let fits = count >= LEAST && known * 3 >= count && words(second.trim_ascii_end()).count() == count;
        fits.then(|| Header::new(Kind::Table, b' ', words(first))).flatten()
    }

    pub(in crate::event) fn name(&self, column: usize) -> &[u8] {
        &self.text[self.columns[column].clone()]
    }

    /// Returns the name as it is looked up.
    pub(in crate::event) fn key(&self, column: usize) -> Option<Key> {
        let name = self.name(column);
        if self.kind == Kind::W3c { names::of_w3c(name) } else { Key::new(name) }
    }

    pub(in crate::event) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Reads `part` if it has the columns of the header. Columns beyond those in the header have no name.
    pub(in crate::event) fn read(&self, part: Part<'_>, sheet: &mut Sheet) -> bool {
        let mark = sheet.mark();
        let fits = match self.kind {
            Kind::Zeek => self.zeek(part, sheet),
            Kind::W3c => self.w3c(part, sheet),
            Kind::Table => self.table(part, sheet),
        };
        if !fits {
            sheet.back_to(mark);
        }
        fits
    }

    /// Returns true if [`read`](Self::read) accepts a line, going by the number of separators. Returns `false` if that does not decide it.
    pub(in crate::event) fn has_columns(&self, line: &[u8]) -> bool {
        let text = Part::whole(line).trimmed_end().text();
        self.kind == Kind::Zeek && memchr::memchr_iter(self.separator, text).count() + 1 >= self.columns()
    }

    fn zeek(&self, part: Part<'_>, sheet: &mut Sheet) -> bool {
        let mut start = part.start;
        let line = &part.line[..part.end];
        let mut is_last = false;
        for column in 0..self.columns() {
            let end = if is_last { None } else { near(self.separator, &line[start..]).map(|at| start + at) };
            is_last = end.is_none();
            if end.is_none() && column + 1 < self.columns() {
                return false;
            }
            let end = end.unwrap_or(part.end);
            let text = &line[start..end];
            if text != self.unset && text != self.empty {
                sheet.push(Label::Column(column as u32), TOP, start..end, Form::Plain);
            }
            start = (end + 1).min(part.end);
        }
        true
    }

    fn w3c(&self, part: Part<'_>, sheet: &mut Sheet) -> bool {
        let mut at = part.start;
        // CloudFront: spaces between the names, tabs between the values.
        let is_tabbed = self.separator == b' '
            && self.columns() > 2
            && memchr::memchr_iter(b'\t', part.text()).take(self.columns() - 1).count() == self.columns() - 1;
        let separator = if is_tabbed { b'\t' } else { self.separator };
        for column in 0..self.columns() {
            // One space separates columns; values with spaces are in quotes.
            let text = &part.line[at.min(part.end)..part.end];
            if at > part.end || (text.is_empty() && column > 0) {
                return false;
            }
            let (span, next) = match text.first() {
                Some(b'"') => match closing_quote(part, at + 1) {
                    Some(end) => (at + 1..end, end + 2),
                    None => return false,
                },
                _ => {
                    let end = near(separator, text).map_or(part.end, |found| at + found);
                    (at..end, end + 1)
                }
            };
            if &part.line[span.clone()] != b"-" && !span.is_empty() {
                let form = if text.first() == Some(&b'"') { Form::Doubled } else { Form::Plain };
                sheet.push(Label::Column(column as u32), TOP, span, form);
            }
            at = next;
        }
        true
    }

    fn table(&self, part: Part<'_>, sheet: &mut Sheet) -> bool {
        let mut columns = 0;
        for (span, form) in Cells::new(part, self.separator) {
            if columns < self.columns() && !span.is_empty() {
                sheet.push(Label::Column(columns as u32), TOP, span, form);
            }
            columns += 1;
        }
        // A line with fewer columns is truncated, or not part of this table.
        columns >= self.columns()
    }
}

/// Returns the position of the quote that ends the value at `start`. Doubled quotes are part of the value.
fn closing_quote(part: Part<'_>, start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let found = memchr::memchr(b'"', part.line.get(at..part.end)?)? + at;
        if part.line[..part.end].get(found + 1) != Some(&b'"') {
            return Some(found);
        }
        at = found + 2;
    }
}

/// Iterates over the cells of a line of CSV or TSV.
pub(in crate::event) struct Cells<'a> {
    part: Part<'a>,
    separator: u8,
    at: usize,
    done: bool,
}

impl<'a> Cells<'a> {
    pub(in crate::event) fn new(part: Part<'a>, separator: u8) -> Self {
        let text = part.text();
        let end = part.end - usize::from(text.ends_with(b"\r"));
        Cells { part: part.to(end), separator, at: part.start, done: false }
    }
}

impl Iterator for Cells<'_> {
    type Item = (Range<usize>, Form);

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let Part { line, end, .. } = self.part;
        let text = &line[self.at..end];
        let spaces = text.iter().take_while(|byte| **byte == b' ').count();
        if text.get(spaces) == Some(&b'"') {
            let start = self.at + spaces + 1;
            if let Some(close) = closing_quote(self.part, start) {
                let next = memchr::memchr(self.separator, &line[close..end]).map(|at| close + at);
                self.done = next.is_none();
                self.at = next.map_or(end, |at| at + 1);
                let form =
                    if memchr::memchr(b'"', &line[start..close]).is_some() { Form::Doubled } else { Form::Plain };
                return Some((start..close, form));
            }
        }
        let next = memchr::memchr(self.separator, text).map(|at| self.at + at);
        let span = self.at..next.unwrap_or(end);
        self.done = next.is_none();
        self.at = next.map_or(end, |at| at + 1);
        let cell = &line[span.clone()];
        let start = span.start + (cell.len() - cell.trim_ascii_start().len());
        let stop = span.end - (cell.len() - cell.trim_ascii_end().len());
        Some((start..stop.max(start), Form::Plain))
    }
}
