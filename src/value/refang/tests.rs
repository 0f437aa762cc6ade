//! Defanged values and their meanings; values that only look defanged; and random defanging that must be undone.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

use super::*;
use crate::value::{DomainName, HostRef, Url, ip};

/// Checks the invariants of every value: all entry points agree, and report correctly whether anything was undone.
#[track_caller]
fn holds(value: &[u8]) {
    let mut out = b"left over".to_vec();
    let changed = refang_into(value, &mut out);
    let bytes = refang_bytes(value);
    assert_eq!(&*bytes, if changed { &out } else { value });
    assert_eq!(matches!(bytes, Cow::Owned(_)), changed);
    assert_eq!(&*bytes != value, changed, "{:?}", String::from_utf8_lossy(value));
    // Nothing is invented: the result can be longer than the value only by one byte per `fxp`.
    assert!(bytes.len() <= value.len() + value.windows(3).filter(|run| run.eq_ignore_ascii_case(b"fxp")).count());
    if let Ok(text) = str::from_utf8(value) {
        assert_eq!(refang(text).as_bytes(), &*bytes);
        assert_eq!(matches!(refang(text), Cow::Owned(_)), changed);
    }
}

#[test]
fn defanged_values() {
    let cases = [
        // Schemes, in either case.
        ("hxxp://evil.test/", "http://evil.test/"),
        ("hxxps://evil.test/", "https://evil.test/"),
        ("hXXp://evil.test/", "http://evil.test/"),
        ("HXXPS://evil.test/", "https://evil.test/"),
        ("h**p://evil.test/", "http://evil.test/"),
        ("h**ps://evil.test/", "https://evil.test/"),
        ("H**P://evil.test/", "http://evil.test/"),
        ("fxp://evil.test/", "ftp://evil.test/"),
        ("meow://evil.test/", "http://evil.test/"),
        // Defanged more than once.
        ("evil[[.]]test", "evil.test"),
        ("hxxp://evil[[.]test/", "http://evil.test/"),
        ("evil[[dot]]test", "evil.test"),
        ("admin[[@]]evil[(.)]test", "admin@evil.test"),
        ("Meows://evil.test/", "https://evil.test/"),
        ("hxxp://evil.test", "http://evil.test"),
        ("hxxp://192.0.2.1:8080/a", "http://192.0.2.1:8080/a"),
        ("hxxp://[2001:db8::1]:81/", "http://[2001:db8::1]:81/"),
        (r"hxxp:\\evil.test\a", r"http://evil.test\a"),
        (r"hxxp:\/\/evil.test/a", r"http://\/evil.test/a"),
        ("hxxp://", "http://"),
        // The separator, with any scheme.
        ("hxxp[:]//evil.test/", "http://evil.test/"),
        ("http[:]//evil.test/", "http://evil.test/"),
        ("https[://]evil.test/", "https://evil.test/"),
        ("https(://)evil.test/", "https://evil.test/"),
        ("https{:}//evil.test/", "https://evil.test/"),
        ("http[:/]/evil.test/", "http://evil.test/"),
        ("http:[//]evil.test/", "http://evil.test/"),
        ("http:[/][/]evil.test/", "http://evil.test/"),
        ("http[:][/][/]evil.test/", "http://evil.test/"),
        ("http:/[/]evil.test/", "http://evil.test/"),
        ("ftp[:]//evil.test/", "ftp://evil.test/"),
        ("svn+ssh[:]//evil.test/", "svn+ssh://evil.test/"),
        ("http[:]//[2001:db8::1]/", "http://[2001:db8::1]/"),
        // Dots, in names and in addresses.
        ("evil[.]test", "evil.test"),
        ("evil(.)test", "evil.test"),
        ("evil{.}test", "evil.test"),
        ("evil[dot]test", "evil.test"),
        ("evil(dot)test", "evil.test"),
        ("evil{dot}test", "evil.test"),
        ("evil[DOT]test", "evil.test"),
        ("evil(Dot)test", "evil.test"),
        (r"evil\.test", "evil.test"),
        (r"www\.evil\.test", "www.evil.test"),
        ("192[.]0[.]2[.]1", "192.0.2.1"),
        ("192(.)0[dot]2{.}1", "192.0.2.1"),
        (r"192\.0\.2\.1", "192.0.2.1"),
        ("b\u{fc}cher[.]test", "b\u{fc}cher.test"),
        ("evil[.]\u{4e2d}\u{56fd}", "evil.\u{4e2d}\u{56fd}"),
        ("_dmarc[.]evil[.]test", "_dmarc.evil.test"),
        ("*[.]evil[.]test", "*.evil.test"),
        ("[.]evil[.]test", ".evil.test"),
        ("evil[.]test[.]", "evil.test."),
        // Partly defanged, as most values are.
        ("www.evil[.]example.test", "www.evil.example.test"),
        ("evil[.]example.test", "evil.example.test"),
        ("192.0.2[.]80", "192.0.2.80"),
        ("hxxp://www.evil[.]test/", "http://www.evil.test/"),
        ("http://www[.]evil.test/", "http://www.evil.test/"),
        // Half of the brackets.
        ("evil[.test", "evil.test"),
        ("evil.]test", "evil.test"),
        ("evil[.example.test", "evil.example.test"),
        ("www.]evil.test", "www.evil.test"),
        ("www[.evil[.test", "www.evil.test"),
        ("www.]evil.]test", "www.evil.test"),
        ("192.0.2[.1", "192.0.2.1"),
        ("192.0.2.]1", "192.0.2.1"),
        ("evil[.test]", "evil.test"),
        ("evil[.test]/a", "evil.test/a"),
        ("www[.evil.test]:80", "www.evil.test:80"),
        ("www[.evil[.]test", "www.evil.test"),
        ("evil[.\u{fc}", "evil.\u{fc}"),
        ("[a]evil.]test", "[a]evil.test"),
        ("hxxp://[::1]evil.]test", "http://[::1]evil.test"),
        ("hxxp://evil[.test/a.]b", "http://evil.test/a.]b"),
        // Ports.
        ("evil.test[:]8080", "evil.test:8080"),
        ("192.0.2.1(:)8080", "192.0.2.1:8080"),
        ("evil[.]test:8080", "evil.test:8080"),
        ("[2001:db8::1][:]443", "[2001:db8::1]:443"),
        ("2001[:]db8[:][:]1", "2001:db8::1"),
        ("2001:db8[:]:1", "2001:db8::1"),
        ("2001:db8[::]1", "2001:db8::1"),
        ("2001[:]db8(::)1[:]2", "2001:db8::1:2"),
        ("fe80{::}a/64", "fe80::a/64"),
        ("[2001:db8[::]1]:443", "[2001:db8::1]:443"),
        ("hxxp://[2001:db8[::]1]/x", "http://[2001:db8::1]/x"),
        ("2001:db8[[::]]1", "2001:db8[[::]]1"),
        ("[::]:80", "[::]:80"),
        ("bind[::]:80", "bind[::]:80"),
        ("http://[::]/a", "http://[::]/a"),
        ("x[::]y", "x[::]y"),
        // Mail addresses and users.
        ("user[@]evil.test", "user@evil.test"),
        ("user(@)evil.test", "user@evil.test"),
        ("user[at]evil[dot]test", "user@evil.test"),
        ("user(AT)evil(DOT)test", "user@evil.test"),
        ("hxxp://user[:]pass[@]evil[.]test/", "http://user:pass@evil.test/"),
        // Prefixes, ranges, and the slash.
        ("192.0.2[.]0/24", "192.0.2.0/24"),
        ("192.0.2.0[/]24", "192.0.2.0/24"),
        ("192[.]0[.]2[.]1-192[.]0[.]2[.]9", "192.0.2.1-192.0.2.9"),
        ("evil.test[/]a", "evil.test/a"),
        ("hxxp://evil.test[/]a[/]b", "http://evil.test/a/b"),
        // A path, because the scheme or the host was defanged; balanced forms only.
        ("hxxp://evil.test/gate[.]php", "http://evil.test/gate.php"),
        ("http://evil[.]test/gate[.]php", "http://evil.test/gate.php"),
        ("http[:]//evil.test/a(dot)b", "http://evil.test/a.b"),
        ("evil[.]test/a[.]b?c[.]d", "evil.test/a.b?c.d"),
        ("hxxp://evil.test?u=a[@]b{.}c", "http://evil.test?u=a@b.c"),
        ("hxxp://evil.test/a[.b", "http://evil.test/a[.b"),
        (r"hxxp://evil.test/a\.b", r"http://evil.test/a\.b"),
        ("hxxp://evil.test/?a[b]=c[]", "http://evil.test/?a[b]=c[]"),
        ("hxxp://evil.test/(a)[dots](attic)", "http://evil.test/(a)[dots](attic)"),
        // URLs within it.
        ("hxxp://evil.test/?u=hxxps://other[.]test/", "http://evil.test/?u=https://other.test/"),
        ("hxxp://evil.test/hxxp://other.test", "http://evil.test/http://other.test"),
        ("hxxp://evil.test/https[:]//other.test", "http://evil.test/https://other.test"),
        ("hxxp://evil.test/xhxxp://other.test", "http://evil.test/xhxxp://other.test"),
        ("hxxp://evil.test/?http://other.test", "http://evil.test/?http://other.test"),
    ];
    assert!(cases.len() >= 60);
    for (value, want) in cases {
        assert_eq!(refang(value), want, "{value}");
        holds(value.as_bytes());
    }
}

#[test]
fn values_that_stay() {
    for value in [
        "",
        ".",
        "evil.test",
        "http://evil.test/",
        "192.0.2.1",
        "192.0.2.0/24",
        "2001:db8::1",
        "\u{fc}.test",
        // Names of hosts.
        "hxxp.com",
        "hxxp",
        "hxxp:evil.test",
        "hxxp:/evil.test",
        "hxxp.com/a",
        "meow.example",
        "fxp.test:21",
        "dot.example",
        "dotdot.example",
        "at.example",
        "evildottest",
        "evil dot test",
        "evil.dot.test",
        "h**p",
        "xhxxp://evil.test/",
        "hxxpx://evil.test/",
        // Addresses in brackets.
        "[2001:db8::1]",
        "[2001:db8::1]:443",
        "[::1]",
        "[::]",
        "[::ffff:192.0.2.1]",
        "[::ffff:192.0.2.1]:80",
        "http://[2001:db8::1]/",
        "http://[::ffff:192.0.2.1]:81/a[.]b",
        "http://user@[::1]/",
        // Paths and queries of URLs that are not defanged.
        "http://evil.test/a[.]b",
        "http://evil.test/a(dot)b",
        "http://evil.test?a[.]b",
        "http://evil.test#a[.]b",
        r"http://evil.test\a[.]b",
        "http://evil.test/?a[0]=b&c[]=d",
        "http://evil.test/?u=hxxp://other.test/",
        "http://evil.test/?u=user[@]other[.]test",
        "evil.test/a[.]b",
        "evil.test/hxxp://other.test/",
        "/a[.]b",
        "/gate[.]php?x=hxxp://",
        // Brackets of other kinds, and other things in them.
        "evil<.>test",
        "evil[,]test",
        "evil[..]test",
        "evil[dots]test",
        "evil[do]test",
        "evil[.)test",
        "evil(.]test)",
        "evil[ . ]test",
        "evil[]test",
        "evil()test",
        "evil[",
        "evil]",
        "[",
        "[.",
        ".]",
        r"\.",
        r"\",
        "[evil.test]",
        "(evil.test)",
        "[evil.]test",
        "[a][evil.]test",
        // Half of the brackets, not between two labels.
        "[.evil.test",
        "evil.test[.",
        "evil.test.]",
        ".]evil.test",
        "evil[.-test",
        "evil-[.test",
        r"\.evil.test",
        r"evil.test\.",
        r"C:\dir\..\file",
        "(dot",
        "dot)",
        // Invalid separators.
        "http[//]evil.test",
        "http[://evil.test",
        "http:/]/evil.test",
        "http[://[]]evil.test",
        "1http[://]evil.test",
        "abcdefghijklmnopq[://]evil.test",
        "abcdefghijklmnop.[://]evil.test",
    ] {
        assert_eq!(refang(value), value);
        assert!(matches!(refang(value), Cow::Borrowed(_)), "{value}");
        holds(value.as_bytes());
    }
}

#[test]
fn invalid_utf_8() {
    let cases: [(&[u8], &[u8]); 5] = [
        (b"ev\xffil[.]test", b"ev\xffil.test"),
        (b"evil[.\xff", b"evil.\xff"),
        (b"hxxp://\xff\xfe/\x00[.]\xff", b"http://\xff\xfe/\x00.\xff"),
        (b"\xff[\xff.\xff]", b"\xff[\xff.\xff]"),
        (b"e\x00v\x00i\x00l\x00[\x00.\x00]\x00", b"e\x00v\x00i\x00l\x00[\x00.\x00]\x00"),
    ];
    for (value, want) in cases {
        assert_eq!(&*refang_bytes(value), want, "{:?}", String::from_utf8_lossy(value));
        holds(value);
    }
}

#[test]
fn long_values() {
    const COUNT: usize = 1 << 17;
    for (piece, meant) in [
        ("a[.]", "a."),
        ("a[.", "a."),
        ("a.]", "a."),
        ("[", "["),
        ("(", "("),
        ("a\\.", "a."),
        ("hxxp://", "hxxp://"),
        ("/hxxp://", "/http://"),
        ("[/]", "/"),
    ] {
        let value = format!("x[.]{}z", piece.repeat(COUNT));
        // The first `/` begins the path, where a scheme counts wherever it starts a word.
        let want = match piece {
            "hxxp://" => format!("x.hxxp://{}z", "http://".repeat(COUNT - 1)),
            _ => format!("x.{}z", meant.repeat(COUNT)),
        };
        assert!(refang(&value) == want, "{piece}");
    }
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

const PIECES: &[&str] = &[
    "hxxp", "HXXPS", "h**p", "fxp", "http", "meow", ":", "/", "//", "://", "[:]", "[://]", "(:)//", "[.]", "(.)",
    "{.}", "[dot]", "(DOT)", "[.", ".]", "\\.", ".", "[@]", "(at)", "[/]", "[", "]", "(", ")", "{", "}", "\\", "a",
    "evil", "test", "dot", "at", "1", "192", "::", "2001:db8", "?", "#", "=", "-", "_", "*", " ", "\u{fc}",
];

/// A canonical value of any kind, and the end of its host.
fn canonical_values() -> impl Strategy<Value = String> {
    let names =
        "[a-z0-9_-]{1,6}(\\.[a-z0-9_-]{1,6}){0,3}".prop_filter_map("a name", |name| DomainName::parse(name).ok());
    let hosts = prop_oneof![
        2 => names.prop_map(|name| name.to_string()),
        1 => any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string()),
        1 => any::<u128>().prop_map(|bits| HostRef::Ip(ip::canonical(std::net::Ipv6Addr::from_bits(bits).into())).to_string()),
    ];
    let ports = prop_oneof![2 => Just(String::new()), 1 => (1..=u16::MAX).prop_map(|port| format!(":{port}"))];
    let schemes = select(&["http://", "https://", "ftp://", "gopher://", "svn+ssh://"][..]);
    let tails = vec(
        select(&["/", "a", "b.php", "?", "=", "&", "[", "]", "[.]", "(dot)", "{", "}", ".", "@", ":", "hxxp://"][..]),
        0..8,
    );
    (hosts, ports, proptest::option::of((schemes, tails))).prop_filter_map("a URL", |(host, port, url)| match url {
        None => Some(host + &port),
        Some((scheme, tail)) => {
            let url = Url::parse(format!("{scheme}{host}{port}/{}", tail.concat())).ok()?;
            Some(url.to_string())
        }
    })
}

proptest! {
    #![proptest_config(config(4000))]

    #[test]
    fn all_entries_agree(pieces in vec(select(PIECES), 0..12)) {
        holds(pieces.concat().as_bytes());
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in vec(prop_oneof![any::<u8>(), select(&b"[](){}.:/\\@dotathxp*a"[..])], 0..60)) {
        holds(&bytes);
    }

    #[test]
    fn canonical_values_stay(value in canonical_values()) {
        prop_assert_eq!(refang(&value), &*value);
        holds(value.as_bytes());
    }

    /// Each form of each defanged character is undone, wherever in the host it stands.
    #[test]
    fn defanging_is_undone(
        value in canonical_values(),
        forms in vec(0..8_usize, 40),
    ) {
        const SCHEMES: &[(&str, &[&str])] =
            &[("http", &["hxxp", "h**p", "meow", "hXXp"]), ("https", &["hxxps", "h**ps", "MEOWS"]), ("ftp", &["fxp"])];
        const SEPARATORS: &[&str] = &["[:]//", "[://]", "(:)//", "[:/]/", ":[//]"];
        const DOTS: &[&str] = &["[.]", "(.)", "{.}", "[dot]", "(DOT)", "[.", ".]", "\\."];

        let mut forms = forms.into_iter();
        // Half of them are left as they are.
        let mut pick = |of: &[&'static str]| forms.next().and_then(|form| of.get(form % (2 * of.len())).copied());
        let mut defanged = String::new();
        let rest = match value.split_once("://") {
            None => &*value,
            Some((scheme, rest)) => {
                let written = SCHEMES.iter().find(|(name, _)| *name == scheme).and_then(|(_, forms)| pick(forms));
                defanged.push_str(written.unwrap_or(scheme));
                defanged.push_str(pick(SEPARATORS).unwrap_or("://"));
                rest
            }
        };
        let (host, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let bytes = host.as_bytes();
        let is_word = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        for (at, c) in host.char_indices() {
            let form = match c {
                // Half a bracket, or an escape, counts only between two labels.
                '.' => pick(DOTS).filter(|form| balanced(form.as_bytes()).is_some() || is_word(at - 1) && is_word(at + 1)),
                ':' if !host.starts_with('[') => pick(&["[:]", "(:)"]),
                _ => None,
            };
            match form {
                Some(form) => defanged.push_str(form),
                None => defanged.push(c),
            }
        }
        // The path is undone only if something before it was defanged.
        let is_defanged = !value.starts_with(&defanged);
        let want = if is_defanged {
            let path = refang(&format!("x[.]y{tail}")).strip_prefix("x.y").map(str::to_owned);
            format!("{}{}", &value[..value.len() - tail.len()], path.expect("a path"))
        } else {
            value.clone()
        };
        defanged.push_str(tail);
        prop_assert_eq!(refang(&defanged), want, "{}", defanged);
    }
}

#[test]
fn schemes_end_where_their_separator_does() {
    for (text, want) in [
        ("http://a", Some((&b"http"[..], 7, false))),
        ("hxxp://a", Some((b"http", 7, true))),
        ("hxxps[://]a", Some((b"https", 10, true))),
        ("http[:]//a", Some((b"http", 9, true))),
        ("http:[//]a", Some((b"http", 9, true))),
        ("http[:][/][/]a", Some((b"http", 13, true))),
        ("http:\\\\a", Some((b"http", 7, false))),
        ("http:::a", None),
        ("http///a", None),
        ("http//a", None),
        ("http:/a", None),
        ("http[:a", None),
        ("http:/]/a", None),
        ("ab_cd://a", None),
        ("1http://a", None),
        ("abcdefghijklmnop://a", Some((b"abcdefghijklmnop", 19, false))),
        ("abcdefghijklmnopq://a", None),
    ] {
        assert_eq!(scheme(text.as_bytes()), want, "{text}");
    }
}

#[test]
fn brackets_around_one_byte() {
    for (text, want) in [
        ("[.]", Some((b'.', 3))),
        ("(.)", Some((b'.', 3))),
        ("{:}", Some((b':', 3))),
        ("[DoT]", Some((b'.', 5))),
        ("(at)", Some((b'@', 4))),
        ("[/]", Some((b'/', 3))),
        // These are found in patterns and prose.
        ("(/)", None),
        ("{/}", None),
        ("[.)", None),
        ("[dots]", None),
        ("[.", None),
        ("<.>", None),
        ("", None),
    ] {
        assert_eq!(balanced(text.as_bytes()), want, "{text}");
    }
}

#[test]
fn a_bracket_that_opened_at_a_dot_closes_after_the_label() {
    for (text, end, labels) in
        [("[.test]/", 7, "test"), ("[.a.b]", 6, "a.b"), ("[.test", 2, ""), ("[.test.]", 2, ""), ("[.te/st]", 2, "")]
    {
        let mut out = Vec::new();
        assert_eq!(skip_closing(text.as_bytes(), 2, &mut out), end, "{text}");
        assert_eq!(out, labels.as_bytes(), "{text}");
    }
}
