//! `logscan check --explain`: explains how a log line is read, what matched in it, and why the rest did not.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::net::IpAddr;
use std::ops::{ControlFlow, Range};

use netsieve::event::{EcsName, Event, EventReader, Value as EventValue, records};
use netsieve::extract::{Context, ExtractOptions, Extractor, TokenKind};
use netsieve::render::{Escaped, Text};
use netsieve::scan::{Tail, Validity};
use netsieve::sieve::FeedReport;
use netsieve::{Kind, MatchOptions, Matcher, ScanOptions, Scanner, Sieve, Strength};
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::check;
use crate::cli::{AsOf, CheckArgs};
use crate::feeds;
use crate::say;
use crate::summary::counted;

/// A place in a line, with its matches, or the reason why there are none.
struct Place {
    text: String,
    span: Range<usize>,
    kind: &'static str,
    context: Context,
    name_like: bool,
    port: Option<u16>,
    /// One line of text for each match.
    matches: Vec<String>,
    why: Option<String>,
}

/// One record of a line that is a list of them.
struct Record {
    number: usize,
    of: usize,
    span: Range<usize>,
}

/// The place in the line where an event begins.
fn start_of(record: Option<&Record>) -> usize {
    record.map_or(0, |record| record.span.start)
}

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Box<dyn Error>> {
    let (sieve, reports) = args.set.load_reported()?;
    let mut options = ScanOptions::default();
    options.matching = feeds::options(&args.filter)?;
    options.engine = options.matching.engine;
    options.events = args.events.options(&args.set.feeds.config)?;
    if args.filter.as_of == Some(AsOf::Event) {
        options.validity = Validity::AtEvent;
    }
    let mut extract = ExtractOptions::default();
    (extract.hashes, extract.emails) = (true, true);
    let mut explained = Explain {
        args,
        matcher: sieve.matcher_with(&options.matching),
        scanner: Scanner::with_options(&sieve, &options),
        tail: Tail::new(),
        reader: EventReader::with_options(&options.events.unwrap_or_default()),
        extractor: Extractor::new(extract),
        sieve,
        reports,
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
    /// The reports on the feeds, which name refused values.
    reports: Vec<FeedReport>,
    matcher: Matcher,
    /// Finds the hits that a scan would find.
    scanner: Scanner,
    tail: Tail,
    reader: EventReader,
    extractor: Extractor,
}

impl Explain<'_> {
    /// Explains a line, record by record if it is a list of them, as a scan reads it. Returns true if anything in it matched.
    fn line(&mut self, line: &[u8], out: &mut io::StdoutLock<'_>) -> Result<bool, Box<dyn Error>> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (mut found, mut places) = (self.found(line)?, self.read(line));
        let is_found = !found.is_empty();
        let records = records(line);
        if records.is_empty() {
            self.part(line, None, places, found, out)?;
            return Ok(is_found);
        }
        let of = records.len();
        for (at, span) in records.into_iter().enumerate() {
            let is_within = |place: &mut Place| span.contains(&place.span.start);
            let places = places.extract_if(.., is_within).collect();
            let found = found.extract_if(.., is_within).collect();
            self.part(line, Some(Record { number: at + 1, of, span: span.clone() }), places, found, out)?;
        }
        // Around the records.
        if !places.is_empty() || !found.is_empty() {
            self.part(line, None, places, found, out)?;
        }
        Ok(is_found)
    }

    /// Explains a line or a record of it, with the places that were read in it and the hits that a scan found there.
    fn part(
        &mut self,
        line: &[u8],
        record: Option<Record>,
        mut places: Vec<Place>,
        mut found: Vec<Place>,
        out: &mut io::StdoutLock<'_>,
    ) -> Result<(), Box<dyn Error>> {
        let span = record.as_ref().map_or(0..line.len(), |record| record.span.clone());
        // The spans of an event count from its start.
        for place in places.iter_mut().chain(&mut found) {
            place.span = place.span.start - span.start..place.span.end - span.start;
        }
        let Self { args, sieve, reports, matcher, reader, .. } = self;
        let event = reader.read(&line[span]);
        for place in &mut places {
            let is_same = |hit: &Place| hit.span == place.span && hit.context == place.context;
            if let Some(at) = found.iter().position(is_same) {
                place.matches = found.remove(at).matches;
            } else {
                place.why = Some(why(args, sieve, reports, matcher, &event, place)?);
            }
        }
        // The remaining hits are URLs whose host and path are in two fields, or URLs that end elsewhere.
        let is_joined = found.iter().any(|place| place.kind == "url");
        places.extend(found);
        if !is_joined && let Some(place) = joined_near(sieve, &event) {
            places.push(place);
        }
        places.sort_by_key(|place| place.span.start);
        if args.json {
            write_json(&event, record.as_ref(), &places, out)
        } else {
            write_text(&event, record.as_ref(), &places, out)
        }
    }

    /// Returns the hits that a scan finds in a line.
    fn found(&mut self, line: &[u8]) -> Result<Vec<Place>, Box<dyn Error>> {
        let mut found = Vec::new();
        let bytes = [line, b"\n"].concat();
        self.scanner.scan_tail(&mut self.tail, &bytes[..], |hit| {
            let mut place = Place {
                text: hit.canonical().to_owned(),
                span: hit.offset_in_line()..hit.offset_in_line() + hit.observed().len(),
                kind: if hit.matches().iter().any(|found| found.indicator().kind() == Kind::Url) {
                    "url"
                } else {
                    "name"
                },
                context: hit.context(),
                name_like: false,
                port: None,
                matches: Vec::new(),
                why: None,
            };
            for matched in hit.matches().iter() {
                let mut shown = Vec::new();
                Text::new().matched(&mut shown, &matched);
                place.matches.push(String::from_utf8_lossy(&shown).into_owned());
            }
            found.push(place);
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// Returns every place that is read, in its first reading.
    fn read(&mut self, line: &[u8]) -> Vec<Place> {
        let mut places = Vec::new();
        self.extractor.extract(line, 0..line.len(), &mut |token| {
            if token.alternative {
                return;
            }
            let kind = match token.kind {
                TokenKind::Ip(_) => "address",
                TokenKind::Domain => "name",
                TokenKind::Url => "url",
                TokenKind::Hash => "hash",
                TokenKind::Email => "email",
                _ => return,
            };
            let text = match token.kind {
                TokenKind::Ip(ip) => ip.to_string(),
                _ => String::from_utf8_lossy(token.text).into_owned(),
            };
            places.push(Place {
                text,
                span: token.start..token.end,
                kind,
                context: token.context,
                name_like: token.name_like,
                port: token.port,
                matches: Vec::new(),
                why: None,
            });
        });
        places
    }
}

/// Explains why a scan reports nothing for a place.
fn why(
    args: &CheckArgs,
    sieve: &Sieve,
    reports: &[FeedReport],
    matcher: &mut Matcher,
    event: &Event<'_>,
    place: &Place,
) -> Result<String, Box<dyn Error>> {
    let value = match place.port.or_else(|| event.port_at(&place.span)) {
        Some(port) if place.kind == "address" && place.text.contains(':') => format!("[{}]:{port}", place.text),
        Some(port) if matches!(place.kind, "address" | "name") => format!("{}:{port}", place.text),
        _ => place.text.clone(),
    };
    let matches = matcher.match_any(&value);
    let (is_listed, withheld) = (!matches.is_empty(), matches.withheld());
    let field = event.field_at(place.span.clone());
    let mut why = match field {
        _ if is_listed && place.name_like => "it looks like a file name or a version (see --weak)".to_owned(),
        Some(field) if is_listed && field.is_name_like() => {
            format!("the field {} holds files, programs or versions (see --weak)", field.name())
        }
        _ if is_listed && args.filter.as_of == Some(AsOf::Event) => {
            "no entry is valid at the time of the event, or it was allowed then".to_owned()
        }
        _ => check::why_not(args, sieve, &value, withheld)?,
    };
    for near in [expired(args, sieve, &value), refused(reports, place), near(sieve, place)].into_iter().flatten() {
        why = format!("{why}; {near}");
    }
    Ok(why)
}

fn write_json(
    event: &Event<'_>,
    record: Option<&Record>,
    places: &[Place],
    out: &mut io::StdoutLock<'_>,
) -> Result<(), Box<dyn Error>> {
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
    let places: Vec<Value> = places
        .iter()
        .map(|place| {
            let field = event.field_at(place.span.clone());
            json!({
                "text": place.text, "offset": start_of(record) + place.span.start, "kind": place.kind, "context": place.context.as_str(),
                "port": place.port, "name_like": place.name_like, "field": field.map(|field| field.name()),
                "role": field.and_then(|field| field.role()).map(|role| role.as_str()),
                "matches": place.matches, "why": place.why,
            })
        })
        .collect();
    let mut object = json!({"layout": event.layout_name()});
    if let Some(Record { number, of, span }) = record {
        object["record"] = json!({"number": number, "of": of, "offset": span.start, "length": span.len()});
    }
    object["event"] = Value::Object(normal);
    object["fields"] = fields.into();
    object["places"] = places.into();
    Ok(say::json_line(out, &object)?)
}

fn write_text(
    event: &Event<'_>,
    record: Option<&Record>,
    places: &[Place],
    out: &mut io::StdoutLock<'_>,
) -> Result<(), Box<dyn Error>> {
    if let Some(Record { number, of, span }) = record {
        writeln!(out, "record {number} of {of}: {}:{}", span.start + 1, span.end)?;
    }
    writeln!(out, "layout: {}", Escaped::new(event.layout_name()))?;
    match event.time() {
        Some(time) => {
            let zone = event.get(EcsName::EventTimezone);
            let zone = zone.map(|zone| format!(" (zone assumed: {zone})")).unwrap_or_default();
            let year = if time.year_logged() { "" } else { " (year assumed)" };
            writeln!(out, "time: {time}{zone}{year}")?;
        }
        None => writeln!(out, "time: none, or one without a year (see --year)")?,
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
    if places.is_empty() {
        writeln!(out, "  nothing that could be an address, a name or a URL")?;
    }
    for place in places {
        let (start, end) = (start_of(record) + place.span.start, start_of(record) + place.span.end);
        write!(out, "  {}:{end} {}  {}", start + 1, Escaped::new(&place.text), place.kind)?;
        if let Some(port) = place.port.or_else(|| event.port_at(&place.span)) {
            write!(out, ", port {port}")?;
        }
        if place.context != Context::Text {
            write!(out, ", {}", place.context.as_str())?;
        }
        if place.name_like {
            write!(out, ", name_like")?;
        }
        if let Some(field) = event.field_at(place.span.clone()) {
            write!(out, ", in {}", Escaped::new(&field.name()))?;
        }
        match &place.why {
            Some(why) => writeln!(out, ": no match: {}", Escaped::new(why))?,
            None => writeln!(out)?,
        }
        for line in &place.matches {
            writeln!(out, "    -> {line}")?;
        }
    }
    Ok(())
}

/// Names the entries that cover a value but are no longer valid, or not yet.
fn expired(args: &CheckArgs, sieve: &Sieve, value: &str) -> Option<String> {
    let as_of = args.filter.as_of.and_then(AsOf::time)?;
    let mut matcher = sieve.matcher();
    let mut reasons = Vec::new();
    for matched in matcher.match_any(value).iter() {
        for source in matched.sources() {
            let (indicator, feed) = (matched.indicator(), &source.feed().name);
            if let Some(until) = source.valid_until().filter(|until| *until <= as_of) {
                reasons.push(format!("{indicator} of {feed} expired {until}"));
            } else if let Some(from) = source.valid_from().filter(|from| as_of < *from) {
                reasons.push(format!("{indicator} of {feed} is valid from {from}"));
            }
        }
    }
    (!reasons.is_empty()).then(|| reasons.join(", "))
}

/// Names the feeds whose entry for a value was refused by a guard.
fn refused(reports: &[FeedReport], place: &Place) -> Option<String> {
    let is_value = |value: &str| {
        let value = value.trim();
        let bare = value.strip_suffix("/32").or_else(|| value.strip_suffix("/128")).unwrap_or(value);
        bare.eq_ignore_ascii_case(&place.text)
    };
    let refused: Vec<String> = reports
        .iter()
        .flat_map(|report| report.rejected.iter().map(move |noted| (report, noted)))
        .filter(|(_, noted)| is_value(&noted.value))
        .map(|(report, noted)| format!("{}:{} lists it, and it was refused: {}", report.path, noted.line, noted.what))
        .collect();
    (!refused.is_empty()).then(|| refused.join(", "))
}

/// Returns the URL whose host and path are in two fields of an event, if a similar one is listed.
fn joined_near(sieve: &Sieve, event: &Event<'_>) -> Option<Place> {
    let text = |name| match event.get(name) {
        Some(EventValue::Text(text)) => Some(text),
        _ => None,
    };
    if text(EcsName::UrlFull).is_some() {
        return None;
    }
    let (host, path) = (text(EcsName::UrlDomain)?, text(EcsName::UrlPath)?);
    let query = text(EcsName::UrlQuery).map(|query| format!("?{query}")).unwrap_or_default();
    let mut place = Place {
        text: format!("http://{host}{path}{query}"),
        span: event.span_of(EcsName::UrlPath).or_else(|| event.span_of(EcsName::UrlOriginal))?,
        kind: "url",
        context: Context::Text,
        name_like: false,
        port: None,
        matches: Vec::new(),
        why: None,
    };
    place.why = Some(format!("no indicator covers it; {}", near(sieve, &place)?));
    Some(place)
}

/// Names a listed indicator that is similar to a value without matches.
fn near(sieve: &Sieve, place: &Place) -> Option<String> {
    let mut matcher = sieve.matcher();
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
            let mut matcher = sieve.matcher_with(&weak);
            let matches = matcher.match_any(host);
            let urls = matches.iter().filter(|found| found.strength() == Strength::HostOnly).count();
            (urls > 0).then(|| format!("{} with another path on this host", counted(urls as u64, "URL")))
        }
        _ if place.context == Context::Email => Some("it is the domain of a mail address".to_owned()),
        "address" => {
            let ip: IpAddr = place.text.parse().ok()?;
            let is_reserved = match ip {
                IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_documentation(),
                IpAddr::V6(ip) => ip.is_loopback() || (ip.segments()[0] & 0xfe00) == 0xfc00,
            };
            is_reserved
                .then(|| "it is private or reserved: guards refuse it in feeds, unless a policy admits it".to_owned())
        }
        _ => None,
    }
}
