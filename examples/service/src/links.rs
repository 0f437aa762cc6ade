//! Which connections there are, and which of them are idle.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A connection on which nothing has happened for so long may be idle. Between an answer and its first byte there is less.
const STILL: Duration = Duration::from_millis(100);

/// What is known of a connection outside of its own task.
pub(crate) struct Link {
    /// What the milliseconds of `last` begin at.
    begin: Instant,
    /// When something was last read or written.
    last: AtomicU64,
    /// A request is under way.
    is_busy: AtomicBool,
    /// Something waits for the client to take it.
    is_blocked: AtomicBool,
    /// It waited too long.
    is_stalled: AtomicBool,
    /// The status of the last answer that was begun.
    status: AtomicU16,
    /// Tells the task to end.
    pub(crate) leave: Notify,
}

// Nothing else is ordered by these: each is a hint on its own.
const ORDER: Ordering = Ordering::Relaxed;

impl Link {
    pub(crate) fn touch(&self) {
        self.last.store(self.begin.elapsed().as_millis() as u64, ORDER);
    }

    pub(crate) fn set_busy(&self, is_busy: bool) {
        // An answer that is made has still to be written.
        self.touch();
        self.is_busy.store(is_busy, ORDER);
    }

    /// Says what it was before.
    pub(crate) fn set_blocked(&self, is_blocked: bool) -> bool {
        self.is_blocked.swap(is_blocked, ORDER)
    }

    pub(crate) fn set_stalled(&self) {
        self.is_stalled.store(true, ORDER);
    }

    pub(crate) fn is_stalled(&self) -> bool {
        self.is_stalled.load(ORDER)
    }

    /// Takes note of an answer that begins in these bytes: hyper makes some by itself.
    pub(crate) fn head(&self, bytes: &[u8]) {
        let status = bytes.strip_prefix(b"HTTP/1.1 ").or_else(|| bytes.strip_prefix(b"HTTP/1.0 "));
        let status = status.and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok());
        if let Some(status) = status {
            self.status.store(status, ORDER);
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status.load(ORDER)
    }

    /// For how long nothing has happened, if nothing is to be done.
    pub(crate) fn idle(&self) -> Option<Duration> {
        let still = self.begin.elapsed().saturating_sub(Duration::from_millis(self.last.load(ORDER)));
        (!self.is_busy.load(ORDER) && !self.is_blocked.load(ORDER) && still >= STILL).then_some(still)
    }
}

/// All connections.
#[derive(Default)]
pub(crate) struct Links {
    links: Mutex<(u64, BTreeMap<u64, Arc<Link>>)>,
}

/// A connection's place among them, until it is dropped.
pub(crate) struct Place {
    links: Arc<Links>,
    number: u64,
    pub(crate) link: Arc<Link>,
}

impl Links {
    fn lock(&self) -> std::sync::MutexGuard<'_, (u64, BTreeMap<u64, Arc<Link>>)> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(self: &Arc<Self>) -> Place {
        let link = Arc::new(Link {
            begin: Instant::now(),
            last: AtomicU64::new(0),
            is_busy: AtomicBool::new(false),
            is_blocked: AtomicBool::new(false),
            is_stalled: AtomicBool::new(false),
            status: AtomicU16::new(0),
            leave: Notify::new(),
        });
        let mut links = self.lock();
        let number = links.0;
        links.0 += 1;
        links.1.insert(number, Arc::clone(&link));
        Place { links: Arc::clone(self), number, link }
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().1.len()
    }

    /// Asks the connection that has been idle for longest to end; whether there is one.
    pub(crate) fn evict(&self) -> bool {
        let links = self.lock();
        let idlest = links.1.values().filter_map(|link| Some((link.idle()?, link))).max_by_key(|(idle, _)| *idle);
        if let Some((_, link)) = idlest {
            // So that it is not asked twice.
            link.touch();
            link.leave.notify_one();
        }
        idlest.is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.links.lock().1.remove(&self.number);
    }
}
