//! Finds places where hexadecimal digits are close together, with or without `:` and `-` between them.
//!
//! A run of at least 31 bytes fills a chunk of 16 bytes that starts at a multiple of 16. So it is enough to find the chunks that consist
//! of such bytes alone. Nearly none do, and the bytes around those that do are looked at one by one.

use super::cpu::Kernel;

/// The length of a chunk in bytes.
pub(crate) const CHUNK: usize = 16;

/// Returns true for a hexadecimal digit, `:` and `-`.
pub(crate) const fn is_digit_or_separator(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b':' || byte == b'-'
}

/// Records the starts of those chunks of a text, at multiples of their length, that consist of hexadecimal digits, `:` and `-` alone.
/// An incomplete chunk at the end does not count.
pub(crate) fn chunks(kernel: Kernel, bytes: &[u8], out: &mut Vec<u32>) {
    debug_assert!(u32::try_from(bytes.len()).is_ok());
    out.clear();
    let done = match kernel {
        Kernel::Portable | Kernel::Scalar => 0,
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the token proves that the CPU has these features.
        Kernel::Avx2(_) => unsafe { x86::chunks(bytes, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512(_) => unsafe { x86::chunks_512(bytes, out) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kernel::Neon(_) => unsafe { neon::chunks(bytes, out) },
    };
    portable(&bytes[done..], done, out);
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

fn portable(bytes: &[u8], base: usize, out: &mut Vec<u32>) {
    for (at, chunk) in bytes.as_chunks::<CHUNK>().0.iter().enumerate() {
        if is_whole(chunk) {
            out.push((base + at * CHUNK) as u32);
        }
    }
}

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

/// Tables to look up a byte by its two halves: a byte is wanted if the entries of both have a bit in common.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod halves {
    /// Digits and `:`.
    const LOW_COLUMN: u8 = 1;
    const LETTER: u8 = 2;
    const HYPHEN: u8 = 4;

    pub(super) static LOW: [u8; 16] = {
        let mut table = [0; 16];
        let mut half = 0;
        while half < 16 {
            if half <= 10 {
                table[half] |= LOW_COLUMN;
            }
            if half >= 1 && half <= 6 {
                table[half] |= LETTER;
            }
            half += 1;
        }
        table[0xD] |= HYPHEN;
        table
    };

    pub(super) static HIGH: [u8; 16] = {
        let mut table = [0; 16];
        table[2] = HYPHEN;
        table[3] = LOW_COLUMN;
        table[4] = LETTER;
        table[6] = LETTER;
        table
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, __m256i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi128_si64, _mm_loadu_si128,
        _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_packus_epi16, _mm_set1_epi8, _mm_set1_epi16, _mm_slli_epi16,
        _mm_srli_epi16, _mm_sub_epi8, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
        _mm256_srli_epi16, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_loadu_si512, _mm512_set1_epi8,
        _mm512_shuffle_epi8, _mm512_srli_epi16, _mm512_testn_epi8_mask,
    };

    use super::{CHUNK, halves};

    /// Bytes that are looked at together.
    const BLOCK: usize = 4 * CHUNK;

    /// Looks at whole blocks; returns the number of bytes in them.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn chunks(bytes: &[u8], out: &mut Vec<u32>) -> usize {
        // SAFETY: each table is 16 bytes long, as many as are read.
        let (low, high) = unsafe {
            (
                _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::LOW.as_ptr().cast())),
                _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::HIGH.as_ptr().cast())),
            )
        };
        let nibble = _mm256_set1_epi8(0x0F);
        // One bit for each of 32 bytes that is not wanted. For bytes outside ASCII the lookup by the lower half gives zero.
        let others = |bytes: __m256i| {
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
            let both = _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper));
            _mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256())) as u32
        };
        let (blocks, _) = bytes.as_chunks::<BLOCK>();
        for (at, block) in blocks.iter().enumerate() {
            // SAFETY: a block is 64 bytes long, as many as are read.
            let (first, second) = unsafe {
                let place = block.as_ptr();
                (_mm256_loadu_si256(place.cast()), _mm256_loadu_si256(place.add(2 * CHUNK).cast()))
            };
            record(u64::from(others(first)) | u64::from(others(second)) << 32, at * BLOCK, out);
        }
        blocks.len() * BLOCK
    }

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

    /// Like [`chunks`], with vectors of a whole block.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2,lzcnt")]
    pub(super) fn chunks_512(bytes: &[u8], out: &mut Vec<u32>) -> usize {
        // SAFETY: as above.
        let (low, high) = unsafe {
            (
                _mm512_broadcast_i32x4(_mm_loadu_si128(halves::LOW.as_ptr().cast())),
                _mm512_broadcast_i32x4(_mm_loadu_si128(halves::HIGH.as_ptr().cast())),
            )
        };
        let (blocks, _) = bytes.as_chunks::<BLOCK>();
        for (at, block) in blocks.iter().enumerate() {
            // SAFETY: as above.
            let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
            let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), _mm512_set1_epi8(0x0F));
            let (of_low, of_high) = (_mm512_shuffle_epi8(low, bytes), _mm512_shuffle_epi8(high, upper));
            record(_mm512_testn_epi8_mask(of_low, of_high), at * BLOCK, out);
        }
        blocks.len() * BLOCK
    }

    /// Records the chunks of a block at `start` in which no byte is one of the others, which have a bit each.
    #[inline(always)]
    fn record(others: u64, start: usize, out: &mut Vec<u32>) {
        const LOWEST: u64 = 0x0001_0001_0001_0001;
        // A 16-bit lane without such a bit is a chunk that counts.
        if others.wrapping_sub(LOWEST) & !others & LOWEST << 15 != 0 {
            for chunk in (0..4).filter(|chunk| (others >> (16 * chunk)) & 0xFFFF == 0) {
                out.push((start + chunk * CHUNK) as u32);
            }
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use std::arch::aarch64::{vandq_u8, vdupq_n_u8, vld1q_u8, vminvq_u8, vqtbl1q_u8, vshrq_n_u8, vtstq_u8};

    use super::{CHUNK, halves};

    /// Looks at whole chunks; returns the number of bytes in them.
    #[target_feature(enable = "neon")]
    pub(super) fn chunks(bytes: &[u8], out: &mut Vec<u32>) -> usize {
        // SAFETY: each table is 16 bytes long, as many as are read.
        let (low, high) = unsafe { (vld1q_u8(halves::LOW.as_ptr()), vld1q_u8(halves::HIGH.as_ptr())) };
        let (chunks, _) = bytes.as_chunks::<CHUNK>();
        for (at, chunk) in chunks.iter().enumerate() {
            // SAFETY: a chunk is 16 bytes long, as many as are read.
            let bytes = unsafe { vld1q_u8(chunk.as_ptr()) };
            let of_low = vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(0x0F)));
            let of_high = vqtbl1q_u8(high, vshrq_n_u8::<4>(bytes));
            if vminvq_u8(vtstq_u8(of_low, of_high)) != 0 {
                out.push((at * CHUNK) as u32);
            }
        }
        chunks.len() * CHUNK
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
    fn every_kernel_finds_the_same_chunks() {
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
                .map(|at| (at * CHUNK) as u32)
                .collect();
            for kernel in Kernel::available() {
                let mut found = vec![7];
                chunks(kernel, text, &mut found);
                assert_eq!(found, want, "{kernel:?}, {cut} bytes");
            }
        }
    }
}
