//! Compares a changed sieve with one built anew. All property tests check that lookups, batches and scans agree: for one small world in
//! three, the oracle makes its sieve by changes.

mod oracle;

use netsieve::indicator::{Pattern, PatternTarget};
use netsieve::sieve::{Delta, Matches, Networks};
use netsieve::{ErrorKind, Feed, Indicator, Scanner, Sieve};
use oracle::answer_of;
use std::ops::ControlFlow;

fn indicator(text: &str) -> Indicator {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn sieve(rows: &[(&str, &str)]) -> Sieve {
    let mut builder = Sieve::builder();
    for (feed, text) in rows {
        builder.add(*feed, indicator(text));
    }
    builder.build().expect("few rows").0
}

/// All indicators with their feeds, sorted.
fn told(sieve: &Sieve) -> Vec<String> {
    let mut all: Vec<String> = sieve
        .indicators()
        .map(|indicator| {
            let sources: Vec<String> =
                indicator.sources().map(|source| format!("{} {}", source.feed_index(), source.feed().name)).collect();
            format!("{indicator} {sources:?}")
        })
        .collect();
    all.sort();
    all
}

const OLD: [(&str, &str); 9] = [
    ("one", "evil.test"),
    ("one", "192.0.2.0/24"),
    ("one", "198.51.100.7"),
    ("two", "evil.test"),
    ("two", "http://shop.test/a/"),
    ("two", "2001:db8::/32"),
    ("two", "boss@shop.test"),
    ("two", "0123456789abcdef0123456789abcdef"),
    ("two", "203.0.113.1-203.0.113.9"),
];

const VALUES: [&str; 14] = [
    "www.evil.test",
    "evil.test:80",
    "a.other.test",
    "192.0.2.7",
    "198.51.100.7",
    "198.51.100.8",
    "http://shop.test/a/b",
    "http://shop.test/",
    "http://198.51.100.8/x",
    "2001:db8::7",
    "boss@shop.test",
    "MD5:0123456789ABCDEF0123456789ABCDEF",
    "ffffffffffffffffffffffffffffffff",
    "203.0.113.5",
];

/// Checks that both sieves answer everything alike.
fn assert_same(changed: &Sieve, want: &Sieve) {
    assert_eq!((changed.len(), changed.is_empty()), (want.len(), want.is_empty()));
    assert_eq!(told(changed), told(want));
    let answers = |sieve: &Sieve| {
        let mut matcher = sieve.matcher();
        let one: Vec<_> = VALUES.iter().map(|value| answer_of(&matcher.match_any(value))).collect();
        let mut batch = vec![Default::default(); VALUES.len()];
        matcher.lookup_batch(VALUES, |at, matches: Matches<'_>| batch[at] = answer_of(&matches));
        assert_eq!(batch, one);
        for value in VALUES {
            assert_eq!(
                sieve.lookup(value).map(|found| answer_of(&found.matches())),
                Ok(answer_of(&matcher.match_any(value)))
            );
        }
        let addrs: Vec<bool> = VALUES
            .iter()
            .filter_map(|value| value.parse::<std::net::IpAddr>().ok())
            .map(|addr| sieve.contains_ip(addr))
            .collect();
        let mut hits = Vec::new();
        let log = VALUES.join(" x\ny ");
        Scanner::new(sieve).scan(log.as_bytes(), |hit| {
            hits.push((hit.span(), hit.matches().iter().map(|found| found.to_string()).collect::<Vec<_>>()));
            ControlFlow::Continue(())
        });
        (one, addrs, hits)
    };
    assert_eq!(answers(changed), answers(want));
    let mut differences = 0;
    changed.differences(want, |_| differences += 1);
    want.differences(changed, |_| differences += 1);
    assert_eq!(differences, 0);
    let nets = |sieve: &Sieve| -> Networks { sieve.networks(|_| true) };
    assert_eq!(nets(changed).prefixes(), nets(want).prefixes());
    assert_eq!(changed.overlaps(), want.overlaps());
}

#[test]
fn a_changed_sieve_is_one_that_was_built_anew() {
    let old = sieve(&OLD);
    let mut delta = Delta::new();
    for text in ["192.0.2.0/24", "http://shop.test/a/", "boss@shop.test", "203.0.113.1-203.0.113.9"] {
        delta.remove(indicator(text));
    }
    let more = [
        ("three", "other.test"),
        ("one", "198.51.100.8"),
        ("three", "evil.test"),
        ("one", "ffffffffffffffffffffffffffffffff"),
        ("three", "http://198.51.100.8/x"),
        ("two", "boss@shop.test"),
    ];
    for (feed, text) in more {
        delta.add(feed, indicator(text));
    }
    let (changed, report) = old.with(&delta).expect("few changes");
    assert_eq!(report.feeds.iter().map(|feed| feed.entries).collect::<Vec<_>>(), [2, 1, 3]);
    let rows = [OLD[0], OLD[2], OLD[3], OLD[5], OLD[7]];
    let want = sieve(&[&rows[..1], &rows[2..3], &more[..0], &rows[1..2], &rows[3..], &more[..]].concat());
    assert_same(&changed, &want);
    assert_eq!(old.len(), 8, "the old one stays");
    // A saved sieve has one set of tables again.
    let compact = changed.compact().expect("few indicators");
    assert_same(&compact, &want);
    assert_eq!(
        compact.indicators().map(|indicator| indicator.id()).collect::<Vec<_>>(),
        (0..want.len() as u32).collect::<Vec<_>>()
    );
    let opened = Sieve::from_bytes(changed.to_bytes().expect("a small file")).expect("what was saved opens");
    assert_same(&opened, &want);
    // Another change takes back all of the first.
    let mut delta = Delta::new();
    for text in [
        "other.test",
        "198.51.100.8",
        "ffffffffffffffffffffffffffffffff",
        "http://198.51.100.8/x",
        "evil.test",
        "boss@shop.test",
    ] {
        delta.remove(indicator(text));
    }
    for (feed, text) in OLD {
        if !["198.51.100.7", "2001:db8::/32", "0123456789abcdef0123456789abcdef"].contains(&text) {
            delta.add(feed, indicator(text));
        }
    }
    let (back, _) = changed.with(&delta).expect("few changes");
    assert_eq!(told(&back), told(&old));
}

#[test]
fn only_listed_indicators_can_be_removed() {
    let old = sieve(&OLD);
    for text in ["www.evil.test", "192.0.2.0/25", "evil.test:80", "http://shop.test/a"] {
        let error = old.with(Delta::new().remove(indicator(text))).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
    // A refused indicator is reported and changes nothing.
    let (changed, report) = old.with(Delta::new().add("one", indicator("10.0.0.1"))).expect("few changes");
    assert_eq!((changed.len(), report.feeds[0].rejected_total()), (8, 1));
    // A feed of refused indicators alone is still declared.
    let (changed, report) = old.with(Delta::new().add("new", indicator("10.0.0.1"))).expect("few changes");
    assert_eq!((changed.feeds().len(), report.feeds.len()), (3, 3));
    let (same, _) = old.with(&Delta::new()).expect("no changes");
    assert_same(&same, &old);
    let (all, _) = sieve(&[]).with(Delta::new().add(Feed::new("one"), indicator("evil.test"))).expect("few changes");
    assert_eq!(told(&all), told(&sieve(&[("one", "evil.test")])));
}

/// An indicator is told from its neighbours: URLs of one host that differ in path, query, port or scheme, and patterns of one text.
#[test]
fn removal_leaves_the_neighbours() {
    let pattern = |target, text| Indicator::Pattern(Pattern::new(target, text).expect("a glob"));
    let mut all: Vec<Indicator> = [
        "http://shop.test/",
        "http://shop.test:8080/",
        "http://shop.test/a",
        "http://shop.test/a?x",
        "http://shop.test/a/",
        "http://shop.test:8080/a",
        "gopher://shop.test/a",
        "http://192.0.2.1/a",
        "http://192.0.2.1/",
        "shop.test",
        "192.0.2.1",
    ]
    .map(indicator)
    .to_vec();
    all.extend([
        pattern(PatternTarget::Name, "*gate*"),
        pattern(PatternTarget::UrlPath, "*gate*"),
        pattern(PatternTarget::UrlPath, "*gate*?"),
        pattern(PatternTarget::UrlPath, "/gate.php"),
    ]);
    let sieve_of = |all: &[Indicator]| {
        let mut builder = Sieve::builder();
        all.iter().for_each(|indicator| _ = builder.add("one", indicator.clone()));
        builder.build().expect("few rows").0
    };
    let whole = sieve_of(&all);
    assert_eq!(whole.len(), all.len());
    for at in 0..all.len() {
        let mut others = all.clone();
        let removed = others.remove(at);
        let mut delta = Delta::new();
        delta.remove(removed.clone());
        let (changed, _) = whole.with(&delta).unwrap_or_else(|error| panic!("{removed}: {error}"));
        assert_eq!(told(&changed), told(&sieve_of(&others)), "{removed}");
        assert_eq!(changed.with(&delta).err().map(|error| error.kind()), Some(ErrorKind::Config), "{removed}");
        let mut back = Delta::new();
        back.add("two", removed.clone());
        assert_eq!(changed.with(&back).expect("one row").0.len(), all.len(), "{removed}");
        assert_eq!(whole.with(&back).expect("one row").0.len(), all.len(), "{removed}");
    }
}

/// Digits of the length of a hash are a hash, even if a pattern over names would match them and no hash is listed.
#[test]
fn the_digits_of_a_hash_are_not_a_name() {
    let pattern = Pattern::new(PatternTarget::Name, "*deadbeef*").expect("a glob");
    let mut builder = Sieve::builder();
    builder.add("one", Indicator::Pattern(pattern));
    let (sieve, _) = builder.build().expect("few rows");
    let values = ["deadbeef".repeat(4), "deadbeef".repeat(2), format!("{}.test", "deadbeef".repeat(4))];
    let mut matcher = sieve.matcher();
    let one: Vec<_> = values.iter().map(|value| answer_of(&matcher.match_any(value))).collect();
    let mut batch = vec![Default::default(); values.len()];
    matcher.lookup_batch(&values, |at, matches: Matches<'_>| batch[at] = answer_of(&matches));
    assert_eq!(batch, one);
    assert!(batch[0] == Default::default() && batch[2] != Default::default());
}

/// What a bare host withholds is counted without the URLs that were removed.
#[test]
fn removed_urls_are_not_withheld() {
    let (one, other) = ("http://shop.test/a", "http://shop.test/b");
    let whole = sieve(&[("one", one), ("one", other)]);
    let withheld = |sieve: &Sieve| sieve.matcher().lookup("shop.test").expect("a name").withheld().host_only;
    assert_eq!(withheld(&whole), 2);
    let changed = whole.with(Delta::new().remove(indicator(one))).expect("it is listed").0;
    assert_eq!(withheld(&changed), 1);
    let changed = changed.with(Delta::new().remove(indicator(other))).expect("it is listed").0;
    assert_eq!(withheld(&changed), 0);
    let back = changed.with(Delta::new().add(Feed::new("two"), indicator(one))).expect("one row").0;
    assert_eq!(withheld(&back), 1);
}
