//! The threads, and what they take from and hand to each other.
//!
//! All waiting follows the order of the output: a thread waits for room only in front of what has its turn, and the thread that
//! works on what has its turn waits for nobody but the one that delivers. A chunk is handed only to a thread that has
//! nothing to do, so whatever has been taken up is being worked on.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Times;
use super::outbox::{Done, Key, Next, Outbox};
use super::{Delivery, InOrder, Opened, Part, Piece, ReadAt, Render, Source, fill_at, open};
use crate::scan::blocks::{Block, Blocks};
use crate::scan::chunk::{self, CHUNK, Chunk, Cut, Cutter, newlines};
use crate::scan::emit::Counted;
use crate::scan::options::ScanStats;
use crate::scan::told::Known;
use crate::scan::worker::Worker;

type Inputs<'i, 's> = dyn Iterator<Item = io::Result<Source<'s>>> + Send + 'i;

/// A file that all threads read and cut.
struct File<'s> {
    input: usize,
    file: Box<dyn ReadAt + 's>,
    /// No more of it is wanted, or its end has been seen.
    is_over: AtomicBool,
    cutter: InTurn<Cutter>,
}

/// Bytes that all threads cut.
struct Bytes<'s> {
    input: usize,
    bytes: Box<dyn AsRef<[u8]> + Send + Sync + 's>,
    is_over: AtomicBool,
    /// The position of the part whose turn it is.
    base: InTurn<Counted>,
}

/// What all threads take parts of.
enum Shared<'s> {
    File { file: Arc<File<'s>>, next: u64 },
    Bytes { bytes: Arc<Bytes<'s>>, blocks: Blocks, next: u64 },
}

/// A chunk that was read by another thread.
struct Ready {
    key: Key,
    chunk: Chunk,
    cut: Cut,
    is_utf16: bool,
    known: Known,
    is_over: Arc<AtomicBool>,
    done: Done,
}

enum Job<'s> {
    Ready(Box<Ready>),
    Part(Arc<File<'s>>, u64),
    Block(Arc<Bytes<'s>>, u64, Block),
    Own(usize, Box<InOrder<'s>>),
}

struct State<'i, 's> {
    /// `None` while a thread opens the next one.
    inputs: Option<&'i mut Inputs<'i, 's>>,
    opened: usize,
    has_more: bool,
    shared: Option<Shared<'s>>,
    ready: VecDeque<Box<Ready>>,
    /// Threads that have nothing to do.
    idle: usize,
    /// Threads that read an input of their own.
    owners: usize,
    outbox: Outbox,
    chunks: Vec<Chunk>,
}

pub(super) struct Crew<'i, 's, 'r> {
    state: Mutex<State<'i, 's>>,
    /// There is something to do.
    work: Condvar,
    /// There is room for what was rendered.
    room: Condvar,
    /// There is something to deliver.
    news: Condvar,
    /// Nothing more is wanted.
    stop: AtomicBool,
    render: &'r Render<'r>,
}

/// How soon a thread that waits for its turn sees that nobody wants it any more.
const STOP_AFTER: Duration = Duration::from_millis(100);

/// Something that is used by one part after the other, in order.
struct InTurn<T> {
    state: Mutex<(u64, Option<T>)>,
    changed: Condvar,
}

impl<T> InTurn<T> {
    fn new(value: T) -> Self {
        Self { state: Mutex::new((0, Some(value))), changed: Condvar::new() }
    }

    /// Waits for the turn of a part; `None` if the input ended before it, or all has been stopped. `Break` from `use_it` ends the
    /// input.
    fn use_in_turn<U>(
        &self,
        turn: u64,
        stop: &AtomicBool,
        use_it: impl FnOnce(&mut T) -> ControlFlow<U, U>,
    ) -> Option<U> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.0 < turn && state.1.is_some() {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            // Not for ever: whose turn it is may have panicked.
            let waited = self.changed.wait_timeout(state, STOP_AFTER).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
        }
        let used = use_it(state.1.as_mut()?);
        state.0 += 1;
        let used = match used {
            ControlFlow::Continue(used) => used,
            ControlFlow::Break(used) => {
                state.1 = None;
                used
            }
        };
        drop(state);
        self.changed.notify_all();
        Some(used)
    }
}

/// Ends everything if a thread panics, so that nobody waits for it.
struct OnPanic<'c, 'i, 's, 'r>(&'c Crew<'i, 's, 'r>);

impl Drop for OnPanic<'_, '_, '_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

impl<'i, 's, 'r> Crew<'i, 's, 'r> {
    /// `limit`: bytes that may wait to be delivered.
    pub(super) fn new(
        inputs: &'i mut Inputs<'i, 's>,
        render: &'r Render<'r>,
        chunks: Vec<Chunk>,
        limit: usize,
    ) -> Self {
        let state = State {
            inputs: Some(inputs),
            opened: 0,
            has_more: true,
            shared: None,
            ready: VecDeque::new(),
            idle: 0,
            owners: 0,
            outbox: Outbox::new(limit),
            chunks,
        };
        Self {
            state: Mutex::new(state),
            work: Condvar::new(),
            room: Condvar::new(),
            news: Condvar::new(),
            stop: AtomicBool::new(false),
            render,
        }
    }

    pub(super) fn into_chunks(self) -> Vec<Chunk> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).chunks
    }

    /// One thread a worker; delivers until all inputs have ended.
    pub(super) fn run(&self, workers: &mut [Worker], deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>) {
        thread::scope(|scope| {
            for worker in workers {
                scope.spawn(|| {
                    let _guard = OnPanic(self);
                    self.work(worker);
                });
            }
            let _guard = OnPanic(self);
            self.deliver(deliver);
            self.stop();
        });
    }

    fn lock(&self) -> MutexGuard<'_, State<'i, 's>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, on: &Condvar, state: MutexGuard<'g, State<'i, 's>>) -> MutexGuard<'g, State<'i, 's>> {
        on.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn stop(&self) {
        let state = self.lock();
        self.stop.store(true, Ordering::Relaxed);
        drop(state);
        for condvar in [&self.work, &self.room, &self.news] {
            condvar.notify_all();
        }
    }

    fn deliver(&self, deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>) {
        let mut state = self.lock();
        while !self.is_stopped() {
            let was_full = state.outbox.is_full();
            let next = state.outbox.next();
            let flow = match next {
                Next::Wait => {
                    if !state.has_more && state.outbox.input() == state.opened {
                        return;
                    }
                    // Asking moved the head past what has been delivered, and whoever works on the part whose turn it is now
                    // may wait for room: it has some from now on.
                    self.room.notify_all();
                    state = self.wait(&self.news, state);
                    continue;
                }
                next => {
                    drop(state);
                    // Whose turn it is has room.
                    self.room.notify_all();
                    self.hand_over(next, deliver)
                }
            };
            if was_full {
                self.work.notify_all();
            }
            if flow.is_break() {
                return;
            }
            state = self.lock();
        }
    }

    fn hand_over(&self, next: Next, deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        match next {
            Next::Wait => ControlFlow::Continue(()),
            Next::End(end) => deliver(Delivery::End(end)),
            Next::Scanned(input, bytes) => {
                let flow = deliver(Delivery::Scanned { input, bytes });
                if flow.is_break() { self.abandon(deliver) } else { flow }
            }
            Next::Hits(input, part) => {
                let flow = deliver(part.delivery(input));
                if flow.is_break() { self.abandon(deliver) } else { flow }
            }
        }
    }

    /// Tells the end of the input of which no more is wanted.
    fn abandon(&self, deliver: &mut dyn FnMut(Delivery<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        let end = self.lock().outbox.abandon();
        let _ = deliver(Delivery::End(end));
        ControlFlow::Break(())
    }

    fn work(&self, worker: &mut Worker) {
        let mut chunk = None;
        while let Some(job) = self.take() {
            match job {
                Job::Ready(ready) => self.ready(ready, worker),
                Job::Part(file, part) => self.part(&file, part, chunk.get_or_insert_with(|| self.chunk()), worker),
                Job::Block(bytes, part, block) => self.block(&bytes, part, block, worker),
                Job::Own(input, reading) => {
                    self.own(input, *reading, worker);
                    self.lock().owners -= 1;
                    self.work.notify_all();
                }
            }
        }
        self.lock().chunks.extend(chunk);
    }

    fn chunk(&self) -> Chunk {
        let chunk = self.lock().chunks.pop();
        chunk.unwrap_or_else(Chunk::new)
    }

    /// Waits for something to do; `None` if there is nothing left.
    fn take(&self) -> Option<Job<'s>> {
        let mut state = self.lock();
        loop {
            if self.is_stopped() {
                return None;
            }
            if let Some(ready) = state.ready.pop_front() {
                return Some(Job::Ready(ready));
            }
            if !state.outbox.is_full() {
                if let Some(job) = state.part() {
                    return Some(job);
                }
                if state.has_more
                    && let Some(inputs) = state.inputs.take()
                {
                    drop(state);
                    let source = inputs.next().map(|source| source.and_then(open));
                    state = self.lock();
                    state.inputs = Some(inputs);
                    let job = state.open(source);
                    self.work.notify_all();
                    self.news.notify_one();
                    if job.is_some() {
                        return job;
                    }
                    continue;
                }
            }
            if !state.has_more && state.shared.is_none() && state.owners == 0 {
                return None;
            }
            state.idle += 1;
            state = self.wait(&self.work, state);
            state.idle -= 1;
        }
    }

    /// Reads an input of this thread's own, and hands on what it has read to a thread that has nothing to do.
    fn own(&self, input: usize, mut reading: InOrder<'s>, worker: &mut Worker) {
        let is_over = Arc::new(AtomicBool::new(false));
        let mut part = 0;
        loop {
            let mut state = self.lock();
            while state.outbox.is_full() && state.outbox.input() != input && !self.is_stopped() {
                state = self.wait(&self.room, state);
            }
            let chunk = state.chunks.pop();
            drop(state);
            if self.is_stopped() || is_over.load(Ordering::Relaxed) {
                return;
            }
            let mut chunk = chunk.unwrap_or_else(Chunk::new);
            let start = Instant::now();
            let read = reading.next(&mut chunk);
            let times = Times { read: start.elapsed(), ..Times::default() };
            let is_last = read.is_last;
            let ready = Box::new(Ready {
                key: (input, part),
                chunk,
                cut: read.cut,
                is_utf16: read.is_utf16,
                known: read.known,
                is_over: is_over.clone(),
                done: Done { stats: ScanStats::default(), times, error: read.error, is_last },
            });
            part += 1;
            let mut state = self.lock();
            if state.ready.len() < state.idle {
                state.ready.push_back(ready);
                drop(state);
                self.work.notify_one();
            } else {
                drop(state);
                self.ready(ready, worker);
            }
            if is_last {
                return;
            }
        }
    }

    fn ready(&self, ready: Box<Ready>, worker: &mut Worker) {
        let Ready { key, chunk, cut, is_utf16, known, is_over, done } = *ready;
        let piece = Piece {
            input: key.0,
            bytes: chunk.bytes(),
            offset: cut.offset,
            blocks: &cut.blocks,
            base: cut.base,
            is_utf16,
            known,
        };
        self.piece(key, &piece, worker, done, &is_over);
        self.lock().chunks.push(chunk);
    }

    /// Reads and scans a part of a file.
    fn part(&self, file: &File<'s>, part: u64, chunk: &mut Chunk, worker: &mut Worker) {
        let start = Instant::now();
        chunk.clear();
        let (len, read) = fill_at(&*file.file, chunk.room(), part * CHUNK as u64);
        chunk.filled(len);
        let times = Times { read: start.elapsed(), ..Times::default() };
        let is_last = len < CHUNK;
        if is_last {
            file.is_over.store(true, Ordering::Relaxed);
        }
        let newlines = newlines(chunk.read());
        let cut = file.cutter.use_in_turn(part, &self.stop, |cutter| {
            let cut = cutter.cut(chunk, newlines, None, is_last);
            if is_last { ControlFlow::Break(cut) } else { ControlFlow::Continue(cut) }
        });
        let Some(cut) = cut else { return };
        let key = (file.input, part);
        let (bytes, blocks) = (chunk.bytes(), &cut.blocks[..]);
        let piece = Piece {
            input: file.input,
            bytes,
            offset: cut.offset,
            blocks,
            base: cut.base,
            is_utf16: false,
            known: Known::None,
        };
        let error = read.err();
        let done = Done { stats: ScanStats::default(), times, error, is_last };
        self.piece(key, &piece, worker, done, &file.is_over);
    }

    /// Scans a part of what is in memory.
    fn block(&self, bytes: &Bytes<'s>, part: u64, block: Block, worker: &mut Worker) {
        let text = (*bytes.bytes).as_ref();
        let newlines = newlines(&text[block.own.clone()]);
        let is_last = block.own.end == text.len();
        let base = bytes.base.use_in_turn(part, &self.stop, |next| {
            let base = *next;
            let at = block.own.end as u64;
            *next = Counted { at, line: base.line + newlines, raw: at };
            ControlFlow::Continue(base)
        });
        let Some(base) = base else { return };
        let key = (bytes.input, part);
        let piece = Piece {
            input: bytes.input,
            bytes: text,
            offset: 0,
            blocks: &[block],
            base,
            is_utf16: false,
            known: Known::None,
        };
        let done = Done { stats: ScanStats::default(), times: Times::default(), error: None, is_last };
        self.piece(key, &piece, worker, done, &bytes.is_over);
    }

    /// Scans what was cut, and puts what it gives where it is delivered from.
    fn piece(&self, key: Key, piece: &Piece<'_>, worker: &mut Worker, mut done: Done, is_over: &AtomicBool) {
        let mut flush = |part: Part| {
            let mut state = self.lock();
            while !state.outbox.has_room(key) && !self.is_stopped() {
                state = self.wait(&self.room, state);
            }
            let has_news = state.outbox.put(key, part);
            drop(state);
            if has_news {
                self.news.notify_one();
            }
            if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let (flow, stats, times) = piece.scan(worker, self.render, &mut flush);
        if flow.is_break() {
            is_over.store(true, Ordering::Relaxed);
            done.is_last = true;
        }
        done.stats = stats;
        done.times += times;
        let mut state = self.lock();
        let was_full = state.outbox.is_full();
        let has_news = state.outbox.finish(key, done);
        drop(state);
        if has_news {
            self.news.notify_one();
        }
        // It may be the turn of one who waits.
        self.room.notify_all();
        if was_full {
            self.work.notify_all();
        }
    }
}

impl<'s> State<'_, 's> {
    /// The next part of what all threads read.
    fn part(&mut self) -> Option<Job<'s>> {
        match self.shared.as_mut()? {
            Shared::File { file, next } => {
                if file.is_over.load(Ordering::Relaxed) {
                    self.shared = None;
                    return None;
                }
                let part = *next;
                *next += 1;
                Some(Job::Part(file.clone(), part))
            }
            Shared::Bytes { bytes, blocks, next } => {
                if !bytes.is_over.load(Ordering::Relaxed)
                    && let Some(block) = blocks.next((*bytes.bytes).as_ref(), true)
                {
                    let part = *next;
                    *next += 1;
                    return Some(Job::Block(bytes.clone(), part, block));
                }
                self.shared = None;
                None
            }
        }
    }

    /// Takes over an input that has been opened; gives the job if it is one for a single thread.
    fn open(&mut self, source: Option<io::Result<Opened<'s>>>) -> Option<Job<'s>> {
        let Some(source) = source else {
            self.has_more = false;
            return None;
        };
        let input = self.opened;
        self.opened += 1;
        let is_over = AtomicBool::new(false);
        match source {
            Err(error) => self.end(input, Some(error)),
            Ok(Opened::InOrder(reading)) => {
                self.owners += 1;
                return Some(Job::Own(input, reading));
            }
            Ok(Opened::File(file)) => {
                let file = Arc::new(File { input, file, is_over, cutter: InTurn::new(Cutter::new()) });
                self.shared = Some(Shared::File { file, next: 0 });
            }
            Ok(Opened::Bytes(bytes)) => {
                let text = (*bytes).as_ref();
                let mark = chunk::utf8_bom(text);
                if text.len() == mark {
                    self.end(input, None);
                    return None;
                }
                let blocks = Blocks::new(mark);
                let bytes = Arc::new(Bytes { input, bytes, is_over, base: InTurn::new(Counted::START) });
                self.shared = Some(Shared::Bytes { bytes, blocks, next: 0 });
            }
        }
        None
    }

    /// An input that holds nothing.
    fn end(&mut self, input: usize, error: Option<io::Error>) {
        let done = Done { stats: ScanStats::default(), times: Times::default(), error, is_last: true };
        self.outbox.finish((input, 0), done);
    }
}
