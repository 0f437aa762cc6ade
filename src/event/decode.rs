//! Undoing the escapes of values.

use super::json;
use super::sheet::{Form, find};

/// Appends a value with the escapes of its form undone.
pub(super) fn decode(value: &[u8], form: Form, into: &mut Vec<u8>) {
    match form {
        Form::Plain => into.extend_from_slice(value),
        Form::Json => json::unescape(value, into),
        Form::Doubled => {
            let mut at = 0;
            while let Some(found) = find(&value[at..], b"\"\"") {
                into.extend_from_slice(&value[at..at + found + 1]);
                at += found + 2;
            }
            into.extend_from_slice(&value[at..]);
        }
        Form::Slashed => {
            let mut bytes = value.iter().copied().peekable();
            while let Some(byte) = bytes.next() {
                match (byte, bytes.peek()) {
                    (b'\\', Some(&next @ (b'\\' | b'=' | b'|' | b'"' | b'\'' | b',' | b']'))) => {
                        bytes.next();
                        into.push(next);
                    }
                    _ => into.push(byte),
                }
            }
        }
        Form::Labels => labels(value, into),
        Form::InString(form) => {
            let mut inner = Vec::new();
            json::unescape(value, &mut inner);
            decode(&inner, *form, into);
        }
    }
}

/// Decodes `(1)a(7)example(0)` to `a.example`.
fn labels(value: &[u8], into: &mut Vec<u8>) {
    let start = into.len();
    let mut rest = value;
    while let Some(inner) = rest.strip_prefix(b"(") {
        let digits = inner.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length = inner[..digits]
            .iter()
            .fold(0_usize, |sum, byte| sum.saturating_mul(10).saturating_add(usize::from(byte - b'0')));
        let Some(label) = inner.get(digits + 1..).and_then(|text| text.get(..length)) else { break };
        if length == 0 {
            return;
        }
        if into.len() > start {
            into.push(b'.');
        }
        into.extend_from_slice(label);
        rest = &inner[digits + 1 + length..];
    }
    if into.len() == start {
        into.extend_from_slice(value);
    }
}
