//! logscan: finds the indicators of threat feeds in logs.

use std::process::ExitCode;

use clap::Parser;

mod check;
mod cli;
mod feeds;
mod lint;
mod scan;

/// How a run ended, as an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Something matched (or, for `lint`, the feeds are usable).
    Found,
    /// Nothing matched.
    Nothing,
    /// Something could not be read or written.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Found => 0,
            Outcome::Nothing => 1,
            Outcome::Failed => 2,
        })
    }
}

fn main() -> ExitCode {
    let outcome = match cli::Cli::parse().command {
        cli::Command::Scan(args) => scan::run(&args),
        cli::Command::Check(args) => check::run(&args),
        cli::Command::Lint(args) => lint::run(&args),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            // The reader of our output went away: no error of ours.
            if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) {
                return ExitCode::SUCCESS;
            }
            eprintln!("logscan: {}", netsieve::render::Escaped::new(&error.to_string()));
            Outcome::Failed.into()
        }
    }
}
