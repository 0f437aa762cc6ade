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
