//! Mail addresses, found by the hash of their canonical text.
//!
//! A scan first asks a bitmap about the bytes around an `@`: up to three common bytes that end the local part, and the first
//! four after the `@`.

use crate::error::Result;
use crate::sieve::flat::buckets::{Buckets, Keyed};
use crate::sieve::flat::hash;
use crate::sieve::flat::strings::{StrId, Strings};
use crate::sieve::tables::indicators::{Indicators, Value};
use crate::wire::{Reader, Words, Writer};

/// Bits of the bitmap per address.
const FILTER_BITS: usize = 16;

/// The search form.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Table {
    seed: u64,
    /// By text: the indicator. The mark is the lower byte of the text's length.
    buckets: Buckets,
    filter: Words<u64>,
    /// True if the domain of some address is in Punycode, which a log may write in Unicode.
    has_punycode: bool,
    /// A bit per number of local-part bytes with which some address is in the bitmap.
    lens: u8,
}

fn hash_of(seed: u64, text: &[u8]) -> u64 {
    hash::finish(hash::extend(seed, text))
}

/// Returns true for the bytes of which most local parts consist.
#[inline(always)]
fn is_core(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')
}

/// The number of such bytes directly before `at`, at most three; `None` if the bitmap does not cover such addresses.
#[inline(always)]
fn core_len(text: &[u8], at: usize) -> Option<usize> {
    let near = text.get(at.saturating_sub(3)..at)?;
    if near.is_empty() || !near.is_ascii() {
        return None;
    }
    Some(near.iter().rev().take_while(|byte| is_core(**byte)).count()).filter(|&len| len > 0)
}

/// The beginning of the name after an `@`; `None` if the bitmap does not cover such names.
#[inline(always)]
fn head(text: &[u8], at: usize) -> Option<u32> {
    // A name has at least three bytes. A fourth byte that may not belong to the name counts as zero.
    let host = text.get(at + 1..)?;
    let head = host.get(..3).filter(|head| head.is_ascii())?;
    let fourth = host.get(3).copied().filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').unwrap_or(0);
    Some(u32::from_le_bytes([head[0], head[1], head[2], fourth]) | 0x2020_2020)
}

/// The bitmap's key for the bytes around an `@`, with `len` of them before it.
#[inline(always)]
fn key(text: &[u8], at: usize, len: usize, head: u32) -> u64 {
    let local = text[at - len..at].iter().fold(0, |key, byte| key << 8 | u64::from(byte | 0x20));
    local << 32 | u64::from(head)
}

impl Table {
    pub(in crate::sieve) fn new(strings: &Strings, addresses: &[(StrId, u32)]) -> Self {
        let text = |key: u32| strings.bytes(StrId(key));
        let mut entries: Vec<Keyed> = addresses
            .iter()
            .map(|&(name, id)| Keyed { hash: 0, key: name.0, value: id, mark: strings.bytes(name).len() as u8 })
            .collect();
        let (seed, buckets) =
            Buckets::seeded(&mut entries, &|seed, key, _| hash_of(seed, text(key)), &|a, b| text(a.0).cmp(text(b.0)));
        let mut table = Self { seed, buckets, filter: Words::default(), has_punycode: false, lens: 0 };
        if addresses.is_empty() {
            return table;
        }
        let mut filter = vec![0_u64; (addresses.len() * FILTER_BITS).div_ceil(64).max(64)];
        for &(name, _) in addresses {
            let text = strings.bytes(name);
            let at = memchr::memrchr(b'@', text).expect("a canonical address has an @");
            table.has_punycode |= memchr::memmem::find(&text[at..], b"xn--").is_some();
            // An address that the bitmap does not cover is not looked up in it either.
            if let (Some(len), Some(head)) = (core_len(text, at), head(text, at)) {
                let (word, bits) = bits_of(key(text, at, len, head), filter.len());
                filter[word] |= bits;
                table.lens |= 1 << len;
            }
        }
        table.filter = filter.as_slice().into();
        table
    }

    pub(in crate::sieve) fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Finds the indicator of a canonical address.
    #[inline]
    pub(in crate::sieve) fn find(&self, strings: &Strings, address: &str) -> Option<u32> {
        if self.buckets.is_empty() {
            return None;
        }
        let text = address.as_bytes();
        let is = |key: u32| strings.bytes(StrId(key)) == text;
        let compare = |key: u32, _| strings.bytes(StrId(key)).cmp(text);
        self.buckets.find(hash_of(self.seed, text), text.len() as u8, is, compare)
    }

    /// Returns true if the address around an `@` in a log may be listed. False is certain.
    #[inline(always)]
    pub(in crate::sieve) fn may_hold(&self, text: &[u8], at: usize) -> bool {
        let (Some(len), Some(head)) = (core_len(text, at), head(text, at)) else { return true };
        // Shorter lengths too: a short local part may follow the last byte of an escape.
        let is_seen = (1..=len).filter(|len| self.lens >> len & 1 == 1).any(|len| {
            let (word, bits) = bits_of(key(text, at, len, head), self.filter.len());
            self.filter.at(word) & bits == bits
        });
        is_seen || self.has_punycode && is_not_ascii(text, at)
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.buckets.memory() + self.filter.memory()
    }

    /// Writes the sections, unless the table is empty.
    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        if !self.is_empty() {
            writer.words(
                "facts",
                &Words::from([self.seed, u64::from(self.has_punycode) | u64::from(self.lens) << 1].as_slice()),
            );
            writer.words("filter", &self.filter);
            self.buckets.save(writer);
        }
    }

    /// Reads the sections. Only the checksum ensures that the bitmap has bits for every address.
    pub(in crate::sieve) fn open(reader: &mut Reader, strings: &Strings, indicators: &Indicators) -> Result<Self> {
        let count = indicators.emails();
        let facts = reader.optional_words::<u64>("facts")?;
        if facts.is_empty() {
            reader.ensure(count == 0, "facts", "are missing")?;
            return Ok(Self::default());
        }
        reader.ensure(facts.len() == 2 && facts.at(1) < 1 << 5, "facts", "are unknown")?;
        let is_entry = |key: u32, mark: u8, value: u32| {
            (key as usize) < strings.len()
                && strings.bytes(StrId(key)).len() as u8 == mark
                && (value as usize) < indicators.len()
                && indicators.value(value) == Value::Email(StrId(key))
        };
        let text = |key: u32| strings.bytes(StrId(key));
        let buckets = Buckets::open(reader, is_entry, |a, b| text(a.0).cmp(text(b.0)))?;
        reader.ensure(buckets.len() == count, "buckets", "do not hold the addresses")?;
        let filter = reader.words::<u64>("filter")?;
        reader.ensure(!filter.is_empty(), "filter", "is empty")?;
        Ok(Self {
            seed: facts.at(0),
            buckets,
            filter,
            has_punycode: facts.at(1) & 1 == 1,
            lens: (facts.at(1) >> 1) as u8,
        })
    }
}

/// The word and the bits of a key in the bitmap.
#[inline(always)]
fn bits_of(key: u64, words: usize) -> (usize, u64) {
    let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let hash = (hash ^ hash >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let word = ((u128::from(hash) * words as u128) >> 64) as usize;
    (word, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
}

/// Returns true if the word after an `@` holds a non-ASCII byte.
fn is_not_ascii(text: &[u8], at: usize) -> bool {
    let is_part = |byte: &&u8| **byte >= 0x80 || is_core(**byte);
    text[at + 1..].iter().take(crate::limits::MAX_NAME).take_while(is_part).any(|byte| *byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sieve::flat::strings::Interner;

    #[test]
    fn listed_addresses_pass_in_every_spelling() {
        let mut strings = Interner::default();
        let texts =
            ["a@b.test", "sales+may@shop.test", "o'x@b.test", "\"a b\"@b.test", "jü@b.test", "x@xn--mller-kva.test"];
        let addresses: Vec<(StrId, u32)> = texts.iter().zip(0..).map(|(text, id)| (strings.intern(text), id)).collect();
        let strings = strings.finish().unwrap();
        let table = Table::new(&strings, &addresses);
        for (text, id) in texts.iter().zip(0..) {
            assert_eq!(table.find(&strings, text), Some(id));
            for text in [
                format!("x {text} y"),
                text.to_uppercase(),
                format!("={text}"),
                format!("%20{text}"),
                format!("-{text}-"),
                format!("to:{}é", text),
                text.replace("xn--mller-kva", "müller"),
            ] {
                let at = text.rfind('@').unwrap();
                assert!(table.may_hold(text.as_bytes(), at), "{text}");
            }
        }
        let others = (0..1000).filter(|n| {
            let text = format!("user{n}@mail{n}.test");
            table.may_hold(text.as_bytes(), text.find('@').unwrap())
        });
        assert!(others.count() < 50);
        assert_eq!(table.find(&strings, "a@c.test"), None);
    }

    /// The table of these addresses.
    fn table(texts: &[&str]) -> Table {
        let mut strings = Interner::default();
        let addresses: Vec<(StrId, u32)> = texts.iter().zip(0..).map(|(text, id)| (strings.intern(text), id)).collect();
        Table::new(&strings.finish().unwrap(), &addresses)
    }

    /// The number of texts that pass, of which the `@` of each stands at the same place.
    fn passing(table: &Table, texts: impl Iterator<Item = String>) -> usize {
        texts.filter(|text| table.may_hold(text.as_bytes(), text.find('@').unwrap())).count()
    }

    #[test]
    fn few_addresses_pass_that_differ_near_the_at() {
        let table = table(&["abc@evil.test"]);
        let letters =
            || (b'a'..=b'z').flat_map(|a| (b'a'..=b'z').map(move |b| format!("{}{}", char::from(a), char::from(b))));
        assert_eq!(
            passing(
                &table,
                ["abc@evil.test", "xabc@evil.test", "ABC@EVIL.test", "abc@evilx"].map(str::to_owned).into_iter()
            ),
            4
        );
        for place in 0..2 {
            // One of these is listed.
            let local =
                |two: String| if place == 0 { format!("{two}c@evil.test") } else { format!("a{two}@evil.test") };
            let host = |two: String| if place == 0 { format!("abc@{two}il.test") } else { format!("abc@ev{two}.test") };
            let counts = (passing(&table, letters().map(local)), passing(&table, letters().map(host)));
            assert!((1..10).contains(&counts.0) && (1..10).contains(&counts.1), "{counts:?} of 676");
        }
    }

    #[test]
    fn names_in_other_scripts_pass_if_one_is_listed() {
        let (with, without) = (table(&["x@xn--abcd-0ra.test"]), table(&["x@abcd.test"]));
        for (text, want) in [
            ("y@abcd\u{FC}.test", true),
            ("y@abcd.\u{FC}", true),
            ("y@abcd-\u{FC}", true),
            ("y@abcde", false),
            ("y@abcd.test \u{FC}", false),
            ("y@abcd,\u{FC}", false),
        ] {
            assert_eq!(with.may_hold(text.as_bytes(), 1), want, "{text}");
            assert!(!without.may_hold(text.as_bytes(), 1), "{text}");
        }
    }

    #[test]
    fn facts_are_two_numbers_with_known_bits() {
        let mut strings = Interner::default();
        let text = strings.intern("abc@evil.test");
        let strings = strings.finish().unwrap();
        let mut indicators = crate::sieve::tables::indicators::IndicatorsBuilder::default();
        indicators.push(Value::Email(text), None, None);
        let (indicators, table) = (indicators.finish(), Table::new(&strings, &[(text, 0)]));
        let mut writer = Writer::default();
        table.save(&mut writer);
        let open = |facts: &[u64]| {
            let mut sections = writer.sections().to_vec();
            sections.iter_mut().find(|(name, _)| name == "facts").unwrap().1 = Words::from(facts).bytes().clone();
            Table::open(&mut Reader::new(sections), &strings, &indicators)
        };
        let opened = open(&[table.seed, 0b1001]).unwrap();
        assert_eq!((opened.has_punycode, opened.lens, opened.find(&strings, "abc@evil.test")), (true, 0b100, Some(0)));
        assert!(open(&[table.seed, 0b1_1111]).is_ok());
        for facts in [&[][..], &[table.seed], &[table.seed, 1, 0], &[table.seed, 1 << 5], &[table.seed, u64::MAX]] {
            assert!(open(facts).is_err(), "{facts:?}");
        }
    }
}
