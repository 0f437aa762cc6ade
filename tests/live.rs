//! Swapping sieves under load: no answer is wrong or missing, and no old sieve stays in memory.
#![cfg(feature = "live")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use netsieve::indicator::{DomainName, Record};
use netsieve::live::LiveSieve;
use netsieve::{Feed, Indicator, Scope, Sieve};

const READERS: usize = 8;
const SWAPS: u64 = 1000;
const NAMES: u32 = 300;

/// The set of a parity: `name<n>.test` on line n, or on n + 1,000,000, and some names that only this set holds.
fn file(parity: u64) -> Vec<u8> {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    let mut add = |name: String, line: u32| {
        let name = DomainName::parse(&name).unwrap();
        builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, line, "listed"));
    };
    for n in 1..=NAMES {
        add(format!("name{n}.test"), n + parity as u32 * 1_000_000);
        add(format!("only{n}.set{parity}.test"), n);
    }
    builder.build().unwrap().0.to_bytes().unwrap()
}

/// The bytes of a file, counted for as long as anything holds them.
struct Counted {
    bytes: Vec<u8>,
    held: Arc<AtomicUsize>,
}

impl Counted {
    fn new(bytes: &[u8], held: &Arc<AtomicUsize>) -> Self {
        held.fetch_add(1, Ordering::SeqCst);
        Self { bytes: bytes.to_vec(), held: Arc::clone(held) }
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.held.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn no_answer_is_wrong_or_missed_and_no_sieve_stays() {
    let files = [file(0), file(1)];
    let held = Arc::new(AtomicUsize::new(0));
    let live = LiveSieve::new(Sieve::from_bytes(Counted::new(&files[0], &held)).unwrap());
    // The generation that each reader now uses.
    let used: Vec<AtomicU64> = (0..READERS).map(|_| AtomicU64::new(0)).collect();
    let answers = AtomicU64::new(0);
    thread::scope(|scope| {
        for (reader, used) in used.iter().enumerate() {
            let (live, answers) = (&live, &answers);
            scope.spawn(move || {
                let mut live_matcher = live.matcher();
                let mut n = reader as u32 * 7;
                while live_matcher.generation() < SWAPS {
                    n = n % NAMES + 1;
                    live_matcher.current();
                    let generation = live_matcher.generation();
                    let parity = generation % 2;
                    let matcher = live_matcher.current();
                    // The sieve may have been swapped in between, but only forwards.
                    let matches = matcher.match_domain(format!("www.name{n}.test"), None);
                    let line = matches.first().and_then(|found| found.sources().next()?.line());
                    let line = line.expect("every set holds it");
                    let is_of = line > 1_000_000;
                    assert_eq!(line, n + u32::from(is_of) * 1_000_000);
                    let own = matcher.is_match_domain(format!("only{n}.set{}.test", u32::from(is_of)), None);
                    let other = matcher.is_match_domain(format!("only{n}.set{}.test", u32::from(!is_of)), None);
                    assert!(own && !other, "one set, whole");
                    if live_matcher.generation() == generation {
                        assert_eq!(u64::from(is_of), parity);
                    }
                    answers.fetch_add(3, Ordering::Relaxed);
                    // There are more readers than cores, and swapping waits for all of them.
                    if used.swap(generation, Ordering::SeqCst) != generation || n.is_multiple_of(32) {
                        thread::yield_now();
                    }
                }
                used.store(u64::MAX, Ordering::SeqCst);
            });
        }
        for generation in 1..=SWAPS {
            let next = &files[(generation % 2) as usize];
            assert_eq!(live.try_reload(|| Sieve::from_bytes(Counted::new(next, &held))).unwrap(), generation);
            // A failed reload changes nothing.
            assert!(live.try_reload(|| Sieve::from_bytes(next[..next.len() - 1].to_vec())).is_err());
            // Once every reader uses the new sieve, the old one is freed.
            while used.iter().any(|used| used.load(Ordering::SeqCst) < generation) {
                thread::yield_now();
            }
            assert_eq!(held.load(Ordering::SeqCst), 1, "generation {generation}");
        }
    });
    assert_eq!(live.generation(), SWAPS);
    assert!(answers.load(Ordering::Relaxed) >= READERS as u64 * SWAPS);
    drop(live);
    assert_eq!(held.load(Ordering::SeqCst), 0);
}

#[test]
fn stores_from_many_threads_are_all_counted() {
    let live = LiveSieve::new(Sieve::from_bytes(file(0)).unwrap());
    let sieve = live.load();
    let mut seen: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| (0..100).map(|_| live.store(sieve.clone())).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    seen.sort_unstable();
    assert_eq!(seen, (1..=400).collect::<Vec<_>>());
}
