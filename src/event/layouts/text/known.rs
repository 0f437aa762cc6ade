//! The pairs of name and value in a text that were read before. Their words say nothing more.

use std::ops::Range;

use super::addresses::{Seen, may_hold_address, port_after};
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

    #[inline(always)]
    fn pass_one(&mut self, text: &mut Text<'_>, sheet: &Sheet, before: Option<Word>, seen: &mut Seen) -> Option<Word> {
        let line = text.part.line;
        let start = text.start_of_word();
        let pair = self.pair_at(line, sheet, start)?;
        let value = pair.span();
        if value.is_empty() || pair.name.start < start || value.end > text.part.end {
            return None;
        }
        let signs = Signs::within(&line[start..value.end])?;
        if signs.has_any(Signs::DOT | Signs::COLON) {
            let is_after_arrow = before.is_some_and(|word| is_arrow(&line[word.start..word.end]));
            if signs.has_any(Signs::SLASH) || is_after_arrow || !is_address(text, &pair) {
                return None;
            }
            seen.add();
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
        let value = pair.span();
        let is_plain = || value.end <= word.end && !signs.has_any(Signs::DOT | Signs::COLON);
        let is_one_word = value.end > value.start
            && (is_plain()
                || !line[pair.name.start..value.end].iter().any(|byte| matches!(*byte, b' ' | b'.' | b':' | b',')));
        is_one_word.then_some(value.end)
    }

    /// Returns the pair that begins at a word, or at its second byte.
    #[inline]
    fn pair_at<'a>(&mut self, line: &[u8], sheet: &'a Sheet, word: usize) -> Option<Pair<'a>> {
        // Fields are ordered by offset, except those within another field.
        while let Some(field) = sheet.fields[..self.end].get(self.next) {
            if let Label::Line(start, end) = field.label
                && end < field.start
                && (start as usize) >= word
            {
                let name = start as usize..end as usize;
                let is_it = name.start <= word + 1
                    && (line[name.end] == b'=' || line[name.end..field.start as usize].contains(&b'='));
                return is_it.then_some(Pair { name, field });
            }
            self.next += 1;
        }
        None
    }
}

/// A field with its name in the line.
struct Pair<'a> {
    name: Range<usize>,
    field: &'a Raw,
}

impl Pair<'_> {
    fn span(&self) -> Range<usize> {
        self.field.span()
    }
}

/// Returns true for a pair of which both name and value are those of an address, with nothing around it that tells more.
#[inline(never)]
fn is_address(text: &Text<'_>, pair: &Pair<'_>) -> bool {
    let (line, value) = (text.part.line, pair.span());
    let name = &line[pair.name.clone()];
    let Some(rest) = line.get(value.end..text.part.end) else { return false };
    let word = Word { start: pair.name.start, end: value.end };
    // An arrow or a port may follow, or a sign that belongs to the address.
    matches!(rest, [] | [b' ' | b'\t', b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z', ..])
        && value.start == pair.name.end + 1
        && name != b"to"
        // Of `host=::` only the colons may be a sign between words.
        && value.len() > 2
        && line[value.end - 1].is_ascii_hexdigit()
        && may_hold_address(&line[value.clone()])
        && value::address(&line[value]).is_some()
        && port_after(text.part, word, word) == word.end
        && names::address_meaning(name).is_some()
}
