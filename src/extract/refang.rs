//! Undoes defanging in a log, and maps the result back to the log's offsets.

use crate::value::refang::{GAP, balanced, is_gap, scheme, unbalanced};

/// Returns true for bytes that end a word; words are refanged one by one.
pub(super) fn ends_word(byte: u8) -> bool {
    matches!(byte, 0..=0x20 | 0x7F | b'"' | b'<' | b'>' | b'`')
}

/// Writes a word with its defanging undone to `text`. Writes the original offset of each of its bytes, and of its end,
/// to `map`. Returns true if anything was undone. Takes linear time.
///
/// The rules are those for feeds (see [`refang`](crate::value::refang)), from every place in the word where a scheme starts. Repeated
/// defanging (`evil[[.]]test`) is undone only once: it comes from feeds that copy each other, and does not occur in logs.
pub(super) fn word(word: &[u8], text: &mut Vec<u8>, map: &mut Vec<u32>) -> bool {
    text.clear();
    map.clear();
    let mut push = |bytes: &[u8], at: usize| {
        text.extend_from_slice(bytes);
        map.extend(std::iter::repeat_n(at as u32, bytes.len()));
    };
    let (mut changed, mut url_changed, mut in_path, mut brackets) = (false, false, false, 0_u32);
    // The place of the bracket that a `[.` left open.
    let mut closing = None;
    let mut at = 0;
    while at < word.len() {
        let rest = &word[at..];
        let is_fresh = at == 0 || !word[at - 1].is_ascii_alphanumeric();
        if closing == Some(at) {
            at += 1;
            continue;
        }
        if let Some((scheme, len, defanged)) = is_fresh.then(|| scheme(rest)).flatten() {
            push(scheme, at);
            push(b"://", at);
            changed |= defanged;
            (url_changed, in_path) = (defanged, false);
            at += len;
            continue;
        }
        if !in_path && is_gap(word, at) {
            push(b"::", at);
            (changed, url_changed) = (true, true);
            at += GAP;
            continue;
        }
        let found = match in_path {
            false => balanced(rest).or_else(|| unbalanced(word, at, brackets > 0)),
            true if url_changed => balanced(rest),
            true => None,
        };
        if let Some((byte, len)) = found {
            push(&[byte], at);
            (changed, url_changed) = (true, true);
            at += len;
            in_path |= byte == b'/';
            if rest[0] == b'[' && len == 2 {
                closing = closing_bracket(word, at);
            }
            continue;
        }
        match rest[0] {
            b'/' | b'\\' | b'?' | b'#' => in_path = true,
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            // A word of its own follows, unless this is the path of a URL.
            b'=' | b',' | b';' | b'|' | b'\'' | b'(' if !in_path => url_changed = false,
            _ => {}
        }
        push(&rest[..1], at);
        at += 1;
    }
    map.push(word.len() as u32);
    changed
}

/// The `]` after the labels that follow a `[.`, if one comes before anything else.
fn closing_bracket(word: &[u8], from: usize) -> Option<usize> {
    let is_label = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | 0x80..);
    let end = from + word[from..].iter().take_while(|b| is_label(b)).count();
    (word.get(end) == Some(&b']') && end > from && word[end - 1] != b'.').then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refanged(text: &str) -> (String, Vec<u32>) {
        let (mut out, mut map) = (vec![b'x'], vec![7]);
        let changed = word(text.as_bytes(), &mut out, &mut map);
        let out = String::from_utf8(out).unwrap();
        assert_eq!((changed, map.len()), (out != text, out.len() + 1), "{text}");
        (out, map)
    }

    #[test]
    fn words_are_refanged_as_feeds_are() {
        for (text, want) in [
            ("evil[.]test", "evil.test"),
            ("evil[.]test]", "evil.test]"),
            ("evil[.test]", "evil.test"),
            ("evil[.test]]", "evil.test]"),
            ("evil[.test/a]", "evil.test/a]"),
            ("evil[.b.]", "evil.b.]"),
            ("evil.]test", "evil.test"),
            ("evil.]b]", "evil.b]"),
            ("evil(.)b]", "evil.b]"),
            // Within brackets, and after them.
            ("[evil.]test", "[evil.]test"),
            ("[a]evil.]test", "[a]evil.test"),
            ("[a]]evil.]test", "[a]]evil.test"),
            ("[[a]evil.]test", "[[a]evil.]test"),
            ("2001:db8[::]1", "2001:db8::1"),
            ("2001:db8[::]1,2001:db8(::)2", "2001:db8::1,2001:db8::2"),
            ("x[::]1", "x[::]1"),
            // In a path, only what is in brackets on both sides, and only behind a defanged scheme or host.
            ("http://a.test/b[.]c", "http://a.test/b[.]c"),
            ("hxxp://a.test/b[.]c", "http://a.test/b.c"),
            ("http://a[.]test/b[.]c", "http://a.test/b.c"),
            ("http://a[.]test/b[.c", "http://a.test/b[.c"),
            ("http://a[.]test/b[::]c", "http://a.test/b[::]c"),
            ("a[.]test[/]b[.]c", "a.test/b.c"),
            ("a[.]test[/]b[.c", "a.test/b[.c"),
            ("a[.]test[.b", "a.test.b"),
            ("a[.]test?b[.c", "a.test?b[.c"),
            ("a[.]test#b[.c", "a.test#b[.c"),
            ("a[.]test\\b[.c", "a.test\\b[.c"),
            ("hxxp://a.test/b,c[.]d", "http://a.test/b,c.d"),
            // Another word in front does not count.
            ("a[.]test,b.test/c[.]d", "a.test,b.test/c[.]d"),
            ("a[.]test;b.test/c[.]d", "a.test;b.test/c[.]d"),
            ("a[.]test|b.test/c[.]d", "a.test|b.test/c[.]d"),
            ("a[.]test=b.test/c[.]d", "a.test=b.test/c[.]d"),
            ("a[.]test'b.test/c[.]d", "a.test'b.test/c[.]d"),
            ("a[.]test(b.test/c[.]d", "a.test(b.test/c[.]d"),
            ("a[.]test-b.test/c[.]d", "a.test-b.test/c.d"),
            ("hxxp://a.test/,http://b.test/c[.]d", "http://a.test/,http://b.test/c[.]d"),
            ("http://a.test/,hxxp://b.test/c[.]d", "http://a.test/,http://b.test/c.d"),
            // A scheme begins a word of letters and digits.
            ("url=hxxp://a.test", "url=http://a.test"),
            ("xhxxp://a.test", "xhxxp://a.test"),
        ] {
            assert_eq!(refanged(text).0, want, "{text}");
        }
    }

    #[test]
    fn each_byte_is_mapped_to_where_it_was_written() {
        assert_eq!(refanged("a[.]b"), ("a.b".to_owned(), vec![0, 1, 4, 5]));
        assert_eq!(refanged("a[.b]c"), ("a.bc".to_owned(), vec![0, 1, 3, 5, 6]));
        assert_eq!(refanged("1[::]2"), ("1::2".to_owned(), vec![0, 1, 1, 5, 6]));
        assert_eq!(refanged("=fxp[:]//a"), ("=ftp://a".to_owned(), vec![0, 1, 1, 1, 1, 1, 1, 9, 10]));
        assert_eq!(refanged("h**p://a").1[..7], [0; 7]);
    }

    #[test]
    fn words_end_where_urls_do() {
        for byte in 0..=u8::MAX {
            let want = byte <= b' ' || byte == 0x7F || b"\"<>`".contains(&byte);
            assert_eq!(ends_word(byte), want, "{byte}");
        }
    }
}
