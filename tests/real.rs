//! Facts about the real logs that were counted independently, and the main job on them.
#![cfg(feature = "feeds")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use netsieve::extract::{ExtractOptions, Extractor, TokenKind};
use netsieve::sieve::PublicSuffixes;
use netsieve::{Context, Feed, ScanStats, Scanner, Sieve, feed};

fn data(path: &str) -> PathBuf {
    let folder = std::env::var_os("NETSIEVE_DATA").expect("NETSIEVE_DATA names the folder of real data");
    PathBuf::from(folder).join(path)
}

/// The addresses, names and URLs of a log, with every occurrence counted.
#[derive(Debug, Default)]
struct Tokens {
    v4: Vec<String>,
    names: Vec<String>,
    /// Hosts of URLs that have a scheme and are not inside another URL.
    url_hosts: Vec<String>,
}

fn tokens(log: &str) -> Tokens {
    let bytes = fs::read(data(log)).unwrap();
    let mut tokens = Tokens::default();
    // A place may have several readings, but each host counts once.
    let mut last = (0, 0);
    Extractor::new(ExtractOptions::default()).extract(&bytes, 0..bytes.len(), &mut |token| {
        let lower = |text: &[u8]| String::from_utf8_lossy(text).to_ascii_lowercase();
        match token.kind {
            TokenKind::Ip(addr) if addr.is_ipv4() && token.context != Context::ReverseName => {
                tokens.v4.push(addr.to_string())
            }
            TokenKind::Domain => tokens.names.push(lower(token.text)),
            TokenKind::Url if token.has_scheme && token.context == Context::Text => {
                let (start, end) = token.host.unwrap();
                if last != (start, end) {
                    tokens.url_hosts.push(lower(&bytes[start..end]));
                }
                last = (start, end);
            }
            _ => {}
        }
    });
    tokens
}

fn distinct(texts: &[String]) -> usize {
    texts.iter().collect::<BTreeSet<_>>().len()
}

/// Dotted quads at the start of a name or after a hyphen in it, as in the reverse zone. They are part of a name, not addresses.
fn leading_quads(names: &[String]) -> Vec<String> {
    let quad = |part: &str| {
        let labels: Vec<&str> = part.splitn(5, '.').collect();
        let is_quad = labels.len() == 5 && labels[..4].iter().all(|label| label.parse::<u8>().is_ok());
        is_quad.then(|| labels[..4].join("."))
    };
    names.iter().flat_map(|name| name.split(['-', '_'])).filter_map(quad).collect()
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn tokens_of_the_dns_log() {
    let list = fs::read_to_string(data("public_suffix_list.dat")).unwrap();
    let icann = list.split("===END ICANN DOMAINS===").next().unwrap();
    let list = PublicSuffixes::from_text(icann).unwrap();
    for log in ["logs/zeek-dns.log", "logs/zeek-dns.json"] {
        let mut tokens = tokens(log);
        // Counted independently: all dotted quads, including those in URLs and at the start of names.
        let hosts = std::mem::take(&mut tokens.url_hosts);
        assert!(hosts.iter().all(|host| host == "172.16.0.58") && hosts.len() == 8, "{log}");
        tokens.v4.extend(hosts);
        tokens.v4.extend(leading_quads(&tokens.names));
        assert_eq!((tokens.v4.len(), distinct(&tokens.v4)), (145_531, 1_894), "{log}");
        // Counted independently: names under an existing top-level domain.
        tokens.names.retain(|name| list.lists(name.rsplit('.').next().unwrap()));
        assert_eq!((tokens.names.len(), distinct(&tokens.names)), (77_668, 2_053), "{log}");
    }
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn urls_of_the_access_log() {
    let mut hosts = tokens("logs/apache_access.log").url_hosts;
    // One URL has lost the start of its scheme. In three the host is an escape (`http://\xe4…`), which browsers read as `http://xe4/`.
    assert_eq!(hosts.len(), 8_206 + 1 + 3);
    hosts.retain(|host| host.contains('.'));
    assert_eq!(hosts.len(), 8_206 + 1);
}

/// The sieve of the main job.
fn main_job() -> Sieve {
    let mut builder = Sieve::builder();
    for file in ["ipsum.txt", "malicious-ip-full-aa.txt", "stevenblack.domains.txt", "openphish.txt"] {
        let own = Feed::new(file);
        let id = builder.feed(own.clone());
        feed::read_file(data(&format!("feeds/{file}")), None, &own, &mut builder.sink(id)).unwrap();
    }
    let (sieve, report) = builder.build().unwrap();
    let entries: Vec<u64> = report.feeds.iter().map(|feed| feed.entries).collect();
    assert_eq!(entries[0] + report.feeds[0].rejected_total(), 120_430);
    assert_eq!(entries[1] + report.feeds[1].rejected_total(), 131_072);
    assert_eq!(entries[2] + report.feeds[2].rejected_total(), 140_626);
    assert_eq!(entries[3], 300);
    sieve
}

/// A hit in comparable form: observable, indicator, relation and strength.
type Seen = (String, String, &'static str, &'static str);

/// The hits of a log, grouped by event, and the statistics.
fn scan(sieve: &Sieve, log: &str, event: impl Fn(&str) -> String) -> (BTreeMap<String, Vec<Seen>>, ScanStats) {
    let bytes = fs::read(data(log)).unwrap();
    let mut hits: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    let stats = Scanner::new(sieve).scan(&bytes, |hit| {
        let event = event(&String::from_utf8_lossy(hit.line_text()));
        for found in hit.matches().iter() {
            let seen = (
                hit.canonical().to_owned(),
                found.indicator().to_string(),
                found.relation().as_str(),
                found.strength().as_str(),
            );
            hits.entry(event.clone()).or_default().push(seen);
        }
        ControlFlow::Continue(())
    });
    (hits, stats)
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn both_forms_of_one_capture_give_the_same_hits() {
    let sieve = main_job();
    // Connection, transaction, time and question identify an event.
    let field = |line: &str, key: &str| {
        let rest = line.split_once(&format!("\"{key}\":")).map_or("-", |(_, rest)| rest);
        match rest.strip_prefix('"') {
            Some(text) => text.split('"').next().unwrap().to_owned(),
            None => rest.split([',', '}']).next().unwrap().to_owned(),
        }
    };
    let (tsv, tsv_stats) = scan(&sieve, "logs/zeek-dns.log", |line| {
        let fields: Vec<&str> = line.split('\t').collect();
        format!("{} {} {}", fields[1], fields[7], fields[9])
    });
    let (json, json_stats) = scan(&sieve, "logs/zeek-dns.json", |line| {
        format!("{} {} {}", field(line, "uid"), field(line, "trans_id"), field(line, "query"))
    });
    assert!(tsv.len() > 1_000, "{}", tsv.len());
    let sorted = |hits: BTreeMap<String, Vec<Seen>>| -> BTreeMap<String, Vec<Seen>> {
        hits.into_iter()
            .map(|(event, mut seen)| {
                seen.sort();
                (event, seen)
            })
            .collect()
    };
    let (tsv, json) = (sorted(tsv), sorted(json));
    let differ: Vec<_> = tsv.iter().filter(|(event, seen)| json.get(*event) != Some(seen)).take(5).collect();
    assert!(differ.is_empty(), "{differ:#?}");
    assert_eq!(tsv, json);
    assert_eq!((tsv_stats.hits, tsv_stats.matches), (json_stats.hits, json_stats.matches));
    assert_eq!((tsv_stats.hits, tsv_stats.matches), (2_802, 4_558));
}
