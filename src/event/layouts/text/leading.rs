//! The time at the start of a text.

use std::ops::Range;

use super::word::{is_gap, length};
use crate::event::sheet::{Part, Sheet, find};
use crate::event::time;

/// Reads the time at the start, which brackets, a level or some words may precede. Behind a header with a time of its own (`is_inner`) these
/// words are fewer and no prose, and the time must have a year. Behind the 12th of May, `05-12-2026` and `12-05-2026` are the same day, and
/// the order of the numbers is not known.
pub(super) fn leading_time(part: Part<'_>, header: Option<(i8, i8)>, sheet: &mut Sheet) {
    let text = part.text();
    let is_inner = header.is_some();
    let mut has_prose = false;
    let mut at = 0;
    for words in 0..if is_inner { 3 } else { 12 } {
        while at < text.len()
            && matches!(text[at], b' ' | b'\t' | b'[' | b'(' | b'"' | b'\'' | b'<' | b',' | b';' | b'|' | b'#')
        {
            at += 1;
        }
        if at >= text.len().min(256) {
            return;
        }
        // Most words are no time, as their first letters tell. A time that a layout has read may begin with any sign.
        let may_begin = text[at].is_ascii_digit()
            || time::begins_with_name(&text[at..])
            || text.get(at + 1).is_some_and(u8::is_ascii_digit)
            || sheet.stamp.is_some();
        if may_begin && let Some((stamp, length)) = sheet.stamp_at(part.from(part.start + at)) {
            let is_swapped =
                header.is_some_and(|(month, day)| month != day && (stamp.day, stamp.month) == (month, day));
            if !is_inner || stamp.year.is_some() && !is_swapped {
                sheet.known("time", part.start + at..part.start + at + length);
            }
            return;
        }
        let start = at;
        at += length(&text[at..]);
        // `[app][2026-05-12 10:02:03]`
        if !sheet.lacks(b']')
            && let Some(next) = find(&text[start..at], b"][")
        {
            at = start + next + 1;
        }
        let word = &text[start..at];
        let word = word.strip_suffix(b"]").or_else(|| word.strip_suffix(b"\"")).unwrap_or(word);
        // In a sentence a long number counts or names something.
        has_prose |= word.len() > 1 && word.iter().all(u8::is_ascii_lowercase);
        if is_inner && has_prose {
            return;
        }
        if !word.first().is_some_and(u8::is_ascii_digit) {
            continue;
        }
        let may_count = has_prose || is_inner || words > 0 && is_tracker(word);
        // `1778580123: New client`
        let count = word.strip_suffix(b":").unwrap_or(word);
        if !may_count && time::epoch(count).is_some() {
            sheet.known("time", part.start + start..part.start + start + count.len());
            return;
        }
        if let Some(clock) = clock_after(text, start, word) {
            sheet.known("date", part.start + start..part.start + start + word.len());
            sheet.known("clock", part.start + clock.start..part.start + clock.end);
            return;
        }
    }
}

/// Returns true for a number after other words that could be a time of 2001 to 2004: pf numbers its rules so (`1000000103`).
fn is_tracker(word: &[u8]) -> bool {
    word.len() == 10 && word.starts_with(b"10")
}

/// Returns the span of the time of day in the column after a date: `05/12/2026, 10:02:03`, `"12May2026" "10:02:03"`.
fn clock_after(text: &[u8], at: usize, date: &[u8]) -> Option<Range<usize>> {
    time::date(date)?;
    let start = at + date.len();
    let gap = text[start..].iter().take(6).take_while(|byte| is_gap(**byte) || **byte == b'"').count();
    let start = start + gap;
    let mut length = text[start..].iter().position(|byte| is_gap(*byte) || *byte == b'"').unwrap_or(text.len() - start);
    // `05/12/2026<tab>10:02:03 PM`
    if matches!(text[start + length..], [b' ', b'A' | b'P' | b'a' | b'p', b'M' | b'm', ..]) {
        length += 3;
    }
    (gap > 0 && time::clock(&text[start..start + length]).is_some()).then_some(start..start + length)
}
