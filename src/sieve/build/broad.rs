//! Patterns over names that cover a whole public suffix.

use crate::indicator::{Pattern, PatternTarget};
use crate::sieve::build::suffixes::PublicSuffixes;
use crate::sieve::tables::pattern::glob;

/// What wildcards are tried with: nothing, and labels that public suffixes have.
const FILLS: [&str; 30] = [
    "", "com", "net", "org", "gov", "edu", "ac", "co", "mil", "uk", "us", "eu", "de", "fr", "jp", "cn", "ru", "br",
    "in", "au", "io", "dev", "app", "web", "pages", "github", "blogspot", "cloud", "info", "biz",
];

/// Steps for one pattern; those with more wildcards are tried with less, and match less.
const STEPS: usize = 1 << 14;

/// Whether a pattern over names matches a public suffix, or everything beneath one. The list cannot be gone through, so
/// the wildcards are tried with what public suffixes are made of: what has none of it in it may pass.
pub(in crate::sieve) fn covers_public_suffix(pattern: &Pattern, suffixes: &PublicSuffixes) -> bool {
    if pattern.target() != PatternTarget::Name {
        return false;
    }
    let text = pattern.as_str();
    // `*.co.uk` is all that is beneath `co.uk`.
    let beneath = text.trim_start_matches(['*', '.', '?']);
    if text.starts_with('*') && suffixes.lists(beneath) {
        return true;
    }
    let mut steps = STEPS;
    any_filled(text.as_bytes(), &mut String::new(), &mut steps, &mut |name| {
        suffixes.lists(name) && glob::matches(text.as_bytes(), name.as_bytes())
    })
}

/// Whether `is` holds for a name that a glob becomes by filling in its wildcards.
fn any_filled(glob: &[u8], name: &mut String, steps: &mut usize, is: &mut impl FnMut(&str) -> bool) -> bool {
    if *steps == 0 {
        return false;
    }
    // Every step counts, so that the work is bounded whatever the wildcards.
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
