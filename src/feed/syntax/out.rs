//! Passes values on to the sink.

use jiff::Timestamp;

use crate::error::Result;
use crate::feed::syntax::json::{Bytes, Json, Text};
use crate::feed::syntax::text;
use crate::feed::syntax::value::Value;
use crate::indicator::{Action, Construct, Feed, Record, RecordSink, Reject, Rejection, Skip, Warning, WarningKind};

/// Passes a value to the sink: as a record, whose metadata `fill` sets, or as a rejection.
pub(crate) fn put<'a>(
    sink: &mut dyn RecordSink,
    line: u32,
    listed: &'a str,
    value: Result<Value, Reject>,
    fill: impl FnOnce(&mut Record<'a>),
) {
    match value {
        Ok(Value { indicator, note }) => {
            let mut record = Record::new(indicator, line, listed);
            fill(&mut record);
            sink.record(record);
            if let Some(note) = note {
                sink.warn(Warning::new(line, listed, note));
            }
        }
        Err(reason) => sink.reject(Rejection::new(line, listed, reason)),
    }
}

/// The results for one listing that stands for several values: each value, or the one reason for rejecting it.
pub(crate) fn each(values: Result<Vec<Value>, Reject>) -> Vec<Result<Value, Reject>> {
    match values {
        Ok(values) => values.into_iter().map(Ok).collect(),
        Err(reason) => vec![Err(reason)],
    }
}

/// Parses a date, and warns if it cannot be read.
pub(crate) fn date(said: &str, line: u32, sink: &mut dyn RecordSink) -> Option<Timestamp> {
    let time = text::time(said);
    if time.is_none() && text::says_a_date(said) {
        sink.warn(Warning::new(line, said, WarningKind::UnreadableDate));
    }
    time
}

/// Reads a date from JSON.
pub(crate) fn json_date<B: Bytes>(
    json: &mut Json<B>,
    text: &mut Text,
    sink: &mut dyn RecordSink,
) -> Result<Option<Timestamp>> {
    Ok(json.owned(text)?.and_then(|said| date(&said, text.line, sink)))
}

/// The action of an exception. In an allow feed, exceptions are ordinary entries.
pub(crate) fn exception(feed: &Feed) -> Option<Action> {
    (feed.action == Action::Block).then_some(Action::Allow)
}

pub(crate) fn skip(sink: &mut dyn RecordSink, line: u32, text: &str, construct: Construct) {
    sink.skip(Skip::new(line, text, construct));
}
