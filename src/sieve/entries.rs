//! What the feeds say of each indicator, as small rows and interned sets.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use jiff::Timestamp;

use super::csr::{Lists, ListsBuilder};
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
    /// All fields in a form that compares; scores by their bits.
    fn key(&self) -> impl Hash + Eq + Copy {
        (
            (self.feed, self.action, self.tags, self.family),
            (self.confidence, self.score.map(f64::to_bits)),
            (self.first_seen, self.last_seen, self.valid_until),
        )
    }
}

impl PartialEq for AttributeSet {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for AttributeSet {}

impl Hash for AttributeSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
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
    sets: HashMap<AttributeSet, u32>,
    tag_sets: HashMap<Box<[StrId]>, u32>,
    done: Vec<AttributeSet>,
    done_tags: ListsBuilder,
    /// The set that was asked for last: feeds repeat themselves.
    last: Option<(AttributeSet, u32)>,
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
        self.scratch.clear();
        for tag in feed.tags.iter().map(String::as_str).chain(own.tags.iter().map(AsRef::as_ref)) {
            let id = strings.intern(tag);
            if !self.scratch.contains(&id) {
                self.scratch.push(id);
            }
        }
        let tags = match self.tag_sets.get(&*self.scratch) {
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
        let set = AttributeSet {
            feed: feed_id,
            action: action.unwrap_or(feed.action),
            tags,
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
        let row = *self.sets.entry(set).or_insert_with(|| {
            sets.push(set);
            sets.len() as u32 - 1
        });
        self.last = Some((set, row));
        row
    }

    pub(super) fn get(&self, row: u32) -> &AttributeSet {
        &self.done[row as usize]
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
