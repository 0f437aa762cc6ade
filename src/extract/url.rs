//! Where a URL ends, and what its parts are.

use super::bytes::{at, hex};
use crate::limits::MAX_OBSERVABLE;

/// How the `://` of a URL is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As it is, or with JSON escapes.
    Plain,
    /// Percent-encoded, inside another URL's query.
    Percent,
    /// Percent-encoded twice.
    PercentTwice,
}

/// The length of the separator between scheme and authority at `from`, and how it is written.
pub(super) fn separator(bytes: &[u8], from: usize) -> Option<(usize, Written)> {
    let rest = &bytes[from..];
    match rest.first()? {
        b':' if rest.starts_with(b"://") => Some((3, Written::Plain)),
        b':' if rest.starts_with(b":\\/\\/") => Some((5, Written::Plain)),
        b'%' => [(&b"%3A%2F%2F"[..], Written::Percent), (b"%253A%252F%252F", Written::PercentTwice)]
            .into_iter()
            .find_map(|(text, written)| {
                let is_it = rest.len() >= text.len() && rest[..text.len()].eq_ignore_ascii_case(text);
                is_it.then_some((text.len(), written))
            }),
        _ => None,
    }
}

/// Where the URL that starts at `start` stops, before anything is trimmed.
pub(super) fn stop(bytes: &[u8], start: usize, written: Written) -> usize {
    let limit = bytes.len().min(start + MAX_OBSERVABLE);
    let mut end = start;
    while end < limit {
        match bytes[end] {
            0..=0x20 | 0x7F | b'"' | b'<' | b'>' | b'`' => break,
            b'&' if written != Written::Plain => break,
            b'\\' => match at(bytes, end + 1) {
                b'"' | b'n' | b't' | b'r' | b'b' | b'f' => break,
                b'u' => match hex(bytes, end + 2, 4) {
                    // An escaped byte ends a URL as the byte itself does.
                    Some(0..=0x20 | 0x22 | 0x3C | 0x3E | 0x60 | 0x7F) => break,
                    Some(_) => end += 6,
                    None => end += 1,
                },
                b'\\' | b'/' => end += 2,
                _ => end += 1,
            },
            _ => end += 1,
        }
    }
    end.min(limit)
}

/// Where the authority that starts at `behind` ends for certain, however far the URL goes on: behind the first slash that follows
/// something else. `None`: this cannot be told from the next bytes.
pub(super) fn sure_authority_end(bytes: &[u8], behind: usize, written: Written) -> Option<usize> {
    /// Longer than any authority that is a host.
    const NEAR: usize = 2048;
    let rest = &bytes[behind..bytes.len().min(behind + NEAR)];
    let slash = |from: usize| {
        let text = &rest[from..];
        let is = |slash: &[u8]| {
            let head = text.get(..slash.len()).is_some_and(|head| head.eq_ignore_ascii_case(slash));
            head.then_some(slash.len())
        };
        match text.first()? {
            b'/' => Some(1),
            b'\\' if written == Written::Plain => is(b"\\/"),
            b'%' if written == Written::Percent => is(b"%2F"),
            b'%' if written == Written::PercentTwice => is(b"%252F"),
            _ => None,
        }
    };
    let mut at = 0;
    while let Some(len) = slash(at) {
        at += len;
    }
    let is_end = |b: &u8| matches!(b, 0..=0x20 | 0x7F | b'"' | b'<' | b'>' | b'`' | b'&' | b'?' | b'#');
    let start = at;
    loop {
        if let Some(len) = slash(at) {
            return (at > start).then_some(behind + at + len);
        }
        // What may end the URL, or the authority in a way that trimming undoes, is looked at as a whole.
        if rest.get(at).is_none_or(is_end) || (rest[at] == b'\\' && written == Written::Plain) {
            return None;
        }
        at += 1;
    }
}

/// Takes trailing punctuation, quotes and unbalanced brackets off a URL.
pub(super) fn trim(bytes: &[u8], start: usize, mut end: usize) -> usize {
    let mut balance: Option<[i32; 3]> = None;
    while end > start {
        match bytes[end - 1] {
            b'\\' | b'\'' | b'"' | b'.' | b',' | b';' | b':' | b'!' | b'?' => end -= 1,
            close @ (b')' | b']' | b'}') => {
                let balance = balance.get_or_insert_with(|| count(&bytes[start..end]));
                let open = &mut balance[bracket(close)];
                if *open >= 0 {
                    break;
                }
                *open += 1;
                end -= 1;
            }
            _ => break,
        }
    }
    end
}

fn bracket(byte: u8) -> usize {
    match byte {
        b'(' | b')' => 0,
        b'[' | b']' => 1,
        _ => 2,
    }
}

/// Opening less closing brackets of each kind.
fn count(text: &[u8]) -> [i32; 3] {
    let mut balance = [0; 3];
    for &b in text {
        match b {
            b'(' | b'[' | b'{' => balance[bracket(b)] += 1,
            b')' | b']' | b'}' => balance[bracket(b)] -= 1,
            _ => {}
        }
    }
    balance
}

/// Where the authority of a decoded URL with a scheme starts: of the schemes of the Web behind all slashes, as the canonicaliser
/// has it.
pub(super) fn authority_start(text: &[u8]) -> Option<usize> {
    let colon = memchr::memmem::find(text, b"://")?;
    let is_web =
        [&b"http"[..], b"https", b"ws", b"wss", b"ftp"].iter().any(|web| text[..colon].eq_ignore_ascii_case(web));
    let more = if is_web { text[colon + 3..].iter().take_while(|b| matches!(b, b'/' | b'\\')).count() } else { 0 };
    Some(colon + 3 + more)
}

/// Where the host of a decoded URL stands, and where its authority ends. `from`: behind the scheme's separator.
pub(super) fn host(text: &[u8], from: usize) -> (std::ops::Range<usize>, usize) {
    let end =
        text[from..].iter().position(|b| matches!(b, b'/' | b'\\' | b'?' | b'#')).map_or(text.len(), |len| from + len);
    let start = memchr::memrchr(b'@', &text[from..end]).map_or(from, |at| from + at + 1);
    let authority = &text[start..end];
    if authority.starts_with(b"[")
        && let Some(close) = memchr::memchr(b']', authority)
    {
        return (start + 1..start + close, end);
    }
    let digits = authority.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let host_end = match authority[..authority.len() - digits].last() {
        Some(b':') => end - digits - 1,
        _ => end,
    };
    (start..host_end, end)
}
