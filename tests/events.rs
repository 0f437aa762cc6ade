//! Events over real messages of many products: what rates of normal names are right.
#![cfg(feature = "events")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use netsieve::event::{EcsName, EventOptions, EventReader, Value};
use serde_json::Value as Json;

fn data(path: &str) -> PathBuf {
    PathBuf::from(std::env::var_os("NETSIEVE_DATA").expect("NETSIEVE_DATA names the folder of real data")).join(path)
}

/// What became of an expected value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Right,
    Absent,
    Wrong,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    right: u32,
    absent: u32,
    wrong: u32,
}

impl Count {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Right => self.right += 1,
            Verdict::Absent => self.absent += 1,
            Verdict::Wrong => self.wrong += 1,
        }
    }

    fn all(&self) -> u32 {
        self.right + self.absent + self.wrong
    }

    fn rate(&self) -> f64 {
        f64::from(self.right) / f64::from(self.all().max(1))
    }
}

/// Day and time as digits: the parts that are compared where a year or zone is not logged.
fn judge(name: EcsName, found: Option<Value<'_>>, expected: &Json, year_logged: bool, zone_logged: bool) -> Verdict {
    let Some(found) = found else { return Verdict::Absent };
    let expected = match expected {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_right = match (name, found) {
        (EcsName::Timestamp, Value::Time(time)) => {
            let expected: jiff::Timestamp = expected.parse().unwrap();
            let apart = (time.timestamp().as_millisecond() - expected.as_millisecond()).abs();
            // Microseconds are rounded by some. Without a zone only minutes and seconds can be compared, without a year not the day.
            let (year, hour) = (365 * 86_400_000_i64, 3_600_000);
            match (year_logged, zone_logged) {
                _ if apart < 2 => true,
                (true, true) => false,
                (true, false) => apart <= 14 * hour && apart % (hour / 4) < 2,
                (false, _) => (apart + 43_200_000) % year < 10 * 86_400_000,
            }
        }
        (_, Value::Ip(ip)) => expected.parse() == Ok(ip),
        (_, found) => found.to_string() == expected,
    };
    if is_right { Verdict::Right } else { Verdict::Wrong }
}

#[test]
#[ignore = "needs real data: set NETSIEVE_DATA"]
fn most_of_what_products_say_is_read() {
    let text = std::fs::read_to_string(data("events/products.jsonl")).unwrap();
    let mut counts: BTreeMap<EcsName, Count> = BTreeMap::new();
    let shown = std::env::var("NETSIEVE_SHOW").unwrap_or_default();
    let mut options = EventOptions::default();
    options.year(2024);
    for line in text.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let message = row["message"].as_str().unwrap();
        // Each line by itself, as if of a file of its own.
        let mut reader = EventReader::new(&options);
        let event = reader.read(message.as_bytes());
        let time = event.time();
        for (name, expected) in row["expected"].as_object().unwrap() {
            let ecs = EcsName::parse(name).unwrap();
            let logged = time.map_or((true, true), |time| (time.year_logged(), time.zone_logged()));
            let verdict = judge(ecs, event.get(ecs), expected, logged.0, logged.1);
            counts.entry(ecs).or_default().add(verdict);
            if verdict != Verdict::Right && (shown == *name || shown == format!("{verdict:?}")) {
                println!(
                    "## {} {verdict:?} {name} = {expected} but {:?}",
                    row["product"],
                    event.get(ecs).map(|v| v.to_string())
                );
                println!("   {} {}", event.layout(), message.chars().take(1200).collect::<String>());
            }
        }
    }
    let mut all = Count::default();
    for (name, count) in &counts {
        println!(
            "{name:24} {:4} right {:5.1} %  absent {:4}  wrong {:4}",
            count.all(),
            100.0 * count.rate(),
            count.absent,
            count.wrong
        );
        all.right += count.right;
        all.absent += count.absent;
        all.wrong += count.wrong;
    }
    println!("{all:?} wrong {:.2} %", 100.0 * f64::from(all.wrong) / f64::from(all.all()));
}
