//! Parses IPv6 addresses that consist of hexadecimal groups alone, in a few steps per group.

use crate::arch::digits::four_of;

/// The length of the longest address: eight groups of four digits.
const LONGEST: usize = 39;
/// The number of groups in an address.
const GROUPS: usize = 8;
/// The length of a word in bytes.
const WORD: usize = 8;
/// The four digits of a zero group.
const ZERO: u32 = 0x3030_3030;

/// Parses an address of hexadecimal groups, without a dotted quad, brackets or a zone.
#[inline]
pub(crate) fn parse(text: &[u8]) -> Option<u128> {
    if !(2..=LONGEST).contains(&text.len()) {
        return None;
    }
    // A word of padding precedes the text, so that four bytes can be read before the end of any group.
    let mut bytes = [0; WORD + LONGEST + 1];
    bytes[WORD..][..text.len()].copy_from_slice(text);
    let mut ends = 0_u64;
    for (word, at) in bytes[WORD..].as_chunks::<WORD>().0.iter().zip((0..).step_by(WORD)) {
        ends |= colons(u64::from_le_bytes(*word)) << at;
    }
    // The end of the text also ends a group.
    ends |= 1 << text.len();
    let mut groups = [ZERO; GROUPS];
    let (mut count, mut gap, mut start) = (0, None, 0);
    while ends != 0 {
        let end = ends.trailing_zeros() as usize;
        ends &= ends - 1;
        let len = end - start;
        if len == 0 {
            // An empty group is the gap, between the colons of the only `::`. If `::` starts or ends the text, a second empty group,
            // outside, belongs to it.
            let is_first = end == 0 && text[1] == b':';
            let is_last = end == text.len() && gap == Some(count) && text[end - 2] == b':';
            if is_first || is_last {
                start = end + 1;
                continue;
            }
            if end == 0 || end == text.len() || gap.replace(count).is_some() {
                return None;
            }
        } else {
            if len > 4 || count == GROUPS {
                return None;
            }
            let kept = u32::MAX >> (32 - 8 * len);
            let last = u32::from_be_bytes(*bytes[..WORD + end].last_chunk()?);
            groups[count] = last & kept | ZERO & !kept;
            count += 1;
        }
        start = end + 1;
    }
    match gap {
        None if count < GROUPS => return None,
        // A gap stands for at least one group.
        Some(_) if count == GROUPS => return None,
        Some(gap) => {
            groups[gap..].rotate_right(GROUPS - count);
        }
        None => {}
    }
    let (mut addr, mut faults) = (0, 0);
    for pair in groups.as_chunks::<2>().0 {
        let digits = u64::from(pair[0]) << 32 | u64::from(pair[1]);
        let (four, wrong) = four_of(digits.swap_bytes());
        addr = addr << 32 | u128::from(four.swap_bytes());
        faults |= wrong;
    }
    (faults == 0).then_some(addr)
}

/// Returns a bit for each colon in a word, the first byte lowest.
#[inline(always)]
fn colons(word: u64) -> u64 {
    const HIGH: u64 = u64::MAX / 0xFF * 0x80;
    let other = word ^ (u64::MAX / 0xFF * u64::from(b':'));
    let same = !(((other & !HIGH) + !HIGH) | other) & HIGH;
    (same >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The address as the standard library reads it, but `None` for texts with a dotted quad.
    fn plain(text: &[u8]) -> Option<u128> {
        let addr: std::net::Ipv6Addr = str::from_utf8(text).ok()?.parse().ok()?;
        (!text.contains(&b'.')).then_some(addr.to_bits())
    }

    #[test]
    fn addresses_are_what_the_standard_library_reads() {
        let mut random = Random::new(9);
        for text in [
            "::",
            "::1",
            "1::",
            ":::",
            "::1::",
            "1:2:3:4:5:6:7:8",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            ":",
            "",
            "1:",
            ":1",
        ] {
            assert_eq!(parse(text.as_bytes()), plain(text.as_bytes()), "{text}");
        }
        for _ in 0..300_000 {
            let mut text = String::new();
            for n in 0..random.index(11) {
                if n > 0 && random.below(30) > 0 {
                    text.push(':');
                }
                if random.below(8) > 0 {
                    let kinds = if random.below(9) > 0 { 6 } else { 10 };
                    let groups = ["0", "1", "ab", "FfF", "2001", "0db8", "00000", "g", "1.2.3.4", "\u{fc}"];
                    text.push_str(random.pick(&groups[..kinds]));
                }
            }
            assert_eq!(parse(text.as_bytes()), plain(text.as_bytes()), "{text}");
            let bits = u128::from(random.next()) << 64 >> random.index(64) | u128::from(random.next());
            let text = std::net::Ipv6Addr::from_bits(bits & !(0xFFFF_FFFF << (16 * random.index(8)))).to_string();
            assert_eq!(parse(text.as_bytes()), plain(text.as_bytes()), "{text}");
        }
        for _ in 0..100_000 {
            let text: Vec<u8> = (0..random.index(12)).map(|_| random.pick(b"::::0aF.[%\xB0")).collect();
            assert_eq!(parse(&text), plain(&text), "{}", text.escape_ascii());
        }
    }
}
