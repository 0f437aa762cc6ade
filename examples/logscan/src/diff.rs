//! `logscan diff`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use netsieve::Sieve;
use netsieve::render::Escaped;
use netsieve::sieve::{Change, Difference};
use serde_json::json;

use crate::Outcome;
use crate::say::json_line;
use crate::summary::counted;

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The older set.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The newer set.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Print only the counts, by feed.
    #[arg(long)]
    summary: bool,
    /// Print one JSON object per line: each difference, then the summary.
    #[arg(long)]
    json: bool,
}

/// The numbers of indicators that a feed added, removed and changed.
#[derive(Clone, Copy, Default)]
struct Counts {
    added: u64,
    removed: u64,
    changed: u64,
}

impl Counts {
    fn count(&mut self, change: Change) {
        match change {
            Change::Added => self.added += 1,
            Change::Removed => self.removed += 1,
            _ => self.changed += 1,
        }
    }
}

pub(crate) fn run(args: &DiffArgs) -> Result<Outcome, Box<dyn Error>> {
    let (old, new) = (Sieve::open(&args.old)?, Sieve::open(&args.new)?);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut feeds: BTreeMap<&str, Counts> = BTreeMap::new();
    // The indicators that no feed lists in the other set, each once.
    let mut whole = Counts::default();
    let mut last = None;
    let mut failed = None;
    new.differences(&old, |found| {
        feeds.entry(found.feed).or_default().count(found.change);
        let indicator = (found.change, found.indicator.id());
        if found.is_whole && last.replace(indicator) != Some(indicator) {
            whole.count(found.change);
        }
        if !args.summary && failed.is_none() {
            failed = row(&mut out, args.json, &found).err();
        }
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    if args.json {
        let by_feed: BTreeMap<&str, _> = feeds
            .iter()
            .map(|(&feed, counts)| {
                (feed, json!({"added": counts.added, "removed": counts.removed, "changed": counts.changed}))
            })
            .collect();
        let summary = json!({
            "old": {"file": netsieve::shown_path(&args.old), "indicators": old.len()},
            "new": {"file": netsieve::shown_path(&args.new), "indicators": new.len()},
            "added": whole.added,
            "removed": whole.removed,
            "feeds": by_feed,
        });
        json_line(&mut out, &json!({ "summary": summary }))?;
    } else {
        for (feed, counts) in &feeds {
            writeln!(
                out,
                "{}: {} added, {} removed, {} changed",
                Escaped::new(feed),
                counts.added,
                counts.removed,
                counts.changed
            )?;
        }
        writeln!(
            out,
            "{}, {} before: {} added, {} removed",
            counted(new.len() as u64, "indicator"),
            old.len(),
            whole.added,
            whole.removed
        )?;
    }
    out.flush()?;
    Ok(if feeds.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

fn row(out: &mut impl Write, as_json: bool, found: &Difference<'_>) -> io::Result<()> {
    let indicator = found.indicator;
    let text = indicator.to_string();
    let scope = indicator.scope().map(|scope| scope.as_str());
    if as_json {
        let row = json!({
            "change": found.change.as_str(),
            "feed": found.feed,
            "indicator": text,
            "kind": indicator.kind().as_str(),
            "scope": scope,
            "port": indicator.port(),
            "whole": found.is_whole,
        });
        return json_line(out, &row);
    }
    let sign = match found.change {
        Change::Added => '+',
        Change::Removed => '-',
        _ => '~',
    };
    write!(out, "{sign} {} ({}", Escaped::new(&text), indicator.kind())?;
    if let Some(scope) = scope {
        write!(out, ", {scope}")?;
    }
    writeln!(out, ") {}", Escaped::new(found.feed))
}
