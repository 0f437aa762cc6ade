//! Compares the matcher with the naive oracle, on values from small alphabets that often match.

mod oracle;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use netsieve::indicator::{DomainName, Pattern, PatternTarget, Policy, Url};
use netsieve::value::{Column, ip};
use netsieve::{Action, Engine, Feed, Filter, Indicator, MatchOptions, Scope, Sieve};
use oracle::{Observed, Row, World, answer_of, open_feed, second};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

fn v4() -> impl Strategy<Value = Ipv4Addr> {
    let octet = || prop_oneof![5 => Just(0), 2 => Just(128), 1 => select(vec![1, 127, 255])];
    (prop_oneof![4 => Just(192), 1 => Just(193)], octet(), octet(), octet())
        .prop_map(|(a, b, c, d)| Ipv4Addr::new(a, b, c, d))
}

fn v6() -> impl Strategy<Value = Ipv6Addr> {
    let group = || prop_oneof![3 => Just(0), 1 => select(vec![1, 0x8000, 0xffff])];
    let high = prop_oneof![8 => Just(0x2001), 1 => select(vec![0x2000, 0x0064])];
    (high, prop_oneof![8 => Just(0xdb8), 1 => select(vec![0xdb9, 0xff9b])], group(), group(), select(vec![0, 0x7fff]))
        .prop_map(|(a, b, c, g, h)| Ipv6Addr::new(a, b, c, 0, 0, 0, g, h))
}

fn addr() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        4 => v4().prop_map(IpAddr::V4),
        2 => v6().prop_map(IpAddr::V6),
        1 => v4().prop_map(|addr| IpAddr::V6(addr.to_ipv6_mapped())),
        1 => v4().prop_map(|addr| IpAddr::V6(Ipv6Addr::from_bits(0x64_ff9b << 96 | u128::from(addr.to_bits())))),
    ]
}

fn port() -> impl Strategy<Value = Option<u16>> {
    option::weighted(0.2, select(vec![80, 443, 8080]))
}

fn net() -> impl Strategy<Value = IpNet> {
    (addr(), 0..=128_u8, any::<bool>()).prop_map(|(addr, len, whole)| {
        let addr = ip::canonical(addr);
        let width = if addr.is_ipv4() { 32 } else { 128 };
        let len = if whole { width } else { len % (width + 1) };
        IpNet::new(addr, len).expect("at most the width").trunc()
    })
}

/// A range that is not a single prefix, or nothing.
fn range() -> impl Strategy<Value = Option<(IpAddr, IpAddr)>> {
    (addr(), addr()).prop_map(|(a, b)| {
        let (a, b) = (ip::canonical(a), ip::canonical(b));
        let (first, last) = (a.min(b), a.max(b));
        (ip::range_prefixes(first, last).len() > 1).then_some((first, last))
    })
}

fn name() -> impl Strategy<Value = String> {
    let label = || prop_oneof![4 => Just("a"), 4 => Just("b"), 1 => select(vec!["ab", "a-b", "xn--a", "_a"])];
    let top = prop_oneof![4 => Just("test"), 4 => Just("b.test"), 1 => select(vec!["example", "a.b.test"])];
    (vec(label(), 0..3), top).prop_map(|(labels, top)| {
        let mut name = labels.join(".");
        if !name.is_empty() {
            name.push('.');
        }
        name + top
    })
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => name(),
        1 => v4().prop_map(|addr| addr.to_string()),
        1 => v6().prop_map(|addr| format!("[{addr}]")),
    ]
}

fn scheme() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just("http"), 4 => Just("https"), 1 => select(vec!["ws", "wss", "ftp"]), 1 => select(vec!["x", "gopher"])]
}

fn path() -> impl Strategy<Value = &'static str> {
    select(vec!["", "/", "/", "/a", "/a", "/a/", "/a/b", "/a/b/", "/A", "/ab", "/a/gate.php", "/a/b/c", "/a.test"])
}

fn query() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just(""), 1 => select(vec!["?x", "?x=1", "?X", "?a/b"])]
}

fn url() -> impl Strategy<Value = String> {
    (scheme(), host(), port(), path(), query()).prop_map(|(scheme, host, port, path, query)| {
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        format!("{scheme}://{host}{port}{path}{query}")
    })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let names = [
        "*.test",
        "*.b.test",
        "a*.test",
        "?.b.test",
        "[a-b].b.test",
        "[!a].test",
        "*a*test*",
        "b.test",
        "*-b.*test",
        "*tes*tes*",
        "*[-x]b*.test",
    ];
    let paths = [
        "/a/b",
        "/gate.php",
        "/a/*",
        "*?x=1",
        "/a/???",
        "*a/gate*",
        "/[aA]/gate.php",
        "php",
        "/a/b/*[!x]",
        "*a/*/gat*",
        "*.test",
    ];
    prop_oneof![
        select(names.to_vec()).prop_map(|text| (PatternTarget::Name, text)),
        select(paths.to_vec()).prop_map(|text| (PatternTarget::UrlPath, text)),
    ]
    .prop_map(|(target, text)| Pattern::new(target, text).expect("the table holds patterns"))
}

fn scope() -> impl Strategy<Value = Scope> {
    select(vec![Scope::Exact, Scope::Subdomains, Scope::Suffix, Scope::Suffix])
}

fn indicator() -> impl Strategy<Value = Indicator> {
    let url_scope = prop_oneof![3 => Just(Scope::Exact), 1 => Just(Scope::Suffix)];
    prop_oneof![
        4 => (net(), port()).prop_map(|(net, port)| Indicator::Ip { net, port }),
        2 => (range(), net(), port()).prop_map(|(range, net, port)| match range {
            Some((first, last)) => Indicator::IpRange { first, last, port },
            None => Indicator::Ip { net, port },
        }),
        6 => (name(), scope(), port()).prop_map(|(name, scope, port)| Indicator::Domain {
            name: DomainName::parse(name).expect("made of labels"),
            scope,
            port,
        }),
        6 => (url(), url_scope)
            .prop_map(|(url, host_scope)| Indicator::Url { url: Url::parse(url).expect("made of parts"), host_scope }),
        1 => pattern().prop_map(Indicator::Pattern),
    ]
}

const TAGS: [&str; 3] = ["c2", "phishing", "old"];
const FEEDS: [&str; 4] = ["north", "south", "east", "south"];

fn feed(name: &'static str) -> impl Strategy<Value = Feed> {
    let action = prop_oneof![5 => Just(Action::Block), 2 => Just(Action::Allow), 1 => Just(Action::AllowAll)];
    let tag = option::weighted(0.3, select(TAGS.to_vec()));
    (action, option::weighted(0.3, select(vec![30, 60, 90])), tag).prop_map(move |(action, confidence, tag)| {
        let mut feed = open_feed(name).action(action);
        feed.confidence = confidence;
        match tag {
            Some(tag) => feed.tag(tag),
            None => feed,
        }
    })
}

fn row() -> impl Strategy<Value = Row> {
    let action = option::weighted(0.15, select(vec![Action::Block, Action::Allow, Action::AllowAll]));
    let attributes = (
        vec(select(TAGS.to_vec()), 0..2),
        option::weighted(0.4, select(vec![0, 30, 60, 90, 100])),
        option::weighted(0.3, select(vec![100, 200, 300])),
    );
    let listed = option::weighted(0.2, Just("as the feed wrote it"));
    (0..FEEDS.len(), indicator(), action, attributes, listed).prop_map(
        |(feed, indicator, action, (tags, confidence, valid_until), listed)| {
            let listed = listed.map_or_else(|| indicator.to_string(), str::to_owned);
            let tags = tags.into_iter().map(str::to_owned).collect();
            Row { feed, indicator, listed, action, line: 0, tags, confidence, valid_until }
        },
    )
}

/// Some rows are listed again, by another feed or the same one. All line numbers differ, in no particular order.
fn world() -> impl Strategy<Value = World> {
    let feeds: Vec<_> = FEEDS.iter().map(|name| feed(name)).collect();
    let again = vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6);
    (feeds, vec(row(), 1..48), again).prop_map(|(feeds, mut rows, again)| {
        for (from, to) in again {
            let indicator = from.get(&rows).indicator.clone();
            let at = to.index(rows.len());
            rows[at].indicator = indicator;
        }
        let count = rows.len() as u32;
        for (row, at) in rows.iter_mut().zip(0..) {
            row.line = 1 + (at * 7 + 3) % (count * 8 - 1);
        }
        World { feeds, rows }
    })
}

fn options() -> impl Strategy<Value = MatchOptions> {
    let filter = (
        option::weighted(0.3, select(vec![99, 100, 199, 200, 400]).prop_map(second)),
        option::weighted(0.3, select(vec![0, 30, 31, 90, 101])),
        option::weighted(0.2, vec(select(vec!["north", "south", "east", "nobody"]), 1..3)),
        option::weighted(0.2, vec(select(vec!["c2", "phishing", "old", "nothing"]), 1..3)),
    );
    let filter = prop_oneof![
        Just(Filter::default()),
        filter.prop_map(|(as_of, min_confidence, feeds, tags)| {
            let owned = |names: Option<Vec<&str>>| names.unwrap_or_default().into_iter().map(str::to_owned).collect();
            let mut filter = Filter::default();
            filter.as_of = as_of;
            filter.min_confidence = min_confidence;
            filter.feeds = owned(feeds);
            filter.tags = owned(tags);
            filter
        })
    ];
    (filter, prop::bool::weighted(0.8), any::<bool>(), any::<bool>()).prop_map(
        |(filter, port_unseen, name_like, host_only)| {
            let mut options = MatchOptions::default();
            options.filter = filter;
            options.port_unseen = port_unseen;
            options.name_like = name_like;
            options.host_only = host_only;
            options
        },
    )
}

/// Different spellings of one name.
fn spelt_name() -> impl Strategy<Value = String> {
    (name(), 0..8).prop_map(|(name, how)| match how {
        0 => name.to_uppercase(),
        1 => name + ".",
        2 => name.replace('a', "\u{ff41}"),
        3 => name.replacen('.', "\u{3002}", 1),
        4 => format!(".{name}"),
        _ => name,
    })
}

/// Different spellings of one URL.
fn spelt_url() -> impl Strategy<Value = String> {
    (url(), 0..16).prop_map(|(url, how)| match how {
        0 => url.replace("/a", "/%61"),
        1 => url.replace("/a", "/%2561"),
        2 => url.replacen("://", "://user:p@", 1),
        3 => url.replace("/a", "/x/../a"),
        4 => url.to_uppercase().replace("/A", "/a"),
        5 => url.replace("/a", "//a") + "#fragment",
        6 => url.replace(".test", ".te\tst"),
        7 => url + "?",
        8 => url.replace('/', "\\"),
        9 => url.replace(":80", ":8\t0").replacen("http://", "", 1),
        10..12 => url.split_once("://").map_or(String::new(), |(_, rest)| rest.to_owned()),
        _ => url,
    })
}

/// A value to look up.
#[derive(Clone, Debug)]
enum Lookup {
    Ip(IpAddr, Option<u16>),
    Name(String, Option<u16>),
    Url(String),
    Any(String),
}

fn lookup() -> impl Strategy<Value = Lookup> {
    let with_port = |text: String, port: Option<u16>| port.map_or(text.clone(), |port| format!("{text}:{port}"));
    let any = prop_oneof![
        2 => (v4(), port()).prop_map(move |(addr, port)| with_port(addr.to_string(), port)),
        1 => v6().prop_map(|addr| addr.to_string()),
        1 => (v6(), port()).prop_map(move |(addr, port)| with_port(format!("[{addr}]"), port)),
        3 => (spelt_name(), port()).prop_map(move |(name, port)| with_port(name, port)),
        2 => spelt_url(),
        1 => name().prop_map(|name| name + ":+80"),
        1 => name().prop_map(|name| name + ":99999"),
        1 => name().prop_map(|name| format!(" {name}\n")),
        1 => select(vec!["", " ", ":", "/", "1.2.3", "192.0.2.1/24", "a b", "http://", "?x"]).prop_map(str::to_owned),
    ];
    prop_oneof![
        3 => (addr(), port()).prop_map(|(addr, port)| Lookup::Ip(addr, port)),
        3 => (spelt_name(), port()).prop_map(|(name, port)| Lookup::Name(name, port)),
        4 => spelt_url().prop_map(Lookup::Url),
        3 => any.prop_map(Lookup::Any),
    ]
}

/// A world, and values to look up in it, many of them close to listed ones.
fn meeting() -> impl Strategy<Value = (World, Vec<Lookup>)> {
    let near = (any::<prop::sample::Index>(), port(), path(), query(), option::of(select(vec!["a.", "b.", "a.b."])));
    let lookup = prop_oneof![lookup().prop_map(Ok), near.prop_map(Err)];
    (world(), vec(lookup, 1..24)).prop_map(|(world, lookups)| {
        let near = |(row, port, path, query, beneath): (prop::sample::Index, Option<u16>, &str, &str, Option<&str>)| {
            let beneath = beneath.unwrap_or("");
            match &row.get(&world.rows).indicator {
                Indicator::Ip { net, .. } => Lookup::Ip(net.addr(), port),
                Indicator::IpRange { first, last, .. } if path.len() > 2 => Lookup::Ip(*first.max(last), port),
                Indicator::IpRange { first, .. } => Lookup::Ip(*first, port),
                Indicator::Domain { name, .. } if path == "/" => Lookup::Url(format!("http://{beneath}{name}/")),
                Indicator::Domain { name, .. } => Lookup::Name(format!("{beneath}{name}"), port),
                Indicator::Url { url, .. } => match (port, path) {
                    (_, "/") => Lookup::Url(url.as_str().trim_end_matches(|c| c != '/').to_owned() + path),
                    (None, _) => Lookup::Url(format!("{url}{query}")),
                    (Some(443), _) => Lookup::Url(url.as_str().replacen("://", &format!("://{beneath}"), 1)),
                    (Some(_), _) => Lookup::Any(format!("{beneath}{}", url.view().host())),
                },
                Indicator::Pattern(_) => Lookup::Url(format!("http://{beneath}b.test{path}{query}")),
                other => panic!("{other:?}"),
            }
        };
        let lookups = lookups.into_iter().map(|lookup| lookup.unwrap_or_else(near)).collect();
        (world, lookups)
    })
}

impl Lookup {
    fn observed(&self) -> Option<Observed> {
        match self {
            Lookup::Ip(addr, port) => Some(Observed::ip(*addr, *port)),
            Lookup::Name(name, port) => Observed::name(name, *port),
            Lookup::Url(url) => Observed::url(url),
            Lookup::Any(text) => Observed::any(text),
        }
    }
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn as_the_oracle((world, lookups) in meeting(), options in options()) {
        let oracle = world.oracle();
        let mut matcher = world.sieve().matcher_with(&options);
        for lookup in lookups {
            let want = lookup.observed().map_or_else(Default::default, |seen| oracle.matches(&seen, &options));
            let got = match &lookup {
                Lookup::Ip(addr, port) => answer_of(&matcher.match_ip(*addr, *port)),
                Lookup::Name(name, port) => answer_of(&matcher.match_domain(name, *port)),
                Lookup::Url(url) => answer_of(&matcher.match_url(url)),
                Lookup::Any(text) => answer_of(&matcher.match_any(text)),
            };
            prop_assert_eq!(&got, &want, "{:?}", lookup);
            let is_match = match &lookup {
                Lookup::Ip(addr, port) => matcher.is_match_ip(*addr, *port),
                Lookup::Name(name, port) => matcher.is_match_domain(name, *port),
                Lookup::Url(url) => matcher.is_match_url(url),
                Lookup::Any(text) => matcher.is_match_any(text),
            };
            prop_assert_eq!(is_match, !want.found.is_empty(), "{:?}", lookup);
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn batches_of_names_as_one_by_one(
        (world, lookups) in meeting(), options in options(), port in port(), (before, times) in (0..40_usize, 1..9_usize)
    ) {
        // Invalid, non-ASCII and upper-case names stand among the others, at every position of a batch.
        let odd = ["b\u{fc}cher.test", "A.TEST.", "no name", "", ".", "a..test", "\u{ff41}.test"];
        let names = lookups.iter().filter_map(|lookup| match lookup {
            Lookup::Name(name, _) => Some(name.as_str()),
            _ => None,
        });
        let some: Vec<&str> = names.chain(odd).collect();
        let names: Vec<&str> = std::iter::repeat_n("clean.example", before).chain(some.repeat(times)).collect();
        let mut matcher = world.sieve().matcher_with(&options);
        let want: Vec<_> = names.iter().map(|name| answer_of(&matcher.match_domain(name, port))).collect();
        let mut got = vec![Default::default(); names.len()];
        let mut last = None;
        matcher.match_domains(&names, port, |place, matches| {
            assert!(last < Some(place));
            last = Some(place);
            got[place] = answer_of(&matches);
        });
        let mut out = vec![true; 7];
        matcher.is_match_domains(&names, port, &mut out);
        let hits: Vec<bool> = want.iter().map(|want| !want.found.is_empty()).collect();
        prop_assert_eq!(&out, &hits);
        for place in (0..names.len()).filter(|&place| hits[place]) {
            prop_assert_eq!(&got[place], &want[place], "{}", names[place]);
        }
    }

    #[test]
    fn batches_of_any_kind_as_one_by_one(
        (world, lookups) in meeting(), options in options(), (before, times) in (0..40_usize, 1..9_usize)
    ) {
        // Values that look like one kind and are read as another, and hosts that differ from what they seem.
        let odd = [
            "b\u{fc}cher.test", "A.B.TEST.", "no name", "", ".", "a", "\u{ff41}.test", " a.test", "a.test ", "\ta.test\r\n",
            "a.b.test:80", "a.b.test:080", "a.b.test:", "a.b.test:/", "a.b.test:80/", "a.test:8\t0/", "a.test..", "http://a..test/",
            "http://.a.test/", "http://a.test./", "http://x@a.test/", "http://a.test@b.test/", "http://a.test:80@b.test/",
            "http://a.test?x@b.test", "http://a.test\\@b.test", "http://a.test#@b.test", "HTTP://A.TEST", "ht\ttp://a.test",
            "http://%61.test/", "http:///a.test/", "x://a.test/", "a.test/x", "a.test?x", "a.test\\x", "192.0.0.0", "192.0.0.00",
            "http://192.0.0.0", "http://3221225472/", "http://0xC0.0/", "http://192.0/", "192.0.0.0:443", "192.0.0.0:44x", "192.0.0.0/24",
            "::ffff:192.0.0.0", "64:ff9b::192.0.0.0", "[2001:db8::1]:80", "2001:db8::%eth0", "http://[2001:db8::]/a", "2001:db8::",
            "[2001:db8::]", "http://192.0.0.0.", "http://192.0.0.0./", "https://192.0.0.0:443/a", "https://192.0.0.00/", "1.1.1.1",
            "a-name-of-more-than-thirty-two-bytes.a.b.test", "http://a-name-of-more-than-thirty-two-bytes.a.b.test./?x",
            "http://a-name-of-more-than-thirty-two-bytes.a.b..test/", "a-name-of-more-than-thirty-two-bytes.a.b.test:443",
            "2001:DB8::", "2001:db8:0:0:0:0:0:0", "2001:0db8::0", "2001:db8:::", "2001:db8", ":2001:db8::", "2001:db8::/128", "::ffff:c000:0",
            "64:ff9b::c000:0", "0:0:0:0:0:ffff:c000:0000", "::", "::c000:0", "2001:db8::192.0.0.0", "192.0.0.0::", "1.1.1.1.", "0300.0.0.0",
            "https://a.test", "http://b.test/", "http://c", "https://A.B.Test?a", "https://\u{ff41}.test/", "https://xn--a-ecp.test/",
            "http://a_.b.test/", "http://1.a.test/", "http://a.1/", "http://-.b.test./x", "https://a.b.test/x#y", "http://a.b.test%2f/x",
            "https://a-name-of-nearly-sixty-four-bytes-with-its-scheme.a.b.test/x", "https://a-name-that-goes-on-beyond-sixty-four-bytes-in-all.a.b.test/x",
            "https://a.b.test.:80/x", "http://A.b.TEST:8000000/", "boss@a.b.test", "0123456789abcdef0123456789abcdef",
        ];
        let of_lookup = |lookup: &Lookup| match lookup {
            Lookup::Ip(addr @ IpAddr::V6(_), Some(port)) => format!("[{addr}]:{port}"),
            Lookup::Ip(addr, Some(port)) => format!("{addr}:{port}"),
            Lookup::Ip(addr, None) => addr.to_string(),
            Lookup::Name(name, Some(port)) => format!("{name}:{port}"),
            Lookup::Name(name, None) => name.clone(),
            Lookup::Url(url) => url.clone(),
            Lookup::Any(text) => text.clone(),
        };
        let some: Vec<String> = lookups.iter().map(of_lookup).chain(odd.map(str::to_owned)).collect();
        let clean = std::iter::repeat_n("clean.example".to_owned(), before);
        let values: Vec<String> = clean.chain(std::iter::repeat_n(some, times).flatten()).collect();
        let engines = Engine::available();
        let mut matcher = world.sieve().matcher_with(&options.engine(engines[before % engines.len()]));
        let want: Vec<_> = values.iter().map(|value| answer_of(&matcher.match_any(value))).collect();
        let mut got = vec![Default::default(); values.len()];
        let mut last = None;
        matcher.lookup_batch(&values, |place, matches| {
            assert!(last < Some(place));
            last = Some(place);
            got[place] = answer_of(&matches);
        });
        for (place, want) in want.iter().enumerate() {
            if want.found.is_empty() {
                prop_assert!(got[place].found.is_empty(), "{:?}", values[place]);
            } else {
                prop_assert_eq!(&got[place], want, "{:?}", values[place]);
            }
        }
        let mut out = vec![true; 7];
        matcher.is_match_batch(&values, &mut out);
        let hits: Vec<bool> = want.iter().map(|want| !want.found.is_empty()).collect();
        prop_assert_eq!(&out, &hits);
        // As a column with nulls.
        let (data, mut offsets) = (values.concat(), vec![0_i32]);
        for value in &values {
            offsets.push(offsets[offsets.len() - 1] + value.len() as i32);
        }
        let bits: Vec<u8> = (0..values.len() / 8 + 1).map(|n| 0b1011_0110_u8.rotate_left(n as u32)).collect();
        let column = Column::new(data.as_bytes(), &offsets).unwrap().validity(&bits, 0).unwrap();
        matcher.is_match_batch(column, &mut out);
        for (place, hit) in hits.iter().enumerate() {
            prop_assert_eq!(out[place], *hit && !column.is_null(place));
        }
    }
}

/// The generators are useful only if most of their values match something.
#[test]
fn generated_values_often_meet() {
    let mut runner = TestRunner::deterministic();
    let (mut lookups, mut hits, mut several, mut withheld) = (0, 0, 0, netsieve::sieve::Withheld::default());
    for _ in 0..500 {
        let (world, wanted) = meeting().new_tree(&mut runner).expect("no filters").current();
        let options = options().new_tree(&mut runner).expect("no filters").current();
        let oracle = world.oracle();
        for seen in wanted.iter().filter_map(Lookup::observed) {
            let answer = oracle.matches(&seen, &options);
            lookups += 1;
            hits += usize::from(!answer.found.is_empty());
            several += usize::from(answer.found.len() > 1);
            withheld += answer.withheld;
        }
    }
    assert!(hits * 4 > lookups, "{hits} of {lookups}");
    assert!(several * 10 > lookups, "{several} of {lookups}");
    let netsieve::sieve::Withheld { port_unseen, host_only, allowed, filtered, .. } = withheld;
    for count in [port_unseen, host_only, allowed, filtered] {
        assert!(count > 100, "{withheld:?}");
    }
}

/// The policy is needed to pass the guards: without it the same world loses rows.
#[test]
fn worlds_need_their_policy() {
    let mut world = World::of([Indicator::Ip { net: "10.0.0.0/7".parse().unwrap(), port: None }]);
    assert_eq!(world.sieve().len(), 1);
    world.feeds[0].policy = Policy::default();
    assert!(std::panic::catch_unwind(|| world.sieve()).is_err());
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(2000) })]

    /// A value is read the same way in a program's list and in a lookup.
    #[test]
    fn a_listed_text_is_found_as_written(
        text in "([a-z0-9@]{1,3}[.:/?@-]?){1,8}|(https?://)?[0-9]{1,3}(\\.[0-9]{1,3}){3}([:/][0-9]{1,5})?|[0-9a-f]{32}|\\PC{0,20}"
    ) {
        let Ok(indicator) = text.parse::<Indicator>() else { return Ok(()) };
        if matches!(indicator, Indicator::IpRange { .. }) || text.trim_ascii().starts_with("*.") {
            return Ok(());
        }
        let mut matcher = World::of([indicator.clone()]).sieve().matcher();
        prop_assert!(matcher.is_match_any(&text), "{} as {}", text, indicator);
        let first = matcher.lookup(&text).unwrap().first().unwrap();
        prop_assert_eq!(first.indicator().to_string(), indicator.to_string());
    }
}

/// What nothing else tells apart stands in the order of its text, whatever the order of the feeds.
#[test]
fn equal_matches_are_sorted_by_text() {
    for (observed, listed) in [
        ("192.0.2.1", ["192.0.2.1:25", "192.0.2.1:443", "192.0.2.1:80"]),
        ("2001:db8::1", ["[2001:db8::1]:25", "[2001:db8::1]:443", "[2001:db8::1]:80"]),
        ("evil.test", ["evil.test:25", "evil.test:443", "evil.test:80"]),
    ] {
        for turn in 0..3 {
            let mut builder = Sieve::builder();
            (0..3).for_each(|at| _ = builder.add("one", listed[(at + turn) % 3].parse::<Indicator>().expect(observed)));
            let sieve = builder.build().expect("few rows").0;
            let found: Vec<String> =
                sieve.lookup(observed).expect(observed).iter().map(|found| found.indicator().to_string()).collect();
            assert_eq!(found, listed);
        }
    }
}

/// With `host_only`, a URL with a suffix host is met on the names beneath its host too, and another only on its own.
#[test]
fn hosts_of_urls_are_met_where_their_scope_says() {
    let mut builder = Sieve::builder();
    for (text, host_scope) in [("http://shop.test/a", Scope::Suffix), ("http://shop.test/b", Scope::Exact)] {
        builder.add("one", Indicator::Url { url: Url::parse(text).expect("a URL"), host_scope });
    }
    let sieve = builder.build().expect("two rows").0;
    let mut matcher = sieve.matcher_with(&MatchOptions::default().host_only(true));
    let mut met = |value: &str| -> Vec<String> {
        let matches = matcher.lookup(value).expect(value);
        matches.iter().map(|found| format!("{} {}", found.indicator(), found.strength())).collect()
    };
    assert_eq!(met("shop.test"), ["http://shop.test/b host_only", "http://shop.test/a host_only"]);
    assert_eq!(met("www.shop.test"), ["http://shop.test/a host_only"]);
    assert!(met("yourshop.test").is_empty());
}
