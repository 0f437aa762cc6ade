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
    for &byte in text {
        out.push(map(byte));
        while let [.., b'%', high, low] = out[..] {
            let (Some(high), Some(low)) = (char::from(high).to_digit(16), char::from(low).to_digit(16)) else { break };
            let left = out.len() - 3;
            out.truncate(left);
            out.push(map((high << 4 | low) as u8));
        }
    }
}

/// Resolves `.` and `..` in a path that begins with `/`, then merges runs of `/`, in place.
///
/// Until then, empty segments count as segments, as in browsers: `/a//../b` is `/a/b`.
pub(super) fn resolve_dots(path: &mut Vec<u8>) {
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
    path.dedup_by(|next, byte| *next == b'/' && *byte == b'/');
}

/// Appends `text` to `out`, escaped.
pub(super) fn escape_into(text: &[u8], escapes: &Escapes, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text {
        if escapes[usize::from(byte)] {
            out.extend([b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        } else {
            out.push(byte);
        }
    }
}
