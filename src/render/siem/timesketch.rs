//! JSON Lines for Timesketch: `message`, `datetime` and `timestamp_desc`, and any other fields.

use super::met::Met;
use super::tree::Tree;
use crate::event::{EcsName, Value};

pub(super) fn record(met: &Met<'_, '_>) -> Tree {
    let mut tree = Tree::new();
    tree.text("message", met.message());
    tree.text("datetime", datetime(met.time));
    tree.number("timestamp", met.time.as_microsecond());
    tree.text("timestamp_desc", "Event Logged");
    tree.text("data_type", "netsieve:hit");
    tree.text("source_file", met.file);
    tree.number("source_line", met.hit.line());
    tree.text("observed", met.hit.observed());
    tree.text("indicator", met.matched.indicator().to_string());
    tree.text("indicator_kind", met.kind());
    tree.text("relation", met.matched.relation().as_str());
    tree.text("strength", met.matched.strength().as_str());
    let feeds: Vec<&str> = met.listings.iter().map(|listing| listing.feed.name.as_str()).collect();
    tree.texts("feeds", &feeds);
    let ids: Vec<&str> = met.listings.iter().filter_map(|listing| listing.id).collect();
    if !ids.is_empty() {
        tree.texts("feed_ids", &ids);
    }
    let mut tags: Vec<&str> = met.listings.iter().flat_map(|listing| listing.tags.iter().copied()).collect();
    tags.sort_unstable();
    tags.dedup();
    tree.texts("tag", &tags);
    tree.maybe("field", met.field_name());
    // Timesketch takes flat names.
    for (name, value) in met.hit.event().into_iter().flat_map(|event| event.normal().collect::<Vec<_>>()) {
        let flat = name.as_str().replace('.', "_");
        match value {
            _ if name == EcsName::Timestamp => {}
            Value::Number(number) => tree.number(&flat, number),
            value => tree.text(&flat, value.to_string()),
        }
    }
    tree.maybe("log_line", met.line());
    tree
}

/// Formats a time as RFC 3339 with an offset in place of `Z`, as Timesketch documents it.
fn datetime(time: jiff::Timestamp) -> String {
    time.to_string().trim_end_matches('Z').to_owned() + "+00:00"
}
