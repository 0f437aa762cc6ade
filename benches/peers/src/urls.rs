//! Is a URL listed? 20,000 URLs. A third of the lookups hit, half of those in a spelling other than the listed one.

use std::collections::HashSet;
use std::hint::black_box;

use crate::common::measure::{Contender, interleaved};
use crate::common::{self, Random};
use crate::record::{Answers, Lookup, Record};

const QUERIES: usize = 4 * 1024;

/// The same URL in another spelling, by the rules of Safe Browsing.
fn other_way(url: &str, way: usize) -> String {
    let rest = url.strip_prefix("http://").expect("a URL");
    let (host, path) = rest.split_once('/').expect("a path");
    match way {
        0 => format!("HTTP://{}/{path}", host.to_uppercase()),
        1 => format!("http://{host}:80/{path}"),
        2 => format!("https://{host}/{path}"),
        3 => format!("http://{host}/./{path}#top"),
        4 => format!("http://{host}//{path}"),
        5 => format!("http://{host}/%{:02x}{}", path.as_bytes()[0], &path[1..]),
        6 => format!("http://{host}./{path}"),
        _ => format!("http://user@{host}/x/../{path}"),
    }
}

pub fn run(record: &mut Record) {
    let listed = common::urls(20_000, &common::listed_names(20_000));
    let misses = common::urls(QUERIES, &common::clean_names(2000));
    let mut random = Random::new(31);
    let queries: Vec<(String, bool)> = misses
        .into_iter()
        .map(|miss| match random.below(6) {
            0 => (random.one(&listed).clone(), true),
            1 => {
                let way = random.below(8);
                (other_way(random.one::<String>(&listed), way), true)
            }
            2 => (format!("{}-elsewhere", random.one(&listed)), false),
            _ => (miss, false),
        })
        .collect();
    let sieve = common::sieve(common::indicators(&[], &[], &listed));
    let mut own = sieve.matcher();
    let strings: HashSet<String> = listed.iter().cloned().collect();
    let parsed: HashSet<String> =
        listed.iter().map(|url| url::Url::parse(url).expect("a URL").as_str().to_owned()).collect();
    let mut lookups: Vec<Lookup<'_, &str>> = vec![
        ("netsieve", Box::new(move |url| own.is_match_url(url))),
        ("url 2.5 and a HashSet", Box::new(|url| url::Url::parse(url).is_ok_and(|url| parsed.contains(url.as_str())))),
        ("HashSet of strings", Box::new(|url| strings.contains(url))),
    ];
    let mut answers = Vec::new();
    for (name, lookup) in &mut lookups {
        let found: Vec<(bool, bool)> = queries.iter().map(|(query, right)| (lookup(query), *right)).collect();
        let count = |of: fn(&(bool, bool)) -> bool| found.iter().filter(|&pair| of(pair)).count() as u64;
        let all = Answers {
            expected: count(|&(_, right)| right),
            missed: count(|&(found, right)| right && !found),
            false_hits: count(|&(found, right)| found && !right),
        };
        answers.push(((*name).to_owned(), all));
    }
    let contenders = lookups
        .into_iter()
        .map(|(name, mut lookup)| {
            let queries = &queries;
            Contender::new(name, move || queries.iter().filter(|(url, _)| lookup(black_box(url))).count() as u64)
        })
        .collect();
    let outcomes = interleaved(contenders, crate::rounds(), 0.01, crate::clock::thread);
    record.rows("20,000 URLs", "lookups", QUERIES as u64, &outcomes, |who, row| {
        row.answers = answers.iter().find(|(name, _)| name == who).map(|&(_, answers)| answers);
    });
}
