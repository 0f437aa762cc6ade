//! The compression formats of inputs, and the limit on expansion.

use std::fmt;
#[cfg(any(feature = "compression", feature = "zip"))]
use std::io;

#[cfg(any(feature = "compression", feature = "zip"))]
use crate::limits::{MAX_EXPANSION, MAX_UNPACKED};

/// The compression of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip (RFC 1952), with all its members.
    Gzip,
    /// Zstandard (RFC 8878), with all its frames.
    Zstd,
    /// bzip2, with all its streams.
    Bzip2,
    /// xz, with all its streams and the padding between them.
    Xz,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
        })
    }
}

/// Returns true if this much output from this much input exceeds what any list or log gives.
#[cfg(any(feature = "compression", feature = "zip"))]
pub(crate) fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > MAX_UNPACKED && unpacked / MAX_EXPANSION > packed
}

/// Creates the error for a decompression bomb.
#[cfg(any(feature = "compression", feature = "zip"))]
pub(crate) fn bomb(what: impl fmt::Display) -> io::Error {
    let reason = format!("{what} data expands more than {MAX_EXPANSION} times: refused after {MAX_UNPACKED} bytes");
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
