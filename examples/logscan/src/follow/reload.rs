//! Feeds that change while logs are followed.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use netsieve::Sieve;

use crate::inputs::{Id, id};

/// What tells that a file has changed.
type Stamp = (PathBuf, Option<(u64, Option<SystemTime>, Option<Id>)>);

/// Builds a sieve anew when what it is made of has changed.
///
/// A change counts once it has been the same for two looks, so that a file that is being written is not read by halves.
pub(super) struct Reload<P, B> {
    paths: P,
    build: B,
    built: Vec<Stamp>,
    last: Vec<Stamp>,
}

impl<P: Fn() -> Vec<PathBuf>, B: Fn() -> Result<Sieve, Box<dyn Error>>> Reload<P, B> {
    /// `paths`: what to look at; `build`: what makes a sieve of it. Before the sieve is built for the first time.
    pub(super) fn new(paths: P, build: B) -> Self {
        let built = stamps(&paths());
        Self { paths, build, last: built.clone(), built }
    }

    /// The new sieve if there is to be one, or why it cannot be built.
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
