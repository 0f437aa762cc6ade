//! Columns of numbers, as narrow as their largest number allows.

use bytes::Bytes;

use crate::error::Result;
use crate::sieve::flat::strings::StrId;
use crate::wire::{Reader, Writer};

/// One number below 2³² per row, in as many bytes as the largest one needs. If all are zero it takes none, so that
/// properties which no feed states cost nothing.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct Column {
    bytes: Bytes,
    /// Bytes per number, 0 to 4.
    width: usize,
}

impl Column {
    pub(in crate::sieve) fn new(values: impl Iterator<Item = u32> + Clone) -> Self {
        let largest = values.clone().max().unwrap_or(0);
        let width = 4 - largest.leading_zeros() as usize / 8;
        let mut bytes = Vec::with_capacity(values.size_hint().0 * width);
        match width {
            0 => {}
            1 => bytes.extend(values.map(|value| value as u8)),
            4 => values.for_each(|value| bytes.extend_from_slice(&value.to_le_bytes())),
            _ => values.for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()[..width])),
        }
        Self { bytes: bytes.into(), width }
    }

    /// Makes a column of strings, some of which may be missing.
    pub(in crate::sieve) fn of_strings(values: impl Iterator<Item = StrId> + Clone) -> Self {
        Self::new(values.map(|id| id.some().map_or(0, |id| id.0 + 1)))
    }

    /// The number of a row; zero if there is no such row.
    #[inline(always)]
    pub(in crate::sieve) fn get(&self, row: usize) -> u32 {
        let bytes = &*self.bytes;
        match self.width {
            0 => 0,
            1 => bytes.get(row).copied().map_or(0, u32::from),
            2 => chunk::<2>(bytes, row).map_or(0, |bytes| u16::from_le_bytes(bytes).into()),
            3 => chunk::<3>(bytes, row).map_or(0, |[a, b, c]| u32::from_le_bytes([a, b, c, 0])),
            _ => chunk::<4>(bytes, row).map_or(0, u32::from_le_bytes),
        }
    }

    /// Returns true if `holds` does for the numbers of all rows, in order. `rows` is their count. It must be fast,
    /// because opening a file checks whole columns.
    pub(in crate::sieve) fn all(&self, rows: usize, mut holds: impl FnMut(u32) -> bool) -> bool {
        let bytes = &*self.bytes;
        match self.width {
            0 => (0..rows).all(|_| holds(0)),
            1 => bytes.iter().all(|&byte| holds(byte.into())),
            2 => bytes.as_chunks().0.iter().all(|&bytes| holds(u16::from_le_bytes(bytes).into())),
            3 => bytes.as_chunks().0.iter().all(|&[a, b, c]| holds(u32::from_le_bytes([a, b, c, 0]))),
            _ => bytes.as_chunks().0.iter().all(|&bytes| holds(u32::from_le_bytes(bytes))),
        }
    }

    /// The string of a row, for a column made by [`of_strings`](Column::of_strings).
    #[inline]
    pub(in crate::sieve) fn string(&self, row: usize) -> Option<StrId> {
        self.get(row).checked_sub(1).map(StrId)
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.bytes.len()
    }

    pub(in crate::sieve) fn save(&self, writer: &mut Writer, name: &str) {
        writer.bytes(name, &self.bytes);
    }

    /// Reads a column of `rows` numbers, all of which must be below `limit`.
    pub(in crate::sieve) fn open(reader: &mut Reader, name: &str, rows: usize, limit: u64) -> Result<Self> {
        let bytes = reader.bytes(name)?;
        let width = bytes.len().checked_div(rows).unwrap_or(0);
        reader.ensure(width <= 4 && width.checked_mul(rows) == Some(bytes.len()), name, "does not fit its rows")?;
        let column = Self { bytes, width };
        let is_narrow = width < 4 && 1_u64 << (8 * width) <= limit;
        let holds = is_narrow || column.all(rows, |number| u64::from(number) < limit);
        reader.ensure(holds, name, "holds a number that is too large")?;
        Ok(column)
    }

    /// Reads a column of strings, of which there are `strings`.
    pub(in crate::sieve) fn open_strings(reader: &mut Reader, name: &str, rows: usize, strings: usize) -> Result<Self> {
        Self::open(reader, name, rows, strings as u64 + 1)
    }
}

#[inline(always)]
fn chunk<const N: usize>(bytes: &[u8], row: usize) -> Option<[u8; N]> {
    bytes.get(row.checked_mul(N)?..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width() {
        for (largest, width) in
            [(0, 0), (1, 1), (255, 1), (256, 2), (65_535, 2), (65_536, 3), (1 << 24, 4), (u32::MAX, 4)]
        {
            let values = [largest, 0, largest / 2, largest];
            let column = Column::new(values.iter().copied());
            assert_eq!((column.width, column.memory()), (width, 4 * width));
            assert!((0..4).all(|row| column.get(row) == values[row]), "{values:?}");
            assert_eq!((column.get(4), column.get(usize::MAX)), (0, 0));
            let mut writer = Writer::default();
            column.save(&mut writer, "column");
            let open = |rows, limit| Column::open(&mut Reader::new(writer.sections().to_vec()), "column", rows, limit);
            let opened = open(4, u64::from(largest) + 1).unwrap();
            assert!((0..4).all(|row| opened.get(row) == values[row]));
            let mut seen = Vec::new();
            assert!(opened.all(4, |number| {
                seen.push(number);
                true
            }));
            assert_eq!(seen, values);
            assert!(!opened.all(4, |number| number != largest / 2));
            assert!(width == 0 || open(4, largest.into()).is_err());
            assert!(width == 0 || open(0, 1 << 32).is_err() && open(width * 4 + 1, 1 << 32).is_err());
        }
    }

    #[test]
    fn strings_that_may_be_missing() {
        let column = Column::of_strings([StrId::NONE, StrId(0), StrId(7)].into_iter());
        assert_eq!([0, 1, 2, 3].map(|row| column.string(row)), [None, Some(StrId(0)), Some(StrId(7)), None]);
        assert_eq!(Column::of_strings([StrId::NONE; 9].into_iter()).memory(), 0);
    }
}
