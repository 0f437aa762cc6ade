//! The container: a header, a table of sections, and the sections.
//!
//! All numbers are little-endian. The header is 128 bytes:
//!
//! | offset | bytes | content |
//! |---|---|---|
//! | 0 | 8 | the magic number: `\x89sieve\r\n` |
//! | 8 | 4 | the version of the format |
//! | 12 | 4 | `0x0A0B0C0D`, which shows a file of the other byte order |
//! | 16 | 8 | the length of the file |
//! | 24 | 4 | the number of sections |
//! | 28 | 4 | zero |
//! | 32 | 8 | the seed of the tables' hash |
//! | 40 | 24 | the program that made it: `netsieve 0.1.0`, padded with zeros |
//! | 64 | 8 | the checksum of the header up to here, and of the table of sections |
//! | 72 | 56 | zero |
//!
//! The table has 64 bytes per section: its name, padded with zeros to 40 bytes, its start, its length, and its
//! checksum. The sections follow in the same order, each at the next multiple of 64, with zeros between them. The file
//! ends with the last section.
//!
//! Checksums are 64-bit XXH3 (<https://xxhash.com>). That of a section covers its bytes, with seed zero. That of header
//! and table covers the bytes of the table, seeded with the sum of the header's first 64 bytes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use bytes::Bytes;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::error::{Error, Result};
use crate::limits::{MAX_SECTIONS, MAX_SIEVE};
use crate::sieve::flat::parallel;

pub(super) const MAGIC: [u8; 8] = *b"\x89sieve\r\n";
/// The version of the format that is written. Increment it with each change to the content of a section.
pub(super) const VERSION: u32 = 2;
const ENDIANNESS: u32 = 0x0A0B_0C0D;
pub(super) const HEADER: usize = 128;
/// The offset of the checksum of header and table.
const SUM_AT: usize = 64;
const MAKER: Range<usize> = 40..64;
const ENTRY: usize = 64;
const NAME: usize = 40;
const ALIGNMENT: usize = 64;

fn damage(what: impl Into<String>) -> Error {
    Error::damage("header", what)
}

/// Reads a number from a complete header or table entry.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|n| bytes[at + n]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|n| bytes[at + n]))
}

fn aligned(len: usize) -> Option<usize> {
    len.checked_next_multiple_of(ALIGNMENT)
}

/// A section with its place in the file.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The number of zero bytes before it.
    pub(super) padding: usize,
    pub(super) bytes: Bytes,
}

/// Lays out a file: the header with the table, and the sections in their places.
pub(super) fn lay_out(sections: &[(String, Bytes)], seed: u64, maker: &str) -> Result<(Vec<u8>, Vec<Placed>)> {
    let too_long = || Error::capacity("bytes in a file", MAX_SIEVE);
    assert!(sections.len() <= MAX_SECTIONS, "a file has {} sections", sections.len());
    let mut head = vec![0; HEADER];
    let mut at = HEADER + ENTRY * sections.len();
    let mut placed = Vec::new();
    for ((name, bytes), sum) in sections.iter().zip(sums(sections)) {
        assert!(name.len() <= NAME, "the name of the section {name} is too long");
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
    if at as u64 > MAX_SIEVE {
        return Err(too_long());
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

/// Writes the checksum of header and table.
fn seal(head: &mut [u8]) {
    let sum = head_sum(head);
    head[SUM_AT..SUM_AT + 8].copy_from_slice(&sum.to_le_bytes());
}

/// Computes the checksum of header and table; `head` must hold all of both.
fn head_sum(head: &[u8]) -> u64 {
    xxh3_64_with_seed(&head[HEADER..], xxh3_64(&head[..SUM_AT]))
}

/// Computes the checksums of sections on all cores.
fn sums(sections: &[(String, Bytes)]) -> Vec<u64> {
    /// Below this size, summing is faster than waking threads.
    const SMALL: usize = 1 << 20;
    if sections.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() < SMALL {
        return sections.iter().map(|(_, bytes)| xxh3_64(bytes)).collect();
    }
    parallel::map(sections, |(_, bytes)| xxh3_64(bytes))
}

/// The fields of a file's header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) seed: u64,
    /// The length of header and table together.
    pub(super) head: usize,
    len: u64,
}

/// Reads the first bytes of a file of `len` bytes. An accepted file is no longer than `len` and the [cap](MAX_SIEVE).
pub(super) fn read_header(head: &[u8], len: u64) -> Result<Header> {
    if head.get(..8) != Some(&MAGIC) {
        return Err(damage(if head.is_empty() {
            "the file is empty"
        } else {
            "not a compiled sieve, perhaps a feed that must be compiled first"
        }));
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
    let version = u32_at(head, 8);
    if version != VERSION {
        let maker: Cow<'_, str> = String::from_utf8_lossy(&head[MAKER]);
        let maker: String = maker.trim_end_matches('\0').chars().filter(|c| !c.is_control()).collect();
        let what_to_do = if version < VERSION {
            "build the set again from its feeds"
        } else {
            "open it with the release that made it, or build the set again from its feeds"
        };
        return Err(damage(format!(
            "format version {version}, made by {maker}; this release reads version {VERSION}: {what_to_do}"
        )));
    }
    let (said, sections) = (u64_at(head, 16), u32_at(head, 24) as usize);
    if said != len {
        return Err(damage(format!("the file has {len} bytes and should have {said}")));
    }
    if len > MAX_SIEVE {
        return Err(damage(format!("the file has {len} bytes, more than {MAX_SIEVE}")));
    }
    if sections > MAX_SECTIONS {
        return Err(damage(format!("the file has {sections} sections, more than {MAX_SECTIONS}")));
    }
    let end = HEADER + ENTRY * sections;
    if end as u64 > len {
        return Err(damage("there are more sections than fit the file"));
    }
    Ok(Header { seed: u64_at(head, 32), head: end, len })
}

/// A section's entry in the table.
pub(super) struct SectionPlace {
    name: String,
    /// The start of the padding before it, which must be zero.
    before: usize,
    place: Range<usize>,
    sum: u64,
}

/// Checks header and table, and reads the table. Accepted sections lie within the file, in order and without gaps.
pub(super) fn read_table(header: &Header, head: &[u8]) -> Result<Vec<SectionPlace>> {
    if head_sum(head) != u64_at(head, SUM_AT) {
        return Err(damage("the checksum is wrong"));
    }
    if head[28..32].iter().chain(&head[SUM_AT + 8..HEADER]).any(|&byte| byte != 0) {
        return Err(damage("there is something where nothing should be"));
    }
    let mut entries = Vec::new();
    let mut names = BTreeSet::new();
    let mut at = head.len();
    for entry in head[HEADER..].chunks_exact(ENTRY) {
        let len = entry[..NAME].iter().position(|&byte| byte == 0).unwrap_or(NAME);
        let (name, rest) = entry[..NAME].split_at(len);
        let name = match std::str::from_utf8(name) {
            Ok(name) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()) => name,
            _ => return Err(damage("the name of a section is damaged")),
        };
        if rest.iter().any(|&byte| byte != 0) {
            return Err(damage("the name of a section is damaged"));
        }
        if !names.insert(name) {
            return Err(Error::damage(name, "is there twice"));
        }
        let (start, len) = (u64_at(entry, NAME), u64_at(entry, NAME + 8));
        let is_next = aligned(at).is_some_and(|next| next as u64 == start);
        let end = start.checked_add(len).filter(|&end| end <= header.len).and_then(|end| usize::try_from(end).ok());
        let (true, Some(end)) = (is_next, end) else {
            return Err(Error::damage(name, "is not where it should be"));
        };
        let place = end - len as usize..end;
        entries.push(SectionPlace { name: name.to_owned(), before: at, place, sum: u64_at(entry, NAME + 16) });
        at = end;
    }
    if at as u64 != header.len {
        return Err(damage("there is something after the last section"));
    }
    Ok(entries)
}

/// Reads the sections of a complete file and verifies their checksums.
pub(super) fn read_sections(file: &Bytes) -> Result<(Header, Vec<(String, Bytes)>)> {
    let header = read_header(&file[..file.len().min(HEADER)], file.len() as u64)?;
    let entries = read_table(&header, &file[..header.head])?;
    let mut sections = Vec::with_capacity(entries.len());
    for SectionPlace { name, before, place, .. } in &entries {
        if file[*before..place.start].iter().any(|&byte| byte != 0) {
            return Err(Error::damage(name.as_str(), "there is something before it"));
        }
        sections.push((name.clone(), file.slice(place.clone())));
    }
    for (entry, sum) in entries.iter().zip(sums(&sections)) {
        if entry.sum != sum {
            return Err(Error::damage(entry.name.as_str(), "the checksum is wrong"));
        }
    }
    Ok((header, sections))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums equal the algorithm's published test vectors, so other programs can check a file.
    #[test]
    fn the_checksum_is_xxh3() {
        assert_eq!(xxh3_64(b""), 0x2D06_8005_38D3_94C2);
        assert_eq!(xxh3_64_with_seed(b"", 0x9E37_79B1_85EB_CA8D), 0xA8A6_B918_B2F0_364A);
    }
}
