//! Finding the lines that may hold a hit, so that the scalar extractor need look at no other.
//!
//! What the masks of 64 bytes at a time leave over is looked at one by one: ends of runs with three dots (quads), ends of runs
//! whose last label is of letters (names), colons that may be IPv6, and what the scalar extractor decodes before it looks:
//! escapes, characters that are not ASCII, names as DNS labels, hosts of URLs that are no plain names. For each place a [`Judge`] says
//! whether something listed may cover it. A line is passed over only if no place of it may match in any reading, so
//! what is found in the lines that are left is all there is to find.
//!
//! The sum `host + dot` carries from each dot to the end of its run, so that `sum & !host` has a bit for each end of a run
//! with a dot; the dots that meet a carry are the second and later ones of their run, and so on for the third. The sum of
//! letters and of the letters behind dots carries to the end of each label of letters alone.

use std::net::IpAddr;
use std::ops::Range;

use super::bytes::{HOST, SIX, at, before, escape_len, is};
use super::{decode, ip6, name, url};
pub(crate) use crate::arch::masks::Kernel;
use crate::arch::masks::{BLOCK, Masks};
use crate::indicator::ip;

/// What is listed, as far as it decides what has to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Addresses.
    pub(crate) addrs: bool,
    /// Names.
    pub(crate) names: bool,
    /// Names whose last label is in Punycode (`xn--…`).
    pub(crate) punycode: bool,
    /// Names whose last label is neither in Punycode nor of letters alone.
    pub(crate) odd_names: bool,
}

/// Says what may be listed. May err on one side: what is listed must be said to be.
pub(crate) trait Judge {
    /// Whether anything listed covers the address, which is canonical.
    fn addr(&mut self, addr: IpAddr) -> bool;
    /// As [`addr`](Judge::addr), before it is known that the quad is one.
    fn v4(&mut self, addr: u32) -> bool;
    /// Whether the name `bytes[start..end]`, in upper or lower case, is listed as it stands.
    fn name(&mut self, bytes: &[u8], start: usize, end: usize) -> bool;
}

/// How many blocks are classified before they are looked at: their masks stay in the first-level cache.
const BATCH: usize = 256;

/// Finds the lines that may hold a hit.
#[derive(Debug)]
pub(crate) struct LineFinder {
    kernel: Kernel,
    wanted: Wanted,
    masks: Box<[Masks; BATCH]>,
}

/// Carries from block to block.
#[derive(Clone, Copy, Debug, Default)]
struct Carry {
    dots: [bool; 3],
    letters: bool,
    trailing: bool,
    hyphens: bool,
    colons: [bool; 2],
}

/// One addition with carry in and out.
#[inline(always)]
fn add(a: u64, b: u64, carry: &mut bool) -> u64 {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(u64::from(*carry));
    *carry = first | second;
    sum
}

/// The places of a block that must be looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    /// Behind runs with three dots or more.
    quads: u64,
    /// Behind runs that may end in a name.
    names: u64,
    /// The second of two colons.
    double_colons: u64,
    /// The third and later colons of a run.
    third_colons: u64,
    /// Slashes behind colons.
    slashes: u64,
    rare: u64,
}

impl Places {
    #[inline(always)]
    fn any(&self) -> bool {
        self.quads | self.names | self.double_colons | self.third_colons | self.slashes | self.rare != 0
    }
}

#[inline(always)]
fn places(masks: &Masks, last: &Masks, carry: &mut Carry, wanted: Wanted) -> Places {
    let Masks { host, dot, letter, hyphen, colon, slash, rare } = *masks;
    // Bits of the byte before.
    let behind_dot = dot << 1 | last.dot >> 63;
    let behind_colon = colon << 1 | last.colon >> 63;
    let mut places = Places { slashes: slash & behind_colon, rare, ..Places::default() };

    let with_dot = add(host, dot, &mut carry.dots[0]);
    if wanted.addrs {
        let second = dot & with_dot;
        let with_second = add(host, second, &mut carry.dots[1]);
        let third = second & with_second;
        places.quads = add(host, third, &mut carry.dots[2]) & !host;

        places.double_colons = colon & behind_colon;
        let run = host | colon;
        let second = colon & add(run, colon, &mut carry.colons[0]);
        places.third_colons = second & add(run, second, &mut carry.colons[1]);
    }
    if wanted.odd_names {
        places.names = with_dot & !host;
    } else if wanted.names {
        let behind_label = add(letter, letter & behind_dot, &mut carry.letters) & !letter;
        let trimmed = dot | hyphen;
        let behind_trimmed = add(trimmed, behind_label & trimmed, &mut carry.trailing) & !trimmed;
        places.names = (behind_label | behind_trimmed) & !host;
        if wanted.punycode {
            let double = hyphen & (hyphen << 1 | last.hyphen >> 63);
            places.names |= add(host, double, &mut carry.hyphens) & !host;
        }
    }
    places
}

impl LineFinder {
    pub(crate) fn new(kernel: Kernel, wanted: Wanted) -> Self {
        Self { kernel, wanted, masks: Box::new([Masks::default(); BATCH]) }
    }

    /// Calls `found` with every line, its end included, that may hold a hit, in order. Gives how many places the judge was asked about.
    pub(crate) fn find(&mut self, bytes: &[u8], judge: &mut impl Judge, found: &mut impl FnMut(Range<usize>)) -> u64 {
        let mut look = Look { bytes, wanted: self.wanted, judge, asked: 0 };
        let (mut carry, mut last) = (Carry::default(), Masks::default());
        // Where the line ends that was found last.
        let mut done = 0;
        let mut from = 0;
        loop {
            let mut count = self.kernel.classify(&bytes[from..], &mut self.masks[..]);
            if from + count * BLOCK >= bytes.len() && count < BATCH {
                // One more block ends the last run.
                self.masks[count] = Masks::default();
                count += 1;
            }
            for (block, masks) in self.masks[..count].iter().enumerate() {
                let places = places(masks, &last, &mut carry, self.wanted);
                if places.any() {
                    let base = from + block * BLOCK;
                    look.block(base, masks, &last, places, &mut done, found);
                }
                last = *masks;
            }
            from += count * BLOCK;
            if from > bytes.len() {
                return look.asked;
            }
        }
    }
}

/// The bytes at hand, and whom to ask.
struct Look<'a, J> {
    bytes: &'a [u8],
    wanted: Wanted,
    judge: &'a mut J,
    asked: u64,
}

/// The positions of the bits of a mask.
#[inline(always)]
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (bit < BLOCK).then_some(bit)
    })
}

/// The 64 bits before bit `bit` of `mask`, whose predecessor is `last`; the nearest is the highest.
#[inline(always)]
fn window(mask: u64, last: u64, bit: usize) -> u64 {
    if bit == 0 { last } else { mask << (BLOCK - bit) | last >> bit }
}

impl<J: Judge> Look<'_, J> {
    #[inline(always)]
    fn block(
        &mut self,
        base: usize,
        masks: &Masks,
        last: &Masks,
        places: Places,
        done: &mut usize,
        found: &mut impl FnMut(Range<usize>),
    ) {
        let ends = places.quads | places.names;
        let colons = places.double_colons | places.third_colons;
        // In the order of the bytes: once a line has been found, what is before its end is done with.
        for bit in bits(ends | colons | places.slashes | places.rare) {
            let (place, mask) = (base + bit, 1 << bit);
            if ends & mask != 0 && place > *done && self.end(place, bit, masks, last, &places) {
                self.line(place - 1, done, found);
            }
            if (colons | places.slashes | places.rare) & mask != 0
                && place >= *done
                && ((places.rare & mask != 0 && self.rare(place))
                    || (places.slashes & mask != 0 && self.slash(place))
                    || (colons & mask != 0 && self.colon(place, places.double_colons & mask != 0)))
            {
                self.line(place, done, found);
            }
        }
    }

    /// Whether the run that ends at `end`, bit `bit` of its block, may hold something listed.
    #[inline(always)]
    fn end(&mut self, end: usize, bit: usize, masks: &Masks, last: &Masks, places: &Places) -> bool {
        let host = window(masks.host, last.host, bit);
        let dots = window(masks.dot, last.dot, bit);
        let len = (!host).leading_zeros() as usize;
        (places.quads >> bit & 1 == 1 && self.quads(end, len))
            || (places.names >> bit & 1 == 1 && self.names(end, len, dots))
    }

    /// Hands over the line around a place.
    #[cold]
    fn line(&self, place: usize, done: &mut usize, found: &mut impl FnMut(Range<usize>)) {
        let start = memchr::memrchr(b'\n', &self.bytes[*done..place]).map_or(*done, |at| *done + at + 1);
        let end = memchr::memchr(b'\n', &self.bytes[place..]).map_or(self.bytes.len(), |at| place + at + 1);
        *done = end;
        found(start..end);
    }

    /// The start of the run that ends at `end`, of which `len` bytes (64: at least) are known.
    #[inline(always)]
    fn run_start(&self, end: usize, len: usize) -> usize {
        if len < BLOCK {
            return end - len;
        }
        self.bytes[..end].iter().rposition(|&b| !is(b, HOST)).map_or(0, |at| at + 1)
    }

    /// Whether a quad of the run that ends at `end` may be listed.
    #[inline(always)]
    fn quads(&mut self, end: usize, len: usize) -> bool {
        let start = self.run_start(end, len);
        let run = &self.bytes[start..end];
        if let Some(addr) = plain_quad(run) {
            self.asked += 1;
            if self.judge.v4(addr) {
                return true;
            }
            // Nothing else starts in it, unless an escape's digits are part of it.
            if !matches!(before(self.bytes, start), b'\\' | b'%' | b'#') {
                return false;
            }
        }
        self.parts(start, end)
    }

    /// The quads of a run at the starts of its parts between `-` and `_`, and behind an escape.
    #[inline(never)]
    fn parts(&mut self, start: usize, end: usize) -> bool {
        let escape = escape_len(self.bytes, start);
        if escape > 0 && start + escape < end && self.part(start + escape, end) {
            return true;
        }
        let mut from = start;
        while from < end {
            if self.part(from, end) {
                return true;
            }
            let run = &self.bytes[from..end];
            from = memchr::memchr2(b'-', b'_', run).map_or(end, |len| from + len + 1);
        }
        false
    }

    fn part(&mut self, start: usize, end: usize) -> bool {
        name::quad(&self.bytes[start..end]).is_some_and(|quad| {
            self.asked += 1;
            self.judge.v4(quad.addr.to_bits())
        })
    }

    /// Whether a name that the run up to `end` ends in may be listed. `dots`: those of the 64 bytes before, the nearest highest.
    #[inline(always)]
    fn names(&mut self, end: usize, len: usize, dots: u64) -> bool {
        let bytes = self.bytes;
        let start = self.run_start(end, len);
        self.asked += 1;
        let mut stop = end;
        while stop > start && matches!(bytes[stop - 1], b'.' | b'-') {
            stop -= 1;
        }
        let is_odd = self.wanted.odd_names || self.wanted.punycode;
        if is_odd && stop < end && self.suffixes(start, end) {
            return true;
        }
        if len >= BLOCK {
            return self.suffixes(start, stop);
        }
        // The dots of the run, without those behind the name and the one before the last label.
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

    /// As [`names`](Self::names), for any length; slower.
    #[inline(never)]
    fn suffixes(&mut self, start: usize, stop: usize) -> bool {
        let from = start.max(stop.saturating_sub(crate::limits::MAX_NAME + 1));
        let is_label_start = |&at: &usize| self.bytes[at] == b'.';
        let dots: Vec<usize> = (from..stop).filter(is_label_start).collect();
        dots.iter().any(|&dot| self.judge.name(self.bytes, dot + 1, stop)) || self.starts(start, stop)
    }

    /// The whole run, as it is, without what is trimmed at its start, and without an escape.
    #[inline(always)]
    fn starts(&mut self, start: usize, stop: usize) -> bool {
        let bytes = self.bytes;
        if start >= stop {
            return false;
        }
        if self.judge.name(bytes, start, stop) {
            return true;
        }
        let is_plain = !matches!(bytes[start], b'.' | b'-') && !matches!(before(bytes, start), b'\\' | b'%' | b'#');
        !is_plain && self.odd_starts(start, stop)
    }

    #[inline(never)]
    fn odd_starts(&mut self, start: usize, stop: usize) -> bool {
        [start, start + escape_len(self.bytes, start)].into_iter().any(|from| {
            let token = name::trimmed(self.bytes, from.min(stop)..stop);
            !token.is_empty() && self.judge.name(self.bytes, token.start, token.end)
        })
    }

    /// A colon behind a colon, or the third of a run: IPv6?
    #[inline(never)]
    fn colon(&mut self, place: usize, is_double: bool) -> bool {
        let bytes = self.bytes;
        if !is_double {
            // A full address has seven colons, or six and a quad; this is the third or a later one.
            let more = bytes[place + 1..].iter().take(BLOCK).take_while(|&&b| is(b, HOST) || b == b':');
            if more.filter(|&&b| b == b':').count() < 3 {
                return false;
            }
        }
        let start = bytes[..place].iter().rev().take(2 * BLOCK).take_while(|&&b| is(b, SIX)).count();
        let end = bytes[place..].iter().take(2 * BLOCK).take_while(|&&b| is(b, SIX)).count();
        // A run this long is looked at once, and not from each of its colons.
        if start == 2 * BLOCK || end == 2 * BLOCK {
            return true;
        }
        self.asked += 1;
        let start = place - start;
        let alone = bytes[start] == b':' && at(bytes, start + 1) != b':';
        let places = ip6::find(bytes, start + usize::from(alone));
        [places.first.as_ref().map(|found| found.addr), ip6::find_shortened(bytes, &places).map(|found| found.addr)]
            .into_iter()
            .flatten()
            .any(|addr| self.judge.addr(ip::canonical(IpAddr::V6(addr))))
    }

    /// A slash behind a colon: does a URL's host start here that is no plain name?
    #[inline(never)]
    fn slash(&mut self, place: usize) -> bool {
        at(self.bytes, place + 1) == b'/' && self.authority(place + 2)
    }

    /// Whether the authority at `from` is anything but a plain name or quad, which are found as such, and a port.
    fn authority(&mut self, from: usize) -> bool {
        let bytes = self.bytes;
        let rest = bytes.get(from..).unwrap_or(&[]);
        let len = rest.iter().take(2 * BLOCK).take_while(|&&b| is(b, HOST)).count();
        let host = &rest[..len];
        let mut next = len;
        if at(rest, next) == b':' {
            next += 1 + rest[next + 1..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
        }
        let ends = next >= rest.len()
            || matches!(rest[next], 0..=0x20 | 0x7F | b'/' | b'\\' | b'?' | b'#' | b'"' | b'<' | b'>' | b'`');
        let last = host.rsplit(|&b| b == b'.').find(|label| !label.is_empty()).unwrap_or(b"");
        let is_plain = match last.first() {
            Some(b'0'..=b'9') => name::quad(host).is_some_and(|quad| quad.len == len),
            Some(_) => memchr::memmem::find(host, b"..").is_none(),
            None => false,
        };
        !(ends && is_plain)
    }

    /// What the scalar extractor decodes.
    #[inline(never)]
    fn rare(&mut self, place: usize) -> bool {
        let bytes = self.bytes;
        match bytes[place] {
            b'(' => {
                let digits = bytes[place + 1..].iter().take(3).take_while(|b| b.is_ascii_digit()).count();
                self.wanted.names && (1..=2).contains(&digits) && at(bytes, place + 1 + digits) == b')'
            }
            b'\\' => match at(bytes, place + 1) {
                b'u' => decode::unicode_escape(bytes, place).is_some(),
                b'/' if before(bytes, place) == b':' && bytes[place..].starts_with(b"\\/\\/") => {
                    self.authority(place + 4)
                }
                _ => false,
            },
            b'%' => url::separator(bytes, place).is_some(),
            _ => true,
        }
    }
}

/// The address that a run is, if it is four numbers of one to three digits and nothing else.
#[inline(always)]
fn plain_quad(run: &[u8]) -> Option<u32> {
    if run.len() > 15 {
        return None;
    }
    let (mut bits, mut octet, mut digits, mut dots) = (0_u32, 0_u32, 0_u32, 0_u32);
    for &byte in run {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if digit <= 9 {
            octet = octet * 10 + digit;
            digits += 1;
        } else if byte == b'.' && (1..=3).contains(&digits) && octet <= 255 {
            bits = bits << 8 | octet;
            (octet, digits) = (0, 0);
            dots += 1;
        } else {
            return None;
        }
    }
    // Leading zeros are told apart later: this only asks whether to look.
    (dots == 3 && (1..=3).contains(&digits) && octet <= 255).then_some(bits << 8 | octet)
}
