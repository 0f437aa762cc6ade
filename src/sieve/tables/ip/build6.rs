//! Builds the IPv6 index.

use super::build::{Nodes, bytes, groups, in_parts};
use super::family::{NONE, Rows};
use crate::arch::ip6::{FEW, ROOT, Sections, Slot, key, skip};
use crate::arch::nets::marks;

/// The number of divided /16s in a part that is built on its own.
const PART: usize = 64;

/// The index of some /16s; its numbers count from its own beginning.
#[derive(Debug)]
struct Part<'r> {
    rows: &'r Rows<u128>,
    nodes: Nodes,
    skips: Vec<[u32; 2]>,
    /// The slot of each group.
    roots: Vec<u32>,
}

pub(super) fn sections(rows: &Rows<u128>) -> Sections {
    if rows.addrs.is_empty() {
        return Sections::default();
    }
    let (over, groups) = groups(rows, |addr| (addr >> 112) as u32);
    let mut root: Vec<u32> = over.into_iter().map(|row| Slot::Leaf(row).word()).collect();
    let parts = in_parts(&groups, PART, |groups| {
        let mut part = Part { rows, nodes: Nodes::default(), skips: Vec::new(), roots: Vec::new() };
        for group in groups {
            let slot = part.slot(ROOT, group.from, group.to, group.over);
            part.roots.push(slot.word());
        }
        part
    });
    let sum = |size: fn(&Part<'_>) -> usize| parts.iter().map(size).sum::<usize>();
    let mut blocks = Vec::with_capacity(sum(|part| part.nodes.blocks.len() * 12));
    let mut slots = Vec::with_capacity(sum(|part| part.nodes.slots.len() * 4));
    let mut skips = Vec::with_capacity(sum(|part| part.skips.len() * 8));
    let mut group = groups.iter();
    for part in &parts {
        let (nodes, skipped) = ((blocks.len() / 48) as u32, (skips.len() / 8) as u32);
        let moved = |slot: u32| {
            if Slot::is_node(slot) {
                slot + nodes
            } else if Slot::is_skip(slot) {
                slot + skipped
            } else {
                slot
            }
        };
        part.roots.iter().zip(&mut group).for_each(|(&slot, group)| root[group.upper as usize] = moved(slot));
        part.nodes.write_blocks(slots.len() / 4, &mut blocks);
        part.nodes.slots.iter().for_each(|&slot| slots.extend_from_slice(&moved(slot).to_le_bytes()));
        for &[head, node] in &part.skips {
            skips.extend_from_slice(&head.to_le_bytes());
            skips.extend_from_slice(&(node + nodes).to_le_bytes());
        }
    }
    let mut keys = Vec::with_capacity((rows.addrs.len() + FEW) * 16);
    rows.addrs.iter().zip(&rows.lens).for_each(|(&addr, &len)| keys.extend_from_slice(&key(addr, len).to_le_bytes()));
    let mut links = Vec::new();
    let parents = rows.parents.iter().filter(|&&parent| parent != NONE);
    parents.for_each(|parent| links.extend_from_slice(&parent.to_le_bytes()));
    links.shrink_to_fit();
    keys.resize((rows.addrs.len() + FEW) * 16, 0xFF);
    Sections {
        root: bytes(root.into_iter()),
        blocks: blocks.into(),
        slots: slots.into(),
        skips: skips.into(),
        keys: keys.into(),
        marks: marks(rows.parents.iter().map(|&parent| parent != NONE)).into(),
        links: links.into(),
    }
}

impl Part<'_> {
    /// The slot after `depth` bits, which `over` covers and some rows divide. All rows must be longer than `depth` bits.
    fn slot(&mut self, depth: u32, from: usize, to: usize, over: u32) -> Slot {
        let (first, count) = (from as u32, (to - from) as u32);
        if count == 0 {
            return Slot::Leaf(over);
        }
        if to - from <= FEW {
            return Slot::Rows { first, count };
        }
        let common = (self.rows.addrs[from] ^ self.rows.addrs[to - 1]).leading_zeros();
        let shortest = self.rows.lens[from..to].iter().copied().min().map_or(0, u32::from);
        let below = common.min(shortest - 1) / 8 * 8;
        if below <= depth {
            return Slot::Node(self.node(depth, from, to, over));
        }
        let at = self.skips.len();
        self.skips.push([0; 2]);
        let node = self.node(below, from, to, over);
        self.skips[at] = skip(first, below, node);
        Slot::Skip(at as u32)
    }

    fn node(&mut self, depth: u32, from: usize, to: usize, over: u32) -> u32 {
        // Reserved before its children, because the check allows only links to later nodes.
        let node = self.nodes.reserve();
        let mut over = [over; 256];
        let mut within = [(0_usize, 0_usize); 256];
        for row in from..to {
            let child = (self.rows.addrs[row] >> (120 - depth) & 255) as usize;
            let len = u32::from(self.rows.lens[row]);
            if len <= depth + 8 {
                over[child..][..1 << (depth + 8 - len)].fill(row as u32);
            } else {
                let within = &mut within[child];
                if within.1 == 0 {
                    within.0 = row;
                }
                within.1 = row + 1;
            }
        }
        let mut children = [Slot::Leaf(NONE).word(); 256];
        for ((child, over), (from, to)) in children.iter_mut().zip(over).zip(within) {
            *child = self.slot(depth + 8, from, to, over).word();
        }
        self.nodes.fill(node, &children);
        node
    }
}
