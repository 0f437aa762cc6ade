//! Counts sightings by indicator and client, in bounded memory.

use std::collections::HashMap;

use jiff::Timestamp;

use super::about::About;
use super::sighting::{Sighting, Who};

/// The number of log lines to keep for each pair, and the bytes of log lines in total.
const SAMPLES: usize = 3;
const SAMPLE_BYTES: usize = 6 << 20;

/// The number of logs to keep for each pair. Further logs are only counted.
const FILES: usize = 32;

/// The number of distinct roles, and of distinct outcomes, in a report. All further ones count as `other`.
const WORDS: usize = 64;

/// The most spans in the timeline.
const SPANS: usize = 2048;

/// One indicator and one client.
#[derive(Clone, Debug, Default)]
pub(super) struct Pair {
    /// Hits.
    pub(super) count: u64,
    /// Log lines with a hit.
    pub(super) events: u64,
    /// Hits without a time.
    pub(super) undated: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    /// The log does not give the year or the zone of some of the times.
    pub(super) is_assumed: bool,
    /// Pairs were folded before this one appeared, and it may have been among them.
    pub(super) is_at_least: bool,
    /// The numbers of the logs, in the order of their first hits.
    pub(super) files: Vec<u32>,
    pub(super) more_files: u64,
    roles: u64,
    outcomes: u64,
    strengths: u64,
    pub(super) samples: Vec<Sample>,
    /// The last line with a hit.
    last_line: Option<(u32, u64)>,
}

/// The log lines that are kept.
struct Samples<'s> {
    /// Their size in bytes.
    kept: &'s mut usize,
    /// False if no output shows any.
    are_kept: bool,
}

impl Pair {
    /// Counts a sighting. `words` are the bits of its role, its outcome and its strength.
    fn add(&mut self, file: u32, sighting: &Sighting<'_>, words: [u64; 3], samples: &mut Samples<'_>) {
        self.count += 1;
        if self.last_line != Some((file, sighting.line)) {
            self.last_line = Some((file, sighting.line));
            self.events += 1;
        }
        span(&mut self.first, &mut self.last, sighting.time);
        self.undated += u64::from(sighting.time.is_none());
        self.is_assumed |= sighting.is_assumed;
        let [role, outcome, strength] = words;
        self.roles |= role;
        self.outcomes |= outcome;
        self.strengths |= strength;
        if self.files.last() != Some(&file) && !self.files.contains(&file) {
            if self.files.len() < FILES {
                self.files.push(file);
            } else {
                self.more_files += 1;
            }
        }
        let cost = sighting.text.len() + sighting.observed.len() + 40;
        // The first line of a pair is worth more than the second line of another pair.
        let budget = if self.samples.is_empty() { SAMPLE_BYTES } else { SAMPLE_BYTES / 2 };
        if samples.are_kept
            && self.samples.len() < SAMPLES
            && *samples.kept + cost <= budget
            && self.samples.last().is_none_or(|last| (last.file, last.line) != (file, sighting.line))
        {
            *samples.kept += cost;
            self.samples.push(Sample {
                file,
                line: sighting.line,
                observed: sighting.observed.to_owned(),
                text: sighting.text.to_owned(),
            });
        }
    }
}

/// A log line with a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) file: u32,
    pub(super) line: u64,
    pub(super) observed: String,
    pub(super) text: String,
}

/// A small set of words. Each word is a bit in a pair.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    fn bit(&mut self, word: &str) -> u64 {
        if word.is_empty() {
            return 0;
        }
        let at = self.0.iter().position(|known| known == word).unwrap_or_else(|| {
            if self.0.len() < WORDS {
                self.0.push(if self.0.len() + 1 < WORDS { word.to_owned() } else { "other".to_owned() });
            }
            self.0.len() - 1
        });
        1 << at
    }

    fn of(&self, bits: u64) -> Vec<&str> {
        let mut words: Vec<&str> =
            self.0.iter().enumerate().filter(|(at, _)| bits & 1 << at != 0).map(|(_, word)| word.as_str()).collect();
        words.sort_unstable();
        words
    }
}

/// Hits over time, in spans that are widened when there are too many.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    /// The length of a span in seconds.
    pub(super) span: i64,
    pub(super) counts: HashMap<i64, u64>,
    /// The hits in the last span that are not in `counts` yet: most hits are in the same span as the one before.
    last: (i64, u64),
}

impl Default for Timeline {
    fn default() -> Self {
        Self { span: 60, counts: HashMap::new(), last: (0, 0) }
    }
}

impl Timeline {
    fn add(&mut self, time: Timestamp) {
        let at = time.as_second().div_euclid(self.span);
        if at != self.last.0 {
            self.settle();
            self.last.0 = time.as_second().div_euclid(self.span);
        }
        self.last.1 += 1;
    }

    /// Counts the hits in the last span.
    fn settle(&mut self) {
        let (at, count) = (self.last.0, std::mem::take(&mut self.last.1));
        if count > 0 {
            *self.counts.entry(at).or_default() += count;
        }
        while self.counts.len() > SPANS {
            let by = [(60, 300), (300, 3600), (3600, 86_400)].iter().find(|(from, _)| *from == self.span);
            let wider = by.map_or(self.span * 2, |(_, to)| *to);
            let mut counts = HashMap::new();
            for (at, count) in self.counts.drain() {
                *counts.entry((at * self.span).div_euclid(wider)).or_default() += count;
            }
            (self.span, self.counts) = (wider, counts);
        }
    }
}

/// The sum of the pairs that were folded to bound memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Others {
    /// The number of folded pairs. A pair that appears again can be folded again.
    pub(super) pairs: u64,
    pub(super) count: u64,
    pub(super) events: u64,
}

/// The sum of all pairs, folded ones included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) count: u64,
    /// Log lines with a hit.
    pub(super) lines: u64,
    pub(super) undated: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

pub(super) struct Tally {
    max_pairs: usize,
    /// By client (address, user and host, joined by NUL), then by indicator.
    pairs: HashMap<Box<str>, HashMap<u32, Pair>>,
    len: usize,
    key: String,
    pub(super) abouts: HashMap<u32, About>,
    pub(super) roles: Words,
    pub(super) outcomes: Words,
    pub(super) strengths: Words,
    pub(super) timeline: Timeline,
    pub(super) others: Others,
    pub(super) totals: Totals,
    last_line: Option<(u32, u64)>,
    sampled: usize,
    /// True to keep log lines.
    keeps_samples: bool,
}

/// One row of the report.
pub(super) struct Row {
    pub(super) indicator: u32,
    who: Box<str>,
    pub(super) pair: Pair,
}

impl Row {
    /// The client as one text, which sorts like [`Who`].
    pub(super) fn key(&self) -> &str {
        &self.who
    }

    pub(super) fn who(&self) -> Who<'_> {
        let mut parts = self.who.splitn(3, '\0');
        let mut next = || parts.next().unwrap_or("");
        Who { ip: next(), user: next(), host: next() }
    }
}

impl Tally {
    pub(super) fn new(max_pairs: usize, keeps_samples: bool) -> Self {
        Self {
            max_pairs: max_pairs.max(1),
            pairs: HashMap::new(),
            len: 0,
            key: String::new(),
            abouts: HashMap::new(),
            roles: Words::default(),
            outcomes: Words::default(),
            strengths: Words::default(),
            timeline: Timeline::default(),
            others: Others::default(),
            totals: Totals::default(),
            last_line: None,
            sampled: 0,
            keeps_samples,
        }
    }

    /// Counts a sighting in the log with this number. The sightings of a line come in succession.
    pub(super) fn add(&mut self, file: u32, sighting: &Sighting<'_>) {
        let Who { ip, user, host } = sighting.who;
        self.key.clear();
        for (at, part) in [ip, user, host].into_iter().enumerate() {
            if at > 0 {
                self.key.push('\0');
            }
            // A NUL from a log must not separate parts of the key.
            match memchr::memchr(0, part.as_bytes()) {
                None => self.key.push_str(part),
                Some(_) => self.key.push_str(&part.replace('\0', " ")),
            }
        }
        self.total(file, sighting);
        let words =
            [self.roles.bit(sighting.role), self.outcomes.bit(sighting.outcome), self.strengths.bit(sighting.strength)];
        let mut samples = Samples { kept: &mut self.sampled, are_kept: self.keeps_samples };
        if let Some(pair) = self.pairs.get_mut(&*self.key).and_then(|pairs| pairs.get_mut(&sighting.indicator)) {
            pair.add(file, sighting, words, &mut samples);
            return;
        }
        if self.len >= self.max_pairs {
            self.fold();
        }
        self.len += 1;
        let mut samples = Samples { kept: &mut self.sampled, are_kept: self.keeps_samples };
        let mut pair = Pair { is_at_least: self.others.pairs > 0, ..Pair::default() };
        pair.add(file, sighting, words, &mut samples);
        self.pairs.entry(self.key.as_str().into()).or_default().insert(sighting.indicator, pair);
    }

    fn total(&mut self, file: u32, sighting: &Sighting<'_>) {
        self.totals.count += 1;
        if self.last_line != Some((file, sighting.line)) {
            self.last_line = Some((file, sighting.line));
            self.totals.lines += 1;
        }
        match sighting.time {
            Some(time) => self.timeline.add(time),
            None => self.totals.undated += 1,
        }
        span(&mut self.totals.first, &mut self.totals.last, sighting.time);
    }

    /// Folds the rarest eighth of the pairs.
    fn fold(&mut self) {
        let mut counts: Vec<(u64, u32, &str)> = self
            .pairs
            .iter()
            .flat_map(|(who, pairs)| pairs.iter().map(|(id, pair)| (pair.count, *id, &**who)))
            .collect();
        let folded = (self.max_pairs / 8).max(1).min(counts.len());
        // Equally rare pairs are ordered by indicator and client, so that reports do not depend on chance.
        counts.select_nth_unstable(folded - 1);
        let gone: Vec<(u32, Box<str>)> = counts[..folded].iter().map(|(_, id, who)| (*id, (*who).into())).collect();
        for (id, who) in gone {
            let Some(pairs) = self.pairs.get_mut(&who) else { continue };
            if let Some(pair) = pairs.remove(&id) {
                self.len -= 1;
                self.others.pairs += 1;
                self.others.count += pair.count;
                self.others.events += pair.events;
                for sample in pair.samples {
                    self.sampled -= sample.text.len() + sample.observed.len() + 40;
                }
            }
            if pairs.is_empty() {
                self.pairs.remove(&who);
            }
        }
    }

    /// Returns the rows, and the rest of the tally.
    pub(super) fn finish(mut self) -> (Vec<Row>, Self) {
        self.timeline.settle();
        let mut rows = Vec::with_capacity(self.len);
        for (who, pairs) in std::mem::take(&mut self.pairs) {
            for (indicator, pair) in pairs {
                rows.push(Row { indicator, who: who.clone(), pair });
            }
        }
        (rows, self)
    }

    pub(super) fn roles(&self, pair: &Pair) -> Vec<&str> {
        self.roles.of(pair.roles)
    }

    pub(super) fn outcomes(&self, pair: &Pair) -> Vec<&str> {
        self.outcomes.of(pair.outcomes)
    }

    pub(super) fn strengths(&self, pair: &Pair) -> Vec<&str> {
        self.strengths.of(pair.strengths)
    }

    /// The number of pairs.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.len
    }
}

fn span(first: &mut Option<Timestamp>, last: &mut Option<Timestamp>, time: Option<Timestamp>) {
    *first = (*first).into_iter().chain(time).min();
    *last = (*last).max(time);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting<'a>(indicator: u32, ip: &'a str, second: i64, line: u64) -> Sighting<'a> {
        Sighting {
            indicator,
            who: Who { ip, user: "", host: "" },
            time: Timestamp::from_second(second).ok(),
            line,
            role: "source.ip",
            text: "a line",
            ..Sighting::default()
        }
    }

    #[test]
    fn counts_hits_and_lines() {
        let mut tally = Tally::new(10, true);
        tally.add(0, &sighting(1, "192.0.2.7", 50, 1));
        tally.add(0, &sighting(1, "192.0.2.7", 50, 1));
        tally.add(1, &sighting(1, "192.0.2.7", 20, 1));
        tally.add(1, &Sighting { time: None, ..sighting(1, "192.0.2.7", 0, 2) });
        tally.add(1, &sighting(2, "192.0.2.7", 30, 2));
        let (mut rows, tally) = tally.finish();
        rows.sort_by_key(|row| row.indicator);
        let pair = &rows[0].pair;
        assert_eq!((pair.count, pair.events, pair.undated, &pair.files[..]), (4, 3, 1, &[0, 1][..]));
        let second = |time: Option<Timestamp>| time.map(|time| time.as_second());
        assert_eq!((second(pair.first), second(pair.last)), (Some(20), Some(50)));
        assert_eq!((rows[0].who().ip, tally.roles(pair)), ("192.0.2.7", vec!["source.ip"]));
        assert_eq!((tally.totals.count, tally.totals.lines, tally.totals.undated), (5, 3, 1));
        assert_eq!(pair.samples.len(), 3);
    }

    /// The sum stays exact, frequent pairs stay, and counts that may be too low are marked.
    #[test]
    fn the_rarest_are_folded() {
        let mut tally = Tally::new(16, false);
        let names: Vec<String> = (0..200).map(|at| format!("198.51.100.{at}")).collect();
        for (at, name) in names.iter().enumerate() {
            for _ in 0..if at % 50 == 0 { 100 } else { 1 } {
                tally.add(0, &sighting(1, name, at as i64, at as u64));
            }
            assert!(tally.len() <= 16);
        }
        let (rows, tally) = tally.finish();
        let kept: u64 = rows.iter().map(|row| row.pair.count).sum();
        assert_eq!(kept + tally.others.count, tally.totals.count);
        assert_eq!(tally.totals.count, 4 * 100 + 196);
        for at in [0, 50, 100, 150] {
            let row = rows.iter().find(|row| row.who().ip == names[at]).unwrap();
            assert_eq!((row.pair.count, row.pair.is_at_least), (100, at > 0));
        }
    }

    #[test]
    fn a_timeline_has_few_spans() {
        let mut timeline = Timeline::default();
        for day in 0..20_000 {
            timeline.add(Timestamp::from_second(day * 86_400 - 500_000_000).unwrap());
        }
        timeline.settle();
        assert!(timeline.counts.len() <= SPANS);
        assert_eq!(timeline.counts.values().sum::<u64>(), 20_000);
    }
}
