//! Pairs with colons, separated by commas or semicolons: `User: eve, Client IP: 192.0.2.7, Port: 443` and `src:"192.0.2.7"; dst:"203.0.113.5"`.

use std::ops::Range;

use crate::event::names;
use crate::event::sheet::{Form, Part, Sheet};

/// The maximum number of columns that are looked at.
const MAX_COLUMNS: usize = 512;

/// The maximum length of a name.
const MAX_NAME: usize = 48;

/// Reads `part` if at least half of its columns are pairs, and the table knows the names of two of them; a third of the columns is enough
/// for three such names.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if sheet.lacks(b':') || sheet.lacks(b',') && sheet.lacks(b';') {
        return false;
    }
    let text = part.text();
    if memchr::memchr(b':', text).is_none() || memchr::memchr2(b',', b';', text).is_none() {
        return false;
    }
    let mark = sheet.mark();
    let (mut columns, mut pairs, mut known) = (0, 0, 0);
    let mut at = part.start;
    while at < part.end && columns < MAX_COLUMNS {
        let end = column_end(part, at);
        let column = part.from(at).to(end).trimmed();
        at = end + 1;
        columns += usize::from(!column.text().is_empty());
        if columns == 8 && pairs == 0 {
            break;
        }
        let Some((name, value)) = pair(column) else { continue };
        pairs += 1;
        // A name without a value shows the shape too.
        if value.is_empty() {
            continue;
        }
        known += usize::from(names::is_exact(&part.line[name.clone()]));
        sheet.named(name, value, Form::Plain);
    }
    let is_read = known >= 2 && pairs * 2 >= columns || known >= 3 && pairs * 3 >= columns;
    if !is_read {
        sheet.back_to(mark);
    }
    is_read
}

/// Returns the end of the column that begins at `start`. Separators within quotes do not end it.
fn column_end(part: Part<'_>, start: usize) -> usize {
    let mut at = start;
    while let Some(found) = memchr::memchr3(b',', b';', b'"', &part.line[at..part.end]).map(|found| found + at) {
        if part.line[found] != b'"' {
            return found;
        }
        // Only a quote at the start of a value holds separators.
        let opens = found > start && matches!(part.line[found - 1], b':' | b' ');
        let close = memchr::memchr(b'"', &part.line[found + 1..part.end.min(found + 4096)]).filter(|_| opens);
        at = close.map_or(found + 1, |close| found + close + 2);
    }
    part.end
}

/// Splits a column into name and value. Words before the name are dropped if they end in a colon or a bracket:
/// `%FTD-1-430005: SrcIP: 192.0.2.7`.
fn pair(column: Part<'_>) -> Option<(Range<usize>, Range<usize>)> {
    let line = column.line;
    let mut start = column.start;
    for _ in 0..3 {
        let colon = start + memchr::memchr(b':', &line[start..column.end.min(start + MAX_NAME)])?;
        let next = line[..column.end].get(colon + 1).copied();
        let open = line[start..colon].iter().rposition(|byte| matches!(*byte, b'[' | b'{' | b'('));
        let name_start = open.map_or(start, |open| start + open + 1);
        let name = line[name_start..colon].trim_ascii();
        let name_start =
            name_start + (line[name_start..colon].len() - line[name_start..colon].trim_ascii_start().len());
        let name_span = name_start..name_start + name.len();
        let is_spaced = matches!(next, None | Some(b' ' | b'"'));
        if is_name(name) && (is_spaced || names::is_exact(name) && next.is_some_and(|next| next != b'/')) {
            return Some((name_span, value(column, colon + 1)));
        }
        if next != Some(b' ') {
            return None;
        }
        start = colon + 2;
    }
    None
}

fn is_name(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(*byte, b' ' | b'_' | b'-' | b'.') || *byte >= 0x80)
}

/// Returns the value from `start` to the end of the column, without its quotes.
fn value(column: Part<'_>, start: usize) -> Range<usize> {
    let inner = column.from(start).trimmed();
    match inner.text() {
        [b'"', .., b'"'] | [b'<', .., b'>'] => inner.start + 1..inner.end - 1,
        _ => inner.start..inner.end,
    }
}
