//! Recognises the commonest values of a batch, names and IPv4 addresses, with vector code. The caller looks at the others one by one.

use super::cpu::Kernel;
use super::tails::BATCH;

/// The values of a batch whose kind is known. Bits and addresses are at the places of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Values of `[A-Za-z0-9._-]` alone that end in a letter.
    pub(crate) names: u32,
    /// Values that are four decimal octets without leading zeros.
    pub(crate) quads: u32,
    /// The addresses of the quads.
    pub(crate) addrs: [u32; BATCH],
}

/// Recognises names and addresses among `count` values, which is at most [`BATCH`]: names of 8 to 31 bytes, and addresses of at least 8.
/// May leave out any of them, and the scalar and portable kernels do leave out all.
#[inline]
pub(crate) fn known<'v>(kernel: Kernel, count: usize, value: impl Fn(usize) -> &'v [u8]) -> Known {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the token proves that the CPU has these features.
        Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::known(count, value) },
        _ => {
            let _ = (count, value);
            Known::default()
        }
    }
}

/// How to read the octets of an address, by their numbers of digits.
#[cfg(target_arch = "x86_64")]
mod octets {
    /// The octets of an address with these lengths.
    #[derive(Clone, Copy)]
    #[repr(align(32))]
    pub(super) struct Octets {
        /// For each octet four bytes: the places of its hundreds, tens and ones in the text, and none. Places with the highest bit are none.
        pub(super) places: [u8; 16],
        /// The least value that needs so many digits; twice.
        pub(super) least: [i16; 8],
    }

    /// The octets by the lengths of the four, in two bits each, the first one lowest.
    pub(super) static OCTETS: [Octets; 256] = {
        let mut all = [Octets { places: [0x80; 16], least: [0; 8] }; 256];
        let mut lens = 0;
        while lens < 256 {
            let (mut octet, mut start) = (0, 0);
            while octet < 4 {
                let len = lens >> (2 * octet) & 3;
                let mut digit = 0;
                while digit < len {
                    all[lens].places[4 * octet + 3 - len + digit] = (start + digit) as u8;
                    digit += 1;
                }
                // No octet is as large as that without digits has to be.
                let least = [256, 0, 10, 100][len];
                all[lens].least[octet] = least;
                all[lens].least[octet + 4] = least;
                start += len + 1;
                octet += 1;
            }
            lens += 1;
        }
        all
    };
}

/// Tables to look up a byte by its two halves: a byte is one of names if the entries of both have a bit in common.
#[cfg(target_arch = "x86_64")]
mod halves {
    const MARK: u8 = 1;
    const DIGIT: u8 = 2;
    const FIRST: u8 = 4;
    const SECOND: u8 = 8;
    const UNDERSCORE: u8 = 16;

    pub(super) static LOW: [u8; 16] = {
        let mut table = [FIRST; 16];
        let mut half = 0;
        while half <= 0xA {
            table[half] |= if half < 0xA { DIGIT | SECOND } else { SECOND };
            half += 1;
        }
        table[0] &= !FIRST;
        table[0xD] |= MARK;
        table[0xE] |= MARK;
        table[0xF] |= UNDERSCORE;
        table
    };

    pub(super) static HIGH: [u8; 16] = {
        let mut table = [0; 16];
        table[2] = MARK;
        table[3] = DIGIT;
        table[4] = FIRST;
        table[5] = SECOND | UNDERSCORE;
        table[6] = FIRST;
        table[7] = SECOND;
        table
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_cmpgt_epi16, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_madd_epi16,
        _mm_maddubs_epi16, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_packs_epi32, _mm_packus_epi16,
        _mm_set_epi64x, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_shuffle_epi8, _mm_sub_epi8,
        _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_set_epi64x,
        _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use super::octets::OCTETS;
    use super::{BATCH, Known, halves};
    use crate::arch::text::{Text, WINDOW, WORD};

    /// The length of the longest address.
    const LONGEST: usize = 15;

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn known<'v>(count: usize, value: impl Fn(usize) -> &'v [u8]) -> Known {
        let mut known = Known::default();
        for (slot, at) in known.addrs.iter_mut().zip(0..count.min(BATCH)) {
            let value = value(at);
            let Some(text) = Text::new(value).filter(|text| text.len() < WINDOW) else { continue };
            let last = value[value.len() - 1];
            if last.is_ascii_digit() {
                if value.len() <= LONGEST {
                    let (addr, is_quad) = quad(text);
                    *slot = addr;
                    known.quads |= u32::from(is_quad) << at;
                }
            } else {
                known.names |= u32::from(last.is_ascii_alphabetic() && is_of_hosts(text)) << at;
            }
        }
        known
    }

    /// Returns true if all bytes of a text of at most [`WINDOW`] are `[A-Za-z0-9._-]`.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn is_of_hosts(text: Text<'_>) -> bool {
        let word = |at: usize| i64::from_le_bytes(text.word(at));
        // The last words overlap the first ones, and a word past the end is the last one.
        let len = text.len();
        let bytes = _mm256_set_epi64x(word(len), word(len.saturating_sub(2 * WORD)), word(WORD), word(0));
        // SAFETY: each table is 16 bytes long, as many as are read.
        let (low, high) = unsafe {
            (
                _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::LOW.as_ptr().cast())),
                _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::HIGH.as_ptr().cast())),
            )
        };
        // For bytes outside ASCII the lookup by the lower half gives zero.
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0x0F));
        let both = _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper));
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256())) == 0
    }

    /// Reads a text of 8 to 15 bytes as an address. Also returns whether it is one; if not, the address is arbitrary.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn quad(text: Text<'_>) -> (u32, bool) {
        let len = text.len();
        let word = |at: usize| u64::from_le_bytes(text.word(at));
        // The bytes after the first eight, with zeros after them.
        let rest = word(len) >> 8 >> ((8 * (LONGEST - len.min(LONGEST))) & 63);
        let bytes = _mm_set_epi64x(rest as i64, word(0) as i64);
        let mask = |lanes: __m128i| _mm_movemask_epi8(lanes) as u32;
        let dots = mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'.' as i8)));
        let digits = _mm_sub_epi8(bytes, _mm_set1_epi8(b'0' as i8));
        let are_digits = mask(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits));
        let end = 1_u32 << len;
        // The three dots, and the end, which must be the fourth.
        let first = dots | end;
        let second = first & first.wrapping_sub(1);
        let third = second & second.wrapping_sub(1);
        let fourth = third & third.wrapping_sub(1);
        let [a, b, c] = [first, second, third].map(u32::trailing_zeros);
        let lens = [a, b.wrapping_sub(a + 1), c.wrapping_sub(b + 1), (len as u32).wrapping_sub(c + 1)];
        let index = lens[0] | lens[1] << 2 | lens[2] << 4 | lens[3] << 6;
        let octets = &OCTETS[(index & 0xFF) as usize];
        // SAFETY: both arrays are 16 bytes long, as many as are read.
        let (places, least) =
            unsafe { (_mm_loadu_si128(octets.places.as_ptr().cast()), _mm_loadu_si128(octets.least.as_ptr().cast())) };
        // Weights of 100, 10, 1 and 0, the first one lowest.
        let weights = _mm_set1_epi32(0x0001_0A64);
        let pairs = _mm_maddubs_epi16(_mm_shuffle_epi8(digits, places), weights);
        let values = _mm_madd_epi16(pairs, _mm_set1_epi16(1));
        let values = _mm_packs_epi32(values, values);
        let wrong = _mm_or_si128(_mm_cmpgt_epi16(least, values), _mm_cmpgt_epi16(values, _mm_set1_epi16(255)));
        let addr = _mm_cvtsi128_si32(_mm_packus_epi16(values, values)) as u32;
        let is_quad = (dots | are_digits == end - 1)
            & (fourth == end)
            & (lens[0] | lens[1] | lens[2] | lens[3] < 4)
            & (mask(wrong) == 0);
        (addr.swap_bytes(), is_quad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::cpu::Engine;
    use crate::arch::host::is_of_hosts;
    use crate::random::{Random, cases};

    /// What is known of one value.
    fn of_one(value: &[u8]) -> (bool, Option<u32>) {
        let is_name = (8..32).contains(&value.len())
            && value.iter().all(|&byte| is_of_hosts(byte))
            && value.last().is_some_and(u8::is_ascii_alphabetic);
        let addr = str::from_utf8(value).ok().and_then(|text| text.parse::<std::net::Ipv4Addr>().ok());
        (is_name, addr.filter(|_| value.len() >= 8).map(|addr| addr.to_bits()))
    }

    fn check(values: &[&[u8]]) {
        for kernel in Kernel::available() {
            let is_vector = matches!(kernel.engine(), Engine::Avx2 | Engine::Avx512);
            for values in values.chunks(BATCH) {
                let Known { names, quads, addrs } = known(kernel, values.len(), |at| values[at]);
                for (at, value) in values.iter().enumerate() {
                    let (is_name, addr) = of_one(value);
                    let text = value.escape_ascii();
                    assert_eq!(names >> at & 1 == 1, is_vector && is_name, "{kernel:?} {text}");
                    let found = (quads >> at & 1 == 1).then(|| addrs[at]);
                    assert_eq!(found, addr.filter(|_| is_vector), "{kernel:?} {text}");
                }
                assert_eq!((names | quads) & (u64::MAX << values.len()) as u32, 0);
            }
        }
    }

    #[test]
    fn every_byte_of_a_name_is_looked_at() {
        for len in (0..40).step_by(cases(1, 16)) {
            for at in 0..len {
                for byte in (0..=u8::MAX).step_by(cases(1, 73)) {
                    let mut name = b"AZ09_-.azmnopqPQabcdefghijklmnopqrstuvwz"[..len].to_vec();
                    name[at] = byte;
                    check(&[&name]);
                }
            }
        }
    }

    #[test]
    fn addresses_are_what_the_standard_library_reads() {
        let mut random = Random::new(8);
        let (right, wrong) = (
            ["0", "1", "9", "10", "99", "100", "199", "255"],
            ["256", "999", "00", "01", "001", "010", "1000", "", "a", "1a", "-1", "/1", ":1", "+1", " 1"],
        );
        let texts: Vec<String> = (0..cases(300_000, 20))
            .map(|_| {
                let count = if random.below(8) == 0 { 1 + random.index(6) } else { 4 };
                let octets: Vec<&str> = (0..count)
                    .map(|_| if random.below(8) > 0 { random.pick(&right) } else { random.pick(&wrong) })
                    .collect();
                octets.join(".")
            })
            .collect();
        check(&texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        let texts: Vec<Vec<u8>> = (0..cases(300_000, 20))
            .map(|_| (0..6 + random.index(12)).map(|_| random.pick(b"0123456789.....1234567890a-/:\xB0\0")).collect())
            .collect();
        check(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let texts: Vec<String> =
            (0..cases(300_000, 20)).map(|_| std::net::Ipv4Addr::from_bits(random.next() as u32).to_string()).collect();
        check(&texts.iter().map(String::as_bytes).collect::<Vec<_>>());
    }

    /// Each octet with each value of up to four digits.
    #[test]
    fn octets_end_at_255() {
        for place in 0..4 {
            let texts: Vec<String> = (0..=1023)
                .step_by(cases(1, 101))
                .flat_map(|value| [format!("{value}"), format!("0{value}")])
                .map(|octet| {
                    let mut octets = ["12", "0", "200", "7"].map(str::to_owned);
                    octets[place] = octet;
                    octets.join(".")
                })
                .collect();
            check(&texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }

    /// Values that start after an unreadable page, or end before one.
    #[cfg(all(unix, not(miri)))]
    #[test]
    fn nothing_outside_a_value_is_read() {
        crate::arch::guard::guarded(|page| {
            for text in ["192.0.2.1", "198.51.100.117", "www.evil.test", "a.name-of-31.bytes.in.all.testx", "a.test12"]
            {
                for at in [0, page.len() - text.len()] {
                    let value = &mut page[at..at + text.len()];
                    value.copy_from_slice(text.as_bytes());
                    check(&[value]);
                }
            }
        });
    }
}
