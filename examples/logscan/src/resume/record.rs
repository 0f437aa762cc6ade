//! The parts of the record in the file: logs, numbers and hashes.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use netsieve::ScanStats;
use serde_json::{Value, json};

use super::identity::{Identity, hash_of};
use crate::inputs::Log;

/// The version of the file's format, under its first key.
pub(super) const VERSION: u64 = 1;
pub(super) const KEY: &str = "netsieve_resume";

/// The first bytes of the file in every version.
pub(super) const START: &str = "{\"netsieve_resume\":";

/// The end of the file, with a hash over everything before it: a damaged record could lose hits unnoticed.
const SUM: &str = ",\"sum\":\"";
const END: &str = "\"}\n";

/// A record as the file holds it.
pub(super) fn sealed(record: &Value) -> String {
    let mut text = record.to_string();
    let sum = hash_of(text.as_bytes());
    assert_eq!(text.pop(), Some('}'), "a record is an object");
    text + SUM + &sum + END
}

/// Reads a record and checks its hash.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    if bytes.is_empty() {
        return Err("empty".to_owned());
    }
    let text = str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let (record, sum) = text.strip_suffix(END).and_then(|text| text.rsplit_once(SUM)).ok_or("cut off")?;
    let record = format!("{record}}}");
    if sum != hash_of(record.as_bytes()) {
        return Err("changed since it was written".to_owned());
    }
    let record: Value = serde_json::from_str(&record).map_err(|error| error.to_string())?;
    if record[KEY] == VERSION { Ok(record) } else { Err(format!("not version {VERSION}")) }
}

/// Reads a number that leaves room for additions.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().filter(|&number| i64::try_from(number).is_ok())
}

/// A log, and how far the scan has come with it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    /// The file within an archive.
    pub(super) member: String,
    pub(super) identity: Identity,
    /// The number of hits that were delivered.
    pub(super) hits: u64,
    pub(super) is_done: bool,
    /// For a log that is done, the reason why it was not read completely, if so.
    pub(super) why: Option<String>,
}

/// The logs of a run by number. Each has an entry once it has been opened.
#[derive(Clone, Default)]
pub(crate) struct Entries(Arc<Mutex<Vec<Option<Entry>>>>);

impl Entries {
    pub(super) fn get(&self) -> MutexGuard<'_, Vec<Option<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, entries: Vec<Option<Entry>>) {
        *self.get() = entries;
    }

    /// Notes the identity of a log right before it is opened. If that fails, opening the log will report why.
    pub(crate) fn opens(&self, input: usize, log: &Log) {
        let Some(identity) = log.path.as_deref().and_then(|path| Identity::of(path).ok()) else { return };
        let entry = &mut self.get()[input];
        let hits = entry.as_ref().map_or(0, |entry| entry.hits);
        let name = log.name.clone();
        *entry = Some(Entry { name, member: member(log), identity, hits, is_done: false, why: None });
    }
}

impl Entry {
    pub(super) fn write(&self) -> Value {
        let Identity { size, modified, head, tail } = &self.identity;
        json!({
            "name": self.name, "member": self.member, "size": size, "modified": modified.to_string(), "head": head, "tail": tail,
            "hits": self.hits, "done": self.is_done, "why": self.why,
        })
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let identity = Identity {
            size: number(&value["size"])?,
            modified: text("modified")?.parse().ok()?,
            head: text("head")?,
            tail: text("tail")?,
        };
        let (name, member, why) = (text("name")?, text("member")?, text("why"));
        let (hits, is_done) = (number(&value["hits"])?, value["done"].as_bool()?);
        Some(Self { name, member, identity, hits, is_done, why })
    }
}

/// The name of a log within its archive; empty for a plain file.
pub(super) fn member(log: &Log) -> String {
    log.member.as_ref().map_or(String::new(), |member| member.name().to_string())
}

/// The numbers of a scan, in the order of the file.
const NUMBERS: [fn(&mut ScanStats) -> &mut u64; 13] = [
    |stats| &mut stats.bytes,
    |stats| &mut stats.observables,
    |stats| &mut stats.words,
    |stats| &mut stats.hits,
    |stats| &mut stats.matches,
    |stats| &mut stats.undated,
    |stats| &mut stats.withheld.port_unseen,
    |stats| &mut stats.withheld.name_like,
    |stats| &mut stats.withheld.host_only,
    |stats| &mut stats.withheld.other_port,
    |stats| &mut stats.withheld.outside,
    |stats| &mut stats.withheld.allowed,
    |stats| &mut stats.withheld.filtered,
];

pub(super) fn numbers_of(stats: &ScanStats) -> Vec<u64> {
    let mut stats = *stats;
    NUMBERS.iter().map(|number| *number(&mut stats)).collect()
}

pub(super) fn stats_of(numbers: &Value) -> Option<ScanStats> {
    let numbers = numbers.as_array().filter(|numbers| numbers.len() == NUMBERS.len())?;
    let mut stats = ScanStats::default();
    for (place, value) in NUMBERS.iter().zip(numbers) {
        *place(&mut stats) = number(value)?;
    }
    Some(stats)
}

/// The error of a record that cannot be read.
pub(super) fn damaged(name: &str, why: impl Display) -> String {
    format!("{name}: damaged ({why}): remove it to scan everything again")
}

/// The elements of a list. Empty if the value is not a list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_or_not_at_all() {
        let record = json!({KEY: VERSION, "pairs": 7, "logs": [{"name": "a\u{202e}\u{0},\"sum\":\""}], "as_of": null});
        let text = sealed(&record);
        assert!(text.starts_with(START));
        assert_eq!(read(text.as_bytes()), Ok(record));
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            assert!(read(&changed).is_err() && read(&text.as_bytes()[..at]).is_err(), "{at}");
        }
        assert!(read(sealed(&json!({KEY: VERSION + 1})).as_bytes()).is_err());
    }

    #[test]
    fn numbers_come_back() {
        let numbers: Vec<u64> = (1..=NUMBERS.len() as u64).collect();
        let stats = stats_of(&json!(numbers)).unwrap();
        assert_eq!(numbers_of(&stats), numbers);
        // No number is lost.
        let mut others = stats;
        others.bytes += 1;
        assert_ne!(numbers_of(&others), numbers);
        for damaged in [
            json!(null),
            json!([1]),
            json!(vec![u64::MAX; NUMBERS.len()]),
            json!(vec![-1; NUMBERS.len()]),
            json!(vec!["x"; NUMBERS.len()]),
        ] {
            assert!(stats_of(&damaged).is_none(), "{damaged}");
        }
    }
}
