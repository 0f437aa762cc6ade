//! The parts of the report that concern the build as a whole, and so need the tables.

use std::collections::BTreeMap;

use crate::indicator::{Action, Construct, Reject, WarningKind};
use crate::sieve::build::beneath::Beneath;
use crate::sieve::build::shadows;
use crate::sieve::build::suffixes::PublicSuffixes;
use crate::sieve::matching::view::IndicatorRef;
use crate::sieve::report::build_report::{BuildReport, FeedReport, HomePage, Subsumed};
use crate::sieve::report::survey;
use crate::sieve::tables::Tables;
use crate::sieve::tables::provenance::{FeedDigest, Provenance};

/// Makes the report from the reports of the feeds and the relations between indicators.
pub(super) fn report(tables: &Tables, mut feeds: Vec<FeedReport>, beneath: Beneath, examples: usize) -> BuildReport {
    for (id, above) in beneath.subsumed {
        let by = IndicatorRef::new(tables, above);
        let mut blocks = by.sources().filter(|source| source.action() == Action::Block);
        // There is always one, because the indicator subsumes something.
        let Some(first) = blocks.next() else { continue };
        let first = (first.feed_index(), first.line().unwrap_or(0));
        let mut by_feeds = vec![first.0];
        by_feeds.extend(blocks.map(|source| source.feed_index()));
        by_feeds.dedup();
        let indicator = IndicatorRef::new(tables, id);
        for source in indicator.sources().filter(|source| source.action() == Action::Block) {
            let feed = &mut feeds[source.feed_index()];
            feed.counts.subsumed += 1;
            for &by in &by_feeds {
                *feed.subsumed_by.entry(by).or_default() += 1;
            }
            if feed.subsumed_examples.len() < examples {
                feed.subsumed_examples.push(Subsumed {
                    line: source.line().unwrap_or(0),
                    indicator: indicator.to_string(),
                    by: by.to_string(),
                    by_feed: first.0,
                    by_line: first.1,
                });
            }
        }
    }
    let (shadows, without_effect) = shadows::shadows(tables, beneath.taken, examples);
    let home_pages = home_pages(tables, &feeds);
    BuildReport { feeds, shadows, without_effect, home_pages, indicators: tables.indicators.len() as u64 }
}

fn home_pages(tables: &Tables, feeds: &[FeedReport]) -> Vec<HomePage> {
    let mut pages: BTreeMap<&str, usize> = BTreeMap::new();
    for (of, feed) in feeds.iter().enumerate() {
        for page in &feed.home_pages {
            pages.entry(page).or_insert(of);
        }
    }
    let mut found = Vec::new();
    for (page, of) in pages {
        survey::blocking_name(tables, page, |id| {
            let indicator = IndicatorRef::new(tables, id);
            for source in indicator.sources().filter(|source| source.action() == Action::Block) {
                let (feed, line) = (source.feed_index(), source.line().unwrap_or(0));
                found.push(HomePage { feed, line, indicator: indicator.to_string(), page: page.to_owned(), of });
            }
        });
    }
    found.sort_by_key(|page| (page.feed, page.line));
    found
}

/// The part of a report that a compiled file keeps.
pub(super) fn provenance(suffixes: &PublicSuffixes, report: &BuildReport) -> Provenance {
    Provenance {
        maker: Provenance::this_release(),
        created: None,
        public_suffixes: suffixes.version(),
        feeds: report.feeds.iter().map(digest).collect(),
        shadowing: report.shadows.len() as u64,
    }
}

fn digest(report: &FeedReport) -> FeedDigest {
    fn by_code<K: Copy>(counts: &BTreeMap<K, u64>, code: fn(K) -> &'static str) -> BTreeMap<String, u64> {
        counts.iter().map(|(&kind, &count)| (code(kind).to_owned(), count)).collect()
    }
    FeedDigest {
        counts: report.counts,
        rejected: by_code(&report.rejected_by_reason, Reject::code),
        skipped: by_code(&report.skipped_by_kind, Construct::code),
        warnings: by_code(&report.warnings_by_kind, WarningKind::code),
    }
}
