//! Indicators and logs for benchmarks and tests, made up from a fixed seed.
//!
//! What is listed and what is not never meet by chance: the second octet of a listed IPv4 address is odd, a listed name's
//! registrable label ends in `x`, and neither is so for anything else. So the number of hits is the number that was planted.
//!
//! The statistics of the logs are those of the real ones, which were measured on Zeek's DNS log as TSV and JSON, an Apache
//! access log and an auth log: a dotted token every 38 bytes, of those a third quads, a fifth names, the rest decimals, versions
//! and field names; lines of 110 to 500 bytes by kind; 2,000 distinct names, few of them in most lines.
#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(unreachable_pub, reason = "a module of benchmarks, which reach all of it")]

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use netsieve::indicator::{DomainName, Record, Url};
use netsieve::sieve::PublicSuffixes;
use netsieve::{Feed, Indicator, Scope, Sieve};

/// The seed of everything.
pub const SEED: u64 = 0x6E65_7473_6965_7665;

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

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// One of these, the first ones more often.
    pub fn popular<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        let n = self.below(from.len());
        &from[n * self.below(from.len()) / from.len()]
    }

    pub fn one<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

const SYLLABLES: [&str; 32] = [
    "ad", "al", "an", "ba", "ca", "co", "da", "de", "di", "el", "en", "er", "fa", "go", "in", "ka", "la", "le", "ma",
    "me", "mi", "na", "ne", "on", "or", "pa", "ra", "re", "sa", "ta", "ti", "to",
];
const TLDS: [&str; 10] = ["com", "com", "com", "net", "net", "org", "org", "io", "info", "edu"];
const HOSTS: [&str; 12] = ["www", "cdn", "api", "mail", "static", "login", "ads", "pixel", "img", "m", "ns1", "update"];

fn word(random: &mut Random, syllables: usize, out: &mut String) {
    for _ in 0..syllables {
        out.push_str(random.one::<&str>(&SYLLABLES));
    }
}

/// A name; `mark` ends its registrable label, and `n` makes it distinct.
fn name(random: &mut Random, n: usize, mark: char) -> String {
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
    // The number in letters, as the real ones are mostly.
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

/// `n` distinct names that are listed.
pub fn listed_names(n: usize) -> Vec<String> {
    let mut random = Random::new(1);
    (0..n).map(|n| name(&mut random, n, 'x')).collect()
}

/// `n` distinct names that are not.
pub fn clean_names(n: usize) -> Vec<String> {
    let mut random = Random::new(2);
    (0..n).map(|n| name(&mut random, n, 'y')).collect()
}

fn v4(random: &mut Random, odd: bool) -> Ipv4Addr {
    // Between 11.0.0.0 and 91.255.255.255: no guard refuses one.
    let bits = random.next() as u32 % (81 << 24) + (11 << 24);
    Ipv4Addr::from_bits(bits & !(1 << 16) | u32::from(odd) << 16)
}

/// `n` distinct IPv4 hosts that are listed.
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

/// `n` IPv4 prefixes of /16 to /32 that are listed, most of them long.
pub fn listed_nets(n: usize) -> Vec<IpNet> {
    let mut random = Random::new(4);
    let net = |random: &mut Random| {
        let len = 32 - (random.below(17) * random.below(17) / 16) as u8;
        Ipv4Net::new(v4(random, true), len).expect("at most 32").trunc().into()
    };
    (0..n).map(|_| net(&mut random)).collect()
}

/// `n` IPv6 prefixes of /32 to /128 that are listed.
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
    // 2400::/12 and the like; the second group tells what is listed.
    Ipv6Addr::from_bits(bits >> 8 & !(1 << 96) | 0x24 << 120 | u128::from(odd) << 96)
}

/// Addresses to look up, of which `hits` in a thousand are in `listed`.
pub fn queries(n: usize, listed: &[Ipv4Addr], hits: usize) -> Vec<IpAddr> {
    let mut random = Random::new(6);
    let query = |random: &mut Random| {
        let hit = random.below(1000) < hits;
        IpAddr::V4(if hit { *random.one(listed) } else { v4(random, false) })
    };
    (0..n).map(|_| query(&mut random)).collect()
}

/// As logs have them: half of them from a few networks of one's own, the rest a few popular ones. None is listed.
pub fn log_like_queries(n: usize) -> Vec<IpAddr> {
    let mut random = Random::new(7);
    let popular: Vec<Ipv4Addr> = (0..2000).map(|_| v4(&mut random, false)).collect();
    let query = |random: &mut Random| {
        let own = random.below(2) == 0;
        IpAddr::V4(if own { Ipv4Addr::new(10, 0, 0, random.below(256) as u8) } else { *random.popular(&popular) })
    };
    (0..n).map(|_| query(&mut random)).collect()
}

/// IPv6 addresses to look up, of which `hits` in a thousand are in `listed`.
pub fn queries6(n: usize, listed: &[IpNet], hits: usize) -> Vec<IpAddr> {
    let mut random = Random::new(8);
    let query = |random: &mut Random| {
        if random.below(1000) < hits { random.one(listed).network() } else { IpAddr::V6(v6(random, false)) }
    };
    (0..n).map(|_| query(&mut random)).collect()
}

/// `n` URLs with paths; on listed hosts or on clean ones.
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

/// What a sieve is built from.
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

/// One feed with these indicators; none is refused.
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

/// A log, and how many hits were planted in it.
#[derive(Debug)]
pub struct Corpus {
    pub text: Vec<u8>,
    pub hits: u64,
    pub lines: u64,
}

/// What a log is made from.
#[derive(Debug)]
pub struct Planted<'t> {
    pub hosts: &'t [Ipv4Addr],
    pub names: &'t [String],
    /// How many lines in 10,000 hold a hit.
    pub rate: usize,
}

/// A log of at least `bytes` bytes, of four kinds of lines.
pub fn corpus(bytes: usize, planted: &Planted<'_>) -> Corpus {
    let mut random = Random::new(10);
    let clean = clean_names(2000);
    let addrs: Vec<Ipv4Addr> = (0..2000).map(|_| v4(&mut random, false)).collect();
    let mut corpus = Corpus { text: Vec::with_capacity(bytes + 1024), hits: 0, lines: 0 };
    let mut line = String::new();
    let mut second = 1_521_911_720.0;
    while corpus.text.len() < bytes {
        line.clear();
        second += 0.0137;
        let hit = random.below(10_000) < planted.rate;
        let (mut host, mut addr) = (random.popular(&clean).clone(), *random.popular(&addrs));
        if hit {
            corpus.hits += 1;
            if random.below(2) == 0 && !planted.names.is_empty() {
                host = random.one(planted.names).clone();
                if random.below(4) == 0 {
                    host = format!("{}.{}", random.one(&HOSTS), host.to_uppercase());
                }
            } else {
                addr = *random.one(planted.hosts);
            }
        }
        let own = Ipv4Addr::new(10, 47, random.below(4) as u8, random.below(256) as u8);
        let port = 1024 + random.below(60_000);
        // Each kind shows host and address once; what it shows beside them is never listed.
        // Writing to a string does not fail.
        let _ = match random.below(20) {
            0..7 => dns_tsv(&mut line, &mut random, second, own, port, &host, addr, &clean),
            7..13 => dns_json(&mut line, &mut random, second, own, port, &host, addr, &clean),
            13..18 => access(&mut line, &mut random, &host, addr),
            _ => syslog(&mut line, &mut random, &host, addr, port),
        };
        corpus.text.extend_from_slice(line.as_bytes());
        corpus.text.push(b'\n');
        corpus.lines += 1;
    }
    corpus
}

fn id(random: &mut Random) -> String {
    let mut id = String::from("C");
    for _ in 0..17 {
        id.push(char::from(*random.one(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789")));
    }
    id
}

#[allow(clippy::too_many_arguments)]
fn dns_tsv(
    line: &mut String,
    random: &mut Random,
    second: f64,
    own: Ipv4Addr,
    port: usize,
    host: &str,
    addr: Ipv4Addr,
    clean: &[String],
) -> std::fmt::Result {
    let (id, trans, rtt) = (id(random), random.below(65_536), random.below(90_000) as f64 / 1e6);
    let (alias, ttl) = (random.popular(clean), random.below(40_000));
    write!(
        line,
        "{second:.6}\t{id}\t{own}\t{port}\t10.0.0.100\t53\tudp\t{trans}\t{rtt:.6}\t{host}\t1\tC_INTERNET\t1\tA\t0\t"
    )?;
    write!(line, "NOERROR\tF\tF\tT\tT\t0\t{alias},{addr}\t2230.000000,{ttl}.000000\tF")
}

#[allow(clippy::too_many_arguments)]
fn dns_json(
    line: &mut String,
    random: &mut Random,
    second: f64,
    own: Ipv4Addr,
    port: usize,
    host: &str,
    addr: Ipv4Addr,
    clean: &[String],
) -> std::fmt::Result {
    let (id, trans, rtt) = (id(random), random.below(65_536), random.below(90_000) as f64 / 1e6);
    let (alias, ttl) = (random.popular(clean), random.below(40_000));
    let clock =
        format!("2018-03-24T17:{:02}:{:02}.{:06}Z", random.below(60), random.below(60), random.below(1_000_000));
    write!(
        line,
        "{{\"_path\":\"dns\",\"_write_ts\":\"{clock}\",\"ts\":\"{clock}\",\"uid\":\"{id}\",\"id.orig_h\":\"{own}\","
    )?;
    write!(
        line,
        "\"id.orig_p\":{port},\"id.resp_h\":\"10.0.0.100\",\"id.resp_p\":53,\"proto\":\"udp\",\"trans_id\":{trans},"
    )?;
    write!(
        line,
        "\"rtt\":{rtt:.6},\"query\":\"{host}\",\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\"qtype\":1,\"qtype_name\":\"A\","
    )?;
    write!(
        line,
        "\"rcode\":0,\"rcode_name\":\"NOERROR\",\"AA\":false,\"TC\":false,\"RD\":true,\"RA\":true,\"Z\":0,\"start\":{second:.1},"
    )?;
    write!(line, "\"answers\":[\"{alias}\",\"{addr}\"],\"TTLs\":[2230.0,{ttl}.0],\"rejected\":false}}")
}

fn access(line: &mut String, random: &mut Random, host: &str, addr: Ipv4Addr) -> std::fmt::Result {
    let (day, minute, second) = (1 + random.below(28), random.below(60), random.below(60));
    write!(line, "{addr} - - [{day:02}/May/2026:10:{minute:02}:{second:02} +0000] \"GET /")?;
    for _ in 0..1 + random.below(3) {
        let syllables = 2 + random.below(4);
        word(random, syllables, line);
        line.push('/');
    }
    let (file, size) = (*random.one(&["index.html", "style.css", "", "app", "logo.png"]), random.below(90_000));
    write!(line, "{file} HTTP/1.1\" 200 {size} \"http://{host}/")?;
    word(random, 5, line);
    let (major, build) = (100 + random.below(40), random.below(9000));
    write!(line, "/\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ")?;
    write!(line, "Chrome/{major}.0.{build}.{} Safari/537.36\"", random.below(300))
}

fn syslog(line: &mut String, random: &mut Random, host: &str, addr: Ipv4Addr, port: usize) -> std::fmt::Result {
    let (minute, second, process) = (random.below(60), random.below(60), random.below(30_000));
    write!(line, "May 12 10:{minute:02}:{second:02} gw-7 sshd[{process}]: Failed password for invalid user ")?;
    word(random, 3, line);
    write!(line, " from {addr} port {port} ssh2: rhost={host} RSA SHA256:")?;
    line.push_str(&id(random));
    Ok(())
}

/// The folder of real data, if it is named.
pub fn data() -> Option<PathBuf> {
    std::env::var_os("NETSIEVE_DATA").map(PathBuf::from)
}

/// Whether the largest sizes are asked for: `NETSIEVE_BENCH_FULL=1`.
pub fn is_full() -> bool {
    std::env::var_os("NETSIEVE_BENCH_FULL").is_some_and(|value| value == "1")
}
