//! The one place where threads wait for each other.
//!
//! One lock guards everything that threads share, and no code path wakes others explicitly. Instead, a thread that releases the lock,
//! to go on or to wait, compares the state with that at the time it took the lock, and wakes those whose wait has ended (`Held::wake`).
//! So no branch of any function can forget to.
//!
//! This file knows nothing of logs or sieves. `model.rs` compiles it a second time, with the primitives of a model checker.

use std::collections::VecDeque;
use std::io;
use std::ops::{Deref, DerefMut};

use super::sync::{Condvar, Mutex, MutexGuard};
use crate::scan::delivery::{InputEnd, Times};
use crate::scan::driver::outbox::{Done, Key, Next, Outbox, Parcel};
use crate::scan::options::ScanStats;

/// A piece of work for a thread.
#[derive(Debug)]
pub(super) enum Job<S, J> {
    /// A part that another thread has read.
    Ready(J),
    /// A part of the input that all threads share.
    Part(S, u64),
    /// The input of this number, to be opened and reported with [`Desk::opened`].
    Open(usize),
}

/// The result of opening an input.
#[derive(Debug)]
pub(super) enum Opening<S> {
    /// There are no more inputs.
    None,
    /// The input is empty, or could not be opened.
    Nothing(Option<io::Error>),
    /// The thread that opened the input reads it alone, until [`Desk::disown`].
    Own,
    /// All threads take parts of the input, until [`Desk::end_shared`].
    Shared(S),
}

/// The number of threads that wait, by reason.
#[derive(Debug, Default)]
struct Waiting {
    work: usize,
    room: usize,
    news: usize,
}

struct State<S, J, P> {
    is_stopped: bool,
    /// The scan was cancelled, and the end of the current input has not been delivered yet.
    is_cancelled: bool,
    has_more: bool,
    is_opening: bool,
    opened: usize,
    /// The input that all threads share: its number, the input, and its next part.
    shared: Option<(usize, S, u64)>,
    ready: VecDeque<J>,
    /// The number of threads that read an input of their own.
    owners: usize,
    outbox: Outbox<P>,
    waiting: Waiting,
}

/// The parts of the state that can end a wait.
#[derive(Clone, Copy)]
struct Signs {
    is_stopped: bool,
    is_full: bool,
    head: Key,
    has_hits: bool,
    has_work: bool,
    ready: usize,
    has_news: bool,
}

impl<S, J, P: Parcel> State<S, J, P> {
    /// Returns true if no more work for threads will come.
    fn is_finished(&self) -> bool {
        !self.has_more && self.shared.is_none() && self.owners == 0 && self.ready.is_empty()
    }

    /// Returns true if all inputs have been delivered.
    fn is_delivered(&self) -> bool {
        !self.has_more && self.outbox.head().0 == self.opened
    }

    /// Returns true if there is something to do, apart from the parts that are ready.
    fn has_work(&self) -> bool {
        let can_take = self.shared.is_some() || (self.has_more && !self.is_opening);
        self.is_stopped || self.is_finished() || (can_take && !self.outbox.is_full())
    }

    fn has_news(&self) -> bool {
        self.is_stopped || self.outbox.has_next() || self.is_delivered()
    }

    fn signs(&self) -> Signs {
        Signs {
            is_stopped: self.is_stopped,
            is_full: self.outbox.is_full(),
            head: self.outbox.head(),
            has_hits: self.outbox.has_hits(),
            has_work: self.has_work(),
            ready: self.ready.len(),
            has_news: self.has_news(),
        }
    }
}

/// The reason for a wait.
#[derive(Clone, Copy)]
enum Line {
    /// A thread waits for something to do.
    Work,
    /// A thread waits for room for the hits that it found.
    Room,
    /// The delivering thread waits for something to deliver.
    News,
}

pub(super) struct Desk<S, J, P> {
    state: Mutex<State<S, J, P>>,
    work: Condvar,
    room: Condvar,
    news: Condvar,
}

/// The lock, while it is held.
struct Held<'d, S, J, P: Parcel> {
    desk: &'d Desk<S, J, P>,
    /// `None` only during a wait, and at the end.
    state: Option<MutexGuard<'d, State<S, J, P>>>,
    before: Signs,
}

impl<S, J, P: Parcel> Deref for Held<'_, S, J, P> {
    type Target = State<S, J, P>;

    fn deref(&self) -> &Self::Target {
        self.state.as_ref().expect("the lock is held")
    }
}

impl<S, J, P: Parcel> DerefMut for Held<'_, S, J, P> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.state.as_mut().expect("the lock is held")
    }
}

impl<'d, S, J, P: Parcel> Held<'d, S, J, P> {
    /// Wakes those whose wait has ended since the lock was taken.
    fn wake(desk: &Desk<S, J, P>, state: &State<S, J, P>, before: &Signs) {
        let now = state.signs();
        let is_stopped = now.is_stopped && !before.is_stopped;
        if state.waiting.work > 0 {
            if is_stopped || (now.has_work && !before.has_work) {
                desk.work.notify_all();
            } else if now.ready > before.ready {
                desk.work.notify_one();
            }
        }
        let has_room =
            (before.is_full && !now.is_full) || now.head != before.head || (before.has_hits && !now.has_hits);
        if state.waiting.room > 0 && (is_stopped || has_room) {
            desk.room.notify_all();
        }
        if state.waiting.news > 0 && now.has_news && !before.has_news {
            desk.news.notify_all();
        }
    }

    fn wait(&mut self, line: Line) {
        let Some(mut state) = self.state.take() else { return };
        Self::wake(self.desk, &state, &self.before);
        let count = |waiting: &mut Waiting, by: isize| {
            let count = match line {
                Line::Work => &mut waiting.work,
                Line::Room => &mut waiting.room,
                Line::News => &mut waiting.news,
            };
            *count = count.checked_add_signed(by).expect("who waits is counted once");
        };
        count(&mut state.waiting, 1);
        let condvar = match line {
            Line::Work => &self.desk.work,
            Line::Room => &self.desk.room,
            Line::News => &self.desk.news,
        };
        let mut state = condvar.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
        count(&mut state.waiting, -1);
        self.before = state.signs();
        self.state = Some(state);
    }
}

impl<S, J, P: Parcel> Drop for Held<'_, S, J, P> {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            Self::wake(self.desk, &state, &self.before);
        }
    }
}

impl<S: Clone, J, P: Parcel> Desk<S, J, P> {
    /// `limit`: the number of bytes that may wait for delivery.
    pub(super) fn new(limit: usize) -> Self {
        let state = State {
            is_stopped: false,
            is_cancelled: false,
            has_more: true,
            is_opening: false,
            opened: 0,
            shared: None,
            ready: VecDeque::new(),
            owners: 0,
            outbox: Outbox::new(limit),
            waiting: Waiting::default(),
        };
        Self { state: Mutex::new(state), work: Condvar::new(), room: Condvar::new(), news: Condvar::new() }
    }

    fn hold(&self) -> Held<'_, S, J, P> {
        let state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let before = state.signs();
        Held { desk: self, state: Some(state), before }
    }

    /// Ends everything: all waits end.
    pub(super) fn stop(&self) {
        self.hold().is_stopped = true;
    }

    /// Ends everything, but still has the end of the current input delivered.
    pub(super) fn cancel(&self) {
        let mut state = self.hold();
        if !state.is_stopped {
            (state.is_stopped, state.is_cancelled) = (true, true);
        }
    }

    /// Waits for something to do; returns `None` if there is nothing left.
    pub(super) fn take(&self) -> Option<Job<S, J>> {
        let mut state = self.hold();
        loop {
            if state.is_stopped {
                return None;
            }
            if let Some(ready) = state.ready.pop_front() {
                return Some(Job::Ready(ready));
            }
            if !state.outbox.is_full() {
                if let Some((_, shared, next)) = &mut state.shared {
                    *next += 1;
                    return Some(Job::Part(shared.clone(), *next - 1));
                }
                if state.has_more && !state.is_opening {
                    state.is_opening = true;
                    return Some(Job::Open(state.opened));
                }
            }
            if state.is_finished() {
                return None;
            }
            state.wait(Line::Work);
        }
    }

    /// Reports the input that was opened for [`Job::Open`].
    pub(super) fn opened(&self, found: Opening<S>) {
        let mut state = self.hold();
        let input = state.opened;
        state.is_opening = false;
        match found {
            Opening::None => {
                state.has_more = false;
                return;
            }
            Opening::Nothing(error) => {
                let done = Done { stats: ScanStats::default(), times: Times::default(), error, is_last: true };
                state.outbox.finish((input, 0), done);
            }
            Opening::Own => state.owners += 1,
            Opening::Shared(shared) => state.shared = Some((input, shared, 0)),
        }
        state.opened += 1;
    }

    /// Stops handing out parts of a shared input.
    pub(super) fn end_shared(&self, input: usize) {
        let mut state = self.hold();
        if state.shared.as_ref().is_some_and(|shared| shared.0 == input) {
            state.shared = None;
        }
    }

    /// Waits until the owner of an input may read on. Returns `false` if everything has been stopped.
    pub(super) fn may_read(&self, input: usize) -> bool {
        let mut state = self.hold();
        while !state.is_stopped && state.outbox.is_full() && state.outbox.head().0 != input {
            state.wait(Line::Room);
        }
        !state.is_stopped
    }

    /// Passes a part that was read to an idle thread; gives it back if there is none.
    ///
    /// So a part that is ready is taken up at once, and there are never more such parts than threads.
    pub(super) fn hand_on(&self, job: J) -> Option<J> {
        let mut state = self.hold();
        if state.ready.len() >= state.waiting.work {
            return Some(job);
        }
        state.ready.push_back(job);
        None
    }

    /// Says that the thread no longer owns an input.
    pub(super) fn disown(&self) {
        self.hold().owners -= 1;
    }

    /// Waits for room, then puts hits into the outbox. Returns `false` if everything has been stopped.
    pub(super) fn put(&self, key: Key, part: P) -> bool {
        let mut state = self.hold();
        while !state.is_stopped && !state.outbox.has_room(key) {
            state.wait(Line::Room);
        }
        if !state.is_stopped {
            state.outbox.put(key, part);
        }
        !state.is_stopped
    }

    /// Records the end of a part.
    pub(super) fn finish(&self, key: Key, done: Done) {
        self.hold().outbox.finish(key, done);
    }

    /// Waits for the next delivery; returns `None` if that was all, or if everything has been stopped.
    pub(super) fn next(&self) -> Option<Next<P>> {
        let mut state = self.hold();
        loop {
            let is_at_hand = state.outbox.head().0 < state.opened;
            if std::mem::take(&mut state.is_cancelled) && is_at_hand {
                let mut end = state.outbox.abandon();
                end.stats.is_cancelled = true;
                return Some(Next::End(end));
            }
            if state.is_stopped {
                return None;
            }
            if let Some(next) = state.outbox.next() {
                return Some(next);
            }
            if state.is_delivered() {
                return None;
            }
            state.wait(Line::News);
        }
    }

    /// Returns the end of the current input, with the statistics of what has been delivered of it.
    pub(super) fn abandon(&self) -> InputEnd {
        self.hold().outbox.abandon()
    }
}
