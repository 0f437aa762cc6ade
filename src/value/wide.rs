//! Byte checks, 16 bytes at a time, in branch-free loops that compilers turn into vector instructions.

use crate::arch::name::{WORD, canonical};

const WIDTH: usize = 16;

/// Returns true if `is` holds for any byte and its successor; `end` stands in for the successor of the last byte.
#[inline(always)]
pub(crate) fn any(text: &[u8], end: u8, is: impl Fn(u8, u8) -> bool + Copy) -> bool {
    let any_of = |bytes: &[u8; WIDTH], next: &[u8; WIDTH]| {
        let mut found = false;
        for (&byte, &next) in bytes.iter().zip(next) {
            found |= is(byte, next);
        }
        found
    };
    // Every block but the last has a byte after it.
    let mut at = 0;
    while let Some((bytes, next)) = pair(text, at) {
        if any_of(bytes, next) {
            return true;
        }
        at += WIDTH;
    }
    let Some(last) = text.last_chunk::<WIDTH>() else {
        let mut short = [end; 2 * WIDTH];
        short[..text.len()].copy_from_slice(text);
        // The padding adds only the pair of `end` and `end`, for which the callers' `is` is false.
        return pair(&short, 0).is_some_and(|(bytes, next)| any_of(bytes, next));
    };
    // Some of these bytes have been checked already.
    let mut next = [end; WIDTH];
    next[..WIDTH - 1].copy_from_slice(&last[1..]);
    any_of(last, &next)
}

/// The first byte for which `distance` is 0. Compilers turn chains of comparisons into bit tests, one byte at a time, which
/// cost five times as much as a minimum of differences.
#[inline(always)]
pub(crate) fn find(text: &[u8], distance: impl Fn(u8) -> u8 + Copy) -> Option<usize> {
    let (blocks, rest) = text.as_chunks::<WIDTH>();
    for (n, block) in blocks.iter().enumerate() {
        let least = block.iter().fold(u8::MAX, |least, &byte| least.min(distance(byte)));
        if least == 0 {
            return block.iter().position(|&byte| distance(byte) == 0).map(|len| n * WIDTH + len);
        }
    }
    rest.iter().position(|&byte| distance(byte) == 0).map(|len| text.len() - rest.len() + len)
}

/// The number of equal bytes at the start of a text.
pub(crate) fn repeated(text: &[u8]) -> usize {
    let Some(&first) = text.first() else { return 0 };
    let (blocks, _) = text.as_chunks::<WIDTH>();
    let whole = blocks.iter().take_while(|&&block| block == [first; WIDTH]).count() * WIDTH;
    whole + text[whole..].iter().take_while(|&&byte| byte == first).count()
}

/// The number of equal bytes at the end of a text.
pub(crate) fn repeats(text: &[u8]) -> usize {
    let Some(&last) = text.last() else { return 0 };
    let (rest, blocks) = text.as_rchunks::<WIDTH>();
    let whole = blocks.iter().rev().take_while(|&&block| block == [last; WIDTH]).count();
    let head = &text[..rest.len() + (blocks.len() - whole) * WIDTH];
    whole * WIDTH + head.iter().rev().take_while(|&&byte| byte == last).count()
}

/// Returns true if `is` holds for any three bytes in a row.
#[inline(always)]
pub(crate) fn any_three(text: &[u8], is: impl Fn(u8, u8, u8) -> bool + Copy) -> bool {
    let mut at = 0;
    while let Some(block) = text.get(at..).and_then(|rest| rest.first_chunk::<{ WIDTH + 2 }>()) {
        let mut found = false;
        for n in 0..WIDTH {
            found |= is(block[n], block[n + 1], block[n + 2]);
        }
        if found {
            return true;
        }
        at += WIDTH;
    }
    text[at.min(text.len())..].windows(3).any(|three| is(three[0], three[1], three[2]))
}

#[inline(always)]
fn pair(text: &[u8], at: usize) -> Option<(&[u8; WIDTH], &[u8; WIDTH])> {
    let whole: &[u8; WIDTH + 1] = text.get(at..)?.first_chunk()?;
    Some((whole.first_chunk()?, whole.last_chunk()?))
}

/// Returns true if a text of at most 63 bytes is a canonical name whose last label begins with a letter, which rules
/// out an address. May return false for such a name. Most texts have a word, and for them it costs a few loads.
#[inline]
pub(super) fn is_plain_name(text: &[u8]) -> bool {
    if text.len() >= WORD {
        return canonical(text).is_some();
    }
    let is_bad = |byte: u8, next: u8| {
        let is_letter = byte.wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        let is_dot = byte == b'.';
        !(is_letter | is_digit | is_dot | (byte == b'-') | (byte == b'_')) | (is_dot & (next == b'.'))
    };
    let last = memchr::memrchr(b'.', text).map_or(0, |dot| dot + 1);
    text.first() != Some(&b'.') && text.get(last).is_some_and(u8::is_ascii_lowercase) && !any(text, b'a', is_bad)
}

/// Returns true if a text holds a byte that neither a bare name nor a bare IPv4 address has: `:`, `/`, `\` or `?`.
#[inline(always)]
pub(crate) fn has_separator(text: &[u8]) -> bool {
    any(text, b'a', |byte, _| (byte == b':') | (byte == b'/') | (byte == b'\\') | (byte == b'?'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_seen_with_the_one_after_it() {
        for len in 0..70 {
            let clean = vec![b'a'; len];
            let is = |byte: u8, next: u8| (byte == b'/') & (next == b'.') | (byte == b'!');
            assert!(!any(&clean, b'a', is), "{len}");
            for at in 0..len {
                let mut text = clean.clone();
                text[at] = b'!';
                assert!(any(&text, b'a', is), "{len} {at}");
                text[at] = b'/';
                assert!(!any(&text, b'a', is), "{len} {at}");
                if at + 1 < len {
                    text[at + 1] = b'.';
                    assert!(any(&text, b'a', is), "{len} {at}");
                } else {
                    assert!(any(&text, b'.', is), "{len} {at}");
                }
            }
        }
    }

    #[test]
    fn the_first_byte_and_three_in_a_row_are_found() {
        for len in 0..70 {
            assert_eq!(find(&vec![b'a'; len], |byte| byte ^ b'!'), None);
            assert_eq!(repeats(&vec![b'a'; len]), len);
            for at in 0..len {
                let mut text = vec![b'a'; len];
                text[at..].fill(b'!');
                assert_eq!(find(&text, |byte| byte ^ b'!'), Some(at));
                assert_eq!(repeats(&text), len - at);
                text.reverse();
                assert_eq!(repeated(&text), len - at);
                text.reverse();
                let is = |a, b, c| (a == b'1') & (b == b'2') & (c == b'3');
                let three = [&text[..at], b"123", &text[at..]].concat();
                assert!(any_three(&three, is) && !any_three(&three[..at + 2], is) && !any_three(&text, is));
            }
        }
    }

    #[test]
    fn plain_names_are_canonical() {
        let long = "a".repeat(64);
        for (text, want) in [
            ("", false),
            (".", false),
            ("a", true),
            ("a.", false),
            (".a", false),
            ("a..b", false),
            ("a.b", true),
            ("a.1", false),
            ("1.a1", true),
            ("A.b", false),
            ("-_-.evil-1.test", true),
            ("0123456789.0123456789.abc", true),
            ("evil.te st", false),
            ("evil.te\u{e9}", false),
            ("evil.test\0", false),
            (&long, false),
            (&long[1..], true),
        ] {
            assert_eq!(is_plain_name(text.as_bytes()), want, "{text}");
            if want {
                assert_eq!(super::super::domain::canonicalise(text.as_bytes(), &mut String::new()), Ok(text));
            }
        }
        for byte in 0..=u8::MAX {
            for len in [1, 2, 7, 15, 16, 17, 31, 32, 40] {
                let mut text = vec![b'a'; len];
                text[len / 2] = byte;
                let mut scratch = String::new();
                let canonical = super::super::domain::canonicalise(&text, &mut scratch);
                assert!(!is_plain_name(&text) || canonical.map(str::as_bytes) == Ok(&text), "{byte} {len}");
            }
        }
    }

    #[test]
    fn separators_are_seen_at_every_place() {
        for len in 0..40 {
            assert!(!has_separator(&vec![b'a'; len]), "{len}");
            for (at, byte) in (0..len).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
                let mut text = vec![b'a'; len];
                text[at] = byte;
                assert_eq!(has_separator(&text), b":/\\?".contains(&byte), "{len} {at} {byte}");
            }
        }
    }
}
