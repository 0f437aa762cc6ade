//! The main loop.

use std::net::IpAddr;
use std::ops::Range;

use super::bytes::{HOST, STOP, at, before, escape_len, is, port};
use super::url::Written;
use super::{Context, Extractor, Token, TokenKind, Verdict, decode, ip6, name, url};
use crate::indicator::{domain, ip};
use crate::limits::{MAX_NAME, MAX_URL_CUTS};

/// URLs inside one URL that are taken as URLs of their own; more would make the work grow with the square.
const MAX_NESTED: usize = 8;

/// The URL that the loop is in.
#[derive(Clone, Copy, Debug, Default)]
struct Outer {
    end: usize,
    /// Where its query or fragment starts.
    query: usize,
    nested: usize,
}

pub(super) struct Scan<'a, 's> {
    own: &'a mut Extractor,
    bytes: &'a [u8],
    report: Range<usize>,
    sink: &'s mut dyn FnMut(&Token<'_>) -> Verdict,
    outer: Outer,
}

impl<'a, 's> Scan<'a, 's> {
    pub(super) fn new(
        own: &'a mut Extractor,
        bytes: &'a [u8],
        report: Range<usize>,
        sink: &'s mut dyn FnMut(&Token<'_>) -> Verdict,
    ) -> Self {
        Self { own, bytes, report, sink, outer: Outer::default() }
    }

    pub(super) fn run(&mut self) {
        let bytes = self.bytes;
        let mut i = 0;
        while i < bytes.len() && i < self.report.end {
            let b = bytes[i];
            i = if is(b, HOST) {
                self.host_run(i)
            } else if is(b, STOP) {
                self.stop(i)
            } else {
                i + 1
            };
        }
    }

    /// A byte that may start something other than a plain run.
    fn stop(&mut self, i: usize) -> usize {
        let bytes = self.bytes;
        match bytes[i] {
            b':' if at(bytes, i + 1) == b':' && !is(before(bytes, i), super::bytes::SIX) => {
                self.ip6(i).unwrap_or(i + 1)
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

    fn emit(&mut self, token: Token<'_>) -> Verdict {
        if self.report.contains(&token.start) { (self.sink)(&token) } else { Verdict::Settled }
    }

    fn context(&self, at: usize) -> Context {
        if at >= self.outer.end {
            if before(self.bytes, at) == b'@' && is(before(self.bytes, at - 1), HOST) {
                Context::Email
            } else {
                Context::Text
            }
        } else if at < self.outer.query {
            Context::UrlPath
        } else {
            Context::UrlQuery
        }
    }

    fn ip6(&mut self, i: usize) -> Option<usize> {
        let (found, _) = ip6::find(self.bytes, i);
        let found = found?;
        if found.span.end > i && found.span.start < i {
            return None;
        }
        let addr = ip::canonical(IpAddr::V6(found.addr));
        let token = self.token(TokenKind::Ip(addr), found.span.clone(), &self.bytes[found.span.clone()]);
        self.emit(Token { port: found.port, ..token });
        Some(found.end.max(found.span.end))
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

    /// The run of name bytes at `i`. Gives where to go on.
    fn host_run(&mut self, i: usize) -> usize {
        let bytes = self.bytes;
        let (mut end, mut dots, mut is_ascii, mut is_escaped) = (i, 0_usize, true, false);
        loop {
            let b = at(bytes, end);
            if end < bytes.len() && is(b, HOST) {
                dots += usize::from(b == b'.');
                end += 1;
            } else if b >= 0x80
                && let Some(len) = decode::name_scalar(bytes, end)
            {
                is_ascii = false;
                end += len;
            } else if b == b'\\'
                && let Some(c) = decode::unicode_escape(bytes, end)
            {
                is_escaped = true;
                is_ascii &= c.is_ascii();
                dots += usize::from(c == '.');
                end += 6;
            } else {
                break;
            }
        }
        // An address with colons may start with this run.
        if is_ascii
            && !is_escaped
            && matches!(at(bytes, end), b':')
            && !matches!(before(bytes, i), b':')
            && !bytes[end..].starts_with(b"://")
            && let Some(next) = self.ip6_from_run(i, end)
        {
            return next;
        }
        if let Some((len, written)) = url::separator(bytes, end)
            && let Some(next) = self.url_with_scheme(i, end, len, written)
        {
            return next;
        }
        if dots == 0 && is_ascii {
            return end;
        }
        if is_escaped || !is_ascii {
            self.decoded_name(i, end, is_ascii, is_escaped);
            return end;
        }
        self.plain_run(i, end)
    }

    fn ip6_from_run(&mut self, i: usize, end: usize) -> Option<usize> {
        // The last part of the run, behind `-` and `_`, touches the colon.
        let start = self.bytes[i..end].iter().rposition(|b| matches!(b, b'-' | b'_')).map_or(i, |at| i + at + 1);
        let (found, _) = ip6::find(self.bytes, start);
        let found = found?;
        let addr = ip::canonical(IpAddr::V6(found.addr));
        let token = self.token(TokenKind::Ip(addr), found.span.clone(), &self.bytes[found.span.clone()]);
        self.emit(Token { port: found.port, ..token });
        Some(found.end)
    }

    /// A URL whose scheme ends at `colon`, in the run that starts at `run`.
    fn url_with_scheme(&mut self, run: usize, colon: usize, separator: usize, written: Written) -> Option<usize> {
        let bytes = self.bytes;
        let is_scheme = |from: usize| {
            from < colon
                && bytes[from].is_ascii_alphabetic()
                && bytes[from..colon].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        };
        let escape = escape_len(bytes, run);
        let starts = [run, run + escape];
        let is_nested = run < self.outer.end;
        if is_nested {
            if self.outer.nested >= MAX_NESTED {
                return None;
            }
            self.outer.nested += 1;
        }
        let mut next = None;
        let mut is_alternative = false;
        for (n, &start) in starts.iter().enumerate() {
            if (n == 1 && escape == 0) || !is_scheme(start) {
                continue;
            }
            let mut end = url::stop(bytes, start, written);
            if is_nested {
                end = end.min(self.outer.end);
            }
            let (verdict, resume) =
                self.url(start, end, colon - start + separator, written, true, false, is_alternative);
            next = resume;
            is_alternative = true;
            if verdict == Verdict::Settled {
                break;
            }
        }
        next
    }

    /// Emits the URL from `start`, not trimmed yet, and its shorter cuts. `authority`: how much of the raw text stands before
    /// the authority. Gives where to go on, if the authority is a host.
    #[allow(clippy::too_many_arguments)]
    fn url(
        &mut self,
        start: usize,
        stop: usize,
        authority: usize,
        written: Written,
        has_scheme: bool,
        name_like: bool,
        is_alternative: bool,
    ) -> (Verdict, Option<usize>) {
        let bytes = self.bytes;
        let whole = url::trim(bytes, start, stop);
        if whole <= start + authority.min(whole - start) && has_scheme {
            return (Verdict::TryAlternatives, None);
        }
        let mut text = std::mem::take(&mut self.own.text);
        let mut map = std::mem::take(&mut self.own.map);
        let context = self.context(start);
        let mut cut = whole;
        let mut cuts = 0;
        let mut verdict;
        let mut resume = None;
        let mut cut_points = [0_usize; MAX_URL_CUTS];
        loop {
            let raw = &bytes[start..cut];
            let is_decoded = written == Written::Percent || memchr::memchr(b'\\', raw).is_some();
            match (is_decoded, written) {
                (true, Written::Percent) => decode::percent(raw, &mut text, &mut map),
                (true, Written::Plain) => decode::json(raw, &mut text, &mut map),
                _ => {}
            }
            let shown: &[u8] = if is_decoded { &text } else { raw };
            let raw_at = |at: usize| if is_decoded { map[at.min(map.len() - 1)] as usize } else { at };
            let behind_scheme =
                if has_scheme { memchr::memmem::find(shown, b"://").map_or(0, |colon| colon + 3) } else { 0 };
            let (host, authority_end) = url::host(shown, behind_scheme);
            let is_host = crate::indicator::url::authority(shown, &mut self.own.url).is_ok();
            if cut == whole {
                if is_host {
                    let path = start + raw_at(authority_end);
                    resume = Some(path);
                    let query = shown[authority_end..].iter().position(|b| matches!(b, b'?' | b'#'));
                    let query = query.map_or(stop, |len| start + raw_at(authority_end + len));
                    let nested = if start < self.outer.end { self.outer.nested } else { 0 };
                    self.outer = Outer { end: stop.max(self.outer.end), query, nested };
                }
                // The first places at which it may be cut, behind the host.
                let from = start + raw_at(host.end);
                for (offset, &b) in bytes[from..whole].iter().enumerate() {
                    if matches!(b, b',' | b';' | b'|' | b'\'' | b')' | b']' | b'}') && from + offset > start {
                        cut_points[cuts] = from + offset;
                        cuts += 1;
                        if cuts == MAX_URL_CUTS {
                            break;
                        }
                    }
                }
            }
            let host = (start + raw_at(host.start), start + raw_at(host.end));
            let token = Token {
                kind: TokenKind::Url,
                start,
                end: cut,
                text: shown,
                port: None,
                name_like,
                context,
                host: Some(host),
                has_scheme,
                alternative: is_alternative || cut != whole,
            };
            verdict = if self.report.contains(&start) { (self.sink)(&token) } else { Verdict::Settled };
            if verdict == Verdict::Settled || cuts == 0 {
                break;
            }
            cuts -= 1;
            cut = url::trim(bytes, start, cut_points[cuts]);
            if cut <= start + authority {
                break;
            }
        }
        self.own.text = text;
        self.own.map = map;
        (verdict, resume)
    }

    /// A run of plain name bytes with a dot: names, quads, and URLs without a scheme.
    fn plain_run(&mut self, i: usize, end: usize) -> usize {
        let bytes = self.bytes;
        let escape = escape_len(bytes, i);
        let is_local_part = at(bytes, end) == b'@';
        let mut next = end;
        let mut is_settled = false;
        for (n, from) in [i, i + escape].into_iter().enumerate() {
            if (n == 1 && escape == 0) || from >= end || is_settled {
                continue;
            }
            let is_first = n == 0;
            let mut start = from;
            while start < end && matches!(bytes[start], b'.' | b'-') {
                start += 1;
            }
            let mut stop = end;
            while stop > start && matches!(bytes[stop - 1], b'.' | b'-') {
                stop -= 1;
            }
            // Only the end of a long run can be a name.
            let window = start.max(stop.saturating_sub(MAX_NAME + 2));
            let found = name::longest_name(&bytes[window..stop]).map(|at| window + at);
            if let Some(name_start) = found
                && !is_local_part
            {
                let is_after_escape = is_first && before(bytes, i) == b'\\' && name_start == i;
                let name_like = is_after_escape
                    || if name_start < self.outer.end {
                        name_start < self.outer.query
                    } else {
                        name::is_after_slash(bytes, name_start)
                    };
                let (verdict, resume) = self.name_or_url(name_start, stop, end, name_like, !is_first);
                is_settled |= verdict == Verdict::Settled;
                next = next.max(resume);
            }
        }
        self.quads(i, end, escape).max(next)
    }

    /// A name, or the URL without a scheme that it starts.
    fn name_or_url(
        &mut self,
        start: usize,
        stop: usize,
        run_end: usize,
        name_like: bool,
        alternative: bool,
    ) -> (Verdict, usize) {
        let bytes = self.bytes;
        let port = if stop == run_end { port(bytes, stop) } else { None };
        let after = port.map_or(stop, |(_, end)| end);
        if let Some(done) = self.schemeless(start, stop, run_end, after, name_like, alternative) {
            return done;
        }
        let token = self.token(TokenKind::Domain, start..stop, &bytes[start..stop]);
        let verdict = self.emit(Token { port: port.map(|(port, _)| port), name_like, alternative, ..token });
        (verdict, run_end)
    }

    fn schemeless(
        &mut self,
        start: usize,
        stop: usize,
        run_end: usize,
        after: usize,
        name_like: bool,
        alternative: bool,
    ) -> Option<(Verdict, usize)> {
        let bytes = self.bytes;
        let is_slash = at(bytes, after) == b'/' || bytes[after.min(bytes.len())..].starts_with(b"\\/");
        if !is_slash || stop != run_end || start < self.outer.end {
            return None;
        }
        let end = url::stop(bytes, start, Written::Plain);
        let (verdict, resume) = self.url(start, end, stop - start, Written::Plain, false, name_like, alternative);
        resume.map(|resume| (verdict, resume))
    }

    /// The quads of a run, between `-` and `_`. Gives where to go on.
    fn quads(&mut self, i: usize, end: usize, escape: usize) -> usize {
        let bytes = self.bytes;
        let mut from = i;
        let mut next = end;
        while from < end {
            let part_end = bytes[from..end].iter().position(|b| matches!(b, b'-' | b'_')).map_or(end, |len| from + len);
            let starts = [from, from + escape];
            for (n, &start) in starts.iter().enumerate() {
                if n == 1 && (escape == 0 || from != i || start >= part_end) {
                    break;
                }
                if let Some(resume) = self.quad(start, part_end, end, n == 1) {
                    next = next.max(resume.1);
                    if resume.0 == Verdict::Settled {
                        break;
                    }
                }
            }
            from = part_end + 1;
        }
        next
    }

    fn quad(&mut self, start: usize, part_end: usize, run_end: usize, alternative: bool) -> Option<(Verdict, usize)> {
        let bytes = self.bytes;
        let dots = bytes[start..part_end].iter().rev().take_while(|&&b| b == b'.').count();
        let stop = part_end - dots;
        let (addr, len, fifth) = name::quad(&bytes[start..stop])?;
        // A scalar of a name right behind it makes it part of a word.
        let end = start + len;
        if fifth.is_some() && !name::is_tcpdump(bytes, start, stop) {
            return None;
        }
        let port = match fifth {
            Some(port) => Some((port, stop)),
            None if stop == run_end => port(bytes, stop),
            None => None,
        };
        let name_like = port.is_none() && name::is_version(bytes, start) && start >= self.outer.end;
        if fifth.is_none()
            && let Some(done) =
                self.schemeless(start, stop, run_end, port.map_or(stop, |(_, end)| end), name_like, alternative)
        {
            return Some(done);
        }
        let token = self.token(TokenKind::Ip(ip::canonical(IpAddr::V4(addr))), start..end, &bytes[start..end]);
        let verdict = self.emit(Token { port: port.map(|(port, _)| port), name_like, alternative, ..token });
        Some((verdict, run_end))
    }

    /// A name with bytes that are not ASCII, or with JSON escapes: the whole, then its ASCII parts.
    fn decoded_name(&mut self, i: usize, end: usize, is_ascii: bool, is_escaped: bool) {
        let bytes = self.bytes;
        // A longer run is no name; its end may be.
        let mut from = i.max(end.saturating_sub(4 * MAX_NAME));
        while from < end && bytes[from] & 0xC0 == 0x80 {
            from += 1;
        }
        let mut text = std::mem::take(&mut self.own.text);
        let mut map = std::mem::take(&mut self.own.map);
        decode::json(&bytes[from..end], &mut text, &mut map);
        let mut is_settled = false;
        if at(bytes, end) != b'@' {
            let mut start = text.iter().position(|b| !matches!(b, b'.' | b'-')).unwrap_or(text.len());
            let stop = text.iter().rposition(|b| !matches!(b, b'.' | b'-')).map_or(start, |at| at + 1);
            // The longest valid suffix of whole labels; each try is bounded, and so is their number.
            for _ in 0..16 {
                let name = &text[start..stop];
                let mut scratch = std::mem::take(&mut self.own.name);
                let is_name = domain::canonicalise(name, &mut scratch).is_ok_and(|name| name.contains('.'));
                self.own.name = scratch;
                if is_name {
                    let span = from + map[start] as usize..from + map[stop] as usize;
                    let is_in_path = span.start < self.outer.query && span.start < self.outer.end;
                    let name_like = is_in_path
                        || (span.start >= self.outer.end && name::is_after_slash(bytes, span.start))
                        || before(bytes, span.start) == b'\\';
                    let port = if stop == text.len() { port(bytes, end) } else { None };
                    let token = self.token(TokenKind::Domain, span, name);
                    let token = Token { port: port.map(|(port, _)| port), name_like, ..token };
                    is_settled = self.emit(token) == Verdict::Settled;
                    break;
                }
                let Some(dot) = text[start..stop]
                    .windows(3)
                    .position(|w| w[0] == b'.' || w == "。".as_bytes() || w == "．".as_bytes() || w == "｡".as_bytes())
                else {
                    break;
                };
                start += dot + if text[start + dot] == b'.' { 1 } else { 3 };
            }
        }
        self.own.text = text;
        self.own.map = map;
        if is_settled || (is_ascii && !is_escaped) {
            return;
        }
        let mut part = i;
        while part < end {
            let part_end = bytes[part..end].iter().position(|&b| !is(b, HOST)).map_or(end, |len| part + len);
            if part_end > part {
                self.plain_run(part, part_end);
            }
            part = part_end + 1;
        }
    }

    /// A name as the Windows DNS log writes it: `(3)www(4)evil(4)test(0)`.
    fn dns_labels(&mut self, i: usize) -> Option<usize> {
        let bytes = self.bytes;
        let mut text = std::mem::take(&mut self.own.text);
        text.clear();
        let mut at_label = i;
        let end = loop {
            let digits =
                bytes.get(at_label + 1..).unwrap_or(&[]).iter().take(3).take_while(|b| b.is_ascii_digit()).count();
            if at(bytes, at_label) != b'(' || digits == 0 || digits > 2 || at(bytes, at_label + 1 + digits) != b')' {
                break (!text.is_empty()).then_some(at_label);
            }
            let len = bytes[at_label + 1..at_label + 1 + digits].iter().fold(0, |n, b| n * 10 + usize::from(b - b'0'));
            let label = at_label + digits + 2;
            if len == 0 {
                break (!text.is_empty()).then_some(label);
            }
            match bytes.get(label..label + len) {
                Some(bytes)
                    if bytes.iter().all(|&b| (is(b, HOST) && b != b'.') || b >= 0x80) && text.len() < MAX_NAME =>
                {
                    if !text.is_empty() {
                        text.push(b'.');
                    }
                    text.extend_from_slice(bytes);
                    at_label = label + len;
                }
                _ => break None,
            }
        };
        if let Some(end) = end
            && memchr::memchr(b'.', &text).is_some()
        {
            let token = self.token(TokenKind::Domain, i..end, &text);
            self.emit(token);
        }
        self.own.text = text;
        end
    }

    /// The path of a request: between a method and ` HTTP/`, or a whole quoted or tab-separated field.
    fn request_path(&mut self, i: usize) {
        let bytes = self.bytes;
        let limit = bytes.len().min(i + crate::limits::MAX_OBSERVABLE);
        let span = match bytes[i] {
            b'/' if before(bytes, i) == b' ' => {
                let method = bytes[..i - 1].iter().rev().take(16).take_while(|b| b.is_ascii_uppercase()).count();
                let end = bytes[i..limit].iter().position(|&b| b <= b' ').map(|len| i + len);
                end.filter(|&end| method >= 3 && bytes[end..].starts_with(b" HTTP/")).map(|end| i..end)
            }
            quote @ (b'"' | b'\t') if at(bytes, i + 1) == b'/' => {
                let is_end = |b: &u8| *b == quote || matches!(b, b'\n' | b'\r');
                bytes[i + 1..limit].iter().position(is_end).map(|len| i + 1..i + 1 + len)
            }
            _ => None,
        };
        if let Some(span) = span {
            let token = self.token(TokenKind::RequestPath, span.clone(), &bytes[span]);
            self.emit(token);
        }
    }
}
