//! An indicator never removes another's hit.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use netsieve::{ScanOptions, Scanner, Sieve};

use super::first;
use super::scan::{LIST, sieve};

static ALL: LazyLock<Sieve> = LazyLock::new(|| sieve(&LIST.join("\n"), [true; 2]));

type Found = (u64, u64, &'static str, String, &'static str, &'static str);

fn found(sieve: &Sieve, options: &ScanOptions, log: &[u8]) -> BTreeSet<Found> {
    let mut found = BTreeSet::new();
    Scanner::with_options(sieve, options).scan(log, |hit| {
        for by in hit.matches().iter() {
            let words = format!("{} {:?}", by.indicator(), by.indicator().scope());
            let (relation, strength) = (by.relation().as_str(), by.strength().as_str());
            let row = (hit.span().start, hit.span().end, hit.context().as_str(), words, relation, strength);
            assert!(found.insert(row.clone()), "told twice: {row:?}");
        }
        ControlFlow::Continue(())
    });
    found
}

/// The first four bytes choose what is listed, the next ones the options.
pub fn run(mut data: &[u8]) {
    let bits = u32::from_le_bytes([first(&mut data), first(&mut data), first(&mut data), first(&mut data)]);
    let asked = first(&mut data);
    let mut options = ScanOptions::default();
    options.matching.name_like = asked & 1 != 0;
    options.matching.host_only = asked & 2 != 0;
    options.matching.port_unseen = asked & 4 == 0;
    let listed: Vec<&str> = (0..).zip(LIST).filter(|(n, _)| bits >> n & 1 == 1).map(|(_, value)| value).collect();
    let some = sieve(&listed.join("\n"), [bits >> 30 & 1 == 1, bits >> 31 == 1]);
    let (by_some, by_all) = (found(&some, &options, data), found(&ALL, &options, data));
    let lost: Vec<_> = by_some.difference(&by_all).collect();
    assert!(lost.is_empty(), "{listed:?} find what all do not: {lost:?}");
}
