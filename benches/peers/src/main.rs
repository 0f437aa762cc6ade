//! Compares netsieve with its peers on the same work, after checking that their answers agree.
//!
//! ```sh
//! benches/peers/install                                                     # peers that are not crates
//! cargo run --release --manifest-path benches/peers/Cargo.toml              # everything
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- scan      # one group
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- plot      # SVG plots of the recorded results
//! ```
//!
//! Each group replaces its rows in `results/results.json` and `results/results.csv`. `NETSIEVE_BENCH_FULL=1` adds the
//! largest sets, and `NETSIEVE_BENCH_ROUNDS=N` changes the number of rounds from 15.

use std::process::ExitCode;

mod addresses;
mod clock;
#[path = "../../common/mod.rs"]
mod common;
mod exact;
mod judge;
mod lookups;
mod names;
mod plot;
mod processes;
mod record;
mod scaling;
mod scan;
mod sources;
mod tables;
mod urls;
#[cfg(vectorscan)]
mod vectorscan;

type Group = (&'static str, fn(&mut record::Record));

const GROUPS: [Group; 9] = [
    ("addresses", addresses::run),
    ("lookups", lookups::run),
    ("names", names::run),
    ("urls", urls::run),
    ("sources", sources::run),
    ("scan", scan::run),
    ("exact", exact::run),
    ("processes", processes::run),
    ("scaling", scaling::run),
];

/// The number of rounds.
fn rounds() -> usize {
    std::env::var("NETSIEVE_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(15)
}

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if asked.iter().any(|name| name == "plot") {
        let record = record::Record::load();
        plot::all(&record);
        tables::write(&record);
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = asked.iter().find(|name| GROUPS.iter().all(|(group, _)| group != name)) {
        let groups: Vec<&str> = GROUPS.iter().map(|(group, _)| *group).collect();
        eprintln!("no group {unknown:?}: there are {}, and plot", groups.join(", "));
        return ExitCode::FAILURE;
    }
    let mut record = record::Record::load();
    for (name, run) in GROUPS {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            record.start(name);
            run(&mut record);
            record.save();
        }
    }
    ExitCode::SUCCESS
}
