//! An allocator that tracks the memory in use and its peak.
//!
//! To use it, declare `#[global_allocator] static MEMORY: memory::Counting = memory::Counting;`.
#![allow(unsafe_code, reason = "an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Counts the bytes that all threads allocate.
#[derive(Debug)]
pub struct Counting;

impl Counting {
    fn grow(by: usize) {
        let now = IN_USE.fetch_add(by, Relaxed) + by;
        // A load is cheaper than a read-modify-write, and the peak rarely changes.
        if now > PEAK.load(Relaxed) {
            PEAK.fetch_max(now, Relaxed);
        }
    }
}

// SAFETY: every call is passed unchanged to the system's allocator, which has the same contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        // Both blocks may exist at once while one is copied to the other.
        Self::grow(len);
        // SAFETY: the caller upholds the contract.
        let moved = unsafe { System.realloc(pointer, layout, len) };
        IN_USE.fetch_sub(layout.size(), Relaxed);
        moved
    }
}

/// The memory that a piece of work used, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The peak, beyond what was in use before.
    pub peak: usize,
    /// The memory that the result still holds.
    pub kept: usize,
}

/// Runs a function and returns the memory it used. It should create its own input: freeing memory allocated before
/// would distort the result. Zeros if [`Counting`] is not the global allocator.
pub fn usage<T>(run: impl FnOnce() -> T) -> (T, Usage) {
    let before = IN_USE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = run();
    let peak = PEAK.load(Relaxed).saturating_sub(before);
    (result, Usage { peak, kept: IN_USE.load(Relaxed).saturating_sub(before) })
}

/// Prints the memory that a piece of work used, in total and per thing.
pub fn report(what: &str, n: usize, usage: Usage) {
    let (peak, kept) = (usage.peak as f64, usage.kept as f64);
    let each = |bytes: f64| if n > 1 { format!(" ({:.1} bytes each)", bytes / n as f64) } else { String::new() };
    println!("{what}: peak {:.2} MB{}, kept {:.2} MB{}", peak / 1e6, each(peak), kept / 1e6, each(kept));
}
