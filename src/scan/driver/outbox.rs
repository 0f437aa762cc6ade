//! Results that wait for delivery, by input and part.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use crate::scan::delivery::{InputEnd, Times};
use crate::scan::options::ScanStats;

/// The number of an input, and of a part of it that one thread scans as a whole.
pub(super) type Key = (usize, u64);

/// Hits that are delivered together.
pub(in crate::scan) trait Parcel {
    /// Returns the memory that it takes, in bytes.
    fn weight(&self) -> usize;

    /// The number of hits in it, and of their matches.
    fn counts(&self) -> (u64, u64);
}

/// The result of scanning a part.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) stats: ScanStats,
    pub(super) times: Times,
    pub(super) error: Option<io::Error>,
    /// The input ends with this part.
    pub(super) is_last: bool,
}

/// Memory that a part takes in addition to its hits.
const SLOT: usize = 256;

#[derive(Debug)]
struct Slot<P> {
    parts: VecDeque<P>,
    done: Option<Done>,
}

/// The next delivery.
#[derive(Debug)]
pub(in crate::scan) enum Next<P> {
    Hits(usize, P),
    /// The number of bytes of an input scanned so far.
    Scanned(usize, u64),
    End(InputEnd),
}

/// Hits and ends of inputs that wait for their turn.
///
/// The head is the part whose turn it is. It moves only when a part is finished or taken out, never when it is only looked at.
#[derive(Debug)]
pub(super) struct Outbox<P> {
    slots: BTreeMap<Key, Slot<P>>,
    head: Key,
    /// The number of bytes that may wait.
    limit: usize,
    weight: usize,
    /// The sums over the parts before the head.
    end: InputEnd,
    /// The hits and matches of the head that have been taken out.
    taken: (u64, u64),
    /// The progress in the current input that was reported last, in bytes.
    told: u64,
}

/// Bytes between two progress reports, so that the delivering thread is not woken for every part without hits.
const TOLD_EVERY: u64 = 8 * 1024 * 1024;

impl<P: Parcel> Outbox<P> {
    pub(super) fn new(limit: usize) -> Self {
        Self { slots: BTreeMap::new(), head: (0, 0), limit, weight: 0, end: InputEnd::new(0), taken: (0, 0), told: 0 }
    }

    /// The part whose turn it is.
    pub(super) fn head(&self) -> Key {
        self.head
    }

    /// Returns true if more waits than the limit allows. Then only hits of the head are taken in.
    pub(super) fn is_full(&self) -> bool {
        self.weight > self.limit
    }

    /// Returns true if hits of the head wait.
    pub(super) fn has_hits(&self) -> bool {
        self.slots.get(&self.head).is_some_and(|slot| !slot.parts.is_empty())
    }

    /// Returns true if hits of this part may be put in. The head's hits always may, once its earlier ones have been delivered.
    pub(super) fn has_room(&self, key: Key) -> bool {
        !self.is_full() || (key <= self.head && !self.has_hits())
    }

    /// Returns true if there is something to deliver.
    pub(super) fn has_next(&self) -> bool {
        let is_end = |slot: &Slot<P>| slot.done.as_ref().is_some_and(|done| done.is_last);
        self.slots.get(&self.head).is_some_and(|slot| !slot.parts.is_empty() || is_end(slot))
            || self.end.stats.bytes - self.told >= TOLD_EVERY
    }

    /// Puts hits in. Those past the end of their input are dropped.
    pub(super) fn put(&mut self, key: Key, part: P) {
        if key >= self.head {
            self.weight += part.weight();
            self.slot(key).parts.push_back(part);
        }
    }

    /// Records the end of a part.
    pub(super) fn finish(&mut self, key: Key, done: Done) {
        if key >= self.head {
            self.slot(key).done = Some(done);
        }
        self.advance();
    }

    /// Moves past finished parts that have nothing left to deliver.
    fn advance(&mut self) {
        while let Some(slot) = self.slots.get_mut(&self.head) {
            let is_end = slot.done.as_ref().is_some_and(|done| done.is_last);
            if is_end || !slot.parts.is_empty() {
                return;
            }
            let Some(done) = slot.done.take() else { return };
            self.take(done);
            self.head.1 += 1;
        }
    }

    /// Adds the statistics of the head to those of its input.
    fn take(&mut self, done: Done) {
        self.slots.remove(&self.head);
        self.weight -= SLOT;
        self.taken = (0, 0);
        self.end.stats += done.stats;
        self.end.times += done.times;
        self.end.error = self.end.error.take().or(done.error);
    }

    fn slot(&mut self, key: Key) -> &mut Slot<P> {
        self.slots.entry(key).or_insert_with(|| {
            self.weight += SLOT;
            Slot { parts: VecDeque::new(), done: None }
        })
    }

    /// Returns the end of the current input, with the statistics of what has been delivered of it.
    pub(super) fn abandon(&mut self) -> InputEnd {
        let mut end = std::mem::replace(&mut self.end, InputEnd::new(self.head.0));
        end.stats.hits += self.taken.0;
        end.stats.matches += self.taken.1;
        end
    }

    /// Takes out the next delivery, if there is one.
    pub(super) fn next(&mut self) -> Option<Next<P>> {
        let slot = self.slots.get_mut(&self.head);
        if let Some(part) = slot.and_then(|slot| slot.parts.pop_front()) {
            self.weight -= part.weight();
            let (hits, matches) = part.counts();
            self.taken = (self.taken.0 + hits, self.taken.1 + matches);
            let input = self.head.0;
            self.advance();
            return Some(Next::Hits(input, part));
        }
        let slot = self.slots.get_mut(&self.head);
        if let Some(done) = slot.and_then(|slot| slot.done.take_if(|done| done.is_last)) {
            self.take(done);
            self.told = 0;
            self.head = (self.head.0 + 1, 0);
            // Drop the parts that were scanned past the end.
            while let Some(slot) = self.slots.first_entry().filter(|slot| *slot.key() < self.head) {
                self.weight -= SLOT + slot.remove().parts.iter().map(Parcel::weight).sum::<usize>();
            }
            let end = std::mem::replace(&mut self.end, InputEnd::new(self.head.0));
            self.advance();
            return Some(Next::End(end));
        }
        if self.end.stats.bytes - self.told < TOLD_EVERY {
            return None;
        }
        self.told = self.end.stats.bytes;
        Some(Next::Scanned(self.head.0, self.told))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1000;

    impl Parcel for String {
        fn weight(&self) -> usize {
            self.len()
        }

        fn counts(&self) -> (u64, u64) {
            (1, 1)
        }
    }

    fn done(is_last: bool) -> Done {
        Done { stats: ScanStats::default(), times: Times::default(), error: None, is_last }
    }

    fn drain(outbox: &mut Outbox<String>) -> Vec<String> {
        let mut out = Vec::new();
        while let Some(next) = outbox.next() {
            match next {
                Next::Hits(input, part) => out.push(format!("{input} {part}")),
                Next::Scanned(..) => {}
                Next::End(end) => out.push(format!("{} end", end.input)),
            }
        }
        assert!(!outbox.has_next());
        out
    }

    #[test]
    fn parts_that_come_in_any_order_are_delivered_in_one() {
        let mut outbox = Outbox::new(LIMIT);
        outbox.put((1, 0), "d".to_owned());
        outbox.put((0, 1), "b".to_owned());
        outbox.finish((1, 0), done(true));
        outbox.finish((0, 1), done(false));
        assert!(!outbox.has_next());
        assert!(drain(&mut outbox).is_empty());
        outbox.put((0, 0), "a".to_owned());
        assert!(outbox.has_next());
        assert_eq!(drain(&mut outbox), ["0 a"]);
        outbox.finish((0, 0), done(false));
        assert!(outbox.has_next());
        assert_eq!(drain(&mut outbox), ["0 b"]);
        assert_eq!(outbox.head(), (0, 2));
        outbox.put((0, 2), "c".to_owned());
        // Past the end.
        outbox.put((0, 3), "x".to_owned());
        outbox.finish((0, 2), done(true));
        assert_eq!(drain(&mut outbox), ["0 c", "0 end", "1 d", "1 end"]);
        outbox.put((0, 4), "y".to_owned());
        outbox.finish((0, 4), done(true));
        assert!(drain(&mut outbox).is_empty());
        assert_eq!((outbox.weight, outbox.slots.len(), outbox.head()), (0, 0, (2, 0)));
    }

    #[test]
    fn parts_without_hits_are_skipped_and_reported_now_and_then() {
        let mut outbox: Outbox<String> = Outbox::new(LIMIT);
        let empty = |bytes| Done { stats: ScanStats { bytes, ..ScanStats::default() }, ..done(false) };
        outbox.finish((0, 1), empty(TOLD_EVERY));
        assert!(!outbox.has_next());
        outbox.finish((0, 0), empty(1));
        assert!(outbox.has_next());
        assert!(matches!(outbox.next(), Some(Next::Scanned(0, bytes)) if bytes == TOLD_EVERY + 1));
        assert!(outbox.next().is_none());
        outbox.finish((0, 2), empty(TOLD_EVERY - 1));
        assert!(!outbox.has_next());
        outbox.finish((0, 3), done(true));
        assert!(matches!(outbox.next(), Some(Next::End(end)) if end.stats.bytes == 2 * TOLD_EVERY));
    }

    #[test]
    fn the_part_whose_turn_it_is_always_has_room() {
        let mut outbox = Outbox::new(LIMIT);
        outbox.put((1, 0), "x".repeat(LIMIT + 1));
        assert!(outbox.is_full() && outbox.has_room((0, 0)) && !outbox.has_room((1, 0)) && !outbox.has_room((0, 1)));
        outbox.put((0, 0), "a".to_owned());
        assert!(!outbox.has_room((0, 0)));
        assert_eq!(drain(&mut outbox), ["0 a"]);
        assert!(outbox.has_room((0, 0)));
    }
}
