//! The shape of a value: a few loads show the only host, address or hash through which indicators can match it.

use std::net::IpAddr;

use crate::arch::host::{Head, is_of_hosts};
use crate::arch::name::{Text, WINDOW};
use crate::value::{has_separator, ip, six};

/// The part of a value by which it can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'v> {
    /// The value is this name and nothing else. The name may be invalid.
    Name(&'v [u8]),
    /// The value has this host: a name with a port, or a URL.
    Host(&'v [u8]),
    /// The value is this address, or has it as its host.
    V4(u32),
    /// The value is this IPv6 address, which is not a form of an IPv4 address.
    V6(u128),
    /// The value is a hash if these are the digits of one, else this name.
    Digits(&'v [u8]),
    /// The value is a mail address, with its last `@` here, or invalid.
    At(usize),
    /// Only a full lookup can tell.
    Other,
}

/// The kinds of indicators in a sieve that match by something other than the host of a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listed {
    /// Patterns over paths, which match URLs on any host.
    pub(super) paths: bool,
    pub(super) hashes: bool,
    pub(super) emails: bool,
}

/// The number of digits of the shortest hash.
const SHORTEST_HASH: usize = 32;

/// The most digits of a port that [`is_port`] accepts.
const PORT: usize = 5;

impl<'v> Shape<'v> {
    /// The shape of a value, as [`match_any`](crate::Matcher::match_any) reads it.
    #[inline(always)]
    pub(super) fn of(value: &'v [u8], listed: Listed) -> Self {
        let (rest, has_scheme) = match value {
            [b'h', b't', b't', b'p', b':', b'/', b'/', rest @ ..] => (rest, true),
            [b'h', b't', b't', b'p', b's', b':', b'/', b'/', rest @ ..] => (rest, true),
            _ => (value, false),
        };
        let Some(text) = Text::new(rest) else { return Self::of_any(value, listed) };
        let head = text.head();
        let len = match head.len() {
            WINDOW => long_len(rest),
            len => len,
        };
        let is_host = match rest.get(len) {
            None if has_scheme => true,
            None => {
                return match text.quad(len, head.dots) {
                    Some(addr) => Shape::V4(addr),
                    None if len >= SHORTEST_HASH && head.dots == 0 => Shape::Digits(value),
                    None => Shape::Name(value),
                };
            }
            // The authority ends here, so this is not a user name before an `@`.
            Some(b'/' | b'?') => true,
            Some(b':') => is_port(&rest[len + 1..]),
            Some(b'@') if !has_scheme && name_len(&rest[len + 1..]) == rest.len() - len - 1 => {
                return Self::of_mail(value, len, listed);
            }
            Some(_) => false,
        };
        if !is_host {
            return Self::of_any(value, listed);
        }
        match Self::of_host(text, &rest[..len], head) {
            // The host does not show which patterns the path matches.
            _ if listed.paths => Shape::Other,
            shape => shape,
        }
    }

    /// The shape of a value whose authority starts with this host, which consists of name bytes.
    #[inline(always)]
    fn of_host(text: Text<'v>, host: &'v [u8], head: Head) -> Self {
        let is_letter = |at: usize| host.get(at).is_some_and(u8::is_ascii_alphabetic);
        // A host is the name that it looks like if no label is empty and the last one is not a number.
        if host.len() < WINDOW {
            let dots = head.dots & ((1 << host.len()) - 1);
            // A single dot at the end is the root dot.
            let is_rooted = dots >> host.len().saturating_sub(1) & 1;
            let name = &host[..host.len() - is_rooted as usize];
            let inner = dots & ((1 << name.len()) - 1);
            let last = (WINDOW as u32 - inner.leading_zeros()) as usize;
            return match is_letter(last) {
                true if last < name.len() && dots & 1 == 0 && dots & dots >> 1 == 0 => Shape::Host(name),
                true => Shape::Other,
                false => text.quad(host.len(), dots).map_or(Shape::Other, Shape::V4),
            };
        }
        let name = host.strip_suffix(b".").unwrap_or(host);
        let last = memchr::memrchr(b'.', name).map_or(0, |dot| dot + 1);
        let has_empty = name.first() == Some(&b'.') || name.windows(2).any(|pair| pair == b"..");
        if last < name.len() && is_letter(last) && !has_empty { Shape::Host(name) } else { Shape::Other }
    }

    /// The shape of a value that consists of name bytes and this `@`.
    #[inline]
    fn of_mail(value: &'v [u8], at: usize, listed: Listed) -> Self {
        let may_be_hash = listed.hashes && value.len() >= SHORTEST_HASH && memchr::memchr(b'.', value).is_none();
        if listed.emails && !may_be_hash { Self::At(at) } else { Self::of_any(value, listed) }
    }

    /// The shape of a value in a less common form.
    #[inline(never)]
    fn of_any(value: &'v [u8], listed: Listed) -> Self {
        // Only the full lookup trims white space.
        let ([first, ..], [.., last]) = (value, value) else { return Shape::Other };
        if *first <= b' ' || *last <= b' ' {
            return Shape::Other;
        }
        if let Some(addr) = six::parse(value)
            && let IpAddr::V6(addr) = ip::canonical(IpAddr::V6(addr.into()))
        {
            return Shape::V6(addr.to_bits());
        }
        match ip::parse_addr(value) {
            Ok(IpAddr::V4(addr)) => return Shape::V4(addr.to_bits()),
            Ok(IpAddr::V6(addr)) => return Shape::V6(addr.to_bits()),
            Err(_) if has_separator(value) => return Shape::Other,
            Err(_) => {}
        }
        // The name of an algorithm may precede the digits.
        if listed.hashes && value.len() >= SHORTEST_HASH && memchr::memchr(b'.', value).is_none() {
            return Shape::Other;
        }
        match memchr::memrchr(b'@', value) {
            Some(at) if listed.emails && *first != b'"' => Shape::At(at),
            Some(_) if listed.emails => Shape::Other,
            _ => Shape::Name(value),
        }
    }
}

/// Returns the number of name bytes at the start of a text that has at least [`WINDOW`] of them.
#[inline]
fn long_len(text: &[u8]) -> usize {
    let mut len = WINDOW;
    while let Some(rest) = text.get(len..).and_then(Text::new) {
        match rest.head().len().min(text.len() - len) {
            WINDOW => len += WINDOW,
            more => return len + more,
        }
    }
    len + text[len..].iter().take_while(|&&b| is_of_hosts(b)).count()
}

/// Returns the number of name bytes at the start of a text.
#[inline]
fn name_len(text: &[u8]) -> usize {
    match Text::new(text).map(|text| text.head().len()) {
        Some(WINDOW) => long_len(text),
        Some(len) => len,
        None => text.iter().take_while(|&&byte| is_of_hosts(byte)).count(),
    }
}

/// Returns true if the text after a colon is a port, or starts with a port and `/` or `?`.
#[inline(always)]
fn is_port(text: &[u8]) -> bool {
    let digits = text.iter().take(PORT).take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && matches!(text.get(digits), None | Some(b'/' | b'?'))
}

#[cfg(test)]
mod tests {
    use super::Shape::{At, Digits, Host, Name, Other, V4, V6};
    use super::*;

    #[test]
    fn shapes() {
        let v4 = V4(0xC000_0201);
        for (value, shape) in [
            ("evil.test", Name(b"evil.test")),
            ("Evil.Test.", Name(b"Evil.Test.")),
            ("192.0.2.1", v4),
            ("192.0.2.01", Name(b"192.0.2.01")),
            ("192.0.2.1:80", v4),
            ("http://192.0.2.1/a?b", v4),
            ("192.0.2.1/24", v4),
            ("evil.test:443", Host(b"evil.test")),
            ("evil.test:", Other),
            ("evil.test:/", Other),
            ("evil://test/", Other),
            ("evil.test:80/a", Host(b"evil.test")),
            ("evil.test:8a", Other),
            ("https://evil.test", Host(b"evil.test")),
            ("https://evil.test.", Host(b"evil.test")),
            ("https://evil.test..", Other),
            ("https://.evil.test/", Other),
            ("https://evil..test/", Other),
            ("https://evil.test?a@b.test", Host(b"evil.test")),
            ("https://evil.test@b.test/", Other),
            ("https://evil.test:80@b.test/", Other),
            ("https://evil.test\\@b.test/", Other),
            ("https://evil%2Etest/", Other),
            ("http://0x7f.1/", Other),
            ("http:///evil.test/", Other),
            ("HTTP://evil.test/", Other),
            ("evil.test/a", Host(b"evil.test")),
            ("2001:db8::1", V6(0x2001_0DB8 << 96 | 1)),
            ("[2001:db8::1]", V6(0x2001_0DB8 << 96 | 1)),
            ("::ffff:192.0.2.1", v4),
            ("1.1.1.1", V4(0x0101_0101)),
            ("http://1.1.1.1/", V4(0x0101_0101)),
            ("http://1.1.1.1", Other),
            ("http://1.1.1.1./", Other),
            ("http://a-host./", Host(b"a-host")),
            ("http://./a-path", Other),
            ("http://a.test/a", Host(b"a.test")),
            ("http://b.a.test", Host(b"b.a.test")),
            ("t.co", Name(b"t.co")),
            ("t.co:80", Other),
            ("a-name-of-more-than.thirty-two-bytes.test/a", Host(b"a-name-of-more-than.thirty-two-bytes.test")),
            ("a-name-of-more-than.thirty-two-bytes..test/a", Other),
            ("a-name-of-more-than.thirty-two-bytes.test.", Name(b"a-name-of-more-than.thirty-two-bytes.test.")),
            ("a-name-of-thirty-two-bytes.a.test/a", Host(b"a-name-of-thirty-two-bytes.a.test")),
            ("MD5:01234567890123456789012345678901", Other),
            ("evil.test:123456", Other),
            ("[2001:db8::1]:80", Other),
            (" evil.test", Other),
            ("evil.test\n", Other),
            ("", Other),
        ] {
            assert_eq!(Shape::of(value.as_bytes(), Listed::default()), shape, "{value:?}");
        }
        let all = Listed { paths: true, hashes: true, emails: true };
        for (value, shape) in [
            ("http://evil.test/", Other),
            ("evil.test", Name(b"evil.test")),
            ("0123456789abcdef0123456789ABCDEF", Digits(b"0123456789abcdef0123456789ABCDEF")),
            ("MD5=0123456789abcdef0123456789abcdef", Other),
            ("MD5:01234567890123456789012345678901", Other),
            ("a.name.of.more.than.thirty-two.bytes.test", Name(b"a.name.of.more.than.thirty-two.bytes.test")),
            ("boss@evil.test", At(4)),
            ("b@a.test", At(1)),
            ("\"b@a\"@evil.test", Other),
            ("mailto:boss@evil.test", Other),
        ] {
            assert_eq!(Shape::of(value.as_bytes(), all), shape, "{value:?}");
        }
        // Only what is nothing but a local part, one `@` and a name is a mail address.
        let emails = Listed { emails: true, ..Listed::default() };
        for (value, shape) in [
            ("boss@evil.test", At(4)),
            ("long.boss@evil.test", At(9)),
            ("boss@evil", At(4)),
            ("boss@other@evil.test", At(10)),
            ("boss@evil.test/a", Other),
            ("boss@evil.test:80", Other),
            ("https://evil.test@evil.test", Other),
            ("https://boss@evil.test/a", Other),
        ] {
            assert_eq!(Shape::of(value.as_bytes(), emails), shape, "{value:?}");
            assert!(!matches!(Shape::of(value.as_bytes(), Listed::default()), At(_)), "{value:?}");
        }
    }

    /// A few words hold the head of a host. Hosts that just fit, and those that do not, are read by the same rules.
    #[test]
    fn hosts_of_any_length() {
        let long = "x".repeat(100);
        for len in 8..=100 {
            for (tail, is_name) in
                [("t", true), (".t", true), (".t.", true), ("..t", false), (".t..", false), (".1", false), (".", true)]
            {
                let host = format!("{}{tail}", &long[..len]);
                for (before, after) in [
                    ("http://", ""),
                    ("https://", "/a.b"),
                    ("http://", "?a.b"),
                    ("http://", ":80"),
                    ("http://", ":80/a.b"),
                ] {
                    let value = format!("{before}{host}{after}");
                    // Only the letters after the last dot make a name of the whole.
                    let want = if is_name { Host(host.strip_suffix('.').unwrap_or(&host).as_bytes()) } else { Other };
                    let shape = Shape::of(value.as_bytes(), Listed::default());
                    let shape =
                        if let Host(name) = shape { Host(name.strip_suffix(b".").unwrap_or(name)) } else { shape };
                    assert_eq!(shape, want, "{value}");
                }
            }
            for rest in ["", "/", ":", "\u{E9}"] {
                let text = format!("{}{rest}", "a".repeat(WINDOW + len));
                assert_eq!(long_len(text.as_bytes()), WINDOW + len, "{text}");
            }
        }
    }
}
