//! Lines of text, and which of them are comments.

use crate::error::Result;
use crate::indicator::{RecordSink, Reject, Rejection};
use crate::input::{Line, Lines};

/// Whether a trimmed line is blank, or a comment: `#`, `;`, or `//` that does not begin a value.
pub(crate) fn is_blank_or_comment(line: &str) -> bool {
    match line.as_bytes() {
        [] | [b'#' | b';', ..] | [b'/', b'/'] => true,
        [b'/', b'/', ..] => line[2..].starts_with(char::is_whitespace),
        _ => false,
    }
}

/// Whether a trimmed line is blank, or a comment in one format or another.
pub(crate) fn is_comment(line: &str) -> bool {
    is_blank_or_comment(line) || line.starts_with('!')
}

/// `line` without a comment that `#` or `;` begins after white space, and the comment.
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

/// Calls `each` for every line that is not over the cap.
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
