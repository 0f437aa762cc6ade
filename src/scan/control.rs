use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Ends a scan from outside, and tells how far it has come: a handle that is cloned, and given to a scan in its
/// [`ScanOptions`](super::ScanOptions).
///
/// It is asked, and told, after each block of at most a megabyte, whether anything hits or not: a scan ends within
/// milliseconds of the wish. Only a reader that nothing comes out of is waited for. What was handed over before stays as it is, and
/// [`ScanStats::is_cancelled`](super::ScanStats::is_cancelled) says that this is not all.
///
/// ```
/// use std::ops::ControlFlow;
/// use netsieve::scan::ScanControl;
/// use netsieve::{ScanOptions, Scanner, Sieve};
///
/// let mut options = ScanOptions::default();
/// let control = ScanControl::new();
/// options.control = control.clone();
/// let (sieve, _) = Sieve::builder().build()?;
/// let mut scanner = Scanner::with_options(&sieve, &options);
///
/// let stats = scanner.scan(b"nothing\n", |_| ControlFlow::Continue(()));
/// assert_eq!((control.bytes(), stats.is_cancelled), (8, false));
/// control.cancel();
/// let stats = scanner.scan(b"nothing\n", |_| ControlFlow::Continue(()));
/// assert_eq!((stats.bytes, stats.is_cancelled), (0, true));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScanControl(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    is_cancelled: AtomicBool,
    bytes: AtomicU64,
    /// Cancels itself after so many bytes, unless it is 0.
    #[cfg(test)]
    cancel_after: AtomicU64,
}

impl ScanControl {
    /// A handle of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends all scans that have this handle, and those that are begun with it later.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether scans with this handle end.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Relaxed)
    }

    /// Bytes scanned so far, by all scans with this handle; of UTF-16 those of its UTF-8 form. What is scanned ahead of its turn
    /// counts.
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Cancels itself after so many bytes.
    #[cfg(test)]
    pub(super) fn cancel_after(&self, bytes: u64) {
        self.0.cancel_after.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
        #[cfg(test)]
        if (1..=self.bytes()).contains(&self.0.cancel_after.load(Ordering::Relaxed)) {
            self.cancel();
        }
    }
}
