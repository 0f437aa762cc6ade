//! Hits on a terminal: the name of a log once, then a block for each log line with all its hits, within the width of the terminal.
//!
//! Many threads render hits one by one as [`Piece`]s, and [`Blocks`] combines these where they are written.

use std::io::{self, IsTerminal};
use std::ops::Range;

use netsieve::Hit;
use netsieve::render::{Escaped, Styles, Text};

/// The least width: narrower terminals are treated as this wide.
const NARROWEST: usize = 40;

/// Precedes the further rows of a line that is longer than a row.
const INDENT: &str = "     ";
/// Precedes each row of a log line.
const BAR: &str = "  |  ";

/// The width of the output in columns: from `COLUMNS`, or else from the terminal, or else unlimited.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    columns.or_else(terminal).unwrap_or(usize::MAX).max(NARROWEST)
}

#[cfg(unix)]
fn terminal() -> Option<usize> {
    let stdout = io::stdout();
    let size = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

#[cfg(not(unix))]
fn terminal() -> Option<usize> {
    None
}

/// One hit, as a thread passes it on.
struct Piece<'p> {
    file: &'p [u8],
    line: u64,
    /// The line goes on after the shown part.
    has_more: bool,
    /// The start of the shown part in the line, and the place of the observable.
    start: usize,
    span: Range<usize>,
    found: &'p [u8],
    told: &'p [u8],
    part: &'p [u8],
}

/// Appends a hit with its first `limit` matches. Appends nothing if there are none.
pub(crate) fn piece(out: &mut Vec<u8>, text: &Text, file: &str, hit: &Hit<'_>, limit: usize) {
    let (mut found, mut told) = (Vec::new(), Vec::new());
    if text.found(&mut found, hit, limit) == 0 {
        return;
    }
    text.told(&mut told, hit);
    let (shown, line) = (text.shown(hit), hit.line_text());
    let start = hit.offset_in_line();
    let numbers = [
        hit.line(),
        u64::from(shown.end < line.len()),
        shown.start as u64,
        start as u64,
        (start + hit.observed().len()) as u64,
    ];
    let parts = [file.as_bytes(), &found, &told, &line[shown]];
    for number in numbers.into_iter().chain(parts.map(|part| part.len() as u64)) {
        out.extend_from_slice(&number.to_le_bytes());
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

impl<'p> Piece<'p> {
    fn read(bytes: &'p [u8]) -> Self {
        let mut rest = bytes;
        let mut number = || {
            let (first, after) = rest.split_first_chunk().expect("as it was written");
            rest = after;
            u64::from_le_bytes(*first)
        };
        let [line, has_more, start, from, to] = std::array::from_fn(|_| number());
        let lens: [u64; 4] = std::array::from_fn(|_| number());
        let [file, found, told, part] = lens.map(|len| {
            let (first, after) = rest.split_at(len as usize);
            rest = after;
            first
        });
        let (start, span) = (start as usize, from as usize..to as usize);
        Self { file, line, has_more: has_more > 0, start, span, found, told, part }
    }
}

/// The shown parts of a log line, with its hits.
#[derive(Default)]
struct Block {
    line: u64,
    found: Vec<u8>,
    told: Vec<u8>,
    /// Parts of the line, each with its start, in ascending order and without overlap.
    parts: Vec<(usize, Vec<u8>)>,
    spans: Vec<Range<usize>>,
    has_more: bool,
}

/// Combines the hits of a line, or of an event in it, into a block.
pub(crate) struct Blocks {
    text: Text,
    styles: Styles,
    width: usize,
    log_line: bool,
    /// The last log whose name was written.
    file: Option<Vec<u8>>,
    block: Option<Block>,
}

impl Blocks {
    pub(crate) fn new(text: Text, styles: Styles, width: usize, log_line: bool) -> Self {
        Self { text, styles, width, log_line, file: None, block: None }
    }

    /// Adds a hit with its first `pairs` matches.
    pub(crate) fn add(&mut self, out: &mut Vec<u8>, bytes: &[u8], pairs: u64) {
        let piece = Piece::read(bytes);
        let is_same_file = self.file.as_deref() == Some(piece.file);
        // The records of a line are events of their own.
        let is_same = |block: &Block| block.line == piece.line && block.told == piece.told;
        if !is_same_file || !self.block.as_ref().is_some_and(is_same) {
            self.end(out);
        }
        if !is_same_file {
            let (before, after) = if self.styles.file.is_empty() { ("", "") } else { (self.styles.file, "\x1b[0m") };
            let gap = if self.file.is_some() { "\n" } else { "" };
            out.extend_from_slice(format!("{gap}{before}{}{after}\n", Escaped::new(piece.file)).as_bytes());
            self.file = Some(piece.file.to_owned());
        }
        let fresh = || Block { line: piece.line, told: piece.told.to_owned(), ..Block::default() };
        let block = self.block.get_or_insert_with(fresh);
        let lines = usize::try_from(pairs).unwrap_or(usize::MAX).saturating_add(1);
        block.found.extend(piece.found.split_inclusive(|&byte| byte == b'\n').take(lines).flatten());
        block.take_part(piece.start, piece.part, piece.has_more);
        block.spans.push(piece.span);
    }

    /// Writes the current block.
    pub(crate) fn end(&mut self, out: &mut Vec<u8>) {
        let Some(block) = self.block.take() else { return };
        for line in String::from_utf8_lossy(&[block.found, block.told].concat()).lines() {
            wrap(out, line, self.width, INDENT, true);
        }
        if !self.log_line {
            return;
        }
        let mut line = BAR.as_bytes().to_vec();
        for (start, part) in &block.parts {
            if *start > 0 {
                line.extend_from_slice(b"...");
            }
            let inside = |span: &Range<usize>| span.start.saturating_sub(*start)..span.end.saturating_sub(*start);
            let spans: Vec<Range<usize>> = block.spans.iter().filter(|span| span.end > *start).map(inside).collect();
            self.text.line(&mut line, part, &spans);
        }
        line.extend_from_slice(if block.has_more { b"..." } else { b"" });
        wrap(out, &String::from_utf8_lossy(&line), self.width, BAR, false);
    }
}

impl Block {
    /// Adds a part of the line. Hits come in ascending order, and so do the parts shown with them.
    fn take_part(&mut self, start: usize, part: &[u8], has_more: bool) {
        match self.parts.last_mut() {
            Some((first, last)) if start <= *first + last.len() => {
                let known = (*first + last.len()).saturating_sub(start);
                if let Some(new) = part.get(known..).filter(|new| !new.is_empty() && start >= *first) {
                    last.extend_from_slice(new);
                    self.has_more = has_more;
                }
            }
            _ => {
                self.parts.push((start, part.to_owned()));
                self.has_more = has_more;
            }
        }
    }
}

/// Appends a line in as many rows as it needs, with `indent` before each further row. If `at_spaces` is set, breaks at spaces if possible.
///
/// Styles take no room. A tab goes to the next multiple of eight columns.
fn wrap(out: &mut Vec<u8>, line: &str, width: usize, indent: &str, at_spaces: bool) {
    // The columns of the current row, and the place in the output and the column after its last space.
    let mut column = 0;
    let mut space: Option<(usize, usize)> = None;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let style = if c == '\x1b' { rest.find('m').map_or(c.len_utf8(), |end| end + 1) } else { 0 };
        if style > 0 {
            out.extend_from_slice(&rest.as_bytes()[..style]);
            rest = &rest[style..];
            continue;
        }
        let end = if c == '\t' { column / 8 * 8 + 8 } else { column + columns(c) };
        if end > width && column > indent.len() {
            match space.take() {
                Some((at, of_it)) if at_spaces => {
                    let moved = out.split_off(at);
                    out.push(b'\n');
                    out.extend_from_slice(indent.as_bytes());
                    out.extend_from_slice(&moved);
                    column = indent.len() + column - of_it;
                }
                _ => {
                    out.push(b'\n');
                    out.extend_from_slice(indent.as_bytes());
                    column = indent.len();
                    if at_spaces && c == ' ' {
                        rest = &rest[1..];
                    }
                }
            }
            continue;
        }
        out.extend_from_slice(&rest.as_bytes()[..c.len_utf8()]);
        rest = &rest[c.len_utf8()..];
        column = end;
        if c == ' ' && column > indent.len() {
            space = Some((out.len(), column));
        }
    }
    out.push(b'\n');
}

/// The number of columns that a character takes. Invisible characters never come here, because they are escaped. Combining marks take none.
pub(crate) fn columns(c: char) -> usize {
    if c.is_ascii() {
        return 1;
    }
    match u32::from(c) {
        0x300..=0x36f
        | 0x483..=0x489
        | 0x591..=0x5bd
        | 0x610..=0x61a
        | 0x64b..=0x65f
        | 0x1ab0..=0x1aff
        | 0x1dc0..=0x1dff
        | 0x20d0..=0x20ff
        | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0x33ff
        | 0x3400..=0x4dbf
        | 0x4e00..=0x9fff
        | 0xa000..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(line: &str, width: usize, indent: &str, at_spaces: bool) -> Vec<String> {
        let mut out = Vec::new();
        wrap(&mut out, line, width, indent, at_spaces);
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_fit() {
        assert_eq!(wrapped("a b", 40, "  ", true), ["a b"]);
        assert_eq!(wrapped("  -> aaaa bbbb cccc", 12, "     ", true), ["  -> aaaa ", "     bbbb ", "     cccc"]);
        assert_eq!(wrapped("  -> aaaaaaaaaa", 10, "     ", true), ["  -> aaaaa", "     aaaaa"]);
        assert_eq!(wrapped("  |  abcdefghijk", 10, BAR, false), ["  |  abcde", "  |  fghij", "  |  k"]);
        assert_eq!(wrapped("  |  a\tb\tc", 18, BAR, false), ["  |  a\tb\tc"]);
        assert_eq!(wrapped("  |  a\tb\tc", 16, BAR, false), ["  |  a\tb\t", "  |  c"]);
        assert_eq!(wrapped("\u{4e2d}\u{6587}\u{4e2d}\u{6587}", 4, "", false), ["\u{4e2d}\u{6587}", "\u{4e2d}\u{6587}"]);
        assert_eq!(wrapped("\x1b[1;31mabcd\x1b[0mef", 4, "", false), ["\x1b[1;31mabcd\x1b[0m", "ef"]);
    }

    /// Wrapping loses nothing, and no row is too wide.
    #[test]
    fn nothing_is_lost_and_nothing_is_too_wide() {
        let mut state = 7_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..2000 {
            let line: String = (0..next(80))
                .map(|_| match next(12) {
                    0 | 1 => ' ',
                    2 => '\u{4e2d}',
                    _ => char::from(b'a' + next(26) as u8),
                })
                .collect();
            let (width, at_spaces) = (10 + next(30) as usize, next(2) == 0);
            let rows = wrapped(&line, width, INDENT, at_spaces);
            let mut text = String::new();
            for (at, row) in rows.iter().enumerate() {
                let wide: usize = row.chars().map(columns).sum();
                assert!(wide <= width, "{row:?} is wider than {width}");
                text.push_str(if at == 0 { row } else { row.strip_prefix(INDENT).unwrap() });
            }
            let bare = |text: &str| text.replace(' ', "");
            assert_eq!(bare(&text), bare(&line), "{rows:?}");
            assert!(at_spaces || text == line);
        }
    }
}
