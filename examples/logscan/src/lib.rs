//! logscan: finds the indicators of threat feeds in logs.
//!
//! All of it stands in this library, because cargo compiles a library while the one that it builds on is still being translated; a
//! program has to wait.
#![deny(clippy::print_stderr, clippy::print_stdout)]

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use netsieve::render::Escaped;

#[macro_use]
mod say;
mod advice;
mod annotate;
mod build;
mod check;
mod cli;
mod diff;
mod drive;
mod explain;
mod export;
mod extract;
mod feeds;
mod follow;
mod idle;
mod inputs;
mod inspect;
mod install;
mod lint;
mod networks;
mod output;
mod own;
mod place;
mod progress;
mod report;
mod resume;
mod run;
mod scan;
mod set;
mod signal;
mod sizes;
mod state;
mod summary;
mod terminal;

/// The outcome of a run, which becomes the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Something matched; for `diff`, something differs; for the others, all went well.
    Found,
    /// Nothing matched.
    Nothing,
    /// Something could not be read or written.
    Failed,
}

/// Runs the command that the arguments of the process ask for.
#[must_use = "this is the exit code of the process"]
pub fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(mut error) => {
            let subcommand = std::env::args_os().nth(1).unwrap_or_default();
            advice::advise(&mut error, &subcommand.to_string_lossy());
            let is_help = !error.use_stderr();
            return match print(&error) {
                Ok(()) if is_help => ExitCode::SUCCESS,
                Err(failed) if is_help => code(Err(failed.into())).into(),
                _ => code(Ok(Outcome::Failed)).into(),
            };
        }
    };
    exit_code(run(cli.command)).into()
}

/// Prints an error in the arguments, or the requested help. An argument may come from a glob over misleading file names; such a message
/// is escaped, and has no colours.
fn print(error: &clap::Error) -> io::Result<()> {
    let text = error.render().to_string();
    let escaped: String = text.lines().flat_map(|line| [Escaped::new(line).to_string(), "\n".to_owned()]).collect();
    if escaped == text {
        return error.print();
    }
    io::stderr().write_all(escaped.as_bytes())
}

/// Returns the exit code of a run, which a signal may have ended.
pub(crate) fn exit_code(outcome: Result<Outcome, Box<dyn Error>>) -> u8 {
    let code = code(outcome);
    signal::exit_code().unwrap_or(code)
}

fn run(command: cli::Command) -> Result<Outcome, Box<dyn Error>> {
    // The threads that compile feeds. Rayon would start them at the first use, and panic if it cannot.
    let pool = rayon::ThreadPoolBuilder::new().build_global();
    pool.map_err(|error| format!("cannot start threads: {error}"))?;
    signal::watch().map_err(|error| format!("cannot wait for signals: {error}"))?;
    match command {
        cli::Command::Scan(args) => scan::run(&args),
        cli::Command::Report(args) => report::run(&args),
        cli::Command::Run(args) => match run::command(&args)? {
            cli::Command::Scan(args) => scan::run(&args),
            cli::Command::Report(args) => report::run(&args),
            _ => Err("a job is a scan or a report".into()),
        },
        cli::Command::Check(args) => check::run(&args),
        cli::Command::Lint(args) => lint::run(&args),
        cli::Command::Build(args) => build::run(&args),
        cli::Command::Inspect(args) => inspect::run(&args),
        cli::Command::Diff(args) => diff::run(&args),
        cli::Command::Export(args) => export::run(&args),
        cli::Command::Extract(args) => extract::run(&args),
        cli::Command::Completions(args) => install::completions(&args),
        cli::Command::Man(args) => install::man(&args),
    }
}

/// Returns true if the reader of our output has closed it.
pub(crate) fn is_closed(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Returns the exit code, and reports the error if there is one.
fn code(outcome: Result<Outcome, Box<dyn Error>>) -> u8 {
    match outcome {
        Ok(Outcome::Found) => 0,
        Ok(Outcome::Nothing) => 1,
        Ok(Outcome::Failed) => 2,
        // A closed output is not our error.
        Err(error) if is_closed(&*error) => 0,
        Err(error) => {
            // Errors of other files name the file.
            let is_output = error.downcast_ref::<io::Error>().is_some_and(|error| error.raw_os_error().is_some());
            let what = if is_output { "cannot write the output: " } else { "" };
            say!("logscan: {what}{}", Escaped::new(&error.to_string()));
            2
        }
    }
}
