//! The compiled set itself.

use std::fmt;
use std::sync::Arc;

use crate::indicator::Feed;
use crate::sieve::matching::view::IndicatorRef;
use crate::sieve::tables::Tables;

/// A compiled set of indicators. Immutable; `clone` copies a pointer.
#[derive(Clone)]
pub struct Sieve(pub(in crate::sieve) Arc<Tables>);

impl Sieve {
    pub(in crate::sieve) fn tables(&self) -> &Tables {
        &self.0
    }

    /// How many indicators it holds, allow entries' included.
    pub fn len(&self) -> usize {
        self.0.indicators.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The feeds, in the order in which they were declared.
    pub fn feeds(&self) -> &[Feed] {
        &self.0.feeds
    }

    /// Every indicator, by id.
    pub fn indicators(&self) -> impl ExactSizeIterator<Item = IndicatorRef<'_>> {
        (0..self.len() as u32).map(|id| IndicatorRef::new(&self.0, id))
    }

    /// Bytes its tables take up, without the feeds' own descriptions.
    pub fn memory_usage(&self) -> usize {
        self.0.memory()
    }

    /// Whether some pattern may match in a line of a log, whatever the line writes as escapes. `scratch` is space to undo them in.
    #[inline]
    pub(crate) fn may_match_pattern(&self, line: &[u8], scratch: &mut Vec<u8>) -> bool {
        let patterns = [&self.0.names, &self.0.paths].into_iter().flatten();
        patterns.into_iter().any(|table| table.may_match(line, scratch))
    }

    /// Whether it holds patterns.
    pub(crate) fn has_patterns(&self) -> bool {
        self.0.names.is_some() || self.0.paths.is_some()
    }

    /// Whether it holds patterns over URL paths, so that request paths must be looked at.
    pub(crate) fn has_path_patterns(&self) -> bool {
        self.0.paths.is_some()
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
