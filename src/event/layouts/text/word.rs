//! The words of a text, and the ones that name the value after them.

use crate::event::names;
use crate::event::sheet::Part;

#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The rest of a text, which is read word by word.
pub(super) struct Text<'a> {
    pub(super) part: Part<'a>,
    pub(super) at: usize,
}

impl Text<'_> {
    pub(super) fn word(&mut self) -> Option<Word> {
        let text = self.part.line.get(self.at..self.part.end)?;
        let gap = text.iter().position(|byte| !is_gap(*byte)).unwrap_or(text.len());
        let text = &text[gap..];
        let length = text.iter().position(|byte| is_gap(*byte)).unwrap_or(text.len());
        let start = self.at + gap;
        self.at = start + length;
        (length > 0).then_some(Word { start, end: self.at })
    }

    pub(super) fn peek(&self) -> Option<Word> {
        Text { part: self.part, at: self.at }.word()
    }
}

#[inline]
pub(super) fn is_gap(byte: u8) -> bool {
    /// Used for every byte: the lookup takes less than half the steps of the comparisons.
    static GAPS: [bool; 256] = {
        let mut gaps = [false; 256];
        let (bytes, mut at) = (b" \t\r\n,;|", 0);
        while at < bytes.len() {
            gaps[bytes[at] as usize] = true;
            at += 1;
        }
        gaps
    };
    GAPS[byte as usize]
}

pub(super) fn is_arrow(text: &[u8]) -> bool {
    matches!(text, b"->" | b"-->" | b"=>" | b">" | b">>" | b"<->" | b"--&gt;")
}

pub(super) fn trimmed(line: &[u8], word: Word) -> Word {
    let text = &line[word.start..word.end];
    let is_open = |byte: &u8| matches!(*byte, b'"' | b'\'' | b'(' | b'[' | b'{' | b'<' | b'`' | b'=' | b':');
    let is_close =
        |byte: &u8| matches!(*byte, b'"' | b'\'' | b')' | b']' | b'}' | b'>' | b'`' | b'.' | b':' | b'!' | b'?' | b'=');
    let Some(start) = text.iter().position(|byte| !is_open(byte)) else {
        return Word { start: word.start, end: word.start };
    };
    // `[AF_INET]192.0.2.7` keeps its brackets.
    let end = text.iter().rposition(|byte| !is_close(byte)).map_or(start, |at| at + 1).max(start);
    Word { start: word.start + start - kept(&text[..start], &text[start..end]), end: word.start + end }
}

/// Returns the number of signs before an address that belong to it: two colons in `::1`, and the bracket in `[::1]:443`.
fn kept(before: &[u8], text: &[u8]) -> usize {
    let is_short = before.ends_with(b"::") && text.first().is_some_and(u8::is_ascii_hexdigit);
    let colons = if is_short && text.iter().any(u8::is_ascii_digit) { 2 } else { 0 };
    let is_open = before[..before.len() - colons].ends_with(b"[");
    let close = memchr::memchr(b']', text).filter(|_| is_open);
    let has_port = close.is_some_and(|close| matches!(text[close + 1..], [b':', b'0'..=b'9', ..]));
    colons + usize::from(has_port)
}

/// Returns the one or two words before a value that name it, if the table knows them.
pub(super) fn label(line: &[u8], last: Option<Word>, earlier: Option<Word>) -> Option<Word> {
    let last = last?;
    let both =
        earlier.map(|earlier| Word { start: earlier.start, end: last.end }).filter(|both| both.end - both.start <= 40);
    let bytes = |word: &Word| &line[word.start..word.end];
    if let Some(both) = both.filter(|both| names::is_exact(bytes(both))) {
        return Some(both);
    }
    if names::is_exact(bytes(&last)) {
        return Some(last);
    }
    both.filter(|both| names::is_known(bytes(both))).or_else(|| names::is_known(bytes(&last)).then_some(last))
}
