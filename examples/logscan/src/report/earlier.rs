//! Reads the hits of earlier scans, which `scan --json` wrote.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use netsieve::input::Input;
use netsieve::render::Escaped;
use netsieve::sieve::Withheld;
use serde_json::Value;

use super::about::About;
use super::sighting::{Sighting, Who};
use super::tally::Tally;
use super::{Report, Unread};
use crate::cli::time;
use crate::summary::counted;

/// The number of lines to warn of that are not hits.
const SHOWN: u64 = 3;

/// The longest line that is read. `scan --json` shows at most 4 KiB of a log line, and writes no longer lines.
const MAX_LINE: u64 = 16 << 20;

/// Parses the path of a file of hits. Refuses a time, which `scan --from` takes.
pub(super) fn hits(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if time(text).is_ok() && !path.exists() {
        return Err("expects files that `scan --json` wrote, not a time; --not-before takes one".to_owned());
    }
    Ok(path)
}

/// Counts all hits in the files. Also returns true if every line could be read.
pub(super) fn read(paths: &[PathBuf], tally: Tally) -> Result<(Report, bool), Box<dyn Error>> {
    let mut reader =
        Earlier { tally, files: Vec::new(), by_name: HashMap::new(), ids: HashMap::new(), unread: Vec::new() };
    let mut bytes = 0;
    for path in paths {
        let name = netsieve::shown_path(path).into_owned();
        let file: Box<dyn Read> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(|error| format!("{name}: {error}"))?)
        };
        let input = Input::new(file).map_err(|error| format!("{name}: {error}"))?;
        bytes += reader.file(&name, BufReader::new(input)).map_err(|error| format!("{name}: {error}"))?;
    }
    let Earlier { tally, files, unread, .. } = reader;
    let is_whole = unread.is_empty();
    Ok((Report::new(tally, files, unread, Withheld::default(), (paths.len(), bytes)), is_whole))
}

struct Earlier {
    tally: Tally,
    /// The logs that the hits are in.
    files: Vec<String>,
    by_name: HashMap<String, u32>,
    /// The numbers of indicators, by kind, text and scope.
    ids: HashMap<(String, String, Option<String>), u32>,
    unread: Vec<Unread>,
}

impl Earlier {
    fn file(&mut self, name: &str, mut input: impl BufRead) -> io::Result<u64> {
        let (mut line, mut number, mut bad, mut bytes) = (Vec::new(), 0_u64, 0_u64, 0_u64);
        loop {
            line.clear();
            let read = input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            (number, bytes) = (number + 1, bytes + read as u64);
            if line.trim_ascii().is_empty() {
                continue;
            }
            if let Err(reason) = self.hit(&line) {
                bad += 1;
                if bad <= SHOWN {
                    say!("logscan: {}:{number}: not a hit: {}", Escaped::new(name), Escaped::new(&reason));
                }
            }
        }
        if bad > SHOWN {
            say!("logscan: {}: {} not read as a hit", Escaped::new(name), counted(bad - SHOWN, "more line"));
        }
        if bad > 0 {
            let why = format!("{bad} of {} not read: not a hit as `scan --json` writes it", counted(number, "line"));
            self.unread.push(Unread { name: name.to_owned(), why });
        }
        Ok(bytes)
    }

    fn hit(&mut self, line: &[u8]) -> Result<(), String> {
        let hit: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let about = About::read(&hit).ok_or("`kind` or `indicator` is missing")?;
        let file = hit["file"].as_str().ok_or("`file` is missing")?;
        let line = hit["line"].as_u64().ok_or("`line` is missing")?;
        let file = match self.by_name.get(file) {
            Some(&file) => file,
            None => {
                let number = u32::try_from(self.files.len()).map_err(|_| "too many logs")?;
                self.files.push(file.to_owned());
                self.by_name.insert(file.to_owned(), number);
                number
            }
        };
        let key = (about.kind.clone(), about.indicator.clone(), about.scope.clone());
        let next = u32::try_from(self.ids.len()).map_err(|_| "too many indicators")?;
        let indicator = *self.ids.entry(key).or_insert(next);
        match self.tally.abouts.get_mut(&indicator) {
            Some(known) => known.unite(about),
            None => _ = self.tally.abouts.insert(indicator, about),
        }
        let event = &hit["event"];
        let text = |names: &[&str]| names.iter().find_map(|name| event[*name].as_str()).unwrap_or("");
        let status = event["http.response.status_code"].as_u64().map_or(String::new(), |status| status.to_string());
        let outcome: String = match text(&["event.outcome", "event.action"]) {
            "" => status,
            outcome => outcome.chars().take(40).collect(),
        };
        let sighting = Sighting {
            indicator,
            about: &[],
            time: event["@timestamp"].as_str().and_then(|time| time.parse().ok()),
            is_assumed: event.get("assumed").is_some() || event.get("event.timezone").is_some(),
            line,
            offset: hit["offset"].as_u64().unwrap_or(0),
            who: Who {
                ip: text(&["client.ip", "source.ip"]),
                user: text(&["user.name"]),
                host: text(&["source.domain", "host.name"]),
            },
            role: text(&["role", "field"]),
            outcome: &outcome,
            strength: hit["strength"].as_str().unwrap_or(""),
            observed: hit["observed"].as_str().unwrap_or(""),
            text: hit["text"].as_str().map_or("", |text| cut(text)),
        };
        self.tally.add(file, &sighting);
        Ok(())
    }
}

/// The first few hundred bytes.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(240);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
