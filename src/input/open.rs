//! Opening files.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::decompress::Input;
use crate::error::{Error, Result, shown_path};

/// Opens a file and returns a reader of its bytes, decompressed if they are compressed.
///
/// Read errors, such as a truncated gzip file, name the file in their message, so callers need not add the path. The bytes read before
/// such an error are not the whole file.
///
/// # Errors
///
/// The file cannot be opened or read, or is compressed in a way that is not supported (see [`Input::new`]).
///
/// ```no_run
/// use std::io::Read;
///
/// let mut bytes = Vec::new();
/// netsieve::input::open_log("access.log.1.gz")?.read_to_end(&mut bytes)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_log(path: impl AsRef<Path>) -> Result<Box<dyn Read + Send>> {
    let path = path.as_ref();
    let reader = open(path)?;
    Ok(Box::new(Named { reader, path: path.to_owned() }))
}

/// Opens and decompresses a file; its read errors do not name it.
fn open(path: &Path) -> Result<Input<File>> {
    File::open(path).and_then(Input::new).map_err(|error| Error::io(path.to_owned(), error))
}

/// A reader whose errors name the file.
struct Named<R> {
    reader: R,
    path: PathBuf,
}

impl<R: Read> Read for Named<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buf).map_err(|error| match error.kind() {
            // Callers retry on this error and never show it.
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, InFile { path: self.path.clone(), source: error }),
        })
    }
}

/// A read error with the name of the file.
#[derive(Debug)]
struct InFile {
    path: PathBuf,
    source: io::Error,
}

impl fmt::Display for InFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shown_path(&self.path), self.source)
    }
}

impl std::error::Error for InFile {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
