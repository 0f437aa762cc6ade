//! `logscan inspect`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use netsieve::render::Escaped;
use netsieve::sieve::FeedDigest;
use netsieve::{Feed, Sieve};
use serde_json::{Value, json};

use crate::Outcome;
use crate::say::{exact, json_line};
use crate::summary::{counted, thousands};

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A compiled set.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// The description of a set, for text and JSON.
struct Summary {
    file: String,
    bytes: u64,
    /// The modification time of the file.
    written: Option<Timestamp>,
    /// The age since its creation, or since the file was written if the set does not give its creation time.
    age: Option<i64>,
    kinds: BTreeMap<&'static str, u64>,
}

pub(crate) fn run(args: &InspectArgs) -> Result<Outcome, Box<dyn Error>> {
    let sieve = Sieve::open(&args.file)?;
    let name = netsieve::shown_path(&args.file);
    let data = std::fs::metadata(&args.file).map_err(|error| format!("{name}: {error}"))?;
    let written = data.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    let begun = sieve.provenance().created.or(written);
    let mut kinds = BTreeMap::new();
    for indicator in sieve.indicators() {
        *kinds.entry(indicator.kind().as_str()).or_default() += 1;
    }
    let summary = Summary {
        file: name.into_owned(),
        bytes: data.len(),
        written,
        age: begun.map(|begun| Timestamp::now().as_second() - begun.as_second()),
        kinds,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        json_line(&mut out, &json(&sieve, &summary))?;
    } else {
        text(&mut out, &sieve, &summary)?;
    }
    out.flush()?;
    Ok(Outcome::Found)
}

fn feeds(sieve: &Sieve) -> impl Iterator<Item = (&Feed, &FeedDigest)> {
    sieve.feeds().iter().zip(&sieve.provenance().feeds)
}

fn text(out: &mut impl Write, sieve: &Sieve, summary: &Summary) -> io::Result<()> {
    let made = sieve.provenance();
    let age = summary.age.map_or_else(String::new, |age| format!(", {} old", duration(age)));
    let bytes = counted(summary.bytes, "byte");
    writeln!(out, "{}: {bytes}, made by {}", Escaped::new(&summary.file), Escaped::new(&made.maker))?;
    match (made.created, summary.written) {
        (Some(created), _) => writeln!(out, "created {created}{age}")?,
        (None, Some(written)) => writeln!(out, "does not say when it was created; written {written}{age}")?,
        (None, None) => writeln!(out, "does not say when it was created")?,
    }
    writeln!(out, "public suffix list: {}", Escaped::new(&made.public_suffixes))?;
    let kinds: Vec<String> = summary.kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    writeln!(out, "{}: {}", counted(sieve.len() as u64, "indicator"), kinds.join(", "))?;
    writeln!(out, "allow entries that hide indicators: {}", thousands(made.shadowing))?;
    for (feed, counts) in feeds(sieve) {
        let format = feed.format.as_deref().unwrap_or("unknown");
        writeln!(
            out,
            "feed {} ({}, {}, {})",
            Escaped::new(&feed.name),
            Escaped::new(&feed.path),
            Escaped::new(format),
            feed.action.as_str()
        )?;
        writeln!(
            out,
            "  {}, {}: {}, {}, {}, {}{}",
            counted(counts.lines, "line"),
            counted(counts.entries, "entry"),
            counted(counts.ips, "address"),
            counted(counts.domains, "domain"),
            counted(counts.urls, "URL"),
            counted(counts.patterns, "pattern"),
            exact(counts.hashes, counts.emails)
        )?;
        writeln!(
            out,
            "  {}, {} of them in no other feed; {}, {} covered by wider indicators",
            counted(counts.indicators, "indicator"),
            thousands(counts.new),
            counted(counts.duplicates, "duplicate"),
            thousands(counts.subsumed)
        )?;
        for (what, counts) in
            [("rejected", &counts.rejected), ("skipped", &counts.skipped), ("taken with a change", &counts.warnings)]
        {
            let codes: Vec<String> =
                counts.iter().map(|(code, count)| format!("{count} {}", Escaped::new(code))).collect();
            if !codes.is_empty() {
                writeln!(out, "  {what}: {}", codes.join(", "))?;
            }
        }
    }
    writeln!(out, "sections:")?;
    for section in sieve.sections() {
        writeln!(out, "{:>14}  {}", section.bytes, section.name)?;
    }
    Ok(())
}

fn json(sieve: &Sieve, summary: &Summary) -> Value {
    let made = sieve.provenance();
    let feeds: Vec<Value> = feeds(sieve)
        .map(|(feed, counts)| {
            json!({
                "feed": feed.name,
                "path": feed.path,
                "format": feed.format,
                "action": feed.action.as_str(),
                "lines": counts.lines,
                "entries": counts.entries,
                "indicators": counts.indicators,
                "new": counts.new,
                "ips": counts.ips,
                "prefixes": counts.prefixes,
                "ranges": counts.ranges,
                "v6": counts.v6,
                "domains": counts.domains,
                "urls": counts.urls,
                "host_urls": counts.host_urls,
                "patterns": counts.patterns,
                "hashes": counts.hashes,
                "emails": counts.emails,
                "with_port": counts.with_port,
                "allowing": counts.allowing,
                "duplicates": counts.duplicates,
                "shared": counts.shared,
                "subsumed": counts.subsumed,
                "rejected": counts.rejected,
                "skipped": counts.skipped,
                "warnings": counts.warnings,
            })
        })
        .collect();
    let sections: Vec<Value> =
        sieve.sections().into_iter().map(|section| json!({"name": section.name, "bytes": section.bytes})).collect();
    json!({
        "file": summary.file,
        "bytes": summary.bytes,
        "maker": made.maker,
        "created": made.created.map(|time| time.to_string()),
        "written": summary.written.map(|time| time.to_string()),
        "age_seconds": summary.age,
        "public_suffixes": made.public_suffixes,
        "indicators": sieve.len(),
        "kinds": summary.kinds,
        "shadowing": made.shadowing,
        "feeds": feeds,
        "sections": sections,
    })
}

/// A time span in the most telling unit.
fn duration(seconds: i64) -> String {
    match seconds {
        ..0 => "less than a second".to_owned(),
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => counted((seconds / 86_400).unsigned_abs(), "day"),
    }
}
