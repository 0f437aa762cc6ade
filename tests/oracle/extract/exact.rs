//! Finds hashes and mail addresses, by definition.

use std::ops::Range;

use super::escapes::escape;
use super::{Line, Reading, What, char_at, hex, is_name_byte, is_name_char};

const LENGTHS: [usize; 6] = [16, 20, 28, 32, 48, 64];
const LONGEST_LOCAL: usize = 128;
const LONGEST_NAME: usize = 4 * 253;

/// Returns true for bytes that always belong to a local part.
fn is_core(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._+-".contains(&byte)
}

/// Returns true for bytes that may stand in a local part or before it.
fn is_soft(byte: u8) -> bool {
    b"!#$%&'*/=?^`{|}~".contains(&byte)
}

/// The starts of local parts before `at`, the nearest first.
fn local_starts(line: &Line<'_>, at: usize, name_end: usize) -> Vec<usize> {
    let near = (at.saturating_sub(LONGEST_LOCAL)..at).rev();
    near.filter(|&start| line.may_start(start, at, name_end)).collect()
}

/// The bytes of a text that ends in a local part, each with its place. In that part, an escape of an ASCII byte of local parts other
/// than `%` is one byte.
fn undone(text: &[u8], is_twice: bool) -> Vec<(u8, Range<usize>)> {
    let is_part = |byte: u8| byte >= 0x80 || is_core(byte) || is_soft(byte) || byte == b'\\';
    let start = text.iter().rposition(|&byte| !is_part(byte)).map_or(0, |at| at + 1);
    let signs: &[&[u8]] = match is_twice {
        true => &[b"%25", b"\\u00", b"\\\\u00", b"\\\\\\u00"],
        false => &[b"%", b"\\u00", b"\\\\u00", b"\\\\\\u00"],
    };
    let escape = |at: usize| {
        let sign = signs.iter().find(|sign| text[at..].starts_with(sign))?;
        let byte = hex(text.get(at + sign.len()..at + sign.len() + 2)?)? as u8;
        ((is_core(byte) || is_soft(byte)) && byte != b'%').then_some((byte, at..at + sign.len() + 2))
    };
    let mut bytes: Vec<(u8, Range<usize>)> = (0..start).map(|at| (text[at], at..at + 1)).collect();
    let mut at = start;
    while at < text.len() {
        let (byte, place) = escape(at).unwrap_or((text[at], at..at + 1));
        at = place.end;
        bytes.push((byte, place));
    }
    bytes
}

impl Line<'_> {
    /// Returns true if a word begins here: no word character precedes it, or only an escape with which the word begins.
    fn is_word_start(&self, at: usize) -> bool {
        if !self.before(at).is_ascii_alphanumeric() {
            return true;
        }
        let start = self.bytes[..at].iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        start + escape(self.bytes, start) == at
    }

    fn is_pair(&self, at: usize) -> bool {
        self.at(at).is_ascii_hexdigit() && self.at(at + 1).is_ascii_hexdigit()
    }

    pub(super) fn hashes(&mut self) {
        let starts: Vec<usize> = (0..self.bytes.len()).filter(|&at| self.is_word_start(at)).collect();
        for start in starts {
            for count in LENGTHS {
                let end = start + 2 * count;
                let is_whole = (0..count).all(|n| self.is_pair(start + 2 * n)) && !self.at(end).is_ascii_alphanumeric();
                let apart_end = start + 3 * count - 1;
                let separator = self.at(start + 2);
                let is_apart = matches!(separator, b':' | b'-')
                    && (0..count).all(|n| self.is_pair(start + 3 * n))
                    && (1..count).all(|n| self.at(start + 3 * n - 1) == separator)
                    && !self.at(apart_end).is_ascii_alphanumeric();
                // No further pair with the same separator precedes or follows.
                let is_before = start >= 3
                    && self.before(start) == separator
                    && self.is_pair(start - 3)
                    && self.is_word_start(start - 3);
                let is_behind = self.at(apart_end) == separator
                    && self.is_pair(apart_end + 1)
                    && !self.at(apart_end + 3).is_ascii_alphanumeric();
                let ends = [is_whole.then_some(end), (is_apart && !is_before && !is_behind).then_some(apart_end)];
                for end in ends.into_iter().flatten() {
                    let what = What::Hash(self.bytes[start..end].to_vec());
                    self.places.push(vec![Reading::new(start..end, what)]);
                }
            }
        }
    }

    pub(super) fn mail_addresses(&mut self) {
        let bytes = self.bytes;
        for at in 0..bytes.len() {
            // Literal, or percent-encoded once or twice.
            let Some(len) = ["@", "%40", "%2540"].into_iter().find(|form| self.starts_with(at, form.as_bytes())) else {
                continue;
            };
            let len = len.len();
            let ends = self.name_ends(at + len);
            let Some(&first) = ends.first() else { continue };
            let mut place = Vec::new();
            if self.before(at) == b'"' {
                if let Some((start, local)) = self.quoted_local(at).filter(|_| len == 1) {
                    for &end in &ends {
                        let text = [&local, &self.bytes[at..end]].concat();
                        place.push(Reading::new(start..end, What::Email(text)));
                    }
                }
            } else {
                let undone = undone(&bytes[..at], len == 5);
                let last_escape =
                    undone.iter().rev().find(|(_, text)| text.len() > 1).map_or(at, |(_, text)| text.start);
                let local: Vec<u8> = undone.iter().map(|&(byte, _)| byte).collect();
                // The text with escapes undone; then the literal text, if it begins before an escape ends.
                let shorter = at - local.len();
                let line = [&local, &bytes[at..]].concat();
                let line = Line { bytes: &line, ..Line::default() };
                for start in local_starts(&line, local.len(), first - shorter) {
                    for &end in &ends {
                        let text = [&local[start..], b"@", &bytes[at + len..end]].concat();
                        place.push(Reading::new(undone[start].1.start..end, What::Email(text)));
                    }
                }
                for start in local_starts(self, at, first) {
                    if shorter > 0 && start <= last_escape {
                        for &end in &ends {
                            let text = [&bytes[start..at], b"@", &bytes[at + len..end]].concat();
                            place.push(Reading::new(start..end, What::Email(text)));
                        }
                    }
                }
            }
            self.places.push(place);
        }
    }

    /// The possible ends of the name from `from` on: of its run and of the ASCII part, without trailing dots, and with
    /// or without trailing hyphens.
    fn name_ends(&self, from: usize) -> Vec<usize> {
        let mut end = from;
        let mut ascii = None;
        while let Some((c, len)) = char_at(self.bytes, end).filter(|&(c, _)| is_name_char(c)) {
            if !c.is_ascii() {
                ascii.get_or_insert(end);
            }
            end += len;
        }
        let mut ends = Vec::new();
        if self.at(from) == b'.' {
            return ends;
        }
        for end in [Some(end).filter(|end| end - from <= LONGEST_NAME), ascii].into_iter().flatten() {
            let text = &self.bytes[from..end];
            let without =
                |trimmed: &[u8]| from + text.iter().rposition(|b| !trimmed.contains(b)).map_or(0, |at| at + 1);
            for end in [without(b".-"), without(b".")] {
                if end > from && !ends.contains(&end) {
                    ends.push(end);
                }
            }
        }
        ends
    }

    /// Returns true if the local part before `at` may start here.
    fn may_start(&self, start: usize, at: usize, name_end: usize) -> bool {
        let mut chars = Vec::new();
        let mut next = start;
        while next < at {
            let Some((c, len)) = char_at(self.bytes, next) else { return false };
            let is_local = if c.is_ascii() { is_core(c as u8) || is_soft(c as u8) } else { is_name_char(c) };
            if !is_local {
                return false;
            }
            chars.push(c);
            next += len;
        }
        let is_core_at = |place: usize| {
            char_at(self.bytes, place)
                .is_some_and(|(c, _)| if c.is_ascii() { is_core(c as u8) } else { is_name_char(c) })
        };
        let is_core_before = |place: usize| {
            (1..=4).any(|len| {
                place >= len
                    && is_core_at(place - len)
                    && char_at(self.bytes, place - len).is_some_and(|(_, own)| own == len)
            })
        };
        // An apostrophe within a name.
        let is_inner = |place: usize| {
            self.before(place) == b'\'' && place >= 2 && is_core(self.bytes[place - 2]) && self.at(name_end) != b'\''
        };
        let begins = |place: usize| is_core_at(place) && !is_core_before(place) && !is_inner(place);
        let is_behind_non_ascii = is_core_before(start) && self.before(start) >= 0x80;
        let is_ascii = self.bytes[start..at].is_ascii();
        let of_run = (start.saturating_sub(LONGEST_LOCAL)..start).rev().take_while(|&place| {
            // All bytes in between belong to the same run.
            (place..start).all(|place| self.bytes[place] >= 0x80 || is_core(self.bytes[place]))
        });
        let mut of_run = of_run.filter(|&place| begins(place));
        let is_trimmed_to = |place: usize| {
            place + escape(self.bytes, place) == start
                || self.bytes[place..start].iter().all(|b| b".-".contains(b)) && !b".-".contains(&self.at(start))
        };
        begins(start) || is_soft(self.at(start)) || is_behind_non_ascii && is_ascii || of_run.any(is_trimmed_to)
    }

    /// A quoted local part that ends at `at`, perhaps escaped as in JSON: its start and its text.
    fn quoted_local(&self, at: usize) -> Option<(usize, Vec<u8>)> {
        let is_escaped = at >= 2 && self.bytes[at - 2] == b'\\';
        let close = at - 1 - usize::from(is_escaped);
        let is_quote = |place: usize| self.bytes[place] == b'"' && (self.before(place) == b'\\') == is_escaped;
        let open = (0..close).rev().find(|&place| is_quote(place) || is_escaped && self.bytes[place] == b'"')?;
        let content = &self.bytes[open + 1..close];
        let start = open - usize::from(is_escaped && is_quote(open));
        let is_bad = !is_quote(open)
            || content.is_empty()
            || is_escaped && content.contains(&b'\\')
            || content.contains(&b'\r')
            || at - open > LONGEST_LOCAL
            || is_core(self.before(start));
        (!is_bad).then(|| (start, [b"\"", content, b"\""].concat()))
    }
}

/// Core and soft bytes are disjoint, and every name byte is a core byte: the rules above depend on it.
#[test]
fn the_bytes_of_local_parts_are_told_apart() {
    assert!((0..=255_u8).all(|byte| !(is_core(byte) && is_soft(byte))));
    assert!((0..=255_u8).all(|byte| !is_name_byte(byte) || is_core(byte)));
}
