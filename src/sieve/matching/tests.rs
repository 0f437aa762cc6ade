//! Options, and lookups of single values, through the public interface.

mod shortcuts;

use jiff::Timestamp;

use super::derived::{Derived, DerivedForms, Nat64Prefix};
use super::options::{Filter, MatchOptions, Strength, Withheld};
use crate::Indicator;
use crate::indicator::{Pattern, PatternTarget};
use crate::sieve::{Delta, Engine, Sieve};
use crate::value::hash::LENGTHS;
use crate::value::{FileHash, Reject};

fn indicator(value: &str) -> Indicator {
    value.parse().unwrap()
}

fn sieve(values: &[&str]) -> Sieve {
    let mut builder = Sieve::builder();
    for value in values {
        builder.add("feed", indicator(value));
    }
    builder.build().unwrap().0
}

/// The matches of a lookup, as text.
fn told(sieve: &Sieve, options: &MatchOptions, value: &str) -> Vec<String> {
    let mut matcher = sieve.matcher_with(options);
    matcher.match_any(value).into_iter().map(|found| found.to_string()).collect()
}

/// Each setter changes the field that it names and no other.
#[test]
fn each_setter_sets_its_own_field() {
    let default = MatchOptions::default();
    let filter = Filter { min_confidence: Some(3), ..Filter::default() };
    let derived = DerivedForms { teredo: true, ..DerivedForms::default() };
    let new = MatchOptions::new;
    assert_eq!(new(), default);
    assert_eq!(new().port_unseen(false), MatchOptions { port_unseen: false, ..default.clone() });
    assert_eq!(new().joined(false), MatchOptions { joined: false, ..default.clone() });
    assert_eq!(new().name_like(true), MatchOptions { name_like: true, ..default.clone() });
    assert_eq!(new().host_only(true), MatchOptions { host_only: true, ..default.clone() });
    assert_eq!(new().filter(filter.clone()), MatchOptions { filter, ..default.clone() });
    assert_eq!(new().derived(derived.clone()), MatchOptions { derived, ..default.clone() });
    assert_eq!(new().engine(Engine::Scalar), MatchOptions { engine: Engine::Scalar, ..default });

    let time = Timestamp::from_second(7).unwrap();
    let none = Filter::default();
    assert_eq!(Filter::new(), none);
    assert_eq!(Filter::new().as_of(time), Filter { as_of: Some(time), ..none.clone() });
    assert_eq!(Filter::new().min_confidence(9), Filter { min_confidence: Some(9), ..none.clone() });
    let names = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(Filter::new().feed("a").feed("b"), Filter { feeds: names.clone(), ..none.clone() });
    assert_eq!(Filter::new().tag("a").tag("b"), Filter { tags: names, ..none });

    let prefix = Nat64Prefix::new("2001:db8::/96".parse().unwrap()).unwrap();
    let none = DerivedForms::default();
    assert_eq!((DerivedForms::new(), DerivedForms::new().any()), (none.clone(), false));
    for forms in [
        (DerivedForms::new().six_to_four(true), DerivedForms { six_to_four: true, ..none.clone() }),
        (DerivedForms::new().teredo(true), DerivedForms { teredo: true, ..none.clone() }),
        (DerivedForms::new().nat64(prefix), DerivedForms { nat64: vec![prefix], ..none }),
    ] {
        assert!(forms.0 == forms.1 && forms.0.any(), "{forms:?}");
    }
}

/// A matcher says what it was asked for; an engine that was named is the one in use.
#[test]
fn a_matcher_shows_its_options() {
    let sieve = sieve(&["evil.test"]);
    let options = MatchOptions::new().host_only(true).engine(Engine::Scalar);
    let matcher = sieve.matcher_with(&options);
    assert_eq!((matcher.options(), matcher.engine()), (&options, Engine::Scalar));
    assert_ne!(sieve.matcher().engine(), Engine::Auto);
}

/// Every reason counts once in the sum.
#[test]
fn all_that_was_withheld_counts() {
    let all = Withheld {
        port_unseen: 1,
        name_like: 10,
        host_only: 100,
        other_port: 1000,
        outside: 10_000,
        allowed: 100_000,
        filtered: 1_000_000,
    };
    assert_eq!((all.total(), Withheld::default().total()), (1_111_111, 0));
}

/// A strength that is not asked for is counted instead of reported.
#[test]
fn strengths_are_reported_or_counted() {
    let sieve = sieve(&["evil.test:443", "http://shop.test/a", "192.0.2.0/24"]);
    let all = MatchOptions::new().host_only(true).name_like(true);
    let none = MatchOptions::new().port_unseen(false);
    for (value, found, counts) in [
        ("evil.test", "evil.test:443 (exact, port_unseen) feed", (1, 0)),
        ("shop.test", "http://shop.test/a (url_any_path, host_only) feed", (0, 1)),
    ] {
        assert_eq!(told(&sieve, &all, value), [found]);
        let mut matcher = sieve.matcher_with(&none);
        let matches = matcher.match_any(value);
        let withheld = matches.withheld();
        assert_eq!((matches.len(), withheld.port_unseen, withheld.host_only), (0, counts.0, counts.1), "{value}");
        assert_eq!(withheld.total(), 1, "{value}");
    }
    assert_eq!(told(&sieve, &none, "evil.test:443").len(), 1);
    assert_eq!(told(&sieve, &none, "evil.test:80").len(), 0);
    for strength in [Strength::Strong, Strength::PortUnseen, Strength::Joined, Strength::NameLike, Strength::HostOnly] {
        let mut counted = Withheld::default();
        counted.count(strength);
        // A strong match is never withheld, and a joined one is made only on request.
        let counts = !matches!(strength, Strength::Strong | Strength::Joined);
        assert_eq!(counted.total(), u64::from(counts), "{strength}");
        assert!(all.reports(strength), "{strength}");
        let only_strong = none.clone().joined(false);
        assert_eq!(only_strong.reports(strength), strength == Strength::Strong, "{strength}");
    }
}

/// An address inside another is looked up if its form is asked for, and the match names the form.
#[test]
fn derived_addresses_name_their_form() {
    let sieve = sieve(&["198.51.100.7"]);
    let prefix = Nat64Prefix::new("2001:db8::/96".parse().unwrap()).unwrap();
    let (six_to_four, teredo, nat64) =
        (DerivedForms::new().six_to_four(true), DerivedForms::new().teredo(true), DerivedForms::new().nat64(prefix));
    for (value, forms, form, name) in [
        ("2002:c633:6407::1", &six_to_four, Derived::SixToFour, "6to4"),
        ("2001:0:192:0:2:1:39cc:9bf8", &teredo, Derived::Teredo, "teredo"),
        ("2001:db8::c633:6407", &nat64, Derived::Nat64, "nat64"),
    ] {
        for asked in [&six_to_four, &teredo, &nat64] {
            let mut matcher = sieve.matcher_with(&MatchOptions::new().derived(asked.clone()));
            let found = matcher.match_any(value).first().map(|found| found.derived());
            assert_eq!(found, (asked == forms).then_some(Some(form)), "{value}");
        }
        assert_eq!(form.to_string(), name);
        assert_eq!(told(&sieve, &MatchOptions::new(), value), [""; 0], "{value}");
    }
}

/// Hashes and mail addresses, each with a near miss and a value that is none, with and without changes on top.
#[test]
fn exact_values_are_found_in_both_layers() {
    const MD5: &str = "0123456789abcdef0123456789abcdef";
    const OTHER: &str = "0123456789abcdef0123456789abcdee";
    let old = sieve(&[MD5, "boss@evil.test"]);
    let mut delta = Delta::new();
    delta.add("feed", indicator(OTHER)).add("feed", indicator("sales@evil.test"));
    let (new, _) = old.with(&delta).unwrap();
    for (sieve, is_new) in [(&old, false), (&new, true)] {
        let mut matcher = sieve.matcher();
        for (value, want) in [(MD5, true), (OTHER, is_new), (&MD5[1..], false), ("boss@evil.test", false)] {
            assert_eq!(matcher.match_hash(value).len(), usize::from(want), "{value}");
            assert_eq!(matcher.is_match_hash(value), want, "{value}");
        }
        for (value, want) in [
            ("<BOSS@evil.test>", true),
            ("sales@evil.test", is_new),
            ("boss@www.evil.test", false),
            ("bos@evil.test", false),
            ("evil.test", false),
            (MD5, false),
        ] {
            assert_eq!(matcher.match_email(value).len(), usize::from(want), "{value}");
            assert_eq!(matcher.is_match_email(value), want, "{value}");
        }
        let hashes = [OTHER, MD5, "ffffffffffffffffffffffffffffffff"].map(|text| FileHash::parse(text).unwrap());
        let mut found = Vec::new();
        matcher.match_hashes(&hashes, |at, matches| found.push((at, matches.len())));
        assert_eq!(found, if is_new { vec![(0, 1), (1, 1)] } else { vec![(1, 1)] });
    }
}

/// Every shortcut of a batch, with listed values, other spellings of them, and near misses. Each value comes at many places of a batch.
#[test]
fn a_batch_answers_like_single_lookups() {
    let digits = "0123456789abcdeffedcba98765432100f".repeat(4);
    let hashes = LENGTHS.map(|len| digits[..2 * len].to_owned());
    let mut listed: Vec<String> = [
        "evil.test",
        "http://shop.test/a",
        "http://198.51.100.9/a",
        "192.0.2.0/24",
        "203.0.113.255",
        "2001:db8::7",
        "billing@mail.test",
        "x@a-mailbox-with-a-name.of-more-than-32-bytes.test",
    ]
    .map(str::to_owned)
    .into();
    listed.extend(hashes.iter().step_by(2).cloned());
    let old = sieve(&listed.iter().map(String::as_str).collect::<Vec<_>>());
    let mut delta = Delta::new();
    delta.add("feed", indicator("late.test")).add("feed", indicator(&hashes[1]));
    delta.remove(indicator("billing@mail.test")).remove(indicator(&hashes[2]));
    let (new, _) = old.with(&delta).unwrap();
    let mut values: Vec<String> = [
        "www.evil.test",
        "notevil.test",
        "EVIL.TEST",
        "www.Evil.test",
        "evil.test.",
        "evil.tes1",
        "evil-.test",
        "evil..test",
        "www.shop.test",
        "shop.test",
        "https://shop.test/a",
        "http://SHOP.test/a",
        "http://shop.test/b",
        "http://xshop.test/a",
        "shop.test:443",
        "198.51.100.9",
        "198.51.100.8",
        "http://198.51.100.9/a",
        "198.51.100.09",
        "192.0.2.7",
        "192.0.3.7",
        "192.0.2.256",
        "203.0.113.255",
        "203.0.113.254",
        "1.1.1.1",
        "2001:db8::7",
        "2001:db8::8",
        "2001:DB8:0:0:0:0:0:7",
        "2001:0db8::0007",
        "2001:db8:::7",
        "2001:db8::7:",
        "::ffff:c000:207",
        "64:ff9b::c000:207",
        "::ffff:c633:6409",
        "[2001:db8::7]",
        "[::ffff:192.0.2.7]",
        "192.0.2.7.",
        "0xc0.0.2.7",
        "http://192.0.2.7/",
        "http://0xc6.0x33.0x64.9/a",
        "http://u@shop.test/a",
        "http://shop.test@evil.tes1/",
        "http://shop.test./a?b",
        "http://shop.test:80/a",
        "http://shop.test:81/a",
        "http://shop.t%65st/a",
        "http://shop.test#/a",
        "http://shop..test/a",
        "https://evil.test",
        "https://www.a-name-with-which-the-host-ends-after-64-bytes.example.evil.test/a",
        "www.a-name-with-which-the-value-is-longer-than-thirty-two-bytes.evil.test",
        "www.a-name-with-which-the-value-is-longer-than-thirty-two-bytes.evil.tes1",
        "billing@mail.test",
        "Billing@MAIL.test",
        "illing@mail.test",
        "billing@mail.test.",
        "a@billing@mail.test",
        "billing@mail.test/a",
        "billing@",
        "@mail.test",
        "billing@mail.te:80",
        "b.illing@mail.test",
        "mailto:billing@mail.test",
        "x@a-mailbox-with-a-name.of-more-than-32-bytes.test",
        "y@a-mailbox-with-a-name.of-more-than-32-bytes.test",
        "boss@a-mailbox-without-a-dot-but-long",
        "late.test",
        "www.late.test",
        "",
        "a",
    ]
    .map(str::to_owned)
    .into();
    for hash in &hashes {
        let pairs: Vec<&str> = (0..hash.len() / 2).map(|n| &hash[2 * n..2 * n + 2]).collect();
        values.extend([hash.clone(), hash.to_uppercase(), format!("{hash}0"), hash[1..].to_owned(), pairs.join(":")]);
        values.extend([hash.replacen('1', "g", 1), hash[..hash.len() - 1].to_owned() + "g", hash.replace("ef", "e.")]);
    }
    for sieve in [&old, &new] {
        for engine in Engine::available() {
            let mut matcher = sieve.matcher_with(&MatchOptions::new().engine(engine));
            let single: Vec<usize> = values.iter().map(|value| matcher.match_any(value).len()).collect();
            assert!(single.iter().filter(|&&count| count > 0).count() > 15);
            for first in 0..values.len() {
                let mut batch = vec![0; values.len() - first];
                matcher.lookup_batch(&values[first..], |row, matches| batch[row] = matches.len());
                for ((value, batch), single) in values[first..].iter().zip(batch).zip(&single[first..]) {
                    assert_eq!(batch, *single, "{engine} {value:?}");
                }
            }
        }
    }
}

/// Text that means the same has one canonical form, with its port.
#[test]
fn the_canonical_form_keeps_the_port() {
    let sieve = sieve(&["evil.test"]);
    let mut matcher = sieve.matcher();
    for (value, want) in [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:80", "192.0.2.7:80"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("[2001:DB8::7]:80", "[2001:db8::7]:80"),
        ("EVIL.test.", "evil.test"),
        ("EVIL.test:443", "evil.test:443"),
        ("HTTP://Evil.TEST:80/a/../b", "http://evil.test/b"),
        ("Boss@Evil.TEST", "boss@evil.test"),
        ("MD5:0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef"),
    ] {
        assert_eq!(matcher.canonical(value).as_deref(), Ok(want), "{value}");
    }
    assert_eq!(matcher.canonical("evil..test"), Err(Reject::EmptyLabel));
}

/// A result that is kept has a space of its own, so that the next lookup does not change it.
#[test]
fn kept_results_stay_as_they_are() {
    let sieve = sieve(&["evil.test", "192.0.2.0/24"]);
    let first = sieve.lookup("www.evil.test").unwrap();
    let second = sieve.lookup("192.0.2.7").unwrap();
    let none = sieve.lookup("example.test").unwrap();
    assert_eq!((first.len(), second.len(), none.len()), (1, 1, 0));
    assert_eq!((first.is_empty(), none.is_empty(), none.first().is_none()), (false, true, true));
    for (found, want) in [(&first, "evil.test (subdomain) feed"), (&second, "192.0.2.0/24 (cidr) feed")] {
        let told: Vec<String> = found.into_iter().map(|found| found.to_string()).collect();
        assert_eq!(told, [want]);
        assert_eq!(found.first().map(|found| found.to_string()).as_deref(), Some(want));
        assert_eq!((&found.matches()).into_iter().count(), 1);
        let indicator = want.split(' ').next().unwrap();
        assert!(format!("{found:?}").contains(indicator), "{found:?}");
    }
    assert_eq!(format!("{:?}", second.first().unwrap().sources().next().unwrap()), "feed");
    drop((first, second));
    assert_eq!(sieve.lookup("evil..test").err(), Some(Reject::EmptyLabel));
    assert_eq!(sieve.lookup("evil.test").unwrap().len(), 1);
}

#[test]
fn matches_say_how_many_are_left() {
    let sieve = sieve(&["192.0.2.7", "192.0.2.0/24", "192.0.0.0/16"]);
    let mut matcher = sieve.matcher();
    let mut matches = matcher.match_any("192.0.2.7").into_iter();
    for left in [3, 2, 1, 0] {
        assert_eq!((matches.len(), matches.size_hint()), (left, (left, Some(left))));
        assert_eq!(matches.next().is_some(), left > 0);
    }
    for (value, want) in
        [("192.0.2.7", true), ("192.0.9.9:80", true), ("192.1.2.7", false), ("", false), ("no value", false)]
    {
        assert_eq!(sieve.is_match_any(value), want, "{value}");
    }
}

/// The longest path comes first; of two that are equally long, the one with the query.
#[test]
fn matches_of_a_url_come_by_the_length_of_their_paths() {
    let path = "/a/bc/def/ghij/klmno/pqrstu/vwxyzab/cdefghij/klmnopqrs/tuvwxyzabc";
    let mut listed = vec![format!("http://h.test{path}?q"), format!("http://h.test{path}")];
    listed.extend(
        path.rmatch_indices('/').filter(|(at, _)| *at > 0).map(|(at, _)| format!("http://h.test{}/", &path[..at])),
    );
    listed.push("http://h.test/".to_owned());
    // In an order that no length explains.
    let mut values: Vec<&str> = listed.iter().map(String::as_str).collect();
    values.sort_by_key(|value| value.bytes().rev().collect::<Vec<_>>());
    let found = told(&sieve(&values), &MatchOptions::default(), &listed[0]);
    assert_eq!(found.len(), listed.len());
    for (found, listed) in found.iter().zip(&listed) {
        assert_eq!(found.split(' ').next(), Some(&**listed), "{found}");
    }
}

#[test]
fn withheld_matches_are_summed_field_by_field() {
    let count = |first: u64| Withheld {
        port_unseen: first,
        name_like: first * 2,
        host_only: first * 3,
        other_port: first * 4,
        outside: first * 5,
        allowed: first * 6,
        filtered: first * 7,
    };
    let mut sum = count(10);
    sum += count(1);
    assert_eq!(sum, count(11));
    assert_eq!(sum.total(), 11 * 28);
}

/// Names of several batches, with hits at the places where a batch begins or ends.
#[test]
fn each_place_of_many_names_is_its_own() {
    let places = [0, 1, 31, 32, 33, 63, 64, 100, 127];
    let sieve = sieve(&["evil.test", "bad.example"]);
    let name = |place: usize| match places.contains(&place) {
        true => format!("n{place}.{}", ["evil.test", "bad.example"][place % 2]),
        false => format!("n{place}.notevil.test"),
    };
    let names: Vec<String> = (0..128).map(name).collect();
    let mut matcher = sieve.matcher();
    let (mut found, mut out) = (Vec::new(), Vec::new());
    matcher.match_domains(&names, None, |place, matches| {
        found.push((place, matches.first().unwrap().indicator().to_string()));
    });
    let want = places.map(|place| (place, ["evil.test", "bad.example"][place % 2].to_owned()));
    assert_eq!(found, want);
    matcher.is_match_domains(&names, None, &mut out);
    assert_eq!(out, (0..128).map(|place| places.contains(&place)).collect::<Vec<_>>());
}

/// URLs of different groups of schemes are different indicators.
#[test]
fn a_url_matches_within_its_group_of_schemes() {
    let sieve = sieve(&["http://h.test/a", "y://h.test/a", "x://h.test/a"]);
    for (value, listed) in [
        ("http://h.test/a", "http://h.test/a"),
        ("HTTPS://h.test/a", "http://h.test/a"),
        ("h.test/a", "http://h.test/a"),
        ("y://h.test/a", "y://h.test/a"),
        ("X://h.test/a", "x://h.test/a"),
    ] {
        assert_eq!(told(&sieve, &MatchOptions::default(), value), [format!("{listed} (url_exact) feed")], "{value}");
    }
    assert_eq!(told(&sieve, &MatchOptions::default(), "z://h.test/a"), [""; 0]);
}

/// Entries pass from their least confidence on, and within their time.
#[test]
fn a_filter_admits_up_to_its_bounds() {
    let time = |second| Timestamp::from_second(second).unwrap();
    for confidence in [None, Some(49), Some(50), Some(51)] {
        let mut record = crate::indicator::Record::from(indicator("evil.test"));
        record.attributes.confidence = confidence;
        (record.attributes.valid_from, record.attributes.valid_until) = (Some(time(1000)), Some(time(2000)));
        let sieve = Sieve::builder().add("feed", record).build().unwrap().0;
        for (second, is_valid) in [(999, false), (1000, true), (1999, true), (2000, false)] {
            let filter = Filter::new().min_confidence(50).as_of(time(second));
            let want = is_valid && confidence.is_none_or(|confidence| confidence >= 50);
            let mut matcher = sieve.matcher_with(&MatchOptions::new().filter(filter));
            assert_eq!(matcher.is_match_any("evil.test"), want, "{confidence:?} at {second}");
            assert_eq!(matcher.match_any("evil.test").withheld().filtered, u64::from(!want));
        }
    }
}

/// Until the time of an event is known, no allow entry counts; at a known time, only the valid entries do.
#[cfg(feature = "events")]
#[test]
fn entries_count_at_the_moment_of_an_event() {
    use super::filter::Moment;
    use crate::Action;
    let record = |from, until, action| {
        let mut record = crate::indicator::Record::from(indicator("evil.test"));
        record.attributes.valid_from = Some(Timestamp::from_second(from).unwrap());
        record.attributes.valid_until = Some(Timestamp::from_second(until).unwrap());
        record.action = Some(action);
        record
    };
    let (sieve, _) = Sieve::builder()
        .add("feed", record(1000, 3000, Action::Block))
        .add("late", record(2500, 3500, Action::Block))
        .add("ours", record(1500, 2000, Action::Allow))
        .build()
        .unwrap();
    let mut matcher = sieve.matcher();
    // For each moment: what is found, what is allowed, and what the filter drops.
    for (moment, want) in [
        (Moment::Any, (0, 1, 0)),
        (Moment::Later, (1, 0, 0)),
        (Moment::At(999), (0, 0, 1)),
        (Moment::At(1000), (1, 0, 0)),
        (Moment::At(1499), (1, 0, 0)),
        (Moment::At(1500), (0, 1, 0)),
        (Moment::At(1999), (0, 1, 0)),
        (Moment::At(2000), (1, 0, 0)),
        (Moment::At(3500), (0, 0, 1)),
    ] {
        matcher.set_moment(moment);
        let matches = matcher.match_any("evil.test");
        let withheld = matches.withheld();
        assert_eq!((matches.len(), withheld.allowed, withheld.filtered), want, "{moment:?}");
        assert_eq!(matcher.withheld(), withheld, "{moment:?}");
    }
    matcher.set_moment(Moment::Later);
    for (second, feeds) in [
        (999, &[][..]),
        (1000, &["feed"]),
        (2499, &["feed"]),
        (2500, &["feed", "late"]),
        (3000, &["late"]),
        (3500, &[]),
    ] {
        let found = matcher.match_any("evil.test").at(Some(second)).first().unwrap();
        let sources: Vec<&str> = found.sources().map(|source| source.feed().name.as_str()).collect();
        assert_eq!(sources, feeds, "{second}");
    }
}

/// Only what is not stored as text is written anew.
#[test]
fn values_that_are_stored_as_text_are_borrowed() {
    let values = [
        ("evil.test", true),
        ("http://evil.test/a", true),
        ("boss@evil.test", true),
        ("evil.test:80", false),
        ("192.0.2.0/24", false),
        ("0123456789abcdef0123456789abcdef", false),
    ];
    for (value, is_borrowed) in values {
        let sieve = sieve(&[value]);
        let listed = sieve.indicators().next().unwrap().sources().next().unwrap().as_listed();
        assert_eq!((&*listed, matches!(listed, std::borrow::Cow::Borrowed(_))), (value, is_borrowed));
    }
    let pattern = Indicator::Pattern(Pattern::new(PatternTarget::UrlPath, "/gate.php").unwrap());
    let sieve = Sieve::builder().add("feed", pattern).build().unwrap().0;
    let listed = sieve.indicators().next().unwrap().sources().next().unwrap().as_listed();
    assert!(matches!(listed, std::borrow::Cow::Borrowed("/gate.php")));
}

/// Long texts that begin alike come in the order of their ends, whichever was added first.
#[test]
fn long_patterns_come_in_the_order_of_their_texts() {
    let start = format!("/{}", "a".repeat(300));
    let patterns = ["*", "?", "b"].map(|end| Pattern::new(PatternTarget::UrlPath, &format!("{start}{end}")).unwrap());
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut builder = Sieve::builder();
        for at in order {
            builder.add("feed", Indicator::Pattern(patterns[at].clone()));
        }
        let sieve = builder.build().unwrap().0;
        let mut matcher = sieve.matcher();
        let matches = matcher.match_url(format!("http://h.test{start}b"));
        let found: Vec<String> = matches.iter().map(|found| found.indicator().to_string()).collect();
        assert_eq!(found, patterns.each_ref().map(Pattern::as_str), "{order:?}");
    }
}
