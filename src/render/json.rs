//! Hits as JSON Lines, and JSON strings.

use std::fmt::{self, Write};
use std::ops::Range;

use super::escape::{is_unsafe, stops};
use super::listing::Listing;
use super::window::{shown, window};
use crate::indicator::Kind;
use crate::limits::MAX_SHOWN_LINE;
use crate::scan::Hit;
use crate::sieve::Match;

/// Writes hits as JSON Lines (RFC 8259): one object for each (observable, indicator).
///
/// The keys come in this order: `file`, `line` (from 1), `offset` (bytes from the start of the decompressed input), `observed` (as
/// the log has it), `canonical` (of the observable), `kind` (of the indicator: `ip`, `domain`, `url`, `pattern`, `hash`, `email`),
/// `indicator` (canonical), `scope` (only for domains and URLs), `relation`, `strength`, `derived` (only for [derived
/// forms](crate::sieve::Derived)), `context`, `text` (the log line, cut at [`MAX_SHOWN_LINE`] around the observable; from the 17th
/// hit of a line on, at [`MAX_SHOWN_AGAIN`](crate::limits::MAX_SHOWN_AGAIN)), `event` (with the feature `events`) and `sources`.
///
/// `event` is the line as an event: `layout`, `field` and `role` of the observable, `assumed` if the year was assumed, and all values
/// that have a name in the Elastic Common Schema, such as `@timestamp`, `source.ip` or `user.name`. `sources` is an array with one object
/// for each feed: `feed`, `line`, `as_listed`, `tags`, `family`, `confidence`, `score`, `first_seen`, `last_seen`, `valid_from`,
/// `valid_until` (RFC 3339, UTC), `id` (the feed's own id) and `reference`, each only if it is known.
///
/// Bytes that are not UTF-8 become U+FFFD. The characters that [`Escaped`](super::Escaped) escapes are written as `\uXXXX`, so
/// the output is safe to look at, and parses back to the original. The output is linear in the log, even within a line: a line of a
/// megabyte full of hits is not written out with each of them.
#[derive(Clone, Debug)]
pub struct JsonLines {
    text: bool,
}

impl Default for JsonLines {
    fn default() -> Self {
        Self { text: true }
    }
}

impl JsonLines {
    /// Creates a writer of all keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether objects hold the log line, `text` (default: true).
    pub fn text(&mut self, yes: bool) -> &mut Self {
        self.text = yes;
        self
    }

    /// Appends the objects of the first `limit` matches of a hit, each with a line feed; returns their number.
    ///
    /// `file` is the name of the input to show in the output.
    pub fn hit(&self, out: &mut Vec<u8>, file: &str, hit: &Hit<'_>, limit: usize) -> usize {
        let mut written = 0;
        // What does not depend on the match is rendered once, and copied for each further match.
        let mut shared: Option<[Range<usize>; 2]> = None;
        for matched in hit.matches().iter().take(limit) {
            let mut object = Object::open(out);
            let seen = object.part(shared.as_ref().map(|[seen, _]| seen), |object| {
                object.string("file", file.as_bytes());
                object.number("line", hit.line());
                object.number("offset", hit.span().start);
                object.string("observed", hit.observed());
                object.string("canonical", hit.canonical().as_bytes());
            });
            indicator(&mut object, &matched);
            let line = object.part(shared.as_ref().map(|[_, line]| line), |object| self.line(object, hit));
            sources(&mut object, &matched);
            object.close();
            out.push(b'\n');
            shared = Some([seen, line]);
            written += 1;
        }
        written
    }

    /// Writes the line of a hit, and its event.
    fn line(&self, object: &mut Object<'_>, hit: &Hit<'_>) {
        object.string("context", hit.context().as_str().as_bytes());
        if self.text {
            let line = hit.line_text();
            let start = hit.offset_in_line();
            let max = shown(hit.index_in_line(), MAX_SHOWN_LINE);
            let shown = window(line, start..start + hit.observed().len(), max);
            object.string("text", &line[shown]);
        }
        #[cfg(feature = "events")]
        event(object, hit);
    }

    /// Appends one match as an object with the keys that need no hit: `kind`, `indicator`, `scope`, `relation`,
    /// `strength`, `derived`, `sources`. Adds no line feed.
    ///
    /// ```
    /// use netsieve::render::JsonLines;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut out = Vec::new();
    /// for found in &sieve.lookup("www.evil.test")? {
    ///     JsonLines::new().matched(&mut out, &found);
    /// }
    /// assert!(out.starts_with(br#"{"kind":"domain","indicator":"evil.test","scope":"suffix","relation":"subdomain""#));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn matched(&self, out: &mut Vec<u8>, matched: &Match<'_>) {
        let mut object = Object::open(out);
        indicator(&mut object, matched);
        sources(&mut object, matched);
        object.close();
    }
}

fn indicator(object: &mut Object<'_>, matched: &Match<'_>) {
    let indicator = matched.indicator();
    object.string("kind", indicator.kind().as_str().as_bytes());
    object.display("indicator", &indicator);
    if let (Kind::Domain | Kind::Url, Some(scope)) = (indicator.kind(), indicator.scope()) {
        object.string("scope", scope.as_str().as_bytes());
    }
    object.string("relation", matched.relation().as_str().as_bytes());
    object.string("strength", matched.strength().as_str().as_bytes());
    if let Some(derived) = matched.derived() {
        object.string("derived", derived.as_str().as_bytes());
    }
}

/// Writes the event of the hit's line.
#[cfg(feature = "events")]
fn event(object: &mut Object<'_>, hit: &Hit<'_>) {
    use std::net::IpAddr;

    use crate::event::Value;

    let Some(event) = hit.event() else { return };
    object.key("event");
    let mut inner = Object::open(object.out);
    inner.string("layout", event.layout_name().as_bytes());
    if let Some(field) = hit.field() {
        inner.string("field", field.name().as_bytes());
        if let Some(role) = field.role() {
            inner.string("role", role.as_str().as_bytes());
        }
    }
    if event.time().is_some_and(|time| !time.year_logged()) {
        inner.string("assumed", b"year");
    }
    for (name, value) in event.normal() {
        match value {
            Value::Number(number) => inner.number(name.as_str(), number.into()),
            Value::Ip(IpAddr::V4(addr)) => inner.addr(name.as_str(), addr),
            Value::Text(text) => {
                let text = text.as_bytes();
                inner.string(name.as_str(), &text[window(text, 0..0, MAX_SHOWN_LINE)]);
            }
            value => inner.display(name.as_str(), &value),
        }
    }
    inner.close();
}

fn sources(object: &mut Object<'_>, matched: &Match<'_>) {
    object.key("sources");
    object.out.push(b'[');
    for (at, listing) in Listing::by_feed(matched.sources()).iter().enumerate() {
        if at > 0 {
            object.out.push(b',');
        }
        source(object.out, listing);
    }
    object.out.push(b']');
}

fn source(out: &mut Vec<u8>, listing: &Listing<'_>) {
    let mut object = Object::open(out);
    object.string("feed", listing.feed.name.as_bytes());
    if let Some(line) = listing.line {
        object.number("line", line.into());
    }
    object.string("as_listed", listing.as_listed.as_bytes());
    if !listing.tags.is_empty() {
        object.key("tags");
        for (at, tag) in listing.tags.iter().enumerate() {
            object.out.push(if at == 0 { b'[' } else { b',' });
            json_string(object.out, tag.as_bytes());
        }
        object.out.push(b']');
    }
    if let Some(family) = listing.family {
        object.string("family", family.as_bytes());
    }
    if let Some(confidence) = listing.confidence {
        object.number("confidence", confidence.into());
    }
    if let Some(score) = listing.score {
        object.float("score", score);
    }
    let dates = [
        ("first_seen", listing.first_seen),
        ("last_seen", listing.last_seen),
        ("valid_from", listing.valid_from),
        ("valid_until", listing.valid_until),
    ];
    for (key, date) in dates {
        if let Some(date) = date {
            object.display(key, &date);
        }
    }
    if let Some(id) = listing.id {
        object.string("id", id.as_bytes());
    }
    if let Some(reference) = listing.reference {
        object.string("reference", reference.as_bytes());
    }
    object.close();
}

/// An object being written. Keys are plain ASCII.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Object<'o> {
    fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Writes some of the pairs, or copies those of an object that was written before. Returns where they are in the output.
    fn part(&mut self, before: Option<&Range<usize>>, write: impl FnOnce(&mut Self)) -> Range<usize> {
        let start = self.out.len();
        match before {
            // Both begin an object, or neither does.
            Some(before) => {
                self.out.extend_from_within(before.clone());
                self.first = false;
            }
            None => write(self),
        }
        start..self.out.len()
    }

    fn string(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        json_string(self.out, value);
    }

    fn display(&mut self, key: &str, value: &dyn fmt::Display) {
        self.key(key);
        self.out.push(b'"');
        // Writing to a `Vec` does not fail.
        let _ = write!(Body(self.out), "{value}");
        self.out.push(b'"');
    }

    fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        decimal(self.out, value);
    }

    /// Writes an IPv4 address by hand. An event has several, and formatting them would cost more than the rest of it.
    #[cfg(feature = "events")]
    fn addr(&mut self, key: &str, addr: std::net::Ipv4Addr) {
        self.key(key);
        for (at, octet) in addr.octets().into_iter().enumerate() {
            self.out.push(if at == 0 { b'"' } else { b'.' });
            decimal(self.out, octet.into());
        }
        self.out.push(b'"');
    }

    /// Writes a number, without a fraction if it is whole. JSON has no infinity and no NaN: these are left out.
    fn float(&mut self, key: &str, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.key(key);
        // `+ 0.0` removes the sign of a negative zero; `Display` writes no exponent and no `.0`.
        self.plain(format_args!("{}", value + 0.0));
    }

    fn plain(&mut self, value: fmt::Arguments<'_>) {
        let _ = std::io::Write::write_fmt(self.out, value);
    }

    fn close(self) {
        self.out.push(b'}');
    }
}

/// Appends a number.
fn decimal(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let (mut at, mut rest) = (digits.len(), number);
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `value` as a JSON string, quotes included.
///
/// Bytes that are not UTF-8 become U+FFFD. The characters that [`Escaped`](super::Escaped) escapes are written as `\uXXXX`: the string is
/// safe to look at, and parses back to the original.
///
/// ```
/// let mut out = Vec::new();
/// netsieve::render::json_string(&mut out, "txt\u{202e}gpj.exe".as_bytes());
/// assert_eq!(out, br#""txt\u202egpj.exe""#);
/// ```
pub fn json_string(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'"');
    body(out, value);
    out.push(b'"');
}

/// Writes the inside of a JSON string.
fn body(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + text.len() / 8);
    let mut rest = text;
    loop {
        let others = &rest[simple(out, rest)..];
        if others.is_empty() {
            return;
        }
        // Take one ASCII byte, or all bytes up to the next one: an ill-formed sequence ends before any ASCII byte.
        let len = others.iter().position(u8::is_ascii).unwrap_or(others.len()).max(1);
        for chunk in others[..len].utf8_chunks() {
            escape(out, chunk.valid());
            if !chunk.invalid().is_empty() {
                out.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
        rest = &others[len..];
    }
}

/// Marks a byte that is written unchanged.
const PLAIN: u8 = 1;

/// For each byte: [`PLAIN`], the letter of its escape, or 0 if it needs a closer look.
static SIMPLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        table[byte as usize] = PLAIN;
        byte += 1;
    }
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table
};

/// Writes the leading printable ASCII and one-letter escapes of a text, eight bytes at a time; returns its length. In a line of JSON or
/// of a table, each field ends in such an escape.
fn simple(out: &mut Vec<u8>, text: &[u8]) -> usize {
    let (eights, rest) = text.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        if stops(u64::from_le_bytes(*eight), true) == 0 {
            out.extend_from_slice(eight);
        } else if !short(out, eight) {
            return 8 * at + one_by_one(out, eight);
        }
    }
    text.len() - rest.len() + one_by_one(out, rest)
}

/// Writes eight bytes, if none needs a closer look. Which ones have an escape is chance, so the steps do not depend on it.
fn short(out: &mut Vec<u8>, eight: &[u8; 8]) -> bool {
    let (mut written, mut len, mut is_short) = ([0; 16], 0_usize, true);
    for &byte in eight {
        let letter = SIMPLE[usize::from(byte)];
        written[len & 15] = b'\\';
        len += usize::from(letter != PLAIN);
        written[len & 15] = if letter == PLAIN { byte } else { letter };
        len += 1;
        is_short &= letter != 0;
    }
    if is_short {
        out.extend_from_slice(&written[..len]);
    }
    is_short
}

/// Writes bytes up to the first that needs a closer look; returns their number.
fn one_by_one(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
    for (at, &byte) in bytes.iter().enumerate() {
        match SIMPLE[usize::from(byte)] {
            0 => return at,
            PLAIN => out.push(byte),
            letter => out.extend_from_slice(&[b'\\', letter]),
        }
    }
    bytes.len()
}

/// Writes text, and escapes the characters that need it.
fn escape(out: &mut Vec<u8>, text: &str) {
    let mut written = 0;
    for (at, c) in text.char_indices().filter(|&(_, c)| matches!(c, '"' | '\\') || is_unsafe(c)) {
        out.extend_from_slice(&text.as_bytes()[written..at]);
        written = at + c.len_utf8();
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = std::io::Write::write_fmt(out, format_args!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.extend_from_slice(&text.as_bytes()[written..]);
}

/// A target of `write!` that writes the inside of a JSON string.
struct Body<'o>(&'o mut Vec<u8>);

impl fmt::Write for Body<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        body(self.0, text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &[u8]) -> String {
        let mut out = Vec::new();
        json_string(&mut out, value);
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn strings() {
        let cases: &[(&[u8], &str)] = &[
            (b"", r#""""#),
            (b"a b", r#""a b""#),
            (br#"say "hi" \ "#, r#""say \"hi\" \\ ""#),
            (b"\t\r\n", r#""\t\r\n""#),
            (b"\x00\x08\x1b\x7f", r#""\u0000\u0008\u001b\u007f""#),
            ("\u{9b}\u{202e}\u{2028}".as_bytes(), r#""\u009b\u202e\u2028""#),
            ("\u{e0041}".as_bytes(), r#""\udb40\udc41""#),
            ("\u{e9}\u{1f600}".as_bytes(), "\"\u{e9}\u{1f600}\""),
            (b"\xff\xe2\x82", "\"\u{fffd}\u{fffd}\""),
        ];
        for (bytes, expected) in cases {
            assert_eq!(written(bytes), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn strings_read_back() {
        for c in (0..=0x2_ffff).chain(0xe_0000..=0xe_0fff).filter_map(char::from_u32) {
            let text = written(format!("a{c}b").as_bytes());
            let read: String = serde_json::from_str(&text).expect("a JSON string");
            assert_eq!(read, format!("a{c}b"), "{:x}", u32::from(c));
        }
        for first in 0..=255 {
            for second in 0..=255 {
                let bytes = [first, second];
                let read: String = serde_json::from_str(&written(&bytes)).expect("a JSON string");
                assert_eq!(read, String::from_utf8_lossy(&bytes));
            }
            // Each byte at each place of eight, beside an escape, and not.
            for (place, beside) in (0..8).flat_map(|place| [(place, b'"'), (place, b'x')]) {
                let mut bytes = *b"before..abcdefghafter";
                (bytes[8 + (place + 5) % 8], bytes[8 + place]) = (beside, first);
                let read: String = serde_json::from_str(&written(&bytes)).expect("a JSON string");
                assert_eq!(read, String::from_utf8_lossy(&bytes));
            }
        }
    }

    #[test]
    fn whole_numbers() {
        let powers = (0..20).map(|digits| 10_u64.pow(digits));
        for number in powers.flat_map(|power| [power - 1, power, power + 1]).chain([u64::MAX, u64::MAX - 1]) {
            let mut out = Vec::new();
            decimal(&mut out, number);
            assert_eq!(String::from_utf8_lossy(&out), number.to_string());
        }
        #[cfg(feature = "events")]
        for addr in [[0, 0, 0, 0], [192, 0, 2, 7], [255, 255, 255, 255], [10, 99, 100, 9]].map(std::net::Ipv4Addr::from)
        {
            let mut out = Vec::new();
            let mut object = Object::open(&mut out);
            object.addr("a", addr);
            object.close();
            assert_eq!(String::from_utf8_lossy(&out), format!("{{\"a\":\"{addr}\"}}"));
        }
    }

    #[test]
    fn numbers() {
        let cases = [
            (0.0, r#"{"n":0}"#),
            (-0.0, r#"{"n":0}"#),
            (10.0, r#"{"n":10}"#),
            (-3.0, r#"{"n":-3}"#),
            (0.5, r#"{"n":0.5}"#),
            (1e20, r#"{"n":100000000000000000000}"#),
            (1e-7, r#"{"n":0.0000001}"#),
            (f64::NAN, "{}"),
            (f64::INFINITY, "{}"),
        ];
        for (value, expected) in cases {
            let mut out = Vec::new();
            let mut object = Object::open(&mut out);
            object.float("n", value);
            object.close();
            assert_eq!(String::from_utf8_lossy(&out), expected);
            assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
        }
    }
}
