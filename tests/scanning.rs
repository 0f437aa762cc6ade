//! Compares the scanner with naive extraction and matching, and all ways to scan with each other.

mod oracle;
#[path = "../src/random.rs"]
mod random;

use std::cmp::Reverse;
use std::io::{self, ErrorKind, Read};

use netsieve::indicator::PatternTarget::{self, Name, UrlPath};
use netsieve::scan::Tail;
use netsieve::{Engine, MatchOptions, Scanner, Scope};
use oracle::World;
use oracle::lines::{log, name, net, options, pattern, pool, url, world};
use oracle::scan::{Seen, collect, raw};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use random::Random;

fn scan(scanner: &mut Scanner, bytes: &[u8]) -> Vec<Seen> {
    let mut seen = Vec::new();
    let _ = scanner.scan(bytes, collect(&mut seen));
    seen
}

fn scanner(world: &World, options: &MatchOptions, engine: Engine) -> Scanner {
    let mut scan = raw(options.clone());
    scan.engine = engine;
    Scanner::with_options(&world.sieve(), &scan)
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() }
}

/// Runs random sets and lines through scanner and oracle.
fn against_the_oracle(cases: u32) {
    let strategy = (world(), options(), log(), select(Engine::available()));
    let test = |(world, options, log, engine): (World, MatchOptions, Vec<u8>, Engine)| {
        let got = scan(&mut scanner(&world, &options, engine), &log);
        prop_assert!(got.is_sorted_by_key(|seen| (seen.span.start, Reverse(seen.span.end))), "{:?}", got);
        let want = oracle::scan::scan(&world.oracle(), &options, &log);
        let rows: Vec<_> = world.rows.iter().map(|row| row.indicator.to_string()).collect();
        let what = format!("{} with {rows:?}, {options:?}, {engine:?}", log.escape_ascii());
        prop_assert_eq!(in_order(got), in_order(want), "{}", what);
        Ok(())
    };
    TestRunner::new(config(cases)).run(&strategy, test).unwrap();
}

/// Hits with the same span have no defined order.
fn in_order(mut seen: Vec<Seen>) -> Vec<Seen> {
    seen.sort_by_key(|seen| (seen.span.start, Reverse(seen.span.end), seen.context));
    seen
}

#[test]
fn as_the_oracle() {
    against_the_oracle(4_000);
}

#[test]
#[ignore = "50,000 cases take a minute; the test above takes fewer"]
fn as_the_oracle_in_full() {
    against_the_oracle(50_000);
}

/// Patterns without a run of three plain bytes, with names or URLs that they match, and near misses.
const BLIND: [(PatternTarget, &str, &[&str], &[&str]); 5] = [
    (Name, "*.ab.cd", &["x.ab.cd", "X.y.AB.cd"], &["x.ab.cde", "x-ab.cd", "ab.cd", "x.ab.cd.ef"]),
    (Name, "a?.b?.cd", &["ax.by.cd", "A1.B2.CD"], &["a.by.cd", "ax.byz.cd", "x.ax.by.cd", "ax.by.c"]),
    (Name, "ab.c[de].*", &["ab.cd.ef", "ab.ce.f.gh"], &["ab.cf.ef", "xab.cd.ef", "ab.cd"]),
    (UrlPath, "/a/b/c", &["http://h.ok/a/b/c", "http://h.ok/x/a/b/c/d"], &["http://h.ok/a/b/x", "http://h.ok/a/b"]),
    (UrlPath, "/q?/*&x=", &["http://h.ok/q1/?a=1&x="], &["http://h.ok/q1/?a=1&y=", "http://h.ok/q/?a=1&x="]),
];

/// The filter of lines cannot see such a pattern, so nothing may be skipped: neither in its own kind of values nor in another.
#[test]
fn patterns_without_a_run_of_plain_bytes() {
    let others = vec![
        Vec::new(),
        vec![name("evil.test", Scope::Suffix, None), net("192.0.2.1", None), net("2001:db8::1", None)],
        vec![url("http://evil.test/a"), pattern(Name, "*-login.test"), pattern(UrlPath, "/gate.php")],
    ];
    for (target, text, hits, misses) in BLIND {
        for others in &others {
            let world = World::of(std::iter::once(pattern(target, text)).chain(others.iter().cloned()));
            let values: Vec<&str> = hits.iter().chain(misses).copied().collect();
            let filler = "far from both ends of the input ".repeat(4);
            let lines = values.iter().map(|value| format!("{filler} {value} {filler}\n"));
            let log = lines.chain([format!("{filler} evil.test {filler}\n")]).collect::<String>();
            let want = oracle::scan::scan(&world.oracle(), &MatchOptions::default(), log.as_bytes());
            for (line, value) in (1..).zip(&values) {
                assert_eq!(want.iter().any(|seen| seen.line == line), hits.contains(value), "{value} by {text}");
            }
            for engine in Engine::available().into_iter().chain([Engine::Scalar]) {
                let got = scan(&mut scanner(&world, &MatchOptions::default(), engine), log.as_bytes());
                assert_eq!(in_order(got), in_order(want.clone()), "{text}, {engine:?}");
            }
        }
    }
}

/// A name can be the host of one reading of a URL, and text after another. Each indicator is reported in the first context that shows it.
#[test]
fn one_name_in_two_contexts() {
    let world = World::of([
        name("evil.test", Scope::Suffix, None),
        name("other.test", Scope::Suffix, None),
        name("other.test", Scope::Suffix, Some(443)),
    ]);
    let options = MatchOptions::default().port_unseen(false);
    for (log, want) in [
        (
            r"https:\\\\evil.test&sol;a%5Cnx@SSL@other.test",
            &[(10, "url_host", "evil.test"), (35, "email", "other.test"), (35, "url_host", "other.test:443")][..],
        ),
        ("evil.test&sol;x+user@evil.test", &[(0, "url_host", "evil.test"), (21, "email", "evil.test")]),
        // Not encoded, the slash ends the only host.
        ("evil.test/x+user@evil.test", &[(0, "url_host", "evil.test")]),
        ("https://evil.test+user@other.test", &[(23, "url_host", "other.test:443"), (23, "url_host", "other.test")]),
    ] {
        each_engine(&world, &options, log, want);
    }
}

/// A URL may have ended in a directory that its whole text leaves again.
#[test]
fn a_url_that_leaves_a_directory() {
    let world = World::of([url("http://evil.test/a/"), url("http://evil.test/b")]);
    let (directory, file) = ("http://evil.test/a/", "http://evil.test/b");
    for (log, want) in [
        ("http://evil.test/a/c,d/../../x", &[(0, "text", directory)][..]),
        ("http://evil.test/a/c,d/../../b", &[(0, "text", file), (0, "text", directory)]),
        // Nothing listed begins like the query, so the places where it may end are of no interest.
        ("http://evil.test/a/c,d/../../x?y=1", &[(0, "text", directory)]),
        ("http://evil.test/a/c|d/%2e%2e/../x?y=1,2", &[(0, "text", directory)]),
        ("http://evil.test/a/c,d/../x?y=1", &[(0, "text", directory)]),
        ("http://evil.test/a/../b,", &[(0, "text", file)]),
        ("http://evil.test/ab/c,d/../../x", &[]),
        ("http://evil.test/a/cd/../../x", &[]),
    ] {
        each_engine(&world, &MatchOptions::default(), log, want);
    }
}

/// Compares start, context and indicator of all matches in a log with those wanted, and with the oracle.
#[track_caller]
fn each_engine(world: &World, options: &MatchOptions, log: &str, want: &[(u64, &str, &str)]) {
    let oracle = oracle::scan::scan(&world.oracle(), options, log.as_bytes());
    for engine in Engine::available().into_iter().chain([Engine::Scalar]) {
        let got = in_order(scan(&mut scanner(world, options, engine), log.as_bytes()));
        let of = |seen: &Seen| {
            let start = seen.span.start;
            seen.matches.iter().map(|found| (start, seen.context, found.0.clone())).collect::<Vec<_>>()
        };
        let found: Vec<_> = got.iter().flat_map(of).collect();
        let found: Vec<_> = found.iter().map(|(start, context, text)| (*start, *context, text.as_str())).collect();
        assert_eq!(found, want, "{log}, {engine:?}");
        assert_eq!(got, in_order(oracle.clone()), "{log}, {engine:?}");
    }
}

/// Of any number of adjacent URLs, each is read up to its end.
#[test]
fn many_urls_side_by_side() {
    let world = World::of([url("http://evil.test/a,b"), url("http://evil.test/c")]);
    for separator in [";", ",", "|", "&", "%20", "%3B", "'", "\u{201d}"] {
        for text in ["http://evil.test/a,b", "http://evil.test/c", "http%3A%2F%2Fevil.test%2Fc"] {
            let log = vec![text; 300].join(separator);
            for engine in Engine::available() {
                let seen = scan(&mut scanner(&world, &MatchOptions::default(), engine), log.as_bytes());
                assert_eq!(seen.len(), 300, "{text} by {separator}, {engine:?}");
            }
        }
    }
}

/// A reader that returns as much as it likes: one byte, a few, or none for now.
struct Trickle<'a> {
    rest: &'a [u8],
    most: usize,
    random: Random,
}

impl<'a> Trickle<'a> {
    fn new(rest: &'a [u8], most: usize) -> Self {
        Self { rest, most, random: Random::new(1) }
    }
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let random = self.random.index(usize::MAX);
        if random.is_multiple_of(7) {
            return Err(ErrorKind::Interrupted.into());
        }
        let len = (1 + random % self.most).min(into.len()).min(self.rest.len());
        let (now, rest) = self.rest.split_at(len);
        into[..len].copy_from_slice(now);
        self.rest = rest;
        Ok(len)
    }
}

/// Checks that every sequential way to scan finds `want`.
#[track_caller]
fn all_ways(scanner: &mut Scanner, bytes: &[u8], want: &[Seen]) {
    assert_eq!(scan(scanner, bytes), want);
    for most in [1, 2, 1000, 1 << 20] {
        let mut seen = Vec::new();
        let _ = scanner.scan_reader(Trickle::new(bytes, most), collect(&mut seen)).unwrap();
        assert_eq!(seen, want, "by up to {most} bytes");
    }
}

/// Checks that every parallel way to scan finds `want`.
#[cfg(feature = "parallel")]
#[track_caller]
fn all_threads(scanner: &mut Scanner, bytes: &[u8], want: &[Seen]) {
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut seen = Vec::new();
            let _ = scanner.scan_parallel(bytes, collect(&mut seen));
            assert!(seen == want, "{threads} threads: {} hits, not {}", seen.len(), want.len());
            let mut seen = Vec::new();
            let _ = scanner.scan_reader_parallel(Trickle::new(bytes, 100_000), collect(&mut seen)).unwrap();
            assert!(seen == want, "{threads} threads, by reader: {} hits, not {}", seen.len(), want.len());
        });
    }
}

#[cfg(not(feature = "parallel"))]
fn all_threads(_: &mut Scanner, _: &[u8], _: &[Seen]) {}

/// Scans the same lines in UTF-8 and UTF-16, in every way and with every engine.
fn ways_to_read_do_not_matter(cases: u32) {
    let strategy = (world(), options(), vec(log(), 1..4), any::<bool>());
    let test = |(world, options, logs, is_threaded): (World, MatchOptions, Vec<Vec<u8>>, bool)| {
        let log = logs.join(&b'\n');
        let want = scan(&mut scanner(&world, &options, Engine::Scalar), &log);
        for engine in Engine::available() {
            let got = scan(&mut scanner(&world, &options, engine), &log);
            prop_assert_eq!(&got, &want, "{:?}: {}", engine, log.escape_ascii());
        }
        let mut scanner = scanner(&world, &options, Engine::default());
        all_ways(&mut scanner, &log, &want);
        if is_threaded {
            all_threads(&mut scanner, &log, &want);
        }
        Ok(())
    };
    TestRunner::new(config(cases)).run(&strategy, test).unwrap();
}

/// A growing input gives the same hits as the finished one, wherever it was cut.
fn growing_inputs_are_read_as_what_they_become(cases: u32) {
    let cuts = vec(any::<prop::sample::Index>(), 0..6);
    let strategy = (options(), vec(log(), 1..4), cuts, any::<bool>());
    let world = World::of(pool());
    let sieve = world.sieve();
    let test = |(options, logs, cuts, is_utf16): (MatchOptions, Vec<Vec<u8>>, Vec<prop::sample::Index>, bool)| {
        let mut log = logs.join(&b'\n');
        if is_utf16 {
            let text = String::from_utf8_lossy(&log).into_owned();
            log = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        }
        let mut scanner = Scanner::with_options(&sieve, &raw(options));
        let want = scan(&mut scanner, &log);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(log.len() + 1)).collect();
        cuts.extend([0, log.len()]);
        cuts.sort_unstable();
        for is_impatient in [false, true] {
            let (mut tail, mut seen, mut hits) = (Tail::new(), Vec::new(), 0);
            for cut in cuts.windows(2) {
                let reader = Trickle::new(&log[cut[0]..cut[1]], 100);
                hits += scanner.scan_tail(&mut tail, reader, collect(&mut seen)).unwrap().hits;
                if is_impatient {
                    hits += scanner.scan_rest(&mut tail, collect(&mut seen)).hits;
                }
            }
            hits += scanner.scan_rest(&mut tail, collect(&mut seen)).hits;
            prop_assert_eq!(hits, seen.len() as u64);
            if is_impatient {
                // A line that was examined too early may have given other hits, but none is missing or reported twice.
                for hit in &want {
                    prop_assert!(seen.iter().any(|seen| seen.span == hit.span), "{:?}", hit);
                }
                let mut spans: Vec<_> =
                    seen.iter().map(|seen| (seen.span.start, seen.span.end, seen.context)).collect();
                spans.sort_unstable();
                spans.dedup();
                prop_assert_eq!(spans.len(), seen.len());
            } else {
                prop_assert_eq!(&seen, &want);
            }
        }
        Ok(())
    };
    TestRunner::new(config(cases)).run(&strategy, test).unwrap();
}

/// UTF-16 with a byte order mark gives the hits of the same text in UTF-8, at the positions of the raw bytes.
fn utf16_is_read_as_the_text_it_is(cases: u32) {
    let strategy = (options(), log(), any::<bool>());
    let sieve = World::of(pool()).sieve();
    let test = |(options, log, is_big_endian): (MatchOptions, Vec<u8>, bool)| {
        let text = String::from_utf8_lossy(&log);
        let mut scanner = Scanner::with_options(&sieve, &raw(options));
        let units = |text: &str| text.encode_utf16().count() as u64;
        let want: Vec<Seen> = scan(&mut scanner, text.as_bytes())
            .into_iter()
            .map(|mut seen| {
                // The mark is the first unit.
                let place = |at: u64| 2 + 2 * units(&text[..at as usize]);
                seen.span = place(seen.span.start)..place(seen.span.end);
                seen
            })
            .collect();
        let bytes: Vec<u8> = std::iter::once(0xFEFF)
            .chain(text.encode_utf16())
            .flat_map(|unit: u16| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect();
        all_ways(&mut scanner, &bytes, &want);
        Ok(())
    };
    TestRunner::new(config(cases)).run(&strategy, test).unwrap();
}

#[test]
fn ways_to_read() {
    ways_to_read_do_not_matter(300);
    growing_inputs_are_read_as_what_they_become(300);
    utf16_is_read_as_the_text_it_is(300);
}

#[test]
#[ignore = "30,000 cases take two minutes; the test above takes fewer"]
fn ways_to_read_in_full() {
    ways_to_read_do_not_matter(10_000);
    growing_inputs_are_read_as_what_they_become(10_000);
    utf16_is_read_as_the_text_it_is(10_000);
}

/// Many blocks, on any number of threads.
#[test]
fn threads_do_not_matter() {
    let line = |n: u32| {
        let host = ["evil.test", "ok.invalid", "192.0.2.1", "http://evil.test/a", "ok.invalid", "2001:db8::1"];
        format!("2026-11-02T10:00:00Z query {n} {} from 10.0.0.{}\n", host[(n * n / 7) as usize % 6], n % 256)
    };
    let log: String = (0..60_000).map(line).collect();
    let world = World::of(pool().into_iter().filter(|row| !row.to_string().contains("/0")));
    let mut scanner = scanner(&world, &MatchOptions::default(), Engine::default());
    let want = scan(&mut scanner, log.as_bytes());
    assert!(want.len() > 20_000);
    all_threads(&mut scanner, log.as_bytes(), &want);
}

/// Lines longer than a block are cut, and the result does not depend on where.
#[test]
fn long_lines_are_cut_without_loss() {
    const MIB: usize = 1 << 20;
    let world = World::of(vec![
        name("evil.test", Scope::Suffix, None),
        net("192.0.2.1", None),
        net("2001:db8::1", None),
        url("http://evil.test/a"),
    ]);
    let hosts = ["www.evil.test", "192.0.2.1", "2001:db8::1", "http://evil.test/a", "http://evil.test/a?b=evil.test"];
    let mut scanner = scanner(&world, &MatchOptions::default(), Engine::default());
    for filler in [" ", "a ", ";", ". ", "\u{e9} "] {
        let mut line = filler.repeat(4 * MIB / filler.len());
        let mut places = Vec::new();
        for cut in 1..4 {
            for (number, host) in hosts.iter().cycle().take(11).enumerate() {
                // Each begins before a cut and ends after one, or close to it.
                let at = cut * MIB + number * 32 - 32 * 7 + cut % 5;
                let at =
                    (at..).find(|&at| line.is_char_boundary(at) && line.is_char_boundary(at + host.len() + 2)).unwrap();
                line.replace_range(at..at + host.len() + 2, &format!(" {host} "));
                places.push((at + 1, *host));
            }
        }
        let log = format!("first line\n{line}\nlast line evil.test\n");
        let want = scan(&mut scanner, log.as_bytes());
        let whole: Vec<_> =
            want.iter().filter(|seen| seen.line == 2).map(|seen| seen.span.start as usize - 11).collect();
        for (at, host) in places {
            assert!(whole.contains(&at), "{host} at {at} between {filler:?}");
        }
        assert_eq!(want.last().map(|seen| seen.line), Some(3));
        all_threads(&mut scanner, log.as_bytes(), &want);
    }
}

#[test]
fn a_line_of_a_hundred_megabytes() {
    const PART: &[u8] = b"key=value, 10.0.0.1 ok.invalid 12:34:56 ";
    const COUNT: usize = 2_500_000;
    let world = World::of(vec![name("evil.test", Scope::Suffix, None)]);
    let mut scanner = scanner(&world, &MatchOptions::default(), Engine::default());
    let line = (b"evil.test ".as_slice())
        .chain(io::Read::take(Repeat { part: PART, at: 0 }, (PART.len() * COUNT) as u64))
        .chain(b"evil.test".as_slice());
    let mut seen = Vec::new();
    let stats = scanner.scan_reader(line, collect(&mut seen)).unwrap();
    let last = (10 + PART.len() * COUNT) as u64;
    assert_eq!(seen.iter().map(|seen| (seen.line, seen.span.start)).collect::<Vec<_>>(), [(1, 0), (1, last)]);
    assert_eq!(stats.bytes, last + 9);
}

struct Repeat {
    part: &'static [u8],
    at: usize,
}

impl Read for Repeat {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        for byte in into.iter_mut() {
            *byte = self.part[self.at];
            self.at = (self.at + 1) % self.part.len();
        }
        Ok(into.len())
    }
}

/// Text designed to be slow, or to have many readings.
#[test]
fn hostile_text() {
    const LEN: usize = 300_000;
    let world = World::of(pool());
    for piece in [
        ".",
        ":",
        "::",
        "-",
        "_",
        "@",
        "/",
        "//",
        "://",
        "\\",
        "%",
        "(",
        ")",
        "[",
        "]",
        "[[",
        "#",
        "?",
        "&",
        "=",
        ",",
        "'",
        "\"",
        "\0",
        "\r",
        "\n",
        "\u{e9}",
        "\u{e9}.",
        "\u{3002}",
        "\u{10ffff}",
        "a",
        "a.",
        "a.a-",
        "1",
        "1.",
        "1.1.1.1",
        "1.1.1.1.",
        "1.1.1.1-",
        "1:",
        "a:",
        "a::",
        "::1 ",
        "::1",
        "1::1.",
        "[::1]",
        "[::1",
        "fe80::%",
        "(1)a",
        "(3)www",
        "(0)",
        "(63)",
        "http://",
        "http:",
        "http://a",
        "http://a/",
        "http://a,",
        "http://1.1.1.1/,",
        "http%3A%2F%2F",
        "http%253A%252F%252F",
        "%2525",
        "%25",
        "\\u002e",
        "\\u00e9",
        "\\ud800",
        "\\n",
        "\\x41",
        "#012",
        "a@",
        "a@b.c",
        "Chrome/1.1.1.1 ",
        "GET /",
        "\t/",
        "\"/",
        "IP 1.1.1.1.1 > ",
        "xn--a.",
        "xn--",
        "evil.test",
        "evil.test/",
        "evil.test:80/",
        "\u{feff}",
        "a\u{301}",
        "\u{130}.",
        "\u{200d}.",
    ] {
        let mut text = piece.repeat(LEN / piece.len());
        text.push_str(" evil.test\n");
        let mut wants: Option<Vec<Seen>> = None;
        for engine in std::iter::once(Engine::Scalar).chain(Engine::available()) {
            let seen = scan(&mut scanner(&world, &MatchOptions::default(), engine), text.as_bytes());
            assert_eq!(seen.last().map(|seen| &*seen.canonical), Some("evil.test"), "{piece:?} {engine:?}");
            match &wants {
                None => wants = Some(seen),
                Some(want) => assert!(&seen == want, "{piece:?} {engine:?}"),
            }
        }
    }
}
