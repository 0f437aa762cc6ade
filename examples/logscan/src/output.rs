//! Writes hits to standard output, counts them, and keeps records for later runs.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use netsieve::render::{Csv, Escaped, JsonLines, Siem, SiemFormat, Styles, Text};
use netsieve::scan::many::Rendered;
use netsieve::{Hit, Sieve};

use crate::cli::{Color, HitFormat, ScanArgs};
use crate::drive::{LogEnd, Taker};
use crate::inputs::{self, Meter};
use crate::place;
use crate::resume::{Point, Resume};
use crate::signal;
use crate::sizes;
use crate::state::{self, State};
use crate::summary;
use crate::terminal::{self, Blocks};

/// Marks a hit that the format cannot express. JSON begins with another byte.
const REJECTED: u8 = 0;

/// The format of hits.
pub(crate) struct Style {
    format: Format,
    json: JsonLines,
    csv: Csv,
    siem: Siem,
    text: Text,
    styles: Styles,
    has_log_line: bool,
    /// The most pairs that are wanted.
    max: u64,
    /// One hit of each log is enough.
    is_first_enough: bool,
    /// The hash of each hit precedes it.
    has_keys: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    Siem,
    Text,
    /// Text, in a block for each log line.
    Terminal,
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
        let styles = if is_coloured { Styles::ANSI } else { Styles::PLAIN };
        text.styles(styles);
        let format = match args {
            _ if args.count || args.list || args.quiet => Format::None,
            _ if args.json || args.format == HitFormat::Json => Format::Json,
            _ if args.format == HitFormat::Csv => Format::Csv,
            _ if args.format == HitFormat::Text && io::stdout().is_terminal() => Format::Terminal,
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
        let (has_log_line, is_first_enough) = (!args.no_text, (args.list || args.quiet) && !has_keys);
        Self { format, json, csv, siem, text, styles, has_log_line, max, is_first_enough, has_keys }
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
            Format::Terminal => terminal::piece(out, &self.text, name, hit, limit),
            Format::None => {}
        }
        if self.is_first_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Cuts a hit's text to its first `pairs` pairs: returns the start of the text, and the lines at its end.
    fn cut<'t>(&self, text: &'t [u8], pairs: u64) -> (&'t [u8], &'t [u8]) {
        // One line per pair. In text, a line with the place precedes them, and the event and the log line follow.
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

/// The output of hits, and how many are still wanted.
pub(crate) struct Output<'a> {
    args: &'a ScanArgs,
    style: &'a Style,
    names: &'a [String],
    /// The number of logs, including those that an earlier run has done.
    logs: usize,
    /// The number of logs that have ended.
    ended: usize,
    out: io::BufWriter<io::Stdout>,
    /// The header, until it is written.
    header: Vec<u8>,
    left: u64,
    /// Combines the hits of a log line, on a terminal.
    blocks: Option<Blocks>,
    /// Hits are written at once.
    is_prompt: bool,
    pub(crate) pairs: u64,
    /// The number of pairs that the format cannot express, and the file that receives them.
    rejected: u64,
    rejects: Option<io::BufWriter<File>>,
    state: Option<State>,
    resume: Option<Resume>,
    /// Counts the hits that are reported, also those of the earlier run, and what is read of followed logs.
    pub(crate) meter: Arc<Meter>,
}

/// Opens the file of rejects, and cuts it to `len` bytes: anything after that was written after the last record. Without `len`, appends.
fn rejects(path: &Path, len: Option<u64>) -> io::Result<File> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(file);
    }
    if let Some(len) = len {
        // Otherwise `set_len` would fill the gap with zeros.
        if metadata.len() < len {
            return Err(io::Error::other("was shortened since the scan was interrupted"));
        }
        file.set_len(len)?;
    }
    if file.seek(SeekFrom::End(0))? > 0 {
        // A run that was killed may have left half a line.
        let (mut whole, mut last) = (File::open(path)?, [0]);
        whole.seek(SeekFrom::End(-1))?;
        whole.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// The error in writing the rejects, with the name of their file. Errors without a name are those of the output.
fn of_rejects(args: &ScanArgs, error: &io::Error) -> io::Error {
    let name = args.rejects.as_deref().map(netsieve::shown_path).unwrap_or_default();
    io::Error::other(format!("{name}: {error}"))
}

impl<'a> Output<'a> {
    /// `at` is the point that an earlier run has reached.
    pub(crate) fn new(
        args: &'a ScanArgs,
        style: &'a Style,
        is_prompt: bool,
        at: Option<&Point>,
    ) -> Result<Self, String> {
        let is_prompt = is_prompt || io::stdout().is_terminal();
        signal::keeps_back(!is_prompt || args.resume.is_some());
        let out = io::BufWriter::with_capacity(1 << 16, io::stdout());
        let mut header = Vec::new();
        if style.format == Format::Csv && at.is_none() {
            style.csv.header(&mut header);
        }
        let rejects = match &args.rejects {
            Some(path) => {
                place::is_ours(path, br#"{"file":"#, "--rejects")?;
                // What an earlier run has put there is kept if this run does not find it again.
                let appends = args.follow.follow || args.state.is_some();
                let file = rejects(path, at.map(|at| at.rejects).or((!appends).then_some(0)));
                let file = file.map_err(|error| format!("{}: {error}", netsieve::shown_path(path)))?;
                Some(io::BufWriter::new(file))
            }
            None => None,
        };
        let open = |path: &PathBuf| State::open(path, args.state_days, args.state_max);
        let state = args.state.as_ref().map(open).transpose()?;
        let pairs = at.map_or(0, |at| at.pairs);
        let meter = Arc::new(Meter::default());
        meter.hits.store(at.map_or(0, |at| at.hits), Ordering::Relaxed);
        let new_blocks = || Blocks::new(style.text.clone(), style.styles, terminal::width(), style.has_log_line);
        let blocks = (style.format == Format::Terminal).then(new_blocks);
        Ok(Self {
            args,
            style,
            names: &[],
            logs: 0,
            ended: 0,
            out,
            header,
            left: style.max.saturating_sub(pairs),
            blocks,
            is_prompt,
            pairs,
            rejected: at.map_or(0, |at| at.rejected),
            rejects,
            state,
            resume: None,
            meter,
        })
    }

    /// Compares the sizes of the feeds with those of the last run, if a state remembers them.
    pub(crate) fn check_sizes(mut self, sieve: &Sieve) -> Result<Self, Box<dyn Error>> {
        let feeds = &self.args.set.feeds;
        match (&mut self.state, &self.args.state) {
            // The additions since an older set may be few.
            _ if self.args.since.is_some() => {}
            (Some(state), Some(path)) => {
                let now = sizes::of(sieve);
                sizes::compare(feeds, state.sizes(), &now, path)?;
                state.set_sizes(now);
            }
            _ => sizes::say_unchecked(feeds, "--state FILE remembers it for the next run")?,
        }
        Ok(self)
    }

    /// Continues an earlier run, and records the progress from time to time.
    pub(crate) fn resume(mut self, resume: Option<Resume>) -> Result<Self, Box<dyn Error>> {
        if let (Some(resume), Some(state)) = (&resume, &mut self.state) {
            resume.restore(state)?;
        }
        self.resume = resume;
        // If the process is killed early, the record must show that the output is half-written.
        self.save()?;
        Ok(self)
    }

    /// Writes the header, once.
    fn begin(&mut self) -> io::Result<()> {
        self.out.write_all(&std::mem::take(&mut self.header))
    }

    /// Writes hits, and returns how many of their pairs were wanted.
    pub(crate) fn write_hits(&mut self, rendered: &[u8], hits: &[Rendered]) -> io::Result<u64> {
        self.begin()?;
        let left = self.left;
        let kept = self.state.as_mut().map(|state| unreported(state, rendered, hits, left));
        let (rendered, hits) = kept.as_ref().map_or((rendered, hits), |(text, hits)| (&text[..], &hits[..]));
        if let Some(blocks) = &mut self.blocks {
            let (mut text, mut start, mut pairs) = (Vec::new(), 0, 0);
            for hit in hits {
                let wanted = (hit.matches as u64).min(self.left - pairs);
                if wanted > 0 {
                    self.meter.hits.fetch_add(1, Ordering::Relaxed);
                    blocks.add(&mut text, &rendered[start..hit.end], wanted);
                }
                start = hit.end;
                pairs += wanted;
            }
            // Shows the block now, although more hits on the line may follow.
            blocks.end(&mut text);
            self.out.write_all(&text)?;
            self.left -= pairs;
            self.pairs += pairs;
            self.flush()?;
            return Ok(pairs);
        }
        let (mut start, mut pairs, mut whole) = (0, 0, 0);
        let mut rest = None;
        for hit in hits {
            let left = self.left - pairs;
            if left == 0 {
                break;
            }
            self.meter.hits.fetch_add(1, Ordering::Relaxed);
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
            // A reject stays one if it is cut.
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

    /// Writes the hits up to `whole`, and `cut`, the start of the next one. Hits that the format cannot express go to the rejects.
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
                        rejects.write_all(text).map_err(|error| of_rejects(self.args, &error))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Reports how many pairs were not written to the output.
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

    /// Returns true if nothing more is wanted.
    pub(crate) fn is_done(&self) -> bool {
        self.left == 0 || (self.args.quiet && self.pairs > 0)
    }

    /// Sets the names of the logs. `before` is the number of logs that an earlier run has done.
    pub(crate) fn names(mut self, names: &'a [String], before: usize) -> Self {
        self.names = names;
        self.logs = before + names.len();
        self
    }

    /// Writes the rest of the output, and the records for the next run.
    pub(crate) fn finish(&mut self) -> Result<(), Box<dyn Error>> {
        let is_whole = self.ended == self.names.len() || self.is_done();
        let goes_on = self.resume.is_some() && signal::came() && !is_whole;
        if self.state.is_some() && !goes_on {
            // From here on the state holds all hits. A run that continues must not take hits for reported that it cuts off. The total comes
            // after this record, because that run writes it too.
            self.save()?;
        }
        if self.args.count && self.logs > 1 && !goes_on {
            writeln!(self.out, "total:{}", self.pairs)?;
        }
        self.flush()?;
        self.say_rejected();
        if goes_on {
            self.save()?;
            say!("logscan: repeat the command to continue from here (--resume)");
            return Ok(());
        }
        if let Some(state) = &mut self.state {
            // A state that outlives the output would take lost hits for reported.
            for file in inputs::stdout_file().iter().chain(self.rejects.as_ref().map(io::BufWriter::get_ref)) {
                if file.metadata()?.is_file() {
                    file.sync_data()?;
                }
            }
            state.save()?;
        }
        if let Some(resume) = &self.resume {
            resume.finish()?;
            signal::too_late();
        }
        Ok(())
    }

    /// Writes the rest of the output, and the summary of what was followed.
    pub(crate) fn end_following(&mut self) -> io::Result<()> {
        self.flush()?;
        self.say_rejected();
        summary::end_following(self.pairs);
        Ok(())
    }

    /// Records in the file of `--resume` how far the scan has come.
    fn save(&mut self) -> Result<(), Box<dyn Error>> {
        if self.resume.is_none() {
            return Ok(());
        }
        self.flush()?;
        let rejects = match &mut self.rejects {
            Some(rejects) if rejects.get_ref().metadata()?.is_file() => {
                // Like the output, rejects must be on disk before the record, or it could describe lost data.
                rejects.get_ref().sync_data()?;
                rejects.get_mut().stream_position()?
            }
            _ => 0,
        };
        match &mut self.resume {
            Some(resume) => resume.save(self.rejected, rejects, self.state.as_ref()),
            None => Ok(()),
        }
    }

    fn save_if_due(&mut self) -> io::Result<()> {
        if self.resume.as_ref().is_some_and(Resume::is_due) {
            self.save().map_err(|error| match error.downcast::<io::Error>() {
                Ok(error) => *error,
                Err(error) => io::Error::other(error.to_string()),
            })?;
        }
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.begin()?;
        if let Some(rejects) = &mut self.rejects {
            rejects.flush().map_err(|error| of_rejects(self.args, &error))?;
        }
        self.out.flush()
    }
}

/// Returns the hits that no earlier run has reported, without their hashes, up to `left` pairs. The rest is left to the next run.
fn unreported(state: &mut State, rendered: &[u8], hits: &[Rendered], mut left: u64) -> (Vec<u8>, Vec<Rendered>) {
    let (mut text, mut kept, mut start) = (Vec::new(), Vec::new(), 0);
    for hit in hits {
        if left == 0 {
            break;
        }
        let (key, body) = rendered[start..hit.end].split_at(state::KEY);
        start = hit.end;
        if !state.has(key.try_into().expect("as long as a hash")) {
            text.extend_from_slice(body);
            kept.push(Rendered { end: text.len(), matches: hit.matches });
            left = left.saturating_sub(hit.matches as u64);
        }
    }
    (text, kept)
}

/// Drops the first `first` hits.
fn without<'r>(rendered: &'r [u8], hits: &[Rendered], first: usize) -> (&'r [u8], Vec<Rendered>) {
    let start = first.checked_sub(1).map_or(0, |last| hits[last].end);
    let rest = hits[first..].iter().map(|hit| Rendered { end: hit.end - start, matches: hit.matches });
    (&rendered[start..], rest.collect())
}

impl Taker for Output<'_> {
    fn hits(&mut self, input: usize, rendered: &[u8], hits: &[Rendered]) -> io::Result<u64> {
        let Some(resume) = &mut self.resume else { return self.write_hits(rendered, hits) };
        // The hits that were already reported are part of the restored state.
        let withheld = resume.withhold(input, hits.len());
        let (rendered, hits) = without(rendered, hits, withheld);
        let pairs = self.write_hits(rendered, &hits)?;
        // Counts and names are written only at the end of the log.
        if self.style.format != Format::None {
            if let Some(resume) = &mut self.resume {
                resume.delivered(input, hits.len(), (self.pairs, self.meter.hits.load(Ordering::Relaxed)));
            }
            self.save_if_due()?;
        }
        Ok(pairs)
    }

    fn is_done(&self) -> bool {
        Output::is_done(self)
    }

    fn end(&mut self, end: &LogEnd<'_>) -> io::Result<()> {
        let LogEnd { end, pairs, why, is_cut } = *end;
        if is_cut && self.resume.is_some() {
            return Ok(());
        }
        self.ended += 1;
        let name = &self.names[end.input];
        if self.args.count && pairs == 0 && why.is_some() {
            // A log that could not be read does not count as without hits.
        } else if self.args.count && self.logs == 1 {
            writeln!(self.out, "{pairs}")?;
        } else if self.args.count {
            writeln!(self.out, "{}:{pairs}", Escaped::new(name))?;
        } else if self.args.list && pairs > 0 {
            writeln!(self.out, "{}", Escaped::new(name))?;
        }
        if self.is_prompt {
            self.out.flush()?;
        }
        if let Some(resume) = &mut self.resume {
            resume.ended(end.input, end.stats, (self.pairs, self.meter.hits.load(Ordering::Relaxed)), why);
        }
        self.save_if_due()
    }
}
