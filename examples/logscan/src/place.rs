//! Writes files completely or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

use netsieve::render::Escaped;

use crate::signal;

/// The path of the lock file for another file.
pub(crate) fn lock_path(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    beside.into()
}

/// Locks a file for this run, until the returned lock is dropped. Removes half-written files of earlier runs.
///
/// The lock is a separate file, because the file itself is replaced in between.
pub(crate) fn lock(path: &Path) -> Result<File, String> {
    let name = Escaped::new(&*netsieve::shown_path(path)).to_string();
    let said = |error: io::Error| format!("{name}: {error}");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(lock_path(path)).map_err(said)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(format!("{name}: another run is using it")),
        Err(TryLockError::Error(error)) => return Err(said(error)),
    }
    let start = format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Files that cannot be removed stay, and do no harm.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let other = entry.file_name();
        let other = other.to_string_lossy();
        let number = other.strip_prefix(&start).and_then(|rest| rest.strip_suffix("-0.tmp"));
        if number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(lock)
}

/// Writes a temporary file beside the target, and then renames it. Nobody ever sees half of the file, even if the disk is full.
pub(crate) fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Box<dyn std::error::Error>> {
    let said = |error: io::Error| format!("{}: {error}", netsieve::shown_path(path));
    // Only regular files are replaced: a pipe or /dev/null is written to.
    if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
        let mut out = BufWriter::new(File::create(path).map_err(said)?);
        return Ok(content(&mut out).and_then(|()| out.flush()).map_err(said)?);
    }
    let name = path.file_name().ok_or_else(|| format!("{}: names no file", netsieve::shown_path(path)))?;
    let beside: PathBuf = path.with_file_name(format!(".{}.{}-0.tmp", name.to_string_lossy(), process::id()));
    signal::replaces(path);
    let written = File::create(&beside).and_then(|file| {
        let mut out = BufWriter::new(file);
        content(&mut out)?;
        let file = out.into_inner().map_err(|error| error.into_error())?;
        if let Ok(old) = fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // Removes the half-written file. If that fails too, the first error is the one to report.
        let _ = fs::remove_file(&beside);
    }
    Ok(written.map_err(said)?)
}
