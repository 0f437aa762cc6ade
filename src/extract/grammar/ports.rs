//! The ports that follow hosts.

use super::spelled::{after_sign, sign_at};
use super::{at, is_name_scalar, scalar};

/// The port in the digits from `from` on, and its end: one to five digits, at most 65535.
pub(in crate::extract) fn port_number(bytes: &[u8], from: usize) -> Option<(u16, usize)> {
    let digits = bytes.get(from..)?.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let number = (1..=5).contains(&digits).then(|| &bytes[from..from + digits])?;
    Some((str::from_utf8(number).ok()?.parse().ok()?, from + digits))
}

/// The port after the `:` at `colon`, however it is spelled, and its end: one to five digits that are not part of something longer.
pub(in crate::extract) fn port(bytes: &[u8], colon: usize) -> Option<(u16, usize)> {
    let (port, end) = port_number(bytes, after_sign(bytes, colon, b':')?)?;
    let (next, after) = sign_at(bytes, end);
    let goes_on = next.is_ascii_alphanumeric()
        || next == b'_'
        || (matches!(next, b'.' | b':') && at(bytes, after).is_ascii_digit());
    (!goes_on).then_some((port, end))
}

/// The port of an address that ends at `end`, written `addr/port`, `addr(port)` or `addr#port`, however these signs are spelled, and
/// its end. If the text continues like a path, there is no port.
pub(in crate::extract) fn address_port(bytes: &[u8], end: usize) -> Option<(u16, usize)> {
    let (open, from) = sign_at(bytes, end);
    if !matches!(open, b'/' | b'(' | b'#') {
        return None;
    }
    let (port, end) = port_number(bytes, from).filter(|&(port, _)| port > 0)?;
    let (next, behind) = sign_at(bytes, end);
    let after = at(bytes, behind);
    let goes_on = match open {
        b'(' => return (next == b')').then_some((port, behind)),
        b'#' => next.is_ascii_alphanumeric() || next == b'_',
        _ => match next {
            b'_' | b'/' | b'?' | b'#' | b'%' | b'=' | b'&' | b'+' | b'~' | b'@' => true,
            b':' => after.is_ascii_digit(),
            b'.' | b'-' => after.is_ascii_alphanumeric(),
            0x80.. => scalar(bytes, end).is_some_and(|(c, _)| is_name_scalar(c)),
            _ => next.is_ascii_alphanumeric(),
        },
    };
    (!goes_on).then_some((port, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The port after an address, and the end of its text.
    fn after(text: &str) -> Option<(u16, usize)> {
        address_port(text.as_bytes(), 0)
    }

    #[test]
    fn ports_of_addresses_are_whole_numbers() {
        for (text, port, len) in [
            ("/443", 443, 4),
            ("/1", 1, 2),
            ("/65535", 65535, 6),
            ("/53 ", 53, 3),
            ("/53,", 53, 3),
            ("/53.", 53, 3),
            ("/53. ", 53, 3),
            ("/53-", 53, 3),
            ("/53:", 53, 3),
            ("/53:a", 53, 3),
            ("/53\u{201D}", 53, 3),
            ("#53", 53, 3),
            ("#53:", 53, 3),
            ("#53/", 53, 3),
            ("%2F443", 443, 6),
        ] {
            assert_eq!(after(text), Some((port, len)), "{text}");
        }
        for text in [
            "",
            "/",
            "/0",
            "/65536",
            "/100000",
            "/53a",
            "/53_",
            "/53/",
            "/53?",
            "/53#",
            "/53%",
            "/53=",
            "/53&",
            "/53+",
            "/53~",
            "/53@",
            "/53:8",
            "/53.a",
            "/53.8",
            "/53-a",
            "/53\u{E9}",
            "#53a",
            "#53_",
            "#0",
            "?53",
            "53",
            "(53",
            "(53,",
            "(0)",
            "()",
        ] {
            assert_eq!(after(text), None, "{text}");
        }
        assert_eq!((after("(53)"), after("(53)a"), after("(53%29a")), (Some((53, 4)), Some((53, 4)), Some((53, 6))));
    }

    #[test]
    fn ports_after_colons_are_not_part_of_something_longer() {
        let port = |text: &str| port(text.as_bytes(), 0);
        for text in [":80", ":80/", ":80.", ":80. ", ":80:", ":80:a", ":80-", ":80%20"] {
            assert_eq!(port(text), Some((80, 3)), "{text}");
        }
        assert_eq!((port(":0"), port("%3A80"), port(":65535")), (Some((0, 2)), Some((80, 5)), Some((65535, 6))));
        for text in ["", ":", "80", ":80a", ":80_", ":80.1", ":80:1", ":65536", ":000080", "/80"] {
            assert_eq!(port(text), None, "{text}");
        }
    }
}
