//! Log Event Extended Format of QRadar: `LEEF:1.0|vendor|product|version|id|key=value<TAB>key=value`. In version 2 a sixth column gives
//! the separator.

use crate::event::layouts::cef;
use crate::event::pairs;
use crate::event::sheet::{Form, Part, Sheet, find};

const HEADER: [&str; 4] = ["deviceVendor", "deviceProduct", "leefDeviceVersion", "eventID"];

/// Reads `part` if it begins with `LEEF:` and has its bars.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let text = part.text();
    let Some(version) = text.strip_prefix(b"LEEF:").and_then(|rest| rest.first()) else { return false };
    columns(part, *version, sheet)
}

/// Reads LEEF without its `LEEF:`, which looks like the name of a program in syslog: `1.0|vendor|product|…`.
pub(super) fn read_bare(part: Part<'_>, sheet: &mut Sheet) -> bool {
    match part.text() {
        [version @ (b'1' | b'2'), b'.', b'0', b'|', ..] => columns(part, *version, sheet),
        _ => false,
    }
}

fn columns(part: Part<'_>, version: u8, sheet: &mut Sheet) -> bool {
    let text = part.text();
    let mut bars = memchr::memchr_iter(b'|', text);
    let mark = sheet.mark();
    let Some(mut start) = cef::header(part, &mut bars, &HEADER, sheet) else { return false };
    let mut separator = b'\t';
    if version >= b'2'
        && let Some(end) = bars.next().filter(|end| end - start <= 5)
    {
        match delimiter(&text[start..end]) {
            Some(byte) => {
                separator = byte;
                start = end + 1;
            }
            None if start == end => start = end + 1,
            None => {}
        }
    }
    let body = part.from(part.start + start);
    if memchr::memchr(separator, body.text()).is_some() {
        separated(body, &[separator], sheet);
    } else if separator == b'\t' && find(body.text(), b"#011").is_some() {
        // Syslog servers write control characters as octal numbers.
        separated(body, b"#011", sheet);
    } else if has_bars(body.text()) {
        // PAN-OS is often set up to send bars instead of tabs.
        separated(body, b"|", sheet);
    } else {
        // Tabs are often lost in transit; then the pairs read like those of CEF.
        super::cef::extension(body, sheet);
        if sheet.fields.len() == mark.0 + HEADER.len() {
            pairs::read(body, sheet);
        }
    }
    true
}

/// Returns true if bars separate the pairs: at least three of the first bars have a name and an equals sign behind them.
fn has_bars(text: &[u8]) -> bool {
    let is_name = |rest: &[u8]| {
        let length = rest.iter().take(48).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        length > 0 && rest.get(length) == Some(&b'=')
    };
    memchr::memchr_iter(b'|', text).take(8).filter(|at| is_name(&text[at + 1..])).count() >= 3
}

fn delimiter(text: &[u8]) -> Option<u8> {
    match text {
        [byte] => Some(*byte),
        [b'x' | b'X', digits @ ..] | [b'0', b'x' | b'X', digits @ ..] | [b'\\', b'x' | b'X', digits @ ..]
            if digits.iter().all(u8::is_ascii_hexdigit) =>
        {
            u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        }
        b"\\t" => Some(b'\t'),
        _ => None,
    }
}

fn separated(part: Part<'_>, separator: &[u8], sheet: &mut Sheet) {
    let mut start = part.start;
    while start < part.end {
        let end = find(&part.line[start..part.end], separator).map_or(part.end, |at| start + at);
        if let Some(equals) = memchr::memchr(b'=', &part.line[start..end]).map(|at| start + at) {
            let name = part.line[start..equals].trim_ascii_start();
            let value = part.line[equals + 1..end].trim_ascii_end();
            sheet.named(equals - name.len()..equals, equals + 1..equals + 1 + value.len(), Form::Plain);
        }
        start = end + separator.len();
    }
}
