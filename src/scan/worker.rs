//! One block of an input: its tokens, looked up, and the hits put aside.

use std::cmp::Reverse;
use std::fmt::Write;
use std::net::IpAddr;
use std::ops::Range;

use super::blocks::Block;
use super::events::Events;
#[cfg(feature = "events")]
use super::judge::Weak;
use super::options::ScanOptions;
use crate::extract::finder::{Judge, LineFinder};
use crate::extract::{Context, ExtractOptions, Extractor, Token, TokenKind, UrlText};
use crate::limits::MAX_NAME;
use crate::sieve::{DerivedForms, Engine, MatchOptions, Matcher, Prefilter, Probe, RawMatch, Seen, Sieve, Withheld};
use crate::value::url::End;

/// A hit by its place in the block's view and in the columns of [`Found`].
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) span: Range<usize>,
    pub(super) context: Context,
    pub(super) canonical: Range<usize>,
    pub(super) matches: Range<usize>,
    /// It is a name or an address (else a URL or the target of a request).
    #[cfg_attr(not(feature = "events"), expect(dead_code, reason = "only fields ask for it"))]
    pub(super) of_host: bool,
}

/// What one block gave.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    matches: Vec<RawMatch>,
    text: String,
    pub(super) observables: u64,
    pub(super) withheld: Withheld,
    /// Space for a host and a URL that it is joined to.
    #[cfg(feature = "events")]
    pub(super) scratch: (String, String),
    /// Space for rows.
    #[cfg(feature = "events")]
    pub(super) spare: Vec<Row>,
    /// Hits of lines without a time, where one is asked for.
    pub(super) undated: u64,
    /// Names and addresses that the fields of their line are asked about.
    #[cfg(feature = "events")]
    pub(super) weak: Vec<Weak>,
    /// Where the rows of the place at hand start.
    place: usize,
    /// What the readings of that place are so far.
    seen: Place,
    /// Where a URL may end.
    ends: Vec<End>,
}

/// What the readings of one place are.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// One of them is a URL.
    has_url: bool,
    /// Something was withheld.
    has_withheld: bool,
}

impl Found {
    fn clear(&mut self) {
        self.rows.clear();
        #[cfg(feature = "events")]
        self.weak.clear();
        self.matches.clear();
        self.text.clear();
        self.observables = 0;
        self.undated = 0;
        self.withheld = Withheld::default();
        self.begin_place();
    }

    fn begin_place(&mut self) {
        self.place = self.rows.len();
        self.seen = Place::default();
    }

    /// Counts what the last lookup withheld: once a place, whichever its readings are.
    fn count_withheld(&mut self, matcher: &Matcher) {
        let withheld = matcher.withheld();
        if !self.seen.has_withheld && self.place == self.rows.len() {
            self.withheld += withheld;
        }
        self.seen.has_withheld |= withheld != Withheld::default();
    }

    /// Whether an indicator was reported for an earlier reading of the place at hand that has something of `span`.
    fn is_known(&self, id: u32, span: &Range<usize>) -> bool {
        self.rows[self.place..].iter().any(|row| {
            row.span.start < span.end
                && span.start < row.span.end
                && self.matches[row.matches.clone()].iter().any(|known| known.id == id)
        })
    }

    /// Puts aside the matches of the last lookup that are of the host, or of the URL as a whole. What an
    /// earlier reading of the place has reported is left out.
    fn take(
        &mut self,
        matcher: &mut Matcher,
        of_host: bool,
        span: Range<usize>,
        context: Context,
        write_canonical: impl FnOnce(&mut Matcher, &mut String),
    ) {
        let start = self.matches.len();
        for found in matcher.found().iter().filter(|found| found.of_host == of_host) {
            if !self.is_known(found.id, &span) {
                self.matches.push(*found);
            }
        }
        if self.matches.len() == start {
            return;
        }
        let text = self.text.len();
        write_canonical(matcher, &mut self.text);
        let canonical = text..self.text.len();
        self.rows.push(Row { span, context, canonical, matches: start..self.matches.len(), of_host });
    }

    /// By offset, at one offset the longest first. What two readings of one span found is one hit, unless one of them is the address
    /// whose reverse name the other is.
    pub(super) fn sort(&mut self) {
        self.rows.sort_by_key(|row| (row.span.start, Reverse(row.span.end), row.context.as_str()));
        let matches = &mut self.matches;
        self.rows.dedup_by(|later, first| {
            if later.span != first.span || later.context != first.context {
                return false;
            }
            let is_known = |found: &RawMatch| matches[first.matches.clone()].iter().any(|known| known.id == found.id);
            let new: Vec<RawMatch> =
                matches[later.matches.clone()].iter().filter(|found| !is_known(found)).copied().collect();
            if !new.is_empty() {
                let start = matches.len();
                matches.extend_from_within(first.matches.clone());
                matches.extend(new);
                first.matches = start..matches.len();
            }
            true
        });
    }

    /// Keeps a name or address that had matches which are withheld as it stands.
    #[cfg(feature = "events")]
    fn keep_weak(&mut self, matcher: &mut Matcher, token: &Token<'_>, span: Range<usize>) {
        let withheld = matcher.withheld();
        if withheld.name_like + withheld.host_only == 0 || token.alternative {
            return;
        }
        let canonical = self.write(|out| match token.kind {
            // Writing to a string does not fail.
            TokenKind::Ip(addr) => _ = write!(out, "{addr}"),
            _ => matcher.write_name(token.text, out),
        });
        self.weak.push(Weak {
            span,
            canonical,
            context: token.context,
            port: token.port,
            name_like: token.name_like && withheld.name_like > 0,
            is_url_host: withheld.host_only > 0,
        });
    }

    /// The rows, to be judged and put back, each or not. The space of those judged before is used for them.
    #[cfg(feature = "events")]
    pub(super) fn take_rows(&mut self) -> Vec<Row> {
        let spare = std::mem::take(&mut self.spare);
        std::mem::replace(&mut self.rows, spare)
    }

    /// Puts matches aside.
    #[cfg(feature = "events")]
    pub(super) fn put(&mut self, matches: impl Iterator<Item = RawMatch>) -> Range<usize> {
        let start = self.matches.len();
        self.matches.extend(matches);
        start..self.matches.len()
    }

    /// Puts text aside.
    #[cfg(feature = "events")]
    pub(super) fn write(&mut self, write: impl FnOnce(&mut String)) -> Range<usize> {
        let start = self.text.len();
        write(&mut self.text);
        start..self.text.len()
    }

    #[cfg(feature = "events")]
    pub(super) fn text(&self, span: &Range<usize>) -> &str {
        &self.text[span.clone()]
    }

    pub(super) fn canonical(&self, row: &Row) -> &str {
        &self.text[row.canonical.clone()]
    }

    pub(super) fn matches(&self, row: &Row) -> &[RawMatch] {
        &self.matches[row.matches.clone()]
    }

    /// What it takes in memory.
    pub(super) fn weight(&self) -> usize {
        self.rows.len() * size_of::<Row>() + self.matches.len() * size_of::<RawMatch>() + self.text.len()
    }
}

/// A thread's scratch space.
#[derive(Debug)]
pub(super) struct Worker {
    extractor: Extractor,
    /// What passes over the lines that hold nothing; `None` if every line must be looked at.
    finder: Option<LineFinder>,
    pub(super) matcher: Matcher,
    pub(super) found: Found,
    patterns: PatternLines,
    pub(super) events: Events,
}

/// The lines of a block that a pattern may match in.
#[derive(Debug, Default)]
struct PatternLines {
    /// Where they start, in order.
    starts: Vec<usize>,
    /// Space to undo escapes in.
    scratch: Vec<u8>,
}

impl PatternLines {
    /// Calls `each` with every such line.
    fn find(&mut self, sieve: &Sieve, view: &[u8], mut each: impl FnMut(Range<usize>)) {
        self.starts.clear();
        if !sieve.has_patterns() {
            return;
        }
        let mut start = 0;
        while start < view.len() {
            let end = memchr::memchr(b'\n', &view[start..]).map_or(view.len(), |len| start + len);
            if sieve.may_match_pattern(&view[start..end], &mut self.scratch) {
                self.starts.push(start);
                each(start..end);
            }
            start = end + 1;
        }
    }

    fn has(&self, start: usize) -> bool {
        self.starts.binary_search(&start).is_ok()
    }
}

/// Asks the sieve's prefilter, and what that lets pass the sieve itself.
struct SieveJudge<'s> {
    probe: &'s Probe,
    filter: &'s Prefilter,
    derived: &'s DerivedForms,
}

impl Judge for SieveJudge<'_> {
    fn addr(&mut self, addr: IpAddr) -> bool {
        let is_derived = |addr| self.derived.embedded(addr).is_some_and(|(v4, _)| self.probe.blocks_addr(v4.into()));
        self.probe.blocks_addr(addr) || matches!(addr, IpAddr::V6(addr) if is_derived(addr))
    }

    #[inline(always)]
    fn v4(&mut self, addr: u32) -> bool {
        self.filter.may_cover(addr) && self.probe.blocks_addr(IpAddr::V4(addr.into()))
    }

    #[inline(always)]
    fn name(&mut self, bytes: &[u8], start: usize, end: usize) -> bool {
        self.filter.may_hold(bytes, start, end) && is_listed(self.probe, &bytes[start..end])
    }
}

#[inline(never)]
fn is_listed(probe: &Probe, name: &[u8]) -> bool {
    let mut lower = [0; MAX_NAME];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).is_ok_and(|name| probe.blocks_name(name))
}

impl Worker {
    pub(super) fn new(sieve: &Sieve, options: &ScanOptions) -> Self {
        let extract = ExtractOptions { request_paths: sieve.has_path_patterns(), refang: options.refang };
        // One choice for the scan and its lookups.
        let matching = MatchOptions { engine: options.engine, ..options.matching.clone() };
        let matcher = sieve.matcher(&matching);
        Self {
            extractor: Extractor::new(extract),
            finder: finder(&matcher, options),
            matcher,
            found: Found::default(),
            patterns: PatternLines::default(),
            events: Events::new(options),
        }
    }

    pub(super) fn engine(&self) -> Engine {
        self.matcher.engine()
    }

    /// Scans a block; what it gave is in `found` until the next one.
    pub(super) fn scan(&mut self, bytes: &[u8], block: &Block) {
        let Self { extractor, finder, matcher, found, patterns, .. } = self;
        found.clear();
        let view = &bytes[block.view.clone()];
        let own = block.own.start - block.view.start..block.own.end - block.view.start;
        match finder {
            None => extractor.extract(view, own, &mut |token| look_up(matcher, found, token, 0)),
            Some(finder) => {
                let probe = matcher.probe();
                let (filter, filters) = (probe.prefilter(), probe.filters());
                let derived = matcher.options().derived.clone();
                let mut judge = SieveJudge { probe: &probe, filter, derived: &derived };
                let is_piece = own.len() != view.len();
                let mut any = false;
                patterns.find(probe.sieve(), view, |line| {
                    if !is_piece {
                        let text = &view[line.clone()];
                        extractor.extract(text, 0..text.len(), &mut |token| look_up(matcher, found, token, line.start));
                    }
                });
                let has_pattern = !patterns.starts.is_empty();
                let asked = finder.find(view, filters, &mut judge, &mut |line| {
                    any = true;
                    // What is found in a piece of a line depends on the whole of it.
                    if !is_piece && !patterns.has(line.start) {
                        let text = &view[line.clone()];
                        extractor.extract(text, 0..text.len(), &mut |token| {
                            look_up_likely(matcher, found, filter, token, line.start)
                        });
                    }
                });
                if is_piece && has_pattern {
                    extractor.extract(view, own, &mut |token| look_up(matcher, found, token, 0));
                } else if is_piece && any {
                    extractor.extract(view, own, &mut |token| look_up_likely(matcher, found, filter, token, 0));
                }
                found.observables += asked;
            }
        }
        found.sort();
    }

    /// What the last block gave, and what tells what it means.
    pub(super) fn found(&mut self) -> (&Found, &Matcher, &mut Events) {
        (&self.found, &self.matcher, &mut self.events)
    }
}

/// What passes over lines for these options, if anything can.
fn finder(matcher: &Matcher, options: &ScanOptions) -> Option<LineFinder> {
    let filter = matcher.sieve().prefilter();
    if options.engine == Engine::Scalar || filter.is_blind || options.refang {
        return None;
    }
    Some(LineFinder::new(matcher.kernel(), filter.wanted(options.matching.derived.any())))
}

/// As [`look_up`], unless the filter says that nothing can match.
fn look_up_likely(matcher: &mut Matcher, found: &mut Found, filter: &Prefilter, token: &Token<'_>, base: usize) {
    let is_likely = match token.kind {
        TokenKind::Ip(IpAddr::V4(addr)) => filter.may_cover(addr.to_bits()),
        TokenKind::Domain => matcher.sieve().may_hold_name(token.text),
        _ => true,
    };
    if is_likely {
        look_up(matcher, found, token, base);
        return;
    }
    found.observables += 1;
    if !token.alternative {
        found.begin_place();
    }
}

/// Looks a token up that was found in what starts at `base` of the block's view.
fn look_up(matcher: &mut Matcher, found: &mut Found, token: &Token<'_>, base: usize) {
    found.observables += 1;
    if !token.alternative {
        found.begin_place();
    }
    let seen = Seen { port: token.port, name_like: token.name_like };
    let span = base + token.start..base + token.end;
    match token.kind {
        TokenKind::Ip(addr) => {
            matcher.look_up_ip(addr, seen);
            found.count_withheld(matcher);
            found.take(matcher, true, span, token.context, |_, out| {
                // Writing to a string does not fail.
                let _ = write!(out, "{addr}");
            });
            #[cfg(feature = "events")]
            found.keep_weak(matcher, token, base + token.start..base + token.end);
        }
        TokenKind::Domain => {
            if matcher.look_up_domain(token.text, seen).is_ok() {
                found.count_withheld(matcher);
                found.take(matcher, true, span, token.context, |matcher, out| matcher.write_name(token.text, out));
                #[cfg(feature = "events")]
                found.keep_weak(matcher, token, base + token.start..base + token.end);
            }
        }
        TokenKind::Url => look_up_url(matcher, found, token, base),
        TokenKind::RequestPath => {
            matcher.look_up_request_path(token.text);
            found.count_withheld(matcher);
            found.take(matcher, false, span, token.context, |matcher, out| matcher.write_target(token.text, out));
        }
    }
}

/// A URL and its host are two observables. Where URLs of the host are listed, the URL is also looked up at the other places where it
/// may end. Patterns look at the first reading of a place.
fn look_up_url(matcher: &mut Matcher, found: &mut Found, token: &Token<'_>, base: usize) {
    let has_patterns = !std::mem::replace(&mut found.seen.has_url, true);
    let Ok(is_host_listed) = matcher.look_up_reading(token.text, token.name_like, has_patterns) else { return };
    found.count_withheld(matcher);
    let span = base + token.start..base + token.end;
    found.take(matcher, false, span, token.context, |matcher, out| matcher.write_url(token.text, out));
    if let Some((start, end)) = token.host {
        let span = base + start..base + end;
        found.take(matcher, true, span, Context::UrlHost, |matcher, out| matcher.write_host(token.text, out));
    }
    if let Some(url) = token.url.filter(|_| is_host_listed) {
        look_up_ends(matcher, found, token, &url, base);
    }
}

fn look_up_ends(matcher: &mut Matcher, found: &mut Found, token: &Token<'_>, url: &UrlText<'_>, base: usize) {
    let mut ends = std::mem::take(&mut found.ends);
    url.ends(&mut ends);
    matcher.look_up_url_ends(url.whole(), url.path(), &ends, token.name_like, |matcher, end| {
        found.count_withheld(matcher);
        let span = base + token.start..base + url.place(end.len);
        found.take(matcher, false, span, token.context, |matcher, out| matcher.write_url(url.up_to(end.len), out));
    });
    found.ends = ends;
}
