//! Failing readers: calls interrupted by a signal change nothing, and a read failure is reported with its cause, after
//! the hits before it.
#![cfg(all(feature = "feeds", feature = "compression", feature = "parallel"))]

mod packed;

use std::io::{self, ErrorKind, Read};
use std::ops::ControlFlow;

use netsieve::feed;
use netsieve::input::Input;
use netsieve::scan::many::{Delivery, ReadAt, Source};
use netsieve::{Feed, Scanner, Sieve};
use packed::{bzip2, gzip, xz, zstd};

/// The error code of a broken disk.
const EIO: i32 = 5;

/// Returns short reads with interruptions between them, and fails at `end`, if given.
struct Faulty<'a> {
    rest: &'a [u8],
    end: Option<usize>,
    calls: usize,
}

impl<'a> Faulty<'a> {
    fn new(bytes: &'a [u8], end: Option<usize>) -> Self {
        Self { rest: &bytes[..end.unwrap_or(bytes.len())], end, calls: 0 }
    }
}

impl Read for Faulty<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        if !self.calls.is_multiple_of(3) {
            return Err(ErrorKind::Interrupted.into());
        }
        if self.rest.is_empty() && self.end.is_some() {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let len = (1 + self.calls * 7919 % 4096).min(into.len());
        self.rest.read(&mut into[..len])
    }
}

/// A file that cannot be read from offset `end` on.
struct BadBlocks<'a>(&'a [u8], usize);

impl ReadAt for BadBlocks<'_> {
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let at = offset as usize;
        if at >= self.1 && self.1 < self.0.len() {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let len = into.len().min(self.1.saturating_sub(at)).min(10_000);
        if len > 0 {
            into[..len].copy_from_slice(&self.0[at..at + len]);
        }
        Ok(len)
    }
}

fn list() -> Vec<u8> {
    (0..400).map(|n| format!("host{n}.evil.test\n")).collect::<String>().into_bytes()
}

fn sieve() -> Sieve {
    let mut builder = Sieve::builder();
    let own = Feed::new("ours");
    let id = builder.feed(own.clone());
    feed::read(&list()[..], "", None, &own, &mut builder.sink(id)).unwrap();
    builder.build().unwrap().0
}

fn log() -> Vec<u8> {
    let line = |n: usize| format!("{n} {} host{}.evil.test ok\n", n.wrapping_mul(0x9E37_79B9) % 100_000, n % 500);
    (0..30_000).map(line).collect::<String>().into_bytes()
}

/// The log in every form that an input can have.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let text = log();
    let wide = [b"\xff\xfe".to_vec(), text.iter().flat_map(|&byte| [byte, 0]).collect()].concat();
    vec![
        ("gzip", gzip(&text)),
        ("bzip2", bzip2(&text)),
        ("xz", xz(&text)),
        ("zstd", zstd(&text)),
        ("UTF-16", wide),
        ("plain", text),
    ]
}

/// The lines that hit, and the result of the scan.
type Outcome = (Vec<u64>, netsieve::Result<()>);

fn by_reader(bytes: &[u8], end: Option<usize>) -> Outcome {
    let mut lines = Vec::new();
    let result = Input::new(Faulty::new(bytes, end)).map_err(netsieve::Error::from).and_then(|input| {
        let mut scanner = Scanner::new(&sieve());
        scanner.scan_reader(input, |hit| {
            lines.push(hit.line());
            ControlFlow::Continue(())
        })
    });
    (lines, result.map(drop))
}

fn by_threads(bytes: &[u8], end: Option<usize>) -> Outcome {
    let mut lines = Vec::new();
    let input = match Input::new(Faulty::new(bytes, end)) {
        Ok(input) => input,
        Err(error) => return (lines, Err(error.into())),
    };
    let mut scanner = Scanner::new(&sieve());
    let result = scanner.scan_reader_parallel(input, |hit| {
        lines.push(hit.line());
        ControlFlow::Continue(())
    });
    (lines, result.map(drop))
}

fn os_error(error: &netsieve::Error) -> Option<i32> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(code) = error.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error) {
            return Some(code);
        }
        cause = error.source();
    }
    None
}

#[test]
fn interrupted_calls_change_nothing() {
    let want: Vec<u64> = (0..30_000).filter(|n| n % 500 < 400).map(|n| n + 1).collect();
    for (form, bytes) in forms() {
        for way in [by_reader, by_threads] {
            let (lines, result) = way(&bytes, None);
            result.unwrap_or_else(|error| panic!("{form}: {error}"));
            assert!(lines == want, "{form}: {} lines, not {}", lines.len(), want.len());
        }
    }
}

#[test]
fn a_broken_disk_is_an_error_after_the_hits_before() {
    let want: Vec<u64> = (0..30_000).filter(|n| n % 500 < 400).map(|n| n + 1).collect();
    for (form, bytes) in forms() {
        for end in [0, 1, 500, bytes.len() / 2, bytes.len() - 1] {
            for way in [by_reader, by_threads] {
                let (lines, result) = way(&bytes, Some(end));
                let error = result.expect_err(form);
                assert_eq!(os_error(&error), Some(EIO), "{form} at {end}: {error}");
                assert!(want.starts_with(&lines), "{form} at {end}");
                if form == "plain" {
                    // Every line that was read completely.
                    let whole = bytes[..end].iter().filter(|&&byte| byte == b'\n').count() as u64;
                    let before = want.iter().filter(|&&line| line <= whole).count();
                    assert!(lines.len() >= before, "{} lines of {before} at {end}", lines.len());
                }
            }
        }
    }
}

#[test]
fn bad_blocks_of_a_file_are_its_error_and_not_that_of_others() {
    let text = log();
    for threads in [1, 2, 4] {
        let sources =
            [text.len(), text.len() / 2, text.len()].map(|end| Ok(Source::File(Box::new(BadBlocks(&text, end)))));
        let mut hits = [0_usize; 3];
        let mut ends = Vec::new();
        let mut scanner = Scanner::new(&sieve());
        scanner
            .scan_many(
                sources.into_iter(),
                threads,
                |_, _, out| {
                    out.push(b'.');
                    ControlFlow::Continue(())
                },
                |delivery| {
                    match delivery {
                        Delivery::Hits { input, rendered, .. } => hits[input] += rendered.len(),
                        Delivery::End(end) => ends.push((end.input, end.error.and_then(|error| error.raw_os_error()))),
                        _ => {}
                    }
                    ControlFlow::Continue(())
                },
            )
            .unwrap();
        assert_eq!(ends, [(0, None), (1, Some(EIO)), (2, None)], "{threads}");
        assert_eq!((hits[0], hits[2]), (24_000, 24_000), "{threads}");
        assert!(hits[1] > 11_000 && hits[1] < 12_500, "{threads}: {}", hits[1]);
    }
}

#[test]
fn a_truncated_feed_is_not_read_as_a_shorter_one() {
    let text = list();
    let feeds: [(&str, Vec<u8>); 5] = [
        ("plain", text.clone()),
        ("gzip", gzip(&text)),
        ("bzip2", bzip2(&text)),
        ("xz", xz(&text)),
        ("zstd", zstd(&text)),
    ];
    for (form, bytes) in &feeds {
        let read = |end| {
            let own = Feed::new("ours");
            let mut builder = Sieve::builder();
            let id = builder.feed(own.clone());
            feed::read(Faulty::new(bytes, end), "", None, &own, &mut builder.sink(id))?;
            builder.build().map(|(_, report)| report.feeds[0].entries)
        };
        assert_eq!(read(None).unwrap(), 400, "{form}");
        for end in [0, 1, bytes.len() / 2, bytes.len() - 1, bytes.len()] {
            let error = read(Some(end)).expect_err(form);
            assert_eq!(os_error(&error), Some(EIO), "{form} at {end}: {error}");
        }
    }
}
