//! What the fields of a line say of the places in it: the port that stands in a field of its own, whether a name is one, and the URL whose
//! host and path stand apart.
//!
//! Looked at are lines with hits, and lines with a name or address that was withheld: most lines have neither.

use std::fmt::Write;
use std::net::IpAddr;
use std::ops::Range;

use super::blocks::Block;
use super::events::PartHeads;
use super::found::{BlockHits, HitRow, Weak};
use super::worker::Worker;
use crate::event::{EcsName, Event, Field, Layout, Value};
use crate::extract::Context;
use crate::sieve::{Matcher, RawMatch, Seen, Strength};

/// Most paths of a line that a host is joined with. A line that has more is a list of them, and no request.
const MAX_PATHS: usize = 4;

/// The line that places stand on. Places come by offset.
struct Line {
    text: Range<usize>,
    is_read: bool,
}

impl Worker {
    /// Judges what the last block gave by the fields of its lines.
    pub(super) fn judge(&mut self, bytes: &[u8], block: &Block, heads: &PartHeads) {
        let has_any = !self.found.rows.is_empty() || !self.found.weak.is_empty();
        // Of a line over the cap only pieces are at hand.
        if !self.events.is_on() || !has_any || block.own != block.view {
            self.found.weak.clear();
            return;
        }
        let view = &bytes[block.view.clone()];
        let mut rows = self.found.take_rows();
        let mut weak = std::mem::take(&mut self.found.weak);
        weak.sort_by_key(|weak| weak.span.start);
        let mut line = Line { text: 0..0, is_read: false };
        let mut waiting = weak.drain(..).peekable();
        for row in rows.drain(..) {
            while let Some(weak) = waiting.next_if(|weak| weak.span.start < row.span.start) {
                self.weak(view, block, heads, &mut line, &weak);
            }
            self.row(view, block, heads, &mut line, row);
        }
        for weak in waiting.by_ref() {
            self.weak(view, block, heads, &mut line, &weak);
        }
        drop(waiting);
        self.found.weak = weak;
        self.found.spare = rows;
        self.found.sort();
        if self.events.asks_time() {
            self.judge_times(view, block, heads);
        }
    }

    /// Leaves out what no entry lists at the time of its event, and events outside the span of time that is asked for.
    fn judge_times(&mut self, view: &[u8], block: &Block, heads: &PartHeads) {
        let mut rows = self.found.take_rows();
        let mut line = Line { text: 0..0, is_read: false };
        for mut row in rows.drain(..) {
            self.go_to(view, block, heads, &mut line, row.span.start);
            let Self { events, matcher, found, .. } = self;
            let event = events.last(&view[line.text.clone()]);
            let Some(time) = event.and_then(|event| event.time()) else {
                found.undated += 1;
                found.rows.push(row);
                continue;
            };
            if !events.wants(time.timestamp()) {
                found.withheld.outside += row.matches.len() as u64;
                continue;
            }
            if let Some(second) = events.valid_at(event) {
                let all = found.matches(&row).to_vec();
                let matches = matcher.matches_of(&all).at(Some(second));
                let valid = matches.iter().map(|matched| matched.sources().next().is_some());
                row.matches = found.put(all.iter().zip(valid).filter(|(_, is_valid)| *is_valid).map(|(raw, _)| *raw));
                found.withheld.filtered += (all.len() - row.matches.len()) as u64;
            }
            if !row.matches.is_empty() {
                found.rows.push(row);
            }
        }
        self.found.spare = rows;
    }

    /// Reads the line that a place stands on, if it is not the one at hand.
    fn go_to(&mut self, view: &[u8], block: &Block, heads: &PartHeads, line: &mut Line, at: usize) {
        if !line.is_read || at >= line.text.end {
            let from = line.text.end.min(at);
            let start = memchr::memrchr(b'\n', &view[from..at]).map_or(from, |found| from + found + 1);
            let end = memchr::memchr(b'\n', &view[at..]).map_or(view.len(), |found| at + found);
            *line = Line { text: start..end, is_read: true };
            self.events.read(heads, block.view.start + start, &view[start..end]);
        }
    }

    fn row(&mut self, view: &[u8], block: &Block, heads: &PartHeads, line: &mut Line, mut row: HitRow) {
        // A URL shows its own port.
        if !row.of_host || row.context == Context::UrlHost {
            self.found.rows.push(row);
            return;
        }
        self.go_to(view, block, heads, line, row.span.start);
        let Self { events, matcher, found, .. } = self;
        let Some(event) = events.last(&view[line.text.clone()]) else {
            found.rows.push(row);
            return;
        };
        let place = row.span.start - line.text.start..row.span.end - line.text.start;
        let unseen = found.matches(&row).iter().filter(|found| found.strength == Strength::PortUnseen).count();
        let port = if unseen > 0 { event.port_at(&place) } else { None };
        let name_like = event.field_at(place).is_some_and(|field| field.is_name_like());
        if port.is_none() && !name_like {
            found.rows.push(row);
            return;
        }
        let before = found.matches(&row).len();
        look_up(matcher, found.canonical(&row), Seen { port, name_like });
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

    fn weak(&mut self, view: &[u8], block: &Block, heads: &PartHeads, line: &mut Line, weak: &Weak) {
        self.go_to(view, block, heads, line, weak.span.start);
        let Self { events, matcher, found, .. } = self;
        let text = &view[line.text.clone()];
        let Some(event) = events.last(text) else { return };
        let place = weak.span.start - line.text.start..weak.span.end - line.text.start;
        let field = event.field_at(place.clone());
        // Fields that were seen within the text of another do not count.
        let is_all = |field: Field<'_>| {
            let span = field.span();
            span.end <= place.start || place.end <= span.start || holds(&field, &place)
        };
        let is_strong = field.is_some_and(|field| field.is_observable())
            && event.layout() != Layout::Text
            && event.fields().all(is_all);
        if weak.name_like && is_strong {
            let port = weak.port.or_else(|| event.port_at(&place));
            look_up(matcher, found.text(&weak.canonical), Seen { port, name_like: false });
            let matches = take(matcher, found);
            found.withheld.name_like -= (matches.len() as u64).min(found.withheld.name_like);
            if !matches.is_empty() {
                let Weak { span, context, canonical, .. } = weak.clone();
                found.rows.push(HitRow { span, context, canonical, matches, of_host: true });
            }
        }
        // A page that somebody came from, or a program, is not what was asked for.
        let is_aside = field.and_then(|field| field.role()).is_some_and(|role| {
            matches!(role, EcsName::HttpReferrer | EcsName::UserAgent | EcsName::EmailFrom | EcsName::EmailTo)
        });
        if weak.is_url_host && !is_aside && weak.context == Context::Text {
            let (mut host, mut url) = std::mem::take(&mut found.scratch);
            host.clear();
            host.push_str(found.text(&weak.canonical));
            let port = weak.port.or_else(|| event.port_at(&place));
            join(matcher, found, &event, (text, line.text.start), &host, port, &mut url);
            found.scratch = (host, url);
        }
    }
}

/// Whether a place is all that its field holds, but for a root dot. A name in the path of a URL, or a quad in a longer text, is not what
/// the field is about.
fn holds(field: &Field<'_>, place: &Range<usize>) -> bool {
    let (span, raw) = (field.span(), field.raw());
    span.start == place.start && span.end >= place.end && matches!(&raw[place.end - span.start..], b"" | b".")
}

/// Looks up a name or address by its canonical form.
fn look_up(matcher: &mut Matcher, canonical: &str, seen: Seen) {
    match canonical.parse::<IpAddr>() {
        Ok(addr) => matcher.look_up_ip(addr, seen),
        Err(_) => {
            // It was a name before.
            let is_name = matcher.look_up_domain(canonical.as_bytes(), seen).is_ok();
            debug_assert!(is_name, "{canonical}");
        }
    }
}

/// Puts the matches of the last lookup aside.
fn take(matcher: &Matcher, found: &mut BlockHits) -> Range<usize> {
    found.put(matcher.found().iter().filter(|found| found.of_host).copied())
}

/// Looks up the URLs that a host makes with the paths of its line; takes the first that is listed.
fn join(
    matcher: &mut Matcher,
    found: &mut BlockHits,
    event: &Event<'_>,
    (line, line_start): (&[u8], usize),
    host: &str,
    port: Option<u16>,
    url: &mut String,
) {
    if !matcher.options().joined {
        return;
    }
    let mut try_path = |matcher: &mut Matcher, span: Range<usize>, path: &str, query: Option<&str>| {
        url.clear();
        let scheme = match event.get(EcsName::UrlScheme) {
            Some(Value::Text(scheme)) => scheme,
            _ => "http",
        };
        let bracketed = host.contains(':');
        let (open, close) = if bracketed { ("[", "]") } else { ("", "") };
        // Writing to a string does not fail.
        let _ = write!(url, "{scheme}://{open}{host}{close}");
        if let Some(port) = port.filter(|port| !matches!(port, 80 | 443)) {
            let _ = write!(url, ":{port}");
        }
        let _ = write!(url, "{path}");
        if let Some(query) = query {
            let _ = write!(url, "?{query}");
        }
        if matcher.look_up_url(url.as_bytes(), false).is_err() {
            return false;
        }
        let joined = |found: &RawMatch| {
            let mut joined = *found;
            joined.strength = joined.strength.max(Strength::Joined);
            joined
        };
        let of_url = matcher.found().iter().filter(|found| !found.of_host && found.strength <= Strength::PortUnseen);
        let matches = found.put(of_url.map(joined));
        if matches.is_empty() {
            return false;
        }
        let canonical = found.write(|out| matcher.write_url(url.as_bytes(), out));
        found.rows.push(HitRow {
            span: line_start + span.start..line_start + span.end,
            context: Context::Text,
            canonical,
            matches,
            of_host: false,
        });
        true
    };
    let text = |name| match event.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    // A whole URL has a host of its own.
    if text(EcsName::UrlFull).is_none() {
        let span = event.span_of(EcsName::UrlPath).or_else(|| event.span_of(EcsName::UrlOriginal));
        if let (Some(path), Some(span)) = (text(EcsName::UrlPath), span)
            && try_path(matcher, span, path, text(EcsName::UrlQuery))
        {
            return;
        }
    }
    // What has no fields that are known, has words that begin with a `/`.
    for span in paths(line).take(MAX_PATHS) {
        let Ok(path) = std::str::from_utf8(&line[span.clone()]) else { continue };
        let (path, own) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let beside = own.is_none().then(|| query_behind(line, span.end)).flatten();
        if beside.is_some_and(|query| try_path(matcher, span.clone(), path, Some(query)))
            || try_path(matcher, span, path, own)
        {
            return;
        }
    }
}

fn is_end(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'<>|,;)]}".contains(&byte)
}

/// The words of a line that begin with a `/` and are no part of a URL.
fn paths(line: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    memchr::memchr_iter(b'/', line).filter_map(|at| {
        let before = at.checked_sub(1).map_or(b' ', |before| line[before]);
        if !(is_end(before) || b"=([{".contains(&before)) || line.get(at + 1) == Some(&b'/') {
            return None;
        }
        let end = line[at..].iter().position(|byte| is_end(*byte)).map_or(line.len(), |length| at + length);
        Some(at..end)
    })
}

/// The next word, if it looks like a query: W3C logs have it in a field of its own.
fn query_behind(line: &[u8], end: usize) -> Option<&str> {
    let rest = line[end..].strip_prefix(b" ").or_else(|| line[end..].strip_prefix(b"\t"))?;
    let word = &rest[..rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len())];
    let is_query = memchr::memchr(b'=', word).is_some_and(|at| at > 0) && !word.contains(&b'/');
    is_query.then(|| std::str::from_utf8(word).ok()).flatten()
}
