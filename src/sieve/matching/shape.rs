//! The shape of a value: a few loads show by which host alone a listed indicator can cover it.

use crate::value::{has_separator, ip};

/// The part of a value by which it can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'v> {
    /// The value is this name and nothing else. The text may be an invalid name.
    Name(&'v [u8]),
    /// The value has this host: a name with a port, or a URL.
    Host(&'v [u8]),
    /// The value is this address, or has it as its host.
    V4(u32),
    /// Only a full lookup can tell.
    Other,
}

impl<'v> Shape<'v> {
    /// The shape of a value, as [`match_any`](crate::Matcher::match_any) reads it. With `has_paths`, URLs can match by
    /// their paths, whatever their host.
    #[inline(always)]
    pub(super) fn of(value: &'v [u8], has_paths: bool) -> Self {
        let [first, .., last] = value else { return Shape::Other };
        // White space around a value is ignored.
        if *first <= b' ' || *last <= b' ' {
            return Shape::Other;
        }
        if has_separator(value) {
            return if has_paths { Shape::Other } else { Self::of_host(value) };
        }
        if last.is_ascii_digit()
            && let Ok(addr) = ip::parse_v4(value)
        {
            return Shape::V4(addr.to_bits());
        }
        Shape::Name(value)
    }

    /// The shape of a value that has more than a host.
    fn of_host(value: &'v [u8]) -> Self {
        let (rest, has_scheme) = match value {
            [b'h', b't', b't', b'p', b':', b'/', b'/', rest @ ..] => (rest, true),
            [b'h', b't', b't', b'p', b's', b':', b'/', b'/', rest @ ..] => (rest, true),
            _ => (value, false),
        };
        let is_of_hosts = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let len = rest.iter().position(|b| !is_of_hosts(b)).unwrap_or(rest.len());
        let (host, behind) = rest.split_at(len);
        let is_whole = match behind {
            [] => has_scheme,
            // A user ends in an `@`, and no slash may stand before that.
            [b'/' | b'?', ..] => true,
            [b':', port @ ..] => {
                let digits = port.iter().take_while(|b| b.is_ascii_digit()).count();
                digits > 0 && matches!(port.get(digits), None | Some(b'/' | b'?'))
            }
            _ => false,
        };
        if !is_whole {
            return Shape::Other;
        }
        if let Ok(addr) = ip::parse_v4(host) {
            return Shape::V4(addr.to_bits());
        }
        // Any other host is the name that it looks like, if no label is empty and the last one is not a number.
        let name = host.strip_suffix(b".").unwrap_or(host);
        let last = memchr::memrchr(b'.', name).map_or(0, |dot| dot + 1);
        let is_name = name.get(last).is_some_and(u8::is_ascii_alphabetic)
            && name[0] != b'.'
            && memchr::memmem::find(name, b"..").is_none();
        if is_name { Shape::Host(name) } else { Shape::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::Shape::{Host, Name, Other, V4};
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
            ("2001:db8::1", Other),
            ("[2001:db8::1]:80", Other),
            (" evil.test", Other),
            ("evil.test\n", Other),
            ("", Other),
        ] {
            assert_eq!(Shape::of(value.as_bytes(), false), shape, "{value:?}");
        }
        assert_eq!(Shape::of(b"http://evil.test/", true), Other);
        assert_eq!(Shape::of(b"evil.test", true), Name(b"evil.test"));
    }
}
