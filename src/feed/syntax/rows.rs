//! Flat JSON records, read as the rows of a table.

use std::borrow::Cow;

use crate::error::Result;
use crate::feed::syntax::json::{Bytes, Json, Kind, Slice, Text};
use crate::feed::syntax::lines::each_line;
use crate::feed::syntax::table::{self, Finish, Layout};
use crate::feed::syntax::text::{floor, is_number};
use crate::feed::syntax::value::Rules;
use crate::indicator::{ColumnRole, Columns, Feed, RecordSink, Reject, Rejection};
use crate::input::Lines;

/// The parameters for reading a document.
pub(crate) struct Reading<'a> {
    pub(crate) feed: &'a Feed,
    pub(crate) rules: Rules,
    /// The role of a key. Nested keys are joined by dots.
    pub(crate) role: &'a dyn Fn(&str) -> Option<ColumnRole>,
    pub(crate) finish: Finish<'a>,
    /// The members of the document that hold records. If empty, all members do.
    pub(crate) members: &'a [&'a str],
}

/// The most keys read per record, and the most bytes kept per value.
const MAX_KEYS: usize = 256;
const MAX_CELL: usize = 64 * 1024;

/// Reads all records of a document: the elements of an array, or of the arrays that are members of an object. The key
/// of such an array becomes the cell `#`; formats that expect an id there accept only a number.
pub(crate) fn document<B: Bytes>(json: &mut Json<B>, reading: &Reading<'_>, sink: &mut dyn RecordSink) -> Result<()> {
    let mut rows = Rows { reading, row: RowCells::default(), layout: None };
    let mut key = Text::default();
    if json.kind()? == Kind::Object {
        json.object()?;
        while json.key(&mut key)? {
            let wanted = reading.members.is_empty() || reading.members.contains(&key.as_str());
            if wanted && json.kind()? == Kind::Array {
                rows.array(json, Some(key.as_str()), sink)?;
            } else {
                json.skip()?;
            }
        }
    } else {
        rows.array(json, None, sink)?;
    }
    json.end()
}

/// Reads documents that are one record each.
pub(crate) fn records<B: Bytes>(json: &mut Json<B>, reading: &Reading<'_>, sink: &mut dyn RecordSink) -> Result<()> {
    let mut rows = Rows { reading, row: RowCells::default(), layout: None };
    while json.more()? {
        rows.row.clear();
        rows.row.read(json)?;
        rows.emit(sink);
    }
    Ok(())
}

/// Reads one record per line. A line that is not JSON is rejected without affecting the others.
pub(crate) fn lines(lines: &mut Lines<'_>, reading: &Reading<'_>, sink: &mut dyn RecordSink) -> Result<()> {
    let mut rows = Rows { reading, row: RowCells::default(), layout: None };
    each_line(lines, sink, |line, sink| {
        if line.text.is_empty() {
            return;
        }
        let mut json = Json::new(Slice::new(line.text.as_bytes(), line.number));
        rows.row.clear();
        match rows.row.read(&mut json).and_then(|()| json.end()) {
            Ok(()) => rows.emit(sink),
            Err(_) => sink.reject(Rejection::new(line.number, line.text, Reject::Malformed)),
        }
    })
}

struct Rows<'a> {
    reading: &'a Reading<'a>,
    row: RowCells,
    /// The layout of the last row, since the next one usually has the same keys.
    layout: Option<(Vec<String>, Layout)>,
}

impl Rows<'_> {
    fn array<B: Bytes>(&mut self, json: &mut Json<B>, key: Option<&str>, sink: &mut dyn RecordSink) -> Result<()> {
        if !json.array()? {
            return Ok(());
        }
        while json.item()? {
            self.row.clear();
            if let Some(key) = key.filter(|key| is_number(key) || (self.reading.role)("#").is_none()) {
                self.row.push("#", key, json.line());
            }
            self.row.read(json)?;
            self.emit(sink);
        }
        Ok(())
    }

    fn emit(&mut self, sink: &mut dyn RecordSink) {
        let RowCells { names, cells, lines, length, .. } = &self.row;
        let (names, cells, lines) = (&names[..*length], &cells[..*length], &lines[..*length]);
        if self.layout.as_ref().is_none_or(|(known, _)| known != names) {
            let layout = match &self.reading.feed.columns {
                Some(columns) => of_user(columns, names),
                None => Layout::of_keys(names, |name| (self.reading.role)(name)),
            };
            self.layout = Some((names.to_vec(), layout));
        }
        let Some((_, layout)) = &self.layout else { return };
        let line = layout.first_value().and_then(|at| lines.get(at)).or(lines.first()).copied().unwrap_or(0);
        let cells: Vec<Cow<'_, str>> = cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect();
        table::emit(layout, line, &cells, self.reading.feed, &self.reading.rules, sink, self.reading.finish);
    }
}

/// The roles that the user gives to keys. A record may lack any of the keys.
fn of_user(columns: &Columns, names: &[String]) -> Layout {
    let role = |name: &String| {
        let is_named = |column: &crate::indicator::Column| matches!(column, crate::indicator::Column::Name(known) if known.eq_ignore_ascii_case(name));
        columns.roles.iter().find(|(_, column)| is_named(column)).map(|(role, _)| *role)
    };
    Layout::new(names.iter().map(role).collect(), names.to_vec())
}

/// A record as cells. The strings are reused from one record to the next.
#[derive(Default)]
struct RowCells {
    names: Vec<String>,
    cells: Vec<String>,
    lines: Vec<u32>,
    length: usize,
    prefix: String,
    key: Text,
    text: Text,
}

impl RowCells {
    fn clear(&mut self) {
        self.length = 0;
    }

    fn push(&mut self, name: &str, value: &str, line: u32) {
        if self.length == MAX_KEYS {
            return;
        }
        if self.length == self.names.len() {
            self.names.push(String::new());
            self.cells.push(String::new());
            self.lines.push(0);
        }
        let at = self.length;
        self.names[at].clear();
        self.names[at].push_str(name);
        self.cells[at].clear();
        self.cells[at].push_str(&value[..floor(value, MAX_CELL)]);
        self.lines[at] = line;
        self.length += 1;
    }

    /// Reads a record. A scalar is a record with a single value.
    fn read<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        self.prefix.clear();
        if json.kind()? == Kind::Object {
            return self.object(json);
        }
        let mut text = std::mem::take(&mut self.text);
        if json.scalar(&mut text)? {
            self.push("value", &text.value, text.line);
        }
        self.text = text;
        Ok(())
    }

    fn object<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        json.object()?;
        let mut key = std::mem::take(&mut self.key);
        while json.key(&mut key)? {
            let length = self.prefix.len();
            if length > 0 {
                self.prefix.push('.');
            }
            self.prefix.push_str(&key.value);
            self.member(json)?;
            self.prefix.truncate(length);
        }
        self.key = key;
        Ok(())
    }

    fn member<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        let mut text = std::mem::take(&mut self.text);
        let name = std::mem::take(&mut self.prefix);
        match json.kind()? {
            Kind::Object => {
                self.prefix.push_str(&name);
                self.object(json)?;
                self.prefix.clear();
            }
            // The scalars of an array become one cell.
            Kind::Array => {
                let mut joined = String::new();
                let line = json.line();
                json.array()?;
                while json.item()? {
                    if json.scalar(&mut text)? && joined.len() < MAX_CELL {
                        if !joined.is_empty() {
                            joined.push(',');
                        }
                        joined.push_str(&text.value);
                    }
                }
                self.push(&name, &joined, line);
            }
            _ => {
                if json.scalar(&mut text)? {
                    self.push(&name, &text.value, text.line);
                }
            }
        }
        self.prefix = name;
        self.text = text;
        Ok(())
    }
}
