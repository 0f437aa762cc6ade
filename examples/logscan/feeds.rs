//! Loading the feeds of a command line.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use netsieve::feed::{self, Format};
use netsieve::render::Escaped;
use netsieve::sieve::{FeedReport, Filter, PublicSuffixes};
use netsieve::{Action, BuildReport, Feed, MatchOptions, Policy, Scope, Sieve, SieveBuilder};

use crate::cli::{Admit, DomainScope, FeedArgs, FilterArgs};

/// Rejected lines of a feed that are shown as warnings.
const SHOWN: usize = 3;

/// A feed as named on the command line.
struct Spec<'a> {
    name: String,
    /// The name was given, not taken from the path.
    is_named: bool,
    format: Option<Format>,
    path: &'a str,
}

/// `PATH`, `NAME=PATH` or `NAME=FORMAT:PATH`. What exists as a file is a path, whatever it holds.
fn parse(text: &str) -> Spec<'_> {
    let stem = |path: &str| {
        Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned())
    };
    if Path::new(text).exists() {
        return Spec { name: stem(text), is_named: false, format: None, path: text };
    }
    let Some((name, rest)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
        return Spec { name: stem(text), is_named: false, format: None, path: text };
    };
    let named = rest.split_once(':').and_then(|(format, path)| format.parse().ok().map(|format| (format, path)));
    match named {
        Some((format, path)) if !Path::new(rest).exists() => {
            Spec { name: name.to_owned(), is_named: true, format: Some(format), path }
        }
        _ => Spec { name: name.to_owned(), is_named: true, format: None, path: rest },
    }
}

/// What the feeds may do, as the command line says.
fn policy(args: &FeedArgs) -> Policy {
    let mut policy = Policy::default();
    policy.scope = args.domain_scope.map(|scope| match scope {
        DomainScope::Exact => Scope::Exact,
        DomainScope::Suffix => Scope::Suffix,
    });
    policy.admit_bogons = args.admit.contains(&Admit::Bogons);
    policy.admit_wide_prefixes = args.admit.contains(&Admit::WidePrefixes);
    policy.admit_public_suffixes = args.admit.contains(&Admit::PublicSuffixes);
    policy.path_patterns = args.path_patterns;
    policy
}

/// The feeds as they are named; two files of one stem are told apart by their paths.
fn specs(args: &FeedArgs) -> Result<Vec<(Spec<'_>, Action)>, String> {
    let lists = [(&args.feeds, Action::Block), (&args.allow, Action::Allow), (&args.allow_all, Action::AllowAll)];
    let mut specs: Vec<(Spec<'_>, Action)> =
        lists.iter().flat_map(|(texts, action)| texts.iter().map(|text| (parse(text), *action))).collect();
    let mut count: HashMap<String, u32> = HashMap::new();
    for (spec, _) in &specs {
        *count.entry(spec.name.clone()).or_default() += 1;
    }
    for (spec, _) in &mut specs {
        if count[&spec.name] > 1 {
            if spec.is_named {
                return Err(format!("two feeds are named {}: give one another name", spec.name));
            }
            spec.name = spec.path.to_owned();
        }
    }
    Ok(specs)
}

/// Compiles all feeds.
pub(crate) fn load(args: &FeedArgs) -> Result<(Sieve, BuildReport), Box<dyn Error>> {
    let policy = policy(args);
    let mut builder = Sieve::builder();
    if let Some(path) = &args.psl {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        builder.public_suffixes(PublicSuffixes::from_text(&text)?);
    }
    for (spec, action) in specs(args)? {
        read(&mut builder, spec, action, &policy)?;
    }
    Ok(builder.build()?)
}

fn read(builder: &mut SieveBuilder, spec: Spec<'_>, action: Action, policy: &Policy) -> Result<(), Box<dyn Error>> {
    let mut feed = Feed::new(spec.name).action(action).policy(policy.clone());
    feed.path = spec.path.to_owned();
    let id = builder.feed(feed.clone());
    feed::read_file(spec.path, spec.format, &feed, &mut builder.sink(id))?;
    Ok(())
}

/// Compiles the feeds of what is allowed as if they blocked, to tell which of their entries cover a value.
pub(crate) fn load_allowed(args: &FeedArgs) -> Result<Sieve, Box<dyn Error>> {
    let mut policy = policy(args);
    (policy.admit_bogons, policy.admit_wide_prefixes, policy.admit_public_suffixes) = (true, true, true);
    let mut builder = Sieve::builder();
    for (spec, action) in specs(args)? {
        if action != Action::Block {
            read(&mut builder, spec, Action::Block, &policy)?;
        }
    }
    Ok(builder.build()?.0)
}

/// Compiles all feeds and warns of rejected lines.
pub(crate) fn load_with_warnings(args: &FeedArgs) -> Result<Sieve, Box<dyn Error>> {
    let (sieve, report) = load(args)?;
    for feed in &report.feeds {
        warn(feed);
    }
    Ok(sieve)
}

fn warn(feed: &FeedReport) {
    for noted in feed.rejected.iter().take(SHOWN) {
        eprintln!(
            "logscan: {}:{}: {}: {}",
            Escaped::new(&feed.path),
            noted.line,
            Escaped::new(&noted.value),
            noted.what
        );
    }
    let rest = feed.rejected_total().saturating_sub(SHOWN as u64);
    if rest > 0 {
        eprintln!("logscan: {}: {rest} more lines rejected, see `logscan lint`", Escaped::new(&feed.path));
    }
}

/// What is reported.
pub(crate) fn options(args: &FilterArgs) -> MatchOptions {
    let mut filter = Filter::default();
    filter.as_of = args.as_of;
    filter.min_confidence = args.min_confidence;
    let mut options = MatchOptions::default();
    options.filter = filter;
    options.name_like = args.weak;
    options.host_only = args.weak;
    options
}
