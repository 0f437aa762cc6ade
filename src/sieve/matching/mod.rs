//! Lookups: the matcher, its options and filter, batches, and the views of matches.
//!
//! [`matcher::Matcher`] canonicalises a value and owns the scratch space. `search` is one lookup in the tables; `batch`
//! does many at once and overlaps their cache misses. Lookups yield a [`raw::RawMatch`], which holds only numbers;
//! [`view`] shows it as a match with its sources.

mod addrs;
mod batch;
mod covering;
pub(in crate::sieve) mod derived;
mod ends;
mod exact;
pub(in crate::sieve) mod filter;
mod many;
pub(in crate::sieve) mod matcher;
pub(in crate::sieve) mod options;
mod order;
pub(in crate::sieve) mod pooled;
pub(in crate::sieve) mod probe;
pub(in crate::sieve) mod raw;
mod search;
mod shape;
#[cfg(test)]
mod tests;
pub(in crate::sieve) mod view;
