//! What a format has to offer.

use crate::error::Result;
use crate::feed::head::Head;
use crate::indicator::{Feed, RecordSink};
use crate::input::Lines;

/// What a format is recognised by, the most telling first. What an earlier tier is certain of is not put to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// A fixed text at the start of the file.
    Banner,
    /// The keys of a JSON document, or the root of an XML document.
    Shape,
    /// How every line begins.
    Prefix,
    /// What every line is made of, or the names of columns.
    Columns,
    /// How many values on the lines can be read.
    Votes,
    /// Sentences, with indicators among them.
    Prose,
}

impl Tier {
    pub(crate) const ALL: [Tier; 6] =
        [Tier::Banner, Tier::Shape, Tier::Prefix, Tier::Columns, Tier::Votes, Tier::Prose];
}

/// A format.
pub(crate) trait FeedReader: Sync {
    /// How many per cent of the data lines are of this format.
    fn sniff(&self, head: &Head<'_>) -> u8;

    /// Reads all lines. Each value goes into the sink as a record or as a rejection; of the lines, only blank ones and
    /// comments leave no trace in it.
    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()>;
}
