//! URLs, their ends, and the targets of requests.

use super::*;

#[test]
fn separators_of_urls() {
    for separator in [
        r":\/\/",
        r":\\/\\/",
        r":\u002f\u002f",
        r":\\u002f\\u002f",
        r"\u003a//",
        "%3A%2F%2F",
        "%253A%252F%252F",
        ":%2F%2F",
        "%3A//",
        "&#58;&#47;&#47;",
        ":&#x2F;&#x2f;",
        "idp.http://",
    ] {
        let text = format!("u={}{separator}evil.test/a", if separator.contains("http") { "" } else { "http" });
        let found = all(ExtractOptions::default(), text.as_bytes());
        let is_url = |token: &String| {
            let token = token.trim_start_matches("alt ");
            token.starts_with("url http") && token.contains("evil.test/a")
        };
        assert!(found.iter().any(is_url), "{text}: {found:?}");
    }
}

/// A host that is an address as a whole is not reported a second time as part of the host.
#[test]
fn hosts_that_are_addresses_by_another_dot() {
    for end in ["\u{3002}", "\u{ff0e}", "\u{ff61}", "\u{ad}"] {
        for text in [format!("http://192.0.2.1{end}"), format!(r"http:\\192.0.2.1{end}/a")] {
            let found = all(ExtractOptions::default(), text.as_bytes());
            assert!(found.iter().all(|token| !token.starts_with("ip ")), "{text}: {found:?}");
        }
    }
    let found = all(ExtractOptions::default(), "http://192.0.2.1\u{3002}evil.test/".as_bytes());
    assert!(found.iter().any(|token| token.starts_with("ip 192.0.2.1")), "{found:?}");
}

#[test]
fn urls() {
    table(&[
        ("http://evil.test/a", &["url http://evil.test/a"]),
        ("GET http://evil.test/a?b=c HTTP/1.1", &["url http://evil.test/a?b=c"]),
        ("\"http://evil.test/a\"", &["url http://evil.test/a"]),
        ("<http://evil.test/a>", &["url http://evil.test/a"]),
        ("`http://evil.test/a`", &["url http://evil.test/a"]),
        ("HTTPS://EVIL.test:8443/", &["url HTTPS://EVIL.test:8443/"]),
        ("http://user:pass@evil.test/", &["url http://user:pass@evil.test/"]),
        ("http://[2001:db8::1]:80/", &["url http://[2001:db8::1]:80/"]),
        ("http://192.0.2.1/x", &["url http://192.0.2.1/x"]),
        ("http://3221225985/x", &["url http://3221225985/x"]),
        ("http://evil.test", &["url http://evil.test"]),
        ("http://x-192.0.2.1-y.test/a", &["url http://x-192.0.2.1-y.test/a", "ip 192.0.2.1 url_host"]),
        ("x-192.0.2.1-y.test/a", &["url x-192.0.2.1-y.test/a", "ip 192.0.2.1 url_host"]),
        ("http://bücher.test/ä", &["url http://bücher.test/ä"]),
        // Trimmed at the end.
        ("(http://evil.test/a)", &["url http://evil.test/a"]),
        ("http://evil.test/a_(b)", &["url http://evil.test/a_(b)"]),
        ("http://evil.test/a.", &["url http://evil.test/a"]),
        ("http://evil.test/a!?", &["url http://evil.test/a"]),
        ("'http://evil.test/a',", &["url http://evil.test/a"]),
        ("[x](http://evil.test/a).", &["url http://evil.test/a"]),
        (r"http://evil.test/a\", &["url http://evil.test/a"]),
        // Cut.
        ("http://evil.test/a,http", &["url http://evil.test/a,http"]),
        ("http://evil.test/a;b|c'd", &["url http://evil.test/a;b|c'd"]),
        // JSON.
        (
            r#"{"u":"http:\/\/evil.test\/a\u0026b\u003dc","x":1}"#,
            &[
                r"url http://evil.test/a&b=c @http:\/\/evil.test\/a\u0026b\u003dc",
                r"alt url http:\/\/evil.test\/a\u0026b\u003dc",
            ],
        ),
        (r"http://evil.test/a\nb", &["url http://evil.test/a", r"alt url http://evil.test/a\nb"]),
        (r#"http://evil.test/a\"b"#, &["url http://evil.test/a"]),
        (r"http://evil.test/a\u0022b", &["url http://evil.test/a", r"alt url http://evil.test/a\u0022b"]),
        (r"evil.test\/a", &[r"url evil.test/a @evil.test\/a", r"alt url evil.test\/a"]),
        // Without a scheme.
        ("evil.test/a", &["url evil.test/a"]),
        ("evil.test/", &["url evil.test/"]),
        ("evil.test:8080/a?b", &["url evil.test:8080/a?b"]),
        ("192.0.2.1/a", &["url 192.0.2.1/a"]),
        ("192.0.2.1:8080/a", &["url 192.0.2.1:8080/a"]),
        ("x.evil.test/a.php", &["url x.evil.test/a.php", "name~ a.php url_path"]),
        ("u=evil.test%2Fa%2Fb.sh&v", &["url evil.test/a/b.sh @evil.test%2Fa%2Fb.sh", "name b.sh", "alt name 2Fb.sh"]),
        ("u=evil.test%3A80%252fa", &["url evil.test:80/a @evil.test%3A80%252fa"]),
        ("192.0.2.1%2fa", &["url 192.0.2.1/a @192.0.2.1%2fa"]),
        ("evil.test&#x2f;a", &["url evil.test/a @evil.test&#x2f;a", "alt url evil.test"]),
        // What follows an encoded slash may be another value.
        (
            "u=evil.test%2Fother.test",
            &["url evil.test/other.test @evil.test%2Fother.test", "name other.test", "alt name 2Fother.test"],
        ),
        (
            "evil.test%2Fother.test%2Fa&v=other.test%2Fb",
            &[
                "url evil.test/other.test/a @evil.test%2Fother.test%2Fa",
                "name other.test",
                "alt name 2Fother.test",
                "url other.test/b @other.test%2Fb",
            ],
        ),
        ("evil.test%2Eb", &["name evil.test"]),
        (r"evil.test\x2fa", &["name evil.test"]),
        // URLs within a URL.
        (
            "http://a.test/?u=http://evil.test/x",
            &["url http://a.test/?u=http://evil.test/x", "url http://evil.test/x url_query"],
        ),
        (
            "http://a.test/?u=http%3A%2F%2Fevil.test%2Fx&v=1",
            &[
                "url http://a.test/?u=http%3A%2F%2Fevil.test%2Fx&v=1",
                "url http://evil.test/x @http%3A%2F%2Fevil.test%2Fx url_query",
            ],
        ),
        (
            "http://a.test/http://evil.test/x",
            &["url http://a.test/http://evil.test/x", "url http://evil.test/x url_path"],
        ),
        // Other observables within a URL.
        (
            "http://a.test/b.c/d.php?e=f.g&h=192.0.2.1#i.j",
            &[
                "url http://a.test/b.c/d.php?e=f.g&h=192.0.2.1#i.j",
                "name~ b.c url_path",
                "name~ d.php url_path",
                "name f.g url_query",
                "ip 192.0.2.1 url_query",
                "name i.j url_query",
            ],
        ),
        // Without a host, there is no URL.
        ("http://", &[]),
        // As browsers read it.
        ("http:///a", &["url http:///a"]),
        ("://evil.test/a", &["url evil.test/a"]),
        ("http://exa mple", &["url http://exa"]),
    ]);
}

#[test]
fn request_paths() {
    let options = ExtractOptions { request_paths: true, ..ExtractOptions::default() };
    check(
        options,
        &[
            ("\"GET /gate.php?x HTTP/1.1\"", &["path /gate.php?x", "name~ gate.php"]),
            ("\"/gate.php\"", &["path /gate.php", "name~ gate.php"]),
            ("a\t/gate\tb", &["path /gate"]),
            // The last field of a file that does not end its last line.
            ("a\t/gate", &["path /gate"]),
            ("/gate", &[]),
            ("GET /gate", &[]),
            ("get /gate HTTP/1.1", &[]),
            ("x/gate HTTP/1.1", &[]),
        ],
    );
    table(&[("\"GET /gate HTTP/1.1\"", &[])]);
}

/// A separator whose escapes are undone only in part leaves a host within it, such as `u002f`. Reading that host once caused a panic.
#[test]
fn hosts_stand_after_their_separator() {
    for line in [
        r"http:\\u002F\\u002Fevil.test:99999\a",
        r"http:\\u002f\\u002fevil.test:99999\\a",
        r"http:\\u002f\\u002f",
        r"https\\u003a\\u002f\\u002f\\u002f:x",
    ] {
        let found = super::all(super::ExtractOptions::default(), line.as_bytes());
        assert!(found.iter().all(|token| !token.contains("url http")), "{line}: {found:?}");
    }
}

/// All readings of a run are of one place, even if the run begins with an escape that belongs to the URL before, or holds a surrogate pair.
#[test]
fn readings_around_escapes_are_of_one_place() {
    for (line, want) in [
        (
            r"-Chrome/192.0.2.1\ud83d\ude00.evil.test/",
            &[
                "url~ 192.0.2.1😀.evil.test/",
                "alt url~ 192.0.2.1",
                r"alt url~ 192.0.2.1\ud83d\ude00.evil.test/",
                "alt url evil.test/",
                "alt url~ ude00.evil.test/",
                "alt ip~ 192.0.2.1 url_host",
            ][..],
        ),
        (
            r"http%3A%2F%2Fevil.test%2F%61\ud83d\ude00.evil.test/24",
            &[
                "url http://evil.test/a",
                "url 😀.evil.test/24",
                "alt name~ 61😀.evil.test",
                "alt url evil.test/24",
                "alt url~ ude00.evil.test/24",
            ],
        ),
    ] {
        let found = super::all(super::ExtractOptions::default(), line.as_bytes());
        assert_eq!(found.len(), want.len(), "{found:?}");
        assert!(found.iter().zip(want).all(|(token, want)| token.starts_with(want)), "{found:?}");
    }
}

/// Other readings of a place do not shorten a URL, and its scheme may be the end of another URL's host.
#[test]
fn other_readings_do_not_cut_urls() {
    for (line, want) in [
        (r"evil.test/%61\n", r"url evil.test/%61\n"),
        (r"→evil.test/%61\n", r"url evil.test/%61\n"),
        (r"http:\\evil.testhttp\u003a//evil.test.https\a", r"url http://evil.test.https\a"),
    ] {
        let found = super::all(super::ExtractOptions::default(), line.as_bytes());
        assert!(found.iter().any(|token| token.trim_start_matches("alt ").starts_with(want)), "{line}: {found:?}");
    }
}
