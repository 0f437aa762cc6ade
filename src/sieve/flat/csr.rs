//! Lists of numbers, one per row, in two flat arrays (compressed sparse rows).

use crate::error::Result;
use crate::wire::{Reader, Slice, Words, Writer};

/// The build form: the rows, concatenated.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct ListsBuilder {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl ListsBuilder {
    /// Starts the next row.
    pub(in crate::sieve) fn start(&mut self) {
        self.starts.push(self.items.len() as u32);
    }

    /// Adds a number to the current row.
    pub(in crate::sieve) fn push(&mut self, item: u32) {
        self.items.push(item);
    }

    /// The search form.
    pub(in crate::sieve) fn finish(self) -> Lists {
        Lists { starts: self.starts.as_slice().into(), items: self.items.as_slice().into() }
    }
}

/// The search form: row `i` holds `items[starts[i]..starts[i + 1]]`; the last row ends with the items.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct Lists {
    starts: Words<u32>,
    items: Words<u32>,
}

impl Lists {
    /// Makes lists of `rows` rows from (row, item) pairs in any order. The items of a row keep the order of the pairs.
    pub(in crate::sieve) fn from_pairs(rows: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0_u32; rows + 1];
        for &(row, _) in pairs {
            starts[row as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut items = vec![0; pairs.len()];
        let mut next = starts.clone();
        for &(row, item) in pairs {
            let at = &mut next[row as usize];
            items[*at as usize] = item;
            *at += 1;
        }
        starts.pop();
        ListsBuilder { starts, items }.finish()
    }

    /// The items of a row; none if the row does not exist.
    #[inline]
    pub(in crate::sieve) fn get(&self, row: usize) -> Slice<'_, u32> {
        let Some(start) = self.starts.get(row) else { return Slice::default() };
        let end = self.starts.get(row + 1).map_or(self.items.len(), |end| end as usize);
        self.items.slice(start as usize..end)
    }

    /// The number of rows.
    pub(in crate::sieve) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.starts.memory() + self.items.memory()
    }

    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        writer.words("starts", &self.starts);
        writer.words("items", &self.items);
    }

    /// Reads lists of numbers below `limit`, and checks the number of rows if `rows` states it.
    pub(in crate::sieve) fn open(reader: &mut Reader, rows: Option<usize>, limit: usize) -> Result<Self> {
        let lists = Self { starts: reader.words("starts")?, items: reader.words("items")? };
        reader.ensure(rows.is_none_or(|rows| rows == lists.len()), "starts", "do not fit the rows")?;
        let items = lists.items.len();
        let mut last = 0;
        let is_ordered = lists.starts.iter().all(|start| std::mem::replace(&mut last, start) <= start);
        let is_whole = lists.starts.iter().next().map_or(items == 0, |first| first == 0);
        reader.ensure(is_ordered && is_whole && last as usize <= items, "starts", "are not in order")?;
        reader.ensure(lists.items.iter().all(|item| (item as usize) < limit), "items", "hold an unknown number")?;
        Ok(lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ordered_lists_of_known_numbers_open() {
        let open = |starts: &[u32], items: &[u32], rows| {
            let mut writer = Writer::default();
            Lists { starts: starts.into(), items: items.into() }.save(&mut writer);
            Lists::open(&mut Reader::new(writer.sections().to_vec()), rows, 10)
        };
        let lists = open(&[0, 0, 2], &[9, 8, 7], Some(3)).unwrap();
        assert_eq!((lists.len(), lists.get(1).len(), lists.get(2) == [7][..]), (3, 2, true));
        assert_eq!(open(&[], &[], None).unwrap().len(), 0);
        for (starts, items) in
            [(&[0, 2, 1][..], &[1, 2, 3][..]), (&[1, 2], &[1, 2]), (&[0, 4], &[1, 2, 3]), (&[0], &[10]), (&[], &[1])]
        {
            assert!(open(starts, items, None).is_err(), "{starts:?} {items:?}");
        }
        assert!(open(&[0], &[1], Some(2)).is_err());
    }

    #[test]
    fn both_ways_of_building_agree() {
        let pairs = [(2, 7), (0, 1), (2, 8), (0, 2), (4, 9)];
        let lists = Lists::from_pairs(5, &pairs);
        let mut pushed = ListsBuilder::default();
        for row in 0..5 {
            pushed.start();
            for &(_, item) in pairs.iter().filter(|&&(r, _)| r == row) {
                pushed.push(item);
            }
        }
        let pushed = pushed.finish();
        for row in 0..6 {
            assert!(lists.get(row).eq(pushed.get(row)));
        }
        assert_eq!(lists.get(2), [7, 8][..]);
        assert_eq!(lists.get(3), [][..]);
    }
}
