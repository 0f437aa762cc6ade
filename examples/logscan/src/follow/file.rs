//! A growing log: how far it has been read, and a check that it is still the same file.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime};

use netsieve::input::{Input, TextCheck};
use netsieve::scan::Tail;
use netsieve::scan::many::ReadAt;

use crate::inputs::{Id, Meter, id};

/// The number of bytes to keep of the start of a log, and of the bytes read last.
const PRINT: usize = 1024;
const LAST: usize = 256;

/// Identifies a file regardless of its name. Inode numbers are reused, so the time of creation distinguishes a file from its successor, if
/// the file system keeps it.
pub(super) type Key = (Id, Option<SystemTime>);

pub(super) fn key(file: &Metadata) -> Option<Key> {
    id(file).map(|id| (id, file.created().ok()))
}

/// The position up to which a log was read, with its first bytes and the last ones read.
#[derive(Clone, Default)]
pub(super) struct Print {
    pub(super) at: u64,
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Print {
    fn push(&mut self, read: &[u8]) {
        let wanted = read.len().min(PRINT - self.first.len());
        self.first.extend_from_slice(&read[..wanted]);
        let kept = self.last.len().min(LAST.saturating_sub(read.len()));
        self.last.drain(..self.last.len() - kept);
        self.last.extend_from_slice(&read[read.len() - read.len().min(LAST)..]);
        self.at += read.len() as u64;
    }

    /// Returns true if a file still contains the bytes that were read, as far as the print shows.
    ///
    /// A log that was shortened and then written to has other bytes there, unless it repeats the same line over and over.
    pub(super) fn is_in(&self, file: &File) -> io::Result<bool> {
        let mut bytes = [0; PRINT];
        for (at, want) in [(self.at - self.last.len() as u64, &self.last), (0, &self.first)] {
            let len = read_full(file, &mut bytes[..want.len()], at)?;
            if bytes[..len] != want[..] {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns true if a file with this head is this log or a copy of it.
    pub(super) fn begins(&self, head: &[u8]) -> bool {
        // A few bytes prove nothing.
        self.first.len() >= 16 && head.starts_with(&self.first)
    }

    /// Skips as many bytes as were read of the log, and returns true if they are the same.
    pub(super) fn skip(&self, mut reader: impl Read) -> io::Result<bool> {
        let mut print = Self::default();
        let mut buf = vec![0; 64 * 1024];
        while print.at < self.at {
            let wanted = usize::try_from(self.at - print.at).unwrap_or(usize::MAX).min(buf.len());
            match reader.read(&mut buf[..wanted]) {
                Ok(0) => return Ok(false),
                Ok(len) => print.push(&buf[..len]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(print.first == self.first && print.last == self.last)
    }

    /// The print of a file of which nothing has been read yet.
    pub(super) fn of_head(head: Vec<u8>) -> Self {
        Self { first: head, ..Self::default() }
    }
}

fn read_full(file: &File, buf: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match ReadAt::read_at(file, &mut buf[filled..], at + filled as u64) {
            Ok(0) => break,
            Ok(len) => filled += len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The first bytes of a file, decompressed.
pub(super) fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    Input::new(File::open(path)?)?.take(PRINT as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// A followed log.
pub(super) struct Followed {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) key: Option<Key>,
    /// `None`: closed, because file descriptors ran out or reading failed.
    pub(super) file: Option<File>,
    pub(super) tail: Tail,
    pub(super) print: Print,
    pub(super) check: TextCheck,
    /// Its size and modification time when it was closed.
    pub(super) stamp: Option<(u64, Option<SystemTime>)>,
    /// The number of rounds since something was added, and the time of that.
    pub(super) idle: u32,
    pub(super) still: Instant,
    /// A path led to the file in this round.
    pub(super) is_seen: bool,
    /// The file appeared while others were followed, and may be a copy of one.
    pub(super) is_new: bool,
    /// The log is no longer followed.
    pub(super) is_over: bool,
    /// The log's turn in this round, from reading it until the result has been handled.
    pub(super) turn: Option<Turn>,
}

/// The result of reading a log in a round.
#[derive(Default)]
pub(super) struct Turn {
    /// The position before this round.
    pub(super) before: u64,
    pub(super) is_rewritten: bool,
    /// There is more to read than was read.
    pub(super) is_cut: bool,
    pub(super) error: Option<io::Error>,
}

impl Default for Followed {
    /// A placeholder for a log that was taken out of a list.
    fn default() -> Self {
        Self {
            name: String::new(),
            path: PathBuf::new(),
            key: None,
            file: None,
            tail: Tail::new(),
            print: Print::default(),
            check: TextCheck::new(),
            stamp: None,
            idle: 0,
            still: Instant::now(),
            is_seen: true,
            is_new: false,
            is_over: false,
            turn: None,
        }
    }
}

impl Followed {
    pub(super) fn new(name: String, path: PathBuf, file: File, key: Option<Key>, is_new: bool) -> Self {
        Self { name, path, key, file: Some(file), is_new, ..Self::default() }
    }

    /// Returns true if a path leads to this file.
    pub(super) fn is(&self, path: &Path, file: &Metadata) -> bool {
        match (self.key, id(file)) {
            // While the file is open, no other file gets its number.
            (Some((known, _)), Some(id)) if self.file.is_some() => known == id,
            (Some(known), Some(_)) => Some(known) == key(file),
            // If files have no numbers, the path identifies them.
            _ => self.path == path,
        }
    }

    /// Returns true if the log is closed, and it has changed since or no path leads to it.
    pub(super) fn is_to_be_opened(&self) -> bool {
        self.file.is_none() && !(self.is_seen && self.stamp.is_some())
    }

    /// Goes back to the start of the log. Returns the previous state.
    pub(super) fn restart(&mut self) -> (Tail, Print) {
        self.check = TextCheck::new();
        (std::mem::take(&mut self.tail), std::mem::take(&mut self.print))
    }

    /// Closes the file. A log that was not read to its end, or was shortened, is opened again at once.
    pub(super) fn close(&mut self) {
        if let Some(file) = self.file.take() {
            let metadata = file.metadata().ok().filter(|file| file.len() == self.print.at);
            self.stamp = metadata.map(|file| (file.len(), file.modified().ok()));
        }
    }

    /// Returns true if a closed log has changed since.
    pub(super) fn has_changed(&self, now: &Metadata) -> bool {
        self.stamp != Some((now.len(), now.modified().ok()))
    }
}

/// Opens a log that can be followed: uncompressed text.
pub(super) fn open(path: &Path) -> io::Result<(File, Option<Key>)> {
    let file = File::open(path)?;
    let mut head = [0; PRINT];
    let len = read_full(&file, &mut head, 0)?;
    if let Some(compression) = Input::new(&head[..len])?.compression() {
        let reason = format!("{compression}-compressed: cannot be followed, only scanned");
        return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
    }
    let key = key(&file.metadata()?);
    Ok((file, key))
}

/// Reads a log from the position reached so far.
///
/// After each read, it compares the bytes read earlier with the file: if they have changed, the log was shortened in between, and the new
/// bytes are the middle of something else.
pub(super) struct Addition<'f> {
    pub(super) file: &'f File,
    pub(super) print: &'f mut Print,
    pub(super) check: &'f TextCheck,
    pub(super) is_rewritten: &'f mut bool,
    /// Counts the bytes that are read, unless they are skipped.
    pub(super) meter: Option<&'f Meter>,
    /// The number of bytes that may still be read in this turn.
    pub(super) left: u64,
    /// Set if there may be more.
    pub(super) is_cut: &'f mut bool,
}

impl Read for Addition<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        *self.is_cut = self.left == 0;
        let most = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let buf = &mut buf[..most];
        let len = ReadAt::read_at(self.file, buf, self.print.at)?;
        if !self.print.is_in(self.file)? {
            *self.is_rewritten = true;
            return Ok(0);
        }
        let len = if len < buf.len() { len - padding(&buf[..len]) } else { len };
        self.check.look(self.print.at, &buf[..len]);
        self.print.push(&buf[..len]);
        self.left -= len as u64;
        if let Some(meter) = self.meter {
            meter.read.fetch_add(len as u64, Ordering::Relaxed);
        }
        Ok(len)
    }
}

/// The number of zeros at the end that are space allocated in advance, which will be written to later. A zero that is half of a UTF-16
/// character does not count.
fn padding(read: &[u8]) -> usize {
    let zeros = read.iter().rev().take_while(|&&byte| byte == 0).count();
    let odd = (read.len() - zeros) % 2;
    if zeros < 8 { 0 } else { zeros - odd }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_is_the_same_however_it_was_read() {
        let text: Vec<u8> = (0..2000_u32).flat_map(|n| format!("{n} ").into_bytes()).collect();
        let mut whole = Print::default();
        whole.push(&text);
        for step in [1, 7, 255, 256, 257, 1023, 1025] {
            let mut print = Print::default();
            text.chunks(step).for_each(|part| print.push(part));
            assert!((print.at, &print.first, &print.last) == (whole.at, &whole.first, &whole.last), "{step}");
            assert_eq!((print.first.len(), print.last.len()), (PRINT, LAST));
        }
        assert!(whole.skip(&text[..]).unwrap() && whole.skip(&[&text[..], b"more"].concat()[..]).unwrap());
        assert!(!whole.skip(&text[..text.len() - 1]).unwrap() && !whole.skip(&text.repeat(2)[1..]).unwrap());
        assert!(whole.begins(&text) && !whole.begins(&text[1..]) && !Print::default().begins(&text));
    }

    #[test]
    fn a_file_made_in_advance_waits() {
        for (read, want) in [
            (&b"line\n"[..], 0),
            (b"line\n\0\0\0\0\0\0\0\0", 7),
            (b"lines\n\0\0\0\0\0\0\0\0", 8),
            (b"l\0\n\0", 0),
            (b"\0\0\0\0\0\0\0\0\0\0", 10),
        ] {
            assert_eq!(padding(read), want, "{read:?}");
        }
    }
}
