//! The index of IPv6 prefixes: which row is the most specific one that covers an address.
//!
//! | section | what |
//! |---|---|
//! | `root` | by the upper 16 bits: a slot |
//! | `blocks` | the nodes: four blocks each, which rank the runs of equal slots among the 256 children |
//! | `slots` | what holds for the addresses of a run of children |
//! | `skips` | nodes that stand deeper than the next eight bits, because all rows agree on what is between |
//! | `keys` | by row: the address without its upper 16 bits, and the length in its place; one bucket more |
//! | `marks` | which rows a wider row covers, and the ranks of these |
//! | `links` | by marked row: the next wider row that covers it |
//!
//! Rows are sorted by (address, length). Where at most [`FEW`] rows divide what a slot stands for, the slot names the first
//! of them, and their keys, side by side, are compared with the address.

use bytes::Bytes;

use super::cpu::{Kernel, prefetch};
use super::nets::{
    Fault, List, MAX_ROWS, NONE, VALUE, VALUE_BITS, block_at, check_blocks, check_marks, ensure, load, marked, rank,
    rank_at, slot, split_block, word,
};

/// Nothing divides the run: the value is the row that covers it all, or [`NONE`].
const LEAF: u32 = 0;
/// One row; the next tags are two and more, up to [`FEW`].
const ROWS: u32 = 1;
/// A node of the next eight bits.
const NODE: u32 = 62;
/// The value is a skip.
const SKIP: u32 = 63;

/// Most rows of a bucket.
pub(crate) const FEW: usize = 8;
/// The bits that the root tells apart.
pub(crate) const ROOT: u32 = 16;
/// Bytes of a key.
const KEY: usize = 16;
/// Addresses of a batch that are worked on side by side.
const BATCH: usize = 64;

/// What is known of the addresses of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// One row, or none, covers all.
    Leaf(u32),
    /// `1..=FEW` rows from row `first` on.
    Rows { first: u32, count: u32 },
    /// A node of the next eight bits.
    Node(u32),
    /// A node further down.
    Skip(u32),
}

impl Slot {
    pub(crate) fn word(self) -> u32 {
        match self {
            Slot::Leaf(row) => slot(LEAF, row),
            Slot::Rows { first, count } => slot(ROWS + count - 1, first),
            Slot::Node(node) => slot(NODE, node),
            Slot::Skip(skip) => slot(SKIP, skip),
        }
    }

    /// Whether a word is that of a node.
    pub(crate) fn is_node(word: u32) -> bool {
        word >> VALUE_BITS == NODE
    }

    /// Whether a word is that of a skip.
    pub(crate) fn is_skip(word: u32) -> bool {
        word >> VALUE_BITS == SKIP
    }
}

/// The two words of a skip: the first of the rows beneath, how many bits it shares with all of them, and the node.
pub(crate) fn skip(first: u32, depth: u32, node: u32) -> [u32; 2] {
    [slot(depth / 8, first), node]
}

/// The key of a row.
pub(crate) fn key(addr: u128, len: u8) -> u128 {
    addr << ROOT | u128::from(len)
}

/// The key of an address: not below that of any row that begins at or before it.
#[inline(always)]
fn key_of(addr: u128) -> u128 {
    addr << ROOT | 0xFFFF
}

/// Whether the prefix of a row's key holds an address, given that they agree in the upper 16 bits.
#[inline(always)]
fn covers(key: u128, of: u128) -> bool {
    let len = key as u8;
    (key ^ of).unbounded_shr(u32::from(128 + 16 - len.max(16))) == 0
}

/// The sections of an index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sections {
    pub(crate) root: Bytes,
    pub(crate) blocks: Bytes,
    pub(crate) slots: Bytes,
    pub(crate) skips: Bytes,
    pub(crate) keys: Bytes,
    pub(crate) marks: Bytes,
    pub(crate) links: Bytes,
}

/// An index whose sections were checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    sections: Sections,
}

impl Index {
    /// Checks that every number in the sections leads to something that is there, that links lead to earlier and wider rows,
    /// and that no path leads deeper than an address has bits. No lookup in what passes panics, loops or reads out of
    /// bounds, whatever the bytes.
    pub(crate) fn new(sections: Sections) -> Result<Self, Fault> {
        let Sections { root, blocks, slots, skips, keys, marks, links } = &sections;
        if keys.is_empty() {
            let all = [root, blocks, slots, skips, marks, links];
            ensure(all.iter().all(|section| section.is_empty()), "keys", "is empty and others are not")?;
            return Ok(Self::default());
        }
        ensure(root.len() == 4 << ROOT, "root", "has another length")?;
        ensure(slots.len() % 4 == 0, "slots", "ends within a number")?;
        ensure(links.len() % 4 == 0, "links", "ends within a number")?;
        ensure(skips.len() % 8 == 0, "skips", "ends within a skip")?;
        ensure(keys.len() % KEY == 0 && keys.len() > FEW * KEY, "keys", "has another length")?;
        let count = keys.len() / KEY - FEW;
        ensure(count <= MAX_ROWS, "keys", "are too many")?;
        let nodes = check_blocks(blocks, slots.len() / 4)?;
        check_marks(marks, count, links.len() / 4)?;
        check_links(count, marks, links, keys)?;
        Check { sections: &sections, count, depths: vec![0; nodes] }.paths()?;
        Ok(Self { sections })
    }

    pub(crate) fn sections(&self) -> &Sections {
        &self.sections
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        (self.sections.keys.len() / KEY).saturating_sub(FEW)
    }

    /// The length of a row, and the next wider row that covers it; a row that is not there has none.
    #[inline]
    pub(crate) fn link(&self, row: u32) -> (u8, u32) {
        let len = self.sections.keys.get(row as usize * KEY).copied().unwrap_or(0);
        // SAFETY: loads are checked.
        (len, unsafe { parent::<true>(&self.sections.marks, &self.sections.links, row) })
    }

    /// The most specific row that covers an address, or [`NONE`].
    #[inline]
    pub(crate) fn find(&self, kernel: Kernel, addr: u128) -> u32 {
        if self.sections.root.is_empty() {
            return NONE;
        }
        let view = self.view();
        match kernel {
            // SAFETY: loads are checked.
            Kernel::Scalar => unsafe { find::<true>(view, addr) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `new` has checked the sections; the token says that the CPU has what is used.
            Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::find_avx2(view, addr) },
            // SAFETY: `new` has checked the sections.
            _ => unsafe { find::<false>(view, addr) },
        }
    }

    /// For each address what [`find`](Index::find) gives. The address at a place beyond the end of `rows` is left out.
    pub(crate) fn find_all(&self, kernel: Kernel, addrs: &[u128], rows: &mut [u32]) {
        if self.len() == 0 {
            rows.fill(NONE);
            return;
        }
        let view = self.view();
        let addrs = &addrs[..addrs.len().min(rows.len())];
        for (addrs, rows) in addrs.chunks(BATCH).zip(rows.chunks_mut(BATCH)) {
            match kernel {
                Kernel::Scalar => addrs.iter().zip(rows).for_each(|(&addr, row)| *row = self.find(kernel, addr)),
                #[cfg(target_arch = "x86_64")]
                // SAFETY: `new` has checked the sections; the token says that the CPU has what is used.
                Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::find_batch_avx2(view, addrs, rows) },
                // SAFETY: `new` has checked the sections.
                _ => unsafe { find_batch(view, addrs, rows) },
            }
        }
    }

    /// Whether some row may cover an address that begins with these 16 bits. No is certain.
    #[inline]
    pub(crate) fn may_start(&self, first: u16) -> bool {
        let root = &self.sections.root;
        // SAFETY: loads are checked.
        !root.is_empty() && unsafe { word::<true>(root, usize::from(first)) } != slot(LEAF, NONE)
    }

    /// As [`may_start`](Self::may_start), of the first 32 bits.
    pub(crate) fn may_start_both(&self, first: u16, second: u16) -> bool {
        let view = self.view();
        // What is wider than these bits covers the first address that has them.
        let addr = u128::from(first) << 112 | u128::from(second) << 96;
        if view.root.is_empty() {
            return false;
        }
        // SAFETY: loads are checked.
        unsafe {
            let mut slot = word::<true>(view.root, usize::from(first));
            for depth in [ROOT, ROOT + 8] {
                let (tag, value) = (slot >> VALUE_BITS, slot & VALUE);
                match tag {
                    LEAF => return value != NONE,
                    // All rows agree on more bits, which may or may not be these.
                    SKIP => return true,
                    NODE => slot = word::<true>(view.slots, rank::<true>(view.blocks, value, octet(addr, depth))),
                    _ => {
                        let mut rows = value..=value + (tag - ROWS);
                        return rows.any(|row| key_at::<true>(view, row) >> 112 == u128::from(second))
                            || find::<true>(view, addr) != NONE;
                    }
                }
            }
            // The slot is that of the 32 bits.
            slot != self::slot(LEAF, NONE)
        }
    }

    #[inline(always)]
    fn view(&self) -> View<'_> {
        let Sections { root, blocks, slots, skips, keys, marks, links } = &self.sections;
        View { root, blocks, slots, skips, keys, marks, links }
    }
}

fn words(section: &[u8]) -> impl Iterator<Item = u32> {
    section.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word))
}

/// The word at a place; one that is not there leads nowhere.
fn word_at(section: &[u8], at: usize) -> u32 {
    section.as_chunks::<4>().0.get(at).map_or(u32::MAX, |word| u32::from_le_bytes(*word))
}

fn check_links(count: usize, marks: &[u8], links: &[u8], keys: &[u8]) -> Result<(), Fault> {
    let len = |row: u32| keys[row as usize * KEY];
    for row in 0..count as u32 {
        ensure(len(row) <= 128, "keys", "hold a length of more than 128")?;
        // SAFETY: loads are checked.
        let parent = unsafe { parent::<true>(marks, links, row) };
        if parent != NONE {
            ensure(parent < row, "links", "lead to a later row")?;
            ensure(len(parent) < len(row), "links", "lead to a row that is not wider")?;
        }
    }
    Ok(())
}

/// The next wider row that covers a row.
///
/// # Safety
///
/// Unless `CHECKED`, marks and links must have been checked, and the row must be there.
#[inline(always)]
unsafe fn parent<const CHECKED: bool>(marks: &[u8], links: &[u8], row: u32) -> u32 {
    // SAFETY: the caller promises it; every marked row has a link.
    unsafe { marked::<CHECKED>(marks, row).map_or(NONE, |at| word::<CHECKED>(links, at)) }
}

/// The check of slots and nodes.
struct Check<'t> {
    sections: &'t Sections,
    count: usize,
    /// By node: how many bits stand before it; zero if nothing has led to it so far.
    depths: Vec<u8>,
}

impl Check<'_> {
    /// Follows every slot. A node is named by an earlier one only, so one pass over the nodes sees every depth.
    fn paths(&mut self) -> Result<(), Fault> {
        for word in words(&self.sections.root) {
            self.slot(word, ROOT, None)?;
        }
        let (blocks, _) = self.sections.blocks.as_chunks::<12>();
        for node in 0..self.depths.len() {
            let depth = u32::from(self.depths[node]);
            ensure(depth > 0, "blocks", "holds a node that nothing leads to")?;
            for &block in &blocks[4 * node..4 * node + 4] {
                let (starts, first) = split_block(block);
                for at in first..=first + starts.count_ones() {
                    self.slot(word_at(&self.sections.slots, at as usize), depth + 8, Some(node))?;
                }
            }
        }
        Ok(())
    }

    /// Checks a slot for what follows `depth` bits.
    fn slot(&mut self, word: u32, depth: u32, from: Option<usize>) -> Result<(), Fault> {
        let value = word & VALUE;
        match word >> VALUE_BITS {
            LEAF => ensure(value == NONE || (value as usize) < self.count, "slots", "name a row that is not there"),
            NODE => self.node(value, depth, from),
            SKIP => {
                let at = value as usize * 2;
                let (first, node) = (word_at(&self.sections.skips, at), word_at(&self.sections.skips, at + 1));
                let below = (first >> VALUE_BITS) * 8;
                ensure(((first & VALUE) as usize) < self.count, "skips", "name a row that is not there")?;
                ensure(below > depth, "skips", "lead up")?;
                self.node(node, below, from)
            }
            tag if (ROWS..ROWS + FEW as u32).contains(&tag) => {
                let end = value as usize + (tag - ROWS) as usize + 1;
                ensure(end <= self.count, "slots", "name rows that are not there")
            }
            _ => Err(("slots", "hold an unknown tag")),
        }
    }

    fn node(&mut self, node: u32, depth: u32, from: Option<usize>) -> Result<(), Fault> {
        ensure(depth <= 120, "slots", "lead deeper than an address has bits")?;
        ensure(from.is_none_or(|from| from < node as usize), "slots", "lead to an earlier node")?;
        let known = self.depths.get_mut(node as usize).ok_or(("slots", "name a node that is not there"))?;
        ensure(*known == 0 || u32::from(*known) == depth, "slots", "lead to a node at two depths")?;
        *known = depth as u8;
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct View<'t> {
    root: &'t [u8],
    blocks: &'t [u8],
    slots: &'t [u8],
    skips: &'t [u8],
    keys: &'t [u8],
    marks: &'t [u8],
    links: &'t [u8],
}

/// # Safety
///
/// Unless `CHECKED`, [`Index::new`] must have checked the sections.
#[inline(always)]
unsafe fn find<const CHECKED: bool>(view: View<'_>, addr: u128) -> u32 {
    // SAFETY: the root has a slot for every 16 bits; every slot, skip and node was followed by `Check`.
    unsafe {
        let mut slot = word::<CHECKED>(view.root, (addr >> 112) as usize);
        let mut depth = ROOT;
        loop {
            let (tag, value) = (slot >> VALUE_BITS, slot & VALUE);
            if tag < NODE {
                return if tag == LEAF { value } else { among_rows::<CHECKED>(view, slot, addr) };
            }
            let mut node = value;
            if tag == SKIP {
                match skipped::<CHECKED>(view, value, addr) {
                    Ok(below) => (node, depth) = below,
                    Err(row) => return row,
                }
            }
            // `Check` has shown that no path is deeper; the loop's end does not depend on it.
            if depth > 120 {
                return NONE;
            }
            slot = word::<CHECKED>(view.slots, rank::<CHECKED>(view.blocks, node, octet(addr, depth)));
            depth += 8;
        }
    }
}

/// The eight bits behind the first `depth`.
#[inline(always)]
fn octet(addr: u128, depth: u32) -> u32 {
    (addr >> (120 - depth)) as u32 & 255
}

/// The node that a skip leads to, and its depth; if the address leaves the way, the row that covers the whole of it.
///
/// # Safety
///
/// As [`find`]; the skip must be there.
#[inline(always)]
unsafe fn skipped<const CHECKED: bool>(view: View<'_>, skip: u32, addr: u128) -> Result<(u32, u32), u32> {
    // SAFETY: `Check` has checked the skip and the row it names.
    unsafe {
        let skip = skip as usize * 2;
        let (head, node) = (word::<CHECKED>(view.skips, skip), word::<CHECKED>(view.skips, skip + 1));
        let (first, depth) = (head & VALUE, (head >> VALUE_BITS) * 8);
        if (key_at::<CHECKED>(view, first) ^ key_of(addr)).unbounded_shr(128 + ROOT - depth) != 0 {
            return Err(parent::<CHECKED>(view.marks, view.links, first));
        }
        Ok((node, depth))
    }
}

/// The most specific row of a bucket that covers an address, else what covers them all.
///
/// # Safety
///
/// As [`find`], for a slot of rows.
#[inline(always)]
unsafe fn among_rows<const CHECKED: bool>(view: View<'_>, slot: u32, addr: u128) -> u32 {
    let (first, of) = (slot & VALUE, key_of(addr));
    // SAFETY: as for `last_before`; links lead to rows.
    unsafe {
        let Some(mut row) = last_before::<CHECKED>(view, slot, of) else {
            return parent::<CHECKED>(view.marks, view.links, first);
        };
        while !covers(key_at::<CHECKED>(view, row), of) {
            row = parent::<CHECKED>(view.marks, view.links, row);
            // What stands before the first row covers the whole bucket.
            if row == NONE || row < first {
                break;
            }
        }
        row
    }
}

/// The last row of a bucket that begins at or before an address.
///
/// # Safety
///
/// As [`find`], for a slot of rows.
#[inline(always)]
unsafe fn last_before<const CHECKED: bool>(view: View<'_>, slot: u32, of: u128) -> Option<u32> {
    const HALF: u32 = FEW as u32 / 2;
    let (count, first) = ((slot >> VALUE_BITS) - ROWS + 1, slot & VALUE);
    // SAFETY: the first row is there, and `keys` has a bucket more than rows.
    unsafe {
        // Which half, then the place in it. Behind the last row of the bucket are greater ones, or such as do not count.
        let is_behind = |at: u32| (at < count) & (key_at::<CHECKED>(view, first + at) <= of);
        let skipped = if is_behind(HALF) { HALF } else { 0 };
        let upto = (0..HALF).fold(skipped, |upto, at| upto + u32::from(is_behind(skipped + at)));
        (upto > 0).then(|| first + upto - 1)
    }
}

/// The key of a row.
///
/// # Safety
///
/// Unless `CHECKED`, the row must be there, or at most a bucket behind.
#[inline(always)]
unsafe fn key_at<const CHECKED: bool>(view: View<'_>, row: u32) -> u128 {
    // SAFETY: the caller promises it.
    u128::from_le_bytes(unsafe { load::<CHECKED, KEY>(view.keys, row as usize * KEY) })
}

/// Up to [`BATCH`] addresses, one step of all before the next step, so that the loads of many run side by side.
///
/// # Safety
///
/// [`Index::new`] must have checked the sections, of which there are some.
#[inline(always)]
unsafe fn find_batch(view: View<'_>, addrs: &[u128], rows: &mut [u32]) {
    // Of each address on its way: its place, its depth, and its slot or where that stands.
    let mut live = List::<(u8, u8, u32), BATCH>::new();
    let mut ranked = List::<(u8, u8, usize), BATCH>::new();
    let mut buckets = List::<(u8, u32), BATCH>::new();
    let mut sort = |live: &mut List<(u8, u8, u32), BATCH>, rows: &mut [u32], at: u8, depth: u8, slot: u32| {
        let (tag, value) = (slot >> VALUE_BITS, slot & VALUE);
        rows[usize::from(at)] = value;
        prefetch(view.keys, value as usize * KEY);
        prefetch(view.keys, (value as usize + FEW / 2) * KEY);
        buckets.push_if((tag != LEAF) & (tag < NODE), (at, slot));
        live.push_if(tag >= NODE, (at, depth, slot));
    };
    for (at, &addr) in addrs.iter().enumerate() {
        // SAFETY: the root has a slot for every 16 bits.
        let slot = unsafe { word::<false>(view.root, (addr >> 112) as usize) };
        sort(&mut live, rows, at as u8, ROOT as u8, slot);
    }
    while !live.items().is_empty() {
        ranked.clear();
        for &(at, mut depth, slot) in live.items() {
            let addr = addrs[usize::from(at)];
            let mut node = slot & VALUE;
            if slot >> VALUE_BITS == SKIP {
                // SAFETY: the skip was checked.
                match unsafe { skipped::<false>(view, node, addr) } {
                    Ok(below) => (node, depth) = (below.0, below.1 as u8),
                    Err(row) => {
                        rows[usize::from(at)] = row;
                        continue;
                    }
                }
            }
            // As in `find`.
            if depth > 120 {
                rows[usize::from(at)] = NONE;
                continue;
            }
            let octet = octet(addr, u32::from(depth));
            // SAFETY: the node was checked, and so was every rank in it.
            let place = unsafe { rank_at::<false>(view.blocks, block_at(node, octet), octet) };
            prefetch(view.slots, place * 4);
            ranked.push_if(true, (at, depth + 8, place));
        }
        live.clear();
        for &(at, depth, place) in ranked.items() {
            // SAFETY: every rank is a slot.
            let slot = unsafe { word::<false>(view.slots, place) };
            sort(&mut live, rows, at, depth, slot);
        }
        live.items().iter().for_each(|&(_, _, slot)| prefetch(view.blocks, block_at(slot & VALUE, 0)));
    }
    let mut nested = List::<(u8, u32), BATCH>::new();
    for &(at, slot) in buckets.items() {
        let of = key_of(addrs[usize::from(at)]);
        // SAFETY: the slot was checked, and is of rows.
        unsafe {
            let before = last_before::<false>(view, slot, of);
            let row = before.unwrap_or(slot & VALUE);
            let is_covered = before.is_some() & covers(key_at::<false>(view, row), of);
            rows[usize::from(at)] = if is_covered { row } else { NONE };
            // What does not cover the address may stand beneath something that does.
            nested.push_if(!is_covered & marked::<false>(view.marks, row).is_some(), (at, slot));
        }
    }
    for &(at, slot) in nested.items() {
        // SAFETY: as above.
        rows[usize::from(at)] = unsafe { among_rows::<false>(view, slot, addrs[usize::from(at)]) };
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::View;

    /// # Safety
    ///
    /// As [`super::find`], on a CPU with these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn find_avx2(view: View<'_>, addr: u128) -> u32 {
        // SAFETY: the caller promises it.
        unsafe { super::find::<false>(view, addr) }
    }

    /// # Safety
    ///
    /// As [`super::find_batch`], on a CPU with these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn find_batch_avx2(view: View<'_>, addrs: &[u128], rows: &mut [u32]) {
        // SAFETY: the caller promises it.
        unsafe { super::find_batch(view, addrs, rows) }
    }
}

const _: () = assert!(ROWS + FEW as u32 <= NODE);
