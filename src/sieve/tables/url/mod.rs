//! URLs: finds the host first, then the paths of that host.
//!
//! Paths are found by hash: one probe for the exact path and query, one for the exact path, and one for each of its
//! prefixes that end in `/`. The cost does not depend on how many URLs a host has.

mod build;
mod table;

pub(in crate::sieve) use build::{Builder, Host};
pub(in crate::sieve) use table::{PathMatch, Table};
