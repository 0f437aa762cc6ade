//! The host at the start of a value: its length, its dots, and the address if it consists of four octets. Nothing here branches on
//! single bytes.

pub(crate) use super::text::Head;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
use super::text::x86;
use super::text::{Text, WINDOW};

/// Returns true for `[A-Za-z0-9._-]`.
#[inline(always)]
pub(crate) fn is_of_hosts(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

impl Text<'_> {
    /// Summarises the first [`WINDOW`] bytes.
    #[inline(always)]
    pub(crate) fn head(self) -> Head {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
        return x86::head(self);
        #[allow(unreachable_code, reason = "reached on other CPUs")]
        self.head_portable()
    }

    /// Like [`head`](Text::head), but a byte at a time.
    #[inline(always)]
    fn head_portable(self) -> Head {
        let mut head = Head { others: u32::MAX, dots: 0 };
        for (&byte, at) in self.0.iter().zip(0..WINDOW) {
            head.others &= !(u32::from(is_of_hosts(byte)) << at);
            head.dots |= u32::from(byte == b'.') << at;
        }
        head
    }

    /// Returns the address in the first `len` bytes, if they are four decimal octets without leading zeros. `dots` has a bit for each dot
    /// among them, the first byte lowest. `len` exceeds neither the text nor [`WINDOW`].
    #[inline(always)]
    pub(crate) fn quad(self, len: usize, dots: u32) -> Option<u32> {
        /// The length of the longest address.
        const LONGEST: usize = 15;
        /// Selects the lowest byte of two octets.
        const LOWEST: u64 = 0x0000_00FF_0000_00FF;
        if dots.count_ones() != 3 || len > LONGEST {
            return None;
        }
        let first = dots.trailing_zeros() as usize;
        let second = (dots & (dots - 1)).trailing_zeros() as usize;
        let third = 31 - dots.leading_zeros() as usize;
        // The digits of an octet, the last one lowest. The check of lengths below rejects octets with none or too many.
        let lens = [first, second - first - 1, third - second - 1, len - 1 - third];
        let digits = |end: usize, len: usize| {
            let word = self.word_before(end) as u32 ^ 0x0030_3030;
            u64::from(word & (0x00FF_FFFF >> (24 - 8 * len.min(3))))
        };
        let both = |n: usize, ends: [usize; 2]| digits(ends[0], lens[n]) | digits(ends[1], lens[n + 1]) << 32;
        let (upper, lower) = (both(0, [first, second]), both(2, [third, len]));
        // Sets the highest bit of every byte above nine.
        let above = |digits: u64| (digits + 0x0076_7676_0076_7676) | digits;
        let value = |digits: u64| (digits & LOWEST) + (digits >> 8 & LOWEST) * 10 + (digits >> 16 & LOWEST) * 100;
        let mut is_wrong = (above(upper) | above(lower)) & 0x0080_8080_0080_8080 != 0;
        let mut bits = 0;
        for (n, pair) in [value(upper), value(lower)].into_iter().enumerate() {
            for (octet, len) in [(pair as u32, lens[2 * n]), ((pair >> 32) as u32, lens[2 * n + 1])] {
                // An octet has exactly the digits that its number needs.
                is_wrong |= (octet > 255) | (len != 1 + usize::from(octet > 9) + usize::from(octet > 99));
                bits = bits << 8 | octet;
            }
        }
        (!is_wrong).then_some(bits)
    }
}

/// The number of name bytes at the start of a text, and of the dots among them.
#[inline]
pub(crate) fn host_bytes(bytes: &[u8]) -> (usize, usize) {
    let (mut len, mut dots) = (0, 0);
    while let Some(text) = Text::new(&bytes[len..]) {
        let head = text.head();
        let before_others = (head.others & head.others.wrapping_neg()).wrapping_sub(1);
        dots += (head.dots & before_others).count_ones() as usize;
        len += head.len();
        if head.len() < WINDOW {
            return (len, dots);
        }
    }
    for &byte in bytes[len..].iter().take_while(|&&byte| is_of_hosts(byte)) {
        dots += usize::from(byte == b'.');
        len += 1;
    }
    (len, dots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, cases};

    #[test]
    fn heads_are_what_the_bytes_say() {
        let mut random = Random::new(5);
        for len in (8..70).step_by(cases(1, 5)) {
            for _ in 0..cases(200, 1) {
                let text: Vec<u8> = (0..len)
                    .map(|_| match random.below(24) {
                        0 => random.next() as u8,
                        1 | 2 => b'.',
                        3..8 => random.pick(b"/:@`{[^"),
                        _ => random.pick(b"azAZ09-_"),
                    })
                    .collect();
                let text = Text::new(&text).unwrap();
                assert_eq!(text.head(), text.head_portable(), "{}", text.0.escape_ascii());
            }
        }
        for byte in (0..=255).step_by(cases(1, 3)) {
            let text = [byte; 9];
            let text = Text::new(&text).unwrap();
            assert_eq!(text.head(), text.head_portable(), "{byte}");
        }
    }

    #[test]
    fn name_bytes_are_counted_up_to_the_first_other() {
        let mut random = Random::new(7);
        for len in 0..100 {
            for _ in 0..cases(200, 2) {
                let others = random.below(3);
                let text: Vec<u8> = (0..len)
                    .map(|_| match random.below(60) {
                        0 if others > 0 => random.pick(b"/:@`{[^ \x80\xFF"),
                        1..20 => b'.',
                        _ => random.pick(b"azAZ09-_"),
                    })
                    .collect();
                let hosts: Vec<u8> = text.iter().copied().take_while(|&byte| is_of_hosts(byte)).collect();
                let dots = hosts.iter().filter(|&&byte| byte == b'.').count();
                assert_eq!(host_bytes(&text), (hosts.len(), dots), "{}", text.escape_ascii());
            }
        }
    }

    /// The address as the standard library reads it, by the same rules.
    fn plain(text: &[u8]) -> Option<u32> {
        let addr: std::net::Ipv4Addr = str::from_utf8(text).ok()?.parse().ok()?;
        Some(addr.to_bits())
    }

    fn quad(text: &[u8], after: &[u8]) -> Option<u32> {
        let all = [text, after].concat();
        let whole = Text::new(&all)?;
        let dots = whole.head().dots & ((1_u64 << text.len().min(WINDOW)) - 1) as u32;
        whole.quad(text.len(), dots)
    }

    #[test]
    fn quads_are_what_the_standard_library_reads() {
        let mut random = Random::new(6);
        let (right, wrong) = (
            ["0", "1", "9", "10", "99", "100", "199", "255"],
            ["256", "999", "00", "01", "001", "1000", "", "a", "1a"],
        );
        for _ in 0..cases(200_000, 15) {
            let count = if random.below(8) == 0 { 3 + random.index(3) } else { 4 };
            let text: Vec<&str> = (0..count)
                .map(|_| if random.below(6) > 0 { random.pick(&right) } else { random.pick(&wrong) })
                .collect();
            let text = text.join(".");
            for after in [&b""[..], b"/a/long/path", b":80", b".", b"x"] {
                if text.len() + after.len() >= 8 && !text.is_empty() && text.len() <= WINDOW {
                    assert_eq!(quad(text.as_bytes(), after), plain(text.as_bytes()), "{text}");
                }
            }
        }
        for _ in 0..cases(200_000, 15) {
            let text: Vec<u8> = (0..7 + random.index(9)).map(|_| random.pick(b"0123456789...-a/:\xB0")).collect();
            assert_eq!(quad(&text, b"/........"), plain(&text), "{}", text.escape_ascii());
        }
    }
}
