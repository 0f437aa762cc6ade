//! Loads one feed from its lines: recognises the format, reads it, and checks that it holds an indicator.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::recognise;
use crate::feed::registry::Format;
use crate::feed::syntax::text::floor;
use crate::indicator::{Action, Construct, Exceptions, Feed, Record, RecordSink, Reject, Rejection, Skip, Warning};
use crate::input::Lines;
use crate::limits::MAX_REPORTED_VALUE;

/// Reads a feed from its lines.
pub(crate) fn read_lines(
    mut lines: Lines<'_>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    let format = match format {
        None if feed.columns.is_some() => Some(with_columns(&mut lines)?),
        format => format,
    };
    let found = recognise::recognise(&mut lines, format)?;
    let format = found.format;
    sink.format(format.as_str());
    for host in &found.home_pages {
        sink.home_page(host);
    }
    let exceptions = feed.policy.exceptions;
    let mut tally = Tally { sink, exceptions, records: 0, rejections: 0, skips: 0, first: None };
    let result = format.reader().read(&mut lines, feed, &mut tally);
    let Tally { records, rejections, skips, first, .. } = tally;
    sink.lines(lines.count());
    result?;
    match (records, first) {
        (0, None) if skips == 0 => Err(recognise::empty(&lines)),
        (0, None) => {
            let reason = format!("no indicator found when read as {format}; constructs skipped: {skips}");
            Err(Error::empty_feed(lines.path(), reason))
        }
        (0, Some((line, value, reason))) => {
            let what = if rejections == 1 {
                "the only value is rejected".to_owned()
            } else {
                format!("all {rejections} values are rejected")
            };
            let reason = format!(
                "unrecognised: no indicator found when read as {format}: {what}, first line {line}: `{value}`: {reason}"
            );
            Err(Error::feed(lines.path(), reason))
        }
        _ => Ok(format),
    }
}

/// The format of a feed whose columns the user describes. Only these two formats have columns.
fn with_columns(lines: &mut Lines<'_>) -> Result<Format> {
    let text = lines.head()?;
    Ok(if Head::new(&text).shape().is_some() { Format::JsonLines } else { Format::Csv })
}

/// A sink that forwards everything, applies the policy to exceptions, and counts, to find out if the feed was empty.
struct Tally<'s> {
    sink: &'s mut dyn RecordSink,
    exceptions: Exceptions,
    records: u64,
    rejections: u64,
    skips: u64,
    /// The first rejection.
    first: Option<(u32, String, Reject)>,
}

impl RecordSink for Tally<'_> {
    fn record(&mut self, mut record: Record<'_>) {
        // Readers set `Allow` on exceptions only.
        if record.action == Some(Action::Allow) {
            match self.exceptions {
                Exceptions::Allow => {}
                Exceptions::AllowAll => record.action = Some(Action::AllowAll),
                Exceptions::Skip => return self.skip(Skip::new(record.line, record.as_listed, Construct::Exception)),
            }
        }
        self.records += 1;
        self.sink.record(record);
    }

    fn reject(&mut self, mut rejection: Rejection<'_>) {
        rejection.value = shorten(rejection.value);
        if self.rejections == 0 {
            self.first = Some((rejection.line, rejection.value.clone().into_owned(), rejection.reason));
        }
        self.rejections += 1;
        self.sink.reject(rejection);
    }

    fn skip(&mut self, mut skip: Skip<'_>) {
        skip.text = shorten(skip.text);
        self.skips += 1;
        self.sink.skip(skip);
    }

    fn warn(&mut self, warning: Warning<'_>) {
        self.sink.warn(warning);
    }

    fn lines(&mut self, count: u64) {
        self.sink.lines(count);
    }

    fn format(&mut self, name: &str) {
        self.sink.format(name);
    }

    fn title(&mut self, title: &str) {
        self.sink.title(&title[..floor(title, MAX_REPORTED_VALUE)]);
    }

    fn home_page(&mut self, host: &str) {
        self.sink.home_page(host);
    }
}

/// The value as reports show it, cut at [`MAX_REPORTED_VALUE`].
fn shorten(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.len() <= MAX_REPORTED_VALUE {
        return text;
    }
    let mut shown = text[..floor(&text, MAX_REPORTED_VALUE)].to_owned();
    shown.push('…');
    shown.into()
}
