//! The feed formats, one small file each, grouped by syntax.
//!
//! Each implements [`FeedReader`](super::reader::FeedReader): `sniff` states how well a head fits the format, and
//! `read` passes on every value. CONTRIBUTING.md shows how to add one.

pub(crate) mod binary;
pub(crate) mod dns;
pub(crate) mod gated;
pub(crate) mod ids;
pub(crate) mod json;
pub(crate) mod list;
pub(crate) mod report;
pub(crate) mod table;
#[cfg(feature = "xml")]
pub(crate) mod xml;
