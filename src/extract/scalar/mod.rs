//! The scalar reference extractor: one pass over the bytes, from run to run.

mod names;
mod plain;
mod urls;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::ops::Range;

use super::exact::{All, Exact};
use super::grammar::escape;
use super::grammar::words::word_before;
use super::grammar::{HOST, SIX, STOP, at, before, is, is_name_scalar, scalar};
use super::options::ExtractOptions;
use super::token::{Context, Token, TokenKind};
use super::url::Texts;
use super::{decode, ip6, refang, saddr};
use crate::arch::host::host_bytes;
use crate::limits::{MAX_NAME, MAX_OBSERVABLE};
use crate::value::{UrlScratch, ip};

/// The scalar reference extractor. It owns scratch space, and allocates nothing once warm.
#[derive(Debug, Default)]
pub struct Extractor {
    options: ExtractOptions,
    /// The current run, decoded.
    run: decode::Decoded,
    name: String,
    /// The current URL.
    texts: Texts,
    starts: Vec<usize>,
    /// Space of the current scan: the URLs around a place, and the starts of the latest ones.
    regions: Vec<Region>,
    recent: VecDeque<usize>,
    /// The hashes and mail addresses of the current text.
    exact: All,
    url: UrlScratch,
}

impl Extractor {
    /// Makes an extractor.
    pub fn new(options: ExtractOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Turns the search for hashes and mail addresses on or off.
    pub(crate) fn look_for(&mut self, hashes: bool, emails: bool) {
        (self.options.hashes, self.options.emails) = (hashes, emails);
    }

    /// Emits the tokens of `haystack` that start in `own`. Bytes outside it serve only as context, of which at most
    /// [`PIECE_OVERLAP`](crate::limits::PIECE_OVERLAP) on each side matter.
    pub fn extract(&mut self, haystack: &[u8], own: Range<usize>, sink: &mut dyn FnMut(&Token<'_>)) {
        Scan::new(self, haystack, own, sink).run();
    }

    /// Like [`extract`](Extractor::extract), for `words` that are surrounded by bytes that end every URL. Reads nothing
    /// beyond the words except for what their tokens need. Does not refang.
    pub(crate) fn extract_words(&mut self, haystack: &[u8], words: Range<usize>, sink: &mut dyn FnMut(&Token<'_>)) {
        debug_assert!(!self.options.refang, "words are refanged whole");
        Scan::new(self, haystack, words, sink).word();
    }
}

/// A URL around the current position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Region {
    start: usize,
    /// The end of its own part: its end, or the place in its path where a separate text begins.
    end: usize,
    /// Its certain end.
    stop: usize,
    /// The start of its authority.
    authority: usize,
    /// The start of its path.
    path: usize,
    /// The start of its query or fragment.
    query: usize,
}

/// A maximal run of name bytes, non-ASCII name characters, and JSON escapes of either.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: usize,
    /// The first place where addresses may start; anything before it belongs to another address.
    quads: usize,
    end: usize,
    dots: usize,
    is_ascii: bool,
    is_escaped: bool,
}

impl Run {
    fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// The end of an address, and the start of the run around that place.
///
/// This is not an `Option`: for one, the compiler compares the place before it checks whether there is one. That is
/// harmless, but valgrind reports a jump that depends on uninitialised memory.
#[derive(Clone, Copy, Debug)]
struct Rest {
    from: usize,
    start: usize,
}

impl Rest {
    const NONE: Self = Self { from: usize::MAX, start: 0 };
}

/// A sequence of DNS labels, `(3)www(4)evil`.
#[derive(Clone, Copy, Debug, Default)]
struct Labels {
    end: usize,
    /// True if the root ends the sequence.
    is_name: bool,
}

struct Scan<'a, 's> {
    own: &'a mut Extractor,
    bytes: &'a [u8],
    report: Range<usize>,
    sink: &'s mut dyn FnMut(&Token<'_>),
    /// The start of the first reading of the current place, once there is one. All readings of a place belong to the
    /// part of the haystack in which the first one starts.
    anchor: Option<usize>,
    /// The URLs around the current place, the innermost last.
    regions: Vec<Region>,
    /// The starts of URLs in the last 16 KiB that extend to the same end.
    starts: VecDeque<usize>,
    /// A part of the haystack in which nothing ends a URL.
    without_end: Range<usize>,
    /// The path of the latest URL without a scheme whose first slash is encoded. No other such URL begins in it.
    encoded_path: Range<usize>,
    rest: Rest,
    /// The latest sequence of DNS labels.
    labels: Labels,
    /// The start of the next hash or mail address, which were all found in advance; `usize::MAX` if there is none.
    next_exact: usize,
}

impl<'a, 's> Scan<'a, 's> {
    pub(super) fn new(
        own: &'a mut Extractor,
        bytes: &'a [u8],
        report: Range<usize>,
        sink: &'s mut dyn FnMut(&Token<'_>),
    ) -> Self {
        let mut regions = std::mem::take(&mut own.regions);
        let mut starts = std::mem::take(&mut own.recent);
        regions.clear();
        starts.clear();
        let mut next_exact = usize::MAX;
        if own.options.hashes || own.options.emails {
            own.exact.collect(bytes, own.options.hashes, own.options.emails);
            next_exact = own.exact.next();
        }
        Self {
            own,
            bytes,
            report,
            sink,
            anchor: None,
            regions,
            starts,
            without_end: 0..0,
            encoded_path: 0..0,
            rest: Rest::NONE,
            labels: Labels::default(),
            next_exact,
        }
    }

    pub(super) fn run(mut self) {
        // The `[` of a URL without a scheme precedes the place where its address is found.
        let end = self.bytes.len().min(self.report.end.saturating_add(1));
        if self.own.options.refang {
            self.refanged(end);
        } else {
            self.range(0, end);
        }
        self.exact_up_to(usize::MAX);
        // Return the space for the next scan.
        (self.own.regions, self.own.recent) = (self.regions, self.starts);
    }

    /// Finds everything that starts in a separate part of the haystack, just as [`run`](Self::run) over the whole would.
    pub(super) fn word(mut self) {
        let Range { start, end } = self.report;
        self.range(start, end);
        (self.own.regions, self.own.recent) = (self.regions, self.starts);
    }

    /// Like [`range`](Self::range), but refangs the words that need it.
    fn refanged(&mut self, end: usize) {
        let bytes = self.bytes;
        let mut text = Vec::new();
        let mut map = Vec::new();
        let mut i = 0;
        while i < end {
            let word = bytes[i..].iter().position(|&b| refang::ends_word(b)).map_or(bytes.len(), |len| i + len);
            let is_inside = self.regions.last().is_some_and(|region| i < region.end);
            if word > i && !is_inside && refang::word(&bytes[i..word], &mut text, &mut map) {
                self.exact_up_to(i);
                // Those within the word are found in its refanged text instead.
                let exact = std::mem::take(&mut self.own.exact);
                self.refanged_word(i, &text, &map);
                self.own.exact = exact;
                self.own.exact.pass_to(word);
                self.next_exact = if self.next_exact == usize::MAX { usize::MAX } else { self.own.exact.next() };
                i = word;
            } else {
                i = self.range(i, word.max(i + 1));
            }
        }
    }

    /// Emits the tokens of a refanged word. The word stands at `base` of the haystack.
    fn refanged_word(&mut self, base: usize, text: &[u8], map: &[u32]) {
        let raw = |at: usize| base + map[at] as usize;
        let (report, sink) = (&self.report, &mut *self.sink);
        let mut is_own = false;
        let mut mapped = |token: &Token<'_>| {
            if !token.alternative {
                is_own = report.contains(&raw(token.start));
            }
            if is_own {
                let host = token.host.map(|(start, end)| (raw(start), raw(end)));
                let url = token.url.map(|url| url.within(map, base));
                sink(&Token { start: raw(token.start), end: raw(token.end), host, url, ..*token });
            }
        };
        let mut inner = Scan::new(self.own, text, 0..text.len(), &mut mapped);
        inner.range(0, text.len());
        inner.exact_up_to(usize::MAX);
    }

    /// Finds everything that starts from `i` up to `end`. Returns the place at which to continue.
    pub(super) fn range(&mut self, mut i: usize, end: usize) -> usize {
        let bytes = self.bytes;
        // If an address ends at the edge of a part, the run around that place starts before the edge.
        while i < end || i < bytes.len() && self.rest.from == i && self.rest.start < end {
            if self.next_exact < i {
                // Now, while the URLs around them are known.
                self.exact_up_to(i);
            }
            // The run around the end of an address may start within a URL that has ended since.
            let place = if self.rest.from == i { self.rest.start } else { i };
            while self.regions.last().is_some_and(|region| place >= region.end) {
                self.regions.pop();
            }
            let b = bytes[i];
            i = if is(b, HOST) {
                self.host_run(i)
            } else if is(b, STOP) {
                self.stop(i)
            } else {
                i + 1
            };
            // The rest of a run in which an address ends is not plain.
            if self.rest.from != i {
                i = self.pass_over(i, end);
            }
        }
        i
    }

    /// Emits the hashes and mail addresses that start before `end`.
    #[inline(never)]
    fn exact_up_to(&mut self, end: usize) {
        while self.next_exact < end {
            let (Exact { span, is_hash, alternative, .. }, own) = self.own.exact.take();
            self.next_exact = self.own.exact.next();
            if !alternative {
                self.begin();
            }
            let kind = if is_hash { TokenKind::Hash } else { TokenKind::Email };
            // Text before `://`, in the scheme or glued to it, has the context `text`.
            let is_around = |region: &&Region| (region.authority..region.end).contains(&span.start);
            let context = self.context_in(self.regions.iter().rev().find(is_around), span.start);
            let token = self.token(kind, span.clone(), own.as_deref().unwrap_or(&self.bytes[span]));
            self.emit(Token { context, ..token });
        }
    }

    /// Handles a byte that may start something other than a plain run.
    fn stop(&mut self, i: usize) -> usize {
        let bytes = self.bytes;
        match bytes[i] {
            b':' if at(bytes, i + 1) == b':' && !is(before(bytes, i), SIX) => {
                self.ip6_at(i).map_or(i + 1, |(_, next)| self.rest_of_run(next))
            }
            b'(' if at(bytes, i + 1).is_ascii_digit() => self.dns_labels(i).unwrap_or(i + 1),
            b'\\' if decode::unicode_escape(bytes, i).is_some() => self.host_run(i),
            b'"' | b'\t' | b'/' if self.own.options.request_paths => {
                self.request_path(i);
                i + 1
            }
            0x80.. => match scalar(bytes, i) {
                Some((c, _)) if is_name_scalar(c) => self.host_run(i),
                Some((_, len)) => i + len,
                None => i + 1,
            },
            _ => i + 1,
        }
    }

    /// The innermost URL around a place.
    fn region_at(&self, at: usize) -> Option<&Region> {
        self.regions.iter().rev().find(|region| (region.start..region.end).contains(&at))
    }

    fn context(&self, at: usize) -> Context {
        self.context_in(self.region_at(at), at)
    }

    fn context_in(&self, region: Option<&Region>, at: usize) -> Context {
        let Some(region) = region else {
            let is_mail = before(self.bytes, at) == b'@'
                && at.checked_sub(2).is_some_and(|at| is(self.bytes[at], HOST) || self.bytes[at] >= 0x80);
            return if is_mail { Context::Email } else { Context::Text };
        };
        if at < region.path {
            Context::UrlHost
        } else if at < region.query {
            Context::UrlPath
        } else {
            Context::UrlQuery
        }
    }

    fn token<'t>(&self, kind: TokenKind, span: Range<usize>, text: &'t [u8]) -> Token<'t> {
        Token {
            kind,
            start: span.start,
            end: span.end,
            text,
            port: None,
            name_like: false,
            context: self.context(span.start),
            host: None,
            has_scheme: false,
            alternative: false,
            url: None,
        }
    }

    /// Starts a new place.
    fn begin(&mut self) {
        self.anchor = None;
    }

    /// Emits a reading of the current place, if that place belongs to the part to report.
    fn emit(&mut self, token: Token<'_>) {
        let alternative = self.anchor.is_some();
        let start = *self.anchor.get_or_insert(token.start);
        if self.report.contains(&start) {
            (self.sink)(&Token { alternative, ..token });
        }
    }

    /// Handles the run of name bytes at `i`. Returns the place at which to continue.
    fn host_run(&mut self, i: usize) -> usize {
        let bytes = self.bytes;
        if self.rest.from != i
            && let Some(end) = self.plain_run(i)
        {
            return end;
        }
        let rest = std::mem::replace(&mut self.rest, Rest::NONE);
        let start = if rest.from == i { rest.start } else { i };
        let run = Run { quads: i, ..self.measure(start) };
        let end = run.end;
        let separator = escape::separator(bytes, end);
        if at(bytes, end) == b':' && separator.is_none() {
            // Only the last part of the run touches the colon.
            let start = bytes[i..end].iter().rposition(|&b| !is(b, SIX)).map_or(i, |at| i + at + 1);
            // The end of an address or of its zone does not start another address.
            let is_rest = run.start < i && is(before(bytes, i), SIX);
            let goes_on = start == i && (is_rest || before(bytes, i) == b':' && i > 1 && is(bytes[i - 2], SIX));
            if !goes_on
                && start < end
                && let Some((span, next)) = self.ip6_at(start)
            {
                // The runs before the address hold names of their own.
                if span.start > i {
                    self.names(&run);
                }
                let mut before = end;
                while before < span.start {
                    if is(bytes[before], HOST) {
                        let run = self.measure(before);
                        self.names(&run);
                        before = run.end;
                    } else {
                        before += 1;
                    }
                }
                return self.rest_of_run(next);
            }
        }
        if let Some((len, written)) = separator
            && let Some(next) = self.url_with_scheme(&run, len, written)
        {
            return next;
        }
        if at(bytes, end) == b'=' && word_before(bytes, end) == b"saddr" {
            self.socket_address(end + 1);
        }
        self.names(&run)
    }

    fn measure(&self, i: usize) -> Run {
        let bytes = self.bytes;
        let mut run = Run { start: i, quads: i, end: i, dots: 0, is_ascii: true, is_escaped: false };
        loop {
            let (len, dots) = host_bytes(&bytes[run.end..]);
            run.end += len;
            run.dots += dots;
            let b = at(bytes, run.end);
            if b >= 0x80
                && let Some(len) = decode::name_scalar(bytes, run.end)
            {
                run.is_ascii = false;
                run.end += len;
            } else if b == b'\\'
                && let Some((_, len)) = decode::unicode_escape(bytes, run.end)
            {
                run.is_escaped = true;
                run.end += len;
            } else {
                return run;
            }
        }
    }

    /// Notes that the run around the end of an address continues after it, as in `2001:db8::1-x.test`. The rest is then
    /// read as a part of that run.
    fn rest_of_run(&mut self, from: usize) -> usize {
        let start = self.bytes[..from].iter().rposition(|&b| !is(b, HOST)).map_or(0, |at| at + 1);
        self.rest = Rest { from, start };
        from
    }

    /// Reads the address in the run of colons, letters and digits from `start` on. Returns its range, and the place at
    /// which to continue.
    fn ip6_at(&mut self, start: usize) -> Option<(Range<usize>, usize)> {
        let places = ip6::find(self.bytes, start);
        let first = places.readings().next()?;
        self.begin();
        if let Some(next) = self.bracketed_url(first) {
            return Some((first.span.clone(), next));
        }
        let mut next = places.end;
        let mut before = first.span.clone();
        for found in places.readings() {
            let addr = ip::canonical(IpAddr::V6(found.addr));
            let token = self.token(TokenKind::Ip(addr), found.span.clone(), &self.bytes[found.span.clone()]);
            self.emit(Token { port: found.port, ..token });
            next = next.max(found.end);
            before.start = before.start.min(found.span.start);
        }
        Some((before, next))
    }

    /// Reads a URL without a scheme whose host is an address in brackets.
    fn bracketed_url(&mut self, found: &ip6::Address) -> Option<usize> {
        let bytes = self.bytes;
        let start = found.span.start.checked_sub(1)?;
        if bytes[start] != b'[' || self.region_at(start).is_some() {
            return None;
        }
        self.url_without_scheme(start, escape::path(bytes, found.end)?, false)
    }

    /// Reads the socket address at `start`, after the `saddr=` of auditd.
    fn socket_address(&mut self, start: usize) {
        let bytes = self.bytes;
        if let Some((addr, port, len)) = saddr::parse(&bytes[start..])
            && saddr::is_in_record(bytes, start)
        {
            self.begin();
            let token = self.token(TokenKind::Ip(addr), start..start + len, &bytes[start..start + len]);
            self.emit(Token { port, ..token });
        }
    }

    /// Reads a name as the Windows DNS log writes it: `(3)www(4)evil(4)test(0)`.
    fn dns_labels(&mut self, i: usize) -> Option<usize> {
        let bytes = self.bytes;
        if i >= self.labels.end {
            let mut end = i;
            while let Some(len) = dns_label(bytes, end).filter(|label| !label.is_empty()).map(|label| label.end - end) {
                end += len;
            }
            // By then each label in it has been looked at; a sequence that does not end like a name holds none.
            self.labels = Labels { end: end.max(i + 1), is_name: end > i && dns_label(bytes, end).is_some() };
        }
        // A label of `n` bytes takes up to `n + 4`.
        if !self.labels.is_name || self.labels.end - i > 3 * MAX_NAME {
            return None;
        }
        let mut text = std::mem::take(&mut self.own.run.text);
        text.clear();
        let mut at_label = i;
        while let Some(label) = dns_label(bytes, at_label).filter(|label| !label.is_empty()) {
            if !text.is_empty() {
                text.push(b'.');
            }
            at_label = label.end;
            text.extend_from_slice(&bytes[label]);
        }
        // The root, `(0)`.
        let end = dns_label(bytes, at_label).filter(|_| text.len() <= MAX_NAME).map(|root| root.end);
        if let Some(end) = end
            && memchr::memchr(b'.', &text).is_some()
        {
            self.begin();
            self.name(i..end, &text, None, false);
        }
        self.own.run.text = text;
        end
    }

    /// Reads the path of a request: between a method and ` HTTP/`, or a whole quoted or tab-separated field.
    fn request_path(&mut self, i: usize) {
        let bytes = self.bytes;
        let limit = bytes.len().min(i + MAX_OBSERVABLE);
        let span = match bytes[i] {
            b'/' if before(bytes, i) == b' ' => {
                let method = bytes[..i - 1].iter().rev().take(16).take_while(|b| b.is_ascii_uppercase()).count();
                let end = bytes[i..limit].iter().position(|&b| b <= b' ').map(|len| i + len);
                end.filter(|&end| method >= 3 && bytes[end..].starts_with(b" HTTP/")).map(|end| i..end)
            }
            quote @ (b'"' | b'\t') if at(bytes, i + 1) == b'/' => {
                let is_end = |b: &u8| *b == quote || matches!(b, b'\n' | b'\r');
                let end = bytes[i + 1..limit].iter().position(is_end).map(|len| i + 1 + len);
                let end = end.or((quote == b'\t' && limit == bytes.len()).then_some(limit));
                end.filter(|&end| quote == b'\t' || bytes[end] == quote).map(|end| i + 1..end)
            }
            b'/' if i == 0 || bytes[i - 1] == b'\n' => {
                let is_end = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r');
                let end = bytes[i..limit].iter().position(is_end).map(|len| i + len);
                end.filter(|&end| bytes[end] == b'\t').map(|end| i..end)
            }
            _ => None,
        };
        if let Some(span) = span {
            self.begin();
            let token = self.token(TokenKind::RequestPath, span.clone(), &bytes[span]);
            self.emit(token);
        }
    }
}

/// The range of the DNS label whose length in parentheses, `(3)`, is at `from`.
fn dns_label(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let digits = bytes.get(from + 1..)?.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    if at(bytes, from) != b'(' || digits == 0 || digits > 2 || at(bytes, from + 1 + digits) != b')' {
        return None;
    }
    let len = bytes[from + 1..from + 1 + digits].iter().fold(0, |n, b| n * 10 + usize::from(b - b'0'));
    let start = from + digits + 2;
    let label = bytes.get(start..start + len)?;
    label.iter().all(|&b| (is(b, HOST) && b != b'.') || b >= 0x80).then_some(start..start + len)
}
