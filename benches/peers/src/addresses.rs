//! Is an address listed? Sets of hosts and of prefixes, one lookup in ten a hit.

use std::collections::HashSet;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use ip_network_table::IpNetworkTable;
use ipnet::{IpNet, Ipv4Net};
use iprange::IpRange;
use matchy::{Database, DatabaseBuilder, MatchMode};
use poptrie::Poptrie;
use prefix_trie::PrefixMap;

use crate::common;
use crate::common::measure::{Contender, interleaved};
use crate::record::{Answers, Lookup, Record};

const QUERIES: usize = 16 * 1024;

pub fn run(record: &mut Record) {
    let hosts = common::listed_hosts(200_000);
    let nets: Vec<Ipv4Net> = hosts.iter().map(|&addr| Ipv4Net::from(addr)).collect();
    work(record, "200,000 IPv4 hosts", &nets, true);
    let nets: Vec<Ipv4Net> = common::listed_nets(200_000).into_iter().filter_map(v4).collect();
    work(record, "200,000 IPv4 prefixes /16 to /32", &nets, false);
}

fn v4(net: IpNet) -> Option<Ipv4Net> {
    match net {
        IpNet::V4(net) => Some(net),
        IpNet::V6(_) => None,
    }
}

/// An address for sets that take IPv4 only.
fn bytes(addr: IpAddr) -> Ipv4Addr {
    match addr {
        IpAddr::V4(addr) => addr,
        IpAddr::V6(_) => unreachable!("the queries are IPv4"),
    }
}

fn mmdb(nets: &[Ipv4Net]) -> Vec<u8> {
    let mut writer = mmdb_writer::Writer::builder("peers").ip_version(mmdb_writer::IpVersion::V4).build();
    // The writer lets later entries win, so long prefixes come last.
    let mut sorted = nets.to_vec();
    sorted.sort_by_key(Ipv4Net::prefix_len);
    for net in sorted {
        let value = mmdb_writer::Value::map([("listed", mmdb_writer::Value::from(true))]);
        writer.insert_value(IpNet::V4(net), value).expect("a prefix");
    }
    writer.to_bytes().expect("a database")
}

fn matchy(nets: &[Ipv4Net]) -> Database {
    let mut builder = DatabaseBuilder::new(MatchMode::CaseInsensitive);
    for net in nets {
        builder.add_ip(&net.to_string(), std::collections::HashMap::new()).expect("a prefix");
    }
    Database::from_bytes_builder(builder.build().expect("a database")).no_cache().open().expect("a database")
}

fn work(record: &mut Record, what: &str, nets: &[Ipv4Net], is_hosts: bool) {
    let firsts: Vec<Ipv4Addr> = nets.iter().map(Ipv4Net::network).collect();
    let queries = common::queries(QUERIES, &firsts, 100);
    let any: Vec<IpNet> = nets.iter().copied().map(IpNet::V4).collect();
    let sieve = common::sieve(common::net_indicators(&any));
    // The reference answer, from a lookup of every prefix length.
    let set: HashSet<Ipv4Net> = nets.iter().copied().collect();
    let is_listed =
        |addr: Ipv4Addr| (0..=32).any(|len| set.contains(&Ipv4Net::new(addr, len).expect("a length").trunc()));
    let right: Vec<bool> = queries.iter().map(|&addr| is_listed(bytes(addr))).collect();

    let mut own = sieve.matcher();
    let mut own_all = sieve.matcher();
    let reader = maxminddb::Reader::from_source(mmdb(nets)).expect("a database");
    let database = matchy(nets);
    let mut trie: PrefixMap<Ipv4Net, u32> = PrefixMap::new();
    let mut table: IpNetworkTable<u32> = IpNetworkTable::new();
    for (net, id) in nets.iter().zip(0..) {
        trie.insert(*net, id);
        let network = ip_network::Ipv4Network::new(net.network(), net.prefix_len()).expect("a network");
        table.insert(network, id);
    }
    // Inserts are linear, but sorted ones only append.
    let mut sorted = nets.to_vec();
    sorted.sort();
    let poptrie: Poptrie<Ipv4Net, u32> = sorted.into_iter().zip(0..).collect();
    let range: IpRange<Ipv4Net> = {
        let mut range: IpRange<Ipv4Net> = nets.iter().copied().collect();
        range.simplify();
        range
    };
    let hosts: HashSet<IpAddr> = nets.iter().map(|net| IpAddr::V4(net.network())).collect();

    let mut lookups: Vec<Lookup<'_, IpAddr>> = vec![
        ("netsieve, is it listed", Box::new(move |addr| own.is_match_ip(addr, None))),
        ("netsieve, all that lists it", Box::new(move |addr| !own_all.match_ip(addr, None).is_empty())),
        ("maxminddb 0.32", Box::new(|addr| reader.lookup(addr).is_ok_and(|found| found.has_data()))),
        ("matchy 2.0", Box::new(|addr| matches!(database.lookup_ip(addr), Ok(Some(matchy::QueryResult::Ip { .. }))))),
        ("prefix-trie 0.10", Box::new(|addr| trie.get_lpm(&Ipv4Net::from(bytes(addr))).is_some())),
        ("ip_network_table 0.2", Box::new(|addr| table.longest_match(addr).is_some())),
        ("poptrie 0.2", Box::new(|addr| poptrie.lookup(bytes(addr)).is_some())),
        ("iprange 0.6", Box::new(|addr| range.contains(&bytes(addr)))),
    ];
    if is_hosts {
        lookups.push(("HashSet of hosts", Box::new(|addr| hosts.contains(&addr))));
    }
    let answers: Vec<(String, Answers)> = lookups
        .iter_mut()
        .map(|(name, lookup)| {
            let found: Vec<bool> = queries.iter().map(|&addr| lookup(addr)).collect();
            let count = |of: fn(bool, bool) -> bool| {
                found.iter().zip(&right).filter(|&(&found, &right)| of(found, right)).count() as u64
            };
            let answers = Answers {
                expected: count(|_, right| right),
                missed: count(|found, right| right && !found),
                false_hits: count(|found, right| found && !right),
            };
            ((*name).to_owned(), answers)
        })
        .collect();
    let contenders = lookups
        .into_iter()
        .map(|(name, mut lookup)| {
            let queries = &queries;
            Contender::new(name, move || queries.iter().filter(|&&addr| lookup(black_box(addr))).count() as u64)
        })
        .collect();
    let outcomes = interleaved(contenders, crate::rounds(), 0.01, crate::clock::thread);
    record.rows(what, "lookups", QUERIES as u64, &outcomes, |who, row| {
        row.answers = answers.iter().find(|(name, _)| name == who).map(|&(_, answers)| answers);
    });
}
