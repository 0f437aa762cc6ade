//! Names: which stored names a name ends in, by whole labels.
//!
//! Each distinct name has one row. A lookup extends a hash from the right, one label at a time, asks a small bit
//! filter, and only then the table; the stored name decides. The cost is one step a label, and no step goes beyond the
//! deepest stored name.

mod build;
mod table;

pub(super) use build::Builder;
pub(super) use table::Table;
