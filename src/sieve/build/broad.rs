//! Recognises name patterns that cover a whole public suffix.

use crate::indicator::{Pattern, PatternTarget};
use crate::sieve::build::suffixes::PublicSuffixes;
use crate::sieve::tables::pattern::glob;

/// The texts that are tried for a wildcard: nothing, and labels that occur in public suffixes.
const FILLS: [&str; 30] = [
    "", "com", "net", "org", "gov", "edu", "ac", "co", "mil", "uk", "us", "eu", "de", "fr", "jp", "cn", "ru", "br",
    "in", "au", "io", "dev", "app", "web", "pages", "github", "blogspot", "cloud", "info", "biz",
];

/// The maximum number of steps per pattern. Patterns with more wildcards are tried with fewer texts; they also match less.
const STEPS: usize = 1 << 14;

/// Returns true if a name pattern matches a public suffix, or every name under one. The list cannot be iterated, so the
/// wildcards are filled with typical parts of public suffixes; a suffix without such parts may slip through.
pub(in crate::sieve) fn covers_public_suffix(pattern: &Pattern, suffixes: &PublicSuffixes) -> bool {
    if pattern.target() != PatternTarget::Name {
        return false;
    }
    let text = pattern.as_str();
    // `*.co.uk` covers every name under `co.uk`.
    let beneath = text.trim_start_matches(['*', '.', '?']);
    if text.starts_with('*') && suffixes.lists(beneath) {
        return true;
    }
    let mut steps = STEPS;
    any_filled(text.as_bytes(), &mut String::new(), &mut steps, &mut |name| {
        suffixes.lists(name) && glob::matches(text.as_bytes(), name.as_bytes())
    })
}

/// Returns true if `is` holds for any name that results from filling in a glob's wildcards.
fn any_filled(glob: &[u8], name: &mut String, steps: &mut usize, is: &mut impl FnMut(&str) -> bool) -> bool {
    if *steps == 0 {
        return false;
    }
    // Every step counts, which bounds the work for any number of wildcards.
    *steps -= 1;
    let len = name.len();
    let mut fill = |glob: &[u8], name: &mut String, text: &str| {
        name.push_str(text);
        let found = any_filled(glob, name, steps, is);
        name.truncate(len);
        found
    };
    match glob {
        [] => is(name),
        [b'*', rest @ ..] => FILLS.iter().any(|text| fill(rest, name, text)),
        _ => {
            let (element, rest) = glob::element(glob);
            let mut bytes = (b'a'..=b'z').chain(*b"0123456789-");
            match element {
                [byte] if *byte != b'?' => fill(rest, name, char::from(*byte).encode_utf8(&mut [0; 4])),
                _ => bytes.any(|byte| {
                    glob::accepts(element, byte) && fill(rest, name, char::from(byte).encode_utf8(&mut [0; 4]))
                }),
            }
        }
    }
}

#[cfg(all(test, feature = "psl"))]
mod tests {
    use super::*;

    #[test]
    fn whole_public_suffixes() {
        let suffixes = PublicSuffixes::built_in();
        for (text, want) in [
            ("*.com", true),
            ("*com", true),
            ("*.co.uk", true),
            ("*.*.co.uk", true),
            ("*.pages.dev", true),
            ("co.??", true),
            ("gov.*", true),
            ("*gov.[u]k", true),
            ("*-login.evil.test", false),
            ("evil.*", false),
            ("*.evil.com", false),
            ("*paypal*.com", false),
            ("evil-???.co.uk", false),
        ] {
            let pattern = Pattern::new(PatternTarget::Name, text);
            assert_eq!(pattern.is_ok_and(|pattern| covers_public_suffix(&pattern, &suffixes)), want, "{text}");
        }
        let path = Pattern::new(PatternTarget::UrlPath, "*.com").unwrap();
        assert!(!covers_public_suffix(&path, &suffixes));
        let pattern = Pattern::new(PatternTarget::Name, "*.com").unwrap();
        assert!(!covers_public_suffix(&pattern, &PublicSuffixes::empty()));
    }

    #[test]
    fn many_wildcards_end() {
        let text = format!("{}evil", "*?[a-z]".repeat(40));
        let pattern = Pattern::new(PatternTarget::Name, &text).unwrap();
        assert!(!covers_public_suffix(&pattern, &PublicSuffixes::built_in()));
    }
}
