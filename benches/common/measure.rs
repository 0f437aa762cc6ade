//! Timing side by side.
//!
//! What is compared runs in turns, so that a machine that is busy for a while is so for all. Ratios are taken within a round;
//! their median and quartiles over the rounds are what is reported. If `NETSIEVE_BENCH_LOCK` names a file, it is locked while
//! something is timed, as `flock` does, so that those who share a machine can take turns.

use std::fs::File;

/// Something that is timed. What it returns is its answer, which must be the same each time.
pub struct Contender<'c> {
    pub name: String,
    run: Box<dyn FnMut() -> u64 + 'c>,
}

impl<'c> Contender<'c> {
    pub fn new(name: impl Into<String>, run: impl FnMut() -> u64 + 'c) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }
}

/// How long each round took, in seconds for one run.
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

    /// How many times as long `other` took, round by round.
    pub fn times_faster_than(&self, other: &Outcome) -> Spread {
        Spread::of(self.seconds.iter().zip(&other.seconds).map(|(own, other)| other / own).collect())
    }
}

/// Waits for its turn. The turn ends when the file is closed.
fn turn() -> Option<File> {
    let path = std::env::var_os("NETSIEVE_BENCH_LOCK")?;
    let file = File::options().create(true).append(true).open(path).expect("a lock file");
    file.lock().expect("a lock");
    Some(file)
}

/// Runs all contenders in turns, each for at least `least` seconds a round, by a clock that tells seconds. The CPU time of the
/// thread is the clock for what runs on one thread: it stands still while others have the CPU.
pub fn interleaved(mut contenders: Vec<Contender<'_>>, rounds: usize, least: f64, clock: fn() -> f64) -> Vec<Outcome> {
    let _turn = turn();
    // Once to warm up, and to know how often.
    let mut outcomes: Vec<(Outcome, u32)> = Vec::new();
    for contender in &mut contenders {
        let mut start = clock();
        let answer = (contender.run)();
        let mut once = clock() - start;
        if once < 10.0 * least {
            // What it needed to warm up is not what it takes.
            start = clock();
            (contender.run)();
            once = clock() - start;
        }
        let times = (least / once.max(1e-9)).ceil().clamp(1.0, 1e6) as u32;
        outcomes.push((Outcome { name: contender.name.clone(), answer, seconds: Vec::new() }, times));
    }
    for _ in 0..rounds {
        for (contender, (outcome, times)) in contenders.iter_mut().zip(&mut outcomes) {
            // What ran before it has taken its place in the caches.
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
