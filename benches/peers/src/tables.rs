//! The tables of `BENCHMARKS.md`, generated from the recorded results: the text between two markers is replaced.

use std::fmt::Write;
use std::path::Path;

use crate::record::{Record, Row, rate};

/// A count with separators: 200,000.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// One table for each kind of work in a group.
fn compared(rows: &[Row], what: &str) -> String {
    let mut out = String::new();
    let mut work = "";
    let has_answers = rows.iter().any(|row| row.answers.is_some());
    for row in rows {
        if row.work != work {
            work = &row.work;
            let _ = write!(out, "\n**{work}**\n\n| who | speed | netsieve is faster by |");
            out += if has_answers { " missed | false |\n|---|--:|--:|--:|--:|\n" } else { "\n|---|--:|--:|\n" };
        }
        let ratio =
            row.ratio.map_or("–".into(), |ratio| format!("{:.2} ({:.2}–{:.2})", ratio.median, ratio.low, ratio.high));
        let _ = write!(out, "| {} | {} | {ratio} |", row.who, rate(row.rate, &row.unit));
        if has_answers {
            match row.answers {
                Some(answers) => {
                    let _ = write!(
                        out,
                        " {} of {} | {} |",
                        count(answers.missed as usize),
                        count(answers.expected as usize),
                        count(answers.false_hits as usize)
                    );
                }
                None => {
                    let note = if row.note.is_empty() { "–" } else { &row.note };
                    let _ = write!(out, " {note} | |");
                }
            }
        }
        out.push('\n');
    }
    if out.is_empty() {
        let _ = write!(out, "\nNo {what} recorded.\n");
    }
    out
}

/// One table with a row for each x and a column for each series.
fn scaled(rows: &[Row], work: &str, x: &str) -> String {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.work == work).collect();
    let mut series: Vec<&str> = Vec::new();
    let mut xs: Vec<f64> = Vec::new();
    for row in &rows {
        if !series.contains(&row.who.as_str()) {
            series.push(&row.who);
        }
        if let Some(x) = row.x.filter(|x| !xs.contains(x)) {
            xs.push(x);
        }
    }
    let mut out = format!("\n| {x} |");
    for name in &series {
        let _ = write!(out, " {name} |");
    }
    let _ = writeln!(out, "\n|--:|{}", "--:|".repeat(series.len()));
    for x in xs {
        let _ = write!(out, "| {} |", count(x as usize));
        for name in &series {
            let row = rows.iter().find(|row| row.x == Some(x) && row.who == *name);
            let _ = write!(out, " {} |", row.map_or(String::new(), |row| rate(row.rate, &row.unit)));
        }
        out.push('\n');
    }
    out
}

fn listed(rows: &[Row], work: &str) -> String {
    let mut out = String::from("\n| which | speed |\n|---|--:|\n");
    for row in rows.iter().filter(|row| row.work == work) {
        let _ = writeln!(out, "| {} | {} |", row.who, rate(row.rate, &row.unit));
    }
    out
}

fn machine(record: &Record, group: &str) -> String {
    let machine = record.machine(group);
    let text = |key: &str| machine[key].as_str().unwrap_or("unknown").to_owned();
    format!(
        "\n{}, {} threads; {}; commit {}.\n",
        text("cpu"),
        machine["threads"].as_u64().unwrap_or_default(),
        text("rustc"),
        text("commit")
    )
}

/// The unit of a benchmark in `benches/track`, and the number of units in it. `None` for what does not count instructions.
fn things(name: &str) -> Option<(&'static str, f64)> {
    Some(match name.split('/').next().unwrap_or_default() {
        "scan" => ("byte", f64::from(1 << 20)),
        "extract" => ("byte", f64::from(256 << 10)),
        "build" | "read" | "save" | "open" => ("indicator", 20_000.0),
        "mix" if !name.starts_with("mix/places_") && !name.starts_with("mix/words_") => ("byte", 4e6),
        "mix" => return None,
        _ => ("lookup", 4096.0),
    })
}

/// The instruction counts in `benches/floors.toml`, per unit.
fn counts() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../floors.toml");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let section = text.split("[instructions]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
    let mut out = String::from("\n| path | instructions |\n|---|--:|\n");
    for line in section.lines() {
        let Some((name, count)) = line.split_once(" = ") else { continue };
        let (name, Ok(count)) = (name.trim_matches('"'), count.parse::<f64>()) else { continue };
        let Some((thing, number)) = things(name) else { continue };
        let each = count / number;
        let digits = usize::from(each < 100.0);
        let _ = writeln!(out, "| {name} | {each:.digits$} per {thing} |");
    }
    out
}

/// Replaces the parts of `BENCHMARKS.md` between `<!-- name -->` and `<!-- /name -->`.
pub fn write(record: &Record) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../BENCHMARKS.md");
    let Ok(mut text) = std::fs::read_to_string(&path) else {
        println!("no BENCHMARKS.md");
        return;
    };
    let scaling = record.of("scaling");
    let mut parts = vec![
        ("machine".to_owned(), machine(record, "scan")),
        ("scaling-addresses".into(), scaled(&scaling, "addresses", "hosts")),
        ("scaling-names".into(), scaled(&scaling, "names", "names")),
        ("scaling-scan".into(), scaled(&scaling, "scan", "indicators")),
        ("threads".into(), listed(&scaling, "threads")),
        ("engines".into(), listed(&scaling, "engines")),
        ("counts".into(), counts()),
    ];
    for group in ["addresses", "lookups", "names", "urls", "sources", "scan", "exact", "processes"] {
        parts.push((group.to_owned(), compared(&record.of(group), group)));
    }
    for (name, part) in parts {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let Some(from) = text.find(&start).map(|at| at + start.len()) else {
            println!("BENCHMARKS.md has no markers for {name}");
            continue;
        };
        let Some(to) = text[from..].find(&end).map(|at| from + at) else { continue };
        text.replace_range(from..to, &format!("{part}\n"));
    }
    std::fs::write(path, text).expect("a file");
}
