//! Masks by matrices of bits.
//!
//! One load from a table of 128 bytes gives the eight classes of each byte. The bits of eight bytes are then a matrix of eight by
//! eight, which one multiplication by the unit matrix transposes, so that a byte holds one class of eight bytes.

use std::arch::x86_64::*;

use super::{AHEAD, BLOCK, Classify, Columns, Masks, classes};
use crate::arch::cpu::prefetch;
use crate::arch::lanes::x86::Eight;

/// Computes masks with AVX-512VBMI and GFNI.
#[derive(Clone, Copy)]
pub(crate) struct Gfni {
    tables: [__m512i; 2],
    reversed: __m512i,
    unit: __m512i,
    gathered: __m512i,
}

/// For each byte of a word: the byte that is as far from the other end.
const REVERSED: [u8; BLOCK] = {
    let mut table = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        // Vectors are shuffled within each 16 bytes.
        table[at] = (at % 16) as u8 ^ 7;
        at += 1;
    }
    table
};

/// The first bytes of all words, then the second bytes, and so on.
const GATHERED: [u8; BLOCK] = {
    let mut table = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        table[at] = (at % 8 * 8 + at / 8) as u8;
        at += 1;
    }
    table
};

impl Gfni {
    /// # Safety
    ///
    /// As for [`Classify::masks`].
    #[inline(always)]
    pub(crate) unsafe fn new() -> Self {
        // SAFETY: each table is 64 bytes long, or has two such halves, as many as are read; the caller has AVX-512F.
        unsafe {
            let load = |bytes: &[u8]| _mm512_loadu_si512(bytes.as_ptr().cast());
            let (low, high) = classes::ASCII.split_at(BLOCK);
            Self {
                tables: [load(low), load(high)],
                reversed: load(&REVERSED),
                unit: _mm512_set1_epi64(0x8040_2010_0804_0201_u64 as i64),
                gathered: load(&GATHERED),
            }
        }
    }

    /// Returns the eight classes of a block, a word for each.
    #[inline(always)]
    unsafe fn row(self, block: &[u8; BLOCK]) -> __m512i {
        // SAFETY: a block is 64 bytes long, as many as are read; the caller has the features.
        unsafe {
            let bytes = _mm512_loadu_si512(block.as_ptr().cast());
            let bytes = _mm512_shuffle_epi8(bytes, self.reversed);
            let classes = _mm512_permutex2var_epi8(self.tables[0], bytes, self.tables[1]);
            // The table is looked up by the lower seven bits.
            let not_ascii = _mm512_movepi8_mask(bytes);
            let classes = _mm512_mask_mov_epi8(classes, not_ascii, _mm512_set1_epi8(classes::RARE as i8));
            // The first row of a matrix is the last byte of its word.
            let transposed = _mm512_gf2p8affine_epi64_epi8::<0>(self.unit, classes);
            _mm512_permutexvar_epi8(self.gathered, transposed)
        }
    }
}

/// Turns the words of eight rows into those of eight columns.
#[inline(always)]
unsafe fn transpose(rows: [__m512i; 8]) -> [Eight; 8] {
    // SAFETY: the caller has AVX-512F.
    unsafe {
        let [a, b, c, d, e, f, g, h] = rows;
        let pairs = |a, b| (_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
        let ((ab0, ab1), (cd0, cd1), (ef0, ef1), (gh0, gh1)) = (pairs(a, b), pairs(c, d), pairs(e, f), pairs(g, h));
        // Each of these has two rows at words 0 and 4 of the columns, or at 2 and 6.
        let fours = |x, y| (_mm512_shuffle_i64x2::<0b1000_1000>(x, y), _mm512_shuffle_i64x2::<0b1101_1101>(x, y));
        let ((abcd0, abcd2), (efgh0, efgh2)) = (fours(ab0, cd0), fours(ef0, gh0));
        let ((abcd1, abcd3), (efgh1, efgh3)) = (fours(ab1, cd1), fours(ef1, gh1));
        let ((c0, c4), (c2, c6)) = (fours(abcd0, efgh0), fours(abcd2, efgh2));
        let ((c1, c5), (c3, c7)) = (fours(abcd1, efgh1), fours(abcd3, efgh3));
        [Eight(c0), Eight(c1), Eight(c2), Eight(c3), Eight(c4), Eight(c5), Eight(c6), Eight(c7)]
    }
}

impl Classify for Gfni {
    type Lanes = Eight;

    #[inline(always)]
    unsafe fn masks<const EXACT: bool>(self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: the caller has the features; a vector has eight words.
        unsafe { Masks::of_classes(std::mem::transmute::<__m512i, [u64; 8]>(self.row(block))) }
    }

    #[inline(always)]
    unsafe fn classify<const EXACT: bool, const N: usize>(self, blocks: &[[u8; BLOCK]], columns: &mut Columns<N>) {
        let (eights, rest) = blocks.as_chunks::<8>();
        for (at, eight) in eights.iter().enumerate() {
            for block in eight {
                prefetch(block, AHEAD);
            }
            // SAFETY: the caller has the features, and guarantees that there are columns for all blocks.
            unsafe {
                // The compiler inlines no closure of `map` here: its function lacks the features.
                let [a, b, c, d, e, f, g, h] = eight;
                let rows = [
                    self.row(a),
                    self.row(b),
                    self.row(c),
                    self.row(d),
                    self.row(e),
                    self.row(f),
                    self.row(g),
                    self.row(h),
                ];
                columns.put::<EXACT, _>(8 * at, Masks::of_classes(transpose(rows)));
            }
        }
        for (at, block) in rest.iter().enumerate() {
            // SAFETY: as above.
            unsafe { columns.put::<EXACT, _>(8 * eights.len() + at, self.masks::<EXACT>(block)) };
        }
    }
}
