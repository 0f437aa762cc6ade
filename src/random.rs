//! Choices for tests, the same with each run: proptest's generator with a seed.
//!
//! Tests of the crate take it as `crate::random`, those in `tests` by its path.
#![allow(dead_code, reason = "no test needs all of it")]

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Returns how many cases to try, or the step between them: `with_miri` under Miri, which is a thousand times slower.
pub(crate) const fn cases(all: usize, with_miri: usize) -> usize {
    if cfg!(miri) { with_miri } else { all }
}

#[derive(Clone, Debug)]
pub(crate) struct Random(TestRng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let seed = [seed.to_le_bytes(), (!seed).to_le_bytes()].concat();
        Self(TestRng::from_seed(RngAlgorithm::XorShift, &seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.index(at + 1));
        }
    }
}
