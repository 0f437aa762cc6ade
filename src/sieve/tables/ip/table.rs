//! The search form of the addresses of one family: rows and their links.

use bytes::Bytes;

use super::family::{Addr, Index, NONE};
use crate::arch::cpu::Kernel;
use crate::error::Result;
use crate::wire::{Reader, Slice, Words, Writer};

/// Flags a row's id field that holds the place of a list instead of an indicator.
pub(super) const LIST: u32 = 1 << 31;

/// The maximum number of ids that a table can hold.
pub(in crate::sieve) const MAX_IDS: usize = LIST as usize;

/// The search form. Rows are the distinct prefixes, sorted by (address, length).
#[derive(Debug)]
pub(crate) struct Table<A: Addr> {
    pub(super) index: A::Index,
    /// By row: its indicator; or, with [`LIST`], the place in `lists` of the number of its indicators, which follow there.
    pub(super) ids: Words<u32>,
    pub(super) lists: Words<u32>,
    /// A bit per row: all indicators that cover it match without a look at entries. Empty if this holds for all rows.
    pub(super) plain: Bytes,
}

impl<A: Addr> Default for Table<A> {
    fn default() -> Self {
        Self { index: A::Index::default(), ids: Words::default(), lists: Words::default(), plain: Bytes::new() }
    }
}

impl<A: Addr> Table<A> {
    /// Iterates over the rows that cover `addr`, most specific first. Costs one lookup, then one step per row.
    #[inline]
    pub(crate) fn covering(&self, addr: A) -> Covering<'_, A> {
        self.from(self.find(Kernel::best(), addr))
    }

    /// The ids and lengths of the prefixes that cover a whole prefix, including the prefix itself.
    pub(crate) fn covering_ids(&self, addr: A, len: u8) -> Vec<(u32, u8)> {
        self.covering(addr)
            .filter(|&(_, covering)| covering <= len)
            .flat_map(|(row, covering)| self.ids(row).map(move |id| (id, covering)))
            .collect()
    }

    /// The most specific row that covers an address.
    #[inline]
    pub(crate) fn find(&self, kernel: Kernel, addr: A) -> Option<u32> {
        Some(self.index.find(kernel, addr)).filter(|&row| row != NONE)
    }

    /// Finds the most specific row of each address; use [`is_row`](Table::is_row) to see if there is one.
    pub(crate) fn find_all(&self, kernel: Kernel, addrs: &[A], rows: &mut [u32]) {
        self.index.find_all(kernel, addrs, rows);
    }

    #[inline]
    pub(crate) fn is_row(&self, found: u32) -> bool {
        found != NONE
    }

    /// Iterates over a row and all rows that cover it, most specific first.
    #[inline]
    pub(crate) fn from(&self, row: Option<u32>) -> Covering<'_, A> {
        Covering { table: self, at: row.unwrap_or(NONE) }
    }

    /// Returns true if all indicators are plain.
    #[inline]
    pub(crate) fn is_all_plain(&self) -> bool {
        self.plain.is_empty()
    }

    /// Returns true if all indicators that cover a row are plain.
    #[inline]
    pub(crate) fn is_plain(&self, row: u32) -> bool {
        self.plain.is_empty() || self.plain.get(row as usize / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }

    /// The indicators of a row.
    #[inline]
    pub(crate) fn ids(&self, row: u32) -> Slice<'_, u32> {
        let row = row as usize;
        match self.ids.get(row) {
            Some(list) if list >= LIST => {
                let at = (list & !LIST) as usize;
                self.lists.slice(at + 1..at + 1 + self.lists.at(at) as usize)
            }
            Some(_) => self.ids.slice(row..row + 1),
            None => Slice::default(),
        }
    }

    /// The number of distinct prefixes.
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn memory(&self) -> usize {
        self.index.memory() + self.ids.memory() + self.lists.memory() + self.plain.len()
    }

    /// Writes the table's sections.
    pub(crate) fn save(&self, out: &mut Writer) {
        self.index.save(out);
        out.words("ids", &self.ids);
        out.words("lists", &self.lists);
        out.bytes("plain", &self.plain);
    }

    /// Reads and checks the table's sections. `count` is the number of indicators; `is_plain` is as for
    /// [`finish_with`](super::Builder::finish_with).
    ///
    /// # Errors
    ///
    /// Fails if a section is missing or malformed. Lookups in an accepted table neither panic nor loop, and return only
    /// ids below `count`.
    pub(crate) fn open(from: &mut Reader, count: usize, is_plain: impl Fn(u32) -> bool) -> Result<Self> {
        let table = Self {
            index: A::Index::open(from)?,
            ids: from.words("ids")?,
            lists: from.words("lists")?,
            plain: from.bytes("plain")?,
        };
        from.ensure(table.ids.len() == table.len(), "ids", "has another length than the links")?;
        let mut lists = 0;
        let mut is_all_plain = true;
        for entry in table.ids.iter() {
            let at = (entry & !LIST) as usize;
            if entry < LIST {
                if at >= count {
                    return Err(from.damage("ids", "names an indicator that does not exist"));
                }
                is_all_plain = is_all_plain && is_plain(entry);
                continue;
            }
            // Lists are in the order of their rows, so that the check reads each once.
            from.ensure(at == lists, "ids", "names lists out of order")?;
            let len = table.lists.get(at).unwrap_or(0) as usize;
            lists = at + 1 + len;
            from.ensure(len > 0 && lists <= table.lists.len(), "lists", "ends within a list")?;
            let are_there = table.lists.slice(at + 1..lists).all(|id| (id as usize) < count.min(LIST as usize));
            from.ensure(are_there, "lists", "names an indicator that does not exist")?;
            is_all_plain = is_all_plain && table.lists.slice(at + 1..lists).all(&is_plain);
        }
        from.ensure(lists == table.lists.len(), "lists", "has another length than its lists")?;
        let plain = table.plain.len();
        from.ensure(plain == 0 || plain == table.len().div_ceil(8), "plain", "has another length than the rows")?;
        if table.plain.is_empty() {
            from.ensure(is_all_plain, "plain", "does not agree with the indicators")?;
            return Ok(table);
        }
        for row in 0..table.len() as u32 {
            let parent = table.index.link(row).1;
            let entry = table.ids.at(row as usize);
            let is_own_plain = if entry < LIST { is_plain(entry) } else { table.ids(row).all(&is_plain) };
            let holds = is_own_plain && (parent == NONE || table.is_plain(parent));
            if table.is_plain(row) != holds {
                return Err(from.damage("plain", "does not agree with the indicators"));
            }
        }
        Ok(table)
    }
}

impl Table<u32> {
    /// Prefetches what the first step of a lookup reads.
    #[inline(always)]
    pub(crate) fn prefetch(&self, addr: u32) {
        self.index.prefetch(addr);
    }
}

impl Table<u128> {
    /// Returns true if some row may cover an address with these first 16 bits, and these next 16 if known.
    #[inline]
    pub(crate) fn may_start(&self, first: u16, second: Option<u16>) -> bool {
        self.index.may_start(first) && second.is_none_or(|second| self.index.may_start_both(first, second))
    }
}

/// An iterator over the rows that cover an address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Covering<'t, A: Addr> {
    table: &'t Table<A>,
    at: u32,
}

impl<A: Addr> Iterator for Covering<'_, A> {
    /// Row and prefix length.
    type Item = (u32, u8);

    #[inline]
    fn next(&mut self) -> Option<(u32, u8)> {
        let row = self.at;
        if row == NONE {
            return None;
        }
        let (len, parent) = self.table.index.link(row);
        self.at = parent;
        Some((row, len))
    }
}
