//! Finds ids by hash while a sieve is being built.

use std::hash::{BuildHasher, RandomState};

use crate::sieve::flat::hash;

/// Finds the id of a value by its hash. The values are kept elsewhere.
///
/// Open addressing with linear probing. A slot holds the upper half of the hash and the id, so that growing, and most
/// probing, touches nothing else. Hashes start from a secret, so that no feed can send all its values to one slot. The
/// result of a build does not depend on the secret.
#[derive(Debug)]
pub(in crate::sieve) struct Lookup {
    slots: Vec<u64>,
    len: usize,
    secret: u64,
}

const FREE: u64 = u64::MAX;

impl Default for Lookup {
    fn default() -> Self {
        Self { slots: Vec::new(), len: 0, secret: RandomState::new().hash_one(0_u8) }
    }
}

impl Lookup {
    /// The hash of a text, valid for this table only.
    #[inline]
    pub(in crate::sieve) fn hash(&self, text: &[u8]) -> u64 {
        hash::finish(hash::extend(self.secret, text))
    }

    /// The hash of numbers, valid for this table only.
    #[inline]
    pub(in crate::sieve) fn hash_words(&self, words: &[u64]) -> u64 {
        words.iter().fold(self.secret, |state, &word| hash::pair(state, word))
    }

    /// Finds the id with this hash for which `is_it` returns true. If there is none, adds and returns `next`, which
    /// must not be `u32::MAX`.
    #[inline]
    pub(in crate::sieve) fn find_or_add(&mut self, hash: u64, next: u32, mut is_it: impl FnMut(u32) -> bool) -> u32 {
        if self.len * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let (tag, mask) = (hash >> 32, self.slots.len() - 1);
        let mut at = tag as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == FREE {
                break;
            }
            if slot >> 32 == tag && is_it(slot as u32) {
                return slot as u32;
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = tag << 32 | u64::from(next);
        self.len += 1;
        next
    }

    /// Finds the id with this hash for which `is_it` returns true.
    #[inline]
    pub(in crate::sieve) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let (tag, mask) = (hash >> 32, self.slots.len() - 1);
        let mut at = tag as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == FREE {
                return None;
            }
            if slot >> 32 == tag && is_it(slot as u32) {
                return Some(slot as u32);
            }
            at = (at + 1) & mask;
        }
    }

    /// Reads the slots of many hashes in one go, so that their cache misses overlap.
    #[inline]
    pub(in crate::sieve) fn warm(&self, hashes: impl Iterator<Item = u64>) {
        if self.len > 0 {
            let mask = self.slots.len() - 1;
            let read = hashes.fold(0, |read, hash| read ^ self.slots[(hash >> 32) as usize & mask]);
            std::hint::black_box(read);
        }
    }

    #[cold]
    fn grow(&mut self) {
        let mask = (self.slots.len() * 2).max(16) - 1;
        let mut slots = vec![FREE; mask + 1];
        for &slot in self.slots.iter().filter(|&&slot| slot != FREE) {
            let mut at = (slot >> 32) as usize & mask;
            while slots[at] != FREE {
                at = (at + 1) & mask;
            }
            slots[at] = slot;
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_again() {
        let mut lookup = Lookup::default();
        assert_eq!(lookup.find(7, |_| true), None);
        // The caller tells values with the same hash apart.
        let hash = |lookup: &Lookup, value: u32| lookup.hash_words(&[u64::from(value / 3)]);
        for value in 0..10_000 {
            assert_eq!(lookup.find(hash(&lookup, value), |id| id == value), None);
            let hash = hash(&lookup, value);
            assert_eq!(lookup.find_or_add(hash, value, |id| id == value), value);
            assert_eq!(lookup.find_or_add(hash, u32::MAX - 1, |id| id == value), value);
        }
        for value in 0..10_000 {
            assert_eq!(lookup.find(hash(&lookup, value), |id| id == value), Some(value));
        }
        assert_ne!(Lookup::default().hash(b"evil.test"), Lookup::default().hash(b"evil.test"));
    }
}
