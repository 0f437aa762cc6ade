//! UTF-16 to UTF-8.

use std::io::{self, Read};

use super::fill;
use crate::limits::SNIFF_UTF16;

/// The order of the two bytes of a code unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// Whether a text that starts so is UTF-16: by its byte order mark, else by NULs at one parity, a quarter of all units at
/// least, in the first 4 KiB. The scanner of logs, which must tell at once, wants one of them in the first line too.
pub(super) fn detect(head: &[u8]) -> Option<Order> {
    match head {
        [0xff, 0xfe, ..] => return Some(Order::Little),
        [0xfe, 0xff, ..] => return Some(Order::Big),
        _ => {}
    }
    let head = &head[..head.len().min(SNIFF_UTF16)];
    let nuls = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    // A unit such as U+2600 has its NUL at the other parity, so a few of those do not speak against it.
    let is_most = |nuls: usize, others: usize| nuls > head.len() / 8 && others <= nuls / 8;
    if is_most(odd, even) {
        Some(Order::Little)
    } else if is_most(even, odd) {
        Some(Order::Big)
    } else {
        None
    }
}

/// Transcodes UTF-16 to UTF-8. A surrogate without its half, and an odd last byte, become U+FFFD.
pub(super) struct Utf16<R> {
    reader: R,
    order: Order,
    raw: Box<[u8]>,
    /// Bytes of an incomplete code unit at the start of `raw`: 0 or 1.
    kept: usize,
    /// A high surrogate whose low one is still to come.
    high: Option<u16>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(reader: R, order: Order) -> Self {
        let raw = vec![0; 16 * 1024].into_boxed_slice();
        Self { reader, order, raw, kept: 0, high: None, text: Vec::new(), at: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        let read = fill(&mut self.reader, &mut self.raw[self.kept..])?;
        self.ended = self.kept + read < self.raw.len();
        let raw = &self.raw[..self.kept + read];
        let units = raw.chunks_exact(2);
        let rest = units.remainder();
        let order = self.order;
        let units = units.map(|unit| match order {
            Order::Little => u16::from_le_bytes([unit[0], unit[1]]),
            Order::Big => u16::from_be_bytes([unit[0], unit[1]]),
        });
        // The half of a pair that the last refill ended with comes first.
        let mut units = self.high.take().into_iter().chain(units).peekable();
        let mut push = |c: char| self.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        while let Some(unit) = units.next() {
            match unit {
                0xd800..=0xdbff => match units.peek() {
                    Some(&low @ 0xdc00..=0xdfff) => {
                        units.next();
                        let scalar = 0x1_0000 + ((u32::from(unit) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
                        push(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    None if !self.ended => self.high = Some(unit),
                    _ => push(char::REPLACEMENT_CHARACTER),
                },
                _ => push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
            }
        }
        let last = rest.first().copied();
        drop(units);
        match last {
            Some(_) if self.ended => push(char::REPLACEMENT_CHARACTER),
            Some(byte) => self.raw[0] = byte,
            None => {}
        }
        self.kept = usize::from(last.is_some() && !self.ended);
        Ok(())
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, order: Order) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| match order {
                Order::Little => unit.to_le_bytes(),
                Order::Big => unit.to_be_bytes(),
            })
            .collect()
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
            assert_eq!(detect(head), expected, "{head:?}");
        }
    }

    #[test]
    fn transcodes_whatever_the_pieces() {
        // Long enough that pairs fall on either side of a refill.
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
