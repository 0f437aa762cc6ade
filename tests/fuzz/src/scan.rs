//! On any bytes, all engines and all ways to scan find what the scalar extractor finds in a single piece.

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use netsieve::feed;
use netsieve::indicator::{Pattern, PatternTarget, Record};
use netsieve::render::JsonLines;
use netsieve::scan::Tail;
use netsieve::{Engine, Feed, Hit, Indicator, Policy, ScanOptions, Scanner, Sieve};

use super::first;

/// The listed values, in addition to two patterns.
pub const LIST: [&str; 27] = [
    "192.0.2.1",
    "198.51.100.0/24",
    "203.0.113.7:8080",
    "203.0.113.20-203.0.113.29",
    "2001:db8::/32",
    "2001:db8::1",
    "evil.test",
    "www.evil.test",
    "a.b.evil.example",
    "bad.example:8443",
    "t.co",
    "b\u{fc}cher.test",
    "evil.zip",
    "main.py",
    "data.name",
    "evil.a1",
    "x.under_score",
    "http://shop.test/login/",
    "https://evil.test/a?b=c",
    "http://evil.test/a",
    "http://evil.test/a?id=1&k=2",
    "http://evil.test/a,b",
    "http://only.host.test/",
    "http://192.0.2.200/gate",
    "http://[2001:db8::99]:8080/x",
    "gopher://evil.test/a",
    "http://evil.test/a!",
];

/// A policy that admits everything.
pub fn open_feed() -> Feed {
    let mut policy = Policy::default();
    (policy.admit_public_suffixes, policy.admit_bogons) = (true, true);
    Feed::new("list").policy(policy)
}

/// A sieve of some of the lines of a list, and of patterns.
pub fn sieve(list: &str, patterns: [bool; 2]) -> Sieve {
    let mut builder = Sieve::builder();
    let own = open_feed();
    let id = builder.feed(own.clone());
    if !list.is_empty() {
        feed::read(list.as_bytes(), "list.txt", Some(feed::Format::Plain), &own, &mut builder.sink(id))
            .expect("a list");
    }
    let all = [(PatternTarget::UrlPath, "/gate.php"), (PatternTarget::Name, "*-login*.test")];
    for ((target, text), _) in all.into_iter().zip(patterns).filter(|(_, is_listed)| *is_listed) {
        let pattern = Indicator::Pattern(Pattern::new(target, text).expect("a pattern"));
        builder.add(id, Record::new(pattern, 1, text));
    }
    builder.build().expect("a sieve").0
}

static SIEVE: LazyLock<Sieve> = LazyLock::new(|| sieve(&LIST.join("\n"), [true; 2]));
static POOL: LazyLock<rayon::ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads"));

type Found = (u64, u64, u64, &'static str, String, Vec<String>);

fn found(hit: &Hit<'_>) -> Found {
    let offset = hit.offset_in_line();
    assert_eq!(&hit.line_text()[offset..offset + hit.observed().len()], hit.observed());
    let matches = hit.matches().iter().map(|found| format!("{found:?}")).collect();
    (hit.span().start, hit.span().end, hit.line(), hit.context().as_str(), hit.canonical().to_owned(), matches)
}

/// A reader that returns one to eight bytes at a time.
struct Trickle<'d>(&'d [u8], u8);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1.wrapping_mul(5).wrapping_add(3);
        let len = (1 + usize::from(self.1 >> 5)).min(into.len());
        let len = len.min(self.0.len());
        into[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

/// Cuts an input into up to eight parts, some of them empty, and then a trickle of parts of at most 16 bytes.
fn parts(data: &[u8], cut: u8) -> Vec<&[u8]> {
    let (mut parts, mut rest, mut step) = (Vec::new(), data, cut);
    for _ in 0..cut % 8 {
        step = step.wrapping_mul(5).wrapping_add(3);
        let (part, others) = rest.split_at(usize::from(step) * rest.len() / 255);
        parts.push(part);
        rest = others;
    }
    let (most, trickle) = rest.split_at(rest.len().saturating_sub(usize::from(cut)));
    parts.push(most);
    parts.extend(trickle.chunks(1 + usize::from(cut % 16)));
    parts
}

/// Scans the lines as rows: together they must give what each gives alone.
fn by_rows(scanner: &mut Scanner, data: &[u8]) {
    let rows = || data.split(|&byte| byte == b'\n');
    let (mut want, mut got) = (Vec::new(), Vec::new());
    for (number, row) in rows().enumerate() {
        scanner.scan(row, |hit| {
            want.push((number, found(hit)));
            ControlFlow::Continue(())
        });
    }
    scanner.scan_rows(rows(), |number, hit| {
        got.push((number, found(hit)));
        ControlFlow::Continue(())
    });
    assert_eq!(got, want, "by rows");
}

/// The first byte chooses the options, the second how the rest is cut.
pub fn run(mut data: &[u8]) {
    let (asked, cut) = (first(&mut data), first(&mut data));
    let mut options = ScanOptions::default();
    options.matching.name_like = asked & 1 != 0;
    options.matching.host_only = asked & 2 != 0;
    options.matching.port_unseen = asked & 4 == 0;
    options.refang = asked & 8 != 0;
    options.engine = Engine::Scalar;
    let mut want = Vec::new();
    let mut json = Vec::new();
    Scanner::with_options(&SIEVE, &options).scan(data, |hit| {
        want.push(found(hit));
        JsonLines::new().hit(&mut json, "a.log", hit, usize::MAX);
        ControlFlow::Continue(())
    });
    for line in json.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        serde_json::from_slice::<serde_json::Value>(line).expect("JSON");
    }
    let check = |got: Vec<Found>, how: &str| assert_eq!(got, want, "{how}");
    for engine in Engine::available() {
        options.engine = engine;
        let mut got = Vec::new();
        Scanner::with_options(&SIEVE, &options).scan(data, |hit| {
            got.push(found(hit));
            ControlFlow::Continue(())
        });
        check(got, engine.as_str());
    }
    options.engine = Engine::Auto;
    let mut scanner = Scanner::with_options(&SIEVE, &options);
    let mut got = Vec::new();
    let mut sink = |hit: &Hit<'_>| {
        got.push(found(hit));
        ControlFlow::Continue(())
    };
    scanner.scan_reader(Trickle(data, cut), &mut sink).expect("a reader that does not fail");
    check(std::mem::take(&mut got), "by reader");

    let mut tail = Tail::new();
    let mut sink = |hit: &Hit<'_>| {
        got.push(found(hit));
        ControlFlow::Continue(())
    };
    for part in parts(data, cut) {
        scanner.scan_tail(&mut tail, part, &mut sink).expect("a slice does not fail");
    }
    scanner.scan_rest(&mut tail, &mut sink);
    check(std::mem::take(&mut got), "as it grows");
    by_rows(&mut scanner, data);

    if asked & 16 != 0 {
        POOL.install(|| {
            scanner.scan_parallel(data, |hit| {
                got.push(found(hit));
                ControlFlow::Continue(())
            });
        });
        check(got, "on two threads");
    }
}
