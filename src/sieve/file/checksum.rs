//! The checksum of a section.
//!
//! Part of the format, and so specified here and fixed by a test. `fold(x)` is the two halves of the 128-bit product of `x` and a
//! constant, xored. A section is cut into blocks of 256 KiB. A block's words of eight bytes, little-endian, the end padded with
//! zeros to 32 bytes, go to four lanes in turn; each word is xored to its lane, which is then folded. The
//! lanes and the block's length are folded into one number, and so are the numbers of the blocks, the section's length
//! and its name. Four lanes keep a CPU's multiplier busy; blocks keep all cores busy.

#[cfg(feature = "parallel")]
use rayon::prelude::*;

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
const LANES: [u64; 4] = [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344, 0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89];
const BLOCK: usize = 256 * 1024;

#[inline(always)]
const fn fold(x: u64) -> u64 {
    let product = x as u128 * MULTIPLIER as u128;
    (product as u64) ^ (product >> 64) as u64
}

fn block(bytes: &[u8]) -> u64 {
    fn take(lanes: &mut [u64; 4], group: &[u8; 32]) {
        let (words, _) = group.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = fold(*lane ^ u64::from_le_bytes(*word));
        }
    }
    let mut lanes = LANES;
    let (groups, rest) = bytes.as_chunks::<32>();
    for group in groups {
        take(&mut lanes, group);
    }
    if !rest.is_empty() {
        let mut last = [0; 32];
        last[..rest.len()].copy_from_slice(rest);
        take(&mut lanes, &last);
    }
    lanes.into_iter().fold(bytes.len() as u64, |sum, lane| fold(sum.rotate_left(29) ^ lane))
}

fn combine(blocks: impl Iterator<Item = u64>, name: &str, len: usize) -> u64 {
    let sum = blocks.fold(LANES[0], |sum, block| fold(sum.rotate_left(29) ^ block));
    fold(sum.rotate_left(29) ^ block(name.as_bytes()) ^ len as u64)
}

/// The checksum of one section.
pub(in crate::sieve) fn of(name: &str, bytes: &[u8]) -> u64 {
    combine(bytes.chunks(BLOCK).map(block), name, bytes.len())
}

/// The checksums of many sections, worked out on all cores.
#[cfg(feature = "parallel")]
pub(super) fn of_all(sections: &[(&str, &[u8])]) -> Vec<u64> {
    /// What is summed up sooner than threads are woken.
    const SMALL: usize = 1 << 20;
    if sections.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() < SMALL {
        return sections.iter().map(|(name, bytes)| of(name, bytes)).collect();
    }
    let blocks: Vec<&[u8]> = sections.iter().flat_map(|(_, bytes)| bytes.chunks(BLOCK)).collect();
    let sums: Vec<u64> = blocks.into_par_iter().map(block).collect();
    let mut sums = sums.into_iter();
    let sum =
        |(name, bytes): &(&str, &[u8])| combine(sums.by_ref().take(bytes.len().div_ceil(BLOCK)), name, bytes.len());
    sections.iter().map(sum).collect()
}

/// The checksums of many sections.
#[cfg(not(feature = "parallel"))]
pub(super) fn of_all(sections: &[(&str, &[u8])]) -> Vec<u64> {
    sections.iter().map(|(name, bytes)| of(name, bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These values are in files and never change.
    #[test]
    fn the_checksum_is_fixed() {
        let long: Vec<u8> = (0..3 * BLOCK + 5).map(|n| ((n * n) >> 7) as u8).collect();
        assert_eq!([of("", b""), of("name", b"evil.test"), of("name", &long)], FIXED);
    }

    const FIXED: [u64; 3] = [4_606_718_801_974_694_535, 7_891_025_884_785_055_854, 3_513_258_471_410_103_972];

    #[test]
    fn names_lengths_and_every_bit_count() {
        let bytes = [0_u8; 77];
        let mut seen = vec![of("a", &bytes), of("b", &bytes)];
        seen.extend((0..bytes.len()).map(|len| of("a", &bytes[..len])));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            seen.push(of("a", &flipped));
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn together_as_one_by_one() {
        let long: Vec<u8> = (0..3 * BLOCK).map(|n| (n >> 3) as u8).collect();
        let sections =
            [("a", &long[..]), ("b", &[]), ("c", &long[..BLOCK]), ("d", &long[..BLOCK + 1]), ("e", &[1][..])];
        let want: Vec<u64> = sections.iter().map(|(name, bytes)| of(name, bytes)).collect();
        assert_eq!(of_all(&sections), want);
    }
}
