//! A sink that records everything a reader passes on.

use std::fmt::Write as _;

use netsieve::feed::{self, Format};
use netsieve::indicator::{Record, RecordSink, Rejection, Skip, Warning, WarningKind};
use netsieve::{Error, Feed, Indicator, Kind, Reject, Scope};

/// Records everything a reader passes on.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Everything received, in order, as one line of text each.
    pub(crate) events: Vec<String>,
    /// Line and canonical text.
    pub(crate) records: Vec<(u32, String)>,
    pub(crate) indicators: Vec<Indicator>,
    pub(crate) listed: Vec<String>,
    pub(crate) scores: Vec<Option<f64>>,
    pub(crate) descriptions: Vec<Option<String>>,
    pub(crate) rejections: Vec<(u32, String, Reject)>,
    pub(crate) warnings: Vec<(u32, String, WarningKind)>,
    pub(crate) lines: u64,
    pub(crate) format: Option<String>,
}

impl RecordSink for Seen {
    fn record(&mut self, record: Record<'_>) {
        self.events.push(show(&record));
        self.records.push((record.line, record.indicator.to_string()));
        self.indicators.push(record.indicator);
        self.listed.push(record.as_listed.into_owned());
        self.scores.push(record.attributes.score);
        self.descriptions.push(record.attributes.description.map(Into::into));
    }

    fn reject(&mut self, rejection: Rejection<'_>) {
        self.events.push(format!("{} ! {}: {}", rejection.line, rejection.reason.code(), rejection.value));
        self.rejections.push((rejection.line, rejection.value.into_owned(), rejection.reason));
    }

    fn skip(&mut self, skip: Skip<'_>) {
        self.events.push(format!("{} - {}", skip.line, skip.construct.code()));
    }

    fn title(&mut self, title: &str) {
        self.events.push(format!("title {title}"));
    }

    fn warn(&mut self, warning: Warning<'_>) {
        self.warnings.push((warning.line, warning.value.into_owned(), warning.kind));
    }

    fn lines(&mut self, count: u64) {
        self.lines += count;
    }

    fn format(&mut self, name: &str) {
        self.format = Some(name.to_owned());
    }
}

impl Seen {
    pub(crate) fn records(&self) -> Vec<(u32, &str)> {
        self.records.iter().map(|(line, text)| (*line, &**text)).collect()
    }

    pub(crate) fn rejections(&self) -> Vec<(u32, &str, Reject)> {
        self.rejections.iter().map(|(line, value, reason)| (*line, &**value, *reason)).collect()
    }
}

/// A record as a line of text: line, kind, scope of a name and value, then the metadata in the order below.
fn show(record: &Record<'_>) -> String {
    let mut text = format!("{} {}", record.line, record.indicator.kind());
    match (record.indicator.kind(), record.indicator.scope()) {
        (Kind::Domain, Some(scope)) => write!(text, " {scope}").unwrap(),
        (Kind::Url, Some(Scope::Suffix)) => text.push_str(" suffix"),
        _ => {}
    }
    write!(text, " {}", record.indicator).unwrap();
    let attributes = &record.attributes;
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(text, " {name}={value}").unwrap();
        }
    };
    add("action", record.action.map(|action| action.as_str().to_owned()));
    add("tags", (!attributes.tags.is_empty()).then(|| attributes.tags.join(",")));
    add("family", attributes.family.as_deref().map(Into::into));
    add("confidence", attributes.confidence.map(|number| number.to_string()));
    add("score", attributes.score.map(|number| number.to_string()));
    add("first", attributes.first_seen.map(|time| time.to_string()));
    add("last", attributes.last_seen.map(|time| time.to_string()));
    add("until", attributes.valid_until.map(|time| time.to_string()));
    add("ref", attributes.reference.as_deref().map(Into::into));
    add("id", attributes.id.as_deref().map(Into::into));
    add("text", attributes.description.as_deref().map(Into::into));
    text
}

/// Reads a text, which must be recognised as `format` and give the same result if the format is named. Returns all events.
#[track_caller]
pub(crate) fn events(format: Format, text: impl AsRef<[u8]>) -> Vec<String> {
    events_of(format, text.as_ref(), &Feed::new("demo"))
}

/// As [`events`], for a feed with its own policy.
#[track_caller]
pub(crate) fn events_of(format: Format, text: &[u8], feed: &Feed) -> Vec<String> {
    let (result, seen) = read(text, None, feed);
    assert_eq!(result.unwrap_or_else(|error| panic!("{error}")), format);
    let (result, named) = read(text, Some(format), feed);
    assert_eq!((result.unwrap(), &named.events), (format, &seen.events));
    assert_eq!(seen.format.as_deref(), Some(format.as_str()));
    seen.events
}

/// As [`events`], but without recognition, for texts too short or too unusual for it.
#[track_caller]
pub(crate) fn events_named(format: Format, text: impl AsRef<[u8]>) -> Vec<String> {
    let (_, seen) = read(text.as_ref(), Some(format), &Feed::new("demo"));
    seen.events
}

pub(crate) fn read(bytes: &[u8], format: Option<Format>, feed: &Feed) -> (Result<Format, Error>, Seen) {
    let mut seen = Seen::default();
    let result = feed::read(bytes, "folder/made_up.txt", format, feed, &mut seen);
    (result, seen)
}

/// A file in the folder that `NETSIEVE_DATA` names.
pub(crate) fn real(name: &str) -> std::path::PathBuf {
    let folder = std::env::var_os("NETSIEVE_DATA").expect("NETSIEVE_DATA names the folder of the real data");
    std::path::Path::new(&folder).join("feeds").join(name)
}

#[track_caller]
pub(crate) fn read_real(name: &str) -> (Format, Seen) {
    let mut seen = Seen::default();
    let result = feed::read_file(real(name), None, &Feed::new(name), &mut seen);
    (result.unwrap_or_else(|error| panic!("{error}")), seen)
}

impl Seen {
    /// The number of records of a kind and scope.
    pub(crate) fn count(&self, kind: Kind, scope: Option<Scope>) -> usize {
        self.indicators.iter().filter(|indicator| indicator.kind() == kind && indicator.scope() == scope).count()
    }

    /// The number of skipped parts, by kind.
    pub(crate) fn skips(&self) -> std::collections::BTreeMap<String, usize> {
        let mut counts = std::collections::BTreeMap::new();
        for event in &self.events {
            if let Some((_, construct)) = event.split_once(" - ").filter(|(line, _)| line.parse::<u32>().is_ok()) {
                *counts.entry(construct.to_owned()).or_default() += 1;
            }
        }
        counts
    }
}
