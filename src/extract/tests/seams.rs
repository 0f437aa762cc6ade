//! Where two grammars meet: escapes and names, schemes and hosts, addresses and words, mail addresses and URLs.

use super::*;

/// Like [`table`], with hashes, mail addresses and request paths.
fn table_of_all(cases: &[(&str, &[&str])]) {
    check(ExtractOptions { request_paths: true, refang: false, hashes: true, emails: true }, cases);
}

#[test]
fn characters_beside_names_and_addresses() {
    table(&[
        // A character of another script that JSON escapes touches an address or a name.
        (r"\u4e2d192.0.2.1/", &["url 192.0.2.1/", "ip 192.0.2.1 url_host"]),
        (
            r"%20192.0.2.1\u4e2d",
            &[r"name 192.0.2.1中 @192.0.2.1\u4e2d", r"alt name 20192.0.2.1中 @20192.0.2.1\u4e2d", "alt ip 192.0.2.1"],
        ),
        ("%20192.0.2.1ü", &["name 192.0.2.1ü", "alt name 20192.0.2.1ü", "ip 192.0.2.1"]),
        (
            r"-192.0.2.1\u4e2d",
            &[r"name 192.0.2.1中 @192.0.2.1\u4e2d", r"alt name -192.0.2.1中 @-192.0.2.1\u4e2d", "ip 192.0.2.1"],
        ),
        // No name begins with an accent.
        ("\u{301}192.0.2.1\\u4e2d", &["name 0.2.1中 @0.2.1\\u4e2d", "ip 192.0.2.1"]),
        // A digit of another script before a quad.
        ("١192.0.2.1%252F", &["url 192.0.2.1/ @192.0.2.1%252F"]),
        (r"\u4e2devil.test", &[r"name 中evil.test @\u4e2devil.test", "alt name evil.test", "alt name~ u4e2devil.test"]),
        (
            r",\ud83d\ude00evil.test",
            &[r"name 😀evil.test @\ud83d\ude00evil.test", "alt name evil.test", "alt name~ ude00evil.test"],
        ),
        (
            r"a\u4e2devil.test/",
            &[r"url a中evil.test/ @a\u4e2devil.test/", "alt url evil.test/", "alt url~ u4e2devil.test/"],
        ),
        // A file whose dot is escaped.
        (r"C:\temp\u002etest", &[r"name emp.test @emp\u002etest", r"alt name~ temp.test @temp\u002etest"]),
        // What is called is the whole.
        ("evil.test😀(a=True", &["name~ evil.test😀", "alt name evil.test"]),
        // Scripts of different directions do not mix.
        ("א.evil.1.a", &["name evil.1.a", "alt name evil.1.a"]),
        ("。evil.test", &["name evil.test", "alt name evil.test"]),
        ("evil.test。", &["name evil.test", "alt name evil.test"]),
        (r"a........\u3002.evil.test", &["name evil.test", "alt name evil.test", "alt name~ u3002.evil.test"]),
    ]);
    for (haystack, want) in [
        (&b"::1\xEFb.test"[..], ["ip ::1", "name b.test"]),
        ("::1\u{2018}b.test".as_bytes(), ["ip ::1", "name b.test"]),
        ("::\u{201C}b.test".as_bytes(), ["ip ::", "name b.test"]),
    ] {
        assert_eq!(all(ExtractOptions::default(), haystack), want, "{}", haystack.escape_ascii());
    }
}

#[test]
fn schemes_beside_escapes_and_hosts() {
    table(&[
        (
            r"a\u002eb\u003a\u002f\u002fc",
            &[
                r"url b://c @b\u003a\u002f\u002fc",
                r"alt url u002eb://c @u002eb\u003a\u002f\u002fc",
                r"name a.b @a\u002eb",
            ],
        ),
        (
            "http%3A%2F%2Fa%3A%2F%2Fb%3A%2F%2Fevil.test",
            &[
                "url http://a://b://evil.test @http%3A%2F%2Fa%3A%2F%2Fb%3A%2F%2Fevil.test",
                "url a://b://evil.test @a%3A%2F%2Fb%3A%2F%2Fevil.test url_host",
                "url b://evil.test @b%3A%2F%2Fevil.test url_host",
            ],
        ),
        (
            r"http:\\a\u003a//evil.test",
            &[r"url http:\\a\u003a//evil.test", r"url a://evil.test @a\u003a//evil.test url_host"],
        ),
        ("a%AA%3A%2F%2Fevil.test", &["url AA://evil.test @AA%3A%2F%2Fevil.test"]),
        ("a%20%3A%2F%2Fevil.test", &["name evil.test", "alt name 2Fevil.test"]),
        ("_://evil.test", &["name evil.test"]),
        // With entities, the host must be plain.
        ("http&#58;//evil", &["url http://evil @http&#58;//evil"]),
        ("http&colon;//1", &[]),
        ("http://{}", &[]),
        (
            r"http://»\ud83d\ude00",
            &[r"url http://»😀 @http://»\ud83d\ude00", "alt url http://»", r"alt url http://»\ud83d\ude00"],
        ),
        ("http://evil.test(", &["url http://evil.test"]),
        (r"http:\\evil。%2a", &[r"url http:\\evil。", r"alt url http:\\evil"]),
        ("u=http%3A%2F%2Fevil.test%0A", &["url http://evil.test\n @http%3A%2F%2Fevil.test%0A"]),
        // A hyphen makes it a name.
        ("http://192.0.2.1%2d", &["url http://192.0.2.1%2d"]),
        (
            "evil.test/1.http://a.test",
            &["url evil.test/1.http://a.test", "url http://a.test url_path", "name~ 1.http url_path"],
        ),
        (
            r"\192.0.2.1.in-addr.arpa&sol;",
            &[
                "url~ 192.0.2.1.in-addr.arpa/ @192.0.2.1.in-addr.arpa&sol;",
                "alt ip~ 1.2.0.192 @192.0.2.1.in-addr.arpa reverse_name",
                "alt url~ 192.0.2.1.in-addr.arpa",
                "alt ip~ 1.2.0.192 @192.0.2.1.in-addr.arpa reverse_name",
            ],
        ),
        (
            r"\192.0.2.1.in-addr.arpa",
            &["name~ 192.0.2.1.in-addr.arpa", "alt ip~ 1.2.0.192 @192.0.2.1.in-addr.arpa reverse_name"],
        ),
        ("http://ü-192.0.2.1-x.test/", &["url http://ü-192.0.2.1-x.test/", "ip 192.0.2.1 url_host"]),
    ]);
    // A reverse name has 32 digits.
    let long = format!("{}.ip6.arpa", ["a"; 33].join("."));
    table(&[(&long, &[&format!("name {long}")])]);
}

#[test]
fn addresses_beside_words() {
    table(&[
        // Before a scheme, there is no address.
        ("a:a::a:a:a:a:a:http://", &[]),
        ("1:2::3:4:5:6:7:http://a", &["url http://a"]),
        ("fe80::1%http://x", &["ip fe80::1", "url http://x"]),
        ("::%http://", &["ip ::"]),
        ("cafe:beef:", &[]),
        ("aaa M::a::", &[]),
        (":::g", &[]),
        ("evil.b-::1", &["name evil.b", "alt name evil.b-", "ip ::1"]),
        ("x:evil.test:::", &["ip ::", "name evil.test"]),
        ("%20::1%2fx", &["ip ::1", "alt ip 20::1"]),
        ("[::1]%2fx", &["url [::1]/x @[::1]%2fx"]),
        ("%22::%2f", &["ip ::", "alt ip 22::"]),
        (r"::192.0.2.1-\", &["ip ::c000:201 @::192.0.2.1", "name 192.0.2.1-"]),
        ("> 192.0.2.1.https.", &["name 192.0.2.1.https", "ip 192.0.2.1 :443"]),
        ("::1.domain‘", &["ip ::1 :53"]),
        // The key of a socket address has an equals sign, and a port of 0 is none.
        ("audit(1.2:3): saddr:02000050C0000201", &[]),
        (r"audit(1.2:3):\x20saddr=02000050C0000201", &[]),
        ("audit(1.2:3): saddr=02000000C0000201", &["ip 192.0.2.1 @02000000C0000201"]),
    ]);
}

#[test]
fn signs_beside_names() {
    table(&[
        // Escapes that end a run are no part of a name.
        ("a%5D%5D%5D.test", &["name 5D.test"]),
        ("\t/", &[]),
        ("%5Cevil.test", &["name~ evil.test", "alt name 5Cevil.test"]),
        // A key of JSON has two quotes.
        ("evil.test\":", &["name evil.test"]),
        ("-evil.test\":", &["name evil.test", "alt name -evil.test"]),
        // What follows an `@` is no local part.
        ("%40.test%40", &["name 40.test"]),
        ("evil.test-@SSL@1", &["name evil.test", "alt name evil.test- :1"]),
        ("a((4)evil(4)test(0)", &["name evil.test @(4)evil(4)test(0)"]),
        (
            r"http://evil.test\\\\\\\\\\",
            &["url http://evil.test", "alt url http://evil.test", "alt url http://evil.test"],
        ),
    ]);
    let slashes = format!("http://evil.test{}", "\\".repeat(32));
    table(&[(&slashes, &["url http://evil.test", "alt url http://evil.test", "alt url http://evil.test"])]);
}

#[test]
fn mail_addresses_beside_escapes_and_urls() {
    table_of_all(&[
        (
            r"o\u0027bob@evil.test'",
            &[
                "email bob@evil.test",
                r"alt email 'bob@evil.test @\u0027bob@evil.test",
                r"alt email o'bob@evil.test @o\u0027bob@evil.test",
                "name evil.test email",
            ],
        ),
        ("ü@evil.test", &["email ü@evil.test", "name evil.test email"]),
        ("“@evil.test", &["name evil.test email"]),
        // A name with all its hyphens, or none.
        ("bob@-.test", &["email bob@-.test", "name -.test email"]),
        ("-bob@evil.test", &["email bob@evil.test", "alt email -bob@evil.test", "name evil.test email"]),
        // A letter may be escaped; a control character ends the address.
        (
            "%61bob@evil.test",
            &["email abob@evil.test @%61bob@evil.test", "alt email %61bob@evil.test", "name evil.test email"],
        ),
        (
            "%07bob@evil.test",
            &["email bob@evil.test", "alt email 07bob@evil.test", "alt email %07bob@evil.test", "name evil.test email"],
        ),
        (
            "%ace@evil.test",
            &["email e@evil.test", "alt email ace@evil.test", "alt email %ace@evil.test", "name evil.test email"],
        ),
        // The context is that of the place where a reading starts.
        (
            "evil.test/?bob@a.test",
            &[
                "url evil.test/?bob@a.test",
                "email bob@a.test url_query",
                "alt email ?bob@a.test url_query",
                "alt email /?bob@a.test url_path",
                "alt email evil.test/?bob@a.test url_host",
                "name a.test url_query",
            ],
        ),
        (
            "evil.test/|bob@a.test",
            &[
                "url evil.test/|bob@a.test",
                "email bob@a.test",
                "alt email |bob@a.test",
                "alt email /|bob@a.test url_path",
                "alt email evil.test/|bob@a.test url_host",
                "name a.test email",
            ],
        ),
        ("%3D%40test", &[]),
        (
            "%3D%40evil.test",
            &[
                "email =@evil.test @%3D%40evil.test",
                "alt email %3D@evil.test @%3D%40evil.test",
                "name evil.test",
                "alt name 40evil.test",
            ],
        ),
        // Quotes, whose escapes must match.
        (r#""a\"@test"#, &[]),
        (r#""a\"@evil.test"#, &["name evil.test"]),
        (r#"\"a\"@evil.test"#, &[r#"email "a"@evil.test @\"a\"@evil.test"#, "name evil.test"]),
        (
            "''bob%40evil.test",
            &[
                "email bob@evil.test @bob%40evil.test",
                "alt email 'bob@evil.test @'bob%40evil.test",
                "alt email ''bob@evil.test @''bob%40evil.test",
                "name evil.test",
                "alt name 40evil.test",
            ],
        ),
        (
            "😀%%40evil.test",
            &[
                "email %@evil.test @%%40evil.test",
                "alt email 😀%@evil.test @😀%%40evil.test",
                "name evil.test",
                "alt name 40evil.test",
            ],
        ),
        (
            "a%2E.%2B@evil.test",
            &[
                "email a..+@evil.test @a%2E.%2B@evil.test",
                "alt email %2B@evil.test",
                "alt email .%2B@evil.test",
                "alt email 2E.%2B@evil.test",
                "alt email %2E.%2B@evil.test",
                "alt email a%2E.%2B@evil.test",
                "name evil.test email",
            ],
        ),
        // An escape takes up to three backslashes.
        (r"\\\\u002bob@evil.test", &[r"email +ob@evil.test @\\\u002bob@evil.test", "name evil.test email"]),
    ]);
}

#[test]
fn the_longest_local_parts() {
    let options = ExtractOptions { emails: true, ..ExtractOptions::default() };
    let longest = "x".repeat(crate::limits::MAX_LOCAL_PART);
    for head in ["", "-", "(", " ", "\n"] {
        let text = format!("{head}{longest}@evil.test");
        assert_eq!(all(options, text.as_bytes())[0], format!("email {longest}@evil.test"), "{text}");
    }
    for head in ["x", "y.", "x-"] {
        let text = format!("{head}{longest}@evil.test");
        assert_eq!(all(options, text.as_bytes()), ["name evil.test email"], "{text}");
    }
}

#[test]
fn quoted_local_parts_beside_what_is_refanged() {
    let options = ExtractOptions { refang: true, emails: true, ..ExtractOptions::default() };
    for (text, want) in [
        ("x[.]\"a\"@evil.test", &["email \"a\"@evil.test", "name evil.test"][..]),
        (
            "http://[.]192.0.2.1.in-addr.arpa",
            &[
                "url http://.192.0.2.1.in-addr.arpa @http://[.]192.0.2.1.in-addr.arpa",
                "alt ip 1.2.0.192 @[.]192.0.2.1.in-addr.arpa reverse_name",
            ],
        ),
    ] {
        assert_eq!(all(options, text.as_bytes()), want, "{text}");
    }
}

/// The readings of the URLs of a text: each with its host, and all places where it may end, as the log writes them.
fn readings_of_urls(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    Extractor::new(ExtractOptions::default()).extract(text.as_bytes(), 0..text.len(), &mut |token| {
        let (Some(url), Some((start, end))) = (token.url, token.host) else { return };
        let mut ends = Vec::new();
        url.ends(url.whole().len(), &mut ends);
        found.push((&text[start..end], ends.iter().map(|end| &text[token.start..url.place(end.len)]).collect()));
    });
    found
}

#[test]
fn hosts_and_ends_of_urls() {
    for (text, want) in [
        ("http://@a", &[("a", &["http://@a"][..])][..]),
        ("http://a@evil.test/", &[("evil.test", &["http://a@evil.test/"])]),
        // Read up to an end within its authority, it has no other.
        ("http://evil.test(", &[("evil.test", &[])]),
        ("http://evil.test(a/b,c", &[("evil.test", &[])]),
        ("evil.test/a,b", &[("evil.test", &["evil.test/a", "evil.test/a,b"])]),
        // In a parameter of another URL, a URL may end at `?` and `&`.
        (
            "evil.test/?http://a.test?&",
            &[
                ("evil.test", &["evil.test/?http://a.test?&"]),
                ("a.test", &["http://a.test", "http://a.test?", "http://a.test?&"]),
            ],
        ),
        ("http://http://a.test?&", &[("http", &["http://http://a.test?&"]), ("a.test", &["http://a.test?&"])]),
    ] {
        let found = readings_of_urls(text);
        let found: Vec<(&str, &[&str])> = found.iter().map(|(host, ends)| (*host, &ends[..])).collect();
        assert_eq!(found, want, "{text}");
    }
}

/// Within 16 KiB, 64 URLs inside one another are read to their common end. Each later one is read up to the colon of the second one
/// after it, or without a scheme up to the next sign that may end it.
#[test]
fn many_urls_inside_one_another() {
    for (url, sign, nth) in [("http://a.test/", "://", 2), ("http://a:1/", "://", 2), ("a.test/,", ",", 0)] {
        for count in [64, 65, 66, 67, 70] {
            let text = url.repeat(count);
            let mut found = Vec::new();
            Extractor::new(ExtractOptions::default()).extract(text.as_bytes(), 0..text.len(), &mut |token| {
                found.extend((token.kind == TokenKind::Url).then(|| String::from_utf8_lossy(token.text).into_owned()));
            });
            let want = (0..count).map(|at| {
                let rest = text[at * url.len()..].trim_end_matches(',');
                let end = if at < 64 { None } else { rest.match_indices(sign).nth(nth) };
                end.map_or(rest, |(end, _)| &rest[..end])
            });
            assert!(found.iter().eq(want), "{count} of {url}");
        }
    }
}

/// The longest names are found, at the end of runs of any length.
#[test]
fn the_longest_names() {
    let label = "a".repeat(63);
    let ascii = [&*label, &label, &label, &label[..61]].join(".");
    // What shows nothing is not part of the name, but of its text.
    let unseen = vec![format!("{}aa", "\u{200b}aaaaaaa".repeat(8)); 4].join(".");
    for name in [&ascii, &unseen] {
        for text in [name.clone(), format!(".{name}"), format!("{}..{name}", "b".repeat(3_000))] {
            let found = all(ExtractOptions::default(), text.as_bytes());
            assert_eq!(found.first(), Some(&format!("name {name}")), "{text}");
        }
    }
    // A name begins with a whole label, even if so much that shows nothing follows that only the end of the run is read.
    for count in 1_000..1_015 {
        let text = format!("www.evil.test{}", "\u{200b}".repeat(count));
        let found = all(ExtractOptions::default(), text.as_bytes());
        let name = found[0].trim_start_matches("name ").trim_end_matches('\u{200b}');
        assert!(matches!(name, "www.evil.test" | "evil.test"), "{count}: {name}");
    }
    // An address at the start of what is read is not another reading of the names before it.
    let text = format!("{}.192.0.2.1{}", "a".repeat(20), "\\u00fc".repeat(504));
    let found = all(ExtractOptions::default(), text.as_bytes());
    assert!(found.contains(&"ip 192.0.2.1".to_owned()), "{:?}", found.last());
    for text in [
        format!("{}ü", "b".repeat(3_100)),
        format!("{}{}", "b".repeat(2_900), "\\u00fc".repeat(40)),
        format!("{}.test:8080/", "b".repeat(2_000)),
    ] {
        assert!(all(ExtractOptions::default(), text.as_bytes()).is_empty(), "{text}");
    }
}
