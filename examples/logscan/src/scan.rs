//! `logscan scan`.

use std::error::Error;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use netsieve::render::{Csv, Escaped, JsonLines, Siem, SiemFormat, Styles, Text};
use netsieve::scan::Validity;
use netsieve::scan::many::Rendered;
use netsieve::{Hit, ScanOptions};

use crate::Outcome;
use crate::annotate;
use crate::cli::{AsOf, Color, EventArgs, FilterArgs, HitFormat, ScanArgs};
use crate::drive::{self, Taker};
use crate::feeds;
use crate::follow;
use crate::inputs;
use crate::progress::{undated, withheld};
use crate::signal;
use crate::state::{self, State};
use crate::summary;

/// What stands before a hit that the format has no room for. JSON begins with another byte.
const REJECTED: u8 = 0;

/// How hits are written.
pub(crate) struct Style {
    format: Format,
    json: JsonLines,
    csv: Csv,
    siem: Siem,
    text: Text,
    /// Pairs that are wanted at most.
    max: u64,
    /// One hit of each log is enough.
    is_first_enough: bool,
    /// The hash of each hit stands before it.
    has_keys: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    Siem,
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
            _ if args.format == HitFormat::Text => Format::Text,
            _ => Format::Siem,
        };
        let mut csv = Csv::new();
        csv.text(!args.no_text);
        let mut siem = Siem::new(match args.format {
            HitFormat::Ocsf => SiemFormat::Ocsf,
            HitFormat::Timesketch => SiemFormat::Timesketch,
            _ => SiemFormat::Ecs,
        });
        siem.text(!args.no_text);
        let max = args.max.unwrap_or(u64::MAX);
        let has_keys = args.state.is_some();
        Self { format, json, csv, siem, text, max, is_first_enough: (args.list || args.quiet) && !has_keys, has_keys }
    }

    /// Appends a hit. `Break`: no more of this log is wanted.
    pub(crate) fn render(&self, name: &str, hit: &Hit<'_>, out: &mut Vec<u8>) -> ControlFlow<()> {
        let limit = usize::try_from(self.max).unwrap_or(usize::MAX);
        if self.has_keys {
            out.extend_from_slice(&state::key(hit));
        }
        match self.format {
            Format::Json => _ = self.json.hit(out, name, hit, limit),
            Format::Csv => _ = self.csv.hit(out, name, hit, limit),
            Format::Siem => {
                if self.siem.hit(out, name, hit, limit).is_none() {
                    out.push(REJECTED);
                    self.json.hit(out, name, hit, limit);
                }
            }
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
    names: &'a [String],
    out: io::BufWriter<io::Stdout>,
    /// What comes before all hits, until it is written.
    header: Vec<u8>,
    left: u64,
    /// Hits are not kept back.
    is_prompt: bool,
    pub(crate) pairs: u64,
    /// Pairs that the format has no room for, and where they go.
    rejected: u64,
    rejects: Option<io::BufWriter<File>>,
    state: Option<State>,
}

impl<'a> Output<'a> {
    pub(crate) fn new(args: &'a ScanArgs, style: &'a Style, is_prompt: bool) -> Result<Self, String> {
        let is_prompt = is_prompt || io::stdout().is_terminal();
        signal::keeps_back(!is_prompt);
        let out = io::BufWriter::with_capacity(1 << 16, io::stdout());
        let mut header = Vec::new();
        if style.format == Format::Csv {
            style.csv.header(&mut header);
        }
        let create = |path: &PathBuf| {
            let file = File::create(path).map_err(|error| format!("{}: {error}", netsieve::shown_path(path)))?;
            Ok::<_, String>(io::BufWriter::new(file))
        };
        let rejects = args.rejects.as_ref().map(create).transpose()?;
        let open = |path: &PathBuf| State::open(path, args.state_days, args.state_max);
        let state = args.state.as_ref().map(open).transpose()?;
        let left = style.max;
        Ok(Self { args, style, names: &[], out, header, left, is_prompt, pairs: 0, rejected: 0, rejects, state })
    }

    /// Writes what comes before all hits, once.
    fn begin(&mut self) -> io::Result<()> {
        self.out.write_all(&std::mem::take(&mut self.header))
    }

    /// Writes hits; says how many pairs of them were wanted.
    pub(crate) fn write_hits(&mut self, rendered: &[u8], hits: &[Rendered]) -> io::Result<u64> {
        self.begin()?;
        let kept = self.state.as_mut().map(|state| unreported(state, rendered, hits));
        let (rendered, hits) = kept.as_ref().map_or((rendered, hits), |(text, hits)| (&text[..], &hits[..]));
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
        if self.style.format == Format::Siem {
            // A reject that is cut is one still.
            let cut = rest.map_or(&[][..], |(first, _)| first);
            self.write_apart(rendered, hits, whole, cut)?;
        } else {
            self.out.write_all(&rendered[..whole])?;
            if let Some((first, last)) = rest {
                self.out.write_all(first)?;
                self.out.write_all(last)?;
            }
        }
        self.left -= pairs;
        self.pairs += pairs;
        if self.is_prompt {
            self.flush()?;
        }
        Ok(pairs)
    }

    /// Writes hits up to `whole`, and what is left of the one after it: those that the format has no room for apart.
    fn write_apart(&mut self, rendered: &[u8], hits: &[Rendered], whole: usize, cut: &[u8]) -> io::Result<()> {
        let mut start = 0;
        let ends = hits.iter().map(|hit| hit.end).take_while(|&end| end <= whole);
        let texts = ends.map(|end| &rendered[std::mem::replace(&mut start, end)..end]).chain([cut]);
        for text in texts.collect::<Vec<_>>() {
            match text.strip_prefix(&[REJECTED]) {
                None => self.out.write_all(text)?,
                Some(text) => {
                    self.rejected += memchr::memchr_iter(b'\n', text).count() as u64;
                    if let Some(rejects) = &mut self.rejects {
                        rejects.write_all(text)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Says what was kept out of the output.
    fn say_rejected(&self) {
        if self.rejected > 0 {
            let to = match &self.args.rejects {
                Some(path) => format!("they are in {}", Escaped::new(&*netsieve::shown_path(path))),
                None => "--rejects FILE keeps them".to_owned(),
            };
            let pairs = summary::counted(self.rejected, "pair");
            say!("logscan: {pairs} not written, because the format demands a time and the line has none: {to}");
        }
    }

    /// Whether nothing more is wanted.
    pub(crate) fn is_done(&self) -> bool {
        self.left == 0 || (self.args.quiet && self.pairs > 0)
    }

    /// The names of the logs, for what is written of each.
    fn names(mut self, names: &'a [String]) -> Self {
        self.names = names;
        self
    }

    /// Writes what the counts of several logs sum up to.
    fn total(&mut self) -> io::Result<()> {
        if self.args.count && self.names.len() > 1 {
            writeln!(self.out, "total:{}", self.pairs)?;
        }
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.begin()?;
        if let Some(rejects) = &mut self.rejects {
            rejects.flush()?;
        }
        self.out.flush()
    }
}

/// The hits that no earlier run has reported, without their hashes.
fn unreported(state: &mut State, rendered: &[u8], hits: &[Rendered]) -> (Vec<u8>, Vec<Rendered>) {
    let (mut text, mut kept, mut start) = (Vec::new(), Vec::new(), 0);
    for hit in hits {
        let (key, body) = rendered[start..hit.end].split_at(state::KEY);
        start = hit.end;
        if !state.has(key.try_into().expect("as long as a hash")) {
            text.extend_from_slice(body);
            kept.push(Rendered { end: text.len(), matches: hit.matches });
        }
    }
    (text, kept)
}

impl Taker for Output<'_> {
    fn hits(&mut self, _: usize, rendered: &[u8], hits: &[Rendered]) -> io::Result<u64> {
        self.write_hits(rendered, hits)
    }

    fn is_done(&self) -> bool {
        Output::is_done(self)
    }

    fn end(&mut self, input: usize, pairs: u64, is_unread: bool) -> io::Result<()> {
        let name = &self.names[input];
        if self.args.count && pairs == 0 && is_unread {
            // Nothing is not what was found in what could not be read.
        } else if self.args.count && self.names.len() == 1 {
            writeln!(self.out, "{pairs}")?;
        } else if self.args.count {
            writeln!(self.out, "{}:{pairs}", Escaped::new(name))?;
        } else if self.args.list && pairs > 0 {
            writeln!(self.out, "{}", Escaped::new(name))?;
        }
        if self.is_prompt { self.out.flush() } else { Ok(()) }
    }
}

pub(crate) fn scan_options(args: &ScanArgs) -> Result<ScanOptions, Box<dyn Error>> {
    let mut options = options_of(&args.filter, &args.events, &args.set.feeds.config)?;
    (options.from, options.to) = (args.from, args.to);
    if (options.from.is_some() || options.to.is_some()) && options.events.is_none() {
        return Err("--from and --to need --events on".into());
    }
    options.refang = args.refang;
    Ok(options)
}

/// What every command that scans has.
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

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    if args.annotate {
        return annotate::run(args);
    }
    if args.follow.follow {
        return follow::run(args);
    }
    let options = scan_options(args)?;
    let logs = inputs::logs(&args.inputs)?;
    let (sieve, loading) = args.set.load_since(args.since.as_ref(), args.inputs.mmap)?;
    let style = Style::new(args);
    let names = drive::names(&logs);
    // A pipe is answered as it comes.
    let is_waited_for = logs.iter().any(|log| log.as_ref().is_ok_and(|log| log.size.is_none()));
    let output = Output::new(args, &style, is_waited_for)?.names(&names);
    let job = drive::Job {
        logs,
        mmap: args.inputs.mmap,
        threads: args.threads(),
        sieve: &sieve,
        loading,
        options: &options,
        shares_terminal: true,
    };
    let render = |input: usize, hit: &Hit<'_>, out: &mut Vec<u8>| style.render(&names[input], hit, out);
    drive::scan(job, output, render, |mut ended| {
        ended.taker.total()?;
        ended.taker.flush()?;
        ended.taker.say_rejected();
        if let Some(state) = &mut ended.taker.state {
            state.save()?;
        }
        let pairs = ended.taker.pairs;
        if args.stats {
            ended.stats.print(&ended.meter);
        } else if !args.quiet {
            withheld(&ended.stats.total.withheld);
            undated(ended.stats.total.undated);
        }
        if args.quiet {
            summary::drop_it();
        }
        summary::end(ended.done, &ended.stats.total, pairs);
        Ok(args.job.outcome(ended.outcome(pairs)))
    })
}
