//! `logscan check`.

use std::error::Error;
use std::io::{self, Write};

use netsieve::render::{Escaped, Text};

use crate::Outcome;
use crate::cli::CheckArgs;
use crate::feeds;

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Box<dyn Error>> {
    let sieve = feeds::load_with_warnings(&args.feeds)?;
    let mut matcher = sieve.matcher(&feeds::options(&args.filter));
    let text = Text::new();
    let mut out = io::stdout().lock();
    let mut outcome = Outcome::Nothing;
    for value in &args.values {
        let read = matcher.classify(value).and_then(|kind| Ok((kind, matcher.canonical(value)?)));
        let (kind, canonical) = match read {
            Ok(read) => read,
            Err(reason) => {
                writeln!(out, "{}: no match: {reason}", Escaped::new(value))?;
                continue;
            }
        };
        write!(out, "{}: {kind}", Escaped::new(value))?;
        if canonical != *value {
            write!(out, " = {}", Escaped::new(&canonical))?;
        }
        let matches = matcher.match_any(value);
        if matches.is_empty() {
            let withheld = matches.withheld();
            let reasons: Vec<String> = [
                ("suppressed by allow entries", withheld.allowed),
                ("without an entry that passes the filter", withheld.filtered),
                ("of URLs of which only the host was given (see --weak)", withheld.host_only),
                ("that look like a file name (see --weak)", withheld.name_like),
            ]
            .into_iter()
            .filter(|&(_, count)| count > 0)
            .map(|(why, count)| format!("{count} {why}"))
            .collect();
            let why = if reasons.is_empty() { "no indicator covers it".to_owned() } else { reasons.join(", ") };
            writeln!(out, ": no match: {why}")?;
            continue;
        }
        outcome = Outcome::Found;
        writeln!(out)?;
        let mut line = Vec::new();
        for matched in matches.iter() {
            line.clear();
            line.extend_from_slice(b"  -> ");
            text.matched(&mut line, &matched);
            line.push(b'\n');
            out.write_all(&line)?;
        }
    }
    Ok(outcome)
}
