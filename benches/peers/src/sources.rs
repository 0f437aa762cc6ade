//! Names the feeds of a value: 10,000 hosts and 10,000 names, each listed by two feeds, both of which a lookup must name.

use std::collections::HashMap;
use std::hint::black_box;
use std::net::IpAddr;

use matchy::{DataValue, Database, DatabaseBuilder, MatchMode, QueryResult};
use netsieve::indicator::Record as Listing;
use netsieve::sieve::PublicSuffixes;
use netsieve::{Feed, Matches, Sieve};

use crate::common;
use crate::common::measure::{Contender, interleaved};
use crate::record::{Answers, Record};

const FEEDS: [&str; 2] = ["first", "second"];

/// The number of feeds that a lookup names.
fn feeds(matches: Matches<'_>) -> usize {
    matches.iter().map(|found| found.sources().count()).sum()
}

fn sieve(hosts: &[std::net::Ipv4Addr], names: &[String]) -> Sieve {
    let mut builder = Sieve::builder();
    builder.public_suffixes(PublicSuffixes::empty());
    for feed in FEEDS {
        let feed = builder.feed(Feed::new(feed));
        for (indicator, line) in common::indicators(hosts, names, &[]).into_iter().zip(1..) {
            builder.add(feed, Listing::new(indicator, line, ""));
        }
    }
    builder.build().expect("a sieve").0
}

/// Both feeds in turn, as its builder requires.
fn matchy(keys: &[String]) -> Database {
    let mut builder = DatabaseBuilder::new(MatchMode::CaseInsensitive);
    for feed in FEEDS {
        for key in keys {
            let data = HashMap::from([("feed".to_owned(), DataValue::String(feed.to_owned()))]);
            builder.add_entry(key, data).expect("an entry");
        }
    }
    Database::from_bytes_builder(builder.build().expect("a database")).no_cache().open().expect("a database")
}

fn named(result: Option<QueryResult>) -> usize {
    match result {
        Some(QueryResult::Ip { data: DataValue::Map(data), .. }) => usize::from(data.contains_key("feed")),
        Some(QueryResult::Pattern { data, .. }) => data.iter().flatten().count(),
        _ => 0,
    }
}

fn mmdb(hosts: &[std::net::Ipv4Addr]) -> Vec<u8> {
    let mut writer = mmdb_writer::Writer::builder("peers").ip_version(mmdb_writer::IpVersion::V4).build();
    for feed in FEEDS {
        for &host in hosts {
            let value = mmdb_writer::Value::map([("feed", mmdb_writer::Value::from(feed))]);
            writer.insert_value(ipnet::IpNet::from(IpAddr::V4(host)), value).expect("a host");
        }
    }
    writer.to_bytes().expect("a database")
}

pub fn run(record: &mut Record) {
    let (hosts, names) = (common::listed_hosts(10_000), common::listed_names(10_000));
    let sieve = sieve(&hosts, &names);
    let keys: Vec<String> = hosts.iter().map(ToString::to_string).chain(names.iter().cloned()).collect();
    let database = matchy(&keys);
    let reader = maxminddb::Reader::from_source(mmdb(&hosts)).expect("a database");
    let addrs: Vec<IpAddr> = hosts.iter().copied().map(IpAddr::V4).collect();

    let mut own = sieve.matcher();
    let by_address = vec![
        Contender::new("netsieve", || {
            addrs.iter().map(|&addr| feeds(own.match_ip(black_box(addr), None)) as u64).sum()
        }),
        Contender::new("matchy 2.0", || {
            addrs.iter().map(|&addr| named(database.lookup_ip(black_box(addr)).expect("a database")) as u64).sum()
        }),
        Contender::new("maxminddb 0.32", || {
            let feed =
                |addr| reader.lookup(addr).ok()?.decode_path::<&str>(&[maxminddb::PathElement::Key("feed")]).ok()?;
            addrs.iter().filter(|&&addr| feed(black_box(addr)).is_some()).count() as u64
        }),
    ];
    show(record, "10,000 hosts, each in two feeds", by_address, addrs.len());
    let mut own = sieve.matcher();
    let by_name = vec![
        Contender::new("netsieve", || {
            names.iter().map(|name| feeds(own.match_domain(black_box(name), None)) as u64).sum()
        }),
        Contender::new("matchy 2.0", || {
            names.iter().map(|name| named(database.lookup_string(black_box(name)).expect("a database")) as u64).sum()
        }),
    ];
    show(record, "10,000 names, each in two feeds", by_name, names.len());
}

fn show(record: &mut Record, what: &str, contenders: Vec<Contender<'_>>, n: usize) {
    let outcomes = interleaved(contenders, crate::rounds(), 0.01, crate::clock::thread);
    let expected = 2 * n as u64;
    let answers: Vec<(String, u64)> = outcomes.iter().map(|outcome| (outcome.name.clone(), outcome.answer)).collect();
    record.rows(what, "lookups", n as u64, &outcomes, |who, row| {
        let named = answers.iter().find(|(name, _)| name == who).map_or(0, |&(_, named)| named);
        row.answers = Some(Answers { expected, missed: expected.saturating_sub(named), false_hits: 0 });
    });
}
