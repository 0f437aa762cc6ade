//! File hashes: plain bytes, whatever their spelling.
//!
//! A hash has 16, 20, 28, 32, 48 or 64 bytes, the output sizes of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512.
//! Two hashes are equal if their bytes are; the algorithm does not matter.
//!
//! ```
//! use netsieve::value::FileHash;
//!
//! let hash = FileHash::parse("MD5=0123456789ABCDEF0123456789ABCDEF").unwrap();
//! assert_eq!(hash.to_string(), "0123456789abcdef0123456789abcdef");
//! assert_eq!(hash, FileHash::parse("01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef").unwrap());
//! assert_eq!(hash.algorithm(), "md5");
//! ```

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::reject::Reject;
use crate::arch::digits;

/// The valid lengths of hashes, in bytes.
pub const LENGTHS: [usize; 6] = [16, 20, 28, 32, 48, 64];

/// The length of the longest hash, in bytes.
pub const MAX_LEN: usize = 64;

/// The names of the algorithms, in the order of [`LENGTHS`].
const ALGORITHMS: [&str; 6] = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/// The hash of a file.
///
/// ```
/// use netsieve::value::FileHash;
///
/// let hash = FileHash::parse("MD5:D41D8CD98F00B204E9800998ECF8427E")?;
/// assert_eq!((hash.algorithm(), hash.as_bytes()[0], hash.as_bytes().len()), ("md5", 0xd4, 16));
/// assert_eq!(FileHash::from_bytes(hash.as_bytes())?, hash);
/// # Ok::<(), netsieve::Reject>(())
/// ```
#[derive(Clone, Copy)]
pub struct FileHash {
    bytes: [u8; MAX_LEN],
    len: u8,
}

impl FileHash {
    /// Fills space that hashes will be written to. It has no bytes and is not a hash.
    pub(crate) const NONE: Self = Self { bytes: [0; MAX_LEN], len: 0 };

    /// Parses a hash: hexadecimal digits in either case, optionally with `:` or `-` between the bytes, and optionally
    /// after the name of the algorithm with `:` or `=`.
    ///
    /// # Errors
    ///
    /// [`Reject::Empty`] for an empty text; [`Reject::BadHash`] if the text is not a hash of one of the [known
    /// lengths](LENGTHS), or if its length does not suit the algorithm that it names.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, Reject> {
        let text = text.as_ref().trim_ascii();
        if text.is_empty() {
            return Err(Reject::Empty);
        }
        let (len, digits) = match named(text) {
            Some((len, digits)) => (Some(len), digits),
            None => (None, text),
        };
        let hash = Self::of_digits(digits).ok_or(Reject::BadHash)?;
        if len.is_some_and(|len| len != hash.as_bytes().len()) { Err(Reject::BadHash) } else { Ok(hash) }
    }

    /// Makes a hash from its bytes.
    ///
    /// # Errors
    ///
    /// [`Reject::BadHash`] if no known algorithm gives hashes of this length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Reject> {
        if !LENGTHS.contains(&bytes.len()) {
            return Err(Reject::BadHash);
        }
        let mut hash = Self { bytes: [0; MAX_LEN], len: bytes.len() as u8 };
        hash.bytes[..bytes.len()].copy_from_slice(bytes);
        Ok(hash)
    }

    /// Parses digits, with or without a separator between each pair.
    #[inline]
    pub(crate) fn of_digits(text: &[u8]) -> Option<Self> {
        let is_apart = text.len() > 2 && matches!(text[2], b':' | b'-');
        if is_apart {
            return Self::of_pairs(text);
        }
        let (len, has_half) = (text.len() / 2, text.len() % 2 == 1);
        if has_half || !LENGTHS.contains(&len) {
            return None;
        }
        let mut hash = Self { bytes: [0; MAX_LEN], len: len as u8 };
        let mut is_right = true;
        let (pieces, rest) = text.as_chunks::<16>();
        for (eight, digits) in hash.bytes.as_chunks_mut::<8>().0.iter_mut().zip(pieces) {
            let are_digits;
            (*eight, are_digits) = digits::eight_of(digits);
            is_right &= are_digits;
        }
        // All lengths are multiples of four bytes.
        if let (Some(four), Some(digits)) = (hash.bytes[8 * pieces.len()..].first_chunk_mut(), rest.first_chunk()) {
            let (bytes, faults) = digits::four_of(u64::from_le_bytes(*digits));
            *four = bytes.to_le_bytes();
            is_right &= faults == 0;
        }
        is_right.then_some(hash)
    }

    /// Parses pairs of digits with the same separator between all of them.
    fn of_pairs(text: &[u8]) -> Option<Self> {
        let len = text.len().div_ceil(3);
        if text.len() != 3 * len - 1 || !LENGTHS.contains(&len) {
            return None;
        }
        let mut hash = Self { bytes: [0; MAX_LEN], len: len as u8 };
        for (byte, digits) in hash.bytes.iter_mut().zip(text.chunks(3)) {
            if digits.len() == 3 && digits[2] != text[2] {
                return None;
            }
            let (high, low) = (DIGITS[usize::from(digits[0])], DIGITS[usize::from(digits[1])]);
            if high | low > 0x0F {
                return None;
            }
            *byte = high << 4 | low;
        }
        Some(hash)
    }

    /// The first 16 bytes. Every hash has as many.
    #[inline(always)]
    pub(crate) fn head(&self) -> &[u8; LENGTHS[0]] {
        const { assert!(LENGTHS[0] == 16 && LENGTHS[0] <= MAX_LEN) };
        self.bytes.first_chunk().expect("there is room for the longest hash")
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// `md5`, `sha1`, `sha224`, `sha256`, `sha384` or `sha512`: the best-known algorithm with hashes of this length.
    pub fn algorithm(&self) -> &'static str {
        let known = LENGTHS.iter().position(|&len| len == usize::from(self.len));
        known.map_or("hash", |at| ALGORITHMS[at])
    }
}

/// The value of each hexadecimal digit; 0xFF for other bytes.
const DIGITS: [u8; 256] = {
    let mut digits = [0xFF; 256];
    let mut byte = 0;
    while byte < 256 {
        digits[byte] = match byte as u8 {
            digit @ b'0'..=b'9' => digit - b'0',
            letter @ b'a'..=b'f' => letter - b'a' + 10,
            letter @ b'A'..=b'F' => letter - b'A' + 10,
            _ => 0xFF,
        };
        byte += 1;
    }
    digits
};

/// Splits a prefix such as `SHA256=`, `sha-1: ` or `MD5:` off: returns the hash length of the algorithm, and the rest.
fn named(text: &[u8]) -> Option<(usize, &[u8])> {
    /// No name of an algorithm is longer, with its separator: `SHA2-512:` has nine bytes.
    const LONGEST: usize = 10;
    let end = text.iter().take(LONGEST).position(|b| matches!(b, b':' | b'='))?;
    let plain: Vec<u8> = text[..end].iter().filter(|b| !matches!(b, b'-' | b'_')).map(u8::to_ascii_lowercase).collect();
    let known = ALGORITHMS.iter().position(|name| name.as_bytes() == plain)?;
    Some((LENGTHS[known], text[end + 1..].trim_ascii_start()))
}

impl PartialEq for FileHash {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for FileHash {}

impl Hash for FileHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl Ord for FileHash {
    /// Sorts by length, then by bytes.
    fn cmp(&self, other: &Self) -> Ordering {
        self.len.cmp(&other.len).then_with(|| self.as_bytes().cmp(other.as_bytes()))
    }
}

impl PartialOrd for FileHash {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for FileHash {
    /// Writes hexadecimal digits in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 2 * MAX_LEN];
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(self.as_bytes()) {
            *pair = [b"0123456789abcdef"[usize::from(byte >> 4)], b"0123456789abcdef"[usize::from(byte & 15)]];
        }
        let text = &text[..2 * usize::from(self.len)];
        f.pad(str::from_utf8(text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FileHash {
    type Err = Reject;

    fn from_str(text: &str) -> Result<Self, Reject> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_hash_is_the_same_bytes() {
        for len in LENGTHS {
            let bytes: Vec<u8> = (0..len).map(|n| (n * 37 + 171) as u8).collect();
            let hash = FileHash::from_bytes(&bytes).unwrap();
            let plain: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((hash.to_string(), hash.as_bytes()), (plain.clone(), &*bytes));
            assert_eq!((format!("{hash:?}"), plain.parse()), (plain.clone(), Ok(hash)));
            let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            let name = hash.algorithm();
            for text in [
                plain.to_uppercase(),
                pairs.join(":"),
                pairs.join("-"),
                format!("{name}:{plain}"),
                format!("{}={plain}", name.to_uppercase()),
                format!("{}: {plain}", name.replace("sha", "SHA-")),
                format!(" {plain}\t"),
            ] {
                assert_eq!(FileHash::parse(&text), Ok(hash), "{text}");
            }
            assert_eq!(FileHash::parse(hash.to_string()), Ok(hash));
            for text in [
                plain[1..].to_owned(),
                format!("{plain}0"),
                plain.replace('a', "g") + "g",
                pairs.join(".") + ".",
                pairs.join(":") + ":",
                pairs.join(":").replacen(':', "-", 2),
                format!("crc32:{plain}"),
                format!("{}:{plain}", if name == "md5" { "sha1" } else { "md5" }),
            ] {
                assert_eq!(FileHash::parse(&text), Err(Reject::BadHash), "{text}");
            }
        }
        assert_eq!(FileHash::parse("  "), Err(Reject::Empty));
        assert_eq!(FileHash::from_bytes(&[0; 31]), Err(Reject::BadHash));
    }

    #[test]
    fn every_byte_is_a_digit_or_none() {
        for at in 0..32 {
            for byte in 0..=255_u8 {
                let mut text = *b"0123456789abcdefABCDEF0987654321";
                text[at] = byte;
                let want = byte.is_ascii_hexdigit();
                // A separator as the third byte makes this a text of pairs, which has another length.
                assert_eq!(FileHash::of_digits(&text).is_some(), want, "{at} {byte}");
                if let Some(hash) = FileHash::of_digits(&text) {
                    assert_eq!(hash.to_string().as_bytes(), text.to_ascii_lowercase());
                }
            }
        }
    }

    #[test]
    fn every_byte_of_a_pair_is_a_digit_or_none() {
        for at in 0..47 {
            for byte in 0..=u8::MAX {
                let mut text = *b"01:23:45:67:89:ab:cd:ef:AB:CD:EF:09:87:65:43:21";
                text[at] = byte;
                let want = if at % 3 == 2 { byte == b':' } else { byte.is_ascii_hexdigit() };
                let hash = FileHash::of_digits(&text);
                assert_eq!(hash.is_some(), want, "{at} {byte}");
                if let Some(hash) = hash {
                    let plain = String::from_utf8_lossy(&text).replace(':', "").to_ascii_lowercase();
                    assert_eq!(hash.to_string(), plain, "{at} {byte}");
                }
            }
        }
    }

    /// Faults do not cancel each other out.
    #[test]
    fn two_bytes_of_a_pair_that_are_no_digits() {
        let text = b"01:23:45:67:89:ab:cd:ef:AB:CD:EF:09:87:65:43:21";
        for at in (0..text.len()).step_by(3) {
            for pair in [b"gg", b"gG", b"\xff\xff", b"::"] {
                let mut text = *text;
                text[at..at + 2].copy_from_slice(pair);
                assert_eq!(FileHash::of_digits(&text), None, "{at} {pair:?}");
            }
            let mut text = *text;
            text[at..at + 2].copy_from_slice(b"ff");
            assert_eq!(FileHash::of_digits(&text).expect("digits").as_bytes()[at / 3], 0xFF, "{at}");
        }
    }

    #[test]
    fn names_of_algorithms() {
        let plain = "0a".repeat(64);
        let plain = plain.as_str();
        for (name, len) in [
            ("md5=", 16),
            ("MD-5:", 16),
            ("sha_1 ", 0),
            ("SHA_1:", 20),
            ("sha1= \t", 20),
            ("Sha-224:", 28),
            ("sha256:", 32),
            ("sha--_256:", 32),
            ("sha---_256:", 0),
            ("SHA384=", 48),
            ("sha-512:", 64),
            ("sha512-", 0),
            ("sha2-512:", 0),
            ("sha:", 0),
            (":", 0),
        ] {
            for digits in LENGTHS {
                let hash = FileHash::parse(format!("{name}{}", &plain[..2 * digits]));
                let want = if digits == len { FileHash::parse(&plain[..2 * len]) } else { Err(Reject::BadHash) };
                assert_eq!(hash, want, "{name} {digits}");
            }
        }
        for (len, name) in LENGTHS.into_iter().zip(ALGORITHMS) {
            assert_eq!(FileHash::from_bytes(&vec![0; len]).unwrap().algorithm(), name);
        }
    }

    #[test]
    fn hashes_are_ordered_by_length_first() {
        let of = |len: usize, byte: u8| FileHash::from_bytes(&vec![byte; len]).unwrap();
        assert!(of(16, 255) < of(20, 0) && of(20, 1) < of(20, 2));
    }

    /// Equal hashes hash alike, and others do not: in a map, they would otherwise share a bucket.
    #[test]
    fn keys_of_maps_depend_on_the_bytes() {
        let key = |hash: FileHash| {
            let mut state = std::hash::DefaultHasher::new();
            hash.hash(&mut state);
            state.finish()
        };
        let of = |len: usize, byte: u8| FileHash::from_bytes(&vec![byte; len]).unwrap();
        assert_eq!(key(of(16, 1)), key(FileHash::parse("01".repeat(16)).unwrap()));
        for other in [of(16, 2), of(20, 1), of(64, 1)] {
            assert_ne!(key(of(16, 1)), key(other), "{other}");
        }
    }
}
