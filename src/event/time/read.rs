//! A cursor over the parts of a time: numbers, names, the time of day and the zone.

use super::stamp::{Clock, Stamp, is_day};
use super::words::month;
use super::zone::zone;

/// Plausible years of a log. Other years are a null value (`0001-01-01`, `1601-01-01`), or the text is not a date.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// A cursor in the text being read.
pub(super) struct Read<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
}

impl Read<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(super) fn skip(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip(byte).then_some(())
    }

    pub(super) fn word(&mut self, word: &[u8]) -> bool {
        let is = self.text[self.at..].starts_with(word);
        self.at += if is { word.len() } else { 0 };
        is
    }

    /// Reads one space or more: `May  2` has two.
    pub(super) fn spaces(&mut self) -> Option<()> {
        self.expect(b' ')?;
        while self.skip(b' ') {}
        Some(())
    }

    /// Reads exactly `count` digits.
    pub(super) fn digits(&mut self, count: usize) -> Option<i32> {
        let digits = self.text.get(self.at..self.at + count)?;
        let number =
            digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))?;
        self.at += count;
        Some(number)
    }

    /// Reads a number of `least` to `most` digits; no digit may follow.
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<i8> {
        let count = self.text[self.at..].iter().take(most + 1).take_while(|byte| byte.is_ascii_digit()).count();
        if count < least || count > most {
            return None;
        }
        self.digits(count).map(|number| number as i8)
    }

    pub(super) fn year(&mut self) -> Option<i16> {
        let start = self.at;
        let year = self.digits(4)? as i16;
        if !YEARS.contains(&year) || self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = start;
            return None;
        }
        Some(year)
    }

    /// Reads the two digits of a year of this century.
    pub(super) fn short_year(&mut self) -> Option<i16> {
        let start = self.at;
        let year = self.digits(2)? as i16;
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = start;
            return None;
        }
        Some(2000 + year)
    }

    pub(super) fn month_and_day(&mut self, separator: u8) -> Option<(i8, i8)> {
        self.expect(separator)?;
        let month = if self.peek()?.is_ascii_alphabetic() {
            let (month, length) = month(&self.text[self.at..])?;
            self.at += length;
            month
        } else {
            self.number(1, 2)?
        };
        self.expect(separator)?;
        Some((month, self.number(1, 2)?))
    }

    pub(super) fn day_or_month_first(&mut self, separator: u8) -> Option<(i16, i8, i8)> {
        let first = self.number(1, 2)?;
        self.expect(separator)?;
        let second = self.number(1, 2)?;
        self.expect(separator)?;
        let year = self.year().or_else(|| self.short_year())?;
        let month_first = match (first > 12, second > 12) {
            (true, false) => false,
            (false, true) => true,
            (false, false) => separator == b'/' || separator == b'-',
            (true, true) => return None,
        };
        let (month, day) = if month_first { (first, second) } else { (second, first) };
        Some((year, month, day))
    }

    /// Reads the separator between a date and a time.
    pub(super) fn between(&mut self) -> Option<()> {
        match self.peek()? {
            b' ' => self.spaces(),
            b'T' | b't' | b'_' | b':' | b'-' => {
                self.at += 1;
                Some(())
            }
            _ => None,
        }
    }

    /// Reads `10:02:03`, with a fraction after `.`, `,` or `:`, and AM or PM.
    pub(super) fn clock(&mut self) -> Option<Clock> {
        // Most logs write all six digits.
        if let Some(&[h, hh, b':', m, mm, b':', s, ss]) = self.text.get(self.at..).and_then(|text| text.first_chunk())
            && [h, hh, m, mm, s, ss].iter().all(u8::is_ascii_digit)
            && !self.text.get(self.at + 8).is_some_and(u8::is_ascii_digit)
        {
            let pair = |ten: u8, one: u8| ((ten - b'0') * 10 + (one - b'0')) as i8;
            self.at += 8;
            let nano = self.fraction();
            return self.half_day(Clock { hour: pair(h, hh), minute: pair(m, mm), second: pair(s, ss), nano });
        }
        let hour = self.number(1, 2)?;
        self.expect(b':')?;
        let minute = self.number(2, 2)?;
        // `05/12/2026 10:02 AM` and `May 12, 2026 10:02: message` have no seconds.
        let has_seconds = !matches!(self.text.get(self.at + 1), None | Some(b' ')) && self.skip(b':');
        let second = if has_seconds { self.number(2, 2)? } else { 0 };
        let nano = self.fraction();
        self.half_day(Clock { hour, minute, second, nano })
    }

    fn fraction(&mut self) -> i32 {
        if !matches!(self.peek(), Some(b'.' | b',' | b':')) {
            return 0;
        }
        let digits = self.text[self.at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        // After `:` only milliseconds count, as in `10:02:03:123`. Other text after a colon is not a fraction.
        let is_fraction = if self.peek() == Some(b':') { digits == 3 } else { (1..=9).contains(&digits) };
        // `10:02:03,192.0.2.7`, `10:02:03,2026-05-12`, `10:02:03,12/May/2026`: the next column.
        let is_column = self.peek() == Some(b',')
            && match self.text.get(self.at + 1 + digits) {
                Some(b'.' | b'/') => true,
                // `10:02:03,1234-0500` has a zone.
                Some(b'-') => {
                    let rest = &self.text[self.at + 2 + digits..];
                    rest.len() > 2 && rest[..2].iter().all(u8::is_ascii_digit) && rest[2] == b'-'
                }
                _ => false,
            };
        if !is_fraction || is_column {
            return 0;
        }
        let nano = fraction_nanos(&self.text[self.at + 1..self.at + 1 + digits]);
        self.at += 1 + digits;
        nano
    }

    fn half_day(&mut self, clock: Clock) -> Option<Clock> {
        let space = usize::from(self.peek() == Some(b' '));
        let rest = &self.text[self.at + space..];
        let is_pm = match rest {
            [b'A' | b'a', b'M' | b'm', ..] => false,
            [b'P' | b'p', b'M' | b'm', ..] => true,
            _ => return clock.valid(),
        };
        if rest.get(2).is_some_and(u8::is_ascii_alphanumeric) {
            return clock.valid();
        }
        if !(1..=12).contains(&clock.hour) {
            return None;
        }
        self.at += space + 2;
        Clock { hour: clock.hour % 12 + if is_pm { 12 } else { 0 }, ..clock }.valid()
    }

    pub(super) fn compact_clock(&mut self) -> Option<Clock> {
        let start = self.at;
        let found = (|| {
            let hour = self.digits(2)? as i8;
            let minute = self.digits(2)? as i8;
            let second = self.digits(2)? as i8;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let nano = self.fraction();
            Clock { hour, minute, second, nano }.valid()
        })();
        if found.is_none() {
            self.at = start;
        }
        found
    }

    /// Reads the zone, right after the time or after a space.
    pub(super) fn offset(&mut self) -> Option<i32> {
        let space = self.text[self.at..].iter().take(2).take_while(|&&byte| byte == b' ').count();
        let (offset, length) = zone(&self.text[self.at + space..])?;
        let end = self.at + space + length;
        // After a space, a sign and one digit are a number, as in ` -1`.
        if space > 0 && length == 2 {
            return None;
        }
        self.at = end;
        Some(offset)
    }

    pub(super) fn stamp(
        &self,
        year: Option<i16>,
        month: i8,
        day: i8,
        clock: Clock,
        offset: Option<i32>,
    ) -> Option<(Stamp, usize)> {
        is_day(year, month, day).then_some((Stamp { year, month, day, clock, offset }, self.at))
    }
}

impl Clock {
    /// Returns the clock if it is a possible time. A leap second counts as the second before it.
    pub(super) fn valid(self) -> Option<Clock> {
        let is_possible =
            (0..24).contains(&self.hour) && (0..60).contains(&self.minute) && (0..=60).contains(&self.second);
        is_possible.then_some(Clock { second: self.second.min(59), ..self })
    }
}

/// Returns the nanoseconds of the digits after a point.
pub(super) fn fraction_nanos(digits: &[u8]) -> i32 {
    const UNITS: [i32; 10] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
    let digits = &digits[..digits.len().min(9)];
    digits.iter().fold(0, |sum, byte| sum * 10 + i32::from(byte - b'0')) * UNITS[digits.len()]
}
