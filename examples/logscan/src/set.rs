//! The indicators to scan for: feeds, or a compiled set.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use netsieve::Sieve;
use netsieve::render::Escaped;
use netsieve::sieve::FeedReport;

use crate::cli::FeedArgs;
use crate::feeds::{self, Loading};

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    pub(crate) feeds: FeedArgs,
    /// A compiled set (see `logscan build`), in place of feeds.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "feeds", "config", "allow", "allow_all", "domain_scope", "admit", "path_patterns", "exceptions", "warning_lists_block", "psl",
    ])]
    pub(crate) sieve: Option<PathBuf>,
}

impl SetArgs {
    /// Opens the compiled set, or compiles the feeds and warns of rejected lines.
    pub(crate) fn load(&self) -> Result<Sieve, Box<dyn Error>> {
        self.load_timed(false).map(|(sieve, _)| sieve)
    }

    /// Like `load`, and also returns the reports on the feeds, which name refused values. A compiled set has none.
    pub(crate) fn load_reported(&self) -> Result<(Sieve, Vec<FeedReport>), Box<dyn Error>> {
        match &self.sieve {
            Some(_) => Ok((self.load()?, Vec::new())),
            None => feeds::load_reported(&self.feeds),
        }
    }

    fn load_timed(&self, mmap: bool) -> Result<(Sieve, Loading), Box<dyn Error>> {
        let Some(path) = &self.sieve else { return feeds::load_with_warnings(&self.feeds) };
        let (mut loading, start) = (Loading::default(), Instant::now());
        let sieve = if mmap { map(path)? } else { Sieve::open(path)? };
        if sieve.is_empty() {
            return Err(format!("{}: the set holds no indicator to look for", netsieve::shown_path(path)).into());
        }
        loading.count(path);
        loading.read = start.elapsed();
        Ok((sieve, loading))
    }

    /// The files that the set is made of.
    pub(crate) fn paths(&self, since: Option<&PathBuf>) -> Vec<PathBuf> {
        let mut paths = match &self.sieve {
            Some(path) => vec![path.clone()],
            None => feeds::paths(&self.feeds),
        };
        paths.extend(since.cloned());
        paths
    }

    /// Loads only the indicators that are new since an older set, if one is given. Also returns the cost of loading. `mmap` maps a
    /// compiled set.
    pub(crate) fn load_since(&self, since: Option<&PathBuf>, mmap: bool) -> Result<(Sieve, Loading), Box<dyn Error>> {
        let (sieve, mut loading) = self.load_timed(mmap)?;
        let Some(old) = since else { return Ok((sieve, loading)) };
        let start = Instant::now();
        let sieve = sieve.additions(&Sieve::open(old)?)?;
        if sieve.is_empty() && !self.feeds.quiet_feeds {
            say!("logscan: no indicator is new since {}", Escaped::new(&*netsieve::shown_path(old)));
        }
        loading.count(old);
        loading.build += start.elapsed();
        Ok((sieve, loading))
    }
}

fn map(path: &Path) -> netsieve::Result<Sieve> {
    // SAFETY: the help of `--mmap` demands that the files are neither written to nor shortened meanwhile.
    #[allow(unsafe_code)]
    unsafe {
        Sieve::open_mmap(path)
    }
}
