//! What is an observable in raw bytes, by the definition: every place is looked at on its own, whatever it costs.
//!
//! A line gives groups. The readings of a chain are tried in turn, the next only if the one before had no match, and the
//! chains of a group behind its first only if that had none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use netsieve::indicator::{HostRef, UrlScratch};
use netsieve::limits::MAX_OBSERVABLE;
use netsieve::scan::Context;
use netsieve::value::{domain, ip, url};

/// One reading of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub span: Range<usize>,
    pub what: What,
    /// A URL that shows its scheme.
    pub has_scheme: bool,
    pub port: Option<u16>,
    pub name_like: bool,
    /// Filled in when all URLs are known.
    pub context: Context,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Ip(IpAddr),
    /// Decoded as far as the log's escaping goes.
    Name(Vec<u8>),
    /// The same, and where the host stands.
    Url(Vec<u8>, Range<usize>),
    Request(Vec<u8>),
}

pub type Chain = Vec<Reading>;
pub type Group = Vec<Chain>;

/// The groups of a line, which holds no line feed, in no order.
pub fn extract(line: &[u8], request_paths: bool) -> Vec<Group> {
    let mut all =
        Line { bytes: line, urls: Vec::new(), consumed: Vec::new(), addresses: Vec::new(), groups: Vec::new() };
    all.urls_with_scheme();
    all.dns_labels();
    all.others();
    if request_paths {
        all.request_paths();
    }
    let mut groups = std::mem::take(&mut all.groups);
    for group in &mut groups {
        let url = group.iter().flatten().find(|reading| matches!(reading.what, What::Url(..)));
        let own = url.map(|reading| reading.span.start);
        for reading in group.iter_mut().flatten() {
            reading.context = all.context(reading.span.start, own);
        }
    }
    groups
}

/// A URL: what it starts with, and where its parts end.
#[derive(Clone, Debug)]
struct Region {
    start: usize,
    /// Where the authority starts.
    behind: usize,
    path: usize,
    query: usize,
    stop: usize,
}

struct Line<'l> {
    bytes: &'l [u8],
    urls: Vec<Region>,
    /// What is not looked at again: schemes and authorities of URLs, names in DNS labels.
    consumed: Vec<Range<usize>>,
    /// Addresses, with their ports. What they end in may be the start of a name, as in `2001:db8::1-x.test`.
    addresses: Vec<Range<usize>>,
    groups: Vec<Group>,
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Neither space nor punctuation nor control; or one of the three dots of UTS-46.
fn is_name_char(c: char) -> bool {
    use GeneralCategory as Is;
    match CodePointMapData::<GeneralCategory>::new().get(c) {
        _ if c.is_ascii() => is_name_byte(c as u8),
        _ if is_dot(c) => true,
        Is::SpaceSeparator | Is::LineSeparator | Is::ParagraphSeparator | Is::Control => false,
        Is::DashPunctuation | Is::OpenPunctuation | Is::ClosePunctuation | Is::ConnectorPunctuation => false,
        Is::InitialPunctuation | Is::FinalPunctuation | Is::OtherPunctuation => false,
        _ => true,
    }
}

/// What UTS-46 reads as a dot.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}')
}

fn hex(bytes: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| u32::from_str_radix(text, 16).ok())?
}

/// A character of a name: itself, or a JSON escape of it. What it is, and how long its text is.
fn unit(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let rest = &bytes[at..];
    if let [b'\\', b'u', ..] = rest {
        let c = char::from_u32(hex(rest.get(2..6)?)?)?;
        return is_name_char(c).then_some((c, 6));
    }
    let len = (1..=rest.len().min(4)).find(|&len| std::str::from_utf8(&rest[..len]).is_ok())?;
    let c = std::str::from_utf8(&rest[..len]).ok()?.chars().next()?;
    is_name_char(c).then_some((c, len))
}

/// How much of the text at `at` belongs to an escape that started right before it.
fn escape(bytes: &[u8], at: usize) -> usize {
    let Some(before) = at.checked_sub(1).map(|at| bytes[at]) else { return 0 };
    let rest = &bytes[at..];
    let is_hex = |from: usize, len: usize| rest.get(from..from + len).is_some_and(|digits| hex(digits).is_some());
    match (before, rest.first()) {
        (b'\\', Some(b'n' | b't' | b'r' | b'b' | b'f')) => 1,
        (b'\\', Some(b'x')) if is_hex(1, 2) => 3,
        (b'\\', Some(b'u')) if is_hex(1, 4) => 5,
        (b'%', _) if rest.starts_with(b"25") && is_hex(2, 2) => 4,
        (b'%', _) if is_hex(0, 2) => 2,
        (b'#', _) if rest.len() >= 3 && rest[..3].iter().all(|b| (b'0'..=b'7').contains(b)) => 3,
        _ => 0,
    }
}

/// A port behind `:`: its number, and where its text ends.
fn port(bytes: &[u8], at: usize) -> Option<(u16, usize)> {
    let rest = bytes.get(at..)?.strip_prefix(b":")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 5 {
        return None;
    }
    let value: u32 = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    let goes_on = match &rest[digits..] {
        [b'.' | b':', next, ..] => next.is_ascii_digit(),
        [next, ..] => next.is_ascii_alphanumeric() || *next == b'_',
        [] => false,
    };
    if goes_on { None } else { Some((u16::try_from(value).ok()?, at + 1 + digits)) }
}

/// How a URL is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Plain,
    /// Percent-encoded so many times.
    Percent(u32),
}

/// The length of what stands between scheme and authority, and how it is written.
fn separator(bytes: &[u8], at: usize) -> Option<(usize, Written)> {
    let rest = bytes.get(at..)?;
    let forms: [(&[u8], _); 4] = [
        (b"://", Written::Plain),
        (b":\\/\\/", Written::Plain),
        (b"%3A%2F%2F", Written::Percent(1)),
        (b"%253A%252F%252F", Written::Percent(2)),
    ];
    let is_form = |text: &[u8]| rest.len() >= text.len() && rest[..text.len()].eq_ignore_ascii_case(text);
    forms.into_iter().find(|(text, _)| is_form(text)).map(|(text, written)| (text.len(), written))
}

/// Text and, for each of its bytes and its end, the offset it came from.
#[derive(Clone, Debug, Default)]
struct Decoded {
    text: Vec<u8>,
    from: Vec<usize>,
}

/// Undoes the log's escaping of `bytes[span]`.
fn decode(bytes: &[u8], span: Range<usize>, written: Written) -> Decoded {
    let mut out = Decoded::default();
    let mut at = span.start;
    while at < span.end {
        let rest = &bytes[at..span.end];
        let mut buffer = [0; 4];
        let (decoded, len): (&[u8], usize) = match written {
            Written::Plain => match rest {
                [b'\\', b'/', ..] => (b"/", 2),
                [b'\\', b'\\', ..] => (b"\\", 2),
                [b'\\', b'u', ..] => match rest.get(2..6).and_then(hex).and_then(char::from_u32) {
                    Some(c) => (c.encode_utf8(&mut buffer).as_bytes(), 6),
                    None => (&rest[..1], 1),
                },
                _ => (&rest[..1], 1),
            },
            Written::Percent(_) => match rest {
                [b'%', ..] => match rest.get(1..3).and_then(hex) {
                    Some(byte) => {
                        buffer[0] = byte as u8;
                        (&buffer[..1], 3)
                    }
                    None => (&rest[..1], 1),
                },
                _ => (&rest[..1], 1),
            },
        };
        out.text.extend_from_slice(decoded);
        out.from.extend(decoded.iter().map(|_| at));
        at += len;
    }
    out.from.push(span.end);
    if written == Written::Percent(2) {
        let inner = decode(&out.text, 0..out.text.len(), Written::Percent(1));
        out = Decoded { text: inner.text, from: inner.from.into_iter().map(|at| out.from[at]).collect() };
    }
    out
}

/// Where a URL that starts at `start` stops, untrimmed.
fn stop(bytes: &[u8], start: usize, written: Written) -> usize {
    let limit = bytes.len().min(start + MAX_OBSERVABLE);
    let ends = |byte: u32| matches!(byte, 0..=0x20 | 0x7F | 0x22 | 0x3C | 0x3E | 0x60);
    let mut at = start;
    while at < limit {
        let rest = &bytes[at..];
        at += match rest {
            [b'\\', b'"' | b'n' | b'r' | b't' | b'b' | b'f', ..] => return at,
            [b'\\', b'u', ..] => match rest.get(2..6).and_then(hex) {
                Some(value) if ends(value) => return at,
                Some(_) => 6,
                None => 1,
            },
            [b'\\', b'\\' | b'/', ..] => 2,
            [b'&', ..] if written != Written::Plain => return at,
            [byte, ..] if ends(u32::from(*byte)) => return at,
            _ => 1,
        };
    }
    limit
}

/// Where it ends without what text puts behind a URL.
fn trim(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while end > start {
        let text = &bytes[start..end];
        let count = |wanted: u8| text.iter().filter(|&&b| b == wanted).count();
        let is_trimmed = match text[text.len() - 1] {
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

/// Where the authority of a decoded URL with a scheme starts: of the schemes of the Web behind any number of slashes.
fn authority_start(text: &[u8]) -> usize {
    let colon = text.windows(3).position(|w| w == b"://").expect("a scheme");
    let is_web =
        ["http", "https", "ws", "wss", "ftp"].iter().any(|web| text[..colon].eq_ignore_ascii_case(web.as_bytes()));
    let slashes = text[colon + 1..].iter().take_while(|b| matches!(b, b'/' | b'\\')).count();
    colon + 1 + if is_web { slashes } else { 2 }
}

/// The parts of a decoded URL whose authority starts at `from`: host, and where the authority ends.
fn authority(text: &[u8], from: usize) -> (Range<usize>, usize) {
    let is_end = |b: &u8| matches!(b, b'/' | b'\\' | b'?' | b'#');
    let end = text[from..].iter().position(is_end).map_or(text.len(), |len| from + len);
    let start = text[from..end].iter().rposition(|&b| b == b'@').map_or(from, |at| from + at + 1);
    let inner = &text[start..end];
    if inner.first() == Some(&b'[')
        && let Some(close) = inner.iter().position(|&b| b == b']')
    {
        return (start + 1..start + close, end);
    }
    let host_end = match inner.iter().rposition(|&b| b == b':') {
        Some(colon) if inner[colon + 1..].iter().all(u8::is_ascii_digit) => start + colon,
        _ => end,
    };
    (start..host_end, end)
}

/// Punctuation before which a URL may be cut.
fn is_cut(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'|' | b'\'' | b')' | b']' | b'}')
}

impl Line<'_> {
    fn at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |at| self.bytes[at])
    }

    fn is_consumed(&self, at: usize) -> bool {
        self.consumed.iter().any(|range| range.contains(&at))
    }

    /// The innermost URL around a place.
    fn url_around(&self, at: usize) -> Option<&Region> {
        let around = self.urls.iter().filter(|url| url.start <= at && at < url.stop);
        around.max_by_key(|url| url.start)
    }

    /// Where a place stands; a reading does not stand in a URL that is a reading of the same place (`own`).
    fn context(&self, at: usize, own: Option<usize>) -> Context {
        let is_inside = |url: &&Region| url.behind <= at || own == Some(at) && url.start < at;
        let around = self.urls.iter().filter(|url| Some(url.start) != own && at < url.stop).filter(is_inside);
        let is_mail =
            || self.before(at) == b'@' && at > 1 && (is_name_byte(self.bytes[at - 2]) || self.bytes[at - 2] >= 0x80);
        match around.max_by_key(|url| url.start) {
            Some(url) if at < url.path => Context::UrlHost,
            Some(url) if at < url.query => Context::UrlPath,
            Some(_) => Context::UrlQuery,
            None if is_mail() => Context::Email,
            None => Context::Text,
        }
    }

    /// The URL that starts at `start`, whole and cut; the authority stands at `behind`. `None` if it is none however it is cut.
    fn url(
        &self,
        start: usize,
        behind: usize,
        written: Written,
        has_scheme: bool,
        name_like: bool,
    ) -> Option<(Chain, Region)> {
        let bytes = self.bytes;
        let around = self.urls.iter().filter(|url| url.start < start && start < url.stop).map(|url| url.stop).min();
        let end = stop(bytes, start, written).min(around.unwrap_or(usize::MAX));
        let whole_end = trim(bytes, start, end);
        let read = |cut: usize| {
            let cut = trim(bytes, start, cut);
            let Decoded { text, from } = decode(bytes, start..cut, written);
            if cut <= behind && has_scheme || url::canonicalise(&text, &mut UrlScratch::new()).is_err() {
                return None;
            }
            let (host, path) = authority(&text, if has_scheme { authority_start(&text) } else { 0 });
            // What is cut in its authority ends there.
            let stop = if cut == whole_end { end } else { cut };
            let query = text[path..].iter().position(|b| matches!(b, b'?' | b'#'));
            let region =
                Region { start, behind, path: from[path], query: query.map_or(stop, |len| from[path + len]), stop };
            let what = What::Url(text, from[host.start]..from[host.end]);
            Some((
                Reading { span: start..cut, what, has_scheme, port: None, name_like, context: Context::Text },
                region,
            ))
        };
        let whole = read(end);
        // A URL is cut behind its host; what is none, anywhere behind the scheme.
        let from = whole.as_ref().map_or(behind, |(_, region)| region.path);
        let mut cuts: Vec<usize> = (from..whole_end).filter(|&at| is_cut(bytes[at])).take(8).collect();
        cuts.reverse();
        let readings: Vec<_> = whole.into_iter().chain(cuts.into_iter().filter_map(read)).collect();
        let region = readings.first()?.1.clone();
        Some((readings.into_iter().map(|(reading, _)| reading).collect(), region))
    }

    /// Every `scheme://`.
    fn urls_with_scheme(&mut self) {
        let bytes = self.bytes;
        for colon in 0..bytes.len() {
            let Some((len, written)) = separator(bytes, colon) else { continue };
            // A plus is more often a space in a query than part of a scheme.
            let is_scheme_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
            let run = (0..colon).rev().take_while(|&at| is_scheme_byte(bytes[at])).last().unwrap_or(colon);
            // The longest text that is a scheme, and the longest behind an escape.
            let first_letter = |from: usize| (from..colon).find(|&at| bytes[at].is_ascii_alphabetic());
            let whole = first_letter(run);
            let shortened = match escape(bytes, run) {
                0 => None,
                len => first_letter(run + len).filter(|_| run + len < colon),
            };
            let mut chain = Chain::new();
            let mut region: Option<Region> = None;
            for start in [whole, shortened.filter(|_| shortened != whole)].into_iter().flatten() {
                if let Some((readings, of)) = self.url(start, colon + len, written, true, false) {
                    chain.extend(readings);
                    region.get_or_insert(of);
                }
            }
            if let Some(region) = region {
                self.consumed.push(region.start..region.path);
                self.urls.push(region);
                self.groups.push(vec![chain]);
            }
        }
        // Addresses within hosts that are names.
        let hosts: Vec<Range<usize>> = self
            .groups
            .iter()
            .filter_map(|group| match &group[0][0].what {
                What::Url(text, host) => {
                    let mut scratch = UrlScratch::new();
                    let is_name =
                        matches!(url::canonicalise(text, &mut scratch).map(|view| view.host()), Ok(HostRef::Domain(_)));
                    // An escape may make another text of it.
                    let scheme = &self.bytes[group[0][0].span.start..];
                    let is_written_plain = scheme.iter().find(|b| matches!(b, b':' | b'%')) == Some(&b':');
                    let is_plain =
                        is_written_plain && !self.bytes[host.clone()].iter().any(|b| matches!(b, b'%' | b'\\'));
                    (is_name && is_plain).then(|| host.clone())
                }
                _ => None,
            })
            .collect();
        for host in hosts {
            let mut at = host.start;
            while at < host.end {
                let (units, end) = self.run(at, host.end);
                if !units.is_empty() {
                    self.quads(&units, end, true);
                }
                at = end.max(at + 1);
            }
        }
    }

    /// Names as `(3)www(4)evil(4)test(0)`.
    fn dns_labels(&mut self) {
        let mut at = 0;
        while at < self.bytes.len() {
            let found = self.dns_name(at).filter(|_| !self.is_consumed(at));
            if let Some((text, end)) = found {
                self.consumed.push(at..end);
                self.groups.push(vec![vec![Reading {
                    span: at..end,
                    what: What::Name(text),
                    has_scheme: false,
                    port: None,
                    name_like: false,
                    context: Context::Text,
                }]]);
                at = end;
            } else {
                at += 1;
            }
        }
    }

    fn dns_name(&self, at: usize) -> Option<(Vec<u8>, usize)> {
        let mut labels: Vec<&[u8]> = Vec::new();
        let mut rest = self.bytes.get(at..)?;
        loop {
            rest = rest.strip_prefix(b"(")?;
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let len: usize =
                std::str::from_utf8(rest.get(..digits).filter(|d| (1..=2).contains(&d.len()))?).ok()?.parse().ok()?;
            rest = rest[digits..].strip_prefix(b")")?;
            if len == 0 {
                break;
            }
            let label = rest.get(..len)?;
            if !label.iter().all(|&b| b >= 0x80 || (is_name_byte(b) && b != b'.')) {
                return None;
            }
            labels.push(label);
            rest = &rest[len..];
        }
        (labels.len() >= 2).then(|| (labels.join(&b'.'), self.bytes.len() - rest.len()))
    }

    /// Names, addresses and URLs without a scheme, from left to right: hosts that a path follows make URLs, within which no
    /// other such URL starts.
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
            if at < run_end || self.is_consumed(at) {
                continue;
            }
            let (units, end) = self.run(at, bytes.len());
            run_end = end;
            if !units.is_empty() {
                self.name_run(&units, end);
                self.quads(&units, end, false);
            }
        }
    }

    /// The characters of a name from `at` on, and where they end.
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

    /// The names of a run of units that ends at `end`.
    fn name_run(&mut self, units: &[(usize, char)], end: usize) {
        if self.at(end) == b'@' {
            return;
        }
        let start = units[0].0;
        let mut group = Group::new();
        let mut region = None;
        let mut read = |chain: &mut Chain, units: &[(usize, char)], end: usize, is_shortened: bool| {
            let (readings, of) = self.name(units, end, is_shortened);
            chain.extend(readings);
            if region.is_none() {
                region = of;
            }
        };
        let mut chain = Chain::new();
        read(&mut chain, units, end, false);
        let escaped = escape(self.bytes, start);
        let behind = units.iter().position(|&(at, _)| at >= start + escaped).unwrap_or(units.len());
        if escaped > 0 {
            read(&mut chain, &units[behind..], end, true);
        }
        group.push(chain);
        // The ASCII parts of what the log has, where it is not ASCII or escaped; an escape may stand before each.
        if units.iter().any(|&(at, c)| c as u32 != u32::from(self.bytes[at])) {
            let mut from = start;
            while from < end {
                let len = self.bytes[from..end].iter().take_while(|&&b| is_name_byte(b)).count();
                let part: Vec<_> = (from..from + len).map(|at| (at, char::from(self.bytes[at]))).collect();
                if len > 0 {
                    let mut chain = Chain::new();
                    read(&mut chain, &part, from + len, false);
                    let escaped = escape(self.bytes, from);
                    if escaped > 0 && escaped < len {
                        read(&mut chain, &part[escaped..], from + len, true);
                        if from > start {
                            let quad = self.quad(&part[escaped..], None, from + len, true, false);
                            group.extend(quad.map(|(chain, _)| chain));
                        }
                    }
                    group.push(chain);
                }
                from += len + 1;
            }
        }
        self.groups.push(group);
        self.urls.extend(region);
    }

    /// The longest valid suffix of some units, as a name or as the host of a URL without a scheme.
    fn name(&self, units: &[(usize, char)], end: usize, is_shortened: bool) -> (Chain, Option<Region>) {
        let bytes = self.bytes;
        let is_trimmed = |c: char| matches!(c, '.' | '-');
        let first = units.iter().position(|&(_, c)| !is_trimmed(c)).unwrap_or(units.len());
        let last = units.iter().rposition(|&(_, c)| !is_trimmed(c) && !is_dot(c)).map_or(first, |at| at + 1);
        let stop = units.get(last).map_or(end, |&(at, _)| at);
        for from in (first..last).filter(|&at| at == first || is_dot(units[at - 1].1)) {
            let text: String = units[from..last].iter().map(|&(_, c)| c).collect();
            let is_name =
                domain::canonicalise(text.as_bytes(), &mut String::new()).is_ok_and(|name| name.contains('.'));
            if !is_name {
                continue;
            }
            let start = units[from].0;
            let is_behind_backslash = self.before(start) == b'\\' && !is_shortened;
            let name_like = is_behind_backslash
                || match self.context(start, None) {
                    Context::UrlPath => true,
                    Context::UrlHost | Context::UrlQuery => false,
                    _ => self.is_behind_slash(start),
                };
            let port = port(bytes, stop);
            if let Some((chain, region)) = self.schemeless(start, stop, port, name_like) {
                return (chain, Some(region));
            }
            let reading = Reading {
                span: start..stop,
                what: What::Name(text.into_bytes()),
                has_scheme: false,
                port: port.map(|(port, _)| port),
                name_like,
                context: Context::Text,
            };
            return (vec![reading], None);
        }
        (Chain::new(), None)
    }

    /// Right after a single `/`, before which no all-capitals word stands.
    fn is_behind_slash(&self, at: usize) -> bool {
        if self.before(at) != b'/' || at >= 2 && self.bytes[at - 2] == b'/' {
            return false;
        }
        let head = &self.bytes[..at - 1];
        let word = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let word = &head[head.len() - word..];
        !(word.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') && word.iter().any(u8::is_ascii_uppercase))
    }

    /// `host/path` or `host:port/path`, outside URLs.
    fn schemeless(
        &self,
        start: usize,
        host_end: usize,
        port: Option<(u16, usize)>,
        name_like: bool,
    ) -> Option<(Chain, Region)> {
        let after = port.map_or(host_end, |(_, end)| end);
        let is_path = self.at(after) == b'/' || self.bytes.get(after..after + 2) == Some(b"\\/");
        if !is_path || self.url_around(start).is_some() {
            return None;
        }
        self.url(start, start, Written::Plain, false, name_like)
    }

    /// The quads of a run of units that ends at `end`.
    fn quads(&mut self, units: &[(usize, char)], end: usize, is_host: bool) {
        let start = units[0].0;
        let escaped = escape(self.bytes, start);
        let behind = units.iter().position(|&(at, _)| at >= start + escaped).filter(|_| escaped > 0 && !is_host);
        for at in 0..units.len() {
            let mut chain = Chain::new();
            let mut region = None;
            // The whole run, and what an escape leaves of it, are readings of one place.
            let readings = match behind {
                Some(behind) if at == 0 => vec![(0, false), (behind, true)],
                Some(behind) if at == behind => vec![],
                _ => vec![(at, at == 0 && is_host)],
            };
            for (at, is_escaped) in readings {
                if let Some((readings, of)) =
                    self.quad(&units[at..], at.checked_sub(1).map(|at| units[at].1), end, is_escaped, !is_host)
                {
                    chain.extend(readings);
                    region = region.or(of);
                }
            }
            if !chain.is_empty() {
                self.groups.push(vec![chain]);
            }
            self.urls.extend(region);
        }
    }

    /// The quad that some units start with; `before` is the unit before them.
    fn quad(
        &self,
        units: &[(usize, char)],
        before: Option<char>,
        run_end: usize,
        is_escaped: bool,
        may_start_url: bool,
    ) -> Option<(Chain, Option<Region>)> {
        let bytes = self.bytes;
        let text: Vec<char> = units.iter().map(|&(_, c)| c).collect();
        let raw = |at: usize| units.get(at).map_or(run_end, |&(at, _)| at);
        let start = raw(0);
        let before = before.unwrap_or(char::from(self.before(start)));
        let is_in_address = self.addresses.iter().any(|range| range.contains(&start));
        if is_in_address || !is_escaped && (before.is_ascii_alphanumeric() || before == '.') {
            return None;
        }
        let char_at = |at: usize| text.get(at).copied().unwrap_or(' ');
        let number =
            |at: usize| -> String { text[at.min(text.len())..].iter().take_while(|c| c.is_ascii_digit()).collect() };
        let mut end = 0;
        let mut octets = [0; 4];
        for (n, octet) in octets.iter_mut().enumerate() {
            if n > 0 {
                if char_at(end) != '.' {
                    return None;
                }
                end += 1;
            }
            let digits = number(end);
            if digits.len() > 1 && digits.starts_with('0') {
                return None;
            }
            *octet = digits.parse::<u8>().ok()?;
            end += digits.len();
        }
        let goes_on = |end: usize| {
            char_at(end).is_ascii_alphanumeric() || char_at(end) == '.' && char_at(end + 1).is_ascii_alphanumeric()
        };
        let mut port = port(bytes, raw(end));
        let is_fifth = goes_on(end);
        if is_fifth {
            if char_at(end) != '.' {
                return None;
            }
            let digits = number(end + 1);
            let fifth_end = end + 1 + digits.len();
            let (from, to) = (raw(0), raw(fifth_end));
            let is_tcpdump = bytes[..from].ends_with(b"IP ")
                || bytes[..from].ends_with(b"> ")
                || bytes[to..].starts_with(b" > ")
                || self.at(to) == b':';
            if goes_on(fifth_end) || !is_tcpdump {
                return None;
            }
            port = Some((digits.parse().ok()?, to));
        }
        let name_like = port.is_none() && self.is_version(start);
        if !is_fifth
            && may_start_url
            && let Some((chain, region)) = self.schemeless(start, raw(end), port, name_like)
        {
            return Some((chain, Some(region)));
        }
        let reading = Reading {
            span: start..raw(end),
            what: What::Ip(IpAddr::V4(Ipv4Addr::from(octets))),
            has_scheme: false,
            port: port.map(|(port, _)| port),
            name_like,
            context: Context::Text,
        };
        Some((vec![reading], None))
    }

    /// Behind a product and its `/`.
    fn is_version(&self, at: usize) -> bool {
        if self.before(at) != b'/' {
            return false;
        }
        let head = &self.bytes[..at - 1];
        let letters = head.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        let (head, word) = head.split_at(head.len() - letters);
        let is_product = word.iter().any(u8::is_ascii_lowercase) || word == b"OPR";
        is_product && !head.last().is_some_and(|&b| is_name_byte(b) || b == b'/')
    }

    /// The address in a run of letters, digits, `.` and `:`.
    fn ip6(&mut self, start: usize, end: usize) {
        let bytes = self.bytes;
        // One colon before an address is not its own.
        let is_lone_colon = bytes[start] == b':' && self.at(start + 1) != b':';
        let start = start + usize::from(is_lone_colon);
        // What ends in a scheme and its separator is none.
        let colon = end - usize::from(bytes[end - 1] == b':');
        let word = bytes[start..colon.max(start)].rsplit(|&b| b == b':').next().unwrap_or(&[]);
        if word.iter().any(u8::is_ascii_alphabetic) && separator(bytes, colon).is_some() {
            return;
        }
        let mut starts = vec![start];
        let escaped = escape(bytes, start);
        if escaped > 0 && start + escaped <= end {
            starts.push(start + escaped);
        }
        let mut found: Vec<(Reading, usize)> = starts.iter().filter_map(|&at| self.ip6_text(at, end)).collect();
        // Leading words that are not hexadecimal go, each with its colon.
        let mut from = start;
        while found.is_empty()
            && let Some(colon) = bytes[from..end].iter().position(|&b| b == b':')
            && bytes[from..from + colon].iter().any(|b| !b.is_ascii_hexdigit())
        {
            from += colon + 1;
            found.extend(self.ip6_text(from, end));
        }
        let last_end = found.iter().map(|&(_, end)| end).max().unwrap_or(start);
        let chain: Chain = found.into_iter().map(|(reading, _)| reading).collect();
        let Some(first) = chain.iter().map(|reading| reading.span.start).min() else { return };
        // In brackets it can be the host of a URL.
        let mut urls = Chain::new();
        if let [reading] = &chain[..]
            && self.before(first) == b'['
            && self.at(reading.span.end) == b']'
        {
            let after = reading.span.end + 1;
            if let Some((chain, region)) = self.schemeless(first - 1, after, port(bytes, after), false) {
                urls = chain;
                self.urls.push(region);
            }
        }
        self.addresses.push(first..last_end);
        self.groups.push(vec![if urls.is_empty() { chain } else { urls }]);
    }

    /// The address that `bytes[start..end]` is, without trailing `.` and `:`, and where what belongs to it ends.
    fn ip6_text(&self, start: usize, end: usize) -> Option<(Reading, usize)> {
        let bytes = self.bytes;
        let mut text = std::str::from_utf8(&bytes[start..end]).ok()?;
        loop {
            let groups: Vec<&str> = text.split(':').collect();
            let is_mac = groups.len() == 8 && groups.iter().all(|group| group.len() == 2);
            let whole = if is_mac { None } else { address(text) };
            let with_port = || {
                let (head, tail) = match text.rsplit_once('.') {
                    Some((head, tail)) if !tail.contains(':') => (head, tail),
                    _ if groups.len() == 9 => text.rsplit_once(':')?,
                    _ => return None,
                };
                let is_number = tail.bytes().all(|b| b.is_ascii_digit());
                let port = tail.parse::<u16>().ok().filter(|_| is_number)?;
                Some((address(head)?, head.len(), port))
            };
            let reading = |addr, end, port| Reading {
                span: start..end,
                what: What::Ip(ip::canonical(IpAddr::V6(addr))),
                has_scheme: false,
                port,
                name_like: false,
                context: Context::Text,
            };
            if let Some(addr) = whole {
                let mut end = start + text.len();
                // A zone, which is no escape.
                let zone = bytes.get(end + 1..).unwrap_or(&[]);
                let zone_len = zone.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
                let is_scheme = separator(bytes, end + 1 + zone_len).is_some();
                if self.at(end) == b'%' && zone_len > 0 && zone.get(..2).and_then(hex).is_none() && !is_scheme {
                    end += 1 + zone_len;
                }
                let is_bracketed = self.before(start) == b'[' && self.at(end) == b']';
                let port = if is_bracketed { port(bytes, end + 1) } else { None };
                let consumed = port.map_or(end, |(_, end)| end);
                return Some((reading(addr, end, port.map(|(port, _)| port)), consumed));
            }
            if let Some((addr, len, port)) = with_port() {
                return Some((reading(addr, start + len, Some(port)), start + text.len()));
            }
            text = text.strip_suffix(['.', ':'])?;
        }
    }

    /// Between a method and ` HTTP/`, and whole fields that begin with `/`.
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
            self.groups.push(vec![vec![Reading {
                span,
                what,
                has_scheme: false,
                port: None,
                name_like: false,
                context: Context::Text,
            }]]);
        }
    }
}

/// RFC 4291 text.
fn address(text: &str) -> Option<Ipv6Addr> {
    text.parse().ok()
}
