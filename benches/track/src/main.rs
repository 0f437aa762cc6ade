//! Tracks the crate's speed: `benches/track/run`, and `benches/track/run update` to move the floors.
//!
//! Two kinds of numbers are compared with `benches/floors.toml`. Instruction counts under callgrind, and the number of
//! places that a scan examines, are the same on every run of one compiler, so a rise of more than 5 % fails. If
//! `NETSIEVE_DATA` names the folder of real data, a mix of its lines is also counted. Ratios to references, which run
//! in turns in the same process, depend on the machine but little on its load, so a drop of more than 15 % is a warning.

use std::process::ExitCode;

#[path = "../../common/mod.rs"]
mod common;
mod floors;
mod instructions;
mod mix;
mod ratios;
#[path = "../../common/real.rs"]
mod real;

use floors::Floors;

/// The tolerated rise of an instruction count.
const RISE: f64 = 0.05;
/// The tolerated drop of a ratio.
const DROP: f64 = 0.15;

/// The verdict on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    Better,
    Worse,
    New,
}

impl Verdict {
    fn word(self, worse: &'static str) -> &'static str {
        match self {
            Verdict::Same => "",
            Verdict::Better => "better: move the floor",
            Verdict::Worse => worse,
            Verdict::New => "no floor yet",
        }
    }
}

fn main() -> ExitCode {
    let is_update = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("update") => true,
        Some(other) => {
            eprintln!("unknown argument {other}: only `update` is known");
            return ExitCode::FAILURE;
        }
    };
    let mix = mix::Mix::make();
    let counts = match instructions::counts(mix.as_ref().map(mix::Mix::folder)) {
        Ok(mut counts) => {
            counts.extend(mix.iter().flat_map(|mix| mix.places().iter().cloned()));
            counts
        }
        Err(error) => {
            eprintln!("instruction counts: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ratios = ratios::measure();
    let floors = match Floors::load() {
        Ok(floors) => floors,
        Err(error) => {
            eprintln!("{}: {error}", floors::path().display());
            return ExitCode::FAILURE;
        }
    };
    let is_same_compiler = floors.rustc == floors::rustc();
    let failed = show_counts(&counts, &floors, is_same_compiler);
    show_ratios(&ratios, &floors);
    if is_update {
        floors.save(&counts, &ratios);
        println!("\n{} is updated.", floors::path().display());
        return ExitCode::SUCCESS;
    }
    if !is_same_compiler {
        println!(
            "\nThe floors are for {}, and this is {}: changed counts are only warnings.",
            floors.rustc,
            floors::rustc()
        );
    }
    if failed > 0 && is_same_compiler {
        println!("\n{failed} counts rose by more than {:.0} %.", RISE * 100.0);
        println!("If that is intended, run `benches/track/run update` and commit the difference.");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn show_counts(counts: &[(String, u64)], floors: &Floors, is_same_compiler: bool) -> usize {
    let mut failed = 0;
    println!("\n{:<34} {:>14} {:>14} {:>8}", "instructions", "floor", "now", "change");
    for (name, now) in counts {
        let floor = floors.instructions.get(name).copied();
        let change = floor.map(|floor| *now as f64 / floor as f64 - 1.0);
        let verdict = match change {
            None => Verdict::New,
            Some(change) if change > RISE => Verdict::Worse,
            Some(change) if change < -RISE => Verdict::Better,
            Some(_) => Verdict::Same,
        };
        failed += usize::from(verdict == Verdict::Worse);
        let shown = |number: Option<u64>| number.map_or("-".into(), |number| number.to_string());
        let percent = change.map_or("-".into(), |change| format!("{:+.1} %", change * 100.0));
        let word = verdict.word(if is_same_compiler { "FAILED" } else { "warning" });
        println!("{name:<34} {:>14} {now:>14} {percent:>8}  {word}", shown(floor));
    }
    for name in floors.instructions.keys().filter(|name| counts.iter().all(|(counted, _)| counted != *name)) {
        println!("{name:<34} was not counted here");
    }
    failed
}

fn show_ratios(ratios: &[ratios::Ratio], floors: &Floors) {
    println!(
        "\n{:<58} {:>8} {:>8} {:>17} {:>8}",
        "ratio of times, reference to netsieve", "floor", "now", "quartiles", "change"
    );
    for ratio in ratios {
        let now = ratio.spread.median;
        let floor = floors.ratios.get(&ratio.name).copied();
        let change = floor.map(|floor| now / floor - 1.0);
        let verdict = match change {
            None => Verdict::New,
            Some(change) if change < -DROP => Verdict::Worse,
            Some(change) if change > DROP => Verdict::Better,
            Some(_) => Verdict::Same,
        };
        let percent = change.map_or("-".into(), |change| format!("{:+.0} %", change * 100.0));
        let shown = floor.map_or("-".into(), |floor| format!("{floor:.3}"));
        let quartiles = format!("{:.3}-{:.3}", ratio.spread.low, ratio.spread.high);
        println!("{:<58} {shown:>8} {now:>8.3} {quartiles:>17} {percent:>8}  {}", ratio.name, verdict.word("WARNING"));
    }
}
