//! The report as CSV and as JSON.

use std::io::{self, Write};

use jiff::Timestamp;
use netsieve::render::csv_field;
use serde_json::{Map, Value, json};

use super::Report;
use super::tally::Row;
use crate::say::json_line;
use crate::summary::counted;

/// The columns of a record.
const COLUMNS: [&str; 22] = [
    "indicator",
    "kind",
    "scope",
    "client",
    "user",
    "host",
    "count",
    "events",
    "first",
    "last",
    "undated",
    "logs",
    "roles",
    "outcomes",
    "strength",
    "feeds",
    "tags",
    "families",
    "confidence",
    "ids",
    "references",
    "notes",
];

fn shown(time: Option<Timestamp>) -> String {
    time.map_or(String::new(), |time| time.to_string())
}

impl Report {
    /// Writes the names of the columns, and a record for each row (RFC 4180). The parts of a list are separated by `; `.
    pub(super) fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{}\r\n", COLUMNS.join(","))?;
        for row in &self.rows {
            let (about, who, pair) = (self.about(row), row.who(), &row.pair);
            let mut files = self.files(row).join("; ");
            if pair.more_files > 0 {
                files.push_str(&format!("; and {} more", pair.more_files));
            }
            let strengths = self.tally.strengths(pair).join("; ");
            record(
                out,
                &[
                    &about.indicator,
                    &about.kind,
                    about.scope.as_deref().unwrap_or(""),
                    who.ip,
                    who.user,
                    who.host,
                    &pair.count.to_string(),
                    &pair.events.to_string(),
                    &shown(pair.first),
                    &shown(pair.last),
                    &pair.undated.to_string(),
                    &files,
                    &self.tally.roles(pair).join("; "),
                    &self.tally.outcomes(pair).join("; "),
                    &strengths,
                    &about.feeds().join("; "),
                    &about.tags().join("; "),
                    &about.families().join("; "),
                    &about.confidence().map_or(String::new(), |confidence| confidence.to_string()),
                    &about.ids().join("; "),
                    &about.references().join("; "),
                    &notes(row).join("; "),
                ],
            )?;
        }
        let others = &self.tally.others;
        if others.pairs > 0 {
            let mut fields = [""; COLUMNS.len()];
            let (count, events) = (others.count.to_string(), others.events.to_string());
            let note = format!("{} folded", counted(others.pairs, "pair"));
            (fields[0], fields[1], fields[6], fields[7], fields[21]) = ("(others)", "others", &count, &events, &note);
            record(out, &fields)?;
        }
        Ok(())
    }

    /// Writes the whole report as one object.
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = out;
        let (indicators, clients) = self.distinct();
        let totals = &self.tally.totals;
        let feeds: Vec<Value> = self
            .feeds()
            .into_iter()
            .map(|(feed, (count, indicators))| json!({"feed": feed, "count": count, "indicators": indicators.len()}))
            .collect();
        let unread: Vec<Value> =
            self.unread.iter().map(|unread| json!({"log": unread.name, "why": unread.why})).collect();
        let object = json!({
            "program": format!("netsieve {}", env!("CARGO_PKG_VERSION")),
            "logs": self.logs,
            "bytes": self.bytes,
            "broken_off": self.is_broken_off,
            "total": {
                "count": totals.count,
                "events": totals.lines,
                "pairs": self.rows.len(),
                "indicators": indicators,
                "clients": clients,
                "undated": totals.undated,
                "first": totals.first.map(|time| time.to_string()),
                "last": totals.last.map(|time| time.to_string()),
            },
            "others": {
                "pairs": self.tally.others.pairs,
                "count": self.tally.others.count,
                "events": self.tally.others.events,
            },
            "withheld": self.withheld.total(),
            "feeds": feeds,
            "unread": unread,
            "pairs": self.rows.iter().map(|row| self.row(row)).collect::<Vec<_>>(),
        });
        json_line(&mut out, &object)
    }

    fn row(&self, row: &Row) -> Value {
        let (about, who, pair) = (self.about(row), row.who(), &row.pair);
        let mut object = Map::new();
        object.insert("indicator".to_owned(), about.indicator.as_str().into());
        object.insert("kind".to_owned(), about.kind.as_str().into());
        if let Some(scope) = &about.scope {
            object.insert("scope".to_owned(), scope.as_str().into());
        }
        let mut known = Map::new();
        for (key, value) in [("ip", who.ip), ("user", who.user), ("host", who.host)] {
            if !value.is_empty() {
                known.insert(key.to_owned(), value.into());
            }
        }
        object.insert("who".to_owned(), known.into());
        object.insert("count".to_owned(), pair.count.into());
        object.insert("events".to_owned(), pair.events.into());
        for (key, time) in [("first", pair.first), ("last", pair.last)] {
            object.insert(key.to_owned(), time.map_or(Value::Null, |time| time.to_string().into()));
        }
        if pair.undated > 0 {
            object.insert("undated".to_owned(), pair.undated.into());
        }
        object.insert("files".to_owned(), self.files(row).into());
        if pair.more_files > 0 {
            object.insert("more_files".to_owned(), pair.more_files.into());
        }
        for (key, words) in [
            ("roles", self.tally.roles(pair)),
            ("outcomes", self.tally.outcomes(pair)),
            ("strengths", self.tally.strengths(pair)),
            ("feeds", about.feeds()),
            ("tags", about.tags()),
            ("families", about.families()),
            ("ids", about.ids()),
            ("references", about.references()),
            ("notes", notes(row)),
        ] {
            if !words.is_empty() {
                object.insert(key.to_owned(), words.into());
            }
        }
        if let Some(confidence) = about.confidence() {
            object.insert("confidence".to_owned(), confidence.into());
        }
        let samples: Vec<Value> = pair
            .samples
            .iter()
            .map(|sample| {
                let file = &self.files[sample.file as usize];
                json!({"file": file, "line": sample.line, "observed": sample.observed, "text": sample.text})
            })
            .collect();
        object.insert("samples".to_owned(), samples.into());
        object.into()
    }
}

/// Notes on a row that may not be exact.
pub(super) fn notes(row: &Row) -> Vec<&'static str> {
    let mut notes = Vec::new();
    if row.pair.is_at_least {
        notes.push("count may be too low: some hits were folded into others");
    }
    if row.pair.is_assumed {
        notes.push("year or zone of times assumed");
    }
    notes
}

fn record(out: &mut dyn Write, fields: &[&str]) -> io::Result<()> {
    let mut line = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            line.push(b',');
        }
        csv_field(&mut line, field);
    }
    line.extend_from_slice(b"\r\n");
    out.write_all(&line)
}
