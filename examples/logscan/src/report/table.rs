//! The report as a table that fits the terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::Timestamp;
use netsieve::render::Escaped;

use super::Report;
use super::sighting::Who;
use super::tally::Row;
use crate::summary::{counted, thousands};
use crate::terminal::columns;

/// How times are shown, in UTC.
const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// A column, with its cells.
struct Column {
    title: &'static str,
    cells: Vec<String>,
    is_number: bool,
    /// If there is not enough room, columns of the lowest worth are dropped first.
    worth: u8,
    /// The least width; `None`: the column is shown in full or not at all.
    least: Option<usize>,
    width: usize,
}

impl Column {
    fn new(title: &'static str, worth: u8, least: Option<usize>, cells: impl Iterator<Item = String>) -> Self {
        let cells: Vec<String> = cells.collect();
        let width = cells.iter().map(|cell| columns_of(cell)).max().unwrap_or(0).max(title.len());
        Self { title, cells, is_number: false, worth, least, width }
    }

    fn number(mut self) -> Self {
        self.is_number = true;
        self
    }

    fn put(&self, out: &mut String, text: &str, is_last: bool) {
        let (text, taken) = cut(text, self.width);
        let blank = self.width - taken;
        if self.is_number {
            put_blank(out, blank);
        }
        out.push_str(&text);
        if !is_last {
            put_blank(out, if self.is_number { 2 } else { blank + 2 });
        }
    }
}

fn put_blank(out: &mut String, columns: usize) {
    out.extend(std::iter::repeat_n("                ", columns / 16));
    out.push_str(&"                "[..columns % 16]);
}

impl Report {
    /// Writes the first rows, and the totals of all.
    pub(super) fn write_table(&self, out: &mut dyn Write, width: usize, top: usize) -> io::Result<()> {
        let rows = &self.rows[..self.rows.len().min(top)];
        if !rows.is_empty() {
            let mut columns = self.columns(rows);
            fit(&mut columns, width);
            let mut line = String::new();
            for at in 0..=rows.len() {
                line.clear();
                for (number, column) in columns.iter().enumerate() {
                    let text = if at == 0 { column.title } else { &column.cells[at - 1] };
                    column.put(&mut line, text, number + 1 == columns.len());
                }
                writeln!(out, "{}", line.trim_end())?;
            }
            writeln!(out)?;
        }
        let mut lines = Vec::new();
        if rows.len() < self.rows.len() {
            let more = (self.rows.len() - rows.len()) as u64;
            lines.push(format!("and {} (--top 0 shows all)", counted(more, "more row")));
        }
        let others = &self.tally.others;
        if others.pairs > 0 {
            let (pairs, hits) = (counted(others.pairs, "rare pair"), counted(others.count, "hit"));
            lines.push(format!("others: {pairs} with {hits}, beyond --max-pairs"));
        }
        lines.push(self.total());
        for unread in &self.unread {
            lines.push(format!("not read completely: {}", Escaped::new(&unread.text())));
        }
        for line in lines {
            for part in wrap(&line, width) {
                writeln!(out, "{part}")?;
            }
        }
        Ok(())
    }

    fn columns(&self, rows: &[Row]) -> Vec<Column> {
        let text = |part: &str| Escaped::new(part).to_string();
        let who = |row: &Row| {
            let Who { ip, user, host } = row.who();
            let mut who = String::new();
            for part in [ip, user, host].into_iter().filter(|part| !part.is_empty()) {
                if !who.is_empty() {
                    who.push(' ');
                }
                who.push_str(&text(part));
            }
            if who.is_empty() { "-".to_owned() } else { who }
        };
        let count = |row: &Row| {
            let sign = if row.pair.is_at_least { ">=" } else { "" };
            format!("{sign}{}", thousands(row.pair.count))
        };
        let time = |row: &Row, time: Option<Timestamp>| match time {
            Some(time) => {
                let sign = if row.pair.is_assumed { "~" } else { "" };
                format!("{sign}{}", time.strftime(TIME))
            }
            None => "-".to_owned(),
        };
        let feeds = |row: &Row| {
            let about = self.about(row);
            let tags = about.tags();
            let feeds = text(&about.feeds().join(", "));
            if tags.is_empty() { feeds } else { format!("{feeds} [{}]", text(&tags.join(", "))) }
        };
        let files = |row: &Row| {
            let count = row.pair.files.len() as u64 + row.pair.more_files;
            let first = text(self.files(row).first().copied().unwrap_or(""));
            if count > 1 { format!("{first} +{}", count - 1) } else { first }
        };
        vec![
            Column::new("INDICATOR", 9, Some(12), rows.iter().map(|row| text(&self.about(row).indicator))),
            Column::new("WHO", 9, Some(9), rows.iter().map(who)),
            Column::new("COUNT", 9, None, rows.iter().map(count)).number(),
            Column::new("FIRST (UTC)", 5, None, rows.iter().map(|row| time(row, row.pair.first))),
            Column::new("LAST (UTC)", 6, None, rows.iter().map(|row| time(row, row.pair.last))),
            Column::new("ROLE", 2, None, rows.iter().map(|row| text(&self.tally.roles(&row.pair).join(", ")))),
            Column::new("OUTCOME", 3, None, rows.iter().map(|row| text(&self.tally.outcomes(&row.pair).join(", ")))),
            Column::new("LOG", 1, Some(10), rows.iter().map(files)),
            Column::new("FEEDS", 7, Some(8), rows.iter().map(feeds)),
        ]
    }

    /// The totals of all rows, on one line.
    fn total(&self) -> String {
        let (indicators, clients) = self.distinct();
        let totals = &self.tally.totals;
        let mut text = format!(
            "total: {} on {}, {} met by {}, according to {}",
            counted(totals.count, "hit"),
            counted(totals.lines, "line"),
            counted(indicators as u64, "indicator"),
            counted(clients as u64, "client"),
            counted(self.feeds().len() as u64, "feed"),
        );
        if let (Some(first), Some(last)) = (totals.first, totals.last) {
            text.push_str(&format!(", {} to {}", first.strftime(TIME), last.strftime(TIME)));
        }
        if totals.undated > 0 {
            text.push_str(&format!(", {} without a time", thousands(totals.undated)));
        }
        if self.is_broken_off {
            text.push_str("; interrupted before all was read");
        }
        text
    }
}

/// Narrows columns, and drops those for which there is no room, until a line fits.
fn fit(columns: &mut Vec<Column>, width: usize) {
    // Empty columns are dropped.
    columns.retain(|column| column.cells.iter().any(|cell| !cell.is_empty()));
    loop {
        let gaps = 2 * columns.len().saturating_sub(1);
        let total: usize = columns.iter().map(|column| column.width).sum::<usize>() + gaps;
        if total <= width {
            return;
        }
        let narrowest: usize =
            columns.iter().map(|column| column.least.unwrap_or(column.width).min(column.width)).sum::<usize>() + gaps;
        // If there is no room for even half of the flexible width, drop the columns of the lowest worth.
        let is_tight = narrowest + (total - narrowest) / 2 > width;
        let least = columns.iter().map(|column| column.worth).min().unwrap_or(9);
        if is_tight && least < 9 {
            columns.retain(|column| column.worth != least);
            continue;
        }
        let mut over = total - width;
        while over > 0 {
            let widest = columns
                .iter_mut()
                .filter(|column| column.least.is_some_and(|least| column.width > least))
                .max_by_key(|column| column.width);
            let Some(column) = widest else { return };
            column.width -= 1;
            over -= 1;
        }
        return;
    }
}

/// The number of terminal columns that a text takes.
fn columns_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(columns).sum() }
}

/// Shortens a text to `width` terminal columns by leaving out its middle. Returns it with the number of columns that it takes.
fn cut(text: &str, width: usize) -> (Cow<'_, str>, usize) {
    let all = columns_of(text);
    if all <= width {
        return (text.into(), all);
    }
    let room = width.saturating_sub(1);
    // The length of the part at the start or at the end that fits, and its columns.
    let take = |chars: &mut dyn Iterator<Item = char>, room: usize| {
        let (mut length, mut used) = (0, 0);
        for c in chars {
            if used + columns(c) > room {
                break;
            }
            (length, used) = (length + c.len_utf8(), used + columns(c));
        }
        (length, used)
    };
    let (start, used) = take(&mut text.chars(), room.div_ceil(2));
    let (end, more) = take(&mut text.chars().rev(), room - used);
    let end = &text[text.len() - end..];
    (format!("{}…{end}", &text[..start]).into(), used + 1 + more)
}

/// Breaks a text into lines, at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one from the start");
        if line.is_empty() {
            *line = cut(word, width).0.into_owned();
        } else if columns_of(line) + 1 + columns_of(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(cut(&format!("  {word}"), width).0.into_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_columns() {
        for (text, width, shown) in [
            ("evil.test", 9, "evil.test"),
            ("a.very.long.name.evil.test", 11, "a.ver….test"),
            ("\u{4e2d}\u{6587}\u{4e2d}\u{6587}", 5, "\u{4e2d}…\u{6587}"),
            ("abc", 1, "…"),
        ] {
            assert_eq!(cut(text, width), (shown.into(), columns_of(shown)));
            assert!(columns_of(shown) <= width);
        }
    }

    #[test]
    fn columns_fit_any_width() {
        let cell = |len: usize| std::iter::once("x".repeat(len));
        for width in 40..300 {
            let mut columns = vec![
                Column::new("INDICATOR", 9, Some(12), cell(80)),
                Column::new("WHO", 9, Some(9), cell(30)),
                Column::new("COUNT", 9, None, cell(6)).number(),
                Column::new("LAST", 6, None, cell(19)),
                Column::new("FEEDS", 7, Some(8), cell(60)),
            ];
            fit(&mut columns, width);
            let total = columns.iter().map(|column| column.width).sum::<usize>() + 2 * (columns.len() - 1);
            assert!(total <= width && columns.len() >= 3, "{width}: {total}");
        }
    }

    #[test]
    fn long_lines_are_broken() {
        assert_eq!(wrap("one two three", 9), ["one two", "  three"]);
        assert!(wrap(&"word ".repeat(40), 40).iter().all(|line| columns_of(line) <= 40));
    }
}
