//! Follows the headers of an input as it is read from beginning to end, so that each line is read by the header in force there.

use std::sync::Arc;

use jiff::Timestamp;

use super::layouts::columns::Header;

/// The header in force at one place in an input, and the file time. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(super) header: Option<Arc<Header>>,
    pub(super) file_time: Option<Timestamp>,
}

/// Follows the headers of an input. It must see the parts in order; each part consists of whole lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads {
    head: Head,
    /// The first part has been seen.
    is_begun: bool,
    /// The input begins with a `#`, so it may have more headers.
    is_marked: bool,
}

/// The headers that apply in a part: the one at its start, and those that begin within it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PartHeads {
    pub(crate) first: Head,
    /// The offset of each header line, and the head in force from there on.
    changes: Vec<(usize, Head)>,
    /// The offset of the part, which is added to the offsets above.
    start: usize,
}

impl Heads {
    /// Creates the heads of an input that was last written at `file_time`.
    pub(crate) fn new(file_time: Option<Timestamp>) -> Self {
        Heads { head: Head { header: None, file_time }, is_begun: false, is_marked: false }
    }

    /// Sets the time at which the input was last written, if it is known.
    pub(crate) fn written(&mut self, at: Option<Timestamp>) {
        self.head.file_time = at.or(self.head.file_time);
    }

    /// Returns the heads of the next part. Only an input that begins with a `#` is searched for more headers, because logs of Zeek and W3C
    /// are concatenated together with theirs; other inputs are not worth the search.
    ///
    /// `start` is the offset of the part, in the numbering that [`PartHeads::at`] uses.
    pub(crate) fn next(&mut self, part: &[u8], start: usize) -> PartHeads {
        if !self.is_begun && !part.is_empty() {
            self.is_begun = true;
            self.is_marked = part.strip_prefix(b"\xef\xbb\xbf").unwrap_or(part).starts_with(b"#");
            self.head.header = Header::of_head(part).map(Arc::new);
        }
        let first = self.head.clone();
        let mut changes = Vec::new();
        if self.is_marked {
            let starts = memchr::memmem::find_iter(part, b"\n#").map(|at| at + 1);
            for at in std::iter::once(0).chain(starts) {
                let line = &part[at..];
                let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
                if let Some(header) = Header::of_line(line, self.head.header.as_deref()) {
                    self.head.header = Some(Arc::new(header));
                    changes.push((at, self.head.clone()));
                }
            }
        }
        PartHeads { first, changes, start }
    }
}

impl PartHeads {
    /// Returns the heads of complete inputs that were joined into one text. Offsets count in the text.
    pub(crate) fn of_inputs(text: &[u8], inputs: impl Iterator<Item = std::ops::Range<usize>>) -> Self {
        let mut all = PartHeads::default();
        for input in inputs {
            let PartHeads { first, changes, start } = Heads::default().next(&text[input.clone()], input.start);
            all.changes.push((start, first));
            all.changes.extend(changes.into_iter().map(|(at, head)| (start + at, head)));
        }
        all
    }

    /// Returns the head in force at an offset of the part.
    pub(crate) fn at(&self, offset: usize) -> &Head {
        let before = self.changes.partition_point(|(at, _)| at + self.start <= offset);
        before.checked_sub(1).map_or(&self.first, |last| &self.changes[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EcsName, EventReader};

    #[test]
    fn headers_count_from_where_they_stand() {
        let first = "#separator \\x09\n#fields\tts\tid.orig_h\tquery\n1778580123\t192.0.2.7\ta.test\n";
        let second = "#fields\tts\tquery\tid.orig_h\n1778580124\tb.test\t192.0.2.8\n";
        let third = "1778580125\tc.test\t192.0.2.9\n";
        let read = |parts: &[String]| {
            let (mut heads, mut reader) = (Heads::new(None), EventReader::new());
            let mut found = Vec::new();
            for part in parts {
                let part = part.as_bytes();
                let heads = heads.next(part, 0);
                let mut at = 0;
                for line in part.split_inclusive(|byte| *byte == b'\n') {
                    reader.set_head(heads.at(at));
                    let event = reader.read(line);
                    if let (Some(ip), Some(name)) = (event.get(EcsName::SourceIp), event.get(EcsName::DnsQuestionName))
                    {
                        found.push(format!("{ip} {name}"));
                    }
                    at += line.len();
                }
            }
            found
        };
        let expected = ["192.0.2.7 a.test", "192.0.2.8 b.test", "192.0.2.9 c.test"];
        assert_eq!(read(&[[first, second, third].concat()]), expected);
        assert_eq!(read(&[first.into(), second.into(), third.into()]), expected);
        assert_eq!(read(&[first.into(), [second, third].concat()]), expected);
    }
}
