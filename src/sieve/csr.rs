//! Lists of numbers, one for each row, in two flat arrays.

use crate::wire::{Slice, Words};

/// The build form: rows one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct ListsBuilder {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl ListsBuilder {
    /// Starts the next row.
    pub(super) fn start(&mut self) {
        self.starts.push(self.items.len() as u32);
    }

    /// Adds to the row that was started last.
    pub(super) fn push(&mut self, item: u32) {
        self.items.push(item);
    }

    /// The search form.
    pub(super) fn finish(self) -> Lists {
        Lists { starts: self.starts.as_slice().into(), items: self.items.as_slice().into() }
    }
}

/// The search form: row `i` holds `items[starts[i]..starts[i + 1]]`; the last row ends with the items.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    starts: Words<u32>,
    items: Words<u32>,
}

impl Lists {
    /// The lists of `rows` rows, from (row, item) pairs in any order; the items of a row keep the pairs' order.
    pub(super) fn from_pairs(rows: usize, pairs: &[(u32, u32)]) -> Self {
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

    /// The items of a row; a row that does not exist is empty.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Slice<'_, u32> {
        let Some(start) = self.starts.get(row) else { return Slice::default() };
        let end = self.starts.get(row + 1).map_or(self.items.len(), |end| end as usize);
        self.items.slice(start as usize..end)
    }

    pub(super) fn memory(&self) -> usize {
        self.starts.memory() + self.items.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
