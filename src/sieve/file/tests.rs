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
