//! The entries: one row for each listing of an indicator in a feed.

use std::ops::Range;

use crate::error::Result;
use crate::indicator::Action;
use crate::sieve::flat::column::Column;
use crate::sieve::flat::strings::StrId;
use crate::sieve::tables::attributes::Attributes;
use crate::sieve::tables::indicators::{Flags, Indicators};
use crate::wire::{Reader, Words, Writer};

/// An indicator's listing in one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sieve) struct Entry {
    /// The number of its attribute set, which names the feed.
    pub(in crate::sieve) attributes: u32,
    /// The line of the feed; 0 if it has none.
    pub(in crate::sieve) line: u32,
}

/// The search form: the entries sorted by indicator, feed and line, with a column per field.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Entries {
    len: usize,
    indicators: usize,
    /// The first entry of each indicator. Empty if each indicator has one entry.
    starts: Column,
    attributes: Column,
    lines: Column,
    /// The text that the feed wrote, unless it is the canonical one.
    as_listed: Column,
    references: Column,
    descriptions: Column,
    /// The feed's own ids of the entries.
    objects: Column,
}

/// The texts of the entries. Few feeds have any.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Texts {
    pub(in crate::sieve) as_listed: Column,
    pub(in crate::sieve) references: Column,
    pub(in crate::sieve) descriptions: Column,
    pub(in crate::sieve) objects: Column,
}

impl Entries {
    /// Makes the table from the first row of each indicator, the rows, and their texts.
    pub(in crate::sieve) fn new(
        starts: &[u32],
        rows: impl ExactSizeIterator<Item = Entry> + Clone,
        texts: Texts,
    ) -> Self {
        let is_one_each = starts.len() == rows.len();
        let Texts { as_listed, references, descriptions, objects } = texts;
        Self {
            len: rows.len(),
            indicators: starts.len(),
            starts: if is_one_each { Column::default() } else { Column::new(starts.iter().copied()) },
            attributes: Column::new(rows.clone().map(|entry| entry.attributes)),
            lines: Column::new(rows.map(|entry| entry.line)),
            as_listed,
            references,
            descriptions,
            objects,
        }
    }

    /// The rows of an indicator.
    #[inline]
    pub(in crate::sieve) fn of(&self, indicator: u32) -> Range<u32> {
        let at = indicator as usize;
        if self.len == self.indicators {
            return if at < self.len { indicator..indicator + 1 } else { 0..0 };
        }
        match at + 1 {
            next if next < self.indicators => self.starts.get(at)..self.starts.get(next),
            next if next == self.indicators => self.starts.get(at)..self.len as u32,
            _ => 0..0,
        }
    }

    /// The number of a row's attribute set.
    #[inline]
    pub(in crate::sieve) fn attributes(&self, row: u32) -> u32 {
        self.attributes.get(row as usize)
    }

    #[inline]
    pub(in crate::sieve) fn line(&self, row: u32) -> u32 {
        self.lines.get(row as usize)
    }

    pub(in crate::sieve) fn as_listed(&self, row: u32) -> Option<StrId> {
        self.as_listed.string(row as usize)
    }

    pub(in crate::sieve) fn reference(&self, row: u32) -> Option<StrId> {
        self.references.string(row as usize)
    }

    pub(in crate::sieve) fn description(&self, row: u32) -> Option<StrId> {
        self.descriptions.string(row as usize)
    }

    pub(in crate::sieve) fn object(&self, row: u32) -> Option<StrId> {
        self.objects.string(row as usize)
    }

    fn columns(&self) -> [(&'static str, &Column); 7] {
        [
            ("starts", &self.starts),
            ("attributes", &self.attributes),
            ("lines", &self.lines),
            ("as_listed", &self.as_listed),
            ("references", &self.references),
            ("descriptions", &self.descriptions),
            ("objects", &self.objects),
        ]
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.columns().iter().map(|(_, column)| column.memory()).sum()
    }

    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        let len: Words<u32> = [self.len as u32].as_slice().into();
        writer.words("count", &len);
        for (name, column) in self.columns() {
            column.save(writer, name);
        }
    }

    pub(in crate::sieve) fn open(
        reader: &mut Reader,
        indicators: &Indicators,
        attributes: &Attributes,
        strings: usize,
    ) -> Result<Self> {
        let count = reader.words::<u32>("count")?;
        reader.ensure(count.len() == 1, "count", "is not one number")?;
        let len = count.at(0) as usize;
        let is_one_each = len == indicators.len();
        let start_rows = if is_one_each { 0 } else { indicators.len() };
        let entries = Self {
            len,
            indicators: indicators.len(),
            starts: Column::open(reader, "starts", start_rows, len as u64)?,
            attributes: Column::open(reader, "attributes", len, attributes.len() as u64)?,
            lines: Column::open(reader, "lines", len, 1 << 32)?,
            as_listed: Column::open_strings(reader, "as_listed", len, strings)?,
            references: Column::open_strings(reader, "references", len, strings)?,
            descriptions: Column::open_strings(reader, "descriptions", len, strings)?,
            objects: Column::open_strings(reader, "objects", len, strings)?,
        };
        entries.check_starts(reader)?;
        entries.check_flags(reader, indicators, attributes)?;
        Ok(entries)
    }

    /// Checks that each indicator has an entry, and each entry an indicator.
    fn check_starts(&self, reader: &Reader) -> Result<()> {
        if self.len == self.indicators {
            return Ok(());
        }
        let mut last = None;
        let follow =
            self.starts.all(self.indicators, |start| last.replace(start).map_or(start == 0, |last: u32| last < start));
        reader.ensure(follow, "starts", "leave an indicator without an entry")?;
        reader.ensure(last.is_some(), "starts", "leave an entry without an indicator")
    }

    /// Checks that the flags of the indicators agree with their entries.
    fn check_flags(&self, reader: &Reader, indicators: &Indicators, attributes: &Attributes) -> Result<()> {
        let actions: Vec<Action> = (0..attributes.len() as u32).map(|row| attributes.action(row)).collect();
        // In most sets every entry blocks. Each indicator has an entry, so one comparison covers them all.
        let only = actions.first().filter(|first| actions.iter().all(|action| action == *first));
        let holds = match only {
            Some(&only) => indicators.all_have(Flags::default().with(only)),
            None => (0..self.indicators as u32).all(|id| {
                let said = self.of(id).fold(Flags::default(), |flags, row| {
                    let action = actions[self.attributes(row) as usize];
                    flags.with(action)
                });
                said == indicators.flags(id).actions()
            }),
        };
        reader.ensure(holds, "attributes", "ask for what the indicators do not say")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_indicators() {
        for (starts, count) in [(vec![0, 1, 2], 3), (vec![0, 2, 3], 7), (vec![0], 3), (vec![], 0)] {
            let rows: Vec<Entry> = (0..count).map(|row| Entry { attributes: row % 2, line: 1000 + row }).collect();
            let texts = Texts { references: Column::of_strings(rows.iter().map(|_| StrId(3))), ..Texts::default() };
            let entries = Entries::new(&starts, rows.iter().copied(), texts);
            let mut seen = Vec::new();
            for id in 0..starts.len() as u32 {
                assert_eq!(entries.of(id).start, starts[id as usize]);
                seen.extend(entries.of(id));
            }
            assert!(seen.into_iter().eq(0..count));
            assert!(entries.of(starts.len() as u32).is_empty() && entries.of(u32::MAX).is_empty());
            for row in 0..count {
                assert_eq!((entries.attributes(row), entries.line(row)), (row % 2, 1000 + row));
                assert_eq!((entries.as_listed(row), entries.reference(row)), (None, Some(StrId(3))));
            }
        }
    }
}
