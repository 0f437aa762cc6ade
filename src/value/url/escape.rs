//! Unescapes to a fixed point, resolves dot segments, and escapes again.

use crate::value::wide;

/// The bytes that have to be escaped.
pub(super) type Escapes = [bool; 256];

/// Every byte up to the space and from 0x7F on, `#` and `%`; and `?`, which would end a path.
pub(super) const PATH: Escapes = escapes(true);

/// The same as for paths, except for `?`.
pub(super) const QUERY: Escapes = escapes(false);

const fn escapes(path: bool) -> Escapes {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            0..=b' ' | 0x7f.. | b'#' | b'%' => true,
            b'?' => path,
            _ => false,
        };
        byte += 1;
    }
    table
}

/// Returns true if a query is canonical as it stands.
#[inline]
pub(super) fn is_plain_query(query: &[u8]) -> bool {
    !wide::any(query, b'a', |byte, _| has_to_change(byte))
}

/// Returns true if a path that begins with a slash is canonical as it stands. May return false for a canonical path.
#[inline]
pub(super) fn is_plain_path(path: &[u8]) -> bool {
    !wide::any(path, b'a', |byte, next| {
        has_to_change(byte) | (byte == b'?') | (byte == b'\\') | ((byte == b'/') & ((next == b'/') | (next == b'.')))
    })
}

/// The same as [`QUERY`], which is [`PATH`] except for `?`.
#[inline(always)]
fn has_to_change(byte: u8) -> bool {
    (byte <= b' ') | (byte >= 0x7F) | (byte == b'#') | (byte == b'%')
}

/// Appends `text` to `out`, which must be empty, and unescapes it until no escape is left. Each byte goes through `map`
/// before it is written; `map` must neither create nor change a `%` or a hexadecimal digit.
///
/// Escapes cannot overlap, so the order of replacements does not matter; and an escape that a replacement completes
/// ends in the byte just written. One pass that looks back three bytes therefore finds them all. Repeated passes over
/// `%252525…` would take quadratic time.
pub(super) fn unescape_into(text: &[u8], out: &mut Vec<u8>, map: impl Fn(u8) -> u8) {
    let mut at = 0;
    loop {
        // An escape of a byte that is neither `%` nor a hexadecimal digit is final: that byte cannot be part of another escape. Most
        // escapes are final.
        while let Some(escape) = text[at..].first_chunk::<3>()
            && let Some(byte) = final_escape(escape)
        {
            // Escapes often repeat.
            let start = at;
            while text[at..].starts_with(escape) {
                at += escape.len();
            }
            out.resize(out.len() + (at - start) / escape.len(), map(byte));
        }
        let Some(&byte) = text.get(at) else { break };
        if byte != b'%' && !is_pending(out) {
            let len = memchr::memchr(b'%', &text[at..]).unwrap_or(text.len() - at);
            let start = out.len();
            out.extend_from_slice(&text[at..at + len]);
            out[start..].iter_mut().for_each(|byte| *byte = map(*byte));
            at += len;
            continue;
        }
        out.push(map(byte));
        at += 1;
        while let [.., b'%', high, low] = out[..] {
            let (Some(high), Some(low)) = (digit(high), digit(low)) else { break };
            let left = out.len() - 3;
            out.truncate(left);
            out.push(map(high << 4 | low));
        }
    }
}

/// Returns true if the last bytes may begin an escape.
fn is_pending(out: &[u8]) -> bool {
    matches!(out, [.., b'%'] | [.., b'%', _])
}

/// The byte that an escape stands for, if that is neither `%` nor a hexadecimal digit.
#[inline(always)]
fn final_escape(&[percent, high, low]: &[u8; 3]) -> Option<u8> {
    if percent != b'%' {
        return None;
    }
    let byte = digit(high)? << 4 | digit(low)?;
    (byte != b'%' && digit(byte).is_none()).then_some(byte)
}

/// The value of a hexadecimal digit.
#[inline(always)]
fn digit(byte: u8) -> Option<u8> {
    const NONE: u8 = u8::MAX;
    const DIGITS: [u8; 256] = {
        let mut table = [NONE; 256];
        let mut value = 0;
        while value < 16 {
            table[b"0123456789abcdef"[value as usize] as usize] = value;
            table[b"0123456789ABCDEF"[value as usize] as usize] = value;
            value += 1;
        }
        table
    };
    let value = DIGITS[usize::from(byte)];
    (value != NONE).then_some(value)
}

/// Resolves `.` and `..` in a path that begins with `/`, then merges runs of `/`, in place.
///
/// Until then, empty segments count as segments, as in browsers: `/a//../b` is `/a/b`.
pub(super) fn resolve_dots(path: &mut Vec<u8>) {
    if wide::any(path, b'a', |byte, next| (byte == b'/') & (next == b'.')) {
        resolve_segments(path);
    }
    if wide::any(path, b'a', |byte, next| (byte == b'/') & (next == b'/')) {
        path.dedup_by(|next, byte| *next == b'/' && *byte == b'/');
    }
}

fn resolve_segments(path: &mut Vec<u8>) {
    // `path[..kept]` is resolved. It never ends in a slash; each segment comes with the slash before it.
    let (mut kept, mut at) = (0, 0);
    while at < path.len() {
        let start = at + 1;
        let end = memchr::memchr(b'/', &path[start..]).map_or(path.len(), |found| start + found);
        let last = end == path.len();
        match &path[start..end] {
            dots @ (b"." | b"..") => {
                if dots.len() == 2 {
                    kept = memchr::memrchr(b'/', &path[..kept]).unwrap_or(0);
                }
                // `/a/..` leads to a directory.
                if last {
                    path[kept] = b'/';
                    kept += 1;
                }
            }
            _ => {
                path.copy_within(at..end, kept);
                kept += end - at;
            }
        }
        at = end;
    }
    path.truncate(kept);
}

/// Appends `text` to `out`, escaped.
pub(super) fn escape_into(text: &[u8], escapes: &Escapes, out: &mut Vec<u8>) {
    static ESCAPED: [[u8; 3]; 256] = {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let mut table = [[b'%'; 3]; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = [b'%', DIGITS[byte >> 4], DIGITS[byte & 15]];
            byte += 1;
        }
        table
    };
    out.reserve(text.len());
    // Only `?` is escaped in some parts and not in others.
    let question = if escapes[usize::from(b'?')] { b'?' } else { b'#' };
    let distance = |byte: u8| {
        let of_signs = (byte ^ b'#').min(byte ^ b'%').min(byte ^ question);
        byte.saturating_sub(b' ').min(0x7F_u8.saturating_sub(byte)).min(of_signs)
    };
    let mut rest = text;
    while !rest.is_empty() {
        let plain;
        (plain, rest) = rest.split_at(wide::find(rest, distance).unwrap_or(rest.len()));
        out.extend_from_slice(plain);
        let count = rest.iter().take_while(|&&byte| escapes[usize::from(byte)]).count();
        let (escaped, others) = rest.split_at(count);
        let start = out.len();
        out.resize(start + 3 * count, 0);
        for (place, &byte) in out[start..].as_chunks_mut().0.iter_mut().zip(escaped) {
            *place = ESCAPED[usize::from(byte)];
        }
        rest = others;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn texts_that_are_canonical_are_seen_at_a_glance() {
        for path in ["/", "/a", "/a/b.c", "/.a/../b", "/a~!$&'()*+,;=:@-_\"<>^`{|}"] {
            let is_plain = !path.contains("/.");
            assert_eq!(is_plain_path(path.as_bytes()), is_plain, "{path}");
        }
        for query in ["", "a", "a=b&c=d", "?", "/../", "//", "\\", "\"<>"] {
            assert!(is_plain_query(query.as_bytes()), "{query}");
        }
        for piece in ["%", "%41", "#", " ", "\t", "\0", "\x7F", "\u{E9}"] {
            assert!(!is_plain_path(format!("/a{piece}b").as_bytes()), "{piece:?}");
            assert!(!is_plain_query(format!("a{piece}b").as_bytes()), "{piece:?}");
        }
        for piece in ["?", "\\", "//", "/."] {
            assert!(!is_plain_path(format!("/a{piece}b").as_bytes()), "{piece:?}");
        }
    }

    #[test]
    fn escapes_are_final_unless_their_byte_may_begin_or_end_another() {
        for byte in 0..=u8::MAX {
            let want = Some(byte).filter(|byte| *byte != b'%' && !byte.is_ascii_hexdigit());
            for text in [format!("%{byte:02x}"), format!("%{byte:02X}")] {
                assert_eq!(final_escape(text.as_bytes().first_chunk().unwrap()), want, "{text}");
            }
        }
        for text in [b"%2g", b"%g2", b"20%", b"x2f"] {
            assert_eq!(final_escape(text), None);
        }
    }

    #[test]
    fn many_bytes_at_once_are_what_each_is_by_itself() {
        let pieces = [
            "%",
            "2",
            "5",
            "41",
            "e",
            "%20",
            "%2F",
            "%5C",
            "a",
            "\\",
            "/",
            "?",
            "#",
            "\u{e9}",
            "aaaaaaaaaaaaaaaaaaaaaaa",
        ];
        let mut random = Random::new(1);
        let map = |byte| if byte == b'\\' { b'/' } else { byte };
        for _ in 0..50_000 {
            let text: String = (0..random.below(10)).map(|_| random.pick(&pieces)).collect();
            let (mut unescaped, mut want) = (Vec::new(), Vec::new());
            unescape_into(text.as_bytes(), &mut unescaped, map);
            for byte in text.bytes() {
                want.push(map(byte));
                while let [.., b'%', high, low] = want[..]
                    && let (Some(high), Some(low)) = (char::from(high).to_digit(16), char::from(low).to_digit(16))
                {
                    want.truncate(want.len() - 3);
                    want.push(map((high << 4 | low) as u8));
                }
            }
            assert_eq!(unescaped, want, "{text}");
            for escapes in [PATH, QUERY] {
                let (mut escaped, mut want) = (Vec::new(), Vec::new());
                escape_into(&unescaped, &escapes, &mut escaped);
                for &byte in &unescaped {
                    match escapes[usize::from(byte)] {
                        true => want.extend(format!("%{byte:02X}").into_bytes()),
                        false => want.push(byte),
                    }
                }
                assert_eq!(escaped, want, "{text}");
            }
        }
    }
}
