//! What waits to be delivered, by input and part of it.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use super::{InputEnd, Part, Rendered, Times};
use crate::scan::options::ScanStats;

/// The number of an input, and of a part of it that one thread scans as a whole.
pub(super) type Key = (usize, u64);

/// How the scanning of a part ended.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) stats: ScanStats,
    pub(super) times: Times,
    pub(super) error: Option<io::Error>,
    /// The input ends with this part.
    pub(super) is_last: bool,
}

/// What a part takes in memory beside what was rendered.
const SLOT: usize = 256;

#[derive(Debug, Default)]
struct Slot {
    parts: VecDeque<Part>,
    done: Option<Done>,
}

/// What is delivered next.
#[derive(Debug)]
pub(super) enum Next {
    Hits(usize, Part),
    /// An input has been scanned so far.
    Scanned(usize, u64),
    End(InputEnd),
    /// It has not been found yet.
    Wait,
}

/// Rendered hits and ends of inputs, until their turn comes.
#[derive(Debug)]
pub(super) struct Outbox {
    slots: BTreeMap<Key, Slot>,
    head: Key,
    /// Bytes that may wait.
    limit: usize,
    weight: usize,
    /// Of the parts before the one whose turn it is.
    end: InputEnd,
    /// Hits and matches of that one.
    taken: (u64, u64),
    /// Bytes of the input that its scanning has been told of.
    told: u64,
}

/// How much is scanned between two words about it: the one who is told need not be woken for every part that holds nothing.
const TOLD_EVERY: u64 = 8 * 1024 * 1024;

fn weight(part: &Part) -> usize {
    part.rendered.len() + part.hits.len() * size_of::<Rendered>()
}

impl Outbox {
    pub(super) fn new(limit: usize) -> Self {
        Self { slots: BTreeMap::new(), head: (0, 0), limit, weight: 0, end: InputEnd::new(0), taken: (0, 0), told: 0 }
    }

    /// The input whose turn it is.
    pub(super) fn input(&self) -> usize {
        self.head.0
    }

    /// Whether no more is taken in than must be.
    pub(super) fn is_full(&self) -> bool {
        self.weight > self.limit
    }

    /// Whether hits of this part may be put in. Of the part whose turn it is, always, once those before have been delivered.
    pub(super) fn has_room(&self, key: Key) -> bool {
        !self.is_full() || (key <= self.head && self.slots.get(&key).is_none_or(|slot| slot.parts.is_empty()))
    }

    /// Puts hits in. Whether there is something to deliver.
    pub(super) fn put(&mut self, key: Key, part: Part) -> bool {
        if key >= self.head {
            self.weight += weight(&part);
            self.slot(key).parts.push_back(part);
        }
        key == self.head
    }

    /// Ends a part. Whether there is something to deliver.
    pub(super) fn finish(&mut self, key: Key, done: Done) -> bool {
        if key >= self.head {
            self.slot(key).done = Some(done);
        }
        self.advance()
    }

    /// Passes over parts that have been delivered, and those that hold nothing. Whether there is something to deliver.
    pub(super) fn advance(&mut self) -> bool {
        while let Some(slot) = self.slots.get_mut(&self.head) {
            if !slot.parts.is_empty() || slot.done.as_ref().is_some_and(|done| done.is_last) {
                return true;
            }
            let Some(done) = slot.done.take() else { break };
            self.take(done);
            self.head.1 += 1;
        }
        self.end.stats.bytes - self.told >= TOLD_EVERY
    }

    /// Counts the part whose turn it was.
    fn take(&mut self, done: Done) {
        self.slots.remove(&self.head);
        self.weight -= SLOT;
        self.taken = (0, 0);
        self.end.stats += done.stats;
        self.end.times += done.times;
        self.end.error = self.end.error.take().or(done.error);
    }

    fn slot(&mut self, key: Key) -> &mut Slot {
        self.slots.entry(key).or_insert_with(|| {
            self.weight += SLOT;
            Slot::default()
        })
    }

    /// The end of the input whose turn it is, as far as it has been delivered.
    pub(super) fn abandon(&mut self) -> InputEnd {
        let mut end = std::mem::replace(&mut self.end, InputEnd::new(self.head.0));
        end.stats.hits += self.taken.0;
        end.stats.matches += self.taken.1;
        end
    }

    /// What is delivered next, and taken out.
    pub(super) fn next(&mut self) -> Next {
        if !self.advance() {
            return Next::Wait;
        }
        let mut slot = self.slots.get_mut(&self.head);
        if let Some(part) = slot.as_mut().and_then(|slot| slot.parts.pop_front()) {
            self.weight -= weight(&part);
            self.taken.0 += part.hits.len() as u64;
            self.taken.1 += part.hits.iter().map(|hit| hit.matches as u64).sum::<u64>();
            return Next::Hits(self.head.0, part);
        }
        let Some(done) = slot.and_then(|slot| slot.done.take_if(|done| done.is_last)) else {
            self.told = self.end.stats.bytes;
            return Next::Scanned(self.head.0, self.told);
        };
        self.take(done);
        self.told = 0;
        self.head = (self.head.0 + 1, 0);
        // What was scanned behind the end.
        while let Some(slot) = self.slots.first_entry().filter(|slot| *slot.key() < self.head) {
            self.weight -= SLOT + slot.remove().parts.iter().map(weight).sum::<usize>();
        }
        Next::End(std::mem::replace(&mut self.end, InputEnd::new(self.head.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1000;

    fn part(text: &str) -> Part {
        let end = text.len();
        Part { rendered: text.into(), hits: vec![Rendered { end, matches: 1 }] }
    }

    fn done(is_last: bool) -> Done {
        Done { stats: ScanStats::default(), times: Times::default(), error: None, is_last }
    }

    fn drain(outbox: &mut Outbox) -> Vec<String> {
        let mut out = Vec::new();
        loop {
            match outbox.next() {
                Next::Hits(input, part) => out.push(format!("{input} {}", String::from_utf8_lossy(&part.rendered))),
                Next::Scanned(..) => {}
                Next::End(end) => out.push(format!("{} end", end.input)),
                Next::Wait => return out,
            }
        }
    }

    #[test]
    fn what_comes_in_any_order_goes_out_in_one() {
        let mut outbox = Outbox::new(LIMIT);
        outbox.put((1, 0), part("d"));
        outbox.put((0, 1), part("b"));
        outbox.finish((1, 0), done(true));
        assert!(!outbox.finish((0, 1), done(false)));
        assert!(drain(&mut outbox).is_empty());
        assert!(outbox.put((0, 0), part("a")));
        assert_eq!(drain(&mut outbox), ["0 a"]);
        assert!(outbox.finish((0, 0), done(false)));
        assert_eq!(drain(&mut outbox), ["0 b"]);
        outbox.put((0, 2), part("c"));
        // Behind the end.
        outbox.put((0, 3), part("x"));
        outbox.finish((0, 2), done(true));
        assert_eq!(drain(&mut outbox), ["0 c", "0 end", "1 d", "1 end"]);
        outbox.put((0, 4), part("y"));
        outbox.finish((0, 4), done(true));
        assert!(drain(&mut outbox).is_empty());
        assert_eq!((outbox.weight, outbox.slots.len(), outbox.input()), (0, 0, 2));
    }

    #[test]
    fn what_holds_nothing_is_passed_over_and_told_of_now_and_then() {
        let mut outbox = Outbox::new(LIMIT);
        let empty = |bytes| Done { stats: ScanStats { bytes, ..ScanStats::default() }, ..done(false) };
        assert!(!outbox.finish((0, 1), empty(TOLD_EVERY)));
        assert!(outbox.finish((0, 0), empty(1)));
        assert!(matches!(outbox.next(), Next::Scanned(0, bytes) if bytes == TOLD_EVERY + 1));
        assert!(matches!(outbox.next(), Next::Wait));
        assert!(!outbox.finish((0, 2), empty(TOLD_EVERY - 1)));
        assert!(outbox.finish((0, 3), done(true)));
        assert!(matches!(outbox.next(), Next::End(end) if end.stats.bytes == 2 * TOLD_EVERY));
    }

    #[test]
    fn the_part_whose_turn_it_is_always_has_room() {
        let mut outbox = Outbox::new(LIMIT);
        outbox.put((1, 0), part(&"x".repeat(LIMIT + 1)));
        assert!(outbox.is_full() && outbox.has_room((0, 0)) && !outbox.has_room((1, 0)) && !outbox.has_room((0, 1)));
        outbox.put((0, 0), part("a"));
        assert!(!outbox.has_room((0, 0)));
        assert_eq!(drain(&mut outbox), ["0 a"]);
        assert!(outbox.has_room((0, 0)));
    }
}
