//! Byte checks, 16 bytes at a time, in branch-free loops that compilers turn into vector instructions.

const WIDTH: usize = 16;

/// Returns true if `is` holds for any byte and its successor; `end` stands in for the successor of the last byte.
#[inline(always)]
pub(super) fn any(text: &[u8], end: u8, is: impl Fn(u8, u8) -> bool + Copy) -> bool {
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

#[inline(always)]
fn pair(text: &[u8], at: usize) -> Option<(&[u8; WIDTH], &[u8; WIDTH])> {
    let whole: &[u8; WIDTH + 1] = text.get(at..)?.first_chunk()?;
    Some((whole.first_chunk()?, whole.last_chunk()?))
}

/// Returns true if a text of at most 63 bytes is a canonical name whose last label begins with a letter, which rules
/// out an address. May return false for such a name.
#[inline]
pub(super) fn is_plain_name(text: &[u8]) -> bool {
    let is_bad = |byte: u8, next: u8| {
        let is_letter = byte.wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        let is_dot = byte == b'.';
        !(is_letter | is_digit | is_dot | (byte == b'-') | (byte == b'_')) | (is_dot & (next == b'.'))
    };
    let last = memchr::memrchr(b'.', text).map_or(0, |dot| dot + 1);
    text.len() <= crate::limits::MAX_LABEL
        && text.first() != Some(&b'.')
        && text.get(last).is_some_and(u8::is_ascii_lowercase)
        && !any(text, b'a', is_bad)
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
    fn every_byte_is_seen_with_the_one_behind_it() {
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
}
