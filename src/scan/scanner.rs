use std::io::{self, Read};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::thread;

use super::chunk::Chunk;
use super::delivery::{Delivery, InputEnd};
use super::driver::{self, Alone, Means, Next, ToCaller, ToText};
use super::emit::Emitter;
use super::events::{Events, Heads};
use super::hit::Hit;
use super::hits::{Direct, Part, Rendering};
use super::joined::Joined;
use super::options::{ScanOptions, ScanStats};
use super::piece::{Piece, Text};
use super::reading::{Ends, Reading};
use super::sink::{SinkResult, flowing};
use super::source::{Opened, Source};
use super::tail::Tail;
use super::told::Known;
use super::worker::Worker;
use crate::error::{Error, Result};
use crate::input::utf16;
use crate::limits::MAX_UNDELIVERED;
use crate::sieve::{Engine, Sieve};

/// Scans inputs of any size for the indicators of a sieve.
///
/// Keeps its scratch space from one input to the next: make one and use it for many files. Any bytes are legal input. A scan
/// never panics on what it finds, and takes time linear in the input. Reading takes a buffer of 1.7 MiB (of which less than 600
/// KiB are touched unless lines are longer than that), on many threads two for each; hits take what they need until they are handed over.
#[derive(Debug)]
pub struct Scanner {
    sieve: Sieve,
    pub(super) options: ScanOptions,
    pub(super) workers: Vec<Worker>,
    chunks: Vec<Chunk>,
    pub(super) joined: Joined,
}

impl Scanner {
    /// A scanner for a sieve, with the default options.
    pub fn new(sieve: &Sieve) -> Self {
        Self::with_options(sieve, &ScanOptions::default())
    }

    /// A scanner for a sieve.
    pub fn with_options(sieve: &Sieve, options: &ScanOptions) -> Self {
        let first = Worker::new(sieve, options);
        Self {
            sieve: sieve.clone(),
            options: options.clone(),
            workers: vec![first],
            chunks: Vec::new(),
            joined: Joined::default(),
        }
    }

    /// What of the CPU it uses: the engine of its options, or the fastest that this CPU can run.
    pub fn engine(&self) -> Engine {
        self.workers[0].engine()
    }

    /// Scans a slice on this thread. `sink` gets the hits by offset, at one offset the longest first. It returns nothing, or a
    /// [`ControlFlow`], with which it can end the scan.
    pub fn scan<R: SinkResult>(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> R) -> ScanStats {
        let sink = flowing(sink);
        if utf16::detect(haystack).is_some() {
            // A slice is a reader that does not fail.
            return self.alone(sink, |alone| alone.read(&mut Reading::whole(haystack))).stats;
        }
        self.alone(sink, |alone| alone.bytes(&Text::Slice(haystack), Heads::default())).stats
    }

    /// Like [`scan`](Scanner::scan), on as many threads as the current `rayon` pool has, or the machine has cores if this is no
    /// thread of a pool. `sink` runs on the calling thread. Where threads cannot be created, this one scans alone.
    pub fn scan_parallel<R: SinkResult>(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> R) -> ScanStats {
        let mut sink = flowing(sink);
        let source = Source::Bytes(Box::new(haystack));
        match self.side_by_side(source, threads(), &mut sink) {
            Ok(end) => end.stats,
            Err(_) => self.scan(haystack, sink),
        }
    }

    /// Scans what a reader gives, on this thread, in bounded memory. Offsets count from the reader's first byte.
    ///
    /// The hits of a line are handed over before what comes behind the line is waited for.
    ///
    /// # Errors
    ///
    /// What the reader fails with. The hits of all that was read before have been handed over then.
    pub fn scan_reader<R: SinkResult>(
        &mut self,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> R,
    ) -> Result<ScanStats> {
        let sink = flowing(sink);
        whole(self.alone(sink, |alone| alone.read(&mut Reading::whole(reader))))
    }

    /// Like [`scan_reader`](Scanner::scan_reader), on as many threads as [`scan_parallel`](Scanner::scan_parallel). `sink` runs on
    /// the calling thread, the reader on another one.
    ///
    /// # Errors
    ///
    /// As [`scan_reader`](Scanner::scan_reader), and if threads cannot be created.
    pub fn scan_reader_parallel<R: SinkResult>(
        &mut self,
        reader: impl Read + Send,
        sink: impl FnMut(&Hit<'_>) -> R,
    ) -> Result<ScanStats> {
        let mut sink = flowing(sink);
        let end = self.side_by_side(Source::Reader(Box::new(reader)), threads(), &mut sink);
        whole(end.map_err(|error| Error::io(None, error))?)
    }

    /// Scans a log file, decompressed as need be ([`open_log`](crate::input::open_log)), on as many threads as
    /// [`scan_parallel`](Scanner::scan_parallel). `sink` runs on the calling thread.
    ///
    /// ```no_run
    /// use netsieve::{Scanner, Sieve};
    ///
    /// let sieve = Sieve::open("set.sieve")?;
    /// let stats = Scanner::new(&sieve).scan_path("access.log.gz", |hit| println!("line {}: {}", hit.line(), hit.canonical()))?;
    /// println!("{} hits in {} bytes", stats.hits, stats.bytes);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be opened, is not text, or reading or decompressing fails. The hits of all that was read before have been
    /// handed over then.
    #[cfg(feature = "feeds")]
    pub fn scan_path<R: SinkResult>(
        &mut self,
        path: impl AsRef<std::path::Path>,
        sink: impl FnMut(&Hit<'_>) -> R,
    ) -> Result<ScanStats> {
        let path = path.as_ref();
        let mut sink = flowing(sink);
        let mut source = Source::Reader(crate::input::open_log(path)?);
        // The year of times that are logged without one.
        let written = std::fs::metadata(path).and_then(|data| data.modified());
        if let Some(at) = written.ok().and_then(|at| jiff::Timestamp::try_from(at).ok()) {
            source = Source::Written { source: Box::new(source), at };
        }
        // An error of the reader names the file.
        whole(self.side_by_side(source, threads(), &mut sink).map_err(|error| Error::io(None, error))?)
    }

    /// Scans the whole lines that a reader gives until its end, which need not be the last: call it again when there is more.
    /// A line without an end waits for the rest. Offsets and lines count from the first byte that the tail was used for.
    ///
    /// If `sink` breaks off, what else was read is passed over.
    ///
    /// # Errors
    ///
    /// What the reader fails with. The hits of all lines before have been handed over then.
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # use netsieve::indicator::{DomainName, Feed, Indicator, Record};
    /// # use netsieve::{Scanner, Scope, Sieve};
    /// use netsieve::scan::Tail;
    /// # let mut builder = Sieve::builder();
    /// # let feed = builder.feed(Feed::new("partner"));
    /// # let name = DomainName::parse("evil.test").unwrap();
    /// # builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "evil.test"));
    /// # let (sieve, _) = builder.build()?;
    ///
    /// let mut scanner = Scanner::new(&sieve);
    /// let mut tail = Tail::new();
    /// let mut lines = Vec::new();
    /// for written in ["one evil.test\ntwo ev", "il.test\nthree evil.test"] {
    ///     scanner.scan_tail(&mut tail, written.as_bytes(), |hit| lines.push(hit.line()))?;
    /// }
    /// assert_eq!(lines, [1, 2]);
    /// assert!(tail.has_rest());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn scan_tail<R: SinkResult>(
        &mut self,
        tail: &mut Tail,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> R,
    ) -> Result<ScanStats> {
        let sink = flowing(sink);
        whole(self.alone(sink, |alone| alone.read(&mut Reading::new(reader, tail, Ends::Growing))))
    }

    /// Scans the line whose end is still to come as if this were all of it: at the end of an input, or when nothing has come for
    /// long. It is still scanned as a whole once its end has come; what was found in it at the same place before is not
    /// handed over again.
    pub fn scan_rest<R: SinkResult>(&mut self, tail: &mut Tail, sink: impl FnMut(&Hit<'_>) -> R) -> ScanStats {
        let sink = flowing(sink);
        // What is empty does not fail.
        self.alone(sink, |alone| alone.read(&mut Reading::new(io::empty(), tail, Ends::Rest))).stats
    }

    /// Scans inputs on `threads` threads beside the calling one, or on the calling one if that is 1 (or 0).
    ///
    /// `inputs` is asked for the next input when a thread is free to open it, on that thread. `render` is called on any thread,
    /// with the number of the input and a hit, and appends what it wants delivered; `Break` ends the input behind that hit.
    /// `deliver` runs on the calling thread, in order; `Break` ends everything, once no thread waits for its input any more. The
    /// end of the input whose hits were refused so is still delivered, with what had been scanned of it. So it is, and nothing
    /// behind it, if the scan is cancelled by its [`ScanControl`](super::ScanControl).
    ///
    /// # Errors
    ///
    /// A thread cannot be created. Nothing has been delivered then.
    pub fn scan_many<'s>(
        &mut self,
        mut inputs: impl Iterator<Item = io::Result<Source<'s>>> + Send,
        threads: usize,
        render: impl Fn(usize, &Hit<'_>, &mut Vec<u8>) -> ControlFlow<()> + Sync,
        mut deliver: impl FnMut(Delivery<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        if threads <= 1 {
            for (input, source) in inputs.enumerate() {
                if self.one(input, source, &render, &mut deliver).is_break() {
                    break;
                }
            }
            return Ok(());
        }
        let result = driver::run(self.means(threads), &mut inputs, &ToText(&render), &mut |next| match next {
            Next::Hits(input, part) => deliver(hits(*input, part)),
            Next::Scanned(input, bytes) => deliver(Delivery::Scanned { input: *input, bytes: *bytes }),
            Next::End(end) => deliver(Delivery::End(std::mem::replace(end, InputEnd::new(end.input)))),
        });
        result.map_err(|error| Error::io(None, error))
    }

    /// One of many inputs, on this thread. `Break`: no more is wanted.
    #[allow(clippy::type_complexity, reason = "a name would say no more")]
    fn one(
        &mut self,
        input: usize,
        source: io::Result<Source<'_>>,
        render: &(dyn Fn(usize, &Hit<'_>, &mut Vec<u8>) -> ControlFlow<()> + Sync),
        deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let opened = match source.and_then(Opened::open) {
            Err(error) => return deliver(Delivery::End(InputEnd::failed(input, error))),
            Ok(Opened::Places(file, heads)) => file.in_order(heads),
            Ok(opened) => opened,
        };
        // Hits, and how far the scan has come, are told by turns.
        let to = std::cell::RefCell::new((deliver, ControlFlow::Continue(())));
        let tell = |delivery: Delivery<'_>| {
            let (deliver, wanted) = &mut *to.borrow_mut();
            *wanted = deliver(delivery);
            *wanted
        };
        let mut rendering = Rendering::new(input, render, |part: Part| tell(hits(input, &part)));
        let alone = Alone {
            input,
            worker: &mut self.workers[0],
            chunks: &mut self.chunks,
            control: &self.options.control,
            hits: &mut rendering,
            scanned: &mut |bytes| tell(Delivery::Scanned { input, bytes }),
        };
        let end = match opened {
            Opened::InOrder(mut reading) => alone.read(&mut reading),
            Opened::Places(..) => unreachable!("read in order above"),
            Opened::Bytes(bytes, heads) => alone.bytes(&Text::Bytes(bytes.into()), heads),
        };
        let is_cancelled = end.stats.is_cancelled;
        drop(rendering);
        let (deliver, wanted) = to.into_inner();
        deliver(Delivery::End(end))?;
        if is_cancelled { ControlFlow::Break(()) } else { wanted }
    }

    /// One input on this thread, its hits handed over where they are found.
    fn alone<'s>(
        &mut self,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
        scan: impl FnOnce(Alone<'_, 's>) -> InputEnd,
    ) -> InputEnd {
        let mut hits = Direct::new(sink);
        scan(Alone {
            input: 0,
            worker: &mut self.workers[0],
            chunks: &mut self.chunks,
            control: &self.options.control,
            hits: &mut hits,
            scanned: &mut |_| ControlFlow::Continue(()),
        })
    }

    /// One input on many threads, its hits handed over on this one.
    fn side_by_side(
        &mut self,
        source: Source<'_>,
        threads: usize,
        sink: &mut dyn FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> io::Result<InputEnd> {
        let matcher = self.sieve.matcher_with(&self.options.matching);
        let mut events = Events::new(&self.options);
        let mut emitter = Emitter::new(sink);
        let mut end = InputEnd::new(0);
        driver::run(self.means(threads.max(1)), &mut std::iter::once(Ok(source)), &ToCaller, &mut |next| match next {
            Next::Hits(_, lent) => {
                emitter.go_on(lent.base, lent.is_utf16);
                let piece = Piece {
                    text: &lent.text,
                    offset: lent.offset,
                    start: lent.base.at,
                    blocks: &[],
                    base: None,
                    is_utf16: lent.is_utf16,
                    known: &Known::None,
                    heads: &lent.heads,
                };
                emitter.block(&piece, &lent.block, &lent.found, &matcher, &mut events)
            }
            Next::Scanned(..) => ControlFlow::Continue(()),
            Next::End(ended) => {
                std::mem::swap(&mut end, ended);
                ControlFlow::Continue(())
            }
        })?;
        (end.stats.hits, end.stats.matches) = emitter.counts();
        Ok(end)
    }

    fn means(&mut self, threads: usize) -> Means<'_> {
        while self.workers.len() < threads {
            self.workers.push(Worker::new(&self.sieve, &self.options));
        }
        Means {
            workers: &mut self.workers[..threads],
            chunks: &mut self.chunks,
            control: &self.options.control,
            limit: MAX_UNDELIVERED,
        }
    }
}

/// What was scanned, unless reading failed.
fn whole(end: InputEnd) -> Result<ScanStats> {
    match end.error {
        Some(error) => Err(Error::io(None, error)),
        None => Ok(end.stats),
    }
}

fn hits(input: usize, part: &Part) -> Delivery<'_> {
    Delivery::Hits { input, rendered: &part.rendered, hits: &part.hits }
}

/// As many as the pool has that this thread belongs to, or the machine has cores.
fn threads() -> usize {
    #[cfg(feature = "parallel")]
    if rayon::current_thread_index().is_some() {
        return rayon::current_num_threads();
    }
    thread::available_parallelism().map_or(1, NonZero::get)
}
