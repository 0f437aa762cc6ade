//! SIGINT and SIGTERM: the hits found so far are written, half-written files are removed, and the exit code names the signal.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The signal that arrived.
static CAME: AtomicI32 = AtomicI32::new(0);
/// The signal arrived after all work was done.
static IS_TOO_LATE: AtomicBool = AtomicBool::new(false);
/// This process holds output that is still to be written.
static KEEPS_BACK: AtomicBool = AtomicBool::new(false);

/// Returns true if a signal asks the process to end.
pub(crate) fn came() -> bool {
    CAME.load(Ordering::Relaxed) != 0
}

/// Notes that all work is done, so that a signal no longer matters.
pub(crate) fn too_late() {
    IS_TOO_LATE.store(true, Ordering::Relaxed);
}

pub(crate) fn is_too_late() -> bool {
    IS_TOO_LATE.load(Ordering::Relaxed)
}

/// Returns the exit code if a signal arrived, 128 plus its number, as in shells. Reports the signal.
pub(crate) fn exit_code() -> Option<u8> {
    let (name, code) = match CAME.load(Ordering::Relaxed) {
        _ if is_too_late() => return None,
        0 => return None,
        2 => ("SIGINT", 130),
        _ => ("SIGTERM", 143),
    };
    say!("logscan: interrupted by {name} before the end");
    Some(code)
}

/// Notes whether there is output that a quick end would lose.
pub(crate) fn keeps_back(yes: bool) {
    KEEPS_BACK.store(yes, Ordering::Relaxed);
}

#[cfg(unix)]
mod unix {
    use std::path::{Path, PathBuf};
    use std::process;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::thread;
    use std::time::Duration;

    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    use super::*;

    /// The time that work has to end by itself. It may be waiting for a silent pipe.
    const MOMENT: Duration = Duration::from_millis(100);
    /// The same, if there is output to write.
    const WHILE: Duration = Duration::from_secs(10);

    /// The file being replaced.
    static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

    pub(crate) fn watch() -> io::Result<()> {
        // A file that exceeds the user's size limit is an error like any other, and does not end the process.
        signal_hook::flag::register(SIGXFSZ, Arc::default())?;
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                if CAME.swap(signal, Ordering::Relaxed) == 0 {
                    // A second signal ends the process at once.
                    thread::Builder::new()
                        .spawn(|| {
                            thread::sleep(if KEEPS_BACK.load(Ordering::Relaxed) { WHILE } else { MOMENT });
                            end()
                        })
                        .is_err()
                        .then(end);
                } else {
                    end();
                }
            }
        })?;
        Ok(())
    }

    fn end() {
        if let Some(path) = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).take() {
            clean(&path);
        }
        crate::summary::end_early();
        if let Some(code) = exit_code() {
            process::exit(code.into());
        }
    }

    /// Removes the temporary files of this process beside the file being replaced: `.set.sieve.1234-0.tmp`.
    fn clean(path: &Path) {
        let (Some(name), Some(folder)) = (path.file_name(), path.parent()) else { return };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let start = format!(".{}.{}-", name.to_string_lossy(), process::id());
        // Files that cannot be removed stay. The next build finds them by name.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(&start) && name.ends_with(".tmp") {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Notes the file being replaced.
    pub(crate) fn replaces(path: &Path) {
        *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) = Some(path.to_owned());
    }
}

#[cfg(unix)]
pub(crate) use unix::{replaces, watch};

#[cfg(not(unix))]
pub(crate) fn watch() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn replaces(_: &std::path::Path) {}
