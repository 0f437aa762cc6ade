//! Looks up real values in batches and in a loop: `cargo bench --all-features --bench lookup`, with `NETSIEVE_DATA`.
//!
//! The values are names from a DNS log, addresses from the networks in all logs, URLs made of these names and of the paths in a web log,
//! random hashes, mail addresses at these names, and all of them mixed. They are looked up in all real feeds, and in two million
//! indicators. Most values match nothing. Both ways take turns in one run, so that their ratio holds on a busy machine.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::Instant;

use netsieve::value::Column;

mod common;
#[path = "common/real.rs"]
#[allow(dead_code, reason = "the lines are for scans")]
mod real;

use common::Random;
use common::measure::{Contender, interleaved};

/// The number of values of each kind.
const VALUES: usize = 64 * 1024;

fn clock() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Draws [`VALUES`] times from the distinct texts.
fn drawn(random: &mut Random, from: impl IntoIterator<Item = String>) -> Vec<String> {
    let all: Vec<String> = from.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    (0..VALUES).map(|_| random.one(&all).clone()).collect()
}

/// The runs of characters for which `of` is true.
fn words(text: &str, of: fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |c| !of(c)).filter(|word| !word.is_empty())
}

fn values(data: &Path) -> Vec<(&'static str, Vec<String>)> {
    let mut random = Random::new(31);
    let logs = ["zeek-dns.log", "apache_access.log", "auth.log"];
    let [dns, web, auth] = logs
        .map(|log| String::from_utf8_lossy(&std::fs::read(data.join("logs").join(log)).expect("a log")).into_owned());
    let asked: Vec<String> = dns
        .lines()
        .filter_map(|line| line.split('\t').nth(9))
        .filter(|name| name.contains('.'))
        .map(str::to_owned)
        .collect();
    // The logs show few hosts, so draw hosts from their networks.
    let shown: BTreeSet<Ipv4Addr> = [&dns, &web, &auth]
        .into_iter()
        .flat_map(|log| words(log, |c| c.is_ascii_digit() || c == '.').filter_map(|word| word.parse().ok()))
        .collect();
    let shown: Vec<Ipv4Addr> = shown.into_iter().collect();
    let v4 = (0..VALUES)
        .map(|_| Ipv4Addr::from_bits(random.one(&shown).to_bits() ^ random.next() as u32 & 0xFFFF).to_string())
        .collect();
    let six: Vec<Ipv6Addr> = words(&dns, |c| c.is_ascii_hexdigit() || c == ':')
        .filter(|word| word.matches(':').count() > 2)
        .filter_map(|word| word.parse().ok())
        .collect();
    let v6 = (0..VALUES)
        .map(|_| Ipv6Addr::from_bits(random.one(&six).to_bits() ^ u128::from(random.next())).to_string())
        .collect();
    let paths: Vec<&str> =
        web.lines().filter_map(|line| line.split(' ').nth(6)).filter(|path| path.starts_with('/')).collect();
    let names = drawn(&mut random, asked);
    let urls: Vec<String> =
        names.iter().map(|name| format!("http{}://{name}{}", ["", "s"][random.below(2)], random.one(&paths))).collect();
    let hashes = (0..VALUES)
        .map(|_| format!("{:016x}{:016x}{:016x}{:016x}", random.next(), random.next(), random.next(), random.next()))
        .collect();
    let mails = names.iter().map(|name| format!("user{}@{name}", random.below(10_000))).collect();
    let mut all: Vec<(&str, Vec<String>)> = vec![
        ("names", names),
        ("IPv4 addresses", v4),
        ("IPv6 addresses", v6),
        ("URLs", urls),
        ("hashes", hashes),
        ("mail addresses", mails),
    ];
    let mixed = (0..VALUES).map(|n| all[n % all.len()].1[n].clone()).collect();
    all.push(("mixed", mixed));
    all
}

fn main() {
    let Some(data) = common::data() else { return };
    // A test only checks that this runs.
    let is_test = std::env::args().any(|arg| arg == "--test");
    let (rounds, sets) = if is_test { (1, 1..2) } else { (15, 1..3) };
    let values = values(&data);
    for (set, sieve) in &real::sets(&data)[sets] {
        for (kind, values) in &values {
            let mut found = sieve.matcher();
            // Many names of the log are listed: keep one in ten of them.
            let mut number = 0;
            let mut is_kept = |value: &&String| {
                number += usize::from(found.is_match_any(value));
                !found.is_match_any(value) || number % 10 == 0
            };
            let values: &Vec<String> = &values.iter().filter(&mut is_kept).cloned().collect();
            let [mut one, mut all, mut column] = [(); 3].map(|()| sieve.matcher());
            let (bytes, mut offsets) = (values.concat(), vec![0_i32]);
            values.iter().for_each(|value| offsets.push(offsets[offsets.len() - 1] + value.len() as i32));
            let outcomes = interleaved(
                vec![
                    Contender::new("a loop", || {
                        black_box(values).iter().filter(|value| one.is_match_any(value)).count() as u64
                    }),
                    Contender::new("a batch", || {
                        let mut found = 0;
                        all.lookup_batch(black_box(values), |_, _| found += 1);
                        found
                    }),
                    Contender::new("a column", || {
                        let mut found = 0;
                        let values = Column::new(black_box(bytes.as_bytes()), &offsets).expect("offsets");
                        column.lookup_batch(values, |_, _| found += 1);
                        found
                    }),
                ],
                rounds,
                0.04,
                clock,
            );
            let hits = values.iter().filter(|value| found.is_match_any(value)).count();
            println!("lookup/{set}, {} indicators/{kind}: {hits} of {} match", sieve.len(), values.len());
            for outcome in &outcomes {
                let ratio = outcome.times_faster_than(&outcomes[0]);
                println!(
                    "lookup/{set}/{kind}, {}: {:.1} ns, {:.2} ({:.2} to {:.2}) times as fast as a loop",
                    outcome.name,
                    outcome.seconds().median / values.len() as f64 * 1e9,
                    ratio.median,
                    ratio.low,
                    ratio.high
                );
            }
        }
    }
}
