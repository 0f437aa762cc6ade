//! Finds the words that may hold a hit, so that the scalar extractor can skip all others.
//!
//! A *word* stands between two bytes that end every URL: white space, control bytes, quotes. No observable crosses such
//! a byte, and the extractor's knowledge of its surroundings ends there. So a word can be extracted on its own, within
//! the text around it.
//!
//! The masks of 64 bytes leave a few places to be looked at one by one: ends of runs with three dots (quads), ends of
//! runs whose last label is all letters (names), colons that may belong to IPv6, and everything that the scalar
//! extractor would decode first: escapes, non-ASCII characters, names as DNS labels, and URL hosts that are not plain
//! names. For each place, a [`Judge`] says whether something listed may cover it. A word is skipped only if none of its
//! places can match in any reading, so no hit is lost.

use std::net::IpAddr;
use std::ops::Range;

use super::exact::ExactPlaces;
use super::grammar::ends::{ENDS_AUTHORITY, ENDS_URL, first_end};
use super::grammar::escape::{RULES, Written, escape_len, separator};
use super::grammar::{HOST, SIX, at, before, is};
use super::{decode, ip6, name, quad, saddr, url};
use crate::arch::cpu::Kernel;
use crate::arch::masks::BLOCK;
use crate::arch::sweep::{Filters, Sweep, Wanted, What};
use crate::value::ip;

/// Tells what may be listed. False positives are allowed, false negatives are not.
pub(crate) trait Judge {
    /// Returns true if something listed covers the canonical address.
    fn addr(&mut self, addr: IpAddr) -> bool;
    /// Returns true if something listed may cover an IPv6 address, in any form, with these first 16 bits, and these
    /// next 16 if known.
    fn six(&mut self, first: u16, second: Option<u16>) -> bool;
    /// Like [`addr`](Judge::addr), before it is known that the text is a quad.
    fn v4(&mut self, addr: u32) -> bool;
    /// Returns true if the name `bytes[start..end]`, in either case, is listed itself.
    fn name(&mut self, bytes: &[u8], start: usize, end: usize) -> bool;
}

/// Finds the words that may hold a hit.
#[derive(Debug)]
pub(crate) struct WordFinder {
    wanted: Wanted,
    sweep: Sweep,
    places: ExactPlaces,
}

impl WordFinder {
    pub(crate) fn new(kernel: Kernel, wanted: Wanted) -> Self {
        Self { wanted, sweep: Sweep::new(kernel, wanted, &RULES), places: ExactPlaces::default() }
    }

    /// The places of the last text around which hashes and mail addresses may stand, if those are wanted.
    pub(crate) fn exact_places(&self) -> &ExactPlaces {
        &self.places
    }

    /// Calls `found` with every word that may hold a hit, in order, and notes the places for hashes and mail addresses. Returns the number
    /// of places about which the judge was asked.
    pub(crate) fn find(
        &mut self,
        bytes: &[u8],
        filters: Filters<'_>,
        judge: &mut impl Judge,
        found: &mut impl FnMut(Range<usize>),
    ) -> u64 {
        let mut look = Look { bytes, wanted: self.wanted, judge, asked: 0, mixed_end: 0, six_end: 0 };
        // The end of the last word found; everything before it is done.
        let mut done = 0;
        let mut from = 0;
        // The end of the last text found that may begin an auditd record.
        let mut record = 0;
        self.places.clear();
        while from <= bytes.len() {
            let next = self.sweep.batch(bytes, from, filters);
            self.places.add(bytes, from, self.sweep.exact());
            let places = self.sweep.places();
            let mut number = 0;
            while let Some(place) = places.get(number) {
                number += 1;
                let (what, at) = (place.what(), from + place.at());
                let is_end = matches!(what, What::QuadEnd | What::NameEnd);
                if at < done + usize::from(is_end) {
                    // An auditd record may have its address in a later word.
                    if what == What::Other
                        && bytes[at].is_ascii_digit()
                        && let Some(end) = look.record(at).filter(|&end| end > done)
                    {
                        found(done..end);
                        done = end;
                    }
                    continue;
                }
                let is_found = match what {
                    What::QuadEnd => look.quad(at),
                    What::NameEnd => {
                        let (len, dots) = self.sweep.run_before(place.at());
                        look.names(at, len, dots)
                    }
                    What::Authority => look.authority(at + 1),
                    What::Other => look.other(at),
                };
                if is_found {
                    // The run before an end is a part of the word.
                    let run = if is_end { self.sweep.run_before(place.at()).0 } else { 0 };
                    let word = word_around(bytes, done, (at - run).max(done)..at - usize::from(is_end));
                    let end = if what == What::Other { look.record(at) } else { None };
                    done = end.map_or(word.end, |end| end.max(word.end));
                    found(word.start..done);
                    if done > at + LONG_WORD && record_in(bytes, at..done.min(next)).is_none() {
                        number += places[number..].partition_point(|place| from + place.at() < done);
                    }
                }
            }
            from = next;
            if done > next && record < next {
                match record_in(bytes, next..done) {
                    Some(end) => record = end,
                    None => {
                        self.sweep.restart();
                        self.places.add_part(bytes, next..done, self.wanted.hashes, self.wanted.emails);
                        from = done;
                    }
                }
            }
        }
        look.asked
    }
}

/// If a found word goes on for more than this many bytes, the places in the rest of it are skipped at once.
const LONG_WORD: usize = 256;

/// Returns the end of the first text in a part that may begin the time of an auditd record.
fn record_in(bytes: &[u8], part: Range<usize>) -> Option<usize> {
    let start = part.start.saturating_sub(saddr::TIME.len());
    memchr::memmem::find(&bytes[start..part.end], saddr::TIME).map(|at| start + at + saddr::TIME.len())
}

/// The bytes being searched, and the judge.
struct Look<'a, J> {
    bytes: &'a [u8],
    wanted: Wanted,
    judge: &'a mut J,
    asked: u64,
    /// The end of the last run with non-ASCII characters that was looked at.
    mixed_end: usize,
    /// The end of the last run of groups and colons that was looked at.
    six_end: usize,
}

/// The word around a part of it. It starts at `from` at the earliest.
fn word_around(bytes: &[u8], from: usize, part: Range<usize>) -> Range<usize> {
    let is_end = |byte: &u8| ENDS_URL[usize::from(*byte)];
    let start = bytes[from..part.start].iter().rposition(is_end).map_or(from, |at| from + at + 1);
    let end = first_end(&bytes[part.end..]).map_or(bytes.len(), |len| part.end + len);
    start..end
}

impl<J: Judge> Look<'_, J> {
    /// The start of the run that ends at `end`. `len` is its known length, where 64 means at least 64.
    #[inline(always)]
    fn run_start(&self, end: usize, len: usize) -> usize {
        if len < BLOCK {
            return end - len;
        }
        self.bytes[..end].iter().rposition(|&b| !is(b, HOST)).map_or(0, |at| at + 1)
    }

    /// Returns true if the run of letters, digits and dots up to `end` is a quad that may be listed.
    fn quad(&mut self, end: usize) -> bool {
        let bytes = self.bytes;
        let start = bytes[..end].iter().rposition(|&b| !is(b, HOST) || b == b'-' || b == b'_').map_or(0, |at| at + 1);
        let escape = escape_len(bytes, start);
        self.quad_at(start)
            || escape > 0 && self.quad_at(start + escape)
            || at(bytes, end).eq_ignore_ascii_case(&b'i')
                && (self.reversed(start, end) || escape > 0 && self.reversed(start + escape, end))
    }

    fn quad_at(&mut self, start: usize) -> bool {
        quad::quad(self.bytes.get(start..).unwrap_or(&[])).is_some_and(|quad| {
            self.asked += 1;
            self.judge.v4(quad.addr.to_bits())
        })
    }

    /// Returns true for the reverse name of an IPv4 address that may be listed. Its four numbers with their dots end at `end`.
    fn reversed(&mut self, start: usize, end: usize) -> bool {
        let token = self.bytes.get(start..end + b"in-addr.arpa".len()).unwrap_or(&[]);
        self.is_reversed(token)
    }

    /// Returns true if a token ends in the reverse name of an address that may be listed.
    fn is_reversed(&mut self, token: &[u8]) -> bool {
        let name = name::longest_name(token).map(|start| &token[start..]);
        name.and_then(name::reversed).is_some_and(|addr| self.judge.addr(ip::canonical(addr)))
    }

    /// Returns true if the run up to `end` ends in a name that may be listed. `dots` marks those of the 64 bytes
    /// before, the nearest in the highest bit.
    #[inline(always)]
    fn names(&mut self, end: usize, len: usize, dots: u64) -> bool {
        let bytes = self.bytes;
        let start = self.run_start(end, len);
        self.asked += 1;
        let mut stop = end;
        while stop > start && matches!(bytes[stop - 1], b'.' | b'-') {
            stop -= 1;
        }
        // A label that ends in a hyphen does not count as a plain last label.
        if stop < end && (self.wanted.odd_names || self.wanted.punycode) {
            let dots = bytes[start..end].iter().rev().take_while(|b| **b == b'.').count();
            if end - dots > stop && self.suffixes(start, end - dots) {
                return true;
            }
        }
        if len >= BLOCK {
            return self.suffixes(start, stop) || self.reversed6(start, stop);
        }
        // The dots of the run, except for trailing ones and the one before the last label.
        let shift = end - stop;
        let mut dots = if shift < len { (dots & (!0 << (BLOCK - len))) << shift } else { 0 };
        if dots == 0 {
            return false;
        }
        dots &= !(1 << (63 - dots.leading_zeros()));
        while dots != 0 {
            let nearest = dots.leading_zeros() as usize;
            dots &= !(1 << (63 - nearest));
            if self.judge.name(bytes, stop - nearest, stop) {
                return true;
            }
        }
        self.starts(start, stop)
    }

    /// Returns true for the reverse name of an IPv6 address that may be listed.
    fn reversed6(&mut self, start: usize, stop: usize) -> bool {
        let escape = escape_len(self.bytes, start);
        let bytes = self.bytes;
        let mut is_reversed =
            |from: usize| name::readings(bytes, from.min(stop)..stop).any(|name| self.is_reversed(&bytes[name]));
        is_reversed(start) || escape > 0 && is_reversed(start + escape)
    }

    /// Like [`names`](Self::names), for runs of any length; slower.
    #[inline(never)]
    fn suffixes(&mut self, start: usize, stop: usize) -> bool {
        let from = start.max(stop.saturating_sub(crate::limits::MAX_NAME + 1));
        let is_label_start = |&at: &usize| self.bytes[at] == b'.';
        let dots: Vec<usize> = (from..stop).filter(is_label_start).collect();
        dots.iter().any(|&dot| self.judge.name(self.bytes, dot + 1, stop)) || self.starts(start, stop)
    }

    /// Asks about the whole run: as it is, without what is trimmed at its start, and without an escape.
    #[inline(always)]
    fn starts(&mut self, start: usize, stop: usize) -> bool {
        let bytes = self.bytes;
        if start >= stop {
            return false;
        }
        if self.judge.name(bytes, start, stop) {
            return true;
        }
        let is_plain = !matches!(bytes[start], b'.' | b'-') && escape_len(bytes, start) == 0;
        !is_plain && self.odd_starts(start, stop)
    }

    #[inline(never)]
    fn odd_starts(&mut self, start: usize, stop: usize) -> bool {
        let bytes = self.bytes;
        let escape = escape_len(bytes, start);
        let mut is_listed = |from: usize| {
            name::readings(bytes, from.min(stop)..stop).any(|name| self.judge.name(bytes, name.start, name.end))
        };
        is_listed(start) || escape > 0 && is_listed(start + escape)
    }

    /// Looks for IPv6 at the second of two colons, or at the sixth colon of a run or a later one.
    #[inline(never)]
    fn colon(&mut self, place: usize, is_double: bool) -> bool {
        let bytes = self.bytes;
        if place < self.six_end {
            return false;
        }
        if !is_double {
            // A full address has seven colons, or six and a quad.
            let mut more = bytes[place + 1..].iter().take(BLOCK).take_while(|&&b| is(b, HOST) || b == b':');
            if !more.any(|&b| b == b':' || b == b'.') {
                return false;
            }
        }
        let (least, most) = (place.saturating_sub(2 * BLOCK), bytes.len().min(place + 2 * BLOCK));
        let start = bytes[least..place].iter().rposition(|&b| !is(b, SIX)).map_or(least, |at| least + at + 1);
        let end = bytes[place..most].iter().position(|&b| !is(b, SIX)).map_or(most, |at| place + at);
        // Extract so long a run at once, instead of looking at it again from each of its colons.
        if place - start == 2 * BLOCK || end - place == 2 * BLOCK {
            return true;
        }
        let run = start..end;
        // An IPv4 address in IPv6 form has `ffff` or `ff9b` in it.
        let is_mapped = || bytes[run.clone()].windows(2).any(|pair| pair.eq_ignore_ascii_case(b"ff"));
        if !self.wanted.v6 && !is_mapped() {
            return false;
        }
        self.six_end = run.end;
        let alone = bytes[start] == b':' && at(bytes, start + 1) != b':';
        let start = start + usize::from(alone);
        if escape_len(bytes, start) == 0
            && !ip6::first_groups(&bytes[start..run.end]).is_some_and(|(first, second)| self.judge.six(first, second))
        {
            return false;
        }
        self.asked += 1;
        let places = ip6::find(bytes, start);
        places.readings().any(|found| self.judge.addr(ip::canonical(IpAddr::V6(found.addr))))
    }

    /// Returns false if the authority at `from` is a plain name or quad, perhaps with a port; those are found as such.
    fn authority(&mut self, from: usize) -> bool {
        let bytes = self.bytes;
        let rest = bytes.get(from..).unwrap_or(&[]);
        let len = rest.iter().take(2 * BLOCK).take_while(|&&b| is(b, HOST)).count();
        let host = &rest[..len];
        let mut next = len;
        if at(rest, next) == b':' {
            next += 1 + rest[next + 1..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
        }
        let ends = ends_authority(rest, next)
            // Bytes that are trimmed from the end of a URL.
            || matches!(rest[next], b')' | b']' | b'}' | b',' | b';' | b'!' | b'\'') && ends_authority(rest, next + 1);
        !(ends && url::is_plain_host(host))
    }

    /// Returns false if the authority of a percent-encoded URL at `from` is a plain name.
    fn percent_authority(&mut self, from: usize, written: Written) -> bool {
        let rest = self.bytes.get(from..).unwrap_or(&[]);
        let len = rest.iter().take(2 * BLOCK).take_while(|&&b| is(b, HOST)).count();
        let behind = &rest[len..];
        let escapes = match written {
            Written::Percent { is_twice: true } => [&b"%252F"[..], b"%253F", b"%2523"],
            _ => [&b"%2F"[..], b"%3F", b"%23"],
        };
        let is = |escape: &[u8]| behind.get(..escape.len()).is_some_and(|head| head.eq_ignore_ascii_case(escape));
        let ends = ends_authority(behind, 0) || behind[0] == b'&' || escapes.into_iter().any(is);
        !(ends && url::is_plain_host(&rest[..len]))
    }

    /// Looks at a place that is neither the end of a run nor the start of an authority.
    fn other(&mut self, place: usize) -> bool {
        let bytes = self.bytes;
        match bytes[place] {
            b':' => self.colon(place, before(bytes, place) == b':'),
            b'0'..=b'9' => self.behind_parenthesis(place),
            b'\\' if decode::unicode_escape(bytes, place).is_some() => true,
            b'\\' | b'%' => match self.separator_around(place) {
                Some((from, Written::Plain)) => self.authority(from) || self.quad_behind_escape(place),
                Some((from, written)) => self.percent_authority(from, written),
                None => self.quad_behind_escape(place),
            },
            _ => self.not_ascii(place),
        }
    }

    /// The end of the URL separator to which the byte at `place` belongs.
    fn separator_around(&self, place: usize) -> Option<(usize, Written)> {
        let bytes = self.bytes;
        (place.saturating_sub(2)..=place).rev().find_map(|from| {
            let (len, written) = separator(bytes, from)?;
            (from + len > place).then_some((from + len, written))
        })
    }

    /// Returns true if the digit after a `(` is the length of a DNS label, or begins the time of an auditd record with
    /// a listed address.
    fn behind_parenthesis(&mut self, place: usize) -> bool {
        let rest = &self.bytes[place..];
        let digits = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        if digits <= 2 && at(rest, digits) == b')' {
            let is_reverse = || {
                let label = rest.get(digits + 1..digits + 8).unwrap_or_default();
                label.eq_ignore_ascii_case(b"in-addr") || label[..label.len().min(3)].eq_ignore_ascii_case(b"ip6")
            };
            if self.wanted.names || is_reverse() {
                return true;
            }
        }
        self.record(place).is_some()
    }

    /// For an auditd record whose time begins at `place`: the end of the word with the last address that may be listed.
    fn record(&mut self, place: usize) -> Option<usize> {
        const KEY: &[u8] = b"saddr=";
        let bytes = self.bytes;
        if !self.wanted.addrs || !at(bytes, place).is_ascii_digit() || !bytes[..place].ends_with(saddr::TIME) {
            return None;
        }
        let rest = &bytes[place..];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len()).min(saddr::NEAR + KEY.len())];
        let is_listed =
            |key: &usize| saddr::parse(&rest[key + KEY.len()..]).is_some_and(|(addr, ..)| self.judge.addr(addr));
        let key = memchr::memmem::find_iter(line, KEY).filter(is_listed).last()?;
        let value = place + key + KEY.len();
        Some(word_around(bytes, place, value..value).end)
    }

    /// Returns true if an escape at `place` that contains a letter hides the start of a quad.
    fn quad_behind_escape(&mut self, place: usize) -> bool {
        let escape = escape_len(self.bytes, place + 1);
        escape > 0 && self.quad_at(place + 1 + escape)
    }

    /// Returns true if the run around a non-ASCII character may be a name, which takes a dot, or the reverse name of an address.
    fn not_ascii(&mut self, place: usize) -> bool {
        let bytes = self.bytes;
        if place < self.mixed_end {
            return false;
        }
        let is_part = |b: &&u8| is(**b, HOST) || **b >= 0x80;
        let start = bytes[..place].iter().rev().take(MAX_MIXED).take_while(is_part).count();
        let end = bytes[place..].iter().take(MAX_MIXED).take_while(is_part).count();
        if start == MAX_MIXED || end == MAX_MIXED {
            return true;
        }
        self.mixed_end = place + end;
        let run = &bytes[place - start..place + end];
        let may_be_name = memchr::memchr(b'.', run).is_some() || run.windows(3).any(name::is_ideographic_dot);
        may_be_name && (self.wanted.names || self.wanted.addrs && name::may_be_reversed(run))
    }
}

/// Returns true if the authority of a URL ends here.
fn ends_authority(bytes: &[u8], from: usize) -> bool {
    bytes.get(from).is_none_or(|&byte| ENDS_AUTHORITY[usize::from(byte)])
}

/// The distance up to which the run around a non-ASCII character is looked at.
const MAX_MIXED: usize = 1024;
