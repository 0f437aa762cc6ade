//! The items of rows of which most have one: the item itself stands where the number of its list would.
//!
//! Beside a single item stands what may be known of it, so that the common case reads nothing else: that it blocks whatever the
//! port and for every entry, and its scope.

use crate::error::Result;
use crate::indicator::Scope;
use crate::sieve::flat::csr::{Lists, ListsBuilder};
use crate::wire::{Reader, Slice, Writer};

/// Set in what stands for a list; the rest is its number.
const IS_LIST: u32 = 1 << 31;
/// Where the scope of a plain item stands: 0 is none.
const SCOPE: u32 = 29;
/// A single item that is larger stands in a list.
const ITEM: u32 = (1 << SCOPE) - 1;

/// The build form.
#[derive(Debug, Default)]
pub(in crate::sieve) struct ItemsBuilder {
    lists: ListsBuilder,
    count: u32,
}

fn scope_bits(scope: Option<Scope>) -> u32 {
    let number = match scope {
        None => 0,
        Some(Scope::Exact) => 1,
        Some(Scope::Subdomains) => 2,
        Some(Scope::Suffix) => 3,
    };
    number << SCOPE
}

impl ItemsBuilder {
    /// What stands for some items, at least one. `plain` gives the scope of an item that always blocks.
    pub(in crate::sieve) fn add(
        &mut self,
        items: impl IntoIterator<Item = u32>,
        plain: impl Fn(u32) -> Option<Scope>,
    ) -> u32 {
        let mut items = items.into_iter();
        let first = items.next().expect("one item at least");
        let second = items.next();
        if second.is_none() && first <= ITEM {
            return first | scope_bits(plain(first));
        }
        self.lists.start();
        self.lists.push(first);
        second.into_iter().chain(items).for_each(|item| self.lists.push(item));
        self.count += 1;
        IS_LIST | (self.count - 1)
    }

    /// The search form.
    pub(in crate::sieve) fn finish(self) -> Items {
        Items(self.lists.finish())
    }
}

/// The scope of an item that always blocks, if what stands for the items is a single one of this kind; and the item.
#[inline(always)]
pub(in crate::sieve) fn plain(number: u32) -> Option<(u32, Scope)> {
    let scope = match number >> SCOPE {
        1 => Scope::Exact,
        2 => Scope::Subdomains,
        3 => Scope::Suffix,
        _ => return None,
    };
    Some((number & ITEM, scope))
}

/// The search form.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct Items(Lists);

impl Items {
    /// What a number stands for; one that is not of this table stands for nothing.
    #[inline(always)]
    pub(in crate::sieve) fn get(&self, number: u32) -> ItemsOf<'_> {
        if number < IS_LIST {
            ItemsOf { one: Some(number & ITEM), more: Slice::default() }
        } else {
            ItemsOf { one: None, more: self.0.get((number & !IS_LIST) as usize) }
        }
    }

    /// Whether a number stands for items that are all below `limit`, which the lists were opened with, and says of a single
    /// one what `plain` says.
    pub(in crate::sieve) fn holds(&self, number: u32, limit: usize, plain: impl Fn(u32) -> Option<Scope>) -> bool {
        if number >= IS_LIST {
            return ((number & !IS_LIST) as usize) < self.0.len();
        }
        let item = number & ITEM;
        (item as usize) < limit && number & !ITEM == scope_bits(plain(item))
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.0.memory()
    }

    /// Writes the sections.
    pub(in crate::sieve) fn save(&self, out: &mut Writer) {
        self.0.save(out);
    }

    /// Reads the sections; the items are below `limit`.
    pub(in crate::sieve) fn open(from: &mut Reader, limit: usize) -> Result<Self> {
        Lists::open(from, None, limit).map(Self)
    }
}

/// The items of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemsOf<'t> {
    one: Option<u32>,
    more: Slice<'t, u32>,
}

impl Iterator for ItemsOf<'_> {
    type Item = u32;

    #[inline(always)]
    fn next(&mut self) -> Option<u32> {
        self.one.take().or_else(|| self.more.next())
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = usize::from(self.one.is_some()) + Slice::len(&self.more);
        (len, Some(len))
    }
}

impl ExactSizeIterator for ItemsOf<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_many() {
        let rows = [vec![7], vec![1, 2, 3], vec![8], vec![ITEM + 1], vec![9, 9], vec![10], vec![ITEM]];
        let scope = |item: u32| {
            [Some(Scope::Suffix), Some(Scope::Exact), None, Some(Scope::Subdomains)]
                .get(item as usize - 7)
                .copied()
                .flatten()
        };
        let mut builder = ItemsBuilder::default();
        let numbers: Vec<u32> = rows.iter().map(|row| builder.add(row.iter().copied(), scope)).collect();
        let items = builder.finish();
        for (row, &number) in rows.iter().zip(&numbers) {
            assert!(items.get(number).eq(row.iter().copied()), "{row:?}");
            assert_eq!(items.get(number).len(), row.len());
            let expected = if let [item @ 7..=ITEM] = row[..] { scope(item).map(|scope| (item, scope)) } else { None };
            assert_eq!(plain(number), expected, "{row:?}");
            assert!(items.holds(number, ITEM as usize + 1, |item| scope(item.max(7))));
        }
        assert_eq!(items.get(IS_LIST | 3).len(), 0);
        assert!(
            !items.holds(numbers[0], 7, scope)
                && !items.holds(7, 8, scope)
                && !items.holds(numbers[2] ^ 1 << SCOPE, 9, scope)
        );
        assert!(items.holds(IS_LIST | 2, 1, scope) && !items.holds(IS_LIST | 3, 1, scope));
    }
}
