//! Feeds that are not text: archives of feeds, and databases.
//!
//! Each member of a zip archive is read as a feed of its own, of any format. Line numbers continue from one member to
//! the next, so that a number is unique in the archive. A member that is not a feed is rejected by name; the others load.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use crate::error::{Error, Result};
#[cfg(not(all(feature = "zip", feature = "mmdb")))]
use crate::feed::formats::gated::absent;
use crate::feed::load::read_lines;
use crate::feed::registry::Format;
use crate::indicator::{Feed, RecordSink};
use crate::input::{Input, Lines};
use crate::limits::MAX_HELD_FEED;

/// Bytes examined to tell text from binary.
const HEAD: usize = 4096;

/// Reads a feed from a file. Archives are read in place.
pub(super) fn read_file(path: &Path, format: Option<Format>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<Format> {
    let failed = |error| Error::io(path.to_owned(), error);
    let mut file = File::open(path).map_err(failed)?;
    if path.is_dir() {
        // Unix opens folders too, and then says only that it cannot read one.
        return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "a folder: name the feeds in it")));
    }
    let head = head(&mut file, 4).map_err(failed)?;
    if !is_zip(&head) {
        return unpacked(Box::new(Cursor::new(head).chain(file)), Some(path), format, feed, sink);
    }
    #[cfg(feature = "zip")]
    return io::Seek::rewind(&mut file)
        .map_err(failed)
        .and_then(|()| crate::feed::archive::read(&mut file, path, format, feed, sink));
    #[cfg(not(feature = "zip"))]
    Err(Error::feed(path, absent("a zip archive", "zip")))
}

/// Reads a feed from any reader. Archives are held in memory.
pub(super) fn read(
    reader: &mut dyn Read,
    path: Option<&Path>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    let head = head(reader, 4).map_err(|error| Error::io(path.map(Path::to_owned), error))?;
    let is_zip = is_zip(&head);
    let whole = Cursor::new(head).chain(reader);
    if !is_zip {
        return unpacked(Box::new(whole), path, format, feed, sink);
    }
    let path = path.unwrap_or(Path::new(""));
    #[cfg(feature = "zip")]
    return hold(Box::new(whole), path, "a zip archive that is not read from a file")
        .and_then(|bytes| crate::feed::archive::read(&mut Cursor::new(bytes), path, format, feed, sink));
    #[cfg(not(feature = "zip"))]
    Err(Error::feed(path, absent("a zip archive", "zip")))
}

fn is_zip(head: &[u8]) -> bool {
    matches!(head, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..])
}

fn head(reader: &mut dyn Read, length: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(length);
    reader.take(length as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Reads anything but an archive: text, or a database.
fn unpacked(
    reader: Box<dyn Read + '_>,
    path: Option<&Path>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    let failed = |error| Error::io(path.map(Path::to_owned), error);
    let mut input = Input::new(reader).map_err(failed)?.capped();
    let head = head(&mut input, HEAD).map_err(failed)?;
    let is_binary = is_binary(&head);
    let whole = Cursor::new(head).chain(input);
    if !is_binary && format != Some(Format::Mmdb) {
        return read_lines(Lines::unpacked(Box::new(whole), path)?, format, feed, sink);
    }
    let file = path.unwrap_or(Path::new(""));
    let bytes = hold(Box::new(whole), file, "a binary file")?;
    if is_mmdb(&bytes) && format.is_none_or(|format| format == Format::Mmdb) {
        #[cfg(feature = "mmdb")]
        return crate::feed::formats::binary::mmdb::read(&bytes, file, feed, sink).map(|()| Format::Mmdb);
        #[cfg(not(feature = "mmdb"))]
        return Err(Error::feed(file, absent("an MMDB file", "mmdb")));
    }
    if format == Some(Format::Mmdb) {
        return Err(Error::feed(file, "not an MMDB file: no metadata at its end"));
    }
    read_lines(Lines::unpacked(Box::new(&bytes[..]), path)?, format, feed, sink)
}

/// Returns true if the head is binary: it has NULs at both even and odd offsets, which UTF-16 text does not.
fn is_binary(head: &[u8]) -> bool {
    let nuls = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    nuls(0).min(nuls(1)) > head.len() / 64
}

/// Looks for the mark before the metadata of an MMDB file, in the last 128 KiB.
fn is_mmdb(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(128 * 1024)..];
    memchr::memmem::rfind(tail, b"\xab\xcd\xefMaxMind.com").is_some()
}

fn hold(reader: Box<dyn Read + '_>, path: &Path, what: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match reader.take(MAX_HELD_FEED + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > MAX_HELD_FEED => {
            Err(Error::feed(path, format!("{what} is larger than {MAX_HELD_FEED} bytes")))
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(Error::io(path.to_owned(), error)),
    }
}
