//! Reads feeds: `cargo bench --bench feeds`.
//!
//! Throughput of each reader, including recognition, over a generated feed of 50,000 entries (925,000 with
//! `NETSIEVE_BENCH_FULL=1`), into a sink that counts. With `NETSIEVE_DATA`, also all real feeds together: read, and
//! read into a sieve.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use netsieve::feed::{self, Format};
use netsieve::indicator::{Record, RecordSink, Rejection, Warning};
use netsieve::{Feed, Sieve};

mod common;

/// A sink that counts what it receives.
#[derive(Default)]
struct Count {
    records: usize,
}

impl RecordSink for Count {
    fn record(&mut self, record: Record<'_>) {
        black_box(&record);
        self.records += 1;
    }

    fn reject(&mut self, rejection: Rejection<'_>) {
        black_box(&rejection);
    }

    fn warn(&mut self, warning: Warning<'_>) {
        black_box(&warning);
    }

    fn lines(&mut self, _: u64) {}
}

/// A generated feed: the text before the entries of a format, each entry, the text between entries, and the text after them.
fn generated(format: Format, hosts: &[String], names: &[String]) -> Option<String> {
    let mut text = String::new();
    let mut all = |head: &str, tail: &str, between: &str, values: &[String], each: &dyn Fn(usize, &str) -> String| {
        text.push_str(head);
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                text.push_str(between);
            }
            text.push_str(&each(at, value));
        }
        let _ = write!(text, "{tail}");
    };
    match format {
        Format::Plain => all("# c\n", "\n", "\n", hosts, &|at, value| format!("{value}\t{}", at % 9)),
        Format::Hosts => all("# c\n", "\n", "\n", names, &|_, value| format!("0.0.0.0 {value}")),
        Format::AdBlock => all("! c\n", "\n", "\n", names, &|_, value| format!("||{value}^")),
        Format::Dnsmasq => all("# c\n", "\n", "\n", names, &|_, value| format!("address=/{value}/#")),
        Format::Unbound => {
            all("server:\n", "\n", "\n", names, &|_, value| format!("local-zone: \"{value}.\" always_null"))
        }
        Format::Rpz => all(
            "$TTL 300\n@ SOA ns.example. a.example. (1 2 3 4 5)\n NS ns.example.\n",
            "\n",
            "\n",
            names,
            &|_, value| format!("{value} CNAME ."),
        ),
        Format::Csv => all("indicator,type,first_seen,tags\n", "\n", "\n", names, &|_, value| {
            format!("{value},domain,2026-05-01,\"c2,made up\"")
        }),
        Format::Urlhaus => all(
            "# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n",
            "\n",
            "\n",
            names,
            &|at, value| {
                format!(
                    "\"{at}\",\"2026-05-01 00:00:00\",\"http://{value}/a/{at}\",\"online\",\"\",\"malware_download\",\"elf,x\",\"https://lists.example/{at}\",\"me\""
                )
            },
        ),
        Format::Maltrail => all(
            "# Copyright (c) 2014-2026 Maltrail developers (https://github.com/stamparm/maltrail/)\n# Reference: https://reports.example/1\n",
            "\n",
            "\n",
            hosts,
            &|_, value| format!("{value}:80"),
        ),
        Format::Iprep => all("", "\n", "\n", hosts, &|at, value| format!("{value},{},100", at % 7 + 1)),
        Format::Rules => all("", "\n", "\n", names, &|at, value| {
            format!("alert dns any any -> any any (msg:\"made up\"; dns.query; content:\"{value}\"; nocase; sid:{at};)")
        }),
        Format::JsonLines => all("", "\n", "\n", names, &|_, value| {
            format!(
                "{{\"indicator\": \"{value}\", \"type\": \"domain\", \"tags\": [\"c2\"], \"first_seen\": \"2026-05-01\"}}"
            )
        }),
        Format::Misp => all("{\"Event\":{\"info\":\"made up\",\"Attribute\":[", "]}}", ",\n", names, &|at, value| {
            format!(
                "{{\"id\":\"{at}\",\"type\":\"domain\",\"category\":\"Network activity\",\"to_ids\":true,\"uuid\":\"5e000000-0000-4000-8000-{at:012}\",\"timestamp\":\"1777636800\",\"comment\":\"\",\"value\":\"{value}\"}}"
            )
        }),
        Format::Stix => {
            all("{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[", "]}", ",", names, &|at, value| {
                format!(
                    "{{\"type\":\"indicator\",\"id\":\"indicator--{at}\",\"created\":\"2026-05-01T00:00:00Z\",\"pattern\":\"[domain-name:value = '{value}']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-05-01T00:00:00Z\"}}"
                )
            })
        }
        #[cfg(feature = "xml")]
        Format::OpenIoc => all(
            "<ioc id=\"1\"><definition><Indicator operator=\"OR\">\n",
            "</Indicator></definition></ioc>",
            "\n",
            names,
            &|_, value| {
                format!(
                    "<IndicatorItem id=\"1\" condition=\"is\"><Context document=\"Network\" search=\"Network/DNS\"/><Content type=\"string\">{value}</Content></IndicatorItem>"
                )
            },
        ),
        _ => return None,
    }
    Some(text)
}

fn by_format(c: &mut Criterion) {
    let count = if common::is_full() { 925_000 } else { 50_000 };
    let hosts: Vec<String> = common::listed_hosts(count).iter().map(ToString::to_string).collect();
    let names = common::listed_names(count);
    let mut group = c.benchmark_group("feeds");
    group.sample_size(10);
    for &format in Format::ALL {
        let Some(text) = generated(format, &hosts, &names) else { continue };
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format.as_str(), |b| {
            b.iter(|| {
                let mut sink = Count::default();
                let found = feed::read(black_box(text.as_bytes()), "", None, &Feed::new("bench"), &mut sink);
                assert_eq!((found.expect("a feed"), sink.records), (format, count));
            });
        });
    }
    group.finish();
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).expect("a folder") {
        let path = item.expect("a file").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let mut found = Vec::new();
    files(&data.join("feeds"), &mut found);
    found.sort();
    let bytes = found.iter().map(|path| path.metadata().expect("a file").len()).sum();
    let mut group = c.benchmark_group("feeds");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("all real feeds, read", |b| {
        b.iter(|| {
            let mut sink = Count::default();
            // One is invalid, and without the feature `xml` three are refused.
            let failed =
                found.iter().filter(|path| feed::read_file(path, None, &Feed::new(""), &mut sink).is_err()).count();
            assert!(failed <= 4 && sink.records > 900_000, "{failed} {}", sink.records);
        });
    });
    group.bench_function("all real feeds, loaded", |b| {
        b.iter(|| {
            let mut builder = Sieve::builder();
            for path in &found {
                let own = Feed::new(path.to_string_lossy());
                let id = builder.feed(own.clone());
                let _ = feed::read_file(path, None, &own, &mut builder.sink(id));
            }
            assert!(builder.build().expect("a sieve").0.len() > 500_000);
        });
    });
    group.finish();
}

criterion_group!(benches, by_format, real);
criterion_main!(benches);
