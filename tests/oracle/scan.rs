//! A naive scan: naive extraction, line by line, and a linear scan of what is listed for each reading.

use std::cmp::Reverse;
use std::ops::{ControlFlow, Range};

use netsieve::indicator::{HostRef, UrlScratch};
use netsieve::scan::{Context, Hit};
use netsieve::value::{domain, ip, url};
use netsieve::{Indicator, MatchOptions, Relation, Strength};

use super::extract::{Chain, Reading, What, extract};
use super::{Found, Observed, Oracle, Part};

/// A hit, in words that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub span: Range<u64>,
    pub line: u64,
    pub canonical: String,
    pub context: Context,
    /// Indicator, relation, strength.
    pub matches: Vec<(String, Relation, Strength)>,
}

/// What the scanner found, in the same words. What it shows of the line must be true too.
pub fn seen_of(hit: &Hit<'_>) -> Seen {
    let offset = hit.offset_in_line();
    assert_eq!(&hit.line_text()[offset..offset + hit.observed().len()], hit.observed());
    Seen {
        span: hit.span(),
        line: hit.line(),
        canonical: hit.canonical().to_owned(),
        context: hit.context(),
        matches: hit
            .matches()
            .iter()
            .map(|found| (found.indicator().to_string(), found.relation(), found.strength()))
            .collect(),
    }
}

/// A sink that collects.
pub fn collect(into: &mut Vec<Seen>) -> impl FnMut(&Hit<'_>) -> ControlFlow<()> {
    |hit| {
        into.push(seen_of(hit));
        ControlFlow::Continue(())
    }
}

/// Every hit in some bytes, whose lines are short.
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

/// The hits of one line, which are on line 1.
pub fn scan_line(oracle: &Oracle, options: &MatchOptions, line: &[u8]) -> Vec<Seen> {
    let mut hits = Vec::new();
    for group in extract(line, oracle.has_path_patterns()) {
        for (chain, number) in group.into_iter().zip(0..) {
            let found = scan_chain(oracle, options, chain);
            let is_found = !found.is_empty();
            hits.extend(found);
            if number == 0 && is_found {
                break;
            }
        }
    }
    hits.sort_by_key(|hit: &Seen| (hit.span.start, Reverse(hit.span.end)));
    // Two readings of one place are one hit.
    hits.dedup_by(|later, first| {
        let is_same = later.span == first.span;
        if is_same {
            later.matches.retain(|found| !first.matches.contains(found));
            first.matches.append(&mut later.matches);
        }
        is_same
    });
    hits
}

/// The readings of one place. Of a URL the whole and its host are two observables: that a host matched does not tell which of
/// the URLs it is of, so that these are tried further.
fn scan_chain(oracle: &Oracle, options: &MatchOptions, chain: Chain) -> Vec<Seen> {
    let mut hits = Vec::new();
    let mut host_found = None;
    for reading in chain {
        let start = reading.span.start;
        if host_found.is_some_and(|at| at != start && !reading.has_scheme) {
            break;
        }
        let Some((observed, canonical, host)) = observe(&reading) else { continue };
        let (found, _) = oracle.parts(&observed, options);
        let (whole, of_host): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(part, _)| host.is_none() || *part == Part::Url);
        if let Some((span, canonical)) = host
            && host_found.is_none()
            && !of_host.is_empty()
        {
            host_found = Some(start);
            hits.push(seen(span, canonical, Context::UrlHost, &of_host));
        }
        if !whole.is_empty() {
            hits.push(seen(reading.span, canonical, reading.context, &whole));
            break;
        }
    }
    hits
}

fn seen(span: Range<usize>, canonical: String, context: Context, found: &[(Part, Found)]) -> Seen {
    let matches = found.iter().map(|(_, found)| (found.indicator.clone(), found.relation, found.strength));
    Seen { span: span.start as u64..span.end as u64, line: 1, canonical, context, matches: matches.collect() }
}

/// What is looked up, its canonical form, and of a URL where its host stands and what that is.
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
    }
}

impl Oracle {
    fn has_path_patterns(&self) -> bool {
        self.indicators.iter().any(|listed| match &listed.indicator {
            Indicator::Pattern(pattern) => pattern.target() == netsieve::indicator::PatternTarget::UrlPath,
            _ => false,
        })
    }
}
