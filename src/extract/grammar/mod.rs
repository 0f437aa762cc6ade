//! The rules that the finder of words and the extractor share: classes of bytes and characters, and ports.
//!
//! The masks in [`arch`](crate::arch::masks) define the bytes of names and addresses; the classes here are derived from
//! them. [`escape`] recognises escapes that hide the start of a token, [`ends`] the ends of URLs, [`spelled`] signs however they are
//! escaped, and [`words`] the words around a token that tell names from files and addresses from versions.

pub(super) mod ends;
pub(super) mod escape;
pub(super) mod spelled;
pub(super) mod words;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::arch::masks::classes;
use spelled::{after_sign, sign_at};

/// The bytes of names: `[A-Za-z0-9._-]`.
pub(super) const HOST: u8 = 1;
/// The other bytes at which the main loop stops.
pub(super) const STOP: u8 = 2;
/// The bytes of IPv6 texts and their neighbours: letters, digits, `:` and `.`.
pub(super) const SIX: u8 = 4;

static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let (byte, class) = (b as u8, classes::of(b as u8));
        if class & classes::HOST != 0 {
            table[b] |= HOST;
        }
        if class & (classes::LETTER | classes::DIGIT | classes::DOT) != 0 || byte == b':' {
            table[b] |= SIX;
        }
        if matches!(byte, b':' | b'(' | b'\\' | b'"' | b'\t' | b'/' | 0x80..) {
            table[b] |= STOP;
        }
        b += 1;
    }
    table
};

#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

/// The byte at `at`, or 0 beyond the end. 0 is in no class.
#[inline]
pub(super) fn at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// The byte before `at`, or 0 at the start.
#[inline]
pub(super) fn before(bytes: &[u8], at: usize) -> u8 {
    at.checked_sub(1).map_or(0, |at| bytes[at])
}

/// The value of `len` hexadecimal digits.
pub(super) fn hex(bytes: &[u8], from: usize, len: usize) -> Option<u32> {
    let digits = bytes.get(from..from + len)?;
    digits.iter().try_fold(0, |value, &b| Some(value << 4 | (b as char).to_digit(16)?))
}

/// The scalar that starts at `from`, and its length.
pub(super) fn scalar(bytes: &[u8], from: usize) -> Option<(char, usize)> {
    let text = bytes.get(from..)?;
    let next = |at: usize| text.get(at).filter(|&&byte| byte & 0xC0 == 0x80).map(|&byte| u32::from(byte & 0x3F));
    // Overlong forms are invalid.
    let (bits, least, len) = match *text.first()? {
        byte @ 0..=0x7F => (u32::from(byte), 0, 1),
        byte @ 0xC2..=0xDF => (u32::from(byte & 0x1F) << 6 | next(1)?, 0x80, 2),
        byte @ 0xE0..=0xEF => (u32::from(byte & 0xF) << 12 | next(1)? << 6 | next(2)?, 0x800, 3),
        byte @ 0xF0..=0xF4 => (u32::from(byte & 7) << 18 | next(1)? << 12 | next(2)? << 6 | next(3)?, 0x1_0000, 4),
        _ => return None,
    };
    char::from_u32(bits).filter(|_| bits >= least).map(|c| (c, len))
}

/// Returns true if names may contain a non-ASCII scalar: it is not a space, punctuation or a control character, or it
/// is one of the three dots that UTS-46 reads as `.`.
pub(super) fn is_name_scalar(c: char) -> bool {
    if matches!(c, '\u{3002}' | '\u{FF0E}' | '\u{FF61}') {
        return true;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let ends = [GeneralCategoryGroup::Punctuation, GeneralCategoryGroup::Separator, GeneralCategoryGroup::Control];
    !ends.iter().any(|group| group.contains(category))
}

/// Returns true if a scalar is punctuation.
pub(super) fn is_punctuation(c: char) -> bool {
    GeneralCategoryGroup::Punctuation.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// The port in the digits from `from` on, and its end: one to five digits, at most 65535.
fn port_number(bytes: &[u8], from: usize) -> Option<(u16, usize)> {
    let digits = bytes.get(from..)?.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let number = (1..=5).contains(&digits).then(|| &bytes[from..from + digits])?;
    Some((str::from_utf8(number).ok()?.parse().ok()?, from + digits))
}

/// The port after the `:` at `colon`, however it is spelled, and its end: one to five digits that are not part of something longer.
pub(super) fn port(bytes: &[u8], colon: usize) -> Option<(u16, usize)> {
    let (port, end) = port_number(bytes, after_sign(bytes, colon, b':')?)?;
    let (next, after) = sign_at(bytes, end);
    let goes_on = next.is_ascii_alphanumeric()
        || next == b'_'
        || (matches!(next, b'.' | b':') && at(bytes, after).is_ascii_digit());
    (!goes_on).then_some((port, end))
}

/// The port of an address that ends at `end`, written `addr/port`, `addr(port)` or `addr#port`, however these signs are spelled, and
/// its end. If the text continues like a path, there is no port.
pub(super) fn address_port(bytes: &[u8], end: usize) -> Option<(u16, usize)> {
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

    #[test]
    fn scalars_are_those_of_utf8() {
        let bytes =
            [0, 0x41, 0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF];
        for code in 0..bytes.len().pow(4) {
            let text = [0, 1, 2, 3].map(|at| bytes[code / bytes.len().pow(at) % bytes.len()]);
            for len in 0..=4 {
                let text = &text[..len];
                let want =
                    (1..=len).find_map(|len| str::from_utf8(&text[..len]).ok()).and_then(|text| text.chars().next());
                assert_eq!(scalar(text, 0), want.map(|c| (c, c.len_utf8())), "{}", text.escape_ascii());
            }
        }
    }
}
