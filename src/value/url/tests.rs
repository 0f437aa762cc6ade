//! The rules as tables: the published examples of Safe Browsing, then every rule of the module with its edges.

use super::*;
use std::borrow::Borrow;

use crate::limits::MAX_OBSERVABLE;
use crate::value::{Reject, ip};

mod naive;
mod random;

/// The canonical text, or `!` and the code of the reject.
fn shown(text: &[u8]) -> String {
    match canonicalise(text, &mut UrlScratch::new()) {
        Ok(view) => view.as_str().to_owned(),
        Err(reject) => format!("!{}", reject.code()),
    }
}

/// What holds of every text: all entries agree, the parts make up the whole, and the canonical text is a fixed point.
#[track_caller]
fn holds(text: &[u8]) {
    let case = String::from_utf8_lossy(&text[..text.len().min(200)]);
    let (mut one, mut two, mut three) = (UrlScratch::new(), UrlScratch::new(), UrlScratch::new());
    // A used scratch is as good as a new one.
    let _ = canonicalise("foo://user@b\u{fc}cher.test:1/%41\t?%42".as_bytes(), &mut one);
    let view = match canonicalise(text, &mut one) {
        Ok(view) => view,
        Err(reject) => {
            assert_eq!(Url::parse(text), Err(reject), "{case:?}");
            assert_eq!(authority(text, &mut two).map(|_| ()), Err(reject), "{case:?}");
            return;
        }
    };

    let parts = authority(text, &mut two).unwrap_or_else(|reject| panic!("{case:?}: {reject}"));
    assert_eq!(
        (parts.scheme(), parts.host(), parts.port(), parts.effective_port()),
        (view.scheme(), view.host(), view.port(), view.effective_port()),
        "{case:?}"
    );
    assert_eq!(view.host_str(), view.host().to_string(), "{case:?}");
    let port = view.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = view.query().map(|query| format!("?{query}")).unwrap_or_default();
    assert_eq!(view.key(), format!("{}{port}{}{query}", view.host(), view.path()), "{case:?}");
    assert_eq!(view.as_str(), format!("{}://{}", view.scheme(), view.key()), "{case:?}");
    assert_eq!(view.path_and_query(), format!("{}{query}", view.path()), "{case:?}");
    assert_eq!(view.is_host_only(), view.path() == "/" && view.query().is_none(), "{case:?}");
    assert!(view.as_str().bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{case:?}: {view}");
    assert!(view.path().starts_with('/') && !view.path().contains("//"), "{case:?}: {view}");
    assert!(view.path().split('/').all(|segment| segment != "." && segment != ".."), "{case:?}: {view}");

    let url = Url::parse(text).unwrap_or_else(|reject| panic!("{case:?}: {reject}"));
    assert_eq!((url.as_str(), url.port()), (view.as_str(), view.port()), "{case:?}");
    match canonicalise(view.as_str().as_bytes(), &mut two) {
        Ok(again) => {
            assert_eq!(again.as_str(), view.as_str(), "{case:?}");
            assert!(again.same_indicator(&view), "{case:?}");
            assert_eq!(again, url.view(), "{case:?}");
            assert_eq!(canonicalise_target(view.path_and_query().as_bytes(), &mut three), Ok(view.path_and_query()));
        }
        Err(reject) => {
            assert_eq!(reject, Reject::TooLong, "{case:?}");
            assert!(view.as_str().len() > MAX_OBSERVABLE, "{case:?}");
        }
    }
}

/// Checks a table of texts with their canonical text, or `!` and the code of the reject.
#[track_caller]
fn table(cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, want) in cases {
        let got = shown(text.as_bytes());
        if got != *want {
            wrong.push_str(&format!("{text:?}\n  got  {got}\n  want {want}\n"));
        }
        holds(text.as_bytes());
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The examples of the page "URLs and Hashing" of the Safe Browsing API v4, in its order. All but the last column are the
/// page's; the last says what is made of the URL here, where that differs, and why.
#[test]
fn safe_browsing_examples() {
    const NOT_A_NAME: &str = "hosts are names: a byte that no name has is refused, not escaped";
    const NO_QUERY: &str = "an empty query is none";
    const PORT: &str = "the port is part of what a URL indicator says; the page drops it for its hashes";
    type Ours<'a> = Option<(&'a str, &'a str)>;
    let same: Ours = None;
    #[rustfmt::skip]
    let cases: [(&[u8], &str, Ours); 33] = [
        (b"http://host/%25%32%35", "http://host/%25", same),
        (b"http://host/%25%32%35%25%32%35", "http://host/%25%25", same),
        (b"http://host/%2525252525252525", "http://host/%25", same),
        (b"http://host/asdf%25%32%35asd", "http://host/asdf%25asd", same),
        (b"http://host/%%%25%32%35asd%%", "http://host/%25%25%25asd%25%25", same),
        (b"http://www.google.com/", "http://www.google.com/", same),
        (
            b"http://%31%36%38%2e%31%38%38%2e%39%39%2e%32%36/%2E%73%65%63%75%72%65/%77%77%77%2E%65%62%61%79%2E%63%6F%6D/",
            "http://168.188.99.26/.secure/www.ebay.com/",
            same,
        ),
        (
            b"http://195.127.0.11/uploads/%20%20%20%20/.verify/.eBaysecure=updateuserdataxplimnbqmn-xplmvalidateinfoswqpcmlx=hgplmcx/",
            "http://195.127.0.11/uploads/%20%20%20%20/.verify/.eBaysecure=updateuserdataxplimnbqmn-xplmvalidateinfoswqpcmlx=hgplmcx/",
            same,
        ),
        (
            b"http://host%23.com/%257Ea%2521b%2540c%2523d%2524e%25f%255E00%252611%252A22%252833%252944_55%252B",
            "http://host%23.com/~a!b@c%23d$e%25f^00&11*22(33)44_55+",
            Some(("!bad_name_byte", NOT_A_NAME)),
        ),
        (b"http://3279880203/blah", "http://195.127.0.11/blah", same),
        (b"http://www.google.com/blah/..", "http://www.google.com/", same),
        (b"www.google.com/", "http://www.google.com/", same),
        (b"www.google.com", "http://www.google.com/", same),
        (b"http://www.evil.com/blah#frag", "http://www.evil.com/blah", same),
        (b"http://www.GOOgle.com/", "http://www.google.com/", same),
        (b"http://www.google.com.../", "http://www.google.com/", same),
        (b"http://www.google.com/foo\tbar\rbaz\n2", "http://www.google.com/foobarbaz2", same),
        (b"http://www.google.com/q?", "http://www.google.com/q?", Some(("http://www.google.com/q", NO_QUERY))),
        (b"http://www.google.com/q?r?", "http://www.google.com/q?r?", same),
        (b"http://www.google.com/q?r?s", "http://www.google.com/q?r?s", same),
        (b"http://evil.com/foo#bar#baz", "http://evil.com/foo", same),
        (b"http://evil.com/foo;", "http://evil.com/foo;", same),
        (b"http://evil.com/foo?bar;", "http://evil.com/foo?bar;", same),
        (b"http://\x01\x80.com/", "http://%01%80.com/", Some(("!bad_name_byte", NOT_A_NAME))),
        (b"http://notrailingslash.com", "http://notrailingslash.com/", same),
        (
            b"http://www.gotaport.com:1234/",
            "http://www.gotaport.com/",
            Some(("http://www.gotaport.com:1234/", PORT)),
        ),
        (b"  http://www.google.com/  ", "http://www.google.com/", same),
        (b"http:// leadingspace.com/", "http://%20leadingspace.com/", Some(("!bad_name_byte", NOT_A_NAME))),
        (b"http://%20leadingspace.com/", "http://%20leadingspace.com/", Some(("!bad_name_byte", NOT_A_NAME))),
        (b"%20leadingspace.com/", "http://%20leadingspace.com/", Some(("!bad_name_byte", NOT_A_NAME))),
        (b"https://www.securesite.com/", "https://www.securesite.com/", same),
        (b"http://host.com/ab%23cd", "http://host.com/ab%23cd", same),
        (
            b"http://host.com//twoslashes?more//slashes",
            "http://host.com/twoslashes?more//slashes",
            same,
        ),
    ];
    for (text, published, ours) in cases {
        let (want, why) = ours.unwrap_or((published, "as published"));
        assert_eq!(shown(text), want, "{:?}: {why}", String::from_utf8_lossy(text));
        holds(text);
        // Where the host is refused, the path still has to come out as published.
        let path =
            |text: &[u8]| text.iter().skip("http://".len()).position(|&b| b == b'/').map(|at| at + "http://".len());
        if want.starts_with('!')
            && let (Some(at), Some(there)) = (path(text), path(published.as_bytes()))
        {
            assert_eq!(canonicalise_target(&text[at..], &mut UrlScratch::new()), Ok(&published[there..]));
        }
    }
}

#[test]
fn schemes() {
    table(&[
        ("http://evil.test/", "http://evil.test/"),
        ("HTTPS://evil.test/", "https://evil.test/"),
        ("wSs://evil.test", "wss://evil.test/"),
        ("ftp://evil.test/a", "ftp://evil.test/a"),
        ("gopher://evil.test/1", "gopher://evil.test/1"),
        ("SVN+SSH://evil.test/a", "svn+ssh://evil.test/a"),
        ("x-a.b2://evil.test/", "x-a.b2://evil.test/"),
        ("h://evil.test/", "h://evil.test/"),
        // Backslashes are slashes. More than two are skipped only where browsers do so.
        (r"http:\\evil.test\a", "http://evil.test/a"),
        (r"http:/\evil.test", "http://evil.test/"),
        (r"http:\/evil.test", "http://evil.test/"),
        ("http:////evil.test/a", "http://evil.test/a"),
        (r"ftp:\\\\\evil.test\a", "ftp://evil.test/a"),
        ("gopher:///evil.test/1", "!no_host"),
        ("file:///etc/passwd", "!no_host"),
        // Removed before anything is read.
        ("ht\ttp:\r//\nevil.test/", "http://evil.test/"),
        ("\u{c} \t\r\n http://evil.test/ \n", "http://evil.test/"),
        // No scheme.
        ("evil.test", "http://evil.test/"),
        ("evil.test/a", "http://evil.test/a"),
        ("evil.test:8080/a", "http://evil.test:8080/a"),
        ("evil.test?http://other.test/", "http://evil.test/?http://other.test/"),
        ("evil.test/http://other.test/", "http://evil.test/http:/other.test/"),
        ("user:pass@evil.test/a", "http://evil.test/a"),
        ("192.0.2.1/a", "http://192.0.2.1/a"),
        ("[2001:db8::1]/a", "http://[2001:db8::1]/a"),
        ("http", "http://http/"),
        ("http:", "http://http/"),
        ("http:/evil.test", "http://http/evil.test"),
        ("http:evil.test", "!bad_port"),
        ("mailto:user@evil.test", "http://evil.test/"),
        // Meant as schemes, and none.
        ("1http://evil.test/", "!bad_scheme"),
        ("+http://evil.test/", "!bad_scheme"),
        ("://evil.test/", "!bad_scheme"),
        ("ht tp://evil.test/", "!bad_scheme"),
        ("%68ttp://evil.test/", "!bad_scheme"),
        ("h_t://evil.test/", "!bad_scheme"),
        ("http::\\\\evil.test", "!bad_scheme"),
        ("h\u{e4}://evil.test/", "!bad_scheme"),
        ("[2001:db8::1]://a", "!bad_scheme"),
        // A scheme with anything in it is no host, however it looks.
        ("evil.test://other.test/", "evil.test://other.test/"),
        ("http://http://evil.test/", "http://http/evil.test/"),
    ]);
}

#[test]
fn empty_texts_and_hosts() {
    table(&[
        ("", "!empty"),
        (" \t\r\n\u{c} ", "!empty"),
        ("#", "!empty"),
        ("#frag", "!empty"),
        ("  #frag  ", "!empty"),
        ("http://", "!no_host"),
        ("http:///", "!no_host"),
        ("http://?", "!no_host"),
        ("http://?q", "!no_host"),
        ("http://#", "!no_host"),
        ("http:// ", "!no_host"),
        ("http://:80/", "!no_host"),
        ("http://user@/", "!no_host"),
        ("http://user:pass@:80/", "!no_host"),
        ("http://./", "!no_host"),
        ("http://.../", "!no_host"),
        ("http://%2e%2E./", "!no_host"),
        ("http://\u{3002}/", "!no_host"),
        ("gopher://", "!no_host"),
        ("gopher://.", "!no_host"),
        ("/", "!no_host"),
        ("/a/b", "!no_host"),
        ("\\", "!no_host"),
        ("//evil.test/a", "!no_host"),
        ("?", "!no_host"),
        ("@", "!no_host"),
        (":", "!no_host"),
        ("%2F", "!bad_name_byte"),
    ]);
}

#[test]
fn userinfo() {
    table(&[
        ("http://user@evil.test/", "http://evil.test/"),
        ("http://user:pass@evil.test/", "http://evil.test/"),
        ("http://:@evil.test/", "http://evil.test/"),
        ("http://@evil.test/", "http://evil.test/"),
        ("http://@@evil.test/", "http://evil.test/"),
        // The last one counts.
        ("http://good.test@evil.test/", "http://evil.test/"),
        ("http://a@b@evil.test/", "http://evil.test/"),
        ("http://good.test:80@evil.test:8080/", "http://evil.test:8080/"),
        ("http://%40%3A%2F:[::1]@evil.test/", "http://evil.test/"),
        ("http://\u{fc} @evil.test/", "http://evil.test/"),
        ("http://user@[2001:db8::1]:81/", "http://[2001:db8::1]:81/"),
        // None: it ends with the authority, or is escaped.
        ("http://evil.test/@good.test/", "http://evil.test/@good.test/"),
        ("http://evil.test?@good.test/", "http://evil.test/?@good.test/"),
        ("http://evil.test#@good.test/", "http://evil.test/"),
        (r"http://evil.test\@good.test/", "http://evil.test/@good.test/"),
        ("http://good.test%40evil.test/", "!bad_name_byte"),
        ("http://user@good.test%2F@evil.test/", "http://evil.test/"),
    ]);
}

#[test]
fn ports() {
    table(&[
        ("http://evil.test:8080/", "http://evil.test:8080/"),
        ("http://evil.test:8080", "http://evil.test:8080/"),
        ("http://evil.test:8080?q", "http://evil.test:8080/?q"),
        (r"http://evil.test:8080\a", "http://evil.test:8080/a"),
        ("http://evil.test:8080#f", "http://evil.test:8080/"),
        ("http://192.0.2.1:8080/", "http://192.0.2.1:8080/"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://[::ffff:192.0.2.1]:8080/", "http://192.0.2.1:8080/"),
        // The scheme's own.
        ("http://evil.test:80/", "http://evil.test/"),
        ("https://evil.test:443/", "https://evil.test/"),
        ("ws://evil.test:80/", "ws://evil.test/"),
        ("wss://evil.test:443/", "wss://evil.test/"),
        ("ftp://evil.test:21/", "ftp://evil.test/"),
        ("evil.test:80/a", "http://evil.test/a"),
        // Another scheme's.
        ("http://evil.test:443/", "http://evil.test:443/"),
        ("https://evil.test:80/", "https://evil.test:80/"),
        ("ftp://evil.test:80/", "ftp://evil.test:80/"),
        ("gopher://evil.test:70/", "gopher://evil.test:70/"),
        // Numbers are numbers.
        ("http://evil.test:00080/", "http://evil.test/"),
        ("http://evil.test:0000000008080/", "http://evil.test:8080/"),
        ("http://evil.test:0/", "http://evil.test:0/"),
        ("http://evil.test:65535/", "http://evil.test:65535/"),
        // None.
        ("http://evil.test:/", "http://evil.test/"),
        ("http://evil.test:", "http://evil.test/"),
        ("http://evil.test:?q", "http://evil.test/?q"),
        ("http://[2001:db8::1]:/", "http://[2001:db8::1]/"),
        ("gopher://evil.test:/", "gopher://evil.test/"),
        // Wrong.
        ("http://evil.test:65536/", "!bad_port"),
        ("http://evil.test:99999999999999999999/", "!bad_port"),
        ("http://evil.test:-1/", "!bad_port"),
        ("http://evil.test:+80/", "!bad_port"),
        ("http://evil.test:80a/", "!bad_port"),
        ("http://evil.test: 80/", "!bad_port"),
        ("http://evil.test:8080 /", "!bad_port"),
        ("http://evil.test:80:80/", "!bad_port"),
        ("http://evil.test::80/", "!bad_port"),
        ("http://evil.test:%38%30/", "!bad_port"),
        ("http://evil.test:\u{ff18}\u{ff10}/", "!bad_port"),
        ("http://2001:db8::1/", "!bad_port"),
        ("http://evil.test%3a80/", "!bad_name_byte"),
        // Tabs and line ends are removed there too.
        ("http://evil.test:80\t80/", "http://evil.test:8080/"),
        // The host is looked at first.
        ("http://evil..1:x/", "!bad_address"),
    ]);
}

#[test]
fn effective_ports() {
    let cases: [(&str, Option<u16>, Option<u16>); 14] = [
        ("http://evil.test/", None, Some(80)),
        ("http://evil.test:80/", None, Some(80)),
        ("http://evil.test:/", None, Some(80)),
        ("http://evil.test:81/", Some(81), Some(81)),
        ("https://evil.test/", None, Some(443)),
        ("https://evil.test:80/", Some(80), Some(80)),
        ("ws://evil.test/", None, Some(80)),
        ("wss://evil.test/", None, Some(443)),
        ("ftp://evil.test/", None, Some(21)),
        ("gopher://evil.test/", None, None),
        ("gopher://evil.test:70/", Some(70), Some(70)),
        // No scheme: the log does not show which port was used, unless it does.
        ("evil.test/a", None, None),
        ("evil.test:80/a", None, Some(80)),
        ("evil.test:81/a", Some(81), Some(81)),
    ];
    for (text, port, effective) in cases {
        let mut scratch = UrlScratch::new();
        let view = canonicalise(text.as_bytes(), &mut scratch).expect(text);
        assert_eq!((view.port(), view.effective_port()), (port, effective), "{text}");
        // An indicator is not a sighting: it has the port of the scheme that it is printed with.
        let stated = effective.or(default_port(view.scheme()));
        assert_eq!((view.to_url().port(), view.to_url().view().effective_port()), (port, stated), "{text}");
        holds(text.as_bytes());
    }
}

#[test]
fn names_as_hosts() {
    table(&[
        ("http://WWW.Evil.Test/", "http://www.evil.test/"),
        ("http://localhost/", "http://localhost/"),
        ("http://_a.-b-.evil.test/", "http://_a.-b-.evil.test/"),
        ("http://xn--bcher-kva.test/", "http://xn--bcher-kva.test/"),
        ("http://XN--NOT-VALID.test/", "http://xn--not-valid.test/"),
        // Dots, plain and escaped, at the ends and in runs.
        ("http://evil.test./", "http://evil.test/"),
        ("http://..evil...test../", "http://evil.test/"),
        ("http://%2eevil%2e%2Etest%2e/", "http://evil.test/"),
        ("http://evil.%2e.%252Etest/", "http://evil.test/"),
        ("http://evil.test.:81/", "http://evil.test:81/"),
        ("http://\u{3002}evil\u{ff0e}\u{ff61}test\u{3002}/", "http://evil.test/"),
        // Escapes, nested and split.
        ("http://%65vil.test/", "http://evil.test/"),
        ("http://%45%56%49%4c.test/", "http://evil.test/"),
        ("http://%2565vil.test/", "http://evil.test/"),
        ("http://%%36%35vil.test/", "http://evil.test/"),
        ("http://%25%32%35%36%35vil.test/", "http://evil.test/"),
        // Other alphabets, plain and escaped.
        ("http://B\u{fc}cher.test/", "http://xn--bcher-kva.test/"),
        ("http://b%C3%BCcher.test/", "http://xn--bcher-kva.test/"),
        ("http://b%25C3%25bccher.test/", "http://xn--bcher-kva.test/"),
        ("http://B\u{dc}CHER%2Etest/", "http://xn--bcher-kva.test/"),
        ("http://\u{ff25}vil.test/", "http://evil.test/"),
        ("http://ev\u{ad}il.test/", "http://evil.test/"),
        // No names.
        ("http://evil test/", "!bad_name_byte"),
        ("http://evil%20test/", "!bad_name_byte"),
        ("http://evil%00.test/", "!bad_name_byte"),
        ("http://evil%.test/", "!bad_name_byte"),
        ("http://evil%2.test/", "!bad_name_byte"),
        ("http://evil%2g.test/", "!bad_name_byte"),
        ("http://evil%2ftest/", "!bad_name_byte"),
        ("http://evil%5Ctest/", "!bad_name_byte"),
        ("http://evil%3Ftest/", "!bad_name_byte"),
        ("http://evil%23test/", "!bad_name_byte"),
        ("http://evil\u{ff05}41.test/", "!bad_name_byte"),
        ("http://evil%ff.test/", "!bad_name_byte"),
        ("http://evil%C3.test/", "!bad_name_byte"),
        ("http://evil,test/", "!bad_name_byte"),
        ("http://evil*test/", "!bad_name_byte"),
        ("http://\u{fc}.xn--a/", "!bad_idna"),
        ("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test/", "!long_label"),
    ]);
}

/// The [IPv4 parser] of the WHATWG URL standard.
///
/// [IPv4 parser]: https://url.spec.whatwg.org/#concept-ipv4-parser
#[test]
fn ipv4_hosts() {
    table(&[
        ("http://192.0.2.1/", "http://192.0.2.1/"),
        ("http://192.0.2.1./", "http://192.0.2.1/"),
        ("http://.192..0.2.1.../", "http://192.0.2.1/"),
        // Decimal, octal, hexadecimal, and mixed.
        ("http://3221225985/", "http://192.0.2.1/"),
        ("http://030000001001/", "http://192.0.2.1/"),
        ("http://0xC0000201/", "http://192.0.2.1/"),
        ("http://0XC0.00.0x2.01/", "http://192.0.2.1/"),
        ("http://0300.0.0002.1/", "http://192.0.2.1/"),
        ("http://0xc0.0x0.0x2.0x1/", "http://192.0.2.1/"),
        ("http://0x00000000000000c0.0.2.000000000000000000000000001/", "http://192.0.2.1/"),
        ("http://010.8.010.8/", "http://8.8.8.8/"),
        // Short.
        ("http://192.0.513/", "http://192.0.2.1/"),
        ("http://192.513/", "http://192.0.2.1/"),
        ("http://192.0x201/", "http://192.0.2.1/"),
        ("http://192.0.65535/", "http://192.0.255.255/"),
        ("http://192.16777215/", "http://192.255.255.255/"),
        ("http://4294967295/", "http://255.255.255.255/"),
        ("http://0/", "http://0.0.0.0/"),
        ("http://0x/", "http://0.0.0.0/"),
        ("http://0X./", "http://0.0.0.0/"),
        ("http://192.0.2.0x/", "http://192.0.2.0/"),
        ("http://1/", "http://0.0.0.1/"),
        // Escaped and full-width.
        ("http://%31%39%32.0%2e2.1/", "http://192.0.2.1/"),
        ("http://%2531.2.3.4/", "http://1.2.3.4/"),
        ("http://\u{ff11}\u{ff19}\u{ff12}.0.2\u{3002}1/", "http://192.0.2.1/"),
        ("http://0\u{ff58}C0.0.2.1/", "http://192.0.2.1/"),
        ("gopher://3221225985/", "gopher://192.0.2.1/"),
        // They end in a number, and are no address.
        ("http://192.0.2.256/", "!bad_address"),
        ("http://192.0.256.1/", "!bad_address"),
        ("http://192.0.65536/", "!bad_address"),
        ("http://192.16777216/", "!bad_address"),
        ("http://4294967296/", "!bad_address"),
        ("http://99999999999999999999999999/", "!bad_address"),
        ("http://0x100000000/", "!bad_address"),
        ("http://192.0.2.1.1/", "!bad_address"),
        ("http://192.0.2.09/", "!bad_address"),
        ("http://08/", "!bad_address"),
        ("http://192.0.2.0xg/", "http://192.0.2.0xg/"),
        ("http://evil.test.1/", "!bad_address"),
        ("http://evil.0x1/", "!bad_address"),
        ("http://evil.0x/", "!bad_address"),
        ("http://1.x.2/", "!bad_address"),
        ("http://-1/", "http://-1/"),
        ("http://1.-1/", "http://1.-1/"),
        // They do not, and are names.
        ("http://192.0.2.1.test/", "http://192.0.2.1.test/"),
        ("http://0xtest/", "http://0xtest/"),
        ("http://1e3/", "http://1e3/"),
        ("http://192.0.2.1-/", "http://192.0.2.1-/"),
        ("http://192.0.2.1_/", "http://192.0.2.1_/"),
        ("http://[192.0.2.1]/", "!bad_address"),
    ]);
}

#[test]
fn ipv6_hosts() {
    table(&[
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("http://[2001:0DB8:0:0:0:0:0:1]/", "http://[2001:db8::1]/"),
        ("http://[2001:db8:0:0:1:0:0:1]/", "http://[2001:db8::1:0:0:1]/"),
        ("http://[2001:db8:0:1:1:1:1:1]/", "http://[2001:db8:0:1:1:1:1:1]/"),
        ("http://[2001:db8::192.0.2.1]/", "http://[2001:db8::c000:201]/"),
        ("http://[::]/", "http://[::]/"),
        ("http://[::1]?q", "http://[::1]/?q"),
        ("[2001:db8::1]", "http://[2001:db8::1]/"),
        ("gopher://[2001:db8::1]:70/", "gopher://[2001:db8::1]:70/"),
        // IPv4 within.
        ("http://[::ffff:192.0.2.1]/", "http://192.0.2.1/"),
        ("http://[::FFFF:C000:201]/", "http://192.0.2.1/"),
        ("http://[64:ff9b::192.0.2.1]/", "http://192.0.2.1/"),
        ("http://[64:ff9b::c000:201]/", "http://192.0.2.1/"),
        ("http://[64:ff9b:1::c000:201]/", "http://[64:ff9b:1::c000:201]/"),
        ("http://[::192.0.2.1]/", "http://[::c000:201]/"),
        // Zones.
        ("http://[fe80::1%eth0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%25eth0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%2525en0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%abcd]/", "http://[fe80::1]/"),
        ("http://[fe80::1%25ab0]/", "http://[fe80::1]/"),
        ("http://[fe80::1%25]/", "http://[fe80::1]/"),
        ("http://[fe80::1%12]:81/", "http://[fe80::1]:81/"),
        // Escaped.
        ("http://[2001%3Adb8::1]/", "http://[2001:db8::1]/"),
        ("http://%5B2001%3Adb8%3A%3A1%5D/", "http://[2001:db8::1]/"),
        ("http://%5B%3a%3a%5D:81/", "http://[::]:81/"),
        // None.
        ("http://[]/", "!bad_address"),
        ("http://[", "!bad_name_byte"),
        ("http://]", "!bad_name_byte"),
        ("http://[::1/", "!bad_name_byte"),
        ("http://::1]/", "!no_host"),
        ("http://[::1]]/", "!bad_address"),
        ("http://[[::1]]/", "!bad_address"),
        ("http://[::1]x/", "!bad_name_byte"),
        ("http://[::1]80/", "!bad_name_byte"),
        ("http://[::1].test/", "!bad_name_byte"),
        ("http://x[::1]/", "!bad_name_byte"),
        ("http://.[::1]/", "!bad_name_byte"),
        ("http://[:::1]/", "!bad_address"),
        ("http://[1::2::3]/", "!bad_address"),
        ("http://[1:2:3:4:5:6:7]/", "!bad_address"),
        ("http://[1:2:3:4:5:6:7:8:9]/", "!bad_address"),
        ("http://[2001:db8::g]/", "!bad_address"),
        ("http://[2001:db8::12345]/", "!bad_address"),
        ("http://[ 2001:db8::1 ]/", "!bad_address"),
        ("http://[fe80::1%]/", "!bad_address"),
        ("http://[::ffff:192.0.2.256]/", "!bad_address"),
        ("http://[::ffff:192.0.2.01]/", "!bad_address"),
        ("http://[::ffff:192.0.513]/", "!bad_address"),
        ("http://[v1.a]/", "!bad_address"),
    ]);
}

#[test]
fn paths() {
    table(&[
        ("http://evil.test", "http://evil.test/"),
        ("http://evil.test/A/b", "http://evil.test/A/b"),
        ("http://evil.test/a/", "http://evil.test/a/"),
        // Dot segments.
        ("http://evil.test/.", "http://evil.test/"),
        ("http://evil.test/..", "http://evil.test/"),
        ("http://evil.test/./", "http://evil.test/"),
        ("http://evil.test/../", "http://evil.test/"),
        ("http://evil.test/a/.", "http://evil.test/a/"),
        ("http://evil.test/a/./b", "http://evil.test/a/b"),
        ("http://evil.test/a/..", "http://evil.test/"),
        ("http://evil.test/a/../b", "http://evil.test/b"),
        ("http://evil.test/a/b/..", "http://evil.test/a/"),
        ("http://evil.test/a/b/../", "http://evil.test/a/"),
        ("http://evil.test/a/b/../../c", "http://evil.test/c"),
        ("http://evil.test/a/../../../b", "http://evil.test/b"),
        ("http://evil.test/./.././../a/./b/./..", "http://evil.test/a/"),
        ("http://evil.test/...", "http://evil.test/..."),
        ("http://evil.test/.../a", "http://evil.test/.../a"),
        ("http://evil.test/.a/..b/c./d..", "http://evil.test/.a/..b/c./d.."),
        ("http://evil.test/a.", "http://evil.test/a."),
        ("http://evil.test/%2e", "http://evil.test/"),
        ("http://evil.test/a/%2e%2e/b", "http://evil.test/b"),
        ("http://evil.test/a/.%2E/b", "http://evil.test/b"),
        ("http://evil.test/a/%252e%25252e/b", "http://evil.test/b"),
        ("http://evil.test/a/%2e%2e%2fb", "http://evil.test/b"),
        ("http://evil.test/a/..?q", "http://evil.test/?q"),
        ("http://evil.test/a/..#f", "http://evil.test/"),
        ("http://evil.test/a/.. ", "http://evil.test/"),
        ("http://evil.test/a/..%20/b", "http://evil.test/a/..%20/b"),
        // Removed white space can make one.
        ("http://evil.test/a/.\t./b", "http://evil.test/b"),
        // Empty segments are segments until the dots are resolved.
        ("http://evil.test//", "http://evil.test/"),
        ("http://evil.test//a///b//", "http://evil.test/a/b/"),
        ("http://evil.test/a//../b", "http://evil.test/a/b"),
        ("http://evil.test/a//..", "http://evil.test/a/"),
        ("http://evil.test/a//../../b", "http://evil.test/b"),
        ("http://evil.test//../a", "http://evil.test/a"),
        ("http://evil.test/.//a", "http://evil.test/a"),
        ("http://evil.test/a/.//", "http://evil.test/a/"),
        // Slashes of every kind.
        (r"http://evil.test\a\b", "http://evil.test/a/b"),
        (r"http://evil.test/a\..\b", "http://evil.test/b"),
        (r"http://evil.test/a\\b/\c", "http://evil.test/a/b/c"),
        ("http://evil.test/a%2fb", "http://evil.test/a/b"),
        ("http://evil.test/a%2F%2fb", "http://evil.test/a/b"),
        ("http://evil.test/a%5Cb%255cc", "http://evil.test/a/b/c"),
        ("http://evil.test/a%252Fb", "http://evil.test/a/b"),
        // Escapes.
        ("http://evil.test/%61%62", "http://evil.test/ab"),
        ("http://evil.test/%25%36%31", "http://evil.test/a"),
        ("http://evil.test/%%36%31", "http://evil.test/a"),
        ("http://evil.test/%%%36%36%31", "http://evil.test/%F1"),
        ("http://evil.test/%", "http://evil.test/%25"),
        ("http://evil.test/%a", "http://evil.test/%25a"),
        ("http://evil.test/%zz%4", "http://evil.test/%25zz%254"),
        ("http://evil.test/100%/a", "http://evil.test/100%25/a"),
        ("http://evil.test/%2", "http://evil.test/%252"),
        ("http://evil.test/%%32", "http://evil.test/%252"),
        ("http://evil.test/a?%", "http://evil.test/a?%25"),
        ("http://evil.test/%e2%82%ac", "http://evil.test/%E2%82%AC"),
        ("http://evil.test/\u{20ac}", "http://evil.test/%E2%82%AC"),
        ("http://evil.test/%ff%00%7f%1f%80", "http://evil.test/%FF%00%7F%1F%80"),
        ("http://evil.test/a b", "http://evil.test/a%20b"),
        ("http://evil.test/a%20b", "http://evil.test/a%20b"),
        ("http://evil.test/a+b", "http://evil.test/a+b"),
        ("http://evil.test/a%2Bb", "http://evil.test/a+b"),
        ("http://evil.test/%23a", "http://evil.test/%23a"),
        ("http://evil.test/a%3Fb", "http://evil.test/a%3Fb"),
        ("http://evil.test/a%3fb?c", "http://evil.test/a%3Fb?c"),
        ("http://evil.test/a%253Fb", "http://evil.test/a%3Fb"),
        ("http://evil.test/%09%0a%0D", "http://evil.test/%09%0A%0D"),
        ("http://evil.test/a\u{b}b\u{c}c", "http://evil.test/a%0Bb%0Cc"),
        ("http://evil.test/!\"$&'()*+,-.:;<=>@[]^_`{|}~", "http://evil.test/!\"$&'()*+,-.:;<=>@[]^_`{|}~"),
        ("http://evil.test/%21%22%24%26%27", "http://evil.test/!\"$&'"),
        // Fragments.
        ("http://evil.test/a#b", "http://evil.test/a"),
        ("http://evil.test/a#b?c", "http://evil.test/a"),
        ("http://evil.test/a?b#c#d", "http://evil.test/a?b"),
        ("http://evil.test#a/b", "http://evil.test/"),
        ("http://evil.test/#", "http://evil.test/"),
        ("http://evil#.test/", "http://evil/"),
        // The space before a fragment is no trailing one, as in browsers.
        ("http://evil.test/a #b", "http://evil.test/a%20"),
    ]);
}

#[test]
fn queries() {
    table(&[
        ("http://evil.test?", "http://evil.test/"),
        ("http://evil.test/?", "http://evil.test/"),
        ("http://evil.test/?#", "http://evil.test/"),
        ("http://evil.test/a?\t", "http://evil.test/a"),
        ("http://evil.test?q", "http://evil.test/?q"),
        ("http://evil.test/??", "http://evil.test/??"),
        ("http://evil.test/a?b?c", "http://evil.test/a?b?c"),
        ("http://evil.test/a?b%3Fc", "http://evil.test/a?b?c"),
        ("http://evil.test/a?B=C&d=%65", "http://evil.test/a?B=C&d=e"),
        ("http://evil.test/a?%2541", "http://evil.test/a?A"),
        ("http://evil.test/a?b c", "http://evil.test/a?b%20c"),
        ("http://evil.test/a?b+c", "http://evil.test/a?b+c"),
        ("http://evil.test/a?%26%3d", "http://evil.test/a?&="),
        ("http://evil.test/a?%23", "http://evil.test/a?%23"),
        ("http://evil.test/a?%25", "http://evil.test/a?%25"),
        ("http://evil.test/a?\u{fc}", "http://evil.test/a?%C3%BC"),
        ("http://evil.test/a?%fC", "http://evil.test/a?%FC"),
        // No path: slashes and dots stay.
        ("http://evil.test/a?b/../c//d\\e/.", "http://evil.test/a?b/../c//d\\e/."),
        ("http://evil.test/a?u=http://b//c", "http://evil.test/a?u=http://b//c"),
        ("http://evil.test/a?u=http%3A%2F%2Fb%5Cc", "http://evil.test/a?u=http://b\\c"),
        ("http://evil.test/a?\"<>`{}|^", "http://evil.test/a?\"<>`{}|^"),
    ]);
}

#[test]
fn bytes_that_are_no_text() {
    let cases: [(&[u8], &str); 7] = [
        (b"http://evil.test/\xff\xfe", "http://evil.test/%FF%FE"),
        (b"http://evil.test/a?\x80", "http://evil.test/a?%80"),
        (b"http://\xff\xff@evil.test/", "http://evil.test/"),
        (b"http://evil.test/\x00\x7f", "http://evil.test/%00%7F"),
        (b"http://evil\xff.test/", "!bad_name_byte"),
        (b"http://evil\x00.test/", "!bad_name_byte"),
        (b"\xef\xbb\xbfhttp://evil.test/", "!bad_scheme"),
    ];
    for (text, want) in cases {
        assert_eq!(shown(text), want, "{:?}", String::from_utf8_lossy(text));
        holds(text);
    }
}

#[test]
fn the_longest_url() {
    let path = |len: usize| format!("http://evil.test/{}", "a".repeat(len - "http://evil.test/".len()));
    let longest = path(MAX_OBSERVABLE);
    assert_eq!(longest.len(), MAX_OBSERVABLE);
    assert_eq!(shown(longest.as_bytes()), longest);
    assert_eq!(shown(path(MAX_OBSERVABLE + 1).as_bytes()), "!too_long");
    // White space at the ends does not count; what is taken out later does.
    assert_eq!(shown(format!(" \n{longest}\t ").as_bytes()), longest);
    assert_eq!(shown(format!("{longest}#").as_bytes()), "!too_long");
    assert_eq!(shown(longest.replacen('a', "\t", 1).as_bytes()).len(), MAX_OBSERVABLE - 1);
    holds(longest.as_bytes());

    // The canonical text may be longer than the limit: then it is no input any more.
    let grown = format!("http://evil.test/{}", "\u{fc}".repeat(MAX_OBSERVABLE / 2 - 9));
    assert_eq!(shown(grown.as_bytes()).len(), "http://evil.test/".len() + (MAX_OBSERVABLE - 18) * 3);
    holds(grown.as_bytes());
    let query = format!("http://evil.test/?{}", "%".repeat(MAX_OBSERVABLE - 18));
    assert_eq!(shown(query.as_bytes()).len(), 18 + (MAX_OBSERVABLE - 18) * 3);
    holds(query.as_bytes());

    // A request's target has the same limit.
    let mut scratch = UrlScratch::new();
    let target = format!("/{}", "a".repeat(MAX_OBSERVABLE - 1));
    assert_eq!(canonicalise_target(target.as_bytes(), &mut scratch), Ok(&*target));
    assert_eq!(canonicalise_target(format!("{target}a").as_bytes(), &mut scratch), Err(Reject::TooLong));

    // Deep nesting and long schemes are only long.
    let nested = format!("http://evil.test/%{}41", "25".repeat(MAX_OBSERVABLE / 2 - 12));
    assert_eq!(shown(nested.as_bytes()), "http://evil.test/A");
    let scheme = format!("{}://evil.test/", "a".repeat(MAX_OBSERVABLE - 13));
    assert_eq!(shown(scheme.as_bytes()), scheme);
    holds(scheme.as_bytes());
}

#[test]
fn which_urls_are_one_indicator() {
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
        // A port is the scheme's own or it is not.
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
fn texts_that_begin_with_a_scheme() {
    for (text, want) in [
        ("http://evil.test/", true),
        ("  hTTp:\\/x", true),
        ("h\tt\ntp:\r/\t/", true),
        ("a://", true),
        ("x-a.b2://x", true),
        ("evil.test://", true),
        ("http:/evil.test", false),
        ("http:/ /evil.test", false),
        ("http//evil.test", false),
        ("http:", false),
        ("http:/", false),
        ("1http://x", false),
        ("://x", false),
        ("ht tp://x", false),
        ("x/http://x", false),
        ("evil.test:80/", false),
        ("", false),
    ] {
        assert_eq!(has_scheme(text.as_bytes()), want, "{text:?}");
    }
}

#[test]
fn request_targets() {
    let cases: [(&str, Result<&str, Reject>); 21] = [
        ("/", Ok("/")),
        ("/a", Ok("/a")),
        ("/a?", Ok("/a")),
        ("/a?b?c", Ok("/a?b?c")),
        ("/a#b", Ok("/a")),
        ("/?q", Ok("/?q")),
        (" /a\t", Ok("/a")),
        ("/a\tb\r\n", Ok("/ab")),
        ("\\a\\b", Ok("/a/b")),
        ("//evil.test/a", Ok("/evil.test/a")),
        ("/../../a/./b/..", Ok("/a/")),
        ("/%2e%2e%5ca%3f%23%25%zz?%3f%23%25", Ok("/a%3F%23%25%25zz??%23%25")),
        ("/a b?c d", Ok("/a%20b?c%20d")),
        ("/\u{fc}?\u{fc}", Ok("/%C3%BC?%C3%BC")),
        ("", Err(Reject::Empty)),
        ("#a", Err(Reject::Empty)),
        ("a", Err(Reject::NoHost)),
        ("?a", Err(Reject::NoHost)),
        ("*", Err(Reject::NoHost)),
        ("%2Fa", Err(Reject::NoHost)),
        ("http://evil.test/a", Err(Reject::NoHost)),
    ];
    for (text, want) in cases {
        let mut scratch = UrlScratch::new();
        assert_eq!(canonicalise_target(text.as_bytes(), &mut scratch), want, "{text:?}");
        // The same bytes behind a host come out the same.
        if let Ok(want) = want {
            let url = Url::parse(format!("http://evil.test{}", text.trim())).expect(text);
            assert_eq!(url.view().path_and_query(), want, "{text:?}");
        }
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
