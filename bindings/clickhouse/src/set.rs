//! The set, and the file that it came from.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use netsieve::Sieve;

/// What tells one file from another under the same name.
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

/// The set that is in use.
pub(crate) struct Set {
    path: PathBuf,
    is_mapped: bool,
    /// Of the file that was looked at last, whether it could be opened or not.
    stamp: Option<Stamp>,
    sieve: Sieve,
}

impl Set {
    pub(crate) fn open(path: impl Into<PathBuf>, is_mapped: bool) -> netsieve::Result<Self> {
        let path = path.into();
        // Before the file is opened: if it is replaced meanwhile, it is opened once more.
        let stamp = Stamp::of(&path);
        let sieve = open(&path, is_mapped)?;
        Ok(Self { path, is_mapped, stamp, sieve })
    }

    pub(crate) fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Opens the file that has taken the place of the one in use, if there is one. Whether there was. A file that cannot be opened is told of
    /// once.
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
    // SAFETY: who asks for a mapping is told, where it is documented, that the file must be replaced by renaming and never written to.
    #[expect(unsafe_code, reason = "a mapping is what was asked for")]
    unsafe {
        Sieve::open_mmap(path)
    }
}
