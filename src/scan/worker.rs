//! Scanning one block: looking up its tokens, and keeping the hits.

use std::fmt::Write;
use std::net::IpAddr;
use std::ops::Range;

use super::blocks::Block;
use super::events::Events;
use super::found::{BlockHits, Lines};
use super::options::ScanOptions;
#[cfg(feature = "events")]
use super::options::Validity;
use crate::arch::sweep::Wanted;
use crate::extract::exact::{ExactJudge, ExactPlaces};
use crate::extract::finder::{Judge, WordFinder};
use crate::extract::{Context, ExtractOptions, Extractor, Token, TokenKind, UrlText};
use crate::indicator::FileHash;
#[cfg(feature = "events")]
use crate::sieve::Moment;
use crate::sieve::{DerivedForms, Engine, MatchOptions, Matcher, Prefilter, Probe, Seen, Sieve};
use crate::value::email::EmailScratch;
use crate::value::ip;
#[cfg(feature = "events")]
use crate::value::url::after_scheme;

/// A thread's scratch space.
#[derive(Debug)]
pub(super) struct Worker {
    extractor: Extractor,
    /// Skips words that hold nothing; `None` if every line must be looked at.
    finder: Option<WordFinder>,
    /// The words of a block that may hold a hit.
    words: Vec<Range<usize>>,
    /// True if hashes, and if mail addresses, are listed.
    has_exact: (bool, bool),
    pub(super) matcher: Matcher,
    pub(super) found: BlockHits,
    certain: CertainLines,
    pub(super) events: Events,
    pub(super) lines: Lines,
}

/// The lines of a block that must be extracted in full: a pattern may match there, or a listed hash or mail address was found.
#[derive(Debug, Default)]
struct CertainLines {
    /// The starts of the lines, in order.
    starts: Vec<usize>,
    /// Scratch space for undoing escapes.
    scratch: Vec<u8>,
    email: EmailScratch,
}

impl CertainLines {
    /// Records the lines that a pattern may match in.
    fn find_patterns(&mut self, sieve: &Sieve, view: &[u8]) {
        self.starts.clear();
        if !sieve.has_patterns() {
            return;
        }
        let mut start = 0;
        while start < view.len() {
            let end = memchr::memchr(b'\n', &view[start..]).map_or(view.len(), |len| start + len);
            if sieve.may_match_pattern(&view[start..end], &mut self.scratch) {
                self.starts.push(start);
            }
            start = end + 1;
        }
    }

    /// Adds the lines with listed hashes or mail addresses. Returns the number of places that were looked at.
    fn find_exact(&mut self, places: &ExactPlaces, probe: &Probe, view: &[u8]) -> u64 {
        let Self { starts, email, .. } = self;
        // The line that was recorded last.
        let (known, mut line) = (starts.len(), 0..0);
        let asked = places.find(view, &mut SieveExactJudge { probe, email }, &mut |place| {
            if !line.contains(&place) {
                let start = memchr::memrchr(b'\n', &view[..place]).map_or(0, |at| at + 1);
                line = start..memchr::memchr(b'\n', &view[place..]).map_or(view.len(), |len| place + len);
                starts.push(start);
            }
        });
        if starts.len() > known {
            starts.sort_unstable();
            starts.dedup();
        }
        asked
    }

    /// Returns true if a place is on one of the lines.
    fn has(&self, view: &[u8], place: usize) -> bool {
        let behind = self.starts.partition_point(|&start| start <= place);
        behind > 0 && memchr::memchr(b'\n', &view[self.starts[behind - 1]..place]).is_none()
    }
}

/// Asks the sieve's prefilter and, for what that lets pass, the sieve itself.
struct SieveJudge<'s> {
    probe: &'s Probe,
    filter: &'s Prefilter,
    derived: &'s DerivedForms,
    /// The last answer about IPv6 addresses, and what it was about: addresses on neighbouring lines often begin alike.
    six: Option<((u16, Option<u16>), bool)>,
}

impl Judge for SieveJudge<'_> {
    fn addr(&mut self, addr: IpAddr) -> bool {
        let is_derived = |addr| self.derived.embedded(addr).is_some_and(|(v4, _)| self.probe.blocks_addr(v4.into()));
        self.probe.blocks_addr(addr) || matches!(addr, IpAddr::V6(addr) if is_derived(addr))
    }

    fn six(&mut self, first: u16, second: Option<u16>) -> bool {
        // IPv6 addresses that begin like this may stand for IPv4 addresses.
        if matches!(first, 0 | 0x64) || self.derived.any() {
            return true;
        }
        match self.six {
            Some((last, answer)) if last == (first, second) => answer,
            _ => {
                let answer = self.probe.may_block_six(first, second);
                self.six = Some(((first, second), answer));
                answer
            }
        }
    }

    #[inline(always)]
    fn v4(&mut self, addr: u32) -> bool {
        self.filter.may_cover(addr) && self.probe.blocks_addr(IpAddr::V4(addr.into()))
    }

    #[inline(always)]
    fn name(&mut self, bytes: &[u8], start: usize, end: usize) -> bool {
        self.filter.may_hold(bytes, start, end) && self.probe.blocks_name(&bytes[start..end])
    }
}

/// Asks the sieve about hashes and mail addresses.
struct SieveExactJudge<'s> {
    probe: &'s Probe,
    email: &'s mut EmailScratch,
}

impl ExactJudge for SieveExactJudge<'_> {
    fn hash(&mut self, hash: &FileHash) -> bool {
        self.probe.may_hold_hash(hash)
    }

    #[inline(always)]
    fn may_be_email(&self, bytes: &[u8], at: usize) -> bool {
        self.probe.may_hold_email(bytes, at)
    }

    fn email(&mut self, text: &[u8]) -> bool {
        self.probe.holds_email(text, self.email)
    }
}

impl Worker {
    pub(super) fn new(sieve: &Sieve, options: &ScanOptions) -> Self {
        let (hashes, emails) = sieve.has_exact();
        let extract =
            ExtractOptions { request_paths: sieve.has_path_patterns(), refang: options.refang, hashes, emails };
        // Scan and lookups use the same engine.
        let matching = MatchOptions { engine: options.engine, ..options.matching.clone() };
        #[cfg_attr(not(feature = "events"), expect(unused_mut, reason = "only events have a time"))]
        let mut matcher = sieve.matcher_with(&matching);
        #[cfg(feature = "events")]
        if options.validity == Validity::AtEvent {
            matcher.set_moment(Moment::Later);
        }
        Self {
            extractor: Extractor::new(extract),
            finder: finder(&matcher, options),
            words: Vec::new(),
            has_exact: (hashes, emails),
            matcher,
            found: BlockHits::default(),
            certain: CertainLines::default(),
            events: Events::new(options),
            lines: Lines::default(),
        }
    }

    pub(super) fn engine(&self) -> Engine {
        self.matcher.engine()
    }

    /// Scans a block. [`next_line`](Self::next_line) then gives the hits, line by line.
    pub(super) fn scan(&mut self, bytes: &[u8], block: &Block) {
        let Self { extractor, finder, words, has_exact, matcher, found, certain, .. } = self;
        found.clear();
        let view = &bytes[block.view.clone()];
        let own = block.own.start - block.view.start..block.own.end - block.view.start;
        match finder {
            None => extractor.extract(view, own, &mut |token| look_up(matcher, found, token, 0)),
            Some(finder) => {
                let probe = matcher.probe();
                let (filter, filters) = (probe.prefilter(), probe.filters());
                let derived = matcher.options().derived.clone();
                let mut judge = SieveJudge { probe: &probe, filter, derived: &derived, six: None };
                let is_piece = own.len() != view.len();
                words.clear();
                let asked = finder.find(view, filters, &mut judge, &mut |word| words.push(word));
                certain.find_patterns(probe.sieve(), view);
                found.observables += asked + certain.find_exact(finder.exact_places(), &probe, view);
                found.words += words.len() as u64;
                let is_certain = !certain.starts.is_empty();
                extractor.look_for(has_exact.0, has_exact.1);
                for &start in certain.starts.iter().filter(|_| !is_piece) {
                    let end = memchr::memchr(b'\n', &view[start..]).map_or(view.len(), |len| start + len);
                    let text = &view[start..end];
                    extractor.extract(text, 0..text.len(), &mut |token| look_up(matcher, found, token, start));
                }
                // Listed hashes and mail addresses are only on lines that have been extracted in full.
                extractor.look_for(false, false);
                // The readings in a piece of a line depend on the whole piece, so it is extracted in full.
                if is_piece && is_certain {
                    extractor.look_for(has_exact.0, has_exact.1);
                    extractor.extract(view, own, &mut |token| look_up(matcher, found, token, 0));
                } else if is_piece && !words.is_empty() {
                    extractor.extract(view, own, &mut |token| look_up_likely(matcher, found, filter, token, 0));
                } else {
                    for word in words.drain(..).filter(|word| !is_certain || !certain.has(view, word.start)) {
                        extractor
                            .extract_words(view, word, &mut |token| look_up_likely(matcher, found, filter, token, 0));
                    }
                }
            }
        }
        found.sort(matcher);
        self.lines.begin(&mut self.found);
        self.events.forget();
    }

    /// Goes on to the next line with hits; `false` if there is none. Without events, nothing is judged.
    #[cfg(not(feature = "events"))]
    pub(super) fn next_line(&mut self, _: &[u8], _: &Block, _: &super::events::PartHeads) -> bool {
        self.lines.rest(&mut self.found)
    }

    /// Returns the hits of the last line, with the matcher and the events that explain them.
    pub(super) fn found(&mut self) -> (&BlockHits, &Matcher, &mut Events) {
        (&self.found, &self.matcher, &mut self.events)
    }
}

/// Returns a finder that skips words, if these options allow one.
fn finder(matcher: &Matcher, options: &ScanOptions) -> Option<WordFinder> {
    let filter = matcher.sieve().prefilter();
    if options.engine == Engine::Scalar || filter.is_blind || options.refang {
        return None;
    }
    let (hashes, emails) = matcher.sieve().has_exact();
    let wanted = filter.wanted(options.matching.derived.any());
    Some(WordFinder::new(matcher.kernel(), Wanted { hashes, emails, ..wanted }))
}

/// Like [`look_up`], unless the filter says that nothing can match.
fn look_up_likely(matcher: &mut Matcher, found: &mut BlockHits, filter: &Prefilter, token: &Token<'_>, base: usize) {
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

/// Looks up a token. `base` is where the extracted text starts in the block's view.
fn look_up(matcher: &mut Matcher, found: &mut BlockHits, token: &Token<'_>, base: usize) {
    found.observables += 1;
    if !token.alternative {
        found.begin_place();
    }
    let seen = Seen { port: token.port, name_like: token.name_like };
    #[cfg(feature = "events")]
    {
        found.port = token.port;
    }
    let span = base + token.start..base + token.end;
    match token.kind {
        TokenKind::Ip(addr) => {
            matcher.look_up_ip(addr, seen);
            found.count_withheld(matcher);
            found.take(matcher, true, span, token.context, |_, out| ip::write_addr(addr, out));
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
        TokenKind::Hash => {
            if let Ok(hash) = FileHash::parse(token.text) {
                matcher.look_up_hash(&hash);
                found.count_withheld(matcher);
                found.take(matcher, false, span, token.context, |_, out| {
                    // Writing to a string does not fail.
                    let _ = write!(out, "{hash}");
                });
            }
        }
        TokenKind::Email => {
            if matcher.look_up_email(token.text).is_ok() {
                found.count_withheld(matcher);
                found.take(matcher, false, span, token.context, |matcher, out| matcher.write_email(token.text, out));
            }
        }
        TokenKind::RequestPath => {
            matcher.look_up_request_path(token.text);
            found.count_withheld(matcher);
            found.take(matcher, false, span, token.context, |matcher, out| matcher.write_target(token.text, out));
        }
    }
}

/// In a URL longer than this, the path is made canonical only as far as listed URLs go.
const LONG_URL: usize = 256;

/// Looks up a URL and its host, which are two observables. If URLs of the host are listed, the URL is also looked up at the other
/// places where it may end. Patterns see only the first reading of a place.
fn look_up_url(matcher: &mut Matcher, found: &mut BlockHits, token: &Token<'_>, base: usize) {
    let has_patterns = found.is_first_url();
    let is_long = token.text.len() > LONG_URL && !(has_patterns && matcher.sieve().has_path_patterns());
    let reach = match &token.url {
        Some(url) if is_long => matcher.look_up_long_url(url.whole(), url.path(), token.text, token.name_like),
        url => matcher.look_up_reading(token.text, token.name_like, has_patterns).map(|is_host_listed| match url {
            Some(url) if is_host_listed => Some(matcher.reach_of_url(url.whole(), url.path())),
            _ => None,
        }),
    };
    let Ok(reach) = reach else { return };
    found.count_withheld(matcher);
    let span = base + token.start..base + token.end;
    #[cfg(feature = "events")]
    if !matcher.found().is_empty() {
        found.port = url_port(token.text);
    }
    found.take(matcher, false, span, token.context, |matcher, out| matcher.write_url(token.text, out));
    if let Some((start, end)) = token.host {
        let span = base + start..base + end;
        found.take(matcher, true, span, Context::UrlHost, |matcher, out| matcher.write_host(token.text, out));
    }
    // Most URLs share only a few bytes with the listed ones.
    if let Some((url, reach)) = token.url.zip(reach)
        && reach > url.path()
    {
        look_up_ends(matcher, found, token, &url, reach, base);
    }
}

fn look_up_ends(
    matcher: &mut Matcher,
    found: &mut BlockHits,
    token: &Token<'_>,
    url: &UrlText<'_>,
    most: usize,
    base: usize,
) {
    let mut ends = std::mem::take(&mut found.ends);
    url.ends(most, &mut ends);
    matcher.look_up_url_ends(url.whole(), url.path(), &ends, token.name_like, |matcher, end| {
        found.count_withheld(matcher);
        let span = base + token.start..base + url.place(end.len);
        found.take(matcher, false, span, token.context, |matcher, out| matcher.write_url(url.up_to(end.len), out));
    });
    found.ends = ends;
}

/// Returns the port of a URL: the explicit one, or that of its scheme.
#[cfg(feature = "events")]
fn url_port(text: &[u8]) -> Option<u16> {
    let after = after_scheme(text);
    let rest = &text[after.unwrap_or(0)..];
    let authority = &rest[..rest.iter().position(|byte| b"/?#\\".contains(byte)).unwrap_or(rest.len())];
    let digits = authority.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, port) = authority.split_at(authority.len() - digits);
    if before.ends_with(b":") && digits > 0 {
        return str::from_utf8(port).ok()?.parse().ok();
    }
    match &text[..after? - 3] {
        scheme if scheme.eq_ignore_ascii_case(b"https") || scheme.eq_ignore_ascii_case(b"wss") => Some(443),
        scheme if scheme.eq_ignore_ascii_case(b"http") || scheme.eq_ignore_ascii_case(b"ws") => Some(80),
        scheme if scheme.eq_ignore_ascii_case(b"ftp") => Some(21),
        _ => None,
    }
}
