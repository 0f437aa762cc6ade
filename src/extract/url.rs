//! The possible texts of a URL in a log, and the places of their parts.

use super::decode::{self, Decoded};
use super::grammar::ends;
use super::grammar::escape::Written;
use super::quad;
use crate::value::UrlScratch;
use crate::value::url::{self, End, Start};

/// The longest authority that is looked at. A host takes 253 bytes, three times as many when escaped, and a user may precede it.
const MAX_AUTHORITY: usize = 4096;

/// Space for the texts of one URL.
#[derive(Debug, Default)]
pub(super) struct Texts {
    first: Decoded,
    second: Decoded,
}

/// A possible text of a URL, and its origin in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UrlText<'t> {
    /// The text up to its certain end.
    text: &'t [u8],
    /// The offset from `base` of each byte; `None` if the text is that of the log.
    map: Option<&'t [u32]>,
    base: usize,
    /// For a text that was refanged: the map from its offsets to those of the log's word, and the start of that word.
    refanged: Option<(&'t [u32], usize)>,
    /// The start of the path.
    path: usize,
    /// True if it stands in a parameter of another URL.
    in_parameter: bool,
    /// True if it cannot end anywhere else.
    is_cut: bool,
}

impl<'t> UrlText<'t> {
    /// The text up to a length.
    pub(crate) fn up_to(&self, len: usize) -> &'t [u8] {
        &self.text[..len]
    }

    /// All of the text, including what is trimmed from its end.
    pub(crate) fn whole(&self) -> &'t [u8] {
        self.text
    }

    /// The start of the path in the text.
    pub(crate) fn path(&self) -> usize {
        self.path
    }

    /// The end in the log of the first `len` bytes of the text.
    pub(crate) fn place(&self, len: usize) -> usize {
        let at = self.base + self.map.map_or(len, |map| map[len] as usize);
        self.refanged.map_or(at, |(map, base)| base + map[at] as usize)
    }

    /// All places up to a length of the text where the URL may end, in order.
    pub(crate) fn ends(&self, most: usize, ends: &mut Vec<End>) {
        if self.is_cut {
            ends.clear();
        } else {
            ends::all(self.text, self.path, most, self.in_parameter, ends);
        }
    }

    /// The same text, in a log of which `base` and `map` give the original offsets.
    pub(super) fn within(self, map: &'t [u32], base: usize) -> Self {
        Self { refanged: Some((map, base)), ..self }
    }
}

/// A URL in a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct InLog<'a> {
    /// The log.
    pub(super) bytes: &'a [u8],
    /// The start of its longest reading.
    pub(super) start: usize,
    /// Its certain end.
    pub(super) stop: usize,
    pub(super) written: Written,
    pub(super) in_parameter: bool,
}

/// One reading of a URL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'t> {
    pub(super) text: UrlText<'t>,
    /// The length of its text without what is trimmed.
    pub(super) len: usize,
    /// The range of its host in the text.
    pub(super) host: (usize, usize),
}

impl Texts {
    /// Calls `each` with all readings of a URL, from each of its starts: with escapes undone once, undone twice, and as
    /// it stands. If the authority of a reading is not a host, the readings that end within the authority are tried
    /// instead.
    pub(super) fn readings(
        &mut self,
        url: InLog<'_>,
        starts: &[usize],
        has_scheme: bool,
        scratch: &mut UrlScratch,
        mut each: impl FnMut(usize, Reading<'_>),
    ) {
        let Self { first, second } = self;
        let raw = &url.bytes[url.start..url.stop];
        type Mapped<'t> = (&'t [u8], Option<&'t [u32]>);
        let mut texts: [Option<Mapped<'_>>; 3] = [None; 3];
        match url.written {
            Written::Percent { is_twice } => {
                decode::percent(raw, is_twice, first);
                texts[0] = Some((&first.text, Some(&first.map)));
            }
            Written::Plain if decode::is_escaped(raw) => {
                decode::url(raw, first);
                let is_again = decode::is_escaped(&first.text);
                if is_again {
                    decode::url_again(first, second);
                }
                let (first, second) = (&*first, &*second);
                texts[0] = Some((&first.text, Some(&first.map)));
                texts[1] = (is_again && second.text != first.text).then_some((&second.text, Some(&second.map)));
                texts[2] = (raw != first.text).then_some((raw, None));
            }
            Written::Plain => texts[0] = Some((raw, None)),
        }
        for &start in starts {
            for (text, map) in texts.into_iter().flatten() {
                let skip = match map {
                    Some(map) => map.partition_point(|&at| (at as usize) < start - url.start),
                    None => start - url.start,
                };
                let text = UrlText {
                    text: text.get(skip..).unwrap_or_default(),
                    map: map.map(|map| &map[skip.min(map.len() - 1)..]),
                    base: if map.is_some() { url.start } else { start },
                    refanged: None,
                    path: 0,
                    in_parameter: url.in_parameter,
                    is_cut: false,
                };
                authorities(text, has_scheme, scratch, &mut |reading| each(start, reading));
            }
        }
    }
}

/// Calls `each` with the readings of one text: the whole if its authority is a host, and otherwise those that end
/// within the authority.
fn authorities<'t>(url: UrlText<'t>, has_scheme: bool, scratch: &mut UrlScratch, each: &mut impl FnMut(Reading<'t>)) {
    let text = url.text;
    let Some(behind) = (if has_scheme { authority_start(text) } else { Some(0) }) else { return };
    let near = &text[..text.len().min(behind + MAX_AUTHORITY)];
    let len = ends::trim(text);
    if len <= behind {
        return;
    }
    let end = behind + near[behind..].iter().position(|&b| is_authority_end(b)).unwrap_or(near.len() - behind);
    let mut is_host = |end: usize| url::authority(&text[..end], scratch).is_ok();
    // Without a scheme, a single label is not a host: the `b` of `b\\u00fccher.test/`, with one backslash undone.
    let has_labels = || {
        let (start, end) = host(text, behind, end.min(len));
        let host = &text[start..end];
        memchr::memchr2(b'.', b':', host).is_some() || !host.is_ascii()
    };
    // Of most URLs, what stands before the path is canonical.
    let is_canonical = text.get(end.min(len)) == Some(&b'/') && Start::of(&text[..=end.min(len)]).is_some();
    let is_whole =
        end - behind < MAX_AUTHORITY && (is_canonical || is_host(end.min(len))) && (has_scheme || has_labels());
    if is_whole {
        let path = end.min(len);
        each(Reading { text: UrlText { path, ..url }, len, host: host(text, behind, path) });
    }
    // A quotation mark can be part of a name, but seldom is.
    let may_hold_mark = || !is_canonical && text[behind..end].iter().any(|b| *b >= 0x80 || *b == b'%');
    if !is_whole || may_hold_mark() {
        let is_mark = |cut: usize| text[cut] >= 0x80 || ends::is_encoded_sign(text, cut);
        let cuts = ends::in_authority(text, behind, end).filter(|&cut| !is_whole || is_mark(cut));
        let mut all = [0; MAX_CUTS];
        let mut count = 0;
        // Without a scheme, a host is a name or a quad: the `40` of `%40。evil.test/` is neither.
        let is_plain = |cut: usize| {
            has_scheme || {
                let (start, end) = host(text, behind, cut);
                is_plain_host(&text[start..end])
            }
        };
        for cut in cuts.filter(|&cut| is_plain(cut) && is_host(cut)) {
            all[count % MAX_CUTS] = cut;
            count += 1;
        }
        for n in (count.saturating_sub(MAX_CUTS)..count).rev() {
            let end = all[n % MAX_CUTS];
            let cut = UrlText { text: &text[..end], path: end, is_cut: true, ..url };
            each(Reading { text: cut, len: end, host: host(text, behind, end) });
        }
    }
}

/// The maximum number of hosts read from one authority; each user before an `@` adds one.
const MAX_CUTS: usize = 64;

/// Returns true if the authority in the text of a URL ends at this byte.
fn is_authority_end(byte: u8) -> bool {
    // White space does not end it: it may have been escaped.
    matches!(byte, b'/' | b'\\' | b'?' | b'#')
}

/// The start of the authority in a text that begins with a scheme. For the schemes of the Web, all slashes are skipped,
/// as in the canonicaliser.
fn authority_start(text: &[u8]) -> Option<usize> {
    let is_scheme_byte = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let colon = text.iter().position(|b| !is_scheme_byte(b))?;
    let is_slash = |b: &u8| matches!(b, b'/' | b'\\');
    let slashes = text[colon + 1..].iter().take_while(|b| is_slash(b)).count();
    if text[colon] != b':' || slashes < 2 {
        return None;
    }
    let is_web =
        [&b"http"[..], b"https", b"ws", b"wss", b"ftp"].iter().any(|web| text[..colon].eq_ignore_ascii_case(web));
    Some(colon + 1 + if is_web { slashes } else { 2 })
}

/// The range of the host in an authority.
fn host(text: &[u8], behind: usize, end: usize) -> (usize, usize) {
    let start = memchr::memrchr(b'@', &text[behind..end]).map_or(behind, |at| behind + at + 1);
    let authority = &text[start..end];
    if authority.starts_with(b"[")
        && let Some(close) = memchr::memchr(b']', authority)
    {
        return (start + 1, start + close);
    }
    // Encoded line feeds and tabs are removed from a URL.
    let blanks = authority.iter().rev().take_while(|b| matches!(b, b'\t' | b'\r' | b'\n')).count();
    let end = end - blanks;
    let authority = &text[start..end];
    let digits = authority.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let host_end = match authority[..authority.len() - digits].last() {
        Some(b':') => end - digits - 1,
        _ => end,
    };
    (start, host_end)
}

/// The places where a URL with this scheme may start, the last first: at an `http` glued to a word, after each dot and
/// hyphen, after an escape, and at the first letter. `part` is the start of the scheme bytes before the colon.
pub(super) fn starts(bytes: &[u8], part: usize, colon: usize, escape: usize, starts: &mut Vec<usize>) {
    /// More than the length of any scheme.
    const LONG: usize = 32;
    starts.clear();
    let scheme = &bytes[part..colon];
    let first_letter = |from: usize| bytes[from..colon].iter().position(u8::is_ascii_alphabetic).map(|len| from + len);
    let glued = ["https", "http"].into_iter().find_map(|web| {
        let at = scheme.len().checked_sub(web.len())?;
        scheme[at..].eq_ignore_ascii_case(web.as_bytes()).then_some(part + at)
    });
    starts.extend(glued);
    let near = colon.saturating_sub(LONG).max(part);
    starts.extend(
        (near + 1..colon).filter(|&at| matches!(bytes[at - 1], b'.' | b'-') && bytes[at].is_ascii_alphabetic()),
    );
    if escape > 0 && part + escape < colon {
        starts.extend(first_letter(part + escape));
    }
    starts.extend(first_letter(part));
    starts.sort_unstable_by(|a, b| b.cmp(a));
    starts.dedup();
}

/// Returns true if a host is a name or a quad that is found on its own.
pub(super) fn is_plain_host(host: &[u8]) -> bool {
    let last = host.rsplit(|&b| b == b'.').find(|label| !label.is_empty()).unwrap_or(b"");
    match last.first() {
        Some(b'0'..=b'9') => quad::quad(host).is_some_and(|quad| quad.len == host.len()),
        Some(_) => memchr::memmem::find(host, b"..").is_none(),
        None => false,
    }
}
