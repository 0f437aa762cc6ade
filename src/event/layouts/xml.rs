//! Events in XML, as Windows writes them (`<Event><System>…<Data Name="IpAddress">192.0.2.7</Data>…`). Elements and attributes with text
//! become fields.

use crate::event::sheet::{Form, Label, Part, Sheet, TOP, find};

/// The maximum number of elements that are read.
const MAX_ELEMENTS: usize = 1024;

/// Returns true if a text begins like an element, and not like a syslog priority.
pub(super) fn looks_like(text: &[u8]) -> bool {
    // The Event Viewer writes a sign to fold an element before it.
    let text = text.strip_prefix(b"- ").unwrap_or(text);
    text.len() > 8
        && text[0] == b'<'
        && (text[1].is_ascii_alphabetic() || text[1] == b'?')
        && find(text, b"</").is_some()
}

/// Reads the elements of `part`.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let parent = sheet.parent.unwrap_or(TOP);
    let first = sheet.fields.len();
    let mut at = part.start;
    for _ in 0..MAX_ELEMENTS {
        let Some(open) = memchr::memchr(b'<', &line[at..part.end]).map(|found| found + at) else { break };
        let Some(close) = memchr::memchr(b'>', &line[open..part.end]).map(|found| found + open) else { break };
        at = close + 1;
        if matches!(line[open + 1], b'/' | b'?' | b'!') {
            continue;
        }
        let tag = open + 1..close;
        let length = line[tag.clone()].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'/').count();
        let mut name = tag.start..tag.start + length;
        let attributes = name.end..close;
        attribute(line, attributes, |key, value| {
            // `<Data Name="IpAddress">` is named by its attribute.
            if line[key.clone()].eq_ignore_ascii_case(b"name") {
                name = value;
            } else if !line[key.clone()].starts_with(b"xmlns") {
                sheet.push(Label::Line(key.start as u32, key.end as u32), parent, value, Form::Plain);
            }
        });
        let Some(end) = memchr::memchr(b'<', &line[at..part.end]).map(|found| found + at) else { break };
        let text = line[at..end].trim_ascii();
        if !text.is_empty() && line[end..part.end].starts_with(b"</") {
            let start = at + (line[at..end].len() - line[at..end].trim_ascii_start().len());
            sheet.push(Label::Line(name.start as u32, name.end as u32), parent, start..start + text.len(), Form::Plain);
        }
        at = end;
    }
    sheet.fields.len() > first
}

/// Calls back for each `key="value"`. The quotes may be single, or have a backslash if the XML is in JSON.
fn attribute(
    line: &[u8],
    span: std::ops::Range<usize>,
    mut found: impl FnMut(std::ops::Range<usize>, std::ops::Range<usize>),
) {
    let mut at = span.start;
    while let Some(equals) = memchr::memchr(b'=', &line[at..span.end]).map(|found| found + at) {
        let length = line[span.start..equals]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(*byte, b'_' | b':' | b'-'))
            .count();
        let mut open = equals + 1;
        open += usize::from(line.get(open) == Some(&b'\\'));
        let Some(&quote @ (b'"' | b'\'')) = line[..span.end].get(open) else { return };
        let Some(end) = memchr::memchr(quote, &line[open + 1..span.end]).map(|found| found + open + 1) else { return };
        let stop = if line[end - 1] == b'\\' && end - 1 > open { end - 1 } else { end };
        if length > 0 && stop > open + 1 {
            found(equals - length..equals, open + 1..stop);
        }
        at = end + 1;
    }
}
