//! `logscan check --explain`: how a log line is read, what of it matched, and why the rest did not.

use std::error::Error;
use std::io::{self, BufRead, Write};

use netsieve::event::{EventReader, Value as EventValue};
use netsieve::extract::{Context, ExtractOptions, Extractor, TokenKind};
use netsieve::render::{Escaped, Text};
use netsieve::{MatchOptions, Matcher, Sieve};
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::check;
use crate::cli::CheckArgs;
use crate::feeds;
use crate::say;

/// A place in a line that was read.
struct Place {
    text: String,
    start: usize,
    end: usize,
    kind: &'static str,
    context: Context,
    name_like: bool,
    port: Option<u16>,
}

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Box<dyn Error>> {
    let sieve = args.set.load()?;
    let mut explained = Explain {
        args,
        matcher: sieve.matcher(&feeds::options(&args.filter)?),
        sieve,
        reader: EventReader::new(&args.events.options(&args.set.feeds.config)?.unwrap_or_default()),
        extractor: Extractor::new(ExtractOptions::default()),
    };
    let mut out = io::stdout().lock();
    let mut outcome = Outcome::Nothing;
    let mut explain = |line: &[u8], out: &mut io::StdoutLock<'_>| -> Result<(), Box<dyn Error>> {
        if explained.line(line, out)? {
            outcome = Outcome::Found;
        }
        Ok(())
    };
    for value in &args.values {
        if value != "-" {
            explain(value.as_bytes(), &mut out)?;
            continue;
        }
        for line in io::stdin().lock().split(b'\n') {
            explain(&line?, &mut out)?;
            out.flush()?;
        }
    }
    Ok(outcome)
}

struct Explain<'a> {
    args: &'a CheckArgs,
    sieve: Sieve,
    matcher: Matcher,
    reader: EventReader,
    extractor: Extractor,
}

impl Explain<'_> {
    /// Says all that there is to say of a line; whether anything of it matched.
    fn line(&mut self, line: &[u8], out: &mut io::StdoutLock<'_>) -> Result<bool, Box<dyn Error>> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let places = self.places(line);
        let mut read = Vec::new();
        let mut is_found = false;
        for place in &places {
            let value = match place.port {
                Some(port) if place.text.contains(':') => format!("[{}]:{port}", place.text),
                Some(port) => format!("{}:{port}", place.text),
                None => place.text.clone(),
            };
            let matches = self.matcher.match_any(&value);
            let withheld = matches.withheld();
            let mut lines = Vec::new();
            for matched in matches.iter() {
                let mut shown = Vec::new();
                Text::new().matched(&mut shown, &matched);
                lines.push(String::from_utf8_lossy(&shown).into_owned());
            }
            let why = if lines.is_empty() {
                let mut why = check::why_not(self.args, &self.sieve, &value, withheld)?;
                if let Some(near) = near(&self.sieve, place) {
                    why = format!("{why}; {near}");
                }
                Some(why)
            } else if place.name_like && !self.args.filter.weak {
                Some("it looks like a file name or a version (see --weak)".to_owned())
            } else {
                is_found = true;
                None
            };
            read.push((place, lines, why));
        }
        let event = self.reader.read(line);
        if self.args.json {
            let mut normal = Map::new();
            for (name, value) in event.normal() {
                let value = match value {
                    EventValue::Number(number) => json!(number),
                    value => json!(value.to_string()),
                };
                normal.insert(name.to_string(), value);
            }
            let fields: Vec<Value> = event
                .fields()
                .map(|field| json!({"field": field.name(), "value": field.value(), "role": field.role().map(|role| role.as_str())}))
                .collect();
            let places: Vec<Value> = read
                .iter()
                .map(|(place, lines, why)| {
                    let field = event.field_at(place.start..place.end);
                    json!({
                        "text": place.text, "offset": place.start, "kind": place.kind, "context": place.context.as_str(),
                        "port": place.port, "name_like": place.name_like, "field": field.map(|field| field.name()),
                        "role": field.and_then(|field| field.role()).map(|role| role.as_str()),
                        "matches": lines, "why": why,
                    })
                })
                .collect();
            let mut object = json!({"layout": event.layout_name()});
            object["event"] = Value::Object(normal);
            object["fields"] = fields.into();
            object["places"] = places.into();
            say::json_line(out, &object)?;
            return Ok(is_found);
        }
        writeln!(out, "layout: {}", event.layout_name())?;
        match event.time() {
            Some(time) => {
                let zone = event.get(netsieve::event::EcsName::EventTimezone);
                let zone = zone.map(|zone| format!(" (zone assumed: {zone})")).unwrap_or_default();
                let year = if time.year_logged() { "" } else { " (year assumed)" };
                writeln!(out, "time: {time}{zone}{year}")?;
            }
            None => writeln!(out, "time: none")?,
        }
        if let Some(who) = event.who() {
            writeln!(out, "who: {}", Escaped::new(&who.to_string()))?;
        }
        writeln!(out, "fields:")?;
        for field in event.fields() {
            let role = field.role().map(|role| format!("  ({role})")).unwrap_or_default();
            writeln!(out, "  {} = {}{role}", Escaped::new(&field.name()), Escaped::new(&*field.value()))?;
        }
        writeln!(out, "read:")?;
        if read.is_empty() {
            writeln!(out, "  nothing that could be an address, a name or a URL")?;
        }
        for (place, lines, why) in &read {
            write!(out, "  {}:{} {}  {}", place.start + 1, place.end, Escaped::new(&place.text), place.kind)?;
            if let Some(port) = place.port {
                write!(out, ", port {port}")?;
            }
            if place.context != Context::Text {
                write!(out, ", {}", place.context.as_str())?;
            }
            if place.name_like {
                write!(out, ", name_like")?;
            }
            if let Some(field) = event.field_at(place.start..place.end) {
                write!(out, ", in {}", Escaped::new(&field.name()))?;
            }
            match why {
                Some(why) => writeln!(out, ": no match: {}", Escaped::new(why))?,
                None => writeln!(out)?,
            }
            for line in lines {
                writeln!(out, "    -> {line}")?;
            }
        }
        Ok(is_found)
    }

    /// Every place that is read, the first reading of each.
    fn places(&mut self, line: &[u8]) -> Vec<Place> {
        let mut places = Vec::new();
        self.extractor.extract(line, 0..line.len(), &mut |token| {
            if token.alternative {
                return;
            }
            let kind = match token.kind {
                TokenKind::Ip(_) => "address",
                TokenKind::Domain => "name",
                TokenKind::Url => "url",
                _ => return,
            };
            let text = match token.kind {
                TokenKind::Ip(ip) => ip.to_string(),
                _ => String::from_utf8_lossy(token.text).into_owned(),
            };
            places.push(Place {
                text,
                start: token.start,
                end: token.end,
                kind,
                context: token.context,
                name_like: token.name_like,
                port: token.port,
            });
        });
        places
    }
}

/// What is listed that is close to a value that matched nothing.
fn near(sieve: &Sieve, place: &Place) -> Option<String> {
    let mut matcher = sieve.matcher(&MatchOptions::default());
    let mut listed = |value: &str| -> Option<String> {
        matcher.match_any(value).iter().next().map(|matched| matched.indicator().to_string())
    };
    match place.kind {
        "url" => {
            let (start, query) =
                place.text.split_once('?').map_or((&*place.text, None), |(start, query)| (start, Some(query)));
            let other = match start.strip_suffix('/') {
                Some(without) => without.to_owned(),
                None => format!("{start}/"),
            };
            if let Some(indicator) = listed(&other) {
                return Some(format!("{indicator} is listed, whose path differs by the `/` at its end"));
            }
            if query.is_some()
                && let Some(indicator) = listed(start)
            {
                return Some(format!("{indicator} is listed, without this query"));
            }
            let host = place.text.split("://").last().unwrap_or(&place.text);
            let host = host.split(['/', '?', '#']).next().unwrap_or(host);
            let mut weak = MatchOptions::default();
            weak.host_only = true;
            let urls = sieve
                .matcher(&weak)
                .match_any(host)
                .iter()
                .filter(|found| found.indicator().kind() == netsieve::Kind::Url)
                .count();
            (urls > 0).then(|| format!("{urls} URLs with another path are listed on this host"))
        }
        _ if place.context == Context::Email => Some("it is the domain of a mail address".to_owned()),
        "address" => {
            let ip: std::net::IpAddr = place.text.parse().ok()?;
            let is_reserved = match ip {
                std::net::IpAddr::V4(ip) => {
                    ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_documentation()
                }
                std::net::IpAddr::V6(ip) => ip.is_loopback() || (ip.segments()[0] & 0xfe00) == 0xfc00,
            };
            is_reserved.then(|| {
                "it is private or reserved: feeds that list it are guarded against, unless a policy admits them"
                    .to_owned()
            })
        }
        _ => None,
    }
}
