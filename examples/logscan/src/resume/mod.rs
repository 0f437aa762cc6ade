//! `logscan scan --resume`: continuing an interrupted scan.
//!
//! A record in a file says how far the scan has come: which logs are done, how many hits of the others were delivered, and how long the
//! output was then. The file is locked by the run that uses it, written completely or not at all, and removed when the scan is done. The
//! next run of the same command skips the logs that are done, cuts the output to that length, and withholds the hits that were delivered.
//!
//! Feeds, options, logs and output must be those of the interrupted scan. Anything else is an error, and nothing is written.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use netsieve::ScanStats;
use netsieve::render::Escaped;
use serde_json::{Value, json};

use crate::cli::{AsOf, ScanArgs};
use crate::drive::{Before, Unread};
use crate::inputs::{self, Log};
use crate::place;
use crate::state::State;
use crate::summary::counted;

mod identity;
mod options;
mod record;

use identity::{Identity, hex};
use options::{feeds, options};
pub(crate) use record::Entries;
use record::{Entry, KEY, START, VERSION, damaged, list, member, number, numbers_of, sealed, stats_of};

/// The time between two records. The pause is also at least `SHARE` times as long as writing a record takes.
const EVERY: Duration = Duration::from_secs(1);
const SHARE: u32 = 20;

pub(crate) struct Resume {
    path: PathBuf,
    name: String,
    /// Held as long as this value exists.
    _lock: File,
    options: String,
    /// The feeds, with a hash of each.
    feeds: Vec<(String, String)>,
    as_of: Option<Timestamp>,
    /// The record of the earlier run.
    earlier: Option<Value>,
    /// The logs that are done.
    done: Vec<Entry>,
    /// The logs of this run, as far as they have been opened.
    logs: Entries,
    /// For each log, the number of hits still to be withheld.
    withheld: Vec<u64>,
    /// The statistics of the logs that are done.
    stats: ScanStats,
    /// The number of pairs that were delivered, and of their hits.
    pairs: u64,
    reported: u64,
    written: Instant,
    took: Duration,
    every: Duration,
}

/// The point that an earlier run has reached: its counts, and the length of its rejects.
pub(crate) struct Point {
    pub(crate) pairs: u64,
    /// The number of hits that were reported.
    pub(crate) hits: u64,
    pub(crate) rejected: u64,
    /// The length of the file of rejects.
    pub(crate) rejects: u64,
}

impl Resume {
    /// Locks and reads the file, which need not exist yet, and checks that it belongs to the same scan.
    pub(crate) fn open(path: &Path, args: &ScanArgs) -> Result<Self, Box<dyn Error>> {
        place::is_ours(path, START.as_bytes(), "--resume")?;
        let lock = place::lock(path)?;
        let name = Escaped::new(&*netsieve::shown_path(path)).to_string();
        let earlier = match fs::read(path) {
            Ok(bytes) => Some(record::read(&bytes).map_err(|why| damaged(&name, why))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{name}: {error}").into()),
        };
        let mut resume = Self {
            path: path.to_owned(),
            _lock: lock,
            options: options(args),
            feeds: feeds(args)?,
            as_of: args.filter.as_of.and_then(AsOf::time),
            earlier: None,
            done: Vec::new(),
            logs: Entries::default(),
            withheld: Vec::new(),
            stats: ScanStats::default(),
            pairs: 0,
            reported: 0,
            written: Instant::now(),
            took: Duration::ZERO,
            every: args.resume_every.unwrap_or(EVERY),
            name: name.clone(),
        };
        if let Some(earlier) = earlier {
            resume.check(&earlier)?;
            resume.earlier = Some(earlier);
        }
        Ok(resume)
    }

    /// Checks that feeds and options are those of the earlier run.
    fn check(&self, earlier: &Value) -> Result<(), String> {
        let Self { name, .. } = self;
        let undo = format!("undo the change, or remove {name} to scan everything again");
        let version = env!("CARGO_PKG_VERSION");
        if earlier["version"] != version {
            return Err(format!(
                "{name}: the interrupted scan was started by another version of logscan ({}): remove {name} to scan everything again",
                Escaped::new(earlier["version"].as_str().unwrap_or("unknown"))
            ));
        }
        if earlier["options"] != *self.options {
            return Err(format!("{name}: the interrupted scan had other options: {undo}"));
        }
        let before: Vec<(&str, &str)> = list(&earlier["feeds"])
            .iter()
            .map(|feed| (feed[0].as_str().unwrap_or_default(), feed[1].as_str().unwrap_or_default()))
            .collect();
        let now: Vec<(&str, &str)> = self.feeds.iter().map(|(name, hash)| (&**name, &**hash)).collect();
        let differs = now.iter().find(|feed| !before.contains(feed));
        let differs = differs.or_else(|| before.iter().find(|feed| !now.contains(feed)));
        match differs {
            Some((feed, _)) => {
                Err(format!("{name}: {} has changed since the scan was interrupted: {undo}", Escaped::new(*feed)))
            }
            None => Ok(()),
        }
    }

    /// The time of `--as-of`. In a run that continues, `now` is the time of the first run.
    pub(crate) fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    /// Removes the logs that are done from `logs`, and returns the point from which the output continues. `None`: from the start.
    ///
    /// The output is cut to the length that the earlier run recorded. Without an earlier run, it continues at its end.
    pub(crate) fn start(
        &mut self,
        logs: &mut Vec<Result<Log, String>>,
        args: &ScanArgs,
    ) -> Result<Option<Point>, Box<dyn Error>> {
        if let Some(log) =
            logs.iter().flatten().find(|log| log.size.is_none() && log.path.as_ref().is_none_or(|path| path.exists()))
        {
            return Err(format!(
                "--resume needs logs that are regular files: {} cannot be read twice",
                Escaped::new(&log.name)
            )
            .into());
        }
        let output = inputs::stdout_file();
        let earlier = match self.earlier.take() {
            Some(earlier) if self.is_emptied(&earlier, output.as_ref())? => {
                say!(
                    "logscan: {}: the output is empty: scanning everything again (to continue, append with `>>` instead of `>`)",
                    self.name
                );
                None
            }
            earlier => earlier,
        };
        let Some(earlier) = earlier else {
            if let Some(mut output) = output {
                output.seek(SeekFrom::End(0))?;
            }
            self.withheld = vec![0; logs.len()];
            self.logs.set(vec![None; logs.len()]);
            return Ok(None);
        };
        let name = self.name.clone();
        let wrong = |key: &str| damaged(&name, format_args!("`{key}`"));
        let number = |key: &str| number(&earlier[key]).ok_or_else(|| wrong(key));
        if let Some(AsOf::Now(_)) = args.filter.as_of {
            let as_of = earlier["as_of"].as_str().and_then(|text| text.parse().ok());
            self.as_of = Some(as_of.ok_or_else(|| wrong("as_of"))?);
        }
        let entries: Option<Vec<Entry>> = list(&earlier["logs"]).iter().map(Entry::read).collect();
        let (pairs, hits) = (number("pairs")?, number("reported")?);
        let point = Point { pairs, hits, rejected: number("rejected")?, rejects: number("rejects")? };
        self.stats = stats_of(&earlier["stats"]).ok_or_else(|| wrong("stats"))?;
        (self.pairs, self.reported) = (pairs, hits);
        self.match_logs(entries.ok_or_else(|| wrong("logs"))?, logs)?;
        if let Some(mut output) = output {
            let len = record::number(&earlier["output"]["length"]).ok_or_else(|| wrong("output"))?;
            output.set_len(len)?;
            output.seek(SeekFrom::End(0))?;
        }
        say!(
            "logscan: {}: continuing the interrupted scan: {} of {} done, {} {}",
            self.name,
            self.done.len(),
            counted((self.done.len() + logs.len()) as u64, "log"),
            counted(self.pairs, "pair"),
            if args.count || args.list { "counted" } else { "written" },
        );
        for entry in self.done.iter().filter(|entry| entry.why.is_some()) {
            let why = entry.why.as_deref().unwrap_or_default();
            say!("logscan: {}: {}", Escaped::new(&entry.name), Escaped::new(why));
        }
        self.earlier = Some(earlier);
        Ok(Some(point))
    }

    /// Returns true if the output was emptied since, so that everything is written again.
    fn is_emptied(&self, earlier: &Value, output: Option<&File>) -> Result<bool, Box<dyn Error>> {
        let Self { name, .. } = self;
        let before = &earlier["output"];
        let Some(output) = output else {
            return match before {
                Value::Null => Ok(false),
                _ => Err(format!(
                    "{name}: the output of the interrupted scan is a file: append to it (`>> FILE`), or remove {name} to scan everything \
                     again"
                )
                .into()),
            };
        };
        let metadata = output.metadata()?;
        let len = before["length"].as_u64();
        if metadata.len() == 0 {
            return Ok(len != Some(0));
        }
        let is_same = inputs::id(&metadata).map(|(dev, file)| json!([dev, file])).unwrap_or_default() == before["id"];
        match len {
            Some(len) if is_same && len <= metadata.len() => Ok(false),
            _ => Err(format!(
                "{name}: the output is not that of the interrupted scan, or was shortened: append to the one it had (`>> FILE`), or remove \
                 {name} to scan everything again"
            )
            .into()),
        }
    }

    /// Finds the logs of the earlier run, and removes those that are done.
    fn match_logs(&mut self, entries: Vec<Entry>, logs: &mut Vec<Result<Log, String>>) -> Result<(), Box<dyn Error>> {
        let identities: Vec<Option<Identity>> =
            logs.iter().map(|log| log.as_ref().ok().and_then(|log| Identity::of(log.path.as_deref()?).ok())).collect();
        let mut found: Vec<Option<Entry>> = vec![None; logs.len()];
        let mut left = Vec::new();
        // Unchanged logs come first, even if they were renamed, and then logs that have grown: an empty file is the start of every
        // other one.
        for (is_whole, is_renamed) in [(true, false), (true, true), (false, false), (false, true)] {
            let searched = match (is_whole, is_renamed) {
                (true, false) => entries.clone(),
                _ => std::mem::take(&mut left),
            };
            for entry in searched {
                let place = logs.iter().enumerate().find_map(|(at, log)| {
                    let (Ok(log), Some(identity)) = (log, &identities[at]) else { return None };
                    let is_free = found[at].is_none() && (is_renamed || log.name == entry.name);
                    if !is_free || member(log) != entry.member {
                        return None;
                    }
                    if is_whole {
                        return (entry.identity == *identity).then_some((at, 0));
                    }
                    if is_renamed && entry.identity.is_short() {
                        return None;
                    }
                    entry.identity.grown(identity, log.path.as_deref()).map(|bytes| (at, bytes))
                });
                let Some((at, bytes)) = place else {
                    left.push(entry);
                    continue;
                };
                if let Ok(log) = &logs[at]
                    && bytes > 0
                    && entry.is_done
                    && log.member.is_none()
                {
                    say!(
                        "logscan: {}: has grown by {} since it was scanned; these are not scanned now",
                        Escaped::new(&log.name),
                        counted(bytes, "byte")
                    );
                }
                found[at] = Some(entry);
            }
        }
        if let Some(entry) = left.first() {
            return Err(format!(
                "{}: {} was changed or removed since it was scanned: remove {} to scan everything again",
                self.name,
                Escaped::new(&entry.name),
                self.name
            )
            .into());
        }
        let is_done = |entry: &Option<Entry>| entry.as_ref().is_some_and(|entry| entry.is_done);
        let mut at = 0;
        logs.retain(|_| {
            at += 1;
            !is_done(&found[at - 1])
        });
        let (done, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(is_done);
        self.done = done.into_iter().flatten().collect();
        self.withheld = rest.iter().map(|entry| entry.as_ref().map_or(0, |entry| entry.hits)).collect();
        self.logs.set(rest);
        Ok(())
    }

    /// Restores the hits that the earlier run reported into the state.
    pub(crate) fn restore(&self, state: &mut State) -> Result<(), String> {
        let Some(earlier) = &self.earlier else { return Ok(()) };
        let wrong = |key: &str| damaged(&self.name, format_args!("`{key}`"));
        for key in list(&earlier["met"]) {
            let key = key.as_str().and_then(|key| u128::from_str_radix(key, 16).ok());
            state.meet(key.ok_or_else(|| wrong("met"))?.to_le_bytes());
        }
        state.suppressed_before(number(&earlier["suppressed"]).ok_or_else(|| wrong("suppressed"))?);
        Ok(())
    }

    /// The part of the scan that the earlier run has done.
    pub(crate) fn before(&self) -> Before {
        let unread = self
            .done
            .iter()
            .filter_map(|entry| entry.why.as_ref().map(|why| Unread { name: entry.name.clone(), why: why.clone() }));
        Before { logs: self.done.len(), stats: self.stats, unread: unread.collect() }
    }

    /// Returns how many of these hits of a log the earlier run has delivered.
    pub(crate) fn withhold(&mut self, input: usize, hits: usize) -> usize {
        let left = &mut self.withheld[input];
        let withheld = usize::try_from(*left).map_or(hits, |left| left.min(hits));
        *left -= withheld as u64;
        withheld
    }

    /// Notes that `hits` more hits of a log were delivered, and so many pairs and hits in total.
    pub(crate) fn delivered(&mut self, input: usize, hits: usize, total: (u64, u64)) {
        if let Some(entry) = &mut self.logs.get()[input] {
            entry.hits += hits as u64;
        }
        (self.pairs, self.reported) = total;
    }

    /// Notes the end of a log.
    pub(crate) fn ended(&mut self, input: usize, stats: ScanStats, total: (u64, u64), why: Option<&str>) {
        (self.pairs, self.reported) = total;
        if let Some(entry) = &mut self.logs.get()[input] {
            // A log that could not be read to its end is tried again, unless some of its hits have been delivered.
            entry.is_done = why.is_none() || stats.hits > 0;
            entry.why = why.map(str::to_owned);
            if entry.is_done {
                self.stats += stats;
            }
        }
    }

    /// The logs of this run, which must learn of each log before it is opened.
    pub(crate) fn entries(&self) -> Entries {
        self.logs.clone()
    }

    /// Returns true if it is time to write the file again.
    pub(crate) fn is_due(&self) -> bool {
        self.written.elapsed() >= self.every.max(self.took * SHARE)
    }

    /// Records how far the scan has come. Everything delivered must have been written by now, including `rejects` bytes of rejects.
    pub(crate) fn save(&mut self, rejected: u64, rejects: u64, state: Option<&State>) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let output = match inputs::stdout_file() {
            Some(mut output) => {
                let length = output.stream_position()?;
                // On disk before the record, which could otherwise describe lost output.
                output.sync_data()?;
                let id = inputs::id(&output.metadata()?).map(|(dev, file)| json!([dev, file]));
                json!({"id": id, "length": length})
            }
            None => Value::Null,
        };
        let logs = self.logs.get();
        let logs = logs.iter().flatten().filter(|entry| entry.is_done || entry.hits > 0);
        let logs: Vec<Value> = self.done.iter().chain(logs).map(Entry::write).collect();
        let met: Vec<String> = state.into_iter().flat_map(State::met).map(hex).collect();
        let value = json!({
            KEY: VERSION,
            "version": env!("CARGO_PKG_VERSION"),
            "options": self.options,
            "feeds": self.feeds.iter().map(|(name, hash)| json!([name, hash])).collect::<Vec<_>>(),
            "as_of": self.as_of.map(|at| at.to_string()),
            "output": output,
            "pairs": self.pairs,
            "reported": self.reported,
            "rejected": rejected,
            "rejects": rejects,
            "stats": numbers_of(&self.stats),
            "suppressed": state.map_or(0, State::suppressed),
            "logs": logs,
            "met": met,
        });
        place::write(&self.path, |out| out.write_all(sealed(&value).as_bytes()))?;
        (self.written, self.took) = (Instant::now(), start.elapsed());
        Ok(())
    }

    /// Removes the file when the scan is done, so that the next run starts from the beginning.
    pub(crate) fn finish(&self) -> Result<(), String> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(format!("{}: {error}", self.name)),
            _ => Ok(()),
        }
    }
}
