//! Names: which stored names a name ends in, by whole labels.
//!
//! A lookup extends a hash from the right, one label at a time, asks a filter that stays in the cache, and only then the
//! buckets; the stored name decides.

mod build;
mod filter;
mod table;

pub(super) use build::Builder;
pub(super) use table::{Begun, Table};
