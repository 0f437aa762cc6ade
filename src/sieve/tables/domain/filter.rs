//! A filter of suffixes that may be stored. It has false positives, but no false negatives.

use crate::error::Result;
use crate::wire::{Reader, Words, Writer};

/// One word per hash, for the suffixes with at least three labels and for the stored names.
///
/// The hash of a suffix of a stored name selects a word and two bits in it; a stored name has a third bit.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter(Words<u64>);

/// Bits of the filter per suffix. With real names, a third of the bits is set. Of the suffixes that no stored name ends
/// in, one in ten passes, and one in thirty seems stored; and only names with known last two labels get here.
const BITS: usize = 8;

/// Below this number of suffixes there are twice as many bits: the filter still stays in the second-level cache.
const FEW: usize = 1 << 15;

#[inline(always)]
fn bit(hash: u64, n: u32) -> u64 {
    1 << (hash >> (6 * n) & 63)
}

#[inline(always)]
fn known(hash: u64) -> u64 {
    bit(hash, 0) | bit(hash, 1)
}

#[inline(always)]
fn stored(hash: u64) -> u64 {
    bit(hash, 2)
}

/// The answer of the filter for a suffix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    word: u64,
    hash: u64,
}

impl Seen {
    /// Returns true if a stored name may equal the suffix or end in it.
    #[inline(always)]
    pub(super) fn may_go_on(self) -> bool {
        self.word & known(self.hash) == known(self.hash)
    }

    /// Returns true if a stored name may equal the suffix.
    #[inline(always)]
    pub(super) fn is_candidate(self) -> bool {
        let both = known(self.hash) | stored(self.hash);
        self.word & both == both
    }
}

impl Filter {
    /// The word for a hash.
    #[inline(always)]
    fn place(&self, hash: u64) -> usize {
        place(hash, self.0.len())
    }

    #[inline(always)]
    pub(super) fn look(&self, hash: u64) -> Seen {
        Seen { word: self.0.at(self.place(hash)), hash }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn memory(&self) -> usize {
        self.0.memory()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.words("filter", &self.0);
    }

    pub(super) fn open(from: &mut Reader) -> Result<Self> {
        from.words("filter").map(Self)
    }
}

#[inline(always)]
fn place(hash: u64, words: usize) -> usize {
    (((hash >> 32) * words as u64) >> 32) as usize
}

/// The build form.
#[derive(Debug)]
pub(super) struct FilterBuilder(Vec<u64>);

impl FilterBuilder {
    /// Makes a filter for this many different suffixes, including stored names.
    pub(super) fn new(suffixes: usize) -> Self {
        let bits = if suffixes < FEW { BITS * 2 } else { BITS };
        Self(vec![0; (suffixes * bits).div_ceil(64).clamp(1, u32::MAX as usize)])
    }

    fn set(&mut self, hash: u64, bits: u64) {
        let place = place(hash, self.0.len());
        self.0[place] |= bits;
    }

    pub(super) fn add_suffix(&mut self, hash: u64) {
        self.set(hash, known(hash));
    }

    pub(super) fn add_stored(&mut self, hash: u64) {
        self.set(hash, known(hash) | stored(hash));
    }

    pub(super) fn finish(self) -> Filter {
        Filter(self.0.as_slice().into())
    }
}

/// Estimates the number of different hashes.
#[derive(Debug)]
pub(super) struct Distinct(Vec<u64>);

impl Distinct {
    /// Takes the total number of hashes, duplicates included.
    pub(super) fn new(hashes: usize) -> Self {
        Self(vec![0; hashes.div_ceil(8).max(1)])
    }

    pub(super) fn add(&mut self, hash: u64) {
        let place = place(hash, self.0.len());
        self.0[place] |= bit(hash, 0);
    }

    /// The estimate, which is at most an eighth too low.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sieve::flat::hash::pair;

    #[test]
    fn added_suffixes_pass_and_few_others() {
        for count in [1_u64, 10, 1000, 100_000] {
            let mut builder = FilterBuilder::new(count as usize * 2);
            (0..count).for_each(|n| builder.add_suffix(pair(n, 1)));
            (0..count).for_each(|n| builder.add_stored(pair(n, 2)));
            let filter = builder.finish();
            for n in 0..count {
                assert!(filter.look(pair(n, 1)).may_go_on());
                assert!(filter.look(pair(n, 2)).may_go_on() && filter.look(pair(n, 2)).is_candidate());
            }
            let others = || (0..100_000).map(|n| filter.look(pair(n, 3))).filter(|seen| seen.may_go_on());
            assert!(others().count() < 10_000, "{count}: {}", others().count());
            let both = others().filter(|seen| seen.is_candidate()).count();
            assert!(both < 3000, "{count}: {both}");
        }
    }

    #[test]
    fn counts_of_different_hashes() {
        for different in [1, 100, 10_000] {
            let mut distinct = Distinct::new(20_000);
            (0..20_000).for_each(|n| distinct.add(pair(n % different, 4)));
            let count = distinct.count() as u64;
            assert!(count <= different && count * 8 >= different * 7, "{different}: {count}");
        }
    }
}
