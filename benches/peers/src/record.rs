//! The measurements: stored as JSON and CSV, and printed as they arrive.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::measure::{Outcome, Spread};

/// One row of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The work, and its amount.
    pub work: String,
    pub who: String,
    /// The things per second, and their unit: `bytes` or `lookups`.
    pub rate: f64,
    pub unit: String,
    /// The ratio of this contender's time to netsieve's, in the same rounds: quartiles and median.
    pub ratio: Option<Spread>,
    /// The number of expected lines (or lookups), with those that were missed and those found in error.
    pub answers: Option<Answers>,
    /// The position of the row in a plot: indicators, hits per thousand, or threads.
    pub x: Option<f64>,
    pub note: String,
}

/// The accuracy of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    pub expected: u64,
    pub missed: u64,
    pub false_hits: u64,
}

/// A lookup function with its name.
pub type Lookup<'l, T> = (&'static str, Box<dyn FnMut(T) -> bool + 'l>);

#[derive(Debug)]
pub struct Record {
    group: String,
    value: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
}

fn spread(value: &Value) -> Option<Spread> {
    let at = |key| value.get(key).and_then(Value::as_f64);
    Some(Spread { low: at("low")?, median: at("median")?, high: at("high")? })
}

fn command(program: &str, args: &[&str]) -> String {
    let output = std::process::Command::new(program).args(args).output();
    output.map_or_else(|_| "unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The machine on which the numbers were measured.
fn machine() -> Value {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = cpu.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(':').nth(1)).unwrap_or("unknown").trim().to_owned()
    };
    let engines: Vec<&str> = netsieve::Engine::available().into_iter().map(netsieve::Engine::as_str).collect();
    json!({
        "cpu": format!("{} (family {}, model {})", field("model name"), field("cpu family"), field("model")),
        "threads": std::thread::available_parallelism().map_or(0, usize::from),
        "rustc": command("rustc", &["--version"]),
        "commit": command("git", &["rev-parse", "--short", "HEAD"]),
        "engines": engines,
    })
}

impl Record {
    pub fn load() -> Self {
        let text = std::fs::read_to_string(folder().join("results.json")).unwrap_or_default();
        let value = serde_json::from_str(&text).unwrap_or_else(|_| json!({ "groups": {} }));
        Self { group: String::new(), value }
    }

    /// Discards a group's recorded rows and starts it afresh.
    pub fn start(&mut self, group: &str) {
        group.clone_into(&mut self.group);
        self.value["groups"][group] = json!({ "machine": machine(), "rows": [] });
        println!("\n== {group}");
    }

    pub fn row(&mut self, row: &Row) {
        let answers = row.answers.map_or(String::new(), |answers| {
            format!("  missed {}, false {} of {}", answers.missed, answers.false_hits, answers.expected)
        });
        let ratio = row
            .ratio
            .map_or(String::new(), |ratio| format!("  x{:.2} ({:.2}-{:.2})", ratio.median, ratio.low, ratio.high));
        println!("{:<44} {:<34} {:>12}{ratio}{answers}  {}", row.work, row.who, rate(row.rate, &row.unit), row.note);
        let value = json!({
            "work": row.work,
            "who": row.who,
            "rate": row.rate,
            "unit": row.unit,
            "ratio": row.ratio.map(|ratio| json!({ "low": ratio.low, "median": ratio.median, "high": ratio.high })),
            "answers": row.answers.map(|answers| {
                json!({ "expected": answers.expected, "missed": answers.missed, "false": answers.false_hits })
            }),
            "x": row.x,
            "note": row.note,
        });
        self.value["groups"][&self.group]["rows"].as_array_mut().expect("rows").push(value);
    }

    /// Adds rows for contenders that ran side by side. The first is netsieve, and each run does `things` things.
    pub fn rows(&mut self, work: &str, unit: &str, things: u64, outcomes: &[Outcome], add: impl Fn(&str, &mut Row)) {
        for (at, outcome) in outcomes.iter().enumerate() {
            let mut row = Row {
                work: work.to_owned(),
                who: outcome.name.clone(),
                rate: things as f64 / outcome.seconds().median,
                unit: unit.to_owned(),
                ratio: (at > 0).then(|| outcomes[0].times_faster_than(outcome)),
                ..Row::default()
            };
            add(&outcome.name, &mut row);
            self.row(&row);
        }
    }

    /// The rows of a group, in the order of recording.
    pub fn of(&self, group: &str) -> Vec<Row> {
        let rows = self.value["groups"][group]["rows"].as_array().cloned().unwrap_or_default();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let row = |row: &Value| Row {
            work: text(row, "work"),
            who: text(row, "who"),
            rate: row["rate"].as_f64().unwrap_or_default(),
            unit: text(row, "unit"),
            ratio: spread(&row["ratio"]),
            answers: row["answers"].as_object().map(|answers| Answers {
                expected: answers["expected"].as_u64().unwrap_or_default(),
                missed: answers["missed"].as_u64().unwrap_or_default(),
                false_hits: answers["false"].as_u64().unwrap_or_default(),
            }),
            x: row["x"].as_f64(),
            note: text(row, "note"),
        };
        rows.iter().map(row).collect()
    }

    /// The machine on which a group was measured.
    pub fn machine(&self, group: &str) -> &Value {
        &self.value["groups"][group]["machine"]
    }

    pub fn save(&self) {
        let folder = folder();
        std::fs::create_dir_all(&folder).expect("a folder");
        let text = serde_json::to_string_pretty(&self.value).expect("JSON");
        std::fs::write(folder.join("results.json"), text + "\n").expect("a file");
        let mut csv =
            String::from("group,work,who,rate,unit,ratio_low,ratio_median,ratio_high,expected,missed,false,x,note\n");
        let groups = self.value["groups"].as_object().expect("groups");
        for group in groups.keys() {
            for row in self.of(group) {
                let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
                let ratio = row.ratio.map_or(",,".into(), |r| format!("{:.3},{:.3},{:.3}", r.low, r.median, r.high));
                let answers =
                    row.answers.map_or(",,".into(), |a| format!("{},{},{}", a.expected, a.missed, a.false_hits));
                let x = row.x.map_or(String::new(), |x| x.to_string());
                let [work, who, note] = [&row.work, &row.who, &row.note].map(|text| quoted(text));
                csv += &format!("{group},{work},{who},{:.0},{},{ratio},{answers},{x},{note}\n", row.rate, row.unit);
            }
        }
        std::fs::write(folder.join("results.csv"), csv).expect("a file");
    }
}

/// A readable rate: 1,234 MB/s, 56.7 M/s.
pub fn rate(rate: f64, unit: &str) -> String {
    match unit {
        "bytes" if rate >= 1e9 => format!("{:.2} GB/s", rate / 1e9),
        "bytes" => format!("{:.0} MB/s", rate / 1e6),
        _ if rate >= 1e7 => format!("{:.0} M/s", rate / 1e6),
        _ => format!("{:.2} M/s", rate / 1e6),
    }
}
