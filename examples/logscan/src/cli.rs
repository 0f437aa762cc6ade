//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use netsieve::event::{EventOptions, LayoutConfig};
use netsieve::feed::Format;

use crate::Outcome;
use crate::build::BuildArgs;
use crate::diff::DiffArgs;
use crate::export::ExportArgs;
use crate::extract::ExtractArgs;
use crate::inspect::InspectArgs;
use crate::install::{CompletionsArgs, ManArgs, VERSION};
use crate::report::ReportArgs;
use crate::run::RunArgs;
use crate::set::SetArgs;

/// Finds the addresses, domains and URLs of threat feeds in logs, and says which indicator of which feed hit what and where.
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
A FEED is PATH, NAME=PATH or NAME=FORMAT:PATH. The name is else the file's stem, the format is recognised by content.
Formats:
  {formats}

Examples:
  logscan scan -f c2.txt access.log              hits for people
  logscan scan -f c2=plain:c2.txt --json *.log   one JSON object a hit and indicator
  logscan scan -f c2.txt /var/log 'old/*.xz'     folders, globs, compressed logs, on all cores
  zcat big.gz | logscan scan -f c2.txt --stats - standard input
  logscan scan -f c2.txt -F /var/log/dns.log     go on with what is written to it, through rotation
  logscan scan --config feeds.toml access.log    many feeds, each as a file says
  logscan report -f c2.txt --html day.html *.log who met what, as a page
  logscan run --config day.toml                  the daily job: feeds, logs and outputs in one file
  logscan check -f c2.txt http://evil.test/a     what matches a value, or why nothing does
  logscan lint -f c2.txt                         what is wrong with a feed
  logscan build --config feeds.toml -o set.sieve compile once
  logscan scan --sieve set.sieve access.log      scan with what was compiled
  logscan scan --sieve set.sieve --new-since old.sieve *.log   search old logs for what is new
  logscan export --sieve set.sieve --to rpz      block it with a name server
  logscan extract report.txt                     what addresses, names and URLs a file holds
  logscan scan -f x=report:report.txt *.log      scan with what a report warns of
`logscan scan --help` has more.

Exit codes: 0 some hit, 1 none, 2 any error (diff: 0 some difference, 1 none)."
    )
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan logs.
    Scan(ScanArgs),
    /// Say who met what: for each indicator and each client the count, first, last, logs and feeds.
    Report(ReportArgs),
    /// Do what stands in a configuration: feeds, logs, what is allowed, and outputs.
    Run(RunArgs),
    /// Say what matches a value, how, and according to which feed and line; or why nothing does.
    Check(CheckArgs),
    /// Report what became of every line of the feeds.
    Lint(LintArgs),
    /// Compile feeds into one file, which is opened at once.
    Build(BuildArgs),
    /// Say what a compiled set holds, by feed and kind, how old it is, and how large its parts are.
    Inspect(InspectArgs),
    /// Say which indicators were added, removed and changed between two compiled sets, by feed.
    Diff(DiffArgs),
    /// Write a set in the format of a firewall or a name server: what can be said exactly in it; the rest is counted.
    Export(ExportArgs),
    /// Print the addresses, names, URLs, hashes and mail addresses of any file, without a feed.
    Extract(ExtractArgs),
    /// Write what completes the command line in a shell.
    Completions(CompletionsArgs),
    /// Write the manual pages.
    Man(ManArgs),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DomainScope {
    /// A listed domain stands for itself alone.
    Exact,
    /// A listed domain stands for itself and every name beneath it.
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
    /// Hashes of files that are found everywhere, such as the empty one.
    WellKnownFiles,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Exception {
    /// Suppress host-level matches of equal or lower specificity, as --allow.
    Allow,
    /// Suppress every host-level match beneath them, as --allow-all.
    AllowAll,
    /// Nothing: they are left out.
    Skip,
}

#[derive(Debug, Args)]
pub(crate) struct FeedArgs {
    /// A feed of indicators: PATH, NAME=PATH or NAME=FORMAT:PATH. May be given many times.
    #[arg(short = 'f', long = "feed", value_name = "FEED")]
    pub(crate) feeds: Vec<OsString>,
    /// A file that names many feeds, and says how to read each (TOML). May be given many times, and beside --feed.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Vec<PathBuf>,
    /// A feed of what is allowed, of any format: suppresses host-level matches of equal or lower specificity on what it covers. With
    /// `example.test` allowed, a listed `test` or `example.test` is not reported on it, but a listed `bad.example.test` still is, and
    /// so is a URL with a path.
    #[arg(long, value_name = "FEED")]
    pub(crate) allow: Vec<OsString>,
    /// A feed of what is always allowed, of any format: suppresses every host-level match beneath it. With `example.test` in it, a
    /// listed `bad.example.test` is not reported either: for lists of popular names, not for names that others may rent. A URL with a
    /// path still is.
    #[arg(long, value_name = "FEED")]
    pub(crate) allow_all: Vec<OsString>,
    /// The scope of the feeds' domains, in place of what the format or the configuration says.
    #[arg(long, value_enum)]
    pub(crate) domain_scope: Option<DomainScope>,
    /// Admit what the guards refuse. May be given many times.
    #[arg(long, value_enum)]
    pub(crate) admit: Vec<Admit>,
    /// Read bare URL paths (`/gate.php`) of the feeds as patterns.
    #[arg(long)]
    pub(crate) path_patterns: bool,
    /// What the exceptions of block lists (`@@` rules, `rpz-passthru.`, `nomatch`) ask for [default: allow].
    #[arg(long, value_enum)]
    pub(crate) exceptions: Option<Exception>,
    /// Let warning lists of MISP block if they are given as feeds of indicators; they allow all else.
    #[arg(long)]
    pub(crate) warning_lists_block: bool,
    /// Say nothing of rejected lines of feeds, for jobs that run by themselves; `lint` tells of them.
    #[arg(long)]
    pub(crate) quiet_feeds: bool,
    /// A Public Suffix List, in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub(crate) psl: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Report `name_like` matches (file names, versions) and `host_only` matches (the host of a URL without its path) too.
    #[arg(long)]
    pub(crate) weak: bool,
    /// Leave out entries of a lower confidence (0 to 100); an entry without one stays.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) min_confidence: Option<u8>,
    /// Leave out entries that are not valid at this time: 2026-05-01, 2026-05-01T12:00:00Z, `now`; or `event`, the time of the log
    /// line itself (a line without a time passes, and is counted).
    #[arg(long, value_name = "TIME", value_parser = as_of)]
    pub(crate) as_of: Option<AsOf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// `now`, as the clock was then.
    Now(jiff::Timestamp),
    At(jiff::Timestamp),
    Event,
}

impl AsOf {
    /// A time that is known before any log is read.
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

/// A date is its first moment, UTC.
pub(crate) fn time(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse::<jiff::Timestamp>()
        .or_else(|_| format!("{text}T00:00:00Z").parse())
        .map_err(|_| "not a time such as 2026-05-01 or 2026-05-01T12:00:00Z".to_owned())
}

/// A compiled set, and no date: what was listed at a time is not known, only what a set of then holds.
fn older_set(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if time(text).is_ok() && !path.exists() {
        return Err(
            "takes a compiled set of that time, not a date; --as-of leaves out what is no longer valid at a date"
                .to_owned(),
        );
    }
    Ok(path)
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Logs")]
pub(crate) struct InputArgs {
    /// Logs, plain or compressed (gzip, zstd, bzip2, xz, by content); zip archives, each file in them as a log of its own; folders,
    /// with what is beneath them; globs, quoted; `-`, or none: standard input.
    #[arg(value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,
    /// In folders and globs, take only files whose name matches (`*.log`; with a `/`: whose path matches). May be given many times.
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// In folders and globs, skip files and folders whose name matches (with a `/`: whose path matches). May be given many times.
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// In folders and globs, take files and folders whose name begins with a dot too.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Follow symbolic links in folders too.
    #[arg(long)]
    pub(crate) links: bool,
    /// Map plain logs, and a compiled set, instead of reading them. Only for files that nobody writes to or shortens meanwhile: a
    /// file that shrinks under a map ends the program. Replace by renaming, never by rewriting.
    #[arg(long)]
    pub(crate) mmap: bool,
}

fn scan_examples() -> &'static str {
    "\
Examples:
  logscan scan -f c2.txt access.log access.log.1.gz old.log.xz
  logscan scan -f c2.txt 'logs/*/dns*.zst'                 a glob, quoted so that the shell leaves it
  logscan scan -f c2.txt --include '*.log*' /var/log       a folder and what is beneath it
  logscan scan -f c2.txt -j 4 --mmap huge.log              one file on four cores, without copying it
  logscan scan -f c2.txt --stats --json /data > hits.json  rates of each stage and of each file
  journalctl -f | logscan scan -f c2.txt                   what comes in, line by line
  journalctl -f | logscan scan -F -f c2.txt -              the same, and feeds are loaded anew when they change
  logscan scan -f c2.txt -F --from-end /var/log/nginx      what is written from now on, in new files too
  logscan scan -f c2.txt -F --json dns.log | alert         hits as they come; feeds are loaded anew when they change
  logscan scan -f c2.txt --format csv *.log > hits.csv     for a spreadsheet
  logscan scan -f c2.txt --format ecs *.log > hits.ndjson  for Elastic; `ocsf` and `timesketch` likewise
  logscan scan -f c2.txt --refang report.txt               hxxp://evil[.]test in reports and mails
  logscan scan -f c2.txt --json --resume r /data >> hits   a long scan that can be interrupted and continued
  logscan scan -f c2.txt -l /data                          only which files
  logscan scan -f c2.txt -q access.log && echo found       only whether

Hits come by log as given, then by place, however many threads there are. UTF-16, JSON escapes (\\u002e) and names as the
Windows DNS log writes them, (4)evil(4)test(0), are read as what they are.

Memory: the feeds, 4 MiB a thread and what a decompressor needs (8 MiB as a rule, 128 MiB at most), and up to 64 MiB of hits
that wait for their turn.

Exit codes: 0 some hit, 1 none, 2 any error."
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Following")]
pub(crate) struct FollowArgs {
    /// Go on with what is written to the logs, as `tail -F`: by inode, through renaming, shortening (copytruncate too) and
    /// re-creation; what does not exist yet is waited for; of standard input as it comes. On one thread. Folders and globs are looked
    /// through for new files. Feeds that change are loaded anew; if that fails, the old ones stay. Ends with -m, -q, with standard input
    /// if that is all there is, or when the output is closed.
    #[arg(short = 'F', long, conflicts_with_all = ["count", "list", "stats", "mmap"])]
    pub(crate) follow: bool,
    /// Only what is written from now on.
    #[arg(long, requires = "follow")]
    pub(crate) from_end: bool,
    /// Seconds without a write after which a renamed or removed log is closed.
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = interval, requires = "follow")]
    pub(crate) keep_open: Duration,
    /// How often files and feeds are looked at, in seconds. A last line without an end is scanned as it stands if nothing has been added
    /// to it five times.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = interval, requires = "follow")]
    pub(crate) interval: Duration,
}

fn interval(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "not a number of seconds from 0.001 to 86400".to_owned())
}

/// What a job that runs by itself ends with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Exit codes as ever: 0 some hit, 1 none, 2 any error.
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
    /// What counts as a failure, for cron and systemd.
    #[arg(long, value_enum, default_value = "nothing")]
    pub(crate) fail_on: FailOn,
}

impl JobArgs {
    /// The outcome as the job is to end with.
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
    /// One JSON object a line, for each observable and indicator. The log line is in `text`, up to 4 KiB of it; from the 17th hit of
    /// a line on, 128 bytes around the hit.
    Json,
    /// One record a line (RFC 4180), for each observable and indicator, after the names of the columns.
    Csv,
    /// The Elastic Common Schema 9.4, one JSON object a line, with the indicators in `threat.enrichments`.
    Ecs,
    /// Detection Findings of OCSF 1.8 with the profile `osint`, one JSON object a line.
    Ocsf,
    /// JSON Lines of Timesketch.
    Timesketch,
}

#[derive(Debug, Args)]
#[command(after_help = scan_examples())]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) set: SetArgs,
    /// An older compiled set: report only hits of indicators that no feed listed in it, to search old logs for what is new. An
    /// indicator that only another feed has come to list too is not new.
    #[arg(long = "new-since", alias = "since", value_name = "SET", value_parser = older_set)]
    pub(crate) since: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) follow: FollowArgs,
    /// Threads (default: all cores). Several logs are read side by side, and one large log on all of them.
    #[arg(short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// How hits are written.
    #[arg(long, value_enum, default_value = "text", conflicts_with_all = ["count", "list", "quiet"])]
    pub(crate) format: HitFormat,
    /// The same as --format json.
    #[arg(long, conflicts_with_all = ["count", "list", "quiet", "format"])]
    pub(crate) json: bool,
    /// Where hits of lines without a time go, as --json has them: `ecs`, `ocsf` and `timesketch` demand a time, and none is made up.
    /// They are counted in any case.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "count", "list", "quiet"])]
    pub(crate) rejects: Option<PathBuf>,
    /// Remember in FILE what was reported: hits that a finished run has reported with it are not reported again, whatever their log is
    /// called by now. FILE is written whole or not at all. FILE.lock, which keeps a second run away, stays beside it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["follow", "annotate"])]
    pub(crate) state: Option<PathBuf>,
    /// After how many days a hit that was not met again is forgotten.
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = clap::value_parser!(u16).range(1..), requires = "state")]
    pub(crate) state_days: u16,
    /// How many hits the file holds at most; beyond it the oldest are forgotten, and said to be.
    #[arg(long, value_name = "N", default_value = "1000000", value_parser = clap::value_parser!(u32).range(1..), requires = "state")]
    pub(crate) state_max: u32,
    /// Record in FILE how far the scan has come. After Ctrl-C, a crash or a full disk, repeat the same command to continue; the output is
    /// then that of one uninterrupted scan. Append the output to a file (`>> hits.json`): it is cut back to the recorded length. In a
    /// pipe, the last hits before a crash may come twice. Logs must be regular files. Changed feeds, options or logs are an error. FILE is
    /// removed at the end; FILE.lock, which keeps a second run away, stays beside it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["follow", "annotate", "quiet"])]
    pub(crate) resume: Option<PathBuf>,
    /// How often that file is written, in seconds [default: 1].
    #[arg(long, value_name = "SECONDS", value_parser = interval, requires = "resume", hide = true)]
    pub(crate) resume_every: Option<Duration>,
    #[command(flatten)]
    pub(crate) job: JobArgs,
    /// Answer each line of standard input with one line of JSON at once: `{}`, or `{"$!":{"netsieve":[…]}}` with its hits, which
    /// rsyslog's mmexternal merges into the message. With -F, feeds that change are loaded anew meanwhile.
    #[arg(long, conflicts_with_all = ["json", "count", "list", "quiet", "max", "stats", "from_end"])]
    pub(crate) annotate: bool,
    /// Only the number of (observable, indicator) pairs of each file, and of several files the total.
    #[arg(short = 'c', long, conflicts_with_all = ["list", "quiet"])]
    pub(crate) count: bool,
    /// Only the names of files with hits.
    #[arg(short = 'l', long, conflicts_with = "quiet")]
    pub(crate) list: bool,
    /// Nothing: the exit code tells. Stops at the first hit.
    #[arg(short = 'q', long)]
    pub(crate) quiet: bool,
    /// Stop after N (observable, indicator) pairs in all.
    #[arg(short = 'm', value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max: Option<u64>,
    /// Undo defanging (`hxxp://`, `[.]`) in the logs too, as reports and mails have it; slower.
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
    /// Only hits of events before this time, likewise.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) to: Option<jiff::Timestamp>,
    /// Bytes and rates of each stage and each log, counts, and how many matches were withheld and why, to standard error.
    #[arg(long)]
    pub(crate) stats: bool,
    /// When to colour the output.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: Color,
}

impl ScanArgs {
    /// As many threads as are asked for, or the machine has cores.
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
    /// Whether lines with hits are read as events: when, in which field, and who met whom.
    #[arg(long, value_enum, default_value = "on")]
    pub(crate) events: Switch,
    /// The zone of times that are logged without one: a name of the tz database or an offset such as +02:00.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub(crate) time_zone: jiff::tz::TimeZone,
    /// The year of times that are logged without one [default: by the time that the log was last written].
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1970..=2199))]
    pub(crate) year: Option<i16>,
    /// A file with layouts of log lines, tables `[layout.NAME]` (TOML). May be given many times. Those of --config are used without it.
    #[arg(long, value_name = "FILE")]
    pub(crate) layouts: Vec<PathBuf>,
}

impl EventArgs {
    /// How events are read, with the layouts of these configurations of feeds too; `None`: not at all.
    pub(crate) fn options(&self, configs: &[PathBuf]) -> Result<Option<EventOptions>, netsieve::Error> {
        let mut options = EventOptions::default();
        options.time_zone(self.time_zone.clone());
        if let Some(year) = self.year {
            options.year(year);
        }
        for path in configs.iter().chain(&self.layouts) {
            for layout in LayoutConfig::read(path)? {
                options.layout(layout);
            }
        }
        Ok((self.events == Switch::On).then_some(options))
    }
}

/// A name of the tz database, or an offset.
fn zone(text: &str) -> Result<jiff::tz::TimeZone, String> {
    if let Ok(zone) = jiff::tz::TimeZone::get(text) {
        return Ok(zone);
    }
    // An offset reads as the end of a time.
    let time = format!("2026-01-01T00:00:00{text}");
    let offset = jiff::fmt::temporal::Pieces::parse(&time).ok().and_then(|pieces| pieces.to_numeric_offset());
    let reason = || format!("{text:?} is no zone of the tz database and no offset such as +02:00");
    offset.map(jiff::tz::TimeZone::fixed).ok_or_else(reason)
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
  logscan check -f c2.txt www.evil.test 192.0.2.7:443     each value, and why nothing matches it if nothing does
  logscan check -f c2.txt 192.0.2.0/24                    a network: what covers it, and what lies within it
  logscan check -f c2.txt 'hxxp://evil[.]test/a'          defanged, as reports have it
  logscan check -f c2.txt info@evil.test                  an e-mail address: its domain
  cut -f3 dns.log | sort -u | logscan check -f c2.txt --json   many values, one a line

Exit codes: 0 some value matches, 1 none, 2 any error.";

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// Addresses, prefixes, ranges, names, URLs or e-mail addresses; defanged ones too. Of a prefix or a range, what covers it and what
    /// lies within it; of an e-mail address, what its domain meets. `-`, or none: the lines of standard input. With --explain: log
    /// lines, or `-` for those of standard input.
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    /// Take the values for log lines: say how each is read (layout, fields, time, who), every place that was read and how, what
    /// matched, and why the rest did not.
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) events: EventArgs,
    /// One JSON object a line, for each value.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A share in per cent, with the sign or without.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end().parse().ok();
    number.filter(|share| (0.0..=100.0).contains(share)).ok_or_else(|| "a number from 0 to 100 is wanted".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) feeds: FeedArgs,
    /// End with exit code 1 if of some feed more than this share of the values is rejected, in per cent: for jobs that run by
    /// themselves. Exit code 2 says that a feed cannot be read, or that no indicator is left of all of them.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_rejected: Option<f64>,
    /// Every rejected line, shadowed indicator and so on, not only the first of each kind.
    #[arg(long)]
    pub(crate) all: bool,
    /// What is popular: a ranking or a warning list of any format, PATH, NAME=PATH or NAME=FORMAT:PATH. Entries that cover
    /// something of it are reported. May be given many times.
    #[arg(long, value_name = "FILE")]
    pub(crate) popular: Vec<OsString>,
    /// Count what is no longer valid at this time [default: now]: 2026-05-01 or 2026-05-01T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) as_of: Option<jiff::Timestamp>,
    /// The report as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}
