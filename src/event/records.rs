//! Lines that are lists of records, each of which is an event of its own.
//!
//! ```text
//! {"Records":[{"eventTime":"2026-05-12T10:00:01Z","sourceIPAddress":"192.0.2.7"},{"eventTime":"2026-05-12T10:00:02Z",…}]}
//! {"hits":{"total":2,"hits":[{"_source":{…}},{"_source":{…}}]}}
//! <14>May 12 10:00:03 relay app: [{"src_ip":"192.0.2.7",…},{"src_ip":"192.0.2.8",…}]
//! {"time":"2026-05-12T10:00:01Z",…}{"time":"2026-05-12T10:00:02Z",…}
//! <Events><Event>…</Event><Event>…</Event></Events>
//! ```
//!
//! Cloud services deliver such files, all in one line. Read as one event, every hit would be met by the client of the first record, at the
//! time of the first record, and a host of one record would be joined with the path of another. An event that holds a list among its
//! own fields is no such line.

use std::ops::Range;

use super::json::{VALUES, skip_space, string};
use crate::value::vocabulary::Vocabulary;

/// Returns the spans of the records in a line that is a list of them, in order: at least two, each an event of its own. An empty list: the
/// line is one event. Takes linear time.
///
/// ```
/// use netsieve::event::{EventReader, records};
///
/// let line = br#"{"Records":[{"sourceIPAddress":"192.0.2.7"},{"sourceIPAddress":"192.0.2.8"}]}"#;
/// let mut reader = EventReader::new();
/// let clients: Vec<String> =
///     records(line).into_iter().map(|record| reader.read(&line[record]).who().unwrap().to_string()).collect();
/// assert_eq!(clients, ["192.0.2.7", "192.0.2.8"]);
/// assert!(records(br#"{"sourceIPAddress":"192.0.2.7"}"#).is_empty());
/// ```
pub fn records(line: &[u8]) -> Vec<Range<usize>> {
    let mut records = Records::default();
    records.find(line);
    records.0
}

/// The records of a line, in order.
#[derive(Debug, Default)]
pub(crate) struct Records(Vec<Range<usize>>);

impl Records {
    /// Forgets the records of the last line.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Finds the records of a line, at least two. A line that is no list of records has none.
    #[inline]
    pub(crate) fn find(&mut self, line: &[u8]) {
        self.0.clear();
        // The last byte rules out most lines.
        if matches!(line.trim_ascii_end(), [.., b'}' | b']' | b',' | b'>']) {
            self.find_all(line);
        }
    }

    #[inline(never)]
    fn find_all(&mut self, line: &[u8]) {
        let is_found = |found: Option<()>, records: &mut Vec<Range<usize>>| {
            let is_it = found.is_some() && records.len() > 1;
            if !is_it {
                records.clear();
            }
            is_it
        };
        let records = &mut self.0;
        if line.first() == Some(&b'<') && is_found(elements(line, records), records) {
            return;
        }
        let Some(start) = json_start(line) else { return };
        let _ = is_found(list(line, start, records), records) || is_found(documents(line, start, records), records);
    }

    /// The part of a line of `len` bytes that is read as the event of a place, and the end of what belongs to it: the record, or else the
    /// line up to the next record.
    #[inline]
    pub(crate) fn part(&self, place: usize, len: usize) -> (Range<usize>, usize) {
        if self.0.is_empty() {
            return (0..len, len);
        }
        let next = self.0.partition_point(|record| record.end <= place);
        match self.0.get(next) {
            Some(record) if record.start <= place => (record.clone(), record.end),
            Some(record) => (0..len, record.start),
            None => (0..len, len),
        }
    }
}

/// The longest text before the JSON of a line, such as the head of a message.
const LONGEST_HEAD: usize = 256;

/// Where the JSON of a line begins: with an object that has a key, or a list of objects.
fn json_start(line: &[u8]) -> Option<usize> {
    let head = &line[..line.len().min(LONGEST_HEAD)];
    memchr::memchr2_iter(b'{', b'[', head)
        .find(|&at| line.get(skip_space(line, at + 1)) == Some(if line[at] == b'{' { &b'"' } else { &b'{' }))
}

/// How deep in a document its list of records is at most.
const MAX_DEPTH: usize = 4;

/// Reads a list of objects, or an object with one such list and nothing that could belong to an event. Takes linear time.
fn list(line: &[u8], start: usize, records: &mut Vec<Range<usize>>) -> Option<()> {
    let at =
        if line[start] == b'[' { objects(line, start, records)? } else { holder(line, start, records, MAX_DEPTH)? };
    (skip_space(line, at) == line.len()).then_some(())
}

/// Reads an object that holds a list of objects, itself or in another object, and returns its end.
fn holder(line: &[u8], at: usize, records: &mut Vec<Range<usize>>, depth: usize) -> Option<usize> {
    let mut at = skip_space(line, opened(line, at, b'{')?);
    loop {
        let (key, after) = text(line, at)?;
        let is_aside = is_aside(&line[key]);
        at = skip_space(line, opened(line, skip_space(line, after), b':')?);
        let byte = *line.get(at)?;
        if byte == b'[' && records.is_empty() && !is_aside {
            at = objects(line, at, records)?;
        } else if is_aside {
            at = value(line, at)?;
        } else if byte == b'{' && records.is_empty() && depth > 1 {
            at = holder(line, at, records, depth - 1)?;
        } else {
            return None;
        }
        at = skip_space(line, at);
        match line.get(at)? {
            b',' => at = skip_space(line, at + 1),
            b'}' if records.is_empty() => return None,
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Reads objects one after the other, which some services do not even put on lines of their own.
fn documents(line: &[u8], start: usize, records: &mut Vec<Range<usize>>) -> Option<()> {
    // Most lines hold no such place.
    if !memchr::memchr_iter(b'}', line).any(|at| line.get(next(line, at + 1)) == Some(&b'{')) {
        return None;
    }
    let mut at = start;
    while at < line.len() {
        opened(line, at, b'{')?;
        let end = value(line, at)?;
        records.push(at..end);
        at = next(line, end);
    }
    Some(())
}

/// Finds the events of Windows in a line of XML.
fn elements(line: &[u8], records: &mut Vec<Range<usize>>) -> Option<()> {
    const END: &[u8] = b"</Event>";
    let mut ends = memchr::memmem::find_iter(line, END).map(|at| at + END.len());
    let mut from = 0;
    for end in &mut ends {
        let is_start = |at: &usize| matches!(line.get(at + 6), Some(b'>' | b' ' | b'\t'));
        let start = memchr::memmem::find_iter(&line[from..end], b"<Event").map(|at| from + at).find(is_start)?;
        records.push(start..end);
        from = end;
    }
    Some(())
}

/// Reads a list of objects that are not the fields of one event (`[{"name":"src","value":"192.0.2.7"}]`), and returns its end.
fn objects(line: &[u8], at: usize, records: &mut Vec<Range<usize>>) -> Option<usize> {
    let mut at = skip_space(line, opened(line, at, b'[')?);
    if is_pair(line, at)? {
        return None;
    }
    loop {
        opened(line, at, b'{')?;
        let end = value(line, at)?;
        records.push(at..end);
        at = skip_space(line, end);
        match line.get(at)? {
            b',' => at = skip_space(line, at + 1),
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Returns true if the object here names a field and its value.
fn is_pair(line: &[u8], at: usize) -> Option<bool> {
    let mut at = skip_space(line, opened(line, at, b'{')?);
    while line.get(at)? != &b'}' {
        let (key, after) = text(line, at)?;
        if VALUES.has(&line[key]) {
            return Some(true);
        }
        at = skip_space(line, opened(line, skip_space(line, after), b':')?);
        at = next(line, value(line, at)?);
    }
    Some(false)
}

/// Returns true for a key beside a list that tells about the list, such as its page.
fn is_aside(key: &[u8]) -> bool {
    static KEYS: Vocabulary = Vocabulary::new(&[
        b"count",
        b"total",
        b"totalcount",
        b"took",
        b"next",
        b"nextlink",
        b"nextpage",
        b"nexttoken",
        b"page",
        b"offset",
        b"limit",
        b"hasmore",
        b"timed_out",
        b"_shards",
        b"max_score",
        b"_scroll_id",
        b"messagetype",
        b"owner",
        b"loggroup",
        b"logstream",
        b"subscriptionfilters",
    ]);
    key.starts_with(b"@") || KEYS.has(key)
}

/// The place of what comes next, after white space and at most one comma.
fn next(line: &[u8], at: usize) -> usize {
    let at = skip_space(line, at);
    if line.get(at) == Some(&b',') { skip_space(line, at + 1) } else { at }
}

/// The place after a byte, if it stands here.
fn opened(line: &[u8], at: usize, byte: u8) -> Option<usize> {
    (line.get(at) == Some(&byte)).then_some(at + 1)
}

/// The span of the string here, and the place after its closing quote.
fn text(line: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    string(line, at).map(|(start, end, _)| (start..end, end + 1))
}

/// The end of the value here. Brackets are only counted: the reader of events looks at each record closely.
fn value(line: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match line.get(at)? {
            b'"' => at = text(line, at)?.1,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' if depth == 0 => return None,
            _ if depth > 0 => at += 1,
            _ => at += line[at..].iter().take_while(|byte| !b",]}: \t\r\n".contains(byte)).count().max(1),
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<&str> {
        let mut records = Records::default();
        records.find(line.as_bytes());
        records.0.iter().map(|record| &line[record.clone()]).collect()
    }

    #[test]
    fn lists_of_records() {
        for (line, expected) in [
            (r#"[{"a":1},{"b":[2,{}]}]"#, &[r#"{"a":1}"#, r#"{"b":[2,{}]}"#][..]),
            (r#" { "Records" : [ {"a":"]},{"} , {} ] } "#, &[r#"{"a":"]},{"}"#, "{}"]),
            (
                r#"{"@odata.context":"http://a.test/","value":[{"a":"\"}"},{"b":1}],"nextLink":null}"#,
                &[r#"{"a":"\"}"}"#, r#"{"b":1}"#],
            ),
            (r#"{"count":2,"data":[{"a":1},{"a":2}]}"#, &[r#"{"a":1}"#, r#"{"a":2}"#]),
            (
                r#"{"took":5,"_shards":{"x":[]},"hits":{"total":{"x":2},"hits":[{"a":1},{"a":2}]}}"#,
                &[r#"{"a":1}"#, r#"{"a":2}"#],
            ),
            (r#"<14>May 12 10:00:03 h a[7]: {"Records":[{"a":1},{"a":2}]}"#, &[r#"{"a":1}"#, r#"{"a":2}"#]),
            (r#"<14>1 - - - - - [x y="z"] [{"a":1},{"a":2}]"#, &[r#"{"a":1}"#, r#"{"a":2}"#]),
            (r#"{"a":"}{"}{"a":2}"#, &[r#"{"a":"}{"}"#, r#"{"a":2}"#]),
            (r#"{"a":1} {"a":{"b":2}}, {"a":3}, "#, &[r#"{"a":1}"#, r#"{"a":{"b":2}}"#, r#"{"a":3}"#]),
            (
                "<Events><Event x='y'>1</Event> <Event>2</Event></Events>",
                &["<Event x='y'>1</Event>", "<Event>2</Event>"],
            ),
        ] {
            assert_eq!(found(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_that_are_one_event() {
        for line in [
            "",
            "[",
            "[]",
            "[{}]",
            "{}",
            r#"{"a":1}"#,
            r#"[{"a":1},2]"#,
            r#"["a","b"]"#,
            r#"[{"a":1}{"a":2}]"#,
            r#"[{"a":1},{"a":2}"#,
            r#"[{"a":1},{"a":2}] x"#,
            r#"[{"a":1},{"a":2"#,
            r#"{"Records":[{"a":1}]}"#,
            r#"{"src":"192.0.2.7","flows":[{"dst":"192.0.2.8"},{"dst":"192.0.2.9"}]}"#,
            r#"{"flows":[{"dst":"192.0.2.8"},{"dst":"192.0.2.9"}],"src":"192.0.2.7"}"#,
            r#"{"a":[{"b":1},{"b":2}],"c":[{"d":1},{"d":2}]}"#,
            r#"{"fields":[{"name":"src","value":"192.0.2.7"},{"name":"dst","value":"192.0.2.8"}]}"#,
            r#"[{"Key":"src","Value":"192.0.2.7"},{"Key":"dst","Value":"192.0.2.8"}]"#,
            r#"{"a":{"b":[{"c":1},{"c":2}],"d":1}}"#,
            r#"{"a":{"b":[{"c":1},{"c":2}]},"d":{"e":1}}"#,
            r#"{"a":{"b":{"c":{"d":{"e":[{"f":1},{"f":2}]}}}}}"#,
            r#"{"a":1} x {"a":2}"#,
            r#"{"a":1}{"a":2"#,
            r#"{"a":"}{","b":{"c":1}}"#,
            r#"x {"a":1} y {"b":[{"c":1},{"c":2}]}"#,
            "<Event>1</Event>",
            "<Events>1</Event><EventData>2</Event>",
            "<EventData>1</EventData><Event>2</Event>",
        ] {
            assert_eq!(found(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn places_in_records_and_around_them() {
        let line = br#"{"@a":"b","c":[{"d":1},{"e":2}]}"#;
        let mut records = Records::default();
        records.find(line);
        let len = line.len();
        assert_eq!(records.part(7, len), (0..len, 15));
        assert_eq!(records.part(15, len), (15..22, 22));
        assert_eq!(records.part(21, len), (15..22, 22));
        assert_eq!(records.part(22, len), (0..len, 23));
        assert_eq!(records.part(25, len), (23..30, 30));
        assert_eq!(records.part(31, len), (0..len, len));
        records.clear();
        assert_eq!(records.part(7, len), (0..len, len));
    }
}
