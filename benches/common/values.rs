//! Listed and other names, addresses, prefixes and URLs.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Random;

const SYLLABLES: [&str; 32] = [
    "ad", "al", "an", "ba", "ca", "co", "da", "de", "di", "el", "en", "er", "fa", "go", "in", "ka", "la", "le", "ma",
    "me", "mi", "na", "ne", "on", "or", "pa", "ra", "re", "sa", "ta", "ti", "to",
];
const TLDS: [&str; 10] = ["com", "com", "com", "net", "net", "org", "org", "io", "info", "edu"];
pub(super) const HOSTS: [&str; 12] =
    ["www", "cdn", "api", "mail", "static", "login", "ads", "pixel", "img", "m", "ns1", "update"];

pub(super) fn word(random: &mut Random, syllables: usize, out: &mut String) {
    for _ in 0..syllables {
        out.push_str(random.one::<&str>(&SYLLABLES));
    }
}

/// A name. `mark` ends its registrable label, and `n` makes it distinct.
pub fn name(random: &mut Random, n: usize, mark: char) -> String {
    let mut name = String::new();
    match random.below(10) {
        0..4 => {}
        4..8 => {
            name.push_str(random.one::<&str>(&HOSTS));
            name.push('.');
        }
        _ => {
            word(random, 2, &mut name);
            let _ = write!(name, "{}.", random.below(100));
            name.push_str(random.one::<&str>(&HOSTS));
            name.push('.');
        }
    }
    let syllables = 1 + random.below(3);
    word(random, syllables, &mut name);
    // The number in letters, because real names contain few digits. Syllables never contain a `w`, so all labels differ.
    name.push('w');
    let mut n = n;
    while n > 0 {
        name.push(char::from(b'a' + (n % 22) as u8));
        n /= 22;
    }
    name.push(mark);
    name.push('.');
    name.push_str(random.one::<&str>(&TLDS));
    name
}

/// `n` distinct listed names.
pub fn listed_names(n: usize) -> Vec<String> {
    let mut random = Random::new(1);
    (0..n).map(|n| name(&mut random, n, 'x')).collect()
}

/// `n` distinct names that are not listed.
pub fn clean_names(n: usize) -> Vec<String> {
    let mut random = Random::new(2);
    (0..n).map(|n| name(&mut random, n, 'y')).collect()
}

pub(super) fn v4(random: &mut Random, odd: bool) -> Ipv4Addr {
    // Between 11.0.0.0 and 91.255.255.255, where no guard refuses an address.
    let bits = random.next() as u32 % (81 << 24) + (11 << 24);
    Ipv4Addr::from_bits(bits & !(1 << 16) | u32::from(odd) << 16)
}

/// `n` distinct listed IPv4 hosts.
pub fn listed_hosts(n: usize) -> Vec<Ipv4Addr> {
    let mut random = Random::new(3);
    let mut hosts: Vec<Ipv4Addr> = Vec::new();
    while hosts.len() < n {
        hosts.extend((hosts.len()..n).map(|_| v4(&mut random, true)));
        hosts.sort_unstable();
        hosts.dedup();
    }
    hosts
}

/// `n` listed IPv4 prefixes of /16 to /32, most of them long.
pub fn listed_nets(n: usize) -> Vec<IpNet> {
    let mut random = Random::new(4);
    let net = |random: &mut Random| {
        let len = 32 - (random.below(17) * random.below(17) / 16) as u8;
        Ipv4Net::new(v4(random, true), len).expect("at most 32").trunc().into()
    };
    (0..n).map(|_| net(&mut random)).collect()
}

/// `n` listed IPv6 prefixes of /32 to /128.
pub fn listed_nets6(n: usize) -> Vec<IpNet> {
    let mut random = Random::new(5);
    let net = |random: &mut Random| {
        let len = [32, 40, 44, 48, 56, 64, 64, 64, 128, 128, 128, 128][random.below(12)];
        Ipv6Net::new(v6(random, true), len).expect("at most 128").trunc().into()
    };
    (0..n).map(|_| net(&mut random)).collect()
}

fn v6(random: &mut Random, odd: bool) -> Ipv6Addr {
    let bits = u128::from(random.next()) << 64 | u128::from(random.next());
    // 2400::/12 and similar; the second group marks listed ones.
    Ipv6Addr::from_bits(bits >> 8 & !(1 << 96) | 0x24 << 120 | u128::from(odd) << 96)
}

/// Addresses to look up; `hits` in a thousand are in `listed`.
pub fn queries(n: usize, listed: &[Ipv4Addr], hits: usize) -> Vec<IpAddr> {
    let mut random = Random::new(6);
    let query = |random: &mut Random| {
        let hit = random.below(1000) < hits;
        IpAddr::V4(if hit { *random.one(listed) } else { v4(random, false) })
    };
    (0..n).map(|_| query(&mut random)).collect()
}

/// Addresses as in logs: half of them from a few local networks, the rest from a few popular ones. None is listed.
pub fn log_like_queries(n: usize) -> Vec<IpAddr> {
    let mut random = Random::new(7);
    let popular: Vec<Ipv4Addr> = (0..2000).map(|_| v4(&mut random, false)).collect();
    let query = |random: &mut Random| {
        let own = random.below(2) == 0;
        IpAddr::V4(if own { Ipv4Addr::new(10, 0, 0, random.below(256) as u8) } else { *random.popular(&popular) })
    };
    (0..n).map(|_| query(&mut random)).collect()
}

/// IPv6 addresses to look up; `hits` in a thousand are in `listed`.
pub fn queries6(n: usize, listed: &[IpNet], hits: usize) -> Vec<IpAddr> {
    let mut random = Random::new(8);
    let query = |random: &mut Random| {
        if random.below(1000) < hits { random.one(listed).network() } else { IpAddr::V6(v6(random, false)) }
    };
    (0..n).map(|_| query(&mut random)).collect()
}

/// `n` URLs with paths, on the given hosts.
pub fn urls(n: usize, names: &[String]) -> Vec<String> {
    let mut random = Random::new(9);
    let url = |random: &mut Random| {
        let mut url = format!("http://{}/", random.one(names));
        word(random, 3, &mut url);
        let _ = write!(url, "/{}/", random.below(10_000));
        word(random, 4, &mut url);
        if random.below(3) == 0 {
            let _ = write!(url, ".php?id={}&session=", random.below(1_000_000));
            word(random, 6, &mut url);
        }
        url
    };
    (0..n).map(|_| url(&mut random)).collect()
}
