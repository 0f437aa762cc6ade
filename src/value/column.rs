//! Columns of values: many values in one run of memory, as tables hold them.

use crate::error::{Error, Result};

/// A column of texts in the layout of Apache Arrow: the bytes of all values in a row, and the offsets at which they end.
///
/// A column borrows its data and copies nothing. [`Matcher::lookup_batch`](crate::Matcher::lookup_batch) and
/// [`Scanner::scan_rows`](crate::Scanner::scan_rows) take it as it is, because it iterates over its values. A null
/// comes out as an empty value, which matches nothing.
///
/// ```
/// use netsieve::value::Column;
///
/// let column = Column::new(b"evil.test203.0.113.7", &[0_i32, 9, 9, 20])?.validity(&[0b101], 0)?;
/// let values: Vec<&[u8]> = column.iter().collect();
/// assert_eq!(values, [&b"evil.test"[..], b"", b"203.0.113.7"]);
/// assert!(column.is_null(1) && !column.is_null(2));
/// assert!(Column::new(b"short", &[0_i64, 6]).is_err());
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Column<'a, O = i32> {
    data: &'a [u8],
    offsets: &'a [O],
    /// The validity bitmap, lowest bit of a byte first, and the number of its first bit.
    validity: Option<(&'a [u8], usize)>,
}

/// An integer type for byte offsets: `i32` in most Arrow columns, `i64` in the large types.
pub trait Offset: Copy + sealed::Sealed {
    /// The offset as a position in memory; `None` if it is negative or too large.
    ///
    /// ```
    /// use netsieve::value::Offset;
    ///
    /// assert_eq!((7_i32.place(), (-1_i64).place()), (Some(7), None));
    /// ```
    fn place(self) -> Option<usize>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! offsets {
    ($($number:ty),*) => {$(
        impl sealed::Sealed for $number {}
        impl Offset for $number {
            #[inline]
            fn place(self) -> Option<usize> {
                usize::try_from(self).ok()
            }
        }
    )*};
}

offsets!(i32, i64, u32, u64, usize);

impl<'a, O: Offset> Column<'a, O> {
    /// Makes a column of `offsets.len() - 1` values: value `n` is `data[offsets[n]..offsets[n + 1]]`. Without any
    /// offsets the column is empty. Checks every offset, which takes linear time.
    ///
    /// # Errors
    ///
    /// Fails if an offset is negative, beyond the data, or less than the one before it.
    pub fn new(data: &'a [u8], offsets: &'a [O]) -> Result<Self> {
        let mut last = 0;
        for (number, offset) in offsets.iter().enumerate() {
            match offset.place() {
                Some(place) if place >= last && place <= data.len() => last = place,
                _ => {
                    let len = data.len();
                    return Err(Error::config(format!(
                        "offset {number} of a column is negative, beyond its {len} bytes, or less than the one before"
                    )));
                }
            }
        }
        Ok(Self { data, offsets, validity: None })
    }

    /// Marks values as null: those whose bit is 0. The bit of value `n` is bit `first + n`, lowest bit of a byte first.
    ///
    /// # Errors
    ///
    /// Fails if there are too few bits.
    pub fn validity(mut self, bits: &'a [u8], first: usize) -> Result<Self> {
        if first.checked_add(self.len()).is_none_or(|end| end.div_ceil(8) > bits.len()) {
            return Err(Error::config(format!("a column of {} values has fewer bits of validity", self.len())));
        }
        self.validity = Some((bits, first));
        Ok(self)
    }

    /// Returns the number of values, nulls included.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Returns true if the column holds no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns true if the value at `row` is null.
    ///
    /// # Panics
    ///
    /// Panics if there is no such value.
    pub fn is_null(&self, row: usize) -> bool {
        assert!(row < self.len(), "row {row} of a column of {}", self.len());
        self.validity.is_some_and(|(bits, first)| bits[(first + row) / 8] >> ((first + row) % 8) & 1 == 0)
    }

    /// Iterates over the values. A null comes out as an empty value.
    pub fn iter(&self) -> Values<'a, O> {
        Values { column: *self, row: 0 }
    }
}

impl<'a, O: Offset> IntoIterator for Column<'a, O> {
    type Item = &'a [u8];
    type IntoIter = Values<'a, O>;

    fn into_iter(self) -> Values<'a, O> {
        self.iter()
    }
}

impl<'a, O: Offset> IntoIterator for &Column<'a, O> {
    type Item = &'a [u8];
    type IntoIter = Values<'a, O>;

    fn into_iter(self) -> Values<'a, O> {
        self.iter()
    }
}

/// An iterator over the values of a [`Column`].
#[derive(Clone, Debug)]
pub struct Values<'a, O = i32> {
    column: Column<'a, O>,
    row: usize,
}

impl<'a, O: Offset> Iterator for Values<'a, O> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let Column { data, offsets, .. } = self.column;
        let (&start, &end) = (offsets.get(self.row)?, offsets.get(self.row + 1)?);
        let is_null = self.column.validity.is_some() && self.column.is_null(self.row);
        self.row += 1;
        if is_null {
            return Some(b"");
        }
        // `Column::new` checked the offsets.
        let places = start.place().zip(end.place());
        Some(places.and_then(|(start, end)| data.get(start..end)).expect("offsets within the data"))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.column.len() - self.row;
        (left, Some(left))
    }
}

impl<O: Offset> ExactSizeIterator for Values<'_, O> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_that_are_none_are_refused() {
        for offsets in [&[0_i32, 3, 2][..], &[-1, 2], &[0, 6], &[6]] {
            assert!(Column::new(b"value", offsets).is_err(), "{offsets:?}");
        }
        for (offsets, len) in [(&[][..], 0), (&[0_i64], 0), (&[5], 0), (&[2, 2, 5], 2)] {
            let column = Column::new(b"value", offsets).unwrap();
            assert_eq!((column.len(), column.iter().len(), column.iter().count()), (len, len, len), "{offsets:?}");
            assert_eq!(column.is_empty(), len == 0, "{offsets:?}");
        }
        assert!(Column::new(b"", &[0_u64, u64::MAX]).is_err());
    }

    #[test]
    fn a_column_is_iterated_by_value_and_by_reference() {
        let column = Column::new(b"value", &[0_i64, 2, 2, 5]).unwrap();
        let want: [&[u8]; 3] = [b"va", b"", b"lue"];
        assert_eq!((&column).into_iter().collect::<Vec<_>>(), want);
        let mut values = column.iter();
        for left in [2, 1, 0, 0] {
            values.next();
            assert_eq!((values.len(), values.size_hint()), (left, (left, Some(left))));
        }
        assert_eq!(column.into_iter().collect::<Vec<_>>(), want);
    }

    #[test]
    fn nulls_by_bits_from_any_bit_on() {
        let offsets: Vec<usize> = (0..=20).collect();
        let column = Column::new(b"abcdefghijklmnopqrst", &offsets).unwrap();
        assert!(column.validity(&[0xFF, 0xFF], 0).is_err());
        assert!(column.validity(&[0xFF; 3], 5).is_err());
        assert!(column.validity(&[0xFF; 3], usize::MAX).is_err());
        for first in 0..=4 {
            let column = column.validity(&[0b1010_1010; 3], first).unwrap();
            for (row, value) in column.iter().enumerate() {
                assert_eq!(column.is_null(row), (row + first) % 2 == 0);
                assert_eq!(value.is_empty(), column.is_null(row));
            }
        }
    }

    #[test]
    #[should_panic(expected = "row 2 of a column of 2")]
    fn a_row_that_is_not_there_is_no_null() {
        Column::new(b"value", &[0_i32, 2, 5]).unwrap().validity(&[0xFF], 0).unwrap().is_null(2);
    }
}
