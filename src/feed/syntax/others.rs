//! Further values on a line of which a reader takes only the first.

use crate::feed::syntax::decoration::undecorated;
use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::table::is_file_extension;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{HostRef, Indicator, RecordSink, Warning, WarningKind};
use crate::value::url::after_scheme;

/// Warns of every value in a text that is not read.
pub(crate) fn warn(text: &str, line: u32, rules: &Rules, sink: &mut dyn RecordSink) {
    each(text, rules, |value| sink.warn(Warning::new(line, value, WarningKind::SecondValue)));
}

/// Calls `found` for every value in a text: words, or parts of words between separators.
fn each<'t>(text: &'t str, rules: &Rules, mut found: impl FnMut(&'t str)) {
    for word in text.split_whitespace().filter(|word| may_be_value(word)) {
        if let Some(value) = value_in(word, rules) {
            found(value);
        } else {
            let is_separator = |c: char| matches!(c, ',' | ';' | '|' | '=' | '"' | '\'' | '<' | '>' | '(' | ')');
            let parts = word.split(is_separator).filter(|part| part.len() < word.len() && may_be_value(part));
            parts.filter_map(|part| value_in(part, rules)).for_each(&mut found);
        }
    }
}

/// Returns false for most words of prose.
fn may_be_value(word: &str) -> bool {
    /// The number of digits of the shortest hash.
    const SHORTEST_HASH: usize = 32;
    word.contains(['.', ':', '@', '\u{3002}', '\u{ff0e}', '\u{ff61}']) || word.len() >= SHORTEST_HASH
}

/// The value in a word of prose: as it stands, or without the punctuation around it.
fn value_in<'w>(word: &'w str, rules: &Rules) -> Option<&'w str> {
    let word = undecorated(word);
    let is_sign = |c: char| matches!(c, ',' | ';' | '|' | '(' | ')' | '.' | ':' | '!' | '?' | '*' | '"' | '\'');
    let bare = word.trim_matches(is_sign);
    // Brackets may also belong to the value: `[2001:db8::1]:80`.
    let inner = bare.trim_matches(|c: char| is_sign(c) || matches!(c, '[' | ']' | '{' | '}'));
    [word, bare, inner].into_iter().find(|text| is_value(text, rules))
}

/// Returns true if a word is a value beyond doubt.
fn is_value(word: &str, rules: &Rules) -> bool {
    match value::classify(word, rules) {
        Ok(value) => match &value.indicator {
            Indicator::Domain { name, .. } => is_name(name.as_str()),
            // `sha256sum` writes `*setup.exe` behind a hash.
            Indicator::Pattern(_) if !word.contains('/') => is_name(word),
            Indicator::Url { url, .. } if after_scheme(word.as_bytes()).is_none() => match url.view().host() {
                HostRef::Domain(name) => is_name(name),
                HostRef::Ip(_) => true,
            },
            // `::` separates names in code.
            Indicator::Ip { net, .. } => !net.addr().is_unspecified(),
            _ => true,
        },
        Err(_) => listed::read_several(Listed::Any, word, rules).is_some_and(|values| values.is_ok()),
    }
}

/// Returns false for a name that is more likely a file or an abbreviation: `setup.exe`, `e.g`.
fn is_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.len() > 1 && !is_file_extension(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{Feed, Scope};

    #[test]
    fn values_in_text() {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        for (text, expected) in [
            ("to 192.0.2.9", &["192.0.2.9"][..]),
            ("and 192.0.2.9.", &["192.0.2.9"]),
            ("| http://evil.test/b", &["http://evil.test/b"]),
            ("192.0.2.9:90", &["192.0.2.9:90"]),
            ("192.0.2.9:80,443", &["192.0.2.9:80,443"]),
            ("evil.test, bad.example; (192.0.2.0/24)", &["evil.test", "bad.example", "192.0.2.0/24"]),
            ("a,evil.test,b", &["evil.test"]),
            ("host=evil.test ip:192.0.2.9", &["evil.test"]),
            ("→ evil.test/a", &["evil.test/a"]),
            ("“evil.test”", &["evil.test"]),
            ("[2001:db8::1]:80 2001:db8::2", &["[2001:db8::1]:80", "2001:db8::2"]),
            ("[evil.test] {192.0.2.9}, evil.test[1]", &["evil.test", "192.0.2.9"]),
            ("evil[.]test someone@evil.test", &["evil[.]test", "someone@evil.test"]),
            ("d41d8cd98f00b204e9800998ecf8427e", &["d41d8cd98f00b204e9800998ecf8427e"]),
            ("seen twice, e.g. by U.S. users of v1.2 at 12:34:56 on 2026-05-01", &[]),
            ("drops setup.exe via std::vector or and/or such:", &[]),
            ("*setup.exe", &[]),
            ("*evil.test", &["*evil.test"]),
            (":: -", &[]),
            ("", &[]),
        ] {
            let mut found = Vec::new();
            each(text, &rules, |value| found.push(value));
            assert_eq!(found, expected, "{text}");
        }
    }
}
