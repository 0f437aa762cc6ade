//! Real indicators and real lines, if `NETSIEVE_DATA` names a folder of them.
//!
//! Real sets share parents and networks with real logs: one listed `x.parent.test` lets every name under `parent.test`
//! pass a filter of last two labels, and one listed host lets every address of its network pass. Made-up sets unrelated
//! to the log do not, so they flatter a scanner.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;

use netsieve::indicator::{DomainName, Record, RecordSink, Rejection, Warning};
use netsieve::{Feed, Indicator, Sieve, feed};

use super::common::Random;

/// The share of lines with a planted indicator: 7 in 10,000.
const PLANTED: f64 = 0.0007;

/// The number of indicators in the largest set.
const LARGEST: usize = 2_040_000;

#[derive(Default)]
struct Sink(Vec<Indicator>);

impl RecordSink for Sink {
    fn record(&mut self, record: Record<'_>) {
        self.0.push(record.indicator);
    }

    fn reject(&mut self, _: Rejection<'_>) {}

    fn warn(&mut self, _: Warning<'_>) {}

    fn lines(&mut self, _: u64) {}
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    all.sort();
    for path in all {
        // Allow lists hold no indicators.
        if path.is_dir() && !path.ends_with("warninglists") {
            files(&path, into);
        } else if path.is_file() && !path.to_string_lossy().contains("allow") {
            into.push(path);
        }
    }
}

/// The distinct indicators of all feeds, without patterns.
pub(crate) fn listed(data: &Path) -> Vec<Indicator> {
    let mut all = Vec::new();
    files(&data.join("feeds"), &mut all);
    let mut sink = Sink::default();
    for file in all {
        // Some are deliberately broken or empty.
        let _ = feed::read_file(&file, None, &Feed::new("feed"), &mut sink);
    }
    let mut seen = HashSet::new();
    sink.0.retain(|indicator| !matches!(indicator, Indicator::Pattern(_)) && seen.insert(indicator.to_string()));
    sink.0
}

/// A name next to a listed one, or an address in its /24 or /16; `None` for other kinds.
fn sibling(random: &mut Random, of: &Indicator) -> Option<Indicator> {
    match of {
        Indicator::Ip { net, .. } => match net.addr() {
            IpAddr::V4(addr) if net.prefix_len() == 32 => {
                let far = if random.below(2) == 0 { 0xFF } else { 0xFFFF };
                let addr = Ipv4Addr::from_bits(addr.to_bits() ^ (random.next() as u32 & far));
                Some(Indicator::Ip { net: IpAddr::V4(addr).into(), port: None })
            }
            _ => None,
        },
        Indicator::Domain { name, scope, .. } => {
            let (label, parent) = name.as_str().split_once('.')?;
            let text = format!("{label}{}.{parent}", random.below(4096));
            Some(Indicator::Domain { name: DomainName::parse(&text).ok()?, scope: *scope, port: None })
        }
        _ => None,
    }
}

/// Three sets: 20,000 drawn from all feeds; all of them; and all of them with siblings, two million in total.
pub(crate) fn sets(data: &Path) -> [(&'static str, Sieve); 3] {
    let all = listed(data);
    let mut random = Random::new(20);
    let drawn = (0..20_000).map(|_| random.one(&all).clone()).collect();
    let mut seen: HashSet<String> = all.iter().map(ToString::to_string).collect();
    let mut most = all.clone();
    while most.len() < LARGEST {
        let of = random.one(&all);
        if let Some(more) = sibling(&mut random, of)
            && seen.insert(more.to_string())
        {
            most.push(more);
        }
    }
    [("20,000 real", sieve(drawn)), ("all real", sieve(all)), ("2 million", sieve(most))]
}

/// A sieve of one feed, without the indicators that the guards refuse.
fn sieve(indicators: Vec<Indicator>) -> Sieve {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    for (indicator, line) in indicators.into_iter().zip(1..) {
        builder.add(feed, Record::new(indicator, line, ""));
    }
    builder.build().expect("no more than ids can count").0
}

/// Real lines of many formats in turns, with addresses and first labels replaced: `megabytes` of them, made by
/// `mixlog.py`, which is next to the data.
pub(crate) fn mix(data: &Path, megabytes: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, planted) = (folder.path().join("mix.log"), folder.path().join("planted"));
    let names = std::fs::read_to_string(data.join("feeds/stevenblack.domains.txt")).expect("a feed");
    let addrs = std::fs::read_to_string(data.join("feeds/ipsum.txt")).expect("a feed");
    let first = |text: &str, step: usize| {
        let words =
            text.lines().filter_map(|line| line.split_whitespace().next()).filter(|word| !word.starts_with('#'));
        words.step_by(step).collect::<Vec<_>>().join("\n")
    };
    std::fs::write(&planted, format!("{}\n{}\n", first(&addrs, 12), first(&names, 14))).expect("a file");
    let mut logs: Vec<PathBuf> = ["zeek-dns.log", "zeek-dns.json", "apache_access.log", "auth.log"]
        .map(|log| data.join("logs").join(log))
        .into_iter()
        .filter(|log| log.is_file())
        .collect();
    files(&data.join("logs/services"), &mut logs);
    let status = Command::new("python3")
        .arg(data.join("../tools/mixlog.py"))
        .arg(&out)
        .args([megabytes.to_string(), "7".into(), PLANTED.to_string()])
        .arg(&planted)
        .args(&logs)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "python3 cannot run mixlog.py");
    std::fs::read(out).expect("a log")
}
