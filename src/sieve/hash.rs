//! The hashes of names and texts. Specified here and nowhere else, so that they are the same on every CPU and in every
//! release; tables that are saved hold places that follow from them.
//!
//! The *fold* of two words is the two halves of their 128-bit product, xored.
//!
//! * **A name** is hashed label by label from the right, so that one pass gives the hashes of all its suffixes
//!   ([`Labels`]). Bit 5 of every byte is set first, which makes upper case lower case. A label is read 16 bytes at a
//!   time from its end, as two big-endian words of which the first is the later one; what is left of it, 0 to 15
//!   bytes, is a block of its own, zeros before it, with its length in the upper byte of the second word. A block makes of a
//!   state the fold of `state ^ first` and `second ^ MULTIPLIER`: one multiplication for most labels. The hash of a
//!   suffix is the state behind its last label. No two different names of valid bytes are the same blocks, and no
//!   factor is zero whatever the seed: the upper byte of a whole second word is no length and not that of the multiplier.
//! * **A text** is hashed from the left, eight bytes at a time, little-endian, each word folded with the multiplier;
//!   the last word is padded with zeros and the length is mixed in ([`extend`]).
//!
//! Which state a name's hash starts from is the table's choice: see [`seeds`].
//!
//! Eight bytes a fold, which needs a branch on whether a label is longer than seven, took half as long again for names as they
//! are in logs: the branch is a coin toss.

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Start of the hash of a text, and the first of the [`seeds`].
pub(super) const SEED: u64 = 0x5851_F42D_4C95_7F2D;

#[inline(always)]
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    (product as u64) ^ ((product >> 64) as u64)
}

/// The states that a table may start its hashes from, in the order in which they are tried. Fixed, so that a set of
/// names gives the same table wherever it is built.
pub(super) fn seeds() -> impl Iterator<Item = u64> {
    (0..16).map(|n| if n == 0 { SEED } else { pair(SEED, n) })
}

/// Extends `state` by one piece of a text.
#[inline]
pub(super) fn extend(mut state: u64, piece: &[u8]) -> u64 {
    let words = piece.chunks_exact(8);
    let rest = words.remainder().len();
    for word in words {
        state = fold(state ^ word.first_chunk().map_or(0, |word| u64::from_le_bytes(*word)), MULTIPLIER);
    }
    let of_rest = OF_LABEL[rest].0;
    let last = (word_before(piece, piece.len()) & of_rest).swap_bytes() >> 8 >> (56 - 8 * rest);
    // The rotation keeps the length out of the way of the bytes.
    fold(state.rotate_left(23) ^ last, MULTIPLIER) ^ (piece.len() as u64).wrapping_mul(MULTIPLIER)
}

/// Hash of one text as a whole.
#[cfg(test)]
pub(super) fn of(text: &[u8]) -> u64 {
    finish(extend(SEED, text))
}

/// Hash of a pair of numbers.
#[inline]
pub(super) const fn pair(a: u64, b: u64) -> u64 {
    finish(fold(fold(SEED ^ a, MULTIPLIER).rotate_left(29) ^ b, MULTIPLIER))
}

/// Spreads the state over the low bits, which tables index by.
#[inline]
pub(super) const fn finish(state: u64) -> u64 {
    fold(state ^ MULTIPLIER.rotate_left(17), MULTIPLIER)
}

/// Bit 7 of each byte that is `byte`, and no other bit.
#[inline(always)]
pub(super) const fn equal_bytes(word: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::MAX / 0xFF * 0x7F;
    let x = word ^ (u64::MAX / 0xFF * byte as u64);
    !(((x & LOW) + LOW) | x | LOW)
}

/// Makes upper case lower case.
const LOWER: u64 = u64::MAX / 0xFF * 0x20;

/// The suffixes of a name, by whole labels, shortest first, with their hashes.
///
/// The name is `bytes[start..end]`, in either case. Bytes before it are read where there are some, which is cheaper than
/// not to, and do not count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels<'n> {
    bytes: &'n [u8],
    start: usize,
    /// Where the last suffix starts.
    at: usize,
    state: u64,
    /// All bytes so far, or-ed.
    bits: u64,
}

impl<'n> Labels<'n> {
    #[inline(always)]
    pub(super) fn new(seed: u64, bytes: &'n [u8], start: usize, end: usize) -> Self {
        Self { bytes, start, at: end, state: seed, bits: 0 }
    }

    /// Where the last suffix starts.
    #[inline(always)]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Whether all bytes of the last suffix are ASCII.
    #[inline(always)]
    pub(super) fn is_ascii(&self) -> bool {
        self.bits & (u64::MAX / 0xFF * 0x80) == 0
    }

    /// Takes the first label in, which is hardly ever longer than seven bytes: its hash.
    #[inline(always)]
    pub(super) fn first(&mut self) -> u64 {
        let word = word_before(self.bytes, self.at);
        let len = (equal_bytes(word, b'.').trailing_zeros() as usize / 8).min(self.at - self.start);
        if len >= 8 {
            return self.next();
        }
        let word = (word | LOWER) & OF_LABEL[len].0;
        self.bits |= word;
        self.state = fold(self.state ^ word, (len as u64) << 56 ^ MULTIPLIER);
        self.at -= len;
        self.state
    }

    /// Takes the next label in: the hash of the suffix that begins with it. Has no branch for labels up to 15 bytes.
    #[inline(always)]
    pub(super) fn next(&mut self) -> u64 {
        loop {
            let first = word_before(self.bytes, self.at);
            let second = word_before(self.bytes, self.at.saturating_sub(8));
            let dot = |word: u64| equal_bytes(word, b'.').trailing_zeros() as usize / 8;
            let (near, far) = (dot(first), 8 + dot(second));
            let len = if near < 8 { near } else { far }.min(self.at - self.start);
            let (first, second) = (first | LOWER, second | LOWER);
            if len == 16 {
                self.bits |= first | second;
                self.state = fold(self.state ^ first, second ^ MULTIPLIER);
                self.at -= 16;
                continue;
            }
            let (of_first, of_second) = OF_LABEL[len & 15];
            let (first, second) = (first & of_first, second & of_second);
            self.bits |= first | second;
            self.state = fold(self.state ^ first, (second | (len as u64) << 56) ^ MULTIPLIER);
            self.at -= len;
            return self.state;
        }
    }

    /// Goes on to the label before; `false` if there is none.
    #[inline(always)]
    pub(super) fn go_on(&mut self) -> bool {
        let more = self.at > self.start;
        self.at -= usize::from(more);
        more
    }

    /// The hash of the whole name.
    #[inline]
    pub(super) fn whole(mut self) -> u64 {
        let mut hash = self.first();
        while self.go_on() {
            hash = self.next();
        }
        hash
    }
}

/// The bytes of two words that belong to a label of 0 to 15 bytes: looked up, which is cheaper than shifted on CPUs whose
/// shifts by a register are slow.
const OF_LABEL: [(u64, u64); 16] = {
    let mut masks = [(0, 0); 16];
    let mut len = 0;
    while len < 16 {
        masks[len] = if len < 8 { ((1 << (8 * len)) - 1, 0) } else { (u64::MAX, (1 << (8 * (len - 8))) - 1) };
        len += 1;
    }
    masks
};

/// The eight bytes that end before `at`, the last one lowest, zeros where there are none.
#[inline(always)]
fn word_before(bytes: &[u8], at: usize) -> u64 {
    // Without a branch on where in the text `at` is; in two steps, because no shift may be of 64 bits.
    let missing = 8 - at.min(8);
    match bytes.get(at.max(8) - 8..).and_then(<[u8]>::first_chunk) {
        Some(word) => u64::from_be_bytes(*word) >> (4 * missing) >> (4 * missing),
        None => bytes.iter().take(at).fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_order_count() {
        let texts: [&[u8]; 8] = [b"", b"\0", b"\0\0", b"a", b"a\0", b"abcdefgh", b"abcdefgh\0", b"hgfedcba"];
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[..i] {
                assert_ne!(of(a), of(b), "{a:?} {b:?}");
            }
        }
        assert_ne!(extend(extend(SEED, b"a"), b"b"), extend(extend(SEED, b"b"), b"a"));
    }

    fn name(text: &str) -> u64 {
        Labels::new(SEED, text.as_bytes(), 0, text.len()).whole()
    }

    /// The blocks of a name by the specification, one byte at a time.
    fn blocks(name: &str) -> Vec<(u64, u64)> {
        let mut blocks = Vec::new();
        for label in name.to_ascii_lowercase().rsplit('.') {
            let mut rest: Vec<u8> = label.bytes().map(|b| b | 0x20).collect();
            loop {
                let block = rest.split_off(rest.len().saturating_sub(16));
                let (second, first) = block.split_at(block.len().saturating_sub(8));
                let word = |bytes: &[u8]| bytes.iter().fold(0, |word, &b| word << 8 | u64::from(b));
                let len = block.len() as u64;
                blocks.push((word(first), word(second) | if len == 16 { 0 } else { len << 56 }));
                if len < 16 {
                    break;
                }
            }
        }
        blocks
    }

    #[test]
    fn suffixes_hash_as_specified_wherever_they_stand() {
        let names = [
            "a",
            "a.b",
            "ab.cd.ef",
            "abcdefg.test",
            "abcdefgh.test",
            "abcdefghi.test",
            "abcdefghijklmno.test",
            "x.abcdefghijklmnop.com",
            "abcdefghijklmnopq.abcdefghijklmnopqrstuvw.abcdefghijklmnopqrstuvwxyz012345",
            "_a-b.abcdefghijklmnopq.co.uk",
            "a.b.c.d.e.f.g.h",
            "0123456789012345678901234567890123456789012345678901234567890123.test",
        ];
        for text in names {
            let by_hand = |text: &str| {
                blocks(text).into_iter().fold(SEED, |state, (first, second)| fold(state ^ first, second ^ MULTIPLIER))
            };
            assert_eq!(name(text), by_hand(text), "{text}");
            for before in ["", "x", "abc.", "0123456", "01234567", "0123456789012345", "..........."] {
                for behind in ["", ".", "yyyyyyyyyyyy"] {
                    let all = format!("{before}{}{behind}", text.to_uppercase());
                    let (start, end) = (before.len(), before.len() + text.len());
                    let mut labels = Labels::new(SEED, all.as_bytes(), start, end);
                    let mut count = 0;
                    let mut other = labels;
                    assert_eq!((other.first(), other.at()), ({ labels }.next(), other.at()));
                    loop {
                        let hash = labels.next();
                        count += 1;
                        let suffix = &text[labels.at() - start..];
                        assert!(labels.is_ascii());
                        assert_eq!(hash, by_hand(suffix), "{all} {suffix}");
                        assert_eq!(suffix.split('.').count(), count, "{all}");
                        if !labels.go_on() {
                            break;
                        }
                    }
                    assert_eq!(labels.at(), start);
                    assert_eq!(count, text.split('.').count());
                }
            }
        }
        for (i, a) in names.iter().enumerate() {
            for b in &names[..i] {
                assert_ne!(name(a), name(b), "{a} {b}");
            }
        }
    }

    #[test]
    fn no_bytes_lead_astray() {
        for text in ["", ".", "..", "a.", ".a", "a..b", "\0", "\u{e}.\u{e}", "........", "a.......b", "\u{fc}.\u{fc}"] {
            for end in 0..=text.len() {
                for start in 0..=end {
                    let mut labels = Labels::new(SEED, text.as_bytes(), start, end);
                    let mut count = 1;
                    labels.next();
                    while labels.go_on() {
                        labels.next();
                        count += 1;
                    }
                    assert_eq!(count, text.as_bytes()[start..end].split(|&b| b == b'.').count(), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn bytes_that_are_not_ascii_are_told() {
        for len in 1..40 {
            for at in 0..len {
                let mut text = vec![b'a'; len + 20];
                text[10 + at] = 0xC3;
                let mut labels = Labels::new(SEED, &text, 10, 10 + len);
                labels.next();
                assert!(!labels.is_ascii(), "{len} {at}");
            }
        }
    }

    #[test]
    fn bytes_that_are_equal() {
        for (word, want) in [(0x2E00_2E2F_2D2E_AEFF, 0x8000_8000_0080_0000), (0, 0), (u64::MAX, 0)] {
            assert_eq!(equal_bytes(word, b'.'), want, "{word:x}");
        }
        assert_eq!(equal_bytes(0x0100_0080_00FF_0001, 0), 0x0080_8000_8000_8000);
    }

    /// The hash is part of what is saved: these values never change.
    #[test]
    fn the_hash_is_fixed() {
        assert_eq!([of(b""), of(b"evil.test"), pair(1, 2), name("www.evil.test")], FIXED);
    }
    const FIXED: [u64; 4] =
        [1_487_269_375_928_885_778, 8_492_901_429_278_636_872, 18_356_627_311_344_620_736, 17_271_295_263_274_286_070];
}
