//! The time of an event, from one field or several.

use super::facts::Facts;
use super::{Candidate, Context, Normal, VAGUE};
use crate::event::ecs::EcsName;
use crate::event::names::Moment;
use crate::event::sheet::Sheet;
use crate::event::time::{self, EventTime, Stamp};
use crate::limits::MAX_ZONE_OFFSET;

/// The greatest distance in seconds between the start of an event and its record at which either is its time.
const LONG: i64 = 3600;

/// Offsets are whole numbers of this many seconds.
const QUARTER: i64 = 900;

impl Normal {
    /// Keeps what a time says about others: the zone that they are in, and when the event began or was recorded.
    pub(super) fn note_time(&mut self, moment: Option<(Moment, u8)>, value: &mut Facts<'_>) {
        let Some(stamp) = value.stamp() else { return };
        if self.zoned.is_none() && stamp.offset.is_some() {
            self.zoned = Some(stamp);
        }
        if let Some((moment, level)) = moment
            && self.moments[moment as usize].is_none_or(|(known, _)| level < known)
        {
            self.moments[moment as usize] = Some((level, stamp));
        }
    }

    /// Returns the time: from one field, or from a date and a time of day, with the zone from another field.
    pub(super) fn time_of(&self, sheet: &Sheet, context: &Context<'_>) -> Option<EventTime> {
        let field = |candidate: Candidate| context.value(&sheet.fields[candidate.field as usize]);
        let whole = self.best[EcsName::Timestamp as usize];
        let parts = self.date.score.max(self.clock.score);
        let mut stamp = self.stamp;
        // A time in one field is better, unless its name is much less certain.
        if parts < u16::MAX && (stamp.is_none() || parts + VAGUE / 2 < whole.score) {
            let (year, month, day) = time::date(field(self.date))?;
            let (clock, offset) = time::clock(field(self.clock))?;
            stamp = Some(Stamp { year: Some(year), month, day, clock, offset });
        } else if self.is_long(whole, sheet, context) {
            return None;
        }
        let mut stamp = stamp?;
        if stamp.offset.is_none() && self.zone.score < u16::MAX {
            stamp.offset = time::offset_of(field(self.zone));
        }
        // `UtcTime`, `GMTTime`
        if stamp.offset.is_none() && whole.score < u16::MAX {
            let name = context.name(sheet.fields[whole.field as usize].label);
            let is_utc =
                |word: Option<&[u8]>| word.is_some_and(|word| matches!(word, b"utc" | b"UTC" | b"Utc" | b"GMT"));
            stamp.offset = (is_utc(name.get(..3)) || is_utc(name.get(name.len().saturating_sub(3)..))).then_some(0);
        }
        if stamp.offset.is_none() {
            stamp.offset = self.zoned.and_then(|other| offset_by(stamp, other, context));
        }
        stamp.resolve(context.assumed)
    }

    /// Returns true if the best time is when the event began or when it was recorded, and these are so far apart that either could be
    /// meant.
    fn is_long(&self, whole: Candidate, sheet: &Sheet, context: &Context<'_>) -> bool {
        let is_moment = |found: &Option<_>| found.is_some_and(|found: super::KnownName| found.moment.is_some());
        let [Some((level, start)), Some((other, record))] = self.moments else { return false };
        if level != other || sheet.fields[whole.field as usize].level != level {
            return false;
        }
        let at = |stamp: Stamp| Some(stamp.resolve(context.assumed)?.timestamp().as_second());
        let apart = at(start).zip(at(record)).map_or(0, |(start, record)| record.abs_diff(start));
        apart > LONG.unsigned_abs() && self.found.get(whole.field as usize).is_some_and(is_moment)
    }
}

/// Returns the offset of a time without one if another time on the line has one and they are the same moment: they are then whole
/// quarters of an hour apart, give or take a second.
fn offset_by(stamp: Stamp, other: Stamp, context: &Context<'_>) -> Option<i32> {
    let local = Stamp { offset: Some(0), ..stamp }.resolve(context.assumed)?.timestamp().as_second();
    let apart = local - other.resolve(context.assumed)?.timestamp().as_second();
    let offset = (apart + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
    ((apart - offset).abs() <= 1 && offset.unsigned_abs() <= MAX_ZONE_OFFSET as u64).then_some(offset as i32)
}
