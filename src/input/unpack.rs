//! Decompressing: one loop over the members of an input, and a decoder for each format.
//!
//! The decoders are called step by step, for two reasons. All output from before an error is given out. And one rule holds for the bytes
//! between and after members: zeros are padding, another member is read on, and anything else is an error.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use flate2::FlushDecompress;
use zstd::stream::raw::{DParameter, InBuffer, Operation, OutBuffer};

use super::compression::{Compression, bomb, is_bomb};
use super::magic::{self, Kind};
use crate::limits::MAX_DECODER;

/// Bytes of compressed input per read.
const BUFFER: usize = 128 * 1024;

/// Bytes that show whether a member follows: enough for the magic of each format.
const NEXT: usize = 10;

/// The decompressed bytes of a reader.
pub(super) struct Unpacker<R> {
    reader: R,
    /// `buf[start..end]` has been read and not yet decoded.
    buf: Box<[u8]>,
    start: usize,
    end: usize,
    /// The reader is at its end.
    is_end: bool,
    compression: Compression,
    decoder: Decoder,
    /// A member has ended, and the next one has not begun.
    is_between: bool,
    /// Bytes read so far, and bytes that came out.
    packed: u64,
    unpacked: u64,
    is_capped: bool,
    /// The error to return from now on.
    failed: Option<Failure>,
}

/// The error that ended decompression. Every later read returns it again. A reader's error is kept as its source.
#[derive(Clone, Debug)]
struct Failure(Arc<io::Error>);

impl Failure {
    fn new(kind: io::ErrorKind, reason: String) -> Self {
        Self(Arc::new(io::Error::new(kind, reason)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        io::Error::new(failure.0.kind(), failure)
    }
}

impl<R: Read> Unpacker<R> {
    /// Unpacks an input that begins with `head`, which has the magic of the format.
    pub(super) fn new(compression: Compression, head: &[u8], reader: R) -> io::Result<Self> {
        let mut buf = vec![0; BUFFER].into_boxed_slice();
        buf[..head.len()].copy_from_slice(head);
        Ok(Self {
            reader,
            buf,
            start: 0,
            end: head.len(),
            is_end: false,
            compression,
            decoder: Decoder::new(compression)?,
            is_between: false,
            packed: head.len() as u64,
            unpacked: 0,
            is_capped: false,
            failed: None,
        })
    }

    pub(super) fn compression(&self) -> Compression {
        self.compression
    }

    /// Makes expansion by more than [`MAX_EXPANSION`](crate::limits::MAX_EXPANSION) times an error.
    pub(super) fn cap(&mut self) {
        self.is_capped = true;
    }

    /// Appends more input to the buffer; returns false at the end.
    fn more(&mut self) -> io::Result<bool> {
        if self.is_end {
            return Ok(false);
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buf.len() {
            self.buf.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let read = loop {
            match self.reader.read(&mut self.buf[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += read;
        self.packed += read as u64;
        self.is_end = read == 0;
        Ok(read > 0)
    }

    /// Goes on to the next member; returns `false` at the end.
    fn next_member(&mut self) -> io::Result<bool> {
        let mut padding = 0_u64;
        loop {
            let rest = &self.buf[self.start..self.end];
            let zeros = rest.iter().take_while(|&&byte| byte == 0).count();
            self.start += zeros;
            padding += zeros as u64;
            if self.start < self.end || !self.more()? {
                break;
            }
        }
        // Tapes and block devices pad with any number of zeros; the xz format defines how many there may be.
        if self.compression == Compression::Xz && !padding.is_multiple_of(4) {
            return Err(self.fail(io::ErrorKind::InvalidData, "the padding is not a multiple of four bytes"));
        }
        while self.end - self.start < NEXT && self.more()? {}
        let rest = &self.buf[self.start..self.end];
        if rest.is_empty() {
            return Ok(false);
        }
        let Some(Kind::Packed(compression)) = magic::tell(rest, true) else {
            let place = self.packed - rest.len() as u64;
            return Err(
                self.fail(io::ErrorKind::InvalidData, format_args!("the data at byte {place} are not a member"))
            );
        };
        if compression == self.compression {
            self.decoder.restart()?;
        } else {
            (self.compression, self.decoder) = (compression, Decoder::new(compression)?);
        }
        self.is_between = false;
        Ok(true)
    }

    fn fail(&mut self, kind: io::ErrorKind, reason: impl fmt::Display) -> io::Error {
        let reason = format!("{} data truncated or corrupt ({reason})", self.compression);
        self.failed.insert(Failure::new(kind, reason)).clone().into()
    }

    fn step(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.is_between && !self.next_member()? {
                return Ok(0);
            }
            let input = &self.buf[self.start..self.end];
            let Step { used, made, state } = self.decoder.step(input, out);
            self.start += used;
            match state {
                Ok(State::End) => self.is_between = true,
                Ok(State::More) if made > 0 => {}
                Ok(State::More) if self.start == self.end => {
                    if !self.more()? {
                        return Err(self.fail(io::ErrorKind::UnexpectedEof, "ends within a member"));
                    }
                }
                Ok(State::More) if used > 0 => {}
                Ok(State::More) => {
                    return Err(self.fail(io::ErrorKind::InvalidData, "the decoder cannot go on"));
                }
                Err(fault) => {
                    let error = match fault {
                        Fault::Corrupt(reason) => self.fail(io::ErrorKind::InvalidData, reason),
                        Fault::Refused(reason) => {
                            let reason = format!("{} data {reason}", self.compression);
                            let kind = io::ErrorKind::Unsupported;
                            self.failed.insert(Failure::new(kind, reason)).clone().into()
                        }
                    };
                    if made == 0 {
                        return Err(error);
                    }
                }
            }
            if made > 0 {
                return Ok(made);
            }
        }
    }
}

impl<R: Read> Read for Unpacker<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            let step = match &self.failed {
                Some(failure) => Err(failure.clone().into()),
                None => self.step(&mut buf[filled..]),
            };
            match step {
                Ok(0) => break,
                Ok(made) => filled += made,
                Err(error) if filled == 0 => return Err(error),
                // The error is returned at the next call.
                Err(error) => {
                    self.failed.get_or_insert_with(|| Failure(Arc::new(error)));
                    break;
                }
            }
        }
        self.unpacked += filled as u64;
        if self.is_capped && is_bomb(self.packed, self.unpacked) {
            return Err(bomb(self.compression));
        }
        Ok(filled)
    }
}

/// The result of one call of a decoder.
struct Step {
    used: usize,
    made: usize,
    state: Result<State, Fault>,
}

enum State {
    More,
    /// The member has ended.
    End,
}

enum Fault {
    Corrupt(String),
    /// It is intact, but cannot be decompressed here; with the reason.
    Refused(String),
}

/// The fault of data that take more memory than [`MAX_DECODER`]. `advice` is a command that decompresses them.
fn too_large(advice: &str) -> Fault {
    let most = MAX_DECODER >> 20;
    Fault::Refused(format!(
        "that takes more than {most} MiB of memory to decompress: decompress it first, with `{advice}` for example"
    ))
}

enum Decoder {
    Gzip(flate2::Decompress),
    Zstd(Zstd),
    Bzip2(bzip2::Decompress),
    Xz(liblzma::stream::Stream),
}

struct Zstd {
    decoder: zstd::stream::raw::Decoder<'static>,
    /// The number of bytes it asks for next: a block and the header of the next one.
    wanted: usize,
    /// It may hold back output that there was no room for.
    is_full: bool,
}

/// Bytes for the first call of a frame: the part of the header that says how long the header is.
const FRAME_START: usize = 5;

/// The message of zstd for a window over the limit.
const ZSTD_WINDOW: &str = "Frame requires too much memory for decoding";

/// The message of zstd for a frame that names a dictionary.
const ZSTD_DICTIONARY: &str = "Dictionary mismatch";

impl Decoder {
    fn new(compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            // 15 bits of window, plus 16 for the header and trailer of gzip.
            Compression::Gzip => Self::Gzip(flate2::Decompress::new_gzip(15)),
            Compression::Zstd => {
                let mut decoder = zstd::stream::raw::Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(MAX_DECODER.ilog2()))?;
                Self::Zstd(Zstd { decoder, wanted: FRAME_START, is_full: false })
            }
            Compression::Bzip2 => Self::Bzip2(bzip2::Decompress::new(false)),
            Compression::Xz => Self::Xz(liblzma::stream::Stream::new_stream_decoder(MAX_DECODER, 0)?),
        })
    }

    /// Prepares for another member.
    fn restart(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(decoder) => *decoder = flate2::Decompress::new_gzip(15),
            // Frames follow each other directly.
            Self::Zstd(zstd) => (zstd.wanted, zstd.is_full) = (FRAME_START, false),
            Self::Bzip2(_) => *self = Self::new(Compression::Bzip2)?,
            Self::Xz(_) => *self = Self::new(Compression::Xz)?,
        }
        Ok(())
    }

    fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        match self {
            Self::Gzip(decoder) => {
                let before = (decoder.total_in(), decoder.total_out());
                let state = match decoder.decompress(input, out, FlushDecompress::None) {
                    Ok(flate2::Status::StreamEnd) => Ok(State::End),
                    Ok(_) => Ok(State::More),
                    Err(error) => Err(Fault::Corrupt(error.to_string())),
                };
                counted(before, (decoder.total_in(), decoder.total_out()), state)
            }
            Self::Zstd(zstd) => zstd.step(input, out),
            Self::Bzip2(decoder) => {
                let before = (decoder.total_in(), decoder.total_out());
                let state = match decoder.decompress(input, out) {
                    Ok(bzip2::Status::StreamEnd) => Ok(State::End),
                    Ok(bzip2::Status::MemNeeded) => Err(Fault::Corrupt("out of memory".to_owned())),
                    Ok(_) => Ok(State::More),
                    Err(error) => Err(Fault::Corrupt(error.to_string())),
                };
                counted(before, (decoder.total_in(), decoder.total_out()), state)
            }
            Self::Xz(decoder) => {
                use liblzma::stream::{Action, Error, Status};
                let before = (decoder.total_in(), decoder.total_out());
                let state = match decoder.process(input, out, Action::Run) {
                    Ok(Status::StreamEnd) => Ok(State::End),
                    Ok(_) => Ok(State::More),
                    Err(Error::MemLimit) => Err(too_large("xz -d")),
                    Err(error) => Err(Fault::Corrupt(error.to_string())),
                };
                counted(before, (decoder.total_in(), decoder.total_out()), state)
            }
        }
    }
}

/// Computes a step from the totals before and after it. The totals also count what a failed call did.
fn counted(before: (u64, u64), after: (u64, u64), state: Result<State, Fault>) -> Step {
    // One call cannot use or make more than the slices it was given.
    Step { used: (after.0 - before.0) as usize, made: (after.1 - before.1) as usize, state }
}

impl Zstd {
    /// Runs one step. A failed call does not say how much output it made. So the decoder gets one block at a time, and the next only after
    /// it has handed out all of the last.
    fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let len = if self.is_full { 0 } else { input.len().min(self.wanted) };
        let mut from = InBuffer::around(&input[..len]);
        let room = out.len();
        let mut into = OutBuffer::around(out);
        let hint = self.decoder.run(&mut from, &mut into);
        let (used, made) = (from.pos(), into.pos());
        let was_full = std::mem::replace(&mut self.is_full, made == room && room > 0);
        let state = match hint {
            Ok(0) => Ok(State::End),
            // Nothing was held back.
            Ok(_) if was_full && made == 0 => return self.step(input, out),
            Ok(hint) => {
                self.wanted = hint;
                Ok(State::More)
            }
            Err(error) => Err(match error.to_string() {
                reason if reason == ZSTD_WINDOW => too_large("zstd -d --long=31"),
                reason if reason == ZSTD_DICTIONARY => Fault::Refused(
                    "that needs a dictionary: decompress it first, with `zstd -d -D DICTIONARY` for example".to_owned(),
                ),
                reason => Fault::Corrupt(reason),
            }),
        };
        Step { used, made, state }
    }
}
