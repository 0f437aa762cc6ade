//! The bytes of a line, which rule out most of what layouts look for.
//!
//! A line that no layout fits is searched for some twenty short texts and signs, such as `client=`. One pass over the line notes its bytes; after
//! that, a text is searched for only if all of its bytes occur.

/// Texts longer than this have most bytes, so they are not noted.
const MAX_TEXT: usize = 8192;

/// The set of the bytes of a text.
pub(super) struct ByteSet {
    is_noted: bool,
    has: [bool; 256],
}

impl Default for ByteSet {
    fn default() -> Self {
        ByteSet { is_noted: false, has: [false; 256] }
    }
}

impl std::fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByteSet").finish_non_exhaustive()
    }
}

impl ByteSet {
    /// Forgets the text.
    pub(super) fn clear(&mut self) {
        self.is_noted = false;
    }

    /// Returns false only if `text` does not contain `needle`. All questions until [`clear`](Self::clear) must be about the same text.
    #[inline(always)]
    pub(super) fn may_hold(&mut self, text: &[u8], needle: &[u8]) -> bool {
        self.note(text);
        needle.iter().all(|byte| self.has[*byte as usize])
    }

    /// Returns true only if the bytes of the text are noted, and this is none of them.
    #[inline]
    pub(super) fn lacks(&self, byte: u8) -> bool {
        self.is_noted && !self.has[byte as usize]
    }

    /// Notes the bytes of the text, at the first call.
    #[inline]
    pub(super) fn note(&mut self, text: &[u8]) {
        if !self.is_noted {
            self.is_noted = true;
            self.note_all(text);
        }
    }

    #[inline(never)]
    fn note_all(&mut self, text: &[u8]) {
        self.has.fill(text.len() > MAX_TEXT);
        if text.len() > MAX_TEXT {
            return;
        }
        // Eight bytes at a time, because a step of the loop costs as much as setting a mark.
        let mut chunks = text.chunks_exact(8);
        for chunk in &mut chunks {
            for byte in chunk {
                self.has[*byte as usize] = true;
            }
        }
        for byte in chunks.remainder() {
            self.has[*byte as usize] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text contains is never ruled out, and a byte that it lacks is.
    #[test]
    fn only_absent_texts_are_ruled_out() {
        let text =
            "2026-05-12T10:02:03.123456Z INFO [worker-3] Login of user 'eve' from 192.0.2.7 port 40000 \u{fc}ber\0";
        let mut bytes = ByteSet::default();
        for text in [text.as_bytes(), &text.repeat(100).into_bytes(), b"", b"a", &[0xff; 9]] {
            bytes.clear();
            assert!((0..=255).all(|byte| !bytes.lacks(byte)), "nothing is known yet");
            for start in 0..text.len().min(120) {
                for end in start..text.len().min(120) {
                    assert!(bytes.may_hold(text, &text[start..end]), "{start}..{end}");
                }
            }
            bytes.note(text);
            for byte in 0..=255 {
                let is_absent = text.len() <= MAX_TEXT && !text.contains(&byte);
                assert_eq!(
                    (bytes.lacks(byte), bytes.may_hold(text, &[b' ', byte])),
                    (is_absent, !is_absent && !bytes.lacks(b' '))
                );
            }
        }
    }
}
