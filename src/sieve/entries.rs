//! What the feeds say of each indicator, as small rows and interned sets.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::csr::{Lists, ListsBuilder};
use super::lookup::Lookup;
use super::strings::{Interner, StrId};
use crate::indicator::{Action, Feed};

/// One feed's listing of an indicator: eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// The number of its attribute set, which names the feed.
    pub(super) attributes: u32,
    /// The line of the feed; 0 where it has none.
    pub(super) line: u32,
}

/// What many entries of a feed have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttributeSet {
    pub(super) feed: u32,
    pub(super) action: Action,
    /// Row of the tag lists.
    pub(super) tags: u32,
    pub(super) family: StrId,
    pub(super) confidence: Option<u8>,
    pub(super) score: Option<f64>,
    pub(super) first_seen: Option<i64>,
    pub(super) last_seen: Option<i64>,
    pub(super) valid_until: Option<i64>,
}

impl AttributeSet {
    /// All fields as numbers, scores by their bits: what is equal has the same.
    fn words(&self) -> [u64; 7] {
        let ids = u64::from(self.tags) << 32 | u64::from(self.family.0);
        let small = u64::from(self.feed) << 32 | (self.action as u64) << 16 | self.confidence.map_or(0xFFFF, u64::from);
        let is_some = u64::from(self.score.is_some())
            | u64::from(self.first_seen.is_some()) << 1
            | u64::from(self.last_seen.is_some()) << 2
            | u64::from(self.valid_until.is_some()) << 3;
        let time = |time: Option<i64>| time.unwrap_or(0) as u64;
        let score = self.score.map_or(0, f64::to_bits);
        [small, ids, is_some, score, time(self.first_seen), time(self.last_seen), time(self.valid_until)]
    }
}

impl PartialEq for AttributeSet {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

/// The interned sets.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) sets: Vec<AttributeSet>,
    pub(super) tags: Lists,
}

impl Attributes {
    pub(super) fn memory(&self) -> usize {
        self.sets.capacity() * size_of::<AttributeSet>() + self.tags.memory()
    }
}

/// The build form.
#[derive(Debug, Default)]
pub(super) struct AttributesBuilder {
    sets: Lookup,
    tag_sets: HashMap<Box<[StrId]>, u32>,
    done: Vec<AttributeSet>,
    done_tags: ListsBuilder,
    /// The set that was asked for last: feeds repeat themselves.
    last: Option<(AttributeSet, u32)>,
    /// The tags that were asked for last, as they were given, and their row.
    last_tags: (Vec<StrId>, Option<u32>),
    scratch: Vec<StrId>,
}

pub(super) fn seconds(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_second)
}

impl AttributesBuilder {
    /// The number of the set that `feed` and the record's own attributes make up.
    pub(super) fn intern(
        &mut self,
        strings: &mut Interner,
        feed_id: u32,
        feed: &Feed,
        action: Option<Action>,
        own: &crate::indicator::Attributes<'_>,
    ) -> u32 {
        let set = AttributeSet {
            feed: feed_id,
            action: action.unwrap_or(feed.action),
            tags: self.tags(strings, feed, own),
            family: own.family.as_deref().map_or(StrId::NONE, |family| strings.intern(family)),
            confidence: own.confidence.or(feed.confidence),
            score: own.score,
            first_seen: seconds(own.first_seen),
            last_seen: seconds(own.last_seen),
            valid_until: seconds(own.valid_until),
        };
        if let Some((last, row)) = self.last
            && last == set
        {
            return row;
        }
        let sets = &mut self.done;
        let next = sets.len() as u32;
        let hash = self.sets.hash_words(&set.words());
        let row = self.sets.find_or_add(hash, next, |row| sets[row as usize] == set);
        if row == next {
            sets.push(set);
        }
        self.last = Some((set, row));
        row
    }

    /// The row of the feed's tags and the record's own, each once.
    fn tags(&mut self, strings: &mut Interner, feed: &Feed, own: &crate::indicator::Attributes<'_>) -> u32 {
        let given = || feed.tags.iter().map(String::as_str).chain(own.tags.iter().map(AsRef::as_ref));
        let (last, row) = &mut self.last_tags;
        if let Some(row) = *row
            && last.iter().map(|&tag| strings.get(tag)).eq(given())
        {
            return row;
        }
        last.clear();
        last.extend(given().map(|tag| strings.intern(tag)));
        self.scratch.clear();
        // Nobody gives many tags, except to see what that costs.
        let mut seen = HashSet::new();
        for &id in last.iter() {
            if if last.len() > 32 { seen.insert(id) } else { !self.scratch.contains(&id) } {
                self.scratch.push(id);
            }
        }
        let found = match self.tag_sets.get(&*self.scratch) {
            Some(&row) => row,
            None => {
                let row = self.tag_sets.len() as u32;
                self.done_tags.start();
                for id in &self.scratch {
                    self.done_tags.push(id.0);
                }
                self.tag_sets.insert(self.scratch.clone().into(), row);
                row
            }
        };
        *row = Some(found);
        found
    }

    pub(super) fn finish(mut self) -> Attributes {
        self.done.shrink_to_fit();
        Attributes { sets: self.done, tags: self.done_tags.finish() }
    }
}

/// A column of strings beside the entries that exists only if some entry has one.
#[derive(Debug, Default)]
pub(super) struct Column(Vec<StrId>);

impl Column {
    /// From one value for each entry.
    pub(super) fn new(values: impl Iterator<Item = StrId>) -> Self {
        let values: Vec<StrId> = values.collect();
        if values.iter().all(|value| value.some().is_none()) { Self::default() } else { Self(values) }
    }

    pub(super) fn get(&self, entry: usize) -> Option<StrId> {
        self.0.get(entry).copied().and_then(StrId::some)
    }

    pub(super) fn memory(&self) -> usize {
        self.0.capacity() * size_of::<StrId>()
    }
}
