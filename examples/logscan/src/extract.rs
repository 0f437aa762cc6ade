//! `logscan extract`: the observables of any file, without a feed.

use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use clap::Args;
use netsieve::extract::{ExtractOptions, Extractor, Token, TokenKind};
use netsieve::input::Lines;
use netsieve::render::Escaped;
use netsieve::value::{DomainName, EmailAddress, FileHash, Url};
use serde_json::json;

use crate::Outcome;
use crate::say::json_line;

const EXAMPLES: &str = "\
Examples:
  logscan extract report.txt                     each value once, one per line
  pdftotext -layout report.pdf - | logscan extract
  logscan extract --json mail.eml                each place: line, column, kind, as written
  logscan lint -f report=report:report.txt       the values that the report warns of: those that are defanged or listed

Exit codes: 0 something was found, 1 nothing was, 2 an error.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExtractArgs {
    /// Files, plain or compressed; `-`, or none: standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object per line, for each place of a value.
    #[arg(long)]
    json: bool,
    /// Include names that look like file names, and quads that look like versions.
    #[arg(long)]
    weak: bool,
    /// Do not undo defanging (`hxxp://`, `[.]`).
    #[arg(long)]
    no_refang: bool,
}

pub(crate) fn run(args: &ExtractArgs) -> Result<Outcome, Box<dyn Error>> {
    let mut options = ExtractOptions::default();
    (options.refang, options.hashes, options.emails) = (!args.no_refang, true, true);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut extract =
        Extract { args, extractor: Extractor::new(options), known: HashSet::new(), found: false, has_failed: false };
    let stdin = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin[..] } else { &args.files[..] };
    for file in files {
        let is_stdin = file.as_os_str() == "-";
        let name = if is_stdin { "(standard input)".into() } else { netsieve::shown_path(file) };
        let reader: io::Result<Box<dyn Read>> = if is_stdin {
            Ok(Box::new(io::stdin()))
        } else {
            File::open(file).map(|file| Box::new(file) as Box<dyn Read>)
        };
        let lines = reader
            .map_err(|error| error.to_string())
            .and_then(|reader| Lines::new(reader).map_err(|error| error.to_string()));
        match lines {
            Ok(lines) => extract.file(&name, lines, &mut out)?,
            Err(error) => extract.fails(&name, &error),
        }
    }
    out.flush()?;
    Ok(match (extract.has_failed, extract.found) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Nothing,
    })
}

struct Extract<'a> {
    args: &'a ExtractArgs,
    extractor: Extractor,
    /// The values written so far, to write each only once.
    known: HashSet<String>,
    found: bool,
    has_failed: bool,
}

impl Extract<'_> {
    fn fails(&mut self, name: &str, error: &str) {
        self.has_failed = true;
        say!("logscan: {}: {}", Escaped::new(name), Escaped::new(error));
    }

    fn file(&mut self, name: &str, mut lines: Lines<'_>, out: &mut impl Write) -> io::Result<()> {
        loop {
            let line = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.fails(name, &error.to_string());
                    return Ok(());
                }
            };
            if line.too_long {
                self.has_failed = true;
                say!(
                    "logscan: {}:{}: the line is too long and was not read to its end",
                    Escaped::new(name),
                    line.number
                );
            }
            let bytes = line.untrimmed.as_bytes();
            let Self { args, extractor, .. } = self;
            let mut places = Vec::new();
            extractor.extract(bytes, 0..bytes.len(), &mut |token| {
                if let Some((kind, value)) = canonical(token)
                    && (args.weak || !token.name_like)
                {
                    places.push((token.start, token.end, kind, value, token.context.as_str()));
                }
            });
            places.dedup_by(|next, before| (next.0, &next.3) == (before.0, &before.3));
            for (start, end, kind, value, context) in places {
                self.found = true;
                if self.args.json {
                    let observed = String::from_utf8_lossy(&bytes[start..end]);
                    let place = json!({
                        "file": name, "line": line.number, "column": start + 1,
                        "kind": kind, "value": value, "observed": observed, "context": context,
                    });
                    json_line(out, &place)?;
                } else if self.known.insert(value.clone()) {
                    writeln!(out, "{}", Escaped::new(&value))?;
                }
            }
        }
    }
}

/// Returns the kind and the canonical form of a token, if it is a value.
fn canonical(token: &Token<'_>) -> Option<(&'static str, String)> {
    let with_port = |value: String| match token.port {
        Some(port) if value.contains(':') => format!("[{value}]:{port}"),
        Some(port) => format!("{value}:{port}"),
        None => value,
    };
    Some(match token.kind {
        TokenKind::Ip(addr) => ("ip", with_port(addr.to_string())),
        TokenKind::Domain => ("domain", with_port(DomainName::parse(token.text).ok()?.as_str().to_owned())),
        TokenKind::Url => ("url", Url::parse(token.text).ok()?.to_string()),
        TokenKind::Hash => ("hash", FileHash::parse(token.text).ok()?.to_string()),
        TokenKind::Email => ("email", EmailAddress::parse(token.text).ok()?.to_string()),
        _ => return None,
    })
}
