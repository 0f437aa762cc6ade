//! The files in a zip archive, each an input of its own.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rawzip::{CompressionMethod, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive, ZipLocator};

use super::decompress::Input;
use super::fill::fill;
use crate::error::{Error, Result};
use crate::limits::MAX_MEMBERS;

/// A file in a zip archive. Cheap to keep: the archive is opened only when the member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    archive: PathBuf,
    packed: Packed,
}

impl Member {
    /// Lists the files in a zip archive, without folders, in the order of its directory; `None` if the file is not a zip archive.
    ///
    /// Parts of the file that the directory does not list, such as an archive joined to this one, follow as members that cannot be
    /// opened, so that they are not passed over.
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
        let listed = || {
            let mut file = File::open(path)?;
            let mut head = [0; 4];
            let len = fill(&mut file, &mut head)?;
            if !matches!(&head[..len], b"PK\x03\x04" | b"PK\x05\x06" | b"PK\x07\x08") {
                return Ok(None);
            }
            directory(&mut file).map(Some)
        };
        let member = |packed| Self { archive: path.to_owned(), packed };
        let listed = listed().map_err(|error| Error::io(path.to_owned(), error))?;
        Ok(listed.map(|listed| listed.into_iter().map(member).collect()))
    }

    /// Returns its name in the archive. Do not use it as a path to write to.
    pub fn name(&self) -> &str {
        &self.packed.name
    }

    /// Returns its uncompressed size, as the archive states it.
    pub fn size(&self) -> u64 {
        self.packed.size
    }

    /// Returns the size of its data in the archive.
    pub fn packed_size(&self) -> u64 {
        self.packed.len()
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
    pub fn unpack<R: Read + Seek>(&self, archive: R) -> io::Result<Input<Unzipped<R>>> {
        Input::new(self.packed.unpack(archive)?)
    }
}

/// What an archive can be read from. The code that reads one is long, and so compiled for this alone.
pub(crate) trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

/// A file as the directory of an archive lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) name: String,
    /// Where its data stand in the archive.
    data: Range<u64>,
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
    /// The data are there, but the archive's directory does not list them.
    Unlisted,
}

impl Packed {
    /// Returns the size of its data in the archive.
    pub(crate) fn len(&self) -> u64 {
        self.data.end - self.data.start
    }

    /// Returns a reader of the unpacked bytes.
    pub(crate) fn unpack<R: Read + Seek>(&self, mut archive: R) -> io::Result<Unzipped<R>> {
        let refused = |why: &str| Err(io::Error::new(io::ErrorKind::Unsupported, why));
        match self.method {
            Method::Encrypted => return refused("encrypted within the zip archive: unpack it first"),
            Method::Other(method) => {
                let method = method.name().map_or_else(|| format!("method {}", method.as_u16()), str::to_owned);
                return refused(&format!("packed by {method} within the zip archive: unpack it first"));
            }
            Method::Damaged => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "not where the zip archive says it is"));
            }
            Method::Unlisted => {
                return refused(
                    "not in the directory of the zip archive, perhaps another archive joined to it: split the file first",
                );
            }
            Method::Stored | Method::Deflated => {}
        }
        archive.seek(SeekFrom::Start(self.data.start))?;
        let raw = BufReader::with_capacity(128 * 1024, archive.take(self.len()));
        let data = match self.method {
            Method::Deflated => Data::Deflated(Box::new(flate2::bufread::DeflateDecoder::new(raw))),
            _ => Data::Stored(raw),
        };
        Ok(Unzipped { data, crc: flate2::Crc::new(), want: self.crc, size: self.size, is_over: false })
    }
}

/// Reads an archive's directory: the files in their order, without folders.
pub(crate) fn directory(archive: &mut dyn ReadSeek) -> io::Result<Vec<Packed>> {
    let broken = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let corrupt = |error| broken(format!("zip archive truncated or corrupt ({error})"));
    let too_many = || broken(format!("a zip archive of more than {MAX_MEMBERS} members: unpack it first"));
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let len = archive.seek(SeekFrom::End(0))?;
    let archive = find_directory(archive, &mut buffer).map_err(corrupt)?;
    let promised = archive.entries_hint();
    if promised > MAX_MEMBERS as u64 {
        return Err(too_many());
    }
    let mut listed = archive.entries(&mut buffer);
    let mut files = Vec::new();
    let mut taken = Vec::new();
    let mut count = 0;
    loop {
        let header = match listed.next_entry() {
            Ok(Some(header)) => header,
            Ok(None) if count < promised => {
                return Err(corrupt(format!("{count} of {promised} members are listed").into()));
            }
            Ok(None) => break,
            // What may follow the last member, such as a signature, is none.
            Err(_) if count == promised => break,
            Err(error) => return Err(corrupt(error.into())),
        };
        count += 1;
        if count > MAX_MEMBERS as u64 {
            return Err(too_many());
        }
        // A damaged member has no data, and is not read.
        let data = archive.get_entry(header.wayfinder()).map_or(0..0, |entry| {
            let (start, end) = entry.compressed_data_range();
            taken.push(header.local_header_offset()..end);
            start..end
        });
        let name = file_name(header.file_path().as_bytes());
        if name.ends_with(['/', '\\']) {
            continue;
        }
        let method = match header.compression_method() {
            _ if header.flags().is_encrypted() => Method::Encrypted,
            _ if data.end == 0 => Method::Damaged,
            CompressionMethod::STORE => Method::Stored,
            CompressionMethod::DEFLATE => Method::Deflated,
            other => Method::Other(other),
        };
        files.push(Packed { name, data, size: header.uncompressed_size_hint(), crc: header.crc32(), method });
    }
    // The same data under many names are the mark of a bomb.
    taken.sort_unstable_by_key(|range| range.start);
    if taken.windows(2).any(|pair| pair[1].start < pair[0].end) {
        return Err(broken("a zip archive whose members overlap".to_owned()));
    }
    // The data of damaged members are not where they should be, and have been named.
    if files.iter().all(|file| file.method != Method::Damaged) {
        taken.push(archive.directory_offset()..archive.end_offset());
        files.extend(unlisted(archive.get_ref(), &taken, len)?.into_iter().map(|data| Packed {
            name: format!("[bytes {} to {}]", data.start, data.end),
            data,
            size: 0,
            crc: 0,
            method: Method::Unlisted,
        }));
    }
    Ok(files)
}

/// The parts of a file that hold data outside the parts taken: between those, what begins like a member, and after them, what is not padding.
fn unlisted(archive: &AnyPlace<'_>, taken: &[Range<u64>], len: u64) -> io::Result<Vec<Range<u64>>> {
    /// The longest description of a member's data that may follow them.
    const DESCRIPTOR: usize = 24;
    let mut parts = Vec::new();
    let mut at = 0;
    for range in taken {
        let mut start = [0; DESCRIPTOR + 4];
        let read = if range.start > at { archive.read_at(&mut start, at)? } else { 0 };
        let read = read.min(usize::try_from(range.start.saturating_sub(at)).unwrap_or(usize::MAX));
        if start[..read].windows(4).any(|mark| mark == b"PK\x03\x04") {
            parts.push(at..range.start);
        }
        at = at.max(range.end);
    }
    let mut rest = at;
    let mut block = [0; 4096];
    while rest < len {
        let read = archive.read_at(&mut block, rest)?;
        if block[..read].iter().any(|&byte| byte != 0) {
            parts.push(at..len);
            break;
        }
        if read == 0 {
            break;
        }
        rest += read as u64;
    }
    Ok(parts)
}

/// The most ends of a directory that are tried: a comment at the end of an archive may look like one.
const MAX_ENDS: usize = 8;

type Corrupt = Box<dyn std::error::Error>;

/// Reads from any place.
struct AnyPlace<'a>(RefCell<&'a mut dyn ReadSeek>);

impl ReaderAt for AnyPlace<'_> {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut archive = self.0.borrow_mut();
        archive.seek(SeekFrom::Start(at))?;
        fill(&mut *archive, buffer)
    }
}

fn find_directory<'a>(
    archive: &'a mut dyn ReadSeek,
    buffer: &mut [u8],
) -> std::result::Result<ZipArchive<AnyPlace<'a>>, Corrupt> {
    let mut end = archive.seek(SeekFrom::End(0))?;
    let mut archive = AnyPlace(RefCell::new(archive));
    let mut first = None;
    for _ in 0..MAX_ENDS {
        let error;
        (archive, error) = match ZipLocator::new().locate_in_reader(archive, buffer, end) {
            Ok(found) => return Ok(found),
            Err(failed) => failed,
        };
        let before = error.eocd_offset();
        first.get_or_insert(error);
        match before {
            Some(before) => end = before,
            None => break,
        }
    }
    Err(first.map_or_else(|| "no directory".into(), Corrupt::from))
}

/// Names are UTF-8, or in the code page of MS-DOS.
fn file_name(bytes: &[u8]) -> String {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
        αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    str::from_utf8(bytes).map(str::to_owned).unwrap_or_else(|_| {
        let upper: Vec<char> = UPPER.chars().collect();
        bytes.iter().map(|&byte| if byte < 0x80 { char::from(byte) } else { upper[usize::from(byte - 0x80)] }).collect()
    })
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
