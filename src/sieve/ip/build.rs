use super::{Addr, Table};
use crate::sieve::csr::ListsBuilder;

/// The build form: prefixes in any order, with the indicators they belong to.
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
    /// Adds a prefix of indicator `id`. A range adds each of its prefixes with one id.
    pub(crate) fn add(&mut self, addr: A, len: u8, id: u32) {
        self.rows.push((addr.masked(len), len, id));
    }

    /// The search form. The order in which prefixes were added does not matter.
    pub(crate) fn finish(mut self) -> Table<A> {
        self.rows.sort_unstable();
        self.rows.dedup();
        let mut addrs: Vec<A> = Vec::new();
        let mut lens: Vec<u8> = Vec::new();
        let mut parents: Vec<u32> = Vec::new();
        let mut ids = ListsBuilder::default();
        // The prefixes that cover the current one, widest first.
        let mut open: Vec<u32> = Vec::new();
        for &(addr, len, id) in &self.rows {
            if addrs.last() == Some(&addr) && lens.last() == Some(&len) {
                ids.push(id);
                continue;
            }
            while let Some(&top) = open.last() {
                if addr.masked(lens[top as usize]) == addrs[top as usize] {
                    break;
                }
                open.pop();
            }
            parents.push(open.last().copied().unwrap_or(u32::MAX));
            open.push(addrs.len() as u32);
            addrs.push(addr);
            lens.push(len);
            ids.start();
            ids.push(id);
        }
        let mut buckets = vec![0_u32; (1 << 16) + 1];
        for addr in &addrs {
            buckets[addr.bucket() + 1] += 1;
        }
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        addrs.shrink_to_fit();
        lens.shrink_to_fit();
        parents.shrink_to_fit();
        if addrs.is_empty() {
            buckets = Vec::new();
        }
        Table { buckets, addrs, lens, parents, ids: ids.finish() }
    }
}
