//! A bitmap of the last two labels of listed names: tells quickly that a name cannot match. Batches of names are tested with the best
//! instructions of the CPU.

use bytes::Bytes;

use super::cpu::{Kernel, prefetch};
use super::name::{WORD, bits_of, tail_hash, tail_hash_by_bytes};

/// Names that are tested at once: more memory accesses than a core can have in flight, but few enough for their data to
/// stay in the first-level cache.
pub(crate) const BATCH: usize = 32;

/// Bits per name. One name in seventy that does not end in listed labels passes.
const BITS: usize = 16;

/// Up to this many names there are twice as many bits: the bitmap stays in the second-level cache all the same.
const FEW: usize = 1 << 15;

/// A bitmap of the last two labels of names, or of the only label, by their [hashes](super::name::tail_hash): two bits each.
#[derive(Clone, Debug)]
pub(crate) struct Tails {
    /// Little-endian words, at least one.
    words: Bytes,
    is_empty: bool,
}

impl Default for Tails {
    fn default() -> Self {
        Self { words: Bytes::from_static(&[0; WORD]), is_empty: true }
    }
}

impl Tails {
    /// Creates the bitmap of `hashes`, of which about `distinct` are different.
    pub(crate) fn new(hashes: impl IntoIterator<Item = u64>, distinct: usize) -> Self {
        let bits = if distinct < FEW { 2 * BITS } else { BITS };
        Self::filled(vec![0_u64; (distinct * bits / 64).clamp(1, u32::MAX as usize)], hashes)
    }

    /// Returns the same bitmap with a few more hashes.
    pub(crate) fn extended(&self, hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        if self.is_empty {
            let count = hashes.len();
            return if count == 0 { Self::default() } else { Self::new(hashes, count) };
        }
        let words = self.words.as_chunks::<WORD>().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
        Self::filled(words, hashes)
    }

    fn filled(mut words: Vec<u64>, hashes: impl IntoIterator<Item = u64>) -> Self {
        for hash in hashes {
            let (word, bits) = bits_of(hash, words.len());
            words[word] |= bits;
        }
        let mut bytes = Vec::with_capacity(words.len() * WORD);
        words.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
        Self { words: bytes.into(), is_empty: false }
    }

    /// Creates the bitmap from its [bytes](Tails::bytes); `None` if no bitmap has these bytes.
    pub(crate) fn from_bytes(words: Bytes) -> Option<Self> {
        if words.is_empty() {
            return Some(Self::default());
        }
        let is_whole = words.len().is_multiple_of(WORD) && words.len() / WORD <= u32::MAX as usize;
        is_whole.then(|| Self { words, is_empty: false })
    }

    /// Returns the words, little-endian; empty if there are no names.
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.is_empty { &[] } else { &self.words }
    }

    /// Returns the [bytes](Tails::bytes), shared.
    pub(crate) fn to_bytes(&self) -> Bytes {
        if self.is_empty { Bytes::new() } else { self.words.clone() }
    }

    /// Returns the offset of the word of a hash, and the bits in it.
    #[inline(always)]
    fn place(&self, hash: u64) -> (usize, u64) {
        let (word, bits) = bits_of(hash, self.words.len() / WORD);
        (word * WORD, bits)
    }

    /// Returns true if a hash may be in the bitmap.
    #[inline(always)]
    pub(crate) fn holds(&self, hash: u64) -> bool {
        let (place, bits) = self.place(hash);
        // SAFETY: there is at least one word, and `bits_of` returns the index of an existing one.
        let word = unsafe { self.words.as_ptr().add(place).cast::<[u8; WORD]>().read() };
        u64::from_le_bytes(word) & bits == bits
    }

    /// Returns true if a text may be, or be under, something listed. `false` is always right, for all spellings of a name: then
    /// the bytes that were looked at are ASCII. The text need not be a name.
    #[inline(always)]
    pub(crate) fn may_hold(&self, name: &[u8]) -> bool {
        let (hash, is_ascii) = tail_hash(name);
        self.holds(hash) | !is_ascii
    }

    /// Writes the indexes of the names for which [`may_hold`](Tails::may_hold) is true, in order, and returns their number. `name` returns
    /// the name at an index below `count`, which is at most [`BATCH`].
    #[inline]
    pub(crate) fn likely<'n>(
        &self,
        kernel: Kernel,
        count: usize,
        name: impl Fn(usize) -> &'n [u8],
        places: &mut [u8; BATCH],
    ) -> usize {
        match kernel {
            // SAFETY: it needs no features.
            Kernel::Scalar => unsafe { self.likely_by(Scalar, count, name, places) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the token proves that the CPU has these features.
            Kernel::Avx512(_) => unsafe { x86::likely(self, count, name, places) },
            // SAFETY: it needs no features.
            _ => unsafe { self.likely_by(Common, count, name, places) },
        }
    }

    /// # Safety
    ///
    /// As for [`Hasher::tail_hash`].
    #[inline(always)]
    unsafe fn likely_by<'n, H: Hasher>(
        &self,
        hasher: H,
        count: usize,
        name: impl Fn(usize) -> &'n [u8],
        places: &mut [u8; BATCH],
    ) -> usize {
        let mut hashes = [0; BATCH];
        let mut odd = 0_u32;
        for (at, slot) in hashes.iter_mut().enumerate().take(count) {
            // SAFETY: the caller guarantees it.
            let (hash, is_ascii) = unsafe { hasher.tail_hash(name(at)) };
            *slot = hash;
            odd |= u32::from(!is_ascii) << at;
            prefetch(&self.words, self.place(hash).0);
        }
        // No branch here: it would be unpredictable.
        let mut found = 0;
        for (at, &hash) in hashes.iter().enumerate().take(count) {
            places[found & (BATCH - 1)] = at as u8;
            found += usize::from(self.holds(hash) | (odd >> at & 1 == 1));
        }
        found
    }
}

/// A way to hash the last labels of names.
trait Hasher: Copy {
    /// Like [`tail_hash`].
    ///
    /// # Safety
    ///
    /// The CPU must have the features that the kernel needs, and the caller must be compiled with them, because this is inlined there.
    unsafe fn tail_hash(self, name: &[u8]) -> (u64, bool);
}

#[derive(Clone, Copy)]
struct Common;

impl Hasher for Common {
    #[inline(always)]
    unsafe fn tail_hash(self, name: &[u8]) -> (u64, bool) {
        tail_hash(name)
    }
}

#[derive(Clone, Copy)]
struct Scalar;

impl Hasher for Scalar {
    #[inline(always)]
    unsafe fn tail_hash(self, name: &[u8]) -> (u64, bool) {
        tail_hash_by_bytes(name)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm_cvtsi128_si64, _mm_maskz_loadu_epi8, _mm256_cmpeq_epi8_mask, _mm256_extract_epi64, _mm256_maskz_loadu_epi8,
        _mm256_movepi8_mask, _mm256_set1_epi8,
    };

    use super::{BATCH, Hasher, Tails};
    use crate::arch::name::{WINDOW, WORD, mix, tail_hash_by_bytes};

    #[derive(Clone, Copy)]
    struct Avx512;

    impl Hasher for Avx512 {
        #[inline(always)]
        unsafe fn tail_hash(self, name: &[u8]) -> (u64, bool) {
            let len = name.len();
            let end = name.as_ptr().wrapping_add(len);
            let mask = if len == 0 { 0 } else { u32::MAX.wrapping_shl((WINDOW - len.min(WINDOW)) as u32) };
            // SAFETY: the caller has these features. Bytes outside the mask are not read; it covers the last 32 bytes of the name, or all.
            let (window, dots, is_ascii) = unsafe {
                let window = _mm256_maskz_loadu_epi8(mask, end.wrapping_sub(WINDOW).cast());
                let dots = _mm256_cmpeq_epi8_mask(window, _mm256_set1_epi8(b'.' as i8));
                (window, dots, _mm256_movepi8_mask(window) == 0)
            };
            let before = dots & !(1_u32 << 31).wrapping_shr(dots.leading_zeros());
            if before == 0 && len > WINDOW {
                return tail_hash_by_bytes(name);
            }
            // If there is no such dot, this acts as if it came before the text, or further away.
            let tail = (before.leading_zeros() as usize).min(len);
            let missing = (WORD - tail.min(WORD)) as u32;
            // SAFETY: as above; at most eight bytes are read, from the start of the tail on.
            let (first, last) = unsafe {
                let first = _mm_maskz_loadu_epi8(0xFF >> missing, end.wrapping_sub(tail).cast());
                (_mm_cvtsi128_si64(first) as u64, _mm256_extract_epi64::<3>(window) as u64)
            };
            (mix(first, last.wrapping_shr(8 * missing), tail), is_ascii)
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2,lzcnt")]
    pub(super) fn likely<'n>(
        tails: &Tails,
        count: usize,
        name: impl Fn(usize) -> &'n [u8],
        places: &mut [u8; BATCH],
    ) -> usize {
        // SAFETY: this function is compiled with the features that the kernel needs.
        unsafe { tails.likely_by(Avx512, count, name, places) }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(unix, not(miri)))]
    use super::super::guard::guarded;
    #[cfg(all(unix, not(miri)))]
    use super::super::name::canonical;
    use super::*;
    use crate::random::cases;

    /// Returns texts of all lengths up to 80, with dots anywhere.
    fn texts() -> Vec<Vec<u8>> {
        let mut state = 3_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as usize
        };
        let sizes = (0..80).flat_map(|len| [len; cases(40, 3)]);
        let bytes = [&b"abcdefghijklmnopqrst-UVWXYZ..."[..], b"abcdefghijklmn.\xFC"];
        let mut byte = |n: usize| bytes[n % 2][random() % bytes[n % 2].len()];
        sizes.enumerate().map(|(n, len)| (0..len).map(|_| byte(n)).collect()).collect()
    }

    /// Returns the indexes of all names that may be held, by batches.
    fn likely(tails: &Tails, kernel: Kernel, names: &[&[u8]]) -> Vec<usize> {
        let mut all = Vec::new();
        for (batch, names) in names.chunks(BATCH).enumerate() {
            let mut places = [0; BATCH];
            let count = tails.likely(kernel, names.len(), |at| names[at], &mut places);
            all.extend(places[..count].iter().map(|&place| batch * BATCH + usize::from(place)));
        }
        all
    }

    #[test]
    fn all_kernels_say_the_same() {
        let texts = texts();
        let names: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let listed = names.iter().step_by(5).map(|name| tail_hash_by_bytes(name).0);
        let tails = Tails::new(listed, names.len() / 5);
        let want: Vec<usize> = (0..names.len()).filter(|&at| tails.may_hold(names[at])).collect();
        for kernel in Kernel::available() {
            let is_ascii = |at: &usize| texts[*at].is_ascii();
            let found = likely(&tails, kernel, &names);
            assert!(found.iter().copied().filter(is_ascii).eq(want.iter().copied().filter(is_ascii)), "{kernel:?}");
            // `false` is always right.
            for (at, name) in names.iter().enumerate() {
                let is_certain = at % 5 > 0 && tail_hash_by_bytes(name).1;
                assert!(is_certain || found.binary_search(&at).is_ok(), "{kernel:?} {}", name.escape_ascii());
            }
            assert!(likely(&tails, kernel, &names[..5]).iter().eq(found.iter().take_while(|&&at| at < 5)));
            assert!(likely(&tails, kernel, &[]).is_empty());
        }
    }

    #[test]
    fn added_names_pass_and_few_others() {
        let name = |n: u64, list: &str| format!("n{n}.{list}");
        for count in [1, 3, 1000, 65_536 * 4 - 1].into_iter().take(cases(4, 3)) {
            let hash = |n| tail_hash(name(n, "test").as_bytes()).0;
            let tails = Tails::new((0..count).map(hash), count as usize);
            let opened = Tails::from_bytes(tails.to_bytes()).unwrap();
            for tails in [tails, opened] {
                assert!((0..count).all(|n| tails.may_hold(format!("www.{}", name(n, "TEST")).as_bytes())));
                let others = cases(10_000, 400);
                let passing = (0..others).filter(|&n| tails.may_hold(name(n as u64, "example").as_bytes())).count();
                assert!(passing * 40 < others, "{count}: {passing} of {others}");
            }
        }
        assert!(!Tails::default().may_hold(b"a.test") && !Tails::default().may_hold(b""));
        assert!(Tails::default().may_hold("a.\u{fc}".as_bytes()));
    }

    #[test]
    fn only_whole_bitmaps_are_taken() {
        assert!(Tails::default().bytes().is_empty());
        assert!(Tails::from_bytes(Bytes::new()).unwrap().bytes().is_empty());
        assert_eq!(Tails::from_bytes(vec![7; 16].into()).unwrap().to_bytes(), [7; 16][..]);
        for len in [1, 7, 9, 23] {
            assert!(Tails::from_bytes(vec![0; len].into()).is_none());
        }
    }

    /// Names that start after an unreadable page, or end before one.
    #[cfg(all(unix, not(miri)))]
    #[test]
    fn nothing_outside_a_name_is_read() {
        let tails = Tails::new([tail_hash(b"evil.test").0], 1);
        guarded(|page| {
            for kernel in Kernel::available() {
                for text in texts().iter().map(Vec::as_slice).chain([&b"evil.test"[..], b"www.evil.test", b"t.co", b""])
                {
                    let want = likely(&tails, kernel, &[text]);
                    for at in [0, page.len() - text.len()] {
                        let name = &mut page[at..at + text.len()];
                        name.copy_from_slice(text);
                        assert_eq!(likely(&tails, kernel, &[name]), want);
                        canonical(name);
                    }
                    assert!(!want.is_empty() || !text.ends_with(b"evil.test"));
                }
            }
        });
    }
}
