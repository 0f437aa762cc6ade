//! Files that are written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

use crate::signal;

/// Writes a file beside the one that it replaces when it is whole: nobody ever sees half of one, on a full disk either.
pub(crate) fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Box<dyn std::error::Error>> {
    let said = |error: io::Error| format!("{}: {error}", netsieve::shown_path(path));
    // What is no regular file (a pipe, /dev/null) is not replaced.
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
        // What was half written goes; that it cannot does not matter any more.
        let _ = fs::remove_file(&beside);
    }
    Ok(written.map_err(said)?)
}
