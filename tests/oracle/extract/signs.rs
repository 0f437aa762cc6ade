//! Signs in all their spellings, as one list of texts.

use std::sync::LazyLock;

use super::escapes::{ENTITIES, escape};
use super::is_name_byte;

/// A spelling of a sign.
struct Spelling {
    text: Vec<u8>,
    sign: u8,
    /// Letters are compared with their case.
    is_exact: bool,
}

/// All spellings, the longest first.
static SPELLINGS: LazyLock<Vec<Spelling>> = LazyLock::new(|| {
    let is_sign = |c: &char| c.is_ascii_punctuation() && !"._-%&".contains(*c) || " \t\n\r".contains(*c);
    let mut all: Vec<Spelling> = (0..0x80u8).map(char::from).filter(is_sign).flat_map(spellings_of).collect();
    all.sort_by_key(|spelling| std::cmp::Reverse(spelling.text.len()));
    all
});

fn spellings_of(c: char) -> Vec<Spelling> {
    let code = u32::from(c);
    let mut texts = vec![c.to_string(), format!("%{code:02x}"), format!("%25{code:02x}")];
    for width in 1..10 {
        texts.push(format!("&#{code:0width$};"));
        texts.push(format!("&#x{code:0width$x};"));
    }
    texts.retain(|text| text.len() <= 12);
    texts.extend(ENTITIES.iter().filter(|(_, other)| *other == c).map(|(name, _)| format!("&{name};")));
    if c == '=' {
        texts.push("=3d".to_owned());
    }
    let mut exact = Vec::new();
    for slashes in (1..=4).map(|count| "\\".repeat(count)) {
        texts.extend([format!("{slashes}u{code:04x}"), format!("{slashes}x{code:02x}")]);
        match c {
            '"' | '\'' | '/' | '=' => texts.push(format!("{slashes}{c}")),
            '\t' => exact.push(format!("{slashes}t")),
            '\n' => exact.push(format!("{slashes}n")),
            '\r' => exact.push(format!("{slashes}r")),
            _ => {}
        }
    }
    let of = |text: String, is_exact: bool| Spelling { text: text.into_bytes(), sign: c as u8, is_exact };
    texts.into_iter().map(|text| of(text, false)).chain(exact.into_iter().map(|text| of(text, true))).collect()
}

impl Spelling {
    fn is(&self, text: &[u8]) -> bool {
        if self.is_exact { self.text == text } else { self.text.eq_ignore_ascii_case(text) }
    }
}

/// The sign with which a text ends, and the text before it. Another byte stands for itself.
pub(super) fn last_sign(head: &[u8]) -> Option<(u8, &[u8])> {
    let (&last, before) = head.split_last()?;
    let found = SPELLINGS.iter().find_map(|spelling| {
        let (before, end) = head.split_at(head.len().checked_sub(spelling.text.len())?);
        spelling.is(end).then_some((spelling.sign, before))
    });
    Some(found.unwrap_or((last, before)))
}

/// The sign with which a text begins, and the text after it. Another byte stands for itself.
pub(super) fn first_sign(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&first, rest) = text.split_first()?;
    // Backslashes alone escape nothing.
    let found = SPELLINGS.iter().find_map(|spelling| {
        let (start, rest) = text.split_at_checked(spelling.text.len())?;
        spelling.is(start).then_some((spelling.sign, rest))
    });
    Some(found.unwrap_or((first, rest)))
}

/// The text before the sign, if a text ends in it.
pub(super) fn without_sign(head: &[u8], sign: u8) -> Option<&[u8]> {
    last_sign(head).filter(|(last, _)| *last == sign).map(|(_, head)| head)
}

/// The text after the sign, if a text begins with it.
pub(super) fn after_sign(text: &[u8], sign: u8) -> Option<&[u8]> {
    first_sign(text).filter(|(first, _)| *first == sign).map(|(_, rest)| rest)
}

/// A text without the quote at its end, if there is one.
pub(super) fn without_quote(head: &[u8]) -> &[u8] {
    match last_sign(head) {
        _ if head.ends_with(b"\"\"") => &head[..head.len() - 2],
        Some((b'"' | b'\'', head)) => head,
        _ => head,
    }
}

/// A text without the quote at its start, if there is one.
pub(super) fn after_quote(text: &[u8]) -> Option<&[u8]> {
    match first_sign(text)? {
        _ if text.starts_with(b"\"\"") => Some(&text[2..]),
        (b'"' | b'\'', rest) => Some(rest),
        _ => None,
    }
}

/// A text without the blanks at its end.
pub(super) fn without_blanks(mut head: &[u8]) -> &[u8] {
    while let Some((b' ' | b'\t', rest)) = last_sign(head) {
        head = rest;
    }
    head
}

/// The last word of a text, without the rest of an escape at its start, and the text before it.
pub(super) fn last_word_of(head: &[u8], is_part: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let len = head.iter().rev().take_while(|b| is_part(**b)).count();
    let start = head.len() - len;
    let (before, word) = head.split_at(if len == 0 { start } else { start + escape(head, start).min(len) });
    (before, word)
}

/// The run of name bytes at the end of a text, and the text before it.
pub(super) fn last_name(head: &[u8]) -> (&[u8], &[u8]) {
    last_word_of(head, is_name_byte)
}

/// The text before another at the end of a text. Letters are plain, in either case.
pub(super) fn without_text<'h>(head: &'h [u8], end: &[u8]) -> Option<&'h [u8]> {
    end.iter().rev().try_fold(head, |head, want| {
        let (byte, rest) = match want {
            letter if letter.is_ascii_alphanumeric() => head.split_last().map(|(byte, rest)| (*byte, rest))?,
            _ => last_sign(head)?,
        };
        byte.eq_ignore_ascii_case(want).then_some(rest)
    })
}
