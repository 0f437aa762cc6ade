//! The compiled set itself.

use std::fmt;

use crate::indicator::Feed;
use crate::sieve::layers::Layers;
use crate::sieve::matching::view::IndicatorRef;
use crate::sieve::tables::Tables;

/// A compiled set of indicators. Immutable; `clone` is cheap, because the tables are shared.
#[derive(Clone)]
pub struct Sieve(pub(in crate::sieve) Layers);

impl Sieve {
    /// The compiled tables, without later changes.
    pub(in crate::sieve) fn tables(&self) -> &Tables {
        &self.0
    }

    /// Returns the number of indicators, allow entries included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if the sieve holds no indicators.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The feeds, in the order of declaration.
    pub fn feeds(&self) -> &[Feed] {
        // The feeds of an overlay start with those of the compiled tables.
        &self.0.overlay().unwrap_or(self.0.compiled()).tables.feeds
    }

    /// Iterates over all indicators, in the order of their ids.
    pub fn indicators(&self) -> impl ExactSizeIterator<Item = IndicatorRef<'_>> {
        self.0.ids().map(|id| IndicatorRef::of(&self.0, id))
    }

    /// The memory that the tables take up, in bytes. The descriptions of the feeds are not counted.
    pub fn memory_usage(&self) -> usize {
        self.0.memory()
    }

    /// Returns true if a pattern may match somewhere in a log line, with the line's escapes undone. `scratch` is the
    /// space for undoing them.
    #[inline]
    pub(crate) fn may_match_pattern(&self, line: &[u8], scratch: &mut Vec<u8>) -> bool {
        let mut patterns = self.0.all().flat_map(|layer| [&layer.tables.names, &layer.tables.paths]).flatten();
        patterns.any(|table| table.may_match(line, scratch))
    }

    /// Returns true if the sieve holds patterns.
    pub(crate) fn has_patterns(&self) -> bool {
        self.0.all().any(|layer| layer.tables.names.is_some() || layer.tables.paths.is_some())
    }

    /// Returns true if the sieve holds patterns over URL paths, which means that request paths must be looked up.
    pub(crate) fn has_path_patterns(&self) -> bool {
        self.0.has_path_patterns()
    }
}

impl fmt::Debug for Sieve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sieve")
            .field("indicators", &self.len())
            .field("feeds", &self.feeds().len())
            .field("bytes", &self.memory_usage())
            .finish()
    }
}
