use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::stamp::{Stamp, days_since_1970, is_day};
use super::*;
use crate::random::{Random, cases};

fn utc() -> Assumed {
    Assumed { zone: TimeZone::UTC, zone_name: String::from("UTC"), year: None, file_time: None }
}

fn read(text: &str) -> Option<String> {
    whole(text.as_bytes())?.resolve(&utc()).map(|time| time.to_string())
}

#[test]
fn times_in_every_form_that_logs_write() {
    const CASES: &[(&str, &str)] = &[
        // RFC 3339 and its relatives
        ("2026-05-12T10:02:03Z", "2026-05-12T10:02:03Z"),
        ("2026-05-12t10:02:03z", "2026-05-12T10:02:03Z"),
        ("2026-05-12T10:02:03.123456789+02:00", "2026-05-12T08:02:03.123456789Z"),
        ("2026-05-12T10:02:03,5-0330", "2026-05-12T13:32:03.5Z"),
        ("2026-05-12 10:02:03", "2026-05-12T10:02:03Z"),
        ("2026-05-12 10:02:03 +0200", "2026-05-12T08:02:03Z"),
        ("2026-05-12 10:02:03 +02", "2026-05-12T08:02:03Z"),
        ("2026-05-12T10:02:03+2", "2026-05-12T08:02:03Z"),
        ("2026-05-12 10:02:03 UTC", "2026-05-12T10:02:03Z"),
        ("2026-05-12 10:02:03.000000 UTC", "2026-05-12T10:02:03Z"),
        ("2026-05-12T10:02Z", "2026-05-12T10:02:00Z"),
        ("2026/05/12 10:02:03", "2026-05-12T10:02:03Z"),
        ("2026.05.12 10:02:03", "2026-05-12T10:02:03Z"),
        ("2026-05-12-10:02:03", "2026-05-12T10:02:03Z"),
        ("2026-05-12_10:02:03", "2026-05-12T10:02:03Z"),
        ("2026-5-2 1:02:03", "2026-05-02T01:02:03Z"),
        ("2026-May-12 10:02:03", "2026-05-12T10:02:03Z"),
        ("\"2026-05-12 10:02:03\"", "2026-05-12T10:02:03Z"),
        // glog
        ("I20260512 10:02:03.123456", "2026-05-12T10:02:03.123456Z"),
        ("F20260512 10:02:03.123456", "2026-05-12T10:02:03.123456Z"),
        ("A20260512 10:02:03.123456", ""),
        ("I20261312 10:02:03.123456", ""),
        ("I2026051 10:02:03.123456", ""),
        ("I202605123 10:02:03.123456", ""),
        ("I20260512 10:02:03", ""),
        ("I20260512 10:02:03.123", ""),
        ("I20260512 10:02:03.1234567", ""),
        ("I20260512", ""),
        // epochs
        ("1778580123", "2026-05-12T10:02:03Z"),
        ("/Date(1778580123456)/", "2026-05-12T10:02:03.456Z"),
        ("audit(1778580123.456:789):", "2026-05-12T10:02:03.456Z"),
        ("1778580123.456789", "2026-05-12T10:02:03.456789Z"),
        ("1778580123.123456789", "2026-05-12T10:02:03.123456789Z"),
        ("1778580123.1234567890", ""),
        ("1778580123.", ""),
        ("1778580123.x", ""),
        ("1778580123456", "2026-05-12T10:02:03.456Z"),
        ("1778580123456789", "2026-05-12T10:02:03.456789Z"),
        ("1778580123456789012", "2026-05-12T10:02:03.456789012Z"),
        ("134230537234560000", "2026-05-12T10:02:03.456Z"),
        // web servers
        ("[12/May/2026:10:02:03 +0200]", "2026-05-12T08:02:03Z"),
        ("12/May/2026:10:02:03", "2026-05-12T10:02:03Z"),
        ("12/May/2026 10:02:03", "2026-05-12T10:02:03Z"),
        ("12/May/2026:10:02:03.250 +0000", "2026-05-12T10:02:03.25Z"),
        // BIND, RFC 2822, ctime, CEF, Cisco
        ("12-May-2026 10:02:03.123", "2026-05-12T10:02:03.123Z"),
        ("Tue, 12 May 2026 10:02:03 +0200", "2026-05-12T08:02:03Z"),
        ("Tue, 12 May 2026 10:02:03 GMT", "2026-05-12T10:02:03Z"),
        ("12 May 2026 10:02:03", "2026-05-12T10:02:03Z"),
        ("12 May 2026, 10:02:03", "2026-05-12T10:02:03Z"),
        ("Tue May 12 10:02:03 2026", "2026-05-12T10:02:03Z"),
        ("Tue May 12 10:02:03 CEST 2026", "2026-05-12T08:02:03Z"),
        ("Tue May 12 2026 10:02:03", "2026-05-12T10:02:03Z"),
        ("May 12 2026 10:02:03", "2026-05-12T10:02:03Z"),
        ("May 12 2026 10:02:03 UTC", "2026-05-12T10:02:03Z"),
        ("May 12 2026 10:02:03.123 EST", "2026-05-12T15:02:03.123Z"),
        ("May 12, 2026 10:02:03 PM", "2026-05-12T22:02:03Z"),
        ("May 12, 2026 @ 10:02:03.123", "2026-05-12T10:02:03.123Z"),
        ("#arcsightDate(Tue, 12 May 2026, 10:02:03 UTC)", "2026-05-12T10:02:03Z"),
        ("#arcsight(Tue, 12 May 2026, 10:02:03 UTC)", ""),
        ("2026:05:12-10:02:03", "2026-05-12T10:02:03Z"),
        ("2026:05:12:10:02:03", ""),
        ("2026:05:12 10:02", "2026-05-12T10:02:00Z"),
        ("Sept 2 2026 10:02:03", "2026-09-02T10:02:03Z"),
        ("Sep. 2 2026 10:02:03", "2026-09-02T10:02:03Z"),
        ("Sept. 2 2026 10:02:03", "2026-09-02T10:02:03Z"),
        ("September. 2 2026 10:02:03", ""),
        ("Sep.2 2026 10:02:03", ""),
        ("Septe 2 2026 10:02:03", ""),
        ("Augu 2 2026 10:02:03", ""),
        ("Marks 2 2026 10:02:03", ""),
        ("March 2 2026 10:02:03", "2026-03-02T10:02:03Z"),
        ("Monday, 12 May 2026 10:02:03", "2026-05-12T10:02:03Z"),
        ("Monkey, 12 May 2026 10:02:03", ""),
        ("Mond, 12 May 2026 10:02:03", ""),
        ("Mon,12 May 2026 10:02:03", ""),
        ("September 2, 2026 10:02:03", "2026-09-02T10:02:03Z"),
        ("2026 May 12 10:02:03.123 CEST", "2026-05-12T08:02:03.123Z"),
        ("2026 May  2 10:02:03", "2026-05-02T10:02:03Z"),
        ("12May2026 10:02:03", "2026-05-12T10:02:03Z"),
        // Windows and Europe
        ("5/12/2026 10:02:03 AM", "2026-05-12T10:02:03Z"),
        ("5/12/2026 12:02:03 AM", "2026-05-12T00:02:03Z"),
        ("05/12/2026 10:02:03 PM", "2026-05-12T22:02:03Z"),
        ("05/12/26 10:02:03", "2026-05-12T10:02:03Z"),
        ("13/05/2026 10:02:03", "2026-05-13T10:02:03Z"),
        ("12.05.2026 10:02:03", "2026-05-12T10:02:03Z"),
        ("05.12.2026 10:02:03", "2026-12-05T10:02:03Z"),
        ("05.13.2026 10:02:03", "2026-05-13T10:02:03Z"),
        ("12/12/2026 10:02:03", "2026-12-12T10:02:03Z"),
        ("12/13/2026 10:02:03", "2026-12-13T10:02:03Z"),
        ("05/12/2026:10:02:03 GMT", "2026-05-12T10:02:03Z"),
        ("05/12/2026 - 10:02:03", ""),
        ("20260512 100203", "2026-05-12T10:02:03Z"),
        ("20260512100203.500", "2026-05-12T10:02:03.5Z"),
        ("20260512100203Z", "2026-05-12T10:02:03Z"),
        ("20260512T100203Z", "2026-05-12T10:02:03Z"),
        ("20260512-10:02:03", "2026-05-12T10:02:03Z"),
        ("2026-05-12T10:02:03 (CEST)", "2026-05-12T10:02:03Z"),
        ("2026-05-12 10:02:03 GMT+2", "2026-05-12T08:02:03Z"),
        // a leap second
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        // no times
        ("", ""),
        ("2026-02-29T10:02:03Z", ""),
        ("2026-13-12T10:02:03Z", ""),
        ("2026-04-31T10:02:03Z", ""),
        ("2026-05-00T10:02:03Z", ""),
        ("2026-05-12T24:02:03Z", ""),
        ("2026-05-12T10:60:03Z", ""),
        ("2026-05-12T10:02:61Z", ""),
        ("0001-01-01T00:00:00Z", ""),
        ("31/13/2026 10:02:03", ""),
        ("13/13/2026 10:02:03", ""),
        ("32/May/2026:10:02:03 +0200", ""),
        ("13:02:03 PM", ""),
        ("05/12/2026 13:02:03 PM", ""),
        ("2026-05-12", ""),
        ("10:02:03", ""),
        ("12345", ""),
        ("0000000000", ""),
        ("9999999999999", ""),
        ("99999999999999999999999999", ""),
        ("1778580123x", ""),
        ("Mayor 12 2026 10:02:03", ""),
        ("192.0.2.1", ""),
        ("May 12", ""),
        ("2026 Main 12 10:02:03", ""),
        ("2026 May 32 10:02:03", ""),
        ("12Mai2026 10:02:03", ""),
        ("12May26 10:02:03", ""),
        ("31Feb2026 10:02:03", ""),
    ];
    for (text, expected) in CASES {
        assert_eq!(read(text).unwrap_or_default(), *expected, "{text}");
    }
}

#[test]
fn a_year_is_the_one_of_the_file_or_as_told_and_never_invented() {
    let stamp = whole(b"May 12 10:02:03").unwrap();
    assert_eq!(stamp.year, None);
    assert_eq!(stamp.resolve(&utc()), None);
    let year = |file: &str, text: &str| {
        let assumed = Assumed { file_time: Some(file.parse().unwrap()), ..utc() };
        whole(text.as_bytes()).unwrap().resolve(&assumed).map(|time| (time.to_string(), time.year_logged()))
    };
    let cases = [
        ("2026-05-12T11:00:00Z", "May 12 10:02:03", "2026-05-12T10:02:03Z"),
        ("2026-05-12T09:00:00Z", "May 12 10:02:03", "2026-05-12T10:02:03Z"),
        ("2026-05-10T09:00:00Z", "May 12 10:02:03", "2025-05-12T10:02:03Z"),
        ("2026-01-01T00:10:00Z", "Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
        ("2025-12-31T23:59:59Z", "Jan  1 00:00:09", "2026-01-01T00:00:09Z"),
        ("2026-05-12T11:00:00Z", "I0512 10:02:03.123456", "2026-05-12T10:02:03.123456Z"),
        ("2026-05-12T11:00:00Z", "Feb 29 10:02:03", "2024-02-29T10:02:03Z"),
        ("1902-05-12T11:00:00Z", "Feb 29 10:02:03", "1896-02-29T10:02:03Z"),
    ];
    for (file, text, expected) in cases {
        assert_eq!(year(file, text), Some((expected.into(), false)), "{text} in a file of {file}");
    }
    let told = Assumed { year: Some(2023), ..utc() };
    assert_eq!(stamp.resolve(&told).unwrap().to_string(), "2023-05-12T10:02:03Z");
    let leap = whole(b"Feb 29 10:02:03").unwrap();
    assert_eq!(leap.resolve(&told), None, "2023 has no such day");
}

#[test]
fn a_zone_is_the_logged_one_or_as_told() {
    let told = Assumed { zone: TimeZone::fixed(jiff::tz::offset(2)), ..utc() };
    let time = whole(b"2026-05-12 10:02:03").unwrap().resolve(&told).unwrap();
    assert_eq!((time.to_string().as_str(), time.zone_logged()), ("2026-05-12T08:02:03Z", false));
    let time = whole(b"2026-05-12 10:02:03 GMT").unwrap().resolve(&told).unwrap();
    assert_eq!((time.to_string().as_str(), time.zone_logged()), ("2026-05-12T10:02:03Z", true));
    let time = whole(b"2026-05-12T10:02:03Z").unwrap().resolve(&told).unwrap();
    assert_eq!((time.to_string().as_str(), time.zone_logged()), ("2026-05-12T10:02:03Z", true));
    assert_eq!(
        [offset_of(b"Z"), offset_of(b"z"), offset_of(b"Zulu"), offset_of(b"Z1")],
        [Some(0), Some(0), None, None]
    );
    assert_eq!(offset_of(b"+0200"), Some(7200));
    assert_eq!(offset_of(b"UTC"), Some(0));
    for (text, seconds) in [
        ("+14", Some(50_400)),
        ("+14:00", Some(50_400)),
        ("+14:01", None),
        ("-1430", None),
        ("+25:00", None),
        ("+15", None),
        ("-0259", Some(-10_740)),
        ("+0260", None),
        ("+02:30", Some(9000)),
        ("+02:3", None),
        ("+02:3x", None),
        ("+02:x0", None),
        ("+2:30", Some(9000)),
        ("+2:x0", None),
        ("5", None),
        ("#02", None),
    ] {
        assert_eq!(offset_of(text.as_bytes()), seconds, "{text}");
    }
    assert_eq!(offset_of(b"(GMT+1:00)Brussels,Copenhagen"), Some(3600));
    assert_eq!(offset_of(b"CST"), None, "it is three zones");
}

#[test]
fn a_time_at_the_start_ends_where_it_does() {
    let length = |text: &str| at_start(text.as_bytes()).map(|(_, length)| length);
    assert_eq!(length("May 12 10:02:03 gw sshd[5]: x"), Some(15));
    assert_eq!(length("2026-05-12T10:02:03.5+02:00 gw x"), Some(27));
    assert_eq!(length("2026-05-12 10:02:03 [info] x"), Some(19));
    assert_eq!(length("2026-05-12 10:02:03 -1 x"), Some(19));
    assert_eq!(length("2026-05-12 10:02:03 -x"), Some(19));
    assert_eq!(length("2026-05-12 10:02:03,123 INFO"), Some(23));
    assert_eq!(length("2026-05-12 10:02:03,192.0.2.7"), Some(19));
    assert_eq!(length("2026-05-12 10:02:03,192,0"), Some(23));
    assert_eq!(length("12-May-2026 10:02:03.123 queries: info"), Some(24));
    assert_eq!(length("5/12/2026 10:02:03 AM gw x"), Some(21));
    assert_eq!(length("5/12/2026 10:02:03AM gw x"), Some(20));
    assert_eq!(length("5/12/2026 10:02:03 AMX gw x"), Some(18));
    assert_eq!(length("2026-05-12T10:02:03ZA gw x"), Some(19));
    assert_eq!(length("2026-05-12T10:02:03Z5 gw x"), Some(19));
    assert_eq!(length("2026-05-12 10:02:03,250-0500 gw x"), Some(28));
    assert_eq!(length("2026-05-12 10:02:03,250-05 gw x"), Some(26));
    assert_eq!(length("2026-05-12 10:02:03,250-05-00 gw x"), Some(19));
    assert_eq!(length("2026-05-12 10:02:0192 gw x"), None);
    assert_eq!(length("GET / HTTP/1.1"), None);
}

#[test]
fn days_are_counted_as_the_calendar_does() {
    for (year, is_leap) in [(1900, false), (2000, true), (2023, false), (2024, true), (2100, false), (2400, true)] {
        assert_eq!(is_day(Some(year), 2, 29), is_leap, "{year}");
    }
    for days in (-3000..60_000).step_by(13) {
        let at = Timestamp::from_second(i64::from(days) * 86_400).unwrap();
        let civil = TimeZone::UTC.to_datetime(at);
        assert_eq!(days_since_1970(civil.year().into(), civil.month().into(), civil.day().into()), days);
    }
    let second = 1_778_580_123;
    let stamp = epoch(second.to_string().as_bytes()).unwrap();
    assert_eq!(stamp.resolve(&utc()).unwrap().timestamp().as_second(), second);
}

/// Over two cycles of the calendar, which repeats after 400 years.
#[test]
fn seconds_are_the_date_that_the_calendar_has() {
    for days in -300_000_i64..300_000 {
        let at = Timestamp::from_second(days * 86_400 + 36_123).unwrap();
        let civil = TimeZone::UTC.to_datetime(at);
        let stamp = Stamp::from_seconds(at.as_second(), 5);
        let date = (stamp.year, stamp.month, stamp.day);
        assert_eq!(date, (Some(civil.year()), civil.month(), civil.day()), "{civil}");
        let clock = (stamp.clock.hour, stamp.clock.minute, stamp.clock.second, stamp.clock.nano);
        assert_eq!(clock, (civil.hour(), civil.minute(), civil.second(), 5), "{civil}");
    }
}

#[test]
fn every_day_of_the_week_and_every_month_by_name() {
    for name in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] {
        for (day, is_day) in [(name, true), (&name[..3], true), (&name[..4], false), (&name[..2], false)] {
            let time = read(&format!("{day}, 12 May 2026 10:02:03"));
            assert_eq!(time.as_deref(), is_day.then_some("2026-05-12T10:02:03Z"), "{day}");
        }
    }
    for (number, name) in [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    .iter()
    .enumerate()
    {
        let want = format!("2026-{:02}-12T10:02:03Z", number + 1);
        for (month, is_month) in [
            (name.to_string(), true),
            (name[..3].to_uppercase(), true),
            (name[..2].to_owned(), false),
            (format!("{name}s"), false),
            (format!("{}x", &name[..name.len() - 1]), false),
        ] {
            let time = read(&format!("{month} 12 2026 10:02:03"));
            assert_eq!(time.as_ref(), is_month.then_some(&want), "{month}");
        }
    }
}

#[test]
fn dates_and_times_in_fields_of_their_own() {
    for (text, want) in [
        ("20260512", Some((2026, 5, 12))),
        (" 2026-05-12 ", Some((2026, 5, 12))),
        ("2026/5/2", Some((2026, 5, 2))),
        ("2026.05.12", Some((2026, 5, 12))),
        ("2026-May-12", Some((2026, 5, 12))),
        ("12-May-2026", Some((2026, 5, 12))),
        ("12 May 2026", Some((2026, 5, 12))),
        ("2/May/2026", Some((2026, 5, 2))),
        ("12May2026", Some((2026, 5, 12))),
        ("5/12/2026", Some((2026, 5, 12))),
        ("05-12-2026", Some((2026, 5, 12))),
        ("12.05.2026", Some((2026, 5, 12))),
        ("1970-01-01", Some((1970, 1, 1))),
        ("2199-12-31", Some((2199, 12, 31))),
        ("2024-02-29", Some((2024, 2, 29))),
        ("1969-12-31", None),
        ("2200-01-01", None),
        ("2026-02-29", None),
        ("2026-02-30", None),
        ("2026-05-12x", None),
        ("2026-05", None),
        ("202605123", None),
        ("2026_05_12", None),
        ("12-May/2026", None),
        ("12May2026x", None),
        ("12-May-2026x", None),
        ("12-", None),
        ("May", None),
        ("", None),
    ] {
        assert_eq!(date(text.as_bytes()), want, "{text}");
    }
    for (text, want) in [
        ("10:02:03", Some((10, 2, 3, None))),
        (" 10:02:03 +0200", Some((10, 2, 3, Some(7200)))),
        ("10:02:03Z", Some((10, 2, 3, Some(0)))),
        ("10:02:03 (local)", Some((10, 2, 3, None))),
        ("10:02:03 7", None),
        ("24:02:03", None),
        ("noon", None),
        ("", None),
    ] {
        let read = clock(text.as_bytes()).map(|(at, zone)| (at.hour, at.minute, at.second, zone));
        assert_eq!(read, want, "{text}");
    }
}

/// What is read at fixed places is read in the same way as any other form.
#[test]
fn the_fast_ways_read_what_the_others_read() {
    let mut random = Random::new(9);
    for text in [
        "2026-05-12T10:02:03.123456+02:00 x",
        "2026-05-12 10:02:03,123 x",
        "2026-05-12 10:02 PM x",
        "2026-02-29 10:02:03Z",
        "May 12 10:02:03 gw x",
        "May  2 10:02:03 gw x",
        "Feb 29 23:59:60 gw x",
    ] {
        for _ in 0..cases(3000, 20) {
            let mut text = text.as_bytes().to_vec();
            for _ in 0..random.below(3) {
                let at = random.index(text.len());
                text[at] = b"0123456789 :-TZ.,aAmMpP\x00\xFF"[random.index(25)];
            }
            text.truncate(text.len() - random.index(8));
            let shown = String::from_utf8_lossy(&text);
            if let Some(found) = fast::iso(&text) {
                assert_eq!(forms::numbers(&text), Some(found), "{shown:?}");
            }
            if let Some(found) = fast::syslog(&text) {
                assert_eq!(forms::month_first(&text), Some(found), "{shown:?}");
            }
        }
    }
}
