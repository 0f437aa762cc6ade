//! Fast operations on names: the positions of their last dots, their bytes as words, and the hash that the filters of names use.
//!
//! This uses only instructions that every CPU of the architecture has, so nothing is detected at run time and everything is inlined.
//!
//! The hash of a text multiplies two words, and xors the two halves of the product. The first word is the text's first eight bytes. The
//! second is its last eight bytes, rotated by 29 bits and xored with its length in the upper byte. In both words bit 5 of every byte is
//! set, which makes upper case equal lower case, and each is xored with a constant of its own. Words are little-endian; those of a
//! shorter text are padded with zeros. Filters are saved, so the hash never changes. A filter is an array of 64-bit words; a hash sets
//! two bits of one of them ([`bits_of`]).

#[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
use super::text::neon;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
use super::text::x86;
pub(crate) use super::text::{End, Text, WINDOW, WORD};

impl Text<'_> {
    /// Returns the word that begins at an offset, or the text's last word if there are fewer than eight bytes from there.
    #[inline(always)]
    pub(super) fn word(self, at: usize) -> [u8; WORD] {
        let at = at.min(self.0.len() - WORD);
        // SAFETY: there are at least eight bytes, by construction, and `at` is at least eight before the end.
        unsafe { self.0.as_ptr().add(at).cast::<[u8; WORD]>().read() }
    }

    /// Returns the eight bytes that end before `at`, the last one lowest, with zeros before the text. At the start of the text there are no
    /// bytes, and the result is arbitrary.
    #[inline(always)]
    pub(crate) fn word_before(self, at: usize) -> u64 {
        let from = at.max(WORD) - WORD;
        let missing = WORD - at.min(WORD);
        u64::from_be_bytes(self.word(from)).wrapping_shr(8 * missing as u32)
    }

    /// Returns the number of bytes from `at` back to a dot, or to the start.
    #[cold]
    pub(crate) fn label_before(self, at: usize) -> usize {
        self.0.iter().take(at).rev().take_while(|&&b| b != b'.').count()
    }

    /// Returns the dots in the last bytes of the text.
    #[inline(always)]
    pub(crate) fn end(self) -> End {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
        return x86::end(self);
        #[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
        return neon::end(self);
        #[allow(unreachable_code, reason = "reached on other CPUs")]
        self.end_portable()
    }

    /// Like [`end`](Text::end), a word at a time.
    #[inline(always)]
    fn end_portable(self) -> End {
        const HIGH: u64 = u64::MAX / 0xFF * 0x80;
        let mut end = End { dots: 0, is_ascii: true };
        for n in 0..WINDOW / WORD {
            let at = self.len().saturating_sub(n * WORD);
            if at == 0 {
                break;
            }
            let word = self.word_before(at);
            end.is_ascii &= word & HIGH == 0;
            let other = word ^ (u64::MAX / 0xFF * u64::from(b'.'));
            let dots = !(((other & !HIGH) + !HIGH) | other) & HIGH;
            // Gather bit 7 of each byte, the lowest byte's in the highest bit: in the order of the bytes, the last one lowest.
            let bits = (dots >> 7).wrapping_mul(0x8040_2010_0804_0201) >> 56;
            end.dots |= (bits as u32) << (WINDOW - WORD - n * WORD);
        }
        end
    }

    /// Returns the dots of a text of up to 64 bytes, with the last byte in the highest bit, and whether all bytes are ASCII.
    #[inline(always)]
    pub(crate) fn dots(self) -> Option<(u64, bool)> {
        let End { dots, is_ascii } = self.end();
        let len = self.len();
        if len <= WINDOW {
            return Some((u64::from(dots) << WINDOW, is_ascii));
        }
        if len > 2 * WINDOW {
            return None;
        }
        // The two windows overlap, where both give the same bits.
        let first = Text(self.0.get(..(len - WINDOW).max(WORD))?);
        let end = first.end();
        Some((
            u64::from(dots) << WINDOW | u64::from(end.dots) << WINDOW >> (len - first.len()),
            is_ascii & end.is_ascii,
        ))
    }

    /// Returns true if all bytes are those of canonical names: `[a-z0-9._-]`.
    #[inline(always)]
    fn is_of_names(self) -> bool {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
        return x86::is_of_names(self);
        #[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
        return neon::is_of_names(self);
        #[allow(unreachable_code, reason = "reached on other CPUs")]
        self.is_of_names_portable()
    }

    /// Like [`is_of_names`](Text::is_of_names), a byte at a time.
    #[inline(always)]
    fn is_of_names_portable(self) -> bool {
        self.0.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
    }

    /// Returns the [`name_hash`] of the last `len` bytes, at least one.
    #[inline(always)]
    fn hash_of_last(self, len: usize) -> u64 {
        let missing = WORD - len.min(WORD);
        let word = |at: usize| u64::from_le_bytes(self.word(at)).wrapping_shr(8 * missing as u32);
        mix(word(self.len().saturating_sub(len)), word(usize::MAX), len)
    }

    /// Returns true if a text of the same length or longer ends in this one.
    #[inline(always)]
    fn is_end_of(self, other: Text<'_>) -> bool {
        let before = other.len() - self.len();
        let last = self.len() - WORD;
        let differ = |at: usize| u64::from_ne_bytes(self.word(at)) ^ u64::from_ne_bytes(other.word(before + at));
        // Up to 32 bytes are compared without a branch on their number; some are compared twice.
        let mut all = differ(0) | differ(last.min(WORD)) | differ(last.min(2 * WORD)) | differ(last);
        for at in (3 * WORD..last).step_by(WORD) {
            all |= differ(at);
        }
        all == 0
    }
}

/// Returns the hash of the text `bytes[start..end]`, ignoring case. It depends on the first and last eight bytes and the length, and not
/// on the bytes around the text.
#[inline(always)]
pub(crate) fn name_hash(bytes: &[u8], start: usize, end: usize) -> u64 {
    let head = bytes.get(start..).and_then(|bytes| bytes.first_chunk());
    let tail = bytes.get(..end).and_then(|bytes| bytes.last_chunk());
    match (head, tail) {
        (Some(head), Some(tail)) => mix_ends(u64::from_le_bytes(*head), u64::from_le_bytes(*tail), end - start),
        _ => from_ends(&bytes[start..end]),
    }
}

/// Like [`name_hash`], from the eight bytes that begin at the start, and the eight that end at the end.
#[inline(always)]
pub(super) fn mix_ends(head: u64, tail: u64, len: usize) -> u64 {
    let is_long = len >= 8;
    let head = if is_long { head } else { head & ((1 << ((8 * len as u32) & 63)) - 1) };
    mix(head, if is_long { tail } else { head }, len)
}

#[cold]
fn from_ends(text: &[u8]) -> u64 {
    let word = |text: &[u8]| text.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    let (head, tail) = (&text[..text.len().min(8)], &text[text.len().saturating_sub(8)..]);
    mix(word(head), word(tail), text.len())
}

#[inline(always)]
pub(super) fn mix(head: u64, tail: u64, len: usize) -> u64 {
    const LOWER: u64 = 0x2020_2020_2020_2020;
    let length = (len as u64) << 56;
    let product = u128::from((head | LOWER) ^ 0x9E37_79B9_7F4A_7C15)
        * u128::from((tail | LOWER).rotate_left(29) ^ length ^ 0xD1B5_4A32_D192_ED03);
    product as u64 ^ (product >> 64) as u64
}

/// Returns the index of the word that a hash uses in a bitmap of `words` words, at least one, and the two bits that it sets there.
#[inline(always)]
pub(crate) fn bits_of(hash: u64, words: usize) -> (usize, u64) {
    let word = ((hash & 0xFFFF_FFFF) * words as u64) >> 32;
    (word as usize, 1 << (hash >> 58) | 1 << (hash >> 52 & 63))
}

/// Returns the text and its [dots](Text::dots) if it is a canonical name of 8 to 63 bytes whose last label begins with a letter (so it is
/// not an address). Returns `None` only for other texts.
#[inline(always)]
pub(crate) fn canonical(bytes: &[u8]) -> Option<(&str, u64)> {
    let text = Text::new(bytes)?;
    let (dots, _) = if bytes.len() < 2 * WINDOW { text.dots()? } else { return None };
    let last = bytes.len().saturating_sub(dots.leading_zeros() as usize);
    // Letters are the highest of the bytes of names.
    let is_name = text.is_of_names()
        && dots & dots << 1 == 0
        && bytes.first() != Some(&b'.')
        && bytes.get(last).is_some_and(|&b| b >= b'a');
    // SAFETY: all bytes are those of names, which are ASCII.
    is_name.then(|| (unsafe { str::from_utf8_unchecked(bytes) }, dots))
}

/// Compares two rows of eight bytes: returns a bit for each place where the first row has `first` and the second has `second`.
#[inline(always)]
pub(crate) fn pairs(rows: &[u8; 2 * WORD], first: u8, second: u8) -> u32 {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
    return x86::pairs(rows, first, second);
    #[allow(unreachable_code, reason = "reached on other CPUs")]
    pairs_portable(rows, first, second)
}

#[inline(always)]
fn pairs_portable(rows: &[u8; 2 * WORD], first: u8, second: u8) -> u32 {
    let both = rows[..WORD].iter().zip(&rows[WORD..]).zip(0..);
    both.fold(0, |places, ((&a, &b), n)| places | u32::from((a == first) & (b == second)) << n)
}

/// Returns the [`name_hash`] of the last two labels of a text, or of all of it if it has fewer, and whether all bytes that were looked
/// at are ASCII.
#[inline(always)]
pub(crate) fn tail_hash(bytes: &[u8]) -> (u64, bool) {
    let Some(text) = Text::new(bytes) else { return tail_hash_by_bytes(bytes) };
    let end = text.end();
    let last = end.dots.leading_zeros();
    let before = end.dots & !(1 << 31 >> (last & 31));
    if before == 0 && bytes.len() > WINDOW {
        return tail_hash_by_bytes(bytes);
    }
    // If there is no such dot, this acts as if it came before the text, or further away.
    let len = (before.leading_zeros() as usize).min(bytes.len());
    (text.hash_of_last(len), end.is_ascii)
}

/// Like [`tail_hash`], a byte at a time.
#[cold]
#[inline(never)]
pub(super) fn tail_hash_by_bytes(name: &[u8]) -> (u64, bool) {
    let mut dots = (0..name.len()).rev().filter(|&at| name[at] == b'.');
    dots.next();
    let start = dots.next().map_or(0, |dot| dot + 1);
    (name_hash(name, start, name.len()), name[start..].is_ascii())
}

/// Returns the positions of the dots of a text, the last one first.
#[inline(always)]
pub(crate) fn dots_backwards(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let known = Text::new(bytes).and_then(Text::dots);
    let (mut dots, is_known) = (known.map_or(0, |(dots, _)| dots), known.is_some());
    let mut end = bytes.len();
    std::iter::from_fn(move || {
        let place = if is_known {
            let zeros = dots.leading_zeros() as usize;
            if zeros == 64 {
                return None;
            }
            dots &= !(1 << 63 >> zeros);
            bytes.len() - 1 - zeros
        } else {
            bytes[..end].iter().rposition(|&b| b == b'.')?
        };
        end = place;
        Some(place)
    })
}

/// Counts the dots of a text.
#[inline]
pub(crate) fn count_dots(bytes: &[u8]) -> usize {
    match Text::new(bytes).and_then(Text::dots) {
        Some((dots, _)) => dots.count_ones() as usize,
        None => bytes.iter().filter(|&&b| b == b'.').count(),
    }
}

/// Returns true if two texts are equal.
#[inline(always)]
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    match (Text::new(a), Text::new(b)) {
        (Some(a), Some(b)) => a.len() == b.len() && a.is_end_of(b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::cases;

    fn texts() -> impl Iterator<Item = Vec<u8>> {
        let mut state = 7_u64;
        (WORD..80).step_by(cases(1, 3)).flat_map(|len| (0..cases(60, 1)).map(move |_| len)).map(move |len| {
            (0..len)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    b"abcdefghijkl-0Z.....\xAE\x2D\x2F\0"[(state >> 40) as usize % 24]
                })
                .collect()
        })
    }

    #[test]
    fn ends_are_what_a_look_at_each_byte_tells() {
        for bytes in texts() {
            let text = Text::new(&bytes).unwrap();
            let window = &bytes[bytes.len().saturating_sub(WINDOW)..];
            let want = End {
                dots: window.iter().rev().zip(0..).fold(0, |dots, (&b, n)| dots | u32::from(b == b'.') << (31 - n)),
                is_ascii: window.is_ascii(),
            };
            assert_eq!(text.end(), want, "{bytes:?}");
            assert_eq!(text.end_portable(), want, "{bytes:?}");
            let dots = bytes.iter().rev().zip(0..64).fold(0, |dots, (&b, n)| dots | u64::from(b == b'.') << (63 - n));
            let all = (0..bytes.len()).rev().filter(|&at| bytes[at] == b'.');
            assert!(dots_backwards(&bytes).eq(all), "{bytes:?}");
            assert_eq!(count_dots(&bytes), bytes.iter().filter(|&&b| b == b'.').count());
            assert_eq!(text.dots(), (bytes.len() <= 64).then(|| (dots, bytes.is_ascii())), "{bytes:?}");
        }
    }

    #[test]
    fn tails_hash_as_texts_of_their_own() {
        let by_bytes = |bytes: &[u8]| {
            let dot = |bytes: &[u8]| bytes.iter().rposition(|&b| b == b'.');
            let start = dot(bytes).and_then(|last| dot(&bytes[..last])).map_or(0, |dot| dot + 1);
            name_hash(&bytes[start..].to_ascii_lowercase(), 0, bytes.len() - start)
        };
        for bytes in texts().chain((0..WORD).map(|len| b"t.co.ab"[WORD - 1 - len..].to_vec())) {
            let (hash, is_ascii) = tail_hash(&bytes);
            if bytes.is_ascii() {
                assert!(is_ascii);
                assert_eq!(hash, by_bytes(&bytes), "{:?}", bytes.escape_ascii().to_string());
            }
            let mut long = vec![b'a'; 40];
            long.extend_from_slice(b".");
            long.extend_from_slice(&bytes);
            assert_eq!(tail_hash(&long).0, by_bytes(&long), "{:?}", long.escape_ascii().to_string());
        }
    }

    #[test]
    fn bytes_of_names_are_told_from_others() {
        for byte in (0..=u8::MAX).step_by(cases(1, 9)) {
            for len in (WORD..70).step_by(cases(1, 21)) {
                for at in [0, 1, len / 2, len - 2, len - 1] {
                    let mut bytes = b"az09_-azaz09azbc".repeat(5)[..len].to_vec();
                    bytes[at] = byte;
                    let text = Text::new(&bytes).unwrap();
                    assert_eq!(text.is_of_names(), text.is_of_names_portable(), "{byte} {len} {at}");
                }
            }
        }
    }

    #[test]
    fn texts_that_are_equal() {
        for bytes in texts().chain((0..WORD).map(|len| b"evil.te"[..len.min(7)].to_vec())) {
            let mut other = bytes.clone();
            assert!(equal(&bytes, &other));
            for at in 0..bytes.len() {
                other[at] ^= 1;
                assert!(!equal(&bytes, &other) && !equal(&bytes, &bytes[..at]) && !equal(&bytes[..at], &bytes));
                other[at] ^= 1;
            }
        }
    }

    #[test]
    fn pairs_are_found() {
        let mut rows = *b"abcabcabABCBBCAB";
        for first in *b"abcd" {
            for second in *b"ABCD" {
                rows[3] ^= 1;
                assert_eq!(pairs(&rows, first, second), pairs_portable(&rows, first, second));
            }
        }
        assert_eq!(pairs(b"aaaaaaaa01010101", b'a', b'1'), 0b1010_1010);
    }

    #[test]
    fn canonical_names() {
        let long = "a".repeat(63);
        for (text, want) in [
            ("evil.test", true),
            ("-_-.evil-1.test", true),
            ("0123456789.0123456789.abc", true),
            ("localhost", true),
            (&long, true),
            ("a.longer.name.that.goes.on.beyond.thirty-two.bytes.example", true),
            ("a.longer.name.that.goes..on.beyond.thirty-two.bytes.example", false),
            ("a.b", false),
            ("evil.tesT", false),
            ("evil.test.", false),
            (".evil.test", false),
            ("evil..test", false),
            ("198.51.100.7", false),
            ("evil.test.1a", false),
            ("evil.-test", false),
            ("evil.te/st", false),
        ] {
            let dots = || Text::new(text.as_bytes()).unwrap().dots().unwrap().0;
            assert_eq!(canonical(text.as_bytes()), want.then(|| (text, dots())), "{text}");
        }
        assert_eq!(canonical(format!("{long}a").as_bytes()), None);
    }

    /// The hash is saved in files, so these values must never change.
    #[test]
    fn the_hash_is_fixed() {
        let of = |text: &str| name_hash(text.as_bytes(), 0, text.len());
        assert_eq!([of("t.co"), of("evil.test"), of("much-longer.example"), bits_of(of("evil.test"), 16).1], FIXED);
    }
    const FIXED: [u64; 4] = [2_262_835_240_196_578_910, 4_337_845_974_494_183_875, 639_654_678_941_248_030, 32_776];

    #[test]
    fn words_end_anywhere() {
        for bytes in texts() {
            let text = Text::new(&bytes).unwrap();
            for at in 1..=bytes.len() {
                let want = bytes[at.saturating_sub(WORD)..at].iter().fold(0, |word, &b| word << 8 | u64::from(b));
                assert_eq!(text.word_before(at), want);
                assert_eq!(
                    text.label_before(at),
                    at - bytes[..at].iter().rposition(|&b| b == b'.').map_or(0, |dot| dot + 1)
                );
            }
            // Neither is an offset in the text; both return some word.
            text.word_before(0);
            text.word_before(bytes.len() + 7);
        }
        assert!(Text::new(b"1234567").is_none());
    }
}
