//! Classifies 64 bytes at a time, into bit masks.
//!
//! One table defines the classes; every kernel gives the same masks. Bit `i` of a mask is byte `i` of the block. The code that
//! uses the masks is one generic algorithm over [`Classify`], compiled once for each kernel with the
//! instructions that the kernel needs.

use super::cpu::prefetch;
use super::lanes::Lanes;

#[cfg(target_arch = "x86_64")]
pub(crate) mod gfni;

/// The masks of a block of 64 bytes, or, in a vector, of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks<L = u64> {
    /// Bytes of names: `[A-Za-z0-9._-]`.
    pub(crate) host: L,
    /// Bytes of dotted quads: `[0-9.]`.
    pub(crate) number: L,
    /// `.`
    pub(crate) dot: L,
    /// `[A-Za-z]`
    pub(crate) letter: L,
    /// `-`
    pub(crate) hyphen: L,
    /// `:`
    pub(crate) colon: L,
    /// `/`
    pub(crate) slash: L,
    /// `(`
    pub(crate) paren: L,
    /// `\\`, `%` and every byte outside ASCII.
    pub(crate) rare: L,
}

impl<L: Lanes> Masks<L> {
    /// Combines the eight [`classes`], from the lowest bit on.
    ///
    /// # Safety
    ///
    /// As for [`Lanes`].
    #[inline(always)]
    unsafe fn of_classes([letter, digit, dot, hyphen, underscore, colon, slash, rare]: [L; 8]) -> Self {
        // SAFETY: the caller guarantees it.
        unsafe {
            let (number, paren) = (digit.or(dot), colon.and(slash));
            Self {
                host: number.or(letter).or(hyphen).or(underscore),
                number,
                dot,
                letter,
                hyphen,
                colon: colon.without(paren),
                slash: slash.without(paren),
                paren,
                rare,
            }
        }
    }
}

/// The length of a block.
pub(crate) const BLOCK: usize = 64;

/// The masks of blocks: for each class, one word per block, after the word of the block before the first.
#[derive(Clone, Debug)]
pub(crate) struct Columns<const N: usize> {
    pub(crate) host: [u64; N],
    pub(crate) number: [u64; N],
    pub(crate) dot: [u64; N],
    pub(crate) letter: [u64; N],
    pub(crate) hyphen: [u64; N],
    pub(crate) colon: [u64; N],
    pub(crate) slash: [u64; N],
    pub(crate) paren: [u64; N],
    pub(crate) rare: [u64; N],
}

impl<const N: usize> Default for Columns<N> {
    fn default() -> Self {
        let none = [0; N];
        Self {
            host: none,
            number: none,
            dot: none,
            letter: none,
            hyphen: none,
            colon: none,
            slash: none,
            paren: none,
            rare: none,
        }
    }
}

impl<const N: usize> Columns<N> {
    #[inline(always)]
    fn all(&mut self) -> [&mut [u64; N]; 9] {
        let Self { host, number, dot, letter, hyphen, colon, slash, paren, rare } = self;
        [host, number, dot, letter, hyphen, colon, slash, paren, rare]
    }

    /// Takes the last block as the one before the first; or nothing, if `is_first`.
    pub(crate) fn start(&mut self, is_first: bool) {
        for words in self.all() {
            words[0] = if is_first { 0 } else { words[N - 1] };
        }
    }

    /// Makes the blocks from `count` on empty, up to a multiple of `of`.
    pub(crate) fn pad(&mut self, count: usize, of: usize) {
        for words in self.all() {
            words[count + 1..=count.next_multiple_of(of)].fill(0);
        }
    }

    /// Stores the masks of a block, or of as many blocks from this one on as there are lanes.
    ///
    /// # Safety
    ///
    /// As for [`Lanes`]; the blocks must be among the first `N - 1`.
    #[inline(always)]
    pub(crate) unsafe fn put<L: Lanes>(&mut self, block: usize, masks: Masks<L>) {
        let Masks { host, number, dot, letter, hyphen, colon, slash, paren, rare } = masks;
        let masks = [host, number, dot, letter, hyphen, colon, slash, paren, rare];
        for (words, mask) in self.all().into_iter().zip(masks) {
            // SAFETY: the caller guarantees it.
            unsafe { mask.store(words, block + 1) };
        }
    }
}

/// Bytes to prefetch ahead: what follows takes less time than reading this many bytes.
const AHEAD: usize = 4096;

/// Computes the masks of blocks.
pub(crate) trait Classify: Copy {
    /// The masks of as many blocks as this kernel combines at once.
    type Lanes: Lanes;

    /// # Safety
    ///
    /// The CPU must have the features that the kernel needs, and the caller must be compiled with them, because this is inlined there.
    unsafe fn masks(self, block: &[u8; BLOCK]) -> Masks;

    /// Stores the masks of blocks, from the first column on.
    ///
    /// # Safety
    ///
    /// As for [`masks`](Self::masks); there must be less than `N` blocks.
    #[inline(always)]
    unsafe fn classify<const N: usize>(self, blocks: &[[u8; BLOCK]], columns: &mut Columns<N>) {
        for (at, block) in blocks.iter().enumerate() {
            prefetch(block, AHEAD);
            // SAFETY: the caller guarantees it.
            unsafe { columns.put(at, self.masks(block)) };
        }
    }
}

/// Eight classes, one bit each. This is the only definition of the bytes that make up names, addresses and URLs.
pub(crate) mod classes {
    pub(crate) const LETTER: u8 = 1;
    pub(crate) const DIGIT: u8 = 2;
    pub(crate) const DOT: u8 = 4;
    pub(crate) const HYPHEN: u8 = 8;
    pub(crate) const UNDERSCORE: u8 = 16;
    /// The bytes of names.
    pub(crate) const HOST: u8 = LETTER | DIGIT | DOT | HYPHEN | UNDERSCORE;
    /// `:` by itself; `(` together with [`SLASH`].
    pub(super) const COLON: u8 = 32;
    /// `/` by itself.
    pub(super) const SLASH: u8 = 64;
    pub(super) const RARE: u8 = 128;

    pub(crate) const fn of(byte: u8) -> u8 {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'-' => HYPHEN,
            b'_' => UNDERSCORE,
            b':' => COLON,
            b'/' => SLASH,
            b'(' => COLON | SLASH,
            b'\\' | b'%' | 0x80.. => RARE,
            _ => 0,
        }
    }

    /// The classes of each ASCII byte.
    #[cfg(target_arch = "x86_64")]
    pub(super) static ASCII: [u8; 128] = {
        let mut table = [0; 128];
        let mut byte = 0;
        while byte < 128 {
            table[byte] = of(byte as u8);
            byte += 1;
        }
        table
    };

    /// The classes of each byte, one bit in each of eight lanes, so that shifts gather the lanes of eight bytes.
    #[cfg(any(test, not(target_arch = "x86_64")))]
    pub(super) static LANES: [u64; 256] = {
        let mut table = [0_u64; 256];
        let mut byte = 0;
        while byte < 256 {
            let class = of(byte as u8);
            let mut lane = 0;
            while lane < 8 {
                table[byte] |= ((class >> lane & 1) as u64) << (8 * lane);
                lane += 1;
            }
            byte += 1;
        }
        table
    };
}

/// Masks without instructions that a CPU may lack. Every CPU with x86-64 has SSE2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

impl Classify for Portable {
    type Lanes = u64;

    #[inline(always)]
    unsafe fn masks(self, block: &[u8; BLOCK]) -> Masks {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this architecture has SSE2.
        unsafe {
            x86::sse2(block)
        }
        #[cfg(not(target_arch = "x86_64"))]
        looked_up(block)
    }
}

/// Looks up each byte.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn looked_up(block: &[u8; BLOCK]) -> Masks {
    let mut lanes = [0_u64; 8];
    for (part, eight) in block.chunks_exact(8).enumerate() {
        let gathered = eight.iter().enumerate().fold(0, |all, (at, &byte)| all | classes::LANES[byte as usize] << at);
        for (lane, mask) in lanes.iter_mut().enumerate() {
            *mask |= (gathered >> (8 * lane) & 0xFF) << (8 * part);
        }
    }
    // SAFETY: words need no features.
    unsafe { Masks::of_classes(lanes) }
}

/// Tables to look up classes by the two halves of a byte: a byte is in a class if the entries of both halves have its bit.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) mod halves {
    /// `[A-Oa-o]`
    pub(super) const LETTER_LOW: u8 = 1;
    /// `[P-Zp-z]`
    pub(super) const LETTER_HIGH: u8 = 2;
    /// Digits.
    pub(super) const DIGIT: u8 = 4;
    /// `_`
    pub(super) const UNDERSCORE: u8 = 8;
    pub(super) const DOT: u8 = 16;
    pub(super) const HYPHEN: u8 = 32;
    pub(super) const COLON: u8 = 64;
    /// `\\`
    pub(super) const BACKSLASH: u8 = 128;
    pub(super) const LETTER: u8 = LETTER_LOW | LETTER_HIGH;
    pub(super) const NUMBER: u8 = DIGIT | DOT;
    pub(super) const HOST: u8 = NUMBER | LETTER | UNDERSCORE | HYPHEN;

    /// By the lower four bits.
    pub(super) static LOW: [u8; 16] = {
        let mut table = [0; 16];
        let mut n = 0;
        while n < 16 {
            if n >= 1 {
                table[n] |= LETTER_LOW;
            }
            if n <= 10 {
                table[n] |= LETTER_HIGH;
            }
            if n <= 9 {
                table[n] |= DIGIT;
            }
            n += 1;
        }
        table[0xA] |= COLON;
        table[0xC] |= BACKSLASH;
        table[0xD] |= HYPHEN;
        table[0xE] |= DOT;
        table[0xF] |= UNDERSCORE;
        table
    };

    /// By the upper four bits.
    pub(super) static HIGH: [u8; 16] = {
        let mut table = [0; 16];
        table[2] = DOT | HYPHEN;
        table[3] = DIGIT | COLON;
        table[4] = LETTER_LOW;
        table[5] = LETTER_HIGH | UNDERSCORE | BACKSLASH;
        table[6] = LETTER_LOW;
        table[7] = LETTER_HIGH;
        table
    };
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    use std::arch::x86_64::*;

    use super::super::lanes;
    use super::{BLOCK, Classify, Masks, halves};

    /// Computes masks with SSE2.
    ///
    /// # Safety
    ///
    /// The CPU must have SSE2.
    #[inline(always)]
    pub(super) unsafe fn sse2(block: &[u8; BLOCK]) -> Masks {
        let mut masks = [0_u64; 9];
        for part in 0..4 {
            // SAFETY: 16 of 64 bytes are read, four times; the caller has SSE2.
            let sixteen = unsafe {
                let bytes = _mm_loadu_si128(block.as_ptr().add(16 * part).cast());
                let is = |byte: u8| _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8));
                let or = |one, other| _mm_or_si128(one, other);
                // The distance from the first is at most that of the last.
                let range = |bytes, first: u8, last: u8| {
                    let distance = _mm_sub_epi8(bytes, _mm_set1_epi8(first as i8));
                    _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8((last - first) as i8)), distance)
                };
                let letter = range(or(bytes, _mm_set1_epi8(0x20)), b'a', b'z');
                let (dot, hyphen, slash) = (is(b'.'), is(b'-'), is(b'/'));
                let number = or(range(bytes, b'0', b'9'), dot);
                let host = or(or(number, letter), or(hyphen, is(b'_')));
                // Bytes outside ASCII have the top bit set, which is all that is taken of them.
                let rare = or(bytes, or(is(b'\\'), is(b'%')));
                [host, number, dot, letter, hyphen, is(b':'), slash, is(b'('), rare]
                    .map(|bytes| u64::from(_mm_movemask_epi8(bytes) as u16))
            };
            for (mask, sixteen) in masks.iter_mut().zip(sixteen) {
                *mask |= sixteen << (16 * part);
            }
        }
        let [host, number, dot, letter, hyphen, colon, slash, paren, rare] = masks;
        Masks { host, number, dot, letter, hyphen, colon, slash, paren, rare }
    }

    /// Computes masks with AVX2.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2 {
        low: __m256i,
        high: __m256i,
    }

    impl Avx2 {
        /// # Safety
        ///
        /// As for [`Classify::masks`].
        #[inline(always)]
        pub(crate) unsafe fn new() -> Self {
            // SAFETY: each table is 16 bytes long, as many as are read; the caller has AVX2.
            unsafe {
                Self {
                    low: _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::LOW.as_ptr().cast())),
                    high: _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::HIGH.as_ptr().cast())),
                }
            }
        }

        #[inline(always)]
        unsafe fn half(self, half: &[u8; 32]) -> [u32; 9] {
            // SAFETY: 32 bytes are read from a half of that length; the caller has AVX2.
            unsafe {
                let bytes = _mm256_loadu_si256(half.as_ptr().cast());
                let nibble = _mm256_set1_epi8(0x0F);
                let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
                let classes = _mm256_and_si256(
                    _mm256_shuffle_epi8(self.low, _mm256_and_si256(bytes, nibble)),
                    _mm256_shuffle_epi8(self.high, upper),
                );
                let is = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8));
                let any = |class: u8| {
                    let none = _mm256_and_si256(classes, _mm256_set1_epi8(class as i8));
                    !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(none, _mm256_setzero_si256())) as u32)
                };
                let mask = |bytes: __m256i| _mm256_movemask_epi8(bytes) as u32;
                // Backslash has the top bit as its class; bytes outside ASCII have it set anyway.
                let rare = _mm256_or_si256(_mm256_or_si256(classes, bytes), is(b'%'));
                [
                    any(halves::HOST),
                    any(halves::NUMBER),
                    mask(is(b'.')),
                    any(halves::LETTER),
                    mask(is(b'-')),
                    mask(is(b':')),
                    mask(is(b'/')),
                    mask(is(b'(')),
                    mask(rare),
                ]
            }
        }
    }

    impl Classify for Avx2 {
        type Lanes = lanes::x86::Four;

        #[inline(always)]
        unsafe fn masks(self, block: &[u8; BLOCK]) -> Masks {
            let ([first, second], _) = block.as_chunks::<32>() else { return Masks::default() };
            // SAFETY: the caller has AVX2.
            let (first, second) = unsafe { (self.half(first), self.half(second)) };
            let join = |at: usize| u64::from(first[at]) | u64::from(second[at]) << 32;
            Masks {
                host: join(0),
                number: join(1),
                dot: join(2),
                letter: join(3),
                hyphen: join(4),
                colon: join(5),
                slash: join(6),
                paren: join(7),
                rare: join(8),
            }
        }
    }

    /// Computes masks with AVX-512BW.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512 {
        low: __m512i,
        high: __m512i,
    }

    impl Avx512 {
        /// # Safety
        ///
        /// As for [`Classify::masks`].
        #[inline(always)]
        pub(crate) unsafe fn new() -> Self {
            // SAFETY: each table is 16 bytes long, as many as are read; the caller has AVX-512F.
            unsafe {
                Self {
                    low: _mm512_broadcast_i32x4(_mm_loadu_si128(halves::LOW.as_ptr().cast())),
                    high: _mm512_broadcast_i32x4(_mm_loadu_si128(halves::HIGH.as_ptr().cast())),
                }
            }
        }
    }

    impl Classify for Avx512 {
        type Lanes = lanes::x86::Eight;

        #[inline(always)]
        unsafe fn masks(self, block: &[u8; BLOCK]) -> Masks {
            // SAFETY: a block is 64 bytes long, as many as are read; the caller has AVX-512F and AVX-512BW.
            unsafe {
                let bytes = _mm512_loadu_si512(block.as_ptr().cast());
                let nibble = _mm512_set1_epi8(0x0F);
                let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), nibble);
                let classes = _mm512_and_si512(
                    _mm512_shuffle_epi8(self.low, _mm512_and_si512(bytes, nibble)),
                    _mm512_shuffle_epi8(self.high, upper),
                );
                let any = |class: u8| _mm512_test_epi8_mask(classes, _mm512_set1_epi8(class as i8));
                let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8));
                Masks {
                    host: any(halves::HOST),
                    number: any(halves::NUMBER),
                    dot: any(halves::DOT),
                    letter: any(halves::LETTER),
                    hyphen: any(halves::HYPHEN),
                    colon: any(halves::COLON),
                    slash: is(b'/'),
                    paren: is(b'('),
                    // Backslash has the top bit as its class; bytes outside ASCII have it set anyway.
                    rare: _mm512_movepi8_mask(_mm512_or_si512(classes, bytes)) | is(b'%'),
                }
            }
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(crate) mod neon {
    use std::arch::aarch64::*;

    use super::{BLOCK, Classify, Masks, halves};

    /// Computes masks with NEON.
    #[derive(Clone, Copy)]
    pub(crate) struct Neon {
        low: uint8x16_t,
        high: uint8x16_t,
        bits: uint8x16_t,
    }

    impl Neon {
        /// # Safety
        ///
        /// As for [`Classify::masks`].
        #[inline(always)]
        pub(crate) unsafe fn new() -> Self {
            const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
            // SAFETY: each table is 16 bytes long, as many as are read; the caller has NEON.
            unsafe {
                Self {
                    low: vld1q_u8(halves::LOW.as_ptr()),
                    high: vld1q_u8(halves::HIGH.as_ptr()),
                    bits: vld1q_u8(BITS.as_ptr()),
                }
            }
        }
    }

    impl Classify for Neon {
        type Lanes = u64;

        #[inline(always)]
        unsafe fn masks(self, block: &[u8; BLOCK]) -> Masks {
            // SAFETY: a block is 64 bytes, and each read takes 16 of them; the caller has NEON.
            unsafe {
                // Four vectors of all ones or all zeros become 64 bits: each byte keeps one bit, and neighbours are added up.
                let join = |parts: [uint8x16_t; 4]| {
                    let [a, b, c, d] = parts.map(|part| vandq_u8(part, self.bits));
                    let sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
                    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)))
                };
                let parts = [0, 16, 32, 48].map(|at| vld1q_u8(block.as_ptr().add(at)));
                let classes = parts.map(|bytes| {
                    vandq_u8(
                        vqtbl1q_u8(self.low, vandq_u8(bytes, vdupq_n_u8(0x0F))),
                        vqtbl1q_u8(self.high, vshrq_n_u8::<4>(bytes)),
                    )
                });
                let any = |class: u8| join(classes.map(|classes| vtstq_u8(classes, vdupq_n_u8(class))));
                let is = |byte: u8| join(parts.map(|bytes| vceqq_u8(bytes, vdupq_n_u8(byte))));
                let not_ascii = join(parts.map(|bytes| vcgeq_u8(bytes, vdupq_n_u8(0x80))));
                Masks {
                    host: any(halves::HOST),
                    number: any(halves::NUMBER),
                    dot: any(halves::DOT),
                    letter: any(halves::LETTER),
                    hyphen: any(halves::HYPHEN),
                    colon: any(halves::COLON),
                    slash: is(b'/'),
                    paren: is(b'('),
                    rare: not_ascii | any(halves::BACKSLASH) | is(b'%'),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
