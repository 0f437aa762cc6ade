//! Sets of words, which are asked far more often for words they lack than for their own.

/// A set of words, compared without regard to the case of ASCII letters.
pub(crate) struct Vocabulary {
    words: &'static [&'static [u8]],
    /// By the length of a word: the first letters of the words that long, a bit each.
    first: [u32; LENGTHS],
}

/// Longer words share the last entry.
const LENGTHS: usize = 24;

impl Vocabulary {
    pub(crate) const fn new(words: &'static [&'static [u8]]) -> Self {
        let mut first = [0; LENGTHS];
        let mut at = 0;
        while at < words.len() {
            first[entry(words[at].len())] |= bit(words[at][0]);
            at += 1;
        }
        Vocabulary { words, first }
    }

    /// Returns true if a text is one of the words.
    #[cfg(any(test, feature = "events"))]
    #[inline]
    pub(crate) fn has(&self, text: &[u8]) -> bool {
        self.position(text).is_some()
    }

    /// The place of a text among the words.
    #[inline]
    pub(crate) fn position(&self, text: &[u8]) -> Option<usize> {
        let letter = *text.first()?;
        if self.first[entry(text.len())] & bit(letter) == 0 {
            return None;
        }
        self.words.iter().position(|word| word.eq_ignore_ascii_case(text))
    }
}

const fn entry(length: usize) -> usize {
    if length < LENGTHS { length } else { LENGTHS - 1 }
}

/// Returns the bit of a letter, which is the same for both cases.
const fn bit(letter: u8) -> u32 {
    1 << (letter & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vocabulary_has_its_words_in_any_case_and_no_others() {
        const WORDS: &[&[u8]] = &[b"is", b"IN", b"@message", b"_raw", b"a-word-longer-than-any-that-is-told-apart"];
        const SET: Vocabulary = Vocabulary::new(WORDS);
        for word in WORDS {
            for text in [word.to_vec(), word.to_ascii_lowercase(), word.to_ascii_uppercase()] {
                assert!(SET.has(&text));
                for other in
                    [&text[1..], &text[..text.len() - 1], &[&text[..], b"x"].concat(), &[b"x", &text[..]].concat()]
                {
                    assert!(!SET.has(other), "{:?}", String::from_utf8_lossy(other));
                }
            }
        }
        // `\t` and `I` share a bit.
        assert!([&b""[..], b"\ts", b"if", b"@massage"].iter().all(|text| !SET.has(text)));
    }
}
