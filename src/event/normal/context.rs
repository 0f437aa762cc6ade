//! The line being read, with what its header and the options say about it.

use crate::event::custom::RawName;
use crate::event::layouts::columns::Header;
use crate::event::names::KnownName;
use crate::event::sheet::{Label, Raw};
use crate::event::time::Assumed;

/// The inputs for reading the fields of a line.
pub(in crate::event) struct Context<'a> {
    pub(in crate::event) line: &'a [u8],
    pub(in crate::event) header: Option<&'a Header>,
    /// The meaning of each column of the header.
    pub(in crate::event) columns: &'a [Option<KnownName>],
    /// The names of the layout from the configuration.
    pub(in crate::event) custom: &'a [RawName],
    pub(in crate::event) assumed: &'a Assumed,
    /// True if the whole line is JSON.
    pub(in crate::event) is_json: bool,
}

impl<'a> Context<'a> {
    pub(in crate::event) fn name(&self, label: Label) -> &'a [u8] {
        match label {
            Label::Line(start, end) => &self.line[start as usize..end as usize],
            Label::Known(name) => name.as_bytes(),
            Label::Column(column) => self.header.map_or(&b""[..], |header| header.name(column as usize)),
        }
    }

    pub(super) fn value(&self, field: &Raw) -> &[u8] {
        self.line[field.span()].trim_ascii()
    }
}
