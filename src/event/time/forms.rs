//! The formats in which logs write a date and time.
//!
//! [`at_start`] reads a time at the start of a text; [`whole`] reads a text that is nothing but a time.

use super::fast::{self, pair};
use super::read::{Read, YEARS, fraction_nanos};
use super::stamp::{Clock, Stamp, is_day};
use super::words::{begins_with_name, month, weekday};

/// Reads a text that is a time, except for spaces, brackets and quotes around it.
pub(in crate::event) fn whole(text: &[u8]) -> Option<Stamp> {
    let mut text = text.trim_ascii();
    while let [b'[' | b'"' | b'\'' | b'(', inner @ .., b']' | b'"' | b'\'' | b')'] = text {
        text = inner.trim_ascii();
    }
    // JSON of ASP.NET: `/Date(1778580123456)/`
    if let Some(inner) = text.strip_prefix(b"/Date(") {
        text = inner.split(|byte| matches!(*byte, b'+' | b'-' | b')')).next().unwrap_or(inner);
    }
    // ArcSight: `#arcsightDate(Tue, 12 May 2026, 10:02:03 UTC)`
    if let Some(inner) = text.strip_prefix(b"#arcsightDate(") {
        text = inner.strip_suffix(b")").unwrap_or(inner);
    }
    // auditd: `audit(1778580123.456:789):`
    if let Some(inner) = text.strip_prefix(b"audit(") {
        text = inner.split(|byte| *byte == b':').next().unwrap_or(inner);
    }
    if let Some(stamp) = epoch(text) {
        return Some(stamp);
    }
    let (stamp, length) = at_start(text)?;
    is_rest_of_zone(&text[length..]).then_some(stamp)
}

/// Returns true if the rest may follow a time: nothing, or the name of the zone in words (`(CEST)`, `America/New_York`).
fn is_rest_of_zone(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii();
    rest.iter().all(|byte| {
        byte.is_ascii_alphabetic() || matches!(*byte, b'/' | b'_' | b'(' | b')' | b'[' | b']' | b' ' | b',' | b'.')
    }) && rest.len() < 40
}

/// Reads seconds, milliseconds, microseconds or nanoseconds since 1970. Their size tells them apart, from 2001 to 2096.
///
/// Eighteen digits that begin with 13 or 12 and are not nanoseconds are Windows file times: units of 100 ns since 1601.
pub(in crate::event) fn epoch(text: &[u8]) -> Option<Stamp> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (unit, fraction) = match text.get(digits..)? {
        [] => (digits, &[][..]),
        [b'.' | b',', rest @ ..] if !rest.is_empty() && rest.len() <= 9 && rest.iter().all(u8::is_ascii_digit) => {
            (digits, rest)
        }
        _ => return None,
    };
    // Nineteen digits fit into 64 bits without a sign.
    if !matches!(unit, 10 | 13 | 16 | 18 | 19) {
        return None;
    }
    let number = text[..digits].iter().fold(0_u64, |sum, byte| sum * 10 + u64::from(byte - b'0'));
    let number = i64::try_from(number).ok()?;
    let (seconds, nanos) = match unit {
        10 => (number, 0),
        13 => (number / 1000, number % 1000 * 1_000_000),
        16 => (number / 1_000_000, number % 1_000_000 * 1000),
        19 => (number / 1_000_000_000, number % 1_000_000_000),
        18 => {
            let ticks = number.checked_sub(116_444_736_000_000_000)?;
            (ticks / 10_000_000, ticks % 10_000_000 * 100)
        }
        _ => return None,
    };
    if !(978_307_200..4_000_000_000).contains(&seconds) {
        return None;
    }
    let nanos = if unit == 10 { fraction_nanos(fraction) } else { nanos as i32 };
    Some(Stamp::from_seconds(seconds, nanos))
}

/// Reads the time at the start of `text`; returns its length too.
pub(in crate::event) fn at_start(text: &[u8]) -> Option<(Stamp, usize)> {
    let first = *text.first()?;
    if !first.is_ascii_alphabetic() {
        return fast::iso(text).or_else(|| numbers(text));
    }
    if text.get(1).is_some_and(u8::is_ascii_digit) {
        return level_first(text);
    }
    if !begins_with_name(text) {
        return None;
    }
    if let Some(found) = fast::syslog(text) {
        return Some(found);
    }
    let skipped = weekday(text).unwrap_or(0);
    let rest = &text[skipped..];
    let (stamp, length) = if rest.first()?.is_ascii_digit() { numbers(rest) } else { month_first(rest) }?;
    Some((stamp, skipped + length))
}

/// Reads `I0512 10:02:03.123456` (klog, as Kubernetes logs) and `I20260512 10:02:03.123456` (glog), with the letter of a level.
fn level_first(text: &[u8]) -> Option<(Stamp, usize)> {
    const LEVELS: &[u8] = b"IWEF";
    let digits = text[1..].iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    if !LEVELS.contains(&text[0]) || !matches!(digits, 4 | 8) {
        return None;
    }
    let mut read = Read { text, at: 1 };
    let year = if digits == 8 { Some(read.digits(4)? as i16) } else { None };
    let (month, day) = (read.digits(2)? as i8, read.digits(2)? as i8);
    read.spaces()?;
    let start = read.at;
    let clock = read.clock()?;
    // They always write microseconds.
    if read.at != start + "10:02:03.123456".len() || year.is_some_and(|year| !YEARS.contains(&year)) {
        return None;
    }
    read.stamp(year, month, day, clock, None)
}

/// Reads `Mon DD …`, with the year after the day, after the time, or missing (RFC 3164, `ctime`, Cisco, CEF).
pub(super) fn month_first(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut read = Read { text, at: 0 };
    let (month, length) = month(text)?;
    read.at = length;
    read.spaces()?;
    let day = read.number(1, 2)?;
    read.skip(b',');
    read.spaces()?;
    // `May 12 2026 10:02:03`, `May 12, 2026 @ 10:02:03.123`
    let mut year = read.year();
    if year.is_some() {
        read.skip(b',');
        read.spaces()?;
        if read.skip(b'@') {
            read.spaces()?;
        }
        if read.word(b"at") {
            read.spaces()?;
        }
    }
    let clock = read.clock()?;
    let mut offset = read.offset();
    if year.is_none() {
        // `Aug 12 08:26:30 2025`, `Aug 12 08:26:30 CEST 2025`, `Aug 12 08:26:30.123 2025 UTC`
        let mut ahead = Read { text, at: read.at };
        if ahead.spaces().is_some()
            && let Some(found) = ahead.year()
        {
            year = Some(found);
            read.at = ahead.at;
            offset = offset.or_else(|| read.offset());
        }
    }
    read.stamp(year, month, day, clock, offset)
}

/// Reads all forms that begin with a digit.
pub(super) fn numbers(text: &[u8]) -> Option<(Stamp, usize)> {
    let digits = text.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let next = *text.get(digits)?;
    match (digits, next) {
        (4, b'-' | b'/' | b'.' | b':') => year_first(text, next),
        (4, b' ') if text.get(5)?.is_ascii_alphabetic() => year_and_month_first(text),
        (1 | 2, next) if next.is_ascii_alphabetic() => {
            let (date, length) = glued_date(text)?;
            let mut read = Read { text, at: length };
            read.between()?;
            let clock = read.clock()?;
            let offset = read.offset();
            read.stamp(Some(date.0), date.1, date.2, clock, offset)
        }
        (6, b' ') => short(text),
        (8, b' ' | b'T' | b'-' | b'_' | b':') => compact(text),
        (9, _) if text[9..].iter().take(6).take_while(|byte| byte.is_ascii_digit()).count() == 5 => compact(text),
        (1 | 2, b'/' | b'-' | b' ' | b'.') if text.get(digits + 1)?.is_ascii_alphabetic() => day_and_word(text, next),
        (1 | 2, b'/' | b'-' | b'.') => day_or_month_first(text, next),
        _ => None,
    }
}

/// Reads `2026-05-12T10:02:03.123+02:00` and its relatives, and `2026:05:12-10:02:03` (Sophos UTM).
fn year_first(text: &[u8], separator: u8) -> Option<(Stamp, usize)> {
    // A date without a time of day.
    if text.len() < "2026-5-2 1:02".len() {
        return None;
    }
    let mut read = Read { text, at: 0 };
    let year = read.year()?;
    let (month, day) = read.month_and_day(separator)?;
    // More numbers with colons between them are no time.
    if separator == b':' && read.peek()? == b':' {
        return None;
    }
    // `2026/05/12 - 10:02:03` (Gin)
    if read.text[read.at..].starts_with(b" - ") {
        read.at += 3;
    } else {
        read.between()?;
    }
    let clock = read.clock()?;
    let offset = read.offset();
    read.stamp(Some(year), month, day, clock, offset)
}

/// Reads `2026 May 12 10:02:03.123 CEST` (Cisco NX-OS).
fn year_and_month_first(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut read = Read { text, at: 0 };
    let year = read.year()?;
    read.spaces()?;
    let (month, length) = month(&text[read.at..])?;
    read.at += length;
    read.spaces()?;
    let day = read.number(1, 2)?;
    read.spaces()?;
    let clock = read.clock()?;
    let offset = read.offset();
    read.stamp(Some(year), month, day, clock, offset)
}

/// Reads the date `12May2026` at the start of a text, and returns its length too.
fn glued_date(text: &[u8]) -> Option<((i16, i8, i8), usize)> {
    let mut read = Read { text, at: 0 };
    let day = read.number(1, 2)?;
    // The name of the month ends at the digits of the year.
    let (month, length) = month(text.get(read.at..read.at + 3)?)?;
    read.at += length;
    let year = read.year()?;
    is_day(Some(year), month, day).then_some(((year, month, day), read.at))
}

/// Reads `20260512 100203`, `20260512T100203Z`, `20260512-10:02:03`, `20260512100203`.
fn compact(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut read = Read { text, at: 0 };
    let year = read.digits(4)? as i16;
    let month = read.digits(2)? as i8;
    let day = read.digits(2)? as i8;
    // `20260512100203` has no separator.
    if !read.peek()?.is_ascii_digit() {
        read.between()?;
    }
    let clock = read.compact_clock().or_else(|| read.clock())?;
    let offset = read.offset();
    if !YEARS.contains(&year) {
        return None;
    }
    read.stamp(Some(year), month, day, clock, offset)
}

/// Reads `260512 10:02:03`, `260512  9:02:03` (MySQL) and `260512 100203` (HDFS): the century is missing.
fn short(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut read = Read { text, at: 0 };
    let year = read.digits(2)? as i16 + 2000;
    let month = read.digits(2)? as i8;
    let day = read.digits(2)? as i8;
    read.spaces()?;
    let clock = read.compact_clock().or_else(|| read.clock())?;
    read.stamp(Some(year), month, day, clock, None)
}

/// Reads `12/May/2026:10:02:03 +0200`, `12-May-2026 10:02:03.123`, `12 May 2026 10:02:03`.
fn day_and_word(text: &[u8], separator: u8) -> Option<(Stamp, usize)> {
    let mut read = Read { text, at: 0 };
    let day = read.number(1, 2)?;
    read.expect(separator)?;
    let (month, length) = month(&text[read.at..])?;
    read.at += length;
    read.skip(b',');
    // `12 May 10:02:03`: the year is missing.
    let year = if read.peek() == Some(separator) {
        read.at += 1;
        read.year().or_else(|| (separator != b' ').then(|| read.short_year()).flatten())
    } else {
        return None;
    };
    if year.is_some() {
        read.skip(b',');
        read.between()?;
    } else if separator != b' ' {
        return None;
    }
    let clock = read.clock()?;
    let offset = read.offset();
    read.stamp(year, month, day, clock, offset)
}

/// Reads `05/12/2026 10:02:03`, `12.05.2026 10:02:03`, `05/12/26 10:02:03 AM`.
///
/// The month is the number that can be one. If both can, it is the first, as Windows writes it, or the second if dots
/// separate them, as in Europe.
fn day_or_month_first(text: &[u8], separator: u8) -> Option<(Stamp, usize)> {
    let mut read = Read { text, at: 0 };
    // `05/12-10:02:03.123456` (Snort)
    if separator == b'/' && matches!(text.get(2..6), Some([b'/', _, _, b'-'])) {
        let month = read.number(2, 2)?;
        read.expect(b'/')?;
        let day = read.number(2, 2)?;
        read.expect(b'-')?;
        let clock = read.clock()?;
        return read.stamp(None, month, day, clock, None);
    }
    let (year, month, day) = match short_year_first(text) {
        Some(date) => {
            read.at = "26/05/12".len();
            date
        }
        None => read.day_or_month_first(separator)?,
    };
    read.skip(b',');
    read.between()?;
    let clock = read.clock()?;
    let offset = read.offset();
    read.stamp(Some(year), month, day, clock, offset)
}

/// Reads the date of `26/05/12-10:02:03` (Snort) and `26/05/12 10:02:03 INFO` (Log4j), whose first number is no month.
///
/// The same form may begin with the day: `15/05/26 10:02:03 INFO`. If both readings are dates, the later year is meant, but none
/// after 2027: `17/06/09` is in 2017, `15/05/26` in 2026, and `21/12/28` in 2021. If both years are after it, the year is first.
fn short_year_first(text: &[u8]) -> Option<(i16, i8, i8)> {
    // No clock is asked, so that a log is read the same way in each year.
    const LATEST: i16 = 2027;
    let (date, rest) = text.split_at_checked("26/05/12".len())?;
    let [a, aa, b'/', m, mm, b'/', b, bb] = *date else { return None };
    if ![a, aa, m, mm, b, bb].iter().all(u8::is_ascii_digit) || !(rest.starts_with(b"-") || is_before_level(rest)) {
        return None;
    }
    let (first, month, last) = (pair(a, aa), pair(m, mm), pair(b, bb));
    if first <= 12 {
        return None;
    }
    let date = |year: i8, day: i8| (2000 + i16::from(year), month, day);
    let is_date = |&(year, month, day): &(i16, i8, i8)| is_day(Some(year), month, day);
    let year_first = Some(date(first, last)).filter(is_date);
    let day_first = Some(date(last, first)).filter(is_date);
    let year = |date: (i16, i8, i8)| if date.0 <= LATEST { date.0 } else { 0 };
    match (year_first, day_first) {
        (Some(one), Some(other)) => Some(if year(other) > year(one) { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Returns true for a time of day and a level: ` 10:02:03 INFO`, ` 10:02:03,123 INFO`.
fn is_before_level(text: &[u8]) -> bool {
    const LEVELS: [&[u8]; 5] = [b" INFO", b" WARN", b" ERROR", b" DEBUG", b" FATAL"];
    let Some(mut rest) = text.get(" 10:02:03".len()..) else { return false };
    if let [b',' | b'.', fraction @ ..] = rest {
        rest = &fraction[fraction.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count()..];
    }
    LEVELS.iter().any(|level| rest.starts_with(level))
}

/// Reads a date that is all of `text`: the value of a field that holds only a date (`date=2026-05-12`).
pub(in crate::event) fn date(text: &[u8]) -> Option<(i16, i8, i8)> {
    let text = text.trim_ascii();
    if text.len() == 10
        && let Some(date) = fast::date(text)
    {
        return Some(date);
    }
    let mut read = Read { text, at: 0 };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let next = text.get(digits).copied();
    let (year, month, day) = match (digits, next) {
        (8, None) => (read.digits(4)? as i16, read.digits(2)? as i8, read.digits(2)? as i8),
        (4, Some(separator @ (b'-' | b'/' | b'.'))) => {
            let year = read.year()?;
            let (month, day) = read.month_and_day(separator)?;
            (year, month, day)
        }
        (1 | 2, Some(letter)) if letter.is_ascii_alphabetic() => {
            return glued_date(text).and_then(|(date, length)| (length == text.len()).then_some(date));
        }
        (1 | 2, Some(separator @ (b'-' | b'/' | b'.' | b' '))) => {
            if text.get(digits + 1)?.is_ascii_alphabetic() {
                let day = read.number(1, 2)?;
                read.expect(separator)?;
                let (month, length) = month(&text[read.at..])?;
                read.at += length;
                read.expect(separator)?;
                (read.year()?, month, day)
            } else {
                read.day_or_month_first(separator)?
            }
        }
        _ => return None,
    };
    (read.at == text.len() && YEARS.contains(&year) && is_day(Some(year), month, day)).then_some((year, month, day))
}

/// Reads a time of day, with its zone if it has one, that is all of `text`: the value of a field without a date (`time=10:02:03`).
pub(in crate::event) fn clock(text: &[u8]) -> Option<(Clock, Option<i32>)> {
    let text = text.trim_ascii();
    let mut read = Read { text, at: 0 };
    let clock = read.clock()?;
    let offset = read.offset();
    is_rest_of_zone(&text[read.at..]).then_some((clock, offset))
}
