//! Flat arrays, and what the tables are put together from: columns, lists, buckets, texts and their hashes.

pub(in crate::sieve) mod buckets;
pub(in crate::sieve) mod column;
pub(in crate::sieve) mod csr;
pub(in crate::sieve) mod hash;
pub(in crate::sieve) mod items;
pub(in crate::sieve) mod lookup;
pub(in crate::sieve) mod parallel;
pub(in crate::sieve) mod strings;
