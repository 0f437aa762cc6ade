//! The texts that a URL in a log may stand for, and where their parts are.

use super::decode::{self, Decoded};
use super::grammar::ends;
use super::grammar::escape::Written;
use super::quad;
use crate::value::UrlScratch;
use crate::value::url::{self, End};

/// Longest authority that is looked at: a host takes 253 bytes, three times that when escaped, and a user may stand before it.
const MAX_AUTHORITY: usize = 4096;

/// Space for the texts of one URL.
#[derive(Debug, Default)]
pub(super) struct Texts {
    first: Decoded,
    second: Decoded,
}

/// A text that a URL stands for, and where it comes from in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UrlText<'t> {
    /// The text up to where it ends for certain.
    text: &'t [u8],
    /// For each of its bytes the offset from `base`; `None` if it is the log's own.
    map: Option<&'t [u32]>,
    base: usize,
    /// Of a text that was defanged: for each byte of what is counted from `base` the offset in the log, and where that starts.
    refanged: Option<(&'t [u32], usize)>,
    /// Where its path starts.
    path: usize,
    /// It stands in a parameter of another URL.
    in_parameter: bool,
    /// It has no end but its own.
    is_cut: bool,
}

impl<'t> UrlText<'t> {
    /// The text up to a length.
    pub(crate) fn up_to(&self, len: usize) -> &'t [u8] {
        &self.text[..len]
    }

    /// All of it, with what is trimmed from its end.
    pub(crate) fn whole(&self) -> &'t [u8] {
        self.text
    }

    /// Where the path starts in the text.
    pub(crate) fn path(&self) -> usize {
        self.path
    }

    /// Where a length of the text ends in the log.
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

    /// The same in a log of which this was defanged.
    pub(super) fn within(self, map: &'t [u32], base: usize) -> Self {
        Self { refanged: Some((map, base)), ..self }
    }
}

/// A URL in a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct InLog<'a> {
    /// The log.
    pub(super) bytes: &'a [u8],
    /// Where its longest reading starts.
    pub(super) start: usize,
    /// Where it ends for certain.
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
    /// Where its host stands in the text.
    pub(super) host: (usize, usize),
}

impl Texts {
    /// Calls `each` with all readings of a URL from each of its starts: as it was before it was escaped, before it was escaped twice, and as it stands. A
    /// reading whose authority is no host is none; the ends in its authority are tried then.
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

/// Calls `each` with the readings of one text: the whole, if its authority is a host, or else those that end in the authority.
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
    let is_whole = end - behind < MAX_AUTHORITY && is_host(end.min(len));
    if is_whole {
        let path = end.min(len);
        each(Reading { text: UrlText { path, ..url }, len, host: host(text, behind, path) });
    }
    // A quotation mark can stand in a name, but seldom does.
    if !is_whole || !text[behind..end].is_ascii() {
        let cuts = ends::in_authority(text, behind, end).filter(|&cut| !is_whole || text[cut] >= 0x80);
        let mut all = [0; MAX_CUTS];
        let mut count = 0;
        for cut in cuts.filter(|&cut| is_host(cut)) {
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

/// How many hosts one authority may be read as: there is one for each user that stands before an `@`.
const MAX_CUTS: usize = 64;

/// Whether the authority of a URL's text ends at a byte.
fn is_authority_end(byte: u8) -> bool {
    // What was escaped may be white space.
    matches!(byte, b'/' | b'\\' | b'?' | b'#')
}

/// Where the authority starts of a text that begins with a scheme: of the schemes of the Web behind all slashes, as the
/// canonicaliser has it.
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

/// Where the host stands in an authority.
fn host(text: &[u8], behind: usize, end: usize) -> (usize, usize) {
    let start = memchr::memrchr(b'@', &text[behind..end]).map_or(behind, |at| behind + at + 1);
    let authority = &text[start..end];
    if authority.starts_with(b"[")
        && let Some(close) = memchr::memchr(b']', authority)
    {
        return (start + 1, start + close);
    }
    // Line feeds and tabs that were encoded are removed from a URL.
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

/// Where a URL that starts at a scheme may start: behind `http` glued to a word, behind each dot and hyphen, behind an escape, and at
/// the first letter; the last first. `part`: where the bytes of schemes start before the colon.
pub(super) fn starts(bytes: &[u8], part: usize, colon: usize, escape: usize, starts: &mut Vec<usize>) {
    /// Longer than any scheme.
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

/// Whether a host is a name or a quad that is found as such.
pub(super) fn is_plain_host(host: &[u8]) -> bool {
    let last = host.rsplit(|&b| b == b'.').find(|label| !label.is_empty()).unwrap_or(b"");
    match last.first() {
        Some(b'0'..=b'9') => quad::quad(host).is_some_and(|quad| quad.len == host.len()),
        Some(_) => memchr::memmem::find(host, b"..").is_none(),
        None => false,
    }
}
