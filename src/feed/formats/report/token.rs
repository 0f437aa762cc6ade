//! Finds values in the words of prose.

use std::borrow::Cow;

use crate::feed::head::is_shaped;
use crate::feed::syntax::decoration::undecorated;
use crate::feed::syntax::table::is_file_extension;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Construct, HostRef, Indicator, Reject, WarningKind};
use crate::value::refang::refang;

use super::words;

/// A part of a word that may be a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'w> {
    pub(super) text: &'w str,
    /// True for the target of a Markdown link.
    pub(super) is_target: bool,
}

/// The reading of a piece.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    Value {
        indicator: Indicator,
        is_defanged: bool,
        /// It could also be a file name.
        is_file: bool,
        warning: Option<WarningKind>,
    },
    /// Meant as a value, but invalid.
    Bad { reason: Reject, is_defanged: bool },
    /// A word.
    Word,
}

/// The parts of a word that may be values.
pub(super) fn pieces(word: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = word;
    // `[text](target)`, or the end of it.
    if let Some((before, after)) = word.split_once("](") {
        let end = after.rfind(')').unwrap_or(after.len());
        let text = before.trim_start_matches(['-', '*', '!']).strip_prefix('[').unwrap_or(before);
        split(text, &mut pieces);
        pieces.push(Piece { text: &after[..end], is_target: true });
        rest = after[end..].trim_start_matches(')');
    }
    split(rest, &mut pieces);
    pieces
}

/// Splits at commas and similar. A URL may contain them, and ends at one only if another URL follows.
fn split<'w>(word: &'w str, pieces: &mut Vec<Piece<'w>>) {
    let is_url = word.contains("//");
    let mut start = 0;
    for (at, _) in word.match_indices([',', ';', '|']) {
        let next = word.as_bytes()[at + 1..].first_chunk::<4>();
        if !is_url
            || next.is_some_and(|next| [b"http", b"hxxp"].iter().any(|scheme| next.eq_ignore_ascii_case(*scheme)))
        {
            pieces.push(Piece { text: &word[start..at], is_target: false });
            start = at + 1;
        }
    }
    pieces.push(Piece { text: &word[start..], is_target: false });
    pieces.retain(|piece| !piece.text.is_empty());
}

/// The number of nested marks that are taken off a word. A value has only a few. Without a limit, a megabyte of brackets took hours.
const MOST_MARKS: usize = 32;

/// A word without surrounding punctuation and markup.
pub(super) fn trimmed(word: &str) -> &str {
    let mut rest = word;
    for _ in 0..MOST_MARKS {
        let before = rest.len();
        rest = undecorated(rest);
        rest = rest.trim_matches('`');
        rest = rest.strip_prefix("**").unwrap_or(rest);
        rest = rest.strip_suffix("**").unwrap_or(rest);
        for sign in ['*', '_', '~'] {
            if let Some(within) = rest.strip_prefix(sign).and_then(|rest| rest.strip_suffix(sign)) {
                rest = within;
            }
        }
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')] {
            if let Some(within) = rest.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
                rest = within;
            }
            let count = |sign: char| rest.matches(sign).count();
            if rest.ends_with(close) && count(open) < count(close) {
                rest = &rest[..rest.len() - 1];
            } else if rest.starts_with(open) && count(open) > count(close) {
                rest = &rest[1..];
            }
        }
        rest = without_note(rest.trim_end_matches([',', ';', ':', '!', '"', '\'', '.', '?', '*', '|']));
        rest = rest.trim_start_matches([',', ';', '"', '\'', '|', '=']);
        if rest.len() == before {
            break;
        }
    }
    rest
}

/// A word without a footnote number at its end: `evil[.]test[3]`.
fn without_note(word: &str) -> &str {
    let Some((before, digits)) = word.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) else { return word };
    let is_note = digits.len() < 4 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_note && before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | ')')) {
        before
    } else {
        word
    }
}

/// The number of keys that may precede a value, as in `ioc=domain:evil[.]test`. Without a limit, a word of keys overflowed the stack.
const MOST_KEYS: usize = 3;

/// Reads a trimmed piece.
pub(super) fn read(text: &str, rules: &Rules) -> Read {
    read_after(text, rules, MOST_KEYS)
}

/// Like [`read`], with up to `keys` keys before the value.
fn read_after(text: &str, rules: &Rules, keys: usize) -> Read {
    let is_defanged = matches!(refang(text), Cow::Owned(_));
    match value::classify(text, rules) {
        Ok(value) => {
            let file = file_end(&value.indicator);
            if !is_defanged && !is_plausible(&value.indicator, text) {
                return Read::Word;
            }
            // `.zip` is also a top-level domain.
            let is_file = file.is_some_and(|end| is_file_extension(&end) && !(is_defanged && end == "zip"));
            Read::Value { indicator: value.indicator, is_defanged, is_file, warning: value.note }
        }
        Err(reason) => {
            // Labels: `C2:evil[.]test`, `domain=evil[.]test`.
            if let Some((name, rest)) = text.split_once([':', '='])
                && keys > 0
                && !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !rest.starts_with(['/', '\\'])
                && let found @ Read::Value { .. } = read_after(trimmed(rest), rules, keys - 1)
            {
                return found;
            }
            let is_long = text.chars().filter(|c| c.is_alphanumeric()).count() > 3;
            match reason {
                _ if is_defanged && is_long => Read::Bad { reason, is_defanged },
                // In a list, this was meant as a value.
                reason if text.contains('.') && (is_shaped(reason) || is_long && reason != Reject::Unrecognised) => {
                    Read::Bad { reason, is_defanged: false }
                }
                _ => Read::Word,
            }
        }
    }
}

/// Counts of the words in a text, by kind.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) words: u32,
    pub(super) plain: u32,
    pub(super) defanged: u32,
}

pub(super) fn counts(text: &str, rules: &Rules) -> Counts {
    let mut counts = Counts::default();
    for word in text.split_whitespace() {
        let pieces = pieces(word);
        let mut is_word = true;
        for piece in pieces.iter().filter(|piece| !piece.is_target) {
            if let Read::Value { is_defanged, .. } = read(trimmed(piece.text), rules) {
                is_word = false;
                counts.defanged += u32::from(is_defanged);
                counts.plain += u32::from(!is_defanged);
            }
        }
        counts.words += u32::from(is_word && word.chars().any(char::is_alphanumeric));
    }
    counts
}

/// Returns true if a value that is not defanged also looks like one to a reader; `e.g` does not.
fn is_plausible(indicator: &Indicator, text: &str) -> bool {
    match indicator {
        Indicator::Domain { name, .. } => {
            let last = name.as_str().rsplit('.').next().unwrap_or("");
            last.len() > 1 && !text.ends_with(['-', '+'])
        }
        Indicator::Pattern(_) => text.starts_with("*.") || text.contains('.'),
        _ => true,
    }
}

/// The last label of a name that could be a file name.
fn file_end(indicator: &Indicator) -> Option<String> {
    match indicator {
        Indicator::Domain { name, .. } => name.as_str().rsplit('.').next().map(str::to_owned),
        _ => None,
    }
}

/// The host of a value, if it is a name.
pub(super) fn host(indicator: &Indicator) -> Option<String> {
    match indicator {
        Indicator::Domain { name, .. } => Some(name.as_str().to_owned()),
        Indicator::Url { url, .. } => match url.view().host() {
            HostRef::Domain(name) => Some(name.to_owned()),
            HostRef::Ip(_) => None,
        },
        Indicator::Email(address) => address.as_str().rsplit_once('@').map(|(_, host)| host.to_owned()),
        _ => None,
    }
}

/// Returns true if a value covers a whole host.
pub(super) fn is_whole_host(indicator: &Indicator) -> bool {
    match indicator {
        Indicator::Domain { .. } => true,
        Indicator::Url { url, .. } => url.view().path() == "/" && url.view().query().is_none(),
        _ => false,
    }
}

/// The reason for skipping a popular host.
pub(super) fn popular(indicator: &Indicator) -> Option<Construct> {
    let is_popular = host(indicator).is_some_and(|host| words::is_popular(&host));
    (is_popular && is_whole_host(indicator)).then_some(Construct::Popular)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_what_is_around_them() {
        for (word, expected) in [
            ("(evil[.]test),", "evil[.]test"),
            ("`evil.test`", "evil.test"),
            ("**evil.test**", "evil.test"),
            ("*.evil.test", "*.evil.test"),
            ("evil[.]test[3].", "evil[.]test"),
            ("[2001:db8::1]:443", "[2001:db8::1]:443"),
            ("<hxxp://evil[.]test/a>", "hxxp://evil[.]test/a"),
            ("hxxp://evil[.]test/a(1)", "hxxp://evil[.]test/a(1)"),
            ("evil[.]test).", "evil[.]test"),
            ("“evil(dot)test”", "evil(dot)test"),
            ("", ""),
            ("[.]", "."),
        ] {
            let expected = if expected == "." { "" } else { expected };
            assert_eq!(trimmed(word), expected, "{word}");
        }
    }

    #[test]
    fn words_in_pieces() {
        let texts = |word| pieces(word).into_iter().map(|piece| (piece.text, piece.is_target)).collect::<Vec<_>>();
        assert_eq!(texts("a.test,b.test"), [("a.test", false), ("b.test", false)]);
        assert_eq!(texts("hxxp://a.test/x,y"), [("hxxp://a.test/x,y", false)]);
        assert_eq!(texts("hxxp://a.test/x,hxxp://b.test"), [("hxxp://a.test/x", false), ("hxxp://b.test", false)]);
        assert_eq!(
            texts("[evil[.]test](https://ref.example/x)."),
            [("evil[.]test", false), ("https://ref.example/x", true), (".", false)]
        );
    }
}
