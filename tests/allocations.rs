//! A warm matcher does not allocate, and neither do the hits of a warm scanner.

#![allow(unsafe_code, reason = "a counting allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::IpAddr;
use std::ops::ControlFlow;

use netsieve::{Feed, MatchOptions, Scanner, Sieve, feed};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<u64> = const { Cell::new(0) };
}

/// An allocator that counts the allocations of each thread.
struct Counting;

// SAFETY: every call is passed unchanged to the system's allocator, which has the same contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        let _ = BYTES.try_with(|bytes| bytes.set(bytes.get() + layout.size() as u64));
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller upholds the contract.
        unsafe { System.realloc(pointer, layout, len) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of allocations in the second of two runs.
fn when_warm(mut run: impl FnMut()) -> u64 {
    run();
    let before = COUNT.get();
    run();
    COUNT.get() - before
}

fn sieve() -> Sieve {
    let list = "192.0.2.0/24\n192.0.2.7\n192.0.2.7:443\n2001:db8::/32\n198.51.100.1 - 198.51.100.9\nevil.test\nwww.evil.test:8080\n\
                b\u{fc}cher.test\nhttp://shop.test/login/\nhttp://shop.test/a?b=c\nhttp://host.test/\nhttp://192.0.2.7/gate\n";
    let mut builder = Sieve::builder();
    for name in ["one", "two"] {
        let own = Feed::new(name);
        let id = builder.feed(own.clone());
        feed::read(list.as_bytes(), "list.txt", None, &own, &mut builder.sink(id)).unwrap();
    }
    builder.build().unwrap().0
}

#[test]
fn the_allocator_counts() {
    assert_eq!(when_warm(|| drop(std::hint::black_box(Vec::<u8>::with_capacity(100)))), 1);
}

#[test]
fn a_warm_matcher_allocates_nothing() {
    let sieve = sieve();
    let mut options = MatchOptions::default();
    (options.name_like, options.host_only) = (true, true);
    let mut matcher = sieve.matcher_with(&options);
    let addrs: Vec<IpAddr> = ["192.0.2.7", "198.51.100.3", "203.0.113.1", "2001:db8::1", "::ffff:192.0.2.7"]
        .map(|a| a.parse().unwrap())
        .into();
    let names =
        ["a.WWW.evil.test", "b\u{fc}cher.test", "x.xn--bcher-kva.test", "ok.example", "host.test", "not a name"];
    let urls = [
        "http://shop.test/login/x?y=z",
        "HTTPS://Shop.Test:443/a/../a?b=c",
        "http://3221225991/gate",
        "http://user@b\u{fc}cher.test/%41%2541",
        "http://ok.example/a/b/c",
        "http://[2001:db8::1]:8080/",
        "no url",
    ];
    let mut found = 0;
    let mut out = Vec::new();
    let count = when_warm(|| {
        matcher.is_match_ips(&addrs, &mut out);
        found += out.iter().filter(|&&is| is).count();
        matcher.match_ips(&addrs, |_, matches| found += matches.len());
        matcher.lookup_batch(urls.iter().chain(&["ok.example", "192.0.2.7:80"]), |_, matches| found += matches.len());
        for &addr in &addrs {
            for port in [None, Some(443), Some(80)] {
                found += matcher.match_ip(addr, port).len();
                found += usize::from(matcher.is_match_ip(addr, port));
            }
        }
        for name in names {
            for port in [None, Some(8080)] {
                found += matcher.match_domain(name, port).len();
                found += usize::from(matcher.is_match_domain(name, port));
            }
        }
        for url in urls {
            found += matcher.match_url(url).len();
            found += usize::from(matcher.is_match_url(url));
        }
        for value in names.iter().chain(&urls).chain(&["192.0.2.7:443", "[2001:db8::1]:80"]) {
            found += matcher.match_any(value).len();
            found += usize::from(matcher.is_match_any(value));
        }
    });
    assert!(found > 100, "{found}");
    assert_eq!(count, 0);
}

/// A scan allocates its setup once per block, not once per line or hit.
#[test]
fn hits_of_a_warm_scanner_allocate_nothing() {
    let lines = "query a.www.evil.test from 192.0.2.7\nGET http://shop.test/login/x?u=http%3A%2F%2Fhost.test%2F\n\
               b\u{fc}cher.test evil\\u002etest 2001:db8::1 (4)evil(4)test(0)\nnothing here but ok.example\n";
    let mut scanner = Scanner::new(&sieve());
    let counts = [1, 10, 100].map(|times| {
        let log = lines.repeat(times);
        let mut hits = 0;
        let count = when_warm(|| hits = scanner.scan(log.as_bytes(), |_| ControlFlow::Continue(())).hits);
        assert!(hits >= 6 * times as u64, "{hits}");
        count
    });
    // One for the list of blocks, one for sorting the hits of many lines.
    assert!(counts.iter().all(|&count| count <= 2), "{counts:?}");
}

/// For each common layout, a reader that has seen one line reads the next ones without allocating.
#[test]
#[cfg(feature = "events")]
fn a_warm_reader_of_events_allocates_nothing() {
    use netsieve::event::{EcsName, EventOptions, EventReader};

    let lines: [&[u8]; 9] = [
        br#"{"ts":"2026-05-12T10:02:03Z","src":{"ip":"192.0.2.7","port":1},"query":"evil.test","x":["a","b"],"y":"\u0041"}"#,
        br#"192.0.2.7 - eve [12/May/2026:10:02:03 +0200] "GET /a?b HTTP/1.1" 200 5 "https://ref.test/" "curl""#,
        b"1778580123.456 61 192.0.2.7 TCP_MISS/200 512 GET http://evil.test/ eve HIER_DIRECT/203.0.113.5 text/html",
        b"date=2026-05-12 time=10:02:03 srcip=192.0.2.7 dstip=203.0.113.5 dstport=443 user=\"eve\" hostname=evil.test url=\"/a\"",
        b"CEF:0|Acme|Gate|1|1|x|5|src=192.0.2.7 dst=203.0.113.5 suser=CORP\\\\eve rt=May 12 2026 10:02:03 outcome=success",
        b"<38>May 12 10:02:03 gw sshd[25]: Failed password for eve from 192.0.2.7 port 40000 ssh2",
        b"12-May-2026 10:02:03.123 client @0x7f 192.0.2.7#4000 (evil.test): query: evil.test IN A + (192.0.2.53)",
        b"2 123456789010 eni-1 192.0.2.7 203.0.113.5 40000 443 6 20 4249 1778580123 1778580183 ACCEPT OK",
        b"2026-05-12 10:02:03 WARN Login of user 'eve' from 192.0.2.7 port 40000 failed",
    ];
    let options = EventOptions::new().year(2026);
    let mut reader = EventReader::with_options(&options);
    for line in lines {
        let count = when_warm(|| {
            let event = reader.read(line);
            assert!(event.get(EcsName::SourceIp).is_some() && event.who().is_some());
        });
        assert_eq!(count, 0, "{}", String::from_utf8_lossy(line));
    }
    let mut reader = EventReader::with_options(&options);
    reader.head(b"#fields\tts\tid.orig_h\tquery\n");
    let count = when_warm(|| {
        assert!(reader.read(b"1778580123.5\t192.0.2.7\tevil.test").time().is_some());
    });
    assert_eq!(count, 0);
}

/// One buffer serves all parts of an input in turn.
#[test]
fn a_warm_scanner_reads_any_length_into_the_same_buffer() {
    let mut scanner = Scanner::new(&sieve());
    let log = "nothing here but ok.example\n".repeat(400_000);
    let mut scan = || scanner.scan_reader(log.as_bytes(), |_| ControlFlow::Continue(())).unwrap();
    scan();
    let before = BYTES.get();
    assert_eq!(scan().bytes, log.len() as u64);
    let taken = BYTES.get() - before;
    assert!(taken < log.len() as u64 / 10, "{taken}");
}
