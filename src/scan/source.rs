//! The kinds of inputs, and how each is opened.

use std::fs::File;
use std::io::{self, Read};

use jiff::Timestamp;

use super::chunk::Cutter;
use super::events::Heads;
use super::reading::{Ends, Reading};
use super::tail::Tail;
use crate::input::utf16;
use crate::limits::SNIFF_UTF16;

/// An input.
pub enum Source<'s> {
    /// A reader, read from beginning to end.
    Reader(Box<dyn Read + Send + 's>),
    /// A file that is read at many offsets at once. Anything after the first end of file that a read meets is ignored.
    File(Box<dyn ReadAt + 's>),
    /// An input that grows: read from the position that was reached before, as far as it goes for now (see
    /// [`Scanner::scan_tail`](super::Scanner::scan_tail)). Many such inputs are read side by side.
    Growing {
        /// The bytes that have been added.
        reader: Box<dyn Read + Send + 's>,
        /// The position up to which the input has been scanned; the scan moves it on.
        tail: &'s mut Tail,
        /// True to scan an unfinished line as it stands, as
        /// [`Scanner::scan_rest`](super::Scanner::scan_rest) does.
        with_rest: bool,
    },
    /// Bytes in memory.
    Bytes(Box<dyn AsRef<[u8]> + Send + Sync + 's>),
    /// Any of these, with the time at which it was last written. That gives the year of times that are logged without one. A plain
    /// [`File`](Source::File) knows this time itself.
    Written {
        /// The input.
        source: Box<Source<'s>>,
        /// The time at which it was last written.
        at: Timestamp,
    },
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Source::Reader(_) => "Reader",
            Source::File(_) => "File",
            Source::Growing { .. } => "Growing",
            Source::Bytes(_) => "Bytes",
            Source::Written { .. } => "Written",
        })
    }
}

/// Input that many threads can read at any offset at once.
///
/// ```
/// use std::io;
///
/// use netsieve::scan::many::ReadAt;
///
/// /// A log that an object store serves in ranges.
/// struct Object(Vec<u8>);
///
/// impl ReadAt for Object {
///     fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
///         let rest = &self.0[self.0.len().min(offset as usize)..];
///         let count = rest.len().min(buf.len());
///         buf[..count].copy_from_slice(&rest[..count]);
///         Ok(count)
///     }
///     fn size(&self) -> io::Result<Option<u64>> {
///         Ok(Some(self.0.len() as u64))
///     }
/// }
///
/// let (log, mut start) = (Object(b"evil.test\n".to_vec()), [0; 4]);
/// assert_eq!((log.read_at(&mut start, 5)?, &start), (4, b"test"));
/// assert!(log.written().is_none());
/// # Ok::<(), io::Error>(())
/// ```
pub trait ReadAt: Send + Sync {
    /// Reads at an offset; returns 0 at the end.
    ///
    /// # Errors
    ///
    /// Reading fails.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Returns the minimum number of bytes, if it is known. An input that ends earlier was shortened while it was read, which is
    /// an error.
    ///
    /// # Errors
    ///
    /// The size cannot be determined.
    fn size(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    /// Returns the time at which the input was last written, if it is known.
    fn written(&self) -> Option<Timestamp> {
        None
    }
}

/// The size of a regular file. Other files (in `/proc`, devices) have no meaningful size.
fn size(file: &File) -> io::Result<Option<u64>> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some(metadata.len()))
}

/// The time at which a regular file was last written.
fn written(file: &File) -> Option<Timestamp> {
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Timestamp::try_from(metadata.modified().ok()?).ok()
}

#[cfg(unix)]
impl ReadAt for File {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buf, offset)
    }

    fn size(&self) -> io::Result<Option<u64>> {
        size(self)
    }

    fn written(&self) -> Option<Timestamp> {
        written(self)
    }
}

#[cfg(windows)]
impl ReadAt for File {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buf, offset)
    }

    fn size(&self) -> io::Result<Option<u64>> {
        size(self)
    }

    fn written(&self) -> Option<Timestamp> {
        written(self)
    }
}

/// A file that is read at many offsets, and its size when it was opened.
pub(super) struct Places<'s> {
    file: Box<dyn ReadAt + 's>,
    size: u64,
}

impl Places<'_> {
    /// Reads until `buf` is full, the file ends, or reading fails. Returns the number of bytes and the error, if any. A file that ends
    /// before the size that it had is an error.
    pub(super) fn fill(&self, buf: &mut [u8], offset: u64) -> (usize, io::Result<()>) {
        let mut filled = 0;
        while filled < buf.len() {
            let at = offset + filled as u64;
            match self.file.read_at(&mut buf[filled..], at) {
                Ok(0) => return (filled, self.end(at)),
                Ok(len) => filled += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (filled, Err(error)),
            }
        }
        (filled, Ok(()))
    }

    /// Checks that the file may end at this offset.
    fn end(&self, at: u64) -> io::Result<()> {
        if at >= self.size {
            return Ok(());
        }
        let reason = format!("was shortened while it was read: ends after {at} of {} bytes", self.size);
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason))
    }
}

/// A file that is read from beginning to end.
struct Sequential<'s> {
    file: Places<'s>,
    offset: u64,
}

impl Read for Sequential<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let len = self.file.file.read_at(buf, self.offset)?;
        if len == 0 {
            self.file.end(self.offset)?;
        }
        self.offset += len as u64;
        Ok(len)
    }
}

struct Owned<'s>(Box<dyn AsRef<[u8]> + Send + Sync + 's>);

impl AsRef<[u8]> for Owned<'_> {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// The position in an input that is read in order.
pub(super) enum Position<'s> {
    Own(Box<Tail>),
    Lent(&'s mut Tail),
}

impl AsMut<Tail> for Position<'_> {
    fn as_mut(&mut self) -> &mut Tail {
        match self {
            Position::Own(tail) => tail,
            Position::Lent(tail) => tail,
        }
    }
}

/// An input that is read from beginning to end.
pub(super) type InOrder<'s> = Reading<Box<dyn Read + Send + 's>, Position<'s>>;

/// A source that has been opened, so that its kind is known.
pub(super) enum Opened<'s> {
    InOrder(Box<InOrder<'s>>),
    /// With the headers of the input.
    Places(Places<'s>, Heads),
    Bytes(Box<dyn AsRef<[u8]> + Send + Sync + 's>, Heads),
}

impl<'s> Opened<'s> {
    /// Opens a source. UTF-16 is read in order, wherever it comes from.
    pub(super) fn open(source: Source<'s>) -> io::Result<Self> {
        Self::written(source, None)
    }

    fn written(source: Source<'s>, at: Option<Timestamp>) -> io::Result<Self> {
        Ok(match source {
            Source::Written { source, at } => return Self::written(*source, Some(at)),
            Source::Reader(reader) => Self::whole(reader, Heads::new(at)),
            Source::Growing { reader, tail, with_rest } => {
                tail.cutter.written(at);
                let ends = if with_rest { Ends::Rest } else { Ends::Growing };
                Opened::InOrder(Box::new(Reading::new(reader, Position::Lent(tail), ends)))
            }
            Source::File(file) => {
                // A file that has grown since is read to its new end; one that has shrunk is an error.
                let size = file.size()?.unwrap_or(0);
                let at = at.or_else(|| file.written());
                let file = Places { file, size };
                let mut head = [0; SNIFF_UTF16];
                let (len, read) = file.fill(&mut head, 0);
                match utf16::detect(&head[..len]) {
                    Some(_) => file.in_order(Heads::new(at)),
                    None => {
                        // The same error comes up again when the scan gets to this offset, after everything that can be read.
                        drop(read);
                        Opened::Places(file, Heads::new(at))
                    }
                }
            }
            Source::Bytes(bytes) => match utf16::detect((*bytes).as_ref()) {
                Some(_) => Self::whole(Box::new(io::Cursor::new(Owned(bytes))), Heads::new(at)),
                None => Opened::Bytes(bytes, Heads::new(at)),
            },
        })
    }

    fn whole(reader: Box<dyn Read + Send + 's>, heads: Heads) -> Self {
        let tail = Tail { cutter: Cutter::with(heads), ..Tail::new() };
        Opened::InOrder(Box::new(Reading::new(reader, Position::Own(Box::new(tail)), Ends::Whole)))
    }
}

impl<'s> Places<'s> {
    /// Reads the file in order.
    pub(super) fn in_order(self, heads: Heads) -> Opened<'s> {
        Opened::whole(Box::new(Sequential { file: self, offset: 0 }), heads)
    }
}
