//! Bytes that may be compressed, as a feed and as a log.

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use netsieve::input::Input;
use netsieve::{Scanner, Sieve, feed};

use super::scan::{LIST, open_feed, sieve};

static SIEVE: LazyLock<Sieve> = LazyLock::new(|| sieve(&LIST.join("\n"), [true; 2]));

/// The most bytes of a log to read.
const MOST: u64 = 4 << 20;

/// Reads the bytes. An error in one way of reading must be an error in every way.
pub fn run(data: &[u8]) {
    let mut builder = Sieve::builder();
    let own = open_feed();
    let id = builder.feed(own.clone());
    if feed::read(data, "a.gz", None, &own, &mut builder.sink(id)).is_ok() {
        builder.build().expect("what was read builds");
    }
    let read = |most: u64| -> std::io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Input::new(data)?.take(most).read_to_end(&mut text)?;
        Ok(text)
    };
    let scan = || -> Option<u64> {
        let mut hits = 0;
        let input = Input::new(data).ok()?.take(MOST);
        let sink = |_: &netsieve::Hit<'_>| {
            hits += 1;
            ControlFlow::Continue(())
        };
        Scanner::new(&SIEVE).scan_reader(input, sink).ok()?;
        Some(hits)
    };
    match (read(MOST), scan()) {
        (Ok(text), Some(hits)) => {
            let stats = Scanner::new(&SIEVE).scan(&text, |_| ControlFlow::Continue(()));
            assert_eq!(stats.hits, hits);
        }
        (Err(_), None) => {}
        (text, hits) => panic!("read: {:?}, scanned: {:?}", text.map(|text| text.len()), hits),
    }
}
