//! The build form of the addresses: prefixes in any order, sorted and linked at the end.

use bytes::Bytes;

use super::family::{Addr, Index, MAX_PREFIXES, NONE, Rows};
use super::table::{LIST, Table};

/// The build form: prefixes in any order, with the indicators to which they belong.
#[derive(Debug)]
pub(crate) struct Builder<A> {
    rows: Vec<(A, u8, u32)>,
}

impl<A> Default for Builder<A> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<A: Addr> Builder<A> {
    /// Adds a prefix of the indicator `id`. For a range, add each of its prefixes with the same id.
    pub(crate) fn add(&mut self, addr: A, len: u8, id: u32) {
        self.rows.push((addr.masked(len), len, id));
    }

    /// The number of prefixes added.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Builds the search form, in which no row is plain.
    pub(crate) fn finish(self) -> Table<A> {
        self.finish_with(|_| false)
    }

    /// Builds the search form. The result depends neither on the order of addition nor on the number of threads.
    /// `is_plain` says that an indicator matches without a look at its entries; a row is plain if all indicators that
    /// cover it are.
    ///
    /// # Panics
    ///
    /// Panics if there are more than [`MAX_PREFIXES`] prefixes, or an id that needs all bits of a number.
    pub(crate) fn finish_with(self, is_plain: impl Fn(u32) -> bool) -> Table<A> {
        let mut added = self.rows;
        assert!(added.len() <= MAX_PREFIXES, "too many prefixes");
        sort(&mut added);
        added.dedup();
        let count = added.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).count();
        let mut rows = Rows {
            addrs: Vec::with_capacity(count),
            lens: Vec::with_capacity(count),
            parents: Vec::with_capacity(count),
        };
        let mut ids = Vec::with_capacity(4 * count);
        let mut lists = Vec::new();
        let mut plain = vec![0_u8; count.div_ceil(8)];
        let mut all_plain = true;
        // The prefixes that cover the current one, widest first.
        let mut open: Vec<u32> = Vec::new();
        for same in added.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (addr, len, id) = same[0];
            assert!(same.iter().all(|row| row.2 < LIST), "an id beyond the limit");
            while open.pop_if(|top| addr.masked(rows.lens[*top as usize]) != rows.addrs[*top as usize]).is_some() {}
            let parent = open.last().copied().unwrap_or(NONE);
            let row = rows.addrs.len();
            open.push(row as u32);
            rows.addrs.push(addr);
            rows.lens.push(len);
            rows.parents.push(parent);
            let entry = if same.len() == 1 {
                id
            } else {
                let at = LIST | (lists.len() / 4) as u32;
                lists.extend_from_slice(&(same.len() as u32).to_le_bytes());
                same.iter().for_each(|row| lists.extend_from_slice(&row.2.to_le_bytes()));
                at
            };
            ids.extend_from_slice(&entry.to_le_bytes());
            let is_bit = |row: u32| plain[row as usize / 8] >> (row % 8) & 1 == 1;
            if same.iter().all(|row| is_plain(row.2)) && (parent == NONE || is_bit(parent)) {
                plain[row / 8] |= 1 << (row % 8);
            } else {
                all_plain = false;
            }
        }
        drop(added);
        if all_plain {
            plain = Vec::new();
        }
        lists.shrink_to_fit();
        let words = |bytes: Vec<u8>| crate::wire::Words::from_bytes(bytes.into());
        Table { index: A::Index::build(&rows), ids: words(ids), lists: words(lists), plain: Bytes::from(plain) }
    }
}

#[cfg(feature = "parallel")]
fn sort<T: Ord + Send>(rows: &mut [T]) {
    use rayon::slice::ParallelSliceMut;
    rows.par_sort_unstable();
}

#[cfg(not(feature = "parallel"))]
fn sort<T: Ord>(rows: &mut [T]) {
    rows.sort_unstable();
}

/// Applies `build` to each part of `items`, and returns the results in order; in parallel with the feature `parallel`.
#[cfg(feature = "parallel")]
pub(super) fn in_parts<T: Sync, P: Send>(items: &[T], size: usize, build: impl Fn(&[T]) -> P + Sync + Send) -> Vec<P> {
    use rayon::iter::ParallelIterator;
    use rayon::slice::ParallelSlice;
    items.par_chunks(size).map(build).collect()
}

/// Applies `build` to each part of `items`, and returns the results in order; in parallel with the feature `parallel`.
#[cfg(not(feature = "parallel"))]
pub(super) fn in_parts<T, P>(items: &[T], size: usize, build: impl Fn(&[T]) -> P) -> Vec<P> {
    items.chunks(size).map(build).collect()
}

/// The rows longer than 16 bits that share their upper 16 bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) upper: u32,
    pub(super) from: usize,
    pub(super) to: usize,
    /// The row that covers the whole group.
    pub(super) over: u32,
}

/// By upper 16 bits, the row that covers all such addresses; and the groups of longer rows.
pub(super) fn groups<A: Addr>(rows: &Rows<A>, upper: impl Fn(A) -> u32) -> (Vec<u32>, Vec<Group>) {
    let mut over = vec![NONE; 1 << 16];
    let mut groups: Vec<Group> = Vec::new();
    for (row, (&addr, &len)) in rows.addrs.iter().zip(&rows.lens).enumerate() {
        let upper = upper(addr);
        if len <= 16 {
            // A wider row comes before the rows that it covers.
            over[upper as usize..][..1 << (16 - len)].fill(row as u32);
            continue;
        }
        match groups.last_mut() {
            Some(group) if group.upper == upper => group.to = row + 1,
            _ => groups.push(Group { upper, from: row, to: row + 1, over: over[upper as usize] }),
        }
    }
    (over, groups)
}

/// The blocks and slots of nodes during the build.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    /// A bit per start of a run of equal slots, and the slot in force at the beginning.
    pub(super) blocks: Vec<(u64, u32)>,
    pub(super) slots: Vec<u32>,
}

impl Nodes {
    /// Reserves the next number for a node, whose children follow.
    pub(super) fn reserve(&mut self) -> u32 {
        self.blocks.extend([(0, 0); 4]);
        (self.blocks.len() / 4) as u32 - 1
    }

    /// Sets the children of a node. Equal neighbours share a slot.
    pub(super) fn fill(&mut self, node: u32, children: &[u32; 256]) {
        let mut last = None;
        for (part, children) in children.chunks_exact(64).enumerate() {
            let mut starts = 0;
            for (at, &slot) in children.iter().enumerate() {
                if last != Some(slot) {
                    self.slots.push(slot);
                    starts |= u64::from(at > 0) << at;
                    last = Some(slot);
                }
                if at == 0 {
                    self.blocks[node as usize * 4 + part].1 = self.slots.len() as u32 - 1;
                }
            }
            self.blocks[node as usize * 4 + part].0 = starts;
        }
    }

    /// Appends the blocks in the search form, with their slot numbers increased by `slots`.
    pub(super) fn write_blocks(&self, slots: usize, out: &mut Vec<u8>) {
        for &(starts, first) in &self.blocks {
            out.extend_from_slice(&starts.to_le_bytes());
            out.extend_from_slice(&(first + slots as u32).to_le_bytes());
        }
    }
}

/// Converts numbers to little-endian bytes.
pub(super) fn bytes(words: impl ExactSizeIterator<Item = u32>) -> Bytes {
    let mut bytes = Vec::with_capacity(4 * words.len());
    words.for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
    bytes.into()
}
