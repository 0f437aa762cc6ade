//! The words of a text, and the ones that name the value after them.

use crate::event::ecs::EcsName;
use crate::event::layouts::words::{NO_USERS, is_link};
use crate::event::names;
use crate::event::sheet::Part;
use crate::value::service;

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

    /// Returns where the next word begins.
    #[inline]
    pub(super) fn start_of_word(&self) -> usize {
        let line = &self.part.line[..self.part.end];
        let mut start = self.at;
        while line.get(start).is_some_and(|byte| is_gap(*byte)) {
            start += 1;
        }
        start
    }

    /// Goes to the end of the word.
    #[inline]
    pub(super) fn skip_word(&mut self) {
        let line = &self.part.line[..self.part.end];
        while line.get(self.at).is_some_and(|byte| !is_gap(*byte)) {
            self.at += 1;
        }
    }

    /// Returns the next word and the signs in it.
    #[inline]
    pub(super) fn signed_word(&mut self) -> Option<(Word, Signs)> {
        let line = &self.part.line[..self.part.end];
        let start = self.start_of_word();
        let (mut end, mut signs) = (start, 0);
        while let Some(byte) = line.get(end) {
            let sign = SIGNS[*byte as usize];
            if sign & GAP != 0 {
                break;
            }
            signs |= sign;
            end += 1;
        }
        self.at = end;
        (end > start).then_some((Word { start, end }, Signs(signs)))
    }

    pub(super) fn peek(&self) -> Option<Word> {
        Text { part: self.part, at: self.at }.word()
    }
}

/// The signs in a word, some of which addresses, URLs and labels need.
#[derive(Clone, Copy)]
pub(super) struct Signs(u16);

impl Signs {
    pub(super) const DOT: u16 = 1;
    pub(super) const COLON: u16 = 2;
    /// A slash or a backslash.
    pub(super) const SLASH: u16 = 4;
    /// An opening bracket.
    pub(super) const OPEN: u16 = 8;
    pub(super) const AT: u16 = 16;
    pub(super) const QUOTE: u16 = 32;
    pub(super) const EQUALS: u16 = 64;
    /// A dash or an underscore.
    pub(super) const DASH: u16 = 128;
    /// Any of these.
    pub(super) const ANY: u16 = 255;

    /// Returns the signs of a text without gaps.
    #[inline]
    pub(super) fn within(text: &[u8]) -> Option<Signs> {
        let signs = text.iter().fold(0, |signs, byte| signs | SIGNS[*byte as usize]);
        (signs & GAP == 0).then_some(Signs(signs))
    }

    /// Returns true if at least one of some signs is in the word.
    pub(super) fn has_any(self, signs: u16) -> bool {
        self.0 & signs != 0
    }

    /// Returns true if all of some signs are in the word.
    pub(super) fn has_all(self, signs: u16) -> bool {
        self.0 & signs == signs
    }
}

/// Marks the bytes between words.
const GAP: u16 = 1 << 15;

/// Marks the signs that [`trimmed`] drops before a word.
const OPENS: u16 = 1 << 14;

/// Marks the signs that it drops after a word.
const CLOSES: u16 = 1 << 13;

/// The kind of each byte. A lookup takes less than half the steps of comparisons.
static SIGNS: [u16; 256] = {
    let mut signs = [0; 256];
    let (gaps, mut at) = (b" \t\r\n,;|", 0);
    while at < gaps.len() {
        signs[gaps[at] as usize] = GAP;
        at += 1;
    }
    signs[b'.' as usize] = Signs::DOT;
    signs[b':' as usize] = Signs::COLON;
    signs[b'/' as usize] = Signs::SLASH;
    signs[b'\\' as usize] = Signs::SLASH;
    signs[b'[' as usize] = Signs::OPEN;
    signs[b'@' as usize] = Signs::AT;
    signs[b'"' as usize] = Signs::QUOTE;
    signs[b'=' as usize] = Signs::EQUALS;
    signs[b'-' as usize] = Signs::DASH;
    signs[b'_' as usize] = Signs::DASH;
    let (opens, mut at) = (b"\"'([{<`=:", 0);
    while at < opens.len() {
        signs[opens[at] as usize] |= OPENS;
        at += 1;
    }
    let (closes, mut at) = (b"\"')]}>`.:!?=", 0);
    while at < closes.len() {
        signs[closes[at] as usize] |= CLOSES;
        at += 1;
    }
    signs
};

#[inline]
pub(super) fn is_gap(byte: u8) -> bool {
    SIGNS[byte as usize] & GAP != 0
}

pub(super) fn is_arrow(text: &[u8]) -> bool {
    matches!(text, b"->" | b"-->" | b"=>" | b">" | b">>" | b"<->" | b"--&gt;")
}

/// Returns the length of the word at the start of a text.
#[inline]
pub(super) fn length(text: &[u8]) -> usize {
    text.iter().position(|byte| is_gap(*byte)).unwrap_or(text.len())
}

/// Returns a word without the signs that enclose or end it.
#[inline]
pub(super) fn trimmed(line: &[u8], word: Word) -> Word {
    // Most words have nothing to trim.
    match &line[word.start..word.end] {
        [first, .., last] if (SIGNS[*first as usize] & OPENS) | (SIGNS[*last as usize] & CLOSES) == 0 => word,
        text => trimmed_text(text, word),
    }
}

fn trimmed_text(text: &[u8], word: Word) -> Word {
    let is_open = |byte: &u8| SIGNS[*byte as usize] & OPENS != 0;
    let is_close = |byte: &u8| SIGNS[*byte as usize] & CLOSES != 0;
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

/// Returns true for a word of a sentence after a label: a link, unless the label asks for one (`direction: in`), or what befell a service
/// (`app: connected`).
pub(super) fn names_nothing(label: &[u8], value: &[u8]) -> bool {
    let is_word = is_link(value) || NO_USERS.has(value) && service::port(value).is_none();
    is_word
        && match names::Key::new(label).and_then(|key| names::normal(&key)) {
            Some(EcsName::NetworkProtocol) => true,
            name => name.is_some() && is_link(value),
        }
}
