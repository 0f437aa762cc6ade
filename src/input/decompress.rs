//! Compression, told by the first bytes.

use std::fmt;
use std::io::{self, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "compression")]
use std::io::BufReader;

use super::fill;
#[cfg(feature = "compression")]
use crate::limits::MAX_DECODER;
#[cfg(any(feature = "compression", feature = "zip"))]
use crate::limits::{MAX_EXPANSION, MAX_UNPACKED};

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip (RFC 1952), all members of it.
    Gzip,
    /// Zstandard (RFC 8878), all frames of it.
    Zstd,
    /// bzip2, all streams of it.
    Bzip2,
    /// xz, all streams of it and the padding between them.
    Xz,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
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
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Magic::Known(Compression::Xz),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Magic::Known(Compression::Bzip2),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Magic::Known(Compression::Bzip2),
        [b'P', b'K', 3, 4, ..] => Magic::Unsupported("zip"),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Magic::Unsupported("7z"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Magic::Unsupported("lz4"),
        [0x1f, 0x9d, 0x80..=0x90, ..] => Magic::Unsupported("compress (.Z)"),
        _ => return None,
    })
}

/// The decompressed bytes of a reader.
///
/// A compressed input that ends early, or is corrupt, is an error from [`Read::read`], never a clean end. A decoder needs the
/// window that the input asks for; one that asks for more than [`MAX_DECODER`](crate::limits::MAX_DECODER) is an error.
pub struct Input<R: Read> {
    inner: Inner<R>,
    #[cfg(feature = "compression")]
    state: Unpacking,
}

/// How far decompressing has come.
#[cfg(feature = "compression")]
#[derive(Debug, Default)]
struct Unpacking {
    /// What comes out is held against what goes in.
    is_capped: bool,
    unpacked: u64,
    packed: Arc<AtomicU64>,
    /// To be told at the next call.
    failed: Option<io::Error>,
}

type Whole<R> = Chain<Cursor<Vec<u8>>, Counted<R>>;

/// Counts what is read.
struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// How much of a compressed input is read at a time.
#[cfg(feature = "compression")]
const BUFFER: usize = 128 * 1024;

/// How much is decompressed in one call of a decoder: what can be lost in front of a corrupt place.
#[cfg(feature = "compression")]
const STEP: usize = 32 * 1024;

/// Whether so much coming out of so much is more than any list or log would give.
#[cfg(any(feature = "compression", feature = "zip"))]
pub(crate) fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > MAX_UNPACKED && unpacked / MAX_EXPANSION > packed
}

/// What is said of a bomb.
#[cfg(any(feature = "compression", feature = "zip"))]
pub(crate) fn bomb(what: impl fmt::Display) -> io::Error {
    let reason = format!("{what} data expands more than {MAX_EXPANSION} times: refused behind {MAX_UNPACKED} bytes");
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

enum Inner<R: Read> {
    Plain(Whole<R>),
    #[cfg(feature = "compression")]
    Gzip(Box<flate2::bufread::MultiGzDecoder<BufReader<Whole<R>>>>),
    #[cfg(feature = "compression")]
    Zstd(Box<zstd::stream::read::Decoder<'static, BufReader<Whole<R>>>>),
    #[cfg(feature = "compression")]
    Bzip2(Box<bzip2::bufread::MultiBzDecoder<BufReader<Whole<R>>>>),
    #[cfg(feature = "compression")]
    Xz(Box<liblzma::bufread::XzDecoder<BufReader<Whole<R>>>>),
}

impl<R: Read> Input<R> {
    /// Looks at the first bytes of `reader` and decompresses gzip, zstd, bzip2 and xz.
    ///
    /// # Errors
    ///
    /// Reading fails. Of kind [`io::ErrorKind::Unsupported`]: the input is compressed and the crate was built without its
    /// feature `compression`; or it is zip, 7z, lz4 or `compress`, where a search would find nothing and look like a clean
    /// log.
    pub fn new(mut reader: R) -> io::Result<Self> {
        let mut head = vec![0; HEAD];
        let filled = fill(&mut reader, &mut head)?;
        head.truncate(filled);
        let magic = magic(&head);
        let packed = Arc::new(AtomicU64::new(filled as u64));
        let whole = Cursor::new(head).chain(Counted { reader, count: packed.clone() });
        let inner = match magic {
            None => Inner::Plain(whole),
            Some(Magic::Known(compression)) => decoder(compression, whole)?,
            Some(Magic::Unsupported(name)) => {
                return Err(unsupported(format!("{name}-compressed, which is not supported: decompress it first")));
            }
        };
        Ok(Self {
            inner,
            #[cfg(feature = "compression")]
            state: Unpacking { packed, ..Unpacking::default() },
        })
    }

    /// The same, with an end to what expands more than [`MAX_EXPANSION`] times.
    ///
    /// A log is scanned as it comes, with bounded memory, and may well be the same line a million times over; a feed is kept.
    #[cfg_attr(not(feature = "compression"), allow(unused_mut))]
    pub(crate) fn capped(mut self) -> Self {
        #[cfg(feature = "compression")]
        {
            self.state.is_capped = true;
        }
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
            #[cfg(feature = "compression")]
            Inner::Bzip2(_) => Some(Compression::Bzip2),
            #[cfg(feature = "compression")]
            Inner::Xz(_) => Some(Compression::Xz),
        }
    }
}

#[cfg(feature = "compression")]
fn decoder<R: Read>(compression: Compression, whole: Whole<R>) -> io::Result<Inner<R>> {
    let reader = BufReader::with_capacity(BUFFER, whole);
    Ok(match compression {
        // Rotated logs are often appended member by member, which `GzDecoder` would end after the first of.
        Compression::Gzip => Inner::Gzip(Box::new(flate2::bufread::MultiGzDecoder::new(reader))),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(reader)?;
            decoder.window_log_max(MAX_DECODER.ilog2())?;
            Inner::Zstd(Box::new(decoder))
        }
        Compression::Bzip2 => Inner::Bzip2(Box::new(bzip2::bufread::MultiBzDecoder::new(reader))),
        Compression::Xz => {
            let stream = liblzma::stream::Stream::new_stream_decoder(MAX_DECODER, liblzma::stream::CONCATENATED)?;
            Inner::Xz(Box::new(liblzma::bufread::XzDecoder::new_stream(reader, stream)))
        }
    })
}

#[cfg(not(feature = "compression"))]
fn decoder<R: Read>(compression: Compression, _: Whole<R>) -> io::Result<Inner<R>> {
    Err(unsupported(format!("{compression}-compressed, and netsieve was built without its feature `compression`")))
}

fn unsupported(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, message)
}

#[cfg(feature = "compression")]
impl<R: Read> Input<R> {
    /// Decompresses into `buf`; `None` if there is nothing to decompress.
    fn unpack(&mut self, buf: &mut [u8]) -> Option<io::Result<usize>> {
        Some(match &mut self.inner {
            Inner::Plain(_) => return None,
            Inner::Gzip(reader) => reader.read(buf),
            Inner::Zstd(reader) => reader.read(buf),
            Inner::Bzip2(reader) => reader.read(buf),
            Inner::Xz(reader) => reader.read(buf),
        })
    }

    /// As [`Read::read`], for what is compressed.
    ///
    /// A decoder that fails keeps what it had decoded in that call to itself, so it is called for [`STEP`] bytes at a time.
    fn unpack_by_steps(&mut self, compression: Compression, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.state.failed.take() {
            return Err(error);
        }
        let mut filled = 0;
        while filled < buf.len() {
            let end = buf.len().min(filled + STEP);
            match self.unpack(&mut buf[filled..end]) {
                None | Some(Ok(0)) => break,
                Some(Ok(read)) => filled += read,
                Some(Err(error)) if filled == 0 => return Err(named(compression, error)),
                Some(Err(error)) => {
                    self.state.failed = Some(named(compression, error));
                    break;
                }
            }
        }
        self.state.unpacked += filled as u64;
        if self.state.is_capped && is_bomb(self.state.packed.load(Ordering::Relaxed), self.state.unpacked) {
            return Err(bomb(compression));
        }
        Ok(filled)
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "compression")]
        if let Some(compression) = self.compression() {
            return self.unpack_by_steps(compression, buf);
        }
        match &mut self.inner {
            Inner::Plain(reader) => reader.read(buf),
            #[cfg(feature = "compression")]
            _ => Ok(0),
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
