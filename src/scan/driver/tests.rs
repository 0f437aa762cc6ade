//! The whole driver over random inputs, thread counts and limits, with a sink that blocks at random, breaks off, panics or cancels.

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::indicator::{DomainName, Feed, Indicator, Record, Scope};
use crate::limits::MAX_LINE;
use crate::random::Random;
use crate::scan::hit::Hit;
use crate::scan::many::{Delivery, InputEnd, ReadAt, Source};
use crate::scan::options::{ScanOptions, ScanStats};
use crate::scan::scanner::Scanner;
use crate::scan::tail::Tail;
use crate::sieve::Sieve;

/// A reader that gives a line or a few at a time, so that even a small input has many parts.
struct ByLines(Cursor<Vec<u8>>, usize);

impl Read for ByLines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let rest = &self.0.get_ref()[self.0.position() as usize..];
        let newline = memchr::memchr_iter(b'\n', rest).nth(self.1).map_or(rest.len(), |at| at + 1);
        let len = newline.min(into.len());
        self.0.read(&mut into[..len])
    }
}

struct Memory(Vec<u8>);

impl ReadAt for Memory {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.0.get(offset as usize..).unwrap_or(&[]);
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }
}

fn sieve() -> Sieve {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    let name = DomainName::parse("evil.test").expect("a name");
    builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
    builder.build().expect("a sieve").0
}

fn text(choices: &mut Random) -> Vec<u8> {
    // Now and then more than a chunk, so that files have several parts.
    let lines = if choices.below(20) == 0 { 70_000 + choices.below(90_000) } else { choices.below(60) };
    let every = if lines > 100 { 5000 } else { 1 + choices.below(4) };
    let hits = (0..lines).map(|_| choices.below(every) == 0);
    hits.flat_map(|hit| if hit { &b"evil.test\n"[..] } else { &b"nothing\n"[..] }).copied().collect()
}

/// A disturbance by the sink or the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    Breaks(u64),
    SinkPanics(u64),
    RenderPanics(usize),
    Cancels(u64),
}

#[derive(Clone, Debug)]
struct Plan {
    threads: usize,
    limit: usize,
    width: usize,
    trouble: Trouble,
}

impl Plan {
    fn new(seed: u64) -> (Self, Random) {
        let mut choices = Random::new(seed);
        let trouble = match choices.below(12) {
            0 => Trouble::Breaks(choices.below(40)),
            1 => Trouble::SinkPanics(choices.below(40)),
            2 => Trouble::RenderPanics(choices.below(6) as usize),
            3 => Trouble::Cancels(choices.below(40)),
            _ => Trouble::None,
        };
        let limit = choices.below(5000) as usize;
        let plan = Self { threads: 1 + choices.below(5) as usize, limit, width: choices.below(2000) as usize, trouble };
        (plan, choices)
    }
}

/// A delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Hit(usize),
    End(usize),
}

impl Seen {
    fn input(self) -> usize {
        match self {
            Seen::Hit(input) | Seen::End(input) => input,
        }
    }
}

/// Runs a plan; returns the deliveries, and whether it panicked.
fn run_plan(plan: &Plan, mut choices: Random, texts: &[Vec<u8>]) -> (Vec<Seen>, bool) {
    let options = ScanOptions::default();
    let control = options.control.clone();
    let sieve = sieve();
    let mut workers: Vec<Worker> = (0..plan.threads).map(|_| Worker::new(&sieve, &options)).collect();
    let mut tails: Vec<Tail> = texts.iter().map(|_| Tail::new()).collect();
    let at_a_time = choices.below(3) as usize;
    let mut kinds = choices.clone();
    let mut inputs = texts.iter().zip(&mut tails).map(|(text, tail)| {
        let text = text.clone();
        Ok(match kinds.below(6) {
            0 => Source::Bytes(Box::new(text)),
            1 => Source::Reader(Box::new(Cursor::new(text))),
            2 => Source::File(Box::new(Memory(text))),
            3 => Source::Growing { reader: Box::new(ByLines(Cursor::new(text), at_a_time)), tail, with_rest: true },
            _ if text.len() > 10_000 => Source::Reader(Box::new(Cursor::new(text))),
            _ => Source::Reader(Box::new(ByLines(Cursor::new(text), at_a_time))),
        })
    });
    let render = |input: usize, _: &Hit<'_>, out: &mut Vec<u8>| {
        assert!(plan.trouble != Trouble::RenderPanics(input), "as planned");
        out.resize(out.len() + plan.width, b'x');
        ControlFlow::Continue(())
    };
    let (mut seen, mut deliveries) = (Vec::new(), 0);
    let mut chunks = Vec::new();
    let means = Means { workers: &mut workers, chunks: &mut chunks, control: &control, limit: plan.limit };
    let result = catch_unwind(AssertUnwindSafe(|| {
        run(means, &mut inputs, &ToText(&render), &mut |next| {
            if choices.below(4) == 0 {
                std::thread::sleep(Duration::from_micros(choices.below(300)));
            }
            match next {
                Next::Hits(input, part) => seen.extend(part.hits.iter().map(|_| Seen::Hit(*input))),
                Next::Scanned(..) => {}
                Next::End(InputEnd { input, .. }) => seen.push(Seen::End(*input)),
            }
            deliveries += 1;
            match plan.trouble {
                Trouble::Breaks(at) if at < deliveries => return ControlFlow::Break(()),
                Trouble::Cancels(at) if at < deliveries => control.cancel(),
                Trouble::SinkPanics(at) => assert!(at >= deliveries, "as planned"),
                _ => {}
            }
            ControlFlow::Continue(())
        })
        .expect("threads can be created");
    }));
    (seen, result.is_err())
}

/// Returns the CPU time of this process in clock ticks, where the system tells it.
fn ticks() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name before these fields may hold anything, brackets too.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

/// Runs `run` on a thread of its own. A run counts as hung if it is late although nothing is being computed. On a busy
/// machine a run may take minutes.
fn in_time<T: Send + 'static>(what: String, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || done.send(run()));
    let mut before = ticks();
    loop {
        match wait.recv_timeout(Duration::from_secs(120)) {
            Ok(result) => return result,
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("the thread of {what} is gone"),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let now = ticks();
                assert!(now.is_some() && now != before, "hangs: {what}");
                before = now;
            }
        }
    }
}

fn stress(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let (plan, mut choices) = Plan::new(seed);
        let texts: Vec<Vec<u8>> = (0..1 + choices.below(6)).map(|_| text(&mut choices)).collect();
        let mut all = Vec::new();
        for (input, text) in texts.iter().enumerate() {
            let hits = memchr::memmem::find_iter(text, "evil.test").count();
            all.extend(std::iter::repeat_n(Seen::Hit(input), hits));
            all.push(Seen::End(input));
        }
        let given = plan.clone();
        let (seen, has_panicked) = in_time(format!("seed {seed}: {plan:?}"), move || run_plan(&given, choices, &texts));
        let differ = seen.iter().zip(&all).position(|(seen, want)| seen != want).unwrap_or(seen.len().min(all.len()));
        let what = || {
            format!(
                "seed {seed}, {plan:?}: {} of {}, {differ} as they should be, then {:?}",
                seen.len(),
                all.len(),
                seen.last()
            )
        };
        let is_beginning = differ == seen.len();
        // An input that was refused is reported to have ended there.
        let ends_early =
            differ + 1 == seen.len() && all.get(differ).map(|want| Seen::End(want.input())) == seen.last().copied();
        match plan.trouble {
            Trouble::None => assert!(seen == all && !has_panicked, "{}", what()),
            Trouble::Breaks(_) | Trouble::Cancels(_) => {
                assert!(!has_panicked && (is_beginning || ends_early), "{}", what());
                // Nothing is delivered if the scan was cancelled before the first input was opened.
                assert!(matches!(seen.last(), None | Some(Seen::End(_))), "{}", what());
            }
            Trouble::SinkPanics(_) | Trouble::RenderPanics(_) => {
                assert!(is_beginning && (has_panicked || seen == all), "{}", what());
            }
        }
    }
}

/// The first of these runs found a hang: the head of the outbox moved when the next part was asked for, so the thread that worked on the
/// new head slept on for lack of room.
#[test]
fn every_part_gets_its_turn_whatever_happens() {
    stress(0..300);
}

#[test]
#[ignore = "takes minutes"]
fn every_part_gets_its_turn_whatever_happens_ten_thousand_times() {
    stress(0..10_000);
}

/// A long scan without hits ends soon after it is cancelled, whatever it reads, and says so.
#[test]
fn a_scan_without_hits_is_cancelled() {
    let text = b"nothing at all in this line, nor in any other\n".repeat(1_000_000);
    let sieve = sieve();
    for threads in [0, 1, 3] {
        for kind in 0..3 {
            // The slowest engine.
            let options = ScanOptions { engine: crate::sieve::Engine::Scalar, ..ScanOptions::default() };
            let mut scanner = Scanner::with_options(&sieve, &options);
            let control = options.control.clone();
            let watcher = std::thread::spawn({
                let control = control.clone();
                move || {
                    while control.bytes() == 0 {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    control.cancel();
                    std::time::Instant::now()
                }
            });
            let go_on = |_: &Hit<'_>| ControlFlow::Continue(());
            let stats = match (threads, kind) {
                (0, 0) => scanner.scan(&text, go_on),
                (0, 1) => scanner.scan_reader(&text[..], go_on).expect("a slice"),
                (0, _) => scanner.scan_parallel(&text, go_on),
                _ => {
                    let source = match kind {
                        0 => Source::Bytes(Box::new(&text)),
                        1 => Source::Reader(Box::new(&text[..])),
                        _ => Source::File(Box::new(Memory(text.clone()))),
                    };
                    let mut end = None;
                    let inputs = [Ok(source), Ok(Source::Bytes(Box::new("evil.test")))];
                    let render = |_: usize, _: &Hit<'_>, _: &mut Vec<u8>| ControlFlow::Continue(());
                    let result = scanner.scan_many(inputs.into_iter(), threads, render, |delivery| {
                        if let Delivery::End(ended) = delivery {
                            assert!(end.is_none(), "nothing behind the cancelled input");
                            end = Some(ended.stats);
                        }
                        ControlFlow::Continue(())
                    });
                    result.expect("threads can be created");
                    end.expect("the end of the input")
                }
            };
            let late = watcher.join().expect("no panic").elapsed();
            assert!(stats.is_cancelled && stats.bytes < text.len() as u64, "{threads} threads, kind {kind}: {stats:?}");
            // It takes 50 ms on a quiet machine.
            assert!(late < Duration::from_millis(1000), "{threads} threads, kind {kind}: {late:?}");
        }
    }
}

/// One way to scan a text; returns the statistics of the scan.
type Way = fn(&mut Scanner, &[u8], usize) -> ScanStats;

/// Scans a source as the first of many.
fn among_many(scanner: &mut Scanner, source: Source<'_>, threads: usize) -> ScanStats {
    let render = |_: usize, _: &Hit<'_>, _: &mut Vec<u8>| ControlFlow::Continue(());
    let mut stats = None;
    let result = scanner.scan_many(std::iter::once(Ok(source)), threads, render, |delivery| {
        if let Delivery::End(end) = delivery {
            stats = Some(end.stats);
        }
        ControlFlow::Continue(())
    });
    result.expect("threads can be created");
    stats.expect("the end of the input")
}

const GO_ON: fn(&Hit<'_>) -> ControlFlow<()> = |_| ControlFlow::Continue(());

const WAYS: [(&str, Way); 10] = [
    ("a slice", |scanner, text, _| scanner.scan(text, GO_ON)),
    ("a slice on all threads", |scanner, text, _| scanner.scan_parallel(text, GO_ON)),
    ("a reader", |scanner, text, _| scanner.scan_reader(text, GO_ON).expect("a slice")),
    ("a reader on all threads", |scanner, text, _| scanner.scan_reader_parallel(text, GO_ON).expect("a slice")),
    ("a tail", |scanner, text, _| scanner.scan_tail(&mut Tail::new(), text, GO_ON).expect("a slice")),
    ("bytes", |scanner, text, threads| among_many(scanner, Source::Bytes(Box::new(text)), threads)),
    ("a reader among many", |scanner, text, threads| among_many(scanner, Source::Reader(Box::new(text)), threads)),
    ("a file", |scanner, text, threads| among_many(scanner, Source::File(Box::new(Memory(text.to_vec()))), threads)),
    ("a growing input", |scanner, text, threads| {
        let reader = Box::new(text);
        among_many(scanner, Source::Growing { reader, tail: &mut Tail::new(), with_rest: false }, threads)
    }),
    ("a growing input with its rest", |scanner, text, threads| {
        let reader = Box::new(text);
        among_many(scanner, Source::Growing { reader, tail: &mut Tail::new(), with_rest: true }, threads)
    }),
];

/// Every way of scanning checks before each block whether it was cancelled, even if nothing hits, and counts the same bytes.
#[test]
fn every_scan_ends_within_a_block_of_the_wish_and_tells_how_far_it_has_come() {
    const AFTER: u64 = 3 * MAX_LINE as u64;
    let line = "nothing at all in this line, nor in any other\n";
    let plain = line.repeat(12 * MAX_LINE / line.len()).into_bytes();
    let utf16 = line.repeat(6 * MAX_LINE / line.len());
    let utf16: Vec<u8> = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let sieve = sieve();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for (name, way) in WAYS {
        for (text, len) in [(&plain, plain.len()), (&utf16, utf16.len() / 2)] {
            for threads in [1, 3] {
                let options = ScanOptions::default();
                let stats = way(&mut Scanner::with_options(&sieve, &options), text, threads);
                assert_eq!((stats.bytes, stats.is_cancelled), (len as u64, false), "{name}, {threads} threads");
                assert_eq!(options.control.bytes(), stats.bytes, "{name}, {threads} threads");

                let options = ScanOptions::default();
                options.control.cancel_after(AFTER);
                let stats = way(&mut Scanner::with_options(&sieve, &options), text, threads);
                let scanned = options.control.bytes();
                assert!(
                    stats.is_cancelled && stats.bytes <= scanned,
                    "{name}, {threads} threads: {stats:?}, {scanned}"
                );
                // One more block for each thread that was scanning one.
                let most = AFTER + (MAX_LINE * threads.max(cores)) as u64;
                assert!((AFTER..=most).contains(&scanned), "{name}, {threads} threads: {scanned}");
            }
        }
    }
}

/// A reader that panics ends the scan with its panic.
#[test]
fn a_reader_that_panics_hangs_nobody() {
    struct Panics;

    impl Read for Panics {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("of the reader")
        }
    }

    impl ReadAt for Panics {
        fn read_at(&self, _: &mut [u8], offset: u64) -> io::Result<usize> {
            if offset > 0 { panic!("of the reader") } else { Ok(4096) }
        }
    }

    for threads in [1, 2, 4] {
        for kind in 0..2 {
            let text = in_time(format!("{threads} threads, kind {kind}"), move || {
                let result = catch_unwind(|| {
                    let mut scanner = Scanner::new(&sieve());
                    let source = match kind {
                        0 => Source::Reader(Box::new(Panics)),
                        _ => Source::File(Box::new(Panics)),
                    };
                    let inputs = [Ok(source), Ok(Source::Bytes(Box::new("evil.test\n")))];
                    let render = |_: usize, _: &Hit<'_>, _: &mut Vec<u8>| ControlFlow::Continue(());
                    let _ = scanner.scan_many(inputs.into_iter(), threads, render, |_| ControlFlow::Continue(()));
                });
                result.expect_err("a panic").downcast_ref::<&str>().map(|text| (*text).to_owned())
            });
            assert_eq!(text.as_deref(), Some("of the reader"), "{threads} threads, kind {kind}");
        }
    }
}
