//! IPv6 addresses: every text form, without clock times and MAC addresses.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::bytes::{SIX, at, before, escape_len, is, port};

/// An address found at a place.
pub(super) struct Found {
    pub(super) addr: Ipv6Addr,
    /// The address's text, with its zone.
    pub(super) span: Range<usize>,
    pub(super) port: Option<u16>,
    /// Where what belongs to it ends: its port, or its closing bracket.
    pub(super) end: usize,
}

/// A port and where its text ends.
type Port = Option<(u16, usize)>;

/// Longest text of an address with a port as a ninth group.
const LONGEST: usize = 64;

/// Looks for an address in the run of letters, digits, `:` and `.` that starts at `start`. Also gives where the run ends.
pub(super) fn find(bytes: &[u8], start: usize) -> (Option<Found>, usize) {
    let end = bytes[start..].iter().position(|&b| !is(b, SIX)).map_or(bytes.len(), |len| start + len);
    let run = &bytes[start..end];
    let mut colons = memchr::memchr_iter(b':', run);
    if colons.next().is_none() || colons.next().is_none() {
        return (None, end);
    }
    let escape = escape_len(bytes, start);
    let found = parse(bytes, start, end)
        .or_else(|| (escape > 0 && start + escape < end).then(|| parse(bytes, start + escape, end)).flatten())
        .or_else(|| behind_words(bytes, start, end));
    (found, end)
}

/// What stands behind leading words that are not hexadecimal, each with its `:`.
fn behind_words(bytes: &[u8], start: usize, end: usize) -> Option<Found> {
    let mut from = start;
    loop {
        let colon = from + memchr::memchr(b':', &bytes[from..end])?;
        let word = &bytes[from..colon];
        if word.is_empty() || (word.len() <= 4 && word.iter().all(u8::is_ascii_hexdigit)) {
            return (from > start).then(|| parse(bytes, from, end)).flatten();
        }
        from = colon + 1;
    }
}

fn parse(bytes: &[u8], start: usize, end: usize) -> Option<Found> {
    if end - start > LONGEST {
        return None;
    }
    let text = std::str::from_utf8(&bytes[start..end]).ok()?;
    let mut trimmed = text;
    loop {
        if let Some((addr, len, own_port)) = address(trimmed) {
            return Some(dress(bytes, addr, start, start + len, own_port));
        }
        trimmed = trimmed.strip_suffix(['.', ':'])?;
    }
}

/// An address, the length of its text, and the port that stands behind it as a ninth group or after a dot.
fn address(text: &str) -> Option<(Ipv6Addr, usize, Port)> {
    if !text.contains(':') {
        return None;
    }
    let is_mac = || text.len() == 23 && text.split(':').count() == 8 && text.split(':').all(|group| group.len() == 2);
    if let Ok(addr) = text.parse::<Ipv6Addr>() {
        return (!is_mac()).then_some((addr, text.len(), None));
    }
    let colons = text.bytes().filter(|&b| b == b':').count();
    let (head, tail) = match text.rsplit_once('.') {
        Some((head, tail)) if !tail.contains(':') => (head, tail),
        _ if colons == 8 => text.rsplit_once(':')?,
        _ => return None,
    };
    let port = tail.bytes().all(|b| b.is_ascii_digit()).then(|| tail.parse().ok()).flatten()?;
    let addr = head.parse::<Ipv6Addr>().ok()?;
    Some((addr, head.len(), Some((port, text.len()))))
}

/// Adds what stands around the text: zone, brackets, port.
fn dress(bytes: &[u8], addr: Ipv6Addr, start: usize, end: usize, own: Port) -> Found {
    if let Some((port, len)) = own {
        return Found { addr, span: start..end, port: Some(port), end: start + len };
    }
    let mut zone_end = end;
    if at(bytes, end) == b'%' && super::bytes::hex(bytes, end + 1, 2).is_none() {
        let zone = bytes[end + 1..].iter().take(32).take_while(|b| b.is_ascii_alphanumeric()).count();
        if zone > 0 {
            zone_end = end + 1 + zone;
        }
    }
    let is_bracketed = before(bytes, start) == b'[' && at(bytes, zone_end) == b']';
    let (port, after) = match is_bracketed.then(|| port(bytes, zone_end + 1)).flatten() {
        Some((port, after)) => (Some(port), after),
        None => (None, zone_end + usize::from(is_bracketed)),
    };
    Found { addr, span: start..zone_end, port, end: after }
}
