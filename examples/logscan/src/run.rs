//! `logscan run`: runs a job that is described in a file, so that the line in the crontab is short.
//!
//! The file is a configuration of feeds with one more table, `[run]`. Its keys are the options of `report` or `scan`, written as on the
//! command line without the dashes. Relative paths start in the folder of the file.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, Parser};
use toml::{Table, Value};

use crate::cli::{Cli, Command};

const EXAMPLES: &str = "\
Example, day.toml:

  [[feed]]
  path = \"c2.txt\"

  [run]
  command = \"report\"            # or \"scan\"
  logs = [\"/var/log/dns*.log\"]
  allow = [\"ours.txt\"]
  html = \"day.html\"
  csv = \"day.csv\"
  identity = \"CERT Example\"

Then `logscan run --config day.toml` does the same as `logscan report --config day.toml --allow ours.txt --html day.html …`.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArgs {
    /// The job: a configuration of feeds with a table `[run]`.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// The options whose values are paths. Feeds may have a name before the path.
const PATHS: [&str; 13] = [
    "csv",
    "json",
    "html",
    "stix",
    "misp",
    "share-key",
    "sieve",
    "psl",
    "rejects",
    "layouts",
    "state",
    "new-since",
    "resume",
];
const FEEDS: [&str; 3] = ["feed", "allow", "allow-all"];

/// Returns the command that a job describes.
pub(crate) fn command(args: &RunArgs) -> Result<Command, Box<dyn Error>> {
    let name = netsieve::shown_path(&args.config).into_owned();
    let said = |why: &dyn std::fmt::Display| format!("{name}: {why}");
    let text = fs::read_to_string(&args.config).map_err(|error| said(&error))?;
    let root: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = 1 + text[..error.span().map_or(0, |span| span.start)].matches('\n').count();
        format!("{name}:{line}: {}", error.message())
    })?;
    let job = match root.get("run") {
        Some(Value::Table(job)) => job,
        Some(_) => return Err(said(&"`run` is not a table").into()),
        None => return Err(said(&"there is no table `[run]` to describe the job: see `logscan run --help`").into()),
    };
    let line = line(job, &args.config).map_err(|why| said(&format!("[run]: {why}")))?;
    match Cli::try_parse_from(line) {
        Ok(cli) => Ok(cli.command),
        Err(error) => {
            // The first line names the wrong option and the reason.
            let why = error.to_string();
            let why = why.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(said(&format!("[run]: {why}")).into())
        }
    }
}

/// Returns the command line of a job.
fn line(job: &Table, config: &Path) -> Result<Vec<OsString>, String> {
    let folder = config.parent().unwrap_or(Path::new(""));
    let command = match job.get("command") {
        None => "report",
        Some(Value::String(name)) if name == "report" || name == "scan" => name,
        Some(other) => return Err(format!("`command` must be \"report\" or \"scan\", not {}", shown(other))),
    };
    let known = Cli::command();
    let options = known.find_subcommand(command).ok_or("unknown command")?;
    let mut line: Vec<OsString> = vec!["logscan".into(), command.into()];
    // Hits of earlier scans and a compiled set take the place of the feeds.
    let is_of_hits = command == "report" && job.contains_key("from");
    if !is_of_hits && !job.contains_key("sieve") {
        line.extend(["--config".into(), config.into()]);
    }
    let mut logs = Vec::new();
    for (key, value) in job {
        if key == "command" {
            continue;
        }
        let values = match value {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        };
        let name = key.replace('_', "-");
        if name == "logs" {
            // Without logs, the scanner reads standard input, in which a job finds nothing.
            if values.is_empty() {
                return Err("`logs` is empty".to_owned());
            }
            for value in values {
                let log = value.as_str().ok_or("`logs` must be a list of strings")?;
                logs.push(if log == "-" { log.into() } else { folder.join(log).into_os_string() });
            }
            continue;
        }
        let option = options.get_arguments().find(|option| {
            let short = option.get_short().map(String::from);
            option.get_long() == Some(&name) || short.as_ref() == Some(&name)
        });
        let Some(option) = option.filter(|option| !option.is_positional() && option.get_long() != Some("config"))
        else {
            return Err(format!("`{key}` is not an option of `logscan {command}`"));
        };
        // Options such as `-j` have no long name.
        let (name, dashes, sign) = match option.get_long() {
            Some(long) => (long.to_owned(), "--", "="),
            None => (name, "-", ""),
        };
        for value in values {
            let mut option = OsString::from(format!("{dashes}{name}"));
            match value {
                Value::Boolean(true) => {}
                Value::Boolean(false) => continue,
                value => {
                    option.push(sign);
                    option.push(argument(&name, value, folder, is_of_hits).map_err(|why| format!("`{key}`: {why}"))?);
                }
            }
            line.push(option);
        }
    }
    line.push("--".into());
    line.extend(logs);
    Ok(line)
}

/// Returns the argument of an option, with paths relative to the folder.
fn argument(name: &str, value: &Value, folder: &Path, is_of_hits: bool) -> Result<OsString, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        other => return Err(format!("expected a text, a number, true or false, found {}", shown(other))),
    };
    Ok(match name {
        "from" if is_of_hits && text != "-" => folder.join(text).into_os_string(),
        name if PATHS.contains(&name) => folder.join(text).into_os_string(),
        name if FEEDS.contains(&name) => feed(&text, folder),
        _ => text.into(),
    })
}

/// Returns a string, or the name of the type of any other value.
fn shown(value: &Value) -> &str {
    value.as_str().unwrap_or(value.type_str())
}

/// Reads `PATH`, `NAME=PATH` or `NAME=FORMAT:PATH`, with paths relative to the folder.
fn feed(text: &str, folder: &Path) -> OsString {
    let whole = folder.join(text);
    let Some((name, rest)) = text.split_once('=').filter(|_| !whole.exists()) else { return whole.into_os_string() };
    let (format, path) = match rest.split_once(':') {
        Some((format, path)) if format.parse::<netsieve::feed::Format>().is_ok() => (format!("{format}:"), path),
        _ => (String::new(), rest),
    };
    let mut feed = OsString::from(format!("{name}={format}"));
    feed.push(folder.join(path));
    feed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(job: &str) -> Result<Vec<String>, String> {
        let line = line(&job.parse().unwrap(), Path::new("etc/day.toml"))?;
        Ok(line.iter().map(|part| part.to_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn a_job_is_a_command_line() {
        let job = "logs = ['a.log', '/b.log']\nhtml = 'day.html'\nmax_pairs = 10\nweak = true\nrefang = false\nallow = ['ours=plain:ours.txt', 'b.txt']";
        assert_eq!(
            of(job).unwrap(),
            [
                "logscan",
                "report",
                "--config",
                "etc/day.toml",
                "--allow=ours=plain:etc/ours.txt",
                "--allow=etc/b.txt",
                "--html=etc/day.html",
                "--max-pairs=10",
                "--weak",
                "--",
                "etc/a.log",
                "/b.log"
            ]
        );
        assert_eq!(of("command = 'scan'\nformat = 'ecs'").unwrap()[1], "scan");
        // `from` is a file of hits for one command, and a time for the other.
        let job = "from = ['hits.jsonl', '-']\nhtml = 'day.html'";
        assert_eq!(of(job).unwrap()[2..], ["--from=etc/hits.jsonl", "--from=-", "--html=etc/day.html", "--"]);
        assert_eq!(of("command = 'scan'\nfrom = '2026-05-01'").unwrap()[4..], ["--from=2026-05-01", "--"]);
        let job = "command = 'scan'\nc = true\nj = 2\nm = 7\nf = 'c2.txt'
logs = ['-']";
        assert_eq!(of(job).unwrap()[4..], ["--count", "--feed=etc/c2.txt", "--threads=2", "-m7", "--", "-"]);
    }

    #[test]
    fn misspelled_keys_are_named() {
        for (job, why) in [
            ("hmtl = 'x'", "`hmtl` is not an option of `logscan report`"),
            ("command = 'rm'", "`command` must be \"report\" or \"scan\", not "),
            ("html = {}", "`html`: expected a text"),
            ("logs = [1]", "`logs` must be a list of strings"),
            ("logs = []", "`logs` is empty"),
            ("x = 1", "`x` is not an option of `logscan report`"),
        ] {
            assert!(of(job).unwrap_err().contains(why), "{job}: {:?}", of(job));
        }
    }
}
