use super::Addr;
use crate::sieve::csr::Lists;
use crate::wire::Slice;

/// The search form. All columns have one row for each distinct prefix, sorted by (address, length).
#[derive(Debug)]
pub(crate) struct Table<A> {
    /// `buckets[b]..buckets[b + 1]` are the rows whose upper 16 bits are `b`; empty if the table is.
    pub(super) buckets: Vec<u32>,
    pub(super) addrs: Vec<A>,
    pub(super) lens: Vec<u8>,
    /// The next wider prefix that covers the row's, always an earlier row; `u32::MAX` for none.
    pub(super) parents: Vec<u32>,
    /// The indicators of each row.
    pub(super) ids: Lists,
}

impl<A> Default for Table<A> {
    fn default() -> Self {
        Self { buckets: Vec::new(), addrs: Vec::new(), lens: Vec::new(), parents: Vec::new(), ids: Lists::default() }
    }
}

impl<A: Addr> Table<A> {
    /// The rows that cover `addr`, most specific first. Costs one binary search within a bucket, then a step a row.
    #[inline]
    pub(crate) fn covering(&self, addr: A) -> Covering<'_, A> {
        let bucket = addr.bucket();
        let (Some(&from), Some(&to)) = (self.buckets.get(bucket), self.buckets.get(bucket + 1)) else {
            return Covering { table: self, addr, at: u32::MAX };
        };
        let rows = &self.addrs[from as usize..to as usize];
        let before = from as usize + rows.partition_point(|&row| row <= addr);
        // No row of the bucket may start at or before the address: then the last row of an earlier bucket, or
        // one of its parents, is the only one that can cover it.
        let at = if before == 0 { u32::MAX } else { before as u32 - 1 };
        Covering { table: self, addr, at }
    }

    /// The indicators of a row.
    #[inline]
    pub(crate) fn ids(&self, row: u32) -> Slice<'_, u32> {
        self.ids.get(row as usize)
    }

    #[cfg(test)]
    pub(crate) fn prefix(&self, row: u32) -> (A, u8) {
        (self.addrs[row as usize], self.lens[row as usize])
    }

    pub(crate) fn memory(&self) -> usize {
        self.buckets.capacity() * 4
            + self.addrs.capacity() * size_of::<A>()
            + self.lens.capacity()
            + self.parents.capacity() * 4
            + self.ids.memory()
    }
}

/// Iterator over the rows that cover an address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Covering<'t, A> {
    table: &'t Table<A>,
    addr: A,
    at: u32,
}

impl<A: Addr> Iterator for Covering<'_, A> {
    /// Row and prefix length.
    type Item = (u32, u8);

    #[inline]
    fn next(&mut self) -> Option<(u32, u8)> {
        while self.at != u32::MAX {
            let row = self.at as usize;
            self.at = self.table.parents[row];
            let len = self.table.lens[row];
            if self.addr.masked(len) == self.table.addrs[row] {
                return Some((row as u32, len));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::Builder;

    fn covering(rows: &[(u32, u8)], addr: u32) -> Vec<(u32, u8)> {
        let mut builder = Builder::default();
        for (id, &(net, len)) in rows.iter().enumerate() {
            builder.add(net, len, id as u32);
        }
        let table = builder.finish();
        table.covering(addr).map(|(row, _)| table.prefix(row)).collect()
    }

    #[test]
    fn every_set_of_prefixes_over_three_bits() {
        // The prefixes of three bits, placed at the top of the address.
        let all: Vec<(u32, u8)> = (0..=3_u8)
            .flat_map(|len| (0..1_u32 << len).map(move |n| (n.checked_shl(32 - u32::from(len)).unwrap_or(0), len)))
            .collect();
        assert_eq!(all.len(), 15);
        for set in 0..1_u32 << all.len() {
            let rows: Vec<_> = all.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, &row)| row).collect();
            let mut builder = Builder::default();
            for (id, &(net, len)) in rows.iter().enumerate() {
                builder.add(net, len, id as u32);
            }
            let table = builder.finish();
            for addr in 0..8_u32 {
                let addr = addr << 29 | 0x1234;
                let got: Vec<_> = table.covering(addr).map(|(row, _)| table.prefix(row)).collect();
                let mut want: Vec<_> =
                    rows.iter().copied().filter(|&(net, len)| len == 0 || (addr ^ net) >> (32 - len) == 0).collect();
                want.sort_by_key(|&(_, len)| std::cmp::Reverse(len));
                assert_eq!(got, want, "{rows:?} {addr:x}");
            }
        }
    }

    #[test]
    fn a_wide_prefix_is_found_from_a_far_bucket() {
        let rows = [(0x0A00_0000, 8), (0x0A01_0203, 32)];
        assert_eq!(covering(&rows, 0x0AFF_FFFF), [(0x0A00_0000, 8)]);
        assert_eq!(covering(&rows, 0x0A01_0203), [(0x0A01_0203, 32), (0x0A00_0000, 8)]);
        assert!(covering(&rows, 0x0B00_0000).is_empty());
        assert!(covering(&rows, 0).is_empty());
        assert!(covering(&[], 7).is_empty());
    }
}
