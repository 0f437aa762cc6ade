//! Compiled files: a sieve saved as one file, ready to use when it is opened.
//!
//! ```
//! use netsieve::{Indicator, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("set.sieve");
//! sieve.save(&path)?;
//! let opened = Sieve::open(&path)?;
//! assert!(opened.matcher().is_match_any("www.evil.test"));
//! # Ok::<(), netsieve::Error>(())
//! ```

mod container;
mod read;
mod record;
mod store;
#[cfg(test)]
mod tests;

use std::fs::File;
#[cfg(feature = "mmap")]
use std::io;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use record::{Pack, Unpack};

use crate::error::{Error, Result};
use crate::indicator::Feed;
use crate::sieve::flat::hash;
use crate::sieve::set::Sieve;
use crate::sieve::tables::Tables;
use crate::sieve::tables::provenance::{FeedDigest, Provenance};
use crate::wire::{Reader, Writer};

/// Options for saving a sieve.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SaveOptions {
    /// The creation time to store, to the second. `None` keeps the time that the sieve already has, if any. The clock
    /// and the environment are never read, so that the same inputs give the same bytes.
    pub created: Option<Timestamp>,
}

impl SaveOptions {
    /// Returns the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`created`](SaveOptions::created).
    ///
    /// ```
    /// use netsieve::sieve::SaveOptions;
    ///
    /// let time = "2026-05-12T10:00:00Z".parse().unwrap();
    /// assert_eq!(SaveOptions::new().created(time).created, Some(time));
    /// ```
    #[must_use]
    pub fn created(mut self, time: Timestamp) -> Self {
        self.created = Some(time);
        self
    }
}

/// A part of a compiled file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// The name, with dots between its parts: `domains.names`.
    pub name: String,
    /// The length in bytes.
    pub bytes: u64,
}

impl Sieve {
    /// Writes the sieve to a file, replacing any file of that name atomically. The data goes to a new file in the same
    /// folder (`.set.sieve.1234-0.tmp`), which is synced and renamed; then the folder is synced. At any moment, either
    /// the old file or the new one is there, whole. A killed process may leave its temporary file behind.
    ///
    /// The same records in the same order give the same bytes, with any number of threads. A sieve that [`with`](Sieve::with)
    /// made is [compiled anew](Sieve::compact) first, so that a file never holds changes beside its tables.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written, or would be larger than [`MAX_SIEVE`](crate::limits::MAX_SIEVE).
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("set.sieve");
    /// Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?.0.save(&path)?;
    /// assert!(Sieve::open(&path)?.is_match_any("www.evil.test"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_with(path, &SaveOptions::default())
    }

    /// Like [`save`](Sieve::save), with options.
    ///
    /// # Errors
    ///
    /// Those of [`save`](Sieve::save).
    ///
    /// ```
    /// use netsieve::Sieve;
    /// use netsieve::jiff::Timestamp;
    /// use netsieve::sieve::SaveOptions;
    ///
    /// let (sieve, _) = Sieve::builder().build()?;
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("set.sieve");
    /// let time = Timestamp::from_second(1_778_572_800).unwrap();
    /// sieve.save_with(&path, &SaveOptions::new().created(time))?;
    /// assert!(Sieve::is_compiled(&path)?);
    /// assert_eq!(Sieve::open(&path)?.provenance().created, Some(time));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn save_with(&self, path: impl AsRef<Path>, options: &SaveOptions) -> Result<()> {
        let path = path.as_ref();
        let (head, parts) = self.lay_out(options)?;
        /// The number of bytes handed to the operating system at once.
        const PART: usize = 8 << 20;
        let zeros = [0; 64];
        let sections = parts.iter().flat_map(|part| [&zeros[..part.padding.min(zeros.len())], &part.bytes]);
        let parts = std::iter::once(&head[..]).chain(sections).flat_map(|part| part.chunks(PART));
        store::replace(&store::Disk, path, parts).map_err(|error| Error::io(path.to_owned(), error))
    }

    /// Returns the bytes that [`save`](Sieve::save) would write.
    ///
    /// # Errors
    ///
    /// As [`to_bytes_with`](Sieve::to_bytes_with).
    ///
    /// ```
    /// use netsieve::Sieve;
    ///
    /// let sieve = Sieve::builder().build()?.0;
    /// assert!(Sieve::from_bytes(sieve.to_bytes()?)?.is_empty());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.to_bytes_with(&SaveOptions::default())
    }

    /// Returns the bytes that [`save_with`](Sieve::save_with) would write.
    ///
    /// # Errors
    ///
    /// Fails if there would be more than [`MAX_SIEVE`](crate::limits::MAX_SIEVE) bytes.
    ///
    /// ```
    /// use netsieve::Sieve;
    /// use netsieve::sieve::SaveOptions;
    ///
    /// let time = "2026-05-12T10:00:00Z".parse().unwrap();
    /// let bytes = Sieve::builder().build()?.0.to_bytes_with(&SaveOptions::new().created(time))?;
    /// assert_eq!(Sieve::from_bytes(bytes)?.provenance().created, Some(time));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn to_bytes_with(&self, options: &SaveOptions) -> Result<Vec<u8>> {
        let (mut bytes, parts) = self.lay_out(options)?;
        for part in parts {
            bytes.resize(bytes.len() + part.padding, 0);
            bytes.extend_from_slice(&part.bytes);
        }
        Ok(bytes)
    }

    fn lay_out(&self, options: &SaveOptions) -> Result<(Vec<u8>, Vec<container::Placed>)> {
        container::lay_out(
            &sections(self.compact()?.tables(), options.created),
            hash::SEED,
            &Provenance::this_release(),
        )
    }

    /// Returns true if a file begins like a [saved](Sieve::save) sieve. It may still be damaged or of another version;
    /// [`open`](Sieve::open) checks that.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened or read.
    pub fn is_compiled(path: impl AsRef<Path>) -> Result<bool> {
        let path = path.as_ref();
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(container::MAGIC.len() as u64).read_to_end(&mut head));
        read.map_err(|error| Error::io(path.to_owned(), error))?;
        Ok(head == container::MAGIC)
    }

    /// Reads a saved sieve and checks all of it: the checksum of each section, and every offset, count, order and link.
    /// No file that is accepted, however it was made, makes a lookup panic, loop or read out of bounds. Costs one pass
    /// over the file, on all cores with the feature `parallel`. The header and the table of sections are checked before
    /// memory is allocated, so that a file of another kind costs nothing, however long it is.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is not a regular file, is longer than [`MAX_SIEVE`](crate::limits::MAX_SIEVE)
    /// or the available memory, or is invalid; the error names the section and the fault. If the file has another
    /// version of the format, the error names the release that made it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        read::whole(path)
            .and_then(|bytes| Self::open_bytes(Bytes::from_owner(bytes)))
            .map_err(|error| error.in_file(path))
    }

    /// Like [`open`](Sieve::open), for bytes that were read, mapped or built into a program. They are not copied; the
    /// sieve keeps them.
    ///
    /// # Errors
    ///
    /// Fails if the bytes are not a valid compiled file.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Self> {
        Self::open_bytes(Bytes::from_owner(bytes))
    }

    fn open_bytes(file: Bytes) -> Result<Self> {
        let (header, sections) = container::read_sections(&file)?;
        if header.seed != hash::SEED {
            return Err(Error::damage("header", "the seed of the hash is not known"));
        }
        let mut reader = Reader::new(sections);
        let feeds = read_feeds(&mut reader)?;
        let provenance = read_provenance(&mut reader, feeds.len())?;
        Tables::open(&reader, feeds, provenance).map(|tables| Self(tables.into()))
    }

    /// The origin of the sieve, and the part of its build report that a file keeps. Changes by [`with`](Sieve::with) are not counted, and
    /// feeds that they declared are missing.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let provenance = sieve.provenance();
    /// assert_eq!(sieve.feeds()[0].name, "partner");
    /// assert_eq!(provenance.feeds[0].entries, 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn provenance(&self) -> &Provenance {
        &self.0.provenance
    }

    /// The sections of a file of this sieve with their sizes, in file order. If [`with`](Sieve::with) changed the sieve, these are the
    /// compiled tables; a saved file is compiled anew, and differs.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let largest = sieve.sections().into_iter().max_by_key(|section| section.bytes).unwrap();
    /// println!("{}: {} of {} bytes", largest.name, largest.bytes, sieve.memory_usage());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn sections(&self) -> Vec<Section> {
        let sections = sections(self.tables(), None);
        sections.into_iter().map(|(name, bytes)| Section { name, bytes: bytes.len() as u64 }).collect()
    }
}

#[cfg(feature = "mmap")]
impl Sieve {
    crate::arch::map::open_mmap!(Result<Self>);

    fn from_map(path: &Path, map: io::Result<crate::arch::map::MappedFile>) -> Result<Self> {
        let map = map.map_err(|error| Error::io(path.to_owned(), error))?;
        Self::from_bytes(map).map_err(|error| error.in_file(path))
    }
}

/// Serialises everything that a hit needs.
fn sections(tables: &Tables, created: Option<Timestamp>) -> Vec<(String, Bytes)> {
    let mut writer = Writer::default();
    let mut feeds = Pack::default();
    feeds.list(tables.feeds.iter(), Pack::feed);
    writer.bytes("feeds", &feeds.finish().into());
    writer.bytes("provenance", &write_provenance(&tables.provenance, created).into());
    tables.save(&mut writer);
    writer.sections().to_vec()
}

fn write_provenance(provenance: &Provenance, created: Option<Timestamp>) -> Vec<u8> {
    let mut pack = Pack::default();
    pack.text(&provenance.maker);
    pack.time(created.or(provenance.created));
    pack.text(&provenance.public_suffixes);
    pack.list(provenance.feeds.iter(), |pack, feed| {
        for count in { feed.counts }.all() {
            pack.number(*count);
        }
        for counts in [&feed.rejected, &feed.skipped, &feed.warnings] {
            pack.list(counts.iter(), |pack, (code, &count)| {
                pack.text(code);
                pack.number(count);
            });
        }
    });
    pack.number(provenance.shadowing);
    pack.finish()
}

fn read_feeds(reader: &mut Reader) -> Result<Vec<Feed>> {
    let bytes = reader.bytes("feeds")?;
    let mut unpack = Unpack::new("feeds", &bytes);
    let feeds = unpack.list(Unpack::feed)?;
    unpack.end()?;
    Ok(feeds)
}

fn read_provenance(reader: &mut Reader, feeds: usize) -> Result<Provenance> {
    let bytes = reader.bytes("provenance")?;
    let mut unpack = Unpack::new("provenance", &bytes);
    let provenance = Provenance {
        maker: unpack.text()?.to_owned(),
        created: unpack.time()?,
        public_suffixes: unpack.text()?.to_owned(),
        feeds: unpack.list(|unpack| {
            let mut digest = FeedDigest::default();
            for count in digest.counts.all() {
                *count = unpack.number()?;
            }
            for counts in [&mut digest.rejected, &mut digest.skipped, &mut digest.warnings] {
                let read = unpack.list(|unpack| Ok((unpack.text()?.to_owned(), unpack.number()?)))?;
                counts.extend(read);
            }
            Ok(digest)
        })?,
        shadowing: unpack.number()?,
    };
    unpack.end()?;
    reader.ensure(provenance.feeds.len() == feeds, "provenance", "does not fit the feeds")?;
    Ok(provenance)
}
