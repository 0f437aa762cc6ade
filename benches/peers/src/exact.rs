//! Hashes and mail addresses, beside all else: scans the labelled log, and a log with one of them in every eighth line.

use std::collections::BTreeSet;

use netsieve::value::FileHash;
use netsieve::{Indicator, Scanner};

use crate::common::measure::{Contender, interleaved};
use crate::common::{self, Planted, Random};
use crate::judge::{Lines, judge, labelled, lines};
use crate::record::Record;
use crate::scan::{Search, matchy, matchy_keys, matchy_search, netsieve};
use crate::tables::count;

/// Listed hosts, names, hashes and mail addresses, each.
const LISTED: usize = 10_000;

fn hash(random: &mut Random) -> FileHash {
    let bytes: Vec<u8> = (0..4).flat_map(|_| random.next().to_le_bytes()).collect();
    FileHash::from_bytes(&bytes[..*random.one(&[16, 20, 32])]).expect("a length")
}

fn mail(random: &mut Random, name: &str) -> String {
    format!("user{}.{name}@mail{}.com", random.below(100_000), random.below(100))
}

/// The listed values in lower case.
struct Listed {
    hashes: Vec<String>,
    mails: Vec<String>,
}

impl Listed {
    fn new(random: &mut Random) -> Self {
        let hashes = (0..LISTED).map(|_| hash(random).to_string()).collect();
        let mails = (0..LISTED).map(|_| mail(random, "listed")).collect();
        Self { hashes, mails }
    }

    fn indicators(&self) -> impl Iterator<Item = Indicator> {
        let hashes = self.hashes.iter().map(|hash| Indicator::Hash(hash.parse().expect("a hash")));
        hashes.chain(self.mails.iter().map(|mail| Indicator::Email(mail.parse().expect("an address"))))
    }

    /// A value in the form of a log, and whether it is listed.
    fn show(&self, random: &mut Random) -> (String, bool) {
        let (listed, sender) = (random.one(&self.hashes).clone(), random.one(&self.mails).clone());
        match random.below(48) {
            0 => (format!("hash {listed}"), true),
            1 => (format!("hash={}", listed.to_uppercase()), true),
            2 => (format!("from=<{sender}>"), true),
            3 => (format!("mailto:{}", sender.to_uppercase()), true),
            4 => (format!("hash={listed}0"), false),
            5 => (format!("from=<x{sender}>"), false),
            n if n % 2 == 0 => (format!("hash={}", hash(random)), false),
            _ => (format!("from=<{}>", mail(random, "other")), false),
        }
    }

    /// The log with a value after every eighth line, and the lines with a listed one.
    fn log(&self, random: &mut Random) -> (Vec<u8>, BTreeSet<u64>) {
        let clean = common::corpus(16 << 20, &Planted { hosts: &[], names: &[], rate: 0 });
        let (mut text, mut hits) = (Vec::with_capacity(clean.text.len() * 5 / 4), BTreeSet::new());
        for (line, number) in clean.text.split_inclusive(|&b| b == b'\n').zip(1_u64..) {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            text.extend_from_slice(line);
            if number % 8 == 0 {
                let (shown, is_listed) = self.show(random);
                text.push(b' ');
                text.extend_from_slice(shown.as_bytes());
                hits.extend(is_listed.then_some(number));
            }
            text.push(b'\n');
        }
        (text, hits)
    }
}

pub fn run(record: &mut Record) {
    let labelled = labelled();
    let searches = [netsieve(Scanner::new(&labelled.sieve())), matchy_search(matchy(&matchy_keys(&labelled)), true)];
    let what = format!("{} indicators of all kinds, labelled log", count(labelled.feeds[0].len()));
    compare(record, &what, &labelled.text, &lines(&labelled, |_| true), searches);
    every_eighth_line(record);
}

fn every_eighth_line(record: &mut Record) {
    let mut random = Random::new(80);
    let listed = Listed::new(&mut random);
    let (text, want) = listed.log(&mut random);
    let (hosts, names) = (common::listed_hosts(LISTED), common::listed_names(LISTED));
    let others = common::indicators(&hosts, &names, &[]).into_iter();
    let sieve = common::sieve(others.chain(listed.indicators()).collect());
    // matchy gets exact names only: it takes minutes to compile so many globs.
    let hosts = hosts.iter().map(ToString::to_string);
    let keys: Vec<String> = hosts.chain(names).chain(listed.hashes).chain(listed.mails).collect();
    let searches = [netsieve(Scanner::new(&sieve)), matchy_search(matchy(&keys), true)];
    let what = format!(
        "{} indicators, half hashes and mail addresses, one in every eighth line of the log",
        count(4 * LISTED)
    );
    compare(record, &what, &text, &want, searches);
}

/// Compares netsieve, which must be right, with matchy.
fn compare(record: &mut Record, what: &str, text: &[u8], want: &BTreeSet<u64>, mut searches: [Search<'static>; 2]) {
    const NAMES: [&str; 2] = ["netsieve", "matchy 2.0, its extractor"];
    let places = Lines::of(text);
    let answers = searches.each_mut().map(|search| {
        let mut found = BTreeSet::new();
        search(text, &mut |at| {
            found.insert(places.line(at));
        });
        judge(want, &found)
    });
    assert_eq!((answers[0].missed, answers[0].false_hits), (0, 0), "netsieve");
    let contenders = NAMES.into_iter().zip(searches);
    let contenders = contenders.map(|(name, mut search)| Contender::new(name, move || search(text, &mut |_| {})));
    let outcomes = interleaved(contenders.collect(), crate::rounds(), 0.05, crate::clock::thread);
    let what = format!("{what}, {:.0} MB", text.len() as f64 / 1e6);
    record.rows(&what, "bytes", text.len() as u64, &outcomes, |who, row| {
        row.answers = Some(answers[usize::from(who != NAMES[0])]);
    });
}
