//! OpenPhish's list of URLs (<https://openphish.com/>): a plain list whose entries are phishing URLs.
//!
//! A bare list of URLs does not state its purpose, so this format is never guessed. You must name it.

use crate::error::Result;
use crate::feed::formats::list::plain;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::indicator::{Feed, Record, RecordSink, Rejection, Skip, Warning};
use crate::input::Lines;

pub(crate) struct OpenPhish;

impl FeedReader for OpenPhish {
    fn sniff(&self, _: &Head<'_>) -> u8 {
        0
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        plain::Plain.read(lines, feed, &mut Tagged(sink))
    }
}

/// A sink that adds the tag.
struct Tagged<'s>(&'s mut dyn RecordSink);

impl RecordSink for Tagged<'_> {
    fn record(&mut self, mut record: Record<'_>) {
        record.attributes.tags.push("phishing".into());
        self.0.record(record);
    }

    fn reject(&mut self, rejection: Rejection<'_>) {
        self.0.reject(rejection);
    }

    fn skip(&mut self, skip: Skip<'_>) {
        self.0.skip(skip);
    }

    fn warn(&mut self, warning: Warning<'_>) {
        self.0.warn(warning);
    }

    fn lines(&mut self, count: u64) {
        self.0.lines(count);
    }
}
