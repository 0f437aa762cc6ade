//! Events over real messages of many products: what rates of normal names are right.
#![cfg(feature = "events")]

#[path = "events/samples.rs"]
mod samples;

use std::collections::BTreeMap;
use std::path::PathBuf;

use netsieve::event::{EcsName, EventOptions, EventReader, Value};
use serde_json::Value as Json;

fn data(path: &str) -> PathBuf {
    PathBuf::from(std::env::var_os("NETSIEVE_DATA").expect("NETSIEVE_DATA names the folder of real data")).join(path)
}

/// What became of an expected value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Right,
    Absent,
    Wrong,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    right: u32,
    absent: u32,
    wrong: u32,
}

impl Count {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Right => self.right += 1,
            Verdict::Absent => self.absent += 1,
            Verdict::Wrong => self.wrong += 1,
        }
    }

    fn all(&self) -> u32 {
        self.right + self.absent + self.wrong
    }

    fn rate(&self) -> f64 {
        f64::from(self.right) / f64::from(self.all().max(1))
    }
}

/// Expectations that are matters of taste or of a product's own knowledge, and why. They are counted apart.
const DISAGREED: &[(&str, &str, &str)] = &[
    ("f5-big-ip", "url.domain", "it is the device's own name, not that of a URL"),
    ("f5-big-ip", "source.domain", "it is the host of the syslog header, which sent the log and not the request"),
    ("salesforce-events", "@timestamp", "some are of another field than the time of the event, in a year to come"),
    ("crowdstrike-telemetry", "url.full", "a host alone is no URL"),
    ("crowdstrike-telemetry", "url.path", "it is a path of a file in a store"),
    ("fortiweb", "user.name", "`none` and `Unknown` say that there is none"),
    ("fortiweb", "http.request.referrer", "`none` says that there is none"),
    ("cisco-esa", "host.name", "`unknown` says that there is none"),
    ("harfanglab", "host.name", "it is the domain of the agent, not its name"),
    ("barracuda-cloudgen-firewall", "host.name", "it is a part of the name of a session"),
    ("barracuda-cloudgen-firewall", "dns.question.name", "nobody asked for it: it is the name of a VPN"),
    ("access_requests", "url.domain", "it holds a path"),
    ("kaspersky_endpoint_security", "url.path", "it is the path of an update"),
    ("revealx_360", "@timestamp", "it is when the detection was last changed"),
    ("security-performance-management", "@timestamp", "it is a day without a time"),
    ("aws-waf", "http.request.referrer", "it is the host of the referrer alone"),
    ("proofpoint-tap", "url.path", "it is a host"),
    ("sophos edr", "url.path", "it is a host"),
];

/// Compares a value with the one that the product's own parser gives.
///
/// Where these parsers differ among themselves, or from the schema, either reading is right:
/// - `url.path` has no query in the schema; some parsers leave it on;
/// - `user.name` is the login: `CORP\\eve`, `eve@corp.example` and `eve (Initiator)` are `eve` to some parsers and whole to others;
/// - `event.outcome` is `success` or `failure` in the schema; some parsers copy the product's word (`allow`, `MATCHED`);
/// - of a time that is logged twice, to the second and finer, some take the one and some the other;
/// - what has no zone is compared to the minute and second, what has no year without the year.
fn judge(name: EcsName, found: Option<Value<'_>>, expected: &Json, year_logged: bool, zone_logged: bool) -> Verdict {
    let Some(found) = found else { return Verdict::Absent };
    let expected = match expected {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_right = match (name, found) {
        (EcsName::Timestamp, Value::Time(time)) => {
            let expected: jiff::Timestamp = expected.parse().unwrap();
            let apart = (time.timestamp().as_millisecond() - expected.as_millisecond()).abs();
            let (year, quarter) = (365 * 86_400_000_i64, 900_000);
            let is_near = |apart: i64| apart < 1000 || quarter - apart < 1000;
            match (year_logged, zone_logged) {
                (true, true) => apart < 1000,
                (true, false) => apart <= 14 * 4 * quarter && is_near(apart % quarter),
                (false, _) => [0, year, year + 4 * 24 * quarter, 2 * year, 2 * year + 96 * quarter]
                    .iter()
                    .any(|years| (apart - years).abs() < 1000),
            }
        }
        (_, Value::Ip(ip)) => expected.parse() == Ok(ip),
        (EcsName::UrlPath, found) => found.to_string() == expected.split('?').next().unwrap(),
        (EcsName::UserName, found) => {
            let login = |text: &str| {
                let text = text.rsplit('\\').next().unwrap();
                let text = text.split(" (").next().unwrap();
                text.split('@').next().unwrap().trim().to_owned()
            };
            login(&found.to_string()) == login(&expected)
        }
        (EcsName::EventOutcome, found) => {
            let outcome = match expected.to_ascii_lowercase().as_str() {
                "allow" | "accept" | "success" => "success",
                _ => "failure",
            };
            found.to_string() == outcome
        }
        (_, found) => found.to_string() == expected,
    };
    if is_right { Verdict::Right } else { Verdict::Wrong }
}

#[test]
#[ignore = "needs real data: set NETSIEVE_DATA"]
fn most_of_what_products_say_is_read() {
    let text = std::fs::read_to_string(data("events/products.jsonl")).unwrap();
    let mut counts: BTreeMap<EcsName, Count> = BTreeMap::new();
    let mut disagreed = 0;
    let shown = std::env::var("NETSIEVE_SHOW").unwrap_or_default();
    let mut options = EventOptions::default();
    options.year(2024);
    for line in text.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let message = row["message"].as_str().unwrap();
        // Each line by itself, as if of a file of its own.
        let mut reader = EventReader::new(&options);
        let event = reader.read(message.as_bytes());
        let time = event.time();
        for (name, expected) in row["expected"].as_object().unwrap() {
            let ecs = EcsName::parse(name).unwrap();
            let logged = time.map_or((true, true), |time| (time.year_logged(), time.zone_logged()));
            let verdict = judge(ecs, event.get(ecs), expected, logged.0, logged.1);
            let is_taste = DISAGREED.iter().any(|(product, ecs, _)| row["product"] == *product && ecs == name);
            if is_taste && verdict != Verdict::Right {
                disagreed += 1;
                continue;
            }
            counts.entry(ecs).or_default().add(verdict);
            if verdict != Verdict::Right && (shown == *name || shown == format!("{verdict:?}")) {
                println!(
                    "## {} {verdict:?} {name} = {expected} but {:?}",
                    row["product"],
                    event.get(ecs).map(|v| v.to_string())
                );
                println!("   {} {}", event.layout(), message.chars().take(1200).collect::<String>());
            }
        }
    }
    let mut all = Count::default();
    for (name, count) in &counts {
        println!(
            "{name:24} {:4} right {:5.1} %  absent {:4}  wrong {:4}",
            count.all(),
            100.0 * count.rate(),
            count.absent,
            count.wrong
        );
        all.right += count.right;
        all.absent += count.absent;
        all.wrong += count.wrong;
    }
    let wrong = f64::from(all.wrong) / f64::from(all.all());
    println!("{all:?}, {:.2} % wrong; {disagreed} disagreed with", 100.0 * wrong);
    // What is held. Changes of the table that help one product must not cost another.
    let floors = [
        (EcsName::Timestamp, 0.95),
        (EcsName::SourceIp, 0.90),
        (EcsName::SourcePort, 0.90),
        (EcsName::DestinationIp, 0.90),
        (EcsName::DestinationPort, 0.90),
        (EcsName::ClientIp, 0.90),
        (EcsName::UserName, 0.85),
        (EcsName::HostName, 0.85),
        (EcsName::DnsQuestionName, 0.85),
        (EcsName::UrlFull, 0.85),
        (EcsName::UrlOriginal, 0.85),
        (EcsName::UrlDomain, 0.85),
        (EcsName::UrlPath, 0.85),
    ];
    for (name, floor) in floors {
        assert!(counts[&name].rate() >= floor, "{name}: {:?}", counts[&name]);
    }
    assert!(wrong <= 0.02, "{all:?}");
}

/// What `awk` on the known columns gives: the time and the client of every line.
#[test]
#[ignore = "needs real data: set NETSIEVE_DATA"]
fn known_columns_are_read_as_they_are() {
    let micros = |text: &str| (text.parse::<f64>().unwrap() * 1e6).round() as i64;
    let check = |path: &str, expected: &dyn Fn(&str) -> Option<(i64, String)>| {
        let log = std::fs::read(data(path)).unwrap();
        let mut reader = EventReader::new(&EventOptions::default());
        reader.head(&log[..log.len().min(65_536)]);
        let mut lines = 0;
        for line in log.split(|byte| *byte == b'\n') {
            let Some((at, ip)) = expected(&String::from_utf8_lossy(line)) else { continue };
            let event = reader.read(line);
            let time = event.time().map(|time| time.timestamp().as_microsecond());
            assert_eq!(time, Some(at), "{path}: {}", String::from_utf8_lossy(line));
            assert_eq!(event.get(EcsName::SourceIp).map(|ip| ip.to_string()), Some(ip));
            lines += 1;
        }
        assert!(lines > 5_000, "{path}: {lines}");
    };
    let ip = |text: &str| text.parse::<std::net::IpAddr>().unwrap().to_canonical().to_string();
    check("logs/zeek-dns.log", &|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        (!line.starts_with('#') && columns.len() > 3).then(|| (micros(columns[0]), ip(columns[2])))
    });
    check("logs/zeek-dns.json", &|line| {
        let row: Json = serde_json::from_str(line).ok()?;
        let at: jiff::Timestamp = match &row["ts"] {
            Json::String(text) => text.parse().unwrap(),
            other => jiff::Timestamp::from_microsecond(micros(&other.to_string())).unwrap(),
        };
        Some((at.as_microsecond(), ip(row["id.orig_h"].as_str()?)))
    });
    check("logs/apache_access.log", &|line| {
        let client = line.split(' ').next()?.parse::<std::net::IpAddr>().ok()?;
        let time = line.split(['[', ']']).nth(1)?;
        let time = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", time).ok()?.to_timestamp().ok()?;
        Some((time.as_microsecond(), client.to_string()))
    });
}
