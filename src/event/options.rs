//! The options of a reader of events.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::custom::LayoutConfig;
use super::time::{Assumed, zone_name};

/// Assumptions for what logs leave out.
///
/// ```
/// use netsieve::event::{EventOptions, EventReader};
/// use netsieve::jiff::tz::{TimeZone, offset};
///
/// // Neither the year nor the zone is in the log.
/// let options = EventOptions::new().year(2026).time_zone(TimeZone::fixed(offset(2)));
/// let mut reader = EventReader::with_options(&options);
/// let time = reader.read(b"May 12 10:02:03 gw sshd[25]: Connection closed by 192.0.2.7 port 40000").time().unwrap();
/// assert_eq!(time.to_string(), "2026-05-12T08:02:03Z");
/// assert!(!time.year_logged() && !time.zone_logged());
/// ```
#[derive(Clone, Debug)]
pub struct EventOptions {
    pub(super) assumed: Assumed,
    pub(super) layouts: Vec<LayoutConfig>,
}

impl Default for EventOptions {
    fn default() -> Self {
        EventOptions {
            assumed: Assumed { zone: TimeZone::UTC, zone_name: String::from("UTC"), year: None, file_time: None },
            layouts: Vec::new(),
        }
    }
}

impl EventOptions {
    /// Returns the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the zone for times that are logged without one (default: UTC).
    #[must_use]
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.assumed.zone_name = zone_name(&zone);
        self.assumed.zone = zone;
        self
    }

    /// Sets the year for times that are logged without one. By default it follows from [`file_time`](Self::file_time).
    #[must_use]
    pub fn year(mut self, year: i16) -> Self {
        self.assumed.year = Some(year);
        self
    }

    /// Sets the time at which the file was last written. A time without a year then falls in the latest year that puts it at most a day
    /// after this. Without this and without a [`year`](Self::year), such a time is unknown.
    ///
    /// ```
    /// use netsieve::event::{EventOptions, EventReader};
    ///
    /// let written = "2026-01-02T00:00:00Z".parse().unwrap();
    /// let mut reader = EventReader::with_options(&EventOptions::new().file_time(written));
    /// let time = reader.read(b"Dec 31 23:59:59 gw cron[7]: done").time().unwrap();
    /// assert_eq!(time.timestamp().to_string(), "2025-12-31T23:59:59Z");
    /// // The reader goes on to another file, of another day.
    /// reader.file_time("2024-06-30T12:00:00Z".parse().ok());
    /// assert_eq!(reader.read(b"Dec 31 23:59:59 gw cron[7]: done").time().unwrap().to_string(), "2023-12-31T23:59:59Z");
    /// ```
    #[must_use]
    pub fn file_time(mut self, time: Timestamp) -> Self {
        self.assumed.file_time = Some(time);
        self
    }

    /// Adds a layout of the configuration. The first one that matches a line names its fields.
    #[must_use]
    pub fn layout(mut self, layout: LayoutConfig) -> Self {
        self.layouts.push(layout);
        self
    }
}
