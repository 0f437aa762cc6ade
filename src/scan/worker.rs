//! One block of an input: its tokens, looked up, and the hits put aside.

use std::cmp::Reverse;
use std::fmt::Write;
use std::net::IpAddr;
use std::ops::Range;

use super::blocks::Block;
use super::options::ScanOptions;
use crate::extract::lines::{Judge, LineFinder};
use crate::extract::{Context, ExtractOptions, Extractor, Token, TokenKind, Verdict};
use crate::limits::MAX_NAME;
use crate::sieve::{
    DerivedForms, Engine, MatchOptions, Matcher, Matches, Prefilter, Probe, RawMatch, Seen, Sieve, Withheld,
};

/// A hit by its place in the block's view and in the columns of [`Found`].
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) span: Range<usize>,
    pub(super) context: Context,
    canonical: Range<usize>,
    matches: Range<usize>,
}

/// What one block gave.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    matches: Vec<RawMatch>,
    text: String,
    pub(super) observables: u64,
    pub(super) withheld: Withheld,
    /// Of the place at hand: where the reading starts that is a URL whose host had a match.
    host_found: Option<usize>,
}

impl Found {
    fn clear(&mut self) {
        self.rows.clear();
        self.matches.clear();
        self.text.clear();
        self.observables = 0;
        self.withheld = Withheld::default();
    }

    /// Puts aside the matches of the last lookup that are of the host, or of the URL as a whole. Returns whether there
    /// were any.
    fn take(
        &mut self,
        matcher: &mut Matcher,
        of_host: bool,
        span: Range<usize>,
        context: Context,
        write_canonical: impl FnOnce(&mut Matcher, &mut String),
    ) -> bool {
        let start = self.matches.len();
        self.matches.extend(matcher.found().iter().filter(|found| found.of_host == of_host));
        if self.matches.len() == start {
            return false;
        }
        let text = self.text.len();
        write_canonical(matcher, &mut self.text);
        let canonical = text..self.text.len();
        self.rows.push(Row { span, context, canonical, matches: start..self.matches.len() });
        true
    }

    /// By offset, at one offset the longest first. What two readings of one place found is one hit.
    fn sort(&mut self) {
        self.rows.sort_by_key(|row| (row.span.start, Reverse(row.span.end)));
        let matches = &mut self.matches;
        self.rows.dedup_by(|later, first| {
            if later.span != first.span {
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

    pub(super) fn canonical(&self, row: &Row) -> &str {
        &self.text[row.canonical.clone()]
    }
}

/// A thread's scratch space.
#[derive(Debug)]
pub(super) struct Worker {
    extractor: Extractor,
    /// What passes over the lines that hold nothing; `None` if every line must be looked at.
    finder: Option<LineFinder>,
    matcher: Matcher,
    pub(super) found: Found,
    patterns: PatternLines,
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
        }
    }

    pub(super) fn engine(&self) -> Engine {
        self.matcher.engine()
    }

    /// Scans a block; what it gave is in `found` until the next one.
    pub(super) fn scan(&mut self, bytes: &[u8], block: &Block) {
        let Self { extractor, finder, matcher, found, patterns } = self;
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

    pub(super) fn matches(&self, row: &Row) -> Matches<'_> {
        self.matcher.matches_of(&self.found.matches[row.matches.clone()])
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
fn look_up_likely(
    matcher: &mut Matcher,
    found: &mut Found,
    filter: &Prefilter,
    token: &Token<'_>,
    base: usize,
) -> Verdict {
    let is_likely = match token.kind {
        TokenKind::Ip(IpAddr::V4(addr)) => filter.may_cover(addr.to_bits()),
        TokenKind::Domain => matcher.sieve().may_hold_name(token.text),
        _ => true,
    };
    if is_likely {
        return look_up(matcher, found, token, base);
    }
    found.observables += 1;
    if !token.alternative {
        found.host_found = None;
    }
    if found.host_found.is_some() { Verdict::Settled } else { Verdict::TryAlternatives }
}

/// Looks a token up that was found in what starts at `base` of the block's view.
fn look_up(matcher: &mut Matcher, found: &mut Found, token: &Token<'_>, base: usize) -> Verdict {
    found.observables += 1;
    if !token.alternative {
        found.host_found = None;
    }
    // A URL and its host are two observables: another reading of the URL may match that has the same host.
    let is_same_host = token.has_scheme || found.host_found == Some(token.start);
    if found.host_found.is_some() && !(token.kind == TokenKind::Url && is_same_host) {
        return Verdict::Settled;
    }
    let seen = Seen { port: token.port, name_like: token.name_like };
    let span = base + token.start..base + token.end;
    let is_found = match token.kind {
        TokenKind::Ip(addr) => {
            matcher.look_up_ip(addr, seen);
            found.withheld += matcher.withheld();
            found.take(matcher, true, span, token.context, |_, out| {
                // Writing to a string does not fail.
                let _ = write!(out, "{addr}");
            })
        }
        TokenKind::Domain => {
            if matcher.look_up_domain(token.text, seen).is_err() {
                return Verdict::TryAlternatives;
            }
            found.withheld += matcher.withheld();
            found.take(matcher, true, span, token.context, |matcher, out| matcher.write_name(token.text, out))
        }
        TokenKind::Url => {
            let Ok(can_cuts_match) = matcher.look_up_url(token.text, token.name_like) else {
                return Verdict::TryAlternatives;
            };
            // The host was counted when the whole URL was looked up.
            if !token.alternative {
                found.withheld += matcher.withheld();
            }
            let is_url =
                found.take(matcher, false, span, token.context, |matcher, out| matcher.write_url(token.text, out));
            if found.host_found.is_none()
                && let Some((start, end)) = token.host
            {
                let is_host = found.take(matcher, true, base + start..base + end, Context::UrlHost, |matcher, out| {
                    matcher.write_host(token.text, out)
                });
                found.host_found = is_host.then_some(token.start);
            }
            if !is_url && !can_cuts_match {
                return Verdict::NoCuts;
            }
            is_url
        }
        TokenKind::RequestPath => {
            matcher.look_up_request_path(token.text);
            found.withheld += matcher.withheld();
            found.take(matcher, false, span, token.context, |matcher, out| matcher.write_target(token.text, out))
        }
    };
    if is_found { Verdict::Settled } else { Verdict::TryAlternatives }
}
