//! Every engine, and a scan through a reader, finds what the scalar extractor finds, whatever the bytes.
#![no_main]

use std::ops::ControlFlow;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use netsieve::{Engine, Feed, Hit, Policy, ScanOptions, Scanner, Sieve, feed};

const LIST: &str = "192.0.2.1\n198.51.100.0/24\n203.0.113.7:8080\n2001:db8::/32\nevil.test\na.b.evil.example\nt.co\nb\u{fc}cher.test\n\
    http://shop.test/login/\nhttps://evil.test/a?b=c\nhttp://only.host.test/\nhttp://192.0.2.200/gate\n";

static SIEVE: LazyLock<Sieve> = LazyLock::new(|| {
    let mut builder = Sieve::builder();
    let mut policy = Policy::default();
    (policy.admit_public_suffixes, policy.admit_bogons) = (true, true);
    let own = Feed::new("list").policy(policy);
    let id = builder.feed(own.clone());
    feed::read(LIST.as_bytes(), "list.txt", None, &own, &mut builder.sink(id)).expect("a list");
    builder.build().expect("a sieve").0
});

type Found = Vec<(u64, u64, u64, String, Vec<String>)>;

fn put(found: &mut Found, hit: &Hit<'_>) -> ControlFlow<()> {
    let matches = hit.matches().iter().map(|found| format!("{found:?}")).collect();
    found.push((hit.span().start, hit.span().end, hit.line(), hit.canonical().to_owned(), matches));
    ControlFlow::Continue(())
}

fuzz_target!(|bytes: &[u8]| {
    let scan = |engine: Engine, is_reader: bool| {
        let mut options = ScanOptions::default();
        options.engine = engine;
        let (mut scanner, mut found) = (Scanner::new(&SIEVE, &options), Found::new());
        if is_reader {
            scanner.scan_reader(bytes, |hit| put(&mut found, hit)).expect("a slice does not fail");
        } else {
            scanner.scan(bytes, |hit| put(&mut found, hit));
        }
        found
    };
    let want = scan(Engine::Scalar, false);
    for engine in Engine::available() {
        assert_eq!(scan(engine, false), want, "{engine:?}");
    }
    assert_eq!(scan(Engine::Auto, true), want);
});
