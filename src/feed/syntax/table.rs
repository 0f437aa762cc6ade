//! Rows of cells with a delimiter between, and what the columns hold.
//!
//! Rows are RFC 4180 with what real exports add: blanks before a quote, text behind a closing quote, any delimiter,
//! short rows. A quoted cell may run over several lines; a quote that is never closed costs its own line and no other.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::error::Result;
use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::text;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{
    Attributes, Column, ColumnRole, Columns, Construct, Feed, Indicator, Record, RecordSink, Reject, Rejection, Skip,
    Warning, WarningKind,
};
use crate::input::Lines;

/// Lines, and bytes, that a quoted cell may run over.
const MAX_CELL_LINES: usize = 64;
const MAX_CELL: usize = 64 * 1024;

/// What a description made of other columns holds at most, in bytes.
const MAX_REST: usize = 1024;

/// How a row ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Clean,
    /// There is text behind a closing quote.
    Untidy,
    /// A quote is open.
    Open,
}

/// Splits a row. Blanks around cells are dropped.
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
                // It belongs to the cell, for want of a better place.
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

/// The text up to the closing quote, with doubled quotes as one, and what follows it.
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

/// Hands out rows that may run over several lines.
pub(crate) struct Rows<'l, 'r> {
    lines: &'l mut Lines<'r>,
    delimiter: char,
    /// How many cells a row has: those of the first row, if that is not known before.
    columns: usize,
    /// Lines that were looked at for the end of a cell, which was not there.
    ahead: VecDeque<(u32, String, bool)>,
    row: String,
}

/// A row: the number of its first line, and its text.
pub(crate) struct Row<'a> {
    pub(crate) line: u32,
    pub(crate) text: &'a str,
    pub(crate) too_long: bool,
    /// A quote in it is never closed.
    pub(crate) is_broken: bool,
}

impl<'l, 'r> Rows<'l, 'r> {
    pub(crate) fn new(lines: &'l mut Lines<'r>, delimiter: char, columns: usize) -> Self {
        Self { lines, delimiter, columns, ahead: VecDeque::new(), row: String::new() }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>> {
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
        Ok(Some(Row { line, text: &self.row, too_long, is_broken }))
    }

    /// Adds the lines that belong to an open cell; `false`, and nothing is added, if it is not closed by one of them.
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
            // Only a quote can close the cell. If the row is not as it should be then, it was a quote of its own.
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

/// What the columns of one table hold.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    roles: Vec<Option<ColumnRole>>,
    /// The names of the header, for what goes to the description.
    names: Vec<String>,
}

impl Layout {
    pub(crate) fn new(roles: Vec<Option<ColumnRole>>, names: Vec<String>) -> Self {
        Self { roles, names }
    }

    /// From a header, by what the names of its columns mean.
    pub(crate) fn of_header(cells: &[Cow<'_, str>], role: impl Fn(&str) -> Option<ColumnRole>) -> Self {
        let names: Vec<String> = cells.iter().map(|cell| cell.trim_start_matches('#').trim().to_owned()).collect();
        Self { roles: names.iter().map(|name| role(name)).collect(), names }
    }

    /// From what the user says of the columns; the reason, if a column does not exist.
    pub(crate) fn of_user(columns: &Columns, header: Option<&[Cow<'_, str>]>) -> Result<Self, String> {
        let names: Vec<String> =
            header.unwrap_or_default().iter().map(|cell| cell.trim_start_matches('#').trim().to_owned()).collect();
        let mut roles = vec![None; names.len()];
        for (role, column) in &columns.roles {
            let at = match column {
                Column::Number(number) if *number > 0 && *number < 10_000 => number - 1,
                Column::Number(number) => return Err(format!("there is no column {number}")),
                Column::Name(name) => names
                    .iter()
                    .position(|known| known.eq_ignore_ascii_case(name))
                    .ok_or_else(|| format!("there is no column `{name}` (columns: {})", names.join(", ")))?,
            };
            if at >= roles.len() {
                roles.resize(at + 1, None);
            }
            roles[at] = Some(*role);
        }
        Ok(Self { roles, names })
    }

    pub(crate) fn has_values(&self) -> bool {
        self.roles.iter().flatten().any(|role| is_value(*role))
    }

    /// Whether some column of values holds a value in this row.
    pub(crate) fn reads(&self, cells: &[Cow<'_, str>], rules: &Rules) -> bool {
        let mut values = self.roles.iter().zip(cells).filter(|(role, _)| role.is_some_and(is_value));
        values.any(|(_, cell)| value::classify(listed::without_scope(cell), rules).is_ok())
    }

    /// Takes a column of values of any kind for prose if it never holds one and another column does: some call so what an address
    /// was seen doing.
    pub(crate) fn forget_prose(&mut self, rows: &[&Vec<Cow<'_, str>>], rules: &Rules) {
        let values =
            |at: usize| rows.iter().filter_map(|cells| cells.get(at)).filter(|cell| is_evident(cell, rules)).count();
        let counts: Vec<usize> = (0..self.roles.len()).map(values).collect();
        for (at, role) in self.roles.iter_mut().enumerate() {
            let others = counts.iter().enumerate().any(|(other, &count)| other != at && count > 0);
            if *role == Some(ColumnRole::Value) && counts[at] == 0 && others {
                *role = None;
            }
        }
    }

    /// The first column of values.
    pub(crate) fn first_value(&self) -> Option<usize> {
        self.roles.iter().position(|role| role.is_some_and(is_value))
    }

    /// The cell of the column that holds a role.
    fn of<'c>(&self, role: ColumnRole, cells: &'c [Cow<'_, str>]) -> Option<&'c str> {
        let at = self.roles.iter().position(|known| *known == Some(role))?;
        cells.get(at).and_then(|cell| text::some(cell))
    }
}

/// Whether columns of this role hold values.
pub(crate) fn is_value(role: ColumnRole) -> bool {
    matches!(role, ColumnRole::Value | ColumnRole::Ip | ColumnRole::Domain | ColumnRole::Host | ColumnRole::Url)
}

/// What a format does with the records of a row before they are handed over.
pub(crate) type Finish<'f> = &'f dyn Fn(&mut Record<'_>, &[Cow<'_, str>]);

/// Hands over what a row lists. `finish` may add to each record.
pub(crate) fn emit(
    layout: &Layout,
    line: u32,
    cells: &[Cow<'_, str>],
    feed: &Feed,
    rules: &Rules,
    sink: &mut dyn RecordSink,
    finish: Finish<'_>,
) {
    if cells.iter().all(|cell| cell.is_empty()) {
        return;
    }
    let shown = || cells.join(",");
    // A type that is not known says nothing against the value.
    let listed = layout.of(ColumnRole::Type, cells).map(|name| Listed::of(name).unwrap_or(Listed::Any));
    if let Some(Listed::Skip(construct)) = listed {
        return sink.skip(Skip::new(line, shown(), construct));
    }
    let is_for_detection = layout.of(ColumnRole::ToIds, cells).is_none_or(is_true);
    if !is_for_detection && feed.policy.only_to_ids {
        return sink.skip(Skip::new(line, shown(), Construct::NotForDetection));
    }
    let port = layout.of(ColumnRole::Port, cells).unwrap_or("");
    let mut attributes: Option<Attributes<'_>> = None;
    let mut has_value = false;
    for (cell, role) in cells.iter().zip(&layout.roles) {
        let Some(role) = role.filter(|role| is_value(*role)) else { continue };
        let Some(cell) = text::some(cell) else { continue };
        has_value = true;
        let as_listed = match role {
            ColumnRole::Url => Listed::Url,
            ColumnRole::Host => Listed::Hostname,
            ColumnRole::Ip => Listed::Ip,
            ColumnRole::Domain => Listed::Any,
            _ => listed.unwrap_or(Listed::Any),
        };
        each_value(as_listed, cell, rules, |part, value| {
            match value.and_then(|value| listed::with_port(value, port)) {
                Err(reason) => sink.reject(Rejection::new(line, part, reason)),
                Ok(Value { indicator, host_bits }) => {
                    let mut record = Record::new(indicator, line, part);
                    record.attributes =
                        attributes.get_or_insert_with(|| attributes_of(layout, cells, is_for_detection)).clone();
                    finish(&mut record, cells);
                    sink.record(record);
                    if host_bits {
                        sink.warn(Warning::new(line, part, WarningKind::HostBits));
                    }
                }
            }
        });
    }
    if !has_value {
        sink.reject(Rejection::new(line, shown(), Reject::Empty));
    }
}

/// Reads the value of a cell; or each, if it holds several that can all be read.
fn each_value<'c>(listed: Listed, cell: &'c str, rules: &Rules, mut found: impl FnMut(&'c str, Result<Value, Reject>)) {
    if listed == Listed::DomainIp
        && let Some((name, address)) = cell.split_once('|')
    {
        found(name.trim(), listed::read(Listed::Domain, name.trim(), rules));
        found(address.trim(), listed::read(Listed::Ip, address.trim(), rules));
        return;
    }
    let whole = listed::read(listed, cell, rules);
    // A URL may hold any of the delimiters, so it is one as long as it can be.
    if whole.is_err()
        || matches!(&whole, Ok(value) if matches!(value.indicator, Indicator::Url { .. }) && cell.contains([' ', '\n']))
    {
        let parts = || cell.split([',', ';', '|', ' ', '\n', '\t']).map(str::trim).filter(|part| !part.is_empty());
        if parts().nth(1).is_some() && parts().all(|part| listed::read(listed, part, rules).is_ok()) {
            parts().for_each(|part| found(part, listed::read(listed, part, rules)));
            return;
        }
    }
    found(cell, whole);
}

fn is_true(text: &str) -> bool {
    ["1", "true", "yes", "t", "y"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
}

/// The tag of an entry that is not meant for detection.
pub(crate) const NOT_FOR_DETECTION: &str = "to_ids:false";

fn attributes_of(layout: &Layout, cells: &[Cow<'_, str>], is_for_detection: bool) -> Attributes<'static> {
    let mut attributes = Attributes::default();
    let mut rest = String::new();
    for (at, cell) in cells.iter().enumerate() {
        let Some(cell) = text::some(cell) else { continue };
        let own = || Some(Cow::Owned(cell.to_owned()));
        let known = match layout.roles.get(at).copied().flatten() {
            Some(ColumnRole::Tags) => {
                attributes.tags.extend(text::tags(cell).map(|tag| Cow::Owned(tag.to_owned())));
                true
            }
            Some(ColumnRole::Family) if attributes.family.is_none() => {
                attributes.family = own();
                true
            }
            Some(ColumnRole::Confidence) => set(&mut attributes.confidence, text::confidence(cell)),
            Some(ColumnRole::Score) => set(&mut attributes.score, text::number(cell)),
            Some(ColumnRole::FirstSeen) => set(&mut attributes.first_seen, text::time(cell)),
            Some(ColumnRole::LastSeen) => set(&mut attributes.last_seen, text::time(cell)),
            Some(ColumnRole::ValidUntil) => set(&mut attributes.valid_until, text::time(cell)),
            Some(ColumnRole::Reference) if attributes.reference.is_none() => {
                attributes.reference = own();
                true
            }
            Some(ColumnRole::Id) if attributes.id.is_none() => {
                attributes.id = own();
                true
            }
            Some(ColumnRole::Description) if attributes.description.is_none() => {
                attributes.description = own();
                true
            }
            Some(ColumnRole::Type | ColumnRole::Port | ColumnRole::ToIds | ColumnRole::Ignore) => true,
            Some(role) => is_value(role),
            None => false,
        };
        if !known && rest.len() < MAX_REST {
            if !rest.is_empty() {
                rest.push_str("; ");
            }
            if let Some(name) = layout.names.get(at).filter(|name| !name.is_empty()) {
                rest.push_str(name);
                rest.push_str(": ");
            }
            rest.push_str(&cell[..crate::feed::recognise::floor(cell, MAX_REST)]);
        }
    }
    if !rest.is_empty() {
        attributes.description = Some(Cow::Owned(match attributes.description {
            Some(description) => format!("{description}; {rest}"),
            None => rest,
        }));
    }
    if !is_for_detection {
        attributes.tags.push(Cow::Borrowed(NOT_FOR_DETECTION));
    }
    attributes
}

/// Sets what can be read and is not set; whether that was so.
fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let is_new = place.is_none() && value.is_some();
    if is_new {
        *place = value;
    }
    is_new
}

/// How the rows of a table are read.
pub(crate) struct Reading<'a> {
    pub(crate) delimiter: char,
    pub(crate) layout: Layout,
    /// The rows before this line are the header.
    pub(crate) first: u32,
    pub(crate) rules: Rules,
    pub(crate) finish: Finish<'a>,
}

/// Reads all rows. Lines that begin with `#` are comments.
pub(crate) fn read(lines: &mut Lines<'_>, feed: &Feed, reading: &Reading<'_>, sink: &mut dyn RecordSink) -> Result<()> {
    let mut rows = Rows::new(lines, reading.delimiter, reading.layout.roles.len());
    let mut is_first = true;
    while let Some(row) = rows.next()? {
        let text = row.text.trim();
        if row.too_long {
            sink.reject(Rejection::new(row.line, text, Reject::TooLong));
            continue;
        }
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if row.is_broken {
            sink.reject(Rejection::new(row.line, text, Reject::Malformed));
            continue;
        }
        if row.line < reading.first && std::mem::take(&mut is_first) {
            continue;
        }
        let mut cells = Vec::with_capacity(reading.layout.roles.len());
        split(row.text.trim_end_matches(['\r', '\n']), reading.delimiter, &mut cells);
        emit(&reading.layout, row.line, &cells, feed, &reading.rules, sink, reading.finish);
    }
    Ok(())
}

/// Whether a cell is a value beyond doubt: an address, a URL, a name that is none of a file.
pub(crate) fn is_evident(cell: &str, rules: &Rules) -> bool {
    match value::classify(cell, rules) {
        Ok(value) => match value.indicator {
            Indicator::Domain { name, .. } => {
                let last = name.as_str().rsplit('.').next().unwrap_or("");
                !is_file_extension(last)
            }
            Indicator::Url { .. } => cell.contains("://") || cell.contains('['),
            Indicator::Ip { .. } | Indicator::IpRange { .. } => true,
            Indicator::Pattern(_) => false,
        },
        Err(_) => false,
    }
}

/// Ends of file names that a name of the DNS has rarely or never.
fn is_file_extension(last: &str) -> bool {
    const ENDS: [&str; 36] = [
        "exe", "dll", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "pdf", "rtf", "txt", "php", "html",
        "htm", "js", "vbs", "jar", "scr", "bat", "cmd", "ps1", "apk", "msi", "lnk", "iso", "img", "bin", "dat", "tmp",
        "log", "jpg", "png", "gif", "zip",
    ];
    ENDS.contains(&last)
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
