//! `logscan scan`.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::process;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use netsieve::render::{Csv, Escaped, JsonLines, Styles, Text};
use netsieve::scan::Validity;
use netsieve::scan::many::{Delivery, InputEnd, Rendered, Times};
use netsieve::{Hit, ScanOptions, ScanStats, Scanner};

use crate::Outcome;
use crate::annotate;
use crate::cli::{AsOf, Color, HitFormat, ScanArgs};
use crate::feeds;
use crate::follow;
use crate::inputs::{self, Meter, Opener};
use crate::progress::{Bar, Stats, withheld};
use crate::signal;

/// How hits are written.
pub(crate) struct Style {
    format: Format,
    json: JsonLines,
    csv: Csv,
    text: Text,
    /// Pairs that are wanted at most.
    max: u64,
    /// One hit of each log is enough.
    is_first_enough: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    Text,
    /// Counts, names of files, or nothing.
    None,
}

impl Style {
    pub(crate) fn new(args: &ScanArgs) -> Self {
        let is_coloured = match args.color {
            Color::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            Color::Always => true,
            Color::Never => false,
        };
        let mut json = JsonLines::new();
        json.text(!args.no_text);
        let mut text = Text::new();
        text.log_line(!args.no_text);
        if is_coloured {
            text.styles(Styles::ANSI);
        }
        let format = match args {
            _ if args.count || args.list || args.quiet => Format::None,
            _ if args.json || args.format == HitFormat::Json => Format::Json,
            _ if args.format == HitFormat::Csv => Format::Csv,
            _ => Format::Text,
        };
        let mut csv = Csv::new();
        csv.text(!args.no_text);
        let max = args.max.unwrap_or(u64::MAX);
        Self { format, json, csv, text, max, is_first_enough: args.list || args.quiet }
    }

    /// Appends a hit. `Break`: no more of this log is wanted.
    pub(crate) fn render(&self, name: &str, hit: &Hit<'_>, out: &mut Vec<u8>) -> ControlFlow<()> {
        let limit = usize::try_from(self.max).unwrap_or(usize::MAX);
        match self.format {
            Format::Json => _ = self.json.hit(out, name, hit, limit),
            Format::Csv => _ = self.csv.hit(out, name, hit, limit),
            Format::Text => _ = self.text.hit(out, name, hit, limit),
            Format::None => {}
        }
        if self.is_first_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The part of a hit's text that has its first `pairs` pairs.
    fn cut<'t>(&self, text: &'t [u8], pairs: u64) -> (&'t [u8], &'t [u8]) {
        // One line a pair; of text, the place before, and the event and the log line behind them.
        let before = usize::from(self.format == Format::Text);
        let lines = usize::try_from(pairs).unwrap_or(usize::MAX).saturating_add(before);
        let end = memchr::memchr_iter(b'\n', text).nth(lines - 1).map_or(text.len(), |at| at + 1);
        let mut behind = text.len();
        if self.format != Format::Text {
            return (&text[..end], &[]);
        }
        loop {
            let last = text[..behind.saturating_sub(1)].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            let is_behind = text[last..].starts_with(b"  @") || text[last..].starts_with(b"  |");
            if last < end || !is_behind {
                break;
            }
            behind = last;
        }
        (&text[..end], &text[behind..])
    }
}

/// Where hits are written to, and how many are still wanted.
pub(crate) struct Output<'a> {
    args: &'a ScanArgs,
    style: &'a Style,
    out: io::BufWriter<io::Stdout>,
    /// What comes before all hits, until it is written.
    header: Vec<u8>,
    left: u64,
    /// Hits are not kept back.
    is_prompt: bool,
    pub(crate) pairs: u64,
}

impl<'a> Output<'a> {
    pub(crate) fn new(args: &'a ScanArgs, style: &'a Style, is_prompt: bool) -> Self {
        let is_prompt = is_prompt || io::stdout().is_terminal();
        signal::keeps_back(!is_prompt);
        let out = io::BufWriter::with_capacity(1 << 16, io::stdout());
        let mut header = Vec::new();
        if style.format == Format::Csv {
            style.csv.header(&mut header);
        }
        Self { args, style, out, header, left: style.max, is_prompt, pairs: 0 }
    }

    /// Writes what comes before all hits, once.
    fn begin(&mut self) -> io::Result<()> {
        self.out.write_all(&std::mem::take(&mut self.header))
    }

    /// Writes hits; says how many pairs of them were wanted.
    pub(crate) fn hits(&mut self, rendered: &[u8], hits: &[Rendered]) -> io::Result<u64> {
        self.begin()?;
        let (mut start, mut pairs, mut whole) = (0, 0, 0);
        let mut rest = None;
        for hit in hits {
            let left = self.left - pairs;
            if left == 0 {
                break;
            }
            let matches = hit.matches as u64;
            pairs += matches.min(left);
            if matches > left {
                rest = Some(self.style.cut(&rendered[start..hit.end], left));
                break;
            }
            start = hit.end;
            whole = hit.end;
        }
        self.out.write_all(&rendered[..whole])?;
        if let Some((first, last)) = rest {
            self.out.write_all(first)?;
            self.out.write_all(last)?;
        }
        self.left -= pairs;
        self.pairs += pairs;
        if self.is_prompt {
            self.out.flush()?;
        }
        Ok(pairs)
    }

    /// Whether nothing more is wanted.
    pub(crate) fn is_done(&self) -> bool {
        self.left == 0 || (self.args.quiet && self.pairs > 0)
    }

    /// What is written at the end of a log that had so many pairs.
    fn end(&mut self, name: &str, pairs: u64, is_alone: bool, is_unread: bool) -> io::Result<()> {
        if self.args.count && pairs == 0 && is_unread {
            // Nothing is not what was found in what could not be read.
        } else if self.args.count && is_alone {
            writeln!(self.out, "{pairs}")?;
        } else if self.args.count {
            writeln!(self.out, "{}:{pairs}", Escaped::new(name))?;
        } else if self.args.list && pairs > 0 {
            writeln!(self.out, "{}", Escaped::new(name))?;
        }
        if self.is_prompt { self.out.flush() } else { Ok(()) }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.begin()?;
        self.out.flush()
    }
}

pub(crate) fn scan_options(args: &ScanArgs) -> Result<ScanOptions, Box<dyn Error>> {
    let mut options = ScanOptions::default();
    options.events = args.events.options(&args.set.feeds.config)?;
    (options.from, options.to) = (args.from, args.to);
    if args.filter.as_of == Some(AsOf::Event) {
        options.validity = Validity::AtEvent;
    }
    let asks_time = options.validity == Validity::AtEvent || options.from.is_some() || options.to.is_some();
    if asks_time && options.events.is_none() {
        return Err("--from, --to and --as-of event need --events on".into());
    }
    options.matching = feeds::options(&args.filter)?;
    options.engine = options.matching.engine;
    options.refang = args.refang;
    Ok(options)
}

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    if args.annotate {
        return annotate::run(args);
    }
    if args.follow.follow {
        return follow::run(args);
    }
    let options = scan_options(args)?;
    let logs = inputs::logs(&args.inputs)?;
    let (sieve, loading) = args.set.load_since(args.since.as_ref())?;
    let threads = args.threads();
    let meter = Arc::new(Meter::default());
    let opener = Opener::new(meter.clone(), logs.len(), args.inputs.mmap);
    let style = Style::new(args);
    let names: Vec<String> =
        logs.iter().map(|log| log.as_ref().map_or(String::new(), |log| log.name.clone())).collect();
    // A pipe is answered as it comes.
    let is_waited_for = logs.iter().any(|log| log.as_ref().is_ok_and(|log| log.size.is_none()));
    let mut run = Run {
        names: &names,
        output: Output::new(args, &style, is_waited_for),
        stats: Stats {
            loading,
            indicators: sieve.len(),
            memory: sieve.memory_usage(),
            threads,
            scanning: Instant::now(),
            total: ScanStats::default(),
            times: Times::default(),
            rendered: 0,
            files: Vec::new(),
        },
        bar: Bar::new(&logs, meter.clone()),
        meter: &meter,
        opener: &opener,
        scanned: 0,
        pairs: 0,
        has_failed: false,
        error: None,
    };
    let sources = logs.iter().enumerate().map(|(input, log)| match log {
        Ok(log) => opener.open(input, log),
        Err(error) => Err(io::Error::other(error.clone())),
    });
    let render = |input: usize, hit: &Hit<'_>, out: &mut Vec<u8>| {
        meter.hits.fetch_add(1, Ordering::Relaxed);
        style.render(&names[input], hit, out)
    };
    Scanner::new(&sieve, &options).scan_many(sources, threads, render, |delivery| {
        let flow = run.take(delivery);
        if flow.is_break() && is_waited_for && threads > 1 {
            // A thread may wait for a pipe that nothing comes out of any more.
            process::exit(crate::exit_code(run.finish()).into());
        }
        flow
    })?;
    run.finish()
}

/// A scan that is under way.
struct Run<'a> {
    /// Of the logs; empty for what names none.
    names: &'a [String],
    output: Output<'a>,
    stats: Stats,
    bar: Bar,
    meter: &'a Meter,
    opener: &'a Opener,
    /// Bytes of the log at hand, and pairs of it.
    scanned: u64,
    pairs: u64,
    has_failed: bool,
    error: Option<io::Error>,
}

impl Run<'_> {
    fn take(&mut self, delivery: Delivery<'_>) -> ControlFlow<()> {
        let written = match delivery {
            Delivery::Hits { rendered, hits, .. } => {
                self.stats.rendered += rendered.len() as u64;
                let mut write = || self.output.hits(rendered, hits);
                let written = if rendered.is_empty() { write() } else { self.bar.aside_for_hits(write) };
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
        if self.output.is_done() || signal::came() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Of what is mapped, what was scanned stands for what was read.
    fn scanned(&mut self, input: usize, bytes: u64) {
        if self.opener.is_mapped(input) {
            self.meter.read.fetch_add(bytes.saturating_sub(self.scanned), Ordering::Relaxed);
            self.scanned = bytes;
        }
    }

    fn end(&mut self, end: &InputEnd) -> io::Result<()> {
        let name = &self.names[end.input];
        self.stats.input(name, end);
        let mut is_unread = end.error.is_some();
        if let Some(error) = &end.error {
            self.bar.aside(|| match name.as_str() {
                "" => say!("logscan: {}", Escaped::new(&error.to_string())),
                name => say!("logscan: {}: {}", Escaped::new(name), Escaped::new(&error.to_string())),
            });
        }
        if let Some(caveat) = self.opener.caveat(end.input) {
            is_unread |= caveat.is_unread();
            self.bar.aside(|| say!("logscan: {}: {caveat}", Escaped::new(name)));
        }
        self.has_failed |= is_unread;
        let pairs = std::mem::take(&mut self.pairs);
        self.bar.aside_for_hits(|| self.output.end(name, pairs, self.names.len() == 1, is_unread))
    }

    fn finish(&mut self) -> Result<Outcome, Box<dyn Error>> {
        self.bar.finish();
        if let Some(error) = self.error.take() {
            return Err(error.into());
        }
        self.output.flush()?;
        if self.output.args.stats {
            self.stats.print(self.meter);
        } else if !self.output.args.quiet {
            withheld(&self.stats.total.withheld);
        }
        Ok(match (self.has_failed, self.output.pairs) {
            (true, _) => Outcome::Failed,
            (false, 0) => Outcome::Nothing,
            (false, _) => Outcome::Found,
        })
    }
}
