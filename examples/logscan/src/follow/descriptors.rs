//! How many logs can be open at a time.

/// Descriptors that are left for feeds, folders and the rest of the program.
const OTHERS: u64 = 24;

/// Raises the limit of open files as far as it goes; how many of them logs may take.
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

/// Whether a file could not be opened because too many are.
pub(super) fn are_used_up(error: &std::io::Error) -> bool {
    // EMFILE and ENFILE.
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}
