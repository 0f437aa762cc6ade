//! Flat sections: arrays of little-endian numbers that are searched in the form in which they are saved, and checked reads of them.
//!
//! A table is a few [`Words`] and texts. All are views of [`Bytes`], which a build filled, or which come from a file that was read or
//! mapped. Numbers are read by value, never by casting a pointer, so neither alignment nor the CPU's byte order matters. A read past the
//! end gives `None` or an empty slice, never a panic.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::{Error, Result};

/// A number type that sections are made of.
pub(crate) trait Word: Copy + Default + Ord + fmt::Debug + Send + Sync + 'static {
    /// The size of a number in bytes.
    const SIZE: usize;
    /// Reads the number in the first [`SIZE`](Word::SIZE) bytes; returns `None` if there are fewer.
    fn read(bytes: &[u8]) -> Option<Self>;
    /// Appends the number.
    fn write(self, out: &mut Vec<u8>);
}

macro_rules! words {
    ($($word:ty)*) => {$(
        impl Word for $word {
            const SIZE: usize = size_of::<$word>();

            #[inline(always)]
            fn read(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().map(|chunk| <$word>::from_le_bytes(*chunk))
            }

            #[inline(always)]
            fn write(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}
words!(u8 u16 u32 u64 i64 u128);

/// A flat array of numbers that owns or shares its bytes.
#[derive(Clone, Default)]
pub(crate) struct Words<W> {
    bytes: Bytes,
    of: PhantomData<W>,
}

impl<W: Word> Words<W> {
    /// Views existing bytes as an array. Trailing bytes that do not fill a number are ignored.
    pub(crate) fn from_bytes(bytes: Bytes) -> Self {
        Self { bytes, of: PhantomData }
    }

    /// The bytes, in the form in which they are saved.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / W::SIZE
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> Option<W> {
        self.all().get(at)
    }

    /// The number at an index that the table's check has shown to exist; zero if it does not exist.
    #[inline(always)]
    pub(crate) fn at(&self, at: usize) -> W {
        self.get(at).unwrap_or_default()
    }

    /// All numbers.
    #[inline(always)]
    pub(crate) fn all(&self) -> Slice<'_, W> {
        Slice { bytes: &self.bytes, of: PhantomData }
    }

    /// The numbers in a range; empty if the range goes past the end.
    #[inline(always)]
    pub(crate) fn slice(&self, range: Range<usize>) -> Slice<'_, W> {
        let bytes = range
            .start
            .checked_mul(W::SIZE)
            .zip(range.end.checked_mul(W::SIZE))
            .and_then(|(start, end)| self.bytes.get(start..end))
            .unwrap_or(&[]);
        Slice { bytes, of: PhantomData }
    }

    #[inline]
    pub(crate) fn iter(&self) -> Slice<'_, W> {
        self.all()
    }

    pub(crate) fn memory(&self) -> usize {
        self.bytes.len()
    }
}

impl<W: Word> FromIterator<W> for Words<W> {
    fn from_iter<I: IntoIterator<Item = W>>(words: I) -> Self {
        let words = words.into_iter();
        let mut bytes = Vec::with_capacity(words.size_hint().0 * W::SIZE);
        words.for_each(|word| word.write(&mut bytes));
        bytes.shrink_to_fit();
        Self::from_bytes(bytes.into())
    }
}

impl<W: Word> From<&[W]> for Words<W> {
    fn from(words: &[W]) -> Self {
        words.iter().copied().collect()
    }
}

impl<W: Word> fmt::Debug for Words<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} words of {} bytes", self.len(), W::SIZE)
    }
}

/// A part of an array of numbers, and an iterator over it.
#[derive(Clone, Copy)]
pub(crate) struct Slice<'w, W> {
    bytes: &'w [u8],
    of: PhantomData<W>,
}

impl<W> Default for Slice<'_, W> {
    fn default() -> Self {
        Self { bytes: &[], of: PhantomData }
    }
}

impl<W: Word> Slice<'_, W> {
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / W::SIZE
    }

    #[allow(dead_code, reason = "who asks for `len` finds this too")]
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> Option<W> {
        at.checked_mul(W::SIZE).and_then(|start| self.bytes.get(start..)).and_then(W::read)
    }

    /// Returns the number of leading elements for which `is` holds, like [`slice::partition_point`].
    #[inline]
    pub(crate) fn partition_point(&self, is: impl Fn(W) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&is) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl<W: Word> Iterator for Slice<'_, W> {
    type Item = W;

    #[inline(always)]
    fn next(&mut self) -> Option<W> {
        let word = W::read(self.bytes)?;
        self.bytes = &self.bytes[W::SIZE..];
        Some(word)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (Slice::len(self), Some(Slice::len(self)))
    }
}

impl<W: Word> ExactSizeIterator for Slice<'_, W> {}

impl<W: Word> PartialEq<[W]> for Slice<'_, W> {
    fn eq(&self, other: &[W]) -> bool {
        Iterator::eq(*self, other.iter().copied())
    }
}

impl<W: Word> fmt::Debug for Slice<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// Collects the sections of tables by name.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    prefix: String,
    sections: Vec<(String, Bytes)>,
}

impl Writer {
    /// Calls `write` and puts `prefix.` before the names of the sections that it writes.
    pub(crate) fn within(&mut self, prefix: &str, write: impl FnOnce(&mut Self)) {
        let outer = self.prefix.len();
        self.prefix.push_str(prefix);
        self.prefix.push('.');
        write(self);
        self.prefix.truncate(outer);
    }

    /// Adds a section of numbers.
    pub(crate) fn words<W: Word>(&mut self, name: &str, words: &Words<W>) {
        self.bytes(name, words.bytes());
    }

    /// Adds a section of arbitrary bytes.
    pub(crate) fn bytes(&mut self, name: &str, bytes: &Bytes) {
        self.sections.push((format!("{}{name}", self.prefix), bytes.clone()));
    }

    /// Returns the name and bytes of every section, in the order in which they were added.
    pub(crate) fn sections(&self) -> &[(String, Bytes)] {
        &self.sections
    }
}

/// Hands out the sections of tables by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reader {
    prefix: String,
    sections: Arc<BTreeMap<String, Bytes>>,
}

impl Reader {
    pub(crate) fn new(sections: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        Self { prefix: String::new(), sections: Arc::new(sections.into_iter().collect()) }
    }

    /// Calls `read` and puts `prefix.` before the names of the sections that it reads.
    pub(crate) fn within<T>(&mut self, prefix: &str, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outer = self.prefix.len();
        self.prefix.push_str(prefix);
        self.prefix.push('.');
        let result = read(self);
        self.prefix.truncate(outer);
        result
    }

    /// Returns a reader of the sections whose names start with `prefix.`, for another thread.
    pub(crate) fn under(&self, prefix: &str) -> Self {
        Self { prefix: format!("{}{prefix}.", self.prefix), sections: self.sections.clone() }
    }

    /// Reads a section of arbitrary bytes.
    ///
    /// # Errors
    ///
    /// There is no section of this name.
    pub(crate) fn bytes(&mut self, name: &str) -> Result<Bytes> {
        let found = self.sections.get(&format!("{}{name}", self.prefix));
        found.cloned().ok_or_else(|| self.damage(name, "is missing"))
    }

    /// Reads a section of numbers.
    ///
    /// # Errors
    ///
    /// There is no section of this name, or its length is not a multiple of the number's size.
    pub(crate) fn words<W: Word>(&mut self, name: &str) -> Result<Words<W>> {
        let bytes = self.bytes(name)?;
        if bytes.len() % W::SIZE != 0 {
            return Err(self.damage(name, "ends within a number"));
        }
        Ok(Words::from_bytes(bytes))
    }

    /// Like [`words`](Self::words), for a section that is written only if it holds something.
    pub(crate) fn optional_words<W: Word>(&mut self, name: &str) -> Result<Words<W>> {
        let is_there =
            self.sections.iter().any(|(section, _)| section.strip_prefix(self.prefix.as_str()) == Some(name));
        if is_there { self.words(name) } else { Ok(Words::default()) }
    }

    /// Creates the error for an invalid section: `v4.nodes: an index goes beyond the slots`.
    pub(crate) fn damage(&self, name: &str, what: impl Into<String>) -> Error {
        Error::damage(format!("{}{name}", self.prefix), what)
    }

    /// Returns the error of [`damage`](Reader::damage) unless a condition on the section holds.
    pub(crate) fn ensure(&self, holds: bool, name: &str, what: &str) -> Result<()> {
        if holds { Ok(()) } else { Err(self.damage(name, what)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_went_in() {
        let words: Words<u32> = (0..100).map(|n| n * 7).collect();
        assert_eq!((words.len(), words.at(3), words.get(100)), (100, 21, None));
        assert_eq!(words.slice(98..100), [686, 693][..]);
        assert!(words.slice(99..101).is_empty() && words.slice(usize::MAX - 1..usize::MAX).is_empty());
        assert_eq!(words.all().partition_point(|n| n < 70), 10);
        let wide: Words<u128> = [u128::MAX, 1].as_slice().into();
        assert_eq!(wide.iter().collect::<Vec<_>>(), [u128::MAX, 1]);
        // Neither alignment nor trailing bytes matter.
        let odd = Bytes::from([&[9_u8][..], words.bytes(), &[1, 2]].concat());
        let odd = Words::<u32>::from_bytes(odd.slice(1..));
        assert_eq!((odd.len(), odd.at(99)), (100, 693));
    }

    #[test]
    fn sections_are_found_by_their_whole_name() {
        let mut writer = Writer::default();
        let words: Words<u16> = (0..3).collect();
        writer.within("v4", |writer| writer.words("nodes", &words));
        writer.words("nodes", &Words::<u16>::default());
        writer.bytes("odd", &Bytes::from_static(b"abc"));
        let mut reader = Reader::new(writer.sections().to_vec());
        assert_eq!(reader.words::<u16>("nodes").unwrap().len(), 0);
        let nodes = reader.within("v4", |reader| reader.words::<u16>("nodes")).unwrap();
        assert_eq!(nodes.all(), [0, 1, 2][..]);
        let missing = reader.within("v6", |reader| reader.words::<u16>("nodes")).unwrap_err();
        assert!(missing.to_string().contains("v6.nodes"), "{missing}");
        assert!(reader.words::<u16>("odd").unwrap_err().to_string().contains("odd"));
        assert!(reader.ensure(true, "odd", "").is_ok() && reader.ensure(false, "odd", "is odd").is_err());
    }
}
