//! The two forms in which most logs write the time, read at fixed places. Whatever differs is left to the other forms.

use super::read::{Read, YEARS};
use super::stamp::{Clock, Stamp, is_day};
use super::words::month;

/// Reads `2026-05-12` at the start of a text.
#[inline]
pub(super) fn date(text: &[u8]) -> Option<(i16, i8, i8)> {
    let &[y, yy, yyy, yyyy, b'-', m, mm, b'-', d, dd] = text.first_chunk()? else { return None };
    if !are_digits(&[y, yy, yyy, yyyy, m, mm, d, dd]) {
        return None;
    }
    let year = i16::from(pair(y, yy)) * 100 + i16::from(pair(yyy, yyyy));
    let (month, day) = (pair(m, mm), pair(d, dd));
    (YEARS.contains(&year) && is_day(Some(year), month, day)).then_some((year, month, day))
}

/// Reads `2026-05-12T10:02:03` and `2026-05-12 10:02:03`, with all that may follow.
#[inline]
pub(super) fn iso(text: &[u8]) -> Option<(Stamp, usize)> {
    let &[b'T' | b' ', hour, _] = text.get(10..)?.first_chunk()? else { return None };
    let (year, month, day) = date(text).filter(|_| hour.is_ascii_digit())?;
    let mut read = Read { text, at: 11 };
    let clock = read.clock()?;
    let offset = read.offset();
    read.stamp(Some(year), month, day, clock, offset)
}

/// Reads `May 12 10:02:03` and `May  2 10:02:03`, if a space and a letter follow that begin neither a zone nor AM or PM.
#[inline]
pub(super) fn syslog(text: &[u8]) -> Option<(Stamp, usize)> {
    let &[_, _, _, b' ', d, dd, b' ', h, hh, b':', m, mm, b':', s, ss, b' ', next] = text.first_chunk()? else {
        return None;
    };
    let is_end = next.is_ascii_lowercase() && !matches!(next, b'a' | b'p' | b'z');
    let d = if d == b' ' { b'0' } else { d };
    if !is_end || !are_digits(&[d, dd, h, hh, m, mm, s, ss]) {
        return None;
    }
    let (month, _) = month(&text[..4])?;
    let day = pair(d, dd);
    let clock = Clock { hour: pair(h, hh), minute: pair(m, mm), second: pair(s, ss), nano: 0 }.valid()?;
    is_day(None, month, day).then_some((Stamp { year: None, month, day, clock, offset: None }, 15))
}

#[inline]
fn are_digits(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |are, byte| are & byte.is_ascii_digit())
}

#[inline]
pub(super) fn pair(ten: u8, one: u8) -> i8 {
    ((ten - b'0') * 10 + (one - b'0')) as i8
}
