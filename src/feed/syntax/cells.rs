//! Rows of delimited cells.
//!
//! Rows follow RFC 4180 and tolerate the habits of real exports: blanks before a quote, text after a closing quote, any
//! delimiter, short rows. A quoted cell may span several lines. A quote that is never closed costs only its own line.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::error::Result;
use crate::input::Lines;

/// The most lines, and bytes, that a quoted cell may span.
const MAX_CELL_LINES: usize = 64;
const MAX_CELL: usize = 64 * 1024;

/// The state at the end of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Clean,
    /// Text followed a closing quote.
    Untidy,
    /// A quote was left open.
    Open,
}

/// Splits a row into `cells`. White space around cells is dropped.
pub(crate) fn split<'r>(row: &'r str, delimiter: char, cells: &mut Vec<Cow<'r, str>>) -> End {
    cells.clear();
    let mut rest = row;
    let mut result = End::Clean;
    loop {
        let blanks = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() && c != delimiter).len();
        let start = &rest[blanks..];
        if let Some(quoted) = start.strip_prefix('"') {
            let Some((cell, after)) = quoted_cell(quoted) else {
                cells.push(Cow::Borrowed(quoted));
                return End::Open;
            };
            let end = after.find(delimiter).unwrap_or(after.len());
            let tail = after[..end].trim();
            cells.push(if tail.is_empty() {
                cell
            } else {
                // The text has no better place than the cell it follows.
                result = End::Untidy;
                Cow::Owned(format!("{cell}{tail}"))
            });
            rest = &after[end..];
        } else {
            let end = start.find(delimiter).unwrap_or(start.len());
            cells.push(Cow::Borrowed(start[..end].trim()));
            rest = &start[end..];
        }
        match rest.strip_prefix(delimiter) {
            Some(next) => rest = next,
            None => return result,
        }
    }
}

/// The text up to the closing quote, with doubled quotes undone, and the text after it.
fn quoted_cell(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut cell: Option<String> = None;
    let mut from = 0;
    loop {
        let quote = from + text[from..].find('"')?;
        if text[quote + 1..].starts_with('"') {
            cell.get_or_insert_default().push_str(&text[from..=quote]);
            from = quote + 2;
            continue;
        }
        let after = &text[quote + 1..];
        return Some(match cell {
            Some(mut cell) => {
                cell.push_str(&text[from..quote]);
                (Cow::Owned(cell), after)
            }
            None => (Cow::Borrowed(&text[..quote]), after),
        });
    }
}

/// An iterator over rows that may span several lines.
pub(crate) struct Rows<'l, 'r> {
    lines: &'l mut Lines<'r>,
    delimiter: char,
    /// The number of cells per row. If 0, it is taken from the first row.
    columns: usize,
    /// Lines that were read in search of a closing quote that was not found.
    ahead: VecDeque<(u32, String, bool)>,
    row: String,
}

/// A row: its text, and the number of its first line.
pub(crate) struct TableRow<'a> {
    pub(crate) line: u32,
    pub(crate) text: &'a str,
    pub(crate) too_long: bool,
    /// The row has a quote that is never closed.
    pub(crate) is_broken: bool,
}

impl TableRow<'_> {
    /// Returns true for `sep=;` in the first line, which tells spreadsheets the delimiter. A TAB may be trimmed.
    pub(crate) fn names_delimiter(&self) -> bool {
        self.line == 1 && matches!(self.text.trim().strip_prefix("sep="), Some("" | "," | ";" | "|"))
    }
}

/// Returns true for the line below the header of a Markdown table: `|---|:-:|`. A single dash is an empty cell.
pub(crate) fn is_rule(cells: &[Cow<'_, str>]) -> bool {
    let mut filled = cells.iter().filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some()
        && filled
            .all(|cell| cell.len() > 1 && cell.contains('-') && cell.bytes().all(|byte| matches!(byte, b'-' | b':')))
}

impl<'l, 'r> Rows<'l, 'r> {
    pub(crate) fn new(lines: &'l mut Lines<'r>, delimiter: char, columns: usize) -> Self {
        Self { lines, delimiter, columns, ahead: VecDeque::new(), row: String::new() }
    }

    pub(crate) fn next(&mut self) -> Result<Option<TableRow<'_>>> {
        let (line, too_long) = match self.ahead.pop_front() {
            Some((line, text, too_long)) => {
                self.row = text;
                (line, too_long)
            }
            None => {
                let Some(line) = self.lines.next()? else { return Ok(None) };
                self.row.clear();
                self.row.push_str(line.untrimmed);
                (line.number, line.too_long)
            }
        };
        let is_comment = self.row.trim_start().starts_with('#');
        let mut is_broken = false;
        if !too_long
            && !is_comment
            && self.row.contains('"')
            && split(&self.row, self.delimiter, &mut Vec::new()) == End::Open
        {
            is_broken = !self.close()?;
        }
        if self.columns == 0 && !too_long && !is_comment && !is_broken && !self.row.trim().is_empty() {
            let mut cells = Vec::new();
            split(&self.row, self.delimiter, &mut cells);
            self.columns = cells.len();
        }
        Ok(Some(TableRow { line, text: &self.row, too_long, is_broken }))
    }

    /// Appends lines until the open cell is closed. If none of them closes it, returns false and appends nothing.
    fn close(&mut self) -> Result<bool> {
        let mut joined = self.row.clone();
        for at in 0..MAX_CELL_LINES {
            if at == self.ahead.len() {
                let Some(line) = self.lines.next()? else { break };
                self.ahead.push_back((line.number, line.untrimmed.to_owned(), line.too_long));
            }
            let (_, text, too_long) = &self.ahead[at];
            if *too_long {
                break;
            }
            joined.push('\n');
            joined.push_str(text);
            if joined.len() > MAX_CELL {
                break;
            }
            // Only a quote can close the cell. If the row then has the wrong shape, the quote was not its closing one.
            if text.contains('"') {
                let mut cells = Vec::new();
                let end = split(&joined, self.delimiter, &mut cells);
                if end == End::Clean && (self.columns == 0 || cells.len() == self.columns) {
                    self.ahead.drain(..=at);
                    self.row = joined;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        for (row, delimiter, expected) in [
            ("a,b,c", ',', &["a", "b", "c"][..]),
            ("a,,", ',', &["a", "", ""]),
            ("", ',', &[""]),
            (" a , b ", ',', &["a", "b"]),
            ("\"a,b\",\"c\"", ',', &["a,b", "c"]),
            ("\"a\", \"b\",  \"c d\"", ',', &["a", "b", "c d"]),
            ("\"a\"\"b\"\"\",c", ',', &["a\"b\"", "c"]),
            ("\"\",\"\"\"\"", ',', &["", "\""]),
            ("\"a\" b,c", ',', &["ab", "c"]),
            ("a\"b,c\"", ',', &["a\"b", "c\""]),
            ("a\tb\t\tc", '\t', &["a", "b", "", "c"]),
            ("\ta", '\t', &["", "a"]),
            ("a;\"b;c\"", ';', &["a", "b;c"]),
            ("a|b", '|', &["a", "b"]),
        ] {
            let mut cells = Vec::new();
            let end = if row.contains("\" b") { End::Untidy } else { End::Clean };
            assert_eq!(split(row, delimiter, &mut cells), end, "{row}");
            assert_eq!(cells, expected, "{row}");
        }
        for open in ["\"a", "a,\"b,c", "a,\"b\"\"", "\""] {
            assert_eq!(split(open, ',', &mut Vec::new()), End::Open, "{open}");
        }
    }

    #[test]
    fn rows_over_lines() {
        let text = "a,\"b\nc\",d\ne,\"f,i\ng,h,i\n\"i\nj\",k,l\nl,\"m";
        let mut lines = Lines::new(text.as_bytes()).unwrap();
        let mut rows = Rows::new(&mut lines, ',', 0);
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push((row.line, row.text.to_owned(), row.is_broken));
        }
        let expected = [
            (1, "a,\"b\nc\",d", false),
            (3, "e,\"f,i", true),
            (4, "g,h,i", false),
            (5, "\"i\nj\",k,l", false),
            (7, "l,\"m", true),
        ];
        assert_eq!(seen, expected.map(|(line, text, is_broken)| (line, text.to_owned(), is_broken)));
    }
}
