use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

/// A file mapped into memory, read only: a slice that costs no copy, for [`Scanner::scan`](crate::Scanner::scan) and its like.
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
    /// If the file is no regular file, or cannot be opened or mapped.
    ///
    /// # Safety
    ///
    /// Until the value is dropped nobody, in this process or another, may shorten the file or write to it. A shortened file
    /// ends the process with SIGBUS at the next access beyond its end; a rewritten one changes under a slice that
    /// the language takes to be constant. Replace files by renaming, never by rewriting; where that cannot be
    /// promised (a log that is being written), read the file instead.
    pub unsafe fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        // Before it is opened: to open a FIFO waits for who writes to it.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no regular file"));
        }
        let file = File::open(path)?;
        // SAFETY: the caller promises that the file keeps its length and bytes while it is mapped.
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

/// Declares `open_mmap` within an `impl` that has `from_map`: functions that are unsafe to call are declared here alone.
macro_rules! open_mmap {
    ($result:ty) => {
        /// As [`open`](Self::open), but maps the file and copies nothing: processes that map one file share its memory. The
        /// checks are the same, and read the whole file once.
        ///
        /// # Errors
        ///
        /// As [`open`](Self::open).
        ///
        /// # Safety
        ///
        /// Until the last clone of the sieve, and the last matcher and scanner made of it, is dropped, nobody, in this process or
        /// another, may shorten the file or write to it. A shortened file ends the process with SIGBUS at the next access beyond
        /// its end; a rewritten one changes under slices that the language takes to be constant, after it was checked.
        /// [`save`](Self::save) replaces files by renaming, which leaves a mapped file as it is; so does `mv` from the same
        /// file system, but not `cp` or a download in place. Where that cannot be promised, use [`open`](Self::open).
        #[allow(unsafe_code)]
        pub unsafe fn open_mmap(path: impl AsRef<::std::path::Path>) -> $result {
            let path = path.as_ref();
            // SAFETY: the caller promises what `MappedFile::open` asks for, as long as anything holds the map.
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
