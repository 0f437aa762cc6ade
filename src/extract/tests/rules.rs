//! The bounds of rules, with the nearest texts on both sides.

use super::*;

#[test]
fn options_are_set_one_at_a_time() {
    let none = ExtractOptions::new();
    assert_eq!(none, ExtractOptions { request_paths: false, refang: false, hashes: false, emails: false });
    assert_eq!(none.request_paths(true), ExtractOptions { request_paths: true, ..none });
    assert_eq!(none.refang(true), ExtractOptions { refang: true, ..none });
    assert_eq!(none.hashes(true), ExtractOptions { hashes: true, ..none });
    assert_eq!(none.emails(true), ExtractOptions { emails: true, ..none });
    let all = none.request_paths(true).refang(true).hashes(true).emails(true);
    for (one, want) in [
        (all.request_paths(false), ExtractOptions { request_paths: false, ..all }),
        (all.refang(false), ExtractOptions { refang: false, ..all }),
        (all.hashes(false), ExtractOptions { hashes: false, ..all }),
        (all.emails(false), ExtractOptions { emails: false, ..all }),
    ] {
        assert_eq!(one, want);
    }
}

const MD5: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn hashes_and_mail_addresses_come_once_and_in_order() {
    let options = ExtractOptions { hashes: true, emails: true, ..ExtractOptions::default() };
    let hash = format!("hash {MD5}");
    check(
        options,
        &[
            (
                &format!("a@b.test {MD5} c@d.test"),
                &["email a@b.test", "name b.test email", &hash, "email c@d.test", "name d.test email"],
            ),
            (
                "from=a@b.test",
                &["email a@b.test", "alt email =a@b.test", "alt email from=a@b.test", "name b.test email"],
            ),
            ("x.test a@b.test", &["name x.test", "email a@b.test", "name b.test email"]),
        ],
    );
}

#[test]
fn hashes_and_mail_addresses_in_refanged_words() {
    let options = ExtractOptions { refang: true, hashes: true, emails: true, ..ExtractOptions::default() };
    let hash = format!("hash {MD5}");
    check(
        options,
        &[
            ("john[@]evil[.]test", &["email john@evil.test @john[@]evil[.]test", "name evil.test @evil[.]test email"]),
            (
                "a@b.test x[.]test c@d.test",
                &[
                    "email a@b.test",
                    "name b.test email",
                    "name x.test @x[.]test",
                    "email c@d.test",
                    "name d.test email",
                ],
            ),
            // Within a word that is refanged, too.
            ("a@b.test,x[.]test", &["email a@b.test", "name b.test email", "name x.test @x[.]test"]),
            (&format!("{MD5},x[.]test"), &[&hash, "name x.test @x[.]test"]),
            (
                &format!("x[.]test,{MD5} {MD5} y[.]test"),
                &["name x.test @x[.]test", &hash, &hash, "name y.test @y[.]test"],
            ),
            // What one word was defanged by says nothing of the next.
            ("hxxp://a.test/ http://b.test/c[.]d", &["url http://a.test/ @hxxp://a.test/", "url http://b.test/c[.]d"]),
        ],
    );
}

/// The places of a refanged URL's parts are those in the log.
#[test]
fn the_host_of_a_refanged_url_has_its_place() {
    let text = b"see x hxxp://a[.]test:80/b,c now";
    let options = ExtractOptions { refang: true, ..ExtractOptions::default() };
    let (mut hosts, mut ends) = (Vec::new(), Vec::new());
    Extractor::new(options).extract(text, 0..text.len(), &mut |token| {
        if let (Some((start, end)), Some(url)) = (token.host, token.url) {
            hosts.push(String::from_utf8_lossy(&text[start..end]).into_owned());
            url.ends(usize::MAX, &mut ends);
            let mut cuts: Vec<_> = ends.iter().map(|end| &text[token.start..url.place(end.len)]).collect();
            cuts.sort_by_key(|cut| cut.len());
            assert_eq!(cuts, [&b"hxxp://a[.]test:80/b"[..], b"hxxp://a[.]test:80/b,c"]);
        }
    });
    assert_eq!(hosts, ["a[.]test"]);
}

#[test]
fn paths_that_are_the_first_field_of_a_line() {
    let options = ExtractOptions { request_paths: true, ..ExtractOptions::default() };
    check(
        options,
        &[
            ("/gate\tx", &["path /gate"]),
            ("x\n/gate\ty\n", &["path /gate"]),
            ("x\r\n/gate\ty\n", &["path /gate"]),
            ("x /gate\ty", &[]),
            ("x/gate\ty", &[]),
            ("/gate x\ty", &["path /gate x"]),
            ("/gate\nx\ty", &[]),
            ("/gate\rx\ty", &[]),
            // The last field of a line, and of one that does not end.
            ("a\t/gate\nb", &["path /gate"]),
            ("a\t/gate\r\nb", &["path /gate"]),
            // A quote ends in the same line.
            ("\"/gate", &[]),
            ("\"/gate\n\"", &[]),
            ("\"/gate\r\"", &[]),
            ("\"/ga\tte\"", &["path /ga\tte"]),
            // A method has three capitals or more.
            ("GET /gate HTTP/1.1", &["path /gate"]),
            ("AB /gate HTTP/1.1", &[]),
            ("GET /gate HTTX/1.1", &[]),
            ("GET /gate  HTTP/1.1", &[]),
        ],
    );
}

#[test]
fn labels_of_dns_are_as_long_as_they_say() {
    table(&[
        ("(10)evil-evil1(4)test(0)", &["name evil-evil1.test @(10)evil-evil1(4)test(0)"]),
        ("(5)b\u{fc}ch(4)test(0)", &["name b\u{fc}ch.test @(5)b\u{fc}ch(4)test(0)"]),
        ("(4)evil(4)test(0)(4)evil(2)t2(0)", &["name evil.test @(4)evil(4)test(0)", "name evil.t2 @(4)evil(2)t2(0)"]),
        ("(01)a(04)test(0)", &["name a.test @(01)a(04)test(0)"]),
        ("(4)evil(4)test(00)", &["name evil.test @(4)evil(4)test(00)"]),
        // Another sign, no digit or too many of them.
        ("[4)evil(4)test(0)", &[]),
        ("(4)evil[4)test(0)", &[]),
        ("(4)evil(4]test(0)", &[]),
        ("(4)evil(4)test(0]", &[]),
        ("(4)evil()test(0)", &[]),
        ("(4)evil(004)test(0)", &[]),
        ("(4)evil(4)test(000)", &[]),
        ("(4)evil(4)test", &[]),
        ("(4)evil(5)test(0)", &[]),
        ("(4)evil(3)test(0)", &[]),
        // A label has neither a dot nor another sign.
        ("(6)ev.evi(4)test(0)", &["name ev.evi"]),
        ("(4)ev/l(4)test(0)", &[]),
    ]);
    let labels = |count: usize| format!("{}(0)", "(1)a".repeat(count));
    for (count, is_name) in [(127, true), (128, false)] {
        let text = labels(count);
        let found = all(ExtractOptions::default(), text.as_bytes());
        assert_eq!(found.iter().any(|token| token.contains(&text)), is_name, "{count}: {found:?}");
    }
}

#[test]
fn other_schemes_after_an_escape() {
    table(&[
        (r"\nsmb://evil.test/a", &["url smb://evil.test/a", "alt url nsmb://evil.test/a"]),
        (r"\zsmb://evil.test/a", &["url zsmb://evil.test/a"]),
        ("%20smb://evil.test/a", &["url smb://evil.test/a"]),
        ("x.smb://evil.test/a", &["url smb://evil.test/a", "alt url x.smb://evil.test/a"]),
    ]);
}

#[test]
fn addresses_with_colons_at_their_bounds() {
    table(&[
        // Eight pairs of digits are no address, but other groups are, even if the text is as long.
        ("00:11:22:33:44:55:66:77", &[]),
        ("1:222:33:44:55:66:77:88", &["ip 1:222:33:44:55:66:77:88"]),
        ("::ffff:192.0.2.1:50022", &["ip 192.0.2.1 :50022 @::ffff:192.0.2.1"]),
        // A zone has letters or digits, and is no escape.
        ("fe80::1%20x", &["ip fe80::1"]),
        ("fe80::1%2Fx", &["ip fe80::1"]),
        ("fe80::1%2z x", &["ip fe80::1 @fe80::1%2z"]),
        ("fe80::1%z2 x", &["ip fe80::1 @fe80::1%z2"]),
        ("fe80::1% x", &["ip fe80::1"]),
        // Brackets count in pairs.
        ("2001:db8::1]:443", &["ip 2001:db8::1"]),
        ("(2001:db8::1):443", &["ip 2001:db8::1"]),
        ("[2001:db8::1 :443", &["ip 2001:db8::1"]),
        // What follows a port.
        ("2001:db8::1#53 abc", &["ip 2001:db8::1 :53"]),
        ("2001:db8::1#53:abc", &["ip 2001:db8::1"]),
        ("2001:db8::1#53:x", &["ip 2001:db8::1 :53"]),
    ]);
}

#[test]
fn services_of_addresses_at_their_bounds() {
    table(&[
        ("IP 192.0.2.1.abcdefghijklmno > ", &["name 192.0.2.1.abcdefghijklmno", "ip 192.0.2.1"]),
        ("IP 192.0.2.1.abcdefghijklmnop > ", &["name 192.0.2.1.abcdefghijklmnop"]),
        ("IP 192.0.2.1.0 > ", &["ip 192.0.2.1 :0"]),
        ("IP 192.0.2.1.65535 > ", &["ip 192.0.2.1 :65535"]),
        // The other end of a connection, after blanks or an arrow.
        ("192.0.2.1.443 <-> 198.51.100.2.5", &["ip 192.0.2.1 :443", "ip 198.51.100.2 :5"]),
        ("192.0.2.1.443,198.51.100.2.5", &[]),
        ("192.0.2.1.443 x 198.51.100.2.5", &[]),
        ("192.0.2.1.443 198.51.100.2", &["ip 198.51.100.2"]),
    ]);
}

#[test]
fn names_that_are_hosts_at_the_bounds_of_rules() {
    looks(&[
        // The root of a path of words.
        ("/Common/evil.test", true),
        (r"\/Common\/evil.test", true),
        ("C:/Common/evil.test", false),
        ("%5C/Common/evil.test", false),
        ("x/Common/evil.test", false),
        ("/ Common/192.0.2.1", false),
        // Keys of JSON: at the start, after a break, and without either.
        ("\"evil.test\": 1", false),
        ("x\n  \"evil.test\" : 1", false),
        ("x\r\"evil.test\" : 1", false),
        ("x  \"evil.test\" : 1", true),
        ("\u{7b}\"-evil.test\":1\u{7d}", false),
        ("\u{7b}a -evil.test\":1\u{7d}", true),
        // Variables and calls.
        ("%24evil.test", false),
        ("$-evil.test", false),
        ("evil.test(self)", false),
        ("evil.test(this.x)", false),
        ("evil.test(self_x)", true),
        ("evil.test(selfx)", true),
        ("evil.test(self1)", true),
        ("evil.test(a=True)", false),
        ("evil.test(a_b=True)", false),
        ("evil.test(=True)", true),
        ("evil.test(a=Truex)", true),
        ("evil.test(a-b=True)", true),
        // Folders of Windows.
        (r"C:\Edge\192.0.2.1\new\edge.exe", false),
        ("C:%5CEdge%5C192.0.2.1%5Cedge.exe", false),
        (r"C:\Edge\192.0.2.1", true),
        // Packages.
        ("pkg-192.0.2.1-1.el7", false),
        ("pkg-192.0.2.1-1el7", false),
        ("pkg-192.0.2.1-1.2", true),
        ("pkg-192.0.2.1-1,el7", true),
        ("pkg-192.0.2.1-el7", true),
        ("9-192.0.2.1-1.el7", true),
        // Hosts of Windows.
        (r"x/i:\\evil.test\x", false),
        (r" -i:\\evil.test\x", true),
        (r#""-i:\\evil.test\x"#, true),
        (r"a  i:\\evil.test\x", false),
        (r"é\\evil.test\x", false),
        (r"~\\evil.test\x", false),
        (r")\\evil.test\x", false),
        (r"(\\evil.test\x", true),
        (r"\\\evil.test\x", false),
        ("evil.test@8443 x", false),
        ("evil.test@ssl x", true),
    ]);
    table(&[
        ("main.py(00012)", &["name~ main.py"]),
        ("main.py(000012)", &["name main.py"]),
        ("main.py(12,x)", &["name main.py"]),
        ("main.py(12;3)", &["name main.py"]),
        ("main.py(65535)", &["name~ main.py"]),
        ("main.py(65536)", &["name main.py"]),
        ("main.py:1234567:1", &["name main.py"]),
        ("main.py:123456:1", &["name~ main.py"]),
        ("main.py:12:1x", &["name main.py"]),
    ]);
}

/// However a name is spelled in JSON, it is found as a whole.
#[test]
fn the_longest_names_in_json() {
    for (letter, count) in [("\\ud801\\udc28", 54), ("\\u4e2d", 50), ("\\u00fc", 57), ("\\u0061", 63)] {
        let label = letter.repeat(count);
        let text = [&*label, &label, &label, &letter.repeat(count - 3)].join(".");
        let found = all(ExtractOptions::default(), text.as_bytes());
        let name = found.first().and_then(|token| token.strip_prefix("name ")?.strip_suffix(&format!(" @{text}")));
        let labels = name.map(|name| crate::value::DomainName::parse(name).map(|name| name.label_count()));
        assert_eq!(labels, Some(Ok(4)), "{letter}: {found:?}");
    }
}

/// Only the end of a long run can be a name. Its readings are of one place, whatever precedes it.
#[test]
fn names_at_the_end_of_long_runs() {
    for head in ["ü", "üa", "a.ü", "ü.a..", "\\u00fc", "\\u00fc.\\u00fc", "😀", "\\ud83d\\ude00"] {
        for more in 0..20 {
            let text = format!("{}{}..bücher.test", head.repeat(2_000), "x".repeat(more));
            let found = all(ExtractOptions::default(), text.as_bytes());
            let at_end: Vec<_> = found.iter().filter(|token| token.contains("cher.test")).collect();
            assert_eq!(at_end[..2], ["name bücher.test", "alt name cher.test"], "{head} {more}: {at_end:?}");
        }
    }
}
