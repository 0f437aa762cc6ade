//! Tests which URLs are the same indicator, and which are equal.

use std::borrow::Borrow;

use super::*;

#[test]
fn equal_urls_are_one_indicator() {
    let groups: [&[&str]; 14] = [
        &[
            "http://evil.test/a?q",
            "https://evil.test/a?q",
            "ws://evil.test/a?q",
            "wss://evil.test/a?q",
            "ftp://evil.test/a?q",
            "evil.test/a?q",
            "HTTPS://user@EVIL.test.:443/./%61?q#f",
            "http://evil.test:80/a?q",
        ],
        &["http://evil.test/a", "https://evil.test/a?"],
        &["http://evil.test/a/"],
        &["http://evil.test/A"],
        &["http://evil.test/a?Q"],
        &["http://evil.test:81/a?q", "https://evil.test:81/a?q"],
        // A port is the scheme's default, or it is not.
        &["http://evil.test:443/a?q"],
        &["https://evil.test:80/a?q"],
        &["gopher://evil.test/a?q", "GOPHER://evil.test/a?q"],
        &["gopher://evil.test:80/a?q"],
        &["gophers://evil.test/a?q"],
        &["http://www.evil.test/a?q"],
        &["http://192.0.2.1/", "https://[::ffff:192.0.2.1]", "ftp://0xC0000201", "ws://192.0.2.1?#"],
        &["http://[2001:db8::1]/", "https://[2001:DB8:0::1]"],
    ];
    for (left, group) in groups.iter().enumerate() {
        for (right, other) in groups.iter().enumerate() {
            for (one, two) in group.iter().flat_map(|one| other.iter().map(move |two| (one, two))) {
                let (first, second) = (Url::parse(one).expect(one), Url::parse(two).expect(two));
                assert_eq!(first.view().same_indicator(&second.view()), left == right, "{one} {two}");
                assert_eq!(first == second, first.as_str() == second.as_str(), "{one} {two}");
            }
        }
    }
}

#[test]
fn scheme_groups_and_ports() {
    for (scheme, group, port) in [
        ("http", "http", Some(80)),
        ("https", "http", Some(443)),
        ("ws", "http", Some(80)),
        ("wss", "http", Some(443)),
        ("ftp", "http", Some(21)),
        ("ftps", "ftps", None),
        ("gopher", "gopher", None),
        ("httpx", "httpx", None),
        ("", "", None),
    ] {
        assert_eq!((scheme_group(scheme), default_port(scheme)), (group, port), "{scheme}");
    }
}

#[test]
fn traits_of_urls() {
    let url: Url = "HTTP://evil.test".parse().unwrap();
    assert_eq!("http://".parse::<Url>(), Err(Reject::NoHost));
    assert_eq!(
        (url.to_string(), url.as_ref(), Borrow::<str>::borrow(&url)),
        ("http://evil.test/".into(), "http://evil.test/", "http://evil.test/")
    );
    assert_eq!(format!("{url:>20}|{:20}|", url.view()), "   http://evil.test/|http://evil.test/   |");
    let urls = std::collections::HashSet::from([url.clone(), Url::parse("http://evil.test/#x").unwrap()]);
    assert!(urls.len() == 1 && urls.contains("http://evil.test/"));
    assert!(url < Url::parse("http://evil.test/a").unwrap());
}

#[test]
fn views_of_a_url_and_of_its_text_are_equal() {
    for text in ["http://evil.test/", "gopher://evil.test/", "gopher://evil.test:70/", "foo://192.0.2.1"] {
        let mut scratch = UrlScratch::new();
        assert_eq!(canonicalise(text.as_bytes(), &mut scratch).unwrap(), Url::parse(text).unwrap().view(), "{text}");
    }
}
