//! Names and quads in a run, and the URLs without a scheme that they begin.

use std::net::IpAddr;
use std::ops::Range;

use super::{Run, Scan};
use crate::extract::decode::{self, Decoded};
use crate::extract::grammar::escape::{self, escape_len};
use crate::extract::grammar::ports::{address_port, port};
use crate::extract::grammar::spelled::{after_sign, sign_before};
use crate::extract::grammar::{HOST, is};
use crate::extract::like;
use crate::extract::name;
use crate::extract::quad::{self, is_address_and_port};
use crate::extract::token::{Context, Token, TokenKind};
use crate::limits::MAX_NAME;

impl Scan<'_, '_> {
    /// Finds all observables of a run. Returns the place at which to continue.
    pub(super) fn names(&mut self, run: &Run) -> usize {
        self.begin();
        if run.is_escaped || !run.is_ascii {
            self.mixed_run(run)
        } else if run.dots > 0 {
            // Digits and dots alone are no name.
            let is_number = self.bytes[run.span()].iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
            let has_names = !is_number && !self.is_local_part(run);
            let next = if has_names { self.plain_names(run.span(), run).max(run.end) } else { run.end };
            // A quad has three dots, and most names have less.
            if run.dots < 3 {
                return next;
            }
            let escape = if run.quads == run.start { escape_len(self.bytes, run.start) } else { 0 };
            self.quads(run.quads, run.end, escape, next == run.end).max(next)
        } else {
            run.end
        }
    }

    /// Returns true if the token in a run is the local part of a mail address: it stands before an `@`, plain or encoded, and not after
    /// one, and it is not a host followed by a realm (`cifs/evil.test@REALM`).
    fn is_local_part(&self, run: &Run) -> bool {
        let bytes = self.bytes;
        // What looks like the rest of an escape may also be the first letter of a host: `\\team.test@8080`.
        let behind = (run.start + escape_len(bytes, run.start)).min(run.end);
        let is_host = |start: usize| {
            sign_before(bytes, start).0 == b'@' || like::is_of_service(bytes, start) || like::is_unc_host(bytes, start)
        };
        after_sign(bytes, run.end, b'@').is_some()
            && !is_host(run.start)
            && !is_host(behind)
            && like::webdav(bytes, run.end, false).is_none()
    }

    /// Finds the names in the ASCII part `span` of a run: first without the escape before it, then with it, each
    /// trimmed and untrimmed of hyphens. Returns the place at which to continue.
    fn plain_names(&mut self, span: Range<usize>, run: &Run) -> usize {
        let bytes = self.bytes;
        let mut next = span.end;
        let escape = escape_len(bytes, span.start);
        let mut last = None;
        for from in [(escape > 0).then_some(span.start + escape), Some(span.start)].into_iter().flatten() {
            if from >= span.end {
                continue;
            }
            for token in name::readings(bytes, from..span.end) {
                // Only the end of a long run can be a name.
                let window = token.start.max(token.end.saturating_sub(MAX_NAME + 2));
                let Some(start) = name::longest_name(&bytes[window..token.end]).map(|at| window + at) else { continue };
                let name = start..token.end;
                if last.as_ref() != Some(&name) {
                    last = Some(name.clone());
                    next = next.max(self.name_or_url(name.clone(), &bytes[name], run));
                }
            }
        }
        next
    }

    /// Returns true if a name that starts at `start` looks like a file.
    fn is_name_like(&self, start: usize, run: &Run) -> bool {
        let query = self.region_around(start).map(|region| region.query);
        if query.is_some_and(|query| start < query) {
            return true;
        }
        let left @ (sign, _) = sign_before(self.bytes, start);
        let is_file = sign == b'\\' && !like::is_unc_host(self.bytes, start);
        let is_after_slash = || query.is_none() && like::is_after_slash(self.bytes, left, &run.span());
        is_file || is_after_slash() || like::is_no_name(self.bytes, start, sign, &run.span())
    }

    /// Emits a name, or the URL without a scheme that it starts. Returns the place at which to continue.
    fn name_or_url(&mut self, span: Range<usize>, text: &[u8], run: &Run) -> usize {
        let bytes = self.bytes;
        let name_like = self.is_name_like(span.start, run);
        // The root dot may stand before a port or a path.
        let is_at_end = span.end == run.end || bytes[span.end..run.end] == *b".";
        let port = if is_at_end { port(bytes, run.end) } else { None };
        let after = port.map_or(run.end, |(_, end)| end);
        if is_at_end
            && let Some(written) = escape::path(bytes, after)
            && self.region_around(span.start).is_none()
            && let Some(next) = self.url_without_scheme(span.start, written, name_like)
        {
            return next;
        }
        let webdav = if is_at_end && port.is_none() {
            like::webdav(bytes, run.end, like::is_unc_host(bytes, span.start))
        } else {
            None
        };
        let port = port.map(|(port, _)| port).or_else(|| webdav.and_then(|(port, _)| port));
        self.name(span, text, port, name_like);
        run.end
    }

    /// Emits a name, and the address whose reverse name it is.
    pub(super) fn name(&mut self, span: Range<usize>, text: &[u8], port: Option<u16>, name_like: bool) {
        let token = self.token(TokenKind::Domain, span.clone(), text);
        self.emit(Token { port, name_like, ..token });
        self.reverse_name(span, text, name_like);
    }

    pub(super) fn reverse_name(&mut self, span: Range<usize>, text: &[u8], name_like: bool) {
        if let Some(addr) = name::reversed(text) {
            let token = self.token(TokenKind::Ip(crate::value::ip::canonical(addr)), span, text);
            self.emit(Token { context: Context::ReverseName, name_like, ..token });
        }
    }

    /// Finds the quads of a run, each at the start of a part between `-` and `_`. `escape`: the length of an escape at
    /// the start of the run. `may_start_url`: the end of the run is not part of a URL yet. Returns the place at which
    /// to continue.
    pub(super) fn quads(&mut self, i: usize, end: usize, escape: usize, may_start_url: bool) -> usize {
        let mut next = end;
        let mut from = i;
        while from < end {
            self.begin();
            for start in [(escape > 0 && from == i).then_some(i + escape), Some(from)].into_iter().flatten() {
                next = next.max(self.quad(start, end, may_start_url).unwrap_or(end));
            }
            from = self.next_part(from, end);
        }
        next
    }

    /// Finds the quads in a part of a URL's host that is a name. Nothing writes an address with a port as five parts there.
    pub(super) fn quads_of_host(&mut self, i: usize, end: usize) {
        let mut from = i;
        while from < end {
            self.begin();
            if quad::quad(&self.bytes[from..end]).is_some_and(|quad| quad.fifth.is_none()) {
                self.quad(from, end, false);
            }
            from = self.next_part(from, end);
        }
    }

    /// The start of the part of a run after the next `-` or `_`.
    fn next_part(&self, from: usize, end: usize) -> usize {
        let is_separator = |byte: &u8| matches!(byte, b'-' | b'_');
        self.bytes[from..end].iter().position(is_separator).map_or(end, |len| from + len + 1)
    }

    fn quad(&mut self, start: usize, run_end: usize, may_start_url: bool) -> Option<usize> {
        let bytes = self.bytes;
        let quad = quad::quad(bytes.get(start..run_end)?)?;
        let end = start + quad.len;
        if let Some(fifth) = &quad.fifth
            && !is_address_and_port(bytes, start, start + fifth.len)
        {
            return None;
        }
        let text = &bytes[start..end];
        let own = quad.fifth.map(|fifth| fifth.port);
        Some(self.address(IpAddr::V4(quad.addr), start..end, text, end, own, may_start_url).unwrap_or(run_end))
    }

    /// Emits an IPv4 address whose text ends in the haystack at `behind`, or the URL without a scheme that it starts.
    /// `own`: the port that is part of the address. After a URL, returns the place at which to continue.
    fn address(
        &mut self,
        addr: IpAddr,
        span: Range<usize>,
        text: &[u8],
        behind: usize,
        own: Option<Option<u16>>,
        may_start_url: bool,
    ) -> Option<usize> {
        let bytes = self.bytes;
        let after_colon = if own.is_none() { port(bytes, behind) } else { None };
        let other = if own.is_none() && after_colon.is_none() {
            address_port(bytes, behind).or_else(|| port_after_brackets(bytes, &span))
        } else {
            None
        };
        let is_unc = || like::is_unc_host(bytes, span.start);
        let host_slash = self.region_at(span.start).is_some_and(|region| region.path + 1 == span.start);
        let has_port = after_colon.is_some() || other.is_some();
        let name_like = !has_port && like::is_version(bytes, span.start, behind, host_slash);
        if may_start_url
            && other.is_none()
            && let Some(written) = escape::path(bytes, after_colon.map_or(behind, |(_, end)| end))
            && self.region_at(span.start).is_none()
            && let Some(next) = self.url_without_scheme(span.start, written, name_like)
        {
            return Some(next);
        }
        let webdav = || like::webdav(bytes, behind, is_unc()).and_then(|(port, _)| port);
        let port = own.unwrap_or_else(|| after_colon.or(other).map(|(port, _)| port).or_else(webdav));
        let token = self.token(TokenKind::Ip(addr), span, text);
        self.emit(Token { port, name_like, ..token });
        None
    }

    /// Handles a run with non-ASCII characters or JSON escapes: first the whole, then its ASCII parts. Returns the
    /// place at which to continue.
    fn mixed_run(&mut self, run: &Run) -> usize {
        /// Only the end of a longer run can be a name. JSON takes at most 12 bytes for a character, and each character is at least one byte of
        /// a name.
        const LONGEST: usize = 12 * MAX_NAME;
        let bytes = self.bytes;
        let mut from = run.start.max(run.end.saturating_sub(LONGEST));
        while from > run.start && from < run.end && bytes[from - 1] != b'.' {
            from += 1;
        }
        let mut decoded = std::mem::take(&mut self.own.run);
        decode::name(&bytes[from..run.end], &mut decoded);
        let escape = if from == run.start { escape_len(bytes, run.start) } else { 0 };
        let behind = decoded.map.partition_point(|&at| (at as usize) < escape).min(decoded.text.len());
        let mut next = run.end;
        // The text before an `@` is not a name and contains none.
        let is_local_part = self.is_local_part(run);
        if !is_local_part {
            next = next.max(self.mixed_names(&decoded, from, [(escape > 0).then_some(behind), Some(0)], run));
        }
        if !is_local_part {
            next = next.max(self.names_of_parts(run, from));
        }
        if run.is_escaped {
            next = next.max(self.decoded_quads(&decoded, from, behind, run, next == run.end));
        }
        next = next.max(self.quads_of_parts(run, next == run.end));
        self.own.run = decoded;
        next
    }

    /// Finds the names in the ASCII parts of a run whose text up to `from` was not read as a whole. Returns the place at which to continue.
    fn names_of_parts(&mut self, run: &Run, from: usize) -> usize {
        let mut next = run.end;
        let mut of_whole = Some(self.anchor);
        for part in parts(self.bytes, run) {
            let text = &self.bytes[part.clone()];
            let is_plain = run.is_escaped && !text.iter().any(u8::is_ascii_alphabetic);
            if is_plain || memchr::memchr(b'.', text).is_none() {
                continue;
            }
            // A part outside the whole is a place of its own; the others are readings of the whole.
            if part.end <= from {
                self.begin();
            } else if let Some(anchor) = of_whole.take() {
                self.anchor = anchor;
            }
            next = next.max(self.plain_names(part.clone(), &Run { start: part.start, end: part.end, ..*run }));
        }
        next
    }

    /// Finds the quads in the ASCII parts of a run. Returns the place at which to continue.
    fn quads_of_parts(&mut self, run: &Run, may_start_url: bool) -> usize {
        let mut next = run.end;
        for Range { start, end } in parts(self.bytes, run) {
            if memchr::memchr(b'.', &self.bytes[start..end]).is_none() {
                continue;
            }
            let escape = escape_len(self.bytes, start);
            let may_start_url = may_start_url && next == run.end;
            if !run.is_escaped {
                let from = start.max(run.quads).min(end);
                let escape = if from == start { escape } else { 0 };
                next = next.max(self.quads(from, end, escape, may_start_url));
            } else if start > run.start && escape > 0 {
                self.begin();
                // The quads of an escaped run come from the decoded text, except for those at whose start an escape may
                // have ended.
                next = next.max(self.quad(start + escape, end, may_start_url).unwrap_or(end));
            }
        }
        next
    }

    /// Finds the names of a decoded run from each of the starts. Returns the place at which to continue.
    fn mixed_names(&mut self, decoded: &Decoded, base: usize, starts: [Option<usize>; 2], run: &Run) -> usize {
        let mut next = run.end;
        let mut last = None;
        let text = &decoded.text;
        for start in starts.into_iter().flatten() {
            for token in name::readings(text, start..text.len()) {
                let Some(name) = name::longest_mixed(text, token, &mut self.own.name) else { continue };
                if last.as_ref() == Some(&name) {
                    continue;
                }
                last = Some(name.clone());
                let span = base + decoded.map[name.start] as usize..base + decoded.map[name.end] as usize;
                next = next.max(self.name_or_url(span, &text[name], run));
            }
        }
        next
    }

    /// Finds the quads of a run with JSON escapes. `behind`: the offset after an escape that precedes the first one, or 0.
    fn decoded_quads(
        &mut self,
        decoded: &Decoded,
        base: usize,
        behind: usize,
        run: &Run,
        may_start_url: bool,
    ) -> usize {
        let text = &decoded.text;
        let mut next = run.end;
        let mut from = 0;
        while from < text.len() {
            // A quad at the start of the run is a reading of the same place as its names.
            if from > 0 || base > run.start {
                self.begin();
            }
            for start in [(behind > 0 && from == 0).then_some(behind), Some(from)].into_iter().flatten() {
                let Some(quad) = text.get(start..).and_then(quad::quad).filter(|quad| quad.fifth.is_none()) else {
                    continue;
                };
                let end = start + quad.len;
                let span = base + decoded.map[start] as usize..base + decoded.map[end] as usize;
                if span.start >= run.quads {
                    let (behind, is_last) = (span.end, end == text.len());
                    let own = if is_last { None } else { Some(None) };
                    let found = self.address(
                        IpAddr::V4(quad.addr),
                        span,
                        &text[start..end],
                        behind,
                        own,
                        may_start_url && is_last,
                    );
                    next = next.max(found.unwrap_or(next));
                }
            }
            let is_separator = |b: &u8| matches!(b, b'-' | b'_') || *b >= 0x80;
            from = text[from..].iter().position(is_separator).map_or(text.len(), |len| from + len + 1);
        }
        next
    }
}

/// The parts of a run that consist of ASCII bytes of names.
fn parts<'b>(bytes: &'b [u8], run: &Run) -> impl Iterator<Item = Range<usize>> + use<'b> {
    let (mut from, end) = (run.start, run.end);
    std::iter::from_fn(move || {
        let start = from;
        let part = (start < end).then(|| bytes[start..end].iter().take_while(|&&b| is(b, HOST)).count())?;
        from = start + part + 1;
        Some(start..start + part)
    })
}

/// The port of an IPv4 address in brackets: `[192.0.2.1]:443`.
fn port_after_brackets(bytes: &[u8], span: &Range<usize>) -> Option<(u16, usize)> {
    let end = after_sign(bytes, span.end, b']').filter(|_| sign_before(bytes, span.start).0 == b'[')?;
    port(bytes, end)
}
