//! The scanner: every way of scanning, each a thin layer over the driver.

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
/// A scanner keeps its scratch space: make one and use it for many inputs. Any bytes are legal input. A scan
/// never panics because of its input, and takes time linear in it. Reading takes a buffer of 1.7 MiB, or two per thread on many
/// threads; unless lines are longer than that, less than 600 KiB of a buffer are touched. Hits take memory until they are handed over.
#[derive(Debug)]
pub struct Scanner {
    sieve: Sieve,
    pub(super) options: ScanOptions,
    pub(super) workers: Vec<Worker>,
    chunks: Vec<Chunk>,
    pub(super) joined: Joined,
}

impl Scanner {
    /// Creates a scanner for a sieve, with the default options.
    pub fn new(sieve: &Sieve) -> Self {
        Self::with_options(sieve, &ScanOptions::default())
    }

    /// Creates a scanner for a sieve, with these options.
    ///
    /// ```
    /// use netsieve::{Indicator, ScanOptions, Scanner, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut scanner = Scanner::with_options(&sieve, &ScanOptions::new().refang(true));
    /// assert_eq!(scanner.scan("seen: evil[.]test\n", |_| {}).hits, 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
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

    /// Returns the engine in use: the one of the options, or the fastest that this CPU can run.
    ///
    /// ```
    /// use netsieve::{Engine, ScanOptions, Scanner, Sieve};
    ///
    /// let sieve = Sieve::builder().build()?.0;
    /// let scanner = Scanner::with_options(&sieve, &ScanOptions::new().engine(Engine::Scalar));
    /// assert_eq!(scanner.engine(), Engine::Scalar);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn engine(&self) -> Engine {
        self.workers[0].engine()
    }

    /// Scans bytes or text on this thread. `sink` gets the hits by offset, at one offset the longest first. It returns nothing, or a
    /// [`ControlFlow`] that can end the scan.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut scanner = Scanner::new(&sieve);
    /// let log = "evil.test\nwww.evil.test\n";
    /// assert_eq!(scanner.scan(log, |hit| println!("{hit}")).hits, 2);
    /// // Stop after the first hit.
    /// assert_eq!(scanner.scan(log, |_| ControlFlow::Break(())).hits, 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn scan<R: SinkResult>(&mut self, haystack: impl AsRef<[u8]>, sink: impl FnMut(&Hit<'_>) -> R) -> ScanStats {
        let haystack = haystack.as_ref();
        let sink = flowing(sink);
        if utf16::detect(haystack).is_some() {
            // A slice is read like a reader, which cannot fail here.
            return self.alone(sink, |alone| alone.read(&mut Reading::whole(haystack))).stats;
        }
        self.alone(sink, |alone| alone.bytes(&Text::Slice(haystack), Heads::default())).stats
    }

    /// Like [`scan`](Scanner::scan), on as many threads as the current `rayon` pool has. Outside a pool, on one thread per core
    /// of the machine. `sink` runs on the calling thread. If threads cannot be created, the calling thread scans alone.
    ///
    /// ```
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let log = "clean.example\nwww.evil.test\n".repeat(1000);
    /// let mut lines = Vec::new();
    /// let stats = Scanner::new(&sieve).scan_parallel(&log, |hit| lines.push(hit.line()));
    /// assert_eq!((stats.hits, lines[0], lines[999]), (1000, 2, 2000));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn scan_parallel<R: SinkResult>(
        &mut self,
        haystack: impl AsRef<[u8]>,
        sink: impl FnMut(&Hit<'_>) -> R,
    ) -> ScanStats {
        let haystack = haystack.as_ref();
        let mut sink = flowing(sink);
        let source = Source::Bytes(Box::new(haystack));
        match self.side_by_side(source, threads(), &mut sink) {
            Ok(end) => end.stats,
            Err(_) => self.scan(haystack, sink),
        }
    }

    /// Scans everything that a reader gives, on this thread, in bounded memory. Offsets count from the reader's first byte.
    ///
    /// The hits of a line are handed over before the scan waits for more input.
    ///
    /// # Errors
    ///
    /// The error of the reader. All hits from before the error have been handed over.
    ///
    /// ```
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut seen = Vec::new();
    /// let reader = std::io::Cursor::new("GET /\nquery www.evil.test\n");
    /// let stats = Scanner::new(&sieve).scan_reader(reader, |hit| seen.push((hit.line(), hit.canonical().to_owned())))?;
    /// assert_eq!(seen, [(2, "www.evil.test".to_owned())]);
    /// assert_eq!(stats.bytes, 26);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
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
    /// The error of the reader, as for [`scan_reader`](Scanner::scan_reader), or threads cannot be created.
    ///
    /// ```
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let reader = std::io::Cursor::new("query www.evil.test\n".repeat(1000));
    /// let stats = Scanner::new(&sieve).scan_reader_parallel(reader, |_| {})?;
    /// assert_eq!(stats.hits, 1000);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn scan_reader_parallel<R: SinkResult>(
        &mut self,
        reader: impl Read + Send,
        sink: impl FnMut(&Hit<'_>) -> R,
    ) -> Result<ScanStats> {
        let mut sink = flowing(sink);
        let end = self.side_by_side(Source::Reader(Box::new(reader)), threads(), &mut sink);
        whole(end.map_err(|error| Error::io(None, error))?)
    }

    /// Scans a log file on as many threads as [`scan_parallel`](Scanner::scan_parallel), and decompresses it if necessary (see
    /// [`open_log`](crate::input::open_log)). `sink` runs on the calling thread. For several logs, call this for each: every call uses all
    /// threads. [`scan_many`](Scanner::scan_many) is faster for many small or compressed ones.
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
    /// The file cannot be opened, is not text, or reading or decompressing it fails. All hits from before the error have been handed over.
    #[cfg(feature = "feeds")]
    pub fn scan_path<R: SinkResult>(
        &mut self,
        path: impl AsRef<std::path::Path>,
        sink: impl FnMut(&Hit<'_>) -> R,
    ) -> Result<ScanStats> {
        let path = path.as_ref();
        let mut sink = flowing(sink);
        let mut source = Source::Reader(crate::input::open_log(path)?);
        // Gives the year of times that are logged without one.
        let written = std::fs::metadata(path).and_then(|data| data.modified());
        if let Some(at) = written.ok().and_then(|at| jiff::Timestamp::try_from(at).ok()) {
            source = Source::Written { source: Box::new(source), at };
        }
        // The reader's error already names the file.
        whole(self.side_by_side(source, threads(), &mut sink).map_err(|error| Error::io(None, error))?)
    }

    /// Scans the whole lines that a reader gives until its end, which may be temporary: call this again when there is more.
    /// An unfinished line waits for the rest. Offsets and lines count from the first byte that the tail was used for.
    ///
    /// If `sink` breaks off, the remaining bytes of this read are skipped.
    ///
    /// # Errors
    ///
    /// The error of the reader. The hits of all lines before the error have been handed over.
    ///
    /// ```
    /// # use netsieve::{Indicator, Scanner, Sieve};
    /// use netsieve::scan::Tail;
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
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

    /// Scans the unfinished line of a tail as if it were complete: at the end of an input, or if nothing has come for a while. Once the
    /// rest of the line has come, it is scanned again as a whole; hits that were handed over before, at the same place, are
    /// not handed over again.
    ///
    /// ```
    /// use netsieve::scan::Tail;
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let (mut scanner, mut tail) = (Scanner::new(&sieve), Tail::new());
    /// assert_eq!(scanner.scan_tail(&mut tail, &b"query evil.test"[..], |_| {})?.hits, 0);
    /// // Nothing has come for a while: scan the unfinished line as it stands.
    /// assert_eq!(scanner.scan_rest(&mut tail, |_| {}).hits, 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn scan_rest<R: SinkResult>(&mut self, tail: &mut Tail, sink: impl FnMut(&Hit<'_>) -> R) -> ScanStats {
        let sink = flowing(sink);
        // An empty reader does not fail.
        self.alone(sink, |alone| alone.read(&mut Reading::new(io::empty(), tail, Ends::Rest))).stats
    }

    /// Scans inputs on `threads` threads beside the calling one, or on the calling one if `threads` is 0 or 1.
    ///
    /// `inputs` is advanced by a thread that is free to open the next input. `render` runs on any thread. It gets
    /// the number of the input and a hit, and appends the bytes to deliver; `Break` ends the input after that hit.
    /// `deliver` runs on the calling thread, in order. Its `Break` ends everything, as soon as no thread is waiting for its input. The
    /// input whose hits were refused still has its end delivered, with statistics of the part scanned so far. The same holds if the scan is
    /// cancelled by its [`ScanControl`](super::ScanControl): that end is the last delivery.
    ///
    /// # Errors
    ///
    /// A thread cannot be created. Nothing has been delivered in that case.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use netsieve::scan::many::{Delivery, Source};
    /// use netsieve::{Indicator, Scanner, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let logs = ["evil.test\n", "nothing\n"];
    /// let mut hits = 0;
    /// Scanner::new(&sieve).scan_many(
    ///     logs.iter().map(|log| Ok(Source::Bytes(Box::new(log)))),
    ///     2,
    ///     |_, _, out| {
    ///         out.push(b'x');
    ///         ControlFlow::Continue(())
    ///     },
    ///     |delivery| {
    ///         if let Delivery::Hits { rendered, .. } = delivery {
    ///             hits += rendered.len();
    ///         }
    ///         ControlFlow::Continue(())
    ///     },
    /// )?;
    /// assert_eq!(hits, 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    ///
    /// [`many`](crate::scan::many) has a longer example.
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

    /// Scans one of many inputs on this thread. `Break`: no more is wanted.
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
        // Hits and progress take turns in calling `deliver`.
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

    /// Scans one input on this thread; its hits are handed over where they are found.
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

    /// Scans one input on many threads; its hits are handed over on this one.
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

/// Returns the statistics, or the error if reading failed.
fn whole(end: InputEnd) -> Result<ScanStats> {
    match end.error {
        Some(error) => Err(Error::io(None, error)),
        None => Ok(end.stats),
    }
}

fn hits(input: usize, part: &Part) -> Delivery<'_> {
    Delivery::Hits { input, rendered: &part.rendered, hits: &part.hits }
}

/// The number of threads of the `rayon` pool that this thread belongs to, or else the number of cores.
fn threads() -> usize {
    #[cfg(feature = "parallel")]
    if rayon::current_thread_index().is_some() {
        return rayon::current_num_threads();
    }
    thread::available_parallelism().map_or(1, NonZero::get)
}
