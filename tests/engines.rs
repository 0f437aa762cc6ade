//! Every engine finds the hits of the scalar one, on any bytes.

#[path = "../src/random.rs"]
mod random;

use std::ops::ControlFlow;

use netsieve::indicator::{DomainName, Record, Url};
use netsieve::value::ip;
use netsieve::{Engine, Feed, Indicator, MatchOptions, Policy, ScanOptions, Scanner, Scope, Sieve};
use random::Random;

/// Listed names, in parts that combine in many ways.
const NAMES: [&str; 12] = [
    "evil.test",
    "a.b.evil.test",
    "x.co",
    "t.co",
    "bücher.test",
    "evil.xn--p1ai",
    "very-long-name-of-a-host-0123456789.sub.evil-domain.example",
    "_dmarc.evil.example",
    "1and1.example",
    "host.example",
    "aa.bb.cc.dd.ee.ff.example",
    "shop.test",
];

const ADDRS: [&str; 9] = [
    "192.0.2.1",
    "198.51.100.0/24",
    "203.0.113.77",
    "2001:db8::1",
    "2001:db8:1:2:3:4:5:6",
    "8.8.8.0/22",
    "1.2.3.4",
    "100.200.50.25",
    "2001:db8::192.0.2.1",
];

const URLS: [&str; 7] = [
    "http://shop.test/login/",
    "https://evil.test/a?b=c",
    "http://only.host.test/",
    "http://192.0.2.200/gate",
    "http://[2001:db8::99]:8080/x",
    "http://bad.example:8443/",
    "http://evil.test/a,b/c",
];

fn sieve(with: [bool; 3], odd: bool, many_nets: bool) -> Sieve {
    let mut builder = Sieve::builder();
    let mut policy = Policy::default();
    (policy.admit_public_suffixes, policy.admit_bogons) = (true, true);
    let feed = builder.feed(Feed::new("feed").policy(policy));
    let mut add = |indicator: Indicator| {
        builder.add(feed, Record::new(indicator, 1, "x"));
    };
    if with[0] {
        for (at, text) in NAMES.iter().enumerate() {
            let scope = [Scope::Suffix, Scope::Exact, Scope::Subdomains][at % 3];
            add(Indicator::Domain {
                name: DomainName::parse(text).unwrap(),
                scope,
                port: (at % 5 == 4).then_some(443),
            });
        }
    }
    if odd {
        for text in ["evil.a1", "evil.test-", "-evil.test", "x.under_score"] {
            add(Indicator::Domain { name: DomainName::parse(text).unwrap(), scope: Scope::Suffix, port: None });
        }
    }
    if with[1] {
        for (at, text) in ADDRS.iter().enumerate() {
            let net = ip::parse_net(text.as_bytes()).unwrap().net;
            add(Indicator::Ip { net, port: (at % 4 == 3).then_some(80) });
        }
        for n in 0..if many_nets { 25_000_u32 } else { 0 } {
            let net = ip::parse_net(format!("77.{}.{}.9", n / 256, n % 256).as_bytes()).unwrap().net;
            add(Indicator::Ip { net, port: None });
        }
    }
    if with[2] {
        for text in URLS {
            add(Indicator::Url { url: Url::parse(text).unwrap(), host_scope: Scope::Exact });
        }
    }
    let (sieve, report) = builder.build().unwrap();
    assert_eq!(report.feeds[0].rejected_total(), 0);
    sieve
}

/// Text made of pieces in combinations that are rare in real logs.
fn haystack(random: &mut Random) -> Vec<u8> {
    const PLAIN: [&str; 50] = [
        "evil.test",
        "EVIL.Test",
        "notevil.test",
        "a.evil.test.",
        "-evil.test-",
        "evil.test-",
        "evil.a1",
        "x.co",
        "t.co",
        "b\u{fc}cher.test",
        "xn--bcher-kva.test",
        "www\u{3002}evil\u{3002}test",
        "evil.xn--p1ai",
        "aa.bb.cc.dd.ee.ff.example",
        "very-long-name-of-a-host-0123456789.sub.evil-domain.example",
        "x.under_score",
        "0.000869",
        "id.orig_h",
        "1.5",
        "192.0.2.1",
        "192.0.2.1.80",
        "198.51.100.255",
        "8.8.11.255",
        "192.0.02.1",
        "77.3.4.9",
        "256.1.1.1",
        "2001:db8::1",
        "2001:DB8:1:2:3:4:5:6",
        "::ffff:192.0.2.1",
        "::ffff:c000:201",
        "[2001:db8::99]:8080",
        "12:34:56",
        "00:1a:2b:3c:4d:5e",
        "2015:10:05:03",
        "192.0.2.1.https",
        "203.0.113.77.443",
        "1.2.0.192.in-addr.arpa",
        "\u{ff1e}9.1.2.0.192.in-addr.ARPA",
        "\u{ff5c}1.2.0.192.in-addr.arpa\u{3002}",
        "7.113.0.203.IN-ADDR.ARPA.",
        "77.113.0.203.in-addr.arpa",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        "1.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
        "192.0.2.1(80)",
        "192.0.2.1#53",
        "192.0.2.1/443",
        "evil.test@SSL",
        "-evil.test-.",
        "evil.test()",
        "saddr=02000050C0000201",
    ];
    const URLISH: [&str; 36] = [
        "http://",
        "https://",
        "http:\\/\\/",
        "http%3A%2F%2F",
        "http%253A%252F%252F",
        "hxxp://",
        "ftp://u:p@",
        "://",
        "http://3221225985/",
        "http://0xC0.0.2.1/",
        "http://evil%2etest/a",
        "http://evil..test/",
        "http://.evil.test./",
        "http://shop.test/login/x?y",
        "evil.test/a?b=c",
        "evil.test/a,b/c),",
        "http://[2001:db8::99]:8080/x",
        "http://-evil.test/",
        "http://evil.test:80/",
        "bad.example:8443/x",
        "http:///evil.test/",
        "http://evil\\u002etest/",
        "http:%2F%2F",
        "http%3A//",
        "http:\\\\/\\\\/",
        "http\\u003a\\u002f\\u002f",
        "http:&#x2F;&#x2F;",
        "http&#58;//",
        "http:/%2F",
        "idp.http://",
        "http://evil.test\u{201d}/",
        "http://evil.test,evil.test/",
        "http://evil&#46;test/",
        "http:\\/\\/3221225985\\/",
        "http:%2F%2F3221225985%2Fgate",
        "http%3A//0xC0.0.2.200/gate",
    ];
    const GLUE: [&str; 58] = [
        " ",
        "\t",
        "\n",
        "\r\n",
        ",",
        ";",
        "\"",
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "=",
        "&",
        "?",
        "/",
        "//",
        "\\",
        "\\n",
        "\\t",
        "\\x20",
        "\\u003d",
        "\\u002e",
        "%20",
        "%3D",
        "%253D",
        "#012",
        "@",
        ":",
        "::",
        ".",
        "..",
        "-",
        "_",
        "(4)evil(4)test(0)",
        "IP ",
        "\x1B[0m",
        "\x1B[1;31m",
        "\\u001b[32m",
        "#033[m",
        "=3D",
        "=3D3D",
        "\\\\",
        "\\\\n",
        "$",
        "+",
        "^",
        "!",
        "&amp;",
        "&quot;",
        "\u{a0}",
        "msg=audit(1700000000.1:2): ",
        "(7)in-addr(4)arpa(0)",
        " > ",
    ];
    let mut text = Vec::new();
    for _ in 0..random.index(12) {
        let part = match random.index(10) {
            0..4 => random.pick(&PLAIN),
            4..6 => random.pick(&URLISH),
            _ => random.pick(&GLUE),
        };
        text.extend_from_slice(part.as_bytes());
        match random.index(40) {
            0 => text.push((random.next() >> 40) as u8),
            // Runs that end at every position in a block, and runs of several blocks.
            1 => text.extend(std::iter::repeat_n(b"aA1.-_: \n"[random.index(9)], random.index(200))),
            2..8 => text.push(b' '),
            _ => {}
        }
    }
    text
}

type Row = (std::ops::Range<u64>, u64, String, &'static str, Vec<String>);

fn hits(sieve: &Sieve, engine: Engine, weak: bool, text: &[u8]) -> (Vec<Row>, netsieve::sieve::Withheld) {
    let mut options = ScanOptions::default();
    options.engine = engine;
    (options.matching.name_like, options.matching.host_only) = (weak, weak);
    let mut rows = Vec::new();
    let stats = Scanner::with_options(sieve, &options).scan(text, |hit| {
        let matches =
            hit.matches().iter().map(|m| format!("{} {:?} {:?}", m.indicator(), m.relation(), m.strength())).collect();
        rows.push((hit.span(), hit.line(), hit.canonical().to_owned(), hit.context().as_str(), matches));
        ControlFlow::Continue(())
    });
    (rows, stats.withheld)
}

#[test]
fn every_engine_finds_what_the_scalar_one_finds() {
    let mut random = Random::new(0x5EED);
    let (mut total, mut empty) = (0, 0);
    for round in 0..24 {
        let kinds = round % 8;
        let with = [kinds & 1 == 0, kinds & 2 == 0, kinds & 4 == 0];
        let sieve = sieve(with, round % 3 == 0, round % 5 == 0);
        for case in 0..400 {
            let mut text = haystack(&mut random);
            // Far enough from both ends of the input for every filter to be used.
            if case % 4 > 1 {
                text = [&b"far from the start of the input ".repeat(3), &text[..], &b" and from its end".repeat(2)]
                    .concat();
            }
            let weak = case % 2 == 0;
            let want = hits(&sieve, Engine::Scalar, weak, &text);
            total += want.0.len();
            empty += usize::from(want.0.is_empty());
            for engine in Engine::available() {
                let got = hits(&sieve, engine, weak, &text);
                assert_eq!(got, want, "{engine:?} {with:?} {:?}", String::from_utf8_lossy(&text));
            }
        }
    }
    // The test needs enough of both to be meaningful.
    assert!(total > 5_000 && empty > 2_000, "{total} {empty}");
}

/// The reading of a word does not depend on any number of words before it. Words without a value are skipped.
#[test]
fn long_texts_are_read_alike() {
    let mut random = Random::new(0x10_96);
    let mut total = 0;
    for round in 0..16 {
        let sieve = sieve([true, round % 4 > 0, true], round % 3 == 0, round % 5 == 0);
        let mut text = Vec::new();
        while text.len() < 40_000 {
            text.extend_from_slice(&haystack(&mut random));
            text.extend_from_slice(
                random.pick(&[" ", "\n", "\t", "\"", "", "/", " http://evil.test/a,b/c "]).as_bytes(),
            );
        }
        let want = hits(&sieve, Engine::Scalar, round % 2 == 0, &text);
        total += want.0.len();
        for engine in Engine::available() {
            let got = hits(&sieve, engine, round % 2 == 0, &text);
            let differs = got.0.iter().zip(&want.0).find(|(got, want)| got != want);
            assert!(got == want, "{engine:?} {round}: {} of {} {differs:?}", got.0.len(), want.0.len());
        }
    }
    assert!(total > 5_000, "{total}");
}

/// A URL is read to its end, no matter how many URLs precede it.
#[test]
fn a_url_is_read_to_its_end_after_any_number_of_urls() {
    let sieve = sieve([false, false, true], false, false);
    for (between, words) in [(" ", 200), ("\n", 200), ("\t", 70), ("\"", 65)] {
        let text = format!("{}http://evil.test/a,b/c", format!("http://other.test/{between}").repeat(words));
        for engine in Engine::available().into_iter().chain([Engine::Scalar]) {
            let (rows, _) = hits(&sieve, engine, false, text.as_bytes());
            assert!(rows.iter().any(|row| row.2 == "http://evil.test/a,b/c"), "{engine:?} {between:?} {rows:?}");
        }
    }
}

/// A hit at every position around the ends of blocks, of batches of blocks and of the input.
#[test]
fn a_hit_is_found_at_every_position() {
    let sieve = sieve([true, true, true], false, false);
    let seeds =
        ["evil.test", "192.0.2.1", "2001:db8::1", "http://3221225985/", "b\u{fc}cher.test", "(4)evil(4)test(0)"];
    for seed in seeds {
        for before in (0..140).chain(16 * 1024 - 70..16 * 1024 + 70) {
            for after in ["", " ", "\n", " and more text after it, so that it is not at the end of anything at all"] {
                let mut text = vec![b' '; before];
                text.extend_from_slice(seed.as_bytes());
                text.extend_from_slice(after.as_bytes());
                let want = hits(&sieve, Engine::Scalar, false, &text);
                assert_eq!(want.0.len(), 1, "{seed}");
                for engine in Engine::available() {
                    assert_eq!(hits(&sieve, engine, false, &text), want, "{engine:?} {before} {seed}");
                }
            }
        }
    }
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn engines_agree_on_the_real_logs() {
    let data = std::path::PathBuf::from(std::env::var_os("NETSIEVE_DATA").unwrap());
    let mut builder = Sieve::builder();
    for file in ["ipsum.txt", "malicious-ip-full-aa.txt", "stevenblack.domains.txt", "openphish.txt"] {
        let own = Feed::new(file);
        let id = builder.feed(own.clone());
        netsieve::feed::read_file(data.join("feeds").join(file), None, &own, &mut builder.sink(id)).unwrap();
    }
    let (sieve, _) = builder.build().unwrap();
    for log in std::fs::read_dir(data.join("logs")).unwrap() {
        let path = log.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read(path).unwrap();
        for weak in [false, true] {
            let want = hits(&sieve, Engine::Scalar, weak, &text);
            for engine in Engine::available() {
                assert!(hits(&sieve, engine, weak, &text) == want, "{engine:?}");
            }
        }
    }
}

/// The first two groups rule out most unlisted IPv6 addresses, whatever precedes them and however they are written.
#[test]
fn addresses_that_begin_alike_are_told_apart() {
    let few = ["3fff:1::/32", "3fff:0abc::1", "3fff:200::/27", "3fff:d:5::/48"];
    let many = (0..40).map(|n| format!("3fff:{n:x}:{n:x}::{n:x}"));
    for listed in
        [few.iter().map(ToString::to_string).collect(), many.chain(few.map(str::to_owned)).collect::<Vec<_>>()]
    {
        let mut builder = Sieve::builder();
        let mut policy = Policy::default();
        policy.admit_bogons = true;
        let feed = builder.feed(Feed::new("feed").policy(policy));
        for net in &listed {
            let net = ip::parse_net(net.as_bytes()).unwrap().net;
            builder.add(feed, Record::new(Indicator::Ip { net, port: None }, 1, "x"));
        }
        builder.add(feed, Record::new("http://[3fff:fff::1]/x".parse().unwrap(), 1, "x"));
        let (sieve, _) = builder.build().unwrap();
        let (mut total, mut passed_over) = (0, 0);
        for before in
            ["", "src:", "IPv6:", "ab:", "1:", "x.y:", "[", ":", "::", "%20", "\\n", "#055", "\u{1b}[31m", "http://["]
        {
            for second in
                ["1", "01", "0001", "00001", "abc", "ABC", "0abc", "21f", "220", "d", "fff", "5", "ffff", "g", ""]
            {
                for rest in
                    ["::1", ":5::1", ":5:0:0:0:0:1", ":5:0:0:0:0:0:1", "::1.53", "::", ":", "::192.0.2.1", "]/x"]
                {
                    let text =
                        format!("{0} {before}3fff:{second}{rest} {0}", "far from both ends of the input ".repeat(4));
                    let want = hits(&sieve, Engine::Scalar, false, text.as_bytes());
                    total += want.0.len();
                    for engine in Engine::available() {
                        let mut options = ScanOptions::default();
                        options.engine = engine;
                        let stats = Scanner::with_options(&sieve, &options)
                            .scan(text.as_bytes(), |_| ControlFlow::Continue(()));
                        passed_over += usize::from(stats.hits == 0 && stats.words == 0 && engine != Engine::Scalar);
                        assert_eq!(hits(&sieve, engine, false, text.as_bytes()), want, "{engine:?} {text:?}");
                    }
                }
            }
        }
        assert!(total > 300 && passed_over > 3_000, "{total} {passed_over}");
    }
}

#[test]
fn derived_forms_are_found_where_no_ipv6_address_is_listed() {
    let mut builder = Sieve::builder();
    let mut policy = Policy::default();
    policy.admit_bogons = true;
    let feed = builder.feed(Feed::new("feed").policy(policy));
    let net = ip::parse_net(b"192.0.2.1").unwrap().net;
    builder.add(feed, Record::new(Indicator::Ip { net, port: None }, 1, "x"));
    let (sieve, _) = builder.build().unwrap();
    for (derived, want) in [(false, 0), (true, 1)] {
        for engine in Engine::available() {
            let mut options = ScanOptions::default();
            options.engine = engine;
            options.matching.derived.six_to_four = derived;
            let stats = Scanner::with_options(&sieve, &options)
                .scan(b"from 2002:c000:201::7 to x\n", |_| ControlFlow::Continue(()));
            assert_eq!(stats.hits, want, "{engine:?}");
        }
    }
}

/// Values that only some readings of a text give, each listed alone, so that nothing else leads an engine to the word.
#[test]
fn what_is_hidden_in_a_word_is_found() {
    let long = "a".repeat(63);
    let long_ip6 = "1:2:3:4:5:6:7:".repeat(20);
    let reverse6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    let saddr = "saddr=020000500000000000000000";
    let listed_saddr = "saddr=02000050CB0071070000000000000000";
    let rows: Vec<(&str, Vec<String>)> = vec![
        // Reverse names, also after an escape.
        (
            "203.0.113.7",
            ["", "x ", "\\n", "%20", "\\x20", "\\u0020", "=3D", "#012", "x=", "é "]
                .iter()
                .flat_map(|head| {
                    ["7.113.0.203.in-addr.arpa", "7.113.0.203.IN-ADDR.ARPA.", "7.113.0.203.in-addr.arpa:53"]
                        .map(|name| format!("{head}{name}"))
                })
                .chain(["(1)7(3)113(1)0(3)203(7)in-addr(4)arpa(0)".to_owned()])
                .collect(),
        ),
        (
            "2001:db8::1",
            ["", "x ", "\\n", "%20", "\\x20", "\\u0020", "=3D", "-", "."]
                .iter()
                .map(|head| format!("{head}{reverse6}"))
                .chain([format!("(1){}(3)ip6(4)arpa(0)", reverse6[..63].replace('.', "(1)"))])
                .collect(),
        ),
        // Quads after escapes that hold a letter.
        (
            "192.0.2.1",
            [
                "\\n",
                "\\t",
                "\\x20",
                "\\xff",
                "\\u0020",
                "%20",
                "%2F",
                "%C3",
                "%2520",
                "%252F",
                "=3D",
                "=3D3D",
                "#012",
                "\u{1b}[31m",
                "\\u001b[0m",
                "-",
                "_",
                "x-",
                "é",
            ]
            .iter()
            .flat_map(|head| ["", ":80", "/24", "-x", "_x", "."].map(|tail| format!("{head}192.0.2.1{tail}")))
            .chain(["x-a_b-192.0.2.1", "192.0.2.9-192.0.2.1", "192.0.2.9_192.0.2.1-x"].map(str::to_owned))
            .collect(),
        ),
        // A last label that ends in a hyphen, or has a digit or another script in it.
        ("evil.test-", ["", ".", "..", ":80", "/x"].iter().map(|tail| format!("evil.test-{tail}")).collect()),
        ("evil.a-1", ["", ".", "-", "-.", "-..", ".-"].iter().map(|tail| format!("x.evil.a-1{tail}")).collect()),
        ("evil.xn--p1ai", ["", ".", "-", "-.", ".."].iter().map(|tail| format!("x.evil.xn--p1ai{tail}")).collect()),
        (
            "evil.test",
            ["", ".", "-", "-.", "-..", ".-", "--"].iter().map(|tail| format!("x.evil.test{tail}")).collect(),
        ),
        (
            "-evil.test",
            ["", "x.", "\\n", "%20", "..", "...", "x..", "\\n.."]
                .iter()
                .map(|head| format!("{head}-evil.test"))
                .collect(),
        ),
        (
            "evil.test",
            [
                "\\n",
                "\\x20",
                "%20",
                "%2520",
                "\\u0020",
                "=3D",
                "#012",
                "--",
                "..",
                ".-",
                "...-",
                "-.",
                "-.-",
                "--.--",
                "\\n.-",
                "é.",
                "x.",
                &format!("{long}."),
                &format!("{long}.{long}.{long}."),
                &format!("{long}.{long}.{long}.{long}.{long}."),
                &format!("-{long}."),
                &"x".repeat(64),
                &format!("{}.", "x".repeat(64)),
                &format!("{}.", "x".repeat(300)),
            ]
            .iter()
            .filter(|head| !head.ends_with('x') && !head.ends_with('a'))
            .map(|head| format!("{head}evil.test"))
            .collect(),
        ),
        // IPv6 in long runs, after words and as the end of a URL's host.
        (
            "2001:db8::1",
            [
                "2001:db8::1".to_owned(),
                "2001:db8:0:0:0:0:0:1".to_owned(),
                "2001:DB8:0:0:0:0:0.0.0.1".to_owned(),
                "2001:db8::0.0.0.1".to_owned(),
                ":2001:db8::1".to_owned(),
                "src:2001:db8::1".to_owned(),
                "IPv6:2001:db8::1:".to_owned(),
                "\\n2001:db8::1".to_owned(),
                "%202001:db8::1".to_owned(),
                "[2001:db8::1]:443".to_owned(),
                "2001:db8::1.443".to_owned(),
                "http://[2001:db8::1]/".to_owned(),
                format!("{}2001:db8::1", "word:".repeat(12)),
                format!("{}2001:db8::1", "word:".repeat(40)),
                format!("{long_ip6} 2001:db8::1"),
                format!("{long_ip6}/2001:db8::1/{long_ip6}"),
            ]
            .to_vec(),
        ),
        ("2001:db8::1", (100..=140).map(|len| format!("{}:2001:db8::1", "x".repeat(len))).collect()),
        (
            "192.0.2.1",
            [
                "::ffff:c000:201",
                "0:0:0:0:0:ffff:c000:201",
                "::FFFF:192.0.2.1",
                "64:ff9b::c000:201",
                "64:FF9B::192.0.2.1",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        // Hosts that no run of name bytes shows.
        (
            "192.0.2.1",
            ["http", "https", "ftp"]
                .iter()
                .flat_map(|scheme| {
                    [
                        "3221225985",
                        "0xC0.0.2.1",
                        "0300.0.2.1",
                        "192.0.513",
                        "%31%39%32.0.2.1",
                        "x@3221225985",
                        "192\u{3002}0\u{3002}2\u{3002}1",
                    ]
                    .map(|host| format!("{scheme}://{host}"))
                })
                .flat_map(|url| {
                    ["", "/", "/x", "?x", "#x", ":80", ":80/", ")", "]", "}", ",", ";", "!", "'", ":80)", ",x", "\\"]
                        .map(|tail| format!("{url}{tail}"))
                })
                .chain(
                    [
                        "http%3A%2F%2F3221225985",
                        "http%3A%2F%2F3221225985%2Fx",
                        "http%3A%2F%2F3221225985%3Fx",
                        "http%3A%2F%2F3221225985%23x",
                        "http%3A%2F%2F3221225985&x=1",
                        "http%253A%252F%252F3221225985%252Fx",
                        "http%253A%252F%252F3221225985%253Fx",
                        "http:\\/\\/3221225985\\/x",
                        "http\\u003a\\u002f\\u002f3221225985/",
                        "http&#58;//192.0.2.1/",
                    ]
                    .map(str::to_owned),
                )
                .collect(),
        ),
        (
            "evil.test",
            [
                "http%3A%2F%2Fevil.test",
                "http%3A%2F%2Fevil.test%2Fx",
                "http%253A%252F%252Fevil.test%252Fx",
                "http%3A%2F%2Fa%40evil.test%2Fx",
                "http%3A%2F%2Fev%69l.test%2Fx",
                "http%253A%252F%252Fev%2569l.test%252Fx",
                "http://ev%69l.test/",
                "http://evil%2Etest)",
                "http:\\/\\/evil.test\\/",
                "ev\\u0069l.test",
                "evil\\u002etest",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        ("www.evil.test", vec!["(3)www(4)evil(4)test(0)".to_owned(), "x(3)www(4)evil(4)test(0)y".to_owned()]),
        (
            "bücher.test",
            [
                "bücher.test",
                "xn--bcher-kva.test",
                "b\\u00fccher.test",
                "bücher\u{3002}test",
                "bücher\u{ff0e}test",
                "http://b%C3%BCcher.test/",
            ]
            .map(str::to_owned)
            .into_iter()
            .chain([1000, 1100, 2100].map(|count| format!("{}.bücher.test", "ü".repeat(count))))
            .collect(),
        ),
        // Records of auditd, whose address may stand in a later word, beside others, and in a long word.
        (
            "203.0.113.7",
            vec![
                format!("type=SOCKADDR msg=audit(1.2:3): {listed_saddr}"),
                format!("msg=audit(1.2:3):{listed_saddr}"),
                format!("msg=audit(1.2:3): {saddr} {saddr} {listed_saddr} {saddr}"),
                format!("msg=audit(1.2:3): {saddr}\nmsg=audit(1.2:4): {listed_saddr}\nmsg=audit(1.2:5): {saddr}"),
                format!("msg=audit(1.2:3): x=\"203.0.113.7\" {listed_saddr}"),
                format!("msg=audit(1.2:3): {} {listed_saddr}", "x ".repeat(1_900)),
                format!("203.0.113.7,{},msg=audit(1.2:3): {listed_saddr}", "x,".repeat(150)),
                format!("203.0.113.7,{},msg=audit(1.2:3): x {listed_saddr}", "x,".repeat(5_000)),
                format!("203.0.113.7,{}, 203.0.113.7 audit(1.2:3): {listed_saddr}", "x,".repeat(9_000)),
            ],
        ),
    ];
    for (listed, texts) in rows {
        let sieve = sieve_of(&[listed]);
        for text in texts {
            for (before, after) in [(0, 0), (0, 200), (1, 0), (61, 3), (200, 200)] {
                let text = format!("{}{text}{}", " ".repeat(before), " x".repeat(after));
                let want = hits(&sieve, Engine::Scalar, true, text.as_bytes());
                assert!(!want.0.is_empty(), "{listed} in {text:?}");
                for engine in Engine::available() {
                    assert_eq!(hits(&sieve, engine, true, text.as_bytes()), want, "{engine:?} {listed} in {text:?}");
                }
            }
        }
    }
}

/// A sieve of these values, whatever they are.
fn sieve_of(listed: &[&str]) -> Sieve {
    let mut builder = Sieve::builder();
    let mut policy = Policy::default();
    (policy.admit_public_suffixes, policy.admit_bogons) = (true, true);
    let feed = builder.feed(Feed::new("feed").policy(policy));
    for listed in listed {
        builder.add(feed, Record::new(listed.parse().unwrap(), 1, *listed));
    }
    builder.build().unwrap().0
}

/// A listed value is found between any two signs, alone in a set, by every engine as by the scalar one; and none panics.
#[test]
fn every_engine_reads_any_signs_around_a_value() {
    const SIGNS: [&str; 40] = [
        "",
        " ",
        ".",
        "-",
        "_",
        ":",
        "/",
        "\\",
        "@",
        "%",
        "=",
        "&",
        "?",
        "#",
        "[",
        "]",
        "(",
        "'",
        "\"",
        ",",
        ";",
        "+",
        "x",
        "1",
        "é",
        "\0",
        "\n",
        "\u{1b}[1m",
        "\\n",
        "\\u0020",
        "%20",
        "%2F",
        "&#58;",
        "://",
        ":\\",
        "..",
        "::",
        "http://",
        "3D",
        "\u{3002}",
    ];
    for listed in ["evil.test", "192.0.2.1", "2001:db8::1", "x+a@b.test", "0123456789abcdef0123456789abcdef"] {
        let sieve = sieve_of(&[listed]);
        let spellings = match listed {
            "evil.test" => vec![listed, "evil\\u002etest", "EVIL%2Etest"],
            "x+a@b.test" => vec![listed, "x%2Ba@b.test", "x\\u002ba@b.test", "u%3Dx%252Ba%2540b.test"],
            _ => vec![listed],
        };
        let scanner = |engine| {
            let mut options = ScanOptions::default();
            options.engine = engine;
            (options.matching.name_like, options.matching.host_only) = (true, true);
            (engine, Scanner::with_options(&sieve, &options))
        };
        let (_, mut reference) = scanner(Engine::Scalar);
        let mut scanners: Vec<_> = Engine::available().into_iter().map(scanner).collect();
        for spelling in spellings {
            for (before, after) in SIGNS.iter().flat_map(|before| SIGNS.iter().map(move |after| (before, after))) {
                let text = format!("{before}{spelling}{after}");
                let read = |scanner: &mut Scanner| {
                    let mut rows = Vec::new();
                    scanner.scan(&text, |hit| rows.push((hit.span(), hit.canonical().to_owned(), hit.context())));
                    rows
                };
                let want = read(&mut reference);
                for (engine, scanner) in &mut scanners {
                    assert_eq!(read(scanner), want, "{engine:?} {listed} in {text:?}");
                }
                if before.is_empty() && after.is_empty() {
                    assert_eq!(want.is_empty(), spelling.contains("%2E"), "{spelling}");
                }
            }
        }
    }
}

/// The engine that was asked for is the one that runs. One that was silently replaced would never be tested.
#[test]
fn every_engine_is_the_one_that_was_asked_for() {
    let (sieve, _) = Sieve::builder().build().unwrap();
    let mut available = Engine::available();
    // A CPU with AVX-512 also has AVX2, and both can be asked for.
    assert!(!available.contains(&Engine::Avx512) || available.contains(&Engine::Avx2), "{available:?}");
    #[cfg(target_arch = "x86_64")]
    {
        assert_eq!(available.contains(&Engine::Avx2), is_x86_feature_detected!("avx2"));
        assert_eq!(available.contains(&Engine::Avx512), is_x86_feature_detected!("avx512bw"));
    }
    available.retain(|&engine| engine != Engine::Auto);
    for engine in available.clone() {
        let mut options = ScanOptions::default();
        (options.engine, options.matching.engine) = (engine, engine);
        assert_eq!(Scanner::with_options(&sieve, &options).engine(), engine);
        assert_eq!(sieve.matcher_with(&options.matching).engine(), engine);
        // A scan makes its own choice of engine.
        options.matching.engine = Engine::Auto;
        assert_eq!(Scanner::with_options(&sieve, &options).engine(), engine);
    }
    let fastest = available[0];
    for auto in [Engine::Auto, Engine::Avx2, Engine::Avx512, Engine::Neon] {
        if !available.contains(&auto) {
            let mut options = MatchOptions::default();
            options.engine = auto;
            assert_eq!(sieve.matcher_with(&options).engine(), fastest);
        }
    }
}

/// Words that cannot hold a hit are not read, though something in them resembles what is listed; and the places are counted.
#[test]
fn words_without_a_hit_are_skipped() {
    const HASH: &str = "0123456789abcdef0123456789abcdef";
    let rows: &[(&[&str], &[&str], &[&str])] = &[
        (
            &["192.0.2.1", "192.0.2.3"],
            &[
                "192.0.2.2",
                "192.0.2.2-x",
                "192.0.2.2i",
                "x-192.0.2.2",
                "2.2.0.192.in-addr.arpa",
                "\\n2.2.0.192.in-addr.arpa",
                "\\n2.2.0.192.in-addr.arpx",
                "2001:db8::1",
                "::1",
                "10:11:12:13:14:15:16:17",
                "http://192.0.2.2/",
                "http://192.0.2.2:80/",
                "http://192.0.2.2,",
                "http://good.test/",
                "http://good.test:8080/",
                "http://good.test)",
                "http://good.test:8080)",
                "http%3A%2F%2Fgood.test%2Fx",
                "http%3A%2F%2Fgood.test%3Fx",
                "http%253A%252F%252Fgood.test%252Fx",
                "http:\\/\\/good.test\\/",
                "(3)www(4)good(4)test(0)",
                "é",
                "é.test",
                "a\\q.test",
                "C:\\windows\\x",
                "a%zz",
                "x(1)",
            ],
            &["%20192.0.2.2", "\\n192.0.2.2", "\\u0020192.0.2.2", "::ffff:192.0.2.2", "::ffff:c000:202"],
        ),
        (
            &["evil.test", "h.good.test"],
            &[
                "192.0.2.1",
                "good.test",
                "x.good.test",
                "x.y.good.test",
                "a-name-of-more-than-sixty-four-bytes-which-is-read-in-two-blocks-of-them.x.good.test",
                "%20name-of-more-than-sixty-four-bytes-which-is-read-in-two-blocks-of-them.x.good.test",
                "2001:db8::1",
                "::ffff:192.0.2.1",
                "http://x.good.test/",
                "http://x.good.test:8080/",
                "http://x.good.test,",
                "é",
                "\\q",
                "a%20b",
            ],
            &[
                "-x.good.test-",
                ".x.good.test.",
                "%20x.good.test",
                "\\nx.good.test",
                "http%3A%2F%2Fx.good.test%2Fx",
                "http%253A%252F%252Fx.good.test%252Fx",
            ],
        ),
        (
            &["2001:db8::1"],
            &["2001:db9::1", "fe80::1", "10:11:12:13:14:15:16", "good.test"],
            &["2001:db8::2", "x:2001:db8::2"],
        ),
        (&["a@b.test"], &["good.test"], &["c@d.test"]),
        (&[HASH], &["good.test"], &["f123456789abcdef0123456789abcdef"]),
    ];
    for (listed, passed, asked) in rows {
        let sieve = sieve_of(listed);
        for engine in Engine::available().into_iter().filter(|&engine| engine != Engine::Scalar) {
            let mut options = ScanOptions::default();
            options.engine = engine;
            let mut scanner = Scanner::with_options(&sieve, &options);
            for (text, is_asked) in passed.iter().map(|text| (text, false)).chain(asked.iter().map(|text| (text, true)))
            {
                let stats = scanner.scan(format!("{} {text} {}", "x ".repeat(100), "x ".repeat(100)), |_| ());
                assert_eq!(stats.words, 0, "{engine:?}: {listed:?} in {text:?}");
                assert!(!is_asked || stats.observables > 0, "{engine:?}: {listed:?} in {text:?}");
            }
        }
    }
}
