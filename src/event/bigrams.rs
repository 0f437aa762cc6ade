//! The pairs of adjacent bytes of a line, which rule out most of what layouts look for.
//!
//! A line that no layout fits is searched for some twenty short texts, such as `client=`. One pass over the line notes its pairs of bytes;
//! after that, a text is searched for only if all of its pairs occur.

/// The number of marks. A line of 200 bytes sets a tenth of them at most.
const MARKS: usize = 2048;

/// Texts longer than this would set most marks, so their pairs are not noted.
const MAX_TEXT: usize = 8192;

/// The number of questions for which a search of the text costs less than noting its pairs. Their answer is that it may be there.
const FIRST: u8 = 2;

/// The set of the pairs of adjacent bytes of a text. Several pairs share a mark.
pub(super) struct Bigrams {
    /// The number of questions so far, up to [`FIRST`].
    asked: u8,
    marks: [bool; MARKS],
}

impl Default for Bigrams {
    fn default() -> Self {
        Bigrams { asked: 0, marks: [false; MARKS] }
    }
}

impl std::fmt::Debug for Bigrams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bigrams").finish_non_exhaustive()
    }
}

impl Bigrams {
    /// Forgets the text.
    pub(super) fn clear(&mut self) {
        self.asked = 0;
    }

    /// Returns false only if `text` does not contain `needle`. All questions until [`clear`](Self::clear) must be about the same text.
    #[inline]
    pub(super) fn may_hold(&mut self, text: &[u8], needle: &[u8]) -> bool {
        if self.asked <= FIRST {
            self.asked += 1;
            if self.asked <= FIRST {
                return true;
            }
            self.note(text);
        }
        needle.windows(2).all(|pair| self.marks[mark(u16::from_le_bytes([pair[0], pair[1]]))])
    }

    #[inline(never)]
    fn note(&mut self, text: &[u8]) {
        self.marks.fill(text.len() > MAX_TEXT);
        if text.len() <= MAX_TEXT {
            // Eight pairs at a time, because a step of the loop costs as much as setting a mark.
            let mut rest = text;
            while let (Some(even), Some(odd)) = (rest.first_chunk::<8>(), rest.get(1..).and_then(<[u8]>::first_chunk)) {
                for pairs in [u64::from_le_bytes(*even), u64::from_le_bytes(*odd)] {
                    for at in 0..4 {
                        self.marks[mark((pairs >> (16 * at)) as u16)] = true;
                    }
                }
                rest = &rest[8..];
            }
            for pair in rest.windows(2) {
                self.marks[mark(u16::from_le_bytes([pair[0], pair[1]]))] = true;
            }
        }
    }
}

/// Returns the mark of a pair.
#[inline]
fn mark(pair: u16) -> usize {
    // A multiplicative hash: its upper bits depend on both bytes.
    (u32::from(pair).wrapping_mul(0x9e37_79b1) >> 21) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text contains is never ruled out, and most of what it lacks is.
    #[test]
    fn only_absent_texts_are_ruled_out() {
        let text =
            "2026-05-12T10:02:03.123456Z INFO [worker-3] Login of user 'eve' from 192.0.2.7 port 40000 \u{fc}ber\0";
        let mut bigrams = Bigrams::default();
        for text in [text.as_bytes(), &text.repeat(100).into_bytes(), b"", b"a", &[0xff; 9]] {
            bigrams.clear();
            for start in 0..text.len().min(120) {
                for end in start..text.len().min(120) {
                    assert!(bigrams.may_hold(text, &text[start..end]), "{start}..{end}");
                }
            }
        }
        bigrams.clear();
        assert!((0..FIRST).all(|_| bigrams.may_hold(text.as_bytes(), b"relay=")));
        let absent: [&[u8]; 14] = [
            b"client ",
            b"resolving ",
            b"info: ",
            b"PACKET ",
            b"H=",
            b"client=",
            b"connect to ",
            b"relay=",
            b"from=<",
            b"to=<",
            b"\\r\\n",
            b"CEF:",
            b"{\"",
            b"://",
        ];
        let kept = absent.iter().filter(|needle| bigrams.may_hold(text.as_bytes(), needle)).count();
        assert!(kept <= 1, "{kept}");
    }
}
