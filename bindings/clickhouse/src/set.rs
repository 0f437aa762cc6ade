//! The set in use, and the file that it came from.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use netsieve::Sieve;

/// Distinguishes a file from a later one of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    written: Option<SystemTime>,
    len: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let data = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let file = (std::os::unix::fs::MetadataExt::dev(&data), std::os::unix::fs::MetadataExt::ino(&data));
        #[cfg(not(unix))]
        let file = (0, 0);
        Some(Self { file, written: data.modified().ok(), len: data.len() })
    }
}

/// The set in use.
pub(crate) struct Set {
    path: PathBuf,
    is_mapped: bool,
    /// The stamp of the last file seen, even if it could not be opened.
    stamp: Option<Stamp>,
    sieve: Sieve,
}

impl Set {
    pub(crate) fn open(path: impl Into<PathBuf>, is_mapped: bool) -> netsieve::Result<Self> {
        let path = path.into();
        // Taken before the file is opened: if the file is replaced in between, the new one is opened later.
        let stamp = Stamp::of(&path);
        let sieve = open(&path, is_mapped)?;
        Ok(Self { path, is_mapped, stamp, sieve })
    }

    pub(crate) fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Opens the file if it has been replaced, and returns whether it was. A new file that cannot be opened gives an error once.
    pub(crate) fn renew(&mut self) -> netsieve::Result<bool> {
        let stamp = Stamp::of(&self.path);
        if stamp == self.stamp {
            return Ok(false);
        }
        self.stamp = stamp;
        self.sieve = open(&self.path, self.is_mapped)?;
        Ok(true)
    }
}

fn open(path: &Path, is_mapped: bool) -> netsieve::Result<Sieve> {
    if !is_mapped {
        return Sieve::open(path);
    }
    // SAFETY: the documentation of `--mmap` demands that the file is replaced by renaming and never written to.
    #[expect(unsafe_code, reason = "a mapping is what was asked for")]
    unsafe {
        Sieve::open_mmap(path)
    }
}
