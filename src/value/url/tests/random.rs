//! Random texts: the canonicaliser against a naive one, against another parser, and against itself.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

use super::*;

/// Compares the canonicaliser with the naive one, and checks the invariants of every text.
#[track_caller]
fn agrees(text: &[u8]) {
    let shown = String::from_utf8_lossy(text);
    let mut scratch = UrlScratch::new();
    match (canonicalise(text, &mut scratch), naive::url(text)) {
        (Ok(view), Ok(want)) => {
            assert_eq!(view.as_str(), want.text, "{shown:?}");
            assert_eq!((view.port(), view.effective_port()), (want.port, want.effective_port), "{shown:?}");
            assert_eq!(has_scheme(text), want.states_scheme, "{shown:?}");
        }
        (got, want) => assert_eq!(got.map(|_| ()), want.map(|_| ()), "{shown:?}"),
    }
    holds(text);
}

const SCHEMES: &[&str] = &["http://", "https://", "HTTP:\\\\", "ws:///", "ftp:/\\", "gopher://", "x+y://", "1x://", ""];

const HOSTS: &[&str] = &[
    "evil.test",
    "www.Evil.test",
    "_a.b-.test.",
    "xn--bcher-kva.test",
    "b\u{fc}cher.test",
    "\u{ff25}vil\u{3002}test",
    "ev\u{ad}il.\u{200d}test",
    "192.0.2.1",
    "3221225985",
    "0xC0.0.0x201",
    "0300.0.2.01",
    "192.0.2.256",
    "\u{ff11}92.0.2.1",
    "[2001:DB8:0::1]",
    "[::ffff:192.0.2.1]",
    "[64:ff9b::c000:201]",
    "[fe80::1%25eth0]",
    "evil..test..",
];

const PORTS: &[&str] = &["", "", "", "", ":", ":80", ":443", ":21", ":08080", ":65535", ":65536", ":8a"];

const PIECES: &[&str] = &[
    "/", "/", "/", "//", "\\", ".", ".", "..", "/.", "/..", "/../", "a", "B", "a/", "?", "?", "=", "&", "+", ";", "@",
    ":", "%", "%", "%2", "%25", "25", "2", "5", "e", "%2e", "%2E", "%2f", "%5C", "%3f", "%23", "%20", "%00", "%C3%BC",
    "%ff", "41", "\u{fc}", " ", "\t", "\r\n", "#", "[", "]", "\"", "\u{7f}",
];

const ANYTHING: &[&str] = &[
    "http",
    "HTTPS",
    "ftp",
    "x",
    "1",
    ":",
    ":",
    "/",
    "//",
    "://",
    "\\",
    "@",
    "?",
    "#",
    "%",
    "%25",
    "25",
    "%2e",
    "%2f",
    "%40",
    "%3a",
    "%3A",
    "%5b",
    "%5D",
    "%41",
    "%C3",
    "%BC",
    "\u{fc}",
    "\u{3002}",
    "\u{ff0e}",
    "\u{ff11}",
    "\u{ad}",
    "\u{200c}",
    "evil",
    "Test",
    "xn--",
    "xn--bcher-kva",
    ".",
    "..",
    "192.0.2.1",
    "192",
    "0",
    "0x",
    "0xC0",
    "08",
    "256",
    "4294967295",
    "[",
    "]",
    "[::1]",
    "::",
    "2001:db8",
    "ffff",
    ":80",
    ":8080",
    "-",
    "_",
    "+",
    " ",
    "\t",
    "\n",
    "\u{b}",
];

/// Escapes the byte at each place, one after the other, so that escapes nest.
fn escaped(text: String, places: &[(Index, bool)]) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    for (place, is_upper) in places.iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
        let at = place.index(bytes.len());
        let escape = if *is_upper { format!("%{:02X}", bytes[at]) } else { format!("%{:02x}", bytes[at]) };
        bytes.splice(at..=at, escape.into_bytes());
    }
    bytes
}

/// URLs, mostly: only the parts after the host are random.
fn urls() -> impl Strategy<Value = Vec<u8>> {
    let userinfo = select(&["", "", "", "user@", "a:b@c@", "%40:[@"][..]);
    let front = prop_oneof![Just(""), Just("/"), Just("/"), Just("?"), Just("\\")];
    let tail = (front, vec(select(PIECES), 0..12)).prop_map(|(front, pieces)| front.to_owned() + &pieces.concat());
    let places = |count| vec(any::<(Index, bool)>(), 0..count);
    (select(SCHEMES), userinfo, (select(HOSTS), places(3)), select(PORTS), (tail, places(6))).prop_map(
        |(scheme, userinfo, (host, in_host), port, (tail, in_tail))| {
            let (host, tail) = (escaped(host.to_owned(), &in_host), escaped(tail, &in_tail));
            [scheme.as_bytes(), userinfo.as_bytes(), &host, port.as_bytes(), &tail].concat()
        },
    )
}

/// Pieces of URLs in random order.
fn jumbles() -> impl Strategy<Value = Vec<u8>> {
    (select(&["", "http://", "http://"][..]), vec(select(ANYTHING), 0..10), vec(any::<(Index, bool)>(), 0..3))
        .prop_map(|(scheme, pieces, places)| [scheme.as_bytes(), &escaped(pieces.concat(), &places)].concat())
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(4000))]

    #[test]
    fn urls_agree_with_the_naive_canonicaliser(text in urls()) {
        agrees(&text);
    }

    #[test]
    fn jumbles_agree_with_the_naive_canonicaliser(text in jumbles()) {
        agrees(&text);
    }

    #[test]
    fn bytes_agree_with_the_naive_canonicaliser(
        bytes in vec(prop_oneof![any::<u8>(), select(&b"%25:/\\?#@.[]aA0x\t "[..])], 0..60),
        front in select(&["", "http://", "http://evil.test/", "http://evil.test/?"][..]),
    ) {
        agrees(&[front.as_bytes(), &bytes].concat());
    }

    /// A target reads like the same bytes of a URL.
    #[test]
    fn targets_are_what_follows_a_host(pieces in vec(select(PIECES), 0..12), places in vec(any::<(Index, bool)>(), 0..4)) {
        let target = [b"/", &*escaped(pieces.concat(), &places)].concat();
        let url = Url::parse([b"http://evil.test", &*target].concat()).expect("the host is fine");
        let mut scratch = UrlScratch::new();
        prop_assert_eq!(canonicalise_target(&target, &mut scratch), Ok(url.view().path_and_query()));
    }
}

#[test]
fn the_random_urls_are_urls() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut count = |strategy: BoxedStrategy<Vec<u8>>| {
        let texts = (0..500).map(|_| strategy.new_tree(&mut runner).expect("a text").current());
        texts.filter(|text| naive::url(text).is_ok()).count()
    };
    let counts = [count(urls().boxed()), count(jumbles().boxed())];
    assert!(counts[0] > 200 && counts[1] > 50, "{counts:?}");
}

/// Pieces of hosts that both parsers accept. They have no dots in a row, which only Safe Browsing merges.
fn hosts() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        "[0-9]{1,3}",
        "0[0-7]{0,4}",
        "0[xX][0-9a-fA-F]{0,4}",
        "[0-9]{4,11}",
        "[a-zA-Z0-9_-]{1,8}",
        "[a-z\u{fc}\u{df}\u{3c2}\u{e9}\u{ff10}-\u{ff5a}\u{ad}\u{4e2d}]{1,4}",
        select(&["xn--bcher-kva", "XN--Bcher-kva", "xn--a", "xn--", "a!b", "a b", "test", "%41", "%C3%BC", "%"][..])
            .prop_map(str::to_owned),
    ];
    let dot = select(&[".", ".", ".", "\u{3002}", "\u{ff0e}", "%2e"][..]);
    let name = (vec((label, dot), 1..5), any::<bool>()).prop_map(|(labels, with_last_dot)| {
        let mut name: String = labels.iter().map(|(label, dot)| format!("{label}{dot}")).collect();
        if !with_last_dot {
            name.truncate(name.len() - labels.last().map_or(0, |(_, dot)| dot.len()));
        }
        name
    });
    let group = select(
        &["", "", "0", "1", "db8", "2001", "00ff", "FFFF", "64", "ff9b", "12345", "g", "192.0.2.1", "1.2.3.04"][..],
    );
    prop_oneof![
        3 => name,
        2 => vec(group, 1..10).prop_map(|groups| format!("[{}]", groups.join(":"))),
        1 => any::<u128>().prop_map(|bits| format!("[{}]", std::net::Ipv6Addr::from_bits(bits))),
    ]
}

proptest! {
    #![proptest_config(config(6000))]

    /// Hosts agree with the `url` crate as far as the rules do: this crate refuses more bytes and long names, leaves
    /// `xn--` in ASCII names undecoded, and turns mapped and NAT64 addresses into IPv4.
    #[test]
    fn hosts_are_those_of_the_url_crate(host in hosts()) {
        let text = format!("http://{host}/");
        let ours = Url::parse(&text);
        let theirs = ::url::Url::parse(&text);
        let theirs = theirs.as_ref().ok().and_then(|url| url.host());
        let ours = ours.as_ref().map(|url| url.view().host()).map_err(|reject| *reject);
        // Soft hyphens leave empty labels, and only Safe Browsing merges dots.
        if let Some(::url::Host::Domain(name)) = theirs
            && name.strip_suffix('.').unwrap_or(name).split('.').any(str::is_empty)
        {
            return Ok(());
        }
        match (ours, theirs) {
            (ours, Some(::url::Host::Ipv4(addr))) => prop_assert_eq!(ours, Ok(HostRef::Ip(addr.into())), "{}", text),
            (ours, Some(::url::Host::Ipv6(addr))) => {
                prop_assert_eq!(ours, Ok(HostRef::Ip(ip::canonical(addr.into()))), "{}", text);
            }
            (Ok(ours), Some(::url::Host::Domain(name))) => {
                prop_assert_eq!(ours, HostRef::Domain(name.strip_suffix('.').unwrap_or(name)), "{}", text);
            }
            (Err(reject), Some(::url::Host::Domain(name))) => {
                let odd = |byte: u8| !byte.is_ascii_alphanumeric() && !b"-_.".contains(&byte);
                let is_odd = name.bytes().any(odd) || name.split('.').any(|label| label.len() > 63);
                prop_assert!(is_odd, "{}: {} {}", text, reject, name);
            }
            (Ok(HostRef::Ip(ours)), None) => prop_assert!(host.contains('\u{ad}'), "{}: {}", text, ours),
            (Ok(HostRef::Domain(ours)), None) => prop_assert!(ours.contains("xn--"), "{}: {}", text, ours),
            (Err(_), None) => {}
        }
    }
}
