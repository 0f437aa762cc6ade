//! Opening, decompressing and decoding inputs; lines with bounded memory.
//!
//! Two views of an input are offered. [`Input`] gives the decompressed bytes, unchanged: what a log scanner wants.
//! [`Lines`] gives the text of a feed line by line: byte order marks stripped, UTF-16 transcoded, Latin-1 accepted.
//! Neither goes by a file's name; compression and encoding are told by content. What cannot be searched as it is, a packet
//! capture or a database, is refused by name; [`TextCheck`] tells what else of an input a search went over in vain.
//!
//! ```
//! use netsieve::input::Lines;
//!
//! let mut lines = Lines::new("192.0.2.1\r\nevil.test".as_bytes())?;
//! let mut texts = Vec::new();
//! while let Some(line) = lines.next()? {
//!     texts.push((line.number, line.text.to_owned()));
//! }
//! assert_eq!(texts, [(1, "192.0.2.1".to_owned()), (2, "evil.test".to_owned())]);
//! # Ok::<(), netsieve::Error>(())
//! ```

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, shown_path};

mod decompress;
mod lines;
mod magic;
mod text;
#[cfg(feature = "compression")]
mod unpack;
pub(crate) mod utf16;
#[cfg(feature = "zip")]
mod zip;

#[cfg(feature = "zip")]
pub use self::zip::{Member, Unzipped};
pub use decompress::{Compression, Input};
#[cfg(feature = "zip")]
pub(crate) use decompress::{bomb, is_bomb};
pub use lines::{Line, Lines};
pub(crate) use lines::{split, trim};
pub use text::{Caveat, TextCheck};

/// Opens a file and gives its bytes, decompressed where it is compressed, otherwise unchanged.
///
/// Errors that come up while reading, a truncated gzip file among them, name the file in their message, so they need no
/// path beside them. What was read before such an error is not the whole file.
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

/// Opens and decompresses a file; its reading errors do not name it.
pub(crate) fn open(path: &Path) -> Result<Input<File>> {
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
            // Callers retry on this one, and never show it.
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, format!("{}: {error}", shown_path(&self.path))),
        })
    }
}

/// Reads until `buf` is full or the input ends; gives the number of bytes read.
fn fill(reader: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match reader.read(&mut buf[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
