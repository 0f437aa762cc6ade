//! Reads octets with AVX2.
//!
//! One shuffle brings the digits of each octet to a lane of their own: it is chosen by the places of the dots.

use std::arch::x86_64::*;

/// The length of a vector.
const LEN: usize = 16;

/// The bits before the end that may be dots between octets of three digits.
const DOTS: u32 = 12;

/// The number of the shuffle for each set of dots; 0 if there is none.
static NUMBERS: [u8; 1 << DOTS] = tables().0;

/// For each octet the places of its hundreds, tens and ones, counted so that 15 is the last byte before the end, and none. Places with
/// the highest bit are none. The first octet takes three bytes whatever its length.
static SHUFFLES: [[u8; 16]; 28] = tables().1;

const fn tables() -> ([u8; 1 << DOTS], [[u8; 16]; 28]) {
    let (mut numbers, mut shuffles) = ([0; 1 << DOTS], [[0x80; 16]; 28]);
    let mut number = 0;
    while number < 27 {
        // The digits of the fourth, the third and the second octet.
        let lens = [number % 3 + 1, number / 3 % 3 + 1, number / 9 + 1, 3];
        let shuffle = &mut shuffles[number + 1];
        let (mut octet, mut end, mut dots) = (0, 16, 0);
        while octet < 4 {
            let mut digit = 0;
            while digit < lens[octet] {
                shuffle[4 * (3 - octet) + 2 - digit] = (end - 1 - digit) as u8;
                digit += 1;
            }
            end -= lens[octet] + 1;
            if octet < 3 {
                // The bytes 4 to 15 are the bits 0 to 11.
                dots |= 1 << (end - 4);
            }
            octet += 1;
        }
        numbers[dots] = number as u8 + 1;
        number += 1;
    }
    (numbers, shuffles)
}

/// Sixteen bytes of zeros, and as many that keep a digit's value.
static KEPT: [u8; 2 * LEN] = {
    let mut table = [0; 2 * LEN];
    let mut at = LEN;
    while at < 2 * LEN {
        table[at] = 0x0F;
        at += 1;
    }
    table
};

/// # Safety
///
/// As for [`Octets::addr`](super::octets::Octets::addr), with AVX2.
#[inline(always)]
pub(super) unsafe fn addr(before: &[u8; LEN], run: u32, dots: u64) -> u32 {
    let first = run.wrapping_sub(64).wrapping_add(dots.trailing_zeros());
    // SAFETY: the caller guarantees AVX2. There is a number for each 12 bits, and a shuffle for each number. A run of up to 15 bytes is a
    // place in the table of bytes to keep.
    let addr = unsafe {
        let number = *NUMBERS.get_unchecked((dots >> (64 - DOTS)) as usize);
        let shuffle = _mm_loadu_si128(SHUFFLES.get_unchecked(usize::from(number)).as_ptr().cast());
        let kept = _mm_loadu_si128(KEPT.as_ptr().add((run & 15) as usize).cast());
        let digits = _mm_and_si128(_mm_loadu_si128(before.as_ptr().cast()), kept);
        // Weights of 100, 10, 1 and 0, the first one lowest.
        let pairs = _mm_maddubs_epi16(_mm_shuffle_epi8(digits, shuffle), _mm_set1_epi32(0x0001_0A64));
        let values = _mm_madd_epi16(pairs, _mm_set1_epi16(1));
        // The lowest byte of each lane, the last lane first.
        let lowest = _mm_set1_epi32(0x0004_080C);
        _mm_cvtsi128_si32(_mm_shuffle_epi8(values, lowest)) as u32
    };
    if first.wrapping_sub(1) < 3 { addr } else { 0 }
}
