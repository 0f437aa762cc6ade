//! Scans the logs of a command line: opens them, shows progress, and reports what was not read and how the scan ended.

use std::error::Error;
use std::io;
use std::ops::ControlFlow;
use std::process;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use netsieve::render::Escaped;
use netsieve::scan::many::{Delivery, InputEnd, Rendered, Times};
use netsieve::{Hit, ScanOptions, ScanStats, Scanner, Sieve};

use crate::Outcome;
use crate::feeds::Loading;
use crate::idle;
use crate::inputs::{Log, Meter, Opener};
use crate::progress::{Bar, Stats};
use crate::signal;
use crate::summary;

/// Takes hits on the calling thread, in the order of the logs as given, and then by place.
pub(crate) trait Taker {
    /// Takes rendered hits, and returns how many of their pairs were wanted.
    fn hits(&mut self, input: usize, rendered: &[u8], hits: &[Rendered]) -> io::Result<u64>;

    /// True if nothing more is wanted.
    fn is_done(&self) -> bool {
        false
    }

    /// Takes the end of a log.
    fn end(&mut self, _end: &LogEnd<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// The end of a log.
pub(crate) struct LogEnd<'a> {
    pub(crate) end: &'a InputEnd,
    pub(crate) pairs: u64,
    /// The reason why it was not read, or not to its end.
    pub(crate) why: Option<&'a str>,
    /// True if it was not read to its end because the whole scan is ending.
    pub(crate) is_cut: bool,
}

/// The logs to scan, and the options.
pub(crate) struct Job<'a> {
    pub(crate) logs: Vec<Result<Log, String>>,
    pub(crate) mmap: bool,
    pub(crate) threads: usize,
    pub(crate) sieve: &'a Sieve,
    pub(crate) loading: Loading,
    pub(crate) options: &'a ScanOptions,
    /// Hits go to the terminal while the bar is shown.
    pub(crate) shares_terminal: bool,
    /// Logs that an earlier run has read, which are not among `logs`.
    pub(crate) before: Before,
    /// Called for each log right before it is opened, on any thread.
    pub(crate) opens: &'a (dyn Fn(usize, &Log) + Sync),
}

/// The part of the same scan that an earlier run has done.
#[derive(Default)]
pub(crate) struct Before {
    pub(crate) logs: usize,
    pub(crate) stats: ScanStats,
    /// Logs that could not be read completely.
    pub(crate) unread: Vec<Unread>,
}

/// A log that was not read, or not to its end, or not as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) name: String,
    pub(crate) why: String,
}

impl Unread {
    /// The name and the reason. The reason alone if no log has a name, such as for a glob that names nothing.
    pub(crate) fn text(&self) -> String {
        match self.name.as_str() {
            "" => self.why.clone(),
            name => format!("{name}: {}", self.why),
        }
    }
}

/// A scan that has ended.
pub(crate) struct Ended<T> {
    pub(crate) taker: T,
    pub(crate) stats: Stats,
    pub(crate) meter: Arc<Meter>,
    /// The logs to warn of.
    pub(crate) unread: Vec<Unread>,
    /// True if something could not be read.
    pub(crate) has_failed: bool,
    /// The number of logs that were read to their end.
    pub(crate) done: usize,
    pub(crate) logs: usize,
}

impl<T> Ended<T> {
    /// The outcome, given the number of pairs found.
    pub(crate) fn outcome(&self, pairs: u64) -> Outcome {
        match (self.has_failed, pairs) {
            (true, _) => Outcome::Failed,
            (false, 0) => Outcome::Nothing,
            (false, _) => Outcome::Found,
        }
    }
}

/// The names of logs; empty for arguments that name none.
pub(crate) fn names(logs: &[Result<Log, String>]) -> Vec<String> {
    logs.iter().map(|log| log.as_ref().map_or(String::new(), |log| log.name.clone())).collect()
}

/// Scans all logs. `finish` ends the run; it is called once, here or right before the process ends.
pub(crate) fn scan<T: Taker>(
    job: Job<'_>,
    taker: T,
    render: impl Fn(usize, &Hit<'_>, &mut Vec<u8>) -> ControlFlow<()> + Sync,
    finish: impl Fn(Ended<T>) -> Result<Outcome, Box<dyn Error>>,
) -> Result<Outcome, Box<dyn Error>> {
    let Job { logs, mmap, threads, sieve, loading, options, shares_terminal, before, opens } = job;
    let all = logs.len() + before.logs;
    let meter = Arc::new(Meter::default());
    let opener = Opener::new(meter.clone(), logs.len(), mmap);
    let names = names(&logs);
    // A read of a pipe may wait for ever.
    let is_waited_for = logs.iter().any(|log| log.as_ref().is_ok_and(|log| log.size.is_none()));
    summary::begin(meter.clone(), all, before.stats.bytes);
    let mut run = Some(Run {
        names: &names,
        taker,
        stats: Stats {
            loading,
            indicators: sieve.len(),
            memory: sieve.memory_usage(),
            threads,
            scanning: Instant::now(),
            total: before.stats,
            before: before.stats.bytes,
            times: Times::default(),
            rendered: 0,
            files: Vec::new(),
        },
        bar: Bar::new(&logs, meter.clone()),
        shares_terminal,
        meter: &meter,
        opener: &opener,
        scanned: 0,
        pairs: 0,
        all,
        has_failed: !before.unread.is_empty(),
        done: before.logs - before.unread.len(),
        unread: before.unread,
        is_over: false,
        error: None,
    });
    let sources = logs.iter().enumerate().map(|(input, log)| match log {
        Ok(log) => {
            opens(input, log);
            opener.open(input, log)
        }
        Err(error) => Err(io::Error::other(error.clone())),
    });
    let counted = |input: usize, hit: &Hit<'_>, out: &mut Vec<u8>| {
        meter.hits.fetch_add(1, Ordering::Relaxed);
        render(input, hit, out)
    };
    // A run that continues may find that an earlier one reached the limit.
    let sources = sources.take(if run.as_ref().is_some_and(|run| run.taker.is_done()) { 0 } else { usize::MAX });
    Scanner::with_options(sieve, options).scan_many(sources, threads, counted, |delivery| {
        let Some(running) = &mut run else { return ControlFlow::Break(()) };
        // After a break, the end of the current log is still delivered, with the figures of what was found in it.
        let is_end = matches!(delivery, Delivery::End(_));
        let flow = running.take(delivery);
        if flow.is_break()
            && is_end
            && is_waited_for
            && threads > 1
            && let Some(running) = run.take()
        {
            // A thread may be waiting for a pipe that stays silent.
            process::exit(crate::exit_code(running.finish(&finish)).into());
        }
        flow
    })?;
    match run {
        Some(run) => run.finish(&finish),
        None => Err("the scan ended twice (a bug)".into()),
    }
}

/// A running scan.
struct Run<'a, T> {
    names: &'a [String],
    taker: T,
    stats: Stats,
    bar: Bar,
    shares_terminal: bool,
    meter: &'a Arc<Meter>,
    opener: &'a Opener,
    /// The bytes scanned in the current log, and its pairs.
    scanned: u64,
    pairs: u64,
    /// The number of logs, including those of an earlier run.
    all: usize,
    unread: Vec<Unread>,
    has_failed: bool,
    done: usize,
    /// Nothing more is wanted, so the current log ends early.
    is_over: bool,
    error: Option<io::Error>,
}

impl<T: Taker> Run<'_, T> {
    fn take(&mut self, delivery: Delivery<'_>) -> ControlFlow<()> {
        if self.error.is_some() {
            // The log whose hits could not be written still ends. It would count as done, with all of its hits delivered.
            return ControlFlow::Break(());
        }
        let written = match delivery {
            Delivery::Hits { input, rendered, hits } => {
                self.stats.rendered += rendered.len() as u64;
                let taker = &mut self.taker;
                let mut write = || taker.hits(input, rendered, hits);
                let is_aside = self.shares_terminal && !rendered.is_empty();
                let written = if is_aside { self.bar.aside_for_hits(write) } else { write() };
                written.map(|pairs| self.pairs += pairs)
            }
            Delivery::Scanned { input, bytes } => {
                self.scanned(input, bytes);
                Ok(())
            }
            Delivery::End(end) => {
                self.scanned(end.input, end.stats.bytes);
                self.scanned = 0;
                self.end(&end)
            }
            _ => Ok(()),
        };
        if let Err(error) = written {
            self.error = Some(error);
            return ControlFlow::Break(());
        }
        self.is_over |= self.taker.is_done() || signal::came();
        if self.is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// For a mapped log, counts scanned bytes as read.
    fn scanned(&mut self, input: usize, bytes: u64) {
        if self.opener.is_mapped(input) {
            self.meter.read.fetch_add(bytes.saturating_sub(self.scanned), Ordering::Relaxed);
            self.scanned = bytes;
        }
    }

    fn end(&mut self, end: &InputEnd) -> io::Result<()> {
        let name = &self.names[end.input];
        self.stats.input(name, end);
        // A signal interrupts reads. That is not an error of the input.
        let is_signal = end.error.as_ref().is_some_and(idle::is_cut);
        let mut why = end.error.as_ref().filter(|_| !is_signal).map(ToString::to_string);
        if let Some(error) = end.error.as_ref().filter(|_| !is_signal) {
            self.bar.aside(|| match name.as_str() {
                "" => say!("logscan: {}", Escaped::new(&error.to_string())),
                name => say!("logscan: {}: {}", Escaped::new(name), Escaped::new(&error.to_string())),
            });
            self.unread.push(Unread { name: name.clone(), why: error.to_string() });
        }
        if let Some(caveat) = self.opener.caveat(end.input) {
            if caveat.is_unread() {
                why.get_or_insert_with(|| caveat.to_string());
            }
            self.bar.aside(|| say!("logscan: {}: {caveat}", Escaped::new(name)));
            self.unread.push(Unread { name: name.clone(), why: caveat.to_string() });
        }
        self.has_failed |= why.is_some();
        let is_cut = is_signal || self.is_over && signal::came() && !self.taker.is_done();
        self.done += usize::from(why.is_none() && !is_cut);
        let pairs = std::mem::take(&mut self.pairs);
        let (bar, taker) = (&self.bar, &mut self.taker);
        bar.aside_for_hits(|| taker.end(&LogEnd { end, pairs, why: why.as_deref(), is_cut }))
    }

    fn finish(
        mut self,
        finish: impl Fn(Ended<T>) -> Result<Outcome, Box<dyn Error>>,
    ) -> Result<Outcome, Box<dyn Error>> {
        self.bar.finish();
        if let Some(error) = self.error.take() {
            return Err(error.into());
        }
        let Self { taker, stats, meter, unread, has_failed, done, all, .. } = self;
        let meter = meter.clone();
        finish(Ended { taker, stats, meter, unread, has_failed, done, logs: all })
    }
}
