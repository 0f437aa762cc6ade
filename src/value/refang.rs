//! Refanging: undoes the defanging of values.
//!
//! Reports and feeds write `hxxp://evil[.]example/` so that nobody clicks on it. These forms are undone, in either case:
//!
//! | written | meant |
//! |---|---|
//! | `hxxp`, `h**p`, `h00p`, `hxtp`, `htp`, `ttp`, `xxp` and their like, with or without `s`, `fxp`, `meow`, `meows` before `://` | `http`, `https`, `ftp` |
//! | `[:]//`, `[://]`, `[:/]/`, `(:)//`, … after a scheme | `://` |
//! | `[.]` `(.)` `{.}` `[dot]` `(dot)` `{dot}`, and `\.` between two letters or digits | `.` |
//! | `[.` and `.]` without the other bracket, and `[.com]` | `.` |
//! | `[:]` `(:)`, before a port or in an IPv6 address | `:` |
//! | `[::]` `(::)` `{::}` between two hexadecimal digits | `::` |
//! | `[@]` `(@)` `[at]` `(at)` | `@` |
//! | `[/]` | `/` |
//!
//! A scheme counts only with its `://`: the bare name `hxxp.com` stays a name. An address in brackets,
//! `[2001:db8::1]:443`, stays as it is. Values are usually only partly defanged (`192.0.2[.]80`).
//!
//! Repeated defanging (`evil[[.]]example`) is undone up to four times.
//!
//! A path or a query may contain `[.]` for reasons of its own. There, only the balanced forms are undone, and only if
//! the scheme or the host was defanged.
//!
//! # Example
//!
//! ```
//! use netsieve::value::refang::refang;
//!
//! assert_eq!(refang("hxxps[:]//login.evil[.]example/gate[.]php"), "https://login.evil.example/gate.php");
//! assert_eq!(refang("192.0.2[.]80"), "192.0.2.80");
//! assert_eq!(refang("https://example.test/a[.]b"), "https://example.test/a[.]b");
//! assert_eq!(refang("hxxp.com"), "hxxp.com");
//! ```

use std::borrow::Cow;

#[cfg(test)]
mod tests;

/// Returns the value with its defanging undone, or borrows it if there is none. Takes linear time.
pub fn refang(value: &str) -> Cow<'_, str> {
    match refang_bytes(value.as_bytes()) {
        Cow::Borrowed(_) => Cow::Borrowed(value),
        // Only ASCII is replaced, and only by ASCII, so the bytes stay valid UTF-8.
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Cow::Owned(text),
            Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        },
    }
}

/// Like [`refang`], for bytes of any encoding that extends ASCII.
///
/// ```
/// use netsieve::value::refang::refang_bytes;
///
/// assert_eq!(refang_bytes(b"evil[.]test").as_ref(), b"evil.test");
/// ```
pub fn refang_bytes(value: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    if refang_into(value, &mut out) { Cow::Owned(out) } else { Cow::Borrowed(value) }
}

/// The number of rounds of defanging that are undone. Each report that a value went through may have defanged it again.
const ROUNDS: usize = 4;

/// Replaces the content of `out` by the value with its defanging undone. Returns true if that differs from the value.
///
/// If it does not differ, `out` is left empty. Nothing is allocated once `out` has grown, unless a value was defanged more than once.
///
/// ```
/// use netsieve::value::refang::refang_into;
///
/// let mut out = Vec::new();
/// assert!(refang_into(b"evil[.]test", &mut out));
/// assert_eq!(out, b"evil.test");
/// assert!(!refang_into(b"evil.test", &mut out));
/// assert!(out.is_empty());
/// ```
pub fn refang_into(value: &[u8], out: &mut Vec<u8>) -> bool {
    if !undo(value, out) {
        return false;
    }
    let mut again = Vec::new();
    for _ in 1..ROUNDS {
        if !undo(out, &mut again) {
            break;
        }
        std::mem::swap(out, &mut again);
    }
    true
}

/// Undoes one round of defanging, as [`refang_into`] does.
fn undo(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let mut changed = false;
    let mut at = 0;
    let scheme_found = scheme(value);
    if !scheme_found.is_some_and(|(_, _, defanged)| defanged)
        && !value.iter().any(|b| matches!(b, b'[' | b']' | b'(' | b'{' | b'\\'))
    {
        return false;
    }
    if let Some((scheme, end, defanged)) = scheme_found {
        out.extend_from_slice(scheme);
        out.extend_from_slice(b"://");
        changed = defanged;
        at = end;
    }

    // The host, with its user and port.
    let mut brackets = 0_u32;
    while at < value.len() {
        let rest = &value[at..];
        if is_gap(value, at) {
            changed = true;
            out.extend_from_slice(b"::");
            at += GAP;
            continue;
        }
        if let Some((byte, len)) = balanced(rest).or_else(|| unbalanced(value, at, brackets > 0)) {
            changed = true;
            out.push(byte);
            at += len;
            if byte == b'/' {
                break;
            }
            // In `[.com]`, the bracket still open closes further on.
            if rest[0] == b'[' && len == 2 {
                at = skip_closing(value, at, out);
            }
            continue;
        }
        match rest[0] {
            b'/' | b'\\' | b'?' | b'#' => break,
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        out.push(rest[0]);
        at += 1;
    }

    if !changed {
        out.clear();
        return false;
    }
    // The path and the query, and any URLs in them.
    while at < value.len() {
        let rest = &value[at..];
        let fresh = at == 0 || !value[at - 1].is_ascii_alphanumeric();
        if let Some((byte, len)) = balanced(rest) {
            out.push(byte);
            at += len;
        } else if let Some((scheme, end, true)) = fresh.then(|| scheme(rest)).flatten() {
            out.extend_from_slice(scheme);
            out.extend_from_slice(b"://");
            at += end;
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    true
}

/// Returns the intended scheme of a defanged one, or of one that lost a letter in copying; `None` for any other text.
fn meant(written: &[u8]) -> Option<&'static [u8]> {
    if written.eq_ignore_ascii_case(b"fxp") {
        return Some(b"ftp");
    }
    let (core, meant): (&[u8], &'static [u8]) = match written {
        [core @ .., b's' | b'S'] => (core, b"https"),
        core => (core, b"http"),
    };
    if core.eq_ignore_ascii_case(b"meow") {
        return Some(meant);
    }
    // `http` with one to three fillers in the middle, or with a letter lost at either end.
    let (has_h, rest) = match core {
        [b'h' | b'H', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (has_p, middle) = match rest {
        [middle @ .., b'p' | b'P'] => (true, middle),
        middle => (false, middle),
    };
    let is_middle = middle.iter().all(|byte| matches!(byte, b't' | b'T' | b'x' | b'X' | b'0' | b'*' | b'_'));
    let lengths = match (has_h, has_p) {
        (true, true) => 1..=3,
        (true, false) => 3..=3,
        (false, true) => 2..=2,
        (false, false) => return None,
    };
    let is_http = core.eq_ignore_ascii_case(b"http");
    (is_middle && lengths.contains(&middle.len()) && !is_http).then_some(meant)
}

/// The length of the longest scheme that is looked for.
const MAX_SCHEME: usize = 16;

/// The scheme at the start of the text, its length together with its `://`, and true if either is defanged.
pub(crate) fn scheme(text: &[u8]) -> Option<(&[u8], usize, bool)> {
    let len = text
        .iter()
        .take(MAX_SCHEME)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'_' | b'+' | b'-' | b'.'))
        .count();
    let written = &text[..len];
    if !written.first()?.is_ascii_alphabetic() {
        return None;
    }
    let (separator, plain) = separator(&text[len..])?;
    match meant(written) {
        Some(meant) => Some((meant, len + separator, true)),
        None if written.iter().any(|byte| matches!(byte, b'*' | b'_')) => None,
        None => Some((written, len + separator, !plain)),
    }
}

/// The length of a `://` with any brackets, and true if it has no brackets. Backslashes count as slashes.
fn separator(text: &[u8]) -> Option<(usize, bool)> {
    let mut wanted: &[u8] = b"://";
    let mut open = 0_usize;
    let mut len = 0;
    let mut plain = true;
    // Three characters, each with a bracket on both sides.
    for &byte in text.iter().take(9) {
        match byte {
            b'[' | b'(' | b'{' if !wanted.is_empty() => open += 1,
            b']' | b')' | b'}' if open > 0 => open -= 1,
            b':' if wanted.len() == 3 => wanted = &wanted[1..],
            b'/' | b'\\' if matches!(wanted.len(), 1 | 2) => wanted = &wanted[1..],
            _ => break,
        }
        plain &= matches!(byte, b':' | b'/' | b'\\');
        len += 1;
        if wanted.is_empty() && open == 0 {
            return Some((len, plain));
        }
    }
    None
}

/// A defanged byte with brackets on both sides, and its length in the text.
pub(crate) fn balanced(text: &[u8]) -> Option<(u8, usize)> {
    let (&open, rest) = text.split_first()?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => return None,
    };
    let (byte, len) = match rest {
        [byte @ (b'.' | b':' | b'@'), ..] => (*byte, 1),
        [b'/', ..] if open == b'[' => (b'/', 1),
        [d, o, t, ..] if [*d, *o, *t].eq_ignore_ascii_case(b"dot") => (b'.', 3),
        [a, t, ..] if [*a, *t].eq_ignore_ascii_case(b"at") => (b'@', 2),
        _ => return None,
    };
    (rest.get(len) == Some(&close)).then_some((byte, len + 2))
}

/// The length of a defanged `::`.
pub(crate) const GAP: usize = 4;

/// Returns true for a defanged `::` within an IPv6 address (`2001:db8[::]1`). Elsewhere `[::]` is the unspecified address.
pub(crate) fn is_gap(text: &[u8], at: usize) -> bool {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
    matches!(&text[at..], [b'[', b':', b':', b']', ..] | [b'(', b':', b':', b')', ..] | [b'{', b':', b':', b'}', ..])
        && at > 0
        && is_digit(at - 1)
        && is_digit(at + GAP)
}

/// A defanged dot between two bytes of a name, with only one of its brackets, or after a backslash.
pub(crate) fn unbalanced(text: &[u8], at: usize, in_brackets: bool) -> Option<(u8, usize)> {
    let named = |at: usize| text.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | 0x80..));
    let found = match &text[at..] {
        [b'[' | b'\\', b'.', ..] => true,
        [b'.', b']', ..] => !in_brackets,
        _ => false,
    };
    (found && at > 0 && named(at - 1) && named(at + 2)).then_some((b'.', 2))
}

/// Copies the labels after a `[.` and skips the closing `]`, if one comes before anything else.
fn skip_closing(text: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let labels =
        text[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | 0x80..)).count();
    let end = at + labels;
    if text.get(end) != Some(&b']') || text[end - 1] == b'.' {
        return at;
    }
    out.extend_from_slice(&text[at..end]);
    end + 1
}
