//! Mail addresses around an `@`, which is `%40` in a URL, and `%2540` in a URL within a URL.
//!
//! A local part is a run of letters, digits, `.`, `_`, `+`, `-` and non-ASCII characters. Other legal characters (`=`,
//! `/`, `'`, …) usually precede a local part, so they are read both ways: `from=a@b.test` is two addresses.
//!
//! A `+` is often written as `%2B`, or as `\u002B` in JSON. Such an escape of a character of local parts is undone and belongs to the
//! local part; other escapes end it.

use std::ops::Range;

use crate::extract::decode;
use crate::extract::grammar::escape::escape_len;
use crate::extract::grammar::{HOST, at, before, hex, is};
use crate::extract::name;
use crate::limits::{MAX_LOCAL_PART, MAX_NAME};
use crate::value::email::is_local_byte;

/// The maximum number of starts that are tried; a local part seldom has so many bytes that may precede one.
const MAX_STARTS: usize = 24;

/// Returns true for the usual bytes of local parts.
fn is_core(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')
}

/// The spellings of `@` in URLs.
const ENCODED: [&[u8]; 2] = [b"%40", b"%2540"];

/// Calls `each` with the place and length of every `@`, plain or percent-encoded, in order. `places` are those of all `@` and `%`.
pub(super) fn ats(bytes: &[u8], places: impl Iterator<Item = usize>, mut each: impl FnMut(usize, usize)) {
    for at in places {
        if bytes[at] == b'@' {
            each(at, 1);
        } else if let Some(form) = ENCODED.iter().find(|form| bytes[at..].starts_with(form)) {
            each(at, form.len());
        }
    }
}

/// Calls `each` with every reading of the address around the `@` at `place`, which takes `len` bytes: its place and its text.
pub(super) fn readings(bytes: &[u8], place: usize, len: usize, each: &mut impl FnMut(Range<usize>, &[u8])) {
    let mut ends = [0; 4];
    let count = name_ends(bytes, place + len, &mut ends);
    if count == 0 {
        return;
    }
    let ends = &ends[..count];
    if before(bytes, place) == b'"' {
        // A quote ends a URL, so this `@` cannot be encoded.
        if len == 1 {
            quoted(bytes, place, ends, each);
        }
        return;
    }
    let mut starts = [0; MAX_STARTS];
    let mut last_escape = usize::MAX;
    if let Some(undone) = Undone::new(bytes, place, len, ends[0]) {
        last_escape = undone.last_escape;
        let count = local_starts(&undone.bytes, undone.place, undone.place + ends[0] - place, &mut starts);
        for &start in &starts[..count] {
            for &end in ends {
                let text = [&undone.bytes[start..undone.place], b"@", &bytes[place + len..end]].concat();
                each(undone.raw(start)..end, &text);
            }
        }
    }
    let count = local_starts(bytes, place, ends[0], &mut starts);
    // Behind the escapes, the text is the same as before; over them, they may also be meant literally.
    for &start in starts[..count].iter().filter(|&&start| start <= last_escape) {
        for &end in ends {
            if len == 1 {
                each(start..end, &bytes[start..end]);
            } else {
                each(start..end, &[&bytes[start..place], b"@", &bytes[place + len..end]].concat());
            }
        }
    }
}

/// The length of the longest escape with one backslash, and as many more backslashes as JSON in JSON has.
const LONGEST_ESCAPE: usize = 6 + 2;

/// The byte of a local part for which the escape at `from` stands, and the length of the escape: `%XX`, or `%25XX` in a URL within a
/// URL; `\u00XX`, also with several backslashes.
fn escaped(bytes: &[u8], from: usize, is_twice: bool) -> Option<(u8, usize)> {
    let rest = &bytes[from..];
    let digits = match rest.first()? {
        b'%' if is_twice => 3,
        b'%' => 1,
        _ => rest.iter().take(LONGEST_ESCAPE - 5).take_while(|byte| **byte == b'\\').count() + 3,
    };
    let is_sign = matches!(rest.get(..digits)?, [b'%'] | [b'%', b'2', b'5'] | [b'\\', .., b'u', b'0', b'0']);
    let byte = hex(rest, digits, 2).filter(|_| is_sign)? as u8;
    (byte.is_ascii() && byte != b'%' && is_local_byte(byte)).then_some((byte, digits + 2))
}

/// The text around an `@`, with the escapes in its local part undone.
struct Undone {
    bytes: Vec<u8>,
    /// The place of the `@`.
    place: usize,
    /// The place in the log of each byte of the local part, from `first` on.
    places: Vec<usize>,
    first: usize,
    /// The place in the log of the last escape.
    last_escape: usize,
}

impl Undone {
    /// Returns `None` if there is no escape to undo. `end` is the end of the name.
    fn new(bytes: &[u8], place: usize, len: usize, end: usize) -> Option<Self> {
        /// What may decide whether the local part begins here.
        const CONTEXT: usize = 64;
        let is_part = |byte: &&u8| is_local_byte(**byte) || **byte == b'\\';
        let near = &bytes[place.saturating_sub(LONGEST_ESCAPE * (MAX_LOCAL_PART + 1))..place];
        let start = place - near.iter().rev().take_while(is_part).count();
        let is_twice = len == ENCODED[1].len();
        let escaped_at = |at: usize| escaped(&bytes[..place], at, is_twice);
        memchr::memchr2_iter(b'%', b'\\', &bytes[start..place]).find_map(|at| escaped_at(start + at))?;
        let from = start.saturating_sub(CONTEXT);
        let mut undone = Self {
            bytes: bytes[from..start].to_vec(),
            place: 0,
            places: Vec::new(),
            first: start - from,
            last_escape: start,
        };
        let mut at = start;
        while at < place {
            let escape = escaped_at(at);
            let (byte, len) = escape.unwrap_or((bytes[at], 1));
            if escape.is_some() {
                undone.last_escape = at;
            }
            undone.bytes.push(byte);
            undone.places.push(at);
            at += len;
        }
        undone.place = undone.bytes.len();
        // And what the name ends at.
        undone.bytes.extend_from_slice(&bytes[place..bytes.len().min(end + 1)]);
        Some(undone)
    }

    /// The place in the log of a byte of the local part. None starts before the first byte.
    fn raw(&self, at: usize) -> usize {
        self.places[at - self.first]
    }
}

/// Returns true if an escape is among the last bytes of the local part before `place`, or near them.
pub(super) fn may_be_escaped(bytes: &[u8], place: usize) -> bool {
    memchr::memchr2(b'%', b'\\', &bytes[place.saturating_sub(3 * LONGEST_ESCAPE)..place]).is_some()
}

/// The possible ends of the name from `from` on: those of its run, trimmed and untrimmed, then those of its ASCII part.
fn name_ends(bytes: &[u8], from: usize, ends: &mut [usize; 4]) -> usize {
    /// UTS-46 cannot turn a longer run into a valid name.
    const LONGEST: usize = 4 * MAX_NAME;
    let mut end = from;
    let mut ascii = None;
    while end - from <= LONGEST {
        if is(at(bytes, end), HOST) {
            end += 1;
        } else if let Some(len) = decode::name_scalar(bytes, end) {
            ascii.get_or_insert(end);
            end += len;
        } else {
            break;
        }
    }
    let mut count = 0;
    for end in [Some(end).filter(|end| end - from <= LONGEST), ascii].into_iter().flatten() {
        for reading in name::readings(bytes, from..end) {
            // A reading trimmed at the front would lose the beginning of the name.
            if reading.start == from && !ends[..count].contains(&reading.end) && count < ends.len() {
                ends[count] = reading.end;
                count += 1;
            }
        }
    }
    count
}

/// The possible starts of the local part that ends at `place`: that of its run after an escape, and of the whole run;
/// then further back, over bytes that may precede a local part.
fn local_starts(bytes: &[u8], place: usize, end: usize, starts: &mut [usize; MAX_STARTS]) -> usize {
    let mut count = 0;
    let mut add = |start: usize| {
        if start < place && place - start <= MAX_LOCAL_PART && count < MAX_STARTS && !starts[..count].contains(&start) {
            starts[count] = start;
            count += 1;
        }
    };
    let least = place.saturating_sub(MAX_LOCAL_PART + 1);
    let mut start = place;
    // The start of the ASCII part.
    let mut ascii = None;
    loop {
        let from = start;
        let mut is_cut = false;
        while start > least {
            let byte = bytes[start - 1];
            if is_core(byte) {
                start -= 1;
            } else if byte >= 0x80
                && let Some(len) = scalar_before(bytes, start)
            {
                ascii.get_or_insert(start);
                start -= len;
            } else {
                break;
            }
            is_cut = start <= least && least > 0;
        }
        // Before the many starts that soft bytes may add.
        if let Some(ascii) = ascii {
            add(ascii);
        }
        // From farther back, the local part would be too long.
        if is_cut {
            break;
        }
        if start < from || from == place {
            // An apostrophe within a name belongs to it, unless it is a quote.
            let is_inner =
                before(bytes, start) == b'\'' && start >= 2 && is_core(bytes[start - 2]) && at(bytes, end) != b'\'';
            if !is_inner {
                let escape = escape_len(bytes, start);
                if escape > 0 && start + escape < place {
                    add(start + escape);
                }
                let trimmed = bytes[start..place].iter().take_while(|byte| matches!(byte, b'.' | b'-')).count();
                add(start + trimmed);
                add(start);
            }
        }
        let soft = bytes[least..start]
            .iter()
            .rev()
            .take_while(|byte| is_local_byte(**byte) && !is_core(**byte) && **byte < 0x80);
        match soft.count() {
            0 => break,
            soft => {
                // Add these bytes one at a time.
                (1..=soft).for_each(|len| add(start - len));
                start -= soft;
            }
        }
    }
    count
}

/// The length of the non-ASCII character that ends at `end`, if local parts may contain it.
fn scalar_before(bytes: &[u8], end: usize) -> Option<usize> {
    (2..=4).find(|&len| end >= len && decode::name_scalar(bytes, end - len) == Some(len))
}

/// A local part in quotes, which may themselves be escaped, as in JSON.
fn quoted(bytes: &[u8], place: usize, ends: &[usize], each: &mut impl FnMut(Range<usize>, &[u8])) {
    let is_escaped = place >= 2 && bytes[place - 2] == b'\\';
    let close = place - 1 - usize::from(is_escaped);
    let least = place.saturating_sub(MAX_LOCAL_PART + 2);
    let mut open = close;
    loop {
        if open <= least {
            return;
        }
        open -= 1;
        match bytes[open] {
            b'"' if is_escaped == (before(bytes, open) == b'\\') => break,
            b'"' if is_escaped => return,
            b'\n' | b'\r' => return,
            _ => {}
        }
    }
    let content = &bytes[open + 1..close];
    // Double escapes are not undone.
    if content.is_empty() || is_escaped && content.contains(&b'\\') {
        return;
    }
    let start = open - usize::from(is_escaped);
    if is_core(before(bytes, start)) {
        return;
    }
    for &end in ends {
        if is_escaped {
            let text = [b"\"", content, b"\"", &bytes[place..end]].concat();
            each(start..end, &text);
        } else {
            each(start..end, &bytes[start..end]);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::value::EmailAddress;

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut ats = Vec::new();
        let places = memchr::memchr2_iter(b'@', b'%', text.as_bytes());
        super::ats(text.as_bytes(), places, |at, len| ats.push((at, len)));
        for (at, len) in ats {
            super::readings(text.as_bytes(), at, len, &mut |_, text| {
                found.extend(EmailAddress::parse(text).ok().map(|address| address.to_string()));
            });
        }
        found
    }

    #[test]
    fn addresses_are_found_as_they_are_written() {
        for (text, want) in [
            ("a@b.test", "a@b.test"),
            ("<A.B+C@B.Test>", "a.b+c@b.test"),
            ("mailto:a@b.test?subject=x", "a@b.test"),
            ("from=a@b.test", "a@b.test"),
            ("from=a@b.test", "from=a@b.test"),
            ("'a@b.test'", "a@b.test"),
            ("b'a@b.test'", "a@b.test"),
            ("o'brien@b.test", "o'brien@b.test"),
            ("%20a@b.test", "a@b.test"),
            ("%3Ca@b.test%3E", "a@b.test"),
            ("\\na@b.test\\n", "a@b.test"),
            ("\\u003ca@b.test", "a@b.test"),
            ("=3Da@b.test", "a@b.test"),
            ("a@b.test.", "a@b.test"),
            ("--a@b.test", "a@b.test"),
            ("{\"to\":\"a@b.test\"}", "a@b.test"),
            ("\"john doe\"@b.test", "\"john doe\"@b.test"),
            ("{\"to\":\"\\\"john doe\\\"@b.test\"}", "\"john doe\"@b.test"),
            ("“a@b.test”", "a@b.test"),
            ("jürgen@müller.test", "jürgen@xn--mller-kva.test"),
            ("邮箱a@b.test是", "a@b.test"),
            ("http://a@b.test/x", "a@b.test"),
            ("x|a@b.test|", "a@b.test"),
            ("prvs=12=a@b.test", "a@b.test"),
            ("x@a@b.test", "a@b.test"),
            ("?to=a%40b.test&x=1", "a@b.test"),
            ("u%3Dmailto%253Aa%2540b.test", "a@b.test"),
            ("?to=x%2Ba%40b.test", "x+a@b.test"),
            ("?to=x%2ba@b.test", "x+a@b.test"),
            ("mailto%3Ax%2Ba%40b.test", "x+a@b.test"),
            ("u%3Dmailto%253Ax%252Ba%2540b.test", "x+a@b.test"),
            ("{\"to\":\"x\\u002Ba@b.test\"}", "x+a@b.test"),
            ("\"{\\\"to\\\":\\\"x\\\\u002ba@b.test\\\"}\"", "x+a@b.test"),
            ("{\"to\":\"o\\u0027brien@b.test\"}", "o'brien@b.test"),
            ("o%27brien%40b.test", "o'brien@b.test"),
            ("from%3Da%40b.test", "a@b.test"),
            ("from\\u003da@b.test", "a@b.test"),
            // Perhaps it is no escape.
            ("x%2Ba@b.test", "x%2ba@b.test"),
            ("100%zz+a@b.test", "100%zz+a@b.test"),
        ] {
            assert!(found(text).iter().any(|found| found == want), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn the_ascii_part_is_found_however_many_signs_precede_it() {
        for signs in [0, 1, super::MAX_STARTS, 2 * super::MAX_STARTS] {
            let signs = "%".repeat(signs);
            let text = format!("{signs}邮箱a@b.test");
            assert!(found(&text).iter().any(|found| found == "a@b.test"), "{text}: {:?}", found(&text));
            let text = format!("{signs}邮箱xa@b.test");
            assert!(!found(&text).iter().any(|found| found == "a@b.test"), "{text}: {:?}", found(&text));
        }
    }

    #[test]
    fn no_part_of_an_address_is_one() {
        for text in [
            "xa@b.test",
            "x.a@b.test",
            "x+a@b.test",
            "x-a@b.test",
            "x_a@b.test",
            "o'a@b.test",
            "a@xb.test",
            "a@b.testx",
            "a@b.test.x",
            "a@x.b.test",
            "a @b.test",
            "a@ b.test",
            "a@.b.test",
            "a@-b.test",
            "xa%40b.test",
            "a%40xb.test",
            "a%41b.test",
            "a%402b.test",
            "x%2Ba%40b.test",
            "x%2Ba@b.test",
            "x%252Ba%2540b.test",
            "x\\u002Ba@b.test",
            "x\\\\u002ba@b.test",
            "x%5Fa%40b.test",
            "o%27a%40b.test",
            "o\\u0027a@b.test",
        ] {
            assert!(!found(text).iter().any(|found| found == "a@b.test"), "{text}: {:?}", found(text));
        }
        let long = format!("{}a@b.test", "x".repeat(500));
        assert!(found(&long).is_empty());
    }
}
