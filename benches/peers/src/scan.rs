//! Scans one log in memory on one thread: speed and accuracy on the labelled log, and then speed alone with more indicators.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use daachorse::DoubleArrayAhoCorasick;
use matchy::extractor::Extractor;
use matchy::{Database, DatabaseBuilder, MatchMode, QueryResult};
use netsieve::{Indicator, Scanner, Scope};

use crate::common::labelled::Labelled;
use crate::common::measure::{Contender, interleaved};
use crate::common::{self, Planted};
use crate::judge::{Lines, judge, labelled, lines, literals, stands_alone};
use crate::record::{Answers, Record};

/// Scans a log, calls the function with the offset of each match, and returns the number of matches.
pub type Search<'s> = Box<dyn FnMut(&[u8], &mut dyn FnMut(usize)) -> u64 + 's>;

pub fn run(record: &mut Record) {
    on_labelled(record);
    for half in if common::is_full() { &[100_000, 925_000][..] } else { &[100_000] } {
        larger(record, *half);
    }
}

pub fn netsieve(mut scanner: Scanner) -> Search<'static> {
    Box::new(move |text, each| {
        let stats = scanner.scan(text, |hit| {
            each(hit.span().start as usize);
            ControlFlow::Continue(())
        });
        stats.hits
    })
}

fn aho_corasick(texts: &[String], kind: AhoCorasickKind) -> Option<AhoCorasick> {
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(kind)).build(texts).ok()
}

/// The keys for matchy: everything except URLs with a path, which it does not search for. Names with scope `Subdomains`
/// or `Suffix` are globs.
pub fn matchy_keys(labelled: &Labelled) -> Vec<String> {
    let mut keys = Vec::new();
    for indicator in &labelled.feeds[0] {
        match indicator {
            Indicator::Ip { net, .. } => keys.push(net.to_string()),
            Indicator::IpRange { first, last, .. } => {
                if let (std::net::IpAddr::V4(first), std::net::IpAddr::V4(last)) = (first, last) {
                    keys.extend(ipnet::Ipv4Subnets::new(*first, *last, 0).map(|net| net.to_string()));
                }
            }
            Indicator::Domain { name, scope, .. } => {
                if *scope != Scope::Subdomains {
                    keys.push(name.to_string());
                }
                if *scope != Scope::Exact {
                    keys.push(format!("*.{name}"));
                }
            }
            Indicator::Hash(hash) => keys.push(hash.to_string()),
            Indicator::Email(address) => keys.push(address.to_string()),
            Indicator::Url { url, .. } if url.view().path() == "/" => keys.push(url.view().host().to_string()),
            _ => {}
        }
    }
    keys
}

pub fn matchy(keys: &[String]) -> Database {
    let mut builder = DatabaseBuilder::new(MatchMode::CaseInsensitive);
    for key in keys {
        builder.add_entry(key, std::collections::HashMap::new()).expect("an entry");
    }
    Database::from_bytes_builder(builder.build().expect("a database")).open().expect("a database")
}

/// Like its own command, it skips kinds without entries.
pub fn matchy_search(database: Database, has_hashes_and_mails: bool) -> Search<'static> {
    let extractor = Extractor::builder()
        .extract_emails(has_hashes_and_mails)
        .extract_hashes(has_hashes_and_mails)
        .extract_bitcoin(false)
        .extract_ethereum(false)
        .extract_monero(false)
        .build()
        .expect("an extractor");
    Box::new(move |text, each| {
        let mut count = 0;
        // In pieces that end at line ends. Its speed does not depend on that.
        let mut at = 0;
        while at < text.len() {
            let most = (at + (128 << 10)).min(text.len());
            let end = memchr::memrchr(b'\n', &text[at..most]).map_or(most, |end| at + end + 1);
            let piece = &text[at..end];
            for item in extractor.extract_from_chunk(piece) {
                let found = database.lookup_extracted(&item, piece);
                if matches!(found, Ok(Some(QueryResult::Ip { .. } | QueryResult::Pattern { .. }))) {
                    each(at + item.span.0);
                    count += 1;
                }
            }
            at = end;
        }
        count
    })
}

fn on_labelled(record: &mut Record) {
    let labelled = labelled();
    let text = &labelled.text;
    let want = lines(&labelled, |_| true);
    let texts = literals(&labelled);
    let mut searches: Vec<(String, Search<'_>)> = vec![("netsieve".into(), netsieve(Scanner::new(&labelled.sieve())))];
    searches.push(("matchy 2.0, its extractor".into(), matchy_search(matchy(&matchy_keys(&labelled)), true)));
    for (name, kind) in [("NFA", AhoCorasickKind::ContiguousNFA), ("DFA", AhoCorasickKind::DFA)] {
        let Some(automaton) = aho_corasick(&texts, kind) else { continue };
        searches.push((
            format!("aho-corasick 1.1, {name}"),
            Box::new(move |text, each| automaton.find_iter(text).map(|found| each(found.start())).count() as u64),
        ));
    }
    let automaton = aho_corasick(&texts, AhoCorasickKind::DFA).expect("a small automaton");
    searches.push((
        "aho-corasick 1.1, DFA, ends looked at".into(),
        Box::new(move |text, each| {
            let alone = |found: &aho_corasick::Match| stands_alone(text, found.start(), found.end());
            automaton.find_overlapping_iter(text).filter(alone).map(|found| each(found.start())).count() as u64
        }),
    ));
    let distinct: BTreeSet<&String> = texts.iter().collect();
    let array: DoubleArrayAhoCorasick<u32> = DoubleArrayAhoCorasick::new(&distinct).expect("an automaton");
    searches.push((
        "daachorse 5.1".into(),
        Box::new(move |text, each| array.find_iter(text).map(|found| each(found.start())).count() as u64),
    ));
    #[cfg(vectorscan)]
    match crate::vectorscan::Literals::new(&texts) {
        Ok(mut literals) => searches.push((
            format!("Vectorscan {}, literals", crate::vectorscan::version()),
            Box::new(move |text, each| literals.scan(text, &mut |_, start, _| each(start))),
        )),
        Err(error) => println!("Vectorscan is left out: {error}"),
    }
    #[cfg(not(vectorscan))]
    println!("Vectorscan is left out: it was not installed when this was built (see benches/peers/install)");

    let places = Lines::of(text);
    let answers: Vec<(String, Answers)> = searches
        .iter_mut()
        .map(|(name, search)| {
            let mut found = BTreeSet::new();
            search(text, &mut |at| {
                found.insert(places.line(at));
            });
            (name.clone(), judge(&want, &found))
        })
        .collect();
    // The contender that the others are compared with must be right.
    assert_eq!((answers[0].1.missed, answers[0].1.false_hits), (0, 0), "netsieve");
    let mut contenders: Vec<Contender<'_>> = searches
        .into_iter()
        .map(|(name, mut search)| Contender::new(name, move || search(text, &mut |_| {})))
        .collect();
    contenders.push(Contender::new("memchr, counting newlines", || memchr::memchr_iter(b'\n', text).count() as u64));
    let outcomes = interleaved(contenders, crate::rounds(), 0.05, crate::clock::thread);
    let what = format!(
        "{} indicators, labelled log of {:.0} MB",
        crate::tables::count(labelled.feeds[0].len()),
        text.len() as f64 / 1e6
    );
    record.rows(&what, "bytes", text.len() as u64, &outcomes, |who, row| {
        row.answers = answers.iter().find(|(name, _)| name == who).map(|&(_, answers)| answers);
    });
}

fn larger(record: &mut Record, half: usize) {
    let (hosts, names) = (common::listed_hosts(half), common::listed_names(half));
    let corpus = common::corpus(32 << 20, &Planted { hosts: &hosts, names: &names, rate: 7 });
    let text = &corpus.text;
    let texts: Vec<String> = hosts.iter().map(ToString::to_string).chain(names.iter().cloned()).collect();
    let sieve = common::sieve(common::indicators(&hosts, &names, &[]));
    let mut searches: Vec<(String, Search<'_>)> = vec![("netsieve".into(), netsieve(Scanner::new(&sieve)))];
    if let Some(automaton) = aho_corasick(&texts, AhoCorasickKind::ContiguousNFA) {
        searches.push((
            "aho-corasick 1.1, NFA".into(),
            Box::new(move |text, each| automaton.find_iter(text).map(|found| each(found.start())).count() as u64),
        ));
    }
    let array: DoubleArrayAhoCorasick<u32> = DoubleArrayAhoCorasick::new(&texts).expect("an automaton");
    searches.push((
        "daachorse 5.1".into(),
        Box::new(move |text, each| array.find_iter(text).map(|found| each(found.start())).count() as u64),
    ));
    // Exact names only: it would take minutes to compile so many globs.
    let database = matchy(&texts);
    searches.push(("matchy 2.0, exact names only".into(), matchy_search(database, false)));
    // It takes 99 s to compile 1.85 million literals.
    #[cfg(vectorscan)]
    if half <= 100_000 {
        let mut literals = crate::vectorscan::Literals::new(&texts).expect("a database");
        searches.push((
            format!("Vectorscan {}, literals", crate::vectorscan::version()),
            Box::new(move |text, each| literals.scan(text, &mut |_, start, _| each(start))),
        ));
    }
    let contenders: Vec<Contender<'_>> = searches
        .into_iter()
        .map(|(name, mut search)| Contender::new(name, move || search(text, &mut |_| {})))
        .collect();
    let outcomes = interleaved(contenders, crate::rounds().min(5), 0.05, crate::clock::thread);
    assert_eq!(outcomes[0].answer, corpus.hits, "netsieve");
    let what = format!("{} indicators, log of {:.0} MB", crate::tables::count(2 * half), text.len() as f64 / 1e6);
    record.rows(&what, "bytes", text.len() as u64, &outcomes, |_, _| {});
}
