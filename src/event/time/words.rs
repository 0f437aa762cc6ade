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

/// Returns true if a text begins with the first three letters of a month or a day.
pub(in crate::event) fn begins_with_name(text: &[u8]) -> bool {
    let [one, two, three, ..] = *text else { return false };
    let letters = u32::from_le_bytes([one, two, three, b' ']) | 0x20_2020;
    const fn word(letters: &[u8; 4]) -> u32 {
        u32::from_le_bytes(*letters)
    }
    const NAMES: [u32; 19] = [
        word(b"jan "),
        word(b"feb "),
        word(b"mar "),
        word(b"apr "),
        word(b"may "),
        word(b"jun "),
        word(b"jul "),
        word(b"aug "),
        word(b"sep "),
        word(b"oct "),
        word(b"nov "),
        word(b"dec "),
        word(b"mon "),
        word(b"tue "),
        word(b"wed "),
        word(b"thu "),
        word(b"fri "),
        word(b"sat "),
        word(b"sun "),
    ];
    // All are compared at once.
    NAMES.iter().fold(false, |is, name| is | (*name == letters))
}

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
