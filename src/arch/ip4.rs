//! The index of IPv4 prefixes: finds the most specific row that covers an address.
//!
//! | section | content |
//! |---|---|
//! | `bits` | for each value of the upper 16 to 27 bits, whether any prefix covers such an address: a miss reads nothing else |
//! | `root` | a slot for each value of the upper 16 bits |
//! | `blocks` | the nodes: four blocks for each /16 that is divided, which rank the runs of equal slots among its /24s |
//! | `slots` | the slot of each run of /24s |
//! | `tails` | for each row, the last octet and the mask of its bits that count; 16 more, so that 16 can be compared at once |
//! | `marks` | the rows that have a link (all except hosts that nothing wider covers), and their ranks |
//! | `links` | for each marked row, its length and the next wider row that covers it |
//! | `dense` | bitmaps of the /24s that more than 16 rows divide |
//!
//! Rows are sorted by (address, length), so the rows within a /24 are adjacent and a slot names only the first
//! of them. The rows within a /24 that hold an octet are nested, so the last of them is the most specific: no search goes from
//! row to row.

use bytes::Bytes;

use super::cpu::{Kernel, prefetch};
use super::nets::{
    Fault, List, MAX_ROWS, NONE, VALUE, VALUE_BITS, block_at, check_blocks, check_marks, ensure, holding, load, marked,
    rank, rank_at, slot, word,
};

/// Nothing divides the run: the value is the row that covers all of it, or [`NONE`].
const LEAF: u32 = 0;
/// More than 16 rows, all of them hosts; the value is a place in `dense`.
const DENSE_HOSTS: u32 = 1;
/// More than 16 rows; the value is a place in `dense`.
const DENSE_RUNS: u32 = 2;
/// A node (only in the root).
const NODE: u32 = 3;
/// One row within a /24, which is the value. The next 15 tags mean 2 to 16 rows. No wider row covers them.
const ROWS: u32 = 16;
/// The same, but a wider row covers them.
const ROWS_OVER: u32 = ROWS + FEW as u32;

/// The maximum number of rows of a /24 that are compared at once.
pub(crate) const FEW: usize = 16;
/// The unit of places in `dense`, in bytes.
const UNIT: usize = 16;
/// The offset of the values that follow a dense bitmap and its counts.
const DENSE_HEAD: usize = 36;
/// The minimum and maximum number of address bits that `bits` distinguishes.
const BITS: std::ops::RangeInclusive<u32> = 16..=27;
/// The number of addresses of a batch that are looked up side by side.
const BATCH: usize = 128;

/// The content of a /24 (or of a /16, in the root).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// One row, or none, covers all of it.
    Leaf(u32),
    /// `1..=FEW` rows from row `first` on; `over` is true if a wider row covers them.
    Rows { first: u32, count: u32, over: bool },
    /// The place of the output of [`dense_hosts`].
    DenseHosts(u32),
    /// The place of the output of [`dense_runs`].
    DenseRuns(u32),
    /// A node of the next level.
    Node(u32),
}

impl Slot {
    pub(crate) fn word(self) -> u32 {
        match self {
            Slot::Leaf(row) => slot(LEAF, row),
            Slot::Rows { first, count, over: false } => slot(ROWS + count - 1, first),
            Slot::Rows { first, count, over: true } => slot(ROWS_OVER + count - 1, first),
            Slot::DenseHosts(at) => slot(DENSE_HOSTS, at),
            Slot::DenseRuns(at) => slot(DENSE_RUNS, at),
            Slot::Node(node) => slot(NODE, node),
        }
    }

    /// Returns true for the word of a place in `dense`.
    pub(crate) fn is_dense(word: u32) -> bool {
        matches!(word >> VALUE_BITS, DENSE_HOSTS | DENSE_RUNS)
    }
}

/// The tail of a row.
pub(crate) fn tail(addr: u32, len: u8) -> [u8; 2] {
    [addr as u8, u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0) as u8]
}

/// Returns true if a row has a link.
pub(crate) fn has_link(len: u8, parent: u32) -> bool {
    len < 32 || parent != NONE
}

/// The link of a row.
pub(crate) fn link(len: u8, parent: u32) -> u32 {
    slot(u32::from(len), parent)
}

/// Appends a bitmap of 256 bits, and for each of its four words the number of bits before it.
fn push_bitmap(dense: &mut Vec<u8>, bits: [u64; 4]) {
    let mut before = 0;
    bits.iter().for_each(|word| dense.extend_from_slice(&word.to_le_bytes()));
    for word in bits {
        dense.push(before as u8);
        before += word.count_ones();
    }
}

fn place(dense: &mut Vec<u8>) -> u32 {
    dense.resize(dense.len().next_multiple_of(UNIT), 0);
    (dense.len() / UNIT) as u32
}

/// Appends hosts by their octets; their rows start at `first`, and `over` covers the whole /24. Returns their place.
pub(crate) fn dense_hosts(dense: &mut Vec<u8>, octets: impl Iterator<Item = u8>, first: u32, over: u32) -> u32 {
    let at = place(dense);
    let mut bits = [0_u64; 4];
    octets.for_each(|octet| bits[usize::from(octet >> 6)] |= 1 << (octet & 63));
    push_bitmap(dense, bits);
    dense.extend_from_slice(&first.to_le_bytes());
    dense.extend_from_slice(&over.to_le_bytes());
    dense.resize(dense.len().next_multiple_of(UNIT), 0);
    at
}

/// Appends the row that is in force at each octet, as runs. Returns their place.
pub(crate) fn dense_runs(dense: &mut Vec<u8>, rows: &[u32; 256]) -> u32 {
    let at = place(dense);
    let mut bits = [0_u64; 4];
    let mut values = vec![rows[0]];
    for octet in 1..256 {
        if rows[octet] != rows[octet - 1] {
            bits[octet >> 6] |= 1 << (octet & 63);
            values.push(rows[octet]);
        }
    }
    push_bitmap(dense, bits);
    values.iter().for_each(|row| dense.extend_from_slice(&row.to_le_bytes()));
    dense.resize(dense.len().next_multiple_of(UNIT), 0);
    at
}

/// The sections of an index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sections {
    pub(crate) bits: Bytes,
    pub(crate) root: Bytes,
    pub(crate) blocks: Bytes,
    pub(crate) slots: Bytes,
    pub(crate) tails: Bytes,
    pub(crate) marks: Bytes,
    pub(crate) links: Bytes,
    pub(crate) dense: Bytes,
}

/// An index whose sections have been checked.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    sections: Sections,
    /// The number of lower address bits that `bits` ignores.
    shift: u32,
}

impl Default for Index {
    fn default() -> Self {
        Self { sections: Sections::default(), shift: 31 }
    }
}

impl Index {
    /// Checks that every number in the sections refers to something that exists, and that links lead to earlier and wider
    /// rows. After that no lookup panics, loops or reads out of bounds, whatever the bytes.
    pub(crate) fn new(sections: Sections) -> Result<Self, Fault> {
        let Sections { bits, root, blocks, slots, tails, marks, links, dense } = &sections;
        if tails.is_empty() {
            let all = [bits, root, blocks, slots, marks, links, dense];
            ensure(all.iter().all(|section| section.is_empty()), "tails", "is empty and others are not")?;
            return Ok(Self::default());
        }
        let width = bits.len().trailing_zeros() + 3;
        ensure(bits.len().is_power_of_two() && BITS.contains(&width), "bits", "has the wrong length")?;
        ensure(root.len() == 4 << 16, "root", "has the wrong length")?;
        ensure(slots.len() % 4 == 0, "slots", "ends within a number")?;
        ensure(links.len() % 4 == 0, "links", "ends within a number")?;
        ensure(tails.len() % 2 == 0 && tails.len() > 2 * FEW, "tails", "has the wrong length")?;
        let count = tails.len() / 2 - FEW;
        ensure(count <= MAX_ROWS, "tails", "are too many")?;
        let nodes = check_blocks(blocks, slots.len() / 4)?;
        check_marks(marks, count, links.len() / 4)?;
        check_links(count, marks, links)?;
        for word in words(root) {
            let holds = match word >> VALUE_BITS {
                LEAF => is_row(word & VALUE, count),
                NODE => ((word & VALUE) as usize) < nodes,
                _ => false,
            };
            ensure(holds, "root", "names something that does not exist")?;
        }
        let mut next = 0;
        for word in words(slots) {
            let value = word & VALUE;
            match word >> VALUE_BITS {
                LEAF => ensure(is_row(value, count), "slots", "name a row that does not exist")?,
                tag @ (DENSE_HOSTS | DENSE_RUNS) => {
                    let at = value as usize * UNIT;
                    ensure(at == next && at <= dense.len(), "slots", "name a place in `dense` out of order")?;
                    next = (at + check_dense(&dense[at..], tag == DENSE_HOSTS, count)?).next_multiple_of(UNIT);
                }
                tag if (ROWS..ROWS_OVER + FEW as u32).contains(&tag) => {
                    let end = value as usize + (tag - ROWS) as usize % FEW + 1;
                    ensure(end <= count, "slots", "name rows that do not exist")?;
                }
                _ => return Err(("slots", "hold an unknown tag")),
            }
        }
        ensure(dense.len() == next, "dense", "has another length than its entries")?;
        Ok(Self { shift: 32 - width, sections })
    }

    pub(crate) fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        (self.sections.tails.len() / 2).saturating_sub(FEW)
    }

    /// Returns the length of a row, and the next wider row that covers it; a row that does not exist has none.
    #[inline]
    pub(crate) fn link(&self, row: u32) -> (u8, u32) {
        // SAFETY: loads are checked.
        unsafe { link_of::<true>(&self.sections.marks, &self.sections.links, row) }
    }

    /// Returns true if a prefix may cover an address. Costs one load; `false` is always right.
    #[inline(always)]
    pub(crate) fn may_cover(&self, addr: u32) -> bool {
        let at = addr >> self.shift;
        self.sections.bits.get((at >> 3) as usize).is_some_and(|byte| byte >> (at & 7) & 1 == 1)
    }

    /// Prefetches what the first step of a lookup reads.
    #[inline(always)]
    pub(crate) fn prefetch(&self, addr: u32) {
        prefetch(&self.sections.bits, (addr >> self.shift >> 3) as usize);
    }

    /// Returns the most specific row that covers an address, or [`NONE`].
    #[inline]
    pub(crate) fn find(&self, kernel: Kernel, addr: u32) -> u32 {
        if !self.may_cover(addr) {
            return NONE;
        }
        self.find_present(kernel, addr)
    }

    fn find_present(&self, kernel: Kernel, addr: u32) -> u32 {
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
    pub(crate) fn find_all(&self, kernel: Kernel, addrs: &[u32], rows: &mut [u32]) {
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
                Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::find_batch_avx2(view, self.shift, addrs, rows) },
                // SAFETY: `new` has checked the sections.
                _ => unsafe { find_batch(view, self.shift, addrs, rows) },
            }
        }
    }

    #[inline(always)]
    fn view(&self) -> View<'_> {
        let Sections { bits, root, blocks, slots, tails, marks, links, dense } = &self.sections;
        View { bits, root, blocks, slots, tails, marks, links, dense }
    }
}

fn words(section: &[u8]) -> impl Iterator<Item = u32> {
    section.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word))
}

fn is_row(row: u32, count: usize) -> bool {
    row == NONE || (row as usize) < count
}

fn check_links(count: usize, marks: &[u8], links: &[u8]) -> Result<(), Fault> {
    // SAFETY: loads are checked.
    let link = |row: u32| unsafe { link_of::<true>(marks, links, row) };
    for row in 0..count as u32 {
        let (len, parent) = link(row);
        ensure(len <= 32, "links", "hold a length of more than 32")?;
        if parent != NONE {
            ensure(parent < row, "links", "lead to a later row")?;
            ensure(link(parent).0 < len, "links", "lead to a row that is not wider")?;
        }
    }
    Ok(())
}

/// Checks the entry at the start of this rest of `dense`. Returns its length.
fn check_dense(dense: &[u8], is_hosts: bool, count: usize) -> Result<usize, Fault> {
    ensure(dense.len() >= DENSE_HEAD + 8, "dense", "ends too early")?;
    let words = dense.as_chunks::<8>().0;
    let most = (0..4).map(|at| u32::from(dense[32 + at]) + u64::from_le_bytes(words[at]).count_ones());
    let most = most.fold(0, u32::max) as usize;
    let values = dense[DENSE_HEAD..].as_chunks::<4>().0;
    let value = |at: usize| values.get(at).map(|&value| u32::from_le_bytes(value));
    if is_hosts {
        let (first, over) = (value(0).unwrap_or(NONE), value(1).unwrap_or(NONE));
        ensure(first as usize + most <= count && is_row(over, count), "dense", "names rows that do not exist")?;
        return Ok(DENSE_HEAD + 8);
    }
    for at in 0..=most {
        ensure(value(at).is_some_and(|row| is_row(row, count)), "dense", "names a row that does not exist")?;
    }
    Ok(DENSE_HEAD + 4 * (most + 1))
}

#[inline(always)]
fn split(link: u32) -> (u8, u32) {
    ((link >> VALUE_BITS) as u8, link & VALUE)
}

#[derive(Clone, Copy)]
struct View<'t> {
    bits: &'t [u8],
    root: &'t [u8],
    blocks: &'t [u8],
    slots: &'t [u8],
    tails: &'t [u8],
    marks: &'t [u8],
    links: &'t [u8],
    dense: &'t [u8],
}

/// # Safety
///
/// Unless `CHECKED`, [`Index::new`] must have checked the sections.
#[inline(always)]
unsafe fn find<const CHECKED: bool>(view: View<'_>, addr: u32) -> u32 {
    // SAFETY: the root has a slot for each value of 16 bits; `check_blocks` has checked nodes and ranks.
    unsafe {
        let mut slot = word::<CHECKED>(view.root, (addr >> 16) as usize);
        if slot >> VALUE_BITS == NODE {
            slot = word::<CHECKED>(view.slots, rank::<CHECKED>(view.blocks, slot & VALUE, addr >> 8 & 255));
        }
        within::<CHECKED>(view, slot, addr as u8)
    }
}

/// Returns the row that is in force at an octet of the /24 of a slot.
///
/// # Safety
///
/// As for [`find`]; the slot must have been checked.
#[inline(always)]
unsafe fn within<const CHECKED: bool>(view: View<'_>, slot: u32, octet: u8) -> u32 {
    let (tag, first) = (slot >> VALUE_BITS, slot & VALUE);
    if tag == LEAF {
        return first;
    }
    // SAFETY: `Index::new` has checked the rows, or the place in `dense`, that each kind of slot names.
    unsafe {
        if tag < ROWS {
            return in_dense::<CHECKED>(view, tag == DENSE_HOSTS, first as usize * UNIT, octet);
        }
        let row = among_rows::<CHECKED>(view, slot, octet);
        if row == NONE && tag >= ROWS_OVER { link_of::<CHECKED>(view.marks, view.links, first).1 } else { row }
    }
}

/// Returns the most specific of up to 16 rows that holds this octet, or [`NONE`].
///
/// # Safety
///
/// As for [`within`], for a slot of rows.
#[inline(always)]
unsafe fn among_rows<const CHECKED: bool>(view: View<'_>, slot: u32, octet: u8) -> u32 {
    let (count, first) = ((slot >> VALUE_BITS) % FEW as u32, slot & VALUE);
    // SAFETY: the first row exists, and `tails` has 16 entries more than there are rows.
    let tails = unsafe { load::<CHECKED, { 2 * FEW }>(view.tails, first as usize * 2) };
    // The tag of one row is a multiple of 16, so the count is the remainder plus one.
    let holding = holding::<CHECKED>(tails, octet) & ((2 << count) - 1);
    // Rows that hold one octet are nested, the wider ones first.
    if holding == 0 { NONE } else { first + holding.ilog2() }
}

/// Returns the length of a row, and the next wider row that covers it.
///
/// # Safety
///
/// Unless `CHECKED`, marks and links must have been checked, and the row must exist.
#[inline(always)]
unsafe fn link_of<const CHECKED: bool>(marks: &[u8], links: &[u8], row: u32) -> (u8, u32) {
    // SAFETY: the caller guarantees it; every marked row has a link.
    unsafe { marked::<CHECKED>(marks, row).map_or((32, NONE), |at| split(word::<CHECKED>(links, at))) }
}

/// # Safety
///
/// As for [`within`], for a place in `dense`.
#[inline(always)]
unsafe fn in_dense<const CHECKED: bool>(view: View<'_>, is_hosts: bool, at: usize, octet: u8) -> u32 {
    let part = usize::from(octet >> 6);
    // SAFETY: `check_dense` has checked that bitmap, counts and values exist.
    unsafe {
        let bits = u64::from_le_bytes(load::<CHECKED, 8>(view.dense, at + 8 * part));
        let [before] = load::<CHECKED, 1>(view.dense, at + 32 + part);
        let value = |n: u32| u32::from_le_bytes(load::<CHECKED, 4>(view.dense, at + DENSE_HEAD + 4 * n as usize));
        if is_hosts {
            let below = (bits & ((1 << (octet & 63)) - 1)).count_ones();
            let is_host = bits >> (octet & 63) & 1 == 1;
            if is_host { value(0) + u32::from(before) + below } else { value(1) }
        } else {
            let upto = bits & (2_u64 << (octet & 63)).wrapping_sub(1);
            value(u32::from(before) + upto.count_ones())
        }
    }
}

/// Finds the rows of up to [`BATCH`] addresses, one step for all of them before the next step, so that many loads run side by side.
/// Results of a step are appended without branches: a miss among hits costs no misprediction.
///
/// # Safety
///
/// [`Index::new`] must have checked the sections, and they must not be empty.
#[inline(always)]
unsafe fn find_batch(view: View<'_>, shift: u32, addrs: &[u32], rows: &mut [u32]) {
    let mut live = List::<(u8, u32), BATCH>::new();
    for (at, (&addr, row)) in addrs.iter().zip(rows.iter_mut()).enumerate() {
        let bit = addr >> shift;
        // SAFETY: `bits` has a bit for each value of the upper bits.
        let [byte] = unsafe { load::<false, 1>(view.bits, (bit >> 3) as usize) };
        *row = NONE;
        live.push_if(byte >> (bit & 7) & 1 == 1, (at as u8, addr));
    }
    let mut divided = List::<(u8, u32, usize), BATCH>::new();
    for &(at, addr) in live.items() {
        // SAFETY: the root has a slot for each value of 16 bits.
        let slot = unsafe { word::<false>(view.root, (addr >> 16) as usize) };
        let block = block_at(slot & VALUE, addr >> 8 & 255);
        prefetch(view.blocks, block);
        rows[usize::from(at)] = slot & VALUE;
        divided.push_if(slot >> VALUE_BITS == NODE, (at, addr & 0xFFFF, block));
    }
    for (_, addr, place) in divided.items_mut() {
        // SAFETY: the node and all its ranks have been checked.
        *place = unsafe { rank_at::<false>(view.blocks, *place, *addr >> 8) };
        prefetch(view.slots, *place * 4);
    }
    let (mut rowed, mut dense) = (List::<(u8, u8, u32), BATCH>::new(), List::<(u8, u8, u32), BATCH>::new());
    for &(at, addr, place) in divided.items() {
        // SAFETY: every rank is the index of a slot.
        let slot = unsafe { word::<false>(view.slots, place) };
        let (tag, value) = (slot >> VALUE_BITS, slot & VALUE);
        prefetch(view.tails, value as usize * 2);
        rows[usize::from(at)] = value;
        rowed.push_if(tag >= ROWS, (at, addr as u8, slot));
        dense.push_if((tag != LEAF) & (tag < ROWS), (at, addr as u8, slot));
    }
    dense.items().iter().for_each(|&(_, _, slot)| prefetch(view.dense, (slot & VALUE) as usize * UNIT));
    let mut covered = List::<(u8, u32), BATCH>::new();
    for &(at, octet, slot) in rowed.items() {
        // SAFETY: the slot has been checked, and is a slot of rows.
        let row = unsafe { among_rows::<false>(view, slot, octet) };
        rows[usize::from(at)] = row;
        covered.push_if((row == NONE) & (slot >> VALUE_BITS >= ROWS_OVER), (at, slot & VALUE));
    }
    for &(at, octet, slot) in dense.items() {
        // SAFETY: the slot has been checked.
        rows[usize::from(at)] = unsafe { within::<false>(view, slot, octet) };
    }
    for &(at, first) in covered.items() {
        // SAFETY: the first row of a slot exists.
        rows[usize::from(at)] = unsafe { link_of::<false>(view.marks, view.links, first).1 };
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::View;

    /// # Safety
    ///
    /// As for [`super::find`], on a CPU with these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn find_avx2(view: View<'_>, addr: u32) -> u32 {
        // SAFETY: the caller guarantees it.
        unsafe { super::find::<false>(view, addr) }
    }

    /// # Safety
    ///
    /// As for [`super::find_batch`], on a CPU with these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn find_batch_avx2(view: View<'_>, shift: u32, addrs: &[u32], rows: &mut [u32]) {
        // SAFETY: the caller guarantees it.
        unsafe { super::find_batch(view, shift, addrs, rows) }
    }
}

/// Returns the number of address bits that `bits` should distinguish for this many rows. That makes some 32 times as many places as rows:
/// enough that few misses go on, and few enough that the bitmap stays in the cache.
pub(crate) fn width(rows: usize) -> u32 {
    (rows.saturating_mul(32).max(1).ilog2() + 1).clamp(16, 24)
}

const _: () = assert!(VALUE_BITS + 6 == 32 && ROWS_OVER + FEW as u32 <= 64 && ROWS.is_multiple_of(FEW as u32));
