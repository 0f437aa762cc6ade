//! Dates, tags and numbers, as feeds write them.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::limits::MAX_ZONE_OFFSET;

/// Parses a point in time: RFC 3339, `2026-05-01 12:00:00` (UTC, with or without a suffix that says so), a date
/// (midnight UTC), `20260501`, or seconds since 1970.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let head = text.as_bytes();
    if !head.first()?.is_ascii_digit() {
        return None;
    }
    if head.iter().all(u8::is_ascii_digit) {
        return match head.len() {
            8 => Date::strptime("%Y%m%d", text).ok().and_then(start_of),
            9..=16 => unix(text),
            _ => None,
        };
    }
    if head.get(9..11).is_some_and(|bytes| bytes.contains(&b'.'))
        && head.iter().all(|b| b.is_ascii_digit() || *b == b'.')
    {
        return unix(text);
    }
    if !head.get(4).is_some_and(|byte| matches!(byte, b'-' | b'/')) {
        return None;
    }
    let text = text.strip_suffix("UTC").or_else(|| text.strip_suffix("GMT")).map_or(text, str::trim_end);
    let text = if text.contains('/') { Cow::Owned(text.replace('/', "-")) } else { Cow::Borrowed(text) };
    if has_offset_of_no_zone(&text) {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if text.len() <= 10 {
        return text.parse::<Date>().ok().and_then(start_of);
    }
    text.parse::<DateTime>().ok().and_then(|time| TimeZone::UTC.to_timestamp(time).ok())
}

/// Returns true for a time that ends in an offset that no zone has, such as `+25:00`.
fn has_offset_of_no_zone(time: &str) -> bool {
    let pieces = time.get(11..).filter(|clock| clock.contains(['+', '-'])).and_then(|_| Pieces::parse(time).ok());
    pieces.and_then(|pieces| pieces.to_numeric_offset()).is_some_and(|offset| offset.seconds().abs() > MAX_ZONE_OFFSET)
}

/// Returns true if a text states a date, rather than one of the words and zeros that feeds write for "unknown".
pub(crate) fn says_a_date(text: &str) -> bool {
    const NONE: [&str; 6] = ["never", "unknown", "ongoing", "present", "no", "false"];
    some(text).is_some_and(|text| {
        let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'-' | b':' | b' ' | b'.' | b'T' | b'Z' | b'/'));
        !is_zero && !NONE.iter().any(|none| text.eq_ignore_ascii_case(none))
    })
}

fn start_of(date: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()
}

/// Parses seconds, milliseconds or microseconds since 1970. Zero is `None`: feeds write it for "unknown".
pub(crate) fn unix(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let number: i64 = text.split('.').next()?.parse().ok()?;
    match number {
        ..=0 => None,
        1..=99_999_999_999 => Timestamp::from_second(number).ok(),
        100_000_000_000..=99_999_999_999_999 => Timestamp::from_millisecond(number).ok(),
        _ => Timestamp::from_microsecond(number).ok(),
    }
}

/// Parses a duration as Go and nft write it: `3h59m48.5s`, `1d2h`, `300` (seconds).
pub(crate) fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let (is_past, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut total = SignedDuration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let seconds = match &rest[..letters] {
            "" | "s" => 1.0,
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return None,
        };
        rest = &rest[letters..];
        let part = SignedDuration::try_from_secs_f64(number * seconds).ok()?;
        total = total.checked_add(part)?;
    }
    Some(if is_past { -total } else { total })
}

/// Splits a list of tags at commas, semicolons and bars.
pub(crate) fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '|']).map(str::trim).filter(|tag| some(tag).is_some())
}

/// The text, unless it is a placeholder for no value.
pub(crate) fn some(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_nothing = match text.len() {
        0 => true,
        1 => text == "-",
        3 => text.eq_ignore_ascii_case("n/a") || text.eq_ignore_ascii_case("nan"),
        4 => text.eq_ignore_ascii_case("none") || text.eq_ignore_ascii_case("null"),
        _ => false,
    };
    (!is_nothing).then_some(text)
}

/// Parses a finite number.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) && text.len() <= 32;
    if is_number { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

/// Parses a confidence of 0 to 100.
pub(crate) fn confidence(text: &str) -> Option<u8> {
    number(text).filter(|number| (0.0..=100.0).contains(number)).map(|number| number as u8)
}

/// The last character boundary at or before `length`.
pub(crate) fn floor(text: &str, length: usize) -> usize {
    let mut cut = length.min(text.len());
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    cut
}

/// Returns true if a key is a number.
pub(crate) fn is_number(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns true if a key is a UUID.
pub(crate) fn is_uuid(key: &str) -> bool {
    key.len() == 36
        && key.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("2026-05-01T12:00:00Z", Some("2026-05-01T12:00:00Z")),
            ("2026-05-01T12:00:00.5+02:00", Some("2026-05-01T10:00:00.5Z")),
            ("2026-05-01T12:00:00+14:00", Some("2026-04-30T22:00:00Z")),
            ("2026-05-01T12:00:00-1200", Some("2026-05-02T00:00:00Z")),
            ("2026-05-01T12:00:00-02", Some("2026-05-01T14:00:00Z")),
            ("2026-05-01T12:00:00+14:01", None),
            ("2026-05-01T12:00:00+25:00", None),
            ("2026/05/01 12:00:00+25:00", None),
            ("2026-05-01T12:00:00-25", None),
            ("2026-05-01T12:00:00+02:60", None),
            ("2026-05-01 12:00:00", Some("2026-05-01T12:00:00Z")),
            ("2026-05-01 12:00", Some("2026-05-01T12:00:00Z")),
            (" 2026-05-01 12:00:00 UTC ", Some("2026-05-01T12:00:00Z")),
            ("2026/05/01 12:00:00", Some("2026-05-01T12:00:00Z")),
            ("2026-05-01T12:00:00.123456", Some("2026-05-01T12:00:00.123456Z")),
            ("2026-05-01", Some("2026-05-01T00:00:00Z")),
            ("20260501", Some("2026-05-01T00:00:00Z")),
            ("1777636800", Some("2026-05-01T12:00:00Z")),
            ("1777636800123", Some("2026-05-01T12:00:00.123Z")),
            ("1777636800.837179", Some("2026-05-01T12:00:00Z")),
            ("2/10/17 3:46", None),
            ("2026-13-01", None),
            ("2026-05-01 25:00:00", None),
            ("20261301", None),
            ("100", None),
            ("0000-00-00 00:00:00", None),
            ("99999999999999999999", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
        assert_eq!((unix("0"), unix("-5"), unix("x")), (None, None, None));
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("3h59m48.5s", Some(14_388.5)),
            ("-1m30s", Some(-90.0)),
            ("1w1d1h1m1s1ms", Some(694_861.001)),
            ("300", Some(300.0)),
            ("27s956ms", Some(27.956)),
            ("", None),
            ("-", None),
            ("h", None),
            ("1x", None),
            ("1e400s", None),
            ("99999999999999999999999999w", None),
        ] {
            assert_eq!(duration(text).map(|span| span.as_secs_f64()), expected, "{text}");
        }
    }

    #[test]
    fn words() {
        assert_eq!(tags("exe, None;; Mirai |-").collect::<Vec<_>>(), ["exe", "Mirai"]);
        for nothing in ["", " ", "-", "None", "null", "N/A", "NaN"] {
            assert_eq!(some(nothing), None, "{nothing}");
        }
        assert_eq!(some(" --"), Some("--"));
        for (text, expected) in [("1", Some(1.0)), ("-2.5", Some(-2.5)), ("inf", None), ("1e999", None), ("x1", None)] {
            assert_eq!(number(text), expected, "{text}");
        }
        assert_eq!((confidence("75"), confidence("101"), confidence("-1")), (Some(75), None, None));
    }
}
