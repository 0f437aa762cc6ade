//! The followed logs, and the handling of each in a round.

use std::collections::{HashSet, VecDeque};
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use netsieve::Scanner;
use netsieve::input::Input;
use netsieve::render::Escaped;
use netsieve::scan::Tail;

use super::file::{Followed, Key, Print, Turn, head, key, open};
use super::writer::Writer;
use super::{descriptors, siblings};
use crate::cli::ScanArgs;
use crate::inputs::{self, Log};
use crate::output::{Output, Style};
use crate::own::{self, Own};
use crate::summary::counted;

/// The number of rounds without a change after which an unfinished line is scanned.
const PATIENCE: u32 = 5;

/// The number of logs whose start is remembered after they are gone, to recognise copies of them.
const REMEMBERED: usize = 4096;

pub(super) struct Follower<'a> {
    args: &'a ScanArgs,
    /// True if new logs can appear.
    is_changing: bool,
    logs: Vec<Result<Log, String>>,
    has_pipe: bool,
    files: Vec<Followed>,
    /// The number of files that may be open.
    room: usize,
    threads: usize,
    /// Files that are not followed: those that existed before, and copies of logs that were read.
    passed: HashSet<Key>,
    /// The starts of these files, and of logs that are gone.
    gone: VecDeque<Print>,
    /// The logs that were rotated in this round, and the files beside them that are still being written.
    turned: Vec<PathBuf>,
    unfinished: Vec<(PathBuf, u64)>,
    /// Messages that were already printed.
    told: HashSet<String>,
    is_first: bool,
    /// A log was not read to its end in this round.
    has_more: bool,
    /// The time at which logs were last searched for.
    looked: Instant,
}

impl<'a> Follower<'a> {
    pub(super) fn new(args: &'a ScanArgs) -> Result<Self, Box<dyn Error>> {
        let mut logs = inputs::files(&args.inputs)?;
        let is_pipe = |log: &Result<Log, String>| log.as_ref().is_ok_and(|log| log.path.is_none());
        let has_pipe = logs.iter().any(is_pipe);
        logs.retain(|log| !is_pipe(log));
        for log in logs.iter().flatten() {
            let is_file = |path: &PathBuf| fs::metadata(path).map_or(true, |file| file.is_file());
            if !log.path.as_ref().is_some_and(is_file) {
                return Err(format!("{}: only files and standard input can be followed", log.name).into());
            }
        }
        let is_changing = args.inputs.logs.iter().any(|log| inputs::is_changing(log));
        Ok(Self {
            args,
            is_changing,
            logs,
            has_pipe,
            files: Vec::new(),
            room: descriptors::raise(),
            threads: args.threads(),
            passed: HashSet::new(),
            gone: VecDeque::new(),
            turned: Vec::new(),
            unfinished: Vec::new(),
            told: HashSet::new(),
            is_first: true,
            has_more: false,
            looked: Instant::now(),
        })
    }

    /// Returns true if standard input is followed.
    pub(super) fn has_pipe(&self) -> bool {
        self.has_pipe
    }

    /// The number of logs that are followed.
    pub(super) fn len(&self) -> usize {
        self.logs.len() + usize::from(self.has_pipe)
    }

    /// Returns true if no file is followed, and none can appear.
    pub(super) fn is_empty(&self) -> bool {
        self.logs.is_empty() && !self.is_changing
    }

    /// Describes what is followed: `2 files`, `standard input`, `1 file and standard input`.
    pub(super) fn watched(&self) -> String {
        let files = counted(self.logs.len() as u64, "file");
        match (self.has_pipe, self.is_empty()) {
            (true, true) => "standard input".to_owned(),
            (true, false) => format!("{files} and standard input"),
            (false, _) => files,
        }
    }

    fn tell(&mut self, message: String) {
        if !self.told.contains(&message) {
            say!("logscan: {}", Escaped::new(&message));
            self.told.insert(message);
        }
    }

    /// Returns true if logs have more to read than the last round did.
    pub(super) fn has_more(&self) -> bool {
        self.has_more
    }

    /// Checks all logs once, and scans what is new, or a slice of it.
    pub(super) fn round(
        &mut self,
        scanner: &mut Scanner,
        style: &Style,
        output: &mut Output<'_>,
    ) -> Result<(), Box<dyn Error>> {
        let is_skipped = self.is_first && self.args.follow.from_end;
        let mut writer = Writer { scanner, style, output, is_skipped };
        // The search takes longer than a slice if there are many folders.
        if !std::mem::take(&mut self.has_more) || self.looked.elapsed() >= self.args.follow.interval {
            self.looked = Instant::now();
            self.look(&mut writer)?;
        }
        // Logs that appear during a round have their turn in the next one. A log of which nothing has been read yet may be a copy of
        // another one, so the others come first: their content identifies copies.
        let is_begun = |&at: &usize| self.is_first || self.files[at].print.at > 0;
        let (begun, new): (Vec<usize>, Vec<usize>) = (0..self.files.len()).partition(is_begun);
        for logs in std::iter::once(&begun[..]).chain(new.chunks(1)) {
            self.turn(logs, &mut writer)?;
            if writer.output.is_done() {
                return Ok(());
            }
        }
        self.files.retain(|file| !file.is_over);
        if std::mem::take(&mut self.is_first) {
            self.note();
        }
        self.make_room(0);
        Ok(())
    }

    /// Searches for the logs, and for new ones.
    fn look(&mut self, writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        if self.is_changing && !self.is_first {
            self.logs = inputs::files(&self.args.inputs)?;
            self.logs.retain(|log| log.as_ref().map_or(true, |log| log.path.is_some()));
        }
        for file in &mut self.files {
            file.is_seen = false;
        }
        for log in self.logs.clone() {
            match log {
                Err(error) => self.tell(error),
                Ok(log) => self.find(&log),
            }
        }
        self.missed(writer)
    }

    /// Finds the log that a path leads to among the followed logs, or starts to follow it.
    fn find(&mut self, log: &Log) {
        let Some(path) = &log.path else { return };
        let waited_for = format!("{}: does not exist: waited for", log.name);
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // The log was rotated, perhaps more than once.
                if !self.is_first {
                    self.turned.push(path.clone());
                }
                return self.tell(waited_for);
            }
            Err(error) => return self.tell(format!("{}: {error}", log.name)),
        };
        self.told.remove(&waited_for);
        if !metadata.is_file() {
            return self.tell(format!("{}: only files and standard input can be followed", log.name));
        }
        if let Some(known) = self.files.iter_mut().find(|file| file.is(path, &metadata)) {
            known.is_seen = true;
            if known.file.is_none() && known.has_changed(&metadata) {
                known.path.clone_from(path);
                known.stamp = None;
            }
            return;
        }
        let is_explicit = self.args.inputs.logs.iter().any(|log| log == path);
        if !is_explicit && key(&metadata).is_some_and(|key| self.passed.contains(&key)) {
            return;
        }
        // In a file that this run writes, each hit would be found again, and add another one.
        if Own::of(self.args).has(path) {
            if is_explicit {
                self.tell(own::why(path));
            }
            return;
        }
        if inputs::id(&metadata).is_some_and(|file| inputs::output() == Some(file)) {
            return self.tell(format!("{}: the output goes to this file: not scanned as a log", log.name));
        }
        self.start(log, path, is_explicit);
    }

    /// Opens a log that is not followed yet, and starts to follow it, unless it turns out to be a followed one.
    fn start(&mut self, log: &Log, path: &Path, is_explicit: bool) {
        let opened = match open(path) {
            Err(error) if descriptors::are_used_up(&error) => {
                self.room = self.files.iter().filter(|file| file.file.is_some()).count().max(2) - 1;
                self.make_room(self.room / 2);
                open(path)
            }
            opened => opened,
        };
        match opened {
            Err(error) => self.tell(format!("{}: {error}", log.name)),
            Ok((file, key)) => {
                // Another file may have taken its place between the two lookups of the path.
                if let Some(known) = self.files.iter_mut().find(|known| key.is_some() && known.key == key) {
                    known.is_seen = true;
                    return;
                }
                // A copy of the log under its own path, as editors make them.
                let same = |old: &&mut Followed| {
                    old.path == path && !old.is_seen && old.print.at > 0 && old.print.is_in(&file).unwrap_or(false)
                };
                if let Some(old) = self.files.iter_mut().find(same) {
                    (old.file, old.key, old.is_seen) = (Some(file), key, true);
                    return;
                }
                if !self.is_first {
                    self.turned.push(path.to_owned());
                }
                let is_new = !self.is_first && !is_explicit;
                self.files.push(Followed::new(log.name.clone(), path.to_owned(), file, key, is_new));
                self.make_room(0);
            }
        }
    }

    /// Opens a log again that was closed and has changed. Returns false if it is no longer followed.
    fn reopen(&mut self, file: &mut Followed) -> bool {
        if !file.is_to_be_opened() {
            return true;
        }
        let mut path = file.path.clone();
        if !file.is_seen {
            // The log was renamed, before or after it was closed.
            match siblings::of(&file.path).into_iter().find(|(_, metadata)| key(metadata) == file.key) {
                Some((_, metadata)) if file.stamp.is_some() && !file.has_changed(&metadata) => {
                    let is_left = file.still.elapsed() >= self.args.follow.keep_open;
                    if is_left {
                        self.leave(file);
                    }
                    return !is_left;
                }
                Some((found, _)) => path = found,
                None => {
                    let place = file.print.at;
                    self.tell(format!(
                        "{}: removed while it was closed, because more logs are followed than files can be open: anything \
                         written to it after byte {place} is lost",
                        file.name
                    ));
                    return false;
                }
            }
        }
        self.make_room(1);
        match open(&path) {
            Ok((opened, key)) if key == file.key => file.file = Some(opened),
            // The next round finds the file that is there now.
            Ok(_) => {}
            Err(error) => self.tell(format!("{}: {error}: will try again", file.name)),
        }
        true
    }

    /// Gives some logs their turn. They are scanned side by side.
    fn turn(&mut self, logs: &[usize], writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        let mut ready = Vec::new();
        for &at in logs {
            // Opening this log closes another one, which must have been read before.
            let is_full = || self.files.iter().filter(|file| file.file.is_some()).count() >= self.room;
            if !ready.is_empty() && self.files[at].is_to_be_opened() && is_full() {
                self.scan(&mut ready, writer)?;
            }
            let mut file = std::mem::take(&mut self.files[at]);
            if !file.is_over {
                file.is_over = !self.reopen(&mut file);
                if !file.is_over && file.file.is_some() && self.is_to_be_read(&mut file) {
                    file.turn = Some(Turn { before: file.print.at, ..Turn::default() });
                    ready.push(at);
                }
            }
            self.files[at] = file;
        }
        self.scan(&mut ready, writer)
    }

    /// Returns true if a log is read in this round. Copies of other logs are never read.
    fn is_to_be_read(&mut self, file: &mut Followed) -> bool {
        if !file.is_new || self.is_first {
            return true;
        }
        match head(&file.path) {
            Ok(head) if head.is_empty() => return false,
            Ok(head) if self.is_known(&head) => {
                self.passed.extend(file.key);
                file.is_over = true;
            }
            _ => file.is_new = false,
        }
        !file.is_over
    }

    /// Scans the new parts of the logs whose turn it is, and handles the results.
    fn scan(&mut self, ready: &mut Vec<usize>, writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        let (Some(&first), Some(&last)) = (ready.first(), ready.last()) else { return Ok(()) };
        writer.added(&mut self.files[first..=last], self.threads)?;
        for at in ready.drain(..) {
            let mut file = std::mem::take(&mut self.files[at]);
            if let Some(turn) = file.turn.take()
                && !writer.output.is_done()
            {
                file.is_over |= !self.settle(&mut file, turn, writer)?;
            }
            self.files[at] = file;
        }
        Ok(())
    }

    /// Handles the result of reading a log. Returns false if the log is no longer followed.
    fn settle(&mut self, file: &mut Followed, turn: Turn, writer: &mut Writer<'_, '_>) -> Result<bool, Box<dyn Error>> {
        if let Some(error) = turn.error {
            self.tell(format!("{}: {error} at byte {}: will try again", file.name, file.print.at));
            file.close();
            file.stamp = None;
            return Ok(true);
        }
        if let Some(caveat) = file.check.caveat() {
            self.tell(format!("{}: {caveat}", file.name));
        }
        if turn.is_rewritten {
            self.rewritten(file, writer)?;
            return Ok(true);
        }
        self.has_more |= turn.is_cut;
        if file.print.at > turn.before {
            (file.idle, file.still) = (0, Instant::now());
            return Ok(true);
        }
        file.idle = file.idle.saturating_add(1);
        let is_left = !file.is_seen && file.still.elapsed() >= self.args.follow.keep_open;
        if is_left || file.idle == PATIENCE && file.tail.has_rest() {
            writer.rest(&file.name, &mut file.tail)?;
        }
        if is_left {
            self.leave(file);
        }
        Ok(!is_left)
    }

    /// Stops following a log to which nothing has been written for long enough.
    fn leave(&mut self, file: &mut Followed) {
        let seconds = self.args.follow.keep_open.as_secs_f64();
        self.tell(format!(
            "{}: renamed or removed, and nothing was written to it for {seconds} seconds: no longer followed after byte {}",
            file.name, file.print.at
        ));
        self.passed.extend(file.key);
        self.remember(std::mem::take(&mut file.print));
    }

    /// Continues with a log that was shortened or overwritten: first with its copy, if there is one, and then from its start.
    fn rewritten(&mut self, file: &mut Followed, writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        let is_shorter =
            file.file.as_ref().and_then(|file| file.metadata().ok()).is_some_and(|now| now.len() < file.print.at);
        let (mut tail, print) = file.restart();
        let mut found = None;
        for (path, metadata) in siblings::of(&file.path) {
            let copy = key(&metadata);
            if self.files.iter().any(|other| other.print.at > 0 && other.key == copy) || copy == file.key {
                continue;
            }
            let Ok(head) = head(&path) else { continue };
            let Ok(mut reader) = fs::File::open(&path).and_then(Input::new) else { continue };
            if !print.begins(&head) || !print.skip(&mut reader).unwrap_or(false) {
                continue;
            }
            let (scanner, mut hits) = writer.hits(&file.name);
            let result = scanner.scan_tail(&mut tail, reader, |hit| hits.take(hit));
            hits.write()?;
            if let Err(error) = result {
                self.tell(format!("{}: {error}", path.display()));
            }
            self.passed.extend(copy);
            for other in self.files.iter_mut().filter(|other| copy.is_some() && other.key == copy) {
                other.is_over = true;
            }
            found = Some(path);
            break;
        }
        writer.rest(&file.name, &mut tail)?;
        let what = if is_shorter { "shortened" } else { "overwritten" };
        let rest = match &found {
            Some(copy) => format!("lines added before that are read from {}", copy.display()),
            None => format!("lines added before that, after byte {}, are lost", print.at),
        };
        let message = format!("{}: was {what}: reading it from its start; {rest}", file.name);
        say!("logscan: {}", Escaped::new(&message));
        self.remember(print);
        self.turned.push(file.path.clone());
        (file.idle, file.still) = (0, Instant::now());
        Ok(())
    }

    /// Remembers a log that is gone, to recognise its copies.
    fn remember(&mut self, print: Print) {
        if self.gone.len() == REMEMBERED {
            self.gone.pop_front();
        }
        self.gone.push_back(print);
    }

    /// Returns true if a file with this head is a log that was read, or a copy of one.
    fn is_known(&self, head: &[u8]) -> bool {
        self.files.iter().map(|file| &file.print).chain(&self.gone).any(|print| print.begins(head))
    }

    /// Notes the files beside the logs in the first round: they existed before.
    fn note(&mut self) {
        let paths: Vec<PathBuf> = self.logs.iter().flatten().filter_map(|log| log.path.clone()).collect();
        let given: HashSet<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let mut noted = HashSet::new();
        for path in paths.iter().filter(|path| self.args.inputs.logs.contains(path)) {
            for (sibling, metadata) in siblings::of(path) {
                if !given.contains(sibling.as_path()) && noted.insert(sibling.clone()) {
                    self.passed.extend(key(&metadata));
                    if let Ok(head) = head(&sibling) {
                        self.remember(Print::of_head(head));
                    }
                }
            }
        }
    }

    /// Searches beside rotated logs for logs that appeared and were renamed between two rounds.
    fn missed(&mut self, writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        // Path, size, size in the round before, key and modification time.
        #[allow(clippy::type_complexity, reason = "of this function alone")]
        let mut found: Vec<(PathBuf, u64, Option<u64>, Option<Key>, Option<SystemTime>)> = Vec::new();
        let sizes = std::mem::take(&mut self.unfinished);
        let mut turned = std::mem::take(&mut self.turned);
        turned.extend(sizes.iter().map(|(path, _)| path.clone()));
        turned.dedup();
        for log in turned {
            let again = sizes.iter().any(|(path, _)| *path == log);
            let beside = match again {
                true => fs::metadata(&log).map(|metadata| (log, metadata)).into_iter().collect(),
                false => {
                    let mut beside = siblings::of(&log);
                    beside.retain(|(path, _)| siblings::is_rotated(path, &log));
                    beside
                }
            };
            for (path, metadata) in beside {
                let key = key(&metadata);
                let is_passed = key.is_none_or(|key| self.passed.contains(&key));
                let is_followed = self.files.iter().any(|file| file.key == key);
                if !is_passed && !is_followed && !found.iter().any(|other| other.0 == path) {
                    let before = sizes.iter().find(|(other, _)| *other == path).map(|(_, size)| *size);
                    found.push((path, metadata.len(), before, key, metadata.modified().ok()));
                }
            }
        }
        // Oldest first.
        found.sort_by_key(|other| other.4);
        for (path, size, before, key, _) in found {
            match open(&path) {
                Ok((file, key)) => match head(&path) {
                    Ok(head) if head.is_empty() => {}
                    Ok(head) if self.is_known(&head) => self.passed.extend(key),
                    _ => {
                        let name = path.to_string_lossy().into_owned();
                        let mut missed = Followed::new(name, path, file, key, false);
                        missed.is_seen = false;
                        self.files.push(missed);
                    }
                },
                // The file is still being compressed.
                Err(error) if error.kind() == io::ErrorKind::Unsupported && before != Some(size) => {
                    self.unfinished.push((path, size));
                }
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                    self.passed.extend(key);
                    self.whole(&path, writer)?;
                }
                Err(error) => self.tell(format!("{}: {error}", path.display())),
            }
        }
        Ok(())
    }

    /// Reads a compressed log that appeared and was rotated between two rounds.
    fn whole(&mut self, path: &Path, writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        let name = path.to_string_lossy().into_owned();
        let reader = match head(path).and_then(|head| Ok((head, Input::new(fs::File::open(path)?)?))) {
            Ok((head, _)) if head.is_empty() || self.is_known(&head) => return Ok(()),
            Ok((head, reader)) => {
                self.remember(Print::of_head(head));
                reader
            }
            Err(error) => {
                self.tell(format!("{name}: {error}"));
                return Ok(());
            }
        };
        let mut tail = Tail::new();
        let (scanner, mut hits) = writer.hits(&name);
        let result = scanner.scan_tail(&mut tail, reader, |hit| hits.take(hit));
        hits.write()?;
        writer.rest(&name, &mut tail)?;
        if let Err(error) = result {
            self.tell(format!("{name}: {error}"));
        }
        Ok(())
    }

    /// Closes the logs that have been unchanged for longest, first of those that a path leads to, until `wanted` more can be opened.
    fn make_room(&mut self, wanted: usize) {
        let count = self.files.iter().filter(|file| file.file.is_some()).count() + wanted;
        let Some(excess) = count.checked_sub(self.room).filter(|&excess| excess > 0) else { return };
        let mut open: Vec<&mut Followed> = self.files.iter_mut().filter(|file| file.file.is_some()).collect();
        open.sort_by_key(|file| (!file.is_seen, file.still));
        open.into_iter().take(excess).for_each(Followed::close);
    }
}
