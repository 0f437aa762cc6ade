//! UTF-16 inputs: recognising them, and transcoding them to UTF-8 as they are read. Logs and feeds share this code.

#[cfg(feature = "feeds")]
use std::io::{self, Read};

#[cfg(feature = "feeds")]
use super::fill::fill;
use crate::limits::SNIFF_UTF16;

/// The order of the two bytes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// Returns the byte order and the length of the mark if the input looks like UTF-16: by its mark, or by NULs at one parity in the first
/// 4 KiB. The NULs must be in at least a quarter of all units, and one of them in the first line.
pub(crate) fn detect(head: &[u8]) -> Option<(Order, usize)> {
    decide(&head[..head.len().min(SNIFF_UTF16)], true).flatten()
}

/// Like [`detect`], for a head that may still grow up to 4 KiB; `None` if it must grow to tell. `is_all`: it does not grow.
///
/// A first line without a NUL is enough to tell, so that an input that comes line by line need not wait for 4 KiB.
pub(crate) fn decide(head: &[u8], is_all: bool) -> Option<Option<(Order, usize)>> {
    match head {
        [0xFF, 0xFE, ..] => return Some(Some((Order::Little, 2))),
        [0xFE, 0xFF, ..] => return Some(Some((Order::Big, 2))),
        _ => {}
    }
    // At the very start, a little-endian line feed has its own NUL after it.
    let newline = head.get(1..).and_then(|head| memchr::memchr(b'\n', head));
    if newline.is_some_and(|newline| memchr::memchr(0, &head[..=newline]).is_none()) {
        return Some(None);
    }
    if !is_all && head.len() < SNIFF_UTF16 {
        return None;
    }
    Some(by_nuls(head).map(|order| (order, 0)))
}

/// Determines the byte order by NULs at one parity, in at least a quarter of all units.
fn by_nuls(head: &[u8]) -> Option<Order> {
    let nuls = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    // A unit such as U+2600 has its NUL at the other parity, so a few of those do not count against it.
    let is_most = |nuls: usize, others: usize| nuls > head.len() / 8 && others <= nuls / 8;
    if is_most(odd, even) {
        Some(Order::Little)
    } else if is_most(even, odd) {
        Some(Order::Big)
    } else {
        None
    }
}

/// Like [`detect`], for a feed, which is complete: its first line need not hold a NUL.
#[cfg(feature = "feeds")]
pub(super) fn detect_feed(head: &[u8]) -> Option<Order> {
    match head {
        [0xFF, 0xFE, ..] => Some(Order::Little),
        [0xFE, 0xFF, ..] => Some(Order::Big),
        _ => by_nuls(&head[..head.len().min(SNIFF_UTF16)]),
    }
}

/// Returns the number of bytes that UTF-8 text takes up in UTF-16. A lone surrogate was read as U+FFFD, which takes up its two bytes.
pub(crate) fn encoded_len(text: &[u8]) -> u64 {
    text.iter()
        .map(|&b| match b {
            0x80..=0xBF => 0,
            0xF0.. => 4,
            _ => 2,
        })
        .sum()
}

/// Transcodes bytes as they come: a unit or a surrogate pair that is cut waits for the rest.
#[derive(Clone, Debug)]
pub(crate) struct Transcoder {
    order: Order,
    /// The first byte of a unit that is cut.
    half: Option<u8>,
    /// The first unit of a pair that is cut.
    high: Option<u16>,
}

impl Transcoder {
    pub(crate) fn new(order: Order) -> Self {
        Self { order, half: None, high: None }
    }

    /// Appends the text that `raw` completes.
    pub(crate) fn push(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        for &byte in raw {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = match self.order {
                Order::Little => u16::from_le_bytes([first, byte]),
                Order::Big => u16::from_be_bytes([first, byte]),
            };
            match (self.high.take(), unit) {
                (Some(high), 0xDC00..=0xDFFF) => {
                    let scalar = 0x1_0000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
                    append(char::from_u32(scalar), out);
                    continue;
                }
                (Some(_), _) => append(None, out),
                (None, _) => {}
            }
            match unit {
                0xD800..=0xDBFF => self.high = Some(unit),
                _ => append(char::from_u32(u32::from(unit)), out),
            }
        }
    }

    /// Appends what the end of the input leaves cut. Returns true if half a unit is left.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> bool {
        if self.high.take().is_some() {
            append(None, out);
        }
        self.half.take().is_some()
    }
}

fn append(scalar: Option<char>, out: &mut Vec<u8>) {
    let scalar = scalar.unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(scalar.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Transcodes UTF-16 to UTF-8. A surrogate without its half, and an odd last byte, become U+FFFD.
#[cfg(feature = "feeds")]
pub(super) struct Utf16<R> {
    reader: R,
    transcoder: Transcoder,
    raw: Box<[u8]>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

#[cfg(feature = "feeds")]
impl<R: Read> Utf16<R> {
    pub(super) fn new(reader: R, order: Order) -> Self {
        let raw = vec![0; 16 * 1024].into_boxed_slice();
        Self { reader, transcoder: Transcoder::new(order), raw, text: Vec::new(), at: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        let read = fill(&mut self.reader, &mut self.raw)?;
        self.transcoder.push(&self.raw[..read], &mut self.text);
        self.ended = read < self.raw.len();
        if self.ended && self.transcoder.finish(&mut self.text) {
            append(None, &mut self.text);
        }
        Ok(())
    }
}

#[cfg(feature = "feeds")]
impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = buf.len().min(self.text.len() - self.at);
        buf[..n].copy_from_slice(&self.text[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(all(test, feature = "feeds"))]
mod tests {
    use super::*;

    fn encode(text: &str, order: Order) -> Vec<u8> {
        let bytes = |unit: u16| match order {
            Order::Little => unit.to_le_bytes(),
            Order::Big => unit.to_be_bytes(),
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn round_trip_at_every_split() {
        let text = "evil.test \u{e9} \u{2603} \u{1F600} end";
        for order in [Order::Little, Order::Big] {
            let raw = encode(text, order);
            for split in 0..=raw.len() {
                let (mut transcoder, mut out) = (Transcoder::new(order), Vec::new());
                transcoder.push(&raw[..split], &mut out);
                transcoder.push(&raw[split..], &mut out);
                transcoder.finish(&mut out);
                assert_eq!(out, text.as_bytes());
                assert_eq!(encoded_len(&out), raw.len() as u64);
            }
            assert_eq!(detect(&raw), Some((order, 0)));
        }
    }

    #[test]
    fn lone_surrogates_and_odd_ends() {
        let mut raw = vec![0x00, 0xD8, b'a', 0, 0x00, 0xDC, 0x01, 0xD8, 0x02, 0xD8];
        raw.push(7);
        let (mut transcoder, mut out) = (Transcoder::new(Order::Little), Vec::new());
        transcoder.push(&raw, &mut out);
        transcoder.finish(&mut out);
        assert_eq!(String::from_utf8(out.clone()).unwrap(), "\u{FFFD}a\u{FFFD}\u{FFFD}\u{FFFD}");
        assert_eq!(encoded_len(&out), 10);
    }

    #[test]
    fn other_inputs_are_not_taken_for_it() {
        for head in [&b""[..], b"a", b"plain text", &[0; 64], b"a\0", b"one \0 NUL in a text"] {
            let want = (head == b"a\0").then_some((Order::Little, 0));
            assert_eq!(detect(head), want, "{head:?}");
        }
        // An input that comes line by line is recognised by its first line.
        assert_eq!(decide(b"a line\n", false), Some(None));
        for head in [&b"\n"[..], b"\n\0a\0\n\0", b"a line", b"", b"\xFF", b"a\0\n\0b\0"] {
            assert_eq!(decide(head, false), None, "{head:?}");
        }
        assert_eq!(detect(b"a line\nb\0c\0d\0e\0f\0g\0h\0"), None);
        assert_eq!(detect(b"\xFF\xFEa\0"), Some((Order::Little, 2)));
        assert_eq!(detect(b"\xFE\xFF\0a"), Some((Order::Big, 2)));
    }

    #[test]
    fn detection() {
        for (head, expected) in [
            (&b"\xff\xfee\0"[..], Some(Order::Little)),
            (b"\xfe\xff\0e", Some(Order::Big)),
            (b"e\0v\0i\0l\0", Some(Order::Little)),
            (b"\0e\0v\0i\0l", Some(Order::Big)),
            (b"evil.test\n", None),
            (b"evil.test\n192.0.2.1\0", None),
            (b"e\0v\0i\0\0l\0l", None),
            (b"\0\0\0\0", None),
            (b"", None),
        ] {
            assert_eq!(detect_feed(head), expected, "{head:?}");
        }
    }

    #[test]
    fn transcodes_whatever_the_pieces() {
        // Long enough for pairs to fall on either side of a refill.
        let text = format!("a{}ü\u{1f600}", "\u{1f600}x".repeat(9000));
        for order in [Order::Little, Order::Big] {
            let mut decoded = Vec::new();
            Utf16::new(&encode(&text, order)[..], order).read_to_end(&mut decoded).unwrap();
            assert!(decoded == text.as_bytes());
        }
    }

    #[test]
    fn broken_units_are_replaced() {
        for (raw, expected) in [
            (&b"a\0\x00\xd8b\0"[..], "a\u{fffd}b"),
            (b"a\0\x00\xd8", "a\u{fffd}"),
            (b"\x00\xdca\0", "\u{fffd}a"),
            (b"a\0b", "a\u{fffd}"),
            (b"", ""),
        ] {
            let mut decoded = String::new();
            Utf16::new(raw, Order::Little).read_to_string(&mut decoded).unwrap();
            assert_eq!(decoded, expected, "{raw:?}");
        }
    }
}
