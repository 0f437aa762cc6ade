//! The search form of the names.

use super::filter::Filter;
use crate::arch::cpu::Kernel;
use crate::arch::name::{Text, equal};
use crate::arch::tails::{BATCH, Tails};
use crate::error::Result;
use crate::indicator::Scope;
use crate::sieve::flat::buckets::Buckets;
use crate::sieve::flat::hash::{self, Suffix, Suffixes};
use crate::sieve::flat::items::{self, Items, ItemsOf};
use crate::sieve::flat::strings::Strings;
use crate::wire::{Reader, Words, Writer};

/// The scalar fields of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The seed of the hashes.
    pub(super) seed: u64,
    /// The number of labels of the shortest suffix to look up: 1 if some name has a single label, otherwise 2.
    pub(super) first: u64,
    /// Distinct names.
    pub(super) rows: u64,
}

/// The search form: one key and value per distinct name.
#[derive(Debug, Default)]
pub(crate) struct Table {
    head: Head,
    tails: Tails,
    filter: Filter,
    /// By hash of a name: the start of its text, its length as the mark, and the number of its items.
    buckets: Buckets,
    items: Items,
}

/// A stored name that a looked-up name equals or ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredName {
    /// The number of the items of the stored name. A single item that is not plain is its own number.
    pub(crate) row: u32,
    /// The number of its labels.
    pub(crate) labels: u16,
    /// True if it is the whole name.
    pub(crate) whole: bool,
}

impl StoredName {
    /// Returns the item and its scope, if it is the only one and blocks unconditionally.
    #[inline(always)]
    pub(crate) fn plain(self) -> Option<(u32, Scope)> {
        items::plain(self.row)
    }
}

/// The number of places in a [`Plan`]. Hardly any name has more suffixes that are listed.
const PLACES: usize = 3;

/// The places where stored names may be that cover a name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plan {
    places: [Suspect; PLACES],
    count: usize,
    /// True if there are more places than these; the canonical name must then be looked up without a plan.
    is_partial: bool,
}

/// A suffix that may be stored.
#[derive(Clone, Copy, Debug, Default)]
struct Suspect {
    hash: u64,
    start: u16,
    labels: u16,
}

impl Plan {
    /// Returns true if nothing can be found.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0 && !self.is_partial
    }

    #[inline(always)]
    fn places(&self) -> &[Suspect] {
        &self.places[..self.count]
    }

    #[inline(always)]
    fn add(&mut self, Suffix { hash, start, labels }: Suffix) {
        match (self.places.get_mut(self.count), u16::try_from(start)) {
            (Some(place), Ok(start)) => {
                *place = Suspect { hash, start, labels };
                self.count += 1;
            }
            _ => self.is_partial = true,
        }
    }
}

impl Table {
    pub(super) fn new(head: Head, tails: Tails, filter: Filter, buckets: Buckets, items: Items) -> Self {
        Self { head, tails, filter, buckets, items }
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// The number of distinct names.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.head.rows as usize
    }

    /// Calls `found` for every stored name that `name` equals or ends in, shortest first. `name` must be canonical.
    #[inline]
    pub(crate) fn suffixes(&self, strings: &Strings, name: &str, mut found: impl FnMut(StoredName)) {
        self.walk(name.as_bytes(), |suffix| {
            if let Some(row) = self.find(strings, suffix, name) {
                found(StoredName { row, labels: suffix.labels, whole: suffix.start == 0 });
            }
        });
    }

    /// Like [`suffixes`](Table::suffixes), for a name with its [`Text::dots`]. Finds nothing for a name of less than eight bytes.
    #[inline(always)]
    pub(crate) fn suffixes_by(&self, strings: &Strings, name: &str, dots: u64, mut found: impl FnMut(StoredName)) {
        let Some(text) = Text::new(name.as_bytes()) else { return };
        for suffix in self.candidates(text, dots) {
            if let Some(row) = self.find(strings, suffix, name) {
                found(StoredName { row, labels: suffix.labels, whole: suffix.start == 0 });
            }
        }
    }

    /// Like [`suffixes`](Table::suffixes), but follows a plan made for some spelling of the name.
    #[inline(always)]
    pub(crate) fn planned(&self, plan: &Plan, strings: &Strings, name: &str, mut found: impl FnMut(StoredName)) {
        if plan.is_partial {
            self.suffixes(strings, name, found);
            return;
        }
        for place in plan.places() {
            let suffix = Suffix { hash: place.hash, start: place.start.into(), labels: place.labels };
            if let Some(row) = self.find(strings, suffix, name) {
                found(StoredName { row, labels: suffix.labels, whole: suffix.start == 0 });
            }
        }
    }

    /// Returns true if a stored name may cover a text, in any spelling and without the root dot. Costs a few loads that
    /// stay in the cache. False is certain, because it is based only on bytes that are ASCII. The text may be an
    /// invalid name.
    #[inline(always)]
    pub(crate) fn may_hold(&self, name: &[u8]) -> bool {
        self.tails.may_hold(name) || self.has_single() && self.may_end_in_single(name)
    }

    /// Finds the names of a batch that pass [`may_hold`](Table::may_hold). Stores their places in order and returns
    /// their number. `name` returns the name at a place below `count`.
    #[inline(always)]
    pub(crate) fn likely<'n>(
        &self,
        kernel: Kernel,
        count: usize,
        name: impl Fn(usize) -> &'n [u8],
        places: &mut [u8; BATCH],
    ) -> usize {
        if !self.has_single() {
            return self.tails.likely(kernel, count, name, places);
        }
        let mut found = 0;
        for at in (0..count.min(BATCH)).filter(|&at| self.may_hold(name(at))) {
            places[found] = at as u8;
            found += 1;
        }
        found
    }

    /// Returns true if the last label may be a stored name.
    #[cold]
    fn may_end_in_single(&self, name: &[u8]) -> bool {
        let mut may = false;
        hash::suffixes(self.head.seed, name, |last| {
            may = self.filter.look(last.hash).is_candidate();
            false
        });
        may
    }

    /// Plans the rest of a lookup, for a name in any spelling and without the root dot.
    #[inline(always)]
    pub(crate) fn plan(&self, name: &[u8]) -> Plan {
        let mut plan = Plan::default();
        match Text::new(name).and_then(|text| text.dots().map(|dots| (text, dots))) {
            Some((text, (dots, true))) => self.candidates(text, dots).for_each(|suffix| plan.add(suffix)),
            None if name.is_ascii() => self.walk(name, |suffix| plan.add(suffix)),
            _ => plan.is_partial = true,
        }
        plan
    }

    /// The suffixes of a name that may be stored, shortest first. Ends with the first suffix in which no stored name can end.
    #[inline(always)]
    fn candidates<'n>(&self, text: Text<'n>, dots: u64) -> Candidates<'_, 'n> {
        Candidates { table: self, all: Suffixes::new(self.head.seed, text, Some(dots)) }
    }

    /// Calls `stored` with the [candidates](Table::candidates) of any name.
    #[inline(always)]
    fn walk(&self, name: &[u8], mut stored: impl FnMut(Suffix)) {
        if self.is_empty() {
            return;
        }
        hash::suffixes(self.head.seed, name, |suffix| {
            let (may_go_on, is_candidate) = self.look_at(suffix);
            if is_candidate {
                stored(suffix);
            }
            may_go_on
        });
    }

    /// Returns two flags: a stored name may end in the suffix, and the suffix may be stored.
    #[inline(always)]
    fn look_at(&self, suffix: Suffix) -> (bool, bool) {
        if suffix.labels == 1 && !self.has_single() {
            return (true, false);
        }
        // The filter does not know suffixes of one or two labels, but the bitmap has been asked about those. For a
        // whole name of two labels, it knows enough.
        let is_short = suffix.labels <= 2;
        if is_short && suffix.start == 0 {
            return (true, true);
        }
        let seen = self.filter.look(suffix.hash);
        (is_short | seen.may_go_on(), seen.is_candidate())
    }

    /// Prefetches the buckets of a plan.
    #[inline(always)]
    pub(crate) fn prefetch_buckets(&self, plan: &Plan) {
        plan.places().iter().for_each(|place| self.buckets.prefetch(place.hash));
    }

    /// The bitmap that a sweep uses.
    pub(crate) fn tails(&self) -> &Tails {
        &self.tails
    }

    /// Prefetches the texts with which the names of a plan will be compared. `len` is the length of the looked-up name.
    #[inline(always)]
    pub(crate) fn prefetch_texts(&self, plan: &Plan, strings: &Strings, len: usize) {
        for place in plan.places() {
            let mark = len.saturating_sub(place.start.into()) as u8;
            strings.prefetch(self.buckets.first_key(place.hash, mark));
        }
    }

    /// Returns true if some name has a single label.
    #[inline(always)]
    fn has_single(&self) -> bool {
        self.head.first == 1
    }

    /// The row of exactly this name.
    #[inline]
    pub(crate) fn exact(&self, strings: &Strings, name: &str) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let hash = hash::whole(self.head.seed, name.as_bytes());
        let whole = Suffix { hash, start: 0, labels: 0 };
        if self.filter.look(hash).is_candidate() { self.find(strings, whole, name) } else { None }
    }

    /// Returns false if nothing is stored at the places of a plan. The plan must be that of this name, which consists of name bytes alone.
    pub(crate) fn may_confirm(&self, plan: &Plan, strings: &Strings, name: &[u8]) -> bool {
        let is_stored = |&Suspect { hash, start, labels }: &Suspect| {
            self.find_bytes(strings, Suffix { hash, start: start.into(), labels }, name).is_some()
        };
        // Stored names are in lower case.
        plan.is_partial || name.iter().any(u8::is_ascii_uppercase) || plan.places().iter().any(is_stored)
    }

    /// The row of a suffix of a name.
    #[inline(always)]
    fn find(&self, strings: &Strings, suffix: Suffix, name: &str) -> Option<u32> {
        self.find_bytes(strings, suffix, name.as_bytes())
    }

    #[inline(always)]
    fn find_bytes(&self, strings: &Strings, suffix: Suffix, name: &[u8]) -> Option<u32> {
        let text = name.get(suffix.start..)?;
        let is = |key: u32| equal(strings.part(key, text.len()), text);
        self.buckets.find(suffix.hash, text.len() as u8, is, |key, mark| strings.part(key, mark.into()).cmp(text))
    }

    /// The items of a row.
    #[inline(always)]
    pub(crate) fn ids(&self, row: u32) -> ItemsOf<'_> {
        self.items.get(row)
    }

    pub(crate) fn memory(&self) -> usize {
        self.tails.bytes().len() + self.filter.memory() + self.buckets.memory() + self.items.memory()
    }

    /// Writes the sections.
    pub(crate) fn save(&self, out: &mut Writer) {
        let Head { seed, first, rows } = self.head;
        out.words("head", &[seed, first, rows].into_iter().collect::<Words<u64>>());
        out.bytes("tails", &self.tails.to_bytes());
        self.filter.save(out);
        self.buckets.save(out);
        out.within("items", |out| self.items.save(out));
    }

    /// Reads the sections. Items must be below `limit`; `plain` is as for [`Builder::finish_with`](super::Builder).
    ///
    /// # Errors
    ///
    /// Fails if sections are missing or damaged. Lookups in an accepted table end, do not panic, and return only items
    /// below `limit`. Only the checksum ensures that they find everything stored.
    pub(crate) fn open(
        from: &mut Reader,
        strings: &Strings,
        limit: usize,
        plain: impl Fn(u32) -> Option<Scope>,
    ) -> Result<Self> {
        let head: Words<u64> = from.words("head")?;
        from.ensure(head.len() == 3, "head", "is not three numbers")?;
        let head = Head { seed: head.at(0), first: head.at(1), rows: head.at(2) };
        let items = from.within("items", |from| Items::open(from, limit))?;
        let Some(tails) = Tails::from_bytes(from.bytes("tails")?) else {
            return Err(from.damage("tails", "are not whole words"));
        };
        let filter = Filter::open(from)?;
        let text = |key: u32, mark: u8| strings.part(key, mark.into());
        let is_entry = |key: u32, mark: u8, value: u32| {
            mark > 0 && !text(key, mark).is_empty() && items.holds(value, limit, &plain)
        };
        let buckets = Buckets::open(from, is_entry, |a, b| text(a.0, a.1).cmp(text(b.0, b.1)))?;
        from.ensure(buckets.is_empty() || !filter.is_empty(), "filter", "has no words")?;
        from.ensure(buckets.len() as u64 == head.rows, "head", "has another number of names")?;
        from.ensure(buckets.is_empty() || matches!(head.first, 1 | 2), "head", "has an invalid shortest suffix")?;
        Ok(Self { head, tails, filter, buckets, items })
    }
}

/// The iterator of [`Table::candidates`].
struct Candidates<'t, 'n> {
    table: &'t Table,
    all: Suffixes<'n>,
}

impl Iterator for Candidates<'_, '_> {
    type Item = Suffix;

    #[inline(always)]
    fn next(&mut self) -> Option<Suffix> {
        loop {
            let suffix = self.all.next()?;
            match self.table.look_at(suffix) {
                (true, true) => return Some(suffix),
                (true, false) => {}
                (false, _) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Builder;
    use super::*;
    use crate::sieve::flat::buckets::REACH;
    use crate::sieve::flat::hash::{self, SEED};
    use crate::sieve::flat::strings::Interner;

    /// A table of names. The position of a name is its item.
    fn table(names: &[&str]) -> (Strings, Table) {
        let mut interner = Interner::default();
        let mut builder = Builder::default();
        for (id, name) in names.iter().enumerate() {
            builder.add(interner.intern(name), id as u32);
        }
        let strings = interner.finish().unwrap();
        let table = builder.finish(&strings);
        (strings, table)
    }

    type Answers = Vec<(Vec<u32>, u16, bool)>;

    /// The items, labels and wholeness of all names that cover a name. Checks that all ways to ask agree.
    fn look(strings: &Strings, table: &Table, name: &str) -> Answers {
        let mut found = Vec::new();
        table.suffixes(strings, name, |f| found.push((table.ids(f.row).collect::<Vec<_>>(), f.labels, f.whole)));
        let answer = |found: StoredName| (table.ids(found.row).collect(), found.labels, found.whole);
        for text in [name.to_owned(), name.to_uppercase()] {
            assert!(found.is_empty() || table.may_hold(text.as_bytes()), "{name}");
            let plan = table.plan(text.as_bytes());
            let mut planned = Vec::new();
            table.planned(&plan, strings, name, |found| planned.push(answer(found)));
            assert_eq!(planned, found, "{name}");
            let is_certain = plan.is_partial || text.bytes().any(|byte| byte.is_ascii_uppercase());
            assert_eq!(table.may_confirm(&plan, strings, text.as_bytes()), is_certain || !found.is_empty(), "{text}");
            assert!(found.len() <= PLACES || plan.is_partial);
            if let Some((dots, _)) = Text::new(text.as_bytes()).and_then(Text::dots) {
                let mut stepped = Vec::new();
                table.suffixes_by(strings, name, dots, |found| stepped.push(answer(found)));
                assert_eq!(stepped, found, "{name}");
            }
        }
        let exact = table.exact(strings, name).map(|row| table.ids(row).collect::<Vec<_>>());
        assert_eq!(exact.as_ref(), found.iter().find(|(_, _, whole)| *whole).map(|(ids, ..)| ids));
        found
    }

    #[test]
    fn suffixes_by_whole_labels() {
        let (strings, table) = table(&["test", "evil.test", "a.evil.test", "vil.test", "b.a.evil.test"]);
        let look = |name: &str| look(&strings, &table, name);
        assert_eq!(look("a.evil.test"), [(vec![0], 1, false), (vec![1], 2, false), (vec![2], 3, true)]);
        assert_eq!(look("xevil.test"), [(vec![0], 1, false)]);
        assert_eq!(look("x.y.z.b.a.evil.test").len(), 4);
        assert!(look("evil.tests").is_empty());
        assert_eq!(table.exact(&strings, "vil.test").map(|row| table.ids(row).collect::<Vec<_>>()), Some(vec![3]));
        assert_eq!(table.exact(&strings, "il.test"), None);
        assert_eq!(table.len(), 5);
    }

    #[test]
    fn a_name_has_all_its_items() {
        let (strings, table) = table(&["a.test", "b.test", "a.test", "a.test"]);
        assert_eq!(look(&strings, &table, "x.a.test"), [(vec![0, 2, 3], 2, false)]);
        assert_eq!(look(&strings, &table, "b.test"), [(vec![1], 2, true)]);
        assert_eq!(table.len(), 2);
    }

    /// Names with labels of all shapes: one or many, long ones, some under others.
    fn many(count: u64) -> Vec<String> {
        let labels = ["a", "-b", "_c", "com", "co", "uk", "seven77", "eight888", "nine99999", "seventeen17171717"];
        let pick = |n: u64| labels[n as usize % labels.len()];
        let name = |n: u64| {
            let hash = hash::pair(n, 9);
            let count = 1 + hash % 5;
            let labels: Vec<String> =
                (0..count).map(|at| format!("{}{}", pick(hash >> (at * 7)), (hash >> 40) % (1 + at * 50))).collect();
            labels.join(".")
        };
        (0..count).map(name).collect()
    }

    #[test]
    fn as_a_walk_over_all_suffixes_in_any_order() {
        let names = many(4000);
        let mut reversed: Vec<&str> = names.iter().map(String::as_str).collect();
        let (strings, forward) = table(&reversed);
        reversed.reverse();
        let (other_strings, backward) = table(&reversed);
        assert_eq!((forward.head, forward.len()), (backward.head, backward.len()));
        let labels = |names: &[String], name: &str| {
            let suffixes =
                (0..name.len()).filter(|&at| at == 0 || name.as_bytes()[at - 1] == b'.').map(|at| &name[at..]);
            let mut found: Vec<_> = suffixes
                .filter(|suffix| names.iter().any(|name| name == suffix))
                .map(|suffix| (suffix.split('.').count() as u16, suffix == name))
                .collect();
            found.reverse();
            found
        };
        for name in many(4600)[3800..].iter().map(|name| name.replace("_c", "_c.x")).chain(["q".into(), "a.b".into()]) {
            let found = look(&strings, &forward, &name);
            let shape: Vec<_> = found.iter().map(|&(_, labels, whole)| (labels, whole)).collect();
            assert_eq!(shape, labels(&names, &name), "{name}");
            for (ids, other) in found.iter().zip(look(&other_strings, &backward, &name)) {
                let mut ids: Vec<u32> = ids.0.iter().map(|id| 3999 - id).collect();
                ids.reverse();
                assert_eq!((&ids, ids.len()), (&other.0, other.0.len()));
            }
        }
    }

    /// The hashes of these names begin with the same six bits for the first seed, so that the names would crowd into a
    /// sixty-fourth of the buckets.
    #[test]
    fn names_made_to_collide_cost_no_more_than_others() {
        let hash = |seed: u64, name: &str| hash::whole(seed, name.as_bytes());
        let collide = |name: &String| hash(SEED, name) >> 58 == 0x2A;
        let flood: Vec<String> = (0_u32..).map(|n| format!("x{n}.test")).filter(collide).take(100_000).collect();
        let honest: Vec<String> = (0..100_000).map(|n| format!("x{n}.test")).collect();
        let [honest, flood] = [honest, flood].map(|names| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let (strings, table) = table(&names);
            let looked_at: Vec<usize> = names
                .iter()
                .map(|name| {
                    assert!(table.exact(&strings, name).is_some());
                    table.buckets.looked_at(hash(table.head.seed, name))
                })
                .collect();
            (table.head.seed, looked_at.iter().sum::<usize>(), looked_at.into_iter().max())
        });
        assert!(honest.0 == SEED && flood.0 != SEED);
        assert!(flood.1 < honest.1 * 2, "{flood:?} {honest:?}");
        // The rest counts as one more.
        assert!(flood.2 <= Some(REACH + 1));
    }

    #[test]
    fn a_table_reads_back_as_saved() {
        let names = many(500);
        let names: Vec<&str> = names.iter().chain(&names[..9]).map(String::as_str).collect();
        for names in [&names[..], &[]] {
            let (strings, saved) = table(names);
            let mut writer = Writer::default();
            saved.save(&mut writer);
            let open = |sections: &[(String, bytes::Bytes)], limit| {
                Table::open(&mut Reader::new(sections.to_vec()), &strings, limit, |_| None)
            };
            let sections = writer.sections();
            let opened = open(sections, names.len()).unwrap();
            for name in names {
                assert_eq!(look(&strings, &opened, name), look(&strings, &saved, name));
            }
            if names.is_empty() {
                continue;
            }
            assert!(open(sections, names.len() - 1).is_err());
            for missing in 0..sections.len() {
                let mut fewer = sections.to_vec();
                fewer.remove(missing);
                assert!(open(&fewer, names.len()).is_err());
            }
            for (at, (_, bytes)) in sections.iter().enumerate() {
                for place in (0..bytes.len()).step_by(3) {
                    let mut damaged = sections.to_vec();
                    let mut bytes = bytes.to_vec();
                    bytes[place] ^= 0x81;
                    damaged[at].1 = bytes.into();
                    let Ok(table) = open(&damaged, names.len()) else { continue };
                    for name in names.iter().step_by(37) {
                        table.suffixes(&strings, name, |found| {
                            assert!(table.ids(found.row).all(|id| (id as usize) < names.len()));
                        });
                    }
                }
            }
        }
    }
}
