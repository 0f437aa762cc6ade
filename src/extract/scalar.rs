//! The main loop.

use std::net::IpAddr;
use std::ops::Range;

use super::bytes::{HOST, SIX, STOP, at, before, escape_len, is, port};
use super::url::Written;
use super::{Context, Extractor, Token, TokenKind, Verdict, decode, ip6, name, refang, url};
use crate::limits::{MAX_NAME, MAX_OBSERVABLE, MAX_URL_CUTS};
use crate::value::ip;

/// URLs inside one URL that are taken as URLs of their own; more would make the work grow with the square.
const MAX_NESTED: usize = 8;

/// The URL that the loop is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outer {
    start: usize,
    end: usize,
    /// Where its path starts.
    path: usize,
    /// Where its query or fragment starts.
    query: usize,
}

/// A maximal run of name bytes, of name characters that are not ASCII, and of JSON escapes of either.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: usize,
    /// Where addresses may start: what stands before belongs to another.
    quads: usize,
    end: usize,
    dots: usize,
    is_ascii: bool,
    is_escaped: bool,
}

/// A URL in the making.
#[derive(Clone, Copy, Debug)]
struct Draft {
    start: usize,
    /// Where its authority starts.
    behind: usize,
    /// Where it ends, before anything is trimmed.
    stop: usize,
    has_scheme: bool,
    written: Written,
    name_like: bool,
}

/// Where the first reading of a place starts, once there is one. A group of readings belongs to the part of the haystack that its
/// first one starts in.
type Anchor = Option<usize>;

/// Labels of DNS one behind the other, `(3)www(4)evil`, as far as they go.
#[derive(Clone, Copy, Debug, Default)]
struct Labels {
    end: usize,
    /// Whether the root ends them.
    is_name: bool,
}

/// The decoded text of a run with JSON escapes, and where in the haystack each of its bytes comes from.
struct Decoded<'t> {
    text: &'t [u8],
    map: &'t [u32],
    base: usize,
}

impl Decoded<'_> {
    fn at(&self, index: usize) -> usize {
        self.base + self.map[index] as usize
    }
}

pub(super) struct Scan<'a, 's> {
    own: &'a mut Extractor,
    bytes: &'a [u8],
    report: Range<usize>,
    sink: &'s mut dyn FnMut(&Token<'_>) -> Verdict,
    outer: Outer,
    /// The URLs around that one, which go on behind it.
    around: Vec<Outer>,
    /// The URL that another reading of the place where that one starts began.
    other: Outer,
    /// How many URLs have been taken within the outermost one.
    nested: usize,
    /// Where an address ended, and where the run around that place starts.
    rest: Option<(usize, usize)>,
    /// The DNS labels that were followed last.
    labels: Labels,
    /// How far what would have been a URL, but for its host, went.
    failed: usize,
}

impl<'a, 's> Scan<'a, 's> {
    pub(super) fn new(
        own: &'a mut Extractor,
        bytes: &'a [u8],
        report: Range<usize>,
        sink: &'s mut dyn FnMut(&Token<'_>) -> Verdict,
    ) -> Self {
        Self {
            own,
            bytes,
            report,
            sink,
            outer: Outer::default(),
            around: Vec::new(),
            other: Outer::default(),
            nested: 0,
            rest: None,
            labels: Labels::default(),
            failed: 0,
        }
    }

    pub(super) fn run(&mut self) {
        // The `[` of a URL without a scheme stands before the place where its address is found.
        let end = self.bytes.len().min(self.report.end.saturating_add(1));
        if self.own.options.refang {
            self.refanged(end);
        } else {
            self.range(0, end);
        }
    }

    /// As [`range`](Self::range), with the words refanged that need it.
    fn refanged(&mut self, end: usize) {
        let bytes = self.bytes;
        let mut text = Vec::new();
        let mut map = Vec::new();
        let mut i = 0;
        while i < end {
            let word = bytes[i..].iter().position(|&b| refang::ends_word(b)).map_or(bytes.len(), |len| i + len);
            if word > i && i >= self.outer.end && refang::word(&bytes[i..word], &mut text, &mut map) {
                self.refanged_word(i, &text, &map);
                i = word;
            } else {
                i = self.range(i, word.max(i + 1));
            }
        }
    }

    /// The tokens of a word that stands at `base` of the haystack as `text` decodes it.
    fn refanged_word(&mut self, base: usize, text: &[u8], map: &[u32]) {
        let raw = |at: usize| base + map[at] as usize;
        let (report, sink) = (&self.report, &mut *self.sink);
        let mut is_own = false;
        let mut mapped = |token: &Token<'_>| {
            if !token.alternative {
                is_own = report.contains(&raw(token.start));
            }
            if !is_own {
                return Verdict::Settled;
            }
            let host = token.host.map(|(start, end)| (raw(start), raw(end)));
            sink(&Token { start: raw(token.start), end: raw(token.end), host, ..*token })
        };
        Scan::new(self.own, text, 0..text.len(), &mut mapped).range(0, text.len());
    }

    /// Everything that starts from `i` up to `end`; gives where to go on.
    pub(super) fn range(&mut self, mut i: usize, end: usize) -> usize {
        let bytes = self.bytes;
        // The run of a part that an address ends in front of starts before it.
        while i < end || i < bytes.len() && self.rest.is_some_and(|(from, start)| from == i && start < end) {
            while i >= self.outer.end
                && let Some(around) = self.around.pop()
            {
                self.outer = around;
            }
            let b = bytes[i];
            i = if is(b, HOST) {
                self.host_run(i)
            } else if is(b, STOP) {
                self.stop(i)
            } else {
                i + 1
            };
        }
        i
    }

    /// A byte that may start something other than a plain run.
    fn stop(&mut self, i: usize) -> usize {
        let bytes = self.bytes;
        match bytes[i] {
            b':' if at(bytes, i + 1) == b':' && !is(before(bytes, i), SIX) => {
                self.ip6_at(i).map_or(i + 1, |(_, next)| self.rest_of_run(next))
            }
            b'(' => self.dns_labels(i).unwrap_or(i + 1),
            b'\\' if decode::unicode_escape(bytes, i).is_some() => self.host_run(i),
            b'/' | b'"' | b'\t' => {
                if self.own.options.request_paths {
                    self.request_path(i);
                }
                i + 1
            }
            0x80.. if decode::name_scalar(bytes, i).is_some() => self.host_run(i),
            _ => i + 1,
        }
    }

    fn context(&self, at: usize) -> Context {
        let urls = [&self.outer, &self.other].into_iter().chain(&self.around);
        let Some(url) = urls.filter(|url| (url.start..url.end).contains(&at)).max_by_key(|url| url.start) else {
            let is_mail = before(self.bytes, at) == b'@'
                && at.checked_sub(2).is_some_and(|at| is(self.bytes[at], HOST) || self.bytes[at] >= 0x80);
            return if is_mail { Context::Email } else { Context::Text };
        };
        if at < url.path {
            Context::UrlHost
        } else if at < url.query {
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
        }
    }

    /// Hands over a reading of a place, if the place belongs to the part that is reported.
    fn emit(&mut self, anchor: &mut Anchor, token: Token<'_>) -> Verdict {
        let alternative = anchor.is_some();
        let start = *anchor.get_or_insert(token.start);
        if self.report.contains(&start) { (self.sink)(&Token { alternative, ..token }) } else { Verdict::Settled }
    }

    /// The URLs around the place that is to be read.
    fn surroundings(&self) -> (Outer, Outer) {
        (self.outer, self.other)
    }

    /// Another reading of a place sees the URLs around it, not those that the readings before it began there.
    fn from<T>(&mut self, (outer, other): (Outer, Outer), read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.surroundings();
        (self.outer, self.other) = (outer, other);
        let done = read(self);
        if self.outer == outer {
            (self.outer, self.other) = before;
        } else if before.0 != outer {
            self.other = before.0;
        }
        done
    }

    /// The run of name bytes at `i`. Gives where to go on.
    fn host_run(&mut self, i: usize) -> usize {
        let bytes = self.bytes;
        if self.rest.is_none()
            && let Some(end) = plain_run(bytes, i)
        {
            return end;
        }
        let start = self.rest.take().filter(|&(from, _)| from == i).map_or(i, |(_, start)| start);
        let run = Run { quads: i, ..self.measure(start) };
        let end = run.end;
        if at(bytes, end) == b':' && !bytes[end..].starts_with(b"://") {
            // Only the last part of the run touches the colon.
            let start = bytes[i..end].iter().rposition(|&b| !is(b, SIX)).map_or(i, |at| i + at + 1);
            // What an address or its zone ends in does not start another one.
            let is_rest = run.start < i && is(before(bytes, i), SIX);
            let goes_on = start == i && (is_rest || before(bytes, i) == b':' && i > 1 && is(bytes[i - 2], SIX));
            if !goes_on
                && start < end
                && let Some((span, next)) = self.ip6_at(start)
            {
                // What stands before the address are names of their own.
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
        if let Some((len, written)) = url::separator(bytes, end) {
            let around = self.surroundings();
            if let Some((start, next)) = self.url_with_scheme(i, end, len, written) {
                // What stands before the scheme is no part of the URL.
                if start > i {
                    let inner = self.surroundings();
                    (self.outer, self.other) = around;
                    self.names(&run);
                    (self.outer, self.other) = inner;
                }
                return next;
            }
        }
        self.names(&run)
    }

    fn measure(&self, i: usize) -> Run {
        let bytes = self.bytes;
        let mut run = Run { start: i, quads: i, end: i, dots: 0, is_ascii: true, is_escaped: false };
        loop {
            let b = at(bytes, run.end);
            if is(b, HOST) {
                run.dots += usize::from(b == b'.');
                run.end += 1;
            } else if b >= 0x80
                && let Some(len) = decode::name_scalar(bytes, run.end)
            {
                run.is_ascii = false;
                run.end += len;
            } else if b == b'\\'
                && let Some(c) = decode::unicode_escape(bytes, run.end)
            {
                run.is_escaped = true;
                run.is_ascii &= c.is_ascii();
                run.dots += usize::from(c == '.');
                run.end += 6;
            } else {
                return run;
            }
        }
    }

    fn names(&mut self, run: &Run) -> usize {
        if run.is_escaped || !run.is_ascii {
            self.mixed_run(run)
        } else if run.dots > 0 {
            let next = self.plain_names(run.start, run.end, &mut None);
            let escape = if run.quads == run.start { escape_len(self.bytes, run.start) } else { 0 };
            self.quads(run.quads, run.end, escape, next == run.end).max(next)
        } else {
            run.end
        }
    }

    /// Where an address ends that the run around that place goes on behind, as in `2001:db8::1-x.test`: what is behind it is looked
    /// at as a part of that run.
    fn rest_of_run(&mut self, from: usize) -> usize {
        let bytes = self.bytes;
        if before(bytes, from) != b']' {
            let start = bytes[..from].iter().rposition(|&b| !is(b, HOST)).map_or(0, |at| at + 1);
            self.rest = Some((from, start));
        }
        from
    }

    /// The address in the run of colons, letters and digits from `start` on: where it stands, and where to go on.
    fn ip6_at(&mut self, start: usize) -> Option<(Range<usize>, usize)> {
        let bytes = self.bytes;
        let places = ip6::find(bytes, start);
        let found = places.first.as_ref()?;
        let mut anchor = None;
        if let Some(next) = self.bracketed_url(found, &mut anchor) {
            return Some((found.span.clone(), next));
        }
        if self.emit_ip6(found, &mut anchor) == Verdict::TryAlternatives
            && let Some(shortened) = ip6::find_shortened(bytes, &places)
        {
            self.emit_ip6(&shortened, &mut anchor);
        }
        Some((found.span.clone(), found.end.max(places.end)))
    }

    fn emit_ip6(&mut self, found: &ip6::Found, anchor: &mut Anchor) -> Verdict {
        let addr = ip::canonical(IpAddr::V6(found.addr));
        let token = self.token(TokenKind::Ip(addr), found.span.clone(), &self.bytes[found.span.clone()]);
        self.emit(anchor, Token { port: found.port, ..token })
    }

    /// A URL without a scheme whose host is an address in brackets.
    fn bracketed_url(&mut self, found: &ip6::Found, anchor: &mut Anchor) -> Option<usize> {
        let bytes = self.bytes;
        let start = found.span.start.checked_sub(1)?;
        if bytes[start] != b'[' || !is_slash(bytes, found.end) || start < self.outer.end {
            return None;
        }
        self.url_without_scheme(start, false, anchor).map(|(_, next)| next)
    }

    /// A URL whose scheme ends at `colon`, in the run that starts at `run`.
    fn url_with_scheme(
        &mut self,
        run: usize,
        colon: usize,
        separator: usize,
        written: Written,
    ) -> Option<(usize, usize)> {
        let bytes = self.bytes;
        let is_nested = run < self.outer.end;
        if is_nested {
            if self.nested >= MAX_NESTED {
                return None;
            }
            self.nested += 1;
        } else {
            self.nested = 0;
        }
        // What stands before the colon may be no scheme as a whole: its end is.
        let part = bytes[..colon].iter().rposition(|&b| !is_scheme_byte(b)).map_or(0, |at| at + 1);
        let escape = escape_len(bytes, part);
        let first_letter =
            |from: usize| bytes[from..colon].iter().position(u8::is_ascii_alphabetic).map(|len| from + len);
        let whole = first_letter(part);
        let shortened = (escape > 0 && part + escape < colon).then(|| first_letter(part + escape)).flatten();
        let mut anchor = None;
        let mut next = None;
        let around = self.surroundings();
        for start in [whole, shortened.filter(|_| shortened != whole)].into_iter().flatten() {
            if start < self.failed && self.is_no_host(start, colon + separator, written) {
                continue;
            }
            let mut stop = url::stop(bytes, start, written);
            if is_nested {
                stop = stop.min(self.outer.end);
            }
            if url::trim(bytes, start, stop) <= colon + separator {
                continue;
            }
            let draft = Draft { start, behind: colon + separator, stop, has_scheme: true, written, name_like: false };
            if let Some((verdict, resume)) = self.from(around, |scan| scan.url(draft, &mut anchor)) {
                next = Some(resume);
                if verdict == Verdict::Settled {
                    break;
                }
            } else {
                self.failed = self.failed.max(stop);
            }
        }
        // Addresses within a host that is a name.
        if let Some(next) = next {
            let authority = &bytes[colon + separator..next.max(colon + separator)];
            let slashes = authority.iter().take_while(|b| matches!(b, b'/' | b'\\')).count();
            let mut from = colon + separator + memchr::memrchr(b'@', authority).map_or(slashes, |at| at + 1);
            let is_plain = |b: &u8| is(*b, HOST) && !matches!(b, b'-' | b'_');
            let host_end = bytes[from..next].iter().position(|&b| b == b':').map_or(next, |len| from + len);
            if written != Written::Plain
                || bytes[from..host_end].iter().all(is_plain)
                    && memchr::memmem::find(&bytes[from..host_end], b"..").is_none()
                || memchr::memchr3(b'[', b'%', b'\\', &bytes[from..host_end]).is_some()
            {
                from = host_end;
            }
            while from < host_end {
                let len = bytes[from..host_end].iter().take_while(|&&b| is(b, HOST)).count();
                if len > 0 {
                    self.quads(from, from + len, 0, false);
                }
                from += len + 1;
            }
        }
        // What stands in its userinfo, or a host and an empty port before two slashes, may be the scheme of another URL.
        if let Some(path) = next {
            let mut from = colon + separator + 1;
            while let Some(len) = memchr::memchr2(b':', b'%', bytes.get(from..path).unwrap_or_default()) {
                let end = from + len;
                from = end + 1;
                let Some((len, written)) = url::separator(bytes, end) else { continue };
                let host = &bytes[colon + separator..end];
                let run = end - host.iter().rev().take_while(|&&b| is(b, HOST)).count();
                if let Some((_, inner)) = self.url_with_scheme(run, end, len, written) {
                    from = from.max(inner);
                    next = next.max(Some(inner));
                }
            }
        }
        anchor.zip(next)
    }

    /// Whether the authority at `behind` of the URL at `start` is seen not to be a host, nor any cut of it, by its own bytes alone. Without
    /// this a text full of such URLs would take time with the square of how far a URL may go.
    fn is_no_host(&mut self, start: usize, behind: usize, written: Written) -> bool {
        let Some(end) = url::sure_authority_end(self.bytes, behind, written) else { return false };
        if start < self.outer.end && self.outer.end < end {
            return false;
        }
        let (mut text, mut map) = (std::mem::take(&mut self.own.text), std::mem::take(&mut self.own.map));
        let raw = &self.bytes[start..end];
        match written {
            Written::Plain => decode::json(raw, &mut text, &mut map),
            _ => decode::percent(raw, written == Written::PercentTwice, &mut text, &mut map),
        }
        let cuts = (behind..end).filter(|&at| is_cut(self.bytes[at])).take(MAX_URL_CUTS);
        let is_host = [end].into_iter().chain(cuts).any(|end| {
            let end = url::trim(self.bytes, start, end);
            let len = map.partition_point(|&from| (from as usize) < end.max(start) - start);
            crate::value::url::authority(&text[..len], &mut self.own.url).is_ok()
        });
        self.own.text = text;
        self.own.map = map;
        !is_host
    }

    /// The URL that a host at `start` begins; `None` within another URL, whose path it belongs to.
    fn url_without_scheme(&mut self, start: usize, name_like: bool, anchor: &mut Anchor) -> Option<(Verdict, usize)> {
        let stop = url::stop(self.bytes, start, Written::Plain);
        self.url(Draft { start, behind: start, stop, has_scheme: false, written: Written::Plain, name_like }, anchor)
    }

    /// Emits a URL and, as far as it is not settled, its shorter cuts. Gives the last verdict and where the authority ends; `None` if
    /// its authority is no host.
    fn url(&mut self, draft: Draft, anchor: &mut Anchor) -> Option<(Verdict, usize)> {
        let mut text = std::mem::take(&mut self.own.text);
        let mut map = std::mem::take(&mut self.own.map);
        let done = self.url_with(draft, anchor, &mut text, &mut map);
        self.own.text = text;
        self.own.map = map;
        done
    }

    fn url_with(
        &mut self,
        draft: Draft,
        anchor: &mut Anchor,
        text: &mut Vec<u8>,
        map: &mut Vec<u32>,
    ) -> Option<(Verdict, usize)> {
        let bytes = self.bytes;
        let Draft { start, behind, stop, has_scheme, written, name_like } = draft;
        let whole = url::trim(bytes, start, stop);
        let raw = &bytes[start..whole];
        let is_decoded = written != Written::Plain || memchr::memchr(b'\\', raw).is_some();
        match written {
            Written::Percent | Written::PercentTwice => {
                decode::percent(raw, written == Written::PercentTwice, text, map)
            }
            Written::Plain if is_decoded => decode::json(raw, text, map),
            Written::Plain => {}
        }
        let shown: &[u8] = if is_decoded { text } else { raw };
        let raw_at = |at: usize| start + if is_decoded { map[at.min(map.len() - 1)] as usize } else { at };
        let shown_len = |cut: usize| {
            if is_decoded { map.partition_point(|&from| (from as usize) < cut - start) } else { cut - start }
        };
        let cuts_from = |from: usize| {
            let mut cuts = [0; MAX_URL_CUTS];
            let mut len = 0;
            for at in (from..whole).filter(|&at| is_cut(bytes[at])).take(MAX_URL_CUTS) {
                cuts[len] = at;
                len += 1;
            }
            (cuts, len)
        };
        let scheme = if has_scheme { url::authority_start(shown)? } else { 0 };
        let mut is_host = |shown: &[u8]| crate::value::url::authority(shown, &mut self.own.url).is_ok();
        // What is no URL as a whole may be one that is cut in its authority.
        let (end, stop) = if is_host(shown) {
            (whole, stop)
        } else {
            let (cuts, len) = cuts_from(behind);
            let ends = cuts[..len].iter().rev().map(|&cut| url::trim(bytes, start, cut));
            let end = ends.filter(|&end| end > behind).find(|&end| is_host(&shown[..shown_len(end)]))?;
            (end, end)
        };
        let shown = &shown[..shown_len(end)];
        let (host, authority_end) = url::host(shown, scheme);
        let path = raw_at(authority_end).min(end);
        let query = shown[authority_end..].iter().position(|b| matches!(b, b'?' | b'#'));
        let context = self.context(start);
        let query = query.map_or(stop, |len| raw_at(authority_end + len));
        if stop < self.outer.end {
            self.around.push(self.outer);
        }
        self.outer = Outer { start, end: stop, path, query };

        let token = Token {
            kind: TokenKind::Url,
            start,
            end,
            text: shown,
            port: None,
            name_like,
            context,
            host: Some((raw_at(host.start), raw_at(host.end).min(end))),
            has_scheme,
            alternative: false,
        };
        let mut verdict = self.emit(anchor, token);
        if verdict == Verdict::TryAlternatives {
            let (cuts, len) = cuts_from(path);
            let mut last = end;
            for &cut in cuts[..len].iter().rev() {
                let end = url::trim(bytes, start, cut);
                if end < path || end >= last || verdict == Verdict::Settled {
                    continue;
                }
                last = end;
                verdict = self.emit(anchor, Token { end, text: &shown[..shown_len(end)], ..token });
            }
        }
        Some((verdict, path))
    }

    /// The names of a plain run, and the URLs that they start.
    fn plain_names(&mut self, i: usize, end: usize, anchor: &mut Anchor) -> usize {
        let bytes = self.bytes;
        let escape = escape_len(bytes, i);
        let around = self.surroundings();
        let mut next = end;
        if at(bytes, end) != b'@' {
            for from in [Some(i), (escape > 0).then_some(i + escape)].into_iter().flatten() {
                if from >= end {
                    break;
                }
                let token = name::trimmed(bytes, from..end);
                // Only the end of a long run can be a name.
                let window = token.start.max(token.end.saturating_sub(MAX_NAME + 2));
                let Some(start) = name::longest_name(&bytes[window..token.end]).map(|at| window + at) else {
                    continue;
                };
                let is_behind_backslash = start == i && before(bytes, i) == b'\\';
                let span = start..token.end;
                let (verdict, resume) = self.from(around, |scan| {
                    let name_like = is_behind_backslash || scan.is_file_name(start);
                    scan.name_or_url(span.clone(), &bytes[span], end, name_like, anchor)
                });
                next = next.max(resume);
                if verdict == Verdict::Settled {
                    break;
                }
            }
        }
        next
    }

    /// Whether a name at `start` stands where file names do.
    fn is_file_name(&self, start: usize) -> bool {
        if start < self.outer.end {
            start >= self.outer.path && start < self.outer.query
        } else {
            name::is_after_slash(self.bytes, start)
        }
    }

    /// A name, or the URL without a scheme that it starts. `run_end`: where its run ends, which trimming may have left behind.
    fn name_or_url(
        &mut self,
        span: Range<usize>,
        text: &[u8],
        run_end: usize,
        name_like: bool,
        anchor: &mut Anchor,
    ) -> (Verdict, usize) {
        let bytes = self.bytes;
        let port = if span.end == run_end { port(bytes, run_end) } else { None };
        let after = port.map_or(run_end, |(_, end)| end);
        if span.end == run_end
            && is_slash(bytes, after)
            && span.start >= self.outer.end
            && let Some(done) = self.url_without_scheme(span.start, name_like, anchor)
        {
            return done;
        }
        let token = self.token(TokenKind::Domain, span, text);
        (self.emit(anchor, Token { port: port.map(|(port, _)| port), name_like, ..token }), run_end)
    }

    /// The quads of a run, each at the start of a part between `-` and `_`. `escape`: the bytes of an escape at the run's start. Gives
    /// where to go on. `may_start_url`: the run's end is not part of a URL yet.
    fn quads(&mut self, i: usize, end: usize, escape: usize, may_start_url: bool) -> usize {
        let bytes = self.bytes;
        let mut next = end;
        let mut from = i;
        while from < end {
            let mut anchor = None;
            for start in [Some(from), (escape > 0 && from == i).then_some(i + escape)].into_iter().flatten() {
                if let Some((verdict, resume)) = self.quad(start, end, may_start_url, &mut anchor) {
                    next = next.max(resume);
                    if verdict == Verdict::Settled {
                        break;
                    }
                }
            }
            from = bytes[from..end].iter().position(|b| matches!(b, b'-' | b'_')).map_or(end, |len| from + len + 1);
        }
        next
    }

    fn quad(
        &mut self,
        start: usize,
        run_end: usize,
        may_start_url: bool,
        anchor: &mut Anchor,
    ) -> Option<(Verdict, usize)> {
        let bytes = self.bytes;
        let quad = name::quad(bytes.get(start..run_end)?)?;
        let end = start + quad.len;
        let port = match quad.fifth {
            Some((port, len)) if name::is_tcpdump(bytes, start, start + len) => Some((port, start + len)),
            Some(_) => return None,
            None => port(bytes, end),
        };
        let name_like = port.is_none() && name::is_version(bytes, start);
        if quad.fifth.is_none()
            && may_start_url
            && is_slash(bytes, port.map_or(end, |(_, end)| end))
            && start >= self.outer.end
            && let Some(done) = self.url_without_scheme(start, name_like, anchor)
        {
            return Some(done);
        }
        let token = self.token(TokenKind::Ip(IpAddr::V4(quad.addr)), start..end, &bytes[start..end]);
        let verdict = self.emit(anchor, Token { port: port.map(|(port, _)| port), name_like, ..token });
        Some((verdict, run_end))
    }

    /// A run with characters that are not ASCII, or with JSON escapes: the whole, then its ASCII parts. Gives where to go on.
    fn mixed_run(&mut self, run: &Run) -> usize {
        let bytes = self.bytes;
        let around = self.surroundings();
        // Only the end of a long run can be a name.
        let mut from = run.start.max(run.end.saturating_sub(8 * MAX_NAME));
        while from > run.start && from < run.end && (bytes[from] & 0xC0 == 0x80 || bytes[from - 1] != b'.') {
            from += 1;
        }
        let mut text = std::mem::take(&mut self.own.run_text);
        let mut map = std::mem::take(&mut self.own.run_map);
        decode::json(&bytes[from..run.end], &mut text, &mut map);
        let mut anchor = None;
        let mut next = run.end;
        let mut is_settled = false;
        let escape = if from == run.start { escape_len(bytes, run.start) } else { 0 };
        let behind = map.partition_point(|&at| (at as usize) < escape);
        for skip in [Some(0), (escape > 0).then_some(behind)].into_iter().flatten() {
            if at(bytes, run.end) == b'@' || is_settled {
                break;
            }
            let Some(name) = name::longest_mixed(&text[skip.min(text.len())..], &mut self.own.name) else { continue };
            let name = name.start + skip..name.end + skip;
            let span = from + map[name.start] as usize..from + map[name.end] as usize;
            let (verdict, resume) = self.from(around, |scan| {
                let name_like = before(bytes, span.start) == b'\\' || scan.is_file_name(span.start);
                scan.name_or_url(span, &text[name], run.end, name_like, &mut anchor)
            });
            next = next.max(resume);
            is_settled = verdict == Verdict::Settled;
        }
        let is_local_part = at(bytes, run.end) == b'@';
        let is_part_plain = |part: &[u8]| run.is_escaped && part.iter().all(|b| !b.is_ascii_alphabetic());
        for is_quads in [false, true] {
            let mut part = run.start;
            while part < run.end {
                let end = bytes[part..run.end].iter().position(|&b| !is(b, HOST)).map_or(run.end, |len| part + len);
                if memchr::memchr(b'.', &bytes[part..end]).is_some() {
                    let escape = escape_len(bytes, part);
                    if is_quads && !run.is_escaped {
                        let from = part.max(run.quads).min(end);
                        let escape = if from == part { escape } else { 0 };
                        next = next.max(self.quads(from, end, escape, next == run.end));
                    } else if is_quads && part > run.start && escape > 0 && !is_settled {
                        // Of an escaped run they are looked for in the decoded text, but for what an escape may have ended before.
                        self.quad(part + escape, end, false, &mut None);
                    } else if !is_quads && !is_settled && !is_local_part && !is_part_plain(&bytes[part..end]) {
                        next = next.max(self.from(around, |scan| scan.plain_names(part, end, &mut anchor)));
                    }
                }
                part = end + 1;
            }
        }
        if run.is_escaped {
            let may_start_url = next == run.end;
            let decoded = Decoded { text: &text, map: &map, base: from };
            let behind = if escape > 0 { behind } else { 0 };
            next = next.max(self.decoded_quads(&decoded, behind, run, may_start_url));
        }
        self.own.run_text = text;
        self.own.run_map = map;
        next
    }

    /// The quads of a run with JSON escapes, the first of them perhaps `behind` an escape before the run. Gives where to go on.
    fn decoded_quads(&mut self, decoded: &Decoded<'_>, behind: usize, run: &Run, may_start_url: bool) -> usize {
        let text = decoded.text;
        let mut next = run.end;
        let mut from = 0;
        while from < text.len() {
            let mut anchor = None;
            for start in [Some(from), (behind > 0 && from == 0).then_some(behind)].into_iter().flatten() {
                if let Some((verdict, resume)) = self.decoded_quad(decoded, start, run, may_start_url, &mut anchor) {
                    next = next.max(resume);
                    if verdict == Verdict::Settled {
                        break;
                    }
                }
            }
            let is_separator = |b: &u8| matches!(b, b'-' | b'_') || *b >= 0x80;
            from = text[from..].iter().position(is_separator).map_or(text.len(), |len| from + len + 1);
        }
        next
    }

    fn decoded_quad(
        &mut self,
        decoded: &Decoded<'_>,
        start: usize,
        run: &Run,
        may_start_url: bool,
        anchor: &mut Anchor,
    ) -> Option<(Verdict, usize)> {
        let (bytes, text) = (self.bytes, decoded.text);
        let quad = name::quad(text.get(start..)?).filter(|quad| quad.fifth.is_none())?;
        let end = start + quad.len;
        let span = decoded.at(start)..decoded.at(end);
        if span.start < run.quads {
            return None;
        }
        let port = if end == text.len() { port(bytes, run.end) } else { None };
        let name_like = port.is_none() && name::is_version(bytes, span.start);
        if may_start_url
            && end == text.len()
            && is_slash(bytes, port.map_or(run.end, |(_, end)| end))
            && span.start >= self.outer.end
            && let Some(done) = self.url_without_scheme(span.start, name_like, anchor)
        {
            return Some(done);
        }
        let token = self.token(TokenKind::Ip(IpAddr::V4(quad.addr)), span, &text[start..end]);
        let verdict = self.emit(anchor, Token { port: port.map(|(port, _)| port), name_like, ..token });
        Some((verdict, run.end))
    }

    /// A name as the Windows DNS log writes it: `(3)www(4)evil(4)test(0)`.
    fn dns_labels(&mut self, i: usize) -> Option<usize> {
        let bytes = self.bytes;
        if i >= self.labels.end {
            let mut end = i;
            while let Some(len) = dns_label(bytes, end).filter(|label| !label.is_empty()).map(|label| label.end - end) {
                end += len;
            }
            // Each label in it has been looked at then: what does not end as a name does holds none.
            self.labels = Labels { end: end.max(i + 1), is_name: end > i && dns_label(bytes, end).is_some() };
        }
        // A label of `n` bytes stands in up to `n + 4`.
        if !self.labels.is_name || self.labels.end - i > 3 * MAX_NAME {
            return None;
        }
        let mut text = std::mem::take(&mut self.own.text);
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
            let token = self.token(TokenKind::Domain, i..end, &text);
            self.emit(&mut None, token);
        }
        self.own.text = text;
        end
    }

    /// The path of a request: between a method and ` HTTP/`, or a whole quoted or tab-separated field.
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
            let token = self.token(TokenKind::RequestPath, span.clone(), &bytes[span]);
            self.emit(&mut None, token);
        }
    }
}

/// Where the label stands whose length in parentheses, `(3)`, is at `from`.
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

/// Where the run of name bytes at `i` ends, if it has no dot and nothing stands behind it that could make it part of something: most
/// runs are such.
fn plain_run(bytes: &[u8], i: usize) -> Option<usize> {
    let len = bytes[i..].iter().position(|&b| !is(b, HOST) || b == b'.')?;
    let next = bytes[i + len];
    (!matches!(next, b'.' | b':' | b'%' | b'\\' | 0x80..)).then_some(i + len)
}

/// Whether a URL's path starts here, as it is or JSON-escaped.
fn is_slash(bytes: &[u8], from: usize) -> bool {
    at(bytes, from) == b'/' || (at(bytes, from) == b'\\' && at(bytes, from + 1) == b'/')
}

/// Whether a URL may also end before this byte.
fn is_cut(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'|' | b'\'' | b')' | b']' | b'}')
}

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}
