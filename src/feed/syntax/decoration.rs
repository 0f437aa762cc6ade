//! Decoration around values in prose: quotes, bullets, arrows, dashes.
//!
//! It never belongs to the value, and logs do not repeat it: `“evil.test”`, `• evil.test`, `→ evil.test`.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// Strips paired quotes and typographic signs around the value. Linear in its length.
pub(crate) fn undecorated(value: &str) -> &str {
    let mut rest = value.trim();
    loop {
        let before = rest.len();
        // A symbol may be a label of its own: `➡.example`.
        while let Some(c) = rest.chars().next()
            && is_sign(c)
            && !rest[c.len_utf8()..].starts_with(['.', '-'])
        {
            rest = &rest[c.len_utf8()..];
        }
        while let Some(c) = rest.chars().next_back()
            && is_sign(c)
            && !rest[..rest.len() - c.len_utf8()].ends_with(['.', '-'])
        {
            rest = &rest[..rest.len() - c.len_utf8()];
        }
        for (open, close) in [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>')] {
            // A comma or semicolon after the closing quote separates list items.
            let end = rest.strip_suffix([',', ';']).filter(|end| end.ends_with(close)).unwrap_or(rest);
            if let Some(within) = end.strip_prefix(open).and_then(|end| end.strip_suffix(close))
                && !within.contains([open, close])
            {
                rest = within.trim();
            }
        }
        if rest.len() == before {
            return rest;
        }
    }
}

/// Returns true if an ellipsis stands where the beginning or the end of a value was left out.
pub(crate) fn is_cut_off(value: &str) -> bool {
    let end = value.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '/');
    value.starts_with(ELLIPSIS) || end.ends_with(ELLIPSIS)
}

const ELLIPSIS: char = '\u{2026}';

/// Returns true if a word only sets off a value: `-`, `*`, `•`, `->`, `=>`, `1.`.
pub(crate) fn is_bullet(word: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.len() < 5 && digits.bytes().all(|b| b.is_ascii_digit());
    let signs = |c: char| matches!(c, '-' | '*' | '+' | '>' | '=') || is_sign(c);
    !word.is_empty() && word.chars().all(signs) || word.strip_suffix(['.', ')']).is_some_and(is_number)
}

/// Returns true if a scalar can occur in a name in a log. Extractors end a name at punctuation and spaces of any script.
pub(crate) fn is_name_scalar(c: char) -> bool {
    c.is_ascii() || is_dot(c) || !is_of(c, &[GeneralCategoryGroup::Punctuation, GeneralCategoryGroup::Separator])
}

/// The dots that UTS-46 reads as `.`.
fn is_dot(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// Hyphens and dashes between the two ends of a range.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// Returns true for non-ASCII punctuation, spaces, invisible characters, arrows, bullets and ticks. An ellipsis is not
/// decoration: a part of the value is missing there.
fn is_sign(c: char) -> bool {
    if c.is_ascii() || c == ELLIPSIS {
        return false;
    }
    let is_drawn = matches!(c,
        '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{25ff}' | '\u{2713}'..='\u{2718}' | '\u{2794}'..='\u{27bf}'
        | '\u{27f0}'..='\u{27ff}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{2212}');
    let is_invisible = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}');
    is_drawn || is_invisible || !is_name_scalar(c) || is_of(c, &[GeneralCategoryGroup::Control])
}

fn is_of(c: char, groups: &[GeneralCategoryGroup]) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    groups.iter().any(|group| group.contains(category))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoration_around_a_value_is_removed() {
        for (value, expected) in [
            ("“evil.test”", "evil.test"),
            ("„evil.test“", "evil.test"),
            ("«evil.test»", "evil.test"),
            ("•evil.test", "evil.test"),
            ("→192.0.2.1", "192.0.2.1"),
            ("–evil.test—", "evil.test"),
            ("\"evil.test\"", "evil.test"),
            ("\"evil.test\",", "evil.test"),
            ("‘'evil.test'’", "evil.test"),
            ("<http://evil.test/a>", "http://evil.test/a"),
            ("\u{200b}evil.test\u{feff}", "evil.test"),
            ("http://evil.test/a'", "http://evil.test/a'"),
            ("\"a\",\"b\"", "\"a\",\"b\""),
            ("➡.example", "➡.example"),
            ("bücher.example", "bücher.example"),
            ("evil.test.", "evil.test."),
            ("“evil.test…”", "evil.test…"),
            ("", ""),
            ("“", ""),
        ] {
            assert_eq!(undecorated(value), expected, "{value}");
        }
        for value in
            ["evil.test…", "…evil.test", "http://evil.test/a…", "http://evil.test/a[…]", "http://evil.test/a…,"]
        {
            assert!(is_cut_off(value), "{value}");
        }
        for value in ["evil.test", "http://evil.test/…/a", "http://evil.test/a...", ""] {
            assert!(!is_cut_off(value), "{value}");
        }
        for word in ["-", "*", "•", "→", "->", "=>", "1.", "12)", "—"] {
            assert!(is_bullet(word), "{word}");
        }
        for word in ["", "evil.test", "*.evil.test", "192.0.2.1", "1", "a)"] {
            assert!(!is_bullet(word), "{word}");
        }
    }
}
