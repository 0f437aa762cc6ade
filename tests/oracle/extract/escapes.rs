//! Escapes before a token and within a URL.

use std::ops::Range;

use super::{hex, json_escape, signs};

/// The number of bytes at `at` that belong to an escape that started immediately before.
pub(super) fn escape(bytes: &[u8], at: usize) -> usize {
    let Some(before) = at.checked_sub(1).map(|at| bytes[at]) else { return 0 };
    let rest = &bytes[at..];
    let is_hex = |from: usize, len: usize| rest.get(from..from + len).is_some_and(|digits| hex(digits).is_some());
    match (before, rest.first()) {
        (b'\\', Some(b'n' | b't' | b'r' | b'b' | b'f')) => 1,
        (b'\\', Some(b'x')) if is_hex(1, 2) => 3,
        (b'\\', Some(b'u')) if is_hex(1, 4) => 5,
        (b'%', _) if rest.starts_with(b"25") && is_hex(2, 2) => 4,
        (b'%', _) if is_hex(0, 2) => 2,
        (b'#', _) if rest.len() >= 3 && rest[..3].iter().all(|b| (b'0'..=b'7').contains(b)) => 3,
        (b'=', _) if rest.starts_with(b"3D3D") => 4,
        (b'=', _) if rest.starts_with(b"3D") => 2,
        _ => colour(bytes, at),
    }
}

/// The end of an ANSI sequence, whose escape character may itself be escaped: `ESC [ 3 6 m`, `ESC [ K`, `ESC [ 2 J`.
fn colour(bytes: &[u8], at: usize) -> usize {
    let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let is_command = match bytes.get(at + digits) {
        Some(b'm' | b'K') => true,
        Some(command) => digits > 0 && command.is_ascii_alphabetic(),
        None => false,
    };
    if !is_command {
        return 0;
    }
    let head = &bytes[..at];
    let len = head.iter().rev().take_while(|b| b.is_ascii_digit() || matches!(b, b';' | b':')).count();
    let head = &head[..head.len() - len];
    let Some(head) = head.strip_suffix(b"?").unwrap_or(head).strip_suffix(b"[") else { return 0 };
    let head = head.to_ascii_lowercase();
    let is_escape = [&b"\x1b"[..], b"\\u001b", b"\\x1b", b"#033", b"\\033", b"\\e", b"^["]
        .iter()
        .any(|escape| head.ends_with(escape));
    if is_escape { digits + 1 } else { 0 }
}

/// The encoding of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Plain,
    /// Percent-encoded this many times.
    Percent(u32),
}

/// One way to decode a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undo {
    /// Undoes JSON, XML, CEF and quoted-printable escapes this many times.
    Escapes(u32),
    Percent(u32),
    Nothing,
}

impl Written {
    /// The ways to decode it, in order.
    pub(super) fn ways(self) -> Vec<Undo> {
        match self {
            Written::Plain => vec![Undo::Escapes(1), Undo::Escapes(2), Undo::Nothing],
            Written::Percent(times) => vec![Undo::Percent(times)],
        }
    }
}

/// The separator between a scheme and an authority.
#[derive(Clone, Copy, Debug)]
pub(super) struct Separator {
    pub(super) len: usize,
    pub(super) written: Written,
    /// True if it contains XML entities.
    pub(super) has_entity: bool,
}

/// Reads the separator at `at`. Each of its characters is literal, percent-encoded once or twice, or escaped as in JSON
/// or XML; or it is the two backslashes that browsers take for slashes.
pub(super) fn separator(bytes: &[u8], at: usize) -> Option<Separator> {
    regular_separator(bytes, at).or_else(|| {
        let head = bytes.get(..at)?.to_ascii_lowercase();
        let is_web = ["http", "https", "ftp"].iter().any(|scheme| head.ends_with(scheme.as_bytes()));
        let rest = bytes[at..].strip_prefix(b":")?;
        let count = rest.iter().take_while(|b| **b == b'\\').count();
        (is_web && (count == 2 || count == 4)).then_some(Separator {
            len: 1 + count,
            written: Written::Plain,
            has_entity: false,
        })
    })
}

fn regular_separator(bytes: &[u8], at: usize) -> Option<Separator> {
    let mut found = Separator { len: 0, written: Written::Plain, has_entity: false };
    let mut level = 0;
    for c in b"://" {
        let (text, own) = spelled(bytes.get(at + found.len..)?, *c)?;
        found.len += text.len();
        level = level.max(own);
        found.has_entity |= text.starts_with(b"&");
    }
    found.written = written(level);
    Some(found)
}

fn written(level: u32) -> Written {
    if level > 0 { Written::Percent(level) } else { Written::Plain }
}

/// The spelling of a sign at the start of a text, and how many times it is percent-encoded. `None` if no text of a URL is decoded from it.
fn spelled(rest: &[u8], sign: u8) -> Option<(&[u8], u32)> {
    let behind = signs::after_sign(rest, sign)?;
    let text = &rest[..rest.len() - behind.len()];
    let is_hex = text.starts_with(b"\\") && text.to_ascii_lowercase().windows(2).any(|pair| pair == b"\\x");
    if text.starts_with(b"\\\\\\\\") || is_hex {
        return None;
    }
    Some((text, if text.starts_with(b"%25") { 2 } else { u32::from(text.starts_with(b"%")) }))
}

/// The encoding of a URL without a scheme whose path begins at the start of a text.
pub(super) fn path(rest: &[u8]) -> Option<Written> {
    let (text, level) = spelled(rest, b'/')?;
    (!text.contains(&b'U')).then_some(written(level))
}

/// Decoded text, with the source offset of each of its bytes and of its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoded {
    pub(super) text: Vec<u8>,
    pub(super) from: Vec<usize>,
}

/// The entities of XML, and those of HTML for signs.
pub(super) const ENTITIES: [(&str, char); 44] = [
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("lt", '<'),
    ("gt", '>'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("colon", ':'),
    ("equals", '='),
    ("comma", ','),
    ("commat", '@'),
    ("lpar", '('),
    ("rpar", ')'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("num", '#'),
    ("dollar", '$'),
    ("nbsp", '\u{A0}'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("ldquo", '\u{201C}'),
    ("rdquo", '\u{201D}'),
    ("lsquo", '\u{2018}'),
    ("rsquo", '\u{2019}'),
    ("laquo", '\u{AB}'),
    ("raquo", '\u{BB}'),
    ("hellip", '\u{2026}'),
    ("ndash", '\u{2013}'),
    ("mdash", '\u{2014}'),
    ("bull", '\u{2022}'),
    ("tab", '\t'),
    ("newline", '\n'),
    ("excl", '!'),
    ("semi", ';'),
    ("quest", '?'),
    ("vert", '|'),
    ("ast", '*'),
];

/// The character of an entity, and the entity's length.
fn entity(rest: &[u8]) -> Option<(char, usize)> {
    let end = rest.iter().take(12).position(|&b| b == b';')?;
    let name = std::str::from_utf8(rest[..end].strip_prefix(b"&")?).ok()?;
    let known = ENTITIES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    let c = match known {
        Some((_, c)) => *c,
        None => {
            let digits = name.strip_prefix('#')?;
            let value = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => hex(digits.as_bytes())?,
                None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
                None => return None,
            };
            char::from_u32(value)?
        }
    };
    Some((c, end + 1))
}

/// Returns true for characters that end a URL: white space of any script, control bytes, `"`, `<`, `>` and a backtick.
pub(super) fn is_end(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_control() || matches!(c, '"' | '<' | '>' | '`')
}

/// Decodes `bytes[span]` up to an escape that ends a URL.
pub(super) fn decode(bytes: &[u8], span: Range<usize>, undo: Undo) -> Decoded {
    let again = match undo {
        Undo::Escapes(2) => Some(Undo::Escapes(1)),
        Undo::Percent(2) => Some(Undo::Percent(1)),
        _ => None,
    };
    let mut out = Decoded::default();
    let mut at = span.start;
    while at < span.end {
        let rest = &bytes[at..span.end];
        let is_escape = matches!(undo, Undo::Escapes(_));
        let undone: Option<(char, usize)> = match rest {
            [b'\\', b'"' | b'n' | b't' | b'r' | b'b' | b'f', ..] if is_escape => break,
            [b'\\', byte @ (b'/' | b'\\' | b'='), ..] if is_escape => Some((char::from(*byte), 2)),
            [b'\\', b'u', ..] if is_escape => json_escape(rest),
            [b'&', ..] if is_escape => entity(rest),
            [b'=', b'3', b'D', ..] if is_escape => Some(('=', 3)),
            _ => None,
        };
        if undone.is_some_and(|(c, _)| is_end(c)) {
            break;
        }
        let percent = match (undo, rest) {
            (Undo::Percent(_), [b'%', ..]) => rest.get(1..3).and_then(hex),
            _ => None,
        };
        let (text, len) = match (undone, percent) {
            (Some((c, len)), _) => (c.to_string().into_bytes(), len),
            (_, Some(byte)) => (vec![byte as u8], 3),
            _ => (rest[..1].to_vec(), 1),
        };
        out.from.extend(text.iter().map(|_| at));
        out.text.extend(text);
        at += len;
    }
    out.from.push(at);
    if let Some(again) = again {
        let inner = decode(&out.text, 0..out.text.len(), again);
        out = Decoded { text: inner.text, from: inner.from.into_iter().map(|at| out.from[at]).collect() };
    }
    out
}
