//! Escapes before a token, and the spellings of the `://` of a URL.

use super::ends::ENDS_AUTHORITY;
use super::spelled::after_sign;
use super::{at, before, ends_in, hex};
use crate::arch::sweep::{Escape, Rules};

/// The number of bytes at the start of a run that belong to an escape, whose first byte precedes the run: `\n`, `\xHH`,
/// `\uHHHH`, `%HH`, `%25HH`, `#ooo`, `=3D`, `=3D3D`, a colour, `ESC [ … m`, the `ESC [ K` that grep writes after one, and what moves
/// the cursor of a terminal, `ESC [ 2 J`, or sets one of its modes, `ESC [ ? 25 h`.
#[inline]
pub(in crate::extract) fn escape_len(bytes: &[u8], start: usize) -> usize {
    match before(bytes, start) {
        b'\\' => match at(bytes, start) {
            b'n' | b't' | b'r' | b'b' | b'f' => 1,
            b'x' if hex(bytes, start + 1, 2).is_some() => 3,
            b'u' if hex(bytes, start + 1, 4).is_some() => 5,
            _ => 0,
        },
        b'%' if hex(bytes, start, 2).is_none() => 0,
        b'%' if bytes[start..].starts_with(b"25") && hex(bytes, start + 2, 2).is_some() => 4,
        b'%' => 2,
        b'#' => match bytes.get(start..start + 3) {
            Some(digits) if digits.iter().all(|b| (b'0'..=b'7').contains(b)) => 3,
            _ => 0,
        },
        b'=' if bytes[start..].starts_with(b"3D3D") => 4,
        b'=' if bytes[start..].starts_with(b"3D") => 2,
        b'[' | b';' | b':' | b'?' => colour_len(bytes, start),
        _ => 0,
    }
}

/// The part of these rules that the sweep needs; it sees only a run and the byte before it.
pub(in crate::extract) static RULES: Rules = Rules::new(
    ENDS_AUTHORITY,
    &[
        (b'\\', Escape::Always),
        (b'%', Escape::Always),
        (b'#', Escape::Always),
        (b'=', Escape::BeforeThree),
        (b'[', Escape::BeforeColour),
        (b';', Escape::BeforeColour),
        (b':', Escape::BeforeColour),
        (b'?', Escape::BeforeColour),
    ],
);

/// The length of the longest colour after its escape character.
const MAX_COLOUR: usize = 32;

/// The length of the longest part of an escape in a run.
pub(in crate::extract) const MAX_ESCAPE: usize = MAX_COLOUR + 1;

/// The rest of a colour, `ESC [ digits ; digits m`, or of another command with digits, such as `ESC [ 2 K`, which clears a line, in a
/// run that starts inside it.
fn colour_len(bytes: &[u8], start: usize) -> usize {
    let digits = bytes[start..].iter().take(MAX_COLOUR).take_while(|b| b.is_ascii_digit()).count();
    let command = at(bytes, start + digits);
    if !(matches!(command, b'm' | b'K') || digits > 0 && command.is_ascii_alphabetic()) {
        return 0;
    }
    let is_part = |b: &&u8| b.is_ascii_digit() || matches!(**b, b';' | b':');
    let behind = bytes[..start].iter().rev().take(MAX_COLOUR).take_while(is_part).count();
    let head = &bytes[..start - behind];
    // A mode of a kind of terminal.
    let head = head.strip_suffix(b"?").unwrap_or(head);
    let is_colour = head.strip_suffix(b"[").is_some_and(ends_in_escape_character);
    if is_colour { digits + 1 } else { 0 }
}

/// Returns true if a text ends in the escape character: raw, or as JSON, C, a shell, syslog or `cat -v` write it.
fn ends_in_escape_character(head: &[u8]) -> bool {
    let ends = |text: &[u8]| ends_in(head, text);
    head.ends_with(b"\x1B")
        || ends(b"\\u001b")
        || ends(b"\\x1b")
        || ends(b"#033")
        || ends(b"\\033")
        || ends(b"\\e")
        || ends(b"^[")
}

/// The spelling of the `://` of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::extract) enum Written {
    /// Plain, or with escapes of JSON or XML.
    Plain,
    /// Percent-encoded once or twice, as in the query of another URL.
    Percent { is_twice: bool },
}

/// The length of the separator between scheme and authority at `from`, and its spelling. Each of its three characters
/// may be plain, percent-encoded once or twice, or escaped as in JSON or XML.
#[inline]
pub(in crate::extract) fn separator(bytes: &[u8], from: usize) -> Option<(usize, Written)> {
    match at(bytes, from) {
        b':' if bytes[from + 1..].starts_with(b"//") => Some((3, Written::Plain)),
        b':' if at(bytes, from + 1) == b'\\' => odd_separator(bytes, from).or_else(|| backslashes(bytes, from)),
        b':' if matches!(at(bytes, from + 1), b'/' | b'%' | b'&') => odd_separator(bytes, from),
        // Most escapes are not of a colon; a second look tells.
        b'%' if may_be_colon(bytes, from) => odd_separator(bytes, from),
        b'&' if matches!(at(bytes, from + 1), b'#' | b'c' | b'C') => odd_separator(bytes, from),
        b'\\' if matches!(at(bytes, from + 1), b'u' | b'U' | b'\\') => odd_separator(bytes, from),
        _ => None,
    }
}

/// The spelling of a URL's text whose path begins here, plain or escaped; `None` if no path does.
pub(in crate::extract) fn path(bytes: &[u8], from: usize) -> Option<Written> {
    match bytes.get(from)? {
        b'/' => Some(Written::Plain),
        b'\\' | b'%' | b'&' => {
            let (len, level) = written(&bytes[from..], b'/')?;
            // No text of a URL is decoded from this one.
            let is_other = bytes[from..from + len].contains(&b'U');
            (!is_other).then_some(spelling(level))
        }
        _ => None,
    }
}

/// The spelling of a text whose signs are percent-encoded this many times.
fn spelling(level: u8) -> Written {
    if level == 0 { Written::Plain } else { Written::Percent { is_twice: level == 2 } }
}

/// Returns true if an escape stands for a colon, encoded once or twice.
#[inline]
pub(in crate::extract) fn may_be_colon(bytes: &[u8], from: usize) -> bool {
    let digits = if bytes[from..].starts_with(b"%25") { from + 3 } else { from + 1 };
    at(bytes, digits) == b'3' && at(bytes, digits + 1).eq_ignore_ascii_case(&b'a')
}

fn odd_separator(bytes: &[u8], from: usize) -> Option<(usize, Written)> {
    let (mut end, mut level) = (from, 0);
    for want in *b"://" {
        let (len, own) = written(bytes.get(end..)?, want)?;
        end += len;
        level = level.max(own);
    }
    Some((end - from, spelling(level)))
}

/// The `:\\\\` that browsers accept for `://` after a scheme of the Web; JSON doubles the backslashes.
fn backslashes(bytes: &[u8], from: usize) -> Option<(usize, Written)> {
    let slashes = bytes[from + 1..].iter().take(9).take_while(|b| **b == b'\\').count();
    let is_web = [&b"http"[..], b"https", b"ftp"].iter().any(|scheme| ends_in(&bytes[..from], scheme));
    (is_web && matches!(slashes, 2 | 4)).then_some((slashes + 1, Written::Plain))
}

/// The length of a `:` or `/` at the start of a text, and how many times it is percent-encoded. It is spelled as the text of a URL may be,
/// in which neither `\xHH` nor a fourth backslash is undone.
fn written(text: &[u8], want: u8) -> Option<(usize, u8)> {
    let len = after_sign(text, 0, want)?;
    match text {
        [b'%', b'2', b'5', ..] => Some((len, 2)),
        [b'%', ..] => Some((len, 1)),
        _ => {
            let slashes = text.iter().take_while(|b| **b == b'\\').count();
            (slashes < 4 && !matches!(at(text, slashes), b'x' | b'X')).then_some((len, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_an_escape_is_told_from_a_word() {
        for (text, start, len) in [
            ("\\nkey", 1, 1),
            ("\\qkey", 1, 0),
            ("\\xffa", 1, 3),
            ("\\xfg", 1, 0),
            ("\\u00e9a", 1, 5),
            ("\\u00eg", 1, 0),
            ("%41a", 1, 2),
            ("%4g", 1, 0),
            ("%2541", 1, 4),
            ("%254g", 1, 2),
            ("#0337", 1, 3),
            ("#038", 1, 0),
            ("#03", 1, 0),
            ("=3Da", 1, 2),
            ("=3D3Da", 1, 4),
            ("=3E", 1, 0),
            ("nkey", 0, 0),
            ("\x1B[31ma", 2, 3),
            ("\x1B[Ka", 2, 1),
            ("\x1B[1;31ma", 4, 3),
            ("\x1B[1:31ma", 4, 3),
            ("\x1B[1,31ma", 4, 0),
            ("\x1B[1;31ma", 2, 0),
            ("\x1B[2Ja", 2, 2),
            ("\x1B[Ja", 2, 0),
            ("\x1B[31_a", 2, 0),
            ("\\u001B[31ma", 7, 3),
            ("\\x1b[31ma", 5, 3),
            ("#033[31ma", 5, 3),
            ("\\033[31ma", 5, 3),
            ("\\e[31ma", 3, 3),
            ("^[[31ma", 3, 3),
            ("^[31ma", 2, 0),
            ("a[31ma", 2, 0),
            (":31ma", 1, 0),
            ("\x1B[?25ha", 3, 3),
            ("\x1B[?1;2ca", 5, 2),
            ("\\u001b[?2004la", 8, 5),
            ("a[?25ha", 3, 0),
            ("\x1B?25ha", 2, 0),
            ("\x1B[??25ha", 4, 0),
        ] {
            assert_eq!(escape_len(text.as_bytes(), start), len, "{text:?}");
        }
    }

    #[test]
    fn spellings_of_the_separator() {
        let of = |text: &str, from| separator(text.as_bytes(), from);
        for (text, len) in [
            ("http://a", 3),
            ("http:\\\\a", 3),
            ("HTTPS:\\\\\\\\a", 5),
            ("http:\\/\\/a", 5),
            ("http:\\\\\\/\\\\\\/a", 9),
            ("http&#58;//a", 7),
            ("http&colon;//a", 9),
            ("http:&#x2f;/a", 8),
            ("http\\u003a//a", 8),
            ("http:\\u002F/a", 8),
        ] {
            let from = "http".len() + usize::from(text.starts_with("HTTPS"));
            assert_eq!(of(text, from), Some((len, Written::Plain)), "{text}");
        }
        for (text, len, is_twice) in [
            ("http%3A%2F%2Fa", 9, false),
            ("http%3a//a", 5, false),
            ("http:%2F/a", 5, false),
            ("http:/%2fa", 5, false),
            ("http%253A%252F%252Fa", 15, true),
            ("http%253a//a", 7, true),
            ("http%3A%252F/a", 9, true),
        ] {
            assert_eq!(of(text, 4), Some((len, Written::Percent { is_twice })), "{text}");
        }
        for text in [
            "http",
            "http:",
            "http:/a",
            "http:a",
            "http%3B//a",
            "http%2A//a",
            "http%25",
            "http:\\x2f\\x2fa",
            "smtp:\\\\\\\\/\\\\\\\\/a",
            "http:\\a",
            "http:\\\\\\a",
            "http:\\\\\\\\\\a",
            "smtp:\\\\a",
            "http&#59;//a",
            "http\\u003b//a",
            "http\\:\\/\\/a",
        ] {
            assert_eq!(of(text, 4), None, "{text}");
        }
    }
}
