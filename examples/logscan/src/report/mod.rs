//! `logscan report`: who met what.
//!
//! Counts hits, from logs or from earlier scans, by indicator and by client, and writes them as a table, a page, CSV, JSON, or in a format
//! for partners (STIX, MISP).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use netsieve::Hit;
use netsieve::render::Escaped;
use netsieve::scan::many::Rendered;
use netsieve::sieve::Withheld;

use crate::build::source_date_epoch;
use crate::cli::{AsOf, EventArgs, FilterArgs, InputArgs, JobArgs, time};
use crate::drive::{self, Taker, Unread};
use crate::inputs;
use crate::own::Own;
use crate::place;
use crate::progress;
use crate::scan::{check_span, options_of};
use crate::set::SetArgs;
use crate::signal;
use crate::sizes;
use crate::summary;
use crate::terminal;
use crate::{Outcome, is_closed};

mod about;
mod earlier;
mod html;
mod ids;
mod misp;
mod share;
mod sighting;
mod stix;
mod table;
mod tally;
mod values;

use about::About;
use share::{Share, Sharing};
use sighting::{Known, Sighting, write_hit};
use stix::Shown;
use tally::{Row, Tally};

const EXAMPLES: &str = "\
Examples:
  logscan report -f c2.txt /var/log                         a table: who met what, how often, when, according to whom
  logscan report -f c2.txt --csv *.log > day.csv            for a spreadsheet
  logscan report --config feeds.toml --csv=day.csv --json=day.json /var/log   several outputs at once
  logscan report -f c2.txt --html day.html /var/log         a web page for the boss
  logscan report -f c2.stix2 --stix back.json --identity 'CERT Example' *.log   sightings for the partner
  logscan scan -f c2.txt --json *.log > hits.jsonl
  logscan report --from hits.jsonl                          the hits of earlier scans

Rows are sorted by strength, then by confidence, number of feeds, and count. The count is the number of hits that `scan --json`
prints; `events` is the number of log lines with such a hit. Times are UTC; `~` marks times whose year or zone the log does not state.

Exit codes: 0 hits, 1 no hits, 2 an error.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    inputs: InputArgs,
    /// Read hits that earlier runs of `scan --json` wrote, plain or compressed, in place of feeds and logs. A time goes to --not-before.
    #[arg(long, value_name = "HITS", num_args = 1.., value_parser = earlier::hits, conflicts_with_all = ["logs", "feeds", "config", "sieve", "allow", "allow_all", "mmap"])]
    from: Vec<PathBuf>,
    /// Threads (default: all cores).
    #[arg(short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    events: EventArgs,
    /// Only hits of events from this time on: 2026-05-01 or 2026-05-01T12:00:00Z. A line without a time passes, and is counted.
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<jiff::Timestamp>,
    /// Only hits of events before this time. A line without a time passes, and is counted.
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_after: Option<jiff::Timestamp>,
    /// Undo defanging (`hxxp://`, `[.]`) in the logs.
    #[arg(long)]
    refang: bool,
    /// The most pairs of indicator and client to keep. Beyond that, the rarest are folded into one row.
    #[arg(long, value_name = "N", default_value = "1000000", value_parser = clap::value_parser!(u32).range(1..))]
    max_pairs: u32,
    /// The number of rows in the table; 0: all [default: 50 on a terminal, else all].
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    #[command(flatten)]
    outputs: OutputArgs,
    #[command(flatten)]
    job: JobArgs,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Outputs")]
pub(crate) struct OutputArgs {
    /// Write comma-separated values (RFC 4180) to a file, or without FILE to standard output in place of the table.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, value_parser = place::to_write())]
    csv: Option<Option<PathBuf>>,
    /// Write one JSON object to a file, or without FILE to standard output in place of the table.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, value_parser = place::to_write())]
    json: Option<Option<PathBuf>>,
    /// Write one self-contained page for screen and paper: summary, timeline, filters, sample lines.
    #[arg(long, value_name = "FILE", value_parser = place::to_write())]
    html: Option<PathBuf>,
    /// The title of the page.
    #[arg(long, value_name = "TEXT", default_value = "Who met what")]
    title: String,
    /// Write a STIX 2.1 bundle for partners: sightings of their own indicators, under their own ids.
    #[arg(long, value_name = "FILE", value_parser = place::to_write())]
    stix: Option<PathBuf>,
    /// Write a MISP event for partners, with sightings of their own indicators.
    #[arg(long, value_name = "FILE", value_parser = place::to_write())]
    misp: Option<PathBuf>,
    /// How much the bundle and the event reveal about the clients.
    #[arg(long, value_enum, default_value = "none")]
    share: Share,
    /// The key of `--share keyed`, at least 16 bytes. Only its holder can tell which client is meant.
    #[arg(long, value_name = "FILE")]
    share_key: Option<PathBuf>,
    /// The name of the sharing organisation, from which the id of its identity is made.
    #[arg(long, value_name = "NAME", default_value = "unnamed organisation")]
    identity: String,
}

impl OutputArgs {
    /// The files to write, each with its option.
    fn files(&self) -> Vec<(&'static str, PathBuf)> {
        let tables =
            [("--csv", &self.csv), ("--json", &self.json)].map(|(option, path)| (option, path.clone().flatten()));
        let others = [("--html", &self.html), ("--stix", &self.stix), ("--misp", &self.misp)];
        let others = others.map(|(option, path)| (option, path.clone()));
        tables.into_iter().chain(others).filter_map(|(option, path)| Some((option, path?))).collect()
    }

    /// Returns true if an output shows log lines.
    fn wants_samples(&self) -> bool {
        self.json.is_some() || self.html.is_some()
    }
}

/// The content of the report.
struct Report {
    rows: Vec<Row>,
    tally: Tally,
    /// The names of the logs.
    files: Vec<String>,
    unread: Vec<Unread>,
    withheld: Withheld,
    /// The number of logs, and their bytes.
    logs: usize,
    bytes: u64,
    is_broken_off: bool,
}

pub(crate) fn run(args: &ReportArgs) -> Result<Outcome, Box<dyn Error>> {
    report(args).map(|outcome| args.job.outcome(outcome))
}

fn report(args: &ReportArgs) -> Result<Outcome, Box<dyn Error>> {
    if args.outputs.csv == Some(None) && args.outputs.json == Some(None) {
        return Err("--csv and --json cannot both go to standard output: give one a file, --json=FILE".into());
    }
    let files = args.outputs.files();
    place::distinct(&files)?;
    let mut read = args.set.paths(None);
    read.extend(args.from.iter().chain(&args.events.layouts).chain(&args.outputs.share_key).cloned());
    place::none_is_read(&files, &read)?;
    let refused: Vec<String> = files.iter().filter_map(|(_, path)| place::can_write(path).err()).collect();
    if !refused.is_empty() {
        refused.iter().for_each(|why| say!("logscan: {}", Escaped::new(why)));
        return Ok(Outcome::Failed);
    }
    now()?;
    let sharing = Sharing::new(&args.outputs)?;
    let tally = Tally::new(args.max_pairs as usize, args.outputs.wants_samples());
    if !args.from.is_empty() {
        let (report, is_whole) = earlier::read(&args.from, tally)?;
        let outcome = report.write(args, &sharing)?;
        return Ok(if is_whole { outcome } else { Outcome::Failed });
    }
    let mut options = options_of(&args.filter, &args.events, &args.set.feeds.config)?;
    (options.from, options.to) = (args.not_before, args.not_after);
    check_span(&options, "--not-before", "--not-after")?;
    options.refang = args.refang;
    let mut logs = inputs::logs(&args.inputs)?;
    // Yesterday's page names the indicators that were met, and would match them again. But a log must not be replaced.
    for (option, path) in &files {
        let own = Own::new([path.clone()]);
        let paths = logs.iter().flatten().filter_map(|log| log.path.as_deref());
        if paths.chain(args.inputs.logs.iter().map(PathBuf::as_path)).any(|log| own.has(log)) {
            place::is_ours(path, start_of(option), option)?;
        }
    }
    Own::new(files.into_iter().map(|(_, path)| path)).leave_out(&mut logs, &args.inputs.logs);
    let files = drive::names(&logs);
    let (sieve, loading) = args.set.load_since(None, args.inputs.mmap)?;
    sizes::say_unchecked(&args.set.feeds, "`logscan build` compares a set with the one that it replaces")?;
    let known = Known::new(sieve.len(), args.filter.as_of == Some(AsOf::Event));
    // After a signal, the hits so far are still reported.
    signal::keeps_back(true);
    let job = drive::Job {
        logs,
        mmap: args.inputs.mmap,
        threads: args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from),
        sieve: &sieve,
        loading,
        options: &options,
        shares_terminal: false,
        before: drive::Before::default(),
        opens: &|_, _| {},
    };
    let wants_samples = args.outputs.wants_samples();
    let render = |_: usize, hit: &Hit<'_>, out: &mut Vec<u8>| {
        write_hit(hit, &known, wants_samples, out);
        ControlFlow::Continue(())
    };
    drive::scan(job, Gatherer { tally, known: &known, error: None }, render, |ended| {
        progress::withheld(&ended.stats.total.withheld, "--not-before and --not-after");
        let total = &ended.stats.total;
        summary::end(ended.done, total, total.hits, ended.taker.tally.totals.count);
        let outcome = ended.outcome(ended.taker.tally.totals.count);
        if let Some(error) = ended.taker.error {
            return Err(error.into());
        }
        let report = Report::new(
            ended.taker.tally,
            files.clone(),
            ended.unread,
            ended.stats.total.withheld,
            (ended.logs, ended.stats.total.bytes),
        );
        Ok(match report.write(args, &sharing)? {
            Outcome::Failed => Outcome::Failed,
            _ => outcome,
        })
    })
}

/// How the file of an option begins.
fn start_of(option: &str) -> &'static [u8] {
    match option {
        "--csv" => b"indicator,kind,scope,client,",
        "--html" => b"<!DOCTYPE html>\n<html lang=\"en\">",
        "--json" => br#"{"program":"netsieve "#,
        "--misp" => br#"{"Event":{"uuid":""#,
        _ => br#"{"type":"bundle","id":"bundle--"#,
    }
}

/// Counts the sightings that threads have found.
struct Gatherer<'a> {
    tally: Tally,
    known: &'a Known,
    error: Option<String>,
}

impl Taker for Gatherer<'_> {
    fn hits(&mut self, input: usize, rendered: &[u8], hits: &[Rendered]) -> io::Result<u64> {
        let file = u32::try_from(input).map_err(|_| io::Error::other("too many logs"))?;
        let (mut rest, mut pairs) = (rendered, 0);
        while !rest.is_empty() {
            let (sighting, after) = Sighting::read(rest);
            rest = after;
            pairs += 1;
            if !sighting.about.is_empty() {
                self.about(&sighting)?;
            }
            self.tally.add(file, &sighting);
        }
        debug_assert_eq!(pairs, hits.iter().map(|hit| hit.matches as u64).sum::<u64>());
        Ok(pairs)
    }
}

impl Gatherer<'_> {
    fn about(&mut self, sighting: &Sighting<'_>) -> io::Result<()> {
        let value = serde_json::from_slice(sighting.about)?;
        let about = About::read(&value).ok_or_else(|| io::Error::other("a match without an indicator"))?;
        match self.tally.abouts.get_mut(&sighting.indicator) {
            Some(known) => known.unite(about),
            None => _ = self.tally.abouts.insert(sighting.indicator, about),
        }
        self.known.set(sighting.indicator);
        Ok(())
    }
}

impl Report {
    fn new(
        tally: Tally,
        files: Vec<String>,
        unread: Vec<Unread>,
        withheld: Withheld,
        (logs, bytes): (usize, u64),
    ) -> Self {
        let (mut rows, tally) = tally.finish();
        let rank = |row: &Row| {
            let about = &tally.abouts[&row.indicator];
            let strength = tally.strengths(&row.pair).into_iter().map(strength_rank).min().unwrap_or(u8::MAX);
            let confidence = std::cmp::Reverse(about.confidence().unwrap_or(50));
            let (feeds, count) = (std::cmp::Reverse(about.sources.len()), std::cmp::Reverse(row.pair.count));
            (strength, confidence, feeds, count)
        };
        // The keys are found once for each row: a report has up to a million.
        let mut keyed: Vec<_> =
            rows.drain(..).map(|row| (rank(&row), tally.abouts[&row.indicator].indicator.as_str(), row)).collect();
        keyed.sort_by(|(rank, name, row), (other_rank, other_name, other)| {
            (rank, name, row.key(), row.indicator).cmp(&(other_rank, other_name, other.key(), other.indicator))
        });
        let rows = keyed.into_iter().map(|(_, _, row)| row).collect();
        Self { rows, tally, files, unread, withheld, logs, bytes, is_broken_off: signal::came() }
    }

    fn about(&self, row: &Row) -> &About {
        &self.tally.abouts[&row.indicator]
    }

    /// Writes all outputs, files first, so that a failure is reported before the table.
    fn write(&self, args: &ReportArgs, sharing: &Sharing) -> Result<Outcome, Box<dyn Error>> {
        let others = &self.tally.others;
        if others.pairs > 0 {
            say!(
                "logscan: more than {} of indicator and client: the rarest, {} with {}, are folded into \"others\"; counts \
                 marked >= may be too low (--max-pairs)",
                summary::counted(args.max_pairs.into(), "pair"),
                summary::counted(others.pairs, "pair"),
                summary::counted(others.count, "hit"),
            );
        }
        let outputs = &args.outputs;
        let mut files = Files { has_failed: false };
        if let Some(Some(path)) = &outputs.csv {
            files.write(path, |out| self.write_csv(out));
        }
        if let Some(Some(path)) = &outputs.json {
            files.write(path, |out| self.write_json(out));
        }
        if let Some(path) = &outputs.html {
            let written = now()?;
            files.write(path, |out| self.write_html(out, &outputs.title, written));
        }
        self.share(outputs, sharing, &mut files)?;
        match self.print(args) {
            // A reader that wants no more is not an error, but the files that failed are.
            Err(error) if !(files.has_failed && is_closed(&error)) => return Err(error.into()),
            _ => {}
        }
        Ok(match self.tally.totals.count {
            _ if files.has_failed => Outcome::Failed,
            0 => Outcome::Nothing,
            _ => Outcome::Found,
        })
    }

    /// Writes what goes to standard output.
    fn print(&self, args: &ReportArgs) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        if args.outputs.csv == Some(None) {
            self.write_csv(&mut out)?;
        } else if args.outputs.json == Some(None) {
            self.write_json(&mut out)?;
        } else {
            let top = args.top.unwrap_or(if io::stdout().is_terminal() { 50 } else { 0 });
            self.write_table(&mut out, terminal::width(), if top == 0 { usize::MAX } else { top })?;
        }
        out.flush()
    }

    /// Writes the outputs for partners, and reports what they leave out.
    fn share(&self, outputs: &OutputArgs, sharing: &Sharing, files: &mut Files) -> Result<(), Box<dyn Error>> {
        let (mut stix, mut misp) = (Shown::default(), Shown::default());
        if let Some(path) = &outputs.stix {
            files.write(path, |out| self.write_stix(out, sharing).map(|shown| stix = shown));
        }
        if let Some(path) = &outputs.misp {
            let written = now()?;
            files.write(path, |out| self.write_misp(out, sharing, &outputs.title, written).map(|shown| misp = shown));
        }
        for (name, shown) in [("STIX", stix), ("MISP", misp)] {
            if shown.undated > 0 {
                let count = summary::counted(shown.undated as u64, "sighting");
                say!("logscan: {name}: {count} without a time, because the log lines have none");
            }
            if shown.lost > 0 {
                let count = summary::counted(shown.lost as u64, "sighting");
                say!("logscan: {name}: {count} left out: the format has no pattern for the indicator");
            }
        }
        let others = &self.tally.others;
        if others.pairs > 0 && (outputs.stix.is_some() || outputs.misp.is_some()) {
            say!("logscan: the pairs folded into \"others\" are not shared");
        }
        Ok(())
    }

    /// The numbers of indicators and of clients in the rows.
    fn distinct(&self) -> (usize, usize) {
        let indicators: BTreeSet<u32> = self.rows.iter().map(|row| row.indicator).collect();
        let clients = self.rows.iter().map(Row::key).filter(|who| *who != "\0\0").collect::<HashSet<_>>();
        (indicators.len(), clients.len())
    }

    /// For each feed, its hits and the indicators that were met. A hit counts for each feed that lists its indicator.
    fn feeds(&self) -> BTreeMap<&str, (u64, BTreeSet<u32>)> {
        let mut feeds: BTreeMap<&str, (u64, BTreeSet<u32>)> = BTreeMap::new();
        for row in &self.rows {
            for feed in self.about(row).feeds() {
                let (count, indicators) = feeds.entry(feed).or_default();
                *count += row.pair.count;
                indicators.insert(row.indicator);
            }
        }
        feeds
    }

    /// The names of the logs of a row.
    fn files(&self, row: &Row) -> Vec<&str> {
        row.pair.files.iter().map(|&at| self.files[at as usize].as_str()).collect()
    }
}

/// The files of a report. If one cannot be written, the others still are.
struct Files {
    has_failed: bool,
}

impl Files {
    fn write(&mut self, path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if let Err(error) = place::write(path, content) {
            say!("logscan: {}", Escaped::new(&error.to_string()));
            self.has_failed = true;
        }
    }
}

/// The time that the report gives as its own.
fn now() -> Result<jiff::Timestamp, String> {
    Ok(source_date_epoch()?.unwrap_or_else(jiff::Timestamp::now))
}

/// Ranks strengths, the most certain first.
fn strength_rank(strength: &str) -> u8 {
    match strength {
        "strong" => 0,
        "joined" => 1,
        "port_unseen" => 2,
        _ => 3,
    }
}
