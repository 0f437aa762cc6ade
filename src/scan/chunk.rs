//! A buffer that is filled and scanned, and the rest that is carried over to the next one.

use jiff::Timestamp;

use super::blocks::{Block, Blocks};
use super::count::Counted;
use super::events::{Heads, PartHeads};
use crate::input::utf16;
use crate::limits::{MAX_LINE, PIECE_OVERLAP};

/// Bytes per read: few enough that they are still in the cache of the core that scans them.
pub(super) const CHUNK: usize = 512 * 1024;

/// Room before the bytes that are read, for the rest of the previous chunk.
const FRONT: usize = MAX_LINE + 2 * PIECE_OVERLAP;

/// Room after the bytes that are read, for those that the end of an input adds.
const BEHIND: usize = 16 * 1024;

/// A buffer. It is made once and reused for the parts of inputs, so that nothing is zeroed or allocated again.
#[derive(Debug)]
pub(super) struct Chunk {
    buf: Vec<u8>,
    start: usize,
    end: usize,
}

impl Chunk {
    pub(super) fn new() -> Self {
        // The system zeroes pages lazily: they cost nothing until they are written to, and most of the front never is.
        Self { buf: vec![0; FRONT + CHUNK + BEHIND], start: FRONT, end: FRONT }
    }

    /// Empties the chunk.
    pub(super) fn clear(&mut self) {
        (self.start, self.end) = (FRONT, FRONT);
    }

    /// The space to read into, up to a whole chunk.
    pub(super) fn room(&mut self) -> &mut [u8] {
        let end = self.end.min(FRONT + CHUNK);
        &mut self.buf[end..FRONT + CHUNK]
    }

    /// Takes over the first `len` bytes of the room.
    pub(super) fn filled(&mut self, len: usize) {
        self.end += len.min(FRONT + CHUNK - self.end);
    }

    /// Appends bytes, for which there must be room: `CHUNK` in all, and a little more at the end of an input.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buf[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// The bytes that were read, without those carried over.
    pub(super) fn read(&self) -> &[u8] {
        &self.buf[FRONT..self.end]
    }

    /// All bytes: those carried over, and those read.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buf[self.start..self.end]
    }

    /// Returns the memory that it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.buf.len()
    }

    fn prepend(&mut self, bytes: &[u8]) {
        self.start = FRONT - bytes.len();
        self.buf[self.start..FRONT].copy_from_slice(bytes);
    }
}

/// The blocks of a chunk.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) blocks: Vec<Block>,
    /// The offset of the chunk's first byte in the (transcoded) input.
    pub(super) offset: u64,
    /// The position of the first block.
    pub(super) base: Counted,
    /// The headers that apply in it, by offsets in the chunk.
    pub(super) heads: PartHeads,
}

/// Cuts the chunks of an input, one after the other, into blocks. An unfinished line is carried over.
#[derive(Clone, Debug)]
pub(super) struct Cutter {
    blocks: Blocks,
    carry: Vec<u8>,
    /// The offset of the carried bytes in the (transcoded) input.
    offset: u64,
    /// The position of the next block.
    base: Counted,
    has_started: bool,
    heads: Heads,
}

impl Cutter {
    /// Creates a cutter for an input that has not been read yet.
    pub(super) fn new() -> Self {
        Self {
            blocks: Blocks::new(0),
            carry: Vec::new(),
            offset: 0,
            base: Counted::START,
            has_started: false,
            heads: Heads::default(),
        }
    }

    /// Creates a cutter for an input that has not been read yet, with these headers.
    pub(super) fn with(heads: Heads) -> Self {
        Self { heads, ..Self::new() }
    }

    /// Sets the time at which the input was last written, if it is known.
    pub(super) fn written(&mut self, at: Option<Timestamp>) {
        self.heads.written(at);
    }

    /// Returns true if bytes are carried over that belong to no block yet.
    pub(super) fn has_rest(&self) -> bool {
        self.carry.len() > self.blocks.at()
    }

    /// Returns the blocks of the next chunk. `newlines`: the number of line feeds that were read into it. `mark`: the length of the byte
    /// order mark of UTF-16. `is_end`: nothing follows.
    pub(super) fn cut(&mut self, chunk: &mut Chunk, newlines: u64, mark: Option<u64>, is_end: bool) -> Cut {
        chunk.prepend(&self.carry);
        let bytes = chunk.bytes();
        if !self.has_started && !bytes.is_empty() {
            self.has_started = true;
            self.blocks = Blocks::new(utf8_bom(bytes));
            self.base.raw = mark.unwrap_or(0);
        }
        let blocks: Vec<Block> = std::iter::from_fn(|| self.blocks.next(bytes, is_end)).collect();
        let own = blocks.first().map_or(0, |block| block.own.start)..blocks.last().map_or(0, |block| block.own.end);
        let heads = self.heads.next(&bytes[own.clone()], own.start);
        let cut = Cut { blocks, offset: self.offset, base: self.base, heads };
        if !cut.blocks.is_empty() {
            // The carried bytes hold no line feed.
            let at = self.offset + self.blocks.at() as u64;
            self.base.line += newlines;
            self.base.raw += match mark {
                None => at - self.base.at,
                Some(_) => utf16::encoded_len(&bytes[(self.base.at - self.offset) as usize..self.blocks.at()]),
            };
            self.base.at = at;
        }
        // A byte order mark stays until the first block: positions count from it.
        let dropped = if cut.blocks.is_empty() { 0 } else { self.blocks.forget() };
        self.carry.clear();
        self.carry.extend_from_slice(&bytes[dropped..]);
        self.offset += dropped as u64;
        cut
    }
}

/// Returns the length of a UTF-8 byte order mark at the start, or 0.
pub(super) fn utf8_bom(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 }
}
