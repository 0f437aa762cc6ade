//! Indicators close to the contents of the generated logs, as real feeds are close to real logs: under the parents of
//! their names, and in the networks of their addresses. A set that is unrelated to the log flatters a scanner.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use super::Random;
use super::logs::Clean;

/// The work per megabyte of lines with a set.
#[derive(Clone, Copy, Debug)]
pub struct Density {
    /// Places looked up one by one.
    pub places: f64,
    /// Words read by the extractor.
    pub words: f64,
    pub hits: f64,
}

/// Measurements on the mix of real lines with the three sets of real indicators: 20,000 of them, all, and two million.
pub const REAL_MIX: [Density; 3] = [
    Density { places: 86.2, words: 21.7, hits: 4.7 },
    Density { places: 450.0, words: 168.1, hits: 111.2 },
    Density { places: 469.0, words: 168.1, hits: 111.2 },
];

/// The number of lines in 10,000 with a planted hit that gives as many hits per megabyte as all real indicators do.
pub const RATE: usize = 312;

/// `n` hosts and names, half of each. None of them occurs in a log of [`corpus`](super::corpus), but each has a
/// neighbour there.
pub fn near(n: usize) -> (Vec<Ipv4Addr>, Vec<String>) {
    let mut random = Random::new(50);
    // The same values that the log draws.
    let clean = Clean::new(&mut Random::new(10));
    let shown: HashSet<Ipv4Addr> = clean.addrs().iter().copied().collect();
    let mut hosts: Vec<Ipv4Addr> = Vec::new();
    while hosts.len() < n / 2 {
        // In the same /24 or /16.
        let bits = if random.below(2) == 0 { 0xFF } else { 0xFFFF };
        let host = Ipv4Addr::from_bits(random.one(clean.addrs()).to_bits() ^ random.next() as u32 & bits);
        hosts.extend(Some(host).filter(|host| !shown.contains(host)));
    }
    hosts.sort_unstable();
    hosts.dedup();
    let names = (0..n / 2).map(|n| {
        let name = random.one(clean.names());
        let dots = name.bytes().filter(|&byte| byte == b'.').count();
        let parent = name.splitn(dots, '.').last().unwrap_or(name);
        // No label in a log begins like this.
        format!("near{n}.{parent}")
    });
    (hosts, names.collect())
}
