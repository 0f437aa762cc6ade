//! Work on all cores with the feature `parallel`, and on one without it.
//!
//! Results are in the order of the pieces, whichever thread worked on them.

use std::ops::Range;

/// Ids per piece of work: large enough to be worth handing over, small enough to share out evenly.
const PIECE: u32 = 1 << 14;

/// Runs both closures and returns both results.
#[cfg(feature = "parallel")]
pub(in crate::sieve) fn join<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(a, b)
}

#[cfg(not(feature = "parallel"))]
pub(in crate::sieve) fn join<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    (a(), b())
}

/// Applies `work` to each piece of `0..len`, and returns the results in order.
pub(in crate::sieve) fn pieces<T: Send>(len: usize, work: impl Fn(Range<u32>) -> T + Sync) -> Vec<T> {
    let len = len as u32;
    let piece = |at: u32| work(at * PIECE..len.min(at.saturating_add(1).saturating_mul(PIECE)));
    let count = len.div_ceil(PIECE);
    #[cfg(feature = "parallel")]
    {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        (0..count).into_par_iter().map(piece).collect()
    }
    #[cfg(not(feature = "parallel"))]
    (0..count).map(piece).collect()
}

/// Applies `work` to each item, and returns the results in order.
pub(in crate::sieve) fn map<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync + Send) -> Vec<T> {
    #[cfg(feature = "parallel")]
    {
        use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
        items.par_iter().map(work).collect()
    }
    #[cfg(not(feature = "parallel"))]
    items.iter().map(work).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_everything_in_order() {
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let all: Vec<u32> = pieces(len as usize, |range| range.collect::<Vec<_>>()).concat();
            assert!(all.into_iter().eq(0..len));
        }
        assert_eq!(join(|| 1, || 2), (1, 2));
        assert_eq!(map(&[1, 2, 3], |n| n * 2), [2, 4, 6]);
    }
}
