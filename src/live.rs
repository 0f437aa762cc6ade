//! Swapping a sieve while it is in use.
//!
//! ```
//! use netsieve::live::LiveSieve;
//! use netsieve::{MatchOptions, Sieve};
//!
//! let live = LiveSieve::new(Sieve::builder().build()?.0);
//! // A thread's own matcher, which follows the swaps.
//! let mut matcher = live.matcher();
//! assert!(!matcher.current().is_match_any("evil.test"));
//! live.store(Sieve::builder().build()?.0);
//! assert_eq!(live.generation(), 1);
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! [`LiveSieve::open`] and [`LiveSieve::watch`] follow a compiled file:
//!
//! ```no_run
//! use std::sync::Arc;
//! use netsieve::live::{LiveSieve, WatchOptions};
//!
//! let live = Arc::new(LiveSieve::open("set.sieve")?);
//! let watcher = live.watch("set.sieve", &WatchOptions::default(), |result| match result {
//!     Ok(generation) => println!("generation {generation}"),
//!     Err(error) => eprintln!("the old set stays: {error}"),
//! })?;
//! # drop(watcher);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;

use crate::error::Result;
#[cfg(feature = "config")]
use crate::feed::config::FeedFile;
use crate::sieve::{MatchOptions, Matcher, Sieve};

/// Checks that no feed of a new sieve is so much smaller than in the old one that its file must be truncated. Who reloads feeds asks
/// this before the new sieve takes the place of the old one:
///
/// ```
/// use netsieve::feed::config::FeedFile;
/// use netsieve::live::{LiveSieve, check_shrunk};
/// use netsieve::indicator::Record;
/// use netsieve::{Feed, Sieve};
///
/// let build = |count: u32| {
///     let mut builder = Sieve::builder();
///     let feed = builder.feed(Feed::new("partner"));
///     for n in 0..count {
///         let name = format!("n{n}.evil.test");
///         builder.add(feed, Record::new(name.parse().expect("a name"), n + 1, name.as_str()));
///     }
///     builder.build().map(|(sieve, _)| sieve)
/// };
/// let mut partner = FeedFile::new("partner.txt");
/// partner.shrank_below = Some(50);
/// let live = LiveSieve::new(build(100)?);
/// let result = live.reload(|| {
///     let new = build(10)?;
///     check_shrunk([&partner], &live.load(), &new)?;
///     Ok(new)
/// });
/// assert!(result.is_err() && live.load().len() == 100);
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// # Errors
///
/// A feed has fewer entries than its [`shrank_below`](FeedFile::shrank_below) allows. One that is new, or gone, has not shrunk.
#[cfg(feature = "config")]
pub fn check_shrunk<'f>(feeds: impl IntoIterator<Item = &'f FeedFile>, old: &Sieve, new: &Sieve) -> Result<()> {
    let entries = |sieve: &Sieve, name: &str| {
        let at = sieve.feeds().iter().position(|feed| feed.name == name)?;
        sieve.provenance().feeds.get(at).map(|digest| digest.entries)
    };
    for feed in feeds {
        let name = &feed.feed.name;
        if let (Some(before), Some(now)) = (entries(old, name), entries(new, name)) {
            feed.check_shrunk(before, now)?;
        }
    }
    Ok(())
}

/// A sieve that can be replaced under load. Readers never wait and never see half a swap; a sieve that was taken stays whole
/// until its last user drops it.
#[derive(Debug)]
pub struct LiveSieve {
    current: ArcSwap<Snapshot>,
    /// The file that was read last, as it was before it was read. Held by whoever reloads, so that reloads come one after the other.
    file: Mutex<Option<(PathBuf, Option<Fingerprint>)>>,
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
        Self { current: ArcSwap::from_pointee(first), file: Mutex::new(None) }
    }

    /// Starts with a file, as of [`Sieve::open`].
    ///
    /// # Errors
    ///
    /// What [`Sieve::open`] fails with.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let fingerprint = Fingerprint::of(path);
        let live = Self::new(Sieve::open(path)?);
        *live.file() = Some((path.to_owned(), fingerprint));
        Ok(live)
    }

    /// The sieve of the moment. Never waits; costs two atomic operations, and one more pair when it is dropped.
    pub fn load(&self) -> Sieve {
        self.current.load().sieve.clone()
    }

    /// The sieve of the moment with its generation and age, which belong together. Never waits.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::clone(&self.current.load())
    }

    /// A matcher with the default options that follows the swaps. One for each thread.
    pub fn matcher(&self) -> LiveMatcher<'_> {
        self.matcher_with(&MatchOptions::default())
    }

    /// A matcher with options that follows the swaps. One for each thread.
    pub fn matcher_with(&self, options: &MatchOptions) -> LiveMatcher<'_> {
        let snapshot = self.snapshot();
        LiveMatcher {
            live: self,
            options: options.clone(),
            generation: snapshot.generation,
            matcher: snapshot.sieve.matcher_with(options),
        }
    }

    /// How many times the sieve has been replaced. Who kept a [`Matcher`] makes a new one when this changes, as
    /// [`LiveMatcher`] does.
    pub fn generation(&self) -> u64 {
        self.current.load().generation
    }

    /// How long ago the sieve was put in its place. When it was compiled, if it says so, is in [`Sieve::provenance`].
    pub fn age(&self) -> Duration {
        self.current.load().since.elapsed()
    }

    /// Replaces the sieve, and tells the generation that the new one is. Lookups that begin later use the new one.
    pub fn store(&self, sieve: Sieve) -> u64 {
        let since = Instant::now();
        let before = self
            .current
            .rcu(|current| Arc::new(Snapshot { sieve: sieve.clone(), generation: current.generation + 1, since }));
        before.generation + 1
    }

    /// Replaces the sieve by what `build` makes, aside from the readers, and tells its generation. Fails closed: after an error the old
    /// sieve stays. Reloads that are asked for at once come one after the other.
    ///
    /// # Errors
    ///
    /// What `build` fails with.
    pub fn reload(&self, build: impl FnOnce() -> Result<Sieve>) -> Result<u64> {
        let mut file = self.file();
        let sieve = build()?;
        *file = None;
        Ok(self.store(sieve))
    }

    /// As [`reload`](LiveSieve::reload), from a file.
    ///
    /// # Errors
    ///
    /// What [`Sieve::open`] fails with.
    pub fn reload_file(&self, path: impl AsRef<Path>) -> Result<u64> {
        let path = path.as_ref();
        let mut file = self.file();
        let fingerprint = Fingerprint::of(path);
        let sieve = Sieve::open(path)?;
        *file = Some((path.to_owned(), fingerprint));
        Ok(self.store(sieve))
    }

    fn file(&self) -> MutexGuard<'_, Option<(PathBuf, Option<Fingerprint>)>> {
        // What it guards is whole after any panic.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a file from a thread of its own: whenever it was replaced or rewritten and has then stayed the same for
    /// [`WatchOptions::settle`], it is reloaded, and `told` is called with the new generation, or with the error, after which the old sieve stays until the
    /// file changes again. A file that vanishes is an error too. It ends when the [`Watcher`] is dropped.
    ///
    /// The file is asked for its number, length and time of change every [`WatchOptions::interval`], which works on every file
    /// system. If the file is not the one that the sieve was read from last, it is read at once.
    ///
    /// A panic of `told` ends the thread: [`Watcher::is_running`] tells.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub fn watch(
        self: &Arc<Self>,
        path: impl AsRef<Path>,
        options: &WatchOptions,
        told: impl FnMut(Result<u64>) + Send + 'static,
    ) -> io::Result<Watcher> {
        let path = path.as_ref().to_owned();
        let known = self.file().as_ref().filter(|(known, _)| *known == path).map(|(_, fingerprint)| *fingerprint);
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let watch = Watch { live: Arc::clone(self), path, options: options.clone(), stop: Arc::clone(&stop), known };
        let thread = thread::Builder::new().name("netsieve watch".to_owned()).spawn(move || watch.run(told))?;
        Ok(Watcher { stop, thread: Some(thread) })
    }
}

/// A [`Matcher`] of a [`LiveSieve`] that is made anew when the sieve was replaced.
///
/// It holds the sieve it was made of until the next [`current`](LiveMatcher::current): a thread that waits for work for long should drop it.
#[derive(Debug)]
pub struct LiveMatcher<'l> {
    live: &'l LiveSieve,
    options: MatchOptions,
    generation: u64,
    matcher: Matcher,
}

impl LiveMatcher<'_> {
    /// The matcher of the moment. Never waits; costs an atomic operation or two, and after a swap what [`Sieve::matcher`] costs.
    pub fn current(&mut self) -> &mut Matcher {
        let snapshot = self.live.current.load();
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

impl Drop for Watcher {
    fn drop(&mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic of the callback has been reported by its thread.
            let _ = thread.join();
        }
    }
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint {
    len: u64,
    changed: Option<SystemTime>,
    /// Device and number, which a renaming changes.
    number: (u64, u64),
}

impl Fingerprint {
    /// `None`: there is no such file.
    fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        Some(Self { len: data.len(), changed: data.modified().ok(), number: number(&data) })
    }
}

#[cfg(unix)]
fn number(data: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (data.dev(), data.ino())
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

struct Watch {
    live: Arc<LiveSieve>,
    path: PathBuf,
    options: WatchOptions,
    stop: Arc<(Mutex<bool>, Condvar)>,
    /// The state of the file that was read, or that could not be read.
    known: Option<Option<Fingerprint>>,
}

impl Watch {
    fn run(mut self, mut told: impl FnMut(Result<u64>)) {
        // The state that is to be read once it has settled.
        let mut changed: Option<(Option<Fingerprint>, Instant)> = None;
        loop {
            let now = Fingerprint::of(&self.path);
            if self.known == Some(now) {
                changed = None;
            } else if self.known.is_none() {
                self.reload(now, &mut told);
            } else {
                match changed {
                    Some((state, since)) if state == now => {
                        if since.elapsed() >= self.options.settle {
                            changed = None;
                            self.reload(now, &mut told);
                        }
                    }
                    _ => changed = Some((now, Instant::now())),
                }
            }
            let stopped = self.stop.0.lock().unwrap_or_else(PoisonError::into_inner);
            let wait = self.stop.1.wait_timeout_while(stopped, self.options.interval, |stopped| !*stopped);
            if *wait.unwrap_or_else(PoisonError::into_inner).0 {
                return;
            }
        }
    }

    fn reload(&mut self, state: Option<Fingerprint>, told: &mut impl FnMut(Result<u64>)) {
        // What changes while it is read has another fingerprint the next time.
        self.known = Some(state);
        told(self.live.reload_file(&self.path));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::Error;
    use crate::indicator::{DomainName, Feed, Indicator, Record, Scope};

    fn sieve(name: &str) -> Sieve {
        let mut builder = Sieve::builder();
        let feed = builder.feed(Feed::new("feed"));
        let name = DomainName::parse(name).unwrap();
        builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "x"));
        builder.build().unwrap().0
    }

    fn holds(live: &LiveSieve, name: &str) -> bool {
        live.load().matcher().is_match_domain(name, None)
    }

    #[test]
    fn a_failed_reload_keeps_the_old_sieve() {
        let live = LiveSieve::new(sieve("a.test"));
        assert!(live.reload(|| Err(Error::config("no"))).is_err());
        assert_eq!(live.generation(), 0);
        assert!(holds(&live, "a.test"));
        assert_eq!(live.reload(|| Ok(sieve("b.test"))).unwrap(), 1);
        assert!(holds(&live, "b.test"));
        assert!(live.reload_file("no such file").is_err());
        assert_eq!((live.generation(), live.snapshot().generation), (1, 1));
        assert!(live.age() < Duration::from_secs(3600));
    }

    #[test]
    fn a_matcher_follows_the_swaps() {
        let live = LiveSieve::new(sieve("a.test"));
        let mut matcher = live.matcher();
        assert!(matcher.current().is_match_any("a.test"));
        live.store(sieve("b.test"));
        assert_eq!(matcher.generation(), 0);
        assert!(matcher.current().is_match_any("b.test") && !matcher.current().is_match_any("a.test"));
        assert_eq!(matcher.generation(), 1);
    }

    /// Waits for what the watcher tells; the time only ends a test that hangs.
    fn next(told: &Receiver<Result<u64>>) -> Result<u64> {
        told.recv_timeout(Duration::from_secs(60)).expect("the watcher tells")
    }

    #[test]
    fn a_watched_file_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.sieve");
        sieve("a.test").save(&path).unwrap();
        let live = Arc::new(LiveSieve::open(&path).unwrap());
        let (tell, told) = channel();
        let options = WatchOptions { interval: Duration::from_millis(2), settle: Duration::from_millis(10) };
        let watcher = live.watch(&path, &options, move |result| tell.send(result).unwrap()).unwrap();

        // Replaced by renaming.
        sieve("b.test").save(&path).unwrap();
        assert_eq!(next(&told).unwrap(), 1);
        assert!(holds(&live, "b.test"));

        // Damaged in place: the old sieve stays, and one error is told.
        let good = sieve("c.test").to_bytes(&Default::default()).unwrap();
        std::fs::write(&path, &good[..good.len() / 2]).unwrap();
        let error = next(&told).unwrap_err();
        assert_eq!(error.path(), Some(&*path));
        assert!(holds(&live, "b.test") && live.generation() == 1);

        // Rewritten in place.
        std::fs::write(&path, &good).unwrap();
        assert_eq!(next(&told).unwrap(), 2);
        assert!(holds(&live, "c.test"));

        // Gone, and back.
        std::fs::remove_file(&path).unwrap();
        assert!(next(&told).is_err());
        assert!(holds(&live, "c.test"));
        sieve("d.test").save(&path).unwrap();
        assert_eq!(next(&told).unwrap(), 3);
        assert!(holds(&live, "d.test"));

        drop(watcher);
        assert!(told.recv().is_err(), "nothing more is told");
        assert_eq!(Arc::strong_count(&live), 1);
    }

    #[test]
    fn a_callback_that_panics_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.sieve");
        sieve("b.test").save(&path).unwrap();
        let live = Arc::new(LiveSieve::new(sieve("a.test")));
        let (tell, told) = channel::<()>();
        let watcher = live
            .watch(&path, &WatchOptions::default(), move |_| {
                drop(tell.clone());
                std::panic::resume_unwind(Box::new("a panic that prints nothing"));
            })
            .unwrap();
        assert!(told.recv().is_err(), "the thread is gone, with the callback");
        while watcher.is_running() {
            thread::yield_now();
        }
        assert!(holds(&live, "b.test"));
    }

    #[test]
    fn what_is_not_in_place_yet_is_read_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.sieve");
        sieve("b.test").save(&path).unwrap();
        let live = Arc::new(LiveSieve::new(sieve("a.test")));
        let (tell, told) = channel();
        let hours = WatchOptions { interval: Duration::from_secs(36_000), settle: Duration::from_secs(36_000) };
        let watcher = live.watch(&path, &hours, move |result| tell.send(result).unwrap()).unwrap();
        assert_eq!(next(&told).unwrap(), 1);
        assert!(holds(&live, "b.test"));
        // Does not wait for the interval to pass.
        drop(watcher);
    }
}
