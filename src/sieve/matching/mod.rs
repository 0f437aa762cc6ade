//! From values to matches: the matcher, its options and filter, batches, and what a match shows.
//!
//! [`matcher::Matcher`] canonicalises a value and owns the scratch space; `search` is one lookup in the tables, `batch` many at once
//! with their cache misses overlapped. They give a [`raw::RawMatch`] of numbers, which [`view`] shows as a match with its sources.

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
pub(in crate::sieve) mod probe;
pub(in crate::sieve) mod raw;
mod search;
mod shape;
pub(in crate::sieve) mod view;
