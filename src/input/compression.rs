//! How an input is compressed, and how far it may expand.

use std::fmt;
#[cfg(any(feature = "compression", feature = "zip"))]
use std::io;

#[cfg(any(feature = "compression", feature = "zip"))]
use crate::limits::{MAX_EXPANSION, MAX_UNPACKED};

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip (RFC 1952), all members of it.
    Gzip,
    /// Zstandard (RFC 8878), all frames of it.
    Zstd,
    /// bzip2, all streams of it.
    Bzip2,
    /// xz, all streams of it and the padding between them.
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

/// Whether so much coming out of so much is more than any list or log would give.
#[cfg(any(feature = "compression", feature = "zip"))]
pub(crate) fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > MAX_UNPACKED && unpacked / MAX_EXPANSION > packed
}

/// What is said of a bomb.
#[cfg(any(feature = "compression", feature = "zip"))]
pub(crate) fn bomb(what: impl fmt::Display) -> io::Error {
    let reason = format!("{what} data expands more than {MAX_EXPANSION} times: refused behind {MAX_UNPACKED} bytes");
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
