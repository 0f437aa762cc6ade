//! Ends of URLs, against a plain search for each.

use super::*;
use crate::random::Random;

/// The ends by definition, each place on its own.
fn naive(text: &[u8], path: usize, in_parameter: bool) -> Vec<End> {
    let mut all: Vec<End> = Vec::new();
    for place in path..=text.len() {
        let in_query = text[path..place].contains(&b'?');
        if place == text.len() || is_cut(text, place, in_query, in_parameter) {
            for (len, rank) in [(place, 2 * place), (trim(&text[..place]), 2 * place + 1)] {
                match all.iter_mut().find(|end| end.len == len) {
                    Some(end) => end.rank = end.rank.max(rank),
                    None => all.push(End { len, rank }),
                }
            }
        }
    }
    all.sort_unstable_by_key(|end| end.len);
    all
}

#[test]
fn bytes_that_end_a_url_are_those_of_the_table() {
    for byte in 0..=u8::MAX {
        assert_eq!(distance_to_end(byte) == 0, ENDS_URL[usize::from(byte)], "{byte}");
        assert_eq!(own_text(&[b'a', byte]) == Some(1), b",;|^".contains(&byte), "{byte}");
    }
}

#[test]
fn signs_end_a_url_however_they_are_spelled() {
    let is_cut = |end: &str, in_query: bool| super::is_cut(format!("a{end}").as_bytes(), 1, in_query, false);
    for end in
        ["→b", "│b", "✓", "🔥", "”b", "　b", "\u{200b}", "\u{2069}b", "\u{61c}", "\u{ad}", "=0D=0Ab", ",b", "::b"]
    {
        assert!(is_cut(end, false) && is_cut(end, true), "{end}");
    }
    // In a query, these are more often part of a value.
    for end in [
        "%E2%80%9D",
        "%e2%80%9db",
        "%C2%A0",
        "%25E2%2580%259D",
        "%F0%9F%94%A5",
        "\\xe2\\x80\\x9d",
        "\\xC2\\xA0b",
        "%22",
        "\\x22",
        "\\042b",
        "\\012",
        "\\0",
        "\\0b",
        "\\000",
        "=20",
        "=22",
    ] {
        assert!(is_cut(end, false) && !is_cut(end, true), "{end}");
    }
    for end in [
        "é",
        "的",
        "\\xc3\\xa9",
        "\\xe2\\x80b",
        "=0Db",
        "=0D=0B",
        "%C3%A9",
        "%E2%80",
        "%E2%80b",
        "%E2%2580%9D",
        "%25C3%25A9",
        "%80",
        "%41",
        "\\x41",
        "\\101",
        "\\12b",
        "\\08",
        "\\442",
        "=20b",
        "=2",
        "=41",
        "=",
    ] {
        assert!(!is_cut(end, false), "{end}");
    }
}

#[test]
fn bytes_that_are_no_utf8_end_a_url() {
    let is_cut = |text: &[u8], in_query: bool| super::is_cut(text, 1, in_query, false);
    for text in [&b"a\x94"[..], b"a\xA0b", b"a\xBB\xAB", b"a\xE9", b"a\xE2\x80", b"a\xE2\x80b", b"a\xFF"] {
        assert!(is_cut(text, false) && is_cut(text, true), "{}", text.escape_ascii());
    }
    // No character is cut in two.
    for text in ["aé", "a的b", "a𝒶"] {
        assert!((1..text.len()).all(|at| !super::is_cut(text.as_bytes(), at, false, false)), "{text}");
    }
    assert!(
        super::is_cut("aé\u{201D}".as_bytes(), 3, false, false) && super::is_cut(b"a\xC3\xA9\xA9", 3, false, false)
    );
}

#[test]
fn a_separate_text_follows_commas_of_any_script() {
    for (path, want) in
        [("/a，b", Some(2)), ("/é、b", Some(3)), ("/a；b,c", Some(2)), ("/é,b，c", Some(3)), ("/a،b", Some(2))]
    {
        assert_eq!(own_text(path.as_bytes()), want, "{path}");
    }
    for path in ["/a。b", "/é", "/a”b", "/a"] {
        assert_eq!(own_text(path.as_bytes()), None, "{path}");
    }
}

#[test]
fn a_separate_text_follows_encoded_signs_and_parameters() {
    for path in [
        "/a%2Cb",
        "/a%2cb",
        "/a%3Bb",
        "/a%7Cb",
        "/a%5Eb",
        "/a%252Cb",
        r"/a\u002cb",
        r"/a\x3bb",
        "/a&#44;b",
        "/a&comma;b",
        "/a&k=b",
        "/a&k%3Db",
        "/a&long-key_2=b",
        "/a%26k=b",
        "/a%2526k=b",
        r"/a\u0026k=b",
        r"/a\\u0026k=b",
    ] {
        assert_eq!(own_text(path.as_bytes()), Some(2), "{path}");
    }
    for path in [
        "/a%20b",
        "/a%2Fb",
        "/a%2",
        "/a%",
        "/a&b",
        "/a&=b",
        "/a&k.l=b",
        "/a&k",
        "/a%26b",
        "/a%27k=b",
        r"/a\b",
        r"/a\u0027k=b",
        r"/a\u0026b",
        "/a%2526",
        "/a+k=b",
        "/ak=b",
    ] {
        assert_eq!(own_text(path.as_bytes()), None, "{path}");
    }
    let key = |len: usize| format!("/a&{}=b", "k".repeat(len));
    assert_eq!(own_text(key(super::MAX_KEY).as_bytes()), Some(2));
    assert_eq!(own_text(key(super::MAX_KEY + 1).as_bytes()), None);
    assert_eq!(own_text("/%41&b,c".as_bytes()), Some(6));
}

#[test]
fn white_space_of_any_script_ends_a_url() {
    let mut buffer = [0; 4];
    for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
        let text = c.encode_utf8(&mut buffer).as_bytes();
        assert_eq!(is_blank(text), !c.is_ascii() && c.is_whitespace(), "{c:?}");
        assert!(!is_blank(text) || may_hold_blank(text));
        if u32::from(c) < 0x4000 {
            for before in [0, 1, 15, 16, 40, 254, 255, 256] {
                let text = [&b"a\xC3\xA9".repeat(90)[..before], text].concat();
                let len = if ends_url(c) { before } else { text.len() };
                assert_eq!(len_to_end(&text, 0), len, "{c:?} {before}");
                let text = [&text, &b"/\""[..]].concat();
                let len = if ends_url(c) { before } else { text.len() - 1 };
                assert_eq!(len_to_end(&text, 0), len, "{c:?} {before}");
            }
        }
    }
}

#[test]
fn ends_are_those_of_their_definition() {
    let pieces = [
        "a",
        "/",
        ",",
        ".",
        ")",
        "(",
        "]",
        "?",
        "&",
        "+",
        "%20",
        "%2520",
        "%5Cn",
        "%5C",
        "::",
        ":",
        "\u{201d}",
        "'",
        "!",
        "\\x22",
        "\\042",
        "\\0",
        "=20",
        "%E2%80%9D",
        "%25E2%2580%259D",
        "%C3%A9",
        "\u{2502}",
        "\u{e9}",
    ];
    let mut ends = Vec::new();
    let mut random = Random::new(1);
    for _ in 0..20_000 {
        let mut text = String::from("http://a.test(/");
        for _ in 0..random.below(9) {
            text.push_str(random.pick(&pieces));
        }
        let in_parameter = random.below(2) == 1;
        let want = naive(text.as_bytes(), 14, in_parameter);
        all(text.as_bytes(), 14, text.len(), in_parameter, &mut ends);
        assert_eq!(ends, want, "{text}");
        // A limit keeps the ends that are not longer, in the same order.
        let by_rank = |ends: &[End]| {
            let mut ends = ends.to_vec();
            ends.sort_unstable_by_key(|end| end.rank);
            ends.iter().map(|end| end.len).collect::<Vec<_>>()
        };
        let most = 14 + random.below(text.len() as u64 - 13) as usize;
        all(text.as_bytes(), 14, most, in_parameter, &mut ends);
        let want: Vec<End> = want.into_iter().filter(|end| end.len <= most).collect();
        assert_eq!(by_rank(&ends), by_rank(&want), "{text} up to {most}");
    }
}

#[test]
fn what_may_end_a_url() {
    let cut = |text: &str, at: usize, in_query, in_parameter| is_cut(text.as_bytes(), at, in_query, in_parameter);
    let always = |text: &str| cut(text, 1, false, false) && cut(text, 1, true, false) && cut(text, 1, true, true);
    let never = |text: &str| !cut(text, 1, false, false) && !cut(text, 1, true, false) && !cut(text, 1, true, true);
    let in_path = |text: &str| cut(text, 1, false, false) && !cut(text, 1, true, false);

    for byte in (0..=0x7F_u8).filter(|byte| !b":_&+%\\".contains(byte)) {
        let is_end = byte <= b' ' || b"\x7F\"<>`,;|'()[]{}!*$^".contains(&byte);
        let text = format!("a{}b", char::from(byte));
        assert!(if is_end { always(&text) } else { never(&text) }, "{text:?}");
    }
    for text in [
        "a::b",
        "a__;!!",
        "a\\",
        "a\\\\\\\\\\\\\\\\",
        "a\u{201D}b",
        "a\u{FF5C}",
        "a\u{FFE5}",
        "a\u{3000}",
        "a\u{200B}",
        "a\u{FEFF}",
    ] {
        assert!(always(text), "{text}");
    }
    for text in [
        "a:b",
        "a:",
        "a__b",
        "a_;",
        "a\\\\\\\\\\\\\\\\\\",
        "a\\b",
        "a\\\\n",
        "a\u{E9}",
        "a\u{FF41}",
        "a\u{FFE7}",
        "a\u{2061}",
        "a%",
        "a%2",
        "a%41",
    ] {
        assert!(never(text), "{text}");
    }
    for text in ["a+b", "a%20b", "a%2520b", "a%5Cn", "a%255Cu", "a%5c%22", "a%3F", "a\\x22", "a\\x20b"] {
        assert!(in_path(text), "{text}");
    }
    for text in ["a%2541", "a%2541n", "a%5Cq", "a%5C", "a%255Cq", "a%25", "a%41n", "a\\x41", "a\\x2", "a\\y22"] {
        assert!(never(text), "{text}");
    }
    // The query of another URL ends at its next parameter.
    assert!(in_path("a&b") && cut("a&b", 1, true, true));
}

#[test]
fn what_is_trimmed() {
    for (text, len) in [
        ("", 0),
        ("...", 0),
        ("a.,;:!?'\"\\", 1),
        ("a-", 2),
        ("a)", 1),
        ("(a)", 3),
        ("[a]", 3),
        ("{a}", 3),
        ("(a))", 3),
        ("(a).)", 3),
        ("(a]", 2),
        ("(a}", 2),
        ("[a)", 2),
        ("{a]", 2),
        ("a(", 2),
    ] {
        assert_eq!(trim(text.as_bytes()), len, "{text}");
    }
}

#[test]
fn ends_in_an_authority_are_those_of_its_first_sign() {
    for (text, behind, want) in [
        ("a.test", 0, &[][..]),
        ("a.test,b;c", 0, &[6]),
        (",a;b", 0, &[2]),
        ("x,a;b", 2, &[3]),
        // After an `@`, a host begins anew.
        ("a,b;c@d!e", 0, &[1, 7]),
        ("a@,b", 0, &[2]),
        // Brackets, colons and signs that are not ASCII may belong to the host.
        ("a[b]c,d;e", 0, &[1, 3, 5]),
        ("a::b,c", 0, &[1, 4]),
        ("a\u{3002}b\u{3001},;", 0, &[1, 5, 8]),
        ("a]]]]]]]]]],", 0, &[1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        let found: Vec<usize> = in_authority(text.as_bytes(), behind, text.len()).collect();
        assert_eq!(found, want, "{text}");
    }
}
