//! Checks that searched bytes were text, in the encoding in which they were searched.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::utf16;
use crate::limits::SNIFF_UTF16;

/// Watches the bytes of a log for parts that a search could not read.
///
/// A log is searched in the encoding in which it begins. Lines in another encoding stay hidden, for example if a tool appends UTF-16 to an
/// ASCII log, or ASCII to a log in UTF-16. And "no hits" means little for a file that is not text at all. Several threads may look at the
/// parts of a file, in any order. For ASCII or UTF-8 text this costs one search for a NUL.
///
/// ```
/// use netsieve::input::{Caveat, TextCheck};
///
/// let check = TextCheck::new();
/// check.look(0, b"a line\ne\0v\0i\0l\0.\0t\0e\0s\0t\0");
/// assert_eq!(check.caveat(), Some(Caveat::Utf16 { at: 7 }));
/// assert!(check.caveat().unwrap().is_unread());
/// ```
#[derive(Debug)]
pub struct TextCheck {
    /// One of [`UNKNOWN`], [`BYTES`] and [`UTF16`].
    encoding: AtomicU8,
    total: AtomicU64,
    /// The number of bytes that no text has.
    controls: AtomicU64,
    /// The offset of the first text in another encoding; [`u64::MAX`] if there is none.
    other: AtomicU64,
    /// The first bytes are in an encoding that does not contain ASCII.
    is_strange: AtomicBool,
    /// The first bytes, until they tell the encoding: a stream may bring them one by one. `None`: they have told it.
    start: Mutex<Option<Vec<u8>>>,
}

const UNKNOWN: u8 = 0;
const BYTES: u8 = 1;
const UTF16: u8 = 2;

/// A warning that comes with the hits of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caveat {
    /// The log is not UTF-16, but holds some, which was not searched.
    Utf16 {
        /// The offset where it begins.
        at: u64,
    },
    /// The log is UTF-16, but holds other text, which was not searched.
    NotUtf16 {
        /// The offset where it begins.
        at: u64,
    },
    /// Most of the input is not text. It was searched all the same.
    NotText,
}

impl Caveat {
    /// Returns true if some text that may hold hits was not searched.
    ///
    /// ```
    /// use netsieve::input::Caveat;
    ///
    /// assert!(Caveat::Utf16 { at: 4096 }.is_unread());
    /// assert!(!Caveat::NotText.is_unread(), "it was searched all the same");
    /// ```
    pub fn is_unread(self) -> bool {
        !matches!(self, Self::NotText)
    }
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16 { at } => write!(
                f,
                "turns into UTF-16 at byte {at}: the UTF-16 in it was not read; split the file, or transcode it first"
            ),
            Self::NotUtf16 { at } => write!(
                f,
                "is UTF-16, but not from byte {at} on: what follows was not read; split the file, or transcode it first"
            ),
            Self::NotText => f.write_str("is mostly not text: scanned as it is, which finds little in a binary format"),
        }
    }
}

/// Consecutive UTF-16 characters that cannot be chance: a short name and the end of its line.
const WIDE: usize = 5;

/// Consecutive ASCII bytes that no text in UTF-16 holds. Two ASCII bytes also make one UTF-16 character, mostly a Chinese one.
const NARROW: usize = 24;

/// The same for bytes of names, with a dot among them.
const NARROW_NAME: usize = 9;

impl Default for TextCheck {
    fn default() -> Self {
        Self::new()
    }
}

impl TextCheck {
    /// Creates a check that has looked at nothing yet.
    pub fn new() -> Self {
        Self {
            encoding: AtomicU8::new(UNKNOWN),
            total: AtomicU64::new(0),
            controls: AtomicU64::new(0),
            other: AtomicU64::new(u64::MAX),
            is_strange: AtomicBool::new(false),
            start: Mutex::new(Some(Vec::new())),
        }
    }

    /// Looks at the decompressed bytes at `offset`. The bytes at offset 0 and after it determine the encoding.
    pub fn look(&self, offset: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.total.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if offset < SNIFF_UTF16 as u64 {
            self.begin(offset, bytes);
        }
        self.inspect(offset, bytes);
    }

    /// Tells the encoding by the first bytes, as a scan does. What was taken for another encoding is looked at again.
    fn begin(&self, offset: u64, bytes: &[u8]) {
        let mut start = self.start.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(head) = start.as_mut().filter(|head| head.len() as u64 == offset) else { return };
        let before = head.len();
        head.extend(bytes.iter().take(SNIFF_UTF16 - before));
        let told = utf16::decide(head, false);
        let encoding = if told.unwrap_or_else(|| utf16::detect(head)).is_some() { UTF16 } else { BYTES };
        let was = self.encoding.swap(encoding, Ordering::Relaxed);
        self.is_strange.store(encoding == BYTES && is_strange(head), Ordering::Relaxed);
        if was != encoding && before > 0 {
            self.controls.store(0, Ordering::Relaxed);
            self.other.store(u64::MAX, Ordering::Relaxed);
            self.inspect(0, &head[..before]);
        }
        if told.is_some() {
            *start = None;
        }
    }

    fn inspect(&self, offset: u64, bytes: &[u8]) {
        if self.encoding.load(Ordering::Relaxed) == UTF16 {
            if let Some(at) = narrow(bytes) {
                self.other.fetch_min(offset + at as u64, Ordering::Relaxed);
            }
            return;
        }
        let Some(nul) = memchr::memchr(0, bytes) else { return };
        let controls = bytes.iter().filter(|&&byte| is_control(byte)).count();
        self.controls.fetch_add(controls as u64, Ordering::Relaxed);
        if let Some(at) = wide(bytes, nul) {
            self.other.fetch_min(offset + at as u64, Ordering::Relaxed);
        }
    }

    /// Returns the warning, once everything has been looked at.
    pub fn caveat(&self) -> Option<Caveat> {
        let total = self.total.load(Ordering::Relaxed);
        let at = self.other.load(Ordering::Relaxed);
        let is_utf16 = self.encoding.load(Ordering::Relaxed) == UTF16;
        if at != u64::MAX {
            return Some(if is_utf16 { Caveat::NotUtf16 { at } } else { Caveat::Utf16 { at } });
        }
        let is_mostly = self.controls.load(Ordering::Relaxed) > total / 16;
        (total > 0 && (is_mostly || self.is_strange.load(Ordering::Relaxed))).then_some(Caveat::NotText)
    }
}

/// Recognises encrypted or compressed data, and EBCDIC, at the start: they may hold no NUL.
fn is_strange(head: &[u8]) -> bool {
    let (mut rest, mut scalars) = (head, 0);
    while let Err(error) = str::from_utf8(rest) {
        let valid = &rest[..error.valid_up_to()];
        scalars += valid.iter().filter(|byte| !byte.is_ascii()).count();
        let Some(len) = error.error_len() else { break };
        rest = &rest[error.valid_up_to() + len..];
    }
    scalars += rest.iter().filter(|byte| !byte.is_ascii()).count();
    let high = head.iter().filter(|byte| !byte.is_ascii()).count().saturating_sub(scalars);
    let controls = head.iter().filter(|&&byte| is_control(byte)).count();
    // In random data one byte in nine is a control character. The letters and digits of EBCDIC are outside ASCII.
    head.len() >= 64 && (controls * 16 > head.len() || high * 5 > head.len() * 3)
}

/// Returns true for a byte that no text holds. Escape occurs in colours, vertical tab and form feed in old reports.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=7 | 14..=26 | 28..=31 | 127)
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// Returns the offset of the first text in UTF-16. `nul`: the offset of the first NUL.
fn wide(bytes: &[u8], nul: usize) -> Option<usize> {
    let mut at = nul;
    loop {
        let zeros = bytes[at..].iter().take_while(|&&byte| byte == 0).count();
        let last = at + zeros - 1;
        let units = bytes[last..].chunks_exact(2).take_while(|unit| unit[0] == 0 && is_text(unit[1])).count();
        if units >= WIDE {
            let is_little = zeros == 1 && last > 0 && is_text(bytes[last - 1]);
            return Some(if is_little { last - 1 } else { last });
        }
        let next = last + 1 + 2 * units.saturating_sub(1);
        at = next + memchr::memchr(0, bytes.get(next..)?)?;
    }
}

/// Returns the offset of the first text that is not UTF-16.
fn narrow(bytes: &[u8]) -> Option<usize> {
    let (mut run, mut name, mut dots) = (0, 0, 0);
    for (at, &byte) in bytes.iter().enumerate() {
        run = if is_text(byte) { run + 1 } else { 0 };
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => name += 1,
            b'.' => (name, dots) = (name + 1, dots + 1),
            _ => (name, dots) = (0, 0),
        }
        if run == NARROW {
            return Some(at + 1 - run);
        }
        if name >= NARROW_NAME && dots > 0 {
            return Some(at + 1 - run);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn utf16(text: &str, is_little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    fn caveat(parts: &[&[u8]]) -> Option<Caveat> {
        let check = TextCheck::new();
        let mut offset = 0;
        for part in parts {
            check.look(offset, part);
            offset += part.len() as u64;
        }
        check.caveat()
    }

    #[test]
    fn ascii_that_turns_into_utf16() {
        for is_little in [true, false] {
            for text in ["t.co\r\n", "evil.test", "from 192.0.2.7\n"] {
                let wide = utf16(text, is_little);
                for lead in [&b""[..], b"\0", b"\0\0\0", b"x"] {
                    let before = [b"one line\nanother\n", lead].concat();
                    let whole = [&before[..], &wide].concat();
                    let Some(Caveat::Utf16 { at }) = caveat(&[&whole]) else { panic!("{text} {lead:?}") };
                    assert!(at.abs_diff(before.len() as u64) <= 2, "{at}: {text} {lead:?}");
                    // In a part of its own, at any offset.
                    assert!(matches!(caveat(&[&before, &wide]), Some(Caveat::Utf16 { .. })));
                }
            }
        }
        // A few NULs are not UTF-16.
        assert_eq!(caveat(&[b"a name\0and more\0text that goes on\n"]), None);
        assert_eq!(caveat(&[b"a text\n", b"a\0b\0c\0 that ends\n", &[b'x'; 100]]), None);
    }

    #[test]
    fn utf16_that_turns_into_ascii() {
        let wide = utf16("\u{feff}a line of the log, \u{4e0a}\u{6d77} 192.0.2.7\r\n", true);
        assert_eq!(caveat(&[&wide]), None);
        for text in ["evil.test\n", "x.evil.test\r\n", "GET /index.html from somewhere\n"] {
            let whole = [&wide[..], text.as_bytes(), &wide[2..]].concat();
            let Some(Caveat::NotUtf16 { at }) = caveat(&[&whole]) else { panic!("{text}") };
            assert!(at.abs_diff(wide.len() as u64) <= 1, "{at}: {text}");
        }
        // Chinese prose of characters whose bytes are ASCII too.
        let prose: String = (0..4000_u32).filter_map(|n| char::from_u32(0x4e00 + n * 7919 % 0x3000)).collect();
        assert_eq!(caveat(&[&utf16(&format!("\u{feff}{prose}"), true)]), None);
    }

    /// The first bytes of a stream once told its encoding, however few they were.
    #[test]
    fn the_size_of_the_first_part_does_not_matter() {
        let prose = "\u{65e5}\u{5fd7}".repeat(60);
        for is_little in [true, false] {
            let lines = format!("{prose} evil.test\n{}", "GET /index.html from somewhere\r\n".repeat(200));
            for text in [format!("\u{feff}{lines}"), lines, "\u{feff}t.co\n".to_owned(), "evil.test".to_owned()] {
                let wide = utf16(&text, is_little);
                for len in (1..8).chain([63, 128, 129, 4095, 4096, 4097]) {
                    let parts: Vec<&[u8]> = wide.chunks(len).collect();
                    assert_eq!(caveat(&parts), None, "{len}: {}", &text[..9]);
                    let (first, rest) = wide.split_at(len.min(wide.len()));
                    assert_eq!(caveat(&[first, rest]), None, "{len}: {}", &text[..9]);
                }
            }
        }
        let turns = [b"one line\n", &utf16("evil.test\n", true)[..]].concat();
        let (first, rest) = turns.split_at(1);
        assert_eq!(caveat(&[first, rest]), Some(Caveat::Utf16 { at: 9 }));
    }

    #[test]
    fn inputs_that_are_mostly_binary() {
        let mut random = Random::new(1);
        let noise: Vec<u8> = (0..10_000).map(|_| random.next() as u8).collect();
        // `evil.test is listed ` in EBCDIC.
        let ebcdic = b"\x85\xa5\x89\x93\x4b\xa3\x85\xa2\xa3\x40\x89\xa2\x40\x93\x89\xa2\xa3\x85\x84\x40".repeat(20);
        for bytes in [&noise[..], &[0; 5000], &ebcdic, &[0, 0, 0, 7, 1, 2, 0, 0, 9, 0].repeat(100)] {
            assert_eq!(caveat(&[bytes]), Some(Caveat::NotText));
        }
        for text in [
            "",
            "a",
            "\u{442}\u{435}\u{43a}\u{441}\u{442} \u{436}\u{443}\u{440}\u{43d}\u{430}\u{43b}\u{430}\n",
            "\x1b[31mred\x1b[0m text\n",
        ] {
            assert_eq!(caveat(&[text.repeat(50).as_bytes()]), None, "{text}");
        }
        assert_eq!(caveat(&[&b"m\xfcller caf\xe9 10.0.0.1\n".repeat(50)]), None);
    }
}
