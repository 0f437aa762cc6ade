//! Is a name listed, or one that it is beneath? 20,000 and 200,000 names; one lookup in ten a hit, half of those beneath.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use matchy::{Database, DatabaseBuilder, MatchMode};
use netsieve::MatchOptions;

use crate::common::measure::{Contender, interleaved};
use crate::common::{self, Random};
use crate::record::{Answers, Lookup, Record};

const QUERIES: usize = 16 * 1024;

/// The labels from right to left, each with its dot, as an ordered set is asked for a name and its parents.
fn reversed(name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len() + 1);
    for label in name.rsplit('.') {
        out.extend_from_slice(label.as_bytes());
        out.push(b'.');
    }
    out
}

fn walk(set: &HashSet<String>, name: &str) -> bool {
    let mut rest = Some(name);
    while let Some(name) = rest {
        if set.contains(name) {
            return true;
        }
        rest = name.split_once('.').map(|(_, parent)| parent);
    }
    false
}

/// Walks an automaton of reversed names from the top-level domain on: a final state at a dot is a listed name.
fn fst_walk(set: &fst::Set<Vec<u8>>, name: &str) -> bool {
    let fst = set.as_fst();
    let mut node = fst.root();
    for label in name.rsplit('.') {
        for &byte in label.as_bytes().iter().chain(b".") {
            let Some(at) = node.find_input(byte) else { return false };
            node = fst.node(node.transition(at).addr);
        }
        if node.is_final() {
            return true;
        }
    }
    false
}

/// A node for each label: the children by their labels, and whether a listed name ends here.
#[derive(Default)]
struct Node {
    children: HashMap<Box<str>, usize>,
    is_listed: bool,
}

fn trie(names: &[String]) -> Vec<Node> {
    let mut nodes = vec![Node::default()];
    for name in names {
        let mut at = 0;
        for label in name.rsplit('.') {
            let next = nodes.len();
            at = *nodes[at].children.entry(label.into()).or_insert(next);
            if at == next {
                nodes.push(Node::default());
            }
        }
        nodes[at].is_listed = true;
    }
    nodes
}

fn trie_walk(nodes: &[Node], name: &str) -> bool {
    let mut at = 0;
    for label in name.rsplit('.') {
        let Some(&next) = nodes[at].children.get(label) else { return false };
        if nodes[next].is_listed {
            return true;
        }
        at = next;
    }
    false
}

pub fn run(record: &mut Record) {
    for n in [20_000, 200_000] {
        work(record, n);
    }
}

fn work(record: &mut Record, n: usize) {
    let names = common::listed_names(n);
    let clean = common::clean_names(QUERIES);
    let mut random = Random::new(30);
    let queries: Vec<(String, bool)> = clean
        .into_iter()
        .map(|clean| match random.below(20) {
            0 => (random.one(&names).clone(), true),
            1 => (format!("cdn.{}", random.one(&names)), true),
            _ => (clean, false),
        })
        .collect();
    let sieve = common::sieve(common::indicators(&[], &names, &[]));
    let (mut own, mut own_all) = (sieve.matcher(&MatchOptions::default()), sieve.matcher(&MatchOptions::default()));
    let set: HashSet<String> = names.iter().cloned().collect();
    let mut keys: Vec<Vec<u8>> = names.iter().map(|name| reversed(name)).collect();
    keys.sort();
    let fst = fst::Set::from_iter(keys).expect("sorted keys");
    let trie = trie(&names);
    // Names beneath are globs to it, and are not fast at 200,000.
    let database = (n <= 20_000).then(|| {
        let mut builder = DatabaseBuilder::new(MatchMode::CaseInsensitive);
        for name in &names {
            builder.add_literal(name, std::collections::HashMap::new()).expect("a name");
            builder.add_glob(&format!("*.{name}"), std::collections::HashMap::new()).expect("a glob");
        }
        Database::from_bytes_builder(builder.build().expect("a database")).no_cache().open().expect("a database")
    });
    let mut lookups: Vec<Lookup<'_, &str>> = vec![
        ("netsieve, is it listed", Box::new(move |name| own.is_match_domain(name, None))),
        ("netsieve, all that lists it", Box::new(move |name| !own_all.match_domain(name, None).is_empty())),
        ("HashSet, asked for all parents", Box::new(|name| walk(&set, name))),
        ("fst 0.4, of reversed labels", Box::new(|name| fst_walk(&fst, name))),
        ("a trie of labels", Box::new(|name| trie_walk(&trie, name))),
    ];
    if let Some(database) = &database {
        lookups.push((
            "matchy 2.0, exact and *.",
            Box::new(|name| matches!(database.lookup_string(name), Ok(Some(matchy::QueryResult::Pattern { .. })))),
        ));
    }
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
            Contender::new(name, move || queries.iter().filter(|(name, _)| lookup(black_box(name))).count() as u64)
        })
        .collect();
    let outcomes = interleaved(contenders, crate::rounds(), 0.01, crate::clock::thread);
    let what = format!("{} names and what is beneath", crate::tables::count(n));
    record.rows(&what, "lookups", QUERIES as u64, &outcomes, |who, row| {
        row.answers = answers.iter().find(|(name, _)| name == who).map(|&(_, answers)| answers);
    });
}
