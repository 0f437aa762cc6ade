//! The flat arrays from which tables are built: columns, lists, buckets, texts and their hashes.
//!
//! Most have a loose build form and a flat search form, which is saved as it is searched. [`strings`] holds texts by
//! id; [`column`] a number per row in as few bytes as the largest takes; [`csr`] a list per row; [`buckets`] is a hash
//! table of cache lines; and [`items`] holds the indicators of a key. [`lookup`] finds equal values while a table is
//! built.

pub(in crate::sieve) mod buckets;
pub(in crate::sieve) mod column;
pub(in crate::sieve) mod csr;
pub(in crate::sieve) mod hash;
pub(in crate::sieve) mod items;
pub(in crate::sieve) mod lookup;
pub(in crate::sieve) mod parallel;
pub(in crate::sieve) mod strings;
