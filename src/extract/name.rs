//! Names and IPv4 quads inside a run of name bytes.

use std::net::Ipv4Addr;
use std::ops::Range;

use super::bytes::{at, before};
use crate::limits::{MAX_LABEL, MAX_NAME};
use crate::value::Reject;
use crate::value::domain;

/// Where the longest valid name at the end of `token` starts, if it has two labels at least. `token` is ASCII, trimmed.
pub(super) fn longest_name(token: &[u8]) -> Option<usize> {
    let last = memchr::memrchr(b'.', token)?;
    if token[last + 1..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (mut end, mut best, mut labels) = (token.len(), None, 0);
    let least = token.len().saturating_sub(MAX_NAME);
    loop {
        // A label longer than 63 bytes need not be measured.
        let from = end.saturating_sub(MAX_LABEL + 1);
        let dot = memchr::memrchr(b'.', &token[from..end]).map(|dot| from + dot);
        let start = match dot {
            Some(dot) => dot + 1,
            None if from == 0 && end <= MAX_LABEL => 0,
            None => break,
        };
        if start == end || start < least {
            break;
        }
        labels += 1;
        best = Some(start);
        match dot {
            Some(dot) => end = dot,
            None => break,
        }
    }
    best.filter(|_| labels >= 2)
}

/// The longest valid name at the end of a decoded run, which may hold bytes that are not ASCII. Linear: labels are checked one by
/// one from the right.
pub(super) fn longest_mixed(text: &[u8], scratch: &mut String) -> Option<Range<usize>> {
    let mut range = trimmed(text, 0..text.len());
    while let Some(dot) = IDEOGRAPHIC_DOTS.iter().find(|dot| text[range.clone()].ends_with(dot.as_bytes())) {
        range.end -= dot.len();
    }
    let mut starts = [0; MAX_TRIES];
    let (mut labels, mut end) = (0_usize, range.end);
    loop {
        let (start, dot) = label_start(text, range.start, end);
        let label = &text[start..end];
        // What each label becomes is 63 bytes at most, and what becomes of one is no shorter than a fourth of it.
        let is_label = label.len() <= 4 * MAX_LABEL
            && range.end - start <= 4 * MAX_NAME
            && matches!(domain::canonicalise(label, scratch), Ok(_) | Err(Reject::NumericTld));
        if !is_label {
            break;
        }
        starts[labels % MAX_TRIES] = start;
        labels += 1;
        if dot == 0 {
            break;
        }
        end = start - dot;
    }
    // Labels that are valid on their own may not be so together: too long, or of mixed direction.
    for _ in 0..MAX_TRIES {
        if labels < 2 {
            return None;
        }
        let start = starts[(labels - 1) % MAX_TRIES];
        if domain::canonicalise(&text[start..range.end], scratch).is_ok_and(|name| name.contains('.')) {
            return Some(start..range.end);
        }
        labels -= 1;
    }
    None
}

/// How many labels of a run may have to be dropped until the rest is valid.
const MAX_TRIES: usize = 32;

/// What UTS-46 reads as a dot.
const IDEOGRAPHIC_DOTS: [&str; 3] = ["\u{3002}", "\u{FF0E}", "\u{FF61}"];

/// Where the label that ends at `end` starts, and the length of the dot before it (0: none).
fn label_start(text: &[u8], from: usize, end: usize) -> (usize, usize) {
    let mut at = end;
    while at > from {
        let head = &text[from..at];
        if head.ends_with(b".") {
            return (at, 1);
        }
        if head.last().is_some_and(|&b| b >= 0x80) && IDEOGRAPHIC_DOTS.iter().any(|dot| head.ends_with(dot.as_bytes()))
        {
            return (at, 3);
        }
        at -= 1;
    }
    (from, 0)
}

/// `range` without the dots and hyphens at its ends.
pub(super) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_inner = |b: &u8| !matches!(b, b'.' | b'-');
    let token = &text[range.clone()];
    match (token.iter().position(is_inner), token.iter().rposition(is_inner)) {
        (Some(first), Some(last)) => range.start + first..range.start + last + 1,
        _ => range.end..range.end,
    }
}

/// A quad at the start of a text.
pub(super) struct Quad {
    pub(super) addr: Ipv4Addr,
    /// The length of its text.
    pub(super) len: usize,
    /// A fifth number behind a dot, and the length with it.
    pub(super) fifth: Option<(u16, usize)>,
}

/// The quad at the start of `text`, if what follows does not make it something else.
pub(super) fn quad(text: &[u8]) -> Option<Quad> {
    if text.len() < 7 || !text[0].is_ascii_digit() {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut len = 0;
    for (n, octet) in octets.iter_mut().enumerate() {
        if n > 0 {
            if at(text, len) != b'.' {
                return None;
            }
            len += 1;
        }
        let digits = digits(text, len, 4);
        let number = &text[len..len + digits];
        if !(1..=3).contains(&digits) || (digits > 1 && number[0] == b'0') {
            return None;
        }
        *octet = u8::try_from(number.iter().fold(0_u32, |value, b| value * 10 + u32::from(b - b'0'))).ok()?;
        len += digits;
    }
    let addr = Ipv4Addr::from(octets);
    if at(text, len).is_ascii_alphanumeric() {
        return None;
    }
    if at(text, len) != b'.' || !at(text, len + 1).is_ascii_alphanumeric() {
        return Some(Quad { addr, len, fifth: None });
    }
    let end = len + 1 + digits(text, len + 1, 6);
    let next = at(text, end);
    let goes_on = next.is_ascii_alphanumeric() || (next == b'.' && at(text, end + 1).is_ascii_alphanumeric());
    let port = std::str::from_utf8(&text[len + 1..end]).ok()?.parse().ok()?;
    (!goes_on).then_some(Quad { addr, len, fifth: Some((port, end)) })
}

/// The number of digits at `from`, up to `most`.
fn digits(text: &[u8], from: usize, most: usize) -> usize {
    text.iter().skip(from).take(most).take_while(|b| b.is_ascii_digit()).count()
}

/// Whether five numbers from `start` to `end` are an address and a port, as tcpdump writes them.
pub(super) fn is_tcpdump(bytes: &[u8], start: usize, end: usize) -> bool {
    let head = &bytes[..start];
    head.ends_with(b"IP ") || head.ends_with(b"> ") || bytes[end..].starts_with(b" > ") || at(bytes, end) == b':'
}

/// Whether the `/` before `start` follows the word of a product (`Chrome/120.0.0.0`).
pub(super) fn is_version(bytes: &[u8], start: usize) -> bool {
    if before(bytes, start) != b'/' {
        return false;
    }
    let slash = start - 1;
    let letters = bytes[..slash].iter().rev().take(64).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &bytes[slash - letters..slash];
    let is_product = word.iter().any(u8::is_ascii_lowercase) || word == b"OPR";
    let first = before(bytes, slash - letters);
    is_product && !(first.is_ascii_alphanumeric() || matches!(first, b'.' | b'_' | b'/' | b'-'))
}

/// Whether a name at `start` looks like a file name by the single `/` before it.
pub(super) fn is_after_slash(bytes: &[u8], start: usize) -> bool {
    if before(bytes, start) != b'/' || before(bytes, start - 1) == b'/' {
        return false;
    }
    let slash = start - 1;
    let word = bytes[..slash].iter().rev().take(64).take_while(|&&b| b.is_ascii_uppercase() || b == b'_').count();
    let is_word = bytes[slash - word..slash].iter().any(u8::is_ascii_uppercase)
        && !before(bytes, slash - word).is_ascii_alphanumeric();
    !is_word
}
