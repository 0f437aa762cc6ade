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
    /// If the file cannot be opened or mapped.
    ///
    /// # Safety
    ///
    /// Until the value is dropped nobody, in this process or another, may shorten the file or write to it. A shortened file
    /// ends the process with SIGBUS at the next access beyond its end; a rewritten one changes under a slice that
    /// the language takes to be constant. Replace files by renaming, never by rewriting; where that cannot be
    /// promised (a log that is being written), read the file instead.
    pub unsafe fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the caller promises that the file keeps its length and bytes while it is mapped.
        unsafe { memmap2::Mmap::map(&file) }.map(Self)
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

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
