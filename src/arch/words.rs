//! Finds the places of a text where one of a few words may begin, in upper or lower case.

use super::cpu::Kernel;

/// The number of bytes at the start of a word that are looked at.
const HEAD: usize = 4;

/// The length of the shortest words, whose fourth byte may be any.
const SHORTEST: usize = 3;

/// Tables of the first bytes of words. Words are in eight groups, with a bit each, and a byte of a word is looked up by its two halves: a
/// word may begin where the entries of all halves have a bit in common. False positives are possible.
#[derive(Debug)]
pub(crate) struct Words {
    low: [[u8; 16]; HEAD],
    high: [[u8; 16]; HEAD],
    /// What both halves have in common, by the whole byte.
    whole: [[u8; 256]; HEAD],
}

impl Words {
    /// Makes the tables of words of ASCII in lower case, of three bytes and more.
    pub(crate) const fn new(words: &[&[u8]]) -> Self {
        let mut tables = Self { low: [[0; 16]; HEAD], high: [[0; 16]; HEAD], whole: [[0; 256]; HEAD] };
        let mut at = 0;
        while at < words.len() {
            let word = words[at];
            // Words that begin alike share a group, so that groups stay selective.
            let group = 1 << ((word[0] ^ word[0] >> 3) & 7);
            let mut n = 0;
            while n < HEAD {
                tables.add(n, if n < word.len() { Some(word[n]) } else { None }, group);
                n += 1;
            }
            assert!(word.len() >= SHORTEST);
            at += 1;
        }
        let mut byte = 0;
        while byte < 256 {
            let mut n = 0;
            while n < HEAD {
                tables.whole[n][byte] = tables.low[n][byte & 0xF] & tables.high[n][byte >> 4];
                n += 1;
            }
            byte += 1;
        }
        tables
    }

    /// Adds a byte at a place, or all bytes, in either case.
    const fn add(&mut self, n: usize, byte: Option<u8>, group: u8) {
        let Some(byte) = byte else {
            let mut half = 0;
            while half < 16 {
                self.low[n][half] |= group;
                self.high[n][half] |= group;
                half += 1;
            }
            return;
        };
        assert!(byte.is_ascii() && !byte.is_ascii_uppercase());
        self.low[n][(byte & 0xF) as usize] |= group;
        self.high[n][(byte >> 4) as usize] |= group;
        self.high[n][(byte.to_ascii_uppercase() >> 4) as usize] |= group;
    }

    /// Returns true if `is` does for any place where a word may begin. Asks about the places in order, until one does.
    #[inline(always)]
    pub(crate) fn any(&self, kernel: Kernel, text: &[u8], mut is: impl FnMut(usize) -> bool) -> bool {
        match kernel {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the tokens prove that the CPU has AVX2 and the features that come with it.
            Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::any(self, text, &mut is) },
            _ => self.any_portable(text, 0, &mut is),
        }
    }

    #[inline(always)]
    fn any_portable(&self, text: &[u8], from: usize, is: &mut impl FnMut(usize) -> bool) -> bool {
        let [first, second, third, fourth] = &self.whole;
        text[from..].windows(SHORTEST).zip(from..).any(|(head, at)| {
            let groups = first[usize::from(head[0])];
            groups != 0
                && groups
                    & second[usize::from(head[1])]
                    & third[usize::from(head[2])]
                    & text.get(at + SHORTEST).map_or(u8::MAX, |&byte| fourth[usize::from(byte)])
                    != 0
                && is(at)
        })
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
        _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use super::{HEAD, Words};

    /// The number of places that are looked at together.
    const BLOCK: usize = 32;

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn any(words: &Words, text: &[u8], is: &mut impl FnMut(usize) -> bool) -> bool {
        // SAFETY: each table is 16 bytes long, as many as are read.
        let table = |half: &[u8; 16]| unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(half.as_ptr().cast())) };
        let (low, high) = (words.low.each_ref().map(table), words.high.each_ref().map(table));
        let nibble = _mm256_set1_epi8(0x0F);
        let groups = |n: usize, bytes: __m256i| {
            let lower = _mm256_and_si256(bytes, nibble);
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
            _mm256_and_si256(_mm256_shuffle_epi8(low[n], lower), _mm256_shuffle_epi8(high[n], upper))
        };
        // The places before this one are done.
        let mut done = 0;
        if let Some(last) = text.len().checked_sub(BLOCK + HEAD - 1) {
            let mut at = 0;
            loop {
                let block = &text[at..][..BLOCK + HEAD - 1];
                // SAFETY: the block goes on for three bytes behind the first 32.
                let heads =
                    [0, 1, 2, 3].map(|n| groups(n, unsafe { _mm256_loadu_si256(block.as_ptr().add(n).cast()) }));
                let all = heads.into_iter().reduce(|all, head| _mm256_and_si256(all, head)).expect("four of them");
                let mut places = !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(all, _mm256_setzero_si256())) as u32);
                // The last block may overlap with the one before.
                places &= u32::MAX << (done - at);
                while places != 0 {
                    if is(at + places.trailing_zeros() as usize) {
                        return true;
                    }
                    places &= places - 1;
                }
                done = at + BLOCK;
                if at == last {
                    break;
                }
                at = last.min(done);
            }
        }
        words.any_portable(text, done, is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, cases};

    #[test]
    fn every_kernel_finds_the_same_places_and_no_word_is_missed() {
        let all: [&[u8]; 5] = [b"file", b"exe", b"cef:", b",threat,", b"ver"];
        let words = Words::new(&all);
        let mut random = Random::new(3);
        for len in (0..200).step_by(cases(1, 37)) {
            for _ in 0..cases(50, 1) {
                let mut text: Vec<u8> = (0..len).map(|_| random.pick(b"fileFILEvrxth,:\xe6\xC5c.- \x06")).collect();
                for _ in 0..random.index(4) {
                    let word = all[random.index(all.len())];
                    let at = random.index(len + 1);
                    text.splice(at.min(text.len())..(at + word.len()).min(text.len()), word.iter().copied());
                }
                let found = |kernel| {
                    let mut found = Vec::new();
                    assert!(!words.any(kernel, &text, |at| {
                        found.push(at);
                        false
                    }));
                    found
                };
                let want = found(Kernel::Scalar);
                for kernel in Kernel::available() {
                    assert_eq!(found(kernel), want, "{kernel:?}: {}", text.escape_ascii());
                    // The search ends with the first place that counts.
                    let mut asked = Vec::new();
                    let is_any = words.any(kernel, &text, |at| {
                        asked.push(at);
                        asked.len() == 2
                    });
                    assert_eq!((is_any, &*asked), (want.len() >= 2, &want[..want.len().min(2)]), "{kernel:?}");
                }
                let lower = text.to_ascii_lowercase();
                let is_word = |at: &usize| all.iter().any(|word| lower[*at..].starts_with(word));
                assert!((0..text.len()).filter(is_word).all(|at| want.contains(&at)), "{}", text.escape_ascii());
            }
        }
        // Neither half of a byte is enough.
        assert!(!words.any(Kernel::Scalar, b"&ile vile fi<e eXu vex", |_| true));
        assert!(!words.any(Kernel::Scalar, b"fil filx", |_| true));
        assert!(words.any(Kernel::Scalar, b"fIl", |_| true) && words.any(Kernel::Scalar, b"eXe\xFF", |_| true));
    }
}
