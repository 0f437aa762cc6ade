//! The rules as tables: the published examples of Safe Browsing, then every rule of the module with its edge cases.

use super::*;

use crate::limits::MAX_OBSERVABLE;
use crate::value::{Reject, ip};

mod hosts;
mod identity;
mod naive;
mod random;
#[cfg(feature = "feeds")]
mod scheme;

/// The canonical text, or `!` and the code of the reject.
fn shown(text: &[u8]) -> String {
    match canonicalise(text, &mut UrlScratch::new()) {
        Ok(view) => view.as_str().to_owned(),
        Err(reject) => format!("!{}", reject.code()),
    }
}

/// Checks the invariants of every text: all entry points agree, the parts make up the whole, and the canonical text is
/// a fixed point.
#[track_caller]
fn holds(text: &[u8]) {
    let case = String::from_utf8_lossy(&text[..text.len().min(200)]);
    let (mut one, mut two, mut three) = (UrlScratch::new(), UrlScratch::new(), UrlScratch::new());
    // Used scratch space works as well as new space.
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

/// The examples of the page "URLs and Hashing" of the Safe Browsing API v4, in its order. The last column is ours: our
/// result where it differs, and why.
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
        // Even if the host is refused, the path must come out as published.
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
        // Backslashes count as slashes. More than two are skipped only where browsers skip them.
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
        // Without a scheme.
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
        // Meant as schemes, but invalid.
        ("1http://evil.test/", "!bad_scheme"),
        ("+http://evil.test/", "!bad_scheme"),
        ("://evil.test/", "!bad_scheme"),
        ("ht tp://evil.test/", "!bad_scheme"),
        ("%68ttp://evil.test/", "!bad_scheme"),
        ("h_t://evil.test/", "!bad_scheme"),
        ("http::\\\\evil.test", "!bad_scheme"),
        ("h\u{e4}://evil.test/", "!bad_scheme"),
        ("[2001:db8::1]://a", "!bad_scheme"),
        // A scheme followed by anything is not a host, whatever it looks like.
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
        // The last `@` counts.
        ("http://good.test@evil.test/", "http://evil.test/"),
        ("http://a@b@evil.test/", "http://evil.test/"),
        ("http://good.test:80@evil.test:8080/", "http://evil.test:8080/"),
        ("http://%40%3A%2F:[::1]@evil.test/", "http://evil.test/"),
        ("http://\u{fc} @evil.test/", "http://evil.test/"),
        ("http://user@[2001:db8::1]:81/", "http://[2001:db8::1]:81/"),
        // No user: the `@` comes after the authority, or is escaped.
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
        // The scheme's default port.
        ("http://evil.test:80/", "http://evil.test/"),
        ("https://evil.test:443/", "https://evil.test/"),
        ("ws://evil.test:80/", "ws://evil.test/"),
        ("wss://evil.test:443/", "wss://evil.test/"),
        ("ftp://evil.test:21/", "ftp://evil.test/"),
        ("evil.test:80/a", "http://evil.test/a"),
        // The default port of another scheme.
        ("http://evil.test:443/", "http://evil.test:443/"),
        ("https://evil.test:80/", "https://evil.test:80/"),
        ("ftp://evil.test:80/", "ftp://evil.test:80/"),
        ("gopher://evil.test:70/", "gopher://evil.test:70/"),
        // Ports compare as numbers.
        ("http://evil.test:00080/", "http://evil.test/"),
        ("http://evil.test:0000000008080/", "http://evil.test:8080/"),
        ("http://evil.test:0/", "http://evil.test:0/"),
        ("http://evil.test:65535/", "http://evil.test:65535/"),
        // No port.
        ("http://evil.test:/", "http://evil.test/"),
        ("http://evil.test:", "http://evil.test/"),
        ("http://evil.test:?q", "http://evil.test/?q"),
        ("http://[2001:db8::1]:/", "http://[2001:db8::1]/"),
        ("gopher://evil.test:/", "gopher://evil.test/"),
        // Invalid ports.
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
        // Tabs and line ends are removed from ports too.
        ("http://evil.test:80\t80/", "http://evil.test:8080/"),
        // The host is checked first.
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
        // Without a scheme, the log does not show which port was used, unless it states one.
        ("evil.test/a", None, None),
        ("evil.test:80/a", None, Some(80)),
        ("evil.test:81/a", Some(81), Some(81)),
    ];
    for (text, port, effective) in cases {
        let mut scratch = UrlScratch::new();
        let view = canonicalise(text.as_bytes(), &mut scratch).expect(text);
        assert_eq!((view.port(), view.effective_port()), (port, effective), "{text}");
        // An indicator is not a sighting: it has the port of the scheme with which it is printed.
        let stated = effective.or(default_port(view.scheme()));
        assert_eq!((view.to_url().port(), view.to_url().view().effective_port()), (port, stated), "{text}");
        holds(text.as_bytes());
    }
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
        // The removal of white space can create one.
        ("http://evil.test/a/.\t./b", "http://evil.test/b"),
        // Empty segments count as segments until the dots are resolved.
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
        // As in browsers, the space before a fragment is not trailing.
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
        // A query is not a path: slashes and dots stay.
        ("http://evil.test/a?b/../c//d\\e/.", "http://evil.test/a?b/../c//d\\e/."),
        ("http://evil.test/a?u=http://b//c", "http://evil.test/a?u=http://b//c"),
        ("http://evil.test/a?u=http%3A%2F%2Fb%5Cc", "http://evil.test/a?u=http://b\\c"),
        ("http://evil.test/a?\"<>`{}|^", "http://evil.test/a?\"<>`{}|^"),
    ]);
}

#[test]
fn invalid_utf_8() {
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
    // White space at the ends does not count against the limit; what is removed later does.
    assert_eq!(shown(format!(" \n{longest}\t ").as_bytes()), longest);
    assert_eq!(shown(format!("{longest}#").as_bytes()), "!too_long");
    assert_eq!(shown(longest.replacen('a', "\t", 1).as_bytes()).len(), MAX_OBSERVABLE - 1);
    holds(longest.as_bytes());

    // The canonical text may exceed the limit, and is then no longer valid input.
    let grown = format!("http://evil.test/{}", "\u{fc}".repeat(MAX_OBSERVABLE / 2 - 9));
    assert_eq!(shown(grown.as_bytes()).len(), "http://evil.test/".len() + (MAX_OBSERVABLE - 18) * 3);
    holds(grown.as_bytes());
    let query = format!("http://evil.test/?{}", "%".repeat(MAX_OBSERVABLE - 18));
    assert_eq!(shown(query.as_bytes()).len(), 18 + (MAX_OBSERVABLE - 18) * 3);
    holds(query.as_bytes());

    // The target of a request has the same limit.
    let mut scratch = UrlScratch::new();
    let target = format!("/{}", "a".repeat(MAX_OBSERVABLE - 1));
    assert_eq!(canonicalise_target(target.as_bytes(), &mut scratch), Ok(&*target));
    assert_eq!(canonicalise_target(format!("{target}a").as_bytes(), &mut scratch), Err(Reject::TooLong));

    // Deep nesting and long schemes are merely long.
    let nested = format!("http://evil.test/%{}41", "25".repeat(MAX_OBSERVABLE / 2 - 12));
    assert_eq!(shown(nested.as_bytes()), "http://evil.test/A");
    let scheme = format!("{}://evil.test/", "a".repeat(MAX_OBSERVABLE - 13));
    assert_eq!(shown(scheme.as_bytes()), scheme);
    holds(scheme.as_bytes());
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
        // The same bytes after a host give the same result.
        if let Ok(want) = want {
            let url = Url::parse(format!("http://evil.test{}", text.trim())).expect(text);
            assert_eq!(url.view().path_and_query(), want, "{text:?}");
        }
    }
}
