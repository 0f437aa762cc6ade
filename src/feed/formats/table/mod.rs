//! Tables: a row an entry.

pub(crate) mod csv;
pub(crate) mod known;
