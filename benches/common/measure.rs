//! Timing side by side.
//!
//! Contenders run in turns, so that a machine that is busy for a while slows all of them. Ratios are taken within a
//! round, and their median and quartiles over all rounds are reported. If `NETSIEVE_BENCH_LOCK` names a file, it is
//! locked during timing, as `flock` does, so that users who share a machine can take turns.

use std::fs::File;

/// A function to be timed. It returns its answer, which must be the same every time.
pub struct Contender<'c> {
    pub name: String,
    run: Box<dyn FnMut() -> u64 + 'c>,
}

impl<'c> Contender<'c> {
    pub fn new(name: impl Into<String>, run: impl FnMut() -> u64 + 'c) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }
}

/// The seconds that one run took, in each round.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    pub answer: u64,
    pub seconds: Vec<f64>,
}

/// A median with its quartiles.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
        Self { low: at(0.25), median: at(0.5), high: at(0.75) }
    }
}

impl Outcome {
    pub fn seconds(&self) -> Spread {
        Spread::of(self.seconds.clone())
    }

    /// The ratio of `other`'s time to this one's, over all rounds.
    pub fn times_faster_than(&self, other: &Outcome) -> Spread {
        Spread::of(self.seconds.iter().zip(&other.seconds).map(|(own, other)| other / own).collect())
    }
}

/// Waits for its turn, which ends when the file is closed.
fn turn() -> Option<File> {
    let path = std::env::var_os("NETSIEVE_BENCH_LOCK")?;
    let file = File::options().create(true).append(true).open(path).expect("a lock file");
    file.lock().expect("a lock");
    Some(file)
}

/// Runs all contenders in turns, each for at least `least` seconds per round by `clock`, which returns seconds. For
/// work on one thread use the thread's CPU time as the clock: it stands still while others have the CPU.
pub fn interleaved(mut contenders: Vec<Contender<'_>>, rounds: usize, least: f64, clock: fn() -> f64) -> Vec<Outcome> {
    let _turn = turn();
    // Runs once to warm up, and to find the number of repetitions.
    let mut outcomes: Vec<(Outcome, u32)> = Vec::new();
    for contender in &mut contenders {
        let mut start = clock();
        let answer = (contender.run)();
        let mut once = clock() - start;
        if once < 10.0 * least {
            // Excludes the warm-up.
            start = clock();
            (contender.run)();
            once = clock() - start;
        }
        let times = (least / once.max(1e-9)).ceil().clamp(1.0, 1e6) as u32;
        outcomes.push((Outcome { name: contender.name.clone(), answer, seconds: Vec::new() }, times));
    }
    for _ in 0..rounds {
        for (contender, (outcome, times)) in contenders.iter_mut().zip(&mut outcomes) {
            // The contender before has displaced its data from the caches.
            if *times > 1 {
                (contender.run)();
            }
            let start = clock();
            for _ in 0..*times {
                let answer = (contender.run)();
                assert_eq!(answer, outcome.answer, "{}: another answer", contender.name);
            }
            outcome.seconds.push((clock() - start).max(1e-9) / f64::from(*times));
        }
    }
    outcomes.into_iter().map(|(outcome, _)| outcome).collect()
}
