//! When an event took place: what a log writes of it, and what that means.
//!
//! A log often leaves out a part: syslog the year, many formats the zone. What is left out is taken from what the reader was told
//! ([`EventOptions`](super::EventOptions)) and marked as such; what nobody said stays unknown. The clock is never read.

mod forms;
mod stamp;
mod words;
mod zone;

pub(super) use forms::{at_start, clock, date, epoch, whole};
pub use stamp::EventTime;
pub(super) use stamp::{Assumed, Stamp, zone_name};
pub(super) use zone::offset_of;

#[cfg(test)]
mod tests;
