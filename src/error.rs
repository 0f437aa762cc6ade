//! The public error type.
//!
//! An [`Error`] names the file, line or section, and the reason. A feed value that is refused is not an error: it goes into the build
//! report, as a [`Reject`](crate::Reject).
//!
//! ```
//! use netsieve::Sieve;
//!
//! let error = Sieve::from_bytes(b"no sieve".to_vec()).unwrap_err();
//! assert!(error.to_string().starts_with("section header: "));
//! ```
//!
//! Tell errors apart by their kind:
//!
//! ```
//! use std::io;
//!
//! use netsieve::{ErrorKind, Sieve};
//!
//! match Sieve::open("missing.sieve").map_err(|error| error.kind()) {
//!     Err(ErrorKind::Io(io::ErrorKind::NotFound)) => println!("nothing compiled yet"),
//!     Err(ErrorKind::Damage) => println!("compile it again"),
//!     other => println!("{other:?}"),
//! }
//! ```

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::io;
use std::path::{Path, PathBuf};

/// A `Result` whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error from building a sieve, or from opening or reading an input.
///
/// A search never fails because of its input; only building, opening and reading can fail. The message names the
/// file, the value and the limit concerned.
#[derive(Debug)]
pub struct Error {
    kind: Box<Kind>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Io { path: Option<PathBuf>, source: io::Error },
    Feed { path: PathBuf, reason: String },
    EmptyFeed { path: PathBuf, reason: String },
    Capacity { what: &'static str, limit: u64 },
    Config { reason: String },
    Damage { path: Option<PathBuf>, section: String, reason: String },
    ConfigFile { path: PathBuf, line: usize, column: usize, reason: String },
    Value { reason: Box<dyn std::error::Error + Send + Sync> },
    Internal { what: &'static str },
}

/// The kind of an [`Error`], to tell errors apart in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Reading or writing failed with this kind of I/O error.
    Io(io::ErrorKind),
    /// A whole feed cannot be used: its format is unknown, or it is a web page.
    Feed,
    /// A feed holds neither an indicator nor a rejected value.
    EmptyFeed,
    /// There is more of something than a sieve can count.
    Capacity,
    /// An option, a list from the caller, or a place in a configuration file is wrong.
    Config,
    /// A file is not a compiled set, is of another version, or is damaged.
    #[doc(alias = "Corrupt", alias = "Version")]
    Damage,
    /// A text is not a value that can be listed or looked up.
    Value,
    /// A bug in this crate.
    Internal,
}

impl Error {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match &*self.kind {
            Kind::Io { source, .. } => ErrorKind::Io(source.kind()),
            Kind::Feed { .. } => ErrorKind::Feed,
            Kind::EmptyFeed { .. } => ErrorKind::EmptyFeed,
            Kind::Capacity { .. } => ErrorKind::Capacity,
            Kind::Config { .. } | Kind::ConfigFile { .. } => ErrorKind::Config,
            Kind::Damage { .. } => ErrorKind::Damage,
            Kind::Value { .. } => ErrorKind::Value,
            Kind::Internal { .. } => ErrorKind::Internal,
        }
    }

    /// A text is not a value.
    pub(crate) fn value(reason: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::from_kind(Kind::Value { reason: Box::new(reason) })
    }

    /// An I/O error, with the file it concerns.
    pub(crate) fn io(path: impl Into<Option<PathBuf>>, source: io::Error) -> Self {
        Self::from_kind(Kind::Io { path: path.into(), source })
    }

    /// A whole feed cannot be used: it is unrecognised, or an HTML page.
    #[cfg_attr(not(feature = "feeds"), allow(dead_code))]
    pub(crate) fn feed(path: &Path, reason: impl Into<String>) -> Self {
        Self::from_kind(Kind::Feed { path: path.to_owned(), reason: reason.into() })
    }

    /// A feed holds neither a value nor anything that was rejected.
    #[cfg_attr(not(feature = "feeds"), allow(dead_code))]
    pub(crate) fn empty_feed(path: &Path, reason: impl Into<String>) -> Self {
        Self::from_kind(Kind::EmptyFeed { path: path.to_owned(), reason: reason.into() })
    }

    /// There is more of something than ids can count.
    pub(crate) fn capacity(what: &'static str, limit: u64) -> Self {
        Self::from_kind(Kind::Capacity { what, limit })
    }

    /// An option or a list handed over by the caller is unusable.
    pub(crate) fn config(reason: impl Into<String>) -> Self {
        Self::from_kind(Kind::Config { reason: reason.into() })
    }

    /// A place in a configuration file is wrong; line and column count from 1.
    #[cfg_attr(not(feature = "config"), allow(dead_code))]
    pub(crate) fn config_file(path: &Path, line: usize, column: usize, reason: impl Into<String>) -> Self {
        Self::from_kind(Kind::ConfigFile { path: path.to_owned(), line, column, reason: reason.into() })
    }

    /// Like [`config_file`](Self::config_file), at a byte offset in the file's text.
    #[cfg_attr(not(feature = "config"), allow(dead_code))]
    pub(crate) fn config_at(path: &Path, text: &str, at: usize, reason: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").trim_end_matches('\r').chars().count() + 1;
        Self::config_file(path, line, column, reason)
    }

    /// A section of a compiled file is invalid.
    pub(crate) fn damage(section: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::from_kind(Kind::Damage { path: None, section: section.into(), reason: reason.into() })
    }

    /// The impossible has happened: a bug in this crate. Debug builds stop here; in a release build the caller gets an error.
    pub(crate) fn internal(what: &'static str) -> Self {
        debug_assert!(false, "{what}");
        Self::from_kind(Kind::Internal { what })
    }

    /// Adds the path of the compiled file that the error is about.
    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        if let Kind::Damage { path, .. } = &mut *self.kind {
            path.get_or_insert_with(|| file.to_owned());
        }
        self
    }

    fn from_kind(kind: Kind) -> Self {
        Self { kind: Box::new(kind) }
    }

    /// Returns the file that the error is about, if there is one.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// let error = netsieve::Sieve::open("missing.sieve").unwrap_err();
    /// assert_eq!(error.path(), Some(Path::new("missing.sieve")));
    /// ```
    pub fn path(&self) -> Option<&Path> {
        match &*self.kind {
            Kind::Io { path, .. } | Kind::Damage { path, .. } => path.as_deref(),
            Kind::Feed { path, .. } | Kind::EmptyFeed { path, .. } | Kind::ConfigFile { path, .. } => Some(path),
            _ => None,
        }
    }
}

/// An I/O error without a known file.
impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Self::io(None, source)
    }
}

/// An I/O error of the same kind, whose inner error is the [`Error`]. Kinds that `io` does not have become
/// [`InvalidData`](io::ErrorKind::InvalidData).
///
/// ```
/// use std::io;
///
/// fn open() -> io::Result<netsieve::Sieve> {
///     Ok(netsieve::Sieve::open("missing.sieve")?)
/// }
/// assert_eq!(open().unwrap_err().kind(), io::ErrorKind::NotFound);
/// ```
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Io(kind) => kind,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            Kind::Io { path: Some(path), source } => write!(f, "{}: {source}", shown_path(path)),
            Kind::Io { path: None, source } => write!(f, "{source}"),
            Kind::Feed { path, reason } | Kind::EmptyFeed { path, reason } if path.as_os_str().is_empty() => {
                f.write_str(reason)
            }
            Kind::Feed { path, reason } | Kind::EmptyFeed { path, reason } => {
                write!(f, "{}: {reason}", shown_path(path))
            }
            Kind::Capacity { what, limit } => write!(f, "more than {limit} {what}"),
            Kind::Config { reason } => f.write_str(reason),
            Kind::Value { reason } => write!(f, "{reason}"),
            Kind::Internal { what } => write!(f, "a bug in netsieve, please report it: {what}"),
            Kind::Damage { path, section, reason } => {
                if let Some(path) = path {
                    write!(f, "{}: ", shown_path(path))?;
                }
                write!(f, "section {section}: {reason}")
            }
            Kind::ConfigFile { path, line, column, reason } if path.as_os_str().is_empty() => {
                write!(f, "line {line}, column {column}: {reason}")
            }
            Kind::ConfigFile { path, line, column, reason } => {
                write!(f, "{}:{line}:{column}: {reason}", shown_path(path))
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            Kind::Io { source, .. } => Some(source),
            Kind::Value { reason } => Some(&**reason),
            _ => None,
        }
    }
}

/// Returns a path as messages show it: unchanged, except that bytes that are not UTF-8 become `\xHH`, so that two different names
/// look different.
///
/// Terminal control characters are left in: see [`Escaped`](crate::render::Escaped).
///
/// ```
/// use std::path::Path;
///
/// assert_eq!(netsieve::shown_path(Path::new("feeds/c2.txt")), "feeds/c2.txt");
/// ```
pub fn shown_path(path: &Path) -> Cow<'_, str> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn names_that_differ_look_different() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let shown = |name: &[u8]| shown_path(Path::new(OsStr::from_bytes(name))).into_owned();
        assert_eq!(shown("caf\u{e9}.log".as_bytes()), "caf\u{e9}.log");
        assert_eq!(shown(b"caf\xe9.log"), r"caf\xe9.log");
        assert_eq!(shown(b"a\xff\xe2\x82b"), r"a\xff\xe2\x82b");
        for first in 0x80..=0xff {
            for second in 0x80..=0xff {
                let names = [shown(&[b'a', first, b'.']), shown(&[b'a', second, b'.'])];
                assert_eq!(names[0] == names[1], first == second, "{names:?}");
            }
        }
    }
}
