//! One sighting: an indicator at one place of a log, the unit that the report counts.
//!
//! Threads that scan write sightings as bytes, and the calling thread reads them in the order of the logs. The description of an
//! indicator is the same in all its sightings, so it is included only until the report has it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use netsieve::Hit;
use netsieve::event::{EcsName, Event, Value};
use netsieve::render::JsonLines;

/// The number of bytes of a log line to keep around the observable.
const SAMPLE: usize = 240;

/// The client that met an indicator: address, user and host, each empty if it is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Who<'a> {
    pub(super) ip: &'a str,
    pub(super) user: &'a str,
    pub(super) host: &'a str,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sighting<'a> {
    /// The number of the indicator within the report.
    pub(super) indicator: u32,
    /// The indicator and its sources, written by `JsonLines::matched`; empty if the report has them already.
    pub(super) about: &'a [u8],
    pub(super) time: Option<Timestamp>,
    /// The log does not give the year or the zone of the time.
    pub(super) is_assumed: bool,
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) who: Who<'a>,
    pub(super) role: &'a str,
    pub(super) outcome: &'a str,
    pub(super) strength: &'a str,
    pub(super) observed: &'a str,
    /// The log line, cut around the observable.
    pub(super) text: &'a str,
}

impl<'a> Sighting<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.indicator.to_le_bytes());
        out.extend_from_slice(&self.line.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.push(u8::from(self.time.is_some()) | u8::from(self.is_assumed) << 1);
        out.extend_from_slice(&self.time.map_or(0, |time| time.as_nanosecond()).to_le_bytes());
        let Who { ip, user, host } = self.who;
        let texts = [ip, user, host, self.role, self.outcome, self.strength, self.observed, self.text];
        for part in texts.iter().map(|text| text.as_bytes()).chain([self.about]) {
            out.extend_from_slice(&u32::try_from(part.len()).expect("parts of a line").to_le_bytes());
            out.extend_from_slice(part);
        }
    }

    /// Reads a sighting from the output of [`write`](Self::write). Also returns the bytes after it.
    pub(super) fn read(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let mut reader = Reader(bytes);
        let indicator = u32::from_le_bytes(reader.array());
        let line = u64::from_le_bytes(reader.array());
        let offset = u64::from_le_bytes(reader.array());
        let [flags] = reader.array();
        let time = i128::from_le_bytes(reader.array());
        let time = (flags & 1 != 0).then(|| Timestamp::from_nanosecond(time).expect("written from a time"));
        let who = Who { ip: reader.text(), user: reader.text(), host: reader.text() };
        let [role, outcome, strength, observed, text] = std::array::from_fn(|_| reader.text());
        let about = reader.bytes();
        let is_assumed = flags & 2 != 0;
        let sighting =
            Self { indicator, about, time, is_assumed, line, offset, who, role, outcome, strength, observed, text };
        (sighting, reader.0)
    }
}

/// Reads bytes that this process has written.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().expect("as many as were asked for")
    }

    fn bytes(&mut self) -> &'a [u8] {
        let len = u32::from_le_bytes(self.array());
        self.take(len as usize)
    }

    fn text(&mut self) -> &'a str {
        str::from_utf8(self.bytes()).expect("written from text")
    }
}

/// The indicators whose description the report has.
pub(super) struct Known {
    bits: Vec<AtomicU64>,
    /// Sources may differ from hit to hit, so each sighting has its description.
    tells_always: bool,
}

impl Known {
    pub(super) fn new(indicators: usize, tells_always: bool) -> Self {
        Self { bits: (0..indicators.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(), tells_always }
    }

    fn has(&self, id: u32) -> bool {
        !self.tells_always && self.bits[id as usize / 64].load(Ordering::Relaxed) & 1 << (id % 64) != 0
    }

    pub(super) fn set(&self, id: u32) {
        self.bits[id as usize / 64].fetch_or(1 << (id % 64), Ordering::Relaxed);
    }
}

/// The indicators that this thread has described in the buffer that it fills. The report may not have read the buffer yet.
#[derive(Default)]
struct Told {
    /// The place and the length of the buffer after the last sighting. Tells the buffer from all others, except from later ones, which
    /// begin empty.
    buffer: (usize, usize),
    ids: HashSet<u32>,
}

thread_local! {
    static TOLD: RefCell<Told> = RefCell::default();
}

impl Told {
    fn begin(&mut self, out: &[u8]) {
        if out.is_empty() || self.buffer != (out.as_ptr().addr(), out.len()) {
            self.ids.clear();
        }
    }

    fn end(&mut self, out: &[u8]) {
        self.buffer = (out.as_ptr().addr(), out.len());
    }
}

/// Writes the sightings of a hit, without the observable and the log line unless they are wanted. Allocates for each hit: hits are rare.
pub(super) fn write_hit(hit: &Hit<'_>, known: &Known, wants_samples: bool, out: &mut Vec<u8>) {
    let event = hit.event();
    let time = event.and_then(|event| event.time());
    let (mut ip, mut user, mut host) = (String::new(), "", "");
    if let Some(who) = event.and_then(|event| event.who()) {
        ip = who.ip.map_or(String::new(), |ip| ip.to_string());
        (user, host) = (who.user.unwrap_or(""), who.host.unwrap_or(""));
    }
    let field = hit.field();
    let name = field.filter(|field| field.role().is_none()).map_or(String::new(), |field| field.name());
    let role = match field.and_then(|field| field.role()) {
        Some(role) => role.as_str(),
        None => name.as_str(),
    };
    let outcome = event.map_or(String::new(), outcome);
    let (line, observed) = if wants_samples { (hit.line_text(), hit.observed()) } else { (&b""[..], &b""[..]) };
    let text = String::from_utf8_lossy(sample(line, hit.offset_in_line(), observed.len()));
    let observed = String::from_utf8_lossy(&observed[..observed.len().min(SAMPLE)]);
    let mut about = Vec::new();
    TOLD.with_borrow_mut(|told| told.begin(out));
    for matched in hit.matches().iter() {
        let id = matched.indicator().id();
        about.clear();
        if !known.has(id) && (TOLD.with_borrow_mut(|told| told.ids.insert(id)) || known.tells_always) {
            JsonLines::new().matched(&mut about, &matched);
        }
        let sighting = Sighting {
            indicator: id,
            about: &about,
            time: time.map(|time| time.timestamp()),
            is_assumed: time.is_some_and(|time| !time.year_logged() || !time.zone_logged()),
            line: hit.line(),
            offset: hit.span().start,
            who: Who { ip: &ip, user, host },
            role,
            outcome: &outcome,
            strength: matched.strength().as_str(),
            observed: &observed,
            text: &text,
        };
        sighting.write(out);
    }
    TOLD.with_borrow_mut(|told| told.end(out));
}

/// The outcome of the event: success or failure, or else the action, or else the status of the response.
fn outcome(event: Event<'_>) -> String {
    let names = [EcsName::EventOutcome, EcsName::EventAction, EcsName::HttpStatus];
    let value = names.iter().find_map(|name| event.get(*name));
    value.map_or(String::new(), |value| match value {
        Value::Text(text) => text.chars().take(40).collect(),
        other => other.to_string(),
    })
}

/// The part of a line around an observable. Starts with the line if that is close, because most lines begin with the time.
fn sample(line: &[u8], start: usize, len: usize) -> &[u8] {
    let end = start.saturating_add(len).min(line.len());
    let from = if end <= SAMPLE { 0 } else { start.saturating_sub(SAMPLE / 3).min(line.len()) };
    let to = (from + SAMPLE).min(line.len());
    &line[from..to]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sightings_read_back() {
        let full = Sighting {
            indicator: 7,
            about: b"{}",
            time: Some("1969-05-12T10:02:03.000000004Z".parse().unwrap()),
            is_assumed: true,
            line: 3,
            offset: 1 << 40,
            who: Who { ip: "192.0.2.7", user: "eve", host: "laptop" },
            role: "dns.question.name",
            outcome: "failure",
            strength: "strong",
            observed: "evil.test",
            text: "query evil.test",
        };
        let mut out = Vec::new();
        for sighting in [full, Sighting::default(), full] {
            sighting.write(&mut out);
        }
        let (first, rest) = Sighting::read(&out);
        let (second, rest) = Sighting::read(rest);
        let (third, rest) = Sighting::read(rest);
        assert_eq!((first, second, third), (full, Sighting::default(), full));
        assert!(rest.is_empty());
    }

    #[test]
    fn samples_hold_what_was_seen() {
        let line = vec![b'a'; 5000];
        for start in [0, 10, 200, 300, 4000, 4990] {
            let shown = sample(&line, start, 10);
            let from = shown.as_ptr() as usize - line.as_ptr() as usize;
            assert!(shown.len() <= SAMPLE && from <= start && start + 10 <= from + shown.len(), "{start}");
        }
        assert_eq!(sample(b"short", 2, 100), b"short");
    }
}
