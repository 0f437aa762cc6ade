//! Finds the logs that the arguments name, and opens them.

use std::collections::HashSet;
use std::error::Error;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use glob::{MatchOptions, Pattern};
use netsieve::ErrorKind;
use netsieve::feed::matching_paths;
use netsieve::input::{Caveat, Input, Member, TextCheck};
use netsieve::render::Escaped;
use netsieve::scan::many::{ReadAt, Source};

use crate::cli::InputArgs;
use crate::idle::{self, Stdin};

/// A log to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    /// The name in the output.
    pub(crate) name: String,
    /// `None`: standard input.
    pub(crate) path: Option<PathBuf>,
    /// The size of a regular file, or of a member within its archive.
    pub(crate) size: Option<u64>,
    /// The file within the zip archive that the path leads to.
    pub(crate) member: Option<Member>,
}

impl Log {
    fn stdin() -> Self {
        Self { name: "(standard input)".to_owned(), path: None, size: None, member: None }
    }

    fn file(path: PathBuf) -> Self {
        let size = fs::metadata(&path).ok().filter(Metadata::is_file).map(|file| file.len());
        let name = netsieve::shown_path(&path).into_owned();
        Self { name, path: Some(path), size, ..Self::stdin() }
    }

    /// Returns the logs in a file: the file itself, or the members of a zip archive.
    fn members(path: PathBuf) -> Vec<Result<Self, String>> {
        let log = Self::file(path.clone());
        // Only regular files are opened here, because opening a pipe would wait. Read errors are reported later.
        if log.size.is_none() {
            return vec![Ok(log)];
        }
        match Member::all(&path) {
            Ok(Some(members)) => members
                .into_iter()
                .map(|member| {
                    let name = format!("{}/{}", log.name, member.name());
                    let size = Some(member.packed_size());
                    Ok(Self { name, path: Some(path.clone()), size, member: Some(member) })
                })
                .collect(),
            Err(error) if error.kind() == ErrorKind::Io(io::ErrorKind::InvalidData) => vec![Err(error.to_string())],
            Ok(None) | Err(_) => vec![Ok(log)],
        }
    }
}

const ARCHIVE: &str = "this archive";

/// Returns the logs that the arguments name, in order. Within folders and globs they are sorted by name, and members of zip archives are
/// listed one by one. An argument that names nothing gives an error in its place.
pub(crate) fn logs(args: &InputArgs) -> Result<Vec<Result<Log, String>>, Box<dyn Error>> {
    let members = |log: Result<Log, String>| match log {
        Ok(Log { path: Some(path), .. }) => Log::members(path),
        other => vec![other],
    };
    let mut finder = Finder::of(args)?;
    let mut logs = Vec::new();
    for file in std::mem::take(&mut finder.found) {
        let path = file.as_ref().ok().and_then(|log| log.path.clone());
        let within = members(file);
        if let Some(archive) = path.filter(|_| within.is_empty()) {
            finder.empty.push((archive, ARCHIVE));
        }
        logs.extend(within);
    }
    let is_all = args.include.is_empty() && args.exclude.is_empty();
    for (path, what) in &finder.empty {
        let picked = if is_all || *what == ARCHIVE { "" } else { " that --include and --exclude pick" };
        say!("logscan: {}: no file in {what}{picked}", Escaped::new(&*netsieve::shown_path(path)));
    }
    Ok(logs)
}

/// Like [`logs`], but a zip archive counts as one file.
pub(crate) fn files(args: &InputArgs) -> Result<Vec<Result<Log, String>>, Box<dyn Error>> {
    Ok(Finder::of(args)?.found)
}

/// Returns true if an argument may name other files later.
pub(crate) fn is_changing(log: &Path) -> bool {
    log.is_dir() || (!log.exists() && is_glob(log))
}

fn is_glob(log: &Path) -> bool {
    log.to_string_lossy().contains(['*', '?', '['])
}

struct Finder<'a> {
    args: &'a InputArgs,
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
    found: Vec<Result<Log, String>>,
    /// The arguments that hold nothing to search, and what they are.
    empty: Vec<(PathBuf, &'static str)>,
}

const MATCH: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

impl<'a> Finder<'a> {
    fn new(args: &'a InputArgs) -> Result<Self, String> {
        let patterns = |globs: &[String]| -> Result<Vec<Pattern>, String> {
            globs.iter().map(|glob| Pattern::new(glob).map_err(|error| format!("{glob}: {error}"))).collect()
        };
        let (include, exclude) = (patterns(&args.include)?, patterns(&args.exclude)?);
        Ok(Self { args, include, exclude, found: Vec::new(), empty: Vec::new() })
    }

    /// Finds what the arguments name; without any, that is standard input.
    fn of(args: &'a InputArgs) -> Result<Self, String> {
        let mut finder = Self::new(args)?;
        if args.logs.is_empty() {
            finder.found.push(Ok(Log::stdin()));
        }
        for log in &args.logs {
            finder.argument(log);
        }
        Ok(finder)
    }

    fn argument(&mut self, log: &Path) {
        if log.as_os_str() == "-" {
            self.found.push(Ok(Log::stdin()));
        } else if log.is_dir() {
            let before = self.found.len();
            self.top(log);
            if self.found.len() == before {
                self.empty.push((log.to_owned(), "this folder"));
            }
        } else if log.exists() || !is_glob(log) {
            self.found.push(Ok(Log::file(log.to_owned())));
        } else {
            self.glob(log);
        }
    }

    fn glob(&mut self, log: &Path) {
        let text = netsieve::shown_path(log);
        let paths = match matching_paths(Path::new(""), log, self.args.hidden) {
            Ok(paths) => paths,
            Err(error) => return self.found.push(Err(format!("{text}: {error}"))),
        };
        let before = self.found.len();
        // A folder under another named folder is searched only once.
        let mut seen = HashSet::new();
        for path in paths {
            match path {
                Ok(path) if path.is_dir() => self.folder(&path, &path, &mut seen),
                Ok(path) => {
                    if self.is_wanted(&path, &path) {
                        self.found.push(Ok(Log::file(path)));
                    }
                }
                Err(error) => self.found.push(Err(error.to_string())),
            }
        }
        if self.found.len() == before {
            if seen.is_empty() {
                self.found.push(Err(format!("{text}: no file matches")));
            } else {
                self.empty.push((log.to_owned(), "the folders that match"));
            }
        }
    }

    /// Returns true if a file or folder is wanted by its name. `within` is its path within the folder that was given.
    fn is_wanted(&self, path: &Path, within: &Path) -> bool {
        path.is_dir() && !self.matches(&self.exclude, path, within)
            || !path.is_dir()
                && (self.include.is_empty() || self.matches(&self.include, path, within))
                && !self.matches(&self.exclude, path, within)
    }

    /// A pattern with a `/` applies to the path, any other to the name.
    fn matches(&self, patterns: &[Pattern], path: &Path, within: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        patterns.iter().any(|pattern| {
            if pattern.as_str().contains('/') {
                pattern.matches_with(&within.to_string_lossy(), MATCH)
            } else {
                pattern.matches_with(&name, MATCH)
            }
        })
    }

    /// Finds the regular files in a folder and in all folders under it.
    fn top(&mut self, folder: &Path) {
        self.folder(folder, folder, &mut HashSet::new());
    }

    /// `seen` holds the folders that were searched. Links can lead to a folder in many ways or in circles, so each is searched once.
    fn folder(&mut self, top: &Path, folder: &Path, seen: &mut HashSet<Place>) {
        match Place::of(folder).map(|place| seen.insert(place)) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return self.found.push(Err(format!("{}: {error}", netsieve::shown_path(folder)))),
        }
        let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        match entries {
            Err(error) => self.found.push(Err(format!("{}: {error}", netsieve::shown_path(folder)))),
            Ok(mut entries) => {
                entries.sort_by_key(fs::DirEntry::file_name);
                for entry in entries {
                    self.entry(top, &entry, seen);
                }
            }
        }
    }

    fn entry(&mut self, top: &Path, entry: &fs::DirEntry, seen: &mut HashSet<Place>) {
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if (is_hidden && !self.args.hidden) || (is_link && !self.args.links) {
            return;
        }
        let path = entry.path();
        let within = path.strip_prefix(top).unwrap_or(&path).to_owned();
        if !self.is_wanted(&path, &within) {
            return;
        }
        match fs::metadata(&path) {
            Ok(file) if file.is_dir() => self.folder(top, &path, seen),
            Ok(file) if file.is_file() => self.found.push(Ok(Log::file(path))),
            // Pipes, sockets and devices are not logs.
            Ok(_) => {}
            Err(error) => self.found.push(Err(format!("{}: {error}", netsieve::shown_path(&path)))),
        }
    }
}

/// The number of bytes read from all inputs so far, before decompression, and of hits.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) read: AtomicU64,
    pub(crate) hits: AtomicU64,
}

/// Counts and checks the bytes of an input while they are read.
#[derive(Clone)]
struct Counted {
    file: Arc<File>,
    meter: Arc<Meter>,
    /// Checks bytes that are searched as they are. Decompressed bytes are checked elsewhere.
    check: Option<Arc<TextCheck>>,
    /// The size of a regular file when it was opened, and the offset of the next sequential read.
    size: Option<u64>,
    at: u64,
}

impl Counted {
    fn count(&self, offset: u64, read: &[u8], wanted: usize) -> io::Result<usize> {
        self.meter.read.fetch_add(read.len() as u64, Ordering::Relaxed);
        if let Some(size) = self.size.filter(|&size| read.is_empty() && wanted > 0 && offset < size) {
            let reason = format!("was shortened while it was scanned: read to byte {offset} of {size}");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
        }
        if let Some(check) = &self.check {
            check.look(offset, read);
        }
        Ok(read.len())
    }
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = match self.size {
            Some(_) => ReadAt::read_at(&*self.file, buf, self.at)?,
            None => idle::read(&self.file, buf)?,
        };
        let read = self.count(self.at, &buf[..read], buf.len())?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let moved = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size.and_then(|size| size.checked_add_signed(by)),
        };
        self.at = moved.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl ReadAt for Counted {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = ReadAt::read_at(&*self.file, buf, offset)?;
        self.count(offset, &buf[..read], buf.len())
    }
}

/// A reader that is searched sequentially, and shows its bytes to a [`TextCheck`].
struct Checked<R> {
    reader: R,
    check: Arc<TextCheck>,
    at: u64,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        self.check.look(self.at, &buf[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

/// Opens inputs.
pub(crate) struct Opener {
    meter: Arc<Meter>,
    wants_maps: bool,
    inputs: Vec<Opened>,
    /// The file to which hits are written.
    output: Option<Id>,
}

#[derive(Default)]
struct Opened {
    check: Arc<TextCheck>,
    /// The map, if the input is mapped. The system does the reading then.
    map: Mutex<Option<Arc<Map>>>,
}

impl Opener {
    pub(crate) fn new(meter: Arc<Meter>, inputs: usize, wants_maps: bool) -> Self {
        let inputs = (0..inputs).map(|_| Opened::default()).collect();
        Self { meter, wants_maps, inputs, output: output() }
    }

    /// Returns true if an opened input is mapped.
    pub(crate) fn is_mapped(&self, input: usize) -> bool {
        self.inputs[input].map.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Returns a warning on an input that was read to its end, if there is one.
    pub(crate) fn caveat(&self, input: usize) -> Option<Caveat> {
        let Opened { check, map } = &self.inputs[input];
        if let Some(map) = map.lock().unwrap_or_else(PoisonError::into_inner).take() {
            check.look(0, (*map).as_ref());
        }
        check.caveat()
    }

    /// Opens a log, and decompresses it if necessary. A plain file is read at many places at once, or mapped.
    pub(crate) fn open(&self, input: usize, log: &Log) -> io::Result<Source<'static>> {
        let check = &self.inputs[input].check;
        let Some(path) = &log.path else {
            return reader(Input::new(Stdin::new(self.meter.clone())?)?, check);
        };
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
        }
        let size = metadata.is_file().then_some(metadata.len());
        let written = metadata.modified().ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
        let dated = |source: io::Result<Source<'static>>| match written {
            Some(at) if metadata.is_file() => Ok(Source::Written { source: Box::new(source?), at }),
            _ => source,
        };
        let file = Counted { file: Arc::new(file), meter: self.meter.clone(), check: None, size, at: 0 };
        if !metadata.is_file() {
            return reader(Input::new(file)?, check);
        }
        if self.output.is_some() && self.output == id(&metadata) {
            return Err(io::Error::other("the output goes to this file: not scanned as a log"));
        }
        if let Some(member) = &log.member {
            return dated(reader(member.unpack(file)?, check));
        }
        let mut unpacked = Input::new(file.clone())?;
        if unpacked.compression().is_some() || unpacked.is_archive()? {
            return dated(reader(unpacked, check));
        }
        if self.wants_maps {
            let map = Arc::new(map(path)?);
            *self.inputs[input].map.lock().unwrap_or_else(PoisonError::into_inner) = Some(map.clone());
            return dated(Ok(Source::Bytes(Box::new(Shared(map)))));
        }
        dated(Ok(Source::File(Box::new(Counted { check: Some(check.clone()), ..file }))))
    }
}

fn reader(reader: impl Read + Send + 'static, check: &Arc<TextCheck>) -> io::Result<Source<'static>> {
    Ok(Source::Reader(Box::new(Checked { reader, check: check.clone(), at: 0 })))
}

/// A map that is scanned, and checked again at the end.
struct Shared(Arc<Map>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

type Map = netsieve::MappedFile;

fn map(path: &Path) -> io::Result<Map> {
    // SAFETY: the help of `--mmap` demands that the files are neither written to nor shortened meanwhile.
    #[allow(unsafe_code)]
    unsafe {
        netsieve::MappedFile::open(path)
    }
}

/// Identifies a file or folder regardless of its name.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Id(Id),
    Path(PathBuf),
}

impl Place {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        match id(&fs::metadata(path)?) {
            Some(id) => Ok(Self::Id(id)),
            None => fs::canonicalize(path).map(Self::Path),
        }
    }
}

/// Identifies a file: device and inode.
pub(crate) type Id = (u64, u64);

#[cfg(unix)]
pub(crate) fn id(file: &Metadata) -> Option<Id> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
pub(crate) fn id(_: &Metadata) -> Option<Id> {
    None
}

/// Returns the id of the file that standard output goes to, if it is a regular file.
pub(crate) fn output() -> Option<Id> {
    id(&stdout_file()?.metadata().ok()?)
}

/// Returns the regular file that standard output goes to.
#[cfg(unix)]
pub(crate) fn stdout_file() -> Option<File> {
    use std::os::fd::AsFd;
    let file = File::from(io::stdout().as_fd().try_clone_to_owned().ok()?);
    file.metadata().is_ok_and(|metadata| metadata.is_file()).then_some(file)
}

#[cfg(not(unix))]
pub(crate) fn stdout_file() -> Option<File> {
    None
}
