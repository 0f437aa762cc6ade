//! The open connections, and which of them are idle.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A connection may be idle if nothing has happened on it for this long. An answer that is ready is written sooner.
const STILL: Duration = Duration::from_millis(100);

/// The state of a connection that is visible outside of its task.
pub(crate) struct Link {
    /// The time from which `last` counts.
    begin: Instant,
    /// The time of the last read or write, in milliseconds.
    last: AtomicU64,
    /// A request is being answered.
    is_busy: AtomicBool,
    /// A write is waiting for the client.
    is_blocked: AtomicBool,
    /// A write has waited too long.
    is_stalled: AtomicBool,
    /// The status of the last answer whose first bytes were written.
    status: AtomicU16,
    /// Tells the task to end.
    pub(crate) leave: Notify,
}

// Each value is only a hint, and orders nothing else.
const ORDER: Ordering = Ordering::Relaxed;

impl Link {
    pub(crate) fn touch(&self) {
        self.last.store(self.begin.elapsed().as_millis() as u64, ORDER);
    }

    pub(crate) fn set_busy(&self, is_busy: bool) {
        // The answer must still be written.
        self.touch();
        self.is_busy.store(is_busy, ORDER);
    }

    /// Returns the value before.
    pub(crate) fn set_blocked(&self, is_blocked: bool) -> bool {
        self.is_blocked.swap(is_blocked, ORDER)
    }

    pub(crate) fn set_stalled(&self) {
        self.is_stalled.store(true, ORDER);
    }

    pub(crate) fn is_stalled(&self) -> bool {
        self.is_stalled.load(ORDER)
    }

    /// Notes the status of an answer that begins with these bytes. Hyper makes some answers by itself.
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

    /// The time for which the connection has been idle. `None` if it is in use, blocked, or idle only briefly.
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

/// A connection's place among all, until it is dropped.
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

    /// Asks the connection that has been idle for longest to end. Returns false if none is idle.
    pub(crate) fn evict(&self) -> bool {
        let links = self.lock();
        let idlest = links.1.values().filter_map(|link| Some((link.idle()?, link))).max_by_key(|(idle, _)| *idle);
        if let Some((_, link)) = idlest {
            // Not idle any more, so that it is not asked twice.
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
