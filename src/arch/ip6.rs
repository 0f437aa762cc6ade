//! The index of IPv6 prefixes: finds the most specific row that covers an address.
//!
//! | section | content |
//! |---|---|
//! | `root` | a slot for each value of the upper 16 bits |
//! | `blocks` | the nodes: four blocks each, which rank the runs of equal slots among the 256 children |
//! | `slots` | the slot of each run of children |
//! | `skips` | links to nodes deeper than the next eight bits, where all rows agree on the bits between |
//! | `keys` | for each row, the address without its upper 16 bits, with the length in the lowest bits; one bucket more |
//! | `marks` | the rows that a wider row covers, and their ranks |
//! | `links` | for each marked row, the next wider row that covers it |
//!
//! Rows are sorted by (address, length). If at most [`FEW`] rows divide the addresses of a slot, the slot names the first
//! of these rows, and their keys, which are adjacent, are compared with the address.

use bytes::Bytes;

use super::cpu::{Kernel, prefetch};
use super::nets::{
    Fault, List, MAX_ROWS, NONE, VALUE, VALUE_BITS, block_at, check_blocks, check_marks, ensure, load, marked, rank,
    rank_at, slot, split_block, word,
};

/// Nothing divides the run: the value is the row that covers all of it, or [`NONE`].
const LEAF: u32 = 0;
/// One row; the next tags mean two rows and more, up to [`FEW`].
const ROWS: u32 = 1;
/// A node for the next eight bits.
const NODE: u32 = 62;
/// The value is a skip.
const SKIP: u32 = 63;

/// The maximum number of rows in a bucket.
pub(crate) const FEW: usize = 8;
/// The number of bits that the root distinguishes.
pub(crate) const ROOT: u32 = 16;
/// The length of a key in bytes.
const KEY: usize = 16;
/// The number of addresses of a batch that are looked up side by side.
const BATCH: usize = 64;

/// The content of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// One row, or none, covers all of it.
    Leaf(u32),
    /// `1..=FEW` rows from row `first` on.
    Rows { first: u32, count: u32 },
    /// A node for the next eight bits.
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

    /// Returns true for the word of a node.
    pub(crate) fn is_node(word: u32) -> bool {
        word >> VALUE_BITS == NODE
    }

    /// Returns true for the word of a skip.
    pub(crate) fn is_skip(word: u32) -> bool {
        word >> VALUE_BITS == SKIP
    }
}

/// Returns the two words of a skip: the first row under the node with the number of bits that all rows there share, and the node.
pub(crate) fn skip(first: u32, depth: u32, node: u32) -> [u32; 2] {
    [slot(depth / 8, first), node]
}

/// The key of a row.
pub(crate) fn key(addr: u128, len: u8) -> u128 {
    addr << ROOT | u128::from(len)
}

/// Returns the key of an address. It is not less than that of any row that begins at or before the address.
#[inline(always)]
fn key_of(addr: u128) -> u128 {
    addr << ROOT | 0xFFFF
}

/// Returns true if the prefix of a row's key holds an address. The upper 16 bits must be equal.
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

/// An index whose sections have been checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    sections: Sections,
}

impl Index {
    /// Checks that every number in the sections refers to something that exists, that links lead to earlier and wider rows,
    /// and that no path is deeper than an address has bits. After that no lookup panics, loops or reads out of
    /// bounds, whatever the bytes.
    pub(crate) fn new(sections: Sections) -> Result<Self, Fault> {
        let Sections { root, blocks, slots, skips, keys, marks, links } = &sections;
        if keys.is_empty() {
            let all = [root, blocks, slots, skips, marks, links];
            ensure(all.iter().all(|section| section.is_empty()), "keys", "is empty and others are not")?;
            return Ok(Self::default());
        }
        ensure(root.len() == 4 << ROOT, "root", "has the wrong length")?;
        ensure(slots.len() % 4 == 0, "slots", "ends within a number")?;
        ensure(links.len() % 4 == 0, "links", "ends within a number")?;
        ensure(skips.len() % 8 == 0, "skips", "ends within a skip")?;
        ensure(keys.len() % KEY == 0 && keys.len() > FEW * KEY, "keys", "has the wrong length")?;
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

    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        (self.sections.keys.len() / KEY).saturating_sub(FEW)
    }

    /// Returns the length of a row, and the next wider row that covers it; a row that does not exist has none.
    #[inline]
    pub(crate) fn link(&self, row: u32) -> (u8, u32) {
        let len = self.sections.keys.get(row as usize * KEY).copied().unwrap_or(0);
        // SAFETY: loads are checked.
        (len, unsafe { parent::<true>(&self.sections.marks, &self.sections.links, row) })
    }

    /// Returns the most specific row that covers an address, or [`NONE`].
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
            // SAFETY: `new` has checked the sections; the token proves that the CPU has these features.
            Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::find_avx2(view, addr) },
            // SAFETY: `new` has checked the sections.
            _ => unsafe { find::<false>(view, addr) },
        }
    }

    /// Like [`find`](Index::find), for each address. Addresses past the end of `rows` are left out.
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
                // SAFETY: `new` has checked the sections; the token proves that the CPU has these features.
                Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::find_batch_avx2(view, addrs, rows) },
                // SAFETY: `new` has checked the sections.
                _ => unsafe { find_batch(view, addrs, rows) },
            }
        }
    }

    /// Returns true if a row may cover an address that begins with these 16 bits. `false` is always right.
    #[inline]
    pub(crate) fn may_start(&self, first: u16) -> bool {
        let root = &self.sections.root;
        // SAFETY: loads are checked.
        !root.is_empty() && unsafe { word::<true>(root, usize::from(first)) } != slot(LEAF, NONE)
    }

    /// Like [`may_start`](Self::may_start), for the first 32 bits.
    pub(crate) fn may_start_both(&self, first: u16, second: u16) -> bool {
        let view = self.view();
        // A prefix of at most 32 bits covers the first address with these bits.
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
                    // All rows agree on further bits, which may or may not be these.
                    SKIP => return true,
                    NODE => slot = word::<true>(view.slots, rank::<true>(view.blocks, value, octet(addr, depth))),
                    _ => {
                        let mut rows = value..=value + (tag - ROWS);
                        return rows.any(|row| key_at::<true>(view, row) >> 112 == u128::from(second))
                            || find::<true>(view, addr) != NONE;
                    }
                }
            }
            // This is the slot of the 32 bits.
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

/// Returns the word at an index; if there is none, a word that fails every check.
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

/// Returns the next wider row that covers a row.
///
/// # Safety
///
/// Unless `CHECKED`, marks and links must have been checked, and the row must exist.
#[inline(always)]
unsafe fn parent<const CHECKED: bool>(marks: &[u8], links: &[u8], row: u32) -> u32 {
    // SAFETY: the caller guarantees it; every marked row has a link.
    unsafe { marked::<CHECKED>(marks, row).map_or(NONE, |at| word::<CHECKED>(links, at)) }
}

/// Checks slots and nodes.
struct Check<'t> {
    sections: &'t Sections,
    count: usize,
    /// The depth of each node in bits; zero if no slot has led to it yet.
    depths: Vec<u8>,
}

impl Check<'_> {
    /// Follows every slot. Only earlier nodes lead to a node, so one pass over the nodes knows every depth.
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

    /// Checks a slot at a depth of `depth` bits.
    fn slot(&mut self, word: u32, depth: u32, from: Option<usize>) -> Result<(), Fault> {
        let value = word & VALUE;
        match word >> VALUE_BITS {
            LEAF => ensure(value == NONE || (value as usize) < self.count, "slots", "name a row that does not exist"),
            NODE => self.node(value, depth, from),
            SKIP => {
                let at = value as usize * 2;
                let (first, node) = (word_at(&self.sections.skips, at), word_at(&self.sections.skips, at + 1));
                let below = (first >> VALUE_BITS) * 8;
                ensure(((first & VALUE) as usize) < self.count, "skips", "name a row that does not exist")?;
                ensure(below > depth, "skips", "lead up")?;
                self.node(node, below, from)
            }
            tag if (ROWS..ROWS + FEW as u32).contains(&tag) => {
                let end = value as usize + (tag - ROWS) as usize + 1;
                ensure(end <= self.count, "slots", "name rows that do not exist")
            }
            _ => Err(("slots", "hold an unknown tag")),
        }
    }

    fn node(&mut self, node: u32, depth: u32, from: Option<usize>) -> Result<(), Fault> {
        ensure(depth <= 120, "slots", "lead deeper than an address has bits")?;
        ensure(from.is_none_or(|from| from < node as usize), "slots", "lead to an earlier node")?;
        let known = self.depths.get_mut(node as usize).ok_or(("slots", "name a node that does not exist"))?;
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
    // SAFETY: the root has a slot for each value of 16 bits; `Check` has followed every slot, skip and node.
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
            // `Check` has shown that no path is deeper. This bound makes the loop end in any case.
            if depth > 120 {
                return NONE;
            }
            slot = word::<CHECKED>(view.slots, rank::<CHECKED>(view.blocks, node, octet(addr, depth)));
            depth += 8;
        }
    }
}

/// Returns the eight bits after the first `depth`.
#[inline(always)]
fn octet(addr: u128, depth: u32) -> u32 {
    (addr >> (120 - depth)) as u32 & 255
}

/// Returns the node that a skip leads to, and its depth. If the address differs in the skipped bits, returns the row that covers the
/// whole skip instead.
///
/// # Safety
///
/// As for [`find`]; the skip must exist.
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

/// Returns the most specific row of a bucket that covers an address, or else the row that covers the whole bucket.
///
/// # Safety
///
/// As for [`find`], for a slot of rows.
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
            // A row before the first one covers the whole bucket.
            if row == NONE || row < first {
                break;
            }
        }
        row
    }
}

/// Returns the last row of a bucket that begins at or before an address.
///
/// # Safety
///
/// As for [`find`], for a slot of rows.
#[inline(always)]
unsafe fn last_before<const CHECKED: bool>(view: View<'_>, slot: u32, of: u128) -> Option<u32> {
    const HALF: u32 = FEW as u32 / 2;
    let (count, first) = ((slot >> VALUE_BITS) - ROWS + 1, slot & VALUE);
    // SAFETY: the first row exists, and `keys` has one bucket more than there are rows.
    unsafe {
        // Find the half, then the place in it. Keys after the bucket's last row are greater, or excluded by `count`.
        let is_behind = |at: u32| (at < count) & (key_at::<CHECKED>(view, first + at) <= of);
        let skipped = if is_behind(HALF) { HALF } else { 0 };
        let upto = (0..HALF).fold(skipped, |upto, at| upto + u32::from(is_behind(skipped + at)));
        (upto > 0).then(|| first + upto - 1)
    }
}

/// Returns the key of a row.
///
/// # Safety
///
/// Unless `CHECKED`, the row must exist, or be at most a bucket past the end.
#[inline(always)]
unsafe fn key_at<const CHECKED: bool>(view: View<'_>, row: u32) -> u128 {
    // SAFETY: the caller guarantees it.
    u128::from_le_bytes(unsafe { load::<CHECKED, KEY>(view.keys, row as usize * KEY) })
}

/// Finds the rows of up to [`BATCH`] addresses, one step for all of them before the next step, so that many loads run side by side.
///
/// # Safety
///
/// [`Index::new`] must have checked the sections, and they must not be empty.
#[inline(always)]
unsafe fn find_batch(view: View<'_>, addrs: &[u128], rows: &mut [u32]) {
    // For each address in progress: its index, its depth, and its slot or the place of the slot.
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
        // SAFETY: the root has a slot for each value of 16 bits.
        let slot = unsafe { word::<false>(view.root, (addr >> 112) as usize) };
        sort(&mut live, rows, at as u8, ROOT as u8, slot);
    }
    while !live.items().is_empty() {
        ranked.clear();
        for &(at, mut depth, slot) in live.items() {
            let addr = addrs[usize::from(at)];
            let mut node = slot & VALUE;
            if slot >> VALUE_BITS == SKIP {
                // SAFETY: the skip has been checked.
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
            // SAFETY: the node and all its ranks have been checked.
            let place = unsafe { rank_at::<false>(view.blocks, block_at(node, octet), octet) };
            prefetch(view.slots, place * 4);
            ranked.push_if(true, (at, depth + 8, place));
        }
        live.clear();
        for &(at, depth, place) in ranked.items() {
            // SAFETY: every rank is the index of a slot.
            let slot = unsafe { word::<false>(view.slots, place) };
            sort(&mut live, rows, at, depth, slot);
        }
        live.items().iter().for_each(|&(_, _, slot)| prefetch(view.blocks, block_at(slot & VALUE, 0)));
    }
    let mut nested = List::<(u8, u32), BATCH>::new();
    for &(at, slot) in buckets.items() {
        let of = key_of(addrs[usize::from(at)]);
        // SAFETY: the slot has been checked, and is a slot of rows.
        unsafe {
            let before = last_before::<false>(view, slot, of);
            let row = before.unwrap_or(slot & VALUE);
            let is_covered = before.is_some() & covers(key_at::<false>(view, row), of);
            rows[usize::from(at)] = if is_covered { row } else { NONE };
            // A wider row may cover the address if this row does not.
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
    /// As for [`super::find`], on a CPU with these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn find_avx2(view: View<'_>, addr: u128) -> u32 {
        // SAFETY: the caller guarantees it.
        unsafe { super::find::<false>(view, addr) }
    }

    /// # Safety
    ///
    /// As for [`super::find_batch`], on a CPU with these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn find_batch_avx2(view: View<'_>, addrs: &[u128], rows: &mut [u32]) {
        // SAFETY: the caller guarantees it.
        unsafe { super::find_batch(view, addrs, rows) }
    }
}

const _: () = assert!(ROWS + FEW as u32 <= NODE);
