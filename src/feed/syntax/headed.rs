//! Tables whose exact header is known.

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::cells::{self, End};
use crate::feed::syntax::table::{self, Layout, Reading};
use crate::feed::syntax::value::Rules;
use crate::indicator::{ColumnRole, Feed, RecordSink, Scope};
use crate::input::Lines;

/// A table with a known header. The header may be a comment, its names quoted, in any case and order.
pub(crate) struct Headed {
    /// Names that identify the header: it must contain all names of one of these sets.
    pub(crate) required: &'static [&'static [&'static str]],
    /// Names that belong to the header of another format. The header contains none of them.
    pub(crate) foreign: &'static [&'static str],
    /// The roles of columns. Columns not named here go to the description.
    pub(crate) columns: &'static [(&'static str, ColumnRole)],
    /// Tags added to every entry.
    pub(crate) tags: &'static [&'static str],
}

impl Headed {
    /// The empty description, as a base for constants.
    pub(crate) const NONE: Headed = Headed { required: &[], foreign: &[], columns: &[], tags: &[] };

    /// The header of a table and its line, which is 0 for a comment.
    fn header(&self, head: &Head<'_>) -> Option<(Vec<String>, u32)> {
        for (at, line) in head.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let (text, is_comment) = match line.strip_prefix('#') {
                Some(text) => (text, true),
                None => (line, false),
            };
            let mut cells = Vec::new();
            if cells::split(text, ',', &mut cells) != End::Open {
                let names: Vec<String> = cells.iter().map(|cell| cell.trim().to_ascii_lowercase()).collect();
                let is_it = self.required.iter().any(|set| has_all(&names, set))
                    && !self.foreign.iter().any(|name| has_all(&names, &[name]));
                if is_it {
                    return Some((names, if is_comment { 0 } else { at as u32 + 1 }));
                }
            }
            if !is_comment {
                break;
            }
        }
        None
    }
}

/// Returns true if a header contains all names of a set.
fn has_all(names: &[String], set: &[&str]) -> bool {
    set.iter().all(|name| names.iter().any(|known| known == name))
}

impl FeedReader for Headed {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        if self.header(head).is_some() { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let text = lines.head()?;
        let Some((names, line)) = self.header(&Head::new(&text)) else {
            let sets: Vec<String> = self.required.iter().map(|set| set.join(", ")).collect();
            let reason = format!("no header with the columns {}", sets.join(" or "));
            return Err(Error::feed(lines.path(), reason));
        };
        let role = |name: &String| self.columns.iter().find(|(known, _)| known == name).map(|(_, role)| *role);
        let layout = Layout::new(names.iter().map(role).collect(), names);
        let rules = Rules::new(feed, Scope::Suffix);
        let reading = Reading {
            delimiter: ',',
            layout,
            first: if line > 0 { line + 1 } else { 0 },
            rules,
            finish: &|record, _| record.attributes.tags.extend(self.tags.iter().map(|&tag| tag.into())),
        };
        table::read(lines, feed, &reading, sink)
    }
}
