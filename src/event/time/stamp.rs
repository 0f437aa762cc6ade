//! A date and time as written, and the event time that it stands for.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// A date and time as written; year and zone may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::event) struct Stamp {
    pub(in crate::event) year: Option<i16>,
    pub(in crate::event) month: i8,
    pub(in crate::event) day: i8,
    pub(in crate::event) clock: Clock,
    /// Seconds east of Greenwich.
    pub(in crate::event) offset: Option<i32>,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(in crate::event) struct Clock {
    pub(in crate::event) hour: i8,
    pub(in crate::event) minute: i8,
    pub(in crate::event) second: i8,
    pub(in crate::event) nano: i32,
}

/// The time of an event.
///
/// It prints as RFC 3339 in UTC, with as many digits of a second as it has.
///
/// ```
/// use netsieve::event::EventReader;
///
/// let mut reader = EventReader::new();
/// let line = br#"192.0.2.7 - - [12/May/2026:10:02:03 +0200] "GET / HTTP/1.1" 200 5"#;
/// let time = reader.read(line).time().unwrap();
/// assert_eq!(time.to_string(), "2026-05-12T08:02:03Z");
/// assert!(time.zone_logged() && time.year_logged());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTime {
    at: Timestamp,
    zone_logged: bool,
    year_logged: bool,
}

impl EventTime {
    /// Returns the point in time.
    ///
    /// ```
    /// use netsieve::event::EventReader;
    ///
    /// let mut reader = EventReader::new();
    /// let time = reader.read(br#"{"ts":1778580123,"query":"evil.test"}"#).time().unwrap();
    /// assert_eq!(time.timestamp().as_second(), 1778580123);
    /// ```
    pub fn timestamp(&self) -> Timestamp {
        self.at
    }

    /// Returns true if the log gives the zone. If not, the zone comes from [`EventOptions`](crate::event::EventOptions).
    pub fn zone_logged(&self) -> bool {
        self.zone_logged
    }

    /// Returns true if the log gives the year. If not, the year comes from [`EventOptions`](crate::event::EventOptions).
    pub fn year_logged(&self) -> bool {
        self.year_logged
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at.fmt(f)
    }
}

/// Assumptions for what a log leaves out.
#[derive(Clone, Debug)]
pub(in crate::event) struct Assumed {
    pub(in crate::event) zone: TimeZone,
    /// The name of the zone in output.
    pub(in crate::event) zone_name: String,
    pub(in crate::event) year: Option<i16>,
    pub(in crate::event) file_time: Option<Timestamp>,
}

impl Stamp {
    /// Converts seconds since 1970 to the civil date and time in UTC (Howard Hinnant, `civil_from_days`).
    pub(super) fn from_seconds(seconds: i64, nano: i32) -> Self {
        let days = (seconds.div_euclid(86_400) + 719_468) as i32;
        let of_day = seconds.rem_euclid(86_400) as i32;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        Stamp {
            year: Some(year as i16),
            month: month as i8,
            day: (of_year - (153 * shifted + 2) / 5 + 1) as i8,
            clock: Clock {
                hour: (of_day / 3600) as i8,
                minute: (of_day / 60 % 60) as i8,
                second: (of_day % 60) as i8,
                nano,
            },
            offset: Some(0),
        }
    }

    /// Returns the point in time; `None` if it does not exist, or if the year is missing and cannot be assumed.
    pub(in crate::event) fn resolve(&self, assumed: &Assumed) -> Option<EventTime> {
        let year_logged = self.year.is_some();
        let zone_logged = self.offset.is_some();
        let at = match self.year.or(assumed.year) {
            Some(year) => self.in_year(year, &assumed.zone)?,
            None => self.before(assumed.file_time?, &assumed.zone)?,
        };
        Some(EventTime { at, zone_logged, year_logged })
    }

    fn in_year(&self, year: i16, zone: &TimeZone) -> Option<Timestamp> {
        if !is_day(Some(year), self.month, self.day) {
            return None;
        }
        let Clock { hour, minute, second, nano } = self.clock;
        // UTC is the most common assumption.
        let is_utc = || zone.to_fixed_offset().is_ok_and(|offset| offset == Offset::UTC);
        if let Some(offset) = self.offset.or_else(|| is_utc().then_some(0)) {
            // This is twice as fast as civil time, which handles zones.
            let days = i64::from(days_since_1970(year.into(), self.month.into(), self.day.into()));
            let clock = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
            return Timestamp::new(days * 86_400 + clock - i64::from(offset), nano).ok();
        }
        let date = Date::new(year, self.month, self.day).ok()?;
        let time = jiff::civil::Time::new(hour, minute, second, nano).ok()?;
        let civil = DateTime::from_parts(date, time);
        zone.to_ambiguous_timestamp(civil).compatible().ok()
    }

    /// Returns the latest such time that is at most a day after `end`: clocks differ, and files are closed late.
    fn before(&self, end: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let latest = end.as_second() + 86_400;
        let year = zone.to_datetime(end).year();
        // Going back eight years always finds a 29th of February, even across a century without one.
        (0..=8).filter_map(|back| self.in_year(year + 1 - back, zone)).find(|at| at.as_second() <= latest)
    }
}

/// Returns the days from 1970-01-01 to a date of the proleptic Gregorian calendar (Howard Hinnant, `days_from_civil`).
pub(super) fn days_since_1970(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Returns true if the day exists in that month. The 29th of February does if the year is unknown.
pub(super) fn is_day(year: Option<i16>, month: i8, day: i8) -> bool {
    let is_leap = year.is_none_or(|year| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i8::from(is_leap),
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Returns the name of a zone: its name in the tz database, or its offset.
pub(in crate::event) fn zone_name(zone: &TimeZone) -> String {
    match (zone.iana_name(), zone.to_fixed_offset()) {
        (Some(name), _) => name.to_owned(),
        (None, Ok(offset)) => offset.to_string(),
        (None, Err(_)) => String::from("local"),
    }
}
