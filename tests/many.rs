//! Scans many inputs on many threads, and compares the result with one input after another on one thread.
#![cfg(feature = "parallel")]

mod oracle;
#[path = "../src/random.rs"]
mod random;

use std::io::{self, Cursor, ErrorKind, Read};
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::atomic::{AtomicUsize, Ordering};

use netsieve::indicator::DomainName;
use netsieve::scan::Tail;
use netsieve::scan::many::{Delivery, ReadAt, Source};
use netsieve::{Hit, Indicator, Scanner, Scope};
use oracle::World;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use random::Random;

const MIB: usize = 1 << 20;

/// `a.evil.test` and 203.0.113.7 are each covered by two indicators.
fn scanner() -> Scanner {
    let name = |name: &str, scope| {
        let name = DomainName::parse(name).expect("a name");
        Indicator::Domain { name, scope, port: None }
    };
    let net = |net: &str| Indicator::Ip { net: net.parse().expect("a prefix"), port: None };
    let world = World::of([
        name("evil.test", Scope::Suffix),
        name("a.evil.test", Scope::Exact),
        net("203.0.113.0/24"),
        net("203.0.113.7/32"),
    ]);
    Scanner::new(&world.sieve())
}

fn render(input: usize, hit: &Hit<'_>, out: &mut Vec<u8>) -> ControlFlow<()> {
    let span = hit.span();
    let text = hit.line_text().len();
    out.extend_from_slice(format!("{input}:{}:{}-{}:{text}", hit.line(), span.start, span.end).as_bytes());
    for matched in hit.matches().iter().skip(1) {
        out.extend_from_slice(format!(" and {}", matched.indicator()).as_bytes());
    }
    out.push(b'\n');
    Continue(())
}

/// Writes a delivery as text.
fn log(out: &mut String, delivery: Delivery<'_>) -> ControlFlow<()> {
    match delivery {
        Delivery::Hits { rendered, hits, .. } => {
            assert_eq!(hits.last().map(|hit| hit.end), Some(rendered.len()));
            let rendered = std::str::from_utf8(rendered).unwrap();
            let mut start = 0;
            for hit in hits {
                assert_eq!(hit.matches, 1 + rendered[start..hit.end].matches(" and ").count());
                start = hit.end;
            }
            out.push_str(rendered);
        }
        Delivery::End(end) => {
            let error = end.error.map(|error| error.to_string());
            out.push_str(&format!(
                "{} ends: {} bytes, {} hits, {error:?}\n",
                end.input, end.stats.bytes, end.stats.hits
            ));
        }
        _ => {}
    }
    Continue(())
}

fn scan<'s>(inputs: impl Iterator<Item = io::Result<Source<'s>>> + Send, threads: usize) -> String {
    let mut out = String::new();
    scanner().scan_many(inputs, threads, render, |delivery| log(&mut out, delivery)).unwrap();
    out
}

struct Memory<'m>(&'m [u8]);

impl ReadAt for Memory<'_> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        // Returns less than requested, as operating systems do.
        let at = (offset as usize).min(self.0.len());
        let len = buf.len().min(100_000).min(self.0.len() - at);
        buf[..len].copy_from_slice(&self.0[at..at + len]);
        Ok(len)
    }
}

struct Few<'a>(&'a [u8], usize);

impl Read for Few<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = into.len().min(self.1);
        self.0.read(&mut into[..len])
    }
}

fn source(bytes: &[u8], kind: usize) -> Source<'_> {
    match kind {
        0 => Source::Bytes(Box::new(bytes)),
        1 => Source::File(Box::new(Memory(bytes))),
        2 => Source::Reader(Box::new(Cursor::new(bytes))),
        _ => Source::Reader(Box::new(Few(bytes, 50_000))),
    }
}

/// Lines of a given length, some of which hit.
fn text(seed: u64, len: usize, line: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut text = Vec::with_capacity(len);
    while text.len() < len {
        let pad = random.index(line + 1);
        text.extend(std::iter::repeat_n(b'x', pad));
        let word = match random.below(32) {
            0 => &b" a.evil.test "[..],
            1 => b" evil.test ",
            2 => b" 203.0.113.7 ",
            _ => b" ok.test 10.0.0.1 ",
        };
        text.extend_from_slice(word);
        if random.below(4) != 0 {
            text.push(b'\n');
        }
    }
    text
}

/// The parts that an input is made of.
#[derive(Clone, Debug)]
struct Made {
    seed: u64,
    len: usize,
    line: usize,
    kind: usize,
    encoding: u8,
}

impl Made {
    fn bytes(&self) -> Vec<u8> {
        let text = text(self.seed, self.len, self.line);
        match self.encoding {
            0 => [&b"\xEF\xBB\xBF"[..], &text].concat(),
            1 => [0xFF, 0xFE].into_iter().chain(text.into_iter().flat_map(|byte| [byte, 0])).collect(),
            _ => text,
        }
    }
}

fn inputs() -> impl Strategy<Value = Vec<Made>> {
    let len = prop_oneof![Just(0), 1..200_usize, 1..3 * MIB, Just(512 * 1024)];
    let line = prop_oneof![Just(80_usize), Just(3000), Just(900_000), Just(2_000_000)];
    let input = (any::<u64>(), len, line, 0..4_usize, 0..8_u8).prop_map(|(seed, len, line, kind, encoding)| Made {
        seed,
        len,
        line,
        kind,
        encoding,
    });
    vec(input, 0..6)
}

proptest! {
    #![proptest_config(Config { cases: 60, failure_persistence: None, max_shrink_iters: 50, ..Config::default() })]

    #[test]
    fn threads_and_kinds_do_not_matter(made in inputs()) {
        let inputs: Vec<(Vec<u8>, usize)> = made.iter().map(|made| (made.bytes(), made.kind)).collect();
        let want = scan(inputs.iter().map(|(bytes, _)| Ok(source(bytes, 0))), 1);
        for threads in [1, 2, 5] {
            let got = scan(inputs.iter().map(|(bytes, kind)| Ok(source(bytes, *kind))), threads);
            let difference = got.lines().zip(want.lines()).find(|(got, want)| got != want);
            prop_assert!(got == want, "{} threads: {:?}, {} lines, not {}", threads, difference, got.lines().count(), want.lines().count());
        }
        // The sequential scanner, which other tests compare with the oracle, finds the same.
        let (mut slices, mut readers) = (Vec::new(), Vec::new());
        for (bytes, _) in &inputs {
            let _ = scanner().scan(bytes, |hit| {
                slices.push((hit.line(), hit.span()));
                Continue(())
            });
            scanner().scan_reader(Few(bytes, 300_000), |hit| {
                readers.push((hit.line(), hit.span()));
                Continue(())
            })?;
        }
        let shown: Vec<String> = slices.iter().map(|(line, span)| format!(":{line}:{}-{}:", span.start, span.end)).collect();
        let wanted: Vec<&str> = want.lines().filter(|line| !line.contains("ends")).collect();
        prop_assert!(wanted.len() == shown.len() && wanted.iter().zip(&shown).all(|(want, shown)| want.contains(shown)));
        prop_assert_eq!(slices, readers);
    }
}

/// Growing inputs, read in rounds side by side: each gives the hits that `scan_tail` and `scan_rest` give on it alone.
#[test]
fn inputs_that_grow_are_read_side_by_side() {
    for (seed, threads) in (1..40).zip([1, 2, 3, 5].into_iter().cycle()) {
        let texts: Vec<Vec<u8>> = (0..4).map(|input| text(seed * 7 + input, 4000 * (1 + input as usize), 60)).collect();
        let mut want = vec![Vec::new(); texts.len()];
        let mut got = want.clone();
        let (mut alone, mut together) = (scanner(), scanner());
        let mut tails: Vec<(Tail, Tail)> = texts.iter().map(|_| (Tail::new(), Tail::new())).collect();
        for round in 0..8 {
            // A few bytes of each, so that most lines and names are cut.
            let written: Vec<&[u8]> =
                texts.iter().map(|text| &text[text.len() * round / 8..text.len() * (round + 1) / 8]).collect();
            let with_rest = (round as u64 + seed).is_multiple_of(3);
            let mut sources = Vec::new();
            for (input, (one, many)) in tails.iter_mut().enumerate() {
                let mut take = |hit: &Hit<'_>| {
                    want[input].push((hit.line(), hit.span()));
                    Continue(())
                };
                alone.scan_tail(one, written[input], &mut take).unwrap();
                if with_rest {
                    let _ = alone.scan_rest(one, &mut take);
                }
                let reader = Box::new(Few(written[input], 700));
                sources.push(Ok(Source::Growing { reader, tail: many, with_rest }));
            }
            let render = |_: usize, hit: &Hit<'_>, out: &mut Vec<u8>| {
                let span = hit.span();
                out.extend_from_slice(format!("{} {} {}\n", hit.line(), span.start, span.end).as_bytes());
                Continue(())
            };
            together
                .scan_many(sources.into_iter(), threads, render, |delivery| {
                    if let Delivery::Hits { input, rendered, .. } = delivery {
                        for line in std::str::from_utf8(rendered).unwrap().lines() {
                            let mut numbers = line.split(' ').map(|number| number.parse::<u64>().unwrap());
                            let mut next = || numbers.next().unwrap();
                            got[input].push((next(), next()..next()));
                        }
                    }
                    Continue(())
                })
                .unwrap();
            assert!(tails.iter().all(|(one, many)| one.has_rest() == many.has_rest()));
        }
        assert!(want.iter().all(|hits| !hits.is_empty()));
        assert_eq!(got, want, "seed {seed}, {threads} threads");
    }
}

/// The mark was once forgotten before the end of the first line, and positions were counted from there.
#[test]
fn a_byte_order_mark_before_a_line_longer_than_a_chunk() {
    let line = [&b"\xEF\xBB\xBF"[..], &b"x ".repeat(350_000), b"evil.test\nevil.test\n"].concat();
    let want = "0:1:700003-700012:700009\n0:2:700013-700022:9\n0 ends: 700023 bytes, 2 hits, None\n";
    for threads in [1, 2] {
        for kind in 0..4 {
            assert_eq!(scan(std::iter::once(Ok(source(&line, kind))), threads), want, "kind {kind}, {threads} threads");
        }
    }
    let mut lines = Vec::new();
    let stats = scanner().scan_reader(&line[..], |hit| {
        lines.push((hit.line(), hit.span().start));
        Continue(())
    });
    assert_eq!(stats.unwrap().bytes, line.len() as u64);
    assert_eq!(lines, [(1, 700_003), (2, 700_013)]);
}

#[test]
fn nothing_at_all() {
    for threads in [0, 1, 3] {
        assert_eq!(scan(std::iter::empty(), threads), "");
        let empty = || Ok(Source::Bytes(Box::new("")));
        assert_eq!(
            scan([empty(), empty()].into_iter(), threads),
            "0 ends: 0 bytes, 0 hits, None\n1 ends: 0 bytes, 0 hits, None\n"
        );
    }
}

/// A reader that fails after this many bytes.
struct Failing(Cursor<Vec<u8>>);

impl Failing {
    fn error() -> io::Error {
        io::Error::new(ErrorKind::InvalidData, "broken here")
    }
}

impl Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(Self::error()),
            len => Ok(len),
        }
    }
}

impl ReadAt for Failing {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        match Memory(self.0.get_ref()).read_at(buf, offset)? {
            0 => Err(Self::error()),
            len => Ok(len),
        }
    }
}

#[test]
fn bytes_read_before_an_error_are_scanned() {
    let (good, len) = (text(7, 2 * MIB, 80), 3 * MIB / 2);
    let bad = text(5, len, 80);
    // The last line has no line end, but counts.
    let bad = [&bad[..], b"\nlast.evil.test"].concat();
    let whole = scan([Ok(Source::Bytes(Box::new(&good))), Ok(Source::Bytes(Box::new(&bad)))].into_iter(), 1);
    let whole: Vec<&str> = whole.lines().filter(|line| !line.contains("ends")).collect();
    for threads in [1, 2, 4] {
        let inputs = [
            Ok(Source::File(Box::new(Memory(&good)))),
            Ok(Source::Reader(Box::new(Failing(Cursor::new(bad.clone()))))),
            Err(io::Error::new(ErrorKind::NotFound, "missing")),
            Ok(Source::File(Box::new(Failing(Cursor::new(bad.clone()))))),
            Ok(Source::Reader(Box::new(&good[..]))),
        ];
        let out = scan(inputs.into_iter(), threads);
        let of = |input: &str| -> Vec<String> {
            let mine = out.lines().filter_map(|line| line.strip_prefix(input));
            mine.filter(|line| line.starts_with(':')).map(str::to_owned).collect()
        };
        let want = |input: &str| -> Vec<String> {
            whole.iter().filter_map(|line| line.strip_prefix(input)).map(str::to_owned).collect()
        };
        assert_eq!(of("0"), want("0"));
        assert_eq!(of("1"), want("1"));
        assert_eq!(of("3"), want("1"));
        assert_eq!(of("4"), want("0"));
        let ends: Vec<&str> = out.lines().filter(|line| line.contains("ends")).collect();
        assert!(ends[1].contains("broken here") && ends[3].contains("broken here"), "{ends:?}");
        assert!(ends[2].contains("0 bytes") && ends[2].contains("missing"), "{ends:?}");
        assert!(ends[0].ends_with("None") && ends[4].ends_with("None"), "{ends:?}");
        let order: Vec<_> = out.lines().map(|line| line.as_bytes()[0]).collect();
        assert!(order.is_sorted());
    }
}

#[test]
fn an_input_and_all_inputs_can_be_ended_early() {
    let texts: Vec<Vec<u8>> = (0..6).map(|seed| text(seed, 3 * MIB, 80)).collect();
    let all = scan(texts.iter().map(|bytes| Ok(source(bytes, 0))), 1);
    let firsts: Vec<&str> =
        (0..6).map(|input| all.lines().find(|line| line.starts_with(&format!("{input}:"))).unwrap()).collect();
    for threads in [1, 2, 4] {
        for kind in 0..4 {
            let inputs = || texts.iter().map(|bytes| Ok(source(bytes, kind)));
            // Stops after the first hit of each input.
            let mut out = String::new();
            scanner()
                .scan_many(
                    inputs(),
                    threads,
                    |input, hit, out| {
                        let _ = render(input, hit, out);
                        Break(())
                    },
                    |delivery| log(&mut out, delivery),
                )
                .unwrap();
            let got: Vec<&str> = out.lines().filter(|line| !line.contains("ends")).collect();
            assert_eq!(got, firsts, "{threads} threads, kind {kind}");
            assert_eq!(out.lines().filter(|line| line.contains(", 1 hits, None")).count(), 6);
            // Nothing is delivered after the third input.
            let mut out = String::new();
            scanner()
                .scan_many(inputs(), threads, render, |delivery| {
                    let is_third = matches!(&delivery, Delivery::End(end) if end.input == 2);
                    let _ = log(&mut out, delivery);
                    if is_third { Break(()) } else { Continue(()) }
                })
                .unwrap();
            assert!(all.starts_with(&out) && out.contains("\n2 ends") && !out.contains("\n3:"), "{threads}, {kind}");
            // The end of an input is delivered even if its hits are refused.
            let mut ends = Vec::new();
            scanner()
                .scan_many(inputs(), threads, render, |delivery| match delivery {
                    Delivery::Hits { input: 1, .. } => Break(()),
                    Delivery::Scanned { input, bytes } => {
                        assert!(input < 2 && bytes <= 4 * MIB as u64);
                        Continue(())
                    }
                    Delivery::End(end) => {
                        ends.push((end.input, end.stats.hits > 0));
                        Continue(())
                    }
                    _ => Continue(()),
                })
                .unwrap();
            assert_eq!(ends, [(0, true), (1, true)]);
        }
    }
}

/// A file shortened beyond the position already read was once taken to end there.
#[test]
fn a_file_that_is_shortened_meanwhile_is_an_error() {
    struct Shortened(Vec<u8>, usize);

    impl ReadAt for Shortened {
        fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
            Memory(&self.0[..self.1]).read_at(buf, offset)
        }

        fn size(&self) -> io::Result<Option<u64>> {
            Ok(Some(self.0.len() as u64))
        }
    }

    let line = b"evil.test\n".repeat(200_000);
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(line.iter().flat_map(|&byte| [byte, 0])).collect();
    for threads in [1, 2, 4] {
        for (text, unit) in [(&line, 10), (&wide, 20)] {
            for (left, hits) in [(0, 0), (unit * 1000 + 2, 1000), (1 << 20, (1 << 20) / unit), (text.len(), 200_000)] {
                let source = Source::File(Box::new(Shortened(text.clone(), left)));
                let out = scan([Ok(source), Ok(Source::Bytes(Box::new(&line[..10])))].into_iter(), threads);
                let ends: Vec<&str> = out.lines().filter(|line| line.contains("ends")).collect();
                assert!(ends[0].contains(&format!(" {hits} hits")), "{ends:?}, {left}");
                assert_eq!(ends[0].contains("was shortened"), left < text.len(), "{ends:?}");
                assert!(ends[1].ends_with("1 hits, None"), "{ends:?}");
            }
        }
    }
}

/// Later inputs render more than may wait, while the first one is not done.
#[test]
fn waiting_hits_are_bounded() {
    let line = b"evil.test\n";
    let slow = [&line.repeat(20)[..], &b"nothing\n".repeat(400_000)].concat();
    let fast = line.repeat(300);
    for (kind, threads) in [(0, 2), (1, 3), (2, 2), (2, 4), (3, 3)] {
        let waiting = AtomicUsize::new(0);
        let most = AtomicUsize::new(0);
        let inputs = std::iter::once(Ok(source(&slow, 3))).chain((0..3).map(|_| Ok(source(&fast, kind))));
        let mut delivered = Vec::new();
        scanner()
            .scan_many(
                inputs,
                threads,
                |_, _, out| {
                    out.resize(out.len() + 700_000, b'x');
                    most.fetch_max(waiting.fetch_add(700_000, Ordering::Relaxed), Ordering::Relaxed);
                    Continue(())
                },
                |delivery| {
                    if let Delivery::Hits { input, rendered, hits } = delivery {
                        waiting.fetch_sub(rendered.len(), Ordering::Relaxed);
                        delivered.extend(hits.iter().map(|_| input));
                    }
                    Continue(())
                },
            )
            .unwrap();
        let want: Vec<usize> = [(0, 20), (1, 300), (2, 300), (3, 300)]
            .iter()
            .flat_map(|&(input, hits)| std::iter::repeat_n(input, hits))
            .collect();
        assert_eq!(delivered, want, "kind {kind}, {threads} threads");
        let bound =
            netsieve::limits::MAX_UNDELIVERED + (threads + 1) * (netsieve::limits::MAX_PART + 700_000) + 2 * MIB;
        let most = most.load(Ordering::Relaxed);
        assert!(most <= bound, "{} MiB, kind {kind}, {threads} threads", most / MIB);
    }
}

#[test]
fn a_panic_in_a_function_of_the_caller_reaches_the_caller() {
    let text = text(3, 4 * MIB, 80);
    for threads in [1, 3] {
        for kind in 0..3 {
            let result = std::panic::catch_unwind(|| {
                let inputs = (0..3).map(|_| Ok(source(&text, kind)));
                scanner().scan_many(inputs, threads, |_, hit, _| panic!("{}", hit.line()), |_| Continue(())).unwrap();
            });
            assert!(result.is_err());
        }
    }
}
