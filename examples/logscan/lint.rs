//! `logscan lint`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use netsieve::indicator::{Construct, WarningKind};
use netsieve::render::Escaped;
use netsieve::sieve::Noted;
use netsieve::{BuildReport, Reject};
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::cli::LintArgs;
use crate::feeds;

/// Rejected lines that are shown without `--all`.
const SHOWN: usize = 10;

pub(crate) fn run(args: &LintArgs) -> Result<Outcome, Box<dyn Error>> {
    let (sieve, report) = feeds::load(&args.feeds)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        writeln!(out, "{}", json(&report, if args.all { usize::MAX } else { SHOWN }))?;
        out.flush()?;
        return Ok(Outcome::Found);
    }
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
        writeln!(
            out,
            "  {} rejected, {} left aside, {} taken with a change",
            feed.rejected_total(),
            feed.skipped_total(),
            feed.warnings_total()
        )?;
        for (reason, count) in &feed.rejected_by_reason {
            writeln!(out, "    {count} {reason}")?;
        }
        for (kind, count) in &feed.skipped_by_kind {
            writeln!(out, "    {count} {}", kind.message())?;
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

/// The report as the text has it.
fn json(report: &BuildReport, shown: usize) -> Value {
    fn counts<K: Copy>(counts: &BTreeMap<K, u64>, code: fn(K) -> &'static str) -> Value {
        counts.iter().map(|(&kind, &count)| (code(kind).to_owned(), count.into())).collect::<Map<_, _>>().into()
    }
    fn examples<K: Copy>(noted: &[Noted<K>], shown: usize, code: fn(K) -> &'static str) -> Value {
        let example = |noted: &Noted<K>| json!({"line": noted.line, "value": noted.value, "what": code(noted.what)});
        noted.iter().take(shown).map(example).collect()
    }
    let feeds: Vec<Value> = report
        .feeds
        .iter()
        .map(|feed| {
            json!({
                "feed": feed.name,
                "path": feed.path,
                "format": feed.format,
                "action": feed.action.as_str(),
                "lines": feed.lines,
                "entries": feed.entries,
                "ips": feed.ips,
                "domains": feed.domains,
                "urls": feed.urls,
                "patterns": feed.patterns,
                "duplicates": feed.duplicates,
                "shared": feed.shared,
                "subsumed": feed.subsumed,
                "rejected": counts(&feed.rejected_by_reason, Reject::code),
                "skipped": counts(&feed.skipped_by_kind, Construct::code),
                "warnings": counts(&feed.warnings_by_kind, WarningKind::code),
                "rejected_lines": examples(&feed.rejected, shown, Reject::code),
                "skipped_lines": examples(&feed.skipped, shown, Construct::code),
                "warning_lines": examples(&feed.warnings, shown, WarningKind::code),
            })
        })
        .collect();
    let shadows: Vec<Value> = report
        .shadows
        .iter()
        .map(|shadow| {
            json!({
                "allow": shadow.allow,
                "feed": shadow.feed,
                "line": shadow.line,
                "wholly": shadow.wholly,
                "partly": shadow.partly,
                "examples": shadow.examples,
            })
        })
        .collect();
    json!({"feeds": feeds, "shadows": shadows, "indicators": report.indicators})
}
