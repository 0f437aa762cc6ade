//! Strings stored once and named by a number.

use bytes::Bytes;

use super::hash;
use crate::error::{Error, Result};
use crate::wire::Words;

/// The number of a stored string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct StrId(pub(super) u32);

impl StrId {
    /// Stands for "no string" in a column.
    pub(super) const NONE: StrId = StrId(u32::MAX);

    pub(super) fn some(self) -> Option<StrId> {
        (self != StrId::NONE).then_some(self)
    }
}

/// The search form: one text and the offsets of its parts.
#[derive(Debug, Default)]
pub(super) struct Strings {
    /// UTF-8, as are its parts.
    text: Bytes,
    /// `ends[i]` is where string `i` ends; it starts where the one before ends.
    ends: Words<u32>,
}

impl Strings {
    /// The bytes of the string of an id: what is compared. An id that is not of this table gives the empty string.
    #[inline]
    pub(super) fn bytes(&self, id: StrId) -> &[u8] {
        let at = id.0 as usize;
        let Some(end) = self.ends.get(at) else { return b"" };
        let start = if at == 0 { 0 } else { self.ends.at(at - 1) };
        self.text.get(start as usize..end as usize).unwrap_or(b"")
    }

    /// The string of an id: what is shown. Costs a look at its bytes.
    #[inline]
    pub(super) fn get(&self, id: StrId) -> &str {
        std::str::from_utf8(self.bytes(id)).unwrap_or("")
    }

    pub(super) fn memory(&self) -> usize {
        self.text.len() + self.ends.memory()
    }
}

/// The build form: finds a string that is there already.
#[derive(Debug)]
pub(super) struct Interner {
    text: String,
    /// As of [`Strings`].
    ends: Vec<u32>,
    /// Ids by hash, open addressing with linear probing; `u32::MAX` is free. The length is a power of two.
    slots: Vec<u32>,
    /// The upper half of each string's hash, so that growing and probing touch no text.
    tags: Vec<u32>,
    overflow: bool,
}

impl Default for Interner {
    fn default() -> Self {
        Self { text: String::new(), ends: Vec::new(), slots: vec![u32::MAX; 1024], tags: Vec::new(), overflow: false }
    }
}

impl Interner {
    /// The id of `text`, stored now if it is new. Past the capacity every string is [`StrId::NONE`], which
    /// [`finish`](Interner::finish) reports.
    pub(super) fn intern(&mut self, text: &str) -> StrId {
        let hash = hash::of(text.as_bytes());
        let tag = (hash >> 32) as u32;
        let mask = self.slots.len() - 1;
        let mut at = tag as usize & mask;
        loop {
            match self.slots[at] {
                u32::MAX => break,
                id if self.tags[id as usize] == tag && self.get(StrId(id)) == text => return StrId(id),
                _ => at = (at + 1) & mask,
            }
        }
        let id = self.ends.len() as u32;
        let Ok(end) = u32::try_from(self.text.len() + text.len()) else {
            self.overflow = true;
            return StrId::NONE;
        };
        self.text.push_str(text);
        self.ends.push(end);
        self.tags.push(tag);
        self.slots[at] = id;
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        StrId(id)
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![u32::MAX; mask + 1];
        for (id, &tag) in self.tags.iter().enumerate() {
            let mut at = tag as usize & mask;
            while slots[at] != u32::MAX {
                at = (at + 1) & mask;
            }
            slots[at] = id as u32;
        }
        self.slots = slots;
    }

    pub(super) fn get(&self, id: StrId) -> &str {
        let at = id.0 as usize;
        let Some(&end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// The search form.
    pub(super) fn finish(mut self) -> Result<Strings> {
        if self.overflow {
            return Err(Error::capacity("bytes of names, URLs and attributes", u64::from(u32::MAX)));
        }
        self.text.shrink_to_fit();
        Ok(Strings { text: self.text.into_bytes().into(), ends: self.ends.as_slice().into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
