//! The files that a run writes. They are not scanned as logs, even if they are in a folder of logs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use netsieve::render::Escaped;

use crate::cli::ScanArgs;
use crate::inputs::{self, Log, Place};
use crate::place;

pub(crate) struct Own(HashSet<Place>);

impl Own {
    /// Takes those of these files that exist.
    pub(crate) fn new(written: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(written.into_iter().filter_map(|path| Place::of(&path).ok()).collect())
    }

    /// The files that a scan writes.
    pub(crate) fn of(args: &ScanArgs) -> Self {
        let replaced = [&args.resume, &args.state].into_iter().flatten();
        Self::new(replaced.flat_map(|path| [path.clone(), place::lock_path(path)]).chain(args.rejects.clone()))
    }

    /// Refuses one file for two purposes. Standard output counts too.
    pub(crate) fn check(args: &ScanArgs) -> Result<(), String> {
        let named = [("--resume", &args.resume), ("--state", &args.state), ("--rejects", &args.rejects)];
        let named = named.into_iter().filter_map(|(option, path)| Some((option, path.clone()?)));
        let locks = [("the lock of --resume", &args.resume), ("the lock of --state", &args.state)];
        let locks = locks.into_iter().filter_map(|(what, path)| Some((what, place::lock_path(path.as_deref()?))));
        place::distinct(&named.chain(locks).collect::<Vec<_>>())?;
        let output = inputs::output().map(Place::Id);
        for (option, path) in [("--resume", &args.resume), ("--state", &args.state), ("--rejects", &args.rejects)] {
            if let Some(path) = path
                && output.is_some()
                && Place::of(path).ok() == output
            {
                let name = netsieve::shown_path(path);
                return Err(format!("{name}: named for {option}, but the output goes to the same file"));
            }
        }
        Ok(())
    }

    /// Returns true if the path leads to one of them.
    pub(crate) fn has(&self, log: &Path) -> bool {
        !self.0.is_empty() && Place::of(log).is_ok_and(|place| self.0.contains(&place))
    }

    /// Removes these files from the logs. Reports it for files that the user named, as opposed to files found in folders.
    pub(crate) fn leave_out(&self, logs: &mut Vec<Result<Log, String>>, named: &[PathBuf]) {
        logs.retain(|log| {
            let path = log.as_ref().ok().and_then(|log| log.path.as_deref()).filter(|path| self.has(path));
            if let Some(path) = path
                && named.iter().any(|named| named == path)
            {
                say!("logscan: {}", Escaped::new(&why(path)));
            }
            path.is_none()
        });
    }
}

/// The message that a log is left out.
pub(crate) fn why(log: &Path) -> String {
    format!("{}: this run writes to it: not scanned as a log", netsieve::shown_path(log))
}
