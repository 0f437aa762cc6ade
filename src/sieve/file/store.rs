//! Writing a file so that after a failure or a crash there is the old one or the new one, whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What writing needs of a file system. A test makes each step fail.
pub(super) trait Storage {
    type File: Write;
    /// Makes a file that must not exist.
    fn create(&self, path: &Path) -> io::Result<Self::File>;
    /// Waits until what was written is on the disk.
    fn sync(&self, file: &mut Self::File) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Waits until a renaming in the folder is on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The file system of the machine.
#[derive(Debug)]
pub(super) struct Disk;

impl Storage for Disk {
    type File = File;

    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    fn sync(&self, file: &mut File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    /// Folders cannot be opened there; renaming is left to the file system's journal.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Puts `parts` in the place of the file at `path`. On an error that file is as it was, unless only the last step failed: then
/// the new one is there, and may be gone after a crash of the machine.
pub(super) fn replace<'p, S: Storage>(
    storage: &S,
    path: &Path,
    parts: impl Iterator<Item = &'p [u8]>,
) -> io::Result<()> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "is no name of a file"));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (temporary, file) = create(storage, folder, name)?;
    let result = fill(storage, file, parts).and_then(|()| storage.rename(&temporary, path));
    if result.is_err() {
        // What went wrong before is the error.
        let _ = storage.remove(&temporary);
        return result;
    }
    storage.sync_folder(folder)
}

/// A new file beside the one that is to be replaced: `.set.sieve.1234-0.tmp`.
fn create<S: Storage>(storage: &S, folder: &Path, name: &std::ffi::OsStr) -> io::Result<(PathBuf, S::File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    /// Files that a killed process of the same number may have left.
    const TRIES: u32 = 100;
    let mut last = None;
    for _ in 0..TRIES {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let temporary = folder.join(temporary);
        match storage.create(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
}

fn fill<'p, S: Storage>(storage: &S, mut file: S::File, parts: impl Iterator<Item = &'p [u8]>) -> io::Result<()> {
    for part in parts {
        file.write_all(part)?;
    }
    file.flush()?;
    storage.sync(&mut file)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A disk whose n-th step fails; half of a write gets through before.
    struct Failing {
        left: Cell<u32>,
    }

    impl Failing {
        fn step(&self) -> io::Result<()> {
            let left = self.left.get();
            self.left.set(left.saturating_sub(1));
            if left == 0 { Err(io::Error::other("no more")) } else { Ok(()) }
        }
    }

    struct FailingFile<'s> {
        file: File,
        of: &'s Failing,
    }

    impl Write for FailingFile<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Err(error) = self.of.step() {
                let _ = self.file.write_all(&bytes[..bytes.len() / 2]);
                return Err(error);
            }
            self.file.write(&bytes[..bytes.len().min(7)])
        }

        fn flush(&mut self) -> io::Result<()> {
            self.of.step()?;
            self.file.flush()
        }
    }

    impl<'s> Storage for &'s Failing {
        type File = FailingFile<'s>;

        fn create(&self, path: &Path) -> io::Result<FailingFile<'s>> {
            self.step()?;
            Ok(FailingFile { file: Disk.create(path)?, of: self })
        }

        fn sync(&self, file: &mut FailingFile<'s>) -> io::Result<()> {
            self.step()?;
            Disk.sync(&mut file.file)
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.step()?;
            Disk.rename(from, to)
        }

        fn remove(&self, path: &Path) -> io::Result<()> {
            Disk.remove(path)
        }

        fn sync_folder(&self, folder: &Path) -> io::Result<()> {
            self.step()?;
            Disk.sync_folder(folder)
        }
    }

    #[test]
    fn whichever_step_fails_one_file_is_there_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.sieve");
        let new: [&[u8]; 3] = [b"a new file, longer than the old one", b"", b"in parts"];
        let mut failed = 0;
        for step in 0.. {
            fs::write(&path, "old").unwrap();
            let storage = Failing { left: Cell::new(step) };
            let result = replace(&&storage, &path, new.into_iter());
            let now = fs::read(&path).unwrap();
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "step {step}: nothing is left behind");
            match result {
                Ok(()) => {
                    assert_eq!(now, new.concat());
                    break;
                }
                Err(error) => {
                    failed += 1;
                    assert_eq!(error.to_string(), "no more");
                    // Only the step after the renaming leaves the new one.
                    let want = if step < 11 { b"old".to_vec() } else { new.concat() };
                    assert_eq!(now, want, "step {step}");
                }
            }
        }
        // Creating, seven writes, flushing, syncing, renaming, syncing the folder.
        assert_eq!(failed, 12);
    }

    #[test]
    fn a_file_that_is_in_the_way_is_passed_by() {
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(&Disk, &folder.path().join(".."), [].into_iter()).is_err());
        let path = folder.path().join("none").join("set.sieve");
        assert_eq!(replace(&Disk, &path, [].into_iter()).unwrap_err().kind(), io::ErrorKind::NotFound);
        let path = folder.path().join("set.sieve");
        replace(&Disk, &path, [&b"whole"[..]].into_iter()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }
}
