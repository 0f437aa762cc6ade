//! Address lookups: single, batched, and in the IPv6 forms that embed IPv4.

mod oracle;
#[path = "../src/random.rs"]
mod random;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use netsieve::indicator::Url;
use netsieve::sieve::{Derived, Nat64Prefix};
use netsieve::{Action, Indicator, MatchOptions, Matcher, Scope, Sieve};
use oracle::{Row, World, open_feed};
use prefix_trie::PrefixSet;
use random::Random;

fn net(text: &str) -> Indicator {
    Indicator::Ip { net: text.parse().expect("a prefix"), port: None }
}

/// Everything that can be listed at an address: block and allow entries, ports, ranges, and URLs with and without a path.
fn world(random: &mut Random) -> World {
    let mut world = World {
        feeds: vec![open_feed("block"), open_feed("allow"), open_feed("all"), open_feed("more")],
        rows: vec![],
    };
    world.feeds[1].action = Action::Allow;
    world.feeds[2].action = Action::AllowAll;
    // The number of rows says whether a world is compiled at once or changed later, so it varies.
    for line in 1..60 + random.below(3) as u32 {
        let (octet, len) = (random.below(256) as u8, 24 + random.below(9) as u8);
        let v4 = IpAddr::V4([11, 22, random.below(2) as u8, octet].into());
        let v6 = Ipv6Addr::new(0x2400, 0, 0, random.below(2) as u16, 0, 0, 0, octet.into());
        let port = (random.below(4) == 0).then_some(443);
        let indicator = match random.below(8) {
            0..4 => Indicator::Ip { net: IpNet::new(v4, len).expect("a length").trunc(), port },
            4 => Indicator::Ip { net: IpNet::new(v6.into(), len + 96).expect("a length").trunc(), port },
            5 => Indicator::IpRange { first: v4, last: [11, 22, 1, 255].into(), port },
            6 => {
                let text = if octet % 3 == 0 { format!("http://[{v6}]/") } else { format!("http://{v4}/") };
                Indicator::Url { url: Url::parse(&text).expect("a URL"), host_scope: Scope::Exact }
            }
            _ => {
                let text = format!("http://{v4}/path");
                Indicator::Url { url: Url::parse(&text).expect("a URL"), host_scope: Scope::Exact }
            }
        };
        let feed = [0, 0, 0, 0, 3, 3, 1, 2][random.below(8) as usize];
        let mut row = Row::new(feed, indicator, line);
        row.confidence = (random.below(2) == 0).then_some(30);
        world.rows.push(row);
    }
    world
}

fn addrs(random: &mut Random, count: usize) -> Vec<IpAddr> {
    let addr = |random: &mut Random| {
        let (third, octet) = (random.below(3) as u8, random.below(256) as u8);
        let v4 = Ipv4Addr::new(11, 22, third, octet);
        match random.below(6) {
            0..3 => IpAddr::V4(v4),
            3 => IpAddr::V6(Ipv6Addr::new(0x2400, 0, 0, third.into(), 0, 0, 0, octet.into())),
            4 => IpAddr::V6(v4.to_ipv6_mapped()),
            _ => IpAddr::V6(Ipv6Addr::from_bits(0x2002 << 112 | u128::from(v4.to_bits()) << 80 | 1)),
        }
    };
    (0..count).map(|_| addr(random)).collect()
}

fn found(matcher: &mut Matcher, addr: IpAddr) -> String {
    format!("{:?}", matcher.match_ip(addr, None))
}

/// Compares both batch lookups with single lookups.
fn check_batch<A: Copy + Into<IpAddr>>(matcher: &mut Matcher, addrs: &[A]) {
    let want: Vec<String> = addrs.iter().map(|&addr| found(matcher, addr.into())).collect();
    let mut out = vec![true; 7];
    matcher.is_match_ips(addrs, &mut out);
    assert_eq!(out.len(), addrs.len());
    for ((&addr, &is_match), want) in addrs.iter().zip(&out).zip(&want) {
        assert_eq!(is_match, want != "[]", "{:?}", addr.into());
        assert_eq!(matcher.is_match_ip(addr.into(), None), is_match);
    }
    let mut hits = Vec::new();
    matcher.match_ips(addrs, |at, matches| hits.push((at, format!("{matches:?}"))));
    let wanted: Vec<_> = want.into_iter().enumerate().filter(|(_, want)| want != "[]").collect();
    assert_eq!(hits, wanted);
}

fn all_options() -> Vec<MatchOptions> {
    let mut all = vec![MatchOptions::default(); 7];
    all[1].filter.min_confidence = Some(50);
    all[2].filter.feeds.push("more".into());
    all[3].port_unseen = false;
    all[4].host_only = true;
    all[5].derived.six_to_four = true;
    (all[6].derived.six_to_four, all[6].port_unseen, all[6].filter.min_confidence) = (true, false, Some(50));
    all
}

#[test]
fn batches_equal_single_lookups_under_all_options() {
    let mut random = Random::new(1);
    for round in 0..20 {
        let sieve = world(&mut random).sieve();
        for options in all_options() {
            let mut matcher = sieve.matcher_with(&options);
            let addrs = addrs(&mut random, 400);
            check_batch(&mut matcher, &addrs);
            if round < 2 {
                let v4: Vec<Ipv4Addr> = addrs
                    .iter()
                    .filter_map(|addr| match addr {
                        IpAddr::V4(addr) => Some(*addr),
                        IpAddr::V6(_) => None,
                    })
                    .collect();
                (0..=200).for_each(|len| check_batch(&mut matcher, &addrs[len % 7..][..len]));
                (0..=100).for_each(|len| check_batch(&mut matcher, &v4[len % 5..][..len]));
            }
        }
    }
}

#[test]
fn contains_looks_at_block_entries_only() {
    let mut random = Random::new(2);
    for _ in 0..20 {
        let world = world(&mut random);
        let sieve = world.sieve();
        for addr in addrs(&mut random, 200) {
            let canonical = netsieve::value::ip::canonical(addr);
            let covers = |row: &Row| {
                matches!(row.feed, 0 | 3)
                    && match &row.indicator {
                        Indicator::Ip { net, .. } => net.contains(&canonical),
                        Indicator::IpRange { first, last, .. } => {
                            first.is_ipv4() == canonical.is_ipv4() && (*first..=*last).contains(&canonical)
                        }
                        _ => false,
                    }
            };
            assert_eq!(sieve.contains_ip(addr), world.rows.iter().any(covers), "{addr}");
        }
    }
}

fn sieve(block: &[&str], allow: &[&str]) -> Sieve {
    let mut world = World { feeds: vec![open_feed("block"), open_feed("allow")], rows: vec![] };
    world.feeds[1].action = Action::Allow;
    world.rows.extend(block.iter().map(|text| Row::new(0, net(text), 1)));
    world.rows.extend(allow.iter().map(|text| Row::new(1, net(text), 1)));
    world.sieve()
}

/// The canonical text and the derived form of each match.
fn texts(matcher: &mut Matcher, addr: &str) -> Vec<(String, Option<Derived>)> {
    let matches = matcher.match_ip(addr.parse::<IpAddr>().expect("an address"), None);
    matches.iter().map(|found| (found.indicator().to_string(), found.derived())).collect()
}

#[test]
fn derived_forms_are_told_and_come_last() {
    let sieve = sieve(
        &["11.22.0.0/16", "11.22.33.44/32", "2002:b16::/32", "2001::/40"],
        &["11.22.33.45/32", "2002:b16:212c::/48"],
    );
    let mut options = MatchOptions::default();
    let text = |text: &str| (text.to_owned(), None);
    let derived = |text: &str, how| (text.to_owned(), Some(how));
    let mut plain = sieve.matcher_with(&options);
    assert_eq!(texts(&mut plain, "2002:b16:2100::"), [text("2002:b16::/32")]);
    assert_eq!(texts(&mut plain, "64:ff9b:1::b16:212c"), []);

    options.derived.six_to_four = true;
    options.derived.teredo = true;
    options.derived.nat64.extend(Nat64Prefix::new("64:ff9b:1::/96".parse().unwrap()));
    let mut matcher = sieve.matcher_with(&options);
    let six = Derived::SixToFour;
    assert_eq!(texts(&mut matcher, "2002:b16:2100::"), [text("2002:b16::/32"), derived("11.22.0.0/16", six)]);
    // The allow entry for the IPv6 address does not affect the embedded IPv4 address, nor the reverse.
    let both = [derived("11.22.33.44", six), derived("11.22.0.0/16", six)];
    assert_eq!(texts(&mut matcher, "2002:b16:212c::1"), both);
    assert_eq!(texts(&mut matcher, "2002:b16:212d::1"), [text("2002:b16::/32")]);
    let client = !u32::from(Ipv4Addr::new(11, 22, 33, 44));
    let teredo = format!("2001::{:x}:{:x}", client >> 16, client & 0xFFFF);
    let want = [text("2001::/40"), derived("11.22.33.44", Derived::Teredo), derived("11.22.0.0/16", Derived::Teredo)];
    assert_eq!(texts(&mut matcher, &teredo), want);
    assert_eq!(texts(&mut matcher, "64:ff9b:1::b16:1"), [derived("11.22.0.0/16", Derived::Nat64)]);
    assert!(matcher.is_match_ip("64:ff9b:1::b16:1".parse::<IpAddr>().unwrap(), None));
    assert!(!matcher.is_match_ip("64:ff9b:2::b16:1".parse::<IpAddr>().unwrap(), None));

    // The same as the host of a URL, and in scans by every engine.
    let found: Vec<_> = matcher.match_url("http://[64:ff9b:1::b16:1]/x").iter().map(|found| found.derived()).collect();
    assert_eq!(found, [Some(Derived::Nat64)]);
    let log = b"a 64:ff9b:1::b16:1 b\nc http://[2002:b16:212c::1]/ d\n64:ff9b:2::b16:1\n";
    for engine in netsieve::Engine::available() {
        let mut scan = netsieve::ScanOptions::default();
        scan.engine = engine;
        let count = |scan: &netsieve::ScanOptions| {
            let mut hits = Vec::new();
            netsieve::Scanner::with_options(&sieve, scan).scan(log, |hit| {
                hits.extend(hit.matches().iter().map(|found| (hit.span().start, found.derived())));
                std::ops::ControlFlow::Continue(())
            });
            hits
        };
        assert_eq!(count(&scan), [], "{engine:?}");
        scan.matching = options.clone();
        let want = [(2, Some(Derived::Nat64)), (31, Some(six)), (31, Some(six))];
        assert_eq!(count(&scan), want, "{engine:?}");
    }
}

/// Prefixes that nest and cluster, as in real lists.
fn listed(random: &mut Random, is_v4: bool, count: usize) -> Vec<IpNet> {
    let net = |random: &mut Random| {
        if is_v4 {
            // Some /16 networks are full of them.
            let upper = random.below(1 << 7) as u32 * random.below(1 << 7) as u32;
            let bits = 11 << 24 | upper << 12 | random.below(1 << 14) as u32;
            let len = 32 - (random.below(17) * random.below(17) / 16) as u8;
            IpNet::new(IpAddr::V4(bits.into()), len).expect("a length").trunc()
        } else {
            let group = |random: &mut Random, most: u64| u128::from(random.below(most) * random.below(most));
            let upper = 0x2400 << 112 | group(random, 6) << 100 | group(random, 20) << 84 | group(random, 20) << 64;
            let bits = upper | group(random, 100) << 40 | group(random, 100) << 16 | group(random, 60);
            let len = [32, 36, 40, 44, 48, 52, 56, 60, 64, 64, 96, 112, 120, 124, 128, 128][random.below(16) as usize];
            IpNet::new(IpAddr::V6(bits.into()), len).expect("a length").trunc()
        }
    };
    (0..count).map(|_| net(random)).collect()
}

/// Compares lookups with the tries of `prefix-trie`: of random addresses, and of addresses in, next to or near the listed prefixes.
fn as_prefix_trie(seed: u64, is_v4: bool, count: usize, queries: usize) {
    let mut random = Random::new(seed);
    let nets = listed(&mut random, is_v4, count);
    let (mut v4, mut v6) = (PrefixSet::<Ipv4Net>::new(), PrefixSet::<Ipv6Net>::new());
    for &net in &nets {
        match net {
            IpNet::V4(net) => drop(v4.insert(net)),
            IpNet::V6(net) => drop(v6.insert(net)),
        }
    }
    let text = |net: IpNet| Indicator::Ip { net, port: None }.to_string();
    let cover = |addr: IpAddr| -> Vec<String> {
        match addr {
            IpAddr::V4(addr) => v4.cover(&addr.into()).map(|net| text(net.into())).collect(),
            IpAddr::V6(addr) => v6.cover(&addr.into()).map(|net| text(net.into())).collect(),
        }
    };
    let sieve = World::of(nets.iter().map(|&net| Indicator::Ip { net, port: None })).sieve();
    let mut matcher = sieve.matcher();
    let mut batch = Vec::new();
    let mut hits = 0;
    for _ in 0..queries / 1000 {
        batch.clear();
        for _ in 0..1000 {
            let near = nets[random.below(count as u64) as usize];
            let bits = |addr: IpAddr| match addr {
                IpAddr::V4(addr) => u128::from(addr.to_bits()),
                IpAddr::V6(addr) => addr.to_bits(),
            };
            let any = u128::from(random.below(1 << 31)) << 97
                | u128::from(random.below(1 << 31)) << 66
                | u128::from(random.below(1 << 31)) << 35;
            let bits = match random.below(6) {
                0 => any >> if is_v4 { 96 } else { 0 },
                1 => bits(near.network()).wrapping_sub(1),
                2 => bits(near.broadcast()).wrapping_add(1),
                3 => bits(near.network()),
                4 => bits(near.broadcast()),
                _ => bits(near.network()) ^ any >> (97 + random.below(31) as u32),
            };
            batch.push(if is_v4 { IpAddr::V4((bits as u32).into()) } else { IpAddr::V6(bits.into()) });
        }
        let mut found = vec![Vec::new(); batch.len()];
        matcher.match_ips(&batch, |at, matches| {
            found[at] = matches.iter().map(|found| found.indicator().to_string()).collect();
        });
        for (&addr, found) in batch.iter().zip(&found) {
            let mut want = cover(addr);
            want.reverse();
            assert_eq!(found, &want, "{addr}");
            hits += usize::from(!want.is_empty());
        }
    }
    assert!(hits > queries / 10 && hits < queries, "{hits}");
}

#[test]
fn many_addresses_as_a_trie_finds_them() {
    as_prefix_trie(3, true, 20_000, 60_000);
    as_prefix_trie(4, false, 20_000, 60_000);
}

#[test]
#[ignore = "ten million addresses take minutes; the test above takes fewer"]
fn ten_million_addresses_as_a_trie_finds_them() {
    as_prefix_trie(5, true, 500_000, 6_000_000);
    as_prefix_trie(6, false, 200_000, 4_000_000);
}
