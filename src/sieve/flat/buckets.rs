//! A hash table whose buckets are one cache line each.
//!
//! A bucket holds six entries. An entry is a key, which stands for the hashed value; a value; eight bits of the hash (the
//! *tag*); and eight bits chosen by the caller (the *mark*, such as a length). A flag says whether entries had to move on to
//! the next bucket. A lookup compares all tags and marks of a bucket at once, and asks the caller about the keys where
//! both agree. It reads at most [`REACH`] buckets, whatever the hashes: an entry that finds no room there goes to the
//! *rest*, which is in the caller's order and is searched by bisection. With honest hashes, hardly any entry does; if
//! many do, everything is hashed again with another seed.
//!
//! Buckets are filled in the order of the hashes, so that the same keys give the same table in whatever order they
//! came. Five of six places are taken, which makes 12.8 bytes per entry.

use std::cmp::Ordering;

use bytes::Bytes;

use crate::arch::cpu::prefetch;
use crate::arch::name::pairs;
use crate::error::Result;
use crate::sieve::flat::hash::seeds;
use crate::wire::{Reader, Word, Words, Writer};

/// The places in a bucket. On average, `TAKEN` of them are taken.
const WAYS: usize = 6;
const TAKEN: usize = 5;
/// The size of a bucket in bytes.
const SIZE: usize = 64;
/// The maximum number of buckets that a lookup reads.
pub(in crate::sieve) const REACH: usize = 8;
/// Offsets in a bucket: tags, flag, marks, keys and values. The byte after the flag is unused.
const FLAG: usize = WAYS;
const MARKS: usize = 8;
const KEYS: usize = 16;
const VALUES: usize = KEYS + 4 * WAYS;
const OF_WAYS: u32 = (1 << WAYS) - 1;

/// An entry to be put into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sieve) struct Keyed {
    pub(in crate::sieve) hash: u64,
    pub(in crate::sieve) key: u32,
    pub(in crate::sieve) value: u32,
    pub(in crate::sieve) mark: u8,
}

/// The hash of a key and its mark under a seed. It is called, not compiled in, so that building is compiled once for all tables.
type Hash<'t> = dyn Fn(u64, u32, u8) -> u64 + Sync + 't;
/// The order of two keys and their marks.
type Order<'t> = dyn Fn((u32, u8), (u32, u8)) -> Ordering + Sync + 't;

/// The search form.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct Buckets {
    bytes: Bytes,
    /// The number of buckets that can be a hash's home. The last `REACH - 1` buckets only take overflow.
    homes: u64,
    /// Keys, marks and values of the entries without room, in the caller's order.
    rest: Words<u32>,
}

/// One bucket.
#[derive(Clone, Copy, Debug)]
struct Bucket<'t>(&'t [u8; SIZE]);

impl Bucket<'_> {
    #[inline(always)]
    fn number(self, at: usize) -> u32 {
        self.0.get(at..).and_then(u32::read).unwrap_or(0)
    }

    /// A bit per place with this tag and mark.
    #[inline(always)]
    fn ways(self, tag: u8, mark: u8) -> u32 {
        self.0.first_chunk().map_or(0, |rows| pairs(rows, tag, mark)) & OF_WAYS
    }

    /// Returns true if an entry whose home is here or earlier had to move on to a later bucket.
    #[inline(always)]
    fn goes_on(self) -> bool {
        self.0[FLAG] != 0
    }
}

/// The tag of a hash; zero is the tag of a free place.
#[inline(always)]
fn tag(hash: u64) -> u8 {
    ((hash >> 32) as u8).max(1)
}

/// A seed is accepted if at most this many entries per thousand find no room. Only keys that were made to collide exceed it.
const REST_IN_1000: usize = 1;

impl Buckets {
    /// Builds the table of some entries and returns it with the seed of its hashes: the first seed that leaves hardly
    /// any entry without room, or the one that leaves the fewest. The choice does not depend on the order of the
    /// entries. Fills in their hashes, and reorders them.
    pub(in crate::sieve) fn seeded(entries: &mut [Keyed], hash: &Hash<'_>, order: &Order<'_>) -> (u64, Self) {
        let mut best: Option<(u64, Self)> = None;
        for seed in seeds() {
            hash_all(entries, |entry| hash(seed, entry.key, entry.mark));
            sort(entries, |a, b| a.hash.cmp(&b.hash).then_with(|| order((a.key, a.mark), (b.key, b.mark))));
            let buckets = Self::new(entries, order);
            let rest = buckets.rest();
            if best.as_ref().is_none_or(|(_, best)| rest < best.rest()) {
                best = Some((seed, buckets));
            }
            if rest * 1000 <= entries.len() * REST_IN_1000 {
                break;
            }
        }
        let (best, buckets) = best.expect("there are seeds to try");
        if buckets.rest() * 1000 > entries.len() * REST_IN_1000 {
            // The last seed that was tried may have been a worse one.
            hash_all(entries, |entry| hash(best, entry.key, entry.mark));
        }
        (best, buckets)
    }

    /// Builds the table of some entries, which must be in the order of their hashes.
    fn new(entries: &[Keyed], order: &Order<'_>) -> Self {
        if entries.is_empty() {
            return Self::default();
        }
        let homes = entries.len().div_ceil(TAKEN);
        let len = (homes + REACH - 1) * SIZE;
        // A bucket is one cache line only if it is aligned to one.
        let mut bytes = vec![0; len + SIZE - 1];
        let from = bytes.as_ptr().align_offset(SIZE).min(SIZE - 1);
        let table = &mut bytes[from..from + len];
        let mut rest: Vec<Keyed> = Vec::new();
        let (mut at, mut taken) = (0, 0);
        for entry in entries {
            let home = home(entry.hash, homes as u64);
            if home > at {
                (at, taken) = (home, 0);
            } else if taken == WAYS {
                (at, taken) = (at + 1, 0);
            }
            let reach = at.min(home + REACH - 1);
            for bucket in home..reach {
                table[bucket * SIZE + FLAG] = 1;
            }
            if at > reach {
                table[reach * SIZE + FLAG] = 1;
                rest.push(*entry);
                // The last bucket stays current, so that an entry with a nearer home can still move on from it.
                (at, taken) = (at - 1, WAYS);
                continue;
            }
            let bucket = &mut table[at * SIZE..][..SIZE];
            bucket[taken] = tag(entry.hash);
            bucket[MARKS + taken] = entry.mark;
            bucket[KEYS + 4 * taken..][..4].copy_from_slice(&entry.key.to_le_bytes());
            bucket[VALUES + 4 * taken..][..4].copy_from_slice(&entry.value.to_le_bytes());
            taken += 1;
        }
        rest.sort_by(|a, b| order((a.key, a.mark), (b.key, b.mark)));
        let bytes = Bytes::from(bytes).slice(from..from + len);
        Self {
            bytes,
            homes: homes as u64,
            rest: rest.iter().flat_map(|entry| [entry.key, entry.mark.into(), entry.value]).collect(),
        }
    }

    /// The number of entries that found no room in the buckets.
    fn rest(&self) -> usize {
        self.rest.len() / 3
    }

    /// The number of buckets that an unsuccessful lookup reads; the search of the rest, if any, counts as one more.
    #[cfg(test)]
    pub(in crate::sieve) fn looked_at(&self, hash: u64) -> usize {
        let flags = self.bytes[home(hash, self.homes) * SIZE..].chunks_exact(SIZE).map(|bucket| bucket[FLAG]);
        1 + flags.take(REACH).take_while(|&flag| flag != 0).count()
    }

    pub(in crate::sieve) fn is_empty(&self) -> bool {
        self.homes == 0
    }

    /// Prefetches the first bucket of a hash.
    #[inline(always)]
    pub(in crate::sieve) fn prefetch(&self, hash: u64) {
        prefetch(&self.bytes, home(hash, self.homes) * SIZE);
    }

    /// The first key in the first bucket that may have this hash and mark. In most cases, [`find`](Buckets::find)
    /// compares it first. Returns 0 if there is none.
    #[inline(always)]
    pub(in crate::sieve) fn first_key(&self, hash: u64, mark: u8) -> u32 {
        let Some(bucket) = self.bucket(home(hash, self.homes) * SIZE) else { return 0 };
        let way = bucket.ways(tag(hash), mark).trailing_zeros() as usize;
        if way < WAYS { bucket.number(KEYS + 4 * way) } else { 0 }
    }

    /// Finds the value of the key with this mark for which `is` returns true. For the bisection of the rest, `compare`
    /// orders a key and its mark relative to the wanted one, as for [`slice::binary_search_by`].
    #[inline(always)]
    pub(in crate::sieve) fn find(
        &self,
        hash: u64,
        mark: u8,
        is: impl Fn(u32) -> bool,
        compare: impl Fn(u32, u8) -> Ordering,
    ) -> Option<u32> {
        let home = home(hash, self.homes) * SIZE;
        for at in 0..REACH {
            let bucket = self.bucket(home + at * SIZE)?;
            let mut same = bucket.ways(tag(hash), mark);
            while same != 0 {
                let way = same.trailing_zeros() as usize;
                if is(bucket.number(KEYS + 4 * way)) {
                    return Some(bucket.number(VALUES + 4 * way));
                }
                same &= same - 1;
            }
            if !bucket.goes_on() {
                return None;
            }
        }
        self.find_in_rest(compare)
    }

    #[inline(always)]
    fn bucket(&self, at: usize) -> Option<Bucket<'_>> {
        self.bytes.get(at..)?.first_chunk().map(Bucket)
    }

    #[cold]
    fn find_in_rest(&self, compare: impl Fn(u32, u8) -> Ordering) -> Option<u32> {
        let (mut low, mut high) = (0, self.rest());
        while low < high {
            let middle = low + (high - low) / 2;
            let (key, mark, value) = self.rest_entry(middle);
            match compare(key, mark) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(value),
            }
        }
        None
    }

    /// Iterates over all keys, marks and values, first those in the buckets.
    pub(in crate::sieve) fn entries(&self) -> impl Iterator<Item = (u32, u8, u32)> {
        let of_buckets = self.bytes.as_chunks().0.iter().map(Bucket).flat_map(|bucket| {
            (0..WAYS)
                .filter(move |&way| bucket.0[way] != 0)
                .map(move |way| (bucket.number(KEYS + 4 * way), bucket.0[MARKS + way], bucket.number(VALUES + 4 * way)))
        });
        of_buckets.chain((0..self.rest()).map(|at| self.rest_entry(at)))
    }

    /// The number of keys.
    pub(in crate::sieve) fn len(&self) -> usize {
        let taken = |bucket: &[u8; SIZE]| bucket[..WAYS].iter().filter(|&&tag| tag != 0).count();
        self.bytes.as_chunks().0.iter().map(taken).sum::<usize>() + self.rest()
    }

    /// Returns true if `is_entry` holds for all keys, marks and values.
    fn all(&self, is_entry: impl Fn(u32, u8, u32) -> bool) -> bool {
        let mut buckets = self.bytes.as_chunks().0.iter().map(Bucket);
        let is_known = |bucket: Bucket<'_>| {
            (0..WAYS).all(|way| {
                bucket.0[way] == 0
                    || is_entry(bucket.number(KEYS + 4 * way), bucket.0[MARKS + way], bucket.number(VALUES + 4 * way))
            })
        };
        let is_known_rest = |at| {
            let (key, mark, value) = self.rest_entry(at);
            is_entry(key, mark, value)
        };
        buckets.all(is_known) && (0..self.rest()).all(is_known_rest)
    }

    fn rest_entry(&self, at: usize) -> (u32, u8, u32) {
        (self.rest.at(3 * at), self.rest.at(3 * at + 1) as u8, self.rest.at(3 * at + 2))
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.bytes.len() + self.rest.memory()
    }

    /// Writes the sections.
    pub(in crate::sieve) fn save(&self, out: &mut Writer) {
        out.bytes("buckets", &self.bytes);
        out.words("rest", &self.rest);
    }

    /// Reads the sections. `is_entry` says whether a key, mark and value are valid; `order` is the order of the keys in
    /// the rest, with their marks.
    ///
    /// # Errors
    ///
    /// Fails if sections are missing or damaged. Lookups in an accepted table never go out of bounds, always end, and
    /// return only values that `is_entry` has seen.
    pub(in crate::sieve) fn open(
        from: &mut Reader,
        is_entry: impl Fn(u32, u8, u32) -> bool,
        order: impl Fn((u32, u8), (u32, u8)) -> Ordering,
    ) -> Result<Self> {
        let bytes = from.bytes("buckets")?;
        let rest: Words<u32> = from.words("rest")?;
        let buckets = bytes.len() / SIZE;
        from.ensure(bytes.len() % SIZE == 0, "buckets", "ends within a bucket")?;
        from.ensure(buckets == 0 || buckets >= REACH, "buckets", "has too few buckets")?;
        from.ensure(
            rest.len().is_multiple_of(3) && (buckets > 0 || rest.is_empty()),
            "rest",
            "has a key without a value",
        )?;
        from.ensure((0..rest.len()).skip(1).step_by(3).all(|at| rest.at(at) < 256), "rest", "has a mark too large")?;
        let table = Self { bytes, homes: (buckets + 1).saturating_sub(REACH) as u64, rest };
        from.ensure(table.all(is_entry), "buckets", "names something that does not exist")?;
        let of_rest = |at: usize| {
            let (key, mark, _) = table.rest_entry(at);
            (key, mark)
        };
        let is_ordered = (1..table.rest()).all(|at| order(of_rest(at - 1), of_rest(at)) == Ordering::Less);
        from.ensure(is_ordered, "rest", "is out of order")?;
        Ok(table)
    }
}

/// The home of a hash, which is its first bucket.
#[inline(always)]
fn home(hash: u64, homes: u64) -> usize {
    ((u128::from(hash) * u128::from(homes)) >> 64) as usize
}

#[cfg(feature = "parallel")]
fn hash_all(entries: &mut [Keyed], hash: impl Fn(&Keyed) -> u64 + Sync) {
    use rayon::iter::ParallelIterator;
    use rayon::slice::ParallelSliceMut;
    entries.par_chunks_mut(1 << 14).for_each(|entries| entries.iter_mut().for_each(|entry| entry.hash = hash(entry)));
}

#[cfg(not(feature = "parallel"))]
fn hash_all(entries: &mut [Keyed], hash: impl Fn(&Keyed) -> u64) {
    entries.iter_mut().for_each(|entry| entry.hash = hash(entry));
}

#[cfg(feature = "parallel")]
fn sort(entries: &mut [Keyed], order: impl Fn(&Keyed, &Keyed) -> Ordering + Sync) {
    use rayon::slice::ParallelSliceMut;
    entries.par_sort_unstable_by(order);
}

#[cfg(not(feature = "parallel"))]
fn sort(entries: &mut [Keyed], order: impl Fn(&Keyed, &Keyed) -> Ordering) {
    entries.sort_unstable_by(order);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(hashes: &[u64]) -> Buckets {
        let mut entries: Vec<Keyed> =
            (0..).zip(hashes).map(|(n, &hash)| Keyed { hash, key: n, value: n * 3, mark: n as u8 }).collect();
        entries.sort_by_key(|entry| (entry.hash, entry.key));
        Buckets::new(&entries, &|a, b| a.cmp(&b))
    }

    /// Finds every key, and returns the largest number of comparisons for one.
    fn most_compared(table: &Buckets, hashes: &[u64]) -> u32 {
        let counts = (0..).zip(hashes).map(|(n, &hash)| {
            let count = std::cell::Cell::new(0);
            let compared = || count.set(count.get() + 1);
            let is = |key: u32| {
                compared();
                key == n
            };
            let compare = |key: u32, mark: u8| {
                compared();
                assert_eq!(mark, key as u8);
                key.cmp(&n)
            };
            let found = table.find(hash, n as u8, is, compare);
            assert_eq!(found, Some(n * 3));
            count.get()
        });
        counts.max().unwrap_or(0)
    }

    fn honest(count: u64) -> Vec<u64> {
        (0..count).map(|n| crate::sieve::flat::hash::pair(n, 5)).collect()
    }

    #[test]
    fn everything_is_found_and_nothing_else() {
        for count in [0, 1, 2, 6, 7, 8, 100, 50_000] {
            let hashes = honest(count);
            let table = table(&hashes);
            assert!(most_compared(&table, &hashes) <= 5, "{count}");
            assert_eq!(table.rest(), 0);
            assert_eq!(table.is_empty(), count == 0);
            let mut entries: Vec<_> = table.entries().collect();
            assert_eq!(table.len(), entries.len());
            entries.sort_unstable();
            assert!(entries.into_iter().eq((0..count as u32).map(|n| (n, n as u8, n * 3))));
            assert_eq!(table.find(77, 0, |_| false, |_, _| Ordering::Less), None);
            assert!(count < 100 || table.memory() as u64 <= count * 13 + 512, "{count}: {}", table.memory());
        }
    }

    #[test]
    fn equal_hashes_cost_no_more_than_the_reach() {
        for (flood, count) in [(0, 1000), (u64::MAX, 1000), (1 << 63, 5000)] {
            let mut hashes = vec![flood; count];
            hashes.extend(honest(1000));
            let table = table(&hashes);
            assert!(table.rest() > count - 7 * REACH);
            let most = most_compared(&table, &hashes);
            assert!(most as usize <= WAYS * REACH + 14, "{most}");
        }
    }

    #[test]
    fn damage_is_refused() {
        let hashes = [vec![u64::MAX / 2; 80], honest(50)].concat();
        let good = table(&hashes);
        let open = |buckets: Bytes, rest: Bytes| {
            let sections = vec![("buckets".to_owned(), buckets), ("rest".to_owned(), rest)];
            let order = |a: (u32, u8), b: (u32, u8)| a.cmp(&b);
            Buckets::open(
                &mut Reader::new(sections),
                |key, mark, value| key < 130 && mark == key as u8 && value == key * 3,
                order,
            )
        };
        let (buckets, rest) = (good.bytes.clone(), good.rest.bytes().clone());
        most_compared(&open(buckets.clone(), rest.clone()).unwrap(), &hashes);
        assert!(open(buckets.slice(1..), rest.clone()).is_err());
        assert!(open(buckets.slice(..SIZE), rest.clone()).is_err());
        assert!(open(Bytes::new(), rest.clone()).is_err());
        assert!(open(buckets.clone(), rest.slice(4..)).is_err());
        assert!(open(buckets.clone(), rest.slice(..8)).is_err());
        assert!(open(Bytes::new(), Bytes::new()).unwrap().is_empty());
        for at in 0..buckets.len() {
            let mut damaged = buckets.to_vec();
            damaged[at] ^= 0x55;
            // A damaged table that is accepted anyway must neither panic nor loop.
            if let Ok(table) = open(damaged.into(), rest.clone()) {
                for &hash in &hashes {
                    table.find(hash, 200, |key| key == 200, |key, _| key.cmp(&200));
                    table.first_key(hash, 200);
                }
            }
        }
        let swapped = [&rest[12..24], &rest[..12], &rest[24..]].concat();
        assert!(open(buckets, swapped.into()).is_err());
    }
}
