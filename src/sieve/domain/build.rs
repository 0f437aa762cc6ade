use super::Table;
use super::table::{filter_bit, hash_name};
use crate::sieve::csr::ListsBuilder;
use crate::sieve::strings::{StrId, Strings};

/// The build form: names with the indicators they belong to.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pairs: Vec<(StrId, u32)>,
}

impl Builder {
    /// Adds a name with an item. The same name may be added many times.
    pub(crate) fn add(&mut self, name: StrId, item: u32) {
        self.pairs.push((name, item));
    }

    /// The search form.
    pub(crate) fn finish(mut self, strings: &Strings) -> Table {
        // By number of the string, which is the order in which names were first seen.
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let mut names: Vec<StrId> = Vec::new();
        let mut ids = ListsBuilder::default();
        let mut depth = 0;
        for &(name, id) in &self.pairs {
            if names.last() != Some(&name) {
                names.push(name);
                ids.start();
                let text = strings.get(name);
                depth = depth.max(memchr::memchr_iter(b'.', text.as_bytes()).count() + 1);
            }
            ids.push(id);
        }
        names.shrink_to_fit();
        if names.is_empty() {
            return Table::default();
        }
        let mut slots = vec![u32::MAX; (names.len() * 2).next_power_of_two().max(8)];
        // Sixteen bits a name: one name in sixteen passes by chance.
        let mut filter = vec![0_u64; (names.len() / 4).next_power_of_two().max(1)];
        let mask = slots.len() - 1;
        for (row, &name) in names.iter().enumerate() {
            let hash = hash_name(strings.get(name).as_bytes());
            let (word, bit) = filter_bit(hash, filter.len());
            filter[word] |= bit;
            let mut at = hash as usize & mask;
            while slots[at] != u32::MAX {
                at = (at + 1) & mask;
            }
            slots[at] = row as u32;
        }
        Table { slots, filter, names, ids: ids.finish(), depth }
    }
}
