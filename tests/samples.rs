//! The samples that come with the scanner: it finds every hit in them and nothing else.
#![cfg(feature = "feeds")]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use netsieve::{BuildReport, Engine, Feed, Reject, ScanOptions, Scanner, Sieve, feed};

const FEEDS: [&str; 3] = ["c2.txt", "phishing.hosts", "phish-urls.txt"];
const LOGS: [&str; 4] = ["access.log", "dns.log", "proxy.jsonl", "syslog.log"];

/// Log, line, observable, indicator, relation, strength, and the feed's line.
type Row<'t> = (&'t str, u64, &'t str, &'t str, &'t str, &'t str, &'t str);

#[rustfmt::skip]
const HITS: [Row<'_>; 37] = [
    ("access.log", 1, "192.0.2.7", "192.0.2.7", "exact", "strong", "c2:3"),
    ("access.log", 2, "http://panel.evil.example/gate.php?id=7", "http://panel.evil.example/gate.php", "url_path", "strong", "phish-urls:2"),
    ("access.log", 3, "198.51.100.5", "198.51.100.0/28", "cidr", "strong", "c2:4"),
    ("access.log", 3, "bank-login.evil.example", "bank-login.evil.example", "exact", "strong", "phishing:4"),
    ("access.log", 4, "WWW.C2.Evil.Test", "c2.evil.test", "subdomain", "strong", "c2:9"),
    ("access.log", 5, "203.0.113.20", "203.0.113.10-203.0.113.20", "range", "strong", "c2:5"),
    ("access.log", 7, "https://shop.example/~user/login/step2.html", "https://shop.example/~user/login/", "url_prefix", "strong", "phish-urls:3"),
    ("access.log", 9, "HTTPS://SHOP.example:443/a/../%7Euser//login/", "https://shop.example/~user/login/", "url_exact", "strong", "phish-urls:3"),
    ("access.log", 11, "update-check.example", "update-check.example", "exact", "strong", "c2:10"),
    ("dns.log", 9, "cdn7.c2.evil.test", "c2.evil.test", "subdomain", "strong", "c2:9"),
    ("dns.log", 9, "198.51.100.9", "198.51.100.0/28", "cidr", "strong", "c2:4"),
    ("dns.log", 10, "parcel.evil.test", "parcel.evil.test", "exact", "strong", "phishing:5"),
    ("dns.log", 13, "UPDATE-CHECK.EXAMPLE", "update-check.example", "exact", "strong", "c2:10"),
    ("dns.log", 13, "2001:db8:bad:0:0:0:0:17", "2001:db8:bad::/48", "cidr", "strong", "c2:7"),
    ("dns.log", 14, "7.2.0.192.in-addr.arpa", "192.0.2.7", "exact", "strong", "c2:3"),
    ("dns.log", 15, "xn--bnk-ela.example", "xn--bnk-ela.example", "exact", "strong", "phishing:6"),
    ("dns.log", 16, "only-host.example", "https://only-host.example/", "url_any_path", "strong", "phish-urls:5"),
    ("proxy.jsonl", 1, r"http:\/\/panel.evil.example\/gate.php?c=1\u0026d=2", "http://panel.evil.example/gate.php", "url_path", "strong", "phish-urls:2"),
    ("proxy.jsonl", 3, "192.0.2.99", "192.0.2.99:8443", "exact", "strong", "c2:6"),
    ("proxy.jsonl", 5, "192.0.2.99", "192.0.2.99:8443", "exact", "port_unseen", "c2:6"),
    ("proxy.jsonl", 6, "http://203.0.113.200/bin/mirai.arm7", "http://203.0.113.200/bin/mirai.arm7", "url_exact", "strong", "phish-urls:6"),
    ("proxy.jsonl", 7, "http://3405803976/bin/mirai.arm7", "http://203.0.113.200/bin/mirai.arm7", "url_exact", "strong", "phish-urls:6"),
    ("proxy.jsonl", 8, "http://files.example.test/get?id=77", "http://files.example.test/get?id=77", "url_exact", "strong", "phish-urls:4"),
    ("proxy.jsonl", 10, "http://[2001:db8:bad::5]:8080/x", "http://[2001:db8:bad::5]:8080/x", "url_exact", "strong", "phish-urls:7"),
    ("proxy.jsonl", 10, "2001:db8:bad::5", "2001:db8:bad::/48", "cidr", "strong", "c2:7"),
    ("proxy.jsonl", 10, r"b\u00e1nk.example", "xn--bnk-ela.example", "exact", "strong", "phishing:6"),
    ("proxy.jsonl", 11, "https://only-host.example/any/path?q", "https://only-host.example/", "url_any_path", "strong", "phish-urls:5"),
    ("syslog.log", 1, "198.51.100.3", "198.51.100.0/28", "cidr", "strong", "c2:4"),
    ("syslog.log", 3, "2001:0DB8:0000:0000:0000:0000:0000:00C2", "2001:db8::c2", "exact", "strong", "c2:8"),
    ("syslog.log", 4, "::ffff:192.0.2.7", "192.0.2.7", "exact", "strong", "c2:3"),
    ("syslog.log", 5, "relay.evil.example", "relay.evil.example:4433", "exact", "port_unseen", "c2:12"),
    ("syslog.log", 5, "relay.evil.example", "relay.evil.example:4433", "exact", "port_unseen", "c2:12"),
    ("syslog.log", 6, "relay.evil.example", "relay.evil.example:4433", "exact", "strong", "c2:12"),
    ("syslog.log", 6, "203.0.113.15", "203.0.113.10-203.0.113.20", "range", "strong", "c2:5"),
    ("syslog.log", 8, "parcel.evil.test", "parcel.evil.test", "exact", "strong", "phishing:5"),
    ("syslog.log", 9, "192.0.2.99", "192.0.2.99:8443", "exact", "strong", "c2:6"),
    ("syslog.log", 12, "(4)cdn7(2)c2(4)evil(4)test(0)", "c2.evil.test", "subdomain", "strong", "c2:9"),
];

/// Text that only looks like a listed value: a file name and a version.
#[rustfmt::skip]
const WEAK: [Row<'_>; 2] = [
    ("access.log", 10, "update-check.example", "update-check.example", "exact", "name_like", "c2:10"),
    ("proxy.jsonl", 11, "192.0.2.7", "192.0.2.7", "exact", "name_like", "c2:3"),
];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/samples")
}

fn sieve() -> (Sieve, BuildReport) {
    let mut builder = Sieve::builder();
    for file in FEEDS {
        let own = Feed::new(file.split('.').next().unwrap());
        let id = builder.feed(own.clone());
        feed::read_file(samples().join(file), None, &own, &mut builder.sink(id)).unwrap();
    }
    builder.build().unwrap()
}

fn scan(sieve: &Sieve, engine: Engine, weak: bool) -> Vec<(String, u64, String, String, String, String, String)> {
    let mut options = ScanOptions::default();
    options.engine = engine;
    options.matching.name_like = weak;
    let mut scanner = Scanner::with_options(sieve, &options);
    let mut rows = Vec::new();
    for log in LOGS {
        let text = fs::read(samples().join(log)).unwrap();
        scanner.scan(&text, |hit| {
            for found in hit.matches().iter() {
                let sources: Vec<String> = found.sources().map(|source| format!("{source:?}")).collect();
                rows.push((
                    log.to_owned(),
                    hit.line(),
                    String::from_utf8(hit.observed().to_owned()).unwrap(),
                    found.indicator().to_string(),
                    found.relation().to_string(),
                    found.strength().to_string(),
                    sources.join(" "),
                ));
            }
            ControlFlow::Continue(())
        });
    }
    rows
}

fn owned(rows: &[Row<'_>]) -> Vec<(String, u64, String, String, String, String, String)> {
    let own = str::to_owned;
    rows.iter().map(|&(a, line, b, c, d, e, f)| (own(a), line, own(b), own(c), own(d), own(e), own(f))).collect()
}

#[test]
fn the_samples_hold_these_hits_and_no_others() {
    let (sieve, _) = sieve();
    for engine in Engine::available() {
        assert_eq!(scan(&sieve, engine, false), owned(&HITS), "{engine:?}");
    }
}

#[test]
fn weak_hits_are_reported_on_request() {
    let (sieve, _) = sieve();
    let strong = owned(&HITS);
    let mut more = scan(&sieve, Engine::Auto, true);
    more.retain(|row| !strong.contains(row));
    assert_eq!(more, owned(&WEAK));
}

#[test]
fn parts_without_an_indicator_are_reported() {
    let (_, report) = sieve();
    let formats: Vec<_> = report.feeds.iter().map(|feed| feed.format.as_deref().unwrap_or("")).collect();
    assert_eq!(formats, ["plain", "hosts", "plain"]);
    let entries: Vec<_> = report.feeds.iter().map(|feed| feed.entries).collect();
    assert_eq!(entries, [9, 3, 6]);
    let rejected: Vec<_> = report
        .feeds
        .iter()
        .flat_map(|feed| feed.rejected.iter().map(|noted| (feed.name.as_str(), noted.line, noted.what)))
        .collect();
    let want = [
        ("c2", 13, Reject::Unrecognised),
        ("c2", 14, Reject::Bogon),
        ("phishing", 2, Reject::Localhost),
        ("phishing", 3, Reject::Localhost),
        ("phishing", 7, Reject::SinkAddress),
    ];
    assert_eq!(rejected, want);
}
