//! The items of rows, optimised for rows with one item: that item is stored inline, in place of the number of a list.
//!
//! A single item is stored together with its scope, if it blocks unconditionally: whatever the port, for every entry.
//! The common case then reads nothing else.

use crate::error::Result;
use crate::indicator::Scope;
use crate::sieve::flat::csr::{Lists, ListsBuilder};
use crate::wire::{Reader, Slice, Writer};

/// Set if the number stands for a list; the remaining bits are the number of the list.
const IS_LIST: u32 = 1 << 31;
/// The position of the scope of a plain item; scope bits of 0 mean that it is not plain.
const SCOPE: u32 = 29;
/// The largest item that can be stored inline; larger ones go into a list.
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
    /// Returns the number that stands for some items, of which there must be at least one. `plain` returns the scope of
    /// an item that blocks unconditionally.
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

/// Returns the item and its scope, if the number stands for a single item that blocks unconditionally.
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
    /// The items of a number; none if the number is not from this table.
    #[inline(always)]
    pub(in crate::sieve) fn get(&self, number: u32) -> ItemsOf<'_> {
        if number < IS_LIST {
            ItemsOf { one: Some(number & ITEM), more: Slice::default() }
        } else {
            ItemsOf { one: None, more: self.0.get((number & !IS_LIST) as usize) }
        }
    }

    /// Returns true if all items of a number are below `limit`, the one given to `open`, and if the scope stored with a
    /// single item is the one that `plain` returns.
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

    /// Reads the sections. Items must be below `limit`.
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
