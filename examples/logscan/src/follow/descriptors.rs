//! The number of logs that can be open at a time.

/// The number of file descriptors reserved for feeds, folders and the rest of the program.
const OTHERS: u64 = 24;

/// Raises the limit of open files as far as possible. Returns the number of files that logs may use.
#[cfg(unix)]
pub(super) fn raise() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    if setrlimit(Resource::Nofile, raised).is_ok() {
        limit = getrlimit(Resource::Nofile);
    }
    let current = limit.current.unwrap_or(u64::MAX);
    usize::try_from(current.saturating_sub(OTHERS).max(4)).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
pub(super) fn raise() -> usize {
    usize::MAX
}

/// Returns true if a file could not be opened because too many files are open.
pub(super) fn are_used_up(error: &std::io::Error) -> bool {
    // EMFILE and ENFILE.
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}
