//! Names within a run of name bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::arch::name::dots_backwards;
use crate::limits::{MAX_LABEL, MAX_NAME};
use crate::value::url::{self, HostRef, UrlScratch};
use crate::value::{Reject, domain};

/// The number in a label, which has no leading zeros.
fn octet(label: &[u8]) -> Option<u8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    if label.len() > 3 || label.len() > 1 && label[0] == b'0' || label.is_empty() {
        return None;
    }
    let number = label.iter().try_fold(0, |number, &byte| Some(number * 10 + digit(byte)?))?;
    u8::try_from(number).ok()
}

/// The start of the longest valid name at the end of `token`, if it has at least two labels. `token` must be ASCII and trimmed.
pub(super) fn longest_name(token: &[u8]) -> Option<usize> {
    // Before these bytes, no name can begin.
    let base = token.len().saturating_sub(MAX_NAME + 1);
    let near = &token[base..];
    let mut dots = dots_backwards(near);
    let mut dot = Some(dots.next()?);
    let (mut end, mut best, mut labels) = (near.len(), None, 0);
    let least = near.len().saturating_sub(MAX_NAME);
    loop {
        let start = dot.map_or(0, |dot| dot + 1);
        // A label longer than 63 bytes is invalid however long it is.
        if start == end || start < least || end - start > MAX_LABEL {
            break;
        }
        if labels == 0 && near[start..].iter().all(u8::is_ascii_digit) {
            return None;
        }
        labels += 1;
        best = Some(base + start);
        match dot {
            Some(dot) => end = dot,
            None => break,
        }
        dot = dots.next();
    }
    best.filter(|_| labels >= 2)
}

/// The longest valid name at the end of a decoded run, which may hold non-ASCII bytes. Checks the labels one by one
/// from the right, in linear time.
pub(super) fn longest_mixed(text: &[u8], mut range: Range<usize>, scratch: &mut String) -> Option<Range<usize>> {
    while let Some(dot) = IDEOGRAPHIC_DOTS.iter().find(|dot| text[range.clone()].ends_with(dot.as_bytes())) {
        range.end -= dot.len();
    }
    let mut starts = [0; MAX_TRIES];
    let (mut labels, mut end) = (0_usize, range.end);
    loop {
        let (start, dot) = label_start(text, range.start, end);
        let label = &text[start..end];
        // A label maps to at most 63 bytes, and never to less than a quarter of its length.
        let is_label = label.len() <= 4 * MAX_LABEL
            && range.end - start <= 4 * MAX_NAME
            && matches!(domain::canonicalise(label, scratch), Ok(_) | Err(Reject::NumericTld));
        if !is_label {
            break;
        }
        starts[labels % MAX_TRIES] = start;
        labels += 1;
        if dot == 0 {
            break;
        }
        end = start - dot;
    }
    // Labels that are valid on their own may be invalid together: too long, or of mixed direction.
    for _ in 0..MAX_TRIES {
        if labels < 2 {
            return None;
        }
        let start = starts[(labels - 1) % MAX_TRIES];
        if domain::canonicalise(&text[start..range.end], scratch).is_ok_and(|name| name.contains('.')) {
            return Some(start..range.end);
        }
        labels -= 1;
    }
    None
}

/// The number of labels of a run that are dropped in search of a valid rest.
const MAX_TRIES: usize = 32;

/// The characters that UTS-46 reads as dots.
const IDEOGRAPHIC_DOTS: [&str; 3] = ["\u{3002}", "\u{FF0E}", "\u{FF61}"];

/// Returns true if a text is one of the dots of other scripts.
pub(super) fn is_ideographic_dot(text: &[u8]) -> bool {
    IDEOGRAPHIC_DOTS.iter().any(|dot| text == dot.as_bytes())
}

/// The start of the label that ends at `end`, and the length of the dot before it (0 if there is none).
fn label_start(text: &[u8], from: usize, end: usize) -> (usize, usize) {
    let mut at = end;
    while at > from {
        let head = &text[from..at];
        if head.ends_with(b".") {
            return (at, 1);
        }
        if head.last().is_some_and(|&b| b >= 0x80) && IDEOGRAPHIC_DOTS.iter().any(|dot| head.ends_with(dot.as_bytes()))
        {
            return (at, 3);
        }
        at -= 1;
    }
    (from, 0)
}

/// The readings of `range` with and without the hyphens at its ends, the shortest first. Dots at the ends are never
/// part of the name.
pub(super) fn readings(text: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let token = &text[range.clone()];
    let ends =
        |is_inner: &dyn Fn(&u8) -> bool| match (token.iter().position(is_inner), token.iter().rposition(is_inner)) {
            (Some(first), Some(last)) => range.start + first..range.start + last + 1,
            _ => range.end..range.end,
        };
    let off = ends(&|b| !matches!(b, b'.' | b'-'));
    let kept = if off.is_empty() { off.clone() } else { ends(&|b| *b != b'.') };
    let (left, right) = (kept.start != off.start, kept.end != off.end);
    [
        (!off.is_empty()).then_some(off.start..off.end),
        right.then_some(off.start..kept.end),
        left.then_some(kept.start..off.end),
        (left && right).then_some(kept),
    ]
    .into_iter()
    .flatten()
}

/// The address whose reverse name a whole text is: `7.113.0.203.in-addr.arpa`, or 32 digits before `.ip6.arpa`. Other scripts may
/// write the dots, or characters that show nothing.
pub(super) fn reversed(text: &[u8]) -> Option<IpAddr> {
    if text.is_ascii() {
        return reversed_ascii(text);
    }
    // Few names get this far, so that the space for one is not kept.
    if !may_be_reversed(text) {
        return None;
    }
    let mut name = String::new();
    domain::canonicalise(text, &mut name).ok().and_then(|name| reversed_ascii(name.as_bytes()))
}

/// Returns false if a text that is not ASCII is too short for a reverse name: one has six labels or more. Any of its letters may be
/// written in another script.
pub(super) fn may_be_reversed(text: &[u8]) -> bool {
    let dots = memchr::memchr_iter(b'.', text).count() + text.windows(3).filter(|at| is_ideographic_dot(at)).count();
    dots >= 5 || text.windows(4).any(|end| end.eq_ignore_ascii_case(b"arpa"))
}

/// Like [`reversed`], for the host of a URL. `url` is its text up to the path.
pub(super) fn reversed_host(host: &[u8], url: &[u8]) -> Option<IpAddr> {
    // Decoded white space is trimmed or removed.
    let is_spelled =
        |(&byte, &next): (&u8, &u8)| byte == b'%' || byte <= b' ' || byte >= 0x80 || byte == b'.' && next == b'.';
    if host.first() != Some(&b'.') && !host.iter().zip(host.iter().skip(1).chain(b"/")).any(is_spelled) {
        return reversed_ascii(host);
    }
    match url::authority(url, &mut UrlScratch::new()).ok()?.host() {
        HostRef::Domain(name) => reversed_ascii(name.as_bytes()),
        HostRef::Ip(_) => None,
    }
}

fn reversed_ascii(text: &[u8]) -> Option<IpAddr> {
    // The host of a URL may have its root dot.
    let text = text.strip_suffix(b".").unwrap_or(text);
    let labels = |zone: &[u8]| {
        let len = text.len().checked_sub(zone.len())?;
        text[len..].eq_ignore_ascii_case(zone).then(|| text[..len].split(|&b| b == b'.'))
    };
    if let Some(labels) = labels(b".in-addr.arpa") {
        let mut octets = [0; 4];
        let mut count = 0;
        for label in labels {
            *octets.iter_mut().rev().nth(count)? = octet(label)?;
            count += 1;
        }
        return (count == 4).then(|| IpAddr::V4(Ipv4Addr::from(octets)));
    }
    let (mut bits, mut count) = (0_u128, 0);
    for label in labels(b".ip6.arpa")? {
        let [digit] = label else { return None };
        let digit = char::from(*digit).to_digit(16)?;
        bits = if count < 32 { bits | u128::from(digit) << (4 * count) } else { return None };
        count += 1;
    }
    (count == 32).then(|| IpAddr::V6(Ipv6Addr::from_bits(bits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn octets_have_no_leading_zeros() {
        for number in 0..=255_u8 {
            assert_eq!(octet(number.to_string().as_bytes()), Some(number));
        }
        for wrong in ["", "00", "01", "001", "256", "999", "1000", "0255", "+1", "1a", "a", " 1"] {
            assert_eq!(octet(wrong.as_bytes()), None, "{wrong:?}");
        }
    }

    /// Tries all suffixes by whole labels, the longest first.
    fn longest_slowly(token: &str) -> Option<usize> {
        let starts = (0..token.len()).filter(|&at| at == 0 || token.as_bytes()[at - 1] == b'.');
        let is_name = |&start: &usize| {
            let name = &token[start..];
            let is_label = |label: &str| (1..=MAX_LABEL).contains(&label.len());
            let last = name.rsplit('.').next().unwrap_or_default();
            let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
            name.len() <= MAX_NAME && name.contains('.') && name.split('.').all(is_label) && !is_number
        };
        starts.into_iter().find(is_name)
    }

    #[test]
    fn the_longest_name_is_found_in_tokens_of_all_lengths() {
        let mut random = Random::new(9);
        for round in 0..20_000 {
            let labels = random.index(12);
            let label = |random: &mut Random| {
                let len = random.pick(&[0, 1, 2, 3, 7, 8, 20, 62, 63, 64, 65, 200]);
                random.pick(&["a", "1", "-"]).repeat(if random.below(4) == 0 { len } else { len.clamp(1, 20) })
            };
            let token: Vec<String> = (0..=labels).map(|_| label(&mut random)).collect();
            let token = token.join(".");
            assert_eq!(longest_name(token.as_bytes()), longest_slowly(&token), "{round}: {token}");
        }
    }
}
