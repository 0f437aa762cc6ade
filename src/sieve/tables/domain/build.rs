//! The build form of the names: pairs of a name and an indicator, sorted and hashed at the end.

use super::Table;
use super::filter::{Distinct, Filter, FilterBuilder};
use super::table::Head;
use crate::arch::name::{count_dots, tail_hash};
use crate::arch::tails::Tails;
use crate::indicator::Scope;
use crate::sieve::flat::buckets::{Buckets, Keyed};
use crate::sieve::flat::hash;
use crate::sieve::flat::items::ItemsBuilder;
use crate::sieve::flat::strings::{StrId, Strings};

/// The build form: names with the indicators to which they belong.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pairs: Vec<(StrId, u32)>,
}

impl Builder {
    /// Adds an item to a name. A name may be added many times.
    pub(crate) fn add(&mut self, name: StrId, item: u32) {
        self.pairs.push((name, item));
    }

    /// Builds the search form. `plain` returns the scope of an item that blocks unconditionally: whatever the port, by
    /// every entry.
    pub(crate) fn finish_with(mut self, strings: &Strings, plain: impl Fn(u32) -> Option<Scope>) -> Table {
        // Sorted by string id, which is the order in which names were first seen.
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let mut items = ItemsBuilder::default();
        let mut entries: Vec<Keyed> = Vec::with_capacity(self.pairs.len());
        for row in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            let name = row[0].0;
            // No canonical name is longer than 253 bytes.
            let Ok(mark) = u8::try_from(strings.bytes(name).len()) else { continue };
            let value = items.add(row.iter().map(|&(_, item)| item), &plain);
            entries.push(Keyed { hash: 0, key: strings.start(name), value, mark });
        }
        drop(self.pairs);
        if entries.is_empty() {
            return Table::default();
        }
        let text = |key: u32, mark: u8| strings.part(key, mark.into());
        let hash = |seed, key, mark| hash::whole(seed, text(key, mark));
        let order = |a: (u32, u8), b: (u32, u8)| text(a.0, a.1).cmp(text(b.0, b.1));
        // In the order of the texts, before the table reorders the entries.
        let tails = tails(entries.iter().map(|entry| text(entry.key, entry.mark)));
        let mut has_single = false;
        let mut deep: Vec<(u32, u8)> = Vec::new();
        for entry in &entries {
            match count_dots(text(entry.key, entry.mark)) {
                0 => has_single = true,
                1 | 2 => {}
                _ => deep.push((entry.key, entry.mark)),
            }
        }
        let (seed, buckets) = Buckets::seeded(&mut entries, &hash, &order);
        let head = Head { seed, first: if has_single { 1 } else { 2 }, rows: entries.len() as u64 };
        let filter = filter(seed, &entries, deep.iter().map(|&(key, mark)| text(key, mark)));
        Table::new(head, tails, filter, buckets, items.finish())
    }

    /// Builds the search form of a set without plain items.
    #[cfg(test)]
    pub(crate) fn finish(self, strings: &Strings) -> Table {
        self.finish_with(strings, |_| None)
    }
}

/// The bitmap of the last two labels of all names.
fn tails<'s>(names: impl ExactSizeIterator<Item = &'s [u8]>) -> Tails {
    let hashes: Vec<u64> = names.map(|name| tail_hash(name).0).collect();
    let mut distinct = Distinct::new(hashes.len());
    hashes.iter().for_each(|&hash| distinct.add(hash));
    Tails::new(hashes, distinct.count())
}

/// The filter of the names, whose hashes are known, and of the suffixes from three labels on of the `deep` ones.
fn filter<'s>(seed: u64, names: &[Keyed], deep: impl Iterator<Item = &'s [u8]>) -> Filter {
    let mut suffixes: Vec<u64> = Vec::new();
    for name in deep {
        hash::suffixes(seed, name, |suffix| {
            if suffix.labels > 2 && suffix.start > 0 {
                suffixes.push(suffix.hash);
            }
            true
        });
    }
    let mut distinct = Distinct::new(suffixes.len());
    suffixes.iter().for_each(|&hash| distinct.add(hash));
    let mut filter = FilterBuilder::new(distinct.count() + names.len());
    suffixes.iter().for_each(|&hash| filter.add_suffix(hash));
    names.iter().for_each(|name| filter.add_stored(name.hash));
    filter.finish()
}
