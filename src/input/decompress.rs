//! Decompression; the format is recognised by the first bytes.

use std::fmt;
use std::io::{self, Chain, Cursor, Read};

use super::compression::Compression;
use super::fill::fill;
use super::magic::{self, HEAD, Kind, TAR_HEADER};
#[cfg(feature = "compression")]
use super::unpack::Unpacker;

/// The decompressed bytes of a reader.
///
/// A compressed input that ends early or is corrupt gives an error from [`Read::read`], never a clean end. A decoder allocates the
/// window that the input asks for; an input that asks for more than [`MAX_DECODER`](crate::limits::MAX_DECODER) is an error.
///
/// ```
/// use std::io::Read;
///
/// use netsieve::input::Input;
///
/// let mut input = Input::new(&b"a plain log\n"[..])?;
/// assert!(input.compression().is_none() && !input.is_archive()?);
/// let mut text = String::new();
/// input.read_to_string(&mut text)?;
/// assert_eq!(text, "a plain log\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Input<R: Read> {
    inner: Inner<R>,
    /// The first bytes of the output, kept until they are enough to recognise an archive.
    seen: Vec<u8>,
    is_checked: bool,
    archive: Archive,
    /// Bytes that were looked at and are still to be given out, and the error that follows them.
    kept: Cursor<Vec<u8>>,
    failed: Option<io::Error>,
}

type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

enum Inner<R: Read> {
    Plain(Whole<R>),
    #[cfg(feature = "compression")]
    Packed(Box<Unpacker<R>>),
}

/// The state of the tar archive, if the input is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Archive {
    None,
    Tar,
    /// Its end has been reached, and the error that names it has been returned.
    Told,
}

impl<R: Read> Input<R> {
    /// Looks at the first bytes of `reader` and decompresses gzip, zstd, bzip2 and xz.
    ///
    /// Waits for no more bytes than it takes to recognise the format: one or two for text.
    ///
    /// # Errors
    ///
    /// Reading fails. The error has the kind [`io::ErrorKind::Unsupported`] in two cases. Either the input is compressed, and the crate was
    /// built without its feature `compression`. Or a search could find nothing in the input, so that it would look like a clean log: it
    /// is an archive, a database, a packet capture, a binary log, UTF-32 or the like. The message says what it is and how to turn it into
    /// text.
    pub fn new(mut reader: R) -> io::Result<Self> {
        let mut head = vec![0; HEAD];
        let mut filled = 0;
        let kind = loop {
            let read = match reader.read(&mut head[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            filled += read;
            if let Some(kind) = magic::tell(&head[..filled], read == 0 || filled == HEAD) {
                break kind;
            }
        };
        head.truncate(filled);
        let inner = match kind {
            Kind::Plain => Inner::Plain(Cursor::new(head).chain(reader)),
            Kind::Packed(compression) => packed(compression, &head, reader)?,
            Kind::Zip => return Err(unsupported(ZIP.to_owned())),
            Kind::Foreign(foreign) => return Err(unsupported(foreign.to_string())),
        };
        Ok(Self {
            inner,
            seen: Vec::new(),
            is_checked: false,
            archive: Archive::None,
            kept: Cursor::default(),
            failed: None,
        })
    }

    /// The same input, but expansion by more than [`MAX_EXPANSION`](crate::limits::MAX_EXPANSION) times is an error.
    ///
    /// This is for feeds, which are kept in memory. A log is scanned in bounded memory, and may well be one line repeated a million times.
    #[cfg_attr(not(feature = "compression"), allow(unused_mut))]
    pub(crate) fn capped(mut self) -> Self {
        #[cfg(feature = "compression")]
        if let Inner::Packed(unpacker) = &mut self.inner {
            unpacker.cap();
        }
        self
    }

    /// Returns true if this is a tar archive. Waits for the first 512 bytes.
    ///
    /// An archive is read as one text. Its end is an error that says that compressed members were not read.
    ///
    /// # Errors
    ///
    /// Reading fails.
    pub fn is_archive(&mut self) -> io::Result<bool> {
        #[cfg(feature = "compression")]
        if !self.is_checked && self.compression().is_some() {
            self.check()?;
        }
        if let Inner::Plain(reader) = &mut self.inner
            && !self.is_checked
            && self.seen.is_empty()
        {
            let mut head = vec![0; TAR_HEADER];
            let filled = fill(reader, &mut head)?;
            head.truncate(filled);
            self.is_checked = true;
            if magic::is_tar(&head) {
                self.archive = Archive::Tar;
            }
            self.kept = Cursor::new(head);
        }
        Ok(self.archive != Archive::None)
    }

    /// Returns the compression of the input; `None` if it is not compressed.
    pub fn compression(&self) -> Option<Compression> {
        match &self.inner {
            Inner::Plain(_) => None,
            #[cfg(feature = "compression")]
            Inner::Packed(unpacker) => Some(unpacker.compression()),
        }
    }
}

/// The error message for a zip archive whose members cannot be read.
const ZIP: &str = "a zip archive, which can only be read from a file: unpack it first";

#[cfg(feature = "compression")]
fn packed<R: Read>(compression: Compression, head: &[u8], reader: R) -> io::Result<Inner<R>> {
    Ok(Inner::Packed(Box::new(Unpacker::new(compression, head, reader)?)))
}

#[cfg(not(feature = "compression"))]
fn packed<R: Read>(compression: Compression, _: &[u8], _: R) -> io::Result<Inner<R>> {
    Err(unsupported(format!("{compression}-compressed, but netsieve was built without the feature `compression`")))
}

fn unsupported(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, message)
}

#[cfg(feature = "compression")]
impl<R: Read> Input<R> {
    /// Checks the start of the decompressed bytes before any are given out.
    fn check(&mut self) -> io::Result<()> {
        let Inner::Packed(unpacker) = &mut self.inner else { return Ok(()) };
        let mut head = vec![0; TAR_HEADER];
        let mut filled = 0;
        while filled < head.len() {
            match unpacker.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        head.truncate(filled);
        self.is_checked = true;
        let compression = unpacker.compression();
        let holds = match magic::tell(&head[..filled.min(HEAD)], true) {
            Some(Kind::Packed(within)) => format!("{within} data: decompress it twice first"),
            Some(Kind::Zip) => "a zip archive: decompress and unpack it first".to_owned(),
            Some(Kind::Foreign(foreign)) => foreign.to_string(),
            Some(Kind::Plain) | None => {
                self.archive = if magic::is_tar(&head) { Archive::Tar } else { Archive::None };
                self.kept = Cursor::new(head);
                return Ok(());
            }
        };
        Err(unsupported(format!("{compression}-compressed, and holds {holds}")))
    }
}

impl<R: Read> Input<R> {
    fn unpack(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "compression")]
        if !self.is_checked && self.compression().is_some() {
            self.check()?;
        }
        let kept = self.kept.read(buf)?;
        if kept > 0 {
            return Ok(kept);
        }
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        match &mut self.inner {
            Inner::Plain(reader) => reader.read(buf),
            #[cfg(feature = "compression")]
            Inner::Packed(unpacker) => unpacker.read(buf),
        }
    }

    /// Keeps the first bytes of a plain input until they are enough to recognise a tar archive.
    fn see(&mut self, read: &[u8]) {
        let wanted = read.len().min(TAR_HEADER - self.seen.len());
        self.seen.extend_from_slice(&read[..wanted]);
        if self.seen.len() == TAR_HEADER {
            self.is_checked = true;
            if magic::is_tar(&self.seen) {
                self.archive = Archive::Tar;
            }
            self.seen = Vec::new();
        }
    }
}

/// The error at the end of a tar archive, after everything in it that is plain text.
const TAR: &str = "a tar archive, scanned as one text: lines count from its start, and members that are compressed or \
                   binary were not read: unpack it first";

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.unpack(buf)?;
        if read == 0 && self.archive == Archive::Tar && !buf.is_empty() {
            self.archive = Archive::Told;
            return Err(match self.compression() {
                None => unsupported(TAR.to_owned()),
                Some(compression) => unsupported(format!("{compression}-compressed {}", TAR.trim_start_matches("a "))),
            });
        }
        if !self.is_checked {
            self.see(&buf[..read]);
        }
        Ok(read)
    }
}

impl<R: Read> fmt::Debug for Input<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("compression", &self.compression()).finish_non_exhaustive()
    }
}
