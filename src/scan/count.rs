//! Counting lines and bytes.

/// A position up to which lines, and bytes of the original encoding, have been counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    /// In the (transcoded) input.
    pub(super) at: u64,
    /// The line it is on.
    pub(super) line: u64,
    /// In the input as it was before transcoding.
    pub(super) raw: u64,
}

impl Counted {
    /// The start of an input.
    pub(super) const START: Self = Self { at: 0, line: 1, raw: 0 };
}

/// How many line feeds there are.
pub(super) fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
