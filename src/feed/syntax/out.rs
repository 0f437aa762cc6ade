//! Handing values over.

use crate::feed::syntax::value::Value;
use crate::indicator::{Action, Construct, Feed, Record, RecordSink, Reject, Rejection, Skip, Warning, WarningKind};

/// Hands a value over as a record, with what `fill` says of it, or as a rejection.
pub(crate) fn put<'a>(
    sink: &mut dyn RecordSink,
    line: u32,
    listed: &'a str,
    value: Result<Value, Reject>,
    fill: impl FnOnce(&mut Record<'a>),
) {
    match value {
        Ok(Value { indicator, host_bits }) => {
            let mut record = Record::new(indicator, line, listed);
            fill(&mut record);
            sink.record(record);
            if host_bits {
                sink.warn(Warning::new(line, listed, WarningKind::HostBits));
            }
        }
        Err(reason) => sink.reject(Rejection::new(line, listed, reason)),
    }
}

/// What an exception in a feed asks for: an exception in a list that allows is nothing but a part of it.
pub(crate) fn exception(feed: &Feed) -> Option<Action> {
    (feed.action == Action::Block).then_some(Action::Allow)
}

pub(crate) fn skip(sink: &mut dyn RecordSink, line: u32, text: &str, construct: Construct) {
    sink.skip(Skip::new(line, text, construct));
}
