//! The hashes of names and texts. They are specified here, and those for the bitmaps of names in
//! [`arch::name`](crate::arch::name), so that they are the same on every CPU and in every release: saved tables depend
//! on them.
//!
//! The *fold* of two words is the XOR of the two halves of their 128-bit product.
//!
//! * **A name** is hashed label by label from the right, so that one pass gives the hashes of all its suffixes
//!   ([`suffixes`]). First, bit 5 of every byte is set, which makes upper case lower case. A label is read from its end
//!   in blocks of 16 bytes, as two big-endian words of which the first one is the later in the text. The remaining 0 to
//!   15 bytes are a block of their own, padded with zeros at the front, with their number in the upper byte of the
//!   second word. A block turns a state into the fold of `state ^ first` and `second ^ MULTIPLIER`, so most labels cost
//!   one multiplication. The hash of a suffix is the state after its last label. No two different names of valid bytes
//!   yield the same blocks. No factor is zero, whatever the seed: the upper byte of a whole second word is neither a
//!   length nor the upper byte of the multiplier.
//! * **A text** is hashed from the left, eight bytes at a time, little-endian. Each word is folded with the multiplier;
//!   the last word is padded with zeros, and the length is mixed in ([`extend`]).
//!
//! Each table chooses the initial state for its names: see [`seeds`].
//!
//! Folding eight bytes at a time was 50 % slower for names as they occur in logs: it needs a branch on whether a label
//! is longer than seven bytes, and that branch is a coin toss.

use crate::arch::name::{Text, WORD};

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// The initial state for texts, and the first of the [`seeds`].
pub(in crate::sieve) const SEED: u64 = 0x5851_F42D_4C95_7F2D;

#[inline(always)]
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    (product as u64) ^ ((product >> 64) as u64)
}

/// The initial states that a table may use, in the order in which they are tried. They are fixed, so that a set of
/// names gives the same table wherever it is built.
pub(in crate::sieve) fn seeds() -> impl Iterator<Item = u64> {
    (0..16).map(|n| if n == 0 { SEED } else { pair(SEED, n) })
}

/// Extends `state` by one piece of a text.
#[inline]
pub(in crate::sieve) fn extend(mut state: u64, piece: &[u8]) -> u64 {
    let words = piece.chunks_exact(8);
    let rest = words.remainder().len();
    for word in words {
        state = fold(state ^ word.first_chunk().map_or(0, |word| u64::from_le_bytes(*word)), MULTIPLIER);
    }
    let of_rest = OF_LABEL[rest].0;
    let last = (word_before(piece, piece.len()) & of_rest).swap_bytes() >> 8 >> (56 - 8 * rest);
    // The rotation keeps the length apart from the bytes.
    fold(state.rotate_left(23) ^ last, MULTIPLIER) ^ (piece.len() as u64).wrapping_mul(MULTIPLIER)
}

/// The hash of a whole text.
pub(in crate::sieve) fn of(text: &[u8]) -> u64 {
    finish(extend(SEED, text))
}

/// The hash of a pair of numbers.
#[inline]
pub(in crate::sieve) const fn pair(a: u64, b: u64) -> u64 {
    finish(fold(fold(SEED ^ a, MULTIPLIER).rotate_left(29) ^ b, MULTIPLIER))
}

/// Spreads the state over the low bits, which tables use as an index.
#[inline]
pub(in crate::sieve) const fn finish(state: u64) -> u64 {
    fold(state ^ MULTIPLIER.rotate_left(17), MULTIPLIER)
}

/// A word that, when OR-ed, turns upper case into lower case.
const LOWER: u64 = u64::MAX / 0xFF * 0x20;

/// A suffix of a name, by whole labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sieve) struct Suffix {
    pub(in crate::sieve) hash: u64,
    pub(in crate::sieve) start: usize,
    /// The number of labels.
    pub(in crate::sieve) labels: u16,
}

/// Calls `take` with each suffix of a name, shortest first, until it returns false. The name may be in either case.
#[inline(always)]
pub(in crate::sieve) fn suffixes(seed: u64, name: &[u8], mut take: impl FnMut(Suffix) -> bool) {
    if let Some(text) = Text::new(name) {
        let _ = Suffixes::new(seed, text, text.dots().map(|(dots, _)| dots)).all(take);
        return;
    }
    // This copy leaves room before the name.
    let mut room = [0; WORD];
    let start = WORD - name.len();
    room[start..].copy_from_slice(name);
    if let Some(text) = Text::new(&room) {
        let suffixes = Suffixes { start, ..Suffixes::new(seed, text, text.dots().map(|(dots, _)| dots)) };
        let _ = { suffixes }.all(|suffix| take(Suffix { start: suffix.start - start, ..suffix }));
    }
}

/// The suffixes of a name, shortest first.
#[derive(Clone, Debug)]
pub(in crate::sieve) struct Suffixes<'n> {
    text: Text<'n>,
    /// The start of the name in the text.
    start: usize,
    /// The bits of [`Text::dots`], shifted so that the top bit is the byte before the last dot returned; `None` if the
    /// text is too long.
    dots: Option<u64>,
    last: Suffix,
    is_done: bool,
}

impl<'n> Suffixes<'n> {
    /// Takes a name with the result of [`Text::dots`] for it.
    #[inline(always)]
    pub(in crate::sieve) fn new(seed: u64, text: Text<'n>, dots: Option<u64>) -> Self {
        // As if the root dot had just been passed.
        let last = Suffix { hash: seed, start: text.len() + 1, labels: 0 };
        Self { text, start: 0, dots, last, is_done: false }
    }
}

impl Iterator for Suffixes<'_> {
    type Item = Suffix;

    #[inline(always)]
    fn next(&mut self) -> Option<Suffix> {
        if self.is_done {
            return None;
        }
        let Suffix { hash: mut state, start, labels } = self.last;
        let mut at = start - 1;
        let mut len = match &mut self.dots {
            Some(dots) => {
                let len = (dots.leading_zeros() as usize).min(at - self.start);
                *dots = *dots << (len & 63) << 1;
                len
            }
            None => self.text.label_before(at),
        };
        while len >= 2 * WORD {
            let (first, second) = (self.text.word_before(at) | LOWER, self.text.word_before(at - WORD) | LOWER);
            state = fold(state ^ first, second ^ MULTIPLIER);
            at -= 2 * WORD;
            len -= 2 * WORD;
        }
        state = block(state, self.text, at, len);
        at -= len;
        self.last = Suffix { hash: state, start: at, labels: labels + 1 };
        self.is_done = at == self.start;
        Some(self.last)
    }
}

/// The state after the last block of a label. That block has `len` bytes, at most 15, and ends before `at`.
#[inline(always)]
fn block(state: u64, text: Text<'_>, at: usize, len: usize) -> u64 {
    let (first, second) = (text.word_before(at) | LOWER, text.word_before(at.saturating_sub(WORD)) | LOWER);
    let (of_first, of_second) = OF_LABEL[len & 15];
    fold(state ^ first & of_first, (second & of_second | (len as u64) << 56) ^ MULTIPLIER)
}

/// The hash of a whole name.
#[inline]
pub(in crate::sieve) fn whole(seed: u64, name: &[u8]) -> u64 {
    let mut whole = seed;
    suffixes(seed, name, |suffix| {
        whole = suffix.hash;
        true
    });
    whole
}

/// Masks for the bytes of two words that belong to a label of 0 to 15 bytes. A table is cheaper than shifting on CPUs
/// where shifts by a register are slow.
const OF_LABEL: [(u64, u64); 16] = {
    let mut masks = [(0, 0); 16];
    let mut len = 0;
    while len < 16 {
        masks[len] = if len < 8 { ((1 << (8 * len)) - 1, 0) } else { (u64::MAX, (1 << (8 * (len - 8))) - 1) };
        len += 1;
    }
    masks
};

/// The eight bytes that end before `at`, the last one lowest, padded with zeros.
#[inline(always)]
fn word_before(bytes: &[u8], at: usize) -> u64 {
    // Without a branch on the position of `at`. Two shifts are needed, because a single shift by 64 bits is not allowed.
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
        whole(SEED, text.as_bytes())
    }

    /// The blocks of a name according to the specification, one byte at a time.
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

    fn by_hand(text: &str) -> u64 {
        blocks(text).into_iter().fold(SEED, |state, (first, second)| fold(state ^ first, second ^ MULTIPLIER))
    }

    /// All suffixes by whole labels, shortest first: hash, start, number of labels.
    fn all_by_hand(text: &str) -> Vec<(u64, usize, u16)> {
        let starts = (0..=text.len()).rev().filter(|&at| at == 0 || text.as_bytes()[at - 1] == b'.');
        starts.zip(1..).map(|(at, labels)| (by_hand(&text[at..]), at, labels)).collect()
    }

    fn all(text: &str) -> Vec<(u64, usize, u16)> {
        let mut all = Vec::new();
        suffixes(SEED, text.as_bytes(), |Suffix { hash, start, labels }| {
            all.push((hash, start, labels));
            true
        });
        all
    }

    const LABELS: [&str; 14] = [
        "",
        "a",
        "_b-",
        "com",
        "museum",
        "seven77",
        "eight888",
        "nine99999",
        "fifteen-fifteen",
        "sixteen_sixteen_",
        "seventeen-7-seven",
        "abcdefghijklmnopqrstuvw",
        "abcdefghijklmnopqrstuvwxyz012345",
        "012345678901234567890123456789012345678901234567890123456789012",
    ];

    /// All texts of up to three of [`LABELS`], and some longer ones.
    fn texts() -> Vec<String> {
        let mut texts: Vec<String> = LABELS.map(str::to_owned).to_vec();
        for n in 1..3 {
            let longer: Vec<String> = texts
                .iter()
                .filter(|text| text.split('.').count() == n)
                .flat_map(|text| LABELS.map(|label| format!("{label}.{text}")))
                .collect();
            texts.extend(longer);
        }
        texts.extend(["a.b.c.d.e.f.g.h", "x.yy.zzz.abcdefghijklmnop.co.uk", "......."].map(str::to_owned));
        texts
    }

    #[test]
    fn suffixes_hash_as_specified() {
        for text in texts() {
            let want = all_by_hand(&text);
            assert_eq!(all(&text), want, "{text}");
            assert_eq!(all(&text.to_uppercase()), want, "{text}");
            assert_eq!(name(&text), want.last().map_or(SEED, |&(hash, ..)| hash), "{text}");
            // Stops when it is told to.
            let mut count = 0;
            suffixes(SEED, text.as_bytes(), |_| {
                count += 1;
                count < 2
            });
            assert_eq!(count, want.len().min(2));
        }
    }

    #[test]
    fn different_names_hash_differently() {
        let mut hashes: Vec<u64> = texts().iter().map(|text| by_hand(text)).collect();
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn no_bytes_lead_astray() {
        for text in ["\0", "\u{e}.\u{e}", "\u{fc}.\u{fc}", "a.......b\r\n", "\u{fc}.aaaaaaa.aaaaaaaaaaaaaaa.\u{fc}"] {
            for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
                let text = &text[..end];
                assert_eq!(all(text).len(), text.split('.').count(), "{text:?}");
            }
        }
    }

    /// Saved files depend on the hash: these values never change.
    #[test]
    fn the_hash_is_fixed() {
        assert_eq!([of(b""), of(b"evil.test"), pair(1, 2), name("www.evil.test")], FIXED);
    }
    const FIXED: [u64; 4] =
        [1_487_269_375_928_885_778, 8_492_901_429_278_636_872, 18_356_627_311_344_620_736, 17_271_295_263_274_286_070];
}
