//! IPv6 addresses in every text form, but not clock times and MAC addresses.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::grammar::escape::{escape_len, separator};
use super::grammar::ports::{address_port, port};
use super::grammar::{SIX, at, before, hex, is};
use crate::value::service;

/// An address found at a place.
pub(super) struct Address {
    pub(super) addr: Ipv6Addr,
    /// The text of the address, with its zone.
    pub(super) span: Range<usize>,
    pub(super) port: Option<u16>,
    /// The end of everything that belongs to it, such as a port or a closing bracket.
    pub(super) end: usize,
}

/// A port, and the end of its text.
type Port = Option<(u16, usize)>;

/// The length of the longest address with a port as a ninth group.
const LONGEST: usize = 64;

/// The addresses found at one place.
pub(super) struct Places {
    /// The address after an escape.
    shortened: Option<Address>,
    /// The address that the whole run is; or, without any address so far, the one after words that are not hexadecimal.
    whole: Option<Address>,
    /// The end of the run.
    pub(super) end: usize,
}

impl Places {
    /// Iterates over the addresses, in order.
    pub(super) fn readings(&self) -> impl Iterator<Item = &Address> {
        [&self.shortened, &self.whole].into_iter().flatten()
    }
}

/// Looks for an address in the run of letters, digits, `:` and `.` that starts at `start`.
pub(super) fn find(bytes: &[u8], start: usize) -> Places {
    let end = bytes[start..].iter().position(|&b| !is(b, SIX)).map_or(bytes.len(), |len| start + len);
    let mut colons = memchr::memchr_iter(b':', &bytes[start..end]);
    if colons.next().is_none() || colons.next().is_none() || is_scheme(bytes, start, end) {
        return Places { shortened: None, whole: None, end };
    }
    if has_own_port(bytes, start)
        && let Some(whole) = with_port(bytes, start, end)
    {
        return Places { shortened: None, whole: Some(whole), end };
    }
    let escape = escape_len(bytes, start);
    let shortened = (escape > 0 && start + escape < end).then(|| parse(bytes, start + escape, end)).flatten();
    let whole = parse(bytes, start, end);
    let whole = if shortened.is_none() { whole.or_else(|| behind_words(bytes, start, end)) } else { whole };
    Places { shortened, whole, end }
}

/// Returns true where OpenVPN and the `netstat` of Linux write an address without brackets and a port after it: `[AF_INET6]2001:db8::1:1194`,
/// `tcp6  0  0  2001:db8::1:443  2001:db8::2:50022  ESTABLISHED`.
fn has_own_port(bytes: &[u8], start: usize) -> bool {
    /// The maximum length of the columns before the second address.
    const FAR: usize = 128;
    match before(bytes, start) {
        b']' => bytes[..start].ends_with(b"AF_INET6]"),
        b' ' | b'\t' => {
            let is_column = |b: &&u8| is(**b, SIX) || matches!(**b, b' ' | b'\t' | b'*');
            let len = bytes[..start].iter().rev().take(FAR).take_while(is_column).count();
            let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
            let mut words = bytes[start - len..start].rsplit(is_blank).filter(|word| !word.is_empty()).peekable();
            // The first address, if this is the second one.
            words.next_if(|word| word.contains(&b':'));
            let mut is_queue = || words.next().is_some_and(|word| word.iter().all(u8::is_ascii_digit));
            is_queue() && is_queue() && matches!(words.next(), Some(b"tcp6" | b"udp6"))
        }
        _ => false,
    }
}

/// The address whose port, by number or by the name of its service, is the last part of a run.
fn with_port(bytes: &[u8], start: usize, end: usize) -> Option<Address> {
    let colon = start + memchr::memrchr(b':', &bytes[start..end])?;
    let addr = str::from_utf8(&bytes[start..colon]).ok()?.parse().ok()?;
    let tail = &bytes[colon + 1..end];
    let is_number = !tail.is_empty() && tail.iter().all(u8::is_ascii_digit);
    let port = if is_number { str::from_utf8(tail).ok()?.parse().ok() } else { service::port(tail) }?;
    Some(Address { addr, span: start..colon, port: Some(port), end })
}

/// The first 16 bits of the address that a run may be, or may hold after words that are not hexadecimal; and the next
/// 16 if they are a group too. `None` if the run holds no address. The run must not begin with an escape.
pub(super) fn first_groups(run: &[u8]) -> Option<(u16, Option<u16>)> {
    let mut from = 0;
    loop {
        let (first, end) = group(run, from)?;
        let behind = end + 1;
        if end == from {
            // The start of `::`.
            return Some((0, None));
        }
        if let Some(first) = first {
            let second = group(run, behind).filter(|&(_, end)| end > behind).and_then(|(second, _)| second);
            return Some((u16::try_from(first).ok()?, second.and_then(|second| u16::try_from(second).ok())));
        }
        from = behind;
    }
}

/// Returns the value of the group from `from` on, `None` if it is not hexadecimal, and its end. Five digits tell whether it is too large.
/// There is no group past the end.
fn group(run: &[u8], from: usize) -> Option<(Option<u32>, usize)> {
    let (mut value, mut is_group) = (0, true);
    let rest = run.get(from..)?;
    for (at, &byte) in rest.iter().enumerate() {
        if byte == b':' {
            return Some((is_group.then_some(value), from + at));
        }
        let digit = hex_digit(byte);
        is_group &= digit.is_some();
        if at < 5 {
            value = value << 4 | digit.unwrap_or_default();
        }
    }
    Some((is_group.then_some(value), run.len()))
}

/// The value of a hexadecimal digit.
#[inline(always)]
fn hex_digit(byte: u8) -> Option<u32> {
    /// One more than the values, so that most rows are 0.
    static DIGITS: [u8; 256] = {
        let mut table = [0; 256];
        let mut value = 0;
        while value < 16 {
            table[b"0123456789abcdef"[value] as usize] = value as u8 + 1;
            table[b"0123456789ABCDEF"[value] as usize] = value as u8 + 1;
            value += 1;
        }
        table
    };
    u32::from(DIGITS[usize::from(byte)]).checked_sub(1)
}

/// Returns true if the last word of a run is the scheme of a URL.
fn is_scheme(bytes: &[u8], start: usize, end: usize) -> bool {
    let colon = if bytes[end - 1] == b':' { end - 1 } else { end };
    let word = bytes[start..colon].iter().rposition(|&b| b == b':').map_or(start, |at| start + at + 1);
    bytes[word..colon].iter().any(u8::is_ascii_alphabetic) && separator(bytes, colon).is_some()
}

/// The address after leading words that are not hexadecimal, each with its `:`.
fn behind_words(bytes: &[u8], start: usize, end: usize) -> Option<Address> {
    let mut from = start;
    loop {
        let colon = from + memchr::memchr(b':', &bytes[from..end])?;
        if bytes[from..colon].iter().all(u8::is_ascii_hexdigit) {
            return (from > start).then(|| parse(bytes, from, end)).flatten();
        }
        from = colon + 1;
    }
}

fn parse(bytes: &[u8], start: usize, end: usize) -> Option<Address> {
    // An address may end in two colons; any other `.` or `:` after it does not belong to it.
    let core = bytes[start..end].iter().rposition(|b| !matches!(b, b'.' | b':')).map_or(start, |last| start + last + 1);
    if core - start > LONGEST {
        return None;
    }
    (core..=end.min(core + 2)).rev().find_map(|stop| {
        let text = std::str::from_utf8(&bytes[start..stop]).ok()?;
        let (addr, len, own_port) = address(text)?;
        Some(dress(bytes, addr, start, start + len, own_port))
    })
}

/// An address, the length of its text, and the port that follows as a ninth group or after a dot.
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
        // A group has four digits at most.
        _ => text.rsplit_once(':').filter(|(_, tail)| colons == 8 || tail.len() == 5)?,
    };
    let is_number = tail.bytes().all(|b| b.is_ascii_digit());
    let port = if is_number { tail.parse().ok() } else { service::port(tail.as_bytes()) }?;
    let addr = head.parse::<Ipv6Addr>().ok()?;
    Some((addr, head.len(), Some((port, text.len()))))
}

/// Adds the zone, brackets and port around an address.
fn dress(bytes: &[u8], addr: Ipv6Addr, start: usize, end: usize, own: Port) -> Address {
    if let Some((port, len)) = own {
        return Address { addr, span: start..end, port: Some(port), end: start + len };
    }
    let mut zone_end = end;
    if at(bytes, end) == b'%' && hex(bytes, end + 1, 2).is_none() {
        let zone = bytes[end + 1..].iter().take(32).take_while(|b| b.is_ascii_alphanumeric()).count();
        if zone > 0 && separator(bytes, end + 1 + zone).is_none() {
            zone_end = end + 1 + zone;
        }
    }
    let is_bracketed = before(bytes, start) == b'[' && at(bytes, zone_end) == b']';
    let (port, after) = match is_bracketed.then(|| port(bytes, zone_end + 1)).flatten() {
        Some((port, after)) => (Some(port), after),
        None => {
            let after = zone_end + usize::from(is_bracketed);
            // A group that others follow begins another address: `2001:db8::1/2001:db8::2`.
            let is_group = |end| {
                at(bytes, end) == b':' && matches!(at(bytes, end + 1), b':' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F')
            };
            address_port(bytes, zone_end)
                .filter(|&(_, end)| !is_group(end))
                .map_or((None, after), |(port, after)| (Some(port), after))
        }
    };
    Address { addr, span: start..zone_end, port, end: after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits() {
        for byte in 0..=u8::MAX {
            assert_eq!(hex_digit(byte), char::from(byte).to_digit(16), "{byte}");
        }
    }

    #[test]
    fn the_first_groups_of_a_run() {
        for (run, want) in [
            ("2001:db8::1", Some((0x2001, Some(0xDB8)))),
            ("::1", Some((0, None))),
            ("2001::1", Some((0x2001, None))),
            ("word:2001:db8::1", Some((0x2001, Some(0xDB8)))),
            ("20011:db8::1", None),
            ("2001:db8g::1", Some((0x2001, None))),
            ("2001", Some((0x2001, None))),
            ("word", None),
        ] {
            assert_eq!(first_groups(run.as_bytes()), want, "{run}");
        }
    }
}
