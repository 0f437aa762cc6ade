//! The time of an event: as the log writes it, and the point in time that it stands for.
//!
//! A log often leaves out a part: syslog the year, many formats the zone. These come from the options of the reader
//! ([`EventOptions`](super::EventOptions)) and are marked as assumed. What is neither logged nor given stays unknown. The system clock is
//! never read.

mod fast;
mod forms;
mod read;
mod stamp;
mod words;
mod zone;

pub(super) use forms::{at_start, clock, date, epoch, whole};
pub use stamp::EventTime;
pub(super) use stamp::{Assumed, Stamp, zone_name};
pub(super) use words::begins_with_name;
pub(super) use zone::offset_of;

#[cfg(test)]
mod tests;
