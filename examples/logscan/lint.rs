//! `logscan lint`.

use std::error::Error;
use std::io::{self, Write};

use netsieve::render::Escaped;

use crate::Outcome;
use crate::cli::LintArgs;
use crate::feeds;

/// Rejected lines that are shown without `--all`.
const SHOWN: usize = 10;

pub(crate) fn run(args: &LintArgs) -> Result<Outcome, Box<dyn Error>> {
    let (sieve, report) = feeds::load(&args.feeds)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for feed in &report.feeds {
        let format = feed.format.as_deref().unwrap_or("unknown");
        writeln!(
            out,
            "{} ({}, {format}, {})",
            Escaped::new(&feed.name),
            Escaped::new(&feed.path),
            feed.action.as_str()
        )?;
        writeln!(
            out,
            "  {} lines, {} entries: {} addresses, {} domains, {} URLs, {} patterns",
            feed.lines, feed.entries, feed.ips, feed.domains, feed.urls, feed.patterns
        )?;
        writeln!(
            out,
            "  {} duplicates, {} shared with earlier feeds, {} beneath wider indicators",
            feed.duplicates, feed.shared, feed.subsumed
        )?;
        writeln!(out, "  {} rejected, {} taken with a change", feed.rejected_total(), feed.warnings_total())?;
        for (reason, count) in &feed.rejected_by_reason {
            writeln!(out, "    {count} {reason}")?;
        }
        for (kind, count) in &feed.warnings_by_kind {
            writeln!(out, "    {count} {}", kind.message())?;
        }
        let shown = if args.all { usize::MAX } else { SHOWN };
        for noted in feed.rejected.iter().take(shown) {
            writeln!(out, "    line {}: {}: {}", noted.line, Escaped::new(&noted.value), noted.what)?;
        }
        for noted in feed.warnings.iter().take(shown) {
            writeln!(out, "    line {}: {}: {}", noted.line, Escaped::new(&noted.value), noted.what.message())?;
        }
    }
    for shadow in &report.shadows {
        writeln!(
            out,
            "{} ({}:{}) shadows {} indicators wholly, {} in part: {}",
            shadow.allow,
            Escaped::new(&shadow.feed),
            shadow.line,
            shadow.wholly,
            shadow.partly,
            shadow.examples.join(", ")
        )?;
    }
    writeln!(out, "{} indicators, {} bytes in memory", report.indicators, sieve.memory_usage())?;
    out.flush()?;
    Ok(Outcome::Found)
}
