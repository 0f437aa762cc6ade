//! A cache of name lookups: the lines of a log use the same names.

use std::hash::{BuildHasher, RandomState};

use super::context::Context;
use crate::event::names::{self, Key, KnownName, hint};
use crate::event::sheet::{Label, Raw, Sheet, TOP};

/// The number of pairs of slots, each for the two names that were found last among those that belong there. Logs have up to a few hundred
/// names. With a single slot, two names could displace each other on every line.
const PAIRS: usize = 512;

/// The maximum number of objects around a field that count for its name.
const MAX_PARENTS: usize = 6;

/// Names by their hashes, which are never 0, with what they mean.
#[derive(Debug, Default)]
struct Slots(Vec<[(u64, Option<KnownName>); 2]>);

impl Slots {
    #[inline]
    fn get(&self, hash: u64) -> Option<&Option<KnownName>> {
        self.0.get(hash as usize % PAIRS)?.iter().find(|slot| slot.0 == hash).map(|slot| &slot.1)
    }

    /// Adds a name in place of the older one of its pair.
    fn put(&mut self, hash: u64, found: Option<KnownName>) {
        if self.0.is_empty() {
            self.0.resize(PAIRS, [(0, None); 2]);
        }
        let pair = &mut self.0[hash as usize % PAIRS];
        *pair = [(hash, found), pair[0]];
    }
}

/// The cache. Its key is a hash with a random secret seed, so nobody can craft names that collide; two names collide by chance with
/// a probability of one in 2^64.
#[derive(Debug)]
pub(super) struct Memo {
    seed: u64,
    slots: Slots,
    /// The hash of the path of each object on the line.
    nodes: Vec<u64>,
    parents: Vec<Key>,
}

impl Default for Memo {
    fn default() -> Self {
        Memo {
            seed: RandomState::new().hash_one(0) | 1,
            slots: Slots::default(),
            nodes: Vec::new(),
            parents: Vec::new(),
        }
    }
}

impl Memo {
    /// Starts a line: hashes the paths of its objects.
    pub(super) fn nodes(&mut self, sheet: &Sheet, context: &Context<'_>) {
        self.nodes.clear();
        for node in &sheet.nodes {
            let parent = self.path(node.parent);
            self.nodes.push(self.hash(context.name(node.label), parent));
        }
    }

    fn path(&self, parent: u32) -> u64 {
        if parent == TOP { self.seed } else { self.nodes[parent as usize] }
    }

    fn hash(&self, text: &[u8], start: u64) -> u64 {
        let mut hash = start ^ (text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let seed = self.seed ^ 0xa076_1d64_78bd_642f;
        let mut mix = |word: u64| hash = mixed(hash ^ word, seed);
        let mut chunks = text.chunks_exact(8);
        for chunk in &mut chunks {
            mix(u64::from_le_bytes(chunk.try_into().expect("eight bytes")));
        }
        mix(tail(text));
        mix(self.seed);
        hash.max(1)
    }

    /// Returns the meaning of a field's name.
    pub(super) fn find(&mut self, field: &Raw, sheet: &Sheet, context: &Context<'_>) -> Option<KnownName> {
        let hash = match field.label {
            // A layout's name is one static string, so its address and length identify it. Each is multiplied: joined by `^`, those of
            // neighbours in memory could be equal.
            Label::Known(name) => {
                let (hash, seed) = (name.as_ptr() as u64 ^ self.path(field.parent), self.seed ^ name.len() as u64);
                mixed(hash, seed).max(1)
            }
            label => self.hash(own_name(label, sheet, context), self.path(field.parent)),
        };
        match self.slots.get(hash) {
            Some(found) => *found,
            None => self.add(hash, field, sheet, context),
        }
    }

    /// Looks up the name of a field that is not known yet.
    #[cold]
    fn add(&mut self, hash: u64, field: &Raw, sheet: &Sheet, context: &Context<'_>) -> Option<KnownName> {
        let found = self.look_up(field, sheet, context);
        self.slots.put(hash, found);
        found
    }

    fn look_up(&mut self, field: &Raw, sheet: &Sheet, context: &Context<'_>) -> Option<KnownName> {
        let key = match own_name(field.label, sheet, context) {
            // In JSON too: without the sign they would be those of the source.
            name @ (b"s-ip" | b"s-port" | b"r-ip" | b"r-port") => names::of_w3c(name)?,
            name => Key::new(name)?,
        };
        self.parents.clear();
        self.parents.extend(parents(field, sheet, context).filter_map(Key::new).take(MAX_PARENTS));
        let found = names::find(&key, &self.parents)?;
        let is_hidden = found.may_be_name_like()
            && !matches!(field.label, Label::Known(_))
            && !hint::has_name(&whole_name(field, sheet, context));
        (!is_hidden).then_some(found)
    }
}

/// Multiplies two words, and folds the product into one.
#[inline]
fn mixed(one: u64, other: u64) -> u64 {
    let product = u128::from(one).wrapping_mul(u128::from(other));
    (product as u64) ^ ((product >> 64) as u64)
}

/// Returns the last eight bytes of a text, or all of a shorter one. Together with the length, they tell texts apart that are equal in
/// all chunks of eight bytes before.
#[inline]
fn tail(text: &[u8]) -> u64 {
    let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    if let Some(last) = text.last_chunk::<8>() {
        return u64::from_le_bytes(*last);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return four(first) << 32 | four(last);
    }
    text.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Returns the name of a field, with those of the objects around it.
fn whole_name(field: &Raw, sheet: &Sheet, context: &Context<'_>) -> Vec<u8> {
    let mut name = own_name(field.label, sheet, context).to_vec();
    for parent in parents(field, sheet, context).take(MAX_PARENTS) {
        name.push(b'.');
        name.extend_from_slice(parent);
    }
    name
}

/// Returns the names of the objects around a field, innermost first.
fn parents<'a>(field: &Raw, sheet: &'a Sheet, context: &Context<'a>) -> impl Iterator<Item = &'a [u8]> {
    let node = |at: u32| (at != TOP).then(|| &sheet.nodes[at as usize]);
    std::iter::successors(node(field.parent), move |inner| node(inner.parent)).map(|node| context.name(node.label))
}

/// Returns the name of a field without the vendor's prefix.
fn own_name<'a>(label: Label, sheet: &Sheet, context: &Context<'a>) -> &'a [u8] {
    let name = context.name(label);
    match sheet.prefix {
        Some((start, end)) => name.strip_prefix(&context.line[start as usize..end as usize]).unwrap_or(name),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two names that are read in turn are both kept, wherever they belong; of three that belong together, the oldest goes.
    #[test]
    fn no_two_names_displace_each_other() {
        let first = 7_u64;
        for apart in (1..=2 * PAIRS as u64).chain([1 << 40]) {
            let other = first + apart;
            let mut slots = Slots::default();
            // What another log left behind.
            (0..4).for_each(|n| slots.put(first + n * PAIRS as u64 + (1 << 20), None));
            for hash in [first, other] {
                assert!(slots.get(hash).is_none());
                slots.put(hash, None);
            }
            assert!(slots.get(first).is_some() && slots.get(other).is_some(), "{apart}");
        }
        let mut slots = Slots::default();
        let together = [0, 1, 2].map(|n| first + n * PAIRS as u64);
        together.iter().for_each(|hash| slots.put(*hash, None));
        assert_eq!(together.map(|hash| slots.get(hash).is_some()), [false, true, true]);
    }
}
