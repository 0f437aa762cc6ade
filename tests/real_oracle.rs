//! Compares the scanner with the oracle on real lines: with real feeds, and with indicators taken from the lines themselves.
#![cfg(feature = "feeds")]

mod oracle;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use netsieve::indicator::{DomainName, HostRef, Record, RecordSink, Rejection, Url, UrlScratch, Warning};
use netsieve::value::{domain, url};
use netsieve::{Feed, Indicator, MatchOptions, Scanner, Scope, feed};
use oracle::World;
use oracle::extract::{What, extract};
use oracle::scan::{Seen, collect};

fn data(path: &str) -> PathBuf {
    let folder = std::env::var_os("NETSIEVE_DATA").expect("NETSIEVE_DATA names the folder of real data");
    PathBuf::from(folder).join(path)
}

/// The logs, and at most `most` lines of each, spread over the whole log.
fn logs(most: usize) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut files: Vec<PathBuf> = ["logs", "logs/services", "events"]
        .into_iter()
        .flat_map(|folder| fs::read_dir(data(folder)).unwrap().map(|file| file.unwrap().path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read(path).unwrap();
        let lines: Vec<Vec<u8>> = text.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
        let step = lines.len().div_ceil(most);
        (path.display().to_string(), lines.into_iter().step_by(step).filter(|line| line.len() < 20_000).collect())
    };
    files.iter().map(read).collect()
}

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

fn listed(folder: &Path, into: &mut Vec<Indicator>) {
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.is_dir() {
            if !file.ends_with("warninglists") {
                listed(&file, into);
            }
            continue;
        }
        let mut sink = Sink::default();
        // Some of the shared feeds are broken or empty.
        let _ = feed::read_file(&file, None, &Feed::new("feed"), &mut sink);
        into.append(&mut sink.0);
    }
}

/// All hosts and URLs that the oracle reads in some lines.
#[derive(Default)]
struct Observed {
    addrs: HashSet<IpAddr>,
    names: BTreeSet<String>,
    urls: BTreeSet<String>,
    ports: BTreeSet<(IpAddr, u16)>,
}

impl Observed {
    fn of(lines: &[Vec<u8>]) -> Self {
        let mut all = Self::default();
        for reading in lines.iter().flat_map(|line| extract(line, false)).flatten() {
            match &reading.what {
                What::Ip(addr) => {
                    all.addrs.insert(netsieve::value::ip::canonical(*addr));
                    all.ports.extend(reading.port.map(|port| (netsieve::value::ip::canonical(*addr), port)));
                }
                What::Name(text) => {
                    all.names.extend(domain::canonicalise(text, &mut String::new()).ok().map(str::to_owned));
                }
                What::Url(text, _) => {
                    let mut scratch = UrlScratch::new();
                    let Ok(view) = url::canonicalise(text, &mut scratch) else { continue };
                    match view.host() {
                        HostRef::Ip(addr) => drop(all.addrs.insert(addr)),
                        host => drop(all.names.insert(host.to_string())),
                    }
                    all.urls.insert(view.as_str().to_owned());
                }
                What::Request(_) | What::Hash(_) | What::Email(_) => {}
            }
        }
        all
    }

    /// Returns false if no line can match the indicator, so that it need not be tried on each of them.
    fn may_meet(&self, indicator: &Indicator) -> bool {
        let is_beneath = |apex: &str| {
            self.names
                .iter()
                .any(|name| name.strip_suffix(apex).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        };
        match indicator {
            Indicator::Ip { net, .. } if net.prefix_len() == net.max_prefix_len() => self.addrs.contains(&net.addr()),
            Indicator::Domain { name, .. } => is_beneath(name.as_str()),
            Indicator::Url { url, .. } => match url.view().host() {
                HostRef::Ip(addr) => self.addrs.contains(&addr),
                host => is_beneath(&host.to_string()),
            },
            _ => true,
        }
    }
}

fn in_order(mut seen: Vec<Seen>) -> Vec<Seen> {
    seen.sort_by_key(oracle::scan::order);
    seen
}

/// The lines on which scanner and oracle differ.
fn differences(
    world: &World,
    of_all: &netsieve::Sieve,
    lines: &[Vec<u8>],
    name_like: bool,
    differ: &mut Vec<String>,
) -> usize {
    let mut options = MatchOptions::default();
    options.name_like = name_like;
    let mut scanner = Scanner::with_options(of_all, &oracle::scan::raw(options.clone()));
    let oracle = world.oracle();
    let mut hits = 0;
    for line in lines {
        let mut got = Vec::new();
        let _ = scanner.scan(line, collect(&mut got));
        let (got, want) = (in_order(got), in_order(oracle::scan::scan(&oracle, &options, line)));
        hits += want.len();
        if got != want {
            let (missed, more): (Vec<_>, Vec<_>) = (
                want.iter().filter(|hit| !got.contains(hit)).collect(),
                got.iter().filter(|hit| !want.contains(hit)).collect(),
            );
            let spans = missed.iter().chain(&more).map(|hit| (hit.span.start as usize, hit.span.end as usize));
            let start = spans.clone().map(|(start, _)| start).min().unwrap_or(0).saturating_sub(60);
            let end = spans.map(|(_, end)| end).max().unwrap_or(0).saturating_add(60).min(line.len());
            let shown = line[start..end].escape_ascii();
            differ
                .push(format!("at {start}: {shown}\n    only the oracle: {missed:?}\n    only the scanner: {more:?}"));
        }
    }
    hits
}

fn assert_same(differ: &[String]) {
    let some: Vec<_> = differ.iter().take(40).map(String::as_str).collect();
    assert!(differ.is_empty(), "{} lines differ:\n{}", differ.len(), some.join("\n"));
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_feeds_on_real_lines() {
    let mut all = Vec::new();
    listed(&data("feeds"), &mut all);
    assert!(all.len() > 400_000, "{}", all.len());
    all.retain(|indicator| !matches!(indicator, Indicator::Pattern(_)));
    let sieve = World::of(all.iter().cloned()).sieve();
    let (mut differ, mut hits) = (Vec::new(), 0);
    for lines in logs(1_000).into_values() {
        let observed = Observed::of(&lines);
        let met = World::of(all.iter().filter(|indicator| observed.may_meet(indicator)).cloned());
        hits += differences(&met, &sieve, &lines, true, &mut differ);
    }
    assert_same(&differ);
    assert!(hits > 100, "{hits}");
}

/// Many values in the lines of a log are listed, in one way or another.
#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn values_of_real_lines_are_hit_on_real_lines() {
    let (mut differ, mut hits) = (Vec::new(), 0);
    for lines in logs(300).into_values() {
        let observed = Observed::of(&lines);
        let mut all: Vec<Indicator> = Vec::new();
        let every = |len: usize| len.div_ceil(60);
        let mut addrs: Vec<_> = observed.addrs.iter().collect();
        addrs.sort();
        let net = |addr: IpAddr, port| Indicator::Ip { net: addr.into(), port };
        all.extend(addrs.iter().step_by(every(addrs.len()).max(1)).map(|&&addr| net(addr, None)));
        all.extend(
            observed
                .ports
                .iter()
                .step_by(every(observed.ports.len()).max(1))
                .map(|&(addr, port)| net(addr, Some(port))),
        );
        for (n, name) in observed.names.iter().step_by(every(observed.names.len()).max(1)).enumerate() {
            let name = DomainName::parse(name).expect("canonical");
            let scope = [Scope::Suffix, Scope::Exact][n % 2];
            let parent = name.parent().filter(|parent| n % 3 == 0 && parent.contains('.'));
            all.extend(parent.map(|parent| Indicator::Domain {
                name: DomainName::parse(parent).expect("canonical"),
                scope: Scope::Suffix,
                port: None,
            }));
            all.push(Indicator::Domain { name, scope, port: [None, None, Some(443)][n % 3] });
        }
        for (n, url) in observed.urls.iter().step_by(every(observed.urls.len()).max(1)).enumerate() {
            let url = Url::parse(url).expect("canonical");
            if n % 4 == 0 {
                let host = format!("{}://{}/", url.view().scheme(), url.view().host());
                all.extend(Url::parse(host).ok().map(|url| Indicator::Url { url, host_scope: Scope::Exact }));
            }
            all.push(Indicator::Url { url, host_scope: Scope::Exact });
        }
        let world = World::of(all);
        let sieve = world.sieve();
        for name_like in [false, true] {
            hits += differences(&world, &sieve, &lines, name_like, &mut differ);
        }
    }
    assert_same(&differ);
    assert!(hits > 10_000, "{hits}");
}
