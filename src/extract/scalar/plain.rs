//! Skips bytes that cannot begin an observable, which most bytes cannot.

use super::Scan;
use crate::extract::grammar::escape::may_be_colon;
use crate::extract::grammar::words::word_before;
use crate::extract::grammar::{HOST, STOP, at, is, is_name_scalar, scalar};
use crate::value::wide;

impl Scan<'_, '_> {
    /// The next place from `i` on that may begin an observable: skips plain runs and bytes that start nothing.
    #[inline]
    pub(super) fn pass_over(&self, mut i: usize, end: usize) -> usize {
        let bytes = self.bytes;
        // The last non-ASCII character that starts nothing.
        let mut other: &[u8] = b"\xFF";
        while i < end {
            let byte = bytes[i];
            if is(byte, HOST) {
                match self.plain_run(i) {
                    Some(end) => i = end,
                    None => return i,
                }
                continue;
            }
            if byte == b'%' {
                i += 1 + escapes(&bytes[i..]);
                continue;
            }
            let next = at(bytes, i + 1);
            if is(byte, STOP) {
                if byte >= 0x80 {
                    // Characters often repeat.
                    if bytes[i..].starts_with(other) {
                        i += other.len();
                        continue;
                    }
                    match scalar(bytes, i) {
                        Some((c, _)) if is_name_scalar(c) => return i,
                        Some((_, len)) => other = &bytes[i..i + len],
                        // A lone first byte says nothing of the next one like it, with which a character may begin.
                        None if matches!(byte, 0xC2..=0xF4) => other = b"\xFF",
                        None => other = &bytes[i..=i],
                    }
                    i += other.len();
                    continue;
                }
                let may_start = match byte {
                    b'(' => next.is_ascii_digit(),
                    b':' => next == b':',
                    b'\\' => next == b'u',
                    b'"' | b'\t' | b'/' => self.own.options.request_paths,
                    _ => true,
                };
                if may_start {
                    return i;
                }
            }
            i += 1;
            // Of equal bytes in a row, only the last may start something.
            if i < end && bytes[i] == byte {
                i += wide::repeated(&bytes[i..end]) - 1;
            }
        }
        i
    }

    /// The end of the run of name bytes at `i`, if it has no dot and nothing after it can make it part of an observable. Most runs are
    /// like that.
    #[inline]
    pub(super) fn plain_run(&self, i: usize) -> Option<usize> {
        let bytes = self.bytes;
        let mut end = i;
        loop {
            match PARTS[usize::from(*bytes.get(end)?)] {
                Part::Plain => end += 1,
                Part::End => return Some(end),
                Part::Other => return None,
                Part::Unclear => break,
            }
        }
        let next = at(bytes, end + 1);
        let is_part = match bytes[end] {
            // A separator of a URL, or a character of the run.
            b'%' => matches!((next, at(bytes, end + 2)), (b'2', b'5') | (b'3', _)) && may_be_colon(bytes, end),
            b'\\' => matches!(next, b'u' | b'U' | b'\\'),
            b'&' => matches!(next, b'#' | b'c' | b'C'),
            _ => end - i == 5 && word_before(bytes, end) == b"saddr",
        };
        (!is_part).then_some(end)
    }
}

/// The length of the run of escapes (`%20%20`) at the start of a text, without its last escape. No observable starts at digits in it.
fn escapes(text: &[u8]) -> usize {
    let mut len = 0;
    while let Some([b'%', high, low, b'%', next, last]) = text[len..].first_chunk()
        && high.is_ascii_hexdigit()
        && low.is_ascii_hexdigit()
        && !matches!((next, last), (b'3', b'a' | b'A') | (b'2', b'5'))
    {
        len += 3;
        // Escapes often repeat.
        let escape = &text[len - 3..len];
        while text[len..].starts_with(escape) && text[len + 3..].starts_with(escape) {
            len += 3;
        }
    }
    len
}

/// The role of a byte in or after a run of name bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Part of a plain run.
    Plain,
    /// Ends a plain run.
    End,
    /// May belong, with the run, to something longer.
    Other,
    /// The next bytes decide.
    Unclear,
}

static PARTS: [Part; 256] = {
    let mut table = [Part::End; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'-' => Part::Plain,
            b'.' | b':' | 0x80.. => Part::Other,
            b'%' | b'\\' | b'&' | b'=' => Part::Unclear,
            _ => Part::End,
        };
        b += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_bytes_are_those_of_names() {
        for byte in 0..=u8::MAX {
            assert_eq!(PARTS[usize::from(byte)] == Part::Plain, is(byte, HOST) && byte != b'.', "{byte}");
        }
    }
}
