//! Common Event Format of ArcSight: `CEF:0|vendor|product|version|id|name|severity|key=value key=value`.

use crate::event::sheet::{Form, Label, Part, Raw, Sheet, TOP};

const HEADER: [&str; 6] =
    ["deviceVendor", "deviceProduct", "cefDeviceVersion", "deviceEventClassId", "name", "severity"];

/// Reads `part` if it begins with `CEF:` and has its seven bars.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let text = part.text();
    // Some devices write a space before the version.
    matches!(text, [b'C', b'E', b'F', b':', b'0'..=b'9', ..] | [b'C', b'E', b'F', b':', b' ', b'0' | b'1', b'|', ..])
        && columns(part, sheet)
}

/// Reads CEF without its `CEF:`, which looks like the name of a program in syslog: `0|vendor|product|…`.
pub(super) fn read_bare(part: Part<'_>, sheet: &mut Sheet) -> bool {
    matches!(part.text(), [b'0' | b'1', b'|', ..]) && columns(part, sheet)
}

fn columns(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let mark = sheet.mark();
    let Some(start) = header(part, &mut unescaped(part.text(), b'|'), &HEADER, sheet) else { return false };
    extension(part.from(part.start + start), sheet);
    named_by_labels(part, sheet, mark.0);
    find_prefix(part, sheet, mark.0);
    true
}

/// Reads the columns between bars, which follow the first bar. Returns where the text behind them begins, or `None` if one is missing.
pub(super) fn header(
    part: Part<'_>,
    bars: &mut dyn Iterator<Item = usize>,
    names: &[&'static str],
    sheet: &mut Sheet,
) -> Option<usize> {
    let mut start = bars.next()? + 1;
    let mark = sheet.mark();
    for name in names {
        let Some(end) = bars.next() else {
            sheet.back_to(mark);
            return None;
        };
        sheet.known(name, part.start + start..part.start + end);
        start = end + 1;
    }
    Some(start)
}

/// Finds the prefix that a vendor puts before its own names: `FTNTFGTlogid=… FTNTFGTeventtime=… FTNTFGTvd=…`. Three names must share it.
pub(super) fn find_prefix(part: Part<'_>, sheet: &mut Sheet, first: usize) {
    const LEAST: usize = 4;
    let keys = || {
        sheet.fields[first..].iter().filter_map(|field| match field.label {
            Label::Line(start, end) => Some((start as usize, &part.line[start as usize..end as usize])),
            _ => None,
        })
    };
    let mut tried: &[u8] = b"";
    for (start, key) in keys().filter(|(_, key)| key.len() > LEAST && key[0].is_ascii_uppercase()).take(8) {
        if &key[..LEAST] == tried {
            continue;
        }
        tried = &key[..LEAST];
        let (mut length, mut count) = (key.len(), 0);
        for (_, other) in keys().filter(|(_, other)| other.starts_with(tried)) {
            let shared = key.iter().zip(other).take_while(|(one, other)| one == other).count();
            // A name twice says nothing about where its prefix ends.
            if shared < key.len() || shared < other.len() {
                length = length.min(shared);
                count += 1;
            }
        }
        if count >= 2 && length >= LEAST && length < key.len() {
            sheet.prefix = Some((start as u32, (start + length) as u32));
            return;
        }
    }
}

/// Reads `key=value` pairs whose values may hold spaces: a value ends before the next key.
pub(super) fn extension(part: Part<'_>, sheet: &mut Sheet) {
    let mut pending: Option<(usize, usize, usize)> = None;
    for equals in unescaped(part.text(), b'=').map(|at| part.start + at) {
        let floor = pending.map_or(part.start, |(_, _, value)| value);
        let before = &part.line[floor.min(equals)..equals];
        let length = before.iter().rev().take_while(|byte| is_key(**byte)).count();
        let start = equals - length;
        let is_key = length > 0 && (start == part.start || matches!(part.line[start - 1], b' ' | b'\t' | b'|'));
        if !is_key {
            continue;
        }
        if let Some((key, end, value)) = pending {
            push(part, sheet, (key, end), value, start);
        }
        pending = Some((start, equals, equals + 1));
    }
    if let Some((key, end, value)) = pending {
        push(part, sheet, (key, end), value, part.end);
    }
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']' | b'@')
}

fn push(part: Part<'_>, sheet: &mut Sheet, (key, key_end): (usize, usize), start: usize, end: usize) {
    let end = end.max(start);
    let text = part.line[start..end].trim_ascii_end();
    let mut span = start..start + text.len();
    // Quotes are not part of CEF, but some products write them.
    if let [b'"', inner @ .., b'"'] = text
        && !inner.contains(&b'"')
    {
        span = span.start + 1..span.end - 1;
    }
    let form = if memchr::memchr(b'\\', text).is_some() { Form::Slashed } else { Form::Plain };
    sheet.named(key..key_end, span, form);
}

/// Turns `cs1=/bin/sh cs1Label=shell` into a field `shell`.
fn named_by_labels(part: Part<'_>, sheet: &mut Sheet, first: usize) {
    let end = sheet.fields.len();
    for at in first..end {
        let Label::Line(start, stop) = sheet.fields[at].label else { continue };
        let Some(key) = part.line[start as usize..stop as usize].strip_suffix(b"Label") else { continue };
        let name = sheet.fields[at].span();
        if name.is_empty() || name.len() > 64 {
            continue;
        }
        let value = sheet.fields[first..end].iter().find(
            |field| matches!(field.label, Label::Line(start, stop) if &part.line[start as usize..stop as usize] == key),
        );
        let Some(&value) = value else { continue };
        let label = Label::Line(name.start as u32, name.end as u32);
        sheet.fields.push(Raw { label, parent: TOP, ..value });
    }
}

/// Returns the offsets of `byte` in `text` that no backslash escapes.
fn unescaped(text: &[u8], byte: u8) -> impl Iterator<Item = usize> + '_ {
    memchr::memchr_iter(byte, text).filter(move |&at| {
        let slashes = text[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        slashes % 2 == 0
    })
}
