//! Swapping a sieve while it is in use.
//!
//! [`LiveSieve::follow`] compiles or opens a file, and reloads it whenever it changes: a compiled set, a feed, or a configuration with all
//! feeds that it names. It is owned and cheap to clone: keep it in a struct, or hand it to tasks.
//!
//! ```no_run
//! use netsieve::live::LiveSieve;
//!
//! let live = LiveSieve::follow("feeds.toml")?;
//! let mut matcher = live.matcher();
//! // `current` goes by the sieve of the moment.
//! assert!(matcher.current().is_match_any("evil.test"));
//! if let Some(error) = live.last_error() {
//!     eprintln!("the old set stays: {error}");
//! }
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! A program that knows by itself when to swap uses [`LiveSieve::store`] or [`LiveSieve::try_reload`]:
//!
//! ```
//! use netsieve::live::LiveSieve;
//! use netsieve::{Indicator, Sieve};
//!
//! let live = LiveSieve::new(Sieve::builder().build()?.0);
//! // A thread's own matcher, which follows the swaps.
//! let mut matcher = live.matcher();
//! assert!(!matcher.current().is_match_any("evil.test"));
//! let added = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?.0;
//! assert_eq!(live.store(added), 1);
//! assert!(matcher.current().is_match_any("evil.test"));
//! # Ok::<(), netsieve::Error>(())
//! ```

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use crate::error::{Error, Result};
use crate::sieve::{MatchOptions, Matcher, Sieve};

mod followed;
#[cfg(test)]
mod tests;

#[cfg(feature = "config")]
pub use followed::check_shrunk;
use followed::{Followed, State};

/// A sieve that can be replaced under load. Readers never wait and never see half a swap; a sieve that was taken stays whole
/// until its last user drops it.
///
/// `clone` copies a pointer: all clones are one and the same. What [`follow`](LiveSieve::follow) follows is followed until the last clone,
/// and the last [`LiveMatcher`], are dropped.
#[derive(Clone, Debug)]
pub struct LiveSieve {
    shared: Arc<Shared>,
    /// Held beside what the watching thread holds, so that this is dropped with the last clone that others have.
    watcher: Option<Arc<Watcher>>,
}

#[derive(Debug)]
struct Shared {
    current: ArcSwap<Snapshot>,
    /// What was read last, as it was before it was read. Held by whoever reloads, so that reloads come one after the other.
    read: Mutex<Option<(Followed, State)>>,
    /// Why the last reload failed, if it did.
    error: Mutex<Option<Arc<Error>>>,
}

/// A sieve as it was at one moment, with what tells it from others.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The sieve.
    pub sieve: Sieve,
    /// How many times the sieve had been replaced.
    pub generation: u64,
    /// When it was put in its place.
    pub since: Instant,
}

impl LiveSieve {
    /// Starts with a sieve, as generation 0.
    pub fn new(sieve: Sieve) -> Self {
        let first = Snapshot { sieve, generation: 0, since: Instant::now() };
        let shared = Shared { current: ArcSwap::from_pointee(first), read: Mutex::new(None), error: Mutex::new(None) };
        Self { shared: Arc::new(shared), watcher: None }
    }

    /// Starts with a file, as of [`follow`](LiveSieve::follow), but does not follow it.
    ///
    /// # Errors
    ///
    /// As of [`follow`](LiveSieve::follow).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let followed = Followed(path.as_ref().to_owned());
        let state = followed.state();
        let live = Self::new(followed.sieve(None)?);
        *live.read() = Some((followed, state));
        Ok(live)
    }

    /// Starts with a file, and follows it from a thread of its own, with the default [`WatchOptions`].
    ///
    /// The file is one of these:
    ///
    /// * a compiled set, which is known by its content and opened as by [`Sieve::open`];
    /// * with the feature `config`, a configuration, whose name ends in `.toml`: all feeds that it names are compiled, and
    ///   compiled anew when one of them, or the configuration, changes;
    /// * with the feature `config`, any other file is a feed.
    ///
    /// After a reload that fails the old sieve stays: [`last_error`](LiveSieve::last_error) tells why.
    ///
    /// # Errors
    ///
    /// The file cannot be read as what it is, or the system gives no thread.
    pub fn follow(path: impl AsRef<Path>) -> Result<Self> {
        Self::follow_with(path, &WatchOptions::default(), |_| {})
    }

    /// As [`follow`](LiveSieve::follow), with options, and tells of each reload: see [`watch`](LiveSieve::watch).
    ///
    /// # Errors
    ///
    /// As of [`follow`](LiveSieve::follow).
    pub fn follow_with(
        path: impl AsRef<Path>,
        options: &WatchOptions,
        told: impl FnMut(Result<u64, Arc<Error>>) + Send + 'static,
    ) -> Result<Self> {
        let live = Self::open(path.as_ref())?;
        let watcher = live.watch(path.as_ref(), options, told).map_err(|error| Error::io(None, error))?;
        Ok(Self { watcher: Some(Arc::new(watcher)), ..live })
    }

    /// The sieve of the moment. Never waits; costs two atomic operations, and one more pair when it is dropped.
    pub fn load(&self) -> Sieve {
        self.shared.current.load().sieve.clone()
    }

    /// The sieve of the moment with its generation and age, which belong together. Never waits.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::clone(&self.shared.current.load())
    }

    /// A matcher with the default options that follows the swaps. One for each thread.
    pub fn matcher(&self) -> LiveMatcher {
        self.matcher_with(&MatchOptions::default())
    }

    /// A matcher with options that follows the swaps. One for each thread.
    pub fn matcher_with(&self, options: &MatchOptions) -> LiveMatcher {
        let snapshot = self.snapshot();
        LiveMatcher {
            live: self.clone(),
            options: options.clone(),
            generation: snapshot.generation,
            matcher: snapshot.sieve.matcher_with(options),
        }
    }

    /// How many times the sieve has been replaced. Who kept a [`Matcher`] makes a new one when this changes, as
    /// [`LiveMatcher`] does.
    pub fn generation(&self) -> u64 {
        self.shared.current.load().generation
    }

    /// How long ago the sieve was put in its place. When it was compiled, if it says so, is in [`Sieve::provenance`].
    pub fn age(&self) -> Duration {
        self.shared.current.load().since.elapsed()
    }

    /// Why the last reload of a file that is followed failed; `None` if it did not, or if there was none.
    pub fn last_error(&self) -> Option<Arc<Error>> {
        lock(&self.shared.error).clone()
    }

    /// Whether the file of [`follow`](LiveSieve::follow) is still followed: not after the callback of
    /// [`follow_with`](LiveSieve::follow_with) has panicked, and not of a sieve that follows nothing.
    pub fn is_following(&self) -> bool {
        self.watcher.as_ref().is_some_and(|watcher| watcher.is_running())
    }

    /// Replaces the sieve, and tells the generation that the new one is. Lookups that begin later use the new one.
    pub fn store(&self, sieve: Sieve) -> u64 {
        let since = Instant::now();
        let before = self
            .shared
            .current
            .rcu(|current| Arc::new(Snapshot { sieve: sieve.clone(), generation: current.generation + 1, since }));
        before.generation + 1
    }

    /// Replaces the sieve by what `build` makes, aside from the readers, and tells its generation. Fails closed: after an error, of
    /// any type, the old sieve stays. Reloads that are asked for at once come one after the other.
    ///
    /// # Errors
    ///
    /// What `build` fails with.
    pub fn try_reload<E>(&self, build: impl FnOnce() -> Result<Sieve, E>) -> Result<u64, E> {
        let mut read = self.read();
        let sieve = build()?;
        *read = None;
        Ok(self.store(sieve))
    }

    /// As [`try_reload`](LiveSieve::try_reload), from a file, as of [`follow`](LiveSieve::follow).
    ///
    /// # Errors
    ///
    /// As of [`follow`](LiveSieve::follow), and if a feed has become smaller than its
    /// [`shrank_below`](crate::feed::FeedFile::shrank_below) allows.
    pub fn reload_file(&self, path: impl AsRef<Path>) -> Result<u64> {
        self.reload(&Followed(path.as_ref().to_owned()))
    }

    fn reload(&self, followed: &Followed) -> Result<u64> {
        let mut read = self.read();
        let state = followed.state();
        let sieve = followed.sieve(Some(&self.load()))?;
        *read = Some((followed.clone(), state));
        Ok(self.store(sieve))
    }

    fn read(&self) -> MutexGuard<'_, Option<(Followed, State)>> {
        lock(&self.shared.read)
    }

    /// Follows a file from a thread of its own: whenever it was replaced or rewritten and has then stayed the same for
    /// [`WatchOptions::settle`], it is reloaded, and `told` is called with the new generation, or with the error, after which the old sieve
    /// stays until the file changes again. A file that vanishes is an error too. The file is one of those that
    /// [`follow`](LiveSieve::follow) takes. It ends when the [`Watcher`] is dropped.
    ///
    /// Each file is asked for its number, length and time of change every [`WatchOptions::interval`], which works on every file
    /// system. If the file is not the one that the sieve was read from last, it is read at once.
    ///
    /// A panic of `told` ends the thread: [`Watcher::is_running`] tells.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub fn watch(
        &self,
        path: impl AsRef<Path>,
        options: &WatchOptions,
        told: impl FnMut(Result<u64, Arc<Error>>) + Send + 'static,
    ) -> io::Result<Watcher> {
        let followed = Followed(path.as_ref().to_owned());
        let known = self.read().as_ref().filter(|(known, _)| *known == followed).map(|(_, state)| state.clone());
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let live = Self { shared: Arc::clone(&self.shared), watcher: None };
        let watch = Watch { live, followed, options: options.clone(), stop: Arc::clone(&stop), known };
        let thread = thread::Builder::new().name("netsieve watch".to_owned()).spawn(move || watch.run(told))?;
        Ok(Watcher { stop, thread: Some(thread) })
    }
}

/// What the locks here guard is whole after any panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A [`Matcher`] of a [`LiveSieve`] that is made anew when the sieve was replaced.
///
/// It holds the sieve it was made of until the next [`current`](LiveMatcher::current): a thread that waits for work for long should drop it.
#[derive(Clone, Debug)]
pub struct LiveMatcher {
    live: LiveSieve,
    options: MatchOptions,
    generation: u64,
    matcher: Matcher,
}

impl LiveMatcher {
    /// The matcher of the moment. Never waits; costs an atomic operation or two, and after a swap what [`Sieve::matcher`] costs.
    pub fn current(&mut self) -> &mut Matcher {
        let snapshot = self.live.shared.current.load();
        if snapshot.generation != self.generation {
            self.generation = snapshot.generation;
            self.matcher = snapshot.sieve.matcher_with(&self.options);
        }
        &mut self.matcher
    }

    /// The generation of the sieve that [`current`](LiveMatcher::current) gave last.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// How a file is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchOptions {
    /// How often the file is looked at (default: every second).
    pub interval: Duration,
    /// How long the file must have stayed the same before it is read, so that one which is being written in place is not read
    /// half (default: one second).
    pub settle: Duration,
}

impl WatchOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`interval`](WatchOptions::interval).
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets [`settle`](WatchOptions::settle).
    #[must_use]
    pub fn settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self { interval: Duration::from_secs(1), settle: Duration::from_secs(1) }
    }
}

/// A thread that follows a file, until this is dropped; dropping waits for a reload that is under way.
#[derive(Debug)]
pub struct Watcher {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Whether the file is still followed: not if the callback has panicked. A service should ask this now and then.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

/// Its thread is asked whether it runs, and joined: nothing half made is seen after a panic.
impl std::panic::RefUnwindSafe for Watcher {}

impl Drop for Watcher {
    fn drop(&mut self) {
        *lock(&self.stop.0) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic of the callback has been reported by its thread.
            let _ = thread.join();
        }
    }
}

struct Watch {
    live: LiveSieve,
    followed: Followed,
    options: WatchOptions,
    stop: Arc<(Mutex<bool>, Condvar)>,
    /// The state that was read, or that could not be read.
    known: Option<State>,
}

impl Watch {
    fn run(mut self, mut told: impl FnMut(Result<u64, Arc<Error>>)) {
        // The state that is to be read once it has settled.
        let mut changed: Option<(State, Instant)> = None;
        loop {
            let now = self.followed.state();
            if self.known.as_ref() == Some(&now) {
                changed = None;
            } else if self.known.is_none() {
                self.reload(now, &mut told);
            } else {
                match changed {
                    Some((ref state, since)) if *state == now => {
                        if since.elapsed() >= self.options.settle {
                            changed = None;
                            self.reload(now, &mut told);
                        }
                    }
                    _ => changed = Some((now, Instant::now())),
                }
            }
            let stopped = lock(&self.stop.0);
            let wait = self.stop.1.wait_timeout_while(stopped, self.options.interval, |stopped| !*stopped);
            if *wait.unwrap_or_else(PoisonError::into_inner).0 {
                return;
            }
        }
    }

    fn reload(&mut self, state: State, told: &mut impl FnMut(Result<u64, Arc<Error>>)) {
        // What changes while it is read has another fingerprint the next time.
        self.known = Some(state);
        let result = self.live.reload(&self.followed).map_err(Arc::new);
        *lock(&self.live.shared.error) = result.as_ref().err().cloned();
        told(result);
    }
}
