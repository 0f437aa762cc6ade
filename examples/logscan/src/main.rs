//! logscan: finds the indicators of threat feeds in logs.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::Parser;

mod build;
mod check;
mod cli;
mod diff;
mod feeds;
mod follow;
mod inputs;
mod inspect;
mod lint;
mod progress;
mod scan;
mod set;

/// How a run ended, as an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Something matched; for `diff`, something differs; for the others, all went well.
    Found,
    /// Nothing matched.
    Nothing,
    /// Something could not be read or written.
    Failed,
}

fn main() -> ExitCode {
    let outcome = match cli::Cli::parse().command {
        cli::Command::Scan(args) => scan::run(&args),
        cli::Command::Check(args) => check::run(&args),
        cli::Command::Lint(args) => lint::run(&args),
        cli::Command::Build(args) => build::run(&args),
        cli::Command::Inspect(args) => inspect::run(&args),
        cli::Command::Diff(args) => diff::run(&args),
    };
    code(outcome).into()
}

/// The exit code; says what went wrong.
pub(crate) fn code(outcome: Result<Outcome, Box<dyn Error>>) -> u8 {
    match outcome {
        Ok(Outcome::Found) => 0,
        Ok(Outcome::Nothing) => 1,
        Ok(Outcome::Failed) => 2,
        // The reader of our output went away: no error of ours.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => 0,
        Err(error) => {
            eprintln!("logscan: {}", netsieve::render::Escaped::new(&error.to_string()));
            2
        }
    }
}
