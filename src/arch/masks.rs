//! Which of 64 bytes are of which class, as bit masks.
//!
//! One table says what the classes are; each kernel gives the same masks. Bit `i` of a mask is byte `i` of the block.

/// The masks of a block of 64 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    /// Bytes of names: `[A-Za-z0-9._-]`.
    pub(crate) host: u64,
    /// `.`
    pub(crate) dot: u64,
    /// `[A-Za-z]`
    pub(crate) letter: u64,
    /// `-`
    pub(crate) hyphen: u64,
    /// `:`
    pub(crate) colon: u64,
    /// `/`
    pub(crate) slash: u64,
    /// `\\`, `%`, `(` and every byte that is not ASCII.
    pub(crate) rare: u64,
}

/// The length of a block.
pub(crate) const BLOCK: usize = 64;

const LETTER: u8 = 1;
const OTHER_HOST: u8 = 2;
const DOT: u8 = 4;
const HYPHEN: u8 = 8;
const COLON: u8 = 16;
const SLASH: u8 = 32;
const RARE: u8 = 64;

/// The classes of a byte.
const fn class(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' => LETTER,
        b'0'..=b'9' | b'_' => OTHER_HOST,
        b'.' => DOT,
        b'-' => HYPHEN,
        b':' => COLON,
        b'/' => SLASH,
        b'\\' | b'%' | b'(' | 0x80.. => RARE,
        _ => 0,
    }
}

/// How masks are worked out. All ways give the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Without special instructions.
    Portable,
    /// 32 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 64 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 16 bytes at a time.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Kernel {
    /// Every kernel that this CPU can run, the fastest first.
    pub(crate) fn available() -> Vec<Kernel> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512bw") {
                kernels.push(Kernel::Avx512);
            }
            if is_x86_feature_detected!("avx2") {
                kernels.push(Kernel::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            kernels.push(Kernel::Neon);
        }
        kernels.push(Kernel::Portable);
        kernels
    }

    /// `avx512`, `avx2`, `neon` or `portable`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kernel::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => "neon",
        }
    }

    /// Writes the masks of `bytes` to `masks`, one for each 64 bytes begun; what is missing of the last block is zero. Gives how many were
    /// written: as many as are needed, at most as many as there is room for.
    pub(crate) fn classify(self, bytes: &[u8], masks: &mut [Masks]) -> usize {
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        let whole = blocks.len().min(masks.len());
        let (head, tail) = masks.split_at_mut(whole);
        self.blocks(&blocks[..whole], head);
        match tail.first_mut() {
            Some(last) if !rest.is_empty() => {
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                self.blocks(&[block], std::slice::from_mut(last));
                whole + 1
            }
            _ => whole,
        }
    }

    fn blocks(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        match self {
            Kernel::Portable => portable(blocks, masks),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` is the only maker of this kernel and has found the feature on this CPU.
            Kernel::Avx2 => unsafe { x86::avx2(blocks, masks) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512 => unsafe { x86::avx512(blocks, masks) },
            #[cfg(target_arch = "aarch64")]
            // SAFETY: as above.
            Kernel::Neon => unsafe { neon::neon(blocks, masks) },
        }
    }
}

/// For each byte its classes, a bit in each of eight lanes, so that the lanes of eight bytes are gathered by shifts.
static LANES: [u64; 256] = {
    let mut table = [0_u64; 256];
    let mut byte = 0;
    while byte < 256 {
        let class = class(byte as u8);
        let mut lane = 0;
        while lane < 7 {
            table[byte] |= ((class >> lane & 1) as u64) << (8 * lane);
            lane += 1;
        }
        byte += 1;
    }
    table
};

fn portable(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
    for (block, out) in blocks.iter().zip(masks) {
        let mut lanes = [0_u64; 7];
        for (part, eight) in block.chunks_exact(8).enumerate() {
            let gathered = eight.iter().enumerate().fold(0, |all, (at, &byte)| all | LANES[byte as usize] << at);
            for (lane, mask) in lanes.iter_mut().enumerate() {
                *mask |= (gathered >> (8 * lane) & 0xFF) << (8 * part);
            }
        }
        let [letter, other, dot, hyphen, colon, slash, rare] = lanes;
        *out = Masks { host: letter | other | dot | hyphen, dot, letter, hyphen, colon, slash, rare };
    }
}

/// Tables for looking up classes by the two halves of a byte: a byte is of a class if both halves say so.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod halves {
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
    pub(super) const HOST: u8 = LETTER | DIGIT | UNDERSCORE | DOT | HYPHEN;

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
mod x86 {
    #![allow(unsafe_code)]

    use std::arch::x86_64::*;

    use super::{BLOCK, Masks, halves};

    /// Masks by AVX2.
    ///
    /// # Safety
    ///
    /// The CPU must have AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn avx2(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        // SAFETY: the tables are 16 bytes, what is read.
        let (low, high) = unsafe { (table128(&halves::LOW), table128(&halves::HIGH)) };
        let (low, high) = (_mm256_broadcastsi128_si256(low), _mm256_broadcastsi128_si256(high));
        let nibble = _mm256_set1_epi8(0x0F);
        let half = |bytes: __m256i| {
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
            let classes = _mm256_and_si256(
                _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
                _mm256_shuffle_epi8(high, upper),
            );
            let is = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8));
            let any = |class: u8| {
                let none = _mm256_and_si256(classes, _mm256_set1_epi8(class as i8));
                !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(none, _mm256_setzero_si256())) as u32)
            };
            let mask = |bytes: __m256i| _mm256_movemask_epi8(bytes) as u32;
            // Backslash is the top bit of its class, as it is for bytes that are not ASCII.
            let rare = _mm256_or_si256(_mm256_or_si256(classes, bytes), _mm256_or_si256(is(b'%'), is(b'(')));
            [
                any(halves::HOST),
                mask(is(b'.')),
                any(halves::LETTER),
                mask(is(b'-')),
                mask(is(b':')),
                mask(is(b'/')),
                mask(rare),
            ]
        };
        for (block, out) in blocks.iter().zip(masks) {
            // SAFETY: a block is 64 bytes, so 32 can be read from its start and 32 from its middle.
            let (first, second) = unsafe {
                (_mm256_loadu_si256(block.as_ptr().cast()), _mm256_loadu_si256(block.as_ptr().add(32).cast()))
            };
            let (first, second) = (half(first), half(second));
            let join = |at: usize| u64::from(first[at]) | u64::from(second[at]) << 32;
            *out = Masks {
                host: join(0),
                dot: join(1),
                letter: join(2),
                hyphen: join(3),
                colon: join(4),
                slash: join(5),
                rare: join(6),
            };
        }
    }

    /// Masks by AVX-512.
    ///
    /// # Safety
    ///
    /// The CPU must have AVX-512BW (and with it AVX-512F).
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn avx512(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        // SAFETY: the tables are 16 bytes, what is read.
        let (low, high) = unsafe { (table128(&halves::LOW), table128(&halves::HIGH)) };
        let (low, high) = (_mm512_broadcast_i32x4(low), _mm512_broadcast_i32x4(high));
        let nibble = _mm512_set1_epi8(0x0F);
        for (block, out) in blocks.iter().zip(masks) {
            // SAFETY: a block is 64 bytes, what is read.
            let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
            let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), nibble);
            let classes = _mm512_and_si512(
                _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, nibble)),
                _mm512_shuffle_epi8(high, upper),
            );
            let any = |class: u8| _mm512_test_epi8_mask(classes, _mm512_set1_epi8(class as i8));
            let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8));
            // Backslash is the top bit of its class, as it is for bytes that are not ASCII.
            let rare = _mm512_movepi8_mask(_mm512_or_si512(classes, bytes)) | is(b'%') | is(b'(');
            *out = Masks {
                host: any(halves::HOST),
                dot: any(halves::DOT),
                letter: any(halves::LETTER),
                hyphen: any(halves::HYPHEN),
                colon: any(halves::COLON),
                slash: is(b'/'),
                rare,
            };
        }
    }

    /// # Safety
    ///
    /// None beyond SSE2, which x86-64 always has.
    unsafe fn table128(table: &[u8; 16]) -> __m128i {
        // SAFETY: the table is 16 bytes, what is read.
        unsafe { _mm_loadu_si128(table.as_ptr().cast()) }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    #![allow(unsafe_code)]

    use std::arch::aarch64::*;

    use super::{BLOCK, Masks, halves};

    /// Masks by NEON.
    ///
    /// # Safety
    ///
    /// The CPU must have NEON.
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn neon(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
        // SAFETY: the tables are 16 bytes, what is read.
        let (low, high, bits) =
            unsafe { (vld1q_u8(halves::LOW.as_ptr()), vld1q_u8(halves::HIGH.as_ptr()), vld1q_u8(BITS.as_ptr())) };
        // Four vectors of all ones or all zeros become 64 bits: each byte keeps its bit, neighbours are added up.
        let join = |parts: [uint8x16_t; 4]| {
            let [a, b, c, d] = parts.map(|part| vandq_u8(part, bits));
            let sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
            vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)))
        };
        for (block, out) in blocks.iter().zip(masks) {
            // SAFETY: a block is 64 bytes; each read takes 16 of them.
            let parts = [0, 16, 32, 48].map(|at| unsafe { vld1q_u8(block.as_ptr().add(at)) });
            let classes = parts.map(|bytes| {
                vandq_u8(vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(0x0F))), vqtbl1q_u8(high, vshrq_n_u8::<4>(bytes)))
            });
            let any = |class: u8| join(classes.map(|classes| vtstq_u8(classes, vdupq_n_u8(class))));
            let is = |byte: u8| join(parts.map(|bytes| vceqq_u8(bytes, vdupq_n_u8(byte))));
            let not_ascii = join(parts.map(|bytes| vcgeq_u8(bytes, vdupq_n_u8(0x80))));
            *out = Masks {
                host: any(halves::HOST),
                dot: any(halves::DOT),
                letter: any(halves::LETTER),
                hyphen: any(halves::HYPHEN),
                colon: any(halves::COLON),
                slash: is(b'/'),
                rare: not_ascii | any(halves::BACKSLASH) | is(b'%') | is(b'('),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(bytes: &[u8]) -> Vec<Masks> {
        let mask = |block: &[u8], is: &dyn Fn(u8) -> bool| {
            block.iter().enumerate().fold(0_u64, |mask, (at, &byte)| mask | u64::from(is(byte)) << at)
        };
        bytes
            .chunks(BLOCK)
            .map(|block| Masks {
                host: mask(block, &|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)),
                dot: mask(block, &|b| b == b'.'),
                letter: mask(block, &|b| b.is_ascii_alphabetic()),
                hyphen: mask(block, &|b| b == b'-'),
                colon: mask(block, &|b| b == b':'),
                slash: mask(block, &|b| b == b'/'),
                rare: mask(block, &|b| b"\\%(".contains(&b) || b >= 0x80),
            })
            .collect()
    }

    /// All bytes at all places of a block, at all lengths of the last block and at all alignments.
    #[test]
    fn every_kernel_gives_the_same_masks() {
        let mut bytes: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        bytes.extend(0..=255);
        bytes.extend((0..=255).flat_map(|byte| [byte; 3]));
        for kernel in Kernel::available() {
            for from in 0..BLOCK + 1 {
                for len in (0..200).chain([bytes.len() - from]) {
                    let part = &bytes[from..from + len];
                    let want = naive(part);
                    let mut got = vec![Masks::default(); want.len() + 1];
                    assert_eq!(kernel.classify(part, &mut got), want.len());
                    assert_eq!(got[..want.len()], want, "{kernel:?} {from} {len}");
                }
            }
        }
    }

    #[test]
    fn no_more_is_written_than_there_is_room_for() {
        let bytes = [b'a'; 200];
        for kernel in Kernel::available() {
            for room in 0..5 {
                let mut masks = vec![Masks::default(); room];
                assert_eq!(kernel.classify(&bytes, &mut masks), room.min(4));
                assert!(masks.iter().all(|masks| masks.host != 0));
            }
        }
    }
}
