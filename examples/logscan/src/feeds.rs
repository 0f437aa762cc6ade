//! Loads the feeds of a command line.

use std::collections::HashMap;
use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use netsieve::feed::{self, Format};
use netsieve::feed::{FeedFile, config::Config};
use netsieve::indicator::{Construct, Exceptions, Record, WarningKind};
use netsieve::render::Escaped;
use netsieve::sieve::{FeedId, FeedReport, Filter, PublicSuffixes, Ranking};
use netsieve::{Action, BuildReport, Engine, Feed, MatchOptions, Policy, Scope, Sieve, SieveBuilder};

use crate::cli::{Admit, AsOf, DomainScope, Exception, FeedArgs, FilterArgs};
use crate::summary::counted;

/// The number of rejected lines of a feed to show as warnings.
const SHOWN: usize = 3;

/// A feed as named on the command line.
struct Spec<'a> {
    name: String,
    /// The name was given, not taken from the path.
    is_named: bool,
    format: Option<Format>,
    path: &'a Path,
}

/// Parses `PATH`, `NAME=PATH` or `NAME=FORMAT:PATH`. A text that names an existing file is a path, whatever characters it contains.
fn parse(text: &OsStr) -> Spec<'_> {
    let shown = |name: &OsStr| netsieve::shown_path(Path::new(name)).into_owned();
    let whole = Path::new(text);
    let unnamed =
        || Spec { name: shown(whole.file_stem().unwrap_or(text)), is_named: false, format: None, path: whole };
    if whole.exists() {
        return unnamed();
    }
    let Some((name, rest)) = split(text, b'=').filter(|(name, _)| !name.is_empty()) else { return unnamed() };
    let is_format = |(format, path): (&OsStr, _)| Some((format.to_str()?.parse().ok()?, path));
    let (format, path) = match split(rest, b':').and_then(is_format) {
        Some((format, path)) if !Path::new(rest).exists() => (Some(format), path),
        _ => (None, rest),
    };
    Spec { name: shown(name), is_named: true, format, path: Path::new(path) }
}

/// Splits a text at the first `at`, an ASCII character. Paths can contain any bytes.
#[cfg(unix)]
fn split(text: &OsStr, at: u8) -> Option<(&OsStr, &OsStr)> {
    use std::os::unix::ffi::OsStrExt;

    let bytes = text.as_bytes();
    let end = bytes.iter().position(|&byte| byte == at)?;
    Some((OsStr::from_bytes(&bytes[..end]), OsStr::from_bytes(&bytes[end + 1..])))
}

#[cfg(not(unix))]
fn split(text: &OsStr, at: u8) -> Option<(&OsStr, &OsStr)> {
    let (before, after) = text.to_str()?.split_once(char::from(at))?;
    Some((OsStr::new(before), OsStr::new(after)))
}

/// Refuses `NAME=WORD:PATH` and `WORD:PATH` if there is such a file: the word was meant as a format.
fn unknown_format(spec: &Spec<'_>) -> Result<(), String> {
    let word = split(spec.path.as_os_str(), b':').filter(|(_, path)| !spec.path.exists() && Path::new(path).exists());
    let Some((word, path)) = word else { return Ok(()) };
    let (word, path) = (netsieve::shown_path(Path::new(word)), netsieve::shown_path(Path::new(path)));
    match spec.format {
        None if spec.is_named => Err(format!("unknown format `{word}` for {path}: `logscan --help` lists the formats")),
        None => Err(format!("`{word}:{path}` is not a file: a feed with a format is written NAME={word}:{path}")),
        Some(_) => Ok(()),
    }
}

/// Reads a feed into a builder.
fn read(source: &FeedFile, builder: &mut SieveBuilder) -> Result<(), netsieve::Error> {
    let id = builder.feed(source.feed.clone());
    source.read(&mut builder.sink(id)).map(drop)
}

/// Applies the flags, which override a configuration.
fn apply(args: &FeedArgs, policy: &mut Policy) {
    if let Some(scope) = args.domain_scope {
        policy.scope = Some(match scope {
            DomainScope::Exact => Scope::Exact,
            DomainScope::Suffix => Scope::Suffix,
        });
    }
    policy.admit_bogons |= args.admit.contains(&Admit::Bogons);
    policy.admit_wide_prefixes |= args.admit.contains(&Admit::WidePrefixes);
    policy.admit_public_suffixes |= args.admit.contains(&Admit::PublicSuffixes);
    policy.admit_well_known_files |= args.admit.contains(&Admit::WellKnownFiles);
    policy.path_patterns |= args.path_patterns;
    policy.warning_lists_block |= args.warning_lists_block;
    if let Some(exception) = args.exceptions {
        policy.exceptions = match exception {
            Exception::Allow => Exceptions::Allow,
            Exception::AllowAll => Exceptions::AllowAll,
            Exception::Skip => Exceptions::Skip,
        };
    }
}

/// Returns the feeds of the configurations, then those of the command line. Files with the same stem are named by their paths.
pub(crate) fn sources(args: &FeedArgs) -> Result<Vec<FeedFile>, Box<dyn Error>> {
    let mut sources = Vec::new();
    let mut count: HashMap<String, u32> = HashMap::new();
    for path in &args.config {
        for file in Config::read(path)?.feeds {
            let name = &file.feed.name;
            if count.insert(name.clone(), 1).is_some() {
                return Err(
                    format!("{}: another configuration has a feed named {name}", netsieve::shown_path(path)).into()
                );
            }
            sources.push(file);
        }
    }
    let lists = [(&args.feeds, Action::Block), (&args.allow, Action::Allow), (&args.allow_all, Action::AllowAll)];
    let specs: Vec<(Spec<'_>, Action)> =
        lists.iter().flat_map(|(texts, action)| texts.iter().map(|text| (parse(text), *action))).collect();
    for (spec, _) in &specs {
        unknown_format(spec)?;
        *count.entry(spec.name.clone()).or_default() += 1;
    }
    for (spec, action) in specs {
        let mut name = spec.name;
        if count[&name] > 1 {
            if spec.is_named {
                return Err(format!("two feeds are named {name}: give one of them another name").into());
            }
            name = netsieve::shown_path(spec.path).into_owned();
        }
        let mut source = FeedFile::new(spec.path);
        source.feed.name = name;
        source.feed.action = action;
        source.format = spec.format;
        sources.push(source);
    }
    for source in &mut sources {
        apply(args, &mut source.feed.policy);
    }
    Ok(sources)
}

/// Returns the files that make up a sieve of these feeds. If a configuration cannot be read, its feeds are missing.
pub(crate) fn paths(args: &FeedArgs) -> Vec<PathBuf> {
    let named = sources(args).unwrap_or_default().into_iter().map(|source| source.path);
    args.config.iter().chain(&args.psl).cloned().chain(named).collect()
}

/// Fails if a feed has so many fewer entries than in an older set that its file must be truncated.
pub(crate) fn check_shrunk(args: &FeedArgs, old: &Sieve, new: &Sieve) -> Result<(), Box<dyn Error>> {
    Ok(netsieve::live::check_shrunk(&sources(args)?, old, new)?)
}

/// Returns true if a feed is compared with what it was before.
pub(crate) fn may_shrink(args: &FeedArgs) -> Result<bool, Box<dyn Error>> {
    Ok(sources(args)?.iter().any(|source| source.shrank_below.is_some()))
}

/// The cost of loading.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loading {
    pub(crate) files: usize,
    /// The size of the files.
    pub(crate) bytes: u64,
    pub(crate) read: Duration,
    pub(crate) build: Duration,
}

impl Loading {
    pub(crate) fn count(&mut self, path: &Path) {
        self.files += 1;
        self.bytes += std::fs::metadata(path).map_or(0, |file| file.len());
    }
}

fn builder(args: &FeedArgs) -> Result<SieveBuilder, Box<dyn Error>> {
    let mut builder = Sieve::builder();
    if let Some(path) = &args.psl {
        builder.public_suffixes(PublicSuffixes::from_file(path)?);
    }
    Ok(builder)
}

/// The error for a command without indicators.
const NO_FEED: &str = "no feed given: add `--feed FEED`, or `--config FILE` for a file that names feeds";

/// Compiles all feeds, and returns the cost.
pub(crate) fn load_timed(args: &FeedArgs) -> Result<(Sieve, BuildReport, Loading), Box<dyn Error>> {
    let mut builder = builder(args)?;
    let (mut loading, start) = (Loading::default(), Instant::now());
    let sources = sources(args)?;
    if sources.is_empty() {
        return Err(NO_FEED.into());
    }
    for source in &sources {
        loading.count(&source.path);
        read(source, &mut builder)?;
    }
    loading.read = start.elapsed();
    let (sieve, report) = builder.build()?;
    loading.build = start.elapsed() - loading.read;
    if report.indicators == 0 {
        report.feeds.iter().for_each(warn);
        return Err(no_indicator(&sources).into());
    }
    let is_block = |feed: &FeedReport| feed.action == Action::Block && feed.entries > 0;
    let blocks = || sieve.indicators().any(|one| one.sources().any(|source| source.action() == Action::Block));
    if !report.feeds.iter().any(is_block) && !blocks() {
        say!("logscan: the feeds only allow values and list none to look for: nothing can match");
    }
    Ok((sieve, report, loading))
}

/// The error for feeds without any indicator. A scan with an empty set would report that nothing was found.
fn no_indicator(sources: &[FeedFile]) -> String {
    let excuse = match sources {
        sources if !sources.iter().any(|source| source.may_be_empty) => "see `logscan lint`",
        [_] => "`may_be_empty` allows a feed to be empty only next to others that are not",
        _ => "`may_be_empty` allows some feeds to be empty, but not all of them",
    };
    format!("the feeds hold no indicator to look for: {excuse}")
}

/// The result of loading all feeds, including errors.
pub(crate) struct Loaded {
    pub(crate) sieve: Sieve,
    pub(crate) report: BuildReport,
    /// For each feed, the reason why it could not be read to its end, if so.
    pub(crate) failures: Vec<Option<String>>,
}

/// Compiles as much of the feeds as can be read, and keeps up to `examples` examples of each kind for the report.
pub(crate) fn load_each(args: &FeedArgs, examples: usize) -> Result<Loaded, Box<dyn Error>> {
    let mut builder = builder(args)?;
    builder.examples(examples);
    let sources = sources(args)?;
    if sources.is_empty() {
        return Err(NO_FEED.into());
    }
    let read = |source: &FeedFile| read(source, &mut builder).err().map(|error| error.to_string());
    let failures = sources.iter().map(read).collect();
    let (sieve, report) = builder.build()?;
    Ok(Loaded { sieve, report, failures })
}

/// Reads a list of popular names or addresses from a file of any format.
pub(crate) fn read_ranking(text: &OsStr, ranking: &mut Ranking) -> Result<(), netsieve::Error> {
    let spec = parse(text);
    feed::read_file(spec.path, spec.format, &Ranking::feed(), ranking).map(drop)
}

/// Builds a sieve that blocks what another allows, to find the allow entries that cover a value.
pub(crate) fn allowed(sieve: &Sieve) -> Result<Sieve, netsieve::Error> {
    let mut policy = Policy::default();
    (policy.admit_bogons, policy.admit_wide_prefixes, policy.admit_public_suffixes) = (true, true, true);
    policy.admit_well_known_files = true;
    let mut builder = Sieve::builder();
    let open = |feed: &Feed| Feed::new(feed.name.clone()).policy(policy.clone());
    let feeds: Vec<FeedId> = sieve.feeds().iter().map(|feed| builder.feed(open(feed))).collect();
    for indicator in sieve.indicators() {
        for source in indicator.sources().filter(|source| source.action() != Action::Block) {
            if let Some(value) = indicator.to_indicator() {
                let mut record = Record::new(value, source.line().unwrap_or(0), source.as_listed());
                record.attributes.valid_from = source.valid_from();
                record.attributes.valid_until = source.valid_until();
                builder.add(feeds[source.feed_index()], record);
            }
        }
    }
    Ok(builder.build()?.0)
}

/// Compiles all feeds and warns of rejected lines.
pub(crate) fn load_with_warnings(args: &FeedArgs) -> Result<(Sieve, Loading), Box<dyn Error>> {
    let (sieve, report, loading) = load_timed(args)?;
    if !args.quiet_feeds {
        report.feeds.iter().for_each(warn);
    }
    Ok((sieve, loading))
}

/// Loads the feeds, and returns the report on each.
pub(crate) fn load_reported(args: &FeedArgs) -> Result<(Sieve, Vec<FeedReport>), Box<dyn Error>> {
    let (sieve, report, _) = load_timed(args)?;
    report.feeds.iter().for_each(warn);
    Ok((sieve, report.feeds))
}

fn warn(feed: &FeedReport) {
    for noted in feed.rejected.iter().take(SHOWN) {
        say!("logscan: {}:{}: {}: {}", Escaped::new(&feed.path), noted.line, Escaped::new(&noted.value), noted.what);
    }
    let rest = feed.rejected_total().saturating_sub(SHOWN as u64);
    if rest > 0 {
        say!("logscan: {}: {} rejected, see `logscan lint`", Escaped::new(&feed.path), counted(rest, "more line"));
    }
    // Settings and other records of a zone list nothing.
    let aside =
        || feed.skipped_by_kind.iter().filter(|(kind, _)| !matches!(kind, Construct::Setting | Construct::ZoneRecord));
    let kinds = || aside().map(|(kind, count)| format!("{count} × {}", kind.message())).collect::<Vec<_>>().join(", ");
    let count: u64 = aside().map(|(_, count)| count).sum();
    // A report names more than it warns of, and the reader has to judge what is what.
    if count > 0 && feed.format.as_deref() == Some("report") {
        say!(
            "logscan: {}: a report: {} taken, {count} seen and not taken ({}); `logscan lint` lists them",
            Escaped::new(&feed.path),
            feed.entries,
            kinds()
        );
    } else if count > 0 {
        say!("logscan: {}: {count} skipped ({}); `logscan lint` lists them", Escaped::new(&feed.path), kinds());
    }
    // Accepted entries that lost something in reading.
    for (kind, count) in feed.warnings_by_kind.iter().filter(|(kind, _)| loses(**kind)) {
        let first = feed.warnings.iter().find(|noted| noted.what == *kind);
        let first = first.map(|noted| format!(", first line {}: {}", noted.line, noted.value)).unwrap_or_default();
        say!("logscan: {}: {count} × {}{}", Escaped::new(&feed.path), kind.message(), Escaped::new(&first));
    }
}

fn loses(kind: WarningKind) -> bool {
    matches!(
        kind,
        WarningKind::SecondValue
            | WarningKind::SplitUrl
            | WarningKind::UnreadColumn
            | WarningKind::UnreadableDate
            | WarningKind::ConfidenceScale
            | WarningKind::LateContext
            | WarningKind::PublicSuffixDemoted
    )
}

/// Returns the engine that the environment names, or the fastest.
pub(crate) fn engine() -> Result<Engine, String> {
    const NAME: &str = "NETSIEVE_ENGINE";
    let Some(value) = std::env::var_os(NAME) else { return Ok(Engine::Auto) };
    value.to_string_lossy().parse().map_err(|error| format!("{NAME}: {error}"))
}

/// Returns the options that select the matches to report.
pub(crate) fn options(args: &FilterArgs) -> Result<MatchOptions, String> {
    let mut filter = Filter::default();
    filter.as_of = args.as_of.and_then(AsOf::time);
    filter.min_confidence = args.min_confidence;
    let mut options = MatchOptions::default();
    options.filter = filter;
    options.name_like = args.weak;
    options.host_only = args.weak;
    options.engine = engine()?;
    Ok(options)
}
