//! The hits that earlier runs have reported, so that the next run does not report them again, and the sizes of their feeds, so that a
//! truncated feed is seen.
//!
//! A hit is identified by a hash of its log line, its place in the line, and its indicators, so that the log may be renamed. The file is
//! locked by the run that uses it, written completely or not at all, and forgets hits that were not met for a while.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use netsieve::Hit;
use netsieve::render::Escaped;
use xxhash_rust::xxh3::Xxh3;

use crate::place;
use crate::sizes::Sizes;
use crate::summary::{counted, thousands};

/// The first line of a file.
const HEAD: &str = "netsieve-state 1";

/// What precedes the size and the name of a feed.
const FEED: &str = "feed ";

/// The length of a hash in bytes.
pub(crate) const KEY: usize = 16;

pub(crate) struct State {
    path: PathBuf,
    /// Held as long as the state exists.
    _lock: File,
    /// The hits of earlier runs, and the day when each was last met, counted from 1970.
    known: HashMap<[u8; KEY], i64>,
    /// The hits that this run reports.
    new: HashSet<[u8; KEY]>,
    today: i64,
    keep: i64,
    most: usize,
    suppressed: u64,
    /// The sizes of the feeds of this run, or of the last run that had any.
    sizes: Sizes,
}

/// The hash of a hit.
pub(crate) fn key(hit: &Hit<'_>) -> [u8; KEY] {
    let mut hash = Xxh3::new();
    hash.update(hit.line_text());
    hash.update(&(hit.offset_in_line() as u64).to_le_bytes());
    hash.update(hit.observed());
    for matched in hit.matches().iter() {
        hash.update(matched.indicator().to_string().as_bytes());
        hash.update(b"\0");
    }
    hash.digest128().to_le_bytes()
}

impl State {
    /// Locks and reads the file, which need not exist yet.
    pub(crate) fn open(path: &Path, keep_days: u16, most: u32) -> Result<Self, String> {
        Self::open_on(Timestamp::now().as_second().div_euclid(86_400), path, keep_days, most)
    }

    /// Opens the file on a day, counted from 1970.
    fn open_on(today: i64, path: &Path, keep_days: u16, most: u32) -> Result<Self, String> {
        let name = Escaped::new(&*netsieve::shown_path(path)).to_string();
        let said = |error: io::Error| format!("{name}: {error}");
        place::is_ours(path, HEAD.as_bytes(), "--state")?;
        let lock = place::lock(path)?;
        let (known, sizes) = match fs::read_to_string(path) {
            Ok(text) => read(&text, today)
                .map_err(|why| format!("{name}: damaged ({why}): restore it, or remove it to report all hits again"))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Default::default(),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(format!("{name}: damaged (not text): restore it, or remove it to report all hits again"));
            }
            Err(error) => return Err(said(error)),
        };
        let (keep, most) = (keep_days.into(), most as usize);
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
            known,
            new: HashSet::new(),
            today,
            keep,
            most,
            suppressed: 0,
            sizes,
        })
    }

    /// Returns true if an earlier run has reported the hit. In any case, notes that it was met today.
    pub(crate) fn has(&mut self, key: [u8; KEY]) -> bool {
        let is_known = self.meet(key);
        self.suppressed += u64::from(is_known);
        is_known
    }

    /// Notes that a hit was met, without counting it as suppressed. Returns true if an earlier run has reported it.
    pub(crate) fn meet(&mut self, key: [u8; KEY]) -> bool {
        match self.known.get_mut(&key) {
            Some(day) => {
                *day = self.today;
                true
            }
            None => {
                self.new.insert(key);
                false
            }
        }
    }

    /// The hits that this run has met, for a run that continues it.
    pub(crate) fn met(&self) -> impl Iterator<Item = &[u8; KEY]> {
        let known = self.known.iter().filter(|(_, day)| **day == self.today).map(|(key, _)| key);
        self.new.iter().chain(known)
    }

    /// The sizes that the feeds had in the last run.
    pub(crate) fn sizes(&self) -> &Sizes {
        &self.sizes
    }

    /// Notes the sizes of the feeds of this run.
    pub(crate) fn set_sizes(&mut self, sizes: Sizes) {
        self.sizes = sizes;
    }

    /// The number of hits that were not reported because an earlier run had reported them.
    pub(crate) fn suppressed(&self) -> u64 {
        self.suppressed
    }

    /// Adds the hits suppressed by the run that this one continues.
    pub(crate) fn suppressed_before(&mut self, hits: u64) {
        self.suppressed += hits;
    }

    /// Writes the hits, without those that were not met for too long.
    pub(crate) fn save(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let mut all: Vec<(i64, [u8; KEY])> = self.known.iter().map(|(key, day)| (*day, *key)).collect();
        all.extend(self.new.iter().map(|key| (self.today, *key)));
        all.retain(|(day, _)| *day > self.today - self.keep);
        // The newest come first, and are kept.
        all.sort_unstable_by(|a, b| b.cmp(a));
        let name = netsieve::shown_path(&self.path);
        if all.len() > self.most {
            say!(
                "logscan: {}: more than {} (--state-max): forgetting the oldest {}, which will be reported again if met",
                Escaped::new(&*name),
                counted(self.most as u64, "hit"),
                thousands((all.len() - self.most) as u64),
            );
            all.truncate(self.most);
        }
        place::write(&self.path, |out| {
            writeln!(out, "{HEAD}")?;
            for (name, entries) in &self.sizes {
                writeln!(out, "{FEED}{entries} {name}")?;
            }
            for (day, key) in &all {
                writeln!(out, "{:032x} {day}", u128::from_le_bytes(*key))?;
            }
            writeln!(out, "end {}", all.len())
        })?;
        if self.suppressed > 0 {
            say!("logscan: {} reported by an earlier run (--state)", counted(self.suppressed, "hit"));
        }
        Ok(())
    }
}

/// Reads the hits of a file, and the sizes of feeds. A day after `today` comes from a clock that was wrong, and would never be forgotten.
fn read(text: &str, today: i64) -> Result<(HashMap<[u8; KEY], i64>, Sizes), String> {
    if text.is_empty() {
        return Err("empty".to_owned());
    }
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line) != Some(HEAD) {
        return Err(format!("it does not begin with `{HEAD}`"));
    }
    let (mut known, mut sizes) = (HashMap::new(), Sizes::new());
    while let Some((at, line)) = lines.next() {
        let wrong = || format!("line {}", at + 1);
        if let Some(feed) = line.strip_prefix(FEED) {
            let (entries, name) = feed.split_once(' ').ok_or_else(wrong)?;
            sizes.insert(name.to_owned(), entries.parse().map_err(|_| wrong())?);
            continue;
        }
        let (first, second) = line.split_once(' ').ok_or_else(wrong)?;
        if first == "end" {
            if second.parse() != Ok(known.len()) {
                return Err(wrong());
            }
            return match lines.next() {
                None => Ok((known, sizes)),
                Some((at, _)) => Err(format!("line {}, after its end", at + 1)),
            };
        }
        let key = u128::from_str_radix(first, 16).ok().filter(|_| first.len() == 2 * KEY).ok_or_else(wrong)?;
        let day: i64 = second.parse().map_err(|_| wrong())?;
        known.insert(key.to_le_bytes(), day.min(today));
    }
    Err("cut off".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clock jumps back and forth by decades, even to before 1970.
    #[test]
    fn a_hit_that_is_met_again_is_known_whatever_the_clock_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (always, once) = ([1; KEY], [2; KEY]);
        for (at, today) in [20_784, 18_262, -31, 18_262, 47_482, 20_785].into_iter().enumerate() {
            let mut state = State::open_on(today, &path, 90, 10).unwrap();
            assert_eq!(state.has(always), at > 0, "{today}");
            if at == 0 {
                assert!(!state.has(once));
            }
            state.save().unwrap();
        }
        // What was not met is forgotten 90 days later by the clock, and not by the next run of a clock that went back.
        let hits = |path: &Path| fs::read_to_string(path).unwrap().lines().count() - 2;
        assert_eq!(hits(&path), 1);
        let mut state = State::open_on(20_786, &path, 90, 10).unwrap();
        assert!(!state.has(once));
        state.save().unwrap();
        drop(state);
        State::open_on(18_262, &path, 90, 10).unwrap().save().unwrap();
        assert_eq!(hits(&path), 2);
        assert!(State::open_on(20_786, &path, 90, 10).unwrap().has(once));
    }

    #[test]
    fn damage_is_seen() {
        let line = format!("{:032x} 20000", 7);
        let read = |text: &str| read(text, 20_100);
        assert_eq!(read(&format!("{HEAD}\n{line}\nend 1\n")).unwrap().0.len(), 1);
        assert_eq!(read(&format!("{HEAD}\nend 0\n")).unwrap().0.len(), 0);
        let (known, sizes) = read(&format!("{HEAD}\nfeed 12 c2 of today\n{line}\nend 1\n")).unwrap();
        assert_eq!((known.len(), sizes), (1, Sizes::from([("c2 of today".to_owned(), 12)])));
        // A clock that was wrong for a while.
        let late = read(&format!("{HEAD}\n{:032x} 99999\nend 1\n", 7)).unwrap().0;
        assert_eq!(late.into_values().collect::<Vec<_>>(), [20_100]);
        for text in [
            String::new(),
            "x".to_owned(),
            format!("{HEAD}\n"),
            format!("{HEAD}\n{line}\n"),
            format!("{HEAD}\n{line}\nend 2\n"),
            format!("{HEAD}\n{}\nend 1\n", &line[1..]),
            format!("{HEAD}\n{line}x\nend 1\n"),
            format!("{HEAD}\nfeed\nend 0\n"),
            format!("{HEAD}\nfeed 12\nend 0\n"),
            format!("{HEAD}\nfeed x c2\nend 0\n"),
            format!("{HEAD}\nfeed 12 c2\nend 1\n"),
            format!("{HEAD}\n{line}\nend 1\n{line}\n"),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
    }
}
