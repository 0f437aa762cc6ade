//! Attributes that many entries of a feed share, interned.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::error::Result;
use crate::indicator::{Action, Feed};
use crate::sieve::flat::column::Column;
use crate::sieve::flat::csr::{Lists, ListsBuilder};
use crate::sieve::flat::lookup::Lookup;
use crate::sieve::flat::strings::{Interner, StrId};
use crate::wire::{Reader, Slice, Word, Words, Writer};

/// Attributes that many entries of a feed share.
#[derive(Clone, Copy, Debug)]
pub(in crate::sieve) struct AttributeSet {
    pub(in crate::sieve) feed: u32,
    pub(in crate::sieve) action: Action,
    /// A row of the tag lists.
    pub(in crate::sieve) tags: u32,
    pub(in crate::sieve) family: StrId,
    pub(in crate::sieve) confidence: Option<u8>,
    pub(in crate::sieve) score: Option<f64>,
    pub(in crate::sieve) first_seen: Option<i64>,
    pub(in crate::sieve) last_seen: Option<i64>,
    pub(in crate::sieve) valid_from: Option<i64>,
    pub(in crate::sieve) valid_until: Option<i64>,
}

impl AttributeSet {
    /// All fields as numbers, with scores as their bits, so that equal sets have equal numbers.
    fn words(&self) -> [u64; 8] {
        let ids = u64::from(self.tags) << 32 | u64::from(self.family.0);
        let small = u64::from(self.feed) << 32 | (self.action as u64) << 16 | self.confidence.map_or(0xFFFF, u64::from);
        let is_some = u64::from(self.score.is_some())
            | u64::from(self.first_seen.is_some()) << 1
            | u64::from(self.last_seen.is_some()) << 2
            | u64::from(self.valid_until.is_some()) << 3
            | u64::from(self.valid_from.is_some()) << 4;
        let time = |time: Option<i64>| time.unwrap_or(0) as u64;
        let score = self.score.map_or(0, f64::to_bits);
        let times = [self.first_seen, self.last_seen, self.valid_from, self.valid_until].map(time);
        [small, ids, is_some, score, times[0], times[1], times[2], times[3]]
    }
}

impl PartialEq for AttributeSet {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

/// An unknown time. No real time is that early.
const NO_TIME: i64 = i64::MIN;
/// An unknown score: the bits of a NaN.
const NO_SCORE: u64 = u64::MAX;

/// The search form: the interned sets, with a column per field. A column is empty if no set has a value for it.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Attributes {
    len: usize,
    feeds: Column,
    actions: Column,
    tag_rows: Column,
    families: Column,
    /// The confidence plus one; 0 if it is unknown.
    confidences: Column,
    scores: Words<u64>,
    first_seen: Words<i64>,
    last_seen: Words<i64>,
    valid_from: Words<i64>,
    valid_until: Words<i64>,
    tags: Lists,
}

impl Attributes {
    fn new(sets: &[AttributeSet], tags: Lists) -> Self {
        let column = |of: fn(&AttributeSet) -> u32| Column::new(sets.iter().map(of));
        let times = |of: fn(&AttributeSet) -> Option<i64>| optional(sets.iter().map(of), NO_TIME);
        Self {
            len: sets.len(),
            feeds: column(|set| set.feed),
            actions: column(|set| set.action as u32),
            tag_rows: column(|set| set.tags),
            families: Column::of_strings(sets.iter().map(|set| set.family)),
            confidences: column(|set| set.confidence.map_or(0, |confidence| u32::from(confidence) + 1)),
            scores: optional(sets.iter().map(|set| set.score.map(f64::to_bits)), NO_SCORE),
            first_seen: times(|set| set.first_seen),
            last_seen: times(|set| set.last_seen),
            valid_from: times(|set| set.valid_from),
            valid_until: times(|set| set.valid_until),
            tags,
        }
    }

    /// The number of sets.
    pub(in crate::sieve) fn len(&self) -> usize {
        self.len
    }

    pub(in crate::sieve) fn get(&self, row: u32) -> AttributeSet {
        let at = row as usize;
        let time = |times: &Words<i64>| times.get(at).filter(|&time| time != NO_TIME);
        AttributeSet {
            feed: self.feed(row),
            action: self.action(row),
            tags: self.tag_rows.get(at),
            family: self.families.string(at).unwrap_or(StrId::NONE),
            confidence: self.confidences.get(at).checked_sub(1).map(|confidence| confidence as u8),
            score: self.scores.get(at).filter(|&bits| bits != NO_SCORE).map(f64::from_bits),
            first_seen: time(&self.first_seen),
            last_seen: time(&self.last_seen),
            valid_from: time(&self.valid_from),
            valid_until: time(&self.valid_until),
        }
    }

    #[inline]
    pub(in crate::sieve) fn feed(&self, row: u32) -> u32 {
        self.feeds.get(row as usize)
    }

    #[inline]
    pub(in crate::sieve) fn action(&self, row: u32) -> Action {
        match self.actions.get(row as usize) {
            0 => Action::Block,
            1 => Action::Allow,
            _ => Action::AllowAll,
        }
    }

    /// The tags of a set, as string ids.
    #[inline]
    pub(in crate::sieve) fn tags(&self, row: u32) -> Slice<'_, u32> {
        self.tags.get(self.tag_rows.get(row as usize) as usize)
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        let columns = [&self.feeds, &self.actions, &self.tag_rows, &self.families, &self.confidences];
        columns.into_iter().map(Column::memory).sum::<usize>()
            + self.scores.memory()
            + [&self.first_seen, &self.last_seen, &self.valid_from, &self.valid_until]
                .into_iter()
                .map(Words::memory)
                .sum::<usize>()
            + self.tags.memory()
    }

    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        let len: Words<u32> = [self.len as u32].as_slice().into();
        writer.words("count", &len);
        self.feeds.save(writer, "feeds");
        self.actions.save(writer, "actions");
        self.tag_rows.save(writer, "tag_rows");
        self.families.save(writer, "families");
        self.confidences.save(writer, "confidences");
        writer.words("scores", &self.scores);
        writer.words("first_seen", &self.first_seen);
        writer.words("last_seen", &self.last_seen);
        if !self.valid_from.is_empty() {
            writer.words("valid_from", &self.valid_from);
        }
        writer.words("valid_until", &self.valid_until);
        writer.within("tags", |writer| self.tags.save(writer));
    }

    pub(in crate::sieve) fn open(reader: &mut Reader, feeds: usize, strings: usize) -> Result<Self> {
        let count = reader.words::<u32>("count")?;
        reader.ensure(count.len() == 1, "count", "is not one number")?;
        let len = count.at(0) as usize;
        let tags = reader.within("tags", |reader| Lists::open(reader, None, strings))?;
        Ok(Self {
            len,
            feeds: Column::open(reader, "feeds", len, feeds as u64)?,
            actions: Column::open(reader, "actions", len, 3)?,
            tag_rows: Column::open(reader, "tag_rows", len, tags.len() as u64)?,
            families: Column::open_strings(reader, "families", len, strings)?,
            confidences: Column::open(reader, "confidences", len, 257)?,
            scores: open_optional(reader, "scores", len)?,
            first_seen: open_optional(reader, "first_seen", len)?,
            last_seen: open_optional(reader, "last_seen", len)?,
            valid_from: {
                let words = reader.optional_words("valid_from")?;
                reader.ensure(words.is_empty() || words.len() == len, "valid_from", "does not fit its rows")?;
                words
            },
            valid_until: open_optional(reader, "valid_until", len)?,
            tags,
        })
    }
}

/// One number per row, or no numbers at all if no row has one.
fn optional<W: Word>(values: impl Iterator<Item = Option<W>> + Clone, none: W) -> Words<W> {
    if values.clone().all(|value| value.is_none()) {
        return Words::default();
    }
    values.map(|value| value.unwrap_or(none)).collect()
}

fn open_optional<W: Word>(reader: &mut Reader, name: &str, rows: usize) -> Result<Words<W>> {
    let words = reader.words(name)?;
    reader.ensure(words.is_empty() || words.len() == rows, name, "does not fit its rows")?;
    Ok(words)
}

/// The build form.
#[derive(Debug, Default)]
pub(in crate::sieve) struct AttributesBuilder {
    sets: Lookup,
    tag_sets: HashMap<Box<[StrId]>, u32>,
    done: Vec<AttributeSet>,
    done_tags: ListsBuilder,
    /// The set of the previous record: feeds repeat themselves.
    last: Option<(AttributeSet, u32)>,
    /// The tags of the previous record, as given, and their row.
    last_tags: (Vec<StrId>, Option<u32>),
    scratch: Vec<StrId>,
}

pub(in crate::sieve) fn seconds(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_second)
}

impl AttributesBuilder {
    /// Returns the number of the set that `feed` and the record's own attributes make up.
    pub(in crate::sieve) fn intern(
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
            valid_from: seconds(own.valid_from),
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

    /// Returns the row of the feed's tags and the record's own, without duplicates.
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
        // Nobody has many tags, except to test how much they cost.
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

    /// The search form.
    pub(in crate::sieve) fn finish(self) -> Attributes {
        Attributes::new(&self.done, self.done_tags.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_differ_in_one_field_are_told_apart() {
        let zero = Some(Timestamp::UNIX_EPOCH);
        let base = crate::indicator::Attributes::default();
        let mut all: Vec<crate::indicator::Attributes<'_>> = Vec::new();
        // An attribute of zero is not one that is missing.
        for fields in 0..1 << 5 {
            let has = |field: u32| fields >> field & 1 == 1;
            let mut own = base.clone();
            own.score = has(0).then_some(0.0);
            own.first_seen = zero.filter(|_| has(1));
            own.last_seen = zero.filter(|_| has(2));
            own.valid_from = zero.filter(|_| has(3));
            own.valid_until = zero.filter(|_| has(4));
            all.push(own);
        }
        for confidence in [0, 1, 100] {
            all.push(crate::indicator::Attributes { confidence: Some(confidence), ..base.clone() });
        }
        for text in ["a", "b"] {
            all.push(crate::indicator::Attributes { family: Some(text.into()), ..base.clone() });
            all.push(crate::indicator::Attributes { tags: vec![text.into()], ..base.clone() });
        }
        let feed = Feed::new("feed");
        let (mut strings, mut builder) = (Interner::default(), AttributesBuilder::default());
        let mut rows = Vec::new();
        // Each set again, at once and later, has the row that it had.
        for _ in 0..2 {
            for own in &all {
                for feed_id in 0..2 {
                    for action in [Action::Block, Action::Allow, Action::AllowAll] {
                        let row = builder.intern(&mut strings, feed_id, &feed, Some(action), own);
                        assert_eq!(builder.intern(&mut strings, feed_id, &feed, Some(action), own), row);
                        rows.push(row);
                    }
                }
            }
        }
        let count = all.len() as u32 * 6;
        assert!(rows.into_iter().eq((0..count).chain(0..count)));
        assert_eq!(builder.finish().len() as u32, count);
    }
}
