//! Writes files completely or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process;

use clap::builder::{PathBufValueParser, TypedValueParser};
use netsieve::render::Escaped;

use crate::inputs::Place;
use crate::signal;

/// The most symbolic links that a path may lead through.
const LINKS: usize = 40;

/// Parses the path of a file to write. Elsewhere `-` stands for a stream, and nobody means a file of that name.
pub(crate) fn to_write() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if path.as_os_str() == "-" {
            return Err("expects a file; standard output is not one (`./-` is a file of that name)");
        }
        Ok(path)
    })
}

/// Follows symbolic links to the file, which need not exist. A write replaces that file and leaves the link.
fn target(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(to) = fs::read_link(&path) else { break };
        path = path.parent().map_or(to.clone(), |folder| folder.join(&to));
    }
    path
}

/// Refuses one file for two purposes, because one would overwrite the other.
pub(crate) fn distinct(files: &[(&str, PathBuf)]) -> Result<(), String> {
    // A file that does not exist yet is known by its folder and name.
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match fs::metadata(path) {
            Ok(file) if file.is_file() => Place::of(path).ok(),
            // Devices and pipes may be named as often as the user likes.
            Ok(_) => None,
            Err(_) => Some(Place::Path(fs::canonicalize(folder).ok()?.join(path.file_name()?))),
        }
    };
    let places: Vec<Option<Place>> = files.iter().map(|(_, path)| place(&target(path))).collect();
    for (at, (second, path)) in files.iter().enumerate() {
        let other = places[..at].iter().position(|other| other.is_some() && *other == places[at]);
        if let Some(other) = other {
            let name = netsieve::shown_path(path);
            return Err(format!("{name}: named for both {} and {second}: give each its own file", files[other].0));
        }
    }
    Ok(())
}

/// Refuses to write a file that the run reads, because its content would be lost.
pub(crate) fn none_is_read(written: &[(&str, PathBuf)], read: &[PathBuf]) -> Result<(), String> {
    // Devices and pipes are not replaced.
    let place = |path: &Path| fs::metadata(path).is_ok_and(|file| file.is_file()).then(|| Place::of(path).ok())?;
    let read: Vec<Option<Place>> = read.iter().map(|path| place(path)).collect();
    for (option, path) in written {
        let to = place(path);
        if to.is_some() && read.contains(&to) {
            let name = netsieve::shown_path(path);
            return Err(format!("{name}: named for {option}, but this run also reads it: name another file"));
        }
    }
    Ok(())
}

/// Refuses a file that does not begin like the files of `option`: it may be a log, named by mistake.
pub(crate) fn is_ours(path: &Path, start: &[u8], option: &str) -> Result<(), String> {
    // Reading a pipe would consume its content.
    if !fs::metadata(path).is_ok_and(|file| file.is_file()) {
        return Ok(());
    }
    let name = netsieve::shown_path(path);
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(start.len() as u64).read_to_end(&mut first));
    read.map_err(|error| format!("{name}: {error}"))?;
    if first.is_empty() || first == start {
        return Ok(());
    }
    Err(format!(
        "{name}: damaged, or not a file of {option}: name another file, or remove this one if nothing else needs it"
    ))
}

/// The path of the lock file for another file.
pub(crate) fn lock_path(path: &Path) -> PathBuf {
    let mut beside = target(path).into_os_string();
    beside.push(".lock");
    beside.into()
}

/// Locks a file for this run, until the returned lock is dropped. Removes half-written files of earlier runs.
///
/// The lock is a separate file, because the file itself is replaced in between.
pub(crate) fn lock(path: &Path) -> Result<File, String> {
    let name = Escaped::new(&*netsieve::shown_path(path)).to_string();
    let said = |error: io::Error| format!("{name}: {error}");
    if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
        return Err(format!("{name}: not a regular file"));
    }
    let path = &target(path);
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

/// The temporary file beside a file.
fn beside(path: &Path) -> Result<PathBuf, String> {
    let name = path.file_name().ok_or_else(|| format!("{}: not the name of a file", netsieve::shown_path(path)))?;
    Ok(path.with_file_name(format!(".{}.{}-0.tmp", name.to_string_lossy(), process::id())))
}

/// Checks that [`write()`] can create its file. Call this before work that takes hours.
pub(crate) fn can_write(path: &Path) -> Result<(), String> {
    let said = |error: io::Error| format!("{}: {error}", netsieve::shown_path(path));
    match fs::metadata(path) {
        Ok(file) if file.is_dir() => return Err(said(io::ErrorKind::IsADirectory.into())),
        Ok(file) if !file.is_file() => return Ok(()),
        _ => {}
    }
    let path = &target(path);
    let beside = beside(path)?;
    signal::replaces(path);
    File::create(&beside).and_then(|_| fs::remove_file(&beside)).map_err(said)
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
    let path = &target(path);
    let beside = beside(path)?;
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
