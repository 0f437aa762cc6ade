//! Pairs of name and value (`key=value`) in all their dialects.
//!
//! The separator between the pairs of a line decides where a value ends and whether names may hold spaces. It can be spaces (logfmt,
//! FortiGate, netfilter, auditd), commas, semicolons, bars or tabs.

use std::ops::Range;

use super::sheet::{Form, Part, Sheet, find, near, near2};
use super::time;
use crate::value::vocabulary::Vocabulary;

/// The maximum depth of pairs within the quoted value of a pair.
const MAX_DEPTH: u8 = 2;

/// The maximum number of pairs on a line.
const MAX_PAIRS: usize = 2048;

/// The maximum length of a value in quotes with doubled quotes in it.
const MAX_DOUBLED: usize = 1 << 16;

/// The first byte of curly quotes.
const CURLY: u8 = "“".as_bytes()[0];

/// The maximum length of a value in curly quotes.
const MAX_CURLY: usize = 4096;

/// The number of pairs found, and their length.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PairCounts {
    pub(super) pairs: usize,
    /// The number of bytes that belong to pairs.
    pub(super) covered: usize,
}

/// The separator between two pairs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    Space,
    Byte(u8),
}

/// Reads all pairs of `part`.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> PairCounts {
    nested(part, sheet, 0)
}

fn nested(part: Part<'_>, sheet: &mut Sheet, depth: u8) -> PairCounts {
    let mut found = PairCounts::default();
    if sheet.lacks(b'=') {
        return found;
    }
    let between = separator(part, sheet);
    let mut at = part.start;
    // The end of the last pair: names do not reach back past it.
    let mut floor = part.start;
    while let Some(equals) = near(b'=', &part.line[at..part.end]).map(|found| found + at) {
        let start = name_start(part.line, floor, equals);
        if let Some(end) = query_end(part, floor, (start, equals), between) {
            (at, floor) = (end, end);
            continue;
        }
        at = equals + 1;
        let Some(name) = name(part, floor, (start, equals), between) else { continue };
        // `user=>eve`, `user => eve`
        let is_arrow = part.line[..part.end].get(at) == Some(&b'>');
        if is_arrow {
            at += 1;
            at += usize::from(part.line[equals - 1] == b' ' && part.line[..part.end].get(at) == Some(&b' '));
        }
        if is_group(&part.line[at..part.end]) {
            floor = at;
            continue;
        }
        let (mut value, form, mut end) = value(part, at, between);
        if part.line[name.start] == b'-'
            && let Some(length) = dashed(&part.line[value.clone()])
        {
            value.end = value.start + length;
            end = value.end;
        }
        if found.pairs == MAX_PAIRS {
            return found;
        }
        found.pairs += 1;
        found.covered += end - name.start;
        sheet.named(name, value.clone(), form);
        let is_quoted = value.start > at;
        if is_quoted && depth < MAX_DEPTH && near(b'=', &part.line[value.clone()]).is_some() {
            let level = sheet.level;
            sheet.level += 1;
            nested(Part { start: value.start, end: value.end, ..part }, sheet, depth + 1);
            sheet.level = level;
        }
        at = end;
        floor = end;
    }
    found
}

/// Returns true if a value consists of pairs in parentheses: `(ADDRESS=(PROTOCOL=tcp)(HOST=192.0.2.7))`. They are fields, and it is not.
fn is_group(text: &[u8]) -> bool {
    let Some(inner) = text.strip_prefix(b"(") else { return false };
    let name = inner.iter().take(64).take_while(|byte| is_name(**byte)).count();
    name > 0 && inner.get(name) == Some(&b'=')
}

/// Returns the length of a value that another pair follows after a dash, or a semicolon: `-IPAddr=192.0.2.7-User=eve; eve logged in`.
fn dashed(text: &[u8]) -> Option<usize> {
    memchr::memchr2_iter(b'-', b';', text).find(|at| {
        let rest = &text[at + 1..];
        let name = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        text[*at] == b';' || name > 1 && rest[0].is_ascii_uppercase() && rest.get(name) == Some(&b'=')
    })
}

/// Returns the end of the URL query whose first parameter has its `=` at `equals`, as in `GET /a?id=7&next=…`. Its parameters are not
/// fields of the line.
///
/// The bytes of a name begin at `start`.
fn query_end(part: Part<'_>, floor: usize, (start, equals): (usize, usize), between: Between) -> Option<usize> {
    if start == floor || part.line[start - 1] != b'?' {
        return None;
    }
    let is_end = |byte: &u8| {
        matches!(*byte, b' ' | b'"' | b'\'' | b'\t' | b'<' | b'>' | b'|')
            || *byte != b'&' && between == Between::Byte(*byte)
    };
    let rest = &part.line[equals..part.end];
    Some(equals + rest.iter().position(is_end).unwrap_or(rest.len()))
}

/// Returns the start of the bytes of a name that end at `end`.
#[inline]
fn name_start(line: &[u8], floor: usize, end: usize) -> usize {
    floor + line[floor..end].iter().rposition(|byte| !is_name(*byte)).map_or(0, |sign| sign + 1)
}

/// A byte of a name.
const NAME: u8 = 1;

/// White space, which ends a value that no quotes enclose.
const SPACE: u8 = 2;

/// A byte that may join two values: see [`value`].
const JOINT: u8 = 4;

/// A byte that may stand between pairs.
const BETWEEN: u8 = 8;

/// The kind of each byte.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        kinds[byte] = match b {
            b'_' | b'-' | b'.' | b'@' | b'$' | b'/' | 0x80.. => NAME,
            b']' | b')' => JOINT,
            b',' | b';' | b'|' | b'&' | b'^' => BETWEEN,
            b'\t' => SPACE | BETWEEN,
            _ if b.is_ascii_alphanumeric() => NAME,
            _ if b.is_ascii_whitespace() => SPACE,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

#[inline]
fn is_name(byte: u8) -> bool {
    KINDS[byte as usize] & NAME != 0
}

/// Returns the name before the `=` at `equals`. Bytes of a name begin at `begin`.
fn name(part: Part<'_>, floor: usize, (begin, equals): (usize, usize), between: Between) -> Option<Range<usize>> {
    // Most names are words.
    let is_word = begin < equals && equals - begin < 80 && (begin == floor || part.line[begin - 1] != b')');
    if is_word && between == Between::Space {
        if !part.line[begin..equals].iter().any(u8::is_ascii_alphabetic) {
            return None;
        }
        return Some(with_word_before(part, floor, begin)..equals);
    }
    let text = &part.line[floor..equals];
    let end = floor + text.trim_ascii_end().len();
    let text = &part.line[floor..end];
    if end + 1 < equals || text.is_empty() {
        return None;
    }
    // `"Cn"="Eve"`
    if let [inner @ .., b'"'] = text {
        let start = floor + memchr::memrchr(b'"', inner)? + 1;
        return (start < end - 1).then_some(start..end - 1);
    }
    // `[0]=…`, `cs(Referer)=…`
    let mut start = end;
    let mut open = 0_u32;
    while start > floor && end - start < 80 {
        let byte = part.line[start - 1];
        let is_part = match byte {
            b')' => {
                open += 1;
                true
            }
            b'(' if open > 0 => {
                open -= 1;
                true
            }
            b' ' => matches!(between, Between::Byte(_)) || open > 0,
            _ => is_name(byte),
        };
        if !is_part {
            break;
        }
        start -= 1;
    }
    let text = &part.line[start..end];
    let start = start + (text.len() - text.trim_ascii_start().len());
    if !part.line[start..end].iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    if between == Between::Space {
        return Some(with_word_before(part, floor, start)..end);
    }
    Some(start..end)
}

/// Extends a name by the word before it, if it says too little alone: `Peer IP=…`, `Server port=…`.
fn with_word_before(part: Part<'_>, floor: usize, start: usize) -> usize {
    static VAGUE: Vocabulary =
        Vocabulary::new(&[b"ip", b"port", b"address", b"addr", b"name", b"id", b"host", b"user", b"dn"]);
    // No word of two letters and a space fits before the name.
    if start < floor + 3 {
        return start;
    }
    let end = part.line[start..part.end]
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .map_or(part.end, |at| start + at);
    if !VAGUE.has(&part.line[start..end]) {
        return start;
    }
    let Some(before) = part.line[floor..start].strip_suffix(b" ") else { return start };
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let is_word = length > 1 && before.len() > length && before[before.len() - length - 1] == b' '
        || length == before.len() && length > 1;
    if is_word && before[before.len() - 1].is_ascii_alphabetic() { start - 1 - length } else { start }
}

/// Returns the value in curly quotes that begins at `start`, and the end of the pair: `user=“eve”`. Templates that were copied from a text
/// have them, at times the closing one on both sides.
fn in_curly_quotes(part: Part<'_>, start: usize) -> Option<(Range<usize>, usize)> {
    const OPENING: &[u8] = "“".as_bytes();
    const CLOSING: &[u8] = "”".as_bytes();
    let rest = &part.line[start..part.end];
    if !rest.starts_with(OPENING) && !rest.starts_with(CLOSING) {
        return None;
    }
    let open = start + OPENING.len();
    let inner = &part.line[open..part.end.min(open + MAX_CURLY)];
    let inner = &inner[..find(inner, CLOSING)?];
    let start = open + inner.len() - inner.trim_ascii_start().len();
    Some((start..start + inner.trim_ascii().len(), open + inner.len() + CLOSING.len()))
}

/// Returns the value that begins at `start`, its form, and the end of the pair.
fn value(part: Part<'_>, start: usize, between: Between) -> (Range<usize>, Form, usize) {
    let text = &part.line[start..part.end];
    let spaces = text.iter().take(2).take_while(|byte| **byte == b' ').count();
    if let Some(&quote @ (b'"' | b'\'')) = text.get(spaces)
        && let Some((value, form)) = quoted(part, start + spaces, quote)
    {
        let end = value.end + 1;
        return (value, form, end);
    }
    if text.get(spaces) == Some(&CURLY)
        && let Some((value, end)) = in_curly_quotes(part, start + spaces)
    {
        return (value, Form::Plain, end);
    }
    // In `key = value`, or with a separator other than space, space before a value is not part of it.
    let is_spaced = start >= 2 && part.line[start - 2] == b' ';
    let start = if is_spaced || matches!(between, Between::Byte(_)) { start + spaces } else { start };
    let text = &part.line[start..part.end];
    let mut kinds = 0;
    let mut end = match between {
        Between::Space => {
            let is_end = |byte: &u8| {
                kinds |= KINDS[*byte as usize];
                kinds & SPACE != 0
            };
            start + text.iter().position(is_end).unwrap_or(text.len())
        }
        Between::Byte(byte) => {
            kinds = JOINT;
            let mut at = 0;
            loop {
                match near(byte, &text[at..]).map(|found| found + at) {
                    None => break part.end,
                    // `\,` is a comma in the value.
                    Some(found) if found > 0 && text[found - 1] == b'\\' => at = found + 1,
                    Some(found) => break start + found,
                }
            }
        }
    };
    // `time=2026-05-12 10:02:03` is one value, even unquoted, and so is `time=May 12, 2026 10:02:03`.
    if between == Between::Space
        // Such a time has a space among its first eleven bytes.
        && (end - start <= 10 && kinds & SPACE != 0)
        && let Some(length) = if part.line[end] == b' ' { spaced_time_after(text, end - start) } else { spaced_time(text) }
    {
        let rest = &text[length..];
        end = start + length + rest.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(rest.len());
        kinds = JOINT;
    }
    // `time=May 12, 2026 10:02:03` is one value, even with commas between the pairs.
    if between == Between::Byte(b',')
        && end - start <= 12
        && part.line[start..end].first().is_some_and(u8::is_ascii_uppercase)
        && let Some((_, length)) = time::at_start(text)
        && start + length > end
    {
        let rest = &text[length..];
        end = start + length + memchr::memchr(b',', rest).unwrap_or(rest.len());
    }
    // `[a=b][c=d]`, `(a=b)(c=d)`
    if kinds & JOINT != 0 {
        for joint in [b"][", b")("] {
            if let Some(at) = find(&part.line[start..end], joint) {
                end = start + at;
            }
        }
    }
    let pair_end = end;
    // Each is looked for once, however many brackets close.
    let mut opens = [None; 3];
    let mut lacks = |n: usize, open: u8| !*opens[n].get_or_insert_with(|| part.line[start..pair_end].contains(&open));
    // Drop the bracket or comma that closes a surrounding structure.
    while end > start {
        let is_closing = match part.line[end - 1] {
            b',' | b';' => between == Between::Space,
            b')' => lacks(0, b'('),
            b']' => lacks(1, b'['),
            b'}' => lacks(2, b'{'),
            b' ' | b'\t' | b'\r' => true,
            b'"' | b'\'' => true,
            b'.' | b':' => between == Between::Space && end - start > 1 && part.line[end - 2] != b':',
            _ => false,
        };
        if !is_closing {
            break;
        }
        end -= 1;
    }
    // `user=[eve]`
    if let [b'[', inner @ .., b']'] = &part.line[start..end]
        && !inner.iter().any(|byte| matches!(*byte, b'[' | b']'))
    {
        return (start + 1..end - 1, Form::Plain, pair_end);
    }
    (start..end, Form::Plain, pair_end)
}

/// Returns the length of the time of several words at the start of a text: `2026-05-12 10:02:03`, `May 12, 2026 10:02:03`,
/// `Tue, 12 May 2026 10:02:03 GMT`.
fn spaced_time(text: &[u8]) -> Option<usize> {
    let word = text.iter().take(11).position(|byte| *byte == b' ')?;
    spaced_time_after(text, word)
}

/// Returns the length of a time of several words, of which the first has this length.
#[inline]
fn spaced_time_after(text: &[u8], word: usize) -> Option<usize> {
    // Most values begin with neither a digit nor a capital.
    let (first, next) = (text.first()?, *text.get(word + 1)?);
    let is_name = |text: &[u8]| time::begins_with_name(text) || text.get(1).is_some_and(u8::is_ascii_digit);
    let may_be = match word {
        1 | 2 => first.is_ascii_digit() && next.is_ascii_uppercase() && is_name(&text[word + 1..]),
        // After a date comes the time of day, and no other pair.
        8 | 10 if first.is_ascii_digit() => !next.is_ascii_alphabetic(),
        3..=10 => first.is_ascii_uppercase() && is_name(text),
        _ => false,
    };
    if !may_be {
        return None;
    }
    time::at_start(text).map(|(_, length)| length).filter(|length| *length > word)
}

/// Returns the value between the quote at `open` and the closing one.
///
/// The end of a value must follow the closing quote. Unescaped quotes within the value are part of it.
fn quoted(part: Part<'_>, open: usize, quote: u8) -> Option<(Range<usize>, Form)> {
    let start = open + 1;
    // `devname=""gw""`: pairs in a quoted column of CSV have their quotes doubled.
    if let [byte, next, ..] = part.line[start..part.end]
        && byte == quote
        && (next.is_ascii_alphanumeric() || next == b'/')
        && let Some(end) = find(&part.line[start + 1..part.end.min(start + 4096)], &[quote, quote])
    {
        return Some((start + 1..start + 1 + end, Form::Plain));
    }
    let mut form = Form::Plain;
    let mut at = start;
    let mut first = None;
    loop {
        let Some(found) = near2(quote, b'\\', &part.line[at.min(part.end)..part.end]).map(|found| found + at) else {
            return first.map(|end| (start..end, form));
        };
        let next = part.line[..part.end].get(found + 1);
        if part.line[found] == b'\\' {
            if next.is_some_and(|byte| *byte == quote || *byte == b'\\') {
                form = Form::Slashed;
                at = found + 2;
            } else {
                at = found + 1;
            }
            continue;
        }
        match next {
            None
            | Some(b' ' | b',' | b';' | b']' | b')' | b'}' | b'|' | b'&' | b'\t' | b'\r' | b'\n' | b'>' | b'=') => {
                return Some((start..found, form));
            }
            // `level="INFO": user="eve"`
            Some(b':') if part.line[..part.end].get(found + 2) == Some(&b' ') => return Some((start..found, form)),
            // `""` within quotes is one quote. On a line of nothing but quotes, each pair would look for its end in all of the line.
            Some(byte) if *byte == quote && found > start && found - start < MAX_DOUBLED => at = found + 2,
            Some(_) => {
                // Take the first quote, unless a later one before the next pair fits.
                first = first.or(Some(found));
                at = found + 1;
                if found - start > 4096 {
                    return first.map(|end| (start..end, form));
                }
            }
        }
    }
}

/// Returns the separator of the pairs of `part`: the byte before most of the first names.
fn separator(part: Part<'_>, sheet: &Sheet) -> Between {
    let text = part.text();
    let is_absent = b",;|\t&^".iter().all(|byte| sheet.lacks(*byte));
    if is_absent
        || memchr::memchr3(b',', b';', b'|', text).is_none() && memchr::memchr3(b'\t', b'&', b'^', text).is_none()
    {
        return Between::Space;
    }
    let mut counts = [(b',', 0), (b';', 0), (b'|', 0), (b'\t', 0), (b'&', 0), (b'^', 0)];
    let mut total = 0;
    let mut at = part.start;
    let mut floor = part.start;
    while total < 12 {
        let Some(equals) = memchr::memchr(b'=', &part.line[at..part.end]).map(|found| found + at) else { break };
        if let Some(end) = query_end(part, floor, (name_start(part.line, floor, equals), equals), Between::Space) {
            (at, floor) = (end, end);
            continue;
        }
        at = equals + 1;
        at += usize::from(part.line[..part.end].get(at) == Some(&b'>'));
        // Skip quoted values: separators in them do not count.
        if let Some(&quote @ (b'"' | b'\'')) = part.line[..part.end].get(at)
            && let Some((value, _)) = quoted(part, at, quote)
        {
            at = value.end + 1;
        } else if part.line[..part.end].get(at) == Some(&CURLY)
            && let Some((_, end)) = in_curly_quotes(part, at)
        {
            at = end;
        } else if let Some(length) = spaced_time(&part.line[at..part.end]) {
            // So does the comma in `May 12, 2026 10:02:03`.
            at += length;
        }
        let text = &part.line[floor..equals];
        if floor > part.start {
            total += 1;
            let kinds = text.iter().fold(0, |kinds, byte| kinds | KINDS[*byte as usize]);
            if kinds & BETWEEN != 0 {
                for (byte, count) in &mut counts {
                    *count += usize::from(text.contains(byte));
                }
            }
        }
        floor = at;
    }
    let (byte, count) = counts.into_iter().max_by_key(|(_, count)| *count).expect("there are some");
    if count > 0 && count * 3 >= total * 2 { Between::Byte(byte) } else { Between::Space }
}
