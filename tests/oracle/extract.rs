//! Finds the observables in raw bytes, by definition: it examines every place on its own, at any cost.
//!
//! A line is a set of places. At each place all readings are tried, and the hits are their union: the hits of an
//! indicator depend only on the text and on that indicator. At each place an indicator is reported with the first reading it covers.

mod addresses;
mod escapes;
mod exact;
mod names;
mod signs;
mod urls;

use std::net::IpAddr;
use std::ops::Range;

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// One reading of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub span: Range<usize>,
    pub what: What,
    /// The port in the text.
    pub port: Option<u16>,
    pub name_like: bool,
    /// True for the address in a reverse name.
    pub is_reverse: bool,
    /// True if path patterns apply. Of several readings of a URL, they apply only to the first.
    pub is_first: bool,
    /// Filled in once all URLs are known.
    pub context: &'static str,
    /// The start of the URL that the reading belongs to, if any.
    own: Option<usize>,
    /// For a URL, the start of its longest reading, which all its readings share.
    at: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Ip(IpAddr),
    /// Decoded from the log's escaping.
    Name(Vec<u8>),
    /// Likewise, with the position of the host.
    Url(Vec<u8>, Range<usize>),
    Request(Vec<u8>),
    Hash(Vec<u8>),
    Email(Vec<u8>),
}

impl Reading {
    fn new(span: Range<usize>, what: What) -> Self {
        Self {
            span,
            what,
            port: None,
            name_like: false,
            is_reverse: false,
            is_first: true,
            context: "text",
            own: None,
            at: None,
        }
    }
}

/// The readings of one place, in order.
pub type Place = Vec<Reading>;

/// The places of a line, in no order. The line contains no line feed.
pub fn extract(line: &[u8], request_paths: bool) -> Vec<Place> {
    // A URL with a scheme may be in the query of one without, which is only found after it. So the line is read twice.
    let outer = Line::of(line, Vec::new()).urls;
    let outer = outer.into_iter().filter(|url| url.start == url.behind).collect();
    let mut all = Line::of(line, outer);
    if request_paths {
        all.request_paths();
    }
    all.hashes();
    all.mail_addresses();
    let mut places = std::mem::take(&mut all.places);
    for reading in places.iter_mut().flatten() {
        let at = reading.at.unwrap_or(reading.span.start);
        reading.context = if reading.is_reverse { "reverse_name" } else { all.context(at, reading.own) };
    }
    places
}

/// A URL, with the offsets of its parts.
#[derive(Clone, Debug)]
struct Region {
    start: usize,
    /// The start of the authority.
    behind: usize,
    path: usize,
    query: usize,
    stop: usize,
    /// The start of separate text after `, ; | ^` in the path.
    end: usize,
    /// True if it has no scheme, and an encoded slash begins its path.
    is_encoded: bool,
}

/// The position of a place relative to the URLs around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    Text,
    Host,
    Path,
    Query,
}

#[derive(Default)]
struct Line<'l> {
    bytes: &'l [u8],
    /// URLs without a scheme that may contain URLs with one.
    outer: Vec<Region>,
    urls: Vec<Region>,
    /// Bytes that are not examined again: schemes and authorities of URLs, names in DNS labels.
    consumed: Vec<Range<usize>>,
    /// IPv6 addresses, with their ports. Their last part may begin a name, as in `2001:db8::1-x.test`.
    addresses: Vec<Range<usize>>,
    places: Vec<Place>,
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn is_punctuation(c: char) -> bool {
    use GeneralCategory as Is;
    matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        Is::DashPunctuation
            | Is::OpenPunctuation
            | Is::ClosePunctuation
            | Is::ConnectorPunctuation
            | Is::InitialPunctuation
            | Is::FinalPunctuation
            | Is::OtherPunctuation
    )
}

/// Returns true if a character is not a space, punctuation or a control character, or if it is one of UTS-46's dots.
fn is_name_char(c: char) -> bool {
    use GeneralCategory as Is;
    if c.is_ascii() {
        return is_name_byte(c as u8);
    }
    let is_space = matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        Is::SpaceSeparator | Is::LineSeparator | Is::ParagraphSeparator | Is::Control
    );
    // Marks of direction are disallowed in names.
    let marks = "\u{61C}\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}";
    is_dot(c) || !is_space && !is_punctuation(c) && !marks.contains(c)
}

/// The characters that UTS-46 reads as a dot.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}')
}

fn hex(bytes: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| u32::from_str_radix(text, 16).ok())?
}

/// The character at an offset, and its length in bytes.
fn char_at(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let rest = bytes.get(at..)?;
    let len = (1..=rest.len().min(4)).find(|&len| std::str::from_utf8(&rest[..len]).is_ok())?;
    Some((std::str::from_utf8(&rest[..len]).ok()?.chars().next()?, len))
}

/// A character of a name, literal or as a JSON escape, and the length of its text.
fn unit(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let rest = &bytes[at..];
    if rest.starts_with(b"\\u") {
        return json_escape(rest).filter(|&(c, _)| is_name_char(c));
    }
    char_at(bytes, at).filter(|&(c, _)| is_name_char(c))
}

/// The character of a JSON escape, or of two that are a surrogate pair; and the length.
fn json_escape(rest: &[u8]) -> Option<(char, usize)> {
    let units: Vec<u16> = rest
        .chunks(6)
        .take(2)
        .map_while(|text| hex(text.strip_prefix(b"\\u").filter(|digits| digits.len() == 4)?))
        .map(|unit| unit as u16)
        .collect();
    let c = char::decode_utf16(units).next()?.ok()?;
    Some((c, c.len_utf16() * 6))
}

/// A number that can be a port, and the end of its digits.
fn number(bytes: &[u8], at: usize) -> Option<(u16, usize)> {
    let digits = bytes.get(at..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 5 {
        return None;
    }
    let text = std::str::from_utf8(&bytes[at..at + digits]).ok()?;
    Some((text.parse().ok()?, at + digits))
}

/// The number of a port after `:`, and the end of its text.
fn port(bytes: &[u8], at: usize) -> Option<(u16, usize)> {
    let rest = signs::after_sign(bytes.get(at..)?, b':')?;
    let (value, end) = number(bytes, bytes.len() - rest.len())?;
    let goes_on = match signs::first_sign(&bytes[end..]) {
        Some((b'.' | b':', rest)) => rest.first().is_some_and(u8::is_ascii_digit),
        Some((next, _)) => next.is_ascii_alphanumeric() || next == b'_',
        None => false,
    };
    (!goes_on).then_some((value, end))
}

impl<'l> Line<'l> {
    fn of(bytes: &'l [u8], outer: Vec<Region>) -> Self {
        let (urls, consumed, addresses, places) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut all = Self { bytes, outer, urls, consumed, addresses, places };
        all.urls_with_scheme();
        all.socket_addresses();
        all.others();
        all
    }

    fn at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |at| self.bytes[at])
    }

    fn starts_with(&self, at: usize, text: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(text))
    }

    fn is_consumed(&self, at: usize) -> bool {
        self.consumed.iter().any(|range| range.contains(&at))
    }

    /// The zone of a place. Text after `, ; | ^` in a URL's path no longer belongs to that URL. A reading is not inside
    /// a URL that is itself a reading of the same place (`own`), and a URL without a scheme is not inside a host,
    /// because that is another reading of its place.
    fn zone(&self, at: usize, own: Option<usize>) -> Zone {
        let is_schemeless = own == Some(at) && self.urls.iter().any(|url| url.start == at && url.behind == at);
        let is_around = |url: &&Region| {
            let start = if is_schemeless { url.path } else { url.behind };
            let is_inside = start <= at || !is_schemeless && own == Some(at) && url.start < at;
            Some(url.start) != own && at < url.end && is_inside
        };
        let around = self.urls.iter().filter(is_around).max_by_key(|url| url.start);
        match around {
            Some(url) if at < url.path => Zone::Host,
            Some(url) if at >= url.query => Zone::Query,
            Some(_) => Zone::Path,
            None => Zone::Text,
        }
    }

    fn context(&self, at: usize, own: Option<usize>) -> &'static str {
        let is_mail = self.before(at) == b'@' && at > 1 && {
            let byte = self.bytes[at - 2];
            is_name_byte(byte) || byte >= 0x80
        };
        match self.zone(at, own) {
            Zone::Host => "url_host",
            Zone::Path => "url_path",
            Zone::Query => "url_query",
            Zone::Text if is_mail => "email",
            Zone::Text => "text",
        }
    }

    /// The characters of a name from `at` on, and their end.
    fn run(&self, at: usize, limit: usize) -> (Vec<(usize, char)>, usize) {
        let mut units = Vec::new();
        let mut end = at;
        while end < limit
            && let Some((c, len)) = unit(self.bytes, end)
        {
            units.push((end, c));
            end += len;
        }
        (units, end)
    }

    /// Finds names, addresses and URLs without a scheme, from left to right. A host followed by a path is a URL, and no
    /// other such URL starts within it. The port of an address, such as `(3)` in `::(3)www`, is not a DNS label.
    fn others(&mut self) {
        let bytes = self.bytes;
        let is_six = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':');
        let mut run_end = 0;
        for at in 0..bytes.len() {
            let is_in_address = self.addresses.iter().any(|range| range.contains(&at));
            if is_six(bytes[at]) && !is_six(self.before(at)) && !is_in_address && !self.is_consumed(at) {
                let len = bytes[at..].iter().take_while(|&&b| is_six(b)).count();
                self.ip6(at, at + len);
            }
            if !is_in_address && !self.is_consumed(at) {
                self.dns_labels(at);
            }
            if at < run_end || self.is_consumed(at) {
                continue;
            }
            let (units, end) = self.run(at, bytes.len());
            run_end = end;
            // The service in `2001:db8::1.https` belongs to the address.
            let is_in_address = self.addresses.iter().any(|range| range.contains(&at) && end <= range.end);
            if units.is_empty() || is_in_address {
                continue;
            }
            let mut place = Place::new();
            let mut regions = Vec::new();
            self.names(&units, end, &mut place, &mut regions);
            self.quads(&units, end, &mut place, &mut regions);
            self.places.push(place);
            self.urls.extend(regions);
        }
    }

    /// The key of the value that starts at `at`: `key=`, `key: `, `"key":"`, `<key>`, `<Data Name="key">`.
    fn key_before(&self, at: usize) -> Option<&[u8]> {
        let head = &self.bytes[..at];
        let name = |head| Some(signs::last_name(head).1).filter(|name| !name.is_empty());
        if let Some(tag) = signs::without_sign(head, b'>') {
            let key = name(tag);
            if signs::without_sign(&tag[..tag.len() - key.map_or(0, <[u8]>::len)], b'<').is_some() {
                return key;
            }
            // `<Data Name="key">`, as in Windows events.
            let quoted = signs::without_quote(tag);
            let (before, key) = signs::last_name(quoted);
            let open = signs::without_quote(before);
            let is_quoted = quoted.len() < tag.len() && open.len() < before.len();
            return Some(key).filter(|_| is_quoted && signs::without_text(open, b" Name=").is_some());
        }
        match signs::last_sign(signs::without_blanks(signs::without_quote(signs::without_quote(head)))) {
            Some((b'=' | b':', head)) => name(signs::without_quote(signs::without_blanks(head))),
            _ => None,
        }
    }

    /// Finds request paths: between a method and ` HTTP/`, and whole fields that begin with `/`.
    fn request_paths(&mut self) {
        let bytes = self.bytes;
        let mut spans = Vec::new();
        for at in (0..bytes.len()).filter(|&at| bytes[at] == b'/') {
            let head = &bytes[..at];
            if let Some(head) = head.strip_suffix(b" ") {
                let method = head.iter().rev().take_while(|b| b.is_ascii_uppercase()).count();
                let end = bytes[at..].iter().position(|&b| b <= b' ').map_or(bytes.len(), |len| at + len);
                if method >= 3 && bytes[end..].starts_with(b" HTTP/") {
                    spans.push(at..end);
                }
            }
            let end_at = |end: u8| bytes[at..].iter().position(|&b| b == end).map(|len| at + len);
            let is_line_end = |end: usize| end == bytes.len() || bytes[end] == b'\r';
            if head.ends_with(b"\"")
                && let Some(end) = end_at(b'"')
            {
                spans.push(at..end);
            }
            let line_end = bytes.len() - usize::from(bytes.ends_with(b"\r"));
            let tab = end_at(b'\t').unwrap_or(line_end);
            if head.ends_with(b"\t") || head.is_empty() && !is_line_end(tab) {
                spans.push(at..tab);
            }
        }
        spans.dedup();
        for span in spans {
            let what = What::Request(bytes[span.clone()].to_vec());
            self.places.push(vec![Reading::new(span, what)]);
        }
    }
}
