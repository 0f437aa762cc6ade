//! File hashes: sorted bytes for each length, found by their first bits.
//!
//! A table holds the digests of one length in order. The first bits of a digest select its *bucket*, whose start is
//! known. A bucket holds 8 to 16 digests on average; more only if somebody crafts them, and then bisection finds them.
//! Before a bucket is read, a filter of ten bits per digest rules out nearly everything that is not listed. All this
//! takes at most 1.8 bytes per digest beside the digests themselves.
//!
//! The digests are the last indicators of a sieve, in the same order, so their ids need not be stored.

use bytes::Bytes;

use crate::arch::cpu::prefetch;
use crate::error::Result;
use crate::sieve::flat::lookup::Lookup;
use crate::sieve::tables::indicators::{Indicators, Value};
use crate::value::FileHash;
use crate::value::hash::{LENGTHS, MAX_LEN};
use crate::wire::{Reader, Word, Words, Writer};

/// The minimum average number of digests in a bucket.
const IN_BUCKET: usize = 8;
/// The number of digests that are compared one by one; larger buckets are bisected first.
const FEW: usize = 32;
/// Bits of the filter per digest.
const FILTER_BITS: usize = 10;
/// The number of digests that are looked up side by side.
const BATCH: usize = 32;
/// The number of digests that are compared at once, around the place where a digest would be if all were spread evenly. It is among
/// them in 39 of 40 cases.
const NEAR: usize = 8;
/// The size of a cache line in bytes.
const LINE: usize = 64;

/// The build form, with each digest once.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Builder {
    /// By length, the digests in the order in which they were added.
    bytes: [Vec<u8>; LENGTHS.len()],
    /// For each digest in that order: the number of its length, and its place among the digests of that length.
    places: Vec<(u8, u32)>,
    lookup: Lookup,
}

/// The position of each length in [`LENGTHS`]; past its end for other lengths.
static CLASSES: [u8; MAX_LEN + 1] = {
    let mut classes = [LENGTHS.len() as u8; MAX_LEN + 1];
    let mut class = 0;
    while class < LENGTHS.len() {
        classes[LENGTHS[class]] = class as u8;
        class += 1;
    }
    classes
};

/// The position of a length in [`LENGTHS`].
#[inline(always)]
fn class(len: usize) -> Option<usize> {
    CLASSES.get(len).map(|&class| usize::from(class)).filter(|&class| class < LENGTHS.len())
}

impl Builder {
    pub(in crate::sieve) fn len(&self) -> usize {
        self.places.len()
    }

    /// Returns the number of a digest, and adds it if it is new.
    pub(in crate::sieve) fn add(&mut self, digest: &FileHash) -> u32 {
        let Self { bytes, places, lookup } = self;
        let digest = digest.as_bytes();
        let class = class(digest.len()).expect("a hash has one of the lengths");
        let next = places.len() as u32;
        let number = lookup.find_or_add(lookup.hash(digest), next, |number| {
            let (other, at) = places[number as usize];
            usize::from(other) == class && bytes[class][at as usize * digest.len()..][..digest.len()] == *digest
        });
        if number == next {
            places.push((class as u8, (bytes[class].len() / digest.len()) as u32));
            bytes[class].extend_from_slice(digest);
        }
        number
    }

    /// Returns the search form, and the row of each digest by its number. `first` is the id of the first digest.
    pub(in crate::sieve) fn finish(self, first: u32) -> (Table, Vec<u32>) {
        let mut classes: [Class; LENGTHS.len()] = Default::default();
        let mut ranks: [Vec<u32>; LENGTHS.len()] = Default::default();
        let mut row = 0;
        for (at, bytes) in self.bytes.into_iter().enumerate() {
            (classes[at], ranks[at]) = Class::new(bytes, LENGTHS[at], row);
            row += ranks[at].len() as u32;
        }
        let row_of = |&(class, at): &(u8, u32)| {
            let class = usize::from(class);
            classes[class].row + ranks[class][at as usize]
        };
        let rows = self.places.iter().map(row_of).collect();
        (Table { classes, first, len: row }, rows)
    }
}

/// The search form.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Table {
    classes: [Class; LENGTHS.len()],
    /// The id of the first digest.
    first: u32,
    len: u32,
}

/// The digests of one length.
#[derive(Debug, Default)]
struct Class {
    /// The size of a digest in bytes.
    size: usize,
    /// The digests, sorted.
    bytes: Bytes,
    /// The start of each bucket, and the end of the last one.
    starts: Words<u32>,
    /// The number of the first 32 bits that do not select a bucket.
    shift: u32,
    /// The filter: three bits of one word per digest.
    filter: Words<u64>,
    /// The row of the first digest.
    row: u32,
    /// The number of digests.
    len: usize,
}

/// The first eight bytes as a number, which sorts like the bytes.
#[inline(always)]
fn prefix(digest: &[u8]) -> u64 {
    digest.first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}

impl Class {
    /// Makes a class from distinct digests in any order. Also returns the sorted place of each.
    fn new(bytes: Vec<u8>, size: usize, row: u32) -> (Self, Vec<u32>) {
        let count = bytes.len() / size;
        let mut order: Vec<(u64, u32)> =
            bytes.chunks_exact(size).zip(0..).map(|(digest, at)| (prefix(digest), at)).collect();
        let digest = |at: u32| &bytes[at as usize * size..][..size];
        let compare = |a: &(u64, u32), b: &(u64, u32)| a.0.cmp(&b.0).then_with(|| digest(a.1).cmp(digest(b.1)));
        order.sort_unstable_by(compare);
        let mut ranks = vec![0; count];
        let mut sorted = Vec::with_capacity(bytes.len());
        for (rank, &(_, at)) in (0..).zip(&order) {
            ranks[at as usize] = rank;
            sorted.extend_from_slice(digest(at));
        }
        if count == 0 {
            return (Self::default(), ranks);
        }
        let shift = shift_of(count);
        let mut filter = vec![0_u64; filter_len(count)];
        let mut starts = vec![0_u32; buckets(shift) + 1];
        for digest in sorted.chunks_exact(size) {
            starts[(prefix(digest) >> 32 >> shift) as usize + 1] += 1;
            let (word, bits) = Head::of(digest).filtered(filter.len());
            filter[word] |= bits;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let class = Self {
            size,
            bytes: sorted.into(),
            starts: starts.as_slice().into(),
            shift,
            filter: filter.as_slice().into(),
            row,
            len: count,
        };
        (class, ranks)
    }

    #[inline(always)]
    fn may_hold(&self, head: Head) -> bool {
        let (word, bits) = head.filtered(self.filter.len());
        self.filter.at(word) & bits == bits
    }

    #[inline(always)]
    fn digest(&self, at: usize) -> &[u8] {
        self.bytes.get(at * self.size..).and_then(|rest| rest.get(..self.size)).unwrap_or(&[])
    }

    /// The range of the bucket in which a digest with these first bytes would be.
    #[inline(always)]
    fn bucket(&self, first: u64) -> (usize, usize) {
        let bucket = (first >> 32 >> self.shift) as usize;
        // Both numbers at once.
        let both = self.starts.bytes().get(4 * bucket..).and_then(u64::read).unwrap_or(0);
        (both as u32 as usize, (both >> 32) as usize)
    }

    /// Returns the first of the [`NEAR`] places at which a digest with these first bytes most likely is.
    #[inline(always)]
    fn near(&self, first: u64) -> usize {
        let (from, to) = self.bucket(first);
        let within = first << (32 - self.shift);
        let place = from + ((u128::from(within) * (to - from) as u128) >> 64) as usize;
        place.saturating_sub(NEAR / 2).min(self.len.saturating_sub(NEAR))
    }

    /// Prefetches the middle of the [`NEAR`] places from `near` on, where most digests are.
    #[inline(always)]
    fn prefetch(&self, near: usize) {
        let middle = (near + NEAR / 2) * self.size;
        prefetch(&self.bytes, middle.wrapping_sub(LINE));
        prefetch(&self.bytes, middle);
        prefetch(&self.bytes, middle + LINE - 1);
    }

    /// Like [`find`](Class::find), for a digest that is probably listed: first compares those at the likely places, all at once. The digests
    /// of this class have `SIZE` bytes.
    #[inline(always)]
    fn find_near<const SIZE: usize>(&self, near: usize, digest: &FileHash) -> Option<usize> {
        let digest = digest.as_bytes();
        let wanted: &[u8; SIZE] = digest.first_chunk()?;
        let others: Option<&[_; NEAR]> =
            self.bytes.get(near * SIZE..).and_then(|rest| rest.as_chunks::<SIZE>().0.first_chunk());
        if let Some(others) = others {
            let mut same = 0_u32;
            for (other, n) in others.iter().zip(0..) {
                same |= u32::from(other.first_chunk::<8>() == wanted.first_chunk()) << n;
            }
            // Several digests can begin alike, and the first of them may be another one.
            let place = same.trailing_zeros() as usize % NEAR;
            if same != 0 && others[place] == *wanted {
                return Some(near + place);
            }
        }
        self.find(digest)
    }

    /// Looks up digests of a batch that passed the filter, all of which have `SIZE` bytes. Returns a bit for each listed one, and writes
    /// its indicator to `ids`, by its place in the batch. `first` is the indicator of this class's first digest.
    #[inline(always)]
    fn find_likely<const SIZE: usize>(
        &self,
        first: u32,
        digests: &[FileHash],
        likely: &mut [Likely],
        prefetch: impl Fn(u32),
        ids: &mut [u32; BATCH],
    ) -> u32 {
        for likely in likely.iter_mut() {
            let place = self.near(likely.first);
            likely.near = place as u32;
            self.prefetch(place);
            prefetch(first + (place + NEAR / 2) as u32);
        }
        let mut listed = 0;
        for &Likely { at, near, .. } in likely.iter() {
            let at = usize::from(at);
            if let Some(place) = self.find_near::<SIZE>(near as usize, &digests[at]) {
                listed |= 1 << at;
                ids[at % BATCH] = first + place as u32;
            }
        }
        listed
    }

    /// The place of a digest.
    fn find(&self, digest: &[u8]) -> Option<usize> {
        let (mut from, mut to) = self.bucket(prefix(digest));
        while to - from > FEW {
            let middle = from + (to - from) / 2;
            if self.digest(middle) <= digest { from = middle } else { to = middle }
        }
        let head = prefix(digest);
        (from..to).find(|&at| {
            let other = self.digest(at);
            prefix(other) == head && other == digest
        })
    }

    fn save(&self, writer: &mut Writer) {
        writer.bytes("bytes", &self.bytes);
        writer.words("starts", &self.starts);
        writer.words("filter", &self.filter);
    }

    fn open(reader: &mut Reader, size: usize, row: u32) -> Result<Self> {
        let bytes = reader.optional_words::<u8>("bytes")?.bytes().clone();
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        reader.ensure(bytes.len().is_multiple_of(size), "bytes", "end within a hash")?;
        let count = bytes.len() / size;
        let shift = shift_of(count);
        let (starts, filter) = (reader.words("starts")?, reader.words("filter")?);
        let class = Self { size, bytes, starts, shift, filter, row, len: count };
        let starts = &class.starts;
        reader.ensure(starts.len() == buckets(shift) + 1, "starts", "do not fit the hashes")?;
        reader.ensure(class.filter.len() == filter_len(count), "filter", "does not fit the hashes")?;
        let mut last: Option<&[u8]> = None;
        let mut is_ordered = true;
        let mut is_filtered = true;
        let mut next = 0;
        let mut is_placed = starts.at(0) == 0 && starts.at(starts.len() - 1) as usize == count;
        for (at, digest) in (0..).zip(class.bytes.chunks_exact(size)) {
            is_ordered &= last.is_none_or(|last| last < digest);
            last = Some(digest);
            is_filtered &= class.may_hold(Head::of(digest));
            let bucket = (prefix(digest) >> 32 >> shift) as usize;
            // This bucket, and any empty ones before it, start here.
            while next <= bucket {
                is_placed &= starts.at(next) == at;
                next += 1;
            }
        }
        while next < starts.len() {
            is_placed &= starts.at(next) as usize == count;
            next += 1;
        }
        reader.ensure(is_ordered, "bytes", "are not in order")?;
        reader.ensure(is_placed, "starts", "are not where the hashes are")?;
        reader.ensure(is_filtered, "filter", "lacks a hash")?;
        Ok(class)
    }
}

/// The number of the first 32 bits that do not select a bucket.
fn shift_of(count: usize) -> u32 {
    32 - (count / IN_BUCKET).max(1).ilog2().min(28)
}

fn buckets(shift: u32) -> usize {
    1 << (32 - shift)
}

fn filter_len(count: usize) -> usize {
    (count * FILTER_BITS).div_ceil(64)
}

/// The first sixteen bytes of a digest.
#[derive(Clone, Copy, Default)]
struct Head {
    /// The [first eight](prefix).
    first: u64,
    second: u64,
}

impl Head {
    #[inline(always)]
    fn of(digest: &[u8]) -> Self {
        // The shortest digests have 16 bytes.
        digest.first_chunk().map_or(Self::default(), Self::new)
    }

    #[inline(always)]
    fn new(head: &[u8; 16]) -> Self {
        let both = u128::from_be_bytes(*head);
        Self { first: (both >> 64) as u64, second: (both as u64).swap_bytes() }
    }

    /// The word and the bits of this digest in a filter of so many words.
    #[inline(always)]
    fn filtered(self, words: usize) -> (usize, u64) {
        // Digests are as good as random, unless they were crafted.
        let hash = (self.first ^ self.second.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let word = ((u128::from(hash) * words as u128) >> 64) as usize;
        (word, 1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63))
    }
}

/// A digest of a batch that passed the filter.
#[derive(Clone, Copy, Default)]
struct Likely {
    /// Its [first eight bytes](prefix).
    first: u64,
    /// The first of the places where it probably is.
    near: u32,
    /// Its place in the batch.
    at: u8,
    /// The position of its length in [`LENGTHS`].
    class: u8,
}

impl Table {
    #[cfg(test)]
    fn len(&self) -> usize {
        self.len as usize
    }

    pub(in crate::sieve) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Finds the indicator of a digest.
    #[inline]
    pub(in crate::sieve) fn find(&self, digest: &[u8]) -> Option<u32> {
        let class = &self.classes[class(digest.len())?];
        if class.filter.is_empty() || !class.may_hold(Head::of(digest)) {
            return None;
        }
        let at = class.find(digest)?;
        Some(self.first + class.row + at as u32)
    }

    /// Calls `found` with the place and the indicator of each listed digest, in order. Prefetches what it will read, and calls `near` early
    /// with an indicator close to each that `found` will probably get.
    #[inline]
    pub(in crate::sieve) fn find_all(
        &self,
        digests: &[FileHash],
        near: impl Fn(u32),
        mut found: impl FnMut(usize, u32),
    ) {
        const { assert!(BATCH <= u32::BITS as usize) };
        let mut likely = [Likely::default(); BATCH];
        let mut ids = [0; BATCH];
        for (from, digests) in (0..).step_by(BATCH).zip(digests.chunks(BATCH)) {
            let count = self.likely(digests, &mut likely);
            let likely = &mut likely[..count];
            let Some(&Likely { class, .. }) = likely.first() else { continue };
            let mut listed = 0;
            // Most columns hold hashes of one length.
            if likely.iter().fold(0, |other, likely| other | likely.class ^ class) == 0 {
                listed = self.find_likely(class, digests, likely, &near, &mut ids);
            } else {
                likely.sort_unstable_by_key(|likely| likely.class);
                for likely in likely.chunk_by_mut(|a, b| a.class == b.class) {
                    listed |= self.find_likely(likely[0].class, digests, likely, &near, &mut ids);
                }
            }
            // Only now, so that what `found` does stands between no two comparisons.
            while listed != 0 {
                let at = listed.trailing_zeros() as usize;
                listed &= listed - 1;
                found(from + at, ids[at]);
            }
        }
    }

    /// Collects the digests of a batch that the filter does not rule out, and returns their number. Prefetches the starts of their buckets.
    #[inline(always)]
    fn likely(&self, digests: &[FileHash], likely: &mut [Likely; BATCH]) -> usize {
        let mut count = 0;
        for (digest, at) in digests.iter().zip(0..) {
            let number = CLASSES[digest.as_bytes().len()];
            let Some(class) = self.classes.get(usize::from(number)).filter(|class| class.len > 0) else { continue };
            let head = Head::new(digest.head());
            prefetch(class.starts.bytes(), (head.first >> 32 >> class.shift) as usize * 4);
            likely[count % BATCH] = Likely { first: head.first, near: 0, at, class: number };
            // Branch-free, because nothing predicts which digests pass.
            count += usize::from(class.may_hold(head));
        }
        count
    }

    /// Looks up digests of a batch that have the same length.
    #[inline]
    fn find_likely(
        &self,
        class: u8,
        digests: &[FileHash],
        likely: &mut [Likely],
        near: impl Fn(u32),
        ids: &mut [u32; BATCH],
    ) -> u32 {
        let of = &self.classes[usize::from(class)];
        let first = self.first + of.row;
        // The sizes are constants, so that each comparison takes a few instructions.
        match class {
            0 => of.find_likely::<{ LENGTHS[0] }>(first, digests, likely, near, ids),
            1 => of.find_likely::<{ LENGTHS[1] }>(first, digests, likely, near, ids),
            2 => of.find_likely::<{ LENGTHS[2] }>(first, digests, likely, near, ids),
            3 => of.find_likely::<{ LENGTHS[3] }>(first, digests, likely, near, ids),
            4 => of.find_likely::<{ LENGTHS[4] }>(first, digests, likely, near, ids),
            _ => of.find_likely::<{ LENGTHS[5] }>(first, digests, likely, near, ids),
        }
    }

    /// The digest of a row.
    pub(in crate::sieve) fn get(&self, row: u32) -> Option<FileHash> {
        let class = self.classes.iter().rev().find(|class| class.size > 0 && class.row <= row)?;
        FileHash::from_bytes(class.digest((row - class.row) as usize)).ok()
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.classes.iter().map(|class| class.bytes.len() + class.starts.memory() + class.filter.memory()).sum()
    }

    /// Writes the sections of the lengths that occur.
    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        for (class, len) in self.classes.iter().zip(LENGTHS).filter(|(class, _)| class.size > 0) {
            writer.within(&len.to_string(), |writer| class.save(writer));
        }
    }

    /// Reads the sections. The last indicators must be these digests in order, and no other indicator may be a digest.
    pub(in crate::sieve) fn open(reader: &mut Reader, indicators: &Indicators) -> Result<Self> {
        let mut classes: [Class; LENGTHS.len()] = Default::default();
        let mut len = 0;
        for (at, size) in LENGTHS.into_iter().enumerate() {
            let class = reader.within(&size.to_string(), |reader| Class::open(reader, size, len as u32))?;
            len += class.len;
            reader.ensure(len <= indicators.len(), &size.to_string(), "holds more than there are indicators")?;
            classes[at] = class;
        }
        let first = indicators.len() - len;
        let is_known =
            (first..indicators.len()).all(|id| indicators.value(id as u32) == Value::Hash((id - first) as u32));
        reader.ensure(
            is_known && indicators.hashes() == len,
            "16",
            "and its like are not the hashes among the indicators",
        )?;
        Ok(Self { classes, first: first as u32, len: len as u32 })
    }
}

#[cfg(test)]
mod tests;
