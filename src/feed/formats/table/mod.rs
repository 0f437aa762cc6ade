//! Tables: one entry per row.

pub(crate) mod csv;
pub(crate) mod known;
