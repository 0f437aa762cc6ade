//! Finds URLs: where they start, where they may end, and how they are encoded.

use std::ops::Range;

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use netsieve::indicator::{HostRef, UrlScratch};
use netsieve::limits::MAX_OBSERVABLE;
use netsieve::value::{domain, ip, url};

use super::escapes::{self, Decoded, Separator, Written, decode, escape, is_end, separator};
use super::names::reverse;
use super::{Line, Place, Reading, Region, What, Zone, char_at, hex, is_name_byte, is_punctuation, signs};

/// The end of a URL that starts at `start`, before trimming.
fn stop(bytes: &[u8], start: usize, behind: usize, written: Written) -> usize {
    let limit = bytes.len().min(start + MAX_OBSERVABLE);
    let mut at = behind;
    while at < limit {
        at += match char_at(bytes, at) {
            Some((c, _)) if is_end(c) => break,
            // Here the enclosing URL continues.
            Some(('&' | '\\', _)) if written != Written::Plain => break,
            Some((_, len)) => len,
            None => 1,
        };
    }
    at.min(limit)
}

/// The length of a text without the punctuation that prose puts after a URL.
fn trim(text: &[u8]) -> usize {
    let mut end = text.len();
    while end > 0 {
        let text = &text[..end];
        let count = |wanted: u8| text.iter().filter(|&&b| b == wanted).count();
        let is_trimmed = match text[end - 1] {
            b'\\' | b'\'' | b'"' | b'.' | b',' | b';' | b':' | b'!' | b'?' => true,
            b')' => count(b')') > count(b'('),
            b']' => count(b']') > count(b'['),
            b'}' => count(b'}') > count(b'{'),
            _ => false,
        };
        if !is_trimmed {
            break;
        }
        end -= 1;
    }
    end
}

/// Returns true if a container can end a URL before `at` of its text. `in_query` means that a `?` precedes;
/// `in_parameter` means that the URL is in the query of another.
fn is_cut(text: &[u8], at: usize, in_query: bool, in_parameter: bool) -> bool {
    let is_separator = |byte: Option<u32>| {
        byte.is_some_and(|byte| byte < 0x80 && b" \t\n\r\0\"'`<>&;|,()[]{}!*$^+?#".contains(&(byte as u8)))
    };
    let digits = |from: usize| text.get(from..from + 2).and_then(hex);
    let is_escape = |byte: Option<u32>, next: usize| {
        byte == Some(0x5C) && text.get(next).is_some_and(|byte| b"nrtbfxu%".contains(byte))
    };
    match text[at..] {
        [b',' | b';' | b'|' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}', ..] => true,
        [b'!' | b'*' | b'$' | b'^', ..] | [b':', b':', ..] | [b'_', b'_', b';', ..] => true,
        [b'&', ..] => !in_query || in_parameter,
        [b'+', ..] => !in_query,
        _ if !in_query && is_encoded_sign(&text[at..]) => true,
        [b'%', b'2', b'5', ..] if digits(at + 3).is_some() => {
            !in_query && (is_separator(digits(at + 3)) || is_escape(digits(at + 3), at + 5))
        }
        [b'%', ..] => !in_query && (is_separator(digits(at + 1)) || is_escape(digits(at + 1), at + 3)),
        // Backslashes that escape the quote after the URL.
        [b'\\', ref rest @ ..] if rest.len() < 8 && rest.iter().all(|b| *b == b'\\') => true,
        [b'\\', b'x', ..] => !in_query && is_separator(digits(at + 2)),
        [b'\\', b'0', ref rest @ ..] if !rest.first().is_some_and(u8::is_ascii_digit) => !in_query,
        [b'\\', a, b, c, ..] if [a, b, c].iter().all(|b| (b'0'..=b'7').contains(b)) => {
            let octal = std::str::from_utf8(&text[at + 1..at + 4]).unwrap();
            !in_query && is_separator(u32::from_str_radix(octal, 8).ok())
        }
        [b'=', b'0', b'D', b'=', b'0', b'A', ..] => true,
        // A blank at the end of a line of quoted-printable.
        [b'=', _, _] => !in_query && is_separator(digits(at + 1)),
        _ => match char_at(text, at) {
            Some((c, _)) => is_end(c) || is_sign(c),
            // A byte that is no part of UTF-8.
            None => {
                let is_valid = text.utf8_chunks().scan(0_usize, |end, chunk| {
                    let start = *end;
                    *end += chunk.valid().len() + chunk.invalid().len();
                    Some(start..start + chunk.valid().len())
                });
                at < text.len() && !is_valid.into_iter().any(|valid| valid.contains(&at))
            }
        },
    }
}

/// Returns true if a text of its own follows in the path of a URL: behind a sign between values, or as the next parameter.
fn separates(text: &[u8]) -> bool {
    if char_at(text, 0).is_some_and(|(c, _)| ",;|^、，；｜،؛".contains(c)) {
        return true;
    }
    if !matches!(text[0], b'%' | b'&' | b'\\') {
        return false;
    }
    let ampersands: [&[u8]; 7] = [b"&", b"%26", b"%2526", b"\\u0026", b"\\\\u0026", b"\\\\\\u0026", b"\\\\\\\\u0026"];
    let is_parameter = ampersands.iter().filter_map(|sign| text.strip_prefix(*sign)).any(|behind| {
        let key = behind.iter().take_while(|b| is_name_byte(**b) && **b != b'.').count();
        (1..=32).contains(&key) && signs::after_sign(&behind[key..], b'=').is_some()
    });
    is_parameter || signs::first_sign(text).is_some_and(|(sign, _)| matches!(sign, b',' | b';' | b'|' | b'^'))
}

/// Returns true for a sign that is not ASCII, percent-encoded once or twice or written in hexadecimal.
fn is_encoded_sign(text: &[u8]) -> bool {
    ["%25", "%", "\\x"].iter().any(|prefix| {
        let mut bytes = Vec::new();
        let mut rest = text;
        while bytes.len() < 4
            && let Some(digits) = rest.strip_prefix(prefix.as_bytes())
            && let Some(byte) = digits.get(..2).and_then(hex)
        {
            bytes.push(byte as u8);
            rest = &digits[2..];
        }
        char_at(&bytes, 0).is_some_and(|(c, _)| is_sign(c))
    })
}

/// Returns true for punctuation, symbols and white space that are not ASCII, and for characters that show nothing.
fn is_sign(c: char) -> bool {
    use GeneralCategory as Is;
    let is_symbol = matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        Is::MathSymbol | Is::CurrencySymbol | Is::ModifierSymbol | Is::OtherSymbol
    );
    let marks = ['\u{61C}', '\u{200E}', '\u{200F}'];
    let is_direction =
        marks.contains(&c) || ('\u{202A}'..='\u{202E}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    let is_unseen = is_direction || "\u{AD}\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}".contains(c);
    !c.is_ascii() && (is_symbol || is_punctuation(c) || c.is_whitespace() || is_unseen)
}

/// The start of the authority of a decoded URL with a scheme. After web schemes, any number of slashes may precede it.
fn authority_start(text: &[u8]) -> Option<usize> {
    let is_scheme_byte = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let colon = text.iter().position(|b| !is_scheme_byte(b)).filter(|&at| text[at] == b':')?;
    let is_web =
        ["http", "https", "ws", "wss", "ftp"].iter().any(|web| text[..colon].eq_ignore_ascii_case(web.as_bytes()));
    let slashes = text[colon + 1..].iter().take_while(|b| matches!(b, b'/' | b'\\')).count();
    (slashes >= 2).then_some(colon + 1 + if is_web { slashes } else { 2 })
}

/// Returns true for a name or a dotted quad, which is recognisable as a host by itself.
fn is_plain_host(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let last = host.rsplit('.').find(|label| !label.is_empty()).unwrap_or("");
    match last.chars().next() {
        Some('0'..='9') => ip::parse_v4(host.as_bytes()).is_ok(),
        Some(_) => !host.contains(".."),
        None => false,
    }
}

/// The position of the host in an authority.
fn host(text: &[u8], from: usize, end: usize) -> Range<usize> {
    let start = text[from..end].iter().rposition(|&b| b == b'@').map_or(from, |at| from + at + 1);
    let inner = &text[start..end];
    if inner.first() == Some(&b'[')
        && let Some(close) = inner.iter().position(|&b| b == b']')
    {
        return start + 1..start + close;
    }
    // Encoded line feeds and tabs are removed from a URL.
    let blanks = inner.iter().rev().take_while(|b| matches!(b, b'\t' | b'\r' | b'\n')).count();
    let inner = &inner[..inner.len() - blanks];
    match inner.iter().rposition(|&b| b == b':') {
        Some(colon) if inner[colon + 1..].iter().all(u8::is_ascii_digit) => start..start + colon,
        _ => start..start + inner.len(),
    }
}

/// The start of a URL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft<'d> {
    /// The offsets at which it may start, the latest first.
    starts: &'d [usize],
    /// The start of its authority.
    behind: usize,
    separator: Option<Separator>,
    written: Written,
    name_like: bool,
}

impl Line<'_> {
    /// Reads a URL from each possible start, in each encoding, up to each possible end. `None` if no reading is a URL.
    fn url(&self, draft: Draft<'_>) -> Option<(Place, Region)> {
        let bytes = self.bytes;
        let Draft { starts, behind, separator, written, name_like } = draft;
        let (last, first) = (*starts.first()?, *starts.last()?);
        let outer = self.outer.iter().filter(|_| separator.is_some());
        let around: Vec<&Region> =
            self.urls.iter().chain(outer).filter(|url| url.start < first && first < url.end).collect();
        let innermost = around.iter().max_by_key(|url| url.start);
        let in_parameter = written == Written::Plain && innermost.is_some_and(|url| first >= url.query);
        let stop = stop(bytes, last, behind, written).min(innermost.map_or(usize::MAX, |url| url.stop)).max(behind);
        let mut place = Place::new();
        let mut region: Option<Region> = None;
        let mut seen: Vec<(Range<usize>, What)> = Vec::new();
        let ways = written.ways();
        for (&start, undo) in starts.iter().flat_map(|start| ways.iter().map(move |undo| (start, *undo))) {
            let Decoded { text, from } = decode(bytes, first..stop, undo);
            // Skips from the longest start, so that each escape is decoded in only one way.
            let skip = from.iter().position(|&at| at >= start).unwrap_or(text.len()).min(text.len());
            let (text, from) = (&text[skip..], &from[skip..]);
            let Some(behind) = (if separator.is_some() { authority_start(text) } else { Some(0) }) else { continue };
            let len = trim(text);
            if len <= behind {
                continue;
            }
            let is_over = |b: &u8| matches!(b, b'/' | b'\\' | b'?' | b'#');
            let end = text[behind..].iter().position(is_over).map_or(text.len(), |len| behind + len);
            let is_host = |end: usize| url::canonicalise(&text[..end], &mut UrlScratch::new()).is_ok();
            let path = end.min(len);
            // The end of the reading, the start of its path, and the end of the text.
            let mut readings: Vec<(usize, usize, usize)> = Vec::new();
            // Without a scheme, a single label is not a host.
            let has_labels = text[host(text, behind, path)].iter().any(|b| matches!(b, b'.' | b':') || *b >= 0x80);
            let is_whole = is_host(path) && (separator.is_some() || has_labels);
            if is_whole {
                let in_query = |place: usize| text[path..place].contains(&b'?');
                let is_end = |place: usize| place == text.len() || is_cut(text, place, in_query(place), in_parameter);
                // White space is removed from the end of a URL, so the URL has ended before it.
                let is_removed = |end: usize| end > path && end < text.len() && text[end - 1].is_ascii_whitespace();
                for place in (path..=text.len()).rev().filter(|&place| is_end(place)) {
                    let ends = [trim(&text[..place]), place];
                    let kept = ends.into_iter().filter(|&end| place == text.len() || !is_removed(end));
                    readings.extend(kept.map(|end| (end, path, text.len())));
                }
            }
            // Ends within an authority that is not a host, and before punctuation that is rare in hosts.
            for place in (behind + 1..end).rev().filter(|&place| is_cut(text, place, false, false)) {
                // Without a scheme, a host is a name or a quad.
                let is_plain = separator.is_some() || is_plain_host(&text[host(text, behind, place)]);
                if (!is_whole || text[place] >= 0x80 || is_encoded_sign(&text[place..])) && is_plain && is_host(place) {
                    readings.push((place, place, place));
                }
            }
            for (end, path, text_end) in readings {
                let host = host(text, behind, path);
                let raw_host = from[host.start]..from[host.end].min(from[end.max(host.end)]);
                // Not a host within the spelling of the separator.
                if raw_host.start < draft.behind {
                    continue;
                }
                if separator.is_some_and(|separator| separator.has_entity)
                    && !(is_plain_host(&text[host.clone()]) && bytes[raw_host.clone()] == text[host.clone()])
                {
                    continue;
                }
                let query = text[path..text_end].iter().position(|b| matches!(b, b'?' | b'#'));
                let stop = from[text_end];
                let query = query.map_or(stop, |len| from[path + len]);
                let is_encoded = separator.is_none() && written != Written::Plain;
                let own =
                    Region { start: first, behind: draft.behind, path: from[path], query, stop, end: stop, is_encoded };
                region.get_or_insert(own);
                if url::canonicalise(&text[..end], &mut UrlScratch::new()).is_err() {
                    continue;
                }
                let mut reading = Reading::new(start..from[end], What::Url(text[..end].to_vec(), raw_host));
                let is_first = !place.iter().any(|reading| matches!(reading.what, What::Url(..)));
                (reading.name_like, reading.is_first) = (name_like, is_first);
                (reading.own, reading.at) = (Some(first), Some(first));
                let key = (reading.span.clone(), reading.what.clone());
                if !seen.contains(&key) {
                    place.extend(self.reverse_host(&reading));
                    seen.push(key);
                    place.push(reading);
                }
            }
        }
        let mut region = region?;
        let path = &bytes[region.path..region.query.max(region.path)];
        let separates = |at: &usize| separates(&path[*at..]);
        if region.is_encoded {
            // What follows may be a value of its own.
            region.end = region.path;
        } else if let Some(len) = (0..path.len()).find(separates) {
            region.end = region.path + len;
        }
        Some((place, region))
    }

    /// The address of a URL's host, if the host is a reverse name.
    fn reverse_host(&self, reading: &Reading) -> Option<Reading> {
        let What::Url(text, host) = &reading.what else { return None };
        let mut scratch = UrlScratch::new();
        let view = url::canonicalise(text, &mut scratch).ok()?;
        let HostRef::Domain(name) = view.host() else { return None };
        let mut reversed = Reading::new(host.clone(), What::Ip(reverse(name)?));
        (reversed.name_like, reversed.is_reverse) = (reading.name_like, true);
        Some(reversed)
    }

    /// The possible starts of a scheme before a colon, the latest first. The letters of an encoded `://` that ends at `floor` belong to
    /// no scheme.
    fn scheme_starts(&self, floor: usize, colon: usize) -> Vec<usize> {
        let bytes = self.bytes;
        // In a query, a plus is more often a space than part of a scheme.
        let is_scheme_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        let run = (floor..colon).rev().take_while(|&at| is_scheme_byte(bytes[at])).last().unwrap_or(colon);
        let mut places = vec![run, run + escape(bytes, run)];
        let is_boundary = |at: &usize| matches!(bytes[at - 1], b'-' | b'.') && bytes[*at].is_ascii_alphabetic();
        places.extend((run + 1..colon).filter(is_boundary));
        for web in ["http", "https"] {
            if bytes[run..colon].to_ascii_lowercase().ends_with(web.as_bytes()) {
                places.push(colon - web.len());
            }
        }
        let first_letter = |from: usize| (from..colon).find(|&at| bytes[at].is_ascii_alphabetic());
        let mut starts: Vec<usize> = places.into_iter().filter_map(first_letter).collect();
        starts.sort_unstable_by(|a, b| b.cmp(a));
        starts.dedup();
        starts
    }

    /// Finds every `scheme://`.
    pub(super) fn urls_with_scheme(&mut self) {
        let bytes = self.bytes;
        let (mut hosts, mut floor) = (Vec::new(), 0);
        for colon in 0..bytes.len() {
            let Some(separator) = separator(bytes, colon) else { continue };
            let starts = self.scheme_starts(floor, colon);
            let behind = colon + separator.len;
            let written = separator.written;
            let draft = Draft { starts: &starts, behind, separator: Some(separator), written, name_like: false };
            let Some((place, region)) = self.url(draft) else { continue };
            floor = behind;
            // Addresses within hosts that are names.
            if let Some(What::Url(text, host)) =
                place.iter().map(|reading| &reading.what).find(|what| matches!(what, What::Url(..)))
                && domain_host(text)
                && separator.written == Written::Plain
                && !bytes[host.clone()].iter().any(|b| matches!(b, b'%' | b'\\' | b'&'))
            {
                hosts.push(host.clone());
            }
            self.consumed.push(region.start..region.path);
            self.urls.push(region);
            self.places.push(place);
        }
        for host in hosts {
            let mut at = host.start;
            while at < host.end {
                let (units, end) = self.run(at, host.end);
                if !units.is_empty() {
                    let mut place = Place::new();
                    self.quads_of_host(&units, end, &mut place);
                    self.places.push(place);
                }
                at = end.max(at + 1);
            }
        }
    }

    /// Reads `host/path` or `host:port/path`, outside other URLs.
    pub(super) fn schemeless(
        &self,
        start: usize,
        host_end: usize,
        port: Option<(u16, usize)>,
        name_like: bool,
    ) -> Option<(Place, Region)> {
        let after = port.map_or(host_end, |(_, end)| end);
        let written = escapes::path(self.bytes.get(after..)?)?;
        let is_within = |url: &Region| url.is_encoded && (url.path..url.stop).contains(&start);
        if written != Written::Plain && self.urls.iter().any(is_within) {
            return None;
        }
        if self.zone(start, None) != Zone::Text {
            return None;
        }
        self.url(Draft { starts: &[start], behind: start, separator: None, written, name_like })
    }
}

fn domain_host(text: &[u8]) -> bool {
    let mut scratch = UrlScratch::new();
    let Ok(view) = url::canonicalise(text, &mut scratch) else { return false };
    match view.host() {
        HostRef::Domain(name) => domain::canonicalise(name.as_bytes(), &mut String::new()).is_ok(),
        _ => false,
    }
}
