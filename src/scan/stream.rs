//! Reading an input in order, chunk by chunk.

use std::io::{self, Read};

use super::chunk::Chunk;
use crate::input::utf16::{self, Transcoder};
use crate::limits::SNIFF_UTF16;

/// The progress of reading an input. UTF-16 is transcoded as it is read.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    encoding: Encoding,
}

#[derive(Clone, Debug)]
enum Encoding {
    /// These bytes are too few to tell.
    Unknown(Vec<u8>),
    Bytes,
    Utf16 {
        transcoder: Transcoder,
        mark: u64,
        raw: Vec<u8>,
        text: Vec<u8>,
    },
}

/// Bytes of UTF-16 that are transcoded at a time: a unit of two bytes becomes at most three.
const RAW: usize = 64 * 1024;
const MAX_TEXT: usize = RAW / 2 * 3 + 8;

/// The result of a read.
#[derive(Debug)]
pub(super) enum Filled {
    /// A line ended in the bytes that were read, or the chunk is full.
    More,
    /// The input is at its end, for now at least.
    End,
    Failed(io::Error),
}

impl Stream {
    pub(super) fn new() -> Self {
        Self { encoding: Encoding::Unknown(Vec::new()) }
    }

    /// Returns the length of the byte order mark if the input is UTF-16.
    pub(super) fn mark(&self) -> Option<u64> {
        match self.encoding {
            Encoding::Utf16 { mark, .. } => Some(mark),
            _ => None,
        }
    }

    /// Returns true if bytes are held back because they do not tell the encoding yet.
    pub(super) fn is_undecided(&self) -> bool {
        matches!(&self.encoding, Encoding::Unknown(head) if !head.is_empty())
    }

    /// Reads until a line ends or the chunk is full, so that a writer who writes line by line is answered line by line.
    pub(super) fn fill(&mut self, reader: &mut dyn Read, chunk: &mut Chunk) -> Filled {
        loop {
            let before = chunk.read().len();
            match &mut self.encoding {
                Encoding::Unknown(head) => {
                    let mut more = [0; SNIFF_UTF16];
                    match read(reader, &mut more[head.len()..]) {
                        Ok(len) => head.extend_from_slice(&more[head.len()..head.len() + len]),
                        Err(end) => return end,
                    }
                    if let Some(found) = utf16::decide(head, false) {
                        let head = std::mem::take(head);
                        self.start(found, &head, chunk);
                    }
                }
                Encoding::Bytes => match read(reader, chunk.room()) {
                    Ok(len) => chunk.filled(len),
                    Err(end) => return end,
                },
                Encoding::Utf16 { transcoder, raw, text, .. } => match read(reader, raw) {
                    Ok(len) => {
                        text.clear();
                        transcoder.push(&raw[..len], text);
                        chunk.push(text);
                    }
                    Err(end) => return end,
                },
            }
            let room = if self.mark().is_some() { MAX_TEXT } else { 1 };
            if memchr::memchr(b'\n', &chunk.read()[before..]).is_some() || chunk.room().len() < room {
                return Filled::More;
            }
        }
    }

    /// Adds the bytes that were held back, at the end of the input.
    pub(super) fn finish(&mut self, chunk: &mut Chunk) {
        if let Encoding::Unknown(head) = &mut self.encoding {
            let head = std::mem::take(head);
            self.start(utf16::detect(&head), &head, chunk);
        }
        if let Encoding::Utf16 { transcoder, text, .. } = &mut self.encoding {
            text.clear();
            // A byte that is half a unit is dropped, and not counted.
            let _ = transcoder.finish(text);
            chunk.push(text);
        }
    }

    fn start(&mut self, found: Option<(utf16::Order, usize)>, head: &[u8], chunk: &mut Chunk) {
        self.encoding = match found {
            None => {
                chunk.push(head);
                Encoding::Bytes
            }
            Some((order, mark)) => {
                let (mut transcoder, mut text) = (Transcoder::new(order), Vec::new());
                transcoder.push(&head[mark..], &mut text);
                chunk.push(&text);
                Encoding::Utf16 { transcoder, mark: mark as u64, raw: vec![0; RAW], text }
            }
        };
    }
}

/// Reads some bytes, or returns how the input ended.
fn read(reader: &mut dyn Read, into: &mut [u8]) -> Result<usize, Filled> {
    loop {
        match reader.read(into) {
            Ok(0) => return Err(Filled::End),
            Ok(len) => return Ok(len),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Filled::Failed(error)),
        }
    }
}
