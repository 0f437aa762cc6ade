//! Escaping: text from logs and feeds is hostile, and must neither drive a terminal nor mislead a reader.

use std::fmt::{self, Write};

/// Bytes of a log or a feed, made safe to print. `Display` writes them.
///
/// Control characters (C0 with tab and line feed, DEL, C1), characters that change the reading direction and invisible characters
/// are written as escapes (`\t`, `\x1b`, `\u{202e}`). Each ill-formed UTF-8 sequence is written as one U+FFFD. All else stays
/// unchanged, the backslash too: the text is for reading, not for parsing back. The output never holds a line feed or an escape
/// sequence. Takes linear time; never fails by itself.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a> {
    bytes: &'a [u8],
    before: &'static str,
    after: &'static str,
    /// Tabs stay unescaped.
    tabs: bool,
}

impl<'a> Escaped<'a> {
    /// Wraps bytes, to be escaped when they are written.
    pub fn new<B: AsRef<[u8]> + ?Sized>(bytes: &'a B) -> Self {
        Self { bytes: bytes.as_ref(), before: "", after: "", tabs: false }
    }

    /// Leaves tabs unescaped, for a whole line: a table stays a table.
    ///
    /// ```
    /// use netsieve::render::Escaped;
    ///
    /// let line = b"\x1b[31m\tevil.test";
    /// assert_eq!(Escaped::new(line).to_string(), r"\x1b[31m\tevil.test");
    /// assert_eq!(Escaped::new(line).with_tabs().to_string(), "\\x1b[31m\tevil.test");
    /// ```
    #[must_use]
    pub fn with_tabs(mut self) -> Self {
        self.tabs = true;
        self
    }

    /// Sets the text before and after each escape: the style of escapes, and the code that ends it.
    pub(super) fn marked(mut self, before: &'static str, after: &'static str) -> Self {
        (self.before, self.after) = (before, after);
        self
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.bytes;
        while !rest.is_empty() {
            let (plain, others) = split(rest);
            f.write_str(plain)?;
            let end = others.iter().position(|&byte| is_plain(byte)).unwrap_or(others.len());
            self.escape(&others[..end], f)?;
            rest = &others[end..];
        }
        Ok(())
    }
}

impl Escaped<'_> {
    /// Writes bytes, and escapes those that need it.
    fn escape(&self, bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in bytes.utf8_chunks() {
            let text = chunk.valid();
            let mut written = 0;
            for (at, c) in text.char_indices().filter(|&(_, c)| is_unsafe(c) && !(self.tabs && c == '\t')) {
                f.write_str(&text[written..at])?;
                written = at + c.len_utf8();
                f.write_str(self.before)?;
                match c {
                    '\t' => f.write_str("\\t")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\0'..='\u{9f}' => write!(f, "\\x{:02x}", u32::from(c))?,
                    _ => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                }
                f.write_str(self.after)?;
            }
            f.write_str(&text[written..])?;
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

/// Returns true for printable ASCII, which never needs an escape, whatever its neighbours.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Marks those of eight bytes that are not printable ASCII, and with `is_quoted` also `"` and `\\`. The lowest bit that is set is the
/// top bit of the first such byte; the bits above it mean nothing.
#[inline]
pub(super) fn stops(word: u64, is_quoted: bool) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const TOPS: u64 = ONES << 7;
    // Only marks above the lowest one can be wrong: a borrow only reaches higher bytes.
    let equals = |word: u64, byte: u8| {
        let differ = word ^ (ONES * u64::from(byte));
        differ.wrapping_sub(ONES) & !differ
    };
    let below = word.wrapping_sub(ONES * 0x20) & !word;
    let quotes = if is_quoted { equals(word, b'"') | equals(word, b'\\') } else { 0 };
    (word | below | equals(word, 0x7f) | quotes) & TOPS
}

/// Splits off the printable ASCII at the start.
///
/// Nearly all of a log, and of the text around it, is plain, so this tests eight bytes at a time.
fn split(bytes: &[u8]) -> (&str, &[u8]) {
    let mut len = 0;
    for eight in bytes.as_chunks::<8>().0 {
        let stops = stops(u64::from_le_bytes(*eight), false);
        if stops != 0 {
            len += stops.trailing_zeros() as usize / 8;
            return cut(bytes, len);
        }
        len += 8;
    }
    len += bytes[len..].iter().position(|&byte| !is_plain(byte)).unwrap_or(bytes.len() - len);
    cut(bytes, len)
}

fn cut(bytes: &[u8], len: usize) -> (&str, &[u8]) {
    let (plain, rest) = bytes.split_at(len);
    (std::str::from_utf8(plain).expect("ASCII is UTF-8"), rest)
}

/// Returns true for a character that may act on a terminal or mislead a reader: controls, the direction marks and overrides of
/// UAX #9, line and paragraph separators, and the invisible characters that Unicode calls default ignorable (fillers, joiners,
/// variation selectors).
pub(super) fn is_unsafe(c: char) -> bool {
    match c {
        ' '..='~' => false,
        _ => {
            c.is_control()
                || matches!(c,
                    '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                    | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
                    | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
                    | '\u{e0000}'..='\u{e0fff}')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        let cases: &[(&[u8], &str)] = &[
            (b"", ""),
            (b"plain text ~", "plain text ~"),
            (b"a\tb\r\nc", "a\\tb\\r\\nc"),
            (b"\x00\x1b[31mred\x07\x7f", "\\x00\\x1b[31mred\\x07\\x7f"),
            // C1 controls: CSI as one character, and as a bare byte that is not UTF-8.
            ("\u{9b}31m".as_bytes(), "\\x9b31m"),
            (b"\x9b31m", "\u{fffd}31m"),
            ("na\u{ef}ve \u{4e2d}\u{6587} \u{1f600}".as_bytes(), "na\u{ef}ve \u{4e2d}\u{6587} \u{1f600}"),
            ("txt\u{202e}gpj.exe".as_bytes(), "txt\\u{202e}gpj.exe"),
            ("a\u{200b}b\u{feff}c\u{ad}d\u{2028}e".as_bytes(), "a\\u{200b}b\\u{feff}c\\u{ad}d\\u{2028}e"),
            ("\u{2066}x\u{2069}\u{e0041}".as_bytes(), "\\u{2066}x\\u{2069}\\u{e0041}"),
            ("\u{115f}\u{1160}\u{3164}\u{ffa0}".as_bytes(), "\\u{115f}\\u{1160}\\u{3164}\\u{ffa0}"),
            ("\u{1d172}\u{1d173}\u{1d17a}".as_bytes(), "\u{1d172}\\u{1d173}\\u{1d17a}"),
            (b"a\xffb\xe2\x82", "a\u{fffd}b\u{fffd}"),
            (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
            (br"back\slash", r"back\slash"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Escaped::new(bytes).to_string(), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn invisible_characters_are_escaped() {
        use icu_properties::CodePointSetData;
        use icu_properties::props::DefaultIgnorableCodePoint;

        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        let shown: Vec<char> = ('\0'..=char::MAX).filter(|&c| ignorable.contains(c) && !is_unsafe(c)).collect();
        assert!(shown.is_empty(), "{shown:?}");
    }

    /// Tries every byte at every position, and after each other byte.
    #[test]
    fn plain_bytes_are_those_of_a_byte_by_byte_search() {
        let mut bytes = [b'a'; 19];
        for is_quoted in [false, true] {
            let is_stop = |byte: u8| !is_plain(byte) || (is_quoted && matches!(byte, b'"' | b'\\'));
            for at in 0..bytes.len() - 1 {
                for first in 0..=255 {
                    for second in [0, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7e, 0x7f, 0x80, 0x81, 0xff] {
                        (bytes[at], bytes[at + 1]) = (first, second);
                        let want = bytes.iter().position(|&byte| is_stop(byte)).unwrap_or(bytes.len());
                        let eights =
                            bytes.as_chunks::<8>().0.iter().map(|eight| stops(u64::from_le_bytes(*eight), is_quoted));
                        let found = (0..).zip(eights).find(|&(_, stops)| stops != 0);
                        let found = found.map(|(at, stops)| 8 * at + stops.trailing_zeros() as usize / 8);
                        assert_eq!(found, Some(want).filter(|&want| want < 16), "{bytes:?}");
                        if !is_quoted {
                            let (plain, rest) = split(&bytes);
                            assert_eq!((plain.len(), rest.len()), (want, bytes.len() - want), "{bytes:?}");
                        }
                    }
                }
                (bytes[at], bytes[at + 1]) = (b'a', b'a');
            }
        }
    }

    #[test]
    fn no_input_leaves_a_control_byte() {
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                let text = Escaped::new(&[first, second, b'x']).to_string();
                assert!(!text.contains(is_unsafe), "{first:#x} {second:#x}: {text:?}");
            }
        }
    }

    #[test]
    fn marks_surround_each_escape() {
        let text = Escaped::new(b"a\tb\x1b").marked("<", ">").to_string();
        assert_eq!(text, "a<\\t>b<\\x1b>");
    }
}
