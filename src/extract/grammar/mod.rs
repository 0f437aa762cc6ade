//! The rules that the finder of words and the extractor share: classes of bytes and characters.
//!
//! The masks in [`arch`](crate::arch::masks) define the bytes of names and addresses; the classes here are derived from
//! them. [`escape`] recognises escapes that hide the start of a token, [`ends`] the ends of URLs, [`ports`] the ports of hosts,
//! [`spelled`] signs however they are escaped, and [`words`] the words around a token that tell names from files and addresses from
//! versions.

pub(super) mod ends;
pub(super) mod escape;
pub(super) mod ports;
pub(super) mod spelled;
pub(super) mod words;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::arch::masks::classes;

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

/// Returns true if a text ends in another, without regard to case.
fn ends_in(head: &[u8], end: &[u8]) -> bool {
    head.len() >= end.len() && head[head.len() - end.len()..].eq_ignore_ascii_case(end)
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
/// is one of the three dots that UTS-46 reads as `.`. Texts of both directions put marks around a name that never belong to it.
pub(super) fn is_name_scalar(c: char) -> bool {
    if matches!(c, '\u{3002}' | '\u{FF0E}' | '\u{FF61}') {
        return true;
    }
    if is_direction(c) {
        return false;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let ends = [GeneralCategoryGroup::Punctuation, GeneralCategoryGroup::Separator, GeneralCategoryGroup::Control];
    !ends.iter().any(|group| group.contains(category))
}

/// Returns true for the marks and isolates that set the direction of a text.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns true for a scalar that separates text from a URL: punctuation, white space, symbols such as arrows and the lines of tables, the
/// full-width signs that East Asian texts write for the ASCII ones (`｜`, `＜`), and format characters, which show nothing.
pub(super) fn is_sign(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let signs = [GeneralCategoryGroup::Punctuation, GeneralCategoryGroup::Symbol];
    // A soft hyphen, and what has no width.
    let is_unseen = matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}');
    is_unseen || is_direction(c) || c.is_whitespace() || signs.iter().any(|group| group.contains(category))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_not_part_of_words() {
        for c in "”’»…。，、｜＜￥→│■✓🔥€\u{a0}\u{3000}\u{200b}\u{feff}\u{2028}\u{61c}\u{ad}\u{2068}\u{2069}".chars()
        {
            assert!(is_sign(c), "{c:?}");
        }
        // The accents of letters, digits of other scripts and ideographs are.
        for c in "éß的й٣ｆ９\u{301}\u{94d}".chars() {
            assert!(!is_sign(c), "{c:?}");
        }
    }

    /// What is left out of runs is in no valid name.
    #[test]
    fn no_name_holds_a_mark_of_direction() {
        let mut count = 0;
        for c in (char::MIN..=char::MAX).filter(|&c| is_direction(c)) {
            let name = format!("a{c}b.test");
            assert!(crate::value::domain::canonicalise(name.as_bytes(), &mut String::new()).is_err(), "{c:?}");
            assert!(is_sign(c), "{c:?}");
            count += 1;
        }
        assert_eq!(count, 12);
        for c in ['\u{200B}', '\u{AD}', '\u{200D}', '\u{2060}'] {
            assert!(is_name_scalar(c) && !is_direction(c), "{c:?}");
        }
    }

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
