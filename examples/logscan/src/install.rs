//! `logscan completions`, `logscan man`, and the output of `--version`.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use netsieve::Engine;
use netsieve::sieve::PublicSuffixes;

use crate::Outcome;
use crate::cli::Cli;
use crate::place;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell that completes.
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write one page for each command into this folder. Without this option, the first page goes to standard output.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Outcome, Box<dyn Error>> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "logscan", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Outcome::Found)
}

pub(crate) fn man(args: &ManArgs) -> Result<Outcome, Box<dyn Error>> {
    match &args.to {
        Some(folder) => {
            let mut cli = Cli::command().disable_help_subcommand(true);
            cli.build();
            pages(&cli, folder)?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            io::stdout().write_all(&page)?;
        }
    }
    Ok(Outcome::Found)
}

/// Writes the page of a command and of all its subcommands.
fn pages(command: &clap::Command, folder: &Path) -> Result<(), Box<dyn Error>> {
    let page = clap_mangen::Man::new(command.clone());
    place::write(&folder.join(page.get_filename()), |out| page.render(out))?;
    command.get_subcommands().filter(|command| !command.is_hide_set()).try_for_each(|command| pages(command, folder))
}

/// Identifies the build, for when an answer is in doubt.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let engines = Engine::available();
    let engines: Vec<&str> =
        engines.iter().filter(|engine| **engine != Engine::Auto).map(|engine| engine.as_str()).collect();
    format!(
        "{}\nreads logs and feeds in gzip, zstd, bzip2, xz and zip; feeds also as STIX 1, OpenIOC and MMDB\n\
        public suffix list: {}\nengines of this processor, the fastest first: {}",
        env!("CARGO_PKG_VERSION"),
        PublicSuffixes::built_in().version(),
        engines.join(", "),
    )
});
