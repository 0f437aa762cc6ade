//! Counting lines and bytes.

use crate::arch::count::count;
use crate::arch::cpu::Kernel;

/// A position up to which lines, and bytes of the original encoding, have been counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    /// The offset in the (transcoded) input.
    pub(super) at: u64,
    /// The line that the offset is on.
    pub(super) line: u64,
    /// The offset in the input before transcoding.
    pub(super) raw: u64,
}

impl Counted {
    /// The start of an input.
    pub(super) const START: Self = Self { at: 0, line: 1, raw: 0 };
}

/// Counts line feeds.
pub(super) fn newlines(bytes: &[u8]) -> u64 {
    count(Kernel::best(), bytes, b'\n')
}
