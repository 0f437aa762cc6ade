//! Hits as records for a SIEM.

mod ecs;
mod met;
mod ocsf;
mod timesketch;
mod tree;

use super::listing::Listing;
use crate::scan::Hit;
use met::Met;

/// A format of records for a SIEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SiemFormat {
    /// The Elastic Common Schema 9.4, with the indicator in `threat.enrichments`.
    Ecs,
    /// The Open Cybersecurity Schema Framework 1.8: a Detection Finding (2004) with the profile `osint`.
    Ocsf,
    /// JSON Lines for Timesketch.
    Timesketch,
}

/// Writes hits as the records of a SIEM: one JSON object per line for each (observable, indicator).
///
/// All three formats require a time, which is that of the event. A hit on a line without a time is not written, because no time is ever
/// made up. Write such hits elsewhere, for example with [`JsonLines`](super::JsonLines).
///
/// ```
/// use netsieve::render::{Siem, SiemFormat};
/// use netsieve::{Indicator, Scanner, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("phish", "evil.test".parse::<Indicator>()?).build()?;
///
/// let log = b"2026-05-12T10:02:03Z query www.evil.test\nno time: www.evil.test\n";
/// let (mut out, mut left_out) = (Vec::new(), 0);
/// Scanner::new(&sieve).scan(log, |hit| {
///     if Siem::new(SiemFormat::Ecs).hit(&mut out, "dns.log", hit, usize::MAX).is_none() {
///         left_out += 1;
///     }
/// });
/// assert!(out.starts_with(br#"{"@timestamp":"2026-05-12T10:02:03Z","ecs":{"version":"9.4.0"}"#));
/// assert_eq!(left_out, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Siem {
    format: SiemFormat,
    text: bool,
}

impl Siem {
    /// Creates a writer of records with everything that the format has room for.
    pub fn new(format: SiemFormat) -> Self {
        Self { format, text: true }
    }

    /// Sets whether records hold the log line (default: true).
    pub fn text(&mut self, yes: bool) -> &mut Self {
        self.text = yes;
        self
    }

    /// Appends the records of the first `limit` matches of a hit, each with a line feed, and returns their number. Returns `None`, and
    /// writes nothing, if the event has no time.
    ///
    /// `file` is the name of the input to show in the output.
    pub fn hit(&self, out: &mut Vec<u8>, file: &str, hit: &Hit<'_>, limit: usize) -> Option<usize> {
        let time = hit.time()?;
        let mut written = 0;
        for matched in hit.matches().iter().take(limit) {
            let listings = Listing::by_feed(matched.sources());
            let met =
                Met { file, hit, time: time.timestamp(), matched: &matched, listings: &listings, text: self.text };
            let record = match self.format {
                SiemFormat::Ecs => ecs::record(&met),
                SiemFormat::Ocsf => ocsf::record(&met),
                SiemFormat::Timesketch => timesketch::record(&met),
            };
            record.write(out);
            out.push(b'\n');
            written += 1;
        }
        Some(written)
    }
}
