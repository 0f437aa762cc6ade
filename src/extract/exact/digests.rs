//! File hashes: runs of hexadecimal digits, and pairs of digits with a separator between them.

use std::ops::Range;

use crate::arch::digits::{CHUNK, is_digit_or_separator, parts};
use crate::extract::grammar::at;
use crate::extract::grammar::escape::escape_len;
use crate::value::FileHash;
use crate::value::hash::{LENGTHS, MAX_LEN};

/// The distance before a run of digits up to which letters and digits are looked at. No escape is longer.
const MAX_HEAD: usize = 40;

/// Calls `each` with every hash of a text, in order. `chunks` are the [chunks](crate::arch::digits::chunks) of that text, in order. Each part
/// of it whose ends no hash crosses may count multiples of 16 of its own.
pub(super) fn find(bytes: &[u8], chunks: &[u32], each: &mut impl FnMut(Range<usize>, &FileHash)) {
    let mut done = 0;
    let mut chunks = chunks.iter().map(|&chunk| chunk as usize).peekable();
    while let Some(chunk) = chunks.next() {
        if is_short(bytes, chunk) {
            continue;
        }
        let is_part = |byte: &&u8| is_digit_or_separator(**byte);
        let start = chunk - bytes[done..chunk].iter().rev().take_while(is_part).count();
        let mut behind = chunk + CHUNK;
        while chunks.next_if_eq(&behind).is_some() {
            behind += CHUNK;
        }
        let end = behind + bytes[behind..].iter().take_while(is_part).count();
        done = end;
        // Times, addresses and other short runs.
        if end - start < 2 * LENGTHS[0] {
            continue;
        }
        // Most hashes touch no letter or digit.
        let touches = |byte: u8| byte.is_ascii_alphanumeric();
        let touches_any = touches(at(bytes, end)) || start > 0 && touches(bytes[start - 1]);
        if !touches_any
            && bytes[start].is_ascii_hexdigit()
            && let Some(hash) = FileHash::of_digits(&bytes[start..end])
        {
            each(start..end, &hash);
            continue;
        }
        Run { bytes, start, end, pairs: Pairs::default() }.find(each);
    }
}

/// Returns true if the run around a chunk ends within a chunk's length on both sides, and is too short for a hash, like numbers with many
/// digits, times and IPv6 addresses.
#[inline]
fn is_short(bytes: &[u8], chunk: usize) -> bool {
    let Some((before, rest)) = bytes.split_at_checked(chunk) else { return false };
    let (Some(before), Some((_, rest))) = (before.last_chunk::<CHUNK>(), rest.split_first_chunk::<CHUNK>()) else {
        return false;
    };
    let Some(after) = rest.first_chunk::<CHUNK>() else { return false };
    let around = parts(before).leading_ones() + parts(after).trailing_ones();
    CHUNK + (around as usize) < 2 * LENGTHS[0]
}

/// A maximal run of hexadecimal digits and separators.
struct Run<'a> {
    bytes: &'a [u8],
    start: usize,
    end: usize,
    pairs: Pairs,
}

/// Pairs of digits with the same separator between them.
#[derive(Clone, Copy, Default)]
struct Pairs {
    start: usize,
    end: usize,
    count: usize,
}

impl Run<'_> {
    fn find(&mut self, each: &mut impl FnMut(Range<usize>, &FileHash)) {
        let bytes = self.bytes;
        let mut at_run = self.start;
        while at_run < self.end {
            if !bytes[at_run].is_ascii_hexdigit() {
                at_run += 1;
                continue;
            }
            let end = at_run + bytes[at_run..self.end].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            // Only the first run of digits can have other letters before it, and only the last one after it.
            let head = if at_run == self.start {
                let near = &bytes[at_run.saturating_sub(MAX_HEAD)..at_run];
                near.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count()
            } else {
                0
            };
            let goes_on = end == self.end && at(bytes, end).is_ascii_alphanumeric();
            if goes_on || head == MAX_HEAD {
                self.end_pairs(each);
            } else {
                self.digits(at_run - head, at_run, end, each);
            }
            at_run = end;
        }
        self.end_pairs(each);
    }

    /// Takes the digits from `from` to `end`. Only letters and digits from `start` on touch them, and those may belong
    /// to an escape.
    fn digits(&mut self, start: usize, from: usize, end: usize, each: &mut impl FnMut(Range<usize>, &FileHash)) {
        let bytes = self.bytes;
        let escape = escape_len(bytes, start);
        let behind = Some(start + escape).filter(|&behind| escape > 0 && behind >= from && behind < end);
        let whole = Some(start).filter(|&start| start == from);
        let last = self.pairs.end;
        if whole.is_some() && end - start == 2 && self.pairs.count > 0 && start == last + 1 {
            if self.pairs.count == 1 || bytes[last] == bytes[last - 3] {
                self.pairs = Pairs { end, count: self.pairs.count + 1, ..self.pairs };
            } else {
                // With another separator, the last pair begins a new sequence.
                self.end_pairs(each);
                self.pairs = Pairs { start: last - 2, end, count: 2 };
            }
            return;
        }
        self.end_pairs(each);
        for start in behind.into_iter().chain(whole) {
            if end - start == 2 {
                self.pairs = Pairs { start, end, count: 1 };
            } else if let Some(hash) = FileHash::of_digits(&bytes[start..end]) {
                each(start..end, &hash);
            }
        }
    }

    /// Finishes the current sequence of pairs.
    fn end_pairs(&mut self, each: &mut impl FnMut(Range<usize>, &FileHash)) {
        let Pairs { start, end, count } = std::mem::take(&mut self.pairs);
        if (LENGTHS[0]..=MAX_LEN).contains(&count)
            && let Some(hash) = FileHash::of_digits(&self.bytes[start..end])
        {
            each(start..end, &hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::arch::digits;

    fn found(text: &str) -> Vec<String> {
        let (mut chunks, mut found) = (Vec::new(), Vec::new());
        digits::chunks(text.as_bytes(), 0, &mut chunks);
        super::find(text.as_bytes(), &chunks, &mut |span, hash| {
            found.push(text[span].to_owned());
            assert!(hash.to_string().eq_ignore_ascii_case(&found[found.len() - 1].replace([':', '-'], "")));
        });
        found
    }

    #[test]
    fn hashes_are_whole_runs() {
        let md5 = "0123456789abcdef0123456789ABCDEF";
        let pairs: Vec<&str> = (0..16).map(|n| &md5[2 * n..2 * n + 2]).collect();
        let (colons, hyphens) = (pairs.join(":"), pairs.join("-"));
        for shift in 0..20 {
            let pad = " ".repeat(shift);
            for len in [32, 40, 56, 64, 96, 128] {
                let digits = &md5.repeat(4)[..len];
                for text in [
                    digits.to_owned(),
                    format!("\"{digits}\""),
                    format!("MD5:{digits}"),
                    format!("SHA256={digits},x"),
                    format!("_{digits}_"),
                    format!("x-{digits}.exe"),
                    format!("{digits}-{}", &digits[..7]),
                    format!("%20{digits}"),
                    format!("\\n{digits}\\n"),
                    format!("\\u003d{digits}"),
                    format!("\u{1b}[31m{digits}\u{1b}[0m"),
                    format!("=3D{digits}"),
                    format!("“{digits}”"),
                ] {
                    let text = format!("{pad}{text}\n");
                    assert_eq!(found(&text), [digits], "{text:?}");
                }
                for text in [
                    format!("{digits}0"),
                    format!("{digits}g"),
                    format!("g{digits}"),
                    format!("zz{digits}"),
                    digits[1..].to_owned(),
                    format!("{}{digits}", "x".repeat(60)),
                ] {
                    let want: Vec<String> =
                        if text.len() == 40 || text.len() == 56 { vec![text.clone()] } else { vec![] };
                    assert!(found(&format!("{pad}{text}\n")).iter().all(|text| want.contains(text)), "{text}");
                }
            }
            for text in [&colons, &hyphens] {
                for text in [
                    text.clone(),
                    format!("MD5:{text}"),
                    format!("SHA256 Fingerprint={text}."),
                    format!("%20{text}"),
                    format!("{text}:123"),
                    format!("00{}{text}", if text.contains(':') { "-" } else { ":" }),
                ] {
                    let text = format!("{pad}{text}\n");
                    assert_eq!(found(&text).len(), 1, "{text:?}");
                }
                for text in [
                    format!("{text}{}00", &text[2..3]),
                    format!("{text}-00:11"),
                    text.replacen(&text[2..3], "+", 1).replace('+', if text.contains(':') { "-" } else { ":" }),
                    text[3..].to_owned(),
                    format!("g{text}"),
                    format!("{text}g"),
                ] {
                    // One more pair with the other separator does not belong to it.
                    let want = usize::from(text.ends_with("-00:11") && text.contains(&colons));
                    let text = format!("{pad}{text}\n");
                    assert_eq!(found(&text).len(), want, "{text:?}");
                }
            }
        }
        // A UUID, an address, times.
        assert!(
            found("01234567-89ab-cdef-0123-456789abcdef 2001:db8:0:1:2:3:4:5 2026-11-26:10:11:12-00:00").is_empty()
        );
    }
}
