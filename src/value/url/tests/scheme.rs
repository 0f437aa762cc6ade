//! Where the scheme of a URL ends.

use super::*;

#[test]
fn the_end_of_the_scheme() {
    for (text, want) in [
        ("http://evil.test/", Some(7)),
        ("h**p://evil.test/", Some(7)),
        ("GET http://evil.test/", Some(11)),
        ("://evil.test/", Some(3)),
        ("a:b://evil.test/", Some(6)),
        ("http://evil.test/http://b.example/", Some(7)),
        ("evil.test/http://b.example/", None),
        ("evil.test:80/http://b.example/", None),
        ("evil.test?u=http://b.example/", None),
        ("evil.test#http://b.example/", None),
        ("evil.test\\http://b.example/", None),
        ("/u=http://b.example/", None),
        ("http:/", None),
        ("http:", None),
        ("", None),
    ] {
        assert_eq!(after_scheme(text.as_bytes()), want, "{text}");
    }
}
