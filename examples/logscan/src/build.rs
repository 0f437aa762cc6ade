//! `logscan build`.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use netsieve::render::Escaped;
use netsieve::sieve::SaveOptions;

use crate::Outcome;
use crate::cli::{FeedArgs, time};
use crate::feeds;

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    feeds: FeedArgs,
    /// The file to write. One that is there is replaced when the new one is whole.
    #[arg(short = 'o', long, value_name = "FILE")]
    output: PathBuf,
    /// The creation time that the set carries [default: SOURCE_DATE_EPOCH if it is set, else none].
    #[arg(long, value_name = "TIME", value_parser = time)]
    created: Option<jiff::Timestamp>,
}

pub(crate) fn run(args: &BuildArgs) -> Result<Outcome, Box<dyn Error>> {
    let (sieve, _) = feeds::load_with_warnings(&args.feeds)?;
    let mut options = SaveOptions::default();
    options.created = args.created;
    sieve.save_with(&args.output, &options)?;
    let bytes = std::fs::metadata(&args.output)?.len();
    let name = args.output.to_string_lossy();
    writeln!(io::stdout(), "{}: {} indicators, {bytes} bytes", Escaped::new(&*name), sieve.len())?;
    Ok(Outcome::Found)
}
