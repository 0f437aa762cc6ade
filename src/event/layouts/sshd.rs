//! OpenSSH's daemon: `Failed password for invalid user eve from 192.0.2.7 port 5555 ssh2`.

use std::ops::Range;

use crate::event::sheet::{Part, Sheet, Words};
use crate::event::value;

/// The first words of the daemon's messages.
const STARTS: [&[u8]; 16] = [
    b"Accepted ",
    b"Failed ",
    b"Invalid user ",
    b"Connection from ",
    b"Connection closed by ",
    b"Connection reset by ",
    b"Disconnected from ",
    b"Disconnecting ",
    b"Received disconnect from ",
    b"Did not receive identification string from ",
    b"Unable to negotiate with ",
    b"Bad protocol version identification ",
    b"banner exchange: Connection from ",
    b"Postponed ",
    b"maximum authentication attempts exceeded for ",
    b"error: maximum authentication attempts exceeded for ",
];

/// Reads `part` if it is one of these messages and has an address.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let text = part.text();
    // The first letter rules out most messages.
    if !matches!(text.first(), Some(b'A' | b'B' | b'C' | b'D' | b'F' | b'I' | b'P' | b'R' | b'U' | b'b' | b'e' | b'm'))
    {
        return false;
    }
    let Some(start) = STARTS.iter().find(|start| text.starts_with(start)) else { return false };
    let line = part.line;
    let mark = sheet.mark();
    let mut words = Words::new(part);
    let mut before_text: &[u8] = b"";
    let mut has_address = false;
    // Nothing is read after the address and its port.
    while let Some(word) = words.next() {
        let text = trim(line, word.clone());
        let is_last = |word: &Range<usize>| is_from_address(line, part.end, word.end);
        // `for invalid user 203.0.113.9 from 192.0.2.7`: whoever comes chooses this name.
        let is_named = matches!(before_text, b"user" | b"for") && is_last(&word);
        if !is_named && value::address(&line[text.clone()]).is_some() {
            has_address = true;
            sheet.known("client", text);
            if words.next().is_some_and(|next| &line[next] == b"port")
                && let Some(port) = words.next()
            {
                // `port 5555:11: disconnected by user`
                let digits = line[port.clone()].iter().take_while(|byte| byte.is_ascii_digit()).count();
                sheet.known("client_port", port.start..port.start + digits);
            }
            break;
        }
        // `for user from 192.0.2.7`: a user with this name. `for invalid user  from 192.0.2.7`: a user without one.
        let is_user = match before_text {
            b"user" => !(line[word.clone()] == *b"from" && is_address(line, part.end, word.end)),
            b"for" => !matches!(&line[word.clone()], b"invalid" | b"user" | b"illegal") || is_last(&word),
            _ => false,
        };
        before_text = &line[word];
        if is_user {
            // `Failed login for 'eve' from …`
            let user = match &line[text.clone()] {
                [b'\'', .., b'\''] | [b'"', .., b'"'] if text.len() > 2 => text.start + 1..text.end - 1,
                _ => text,
            };
            sheet.known("user", user);
        }
    }
    if !has_address {
        sheet.back_to(mark);
        return false;
    }
    if matches!(*start, b"Accepted " | b"Failed ") {
        sheet.known("event.outcome", part.start..part.start + start.len() - 1);
    }
    true
}

/// Returns true if the word that begins behind `at` is an address.
fn is_address(line: &[u8], end: usize, at: usize) -> bool {
    let mut words = Words::new(Part { line, start: at, end });
    words.next().is_some_and(|word| value::address(&line[trim(line, word)]).is_some())
}

/// Returns true if `from` and an address follow.
fn is_from_address(line: &[u8], end: usize, at: usize) -> bool {
    let mut words = Words::new(Part { line, start: at, end });
    words.next().is_some_and(|word| line[word.clone()] == *b"from" && is_address(line, end, word.end))
}

fn trim(line: &[u8], span: Range<usize>) -> Range<usize> {
    let text = &line[span.clone()];
    let end = text.iter().rposition(|byte| !matches!(*byte, b':' | b',' | b';')).map_or(0, |at| at + 1);
    span.start..span.start + end
}
