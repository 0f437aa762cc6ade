//! Messages on standard error, and values on standard output.

use std::fmt;
use std::io::{self, Write};

use netsieve::render::json_string;
use serde_json::Value;

use crate::summary::counted;

/// Writes a line to standard error, like `eprintln!`, but goes on if that fails: lost messages do not end a scan.
macro_rules! say {
    ($($part:tt)*) => { $crate::say::line(format_args!($($part)*)) };
}

pub(crate) fn line(text: fmt::Arguments<'_>) {
    // In one piece, so that lines of other programs do not come between. There is nowhere to report a failure.
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Writes a value as JSON on a line of its own, with texts escaped like those of `scan --json`.
pub(crate) fn json_line(out: &mut (impl Write + ?Sized), value: &Value) -> io::Result<()> {
    let mut line = Vec::new();
    json(&mut line, value);
    line.push(b'\n');
    out.write_all(&line)
}

/// Writes a value as JSON, with texts escaped in the same way.
pub(crate) fn json(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => json_string(out, text.as_bytes()),
        Value::Array(values) => {
            out.push(b'[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                json(out, value);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (at, (key, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                json_string(out, key.as_bytes());
                out.push(b':');
                json(out, value);
            }
            out.push(b'}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => out.extend_from_slice(value.to_string().as_bytes()),
    }
}

/// The numbers of hashes and mail addresses, to follow those of the other kinds. Empty if there are none.
pub(crate) fn exact(hashes: u64, emails: u64) -> String {
    if hashes + emails == 0 {
        return String::new();
    }
    format!(", {}, {}", counted(hashes, "hash"), counted(emails, "mail address"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_reads_back_and_is_safe_to_look_at() {
        let value = json!({"a\u{202e}": ["\u{9b}31m", null, true, -1.5, 3, {}, [], {"b": ["\"\\\n\u{3164}"]}]});
        let mut out = Vec::new();
        json_line(&mut out, &value).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.trim_end().bytes().all(|b| b.is_ascii_graphic()), "{text}");
    }
}
