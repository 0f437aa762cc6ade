//! One input on all threads of a `rayon` pool, its hits handed over in order on the calling thread.
//!
//! The calling thread cuts and reads ahead by a few blocks a thread, and hands over what is done in the meantime. Nobody waits
//! for the slowest block of a batch.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::blocks::{Block, Blocks};
use super::chunk::{self, Chunk, newlines};
use super::emit::{Counted, Emitter};
use super::hit::Hit;
use super::options::{ScanOptions, ScanStats};
use super::reading::{Part, Reading};
use super::scanner::Scanner;
use super::told::Known;
use super::worker::Worker;
use crate::error::{Error, Result};
use crate::sieve::Sieve;

/// Blocks that one thread has under way before their hits are handed over.
const BLOCKS_A_THREAD: usize = 4;

/// What the threads have done, by its number.
struct Done<T> {
    done: Mutex<BTreeMap<u64, T>>,
    changed: Condvar,
}

impl<T> Done<T> {
    fn new() -> Self {
        Self { done: Mutex::new(BTreeMap::new()), changed: Condvar::new() }
    }

    fn put(&self, number: u64, value: T) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(number, value);
        self.changed.notify_one();
    }

    /// Waits for a piece of work; does what other work there is if this thread is one of the pool.
    fn take(&self, number: u64) -> T {
        loop {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(value) = done.remove(&number) {
                return value;
            }
            drop(done);
            if rayon::yield_now() == Some(rayon::Yield::Executed) {
                continue;
            }
            // Nothing is left to be taken: the work is under way on another thread.
            let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            let mut done = self
                .changed
                .wait_while(done, |done| !done.contains_key(&number))
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(value) = done.remove(&number) {
                return value;
            }
        }
    }
}

/// Workers that wait for a block.
struct Idle<'a> {
    workers: &'a mut Vec<Worker>,
    sieve: &'a Sieve,
    options: &'a ScanOptions,
}

impl Idle<'_> {
    fn take(&mut self) -> Worker {
        self.workers.pop().unwrap_or_else(|| Worker::new(self.sieve, self.options))
    }
}

pub(super) fn scan_slice<S: FnMut(&Hit<'_>) -> ControlFlow<()>>(
    scanner: &mut Scanner,
    haystack: &[u8],
    emitter: &mut Emitter<S>,
) {
    let Scanner { sieve, options, workers, .. } = scanner;
    let mut idle = Idle { workers, sieve, options };
    let mut blocks = Blocks::new(chunk::utf8_bom(haystack));
    let limit = rayon::current_num_threads() * BLOCKS_A_THREAD;
    let done: Done<(Worker, Block, u64)> = Done::new();
    rayon::in_place_scope(|scope| {
        let (mut given, mut taken, mut base) = (0, 0, Counted::START);
        emitter.go_to(base, false);
        loop {
            while given - taken < limit as u64
                && let Some(block) = blocks.next(haystack, true)
            {
                let (mut worker, number, done) = (idle.take(), given, &done);
                given += 1;
                scope.spawn(move |_| {
                    worker.scan(haystack, &block);
                    let newlines = newlines(&haystack[block.own.clone()]);
                    done.put(number, (worker, block, newlines));
                });
            }
            if given == taken {
                break;
            }
            let (worker, block, newlines) = done.take(taken);
            taken += 1;
            let flow = emitter.block(haystack, 0, &block, &worker, &Known::None);
            let at = block.own.end as u64;
            base = Counted { at, line: base.line + newlines, raw: at };
            emitter.go_to(base, false);
            idle.workers.push(worker);
            if flow.is_break() {
                break;
            }
        }
    });
    workers.extend(done.done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().map(|done| done.0));
    if workers.is_empty() {
        workers.push(Worker::new(sieve, options));
    }
}

/// A chunk whose blocks are being scanned.
struct Under {
    chunk: Arc<Chunk>,
    part: Arc<Part>,
}

pub(super) fn scan_reader(
    scanner: &mut Scanner,
    reader: impl Read,
    sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
) -> Result<ScanStats> {
    let Scanner { sieve, options, workers, chunks } = scanner;
    let mut idle = Idle { workers, sieve, options };
    let limit = rayon::current_num_threads() * BLOCKS_A_THREAD;
    let mut reading = Reading::whole(reader);
    let mut emitter = Emitter::new(sink);
    let done: Done<Worker> = Done::new();
    let (mut is_over, mut error) = (false, None);
    rayon::in_place_scope(|scope| {
        let mut readings: VecDeque<Under> = VecDeque::new();
        let (mut given, mut taken) = (0_u64, 0_u64);
        loop {
            while !is_over && given - taken < limit as u64 {
                let mut chunk = chunks.pop().unwrap_or_else(Chunk::new);
                let mut part = reading.next(&mut chunk);
                is_over = part.is_last;
                error = part.error.take();
                let part = Arc::new(part);
                let chunk = Arc::new(chunk);
                for at in 0..part.cut.blocks.len() {
                    let (mut worker, number, done) = (idle.take(), given, &done);
                    let (chunk, part) = (chunk.clone(), part.clone());
                    given += 1;
                    scope.spawn(move |_| {
                        worker.scan(chunk.bytes(), &part.cut.blocks[at]);
                        drop((chunk, part));
                        done.put(number, worker);
                    });
                }
                readings.push_back(Under { chunk, part });
            }
            let Some(Under { chunk, part }) = readings.pop_front() else { break };
            emitter.go_to(part.cut.base, part.is_utf16);
            let mut flow = ControlFlow::Continue(());
            for block in &part.cut.blocks {
                let worker = done.take(taken);
                taken += 1;
                flow = emitter.block(chunk.bytes(), part.cut.offset, block, &worker, &part.known);
                idle.workers.push(worker);
                if flow.is_break() {
                    break;
                }
            }
            chunks.extend(Arc::into_inner(chunk));
            if flow.is_break() {
                // What is still under way is nobody's concern any more.
                error = None;
                break;
            }
        }
    });
    workers.extend(done.done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values());
    if workers.is_empty() {
        workers.push(Worker::new(sieve, options));
    }
    match error {
        Some(error) => Err(Error::io(None, error)),
        None => Ok(emitter.finish()),
    }
}
