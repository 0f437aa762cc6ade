//! The crew with little room for what waits, and with a sink that blocks when it likes.

use std::io::{Cursor, Read};
use std::sync::mpsc;

use super::*;
use crate::indicator::{DomainName, Feed, Indicator, Record, Scope};
use crate::scan::ScanOptions;
use crate::sieve::Sieve;

/// A small linear congruential generator: the tests need many choices, not good ones.
struct Choices(u64);

impl Choices {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Gives a line or a few at a time, so that even a small input has many parts.
struct ByLines<'a>(&'a [u8], usize);

impl Read for ByLines<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let newline = memchr::memchr_iter(b'\n', self.0).nth(self.1).map_or(self.0.len(), |at| at + 1);
        let len = newline.min(into.len());
        self.0.read(&mut into[..len])
    }
}

fn sieve() -> Sieve {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    let name = DomainName::parse("evil.test").expect("a name");
    builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
    builder.build().expect("a sieve").0
}

fn text(choices: &mut Choices) -> Vec<u8> {
    let lines = choices.below(60);
    let every = 1 + choices.below(4);
    (0..lines)
        .flat_map(|_| if choices.below(every) == 0 { &b"evil.test\n"[..] } else { &b"ok.test\n"[..] })
        .copied()
        .collect()
}

/// Runs `run` on a thread of its own; a run that is not done in time hangs.
fn in_time<T: Send + 'static>(what: String, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || done.send(run()));
    wait.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("hangs: {what}"))
}

/// The head of the outbox moves when it is asked for the next part, too. Whoever worked on the part that became the head slept on
/// for want of room, and nobody woke him: the scan never ended.
#[test]
fn every_part_gets_its_turn_however_little_may_wait() {
    let runs: u64 = if std::env::var_os("NETSIEVE_FULL").is_some() { 10_000 } else { 300 };
    for seed in 0..runs {
        let mut choices = Choices(seed);
        let texts: Vec<Vec<u8>> = (0..1 + choices.below(6)).map(|_| text(&mut choices)).collect();
        let (threads, at_a_time) = (2 + choices.below(4) as usize, choices.below(3) as usize);
        let (limit, width) = (choices.below(5000) as usize, choices.below(2000) as usize);
        let want: Vec<usize> = texts
            .iter()
            .enumerate()
            .flat_map(|(input, text)| std::iter::repeat_n(input, memchr::memmem::find_iter(text, "evil.test").count()))
            .collect();
        let what = format!("seed {seed}, {threads} threads, limit {limit}");
        let got = in_time(what.clone(), move || {
            let mut inputs = texts.iter().enumerate().map(|(at, text)| {
                Ok(match (seed as usize + at) % 4 {
                    0 => Source::Bytes(Box::new(text)),
                    1 => Source::Reader(Box::new(Cursor::new(text))),
                    _ => Source::Reader(Box::new(ByLines(text, at_a_time))),
                })
            });
            let render = |_: usize, _: &Hit<'_>, out: &mut Vec<u8>| {
                out.resize(out.len() + width, b'x');
                ControlFlow::Continue(())
            };
            let sieve = sieve();
            let mut workers: Vec<Worker> = (0..threads).map(|_| Worker::new(&sieve, &ScanOptions::default())).collect();
            let crew = Crew::new(&mut inputs, &render, Vec::new(), limit);
            let mut delivered = Vec::new();
            crew.run(&mut workers, &mut |delivery| {
                if choices.below(4) == 0 {
                    std::thread::sleep(Duration::from_micros(choices.below(300)));
                }
                if let Delivery::Hits { input, hits, .. } = delivery {
                    delivered.extend(hits.iter().map(|_| input));
                }
                ControlFlow::Continue(())
            });
            delivered
        });
        assert_eq!(got, want, "{what}");
    }
}
