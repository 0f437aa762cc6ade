//! The answers to a chunk, as `RowBinary`.

use std::io::{self, Write};
use std::ops::ControlFlow;

use netsieve::{Hit, Match, Matcher, Scanner, Sieve};

use crate::rows::{Rows, push_text, push_varint};

/// The question for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// `Nullable(UInt8)`: 1 if an indicator covers the value.
    IsMatch,
    /// An array of tuples: all matches of a value, and none for a null.
    Match,
    /// An array of tuples: all hits of a line, and none for a null.
    Scan,
}

/// Answers chunks with one set.
pub(crate) struct Answerer {
    function: Function,
    matcher: Matcher,
    scanner: Scanner,
    found: Vec<bool>,
    /// The tuples of the current row.
    tuples: Vec<u8>,
    out: Vec<u8>,
}

impl Answerer {
    pub(crate) fn new(sieve: &Sieve, function: Function) -> Self {
        let matcher = sieve.matcher();
        let scanner = Scanner::new(sieve);
        Self { function, matcher, scanner, found: Vec::new(), tuples: Vec::new(), out: Vec::new() }
    }

    /// Writes an answer for each row.
    pub(crate) fn answer(&mut self, rows: &Rows, to: &mut impl Write) -> io::Result<()> {
        let Self { function, matcher, scanner, found, tuples, out } = self;
        out.clear();
        match function {
            Function::IsMatch => {
                matcher.is_match_batch(rows.values(), found);
                for (&found, is_null) in found.iter().zip(rows.nulls()) {
                    match is_null {
                        true => out.push(1),
                        false => out.extend_from_slice(&[0, u8::from(found)]),
                    }
                }
            }
            Function::Match => {
                let mut lists = Lists { out, next: 0 };
                matcher.lookup_batch(rows.values(), |row, matches| {
                    tuples.clear();
                    matches.iter().for_each(|found| push_match(&found, tuples));
                    lists.put(row, matches.len(), tuples);
                });
                lists.empty_up_to(rows.nulls().count());
            }
            Function::Scan => {
                let mut lists = Lists { out, next: 0 };
                let (mut at, mut count) = (0, 0);
                // The hits of a row come in succession.
                let _ = scanner.scan_rows(rows.values(), |row, hit| {
                    if row != at {
                        lists.put(at, count, tuples);
                        (at, count) = (row, 0);
                        tuples.clear();
                    }
                    for found in hit.matches().iter() {
                        push_match(&found, tuples);
                        push_place(hit, tuples);
                        count += 1;
                    }
                    ControlFlow::Continue(())
                });
                lists.put(at, count, tuples);
                tuples.clear();
                lists.empty_up_to(rows.nulls().count());
            }
        }
        to.write_all(out)
    }
}

/// Arrays, one for each row.
struct Lists<'o> {
    out: &'o mut Vec<u8>,
    /// The next row to write.
    next: usize,
}

impl Lists<'_> {
    fn empty_up_to(&mut self, row: usize) {
        self.out.extend(std::iter::repeat_n(0, row - self.next));
        self.next = row;
    }

    /// Writes the array of a row, unless it is empty.
    fn put(&mut self, row: usize, count: usize, tuples: &[u8]) {
        if count > 0 {
            self.empty_up_to(row);
            push_varint(count, self.out);
            self.out.extend_from_slice(tuples);
            self.next = row + 1;
        }
    }
}

/// `indicator String, kind String, relation String, strength String, feed String, feeds Array(String), tags Array(String),
/// family Nullable(String), confidence Nullable(UInt8)`
fn push_match(found: &Match<'_>, out: &mut Vec<u8>) {
    let indicator = found.indicator();
    push_text(indicator.to_string().as_bytes(), out);
    push_text(indicator.kind().as_str().as_bytes(), out);
    push_text(found.relation().as_str().as_bytes(), out);
    push_text(found.strength().as_str().as_bytes(), out);
    let (mut feeds, mut tags): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let (mut family, mut confidence) = (None, None);
    for source in found.sources() {
        let name = source.feed().name.as_str();
        if !feeds.contains(&name) {
            feeds.push(name);
        }
        for tag in source.tags() {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        family = family.or(source.family());
        confidence = confidence.max(source.confidence());
    }
    // A match has at least one source.
    push_text(feeds.first().copied().unwrap_or_default().as_bytes(), out);
    for texts in [feeds, tags] {
        push_varint(texts.len(), out);
        texts.iter().for_each(|text| push_text(text.as_bytes(), out));
    }
    match family {
        None => out.push(1),
        Some(family) => {
            out.push(0);
            push_text(family.as_bytes(), out);
        }
    }
    match confidence {
        None => out.push(1),
        Some(confidence) => out.extend_from_slice(&[0, confidence]),
    }
}

/// `observed String, canonical String, context String, line UInt64, offset UInt64`
fn push_place(hit: &Hit<'_>, out: &mut Vec<u8>) {
    push_text(hit.observed(), out);
    push_text(hit.canonical().as_bytes(), out);
    push_text(hit.context().as_str().as_bytes(), out);
    out.extend_from_slice(&hit.line().to_le_bytes());
    out.extend_from_slice(&hit.span().start.to_le_bytes());
}
