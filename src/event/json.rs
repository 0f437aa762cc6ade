//! A pull parser of one JSON value into a [`Sheet`], without recursion or copying.

use super::sheet::{Form, Frame, Label, Node, Part, Raw, Sheet, TOP, bytes_of};
use crate::value::vocabulary::Vocabulary;

/// The maximum nesting that is read. Real events stay under 20; deeper ones are made to break readers.
const MAX_DEPTH: usize = 100;

/// The maximum number of fields on a line. More fields would not tell more about who met whom.
const MAX_FIELDS: usize = 4096;

/// Reads the JSON object or array that fills `part`. If there is none, the sheet stays unchanged.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let part = part.trimmed();
    let mark = sheet.mark();
    let is_read = end(part, sheet) == Some(part.end);
    if !is_read {
        sheet.back_to(mark);
    }
    is_read
}

/// Reads the JSON object or array at the start of `part`, and returns its end.
pub(super) fn end(part: Part<'_>, sheet: &mut Sheet) -> Option<usize> {
    let mark = sheet.mark();
    let found = value(part, sheet);
    if found.is_none() {
        sheet.back_to(mark);
    }
    found
}

fn value(part: Part<'_>, sheet: &mut Sheet) -> Option<usize> {
    let mut frames = std::mem::take(&mut sheet.frames);
    frames.clear();
    let in_list = std::mem::take(&mut sheet.in_list);
    let end = values(part, sheet, &mut frames);
    sheet.in_list = in_list;
    sheet.frames = frames;
    end
}

fn values(part: Part<'_>, sheet: &mut Sheet, frames: &mut Vec<Frame>) -> Option<usize> {
    let line = &part.line[..part.end];
    let mut at = part.start;
    let outer = sheet.parent.unwrap_or(TOP);
    let is_object = match line.get(at)? {
        b'{' => true,
        b'[' => false,
        _ => return None,
    };
    frames.push(Frame { node: outer, is_object, label: Label::Known(""), first: sheet.fields.len(), in_list: false });
    at += 1;
    // Tracks what may come next: `,` only after a value, and a value only after `,` or at the start.
    let mut after_value = false;
    loop {
        at = skip_space(line, at);
        let frame = *frames.last()?;
        sheet.in_list = frame.in_list;
        let byte = *line.get(at)?;
        if byte == if frame.is_object { b'}' } else { b']' } {
            at += 1;
            if frame.is_object {
                named_by_value(line, sheet, &frame);
            }
            frames.pop();
            if frames.is_empty() {
                return Some(at);
            }
            after_value = true;
            continue;
        }
        if after_value {
            if byte != b',' {
                return None;
            }
            at = skip_space(line, at + 1);
        }
        let label = if frame.is_object {
            let (start, end, _) = string(line, at)?;
            at = skip_space(line, end + 1);
            if line.get(at) != Some(&b':') {
                return None;
            }
            at = skip_space(line, at + 1);
            Label::Line(start as u32, end as u32)
        } else {
            frame.label
        };
        match *line.get(at)? {
            open @ (b'{' | b'[') => {
                if frames.len() == MAX_DEPTH {
                    return None;
                }
                let is_object = open == b'{';
                let node = if is_object {
                    sheet.nodes.push(Node { label, parent: frame.node });
                    (sheet.nodes.len() - 1) as u32
                } else {
                    frame.node
                };
                let in_list = frame.in_list || !is_object;
                frames.push(Frame { node, is_object, label, first: sheet.fields.len(), in_list });
                at += 1;
                after_value = false;
                if sheet.fields.len() > MAX_FIELDS {
                    return None;
                }
                continue;
            }
            _ => at = scalar(line, at, label, frame.node, sheet)?,
        }
        if sheet.fields.len() > MAX_FIELDS {
            return None;
        }
        after_value = true;
    }
}

/// Reads a string, a number, `true`, `false` or `null` as a field of `node`, and returns its end. `null` gives no field.
fn scalar(line: &[u8], at: usize, label: Label, node: u32, sheet: &mut Sheet) -> Option<usize> {
    let (span, form, end) = match *line.get(at)? {
        b'"' => {
            let (start, end, escaped) = string(line, at)?;
            (start..end, if escaped { Form::Json } else { Form::Plain }, end + 1)
        }
        b'-' | b'0'..=b'9' => {
            let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(*byte, b'.' | b'e' | b'E' | b'+' | b'-');
            let end = at + line[at..].iter().take_while(|byte| is_part(byte)).count();
            (at..end, Form::Plain, end)
        }
        b't' if line[at..].starts_with(b"true") => (at..at + 4, Form::Plain, at + 4),
        b'f' if line[at..].starts_with(b"false") => (at..at + 5, Form::Plain, at + 5),
        b'n' if line[at..].starts_with(b"null") => return Some(at + 4),
        _ => return None,
    };
    sheet.push(label, node, span, form);
    Some(end)
}

/// Returns the span of the string whose opening quote is at `at`, and whether it holds escapes.
pub(super) fn string(line: &[u8], at: usize) -> Option<(usize, usize, bool)> {
    if line.get(at) != Some(&b'"') {
        return None;
    }
    let start = at + 1;
    // Most strings are short.
    let mut at = start;
    for _ in 0..2 {
        let Some(Ok(bytes)) = line.get(at..at + 8).map(<[u8; 8]>::try_from) else { break };
        let word = u64::from_le_bytes(bytes);
        let found = bytes_of(word, b'"') | bytes_of(word, b'\\');
        if found != 0 {
            let found = at + found.trailing_zeros() as usize / 8;
            if line[found] == b'"' {
                return Some((start, found, false));
            }
            break;
        }
        at += 8;
    }
    let mut escaped = false;
    loop {
        let found = memchr::memchr2(b'"', b'\\', line.get(at..)?)? + at;
        if line[found] == b'"' {
            return Some((start, found, escaped));
        }
        escaped = true;
        at = found + 2;
    }
}

pub(super) fn skip_space(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Names of the value of a field that an object names: `{"name":"Host","value":"a.example"}`.
pub(super) static VALUES: Vocabulary = Vocabulary::new(&[b"value", b"val", b"#text", b"content", b"stringValue"]);

/// Turns `{"name":"Host","value":"a.example"}` into a field `Host` of the surrounding object.
fn named_by_value(line: &[u8], sheet: &mut Sheet, frame: &Frame) {
    let fields = &sheet.fields[frame.first.min(sheet.fields.len())..];
    if fields.len() < 2 || fields.len() > 8 || frame.node == TOP {
        return;
    }
    static NAMES: Vocabulary = Vocabulary::new(&[b"name", b"key", b"field", b"@name", b"type", b"label"]);
    let find = |names: &Vocabulary| {
        fields.iter().find(|field| {
            let Label::Line(start, end) = field.label else { return false };
            let label = &line[start as usize..end as usize];
            field.parent == frame.node && names.has(label)
        })
    };
    let Some(name) = find(&NAMES) else { return };
    let Some(value) = find(&VALUES) else { return };
    if name.end - name.start > 64 {
        return;
    }
    let label = Label::Line(name.start, name.end);
    let field = Raw { label, parent: sheet.nodes[frame.node as usize].parent, ..*value };
    sheet.fields.push(field);
}

/// Undoes the escapes of a JSON string. Invalid escapes stay unchanged.
pub(super) fn unescape(text: &[u8], into: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text[at..]) {
        into.extend_from_slice(&text[at..at + found]);
        at += found;
        let Some(&escape) = text.get(at + 1) else { break };
        let simple = match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'"' | b'\\' | b'/' => escape,
            b'u' => {
                if let Some((c, length)) = unicode(&text[at..]) {
                    into.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    at += length;
                    continue;
                }
                into.push(b'\\');
                at += 1;
                continue;
            }
            _ => {
                into.push(b'\\');
                at += 1;
                continue;
            }
        };
        into.push(simple);
        at += 2;
    }
    into.extend_from_slice(&text[at..]);
}

/// Returns the character of `\uXXXX`, or of a surrogate pair of two, and its length.
fn unicode(text: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |unit, &byte| Some(unit * 16 + char::from(byte).to_digit(16)?))
    };
    let first = unit(0)?;
    if (0xd800..0xdc00).contains(&first) {
        let second = unit(6).filter(|second| (0xdc00..0xe000).contains(second))?;
        let c = char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?;
        return Some((c, 12));
    }
    Some((char::from_u32(first)?, 6))
}
