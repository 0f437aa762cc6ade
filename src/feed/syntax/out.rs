//! Handing values over.

use crate::error::Result;
use crate::feed::syntax::value::Value;
use crate::indicator::{Action, Construct, Feed, Record, RecordSink, Reject, Rejection, Skip, Warning, WarningKind};
use crate::input::{Line, Lines};

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

/// Calls `each` for every line that is not over the cap.
pub(crate) fn each_line(
    lines: &mut Lines<'_>,
    sink: &mut dyn RecordSink,
    mut each: impl FnMut(&Line<'_>, &mut dyn RecordSink),
) -> Result<()> {
    while let Some(line) = lines.next()? {
        if line.too_long {
            sink.reject(Rejection::new(line.number, line.text, Reject::TooLong));
        } else {
            each(&line, sink);
        }
    }
    Ok(())
}

pub(crate) fn skip(sink: &mut dyn RecordSink, line: u32, text: &str, construct: Construct) {
    sink.skip(Skip::new(line, text, construct));
}

/// `line` without a comment that `#` or `;` begins after white space, and the comment.
pub(crate) fn split_comment(line: &str) -> (&str, Option<&str>) {
    for at in memchr::memchr2_iter(b'#', b';', line.as_bytes()) {
        let body = line[..at].trim_end();
        if body.len() < at {
            let comment = line[at..].trim_start_matches(['#', ';']).trim_start();
            return (body, Some(comment));
        }
    }
    (line, None)
}
