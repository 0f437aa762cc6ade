//! A feed and the file that it is read from.

use std::fmt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use jiff::SignedDuration;

use crate::error::{Error, ErrorKind, Result, shown_path};
use crate::feed::container;
use crate::feed::registry::Format;
use crate::indicator::{Action, Columns, Feed, Policy, RecordSink, Scope};

/// A feed and the file that it is read from.
///
/// ```
/// use netsieve::feed::Format;
/// use netsieve::indicator::{ColumnRole, Columns};
/// use netsieve::{Action, FeedFile, Policy, Scope, Sieve};
///
/// // A table whose format and columns are stated. Its names cover only themselves.
/// let table = FeedFile::from_bytes("c2.txt", "when;what\n2026-05-12;evil.test\n")
///     .name("partner")
///     .format(Format::Csv)
///     .columns(Columns::new().delimiter(';').header(true).role(ColumnRole::Value, 2).role(ColumnRole::FirstSeen, 1))
///     .scope(Scope::Exact)
///     .confidence(80)
///     .tag("c2");
/// // A list of exceptions, which may be empty.
/// let allowed = FeedFile::from_bytes("own.txt", "").action(Action::Allow).may_be_empty(true);
/// // A lab's feed, whose private addresses are meant.
/// let lab = FeedFile::from_bytes("lab.txt", "10.0.0.7\n").policy(Policy::new().admit_bogons(true));
///
/// let (sieve, _) = Sieve::builder().read(table)?.read(allowed)?.read(lab)?.build()?;
/// assert_eq!(sieve.lookup("evil.test")?.first().unwrap().to_string(), "evil.test (exact) partner:2");
/// assert!(!sieve.is_match_any("www.evil.test") && sieve.is_match_any("10.0.0.7"));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedFile {
    /// The feed.
    pub feed: Feed,
    /// The file.
    pub path: PathBuf,
    /// The content, if it is not read from the file.
    pub(in crate::feed) content: Option<Content>,
    /// The format. If `None`, it is recognised by content.
    pub format: Option<Format>,
    /// If true, a file without an indicator is not an error.
    pub may_be_empty: bool,
    /// The share of its previous entries, in per cent, below which the feed counts as truncated.
    pub shrank_below: Option<u8>,
}

/// The same feed; the bytes of [`FeedFile::from_bytes`] are shared, not copied.
impl From<&FeedFile> for FeedFile {
    fn from(file: &FeedFile) -> Self {
        file.clone()
    }
}

/// As [`FeedFile::new`].
impl From<&str> for FeedFile {
    fn from(path: &str) -> Self {
        Self::new(path)
    }
}

/// As [`FeedFile::new`].
impl From<String> for FeedFile {
    fn from(path: String) -> Self {
        Self::new(path)
    }
}

/// As [`FeedFile::new`].
impl From<&Path> for FeedFile {
    fn from(path: &Path) -> Self {
        Self::new(path)
    }
}

/// As [`FeedFile::new`].
impl From<PathBuf> for FeedFile {
    fn from(path: PathBuf) -> Self {
        Self::new(path)
    }
}

/// As [`FeedFile::new`].
impl From<&PathBuf> for FeedFile {
    fn from(path: &PathBuf) -> Self {
        Self::new(path)
    }
}

/// Bytes of a feed, of which `Debug` shows the number.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::feed) struct Content(Bytes);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl FeedFile {
    /// Creates a block feed that is read from this file, is named after the file's stem, and has its format recognised.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let stem = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let mut feed = Feed::new(stem);
        feed.path = shown_path(&path).into_owned();
        Self { feed, path, content: None, format: None, may_be_empty: false, shrank_below: None }
    }

    /// Creates a block feed that is read from these bytes, such as the body of a response. They may be compressed. `path` names the
    /// feed, as for [`new`](FeedFile::new), and appears in messages.
    ///
    /// ```
    /// use netsieve::{FeedFile, Sieve};
    ///
    /// let body = "# made up\nevil.test\nno value\n";
    /// let (sieve, report) = Sieve::builder().read(FeedFile::from_bytes("partner.txt", body).tag("phish"))?.build()?;
    /// assert_eq!(sieve.lookup("www.evil.test")?.first().unwrap().to_string(), "evil.test (subdomain) partner:2");
    /// assert_eq!(report.feeds[0].rejected[0].line, 3);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn from_bytes(path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { content: Some(Content(bytes.into().into())), ..Self::new(path) }
    }

    /// Sets the feed's name, which every hit carries.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.feed.name = name.into();
        self
    }

    /// Sets the format, which is then not recognised by content.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the action of the entries.
    #[must_use]
    pub fn action(mut self, action: Action) -> Self {
        self.feed.action = action;
        self
    }

    /// Sets the names that a listed name covers.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.feed.policy.scope = Some(scope);
        self
    }

    /// Sets the policy: the rules for reading values, and the guards to bypass.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.feed.policy = policy;
        self
    }

    /// Sets the confidence (0 to 100) of entries that state none.
    #[must_use]
    pub fn confidence(mut self, confidence: u8) -> Self {
        self.feed = self.feed.confidence(confidence);
        self
    }

    /// Adds a tag that every entry gets.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.feed.tags.push(tag.into());
        self
    }

    /// Sets how long an entry that states no end stays valid after it was last seen, or else first seen.
    ///
    /// ```
    /// use netsieve::FeedFile;
    /// use netsieve::jiff::SignedDuration;
    ///
    /// let file = FeedFile::new("c2.txt").time_to_live(SignedDuration::from_hours(30 * 24));
    /// assert_eq!(file.feed.time_to_live, Some(SignedDuration::from_hours(720)));
    /// ```
    #[must_use]
    pub fn time_to_live(mut self, time: SignedDuration) -> Self {
        self.feed.time_to_live = Some(time);
        self
    }

    /// Describes the columns of a table.
    #[must_use]
    pub fn columns(mut self, columns: Columns) -> Self {
        self.feed.columns = Some(columns);
        self
    }

    /// Sets [`may_be_empty`](FeedFile::may_be_empty).
    #[must_use]
    pub fn may_be_empty(mut self, may_be_empty: bool) -> Self {
        self.may_be_empty = may_be_empty;
        self
    }

    /// Sets [`shrank_below`](FeedFile::shrank_below).
    #[must_use]
    pub fn shrank_below(mut self, per_cent: u8) -> Self {
        self.shrank_below = Some(per_cent);
        self
    }

    /// Reads the feed into `sink` and returns its format. That is `None` only if the file is empty, may be empty, and
    /// no format was set.
    ///
    /// # Errors
    ///
    /// The same as for [`read_file`](crate::feed::read_file), except that an empty feed is not an error if it may be empty.
    pub fn read(&self, sink: &mut dyn RecordSink) -> Result<Option<Format>> {
        let read = match &self.content {
            Some(content) => container::read(&mut &content.0[..], Some(&self.path), self.format, &self.feed, sink),
            None => container::read_file(&self.path, self.format, &self.feed, sink),
        };
        match read {
            Ok(format) => Ok(Some(format)),
            Err(error) if self.may_be_empty && error.kind() == ErrorKind::EmptyFeed => Ok(self.format),
            Err(error) => Err(error),
        }
    }

    /// Checks that the feed has not shrunk so much that its file is probably truncated.
    ///
    /// Call this before a newly compiled set replaces the old one. The old set's
    /// [`provenance`](crate::Sieve::provenance) gives the number of entries that each feed had.
    ///
    /// # Errors
    ///
    /// Fails if `now` is less than [`shrank_below`](Self::shrank_below) per cent of `before`.
    ///
    /// ```
    /// use netsieve::FeedFile;
    ///
    /// let file = FeedFile::new("c2.txt").shrank_below(50);
    /// assert!(file.check_shrunk(1000, 500).is_ok());
    /// let error = file.check_shrunk(1000, 499).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "c2.txt: entries fell from 1000 to 499: fewer than 50 % are left (`shrank_below`)"
    /// );
    /// ```
    pub fn check_shrunk(&self, before: u64, now: u64) -> Result<()> {
        match self.shrank_below {
            Some(share) if u128::from(now) * 100 < u128::from(before) * u128::from(share) => {
                let reason =
                    format!("entries fell from {before} to {now}: fewer than {share} % are left (`shrank_below`)");
                Err(Error::feed(&self.path, reason))
            }
            _ => Ok(()),
        }
    }
}
