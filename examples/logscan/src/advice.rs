//! Advice for arguments that stand in the wrong place: a feed without `-f`, a log without a subcommand.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Adds a tip to an error in the arguments, if the intended command is easy to guess. `subcommand` is the first argument.
pub(crate) fn advise(error: &mut clap::Error, subcommand: &str) {
    let context = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => return,
    };
    let Some(ContextValue::String(given)) = error.get(context) else { return };
    let tip = match context {
        ContextKind::InvalidArg => misplaced(subcommand, given),
        // Clap has suggested a subcommand with a similar name.
        _ if error.get(ContextKind::SuggestedSubcommand).is_some() => None,
        _ => Some(format!("to scan logs, use 'logscan scan -f FEED {given}'")),
    };
    if let Some(tip) = tip {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
}

/// The tip for an argument that a subcommand does not take.
fn misplaced(subcommand: &str, given: &str) -> Option<String> {
    let is_option = given.starts_with('-');
    Some(match subcommand {
        "lint" if !is_option => format!("feeds are given with -f: 'logscan lint -f {given}'"),
        "build" if !is_option => format!("feeds are given with -f: 'logscan build -f {given} -o set.sieve'"),
        "export" if !is_option => {
            format!(
                "feeds are given with -f, and a compiled set with --sieve: 'logscan export --sieve {given} --to rpz'"
            )
        }
        "run" if !is_option => format!("the job is given with --config: 'logscan run --config {given}'"),
        "inspect" | "diff" if matches!(given, "-f" | "--feed" | "--config" | "--sieve") => {
            let sets = if subcommand == "diff" { "old.sieve new.sieve" } else { "set.sieve" };
            format!(
                "compiled sets are given without an option: 'logscan {subcommand} {sets}'; 'logscan build' compiles feeds"
            )
        }
        _ => return None,
    })
}
