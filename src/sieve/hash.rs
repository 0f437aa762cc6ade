//! The hash of names and paths. Specified here and nowhere else, so that it is the same on every CPU and in every release.
//!
//! `fold(state, word)` is the two halves of the 128-bit product of `state ^ word` and a constant, xored. Bytes are
//! taken eight at a time, little-endian; the last word is padded with zeros and carries the length, so that no two
//! different strings of one length class share their words.

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Start of every hash; a later file format may choose another one.
pub(super) const SEED: u64 = 0x5851_F42D_4C95_7F2D;

#[inline]
const fn fold(state: u64, word: u64) -> u64 {
    let product = (state ^ word) as u128 * MULTIPLIER as u128;
    (product as u64) ^ ((product >> 64) as u64)
}

/// Extends `state` by one piece (a label, a path segment).
#[inline]
pub(super) fn extend(mut state: u64, piece: &[u8]) -> u64 {
    let mut words = piece.chunks_exact(8);
    for word in &mut words {
        state =
            fold(state, u64::from_le_bytes([word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7]]));
    }
    let mut last = [0; 8];
    let rest = words.remainder();
    last[..rest.len()].copy_from_slice(rest);
    // The rotation keeps the length out of the way of the bytes.
    fold(state.rotate_left(23), u64::from_le_bytes(last)) ^ (piece.len() as u64).wrapping_mul(MULTIPLIER)
}

/// Hash of one string as a whole.
#[cfg(test)]
pub(super) fn of(text: &[u8]) -> u64 {
    finish(extend(SEED, text))
}

/// Hash of a pair of numbers.
#[inline]
pub(super) fn pair(a: u64, b: u64) -> u64 {
    finish(fold(fold(SEED, a).rotate_left(29), b))
}

/// Spreads the state over the low bits, which tables index by.
#[inline]
pub(super) const fn finish(state: u64) -> u64 {
    fold(state, MULTIPLIER.rotate_left(17))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_order_count() {
        let texts: [&[u8]; 8] = [b"", b"\0", b"\0\0", b"a", b"a\0", b"abcdefgh", b"abcdefgh\0", b"hgfedcba"];
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[..i] {
                assert_ne!(of(a), of(b), "{a:?} {b:?}");
            }
        }
        assert_ne!(extend(extend(SEED, b"a"), b"b"), extend(extend(SEED, b"b"), b"a"));
    }

    /// The hash is part of what is saved: these values never change.
    #[test]
    fn the_hash_is_fixed() {
        assert_eq!(of(b"evil.test"), of(b"evil.test"));
        assert_eq!([of(b""), of(b"evil.test"), pair(1, 2)], FIXED);
    }
    const FIXED: [u64; 3] = [1_487_269_375_928_885_778, 8_492_901_429_278_636_872, 18_356_627_311_344_620_736];
}
