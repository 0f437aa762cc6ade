//! Masks with NEON.

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
    unsafe fn masks<const EXACT: bool>(self, block: &[u8; BLOCK]) -> Masks {
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
                rare: not_ascii | any(halves::BACKSLASH) | percent,
                hex: if EXACT { any(halves::HEX) | colon } else { 0 },
                at: if EXACT { is(b'@') | percent } else { 0 },
            }
        }
    }
}
