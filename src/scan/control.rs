//! Cancelling scans, and showing their progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Cancels a scan from outside, and shows its progress. A handle: clone it, and give a clone to a scan in its
/// [`ScanOptions`](super::ScanOptions).
///
/// A scan checks and updates it after each block of at most a megabyte, whether or not anything hits, so it ends within
/// milliseconds of [`cancel`](ScanControl::cancel), unless a reader blocks. Hits that were handed over before stay valid, and
/// [`ScanStats::is_cancelled`](super::ScanStats::is_cancelled) says that they are not all.
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
    /// Cancels the scan after this many bytes, unless it is 0.
    #[cfg(test)]
    cancel_after: AtomicU64,
}

impl ScanControl {
    /// Creates an independent handle.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends all scans that have this handle, including those that start later.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Returns true once [`cancel`](ScanControl::cancel) has been called.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Relaxed)
    }

    /// Returns the number of bytes scanned so far by all scans with this handle, including parts scanned ahead of their turn. UTF-16
    /// counts in its UTF-8 form.
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Cancels the scan after this many bytes.
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
