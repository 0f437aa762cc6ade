//! URLs as feeds write them: wildcards and quotation marks that are not part of them, and forms that logs do not repeat.

use crate::indicator::{Reject, Url, WarningKind};
use crate::value::url::after_scheme;

/// Strips the wildcard that firewalls and proxies write at the end of a URL: `/*` for a prefix, `?*` for any query. A
/// URL covers both anyway. A `*` anywhere else would be a byte that no log contains.
pub(crate) fn without_wildcard(value: &str) -> Result<&str, Reject> {
    let start = after_scheme(value.as_bytes()).unwrap_or(0);
    let Some(end) = value[start..].find(['/', '\\', '?']).map(|end| start + end) else {
        return if value.contains('*') { Err(Reject::UrlWildcard) } else { Ok(value) };
    };
    let tail = value[end..].split('#').next().unwrap_or("");
    if !tail.contains('*') {
        return Ok(value);
    }
    let tail = tail.strip_suffix("?*").unwrap_or(tail);
    let tail = tail.strip_suffix("/*").map_or(tail, |_| &tail[..tail.len() - 1]);
    if tail.contains('*') { Err(Reject::UrlWildcard) } else { Ok(&value[..end + tail.len()]) }
}

/// Strips the fragment of a URL, which no log shows, and the unpaired quotation marks and angle brackets at its end, which are left of what
/// surrounded it. After a `<`, as in `?q="><script>`, a `>` may belong to the URL.
pub(crate) fn without_signs(value: &str) -> &str {
    let value = value.split_once('#').map_or(value, |(before, _)| before);
    let count = |sign: u8| value.bytes().filter(|&byte| byte == sign).count();
    let (mut quotes, mut ticks, mut opening) = (count(b'"'), count(b'`'), count(b'<'));
    let mut rest = value;
    loop {
        match rest.as_bytes().last() {
            Some(b'"') if quotes % 2 == 1 => quotes -= 1,
            Some(b'`') if ticks % 2 == 1 => ticks -= 1,
            Some(b'<') => opening -= 1,
            Some(b'>') if opening == 0 => {}
            _ => return rest,
        }
        rest = &rest[..rest.len() - 1];
    }
}

/// The reason why a log that contains the listed text of a URL may not show that URL.
pub(crate) fn note(listed: &str, url: &Url) -> Option<WarningKind> {
    let listed = listed.trim();
    let listed = listed.split_once('#').map_or(listed, |(before, _)| before);
    if is_list(listed) {
        return Some(WarningKind::SecondValue);
    }
    if listed.contains(|c: char| matches!(c, '\0'..=' ' | '\x7f' | '"' | '<' | '>' | '`') || c.is_whitespace()) {
        return Some(WarningKind::EncodedOnly);
    }
    if listed.ends_with("...") || listed.ends_with("...]") {
        return Some(WarningKind::Shortened);
    }
    // The first of these signs ends the authority.
    let is_bare = after_scheme(listed.as_bytes()).is_none()
        && listed.find(['/', '\\', '?']).is_some_and(|at| listed[at..].starts_with('?'));
    (is_bare && url.view().query().is_some()).then_some(WarningKind::BareQuery)
}

/// Returns true if another URL follows a separator in the path, so that the text may be a list of URLs.
fn is_list(listed: &str) -> bool {
    let path = &listed[..listed.find('?').unwrap_or(listed.len())];
    let own = after_scheme(path.as_bytes()).unwrap_or(0);
    path[own..].match_indices("://").map(|(at, _)| own + at).any(|at| {
        let before = path[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
        before.ends_with([',', ';', '|']) || before.ends_with(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_at_the_end() {
        for (value, expected) in [
            ("http://evil.test/a\"", "http://evil.test/a"),
            ("http://evil.test/a>", "http://evil.test/a"),
            ("http://evil.test/a`", "http://evil.test/a"),
            ("http://evil.test/a\">", "http://evil.test/a"),
            ("http://evil.test/a<", "http://evil.test/a"),
            ("http://evil.test\"", "http://evil.test"),
            ("http://evil.test/?a=\"b\"", "http://evil.test/?a=\"b\""),
            ("http://evil.test/?a=<b>", "http://evil.test/?a=<b>"),
            ("http://evil.test/?a=\"><b>c</b>", "http://evil.test/?a=\"><b>c</b>"),
            ("http://evil.test/a>>", "http://evil.test/a"),
            ("http://evil.test/a'", "http://evil.test/a'"),
            ("http://evil.test/a`#b", "http://evil.test/a"),
            ("http://evil.test/a\"#b\"", "http://evil.test/a"),
            ("http://evil.test/?a=\"b\"#c>", "http://evil.test/?a=\"b\""),
            ("\">", ""),
            ("", ""),
        ] {
            assert_eq!(without_signs(value), expected, "{value}");
        }
    }

    #[test]
    fn notes() {
        use WarningKind::{BareQuery, EncodedOnly, SecondValue, Shortened};
        for (listed, expected) in [
            ("http://evil.test/a", None),
            ("http://evil.test/a<b", Some(EncodedOnly)),
            ("http://evil.test/a\"b", Some(EncodedOnly)),
            ("http://evil.test/a`b", Some(EncodedOnly)),
            ("http://evil.test/a b", Some(EncodedOnly)),
            ("http://evil.test/a\u{a0}b", Some(EncodedOnly)),
            ("http://evil.test/a%20b%22", None),
            ("http://evil.test/a#b c", None),
            ("evil.test?a", Some(BareQuery)),
            ("evil.test:8080?a", Some(BareQuery)),
            ("evil.test?a=http/b", Some(BareQuery)),
            ("evil.test?a=http://b.example/", Some(BareQuery)),
            ("evil.test?", None),
            ("evil.test/?a", None),
            ("http://evil.test?a", None),
            ("http://evil.test/a...", Some(Shortened)),
            ("http://evil.test/a[...]", Some(Shortened)),
            ("http://evil.test/.../a", None),
            ("http://evil.test/a,http://evil.test/b", Some(SecondValue)),
            ("http://evil.test/a http://evil.test/b", Some(SecondValue)),
            ("http://evil.test/a|hxxp://evil.test/b", Some(SecondValue)),
            ("http://evil.test/a/http://evil.test/b", None),
            ("evil.test/a/http://evil.test/b", None),
            ("evil.test/a,http://evil.test/b", Some(SecondValue)),
            ("evil.test/a http://evil.test/b", Some(SecondValue)),
            ("http://evil.test/?u=a,http://evil.test/b", None),
        ] {
            assert_eq!(note(listed, &Url::parse(listed).unwrap()), expected, "{listed}");
        }
    }
}
