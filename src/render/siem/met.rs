//! The data that all SIEM formats write: the line, a summary, an id that stays the same.

use crate::limits::MAX_SHOWN_LINE;
use crate::render::listing::Listing;
use crate::render::window::{shown, window};
use crate::scan::Hit;
use crate::sieve::Match;

/// The data of one record.
pub(super) struct Met<'r, 'h> {
    pub(super) file: &'r str,
    pub(super) hit: &'r Hit<'h>,
    pub(super) time: jiff::Timestamp,
    pub(super) matched: &'r Match<'h>,
    pub(super) listings: &'r [Listing<'h>],
    pub(super) text: bool,
}

impl Met<'_, '_> {
    /// Returns the log line, cut around the observable, if it is wanted.
    pub(super) fn line(&self) -> Option<&[u8]> {
        let line = self.hit.line_text();
        let start = self.hit.offset_in_line();
        let max = shown(self.hit.index_in_line(), MAX_SHOWN_LINE);
        self.text.then(|| &line[window(line, start..start + self.hit.observed().len(), max)])
    }

    /// Returns a sentence that sums up the hit.
    pub(super) fn message(&self) -> String {
        let feeds: Vec<&str> = self.listings.iter().map(|listing| listing.feed.name.as_str()).collect();
        let observed = String::from_utf8_lossy(self.hit.observed());
        format!("{observed} matches {} of {}", self.matched.indicator(), feeds.join(", "))
    }

    /// Returns the highest confidence of any feed.
    pub(super) fn confidence(&self) -> Option<u8> {
        self.listings.iter().filter_map(|listing| listing.confidence).max()
    }

    /// Returns an id that is unique to this record and the same on every run.
    pub(super) fn uid(&self) -> String {
        let hit = self.hit;
        let key = format!("{}\0{}\0{}\0{}", self.file, hit.line(), hit.span().start, self.matched.indicator());
        format!("{:032x}", xxhash_rust::xxh3::xxh3_128(key.as_bytes()))
    }

    /// Returns the field that holds the observable: its name in the schema, or else its name in the log.
    pub(super) fn field_name(&self) -> Option<String> {
        let field = self.hit.field()?;
        Some(field.role().map_or_else(|| field.name(), |role| role.as_str().to_owned()))
    }

    /// Returns the kind of the indicator.
    pub(super) fn kind(&self) -> &'static str {
        self.matched.indicator().kind().as_str()
    }
}

/// Returns the text of the indicator without its port.
pub(super) fn without_port(met: &Met<'_, '_>) -> String {
    let indicator = met.matched.indicator();
    let text = indicator.to_string();
    match indicator.port() {
        Some(port) if met.kind() != "url" => {
            let text = text.strip_suffix(&format!(":{port}")).unwrap_or(&text);
            text.trim_start_matches('[').trim_end_matches(']').to_owned()
        }
        _ => text,
    }
}
