//! The logs that are followed, and what becomes of each in a round.

use std::collections::{HashSet, VecDeque};
use std::error::Error;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use netsieve::input::Input;
use netsieve::render::Escaped;
use netsieve::scan::Tail;
use netsieve::scan::many::{Delivery, Source};
use netsieve::{Hit, Scanner};

use super::file::{Addition, Followed, Key, Print, Turn, head, key, open};
use super::hits::Hits;
use super::{descriptors, siblings};
use crate::cli::ScanArgs;
use crate::inputs::{self, Log};
use crate::output::{Output, Style};
use crate::own::{self, Own};
use crate::summary::counted;

/// After so many rounds without a change, a line without an end is scanned as it stands.
const PATIENCE: u32 = 5;

/// Logs whose beginning is remembered after they are gone, so that copies of them are known.
const REMEMBERED: usize = 4096;

pub(super) struct Follower<'a> {
    args: &'a ScanArgs,
    /// Which logs there are can change.
    is_changing: bool,
    logs: Vec<Result<Log, String>>,
    has_pipe: bool,
    files: Vec<Followed>,
    /// How many of them may be open.
    room: usize,
    threads: usize,
    /// Files that are not followed: what was there before, and copies of what was read.
    passed: HashSet<Key>,
    /// How these began, and logs that are gone.
    gone: VecDeque<Print>,
    /// Logs that were rotated in this round, and files beside them that are still being written.
    turned: Vec<PathBuf>,
    unfinished: Vec<(PathBuf, u64)>,
    /// What has been said once.
    told: HashSet<String>,
    is_first: bool,
}

/// What hits are written with.
struct Writer<'w, 'o> {
    scanner: &'w mut Scanner,
    style: &'w Style,
    output: &'w mut Output<'o>,
    is_skipped: bool,
}

impl<'o> Writer<'_, 'o> {
    fn hits<'h>(&'h mut self, name: &'h str) -> (&'h mut Scanner, Hits<'h, 'o>) {
        (self.scanner, Hits::new(self.style, self.output, name, self.is_skipped))
    }

    /// Scans what was added to the logs whose turn it is: on all threads, if several have changed. Hits come by log, and in the order in
    /// which they stand there.
    fn added(&mut self, files: &mut [Followed], threads: usize) -> io::Result<()> {
        let (mut names, mut sources, mut errors, mut changed) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for file in files {
            let Followed { name, file: Some(file), tail, print, check, turn: Some(turn), .. } = file else { continue };
            changed += usize::from(!file.metadata().is_ok_and(|now| now.len() == print.at));
            names.push(name.as_str());
            errors.push(&mut turn.error);
            let reader = Box::new(Addition { file, print, check, is_rewritten: &mut turn.is_rewritten });
            sources.push(Ok(Source::Growing { reader, tail, with_rest: false }));
        }
        let Writer { scanner, style, output, is_skipped } = self;
        let (style, is_skipped) = (*style, *is_skipped);
        // That the first hit of a log is enough is for the output to say.
        let render = |input: usize, hit: &Hit<'_>, out: &mut Vec<u8>| {
            if !is_skipped {
                let _ = style.render(names[input], hit, out);
            }
            ControlFlow::Continue(())
        };
        let mut failed = None;
        let deliver = |delivery: Delivery<'_>| {
            match delivery {
                Delivery::Hits { rendered, hits, .. } if !is_skipped => {
                    failed = output.write_hits(rendered, hits).err()
                }
                Delivery::End(end) => *errors[end.input] = end.error,
                _ => {}
            }
            if failed.is_some() || output.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let threads = if changed > 1 { threads } else { 1 };
        scanner.scan_many(sources.into_iter(), threads, render, deliver).map_err(io::Error::other)?;
        failed.map_or(Ok(()), Err)
    }

    /// Scans a line without an end as it stands.
    fn rest(&mut self, name: &str, tail: &mut Tail) -> io::Result<()> {
        let (scanner, mut hits) = self.hits(name);
        let _ = scanner.scan_rest(tail, |hit| hits.take(hit));
        hits.write()
    }
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
        })
    }

    /// Standard input is among what is followed.
    pub(super) fn has_pipe(&self) -> bool {
        self.has_pipe
    }

    /// No file is followed, nor can one come.
    pub(super) fn is_empty(&self) -> bool {
        self.logs.is_empty() && !self.is_changing
    }

    /// How much is followed: `2 files`, `standard input`, `1 file and standard input`.
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

    /// Looks once at everything.
    pub(super) fn round(
        &mut self,
        scanner: &mut Scanner,
        style: &Style,
        output: &mut Output<'_>,
    ) -> Result<(), Box<dyn Error>> {
        if self.is_changing && !self.is_first {
            self.logs = inputs::files(&self.args.inputs)?;
            self.logs.retain(|log| log.as_ref().map_or(true, |log| log.path.is_some()));
        }
        let is_skipped = self.is_first && self.args.follow.from_end;
        let mut writer = Writer { scanner, style, output, is_skipped };
        for file in &mut self.files {
            file.is_seen = false;
        }
        for log in self.logs.clone() {
            match log {
                Err(error) => self.tell(error),
                Ok(log) => self.find(&log),
            }
        }
        self.missed(&mut writer)?;
        // Those that come up on the way have their turn in the next round. One that nothing was read of yet may be a copy of another,
        // which is told by what has been read of that one.
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

    /// Finds the log that a path leads to among those that are followed, or follows it from now on.
    fn find(&mut self, log: &Log) {
        let Some(path) = &log.path else { return };
        let waited_for = format!("{}: does not exist: waited for", log.name);
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Rotated, and perhaps more than once.
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
        // Each hit would be found once more in it, and again in what that adds.
        if Own::of(self.args).has(path) {
            if is_explicit {
                self.tell(own::why(path));
            }
            return;
        }
        if inputs::id(&metadata).is_some_and(|file| inputs::output() == Some(file)) {
            return self.tell(format!("{}: is also what the output is written to", log.name));
        }
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
                // Another one may have taken its place between the two looks at the path.
                if let Some(known) = self.files.iter_mut().find(|known| key.is_some() && known.key == key) {
                    known.is_seen = true;
                    return;
                }
                // A copy of the log in its own place, as editors make them.
                let same = |old: &&mut Followed| {
                    old.path == *path && !old.is_seen && old.print.at > 0 && old.print.is_in(&file).unwrap_or(false)
                };
                if let Some(old) = self.files.iter_mut().find(same) {
                    (old.file, old.key, old.is_seen) = (Some(file), key, true);
                    return;
                }
                if !self.is_first {
                    self.turned.push(path.clone());
                }
                let is_new = !self.is_first && !is_explicit;
                self.files.push(Followed::new(log.name.clone(), path.clone(), file, key, is_new));
                self.make_room(0);
            }
        }
    }

    /// Opens a log that was closed and has changed. Whether it is still followed.
    fn reopen(&mut self, file: &mut Followed) -> bool {
        if !file.is_to_be_opened() {
            return true;
        }
        let mut path = file.path.clone();
        if !file.is_seen {
            // It was renamed, before it was closed or since.
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
                        "{}: gone while it was closed, as more logs are followed than files can be open: what was written \
                         to it behind byte {place} is not known",
                        file.name
                    ));
                    return false;
                }
            }
        }
        self.make_room(1);
        match open(&path) {
            Ok((opened, key)) if key == file.key => file.file = Some(opened),
            // The next round finds out what is there now.
            Ok(_) => {}
            Err(error) => self.tell(format!("{}: {error}: tried again", file.name)),
        }
        true
    }

    /// The turn of some logs, which are scanned side by side.
    fn turn(&mut self, logs: &[usize], writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        let mut ready = Vec::new();
        for &at in logs {
            // To open it another one is closed, which must have been read.
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

    /// Whether a log is read in this round. A copy of another never is.
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

    /// Scans what was added to the logs whose turn it is, and draws the conclusions.
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

    /// What follows from the reading of a log. Whether it is still followed.
    fn settle(&mut self, file: &mut Followed, turn: Turn, writer: &mut Writer<'_, '_>) -> Result<bool, Box<dyn Error>> {
        if let Some(error) = turn.error {
            self.tell(format!("{}: {error} at byte {}: tried again", file.name, file.print.at));
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

    /// Follows a log no longer that has been still for long enough.
    fn leave(&mut self, file: &mut Followed) {
        let seconds = self.args.follow.keep_open.as_secs_f64();
        self.tell(format!(
            "{}: renamed or removed, and nothing was written to it for {seconds} seconds: no longer followed, from byte {}",
            file.name, file.print.at
        ));
        self.passed.extend(file.key);
        self.remember(std::mem::take(&mut file.print));
    }

    /// Goes on with a log that was shortened or overwritten: with its copy first, if there is one, then from its start.
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
            Some(copy) => format!("what was added before that is read from {}", copy.display()),
            None => format!("what was added before that, behind byte {}, is not known", print.at),
        };
        let message = format!("{}: was {what}: from its start again; {rest}", file.name);
        say!("logscan: {}", Escaped::new(&message));
        self.remember(print);
        self.turned.push(file.path.clone());
        (file.idle, file.still) = (0, Instant::now());
        Ok(())
    }

    /// Remembers a log that is gone, for its copies.
    fn remember(&mut self, print: Print) {
        if self.gone.len() == REMEMBERED {
            self.gone.pop_front();
        }
        self.gone.push_back(print);
    }

    /// Whether what begins so is a log that was read, or a copy of it.
    fn is_known(&self, head: &[u8]) -> bool {
        self.files.iter().map(|file| &file.print).chain(&self.gone).any(|print| print.begins(head))
    }

    /// Notes what stands beside the logs when they are first looked at: it was there before.
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

    /// Looks beside the logs that were rotated for those that came and went between two looks.
    fn missed(&mut self, writer: &mut Writer<'_, '_>) -> Result<(), Box<dyn Error>> {
        // Path, size, how far it was read, which file it is and when it was written.
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
        // In the order in which they were written.
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
                // It is being compressed.
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

    /// Reads a compressed log that came and went between two looks.
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

    /// Closes the logs that have been still for longest, first of those that a path leads to, until so many more can be opened.
    fn make_room(&mut self, wanted: usize) {
        let count = self.files.iter().filter(|file| file.file.is_some()).count() + wanted;
        let Some(excess) = count.checked_sub(self.room).filter(|&excess| excess > 0) else { return };
        let mut open: Vec<&mut Followed> = self.files.iter_mut().filter(|file| file.file.is_some()).collect();
        open.sort_by_key(|file| (!file.is_seen, file.still));
        open.into_iter().take(excess).for_each(Followed::close);
    }
}
