use crate::limits::MAX_SHOWN_LINE;
use crate::render::listing::Listing;
use crate::render::window::{shown, window};
use crate::scan::Hit;
use crate::sieve::Match;

/// What a record is made of.
pub(super) struct Met<'r, 'h> {
    pub(super) file: &'r str,
    pub(super) hit: &'r Hit<'h>,
    pub(super) time: jiff::Timestamp,
    pub(super) matched: &'r Match<'h>,
    pub(super) listings: &'r [Listing<'h>],
    pub(super) text: bool,
}

impl Met<'_, '_> {
    /// The log line, cut around the observable, if it is wanted.
    pub(super) fn line(&self) -> Option<&[u8]> {
        let line = self.hit.line_text();
        let start = self.hit.offset_in_line();
        let max = shown(self.hit.index_in_line(), MAX_SHOWN_LINE);
        self.text.then(|| &line[window(line, start..start + self.hit.observed().len(), max)])
    }

    /// One sentence on what was met.
    pub(super) fn message(&self) -> String {
        let feeds: Vec<&str> = self.listings.iter().map(|listing| listing.feed.name.as_str()).collect();
        let observed = String::from_utf8_lossy(self.hit.observed());
        format!("{observed} matches {} of {}", self.matched.indicator(), feeds.join(", "))
    }

    /// The highest confidence of a feed.
    pub(super) fn confidence(&self) -> Option<u8> {
        self.listings.iter().filter_map(|listing| listing.confidence).max()
    }

    /// What tells this record from all others, the same on every run.
    pub(super) fn uid(&self) -> String {
        let hit = self.hit;
        let key = format!("{}\0{}\0{}\0{}", self.file, hit.line(), hit.span().start, self.matched.indicator());
        format!("{:032x}", xxhash_rust::xxh3::xxh3_128(key.as_bytes()))
    }

    /// The field that the observable stands in: its name in the schema, else the one that the log gives it.
    pub(super) fn field_name(&self) -> Option<String> {
        let field = self.hit.field()?;
        Some(field.role().map_or_else(|| field.name(), |role| role.as_str().to_owned()))
    }

    /// The kind of the indicator.
    pub(super) fn kind(&self) -> &'static str {
        self.matched.indicator().kind().as_str()
    }
}

/// The text of an indicator without the port that it is limited to.
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
