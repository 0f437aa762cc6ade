//! `logscan check`.

use std::error::Error;
use std::io::{self, Write};

use netsieve::render::{Escaped, JsonLines, Text};
use netsieve::sieve::Withheld;
use netsieve::value::refang::refang;
use netsieve::{MatchOptions, Matcher, Sieve, Strength};
use serde_json::{Value, json};

use crate::Outcome;
use crate::cli::{AsOf, CheckArgs};
use crate::explain;
use crate::feeds;
use crate::say::json_line;

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Box<dyn Error>> {
    if args.explain {
        return explain::run(args);
    }
    let sieve = args.set.load()?;
    let mut matcher = sieve.matcher(&feeds::options(&args.filter)?);
    let mut out = io::stdout().lock();
    let mut outcome = Outcome::Nothing;
    for listed in &args.values {
        let value = &*refang(listed);
        let read = matcher.classify(value).and_then(|kind| Ok((kind, matcher.canonical(value)?)));
        let (kind, canonical) = match read {
            Ok(read) => read,
            Err(reason) => {
                if args.json {
                    json_line(&mut out, &json!({"value": listed, "matches": [], "why": reason.to_string()}))?;
                } else {
                    writeln!(out, "{}: no match: {reason}", Escaped::new(listed))?;
                }
                continue;
            }
        };
        let matches = matcher.match_any(value);
        let is_empty = matches.is_empty();
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for matched in matches.iter() {
            let mut line = Vec::new();
            if args.json {
                JsonLines::new().matched(&mut line, &matched);
            } else {
                Text::new().matched(&mut line, &matched);
            }
            lines.push(line);
        }
        let withheld = matches.withheld();
        let why = if is_empty { Some(why_not(args, &sieve, value, withheld)?) } else { None };
        if !is_empty {
            outcome = Outcome::Found;
        }
        if args.json {
            let matches: Vec<Value> =
                lines.iter().map(|line| serde_json::from_slice(line)).collect::<Result<_, _>>()?;
            let mut object =
                json!({"value": listed, "kind": kind.as_str(), "canonical": canonical, "matches": matches});
            if let Some(why) = why {
                object["why"] = why.into();
            }
            json_line(&mut out, &object)?;
            continue;
        }
        write!(out, "{}: {kind}", Escaped::new(listed))?;
        if canonical != *listed {
            write!(out, " = {}", Escaped::new(&canonical))?;
        }
        match why {
            Some(why) => writeln!(out, ": no match: {}", Escaped::new(&why))?,
            None => writeln!(out)?,
        }
        for line in lines {
            out.write_all(b"  -> ")?;
            out.write_all(&line)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(outcome)
}

/// Why nothing is reported for a value that is one.
pub(crate) fn why_not(
    args: &CheckArgs,
    sieve: &Sieve,
    value: &str,
    withheld: Withheld,
) -> Result<String, Box<dyn Error>> {
    let mut reasons = Vec::new();
    if withheld.allowed > 0 {
        let mut options = MatchOptions::default();
        options.filter.as_of = args.filter.as_of.and_then(AsOf::time);
        let entries = entries(&mut feeds::allowed(sieve)?.matcher(&options), value);
        reasons.push(format!("{} suppressed by what is allowed: {}", withheld.allowed, entries.join(", ")));
    }
    for (count, why) in [
        (withheld.filtered, "without an entry that passes --min-confidence and --as-of"),
        (withheld.host_only, "of URLs of which only the host was given (see --weak)"),
        (withheld.name_like, "that look like a file name (see --weak)"),
    ] {
        if count > 0 {
            reasons.push(format!("{count} {why}"));
        }
    }
    if reasons.is_empty() {
        reasons.push("no indicator covers it".to_owned());
        // Perhaps the port is another one.
        let host =
            value.split_once("://").map_or(value, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or(value);
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let host = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(host, _)| host);
        let mut matcher = sieve.matcher(&MatchOptions::default());
        let others: Vec<String> = matcher
            .match_any(host)
            .iter()
            .filter(|found| found.strength() == Strength::PortUnseen)
            .map(|found| found.indicator().to_string())
            .collect();
        if !others.is_empty() {
            reasons.push(format!("with other ports are listed: {}", others.join(", ")));
        }
    }
    Ok(reasons.join("; "))
}

/// What covers a value, each with its feeds and lines.
fn entries(matcher: &mut Matcher, value: &str) -> Vec<String> {
    let entry = |found: netsieve::Match<'_>| {
        let sources: Vec<String> = found.sources().map(|source| format!("{source:?}")).collect();
        format!("{} ({})", found.indicator(), sources.join(", "))
    };
    matcher.match_any(value).iter().map(entry).collect()
}
