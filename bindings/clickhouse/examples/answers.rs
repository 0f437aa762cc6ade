//! Answers rows one at a time, for the tests, which compare ClickHouse's answers with these: `answers SET match|scan ROWS`.
//!
//! ROWS is a file in the format of `bindings/shared/generate.py`. Each match is a line of fields separated by tabs: row, indicator, kind,
//! relation, strength and feeds; then, for a scan, observed bytes in hexadecimal, canonical form, context, line and offset.

use std::io::{BufWriter, Write, stdout};

use netsieve::{Hit, Match, Scanner, Sieve};

#[path = "../../shared/rows.rs"]
mod rows;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [set, function, path] = &args[..] else { return Err("usage: answers SET match|scan ROWS".into()) };
    let sieve = Sieve::open(set)?;
    let (mut matcher, mut scanner) = (sieve.matcher(), Scanner::new(&sieve));
    let is_scan = function == "scan";
    let mut out = BufWriter::new(stdout().lock());
    for (row, text) in rows::rows(&std::fs::read(path)?).into_iter().enumerate() {
        let Some(text) = text else { continue };
        let mut answers = Vec::new();
        if is_scan {
            let _ = scanner.scan(text.as_bytes(), |hit| {
                answers.extend(hit.matches().iter().map(|found| matched(&found) + &place(hit)));
            });
        } else {
            answers.extend(matcher.match_any(&text).iter().map(|found| matched(&found)));
        }
        for answer in answers {
            writeln!(out, "{row}\t{answer}")?;
        }
    }
    Ok(out.flush()?)
}

fn matched(found: &Match<'_>) -> String {
    let indicator = found.indicator();
    let mut feeds: Vec<&str> = found.sources().map(|source| source.feed().name.as_str()).collect();
    feeds.dedup();
    let (kind, relation, strength) = (indicator.kind().as_str(), found.relation().as_str(), found.strength().as_str());
    format!("{indicator}\t{kind}\t{relation}\t{strength}\t{}", feeds.join(","))
}

fn place(hit: &Hit<'_>) -> String {
    let observed: String = hit.observed().iter().map(|byte| format!("{byte:02x}")).collect();
    let (canonical, context, start) = (hit.canonical(), hit.context().as_str(), hit.span().start);
    format!("\t{observed}\t{canonical}\t{context}\t{}\t{start}", hit.line())
}
