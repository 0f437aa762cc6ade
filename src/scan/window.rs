//! The part of a reader's input that is at hand.

use std::io::{self, Read};

use super::utf16::{self, Transcoder};
use crate::error::{Error, Result};
use crate::limits::{MAX_LINE, PIECE_OVERLAP, SNIFF_UTF16};

/// A buffer over a reader: filled, used, and moved on. UTF-16 is transcoded on the way in.
#[derive(Debug)]
pub(super) struct Window<R> {
    reader: R,
    bytes: Vec<u8>,
    capacity: usize,
    /// Where the first byte stands in the (transcoded) input.
    offset: u64,
    state: State,
    encoding: Encoding,
    raw: Vec<u8>,
}

#[derive(Debug)]
enum State {
    Open,
    Ended,
    Failed(io::Error),
}

#[derive(Debug)]
enum Encoding {
    /// Too little has been read to tell.
    Unknown,
    Bytes,
    Utf16 {
        transcoder: Transcoder,
        mark: usize,
    },
}

impl<R: Read> Window<R> {
    /// A window that holds `blocks` blocks at least.
    pub(super) fn reader(reader: R, blocks: usize) -> Self {
        Self {
            reader,
            bytes: Vec::new(),
            capacity: (blocks + 1) * MAX_LINE + 2 * PIECE_OVERLAP,
            offset: 0,
            state: State::Open,
            encoding: Encoding::Unknown,
            raw: Vec::new(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether nothing follows.
    pub(super) fn is_at_end(&self) -> bool {
        !matches!(self.state, State::Open)
    }

    pub(super) fn is_utf16(&self) -> bool {
        matches!(self.encoding, Encoding::Utf16 { .. })
    }

    /// Where the first byte at hand stands in the input before transcoding; for the first window.
    pub(super) fn raw_start(&self) -> u64 {
        match self.encoding {
            Encoding::Utf16 { mark, .. } => mark as u64,
            _ => 0,
        }
    }

    /// What the reader failed with.
    pub(super) fn result(self) -> Result<()> {
        match self.state {
            State::Failed(error) => Err(Error::io(None, error)),
            _ => Ok(()),
        }
    }

    /// Drops the first `len` bytes.
    pub(super) fn advance(&mut self, len: usize) {
        self.bytes.drain(..len);
        self.offset += len as u64;
    }

    /// Reads until the window is full or the input ends.
    pub(super) fn fill(&mut self) {
        if matches!(self.encoding, Encoding::Unknown) {
            self.recognise();
        }
        while matches!(self.state, State::Open) && self.bytes.len() < self.capacity {
            match &mut self.encoding {
                Encoding::Utf16 { transcoder, .. } => {
                    // A unit of two bytes becomes at most three.
                    self.raw.resize((self.capacity - self.bytes.len()) / 2 + 2, 0);
                    match read(&mut self.reader, &mut self.raw) {
                        Ok(len) => transcoder.push(&self.raw[..len], &mut self.bytes),
                        Err(state) => {
                            transcoder.finish(&mut self.bytes);
                            self.state = state;
                        }
                    }
                }
                _ => {
                    let start = self.bytes.len();
                    self.bytes.resize(self.capacity, 0);
                    let read = read(&mut self.reader, &mut self.bytes[start..]);
                    self.bytes.truncate(start + read.as_ref().map_or(0, |&len| len));
                    if let Err(state) = read {
                        self.state = state;
                    }
                }
            }
        }
    }

    /// Reads the first 4 KiB, and tells the encoding by them.
    fn recognise(&mut self) {
        let mut head = vec![0; SNIFF_UTF16];
        let mut len = 0;
        while len < head.len() {
            match read(&mut self.reader, &mut head[len..]) {
                Ok(more) => len += more,
                Err(state) => {
                    self.state = state;
                    break;
                }
            }
        }
        head.truncate(len);
        self.encoding = match utf16::detect(&head) {
            Some((order, mark)) => {
                let mut transcoder = Transcoder::new(order);
                transcoder.push(&head[mark..], &mut self.bytes);
                if self.is_at_end() {
                    transcoder.finish(&mut self.bytes);
                }
                Encoding::Utf16 { transcoder, mark }
            }
            None => {
                self.bytes = head;
                Encoding::Bytes
            }
        };
    }
}

/// Some bytes, or how the input ended.
fn read(reader: &mut impl Read, into: &mut [u8]) -> Result<usize, State> {
    loop {
        match reader.read(into) {
            Ok(0) => return Err(State::Ended),
            Ok(len) => return Ok(len),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(State::Failed(error)),
        }
    }
}
