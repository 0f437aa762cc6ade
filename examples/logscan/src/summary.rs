//! The one-line summary at the end of every scan.

use std::fmt::Write;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use netsieve::ScanStats;

use crate::inputs::Meter;
use crate::signal;

/// The state of the running scan, for an end from outside.
struct Running {
    meter: Arc<Meter>,
    logs: usize,
    /// The number of bytes that an earlier run has scanned.
    before: u64,
    /// The logs are followed, and have no end.
    is_following: bool,
    start: Instant,
}

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

/// Notes that a scan of `logs` logs begins, or goes on after `before` bytes.
pub(crate) fn begin(meter: Arc<Meter>, logs: usize, before: u64) {
    note(Running { meter, logs, before, is_following: false, start: Instant::now() });
}

/// Notes that `logs` logs are followed from now on.
pub(crate) fn follow(meter: Arc<Meter>, logs: usize) {
    note(Running { meter, logs, before: 0, is_following: true, start: Instant::now() });
}

fn note(running: Running) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
}

/// Drops the summary.
pub(crate) fn drop_it() {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Prints the summary once: `logscan: 2 of 3 logs, 12.3 MB in 0.10 s: 74 hits, 80 pairs`. Both numbers are of what was reported.
pub(crate) fn end(done: usize, stats: &ScanStats, hits: u64, pairs: u64) {
    if let Some(running) = take() {
        let mut text = running.start_of_line(done, stats.bytes.saturating_sub(running.before));
        let _ = write!(text, "{}, {}", counted(hits, "hit"), counted(pairs, "pair"));
        if stats.undated > 0 {
            let _ = write!(text, ", {} without a time", thousands(stats.undated));
        }
        say!("{text}{}", broken_off());
    }
}

/// Prints the summary of followed logs, once.
pub(crate) fn end_following(pairs: u64) {
    if let Some(running) = take() {
        let text = running.start_of_line(0, running.meter.read.load(Ordering::Relaxed));
        let hits = counted(running.meter.hits.load(Ordering::Relaxed), "hit");
        say!("{text}{hits}, {}{}", counted(pairs, "pair"), broken_off());
    }
}

/// Prints as much of the summary as is known, when a signal ends the process during a wait.
pub(crate) fn end_early() {
    if let Some(running) = take() {
        let bytes = running.meter.read.load(Ordering::Relaxed);
        let text = running.start_of_line(0, bytes);
        say!("{text}{}{}", counted(running.meter.hits.load(Ordering::Relaxed), "hit"), broken_off());
    }
}

fn broken_off() -> &'static str {
    if signal::came() && !signal::is_too_late() { "; interrupted" } else { "" }
}

fn take() -> Option<Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl Running {
    /// `bytes`: the bytes scanned in this run.
    fn start_of_line(&self, done: usize, bytes: u64) -> String {
        let logs = counted(self.logs as u64, "log");
        let logs = match self.is_following {
            true => format!("{logs} followed"),
            false if done == self.logs => logs,
            false => format!("{} of {logs}", thousands(done as u64)),
        };
        let seconds = self.start.elapsed().as_secs_f64();
        let bytes = match (self.before, bytes as f64 / 1e6) {
            (0, now) => format!("{now:.1} MB"),
            (before, now) => format!("{:.1} MB, of which {now:.1} MB", before as f64 / 1e6 + now),
        };
        format!("logscan: {logs}, {bytes} in {seconds:.2} s: ")
    }
}

/// `1 hit`, `74,175 hits`. Of several words, the last one takes the plural.
pub(crate) fn counted(count: u64, words: &str) -> String {
    format!("{} {}", thousands(count), plural(count, words))
}

/// `hit` for one, `hits` for any other count: by the rules of English spelling, which no word here breaks.
pub(crate) fn plural(count: u64, words: &str) -> String {
    if count == 1 {
        return words.to_owned();
    }
    match words.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if words.ends_with(['s', 'x']) || words.ends_with("ch") || words.ends_with("sh") => format!("{words}es"),
        _ => format!("{words}s"),
    }
}

/// `74,175`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (74_175, "74,175"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
        for (count, words, text) in [
            (1, "hit", "1 hit"),
            (0, "hit", "0 hits"),
            (74_175, "more line", "74,175 more lines"),
            (1, "mail address", "1 mail address"),
            (2, "mail address", "2 mail addresses"),
            (2, "entry", "2 entries"),
            (2, "day", "2 days"),
            (2, "prefix", "2 prefixes"),
            (2, "hash", "2 hashes"),
            (2, "match", "2 matches"),
            (2, "URL", "2 URLs"),
        ] {
            assert_eq!(counted(count, words), text);
        }
    }
}
