//! The values of fields: addresses with and without ports, ports, users, URLs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::sheet::near;
use crate::value::service;
use crate::value::vocabulary::Vocabulary;

/// Returns true for the words that logs write for a missing value.
pub(super) fn is_null(value: &[u8]) -> bool {
    static NULLS: Vocabulary = Vocabulary::new(&[
        b"-",
        b"--",
        b"---",
        b"?",
        b"null",
        b"nil",
        b"none",
        b"n/a",
        b"na",
        b"(null)",
        b"<null>",
        b"(empty)",
        b"undefined",
        b"unset",
        b"unknown",
    ]);
    value.is_empty() || NULLS.has(value)
}

/// Reads an address, and the port beside it if there is one: `192.0.2.1`, `192.0.2.1:443`, `[2001:db8::1]:443`, `192.0.2.1#53`,
/// `192.0.2.1@53`, `192.0.2.1/443`, `192.0.2.1(443)`, `192.0.2.1[443]`, `/192.0.2.1:443`, `IPV4/UDP/192.0.2.1/5060`, `2001:db8::1%eth0`,
/// `192.0.2.1/32`, and the first of a list (`192.0.2.1, 192.0.2.2`).
///
/// An IPv4-mapped address becomes the IPv4 address in it.
#[inline]
pub(super) fn address(value: &[u8]) -> Option<(IpAddr, Option<u16>)> {
    // The first bytes rule out most words.
    match *value.first()? {
        b'a'..=b'f' | b'A'..=b'F' if !value.iter().take(5).any(|byte| *byte == b':') => None,
        b'I' if value.get(1) != Some(&b'P') => None,
        b'[' if !value.get(1).is_some_and(|byte| byte.is_ascii_hexdigit() || *byte == b':') => None,
        b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':' | b'[' | b'/' | b'I' => address_and_port(value),
        first if first.is_ascii_whitespace() => address_and_port(value),
        _ => None,
    }
}

fn address_and_port(value: &[u8]) -> Option<(IpAddr, Option<u16>)> {
    let value = value.trim_ascii();
    let value = value.strip_prefix(b"/").unwrap_or(value);
    let (ip, rest) = address_at(without_family(value))?;
    if rest.is_empty() {
        return Some((ip, None));
    }
    let after = &rest[1..];
    match rest[0] {
        b':' | b'#' | b'_' | b'@' => {
            // `192.0.2.1:443:eth0`: the interface too.
            let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let is_alone = match after[digits..] {
                [] => true,
                [b':', next, ..] => rest[0] == b':' && next.is_ascii_alphabetic(),
                _ => false,
            };
            match is_alone {
                // `192.0.2.1::eth0`: the interface without a port.
                true if digits == 0 && !after.is_empty() => Some((ip, None)),
                true => Some((ip, Some(port(&after[..digits])?))),
                false => None,
            }
        }
        b'/' => {
            // `192.0.2.1/ssh`
            if service::port(after).is_some() {
                return Some((ip, None));
            }
            // A number that can be a prefix length is taken as one; a larger number is a port.
            let number = port(after)?;
            match ip {
                IpAddr::V4(_) if number <= 32 => Some((ip, None)),
                IpAddr::V6(_) if number <= 128 => Some((ip, None)),
                _ => Some((ip, Some(number))),
            }
        }
        b'(' => Some((ip, port(after.strip_suffix(b")").unwrap_or(after)))),
        // `192.0.2.1[500]` (strongSwan)
        b'[' => Some((ip, Some(port(after.strip_suffix(b"]").unwrap_or(after))?))),
        // `192.0.2.1 port 443`, `192.0.2.1 : 443`
        b' ' => {
            let digits = after.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            let (words, number) = after.split_at(after.len() - digits);
            let word = words.strip_suffix(b"=").unwrap_or(words).trim_ascii_end();
            let is_port = word.ends_with(b"port") || words.trim_ascii().ends_with(b":");
            Some((ip, if is_port && words.len() < 16 { port(number) } else { None }))
        }
        // The rest is a port only if it is nothing else.
        b'|' | b',' => Some((ip, port(after.trim_ascii().strip_prefix(b"port ").unwrap_or(after)))),
        b';' => Some((ip, None)),
        _ => None,
    }
}

/// Drops family and transport before an address: `IPV4/UDP/192.0.2.1/5060` (Asterisk).
fn without_family(value: &[u8]) -> &[u8] {
    let [b'I', b'P', b'V', b'4' | b'6', b'/', rest @ ..] = value else { return value };
    memchr::memchr(b'/', rest).map_or(value, |at| &rest[at + 1..])
}

/// Returns the address at the start of `text`, and the rest. An address in brackets includes the brackets.
pub(super) fn address_at(text: &[u8]) -> Option<(IpAddr, &[u8])> {
    if let Some(inner) = text.strip_prefix(b"[") {
        let end = memchr::memchr(b']', inner.get(..inner.len().min(64))?)?;
        let (ip, rest) = bare(&inner[..end])?;
        return rest.is_empty().then_some((ip, &inner[end + 1..]));
    }
    bare(text)
}

fn bare(text: &[u8]) -> Option<(IpAddr, &[u8])> {
    let first = *text.first()?;
    if first.is_ascii_digit()
        && let Some((ip, rest)) = quad(text)
    {
        return Some((IpAddr::V4(ip), rest));
    }
    // An IPv6 address begins with a group, or with the `::` for missing ones.
    let group = text.iter().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
    if text.get(group) != Some(&b':') || group > 4 {
        return None;
    }
    let (mut length, mut colons) = (0, 0);
    let (mut before, mut is_short) = (0, false);
    for &byte in text.iter().take(48) {
        if !(byte.is_ascii_hexdigit() || byte == b':' || byte == b'.') {
            break;
        }
        colons += u32::from(byte == b':');
        is_short |= byte == b':' && before == b':';
        before = byte;
        length += 1;
    }
    // Without `::` an IPv6 address has six colons (before an IPv4 address) or seven, and one or two may follow it. With fewer or more this
    // is a time of day, a word with a colon, or the address of an interface.
    if !is_short && !(6..=9).contains(&colons) {
        return None;
    }
    // With two digits in each group it is a part of the address of an interface, of a disk or of a port of a network.
    if !is_short && text[..length].split(|byte| *byte == b':').take(8).all(|group| group.len() == 2) {
        return None;
    }
    let (ip, length) = longest_v6(&text[..length])?;
    let mut rest = &text[length..];
    if let Some(zone) = rest.strip_prefix(b"%") {
        let length =
            zone.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(*byte, b'.' | b'_' | b'-')).count();
        rest = &zone[length..];
    }
    (!rest.first().is_some_and(u8::is_ascii_alphanumeric)).then_some((ip, rest))
}

/// Returns the IPv6 address that is all of `text`, or all but a colon or dot at its end.
fn longest_v6(text: &[u8]) -> Option<(IpAddr, usize)> {
    let parse = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<Ipv6Addr>().ok();
    if let Some(ip) = parse(text) {
        return Some((ip.to_canonical(), text.len()));
    }
    if let [before @ .., b':' | b'.'] = text {
        return Some((parse(before)?.to_canonical(), before.len()));
    }
    // Eight groups and a port, as in `2001:db8:0:0:0:0:0:1:443`, or a dot before the port, as in `2001:db8::1.443`.
    let cut = text.iter().rposition(|byte| *byte == b'.' || *byte == b':')?;
    if text[cut] == b':' && memchr::memchr_iter(b':', text).count() != 8 {
        return None;
    }
    Some((parse(&text[..cut])?.to_canonical(), cut))
}

fn quad(text: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let digit = |at: usize| text.get(at).map_or(u8::MAX, |byte| byte.wrapping_sub(b'0'));
    let (mut address, mut at) = (0_u32, 0);
    for index in 0..4 {
        if index > 0 {
            if text.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let mut octet = u32::from(digit(at));
        if octet > 9 {
            return None;
        }
        at += 1;
        let next = digit(at);
        if next < 10 {
            // No zero leads an octet.
            if octet == 0 {
                return None;
            }
            octet = octet * 10 + u32::from(next);
            at += 1;
            let last = digit(at);
            if last < 10 {
                octet = octet * 10 + u32::from(last);
                at += 1;
                if octet > 255 || digit(at) < 10 {
                    return None;
                }
            }
        }
        address = address << 8 | octet;
    }
    let rest = &text[at..];
    let goes_on = match rest {
        [byte, ..] if byte.is_ascii_alphanumeric() => true,
        [b'.', byte, ..] => byte.is_ascii_alphanumeric(),
        _ => false,
    };
    (!goes_on).then_some((Ipv4Addr::from(address), rest))
}

/// Reads a port: a number up to 65535 and nothing else. Accepts whole floats (`443.0`), which spreadsheets make of ports.
pub(super) fn port(value: &[u8]) -> Option<u16> {
    let value = value.trim_ascii();
    let value = value.strip_suffix(b".0").unwrap_or(value);
    if value.is_empty() || value.len() > 5 {
        return None;
    }
    let number =
        value.iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))?;
    u16::try_from(number).ok()
}

/// Reads a whole number in the range of ports, such as a port or a status.
pub(super) fn number(value: &[u8]) -> Option<u32> {
    port(value).map(u32::from)
}

/// The methods of HTTP and WebDAV.
pub(super) const METHODS: &[&[u8]] = &[
    b"GET",
    b"POST",
    b"HEAD",
    b"PUT",
    b"DELETE",
    b"OPTIONS",
    b"CONNECT",
    b"PATCH",
    b"TRACE",
    b"PROPFIND",
    b"PROPPATCH",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"LOCK",
    b"UNLOCK",
    b"REPORT",
];

/// Returns true for a method of HTTP or WebDAV.
pub(super) fn is_method(text: &[u8]) -> bool {
    static VOCABULARY: Vocabulary = Vocabulary::new(METHODS);
    VOCABULARY.has(text)
}

/// Returns true if a text begins like the target of a request: a path, a URL, or a name with a port.
pub(super) fn is_target(text: &[u8]) -> bool {
    let end = memchr::memchr(b' ', text).unwrap_or(text.len());
    let text = &text[..end];
    text.starts_with(b"/") || text.starts_with(b"http") || url(text).port.is_some()
}

/// Returns true for the number of a Windows account: `S-1-5-18`.
pub(super) fn is_sid(text: &[u8]) -> bool {
    text.strip_prefix(b"S-1-")
        .is_some_and(|rest| !rest.is_empty() && rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'))
}

/// The parts of a URL or of a request target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct UrlParts<'a> {
    pub(super) scheme: Option<&'a [u8]>,
    pub(super) host: Option<&'a [u8]>,
    pub(super) port: Option<u16>,
    pub(super) path: Option<&'a [u8]>,
    pub(super) query: Option<&'a [u8]>,
}

/// Splits the value of a URL field: `https://host:8443/path?query`, `/path?query`, `host:443`, `host/path`.
pub(super) fn url(value: &[u8]) -> UrlParts<'_> {
    let mut parts = UrlParts::default();
    let mut rest = value;
    let mut has_authority = false;
    let is_scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'.' | b'-');
    // Most targets are paths.
    let scheme = if rest.starts_with(b"/") { 0 } else { rest.iter().take(16).take_while(is_scheme).count() };
    if scheme > 0 && rest[scheme..].starts_with(b"://") {
        parts.scheme = Some(&rest[..scheme]);
        rest = &rest[scheme + 3..];
        has_authority = true;
    } else if rest[scheme..].starts_with(b":") && is_sip(&rest[..scheme]) {
        // `sip:eve@a.example:5060;transport=udp`: a call has no path.
        parts.scheme = Some(&rest[..scheme]);
        rest = &rest[scheme + 1..];
        rest = &rest[..rest.iter().position(|byte| matches!(*byte, b';' | b'?' | b'/')).unwrap_or(rest.len())];
        has_authority = true;
    } else if !rest.starts_with(b"/") {
        // `host:443` of a CONNECT, or `host/path` of a firewall: only if the first part is a name or address.
        let end = rest.iter().position(|byte| matches!(*byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
        has_authority = is_host(authority(&rest[..end]).0);
    } else if rest.starts_with(b"//") {
        rest = &rest[2..];
        has_authority = true;
    }
    if has_authority {
        let end = rest.iter().position(|byte| matches!(*byte, b'/' | b'?' | b'#' | b'\\')).unwrap_or(rest.len());
        let (host, port) = authority(&rest[..end]);
        parts.host = (!host.is_empty()).then_some(host);
        parts.port = port;
        rest = &rest[end..];
    }
    let (path, query) = match memchr::memchr2(b'#', b'?', rest) {
        Some(at) if rest[at] == b'?' => {
            let query = &rest[at + 1..];
            (&rest[..at], Some(&query[..memchr::memchr(b'#', query).unwrap_or(query.len())]))
        }
        Some(at) => (&rest[..at], None),
        None => (rest, None),
    };
    parts.path = (!path.is_empty()).then_some(path);
    parts.query = query.filter(|query| !query.is_empty());
    parts
}

/// Returns true for the schemes of calls.
fn is_sip(scheme: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(b"sip") || scheme.eq_ignore_ascii_case(b"sips")
}

/// Returns host and port of an authority, without user and password. What follows the host and is no port (`a.example:x`) belongs to
/// neither.
fn authority(text: &[u8]) -> (&[u8], Option<u16>) {
    let text = match text.iter().rposition(|byte| *byte == b'@') {
        Some(at) => &text[at + 1..],
        None => text,
    };
    if let Some(inner) = text.strip_prefix(b"[") {
        let Some(end) = memchr::memchr(b']', inner) else { return (b"", None) };
        return (&inner[..end], inner[end + 1..].strip_prefix(b":").and_then(port));
    }
    let Some(colon) = near(b':', text) else { return (text, None) };
    // An IPv6 address without brackets.
    if memchr::memchr(b':', &text[colon + 1..]).is_some()
        && let Some((_, rest)) = address_at(text)
    {
        return (&text[..text.len() - rest.len()], rest.strip_prefix(b":").and_then(port));
    }
    (&text[..colon], port(&text[colon + 1..]))
}

/// Returns true if a text could be the name or address of a machine, with at least one dot: letters, digits, `-`, `_`, no spaces.
pub(super) fn is_host(text: &[u8]) -> bool {
    is_host_name(text) && (near(b'.', text).is_some_and(|at| at > 0 && at + 1 < text.len()) || address(text).is_some())
}

/// Returns the start of the word for an outcome at the end of a text: the last part of `LOGIN_FAILED`, or all of `SUCCESS`.
pub(super) fn outcome_at(text: &[u8]) -> Option<usize> {
    static OUTCOMES: Vocabulary =
        Vocabulary::new(&[b"success", b"successful", b"succeeded", b"failure", b"failed", b"fail"]);
    // The last letter rules out most words.
    if !matches!(text, [.., b's' | b'S' | b'l' | b'L' | b'd' | b'D' | b'e' | b'E']) {
        return None;
    }
    let start = text.iter().rposition(|byte| matches!(*byte, b'_' | b'-')).map_or(0, |at| at + 1);
    OUTCOMES.has(&text[start..]).then_some(start)
}

/// Returns true for the words that say that the other end opened a connection: `in`, `inbound`, `incoming`, `ingress`.
pub(super) fn is_inbound(text: &[u8]) -> bool {
    [&b"in"[..], b"inbound", b"incoming", b"ingress"].iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Returns true if a text could be the name of a machine; short names count.
pub(super) fn is_host_name(text: &[u8]) -> bool {
    !text.is_empty() && text.len() <= 253 && text.iter().all(|byte| IN_HOST[*byte as usize])
}

/// The bytes that may be in the name or address of a machine.
static IN_HOST: [bool; 256] = {
    let mut is_in = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        is_in[byte] = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'%') || !b.is_ascii();
        byte += 1;
    }
    is_in
};

/// Returns the name in a distinguished name: `eve` in `uid=eve,ou=people,dc=corp`.
pub(super) fn common_name(value: &[u8]) -> Option<std::ops::Range<usize>> {
    let is_dn = [&b"uid="[..], b"cn="]
        .iter()
        .any(|key| value.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key)));
    let start = memchr::memchr(b'=', value).filter(|_| is_dn)? + 1;
    let end = start + memchr::memchr(b',', &value[start..])?;
    (end > start).then_some(start..end)
}

/// Splits `DOMAIN\user` and `DOMAIN\\user`.
pub(super) fn user(value: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match memchr::memchr(b'\\', value) {
        Some(at) if at > 0 => {
            let name = value[at..].iter().position(|byte| *byte != b'\\').map(|skip| &value[at + skip..]);
            match name {
                // A path, not a user: `C:\Users\eve`.
                Some(name) if !name.contains(&b'\\') && value[at - 1] != b':' => (Some(&value[..at]), name),
                _ => (None, value),
            }
        }
        _ => (None, value),
    }
}

#[cfg(test)]
mod tests;
