use crate::sieve::csr::Lists;
use crate::sieve::hash;
use crate::sieve::strings::{StrId, Strings};
use crate::wire::Slice;

/// The search form: one row for each distinct name.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Rows by hash, open addressing with linear probing; `u32::MAX` is free. The length is a power of two, or 0.
    pub(super) slots: Vec<u32>,
    /// One bit for each name, by another part of the hash.
    pub(super) filter: Vec<u64>,
    pub(super) names: Vec<StrId>,
    /// The items of each row.
    pub(super) ids: Lists,
    /// The labels of the deepest name.
    pub(super) depth: usize,
}

/// Hash of a whole name: its labels from the right.
pub(super) fn hash_name(name: &[u8]) -> u64 {
    let mut state = hash::SEED;
    for label in name.rsplit(|&b| b == b'.') {
        state = hash::extend(state, label);
    }
    hash::finish(state)
}

#[inline]
pub(super) fn filter_bit(hash: u64, words: usize) -> (usize, u64) {
    let at = (hash >> 32) as usize;
    ((at >> 6) & (words - 1), 1 << (at & 63))
}

/// A stored name that a looked-up name equals or ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The row of the stored name.
    pub(crate) row: u32,
    /// How many labels it has.
    pub(crate) labels: u16,
    /// Whether it is the whole name.
    pub(crate) whole: bool,
}

impl Table {
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Calls `found` for every stored name that `name` equals or is beneath, shortest first. `name` is canonical.
    #[inline]
    pub(crate) fn suffixes(&self, strings: &Strings, name: &str, mut found: impl FnMut(Found)) {
        if self.is_empty() {
            return;
        }
        let bytes = name.as_bytes();
        let mut state = hash::SEED;
        let mut end = bytes.len();
        for labels in 1..=self.depth {
            let start = memchr::memrchr(b'.', &bytes[..end]).map_or(0, |dot| dot + 1);
            state = hash::extend(state, &bytes[start..end]);
            if let Some(row) = self.probe(strings, &name[start..], hash::finish(state)) {
                found(Found { row, labels: labels as u16, whole: start == 0 });
            }
            if start == 0 {
                return;
            }
            end = start - 1;
        }
    }

    /// The row of exactly this name.
    #[inline]
    pub(crate) fn exact(&self, strings: &Strings, name: &str) -> Option<u32> {
        if self.is_empty() { None } else { self.probe(strings, name, hash_name(name.as_bytes())) }
    }

    #[inline]
    fn probe(&self, strings: &Strings, name: &str, hash: u64) -> Option<u32> {
        let (word, bit) = filter_bit(hash, self.filter.len());
        if self.filter[word] & bit == 0 {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let row = self.slots[at];
            if row == u32::MAX {
                return None;
            }
            if strings.bytes(self.names[row as usize]) == name.as_bytes() {
                return Some(row);
            }
            at = (at + 1) & mask;
        }
    }

    /// The items of a row.
    #[inline]
    pub(crate) fn ids(&self, row: u32) -> Slice<'_, u32> {
        self.ids.get(row as usize)
    }

    #[cfg(test)]
    pub(crate) fn name<'s>(&self, strings: &'s Strings, row: u32) -> &'s str {
        strings.get(self.names[row as usize])
    }

    /// All rows.
    pub(crate) fn rows(&self) -> std::ops::Range<u32> {
        0..self.names.len() as u32
    }

    pub(crate) fn memory(&self) -> usize {
        (self.slots.capacity() + self.names.capacity()) * 4 + self.filter.capacity() * 8 + self.ids.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Builder;
    use crate::sieve::strings::Interner;

    #[test]
    fn suffixes_by_whole_labels() {
        let mut interner = Interner::default();
        let mut builder = Builder::default();
        for (id, name) in ["test", "evil.test", "a.evil.test", "vil.test", "b.a.evil.test"].iter().enumerate() {
            builder.add(interner.intern(name), id as u32);
        }
        let strings = interner.finish().unwrap();
        let table = builder.finish(&strings);
        let look = |name: &str| {
            let mut found = Vec::new();
            table.suffixes(&strings, name, |f| found.push((table.name(&strings, f.row).to_owned(), f.labels, f.whole)));
            found
        };
        assert_eq!(
            look("a.evil.test"),
            [("test".into(), 1, false), ("evil.test".into(), 2, false), ("a.evil.test".into(), 3, true)]
        );
        assert_eq!(look("xevil.test"), [("test".into(), 1, false)]);
        assert_eq!(look("x.y.z.b.a.evil.test").len(), 4);
        assert!(look("evil.tests").is_empty());
        assert_eq!(table.exact(&strings, "vil.test").map(|row| table.ids(row).collect::<Vec<_>>()), Some(vec![3]));
        assert_eq!(table.exact(&strings, "il.test"), None);
    }
}
