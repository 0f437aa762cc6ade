//! What stands beside an address in plain text, and tells whether it is an end of a connection.

use super::word::Word;
use crate::event::sheet::find;
use crate::event::value;

/// Returns true for an address that goes on with a list in brackets or quotes, or after the name of a list: `[192.0.2.7, 198.51.100.1]`,
/// `'192.0.2.7, 198.51.100.1'`, `(X-Forwarded-For: 192.0.2.7, 198.51.100.1)`.
pub(super) fn is_of_list(line: &[u8], raw: Word, before: [Option<Word>; 3]) -> bool {
    let Some(first) = before[0].filter(|word| line[word.end..raw.start].contains(&b',')) else { return false };
    let word = &line[raw.start..raw.end];
    let closes = || match line[first.start..first.end].iter().rfind(|byte| matches!(*byte, b'[' | b'"' | b'\'')) {
        Some(b'[') => word.contains(&b']') && !word.contains(&b'['),
        Some(quote) => word.ends_with(&[*quote]) && word[0] != *quote,
        None => false,
    };
    closes() || before[1].is_some_and(|word| line[word.start..word.end].ends_with(b"orwarded-For:"))
}

/// Returns true for the words before a machine that something was sent to: `to neighbor`, `to server a.example (`, `dial tcp` and
/// `lookup a.example on` (Go).
pub(super) fn is_reached(line: &[u8], raw: Word, before: [Option<Word>; 3]) -> bool {
    const MACHINES: [&[u8]; 8] =
        [b"neighbor", b"server", b"host", b"peer", b"node", b"controller", b"upstream", b"backend"];
    let word = |at: usize| before[at].map_or(&b""[..], |word| &line[word.start..word.end]);
    let is_to = |at: usize| word(at).eq_ignore_ascii_case(b"to");
    let is_named = || line[raw.start] == b'(' && memchr::memchr(b'.', word(0)).is_some() && value::is_host(word(0));
    is_to(1) && (MACHINES.contains(&word(0)) || is_named())
        || is_to(2) && MACHINES.contains(&word(1)) && is_named()
        || word(1) == b"dial" && matches!(word(0), b"tcp" | b"udp")
        || word(2) == b"lookup" && word(0) == b"on"
}

/// Returns true for a label that says nothing to the table: `allowed hosts: 192.0.2.7`.
pub(super) fn is_unknown(line: &[u8], before: Option<Word>) -> bool {
    before.is_some_and(|word| word.end - word.start > 1 && line[word.end - 1] == b':')
}

/// Returns true for the start of the address of a phone: `sip:100@`, `"100"<sip:100@`.
pub(super) fn is_phone(text: &[u8]) -> bool {
    text.ends_with(b"@") && [&b"sip:"[..], b"sips:"].iter().any(|scheme| find(text, scheme).is_some())
}

/// Returns true for a word before the address of a machine that passes things on.
pub(super) fn is_hop(word: &[u8]) -> bool {
    matches!(word, b"via" | b"through" | b"gateway")
}

/// Drops the name of an interface between an address and an arrow: `192.0.2.7:5555 (eth0) -> 203.0.113.5:443`.
pub(super) fn without_interface(rest: &[u8]) -> &[u8] {
    let close = rest.strip_prefix(b"(").and_then(|name| memchr::memchr(b')', &name[..name.len().min(32)]));
    close.map_or(rest, |close| rest[close + 2..].trim_ascii_start())
}
