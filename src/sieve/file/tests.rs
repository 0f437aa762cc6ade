use super::*;
use crate::error::ErrorKind;
use crate::indicator::{Action, DomainName, Indicator, Pattern, PatternTarget, Record, Scope, Url};

/// A sieve with something of every kind.
fn sieve() -> Sieve {
    let mut builder = Sieve::builder();
    let mut feed = Feed::new("c2").tag("t");
    feed.policy.admit_bogons = true;
    let feed = builder.feed(feed);
    let allow = builder.feed(Feed::new("ours").action(Action::Allow));
    let name =
        |name: &str, port| Indicator::Domain { name: DomainName::parse(name).unwrap(), scope: Scope::Suffix, port };
    let net = |net: &str, port| Indicator::Ip { net: net.parse().unwrap(), port };
    let url = |url: &str| Indicator::Url { url: Url::parse(url).unwrap(), host_scope: Scope::Exact };
    let range = |first: &str, last: &str| Indicator::IpRange {
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
        port: None,
    };
    let pattern = |target, text| Indicator::Pattern(Pattern::new(target, text).unwrap());
    let all = [
        name("evil.test", None),
        name("bad.example", Some(8080)),
        net("192.0.2.7/32", None),
        net("198.51.100.0/24", Some(443)),
        net("2001:db8::/48", None),
        net("2001:db8:1::7/128", None),
        range("203.0.113.3", "203.0.113.9"),
        range("2001:db8:2::3", "2001:db8:2::9"),
        url("http://shop.test/login/"),
        url("http://192.0.2.9/a?b"),
        url("http://host.test/"),
        pattern(PatternTarget::Name, "*-login.test"),
        pattern(PatternTarget::UrlPath, "/gate.php"),
    ];
    for (indicator, line) in all.into_iter().zip(1..) {
        let mut record = Record::new(indicator, line, "as listed");
        record.attributes.score = (line == 2).then_some(1.5);
        record.attributes.valid_until = (line == 3).then(|| Timestamp::from_second(2_000_000_000).unwrap());
        record.attributes.description = (line == 1).then(|| "prose".into());
        builder.add(feed, record);
    }
    builder.add(allow, Record::new(name("ok.evil.test", None), 1, "ok.evil.test"));
    builder.build().unwrap().0
}

fn bytes() -> Vec<u8> {
    sieve().to_bytes().unwrap()
}

#[test]
fn a_file_reads_back_as_written() {
    let built = sieve();
    let bytes = built.to_bytes().unwrap();
    let opened = Sieve::from_bytes(bytes.clone()).unwrap();
    assert_eq!(opened.to_bytes().unwrap(), bytes);
    assert_eq!((opened.feeds(), opened.provenance()), (built.feeds(), built.provenance()));
    assert_eq!(opened.provenance().feeds[0].entries, 13);
    assert_eq!(opened.provenance().public_suffixes, crate::sieve::PublicSuffixes::built_in().version());
    for (a, b) in built.indicators().zip(opened.indicators()) {
        assert_eq!((a.to_string(), a.scope(), a.port()), (b.to_string(), b.scope(), b.port()));
        for (a, b) in a.sources().zip(b.sources()) {
            assert_eq!((a.as_listed(), a.description(), a.score()), (b.as_listed(), b.description(), b.score()));
            assert_eq!((a.valid_until(), a.line(), a.action()), (b.valid_until(), b.line(), b.action()));
            assert!(a.tags().eq(b.tags()));
        }
    }
}

#[test]
fn names_of_sections_fit_and_are_told_apart() {
    let sections = sieve().sections();
    let mut names: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
    assert!(names.iter().all(|name| name.len() <= 40));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(sections.iter().map(|section| section.bytes).sum::<u64>() < bytes().len() as u64);
}

/// A sieve with entries in most sections.
fn full_sieve() -> Sieve {
    let mut builder = Sieve::builder();
    let mut feed = Feed::new("c2").tag("t").tag("u");
    feed.policy.admit_bogons = true;
    let feeds = [builder.feed(feed.clone()), builder.feed(Feed { name: "other".into(), ..feed })];
    let list = "evil.test\nevil.test:80\nbad.example:8080\n192.0.2.7\n198.51.100.0/24\n192.0.2.8:443\n192.0.2.8:80\n\
                2001:db8::/48\n2001:db8:1::7\n2001:db8:1::8\n[2001:db8:1::8]:80\nhttp://shop.test/login/\n\
                http://shop.test/a?b\nhttps://shop.test/a?b\nhttp://192.0.2.9/a?b\nhttp://host.test/\n\
                http://[2001:db8::9]/a\nmail@evil.test\n44d88612fea8a8f36de82e1278abb02f\n\
                3395856ce81f2b7382dee72602f798b642f14140\n\
                275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f";
    for (text, line) in list.lines().zip(1..) {
        let time = |second: i64| Some(Timestamp::from_second(second + i64::from(line)).unwrap());
        let mut record = Record::new(text.parse().unwrap(), line, format!("as listed: {text}"));
        let own = &mut record.attributes;
        (own.score, own.confidence, own.family) = (Some(1.5), Some(50), Some("family".into()));
        (own.first_seen, own.last_seen) = (time(1_600_000_000), time(1_600_000_100));
        (own.valid_from, own.valid_until) = (time(1_600_000_200), time(1_600_000_300));
        own.tags = vec!["tag".into()];
        (own.reference, own.description, own.id) = (Some("page".into()), Some("prose".into()), Some("id".into()));
        builder.add(feeds[0], record.clone());
        record.action = (line % 2 == 0).then_some(Action::Allow);
        builder.add(feeds[1], record);
    }
    for (target, text) in [(PatternTarget::Name, "*-login.test"), (PatternTarget::UrlPath, "/gate.php")] {
        builder.add(feeds[0], Record::new(Indicator::Pattern(Pattern::new(target, text).unwrap()), 99, text));
    }
    builder.build().unwrap().0
}

#[test]
fn memory_is_what_the_sections_take_up() {
    /// The bytes of a bitmap that is derived from the hosts of URLs that are IPv4 addresses.
    const BITMAP: usize = (1 << 16) / 8;
    let built = full_sieve();
    let sections = built.sections();
    for tables in [built.tables(), Sieve::from_bytes(built.to_bytes().unwrap()).unwrap().tables()] {
        // Each table, and the sections that hold seeds, counts and flags, which are fields of the table in memory.
        let parts = [
            ("strings", tables.strings.memory(), &[][..]),
            ("attributes", tables.attributes.memory(), &["count"]),
            ("indicators", tables.indicators.memory(), &[]),
            ("entries", tables.entries.memory(), &["count"]),
            ("v4", tables.v4.memory(), &[]),
            ("v6", tables.v6.memory(), &[]),
            ("domains", tables.domains.memory(), &["head"]),
            ("urls", tables.urls.memory() - BITMAP, &["seeds"]),
            ("digests", tables.digests.memory(), &[]),
            ("emails", tables.emails.memory(), &["facts"]),
            ("prefilter", tables.prefilter().memory(), &["facts"]),
        ];
        for (part, memory, fields) in parts {
            let of_part = sections
                .iter()
                .filter_map(|section| Some((section.name.strip_prefix(part)?.strip_prefix('.')?, section.bytes)));
            let bytes: Vec<_> = of_part.filter(|(name, _)| !fields.contains(name)).collect();
            assert_eq!(bytes.iter().map(|(_, bytes)| bytes).sum::<u64>(), memory as u64, "{part}: {bytes:?}");
        }
        // Of patterns, only the rows are saved: the rest is derived from them.
        let patterns: usize = [&tables.names, &tables.paths].into_iter().flatten().map(|table| table.memory()).sum();
        assert!((100..100_000).contains(&patterns), "{patterns}");
        assert_eq!(parts.iter().map(|(_, memory, _)| memory).sum::<usize>() + BITMAP + patterns, tables.memory());
    }
    assert_eq!(built.memory_usage(), built.tables().memory());
}

#[test]
fn every_attribute_of_an_entry_reads_back() {
    let opened = Sieve::from_bytes(full_sieve().to_bytes().unwrap()).unwrap();
    let second = |second: i64| Some(Timestamp::from_second(second).unwrap());
    let mut count = 0;
    for source in opened.indicators().flat_map(|indicator| indicator.sources().collect::<Vec<_>>()) {
        let Some(line) = source.line() else { panic!("an entry without a line") };
        if line == 99 {
            assert_eq!((source.object_id(), source.reference(), source.description()), (None, None, None));
            continue;
        }
        let line = i64::from(line);
        assert_eq!(
            (source.object_id(), source.reference(), source.description()),
            (Some("id"), Some("page"), Some("prose"))
        );
        assert_eq!((source.score(), source.confidence(), source.family()), (Some(1.5), Some(50), Some("family")));
        assert_eq!(
            (source.first_seen(), source.last_seen()),
            (second(1_600_000_000 + line), second(1_600_000_100 + line))
        );
        assert_eq!(
            (source.valid_from(), source.valid_until()),
            (second(1_600_000_200 + line), second(1_600_000_300 + line))
        );
        assert!(source.as_listed().starts_with("as listed: "));
        assert!(source.tags().eq(["t", "u", "tag"]));
        let is_allowed = source.action() == Action::Allow;
        assert_eq!(is_allowed, source.feed().name == "other" && line % 2 == 0);
        count += 1;
    }
    assert_eq!(count, 42);
}

/// Checksums do not tell what does not fit together.
#[test]
fn flags_that_are_not_those_of_the_entries_are_refused() {
    for built in [sieve(), full_sieve()] {
        let tables = built.tables();
        let mut writer = Writer::default();
        tables.save(&mut writer);
        let open = |sections| Tables::open(&Reader::new(sections), tables.feeds.clone(), tables.provenance.clone());
        assert!(open(writer.sections().to_vec()).is_ok());
        for row in 0..built.len() {
            // Allow all: what no entry does.
            let mut sections = writer.sections().to_vec();
            let shapes = &mut sections.iter_mut().find(|(name, _)| name == "indicators.shapes").unwrap().1;
            let mut bytes = shapes.to_vec();
            bytes[row] |= 1 << Action::AllowAll as u8;
            *shapes = bytes.into();
            let error = open(sections).map(drop).unwrap_err().to_string();
            assert!(error.contains("do not say") || error.contains("does not agree"), "{row}: {error}");
        }
    }
}

#[test]
fn only_the_caller_gives_a_time() {
    let time = Timestamp::from_second(1_600_000_000).unwrap();
    let built = sieve();
    let with_time = built.to_bytes_with(&SaveOptions { created: Some(time) }).unwrap();
    let opened = Sieve::from_bytes(with_time.clone()).unwrap();
    assert_eq!(opened.provenance().created, Some(time));
    assert_eq!(opened.to_bytes().unwrap(), with_time);
}

#[test]
fn errors_name_the_section_and_what_is_wrong() {
    let good = bytes();
    let error = |bytes: Vec<u8>| Sieve::from_bytes(bytes).unwrap_err().to_string();
    let with = |at: usize, new: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        error(bytes)
    };
    assert!(error(Vec::new()).contains("section header: the file is empty"));
    assert!(error(b"evil.test\n".to_vec()).contains("not a compiled sieve"));
    assert!(error(good[..100].to_vec()).contains("ends after 100 bytes"));
    assert!(error(good[..good.len() - 1].to_vec()).contains("bytes and should have"));
    assert!(error([&good[..], b"x"].concat()).contains("bytes and should have"));
    assert!(with(12, &0x0A0B_0C0D_u32.to_be_bytes()).contains("other byte order"));
    let version = with(8, &9_u32.to_le_bytes());
    assert!(
        version.contains("format version 9, made by netsieve 0.")
            && version.contains("reads version 2: open it with the release that made it"),
        "{version}"
    );
    assert!(with(80, &[1]).contains("checksum") || with(80, &[1]).contains("nothing should be"));
    assert!(with(150, &[1]).contains("header: the checksum is wrong"));
    let older = with(8, &1_u32.to_le_bytes());
    assert!(
        older.contains("format version 1, made by netsieve 0.") && older.contains("build the set again"),
        "{older}"
    );
    let text = good.windows(9).rposition(|window| window == b"evil.test").unwrap();
    assert!(with(text, b"evil.text").contains("section strings.text: the checksum is wrong"));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    std::fs::write(&path, &good[..good.len() - 1]).unwrap();
    let cut = Sieve::open(&path).unwrap_err();
    assert_eq!(cut.path(), Some(&*path));
    assert!(cut.to_string().starts_with(&path.display().to_string()), "{cut}");
    let missing = Sieve::open(folder.path().join("none")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io(std::io::ErrorKind::NotFound));
}

#[test]
fn a_saved_file_is_read_and_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    std::fs::write(&path, "something else").unwrap();
    sieve().save(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes());
    assert!(Sieve::open(&path).unwrap().matcher().is_match_any("www.evil.test"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(sieve().save(folder.path()).is_err());
}
