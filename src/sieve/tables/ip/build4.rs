//! Builds the IPv4 index.

use super::build::{Nodes, bytes, groups, in_parts};
use super::family::{NONE, Rows};
use crate::arch::ip4::{FEW, Sections, Slot, dense_hosts, dense_runs, has_link, link, tail, width};
use crate::arch::nets::marks;

/// The number of divided /16s in a part that is built on its own.
const PART: usize = 256;

/// The index of some /16s; its numbers count from its own beginning.
#[derive(Debug, Default)]
struct Part {
    nodes: Nodes,
    dense: Vec<u8>,
}

pub(super) fn sections(rows: &Rows<u32>) -> Sections {
    if rows.addrs.is_empty() {
        return Sections::default();
    }
    let (over, groups) = groups(rows, |addr| addr >> 16);
    let mut root: Vec<u32> = over.into_iter().map(|row| Slot::Leaf(row).word()).collect();
    groups.iter().enumerate().for_each(|(at, group)| root[group.upper as usize] = Slot::Node(at as u32).word());
    let parts = in_parts(&groups, PART, |groups| {
        let mut part = Part::default();
        groups.iter().for_each(|group| part.add(rows, group.from, group.to, group.over));
        part
    });
    let sum = |size: fn(&Part) -> usize| parts.iter().map(size).sum::<usize>();
    let mut blocks = Vec::with_capacity(sum(|part| part.nodes.blocks.len() * 12));
    let mut slots = Vec::with_capacity(sum(|part| part.nodes.slots.len() * 4));
    let mut dense = Vec::with_capacity(sum(|part| part.dense.len()));
    for part in parts {
        part.nodes.write_blocks(slots.len() / 4, &mut blocks);
        let moved = (dense.len() / 16) as u32;
        part.nodes.slots.iter().for_each(|&slot| slots.extend_from_slice(&moved_by(slot, moved).to_le_bytes()));
        dense.extend_from_slice(&part.dense);
    }
    let count = rows.addrs.len();
    let mut tails = Vec::with_capacity((count + FEW) * 2);
    rows.addrs.iter().zip(&rows.lens).for_each(|(&addr, &len)| tails.extend_from_slice(&tail(addr, len)));
    tails.resize((count + FEW) * 2, 0);
    let all_links = || rows.lens.iter().zip(&rows.parents).map(|(&len, &parent)| (len, parent));
    let mut links = Vec::new();
    for (len, parent) in all_links().filter(|&(len, parent)| has_link(len, parent)) {
        links.extend_from_slice(&link(len, parent).to_le_bytes());
    }
    links.shrink_to_fit();
    Sections {
        bits: bits(rows).into(),
        root: bytes(root.into_iter()),
        blocks: blocks.into(),
        slots: slots.into(),
        tails: tails.into(),
        marks: marks(all_links().map(|(len, parent)| has_link(len, parent))).into(),
        links: links.into(),
        dense: dense.into(),
    }
}

/// The bitmap of the upper parts of covered addresses.
fn bits(rows: &Rows<u32>) -> Vec<u8> {
    let width = width(rows.addrs.len());
    let mut bits = vec![0_u8; 1 << (width - 3)];
    for ((&addr, &len), &parent) in rows.addrs.iter().zip(&rows.lens).zip(&rows.parents) {
        // A row under a wider one is covered already.
        if parent != NONE {
            continue;
        }
        let last = addr | u32::MAX.checked_shr(u32::from(len)).unwrap_or(0);
        let (from, to) = ((addr >> (32 - width)) as usize, (last >> (32 - width)) as usize);
        if to - from < 8 {
            (from..=to).for_each(|at| bits[at / 8] |= 1 << (at % 8));
        } else {
            // A prefix of more than eight places begins and ends on a byte boundary.
            bits[from / 8..=to / 8].fill(0xFF);
        }
    }
    bits
}

/// Adjusts a slot after the data in `dense` has moved.
fn moved_by(word: u32, places: u32) -> u32 {
    // Both tags for places in `dense` leave room above the value.
    if Slot::is_dense(word) { word + places } else { word }
}

impl Part {
    /// Adds the node of a /16. All its rows must be longer than 16 bits.
    fn add(&mut self, rows: &Rows<u32>, from: usize, to: usize, over: u32) {
        let mut over = [over; 256];
        let mut within = [(0_usize, 0_usize); 256];
        for row in from..to {
            let child = (rows.addrs[row] >> 8 & 255) as usize;
            let len = rows.lens[row];
            if len <= 24 {
                over[child..][..1 << (24 - len)].fill(row as u32);
            } else {
                let within = &mut within[child];
                if within.1 == 0 {
                    within.0 = row;
                }
                within.1 = row + 1;
            }
        }
        let mut children = [0; 256];
        for ((child, over), (from, to)) in children.iter_mut().zip(over).zip(within) {
            *child = if to == 0 { Slot::Leaf(over) } else { self.child(rows, from, to, over) }.word();
        }
        let node = self.nodes.reserve();
        self.nodes.fill(node, &children);
    }

    /// The slot of a /24 that `over` covers and some rows divide.
    fn child(&mut self, rows: &Rows<u32>, from: usize, to: usize, over: u32) -> Slot {
        let (first, count) = (from as u32, (to - from) as u32);
        let are_hosts = rows.lens[from..to].iter().all(|&len| len == 32);
        let octets = rows.addrs[from..to].iter().map(|&addr| addr as u8);
        match (are_hosts, to - from <= FEW) {
            (_, true) => Slot::Rows { first, count, over: over != NONE },
            (true, false) => Slot::DenseHosts(dense_hosts(&mut self.dense, octets, first, over)),
            (false, false) => {
                let mut holds = [over; 256];
                for ((octet, &len), row) in octets.zip(&rows.lens[from..to]).zip(first..) {
                    holds[usize::from(octet)..][..1 << (32 - len)].fill(row);
                }
                Slot::DenseRuns(dense_runs(&mut self.dense, &holds))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bitmap has a bit for each place that a prefix covers, and no other.
    #[test]
    fn the_bitmap_has_the_covered_places_alone() {
        for len in 0..=32 {
            for addr in [0, 0x0102_0304, 0xC633_6407, u32::MAX] {
                let addr = addr & u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0);
                let rows = Rows { addrs: vec![addr], lens: vec![len], parents: vec![NONE] };
                let (bits, width) = (bits(&rows), width(1));
                let first = (addr >> (32 - width)) as usize;
                let count = 1 << width.saturating_sub(u32::from(len));
                let is_set = |place: usize| bits[place / 8] >> (place % 8) & 1 == 1;
                assert!((first..first + count).all(is_set), "{addr:x}/{len}");
                assert_eq!(bits.iter().map(|byte| byte.count_ones() as usize).sum::<usize>(), count, "{addr:x}/{len}");
            }
        }
    }
}
