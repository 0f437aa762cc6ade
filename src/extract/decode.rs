//! Decoding what a log escaped, with the way back to the log's offsets.

use super::bytes::{hex, scalar};

/// Appends the JSON-decoded `raw` to `text`, and for each of its bytes the offset it came from to `map`, which ends with the end.
/// A backslash that escapes nothing stays.
pub(super) fn json(raw: &[u8], text: &mut Vec<u8>, map: &mut Vec<u32>) {
    text.clear();
    map.clear();
    let mut at = 0;
    while at < raw.len() {
        let (len, decoded) = match &raw[at..] {
            [b'\\', b'/', ..] => (2, Some('/')),
            [b'\\', b'\\', ..] => (2, Some('\\')),
            [b'\\', b'u', ..] => (6, hex(raw, at + 2, 4).and_then(char::from_u32)),
            _ => (1, None),
        };
        match decoded {
            Some(c) => {
                let bytes = c.len_utf8();
                text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                map.extend(std::iter::repeat_n(at as u32, bytes));
                at += len;
            }
            None => {
                text.push(raw[at]);
                map.push(at as u32);
                at += 1;
            }
        }
    }
    map.push(raw.len() as u32);
}

/// Percent-decodes `raw`, once or twice, into `text` and `map`, like [`json`].
pub(super) fn percent(raw: &[u8], is_twice: bool, text: &mut Vec<u8>, map: &mut Vec<u32>) {
    text.clear();
    map.clear();
    let mut at = 0;
    while at < raw.len() {
        let escaped = (raw[at] == b'%').then(|| hex(raw, at + 1, 2)).flatten();
        text.push(escaped.map_or(raw[at], |byte| byte as u8));
        map.push(at as u32);
        at += if escaped.is_some() { 3 } else { 1 };
    }
    map.push(raw.len() as u32);
    if is_twice {
        let (mut from, mut to) = (0, 0);
        while from < text.len() {
            let escaped = (text[from] == b'%').then(|| hex(text, from + 1, 2)).flatten();
            text[to] = escaped.map_or(text[from], |byte| byte as u8);
            map[to] = map[from];
            to += 1;
            from += if escaped.is_some() { 3 } else { 1 };
        }
        map[to] = raw.len() as u32;
        text.truncate(to);
        map.truncate(to + 1);
    }
}

/// The name character that a `\\uHHHH` at `at` stands for.
pub(super) fn unicode_escape(bytes: &[u8], at: usize) -> Option<char> {
    if !bytes[at..].starts_with(b"\\u") {
        return None;
    }
    let c = hex(bytes, at + 2, 4).and_then(char::from_u32)?;
    let is_name =
        if c.is_ascii() { super::bytes::is(c as u8, super::bytes::HOST) } else { super::bytes::is_name_scalar(c) };
    is_name.then_some(c)
}

/// The length of the scalar at `at` if it can be part of a name and is not ASCII.
pub(super) fn name_scalar(bytes: &[u8], at: usize) -> Option<usize> {
    scalar(bytes, at).filter(|&(c, _)| !c.is_ascii() && super::bytes::is_name_scalar(c)).map(|(_, len)| len)
}
