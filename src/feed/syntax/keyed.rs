//! JSON formats with flat records and known keys, described by constants.

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::Json;
use crate::feed::syntax::rows::{self, Reading};
use crate::feed::syntax::value::Rules;
use crate::indicator::{ColumnRole, Feed, RecordSink, Scope};
use crate::input::Lines;

/// A document of records: an array, or an object of arrays.
pub(crate) struct Keyed {
    /// Paths that identify the document: it must contain all paths of one of these sets.
    pub(crate) shapes: &'static [&'static [&'static str]],
    /// The roles of a record's keys; `#` is the key of the enclosing array if it is a number. Keys not named here go to
    /// the description.
    pub(crate) keys: &'static [(&'static str, ColumnRole)],
}

impl FeedReader for Keyed {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_it = head.shape().is_some_and(|shape| self.shapes.iter().any(|paths| shape.has_all(paths)));
        if is_it { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let role = |key: &str| self.keys.iter().find(|(known, _)| *known == key).map(|(_, role)| *role);
        let rules = Rules::new(feed, Scope::Suffix);
        let reading = Reading { feed, rules, role: &role, finish: &|_, _| {}, members: &[] };
        rows::document(&mut Json::new(lines), &reading, sink)
    }
}
