//! Allow lists: the formats that allow by default, the settings that override this, and every format as an allow list.
#![cfg(feature = "feeds")]

use netsieve::feed;
use netsieve::indicator::{Construct, Exceptions};
use netsieve::{Action, BuildReport, Feed, Filter, MatchOptions, Policy, Sieve};

/// Builds a sieve from feeds, each given with its text.
fn build<'t>(feeds: impl IntoIterator<Item = (Feed, &'t str)>) -> (Sieve, BuildReport) {
    let mut builder = Sieve::builder();
    for (own, text) in feeds {
        let id = builder.feed(own.clone());
        feed::read(text.as_bytes(), "list", None, &own, &mut builder.sink(id)).expect(text);
    }
    builder.build().unwrap()
}

/// The text and action of every entry, sorted by text.
fn entries(sieve: &Sieve) -> Vec<String> {
    let mut entries: Vec<String> = sieve
        .indicators()
        .flat_map(|indicator| {
            indicator
                .sources()
                .map(move |source| format!("{indicator} {}", source.action().as_str()))
                .collect::<Vec<_>>()
        })
        .collect();
    entries.sort();
    entries
}

/// Lists that block `evil.test` or `192.0.2.0/24`. The second value is an exception.
const WITH_EXCEPTIONS: [(&str, &str, &str, &str); 7] = [
    ("adblock", "||evil.test^\n@@||good.evil.test^\n", "evil.test", "good.evil.test"),
    (
        "rpz",
        "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\nevil.test CNAME .\n*.evil.test CNAME .\ngood.evil.test CNAME rpz-passthru.\n",
        "evil.test",
        "good.evil.test",
    ),
    (
        "rpz, as of old",
        "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n*.evil.test CNAME .\ngood.evil.test CNAME good.evil.test.\n",
        "evil.test",
        "good.evil.test",
    ),
    (
        "rpz, addresses",
        "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n24.0.2.0.192.rpz-ip CNAME .\n32.7.2.0.192.rpz-ip CNAME rpz-passthru.\n",
        "192.0.2.0/24",
        "192.0.2.7",
    ),
    (
        "unbound",
        "local-zone: \"evil.test.\" always_null\nlocal-zone: \"good.evil.test.\" always_transparent\n",
        "evil.test",
        "good.evil.test",
    ),
    (
        "ipset",
        "create s hash:net family inet\nadd s 192.0.2.0/24\nadd s 192.0.2.7 nomatch\n",
        "192.0.2.0/24",
        "192.0.2.7",
    ),
    (
        "rules",
        "drop ip 192.0.2.0/24 any -> any any (msg:\"bad\"; sid:1;)\npass ip 192.0.2.7 any -> any any (msg:\"good\"; sid:2;)\n",
        "192.0.2.0/24",
        "192.0.2.7",
    ),
];

#[test]
fn exceptions_allow_unless_the_policy_says_otherwise() {
    let policy = |exceptions| {
        let mut policy = Policy::default();
        policy.exceptions = exceptions;
        policy
    };
    for (name, text, block, allow) in WITH_EXCEPTIONS {
        for (exceptions, word) in
            [(Exceptions::Allow, "allow"), (Exceptions::AllowAll, "allow_all"), (Exceptions::Skip, "skip")]
        {
            let feed = Feed::new("list").policy(policy(exceptions));
            let (sieve, report) = build([(feed, text)]);
            let got = entries(&sieve);
            let blocked = got.iter().filter(|entry| **entry == format!("{block} block")).count();
            assert!(blocked > 0, "{name} {word}: {got:?}");
            let excepted: Vec<&String> = got.iter().filter(|entry| entry.starts_with(&format!("{allow} "))).collect();
            let skipped = report.feeds[0].skipped_by_kind.get(&Construct::Exception).copied();
            if exceptions == Exceptions::Skip {
                assert!(excepted.is_empty(), "{name}: {excepted:?}");
                assert_eq!(skipped, Some(1), "{name}");
                assert_eq!(report.feeds[0].skipped[0].what, Construct::Exception);
            } else {
                assert_eq!(excepted, [&format!("{allow} {word}")], "{name}");
                assert_eq!(skipped, None, "{name}");
            }
        }
        // In an allow feed, an exception is an ordinary entry, whatever the policy.
        for action in [Action::Allow, Action::AllowAll] {
            for exceptions in [Exceptions::Allow, Exceptions::Skip] {
                let feed = Feed::new("list").action(action).policy(policy(exceptions));
                let (sieve, _) = build([(feed, text)]);
                let got = entries(&sieve);
                assert!(got.iter().all(|entry| entry.ends_with(&format!(" {}", action.as_str()))), "{name}: {got:?}");
                assert!(got.iter().any(|entry| entry.starts_with(&format!("{allow} "))), "{name}: {got:?}");
            }
        }
    }
}

#[test]
fn warning_lists_allow_all_unless_told_otherwise() {
    let text = r#"{"name": "made up", "type": "hostname", "version": 1, "description": "x", "list": ["evil.test", "192.0.2.7"]}"#;
    let mut blocking = Policy::default();
    blocking.warning_lists_block = true;
    for (feed, action) in [
        (Feed::new("list"), "allow_all"),
        (Feed::new("list").action(Action::Allow), "allow"),
        (Feed::new("list").action(Action::AllowAll), "allow_all"),
        (Feed::new("list").policy(blocking.clone()), "block"),
        (Feed::new("list").policy(blocking).action(Action::Allow), "allow"),
    ] {
        let (sieve, report) = build([(feed, text)]);
        assert_eq!(entries(&sieve), [format!("192.0.2.7 {action}"), format!("evil.test {action}")]);
        assert_eq!(report.feeds[0].format.as_deref(), Some("warninglist"));
    }
}

/// The same allow list, `good.evil.test` and `192.0.2.7`, in every kind of format.
const ALLOWED: [(&str, &str); 16] = [
    ("plain", "good.evil.test\n192.0.2.7\n"),
    ("hosts", "0.0.0.0 good.evil.test\n0.0.0.0 x.example\n"),
    ("adblock", "||good.evil.test^\n||192.0.2.7^\n"),
    ("dnsmasq", "address=/good.evil.test/#\n"),
    ("unbound", "local-zone: \"good.evil.test.\" always_null\n"),
    ("wildcard", "*.good.evil.test\n*.x.example\n"),
    ("csv", "type,indicator\ndomain,good.evil.test\nip,192.0.2.7\n"),
    ("jsonl", "{\"indicator\": \"good.evil.test\"}\n{\"indicator\": \"192.0.2.7\"}\n"),
    (
        "misp",
        r#"{"Event": {"info": "x", "Attribute": [{"type": "domain", "value": "good.evil.test", "to_ids": true}]}}"#,
    ),
    ("warninglist", r#"{"name": "x", "type": "hostname", "version": 1, "list": ["good.evil.test"]}"#),
    (
        "stix",
        r#"{"type": "bundle", "id": "bundle--1", "objects": [{"type": "indicator", "id": "indicator--1", "pattern_type": "stix", "pattern": "[domain-name:value = 'good.evil.test']"}]}"#,
    ),
    ("zeek", "#fields\tindicator\tindicator_type\tmeta.source\ngood.evil.test\tIntel::DOMAIN\tx\n"),
    ("iprep", "192.0.2.7,1,100\n192.0.2.8,1,100\n"),
    ("rules", "drop ip 192.0.2.7 any -> any any (msg:\"x\"; sid:1;)\n"),
    ("ipset", "create s hash:ip family inet\nadd s 192.0.2.7\n"),
    ("rpz", "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\ngood.evil.test CNAME .\n32.7.2.0.192.rpz-ip CNAME .\n"),
];

#[test]
fn any_format_can_be_an_allow_list() {
    let block = || (Feed::new("block"), "good.evil.test\nwww.good.evil.test\nevil.test\n192.0.2.7\n192.0.2.0/24\n");
    for (format, text) in ALLOWED {
        for action in [Action::Allow, Action::AllowAll] {
            let mut policy = Policy::default();
            policy.scope = Some(netsieve::Scope::Suffix);
            let (sieve, report) = build([block(), (Feed::new("ours").action(action).policy(policy), text)]);
            assert_eq!(report.feeds[1].format.as_deref(), Some(format));
            let mut matcher = sieve.matcher();
            let mut left = |value: &str| matcher.match_any(value).len();
            let (names, addresses) = (text.contains("good.evil.test"), text.contains("7"));
            if names {
                assert_eq!(left("good.evil.test"), 0, "{format}");
                // `Allow` suppresses only matches of equal or lower specificity, so the more specific one stays.
                let stays = if action == Action::Allow { 1 } else { 0 };
                assert_eq!(left("www.good.evil.test"), stays, "{format} {action:?}");
                assert_eq!(left("evil.test"), 1, "{format}");
            }
            if addresses {
                assert_eq!((left("192.0.2.7"), left("192.0.2.9")), (0, 1), "{format}");
            }
            assert!(names || addresses);
        }
    }
}

/// A URL with a path is reported although another feed allows it. Its sources are those that block it, whatever the filter.
#[test]
fn the_sources_of_a_match_are_those_that_block() {
    let allow = Feed::new("own").action(Action::Allow);
    let (sieve, _) = build([(Feed::new("partner"), "http://evil.test/a\n"), (allow, "http://evil.test/a\n")]);
    assert_eq!(entries(&sieve), ["http://evil.test/a allow", "http://evil.test/a block"]);
    let now = jiff::Timestamp::now();
    for options in [MatchOptions::default(), MatchOptions::default().filter(Filter::default().as_of(now))] {
        let mut matcher = sieve.matcher_with(&options);
        let matches = matcher.lookup("http://evil.test/a").unwrap();
        let sources: Vec<String> = matches.iter().flat_map(|one| one.sources().map(|s| s.to_string())).collect();
        assert_eq!(sources, ["partner:1"]);
    }
}

/// An allowed URL with a path suppresses what is listed for its host, there alone.
#[test]
fn an_allowed_url_allows_its_host_at_this_path() {
    let allow = Feed::new("own").action(Action::Allow);
    let (sieve, _) = build([(Feed::new("partner"), "shop.test\nwww.shop.test\n"), (allow, "http://www.shop.test/a\n")]);
    let met = |value: &str| sieve.lookup(value).unwrap().iter().map(|one| one.to_string()).collect::<Vec<_>>();
    assert_eq!(met("http://www.shop.test/a"), [""; 0]);
    assert_eq!(met("http://www.shop.test/b").len(), 2);
    assert_eq!(met("www.shop.test").len(), 2);
}
