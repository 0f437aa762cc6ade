//! Reloads feeds that change while logs are followed.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use netsieve::Sieve;

use crate::inputs::{Id, id};

/// Shows that a file has changed.
type Stamp = (PathBuf, Option<(u64, Option<SystemTime>, Option<Id>)>);

/// Builds a sieve again when its files have changed.
///
/// A change counts once two checks in a row see the same state, so that a half-written file is not read.
pub(super) struct Reload<P, B> {
    paths: P,
    build: B,
    built: Vec<Stamp>,
    last: Vec<Stamp>,
}

impl<P: Fn() -> Vec<PathBuf>, B: Fn() -> Result<Sieve, Box<dyn Error>>> Reload<P, B> {
    /// `paths` returns the files to check, and `build` builds a sieve of them. Call this before the sieve is built for the first time.
    pub(super) fn new(paths: P, build: B) -> Self {
        let built = stamps(&paths());
        Self { paths, build, last: built.clone(), built }
    }

    /// Returns the new sieve after a change, or the error in building it.
    pub(super) fn changed(&mut self) -> Option<Result<Sieve, Box<dyn Error>>> {
        let now = stamps(&(self.paths)());
        let is_settled = now == self.last;
        self.last.clone_from(&now);
        if now == self.built || !is_settled {
            return None;
        }
        self.built = now;
        Some((self.build)())
    }
}

fn stamps(paths: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |path: &PathBuf| {
        let file = fs::metadata(path).ok();
        (path.clone(), file.map(|file| (file.len(), file.modified().ok(), id(&file))))
    };
    paths.iter().map(stamp).collect()
}
