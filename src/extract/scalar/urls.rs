//! URLs, with and without a scheme.

use std::ops::Range;

use super::{Region, Scan};
use crate::extract::grammar::ends::{len_to_end, own_text};
use crate::extract::grammar::escape::{MAX_ESCAPE, Written, escape_len, separator};
use crate::extract::grammar::{HOST, is};
use crate::extract::token::{Context, Token, TokenKind};
use crate::extract::url::{self, InLog, Texts};
use crate::limits::MAX_OBSERVABLE;
use crate::value::{HostRef, UrlScratch};

use super::Run;

/// The number of URLs within 16 KiB, each inside the text of another, that are read to their certain end. Later ones
/// are read only up to the start of the second URL after them, because the work would otherwise be quadratic.
const MAX_WHOLE: usize = 64;

/// A URL under construction.
struct Draft<'l> {
    /// Its possible starts, the last first.
    starts: &'l [usize],
    /// The start of its authority.
    behind: usize,
    has_scheme: bool,
    written: Written,
    name_like: bool,
    /// True if its separator has XML entities. Such a URL can only be located by a host that is a plain name.
    is_plain: bool,
}

/// The end of a URL.
struct Stop {
    /// The certain end.
    certain: usize,
    /// The end up to which it is read.
    read: usize,
}

impl Scan<'_, '_> {
    /// Reads a URL whose scheme ends a run, and the contents of its authority. Returns the end of its authority, at
    /// which to continue.
    pub(super) fn url_with_scheme(&mut self, run: &Run, separator_len: usize, written: Written) -> Option<usize> {
        let bytes = self.bytes;
        let mut starts = std::mem::take(&mut self.own.starts);
        // That URL may end before the current one starts.
        let around = self.region_at(run.start).copied();
        let done = self.url_at(run.start, run.end, separator_len, written, &mut starts);
        let first = starts.last().copied();
        let Some(mut next) = done else {
            self.own.starts = starts;
            return None;
        };
        // A user name may hold the scheme of another URL, and so may a host with an empty port and two slashes. The range includes the end of
        // the authority, because the colon of that scheme may be `\u003a`, whose backslash ends it.
        let mut from = run.end + separator_len;
        let mut start = from;
        while let Some(len) = bytes
            .get(from..bytes.len().min(next + 1))
            .and_then(|rest| rest.iter().position(|b| matches!(b, b':' | b'%' | b'&' | b'\\')))
        {
            let colon = from + len;
            from = colon + 1;
            let Some((len, written)) = separator(bytes, colon) else { continue };
            let run = colon - bytes[start..colon].iter().rev().take_while(|&&b| is(b, HOST)).count();
            if let Some(inner) = self.url_at(run, colon, len, written, &mut starts) {
                (from, start) = (colon + len, colon + len);
                next = next.max(inner);
            }
        }
        self.own.starts = starts;
        // The text before the scheme is not part of the URL; but the last letters of an address belong to a scheme that
        // starts there.
        let is_rest = run.start < run.quads && bytes[run.start].is_ascii_alphabetic();
        if !is_rest && first.is_some_and(|first| first > run.quads) {
            let regions = std::mem::take(&mut self.regions);
            self.regions.extend(regions.iter().filter(|region| region.start < run.start));
            self.regions.extend(around.filter(|around| !regions.contains(around)));
            self.names(run);
            self.regions = regions;
        }
        Some(next)
    }

    /// Reads a URL whose scheme ends at `colon`, in the run that starts at `run`, and stores its possible starts.
    /// Returns the end of its authority.
    fn url_at(
        &mut self,
        run: usize,
        colon: usize,
        separator: usize,
        written: Written,
        starts: &mut Vec<usize>,
    ) -> Option<usize> {
        let bytes = self.bytes;
        // The text before the colon may not be a scheme as a whole, but only its end.
        let is_scheme_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        let part = bytes[run..colon].iter().rposition(|&b| !is_scheme_byte(b)).map_or(run, |at| run + at + 1);
        url::starts(bytes, part, colon, escape_len(bytes, part), starts);
        if starts.is_empty() {
            return None;
        }
        let behind = colon + separator;
        self.begin();
        let is_plain = bytes[colon..behind].contains(&b'&');
        let (next, host) =
            self.url(&Draft { starts, behind, has_scheme: true, written, name_like: false, is_plain })?;
        // Addresses within a host that is a name.
        if written == Written::Plain {
            let (mut from, end) = (host.start, host.end);
            let host = &bytes[host];
            let is_plain = host.iter().all(|b| is(*b, HOST) && !matches!(b, b'-' | b'_'))
                && memchr::memmem::find(host, b"..").is_none();
            let is_escaped = host.iter().any(|b| matches!(b, b'[' | b'%' | b'\\' | b'&'));
            if !is_plain && !is_escaped && !is_address(host) {
                while from < end {
                    let len = bytes[from..end].iter().take_while(|&&b| is(b, HOST)).count();
                    self.quads_of_host(from, from + len);
                    from += len + 1;
                }
            }
        }
        Some(next)
    }

    /// Reads the URL that a host at `start` begins, as another reading of the current place. `written`: the spelling of its first slash.
    pub(super) fn url_without_scheme(&mut self, start: usize, written: Written, name_like: bool) -> Option<usize> {
        if written != Written::Plain && self.encoded_path.contains(&start) {
            return None;
        }
        let draft = Draft { starts: &[start], behind: start, has_scheme: false, written, name_like, is_plain: false };
        self.url(&draft).map(|(next, _)| next)
    }

    /// The URL whose path or query contains a place, as opposed to one that begins with another reading of the place.
    pub(super) fn region_around(&self, start: usize) -> Option<&Region> {
        self.region_at(start).filter(|region| region.path <= start)
    }

    /// Emits the readings of a URL. Returns the end of its authority and the host of the first reading, or `None` if there is no host.
    fn url(&mut self, draft: &Draft<'_>) -> Option<(usize, Range<usize>)> {
        let bytes = self.bytes;
        let (&last, &first) = (draft.starts.first()?, draft.starts.last()?);
        let Stop { certain, read } = self.stop_of(last, draft);
        let around = self.region_at(first).copied();
        let in_parameter = draft.written == Written::Plain && around.is_some_and(|around| first >= around.query);
        let context =
            if draft.has_scheme { self.context(first) } else { self.context_in(self.region_around(first), first) };
        let in_log = InLog { bytes, start: first, stop: read, written: draft.written, in_parameter };
        let mut texts: Texts = std::mem::take(&mut self.own.texts);
        let mut scratch = std::mem::take(&mut self.own.url);
        let (mut region, mut first_host): (Option<Region>, _) = (None, 0..0);
        texts.readings(in_log, draft.starts, draft.has_scheme, &mut scratch, |start, reading| {
            let text = reading.text;
            let (path, end) = (text.place(text.path()), text.place(reading.len));
            let host = (text.place(reading.host.0), text.place(reading.host.1).min(end));
            // A separator whose escapes are undone only in part leaves a host within it: `u002f` in `http:\\u002f\\u002fevil.test`.
            if host.0 < draft.behind {
                return;
            }
            let host_text = &text.whole()[reading.host.0..reading.host.1];
            if draft.is_plain && !(url::is_plain_host(host_text) && bytes[host.0..host.1] == *host_text) {
                return;
            }
            let rest = &text.whole()[text.path()..];
            let query = memchr::memchr2(b'?', b'#', rest).map(|len| text.place(text.path() + len));
            let end_of_text = text.place(text.whole().len());
            let stop = if read == certain { end_of_text } else { certain };
            let query = query.unwrap_or(end_of_text);
            let (authority, path) = (draft.behind, path.min(end));
            let of_this = Region { start, end: end_of_text, stop, authority, path, query };
            match &mut region {
                None => (region, first_host) = (Some(of_this), host.0..host.1),
                Some(region) => region.start = region.start.min(start),
            }
            let token = Token {
                kind: TokenKind::Url,
                start,
                end,
                text: text.up_to(reading.len),
                port: None,
                name_like: draft.name_like,
                context,
                host: Some(host),
                has_scheme: draft.has_scheme,
                alternative: false,
                url: Some(text),
            };
            self.emit(token);
            if let Some(addr) = crate::extract::name::reversed_host(host_text, text.up_to(text.path())) {
                let token = self.token(TokenKind::Ip(crate::value::ip::canonical(addr)), host.0..host.1, host_text);
                self.emit(Token { context: Context::ReverseName, name_like: draft.name_like, ..token });
            }
        });
        (self.own.texts, self.own.url) = (texts, scratch);
        let mut region = region?;
        if !draft.has_scheme && draft.written != Written::Plain {
            // What follows an encoded slash may as well be a value of its own: `u=evil.test%2Fother.test`.
            region.end = region.path;
            self.encoded_path = region.path..region.stop;
        } else if let Some(len) = own_text(&bytes[region.path..region.query.max(region.path)]) {
            region.end = region.path + len;
        }
        let next = region.path;
        // Another reading of this place may begin with an escape in the URL before.
        while self.regions.last().is_some_and(|last| last.end + MAX_ESCAPE <= region.start) {
            self.regions.pop();
        }
        self.regions.push(region);
        Some((next, first_host))
    }

    /// Finds the certain end of a URL, and the end up to which it is read.
    fn stop_of(&mut self, start: usize, draft: &Draft<'_>) -> Stop {
        let bytes = self.bytes;
        let behind = draft.behind;
        if !self.without_end.contains(&behind) {
            self.without_end = behind..behind + len_to_end(bytes, behind);
            // The earlier URLs have ended.
            self.starts.clear();
        }
        let mut certain = self.without_end.end.min(start + MAX_OBSERVABLE).max(behind);
        // Without a scheme, a URL around this one is another reading of the same place.
        if draft.has_scheme
            && let Some(around) = self.region_at(start)
        {
            certain = certain.min(around.stop).max(behind);
        }
        if draft.written != Written::Plain {
            let end = memchr::memchr2(b'&', b'\\', &bytes[behind..certain]);
            certain = end.map_or(certain, |len| behind + len);
        }
        while self.starts.front().is_some_and(|first| first + MAX_OBSERVABLE < start) {
            self.starts.pop_front();
        }
        if self.starts.len() < MAX_WHOLE {
            self.starts.push_back(start);
            return Stop { certain, read: certain };
        }
        let read = if draft.has_scheme {
            let may_start = |b: u8| matches!(b, b':' | b'%' | b'&' | b'\\');
            let mut next = (behind..certain).filter(|&at| may_start(bytes[at]) && separator(bytes, at).is_some());
            next.nth(1)
        } else {
            // Without a scheme, nothing marks the start of the next URL, but a sign that may end this one precedes it.
            let is_end = |b: &u8| matches!(b, b',' | b';' | b'|' | b'^' | b'&' | b'\'' | b'(' | b')' | b'{' | b'}');
            let rest = &bytes[behind..certain];
            let plain = rest.iter().position(is_end);
            own_text(&rest[..plain.unwrap_or(rest.len())]).or(plain).map(|len| behind + len)
        };
        Stop { certain, read: read.unwrap_or(certain) }
    }
}

/// Returns true if the whole host of a URL is an address, as in `192.0.2.1\u{3002}`, which ends in a dot of another script.
fn is_address(host: &[u8]) -> bool {
    let url = [b"http://", host].concat();
    let mut scratch = UrlScratch::new();
    let view = crate::value::url::canonicalise(&url, &mut scratch);
    view.is_ok_and(|view| matches!(view.host(), HostRef::Ip(_)))
}
