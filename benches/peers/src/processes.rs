//! Whole processes over one labelled log in a file: start, loading the list, scanning, and printing the hits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use netsieve::{Indicator, Kind, Scope};

use crate::common::labelled::{Labelled, Recipe, Size};
use crate::common::measure::{Contender, interleaved};
use crate::judge::{judge, lines, literals};
use crate::record::{Answers, Record};

/// The path of a tool, if it is installed: where `install` puts it, or on the search path.
fn tool(name: &str) -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = package.join("target/tools/bin").join(name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::iter::once(own).chain(std::env::split_paths(&path).map(|folder| folder.join(name)));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        println!("{name} is left out: it is not installed (see benches/peers/install)");
    }
    found
}

fn logscan() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let path = target.join("release/logscan");
    if !path.is_file() {
        println!("logscan is left out: it is not built (see benches/peers/install)");
        return None;
    }
    Some(path)
}

fn write(folder: &Path, name: &str, lines: impl Iterator<Item = String>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, lines.map(|line| line + "\n").collect::<String>()).expect("a file");
    path
}

/// The output of a command. Exit codes 0 and 1 only tell whether something was found.
fn output(command: &mut Command) -> Vec<u8> {
    let output = command.stdin(Stdio::null()).output().expect("a process");
    let is_well = output.status.code().is_some_and(|code| code < 2);
    assert!(is_well, "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The line numbers in the output of a tool that prints matching lines unchanged and in order.
fn numbers(text: &[u8], printed: &[u8]) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let mut lines = text.split(|&b| b == b'\n').zip(1..);
    for printed in printed.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let at = lines.find(|(line, _)| *line == printed);
        found.insert(at.expect("a line of the log").1);
    }
    found
}

/// The value of the key `line` in each JSON object.
fn json_lines(printed: &[u8]) -> BTreeSet<u64> {
    let line = |object: &[u8]| serde_json::from_slice::<serde_json::Value>(object).ok()?["line"].as_u64();
    printed.split(|&b| b == b'\n').filter_map(line).collect()
}

/// Writes feeds in formats that fit the scope of each name.
fn feeds(folder: &Path, labelled: &Labelled) -> [String; 3] {
    let all = &labelled.feeds[0];
    let scope = |scope| {
        all.iter().filter(move |indicator| indicator.kind() == Kind::Domain && indicator.scope() == Some(scope))
    };
    let is_other =
        |indicator: &&Indicator| indicator.kind() != Kind::Domain || indicator.scope() == Some(Scope::Suffix);
    let paths = [
        write(folder, "plain.txt", all.iter().filter(is_other).map(ToString::to_string)),
        write(folder, "exact.hosts", scope(Scope::Exact).map(|name| format!("0.0.0.0 {name}"))),
        write(
            folder,
            "beneath.rpz",
            ["$TTL 300".to_owned(), "@ SOA ns.example. a.example. (1 2 3 4 5)".into(), " NS ns.example.".into()]
                .into_iter()
                .chain(scope(Scope::Subdomains).map(|name| format!("*.{name} CNAME ."))),
        ),
    ];
    let formats = ["plain", "hosts", "rpz"];
    std::array::from_fn(|at| format!("{0}={0}:{1}", formats[at], paths[at].display()))
}

pub fn run(record: &mut Record) {
    let recipe = Recipe { lines: 240_000, rate: 50, size: Size { many: 6_000, few: 550 }, patterns: false };
    let labelled = Labelled::new(recipe);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let log = folder.join("log");
    std::fs::write(&log, &labelled.text).expect("a file");
    let all = lines(&labelled, |_| true);
    let ids: std::collections::HashSet<String> =
        labelled.feeds[0].iter().filter(|indicator| indicator.kind() == Kind::Ip).map(ToString::to_string).collect();
    let addresses = lines(&labelled, |sighting| sighting.found.iter().any(|(indicator, ..)| ids.contains(indicator)));

    /// A name, its command, and the accuracy of its answers, or the reason for not judging them.
    type Run = (String, Command, Result<Answers, String>);
    let mut runs: Vec<Run> = Vec::new();
    if let Some(path) = logscan() {
        let mut command = Command::new(path);
        command.args(["scan", "--json", "-j1"]);
        for feed in feeds(folder, &labelled) {
            command.arg("-f").arg(feed);
        }
        command.arg(&log);
        let answers = judge(&all, &json_lines(&output(&mut command)));
        runs.push(("netsieve, logscan".into(), command, Ok(answers)));
    }
    if let Some(path) = tool("matchy") {
        let keys = write(folder, "keys", crate::scan::matchy_keys(&labelled).into_iter());
        let database = folder.join("keys.mxy");
        let made =
            Command::new(&path).args(["build", "-i", "-o"]).args([&database, &keys]).output().expect("a process");
        assert!(made.status.success(), "matchy build");
        let mut command = Command::new(path);
        command.args(["match", "-j1"]).args([&database, &log]);
        // It prints no line numbers. Its accuracy is judged in memory; this only counts the matches it prints.
        let printed = memchr::memchr_iter(b'\n', &output(&mut command)).count();
        runs.push(("matchy 2.0 match".into(), command, Err(format!("prints {printed} matches and no lines"))));
    }
    let list = write(folder, "literals", literals(&labelled).into_iter());
    for (name, program, args) in
        [("ripgrep 15 -F -f", "rg", &["-F", "-N", "--no-filename"][..]), ("GNU grep -F -f", "grep", &["-F"][..])]
    {
        let Some(path) = tool(program) else { continue };
        let mut command = Command::new(path);
        command.env("LC_ALL", "C").args(args).arg("-a").arg("-f").args([&list, &log]);
        let answers = judge(&all, &numbers(&labelled.text, &output(&mut command)));
        runs.push((name.into(), command, Ok(answers)));
    }
    if let Some(path) = tool("grepcidr") {
        // Ranges are written without blanks around the hyphen, as it expects.
        let is_ip = labelled.feeds[0].iter().filter(|indicator| indicator.kind() == Kind::Ip);
        let text = |indicator: &Indicator| match indicator {
            Indicator::Ip { net, .. } => net.to_string(),
            other => other.to_string(),
        };
        let list = write(folder, "addresses", is_ip.map(text));
        let mut command = Command::new(path);
        command.arg("-f").args([&list, &log]);
        let answers = judge(&addresses, &numbers(&labelled.text, &output(&mut command)));
        runs.push(("grepcidr 2, addresses only".into(), command, Ok(answers)));
    }
    let answers: Vec<(String, Result<Answers, String>)> =
        runs.iter().map(|(name, _, answers)| (name.clone(), answers.clone())).collect();
    let contenders = runs
        .into_iter()
        .map(|(name, mut command, _)| Contender::new(name, move || output(&mut command).len() as u64))
        .collect();
    let outcomes = interleaved(contenders, crate::rounds().min(5), 0.0, crate::clock::children);
    let what = format!(
        "{} indicators, labelled log of {:.0} MB",
        crate::tables::count(labelled.feeds[0].len()),
        labelled.text.len() as f64 / 1e6
    );
    record.rows(&what, "bytes", labelled.text.len() as u64, &outcomes, |who, row| {
        match answers.iter().find(|(name, _)| name == who).map(|(_, answers)| answers) {
            Some(Ok(answers)) => row.answers = Some(*answers),
            Some(Err(why)) => row.note.clone_from(why),
            None => {}
        }
    });
}
