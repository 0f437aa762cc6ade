//! From feed files, or a configuration that names many, to a sieve.
//!
//! ```no_run
//! use netsieve::{FeedFile, Sieve};
//!
//! // Files, one by one; their formats are recognised by content.
//! let (sieve, report) = Sieve::builder()
//!     .read(FeedFile::new("phish.csv").tag("phish"))?
//!     .read(FeedFile::new("c2.txt").name("partner"))?
//!     .build()?;
//! println!("{} indicators of {} feeds", sieve.len(), report.feeds.len());
//!
//! // Or all files that a configuration names.
//! let sieve = Sieve::from_config("feeds.toml")?;
//! # Ok::<(), netsieve::Error>(())
//! ```

#[cfg(feature = "config")]
use std::path::Path;

use crate::error::Result;
use crate::feed::FeedFile;
#[cfg(feature = "config")]
use crate::feed::config::Config;
use crate::sieve::SieveBuilder;
#[cfg(feature = "config")]
use crate::sieve::{BuildReport, Sieve};

impl SieveBuilder {
    /// Reads a feed from a file, like [`FeedFile::read`]. A path alone stands for [`FeedFile::new`] of it.
    ///
    /// ```no_run
    /// use netsieve::{FeedFile, Sieve};
    ///
    /// let mut builder = Sieve::builder();
    /// for path in ["c2.txt", "phish.csv"] {
    ///     builder.read(path)?;
    /// }
    /// let (sieve, report) = builder.read(FeedFile::new("partner.json").confidence(80))?.build()?;
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails as [`FeedFile::read`] does. Records read before the error stay in the builder. They are not the whole feed: do not build it.
    pub fn read(&mut self, file: impl Into<FeedFile>) -> Result<&mut Self> {
        let file = file.into();
        let feed = self.feed(file.feed.clone());
        file.read(&mut self.sink(feed))?;
        Ok(self)
    }
}

#[cfg(feature = "config")]
impl Sieve {
    /// Compiles all feeds that a configuration names. Use [`Config::build`] to get the report too.
    ///
    /// # Errors
    ///
    /// The configuration cannot be read or is invalid, or a feed cannot be read: see [`Config::read`] and
    /// [`FeedFile::read`].
    pub fn from_config(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Config::read(path)?.build()?.0)
    }
}

#[cfg(feature = "config")]
impl Config {
    /// Reads and compiles all feeds of the configuration. The report says what became of each.
    ///
    /// # Errors
    ///
    /// A feed cannot be read (see [`FeedFile::read`]), or there are more indicators than a sieve can hold.
    pub fn build(&self) -> Result<(Sieve, BuildReport)> {
        let mut builder = Sieve::builder();
        for file in &self.feeds {
            builder.read(file)?;
        }
        builder.build()
    }
}

#[cfg(all(test, feature = "config"))]
mod tests {
    use std::fs;

    use super::*;
    use crate::error::ErrorKind;
    use crate::indicator::{Action, Indicator};

    #[test]
    fn files_and_indicators_of_a_program_are_built_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("phish.txt");
        fs::write(&list, "evil.test\nwww.good.test\n").expect("written");
        let ours = folder.path().join("ours.txt");
        fs::write(&ours, "good.test\n").expect("written");
        let (sieve, report) = Sieve::builder()
            .read(FeedFile::new(&list).tag("phish"))
            .and_then(|builder| builder.read(FeedFile::new(&ours).name("allowed").action(Action::AllowAll)))
            .expect("lists")
            .add("by hand", "bad.example.test".parse::<Indicator>().expect("a name"))
            .build()
            .expect("few indicators");
        let names: Vec<_> = report.feeds.iter().map(|feed| feed.name.as_str()).collect();
        assert_eq!(names, ["phish", "allowed", "by hand"]);
        let mut matcher = sieve.matcher();
        let tags = |found: crate::sieve::Matches<'_>| -> Vec<String> {
            found
                .first()
                .into_iter()
                .flat_map(|first| first.sources())
                .flat_map(|source| source.tags())
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(tags(matcher.match_any("evil.test")), ["phish"]);
        assert!(matcher.is_match_any("bad.example.test"));
        assert!(!matcher.is_match_any("www.good.test"), "allowed");
    }

    #[test]
    fn a_configuration_is_built_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("c2.txt"), "evil.test\n").expect("written");
        let config = folder.path().join("feeds.toml");
        fs::write(&config, "[[feed]]\npath = \"c2.txt\"\n").expect("written");
        assert!(Sieve::from_config(&config).expect("a configuration").matcher().is_match_any("evil.test"));
        fs::remove_file(folder.path().join("c2.txt")).expect("removed");
        assert_eq!(Sieve::from_config(&config).expect_err("its feed is gone").kind(), ErrorKind::Config);
    }
}
