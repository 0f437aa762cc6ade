//! Logs in which every planted observable and every near miss is known.
//!
//! A case ([`cases::CASES`]) makes a piece of text, and states which parts are sightings of which indicators, if any; a
//! piece without one is a near miss. Pieces are put into lines of different forms, between lines without a case. Each
//! case follows from the documentation alone: apart from the canonicalisers of indicators, no code of the crate
//! determines the expected result.

use std::collections::HashMap;
use std::ops::Range;

use netsieve::indicator::Record;
use netsieve::scan::Context;
use netsieve::sieve::PublicSuffixes;
use netsieve::{Feed, Indicator, MatchOptions, Relation, Sieve, Strength};

use super::Random;
use super::logs::{Clean, MIX, Shown};

pub mod cases;
mod exact;
mod forms;
mod sets;

pub use sets::{Sets, Size};

/// An indicator, and how it covers the observable.
pub type Found = (String, Relation, Strength);

/// A listed observable in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Its position in bytes.
    pub span: Range<u64>,
    /// The line, from 1.
    pub line: u64,
    pub canonical: String,
    pub context: Context,
    /// The indicators, the most specific first.
    pub found: Vec<Found>,
    /// The case that made it.
    pub case: &'static str,
    /// True if it is a sighting only with refanging.
    pub is_defanged: bool,
}

impl Sighting {
    /// Returns true if these options ask for it.
    pub fn is_reported(&self, options: &MatchOptions, refang: bool) -> bool {
        let is_asked_for = |strength| match strength {
            Strength::NameLike => options.name_like,
            Strength::HostOnly => options.host_only,
            Strength::PortUnseen => options.port_unseen,
            _ => true,
        };
        (refang || !self.is_defanged) && self.found.iter().all(|(_, _, strength)| is_asked_for(*strength))
    }
}

/// A piece of text that looks like a listed observable but is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    pub span: Range<u64>,
    pub line: u64,
    pub case: &'static str,
}

/// A log, the feeds to scan it with, and everything that must be found.
#[derive(Debug)]
pub struct Labelled {
    pub text: Vec<u8>,
    pub lines: u64,
    /// The second feed repeats every other indicator of the first.
    pub feeds: [Vec<Indicator>; 2],
    pub sightings: Vec<Sighting>,
    pub near_misses: Vec<NearMiss>,
}

/// The recipe for a labelled log.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The number of lines.
    pub lines: usize,
    /// The number of lines in 1,000 with a case.
    pub rate: usize,
    /// The number of indicators.
    pub size: Size,
    /// If true, patterns are also listed and shown.
    pub patterns: bool,
}

/// A piece of text, and the listed parts of it.
#[derive(Debug, Default)]
pub struct Piece {
    pub text: String,
    pub hits: Vec<PieceHit>,
    pub place: Place,
}

/// A sighting within a piece.
#[derive(Debug)]
pub struct PieceHit {
    at: Range<usize>,
    canonical: String,
    context: Context,
    found: Vec<Found>,
    is_defanged: bool,
}

/// The text that may surround a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Any text that is not part of a name.
    #[default]
    Text,
    /// As [`Text`](Place::Text), but no text that may be part of a URL.
    Url,
    /// Nothing: the piece is the whole line.
    Line,
}

impl Piece {
    /// A piece without a listed part.
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Marks the first occurrence of `part` as a sighting.
    #[must_use]
    pub fn hit(mut self, part: &str, canonical: impl Into<String>, found: Vec<Found>) -> Self {
        let start = self.text.find(part).expect("a part of the piece");
        let hit = PieceHit {
            at: start..start + part.len(),
            canonical: canonical.into(),
            context: Context::Text,
            found,
            is_defanged: false,
        };
        self.hits.push(hit);
        self
    }

    /// Sets the context of the last sighting.
    #[must_use]
    pub fn context(mut self, context: Context) -> Self {
        self.hits.last_mut().expect("a sighting").context = context;
        self
    }

    /// Marks the sightings as valid only with refanging.
    #[must_use]
    pub fn defanged(mut self) -> Self {
        self.hits.iter_mut().for_each(|hit| hit.is_defanged = true);
        self
    }

    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}

/// Every case.
pub fn all_cases() -> impl Iterator<Item = &'static cases::Case> {
    cases::CASES.iter().chain(forms::FORMS).chain(exact::EXACT)
}

/// The text before and after a piece.
fn around(random: &mut Random, clean: &Clean, place: Place) -> (String, &'static str) {
    let own = format!("10.47.{}.{}", random.below(4), random.below(256));
    let (second, port) = (random.below(60), 1024 + random.below(60_000));
    match (place, random.below(9)) {
        (Place::Line, _) => (String::new(), ""),
        (_, 0) => (
            format!("15219117{second:02}.86571\tCqKst53mF3det3eDV9\t{own}\t{port}\t10.0.0.100\t53\tudp\t"),
            "\t1\tC_INTERNET\t1\tA\t0\tNOERROR",
        ),
        (_, 1) => (
            format!(
                "{{\"ts\":\"2026-05-12T10:17:{second:02}.5Z\",\"id.orig_h\":\"{own}\",\"id.orig_p\":{port},\"seen\":\""
            ),
            "\",\"rejected\":false}",
        ),
        (_, 2) => (format!("May 12 10:17:{second:02} gw-7 proxy[{port}]: request to "), " was denied"),
        (_, 3) => (format!("date=2026-05-12 src={own} spt={port} dst=\""), "\" action=deny"),
        (_, 4) => (format!("{own} asked {} ({port}) for (", clean.name(random)), ")"),
        (_, 5) => (format!("May 12 10:17:{second:02} gw-7 filter[{port}]: {own} via "), ""),
        (_, 6) => (format!("{} said <", clean.addr(random)), ">, and that was all."),
        (Place::Text, 7) => (format!("2026-05-12,{own},{port},"), ",allowed,200"),
        (Place::Text, _) => (format!("May 12 10:17:{second:02} gw-7 {own} contacted "), ", then gave up"),
        (Place::Url, _) => (format!("2026-05-12T10:17:{second:02}Z\t{own}\t{port}\t"), "\t200\tTCP_MISS"),
    }
}

impl Labelled {
    /// Makes a log. The same recipe always gives the same log.
    pub fn new(recipe: Recipe) -> Self {
        let mut random = Random::new(20);
        let sets = Sets::new(&mut random, recipe.size, recipe.patterns);
        let clean = Clean::new(&mut random);
        let mut made =
            Self { text: Vec::new(), lines: 0, feeds: sets.feeds(), sightings: Vec::new(), near_misses: Vec::new() };
        let cases: Vec<_> =
            all_cases().filter(|case| recipe.patterns || case.needs != cases::Needs::Patterns).collect();
        let kinds: Vec<_> = MIX.iter().flat_map(|&(kind, share)| std::iter::repeat_n(kind, share)).collect();
        let mut next = 0;
        let mut line = String::new();
        for number in 0..recipe.lines {
            line.clear();
            if random.below(1000) >= recipe.rate {
                let kind = *random.one(&kinds);
                clean.line(&mut line, &mut random, kind, 1_521_911_720.0 + number as f64, &Shown::default());
                made.push_line(&line);
                continue;
            }
            let case = cases[next % cases.len()];
            next += 1;
            let piece = (case.make)(&sets, &clean, &mut random);
            let (before, after) = around(&mut random, &clean, piece.place);
            line.push_str(&before);
            line.push_str(&piece.text);
            line.push_str(after);
            let start = (made.text.len() + before.len()) as u64;
            let number = made.lines + 1;
            if piece.hits.is_empty() {
                let span = start..start + piece.text.len() as u64;
                made.near_misses.push(NearMiss { span, line: number, case: case.name });
            }
            made.sightings.extend(piece.hits.into_iter().map(|hit| Sighting {
                span: start + hit.at.start as u64..start + hit.at.end as u64,
                line: number,
                canonical: hit.canonical,
                context: hit.context,
                found: hit.found,
                case: case.name,
                is_defanged: hit.is_defanged,
            }));
            made.push_line(&line);
        }
        made
    }

    fn push_line(&mut self, line: &str) {
        self.text.extend_from_slice(line.as_bytes());
        self.text.push(b'\n');
        self.lines += 1;
    }

    /// A sieve of both feeds, which refuses nothing.
    pub fn sieve(&self) -> Sieve {
        let mut builder = Sieve::builder();
        builder.public_suffixes(PublicSuffixes::empty());
        for (name, indicators) in ["first", "second"].into_iter().zip(&self.feeds) {
            let feed = builder.feed(Feed::new(name));
            for (indicator, line) in indicators.iter().zip(1..) {
                builder.add(feed, Record::new(indicator.clone(), line, ""));
            }
        }
        let (sieve, report) = builder.build().expect("no more than ids can count");
        for feed in &report.feeds {
            assert_eq!((feed.rejected_total(), feed.warnings_total()), (0, 0), "{:?}", feed.rejected);
        }
        sieve
    }

    /// The number of feeds that list each indicator.
    pub fn sources(&self) -> HashMap<String, usize> {
        let mut sources = HashMap::new();
        for indicator in self.feeds.iter().flatten() {
            *sources.entry(indicator.to_string()).or_default() += 1;
        }
        sources
    }

    /// The same log in UTF-16 with a byte order mark, and its sightings.
    pub fn utf16(&self, is_big_endian: bool) -> (Vec<u8>, Vec<Sighting>) {
        let text = std::str::from_utf8(&self.text).expect("cases are text");
        let mut bytes = Vec::with_capacity(2 * text.len() + 2);
        // The offset of each byte of the text.
        let mut places = Vec::with_capacity(text.len() + 1);
        let push = |unit: u16, bytes: &mut Vec<u8>| {
            bytes.extend(if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() });
        };
        push(0xFEFF, &mut bytes);
        for c in text.chars() {
            places.extend(std::iter::repeat_n(bytes.len() as u64, c.len_utf8()));
            for &unit in &*c.encode_utf16(&mut [0; 2]) {
                push(unit, &mut bytes);
            }
        }
        places.push(bytes.len() as u64);
        let sightings = self.sightings.iter().cloned().map(|mut sighting| {
            sighting.span = places[sighting.span.start as usize]..places[sighting.span.end as usize];
            sighting
        });
        let sightings = sightings.collect();
        (bytes, sightings)
    }
}
