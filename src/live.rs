//! Swapping a sieve while it is in use.
//!
//! [`LiveSieve::follow`] compiles or opens a file, and reloads it whenever it changes. The file is a compiled set, a feed, or a
//! configuration with all feeds that it names. A `LiveSieve` is owned and cheap to clone: keep it in a struct, or hand it to tasks.
//!
//! ```no_run
//! use netsieve::live::LiveSieve;
//!
//! let live = LiveSieve::follow("feeds.toml")?;
//! let mut matcher = live.matcher();
//! // `current` returns a matcher of the current sieve.
//! assert!(matcher.current().is_match_any("evil.test"));
//! if let Some(error) = live.last_error() {
//!     eprintln!("the old set stays: {error}");
//! }
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! A program that decides for itself when to swap uses [`LiveSieve::store`] or [`LiveSieve::try_reload`]:
//!
//! ```
//! use netsieve::live::LiveSieve;
//! use netsieve::{Indicator, Sieve};
//!
//! let live = LiveSieve::new(Sieve::builder().build()?.0);
//! // Each thread has its own matcher, which follows the swaps.
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

/// A sieve that can be replaced under load. Readers never wait and never see half a swap. A sieve that a reader has taken stays whole
/// until its last user drops it.
///
/// `clone` copies a pointer: all clones share one sieve. A file given to [`follow`](LiveSieve::follow) is followed until the last
/// clone and the last [`LiveMatcher`] are dropped.
#[derive(Clone, Debug)]
pub struct LiveSieve {
    shared: Arc<Shared>,
    /// Not in the clone that the watching thread holds, so that it is dropped with the last clone outside that thread.
    watcher: Option<Arc<Watcher>>,
}

#[derive(Debug)]
struct Shared {
    current: ArcSwap<Snapshot>,
    /// The file read last, in the state it had before it was read. Reloading locks this, so that reloads run one after the other.
    read: Mutex<Option<(Followed, State)>>,
    /// The error of the last reload, if it failed.
    error: Mutex<Option<Arc<Error>>>,
}

/// The sieve at one moment, with its generation and start time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The sieve.
    pub sieve: Sieve,
    /// The number of replacements so far.
    pub generation: u64,
    /// The time at which this sieve became the current one.
    pub since: Instant,
}

impl LiveSieve {
    /// Starts with this sieve, as generation 0.
    pub fn new(sieve: Sieve) -> Self {
        let first = Snapshot { sieve, generation: 0, since: Instant::now() };
        let shared = Shared { current: ArcSwap::from_pointee(first), read: Mutex::new(None), error: Mutex::new(None) };
        Self { shared: Arc::new(shared), watcher: None }
    }

    /// Starts with a file of any kind that [`follow`](LiveSieve::follow) takes, but does not follow it.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not a valid set, configuration or feed.
    ///
    /// ```
    /// use netsieve::live::LiveSieve;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("set.sieve");
    /// Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?.0.save(&path)?;
    /// let live = LiveSieve::open(&path)?;
    /// assert!(live.load().is_match_any("evil.test") && !live.is_following());
    /// // When the program decides to:
    /// live.reload_file(&path)?;
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let followed = Followed(path.as_ref().to_owned());
        let state = followed.state();
        let live = Self::new(followed.sieve(None)?);
        *live.read() = Some((followed, state));
        Ok(live)
    }

    /// Starts with a file and follows it from a thread of its own, with the default [`WatchOptions`].
    ///
    /// The file is one of these:
    ///
    /// * a compiled set, recognised by its content and opened as by [`Sieve::open`];
    /// * with the feature `config`, a configuration, whose name ends in `.toml`: all feeds that it names are compiled, and
    ///   recompiled when one of them, or the configuration, changes;
    /// * with the feature `config`, a feed: any other file.
    ///
    /// If a reload fails, the old sieve stays and [`last_error`](LiveSieve::last_error) says why.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not a valid set, configuration or feed, or the thread cannot be started.
    pub fn follow(path: impl AsRef<Path>) -> Result<Self> {
        Self::follow_with(path, &WatchOptions::default(), |_| {})
    }

    /// Like [`follow`](LiveSieve::follow), with options, and with a callback for each reload: see [`watch`](LiveSieve::watch).
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not a valid set, configuration or feed, or the thread cannot be started.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use netsieve::live::{LiveSieve, WatchOptions};
    ///
    /// let options = WatchOptions::new().interval(Duration::from_secs(10)).settle(Duration::from_secs(2));
    /// let live = LiveSieve::follow_with("feeds.toml", &options, |reloaded| match reloaded {
    ///     Ok(generation) => println!("generation {generation} is in place"),
    ///     Err(error) => eprintln!("the old set stays: {error}"),
    /// })?;
    /// // For a health check:
    /// println!("following: {}, age: {:?}", live.is_following(), live.age());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use netsieve::live::{LiveSieve, WatchOptions};
    /// use netsieve::MatchOptions;
    ///
    /// let options = WatchOptions::new().interval(Duration::from_secs(30)).settle(Duration::from_secs(5));
    /// let live = LiveSieve::follow_with("feeds.toml", &options, |reloaded| match reloaded {
    ///     Ok(generation) => println!("generation {generation}"),
    ///     Err(error) => eprintln!("the old set stays: {error}"),
    /// })?;
    /// let mut matcher = live.matcher_with(&MatchOptions::new().host_only(true));
    /// let is_listed = matcher.current().is_match_any("evil.test");
    /// println!("listed in generation {}: {is_listed}", matcher.generation());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn follow_with(
        path: impl AsRef<Path>,
        options: &WatchOptions,
        told: impl FnMut(Result<u64, Arc<Error>>) + Send + 'static,
    ) -> Result<Self> {
        let live = Self::open(path.as_ref())?;
        let watcher = live.watch(path.as_ref(), options, told).map_err(|error| Error::io(None, error))?;
        Ok(Self { watcher: Some(Arc::new(watcher)), ..live })
    }

    /// Returns the current sieve. Never waits; costs two atomic operations, and two more when the sieve is dropped.
    #[doc(alias = "sieve")]
    pub fn load(&self) -> Sieve {
        self.shared.current.load().sieve.clone()
    }

    /// Returns the current sieve with the generation and age that belong to it. Never waits.
    ///
    /// ```
    /// use netsieve::Sieve;
    /// use netsieve::live::LiveSieve;
    ///
    /// let live = LiveSieve::new(Sieve::builder().build()?.0);
    /// live.store(Sieve::builder().build()?.0);
    /// let snapshot = live.snapshot();
    /// assert_eq!((snapshot.generation, snapshot.sieve.len()), (1, 0));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::clone(&self.shared.current.load())
    }

    /// Returns a matcher with the default options that follows the swaps. Each thread needs its own.
    pub fn matcher(&self) -> LiveMatcher {
        self.matcher_with(&MatchOptions::default())
    }

    /// Returns a matcher with these options that follows the swaps. Each thread needs its own.
    pub fn matcher_with(&self, options: &MatchOptions) -> LiveMatcher {
        let snapshot = self.snapshot();
        LiveMatcher {
            live: self.clone(),
            options: options.clone(),
            generation: snapshot.generation,
            matcher: snapshot.sieve.matcher_with(options),
        }
    }

    /// Returns the number of replacements so far. A caller that keeps a [`Matcher`] makes a new one when this changes, as
    /// [`LiveMatcher`] does.
    pub fn generation(&self) -> u64 {
        self.shared.current.load().generation
    }

    /// Returns the time since the current sieve was put in place. [`Sieve::provenance`] says when it was compiled, if that is known.
    pub fn age(&self) -> Duration {
        self.shared.current.load().since.elapsed()
    }

    /// Returns the error of the last reload of a followed file; `None` if it succeeded, or if there was none.
    pub fn last_error(&self) -> Option<Arc<Error>> {
        lock(&self.shared.error).clone()
    }

    /// Returns true while the file of [`follow`](LiveSieve::follow) is being followed. False if there is no such file, and once the
    /// callback of [`follow_with`](LiveSieve::follow_with) has panicked.
    pub fn is_following(&self) -> bool {
        self.watcher.as_ref().is_some_and(|watcher| watcher.is_running())
    }

    /// Replaces the sieve and returns the new generation. Lookups that begin later use the new sieve.
    #[doc(alias = "swap")]
    pub fn store(&self, sieve: Sieve) -> u64 {
        let since = Instant::now();
        let before = self
            .shared
            .current
            .rcu(|current| Arc::new(Snapshot { sieve: sieve.clone(), generation: current.generation + 1, since }));
        before.generation + 1
    }

    /// Replaces the sieve with the one that `build` returns, and returns the new generation. `build` runs without blocking readers.
    /// After an error, of any type, the old sieve stays. Concurrent reloads run one after the other.
    ///
    /// # Errors
    ///
    /// The error of `build`.
    ///
    /// ```
    /// use netsieve::live::LiveSieve;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let live = LiveSieve::new(Sieve::builder().build()?.0);
    /// let generation = live.try_reload(|| -> netsieve::Result<Sieve> {
    ///     Ok(Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?.0)
    /// })?;
    /// assert_eq!(generation, 1);
    /// assert!(live.try_reload(|| Err("an error of any type")).is_err());
    /// assert!(live.load().is_match_any("evil.test"), "the old sieve stays");
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn try_reload<E>(&self, build: impl FnOnce() -> Result<Sieve, E>) -> Result<u64, E> {
        let mut read = self.read();
        let sieve = build()?;
        *read = None;
        Ok(self.store(sieve))
    }

    /// Like [`try_reload`](LiveSieve::try_reload), from a file of any kind that [`follow`](LiveSieve::follow) takes.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not a valid set, configuration or feed, or a feed has shrunk by more than its
    /// [`shrank_below`](crate::feed::FeedFile::shrank_below) allows.
    ///
    /// ```
    /// use netsieve::live::LiveSieve;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?;
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("set.sieve");
    /// sieve.save(&path)?;
    ///
    /// let live = LiveSieve::new(Sieve::builder().build()?.0);
    /// assert_eq!(live.reload_file(&path)?, 1);
    /// assert!(live.load().matcher().is_match_any("evil.test"));
    /// assert!(live.reload_file("missing.sieve").is_err());
    /// assert_eq!(live.generation(), 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
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

    /// Follows a file from a thread of its own, until the [`Watcher`] is dropped. The file is of any kind that
    /// [`follow`](LiveSieve::follow) takes. It is reloaded once it has been replaced or rewritten and has then stayed unchanged for
    /// [`WatchOptions::settle`]. `told` then gets the new generation or the error; after an error the old sieve stays until the file
    /// changes again. A file that vanishes is an error too.
    ///
    /// Every [`WatchOptions::interval`] the identity (on Unix), length and modification time of each file are polled, which works on
    /// every file system. Unless this file was the last one read, it is read at once.
    ///
    /// A panic of `told` ends the thread; [`Watcher::is_running`] then returns false.
    ///
    /// # Errors
    ///
    /// The thread cannot be started.
    ///
    /// ```no_run
    /// use netsieve::Sieve;
    /// use netsieve::live::{LiveSieve, WatchOptions};
    ///
    /// let live = LiveSieve::new(Sieve::builder().build()?.0);
    /// // The file may not exist yet.
    /// let watcher = live.watch("set.sieve", &WatchOptions::new(), |reloaded| println!("{reloaded:?}")).unwrap();
    /// // Keep the watcher: the file is followed until it is dropped.
    /// assert!(watcher.is_running());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
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

/// Locks a mutex, poisoned or not: the data that the locks here guard is whole after any panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A [`Matcher`] of a [`LiveSieve`] that is rebuilt after the sieve was replaced.
///
/// It holds the sieve that it was made from until the next call of [`current`](LiveMatcher::current): drop it in a thread that waits long
/// for work.
#[derive(Clone, Debug)]
pub struct LiveMatcher {
    live: LiveSieve,
    options: MatchOptions,
    generation: u64,
    matcher: Matcher,
}

impl LiveMatcher {
    /// Returns the current matcher. Never waits; costs one or two atomic operations and, after a swap, a [`Sieve::matcher`].
    pub fn current(&mut self) -> &mut Matcher {
        let snapshot = self.live.shared.current.load();
        if snapshot.generation != self.generation {
            self.generation = snapshot.generation;
            self.matcher = snapshot.sieve.matcher_with(&self.options);
        }
        &mut self.matcher
    }

    /// Returns the generation of the sieve that the last [`current`](LiveMatcher::current) used.
    ///
    /// ```
    /// use netsieve::live::LiveSieve;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let live = LiveSieve::new(Sieve::builder().build()?.0);
    /// let mut matcher = live.matcher();
    /// live.store(Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?.0);
    /// assert!(matcher.generation() < live.generation());
    /// assert!(matcher.current().is_match_any("evil.test"));
    /// assert_eq!(matcher.generation(), live.generation());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// Options for watching a file.
///
/// ```
/// use std::time::Duration;
/// use netsieve::live::WatchOptions;
///
/// // Look ten times a second, and wait for two seconds without a change.
/// let options = WatchOptions::new().interval(Duration::from_millis(100)).settle(Duration::from_secs(2));
/// assert_eq!(options.settle, Duration::from_secs(2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchOptions {
    /// The time between two looks at the file (default: one second).
    pub interval: Duration,
    /// The time for which the file must have stayed unchanged before it is read, so that one that is being written in place is not read
    /// half-written (default: one second).
    pub settle: Duration,
}

impl WatchOptions {
    /// Returns the defaults.
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

/// A thread that follows a file until this is dropped. Dropping it waits for a reload in progress.
#[derive(Debug)]
pub struct Watcher {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Returns true while the file is being followed; false once the callback has panicked. A service should check this now and then.
    ///
    /// ```
    /// use netsieve::Sieve;
    /// use netsieve::live::{LiveSieve, WatchOptions};
    ///
    /// let live = LiveSieve::new(Sieve::builder().build()?.0);
    /// let watcher = live.watch("set.sieve", &WatchOptions::new(), |_| ()).unwrap();
    /// assert!(watcher.is_running());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

/// The thread is only polled and joined: no half-made state can be seen after a panic.
impl std::panic::RefUnwindSafe for Watcher {}

impl Drop for Watcher {
    fn drop(&mut self) {
        *lock(&self.stop.0) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // The thread has already reported a panic of the callback.
            let _ = thread.join();
        }
    }
}

struct Watch {
    live: LiveSieve,
    followed: Followed,
    options: WatchOptions,
    stop: Arc<(Mutex<bool>, Condvar)>,
    /// The state that was read last, successfully or not.
    known: Option<State>,
}

impl Watch {
    fn run(mut self, mut told: impl FnMut(Result<u64, Arc<Error>>)) {
        // The state to read once it has settled.
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
        // A file that changes while it is read has another fingerprint at the next look.
        self.known = Some(state);
        let result = self.live.reload(&self.followed).map_err(Arc::new);
        *lock(&self.live.shared.error) = result.as_ref().err().cloned();
        told(result);
    }
}
