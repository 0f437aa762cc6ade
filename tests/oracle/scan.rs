//! A naive scan: naive extraction line by line, and a linear scan of the listed indicators for each reading.

use std::cmp::Reverse;
use std::ops::{ControlFlow, Range};

use netsieve::indicator::{HostRef, Pattern, PatternTarget, UrlScratch};
use netsieve::scan::Hit;
use netsieve::value::{EmailAddress, FileHash, domain, ip, url};
use netsieve::{Indicator, Kind, MatchOptions, Relation, ScanOptions, Scope, Strength};

use super::extract::{Reading, What, extract};
use super::{Found, Observed, Oracle, Order, Part};

/// A hit in comparable form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub span: Range<u64>,
    pub line: u64,
    pub canonical: String,
    pub context: &'static str,
    /// Indicator, relation, strength.
    pub matches: Vec<(String, Relation, Strength)>,
}

/// The scanner's hit, in the same form. Also checks the part of the line that it shows.
pub fn seen_of(hit: &Hit<'_>) -> Seen {
    let offset = hit.offset_in_line();
    assert_eq!(&hit.line_text()[offset..offset + hit.observed().len()], hit.observed());
    Seen {
        span: hit.span(),
        line: hit.line(),
        canonical: hit.canonical().to_owned(),
        context: hit.context().as_str(),
        matches: hit
            .matches()
            .iter()
            .map(|found| (found.indicator().to_string(), found.relation(), found.strength()))
            .collect(),
    }
}

/// A sink that collects hits.
pub fn collect(into: &mut Vec<Seen>) -> impl FnMut(&Hit<'_>) -> ControlFlow<()> {
    |hit| {
        into.push(seen_of(hit));
        ControlFlow::Continue(())
    }
}

/// Options for a scan that does not read events, so that only raw bytes count.
pub fn raw(matching: MatchOptions) -> ScanOptions {
    let mut options = ScanOptions::default();
    options.matching = matching;
    #[cfg(feature = "events")]
    {
        options.events = None;
    }
    options
}

/// All hits in some bytes, whose lines are short.
pub fn scan(oracle: &Oracle, options: &MatchOptions, bytes: &[u8]) -> Vec<Seen> {
    let bytes_behind_mark = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut offset = (bytes.len() - bytes_behind_mark.len()) as u64;
    let mut hits = Vec::new();
    for (line, number) in bytes_behind_mark.split(|&b| b == b'\n').zip(1..) {
        hits.extend(scan_line(oracle, options, line).into_iter().map(|hit| Seen {
            span: hit.span.start + offset..hit.span.end + offset,
            line: number,
            ..hit
        }));
        offset += line.len() as u64 + 1;
    }
    hits
}

/// What tells the indicators of a world apart.
type Key = (String, Kind, Option<Scope>, Option<u16>);

/// The hits in one line, numbered as line 1.
pub fn scan_line(oracle: &Oracle, options: &MatchOptions, line: &[u8]) -> Vec<Seen> {
    let places = extract(line, oracle.has_path_patterns());
    let mut readings: Vec<(Seen, Vec<(Key, Order)>)> =
        places.iter().flat_map(|place| scan_place(oracle, options, place)).collect();
    readings.sort_by_key(|(hit, _)| order(hit));
    let mut reported: Vec<(Range<u64>, Key)> = Vec::new();
    let mut hits: Vec<(Seen, Vec<Order>)> = Vec::new();
    for (mut hit, known) in readings {
        let mut orders = Vec::new();
        for (found, (key, order)) in std::mem::take(&mut hit.matches).into_iter().zip(known) {
            // At one span, an indicator is reported once, in the first context.
            let at = (hit.span.clone(), key);
            if !reported.contains(&at) {
                reported.push(at);
                hit.matches.push(found);
                orders.push(order);
            }
        }
        match hits.last_mut() {
            _ if hit.matches.is_empty() => {}
            // Readings with the same span and context are one hit, with the most specific match first.
            Some((last, before)) if last.span == hit.span && last.context == hit.context => {
                let earlier = before.drain(..).zip(last.matches.drain(..));
                let mut all: Vec<_> = earlier.chain(orders.into_iter().zip(hit.matches)).collect();
                all.sort_by(|a, b| a.0.cmp(&b.0));
                (*before, last.matches) = all.into_iter().unzip();
            }
            _ => hits.push((hit, orders)),
        }
    }
    hits.into_iter().map(|(hit, _)| hit).collect()
}

/// By position, the longest first.
pub fn order(hit: &Seen) -> (u64, Reverse<u64>, &'static str) {
    (hit.span.start, Reverse(hit.span.end), hit.context)
}

/// Scans the readings of one place: each indicator is reported with the first reading it covers. Readings that share no
/// byte do not belong to one place, even if they belong to one run.
fn scan_place(oracle: &Oracle, options: &MatchOptions, place: &[Reading]) -> Vec<(Seen, Vec<(Key, Order)>)> {
    let mut reported: Vec<(Key, Range<usize>)> = Vec::new();
    let mut hits = Vec::new();
    for reading in place {
        let Some((observed, canonical, host)) = observe(reading) else { continue };
        let (mut found, _) = oracle.parts(&observed, options);
        let span_of = |part: Part| match &host {
            Some((span, _)) if part == Part::Host => span.clone(),
            _ => reading.span.clone(),
        };
        found.retain(|(_, part, found)| {
            let span = span_of(*part);
            let key = key(found);
            let is_skipped = !reading.is_first && oracle.has_path_pattern(&found.indicator);
            let is_again =
                |(known, at): &(Key, Range<usize>)| *known == key && at.start < span.end && span.start < at.end;
            let is_new = !is_skipped && !reported.iter().any(is_again);
            if is_new {
                reported.push((key, span));
            }
            is_new
        });
        let (whole, of_host): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, part, _)| host.is_none() || *part == Part::Url);
        if let Some((span, canonical)) = host
            && !of_host.is_empty()
        {
            hits.push(seen(span, canonical, "url_host", &of_host));
        }
        if !whole.is_empty() {
            hits.push(seen(reading.span.clone(), canonical, reading.context, &whole));
        }
    }
    hits
}

fn key(found: &Found) -> Key {
    (found.indicator.clone(), found.kind, found.scope, found.port)
}

fn seen(
    span: Range<usize>,
    canonical: String,
    context: &'static str,
    found: &[(Order, Part, Found)],
) -> (Seen, Vec<(Key, Order)>) {
    let matches = found.iter().map(|(.., found)| (found.indicator.clone(), found.relation, found.strength)).collect();
    let span = span.start as u64..span.end as u64;
    let keys = found.iter().map(|(order, _, found)| (key(found), order.clone())).collect();
    (Seen { span, line: 1, canonical, context, matches }, keys)
}

/// The observable and its canonical form, and for a URL the position and the value of its host.
#[allow(clippy::type_complexity)]
fn observe(reading: &Reading) -> Option<(Observed, String, Option<(Range<usize>, String)>)> {
    let name_like = reading.name_like;
    match &reading.what {
        What::Ip(addr) => {
            let addr = ip::canonical(*addr);
            Some((Observed { name_like, ..Observed::ip(addr, reading.port) }, addr.to_string(), None))
        }
        What::Name(text) => {
            let mut scratch = String::new();
            let name = domain::canonicalise(text, &mut scratch).ok()?.to_owned();
            Some((Observed { name_like, ..Observed::name(text, reading.port)? }, name, None))
        }
        What::Url(text, host) => {
            let mut scratch = UrlScratch::new();
            let view = url::canonicalise(text, &mut scratch).ok()?;
            let name = match view.host() {
                HostRef::Ip(addr) => addr.to_string(),
                host => host.to_string(),
            };
            let observed = Observed { name_like, ..Observed::view(&view) };
            Some((observed, view.as_str().to_owned(), Some((host.clone(), name))))
        }
        What::Request(text) => {
            let mut scratch = UrlScratch::new();
            let target = url::canonicalise_target(text, &mut scratch).ok()?;
            Some((Observed::request(target), target.to_owned(), None))
        }
        What::Hash(text) => {
            let hash = Indicator::Hash(FileHash::parse(text).ok()?);
            Some((Observed::exact(hash.clone()), hash.to_string(), None))
        }
        What::Email(text) => {
            let address = Indicator::Email(EmailAddress::parse(text).ok()?);
            Some((Observed::exact(address.clone()), address.to_string(), None))
        }
    }
}

impl Oracle {
    fn has_path_patterns(&self) -> bool {
        self.path_patterns().next().is_some()
    }

    fn has_path_pattern(&self, text: &str) -> bool {
        self.path_patterns().any(|pattern| pattern.as_str() == text)
    }

    fn path_patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.indicators.iter().filter_map(|listed| match &listed.indicator {
            Indicator::Pattern(pattern) if pattern.target() == PatternTarget::UrlPath => Some(pattern),
            _ => None,
        })
    }
}
