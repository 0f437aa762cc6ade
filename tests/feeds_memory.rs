//! Readers use little memory, however large the feed, and sets as much as they say.
#![cfg(feature = "feeds")]
#![allow(unsafe_code, reason = "a counting allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use netsieve::feed::{self, Format};
use netsieve::indicator::{Pattern, PatternTarget};
use netsieve::indicator::{Record, RecordSink, Rejection, Warning};
use netsieve::limits::{MAX_FEED_LINE, MAX_PENDING};
use netsieve::{Error, Feed, Indicator, Sieve};

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// An allocator that counts the bytes that each thread holds.
struct Counting;

fn add(bytes: isize) {
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: every call is passed unchanged to the system's allocator, which has the same contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as isize);
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(-(layout.size() as isize));
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        add(len as isize - layout.size() as isize);
        // SAFETY: the caller upholds the contract.
        unsafe { System.realloc(pointer, layout, len) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A sink that counts what it receives and keeps nothing.
#[derive(Default)]
struct Count {
    records: u64,
    rejections: u64,
}

impl RecordSink for Count {
    fn record(&mut self, _: Record<'_>) {
        self.records += 1;
    }

    fn reject(&mut self, _: Rejection<'_>) {
        self.rejections += 1;
    }

    fn warn(&mut self, _: Warning<'_>) {}

    fn lines(&mut self, _: u64) {}
}

/// The peak memory of a reader, without its input, in MiB.
fn peak(read: impl FnOnce(&mut Count) -> Result<Format, Error>) -> (Result<Format, Error>, Count, f64) {
    let mut sink = Count::default();
    let before = HELD.get();
    PEAK.set(before);
    let result = read(&mut sink);
    (result, sink, (PEAK.get() - before) as f64 / (1 << 20) as f64)
}

/// A head, one text repeated many times, and a tail.
struct Repeated<'t> {
    parts: [&'t str; 3],
    left: [u64; 3],
    at: usize,
}

impl<'t> Repeated<'t> {
    fn new(head: &'t str, text: &'t str, times: u64, tail: &'t str) -> Self {
        Self { parts: [head, text, tail], left: [1, times, 1], at: 0 }
    }
}

impl Read for Repeated<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        for (part, left) in self.parts.iter().zip(&mut self.left) {
            while *left > 0 {
                let rest = &part.as_bytes()[self.at..];
                if rest.is_empty() {
                    *left -= 1;
                    self.at = 0;
                    continue;
                }
                let length = rest.len().min(buf.len());
                buf[..length].copy_from_slice(&rest[..length]);
                self.at += length;
                return Ok(length);
            }
        }
        Ok(0)
    }
}

/// 20 MB of each kind of feed: lines, rows, records, JSON on one line, XML.
#[test]
fn feeds_stream() {
    let attribute = r#"{"type":"domain","category":"Network activity","to_ids":true,"value":"evil.test"},"#;
    let stix = r#"{"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.test']","pattern_type":"stix"},"#;
    let urlhaus = r#"{"url":"http://evil.test/a","dateadded":"2026-05-01 00:00:00 UTC","tags":null,"threat":"x"},"#;
    let waits = MAX_PENDING as f64 / (1 << 20) as f64 * 1.7;
    for (format, head, text, tail, most) in [
        (Format::Plain, "", "192.0.2.1\t3\n", "", 1.5),
        (Format::Hosts, "", "0.0.0.0 evil.test\n", "", 1.5),
        (Format::Csv, "indicator,type\n", "evil.test,domain\n", "", 1.5),
        (Format::JsonLines, "", "{\"ip\": \"192.0.2.1\", \"tags\": [\"a\"]}\n", "", 1.5),
        (Format::UrlhausJson, "{\"1\":[", urlhaus, "{\"url\":\"http://evil.test/a\"}]}", 1.5),
        // An event's metadata may follow its attributes.
        (Format::Misp, "{\"Event\":{\"info\":\"x\",\"Attribute\":[", attribute, "{}]}}", waits),
        (Format::Stix, "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[", stix, "{}]}", waits),
        #[cfg(feature = "xml")]
        (
            Format::OpenIoc,
            "<ioc id=\"1\"><definition><Indicator operator=\"OR\">",
            "<IndicatorItem id=\"2\" condition=\"is\"><Context search=\"Network/DNS\"/><Content>evil.test</Content></IndicatorItem>",
            "</Indicator></definition></ioc>",
            1.5,
        ),
    ] {
        let times = (20 << 20) / text.len() as u64;
        let (result, sink, peak) =
            peak(|sink| feed::read(Repeated::new(head, text, times, tail), "", None, &Feed::new("x"), sink));
        assert_eq!(result.unwrap_or_else(|error| panic!("{format}: {error}")), format);
        assert!(sink.records >= times, "{format}: {} of {times}", sink.records);
        assert!(peak < most, "{format}: {peak:.1} MiB");
    }
}

/// 2 GiB of a list, a table, or JSON on one line need no more memory than 20 MB.
#[test]
#[ignore = "reads 6 GiB, which takes minutes"]
fn two_gibibytes() {
    let stix = r#"{"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.test']","pattern_type":"stix"},"#;
    for (format, head, text, tail) in [
        (Format::Plain, "", "192.0.2.1\t3\n", ""),
        (Format::Csv, "indicator,type\n", "evil.test,domain\n", ""),
        (Format::Stix, "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[", stix, "{}]}"),
    ] {
        let times = (2_u64 << 30) / text.len() as u64;
        let (result, sink, peak) =
            peak(|sink| feed::read(Repeated::new(head, text, times, tail), "", None, &Feed::new("x"), sink));
        assert_eq!(result.unwrap_or_else(|error| panic!("{format}: {error}")), format);
        assert!(sink.records >= times, "{format}: {} of {times}", sink.records);
        assert!(peak < 64.0, "{format}: {peak:.1} MiB");
    }
}

/// A value of 100 MB is cut at the cap, and costs no more than the cap.
#[test]
fn huge_fields() {
    let times = (100 << 20) / 16;
    let filler = "xxxxxxxxxxxxxxxx";
    let most = 8.0 * MAX_FEED_LINE as f64 / (1 << 20) as f64;
    for (format, head, tail) in [
        (Format::Plain, "evil.test\n", "\nbad.example\n"),
        (Format::Csv, "indicator,type\nevil.test,domain\n\"", "\",domain\nbad.example,domain\n"),
        (Format::JsonLines, "{\"ip\":\"192.0.2.1\"}\n{\"ip\":\"", "\"}\n{\"ip\":\"192.0.2.2\"}\n"),
        (
            Format::Stix,
            "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{\"type\":\"indicator\",\"id\":\"indicator--1\",\"pattern\":\"[domain-name:value = 'evil.test']\"},{\"type\":\"indicator\",\"id\":\"indicator--2\",\"pattern\":\"",
            "\"}]}",
        ),
    ] {
        let (result, sink, peak) =
            peak(|sink| feed::read(Repeated::new(head, filler, times, tail), "", Some(format), &Feed::new("x"), sink));
        assert_eq!(result.unwrap_or_else(|error| panic!("{format}: {error}")), format);
        assert!(sink.records >= 1 && sink.rejections >= 1, "{format}: {} {}", sink.records, sink.rejections);
        assert!(peak < most, "{format}: {peak:.1} MiB");
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// No real feed needs 64 MiB to read, apart from the records it yields.
#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_feeds() {
    let data = std::env::var_os("NETSIEVE_DATA").expect("NETSIEVE_DATA names the folder of the real data");
    let mut found = Vec::new();
    files(&Path::new(&data).join("feeds"), &mut found);
    let mut highest = 0.0_f64;
    for path in &found {
        let (_, _, peak) = peak(|sink| feed::read_file(path, None, &Feed::new("x"), sink));
        assert!(peak < 64.0, "{}: {peak:.1} MiB", path.display());
        highest = highest.max(peak);
    }
    println!("highest peak {highest:.1} MiB");
}

/// The memory that a set says it takes is what it holds, whatever its indicators.
#[test]
fn a_set_takes_the_memory_that_it_says() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    pool.install(memory_of_sets);
}

fn memory_of_sets() {
    let parsed = |text: String| text.parse::<Indicator>().unwrap_or_else(|error| panic!("{text}: {error}"));
    let pattern = |target, text: String| Indicator::Pattern(Pattern::new(target, &text).expect("a pattern"));
    type Make<'m> = Box<dyn Fn(u32) -> Indicator + 'm>;
    let kinds: Vec<(&str, u32, Make<'_>)> = vec![
        ("IPv4", 20_000, Box::new(|n| parsed(format!("198.{}.{}.7", n / 256, n % 256)))),
        ("IPv6", 20_000, Box::new(|n| parsed(format!("2a00:{n:x}::7")))),
        ("names", 20_000, Box::new(|n| parsed(format!("host{n}.evil.test")))),
        ("URLs of names", 20_000, Box::new(|n| parsed(format!("http://host{}.evil.test/a/{n}", n / 3)))),
        ("URLs of IPv4", 20_000, Box::new(|n| parsed(format!("http://198.{}.{}.7/a", n / 256, n % 256)))),
        ("URLs of IPv6", 20_000, Box::new(|n| parsed(format!("http://[2a00:{n:x}::7]/a")))),
        ("hashes", 20_000, Box::new(|n| parsed(format!("{:032x}", u128::from(n).pow(7))))),
        ("mail addresses", 20_000, Box::new(|n| parsed(format!("user{n}@evil.test")))),
        ("patterns of names", 2_000, Box::new(|n| pattern(PatternTarget::Name, format!("*evil{n}*.test")))),
        ("patterns of paths", 2_000, Box::new(|n| pattern(PatternTarget::UrlPath, format!("/gate{n}.php")))),
    ];
    for (kind, count, make) in kinds {
        // All on one thread, whose memory is counted.
        let before = HELD.get();
        let mut builder = Sieve::builder();
        (0..count).for_each(|n| _ = builder.add("partner", make(n)));
        let (sieve, report) = builder.build().expect(kind);
        drop(report);
        let (held, said) = (HELD.get() - before, sieve.memory_usage() as isize);
        println!("{kind}: {held} bytes held, {said} said");
        assert!((held - said).abs() <= said / 20 + 16_384, "{kind}: {held} bytes held, {said} said");
    }
}
