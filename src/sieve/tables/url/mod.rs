//! URLs: the host first, then that host's paths.
//!
//! A path is found by hash probes: one for the exact path and query, one for the exact path, one for each of its
//! prefixes that end in `/`. How many URLs a host has does not matter.

mod build;
mod table;

pub(in crate::sieve) use build::{Builder, Host};
pub(in crate::sieve) use table::{PathMatch, Table};
