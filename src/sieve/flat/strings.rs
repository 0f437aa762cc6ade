//! Strings that are stored once and identified by a number.

use bytes::Bytes;

use crate::arch::cpu::prefetch;
use crate::error::{Error, Result};
use crate::sieve::flat::lookup::Lookup;
use crate::wire::{Reader, Words, Writer};

/// The number of a stored string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::sieve) struct StrId(pub(in crate::sieve) u32);

impl StrId {
    /// The value for "no string" in a column.
    pub(in crate::sieve) const NONE: StrId = StrId(u32::MAX);

    pub(in crate::sieve) fn some(self) -> Option<StrId> {
        (self != StrId::NONE).then_some(self)
    }
}

/// The search form: one text, and the offsets of its parts.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Strings {
    /// Valid UTF-8, as is each part.
    text: Bytes,
    /// String `i` ends at `ends[i]`, and starts where the one before it ends.
    ends: Words<u32>,
}

impl Strings {
    /// The bytes of a string, for comparing. An id that is not from this table yields an empty string.
    #[inline]
    pub(in crate::sieve) fn bytes(&self, id: StrId) -> &[u8] {
        let at = id.0 as usize;
        let Some(end) = self.ends.get(at) else { return b"" };
        let start = if at == 0 { 0 } else { self.ends.at(at - 1) };
        &self.text[start as usize..end as usize]
    }

    /// The start of a string in the common text. Start and length identify a string too, and find it in one step.
    pub(in crate::sieve) fn start(&self, id: StrId) -> u32 {
        (id.0 as usize).checked_sub(1).map_or(0, |before| self.ends.at(before))
    }

    /// The bytes at a place; empty beyond the end.
    #[inline(always)]
    pub(in crate::sieve) fn part(&self, start: u32, len: usize) -> &[u8] {
        self.text.get(start as usize..).and_then(|text| text.get(..len)).unwrap_or(b"")
    }

    /// Prefetches the bytes at a place.
    #[inline(always)]
    pub(in crate::sieve) fn prefetch(&self, start: u32) {
        prefetch(&self.text, start as usize);
    }

    /// The string of an id, for display. Validates its bytes.
    #[inline]
    pub(in crate::sieve) fn get(&self, id: StrId) -> &str {
        std::str::from_utf8(self.bytes(id)).expect("strings are UTF-8, and were checked when they were opened")
    }

    /// The number of strings.
    pub(in crate::sieve) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.text.len() + self.ends.memory()
    }

    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        writer.bytes("text", &self.text);
        writer.words("ends", &self.ends);
    }

    pub(in crate::sieve) fn open(reader: &mut Reader) -> Result<Self> {
        let strings = Self { text: reader.bytes("text")?, ends: reader.words("ends")? };
        reader.ensure(strings.ends.len() < u32::MAX as usize, "ends", "are more than ids can count")?;
        let Ok(text) = std::str::from_utf8(&strings.text) else {
            return Err(reader.damage("text", "is not UTF-8"));
        };
        let mut last = 0;
        let is_ordered = strings.ends.iter().all(|end| std::mem::replace(&mut last, end) <= end);
        reader.ensure(is_ordered && last as usize == text.len(), "ends", "are not in order")?;
        let is_cut = text.is_ascii() || strings.ends.iter().all(|end| text.is_char_boundary(end as usize));
        reader.ensure(is_cut, "ends", "cut a character")?;
        Ok(strings)
    }
}

/// The build form, which finds strings that are stored already.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Interner {
    texts: Texts,
    lookup: Lookup,
    overflow: bool,
}

/// The same fields as in [`Strings`].
#[derive(Debug, Default)]
struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    #[inline]
    fn get(&self, id: u32) -> &str {
        let at = id as usize;
        let Some(&end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..end as usize]
    }
}

impl Interner {
    /// Returns the id of `text`, and stores it if it is new. Beyond the capacity, every string gets [`StrId::NONE`],
    /// which [`close`](Interner::close) reports.
    #[inline]
    pub(in crate::sieve) fn intern(&mut self, text: &str) -> StrId {
        self.intern_hashed(self.hash(text), text)
    }

    /// The hash that finds `text`, valid for this interner only.
    #[inline]
    pub(in crate::sieve) fn hash(&self, text: &str) -> u64 {
        self.lookup.hash(text.as_bytes())
    }

    /// The same as [`Lookup::warm`].
    #[inline]
    pub(in crate::sieve) fn warm(&self, hashes: impl Iterator<Item = u64>) {
        self.lookup.warm(hashes);
    }

    /// Like [`intern`](Self::intern), with the hash of the text.
    #[inline]
    pub(in crate::sieve) fn intern_hashed(&mut self, hash: u64, text: &str) -> StrId {
        let next = self.texts.ends.len() as u32;
        let texts = &self.texts;
        let id = self.lookup.find_or_add(hash, next, |id| texts.get(id) == text);
        if id == next { self.add(text) } else { StrId(id) }
    }

    /// Stores `text` without looking for an equal string, and returns its id. It will not be found again.
    pub(in crate::sieve) fn add(&mut self, text: &str) -> StrId {
        let Texts { text: all, ends } = &mut self.texts;
        let id = ends.len() as u32;
        match u32::try_from(all.len() + text.len()) {
            Ok(end) if id < u32::MAX => {
                all.push_str(text);
                ends.push(end);
                StrId(id)
            }
            _ => {
                self.overflow = true;
                StrId::NONE
            }
        }
    }

    #[inline]
    pub(in crate::sieve) fn get(&self, id: StrId) -> &str {
        self.texts.get(id.0)
    }

    /// The search form.
    #[cfg(test)]
    pub(in crate::sieve) fn finish(self) -> Result<Strings> {
        self.close().map(|(strings, _)| strings)
    }

    /// The search form, with the lookup that finds the interned strings in it.
    pub(in crate::sieve) fn close(self) -> Result<(Strings, Lookup)> {
        if self.overflow {
            return Err(Error::capacity("bytes of names, URLs and attributes", u64::from(u32::MAX)));
        }
        let Texts { mut text, ends } = self.texts;
        text.shrink_to_fit();
        Ok((Strings { text: text.into_bytes().into(), ends: ends.as_slice().into() }, self.lookup))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_strings_open() {
        let open = |text: &'static [u8], ends: &[u32]| {
            let mut writer = Writer::default();
            Strings { text: Bytes::from_static(text), ends: ends.into() }.save(&mut writer);
            Strings::open(&mut Reader::new(writer.sections().to_vec()))
        };
        let strings = open("añb".as_bytes(), &[1, 1, 3, 4]).unwrap();
        assert_eq!((strings.len(), strings.get(StrId(2)), strings.get(StrId(1))), (4, "ñ", ""));
        assert!(open(b"", &[]).is_ok());
        for (text, ends) in [
            ("añb".as_bytes(), &[1, 2, 4][..]),
            (b"ab", &[2, 1, 2]),
            (b"ab", &[1]),
            (b"ab", &[1, 3]),
            (b"ab", &[]),
            (b"\xff", &[1]),
        ] {
            assert!(open(text, ends).is_err(), "{text:?} {ends:?}");
        }
    }

    #[test]
    fn the_same_text_gets_the_same_id() {
        let mut interner = Interner::default();
        let ids: Vec<_> = (0..5000).map(|n| interner.intern(&format!("name{n}"))).collect();
        for (n, &id) in ids.iter().enumerate() {
            assert_eq!(interner.intern(&format!("name{n}")), id);
        }
        let empty = interner.intern("");
        let strings = interner.finish().unwrap();
        assert_eq!(strings.get(ids[4321]), "name4321");
        assert_eq!(strings.get(empty), "");
        assert_eq!(strings.get(StrId::NONE), "");
    }
}
