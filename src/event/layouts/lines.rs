//! Lines of `Name: value` joined into one line, with their ends written as `\\r\\n`: Windows and many consoles.

use std::ops::Range;

use crate::event::sheet::{Form, Part, Sheet, find};
use crate::event::value;

/// Reads the pairs of `part` if its line ends are escaped.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if sheet.find(part, b"\\r\\n").is_none() {
        return false;
    }
    let first = sheet.fields.len();
    let mut start = part.start;
    // The name on the line before, if its value stands on a line of its own.
    let mut before = None;
    for _ in 0..512 {
        let end = find(&part.line[start..part.end], b"\\n").map_or(part.end, |at| start + at);
        before = line(part, start, end, before, sheet);
        if end == part.end {
            break;
        }
        start = end + 2;
    }
    sheet.fields.len() > first
}

/// Reads one line, and returns the name on it if its value is missing.
fn line(
    part: Part<'_>,
    start: usize,
    end: usize,
    before: Option<Range<usize>>,
    sheet: &mut Sheet,
) -> Option<Range<usize>> {
    let text = &part.line[start..end];
    let text = text.strip_suffix(b"\\r").unwrap_or(text);
    let end = start + text.len();
    // Skip indentation, literal or escaped.
    let mut start = start;
    while start < end {
        match &part.line[start..end] {
            [b'\\', b't', ..] => start += 2,
            [byte, ..] if byte.is_ascii_whitespace() => start += 1,
            _ => break,
        }
    }
    if let Some(name) = before.filter(|_| end - start <= 128 && value::address(&part.line[start..end]).is_some()) {
        sheet.named(name, start..end, Form::Plain);
        return None;
    }
    let colon = memchr::memchr(b':', &part.line[start..end.min(start + 64)]).map(|at| start + at)?;
    let mut value = colon + 1;
    while value < end {
        match &part.line[value..end] {
            [b'\\', b't', ..] => value += 2,
            [byte, ..] if byte.is_ascii_whitespace() => value += 1,
            _ => break,
        }
    }
    if colon > start && value >= end {
        return Some(start..colon);
    }
    if colon > start && value > colon + 1 {
        let form = if memchr::memchr(b'\\', &part.line[value..end]).is_some() { Form::Slashed } else { Form::Plain };
        sheet.named(start..colon, value..end, form);
    }
    None
}
