//! The files that a followed sieve is made of, and the check whether they have changed.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::Result;
#[cfg(feature = "config")]
use crate::feed::{FeedFile, config::Config};
use crate::sieve::Sieve;

/// The files that a sieve is made of, each in its state at one moment.
pub(super) type State = Vec<(PathBuf, Option<Fingerprint>)>;

/// Distinguishes two states of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    len: u64,
    changed: Option<SystemTime>,
    /// Device and inode number, which change when another file is renamed to this path.
    number: (u64, u64),
}

impl Fingerprint {
    /// Returns `None` if there is no such file.
    fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        Some(Self { len: data.len(), changed: data.modified().ok(), number: number(&data) })
    }
}

#[cfg(unix)]
fn number(data: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (data.dev(), data.ino())
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// A file of any kind that a sieve is made of. The kind is determined at every look, because a file of another kind may replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Followed(pub(super) PathBuf);

/// The kind of a file.
enum Content {
    /// A compiled set.
    Set,
    /// A configuration, with all feeds that it names.
    #[cfg(feature = "config")]
    Config(Result<Config>),
    /// One feed.
    #[cfg(feature = "config")]
    Feed,
}

impl Followed {
    /// Determines the kind: a compiled set is recognised by its first bytes, a configuration by the ending of its name.
    fn content(&self) -> Content {
        #[cfg(feature = "config")]
        match Sieve::is_compiled(&self.0) {
            // A file that cannot be opened fails again, with the same error, when it is read.
            Ok(true) | Err(_) => Content::Set,
            Ok(false) if self.0.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) => {
                Content::Config(Config::read(&self.0))
            }
            Ok(false) => Content::Feed,
        }
        #[cfg(not(feature = "config"))]
        Content::Set
    }

    /// Returns the state of all files that the sieve is made of.
    pub(super) fn state(&self) -> State {
        let one = |path: &Path| (path.to_owned(), Fingerprint::of(path));
        #[cfg(feature = "config")]
        if let Content::Config(Ok(config)) = self.content() {
            let files = config.feeds.iter().map(|file| one(&file.path));
            return std::iter::once(one(&self.0)).chain(files).collect();
        }
        vec![one(&self.0)]
    }

    /// Makes the sieve. Fails if a feed has shrunk so much since `old` that it must have been truncated.
    pub(super) fn sieve(&self, old: Option<&Sieve>) -> Result<Sieve> {
        #[cfg(not(feature = "config"))]
        let _ = old;
        match self.content() {
            Content::Set => Sieve::open(&self.0),
            #[cfg(feature = "config")]
            Content::Config(config) => compile(&config?, old),
            #[cfg(feature = "config")]
            Content::Feed => {
                let mut config = Config::default();
                config.feeds.push(FeedFile::new(&self.0));
                compile(&config, old)
            }
        }
    }
}

#[cfg(feature = "config")]
fn compile(config: &Config, old: Option<&Sieve>) -> Result<Sieve> {
    let (sieve, _) = config.build()?;
    if let Some(old) = old {
        check_shrunk(&config.feeds, old, &sieve)?;
    }
    Ok(sieve)
}

/// Checks that no feed has shrunk so much since the old sieve that its file must have been truncated. A caller that reloads feeds by
/// itself checks this before it replaces the old sieve:
///
/// ```
/// use netsieve::live::{LiveSieve, check_shrunk};
/// use netsieve::{FeedFile, Indicator, Sieve};
///
/// let build = |count: u32| {
///     let mut builder = Sieve::builder();
///     for n in 0..count {
///         builder.add("partner", format!("n{n}.evil.test").parse::<Indicator>().expect("a name"));
///     }
///     builder.build().map(|(sieve, _)| sieve)
/// };
/// let partner = FeedFile::new("partner.txt").shrank_below(50);
/// let live = LiveSieve::new(build(100)?);
/// let result = live.try_reload(|| {
///     let new = build(10)?;
///     check_shrunk([&partner], &live.load(), &new)?;
///     Ok::<_, netsieve::Error>(new)
/// });
/// assert!(result.is_err() && live.load().len() == 100);
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// # Errors
///
/// A feed has fewer entries than its [`shrank_below`](FeedFile::shrank_below) allows. New and removed feeds do not count as shrunk.
#[cfg(feature = "config")]
pub fn check_shrunk<'f>(feeds: impl IntoIterator<Item = &'f FeedFile>, old: &Sieve, new: &Sieve) -> Result<()> {
    let entries = |sieve: &Sieve, name: &str| {
        let at = sieve.feeds().iter().position(|feed| feed.name == name)?;
        sieve.provenance().feeds.get(at).map(|digest| digest.entries)
    };
    for feed in feeds {
        let name = &feed.feed.name;
        if let (Some(before), Some(now)) = (entries(old, name), entries(new, name)) {
            feed.check_shrunk(before, now)?;
        }
    }
    Ok(())
}
