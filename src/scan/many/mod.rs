//! Many inputs side by side on many threads, and one large input on all of them; the output always in the same order.
//!
//! [`Scanner::scan_many`] takes inputs one after the other as threads become free. A [`Source::File`] or [`Source::Bytes`] is
//! cut and scanned by all threads at once. A [`Source::Reader`] (a decompressor, a pipe) is read by one thread, which hands what it
//! has read to another one if that has nothing to do. Hits are written out where they are found, by a function of the caller;
//! what was written is delivered on the calling thread, by input and then by offset, whatever was done first.
//!
//! Memory is bounded: two buffers of 1.7 MiB a thread, and [`MAX_UNDELIVERED`](crate::limits::MAX_UNDELIVERED) of what waits to
//! be delivered, with what a thread has under way on top ([`MAX_PART`] and one hit).
//!
//! ```
//! use std::ops::ControlFlow;
//! use netsieve::indicator::{DomainName, Feed, Indicator, Record};
//! use netsieve::scan::many::{Delivery, Source};
//! use netsieve::{ScanOptions, Scanner, Scope, Sieve};
//!
//! let mut builder = Sieve::builder();
//! let feed = builder.feed(Feed::new("partner"));
//! let name = DomainName::parse("evil.test").unwrap();
//! builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
//! let (sieve, _) = builder.build()?;
//!
//! let logs = ["evil.test\n", "nothing\n", "a.evil.test b.evil.test\n"];
//! let inputs = logs.iter().map(|log| Ok(Source::Bytes(Box::new(log))));
//! let mut out = String::new();
//! Scanner::new(&sieve, &ScanOptions::default()).scan_many(
//!     inputs,
//!     4,
//!     |input, hit, out| {
//!         out.extend_from_slice(format!("{input}: {}\n", hit.canonical()).as_bytes());
//!         ControlFlow::Continue(())
//!     },
//!     |delivery| {
//!         if let Delivery::Hits { rendered, .. } = delivery {
//!             out.push_str(std::str::from_utf8(rendered).unwrap());
//!         }
//!         ControlFlow::Continue(())
//!     },
//! );
//! assert_eq!(out, "0: evil.test\n2: a.evil.test\n2: b.evil.test\n");
//! # Ok::<(), netsieve::Error>(())
//! ```

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::blocks::{Block, Blocks};
use super::chunk::{Chunk, newlines, utf8_bom};
use super::emit::{Counted, Emitter};
use super::hit::Hit;
use super::options::ScanStats;
use super::reading::{Ends, Reading};
use super::scanner::Scanner;
use super::tail::Tail;
use super::told::Known;
use super::utf16;
use super::worker::Worker;
use crate::limits::{MAX_PART, MAX_UNDELIVERED, SNIFF_UTF16};

mod crew;
mod outbox;
#[cfg(test)]
mod tests;

use crew::Crew;

/// An input.
pub enum Source<'s> {
    /// Read from its beginning to its end.
    Reader(Box<dyn Read + Send + 's>),
    /// Read at many places at once. What is behind the first end that a reading meets is not looked at.
    File(Box<dyn ReadAt + 's>),
    /// Read from the place that was reached before, as far as it goes for now: see [`Scanner::scan_tail`]. Many such inputs are
    /// read side by side.
    Growing {
        /// What has been added.
        reader: Box<dyn Read + Send + 's>,
        /// How far the input had been scanned, and has been afterwards.
        tail: &'s mut Tail,
        /// Whether a line without an end is scanned as it stands, as [`Scanner::scan_rest`] does.
        with_rest: bool,
    },
    /// In memory.
    Bytes(Box<dyn AsRef<[u8]> + Send + Sync + 's>),
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Source::Reader(_) => "Reader",
            Source::File(_) => "File",
            Source::Growing { .. } => "Growing",
            Source::Bytes(_) => "Bytes",
        })
    }
}

/// What can be read at any place, by many threads at once.
pub trait ReadAt: Send + Sync {
    /// Reads at an offset; 0 is the end.
    ///
    /// # Errors
    ///
    /// Reading fails.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;
}

#[cfg(unix)]
impl ReadAt for File {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buf, offset)
    }
}

#[cfg(windows)]
impl ReadAt for File {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buf, offset)
    }
}

/// What is handed over on the calling thread: by input, hits by offset, the end last.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery<'d> {
    /// Hits as they were rendered.
    Hits {
        /// The number of the input, from 0.
        input: usize,
        /// What the function for hits appended.
        rendered: &'d [u8],
        /// Where in `rendered` each hit ends, and how many matches it has.
        hits: &'d [Rendered],
    },
    /// How far an input has been scanned.
    Scanned {
        /// The number of the input, from 0.
        input: usize,
        /// Its first so many bytes; of UTF-16 those of its UTF-8 form.
        bytes: u64,
    },
    /// The end of an input.
    End(InputEnd),
}

/// One hit of a [`Delivery`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Where its text ends.
    pub end: usize,
    /// How many matches it has.
    pub matches: usize,
}

/// How an input ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct InputEnd {
    /// The number of the input, from 0.
    pub input: usize,
    /// What was scanned of it.
    pub stats: ScanStats,
    /// What it took.
    pub times: Times,
    /// What opening or reading it failed with. The hits of all that was read before have been delivered.
    pub error: Option<io::Error>,
}

/// How long the stages took, summed over all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// Reading and decompressing, and waiting for what is not there yet.
    pub read: Duration,
    /// Extracting and looking up.
    pub scan: Duration,
    /// Counting lines and rendering hits.
    pub render: Duration,
}

impl std::ops::AddAssign for Times {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.scan += other.scan;
        self.render += other.render;
    }
}

impl Scanner {
    /// Scans inputs on `threads` threads beside the calling one, or on the calling one if that is 1 (or 0).
    ///
    /// `inputs` is asked for the next input when a thread is free to open it, on that thread. `render` is called on any thread,
    /// with the number of the input and a hit, and appends what it wants delivered; `Break` ends the input behind that hit.
    /// `deliver` runs on the calling thread, in order; `Break` ends everything, once no thread waits for its input any more. The
    /// end of the input whose hits were refused so is still delivered, with what had been scanned of it.
    pub fn scan_many<'s>(
        &mut self,
        mut inputs: impl Iterator<Item = io::Result<Source<'s>>> + Send,
        threads: usize,
        render: impl Fn(usize, &Hit<'_>, &mut Vec<u8>) -> ControlFlow<()> + Sync,
        mut deliver: impl FnMut(Delivery<'_>) -> ControlFlow<()>,
    ) {
        if threads > 1 {
            while self.workers.len() < threads {
                self.workers.push(Worker::new(&self.sieve, &self.options));
            }
            let crew = Crew::new(&mut inputs, &render, std::mem::take(&mut self.chunks), MAX_UNDELIVERED);
            crew.run(&mut self.workers[..threads], &mut deliver);
            self.chunks = crew.into_chunks();
            return;
        }
        let mut chunk = self.chunks.pop().unwrap_or_else(Chunk::new);
        for (input, source) in inputs.enumerate() {
            let mut one = One { input, worker: &mut self.workers[0], chunk: &mut chunk, render: &render };
            let (flow, end) = match source {
                Err(error) => (ControlFlow::Continue(()), InputEnd::failed(input, error)),
                Ok(source) => one.scan(source, &mut deliver),
            };
            if deliver(Delivery::End(end)).is_break() || flow.is_break() {
                break;
            }
        }
        self.chunks.push(chunk);
    }
}

impl InputEnd {
    fn new(input: usize) -> Self {
        Self { input, stats: ScanStats::default(), times: Times::default(), error: None }
    }

    fn failed(input: usize, error: io::Error) -> Self {
        Self { error: Some(error), ..Self::new(input) }
    }
}

/// Rendered hits.
#[derive(Debug, Default)]
struct Part {
    rendered: Vec<u8>,
    hits: Vec<Rendered>,
}

impl Part {
    fn delivery(&self, input: usize) -> Delivery<'_> {
        Delivery::Hits { input, rendered: &self.rendered, hits: &self.hits }
    }
}

type Render<'r> = dyn Fn(usize, &Hit<'_>, &mut Vec<u8>) -> ControlFlow<()> + Sync + 'r;

/// Bytes that are cut into blocks.
struct Piece<'p> {
    input: usize,
    bytes: &'p [u8],
    /// Where the first byte stands in the (transcoded) input.
    offset: u64,
    blocks: &'p [Block],
    /// The position of the first block.
    base: Counted,
    is_utf16: bool,
    known: Known,
}

impl Piece<'_> {
    /// Scans the blocks. `flush` is handed what was rendered when it becomes much, and at the end. `Break`: the input ends here.
    fn scan(
        &self,
        worker: &mut Worker,
        render: &Render<'_>,
        flush: &mut dyn FnMut(Part) -> ControlFlow<()>,
    ) -> (ControlFlow<()>, ScanStats, Times) {
        let mut times = Times::default();
        let mut part = Part::default();
        let sink = |hit: &Hit<'_>| {
            let flow = render(self.input, hit, &mut part.rendered);
            part.hits.push(Rendered { end: part.rendered.len(), matches: hit.matches().len() });
            let is_much = part.rendered.len() + part.hits.len() * size_of::<Rendered>() > MAX_PART;
            if (flow.is_break() || is_much) && flush(std::mem::take(&mut part)).is_break() {
                return ControlFlow::Break(());
            }
            flow
        };
        let mut emitter = Emitter::new(sink);
        emitter.go_to(self.base, self.is_utf16);
        let mut flow = ControlFlow::Continue(());
        for block in self.blocks {
            let start = Instant::now();
            worker.scan(self.bytes, block);
            let scanned = Instant::now();
            flow = emitter.block(self.bytes, self.offset, block, worker, &self.known);
            times.scan += scanned - start;
            times.render += scanned.elapsed();
            if flow.is_break() {
                break;
            }
        }
        let stats = emitter.finish();
        if !part.hits.is_empty() && flush(part).is_break() {
            flow = ControlFlow::Break(());
        }
        (flow, stats, times)
    }
}

/// A source, once it is known what it holds.
enum Opened<'s> {
    InOrder(Box<InOrder<'s>>),
    File(Box<dyn ReadAt + 's>),
    Bytes(Box<dyn AsRef<[u8]> + Send + Sync + 's>),
}

/// An input that is read from its beginning to its end.
type InOrder<'s> = Reading<Box<dyn Read + Send + 's>, Place<'s>>;

/// How far an input that is read in order has been scanned.
enum Place<'s> {
    Own(Box<Tail>),
    Lent(&'s mut Tail),
}

impl AsMut<Tail> for Place<'_> {
    fn as_mut(&mut self) -> &mut Tail {
        match self {
            Place::Own(tail) => tail,
            Place::Lent(tail) => tail,
        }
    }
}

fn in_order<'s>(reader: Box<dyn Read + Send + 's>) -> Opened<'s> {
    Opened::InOrder(Box::new(Reading::new(reader, Place::Own(Box::default()), Ends::Whole)))
}

/// UTF-16 is read from its beginning to its end, wherever it comes from.
fn open(source: Source<'_>) -> io::Result<Opened<'_>> {
    Ok(match source {
        Source::Reader(reader) => in_order(reader),
        Source::Growing { reader, tail, with_rest } => {
            let ends = if with_rest { Ends::Rest } else { Ends::Growing };
            Opened::InOrder(Box::new(Reading::new(reader, Place::Lent(tail), ends)))
        }
        Source::File(file) => {
            let mut head = [0; SNIFF_UTF16];
            let (len, read) = fill_at(&*file, &mut head, 0);
            read?;
            match utf16::detect(&head[..len]) {
                Some(_) => in_order(Box::new(Sequential { file, offset: 0 })),
                None => Opened::File(file),
            }
        }
        Source::Bytes(bytes) => match utf16::detect((*bytes).as_ref()) {
            Some(_) => in_order(Box::new(io::Cursor::new(Owned(bytes)))),
            None => Opened::Bytes(bytes),
        },
    })
}

struct Owned<'s>(Box<dyn AsRef<[u8]> + Send + Sync + 's>);

impl AsRef<[u8]> for Owned<'_> {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// A file, from its beginning to its end.
struct Sequential<'s> {
    file: Box<dyn ReadAt + 's>,
    offset: u64,
}

impl Read for Sequential<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.file.read_at(buf, self.offset)?;
        self.offset += len as u64;
        Ok(len)
    }
}

/// Reads until `buf` is full, the file ends, or reading fails; how much was read, and whether it failed.
fn fill_at(file: &dyn ReadAt, buf: &mut [u8], offset: u64) -> (usize, io::Result<()>) {
    let mut filled = 0;
    while filled < buf.len() {
        match file.read_at(&mut buf[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(len) => filled += len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}

/// One input on one thread.
struct One<'o> {
    input: usize,
    worker: &'o mut Worker,
    chunk: &'o mut Chunk,
    render: &'o Render<'o>,
}

impl One<'_> {
    /// `Break`: `deliver` wants no more.
    fn scan(
        &mut self,
        source: Source<'_>,
        deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>,
    ) -> (ControlFlow<()>, InputEnd) {
        let input = self.input;
        let mut reading = match open(source) {
            Err(error) => return (ControlFlow::Continue(()), InputEnd::failed(input, error)),
            Ok(Opened::Bytes(bytes)) => return self.bytes((*bytes).as_ref(), deliver),
            Ok(Opened::InOrder(reading)) => reading,
            Ok(Opened::File(file)) => {
                let reader = Box::new(Sequential { file, offset: 0 });
                Box::new(Reading::new(reader as _, Place::Own(Box::default()), Ends::Whole))
            }
        };
        let mut end = InputEnd::new(input);
        loop {
            let start = Instant::now();
            let part = reading.next(self.chunk);
            end.times.read += start.elapsed();
            let piece = Piece {
                input,
                bytes: self.chunk.bytes(),
                offset: part.cut.offset,
                blocks: &part.cut.blocks,
                base: part.cut.base,
                is_utf16: part.is_utf16,
                known: part.known,
            };
            let (flow, wanted) = piece.deliver(self.worker, self.render, &mut end, deliver);
            end.error = part.error;
            if flow.is_break() || part.is_last {
                return (wanted, end);
            }
        }
    }

    fn bytes(
        &mut self,
        bytes: &[u8],
        deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>,
    ) -> (ControlFlow<()>, InputEnd) {
        let mut end = InputEnd::new(self.input);
        let (mut blocks, mut base) = (Blocks::new(utf8_bom(bytes)), Counted::START);
        while let Some(block) = blocks.next(bytes, true) {
            let own = block.own.clone();
            let blocks = &[block];
            let piece =
                Piece { input: self.input, bytes, offset: 0, blocks, base, is_utf16: false, known: Known::None };
            let (flow, wanted) = piece.deliver(self.worker, self.render, &mut end, deliver);
            if flow.is_break() {
                return (wanted, end);
            }
            let at = own.end as u64;
            base = Counted { at, line: base.line + newlines(&bytes[own]), raw: at };
        }
        (ControlFlow::Continue(()), end)
    }
}

impl Piece<'_> {
    /// Scans and delivers at once. The first `Break`: the input ends here; the second: `deliver` wants no more at all.
    fn deliver(
        &self,
        worker: &mut Worker,
        render: &Render<'_>,
        end: &mut InputEnd,
        deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>,
    ) -> (ControlFlow<()>, ControlFlow<()>) {
        let mut wanted = ControlFlow::Continue(());
        let mut flush = |part: Part| {
            wanted = deliver(part.delivery(self.input));
            wanted
        };
        let (flow, stats, times) = self.scan(worker, render, &mut flush);
        end.stats += stats;
        end.times += times;
        if wanted.is_continue() {
            wanted = deliver(Delivery::Scanned { input: self.input, bytes: end.stats.bytes });
        }
        (if wanted.is_break() { wanted } else { flow }, wanted)
    }
}
