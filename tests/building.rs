//! Building a sieve: the indicators that are taken, refused or changed, and the report on them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use netsieve::indicator::{
    DomainName, Pattern, PatternTarget, Record, RecordSink, Rejection, Url, Warning, WarningKind,
};
use netsieve::sieve::{FeedId, PublicSuffixes, Shadow};
use netsieve::value::ip;
use netsieve::{Action, BuildReport, Feed, Indicator, Policy, Reject, Scope, Sieve, SieveBuilder};

fn net(text: &str) -> Indicator {
    Indicator::Ip { net: ip::parse_net(text.as_bytes()).unwrap().net, port: None }
}

fn range(text: &str) -> Indicator {
    let (first, last) = ip::parse_range(text.as_bytes()).unwrap();
    Indicator::IpRange { first, last, port: None }
}

fn domain(text: &str, scope: Scope) -> Indicator {
    Indicator::Domain { name: DomainName::parse(text).unwrap(), scope, port: None }
}

fn url(text: &str) -> Indicator {
    Indicator::Url { url: Url::parse(text).unwrap(), host_scope: Scope::Exact }
}

/// Adds a feed with these indicators, numbered from line 1.
fn add(builder: &mut SieveBuilder, feed: Feed, indicators: &[Indicator]) -> FeedId {
    let id = builder.feed(feed);
    for (indicator, line) in indicators.iter().zip(1..) {
        builder.add(id, Record::new(indicator.clone(), line, indicator.to_string()));
    }
    id
}

fn build(feeds: impl IntoIterator<Item = (Feed, Vec<Indicator>)>) -> (Sieve, BuildReport) {
    let mut builder = Sieve::builder();
    for (feed, indicators) in feeds {
        add(&mut builder, feed, &indicators);
    }
    builder.build().unwrap()
}

/// The effect of the guards on a value: its entry in the sieve, or the reason for its rejection.
fn guarded(indicator: Indicator, action: Action, policy: &Policy) -> Result<String, Reject> {
    let feed = Feed::new("feed").action(action).policy(policy.clone());
    let (sieve, report) = build([(feed, vec![indicator.clone()])]);
    let report = &report.feeds[0];
    match report.rejected.as_slice() {
        [] => {
            let taken = sieve.indicators().next().unwrap();
            let demoted = report.warnings_by_kind.contains_key(&WarningKind::PublicSuffixDemoted);
            let scope = taken.scope().map_or(String::new(), |scope| format!(" {scope}"));
            Ok(format!("{taken}{scope}{}", if demoted { " demoted" } else { "" }))
        }
        [noted] => {
            assert!(sieve.is_empty());
            assert_eq!((noted.line, noted.value.as_str()), (1, indicator.to_string().as_str()));
            Err(noted.what)
        }
        more => panic!("{more:?}"),
    }
}

#[test]
fn guards_on_addresses() {
    let refused = [
        ("0.0.0.0", Reject::Bogon),
        ("10.1.2.3", Reject::Bogon),
        ("100.64.0.1", Reject::Bogon),
        ("127.0.0.1", Reject::Bogon),
        ("169.254.1.1", Reject::Bogon),
        ("172.16.0.1", Reject::Bogon),
        ("172.31.255.255", Reject::Bogon),
        ("192.0.0.8", Reject::Bogon),
        ("192.168.0.0/24", Reject::Bogon),
        ("198.19.0.1", Reject::Bogon),
        ("224.0.0.1", Reject::Bogon),
        ("255.255.255.255", Reject::Bogon),
        ("::", Reject::Bogon),
        ("::1", Reject::Bogon),
        ("::ffff:10.0.0.1", Reject::Bogon),
        ("100::1", Reject::Bogon),
        ("fd00::1", Reject::Bogon),
        ("fe80::1", Reject::Bogon),
        ("ff02::1", Reject::Bogon),
        ("64.0.0.0/7", Reject::WidePrefix),
        ("0.0.0.0/0", Reject::WidePrefix),
        ("2000::/18", Reject::WidePrefix),
        ("::/0", Reject::WidePrefix),
    ];
    for (text, why) in refused {
        assert_eq!(guarded(net(text), Action::Block, &Policy::default()), Err(why), "{text}");
        // Guards do not apply to allow entries.
        for action in [Action::Allow, Action::AllowAll] {
            assert!(guarded(net(text), action, &Policy::default()).is_ok(), "{text}");
        }
        let mut policy = Policy::default();
        (policy.admit_bogons, policy.admit_wide_prefixes) = (true, true);
        assert!(guarded(net(text), Action::Block, &policy).is_ok(), "{text}");
    }
    for text in ["11.0.0.0/8", "172.32.0.1", "192.0.2.1", "198.51.100.0/24", "203.0.113.9", "2001:db8::1", "2000::/19"]
    {
        assert!(guarded(net(text), Action::Block, &Policy::default()).is_ok(), "{text}");
    }
    for (text, why) in [
        ("9.255.255.250-10.0.0.3", Reject::Bogon),
        ("64.0.0.0-65.255.255.255", Reject::WidePrefix),
        ("0.0.0.0-255.255.255.255", Reject::WidePrefix),
    ] {
        assert_eq!(guarded(range(text), Action::Block, &Policy::default()), Err(why), "{text}");
    }
    for (text, why) in [("http://127.0.0.1/x", Reject::Bogon), ("http://[::1]/", Reject::Bogon)] {
        assert_eq!(guarded(url(text), Action::Block, &Policy::default()), Err(why), "{text}");
    }
}

#[cfg(feature = "psl")]
#[test]
fn guards_on_names() {
    use Scope::{Exact, Subdomains, Suffix};
    let cases = [
        ("evil.test", Suffix, Ok("evil.test suffix")),
        ("evil.test", Subdomains, Ok("evil.test subdomains")),
        ("evil.co.uk", Suffix, Ok("evil.co.uk suffix")),
        // A public suffix of several labels covers only itself.
        ("co.uk", Suffix, Ok("co.uk exact demoted")),
        ("pages.dev", Suffix, Ok("pages.dev exact demoted")),
        ("co.uk", Exact, Ok("co.uk exact")),
        ("co.uk", Subdomains, Err(Reject::PublicSuffix)),
        ("pages.dev", Subdomains, Err(Reject::PublicSuffix)),
        ("evil.pages.dev", Suffix, Ok("evil.pages.dev suffix")),
        // Rules with wildcards and exceptions.
        ("anything.ck", Suffix, Ok("anything.ck exact demoted")),
        ("www.ck", Suffix, Ok("www.ck suffix")),
        // The public suffix list is in Unicode, and also applies to A-labels.
        ("公司.cn", Suffix, Ok("xn--55qx5d.cn exact demoted")),
        // The implicit rule `*` does not count: no list contains `test`.
        ("a.test", Suffix, Ok("a.test suffix")),
        ("com", Suffix, Err(Reject::PublicSuffix)),
        ("com", Exact, Err(Reject::PublicSuffix)),
        ("com", Subdomains, Err(Reject::PublicSuffix)),
        ("test", Suffix, Err(Reject::SingleLabel)),
        ("localhost", Exact, Err(Reject::Localhost)),
        ("x.localhost", Suffix, Err(Reject::Localhost)),
        ("localhost.localdomain", Suffix, Err(Reject::Localhost)),
        ("notlocalhost.test", Suffix, Ok("notlocalhost.test suffix")),
    ];
    for (name, scope, want) in cases {
        let got = guarded(domain(name, scope), Action::Block, &Policy::default());
        assert_eq!(got, want.map(str::to_owned), "{name} {scope}");
        let open = guarded(domain(name, scope), Action::Allow, &Policy::default());
        let unchanged = Ok(format!("{} {scope}", DomainName::parse(name).unwrap()));
        assert_eq!(open, unchanged, "{name} {scope}: allow entries are not guarded");
        let mut policy = Policy::default();
        (policy.admit_bogons, policy.admit_public_suffixes) = (true, true);
        assert_eq!(guarded(domain(name, scope), Action::Block, &policy), unchanged, "{name} {scope}");
    }
    assert_eq!(guarded(url("http://localhost/x"), Action::Block, &Policy::default()), Err(Reject::Localhost));
    assert_eq!(guarded(url("http://evil/x"), Action::Block, &Policy::default()), Err(Reject::SingleLabel));
}

#[cfg(feature = "psl")]
#[test]
fn the_list_of_public_suffixes_can_be_another() {
    let text = "// ===BEGIN ICANN DOMAINS===\ntest\nbad.test\n// ===END ICANN DOMAINS===\n";
    for (list, want) in [
        (PublicSuffixes::from_text(text).unwrap(), Scope::Exact),
        (PublicSuffixes::empty(), Scope::Suffix),
        (PublicSuffixes::built_in(), Scope::Suffix),
    ] {
        let mut builder = Sieve::builder();
        builder.public_suffixes(list);
        add(&mut builder, Feed::new("feed"), &[domain("bad.test", Scope::Suffix)]);
        let (sieve, _) = builder.build().unwrap();
        assert_eq!(sieve.indicators().next().unwrap().scope(), Some(want));
    }
}

#[test]
fn every_feed_keeps_its_entries() {
    let mut builder = Sieve::builder();
    let first = builder.feed(Feed::new("first").confidence(40).tag("all"));
    let second = builder.feed(Feed::new("second"));
    let name = || domain("evil.test", Scope::Suffix);
    let mut record = Record::new(name(), 3, "EVIL[.]test");
    record.attributes.family = Some("Worm".into());
    record.attributes.tags = vec!["c2".into(), "all".into()];
    record.attributes.reference = Some("https://report.example/1".into());
    record.attributes.description = Some("Seen in the wild".into());
    record.attributes.score = Some(7.5);
    record.attributes.confidence = Some(90);
    record.attributes.first_seen = Some("2026-01-02T03:04:05Z".parse().unwrap());
    record.attributes.last_seen = Some("2026-02-02T03:04:05Z".parse().unwrap());
    record.attributes.valid_until = Some("2027-01-02T03:04:05Z".parse().unwrap());
    builder.add(second, Record::new(name(), 9, "evil.test"));
    builder.add(first, record);
    builder.add(first, Record::new(name(), 8, "evil.test"));
    let (sieve, report) = builder.build().unwrap();
    assert_eq!((sieve.len(), report.indicators), (1, 1));
    let counts = |at: usize| {
        let feed = &report.feeds[at];
        (feed.entries, feed.domains, feed.duplicates, feed.shared)
    };
    assert_eq!(counts(0), (2, 2, 1, 0));
    assert_eq!(counts(1), (1, 1, 0, 1));

    let mut matcher = sieve.matcher();
    let matches = matcher.match_domain("x.evil.test", None);
    let sources: Vec<_> = matches.first().unwrap().sources().collect();
    assert_eq!(format!("{sources:?}"), "[first:3, first:8, second:9]");
    let full = &sources[0];
    assert_eq!(full.as_listed(), "EVIL[.]test");
    assert_eq!(full.tags().collect::<Vec<_>>(), ["all", "c2"]);
    assert_eq!((full.family(), full.confidence(), full.score()), (Some("Worm"), Some(90), Some(7.5)));
    assert_eq!(full.reference(), Some("https://report.example/1"));
    assert_eq!(full.description(), Some("Seen in the wild"));
    let times = [full.first_seen(), full.last_seen(), full.valid_until()].map(|time| time.unwrap().to_string());
    assert_eq!(times, ["2026-01-02T03:04:05Z", "2026-02-02T03:04:05Z", "2027-01-02T03:04:05Z"]);
    let bare = &sources[1];
    assert_eq!((bare.as_listed().as_ref(), bare.confidence(), bare.family()), ("evil.test", Some(40), None));
    assert_eq!((bare.reference(), bare.description(), bare.valid_until()), (None, None, None));
    assert_eq!((sources[2].confidence(), sources[2].tags().count()), (None, 0));
}

#[test]
fn one_url_of_two_schemes_is_one_indicator() {
    let (sieve, report) = build([
        (Feed::new("a"), vec![url("https://evil.test/x")]),
        (Feed::new("b"), vec![url("http://evil.test/x"), url("gopher://evil.test/x")]),
    ]);
    let texts: Vec<_> = sieve.indicators().map(|indicator| indicator.to_string()).collect();
    assert_eq!(texts, ["https://evil.test/x", "gopher://evil.test/x"]);
    assert_eq!(report.feeds[1].shared, 1);
    let sources: Vec<_> = sieve.indicators().next().unwrap().sources().map(|s| s.as_listed().into_owned()).collect();
    assert_eq!(sources, ["https://evil.test/x", "http://evil.test/x"]);
}

#[test]
fn a_range_of_one_prefix_and_a_range_of_several() {
    let (sieve, _) = build([(Feed::new("a"), vec![range("192.0.2.4-192.0.2.11"), net("192.0.2.4/30")])]);
    assert_eq!(sieve.len(), 2);
    let mut matcher = sieve.matcher();
    for (addr, want) in [(3, 0), (4, 2), (7, 2), (8, 1), (11, 1), (12, 0)] {
        assert_eq!(matcher.match_ip(Ipv4Addr::new(192, 0, 2, addr), None).len(), want, "{addr}");
    }
}

/// A program can put an indicator together by hand. The builder gives it the form that parsing gives, or rejects it.
#[test]
fn indicators_made_by_hand_become_canonical() {
    let ip = |text: &str| Indicator::Ip { net: text.parse().unwrap(), port: Some(80) };
    let range = |first: &str, last: &str| Indicator::IpRange {
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
        port: None,
    };
    let cases = [
        (ip("198.51.100.77/24"), Ok("198.51.100.0/24:80")),
        (ip("::ffff:198.51.100.7/128"), Ok("198.51.100.7:80")),
        (ip("::ffff:198.51.100.7/120"), Ok("198.51.100.0/24:80")),
        (ip("64:ff9b::c633:6407/128"), Ok("198.51.100.7:80")),
        (range("198.51.100.4", "198.51.100.7"), Ok("198.51.100.4/30")),
        (range("::ffff:198.51.100.4", "198.51.100.8"), Ok("198.51.100.4-198.51.100.8")),
        (range("198.51.100.8", "198.51.100.4"), Err(Reject::ReversedRange)),
        (range("198.51.100.8", "2001:db8::1"), Err(Reject::MixedRange)),
    ];
    for (indicator, want) in cases {
        let policy = Policy::new().admit_bogons(true);
        for action in [Action::Block, Action::Allow] {
            let mut builder = Sieve::builder();
            let feed = builder.feed(Feed::new("hand").action(action).policy(policy.clone()));
            let (sieve, report) = builder.add(feed, indicator.clone()).build().unwrap();
            let rejected: Vec<Reject> = report.feeds[0].rejected.iter().map(|rejected| rejected.what).collect();
            let listed: Vec<String> = sieve.indicators().map(|indicator| indicator.to_string()).collect();
            let (taken, refused) = match want {
                Ok(text) => (vec![text.to_owned()], vec![]),
                Err(reject) => (vec![], vec![reject]),
            };
            assert_eq!((listed, rejected), (taken, refused), "{indicator:?}");
        }
    }
    assert_eq!(Indicator::from("::ffff:198.51.100.7".parse::<IpAddr>().unwrap()).to_string(), "198.51.100.7");
}

#[test]
fn the_report_holds_all_that_readers_said() {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    let mut sink = builder.sink(feed);
    sink.lines(3);
    sink.lines(4);
    sink.format("plain");
    sink.reject(Rejection::new(2, "x".repeat(1000), Reject::Unrecognised));
    sink.warn(Warning::new(3, "192.0.2.1/24", WarningKind::HostBits));
    sink.record(Record::new(domain("evil.test", Scope::Suffix), 4, "evil.test"));
    let (_, report) = builder.build().unwrap();
    let feed = &report.feeds[0];
    assert_eq!((feed.lines, feed.format.as_deref(), feed.entries), (7, Some("plain"), 1));
    assert_eq!((feed.rejected_total(), feed.rejected[0].line, feed.rejected[0].what), (1, 2, Reject::Unrecognised));
    assert!(feed.rejected[0].value.len() < 300 && feed.rejected[0].value.ends_with('…'));
    assert_eq!((feed.warnings_total(), feed.warnings[0].what), (1, WarningKind::HostBits));
}

/// All names of up to `depth` labels from an alphabet of two letters.
fn names(depth: usize) -> Vec<String> {
    let mut all: Vec<String> = vec!["a".into(), "b".into()];
    let mut from = 0;
    for _ in 1..depth {
        let to = all.len();
        for at in from..to {
            for label in ["a", "b"] {
                all.push(format!("{label}.{}", all[at]));
            }
        }
        from = to;
    }
    all
}

const SCOPES: [Scope; 3] = [Scope::Exact, Scope::Subdomains, Scope::Suffix];

fn covers(name: &str, scope: Scope, observed: &str) -> bool {
    let beneath = observed.ends_with(&format!(".{name}"));
    match scope {
        Scope::Exact => observed == name,
        Scope::Subdomains => beneath,
        _ => observed == name || beneath,
    }
}

fn open() -> Policy {
    let mut policy = Policy::default();
    (policy.admit_public_suffixes, policy.admit_bogons, policy.admit_wide_prefixes) = (true, true, true);
    policy
}

/// Counts by definition what an allow entry suppresses: the block indicators that it takes away wholly or partly, tried
/// on every observable.
fn tally(blocks: usize, observables: usize, takes: impl Fn(usize, usize) -> Option<bool>) -> (u64, u64) {
    let (mut wholly, mut partly) = (0, 0);
    for block in 0..blocks {
        let taken: Vec<bool> = (0..observables).filter_map(|observable| takes(block, observable)).collect();
        if taken.iter().all(|&taken| taken) {
            wholly += 1;
        } else if taken.contains(&true) {
            partly += 1;
        }
    }
    (wholly, partly)
}

fn by_allow(report: &BuildReport) -> BTreeMap<u32, &Shadow> {
    report.shadows.iter().map(|shadow| (shadow.line, shadow)).collect()
}

#[test]
fn shadows_of_names_are_what_they_take_away() {
    let listed: Vec<(String, Scope)> =
        names(3).into_iter().flat_map(|name| SCOPES.map(|scope| (name.clone(), scope))).collect();
    // Deep enough for every listed name to have names under it.
    let observables = names(4);
    for action in [Action::Allow, Action::AllowAll] {
        let indicators: Vec<Indicator> = listed.iter().map(|(name, scope)| domain(name, *scope)).collect();
        let (_, report) = build([
            (Feed::new("block").policy(open()), indicators.clone()),
            (Feed::new("allow").action(action), indicators),
        ]);
        let shadows = by_allow(&report);
        for (allow, (name, scope)) in listed.iter().enumerate() {
            let labels = |name: &str| name.split('.').count();
            let (wholly, partly) = tally(listed.len(), observables.len(), |block, observed| {
                let (block, block_scope) = &listed[block];
                let observed = &observables[observed];
                let counts = action == Action::AllowAll || labels(block) <= labels(name);
                covers(block, *block_scope, observed).then(|| counts && covers(name, *scope, observed))
            });
            let got = shadows.get(&(allow as u32 + 1)).map_or((0, 0), |shadow| (shadow.wholly, shadow.partly));
            assert_eq!(got, (wholly, partly), "{action:?} {name} {scope}");
        }
    }
}

/// A listed or allowed value, and whether it covers a name.
fn covers_name(indicator: &Indicator, observed: &str) -> bool {
    match indicator {
        Indicator::Domain { name, scope, .. } => covers(name.as_str(), *scope, observed),
        Indicator::Pattern(pattern) => glob(pattern.as_str().as_bytes(), observed.as_bytes()),
        _ => false,
    }
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => (0..=text.len()).any(|at| glob(rest, &text[at..])),
        [b'?', rest @ ..] => !text.is_empty() && glob(rest, &text[1..]),
        [byte, rest @ ..] => text.first() == Some(byte) && glob(rest, &text[1..]),
    }
}

/// Patterns allow names and patterns, and names allow patterns: by definition, on every name of a small universe.
#[test]
fn shadows_of_patterns_are_what_they_take_away() {
    let long = |name: String| name.replace('a', "aaa").replace('b', "bbb");
    let listed = names(2).into_iter().map(long).flat_map(|name| SCOPES.map(|scope| domain(&name, scope)));
    let patterns =
        ["*aaa.bbb", "*bbb", "aaa*.bbb", "bbb*aaa", "aaa?bbb", "*aaa*bbb", "aaa.bbb", "*.*.bbb", "*.*aaa", "?aa*bbb"];
    let pattern = |text: &str| Indicator::Pattern(Pattern::new(PatternTarget::Name, text).unwrap());
    let listed: Vec<Indicator> = listed.chain(patterns.map(pattern)).collect();
    let observables: Vec<String> = names(5).into_iter().map(long).collect();
    let labels = |indicator: &Indicator| match indicator {
        Indicator::Domain { name, .. } => name.as_str().split('.').count(),
        _ => 0,
    };
    for action in [Action::Allow, Action::AllowAll] {
        let (_, report) = build([
            (Feed::new("block").policy(open()), listed.clone()),
            (Feed::new("allow").action(action), listed.clone()),
        ]);
        let shadows = by_allow(&report);
        for (at, allow) in listed.iter().enumerate() {
            let one = |block: usize, observed: usize| {
                let (block, observed) = (&listed[block], &observables[observed]);
                let counts = action == Action::AllowAll || labels(block) <= labels(allow);
                covers_name(block, observed).then(|| counts && covers_name(allow, observed))
            };
            let want = tally(listed.len(), observables.len(), one);
            let got = shadows.get(&(at as u32 + 1)).map_or((0, 0), |shadow| (shadow.wholly, shadow.partly));
            assert_eq!(got.0 + got.1, want.0 + want.1, "{action:?} {allow}: {got:?} instead of {want:?}");
            // There are more names than the universe has, so that less may be taken wholly.
            assert!(got.0 <= want.0, "{action:?} {allow}: {got:?} instead of {want:?}");
            // What has no effect is said.
            let is_said = report.without_effect.iter().any(|entry| entry.line == at as u32 + 1);
            let would = tally(listed.len(), observables.len(), |block, observed| {
                let (block, observed) = (&listed[block], &observables[observed]);
                covers_name(block, observed).then(|| covers_name(allow, observed))
            });
            assert_eq!(is_said, want == (0, 0) && would != (0, 0), "{action:?} {allow}");
        }
    }
}

#[test]
fn shadows_of_prefixes_are_what_they_take_away() {
    // Every prefix over the last three bits of an address.
    let listed: Vec<(u32, u8)> =
        (29..=32_u8).flat_map(|len| (0..1 << (len - 29)).map(move |n| (n << (32 - len), len))).collect();
    let base = u32::from(Ipv4Addr::new(192, 0, 2, 0));
    let text = |&(bits, len): &(u32, u8)| net(&format!("{}/{len}", Ipv4Addr::from(base | bits)));
    let covers = |(bits, len): (u32, u8), observed: u32| (bits ^ observed) >> (32 - len) == 0;
    for action in [Action::Allow, Action::AllowAll] {
        let indicators: Vec<Indicator> = listed.iter().map(text).collect();
        let (_, report) =
            build([(Feed::new("block"), indicators.clone()), (Feed::new("allow").action(action), indicators)]);
        let shadows = by_allow(&report);
        for (allow, &prefix) in listed.iter().enumerate() {
            let want = tally(listed.len(), 8, |block, observed| {
                let (block, observed) = (listed[block], observed as u32);
                let counts = action == Action::AllowAll || block.1 <= prefix.1;
                covers(block, observed).then(|| counts && covers(prefix, observed))
            });
            let got = shadows.get(&(allow as u32 + 1)).map_or((0, 0), |shadow| (shadow.wholly, shadow.partly));
            assert_eq!(got, want, "{action:?} {prefix:?}");
        }
    }
}

#[test]
fn a_shadow_tells_what_it_shadows() {
    let (_, report) = build([
        (
            Feed::new("block"),
            vec![
                domain("shop.test", Scope::Suffix),
                domain("evil.shop.test", Scope::Suffix),
                url("http://shop.test/"),
                url("http://shop.test/login/"),
                net("192.0.2.0/24"),
            ],
        ),
        (Feed::new("ours").action(Action::Allow), vec![domain("shop.test", Scope::Exact), net("192.0.2.7")]),
        (Feed::new("popular").action(Action::AllowAll), vec![domain("shop.test", Scope::Suffix)]),
    ]);
    let shown: Vec<_> = report
        .shadows
        .iter()
        .map(|s| (s.feed.as_str(), s.line, s.allow.as_str(), s.wholly, s.partly, s.examples.join(" ")))
        .collect();
    assert_eq!(
        shown,
        [
            // URLs with a path and more specific names are never taken away.
            ("popular", 1, "shop.test", 3, 0, "shop.test evil.shop.test http://shop.test/".to_owned()),
            ("ours", 1, "shop.test", 1, 1, "shop.test http://shop.test/".to_owned()),
            ("ours", 2, "192.0.2.7", 0, 1, "192.0.2.0/24".to_owned()),
        ]
    );
}

#[test]
fn subsumed_entries_are_counted() {
    let (_, report) = build([
        (
            Feed::new("wide").policy(open()),
            vec![net("192.0.2.0/24"), domain("evil.test", Scope::Suffix), domain("x.test", Scope::Exact)],
        ),
        (
            Feed::new("narrow").policy(open()),
            vec![
                net("192.0.2.0/25"),
                net("192.0.2.1"),
                net("192.0.2.0/24"),
                net("192.0.3.1"),
                domain("a.evil.test", Scope::Exact),
                domain("evil.test", Scope::Exact),
                domain("evil.test", Scope::Suffix),
                domain("a.x.test", Scope::Exact),
                domain("notevil.test", Scope::Exact),
            ],
        ),
    ]);
    assert_eq!((report.feeds[0].subsumed, report.feeds[1].subsumed), (0, 4));
    assert_eq!(report.feeds[1].shared, 2);
    assert_eq!((report.feeds[1].indicators, report.feeds[1].new, report.feeds[0].new), (9, 7, 1));
}

/// The points that an indicator covers in a universe of (name or address, port), to check the report against the definition.
fn covered(indicator: &Indicator, names: &[String]) -> Vec<bool> {
    let ports = [None, Some(80), Some(81)];
    let on_port = |port: Option<u16>, own: Option<u16>| own.is_none() || own == port;
    let mut all = Vec::new();
    for port in ports {
        for name in names {
            let Indicator::Domain { name: own, scope, port: own_port } = indicator else { continue };
            all.push(on_port(port, *own_port) && covers(own.as_str(), *scope, name));
        }
        for addr in 0..=16_u32 {
            let addr: IpAddr = Ipv4Addr::from(u32::from(Ipv4Addr::new(192, 0, 2, 0)) + addr).into();
            match indicator {
                Indicator::Ip { net, port: own } => all.push(on_port(port, *own) && net.contains(&addr)),
                Indicator::IpRange { first, last, port: own } => {
                    all.push(on_port(port, *own) && (*first..=*last).contains(&addr));
                }
                _ => {}
            }
        }
    }
    all
}

#[test]
fn subsumed_is_what_a_wider_indicator_covers() {
    let names = names(3);
    // Only names of up to two labels, so that each scope covers part of the universe.
    let listed = names.iter().filter(|name| name.split('.').count() < 3);
    let mut indicators: Vec<Indicator> = listed.flat_map(|name| SCOPES.map(|scope| domain(name, scope))).collect();
    for len in 28..=32_u8 {
        indicators.extend((0..1_u32 << (len - 28)).map(|n| net(&format!("192.0.2.{}/{len}", n << (32 - len)))));
    }
    indicators.extend(["0-2", "1-2", "1-3", "0-6", "5-9", "3-12"].map(|ends| {
        let (first, last) = ends.split_once('-').unwrap();
        range(&format!("192.0.2.{first}-192.0.2.{last}"))
    }));
    for at in 0..indicators.len() {
        let mut limited = indicators[at].clone();
        match &mut limited {
            Indicator::Ip { port, .. } | Indicator::IpRange { port, .. } | Indicator::Domain { port, .. } => {
                *port = Some(80);
            }
            _ => unreachable!(),
        }
        indicators.push(limited);
    }
    let sets: Vec<Vec<bool>> = indicators.iter().map(|indicator| covered(indicator, &names)).collect();
    let is_name = |at: usize| matches!(indicators[at], Indicator::Domain { .. });
    // An indicator with a port never counts as the wider one: what it leaves out is rarely intended.
    let is_beneath = |a: usize, b: usize| {
        is_name(a) == is_name(b)
            && indicators[b].port().is_none()
            && sets[a] != sets[b]
            && sets[a].iter().zip(&sets[b]).all(|(a, b)| a <= b)
    };
    let all: Vec<usize> = (0..indicators.len()).collect();
    // All of them together, and every pair on its own.
    let mut tried: Vec<Vec<usize>> = all.iter().flat_map(|&a| all.iter().map(move |&b| vec![a, b])).collect();
    tried.retain(|pair| pair[0] != pair[1] && is_name(pair[0]) == is_name(pair[1]));
    tried.push(all);
    for listed in tried {
        let mut builder = Sieve::builder();
        builder.examples(usize::MAX);
        let some: Vec<Indicator> = listed.iter().map(|&at| indicators[at].clone()).collect();
        add(&mut builder, Feed::new("feed").policy(open()), &some);
        let (_, report) = builder.build().unwrap();
        let feed = &report.feeds[0];
        let beneath = |at: usize| listed.iter().filter(|&&other| is_beneath(at, other)).count();
        let want: Vec<u32> = (1..).zip(&listed).filter(|&(_, &at)| beneath(at) > 0).map(|(line, _)| line).collect();
        let mut got: Vec<u32> = feed.subsumed_examples.iter().map(|found| found.line).collect();
        got.sort_unstable();
        assert_eq!(got, want, "{some:?}");
        assert_eq!(
            (feed.subsumed, feed.subsumed_by.get(&0).copied()),
            (want.len() as u64, (!want.is_empty()).then_some(want.len() as u64))
        );
        for found in &feed.subsumed_examples {
            let (at, by) = (listed[found.line as usize - 1], listed[found.by_line as usize - 1]);
            assert_eq!(
                (found.indicator.as_str(), found.by.as_str()),
                (indicators[at].to_string().as_str(), indicators[by].to_string().as_str())
            );
            assert!(is_beneath(at, by), "{found:?}");
        }
    }
}

#[test]
fn feeds_are_named_for_entries_under_wider_ones() {
    let mut builder = Sieve::builder();
    add(&mut builder, Feed::new("wide"), &[net("192.0.2.0/24"), domain("evil.test", Scope::Suffix)]);
    add(&mut builder, Feed::new("wide too"), &[net("192.0.2.0/24")]);
    add(&mut builder, Feed::new("narrow"), &[net("192.0.2.7"), domain("www.evil.test", Scope::Suffix)]);
    let (sieve, report) = builder.build().unwrap();
    let by: Vec<(usize, u64)> = report.feeds[2].subsumed_by.iter().map(|(&feed, &count)| (feed, count)).collect();
    assert_eq!((report.feeds[2].subsumed, by), (2, vec![(0, 2), (1, 1)]));
    let example = &report.feeds[2].subsumed_examples[0];
    let shown = (example.line, example.indicator.as_str(), example.by.as_str(), example.by_feed, example.by_line);
    assert_eq!(shown, (1, "192.0.2.7", "192.0.2.0/24", 0, 1));
    let mut matcher = sieve.matcher();
    let found = matcher.match_ip(Ipv4Addr::new(192, 0, 2, 7), None);
    let feeds: Vec<String> =
        found.iter().flat_map(|found| found.sources()).map(|source| format!("{source:?}")).collect();
    assert_eq!(feeds, ["narrow:1", "wide:1", "wide too:1"]);
}

#[test]
fn overlaps_are_counted_in_addresses() {
    let (sieve, _) = build([
        (Feed::new("a"), vec![net("192.0.2.0/25"), net("192.0.2.0/26"), net("2001:db8::/64")]),
        (Feed::new("b"), vec![range("192.0.2.120-192.0.2.140"), net("2001:db8::1"), net("2001:db8::2")]),
        (Feed::new("c"), vec![net("198.51.100.1")]),
    ]);
    let overlaps = sieve.overlaps();
    assert_eq!(overlaps.len(), 1);
    assert_eq!((overlaps[0].feeds, overlaps[0].v4_addresses, overlaps[0].v6_prefixes), ((0, 1), 8, 2));
}

#[test]
fn order_of_insertion_does_not_matter() {
    let indicators = [
        net("192.0.2.0/24"),
        net("192.0.2.7"),
        range("192.0.2.1-192.0.2.9"),
        domain("evil.test", Scope::Suffix),
        domain("evil.test", Scope::Exact),
        domain("a.evil.test", Scope::Suffix),
        url("http://a.evil.test/x/"),
        url("http://a.evil.test/"),
    ];
    let look = |sieve: &Sieve| {
        let mut matcher = sieve.matcher();
        let mut found = Vec::new();
        for value in ["192.0.2.7", "a.evil.test", "http://a.evil.test/x/y?z"] {
            found.extend(
                matcher.match_any(value).iter().map(|m| format!("{value} {} {:?}", m.indicator(), m.relation())),
            );
        }
        found
    };
    let want = look(&build([(Feed::new("feed"), indicators.to_vec())]).0);
    assert_eq!(want.len(), 3 + 3 + 4);
    for turn in 1..indicators.len() {
        let mut turned = indicators.to_vec();
        turned.rotate_left(turn);
        if turn % 2 == 0 {
            turned.reverse();
        }
        assert_eq!(look(&build([(Feed::new("feed"), turned)]).0), want);
    }
}

/// The contents of a sieve and its report, as text.
fn said(sieve: &Sieve, report: &BuildReport) -> String {
    let mut text = format!("{report:?}\n");
    for indicator in sieve.indicators() {
        let sources: Vec<String> = indicator
            .sources()
            .map(|source| {
                let tags: Vec<&str> = source.tags().collect();
                format!("{source:?} {} {tags:?} {:?}", source.as_listed(), source.reference())
            })
            .collect();
        text += &format!("{indicator} {:?} {:?} {}\n", indicator.scope(), indicator.port(), sources.join(" "));
    }
    text
}

#[cfg(feature = "parallel")]
#[test]
fn the_number_of_threads_changes_nothing() {
    let build = || {
        let mut builder = Sieve::builder();
        let feeds = [
            Feed::new("a").tag("all"),
            Feed::new("b"),
            Feed::new("allow").action(Action::Allow),
            Feed::new("popular").action(Action::AllowAll),
        ];
        let feeds = feeds.map(|feed| builder.feed(feed));
        for n in 0..60_000_u32 {
            let name = format!("h{}.n{}.test", n % 7919, n % 4001);
            let indicator = match n % 5 {
                0 => net(&format!("198.51.{}.{}/{}", n / 7 % 256, n % 256, 20 + n % 13)),
                1 => domain(&name[name.find('.').unwrap() + 1..], SCOPES[n as usize % 3]),
                2 => url(&format!("http://{name}/{}", if n % 2 == 0 { "" } else { "a" })),
                _ => domain(&name, SCOPES[n as usize % 2 * 2]),
            };
            let feed = if n % 97 == 0 { 2 + n as usize / 97 % 2 } else { n as usize % 2 };
            let listed = if n % 3 == 0 { indicator.to_string().to_uppercase() } else { indicator.to_string() };
            let mut record = Record::new(indicator, n + 1, listed);
            record.attributes.tags.push(format!("t{}", n % 5).into());
            if n % 11 == 0 {
                record.attributes.reference = Some(format!("https://lists.example/{n}").into());
            }
            builder.add(feeds[feed], record);
        }
        let (sieve, report) = builder.build().unwrap();
        said(&sieve, &report)
    };
    let on = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(build);
    let one = on(1);
    assert!(one.len() > 1_000_000);
    for threads in [2, 5] {
        assert!(on(threads) == one, "{threads} threads");
    }
}
