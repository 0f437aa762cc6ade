//! Names and IPv4 quads inside a run of name bytes.

use std::net::Ipv4Addr;

use super::bytes::{at, before};
use crate::limits::{MAX_LABEL, MAX_NAME};

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

/// The quad that `part` is, or the quad and the port that five numbers are.
pub(super) fn quad(part: &[u8]) -> Option<(Ipv4Addr, usize, Option<u16>)> {
    if part.len() < 7 || part.len() > 21 || !part[0].is_ascii_digit() {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut at = 0;
    for (n, octet) in octets.iter_mut().enumerate() {
        if n > 0 {
            if part.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let digits = part[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let text = &part[at..at + digits];
        if !(1..=3).contains(&digits) || (digits > 1 && text[0] == b'0') {
            return None;
        }
        *octet = u8::try_from(text.iter().fold(0_u32, |value, b| value * 10 + u32::from(b - b'0'))).ok()?;
        at += digits;
    }
    let addr = Ipv4Addr::from(octets);
    match &part[at..] {
        [] => Some((addr, at, None)),
        [b'.', port @ ..] if port.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(port).ok()?.parse().ok().map(|port| (addr, at, Some(port)))
        }
        _ => None,
    }
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
