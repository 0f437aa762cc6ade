//! The parts that both prefix indexes share: loads, ranks in bitmaps, and comparison of 16 bytes.

use std::mem::MaybeUninit;

/// No row.
pub(crate) const NONE: u32 = (1 << VALUE_BITS) - 1;
/// The maximum number of rows of an index.
pub(crate) const MAX_ROWS: usize = NONE as usize;

/// The number of value bits in a slot, which is a word of a tag and a value.
pub(crate) const VALUE_BITS: u32 = 26;
pub(crate) const VALUE: u32 = NONE;

/// Bytes of a block: 64 bits that mark the starts of runs of equal slots, and the index of the slot in force at its first child.
pub(super) const BLOCK: usize = 12;
/// The number of blocks of a node, which has 256 children.
pub(super) const BLOCKS: usize = 4;

/// Makes the word of a slot.
#[inline(always)]
pub(crate) const fn slot(tag: u32, value: u32) -> u32 {
    tag << VALUE_BITS | value & VALUE
}

/// Loads the little-endian number of `N` bytes at `at`.
///
/// # Safety
///
/// Unless `CHECKED`, `at + N` must be at most the length of `bytes`. If `CHECKED`, bytes out of reach give zero.
#[inline(always)]
pub(super) unsafe fn load<const CHECKED: bool, const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    if CHECKED {
        bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
    } else {
        debug_assert!(at + N <= bytes.len());
        // SAFETY: the caller guarantees that these bytes exist; `[u8; N]` needs no alignment.
        unsafe { *bytes.as_ptr().add(at).cast() }
    }
}

/// Loads the `at`-th word.
///
/// # Safety
///
/// As for [`load`].
#[inline(always)]
pub(super) unsafe fn word<const CHECKED: bool>(bytes: &[u8], at: usize) -> u32 {
    // SAFETY: the caller guarantees it.
    u32::from_le_bytes(unsafe { load::<CHECKED, 4>(bytes, at * 4) })
}

/// Returns the index of the slot in force at child `octet` of a node.
///
/// # Safety
///
/// Unless `CHECKED`, the node must be one of `blocks`.
#[inline(always)]
pub(super) unsafe fn rank<const CHECKED: bool>(blocks: &[u8], node: u32, octet: u32) -> usize {
    // SAFETY: the caller guarantees that the node's blocks exist; `octet` is below 256.
    unsafe { rank_at::<CHECKED>(blocks, block_at(node, octet), octet) }
}

/// Returns the offset of the block of child `octet` of a node.
#[inline(always)]
pub(super) fn block_at(node: u32, octet: u32) -> usize {
    (node as usize * BLOCKS + (octet >> 6) as usize) * BLOCK
}

/// Like [`rank`], given the offset of the block.
///
/// # Safety
///
/// Unless `CHECKED`, the block must exist.
#[inline(always)]
pub(super) unsafe fn rank_at<const CHECKED: bool>(blocks: &[u8], at: usize, octet: u32) -> usize {
    // SAFETY: the caller guarantees it.
    let (starts, first) = split_block(unsafe { load::<CHECKED, BLOCK>(blocks, at) });
    let upto = starts & (2_u64 << (octet & 63)).wrapping_sub(1);
    first.wrapping_add(upto.count_ones()) as usize
}

/// Returns a bit for each of 16 tails that holds an octet. A tail is two bytes: the last octet of a prefix, and the mask of its bits
/// that count.
#[inline(always)]
pub(super) fn holding<const CHECKED: bool>(tails: [u8; 32], octet: u8) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if !CHECKED {
        use std::arch::x86_64::{
            __m128i, _mm_and_si128, _mm_cmpeq_epi16, _mm_movemask_epi8, _mm_packs_epi16, _mm_set1_epi16,
            _mm_setzero_si128, _mm_srli_epi16, _mm_xor_si128,
        };
        // SAFETY: SSE2 is part of x86-64; both types are 32 plain bytes.
        return unsafe {
            let halves = std::mem::transmute::<[u8; 32], [__m128i; 2]>(tails);
            let octet = _mm_set1_epi16(octet.into());
            let [low, high] = halves.map(|tails| {
                let differ = _mm_and_si128(_mm_xor_si128(tails, octet), _mm_srli_epi16::<8>(tails));
                _mm_cmpeq_epi16(differ, _mm_setzero_si128())
            });
            _mm_movemask_epi8(_mm_packs_epi16(low, high)) as u32
        };
    }
    // Compilers turn this form into vector instructions if the target has them.
    let mut weights = [0_u16; 16];
    for (at, (weight, tail)) in weights.iter_mut().zip(tails.as_chunks::<2>().0).enumerate() {
        *weight = u16::from((tail[0] ^ octet) & tail[1] == 0) << at;
    }
    weights.iter().fold(0, |all, &weight| all | u32::from(weight))
}

/// Returns the index of a row's link among the links of marked rows; `None` if the row is not marked.
///
/// # Safety
///
/// Unless `CHECKED`, the block of the row must exist.
#[inline(always)]
pub(super) unsafe fn marked<const CHECKED: bool>(marks: &[u8], row: u32) -> Option<usize> {
    // SAFETY: the caller guarantees it.
    let block = unsafe { load::<CHECKED, BLOCK>(marks, row as usize / 64 * BLOCK) };
    let (bits, first) = split_block(block);
    let below = (bits & ((1 << (row & 63)) - 1)).count_ones();
    (bits >> (row & 63) & 1 == 1).then(|| (first.wrapping_add(below)) as usize)
}

/// Returns the marks of rows, in blocks of 64: the bits, and the number of marked rows before them.
pub(crate) fn marks(rows: impl ExactSizeIterator<Item = bool>) -> Vec<u8> {
    let mut marks = Vec::with_capacity(rows.len().div_ceil(64) * BLOCK);
    let (mut bits, mut before) = (0_u64, 0_u32);
    let mut push = |bits: u64| {
        marks.extend_from_slice(&bits.to_le_bytes());
        marks.extend_from_slice(&before.to_le_bytes());
        before += bits.count_ones();
    };
    let count = rows.len();
    for (row, is_marked) in rows.enumerate() {
        bits |= u64::from(is_marked) << (row % 64);
        if row % 64 == 63 || row + 1 == count {
            push(std::mem::take(&mut bits));
        }
    }
    marks
}

/// Checks that `marks` could come from [`marks`], for this many rows, of which `links` are marked.
pub(super) fn check_marks(marks: &[u8], rows: usize, links: usize) -> Result<(), Fault> {
    ensure(marks.len() == rows.div_ceil(64) * BLOCK, "marks", "has another length than the rows")?;
    let mut before = 0;
    for block in marks.as_chunks::<BLOCK>().0 {
        let (bits, first) = split_block(*block);
        ensure(first as usize == before, "marks", "does not count its bits")?;
        before += bits.count_ones() as usize;
    }
    let rest = marks.last_chunk::<BLOCK>().map_or(0, |block| split_block(*block).0);
    ensure(rows.is_multiple_of(64) || rest >> (rows % 64) == 0, "marks", "marks a row that does not exist")?;
    ensure(before == links, "links", "has another length than the marked rows")
}

/// Returns the bits of a block, and the number that counting starts from there.
#[inline(always)]
pub(super) fn split_block([a, b, c, d, e, f, g, h, i, j, k, l]: [u8; BLOCK]) -> (u64, u32) {
    (u64::from_le_bytes([a, b, c, d, e, f, g, h]), u32::from_le_bytes([i, j, k, l]))
}

/// The items that a step of a batch passes to the next step: at most `N`, a power of two.
pub(super) struct List<T, const N: usize> {
    items: [MaybeUninit<T>; N],
    len: usize,
}

impl<T: Copy, const N: usize> List<T, N> {
    /// Creates an empty list. Nothing is written: clearing cost more than a batch of misses.
    #[inline(always)]
    pub(super) fn new() -> Self {
        const { assert!(N.is_power_of_two()) };
        Self { items: [const { MaybeUninit::uninit() }; N], len: 0 }
    }

    /// Adds an item, or not, without a branch.
    #[inline(always)]
    pub(super) fn push_if(&mut self, keep: bool, item: T) {
        debug_assert!(self.len < N);
        self.items[self.len & (N - 1)].write(item);
        self.len += usize::from(keep);
    }

    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    #[inline(always)]
    pub(super) fn items(&self) -> &[T] {
        let items = &self.items[..self.len.min(N)];
        // SAFETY: `push_if` has written every item below the length.
        unsafe { &*(std::ptr::from_ref(items) as *const [T]) }
    }

    #[inline(always)]
    pub(super) fn items_mut(&mut self) -> &mut [T] {
        let len = self.len.min(N);
        // SAFETY: as above.
        unsafe { &mut *(std::ptr::from_mut(&mut self.items[..len]) as *mut [T]) }
    }
}

/// A fault in a section: its name, and the reason.
pub(crate) type Fault = (&'static str, &'static str);

/// Returns a fault unless a condition holds.
#[inline(always)]
pub(super) fn ensure(holds: bool, section: &'static str, what: &'static str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err((section, what)) }
}

/// Checks that nodes are complete, and that every rank in them is the index of a slot. Returns the number of nodes.
pub(super) fn check_blocks(blocks: &[u8], slots: usize) -> Result<usize, Fault> {
    ensure(blocks.len().is_multiple_of(BLOCKS * BLOCK), "blocks", "ends within a node")?;
    ensure(blocks.len() / (BLOCKS * BLOCK) <= MAX_ROWS, "blocks", "holds more nodes than a slot can name")?;
    // Ranks are 32-bit counts: with more slots one could wrap, and name an early slot instead of a late one.
    ensure(slots <= u32::MAX as usize, "slots", "are more than a block can count")?;
    for block in blocks.as_chunks::<BLOCK>().0 {
        let (starts, first) = split_block(*block);
        ensure(first as usize + (starts.count_ones() as usize) < slots, "blocks", "a run goes beyond the slots")?;
    }
    Ok(blocks.len() / (BLOCKS * BLOCK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::cases;

    #[test]
    fn all_ways_to_compare_agree() {
        for seed in (0..=255_u8).step_by(cases(1, 23)) {
            let mut tails = [0_u8; 32];
            for (at, tail) in tails.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                let mask = 0xFF_u8.checked_shl(at as u32 / 2).unwrap_or(0);
                *tail = [seed.wrapping_mul(31).wrapping_add((at as u8).wrapping_mul(seed | 1)) & mask, mask];
            }
            for octet in (0..=255).step_by(5).chain(tails) {
                let holds = |(at, tail): (usize, &[u8; 2])| u32::from(octet & tail[1] == tail[0]) << at;
                let want = tails.as_chunks::<2>().0.iter().enumerate().map(holds).sum::<u32>();
                assert_eq!(holding::<true>(tails, octet), want);
                assert_eq!(holding::<false>(tails, octet), want);
            }
        }
    }

    #[test]
    fn marks_count_links() {
        for count in [0_usize, 1, 63, 64, 65, 200] {
            let is_marked = |row: usize| row % 3 == 1 || row % 64 == 63;
            let made = marks((0..count).map(is_marked));
            let mut links = 0;
            for row in 0..count {
                // SAFETY: loads are checked, or the row exists.
                let (checked, plain) =
                    unsafe { (marked::<true>(&made, row as u32), marked::<false>(&made, row as u32)) };
                assert_eq!((checked, plain), (is_marked(row).then_some(links), checked));
                links += usize::from(is_marked(row));
            }
            assert_eq!(check_marks(&made, count, links), Ok(()));
            assert!(check_marks(&made, count, links + 1).is_err() && check_marks(&made, count + 64, links).is_err());
            // SAFETY: loads are checked.
            assert_eq!(unsafe { marked::<true>(&made, 100_000) }, None);
        }
    }

    #[test]
    fn ranks_count_runs() {
        let mut blocks = Vec::new();
        for (starts, base) in [(0b1010_u64, 5_u32), (1 << 63, 7), (0, 8), (2, 8)] {
            blocks.extend_from_slice(&starts.to_le_bytes());
            blocks.extend_from_slice(&base.to_le_bytes());
        }
        for (octet, want) in [(0, 5), (1, 6), (2, 6), (3, 7), (63, 7), (64, 7), (127, 8), (128, 8), (192, 8), (255, 9)]
        {
            // SAFETY: the node exists.
            assert_eq!(unsafe { rank::<false>(&blocks, 0, octet) }, want);
            // SAFETY: loads are checked.
            assert_eq!(unsafe { rank::<true>(&blocks, 0, octet) }, want);
        }
        assert_eq!(check_blocks(&blocks, 10), Ok(1));
        assert!(check_blocks(&blocks, 9).is_err() && check_blocks(&blocks[1..], 10).is_err());
        // With this many slots a block's count could wrap to zero.
        #[cfg(target_pointer_width = "64")]
        assert!(check_blocks(&blocks, u32::MAX as usize + 1).is_err());
    }
}
