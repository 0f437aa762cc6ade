//! The pairs of name and value in a text that were read before. Their words say nothing more.

use super::addresses::{Seen, port_after};
use super::word::{Signs, Text, Word, is_arrow};
use crate::event::names;
use crate::event::sheet::{Label, Raw, Sheet};
use crate::event::value;

/// The position among the fields that were in a sheet before, of which the pairs of the text are in order.
pub(super) struct KnownPairs {
    next: usize,
    end: usize,
}

impl KnownPairs {
    pub(super) fn new(sheet: &Sheet) -> Self {
        KnownPairs { next: 0, end: sheet.fields.len() }
    }

    /// Goes past the pair that begins at the next word, and returns the word, if all of the value is in that word and is nothing that a text
    /// tells more of.
    #[inline]
    pub(super) fn pass(
        &mut self,
        text: &mut Text<'_>,
        sheet: &Sheet,
        before: Option<Word>,
        seen: &mut Seen,
    ) -> Option<Word> {
        // Most texts have no pairs.
        if self.next == self.end {
            return None;
        }
        self.pass_one(text, sheet, before, seen)
    }

    fn pass_one(&mut self, text: &mut Text<'_>, sheet: &Sheet, before: Option<Word>, seen: &mut Seen) -> Option<Word> {
        let line = text.part.line;
        let start = text.start_of_word();
        let pair = self.pair_at(line, sheet, start)?;
        let (name, value) = (start_of(&pair)?, pair.span());
        if value.is_empty() || name < start || value.end > text.part.end {
            return None;
        }
        let signs = Signs::within(&line[start..value.end])?;
        if signs.has_any(Signs::DOT | Signs::COLON) {
            let is_after_arrow = before.is_some_and(|word| is_arrow(&line[word.start..word.end]));
            if is_after_arrow || !is_address(text, name, &pair) {
                return None;
            }
            seen.count();
        }
        text.at = value.end;
        text.skip_word();
        Some(Word { start, end: text.at })
    }

    /// Returns the end of the pair that begins at a word, if its value is a single word and not an address. Pairs with unknown names count
    /// too.
    #[inline]
    pub(super) fn end(&mut self, line: &[u8], sheet: &Sheet, (word, signs): (Word, Signs)) -> Option<usize> {
        if self.next == self.end {
            return None;
        }
        let pair = self.pair_at(line, sheet, word.start)?;
        let (start, value) = (start_of(&pair)?, pair.span());
        let is_plain = || value.end <= word.end && !signs.has_any(Signs::DOT | Signs::COLON);
        let is_one_word = value.end > value.start
            && (is_plain() || !line[start..value.end].iter().any(|byte| matches!(*byte, b' ' | b'.' | b':' | b',')));
        is_one_word.then_some(value.end)
    }

    /// Returns the pair that begins at a word, or at its second byte.
    fn pair_at(&mut self, line: &[u8], sheet: &Sheet, word: usize) -> Option<Raw> {
        // Fields are ordered by offset, except those within another field.
        while self.next < self.end {
            let field = &sheet.fields[self.next];
            if let Label::Line(start, end) = field.label
                && end < field.start
                && (start as usize) >= word
            {
                let is_it = start as usize <= word + 1 && line[end as usize..field.start as usize].contains(&b'=');
                return is_it.then_some(*field);
            }
            self.next += 1;
        }
        None
    }
}

fn start_of(pair: &Raw) -> Option<usize> {
    let Label::Line(start, _) = pair.label else { return None };
    Some(start as usize)
}

/// Returns true for a pair of which both name and value are those of an address, with nothing around it that tells more.
fn is_address(text: &Text<'_>, start: usize, pair: &Raw) -> bool {
    let Label::Line(_, end) = pair.label else { return false };
    let (line, value) = (text.part.line, pair.span());
    let Some(rest) = line.get(value.end..text.part.end) else { return false };
    let word = Word { start, end: value.end };
    // An arrow or a port may follow, or a sign that belongs to the address.
    matches!(rest, [] | [b' ' | b'\t', b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z', ..])
        && value.start == end as usize + 1
        && memchr::memchr2(b'/', b'(', &line[value.clone()]).is_none()
        && value::address(&line[value.clone()]).is_some()
        // Of `host=::` only the colons may be a sign between words.
        && line[value].iter().any(u8::is_ascii_hexdigit)
        && line[start..end as usize] != *b"to"
        && port_after(text.part, word, word) == word.end
        && names::address_meaning(&line[start..end as usize]).is_some()
}
