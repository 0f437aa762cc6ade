//! JSON records without a known set of keys: one per line (JSON Lines), or in an array.
//!
//! ```text
//! {"indicator": "evil.test", "type": "domain", "tags": ["c2", "made up"], "first_seen": "2026-05-01"}
//! {"indicator": "192.0.2.1", "type": "ipv4"}
//! ```
//!
//! Keys have the same meaning as a table's column names, and nested keys are joined by dots (`threat.indicator.ip`). An
//! array of strings is a list of values. Records may be spread over lines, one after the other, as `jq` writes them. If you
//! know the keys, name them ([`Columns`](crate::indicator::Columns)).

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::Json;
use crate::feed::syntax::rows::{self, Reading};
use crate::feed::syntax::shape::Shape;
use crate::feed::syntax::value::Rules;
use crate::feed::syntax::{columns, table};
use crate::indicator::{ColumnRole, Feed, RecordSink, Scope, Warning, WarningKind};
use crate::input::Lines;

pub(crate) struct JsonLines;

/// The role of a key.
fn role(key: &str) -> Option<ColumnRole> {
    let key = key.strip_prefix("threat.indicator.").unwrap_or(key);
    match key {
        "url.full" | "url.original" => Some(ColumnRole::Url),
        "url.domain" => Some(ColumnRole::Host),
        _ => columns::role(key),
    }
}

/// The places in a document where records may be, as prefixes of paths in its shape.
fn prefixes(shape: &Shape) -> Vec<String> {
    let mut prefixes = vec!["[].".to_owned()];
    prefixes.extend(shape.keys().map(|key| format!("{key}[].")));
    if shape.is_lines {
        prefixes.push(String::new());
    }
    prefixes
}

/// Returns true if a key under a prefix evidently holds a value.
fn holds_values(shape: &Shape, prefix: &str) -> bool {
    let rules = Rules::new(&Feed::new(""), Scope::Suffix);
    shape.members(prefix).any(|key| {
        role(key).is_some_and(table::is_value) && table::is_evident(shape.text(&format!("{prefix}{key}")), &rules)
    })
}

/// Returns true if the document is itself one record, rather than a list of records.
fn is_record(shape: &Shape) -> bool {
    !shape.is_lines && holds_values(shape, "") && !prefixes(shape).iter().any(|prefix| holds_values(shape, prefix))
}

impl FeedReader for JsonLines {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let Some(shape) = head.shape() else { return 0 };
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        if table::is_evident(shape.text("[]"), &rules) {
            return 85;
        }
        if is_record(shape) {
            return 85;
        }
        match prefixes(shape).iter().filter(|prefix| holds_values(shape, prefix)).count() {
            0 => 0,
            1 => 90,
            // Several arrays could be meant.
            _ => 60,
        }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let text = lines.head()?;
        let head = Head::new(&text);
        let Some(shape) = head.shape() else {
            return Err(Error::feed(lines.path(), "not JSON: neither an object nor an array"));
        };
        let rules = Rules::new(feed, Scope::Suffix);
        let is_percent = columns::is_percent(confidences(head.text()));
        if let Some(is_percent) = is_percent.filter(|_| feed.columns.is_none()) {
            let kind = if is_percent { WarningKind::ConfidenceAssumed } else { WarningKind::ConfidenceScale };
            sink.warn(Warning::new(1, "confidence", kind));
        }
        let role = |key: &str| match role(key) {
            Some(ColumnRole::Confidence) if is_percent == Some(false) && !columns::has_known_scale(key) => {
                Some(ColumnRole::Score)
            }
            role => role,
        };
        let is_one = shape.keys().next().is_none() || shape.keys().any(|key| shape.has(&format!("{key}[]")));
        let is_document = !shape.is_lines && is_one && !is_record(shape);
        if feed.columns.is_none() {
            for path in unread(shape, is_document, &rules) {
                sink.warn(Warning::new(1, path, WarningKind::UnreadColumn));
            }
        }
        let reading = Reading { feed, rules, role: &role, finish: &|_, _| {}, members: &[] };
        if is_document {
            rows::document(&mut Json::new(lines), &reading, sink)
        } else if is_record(shape) && !is_on_a_line(head.text()) || is_spread(head.text()) {
            rows::records(&mut Json::new(lines), &reading, sink)
        } else {
            rows::lines(lines, &reading, sink)
        }
    }
}

/// The paths that hold values but are not read: those with a name of unknown meaning, those outside the records, and contacts.
fn unread<'s>(shape: &'s Shape, is_document: bool, rules: &Rules) -> impl Iterator<Item = &'s str> {
    let has_others = shape.members("").any(|path| {
        let is_other = |role| table::is_value(role) && role != ColumnRole::Email;
        member(path, is_document).and_then(role).is_some_and(is_other)
    });
    shape.members("").filter(move |path| {
        let is_read = member(path, is_document)
            .is_some_and(|key| role(key).is_some() && !(has_others && columns::may_be_contact(key)));
        !is_read && table::is_evident(shape.text(path), rules)
    })
}

/// The key within a record that a path leads to, if it is one that records are read from.
fn member(path: &str, is_document: bool) -> Option<&str> {
    let is_outer = |array: &str| !array.contains(['.', '[']);
    let key = match path.split_once("[].") {
        _ if !is_document => path,
        Some((array, key)) if is_outer(array) => key,
        _ => path.strip_suffix("[]").filter(|array| is_outer(array)).map(|_| "value")?,
    };
    // The scalars of an array become one value.
    let key = key.strip_suffix("[]").unwrap_or(key);
    (!key.contains("[]")).then_some(key)
}

/// The values of keys that mean confidence.
fn confidences(text: &[u8]) -> impl Iterator<Item = &str> {
    memchr::memmem::find_iter(text, b"onfidence").filter_map(|at| {
        let rest = &text[at..];
        let key = &rest[..rest.iter().take(32).position(|&byte| byte == b'"')?];
        if !matches!(
            key,
            b"onfidence" | b"onfidence_level" | b"onfidence_score" | b"onfidenceLevel" | b"onfidenceScore"
        ) {
            return None;
        }
        // Skips longer keys with the same ending: `abuseConfidenceScore`.
        let start = at.checked_sub(2)?;
        let rest = &rest[key.len() + 1..];
        let rest = rest[..rest.len().min(64)].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let end = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b'\n'))?;
        let value = str::from_utf8(&rest[..end]).ok()?.trim().trim_matches('"');
        (matches!(text[start], b'"' | b'.') && value != "null").then_some(value)
    })
}

/// Returns true if the first line holds nothing but the beginning of an object.
fn is_spread(text: &[u8]) -> bool {
    text.trim_ascii_start().split(|&byte| byte == b'\n').next().is_some_and(|line| line.trim_ascii() == b"{")
}

/// Returns true if the text is a single line, apart from white space around it.
fn is_on_a_line(text: &[u8]) -> bool {
    !text.trim_ascii().contains(&b'\n')
}
