//! The ends of a URL: the certain one, and the places where a container may end it.

use super::spelled::{MOST_SLASHES, after_sign, sign_at};
use super::{at, hex, is_sign, scalar};
use crate::value::url::End;
use crate::value::wide;

#[cfg(test)]
mod tests;

/// The bytes that end every URL: white space, control bytes, `"`, `<`, `>` and the backtick.
pub(in crate::extract) const ENDS_URL: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = matches!(b as u8, 0..=0x20 | 0x7F | b'"' | b'<' | b'>' | b'`');
        b += 1;
    }
    table
};

/// The bytes that end the authority of a URL.
pub(in crate::extract) const ENDS_AUTHORITY: [bool; 256] = {
    let mut table = ENDS_URL;
    let mut rest: &[u8] = b"/\\?#";
    while let [byte, others @ ..] = rest {
        table[*byte as usize] = true;
        rest = others;
    }
    table
};

/// Returns true if a character ends a URL: by its byte, or as white space of any script.
pub(in crate::extract) fn ends_url(c: char) -> bool {
    u8::try_from(c).ok().filter(u8::is_ascii).map_or_else(|| c.is_whitespace(), |byte| ENDS_URL[usize::from(byte)])
}

/// The number of bytes from `from` on up to one that ends a URL.
pub(in crate::extract) fn len_to_end(bytes: &[u8], from: usize) -> usize {
    /// The number of bytes to search at a time. Those with non-ASCII bytes among them are read twice.
    const NEAR: usize = 256;
    let rest = &bytes[from..];
    for at in (0..rest.len()).step_by(NEAR) {
        let near = &rest[at..rest.len().min(at + NEAR)];
        let end = first_end(near);
        // Non-ASCII white space may begin in this part and end after it.
        let own = &rest[at..rest.len().min(at + end.unwrap_or(NEAR) + 2)];
        if !own.is_ascii()
            && may_hold_blank(own)
            && let Some(blank) = (0..end.unwrap_or(near.len())).find(|&place| is_blank(&own[place..]))
        {
            return at + blank;
        }
        if let Some(end) = end {
            return at + end;
        }
    }
    rest.len()
}

/// Returns true if a text may hold non-ASCII white space; false is certain.
fn may_hold_blank(text: &[u8]) -> bool {
    let may_be = |a: u8, b: u8, c: u8| {
        let of_general = (b == 0x80) & ((c <= 0x8A) | (c == 0xA8) | (c == 0xA9) | (c == 0xAF));
        ((a == 0xC2) & ((b == 0x85) | (b == 0xA0)))
            | ((a == 0xE2) & (of_general | (b == 0x81)))
            | ((a == 0xE1) & (b == 0x9A))
            | ((a == 0xE3) & (b == 0x80))
    };
    wide::any_three(text, may_be) || text.ends_with(b"\xC2\x85") || text.ends_with(b"\xC2\xA0")
}

/// Returns 0 for exactly the bytes that end every URL, [`ENDS_URL`].
#[inline(always)]
fn distance_to_end(byte: u8) -> u8 {
    // `<` and `>` differ in one bit.
    let of_signs = (byte ^ b'"').min((byte & 0xFD) ^ b'<').min(byte ^ b'`');
    byte.saturating_sub(b' ').min(byte ^ 0x7F).min(of_signs)
}

/// The first byte that ends every URL.
pub(in crate::extract) fn first_end(bytes: &[u8]) -> Option<usize> {
    wide::find(bytes, distance_to_end)
}

/// Returns true if a text begins with non-ASCII white space.
fn is_blank(text: &[u8]) -> bool {
    matches!(
        text,
        [0xC2, 0x85 | 0xA0, ..]
            | [0xE1, 0x9A, 0x80, ..]
            | [0xE2, 0x80, 0x80..=0x8A | 0xA8 | 0xA9 | 0xAF, ..]
            | [0xE2, 0x81, 0x9F, ..]
            | [0xE3, 0x80, 0x80, ..]
    )
}

/// Returns true for bytes before which a URL may end and that cannot stand in a host either.
fn is_hard_cut(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'|' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'!' | b'*' | b'$' | b'^')
}

/// The first sign in the path of a URL that a separate text follows: `,`, `;`, `|` or `^` in any spelling, what other scripts write for
/// them, or the `&` of `&key=`, which begins the next parameter of whatever holds the URL.
pub(in crate::extract) fn own_text(path: &[u8]) -> Option<usize> {
    let distance = |byte: u8| {
        let plain = (byte ^ b',').min(byte ^ b';').min(byte ^ b'|').min(byte ^ b'^');
        plain.min(byte ^ b'&').min(byte ^ b'%').min(byte ^ b'\\')
    };
    let (mut from, mut first) = (0, None);
    while let Some(len) = wide::find(&path[from..], distance) {
        let place = from + len;
        if matches!(sign_at(path, place).0, b',' | b';' | b'|' | b'^') || begins_parameter(path, place) {
            first = Some(place);
            break;
        }
        from = place + 1;
    }
    let head = &path[..first.unwrap_or(path.len())];
    if head.is_ascii() {
        return first;
    }
    (0..head.len()).find(|&place| separates_values(&head[place..])).or(first)
}

/// The longest key of a parameter.
const MAX_KEY: usize = 32;

/// Returns true for `&key=` at `from`, the ampersand perhaps percent-encoded or escaped as in JSON.
fn begins_parameter(path: &[u8], from: usize) -> bool {
    let rest = &path[from..];
    let slashes = rest.iter().take(MOST_SLASHES).take_while(|b| **b == b'\\').count();
    let behind = match slashes {
        0 => ["&", "%26", "%2526"].iter().find_map(|sign| rest.strip_prefix(sign.as_bytes())),
        _ => rest[slashes..].strip_prefix(b"u0026"),
    };
    behind.is_some_and(|behind| {
        let len = behind
            .iter()
            .take(MAX_KEY + 1)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            .count();
        (1..=MAX_KEY).contains(&len) && after_sign(behind, len, b'=').is_some()
    })
}

/// Returns true if a text begins with `、`, `，`, `；`, `｜`, `،` or `؛`.
fn separates_values(text: &[u8]) -> bool {
    matches!(
        text,
        [0xE3, 0x80, 0x81, ..] | [0xEF, 0xBC, 0x8C | 0x9B, ..] | [0xEF, 0xBD, 0x9C, ..] | [0xD8, 0x8C | 0x9B, ..]
    )
}

/// Returns true if a URL may end before offset `at_place` of its text. `in_query`: a `?` precedes; `in_parameter`: the
/// URL stands in the query of another.
fn is_cut(text: &[u8], at_place: usize, in_query: bool, in_parameter: bool) -> bool {
    match text[at_place] {
        byte if is_hard_cut(byte) => true,
        b':' => at(text, at_place + 1) == b':',
        // The end of a link that mail gateways rewrite: `/v3/__http://evil.test/a__;!!x`.
        b'_' => text[at_place..].starts_with(b"__;"),
        b'&' => !in_query || in_parameter,
        b'+' => !in_query,
        b'%' => {
            !in_query
                && (is_separator(percent(text, at_place))
                    || is_encoded_escape(text, at_place)
                    || is_encoded_sign(text, at_place))
        }
        b'\\' if is_rest_of_quote(&text[at_place..]) => true,
        b'\\' => !in_query && (is_separator(escaped_byte(text, at_place)) || is_encoded_sign(text, at_place)),
        // Quoted-printable encodes a blank or a quote at the end of a line, and the ends of lines in a text of many.
        b'=' => {
            text[at_place..].starts_with(b"=0D=0A")
                || !in_query && at_place + 3 == text.len() && is_separator(hex(text, at_place + 1, 2))
        }
        // A byte that had been encoded.
        byte if ENDS_URL[usize::from(byte)] => true,
        0x80.. => match scalar(text, at_place) {
            Some((c, _)) => is_sign(c),
            None => is_stray(text, at_place),
        },
        _ => false,
    }
}

/// Returns true for a byte that is no part of UTF-8, such as a typographic quote of Windows-1252.
fn is_stray(text: &[u8], at: usize) -> bool {
    let holds = |from: usize| scalar(text, from).is_some_and(|(_, len)| from + len > at);
    !(at.saturating_sub(3)..=at).any(holds)
}

/// Returns true for the backslashes at the end of a text: they escape the quote that ends it.
fn is_rest_of_quote(rest: &[u8]) -> bool {
    rest.len() <= 8 && rest.iter().all(|b| *b == b'\\')
}

/// The byte of a percent-escape, encoded once or twice.
fn percent(text: &[u8], from: usize) -> Option<u32> {
    let is_twice = text[from..].starts_with(b"%25");
    is_twice.then(|| hex(text, from + 3, 2)).flatten().or_else(|| hex(text, from + 1, 2))
}

/// Returns true for an escape of JSON or a shell whose backslash was percent-encoded: `%5Cn`.
fn is_encoded_escape(text: &[u8], from: usize) -> bool {
    let len = if text[from..].starts_with(b"%25") { 5 } else { 3 };
    percent(text, from) == Some(u32::from(b'\\'))
        && matches!(at(text, from + len), b'n' | b'r' | b't' | b'b' | b'f' | b'x' | b'u' | b'%')
}

/// Returns true for an encoded sign that is not ASCII, such as a typographic quote, `%E2%80%9D` or `\xe2\x80\x9d`.
pub(in crate::extract) fn is_encoded_sign(text: &[u8], from: usize) -> bool {
    let rest = &text[from..];
    let prefixes: [&[u8]; 3] = [b"%25", b"%", b"\\x"];
    let Some(prefix) = prefixes.into_iter().find(|prefix| rest.starts_with(prefix)) else { return false };
    let byte = |n: usize| {
        let place = from + n * (prefix.len() + 2);
        let digits = text.get(place..)?.strip_prefix(prefix)?;
        hex(digits, 0, 2).map(|byte| byte as u8)
    };
    let Some(first @ 0xC2..) = byte(0) else { return false };
    let bytes = [first, byte(1).unwrap_or(0), byte(2).unwrap_or(0), byte(3).unwrap_or(0)];
    scalar(&bytes, 0).is_some_and(|(c, _)| is_sign(c))
}

/// The byte of a `\xHH`, `\ooo` or `\0` at `from`.
fn escaped_byte(text: &[u8], from: usize) -> Option<u32> {
    match text[from + 1..] {
        [b'x', ..] => hex(text, from + 2, 2),
        [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
            Some([a, b, c].iter().fold(0, |value, digit| value << 3 | u32::from(digit - b'0')))
        }
        [b'0', ref rest @ ..] if !rest.first().is_some_and(u8::is_ascii_digit) => Some(0),
        _ => None,
    }
}

fn is_separator(byte: Option<u32>) -> bool {
    let separators = b" \t\n\r\0\"'`<>&;|,()[]{}!*$^+?#";
    byte.is_some_and(|byte| u8::try_from(byte).is_ok_and(|byte| separators.contains(&byte)))
}

/// Returns true for bytes that are always trimmed from the end of a URL.
fn is_trimmed(byte: u8) -> bool {
    matches!(byte, b'\\' | b'\'' | b'"' | b'.' | b',' | b';' | b':' | b'!' | b'?')
}

/// The number of opening brackets minus that of closing ones, for each kind.
#[derive(Clone, Copy, Default)]
struct Balance([i32; 3]);

impl Balance {
    fn of(text: &[u8]) -> Self {
        let mut balance = Self::default();
        text.iter().for_each(|&byte| balance.add(byte));
        balance
    }

    fn kind(byte: u8) -> usize {
        match byte {
            b'(' | b')' => 0,
            b'[' | b']' => 1,
            _ => 2,
        }
    }

    #[inline]
    fn add(&mut self, byte: u8) {
        match byte {
            b'(' | b'[' | b'{' => self.0[Self::kind(byte)] += 1,
            b')' | b']' | b'}' => self.0[Self::kind(byte)] -= 1,
            _ => {}
        }
    }

    /// Returns true if a closing bracket at the end of the text has no opening one.
    fn is_unbalanced(&self, byte: u8) -> bool {
        matches!(byte, b')' | b']' | b'}') && self.0[Self::kind(byte)] < 0
    }
}

/// The length of a URL's text without trailing punctuation, quotes and unbalanced brackets.
pub(in crate::extract) fn trim(text: &[u8]) -> usize {
    let mut balance: Option<Balance> = None;
    let mut len = text.len();
    while len > 0 {
        let byte = text[len - 1];
        if is_trimmed(byte) {
            len -= wide::repeats(&text[..len]);
            continue;
        }
        if matches!(byte, b')' | b']' | b'}') {
            let balance = balance.get_or_insert_with(|| Balance::of(&text[..len]));
            if !balance.is_unbalanced(byte) {
                break;
            }
            balance.0[Balance::kind(byte)] += 1;
        } else {
            break;
        }
        len -= 1;
    }
    len
}

/// Finds all ends of a URL up to the length `most`, in order. Its path starts at offset `path`. Each place where a
/// container may end it, and the end of the text, counts both trimmed and untrimmed. Takes time linear in that length
/// and in what is trimmed after it.
pub(in crate::extract) fn all(text: &[u8], path: usize, most: usize, in_parameter: bool, ends: &mut Vec<End>) {
    ends.clear();
    let mut balance = Balance::of(&text[..path]);
    let mut in_query = false;
    // The trimmed length, and its index among the ends if it is there.
    let (mut trimmed, mut known) = (trim(&text[..path]), None);
    for place in path..=text.len() {
        let byte = at(text, place);
        if trimmed > most {
            break;
        }
        if place == text.len() || is_cut(text, place, in_query, in_parameter) {
            let rank = 2 * place;
            match known {
                None => {
                    known = Some(ends.len());
                    ends.push(End { len: trimmed, rank: rank + 1 });
                }
                Some(at) => ends[at] = End { len: trimmed, rank: rank + 1 },
            }
            if place > most {
                // All later places have the same trimmed end.
                break;
            }
            if trimmed < place {
                ends.push(End { len: place, rank });
            }
        }
        balance.add(byte);
        in_query |= byte == b'?';
        if !(is_trimmed(byte) || balance.is_unbalanced(byte)) {
            (trimmed, known) = (place + 1, None);
        }
    }
}

/// The places within the authority of a URL, which ends at `end`, where the URL may end already. In each part between
/// two `@`, these are the first byte that cannot stand in a host, and non-ASCII punctuation up to there.
pub(in crate::extract) fn in_authority(text: &[u8], behind: usize, end: usize) -> impl Iterator<Item = usize> + '_ {
    /// No host has more of those.
    const MOST: usize = 8;
    let (mut is_over, mut soft) = (false, 0);
    (behind..end).filter(move |&place| {
        let byte = text[place];
        if byte == b'@' {
            (is_over, soft) = (false, 0);
            return false;
        }
        let is_end = place > behind && !is_over && is_cut(text, place, false, false);
        if is_end {
            // An address in brackets contains such bytes itself, and encoded blanks are removed from a host.
            let is_soft = byte >= 0x80
                || matches!(byte, b'[' | b']' | b':' | b'\t' | b'\r' | b'\n')
                || is_encoded_sign(text, place);
            soft += 1;
            is_over = !is_soft || soft == MOST;
        }
        is_end
    })
}
