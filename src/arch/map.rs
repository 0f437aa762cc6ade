//! Files mapped into memory. The caller must promise that nobody shortens or rewrites the file meanwhile, so opening one is `unsafe`.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

/// A file mapped into memory, read only. It is a slice that costs no copy, for example for [`Scanner::scan`](crate::Scanner::scan).
///
/// ```no_run
/// use netsieve::MappedFile;
///
/// // SAFETY: nobody truncates or rewrites this file while it is mapped; logs here are rotated by renaming.
/// let log = unsafe { MappedFile::open("access.log") }?;
/// println!("{} bytes", log.len());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct MappedFile(memmap2::Mmap);

impl MappedFile {
    /// Maps a whole file. An empty file gives an empty slice.
    ///
    /// # Errors
    ///
    /// The file is not a regular file, or cannot be opened or mapped.
    ///
    /// # Safety
    ///
    /// Until the value is dropped, nobody, in this process or another, may shorten the file or write to it. If the file is shortened,
    /// the next access past its end kills the process with SIGBUS. If it is rewritten, the content of a slice changes that Rust assumes to
    /// be constant. Replace files by renaming, never by rewriting. If nobody can guarantee that (as for a log that is being written), read
    /// the file instead.
    pub unsafe fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        // Check before opening: opening a FIFO would wait for a writer.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let file = File::open(path)?;
        // SAFETY: the caller guarantees that the file keeps its length and bytes while it is mapped.
        unsafe { memmap2::Mmap::map(&file) }.map(Self)
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Declares `open_mmap` in an `impl` that has `from_map`, because only this module may declare unsafe functions.
macro_rules! open_mmap {
    ($result:ty) => {
        /// Like [`open`](Self::open), but maps the file and copies nothing: processes that map one file share its memory. The
        /// checks are the same, and read the whole file once.
        ///
        /// # Errors
        ///
        /// Fails as [`open`](Self::open) does.
        ///
        /// # Safety
        ///
        /// Until the last clone of the sieve, and the last matcher and scanner made from it, is dropped, nobody, in this process or
        /// another, may shorten the file or write to it. If the file is shortened, the next access past its end kills the process with
        /// SIGBUS. If it is rewritten, the content of slices changes that Rust assumes to be constant, and that have already been checked.
        /// [`save`](Self::save) replaces files by renaming, which leaves a mapped file unchanged. So does `mv` from the same
        /// file system, but not `cp` or a download in place. If nobody can guarantee this, use [`open`](Self::open).
        ///
        /// ```no_run
        /// use netsieve::Sieve;
        ///
        /// // SAFETY: only `Sieve::save` writes this file, which replaces it by renaming.
        /// let sieve = unsafe { Sieve::open_mmap("set.sieve") }?;
        /// assert!(sieve.is_match_any("evil.test"));
        /// # Ok::<(), netsieve::Error>(())
        /// ```
        #[allow(unsafe_code)]
        pub unsafe fn open_mmap(path: impl AsRef<::std::path::Path>) -> $result {
            let path = path.as_ref();
            // SAFETY: the caller guarantees what `MappedFile::open` asks for, as long as anything holds the map.
            let map = unsafe { $crate::arch::map::MappedFile::open(path) };
            Self::from_map(path, map)
        }
    };
}
pub(crate) use open_mmap;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_what_the_file_holds() {
        let dir = tempfile::tempdir().unwrap();
        for content in [&b"evil.test\n"[..], b""] {
            let path = dir.path().join(content.len().to_string());
            std::fs::write(&path, content).unwrap();
            // SAFETY: the file is this test's own.
            let map = unsafe { MappedFile::open(&path) }.unwrap();
            assert_eq!(&*map, content);
        }
        // SAFETY: nothing is mapped.
        assert!(unsafe { MappedFile::open(dir.path().join("none")) }.is_err());
    }
}
