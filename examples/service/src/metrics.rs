//! The metrics, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use netsieve::live::Snapshot;

use crate::log::Log;

/// The reason why the service ended a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cut {
    /// The head of a request did not arrive in time.
    Head,
    /// The body of a request did not arrive in time.
    Body,
    /// The client did not receive the answer in time.
    Write,
    /// The connection was idle, and another one needed its place.
    Idle,
}

impl Cut {
    fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Body => "body",
            Self::Write => "write",
            Self::Idle => "idle",
        }
    }
}

/// The upper bounds, in seconds, of the classes of times that requests to `/match` took.
const BOUNDS: [f64; 6] = [0.0001, 0.001, 0.01, 0.1, 1.0, 10.0];

#[derive(Default)]
struct Histogram {
    /// A count for each bound, and one for times above all bounds.
    counts: [u64; BOUNDS.len() + 1],
    sum: f64,
}

pub(crate) struct Metrics {
    pub(crate) log: Log,
    /// By route and status.
    answers: Mutex<BTreeMap<(&'static str, u16), u64>>,
    times: Mutex<Histogram>,
    cuts: Mutex<BTreeMap<Cut, u64>>,
    pub(crate) connections: AtomicU64,
    pub(crate) accept_errors: AtomicU64,
    pub(crate) values: AtomicU64,
    pub(crate) matched: AtomicU64,
    pub(crate) panics: AtomicU64,
    reloads: AtomicU64,
    failed_reloads: AtomicU64,
    is_failing: AtomicBool,
    /// The time of the last successful load, in seconds since the epoch.
    loaded: AtomicU64,
}

/// The values of the moment, which are not counted.
pub(crate) struct Now<'n> {
    pub(crate) snapshot: &'n Snapshot,
    pub(crate) is_watching: bool,
    pub(crate) open: u64,
    pub(crate) limit: u64,
}

pub(crate) fn add(count: &AtomicU64, n: u64) {
    count.fetch_add(n, Ordering::Relaxed);
}

fn seconds() -> u64 {
    // A clock before 1970 has no sensible date: zero.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// Locks a mutex. Its content is consistent even after a panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Metrics {
    pub(crate) fn new(log: Log) -> Self {
        Self {
            log,
            answers: Mutex::default(),
            times: Mutex::default(),
            cuts: Mutex::default(),
            connections: AtomicU64::new(0),
            accept_errors: AtomicU64::new(0),
            values: AtomicU64::new(0),
            matched: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            reloads: AtomicU64::new(0),
            failed_reloads: AtomicU64::new(0),
            is_failing: AtomicBool::new(false),
            loaded: AtomicU64::new(seconds()),
        }
    }

    pub(crate) fn answered(&self, route: &'static str, status: u16) {
        *lock(&self.answers).entry((route, status)).or_default() += 1;
    }

    pub(crate) fn took(&self, time: Duration) {
        let time = time.as_secs_f64();
        let mut times = lock(&self.times);
        let class = BOUNDS.iter().position(|bound| time <= *bound).unwrap_or(BOUNDS.len());
        times.counts[class] += 1;
        times.sum += time;
    }

    pub(crate) fn cut(&self, why: Cut) {
        *lock(&self.cuts).entry(why).or_default() += 1;
    }

    pub(crate) fn reloaded(&self, is_well: bool) {
        self.is_failing.store(!is_well, Ordering::Relaxed);
        if is_well {
            self.loaded.store(seconds(), Ordering::Relaxed);
        }
        // Comes last, so that whoever waits for this count finds the other values updated.
        add(if is_well { &self.reloads } else { &self.failed_reloads }, 1);
    }

    pub(crate) fn text(&self, now: &Now<'_>) -> String {
        let mut text = Text(String::new());
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (reloads, failed) = (read(&self.reloads), read(&self.failed_reloads));
        let set = &now.snapshot.sieve;
        let answers = lock(&self.answers).clone();
        let to_match = || answers.iter().filter(|((route, _), _)| *route == "/match");
        let requests: u64 = to_match().map(|(_, count)| count).sum();
        let refused: u64 = to_match().filter(|((_, status), _)| *status != 200).map(|(_, count)| count).sum();

        text.gauge("netsieve_generation", "Number of times the set was replaced.", now.snapshot.generation);
        text.gauge(
            "netsieve_age_seconds",
            "Age of the current set, in seconds.",
            now.snapshot.since.elapsed().as_secs_f64(),
        );
        text.gauge(
            "netsieve_loaded_timestamp_seconds",
            "Time at which the current set came into use.",
            read(&self.loaded),
        );
        text.gauge("netsieve_indicators", "Indicators in the set.", set.len());
        text.gauge("netsieve_feeds", "Feeds in the set.", set.feeds().len());
        text.gauge("netsieve_memory_bytes", "Bytes of the set's tables.", set.memory_usage());
        text.counter("netsieve_reloads_total", "Successful reloads of the file.", reloads);
        text.counter("netsieve_failed_reloads_total", "Failed reloads of the file.", failed);
        let is_failing = u8::from(self.is_failing.load(Ordering::Relaxed));
        text.gauge("netsieve_reload_failing", "1 if the last reload failed and an older set is in use.", is_failing);
        text.gauge("netsieve_watching", "1 while the file is followed for changes.", u8::from(now.is_watching));

        text.counter("netsieve_requests_total", "Requests to /match.", requests);
        text.counter("netsieve_refused_total", "Requests to /match that were refused.", refused);
        text.counter("netsieve_values_total", "Values looked up.", read(&self.values));
        text.counter("netsieve_matched_total", "Values with at least one match.", read(&self.matched));
        text.head("netsieve_answers_total", "counter", "Answers by path and status.");
        for ((route, status), count) in &answers {
            text.row("netsieve_answers_total", format_args!("{{path=\"{route}\",status=\"{status}\"}}"), count);
        }
        self.histogram(&mut text);

        text.gauge("netsieve_connections", "Open connections.", now.open);
        text.gauge("netsieve_connections_limit", "Limit of open connections.", now.limit);
        text.counter("netsieve_accepted_connections_total", "Connections accepted.", read(&self.connections));
        text.head("netsieve_cut_connections_total", "counter", "Connections that the service ended early, by reason.");
        let cuts = lock(&self.cuts).clone();
        for why in [Cut::Head, Cut::Body, Cut::Write, Cut::Idle] {
            let count = cuts.get(&why).copied().unwrap_or_default();
            text.row("netsieve_cut_connections_total", format_args!("{{why=\"{}\"}}", why.as_str()), count);
        }
        text.counter(
            "netsieve_accept_errors_total",
            "Connections that could not be accepted.",
            read(&self.accept_errors),
        );
        text.counter(
            "netsieve_panics_total",
            "Connections that ended because of a bug in the service.",
            read(&self.panics),
        );
        text.counter("netsieve_log_lines_lost_total", "Log lines that could not be written.", self.log.lost());
        text.0
    }

    fn histogram(&self, text: &mut Text) {
        const NAME: &str = "netsieve_request_seconds";
        text.head(NAME, "histogram", "Time from the head of a request to /match until its answer, in seconds.");
        let times = lock(&self.times);
        let mut sum = 0;
        for (bound, count) in BOUNDS.iter().zip(&times.counts) {
            sum += count;
            text.row("netsieve_request_seconds_bucket", format_args!("{{le=\"{bound}\"}}"), sum);
        }
        sum += times.counts[BOUNDS.len()];
        text.row("netsieve_request_seconds_bucket", "{le=\"+Inf\"}", sum);
        text.row("netsieve_request_seconds_sum", "", times.sum);
        text.row("netsieve_request_seconds_count", "", sum);
    }
}

struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail, here and below.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn row(&mut self, name: &str, labels: impl Display, value: impl Display) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, "gauge", help);
        self.row(name, "", value);
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        self.row(name, "", value);
    }
}
