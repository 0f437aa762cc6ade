//! The progress of a scan: a bar while it runs, and statistics afterwards.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use netsieve::ScanStats;
use netsieve::render::Escaped;
use netsieve::scan::many::{InputEnd, Times};
use netsieve::sieve::Withheld;

use crate::feeds::Loading;
use crate::inputs::{Log, Meter};
use crate::summary::{counted, thousands};

/// Inputs smaller than this get no bar.
const BAR_FROM: u64 = 64 << 20;

/// The time between two drawings of the bar.
const EVERY: Duration = Duration::from_millis(200);

/// A progress bar over the bytes of the inputs, before decompression. Only shown on a terminal.
pub(crate) struct Bar {
    bar: Arc<Mutex<Option<ProgressBar>>>,
    is_done: Arc<AtomicBool>,
    drawing: Option<JoinHandle<()>>,
    /// True if hits go to a terminal too.
    is_shared: bool,
}

impl Bar {
    /// Starts a thread that draws the bar while large inputs are read.
    pub(crate) fn new(logs: &[Result<Log, String>], meter: Arc<Meter>) -> Self {
        let (bar, is_done) = (Arc::new(Mutex::new(None)), Arc::new(AtomicBool::new(false)));
        let sizes = logs.iter().filter_map(|log| log.as_ref().ok());
        let total: Option<u64> = sizes.map(|log| log.size).sum();
        if !io::stderr().is_terminal() || total.is_some_and(|total| total < BAR_FROM) {
            return Self { bar, is_done, drawing: None, is_shared: false };
        }
        let (shown, ended, start) = (bar.clone(), is_done.clone(), Instant::now());
        let draw = move || {
            while !ended.load(Ordering::Relaxed) {
                thread::park_timeout(EVERY);
                let read = meter.read.load(Ordering::Relaxed);
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                // The size of standard input is unknown, so it gets a bar once much of it has been read.
                if ended.load(Ordering::Relaxed) || total.is_none() && read < BAR_FROM {
                    continue;
                }
                let bar = shown.get_or_insert_with(|| bar_of(total));
                bar.set_message(message(read, total, meter.hits.load(Ordering::Relaxed), start.elapsed()));
                bar.set_position(read);
            }
        };
        // If the thread cannot be started, there is no bar.
        let drawing = thread::Builder::new().name("bar".to_owned()).spawn(draw).ok();
        Self { bar, is_done, drawing, is_shared: io::stdout().is_terminal() }
    }

    /// Hides the bar while hits are written to the same terminal.
    pub(crate) fn aside_for_hits<T>(&self, write: impl FnOnce() -> T) -> T {
        if self.is_shared { self.aside(write) } else { write() }
    }

    /// Hides the bar while something else is written to the terminal.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    pub(crate) fn finish(&mut self) {
        self.is_done.store(true, Ordering::Relaxed);
        if let Some(drawing) = self.drawing.take() {
            drawing.thread().unpark();
            // A panic of the drawing thread does no harm.
            let _ = drawing.join();
        }
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

/// The message of the bar: bytes read and total, rate, hits, and the time that the rest will take at that rate.
fn message(read: u64, total: Option<u64>, found: u64, elapsed: Duration) -> String {
    let rate = read as f64 / elapsed.as_secs_f64().max(1e-9);
    let (so_far, a_second) = (HumanBytes(read), HumanBytes(rate as u64));
    let found = counted(found, "hit");
    match total {
        Some(total) => {
            let left = total.saturating_sub(read) as f64 / rate.max(1.0);
            let left = HumanDuration(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX));
            format!("{so_far} of {}, {a_second}/s, {found}, {left:#} left", HumanBytes(total))
        }
        None => format!("{so_far}, {a_second}/s, {found}"),
    }
}

fn bar_of(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:30} {msg}"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Reports how many matches were found but not reported, and why, if there are any. `span` names the options for a time span.
pub(crate) fn withheld(withheld: &Withheld, span: &str) {
    let outside = format!("of events outside {span}");
    let reasons = [
        (withheld.name_like, "on what looks like a file name or a version (--weak)"),
        (withheld.host_only, "of URLs of which only the host was seen (--weak)"),
        (withheld.port_unseen, "of a port that was not seen"),
        (withheld.other_port, "of another port than the event's"),
        (withheld.outside, &*outside),
        (withheld.allowed, "allowed"),
        (withheld.filtered, "filtered out (--min-confidence, --as-of)"),
    ];
    let reasons: Vec<String> = reasons
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{} {why}", thousands(*count)))
        .collect();
    if !reasons.is_empty() {
        let total = withheld.total();
        say!("logscan: {} withheld: {}", counted(total, "match"), reasons.join(", "));
    }
}

/// Reports how many hits passed the time filters because their lines have no time.
pub(crate) fn undated(hits: u64) {
    if hits > 0 {
        let hits = counted(hits, "hit");
        say!("logscan: {hits} on lines without a time, which --from, --to and --as-of event let through");
    }
}

/// The statistics of `--stats`.
pub(crate) struct Stats {
    pub(crate) loading: Loading,
    pub(crate) indicators: usize,
    pub(crate) memory: usize,
    pub(crate) threads: usize,
    pub(crate) scanning: Instant,
    pub(crate) total: ScanStats,
    /// The bytes that an earlier run has scanned. The times do not include that run.
    pub(crate) before: u64,
    pub(crate) times: Times,
    pub(crate) rendered: u64,
    pub(crate) files: Vec<String>,
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Formats bytes, time and rate.
fn rate(bytes: u64, time: Duration) -> String {
    let (megabytes, seconds) = (megabytes(bytes), time.as_secs_f64());
    format!("{megabytes:.1} MB in {seconds:.3} s: {:.0} MB/s", megabytes / seconds.max(1e-9))
}

impl Stats {
    pub(crate) fn input(&mut self, name: &str, end: &InputEnd) {
        self.total += end.stats;
        self.times += end.times;
        let (stats, times) = (&end.stats, &end.times);
        self.files.push(format!(
            "{}: {:.1} MB, {}, {}; read {:.3} s, scan {:.3} s, render {:.3} s{}",
            Escaped::new(name),
            megabytes(stats.bytes),
            counted(stats.hits, "hit"),
            counted(stats.matches, "pair"),
            times.read.as_secs_f64(),
            times.scan.as_secs_f64(),
            times.render.as_secs_f64(),
            if end.error.is_some() { "; failed" } else { "" },
        ));
    }

    pub(crate) fn print(&self, meter: &Meter) {
        let (total, read) = (&self.total, meter.read.load(Ordering::Relaxed));
        let bytes = total.bytes.saturating_sub(self.before);
        say!("indicators  {}, {:.1} MB in memory", self.indicators, megabytes(self.memory as u64));
        let loading = &self.loading;
        say!("load        {} of {}", rate(loading.bytes, loading.read), counted(loading.files as u64, "file"));
        say!("build       {:.3} s", loading.build.as_secs_f64());
        if self.files.len() > 1 {
            for file in &self.files {
                say!("log         {file}");
            }
        }
        if self.before > 0 {
            say!("before      {:.1} MB by the interrupted run", megabytes(self.before));
        }
        // The times of stages are sums over all threads.
        say!("read        {}, from {:.1} MB", rate(bytes, self.times.read), megabytes(read));
        say!("scan        {}", rate(bytes, self.times.scan));
        say!("render      {}", rate(self.rendered, self.times.render));
        let elapsed = self.scanning.elapsed();
        say!("scanned     {} on {}", rate(bytes, elapsed), counted(self.threads as u64, "thread"));
        say!("observables {}", total.observables);
        say!("hits        {}, pairs of observable and indicator {}", total.hits, total.matches);
        let withheld = total.withheld;
        say!(
            "withheld    {}: name_like {}, host_only {}, port_unseen {}, other_port {}, outside {}, allowed {}, filtered {}",
            withheld.total(),
            withheld.name_like,
            withheld.host_only,
            withheld.port_unseen,
            withheld.other_port,
            withheld.outside,
            withheld.allowed,
            withheld.filtered
        );
        say!("undated     {}", total.undated);
    }
}
