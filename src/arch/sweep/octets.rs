//! Reads the octets of a run with three dots.

#[cfg(target_arch = "x86_64")]
use super::shuffled;
use crate::arch::masks::Portable;
#[cfg(target_arch = "aarch64")]
use crate::arch::masks::neon::Neon;
#[cfg(target_arch = "x86_64")]
use crate::arch::masks::{
    gfni::Gfni,
    x86::{Avx2, Avx512},
};

/// The number of bytes that are read before the end of a run.
pub(super) const LONGEST: usize = 16;

/// Reads the octets of a run.
pub(super) trait Octets {
    /// Returns the address of the text that is the last `run` of the bytes before an end: digits, and three dots. The highest bit of `dots`
    /// stands for the last byte. If an octet has no digit, or more than three, the result is 0; if there are not three dots, or more than
    /// 15 bytes, it is arbitrary.
    ///
    /// # Safety
    ///
    /// The CPU must have the features that the kernel needs, and the caller must be compiled with them, because this is inlined there.
    unsafe fn addr(before: &[u8; LONGEST], run: u32, dots: u64) -> u32;
}

/// Returns the number in the last `len` of four bytes, if they are at most three digits.
#[inline(always)]
fn octet(text: u32, len: u32) -> u32 {
    let digits = text & 0x0F0F_0F0F & (!0 << (32_u32.wrapping_sub(len.wrapping_mul(8)) & 31));
    // The fourth byte gets the last digit, plus ten times the one before, plus a hundred times the one before that.
    digits.wrapping_mul(0x64_0A01) >> 24
}

#[inline(always)]
fn portable(before: &[u8; LONGEST], run: u32, dots: u64) -> u32 {
    let third = dots.leading_zeros();
    let dots = dots & !(1 << 63 >> (third & 63));
    let second = dots.leading_zeros();
    let dots = dots & !(1 << 63 >> (second & 63));
    let one = dots.leading_zeros();
    let lens = [run.wrapping_sub(one + 1), one.wrapping_sub(second + 1), second.wrapping_sub(third + 1), third];
    // The four bytes before each end of an octet. Lengths that no octet has give zero below.
    let text = |end: usize| u32::from_le_bytes([before[end - 4], before[end - 3], before[end - 2], before[end - 1]]);
    let before_dot = |dot: u32| text(LONGEST - 1 - dot.min(LONGEST as u32 - 5) as usize);
    let octet = |text: u32, n: usize| octet(text, lens[n]) & 0xFF;
    let addr = octet(before_dot(one), 0) << 24
        | octet(before_dot(second), 1) << 16
        | octet(before_dot(third), 2) << 8
        | octet(text(LONGEST), 3);
    let is_octet = |n: usize| lens[n].wrapping_sub(1) < 3;
    if is_octet(0) & is_octet(1) & is_octet(2) & is_octet(3) { addr } else { 0 }
}

impl Octets for Portable {
    #[inline(always)]
    unsafe fn addr(before: &[u8; LONGEST], run: u32, dots: u64) -> u32 {
        portable(before, run, dots)
    }
}

#[cfg(target_arch = "aarch64")]
impl Octets for Neon {
    #[inline(always)]
    unsafe fn addr(before: &[u8; LONGEST], run: u32, dots: u64) -> u32 {
        portable(before, run, dots)
    }
}

macro_rules! with_avx2 {
    ($($kernel:ty),*) => {$(
        #[cfg(target_arch = "x86_64")]
        impl Octets for $kernel {
            #[inline(always)]
            unsafe fn addr(before: &[u8; LONGEST], run: u32, dots: u64) -> u32 {
                // SAFETY: the caller guarantees it.
                unsafe { shuffled::addr(before, run, dots) }
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
    unsafe fn avx2(before: &[u8; LONGEST], run: u32, dots: u64) -> u32 {
        // SAFETY: the caller has found AVX2.
        unsafe { Avx2::addr(before, run, dots) }
    }

    /// Octets of any length and value, also none and too many digits, after any text.
    #[test]
    fn every_kernel_reads_the_same_octets() {
        let mut random = Random::new(9);
        for _ in 0..cases(20_000, 100) {
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
            let text = format!("{before}{run}");
            let dots =
                run.bytes().rev().zip(0..).fold(0, |dots, (byte, at)| dots | u64::from(byte == b'.') << (63 - at));
            for kernel in Kernel::available() {
                let (before, run) = (text.as_bytes().last_chunk().unwrap(), run.len() as u32);
                // SAFETY: the token proves that the CPU has the features.
                let found = unsafe {
                    match kernel {
                        #[cfg(target_arch = "x86_64")]
                        Kernel::Avx2(_) | Kernel::Avx512(_) => avx2(before, run, dots),
                        _ => Portable::addr(before, run, dots),
                    }
                };
                assert_eq!(found, want.unwrap_or(0), "{kernel:?} {text:?}");
            }
        }
    }
}
