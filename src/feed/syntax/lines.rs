//! Lines of text, and the recognition of comments.

use crate::error::Result;
use crate::indicator::{RecordSink, Reject, Rejection};
use crate::input::{Line, Lines};

/// Returns true if a trimmed line is blank, or a comment: `#`, `;`, or `//` that does not begin a value.
pub(crate) fn is_blank_or_comment(line: &str) -> bool {
    match line.as_bytes() {
        [] | [b'#' | b';', ..] | [b'/', b'/'] => true,
        [b'/', b'/', ..] => line[2..].starts_with(char::is_whitespace),
        _ => false,
    }
}

/// Returns true if a trimmed line is blank, or a comment in any format.
pub(crate) fn is_comment(line: &str) -> bool {
    is_blank_or_comment(line) || line.starts_with('!')
}

/// Splits `line` at a comment, which begins with `#` or `;` after white space.
pub(crate) fn split_comment(line: &str) -> (&str, Option<&str>) {
    for at in memchr::memchr2_iter(b'#', b';', line.as_bytes()) {
        let body = line[..at].trim_end();
        if body.len() < at {
            let comment = line[at..].trim_start_matches(['#', ';']).trim_start();
            return (body, Some(comment));
        }
    }
    (line, None)
}

/// Calls `each` for every line within the length cap that is neither blank nor a comment.
pub(crate) fn each_entry(
    lines: &mut Lines<'_>,
    sink: &mut dyn RecordSink,
    mut each: impl FnMut(&Line<'_>, &mut dyn RecordSink),
) -> Result<()> {
    each_line(lines, sink, |line, sink| {
        if !is_blank_or_comment(line.text) {
            each(line, sink);
        }
    })
}

/// Calls `each` for every line within the length cap.
pub(crate) fn each_line(
    lines: &mut Lines<'_>,
    sink: &mut dyn RecordSink,
    mut each: impl FnMut(&Line<'_>, &mut dyn RecordSink),
) -> Result<()> {
    while let Some(line) = lines.next()? {
        if line.too_long {
            sink.reject(Rejection::new(line.number, line.text, Reject::TooLong));
        } else {
            each(&line, sink);
        }
    }
    Ok(())
}
