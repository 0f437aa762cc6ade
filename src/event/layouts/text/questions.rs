//! Questions to name servers in plain text: a name and the type of a record beside it.

use std::ops::Range;

use super::word::{Text, Word, trimmed};
use crate::event::sheet::{Part, find};
use crate::event::value;

/// Returns the name in `a.example/A/IN`, `a.example/IN/A` and `validating a.example/A: …`, with its first slash at `slash`.
pub(super) fn with_slash(line: &[u8], raw: Word, word: Word, slash: usize) -> Option<Range<usize>> {
    let bytes = &line[word.start..word.end];
    let mut parts = bytes[slash + 1..].splitn(2, |byte| *byte == b'/');
    let (one, other) = (parts.next()?, parts.next());
    let is_question = match other {
        Some(other) => one == b"IN" && is_record(other) || other == b"IN" && is_record(one),
        None => is_record(one) && line[word.end..raw.end].starts_with(b":"),
    };
    (is_question && is_name(&bytes[..slash])).then_some(word.start..word.start + slash)
}

/// Returns the name that stands beside the type of a record: `A IN a.example.`, `a.example. IN A`, `'a.example|A'`, and
/// `a.example A` if a word near it says how it was answered.
pub(super) fn beside_type(part: Part<'_>, word: Word, before: [Option<Word>; 3]) -> Option<Range<usize>> {
    let line = part.line;
    let name = word.start..word.end;
    let is = |word: Option<Word>, test: fn(&[u8]) -> bool| word.is_some_and(|word| test(&line[word.start..word.end]));
    if is(before[0], is_class) && is(before[1], is_type) {
        return is_name(&line[name.clone()]).then_some(name);
    }
    let mut text = Text { part, at: word.end };
    let next = text.word()?;
    // A type is short. Most words after a name are not.
    if next.end - next.start > 8 {
        return None;
    }
    let kind = &line[next.start..next.end];
    // `'a.example|A'` (PowerDNS)
    if let Some(kind) = kind.strip_suffix(b"'") {
        let is_quoted = line[..word.start].ends_with(b"'") && line[word.end..next.start] == *b"|";
        return (is_quoted && is_record(kind) && is_name(&line[name.clone()])).then_some(name);
    }
    let is_asked = if is_class(kind) {
        is(text.word().map(|word| trimmed(line, word)), is_type)
    } else {
        is_type(kind) && is_spaced(&line[word.end..next.start]) && has_answer_near(part, &name)
    };
    (is_asked && is_name(&line[name.clone()])).then_some(name)
}

/// Returns true for the gap between two columns, with the dot of the root before it.
fn is_spaced(gap: &[u8]) -> bool {
    matches!(gap.strip_prefix(b".").unwrap_or(gap), b" " | b"\t" | b",")
}

/// Returns true if a word near a place says how a name server answered.
pub(super) fn has_answer_near(part: Part<'_>, place: &Range<usize>) -> bool {
    const NEAR: usize = 256;
    let (start, end) = (place.start.saturating_sub(NEAR).max(part.start), (place.end + NEAR).min(part.end));
    let around = &part.line[start..end];
    [&b"NOERROR"[..], b"NXDOMAIN", b"SERVFAIL", b"REFUSED"].iter().any(|code| find(around, code).is_some())
}

/// Returns true for a name of at least two labels that is no address.
pub(super) fn is_name(text: &[u8]) -> bool {
    let text = text.strip_suffix(b".").unwrap_or(text);
    memchr::memchr(b'.', text).is_some()
        && value::is_host_name(text)
        && text.iter().any(u8::is_ascii_alphabetic)
        && value::address(text).is_none()
}

fn is_class(text: &[u8]) -> bool {
    text == b"IN"
}

/// Returns true for the type of a record, in quotes or not.
fn is_type(text: &[u8]) -> bool {
    is_record(text.trim_ascii().strip_prefix(b"\"").unwrap_or(text))
}

/// Returns true for the type of a DNS record.
fn is_record(text: &[u8]) -> bool {
    const RECORDS: [&[u8]; 16] = [
        b"A", b"AAAA", b"ANY", b"CAA", b"CNAME", b"DNSKEY", b"DS", b"HTTPS", b"MX", b"NS", b"NSEC", b"PTR", b"SOA",
        b"SRV", b"SVCB", b"TXT",
    ];
    RECORDS.contains(&text)
}
