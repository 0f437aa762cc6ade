//! Is a name, or one of its parents, listed? Sets of 20,000 to 1.5 million names. Three kinds of lookups: one in ten
//! hits, half of those under a listed name; none hits; and all hit, with more names than the caches hold, listed or
//! under a listed one.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use boomphf::Mphf;
use matchy::{Database, DatabaseBuilder, MatchMode, QueryResult};
use netsieve::Matcher;

use crate::common::measure::{Contender, interleaved};
use crate::common::{self, Random};
use crate::record::{Answers, Record};

const QUERIES: usize = 16 * 1024;

/// The labels from right to left, each with its dot, as a key for an ordered set of names and their parents.
fn reversed(name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len() + 1);
    for label in name.rsplit('.') {
        out.extend_from_slice(label.as_bytes());
        out.push(b'.');
    }
    out
}

/// Walks an automaton of reversed names, from the top-level domain on. A final state at a dot is a listed name.
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

/// A node of a trie of labels: its children, and true if a listed name ends here.
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

/// A perfect hash that numbers the names, and the names by number. Other texts may get any number.
struct Perfect {
    hash: Mphf<String>,
    names: Vec<String>,
}

impl Perfect {
    fn new(listed: &[String]) -> Self {
        let hash = Mphf::new(1.7, listed);
        let mut names = vec![String::new(); listed.len()];
        for name in listed {
            names[hash.hash(name) as usize].clone_from(name);
        }
        Self { hash, names }
    }

    fn walk(&self, name: &str) -> bool {
        let mut rest = Some(name);
        while let Some(name) = rest {
            if self.hash.try_hash(name).is_some_and(|at| self.names[at as usize] == name) {
                return true;
            }
            rest = name.split_once('.').map(|(_, parent)| parent);
        }
        false
    }
}

/// The kind of queries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// One in ten hits, half of these under a listed name.
    Tenth,
    None,
    Listed,
    Beneath,
}

pub fn run(record: &mut Record) {
    work(record, 20_000, &[Asked::Tenth, Asked::None]);
    work(record, 200_000, &[Asked::Tenth, Asked::None, Asked::Listed, Asked::Beneath]);
    work(record, 1_500_000, &[Asked::Tenth, Asked::None, Asked::Listed, Asked::Beneath]);
}

fn queries(names: &[String], asked: Asked) -> Vec<(String, bool)> {
    let mut random = Random::new(30);
    let query = |clean| {
        let listed = random.one(names).clone();
        match (asked, random.below(20)) {
            (Asked::Tenth, 0) | (Asked::Listed, _) => (listed, true),
            (Asked::Tenth, 1) | (Asked::Beneath, _) => (format!("cdn.{listed}"), true),
            _ => (clean, false),
        }
    };
    common::clean_names(QUERIES).into_iter().map(query).collect()
}

fn work(record: &mut Record, n: usize, all: &[Asked]) {
    let names = common::listed_names(n);
    let sieve = common::sieve(common::indicators(&[], &names, &[]));
    let set: HashSet<String> = names.iter().cloned().collect();
    let mut keys: Vec<Vec<u8>> = names.iter().map(|name| reversed(name)).collect();
    keys.sort();
    let fst = fst::Set::from_iter(keys).expect("sorted keys");
    let trie = trie(&names);
    let perfect = Perfect::new(&names);
    // It needs globs for names under a listed one, and is slow with 200,000 of them.
    let database = (n <= 20_000).then(|| {
        let mut builder = DatabaseBuilder::new(MatchMode::CaseInsensitive);
        for name in &names {
            builder.add_literal(name, HashMap::new()).expect("a name");
            builder.add_glob(&format!("*.{name}"), HashMap::new()).expect("a glob");
        }
        Database::from_bytes_builder(builder.build().expect("a database")).no_cache().open().expect("a database")
    });
    for &asked in all {
        let queries = queries(&names, asked);
        let what = match asked {
            Asked::Tenth => "one lookup in ten a hit",
            Asked::None => "no lookup a hit",
            Asked::Listed => "all lookups of listed names",
            Asked::Beneath => "all lookups beneath listed names",
        };
        let what = format!("{} names and what is beneath, {what}", crate::tables::count(n));
        let [mut own, mut own_all, mut own_batches] = [(); 3].map(|()| sieve.matcher());
        let mut compared = Compared::of(&queries);
        compared.add("netsieve, is it listed", |name| own.is_match_domain(name, None));
        compared.add("netsieve, all that lists it", |name| !own_all.match_domain(name, None).is_empty());
        compared.add_batches("netsieve, is it listed, in batches", &mut own_batches);
        compared.add("HashSet, asked for all parents", |name| common::holds_any_parent(&set, name));
        compared.add("fst 0.4, of reversed labels", |name| fst_walk(&fst, name));
        compared.add("a trie of labels", |name| trie_walk(&trie, name));
        compared.add("boomphf 0.6, asked for all parents", |name| perfect.walk(name));
        if let Some(database) = &database {
            compared.add("matchy 2.0, exact and *.", |name| {
                matches!(database.lookup_string(name), Ok(Some(QueryResult::Pattern { .. })))
            });
        }
        compared.run(record, &what);
    }
}

/// Contenders that look up the same names, with their answers.
struct Compared<'c> {
    queries: &'c [(String, bool)],
    contenders: Vec<Contender<'c>>,
    answers: Vec<Answers>,
}

impl<'c> Compared<'c> {
    fn of(queries: &'c [(String, bool)]) -> Self {
        Self { queries, contenders: Vec::new(), answers: Vec::new() }
    }

    /// Adds a contender that looks up one name at a time, and judges its answers.
    fn add(&mut self, who: &str, mut lookup: impl FnMut(&str) -> bool + 'c) {
        let queries = self.queries;
        let found: Vec<bool> = queries.iter().map(|(name, _)| lookup(name)).collect();
        self.judge(&found);
        let count = move || queries.iter().filter(|(name, _)| lookup(black_box(name))).count() as u64;
        self.contenders.push(Contender::new(who, count));
    }

    /// Adds a matcher that looks them up in batches.
    fn add_batches(&mut self, who: &str, matcher: &'c mut Matcher) {
        let names: Vec<&str> = self.queries.iter().map(|(name, _)| name.as_str()).collect();
        let mut found = Vec::new();
        matcher.is_match_domains(&names, None, &mut found);
        self.judge(&found);
        let count = move || {
            matcher.is_match_domains(black_box(&names), None, &mut found);
            found.iter().filter(|&&found| found).count() as u64
        };
        self.contenders.push(Contender::new(who, count));
    }

    fn judge(&mut self, found: &[bool]) {
        let count = |is: fn(bool, bool) -> bool| {
            self.queries.iter().zip(found).filter(|&((_, right), &found)| is(found, *right)).count() as u64
        };
        self.answers.push(Answers {
            expected: count(|_, right| right),
            missed: count(|found, right| right && !found),
            false_hits: count(|found, right| found && !right),
        });
    }

    /// Times all contenders and compares them with the first.
    fn run(self, record: &mut Record, what: &str) {
        let names: Vec<String> = self.contenders.iter().map(|contender| contender.name.clone()).collect();
        let outcomes = interleaved(self.contenders, crate::rounds(), 0.01, crate::clock::thread);
        record.rows(what, "lookups", QUERIES as u64, &outcomes, |who, row| {
            row.answers = names.iter().zip(&self.answers).find(|(name, _)| *name == who).map(|(_, &answers)| answers);
        });
    }
}
