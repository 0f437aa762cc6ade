//! Identifies a log by its content, because logs are renamed by rotation while a scan is interrupted.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;

use crate::state;

/// The number of bytes to compare at each end of a log.
const EDGE: u64 = 16 << 10;

/// Distinguishes a log from others, and from an earlier state of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) modified: i128,
    pub(super) head: String,
    pub(super) tail: String,
}

impl Identity {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let size = metadata.len();
        let modified = Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)?.as_nanosecond();
        let (head, tail) = edges(&mut file, size)?;
        Ok(Self { size, modified, head, tail })
    }

    /// Returns true if a log is too short to be identified by its start. A few bytes, such as the names of columns, can start many logs.
    pub(super) fn is_short(&self) -> bool {
        self.size < EDGE
    }

    /// Returns the number of bytes added to a log since this state, if the file at `path`, whose state is `now`, starts with the same
    /// bytes.
    pub(super) fn grown(&self, now: &Self, path: Option<&Path>) -> Option<u64> {
        let bytes = now.size.checked_sub(self.size).filter(|&bytes| bytes > 0)?;
        let (head, tail) = edges(&mut File::open(path?).ok()?, self.size).ok()?;
        (head == self.head && tail == self.tail).then_some(bytes)
    }
}

/// Hashes of both ends of the first `size` bytes.
fn edges(file: &mut File, size: u64) -> io::Result<(String, String)> {
    let mut edge = |from: u64| {
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(EDGE.min(size)).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(hash_of(&bytes))
    };
    Ok((edge(0)?, edge(size.saturating_sub(EDGE))?))
}

pub(super) fn hex(hash: &[u8; state::KEY]) -> String {
    format!("{:032x}", u128::from_le_bytes(*hash))
}

/// The hash of a text.
pub(super) fn hash_of(bytes: &[u8]) -> String {
    hex(&xxhash_rust::xxh3::xxh3_128(bytes).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_log_is_known_by_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let long: Vec<u8> = (0..3 * EDGE).map(|at| (at % 251) as u8).collect();
        fs::write(&path, &long).unwrap();
        let was = Identity::of(&path).unwrap();
        let is = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            let now = Identity::of(&path).unwrap();
            (now == was, was.grown(&now, Some(&path)))
        };
        assert_eq!(is(&[&long[..], b"more"].concat()), (false, Some(4)));
        assert_eq!(is(&long[..long.len() - 1]), (false, None));
        assert_eq!(is(&[b"x", &long[..]].concat()), (false, None));
        let mut other = long.clone();
        other[7] ^= 1;
        assert_eq!(is(&other), (false, None));
        let moved = folder.path().join("a.log.1");
        fs::write(&path, &long).unwrap();
        let was = Identity::of(&path).unwrap();
        fs::rename(&path, &moved).unwrap();
        assert_eq!(was, Identity::of(&moved).unwrap());
    }
}
