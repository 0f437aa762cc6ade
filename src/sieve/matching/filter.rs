//! A filter resolved against one sieve: the attribute sets that pass.

use crate::indicator::Action;
use crate::sieve::flat::strings::StrId;
use crate::sieve::layers::Layers;
use crate::sieve::matching::options::Filter;
use crate::sieve::tables::Tables;

/// The attribute sets that pass, worked out once per matcher, and any further requirement on time.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct Resolved {
    /// `None`: all pass.
    passing: Option<Box<[bool]>>,
    /// The same for the overlay.
    in_overlay: Option<Box<[bool]>>,
    pub(super) moment: Moment,
}

/// The time at which entries must be valid, where it can change from one lookup to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Moment {
    /// No requirement.
    #[default]
    Any,
    /// This second, as Unix time.
    #[cfg_attr(not(feature = "events"), expect(dead_code, reason = "only events have a time"))]
    At(i64),
    /// Not known yet; the caller checks it later. Until then, allow entries do not count.
    Later,
}

impl Resolved {
    /// Costs one step per distinct attribute set, not per entry.
    pub(in crate::sieve) fn new(layers: &Layers, filter: &Filter) -> Self {
        if filter.is_trivial() {
            return Self::default();
        }
        let passing =
            |tables: &Tables| (0..tables.attributes.len() as u32).map(|row| passes(tables, filter, row)).collect();
        let in_overlay = layers.overlay().map(|layer| passing(layer.tables));
        Self { passing: Some(passing(layers)), in_overlay, moment: Moment::Any }
    }

    /// Returns true if every entry passes.
    #[inline]
    pub(in crate::sieve) fn is_trivial(&self) -> bool {
        self.passing.is_none() && !matches!(self.moment, Moment::At(_))
    }

    /// Returns true if an attribute set of a layer passes.
    #[inline]
    pub(in crate::sieve) fn passes(&self, is_overlay: bool, attributes: u32) -> bool {
        let passing = if is_overlay { &self.in_overlay } else { &self.passing };
        passing.as_ref().is_none_or(|passing| passing.get(attributes as usize) == Some(&true))
    }
}

/// Returns true if an attribute set is valid at a second.
pub(super) fn is_valid_at(tables: &Tables, attributes: u32, second: i64) -> bool {
    let set = tables.attributes.get(attributes);
    set.valid_from.is_none_or(|from| from <= second) && set.valid_until.is_none_or(|until| second < until)
}

fn passes(tables: &Tables, filter: &Filter, row: u32) -> bool {
    let set = tables.attributes.get(row);
    let is_valid = filter.as_of.is_none_or(|as_of| is_valid_at(tables, row, as_of.as_second()));
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
