use super::Table;
use super::filter::{Distinct, Filter, FilterBuilder};
use super::table::Head;
use crate::indicator::Scope;
use crate::sieve::buckets::{Buckets, Entry};
use crate::sieve::hash::Labels;
use crate::sieve::items::ItemsBuilder;
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

    /// The search form. `plain` gives the scope of an item that blocks whatever the port and for every entry.
    pub(crate) fn finish_with(mut self, strings: &Strings, plain: impl Fn(u32) -> Option<Scope>) -> Table {
        // By number of the string, which is the order in which names were first seen.
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let mut items = ItemsBuilder::default();
        let mut entries: Vec<Entry> = Vec::with_capacity(self.pairs.len());
        for row in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            let name = row[0].0;
            // No canonical name is longer than 253 bytes.
            let Ok(mark) = u8::try_from(strings.bytes(name).len()) else { continue };
            let value = items.add(row.iter().map(|&(_, item)| item), &plain);
            entries.push(Entry { hash: 0, key: strings.start(name), value, mark });
        }
        drop(self.pairs);
        if entries.is_empty() {
            return Table::default();
        }
        let text = |key: u32, mark: u8| strings.part(key, mark.into());
        let has_single = entries.iter().any(|entry| memchr::memchr(b'.', text(entry.key, entry.mark)).is_none());
        let hash = |seed, key, mark| {
            let name = text(key, mark);
            Labels::new(seed, name, 0, name.len()).whole()
        };
        let order = |a: (u32, u8), b: (u32, u8)| text(a.0, a.1).cmp(text(b.0, b.1));
        let (seed, buckets) = Buckets::seeded(&mut entries, hash, order);
        let head = Head { seed, first: if has_single { 1 } else { 2 }, rows: entries.len() as u64 };
        let filter = filter(&head, entries, text);
        Table::new(head, filter, buckets, items.finish())
    }

    /// The search form of a set of which nothing is known of any item.
    pub(crate) fn finish(self, strings: &Strings) -> Table {
        self.finish_with(strings, |_| None)
    }
}

/// The filter: all names, and what they end in.
fn filter<'s>(head: &Head, mut names: Vec<Entry>, text: impl Fn(u32, u8) -> &'s [u8]) -> Filter {
    // In the order of the texts, which are read twice more.
    names.sort_unstable_by_key(|name| name.key);
    let text = |name: &Entry| text(name.key, name.mark);
    let suffixes = |name: &'s [u8], each: &mut dyn FnMut(u64, bool)| {
        let mut labels = Labels::new(head.seed, name, 0, name.len());
        for count in 1.. {
            let hash = labels.next();
            let whole = !labels.go_on();
            if count >= head.first || whole {
                each(hash, whole);
            }
            if whole {
                break;
            }
        }
    };
    let count: usize = names.iter().map(|name| memchr::memchr_iter(b'.', text(name)).count()).sum();
    let mut distinct = Distinct::new(count);
    for name in &names {
        suffixes(text(name), &mut |hash, whole| {
            if !whole {
                distinct.add(hash);
            }
        });
    }
    let mut filter = FilterBuilder::new(distinct.count() + names.len());
    for name in &names {
        suffixes(text(name), &mut |hash, whole| if whole { filter.add_stored(hash) } else { filter.add_suffix(hash) });
    }
    filter.finish()
}
