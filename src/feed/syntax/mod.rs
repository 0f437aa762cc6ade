//! Syntax shared by formats: JSON, XML, tables, patterns and values.
//!
//! [`json`] and [`xml`] are pull parsers with line numbers and caps; [`cells`] and [`table`] read rows; [`text`] reads
//! dates, tags and numbers. [`value`] turns text into an indicator by the rules of a feed ([`value::Rules`]), and
//! [`out`] passes it to the sink.

pub(crate) mod cells;
pub(crate) mod columns;
#[cfg(feature = "xml")]
pub(crate) mod condition;
pub(crate) mod decoration;
pub(crate) mod headed;
pub(crate) mod json;
pub(crate) mod keyed;
pub(crate) mod lines;
pub(crate) mod listed;
pub(crate) mod octets;
pub(crate) mod others;
pub(crate) mod out;
pub(crate) mod pending;
pub(crate) mod ports;
pub(crate) mod rows;
pub(crate) mod shape;
pub(crate) mod sinks;
pub(crate) mod stix_pattern;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod url_text;
pub(crate) mod value;
mod verdict;
#[cfg(feature = "xml")]
pub(crate) mod xml;
