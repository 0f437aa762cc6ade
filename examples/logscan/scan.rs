//! `logscan scan`.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use netsieve::render::{Escaped, JsonLines, Styles, Text};
use netsieve::{Hit, ScanOptions, ScanStats, Scanner, input};

use crate::Outcome;
use crate::cli::{Color, ScanArgs};
use crate::feeds;

/// Inputs smaller than this get no progress bar.
const BAR_FROM: u64 = 64 << 20;

/// What hits are written as, and how many are still wanted.
struct Output<'a> {
    args: &'a ScanArgs,
    out: Box<dyn Write>,
    json: JsonLines,
    text: Text,
    buffer: Vec<u8>,
    left: u64,
    flush_each: bool,
    error: Option<io::Error>,
}

impl Output<'_> {
    fn hit(&mut self, file: &str, hit: &Hit<'_>, pairs: &mut u64) -> ControlFlow<()> {
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX);
        let args = self.args;
        self.buffer.clear();
        let taken = if args.json {
            self.json.hit(&mut self.buffer, file, hit, limit)
        } else if args.count || args.list || args.quiet {
            hit.matches().len().min(limit)
        } else {
            self.text.hit(&mut self.buffer, file, hit, limit)
        } as u64;
        *pairs += taken;
        self.left -= taken;
        if let Err(error) = self.write() {
            self.error = Some(error);
            return ControlFlow::Break(());
        }
        if self.left == 0 || args.quiet || args.list { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn write(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        if self.flush_each { self.out.flush() } else { Ok(()) }
    }
}

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    let started = Instant::now();
    let sieve = feeds::load_with_warnings(&args.feeds)?;
    let loaded = started.elapsed();
    let mut options = ScanOptions::default();
    options.matching = feeds::options(&args.filter);
    options.refang = args.refang;
    let threads = match args.threads {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    // The library scans on the current pool, which on this thread is the global one.
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    let mut scanner = Scanner::new(&sieve, &options);

    let is_terminal = io::stdout().is_terminal();
    let is_coloured = match args.color {
        Color::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none(),
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
    let mut output = Output {
        args,
        out: Box::new(io::BufWriter::with_capacity(1 << 16, io::stdout())),
        json,
        text,
        buffer: Vec::new(),
        left: args.max.unwrap_or(u64::MAX),
        flush_each: is_terminal,
        error: None,
    };

    let stdin = [PathBuf::from("-")];
    let logs = if args.logs.is_empty() { &stdin[..] } else { &args.logs };
    let bar = progress(logs);
    let (mut total, mut all_pairs, mut has_failed) = (ScanStats::default(), 0, false);
    let scanning = Instant::now();
    for log in logs {
        let name = if log.as_os_str() == "-" { "(standard input)".into() } else { log.to_string_lossy() };
        let mut pairs = 0;
        let result = open(log).and_then(|reader| {
            let reader = bar.wrap_read(reader);
            let sink = |hit: &Hit<'_>| output.hit(&name, hit, &mut pairs);
            if threads == 1 { scanner.scan_reader(reader, sink) } else { scanner.scan_reader_parallel(reader, sink) }
                .map_err(|error| if error.path().is_none() { format!("{name}: {error}") } else { error.to_string() })
        });
        if let Some(error) = output.error.take() {
            return Err(error.into());
        }
        match result {
            Ok(stats) => total += stats,
            Err(error) => {
                has_failed = true;
                eprintln!("logscan: {}", Escaped::new(&error));
            }
        }
        all_pairs += pairs;
        if args.count {
            match logs {
                [_] => writeln!(output.out, "{pairs}")?,
                _ => writeln!(output.out, "{}:{pairs}", Escaped::new(&*name))?,
            }
        } else if args.list && pairs > 0 {
            writeln!(output.out, "{}", Escaped::new(&*name))?;
        }
        if output.left == 0 || (args.quiet && pairs > 0) {
            break;
        }
    }
    output.out.flush()?;
    bar.finish_and_clear();
    if args.stats {
        stats(&total, sieve.len(), loaded.as_secs_f64(), scanning.elapsed().as_secs_f64(), threads);
    }
    Ok(match (has_failed, all_pairs) {
        (true, _) => Outcome::Failed,
        (false, 0) => Outcome::Nothing,
        (false, _) => Outcome::Found,
    })
}

fn open(log: &Path) -> Result<Box<dyn io::Read + Send>, String> {
    if log.as_os_str() == "-" {
        return input::Input::new(io::stdin())
            .map(|input| Box::new(input) as Box<dyn io::Read + Send>)
            .map_err(|error| format!("standard input: {error}"));
    }
    if log.is_dir() {
        return Err(format!("{}: is a directory", log.display()));
    }
    input::open_log(log).map_err(|error| error.to_string())
}

/// A bar over the bytes of plain files, on a terminal only.
fn progress(logs: &[PathBuf]) -> ProgressBar {
    let sizes: Option<u64> = logs.iter().map(|log| std::fs::metadata(log).ok().map(|file| file.len())).sum();
    match sizes {
        Some(bytes) if bytes >= BAR_FROM && io::stderr().is_terminal() => {
            let bar = ProgressBar::new(bytes);
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta} left")
            {
                bar.set_style(style);
            }
            bar
        }
        _ => ProgressBar::hidden(),
    }
}

fn stats(total: &ScanStats, indicators: usize, load: f64, scan: f64, threads: usize) {
    let megabytes = total.bytes as f64 / 1e6;
    eprintln!("indicators  {indicators}, loaded in {load:.3} s");
    eprintln!(
        "scanned     {megabytes:.1} MB in {scan:.3} s on {threads} threads: {:.0} MB/s",
        megabytes / scan.max(1e-9)
    );
    eprintln!("observables {}", total.observables);
    eprintln!("hits        {}, pairs of observable and indicator {}", total.hits, total.matches);
    let withheld = total.withheld;
    eprintln!(
        "withheld    {}: name_like {}, host_only {}, port_unseen {}, allowed {}, filtered {}",
        withheld.total(),
        withheld.name_like,
        withheld.host_only,
        withheld.port_unseen,
        withheld.allowed,
        withheld.filtered
    );
}
