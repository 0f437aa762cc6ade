//! Indicators and logs for benchmarks and tests, generated from a fixed seed.
//!
//! Listed and other values never coincide by chance: the second octet of a listed IPv4 address is odd, the registrable
//! label of a listed name ends in `x`, and neither holds for any other value. So the number of hits is exactly the number planted.
//!
//! * [`values`]: names, addresses, prefixes, URLs.
//! * [`logs`]: logs with the statistics of real ones, and planted hits.
//! * [`near`]: indicators close to the contents of those logs.
//! * [`labelled`]: logs in which the position of every observable and every near miss is known.
//! * [`measure`]: side-by-side timing.
//! * [`memory`]: an allocator that tracks memory.
#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(unused_imports, reason = "each benchmark uses a part")]
#![allow(unreachable_pub, reason = "a module of benchmarks, which reach all of it")]

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use ipnet::IpNet;
use netsieve::indicator::{DomainName, Record, Url};
use netsieve::sieve::PublicSuffixes;
use netsieve::{Feed, Indicator, Scope, Sieve};

pub mod labelled;
pub mod logs;
pub mod measure;
pub mod memory;
pub mod near;
pub mod values;

pub use logs::{Corpus, Planted, corpus};
pub use values::{
    clean_names, listed_hosts, listed_names, listed_nets, listed_nets6, log_like_queries, queries, queries6, urls,
};

/// The seed of everything.
pub const SEED: u64 = 0x6E65_7473_6965_7665;

/// The rates of hits among lookups or lines, per thousand: none, 0.1 %, 10 %, all.
pub const RATES: [(&str, usize); 4] = [("0 %", 0), ("0.1 %", 1), ("10 %", 100), ("100 %", 1000)];

/// The numbers of indicators: up to 200,000, and up to 5 million with `NETSIEVE_BENCH_FULL=1`.
pub fn sizes() -> &'static [usize] {
    if is_full() { &[1_000, 20_000, 200_000, 1_850_000, 5_000_000] } else { &[1_000, 20_000, 200_000] }
}

/// Returns true if the set holds the name or one of its parents.
pub fn holds_any_parent<S: Borrow<str> + Eq + Hash>(set: &HashSet<S>, name: &str) -> bool {
    let mut rest = Some(name);
    while let Some(name) = rest {
        if set.contains(name) {
            return true;
        }
        rest = name.split_once('.').map(|(_, parent)| parent);
    }
    false
}

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(stream: u64) -> Self {
        Self(SEED ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A random number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// One of these at random, with a preference for the first ones.
    pub fn popular<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        let n = self.below(from.len());
        &from[n * self.below(from.len()) / from.len()]
    }

    pub fn one<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

/// The indicators to build a sieve from.
pub fn indicators(hosts: &[Ipv4Addr], names: &[String], urls: &[String]) -> Vec<Indicator> {
    let hosts = hosts.iter().map(|&addr| Indicator::Ip { net: IpAddr::V4(addr).into(), port: None });
    let names = names.iter().map(|name| Indicator::Domain {
        name: DomainName::parse(name).expect("a name"),
        scope: Scope::Suffix,
        port: None,
    });
    let urls = urls.iter().map(|url| Indicator::Url { url: Url::parse(url).expect("a URL"), host_scope: Scope::Exact });
    hosts.chain(names).chain(urls).collect()
}

/// Prefixes as indicators.
pub fn net_indicators(nets: &[IpNet]) -> Vec<Indicator> {
    nets.iter().map(|&net| Indicator::Ip { net, port: None }).collect()
}

/// A sieve of one feed with these indicators, none of which is refused.
pub fn sieve(indicators: Vec<Indicator>) -> Sieve {
    let mut builder = Sieve::builder();
    builder.public_suffixes(PublicSuffixes::empty());
    let feed = builder.feed(Feed::new("generated"));
    for (indicator, line) in indicators.into_iter().zip(1..) {
        builder.add(feed, Record::new(indicator, line, ""));
    }
    let (sieve, report) = builder.build().expect("no more than ids can count");
    assert_eq!(report.feeds[0].rejected_total(), 0);
    sieve
}

/// The folder of real data, if one is named.
pub fn data() -> Option<PathBuf> {
    std::env::var_os("NETSIEVE_DATA").map(PathBuf::from)
}

/// Returns true if the largest sizes are requested: `NETSIEVE_BENCH_FULL=1`.
pub fn is_full() -> bool {
    std::env::var_os("NETSIEVE_BENCH_FULL").is_some_and(|value| value == "1")
}
