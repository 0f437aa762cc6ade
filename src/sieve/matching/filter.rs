//! A filter resolved against one sieve: which attribute sets pass.

use crate::indicator::Action;
use crate::sieve::flat::strings::StrId;
use crate::sieve::matching::options::Filter;
use crate::sieve::tables::Tables;

/// Which attribute sets pass, worked out once for a matcher. `None`: all.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct Resolved(Option<Box<[bool]>>);

impl Resolved {
    /// Costs one step for each distinct attribute set, not for each entry.
    pub(in crate::sieve) fn new(tables: &Tables, filter: &Filter) -> Self {
        if filter.is_trivial() {
            return Self(None);
        }
        let rows = 0..tables.attributes.len() as u32;
        Self(Some(rows.map(|row| passes(tables, filter, row)).collect()))
    }

    /// Whether every entry passes.
    #[inline]
    pub(in crate::sieve) fn is_trivial(&self) -> bool {
        self.0.is_none()
    }

    /// Whether an attribute set passes.
    #[inline]
    pub(in crate::sieve) fn passes(&self, attributes: u32) -> bool {
        self.0.as_ref().is_none_or(|passing| passing.get(attributes as usize) == Some(&true))
    }
}

fn passes(tables: &Tables, filter: &Filter, row: u32) -> bool {
    let set = tables.attributes.get(row);
    let is_valid = filter.as_of.is_none_or(|as_of| {
        let as_of = as_of.as_second();
        set.valid_from.is_none_or(|from| from <= as_of) && set.valid_until.is_none_or(|until| as_of < until)
    });
    if set.action != Action::Block {
        return is_valid;
    }
    let is_sure = match (filter.min_confidence, set.confidence) {
        (Some(least), Some(confidence)) => confidence >= least,
        _ => true,
    };
    let is_of_feed = || {
        let feed = tables.feeds.get(set.feed as usize);
        feed.is_some_and(|feed| filter.feeds.contains(&feed.name))
    };
    let has_tag = || {
        let mut tags = tables.attributes.tags(row);
        tags.any(|tag| filter.tags.iter().any(|wanted| wanted == tables.strings.get(StrId(tag))))
    };
    is_valid && is_sure && (filter.feeds.is_empty() || is_of_feed()) && (filter.tags.is_empty() || has_tag())
}
