//! Which logs are meant, and how each is opened.

use std::error::Error;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use glob::{MatchOptions, Pattern};
use netsieve::input::Input;
use netsieve::scan::many::{ReadAt, Source};

use crate::cli::InputArgs;

/// A log that is to be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    /// As the output has it.
    pub(crate) name: String,
    /// `None`: standard input.
    pub(crate) path: Option<PathBuf>,
    /// Of a regular file.
    pub(crate) size: Option<u64>,
}

impl Log {
    fn stdin() -> Self {
        Self { name: "(standard input)".to_owned(), path: None, size: None }
    }

    fn file(path: PathBuf) -> Self {
        let size = fs::metadata(&path).ok().filter(Metadata::is_file).map(|file| file.len());
        Self { name: path.to_string_lossy().into_owned(), path: Some(path), size }
    }
}

/// The logs that the arguments name, in their order; folders and globs by name. What names nothing is an error in its place.
pub(crate) fn logs(args: &InputArgs) -> Result<Vec<Result<Log, String>>, Box<dyn Error>> {
    let mut finder = Finder::new(args)?;
    if args.logs.is_empty() {
        return Ok(vec![Ok(Log::stdin())]);
    }
    for log in &args.logs {
        finder.argument(log);
    }
    Ok(finder.found)
}

/// Whether an argument may name other files at another time.
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
}

const MATCH: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

impl<'a> Finder<'a> {
    fn new(args: &'a InputArgs) -> Result<Self, String> {
        let patterns = |globs: &[String]| -> Result<Vec<Pattern>, String> {
            globs.iter().map(|glob| Pattern::new(glob).map_err(|error| format!("{glob}: {error}"))).collect()
        };
        Ok(Self { args, include: patterns(&args.include)?, exclude: patterns(&args.exclude)?, found: Vec::new() })
    }

    fn argument(&mut self, log: &Path) {
        if log.as_os_str() == "-" {
            self.found.push(Ok(Log::stdin()));
        } else if log.is_dir() {
            self.folder(log, log, &mut Vec::new());
        } else if log.exists() || !is_glob(log) {
            self.found.push(Ok(Log::file(log.to_owned())));
        } else {
            self.glob(log);
        }
    }

    fn glob(&mut self, log: &Path) {
        let text = log.to_string_lossy();
        let options = MatchOptions { require_literal_leading_dot: !self.args.hidden, ..MATCH };
        let paths = match glob::glob_with(&text, options) {
            Ok(paths) => paths,
            Err(error) => return self.found.push(Err(format!("{text}: {error}"))),
        };
        let before = self.found.len();
        for path in paths {
            match path {
                Ok(path) if path.is_dir() => self.folder(&path, &path, &mut Vec::new()),
                Ok(path) => {
                    if self.is_wanted(&path, &path) {
                        self.found.push(Ok(Log::file(path)));
                    }
                }
                Err(error) => self.found.push(Err(format!("{}: {}", error.path().display(), error.error()))),
            }
        }
        if self.found.len() == before {
            self.found.push(Err(format!("{text}: no file has such a name")));
        }
    }

    /// Whether a file or folder of that name is wanted; `within`: its path beneath what was given.
    fn is_wanted(&self, path: &Path, within: &Path) -> bool {
        path.is_dir() && !self.matches(&self.exclude, path, within)
            || !path.is_dir()
                && (self.include.is_empty() || self.matches(&self.include, path, within))
                && !self.matches(&self.exclude, path, within)
    }

    /// A pattern with a `/` is one for the path, any other one for the name.
    fn matches(&self, patterns: &[Pattern], path: &Path, within: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        patterns.iter().any(|pattern| {
            if pattern.as_str().contains('/') {
                pattern.matches_path_with(within, MATCH)
            } else {
                pattern.matches_with(&name, MATCH)
            }
        })
    }

    /// The regular files of a folder and of those beneath it. `above`: the folders it was reached through.
    fn folder(&mut self, top: &Path, folder: &Path, above: &mut Vec<PathBuf>) {
        // A link to a folder above leads round for ever.
        match fs::canonicalize(folder) {
            Ok(real) if above.contains(&real) => return,
            Ok(real) => above.push(real),
            Err(error) => return self.found.push(Err(format!("{}: {error}", folder.display()))),
        }
        let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        match entries {
            Err(error) => self.found.push(Err(format!("{}: {error}", folder.display()))),
            Ok(mut entries) => {
                entries.sort_by_key(fs::DirEntry::file_name);
                for entry in entries {
                    self.entry(top, &entry, above);
                }
            }
        }
        above.pop();
    }

    fn entry(&mut self, top: &Path, entry: &fs::DirEntry, above: &mut Vec<PathBuf>) {
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
            Ok(file) if file.is_dir() => self.folder(top, &path, above),
            Ok(file) if file.is_file() => self.found.push(Ok(Log::file(path))),
            // Pipes, sockets and devices are no logs.
            Ok(_) => {}
            Err(error) => self.found.push(Err(format!("{}: {error}", path.display()))),
        }
    }
}

/// What has been read so far, of all inputs, before decompression.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) read: AtomicU64,
    pub(crate) hits: AtomicU64,
}

/// A file whose readings are counted.
#[derive(Clone)]
struct Counted {
    file: Arc<File>,
    meter: Arc<Meter>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = (&*self.file).read(buf)?;
        self.meter.read.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

impl ReadAt for Counted {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let len = ReadAt::read_at(&*self.file, buf, offset)?;
        self.meter.read.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

/// Standard input, counted.
struct Stdin(Arc<Meter>);

impl Read for Stdin {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = io::stdin().read(buf)?;
        self.0.read.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

/// How inputs are opened.
pub(crate) struct Opener {
    meter: Arc<Meter>,
    wants_maps: bool,
    /// Inputs that are mapped: their readings are the system's.
    mapped: Vec<AtomicBool>,
    /// The file that hits are written to.
    output: Option<Id>,
}

impl Opener {
    pub(crate) fn new(meter: Arc<Meter>, inputs: usize, wants_maps: bool) -> Self {
        let mapped = (0..inputs).map(|_| AtomicBool::new(false)).collect();
        Self { meter, wants_maps, mapped, output: output() }
    }

    /// Whether an input that has been opened is mapped.
    pub(crate) fn is_mapped(&self, input: usize) -> bool {
        self.mapped[input].load(Ordering::Relaxed)
    }

    /// Opens a log, decompressed where it is compressed. A plain file is read at many places at once, or mapped.
    pub(crate) fn open(&self, input: usize, log: &Log) -> io::Result<Source<'static>> {
        let Some(path) = &log.path else {
            return Ok(Source::Reader(Box::new(Input::new(Stdin(self.meter.clone()))?)));
        };
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
        }
        let file = Counted { file: Arc::new(file), meter: self.meter.clone() };
        if !metadata.is_file() {
            return Ok(Source::Reader(Box::new(Input::new(file)?)));
        }
        if self.output.is_some() && self.output == id(&metadata) {
            return Err(io::Error::other("is also what the output is written to"));
        }
        let unpacked = Input::new(file.clone())?;
        if unpacked.compression().is_some() {
            return Ok(Source::Reader(Box::new(unpacked)));
        }
        if self.wants_maps {
            self.mapped[input].store(true, Ordering::Relaxed);
            return Ok(Source::Bytes(map(path)?));
        }
        Ok(Source::File(Box::new(file)))
    }
}

type Mapped = Box<dyn AsRef<[u8]> + Send + Sync>;

fn map(path: &Path) -> io::Result<Mapped> {
    struct Map(netsieve::MappedFile);

    impl AsRef<[u8]> for Map {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    // SAFETY: whoever gives `--mmap` promises, as its help says, that the files are neither written to nor shortened meanwhile.
    #[allow(unsafe_code)]
    let map = unsafe { netsieve::MappedFile::open(path) }?;
    Ok(Box::new(Map(map)))
}

/// What tells files apart, whatever they are called.
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

/// The regular file that standard output goes to.
#[cfg(unix)]
fn output() -> Option<Id> {
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    let stdout = io::stdout();
    if stdout.is_terminal() {
        return None;
    }
    let file = File::from(stdout.as_fd().try_clone_to_owned().ok()?).metadata().ok()?;
    id(&file).filter(|_| file.is_file())
}

#[cfg(not(unix))]
fn output() -> Option<Id> {
    None
}
