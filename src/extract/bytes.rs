//! Classes of bytes.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// A byte of a name: `[A-Za-z0-9._-]`.
pub(super) const HOST: u8 = 1;
/// A byte the main loop stops at beside those of names.
pub(super) const STOP: u8 = 2;
/// A decimal or hexadecimal digit, `:` or `.`, or another letter: what IPv6 texts and their neighbours are made of.
pub(super) const SIX: u8 = 4;

static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() || byte == b'.' {
            table[b] = HOST | SIX;
        } else if byte == b'-' || byte == b'_' {
            table[b] = HOST;
        } else if byte == b':' {
            table[b] = STOP | SIX;
        } else if byte == b'(' || byte == b'\\' || byte == b'"' || byte == b'\t' || byte == b'/' || byte >= 0x80 {
            table[b] = STOP;
        }
        b += 1;
    }
    table
};

#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

/// The byte at `at`, or 0 beyond the end: 0 is in no class.
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
    let len = match bytes.get(from)? {
        0..=0x7F => 1,
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let text = std::str::from_utf8(bytes.get(from..from + len)?).ok()?;
    text.chars().next().map(|c| (c, len))
}

/// Whether a scalar that is not ASCII can be part of a name: neither space nor punctuation nor control, but for the three
/// dots that UTS-46 reads as `.`.
pub(super) fn is_name_scalar(c: char) -> bool {
    if matches!(c, '\u{3002}' | '\u{FF0E}' | '\u{FF61}') {
        return true;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let ends = [GeneralCategoryGroup::Punctuation, GeneralCategoryGroup::Separator, GeneralCategoryGroup::Control];
    !ends.iter().any(|group| group.contains(category))
}

/// The bytes of an escape at the start of a run that belong to the escape: of `\\n`, `\\xHH`, `\\uHHHH`, `%HH`, `%25HH`, `#ooo`, whose first
/// byte stands before the run.
pub(super) fn escape_len(bytes: &[u8], start: usize) -> usize {
    match before(bytes, start) {
        b'\\' => match at(bytes, start) {
            b'n' | b't' | b'r' | b'b' | b'f' => 1,
            b'x' if hex(bytes, start + 1, 2).is_some() => 3,
            b'u' if hex(bytes, start + 1, 4).is_some() => 5,
            _ => 0,
        },
        b'%' => {
            if hex(bytes, start, 2).is_none() {
                0
            } else if bytes[start..].starts_with(b"25") && hex(bytes, start + 2, 2).is_some() {
                4
            } else {
                2
            }
        }
        b'#' => match bytes.get(start..start + 3) {
            Some(digits) if digits.iter().all(|b| (b'0'..=b'7').contains(b)) => 3,
            _ => 0,
        },
        _ => 0,
    }
}

/// The port behind `:` at `at`, and where it ends: one to five digits that are not part of something longer.
pub(super) fn port(bytes: &[u8], colon: usize) -> Option<(u16, usize)> {
    if at(bytes, colon) != b':' {
        return None;
    }
    let digits = bytes[colon + 1..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    if !(1..=5).contains(&digits) {
        return None;
    }
    let end = colon + 1 + digits;
    let port = std::str::from_utf8(&bytes[colon + 1..end]).ok()?.parse().ok()?;
    let next = at(bytes, end);
    let goes_on = next.is_ascii_alphanumeric()
        || next == b'_'
        || (matches!(next, b'.' | b':') && at(bytes, end + 1).is_ascii_digit());
    (!goes_on).then_some((port, end))
}
