//! Classifies 64 bytes at a time, into bit masks.
//!
//! One table defines the classes; every kernel gives the same masks. Bit `i` of a mask is byte `i` of the block. The code that
//! uses the masks is one generic algorithm over [`Classify`], compiled once for each kernel with the
//! instructions that the kernel needs.

use super::cpu::prefetch;
use super::lanes::Lanes;

#[cfg(target_arch = "x86_64")]
pub(crate) mod gfni;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

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
    /// Hexadecimal digits, `:` and `-`.
    pub(crate) hex: L,
    /// `@` and `%`.
    pub(crate) at: L,
}

impl<L: Lanes> Masks<L> {
    /// Combines the eight [`classes`], from the lowest bit on.
    ///
    /// # Safety
    ///
    /// As for [`Lanes`].
    #[inline(always)]
    unsafe fn of_classes([letter, digit, dot, hyphen, wide, colon, slash, rare]: [L; 8]) -> Self {
        // SAFETY: the caller guarantees it.
        unsafe {
            let (number, both) = (digit.or(dot), colon.and(slash));
            let one = colon.without(slash);
            Self {
                host: number.or(letter).or(hyphen).or(wide),
                number,
                dot,
                letter,
                hyphen,
                colon: one,
                slash: slash.without(colon.or(rare)),
                paren: both.without(rare),
                rare: rare.without(both),
                hex: digit.or(letter.without(wide)).or(hyphen).or(one),
                at: slash.and(rare),
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
    pub(crate) hex: [u64; N],
    pub(crate) at: [u64; N],
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
            hex: none,
            at: none,
        }
    }
}

impl<const N: usize> Columns<N> {
    #[inline(always)]
    fn all(&mut self) -> ([&mut [u64; N]; 9], [&mut [u64; N]; 2]) {
        let Self { host, number, dot, letter, hyphen, colon, slash, paren, rare, hex, at } = self;
        ([host, number, dot, letter, hyphen, colon, slash, paren, rare], [hex, at])
    }

    /// Takes the last block as the one before the first; or nothing, if `is_first`.
    pub(crate) fn start(&mut self, is_first: bool) {
        let (all, exact) = self.all();
        for words in all.into_iter().chain(exact) {
            words[0] = if is_first { 0 } else { words[N - 1] };
        }
    }

    /// Makes the blocks from `count` on empty, up to a multiple of `of`.
    pub(crate) fn pad(&mut self, count: usize, of: usize) {
        let (all, exact) = self.all();
        for words in all.into_iter().chain(exact) {
            words[count + 1..=count.next_multiple_of(of)].fill(0);
        }
    }

    /// Stores the masks of a block, or of as many blocks from this one on as there are lanes; those of `hex` and `at` only if `EXACT`.
    ///
    /// # Safety
    ///
    /// As for [`Lanes`]; the blocks must be among the first `N - 1`.
    #[inline(always)]
    pub(crate) unsafe fn put<const EXACT: bool, L: Lanes>(&mut self, block: usize, masks: Masks<L>) {
        let Masks { host, number, dot, letter, hyphen, colon, slash, paren, rare, hex, at } = masks;
        let (all, exact) = self.all();
        for (words, mask) in all.into_iter().zip([host, number, dot, letter, hyphen, colon, slash, paren, rare]) {
            // SAFETY: the caller guarantees it.
            unsafe { mask.store(words, block + 1) };
        }
        if EXACT {
            for (words, mask) in exact.into_iter().zip([hex, at]) {
                // SAFETY: as above.
                unsafe { mask.store(words, block + 1) };
            }
        }
    }
}

/// Bytes to prefetch ahead: what follows takes less time than reading this many bytes.
const AHEAD: usize = 4096;

/// Computes the masks of blocks.
pub(crate) trait Classify: Copy {
    /// The masks of as many blocks as this kernel combines at once.
    type Lanes: Lanes;

    /// Computes the masks of a block. Those of `hex` and `at` may be missing unless `EXACT`.
    ///
    /// # Safety
    ///
    /// The CPU must have the features that the kernel needs, and the caller must be compiled with them, because this is inlined there.
    unsafe fn masks<const EXACT: bool>(self, block: &[u8; BLOCK]) -> Masks;

    /// Stores the masks of blocks, from the first column on.
    ///
    /// # Safety
    ///
    /// As for [`masks`](Self::masks); there must be less than `N` blocks.
    #[inline(always)]
    unsafe fn classify<const EXACT: bool, const N: usize>(self, blocks: &[[u8; BLOCK]], columns: &mut Columns<N>) {
        for (at, block) in blocks.iter().enumerate() {
            prefetch(block, AHEAD);
            // SAFETY: the caller guarantees it.
            unsafe { columns.put::<EXACT, _>(at, self.masks::<EXACT>(block)) };
        }
    }
}

/// Eight classes, one bit each. This is the only definition of the bytes that make up names, addresses and URLs.
pub(crate) mod classes {
    pub(crate) const LETTER: u8 = 1;
    pub(crate) const DIGIT: u8 = 2;
    pub(crate) const DOT: u8 = 4;
    pub(crate) const HYPHEN: u8 = 8;
    /// `_` by itself; the letters that are no hexadecimal digits together with [`LETTER`].
    pub(crate) const WIDE: u8 = 16;
    /// The bytes of names.
    pub(crate) const HOST: u8 = LETTER | DIGIT | DOT | HYPHEN | WIDE;
    /// `:` by itself; `(` together with [`SLASH`], `@` with that and [`RARE`].
    pub(super) const COLON: u8 = 32;
    /// `/` by itself; `%` together with [`RARE`].
    pub(super) const SLASH: u8 = 64;
    pub(super) const RARE: u8 = 128;

    pub(crate) const fn of(byte: u8) -> u8 {
        match byte {
            b'A'..=b'F' | b'a'..=b'f' => LETTER,
            b'G'..=b'Z' | b'g'..=b'z' => LETTER | WIDE,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'-' => HYPHEN,
            b'_' => WIDE,
            b':' => COLON,
            b'/' => SLASH,
            b'(' => COLON | SLASH,
            b'@' => COLON | SLASH | RARE,
            b'%' => SLASH | RARE,
            b'\\' | 0x80.. => RARE,
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
    unsafe fn masks<const EXACT: bool>(self, block: &[u8; BLOCK]) -> Masks {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this architecture has SSE2.
        unsafe {
            x86::sse2::<EXACT>(block)
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
    /// `[A-Fa-f]`, also in [`LETTER_LOW`].
    pub(super) const HEX_LETTER: u8 = 64;
    /// `\\`
    pub(super) const BACKSLASH: u8 = 128;
    pub(super) const LETTER: u8 = LETTER_LOW | LETTER_HIGH;
    pub(super) const NUMBER: u8 = DIGIT | DOT;
    pub(super) const HOST: u8 = NUMBER | LETTER | UNDERSCORE | HYPHEN;
    /// Hexadecimal digits and `-`.
    pub(super) const HEX: u8 = DIGIT | HEX_LETTER | HYPHEN;

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
            if n >= 1 && n <= 6 {
                table[n] |= HEX_LETTER;
            }
            n += 1;
        }
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
        table[3] = DIGIT;
        table[4] = LETTER_LOW | HEX_LETTER;
        table[5] = LETTER_HIGH | UNDERSCORE | BACKSLASH;
        table[6] = LETTER_LOW | HEX_LETTER;
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
    pub(super) unsafe fn sse2<const EXACT: bool>(block: &[u8; BLOCK]) -> Masks {
        let mut masks = [0_u64; 11];
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
                let lower = or(bytes, _mm_set1_epi8(0x20));
                let letter = range(lower, b'a', b'z');
                let (dot, hyphen, slash, colon, percent) = (is(b'.'), is(b'-'), is(b'/'), is(b':'), is(b'%'));
                let digit = range(bytes, b'0', b'9');
                let number = or(digit, dot);
                let host = or(or(number, letter), or(hyphen, is(b'_')));
                // Bytes outside ASCII have the top bit set, which is all that is taken of them.
                let rare = or(bytes, or(is(b'\\'), percent));
                let (hex, at) = if EXACT {
                    (or(or(digit, range(lower, b'a', b'f')), or(hyphen, colon)), or(is(b'@'), percent))
                } else {
                    (_mm_setzero_si128(), _mm_setzero_si128())
                };
                [host, number, dot, letter, hyphen, colon, slash, is(b'('), rare, hex, at]
                    .map(|bytes| u64::from(_mm_movemask_epi8(bytes) as u16))
            };
            for (mask, sixteen) in masks.iter_mut().zip(sixteen) {
                *mask |= sixteen << (16 * part);
            }
        }
        let [host, number, dot, letter, hyphen, colon, slash, paren, rare, hex, at] = masks;
        Masks { host, number, dot, letter, hyphen, colon, slash, paren, rare, hex, at }
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
        unsafe fn half<const EXACT: bool>(self, half: &[u8; 32]) -> [u32; 11] {
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
                let (colon, percent) = (mask(is(b':')), is(b'%'));
                // Backslash has the top bit as its class; bytes outside ASCII have it set anyway.
                let rare = _mm256_or_si256(_mm256_or_si256(classes, bytes), percent);
                let (hex, at) =
                    if EXACT { (any(halves::HEX) | colon, mask(_mm256_or_si256(is(b'@'), percent))) } else { (0, 0) };
                [
                    any(halves::HOST),
                    any(halves::NUMBER),
                    mask(is(b'.')),
                    any(halves::LETTER),
                    mask(is(b'-')),
                    colon,
                    mask(is(b'/')),
                    mask(is(b'(')),
                    mask(rare),
                    hex,
                    at,
                ]
            }
        }
    }

    impl Classify for Avx2 {
        type Lanes = lanes::x86::Four;

        #[inline(always)]
        unsafe fn masks<const EXACT: bool>(self, block: &[u8; BLOCK]) -> Masks {
            let ([first, second], _) = block.as_chunks::<32>() else { return Masks::default() };
            // SAFETY: the caller has AVX2.
            let (first, second) = unsafe { (self.half::<EXACT>(first), self.half::<EXACT>(second)) };
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
                hex: join(9),
                at: join(10),
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
        unsafe fn masks<const EXACT: bool>(self, block: &[u8; BLOCK]) -> Masks {
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
                let (colon, percent) = (is(b':'), is(b'%'));
                Masks {
                    host: any(halves::HOST),
                    number: any(halves::NUMBER),
                    dot: any(halves::DOT),
                    letter: any(halves::LETTER),
                    hyphen: any(halves::HYPHEN),
                    colon,
                    slash: is(b'/'),
                    paren: is(b'('),
                    // Backslash has the top bit as its class; bytes outside ASCII have it set anyway.
                    rare: _mm512_movepi8_mask(_mm512_or_si512(classes, bytes)) | percent,
                    hex: if EXACT { any(halves::HEX) | colon } else { 0 },
                    at: if EXACT { is(b'@') | percent } else { 0 },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
