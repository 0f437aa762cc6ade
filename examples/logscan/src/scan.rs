//! `logscan scan`.

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use netsieve::scan::Validity;
use netsieve::{Hit, ScanOptions};

use crate::annotate;
use crate::cli::{AsOf, EventArgs, FilterArgs, ScanArgs};
use crate::drive;
use crate::feeds;
use crate::follow;
use crate::inputs::{self, Log};
use crate::output::{Output, Style};
use crate::own::Own;
use crate::progress::{undated, withheld};
use crate::resume::Resume;
use crate::summary;
use crate::{Outcome, is_closed};

pub(crate) fn scan_options(args: &ScanArgs) -> Result<ScanOptions, Box<dyn Error>> {
    let mut options = options_of(&args.filter, &args.events, &args.set.feeds.config)?;
    (options.from, options.to) = (args.from, args.to);
    check_span(&options, "--from", "--to")?;
    options.refang = args.refang;
    Ok(options)
}

/// Returns the options that all scanning commands share.
pub(crate) fn options_of(
    filter: &FilterArgs,
    events: &EventArgs,
    config: &[PathBuf],
) -> Result<ScanOptions, Box<dyn Error>> {
    let mut options = ScanOptions::default();
    options.events = events.options(config)?;
    if filter.as_of == Some(AsOf::Event) {
        options.validity = Validity::AtEvent;
        if options.events.is_none() {
            return Err("--as-of event needs --events on".into());
        }
    }
    options.matching = feeds::options(filter)?;
    options.engine = options.matching.engine;
    Ok(options)
}

/// Refuses a span of time in which nothing can lie, and one without events to have a time.
pub(crate) fn check_span(options: &ScanOptions, first: &str, last: &str) -> Result<(), String> {
    let span = (options.from, options.to);
    if (span.0.is_some() || span.1.is_some()) && options.events.is_none() {
        return Err(format!("{first} and {last} need --events on"));
    }
    match span {
        (Some(from), Some(to)) if from >= to => {
            Err(format!("no event lies in this span: {first} {from} is not before {last} {to}"))
        }
        _ => Ok(()),
    }
}

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    if args.annotate {
        return annotate::run(args);
    }
    if args.follow.follow {
        return follow::run(args);
    }
    let ended = scan(args);
    match (&args.resume, ended) {
        // Some of the output is missing, and there is a record from which to continue.
        (Some(path), Err(error)) if is_closed(&*error) => Err(format!(
            "the output was closed before the end: {} stays; repeat the command to continue from there (--resume)",
            netsieve::shown_path(path)
        )
        .into()),
        (_, ended) => ended,
    }
}

fn scan(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    Own::check(args)?;
    let mut resume = args.resume.as_ref().map(|path| Resume::open(path, args)).transpose()?;
    let mut options = scan_options(args)?;
    let mut logs = inputs::logs(&args.inputs)?;
    Own::of(args).leave_out(&mut logs, &args.inputs.logs);
    let (sieve, loading) = args.set.load_since(args.since.as_ref(), args.inputs.mmap)?;
    let style = Style::new(args);
    let start = resume.as_mut().map(|resume| resume.start(&mut logs, args)).transpose()?;
    if let Some(at) = resume.as_ref().and_then(Resume::as_of) {
        options.matching.filter.as_of = Some(at);
    }
    let before = resume.as_ref().map(Resume::before).unwrap_or_default();
    let entries = resume.as_ref().map(Resume::entries);
    let names = drive::names(&logs);
    // Hits in a pipe are written at once.
    let is_waited_for = logs.iter().any(|log| log.as_ref().is_ok_and(|log| log.size.is_none()));
    let output = Output::new(args, &style, is_waited_for, start.flatten().as_ref())?;
    let output = output.check_sizes(&sieve)?.names(&names, before.logs).resume(resume)?;
    let opens = |input: usize, log: &Log| {
        if let Some(entries) = &entries {
            entries.opens(input, log);
        }
    };
    let job = drive::Job {
        logs,
        mmap: args.inputs.mmap,
        threads: args.threads(),
        sieve: &sieve,
        loading,
        options: &options,
        shares_terminal: true,
        before,
        opens: &opens,
    };
    let render = |input: usize, hit: &Hit<'_>, out: &mut Vec<u8>| style.render(&names[input], hit, out);
    drive::scan(job, output, render, |mut ended| {
        ended.taker.finish()?;
        let pairs = ended.taker.pairs;
        // A limit or a state leaves out hits that were found.
        let hits = ended.taker.meter.hits.load(Ordering::Relaxed);
        if args.stats {
            ended.stats.print(&ended.meter);
        } else if !args.quiet {
            withheld(&ended.stats.total.withheld, "--from and --to");
            undated(ended.stats.total.undated);
        }
        if args.quiet {
            summary::drop_it();
        }
        summary::end(ended.done, &ended.stats.total, hits, pairs);
        Ok(args.job.outcome(ended.outcome(pairs)))
    })
}
