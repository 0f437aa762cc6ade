//! Flat arrays, and what the tables are put together from: columns, lists, buckets, texts and their hashes.
//!
//! Each has a loose build form and a flat search form, which is saved as it is searched: [`strings`] holds texts by id, [`column`]
//! a number a row in as few bytes as the largest takes, [`csr`] a list a row, [`buckets`] a hash table of cache lines, and
//! [`items`] the indicators of a key. [`lookup`] finds equal things while a table is built.

pub(in crate::sieve) mod buckets;
pub(in crate::sieve) mod column;
pub(in crate::sieve) mod csr;
pub(in crate::sieve) mod hash;
pub(in crate::sieve) mod items;
pub(in crate::sieve) mod lookup;
pub(in crate::sieve) mod parallel;
pub(in crate::sieve) mod strings;
