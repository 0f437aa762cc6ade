//! Finds places where hexadecimal digits are close together, with or without `:` and `-` between them.
//!
//! A run of at least 31 bytes fills a chunk of 16 bytes that starts at a multiple of 16, wherever one begins to count. So it is enough to
//! find the chunks that consist of such bytes alone. Nearly none do, and the bytes around those that do are looked at one by one.

/// The length of a chunk in bytes.
pub(crate) const CHUNK: usize = 16;

/// Returns true for a hexadecimal digit, `:` and `-`.
pub(crate) const fn is_digit_or_separator(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b':' || byte == b'-'
}

/// Records the starts of those chunks of a text, at multiples of their length, that consist of hexadecimal digits, `:` and `-` alone,
/// each plus `base`. An incomplete chunk at the end does not count. The [sweep](super::sweep) finds them in whole blocks.
pub(crate) fn chunks(bytes: &[u8], base: usize, out: &mut Vec<u32>) {
    debug_assert!(u32::try_from(base + bytes.len()).is_ok());
    let starts = bytes.as_chunks::<CHUNK>().0.iter().enumerate().filter(|(_, chunk)| is_whole(chunk));
    out.extend(starts.map(|(at, _)| (base + at * CHUNK) as u32));
}

/// The bytes that such a chunk consists of.
static OF_CHUNKS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_digit_or_separator(byte as u8);
        byte += 1;
    }
    table
};

/// Returns true if a chunk has no other bytes.
#[inline(always)]
fn is_whole(chunk: &[u8; CHUNK]) -> bool {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
    return x86::parts(chunk) == u16::MAX;
    // The last byte alone rules out most chunks.
    #[allow(unreachable_code, reason = "reached on other CPUs")]
    chunk.iter().rev().all(|&byte| OF_CHUNKS[usize::from(byte)])
}

/// Returns a bit for each byte of a chunk that is a hexadecimal digit, `:` or `-`; the first byte has the lowest.
#[inline(always)]
pub(crate) fn parts(chunk: &[u8; CHUNK]) -> u16 {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
    return x86::parts(chunk);
    #[allow(unreachable_code, reason = "reached on other CPUs")]
    parts_portable(chunk)
}

#[inline(always)]
fn parts_portable(chunk: &[u8; CHUNK]) -> u16 {
    chunk.iter().rev().fold(0, |parts, &byte| parts << 1 | u16::from(OF_CHUNKS[usize::from(byte)]))
}

/// Returns the eight bytes that sixteen hexadecimal digits stand for, and whether all are such digits.
#[inline(always)]
pub(crate) fn eight_of(digits: &[u8; 16]) -> ([u8; 8], bool) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
    return x86::eight_of(digits);
    #[allow(unreachable_code, reason = "reached on other CPUs")]
    eight_of_portable(digits)
}

#[inline(always)]
fn eight_of_portable(digits: &[u8; 16]) -> ([u8; 8], bool) {
    let (fours, _) = digits.as_chunks::<8>();
    let [(low, low_faults), (high, high_faults)] = [0, 1].map(|n| four_of(u64::from_le_bytes(fours[n])));
    ((u64::from(low) | u64::from(high) << 32).to_le_bytes(), low_faults | high_faults == 0)
}

/// Returns the four bytes that eight hexadecimal digits stand for, and a number that is zero only if all eight are such digits.
#[inline(always)]
pub(crate) fn four_of(digits: u64) -> (u32, u64) {
    const ALL: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ALL << 7;
    // Gives the highest bit of each byte that is at least `least`, if all bytes are ASCII.
    let from = |bytes: u64, least: u8| (bytes + ALL * u64::from(0x80 - least)) & HIGH;
    let ascii = digits & !HIGH;
    let lower = ascii | (ALL * 0x20);
    let is_digit = from(ascii, b'0') & !from(ascii, b'9' + 1);
    let is_letter = from(lower, b'a') & !from(lower, b'f' + 1);
    let faults = digits & HIGH | !(is_digit | is_letter) & HIGH;
    // The value of a letter is its lower half plus nine.
    let values = (ascii & (ALL * 0x0F)) + (is_letter >> 7) * 9;
    // The first digit of a pair is the upper half of a byte.
    let pairs = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF;
    let pairs = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF;
    ((pairs | pairs >> 16) as u32, faults)
}

/// Returns true if all are hexadecimal digits.
#[inline(always)]
pub(crate) fn are_digits(digits: [u8; 8]) -> bool {
    four_of(u64::from_le_bytes(digits)).1 == 0
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_min_epu8,
        _mm_movemask_epi8, _mm_or_si128, _mm_packus_epi16, _mm_set1_epi8, _mm_set1_epi16, _mm_slli_epi16,
        _mm_srli_epi16, _mm_sub_epi8,
    };

    use super::CHUNK;

    /// Marks the bytes that are less than a number.
    #[cfg(target_feature = "sse2")]
    #[inline(always)]
    #[cfg_attr(miri, allow(dead_code, reason = "Miri runs the portable twin"))]
    fn is_below(bytes: __m128i, count: u8) -> __m128i {
        // SAFETY: SSE2 is part of the target.
        unsafe { _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8((count - 1) as i8)), bytes) }
    }

    /// Needs only what every x86-64 CPU has.
    #[cfg(target_feature = "sse2")]
    #[inline(always)]
    #[cfg_attr(miri, allow(dead_code, reason = "Miri runs the portable twin"))]
    pub(super) fn parts(chunk: &[u8; CHUNK]) -> u16 {
        // SAFETY: SSE2 is part of the target; as many bytes are read as there are.
        unsafe {
            let text = _mm_loadu_si128(chunk.as_ptr().cast());
            let all = |byte: u8| _mm_set1_epi8(byte as i8);
            // `:` follows the nine.
            let is_digit = is_below(_mm_sub_epi8(text, all(b'0')), 11);
            let is_letter = is_below(_mm_sub_epi8(_mm_or_si128(text, all(0x20)), all(b'a')), 6);
            let is_hyphen = _mm_cmpeq_epi8(text, all(b'-'));
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is_digit, is_letter), is_hyphen)) as u16
        }
    }

    /// Needs only what every x86-64 CPU has.
    #[cfg(target_feature = "sse2")]
    #[inline(always)]
    #[cfg_attr(miri, allow(dead_code, reason = "Miri runs the portable twin"))]
    pub(super) fn eight_of(digits: &[u8; 16]) -> ([u8; 8], bool) {
        // SAFETY: SSE2 is part of the target; as many bytes are read as there are.
        unsafe {
            let text = _mm_loadu_si128(digits.as_ptr().cast());
            let all = |byte: u8| _mm_set1_epi8(byte as i8);
            let digit = _mm_sub_epi8(text, all(b'0'));
            let letter = _mm_sub_epi8(_mm_or_si128(text, all(0x20)), all(b'a'));
            let (is_digit, is_letter) = (is_below(digit, 10), is_below(letter, 6));
            let letter = _mm_and_si128(is_letter, _mm_add_epi8(letter, all(10)));
            let values = _mm_or_si128(_mm_and_si128(is_digit, digit), letter);
            // The first digit of a pair is the upper half of a byte.
            let pairs = _mm_or_si128(_mm_slli_epi16::<4>(values), _mm_srli_epi16::<8>(values));
            let pairs = _mm_and_si128(pairs, _mm_set1_epi16(0xFF));
            let bytes = _mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs));
            (bytes.to_le_bytes(), _mm_movemask_epi8(_mm_or_si128(is_digit, is_letter)) == 0xFFFF)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::cases;

    #[test]
    fn sixteen_digits_are_eight_bytes() {
        for place in 0..16 {
            for byte in (0..=255_u8).step_by(cases(1, 29)) {
                let mut digits = *b"0123456789abcDEF";
                digits[place] = byte;
                let (bytes, are_digits) = eight_of(&digits);
                assert_eq!(are_digits, byte.is_ascii_hexdigit(), "{place} {byte}");
                assert_eq!(eight_of_portable(&digits).1, are_digits);
                assert_eq!(super::are_digits(digits[..8].try_into().unwrap()), are_digits || place >= 8);
                if are_digits {
                    let number = u64::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap();
                    assert_eq!(bytes, number.to_be_bytes());
                    assert_eq!(bytes, eight_of_portable(&digits).0);
                }
            }
        }
    }

    #[test]
    fn parts_of_a_chunk_have_bits() {
        for place in 0..CHUNK {
            for byte in (0..=255_u8).step_by(cases(1, 29)) {
                for others in *b"f/" {
                    let mut chunk = [others; CHUNK];
                    chunk[place] = byte;
                    let bit = |at: usize| u16::from(is_digit_or_separator(chunk[at])) << at;
                    let want = (0..CHUNK).map(bit).sum();
                    assert_eq!((parts(&chunk), parts_portable(&chunk)), (want, want), "{place} {byte}");
                }
            }
        }
    }

    #[test]
    fn chunks_consist_of_digits_and_separators() {
        let mut text = Vec::new();
        // Every byte at every place of a chunk that otherwise counts.
        for byte in (0..=255_u8).step_by(cases(1, 29)) {
            for place in 0..CHUNK {
                let mut chunk = *b"0123456789abcdef";
                chunk.rotate_left(usize::from(byte) % CHUNK);
                chunk[place] = byte;
                text.extend_from_slice(&chunk);
            }
        }
        text.extend_from_slice(b"ABCDEF:-09afAF-:0123456789");
        for cut in (0..200).step_by(cases(1, 37)).chain([text.len()]) {
            let text = &text[text.len() - cut..];
            let want: Vec<u32> = (0..text.len() / CHUNK)
                .filter(|at| text[at * CHUNK..][..CHUNK].iter().all(|&byte| is_digit_or_separator(byte)))
                .map(|at| (at * CHUNK + 5) as u32)
                .collect();
            let mut found = Vec::new();
            chunks(text, 5, &mut found);
            assert_eq!(found, want, "{cut} bytes");
        }
    }
}
