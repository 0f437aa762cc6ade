//! The part of a log line that is shown with a hit. A line can be long and hold many hits, but the output must stay linear in the log.

use std::ops::Range;

use crate::limits::{MAX_SHOWN_AGAIN, MAX_SHOWN_WHOLE};

/// Returns how many bytes of a line, at most `max`, are shown with its hit number `index`.
///
/// The sum over a line stays linear in its length, however many hits it has.
pub(super) fn shown(index: usize, max: usize) -> usize {
    if index < MAX_SHOWN_WHOLE { max } else { max.min(MAX_SHOWN_AGAIN) }
}

/// Returns the part of `line`, at most `max` bytes, that is shown for the observable at `span`.
///
/// A line that fits is shown whole. Of a longer line, the beginning is shown if the observable is well inside it, because a line begins
/// with the time. If not, as much text is shown before the observable as after it. The ends are moved inwards to character boundaries. The start of the observable is always inside, and the whole of it if it fits.
pub(super) fn window(line: &[u8], span: Range<usize>, max: usize) -> Range<usize> {
    let len = line.len();
    if len <= max {
        return 0..len;
    }
    let span = span.start.min(len)..span.end.min(len);
    let mut start = 0;
    if span.end + max / 8 > max {
        let room = max.saturating_sub(span.end.saturating_sub(span.start));
        start = span.start.saturating_sub(room / 2).min(len - max);
    }
    let mut end = start + max;
    let inside = |at: usize| at < len && line[at] & 0xc0 == 0x80;
    for _ in 0..3 {
        if start < span.start && inside(start) {
            start += 1;
        }
        if end > span.end && inside(end) {
            end -= 1;
        }
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        let line: Vec<u8> = (0..100).map(|at| b'a' + at % 26).collect();
        let cases = [
            (0..5, 100, 0..100),
            (0..5, 200, 0..100),
            (0..5, 40, 0..40),
            (30..35, 40, 0..40),
            (31..36, 40, 14..54),
            (50..60, 40, 35..75),
            (90..100, 40, 60..100),
            (10..90, 40, 10..50),
            (70..100, 20, 70..90),
            (0..100, 40, 0..40),
        ];
        for (span, max, expected) in cases {
            assert_eq!(window(&line, span.clone(), max), expected, "{span:?} {max}");
        }
    }

    #[test]
    fn windows_hold_the_hit_and_whole_characters() {
        let line = "\u{4e2d}".repeat(40) + "evil.test" + &"\u{1f600}".repeat(40);
        let line = line.as_bytes();
        for max in 9..300 {
            let shown = window(line, 120..129, max);
            assert!(shown.start <= 120 && shown.end >= 129 && shown.len() <= max, "{max}: {shown:?}");
            assert!(std::str::from_utf8(&line[shown.clone()]).is_ok(), "{max}: {shown:?}");
        }
    }

    #[test]
    fn never_out_of_the_line() {
        let line = [0x80u8; 50];
        for start in 0..60 {
            for len in 0..60 {
                for max in 0..60 {
                    let shown = window(&line, start..start + len, max);
                    assert!(shown.start <= shown.end && shown.end <= 50 && shown.len() <= max.max(50.min(max)));
                }
            }
        }
    }
}
