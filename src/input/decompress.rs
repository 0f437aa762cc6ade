//! Compression, told by the first bytes.

use std::fmt;
use std::io::{self, Chain, Cursor, Read};

use super::fill;
use crate::limits::{MAX_EXPANSION, MAX_UNPACKED};

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip (RFC 1952), all members of it.
    Gzip,
    /// Zstandard (RFC 8878), all frames of it.
    Zstd,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        })
    }
}

/// What the first bytes of an input say of it.
enum Magic {
    Known(Compression),
    /// Bytes that hold a log or a feed, but not in a form that can be searched.
    Unsupported(&'static str),
}

/// Enough for the longest magic below.
const HEAD: usize = 10;

fn magic(head: &[u8]) -> Option<Magic> {
    Some(match head {
        // The third byte is the method; 8 (deflate) is the only one there is.
        [0x1f, 0x8b, 8, ..] => Magic::Known(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Magic::Known(Compression::Zstd),
        // A skippable frame, which pzstd puts first.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Magic::Known(Compression::Zstd),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Magic::Unsupported("xz"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Magic::Unsupported("bzip2"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Magic::Unsupported("bzip2"),
        [b'P', b'K', 3, 4, ..] => Magic::Unsupported("zip"),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Magic::Unsupported("7z"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Magic::Unsupported("lz4"),
        [0x1f, 0x9d, 0x80..=0x90, ..] => Magic::Unsupported("compress (.Z)"),
        _ => return None,
    })
}

/// The decompressed bytes of a reader.
///
/// A compressed input that ends early, or is corrupt, is an error from [`Read::read`], never a clean end.
pub struct Input<R: Read> {
    inner: Inner<R>,
    /// What comes out is held against what goes in.
    is_capped: bool,
    unpacked: u64,
}

type Whole<R> = Chain<Cursor<Vec<u8>>, Counted<R>>;

/// Counts what is read.
struct Counted<R> {
    reader: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// Whether so much coming out of so much is more than any list or log would give.
pub(crate) fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > MAX_UNPACKED && unpacked / MAX_EXPANSION > packed
}

/// What is said of a bomb.
pub(crate) fn bomb(what: impl fmt::Display) -> io::Error {
    let reason = format!("{what} data expands more than {MAX_EXPANSION} times: refused behind {MAX_UNPACKED} bytes");
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

enum Inner<R: Read> {
    Plain(Whole<R>),
    #[cfg(feature = "compression")]
    Gzip(Box<flate2::read::MultiGzDecoder<Whole<R>>>),
    #[cfg(feature = "compression")]
    Zstd(Box<zstd::stream::read::Decoder<'static, io::BufReader<Whole<R>>>>),
}

impl<R: Read> Input<R> {
    /// Looks at the first bytes of `reader` and decompresses gzip and zstd.
    ///
    /// # Errors
    ///
    /// Reading fails. Of kind [`io::ErrorKind::Unsupported`]: the input is gzip or zstd and the crate was built without its
    /// feature `compression`; or it is xz, bzip2, zip, 7z, lz4 or `compress`, where a search would find nothing and look
    /// like a clean log.
    pub fn new(mut reader: R) -> io::Result<Self> {
        let mut head = vec![0; HEAD];
        let filled = fill(&mut reader, &mut head)?;
        head.truncate(filled);
        let magic = magic(&head);
        let whole = Cursor::new(head).chain(Counted { reader, count: filled as u64 });
        let inner = match magic {
            None => Inner::Plain(whole),
            Some(Magic::Known(compression)) => decoder(compression, whole)?,
            Some(Magic::Unsupported(name)) => {
                return Err(unsupported(format!("{name}-compressed, which is not supported: decompress it first")));
            }
        };
        Ok(Self { inner, is_capped: false, unpacked: 0 })
    }

    /// The same, with an end to what expands more than [`MAX_EXPANSION`] times.
    ///
    /// A log is scanned as it comes, with bounded memory, and may well be the same line a million times over; a feed is kept.
    pub(crate) fn capped(mut self) -> Self {
        self.is_capped = true;
        self
    }

    /// How the input was compressed; `None` if it is read as it is.
    pub fn compression(&self) -> Option<Compression> {
        match self.inner {
            Inner::Plain(_) => None,
            #[cfg(feature = "compression")]
            Inner::Gzip(_) => Some(Compression::Gzip),
            #[cfg(feature = "compression")]
            Inner::Zstd(_) => Some(Compression::Zstd),
        }
    }
}

#[cfg(feature = "compression")]
fn decoder<R: Read>(compression: Compression, whole: Whole<R>) -> io::Result<Inner<R>> {
    Ok(match compression {
        // Rotated logs are often appended member by member, which `GzDecoder` would end after the first of.
        Compression::Gzip => Inner::Gzip(Box::new(flate2::read::MultiGzDecoder::new(whole))),
        Compression::Zstd => Inner::Zstd(Box::new(zstd::stream::read::Decoder::new(whole)?)),
    })
}

#[cfg(not(feature = "compression"))]
fn decoder<R: Read>(compression: Compression, _: Whole<R>) -> io::Result<Inner<R>> {
    Err(unsupported(format!("{compression}-compressed, and netsieve was built without its feature `compression`")))
}

fn unsupported(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, message)
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (read, packed) = match &mut self.inner {
            Inner::Plain(reader) => return reader.read(buf),
            #[cfg(feature = "compression")]
            Inner::Gzip(reader) => {
                let read = reader.read(buf).map_err(|error| named(Compression::Gzip, error))?;
                (read, reader.get_ref().get_ref().1.count)
            }
            #[cfg(feature = "compression")]
            Inner::Zstd(reader) => {
                let read = reader.read(buf).map_err(|error| named(Compression::Zstd, error))?;
                (read, reader.get_ref().get_ref().get_ref().1.count)
            }
        };
        #[cfg_attr(not(feature = "compression"), allow(unreachable_code))]
        {
            self.unpacked += read as u64;
            match self.compression() {
                Some(compression) if self.is_capped && is_bomb(packed, self.unpacked) => Err(bomb(compression)),
                _ => Ok(read),
            }
        }
    }
}

#[cfg(feature = "compression")]
fn named(compression: Compression, error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::Interrupted => error,
        kind => io::Error::new(kind, format!("{compression} data truncated or corrupt ({error})")),
    }
}

impl<R: Read> fmt::Debug for Input<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("compression", &self.compression()).finish_non_exhaustive()
    }
}
