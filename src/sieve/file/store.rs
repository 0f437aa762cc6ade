//! Writes a file so that after a failure or a crash either the old file or the new one is there, whole.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The file system operations that writing needs. Tests make each step fail.
pub(super) trait Storage {
    type File: Write;
    /// Creates a file that must not exist yet, with the mode and owner of the file that it will replace, and locks it.
    /// `None`: another process has removed it in the meantime.
    fn create(&self, path: &Path, old: Option<&Metadata>) -> io::Result<Option<Self::File>>;
    /// Waits until the written data is on the disk.
    fn sync(&self, file: &mut Self::File) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Waits until a rename in the folder is on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The file system of the machine.
#[derive(Debug)]
pub(super) struct Disk;

impl Storage for Disk {
    type File = File;

    fn create(&self, path: &Path, old: Option<&Metadata>) -> io::Result<Option<File>> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if old.is_some() {
            // Nobody may read it before it has the mode of the old file.
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(path)?;
        match file.lock() {
            Ok(()) => {}
            // Where files cannot be locked, `clean` cannot lock them either and removes nothing.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(error) => return Err(error),
        }
        if !is_at(&file, path)? {
            return Ok(None);
        }
        if let Some(old) = old {
            keep(&file, old)?;
        }
        Ok(Some(file))
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

    /// Folders cannot be opened on this platform; renaming relies on the file system's journal.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Returns true if a path still leads to the file that was opened through it.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let number = |file: &Metadata| (file.dev(), file.ino());
    match fs::symlink_metadata(path) {
        Ok(there) => Ok(number(&there) == number(&file.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// An open file cannot be removed on this platform.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Gives a file the owner and the mode of another one.
#[cfg(unix)]
fn keep(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    let group = Some(old.gid()).filter(|group| *group != own.gid());
    if let Some(owner) = Some(old.uid()).filter(|owner| *owner != own.uid()) {
        // Only root may change the owner. The owner of the folder could have replaced the file by hand with the same result.
        let _ = fchown(file, Some(owner), None);
    }
    if group.is_some() {
        let _ = fchown(file, None, group);
    }
    // After the owner, because changing that clears some mode bits.
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep(file: &File, old: &Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

/// The maximum length of a chain of links, before it counts as a loop.
const MOST_LINKS: u32 = 40;

/// Follows links to the file to replace, and returns its metadata if it exists.
fn target(path: &Path) -> io::Result<(PathBuf, Option<Metadata>)> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((path, None)),
            Err(error) => return Err(error),
        };
        if found.is_file() {
            return Ok((path, Some(found)));
        }
        if !found.is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file, and not replaced by one"));
        }
        let to = fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "is a link that leads to no file"))
}

/// Replaces the file at `path` by `parts`. After an error the old file is unchanged, with one exception: if only the
/// last step failed, the new file is in place, but a crash of the machine may undo that.
///
/// Links are followed. Only a regular file is replaced; the new one gets its mode and, as far as the system permits,
/// its owner. Unfinished files of earlier runs that were killed are removed.
pub(super) fn replace<'p, S: Storage>(
    storage: &S,
    path: &Path,
    parts: impl Iterator<Item = &'p [u8]>,
) -> io::Result<()> {
    let (path, old) = target(path)?;
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    clean(folder, name);
    let (temporary, file) = create(storage, folder, name, old.as_ref())?;
    let result = fill(storage, file, parts).and_then(|file| {
        storage.rename(&temporary, &path)?;
        // Locked until it is in its place.
        drop(file);
        Ok(())
    });
    if result.is_err() {
        // The first error is the one to report.
        let _ = storage.remove(&temporary);
        return result;
    }
    storage.sync_folder(folder)
}

/// The beginning of the names of temporary files, such as `.set.sieve.1234-0.tmp`, where the process id and a counter follow.
fn temporary_start(name: &OsStr) -> OsString {
    let mut start = OsString::from(".");
    start.push(name);
    start.push(".");
    start
}

/// Removes unfinished files for `name`: those that nobody has locked.
fn clean(folder: &Path, name: &OsStr) {
    let start = temporary_start(name);
    let is_temporary = |entry: &OsStr| {
        let rest = entry.as_encoded_bytes().strip_prefix(start.as_encoded_bytes());
        let numbers = rest.and_then(|rest| rest.strip_suffix(b".tmp")).unwrap_or_default();
        let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        numbers
            .iter()
            .position(|&b| b == b'-')
            .is_some_and(|at| is_number(&numbers[..at]) && is_number(&numbers[at + 1..]))
    };
    // They only waste space, so errors are ignored.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !is_temporary(&entry.file_name()) || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        // Locked while it is removed: a process that has just created it waits for the lock, and sees that the file is gone.
        if let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Creates a new file beside the one to replace.
fn create<S: Storage>(
    storage: &S,
    folder: &Path,
    name: &OsStr,
    old: Option<&Metadata>,
) -> io::Result<(PathBuf, S::File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    /// The number of file names to try; a killed process with the same id may have left some.
    const TRIES: u32 = 100;
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for _ in 0..TRIES {
        let mut temporary = temporary_start(name);
        temporary.push(format!("{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let temporary = folder.join(temporary);
        match storage.create(&temporary, old) {
            Ok(Some(file)) => return Ok((temporary, file)),
            Ok(None) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn fill<'p, S: Storage>(storage: &S, mut file: S::File, parts: impl Iterator<Item = &'p [u8]>) -> io::Result<S::File> {
    for part in parts {
        file.write_all(part)?;
    }
    file.flush()?;
    storage.sync(&mut file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A disk whose n-th step fails; of a write, half gets through first.
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

        fn create(&self, path: &Path, old: Option<&Metadata>) -> io::Result<Option<FailingFile<'s>>> {
            self.step()?;
            Ok(Disk.create(path, old)?.map(|file| FailingFile { file, of: self }))
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
                    // Only if the step after the rename fails is the new file in place.
                    let want = if step < 11 { b"old".to_vec() } else { new.concat() };
                    assert_eq!(now, want, "step {step}");
                }
            }
        }
        // Create, seven writes, flush, sync, rename, sync the folder.
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

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_replaced() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        use std::os::unix::net::UnixListener;

        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let write = |path: &Path| replace(&Disk, path, [&b"new"[..]].into_iter());
        let _listener = UnixListener::bind(at("socket")).unwrap();
        symlink("socket", at("to_socket")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        symlink("round", at("round")).unwrap();
        for name in ["socket", "to_socket", "folder", "round"] {
            let error = write(&at(name)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{name}: {error}");
        }
        assert!(fs::symlink_metadata(at("socket")).unwrap().file_type().is_socket());
        assert!(write(Path::new("/dev/null")).is_err());

        // A link stays a link, and its target is replaced, through several links, and also if the target does not exist yet.
        fs::write(at("folder/set"), "old").unwrap();
        symlink("folder/set", at("one")).unwrap();
        symlink("one", at("two")).unwrap();
        symlink("folder/none", at("dangling")).unwrap();
        write(&at("two")).unwrap();
        write(&at("dangling")).unwrap();
        assert_eq!(fs::read(at("folder/set")).unwrap(), b"new");
        assert_eq!(fs::read(at("folder/none")).unwrap(), b"new");
        assert!(at("two").is_symlink() && at("one").is_symlink() && at("dangling").is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn mode_and_owner_stay() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.sieve");
        for mode in [0o600, 0o644, 0o664, 0o440] {
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            // Only root can change owners.
            let given = chown(&path, Some(65_534), Some(65_533)).is_ok();
            replace(&Disk, &path, [&b"new"[..]].into_iter()).unwrap();
            let now = fs::metadata(&path).unwrap();
            assert_eq!(now.mode() & 0o7777, mode);
            assert!(!given || (now.uid(), now.gid()) == (65_534, 65_533));
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn leftovers_of_killed_processes_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [".set.sieve.1-0.tmp", ".set.sieve.4000000000-7.tmp"] {
            fs::write(at(name), "half").unwrap();
        }
        let others = [
            ".set.sieve.1-0.tmp.tmp",
            ".set.sieve.x-0.tmp",
            ".set.sieve.1-.tmp",
            ".other.1-0.tmp",
            "set.sieve.1-0.tmp",
        ];
        for name in others {
            fs::write(at(name), "another's").unwrap();
        }
        // A file that is still being written.
        let held = Disk.create(&at(".set.sieve.2-0.tmp"), None).unwrap().unwrap();
        replace(&Disk, &at("set.sieve"), [&b"whole"[..]].into_iter()).unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        let mut want: Vec<OsString> = others.iter().map(OsString::from).collect();
        want.extend(["set.sieve", ".set.sieve.2-0.tmp"].map(OsString::from));
        want.sort();
        assert_eq!(left, want);
        drop(held);
        replace(&Disk, &at("set.sieve"), [&b"whole"[..]].into_iter()).unwrap();
        assert!(!at(".set.sieve.2-0.tmp").exists());
    }

    #[test]
    fn writers_at_once_do_not_take_each_other_for_stale() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.sieve");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        replace(&Disk, &path, [&b"whole"[..]].into_iter()).unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
