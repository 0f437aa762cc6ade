//! Reads the octets of a run with three dots.

use crate::arch::masks::Portable;
#[cfg(target_arch = "aarch64")]
use crate::arch::masks::neon::Neon;
#[cfg(target_arch = "x86_64")]
use crate::arch::masks::{
    gfni::Gfni,
    x86::{Avx2, Avx512},
};

/// The number of bytes that may be read before the end of a run.
pub(super) const LONGEST: usize = 16;

/// Reads the octets of a run.
pub(super) trait Octets {
    /// Returns the address of the text that is the last `run` bytes before `end`: digits, and three dots. The highest bit of `dots` stands
    /// for the last byte before the end. If an octet has no digit, or more than three, the result is 0; if there are not three dots, or
    /// more than 15 bytes, it is arbitrary.
    ///
    /// # Safety
    ///
    /// At least [`LONGEST`] bytes must stand before `end`, which must not be past the end of the text. The CPU must have the features that
    /// the kernel needs, and the caller must be compiled with them, because this is inlined there.
    unsafe fn addr(bytes: &[u8], end: usize, run: u32, dots: u64) -> u32;
}

/// Returns the number in the last `len` of four bytes, if they are at most three digits.
#[inline(always)]
fn octet(text: u32, len: u32) -> u32 {
    let digits = text & 0x0F0F_0F0F & (!0 << (32_u32.wrapping_sub(len.wrapping_mul(8)) & 31));
    // The fourth byte gets the last digit, plus ten times the one before, plus a hundred times the one before that.
    digits.wrapping_mul(0x64_0A01) >> 24
}

/// Without special instructions.
///
/// # Safety
///
/// As for [`Octets::addr`].
#[inline(always)]
unsafe fn portable(bytes: &[u8], end: usize, run: u32, dots: u64) -> u32 {
    debug_assert!((LONGEST..=bytes.len()).contains(&end));
    let third = dots.leading_zeros();
    let dots = dots & !(1 << 63 >> (third & 63));
    let second = dots.leading_zeros();
    let dots = dots & !(1 << 63 >> (second & 63));
    let one = dots.leading_zeros();
    let lens = [run.wrapping_sub(one + 1), one.wrapping_sub(second + 1), second.wrapping_sub(third + 1), third];
    // The four bytes before each end of an octet; other lengths than those of octets give zero below.
    let text = |dot: u32| {
        let at = end - dot.min(LONGEST as u32 - 5) as usize - 5;
        // SAFETY: the caller guarantees 16 bytes before the end, and these are at most so far from it.
        u32::from_le(unsafe { bytes.as_ptr().add(at).cast::<u32>().read_unaligned() })
    };
    // SAFETY: as above.
    let last = u32::from_le(unsafe { bytes.as_ptr().add(end - 4).cast::<u32>().read_unaligned() });
    let octet = |text: u32, n: usize| octet(text, lens[n]) & 0xFF;
    let addr = octet(text(one), 0) << 24 | octet(text(second), 1) << 16 | octet(text(third), 2) << 8 | octet(last, 3);
    let is_octet = |n: usize| lens[n].wrapping_sub(1) < 3;
    if is_octet(0) & is_octet(1) & is_octet(2) & is_octet(3) { addr } else { 0 }
}

impl Octets for Portable {
    #[inline(always)]
    unsafe fn addr(bytes: &[u8], end: usize, run: u32, dots: u64) -> u32 {
        // SAFETY: the caller guarantees it.
        unsafe { portable(bytes, end, run, dots) }
    }
}

#[cfg(target_arch = "aarch64")]
impl Octets for Neon {
    #[inline(always)]
    unsafe fn addr(bytes: &[u8], end: usize, run: u32, dots: u64) -> u32 {
        // SAFETY: the caller guarantees it.
        unsafe { portable(bytes, end, run, dots) }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! One shuffle brings the digits of each octet to a lane of their own: it is chosen by the places of the dots.

    use std::arch::x86_64::*;

    use super::LONGEST;

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
    static KEPT: [u8; 2 * LONGEST] = {
        let mut table = [0; 2 * LONGEST];
        let mut at = LONGEST;
        while at < 2 * LONGEST {
            table[at] = 0x0F;
            at += 1;
        }
        table
    };

    /// # Safety
    ///
    /// As for [`Octets::addr`](super::Octets::addr), with AVX2.
    #[inline(always)]
    pub(super) unsafe fn addr(bytes: &[u8], end: usize, run: u32, dots: u64) -> u32 {
        debug_assert!((LONGEST..=bytes.len()).contains(&end));
        let first = run.wrapping_sub(64).wrapping_add(dots.trailing_zeros());
        // SAFETY: the caller guarantees 16 bytes before the end, and AVX2. There is a number for each 12 bits, and a shuffle for each
        // number. A run of up to 15 bytes is a place in the table of bytes to keep.
        let addr = unsafe {
            let number = *NUMBERS.get_unchecked((dots >> (64 - DOTS)) as usize);
            let shuffle = _mm_loadu_si128(SHUFFLES.get_unchecked(usize::from(number)).as_ptr().cast());
            let kept = _mm_loadu_si128(KEPT.as_ptr().add((run & 15) as usize).cast());
            let digits = _mm_and_si128(_mm_loadu_si128(bytes.as_ptr().add(end - LONGEST).cast()), kept);
            // Weights of 100, 10, 1 and 0, the first one lowest.
            let pairs = _mm_maddubs_epi16(_mm_shuffle_epi8(digits, shuffle), _mm_set1_epi32(0x0001_0A64));
            let values = _mm_madd_epi16(pairs, _mm_set1_epi16(1));
            // The lowest byte of each lane, the last lane first.
            let lowest = _mm_set1_epi32(0x0004_080C);
            _mm_cvtsi128_si32(_mm_shuffle_epi8(values, lowest)) as u32
        };
        if first.wrapping_sub(1) < 3 { addr } else { 0 }
    }
}

macro_rules! with_avx2 {
    ($($kernel:ty),*) => {$(
        #[cfg(target_arch = "x86_64")]
        impl Octets for $kernel {
            #[inline(always)]
            unsafe fn addr(bytes: &[u8], end: usize, run: u32, dots: u64) -> u32 {
                // SAFETY: the caller guarantees it.
                unsafe { x86::addr(bytes, end, run, dots) }
            }
        }
    )*};
}
with_avx2!(Avx2, Avx512, Gfni);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::cpu::Kernel;
    use crate::random::{Random, cases};

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn avx2(bytes: &[u8], end: usize, run: u32, dots: u64) -> u32 {
        // SAFETY: the caller has found AVX2, and guarantees the bytes.
        unsafe { Avx2::addr(bytes, end, run, dots) }
    }

    /// Octets of any length and value, also none and too many digits, after any text and before any.
    #[test]
    fn every_kernel_reads_the_same_octets() {
        let mut random = Random::new(9);
        for _ in 0..cases(20_000, 300) {
            let octets: [String; 4] = std::array::from_fn(|_| {
                let len = random.pick(&[0, 1, 1, 2, 2, 3, 3, 3, 4]);
                (0..len).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
            });
            let run = octets.join(".");
            if run.len() > 15 {
                continue;
            }
            let want = octets.iter().try_fold(0, |addr, octet| {
                let value = octet.parse::<u32>().ok().filter(|_| octet.len() <= 3)?;
                Some(addr << 8 | value & 0xFF)
            });
            let before = random.pick(&[
                "1234567890123456",
                "................",
                "a             =\"",
                "\u{e9}\u{e9}\u{e9}1.2.3.4.",
            ]);
            let text = format!("{before}{run}{}", random.pick(&["", ".", "7", " x"]));
            let end = before.len() + run.len();
            let dots =
                run.bytes().rev().zip(0..).fold(0, |dots, (byte, at)| dots | u64::from(byte == b'.') << (63 - at));
            for kernel in Kernel::available() {
                let (bytes, run) = (text.as_bytes(), run.len() as u32);
                // SAFETY: 16 bytes stand before the run, and the token proves that the CPU has the features.
                let found = unsafe {
                    match kernel {
                        #[cfg(target_arch = "x86_64")]
                        Kernel::Avx2(_) | Kernel::Avx512(_) => avx2(bytes, end, run, dots),
                        _ => Portable::addr(bytes, end, run, dots),
                    }
                };
                assert_eq!(found, want.unwrap_or(0), "{kernel:?} {text:?}");
            }
        }
    }
}
