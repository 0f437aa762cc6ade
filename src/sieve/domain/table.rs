use super::filter::Filter;
use crate::error::Result;
use crate::indicator::Scope;
use crate::sieve::buckets::Buckets;
use crate::sieve::hash::Labels;
use crate::sieve::items::{self, Items, ItemsOf};
use crate::sieve::strings::Strings;
use crate::wire::{Reader, Words, Writer};

/// The numbers of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// What hashes start from.
    pub(super) seed: u64,
    /// How many labels the shortest suffix has that is looked up: 1 if some name has one, else 2.
    pub(super) first: u64,
    /// Distinct names.
    pub(super) rows: u64,
}

/// The search form: one pair for each distinct name.
#[derive(Debug, Default)]
pub(crate) struct Table {
    head: Head,
    filter: Filter,
    /// By hash of a name: where its text is, its length as the mark, and what stands for its items.
    buckets: Buckets,
    items: Items,
}

/// A stored name that a looked-up name equals or ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// What stands for the items of the stored name; if it has a single one of which nothing is known, this is it.
    pub(crate) row: u32,
    /// How many labels it has.
    pub(crate) labels: u16,
    /// Whether it is the whole name.
    pub(crate) whole: bool,
}

impl Found {
    /// The item and its scope, if it is the only one and blocks whatever the port and for every entry.
    #[inline(always)]
    pub(crate) fn plain(self) -> Option<(u32, Scope)> {
        items::plain(self.row)
    }
}

/// A lookup that has been begun: how far [`Table::begin`] got.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Begun {
    /// The hash of the first suffix that is looked up.
    hash: u64,
    /// It is not ASCII, so that its hash says nothing.
    is_odd: bool,
}

impl Table {
    pub(super) fn new(head: Head, filter: Filter, buckets: Buckets, items: Items) -> Self {
        Self { head, filter, buckets, items }
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// How many distinct names there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.head.rows as usize
    }

    /// Calls `found` for every stored name that `name` equals or is beneath, shortest first. `name` is canonical.
    #[inline]
    pub(crate) fn suffixes(&self, strings: &Strings, name: &str, mut found: impl FnMut(Found)) {
        let name = name.as_bytes();
        self.walk(name, 0, name.len(), |hash, start, labels| {
            if let Some(row) = self.find(strings, hash, &name[start..]) {
                found(Found { row, labels, whole: start == 0 });
            }
            true
        });
    }

    /// Whether some stored name may be what `bytes[start..end]` equals or is beneath: a few loads that stay in the cache.
    /// No is certain, for all spellings of the name: what is looked at to say it is ASCII. The text need be no name.
    #[inline(always)]
    pub(crate) fn may_hold(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut labels = Labels::new(self.head.seed, bytes, start, end);
        let mut hash = labels.first();
        let mut more = true;
        // All suffixes from the first that is looked up to the first that nothing ends in.
        if self.head.first > 1 {
            more = labels.go_on();
            hash = labels.next();
        }
        loop {
            let seen = self.filter.look(hash);
            if !labels.is_ascii() || seen.may_be_stored() && seen.may_go_on() && more {
                return true;
            }
            if !seen.may_go_on() || !labels.go_on() {
                return false;
            }
            hash = labels.next();
        }
    }

    /// Calls `stored` with hash, start and number of labels of each suffix that may be stored, shortest first, as long
    /// as it says to go on.
    #[inline(always)]
    fn walk(&self, bytes: &[u8], start: usize, end: usize, mut stored: impl FnMut(u64, usize, u16) -> bool) {
        if self.is_empty() {
            return;
        }
        let mut labels = Labels::new(self.head.seed, bytes, start, end);
        let mut count = 0;
        let mut hash = labels.first();
        loop {
            count += 1;
            if count >= self.head.first as u16 {
                let seen = self.filter.look(hash);
                if !seen.may_go_on() {
                    return;
                }
                if seen.may_be_stored() && !stored(hash, labels.at(), count) {
                    return;
                }
            }
            if !labels.go_on() {
                return;
            }
            hash = labels.next();
        }
    }

    /// Hashes the first suffix of a text that is looked up, and asks for what will be looked at.
    #[inline(always)]
    pub(crate) fn begin(&self, bytes: &[u8], start: usize, end: usize) -> Begun {
        let mut labels = Labels::new(self.head.seed, bytes, start, end);
        let mut hash = labels.first();
        if self.head.first > 1 && labels.go_on() {
            hash = labels.next();
        }
        self.filter.prefetch(hash);
        Begun { hash, is_odd: !labels.is_ascii() }
    }

    /// Whether a lookup that was begun has to be done: as [`may_hold`](Table::may_hold), but less sure of yes. Asks for what
    /// it will look at.
    #[inline(always)]
    pub(crate) fn must_go_on(&self, begun: Begun) -> bool {
        let seen = self.filter.look(begun.hash);
        if seen.may_go_on() {
            self.buckets.prefetch(begun.hash);
        }
        seen.may_go_on() | begun.is_odd
    }

    /// The row of exactly this name.
    #[inline]
    pub(crate) fn exact(&self, strings: &Strings, name: &str) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let name = name.as_bytes();
        let hash = Labels::new(self.head.seed, name, 0, name.len()).whole();
        let seen = self.filter.look(hash);
        if !(seen.may_go_on() && seen.may_be_stored()) {
            return None;
        }
        self.find(strings, hash, name)
    }

    /// The row of a name by its hash.
    #[inline(always)]
    fn find(&self, strings: &Strings, hash: u64, name: &[u8]) -> Option<u32> {
        self.buckets.find(hash, name.len() as u8, |key, mark| strings.part(key, mark.into()).cmp(name))
    }

    /// The items of a row.
    #[inline(always)]
    pub(crate) fn ids(&self, row: u32) -> ItemsOf<'_> {
        self.items.get(row)
    }

    pub(crate) fn memory(&self) -> usize {
        self.filter.memory() + self.buckets.memory() + self.items.memory()
    }

    /// Writes the sections.
    pub(crate) fn save(&self, out: &mut Writer) {
        let Head { seed, first, rows } = self.head;
        out.words("head", &[seed, first, rows].into_iter().collect::<Words<u64>>());
        self.filter.save(out);
        self.buckets.save(out);
        out.within("items", |out| self.items.save(out));
    }

    /// Reads the sections. The items are below `limit`; `plain` as of [`Builder::finish_with`](super::Builder).
    ///
    /// # Errors
    ///
    /// If sections are missing or damaged. Lookups in what is accepted end, do not panic and give items below `limit`;
    /// whether they find what was stored is the checksum's business.
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
        let filter = Filter::open(from)?;
        let text = |key: u32, mark: u8| strings.part(key, mark.into());
        let is_entry = |key: u32, mark: u8, value: u32| {
            mark > 0 && !text(key, mark).is_empty() && items.holds(value, limit, &plain)
        };
        let buckets = Buckets::open(from, is_entry, |a, b| text(a.0, a.1).cmp(text(b.0, b.1)))?;
        from.ensure(buckets.entries().count() as u64 == head.rows, "head", "counts other names")?;
        from.ensure(buckets.is_empty() || matches!(head.first, 1 | 2), "head", "looks up no names")?;
        Ok(Self { head, filter, buckets, items })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Builder;
    use super::*;
    use crate::sieve::buckets::REACH;
    use crate::sieve::hash::{self, SEED};
    use crate::sieve::strings::Interner;

    /// The names, each with its place as its item.
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

    /// The items, labels and wholeness of what a name is or is beneath; all ways to ask agree.
    fn look(strings: &Strings, table: &Table, name: &str) -> Vec<(Vec<u32>, u16, bool)> {
        let mut found = Vec::new();
        table.suffixes(strings, name, |f| found.push((table.ids(f.row).collect::<Vec<_>>(), f.labels, f.whole)));
        for (before, behind) in [("", ""), ("x", "."), ("01234567.", "xxxxxxxx")] {
            let text = format!("{before}{}{behind}", name.to_uppercase());
            let (text, start, end) = (text.as_bytes(), before.len(), before.len() + name.len());
            if !found.is_empty() {
                assert!(table.may_hold(text, start, end));
                assert!(table.must_go_on(table.begin(text, start, end)));
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

    /// Names in all shapes of labels: with one, with many, long ones, some beneath others.
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

    /// Names whose hashes all begin with the same six bits for the seed that is tried first, so that they would crowd into
    /// a sixty-fourth of the buckets.
    #[test]
    fn names_made_to_collide_cost_no_more_than_others() {
        let hash = |seed: u64, name: &str| Labels::new(seed, name.as_bytes(), 0, name.len()).whole();
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
    fn what_is_saved_is_what_is_opened() {
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
