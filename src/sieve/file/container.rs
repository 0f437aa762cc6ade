//! The container: a header, a table of sections, and the sections.
//!
//! All numbers are little-endian. The header is 128 bytes:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | the magic number: `\x89sieve\r\n` |
//! | 8 | 4 | the version of the format |
//! | 12 | 4 | `0x0A0B0C0D`, to tell a file in the other byte order |
//! | 16 | 8 | the length of the file |
//! | 24 | 4 | how many sections there are |
//! | 28 | 4 | zero |
//! | 32 | 8 | the seed of the tables' hash |
//! | 40 | 24 | who made it: `netsieve 0.1.0`, filled up with zeros |
//! | 64 | 8 | the checksum of the header before this field, and of the table of sections |
//! | 72 | 56 | zero |
//!
//! The table of sections has 64 bytes for each: its name, filled up with zeros to 40 bytes, where it starts, its length, and its
//! [checksum](super::checksum). The sections follow in this order, each at the next multiple of 64, with zeros between. The
//! file ends with the last section.

use std::borrow::Cow;

use bytes::Bytes;

use super::checksum;
use crate::error::{Error, Result};

pub(super) const MAGIC: [u8; 8] = *b"\x89sieve\r\n";
/// The version of the format that is written. Each change of what a section holds counts it up.
pub(super) const VERSION: u32 = 1;
const ENDIANNESS: u32 = 0x0A0B_0C0D;
pub(super) const HEADER: usize = 128;
/// Where the checksum of header and table is.
const SUM_AT: usize = 64;
const MAKER: std::ops::Range<usize> = 40..64;
const ENTRY: usize = 64;
const NAME: usize = 40;
const ALIGNMENT: usize = 64;

fn damage(what: impl Into<String>) -> Error {
    Error::damage("header", what)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn aligned(len: usize) -> Option<usize> {
    len.checked_next_multiple_of(ALIGNMENT)
}

/// A section on its way into a file.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// Zero bytes before it.
    pub(super) padding: usize,
    pub(super) bytes: Bytes,
}

/// Header and table, and the sections at their places.
pub(super) fn lay_out(sections: &[(String, Bytes)], seed: u64, maker: &str) -> Result<(Vec<u8>, Vec<Placed>)> {
    let too_long = || Error::capacity("bytes in a file", u64::MAX);
    let mut head = vec![0; HEADER];
    let named: Vec<(&str, &[u8])> = sections.iter().map(|(name, bytes)| (name.as_str(), &**bytes)).collect();
    let mut at = HEADER + ENTRY * sections.len();
    let mut placed = Vec::new();
    for ((name, bytes), sum) in sections.iter().zip(checksum::of_all(&named)) {
        if name.len() > NAME {
            return Err(Error::capacity("bytes in the name of a section", NAME as u64));
        }
        let start = aligned(at).ok_or_else(too_long)?;
        placed.push(Placed { padding: start - at, bytes: bytes.clone() });
        at = start.checked_add(bytes.len()).ok_or_else(too_long)?;
        let mut entry = [0; ENTRY];
        entry[..name.len()].copy_from_slice(name.as_bytes());
        entry[NAME..NAME + 8].copy_from_slice(&(start as u64).to_le_bytes());
        entry[NAME + 8..NAME + 16].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        entry[NAME + 16..].copy_from_slice(&sum.to_le_bytes());
        head.extend_from_slice(&entry);
    }
    head[..8].copy_from_slice(&MAGIC);
    head[8..12].copy_from_slice(&VERSION.to_le_bytes());
    head[12..16].copy_from_slice(&ENDIANNESS.to_le_bytes());
    head[16..24].copy_from_slice(&(at as u64).to_le_bytes());
    head[24..28].copy_from_slice(&(sections.len() as u32).to_le_bytes());
    head[32..40].copy_from_slice(&seed.to_le_bytes());
    for (to, from) in head[MAKER].iter_mut().zip(maker.bytes()) {
        *to = from;
    }
    seal(&mut head);
    Ok((head, placed))
}

/// Sets the checksum of header and table.
fn seal(head: &mut [u8]) {
    let sum = head_sum(head);
    head[SUM_AT..SUM_AT + 8].copy_from_slice(&sum.to_le_bytes());
}

fn head_sum(head: &[u8]) -> u64 {
    let before = head.get(..SUM_AT).unwrap_or(&[]);
    let table = head.get(HEADER..).unwrap_or(&[]);
    checksum::of("header", before) ^ checksum::of("sections", table).rotate_left(1)
}

/// What a file's beginning says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) seed: u64,
    sections: usize,
    len: u64,
}

/// Reads the first bytes of a file of `len` bytes.
pub(super) fn read_header(head: &[u8], len: u64) -> Result<Header> {
    if head.get(..8) != Some(&MAGIC) {
        return Err(damage(if head.is_empty() { "the file is empty" } else { "this is no compiled sieve" }));
    }
    if head.len() < HEADER {
        return Err(damage(format!("the file ends after {len} bytes, within the header")));
    }
    let endianness = u32_at(head, 12);
    if endianness == ENDIANNESS.swap_bytes() {
        return Err(damage("the file is in the other byte order"));
    }
    if endianness != ENDIANNESS {
        return Err(damage("the mark of the byte order is damaged"));
    }
    let maker: Cow<'_, str> = String::from_utf8_lossy(&head[MAKER]);
    let maker: String = maker.trim_end_matches('\0').chars().filter(|c| !c.is_control()).collect();
    let version = u32_at(head, 8);
    if version != VERSION {
        return Err(damage(format!("format version {version}, made by {maker}; this release reads version {VERSION}")));
    }
    let header = Header { seed: u64_at(head, 32), sections: u32_at(head, 24) as usize, len: u64_at(head, 16) };
    if header.len != len {
        return Err(damage(format!("the file has {len} bytes and should have {}", header.len)));
    }
    Ok(header)
}

/// The sections of a whole file, checked against their checksums.
pub(super) fn read_sections(file: &Bytes) -> Result<(Header, Vec<(String, Bytes)>)> {
    let header = read_header(&file[..file.len().min(HEADER)], file.len() as u64)?;
    let end = header.sections.checked_mul(ENTRY).and_then(|table| table.checked_add(HEADER));
    let Some(head) = end.and_then(|end| file.get(..end)) else {
        return Err(damage("there are more sections than fit the file"));
    };
    if head_sum(head) != u64_at(head, SUM_AT) {
        return Err(damage("the checksum is wrong"));
    }
    if head[28..32].iter().chain(&head[SUM_AT + 8..HEADER]).any(|&byte| byte != 0) {
        return Err(damage("there is something where nothing should be"));
    }
    let mut sections: Vec<(String, Bytes)> = Vec::new();
    let mut sums = Vec::new();
    let mut at = head.len();
    for entry in head[HEADER..].chunks_exact(ENTRY) {
        let name = entry[..NAME].split(|&byte| byte == 0).next().unwrap_or(&[]);
        let is_filled_up = entry[name.len()..NAME].iter().all(|&byte| byte == 0);
        let name = match std::str::from_utf8(name) {
            Ok(name) if is_filled_up && !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()) => name,
            _ => return Err(damage("the name of a section is damaged")),
        };
        if sections.iter().any(|(known, _)| known == name) {
            return Err(Error::damage(name, "is there twice"));
        }
        let (start, len) = (u64_at(entry, NAME), u64_at(entry, NAME + 8));
        let is_next = aligned(at).is_some_and(|next| next as u64 == start);
        let end = start.checked_add(len).and_then(|end| usize::try_from(end).ok()).filter(|&end| end <= file.len());
        let (true, Some(end)) = (is_next, end) else {
            return Err(Error::damage(name, "is not where it should be"));
        };
        let start = end - len as usize;
        if file[at..start].iter().any(|&byte| byte != 0) {
            return Err(Error::damage(name, "there is something before it"));
        }
        sections.push((name.to_owned(), file.slice(start..end)));
        sums.push(u64_at(entry, NAME + 16));
        at = end;
    }
    if at != file.len() {
        return Err(damage("there is something after the last section"));
    }
    let named: Vec<(&str, &[u8])> = sections.iter().map(|(name, bytes)| (name.as_str(), &**bytes)).collect();
    for (((name, _), want), sum) in sections.iter().zip(sums).zip(checksum::of_all(&named)) {
        if want != sum {
            return Err(Error::damage(name.as_str(), "the checksum is wrong"));
        }
    }
    Ok((header, sections))
}
