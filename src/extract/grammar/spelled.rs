//! Signs, however a log spells them.
//!
//! A quote, a slash or a blank means the same whether it is plain, percent-encoded once or twice, or escaped as JSON, C and XML do.
//! The rules that judge a token by the signs around it ask here, so that none of them depends on the spelling. Signs are the ASCII
//! characters that are neither letters, digits, `.`, `-` nor `_`, apart from `%` and `&`, which begin escapes themselves.

use super::{at, hex};

/// The most backslashes before an escape: JSON within JSON within JSON.
pub(super) const MOST_SLASHES: usize = 4;
/// The longest entity, `&#00000;`, `&#x00000;` or `&equals;`.
const MAX_ENTITY: usize = 12;

/// The bytes that may end a sign of more than one byte.
static MAY_END: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        let may_be_escaped = matches!(byte, b'"' | b'\'' | b'/' | b'=');
        table[b] = may_be_escaped || byte.is_ascii_hexdigit() || matches!(byte, b';' | b't' | b'n' | b'r');
        b += 1;
    }
    table
};

/// The sign that ends at `end`, and its start. Another byte stands for itself; at the start of the text it is 0.
#[inline]
pub(in crate::extract) fn sign_before(bytes: &[u8], end: usize) -> (u8, usize) {
    let Some(start) = end.checked_sub(1) else { return (0, 0) };
    match bytes[start] {
        byte if !MAY_END[byte as usize] => (byte, start),
        byte @ (b'"' | b'\'' | b'/' | b'=') => (byte, start - slashes_before(bytes, start)),
        byte => escape_before(bytes, end).unwrap_or((byte, start)),
    }
}

/// The sign at `from`, and its end. Another byte stands for itself; beyond the text it is 0.
#[inline]
pub(in crate::extract) fn sign_at(bytes: &[u8], from: usize) -> (u8, usize) {
    match at(bytes, from) {
        byte @ (b'%' | b'&' | b'\\') => escape_at(bytes, from).unwrap_or((byte, from + 1)),
        byte => (byte, from + 1),
    }
}

/// The end of the sign `want` at `from`.
#[inline]
pub(in crate::extract) fn after_sign(bytes: &[u8], from: usize, want: u8) -> Option<usize> {
    let (sign, end) = sign_at(bytes, from);
    (sign == want).then_some(end)
}

/// The end of the quote at `from`.
pub(in crate::extract) fn after_quote(bytes: &[u8], from: usize) -> Option<usize> {
    let (sign, end) = sign_at(bytes, from);
    match sign {
        // CSV doubles it.
        b'"' if at(bytes, end) == b'"' && end == from + 1 => Some(end + 1),
        b'"' | b'\'' => Some(end),
        _ => None,
    }
}

/// The end of the blanks at `from`, of which at most `most` are passed over.
pub(in crate::extract) fn after_blanks(bytes: &[u8], mut from: usize, most: usize) -> usize {
    for _ in 0..most {
        match sign_at(bytes, from) {
            (b' ' | b'\t', end) => from = end,
            _ => break,
        }
    }
    from
}

/// The start of a text that ends at `end`. Its letters are plain, in either case, and its signs spelled in any way.
pub(in crate::extract) fn text_before(bytes: &[u8], end: usize, text: &[u8]) -> Option<usize> {
    text.iter().rev().try_fold(end, |end, &want| {
        let (byte, start) = match end.checked_sub(1)? {
            start if want.is_ascii_alphanumeric() => (bytes[start], start),
            _ => sign_before(bytes, end),
        };
        byte.eq_ignore_ascii_case(&want).then_some(start)
    })
}

/// The number of backslashes that end at `end` and escape what follows.
fn slashes_before(bytes: &[u8], end: usize) -> usize {
    bytes[..end].iter().rev().take(MOST_SLASHES).take_while(|b| **b == b'\\').count()
}

/// The sign of an escape that ends at `end`, and the start of the escape.
fn escape_before(bytes: &[u8], end: usize) -> Option<(u8, usize)> {
    // JSON and C need a backslash before the letter at `letter`.
    let escaped = |letter: usize| match slashes_before(bytes, letter) {
        0 => None,
        slashes => Some(letter - slashes),
    };
    match bytes[end - 1] {
        b';' => {
            let from = end.saturating_sub(MAX_ENTITY);
            let start = from + memchr::memrchr(b'&', &bytes[from..end])?;
            let (c, _) = entity(bytes, start).filter(|&(_, len)| start + len == end)?;
            Some((sign_of(c.into())?, start))
        }
        letter @ (b't' | b'n' | b'r') => Some((blank(letter), escaped(end - 1)?)),
        _ => {
            let digits = end.checked_sub(2)?;
            let sign = sign_of(hex(bytes, digits, 2)?)?;
            let start = match bytes[..digits] {
                [.., b'%'] => digits - 1,
                [.., b'%', b'2', b'5'] => digits - 3,
                // Quoted-printable.
                [.., b'='] if sign == b'=' => digits - 1,
                [.., b'x' | b'X'] => escaped(digits - 1)?,
                [.., b'u' | b'U', b'0', b'0'] => escaped(digits - 3)?,
                _ => return None,
            };
            Some((sign, start))
        }
    }
}

/// The sign of an escape at `from`, and the end of the escape.
fn escape_at(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    match bytes[from] {
        b'%' if bytes[from..].starts_with(b"%25") && hex(bytes, from + 3, 2).is_some() => {
            Some((sign_of(hex(bytes, from + 3, 2)?)?, from + 5))
        }
        b'%' => Some((sign_of(hex(bytes, from + 1, 2)?)?, from + 3)),
        b'&' => entity(bytes, from).and_then(|(c, len)| Some((sign_of(c.into())?, from + len))),
        _ => {
            let slashes = bytes[from..].iter().take(MOST_SLASHES).take_while(|b| **b == b'\\').count();
            let letter = from + slashes;
            match at(bytes, letter) {
                sign @ (b'"' | b'\'' | b'/' | b'=') => Some((sign, letter + 1)),
                letter_byte @ (b't' | b'n' | b'r') => Some((blank(letter_byte), letter + 1)),
                b'x' | b'X' => Some((sign_of(hex(bytes, letter + 1, 2)?)?, letter + 3)),
                b'u' | b'U' => Some((sign_of(hex(bytes, letter + 1, 4)?)?, letter + 5)),
                _ => None,
            }
        }
    }
}

/// The blank that a letter after a backslash stands for.
fn blank(letter: u8) -> u8 {
    match letter {
        b't' => b'\t',
        b'n' => b'\n',
        _ => b'\r',
    }
}

/// The code of a sign as a byte.
fn sign_of(code: u32) -> Option<u8> {
    let sign = u8::try_from(code).ok().filter(u8::is_ascii)?;
    let is_blank = matches!(sign, b' ' | b'\t' | b'\n' | b'\r');
    let is_sign = sign.is_ascii_punctuation() && !matches!(sign, b'.' | b'-' | b'_' | b'%' | b'&');
    (is_blank || is_sign).then_some(sign)
}

/// The character of an entity of XML or HTML at `from`, and the length of the entity.
pub(in crate::extract) fn entity(bytes: &[u8], from: usize) -> Option<(char, usize)> {
    const NAMES: [(&[u8], char); 44] = [
        (b"amp", '&'),
        (b"quot", '"'),
        (b"apos", '\''),
        (b"lt", '<'),
        (b"gt", '>'),
        (b"sol", '/'),
        (b"bsol", '\\'),
        (b"colon", ':'),
        (b"equals", '='),
        (b"comma", ','),
        (b"commat", '@'),
        (b"lpar", '('),
        (b"rpar", ')'),
        (b"lsqb", '['),
        (b"lbrack", '['),
        (b"rsqb", ']'),
        (b"rbrack", ']'),
        (b"lcub", '{'),
        (b"lbrace", '{'),
        (b"rcub", '}'),
        (b"rbrace", '}'),
        (b"num", '#'),
        (b"dollar", '$'),
        (b"nbsp", '\u{A0}'),
        (b"ensp", '\u{2002}'),
        (b"emsp", '\u{2003}'),
        (b"thinsp", '\u{2009}'),
        (b"ldquo", '\u{201C}'),
        (b"rdquo", '\u{201D}'),
        (b"lsquo", '\u{2018}'),
        (b"rsquo", '\u{2019}'),
        (b"laquo", '\u{AB}'),
        (b"raquo", '\u{BB}'),
        (b"hellip", '\u{2026}'),
        (b"ndash", '\u{2013}'),
        (b"mdash", '\u{2014}'),
        (b"bull", '\u{2022}'),
        (b"tab", '\t'),
        (b"newline", '\n'),
        (b"excl", '!'),
        (b"semi", ';'),
        (b"quest", '?'),
        (b"vert", '|'),
        (b"ast", '*'),
    ];
    let text = &bytes[from + 1..bytes.len().min(from + MAX_ENTITY)];
    let text = &text[..memchr::memchr(b';', text)?];
    let c = match text {
        [b'#', b'x' | b'X', digits @ ..] => {
            char::from_u32(hex(digits, 0, digits.len()).filter(|_| !digits.is_empty())?)?
        }
        [b'#', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
            char::from_u32(str::from_utf8(digits).ok()?.parse().ok()?)?
        }
        name => NAMES.iter().find(|(other, _)| name.eq_ignore_ascii_case(other))?.1,
    };
    Some((c, text.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each sign is found in each spelling, from both sides.
    #[test]
    fn signs_are_read_from_both_sides() {
        for sign in (0..=0x7F).filter(|&code| sign_of(code).is_some()) {
            let c = char::from_u32(sign).unwrap();
            let mut all = vec![
                format!("%{sign:02x}"),
                format!("%25{sign:02X}"),
                format!("\\x{sign:02x}"),
                format!("\\u{sign:04X}"),
                format!("\\\\u{sign:04x}"),
                format!("&#{sign};"),
                format!("&#x{sign:04x};"),
                c.to_string(),
            ];
            if matches!(c, '"' | '\'' | '/' | '=') {
                all.extend((1..=MOST_SLASHES).map(|count| "\\".repeat(count) + &c.to_string()));
            }
            for spelling in all {
                let text = format!(" a{spelling}z ");
                let (from, end) = (2, 2 + spelling.len());
                assert_eq!(sign_at(text.as_bytes(), from), (c as u8, end), "{text}");
                assert_eq!(sign_before(text.as_bytes(), end), (c as u8, from), "{text}");
            }
        }
        for (spelling, sign) in [("&quot;", b'"'), ("&sol;", b'/'), ("\\t", b'\t'), ("\\\\n", b'\n'), ("\\r", b'\r')] {
            assert_eq!(sign_at(spelling.as_bytes(), 0), (sign, spelling.len()), "{spelling}");
            assert_eq!(sign_before(spelling.as_bytes(), spelling.len()), (sign, 0), "{spelling}");
        }
    }

    #[test]
    fn what_looks_like_an_escape_stands_for_itself() {
        for text in [
            "%4",
            "%41",
            "%2g",
            "%25",
            "\\x41",
            "\\u2022",
            "\\q",
            "&amp;",
            "&x;",
            "&#65;",
            "&#x;",
            "&;",
            "&#99999999;",
            "&#+47;",
        ] {
            let bytes = text.as_bytes();
            assert_eq!(sign_at(bytes, 0), (bytes[0], 1), "{text}");
            assert_eq!(sign_before(bytes, bytes.len()), (bytes[bytes.len() - 1], bytes.len() - 1), "{text}");
        }
        for text in ["22", "x22", "u0022", "t", "2", ";", "quot;", "aaaaaaaaaaaaaaaaaaaaa;"] {
            let bytes = text.as_bytes();
            assert_eq!(sign_before(bytes, bytes.len()), (bytes[bytes.len() - 1], bytes.len() - 1), "{text}");
        }
        assert_eq!((sign_at(b"", 0), sign_before(b"", 0)), ((0, 1), (0, 0)));
        assert_eq!(sign_before(b"a=3D", 4), (b'=', 1));
        assert_eq!(sign_before(b"a=3A", 4), (b'A', 3));
        assert_eq!(text_before(br"x \u005c%5C?\unc&#92;", 21, br"\\?\UNC\"), Some(2));
        assert_eq!(text_before(b"c", 1, b"bc"), None);
        // Letters and digits are plain, even if they end an escape.
        assert_eq!((text_before(b"x%2F", 4, b"2f"), text_before(b"x%2F", 4, b"/")), (Some(2), Some(1)));
        // An escape has two digits, whatever follows.
        assert_eq!(
            (sign_at(b"%2041", 0), sign_at(b"%252041", 0), sign_at(b"%25zz", 0)),
            ((b' ', 3), (b' ', 5), (b'%', 1))
        );
        assert_eq!(
            (after_quote(b"\"\"a", 0), after_quote(b"&quot;a", 0), after_quote(b"a", 0)),
            (Some(2), Some(6), None)
        );
        assert_eq!(after_blanks(b"%20\t\\ta", 0, 8), 6);
    }
}
