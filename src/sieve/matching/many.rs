//! Lookups of many values of any kind: a few loads, done side by side, show that most of them match nothing.

use std::net::IpAddr;

use crate::arch::digits::are_digits;
use crate::arch::kinds::{self, Known};
use crate::arch::tails::BATCH;
use crate::indicator::FileHash;
use crate::sieve::matching::batch::Planned;
use crate::sieve::matching::matcher::Matcher;
use crate::sieve::matching::raw::Seen;
use crate::sieve::matching::shape::{Listed, Shape};
use crate::sieve::matching::view::Matches;
use crate::sieve::tables::{Tables, without_root};
use crate::value::{hash, ip};

const _: () = assert!(BATCH == u32::BITS as usize, "a bit for each");

/// Some of the values of a batch, each with its place, which is below [`BATCH`].
struct Few<T> {
    items: [T; BATCH],
    at: [u8; BATCH],
    count: usize,
}

impl<T: Copy> Few<T> {
    fn of(item: T) -> Self {
        Self { items: [item; BATCH], at: [0; BATCH], count: 0 }
    }

    #[inline(always)]
    fn push(&mut self, at: usize, item: T) {
        const LAST: usize = BATCH - 1;
        self.items[self.count & LAST] = item;
        self.at[self.count & LAST] = at as u8;
        self.count += 1;
    }

    #[inline(always)]
    fn items(&self) -> &[T] {
        &self.items[..self.count]
    }
}

/// Scratch space of a batch, which the next batch uses again.
struct Work {
    known: Known,
    planned: Planned,
    v4: Few<u32>,
    v6: Few<u128>,
    hashes: Few<FileHash>,
    /// At the place of each listed hash: its indicator.
    ids: [u32; BATCH],
}

impl Work {
    fn new() -> Self {
        let (v4, v6, hashes) = (Few::of(0), Few::of(0), Few::of(FileHash::NONE));
        Self { known: Known::new(), planned: Planned::new(), v4, v6, hashes, ids: [0; BATCH] }
    }
}

/// Reads a value as the digits of a hash.
#[inline(always)]
fn plain_hash(value: &[u8]) -> Option<FileHash> {
    let is_hash = value.len().is_multiple_of(8)
        && value.first_chunk().is_some_and(|first| are_digits(*first))
        && hash::LENGTHS.contains(&(value.len() / 2));
    if is_hash { FileHash::of_digits(value) } else { None }
}

/// The places of the bits that are set, in order.
#[inline(always)]
fn places(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (place < BATCH).then_some(place)
    })
}

impl Matcher {
    /// Looks up many values of mixed kinds: calls `found` with the place of each value that matches something and with
    /// all its matches, in the order of the values. The effect is that of [`match_any`](Matcher::match_any) for each
    /// value.
    ///
    /// The values come from any iterator of texts or bytes, or from a [`Column`](crate::value::Column). Nothing is
    /// allocated. The values of a batch are parsed without branches on single bytes, and then looked up in all filters and tables side by
    /// side, so that they wait for memory together. `cargo bench --bench lookup` compares this with a loop of single lookups.
    ///
    /// ```
    /// # use netsieve::{Indicator, Sieve};
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// let values = ["203.0.113.7", "https://evil.test/login", "a.example", "WWW.evil.test:443"];
    /// let mut seen = Vec::new();
    /// matcher.lookup_batch(values, |row, matches| seen.push((row, matches.first().unwrap().relation().as_str())));
    /// assert_eq!(seen, [(1, "exact"), (3, "subdomain")]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn lookup_batch<V: AsRef<[u8]>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
        mut found: impl FnMut(usize, Matches<'_>),
    ) {
        self.each_value(values.into_iter(), |_, _| {}, |matcher, row| found(row, matcher.matches()));
    }

    /// Tells for each of many values whether [`match_any`](Matcher::match_any) finds anything: `out[i]` is the answer
    /// for value `i`. The previous content of `out` is dropped. See [`lookup_batch`](Matcher::lookup_batch).
    ///
    /// ```
    /// # use netsieve::{Indicator, Sieve};
    /// # let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut answers = Vec::new();
    /// sieve.matcher().is_match_batch(["203.0.113.7", "no value", "http://evil.test/"], &mut answers);
    /// assert_eq!(answers, [false, false, true]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn is_match_batch<V: AsRef<[u8]>>(&mut self, values: impl IntoIterator<Item = V>, out: &mut Vec<bool>) {
        out.clear();
        // Both closures write to it, but never at the same time.
        let out = std::cell::RefCell::new(out);
        self.each_value(
            values.into_iter(),
            |first, count| out.borrow_mut().resize(first + count, false),
            |_, row| out.borrow_mut()[row] = true,
        );
    }

    /// Calls `begin` for each batch, with the number of its first value and its length. Calls `found` with the number
    /// of each value that matches something; its matches are then the last ones found.
    #[inline]
    fn each_value<V: AsRef<[u8]>>(
        &mut self,
        values: impl Iterator<Item = V>,
        mut begin: impl FnMut(usize, usize),
        mut found: impl FnMut(&Self, usize),
    ) {
        let mut values = values.fuse();
        let mut first = 0;
        let (hashes, emails) = self.sieve.has_exact();
        let listed = Listed { paths: self.sieve.has_path_patterns(), hashes, emails };
        let mut work = Work::new();
        loop {
            let batch: [Option<V>; BATCH] = std::array::from_fn(|_| values.next());
            let count = batch.iter().position(Option::is_none).unwrap_or(BATCH);
            if count == 0 {
                return;
            }
            begin(first, count);
            self.batch(&batch[..count], listed, &mut work, |matcher, place| found(matcher, first + place));
            first += count;
        }
    }

    /// Rules out values that match nothing with a few loads, all side by side, and looks up the others.
    #[inline]
    fn batch<V: AsRef<[u8]>>(
        &mut self,
        values: &[Option<V>],
        listed: Listed,
        work: &mut Work,
        mut found: impl FnMut(&Self, usize),
    ) {
        let value = |place: usize| values[place].as_ref().map_or(&[][..], |value| value.as_ref());
        let Work { known, v4, v6, hashes, .. } = work;
        (v4.count, v6.count, hashes.count) = (0, 0, 0);
        let (mut hosts, mut mails) = (Few::of(&[][..]), Few::of(0));
        // A bit for each value that must be looked up, and a bit for each that is only a name.
        let mut open = 0_u32;
        // The host does not show which patterns the path matches.
        kinds::known(self.kernel, values.len(), !listed.paths, value, known);
        let mut names = known.names;
        places(names).for_each(|at| hosts.push(at, value(at)));
        let nets = &self.sieve.tables().v4;
        for at in places(known.quads) {
            v4.push(at, known.addrs[at]);
            nets.prefetch(known.addrs[at]);
        }
        for at in places(known.urls) {
            let (start, end) = known.hosts[at];
            hosts.push(at, &value(at)[start.into()..end.into()]);
        }
        for at in places(known.six) {
            match ip::canonical(IpAddr::V6(known.sixes[at].into())) {
                IpAddr::V4(addr) => v4.push(at, addr.to_bits()),
                IpAddr::V6(addr) => v6.push(at, addr.to_bits()),
            }
        }
        let is_known = names | known.quads | known.urls | known.six;
        for at in places(!is_known & u32::MAX >> (BATCH - values.len())) {
            let bit = 1 << at;
            if let Some(hash) = plain_hash(value(at)) {
                // It is a hash and not a name, even if no hash is listed.
                if listed.hashes {
                    hashes.push(at, hash);
                }
                continue;
            }
            match Shape::of(value(at), listed) {
                Shape::Name(name) => {
                    hosts.push(at, name);
                    names |= bit;
                }
                Shape::Host(name) => hosts.push(at, name),
                Shape::V4(addr) => v4.push(at, addr),
                Shape::V6(addr) => v6.push(at, addr),
                Shape::Digits(text) => match FileHash::of_digits(text) {
                    // It is a hash and not a name, even if no hash is listed.
                    Some(hash) => {
                        if listed.hashes {
                            hashes.push(at, hash);
                        }
                    }
                    None => {
                        hosts.push(at, text);
                        names |= bit;
                    }
                },
                Shape::At(place) => mails.push(at, place),
                Shape::Other => open |= bit,
            }
        }
        open |= self.may_match(self.sieve.tables(), work, (&hosts, names), &mails, value);
        // A bit for each hash whose indicator is known.
        let mut exact = work.hashes.at[..work.hashes.count].iter().fold(0_u32, |bits, at| bits | 1 << at) & open;
        let mut plans = [0_u8; BATCH];
        for (number, (at, _)) in work.planned.all().enumerate() {
            plans[usize::from(hosts.at[at])] = number as u8;
        }
        if let Some(overlay) = self.sieve.0.overlay() {
            // A plan and an indicator are those of the compiled tables only.
            (names, exact) = (0, 0);
            open |= self.may_match(overlay.tables, work, (&hosts, 0), &mails, value);
        }
        for place in places(open) {
            if names >> place & 1 == 1 {
                self.find_planned(value(place), Seen::default(), Some(work.planned.get(plans[place])));
            } else if exact >> place & 1 == 1 {
                self.look_up_id(work.ids[place]);
            } else {
                self.find_any(value(place));
            }
            if !self.found().is_empty() {
                found(self, place);
            }
        }
    }

    /// Returns a bit, at its place, for each value of a batch that may match in these tables. Asks all filters and tables side by side. A
    /// bit of `names` says that a host is a name with nothing around it.
    #[inline]
    fn may_match<'v>(
        &self,
        tables: &Tables,
        work: &mut Work,
        (hosts, names): (&Few<&'v [u8]>, u32),
        mails: &Few<usize>,
        value: impl Fn(usize) -> &'v [u8],
    ) -> u32 {
        let Work { planned, v4, v6, hashes, ids, known: _ } = work;
        let mut may = 0;
        planned.plan(self.kernel, tables, hosts.count, |at| hosts.items[at]);
        for (at, plan) in planned.all() {
            let (name, bit) = (hosts.items[at], 1 << hosts.at[at]);
            // A name has its plan. A full lookup costs so much more that it is worth looking first whether the host is stored.
            if names & bit != 0
                || tables.may_match_pattern(without_root(name))
                || tables.domains.may_confirm(plan, &tables.strings, without_root(name))
            {
                may |= bit;
            }
        }
        let mut rows = [0; BATCH];
        if v4.count > 0 {
            tables.v4.find_all(self.kernel, v4.items(), &mut rows[..v4.count]);
            // A bit for each address, by its number: in a listed network, and in one with hosts of URLs.
            let (mut listed, mut near) = (0_u32, 0_u32);
            for (number, (&addr, &row)) in v4.items().iter().zip(&rows).enumerate() {
                listed |= u32::from(tables.v4.is_row(row)) << number;
                near |= u32::from(tables.urls.may_have_v4(addr)) << number;
            }
            for number in places(listed | near) {
                let is_host = || tables.urls.addr_row(IpAddr::V4(v4.items()[number].into())).is_some();
                may |= u32::from(listed >> number & 1 == 1 || is_host()) << v4.at[number];
            }
        }
        if v6.count > 0 {
            tables.v6.find_all(self.kernel, v6.items(), &mut rows[..v6.count]);
            let has_hosts = tables.urls.has_v6();
            for ((&addr, &row), &place) in v6.items().iter().zip(&rows).zip(&v6.at) {
                let addr = IpAddr::V6(addr.into());
                let is_host = has_hosts && tables.urls.addr_row(addr).is_some();
                may |= u32::from(tables.v6.is_row(row) || is_host || self.embedded(addr).is_some()) << place;
            }
        }
        if hashes.count > 0 {
            let near = |id| tables.indicators.prefetch_flags(id);
            tables.digests.find_all(hashes.items(), near, |at, id| {
                let place = hashes.at[at];
                ids[usize::from(place)] = id;
                may |= 1 << place;
            });
        }
        for (&at, &place) in mails.items().iter().zip(&mails.at) {
            may |= u32::from(tables.emails.may_hold(value(place.into()), at)) << place;
        }
        may
    }
}
