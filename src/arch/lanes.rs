//! Vectors of 64-bit words: the masks of several blocks at once, the first block in the first lane.
//!
//! Sums carry from each lane to the next, so a vector of masks is added like one long number. Each lane is added alone first. A lane
//! that overflowed hands a carry on, and a lane of ones alone passes on a carry that it gets. One more addition of these two sets of
//! lanes, as bits of a small number, tells which lanes get a carry in the end.

/// Masks of [`COUNT`](Lanes::COUNT) blocks.
///
/// # Safety
///
/// For all functions, the CPU must have the features that the implementation needs, and the caller must be compiled with them, because
/// these functions are inlined there.
pub(crate) trait Lanes: Copy {
    /// The number of blocks.
    const COUNT: usize;

    /// Loads the words from `at` on.
    ///
    /// # Safety
    ///
    /// As above, and there must be [`COUNT`](Self::COUNT) words from `at` on.
    unsafe fn load(words: &[u64], at: usize) -> Self;

    /// Stores the words from `at` on.
    ///
    /// # Safety
    ///
    /// As for [`load`](Self::load).
    unsafe fn store(self, words: &mut [u64], at: usize);

    /// # Safety
    ///
    /// As above.
    unsafe fn and(self, other: Self) -> Self;

    /// # Safety
    ///
    /// As above.
    unsafe fn or(self, other: Self) -> Self;

    /// The bits of these masks that are not in the others.
    ///
    /// # Safety
    ///
    /// As above.
    unsafe fn without(self, other: Self) -> Self;

    /// These masks, moved to the following byte. `last` are the masks of the block before each.
    ///
    /// # Safety
    ///
    /// As above.
    unsafe fn moved_by_one(self, last: Self) -> Self;

    /// These masks, moved by two bytes. `last` are the masks of the block before each.
    ///
    /// # Safety
    ///
    /// As above.
    unsafe fn moved_by_two(self, last: Self) -> Self;

    /// Adds with a carry from lane to lane, in (0 or 1) and out.
    ///
    /// # Safety
    ///
    /// As above.
    unsafe fn add(self, other: Self, carry: &mut u64) -> Self;

    /// The first bits of those quarters of words whose 16 bits are all set.
    ///
    /// # Safety
    ///
    /// As above.
    unsafe fn full_quarters(self) -> Self;
}

/// The first bit of each quarter of a word.
const FIRST_OF_QUARTERS: u64 = 0x0001_0001_0001_0001;

/// A block at a time. It needs no features.
impl Lanes for u64 {
    const COUNT: usize = 1;

    #[inline(always)]
    unsafe fn load(words: &[u64], at: usize) -> Self {
        debug_assert!(at < words.len());
        // SAFETY: the caller guarantees that the word exists.
        unsafe { *words.get_unchecked(at) }
    }

    #[inline(always)]
    unsafe fn store(self, words: &mut [u64], at: usize) {
        debug_assert!(at < words.len());
        // SAFETY: as above.
        unsafe { *words.get_unchecked_mut(at) = self };
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        self | other
    }

    #[inline(always)]
    unsafe fn without(self, other: Self) -> Self {
        self & !other
    }

    #[inline(always)]
    unsafe fn moved_by_one(self, last: Self) -> Self {
        self << 1 | last >> 63
    }

    #[inline(always)]
    unsafe fn moved_by_two(self, last: Self) -> Self {
        self << 2 | last >> 62
    }

    #[inline(always)]
    unsafe fn add(self, other: Self, carry: &mut u64) -> Self {
        let (sum, first) = self.overflowing_add(other);
        let (sum, second) = sum.overflowing_add(*carry);
        *carry = u64::from(first | second);
        sum
    }

    #[inline(always)]
    unsafe fn full_quarters(self) -> Self {
        let pairs = self & (self >> 1);
        let fours = pairs & (pairs >> 2);
        let eights = fours & (fours >> 4);
        eights & (eights >> 8) & FIRST_OF_QUARTERS
    }
}

/// Returns the lanes that get a carry, and sets the carry out of the last. `over` has a bit for each lane that overflowed, `full` for
/// each lane of ones alone.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn carried<const COUNT: u32>(over: u64, full: u64, carry: &mut u64) -> u64 {
    let got = ((over << 1 | *carry) + full) ^ full;
    *carry = got >> COUNT;
    got
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    use std::arch::x86_64::*;

    use super::{FIRST_OF_QUARTERS, Lanes, carried};

    /// The functions that differ in nothing but the names of the instructions.
    macro_rules! bitwise {
        ($load:ident, $store:ident, $and:ident, $or:ident, $andnot:ident, $left:ident, $right:ident) => {
            #[inline(always)]
            unsafe fn load(words: &[u64], at: usize) -> Self {
                debug_assert!(at + Self::COUNT <= words.len());
                // SAFETY: the caller has the features, and guarantees that the words exist.
                unsafe { Self($load(words.as_ptr().add(at).cast())) }
            }

            #[inline(always)]
            unsafe fn store(self, words: &mut [u64], at: usize) {
                debug_assert!(at + Self::COUNT <= words.len());
                // SAFETY: as above.
                unsafe { $store(words.as_mut_ptr().add(at).cast(), self.0) }
            }

            #[inline(always)]
            unsafe fn and(self, other: Self) -> Self {
                // SAFETY: the caller has the features.
                unsafe { Self($and(self.0, other.0)) }
            }

            #[inline(always)]
            unsafe fn or(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { Self($or(self.0, other.0)) }
            }

            #[inline(always)]
            unsafe fn without(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { Self($andnot(other.0, self.0)) }
            }

            #[inline(always)]
            unsafe fn moved_by_one(self, last: Self) -> Self {
                // SAFETY: as above.
                unsafe { Self($or($left::<1>(self.0), $right::<63>(last.0))) }
            }

            #[inline(always)]
            unsafe fn moved_by_two(self, last: Self) -> Self {
                // SAFETY: as above.
                unsafe { Self($or($left::<2>(self.0), $right::<62>(last.0))) }
            }
        };
    }

    /// Four blocks, with AVX2.
    #[derive(Clone, Copy)]
    pub(crate) struct Four(__m256i);

    /// For each set of four lanes: all ones in these lanes.
    static FOUR: [[u64; 4]; 16] = {
        let mut table = [[0; 4]; 16];
        let mut set = 0;
        while set < 16 {
            let mut lane = 0;
            while lane < 4 {
                if set >> lane & 1 == 1 {
                    table[set][lane] = u64::MAX;
                }
                lane += 1;
            }
            set += 1;
        }
        table
    };

    impl Lanes for Four {
        const COUNT: usize = 4;

        bitwise!(
            _mm256_loadu_si256,
            _mm256_storeu_si256,
            _mm256_and_si256,
            _mm256_or_si256,
            _mm256_andnot_si256,
            _mm256_slli_epi64,
            _mm256_srli_epi64
        );

        #[inline(always)]
        unsafe fn add(self, other: Self, carry: &mut u64) -> Self {
            // SAFETY: the caller has AVX2; the table has an entry for each set of four lanes.
            unsafe {
                let sum = _mm256_add_epi64(self.0, other.0);
                // The top bit overflowed if it is set in both, or in one of them and not in the sum.
                let both = _mm256_and_si256(self.0, other.0);
                let lost = _mm256_andnot_si256(sum, _mm256_or_si256(self.0, other.0));
                let top = |lanes: __m256i| _mm256_movemask_pd(_mm256_castsi256_pd(lanes)) as u64;
                let over = top(_mm256_or_si256(both, lost));
                let full = top(_mm256_cmpeq_epi64(sum, _mm256_set1_epi64x(-1)));
                let got = carried::<4>(over, full, carry);
                // All ones are −1.
                let ones = _mm256_loadu_si256(FOUR.get_unchecked(got as usize & 15).as_ptr().cast());
                Self(_mm256_sub_epi64(sum, ones))
            }
        }

        #[inline(always)]
        unsafe fn full_quarters(self) -> Self {
            // SAFETY: the caller has AVX2.
            unsafe {
                let full = _mm256_cmpeq_epi16(self.0, _mm256_set1_epi64x(-1));
                Self(_mm256_and_si256(full, _mm256_set1_epi64x(FIRST_OF_QUARTERS as i64)))
            }
        }
    }

    /// Eight blocks, with AVX-512F and AVX-512BW.
    #[derive(Clone, Copy)]
    pub(crate) struct Eight(pub(crate) __m512i);

    impl Lanes for Eight {
        const COUNT: usize = 8;

        bitwise!(
            _mm512_loadu_si512,
            _mm512_storeu_si512,
            _mm512_and_si512,
            _mm512_or_si512,
            _mm512_andnot_si512,
            _mm512_slli_epi64,
            _mm512_srli_epi64
        );

        #[inline(always)]
        unsafe fn add(self, other: Self, carry: &mut u64) -> Self {
            // SAFETY: the caller has AVX-512F.
            unsafe {
                let sum = _mm512_add_epi64(self.0, other.0);
                let ones = _mm512_set1_epi64(-1);
                let over = u64::from(_mm512_cmplt_epu64_mask(sum, self.0));
                let full = u64::from(_mm512_cmpeq_epi64_mask(sum, ones));
                let got = carried::<8>(over, full, carry);
                Self(_mm512_mask_sub_epi64(sum, got as u8, sum, ones))
            }
        }

        #[inline(always)]
        unsafe fn full_quarters(self) -> Self {
            // SAFETY: the caller has AVX-512F and AVX-512BW.
            unsafe {
                let full = _mm512_cmpeq_epi16_mask(self.0, _mm512_set1_epi64(-1));
                Self(_mm512_maskz_mov_epi16(full, _mm512_set1_epi64(FIRST_OF_QUARTERS as i64)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cpu::Kernel;
    use super::*;
    use crate::random::{Random, cases};

    /// What a vector makes of two sets of masks.
    #[derive(Debug, Default, PartialEq)]
    struct All {
        and: Vec<u64>,
        or: Vec<u64>,
        without: Vec<u64>,
        by_one: Vec<u64>,
        by_two: Vec<u64>,
        quarters: Vec<u64>,
        sum: Vec<u64>,
        carry: u64,
    }

    /// Combines masks, the first of which stand before those that are added.
    #[inline(always)]
    unsafe fn all<L: Lanes>(a: &[u64], b: &[u64], mut carry: u64) -> All {
        let mut all = All::default();
        for at in (1..a.len()).step_by(L::COUNT) {
            let store = |lanes: L, to: &mut Vec<u64>| {
                let len = to.len();
                to.resize(len + L::COUNT, 0);
                // SAFETY: the caller guarantees the features; the words exist.
                unsafe { lanes.store(to, len) };
            };
            // SAFETY: as above; tests give a multiple of the most lanes, and one word more.
            unsafe {
                let (here, last, other) = (L::load(a, at), L::load(a, at - 1), L::load(b, at));
                store(here.and(other), &mut all.and);
                store(here.or(other), &mut all.or);
                store(here.without(other), &mut all.without);
                store(here.moved_by_one(last), &mut all.by_one);
                store(here.moved_by_two(last), &mut all.by_two);
                store(here.full_quarters(), &mut all.quarters);
                store(here.add(other, &mut carry), &mut all.sum);
            }
        }
        all.carry = carry;
        all
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn four(a: &[u64], b: &[u64], carry: u64) -> All {
        // SAFETY: the caller has found AVX2.
        unsafe { all::<x86::Four>(a, b, carry) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw")]
    unsafe fn eight(a: &[u64], b: &[u64], carry: u64) -> All {
        // SAFETY: the caller has found AVX-512.
        unsafe { all::<x86::Eight>(a, b, carry) }
    }

    /// The same bit by bit, as one long number.
    fn naive(a: &[u64], b: &[u64], mut carry: u64) -> All {
        let bit = |words: &[u64], at: usize| words[at / 64] >> (at % 64) & 1;
        let mut all = All::default();
        let mut push = |to: fn(&mut All) -> &mut Vec<u64>, at: usize, bit: u64| {
            let words = to(&mut all);
            if at.is_multiple_of(64) {
                words.push(0);
            }
            *words.last_mut().unwrap() |= bit << (at % 64);
        };
        for at in 64..64 * a.len() {
            let (x, y) = (bit(a, at), bit(b, at));
            push(|all| &mut all.and, at, x & y);
            push(|all| &mut all.or, at, x | y);
            push(|all| &mut all.without, at, x & !y & 1);
            push(|all| &mut all.by_one, at, bit(a, at - 1));
            push(|all| &mut all.by_two, at, bit(a, at - 2));
            let is_full = at % 16 == 0 && (at..at + 16).all(|at| bit(a, at) == 1);
            push(|all| &mut all.quarters, at, u64::from(is_full));
            push(|all| &mut all.sum, at, (x + y + carry) & 1);
            carry = (x + y + carry) >> 1;
        }
        all.carry = carry;
        all
    }

    #[test]
    fn vectors_are_long_numbers() {
        let mut random = Random::new(4);
        for _ in 0..cases(3000, 3) {
            let len = 8 * (1 + random.index(3)) + 1;
            // Full and empty words pass carries on, or end them.
            let mut words = || -> Vec<u64> {
                let word = |random: &mut Random| match random.below(8) {
                    0 => 0,
                    1 => 1,
                    2 => 1 << 63,
                    3 | 4 => u64::MAX,
                    5 => !(1 << random.below(64)),
                    6 => 0xFFFF << random.below(64),
                    _ => random.next(),
                };
                (0..len).map(|_| word(&mut random)).collect()
            };
            let (a, b) = (words(), words());
            for carry in [0, 1] {
                let want = naive(&a, &b, carry);
                for kernel in Kernel::available() {
                    let found = match kernel {
                        #[cfg(target_arch = "x86_64")]
                        // SAFETY: the token proves that the CPU has these features.
                        Kernel::Avx2(_) => unsafe { four(&a, &b, carry) },
                        #[cfg(target_arch = "x86_64")]
                        // SAFETY: as above.
                        Kernel::Avx512(_) => unsafe { eight(&a, &b, carry) },
                        // SAFETY: it needs no features.
                        _ => unsafe { all::<u64>(&a, &b, carry) },
                    };
                    assert_eq!(found, want, "{kernel:?} {a:x?} {b:x?} {carry}");
                }
            }
        }
    }
}
