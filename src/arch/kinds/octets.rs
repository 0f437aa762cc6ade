//! Reads the octets of an address by the places where they end.

use std::arch::x86_64::{
    __m128i, _mm_cmpgt_epi16, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_madd_epi16, _mm_maddubs_epi16, _mm_movemask_epi8,
    _mm_or_si128, _mm_packs_epi32, _mm_packus_epi16, _mm_set1_epi16, _mm_set1_epi32, _mm_shuffle_epi8,
};

/// The octets of an address that end at these places.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Octets {
    /// For each octet four bytes: the places of its hundreds, tens and ones in the text, and none. Places with the highest bit are none.
    places: [u8; 16],
    /// The least value that needs so many digits; twice.
    least: [i16; 8],
}

/// The place in the tables of a bit for each dot and one after the text, the first byte lowest. All 81 addresses have places of their own.
#[inline(always)]
const fn place(ends: u32) -> usize {
    (ends.wrapping_mul(0xE07B_DB9F) >> 24) as usize
}

/// The bits of each place; zero if no address has it.
static ENDS: [u16; 256] = TABLES.0;

static OCTETS: [Octets; 256] = TABLES.1;

/// Returns the address of a text whose bytes are digits, as their values, but for three dots. `ends` has a bit for each dot and one after the
/// text. Also returns whether the octets are those of an address; if not, the address is arbitrary.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn addr(digits: __m128i, ends: u32) -> (u32, bool) {
    let place = place(ends);
    let octets = &OCTETS[place];
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
    (addr.swap_bytes(), (ENDS[place] == ends as u16) & (_mm_movemask_epi8(wrong) == 0))
}

const TABLES: ([u16; 256], [Octets; 256]) = {
    let mut all_ends = [0; 256];
    let mut all = [Octets { places: [0x80; 16], least: [0; 8] }; 256];
    let mut number = 0;
    while number < 81 {
        let lens = [number / 27 % 3 + 1, number / 9 % 3 + 1, number / 3 % 3 + 1, number % 3 + 1];
        let mut octets = Octets { places: [0x80; 16], least: [0; 8] };
        let (mut octet, mut start, mut ends) = (0, 0, 0);
        while octet < 4 {
            let len = lens[octet];
            let mut digit = 0;
            while digit < len {
                octets.places[4 * octet + 3 - len + digit] = (start + digit) as u8;
                digit += 1;
            }
            let least = [0, 0, 10, 100][len];
            octets.least[octet] = least;
            octets.least[octet + 4] = least;
            ends |= 1 << (start + len);
            start += len + 1;
            octet += 1;
        }
        let place = place(ends);
        assert!(all_ends[place] == 0, "two addresses share a place");
        all_ends[place] = ends as u16;
        all[place] = octets;
        number += 1;
    }
    (all_ends, all)
};
