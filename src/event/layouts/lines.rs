//! Lines of `Name: value` joined into one line, with their ends written as `\\r\\n`: Windows and many consoles.

use crate::event::sheet::{Form, Part, Sheet, find};

/// Reads the pairs of `part` if its line ends are escaped.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let text = part.text();
    if find(text, b"\\r\\n").is_none() {
        return false;
    }
    let first = sheet.fields.len();
    let mut start = part.start;
    for _ in 0..512 {
        let end = find(&part.line[start..part.end], b"\\n").map_or(part.end, |at| start + at);
        line(part, start, end, sheet);
        if end == part.end {
            break;
        }
        start = end + 2;
    }
    sheet.fields.len() > first
}

fn line(part: Part<'_>, start: usize, end: usize, sheet: &mut Sheet) {
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
    let Some(colon) = memchr::memchr(b':', &part.line[start..end.min(start + 64)]).map(|at| start + at) else { return };
    let mut value = colon + 1;
    while value < end {
        match &part.line[value..end] {
            [b'\\', b't', ..] => value += 2,
            [byte, ..] if byte.is_ascii_whitespace() => value += 1,
            _ => break,
        }
    }
    if colon > start && value < end && value > colon + 1 {
        let form = if memchr::memchr(b'\\', &part.line[value..end]).is_some() { Form::Slashed } else { Form::Plain };
        sheet.named(start..colon, value..end, form);
    }
}
