//! Mail addresses around an `@`, which a URL may write as `%40`, or as `%2540` where it stands in another one.
//!
//! A local part is a run of letters, digits, `.`, `_`, `+`, `-` and characters that are not ASCII. What else may stand in one (`=`, `/`,
//! `'`, …) mostly stands before one, so that it is read both ways: `from=a@b.test` is two addresses.

use std::ops::Range;

use crate::extract::decode;
use crate::extract::grammar::escape::escape_len;
use crate::extract::grammar::{HOST, at, before, is};
use crate::extract::name;
use crate::limits::{MAX_LOCAL_PART, MAX_NAME};
use crate::value::email::is_local_byte;

/// Most starts of a local part that are read: it seldom holds so many bytes that may stand before it.
const MAX_STARTS: usize = 24;

/// A byte that local parts are made of.
fn is_core(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')
}

/// How an `@` is written in URLs.
const ENCODED: [&[u8]; 2] = [b"%40", b"%2540"];

/// Calls `each` with the place and length of every `@` that is percent-encoded.
pub(super) fn encoded_ats(bytes: &[u8], mut each: impl FnMut(usize, usize)) {
    for form in ENCODED {
        memchr::memmem::find_iter(bytes, form).for_each(|at| each(at, form.len()));
    }
}

/// Calls `each` with every reading of the address around the `@` at a place, which takes `len` bytes: where it stands and its text.
pub(super) fn readings(bytes: &[u8], place: usize, len: usize, each: &mut impl FnMut(Range<usize>, &[u8])) {
    let mut ends = [0; 4];
    let count = name_ends(bytes, place + len, &mut ends);
    if count == 0 {
        return;
    }
    let ends = &ends[..count];
    if before(bytes, place) == b'"' {
        // Quotes end a URL.
        if len == 1 {
            quoted(bytes, place, ends, each);
        }
        return;
    }
    let mut starts = [0; MAX_STARTS];
    let count = local_starts(bytes, place, ends[0], &mut starts);
    for &start in &starts[..count] {
        for &end in ends {
            if len == 1 {
                each(start..end, &bytes[start..end]);
            } else {
                each(start..end, &[&bytes[start..place], b"@", &bytes[place + len..end]].concat());
            }
        }
    }
}

/// Where the name from `from` on may end: its run without what is trimmed and with it, then its ASCII part likewise.
fn name_ends(bytes: &[u8], from: usize, ends: &mut [usize; 4]) -> usize {
    /// What UTS-46 makes of a longer run is no name.
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
            // What is trimmed at the front is trimmed from the name, which begins here.
            if reading.start == from && !ends[..count].contains(&reading.end) && count < ends.len() {
                ends[count] = reading.end;
                count += 1;
            }
        }
    }
    count
}

/// Where the local part that ends at `place` may start: of its run behind an escape, and as it is; then of more and more of what may
/// stand before it.
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
    // Where the part that is ASCII starts.
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
        // What starts farther off is longer than a local part.
        if is_cut {
            break;
        }
        if start < from || from == place {
            // An apostrophe within a name is a part of it, unless it is a quote.
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
                // With these bytes, one after the other.
                (1..=soft).for_each(|len| add(start - len));
                start -= soft;
            }
        }
    }
    if let Some(ascii) = ascii {
        add(ascii);
    }
    count
}

/// The length of the character that is not ASCII and ends at `end`, if local parts have such.
fn scalar_before(bytes: &[u8], end: usize) -> Option<usize> {
    (2..=4).find(|&len| end >= len && decode::name_scalar(bytes, end - len) == Some(len))
}

/// A local part in quotes, which may be escaped themselves as in JSON.
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
    // What is escaped twice is not undone.
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
        let mut ats: Vec<(usize, usize)> = text.match_indices('@').map(|(at, _)| (at, 1)).collect();
        super::encoded_ats(text.as_bytes(), |at, len| ats.push((at, len)));
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
        ] {
            assert!(found(text).iter().any(|found| found == want), "{text}: {:?}", found(text));
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
        ] {
            assert!(!found(text).iter().any(|found| found == "a@b.test"), "{text}: {:?}", found(text));
        }
        let long = format!("{}a@b.test", "x".repeat(500));
        assert!(found(&long).is_empty());
    }
}
