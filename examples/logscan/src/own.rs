//! The files that a scan writes. They are not its logs, even if they lie in a folder of logs.

use std::collections::HashSet;
use std::path::Path;

use crate::cli::ScanArgs;
use crate::inputs::Place;
use crate::place;

pub(crate) struct Own(HashSet<Place>);

impl Own {
    /// Those that exist by now.
    pub(crate) fn of(args: &ScanArgs) -> Self {
        let replaced = [&args.resume, &args.state].into_iter().flatten();
        let written = replaced.flat_map(|path| [path.clone(), place::lock_path(path)]).chain(args.rejects.clone());
        Self(written.filter_map(|path| Place::of(&path).ok()).collect())
    }

    /// True if the path leads to one of them.
    pub(crate) fn has(&self, log: &Path) -> bool {
        !self.0.is_empty() && Place::of(log).is_ok_and(|place| self.0.contains(&place))
    }
}
