//! Sets of words, which are asked far more often for words they lack than for their own.

/// A set of words, compared without regard to the case of ASCII letters.
pub(crate) struct Vocabulary {
    words: &'static [&'static [u8]],
    /// By the length of a word: the first letters of the words that long, a bit each.
    first: [u32; LENGTHS],
    /// By [`list`]: the first word of that list, counted from 1; 0 if there is none.
    heads: [u8; LISTS],
    /// The word after each word in its list, likewise.
    next: [u8; MAX_WORDS],
}

/// Longer words share the last entry.
const LENGTHS: usize = 24;

/// The number of lists that share the words. Most of them hold one word or none.
const LISTS: usize = 256;

/// The maximum number of words in a set.
const MAX_WORDS: usize = 255;

impl Vocabulary {
    pub(crate) const fn new(words: &'static [&'static [u8]]) -> Self {
        assert!(words.len() <= MAX_WORDS);
        let (mut first, mut heads, mut next) = ([0; LENGTHS], [0; LISTS], [0; MAX_WORDS]);
        let mut at = words.len();
        while at > 0 {
            at -= 1;
            first[entry(words[at].len())] |= bit(words[at][0]);
            let list = list(words[at]);
            next[at] = heads[list];
            heads[list] = at as u8 + 1;
        }
        Vocabulary { words, first, heads, next }
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
        self.search(text)
    }

    fn search(&self, text: &[u8]) -> Option<usize> {
        let mut at = usize::from(self.heads[list(text)]);
        while at > 0 {
            let word = self.words[at - 1];
            // Most texts are in lower case, as the words are, or none of the words.
            if word.len() == text.len() && (word == text || word.eq_ignore_ascii_case(text)) {
                return Some(at - 1);
            }
            at = usize::from(self.next[at - 1]);
        }
        None
    }
}

const fn entry(length: usize) -> usize {
    if length < LENGTHS { length } else { LENGTHS - 1 }
}

/// Returns the list of a text that is not empty: a hash of its first and last four bytes. The case of letters makes no difference.
#[inline]
const fn list(text: &[u8]) -> usize {
    let length = text.len();
    let (first, last) = if length < 4 {
        (u32::from_le_bytes([text[0], text[length / 2], text[length - 1], 0]), 0)
    } else {
        let end = length - 4;
        (
            u32::from_le_bytes([text[0], text[1], text[2], text[3]]),
            u32::from_le_bytes([text[end], text[end + 1], text[end + 2], text[end + 3]]),
        )
    };
    let folded = (first as u64 | (last as u64) << 32) | 0x2020_2020_2020_2020;
    (folded.wrapping_add(length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
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
        // So many words that some share a list.
        const SOME: &[&[u8]] = &[
            b"aa", b"ab", b"ac", b"ad", b"ae", b"af", b"ag", b"ah", b"ai", b"aj", b"ak", b"al", b"am", b"an", b"ao",
            b"ap", b"aq", b"ar", b"as", b"at", b"au", b"av", b"aw", b"ax", b"ay", b"az", b"ba", b"bb", b"bc", b"bd",
            b"be", b"bf", b"bg", b"bh", b"bi", b"bj", b"bk", b"bl", b"bm", b"bn", b"bo", b"bp", b"bq", b"br", b"bs",
        ];
        const CROWDED: Vocabulary = Vocabulary::new(SOME);
        assert!(CROWDED.next.iter().any(|next| *next != 0));
        assert!(SOME.iter().all(|word| CROWDED.has(word)));
        // `\t` and `I` share a bit.
        assert!([&b""[..], b"\ts", b"if", b"@massage"].iter().all(|text| !SET.has(text)));
    }
}
