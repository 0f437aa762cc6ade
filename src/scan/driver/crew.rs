//! The worker threads: how each handles the jobs that it takes from the desk.

use std::io;
use std::ops::ControlFlow;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::desk::{Desk, Job, Opening};
use super::outbox::{Done, Key, Next, Parcel};
use super::output::{Inputs, Output};
use super::turn::InTurn;
use crate::scan::blocks::{Block, Blocks};
use crate::scan::chunk::{self, CHUNK, Chunk, Cut, Cutter};
use crate::scan::control::ScanControl;
use crate::scan::count::{Counted, newlines};
use crate::scan::delivery::Times;
use crate::scan::events::Heads;
use crate::scan::options::ScanStats;
use crate::scan::piece::{Piece, Text};
use crate::scan::source::{InOrder, Opened, Places};
use crate::scan::told::Known;
use crate::scan::worker::Worker;

/// An input that all threads take parts of.
struct Shared<'s> {
    input: usize,
    /// No more of it is wanted.
    is_over: AtomicBool,
    kind: Kind<'s>,
}

enum Kind<'s> {
    /// Read by all threads, and cut in turn.
    File { file: Places<'s>, cutter: InTurn<Cutter> },
    /// Cut in turn. `base` holds the position of the next part, and the headers.
    Bytes { text: Text<'s>, blocks: InTurn<Blocks>, base: InTurn<(Counted, Heads)> },
}

/// A chunk that another thread has read.
struct Ready {
    key: Key,
    chunk: Arc<Chunk>,
    cut: Cut,
    is_utf16: bool,
    known: Known,
    is_over: Arc<AtomicBool>,
    done: Done,
}

type CrewDesk<'s, P> = Desk<Arc<Shared<'s>>, Box<Ready>, P>;

/// The threads that scan inputs for an output.
pub(super) struct Crew<'c, 's, O: Output<'s>> {
    desk: CrewDesk<'s, O::Part>,
    /// Locked by the thread that opens the next input.
    inputs: Mutex<&'c mut Inputs<'c, 's>>,
    chunks: Mutex<Vec<Chunk>>,
    output: &'c O,
    control: &'c ScanControl,
}

/// Ends everything if a thread panics, so that no thread waits for it.
struct OnPanic<'d, 's, P: Parcel>(&'d CrewDesk<'s, P>);

impl<P: Parcel> Drop for OnPanic<'_, '_, P> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

impl<'c, 's, O: Output<'s>> Crew<'c, 's, O> {
    /// `limit`: the number of bytes that may wait for delivery.
    pub(super) fn new(
        inputs: &'c mut Inputs<'c, 's>,
        output: &'c O,
        control: &'c ScanControl,
        chunks: Vec<Chunk>,
        limit: usize,
    ) -> Self {
        Self { desk: Desk::new(limit), inputs: Mutex::new(inputs), chunks: Mutex::new(chunks), output, control }
    }

    pub(super) fn into_chunks(self) -> Vec<Chunk> {
        self.chunks.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one thread per worker, and delivers until all inputs have ended. A panic of a thread is resumed on the calling thread.
    ///
    /// # Errors
    ///
    /// A thread cannot be created. Nothing has been delivered in that case.
    pub(super) fn run(
        &self,
        workers: &mut [Worker],
        deliver: &mut dyn FnMut(Next<O::Part>) -> ControlFlow<()>,
    ) -> io::Result<()> {
        thread::scope(|scope| {
            let _guard = OnPanic(&self.desk);
            let (mut threads, wanted) = (Vec::new(), workers.len());
            for worker in workers {
                let work = || {
                    let _guard = OnPanic(&self.desk);
                    self.work(worker);
                };
                match thread::Builder::new().name("netsieve-scan".to_owned()).spawn_scoped(scope, work) {
                    Ok(thread) => threads.push(thread),
                    Err(error) => {
                        self.desk.stop();
                        let reason = format!("cannot start thread {} of {wanted}: {error}", threads.len() + 1);
                        return Err(io::Error::new(error.kind(), reason));
                    }
                }
            }
            self.deliver(deliver);
            self.desk.stop();
            for thread in threads {
                if let Err(cause) = thread.join() {
                    panic::resume_unwind(cause);
                }
            }
            Ok(())
        })
    }

    fn deliver(&self, deliver: &mut dyn FnMut(Next<O::Part>) -> ControlFlow<()>) {
        while let Some(next) = self.desk.next() {
            let is_end = matches!(next, Next::End(_));
            if deliver(next).is_continue() {
                continue;
            }
            if !is_end {
                // The end of the input that was refused.
                let _ = deliver(Next::End(self.desk.abandon()));
            }
            return;
        }
    }

    fn work(&self, worker: &mut Worker) {
        while let Some(job) = self.desk.take() {
            if self.control.is_cancelled() {
                return self.desk.cancel();
            }
            match job {
                Job::Ready(ready) => self.ready(*ready, worker),
                Job::Part(shared, part) => match &shared.kind {
                    Kind::File { file, cutter } => self.part(&shared, file, cutter, part, worker),
                    Kind::Bytes { text, blocks, base } => self.block(&shared, text, (blocks, base), part, worker),
                },
                Job::Open(input) => {
                    if let Some(reading) = self.open(input) {
                        self.own(input, *reading, worker);
                        self.desk.disown();
                    }
                }
            }
        }
    }

    /// Opens the next input; returns it if this thread is to read it alone.
    fn open(&self, input: usize) -> Option<Box<InOrder<'s>>> {
        let source = self.inputs.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some(source) = source else {
            self.desk.opened(Opening::None);
            return None;
        };
        let shared = |kind| Opening::Shared(Arc::new(Shared { input, is_over: AtomicBool::new(false), kind }));
        let found = match source.and_then(Opened::open) {
            Err(error) => Opening::Nothing(Some(error)),
            Ok(Opened::InOrder(reading)) => {
                self.desk.opened(Opening::Own);
                return Some(reading);
            }
            Ok(Opened::Places(file, heads)) => shared(Kind::File { file, cutter: InTurn::new(Cutter::with(heads)) }),
            Ok(Opened::Bytes(bytes, heads)) => {
                let text = Text::Bytes(bytes.into());
                let mark = chunk::utf8_bom(text.bytes());
                if text.bytes().len() == mark {
                    Opening::Nothing(None)
                } else {
                    let (blocks, base) = (InTurn::new(Blocks::new(mark)), InTurn::new((Counted::START, heads)));
                    shared(Kind::Bytes { text, blocks, base })
                }
            }
        };
        self.desk.opened(found);
        None
    }

    fn chunk(&self) -> Chunk {
        let chunk = self.chunks.lock().unwrap_or_else(PoisonError::into_inner).pop();
        chunk.unwrap_or_else(Chunk::new)
    }

    /// Takes a chunk back for reuse, unless somebody still refers to it.
    pub(super) fn recycle(&self, chunk: Arc<Chunk>) {
        if let Some(chunk) = Arc::into_inner(chunk) {
            self.chunks.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
        }
    }

    /// Reads an input that this thread owns. Passes each part to an idle thread, or scans it itself if there is none.
    fn own(&self, input: usize, mut reading: InOrder<'s>, worker: &mut Worker) {
        let is_over = Arc::new(AtomicBool::new(false));
        for part in 0.. {
            if self.control.is_cancelled() {
                return self.desk.cancel();
            }
            if !self.desk.may_read(input) || is_over.load(Ordering::Relaxed) {
                return;
            }
            let mut chunk = self.chunk();
            let start = Instant::now();
            let read = reading.next(&mut chunk);
            let times = Times { read: start.elapsed(), ..Times::default() };
            let is_last = read.is_last;
            let ready = Box::new(Ready {
                key: (input, part),
                chunk: Arc::new(chunk),
                cut: read.cut,
                is_utf16: read.is_utf16,
                known: read.known,
                is_over: is_over.clone(),
                done: Done { stats: ScanStats::default(), times, error: read.error, is_last },
            });
            if let Some(ready) = self.desk.hand_on(ready) {
                self.ready(*ready, worker);
            }
            if is_last {
                return;
            }
        }
    }

    fn ready(&self, ready: Ready, worker: &mut Worker) {
        let Ready { key, chunk, cut, is_utf16, known, is_over, done } = ready;
        let text = Text::Chunk(chunk.clone());
        self.piece(key, Piece::of_cut(&text, &cut, is_utf16, &known), worker, done, &is_over);
        self.recycle(chunk);
    }

    /// Reads and scans a part of a file.
    fn part(&self, shared: &Shared<'s>, file: &Places<'s>, cutter: &InTurn<Cutter>, part: u64, worker: &mut Worker) {
        let turn = cutter.turn(part);
        let mut chunk = self.chunk();
        let start = Instant::now();
        chunk.clear();
        let (len, read) = file.fill(chunk.room(), part * CHUNK as u64);
        chunk.filled(len);
        let times = Times { read: start.elapsed(), ..Times::default() };
        let is_last = len < CHUNK;
        if is_last || shared.is_over.load(Ordering::Relaxed) {
            self.desk.end_shared(shared.input);
        }
        let newlines = newlines(chunk.read());
        let cut = turn.take(|cutter| {
            let cut = cutter.cut(&mut chunk, newlines, None, is_last);
            if is_last { ControlFlow::Break(cut) } else { ControlFlow::Continue(cut) }
        });
        let chunk = Arc::new(chunk);
        if let Some(cut) = cut {
            let text = Text::Chunk(chunk.clone());
            let piece = Piece::of_cut(&text, &cut, false, &Known::None);
            let done = Done { stats: ScanStats::default(), times, error: read.err(), is_last };
            self.piece((shared.input, part), piece, worker, done, &shared.is_over);
        }
        self.recycle(chunk);
    }

    /// Scans a part of an input in memory.
    fn block(
        &self,
        shared: &Shared<'s>,
        text: &Text<'s>,
        (blocks, base): (&InTurn<Blocks>, &InTurn<(Counted, Heads)>),
        part: u64,
        worker: &mut Worker,
    ) {
        let (cut_turn, base_turn) = (blocks.turn(part), base.turn(part));
        let bytes = text.bytes();
        let block: Option<Option<Block>> = cut_turn.take(|blocks| match blocks.next(bytes, true) {
            None => ControlFlow::Break(None),
            block => ControlFlow::Continue(block),
        });
        let Some(block) = block.flatten() else { return self.desk.end_shared(shared.input) };
        let is_last = block.own.end == bytes.len();
        if is_last || shared.is_over.load(Ordering::Relaxed) {
            self.desk.end_shared(shared.input);
        }
        let newlines = newlines(&bytes[block.own.clone()]);
        let taken = base_turn.take(|(next, heads)| {
            let base = *next;
            let at = block.own.end as u64;
            *next = Counted { at, line: base.line + newlines, raw: at };
            ControlFlow::Continue((base, heads.next(&bytes[block.own.clone()], block.own.start)))
        });
        let Some((base, heads)) = taken else { return };
        let piece = Piece {
            text,
            offset: 0,
            start: base.at,
            blocks: &[block],
            base: Some(base),
            is_utf16: false,
            known: &Known::None,
            heads: &heads,
        };
        let done = Done { stats: ScanStats::default(), times: Times::default(), error: None, is_last };
        self.piece((shared.input, part), piece, worker, done, &shared.is_over);
    }

    /// Scans a part that has been cut, and puts its hits into the outbox.
    fn piece(&self, key: Key, piece: Piece<'_, 's>, worker: &mut Worker, mut done: Done, is_over: &AtomicBool) {
        let mut put = |part| match self.desk.put(key, part) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        };
        let mut hits = self.output.hits(key.0, &mut put);
        let (flow, stats, times) = piece.scan(worker, self.control, &mut *hits);
        drop(hits);
        if stats.is_cancelled {
            return self.desk.cancel();
        }
        if flow.is_break() {
            is_over.store(true, Ordering::Relaxed);
            done.is_last = true;
        }
        done.stats = stats;
        done.times += times;
        self.desk.finish(key, done);
    }
}
