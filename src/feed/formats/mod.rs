//! The formats, one small file each, by what they look like.
//!
//! Each is a [`FeedReader`](super::reader::FeedReader): `sniff` says how sure it is of a head, `read` hands over every value. CONTRIBUTING.md
//! shows how one is added.

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
