//! The trait that every format implements.

use crate::error::Result;
use crate::feed::head::Head;
use crate::indicator::{Feed, RecordSink};
use crate::input::Lines;

/// The kind of evidence that identifies a format, the strongest first. Later tiers are asked only if no earlier one is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// A fixed text at the start of the file.
    Banner,
    /// The keys of a JSON document, or the root of an XML document.
    Shape,
    /// The start of every line.
    Prefix,
    /// The makeup of every line, or the names of the columns.
    Columns,
    /// The number of values that can be read.
    Votes,
    /// Sentences with indicators among them.
    Prose,
}

impl Tier {
    pub(crate) const ALL: [Tier; 6] =
        [Tier::Banner, Tier::Shape, Tier::Prefix, Tier::Columns, Tier::Votes, Tier::Prose];
}

/// A feed format.
pub(crate) trait FeedReader: Sync {
    /// Returns the percentage of data lines that fit this format.
    fn sniff(&self, head: &Head<'_>) -> u8;

    /// Reads all lines. Every line leaves a trace in the sink, as records, rejections, warnings or skips, except blank
    /// lines and comments.
    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()>;
}
