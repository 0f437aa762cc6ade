//! URLs: the host first, then that host's paths.
//!
//! A path is found by hash probes: one for the exact path and query, one for the exact path, one for each of its
//! prefixes that end in `/`. How many URLs a host has does not matter.

mod build;
mod table;

pub(super) use build::{Builder, Host};
pub(super) use table::{PathMatch, Table};
