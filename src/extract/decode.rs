//! Undoes the escaping of a log, and maps the result back to the log's offsets.

use super::grammar::ends::ends_url;
use super::grammar::spelled::entity;
use super::grammar::{HOST, hex, is, is_name_scalar, scalar};
use crate::value::wide;

/// Decoded text, with the original offset of each of its bytes and of its end.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) text: Vec<u8>,
    pub(super) map: Vec<u32>,
}

impl Decoded {
    fn clear(&mut self) {
        self.text.clear();
        self.map.clear();
    }

    fn push(&mut self, bytes: &[u8], at: usize) {
        self.text.extend_from_slice(bytes);
        self.map.extend(std::iter::repeat_n(at as u32, bytes.len()));
    }

    /// Appends bytes unchanged.
    fn take(&mut self, bytes: &[u8], at: usize) {
        self.text.extend_from_slice(bytes);
        self.map.extend((at..at + bytes.len()).map(|at| at as u32));
    }

    /// Replaces offsets in the text of `inner` by those from which `inner` came.
    fn compose(&mut self, inner: &Decoded) {
        self.map.iter_mut().for_each(|at| *at = inner.map[*at as usize]);
    }
}

/// Decodes the JSON escapes of a run of name characters.
pub(super) fn name(raw: &[u8], into: &mut Decoded) {
    into.clear();
    let mut at = 0;
    while at < raw.len() {
        match unicode(raw, at) {
            Some((c, len)) => {
                into.push(c.encode_utf8(&mut [0; 4]).as_bytes(), at);
                at += len;
            }
            None => {
                into.push(&raw[at..=at], at);
                at += 1;
            }
        }
    }
    into.map.push(raw.len() as u32);
}

/// Returns true if [`url`] would change a text or end it.
pub(super) fn is_escaped(raw: &[u8]) -> bool {
    let Some(first) = memchr::memchr3(b'\\', b'&', b'=', raw) else { return false };
    let raw = &raw[first..];
    // In most cases the next byte shows that no escape begins here.
    let may_begin = |byte: u8, next: u8| {
        let of_json = (byte == b'\\') & !((next == b'x') | (next == b'.') | (next == b'\''));
        let of_xml = (byte == b'&') & ((next == b'#') | next.is_ascii_alphabetic());
        of_json | of_xml | ((byte == b'=') & (next == b'3'))
    };
    if !wide::any(raw, 0, may_begin) {
        return false;
    }
    let mut places = memchr::memchr3_iter(b'\\', b'&', b'=', raw);
    places.any(|at| match raw[at] {
        b'\\' => match raw.get(at + 1) {
            Some(b'"' | b'n' | b't' | b'r' | b'b' | b'f' | b'/' | b'\\' | b'=') => true,
            Some(b'u') => unicode(raw, at).is_some(),
            _ => false,
        },
        b'&' => entity(raw, at).is_some(),
        _ => raw[at..].starts_with(b"=3D"),
    })
}

/// Undoes the escapes that containers put into a URL: those of JSON, XML and CEF, and `=3D`. Stops at the first escape
/// that ends the URL.
pub(super) fn url(raw: &[u8], into: &mut Decoded) {
    into.clear();
    let mut at = 0;
    while at < raw.len() {
        let (c, len) = match &raw[at..] {
            [b'\\', b'"' | b'n' | b't' | b'r' | b'b' | b'f', ..] => break,
            [b'\\', c @ (b'/' | b'\\' | b'='), ..] => (char::from(*c), 2),
            [b'\\', b'u', ..] => unicode(raw, at).unwrap_or(('\\', 1)),
            [b'&', ..] => entity(raw, at).unwrap_or(('&', 1)),
            [b'=', b'3', b'D', ..] => ('=', 3),
            rest => {
                let len = memchr::memchr3(b'\\', b'&', b'=', &rest[1..]).map_or(rest.len(), |len| 1 + len);
                into.take(&rest[..len], at);
                at += len;
                continue;
            }
        };
        if ends_url(c) {
            break;
        }
        into.push(c.encode_utf8(&mut [0; 4]).as_bytes(), at);
        at += len;
    }
    into.map.push(at as u32);
}

/// Like [`url`], applied once more to its result.
pub(super) fn url_again(inner: &Decoded, into: &mut Decoded) {
    url(&inner.text, into);
    into.compose(inner);
}

/// Percent-decodes a URL that stands in another URL, once or twice.
pub(super) fn percent(raw: &[u8], is_twice: bool, into: &mut Decoded) {
    into.clear();
    let mut at = 0;
    while at < raw.len() {
        let escaped = (raw[at] == b'%').then(|| hex(raw, at + 1, 2)).flatten();
        into.push(&[escaped.map_or(raw[at], |byte| byte as u8)], at);
        at += if escaped.is_some() { 3 } else { 1 };
    }
    into.map.push(raw.len() as u32);
    if is_twice {
        let inner = std::mem::take(into);
        percent(&inner.text, false, into);
        into.compose(&inner);
    }
}

/// The character of a JSON escape, `\uHHHH` or a surrogate pair of two, and the length of the escape.
fn unicode(text: &[u8], at: usize) -> Option<(char, usize)> {
    /// The length of one escape.
    const LEN: usize = 6;
    let unit = |at: usize| {
        let is_escape = text.get(at..).is_some_and(|rest| rest.starts_with(b"\\u"));
        is_escape.then(|| hex(text, at + 2, 4)).flatten()
    };
    let first = unit(at)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first)?, LEN));
    }
    let second = unit(at + LEN).filter(|second| (0xDC00..0xE000).contains(second))?;
    let c = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))?;
    Some((c, 2 * LEN))
}

/// The character of a `\uHHHH` at `at`, if names may contain it, and the length of the escape.
pub(super) fn unicode_escape(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    unicode(bytes, at).filter(|&(c, _)| if c.is_ascii() { is(c as u8, HOST) } else { is_name_scalar(c) })
}

/// The length of the non-ASCII scalar at `at`, if names may contain it.
pub(super) fn name_scalar(bytes: &[u8], at: usize) -> Option<usize> {
    scalar(bytes, at).filter(|&(c, _)| !c.is_ascii() && is_name_scalar(c)).map(|(_, len)| len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn escaped_runs_are_those_that_decoding_changes() {
        let pieces = [
            "\\",
            "u",
            "0026",
            "x22",
            "&",
            "amp;",
            "quot;",
            "#38;",
            "=",
            "3D",
            "/",
            "a",
            "\u{e9}",
            "n",
            "'",
            ".",
            "lt;",
            "sol;",
            "COLON;",
            "aaaaaaaaaaaaaaaaaaa",
        ];
        let mut random = Random::new(1);
        let mut decoded = Decoded::default();
        for _ in 0..50_000 {
            let text: String = (0..random.below(10)).map(|_| random.pick(&pieces)).collect();
            url(text.as_bytes(), &mut decoded);
            assert_eq!(is_escaped(text.as_bytes()), decoded.text != text.as_bytes(), "{text}");
            assert_eq!(decoded.map.len(), decoded.text.len() + 1);
            assert!(decoded.map.is_sorted() && decoded.map.iter().all(|&at| at as usize <= text.len()));
        }
    }
}
