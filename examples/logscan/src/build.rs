//! `logscan build`.

use std::error::Error;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use netsieve::Sieve;
use netsieve::render::Escaped;
use netsieve::sieve::SaveOptions;

use crate::Outcome;
use crate::cli::{FeedArgs, time};
use crate::feeds;
use crate::place;
use crate::signal;
use crate::summary::counted;

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    feeds: FeedArgs,
    /// The file to write. An existing file is replaced once the new one is complete.
    #[arg(short = 'o', long, value_name = "FILE", value_parser = place::to_write())]
    output: PathBuf,
    /// The creation time to store in the set [default: SOURCE_DATE_EPOCH if it is set, else none].
    #[arg(long, value_name = "TIME", value_parser = time)]
    created: Option<Timestamp>,
}

pub(crate) fn run(args: &BuildArgs) -> Result<Outcome, Box<dyn Error>> {
    let mut options = SaveOptions::default();
    options.created = match args.created {
        Some(created) => Some(created),
        None => source_date_epoch()?,
    };
    place::none_is_read(&[("--output", args.output.clone())], &feeds::paths(&args.feeds))?;
    let (sieve, _) = feeds::load_with_warnings(&args.feeds)?;
    // Do not replace a readable set by one from a truncated download.
    let name = netsieve::shown_path(&args.output);
    if args.output.exists() {
        match Sieve::open(&args.output) {
            Ok(old) => feeds::check_shrunk(&args.feeds, &old, &sieve)
                .map_err(|error| format!("{error}; {name} is unchanged"))?,
            Err(error) if feeds::may_shrink(&args.feeds)? => {
                say!("logscan: `shrank_below` is not checked: the set to compare with cannot be read: {error}");
            }
            Err(_) => {}
        }
    }
    signal::replaces(&args.output);
    sieve.save_with(&args.output, &options)?;
    let bytes = std::fs::metadata(&args.output).map_err(|error| format!("{name}: {error}"))?.len();
    writeln!(
        io::stdout(),
        "{}: {}, {}",
        Escaped::new(&*name),
        counted(sieve.len() as u64, "indicator"),
        counted(bytes, "byte")
    )?;
    Ok(Outcome::Found)
}

/// The environment variable with the creation time in seconds since 1970, for reproducible builds
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

/// Returns the creation time from the environment, if there is one.
pub(crate) fn source_date_epoch() -> Result<Option<Timestamp>, String> {
    seconds(std::env::var_os(SOURCE_DATE_EPOCH).as_deref())
}

/// Parses the value of `SOURCE_DATE_EPOCH`.
fn seconds(value: Option<&OsStr>) -> Result<Option<Timestamp>, String> {
    let Some(value) = value else { return Ok(None) };
    let time = value.to_str().and_then(|text| text.parse().ok()).and_then(|second| Timestamp::from_second(second).ok());
    time.map(Some).ok_or_else(|| format!("{SOURCE_DATE_EPOCH}: {value:?} is not a time in seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_gives_seconds() {
        assert_eq!(seconds(None), Ok(None));
        let time = Timestamp::from_second(1_600_000_000).unwrap();
        assert_eq!(seconds(Some("1600000000".as_ref())), Ok(Some(time)));
        for wrong in ["", "yesterday", "99999999999999999999", "1e9"] {
            assert!(seconds(Some(wrong.as_ref())).unwrap_err().contains("SOURCE_DATE_EPOCH"));
        }
    }
}
