//! Zip archives, whose members are read as one feed each.

use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::feed::load::read_lines;
use crate::feed::registry::Format;
use crate::indicator::{Feed, Record, RecordSink, Reject, Rejection, Skip, Warning};
use crate::input::{Input, Lines, ReadSeek, bomb, is_bomb, zip_directory};

pub(super) fn read(
    archive: &mut dyn ReadSeek,
    path: &Path,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    let files = zip_directory(archive).map_err(|error| Error::feed(path, error.to_string()))?;
    for (mark, document) in [("[Content_Types].xml", "Office document"), ("META-INF/manifest.xml", "OpenDocument file")]
    {
        if files.iter().any(|file| file.name == mark) {
            return Err(Error::feed(path, format!("an {document} and no feed: save it as CSV or text first")));
        }
    }
    let mut found = None;
    let mut first = None;
    let mut base = 0;
    let mut total = Total::default();
    for file in &files {
        let name = &file.name;
        // macOS adds metadata next to every member.
        if name.starts_with("__MACOSX/") || name.ends_with("/.DS_Store") || name == ".DS_Store" {
            continue;
        }
        let mut shifted = Shifted { sink, base, lines: 0 };
        let result = match file.unpack(&mut *archive) {
            Ok(reader) => {
                total.packed += file.len();
                let member = Member { reader, total: &mut total };
                read_member(Box::new(member), format, feed, &mut shifted)
            }
            Err(error) => Err(Error::feed(path, error.to_string())),
        };
        base = base.saturating_add(u32::try_from(shifted.lines).unwrap_or(u32::MAX));
        match result {
            Ok(format) => {
                found.get_or_insert(format);
            }
            // A bomb makes the whole archive untrustworthy.
            Err(error) if total.is_bomb => return Err(Error::feed(path, format!("{name}: {error}"))),
            Err(error) => {
                let reason = format!("{name}: {error}");
                sink.reject(Rejection::new(base.saturating_add(1), reason.as_str(), Reject::Malformed));
                first.get_or_insert(reason);
            }
        }
    }
    match (found, first) {
        (Some(format), _) => Ok(format),
        (None, Some(reason)) => Err(Error::feed(path, format!("no feed in this zip archive; {reason}"))),
        (None, None) => Err(Error::empty_feed(path, "empty feed: no file in this zip archive")),
    }
}

fn read_member(
    member: Box<dyn Read + '_>,
    format: Option<Format>,
    feed: &Feed,
    sink: &mut dyn RecordSink,
) -> Result<Format> {
    let failed = |error| Error::io(None, error);
    let input = Input::new(member).map_err(failed)?;
    if let Some(compression) = input.compression() {
        return Err(Error::feed(
            Path::new(""),
            format!("{compression}-compressed within an archive: decompress it first"),
        ));
    }
    read_lines(Lines::unpacked(Box::new(input), None)?, format, feed, sink)
}

/// The bytes of all members so far, packed and unpacked.
#[derive(Default)]
struct Total {
    packed: u64,
    unpacked: u64,
    is_bomb: bool,
}

struct Member<'t, R> {
    reader: R,
    total: &'t mut Total,
}

impl<R: Read> Read for Member<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        self.total.unpacked += read as u64;
        if is_bomb(self.total.packed, self.total.unpacked) {
            self.total.is_bomb = true;
            return Err(bomb("zip"));
        }
        Ok(read)
    }
}

/// Shifts the line numbers of a member to continue after those of the members before it.
struct Shifted<'s> {
    sink: &'s mut dyn RecordSink,
    base: u32,
    lines: u64,
}

impl RecordSink for Shifted<'_> {
    fn record(&mut self, mut record: Record<'_>) {
        record.line = record.line.saturating_add(self.base);
        self.sink.record(record);
    }

    fn reject(&mut self, mut rejection: Rejection<'_>) {
        rejection.line = rejection.line.saturating_add(self.base);
        self.sink.reject(rejection);
    }

    fn warn(&mut self, mut warning: Warning<'_>) {
        warning.line = warning.line.saturating_add(self.base);
        self.sink.warn(warning);
    }

    fn skip(&mut self, mut skip: Skip<'_>) {
        skip.line = skip.line.saturating_add(self.base);
        self.sink.skip(skip);
    }

    fn lines(&mut self, count: u64) {
        self.lines += count;
        self.sink.lines(count);
    }

    fn title(&mut self, title: &str) {
        self.sink.title(title);
    }

    fn home_page(&mut self, host: &str) {
        self.sink.home_page(host);
    }

    fn format(&mut self, name: &str) {
        self.sink.format(name);
    }
}
