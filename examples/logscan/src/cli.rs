//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use netsieve::event::{EventOptions, LayoutConfig};
use netsieve::feed::Format;
use netsieve::limits::MAX_ZONE_OFFSET;

use crate::Outcome;
use crate::build::BuildArgs;
use crate::diff::DiffArgs;
use crate::export::ExportArgs;
use crate::extract::ExtractArgs;
use crate::inspect::InspectArgs;
use crate::install::{CompletionsArgs, ManArgs, VERSION};
use crate::place;
use crate::report::ReportArgs;
use crate::run::RunArgs;
use crate::set::SetArgs;

/// Finds the indicators of threat feeds in logs, and says which indicator of which feed matched, where, and how.
#[derive(Debug, Parser)]
#[command(name = "logscan", version, long_version = VERSION.as_str(), after_help = examples())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn examples() -> String {
    let formats: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
    let formats = formats.chunks(12).map(|row| row.join(", ")).collect::<Vec<_>>().join(",\n  ");
    format!(
        "\
A FEED is PATH, NAME=PATH or NAME=FORMAT:PATH. Without a NAME, the feed is named after its file; without a FORMAT, the format is
recognised by content.
Formats:
  {formats}

Examples:
  logscan scan -f c2.txt access.log              hits for people
  logscan scan -f c2=plain:c2.txt --json *.log   one JSON object for each hit and indicator
  logscan scan -f c2.txt /var/log 'old/*.xz'     folders, globs, compressed logs, on all cores
  zcat big.gz | logscan scan -f c2.txt --stats - standard input
  logscan scan -f c2.txt -F /var/log/dns.log     follow a growing log, also through rotation
  logscan scan --config feeds.toml access.log    many feeds, as described in a file
  logscan report -f c2.txt --html day.html *.log who met what, as a web page
  logscan run --config day.toml                  the daily job: feeds, logs and outputs in one file
  logscan check -f c2.txt http://evil.test/a     what matches a value, or why nothing does
  logscan lint -f c2.txt                         what is wrong with a feed
  logscan build --config feeds.toml -o set.sieve compile once
  logscan scan --sieve set.sieve access.log      scan with the compiled set
  logscan scan --sieve set.sieve --new-since old.sieve *.log   search old logs for new indicators
  logscan export --sieve set.sieve --to rpz      block the indicators in a name server
  logscan extract report.txt                     the addresses, names and URLs in a file
  logscan scan -f x=report:report.txt *.log      scan for the indicators in a vendor's report
`logscan scan --help` has more.

Exit codes: 0 hits, 1 no hits, 2 an error (diff: 0 differences, 1 none)."
    )
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan logs.
    Scan(ScanArgs),
    /// Report who met what: for each indicator and client the count, first and last time, logs and feeds.
    Report(ReportArgs),
    /// Run the job that a configuration describes: feeds, logs, allow lists and outputs.
    Run(RunArgs),
    /// Show what matches a value, how, and in which feed and line; or explain why nothing does.
    Check(CheckArgs),
    /// Report on every line of the feeds, and whether each feed is healthy.
    Lint(LintArgs),
    /// Compile feeds into one file, which opens at once.
    Build(BuildArgs),
    /// Show the content of a compiled set by feed and kind, its age, and the sizes of its parts.
    Inspect(InspectArgs),
    /// Show which indicators were added, removed and changed between two compiled sets, by feed.
    Diff(DiffArgs),
    /// Write a set in the format of a firewall or a name server; leave out, and count, what the format cannot express exactly.
    Export(ExportArgs),
    /// Print the addresses, names, URLs, hashes and mail addresses in any file, without a feed.
    Extract(ExtractArgs),
    /// Write the completions for a shell.
    Completions(CompletionsArgs),
    /// Write the manual pages.
    Man(ManArgs),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DomainScope {
    /// A listed domain covers only itself.
    Exact,
    /// A listed domain covers itself and every name under it.
    Suffix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Admit {
    /// Private and reserved addresses, and localhost.
    Bogons,
    /// Prefixes shorter than /8 (IPv4) or /19 (IPv6).
    WidePrefixes,
    /// Whole public suffixes and top-level domains.
    PublicSuffixes,
    /// Hashes of files that are found everywhere, such as the empty file.
    WellKnownFiles,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Exception {
    /// Suppress host-level matches of equal or lower specificity, like --allow.
    Allow,
    /// Suppress every host-level match under them, like --allow-all.
    AllowAll,
    /// Leave them out.
    Skip,
}

#[derive(Debug, Args)]
pub(crate) struct FeedArgs {
    /// A feed of indicators: PATH, NAME=PATH or NAME=FORMAT:PATH. May be given many times.
    #[arg(short = 'f', long = "feed", value_name = "FEED")]
    pub(crate) feeds: Vec<OsString>,
    /// A file that names many feeds, and says how to read each (TOML). May be given many times, and together with --feed.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Vec<PathBuf>,
    /// A feed of allowed values, in any format: suppresses host-level matches of equal or lower specificity on what it covers. With
    /// `example.test` allowed, a listed `test` or `example.test` is not reported there, but a listed `bad.example.test` still is, and
    /// so is a URL with a path.
    #[arg(long, value_name = "FEED")]
    pub(crate) allow: Vec<OsString>,
    /// A feed of values that are always allowed, in any format: suppresses every host-level match under them. With `example.test` in it,
    /// a listed `bad.example.test` is not reported either, but a URL with a path still is. For lists of popular names, not for names under
    /// which others can rent hosts.
    #[arg(long, value_name = "FEED")]
    pub(crate) allow_all: Vec<OsString>,
    /// The scope of the feeds' domains, in place of that of the format or the configuration.
    #[arg(long, value_enum)]
    pub(crate) domain_scope: Option<DomainScope>,
    /// Admit values that a guard refuses. May be given many times.
    #[arg(long, value_enum)]
    pub(crate) admit: Vec<Admit>,
    /// Read bare URL paths (`/gate.php`) of the feeds as patterns.
    #[arg(long)]
    pub(crate) path_patterns: bool,
    /// The effect of exceptions in block lists (`@@` rules, `rpz-passthru.`, `nomatch`) [default: allow].
    #[arg(long, value_enum)]
    pub(crate) exceptions: Option<Exception>,
    /// Let MISP warning lists block if they are given with --feed. Without this option, they act like --allow-all.
    #[arg(long)]
    pub(crate) warning_lists_block: bool,
    /// Do not warn of rejected lines in feeds, for unattended jobs; `lint` shows them.
    #[arg(long)]
    pub(crate) quiet_feeds: bool,
    /// A Public Suffix List, in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub(crate) psl: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Also report `name_like` matches (file names, versions) and `host_only` matches (the host of a URL without its path).
    #[arg(long)]
    pub(crate) weak: bool,
    /// Leave out entries with a lower confidence (0 to 100). Entries without a confidence stay.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) min_confidence: Option<u8>,
    /// Leave out entries that are not valid at this time: 2026-05-01, 2026-05-01T12:00:00Z, `now`; or `event`, the time of the log
    /// line itself (a line without a time passes, and is counted).
    #[arg(long, value_name = "TIME", value_parser = as_of)]
    pub(crate) as_of: Option<AsOf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// `now`, with the time of the clock when the option was read.
    Now(jiff::Timestamp),
    At(jiff::Timestamp),
    Event,
}

impl AsOf {
    /// Returns the time, unless it depends on the log lines.
    pub(crate) fn time(self) -> Option<jiff::Timestamp> {
        match self {
            AsOf::Now(at) | AsOf::At(at) => Some(at),
            AsOf::Event => None,
        }
    }
}

fn as_of(text: &str) -> Result<AsOf, String> {
    match text {
        "now" => Ok(AsOf::Now(jiff::Timestamp::now())),
        "event" => Ok(AsOf::Event),
        text => time(text).map(AsOf::At),
    }
}

/// Parses a time. A date means its first moment, in UTC.
pub(crate) fn time(text: &str) -> Result<jiff::Timestamp, String> {
    let time = text.parse::<jiff::Timestamp>().or_else(|_| format!("{text}T00:00:00Z").parse());
    match time {
        Err(_) => Err("not a time such as 2026-05-01 or 2026-05-01T12:00:00Z".to_owned()),
        Ok(_) if !offset(text).is_none_or(is_of_zone) => Err(NO_ZONE.to_owned()),
        Ok(time) => Ok(time),
    }
}

const NO_ZONE: &str = "no zone has this offset: they end at +14:00 and -14:00";

/// Returns the offset at the end of a time.
fn offset(time: &str) -> Option<jiff::tz::Offset> {
    jiff::fmt::temporal::Pieces::parse(time).ok()?.to_numeric_offset()
}

/// Returns true for an offset that a zone may have.
fn is_of_zone(offset: jiff::tz::Offset) -> bool {
    offset.seconds().abs() <= MAX_ZONE_OFFSET
}

/// Parses the path of a compiled set. Refuses a date: past listings are known only from a set of that time.
fn older_set(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if time(text).is_ok() && !path.exists() {
        return Err(
            "expects a compiled set of that time, not a date; --as-of leaves out entries that are not valid at a given time"
                .to_owned(),
        );
    }
    Ok(path)
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Logs")]
pub(crate) struct InputArgs {
    /// Logs, plain or compressed (gzip, zstd, bzip2, xz, recognised by content); zip archives, each file in them as a log of its own;
    /// folders, with all folders under them; quoted globs; `-`, or none: standard input.
    #[arg(value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,
    /// In folders and globs, take only files whose name matches (`*.log`; with a `/`: whose path matches). May be given many times.
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// In folders and globs, skip files and folders whose name matches (with a `/`: whose path matches). May be given many times.
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// In folders and globs, include files and folders whose name begins with a dot.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Follow symbolic links in folders.
    #[arg(long)]
    pub(crate) links: bool,
    /// Map plain logs, and a compiled set, instead of reading them. Only for files that nobody writes to or shortens meanwhile: if a
    /// mapped file is shortened, the program ends. Replace files by renaming, never by rewriting.
    #[arg(long)]
    pub(crate) mmap: bool,
}

fn scan_examples() -> &'static str {
    "\
Examples:
  logscan scan -f c2.txt access.log access.log.1.gz old.log.xz
  logscan scan -f c2.txt 'logs/*/dns*.zst'                 a glob, quoted so that the shell leaves it
  logscan scan -f c2.txt --include '*.log*' /var/log       a folder and everything in it
  logscan scan -f c2.txt -j 4 --mmap huge.log              one file on four cores, without copying it
  logscan scan -f c2.txt --stats --json /data > hits.json  the throughput of each stage and file
  journalctl -f | logscan scan -f c2.txt                   a stream, line by line
  journalctl -f | logscan scan -F -f c2.txt -              the same; feeds are reloaded when they change
  logscan scan -f c2.txt -F --from-end /var/log/nginx      only new lines, also in new files
  logscan scan -f c2.txt -F --json dns.log | alert         hits as they come; feeds are reloaded when they change
  logscan scan -f c2.txt --format csv *.log > hits.csv     for a spreadsheet
  logscan scan -f c2.txt --format ecs *.log > hits.ndjson  for Elastic; `ocsf` and `timesketch` likewise
  logscan scan -f c2.txt --refang report.txt               hxxp://evil[.]test in reports and mails
  logscan scan -f c2.txt --json --resume r /data >> hits   a long scan that can be interrupted and continued
  logscan scan -f c2.txt -l /data                          only the names of files with hits
  logscan scan -f c2.txt -q access.log && echo found       only the exit code

Hits are printed in the order of the logs as you named them, then by position, whatever the number of threads. UTF-16, JSON escapes
(\\u002e) and the names of the Windows DNS log, (4)evil(4)test(0), are decoded.

Memory: the feeds, 4 MiB per thread plus a decompressor (usually 8 MiB, at most 128 MiB), and up to 64 MiB of hits that wait for
their turn.

Exit codes: 0 hits, 1 no hits, 2 an error."
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Following")]
pub(crate) struct FollowArgs {
    /// Follow the logs, like `tail -F`: by inode, through renaming, shortening (also copytruncate) and re-creation. Waits for files that do
    /// not exist yet, and scans standard input as it arrives. Searches folders and globs for new files. Reloads feeds when they change; if
    /// that fails, keeps the old ones. Ends with -m, with -q, at the end of standard input if nothing else is followed, or when the output
    /// is closed.
    #[arg(short = 'F', long, conflicts_with_all = ["count", "list", "stats", "mmap"])]
    pub(crate) follow: bool,
    /// Scan only lines that are written from now on.
    #[arg(long, requires = "follow")]
    pub(crate) from_end: bool,
    /// Seconds without a write after which a renamed or removed log is closed.
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = interval, requires = "follow")]
    pub(crate) keep_open: Duration,
    /// Seconds between two checks of files and feeds. A last line without a line feed is scanned after five checks without a change.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = interval, requires = "follow")]
    pub(crate) interval: Duration,
}

fn interval(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "not a number of seconds from 0.001 to 86400".to_owned())
}

/// The outcomes that count as a failure of an unattended job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// The usual exit codes: 0 some hit, 1 none, 2 any error.
    #[default]
    Nothing,
    /// 1 if there is some hit, 0 if there is none, 2 any error.
    Hits,
    /// 0 with and without hits, 2 any error.
    Errors,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Jobs")]
pub(crate) struct JobArgs {
    /// The outcomes that count as a failure, for cron and systemd.
    #[arg(long, value_enum, default_value = "nothing")]
    pub(crate) fail_on: FailOn,
}

impl JobArgs {
    /// Returns the outcome with which the job ends.
    pub(crate) fn outcome(&self, outcome: Outcome) -> Outcome {
        match (self.fail_on, outcome) {
            (FailOn::Hits, Outcome::Found) => Outcome::Nothing,
            (FailOn::Hits | FailOn::Errors, Outcome::Nothing) => Outcome::Found,
            (_, outcome) => outcome,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HitFormat {
    /// Blocks for people.
    Text,
    /// One JSON object per line, for each observable and indicator. `text` is the log line, up to 4 KiB of it; from the 17th hit of a
    /// line on, 128 bytes around the hit.
    Json,
    /// One record per line (RFC 4180), for each observable and indicator, after the names of the columns.
    Csv,
    /// The Elastic Common Schema 9.4, one JSON object per line, with the indicators in `threat.enrichments`.
    Ecs,
    /// Detection Findings of OCSF 1.8 with the profile `osint`, one JSON object per line.
    Ocsf,
    /// JSON Lines of Timesketch.
    Timesketch,
}

#[derive(Debug, Args)]
#[command(after_help = scan_examples())]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) set: SetArgs,
    /// An older compiled set: report only hits of indicators that no feed listed in it, to search old logs for new indicators. An
    /// indicator that any feed listed before is not new, even if another feed lists it now.
    #[arg(long = "new-since", alias = "since", value_name = "SET", value_parser = older_set)]
    pub(crate) since: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) follow: FollowArgs,
    /// Threads (default: all cores). Several logs are read side by side, and one large log on all of them.
    #[arg(short = 'j', long = "threads", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// The format of hits.
    #[arg(long, value_enum, default_value = "text", conflicts_with_all = ["count", "list", "quiet"])]
    pub(crate) format: HitFormat,
    /// The same as --format json.
    #[arg(long, conflicts_with_all = ["count", "list", "quiet", "format"])]
    pub(crate) json: bool,
    /// Write the hits on lines without a time to FILE, in the format of --json: `ecs`, `ocsf` and `timesketch` require a time. Without this
    /// option, these hits are only counted. FILE is emptied first; with --follow or --state, hits are appended to it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "count", "list", "quiet"], value_parser = place::to_write())]
    pub(crate) rejects: Option<PathBuf>,
    /// Remember in FILE which hits were reported: later runs do not report them again, even if the log was renamed. FILE also holds the
    /// number of entries of each feed: a feed that has less than its `shrank_below` left is an error, and another that lost more than half
    /// is a warning. FILE is written completely or not at all, at the end of a run. FILE.lock, which keeps a second run away, stays beside
    /// it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["follow", "annotate"], value_parser = place::to_write())]
    pub(crate) state: Option<PathBuf>,
    /// Days after which a hit that was not met again is forgotten.
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = clap::value_parser!(u16).range(1..), requires = "state")]
    pub(crate) state_days: u16,
    /// The most hits that the file holds. Beyond that, the oldest are forgotten, with a message.
    #[arg(long, value_name = "N", default_value = "1000000", value_parser = clap::value_parser!(u32).range(1..), requires = "state")]
    pub(crate) state_max: u32,
    /// Record in FILE how far the scan has come. After Ctrl-C, a crash or a full disk, repeat the same command to continue; the output is
    /// then that of one uninterrupted scan. Append the output to a file (`>> hits.json`): it is cut back to the recorded length. In a
    /// pipe, the last hits before a crash may come twice. Logs must be regular files. Changed feeds, options or logs are an error. FILE is
    /// removed at the end; FILE.lock, which keeps a second run away, stays beside it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["follow", "annotate", "quiet"], value_parser = place::to_write())]
    pub(crate) resume: Option<PathBuf>,
    /// Seconds between two records [default: 1].
    #[arg(long, value_name = "SECONDS", value_parser = interval, requires = "resume", hide = true)]
    pub(crate) resume_every: Option<Duration>,
    #[command(flatten)]
    pub(crate) job: JobArgs,
    /// Answer each line of standard input with one line of JSON at once: `{}`, or `{"$!":{"netsieve":[…]}}` with its hits, which
    /// rsyslog's mmexternal merges into the message. With -F, feeds are reloaded when they change.
    #[arg(long, conflicts_with_all = ["format", "json", "rejects", "count", "list", "quiet", "max", "stats", "from_end"])]
    pub(crate) annotate: bool,
    /// Print only the number of (observable, indicator) pairs in each log, and for several logs the total.
    #[arg(short = 'c', long, conflicts_with_all = ["list", "quiet"])]
    pub(crate) count: bool,
    /// Print only the names of logs with hits.
    #[arg(short = 'l', long, conflicts_with = "quiet")]
    pub(crate) list: bool,
    /// Print nothing, and stop at the first hit. The exit code tells whether there was one.
    #[arg(short = 'q', long)]
    pub(crate) quiet: bool,
    /// Stop after N (observable, indicator) pairs in all.
    #[arg(short = 'm', value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max: Option<u64>,
    /// Undo defanging (`hxxp://`, `[.]`) in the logs, as in reports and mails. Slower.
    #[arg(long)]
    pub(crate) refang: bool,
    /// Leave the log line out.
    #[arg(long)]
    pub(crate) no_text: bool,
    #[command(flatten)]
    pub(crate) events: EventArgs,
    /// Only hits of events from this time on: 2026-05-01 or 2026-05-01T12:00:00Z. A line without a time passes, and is counted.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) from: Option<jiff::Timestamp>,
    /// Only hits of events before this time. A line without a time passes, and is counted.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) to: Option<jiff::Timestamp>,
    /// Print statistics to standard error: bytes and rates of each stage and each log, counts, and matches that were withheld.
    #[arg(long)]
    pub(crate) stats: bool,
    /// When to colour the output.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: Color,
}

impl ScanArgs {
    /// The number of threads: as requested, or else the number of cores.
    pub(crate) fn threads(&self) -> usize {
        match self.threads {
            Some(threads) => threads.into(),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Events")]
pub(crate) struct EventArgs {
    /// Read lines with hits as events: when, in which field, and who met whom.
    #[arg(long, value_enum, default_value = "on")]
    pub(crate) events: Switch,
    /// The time zone of times without one: a name of the tz database, or an offset such as +02:00.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub(crate) time_zone: jiff::tz::TimeZone,
    /// The year of times without one [default: derived from the time at which the log was last written].
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1970..=2199))]
    pub(crate) year: Option<i16>,
    /// A file with layouts of log lines: tables `[layout.NAME]` (TOML). May be given many times. Layouts in --config are always used.
    #[arg(long, value_name = "FILE")]
    pub(crate) layouts: Vec<PathBuf>,
}

impl EventArgs {
    /// Returns the options for events, including the layouts in these configurations. `None` if events are off.
    pub(crate) fn options(&self, configs: &[PathBuf]) -> Result<Option<EventOptions>, netsieve::Error> {
        let mut options = EventOptions::new().time_zone(self.time_zone.clone());
        if let Some(year) = self.year {
            options = options.year(year);
        }
        for path in configs.iter().chain(&self.layouts) {
            for layout in LayoutConfig::read(path)? {
                options = options.layout(layout);
            }
        }
        Ok((self.events == Switch::On).then_some(options))
    }
}

/// Parses a name of the tz database, or an offset.
fn zone(text: &str) -> Result<jiff::tz::TimeZone, String> {
    if let Ok(zone) = jiff::tz::TimeZone::get(text) {
        return Ok(zone);
    }
    // An offset is parsed as the end of a time.
    let is_offset = text.starts_with(['+', '-']) && text[1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    match offset(&format!("2026-01-01T00:00:00{text}")).filter(|_| is_offset || text == "Z") {
        None => Err(format!("{text:?} is neither a zone of the tz database nor an offset such as +02:00")),
        Some(offset) if !is_of_zone(offset) => Err(NO_ZONE.to_owned()),
        Some(offset) => Ok(jiff::tz::TimeZone::fixed(offset)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// In any case.
    Always,
    /// Never.
    Never,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  logscan check -f c2.txt www.evil.test 192.0.2.7:443     what matches each value, or why nothing does
  logscan check -f c2.txt 192.0.2.0/24                    a network: what covers it, and what lies within it
  logscan check -f c2.txt 'hxxp://evil[.]test/a'          defanged, as in reports
  logscan check -f c2.txt info@evil.test                  a mail address, and its domain
  cut -f3 dns.log | sort -u | logscan check -f c2.txt --json   many values, one per line

Exit codes: 0 some value matches, 1 none does, 2 an error.";

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// Addresses, prefixes, ranges, names, URLs, hashes or mail addresses, also defanged. For a prefix or a range, the indicators that
    /// cover it and those within it; for a mail address, also the matches of its domain. `-`, or none: the lines of standard input. With
    /// --explain: log lines, or `-` for those of standard input.
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    /// Treat the values as log lines: show how each is read (layout, fields, time, who), every place in it, what matched, and why the
    /// rest did not.
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) events: EventArgs,
    /// Print one JSON object per line, for each value.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Parses a share in per cent, with or without the sign.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end().parse().ok();
    number.filter(|share| (0.0..=100.0).contains(share)).ok_or_else(|| "not a number from 0 to 100".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) feeds: FeedArgs,
    /// End with exit code 1 if more than this share of the values of a feed is rejected, in per cent. For unattended jobs. Exit code 2
    /// means that a feed cannot be read, or that no feed has an accepted indicator.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_rejected: Option<f64>,
    /// Show every rejected line, shadowed indicator and so on, not only the first of each kind.
    #[arg(long)]
    pub(crate) all: bool,
    /// A list of popular values: a ranking or a warning list in any format, PATH, NAME=PATH or NAME=FORMAT:PATH. Entries that cover
    /// one of them are reported. May be given many times.
    #[arg(long, value_name = "FILE")]
    pub(crate) popular: Vec<OsString>,
    /// Count the entries that are no longer valid at this time [default: now]: 2026-05-01 or 2026-05-01T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) as_of: Option<jiff::Timestamp>,
    /// Print the report as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}
