//! Names of months and days, as English-language logs write them.

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

const DAYS: [&[u8]; 7] = [b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday"];

/// Returns the month at the start of `text`, abbreviated or in full, and the length of its name.
pub(super) fn month(text: &[u8]) -> Option<(i8, usize)> {
    let month = match &[lower(text, 0)?, lower(text, 1)?, lower(text, 2)?] {
        b"jan" => 0,
        b"feb" => 1,
        b"mar" => 2,
        b"apr" => 3,
        b"may" => 4,
        b"jun" => 5,
        b"jul" => 6,
        b"aug" => 7,
        b"sep" => 8,
        b"oct" => 9,
        b"nov" => 10,
        b"dec" => 11,
        _ => return None,
    };
    let length = word(text);
    let name = MONTHS[month];
    // `Sept` is common too.
    let is_month = length == 3 || (length == 4 && month == 8) || (length == name.len() && eq(&text[..length], name));
    // `Sep.`
    let dot =
        usize::from(length < name.len() && text.get(length) == Some(&b'.') && text.get(length + 1) == Some(&b' '));
    is_month.then_some((month as i8 + 1, length + dot))
}

/// Returns the length of the name of a day at the start of `text`, including the comma and space after it.
pub(super) fn weekday(text: &[u8]) -> Option<usize> {
    let day = match &[lower(text, 0)?, lower(text, 1)?, lower(text, 2)?] {
        b"mon" => 0,
        b"tue" => 1,
        b"wed" => 2,
        b"thu" => 3,
        b"fri" => 4,
        b"sat" => 5,
        b"sun" => 6,
        _ => return None,
    };
    let name = DAYS[day];
    let mut length = word(text);
    if length != 3 && !eq(&text[..length], name) {
        return None;
    }
    length += usize::from(text.get(length) == Some(&b','));
    if text.get(length) != Some(&b' ') {
        return None;
    }
    Some(length + 1)
}

fn word(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
}

fn lower(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).map(u8::to_ascii_lowercase)
}

fn eq(text: &[u8], name: &[u8]) -> bool {
    text.eq_ignore_ascii_case(name)
}
