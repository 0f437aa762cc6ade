//! The layout of a table's columns, and the records that its rows yield.

use std::borrow::Cow;

use crate::error::Result;
use crate::feed::syntax::cells::{Rows, is_rule, split};
use crate::feed::syntax::columns;
use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::ports;
use crate::feed::syntax::stix_pattern::{self, Part};
use crate::feed::syntax::text::{self, floor};
use crate::feed::syntax::value::{self, Rules, Value};
use crate::feed::syntax::verdict::Verdict;
use crate::indicator::{
    Action, Attributes, Column, ColumnRole, Columns, Construct, Feed, Indicator, Record, RecordSink, Reject, Rejection,
    Skip, Warning, WarningKind,
};
use crate::input::Lines;
use crate::value::url::after_scheme;

/// The most bytes of a description assembled from other columns.
const MAX_REST: usize = 1024;

/// The layout of a table's columns.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    roles: Vec<Option<ColumnRole>>,
    /// The column names of the header, for the description.
    names: Vec<String>,
    /// Warnings about columns.
    notes: Vec<(String, WarningKind)>,
    /// The columns that may clear a value.
    verdicts: Vec<(usize, Verdict)>,
}

impl Layout {
    pub(crate) fn new(roles: Vec<Option<ColumnRole>>, names: Vec<String>) -> Self {
        // What the user gave another role is no verdict.
        let verdict = |at: usize| match roles[at] {
            Some(ColumnRole::Tags) => Some((at, Verdict::Tags)),
            None | Some(ColumnRole::Score) => Some((at, Verdict::of_column(names.get(at)?)?)),
            _ => None,
        };
        let verdicts = (0..roles.len()).filter_map(verdict).collect();
        Self { roles, names, notes: Vec::new(), verdicts }
    }

    /// Drops a column called just `email` if the table lists other values: it usually holds the contact of a registrant or a provider.
    fn forget_contacts(mut self) -> Self {
        let others = self.roles.iter().flatten().any(|role| is_value(*role) && *role != ColumnRole::Email);
        for (role, name) in self.roles.iter_mut().zip(&self.names) {
            if others && *role == Some(ColumnRole::Email) && columns::may_be_contact(name) {
                *role = None;
            }
        }
        self
    }

    /// Derives the layout from the column names of a header.
    pub(crate) fn of_header(cells: &[Cow<'_, str>], role: impl Fn(&str) -> Option<ColumnRole>) -> Self {
        let names: Vec<String> = cells.iter().map(|cell| cell.trim_start_matches('#').trim().to_owned()).collect();
        Self::new(names.iter().map(|name| role(name)).collect(), names).forget_contacts()
    }

    /// Derives the layout from the keys of a record.
    pub(crate) fn of_keys(names: &[String], role: impl Fn(&str) -> Option<ColumnRole>) -> Self {
        Self::new(names.iter().map(|name| role(name)).collect(), names.to_vec()).forget_contacts()
    }

    /// Applies the user's description of the columns. Fails with the reason if a column does not exist.
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
        Ok(Self::new(roles, names))
    }

    pub(crate) fn has_values(&self) -> bool {
        self.roles.iter().flatten().any(|role| is_value(*role))
    }

    /// Returns true if a value column holds a readable value in this row.
    pub(crate) fn reads(&self, cells: &[Cow<'_, str>], rules: &Rules) -> bool {
        let mut values = self.roles.iter().zip(cells).filter(|(role, _)| role.is_some_and(is_value));
        values.any(|(_, cell)| {
            value::classify(listed::without_scope(cell), rules).is_ok() || pattern_parts(cell).is_some()
        })
    }

    /// Treats a column of any values as prose if it never holds one while another column does: some feeds use such a
    /// name for the activity of an address.
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

    /// Keeps a confidence column if its rows fit a scale of 0 to 100, and makes it the score otherwise. Either way a
    /// note records the guess, because the table does not state the scale.
    pub(crate) fn judge_confidence(&mut self, rows: &[&Vec<Cow<'_, str>>]) {
        for (at, role) in self.roles.iter_mut().enumerate() {
            let Some(name) = self.names.get(at).filter(|name| !columns::has_known_scale(name)) else { continue };
            if *role != Some(ColumnRole::Confidence) {
                continue;
            }
            let cells = rows.iter().filter_map(|cells| cells.get(at)).map(|cell| &**cell);
            let kind = match columns::is_percent(cells) {
                Some(true) => WarningKind::ConfidenceAssumed,
                Some(false) => WarningKind::ConfidenceScale,
                None => continue,
            };
            if kind == WarningKind::ConfidenceScale {
                *role = Some(ColumnRole::Score);
            }
            self.notes.push((name.clone(), kind));
        }
    }

    /// Notes the columns that mostly hold values but have a name of unknown meaning, and so are not read; and those of prefix lengths.
    pub(crate) fn note_unread(&mut self, rows: &[&Vec<Cow<'_, str>>], rules: &Rules) {
        for (at, name) in self.names.iter().enumerate() {
            if self.roles.get(at).copied().flatten().is_some() {
                continue;
            }
            let cells = || rows.iter().filter_map(|cells| cells.get(at)).filter(|cell| text::some(cell).is_some());
            let values = cells().filter(|cell| is_evident(cell, rules)).count();
            let is_length = columns::is_prefix_length(name)
                && self.roles.contains(&Some(ColumnRole::Ip))
                && cells().next().is_some();
            if is_length || values > 0 && values * 2 >= cells().count() {
                self.notes.push((name.clone(), WarningKind::UnreadColumn));
            }
        }
    }

    /// Notes a doubt about the table, with an example.
    pub(crate) fn note(&mut self, example: String, kind: WarningKind) {
        self.notes.push((example, kind));
    }

    /// Emits the warnings about columns, once per table.
    pub(crate) fn say(&self, line: u32, sink: &mut dyn RecordSink) {
        for (name, kind) in &self.notes {
            sink.warn(Warning::new(line, name.as_str(), *kind));
        }
    }

    /// The first column of values.
    pub(crate) fn first_value(&self) -> Option<usize> {
        self.roles.iter().position(|role| role.is_some_and(is_value))
    }

    /// Returns true if a column of the row clears the value.
    fn is_benign(&self, cells: &[Cow<'_, str>]) -> bool {
        self.verdicts.iter().any(|(at, verdict)| cells.get(*at).is_some_and(|cell| verdict.clears(cell)))
    }

    /// Calls `found` for each date of a row that cannot be read.
    fn each_unreadable_date<'c>(&self, cells: &'c [Cow<'_, str>], mut found: impl FnMut(&'c str)) {
        use ColumnRole::{FirstSeen, LastSeen, ValidFrom, ValidUntil};
        for (role, cell) in self.roles.iter().zip(cells) {
            let is_date = matches!(role, Some(FirstSeen | LastSeen | ValidFrom | ValidUntil));
            if is_date && text::says_a_date(cell) && text::time(cell).is_none() {
                found(cell);
            }
        }
    }

    /// The cell in the column of a role, unless it is empty.
    fn of<'c>(&self, role: ColumnRole, cells: &'c [Cow<'_, str>]) -> Option<&'c str> {
        let at = self.roles.iter().position(|known| *known == Some(role))?;
        cells.get(at).and_then(|cell| text::some(cell))
    }
}

/// Returns true if columns of this role hold values.
pub(crate) fn is_value(role: ColumnRole) -> bool {
    use ColumnRole::{Domain, Email, Hash, Host, Ip, Url, Value};
    matches!(role, Value | Ip | Domain | Host | Url | Hash | Email)
}

/// A format's hook for changing the records of a row before they are passed on.
pub(crate) type Finish<'f> = &'f dyn Fn(&mut Record<'_>, &[Cow<'_, str>]);

/// Passes on the records of a row. `finish` may change each of them.
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
    // An unknown type does not disqualify the value, but a value in its place means that the columns are shifted.
    let kind = layout.of(ColumnRole::Type, cells);
    let listed = kind.map(|name| Listed::of(name).unwrap_or(Listed::Any));
    if let Some(kind) = kind.filter(|kind| Listed::of(kind).is_none() && is_evident(kind, rules)) {
        sink.warn(Warning::new(line, kind, WarningKind::SecondValue));
    }
    if let Some(Listed::Skip(construct)) = listed {
        return sink.skip(Skip::new(line, shown(), construct));
    }
    let is_for_detection = layout.of(ColumnRole::ToIds, cells).is_none_or(is_true);
    if !is_for_detection && feed.policy.only_to_ids {
        return sink.skip(Skip::new(line, shown(), Construct::NotForDetection));
    }
    if feed.action == Action::Block && layout.is_benign(cells) {
        return sink.skip(Skip::new(line, shown(), Construct::Benign));
    }
    layout.each_unreadable_date(cells, |cell| sink.warn(Warning::new(line, cell, WarningKind::UnreadableDate)));
    let port = layout.of(ColumnRole::Port, cells).unwrap_or("");
    let mut attributes: Option<Attributes<'_>> = None;
    let mut has_value = false;
    for (cell, role) in cells.iter().zip(&layout.roles) {
        let Some(role) = role.filter(|role| is_value(*role)) else { continue };
        let Some(cell) = text::some(cell) else { continue };
        has_value = true;
        let mut put_each = |sink: &mut dyn RecordSink, as_listed: Listed, part: &str, value: Result<Value, Reject>| {
            for value in out::each(value.and_then(|value| ports::with_ports(value, port))) {
                put(sink, line, part, value, |record| {
                    record.attributes =
                        attributes.get_or_insert_with(|| attributes_of(layout, cells, is_for_detection)).clone();
                    listed::keep_name(record, as_listed, part);
                    finish(record, cells);
                });
            }
        };
        if let Some(parts) = pattern_parts(cell) {
            for part in parts {
                match part {
                    Part::Skip(construct) => out::skip(sink, line, cell, construct),
                    Part::Value(as_listed, part) => {
                        let part = part.trim();
                        put_each(sink, as_listed, part, listed::read(as_listed, part, rules));
                    }
                }
            }
            continue;
        }
        let as_listed = match role {
            ColumnRole::Url => Listed::Url,
            ColumnRole::Host => Listed::Hostname,
            ColumnRole::Ip => Listed::Ip,
            ColumnRole::Domain => Listed::Any,
            ColumnRole::Hash => Listed::NamedHash,
            ColumnRole::Email => Listed::Email,
            _ => listed.unwrap_or(Listed::Any),
        };
        each_value(as_listed, cell, rules, |part, value| put_each(sink, as_listed, part, value));
    }
    if !has_value {
        sink.reject(Rejection::new(line, shown(), Reject::Empty));
    }
}

/// Returns the parts of a STIX pattern: `[ipv4-addr:value = '192.0.2.1']`. An address in brackets is none.
fn pattern_parts(cell: &str) -> Option<Vec<Part>> {
    cell.trim_start().starts_with('[').then(|| stix_pattern::parse(cell))?
}

/// Reads the value of a cell, or each of several if all of them can be read.
fn each_value<'c>(listed: Listed, cell: &'c str, rules: &Rules, mut found: impl FnMut(&'c str, Result<Value, Reject>)) {
    if listed == Listed::DomainIp
        && let Some((name, address)) = cell.split_once('|')
    {
        found(name.trim(), listed::read(Listed::Domain, name.trim(), rules));
        found(address.trim(), listed::read(Listed::Ip, address.trim(), rules));
        return;
    }
    let whole = listed::read(listed, cell, rules);
    // A URL may contain any of the delimiters, so a cell that reads as one URL is not split.
    if whole.is_err()
        || matches!(&whole, Ok(value) if matches!(value.indicator, Indicator::Url { .. }) && cell.contains([' ', '\n']))
    {
        let parts = || cell.split([',', ';', '|', ' ', '\n', '\t']).map(str::trim).filter(|part| !part.is_empty());
        if parts().nth(1).is_some() && parts().all(|part| listed::read(listed, part, rules).is_ok()) {
            parts().for_each(|part| found(part, listed::read(listed, part, rules)));
            return;
        }
        if let Some(several) = listed::read_several(listed, cell, rules) {
            return out::each(several).into_iter().for_each(|value| found(cell, value));
        }
    }
    found(cell, whole);
}

fn is_true(text: &str) -> bool {
    ["1", "true", "yes", "t", "y"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
}

/// The tag of entries that are not meant for detection.
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
            Some(ColumnRole::ValidFrom) => set(&mut attributes.valid_from, text::time(cell)),
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
            rest.push_str(&cell[..floor(cell, MAX_REST)]);
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

/// Sets an unset field to a value that could be read; returns true if it did.
fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let is_new = place.is_none() && value.is_some();
    if is_new {
        *place = value;
    }
    is_new
}

/// The parameters for reading the rows of a table.
pub(crate) struct Reading<'a> {
    pub(crate) delimiter: char,
    pub(crate) layout: Layout,
    /// Rows before this line are the header.
    pub(crate) first: u32,
    pub(crate) rules: Rules,
    pub(crate) finish: Finish<'a>,
}

/// Reads all rows. Lines that begin with `#` are comments.
pub(crate) fn read(lines: &mut Lines<'_>, feed: &Feed, reading: &Reading<'_>, sink: &mut dyn RecordSink) -> Result<()> {
    let mut rows = Rows::new(lines, reading.delimiter, reading.layout.roles.len());
    reading.layout.say(reading.first.saturating_sub(1).max(1), sink);
    let mut is_first = true;
    while let Some(row) = rows.next()? {
        let text = row.text.trim();
        if row.too_long {
            sink.reject(Rejection::new(row.line, text, Reject::TooLong));
            continue;
        }
        if text.is_empty() || text.starts_with('#') || row.names_delimiter() {
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
        if is_rule(&cells) {
            continue;
        }
        emit(&reading.layout, row.line, &cells, feed, &reading.rules, sink, reading.finish);
    }
    Ok(())
}

/// Returns true if a cell is beyond doubt a value: an address, a URL, a hash, a STIX pattern, or a name that does not look like a file's.
pub(crate) fn is_evident(cell: &str, rules: &Rules) -> bool {
    if pattern_parts(cell).is_some() {
        return true;
    }
    match value::classify(cell, rules) {
        Ok(value) => match value.indicator {
            Indicator::Domain { name, .. } => {
                let last = name.as_str().rsplit('.').next().unwrap_or("");
                !is_file_extension(last)
            }
            Indicator::Url { .. } => after_scheme(cell.as_bytes()).is_some() || cell.contains('['),
            Indicator::Ip { .. } | Indicator::IpRange { .. } | Indicator::Hash(_) | Indicator::Email(_) => true,
            Indicator::Pattern(_) => false,
        },
        Err(_) => false,
    }
}

/// Returns true if a cell is a file hash.
pub(crate) fn is_hash(cell: &str, rules: &Rules) -> bool {
    value::classify(cell, rules).is_ok_and(|value| matches!(value.indicator, Indicator::Hash(_)))
}

/// Extensions of file names that are rare or absent as top-level domains.
pub(crate) fn is_file_extension(last: &str) -> bool {
    const ENDS: [&str; 36] = [
        "exe", "dll", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "pdf", "rtf", "txt", "php", "html",
        "htm", "js", "vbs", "jar", "scr", "bat", "cmd", "ps1", "apk", "msi", "lnk", "iso", "img", "bin", "dat", "tmp",
        "log", "jpg", "png", "gif", "zip",
    ];
    ENDS.contains(&last)
}
