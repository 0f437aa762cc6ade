//! Lookups of many values, and the shortcuts of lookups of one: with and without what turns them off.

use std::net::{IpAddr, Ipv4Addr};

use super::{indicator, sieve, told};
use crate::arch::sweep::Addrs;
use crate::indicator::{DomainName, Pattern, PatternTarget, Record};
use crate::sieve::{Delta, DerivedForms, Filter, MatchOptions, Sieve};
use crate::{Action, Indicator, Scope};

/// Batches ask both layers too.
#[test]
fn batches_ask_both_layers() {
    let old = sieve(&["evil.test", "192.0.2.0/24", "http://198.51.100.9/a"]);
    let mut delta = Delta::new();
    delta.add("feed", indicator("shop.test")).add("feed", indicator("203.0.113.7"));
    delta.remove(indicator("192.0.2.0/24"));
    let (new, _) = old.with(&delta).unwrap();
    let names = ["www.evil.test", "shop.test", "a.shop.testing", "", "evil..test"];
    let addrs = ["192.0.2.7", "203.0.113.7", "203.0.113.8", "2001:db8::7"].map(|text| text.parse().unwrap());
    let values = ["www.evil.test", "203.0.113.7", "192.0.2.7", "shop.test", "other.test"];
    for (sieve, of_names, of_addrs, of_values) in [
        (&old, [true, false, false, false, false], [true, false, false, false], [true, false, true, false, false]),
        (&new, [true, true, false, false, false], [false, true, false, false], [true, true, false, true, false]),
    ] {
        let mut matcher = sieve.matcher();
        let mut out = Vec::new();
        matcher.is_match_domains(&names, None, &mut out);
        assert_eq!(out, of_names);
        let mut found = Vec::new();
        matcher.match_domains(&names, None, |at, matches| found.push((at, matches.len())));
        assert_eq!(
            found.iter().map(|&(at, _)| at).collect::<Vec<_>>(),
            (0..5).filter(|&at| of_names[at]).collect::<Vec<_>>()
        );
        matcher.is_match_ips::<IpAddr>(&addrs, &mut out);
        assert_eq!(out, of_addrs);
        matcher.is_match_batch(values, &mut out);
        assert_eq!(out, of_values);
    }
}

/// Addresses that an allow entry covers, or that are the hosts of URLs, need the full lookup within a batch.
#[test]
fn a_batch_of_addresses_obeys_allow_entries() {
    let mut builder = Sieve::builder();
    builder.add("feed", indicator("192.0.2.0/24"));
    builder.add("feed", indicator("http://198.51.100.9/"));
    let mut allowed = Record::from(indicator("192.0.2.7"));
    allowed.action = Some(Action::Allow);
    builder.add("ours", allowed);
    let (sieve, _) = builder.build().unwrap();
    let addrs = ["192.0.2.6", "192.0.2.7", "198.51.100.9", "198.51.100.8"].map(|text| text.parse().unwrap());
    let mut matcher = sieve.matcher();
    let single = addrs.map(|addr: IpAddr| matcher.is_match_ip(addr, None));
    let mut out = Vec::new();
    matcher.is_match_ips(&addrs, &mut out);
    assert_eq!(out, single);
    assert_eq!(out[..2], [true, false]);
    assert!(!out[3]);
}

/// A changed sieve answers from both of its layers, in the lookups that take shortcuts too. An address as a host turns one off.
#[test]
fn shortcuts_ask_both_layers() {
    for host in ["198.51.100.9", "shop.test"] {
        let [listed, other] = ["a", "b"].map(|path| format!("http://{host}/{path}"));
        let old = sieve(&["192.0.2.0/24", "2001:db8::/32", "evil.test", &listed]);
        let mut delta = Delta::new();
        delta.add("feed", indicator("203.0.113.7")).add("feed", indicator("2001:db9::7"));
        delta.remove(indicator("192.0.2.0/24")).remove(indicator("2001:db8::/32"));
        let new = old.with(&delta).unwrap().0;
        for (addr, in_old, in_new) in [
            ("192.0.2.7", true, false),
            ("203.0.113.7", false, true),
            ("203.0.113.8", false, false),
            ("2001:db8::7", true, false),
            ("2001:db9::7", false, true),
            ("2001:db9::8", false, false),
        ] {
            let addr = addr.parse::<IpAddr>().unwrap();
            for (sieve, want) in [(&old, in_old), (&new, in_new)] {
                let is_matched = [sieve.matcher().is_match_ip(addr, None), sieve.contains_ip(addr)];
                assert_eq!((is_matched, !sieve.matcher().match_ip(addr, None).is_empty()), ([want; 2], want), "{addr}");
            }
        }
        for (url, want) in [(listed.as_str(), true), (&other, false), ("http://evil.test/", true)] {
            for sieve in [&old, &new] {
                let mut matcher = sieve.matcher();
                let found = [matcher.is_match_url(url), matcher.is_match_any(url), !matcher.match_url(url).is_empty()];
                assert_eq!(found, [want; 3], "{url}");
            }
        }
    }
}

/// Batches of one family and of both, with all that takes an address off the shortcut: ports, URLs, filters, embedded addresses.
#[test]
fn addresses_of_a_batch_answer_like_single_ones() {
    const NETS: [&str; 4] = ["192.0.2.0/25", "203.0.113.7", "2a00:1::/64", "2a00:2::7"];
    let v4 = ["192.0.2.9", "192.0.2.130", "203.0.113.7", "203.0.113.6", "198.51.100.7", "198.51.100.9", "198.51.100.8"];
    let v6 = ["2a00:1::9", "2a00:1:0:1::9", "2a00:2::7", "2a00:2::6", "2a00:3::7", "2a00:3::9", "2002:cb00:7107::1"];
    let [v4, v6] = [v4, v6].map(|all| all.map(|text| text.parse::<IpAddr>().unwrap()));
    let mixed: Vec<IpAddr> = v4.into_iter().zip(v6).flat_map(|(v4, v6)| [v4, v6]).collect();
    let (plain, strict) = (MatchOptions::new(), MatchOptions::new().port_unseen(false));
    let other = MatchOptions::new().filter(Filter::new().feed("other"));
    let derived = MatchOptions::new().derived(DerivedForms::new().six_to_four(true));
    for (more, options, hits) in [
        (&[][..], &plain, [2, 2]),
        (&["198.51.100.7:443", "[2a00:3::7]:443"], &plain, [3, 3]),
        (&["198.51.100.7:443", "[2a00:3::7]:443"], &strict, [2, 2]),
        (&["http://198.51.100.9/"], &plain, [3, 2]),
        (&["http://[2a00:3::9]/"], &plain, [2, 3]),
        (&["http://198.51.100.9/", "http://[2a00:3::9]/"], &plain, [3, 3]),
        (&[], &derived, [2, 3]),
        (&[], &other, [0, 0]),
    ] {
        let listed: Vec<&str> = NETS.iter().chain(more).copied().collect();
        let mut matcher = sieve(&listed).matcher_with(options);
        for (addrs, count) in [(&v4[..], hits[0]), (&v6, hits[1]), (&mixed, hits[0] + hits[1])] {
            let single = addrs.iter().map(|&addr| matcher.is_match_ip(addr, None)).collect::<Vec<_>>();
            assert_eq!(single.iter().filter(|is_match| **is_match).count(), count, "{addrs:?} in {listed:?}");
            // Several batches, of which the last is not full.
            for rounds in [1, 3, 30] {
                let mut out = Vec::new();
                matcher.is_match_ips(&addrs.repeat(rounds), &mut out);
                assert_eq!(out, single.repeat(rounds), "{addrs:?} in {listed:?}");
            }
        }
    }
}

/// What a scan asks about many addresses is what it asks about one, in each layer.
#[test]
fn a_probe_answers_many_like_one() {
    let nets = ["192.0.2.0/25", "203.0.113.7"];
    let hosts = ["192.0.2.0/25", "http://198.51.100.9/a"];
    let changed = |listed: &[&str], more: &str| {
        let mut delta = Delta::new();
        delta.add("feed", indicator(more));
        sieve(listed).with(&delta).unwrap().0
    };
    for (sieve, count) in [
        (sieve(&nets), 129),
        (sieve(&hosts), 129),
        (sieve(&["evil.test"]), 0),
        (changed(&nets, "198.51.100.0/28"), 145),
        (changed(&nets, "http://198.51.100.9/a"), 130),
        (changed(&hosts, "203.0.113.7"), 130),
        (changed(&hosts, "evil.test"), 129),
        // The change lists again, in a wider and in a narrower network, what was listed.
        (changed(&nets, "192.0.2.0/28"), 129),
        (changed(&hosts, "198.51.100.8/31"), 130),
    ] {
        let probe = sieve.matcher().probe();
        // More than are looked up side by side.
        let addrs: Vec<u32> = ["192.0.2.0", "198.51.100.0", "203.0.113.0"]
            .into_iter()
            .flat_map(|net| (0..256).map(move |octet| net.parse::<Ipv4Addr>().unwrap().to_bits() + octet))
            .collect();
        let want: Vec<bool> = addrs.iter().map(|&addr| probe.blocks_addr(IpAddr::V4(addr.into()))).collect();
        assert_eq!(want.iter().filter(|is_listed| **is_listed).count(), count);
        for before in [false, true] {
            let mut answers = vec![before; addrs.len()];
            probe.may_list(&addrs, &mut answers);
            assert_eq!(answers, want);
        }
    }
}

/// Names that are looked up without a word about allow entries, patterns or ports obey the scope.
#[test]
fn a_scope_decides_on_names_of_every_lookup() {
    let name = DomainName::parse("evil.test").unwrap();
    for (scope, hits) in [
        (Scope::Exact, [true, false, false]),
        (Scope::Subdomains, [false, true, false]),
        (Scope::Suffix, [true, true, false]),
    ] {
        let listed = Indicator::Domain { name: name.clone(), scope, port: None };
        let sieve = Sieve::builder().add("feed", listed).build().unwrap().0;
        let mut matcher = sieve.matcher();
        let names = ["evil.test", "www.evil.test", "notevil.test"];
        assert_eq!(names.map(|name| matcher.is_match_domain(name, None)), hits, "{scope:?}");
        assert_eq!(names.map(|name| !matcher.match_any(name).is_empty()), hits, "{scope:?}");
        let mut found = Vec::new();
        matcher.lookup_batch(names, |at, matches| found.push((at, matches.len())));
        let want: Vec<_> = (0..3).filter(|&at| hits[at]).map(|at| (at, 1)).collect();
        assert_eq!(found, want, "{scope:?}");
    }
}

/// A pattern and the name that it stands under are both found, on every way.
#[test]
fn a_pattern_adds_to_a_name() {
    let pattern = Indicator::Pattern(Pattern::new(PatternTarget::Name, "*-login.evil.test").unwrap());
    let sieve = Sieve::builder().add("feed", indicator("evil.test")).add("feed", pattern).build().unwrap().0;
    let mut matcher = sieve.matcher();
    for (value, count) in [("a-login.evil.test", 2), ("a-logins.evil.test", 1), ("a-login.evil.tests", 0)] {
        assert_eq!(matcher.match_any(value).len(), count, "{value}");
        assert_eq!(matcher.match_domain(value, None).len(), count, "{value}");
        let mut found = 0;
        matcher.lookup_batch([value, "good.test"], |_, matches| found += matches.len());
        assert_eq!(found, count, "{value}");
    }
}

/// An allow entry with a port counts at that port alone, and one for a URL not for its host.
#[test]
fn an_allow_entry_counts_where_it_is_seen() {
    for (allowed, values) in [
        ("evil.test:443", [("evil.test", true), ("evil.test:443", false), ("evil.test:80", true)]),
        ("evil.test", [("evil.test", false), ("evil.test:443", false), ("www.evil.test", false)]),
        ("http://evil.test/a", [("evil.test", true), ("http://evil.test/b", true), ("evil.test:80", true)]),
    ] {
        let mut record = Record::from(indicator(allowed));
        record.action = Some(Action::Allow);
        let sieve = Sieve::builder().add("feed", indicator("evil.test")).add("ours", record).build().unwrap().0;
        for (value, want) in values {
            let found = told(&sieve, &MatchOptions::new().host_only(true), value);
            assert_eq!(found.len(), usize::from(want), "{value} with {allowed} allowed: {found:?}");
        }
    }
}
