//! `logscan scan --follow`: logs that grow, are rotated, shortened, and appear later.
//!
//! A log is known by device and inode, and its path is only where it is found: renaming it does not lose the place that was
//! reached, and what is newly made under its old name is another log. A log that no path leads to any more is kept open for a few
//! rounds, for what its writer still adds. A log that is shorter than what was read of it begins anew; one that was shortened
//! and has grown beyond that place between two looks at it cannot be told from one that has grown.
//!
//! Files are looked at in intervals: that is the same everywhere, on network file systems too.

use std::collections::HashSet;
use std::error::Error;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use netsieve::input::Input;
use netsieve::render::Escaped;
use netsieve::scan::Tail;
use netsieve::scan::many::{ReadAt, Rendered};
use netsieve::{Hit, Scanner, Sieve};

use crate::Outcome;
use crate::cli::ScanArgs;
use crate::inputs::{self, Id, Log, id};
use crate::scan::{Output, Style, scan_options};
use crate::signal;

/// After so many rounds without a change, a line without an end is scanned as it stands, and a log without a path is closed.
const PATIENCE: u32 = 5;

/// How much is gathered of hits before it is written.
const FLUSH_AT: usize = 64 * 1024;

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    let mut follower = Follower::new(args)?;
    let since = args.since.as_ref();
    let load = || args.set.load_since(since).map(|(sieve, _)| sieve);
    let mut reload = Reload::new(|| args.set.paths(since), load);
    let options = scan_options(args)?;
    let mut scanner = Scanner::new(&load()?, &options);
    let style = Style::new(args);
    let mut output = Output::new(args, &style, true);
    loop {
        follower.round(&mut scanner, &style, &mut output)?;
        if output.is_done() {
            return Ok(Outcome::Found);
        }
        thread::sleep(args.follow.interval);
        if signal::came() {
            return Ok(Outcome::Nothing);
        }
        match reload.changed() {
            None => {}
            Some(Ok(sieve)) => {
                say!("logscan: feeds loaded anew: {} indicators", sieve.len());
                scanner = Scanner::new(&sieve, &options);
            }
            Some(Err(error)) => {
                say!("logscan: {}; going on with the feeds as they were", Escaped::new(&error.to_string()));
            }
        }
    }
}

/// What tells that a file has changed.
type Stamp = (PathBuf, Option<(u64, Option<SystemTime>, Option<Id>)>);

/// Builds a sieve anew when what it is made of has changed.
///
/// A change counts once it has been the same for two looks, so that a file that is being written is not read by halves.
struct Reload<P, B> {
    paths: P,
    build: B,
    built: Vec<Stamp>,
    last: Vec<Stamp>,
}

impl<P: Fn() -> Vec<PathBuf>, B: Fn() -> Result<Sieve, Box<dyn Error>>> Reload<P, B> {
    /// `paths`: what to look at; `build`: what makes a sieve of it. Before the sieve is built for the first time.
    fn new(paths: P, build: B) -> Self {
        let built = stamps(&paths());
        Self { paths, build, last: built.clone(), built }
    }

    /// The new sieve if there is to be one, or why it cannot be built.
    fn changed(&mut self) -> Option<Result<Sieve, Box<dyn Error>>> {
        let now = stamps(&(self.paths)());
        let is_settled = now == self.last;
        self.last.clone_from(&now);
        if now == self.built || !is_settled {
            return None;
        }
        self.built = now;
        Some((self.build)())
    }
}

fn stamps(paths: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |path: &PathBuf| {
        let file = fs::metadata(path).ok();
        (path.clone(), file.map(|file| (file.len(), file.modified().ok(), id(&file))))
    };
    paths.iter().map(stamp).collect()
}

/// A log that is followed.
struct Followed {
    name: String,
    path: PathBuf,
    id: Option<Id>,
    file: File,
    tail: Tail,
    read: u64,
    /// Rounds since something was added.
    idle: u32,
    /// Rounds since a path led to it.
    unseen: u32,
}

impl Followed {
    fn is(&self, path: &Path, file: &Metadata) -> bool {
        match id(file) {
            // Where files have no numbers, they are what they are called.
            None => self.path == path,
            id => self.id == id,
        }
    }
}

struct Follower<'a> {
    args: &'a ScanArgs,
    /// Which logs there are can change.
    is_changing: bool,
    logs: Vec<Result<Log, String>>,
    files: Vec<Followed>,
    /// What has been said once.
    told: HashSet<String>,
    is_first: bool,
}

impl<'a> Follower<'a> {
    fn new(args: &'a ScanArgs) -> Result<Self, Box<dyn Error>> {
        let logs = inputs::files(&args.inputs)?;
        for log in logs.iter().flatten() {
            let is_file = |path: &PathBuf| fs::metadata(path).map_or(true, |file| file.is_file());
            if !log.path.as_ref().is_some_and(is_file) {
                return Err(format!("{}: only files can be followed", log.name).into());
            }
        }
        let is_changing = args.inputs.logs.iter().any(|log| inputs::is_changing(log));
        Ok(Self { args, is_changing, logs, files: Vec::new(), told: HashSet::new(), is_first: true })
    }

    fn tell(&mut self, message: String) {
        if !self.told.contains(&message) {
            say!("logscan: {}", Escaped::new(&message));
            self.told.insert(message);
        }
    }

    /// Looks once at everything.
    fn round(&mut self, scanner: &mut Scanner, style: &Style, output: &mut Output<'_>) -> Result<(), Box<dyn Error>> {
        if self.is_changing && !self.is_first {
            self.logs = inputs::files(&self.args.inputs)?;
        }
        for file in &mut self.files {
            file.unseen += 1;
        }
        for log in self.logs.clone() {
            match log {
                Err(error) => self.tell(error),
                Ok(log) => self.find(&log),
            }
        }
        let is_skipped = self.is_first && self.args.follow.from_end;
        self.is_first = false;
        let mut kept = Vec::new();
        for mut file in std::mem::take(&mut self.files) {
            match self.read(&mut file, scanner, style, output, is_skipped)? {
                _ if output.is_done() => return Ok(()),
                true => kept.push(file),
                false => {}
            }
        }
        self.files = kept;
        Ok(())
    }

    /// Finds the log that a path leads to among those that are followed, or follows it from now on.
    fn find(&mut self, log: &Log) {
        let Some(path) = &log.path else { return };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.tell(format!("{}: does not exist: waited for", log.name));
            }
            Err(error) => return self.tell(format!("{}: {error}", log.name)),
        };
        self.told.remove(&format!("{}: does not exist: waited for", log.name));
        if !metadata.is_file() {
            return self.tell(format!("{}: only files can be followed", log.name));
        }
        if let Some(known) = self.files.iter_mut().find(|file| file.is(path, &metadata)) {
            known.unseen = 0;
            return;
        }
        match open(path) {
            Err(error) => self.tell(format!("{}: {error}", log.name)),
            Ok((file, id)) => {
                // Another one may have taken its place between the two looks at the path.
                if let Some(known) = self.files.iter_mut().find(|known| id.is_some() && known.id == id) {
                    known.unseen = 0;
                    return;
                }
                let (name, path) = (log.name.clone(), path.clone());
                self.files.push(Followed { name, path, id, file, tail: Tail::new(), read: 0, idle: 0, unseen: 0 });
            }
        }
    }

    /// Scans what was added to a log. Whether it is still followed.
    fn read(
        &mut self,
        file: &mut Followed,
        scanner: &mut Scanner,
        style: &Style,
        output: &mut Output<'_>,
        is_skipped: bool,
    ) -> Result<bool, Box<dyn Error>> {
        let mut hits =
            Hits { style, output, name: &file.name, is_skipped, rendered: Vec::new(), hits: Vec::new(), error: None };
        let is_shorter = file.file.metadata().is_ok_and(|now| now.len() < file.read);
        if is_shorter {
            let _ = scanner.scan_rest(&mut file.tail, |hit| hits.take(hit));
            (file.tail, file.read) = (Tail::new(), 0);
        }
        let mut reader = At { file: &file.file, offset: file.read };
        let result = scanner.scan_tail(&mut file.tail, &mut reader, |hit| hits.take(hit));
        let is_idle = reader.offset == file.read;
        file.read = reader.offset;
        file.idle = if is_idle { file.idle + 1 } else { 0 };
        let is_left = file.unseen > PATIENCE && is_idle;
        if is_left || file.idle == PATIENCE && file.tail.has_rest() {
            let _ = scanner.scan_rest(&mut file.tail, |hit| hits.take(hit));
        }
        hits.write()?;
        if is_shorter {
            say!("logscan: {}: was shortened: from its start again", Escaped::new(&file.name));
        }
        if let Err(error) = result {
            self.tell(format!("{}: {error}", file.name));
            return Ok(false);
        }
        Ok(!is_left)
    }
}

/// Opens a log that is not compressed.
fn open(path: &Path) -> io::Result<(File, Option<Id>)> {
    let file = File::open(path)?;
    let mut head = [0; 16];
    let len = ReadAt::read_at(&file, &mut head, 0)?;
    if let Some(compression) = Input::new(&head[..len])?.compression() {
        let reason = format!("{compression}-compressed: scanned without --follow only");
        return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
    }
    let id = id(&file.metadata()?);
    Ok((file, id))
}

/// A file from some place on.
struct At<'f> {
    file: &'f File,
    offset: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = ReadAt::read_at(self.file, buf, self.offset)?;
        self.offset += len as u64;
        Ok(len)
    }
}

/// Hits on their way to the output.
struct Hits<'h, 'o> {
    style: &'h Style,
    output: &'h mut Output<'o>,
    name: &'h str,
    is_skipped: bool,
    rendered: Vec<u8>,
    hits: Vec<Rendered>,
    error: Option<io::Error>,
}

impl Hits<'_, '_> {
    fn take(&mut self, hit: &Hit<'_>) -> ControlFlow<()> {
        if self.is_skipped {
            return ControlFlow::Continue(());
        }
        // That the first hit of a log is enough is for the output to say.
        let _ = self.style.render(self.name, hit, &mut self.rendered);
        self.hits.push(Rendered { end: self.rendered.len(), matches: hit.matches().len() });
        if self.rendered.len() < FLUSH_AT && self.hits.len() < FLUSH_AT {
            return ControlFlow::Continue(());
        }
        if let Err(error) = self.write() {
            self.error = Some(error);
            return ControlFlow::Break(());
        }
        if self.output.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn write(&mut self) -> io::Result<()> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if !self.hits.is_empty() {
            self.output.hits(&self.rendered, &self.hits)?;
            self.rendered.clear();
            self.hits.clear();
        }
        Ok(())
    }
}
