//! SIGINT and SIGTERM: what was found is written, what was half written goes, and the exit code tells.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The signal that came.
static CAME: AtomicI32 = AtomicI32::new(0);
/// It came when all was done.
static IS_TOO_LATE: AtomicBool = AtomicBool::new(false);
/// Output waits in this process to be written.
static KEEPS_BACK: AtomicBool = AtomicBool::new(false);

/// Whether all is to end.
pub(crate) fn came() -> bool {
    CAME.load(Ordering::Relaxed) != 0
}

/// All was done before a signal could end it: it does not matter any more.
pub(crate) fn too_late() {
    IS_TOO_LATE.store(true, Ordering::Relaxed);
}

pub(crate) fn is_too_late() -> bool {
    IS_TOO_LATE.load(Ordering::Relaxed)
}

/// The exit code if a signal came: as a shell has it, 128 and the signal's number. Says so.
pub(crate) fn exit_code() -> Option<u8> {
    let (name, code) = match CAME.load(Ordering::Relaxed) {
        _ if is_too_late() => return None,
        0 => return None,
        2 => ("SIGINT", 130),
        _ => ("SIGTERM", 143),
    };
    say!("logscan: ended by {name} before all was done");
    Some(code)
}

/// Says whether there is output that an end within a moment would lose.
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

    /// How long whoever is at work has to end by itself: it may wait for a pipe that nothing comes out of.
    const MOMENT: Duration = Duration::from_millis(100);
    /// The same, where it has output to write.
    const WHILE: Duration = Duration::from_secs(10);

    /// The file that is being replaced.
    static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

    pub(crate) fn watch() -> io::Result<()> {
        // A file that grows over what the user may write is an error like any other, and not the end of the process.
        signal_hook::flag::register(SIGXFSZ, Arc::default())?;
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                if CAME.swap(signal, Ordering::Relaxed) == 0 {
                    // A second signal does not wait any more.
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

    /// Takes away what of this process stands beside the file that was to be replaced: `.set.sieve.1234-0.tmp`.
    fn clean(path: &Path) {
        let (Some(name), Some(folder)) = (path.file_name(), path.parent()) else { return };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let start = format!(".{}.{}-", name.to_string_lossy(), process::id());
        // What cannot be looked at or taken away stays; it is known by its name, and the next build looks for it.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(&start) && name.ends_with(".tmp") {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Says which file is being replaced.
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
