//! Zones as logs write them.

use crate::limits::MAX_ZONE_OFFSET;

/// Reads the zone at the start of `text`, in seconds east of Greenwich, and its length: `Z`, `+02:00`, `+0200`, `+02`, `UTC`, `GMT+1`,
/// `CEST`.
///
/// Abbreviations count only if they mean the same zone everywhere. `CST`, `IST` and `BST` each have several meanings and are ignored.
pub(super) fn zone(text: &[u8]) -> Option<(i32, usize)> {
    match text.first()? {
        b'+' | b'-' => offset(text),
        b'Z' | b'z' if !text.get(1).is_some_and(u8::is_ascii_alphanumeric) => Some((0, 1)),
        byte if byte.is_ascii_alphabetic() => {
            let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let east = named(&text[..length])?;
            // `GMT+1`, `UTC+02:00`
            if east == 0
                && let Some((offset, more)) = offset(&text[length..])
            {
                return Some((offset, length + more));
            }
            (!text.get(length).is_some_and(u8::is_ascii_digit)).then_some((east, length))
        }
        _ => None,
    }
}

/// Reads a zone that is all of `text`, as the value of a field (`tz=+0200`, `dtz=UTC`, `timezone="GMT+2"`).
pub(in crate::event) fn offset_of(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"(").map_or(text, |inner| inner.split(|&byte| byte == b')').next().unwrap_or(inner));
    zone(text).and_then(|(offset, length)| (length == text.len()).then_some(offset))
}

fn offset(text: &[u8]) -> Option<(i32, usize)> {
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digit = |at: usize| i32::from(text[at] - b'0');
    let pair = |at: usize| digit(at) * 10 + digit(at + 1);
    let (hours, minutes, length) = match digits {
        4 => (pair(1), pair(3), 5),
        2 if text.get(3) == Some(&b':') => {
            if !(text.get(4)?.is_ascii_digit() && text.get(5)?.is_ascii_digit()) {
                return None;
            }
            (pair(1), pair(4), 6)
        }
        2 => (pair(1), 0, 3),
        // `GMT+1:00`
        1 if text.get(2) == Some(&b':') && text.get(3)?.is_ascii_digit() && text.get(4)?.is_ascii_digit() => {
            (digit(1), pair(3), 5)
        }
        1 => (digit(1), 0, 2),
        _ => return None,
    };
    let seconds = hours * 3600 + minutes * 60;
    (minutes < 60 && seconds <= MAX_ZONE_OFFSET).then_some((sign * seconds, length))
}

fn named(text: &[u8]) -> Option<i32> {
    const ZONES: [(&[u8], i32); 24] = [
        (b"UTC", 0),
        (b"GMT", 0),
        (b"UT", 0),
        (b"WET", 0),
        (b"WEST", 60),
        (b"CET", 60),
        (b"CEST", 120),
        (b"MEZ", 60),
        (b"MESZ", 120),
        (b"EET", 120),
        (b"EEST", 180),
        (b"MSK", 180),
        (b"EST", -300),
        (b"EDT", -240),
        (b"CDT", -300),
        (b"MST", -420),
        (b"MDT", -360),
        (b"PST", -480),
        (b"PDT", -420),
        (b"JST", 540),
        (b"KST", 540),
        (b"AEST", 600),
        (b"AEDT", 660),
        (b"NZST", 720),
    ];
    // Most often the name of a machine follows a time.
    if !text.first()?.is_ascii_uppercase() {
        return None;
    }
    ZONES.iter().find(|(name, _)| *name == text).map(|(_, minutes)| minutes * 60)
}
