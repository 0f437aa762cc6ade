//! IPv4 addresses within a run of name bytes.

use std::net::Ipv4Addr;

use super::grammar::{HOST, at, before, is};
use crate::value::service;

/// A quad at the start of a text.
pub(super) struct Quad {
    pub(super) addr: Ipv4Addr,
    /// The length of the quad's text.
    pub(super) len: usize,
    /// A fifth part after another dot.
    pub(super) fifth: Option<Fifth>,
}

/// A port that follows an address and a dot, by number or by the name of its service.
pub(super) struct Fifth {
    /// `None` for an unknown service.
    pub(super) port: Option<u16>,
    /// The length of the address together with this part.
    pub(super) len: usize,
}

/// The quad at the start of `text`, unless the text after it makes it something else.
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
        let digits = text[len..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
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
    fifth(text, len).map(|fifth| Quad { addr, len, fifth: Some(fifth) })
}

/// The fifth part after an address that ends at `len`.
fn fifth(text: &[u8], len: usize) -> Option<Fifth> {
    /// The longest name of a service (RFC 6335).
    const LONGEST: usize = 15;
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'-';
    let size = text[len + 1..].iter().take(LONGEST + 1).take_while(is_part).count();
    let part = &text[len + 1..len + 1 + size];
    let end = len + 1 + size;
    let goes_on = at(text, end) == b'_' || at(text, end) == b'.' && at(text, end + 1).is_ascii_alphanumeric();
    if goes_on || size > LONGEST {
        return None;
    }
    if part.iter().any(u8::is_ascii_alphabetic) {
        return Some(Fifth { port: service::port(part), len: end });
    }
    let port = str::from_utf8(part).ok()?.parse().ok()?;
    Some(Fifth { port: Some(port), len: end })
}

/// Returns true if the five parts from `start` to `end` are an address and a port: as tcpdump writes them, or as one
/// end of a connection that netstat or argus writes on one line.
pub(super) fn is_address_and_port(bytes: &[u8], start: usize, end: usize) -> bool {
    let head = &bytes[..start];
    head.ends_with(b"IP ")
        || head.ends_with(b"> ")
        || bytes[end..].starts_with(b" > ")
        || at(bytes, end) == b':'
        || has_other_end(bytes, start, end)
}

/// Returns true if five parts stand before or after these, with only blanks and an arrow between.
fn has_other_end(bytes: &[u8], start: usize, end: usize) -> bool {
    /// The maximum distance between columns of a table.
    const FAR: usize = 64;
    let is_between = |b: &&u8| matches!(**b, b' ' | b'\t' | b'-' | b'<' | b'>' | b'?' | b'|' | b'o' | b'=');
    let len = bytes[end..].iter().take(FAR).take_while(is_between).count();
    let is_whole = |text: &[u8], len: Option<usize>| {
        quad(text).and_then(|quad| quad.fifth).is_some_and(|fifth| len.is_none_or(|len| fifth.len == len))
    };
    if len > 0 && is_whole(&bytes[end + len..], None) {
        return true;
    }
    let len = bytes[..start].iter().rev().take(FAR).take_while(is_between).count();
    let behind = start - len;
    let size = bytes[..behind].iter().rev().take(FAR).take_while(|b| is(**b, HOST)).count();
    // A hyphen that touches the other end belongs to it.
    len > 0
        && !is(bytes[behind], HOST)
        && is_whole(&bytes[behind - size..behind], Some(size))
        && !is(before(bytes, behind - size), HOST)
}
