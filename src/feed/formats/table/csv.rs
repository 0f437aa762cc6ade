//! Tables: comma-separated values and similar, with or without a header.
//!
//! ```text
//! type,indicator,malware,first_seen
//! domain,evil.test,examplebot,2026-05-01 12:00:00
//! ipv4,192.0.2.1,examplebot,2026-05-02
//! md5,d41d8cd98f00b204e9800998ecf8427e,examplebot,2026-05-02
//! ```
//!
//! Columns are separated by `,`, `;`, TAB or `|` and identified by the names in the header; the module `columns` lists
//! the names known for each role. Several columns may hold values. The header may be a comment (`# id,url,…`). Without
//! one, the value columns are those in which nearly every cell reads as a value. All other columns go to the
//! description, so that nothing in the feed is lost.
//!
//! A row that a column clears (`action,verdict,status` with `Allowed`, `clean` or `false positive`) is left out, with a message.
//!
//! A confidence column counts as one if its numbers fit a scale of 0 to 100, and as a score otherwise. A warning says
//! which, because a table does not state its scale. Only AbuseIPDB's `abuseConfidenceScore` is known to range from 0 to
//! 100. If you know the columns, name them ([`Columns`](crate::indicator::Columns)).
//!
//! If a table without a header has two value columns, and one holds URLs on other hosts, that one holds references. If it has URLs that seem
//! to go on in the next column, a warning says so: it may be a list of URLs that contain commas.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::table::{self, Layout, Reading};
use crate::feed::syntax::value::Rules;
use crate::feed::syntax::{cells, columns};
use crate::indicator::{Column, ColumnRole, Columns, Feed, RecordSink, Scope, WarningKind};
use crate::input::Lines;
use crate::value::url::after_scheme;

pub(crate) struct Csv;

impl FeedReader for Csv {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        find(head).map_or(0, |found| found.certainty)
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        let text = lines.head()?;
        let head = Head::new(&text);
        let found = match &feed.columns {
            Some(columns) => of_user(&head, columns),
            None => find(&head)
                .ok_or_else(|| "no column has a known name or holds only values: name the columns".to_owned()),
        };
        if found.is_err() && feed.columns.is_none() && head.data().count() < 2 {
            // A header without rows is valid; there is no table to guess.
            return Ok(());
        }
        let found = found.map_err(|reason| Error::feed(lines.path(), reason))?;
        let reading =
            Reading { delimiter: found.delimiter, layout: found.layout, first: found.first, rules, finish: &|_, _| {} };
        table::read(lines, feed, &reading, sink)
    }
}

/// The layout of a table, guessed from its head.
struct Guess {
    delimiter: char,
    layout: Layout,
    /// The line of the first row of data.
    first: u32,
    certainty: u8,
}

/// The most rows of a head to examine.
const ROWS: usize = 1000;

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// The rows of a head, and the last comment before them.
struct Rows {
    delimiter: char,
    rows: Vec<(u32, String)>,
    comment: Option<String>,
}

impl Rows {
    fn new(head: &Head<'_>, delimiter: char) -> Option<Self> {
        let mut lines = Lines::new(head.text()).ok()?;
        let mut reader = cells::Rows::new(&mut lines, delimiter, 0);
        let mut found = Self { delimiter, rows: Vec::new(), comment: None };
        while found.rows.len() < ROWS
            && let Ok(Some(row)) = reader.next()
        {
            if row.text.trim().is_empty() || row.is_broken || row.too_long || row.names_delimiter() {
                continue;
            }
            match row.text.trim_start().strip_prefix('#') {
                None => found.rows.push((row.line, row.text.to_owned())),
                Some(text) if found.rows.is_empty() => found.comment = Some(text.to_owned()),
                Some(_) => {}
            }
        }
        Some(found)
    }

    fn split<'r>(&self, row: &'r str) -> Vec<Cow<'r, str>> {
        let mut cells = Vec::new();
        cells::split(row, self.delimiter, &mut cells);
        cells
    }

    /// The cells of the last comment, if it has as many as a row.
    fn comment(&self, columns: usize) -> Option<Vec<Cow<'_, str>>> {
        self.comment.as_deref().map(|text| self.split(text)).filter(|cells| cells.len() == columns)
    }
}

fn find(head: &Head<'_>) -> Option<Guess> {
    if head.shape().is_some() || head.xml_root().is_some() {
        return None;
    }
    let mut best: Option<Guess> = None;
    for delimiter in DELIMITERS {
        let Some(found) = find_with(head, delimiter) else { continue };
        if best.as_ref().is_none_or(|best| found.certainty > best.certainty) {
            best = Some(found);
        }
    }
    best
}

fn find_with(head: &Head<'_>, delimiter: char) -> Option<Guess> {
    let rules = Rules::new(&Feed::new(""), Scope::Suffix);
    let rows = Rows::new(head, delimiter)?;
    let split: Vec<(u32, Vec<Cow<'_, str>>)> = rows.rows.iter().map(|(line, row)| (*line, rows.split(row))).collect();
    let (first, head_cells) = split.first()?;
    let columns = head_cells.len();
    if columns < 2 {
        return None;
    }
    // The first row is the header if it names a value column and contains no value itself.
    let mut layout = None;
    let mut start = 0;
    if !head_cells.iter().any(|cell| table::is_evident(cell, &rules)) {
        let named = Layout::of_header(head_cells, columns::role);
        if named.has_values() {
            layout = Some(named);
            start = first + 1;
        }
    }
    if layout.is_none()
        && let Some(cells) = rows.comment(columns)
    {
        layout = Some(Layout::of_header(&cells, columns::role)).filter(Layout::has_values);
    }
    let data = if start > 0 { &split[1..] } else { &split };
    let is_filled = |cells: &&Vec<Cow<'_, str>>| cells.iter().any(|cell| !cell.is_empty());
    let filled: Vec<_> = data.iter().map(|(_, cells)| cells).filter(is_filled).collect();
    let regular = filled.iter().filter(|cells| cells.len() == columns).count();
    if filled.is_empty() || regular * 10 < filled.len() * 8 {
        return None;
    }
    let regularity = (regular * 100 / filled.len()) as u8;
    if let Some(mut layout) = layout {
        layout.forget_prose(&filled, &rules);
        layout.judge_confidence(&filled);
        layout.note_unread(&filled, &rules);
        // The header determines the layout if the rows agree with it.
        let holding = filled.iter().filter(|cells| layout.reads(cells, &rules)).count();
        let share = (holding * 100 / filled.len()) as u8;
        let certainty = if share >= 20 { regularity.min(95) } else { share };
        return Some(Guess { delimiter, layout, first: start, certainty });
    }
    // Without a header, the cells determine the layout.
    let mut roles = vec![None; columns];
    let mut share = 0;
    for (at, role) in roles.iter_mut().enumerate() {
        let cells = || filled.iter().filter_map(|cells| cells.get(at)).filter(|cell| !cell.is_empty());
        let (all, values) = (cells().count(), cells().filter(|cell| table::is_evident(cell, &rules)).count());
        // A few values in a column of something else do not make it a value column.
        if all * 2 >= filled.len() && values * 10 >= all * 8 {
            let hashes = cells().filter(|cell| table::is_hash(cell, &rules)).count();
            *role = Some(if hashes == values { ColumnRole::Hash } else { ColumnRole::Value });
            share = share.max(values * 100 / all);
        }
    }
    if let Some(reference) = reference_of(&roles, &filled, &rules) {
        roles[reference] = Some(ColumnRole::Reference);
        let layout = Layout::new(roles, Vec::new());
        return Some(Guess { delimiter, layout, first: 0, certainty: regularity.min(share as u8).min(90) });
    }
    // Two values in a row may be the ends of a range; hashes are exempt. A value followed by a TAB may be a plain list.
    let values = roles.iter().flatten().filter(|role| **role == ColumnRole::Value).count();
    if values > 1 || delimiter == '\t' && roles[0].is_some() {
        share = share.min(50);
    }
    let split = split_url(&roles, &filled, delimiter);
    let mut layout = Layout::new(roles, Vec::new());
    if let Some(example) = split {
        layout.note(example, WarningKind::SplitUrl);
    }
    layout.has_values().then(|| Guess { delimiter, layout, first: 0, certainty: regularity.min(share as u8).min(90) })
}

/// Finds which of two value columns holds references for the other: URLs with a path, on hosts unrelated to the value.
fn reference_of(roles: &[Option<ColumnRole>], rows: &[&Vec<Cow<'_, str>>], rules: &Rules) -> Option<usize> {
    let mut values = roles.iter().enumerate().filter(|(_, role)| **role == Some(ColumnRole::Value)).map(|(at, _)| at);
    let (value, reference) = (values.next()?, values.next()?);
    if values.next().is_some() {
        return None;
    }
    let is_pair = |cells: &&&Vec<Cow<'_, str>>| {
        let (Some(value), Some(url)) = (cells.get(value), cells.get(reference)) else { return false };
        let Some(rest) = after_scheme(url.as_bytes()).map(|at| &url[at..]) else { return false };
        let host = rest.split(['/', '?', ':']).next().unwrap_or(rest).to_ascii_lowercase();
        let value = value.to_ascii_lowercase();
        table::is_evident(&value, rules)
            && !value.contains(&host)
            && !host.ends_with(&format!(".{value}"))
            && rest.contains('/')
    };
    // A few empty or malformed cells are tolerated.
    (rows.iter().filter(is_pair).count() * 10 >= rows.len() * 9).then_some(reference)
}

/// Returns an example if half of the rows have a URL whose path or query seems to go on after the delimiter: `http://a.test/x,2.html`.
fn split_url(roles: &[Option<ColumnRole>], rows: &[&Vec<Cow<'_, str>>], delimiter: char) -> Option<String> {
    let at = roles.iter().position(|role| *role == Some(ColumnRole::Value))?;
    if !matches!(roles.get(at + 1), Some(None)) {
        return None;
    }
    let split = |cells: &&Vec<Cow<'_, str>>| {
        let (url, rest) = (cells.get(at)?, cells.get(at + 1)?);
        let path = &url[after_scheme(url.as_bytes())?..];
        (path.contains(['/', '?']) && is_rest_of_url(rest)).then(|| format!("{url}{delimiter}{rest}"))
    };
    let mut found = rows.iter().filter_map(split);
    let example = found.next()?;
    ((1 + found.count()) * 2 >= rows.len()).then_some(example)
}

/// Returns true for what hardly stands in a cell of its own: parameters, percent escapes, the name of a page.
fn is_rest_of_url(text: &str) -> bool {
    const PAGES: [&str; 9] = [".html", ".htm", ".shtml", ".php", ".asp", ".aspx", ".jsp", ".cgi", ".do"];
    let is_escape =
        |at: usize| text.as_bytes()[at + 1..].iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2;
    !text.contains(char::is_whitespace)
        && (text.contains(['=', '&'])
            || text.match_indices('%').any(|(at, _)| is_escape(at))
            || PAGES.iter().any(|page| text.to_ascii_lowercase().ends_with(page)))
}

/// The table as the user describes it.
fn of_user(head: &Head<'_>, columns: &Columns) -> Result<Guess, String> {
    let delimiters = columns.delimiter.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);
    // Picks the delimiter that splits the first row into the most cells.
    let all = delimiters.iter().filter_map(|&delimiter| Rows::new(head, delimiter));
    let width = |rows: &Rows| rows.rows.first().map_or(0, |(_, row)| rows.split(row).len());
    let rows = all.rev().max_by_key(width).filter(|rows| width(rows) > 0).ok_or("no row in the head of the table")?;
    let (first, row) = &rows.rows[0];
    let cells = rows.split(row);
    let names_columns = columns.roles.iter().any(|(_, column)| matches!(column, Column::Name(_)));
    let has_header = columns.header.unwrap_or(names_columns);
    let comment = rows.comment(cells.len()).filter(|_| has_header && columns.header.is_none());
    let header = comment.as_ref().or(has_header.then_some(&cells));
    let layout = Layout::of_user(columns, header.map(Vec::as_slice))?;
    if !layout.has_values() {
        return Err("no column is declared to hold values".to_owned());
    }
    let first = if has_header && comment.is_none() { first + 1 } else { 0 };
    Ok(Guess { delimiter: rows.delimiter, layout, first, certainty: 100 })
}
