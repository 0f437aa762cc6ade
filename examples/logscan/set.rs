//! What is scanned for: feeds, or a compiled set.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use netsieve::Sieve;

use crate::cli::FeedArgs;
use crate::feeds;

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
    /// The compiled set, or the feeds compiled, with warnings of rejected lines.
    pub(crate) fn load(&self) -> Result<Sieve, Box<dyn Error>> {
        match &self.sieve {
            Some(path) => Ok(Sieve::open(path)?),
            None => feeds::load_with_warnings(&self.feeds),
        }
    }

    /// The files that it is made of.
    pub(crate) fn paths(&self, since: Option<&PathBuf>) -> Vec<PathBuf> {
        let mut paths = match &self.sieve {
            Some(path) => vec![path.clone()],
            None => feeds::paths(&self.feeds),
        };
        paths.extend(since.cloned());
        paths
    }

    /// Only what is new since an older set, if there is one.
    pub(crate) fn load_since(&self, since: Option<&PathBuf>) -> Result<Sieve, Box<dyn Error>> {
        let sieve = self.load()?;
        match since {
            Some(old) => Ok(sieve.additions(&Sieve::open(old)?)?),
            None => Ok(sieve),
        }
    }
}
