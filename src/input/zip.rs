//! The files in a zip archive, each an input of its own.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::{CompressionMethod, ZipArchive};

use super::decompress::Input;
use super::fill::fill;
use crate::error::{Error, Result};
use crate::limits::MAX_MEMBERS;

/// A file in a zip archive. Cheap to keep: the archive is opened only when the member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    archive: PathBuf,
    name: String,
    /// The offset and length of its data.
    at: u64,
    packed: u64,
    size: u64,
    crc: u32,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
    /// Another compression method, which is not supported.
    Other(CompressionMethod),
    Encrypted,
    /// The archive's directory lists the member, but its data are not there.
    Damaged,
}

impl Member {
    /// Lists the files in a zip archive, without folders, in the order of its directory; `None` if the file is not a zip archive.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or its directory is corrupt, lists more than [`MAX_MEMBERS`] members, or lets members share data, as
    /// bombs do.
    ///
    /// ```no_run
    /// use std::io::Read;
    /// use netsieve::input::Member;
    ///
    /// for member in Member::all("logs.zip")?.unwrap_or_default() {
    ///     let mut text = Vec::new();
    ///     member.open()?.read_to_end(&mut text)?;
    ///     println!("{}: {} bytes", member.name(), text.len());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn all(path: impl AsRef<Path>) -> Result<Option<Vec<Self>>> {
        let path = path.as_ref();
        read_directory(path).map_err(|error| Error::io(path.to_owned(), error))
    }

    /// Returns its name in the archive. Do not use it as a path to write to.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its uncompressed size, as the archive states it.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the size of its data in the archive.
    pub fn packed_size(&self) -> u64 {
        self.packed
    }

    /// Returns a reader of the unpacked bytes. They are decompressed again if the member itself is compressed, as rotated logs are.
    ///
    /// A member that is cut or corrupt gives an error from [`Read::read`], after the bytes that are intact.
    ///
    /// # Errors
    ///
    /// The archive cannot be opened, the member is encrypted or packed by a method other than deflate, or it is something
    /// that cannot be searched (see [`Input::new`]).
    pub fn open(&self) -> io::Result<Input<Unzipped<File>>> {
        self.unpack(File::open(&self.archive)?)
    }

    /// Like [`open`](Self::open), for an archive that is already open.
    ///
    /// # Errors
    ///
    /// Fails as [`open`](Self::open) does.
    ///
    /// ```no_run
    /// use std::fs::File;
    /// use std::io::Read;
    /// use netsieve::input::Member;
    ///
    /// // Read all members through one open file.
    /// let archive = File::open("logs.zip")?;
    /// for member in Member::all("logs.zip")?.unwrap_or_default() {
    ///     println!("{}: {} bytes, {} in the archive", member.name(), member.size(), member.packed_size());
    ///     let mut text = Vec::new();
    ///     member.unpack(&archive)?.read_to_end(&mut text)?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unpack<R: Read + Seek>(&self, mut archive: R) -> io::Result<Input<Unzipped<R>>> {
        let refused = |why: String| Err(io::Error::new(io::ErrorKind::Unsupported, why));
        match self.method {
            Method::Encrypted => return refused("encrypted within the zip archive: unpack it first".to_owned()),
            Method::Other(method) => {
                return refused(format!("packed by {method} within the zip archive: unpack it first"));
            }
            Method::Damaged => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "not where the zip archive says it is"));
            }
            Method::Stored | Method::Deflated => {}
        }
        archive.seek(SeekFrom::Start(self.at))?;
        let raw = BufReader::with_capacity(128 * 1024, archive.take(self.packed));
        let data = match self.method {
            Method::Deflated => Data::Deflated(Box::new(flate2::bufread::DeflateDecoder::new(raw))),
            _ => Data::Stored(raw),
        };
        Input::new(Unzipped { data, crc: flate2::Crc::new(), want: self.crc, size: self.size, is_over: false })
    }
}

/// What an archive can be read from. The code that reads one is long, and so compiled for this alone.
pub(crate) trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

fn read_directory(path: &Path) -> io::Result<Option<Vec<Member>>> {
    let mut file = File::open(path)?;
    let mut head = [0; 4];
    let len = fill(&mut file, &mut head)?;
    if !matches!(&head[..len], b"PK\x03\x04" | b"PK\x05\x06" | b"PK\x07\x08") {
        return Ok(None);
    }
    file.rewind()?;
    let broken = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let corrupt = |error| broken(format!("zip archive truncated or corrupt ({error})"));
    let file: &mut dyn ReadSeek = &mut BufReader::new(file);
    let mut archive = ZipArchive::new(file).map_err(corrupt)?;
    if archive.len() > MAX_MEMBERS {
        return Err(broken(format!("a zip archive of more than {MAX_MEMBERS} members: unpack it first")));
    }
    if archive.has_overlapping_entries().map_err(corrupt)? {
        return Err(broken("a zip archive whose members overlap".to_owned()));
    }
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let archive_path = path.to_owned();
        let name = match archive.name_for_index(at) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("member {at}"),
        };
        match archive.by_index_raw(at) {
            Ok(member) if member.is_dir() => {}
            Ok(member) => members.push(Member {
                archive: archive_path,
                name,
                // A damaged member has no start, and is not read.
                at: member.data_start().unwrap_or(0),
                packed: member.compressed_size(),
                size: member.size(),
                crc: member.crc32(),
                method: match member.compression() {
                    _ if member.encrypted() => Method::Encrypted,
                    _ if member.data_start().is_none() => Method::Damaged,
                    CompressionMethod::Stored => Method::Stored,
                    CompressionMethod::Deflated => Method::Deflated,
                    other => Method::Other(other),
                },
            }),
            Err(_) => {
                let method = Method::Damaged;
                members.push(Member { archive: archive_path, name, at: 0, packed: 0, size: 0, crc: 0, method });
            }
        }
    }
    Ok(Some(members))
}

/// The data of a [`Member`] as they come out of the archive, checked against its checksum.
pub struct Unzipped<R> {
    data: Data<R>,
    crc: flate2::Crc,
    want: u32,
    size: u64,
    is_over: bool,
}

enum Data<R> {
    Stored(BufReader<io::Take<R>>),
    Deflated(Box<flate2::bufread::DeflateDecoder<BufReader<io::Take<R>>>>),
}

impl<R> std::fmt::Debug for Unzipped<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unzipped").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Bytes per step: the most that a failing decoder may have made and not given out.
const STEP: usize = 32 * 1024;

impl<R: Read> Read for Unzipped<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.is_over || buf.is_empty() {
            return Ok(0);
        }
        let len = buf.len().min(STEP);
        let read = match &mut self.data {
            Data::Stored(data) => data.read(&mut buf[..len]),
            Data::Deflated(data) => data.read(&mut buf[..len]),
        };
        let damaged = |reason: String| {
            io::Error::new(io::ErrorKind::InvalidData, format!("zip data truncated or corrupt ({reason})"))
        };
        match read {
            Ok(0) => {
                self.is_over = true;
                if self.crc.sum() != self.want || u64::from(self.crc.amount()) != self.size & u64::from(u32::MAX) {
                    return Err(damaged("size or checksum differ from the archive's directory".to_owned()));
                }
                Ok(0)
            }
            Ok(read) => {
                self.crc.update(&buf[..read]);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.is_over = true;
                Err(damaged(error.to_string()))
            }
        }
    }
}
