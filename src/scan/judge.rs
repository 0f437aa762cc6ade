//! Judges hits by the fields of their line. A field can hold the port of an address, a field can show that a text is or is not a name,
//! and the host and the path of a URL can be in different fields.
//!
//! Only lines with hits, or with a withheld name or address, are looked at. Most lines have neither.

use std::fmt::Write;
use std::net::IpAddr;
use std::ops::Range;

use super::blocks::Block;
use super::events::{Events, PartHeads};
use super::found::{BlockHits, HitRow, Lines, Weak};
use super::worker::Worker;
use crate::event::{EcsName, Event, Field, Layout, Value};
use crate::extract::Context;
use crate::sieve::{Matcher, Moment, RawMatch, Seen, Strength};

/// The maximum number of paths on a line that a host is joined with. A line with more paths is a list of them, not a request.
const MAX_PATHS: usize = 4;

/// The maximum number of words on a line that are looked at for such paths.
const MAX_WORDS: usize = 32;

impl Worker {
    /// Goes on to the next line with hits, reads it as an event, and judges its hits by its fields. Returns `false` if there is none.
    pub(super) fn next_line(&mut self, bytes: &[u8], block: &Block, heads: &PartHeads) -> bool {
        let is_cut = block.own != block.view;
        // A line over the cap is only at hand in pieces, so it is not read as an event.
        if !self.events.is_on() || is_cut {
            let has_any = self.lines.rest(&mut self.found);
            if is_cut && self.events.asks_time() {
                self.found.undated += self.found.rows.len() as u64;
            }
            return has_any;
        }
        let view = &bytes[block.view.clone()];
        loop {
            self.found.rows.clear();
            let Lines { rows, weak, done: (row, weak_row), end, line, records, text: known } = &mut self.lines;
            let starts = [rows.get(*row).map(|row| row.span.start), weak.get(*weak_row).map(|weak| weak.span.start)];
            let Some(at) = starts.into_iter().flatten().min() else { return false };
            let is_new = at >= line.end;
            if is_new {
                let from = line.end;
                let start = memchr::memrchr(b'\n', &view[from..at]).map_or(from, |found| from + found + 1);
                *line = start..memchr::memchr(b'\n', &view[at..]).map_or(view.len(), |found| at + found);
            }
            let text = &view[line.clone()];
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if is_new {
                records.find(text);
            }
            let start = line.start;
            let (part, stop) = records.part(at - start, text.len());
            *end = if stop == text.len() { line.end } else { start + stop };
            let offset = block.view.start + start;
            *known = Some((offset..offset + text.len(), offset + part.start..offset + part.end));
            let text = &text[part.clone()];
            self.events.go_to(heads, offset + part.start, text);
            self.line(text, start + part.start);
            if !self.found.rows.is_empty() {
                return true;
            }
        }
    }

    /// Judges everything on the current line. `start` is its offset in the view.
    fn line(&mut self, text: &[u8], start: usize) {
        let Self { events, matcher, found, lines, .. } = self;
        let event = events.last(text).expect("events are on");
        let Lines { rows, weak, done, end, .. } = lines;
        while let Some(row) = rows.get(done.0).filter(|row| row.span.start < *end) {
            done.0 += 1;
            judge_row(matcher, found, &event, start, row.clone());
        }
        while let Some(weak) = weak.get(done.1).filter(|weak| weak.span.start < *end) {
            done.1 += 1;
            judge_weak(matcher, found, &event, (text, start), weak);
        }
        found.sort(matcher);
        if events.asks_time() {
            judge_times(matcher, found, events, event);
        }
    }
}

/// Drops matches that no entry lists, or that an entry allows, at the time of the event. Drops all of them if the event is outside the
/// span of time that the options ask for.
fn judge_times(matcher: &mut Matcher, found: &mut BlockHits, events: &Events, event: Event<'_>) {
    let time = event.time();
    if time.is_some_and(|time| !events.wants(time.timestamp())) {
        for row in std::mem::take(&mut found.rows) {
            found.withheld.outside += row.matches.len() as u64;
        }
        return;
    }
    if time.is_none() {
        found.undated += found.rows.len() as u64;
    }
    if !events.is_at_event() {
        return;
    }
    let second = events.valid_at(Some(event));
    for mut row in std::mem::take(&mut found.rows) {
        let mut all = found.matches(&row).to_vec();
        let before = all.len();
        if second.is_some() {
            let matches = matcher.matches_of(&all).at(second);
            let valid: Vec<bool> = matches.iter().map(|found| found.sources().next().is_some()).collect();
            let mut valid = valid.into_iter();
            all.retain(|_| valid.next() == Some(true));
        }
        found.withheld.filtered += (before - all.len()) as u64;
        let passed = all.len();
        // Allow entries could not be applied before the time was known.
        if all.iter().any(|raw| raw.is_host_level) {
            matcher.set_moment(second.map_or(Moment::Any, Moment::At));
            let host = if row.of_host { found.canonical(&row) } else { host_of(found.canonical(&row)) };
            look_up(matcher, host, Seen { port: row.port, name_like: false });
            matcher.set_moment(Moment::Later);
            let stays = |id| matcher.found().iter().any(|found| found.id == id);
            all.retain(|raw| !raw.is_host_level || stays(raw.id));
        }
        found.withheld.allowed += (passed - all.len()) as u64;
        if all.len() < before {
            row.matches = found.put(all.into_iter());
        }
        if !row.matches.is_empty() {
            found.rows.push(row);
        }
    }
}

/// Returns the host of a canonical URL, without brackets and port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or(inner),
        None => authority.split(':').next().unwrap_or(authority),
    }
}

fn judge_row(matcher: &mut Matcher, found: &mut BlockHits, event: &Event<'_>, line_start: usize, mut row: HitRow) {
    // A URL shows its own port, and needs no field for it.
    if !row.of_host || row.context == Context::UrlHost {
        found.rows.push(row);
        return;
    }
    let place = row.span.start - line_start..row.span.end - line_start;
    // A match of the host alone, or of a name like a file's, does not say that its port was not seen.
    let may_lack_port = |found: &RawMatch| match found.strength {
        Strength::PortUnseen => true,
        Strength::HostOnly | Strength::NameLike => matcher.has_port(found),
        Strength::Strong | Strength::Joined => false,
    };
    let unseen = found.matches(&row).iter().filter(|found| may_lack_port(found)).count();
    let port = if unseen > 0 { event.port_at(&place) } else { None };
    let mut name_like = event.is_name_like_at(place);
    if port.is_none() && !name_like {
        found.rows.push(row);
        return;
    }
    let before = found.matches(&row).len();
    // What looked like a name before still does.
    name_like |= found.matches(&row).iter().any(|found| found.strength == Strength::NameLike);
    row.port = row.port.or(port);
    look_up(matcher, found.canonical(&row), Seen { port: row.port, name_like });
    let matches = take(matcher, found);
    found.withheld.name_like += matcher.withheld().name_like;
    if port.is_some() {
        found.withheld.other_port += before.saturating_sub(matches.len()).min(unseen) as u64;
    }
    if !matches.is_empty() {
        row.matches = matches;
        found.rows.push(row);
    }
}

fn judge_weak(
    matcher: &mut Matcher,
    found: &mut BlockHits,
    event: &Event<'_>,
    (text, line_start): (&[u8], usize),
    weak: &Weak,
) {
    // A host has nothing to be joined with if the line holds no path.
    let may_join = weak.is_url_host
        && weak.context == Context::Text
        && matcher.options().joined
        && memchr::memchr2(b'/', b'\\', text).is_some();
    let may_be_name = weak.name_like && event.layout() != Layout::Text;
    if !may_join && !may_be_name {
        return;
    }
    let place = weak.span.start - line_start..weak.span.end - line_start;
    let field = event.field_at(place.clone());
    // Fields that were seen within the text of another field do not count.
    let is_all = |field: Field<'_>| {
        let span = field.span();
        is_apart(&span, &place) || holds(&field, &place)
    };
    let is_strong = field.is_some_and(|field| field.is_observable())
        && event.layout() != Layout::Text
        // Of an address in prose, only the place is known, not its role.
        && !field.is_some_and(|field| matches!(&*field.name(), "address" | "second_address"))
        && event.fields().all(is_all);
    if weak.name_like && is_strong {
        let port = weak.port.or_else(|| event.port_at(&place));
        look_up(matcher, found.text(&weak.canonical), Seen { port, name_like: false });
        let matches = take(matcher, found);
        // Subtract only what was counted. A match that was not counted, such as one of the host alone, must not be subtracted.
        found.withheld.name_like -= (matches.len() as u64).min(weak.counted);
        if !matches.is_empty() {
            let Weak { span, context, canonical, .. } = weak.clone();
            found.rows.push(HitRow { span, context, canonical, matches, of_host: true, port });
        }
    }
    // The host is not joined if it was not the target of the request: a referrer, a program, or a name inside the target.
    let is_around = |field: &Field<'_>| {
        let span = field.span();
        span.start <= place.start && place.end <= span.end
    };
    let is_address = found.text(&weak.canonical).parse::<IpAddr>().is_ok();
    let is_aside = |field: Field<'_>| match field.role() {
        Some(EcsName::HttpReferrer | EcsName::UserAgent | EcsName::EmailFrom | EcsName::EmailTo) => true,
        // The client, files and programs are not the target either.
        Some(EcsName::SourceDomain) => true,
        Some(EcsName::SourceIp | EcsName::ClientIp) => is_address,
        Some(_) if field.is_name_like() => true,
        Some(EcsName::UrlPath | EcsName::UrlQuery | EcsName::UrlOriginal | EcsName::UrlFull) => !holds(&field, &place),
        // If a request names its host, no other name on the line is the host.
        Some(EcsName::UrlDomain | EcsName::DestinationDomain | EcsName::DestinationIp | EcsName::ServerIp) => false,
        _ => !is_address && event.span_of(EcsName::UrlDomain).is_some_and(|host| is_apart(&host, &place)),
    };
    if may_join && !event.fields().filter(is_around).any(is_aside) {
        let (mut host, mut url) = std::mem::take(&mut found.scratch);
        host.clear();
        host.push_str(found.text(&weak.canonical));
        let port = weak.port.or_else(|| event.port_at(&place));
        join(matcher, found, event, (text, line_start), (&host, &place), port, &mut url);
        found.scratch = (host, url);
    }
}

/// Returns true if a place fills its field, except for a root dot. A name in the path of a URL, or a quad in a longer text, is not the
/// subject of its field.
fn holds(field: &Field<'_>, place: &Range<usize>) -> bool {
    let (span, raw) = (field.span(), field.raw());
    span.start == place.start && span.end >= place.end && matches!(&raw[place.end - span.start..], b"" | b".")
}

/// Looks up a name or address by its canonical form.
fn look_up(matcher: &mut Matcher, canonical: &str, seen: Seen) {
    match canonical.parse::<IpAddr>() {
        Ok(addr) => matcher.look_up_ip(addr, seen),
        Err(_) => {
            // It was parsed as a name before.
            let is_name = matcher.look_up_domain(canonical.as_bytes(), seen).is_ok();
            debug_assert!(is_name, "{canonical}");
        }
    }
}

/// Keeps the matches of the last lookup.
fn take(matcher: &Matcher, found: &mut BlockHits) -> Range<usize> {
    found.put(matcher.found().iter().filter(|found| found.of_host).copied())
}

/// Looks up the URLs that a host forms with the paths of its line. Each indicator is reported with the first one that it covers, so
/// that what else is listed does not matter.
fn join(
    matcher: &mut Matcher,
    found: &mut BlockHits,
    event: &Event<'_>,
    (line, line_start): (&[u8], usize),
    (host, place): (&str, &Range<usize>),
    port: Option<u16>,
    url: &mut String,
) {
    let first = found.rows.len();
    let mut try_path = |span: Range<usize>, path: &str, query: Option<&str>| {
        let scheme = match event.get(EcsName::UrlScheme) {
            Some(Value::Text(scheme)) => scheme,
            _ if port == Some(443) => "https",
            _ => "http",
        };
        compose(url, scheme, (host, port), (path, query));
        if matcher.look_up_url(url.as_bytes(), false).is_err() {
            return;
        }
        let joined = |found: &RawMatch| {
            let mut joined = *found;
            joined.strength = joined.strength.max(Strength::Joined);
            joined
        };
        let of_url = matcher.found().iter().filter(|found| !found.of_host && found.strength <= Strength::PortUnseen);
        let matches = found.put_others(first, of_url.map(joined));
        if matches.is_empty() {
            return;
        }
        let canonical = found.write(|out| matcher.write_url(url.as_bytes(), out));
        found.rows.push(HitRow {
            span: line_start + span.start..line_start + span.end,
            context: Context::Text,
            canonical,
            matches,
            of_host: false,
            port,
        });
    };
    let text = |name| match event.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    // A field with a whole URL has a host of its own.
    if text(EcsName::UrlFull).is_none() {
        let span = event.span_of(EcsName::UrlPath).or_else(|| event.span_of(EcsName::UrlOriginal));
        if let (Some(path), Some(span)) = (text(EcsName::UrlPath), span) {
            try_path(span, path, text(EcsName::UrlQuery));
        }
    }
    // Other fields, and lines without fields, have words that begin with a `/`.
    let words = paths(line).filter(|span| is_apart(span, place)).take(MAX_WORDS);
    let is_asked = |span: &Range<usize>| !event.field_at(span.clone()).is_some_and(is_local);
    for span in words.filter(is_asked).take(MAX_PATHS) {
        let Ok(path) = std::str::from_utf8(&line[span.clone()]) else { continue };
        let (path, own) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let beside = own.is_none().then(|| query_after(line, span.end)).flatten();
        if let Some(query) = beside {
            try_path(span.clone(), path, Some(query));
        }
        try_path(span, path, own);
    }
}

/// Replaces the content of `url` by the URL with these parts.
fn compose(url: &mut String, scheme: &str, (host, port): (&str, Option<u16>), (path, query): (&str, Option<&str>)) {
    url.clear();
    let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
    // Writing to a string does not fail.
    let _ = write!(url, "{scheme}://{open}{host}{close}");
    if let Some(port) = port {
        let _ = write!(url, ":{port}");
    }
    let _ = write!(url, "{path}");
    // Some proxies leave the question mark on.
    if let Some(query) = query.map(|query| query.strip_prefix('?').unwrap_or(query)) {
        let _ = write!(url, "?{query}");
    }
}

fn is_apart(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.end <= other.start || other.end <= one.start
}

/// Returns true for a field with paths of files, folders or commands, which no request asks for.
fn is_local(field: Field<'_>) -> bool {
    const NAMES: [&str; 6] = ["cwd", "pwd", "command", "cmd", "dir", "directory"];
    let is_named = || {
        let name = field.name();
        let last = name.rsplit(['.', '_']).next().unwrap_or_default();
        NAMES.iter().any(|other| other.eq_ignore_ascii_case(last))
    };
    field.is_name_like() || field.role() == Some(EcsName::ProcessCommandLine) || is_named()
}

fn is_end(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'|' | b',' | b';' | b')' | b']' | b'}')
}

/// Returns the words of a line that begin with a `/` and are not part of a URL.
fn paths(line: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    memchr::memchr_iter(b'/', line).filter_map(|at| {
        let before = at.checked_sub(1).map_or(b' ', |before| line[before]);
        if !(is_end(before) || matches!(before, b'=' | b'(' | b'[' | b'{')) || line.get(at + 1) == Some(&b'/') {
            return None;
        }
        let end = line[at..].iter().position(|byte| is_end(*byte)).map_or(line.len(), |length| at + length);
        Some(at..end)
    })
}

/// Returns the next word if it looks like a query: W3C logs have it in a field of its own.
fn query_after(line: &[u8], end: usize) -> Option<&str> {
    let rest = line[end..].strip_prefix(b" ").or_else(|| line[end..].strip_prefix(b"\t"))?;
    let word = &rest[..rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len())];
    let is_query = memchr::memchr(b'=', word).is_some_and(|at| at > 0) && !word.contains(&b'/');
    is_query.then(|| std::str::from_utf8(word).ok()).flatten()
}
