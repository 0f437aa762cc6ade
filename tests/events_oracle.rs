//! Compares events whose port, or whose URL's host and path, is in a field of its own with a naive oracle, over made-up
//! events in several layouts.
#![cfg(feature = "events")]

use std::ops::ControlFlow;

use netsieve::{Feed, Scanner, Sieve, feed};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

#[path = "oracle/events.rs"]
mod oracle;

use oracle::{Listed, Told, judge};

const IPS: [&str; 3] = ["192.0.2.7", "198.51.100.9", "203.0.113.5"];
const PORTS: [u16; 3] = [443, 8080, 40000];
const NAMES: [&str; 5] = ["evil.test", "www.evil.test", "setup.zip", "data.py", "ok.example"];
const PATHS: [&str; 4] = ["/gate", "/gate/", "/gate/x.php", "/"];
const QUERIES: [&str; 2] = ["id=7", "id=7&k=2"];

fn pool() -> Vec<Listed> {
    let mut pool = Vec::new();
    for ip in IPS {
        pool.push(Listed::Ip(ip, None));
        pool.extend([443, 8080].map(|port| Listed::Ip(ip, Some(port))));
    }
    pool.extend(["evil.test", "setup.zip", "data.py"].map(Listed::Name));
    for host in ["evil.test", "www.evil.test", "setup.zip"] {
        pool.extend(["/gate", "/gate/", "/gate/x.php"].map(|path| Listed::Url(host, path, None)));
        pool.push(Listed::Url(host, "/gate/x.php", Some("id=7")));
    }
    pool
}

fn told() -> impl Strategy<Value = Told> {
    let maybe = |values: &'static [&'static str]| proptest::option::of(select(values));
    let port = || proptest::option::of(select(&PORTS[..]));
    let ends = (maybe(&IPS), port(), maybe(&IPS), port());
    let request = (maybe(&NAMES), maybe(&PATHS), maybe(&QUERIES));
    (ends, maybe(&NAMES), request, maybe(&NAMES)).prop_map(
        |((source, source_port, destination, destination_port), question, (host, path, query), file)| Told {
            source,
            source_port: source_port.filter(|_| source.is_some()),
            // Two ends with the same address cannot be told apart.
            destination: destination.filter(|ip| Some(*ip) != source),
            destination_port: destination_port.filter(|_| destination.is_some_and(|ip| Some(ip) != source)),
            // A line describes either a DNS question or a request.
            question: question.filter(|_| host.is_none()),
            host,
            path: path.filter(|_| host.is_some()),
            query: query.filter(|_| host.is_some() && path.is_some()),
            file,
        },
    )
}

/// The fields, under the names that logs use.
fn fields(told: &Told) -> Vec<(&'static str, String)> {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let number = |value: Option<u16>| value.map(|port| port.to_string());
    let all = [
        ("src_ip", text(told.source)),
        ("src_port", number(told.source_port)),
        ("dst_ip", text(told.destination)),
        ("dst_port", number(told.destination_port)),
        ("query_name", text(told.question)),
        ("http_method", told.path.map(|_| "GET".to_owned())),
        ("http_host", text(told.host)),
        ("url_path", text(told.path)),
        ("url_query", text(told.query)),
        ("file_name", text(told.file)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The event in each layout, as a log with one data line.
fn logs(told: &Told) -> Vec<(&'static str, String)> {
    let fields = fields(told);
    let join = |separator: &str, each: &dyn Fn(&(&'static str, String)) -> String| {
        fields.iter().map(each).collect::<Vec<_>>().join(separator)
    };
    let json = join(",", &|(name, value)| format!("\"{name}\":\"{value}\""));
    let pairs = join(" ", &|(name, value)| format!("{name}={value}"));
    let quoted = join(" ", &|(name, value)| format!("{name}=\"{value}\""));
    let names = join("\t", &|(name, _)| (*name).to_owned());
    let values = join("\t", &|(_, value)| value.clone());
    vec![
        ("json", format!("{{\"ts\":1778580123,{json}{}}}\n", if json.is_empty() { "\"x\":1" } else { "" })),
        ("pairs", format!("ts=2026-05-12T10:02:03Z level=info {pairs}\n")),
        ("quoted pairs", format!("ts=\"2026-05-12T10:02:03Z\" level=\"info\" {quoted}\n")),
        ("zeek", format!("#separator \\x09\n#fields\tts\tuid\t{names}\n1778580123.5\tCx1\t{values}\n")),
        (
            "csv",
            format!(
                "time,level,{}\n2026-05-12 10:02:03,info,{}\n",
                names.replace('\t', ","),
                values.replace('\t', ",")
            ),
        ),
    ]
}

fn sieve(listed: &[Listed]) -> Sieve {
    let list: String = listed.iter().map(|listed| listed.text() + "\n").collect();
    let own = Feed::new("feed");
    let mut builder = Sieve::builder();
    let id = builder.feed(own.clone());
    feed::read(list.as_bytes(), "feed.txt", None, &own, &mut builder.sink(id)).unwrap();
    builder.build().unwrap().0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 400 } else { 4000 }))]

    #[test]
    fn ports_and_joins_are_those_of_a_naive_judge(told in told(), listed in subsequence(pool(), 1..12)) {
        let sieve = sieve(&listed);
        let expected = judge(&told, &listed);
        for (layout, log) in logs(&told) {
            let mut hits = Vec::new();
            let stats = Scanner::new(&sieve).scan(log.as_bytes(), |hit| {
                for found in hit.matches().iter() {
                    let observed = String::from_utf8_lossy(hit.observed()).into_owned();
                    hits.push((observed, found.indicator().to_string(), found.strength().as_str()));
                }
                ControlFlow::Continue(())
            });
            hits.sort();
            prop_assert_eq!((&hits, stats.withheld.other_port), (&expected.0, expected.1), "{}: {}", layout, log);
        }
    }
}
