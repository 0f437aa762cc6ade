//! The compiled file: opening restores the set that was saved, a file with any other content is refused or harmless,
//! and saving never leaves a partial file.

mod damage;
mod oracle;

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use damage::{Damage, Parts, drive, reseal, try_open};
use netsieve::indicator::{DomainName, Pattern, PatternTarget, Record, Url};
use netsieve::{Action, ErrorKind, Feed, Indicator, MatchOptions, Scope, Sieve};
use oracle::{Observed, Row, World, answer_of, open_feed};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

fn name(name: &str, scope: Scope, port: Option<u16>) -> Indicator {
    Indicator::Domain { name: DomainName::parse(name).expect("a name"), scope, port }
}

fn net(net: &str, port: Option<u16>) -> Indicator {
    Indicator::Ip { net: net.parse().expect("a prefix"), port }
}

fn range(first: &str, last: &str) -> Indicator {
    let addr = |text: &str| text.parse().expect("an address");
    Indicator::IpRange { first: addr(first), last: addr(last), port: None }
}

fn url(url: &str, host_scope: Scope) -> Indicator {
    Indicator::Url { url: Url::parse(url).expect("a URL"), host_scope }
}

fn pattern(target: PatternTarget, text: &str) -> Indicator {
    Indicator::Pattern(Pattern::new(target, text).expect("a pattern"))
}

/// One entry of every kind, from three feeds.
fn world() -> World {
    let indicators = [
        name("evil.test", Scope::Suffix, None),
        name("bad.example", Scope::Exact, Some(8080)),
        name("deep.evil.test", Scope::Subdomains, None),
        net("192.0.2.7/32", None),
        net("198.51.100.0/24", Some(443)),
        net("198.51.100.64/26", None),
        net("2001:db8::/48", None),
        net("2001:db8:1::7/128", None),
        range("203.0.113.3", "203.0.113.9"),
        range("2001:db8:2::3", "2001:db8:2::9"),
        url("http://shop.test/login/", Scope::Exact),
        url("http://shop.test/login/?a=b", Scope::Exact),
        url("http://192.0.2.9/a?b", Scope::Exact),
        url("https://host.test/", Scope::Suffix),
        pattern(PatternTarget::Name, "*-login.test"),
        pattern(PatternTarget::UrlPath, "/gate.php"),
        Indicator::Hash("0123456789abcdef0123456789abcdef".parse().expect("a hash")),
        Indicator::Hash("00112233445566778899aabbccddeeff00112233".parse().expect("a hash")),
        Indicator::Email("boss@shop.test".parse().expect("an address")),
        Indicator::Email("j\u{fc}rgen@b\u{fc}cher.test".parse().expect("an address")),
    ];
    let mut world = World { feeds: vec![open_feed("c2"), open_feed("more"), open_feed("ours")], rows: Vec::new() };
    world.feeds[0].tags.push("t".into());
    world.feeds[0].confidence = Some(70);
    world.feeds[2].action = Action::Allow;
    for (indicator, line) in indicators.into_iter().zip(1..) {
        let mut row = Row::new(0, indicator, line);
        if line % 3 == 0 {
            world.rows.push(Row { feed: 1, line: 100 + line, tags: vec!["u".into()], ..row.clone() });
            row.listed = format!("as listed {line}");
        }
        row.valid_until = (line % 4 == 0).then_some(1_800_000_000 + i64::from(line));
        world.rows.push(row);
    }
    world.rows.push(Row::new(2, name("ok.evil.test", Scope::Suffix, None), 1));
    world
}

/// The version of the format that is written.
const VERSION: u32 = 2;

fn golden_path(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/v{version}.sieve"))
}

/// The file of the current format version. `NETSIEVE_WRITE_GOLDEN=1` writes it again, but only until that version is released.
fn golden() -> Vec<u8> {
    let path = golden_path(VERSION);
    if std::env::var_os("NETSIEVE_WRITE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, world().sieve().to_bytes().unwrap()).unwrap();
    }
    std::fs::read(path).expect("a file of the tests")
}

/// The error for a file of an earlier version says what to do.
#[test]
fn the_golden_file_of_each_earlier_version_is_refused_by_its_number() {
    for version in 1..VERSION {
        let path = golden_path(version);
        let error = Sieve::open(&path).unwrap_err();
        assert_eq!(error.path(), Some(&*path));
        for said in
            [&*format!("format version {version}, made by netsieve 0.1.0"), "reads version 2", "build the set again"]
        {
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}

/// The rest of a file is not read, and no memory is allocated for it, until its header has been checked.
#[test]
fn a_file_is_looked_at_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    let refused = |head: &[u8], len: u64, why: &str| {
        std::fs::write(&path, head).unwrap();
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(len).unwrap();
        let error = Sieve::open(&path).unwrap_err().to_string();
        assert!(error.contains(why) && error.starts_with(&path.display().to_string()), "{error}");
    };
    const HUGE: u64 = 1 << 40;
    let file = golden();
    let mut parts = Parts::of(&file);
    refused(b"", HUGE, "not a compiled sieve");
    refused(&file, HUGE, "bytes and should have");
    let with_len = |file: &[u8], len: u64| {
        let mut file = file.to_vec();
        file[16..24].copy_from_slice(&len.to_le_bytes());
        reseal(&mut file);
        file
    };
    refused(&with_len(&file, HUGE), HUGE, "more than 17179869184");
    // A section as long as its file says, within the cap but larger than memory.
    let mut long = with_len(&file, 16 << 30);
    let last = 128 + 64 * (parts.sections.len() - 1);
    let start = u64::from_le_bytes(long[last + 40..last + 48].try_into().unwrap());
    long[last + 48..last + 56].copy_from_slice(&((15_u64 << 30) - start).to_le_bytes());
    reseal(&mut long);
    refused(&long, 16 << 30, "something after the last section");
    // Too many sections are refused by their number, before any is examined.
    parts.sections = (0..40_000).map(|n| (format!("s{n}"), Vec::new())).collect();
    let many = parts.assemble();
    refused(&many, many.len() as u64, "40000 sections, more than 1024");
    assert!(Sieve::from_bytes(many).unwrap_err().to_string().contains("more than 1024"));
    parts.sections.truncate(1024);
    parts.sections[1023].0 = "s77".to_owned();
    assert!(Sieve::from_bytes(parts.assemble()).unwrap_err().to_string().contains("section s77: is there twice"));
}

/// A set is a regular file. Opening anything else neither blocks nor reads without end.
#[cfg(unix)]
#[test]
fn anything_but_a_regular_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for path in [&*fifo, Path::new("/dev/zero"), folder.path()] {
        within_time({
            let path = path.to_owned();
            move || {
                let error = Sieve::open(&path).unwrap_err();
                assert_eq!(
                    (error.path(), error.kind()),
                    (Some(&*path), ErrorKind::Io(std::io::ErrorKind::InvalidInput))
                );
                assert!(error.to_string().contains("not a regular file"), "{error}");
            }
        });
    }
}

const VALUES: [&str; 18] = [
    "evil.test",
    "www.evil.test",
    "a.ok.evil.test",
    "x.deep.evil.test",
    "bad.example",
    "bad.example:8080",
    "192.0.2.7",
    "198.51.100.65",
    "198.51.100.65:443",
    "203.0.113.9",
    "2001:db8::1",
    "2001:db8:1::7",
    "2001:db8:2::4",
    "http://shop.test/login/x",
    "http://shop.test/login/?a=b",
    "ftp://192.0.2.9/a?b",
    "https://a.host.test/x/gate.php",
    "bank-login.test",
];

#[test]
fn the_golden_file_of_each_version_answers_as_the_oracle() {
    let (built, opened) = (world().sieve(), Sieve::from_bytes(golden()).unwrap());
    let oracle = world().oracle();
    let mut options = MatchOptions::default();
    for weak in [false, true] {
        options.host_only = weak;
        let (mut built, mut opened) = (built.matcher_with(&options), opened.matcher_with(&options));
        for value in VALUES {
            let want = oracle.matches(&Observed::any(value).expect("a value"), &options);
            assert!(!want.found.is_empty() || want.withheld.total() > 0, "{value}");
            assert_eq!(answer_of(&opened.match_any(value)), want, "{value}");
            assert_eq!(answer_of(&built.match_any(value)), want, "{value}");
        }
    }
    drive(&opened);
    assert_eq!(opened.feeds(), built.feeds());
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let bytes = |sieve: &Sieve| sieve.to_bytes().unwrap();
    let want = bytes(&world().sieve());
    assert_eq!(bytes(&world().sieve()), want);
    assert_eq!(bytes(&Sieve::from_bytes(want.clone()).unwrap()), want);
    #[cfg(feature = "parallel")]
    {
        let many = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut builder = Sieve::builder();
                let feed = builder.feed(open_feed("many"));
                for n in 0..30_000_u32 {
                    let indicator = match n % 3 {
                        0 => name(&format!("n{}.evil{}.test", n / 3 % 7000, n % 11), Scope::Suffix, None),
                        1 => net(&format!("{}.{}.{}.0/24", 11 + n % 80, n % 251, n / 251 % 256), None),
                        _ => url(&format!("http://h{}.test/{n}", n % 500), Scope::Exact),
                    };
                    let listed = indicator.to_string();
                    let mut record = Record::new(indicator, n, listed);
                    record.attributes.tags.push(format!("tag{}", n % 13).into());
                    builder.add(feed, record);
                }
                bytes(&builder.build().unwrap().0)
            })
        };
        let one = many(1);
        assert!(many(4) == one && many(2) == one);
        assert!(Sieve::from_bytes(one).is_ok());
    }
}

#[test]
fn the_description_of_the_container_is_true() {
    let file = golden();
    let parts = Parts::of(&file);
    assert_eq!(parts.assemble(), file);
    let mut resealed = file.clone();
    reseal(&mut resealed);
    assert_eq!(resealed, file);
}

/// Runs `check` in a thread, and fails if it does not finish.
fn within_time(check: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        check();
        let _ = done.send(());
    });
    match wait.recv_timeout(Duration::from_secs(1200)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("a damaged file makes a lookup go on for ever"),
        _ => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

#[test]
fn a_file_with_stale_checksums_is_refused() {
    let file = golden();
    let step = (file.len() / 8000).max(1);
    for at in (0..file.len()).step_by(step) {
        for bit in [0, 3, 7] {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            assert!(Sieve::from_bytes(damaged).is_err(), "byte {at}, bit {bit}");
        }
    }
    for len in (0..file.len()).step_by(step) {
        assert!(Sieve::from_bytes(file[..len].to_vec()).is_err(), "{len} bytes");
    }
    for more in 1..200 {
        let longer = [&file[..], &vec![0; more]].concat();
        assert!(Sieve::from_bytes(longer).is_err(), "{more} bytes more");
    }
}

/// Bits are flipped in each part to make this many files in all. In small parts, every bit is flipped.
const FLIPS: usize = 4000;

#[test]
fn every_bit_flip_under_right_checksums_is_refused_or_harmless() {
    within_time(|| {
        let file = golden();
        let parts = Parts::of(&file);
        let mut places: Vec<usize> = (0..(128 + 64 * parts.sections.len()) * 8).collect();
        let mut start = 128 + 64 * parts.sections.len();
        for (_, bytes) in &parts.sections {
            start = start.next_multiple_of(64);
            let bits = bytes.len() * 8;
            places.extend((0..bits).step_by((bits / FLIPS).max(1)).map(|bit| start * 8 + bit));
            start += bytes.len();
        }
        let (mut opened, mut refused) = (0_u32, 0_u32);
        for place in places {
            let mut damaged = file.clone();
            damaged[place / 8] ^= 1 << (place % 8);
            reseal(&mut damaged);
            match catch_unwind(|| try_open(damaged)) {
                Ok(true) => opened += 1,
                Ok(false) => refused += 1,
                Err(_) => panic!("byte {}, bit {}", place / 8, place % 8),
            }
        }
        // Lines and scores may have any value, but links may not.
        assert!(opened > 100 && refused > 1000, "{opened} {refused}");
    });
}

#[test]
fn sections_that_are_cut_or_longer_are_refused_or_harmless() {
    within_time(|| {
        let parts = Parts::of(&golden());
        for (at, (name, bytes)) in parts.sections.iter().enumerate() {
            let cuts =
                (0..bytes.len()).step_by((bytes.len() / 500).max(1)).chain(bytes.len().saturating_sub(40)..bytes.len());
            let grown = (1..70).map(|more| bytes.len() + more);
            for len in cuts.chain(grown) {
                let mut damaged = parts.clone();
                damaged.sections[at].1.resize(len, 0x11);
                assert!(catch_unwind(|| try_open(damaged.assemble())).is_ok(), "{name}: {len} of {}", bytes.len());
            }
            let mut damaged = parts.clone();
            damaged.sections.remove(at);
            assert!(!try_open(damaged.assemble()), "{name} is missing");
            let mut damaged = parts.clone();
            damaged.sections.push((name.clone(), bytes.clone()));
            assert!(!try_open(damaged.assemble()), "{name} is there twice");
        }
    });
}

/// Files written before the URLs of a host were sorted by path would miss some of them.
#[test]
fn urls_of_a_host_in_another_order_are_refused() {
    let parts = Parts::of(&golden());
    let (_, items) =
        parts.sections.iter().find(|(name, _)| name == "urls.with_path.items").expect("the URLs of each host");
    let ids: Vec<[u8; 4]> = items.as_chunks().0.to_vec();
    assert_eq!(ids.len(), 3);
    // The first two belong to one host.
    let mut swapped = parts.clone();
    let items = swapped.sections.iter_mut().find(|(name, _)| name == "urls.with_path.items").expect("as above");
    items.1 = [ids[1], ids[0], ids[2]].concat();
    let error = Sieve::from_bytes(swapped.assemble()).expect_err("a file of another order");
    assert!(error.to_string().contains("is not in the order of paths"), "{error}");
    assert!(Sieve::from_bytes(parts.assemble()).is_ok());
}

fn damages() -> impl Strategy<Value = Vec<(usize, Damage)>> {
    let size = || prop::sample::select(vec![1_usize, 2, 4, 8]);
    let at = any::<usize>;
    let value = prop_oneof![
        prop::sample::select(vec![
            0_u64,
            1,
            2,
            0x7f,
            0x80,
            0xff,
            0xffff,
            0x7fff_ffff,
            0x8000_0000,
            u64::from(u32::MAX),
            u64::MAX
        ]),
        0..200_u64,
        any::<u64>(),
    ];
    let damage = prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        (at(), size(), value).prop_map(|(at, size, value)| Damage::Word { at, size, value }),
        (at(), size(), -3..4_i64).prop_map(|(at, size, by)| Damage::Add { at, size, by }),
        (at(), at(), size()).prop_map(|(a, b, size)| Damage::Swap { a, b, size }),
        (at(), at(), 1..64_usize).prop_map(|(from, to, len)| Damage::Copy { from, to, len }),
        (at(), 1..200_usize, any::<u8>()).prop_map(|(from, len, with)| Damage::Fill { from, len, with }),
        (1..20_usize).prop_map(|len| Damage::Cut { len }),
        (1..20_usize, any::<u8>()).prop_map(|(by, with)| Damage::Grow { by, with }),
        (at(), 1..20_usize).prop_map(|(at, len)| Damage::Insert { at, len }),
        at().prop_map(|by| Damage::Replace { by }),
    ];
    prop::collection::vec((at(), damage), 1..4)
}

#[test]
fn random_damage_is_refused_or_harmless() {
    within_time(|| {
        let parts = Parts::of(&golden());
        let config = ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        runner
            .run(&damages(), |damages| {
                let mut damaged = parts.clone();
                for (section, damage) in &damages {
                    damage.apply(&mut damaged, *section);
                }
                try_open(damaged.assemble());
                Ok(())
            })
            .unwrap();
    });
}

/// The child process of the next test: saves two sets in turn, for ever.
#[test]
fn child_that_saves_for_ever() {
    let Some(path) = std::env::var_os("NETSIEVE_SAVE_FOR_EVER") else { return };
    let sets = [large(0), large(1)];
    for set in sets.iter().cycle() {
        set.save(&path).unwrap();
    }
}

/// A set of about 100 kB that contains `set<n>.test`.
fn large(n: u32) -> Sieve {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    for at in 0..2000 {
        let indicator = name(&format!("name{at}.test"), Scope::Suffix, None);
        builder.add(feed, Record::new(indicator, at, "as listed"));
    }
    builder.add(feed, Record::new(name(&format!("set{n}.test"), Scope::Suffix, None), 1, "as listed"));
    builder.build().unwrap().0
}

#[cfg(unix)]
#[test]
fn a_process_that_is_killed_while_it_saves_leaves_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    large(0).save(&path).unwrap();
    let mut seen = [0_u32; 2];
    for round in 0..40_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_saves_for_ever"])
            .env("NETSIEVE_SAVE_FOR_EVER", &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The exact moment does not matter, only that it differs each time.
        std::thread::sleep(Duration::from_micros(20_000 + round * 997));
        child.kill().unwrap();
        child.wait().unwrap();
        let opened = Sieve::open(&path).expect("one of the two, whole");
        let mut matcher = opened.matcher();
        let holds = [0, 1].map(|n| matcher.is_match_domain(format!("set{n}.test"), None));
        assert!(holds[0] ^ holds[1] && matcher.is_match_domain("name1999.test", None));
        seen[usize::from(holds[1])] += 1;
    }
    assert_eq!(seen[0] + seen[1], 40);
    // Files left by a killed process cannot be mistaken for a set.
    let leftovers = std::fs::read_dir(folder.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name != "set.sieve"
    });
    for entry in leftovers {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.starts_with(".set.sieve.") && name.ends_with(".tmp"), "{name}");
    }
}
